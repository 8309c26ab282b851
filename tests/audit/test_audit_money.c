// Journals whose chain and signatures hold, written by whoever keeps the registry, in which money
// moves that nothing in the posts makes move. All amounts here are reckoned by hand.
#include <stdio.h>

#include "tests/audit/money_steps.h"
#include "tests/audit/verdict.h"
#include "tests/support/support.h"

static void audit__what_deals_and_loans_move_is_right_step_by_step(void **state)
{
    (void)state;
    for (int n = 0; n <= STEPS; n++) {
        struct test_journal journal;
        print_message("%d ", n);
        money_steps_write(&journal, n, NULL);
        test_judge(&journal, "steps", TH_FAULT_CODES);
    }
}

static const struct {
    const char *name;
    int before; // so many honest steps come first
    struct step step;
    enum th_fault_code code;
} FORGED[] = {
    {"a claim of one fen",
     RESALE_APPROVED,
     {"li", APPROVED("1") "," CLAIM("1", "resale", "3", "1", "1") "," CLAIM("1", "resale", "3", "2",
                                                                            "1200")},
     TH_FAULT_MONEY_CLAIM},
    {"another creditor",
     RESALE_APPROVED,
     {"li", APPROVED("1") "," CLAIM("1", "resale", "3", "1", "600") "," CLAIM("1", "resale", "3",
                                                                              "4", "1200")},
     TH_FAULT_MONEY_CLAIM},
    {"another debtor",
     RESALE_APPROVED,
     {"li", APPROVED("1") "," CLAIM("1", "resale", "4", "1", "600") "," CLAIM("1", "resale", "3",
                                                                              "2", "1200")},
     TH_FAULT_MONEY_CLAIM},
    {"no claims", RESALE_APPROVED, {"li", APPROVED("1")}, TH_FAULT_MONEY_CLAIM},
    {"claims under another name",
     RESALE_APPROVED,
     {"li", APPROVED("1") "," CLAIM("1", "premium", "3", "1", "600") "," CLAIM("1", "resale", "3",
                                                                               "2", "1200")},
     TH_FAULT_MONEY_CLAIM},
    {"claims without an approval",
     RESALE_APPROVED,
     {"li", CLAIM("1", "resale", "3", "1", "600")},
     TH_FAULT_MONEY_CLAIM},
    {"claims once more",
     RESALE_RECEIPT,
     {"li", CLAIM("1", "resale", "3", "1", "600")},
     TH_FAULT_MONEY_CLAIM},
    {"a name that is none",
     RESALE_RECEIPT,
     {"li", CLAIM("1", "gift", "3", "1", "600")},
     TH_FAULT_POST_FORM},
    {"a receipt that one of them gets",
     RESALE_RECEIPT,
     {"wang", PAY("1", "receipt", "3", "1", "100") "," RECEIPT("1", "1", "100")},
     TH_FAULT_MONEY_CASH},
    {"a receipt rounded the other way",
     RESALE_RECEIPT,
     {"wang", PAY("1", "receipt", "3", "1", "34") "," PAY("1", "receipt", "3", "2",
                                                          "66") "," RECEIPT("1", "1", "100")},
     TH_FAULT_MONEY_CASH},
    {"cash without a receipt",
     RESALE_RECEIPT,
     {"wang", PAY("1", "receipt", "3", "1", "33")},
     TH_FAULT_MONEY_CASH},
    {"cash, and the claim stays",
     RESALE_RECEIPT,
     {"wang", MOVE("1", "receipt", "cash", "3", "1",
                   "33") "," PAY("1", "receipt", "3", "2", "67") "," RECEIPT("1", "1", "100")},
     TH_FAULT_MONEY_CLAIM},
    {"a receipt before the approval",
     RESALE_APPROVED,
     {"wang", PAY("1", "receipt", "3", "1", "33") "," PAY("1", "receipt", "3", "2",
                                                          "67") "," RECEIPT("1", "1", "100")},
     TH_FAULT_MONEY_UNOWED},
    {"a loan that is paid without a payment",
     LOAN_OUT,
     {"wang", MOVE("2", "loan_payout", "cash", "5", "1", "1000")},
     TH_FAULT_MONEY_CASH},
    {"a village's claim goes to the bank as interest",
     LOAN_OUT,
     {"wang", MOVE("2", "loan_interest", "claim", "1", "5", "75")},
     TH_FAULT_MONEY_CLAIM},
    {"more than the principal",
     LOAN_OUT,
     {"wang", LOAN("1", "payout", "1001", "") "," MOVE("2", "loan_payout", "cash", "5", "1",
                                                       "1001") "," CLAIM("2", "loan_payout", "1",
                                                                         "5", "1001")},
     TH_FAULT_LOAN_SUM},
    {"a loan to somebody else",
     LOAN_OUT,
     {"wang", LOAN("1", "payout", "1000", "") "," MOVE("2", "loan_payout", "cash", "5", "4",
                                                       "1000") "," CLAIM("2", "loan_payout", "4",
                                                                         "5", "1000")},
     TH_FAULT_MONEY_CASH},
    {"a loan before its pledge is approved",
     PLEDGE_APPROVED,
     {"wang", LOAN("1", "payout", "1000", "") "," MOVE("2", "loan_payout", "cash", "5", "1",
                                                       "1000") "," CLAIM("2", "loan_payout", "1",
                                                                         "5", "1000")},
     TH_FAULT_LOAN_PLEDGE},
    {"more repaid than was paid out",
     ENFORCEMENT,
     {"wang", LOAN("2", "repayment", "1001", "") "," MOVE("2", "loan_repayment", "cash", "1", "5",
                                                          "1001") "," CLAIM("2", "loan_repayment",
                                                                            "5", "1", "1001")},
     TH_FAULT_LOAN_SUM},
    {"the pledgee is passed over",
     ENFORCEMENT_APPROVED,
     {"li", APPROVED("3") "," CLAIM("3", "enforcement", "3", "1", "900")},
     TH_FAULT_MONEY_CLAIM},
    {"the pledgee gets more than he is owed",
     ENFORCEMENT_APPROVED,
     {"li", APPROVED("3") "," CLAIM("3", "enforcement", "3", "5",
                                    "501") "," CLAIM("3", "enforcement", "3", "1", "399")},
     TH_FAULT_MONEY_CLAIM},
    {"the owner is paid before the pledgee",
     ENFORCEMENT_RECEIPT,
     {"wang", PAY("3", "receipt", "3", "5", "200") "," PAY("3", "receipt", "3", "1",
                                                           "400") "," RECEIPT("2", "3", "600")},
     TH_FAULT_MONEY_CASH},
    {"more is credited than the sale brought",
     LOAN_CREDITED,
     {"wang",
      LOAN("2", "repayment", "501", OUT_OF("3")) "," CLAIM("2", "loan_repayment", "5", "1", "501")},
     TH_FAULT_LOAN_SUM},
    {"what the sale brought is credited twice",
     SUBSCRIPTION,
     {"wang",
      LOAN("3", "repayment", "1", OUT_OF("3")) "," CLAIM("2", "loan_repayment", "5", "1", "1")},
     TH_FAULT_LOAN_SUM},
    {"credited from a sale of something else",
     LOAN_CREDITED,
     {"wang",
      LOAN("2", "repayment", "30", OUT_OF("1")) "," CLAIM("2", "loan_repayment", "5", "1", "30")},
     TH_FAULT_LOAN_SUM},
    {"a delivery forgets what was prepaid",
     DELIVERY_APPROVED,
     {"li", APPROVED("5") "," CLAIM("5", "delivery", "3", "1", "500")},
     TH_FAULT_MONEY_UNOWED},
    {"a delivery takes more than was prepaid",
     DELIVERY_APPROVED,
     {"li", APPROVED("5") "," CLAIM("5", "delivery", "3", "1", "500") "," MOVE(
                "4", "prepaid", "claim", "3", "1",
                "450") "," MOVE("4", "prepaid", "cash", "1", "3",
                                "450") "," PAY("5", "receipt", "3", "1",
                                               "450") "," RECEIPT("4", "5", "450")},
     TH_FAULT_MONEY_UNOWED},
    {"less than was prepaid for it is owed back",
     REFUND_APPROVED,
     {"li", APPROVED("6") "," CLAIM("4", "prepaid", "3", "1", "300") "," CLAIM("6", "refund", "1",
                                                                               "3", "200")},
     TH_FAULT_MONEY_CLAIM},
    {"more is paid back than is owed",
     CORRECTION,
     {"wang", PAY("6", "receipt", "1", "3", "1") "," RECEIPT("7", "6", "1")},
     TH_FAULT_MONEY_UNOWED},
    {"a correction keeps what was paid",
     CORRECTION_APPROVED,
     {"li", APPROVED("7") "," CLAIM("1", "dropped", "1", "3", "567") "," CLAIM("1", "dropped", "2",
                                                                               "3", "1133")},
     TH_FAULT_MONEY_CLAIM},
    {"a correction leaves a claim standing",
     CORRECTION_APPROVED,
     {"li", APPROVED("7") "," CLAIM("1", "dropped", "1", "3", "567") "," CLAIM(
                "7", "correction", "1", "3", "33") "," CLAIM("7", "correction", "2", "3", "67")},
     TH_FAULT_MONEY_CLAIM},
    {"a premium that goes elsewhere",
     OPTION_APPROVED,
     {"li", APPROVED("8") "," CLAIM("8", "premium", "3", "2", "70")},
     TH_FAULT_MONEY_CLAIM},
};

static void audit__money_that_no_deal_moves_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(FORGED) / sizeof(FORGED[0]); i++) {
        struct test_journal journal;
        money_steps_write(&journal, FORGED[i].before, &FORGED[i].step);
        test_judge(&journal, FORGED[i].name, FORGED[i].code);
    }
}

static void audit__the_lines_of_a_deal_are_its_amount_in_proportion(void **state)
{
    static const struct {
        const char *name;
        const char *first;
        const char *second;
        const char *claims;
        enum th_fault_code code;
    } CASES[] = {
        {"less than was agreed", LINE("1", "1", "1", "10", "600"),
         LINE("1", "2", "2", "20", "1199"),
         CLAIM("1", "resale", "3", "1", "600") "," CLAIM("1", "resale", "3", "2", "1199"),
         TH_FAULT_MONEY_SUM},
        {"out of proportion", LINE("1", "1", "1", "10", "500"), LINE("1", "2", "2", "20", "1300"),
         CLAIM("1", "resale", "3", "1", "500") "," CLAIM("1", "resale", "3", "2", "1300"),
         TH_FAULT_MONEY_LINES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.of_money = true;
        journal.login = "wang";
        test_journal_entry(&journal, "a.b", "x", "{'posts':[%s,%s,%s]}",
                           TRADE("1", "1800", "3", "resale", "", "9", "30"), CASES[i].first,
                           CASES[i].second);
        journal.login = "li";
        test_journal_entry(&journal, "a.b", "x", "{'posts':[%s,%s]}", APPROVED("1"),
                           CASES[i].claims);
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

// A promise of 100 is paid ahead, its delivery over 50 uses a half; once the delivery is taken
// back, and not before, 50 may come for the promise again, and no more.
static void audit__what_a_corrected_delivery_used_may_come_again(void **state)
{
#define AGAIN(fen) PAY("1", "receipt", "3", "1", fen) "," RECEIPT("3", "1", fen)
    static const struct step BEFORE[] = {
        {"wang", TRADE("1", "100", "3", "subscription", "", "1", "10")},
        {"li", APPROVED("1")},
        {"wang", PAY("1", "receipt", "3", "1", "100") "," RECEIPT("1", "1", "100")},
        {"wang",
         TRADE("2", "50", "3", "delivery", OF("1"), "1", "5") "," LINE("2", "1", "1", "5", "50")},
        {"li", APPROVED("2") "," CLAIM("2", "delivery", "3", "1", "50") "," MOVE(
                   "1", "prepaid", "claim", "3", "1",
                   "50") "," MOVE("1", "prepaid", "cash", "1", "3",
                                  "50") "," PAY("2", "receipt", "3", "1",
                                                "50") "," RECEIPT("2", "2", "50")},
        {"wang", TRADE("3", "50", "1", "correction", OF("2"), "3", "5")}};
    static const struct {
        const char *name;
        const char *decision;
        const char *again;
        enum th_fault_code code;
    } CASES[] = {{"what it used", APPROVED("3") "," CLAIM("3", "correction", "1", "3", "50"),
                  AGAIN("50"), TH_FAULT_CODES},
                 {"a fen more", APPROVED("3") "," CLAIM("3", "correction", "1", "3", "50"),
                  AGAIN("51"), TH_FAULT_RECEIPT_EXCESS},
                 {"before it is taken back",
                  "{'decided_by':'li','post':'trade_decision','state':'rejected','trade_id':3}",
                  AGAIN("50"), TH_FAULT_RECEIPT_EXCESS}};
#undef AGAIN
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.of_money = true;
        for (size_t k = 0; k < sizeof(BEFORE) / sizeof(BEFORE[0]); k++) {
            test_journal_posts(&journal, BEFORE[k].login, BEFORE[k].posts);
        }
        test_journal_posts(&journal, "li", CASES[i].decision);
        test_journal_posts(&journal, "wang", CASES[i].again);
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

#define LENT(id, kind, fen, on)                                                                    \
    "{'amount_fen':" fen ",'kind':'" kind "','login':'wang','on_date':'" on "','payment_id':" id   \
    ",'post':'loan_payment','trade_id':2}"
#define INTEREST(id, fen, on)                                                                      \
    LENT(id, "interest", fen, on) "," MOVE("2", "loan_interest", "cash", "1", "5", fen)

// 10.00 at 36 % are 1 fen a day of a year of 360, late one and a half, rounded up.
static void audit__interest_is_what_the_rate_can_have_made_of_what_was_out(void **state)
{
    enum { POSTS_MAX = 3 };
    static const struct {
        const char *name;
        const char *posts[POSTS_MAX];
        enum th_fault_code code;
    } CASES[] = {
        {"ten days", {INTEREST("2", "15", "2022-01-09")}, TH_FAULT_CODES},
        {"ten days and a fen", {INTEREST("2", "16", "2022-01-09")}, TH_FAULT_LOAN_SUM},
        {"eleven days, rounded up", {INTEREST("2", "17", "2022-01-10")}, TH_FAULT_CODES},
        {"eleven days and more", {INTEREST("2", "18", "2022-01-10")}, TH_FAULT_LOAN_SUM},
        {"the day that it was paid out", {INTEREST("2", "1", "2021-12-30")}, TH_FAULT_LOAN_SUM},
        {"over a leap year, 792 days", {INTEREST("2", "1188", "2024-03-01")}, TH_FAULT_CODES},
        {"over a leap year and a fen", {INTEREST("2", "1189", "2024-03-01")}, TH_FAULT_LOAN_SUM},
        {"in parts",
         {INTEREST("2", "10", "2022-01-09"), INTEREST("3", "5", "2022-01-09")},
         TH_FAULT_CODES},
        {"once more",
         {INTEREST("2", "15", "2022-01-09"), INTEREST("3", "1", "2022-01-09")},
         TH_FAULT_LOAN_SUM},
        {"half of it was back for five days: 11 1/4",
         {LENT("2", "repayment", "500",
               "2022-01-04") "," MOVE("2", "loan_repayment", "cash", "1", "5",
                                      "500") "," CLAIM("2", "loan_repayment", "5", "1", "500"),
          INTEREST("3", "12", "2022-01-09")},
         TH_FAULT_CODES},
        {"as if nothing were back",
         {LENT("2", "repayment", "500",
               "2022-01-04") "," MOVE("2", "loan_repayment", "cash", "1", "5",
                                      "500") "," CLAIM("2", "loan_repayment", "5", "1", "500"),
          INTEREST("3", "13", "2022-01-09")},
         TH_FAULT_LOAN_SUM},
        {"on no day", {INTEREST("2", "1", "2022-02-30")}, TH_FAULT_POST_FORM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        money_steps_write(&journal, LOAN_OUT + 1, NULL);
        for (size_t k = 0; k < POSTS_MAX && CASES[i].posts[k]; k++) {
            test_journal_posts(&journal, "wang", CASES[i].posts[k]);
        }
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

#define TAKEN_BACK(id, login)                                                                      \
    "{'login':'" login "','on_date':'2022-01-10','payment_id':" id                                 \
    ",'post':'loan_withdrawal','reason':'x'}"
#define PAYOUT(id, fen, on)                                                                        \
    LENT(id, "payout", fen, on)                                                                    \
    "," MOVE("2", "loan_payout", "cash", "5", "1", fen) "," CLAIM("2", "loan_payout", "1", "5", fen)
#define PAYOUT_BACK(fen)                                                                           \
    MOVE("2", "loan_payout_back", "cash", "1", "5", fen)                                           \
    "," CLAIM("2", "loan_payout_back", "5", "1", fen)
#define REPAID(id, fen, on)                                                                        \
    LENT(id, "repayment", fen, on)                                                                 \
    "," MOVE("2", "loan_repayment", "cash", "1", "5", fen) "," CLAIM("2", "loan_repayment", "5",   \
                                                                     "1", fen)
#define REPAID_BACK(fen)                                                                           \
    MOVE("2", "loan_repayment_back", "cash", "5", "1", fen)                                        \
    "," CLAIM("2", "loan_repayment_back", "1", "5", fen)

// Payment 1 are 10.00 paid out; wang records what li takes back. 36 % are 1.5 fen a day, late.
enum { STEPS_MAX = 6 };
struct steps {
    const char *name;
    struct step steps[STEPS_MAX];
    enum th_fault_code code;
};
static const struct steps TAKEN[] = {
    {"a payout", {{"li", TAKEN_BACK("1", "li") "," PAYOUT_BACK("1000")}}, TH_FAULT_CODES},
    {"a payout, and all of it goes out again",
     {{"li", TAKEN_BACK("1", "li") "," PAYOUT_BACK("1000")},
      {"wang", PAYOUT("2", "1000", "2021-12-31")}},
     TH_FAULT_CODES},
    {"and more than the principal",
     {{"li", TAKEN_BACK("1", "li") "," PAYOUT_BACK("1000")},
      {"wang", PAYOUT("2", "1001", "2021-12-31")}},
     TH_FAULT_LOAN_SUM},
    {"a repayment, and all of it comes",
     {{"wang", REPAID("2", "400", "2022-01-04")},
      {"li", TAKEN_BACK("2", "li") "," REPAID_BACK("400")},
      {"wang", REPAID("3", "1000", "2022-01-04")}},
     TH_FAULT_CODES},
    {"interest, and it is paid again",
     {{"wang", INTEREST("2", "15", "2022-01-09")},
      {"li", TAKEN_BACK("2", "li") "," MOVE("2", "loan_interest_back", "cash", "5", "1", "15")},
      {"wang", INTEREST("3", "15", "2022-01-09")}},
     TH_FAULT_CODES},
    {"interest grows on what never came back",
     {{"wang", REPAID("2", "1000", "2021-12-31")},
      {"li", TAKEN_BACK("2", "li") "," REPAID_BACK("1000")},
      {"wang", INTEREST("3", "15", "2022-01-09")}},
     TH_FAULT_CODES},
    {"by who recorded it",
     {{"wang", TAKEN_BACK("1", "wang") "," PAYOUT_BACK("1000")}},
     TH_FAULT_LOAN_SELF},
    {"in another's name",
     {{"li", TAKEN_BACK("1", "wang") "," PAYOUT_BACK("1000")}},
     TH_FAULT_POST_LOGIN},
    {"twice",
     {{"li", TAKEN_BACK("1", "li") "," PAYOUT_BACK("1000")},
      {"li", TAKEN_BACK("1", "li") "," PAYOUT_BACK("1000")}},
     TH_FAULT_LOAN_TWICE},
    {"a number that was used", {{"wang", REPAID("1", "400", "2022-01-04")}}, TH_FAULT_LOAN_TWICE},
    {"what never was", {{"li", TAKEN_BACK("7", "li") "," PAYOUT_BACK("1000")}}, TH_FAULT_POST_FORM},
    {"without its money", {{"li", TAKEN_BACK("1", "li")}}, TH_FAULT_MONEY_CASH},
    {"the cash alone",
     {{"li", TAKEN_BACK("1", "li") "," MOVE("2", "loan_payout_back", "cash", "1", "5", "1000")}},
     TH_FAULT_MONEY_CLAIM},
    {"a fen less", {{"li", TAKEN_BACK("1", "li") "," PAYOUT_BACK("999")}}, TH_FAULT_MONEY_CASH},
    {"money back without a word", {{"li", PAYOUT_BACK("1000")}}, TH_FAULT_MONEY_CASH},
    {"a payout of which some came back",
     {{"wang", REPAID("2", "1", "2022-01-04")},
      {"li", TAKEN_BACK("1", "li") "," PAYOUT_BACK("1000")}},
     TH_FAULT_LOAN_SUM},
    {"a payout on which interest was paid",
     {{"wang", INTEREST("2", "15", "2022-01-09")},
      {"li", TAKEN_BACK("1", "li") "," PAYOUT_BACK("1000")}},
     TH_FAULT_LOAN_SUM},
};

// The loan went out, then these.
static void judge_steps(const struct steps *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct test_journal journal;
        money_steps_write(&journal, LOAN_OUT + 1, NULL);
        for (size_t k = 0; k < STEPS_MAX && cases[i].steps[k].login; k++) {
            test_journal_posts(&journal, cases[i].steps[k].login, cases[i].steps[k].posts);
        }
        test_judge(&journal, cases[i].name, cases[i].code);
    }
}

static void audit__a_loan_payment_is_taken_back_whole_by_another_person(void **state)
{
    (void)state;
    judge_steps(TAKEN, sizeof(TAKEN) / sizeof(TAKEN[0]));
}

// 600 went out, came back on 4 January, and 400 went out on the 6th.
#define IN_TWO_PARTS                                                                               \
    {"li", TAKEN_BACK("1", "li") "," PAYOUT_BACK("1000")},                                         \
        {"wang", PAYOUT("2", "600", "2021-12-31")}, {"wang", REPAID("3", "600", "2022-01-04")},    \
    {                                                                                              \
        "wang", PAYOUT("4", "400", "2022-01-06")                                                   \
    }

static void audit__a_repayment_recorded_late_leaves_room_for_later_payments(void **state)
{
    static const struct steps LATE[] = {
        {"when it was out",
         {IN_TWO_PARTS, {"wang", REPAID("5", "400", "2022-01-06")}},
         TH_FAULT_CODES},
        {"the day before it went out",
         {IN_TWO_PARTS, {"wang", REPAID("5", "400", "2022-01-05")}},
         TH_FAULT_LOAN_SUM},
        {"of what came back later",
         {IN_TWO_PARTS, {"wang", REPAID("5", "1", "2022-01-03")}},
         TH_FAULT_LOAN_SUM},
        {"ten days' interest on all, or 14 1/4 with one day's half back",
         {{"wang", INTEREST("2", "15", "2022-01-09")}, {"wang", REPAID("3", "500", "2022-01-08")}},
         TH_FAULT_CODES},
        {"two days, 13 1/2",
         {{"wang", INTEREST("2", "15", "2022-01-09")}, {"wang", REPAID("3", "500", "2022-01-07")}},
         TH_FAULT_LOAN_SUM},
    };
    (void)state;
    judge_steps(LATE, sizeof(LATE) / sizeof(LATE[0]));
}

// Of what a sale brought, 500 were credited by wang: they stand with that sale.
static void audit__what_a_sale_paid_of_a_loan_is_not_taken_back_alone(void **state)
{
    static const struct step BACK = {"li", TAKEN_BACK("2", "li") "," REPAID_BACK("500")};
    struct test_journal journal;
    (void)state;
    money_steps_write(&journal, LOAN_CREDITED + 1, &BACK);
    test_judge(&journal, "credited", TH_FAULT_LOAN_SALE);
}

#define GIVEN_UP(tonnes, fen)                                                                      \
    TRADE("2", fen, "3", "delivery", OF("1"), "1", "0")                                            \
    ",{'post':'delivery','refund_t':" tonnes ",'trade_id':2}"
#define BACK(fen)                                                                                  \
    APPROVED("2")                                                                                  \
    "," CLAIM("1", "prepaid", "3", "1", fen) "," CLAIM("2", "refund", "1", "3", fen)

// 10 t for 100, paid ahead.
static void audit__what_is_given_up_is_owed_back_beyond_the_price_of_what_comes(void **state)
{
    static const struct {
        const char *name;
        const char *proposal;
        const char *approval;
        enum th_fault_code code;
    } CASES[] = {
        {"four of ten tonnes", GIVEN_UP("4", "40"), BACK("40"), TH_FAULT_CODES},
        {"all", GIVEN_UP("10", "100"), BACK("100"), TH_FAULT_CODES},
        {"more than they cost", GIVEN_UP("4", "41"), BACK("41"), TH_FAULT_MONEY_REFUND},
        {"less than they cost", GIVEN_UP("4", "39"), BACK("39"), TH_FAULT_MONEY_REFUND},
        {"all the money for one tonne", GIVEN_UP("1", "100"), BACK("100"), TH_FAULT_MONEY_REFUND},
        {"more tonnes than there are", GIVEN_UP("11", "100"), BACK("100"), TH_FAULT_PROMISE_TONNES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.of_money = true;
        test_journal_posts(&journal, "wang", TRADE("1", "100", "3", "subscription", "", "1", "10"));
        test_journal_posts(&journal, "li", APPROVED("1"));
        test_journal_posts(&journal, "wang",
                           PAY("1", "receipt", "3", "1", "100") "," RECEIPT("1", "1", "100"));
        test_journal_posts(&journal, "wang", CASES[i].proposal);
        test_journal_posts(&journal, "li", CASES[i].approval);
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

// 1,000.00 a day: the same amount again needs another day.
static void audit__what_one_person_decides_alone_counts_together_over_a_day(void **state)
{
    static const struct {
        int64_t later_s;
        bool good;
    } CASES[] = {{0, false}, {86400, true}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.of_money = true;
        test_journal_key(&journal, 1, false);
        journal.login = "officer-2";
        test_journal_entry(&journal, "rule.set", "rule:7",
                           "{'name':'deal_alone_cny','rule_id':7,'since':'2021-12-28',"
                           "'value':'1000'}");
        for (int trade = 1; trade <= 2; trade++) {
            journal.at_utc += trade == 2 ? CASES[i].later_s : 0;
            journal.login = "wang";
            test_journal_entry(&journal, "trade.carry_out", trade == 1 ? "trade:1" : "trade:2",
                               "{'posts':[{'amount_fen':100000,'buyer_id':1,'kind':'option',"
                               "'net_fen':100000,'on_date':'2021-12-28','post':'trade',"
                               "'proposed_by':'wang','seller_id':2,'state':'proposed',"
                               "'tax_fen':0,'tax_rate':'0','tonnes':30,'trade_id':%d},"
                               "{'alone_rule_id':7,'decided_by':'wang','decided_on':'2021-12-28',"
                               "'post':'trade_decision','state':'approved','trade_id':%d},"
                               "{'account':'claim','amount_fen':-100000,'memo':'money.premium',"
                               "'on':'2021-12-28','party':1,'post':'money','trade':%d},"
                               "{'account':'claim','amount_fen':100000,'memo':'money.premium',"
                               "'on':'2021-12-28','party':2,'post':'money','trade':%d}]}",
                               trade, trade, trade, trade);
        }
        test_journal_end(&journal);
        if (CASES[i].good) {
            test_expect_good(&journal);
        } else {
            test_expect_fault(&journal, TH_FAULT_TRADE_SELF, journal.seq);
        }
        test_journal_clear(&journal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__what_one_person_decides_alone_counts_together_over_a_day),
        cmocka_unit_test(audit__what_deals_and_loans_move_is_right_step_by_step),
        cmocka_unit_test(audit__money_that_no_deal_moves_is_told),
        cmocka_unit_test(audit__what_a_corrected_delivery_used_may_come_again),
        cmocka_unit_test(audit__interest_is_what_the_rate_can_have_made_of_what_was_out),
        cmocka_unit_test(audit__a_loan_payment_is_taken_back_whole_by_another_person),
        cmocka_unit_test(audit__a_repayment_recorded_late_leaves_room_for_later_payments),
        cmocka_unit_test(audit__what_a_sale_paid_of_a_loan_is_not_taken_back_alone),
        cmocka_unit_test(audit__what_is_given_up_is_owed_back_beyond_the_price_of_what_comes),
        cmocka_unit_test(audit__the_lines_of_a_deal_are_its_amount_in_proportion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Journals that fit in themselves and send the villages' money elsewhere: runs, their costs,
// payments and what the bank's system is told of them.
#include <stdio.h>
#include <string.h>

#include "tests/audit/verdict.h"
#include "tests/support/support.h"

struct entry {
    const char *login;
    const char *posts;
};

// Anji: two villages of one township bring 2,509 and 4,773 t; the bank sells 2,000 t of their pool
// for 146,820.00, which cost 86,880.00. Of the net of 59,940.00, 70 % are 41,958.00, by tonnes
// 14,456.55 and 27,501.45 (docs/worked-examples.md). Parties: 1, 2 collectives, 3 bank, 4 buyer,
// 5 a collective that has no part in it.
static void issue(struct test_journal *journal, int package, const char *village, int tonnes_t)
{
    test_journal_package(journal, package, package, tonnes_t * 1000);
    journal->login = "officer";
    test_journal_entry(journal, "package.issue", "package:x",
                       "{'buffer_t':0,'debt_kg':0,'debts':[],'issued_t':%d,'net_kg':%d000,"
                       "'opening_kg':0,'package_id':%d,'posts':[{'first':1,'issuance':%d,'last':"
                       "%d,'post':'units','to':{'owner':%d,'state':'held'}}],'rest_kg':0,"
                       "'villages':[{'mass_kg':%d000,'village':'%s'}],'vintages':[{'buffer_t':0,"
                       "'carried_in_kg':0,'carried_kg':0,'issuance_id':%d,'issued_t':%d,'net_kg':"
                       "%d000,'prefix':'P%d','vintage':2021}]}",
                       tonnes_t, tonnes_t, package, package, tonnes_t, package, tonnes_t, village,
                       package, tonnes_t, tonnes_t, package);
}

#define SOLD(memo, account, party, fen)                                                            \
    "{'account':'" account "','amount_fen':" fen ",'memo':'" memo                                  \
    "','on':'2021-12-28','party':" party ",'post':'money','trade':2}"

static void until_received_by(struct test_journal *journal, const char *basis)
{
    test_journal_begin_people(journal);
    journal->of_money = true;
    journal->login = "officer";
    test_journal_entry(journal, "village.import", "village:x",
                       "{'villages':[{'code':'330523001001','name':'M','township':'S'},{'code':"
                       "'330523001002','name':'G','township':'S'}]}");
    static const char *const PARTIES[] = {"village','name':'M','party_id':1,'village':"
                                          "'330523001001",
                                          "village','name':'G','party_id':2,'village':"
                                          "'330523001002",
                                          "bank','name':'B','party_id':3,'village':'",
                                          "enterprise','name':'E','party_id':4,'village':'",
                                          "village','name':'X','party_id':5,'village':"
                                          "'330523001009"};
    for (size_t i = 0; i < sizeof(PARTIES) / sizeof(PARTIES[0]); i++) {
        test_journal_entry(journal, "party.add", "party:x", "{'kind':'%s'}", PARTIES[i]);
    }
    issue(journal, 1, "330523001001", 2509);
    issue(journal, 2, "330523001002", 4773);
    journal->login = "officer";
    test_journal_entry(journal, "revenue.term", "term:1",
                       "{'basis':'%s','from':'2021-01-01','posts':[{'basis':"
                       "'%s','from_on':'2021-01-01','post':'revenue_term','ratio':'70',"
                       "'term_id':1},{'ordinal':1,'party_kind':'village','post':"
                       "'revenue_term_split','share':'1','term_id':1}],'ratio':'70','splits':"
                       "[{'party_kind':'village','share':'1'}],'term_id':1}",
                       basis, basis);
    journal->login = "wang";
    test_journal_entry(journal, "trade.propose", "trade:1",
                       "{'posts':[{'amount_fen':31633008,'buyer_id':3,'kind':'transfer','on_date':'"
                       "2021-12-28','post':'trade',"
                       "'proposed_by':'wang','state':'proposed','tonnes':7282,'trade_id':1}]}");
    journal->login = "li";
    test_journal_entry(
        journal, "trade.approve", "trade:1",
        "{'posts':[{'decided_by':'li','post':'trade_decision','state':'approved','trade_id':1},"
        "{'bought_t':2509,'cost_fen':10899096,'owner_id':3,'package_id':1,'pool_id':1,'post':"
        "'pool_share'},{'bought_t':4773,'cost_fen':20733912,'owner_id':3,'package_id':2,'pool_id':"
        "1,'post':'pool_share'}]}");
    journal->login = "wang";
    test_journal_entry(
        journal, "trade.propose", "trade:2",
        "{'posts':[{'amount_fen':14682000,'buyer_id':4,'kind':'resale','on_date':'2021-12-28',"
        "'post':'trade','proposed_by':'wang','seller_id':3,'state':'proposed','tonnes':2000,"
        "'trade_id':2},{'amount_fen':5057949,'cost_fen':2993016,'ordinal':1,'package_id':1,"
        "'pool_id':1,'post':'trade_line','seller_id':3,'tonnes':689,'trade_id':2},{'amount_fen':"
        "9624051,'cost_fen':5694984,'ordinal':2,'package_id':2,'pool_id':1,'post':'trade_line',"
        "'seller_id':3,'tonnes':1311,'trade_id':2}]}");
    journal->login = "li";
    test_journal_entry(journal, "trade.approve", "trade:2",
                       "{'posts':[{'decided_by':'li','post':'trade_decision','state':'approved',"
                       "'trade_id':2}," SOLD("money.resale", "claim", "3", "14682000") "," SOLD(
                           "money.resale", "claim", "4", "-14682000") "]}");
    test_journal_entry(
        journal, "receipt.confirm", "trade:2",
        "{'posts':[" SOLD("money.receipt", "claim", "3", "-14682000") "," SOLD(
            "money.receipt", "claim", "4",
            "14682000") "," SOLD("money.receipt", "cash", "3",
                                 "14682000") "," SOLD("money.receipt", "cash", "4",
                                                      "-14682000") ",{'amount_fen':14682000,"
                                                                   "'login':'li','on_date':"
                                                                   "'2021-12-28','post':'receipt',"
                                                                   "'receipt_id':1,'trade_id':2}"
                                                                   "],'receipt_id':1,"
                                                                   "'trade_id':2}");
}

static void until_received(struct test_journal *journal)
{
    until_received_by(journal, "net_of_cost");
}

#define SALE(receipts, cost, net, distributed, kept)                                               \
    "{'cost_fen':" cost ",'deductions_fen':0,'distributed_fen':" distributed                       \
    ",'distribution_id':1,'kept_fen':" kept ",'net_fen':" net                                      \
    ",'post':'distribution_sale','receipts_fen':" receipts ",'tax_fen':0,'term_id':1,"             \
    "'trade_id':2}"
#define PAID(ordinal, party, fen)                                                                  \
    "{'amount_fen':" fen ",'distribution_id':1,'ordinal':" ordinal ",'party_id':" party            \
    ",'post':'distribution_payment','trade_id':2,'weight_t':1}"
#define RUN_THROUGH(day, sale, payments)                                                           \
    "{'distribution_id':1,'posts':[{'distribution_id':1,'login':'wang','post':'distribution',"     \
    "'through_on':'" day "'}," sale "," payments "],'through':'" day "'}"
#define RUN(sale, payments) RUN_THROUGH("2021-12-28", sale, payments)
#define CLAIM(party, fen)                                                                          \
    "{'account':'claim','amount_fen':" fen ",'memo':'money.distribution','on':'2021-12-28',"       \
    "'party':" party ",'post':'money','trade':2}"
#define GRANT_ON(day, by, legs)                                                                    \
    "{'distribution_id':1,'posts':[{'distribution_id':1,'login':'" by "','on_date':'" day          \
    "','post':'distribution_decision','state':'approved'}," legs "],'state':'approved'}"
#define GRANT(by, legs) GRANT_ON("2021-12-28", by, legs)

#define RIGHT_SALE SALE("14682000", "8688000", "5994000", "4195800", "1798200")
#define RIGHT_PAID PAID("1", "1", "1445655") "," PAID("2", "2", "2750145")
#define RIGHT_LEGS                                                                                 \
    CLAIM("1", "1445655")                                                                          \
    "," CLAIM("3", "-1445655") "," CLAIM("2", "2750145") "," CLAIM("3", "-2750145")

static const struct {
    const char *name;
    const char *run;
    const char *decider;
    const char *grant;
    enum th_fault_code code;
} RUNS[] = {
    {"as it is", RUN(RIGHT_SALE, RIGHT_PAID), "li", GRANT("li", RIGHT_LEGS), TH_FAULT_CODES},
    {"a party that has no part in it",
     RUN(RIGHT_SALE, PAID("1", "4", "1445655") "," PAID("2", "2", "2750145")), "li",
     GRANT("li", CLAIM("4", "1445655") "," CLAIM("3", "-1445655") "," CLAIM(
                     "2", "2750145") "," CLAIM("3", "-2750145")),
     TH_FAULT_RUN_PAYEE},
    {"another village", RUN(RIGHT_SALE, PAID("1", "5", "1445655") "," PAID("2", "2", "2750145")),
     "li",
     GRANT("li", CLAIM("5", "1445655") "," CLAIM("3", "-1445655") "," CLAIM(
                     "2", "2750145") "," CLAIM("3", "-2750145")),
     TH_FAULT_RUN_PAYEE},
    {"two fen from one village to the other",
     RUN(RIGHT_SALE, PAID("1", "1", "1445653") "," PAID("2", "2", "2750147")), "li",
     GRANT("li", CLAIM("1", "1445653") "," CLAIM("3", "-1445653") "," CLAIM(
                     "2", "2750147") "," CLAIM("3", "-2750147")),
     TH_FAULT_RUN_OFF},
    {"four fen from one village to the other",
     RUN(RIGHT_SALE, PAID("1", "1", "1445651") "," PAID("2", "2", "2750149")), "li",
     GRANT("li", CLAIM("1", "1445651") "," CLAIM("3", "-1445651") "," CLAIM(
                     "2", "2750149") "," CLAIM("3", "-2750149")),
     TH_FAULT_RUN_PAYEE},
    {"only the legs go elsewhere", RUN(RIGHT_SALE, RIGHT_PAID), "li",
     GRANT("li", CLAIM("4", "1445655") "," CLAIM("3", "-1445655") "," CLAIM(
                     "2", "2750145") "," CLAIM("3", "-2750145")),
     TH_FAULT_RUN_CLAIM},
    {"approved, and nothing is posted", RUN(RIGHT_SALE, RIGHT_PAID), "li",
     "{'distribution_id':1,'posts':[{'distribution_id':1,'login':'li','on_date':'2021-12-28',"
     "'post':'distribution_decision','state':'approved'}],'state':'approved'}",
     TH_FAULT_RUN_CLAIM},
    {"less than is distributed",
     RUN(RIGHT_SALE, PAID("1", "1", "1445655") "," PAID("2", "2", "2750000")), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_SUM},
    {"a net that is none",
     RUN(SALE("14682000", "8688000", "5993000", "4195800", "1797200"), RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_SUM},
    {"a cost that nobody had",
     RUN(SALE("14682000", "10000000", "4682000", "4195800", "486200"), RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_RECKONED},
    {"receipts that did not come",
     RUN(SALE("20000000", "8688000", "11312000", "4195800", "7116200"), RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_RECKONED},
    {"half of the ratio",
     RUN(SALE("14682000", "8688000", "5994000", "2097900", "3896100"), RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_RECKONED},
    {"receipts of a day behind it", RUN_THROUGH("2021-12-27", RIGHT_SALE, RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_RECKONED},
    {"through a day that is still to come", RUN_THROUGH("2021-12-29", RIGHT_SALE, RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_POST_DAY},
    {"approved before the day through which it reckons", RUN(RIGHT_SALE, RIGHT_PAID), "li",
     GRANT_ON("2021-12-27", "li", RIGHT_LEGS), TH_FAULT_RUN_EARLY},
    {"by one person", RUN(RIGHT_SALE, RIGHT_PAID), "wang", GRANT("wang", RIGHT_LEGS),
     TH_FAULT_RUN_SELF},
    {"in another's name", RUN(RIGHT_SALE, RIGHT_PAID), "wang", GRANT("li", RIGHT_LEGS),
     TH_FAULT_POST_LOGIN},
    {"by a clerk", RUN(RIGHT_SALE, RIGHT_PAID), "clerk", GRANT("clerk", RIGHT_LEGS),
     TH_FAULT_LOGIN_ROLE},
};

static void audit__a_run_pays_whom_the_term_and_the_tonnes_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(RUNS) / sizeof(RUNS[0]); i++) {
        struct test_journal journal;
        until_received(&journal);
        journal.login = "wang";
        test_journal_entry(&journal, "revenue.distribute", "distribution:1", "%s", RUNS[i].run);
        journal.login = RUNS[i].decider;
        test_journal_entry(&journal, "revenue.approve", "distribution:1", "%s", RUNS[i].grant);
        test_journal_end(&journal);
        print_message("%s\n", RUNS[i].name);
        if (RUNS[i].code == TH_FAULT_CODES) {
            test_expect_good(&journal);
        } else {
            test_expect_fault(&journal, RUNS[i].code, -1);
        }
        test_journal_clear(&journal);
    }
}

#define TERM_2(from, scope, until, more)                                                           \
    "officer", "revenue.term",                                                                     \
        "{'basis':'net_of_cost','from':'" from "','posts':[{'basis':'net_of_cost',"                \
        "'from_on':'" from "','post':'revenue_term','ratio':'10'," scope "'term_id':2" until "},{" \
        "'ordinal':1,'party_kind':'village','post':'revenue_term_split','share':'1','term_id':2}"  \
        "],'ratio':'10','splits':[{'party_kind':'village','share':'1'}],'term_id':2" more "}"
#define TERM_END(id, on)                                                                           \
    "officer", "revenue.term_end",                                                                 \
        "{'ends_on':'" on "','posts':[{'ends_on':'" on "','post':'revenue_term_end','term_id':" id \
        "}],'term_id':" id "}"
#define TERM_FROM(from, scope) TERM_2(from, scope, "", "")

// The sale of 2021-12-28 is shared by term 1, which is from 2021-01-01 on for all there is.
static void audit__a_sale_is_shared_by_the_term_that_held_for_its_units_on_its_day(void **state)
{
    enum { TERMS_MAX = 2 };
    static const struct {
        const char *name;
        struct {
            const char *login;
            const char *kind;
            const char *body;
        } terms[TERMS_MAX];
        enum th_fault_code code;
    } CASES[] = {
        {"a later one", {{TERM_FROM("2022-01-01", "")}}, TH_FAULT_CODES},
        {"the last one replaced it", {{TERM_FROM("2021-12-28", "")}}, TH_FAULT_RUN_TERM},
        {"one that never began",
         {{TERM_FROM("2021-06-01", "")}, {TERM_END("2", "2021-06-01")}},
         TH_FAULT_CODES},
        {"it had ended", {{TERM_END("1", "2021-12-28")}}, TH_FAULT_RUN_TERM},
        {"it ends on the day after", {{TERM_END("1", "2021-12-29")}}, TH_FAULT_CODES},
        {"one for a package of it",
         {{TERM_FROM("2021-06-01", "'scope':'package','scope_id':2,")}},
         TH_FAULT_RUN_TERM},
        {"one for another package",
         {{TERM_FROM("2021-06-01", "'scope':'package','scope_id':3,")}},
         TH_FAULT_CODES},
        {"one for its pool",
         {{TERM_FROM("2021-06-01", "'scope':'pool','scope_id':1,")}},
         TH_FAULT_RUN_TERM},
        {"one for the holder of a package of it",
         {{TERM_FROM("2021-06-01", "'scope':'holder','scope_id':1,")}},
         TH_FAULT_RUN_TERM},
        {"one for another holder",
         {{TERM_FROM("2021-06-01", "'scope':'holder','scope_id':5,")}},
         TH_FAULT_CODES},
        {"one for its pool that was over",
         {{TERM_2("2021-06-01", "'scope':'pool','scope_id':1,", ",'to_on':'2021-12-27'",
                  ",'to':'2021-12-27'")}},
         TH_FAULT_CODES},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        until_received(&journal);
        for (size_t k = 0; k < TERMS_MAX && CASES[i].terms[k].login; k++) {
            journal.login = CASES[i].terms[k].login;
            test_journal_entry(&journal, CASES[i].terms[k].kind, "term:x", "%s",
                               CASES[i].terms[k].body);
        }
        journal.login = "wang";
        test_journal_entry(&journal, "revenue.distribute", "distribution:1", "%s",
                           RUN(RIGHT_SALE, RIGHT_PAID));
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

#define EVENT_ON(day, party, attempt, kind, fen)                                                   \
    "{'amount_fen':" fen ",'attempt':" attempt ",'distribution_id':1,'kind':'" kind                \
    "','login':'wang','on_date':'" day "','party_id':" party                                       \
    ",'payout_event_id':1,'post':'payout_event'}"
#define EVENT(party, attempt, kind, fen) EVENT_ON("2021-12-28", party, attempt, kind, fen)
#define PAYMENT(payer, paid, memo, fen)                                                            \
    SOLD(memo, "claim", paid, "-" fen)                                                             \
    "," SOLD(memo, "claim", payer, fen) "," SOLD(memo, "cash", payer,                              \
                                                 "-" fen) "," SOLD(memo, "cash", paid, fen)
#define OUT EVENT("1", "1", "paid", "1445655") "," PAYMENT("3", "1", "money.payment", "1445655")
#define BACK                                                                                       \
    EVENT("1", "1", "returned", "1445655")                                                         \
    "," PAYMENT("1", "3", "money.payment_returned", "1445655")
#define AGAIN EVENT("1", "2", "resent", "1445655")

// The run is approved; then come these entries, of which the last one is wrong, or none.
static void audit__a_payment_is_made_once_and_again_only_behind_its_return(void **state)
{
    enum { ENTRIES_MAX = 4 };
    static const struct {
        const char *name;
        const char *posts[ENTRIES_MAX];
        enum th_fault_code code;
    } CASES[] = {
        {"paid, returned, sent again and paid",
         {OUT, BACK, AGAIN,
          EVENT("1", "2", "paid", "1445655") "," PAYMENT("3", "1", "money.payment", "1445655")},
         TH_FAULT_CODES},
        {"returned before it was told that it was paid",
         {EVENT("1", "1", "returned", "1445655"), AGAIN},
         TH_FAULT_CODES},
        {"paid before the run was approved",
         {EVENT_ON("2021-12-27", "1", "1", "paid", "1445655") "," PAYMENT("3", "1", "money.payment",
                                                                          "1445655")},
         TH_FAULT_PAYMENT_EARLY},
        {"returned before it was paid",
         {OUT, EVENT_ON("2021-12-27", "1", "1", "returned",
                        "1445655") "," PAYMENT("1", "3", "money.payment_returned", "1445655")},
         TH_FAULT_PAYMENT_EARLY},
        {"paid tomorrow",
         {EVENT_ON("2021-12-29", "1", "1", "paid", "1445655") "," PAYMENT("3", "1", "money.payment",
                                                                          "1445655")},
         TH_FAULT_POST_DAY},
        {"paid twice", {OUT, OUT}, TH_FAULT_PAYMENT_STATE},
        {"paid again without being sent again", {OUT, BACK, OUT}, TH_FAULT_PAYMENT_STATE},
        {"sent again though it was paid", {OUT, AGAIN}, TH_FAULT_PAYMENT_STATE},
        {"another attempt",
         {EVENT("1", "2", "paid", "1445655") "," PAYMENT("3", "1", "money.payment", "1445655")},
         TH_FAULT_PAYMENT_STATE},
        {"to somebody to whom nothing is owed",
         {EVENT("4", "1", "paid", "1445655") "," PAYMENT("3", "4", "money.payment", "1445655")},
         TH_FAULT_PAYMENT_STATE},
        {"another amount",
         {EVENT("1", "1", "paid", "1445656") "," PAYMENT("3", "1", "money.payment", "1445655")},
         TH_FAULT_PAYMENT_SUM},
        {"more cash than is owed",
         {EVENT("1", "1", "paid", "1445655") "," PAYMENT("3", "1", "money.payment", "1445656")},
         TH_FAULT_MONEY_CASH},
        {"cash that no payment moves",
         {PAYMENT("3", "1", "money.payment", "1445655")},
         TH_FAULT_MONEY_CASH},
        {"shared out without a run",
         {SOLD("money.distribution", "claim", "3", "-5") "," SOLD("money.distribution", "claim",
                                                                  "4", "5")},
         TH_FAULT_MONEY_CLAIM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        until_received(&journal);
        journal.login = "wang";
        test_journal_entry(&journal, "revenue.distribute", "distribution:1", "%s",
                           RUN(RIGHT_SALE, RIGHT_PAID));
        journal.login = "li";
        test_journal_entry(&journal, "revenue.approve", "distribution:1", "%s",
                           GRANT("li", RIGHT_LEGS));
        journal.login = "wang";
        for (size_t k = 0; k < ENTRIES_MAX && CASES[i].posts[k]; k++) {
            test_journal_posts(&journal, "wang", CASES[i].posts[k]);
        }
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

#define COST(kind)                                                                                 \
    "{'amount_fen':100,'deduction_id':1,'document_id':1,'kind':'" kind                             \
    "','post':'revenue_deduction','trade_id':2}"
#define TAKEN_BACK(by)                                                                             \
    "{'deduction_id':1,'login':'" by "','post':'deduction_withdrawal','reason':'r'}"
#define SETTLED(by) SETTLED_AT("1", "100", by)
#define SETTLED_AT(id, fen, by)                                                                    \
    "{'actual_fen':" fen ",'document_id':1,'login':'" by                                           \
    "','post':'reserve_settlement','settlement_id':" id ",'trade_id':2}"
#define OPENED(by)                                                                                 \
    "{'login':'" by "','post':'settlement_withdrawal','reason':'r','settlement_id':1}"
#define POSTS_RUN                                                                                  \
    "{'distribution_id':1,'login':'wang','post':'distribution','through_on':'2021-12-28'}"         \
    "," RIGHT_SALE "," RIGHT_PAID
#define POSTS_DECIDED(run, by, state)                                                              \
    "{'distribution_id':" run ",'login':'" by                                                      \
    "','on_date':'2021-12-28','post':'distribution_decision','state':'" state "'}"
// A run in which nothing is left to share.
#define POSTS_RUN_AGAIN                                                                            \
    "{'distribution_id':2,'login':'wang','post':'distribution','through_on':'2021-12-28'},"        \
    "{'cost_fen':0,'deductions_fen':0,'distributed_fen':0,'distribution_id':2,'kept_fen':0,"       \
    "'net_fen':0,'post':'distribution_sale','receipts_fen':0,'tax_fen':0,'term_id':1,"             \
    "'trade_id':2}"

enum { COST_ENTRIES_MAX = 5 };
struct cost_case {
    const char *name;
    struct entry entries[COST_ENTRIES_MAX];
    enum th_fault_code code;
};

static void judge_costs_by(const char *basis, const struct cost_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct test_journal journal;
        until_received_by(&journal, basis);
        for (size_t k = 0; k < COST_ENTRIES_MAX && cases[i].entries[k].login; k++) {
            test_journal_posts(&journal, cases[i].entries[k].login, cases[i].entries[k].posts);
        }
        test_judge(&journal, cases[i].name, cases[i].code);
    }
}

static void judge_costs(const struct cost_case *cases, size_t n)
{
    judge_costs_by("net_of_cost", cases, n);
}

// The term takes no listed costs off; but whoever says what a sale cost does not approve its run.
static void audit__costs_are_listed_taken_back_and_approved_by_others(void **state)
{
    static const struct cost_case CASES[] = {
        {"approved by another",
         {{"wang", COST("fee")},
          {"wang", POSTS_RUN},
          {"li", POSTS_DECIDED("1", "li", "approved") "," RIGHT_LEGS}},
         TH_FAULT_CODES},
        {"approved by who listed it",
         {{"li", COST("fee")},
          {"wang", POSTS_RUN},
          {"li", POSTS_DECIDED("1", "li", "approved") "," RIGHT_LEGS}},
         TH_FAULT_COST_APPROVED},
        {"approved by whose cost was taken back",
         {{"li", COST("fee")},
          {"wang", TAKEN_BACK("wang")},
          {"wang", POSTS_RUN},
          {"li", POSTS_DECIDED("1", "li", "approved") "," RIGHT_LEGS}},
         TH_FAULT_CODES},
        {"approved by who took it back",
         {{"wang", COST("fee")},
          {"li", TAKEN_BACK("li")},
          {"wang", POSTS_RUN},
          {"li", POSTS_DECIDED("1", "li", "approved") "," RIGHT_LEGS}},
         TH_FAULT_COST_APPROVED},
        {"approved by who settled a reserve",
         {{"wang", COST("reserve")},
          {"li", SETTLED("li")},
          {"wang", POSTS_RUN},
          {"li", POSTS_DECIDED("1", "li", "approved") "," RIGHT_LEGS}},
         TH_FAULT_COST_APPROVED},
        {"approved by who listed it in the run before",
         {{"li", COST("fee")},
          {"wang", POSTS_RUN},
          {"officer", POSTS_DECIDED("1", "officer", "approved") "," RIGHT_LEGS},
          {"wang", POSTS_RUN_AGAIN},
          {"li", POSTS_DECIDED("2", "li", "approved")}},
         TH_FAULT_CODES},
        {"approved by who listed it before a run that was rejected",
         {{"li", COST("fee")},
          {"wang", POSTS_RUN},
          {"officer", POSTS_DECIDED("1", "officer", "rejected")},
          {"wang", POSTS_RUN_AGAIN},
          {"li", POSTS_DECIDED("2", "li", "approved")}},
         TH_FAULT_COST_APPROVED},
        {"taken back by who listed it",
         {{"wang", COST("fee")}, {"wang", TAKEN_BACK("wang")}},
         TH_FAULT_COST_SELF},
        {"taken back in another's name",
         {{"wang", COST("fee")}, {"wang", TAKEN_BACK("li")}},
         TH_FAULT_POST_LOGIN},
        {"taken back twice",
         {{"wang", COST("fee")}, {"li", TAKEN_BACK("li")}, {"li", TAKEN_BACK("li")}},
         TH_FAULT_COST_TWICE},
    };
    (void)state;
    judge_costs(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void
audit__reserves_are_settled_once_within_what_was_set_aside_and_opened_by_others(void **state)
{
    static const struct cost_case CASES[] = {
        {"approved by whose settlement was taken back",
         {{"wang", COST("reserve")},
          {"li", SETTLED("li")},
          {"wang", OPENED("wang")},
          {"wang", POSTS_RUN},
          {"li", POSTS_DECIDED("1", "li", "approved") "," RIGHT_LEGS}},
         TH_FAULT_CODES},
        {"approved by who took a settlement back",
         {{"wang", COST("reserve")},
          {"wang", SETTLED("wang")},
          {"li", OPENED("li")},
          {"wang", POSTS_RUN},
          {"li", POSTS_DECIDED("1", "li", "approved") "," RIGHT_LEGS}},
         TH_FAULT_COST_APPROVED},
        {"settled, taken back and settled anew",
         {{"wang", COST("reserve")},
          {"wang", SETTLED("wang")},
          {"li", OPENED("li")},
          {"li", SETTLED_AT("2", "70", "li")}},
         TH_FAULT_CODES},
        {"settled above the reserve",
         {{"wang", COST("reserve")}, {"wang", SETTLED_AT("1", "101", "wang")}},
         TH_FAULT_RESERVE_EXCEEDED},
        {"settled above what is left of the reserve",
         {{"wang", COST("reserve")}, {"li", TAKEN_BACK("li")}, {"wang", SETTLED("wang")}},
         TH_FAULT_RESERVE_EXCEEDED},
        {"settled twice",
         {{"wang", COST("reserve")},
          {"wang", SETTLED("wang")},
          {"li", SETTLED_AT("2", "70", "li")}},
         TH_FAULT_RESERVE_TWICE},
        {"a settlement taken back by who settled",
         {{"wang", COST("reserve")}, {"wang", SETTLED("wang")}, {"wang", OPENED("wang")}},
         TH_FAULT_RESERVE_SELF},
        {"a settlement taken back twice",
         {{"wang", COST("reserve")},
          {"wang", SETTLED("wang")},
          {"li", OPENED("li")},
          {"li", OPENED("li")}},
         TH_FAULT_RESERVE_TWICE},
        {"a settlement taken back that nobody made",
         {{"wang", COST("reserve")}, {"li", OPENED("li")}},
         TH_FAULT_POST_FORM},
    };
    (void)state;
    judge_costs(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

// 100 fen of costs: 70 % of 5,993,900 are shared, 4,195,730 by 2,509 and 4,773 parts.
#define POSTS_RUN_COST                                                                             \
    "{'distribution_id':1,'login':'wang','post':'distribution','through_on':'2021-12-28'},"        \
    "{'cost_fen':8688000,'deductions_fen':100,'distributed_fen':4195730,'distribution_id':1,"      \
    "'kept_fen':1798170,'net_fen':5993900,'post':'distribution_sale','receipts_fen':14682000,"     \
    "'tax_fen':0,'term_id':1,'trade_id':2}," PAID("1", "1", "1445631") "," PAID("2", "2",          \
                                                                                "2750099")

static void audit__what_a_run_took_off_is_not_taken_back(void **state)
{
    static const struct cost_case CASES[] = {
        {"a run that takes a cost off",
         {{"wang", COST("fee")}, {"wang", POSTS_RUN_COST}},
         TH_FAULT_CODES},
        {"a cost that a waiting run takes off",
         {{"wang", COST("fee")}, {"wang", POSTS_RUN_COST}, {"li", TAKEN_BACK("li")}},
         TH_FAULT_COST_SHARED},
        {"a cost that a rejected run took off",
         {{"wang", COST("fee")},
          {"wang", POSTS_RUN_COST},
          {"li", POSTS_DECIDED("1", "li", "rejected")},
          {"li", TAKEN_BACK("li")}},
         TH_FAULT_CODES},
        {"a settlement that a waiting run takes off",
         {{"wang", COST("reserve")},
          {"wang", SETTLED("wang")},
          {"wang", POSTS_RUN_COST},
          {"li", OPENED("li")}},
         TH_FAULT_COST_SHARED},
        {"a settlement that a rejected run took off",
         {{"wang", COST("reserve")},
          {"wang", SETTLED("wang")},
          {"wang", POSTS_RUN_COST},
          {"li", POSTS_DECIDED("1", "li", "rejected")},
          {"li", OPENED("li")}},
         TH_FAULT_CODES},
    };
    (void)state;
    judge_costs_by("net_of_costs", CASES, sizeof(CASES) / sizeof(CASES[0]));
}

#define ACCOUNT(id, party, by)                                                                     \
    "{'account_id':" id ",'bank':'b','holder':'h','login':'" by                                    \
    "','number':'6230','party_id':" party ",'post':'party_account'}"
#define CONFIRMED(id, by)                                                                          \
    "{'account_id':" id ",'login':'" by "','post':'party_account_decision','state':'confirmed'}"
#define ORDER(message, run, party, attempt, account)                                               \
    "{'account_id':" account ",'attempt':" attempt ",'distribution_id':" run                       \
    ",'message_id':" message ",'party_id':" party ",'post':'outbox_payment','word':'pay'}"
#define STOP(message, attempt)                                                                     \
    "{'attempt':" attempt ",'distribution_id':1,'message_id':" message                             \
    ",'party_id':1,'post':'outbox_payment','word':'stop'}"
#define WITHDRAWN_FOR(message, after)                                                              \
    "{'message_id':" message ",'post':'outbox_withdrawal'" after "}"
#define WITHDRAWN(message) WITHDRAWN_FOR(message, "")
#define REPLACED(message, by) WITHDRAWN_FOR(message, ",'replaced_by':" by)

enum { ORDERS_MAX = 4 };
struct of_orders {
    const char *name;
    struct entry entries[ORDERS_MAX];
    enum th_fault_code code;
};

// The run is approved, and account 1 of party 1 confirmed; then come these entries.
static void judge_orders(const struct of_orders *of_orders)
{
    struct test_journal journal;
    until_received(&journal);
    test_journal_posts(&journal, "wang", POSTS_RUN "," ACCOUNT("1", "1", "wang"));
    test_journal_posts(&journal, "li",
                       POSTS_DECIDED("1", "li", "approved") "," RIGHT_LEGS
                                                            "," CONFIRMED("1", "li"));
    for (size_t k = 0; k < ORDERS_MAX && of_orders->entries[k].login; k++) {
        const struct entry *entry = &of_orders->entries[k];
        if (!strstr(entry->posts, "'outbox_")) {
            test_journal_posts(&journal, entry->login, entry->posts);
            continue;
        }
        journal.login = entry->login;
        test_journal_entry(&journal, "outbox.renew", "outbox",
                           "{'messages':[{'message_id':1},{'message_id':2}],'posts':[%s]}",
                           entry->posts);
    }
    test_judge(&journal, of_orders->name, of_orders->code);
}

static void audit__the_bank_is_told_to_pay_what_is_owed_once_and_where_it_is_confirmed(void **state)
{
    static const struct of_orders CASES[] = {
        {"ordered", {{"wang", ORDER("1", "1", "1", "1", "1")}}, TH_FAULT_CODES},
        {"ordered twice",
         {{"wang", ORDER("1", "1", "1", "1", "1")}, {"wang", ORDER("2", "1", "1", "1", "1")}},
         TH_FAULT_ORDER_TWICE},
        {"ordered twice by one message",
         {{"wang", ORDER("1", "1", "1", "1", "1") "," ORDER("1", "1", "1", "1", "1")}},
         TH_FAULT_ORDER_TWICE},
        {"stopped when it was paid at the counter",
         {{"wang", ORDER("1", "1", "1", "1", "1")}, {"wang", OUT}, {"wang", STOP("2", "1")}},
         TH_FAULT_CODES},
        {"sent again under the next number",
         {{"wang", ORDER("1", "1", "1", "1", "1")},
          {"wang", EVENT("1", "1", "returned", "1445655")},
          {"wang", AGAIN},
          {"wang", STOP("2", "1") "," ORDER("2", "1", "1", "2", "1")}},
         TH_FAULT_CODES},
        {"the number before is ordered once more",
         {{"wang", EVENT("1", "1", "returned", "1445655")},
          {"wang", AGAIN},
          {"wang", ORDER("2", "1", "1", "1", "1")}},
         TH_FAULT_ORDER_STATE},
        {"a number that is not given yet",
         {{"wang", ORDER("1", "1", "1", "2", "1")}},
         TH_FAULT_ORDER_STATE},
        {"ordered though it was paid",
         {{"wang", OUT}, {"wang", ORDER("1", "1", "1", "1", "1")}},
         TH_FAULT_ORDER_STATE},
        {"of a run that is none", {{"wang", ORDER("1", "9", "1", "1", "1")}}, TH_FAULT_ORDER_STATE},
        {"to whom nothing is owed",
         {{"wang", ORDER("1", "1", "5", "1", "1")}},
         TH_FAULT_ORDER_STATE},
        {"stopped though it is owed", {{"wang", STOP("1", "1")}}, TH_FAULT_ORDER_STATE},
        {"to another's account",
         {{"wang", ORDER("1", "1", "2", "1", "1")}},
         TH_FAULT_ORDER_ACCOUNT},
        {"to an account that nobody confirmed",
         {{"wang", ACCOUNT("2", "1", "wang")}, {"wang", ORDER("1", "1", "1", "1", "2")}},
         TH_FAULT_ORDER_ACCOUNT},
        {"to the account before",
         {{"wang", ACCOUNT("2", "1", "wang")},
          {"li", CONFIRMED("2", "li")},
          {"wang", ORDER("1", "1", "1", "1", "1")}},
         TH_FAULT_ORDER_ACCOUNT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        judge_orders(&CASES[i]);
    }
}

static void audit__a_message_is_withdrawn_once_and_only_where_something_changed(void **state)
{
    static const struct of_orders CASES[] = {
        {"ordered anew to another account",
         {{"wang", ORDER("1", "1", "1", "1", "1")},
          {"wang", ACCOUNT("2", "1", "wang")},
          {"li", CONFIRMED("2", "li")},
          {"wang", REPLACED("1", "2") "," ORDER("2", "1", "1", "1", "2")}},
         TH_FAULT_CODES},
        {"one more is ordered with it",
         {{"wang", ORDER("1", "1", "1", "1", "1")},
          {"wang", ACCOUNT("2", "2", "wang")},
          {"li", CONFIRMED("2", "li")},
          {"wang", REPLACED("1", "2") "," ORDER("2", "1", "1", "1", "1") "," ORDER("2", "1", "2",
                                                                                   "1", "2")}},
         TH_FAULT_CODES},
        {"withdrawn when it was paid at the counter",
         {{"wang", ORDER("1", "1", "1", "1", "1")}, {"wang", OUT}, {"wang", WITHDRAWN("1")}},
         TH_FAULT_CODES},
        {"ordered anew for nothing",
         {{"wang", ORDER("1", "1", "1", "1", "1")},
          {"wang", REPLACED("1", "2") "," ORDER("2", "1", "1", "1", "1")}},
         TH_FAULT_ORDER_AGAIN},
        {"withdrawn for nothing",
         {{"wang", ORDER("1", "1", "1", "1", "1")}, {"wang", WITHDRAWN("1")}},
         TH_FAULT_ORDER_AGAIN},
        {"withdrawn for nothing, and ordered afterwards",
         {{"wang", ORDER("1", "1", "1", "1", "1")},
          {"wang", WITHDRAWN("1") "," ORDER("2", "1", "1", "1", "1")}},
         TH_FAULT_ORDER_AGAIN},
        {"withdrawn twice",
         {{"wang", ORDER("1", "1", "1", "1", "1")},
          {"wang", OUT},
          {"wang", WITHDRAWN("1")},
          {"wang", WITHDRAWN("1")}},
         TH_FAULT_ORDER_MESSAGE},
        {"never made and withdrawn", {{"wang", WITHDRAWN("1")}}, TH_FAULT_ORDER_MESSAGE},
        {"replaced by none",
         {{"wang", ORDER("1", "1", "1", "1", "1")}, {"wang", OUT}, {"wang", REPLACED("1", "2")}},
         TH_FAULT_ORDER_MESSAGE},
        {"made by two entries",
         {{"wang", ORDER("1", "1", "1", "1", "1")}, {"wang", OUT}, {"wang", STOP("1", "1")}},
         TH_FAULT_ORDER_MESSAGE},
        {"of which the body says nothing",
         {{"wang", ORDER("9", "1", "1", "1", "1")}},
         TH_FAULT_ORDER_MESSAGE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        judge_orders(&CASES[i]);
    }
}

// A run that is rejected gives back what it reserved, and cannot be decided again.
static void audit__a_rejected_run_reserves_nothing(void **state)
{
    static const char REJECT[] = "{'distribution_id':1,'posts':[{'distribution_id':1,'login':"
                                 "'li','on_date':'2021-12-28','post':'distribution_decision',"
                                 "'reason':'r','state':'rejected'}],'state':'rejected'}";
    struct test_journal journal;
    (void)state;
    until_received(&journal);
    journal.login = "wang";
    test_journal_entry(&journal, "revenue.distribute", "distribution:1", "%s",
                       RUN(RIGHT_SALE, RIGHT_PAID));
    size_t reserved = journal.out.size;
    struct test_journal twice = journal;
    // A second run of the same receipts.
    test_journal_entry(
        &twice, "revenue.distribute", "distribution:2",
        "{'distribution_id':2,'posts':[{'distribution_id':2,'login':'wang','post':'distribution',"
        "'through_on':'2021-12-28'},{'cost_fen':8688000,'deductions_fen':0,'distributed_fen':"
        "4195800,"
        "'distribution_id':2,'kept_fen':1798200,'net_fen':5994000,'post':'distribution_sale',"
        "'receipts_fen':14682000,'tax_fen':0,'term_id':1,'trade_id':2},{'amount_fen':1445655,"
        "'distribution_id':2,'ordinal':1,'party_id':1,'post':'distribution_payment','trade_id':2,"
        "'weight_t':1},{'amount_fen':2750145,'distribution_id':2,'ordinal':2,'party_id':2,'post':"
        "'distribution_payment','trade_id':2,'weight_t':1}],'through':'2021-12-28'}");
    test_journal_end(&twice);
    test_expect_fault(&twice, TH_FAULT_RUN_RECKONED, twice.seq);
    journal.out = twice.out;
    journal.out.size = reserved;
    journal.login = "li";
    test_journal_entry(&journal, "revenue.reject", "distribution:1", "%s", REJECT);
    size_t rejected = journal.out.size;
    test_journal_end(&journal);
    test_expect_good(&journal);
    journal.out.size = rejected;
    test_journal_entry(&journal, "revenue.approve", "distribution:1", "%s",
                       GRANT("li", RIGHT_LEGS));
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_RUN_DECIDED, journal.seq);
    test_journal_clear(&journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__a_run_pays_whom_the_term_and_the_tonnes_say),
        cmocka_unit_test(audit__a_sale_is_shared_by_the_term_that_held_for_its_units_on_its_day),
        cmocka_unit_test(audit__a_payment_is_made_once_and_again_only_behind_its_return),
        cmocka_unit_test(audit__costs_are_listed_taken_back_and_approved_by_others),
        cmocka_unit_test(
            audit__reserves_are_settled_once_within_what_was_set_aside_and_opened_by_others),
        cmocka_unit_test(audit__what_a_run_took_off_is_not_taken_back),
        cmocka_unit_test(
            audit__the_bank_is_told_to_pay_what_is_owed_once_and_where_it_is_confirmed),
        cmocka_unit_test(audit__a_message_is_withdrawn_once_and_only_where_something_changed),
        cmocka_unit_test(audit__a_rejected_run_reserves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

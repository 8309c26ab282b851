// Receipts that are taken back, in journals whose chain and signatures hold.
#include "tests/audit/money_steps.h"
#include "tests/audit/verdict.h"
#include "tests/support/support.h"

#define WITHDRAWN(id, login, on)                                                                   \
    "{'login':'" login "','on_date':'" on "','post':'receipt_withdrawal','reason':'x',"            \
    "'receipt_id':" id "}"
#define TAKEN_BACK(id) WITHDRAWN(id, "li", "2021-12-29")
// The cash of who was paid goes back, his claim comes.
#define PAY_BACK(trade, payer, paid, fen)                                                          \
    MOVE(trade, "receipt_back", "claim", payer, paid, fen)                                         \
    "," MOVE(trade, "receipt_back", "cash", paid, payer, fen)
#define RESALE_BACK PAY_BACK("1", "3", "1", "33") "," PAY_BACK("1", "3", "2", "67")

enum { STEPS_MAX = 3 };
static const struct {
    const char *name;
    int before; // so many honest steps come first
    struct step steps[STEPS_MAX];
    enum th_fault_code code;
} CASES[] = {
    {"as it came", PLEDGE, {{"li", TAKEN_BACK("1") "," RESALE_BACK}}, TH_FAULT_CODES},
    {"and all of it comes",
     PLEDGE,
     {{"li", TAKEN_BACK("1") "," RESALE_BACK},
      {"wang", PAY("1", "receipt", "3", "1", "600") "," PAY("1", "receipt", "3", "2",
                                                            "1200") "," RECEIPT("2", "1", "1800")}},
     TH_FAULT_CODES},
    {"and more than all",
     PLEDGE,
     {{"li", TAKEN_BACK("1") "," RESALE_BACK},
      {"wang", PAY("1", "receipt", "3", "1", "600") "," PAY("1", "receipt", "3", "2",
                                                            "1201") "," RECEIPT("2", "1", "1801")}},
     TH_FAULT_RECEIPT_EXCESS},
    {"by who confirmed it",
     PLEDGE,
     {{"wang", WITHDRAWN("1", "wang", "2021-12-29") "," RESALE_BACK}},
     TH_FAULT_RECEIPT_SELF},
    {"in another's name",
     PLEDGE,
     {{"li", WITHDRAWN("1", "wang", "2021-12-29") "," RESALE_BACK}},
     TH_FAULT_POST_LOGIN},
    {"twice",
     PLEDGE,
     {{"li", TAKEN_BACK("1") "," RESALE_BACK}, {"li", TAKEN_BACK("1") "," RESALE_BACK}},
     TH_FAULT_RECEIPT_AGAIN},
    {"what never was", PLEDGE, {{"li", TAKEN_BACK("7") "," RESALE_BACK}}, TH_FAULT_POST_FORM},
    {"before it came",
     PLEDGE,
     {{"li", WITHDRAWN("1", "li", "2021-12-27") "," RESALE_BACK}},
     TH_FAULT_RECEIPT_EARLY},
    {"without its money", PLEDGE, {{"li", TAKEN_BACK("1")}}, TH_FAULT_MONEY_CASH},
    {"its money without a word", PLEDGE, {{"li", RESALE_BACK}}, TH_FAULT_MONEY_CASH},
    {"rounded the other way",
     PLEDGE,
     {{"li", TAKEN_BACK("1") "," PAY_BACK("1", "3", "1", "34") "," PAY_BACK("1", "3", "2", "66")}},
     TH_FAULT_MONEY_CASH},
    {"out of one's cash alone",
     PLEDGE,
     {{"li", TAKEN_BACK("1") "," PAY_BACK("1", "3", "1", "100")}},
     TH_FAULT_MONEY_CASH},
    {"before the loan was paid with it",
     LOAN_CREDITED,
     {{"li",
       TAKEN_BACK("2") "," PAY_BACK("3", "3", "5", "500") "," PAY_BACK("3", "3", "1", "100")}},
     TH_FAULT_CODES},
    {"after the loan was paid with it",
     SUBSCRIPTION,
     {{"li",
       TAKEN_BACK("2") "," PAY_BACK("3", "3", "5", "500") "," PAY_BACK("3", "3", "1", "100")}},
     TH_FAULT_RECEIPT_USED},
    {"paid ahead, and still there",
     DELIVERY,
     {{"li", TAKEN_BACK("3") "," PAY_BACK("4", "3", "1", "400")}},
     TH_FAULT_CODES},
    {"paid ahead, and delivered for",
     PREPAYMENT_AGAIN,
     {{"li", TAKEN_BACK("3") "," PAY_BACK("4", "3", "1", "400")}},
     TH_FAULT_RECEIPT_USED},
    {"what a delivery took over",
     PREPAYMENT_AGAIN,
     {{"li", TAKEN_BACK("4") "," PAY_BACK("5", "3", "1", "400")}},
     TH_FAULT_RECEIPT_USED},
    {"of a refund",
     CORRECTION,
     {{"li", TAKEN_BACK("6") "," PAY_BACK("6", "1", "3", "300")}},
     TH_FAULT_CODES},
    {"of a deal that was taken back",
     CORRECTION_PAID,
     {{"li", TAKEN_BACK("1") "," RESALE_BACK}},
     TH_FAULT_RECEIPT_USED},
    {"what a correction brought back",
     OPTION,
     {{"li", TAKEN_BACK("7") "," PAY_BACK("7", "1", "3", "17") "," PAY_BACK("7", "2", "3", "33")}},
     TH_FAULT_CODES},
};

static void audit__a_receipt_is_taken_back_whole_by_another_person(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        money_steps_write(&journal, CASES[i].before, NULL);
        for (size_t k = 0; k < STEPS_MAX && CASES[i].steps[k].login; k++) {
            test_journal_posts(&journal, CASES[i].steps[k].login, CASES[i].steps[k].posts);
        }
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__a_receipt_is_taken_back_whole_by_another_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

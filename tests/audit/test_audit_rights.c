// Rights that an option gives: who may end what its holder does with them.
#include "tests/audit/verdict.h"
#include "tests/support/support.h"

// bo writes for party 5, hu holds for party 6, zu is of party 7; wang and li are of no party.
#define OPTION                                                                                     \
    "{'amount_fen':0,'buyer_id':6,'kind':'option','on_date':'2021-12-01','post':'trade',"          \
    "'proposed_by':'bo','seller_id':5,'state':'proposed','tonnes':10,'trade_id':1},{'post':"       \
    "'promise','strike_fen':500,'trade_id':1,'window_from':'2021-12-01','window_to':"              \
    "'2021-12-31'}"
#define EXERCISE(by, day, last)                                                                    \
    "{'amount_fen':1000,'buyer_id':6," last "'kind':'exercise','of_trade_id':1,'on_date':'" day    \
    "','post':'trade','proposed_by':'" by                                                          \
    "','seller_id':5,'state':'proposed','tonnes':2,'trade_id':2}"
#define IN_TIME(by) EXERCISE(by, "2021-12-28", "")
#define LAST_DAY "'expires_on':'2021-12-30',"
#define DECIDED(id, by, state)                                                                     \
    "{'decided_by':'" by "','post':'trade_decision','state':'" state "','trade_id':" id "}"

enum { STEPS_MAX = 2 };
static const struct {
    const char *name;
    struct {
        const char *login;
        const char *posts;
    } steps[STEPS_MAX];
    enum th_fault_code code;
} CASES[] = {
    {"by its holder",
     {{"hu", IN_TIME("hu")}, {"hu", DECIDED("2", "hu", "rejected")}},
     TH_FAULT_CODES},
    {"by the county",
     {{"hu", IN_TIME("hu")}, {"officer", DECIDED("2", "officer", "rejected")}},
     TH_FAULT_CODES},
    {"by the writer",
     {{"hu", IN_TIME("hu")}, {"bo", DECIDED("2", "bo", "rejected")}},
     TH_FAULT_RIGHT_ENDED},
    {"by a stranger",
     {{"hu", IN_TIME("hu")}, {"zu", DECIDED("2", "zu", "rejected")}},
     TH_FAULT_RIGHT_ENDED},
    {"by a desk of no party",
     {{"hu", IN_TIME("hu")}, {"li", DECIDED("2", "li", "rejected")}},
     TH_FAULT_RIGHT_ENDED},
    {"by the writer, who proposed it",
     {{"bo", IN_TIME("bo")}, {"bo", DECIDED("2", "bo", "rejected")}},
     TH_FAULT_CODES},
    {"proposed by a desk, by the other desk",
     {{"wang", IN_TIME("wang")}, {"li", DECIDED("2", "li", "rejected")}},
     TH_FAULT_CODES},
    {"entered as of an earlier day, by the writer",
     {{"hu", EXERCISE("hu", "2021-12-27", "")}, {"bo", DECIDED("2", "bo", "rejected")}},
     TH_FAULT_CODES},
    {"with a last day", {{"hu", EXERCISE("hu", "2021-12-28", LAST_DAY)}}, TH_FAULT_RIGHT_LIMITED},
    {"with a last day, by the writer",
     {{"bo", EXERCISE("bo", "2021-12-28", LAST_DAY)}},
     TH_FAULT_CODES},
};

static void audit__what_a_holder_exercises_in_time_is_ended_by_his_side_or_the_county(void **state)
{
    static const char *const USERS[][2] = {{"bo", "5"}, {"hu", "6"}, {"zu", "7"}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        for (size_t k = 0; k < sizeof(USERS) / sizeof(USERS[0]); k++) {
            test_journal_entry(&journal, "user.add", "user:x",
                               "{'login':'%s','party_id':%s,'role':'bank'}", USERS[k][0],
                               USERS[k][1]);
        }
        test_journal_posts(&journal, "bo", OPTION);
        test_journal_posts(&journal, "hu", DECIDED("1", "hu", "approved"));
        for (size_t k = 0; k < STEPS_MAX && CASES[i].steps[k].login; k++) {
            test_journal_posts(&journal, CASES[i].steps[k].login, CASES[i].steps[k].posts);
        }
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__what_a_holder_exercises_in_time_is_ended_by_his_side_or_the_county),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

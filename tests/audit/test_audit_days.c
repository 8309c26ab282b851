// Days are days, nothing happens later than the entry that tells it, and nothing before what it
// follows. Entries are of 2021-12-28 and, where a case says so, of the days behind it.
#include "tests/audit/verdict.h"
#include "tests/support/support.h"

struct step {
    const char *login;
    int days; // later than the step before
    const char *posts;
};

enum { STEPS_MAX = 3, DAY_SECONDS = 86400 };

struct case_of_days {
    const char *name;
    struct step steps[STEPS_MAX];
    enum th_fault_code code; // of the last one; TH_FAULT_CODES: none of any
};

static void judge_all(const struct case_of_days *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        for (size_t k = 0; k < STEPS_MAX && cases[i].steps[k].login; k++) {
            journal.at_utc += (int64_t)cases[i].steps[k].days * DAY_SECONDS;
            test_journal_posts(&journal, cases[i].steps[k].login, cases[i].steps[k].posts);
        }
        test_judge(&journal, cases[i].name, cases[i].code);
    }
}

#define OFFER(day)                                                                                 \
    "{'amount_fen':100,'buyer_id':2,'expires_on':'2021-12-29','kind':'option','on_date':'" day     \
    "','post':'trade','proposed_by':'wang','seller_id':1,'state':'proposed','tonnes':1,"           \
    "'trade_id':1}"
#define LEG(party, account, memo, fen, day)                                                        \
    "{'account':'" account "','amount_fen':" fen ",'memo':'money." memo "','on':'" day             \
    "','party':" party ",'post':'money','trade':1}"
#define SOLD(decided, day)                                                                         \
    "{'decided_by':'li','decided_on':'" decided                                                    \
    "','post':'trade_decision','state':'approved','trade_id':1}"                                   \
    "," LEG("1", "claim", "premium", "100", day) "," LEG("2", "claim", "premium", "-100", day)
#define EXPIRED "{'post':'trade_decision','state':'expired','trade_id':1}"
#define PAID(day, login)                                                                           \
    LEG("1", "claim", "receipt", "-100", "2021-12-28")                                             \
    "," LEG("2", "claim", "receipt", "100", "2021-12-28") "," LEG(                                 \
        "1", "cash", "receipt", "100",                                                             \
        "2021-12-28") "," LEG("2", "cash", "receipt", "-100",                                      \
                              "2021-12-28") ",{'amount_fen':100,'login':'" login                   \
                                            "','on_date':'" day                                    \
                                            "','post':'receipt','receipt_id':1,'trade_id':1}"

static void audit__a_deal_is_agreed_decided_and_paid_on_days_that_were(void **state)
{
    static const struct case_of_days CASES[] = {
        {"as it is",
         {{"wang", 0, OFFER("2021-12-28")},
          {"li", 0, SOLD("2021-12-28", "2021-12-28")},
          {"wang", 0, PAID("2021-12-28", "wang")}},
         TH_FAULT_CODES},
        {"told some days later",
         {{"wang", 0, OFFER("2021-12-01")},
          {"li", 1, SOLD("2021-12-20", "2021-12-20")},
          {"wang", 9, PAID("2022-01-02", "wang")}},
         TH_FAULT_CODES},
        {"agreed tomorrow", {{"wang", 0, OFFER("2021-12-29")}}, TH_FAULT_POST_DAY},
        {"agreed on no day", {{"wang", 0, OFFER("0000-00-00")}}, TH_FAULT_POST_DAY},
        {"approved before it was agreed",
         {{"wang", 0, OFFER("2021-12-20")}, {"li", 0, SOLD("2021-12-19", "2021-12-28")}},
         TH_FAULT_TRADE_BEFORE},
        {"approved tomorrow",
         {{"wang", 0, OFFER("2021-12-28")}, {"li", 0, SOLD("2021-12-29", "2021-12-28")}},
         TH_FAULT_POST_DAY},
        {"owed as of ten letters",
         {{"wang", 0, OFFER("2021-12-28")}, {"li", 0, SOLD("2021-12-28", "xxxxxxxxxx")}},
         TH_FAULT_POST_DAY},
        {"owed as of tomorrow",
         {{"wang", 0, OFFER("2021-12-28")}, {"li", 0, SOLD("2021-12-28", "2021-12-29")}},
         TH_FAULT_POST_DAY},
        {"paid in the year 9999",
         {{"wang", 0, OFFER("2021-12-28")},
          {"li", 0, SOLD("2021-12-28", "2021-12-28")},
          {"wang", 0, PAID("9999-99-99", "wang")}},
         TH_FAULT_POST_DAY},
        {"paid by the word of somebody else",
         {{"wang", 0, OFFER("2021-12-28")},
          {"li", 0, SOLD("2021-12-28", "2021-12-28")},
          {"wang", 0, PAID("2021-12-28", "li")}},
         TH_FAULT_POST_LOGIN},
    };
    (void)state;
    judge_all(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void audit__a_proposal_expires_when_its_last_day_is_over(void **state)
{
    static const struct case_of_days CASES[] = {
        {"the day after", {{"wang", 0, OFFER("2021-12-28")}, {"wang", 2, EXPIRED}}, TH_FAULT_CODES},
        {"on the last day",
         {{"wang", 0, OFFER("2021-12-28")}, {"wang", 1, EXPIRED}},
         TH_FAULT_TRADE_OPEN},
        {"on the day that it was made",
         {{"wang", 0, OFFER("2021-12-28")}, {"wang", 0, EXPIRED}},
         TH_FAULT_TRADE_OPEN},
    };
    (void)state;
    judge_all(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__a_deal_is_agreed_decided_and_paid_on_days_that_were),
        cmocka_unit_test(audit__a_proposal_expires_when_its_last_day_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

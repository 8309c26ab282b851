// Expected tonnes and their corrections.
#include "tests/audit/verdict.h"
#include "tests/support/support.h"

#define FORECAST                                                                                   \
    "{'document_id':1,'forecast_id':1,'on_date':'2021-12-28','owner_id':1,'package_id':1,"         \
    "'post':'forecast','registered_t':3070}"
#define CORRECTION(was, now, by)                                                                   \
    "{'correction_id':1,'document_id':1,'forecast_id':1,'login':'" by                              \
    "','post':'forecast_correction','reason':'r','registered_t':" now ",'was_t':" was "}"
#define MOVE(more) "{'corrected_t':" more ",'forecast_id':1,'post':'forecast_move'}"

struct step {
    const char *login;
    const char *posts;
};

// A journal whose entries of corrections tell in their bodies what their posts do.
static void enter(struct test_journal *journal, const struct step *step, const char *now_t,
                  const char *was_t)
{
    journal->login = step->login;
    if (now_t) {
        test_journal_entry(journal, "forecast.correct", "forecast:1",
                           "{'correction_id':1,'forecast_id':1,'posts':[%s],'reason':'r',"
                           "'registered_t':%s,'was_t':%s}",
                           step->posts, now_t, was_t);
    } else {
        test_journal_posts(journal, step->login, step->posts);
    }
}

struct case_of_correction {
    const char *name;
    const char *was_t; // in the body; NULL: an entry without one
    const char *now_t;
    struct step registered;
    struct step corrected;
    enum th_fault_code code;
};

static void judge_all(const struct case_of_correction *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        enter(&journal, &cases[i].registered, NULL, NULL);
        enter(&journal, &cases[i].corrected, cases[i].now_t, cases[i].was_t);
        test_judge(&journal, cases[i].name, cases[i].code);
    }
}

static void audit__a_forecast_is_corrected_by_another_officer(void **state)
{
    static const struct case_of_correction CASES[] = {
        {"put right by another officer",
         "3070",
         "307",
         {"officer", FORECAST},
         {"officer-2", CORRECTION("3070", "307", "officer-2") "," MOVE("-2763")},
         TH_FAULT_CODES},
        {"put right by who registered",
         "3070",
         "307",
         {"officer", FORECAST},
         {"officer", CORRECTION("3070", "307", "officer") "," MOVE("-2763")},
         TH_FAULT_FORECAST_SELF},
        {"in another's name",
         "3070",
         "307",
         {"officer", FORECAST},
         {"officer-2", CORRECTION("3070", "307", "officer") "," MOVE("-2763")},
         TH_FAULT_POST_LOGIN},
        {"by a bank",
         "3070",
         "307",
         {"officer", FORECAST},
         {"wang", CORRECTION("3070", "307", "wang") "," MOVE("-2763")},
         TH_FAULT_LOGIN_ROLE},
    };
    (void)state;
    judge_all(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void audit__a_forecast_moves_as_its_correction_tells(void **state)
{
    static const struct case_of_correction CASES[] = {
        {"of another number than was registered",
         "3071",
         "307",
         {"officer", FORECAST},
         {"officer-2", CORRECTION("3071", "307", "officer-2") "," MOVE("-2763")},
         TH_FAULT_FORECAST_TONNES},
        {"moved by more than it tells",
         "3070",
         "307",
         {"officer", FORECAST},
         {"officer-2", CORRECTION("3070", "307", "officer-2") "," MOVE("-2764")},
         TH_FAULT_FORECAST_TONNES},
        {"told and not done",
         "3070",
         "307",
         {"officer", FORECAST},
         {"officer-2", CORRECTION("3070", "307", "officer-2")},
         TH_FAULT_FORECAST_TONNES},
        {"moved without a correction",
         NULL,
         NULL,
         {"officer", FORECAST},
         {"officer-2", MOVE("-2763")},
         TH_FAULT_FORECAST_TONNES},
        {"another number than people read",
         "3070",
         "308",
         {"officer", FORECAST},
         {"officer-2", CORRECTION("3070", "307", "officer-2") "," MOVE("-2763")},
         TH_FAULT_POST_TOLD},
        {"of a forecast that there is not",
         "3070",
         "307",
         {"officer", "{'from_on':'2021-01-01','post':'x'}"},
         {"officer-2", CORRECTION("3070", "307", "officer-2")},
         TH_FAULT_FORECAST_UNKNOWN},
    };
    (void)state;
    judge_all(CASES, sizeof(CASES) / sizeof(CASES[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__a_forecast_is_corrected_by_another_officer),
        cmocka_unit_test(audit__a_forecast_moves_as_its_correction_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Journals that fit in themselves and make units of nothing where a package is issued: kilograms
// that nobody had, ground that was issued before, debts that are forgotten. Sums are reckoned by
// hand.
#include "tests/audit/verdict.h"
#include "tests/support/support.h"

struct step {
    const char *login;
    const char *kind;
    const char *body;
};

#define CREATE(id, from, to)                                                                       \
    {                                                                                              \
        "clerk", "package.create",                                                                 \
            "{'from':'" from "','holder_id':1,'package_id':" id ",'to':'" to "'}"                  \
    }
#define SUBMIT(id, openings, parcels)                                                              \
    {                                                                                              \
        "clerk", "package.submit",                                                                 \
            "{'opening':[" openings "],'package_id':" id ",'parcels':[" parcels "]}"               \
    }
#define VERIFY(id, decision, kg)                                                                   \
    {                                                                                              \
        "verifier", "package.verify",                                                              \
            "{'decision':'" decision "','net_kg':" kg ",'package_id':" id "}"                      \
    }
#define ISSUE(id, sums, debts, fresh, rest, mass, vintages)                                        \
    {                                                                                              \
        "officer", "package.issue",                                                                \
            "{'buffer_t':0,'debt_kg':" debts "," sums ",'package_id':" id ",'posts':[" fresh       \
            "],'rest_kg':" rest ",'villages':[" mass "],'vintages':[" vintages "]}"                \
    }
#define SUMS(issued, net, opening) "'issued_t':" issued ",'net_kg':" net ",'opening_kg':" opening
#define DEBTS(kg, list) kg ",'debts':[" list "]"
#define DEBT(parcel, kg) "{'debt_kg':" kg ",'parcel_id':" parcel "}"
#define FRESH(issuance, last)                                                                      \
    "{'first':1,'issuance':" issuance ",'last':" last                                              \
    ",'post':'units','to':{'owner':1,'state':'held'}}"
#define MASS(village, kg) "{'mass_kg':" kg ",'village':'" village "'}"
#define VINTAGE(year, issuance, issued, in, net, out)                                              \
    "{'buffer_t':0,'carried_in_kg':" in ",'carried_kg':" out ",'issuance_id':" issuance            \
    ",'issued_t':" issued ",'net_kg':" net ",'prefix':'P" issuance "','vintage':" year "}"
#define PARCEL(id) "{'parcel_id':" id ",'version':1}"
#define OPENING(parcel, year, debt, gap, kg)                                                       \
    "{'debt_kg':" debt ",'gap_kg':" gap ",'last_year':" year ",'opening_kg':" kg                   \
    ",'parcel_id':" parcel ",'run_id':null}"

// Package 1 stands on parcels 1 and 2. 2018 brings 10,500 kg: ten tonnes, 500 kg are carried on. In
// 2019 the stock falls by 2,300 kg: the parcels owe 1,800.
#define CREATE_1 CREATE("1", "2018-01-01", "2019-12-31")
#define SUBMIT_1 SUBMIT("1", "", PARCEL("1") "," PARCEL("2"))
#define VERIFY_1 VERIFY("1", "approve", "8200")
#define DEBTS_1 DEBTS("-1800", DEBT("1", "-1000") "," DEBT("2", "-800"))
#define FALL_1 VINTAGE("2019", "2", "0", "500", "-2300", "-1800")
#define VINTAGES_1 VINTAGE("2018", "1", "10", "0", "10500", "500") "," FALL_1
#define SUMS_1 SUMS("10", "8200", "0")
#define MASS_1 MASS("V", "4500") "," MASS("W", "5500")
#define ISSUE_1 ISSUE("1", SUMS_1, DEBTS_1, FRESH("1", "10"), "0", MASS_1, VINTAGES_1)
// Package 2 goes on with them and parcel 3: of 5,000 kg 1,800 are owed, three tonnes remain.
#define CREATE_2 CREATE("2", "2020-01-01", "2020-12-31")
#define OPENING_1 OPENING("1", "2019", "-1000", "null", "-1000")
#define OPENING_2 OPENING("2", "2019", "-800", "null", "-800")
#define PARCELS_2 PARCEL("1") "," PARCEL("2") "," PARCEL("3")
#define SUBMIT_2(openings) SUBMIT("2", openings, PARCELS_2)
#define VERIFY_2 VERIFY("2", "approve", "5000")
#define ISSUE_OF_2(issued, opening, rest)                                                          \
    ISSUE("2", SUMS(issued, "5000", opening), DEBTS("0", ""), FRESH("3", issued), rest,            \
          MASS("V", issued "000"), VINTAGE("2020", "3", issued, opening, "5000", rest))
#define ISSUE_2 ISSUE_OF_2("3", "-1800", "200")
// Package 3 is of parcel 1 alone, whose stock fell by 400 kg in the years between.
#define CREATE_3 CREATE("3", "2023-01-01", "2023-12-31")
#define SUBMIT_3(opening) SUBMIT("3", opening, PARCEL("1"))
#define OPENING_3 OPENING("1", "2020", "0", "-400", "-400")
#define VERIFY_3 VERIFY("3", "approve", "2400")
#define ISSUE_3                                                                                    \
    ISSUE("3", SUMS("2", "2400", "-400"), DEBTS("0", ""), FRESH("4", "2"), "0", MASS("V", "2000"), \
          VINTAGE("2023", "4", "2", "-400", "2400", "0"))

enum { CREATED_1, ISSUED_1 = 4, ISSUED_2 = 8, HONEST_STEPS = 12, STEPS_MAX = 7 };

static const struct step HONEST[HONEST_STEPS] = {CREATE_1, SUBMIT_1,
                                                 VERIFY_1, ISSUE_1,
                                                 CREATE_2, SUBMIT_2(OPENING_1 "," OPENING_2),
                                                 VERIFY_2, ISSUE_2,
                                                 CREATE_3, SUBMIT_3(OPENING_3),
                                                 VERIFY_3, ISSUE_3};

struct forgery {
    const char *name;
    size_t before;                // so many honest steps come first
    struct step steps[STEPS_MAX]; // the last one is wrong
    enum th_fault_code code;      // TH_FAULT_CODES: it is not
};

static void judge(const struct forgery *forgery)
{
    struct test_journal journal;
    test_journal_begin(&journal);
    for (size_t i = 0; i < forgery->before + STEPS_MAX; i++) {
        const struct step *step =
            i < forgery->before ? &HONEST[i] : &forgery->steps[i - forgery->before];
        if (step->login) {
            journal.login = step->login;
            test_journal_entry(&journal, step->kind, "package:x", "%s", step->body);
        }
    }
    test_judge(&journal, forgery->name, forgery->code);
}

static void audit__packages_go_on_with_what_their_parcels_owe(void **state)
{
    (void)state;
    for (size_t n = 0; n <= HONEST_STEPS; n++) {
        judge(&(struct forgery){.name = "steps", .before = n, .code = TH_FAULT_CODES});
    }
}

static const struct forgery FROM_NOTHING[] = {
    {"begins with kilograms of nobody",
     3,
     {ISSUE("1", SUMS("15", "8200", "5000"), DEBTS_1, FRESH("1", "15"), "0", MASS("V", "15000"),
            VINTAGE("2018", "1", "15", "5000", "10500", "500") "," FALL_1)},
     TH_FAULT_UNITS_MASS},
    {"issues what it then owes",
     7,
     {ISSUE("2", SUMS("8", "5000", "-1800"), DEBTS("-4800", DEBT("3", "-4800")), FRESH("3", "8"),
            "0", MASS("V", "8000"), VINTAGE("2020", "3", "8", "-1800", "5000", "-4800"))},
     TH_FAULT_UNITS_MASS},
    {"keeps more than a tonne", 7, {ISSUE_OF_2("2", "-1800", "1200")}, TH_FAULT_UNITS_MASS},
    {"begins as if nothing were owed", 7, {ISSUE_OF_2("5", "0", "0")}, TH_FAULT_UNITS_MASS},
    {"a year goes on with more than was left",
     3,
     {ISSUE("1", SUMS_1, DEBTS_1, FRESH("1", "10"), "0", MASS_1,
            VINTAGE("2018", "1", "10", "0", "10500", "500") "," VINTAGE("2019", "2", "0", "600",
                                                                        "-2400", "-1800"))},
     TH_FAULT_UNITS_MASS},
    {"a year of another package",
     3,
     {ISSUE("1", SUMS_1, DEBTS_1, FRESH("1", "10"), "0", MASS_1,
            VINTAGE("2017", "1", "10", "0", "10500", "500") "," FALL_1)},
     TH_FAULT_PACKAGE_YEAR},
    {"a year is left out",
     3,
     {ISSUE("1", SUMS("8", "8200", "0"), DEBTS("0", ""), FRESH("1", "8"), "200", MASS("V", "8000"),
            VINTAGE("2018", "1", "8", "0", "8200", "200"))},
     TH_FAULT_PACKAGE_YEAR},
    {"half a year", CREATED_1, {CREATE("1", "2018-01-01", "2018-06-30")}, TH_FAULT_POST_FORM},
    {"ends before it begins",
     CREATED_1,
     {CREATE("1", "2018-01-01", "2017-12-31")},
     TH_FAULT_POST_FORM},
};

// A sum that is told as another one, or not.
static const struct forgery OTHER_SUMS[] = {
    {"tonnes",
     3,
     {ISSUE("1", SUMS("11", "8200", "0"), DEBTS_1, FRESH("1", "10"), "0", MASS_1, VINTAGES_1)},
     TH_FAULT_PACKAGE_SUM},
    {"kilograms",
     3,
     {ISSUE("1", SUMS("10", "8201", "0"), DEBTS_1, FRESH("1", "10"), "0", MASS_1, VINTAGES_1)},
     TH_FAULT_PACKAGE_SUM},
    {"what was owed",
     3,
     {ISSUE("1", SUMS("10", "8200", "-1"), DEBTS_1, FRESH("1", "10"), "0", MASS_1, VINTAGES_1)},
     TH_FAULT_PACKAGE_SUM},
    {"what is left",
     3,
     {ISSUE("1", SUMS_1, DEBTS_1, FRESH("1", "10"), "1", MASS_1, VINTAGES_1)},
     TH_FAULT_PACKAGE_SUM},
    {"what is owed",
     3,
     {ISSUE("1", SUMS_1, DEBTS("0", DEBT("1", "-1800")), FRESH("1", "10"), "0", MASS_1,
            VINTAGES_1)},
     TH_FAULT_PACKAGE_SUM},
    {"a village with more than there is",
     3,
     {ISSUE("1", SUMS_1, DEBTS_1, FRESH("1", "10"), "0", MASS("V", "4501") "," MASS("W", "5500"),
            VINTAGES_1)},
     TH_FAULT_PACKAGE_SUM},
    {"no village",
     3,
     {ISSUE("1", SUMS_1, DEBTS_1, FRESH("1", "10"), "0", "", VINTAGES_1)},
     TH_FAULT_PACKAGE_SUM},
};

static const struct forgery DEBTS_LOST[] = {
    {"owed by nobody",
     3,
     {ISSUE("1", SUMS_1, DEBTS("-1800", ""), FRESH("1", "10"), "0", MASS_1, VINTAGES_1)},
     TH_FAULT_PACKAGE_DEBT},
    {"owed by less",
     3,
     {ISSUE("1", SUMS_1, DEBTS("-1800", DEBT("1", "-1799")), FRESH("1", "10"), "0", MASS_1,
            VINTAGES_1)},
     TH_FAULT_PACKAGE_DEBT},
    {"owed by another's parcel",
     3,
     {ISSUE("1", SUMS_1, DEBTS("-1800", DEBT("9", "-1800")), FRESH("1", "10"), "0", MASS_1,
            VINTAGES_1)},
     TH_FAULT_POST_FORM},
    {"forgotten", 5, {SUBMIT_2(OPENING_1)}, TH_FAULT_PACKAGE_OPENING},
    {"remembered as less",
     5,
     {SUBMIT_2(OPENING_1 "," OPENING("2", "2019", "-1", "null", "-1"))},
     TH_FAULT_PACKAGE_OPENING},
    {"not counted",
     5,
     {SUBMIT_2(OPENING_1 "," OPENING("2", "2019", "-800", "null", "0"))},
     TH_FAULT_PACKAGE_OPENING},
    {"of an earlier year",
     5,
     {SUBMIT_2(OPENING_1 "," OPENING("2", "2018", "-800", "800", "0"))},
     TH_FAULT_PACKAGE_OPENING},
    {"paid by years that are not between",
     5,
     {SUBMIT_2(OPENING_1 "," OPENING("2", "2019", "-800", "800", "0"))},
     TH_FAULT_PACKAGE_OPENING},
    {"the years between are left out",
     9,
     {SUBMIT_3(OPENING("1", "2020", "0", "null", "0"))},
     TH_FAULT_PACKAGE_OPENING},
    {"the years between bring something",
     9,
     {SUBMIT_3(OPENING("1", "2020", "0", "400", "400"))},
     TH_FAULT_PACKAGE_OPENING},
    {"the years between only pay a debt",
     9,
     {SUBMIT_3(OPENING("1", "2020", "0", "400", "0"))},
     TH_FAULT_CODES},
    {"of a parcel that is not in it", 9, {SUBMIT_3(OPENING_3 "," OPENING_2)}, TH_FAULT_POST_FORM},
};

#define CREATE_4 CREATE("4", "2019-01-01", "2019-12-31")
#define SUBMIT_4 SUBMIT("4", "", PARCEL("2"))
#define VERIFY_4 VERIFY("4", "approve", "1000")
#define ISSUE_4                                                                                    \
    ISSUE("4", SUMS("1", "1000", "0"), DEBTS("0", ""), FRESH("9", "1"), "0", MASS("V", "1000"),    \
          VINTAGE("2019", "9", "1", "0", "1000", "0"))

static const struct forgery TWICE[] = {
    {"a year again", ISSUED_1, {CREATE_4, SUBMIT_4, VERIFY_4, ISSUE_4}, TH_FAULT_PACKAGE_GROUND},
    {"an earlier year", ISSUED_2, {CREATE_4, SUBMIT_4, VERIFY_4, ISSUE_4}, TH_FAULT_PACKAGE_GROUND},
    {"the same year of other ground",
     ISSUED_1,
     {CREATE_4, SUBMIT("4", "", PARCEL("4")), VERIFY_4, ISSUE_4},
     TH_FAULT_CODES},
    {"submitted before the years before were issued",
     3,
     {CREATE_2, SUBMIT_2(""), VERIFY_2, ISSUE_1, ISSUE_OF_2("5", "0", "0")},
     TH_FAULT_PACKAGE_GROUND},
    {"returned and submitted again behind them",
     3,
     {CREATE_2, SUBMIT_2(""), ISSUE_1, VERIFY("2", "return", "5000"),
      SUBMIT_2(OPENING_1 "," OPENING_2), VERIFY_2, ISSUE_2},
     TH_FAULT_CODES},
    {"a parcel twice in a package",
     1,
     {SUBMIT("1", "", PARCEL("1") "," PARCEL("1"))},
     TH_FAULT_POST_FORM},
    {"no parcels", 1, {SUBMIT("1", "", "")}, TH_FAULT_POST_FORM},
};

static void judge_all(const struct forgery *forgeries, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        judge(&forgeries[i]);
    }
}

static void audit__kilograms_that_nobody_had_are_told(void **state)
{
    (void)state;
    judge_all(FROM_NOTHING, sizeof(FROM_NOTHING) / sizeof(FROM_NOTHING[0]));
    judge_all(OTHER_SUMS, sizeof(OTHER_SUMS) / sizeof(OTHER_SUMS[0]));
}

static void audit__what_a_parcel_owes_is_taken_off_what_it_is_issued_next(void **state)
{
    (void)state;
    judge_all(DEBTS_LOST, sizeof(DEBTS_LOST) / sizeof(DEBTS_LOST[0]));
}

static void audit__a_parcel_is_issued_once_for_a_year_and_in_their_order(void **state)
{
    (void)state;
    judge_all(TWICE, sizeof(TWICE) / sizeof(TWICE[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__packages_go_on_with_what_their_parcels_owe),
        cmocka_unit_test(audit__kilograms_that_nobody_had_are_told),
        cmocka_unit_test(audit__what_a_parcel_owes_is_taken_off_what_it_is_issued_next),
        cmocka_unit_test(audit__a_parcel_is_issued_once_for_a_year_and_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Stock change is credited once: what fell comes off before a rise is issued, whether it fell in a
// package, between packages, or under another number. A parcel of 1,000 mu changes by 100,000 kg in
// 2018, 50,000 in 2019, -80,000 in 2020, 20,000 in 2021, 40,000 in 2022 and 50,000 in 2023.
#include <stdio.h>
#include <stdlib.h>

#include "registry/estimate/methodology.h"
#include "registry/registry.h"
#include "store/check.h"
#include "store/ledger/ledger_store.h"
#include "tests/integration/packages_fixture.h"

static int set_up(void **state)
{
    int failed = fixture_setup(state);
    struct fixture *fixture = *state;
    struct th_request request = fixture_as("officer");
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    (void)th_test_source_path(path, "tests/data/credit/rise-and-fall.json");
    assert_ok(th_methodology_add(fixture->registry, &request, path, &reply, &fixture->err),
              &fixture->err);
    th_json_free(reply);
    return failed;
}

static void report(void *context, const char *name, int64_t n, const struct th_error *problem)
{
    int *n_checks = context;
    (void)n;
    if (problem) {
        fail_msg("%s: %s", name, problem->key);
    }
    (*n_checks)++;
}

// Whatever was issued, the books agree.
static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    int n_checks = 0;
    const struct th_check_sink sink = {.report = report, .context = &n_checks};
    assert_ok(th_ledger_check_all(th_registry_store(fixture->registry), &sink, &fixture->err),
              &fixture->err);
    assert_true(n_checks > 0);
    return fixture_teardown(state);
}

static struct th_json *create(struct fixture *fixture, const char *parcels, const char *from,
                              const char *to, enum th_status want)
{
    return fixture_create(fixture, "clerk_a", "rise-and-fall", "1", parcels, from, to, NULL, want);
}

static struct th_json *issue(struct fixture *fixture, const char *package)
{
    th_json_free(fixture_submit(fixture, "clerk_a", package, TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", package, NULL, TH_OK));
    return fixture_issue(fixture, "officer", package, TH_OK);
}

static void check_issued(struct th_json *reply, int64_t opening_kg, int64_t net_kg,
                         int64_t issued_t, int64_t rest_kg, int64_t debt_kg)
{
    assert_int_equal(th_json_get_int(reply, "opening_kg", 1), opening_kg);
    assert_int_equal(th_json_get_int(reply, "net_kg", 1), net_kg);
    assert_int_equal(th_json_get_int(reply, "issued_t", -1), issued_t);
    assert_int_equal(th_json_get_int(reply, "rest_kg", -1), rest_kg);
    assert_int_equal(th_json_get_int(reply, "debt_kg", 1), debt_kg);
    th_json_free(reply);
}

static struct th_json *show(struct fixture *fixture, const char *package)
{
    struct th_json *reply = NULL;
    assert_ok(th_package_show(fixture->registry, package, NULL, TH_LANG_EN, &reply, &fixture->err),
              &fixture->err);
    return reply;
}

// 2020 and 2021 together lost 60 t, which nobody packaged: of the 90 t that came after, 30.
static void gap__what_fell_between_packages_comes_off_the_next(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(create(fixture, "1", "2018-01-01", "2019-12-31", TH_OK));
    check_issued(issue(fixture, "1"), 0, 150000, 150, 0, 0);
    struct th_json *reply = create(fixture, "1", "2022-01-01", "2023-12-31", TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 90000);
    assert_int_equal(th_json_get_int(reply, "opening_kg", 0), -60000);
    const struct th_json *years = th_json_get(reply, "years");
    assert_int_equal(th_json_get_int(th_json_at(years, 0), "net_kg", 0), 40000);
    assert_int_equal(th_json_get_int(th_json_at(years, 0), "whole_t", -1), 0);
    assert_int_equal(th_json_get_int(th_json_at(years, 0), "carried_kg", 0), -20000);
    assert_int_equal(th_json_get_int(th_json_at(years, 1), "whole_t", -1), 30);
    th_json_free(reply);
    check_issued(issue(fixture, "2"), -60000, 90000, 30, 0, 0);
    reply = show(fixture, "2");
    const struct th_json *opening = th_json_at(th_json_get(reply, "opening"), 0);
    assert_int_equal(th_json_get_int(opening, "parcel_id", 0), 1);
    assert_int_equal(th_json_get_int(opening, "last_year", 0), 2019);
    assert_int_equal(th_json_get_int(opening, "debt_kg", 1), 0);
    assert_int_equal(th_json_get_int(opening, "gap_kg", 0), -60000);
    assert_int_equal(th_json_get_int(opening, "opening_kg", 0), -60000);
    assert_true(th_json_get_int(opening, "run_id", 0) > 0);
    th_json_free(reply);
}

// A rise that nobody packaged owes nothing, and is not issued later either.
static void gap__a_rise_between_packages_is_never_issued(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(create(fixture, "1", "2018-01-01", "2018-12-31", TH_OK));
    th_json_free(issue(fixture, "1"));
    th_json_free(create(fixture, "1", "2022-01-01", "2022-12-31", TH_OK)); // 50 - 80 + 20 = -10
    check_issued(issue(fixture, "2"), -10000, 40000, 30, 0, 0);
    (void)create(fixture, "1", "2019-01-01", "2019-12-31", TH_CONFLICT);
    fixture_refused(fixture, "package_overtaken");
    assert_string_equal(th_error_arg_get(&fixture->err, "package"), "2");
    (void)create(fixture, "1", "2017-01-01", "2017-12-31", TH_CONFLICT);
    fixture_refused(fixture, "package_overtaken");
}

// A package that ends with a loss is closed with what it had; its 30 t are paid by the next.
static void debt__a_loss_at_the_end_is_paid_by_the_next_package(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(create(fixture, "1", "2019-01-01", "2020-12-31", TH_OK));
    check_issued(issue(fixture, "1"), 0, -30000, 50, 0, -80000);
    struct th_json *reply = show(fixture, "1");
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), -30000);
    assert_int_equal(th_json_get_int(reply, "debt_kg", 0), -80000);
    const struct th_json *debt = th_json_at(th_json_get(reply, "debts"), 0);
    assert_int_equal(th_json_get_int(debt, "parcel_id", 0), 1);
    assert_int_equal(th_json_get_int(debt, "debt_kg", 0), -80000);
    th_json_free(reply);
    // 2021 to 2023 bring 110 t: 30 are left, and over all years 50 + 30 = 50 - 80 + 110.
    th_json_free(create(fixture, "1", "2021-01-01", "2023-12-31", TH_OK));
    check_issued(issue(fixture, "2"), -80000, 110000, 30, 0, 0);
}

static void debt__a_package_that_only_fell_is_closed_with_no_units(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(create(fixture, "1", "2020-01-01", "2020-12-31", TH_OK));
    struct th_json *reply = issue(fixture, "1");
    assert_int_equal(th_json_type(th_json_get(reply, "serial")), TH_JSON_NULL);
    check_issued(reply, 0, -80000, 0, 0, -80000);
    // Part of the way back: nothing is issued, and what is still owed goes on.
    th_json_free(create(fixture, "1", "2021-01-01", "2021-12-31", TH_OK));
    check_issued(issue(fixture, "2"), -80000, 20000, 0, 0, -60000);
    th_json_free(create(fixture, "1", "2022-01-01", "2023-12-31", TH_OK));
    check_issued(issue(fixture, "3"), -60000, 90000, 30, 0, 0);
}

// Together with another parcel it owes its own share: 1,145 mu lost 91.6 t, and 1,000 mu 80.
static void debt__goes_with_the_parcel_into_other_packages(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(create(fixture, "1 2", "2020-01-01", "2020-12-31", TH_OK));
    check_issued(issue(fixture, "1"), 0, -171600, 0, 0, -171600);
    th_json_free(create(fixture, "1", "2021-01-01", "2023-12-31", TH_OK));
    check_issued(issue(fixture, "2"), -80000, 110000, 30, 0, 0);
    th_json_free(create(fixture, "2", "2021-01-01", "2023-12-31", TH_OK));
    // 125.95 - 91.6 = 34.35 t.
    check_issued(issue(fixture, "3"), -91600, 125950, 34, 350, 0);
}

// Kilograms that are left over at the end are never issued: they pay no debt either.
static void rest__is_never_issued_and_pays_nothing(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(create(fixture, "2", "2018-01-01", "2018-12-31", TH_OK)); // 114.5 t
    check_issued(issue(fixture, "1"), 0, 114500, 114, 500, 0);
    th_json_free(create(fixture, "2", "2019-01-01", "2019-12-31", TH_OK)); // 57.25 t
    check_issued(issue(fixture, "2"), 0, 57250, 57, 250, 0);
}

static void order__earlier_years_that_wait_are_issued_first(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(create(fixture, "1", "2018-01-01", "2018-12-31", TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    th_json_free(create(fixture, "1", "2019-01-01", "2019-12-31", TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_a", "2", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "2", NULL, TH_OK));
    (void)fixture_issue(fixture, "officer", "2", TH_CONFLICT);
    fixture_refused(fixture, "package_before_waits");
    assert_string_equal(th_error_arg_get(&fixture->err, "package"), "1");
    th_json_free(fixture_approve(fixture, "verifier", "1", NULL, TH_OK));
    th_json_free(fixture_issue(fixture, "officer", "1", TH_OK));
    // What the second starts from is another thing now.
    (void)fixture_issue(fixture, "officer", "2", TH_CONFLICT);
    fixture_refused(fixture, "package_opening_changed");
}

// Tonnes that a third party states say nothing of the years between.
static void gap__that_cannot_be_estimated_is_refused(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(fixture_create(fixture, "clerk_c", "statement", "3", "6", "2019-01-01",
                                "2019-12-31", NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_c", "1", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "1", "1000", TH_OK));
    th_json_free(fixture_issue(fixture, "officer", "1", TH_OK));
    (void)fixture_create(fixture, "clerk_c", "statement", "3", "6", "2021-01-01", "2021-12-31",
                         NULL, TH_CONFLICT);
    fixture_refused(fixture, "package_gap_unknown");
    assert_string_equal(th_error_arg_get(&fixture->err, "from"), "2020");
    assert_string_equal(th_error_arg_get(&fixture->err, "to"), "2020");
    th_json_free(fixture_create(fixture, "clerk_c", "statement", "3", "6", "2020-01-01",
                                "2021-12-31", NULL, TH_OK));
}

// The same ground and years stand in one package, by whatever methodology.
static void exclusivity__holds_across_methodologies(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(create(fixture, "1", "2018-01-01", "2019-12-31", TH_OK));
    (void)fixture_create(fixture, "clerk_a", "reported-factor", "1", "1", "2019-01-01",
                         "2020-12-31", NULL, TH_CONFLICT);
    fixture_refused(fixture, "parcel_already_packaged");
}

#define CREDIT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CREDIT_TEST(gap__what_fell_between_packages_comes_off_the_next),
        CREDIT_TEST(gap__a_rise_between_packages_is_never_issued),
        CREDIT_TEST(debt__a_loss_at_the_end_is_paid_by_the_next_package),
        CREDIT_TEST(debt__a_package_that_only_fell_is_closed_with_no_units),
        CREDIT_TEST(debt__goes_with_the_parcel_into_other_packages),
        CREDIT_TEST(rest__is_never_issued_and_pays_nothing),
        CREDIT_TEST(order__earlier_years_that_wait_are_issued_first),
        CREDIT_TEST(gap__that_cannot_be_estimated_is_refused),
        CREDIT_TEST(exclusivity__holds_across_methodologies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

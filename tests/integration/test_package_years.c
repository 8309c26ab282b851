// Ground that changes with the years: each year counts its own, packages have one, and what was
// issued stays. 1,000 mu × 0.39 t are 390,000 kg a year, 900 mu 351,000, 1,100 mu 429,000.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "registry/records/activity.h"
#include "registry/registry.h"
#include "store/estimate/estimate_store.h"
#include "store/ledger/issuance_store.h"
#include "tests/integration/packages_fixture.h"

struct rows {
    int64_t versions[8], net_kg[8];
    int years[8];
    size_t n;
};

static bool take_row(void *context, const struct th_estimate_row *row)
{
    struct rows *rows = context;
    assert_true(rows->n < 8);
    rows->versions[rows->n] = row->version;
    rows->years[rows->n] = row->year;
    rows->net_kg[rows->n++] = th_carbon_kg(row->terms.net);
    return true;
}

static struct rows estimate(struct fixture *fixture, const char *parcel, const char *from,
                            const char *to)
{
    struct rows rows = {.n = 0};
    struct th_json *reply = NULL;
    struct th_request request = fixture_as("clerk_a");
    const struct th_estimate_options options = {
        .methodology = "reported-factor", .parcel = parcel, .from_year = from, .to_year = to};
    assert_ok(th_estimate_run(fixture->registry, &request, &options, &reply, &fixture->err),
              &fixture->err);
    assert_ok(th_estimate_row_each(th_registry_store(fixture->registry),
                                   th_json_get_int(reply, "run_id", 0), take_row, &rows,
                                   &fixture->err),
              &fixture->err);
    th_json_free(reply);
    return rows;
}

static void check_rows(const struct rows *rows, const struct rows *want)
{
    assert_int_equal(rows->n, want->n);
    for (size_t i = 0; i < want->n; i++) {
        assert_int_equal(rows->years[i], want->years[i]);
        assert_int_equal(rows->versions[i], want->versions[i]);
        assert_int_equal(rows->net_kg[i], want->net_kg[i]);
    }
}

static void estimate_run__a_year_of_change_counts_the_smaller_ground(void **state)
{
    struct fixture *fixture = *state;
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 90000, (struct th_date){2021, 7, 1});
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 110000, (struct th_date){2022, 7, 1});
    struct rows rows = estimate(fixture, "1", "2018", "2023");
    // What was registered in 2020 counts for the years before as well.
    const struct rows want = {.n = 6,
                              .years = {2018, 2019, 2020, 2021, 2022, 2023},
                              .versions = {1, 1, 1, 2, 2, 3},
                              .net_kg = {390000, 390000, 390000, 351000, 351000, 429000}};
    check_rows(&rows, &want);
}

static void estimate_run__a_change_on_new_years_day_leaves_the_year_before(void **state)
{
    struct fixture *fixture = *state;
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 110000, (struct th_date){2022, 1, 1});
    struct rows rows = estimate(fixture, "1", "2021", "2022");
    const struct rows want = {
        .n = 2, .years = {2021, 2022}, .versions = {1, 2}, .net_kg = {390000, 429000}};
    check_rows(&rows, &want);
}

// What a day brings anew takes the place of what the day brought before: a mistake that is put
// right with its own day never counted.
static void estimate_run__a_version_of_the_same_day_takes_its_place(void **state)
{
    struct fixture *fixture = *state;
    fixture_change_parcel(fixture, PARCEL_BAMBOO_1, 90000);
    struct rows rows = estimate(fixture, "1", "2020", "2021");
    const struct rows want = {
        .n = 2, .years = {2020, 2021}, .versions = {2, 2}, .net_kg = {351000, 351000}};
    check_rows(&rows, &want);
}

static void explain__tells_the_version_of_the_year(void **state)
{
    struct fixture *fixture = *state;
    struct th_json *reply = NULL;
    struct th_estimate_options options = {
        .methodology = "reported-factor", .parcel = "1", .year = "2021"};
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 90000, (struct th_date){2022, 7, 1});
    for (int i = 0; i < 2; i++) {
        assert_ok(th_estimate_explain_parcel(fixture->registry, &options, &reply, &fixture->err),
                  &fixture->err);
        assert_int_equal(th_json_get_int(reply, "version", 0), i + 1);
        th_json_free(reply);
        options.year = "2022";
    }
}

static struct th_json *run(struct fixture *fixture, const char *from, const char *to)
{
    struct th_json *reply = NULL;
    struct th_request request = fixture_as("clerk_a");
    const struct th_estimate_options options = {
        .methodology = "reported-factor", .parcel = "1", .from_year = from, .to_year = to};
    assert_ok(th_estimate_run(fixture->registry, &request, &options, &reply, &fixture->err),
              &fixture->err);
    return reply;
}

static bool warns(const struct th_json *reply, const char *code)
{
    bool there = false;
    const struct th_json *warnings = th_json_get(reply, "warnings");
    for (size_t i = 0; i < th_json_size(warnings); i++) {
        there = there || strcmp(th_json_get_text(th_json_at(warnings, i), "code", ""), code) == 0;
    }
    return there;
}

static void compare__says_whose_ground_is_another(void **state)
{
    struct fixture *fixture = *state;
    struct th_json *reply = NULL;
    th_json_free(run(fixture, "2021", "2022"));
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 90000, (struct th_date){2022, 7, 1});
    th_json_free(run(fixture, "2021", "2022"));
    assert_ok(
        th_estimate_compare(fixture->registry, "1", "2", NULL, TH_LANG_EN, &reply, &fixture->err),
        &fixture->err);
    assert_int_equal(th_json_get_int(reply, "more_kg", 0), -39000);
    const struct th_json *cause = th_json_at(th_json_get(reply, "causes"), 0);
    assert_string_equal(th_json_get_text(cause, "cause", ""), "area");
    assert_int_equal(th_json_get_int(cause, "n", 0), 1);
    const struct th_json *grounds = th_json_get(reply, "grounds");
    assert_int_equal(th_json_size(grounds), 1);
    const struct th_json *ground = th_json_at(grounds, 0);
    assert_int_equal(th_json_get_int(ground, "parcel_id", 0), 1);
    assert_int_equal(th_json_get_int(ground, "year", 0), 2022);
    assert_int_equal(th_json_get_int(ground, "first_version", 0), 1);
    assert_int_equal(th_json_get_int(ground, "second_version", 0), 2);
    assert_close(th_json_get_real(ground, "first_mu", 0), 1000.0, 1e-9);
    assert_close(th_json_get_real(ground, "second_mu", 0), 900.0, 1e-9);
    th_json_free(reply);
}

// Whoever drew a boundary wrongly is told that its years still count it.
static void estimate_run__tells_that_ground_changed_behind_its_years(void **state)
{
    struct fixture *fixture = *state;
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 90000, (struct th_date){2022, 7, 1});
    static const struct {
        const char *year;
        bool told;
    } cases[] = {{"2018", true}, {"2021", true}, {"2022", false}, {"2023", false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_json *reply = run(fixture, cases[i].year, cases[i].year);
        assert_int_equal(warns(reply, "ground_changed_later"), cases[i].told);
        th_json_free(reply);
    }
}

static void create(struct fixture *fixture, const char *from, const char *to, enum th_status want)
{
    th_json_free(
        fixture_create(fixture, "clerk_a", "reported-factor", "1", "1", from, to, NULL, want));
}

static void issue(struct fixture *fixture, const char *package)
{
    th_json_free(fixture_submit(fixture, "clerk_a", package, TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", package, NULL, TH_OK));
    th_json_free(fixture_issue(fixture, "officer", package, TH_OK));
}

// Rows of a table that come behind a package are told of, those of other years are not.
static void check_late(struct fixture *fixture, const char *login, const char *table,
                       int64_t accepted, const char *want)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_request request = fixture_as(login);
    const struct th_record_options options = {.source =
                                                  th_test_path(path, fixture->folder, "late.csv")};
    (void)remove(path);
    assert_ok(th_file_write_new(path, table, strlen(table), &fixture->err), &fixture->err);
    assert_ok(th_activity_import(fixture->registry, &request, &options, &reply, &fixture->err),
              &fixture->err);
    assert_int_equal(th_json_get_int(reply, "accepted", 0), accepted);
    const struct th_json *problems = th_json_get(reply, "problems");
    assert_int_equal(th_json_size(problems), want ? 1 : 0);
    if (want) {
        const struct th_json *problem = th_json_at(problems, 0);
        assert_string_equal(th_json_get_text(problem, "code", ""), "record_changed");
        assert_string_equal(th_json_get_text(problem, "severity", ""), "warning");
        assert_string_equal(th_json_get_text(problem, "message", ""), want);
        assert_int_equal(th_json_get_int(problem, "row", 0), 2);
    }
    th_json_free(reply);
}

static void activity_import__behind_a_package_is_told(void **state)
{
    struct fixture *fixture = *state;
    create(fixture, "2020-01-01", "2021-12-31", TH_OK);
    // A draft is estimated again when it is submitted.
    check_late(fixture, "clerk_a", "parcel_id,year,n_synthetic,n_organic\n1,2020,4,3\n", 1, NULL);
    issue(fixture, "1");
    check_late(fixture, "clerk_a",
               "parcel_id,year,n_synthetic,n_organic\n1,2021,5,3\n1,2019,5,3\n1,2022,5,3\n", 3,
               "activity_packaged_without");
    check_late(fixture, "clerk_a", "parcel_id,year,n_synthetic,n_organic\n1,2020,9,3\n2,2020,9,3\n",
               2, "activity_packaged");
    // Tonnes by statement used no records.
    th_json_free(fixture_create(fixture, "clerk_c", "statement", "3", "6", "2021-01-01",
                                "2021-12-31", NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_c", "2", TH_OK));
    check_late(fixture, "clerk_c", "parcel_id,year,n_synthetic,n_organic\n6,2021,0,0\n", 1, NULL);
}

static bool take_issuance(void *context, const struct th_issuance_record *record)
{
    int64_t *issued_t = context;
    issued_t[record->vintage - 2020] = th_units_t(record->issued);
    return true;
}

static void package__what_was_issued_stays_when_ground_changes_after_it(void **state)
{
    struct fixture *fixture = *state;
    int64_t issued_t[4] = {0};
    struct th_json *reply = NULL;
    create(fixture, "2020-01-01", "2021-12-31", TH_OK);
    issue(fixture, "1");
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 90000, (struct th_date){2022, 7, 1});
    assert_ok(th_issuance_each(th_registry_store(fixture->registry), 1, take_issuance, issued_t,
                               &fixture->err),
              &fixture->err);
    assert_int_equal(issued_t[0], 390);
    assert_int_equal(issued_t[1], 390);
    assert_ok(th_package_show(fixture->registry, "1", NULL, TH_LANG_EN, &reply, &fixture->err),
              &fixture->err);
    assert_false(th_json_get_bool(reply, "stale", true));
    th_json_free(reply);
    reply = fixture_create(fixture, "clerk_a", "reported-factor", "1", "1", "2022-01-01",
                           "2022-12-31", NULL, TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 351000);
    th_json_free(reply);
}

static void package__goes_on_when_ground_changes_behind_its_years(void **state)
{
    struct fixture *fixture = *state;
    create(fixture, "2020-01-01", "2021-12-31", TH_OK);
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 90000, (struct th_date){2022, 1, 1});
    struct th_json *reply = fixture_approve(fixture, "verifier", "1", NULL, TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 780000);
    th_json_free(reply);
    th_json_free(fixture_issue(fixture, "officer", "1", TH_OK));
}

static void package__has_one_ground_of_each_parcel(void **state)
{
    struct fixture *fixture = *state;
    create(fixture, "2020-01-01", "2022-12-31", TH_OK);
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 90000, (struct th_date){2022, 7, 1});
    (void)fixture_submit(fixture, "clerk_a", "1", TH_CONFLICT);
    fixture_refused(fixture, "package_ground_changes");
    assert_string_equal(th_error_arg_get(&fixture->err, "parcel"), "1");
    assert_string_equal(th_error_arg_get(&fixture->err, "year"), "2022");
    assert_string_equal(th_error_arg_get(&fixture->err, "before"), "2021");
}

#define YEARS_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        YEARS_TEST(estimate_run__a_year_of_change_counts_the_smaller_ground),
        YEARS_TEST(estimate_run__a_change_on_new_years_day_leaves_the_year_before),
        YEARS_TEST(estimate_run__a_version_of_the_same_day_takes_its_place),
        YEARS_TEST(explain__tells_the_version_of_the_year),
        YEARS_TEST(compare__says_whose_ground_is_another),
        YEARS_TEST(estimate_run__tells_that_ground_changed_behind_its_years),
        YEARS_TEST(activity_import__behind_a_package_is_told),
        YEARS_TEST(package__what_was_issued_stays_when_ground_changes_after_it),
        YEARS_TEST(package__goes_on_when_ground_changes_behind_its_years),
        YEARS_TEST(package__has_one_ground_of_each_parcel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Everything that a package is refused for, and who may do which step.
#include "registry/reference.h"
#include "store/estimate/package_store.h"
#include "tests/integration/packages_fixture.h"

#define FROM "2021-01-01"
#define TO "2023-12-31"

static void draft(struct fixture *fixture)
{
    th_json_free(
        fixture_create(fixture, "clerk_a", "reported-factor", "1", "1 2", FROM, TO, NULL, TH_OK));
}

static enum th_status decide(struct fixture *fixture, const char *login,
                             const struct th_package_verify_options *options)
{
    struct th_request request = fixture_as(login);
    struct th_json *reply = NULL;
    enum th_status status =
        th_package_verify(fixture->registry, &request, options, &reply, &fixture->err);
    th_json_free(reply);
    return status;
}

static void send_back(struct fixture *fixture, const char *package)
{
    struct th_package_verify_options options = {
        .package = package, .decision = "return", .reason = "look again"};
    assert_ok(decide(fixture, "verifier", &options), &fixture->err);
}

static void package_create__refusals_name_their_reason(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *login, *methodology, *holder, *parcels, *from, *to, *input;
        enum th_status want;
        const char *key;
    } CASES[] = {
        {"clerk_a", "orchard-account", "1", "4", FROM, TO, NULL, TH_INVALID, "monitoring_only"},
        {"clerk_a", "reported-factor", "4", "1", FROM, TO, NULL, TH_INVALID, "holder_kind"},
        {"clerk_a", "reported-factor", "Bank", "1", FROM, TO, NULL, TH_INVALID, "holder_kind"},
        {"clerk_a", "reported-factor", "none", "1", FROM, TO, NULL, TH_NOT_FOUND,
         "party_not_found"},
        {"clerk_a", "none", "1", "1", FROM, TO, NULL, TH_NOT_FOUND, "methodology_not_found"},
        {"clerk_a", "reported-factor", "1", "1 4", FROM, TO, NULL, TH_INVALID, "kinds_mixed"},
        {"clerk_a", "reported-factor", "1", "4 5", FROM, TO, NULL, TH_INVALID,
         "parcels_not_applicable"},
        {"clerk_a", "reported-factor", "1", "99", FROM, TO, NULL, TH_NOT_FOUND, "parcel_not_found"},
        {"clerk_a", "reported-factor", "1", "x", FROM, TO, NULL, TH_NOT_FOUND, "parcel_not_found"},
        {"clerk_a", "reported-factor", "1", "", FROM, TO, NULL, TH_USAGE, "package_needs"},
        {"clerk_a", "reported-factor", "1", "1", "2021-01-02", TO, NULL, TH_INVALID,
         "period_not_whole_years"},
        {"clerk_a", "reported-factor", "1", "1", FROM, "2023-12-30", NULL, TH_INVALID,
         "period_not_whole_years"},
        {"clerk_a", "reported-factor", "1", "1", FROM, "2020-12-31", NULL, TH_INVALID,
         "period_not_whole_years"},
        {"clerk_a", "reported-factor", "1", "1", "2021-02-30", TO, NULL, TH_INVALID,
         "date_invalid"},
        {"clerk_a", "reported-factor", "1", "1", FROM, TO, "factor=2", TH_INVALID,
         "factor_out_of_range"},
        {"clerk_a", "reported-factor", "1", "1", FROM, TO, "density=2", TH_INVALID,
         "input_unknown"},
        {"clerk_c", "statement", "3", "6", FROM, TO, "factor=1", TH_INVALID, "input_unknown"},
        {"clerk_b", "reported-factor", "1", "1", FROM, TO, NULL, TH_NOT_PERMITTED,
         "village_not_yours"},
        {"verifier", "reported-factor", "1", "1", FROM, TO, NULL, TH_NOT_PERMITTED,
         "role_not_allowed"},
        {"bank", "reported-factor", "1", "1", FROM, TO, NULL, TH_NOT_PERMITTED,
         "role_not_allowed"}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = fixture_create(fixture, CASES[i].login, CASES[i].methodology,
                                               CASES[i].holder, CASES[i].parcels, CASES[i].from,
                                               CASES[i].to, CASES[i].input, CASES[i].want);
        if (strcmp(fixture->err.key, CASES[i].key) != 0) {
            fail_msg("case %zu: %s, not %s", i, fixture->err.key, CASES[i].key);
        }
        assert_null(reply);
    }
    struct th_json *reply = NULL;
    assert_ok(th_package_list(fixture->registry, &reply, &fixture->err), &fixture->err);
    assert_int_equal(th_json_size(th_json_get(reply, "packages")), 0);
    th_json_free(reply);
}

// A whole village brings the parcels of the methodology's kinds, each once.
static void package_create__a_village_brings_its_bamboo(void **state)
{
    struct fixture *fixture = *state;
    static const char *const VILLAGES[] = {VILLAGE_A, "A"};
    struct th_package_create_options options = {.name = "P",
                                                .holder = "1",
                                                .methodology = "reported-factor",
                                                .from = FROM,
                                                .to = TO,
                                                .villages = VILLAGES,
                                                .n_villages = 2};
    struct th_request request = fixture_as("clerk_a");
    struct th_json *reply = NULL;
    assert_ok(th_package_create(fixture->registry, &request, &options, &reply, &fixture->err),
              &fixture->err);
    assert_int_equal(th_json_get_int(reply, "n_parcels", 0), 2);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 2509650);
    th_json_free(reply);
}

static void exclusivity__no_parcel_twice_in_overlapping_years(void **state)
{
    struct fixture *fixture = *state;
    draft(fixture);
    (void)fixture_create(fixture, "clerk_a", "reported-factor", "1", "2", "2023-01-01",
                         "2025-12-31", NULL, TH_CONFLICT);
    fixture_refused(fixture, "parcel_already_packaged");
    assert_string_equal(th_error_arg_get(&fixture->err, "parcel"), "2");
    assert_string_equal(th_error_arg_get(&fixture->err, "package"), "1");
    (void)fixture_create(fixture, "clerk_a", "statement", "1", "1", FROM, TO, NULL, TH_CONFLICT);
    fixture_refused(fixture, "parcel_already_packaged");
    th_json_free(fixture_create(fixture, "clerk_a", "reported-factor", "1", "2", "2024-01-01",
                                "2024-12-31", NULL, TH_OK));
}

// A returned package gives its ground free; once another has it, it cannot come back.
static void exclusivity__a_returned_package_lost_its_place(void **state)
{
    struct fixture *fixture = *state;
    draft(fixture);
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    send_back(fixture, "1");
    th_json_free(
        fixture_create(fixture, "clerk_a", "reported-factor", "1", "1", FROM, TO, NULL, TH_OK));
    (void)fixture_submit(fixture, "clerk_a", "1", TH_CONFLICT);
    fixture_refused(fixture, "parcel_already_packaged");
    assert_string_equal(th_error_arg_get(&fixture->err, "package"), "2");
}

static void package_verify__refusals_name_their_reason(void **state)
{
    struct fixture *fixture = *state;
    const char *document = fixture->document;
    const struct {
        const char *login;
        struct th_package_verify_options options;
        enum th_status want;
        const char *key;
    } CASES[] = {
        {"verifier",
         {.package = "1", .decision = "maybe", .statement = document},
         TH_USAGE,
         "decision_unknown"},
        {"verifier", {.package = "1", .decision = "approve"}, TH_USAGE, "statement_needed"},
        {"verifier", {.package = "1", .decision = "return"}, TH_USAGE, "reason_needed"},
        {"verifier",
         {.package = "9", .decision = "approve", .statement = document},
         TH_NOT_FOUND,
         "package_not_found"},
        {"verifier",
         {.package = "1", .decision = "approve", .statement = "/nowhere/x.pdf"},
         TH_NOT_FOUND,
         "file_not_found"},
        {"verifier",
         {.package = "1", .decision = "approve", .statement = document, .tonnes = "0"},
         TH_INVALID,
         "tonnes_invalid"},
        {"verifier",
         {.package = "1", .decision = "approve", .statement = document, .tonnes = "1.5"},
         TH_INVALID,
         "tonnes_invalid"},
        {"verifier",
         {.package = "1", .decision = "approve", .statement = document, .stated_by = "1"},
         TH_NOT_PERMITTED,
         "verifier_is_holder"},
        {"verifier_of_a",
         {.package = "1", .decision = "approve", .statement = document},
         TH_NOT_PERMITTED,
         "verifier_is_holder"},
        {"officer",
         {.package = "1", .decision = "approve", .statement = document},
         TH_NOT_PERMITTED,
         "role_not_allowed"},
        {"clerk_a",
         {.package = "1", .decision = "approve", .statement = document},
         TH_NOT_PERMITTED,
         "role_not_allowed"}};
    draft(fixture);
    (void)fixture_approve(fixture, "verifier", "1", NULL, TH_CONFLICT);
    fixture_refused(fixture, "package_state");
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_status(decide(fixture, CASES[i].login, &CASES[i].options), CASES[i].want,
                      &fixture->err);
        if (strcmp(fixture->err.key, CASES[i].key) != 0) {
            fail_msg("case %zu: %s, not %s", i, fixture->err.key, CASES[i].key);
        }
    }
    struct th_package_record record;
    assert_ok(th_package_load(th_registry_store(fixture->registry), 1, &record, &fixture->err),
              &fixture->err);
    assert_string_equal(record.state, "submitted");
    assert_int_equal(record.statement_id, 0);
}

static void two_persons__who_creates_or_submits_does_not_issue(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(
        fixture_create(fixture, "officer", "reported-factor", "1", "1 2", FROM, TO, NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "officer_2", "1", TH_OK));
    (void)fixture_issue(fixture, "officer", "1", TH_CONFLICT);
    fixture_refused(fixture, "package_state");
    th_json_free(fixture_approve(fixture, "verifier", "1", NULL, TH_OK));
    (void)fixture_issue(fixture, "officer", "1", TH_NOT_PERMITTED);
    fixture_refused(fixture, "second_person");
    (void)fixture_issue(fixture, "officer_2", "1", TH_NOT_PERMITTED);
    fixture_refused(fixture, "second_person");
    (void)fixture_issue(fixture, "verifier", "1", TH_NOT_PERMITTED);
    fixture_refused(fixture, "role_not_allowed");
}

// 70/87 t/mu is 5.59 times the measured 0.144: from five times on an officer must accept it.
static void waiver__a_far_higher_factor_waits_for_an_officer(void **state)
{
    static const char RULE[] = "factor_far_above_reference";
    struct fixture *fixture = *state;
    th_json_free(fixture_create(fixture, "officer", "reported-factor", "1", "1 2", FROM, TO,
                                "factor=70/87", TH_OK));
    (void)fixture_submit(fixture, "clerk_a", "1", TH_CONFLICT);
    fixture_refused(fixture, "waiver_needed");
    assert_string_equal(th_error_arg_get(&fixture->err, "rule"), RULE);
    (void)fixture_waive(fixture, "clerk_a", "1", RULE, TH_NOT_PERMITTED);
    fixture_refused(fixture, "role_not_allowed");
    (void)fixture_waive(fixture, "officer", "1", RULE, TH_NOT_PERMITTED);
    fixture_refused(fixture, "second_person");
    (void)fixture_waive(fixture, "officer_2", "1", "other", TH_NOT_FOUND);
    fixture_refused(fixture, "warning_absent");
    struct th_json *reply = fixture_waive(fixture, "officer_2", "1", RULE, TH_OK);
    assert_string_equal(th_json_get_text(th_json_get(reply, "document"), "name", ""),
                        "statement.txt");
    th_json_free(reply);
    (void)fixture_waive(fixture, "officer_2", "1", RULE, TH_CONFLICT);
    fixture_refused(fixture, "waiver_exists");
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    (void)fixture_waive(fixture, "officer_2", "1", RULE, TH_CONFLICT);
    fixture_refused(fixture, "package_state");
}

// 0.144 × 5 = 0.72 exactly is where it begins.
static void waiver__the_limit_itself_needs_one(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(fixture_create(fixture, "clerk_a", "reported-factor", "1", "1", FROM, TO,
                                "factor=0.72", TH_OK));
    (void)fixture_submit(fixture, "clerk_a", "1", TH_CONFLICT);
    fixture_refused(fixture, "waiver_needed");
    th_json_free(fixture_create(fixture, "clerk_a", "reported-factor", "1", "2", FROM, TO,
                                "factor=0.719999", TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_a", "2", TH_OK));
}

// A boundary that changed under a draft is estimated anew when it is submitted: 1,500 instead of
// 1,145 mu make 2,500 mu × 0.39 × 3 = 2,925 t.
static void package_submit__changed_parcels_are_estimated_anew(void **state)
{
    struct fixture *fixture = *state;
    draft(fixture);
    fixture_change_parcel(fixture, PARCEL_BAMBOO_2, 150000);
    struct th_json *reply = fixture_submit(fixture, "clerk_a", "1", TH_OK);
    assert_true(th_json_get_bool(reply, "re_estimated", false));
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 2925000);
    assert_int_equal(th_json_get_int(reply, "run_id", 0), 2);
    th_json_free(reply);
}

static void package_verify__parcels_that_changed_since_go_back(void **state)
{
    struct fixture *fixture = *state;
    draft(fixture);
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    fixture_change_parcel(fixture, PARCEL_BAMBOO_1, 90000);
    (void)fixture_approve(fixture, "verifier", "1", NULL, TH_CONFLICT);
    fixture_refused(fixture, "package_stale");
    send_back(fixture, "1");
    struct th_json *reply = fixture_submit(fixture, "clerk_a", "1", TH_OK);
    // (900 + 1,145) mu × 0.39 × 3
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 2392650);
    th_json_free(reply);
    th_json_free(fixture_approve(fixture, "verifier", "1", NULL, TH_OK));
    fixture_change_parcel(fixture, PARCEL_BAMBOO_1, 80000);
    (void)fixture_issue(fixture, "officer", "1", TH_CONFLICT);
    fixture_refused(fixture, "package_stale");
}

static void package_resolve__a_name_must_be_the_only_one(void **state)
{
    struct fixture *fixture = *state;
    struct th_package_record record;
    struct th_store *store = th_registry_store(fixture->registry);
    draft(fixture);
    assert_ok(th_package_resolve(store, "Package", &record, &fixture->err), &fixture->err);
    assert_int_equal(record.package_id, 1);
    th_json_free(
        fixture_create(fixture, "clerk_b", "reported-factor", "2", "3", FROM, TO, NULL, TH_OK));
    assert_status(th_package_resolve(store, "Package", &record, &fixture->err), TH_CONFLICT,
                  &fixture->err);
    assert_status(th_package_resolve(store, "Other", &record, &fixture->err), TH_NOT_FOUND,
                  &fixture->err);
    assert_status(th_package_resolve(store, "3", &record, &fixture->err), TH_NOT_FOUND,
                  &fixture->err);
}

static void package_verify__a_document_alone_can_send_back(void **state)
{
    struct fixture *fixture = *state;
    struct th_package_record record;
    const struct th_package_verify_options options = {
        .package = "1", .decision = "return", .statement = fixture->document};
    draft(fixture);
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    assert_ok(decide(fixture, "verifier", &options), &fixture->err);
    assert_ok(th_package_load(th_registry_store(fixture->registry), 1, &record, &fixture->err),
              &fixture->err);
    assert_string_equal(record.state, "returned");
    assert_int_not_equal(record.statement_id, 0);
}

static void package_withdraw__gives_the_ground_free(void **state)
{
    struct fixture *fixture = *state;
    struct th_json *reply = NULL;
    struct th_request clerk = fixture_as("clerk_a");
    struct th_request other = fixture_as("clerk_b");
    draft(fixture);
    (void)fixture_create(fixture, "clerk_a", "reported-factor", "1", "1", FROM, TO, NULL,
                         TH_CONFLICT);
    fixture_refused(fixture, "parcel_already_packaged");
    assert_status(
        th_package_withdraw(fixture->registry, &other, "1", "typed twice", &reply, &fixture->err),
        TH_NOT_PERMITTED, &fixture->err);
    assert_status(th_package_withdraw(fixture->registry, &clerk, "1", "", &reply, &fixture->err),
                  TH_USAGE, &fixture->err);
    assert_ok(
        th_package_withdraw(fixture->registry, &clerk, "1", "typed twice", &reply, &fixture->err),
        &fixture->err);
    assert_string_equal(th_json_get_text(reply, "state", ""), "withdrawn");
    th_json_free(reply);
    reply = NULL;
    th_json_free(
        fixture_create(fixture, "clerk_a", "reported-factor", "1", "1", FROM, TO, NULL, TH_OK));
    (void)fixture_submit(fixture, "clerk_a", "1", TH_CONFLICT);
    fixture_refused(fixture, "package_state");
    assert_status(
        th_package_withdraw(fixture->registry, &clerk, "1", "again", &reply, &fixture->err),
        TH_CONFLICT, &fixture->err);
}

static void package_create__a_holder_of_another_village_is_refused(void **state)
{
    struct fixture *fixture = *state;
    (void)fixture_create(fixture, "officer", "reported-factor", "2", "1", FROM, TO, NULL,
                         TH_INVALID);
    fixture_refused(fixture, "holder_elsewhere");
}

// A year is over when its last day is over in Asia/Shanghai.
static void package_verify__a_year_that_is_not_over_waits(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(fixture_create(fixture, "clerk_a", "reported-factor", "1", "1", "2024-01-01",
                                "2024-12-31", NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    fixture->now_utc = 1735660799; // 2024-12-31T15:59:59Z, one second before midnight in Shanghai
    (void)fixture_approve(fixture, "verifier", "1", NULL, TH_CONFLICT);
    fixture_refused(fixture, "period_not_ended");
    fixture->now_utc = 1735660800;
    th_json_free(fixture_approve(fixture, "verifier", "1", NULL, TH_OK));
}

// 8,900 mu are 593.33 ha; the ceiling is 100 t a hectare and year.
static void package_verify__a_statement_has_a_ceiling(void **state)
{
    struct fixture *fixture = *state;
    th_json_free(
        fixture_create(fixture, "officer", "statement", "3", "6 7", FROM, TO, NULL, TH_OK));
    th_json_free(fixture_submit(fixture, "officer", "1", TH_OK));
    (void)fixture_approve(fixture, "verifier", "1", "1000000000", TH_INVALID);
    fixture_refused(fixture, "statement_implausible");
    th_json_free(fixture_approve(fixture, "verifier", "1", "10000", TH_OK));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(package_create__refusals_name_their_reason),
        TEST(package_create__a_village_brings_its_bamboo),
        TEST(exclusivity__no_parcel_twice_in_overlapping_years),
        TEST(exclusivity__a_returned_package_lost_its_place),
        TEST(package_verify__refusals_name_their_reason),
        TEST(two_persons__who_creates_or_submits_does_not_issue),
        TEST(waiver__a_far_higher_factor_waits_for_an_officer),
        TEST(waiver__the_limit_itself_needs_one),
        TEST(package_submit__changed_parcels_are_estimated_anew),
        TEST(package_verify__parcels_that_changed_since_go_back),
        TEST(package_resolve__a_name_must_be_the_only_one),
        TEST(package_verify__a_document_alone_can_send_back),
        TEST(package_withdraw__gives_the_ground_free),
        TEST(package_create__a_holder_of_another_village_is_refused),
        TEST(package_verify__a_year_that_is_not_over_waits),
        TEST(package_verify__a_statement_has_a_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

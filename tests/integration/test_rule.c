// What a county decides in place of the program's limits, and what changes by it.
// A cell of 0.001° at 119.6 E 30.5 N measures 10,642.475 m² along geodesics; the strip that the
// second parcel shares with the first is 2 % of it, 1.92 m wide: over every limit of the program.
#include <stdlib.h>

#include "registry/audit.h"
#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/rule.h"
#include "registry/rules.h"
#include "registry/setup.h"
#include "tests/integration/parcel_fixture.h"

#define FEATURE(number, west, east)                                                                \
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"" number "\"},\"geometry\":{\"type\":"     \
    "\"Polygon\",\"coordinates\":[[[" west ",30.5],[" east ",30.5],[" east ",30.501],[" west       \
    ",30.501],[" west ",30.5]]]}}"

static const double STRIP_M2 = 212.85;

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof(*f));
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_party_add_options party = {.kind = "cooperative", .name = "测试合作社"};
    assert_non_null(f);
    fixture_open(f);
    assert_ok(th_party_add(f->registry, &f->request, &party, &reply, &err), &err);
    th_json_free(reply);
    fixture_user(f, "officer", "officer", NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_registry_check(f->registry, NULL, true, f->messages, TH_LANG_EN, &reply, &err),
              &err);
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
    fixture_close(f);
    free(f);
    return 0;
}

static struct th_json *import(struct fixture *f, const char *features)
{
    char path[TH_TEST_PATH_SIZE];
    fixture_geojson(f, path, "parcels.geojson", features);
    struct th_parcel_import_options options = fixture_options(f, path);
    return fixture_import(f, &options);
}

static enum th_status decide(struct fixture *f, const char *login,
                             const struct th_rule_set_options *options, struct th_error *err)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    enum th_status status = th_rule_set(f->registry, &request, options, &reply, err);
    assert_true((status == TH_OK) == (reply != NULL));
    th_json_free(reply);
    return status;
}

static void rule(struct fixture *f, const char *name, const char *value)
{
    struct th_error err;
    const struct th_rule_set_options options = {.name = name, .value = value, .reason = "县里定的"};
    assert_ok(decide(f, "officer", &options, &err), &err);
}

static void a_lax_county(struct fixture *f)
{
    rule(f, "overlap_width_m", "3");
    rule(f, "sliver_total_share", "0.05");
}

static void import__is_judged_by_what_the_county_decided(void **state)
{
    struct fixture *f = *state;
    static const char SECOND[] = FEATURE("2", "119.60098", "119.602");
    struct th_json *reply = import(f, FEATURE("1", "119.6", "119.601"));
    th_json_free(reply);
    reply = import(f, SECOND);
    assert_int_equal(fixture_problems(reply, 1, "overlap_registered", "error"), 1);
    th_json_free(reply);
    rule(f, "overlap_width_m", "3");
    reply = import(f, SECOND); // a strip now, but too much of the parcel
    assert_int_equal(fixture_problems(reply, 1, "overlap_registered", NULL), 0);
    assert_int_equal(fixture_problems(reply, 1, "sliver", "error"), 1);
    th_json_free(reply);
    rule(f, "sliver_total_share", "0.05");
    reply = import(f, SECOND);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(fixture_problems(reply, 1, "sliver", "warning"), 1);
    th_json_free(reply);
}

static enum th_status package(struct fixture *f, const char *name, const char *parcel,
                              struct th_error *err)
{
    struct th_json *reply = NULL;
    const struct th_package_create_options options = {.name = name,
                                                      .holder = "测试合作社",
                                                      .methodology = "reported-factor",
                                                      .from = "2023-01-01",
                                                      .to = "2023-12-31",
                                                      .parcels = &parcel,
                                                      .n_parcels = 1,
                                                      .messages = f->messages};
    enum th_status status = th_package_create(f->registry, &f->request, &options, &reply, err);
    th_json_free(reply);
    return status;
}

static void package__ground_is_judged_by_what_holds_on_the_day_of_each_step(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    a_lax_county(f);
    th_json_free(
        import(f, FEATURE("1", "119.6", "119.601") "," FEATURE("2", "119.60098", "119.602")));
    assert_ok(package(f, "first", "1", &err), &err);
    assert_ok(package(f, "second", "2", &err), &err); // the strip is off it
    rule(f, "overlap_width_m", "1");
    assert_status(th_package_submit(f->registry, &f->request, "second", &reply, &err), TH_CONFLICT,
                  &err);
    assert_string_equal(err.key, "ground_already_packaged");
    assert_null(reply);
    rule(f, "overlap_width_m", "2");
    assert_ok(th_package_submit(f->registry, &f->request, "second", &reply, &err), &err);
    th_json_free(reply);
}

static void adjust__takes_off_what_the_county_calls_a_strip(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_json *reply = NULL;
    th_json_free(
        import(f, FEATURE("1", "119.6", "119.601") "," FEATURE("2", "119.601", "119.602")));
    fixture_file(f, path, "shape.wkt",
                 "POLYGON ((119.60098 30.5, 119.602 30.5, 119.602 30.501, 119.60098 30.501, "
                 "119.60098 30.5))");
    const struct th_parcel_adjust_options adjust = {
        .parcel_id = 2, .drawing = path, .tolerance_m = "0", .reason = "r"};
    assert_status(th_parcel_adjust(f->registry, &f->request, &adjust, &reply, &err), TH_CONFLICT,
                  &err);
    assert_string_equal(err.key, "adjust_overlap");
    rule(f, "overlap_width_m", "3");
    assert_status(th_parcel_adjust(f->registry, &f->request, &adjust, &reply, &err), TH_CONFLICT,
                  &err);
    assert_string_equal(err.key, "sliver_total");
    rule(f, "sliver_total_share", "0.05");
    assert_ok(th_parcel_adjust(f->registry, &f->request, &adjust, &reply, &err), &err);
    const struct th_json *after = th_json_at(th_json_get(reply, "parcels"), 0);
    assert_close(th_json_get_real(after, "sliver_m2", 0), STRIP_M2, 0.05);
    th_json_free(reply);
}

static void rule__holds_from_its_day_on_and_the_latest_counts(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    struct th_rules rules;
    struct th_store *store = th_registry_store(f->registry);
    const struct th_rule_set_options later = {
        .name = "duplicate_iou", .value = "0.90", .since = "2025-07-01", .reason = "r"};
    const struct th_rule_set_options sooner = {
        .name = "duplicate_iou", .value = "0.80", .since = "2025-06-20", .reason = "r"};
    assert_ok(decide(f, "officer", &later, &err), &err);
    assert_ok(decide(f, "officer", &sooner, &err), &err);
    const struct {
        struct th_date day;
        double iou;
    } days[] = {{{2025, 6, 15}, 0.95}, {{2025, 6, 19}, 0.95}, {{2025, 6, 20}, 0.8},
                {{2025, 6, 30}, 0.8},  {{2025, 7, 1}, 0.9},   {{2035, 1, 1}, 0.9}};
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        assert_ok(th_rules_load(store, days[i].day, &rules, &err), &err);
        assert_close(rules.overlap.duplicate_iou, days[i].iou, 0);
        assert_int_equal(rules.county_rule_id > 0, days[i].iou < 0.95);
    }
    assert_ok(th_rule_list(f->registry, "2025-06-20", &reply, &err), &err);
    const struct th_json *listed = th_json_get(reply, "rules");
    bool seen = false;
    for (size_t i = 0; i < th_json_size(listed); i++) {
        if (strcmp(th_json_get_text(th_json_at(listed, i), "name", ""), "duplicate_iou") == 0) {
            assert_string_equal(th_json_get_text(th_json_at(listed, i), "value", ""), "0.8");
            seen = true;
        }
    }
    assert_true(seen);
    assert_int_equal(th_json_size(th_json_get(reply, "decided")), 2);
    th_json_free(reply);
}

static void rule__a_row_is_never_refused_for_less_than_is_remarked_on(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_rules rules;
    rule(f, "outside_remarked_share", "0.6");
    rule(f, "outside_refused_share", "0.2");
    assert_ok(
        th_rules_load(th_registry_store(f->registry), (struct th_date){2025, 6, 15}, &rules, &err),
        &err);
    assert_close(rules.outside_remarked_share, 0.2, 0);
    assert_close(rules.outside_refused_share, 0.2, 0);
}

static void rule__what_cannot_be_decided_is_refused(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    const struct {
        const char *login;
        struct th_rule_set_options options;
        enum th_status status;
        const char *key;
    } cases[] = {
        {"officer", {"no_such", "1", NULL, "r", NULL}, TH_INVALID, "rule_unknown"},
        {"officer", {"curve_step_deg", "1", NULL, "r", NULL}, TH_INVALID, "rule_unknown"},
        {"officer", {"duplicate_iou", "1.01", NULL, "r", NULL}, TH_INVALID, "rule_value"},
        {"officer", {"duplicate_iou", "nan", NULL, "r", NULL}, TH_INVALID, "rule_value"},
        {"officer", {"duplicate_iou", "", NULL, "r", NULL}, TH_INVALID, "rule_value"},
        {"officer", {"carbon_right", "1", NULL, "r", NULL}, TH_INVALID, "rule_value"},
        {"officer", {"carbon_right", "", NULL, "r", NULL}, TH_INVALID, "rule_value"},
        {"officer", {"duplicate_iou", "0.9", "2025-06-14", "r", NULL}, TH_INVALID, "rule_past"},
        {"officer", {"duplicate_iou", "0.9", "2025-02-30", "r", NULL}, TH_INVALID, "date_invalid"},
        {"officer", {"duplicate_iou", "0.9", NULL, " ", NULL}, TH_USAGE, "reason_needed"},
        {"officer",
         {"duplicate_iou", "0.9", NULL, "r", "/no/such"},
         TH_NOT_FOUND,
         "file_not_found"},
        {"admin", {"duplicate_iou", "0.9", NULL, "r", NULL}, TH_NOT_PERMITTED, "role_not_allowed"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_status(decide(f, cases[i].login, &cases[i].options, &err), cases[i].status, &err);
        if (strcmp(err.key, cases[i].key) != 0) {
            fail_msg("case %zu: %s", i, err.key);
        }
    }
    assert_ok(th_rule_list(f->registry, NULL, &reply, &err), &err);
    assert_int_equal(th_json_size(th_json_get(reply, "decided")), 0);
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(import__is_judged_by_what_the_county_decided, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            package__ground_is_judged_by_what_holds_on_the_day_of_each_step, set_up, tear_down),
        cmocka_unit_test_setup_teardown(adjust__takes_off_what_the_county_calls_a_strip, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rule__holds_from_its_day_on_and_the_latest_counts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rule__a_row_is_never_refused_for_less_than_is_remarked_on,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(rule__what_cannot_be_decided_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

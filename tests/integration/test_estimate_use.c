// Estimates as use cases: numbers, sheets that can be made again, refusals.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/estimate/methodology.h"
#include "registry/life/parcel_life.h"
#include "store/estimate/estimate_store.h"
#include "tests/integration/packages_fixture.h"
#include "tests/unit/registry_world.h"

static struct th_json *run(struct fixture *fixture, const struct th_estimate_options *options,
                           enum th_status want)
{
    struct th_request request = fixture_as("clerk_a");
    struct th_json *reply = NULL;
    assert_status(th_estimate_run(fixture->registry, &request, options, &reply, &fixture->err),
                  want, &fixture->err);
    return reply;
}

static const struct th_json *year_of(const struct th_json *reply, size_t index)
{
    return th_json_at(th_json_get(reply, "years"), index);
}

// 2,145 mu × 0.39 t = 836.55 t a year: 836 + 837 + 836 t, 650 kg carried.
static void estimate_run__a_village_sums_to_the_floor_of_the_whole(void **state)
{
    static const int64_t WHOLE_T[] = {836, 837, 836};
    static const int64_t CARRIED_KG[] = {550, 100, 650};
    struct fixture *fixture = *state;
    struct th_estimate_options options = {.methodology = "reported-factor",
                                          .village = VILLAGE_A,
                                          .from_year = "2021",
                                          .to_year = "2023"};
    struct th_json *reply = run(fixture, &options, TH_OK);
    assert_int_equal(th_json_get_int(reply, "n_parcels", 0), 2);
    assert_int_equal(th_json_get_int(reply, "gross_kg", 0), 2509650);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 2509650);
    assert_close(th_json_get_real(reply, "area_mu", 0), 2145.0, 1e-9);
    assert_int_equal(th_json_size(th_json_get(reply, "years")), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct th_json *year = year_of(reply, i);
        assert_int_equal(th_json_get_int(year, "year", 0), 2021 + (int)i);
        assert_int_equal(th_json_get_int(year, "net_kg", 0), 836550);
        assert_int_equal(th_json_get_int(year, "whole_t", 0), WHOLE_T[i]);
        assert_int_equal(th_json_get_int(year, "carried_kg", 0), CARRIED_KG[i]);
    }
    // The factor is given without an interval: not stated, which is not zero.
    const struct th_json *uncertainty = th_json_get(reply, "uncertainty");
    assert_int_equal(th_json_type(th_json_get(uncertainty, "halfwidth_kg")), TH_JSON_NULL);
    assert_int_equal(th_json_type(th_json_get(uncertainty, "confidence")), TH_JSON_NULL);
    // The two orchards of the village are named, not estimated.
    const struct th_json *skipped = th_json_get(reply, "skipped");
    assert_int_equal(th_json_size(skipped), 2);
    assert_int_equal(th_json_get_int(th_json_at(skipped, 0), "parcel_id", 0), PARCEL_ORCHARD_LARGE);
    assert_string_equal(th_json_get_text(th_json_at(skipped, 0), "reason", ""), "kind");
    th_json_free(reply);
}

static void estimate_run__the_same_request_gives_the_same_sheet(void **state)
{
    struct fixture *fixture = *state;
    static const char *const SAME = "factor=0.390";
    struct th_estimate_options plain = {.methodology = "reported-factor@1", .year = "2021"};
    struct th_estimate_options other = plain;
    other.year = "2022";
    struct th_json *first = run(fixture, &plain, TH_OK);
    fixture->now_utc += 86400;
    struct th_json *second = run(fixture, &plain, TH_OK);
    struct th_json *third = run(fixture, &other, TH_OK);
    assert_int_not_equal(th_json_get_int(first, "run_id", 0), th_json_get_int(second, "run_id", 0));
    assert_string_equal(th_json_get_text(first, "sheet_sha256", ""),
                        th_json_get_text(second, "sheet_sha256", "-"));
    assert_string_not_equal(th_json_get_text(first, "sheet_sha256", ""),
                            th_json_get_text(third, "sheet_sha256", ""));
    th_json_free(first);
    th_json_free(second);
    th_json_free(third);
    // One spelling of an input is as good as the other.
    plain.inputs = &SAME;
    plain.n_inputs = 1;
    first = run(fixture, &plain, TH_OK);
    assert_string_equal(th_json_get_text(th_json_get(first, "inputs"), "factor", ""), "0.39");
    th_json_free(first);
}

// Every line of a sheet is canonical JSON, and the digest of the file is that of the run.
static void estimate_sheet__is_written_again_byte_for_byte(void **state)
{
    struct fixture *fixture = *state;
    struct th_estimate_options options = {
        .village = VILLAGE_B, .from_year = "2021", .to_year = "2022"};
    struct th_json *made = run(fixture, &options, TH_OK);
    char path[TH_TEST_PATH_SIZE];
    char run_id[32];
    char hex[TH_HASH_HEX_SIZE];
    char *text = NULL;
    size_t size = 0;
    size_t n_lines = 0;
    size_t n_eighth = 0;
    struct th_hash sha256;
    struct th_json *written = NULL;
    (void)th_test_path(path, fixture->folder, "sheet.jsonl");
    (void)snprintf(run_id, sizeof(run_id), "%lld", (long long)th_json_get_int(made, "run_id", 0));
    assert_ok(th_estimate_sheet(fixture->registry, run_id, path, &written, &fixture->err),
              &fixture->err);
    assert_ok(th_hash_file(TH_HASH_SHA256, path, &sha256, &fixture->err), &fixture->err);
    assert_string_equal(th_hash_hex(&sha256, hex), th_json_get_text(made, "sheet_sha256", ""));
    assert_string_equal(hex, th_json_get_text(written, "sha256", ""));
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &fixture->err), &fixture->err);
    for (char *line = text; *line != '\0';) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        struct th_json *value = NULL;
        char *again = NULL;
        *end = '\0';
        assert_ok(th_json_parse(line, strlen(line), &value, &fixture->err), &fixture->err);
        assert_ok(th_json_dump(value, TH_JSON_CANONICAL, &again, &fixture->err), &fixture->err);
        assert_string_equal(line, again);
        // Parcel 8: the smaller of 99.00 measured and 80.00 declared mu counts, at 200,000 a mu.
        if (strcmp(th_json_get_text(value, "number", ""), "8") == 0) {
            assert_string_equal(th_json_get_text(value, "village", ""), VILLAGE_B);
            n_eighth++;
            assert_int_equal(th_json_get_int(value, "measured_m2_300", 0), 99 * 200000);
            assert_int_equal(th_json_get_int(value, "contracted_m2_300", 0), 80 * 200000);
            assert_int_equal(th_json_get_int(value, "area_used_m2_300", 0), 80 * 200000);
            assert_int_equal(th_json_get_int(value, "net_kg", 0), 31200);
        }
        free(again);
        th_json_free(value);
        line = end + 1;
        n_lines++;
    }
    assert_int_equal(n_lines, 1 + 2 * 2 + 2 + 1); // county and village before the total
    assert_int_equal(n_eighth, 2);
    free(text);
    th_json_free(written);
    th_json_free(made);
    (void)th_test_path(path, fixture->folder, "none.jsonl");
    assert_status(th_estimate_sheet(fixture->registry, "99", path, &written, &fixture->err),
                  TH_NOT_FOUND, &fixture->err);
    fixture_refused(fixture, "run_not_found");
}

static void note_sheets(void *context, const char *name, int64_t n_checked,
                        const struct th_error *problem)
{
    char *verdict = context;
    (void)snprintf(verdict, 160, "%s %lld %s", name, (long long)n_checked,
                   problem != NULL ? problem->key : "ok");
}

static void estimate_check__an_altered_kilogram_shows(void **state)
{
    struct fixture *fixture = *state;
    struct th_store *store = th_registry_store(fixture->registry);
    char verdict[160] = "";
    const struct th_check_sink sink = {.report = note_sheets, .context = verdict};
    struct th_estimate_options options = {.village = VILLAGE_B, .year = "2021"};
    th_json_free(run(fixture, &options, TH_OK));
    th_json_free(run(fixture, &options, TH_OK));
    assert_ok(th_estimate_check_all(store, &sink, &fixture->err), &fixture->err);
    assert_string_equal(verdict, "sheets 2 ok");
    th_test_sql(store, "DROP TRIGGER estimate_line_no_update;"
                       "UPDATE estimate_line SET gross_kg = gross_kg + 1, net_kg = net_kg + 1"
                       " WHERE run_id = 2 AND parcel_id = 3");
    assert_ok(th_estimate_check_all(store, &sink, &fixture->err), &fixture->err);
    assert_string_equal(verdict, "sheets 1 sheet_differs");
}

// Ground that changes within the run, and numbers that are put right behind it: the sheet tells
// parcels in one order, when it is made and for ever.
static void estimate_sheet__stays_when_ground_and_numbers_change(void **state)
{
    struct fixture *fixture = *state;
    struct th_request request = fixture_as("clerk_a");
    struct th_store *store = th_registry_store(fixture->registry);
    char verdict[160] = "";
    const struct th_check_sink sink = {.report = note_sheets, .context = verdict};
    const struct th_estimate_options options = {
        .methodology = "reported-factor", .from_year = "2020", .to_year = "2025"};
    static const char *const numbers[] = {"zz", "0", "5-5"};
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 90000, (struct th_date){2021, 7, 1});
    th_json_free(run(fixture, &options, TH_OK));
    for (int64_t i = 0; i < 3; i++) {
        struct th_json *reply = NULL;
        const struct th_parcel_renumber_options renumber = {
            .parcel_id = i + 1, .number = numbers[i], .reason = "录入时写错"};
        request = fixture_as(i == 2 ? "clerk_b" : "clerk_a");
        assert_ok(
            th_parcel_renumber_use(fixture->registry, &request, &renumber, &reply, &fixture->err),
            &fixture->err);
        th_json_free(reply);
        th_json_free(run(fixture, &options, TH_OK));
    }
    fixture_change_parcel_on(fixture, PARCEL_BAMBOO_1, 110000, (struct th_date){2024, 7, 1});
    th_json_free(run(fixture, &options, TH_OK));
    assert_ok(th_estimate_check_all(store, &sink, &fixture->err), &fixture->err);
    assert_string_equal(verdict, "sheets 5 ok");
}

static void estimate_run__refusals_name_their_reason(void **state)
{
    struct fixture *fixture = *state;
    static const char *const HIGH = "factor=24.5";
    static const char *const BAD = "factor";
    static const struct {
        const char *label;
        struct th_estimate_options options;
        enum th_status want;
        const char *key;
    } CASES[] = {
        {"no year", {.village = VILLAGE_B}, TH_USAGE, "period_needed"},
        {"both", {.year = "2021", .from_year = "2021"}, TH_USAGE, "period_needed"},
        {"reversed", {.from_year = "2023", .to_year = "2021"}, TH_INVALID, "period_reversed"},
        {"no number", {.year = "last"}, TH_INVALID, "year_invalid"},
        {"two scopes",
         {.year = "2021", .village = VILLAGE_A, .parcel = "1"},
         TH_USAGE,
         "scope_twice"},
        {"several kinds", {.year = "2021", .village = VILLAGE_A}, TH_INVALID, "methodology_needed"},
        {"stated", {.year = "2021", .village = VILLAGE_C}, TH_INVALID, "estimate_by_statement"},
        {"too small an orchard", {.year = "2021", .parcel = "5"}, TH_INVALID, "not_applicable"},
        {"other kind",
         {.year = "2021", .parcel = "4", .methodology = "reported-factor"},
         TH_INVALID,
         "not_applicable"},
        {"no parcel", {.year = "2021", .parcel = "77"}, TH_NOT_FOUND, "parcel_not_found"},
        {"no village", {.year = "2021", .village = "nowhere"}, TH_NOT_FOUND, "village_not_found"},
        {"no methodology",
         {.year = "2021", .methodology = "reported-factor@9"},
         TH_NOT_FOUND,
         "methodology_not_found"},
        {"far too high",
         {.year = "2021", .parcel = "1", .inputs = &HIGH, .n_inputs = 1},
         TH_INVALID,
         "factor_out_of_range"},
        {"no value",
         {.year = "2021", .parcel = "1", .inputs = &BAD, .n_inputs = 1},
         TH_INVALID,
         "input_syntax"}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = run(fixture, &CASES[i].options, CASES[i].want);
        if (strcmp(fixture->err.key, CASES[i].key) != 0) {
            fail_msg("%s: %s, not %s", CASES[i].label, fixture->err.key, CASES[i].key);
        }
        assert_null(reply);
    }
}

// 50.00 mu is enough for an orchard's account; 77/150 t × 50 mu × 1000, cut: 25,666 kg.
static void estimate_run__an_orchard_of_fifty_mu_has_an_interval_and_a_warning(void **state)
{
    struct fixture *fixture = *state;
    struct th_estimate_options options = {
        .methodology = "orchard-account@1", .parcel = "4", .year = "2022"};
    struct th_json *reply = run(fixture, &options, TH_OK);
    assert_string_equal(th_json_get_text(reply, "methodology", ""), "orchard-account");
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 25666);
    const struct th_json *uncertainty = th_json_get(reply, "uncertainty");
    // ± 75 % of 25,666.67 kg is 19,250; the half-width of 10,000 draws has a standard error of
    // √(0.025 · 0.975 / 10,000 / 2) / 0.0584 = 1.9 % of a standard deviation, 0.97 % of itself.
    assert_close((double)th_json_get_int(uncertainty, "halfwidth_kg", 0), 19250,
                 4 * 0.0097 * 19250);
    assert_close(th_json_get_real(uncertainty, "confidence", 0), 0.95, 1e-12);
    assert_close(th_json_get_real(uncertainty, "relative", 0), 0.75, 4 * 0.0097 * 0.75);
    const struct th_json *warning = th_json_at(th_json_get(reply, "warnings"), 0);
    assert_string_equal(th_json_get_text(warning, "code", ""), "parameter_unverified");
    assert_false(th_json_get_bool(warning, "needs_waiver", true));
    th_json_free(reply);
}

static void estimate_run__a_dry_run_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct th_request request = fixture_as("clerk_a");
    request.dry_run = true;
    struct th_estimate_options options = {.parcel = "1", .year = "2021"};
    struct th_json *reply = NULL;
    struct th_estimate_run_record record;
    assert_ok(th_estimate_run(fixture->registry, &request, &options, &reply, &fixture->err),
              &fixture->err);
    assert_true(th_json_get_bool(reply, "dry_run", false));
    assert_status(th_estimate_run_load(th_registry_store(fixture->registry),
                                       th_json_get_int(reply, "run_id", 0), &record, NULL,
                                       &fixture->err),
                  TH_NOT_FOUND, &fixture->err);
    th_json_free(reply);
}

static void estimate_explain__every_line_reads_in_words(void **state)
{
    struct fixture *fixture = *state;
    struct th_messages *messages = NULL;
    struct th_json *reply = NULL;
    bool net_found = false;
    assert_ok(th_messages_new(&messages, &fixture->err), &fixture->err);
    struct th_estimate_options options = {
        .parcel = "8", .year = "2021", .messages = messages, .lang = TH_LANG_EN};
    assert_ok(th_estimate_explain_parcel(fixture->registry, &options, &reply, &fixture->err),
              &fixture->err);
    const struct th_json *lines = th_json_get(reply, "lines");
    assert_true(th_json_size(lines) >= 8);
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const struct th_json *line = th_json_at(lines, i);
        assert_null(strstr(th_json_get_text(line, "term", ""), "term."));
        assert_null(strstr(th_json_get_text(line, "source", ""), "term."));
        if (strcmp(th_json_get_text(line, "code", ""), "term.net") == 0) {
            assert_string_equal(th_json_get_text(line, "value", ""), "31200");
            assert_string_equal(th_json_get_text(line, "term", ""), "Net removal");
            net_found = true;
        }
    }
    assert_true(net_found);
    th_json_free(reply);
    th_messages_free(messages);
    options.messages = NULL;
    options.year = NULL;
    assert_status(th_estimate_explain_parcel(fixture->registry, &options, &reply, &fixture->err),
                  TH_USAGE, &fixture->err);
}

// The county's figures: 870,000 mu × 70/87 = 700,000 t; at 70.00 CNY 49,000,000.00 CNY.
static void estimate_project__the_county_comes_out_exactly_and_warned(void **state)
{
    struct fixture *fixture = *state;
    static const char *const FACTOR = "factor=70/87";
    struct th_estimate_project_options options = {
        .area_mu = "870,000", .price = "70.00", .inputs = &FACTOR, .n_inputs = 1};
    struct th_json *reply = NULL;
    assert_ok(th_estimate_project_area(fixture->registry, &options, &reply, &fixture->err),
              &fixture->err);
    assert_int_equal(th_json_get_int(reply, "gross_kg", 0), 700000000);
    assert_int_equal(th_json_get_int(reply, "tonnes", 0), 700000);
    assert_int_equal(th_json_get_int(reply, "amount_fen", 0), 4900000000);
    assert_int_equal(th_json_get_int(reply, "units_t", -1), 0);
    assert_string_equal(th_json_get_text(reply, "factor", ""), "70/87");
    const struct th_json *warning = th_json_at(th_json_get(reply, "warnings"), 0);
    assert_string_equal(th_json_get_text(warning, "code", ""), "factor_far_above_reference");
    assert_true(th_json_get_bool(warning, "needs_waiver", false));
    th_json_free(reply);
}

// Dali village, 5,425 mu × 0.39 t = 2,115.75 t: money counts whole tonnes, the kilograms stay.
static void estimate_project__keeps_the_kilograms(void **state)
{
    struct fixture *fixture = *state;
    struct th_estimate_project_options options = {.area_mu = "5,425", .price = "10.00"};
    struct th_json *reply = NULL;
    assert_ok(th_estimate_project_area(fixture->registry, &options, &reply, &fixture->err),
              &fixture->err);
    assert_int_equal(th_json_get_int(reply, "gross_kg", 0), 2115750);
    assert_int_equal(th_json_get_int(reply, "tonnes", 0), 2115);
    assert_int_equal(th_json_get_int(reply, "amount_fen", 0), 2115000);
    th_json_free(reply);
}

static void methodology_show__values_are_exact_and_sourced(void **state)
{
    struct fixture *fixture = *state;
    struct th_json *reply = NULL;
    assert_ok(th_methodology_list(fixture->registry, &reply, &fixture->err), &fixture->err);
    const struct th_json *list = th_json_get(reply, "methodologies");
    assert_true(th_json_size(list) >= 3);
    for (size_t i = 0; i < th_json_size(list); i++) {
        assert_int_equal(strlen(th_json_get_text(th_json_at(list, i), "sha256", "")), 64);
    }
    th_json_free(reply);
    assert_ok(th_methodology_show(fixture->registry, "reported-factor", &reply, &fixture->err),
              &fixture->err);
    const struct th_json *parameter = th_json_at(th_json_get(reply, "parameters"), 0);
    assert_string_equal(th_json_get_text(parameter, "name", ""), "factor");
    assert_string_equal(th_json_get_text(parameter, "value", ""), "0.39");
    assert_string_equal(th_json_get_text(parameter, "evidence", ""), "reported");
    assert_string_not_equal(th_json_get_text(parameter, "source", ""), "");
    assert_int_equal(th_json_size(th_json_get(reply, "inputs")), 1);
    th_json_free(reply);
    assert_status(th_methodology_show(fixture->registry, "none", &reply, &fixture->err),
                  TH_NOT_FOUND, &fixture->err);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(estimate_run__a_village_sums_to_the_floor_of_the_whole),
        TEST(estimate_run__the_same_request_gives_the_same_sheet),
        TEST(estimate_sheet__is_written_again_byte_for_byte),
        TEST(estimate_check__an_altered_kilogram_shows),
        TEST(estimate_sheet__stays_when_ground_and_numbers_change),
        TEST(estimate_run__refusals_name_their_reason),
        TEST(estimate_run__an_orchard_of_fifty_mu_has_an_interval_and_a_warning),
        TEST(estimate_run__a_dry_run_leaves_nothing),
        TEST(estimate_explain__every_line_reads_in_words),
        TEST(estimate_project__the_county_comes_out_exactly_and_warned),
        TEST(estimate_project__keeps_the_kilograms),
        TEST(methodology_show__values_are_exact_and_sourced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

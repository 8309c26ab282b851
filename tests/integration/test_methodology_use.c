// A county's own document on its way from a file to a parcel's kilograms.
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/file.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/methodology.h"
#include "registry/records/activity.h"
#include "tests/integration/drawn_fixture.h"

static const struct th_request by_officer = {.login = "officer"};

// The example of the manual.
static const char *example_path(char path[TH_TEST_PATH_SIZE])
{
    return th_test_source_path(path, "docs/examples/methodology.json");
}

// The example with one piece of text in the place of another, as a file.
static const char *changed_example(const struct fixture *f, const char *from, const char *to,
                                   char path[TH_TEST_PATH_SIZE])
{
    struct th_error err;
    struct th_buf changed;
    char *text = NULL;
    size_t size = 0;
    assert_ok(th_file_read(example_path(path), 1 << 20, &text, &size, &err), &err);
    size_t at = 0;
    while (at < size && strncmp(text + at, from, strlen(from)) != 0) {
        at++;
    }
    assert_true(at < size);
    th_buf_init(&changed, 1 << 20);
    th_buf_append(&changed, text, at);
    th_buf_append_str(&changed, to);
    th_buf_append_str(&changed, text + at + strlen(from));
    (void)remove(th_test_path(path, f->folder, "changed.json"));
    assert_ok(th_file_write_new(path, changed.data, changed.size, &err), &err);
    th_buf_clear(&changed);
    free(text);
    return path;
}

static void add(struct fixture *f, const struct th_request *request, const char *path,
                enum th_status want, const char *key)
{
    struct th_error err;
    struct th_json *reply = NULL;
    assert_status(th_methodology_add(f->registry, request, path, &reply, &err), want, &err);
    if (want != TH_OK) {
        assert_string_equal(err.key, key);
        assert_null(reply);
    }
    th_json_free(reply);
}

static void methodology_add__keeps_a_version_for_ever(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    add(f, &by_officer, example_path(path), TH_OK, NULL);
    add(f, &by_officer, example_path(path), TH_CONFLICT, "methodology_there");
    add(f, &by_officer, changed_example(f, "Ten years old", "ten years old", path), TH_CONFLICT,
        "methodology_changed");
    add(f, &by_officer, changed_example(f, "\"version\": \"1\"", "\"version\": \"2\"", path), TH_OK,
        NULL);
}

// The next version of an orchard account that comes with the program is the program's, and it would
// be the county's default for orchards.
static void methodology_add__leaves_the_names_of_shipped_documents(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    add(f, &by_officer,
        changed_example(f, "\"id\": \"county-orchard\",\n  \"version\": \"1\"",
                        "\"id\": \"orchard-account\",\n  \"version\": \"9\"", path),
        TH_CONFLICT, "methodology_shipped");
    assert_status(th_methodology_show(f->registry, "orchard-account@9", &reply, &err), TH_NOT_FOUND,
                  &err);
    // The beginning of a name is not the name.
    add(f, &by_officer, changed_example(f, "\"county-orchard\"", "\"orchard\"", path), TH_OK, NULL);
    // What came with the program is there already.
    (void)th_test_source_path(path, "data/methodologies/orchard-account/1.json");
    add(f, &by_officer, path, TH_CONFLICT, "methodology_there");
}

static void methodology_add__takes_no_document_with_a_fault(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    add(f, &by_officer, changed_example(f, "\"value\": \"2.1\"", "\"value\": \"2.3\"", path),
        TH_INVALID, "methodology_invalid");
    add(f, &by_officer, th_test_path(path, f->folder, "none.json"), TH_NOT_FOUND, "file_not_found");
    assert_status(th_methodology_show(f->registry, "county-orchard", &reply, &err), TH_NOT_FOUND,
                  &err);
}

static void methodology_lint__tells_every_fault_of_a_file(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    assert_ok(th_methodology_lint_file(example_path(path), f->messages, TH_LANG_ZH, &reply, &err),
              &err);
    assert_true(th_json_get_bool(reply, "ok", false));
    assert_int_equal(th_json_size(th_json_get(reply, "faults")), 0);
    th_json_free(reply);
    changed_example(f, "\"unit\": \"t C/ha/yr\"", "\"unit\": \"kg C/ha/yr\"", path);
    assert_ok(th_methodology_lint_file(path, f->messages, TH_LANG_ZH, &reply, &err), &err);
    assert_false(th_json_get_bool(reply, "ok", true));
    const struct th_json *fault = th_json_at(th_json_get(reply, "faults"), 0);
    assert_string_equal(th_json_get_text(fault, "where", ""), "/parameters/0/unit");
    assert_non_null(strstr(th_json_get_text(fault, "message", ""), "t C/ha/yr"));
    th_json_free(reply);
}

static struct th_json *orchards(struct fixture *f)
{
    static struct drawn file;
    struct th_parcel_import_options options = fixture_options(f, NULL);
    file.size = 0;
    // About 15.2 mu each, of which 15 were declared: 1 ha counts.
    drawn_box(&file, 119.660, 30.42, 0.001, 0.00095,
              "\"地块号\":\"1\",\"面积（亩）\":\"15\",\"planted\":\"2015\"");
    drawn_box(&file, 119.662, 30.42, 0.001, 0.00095,
              "\"地块号\":\"2\",\"面积（亩）\":\"15\",\"planted\":\"1990\"");
    drawn_box(&file, 119.664, 30.42, 0.001, 0.00095, "\"地块号\":\"3\",\"面积（亩）\":\"15\"");
    options.kind = "orchard";
    return drawn_import_with(f, &file, options);
}

// 2.1 t C × 44/12 = 7,700 kg in years 1 to 30, nothing later: planted in 2015 and in 1990.
static void estimate_run__takes_the_year_of_planting_from_the_parcel(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    const struct th_estimate_options options = {.methodology = "county-orchard",
                                                .from_year = "2018",
                                                .to_year = "2021",
                                                .messages = f->messages,
                                                .lang = TH_LANG_ZH};
    struct th_json *reply = orchards(f);
    assert_int_equal(drawn_accepted(reply), 3);
    th_json_free(reply);
    add(f, &by_officer, example_path(path), TH_OK, NULL);
    assert_ok(th_estimate_run(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n_parcels", 0), 2);
    // Four years of one orchard, two of the other, whose thirtieth year was 2019.
    assert_int_equal(th_json_get_int(reply, "gross_kg", 0), 6 * 7700);
    const struct th_json *years = th_json_get(reply, "years");
    static const int64_t want[] = {15400, 15400, 7700, 7700};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(th_json_get_int(th_json_at(years, i), "net_kg", 0), want[i]);
    }
    const struct th_json *skipped = th_json_get(reply, "skipped");
    assert_int_equal(th_json_size(skipped), 1);
    assert_string_equal(th_json_get_text(th_json_at(skipped, 0), "reason", ""), "input_missing");
    assert_non_null(strstr(th_json_get_text(th_json_at(skipped, 0), "message", ""), "种植年份"));
    th_json_free(reply);
    // Before it was planted an orchard has no age; the others are estimated all the same.
    const struct th_estimate_options before = {
        .methodology = "county-orchard", .year = "2014", .messages = f->messages};
    assert_ok(th_estimate_run(f->registry, &f->request, &before, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n_parcels", 0), 1);
    assert_string_equal(
        th_json_get_text(th_json_at(th_json_get(reply, "skipped"), 0), "reason", ""),
        "input_below");
    th_json_free(reply);
}

#define BOUNDS(low, high, action)                                                                  \
    "\"plausible\": [{\"low\": \"" low "\", \"high\": \"" high                                     \
    "\", \"unit\": \"t CO2e/ha/yr\", \"action\": \"" action                                        \
    "\", \"source\": \"mean of the region\", \"evidence\": \"expert-choice\"}]"

// 7.7 t a hectare against bounds of 0 … 5: a second look, or none at all.
static void estimate_run__holds_results_against_the_stated_bounds(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    struct th_estimate_options options = {.methodology = "county-orchard",
                                          .year = "2020",
                                          .messages = f->messages,
                                          .lang = TH_LANG_ZH};
    struct th_json *reply = orchards(f);
    th_json_free(reply);
    add(f, &by_officer, changed_example(f, "\"plausible\": []", BOUNDS("0", "5", "ask"), path),
        TH_OK, NULL);
    assert_ok(th_estimate_run(f->registry, &f->request, &options, &reply, &err), &err);
    const struct th_json *warnings = th_json_get(reply, "warnings");
    const struct th_json *last = th_json_at(warnings, th_json_size(warnings) - 1);
    assert_string_equal(th_json_get_text(last, "code", ""), "estimate_second_look");
    const char *message = th_json_get_text(last, "message", "");
    assert_non_null(strstr(message, "7.70"));
    assert_non_null(strstr(message, "mean of the region"));
    assert_null(strstr(message, "{"));
    th_json_free(reply);
}

// A fifth is kept: 15.4 t of 2019 are 15, of which 3, and 0.4 t carried; 8.1 t of 2020 are 8, of
// which 1.6, rounded up to 2.
static void estimate_run__tells_the_buffer_of_its_tonnes(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    const struct th_estimate_options options = {
        .methodology = "county-orchard", .from_year = "2019", .to_year = "2020"};
    th_json_free(orchards(f));
    add(f, &by_officer,
        changed_example(f, "\"buffer\": {\"value\": \"0\"", "\"buffer\": {\"value\": \"0.2\"",
                        path),
        TH_OK, NULL);
    assert_ok(th_estimate_run(f->registry, &f->request, &options, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "buffer_ratio", ""), "0.2");
    assert_int_equal(th_json_get_int(reply, "buffer_kg", 0), 5000);
    const struct th_json *years = th_json_get(reply, "years");
    assert_int_equal(th_json_size(years), 2);
    assert_int_equal(th_json_get_int(th_json_at(years, 0), "whole_t", 0), 15);
    assert_int_equal(th_json_get_int(th_json_at(years, 0), "buffer_t", 0), 3);
    assert_int_equal(th_json_get_int(th_json_at(years, 1), "whole_t", 0), 8);
    assert_int_equal(th_json_get_int(th_json_at(years, 1), "buffer_t", 0), 2);
    th_json_free(reply);
    // A stored run tells the same.
    assert_ok(th_estimate_show(f->registry, "1", NULL, TH_LANG_ZH, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "buffer_kg", 0), 5000);
    th_json_free(reply);
}

// A verifier finds what nobody has checked in the first line of the sheet.
static void estimate_sheet__names_what_is_unverified(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *head = NULL;
    struct th_json *reply = NULL;
    const struct th_estimate_options options = {.methodology = "county-orchard", .year = "2020"};
    th_json_free(orchards(f));
    add(f, &by_officer, example_path(path), TH_OK, NULL);
    assert_ok(th_estimate_run(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_estimate_sheet(f->registry, "1", th_test_path(path, f->folder, "sheet.jsonl"),
                                &reply, &err),
              &err);
    th_json_free(reply);
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, strcspn(text, "\n"), &head, &err), &err);
    const struct th_json *names = th_json_get(head, "unverified");
    assert_int_equal(th_json_size(names), 1);
    assert_string_equal(th_json_text(th_json_at(names, 0)), "growth");
    th_json_free(head);
    free(text);
}

// 60 mu of orchard in its 35th year: nothing by the county's document, which asks for the year of
// planting, 60 × 77/150 t by area alone, which asks for nothing. Not what was stated of the parcel
// is different.
static void estimate_compare__does_not_take_another_methodology_for_other_inputs(void **state)
{
    static struct drawn file;
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_estimate_options run = {.methodology = "county-orchard", .year = "2024"};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    file.size = 0;
    drawn_box(&file, 119.660, 30.42, 0.004, 0.00095,
              "\"地块号\":\"1\",\"面积（亩）\":\"60\",\"planted\":\"1990\"");
    options.kind = "orchard";
    th_json_free(drawn_import_with(f, &file, options));
    add(f, &by_officer, example_path(path), TH_OK, NULL);
    assert_ok(th_estimate_run(f->registry, &f->request, &run, &reply, &err), &err);
    th_json_free(reply);
    run.methodology = "orchard-account@1";
    assert_ok(th_estimate_run(f->registry, &f->request, &run, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 30800);
    th_json_free(reply);
    assert_ok(th_estimate_compare(f->registry, "1", "2", NULL, TH_LANG_EN, &reply, &err), &err);
    const struct th_json *causes = th_json_get(reply, "causes");
    assert_int_equal(th_json_size(causes), 1);
    assert_string_equal(th_json_get_text(th_json_at(causes, 0), "cause", ""), "methodology");
    assert_int_equal(th_json_get_int(th_json_at(causes, 0), "more_kg", 0), 30800);
    th_json_free(reply);
}

static const struct th_json *line_of(const struct th_json *reply, const char *term,
                                     const char *unit)
{
    const struct th_json *lines = th_json_get(reply, "lines");
    for (size_t i = 0; i < th_json_size(lines); i++) {
        const struct th_json *line = th_json_at(lines, i);
        if (strcmp(th_json_get_text(line, "term", ""), term) == 0 &&
            strcmp(th_json_get_text(line, "unit", ""), unit) == 0) {
            return line;
        }
    }
    fail_msg("no line %s in %s", term, unit);
    return NULL;
}

static void estimate_explain__shows_age_growth_and_kilograms(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char book[TH_TEST_PATH_SIZE];
    char *bytes = NULL;
    size_t size = 0;
    const struct th_estimate_options options = {.methodology = "county-orchard",
                                                .parcel = "1",
                                                .year = "2020",
                                                .out =
                                                    th_test_path(book, f->folder, "explained.xlsx"),
                                                .messages = f->messages,
                                                .lang = TH_LANG_ZH};
    struct th_json *reply = orchards(f);
    th_json_free(reply);
    add(f, &by_officer, example_path(path), TH_OK, NULL);
    assert_ok(th_estimate_explain_parcel(f->registry, &options, &reply, &err), &err);
    const struct th_json *age = line_of(reply, "树龄", "yr");
    assert_string_equal(th_json_get_text(age, "expression", ""), "2020 - 2015 + 1");
    assert_string_equal(th_json_get_text(age, "value", ""), "6");
    const struct th_json *growth = line_of(reply, "每年碳增量", "t C/ha/yr");
    assert_string_equal(th_json_get_text(growth, "value", ""), "2.1");
    assert_string_equal(th_json_get_text(growth, "evidence", ""), "unverified");
    const struct th_json *gain = line_of(reply, "果树生长", "kg CO2e/yr");
    assert_string_equal(th_json_get_text(gain, "expression", ""), "2100 × 44 ÷ 12");
    assert_string_equal(th_json_get_text(gain, "value", ""), "7700");
    assert_string_equal(th_json_get_text(reply, "file", ""), book);
    th_json_free(reply);
    assert_ok(th_file_read(book, 1 << 20, &bytes, &size, &err), &err);
    assert_memory_equal(bytes, "PK", 2);
    free(bytes);
    // No file is written over.
    assert_status(th_estimate_explain_parcel(f->registry, &options, &reply, &err), TH_CONFLICT,
                  &err);
}

// 15 mu of tea in the twelfth year gain 0.95 t C: 3,483.33 kg. A mu gets 20 kg of urea, 9.2 kg of
// N, and 6 kg of organic N. N2O-N: 138 × 0.016 + 90 × 0.006 = 2.748 direct, (138 × 0.11 + 90 ×
// 0.21) × 0.014 = 0.47712 volatilised, 228 × 0.24 × 0.011 = 0.60192 leached; × 44/28 × 273 =
// 1,641.80 kg. Urea 15 × 20 × 0.2 × 44/12 = 220 kg, diesel 30 × 2.68 = 80.4 kg.
static void estimate_run__takes_the_records_of_the_year(void **state)
{
    static struct drawn file;
    struct fixture *f = *state;
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_parcel_import_options tea = fixture_options(f, NULL);
    const struct th_record_options records = {.source = path, .year = "2021"};
    struct th_estimate_options options = {.methodology = "tea-garden@1", .year = "2021"};
    file.size = 0;
    drawn_box(&file, 119.660, 30.42, 0.001, 0.00095,
              "\"地块号\":\"1\",\"面积（亩）\":\"15\",\"planted\":\"2010\"");
    tea.kind = "tea";
    th_json_free(drawn_import_with(f, &file, tea));
    assert_ok(th_estimate_run(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 3483);
    const struct th_json *warnings = th_json_get(reply, "warnings");
    const struct th_json *last = th_json_at(warnings, th_json_size(warnings) - 1);
    assert_string_equal(th_json_get_text(last, "code", ""), "estimate_unrecorded");
    assert_true(th_json_get_bool(last, "needs_waiver", false));
    th_json_free(reply);
    fixture_file(f, path, "records.csv",
                 "村,地块号,有机肥氮（公斤/亩）,尿素（公斤/亩）,柴油（升）\n测试一村,1,6,20,30\n");
    assert_ok(th_activity_import(f->registry, &f->request, &records, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", 0), 1);
    th_json_free(reply);
    assert_ok(th_estimate_run(f->registry, &f->request, &options, &reply, &err), &err);
    const struct th_json *gases = th_json_get(reply, "project_emissions");
    assert_int_equal(th_json_get_int(reply, "gross_kg", 0), 3483);
    assert_int_equal(th_json_get_int(gases, "n2o_kg", 0), 1642);
    assert_int_equal(th_json_get_int(gases, "co2_kg", 0), 301); // 300.4
    assert_int_equal(th_json_get_int(gases, "ch4_kg", -1), 0);
    assert_int_equal(th_json_get_int(reply, "net_kg", 0), 3483 - 1642 - 301);
    th_json_free(reply);
    // Of the two runs the records alone are different.
    assert_ok(th_estimate_compare(f->registry, "1", "2", f->messages, TH_LANG_ZH, &reply, &err),
              &err);
    const struct th_json *causes = th_json_get(reply, "causes");
    assert_int_equal(th_json_get_int(reply, "more_kg", 0), -1642 - 301);
    assert_int_equal(th_json_size(causes), 1);
    assert_string_equal(th_json_get_text(th_json_at(causes, 0), "cause", ""), "input");
    assert_int_equal(th_json_get_int(th_json_at(causes, 0), "more_kg", 0), -1642 - 301);
    assert_int_equal(th_json_size(th_json_get(reply, "settings")), 0);
    th_json_free(reply);
    assert_status(th_estimate_compare(f->registry, "1", "9", NULL, TH_LANG_ZH, &reply, &err),
                  TH_NOT_FOUND, &err);
    // Of another year nothing is on record.
    options.year = "2022";
    assert_ok(th_estimate_run(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "project_emissions_kg", -1), 0);
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(methodology_add__keeps_a_version_for_ever, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(methodology_add__leaves_the_names_of_shipped_documents,
                                        drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(methodology_add__takes_no_document_with_a_fault,
                                        drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(methodology_lint__tells_every_fault_of_a_file, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(estimate_run__takes_the_year_of_planting_from_the_parcel,
                                        drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(estimate_run__holds_results_against_the_stated_bounds,
                                        drawn_set_up, drawn_tear_down),
        cmocka_unit_test_setup_teardown(estimate_run__tells_the_buffer_of_its_tonnes, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(estimate_sheet__names_what_is_unverified, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(estimate_run__takes_the_records_of_the_year, drawn_set_up,
                                        drawn_tear_down),
        cmocka_unit_test_setup_teardown(
            estimate_compare__does_not_take_another_methodology_for_other_inputs, drawn_set_up,
            drawn_tear_down),
        cmocka_unit_test_setup_teardown(estimate_explain__shows_age_growth_and_kilograms,
                                        drawn_set_up, drawn_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Yearly data from a table: what is taken, what is refused and in which words, and what becomes of
// the record when a table comes again.
#include "registry/records/activity.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/audit.h"
#include "registry/life/parcel_life.h"
#include "registry/setup.h"
#include "store/estimate/activity_store.h"
#include "tests/integration/parcel_fixture.h"

// Three parcels, each of 10 mu by contract and about 16 by map.
#define SQUARE(number, west, east)                                                                 \
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"" number "\",\"declared_area\":10},"       \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[" west ",30.5],[" east ",30.5],[" east  \
    ",30.501],[" west ",30.501],[" west ",30.5]]]}}"

static const char FEATURES[] = SQUARE("1-01", "119.6", "119.601") "," SQUARE(
    "2", "119.601", "119.602") "," SQUARE("3", "119.602", "119.603");

static int set_up(void **state)
{
    (void)fixture_set_up(state);
    struct fixture *f = *state;
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.area_unit = "mu";
    options.on = "2020-01-01";
    fixture_parcels(f, FEATURES, options, 3);
    fixture_user(f, "clerk", "clerk", FIXTURE_VILLAGE);
    fixture_user(f, "clerk_2", "clerk", FIXTURE_OTHER_VILLAGE);
    return 0;
}

static struct th_json *import_as(struct fixture *f, const char *login, const char *year,
                                 const char *rows, enum th_status want, const char *key)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err = {0};
    struct th_request request = {.login = login};
    fixture_file(f, path, "yearly.csv", rows);
    struct th_record_options options = {
        .source = path, .year = year, .messages = f->messages, .lang = TH_LANG_ZH};
    assert_status(th_activity_import(f->registry, &request, &options, &reply, &err), want, &err);
    if (key != NULL) {
        assert_string_equal(err.key, key);
    }
    return reply;
}

static struct th_json *import(struct fixture *f, const char *rows)
{
    struct th_json *reply = import_as(f, "clerk", NULL, rows, TH_OK, NULL);
    fixture_assert_accounted(reply, 2);
    return reply;
}

static void assert_counts(struct th_json *reply, int64_t accepted, int64_t changed,
                          int64_t rejected, int64_t unchanged)
{
    assert_int_equal(th_json_get_int(reply, "accepted", -1), accepted);
    assert_int_equal(th_json_get_int(reply, "changed", -1), changed);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), rejected);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), unchanged);
    th_json_free(reply);
}

static void assert_found(struct fixture *f, int64_t parcel_id, int year, const char *want)
{
    struct th_error err = {0};
    char *quantities = NULL;
    assert_ok(th_activity_find(th_registry_store(f->registry), parcel_id, year, &quantities, &err),
              &err);
    if (want == NULL) {
        assert_null(quantities);
    } else {
        assert_string_equal(quantities, want);
    }
    free(quantities);
}

// The message of the first problem of a row with this code; fails without.
static const char *told(const struct th_json *reply, int64_t row, const char *code)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++) {
        const struct th_json *problem = th_json_at(problems, i);
        if (th_json_get_int(problem, "row", 0) == row &&
            strcmp(th_json_get_text(problem, "code", ""), code) == 0) {
            return th_json_get_text(problem, "message", "");
        }
    }
    fail_msg("row %lld has no problem %s", (long long)row, code);
    return "";
}

#define PLACE "村,地块号,年份,"

static void import__units_of_the_headings_are_converted_exactly(void **state)
{
    struct fixture *f = *state;
    // 40 斤 = 20 kg of urea, 0.46 of it nitrogen; 45 kg/ha = 3 kg/mu; half a tonne on 10 mu is 50
    // kg/mu; 3 L/mu on 10 mu are 30 L; 0.1 ha are 1.5 mu.
    struct th_json *reply =
        import(f, PLACE "尿素(斤/亩),有机肥氮 公斤/公顷,石灰（吨/地块）,柴油(升/亩),更新面积(公顷),"
                        "打药次数,采伐株数,备注,天气\n"
                        "测试一村,1-01,2023年,40,45,0.5,3,0.1,2,\"1,200\",带状采伐,晴\n");
    const struct th_json *ignored = th_json_get(reply, "ignored");
    assert_int_equal(th_json_size(ignored), 1);
    assert_string_equal(th_json_text(th_json_at(ignored, 0)), "天气");
    assert_int_equal(th_json_size(th_json_get(reply, "problems")), 0);
    assert_int_equal(th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 0)), 1);
    assert_counts(reply, 1, 0, 0, 0);
    assert_found(f, 1, 2023,
                 "{\"cleared\":\"1.5\",\"diesel\":\"30\",\"harvested_culms\":\"1200\","
                 "\"limestone\":\"50\",\"n_organic\":\"3\",\"n_synthetic\":\"9.2\",\"note\":"
                 "\"带状采伐\",\"sprays\":\"2\",\"urea\":\"20\"}");
    fixture_assert_books(f);
}

static void import__a_third_stays_a_third(void **state)
{
    struct fixture *f = *state;
    assert_counts(import(f, PLACE "五氧化二磷(公斤/公顷)\n测试一村,2,2023,5\n"), 1, 0, 0, 0);
    assert_found(f, 2, 2023, "{\"p2o5\":\"1/3\"}");
}

static void import__stable_keys_stand_for_their_own_units(void **state)
{
    struct fixture *f = *state;
    assert_counts(import(f, "parcel_id,year,n_synthetic,n_organic,diesel,sprays\n"
                            "3,2022,10.5,4.5,12,1\n"),
                  1, 0, 0, 0);
    assert_found(f, 3, 2022,
                 "{\"diesel\":\"12\",\"n_organic\":\"4.5\",\"n_synthetic\":\"10.5\","
                 "\"sprays\":\"1\"}");
}

static void import__nitrogen_is_reckoned_from_products_with_its_source(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    // 10 · 0.46 + 10 · 0.335 + 10 · 0.21 + 10 · 0.18 + 10 · 0.11 = 12.95
    assert_counts(import(f, PLACE "尿素(公斤/亩),硝酸铵(公斤/亩),硫酸铵(公斤/亩),磷酸二铵(公斤/亩),"
                                  "磷酸一铵(公斤/亩)\n测试一村,2,2023,10,10,10,10,10\n"),
                  1, 0, 0, 0);
    assert_ok(th_activity_show(f->registry, 2, f->messages, TH_LANG_ZH, &reply, &err), &err);
    const struct th_json *record = th_json_at(th_json_get(reply, "records"), 0);
    assert_string_equal(th_json_get_text(th_json_get(record, "quantities"), "n_synthetic", ""),
                        "12.95");
    const struct th_json *origin = th_json_get(th_json_get(record, "origins"), "n_synthetic");
    assert_string_equal(
        th_json_get_text(th_json_get(th_json_get(origin, "products"), "urea"), "n_content", ""),
        "0.46");
    assert_non_null(th_json_get_text(origin, "source", NULL));
    th_json_free(reply);
    // Said to be less than the products hold: one of them is wrong.
    reply = import(f, PLACE "尿素(公斤/亩),化肥纯氮(公斤/亩)\n测试一村,2,2022,20,9\n"
                            "测试一村,3,2022,20,9.2\n");
    (void)told(reply, 2, "attribute_range");
    assert_counts(reply, 1, 0, 1, 0);
    assert_found(f, 2, 2022, NULL);
    assert_found(f, 3, 2022, "{\"n_synthetic\":\"9.2\",\"urea\":\"20\"}");
}

static void import__a_mended_table_changes_what_changed_and_keeps_the_rest(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    static const char FIRST[] =
        PLACE "尿素(公斤/亩),柴油(升)\n测试一村,1-01,2023,20,30\n测试一村,2,2023,10,\n"
              "测试一村,9,2023,1,1\n";
    assert_counts(import(f, FIRST), 2, 0, 1, 0);
    assert_counts(import(f, FIRST), 0, 0, 1, 2);
    assert_counts(import(f, PLACE "尿素(公斤/亩),柴油(升)\n测试一村,1-01,2023,20.0,30\n"
                                  "测试一村,2,2023,15,\n测试一村,3,2023,1,1\n"),
                  2, 1, 0, 1);
    // A table of something else adds to the record; an empty cell takes back what stood there.
    assert_counts(import(f, PLACE "打药次数\n测试一村,2,2023,1\n"), 1, 1, 0, 0);
    assert_counts(import(f, PLACE "打药次数\n测试一村,2,2023,1\n"), 0, 0, 0, 1);
    assert_counts(import(f, PLACE "打药次数,尿素(公斤/亩)\n测试一村,2,2023,1,\n"), 1, 1, 0, 0);
    assert_found(f, 2, 2023, "{\"sprays\":\"1\"}");
    assert_ok(th_activity_show(f->registry, 2, f->messages, TH_LANG_ZH, &reply, &err), &err);
    const struct th_json *records = th_json_get(reply, "records");
    assert_int_equal(th_json_size(records), 4);
    static const char *const UREA[] = {"10", "15", "15", "-"};
    static const char *const NITROGEN[] = {"4.6", "6.9", "6.9", "-"};
    for (size_t i = 0; i < 4; i++) {
        const struct th_json *quantities = th_json_get(th_json_at(records, i), "quantities");
        assert_string_equal(th_json_get_text(quantities, "urea", "-"), UREA[i]);
        assert_string_equal(th_json_get_text(quantities, "n_synthetic", "-"), NITROGEN[i]);
    }
    th_json_free(reply);
    fixture_assert_books(f);
}

static void import__places_are_refused_in_words(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = import(f, "村,地块号,登记编号,年份,打药次数\n"
                                      "测试一村,1—1,,2023,1\n"
                                      "测试一村,77,,2023,1\n"
                                      "测试一,2,,2023,1\n"
                                      "测试二村,2,,2023,1\n"
                                      "测试一村,,,2023,1\n"
                                      ",2,1,2023,1\n"
                                      ",,99,2023,1\n"
                                      ",,x,2023,1\n"
                                      ",３,,2023,1\n");
    assert_non_null(strstr(told(reply, 2, "parcel_unknown"), "是不是：1-01"));
    assert_null(strstr(told(reply, 3, "parcel_unknown"), "是不是"));
    assert_non_null(strstr(told(reply, 4, "village_unknown"), "是不是"));
    assert_non_null(strstr(told(reply, 5, "village_not_yours"), "你只管测试一村"));
    (void)told(reply, 6, "attribute_missing");
    (void)told(reply, 7, "attribute_range");
    (void)told(reply, 8, "parcel_unknown");
    (void)told(reply, 9, "attribute_range");
    assert_non_null(strstr(told(reply, 10, "parcel_unknown"), "是不是：3"));
    assert_counts(reply, 0, 0, 9, 0);
    // Without a village the clerk's own is meant; another clerk may not.
    assert_counts(import(f, "地块号,年份,打药次数\n2,2023,1\n"), 1, 0, 0, 0);
    reply = import_as(f, "clerk_2", NULL, "登记编号,年份,打药次数\n2,2023,3\n", TH_OK, NULL);
    (void)told(reply, 2, "village_not_yours");
    assert_counts(reply, 0, 0, 1, 0);
    assert_found(f, 2, 2023, "{\"sprays\":\"1\"}");
}

static void import__years_are_refused_in_words(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = import_as(
        f, "clerk", "2023",
        PLACE "打药次数\n测试一村,1-01,2022,1\n测试一村,2,,1\n测试一村,3,2026,1\n", TH_OK, NULL);
    assert_non_null(strstr(told(reply, 2, "attribute_range"), "2022"));
    assert_counts(reply, 1, 0, 2, 0);
    assert_found(f, 2, 2023, "{\"sprays\":\"1\"}");
    reply = import(f, PLACE "打药次数\n测试一村,1-01,2026,1\n测试一村,2,,1\n测试一村,3,二三年,1\n"
                            "测试一村,1-01,2025,1\n");
    assert_non_null(strstr(told(reply, 2, "attribute_range"), "2026 年还没有到"));
    (void)told(reply, 3, "attribute_missing");
    assert_non_null(strstr(told(reply, 4, "attribute_range"), "“二三年”，不是年份"));
    (void)told(reply, 5, "year_running"); // it is 2025-06-15
    assert_counts(reply, 1, 0, 3, 0);
    reply = import(f, PLACE "打药次数\n测试一村,1-01,24,1\n测试一村,2,2024-01-01,1\n"
                            "测试一村,3,２０２４,２\n");
    assert_non_null(strstr(told(reply, 2, "attribute_range"), "“24”，不是年份"));
    assert_non_null(strstr(told(reply, 3, "attribute_range"), "“2024-01-01”，不是年份"));
    assert_counts(reply, 1, 0, 2, 0);
    assert_found(f, 3, 2024, "{\"sprays\":\"2\"}");
    assert_null(import_as(f, "clerk", "2026", PLACE "打药次数\n测试一村,2,,1\n", TH_INVALID,
                          "activity_year_future"));
    assert_null(import_as(f, "clerk", "去年", PLACE "打药次数\n测试一村,2,,1\n", TH_INVALID,
                          "year_invalid"));
}

static void import__numbers_are_refused_in_words(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = import(f, PLACE "尿素(公斤/亩),打药次数,更新面积(亩),柴油(升)\n"
                                            "测试一村,1-01,2023,20公斤,1,,\n"
                                            "测试一村,2,2023,-5,1,,\n"
                                            "测试一村,3,2023,501,1,,\n"
                                            "测试一村,1-01,2022,,1.5,,\n"
                                            "测试一村,2,2022,,1,17,\n"
                                            "测试一村,3,2022,,,,\n"
                                            "测试一村,1-01,2021,131,1,10,900\n");
    for (int64_t row = 2; row <= 6; row++) {
        (void)told(reply, row, "attribute_range");
    }
    assert_non_null(strstr(told(reply, 2, "attribute_range"), "“尿素(公斤/亩)”写的是“20公斤”"));
    (void)told(reply, 7, "attribute_missing");
    // Unusual is let in, with a remark each.
    assert_int_equal(fixture_problems(reply, 8, "attribute_range", "warning"), 2);
    assert_counts(reply, 1, 0, 6, 0);
    // Two rows of one parcel and year: nobody knows which holds.
    reply = import(f, PLACE "打药次数\n测试一村,2,2023,1\n测试一村,3,2023,1\n测试一村,2,2023,1\n");
    assert_non_null(strstr(told(reply, 2, "duplicate"), "第 4 行"));
    assert_non_null(strstr(told(reply, 4, "duplicate"), "第 2 行"));
    assert_counts(reply, 1, 0, 2, 0);
}

static void import__a_heading_that_leaves_it_open_refuses_the_table(void **state)
{
    static const struct {
        const char *heading, *key;
    } CASES[] = {
        {"尿素", "sheet_heading_unit"},
        {"尿素(袋/亩)", "sheet_heading_unit"},
        {"尿素(公斤)", "sheet_heading_ground"},
        {"尿素(总公斤/亩)", "sheet_heading_ground"},
        {"打药次数(次/亩)", "sheet_heading_ground"},
        {"柴油(公斤)", "sheet_heading_dimension"},
        {"尿素(公斤纯氮/亩)", "sheet_heading_element"},
        {"尿素(公斤/亩),尿素(斤/亩)", "sheet_heading_twice"},
        {"复合肥(公斤/亩)", "activity_no_quantity"},
        // The beginning of a name is another name: manure is not its nitrogen.
        {"有机肥(公斤/亩)", "activity_no_quantity"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char rows[256];
        snprintf(rows, sizeof(rows), "地块号,年份,%s\n2,2023,1,1\n", CASES[i].heading);
        assert_null(import_as(f, "clerk", NULL, rows, TH_INVALID, CASES[i].key));
    }
    assert_null(
        import_as(f, "clerk", NULL, "年份,打药次数\n2023,1\n", TH_INVALID, "sheet_columns"));
    assert_found(f, 2, 2023, NULL);
}

static void import__a_parcel_has_data_only_while_it_was_one(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_parcel_retire_options retire = {.parcel_id = 3, .reason = "征用", .on = "2023-01-01"};
    assert_ok(th_parcel_retire_use(f->registry, &f->request, &retire, &reply, &err), &err);
    th_json_free(reply);
    fixture_file(f, path, "line.wkt", "LINESTRING (119.6003 30.499, 119.6003 30.502)");
    struct th_parcel_split_options split = {.parcel_id = 1,
                                            .drawing = path,
                                            .numbers = "1西, 1东",
                                            .reason = "分户",
                                            .on = "2024-01-01"};
    assert_ok(th_parcel_split(f->registry, &f->request, &split, &reply, &err), &err);
    th_json_free(reply);
    reply = import(f, PLACE "打药次数\n"
                            "测试一村,3,2023,1\n测试一村,3,2022,1\n"
                            "测试一村,1西,2023,1\n测试一村,1西,2024,1\n"
                            "测试一村,1-01,2023,1\n测试一村,1-01,2024,1\n"
                            "测试一村,2,2019,1\n");
    assert_non_null(strstr(told(reply, 2, "parcel_retired"), "2023-01-01"));
    assert_non_null(strstr(told(reply, 4, "parcel_not_yet"), "2024-01-01"));
    assert_non_null(strstr(told(reply, 7, "parcel_retired"), "2024-01-01"));
    // The ground of an imported parcel was there before it was registered.
    assert_counts(reply, 4, 0, 3, 0);
}

static void import__a_dry_run_and_a_repeated_request_write_nothing(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err = {0};
    fixture_file(f, path, "yearly.csv", PLACE "打药次数\n测试一村,2,2023,1\n");
    const struct th_record_options options = {
        .source = path, .messages = f->messages, .lang = TH_LANG_ZH};
    struct th_request dry = {.login = "clerk", .dry_run = true};
    assert_ok(th_activity_import(f->registry, &dry, &options, &reply, &err), &err);
    assert_true(th_json_get_bool(reply, "dry_run", false));
    assert_counts(reply, 1, 0, 0, 0);
    assert_found(f, 2, 2023, NULL);
    struct th_request keyed = {.login = "clerk", .idempotency_key = "k-1"};
    assert_ok(th_activity_import(f->registry, &keyed, &options, &reply, &err), &err);
    assert_counts(reply, 1, 0, 0, 0);
    assert_ok(th_activity_import(f->registry, &keyed, &options, &reply, &err), &err);
    assert_counts(reply, 1, 0, 0, 0); // the stored answer
    assert_ok(th_activity_show(f->registry, 2, NULL, TH_LANG_ZH, &reply, &err), &err);
    assert_int_equal(th_json_size(th_json_get(reply, "records")), 1);
    th_json_free(reply);
    struct th_request nobody = {.login = "nobody"};
    assert_status(th_activity_import(f->registry, &nobody, &options, &reply, &err),
                  TH_NOT_PERMITTED, &err);
    const struct th_record_options elsewhere = {.source = path, .village = "测试二村"};
    struct th_request clerk = {.login = "clerk"};
    assert_status(th_activity_import(f->registry, &clerk, &elsewhere, &reply, &err),
                  TH_NOT_PERMITTED, &err);
    fixture_assert_books(f);
}

static void list__shows_the_latest_by_year_and_village(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    assert_counts(import(f, PLACE "打药次数\n测试一村,2,2022,1\n测试一村,2,2023,1\n"
                                  "测试一村,3,2023,1\n"),
                  3, 0, 0, 0);
    assert_counts(import(f, PLACE "打药次数\n测试一村,3,2023,2\n"), 1, 1, 0, 0);
    struct th_activity_list_options options = {.village = "测试一村", .year = "2023"};
    assert_ok(th_activity_list(f->registry, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n", -1), 2);
    const struct th_json *second = th_json_at(th_json_get(reply, "records"), 1);
    assert_string_equal(th_json_get_text(second, "number", ""), "3");
    assert_int_equal(th_json_get_int(second, "version", 0), 2);
    assert_string_equal(th_json_get_text(th_json_get(second, "quantities"), "sprays", ""), "2");
    th_json_free(reply);
    options.year = "x";
    assert_status(th_activity_list(f->registry, &options, &reply, &err), TH_INVALID, &err);
    assert_status(th_activity_show(f->registry, 99, f->messages, TH_LANG_ZH, &reply, &err),
                  TH_NOT_FOUND, &err);
}

static void template__is_a_table_that_can_be_imported(void **state)
{
    static const char *const NAMES[] = {"form.csv", "form.xlsx"};
    struct fixture *f = *state;
    struct th_error err;
    for (int lang = 0; lang < 2; lang++) {
        for (size_t i = 0; i < 2; i++) {
            char path[TH_TEST_PATH_SIZE];
            struct th_json *reply = NULL;
            th_test_path(path, f->folder, NAMES[i]);
            assert_ok(th_activity_template(path, f->messages, (enum th_lang)lang, &reply, &err),
                      &err);
            assert_int_equal(th_json_size(th_json_get(reply, "columns")), 21);
            th_json_free(reply);
            assert_status(th_activity_template(path, f->messages, (enum th_lang)lang, &reply, &err),
                          TH_CONFLICT, &err);
            const struct th_record_options options = {
                .source = path, .messages = f->messages, .lang = (enum th_lang)lang};
            struct th_request clerk = {.login = "clerk"};
            assert_ok(th_activity_import(f->registry, &clerk, &options, &reply, &err), &err);
            // The example's village is none of this registry; its columns are all known.
            assert_int_equal(th_json_size(th_json_get(reply, "ignored")), 0);
            (void)told(reply, 2, "village_unknown");
            assert_counts(reply, 0, 0, 1, 0);
            assert_int_equal(remove(path), 0);
        }
    }
}

#define ACTIVITY_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ACTIVITY_TEST(import__units_of_the_headings_are_converted_exactly),
        ACTIVITY_TEST(import__a_third_stays_a_third),
        ACTIVITY_TEST(import__stable_keys_stand_for_their_own_units),
        ACTIVITY_TEST(import__nitrogen_is_reckoned_from_products_with_its_source),
        ACTIVITY_TEST(import__a_mended_table_changes_what_changed_and_keeps_the_rest),
        ACTIVITY_TEST(import__places_are_refused_in_words),
        ACTIVITY_TEST(import__years_are_refused_in_words),
        ACTIVITY_TEST(import__numbers_are_refused_in_words),
        ACTIVITY_TEST(import__a_heading_that_leaves_it_open_refuses_the_table),
        ACTIVITY_TEST(import__a_parcel_has_data_only_while_it_was_one),
        ACTIVITY_TEST(import__a_dry_run_and_a_repeated_request_write_nothing),
        ACTIVITY_TEST(list__shows_the_latest_by_year_and_village),
        ACTIVITY_TEST(template__is_a_table_that_can_be_imported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

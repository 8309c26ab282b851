// Plots from a table: what is taken, what is refused and in which words, and what becomes of a plot
// when a table comes again.
#include "registry/records/plot.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/setup.h"
#include "store/estimate/plot_store.h"
#include "tests/integration/parcel_fixture.h"

static const char FEATURES[] =
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"1\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.5],"
    "[119.601,30.501],[119.6,30.501],[119.6,30.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"2\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.601,30.5],[119.602,30.5],"
    "[119.602,30.501],[119.601,30.501],[119.601,30.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"T\",\"kind\":\"forest\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.602,30.5],[119.603,30.5],"
    "[119.603,30.501],[119.602,30.501],[119.602,30.5]]]}}";

static int set_up(void **state)
{
    (void)fixture_set_up(state);
    struct fixture *f = *state;
    fixture_parcels(f, FEATURES, fixture_options(f, NULL), 3);
    fixture_user(f, "clerk", "clerk", FIXTURE_VILLAGE);
    return 0;
}

static struct th_json *import_year(struct fixture *f, const char *year, const char *rows,
                                   enum th_status want, const char *key)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err = {0};
    struct th_request request = {.login = "clerk"};
    fixture_file(f, path, "plots.csv", rows);
    struct th_record_options options = {
        .source = path, .year = year, .messages = f->messages, .lang = TH_LANG_ZH};
    assert_status(th_plot_import(f->registry, &request, &options, &reply, &err), want, &err);
    if (key != NULL) {
        assert_string_equal(err.key, key);
    }
    return reply;
}

static struct th_json *import(struct fixture *f, const char *rows)
{
    struct th_json *reply = import_year(f, NULL, rows, TH_OK, NULL);
    fixture_assert_accounted(reply, 2);
    return reply;
}

static void assert_counts(struct th_json *reply, int64_t accepted, int64_t plots, int64_t changed,
                          int64_t rejected, int64_t unchanged)
{
    assert_int_equal(th_json_get_int(reply, "accepted", -1), accepted);
    assert_int_equal(th_json_get_int(reply, "plots", -1), plots);
    assert_int_equal(th_json_get_int(reply, "changed", -1), changed);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), rejected);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), unchanged);
    th_json_free(reply);
}

#define HEAD "地块号,碳层,样地号,调查日期,样地面积(平方米),树种,胸径(厘米),龄级(度),株数,树高(米)\n"

static const char TWO[] = HEAD "1,,A,2021-08-15,400,毛竹,10,1,12,\n"
                               ",,A,2021/8/15,,毛竹,9.5,2,20,13.5\n"
                               "1、2,I,B,2021年8月15日,667,毛竹,11,3,7,\n";

static void import__stems_stand_with_their_plot(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    reply = import(f, TWO);
    assert_int_equal(th_json_size(th_json_get(reply, "problems")), 0);
    assert_int_equal(th_json_size(th_json_get(reply, "plot_ids")), 2);
    assert_counts(reply, 3, 2, 0, 0, 0);
    assert_ok(th_plot_show(f->registry, 1, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "number", ""), "A");
    assert_string_equal(th_json_get_text(reply, "surveyed", ""), "2021-08-15");
    assert_string_equal(th_json_get_text(reply, "area", ""), "400");
    assert_int_equal(th_json_get_int(reply, "stems", 0), 32);
    assert_true(th_json_get_bool(reply, "in_force", false));
    const struct th_json *second = th_json_at(th_json_get(reply, "classes"), 1);
    assert_string_equal(th_json_get_text(second, "dbh_cm", ""), "9.5");
    assert_string_equal(th_json_get_text(second, "height_m", ""), "13.5");
    assert_int_equal(th_json_get_int(second, "age", 0), 2);
    assert_int_equal(th_json_get_int(second, "row", 0), 3);
    th_json_free(reply);
    struct th_plot_list_options options = {.stratum = "I"};
    assert_ok(th_plot_list(f->registry, &options, &reply, &err), &err);
    const struct th_json *plot = th_json_at(th_json_get(reply, "plots"), 0);
    assert_int_equal(th_json_get_int(reply, "n", 0), 1);
    assert_int_equal(th_json_size(th_json_get(plot, "parcels")), 2);
    th_json_free(reply);
    assert_status(th_plot_show(f->registry, 9, &reply, &err), TH_NOT_FOUND, &err);
    fixture_assert_books(f);
}

static void import__a_survey_that_comes_again_is_a_new_version_where_it_differs(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    assert_counts(import(f, TWO), 3, 2, 0, 0, 0);
    assert_counts(import(f, TWO), 0, 0, 0, 0, 3);
    assert_counts(import(f, HEAD "1,,A,2021-08-15,400.0,毛竹,10,1,13,\n"
                                 ",,A,2021-08-15,,毛竹,9.5,2,20,13.5\n"
                                 "1、2,I,B,2021-08-15,667,毛竹,11,3,7,\n"),
                  2, 1, 1, 0, 1);
    assert_ok(th_plot_show(f->registry, 1, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "stems", 0), 32);
    assert_false(th_json_get_bool(reply, "in_force", true));
    th_json_free(reply);
    assert_ok(th_plot_show(f->registry, 3, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "version", 0), 2);
    assert_int_equal(th_json_get_int(reply, "stems", 0), 33);
    assert_true(th_json_get_bool(reply, "in_force", false));
    th_json_free(reply);
    fixture_assert_books(f);
}

static void import__a_bad_row_keeps_its_whole_plot_out(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = import(f, HEAD "1,,A,2021-08-15,400,毛竹,30,1,12,\n"
                                           "1,,A,2021-08-15,400,毛竹,10,1,12,\n"
                                           "2,,B,2021-13-15,400,毛竹,10,1,12,\n"
                                           "2,,B,2021-08-15,400,毛竹,10,1,12,\n"
                                           "1,,C,2021-08-15,400,毛竹,10,1,12,\n"
                                           "1,,C,2021-08-15,500,毛竹,10,1,12,\n"
                                           "2,,D,2021-08-15,400,毛竹,10,1,12,\n");
    assert_int_equal(fixture_problems(reply, 2, "attribute_range", "error"), 1);
    assert_int_equal(fixture_problems(reply, 3, "plot_refused", "error"), 1);
    assert_int_equal(fixture_problems(reply, 4, "attribute_range", "error"), 1);
    // The row without a day may belong to this survey as well.
    assert_int_equal(fixture_problems(reply, 5, "plot_refused", "error"), 1);
    assert_int_equal(fixture_problems(reply, 6, "plot_refused", "error"), 1);
    assert_int_equal(fixture_problems(reply, 7, "attribute_range", "error"), 1);
    assert_counts(reply, 1, 1, 0, 6, 0);
}

static void import__rows_are_refused_by_their_values(void **state)
{
    static const struct {
        const char *row, *code;
    } CASES[] = {
        {"1,,A,2021,400,毛竹,10,11,12,", "attribute_range"}, // du
        {"1,,A,2021,400,毛竹,10,1.5,12,", "attribute_range"},
        {"1,,A,2021,400,毛竹,0.5,1,12,", "attribute_range"},
        {"1,,A,2021,400,毛竹,10,1,2.5,", "attribute_range"},
        {"1,,A,2021,400,毛竹,10,1,-2,", "attribute_range"},
        {"1,,A,2021,400,毛竹,10,1,2,45", "attribute_range"},
        {"1,,A,2021,0,毛竹,10,1,2,", "attribute_range"},
        {"1,,A,2021,,毛竹,10,1,2,", "attribute_missing"},        // no area
        {"1,,A,2021,400,毛竹,10,1,,", "attribute_missing"},      // no count
        {"1,,A,2021,400,毛竹,,1,5,", "attribute_missing"},       // no diameter
        {"1,,,2021,400,毛竹,10,1,5,", "attribute_missing"},      // no plot
        {"1,,A,,400,毛竹,10,1,5,", "attribute_missing"},         // no survey
        {",,A,2021,400,毛竹,10,1,5,", "attribute_missing"},      // stands for nothing
        {"1,,A,2026,400,毛竹,10,1,5,", "attribute_range"},       // not yet
        {"1,,A,2025-06-16,400,毛竹,10,1,5,", "attribute_range"}, // it is 2025-06-15
        {"01,,A,2021,400,毛竹,10,1,5,", "parcel_unknown"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char rows[512];
        snprintf(rows, sizeof(rows), HEAD "%s\n", CASES[i].row);
        struct th_json *reply = import(f, rows);
        if (fixture_problems(reply, 2, CASES[i].code, "error") != 1) {
            fail_msg("\"%s\" is not refused by %s", CASES[i].row, CASES[i].code);
        }
        assert_counts(reply, 0, 0, 0, 1, 0);
    }
    // A tree may be what a bamboo cannot, a plot may be empty.
    assert_counts(import(f, HEAD "T,,A,2021,600,杉木,45,60,3,28\n1,,E,2021,400,,,,0,\n"), 2, 2, 0,
                  0, 0);
}

static void import__small_plots_and_odd_years_are_let_in_with_a_remark(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = import(f, HEAD "1,,A,2019,399.99,毛竹,10,1,12,\n"
                                           "1,,A,2021,400,毛竹,10,1,12,\n"
                                           "1,,A,2024,400,毛竹,10,1,12,\n"
                                           "T,,A2,2019,400,杉木,10,1,12,\n"
                                           "T,,A2,2020,400,杉木,10,1,12,\n");
    assert_int_equal(fixture_problems(reply, 2, "plot_small", "warning"), 1);
    assert_int_equal(fixture_problems(reply, 4, "survey_interval", "warning"), 1);
    assert_int_equal(th_json_size(th_json_get(reply, "problems")), 2);
    assert_counts(reply, 5, 5, 0, 0, 0);
    // The same plot of the same year, dated otherwise, may be one survey written twice.
    reply = import(f, HEAD "1,,A,2021-08-15,400,毛竹,10,1,12,\n");
    assert_int_equal(fixture_problems(reply, 2, "survey_repeated", "warning"), 1);
    assert_counts(reply, 1, 1, 0, 0, 0);
}

static void import__the_table_itself_may_be_refused(void **state)
{
    struct fixture *f = *state;
    assert_null(import_year(f, NULL, "地块号,样地号,调查日期,胸径(厘米),株数\n1,A,2021,10,5\n",
                            TH_INVALID, "plot_area_column"));
    assert_null(import_year(f, NULL,
                            "地块号,样地号,样地面积(平方米),胸径(厘米),株数\n1,A,400,10,5\n",
                            TH_INVALID, "sheet_columns"));
    assert_null(import_year(f, NULL,
                            "地块号,样地号,调查日期,样地面积,胸径(厘米),株数\n1,A,2021,400,10,5\n",
                            TH_INVALID, "sheet_heading_unit"));
    assert_null(import_year(
        f, NULL, "地块号,样地号,调查日期,样地面积(米),胸径(厘米),株数\n1,A,2021,400,10,5\n",
        TH_INVALID, "sheet_heading_dimension"));
    assert_null(import_year(f, "2026", TWO, TH_INVALID, "activity_year_future"));
    // With --year no column of days is needed, and one that is there must agree. 0.6 mu are 400 m²,
    // 95 mm are 9.5 cm, and without counts a line is a stem.
    struct th_json *reply = import_year(
        f, "2022", "地块号,样地号,样地面积(亩),胸径(毫米)\n1,A,0.6,95\n1,A,0.6,95\n", TH_OK, NULL);
    assert_counts(reply, 2, 1, 0, 0, 0);
    struct th_error err;
    assert_ok(th_plot_show(f->registry, 1, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "surveyed", ""), "2022");
    assert_string_equal(th_json_get_text(reply, "area", ""), "400");
    assert_int_equal(th_json_get_int(reply, "stems", 0), 2);
    const struct th_json *first = th_json_at(th_json_get(reply, "classes"), 0);
    assert_string_equal(th_json_get_text(first, "dbh_cm", ""), "9.5");
    th_json_free(reply);
    reply = import_year(f, "2022", TWO, TH_OK, NULL);
    assert_int_equal(fixture_problems(reply, 2, "attribute_range", "error"), 1);
    assert_counts(reply, 0, 0, 0, 3, 0);
}

// P11 of the methodology facts: trees of 3.30, 4.80 and 4.08 m3.
static void import__volumes_are_of_one_stem_and_say_so(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    assert_counts(import(f, "地块号,样地号,调查日期,样地面积(亩),树种,胸径(厘米),材积(立方米)\n"
                            "T,1,2021,1.5,松,30,3.30\nT,1,2021,,松,35,4.80\nT,1,2021,,松,32,\n"),
                  3, 1, 0, 0, 0);
    assert_ok(th_plot_show(f->registry, 1, &reply, &err), &err);
    const struct th_json *classes = th_json_get(reply, "classes");
    assert_string_equal(th_json_get_text(th_json_at(classes, 0), "volume_m3", ""), "3.3");
    assert_string_equal(th_json_get_text(th_json_at(classes, 1), "volume_m3", ""), "4.8");
    assert_null(th_json_get_text(th_json_at(classes, 2), "volume_m3", NULL));
    assert_int_equal(th_json_get_int(th_json_at(classes, 0), "n", 0), 1);
    th_json_free(reply);
    // Counted stems may have the volume of one or of all.
    import_year(f, NULL,
                "地块号,样地号,调查日期,样地面积(亩),树种,胸径(厘米),株数,材积(立方米)\n"
                "T,2,2021,1.5,松,30,10,3.30\n",
                TH_INVALID, "plot_volume_column");
    assert_counts(import(f,
                         "地块号,样地号,调查日期,样地面积(亩),树种,胸径(厘米),株数,单株材积(升)\n"
                         "T,2,2021,1.5,松,30,10,330\n"),
                  1, 1, 0, 0, 0);
    assert_ok(th_plot_show(f->registry, 2, &reply, &err), &err);
    classes = th_json_get(reply, "classes");
    assert_string_equal(th_json_get_text(th_json_at(classes, 0), "volume_m3", ""), "0.33");
    th_json_free(reply);
    fixture_assert_books(f);
}

static void import__a_dry_run_writes_nothing_and_templates_are_understood(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err = {0};
    fixture_file(f, path, "plots.csv", TWO);
    struct th_record_options options = {.source = path};
    struct th_request dry = {.login = "clerk", .dry_run = true};
    assert_ok(th_plot_import(f->registry, &dry, &options, &reply, &err), &err);
    assert_counts(reply, 3, 2, 0, 0, 0);
    const struct th_plot_list_options all = {0};
    assert_ok(th_plot_list(f->registry, &all, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n", -1), 0);
    th_json_free(reply);
    for (int lang = 0; lang < 2; lang++) {
        th_test_path(path, f->folder, lang == 0 ? "form.xlsx" : "form.csv");
        assert_ok(th_plot_template(path, f->messages, (enum th_lang)lang, &reply, &err), &err);
        assert_int_equal(th_json_size(th_json_get(reply, "columns")), 13);
        th_json_free(reply);
        assert_ok(th_plot_import(f->registry, &dry, &options, &reply, &err), &err);
        assert_int_equal(th_json_size(th_json_get(reply, "ignored")), 0);
        assert_int_equal(fixture_problems(reply, 2, "village_unknown", "error"), 1);
        assert_counts(reply, 0, 0, 0, 1, 0);
    }
}

#define PLOT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLOT_TEST(import__stems_stand_with_their_plot),
        PLOT_TEST(import__a_survey_that_comes_again_is_a_new_version_where_it_differs),
        PLOT_TEST(import__a_bad_row_keeps_its_whole_plot_out),
        PLOT_TEST(import__rows_are_refused_by_their_values),
        PLOT_TEST(import__small_plots_and_odd_years_are_let_in_with_a_remark),
        PLOT_TEST(import__the_table_itself_may_be_refused),
        PLOT_TEST(import__volumes_are_of_one_stem_and_say_so),
        PLOT_TEST(import__a_dry_run_writes_nothing_and_templates_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

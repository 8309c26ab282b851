// The problem list goes out with the rows of the source and comes back mended.
#include <stdlib.h>

#include "core/buf.h"
#include "core/csv_table.h"
#include "core/file.h"
#include "gis/reader.h"
#include "papers/workbook.h"
#include "tests/integration/intake_fixture.h"

// Line 3 has a kind that is none and a formula for an owner, line 4 ground that is taken twice.
static const char SOURCE[] = "地块号,权利人,类型,WKT\n"
                             "A-1,张三,竹林,\"" INTAKE_CELL_0 "\"\n"
                             "A-2,=1+1,石头,\"" INTAKE_CELL_1 "\"\n"
                             "A-3,\"王五\n王六\",竹林,\"" INTAKE_CELL_0 "\"\n";

static struct th_json *import(struct fixture *f, const struct th_parcel_import_options *options,
                              enum th_status want, const char *key)
{
    struct th_json *reply = NULL;
    struct th_error err = {0};
    assert_status(th_parcel_import(f->registry, &f->request, options, &reply, &err), want, &err);
    if (want != TH_OK) {
        assert_string_equal(err.key, key);
    }
    return reply;
}

// The kind of a row stands in the table.
static void map_kind(struct th_parcel_import_options *options)
{
    static const char *const MAP = "kind=类型";
    options->kind = NULL;
    options->maps = &MAP;
    options->n_maps = 1;
}

// Looks at the source and writes its problem list.
static void list_make(struct fixture *f, char source[TH_TEST_PATH_SIZE],
                      char list[TH_TEST_PATH_SIZE], const char *name)
{
    fixture_file(f, source, "source.csv", SOURCE);
    th_test_path(list, f->folder, name);
    struct th_parcel_import_options options = intake_options(f, source);
    map_kind(&options);
    options.problems_path = list;
    f->request.dry_run = true;
    th_json_free(import(f, &options, TH_OK, NULL));
    f->request.dry_run = false;
}

static void list__has_one_line_a_row_with_the_row_itself(void **state)
{
    struct fixture *f = *state;
    static const char *const HEADINGS[] = {"行",   "原地块号", "代码",   "程度",   "问题", "怎么办",
                                           "东经", "北纬",     "地块号", "权利人", "类型", ""};
    char source[TH_TEST_PATH_SIZE];
    char list[TH_TEST_PATH_SIZE];
    struct th_csv_table *table = NULL;
    struct th_error err;
    list_make(f, source, list, "problems.csv");
    assert_ok(th_csv_table_read(list, &table, &err), &err);
    for (size_t i = 0; i < sizeof(HEADINGS) / sizeof(HEADINGS[0]); i++) {
        assert_string_equal(th_csv_table_cell(table, 0, i), HEADINGS[i]);
    }
    assert_int_equal(th_csv_table_rows(table), 3);
    assert_string_equal(th_csv_table_cell(table, 1, 0), "3");
    assert_string_equal(th_csv_table_cell(table, 1, 2), "kind_unknown");
    assert_string_equal(th_csv_table_cell(table, 1, 3), "错误");
    assert_string_equal(th_csv_table_cell(table, 1, 6), "119.601500");
    assert_string_equal(th_csv_table_cell(table, 1, 7), "30.500500");
    assert_string_equal(th_csv_table_cell(table, 1, 8), "A-2");
    assert_string_equal(th_csv_table_cell(table, 1, 9), "'=1+1");
    assert_string_equal(th_csv_table_cell(table, 2, 0), "4");
    assert_string_equal(th_csv_table_cell(table, 2, 2), "duplicate");
    th_csv_table_free(table);
}

static void list__as_a_workbook_says_the_same(void **state)
{
    struct fixture *f = *state;
    char source[TH_TEST_PATH_SIZE];
    char list[TH_TEST_PATH_SIZE];
    struct th_reader *reader = NULL;
    struct th_reader_batch *batch = NULL;
    const struct th_reader_options how = {.shapeless = true};
    struct th_error err;
    list_make(f, source, list, "problems.xlsx");
    assert_ok(th_reader_open(list, &how, &reader, &err), &err);
    assert_string_equal(th_reader_info(reader)->layer, "问题清单");
    assert_string_equal(th_reader_field(reader, 0), "行");
    assert_string_equal(th_reader_field(reader, 10), "类型");
    assert_ok(th_reader_next(reader, &batch, &err), &err);
    assert_int_equal(batch->n_rows, 2);
    assert_string_equal(batch->rows[0].values[0], "3");
    assert_string_equal(batch->rows[0].values[9], "=1+1"); // a text, not a formula
    assert_string_equal(batch->rows[1].values[2], "duplicate");
    th_reader_batch_free(batch);
    th_reader_close(reader);
}

// Replaces one text of a file by another of any length.
static void edit(const char *path, const char *from, const char *to)
{
    char *text = NULL;
    size_t size = 0;
    struct th_buf out;
    struct th_error err;
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    const char *at = strstr(text, from);
    assert_non_null(at);
    th_buf_init(&out, 1 << 20);
    th_buf_append(&out, text, (size_t)(at - text));
    th_buf_append_str(&out, to);
    th_buf_append_str(&out, at + strlen(from));
    assert_ok(th_file_write(path, out.data, out.size, &err), &err);
    th_buf_clear(&out);
    free(text);
}

static void mend__by_the_list_takes_attributes_and_drops_what_is_dropped(void **state)
{
    struct fixture *f = *state;
    static const char *const FOUR = "4";
    char source[TH_TEST_PATH_SIZE];
    char list[TH_TEST_PATH_SIZE];
    list_make(f, source, list, "problems.csv");
    edit(list, "=1+1,石头", "=1+1,茶园");
    struct th_parcel_import_options options = intake_options(f, source);
    const char *mends[] = {list};
    map_kind(&options);
    options.mends = mends;
    options.n_mends = 1;
    options.drop_rows = &FOUR;
    options.n_drop_rows = 1;
    struct th_json *reply = import(f, &options, TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(fixture_problems(reply, 4, "row_dropped", "warning"), 1);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "A-2");
    assert_string_equal(th_json_get_text(parcel, "kind", ""), "tea");
    // The apostrophe that kept a spreadsheet from reckoning is no part of the name.
    assert_string_equal(th_json_get_text(th_json_get(parcel, "attributes"), "household", ""),
                        "=1+1");
    th_json_free(parcel);
    fixture_assert_books(f);
}

static void rows__that_are_not_there_cannot_be_singled_out(void **state)
{
    struct fixture *f = *state;
    static const char *const FIVE = "5";
    static const char *const REPAIR = "1=structure";
    char source[TH_TEST_PATH_SIZE];
    fixture_file(f, source, "source.csv", SOURCE);
    struct th_parcel_import_options options = intake_options(f, source);
    map_kind(&options);
    options.drop_rows = &FIVE;
    options.n_drop_rows = 1;
    assert_null(import(f, &options, TH_INVALID, "row_unknown"));
    options.n_drop_rows = 0;
    options.repair_rows = &REPAIR;
    options.n_repair_rows = 1;
    assert_null(import(f, &options, TH_INVALID, "row_unknown"));
    options.n_repair_rows = 0;
    options.waive_rows = &FIVE;
    options.n_waive_rows = 1;
    options.waive_reason = "r";
    options.waive_document = source;
    fixture_user(f, "chief", "officer", NULL);
    f->request.login = "chief";
    assert_null(import(f, &options, TH_INVALID, "row_unknown"));
    assert_int_equal(intake_parcels(f), 0);
}

// A spreadsheet takes 003 for a number and saves 3; the parcel keeps its own.
static void mend__zeros_that_a_spreadsheet_dropped_are_no_change(void **state)
{
    struct fixture *f = *state;
    char source[TH_TEST_PATH_SIZE];
    char list[TH_TEST_PATH_SIZE];
    fixture_file(f, source, "zeros.csv",
                 "地块号,权利人,类型,WKT\n003,0050,石头,\"" INTAKE_CELL_0 "\"\n");
    fixture_file(f, list, "改.csv", "行,地块号,权利人,类型\n2,3,70,茶园\n");
    struct th_parcel_import_options options = intake_options(f, source);
    const char *mends[] = {list};
    map_kind(&options);
    options.mends = mends;
    options.n_mends = 1;
    struct th_json *reply = import(f, &options, TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "003");
    assert_string_equal(th_json_get_text(th_json_get(parcel, "attributes"), "household", ""), "70");
    th_json_free(parcel);
}

// A list as a spreadsheet saves it: columns that nobody needs are gone, others stand elsewhere.
static void mend__a_workbook_with_few_columns_is_enough(void **state)
{
    struct fixture *f = *state;
    char source[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    static const struct th_workbook_column COLUMNS[] = {{.title = "类型"}, {.title = "行"}};
    struct th_workbook *book = NULL;
    struct th_error err;
    fixture_file(f, source, "source.csv", SOURCE);
    th_test_path(path, f->folder, "改.xlsx");
    const struct th_workbook_options how = {0};
    assert_ok(th_workbook_open(path, &how, &book, &err), &err);
    th_workbook_sheet(book, "问题清单", COLUMNS, 2);
    th_workbook_row(book, TH_WORKBOOK_PLAIN);
    th_workbook_text(book, "茶园");
    th_workbook_text(book, "3");
    assert_ok(th_workbook_close(book, &err), &err);
    struct th_parcel_import_options options = intake_options(f, source);
    const char *mends[] = {path};
    map_kind(&options);
    options.mends = mends;
    options.n_mends = 1;
    struct th_json *reply = import(f, &options, TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(fixture_problems(reply, 4, "duplicate", "error"), 1);
    th_json_free(reply);
}

static void mend__by_number_takes_attributes_and_shapes_in_the_order_given(void **state)
{
    struct fixture *f = *state;
    char source[TH_TEST_PATH_SIZE];
    char first[TH_TEST_PATH_SIZE];
    char second[TH_TEST_PATH_SIZE];
    char drawn[TH_TEST_PATH_SIZE];
    fixture_file(f, source, "source.csv", SOURCE);
    fixture_file(f, first, "1.csv", "地块号,类型,权利人\nA-2,茶园,甲\n");
    fixture_file(f, second, "2.csv", "地块号,权利人\nA-2,乙\n");
    fixture_geojson(f, drawn, "drawn.geojson",
                    "{\"type\":\"Feature\",\"properties\":{\"地块号\":\"A-3\"},\"geometry\":"
                    "{\"type\":\"Polygon\",\"coordinates\":[[[119.602,30.5],[119.603,30.5],"
                    "[119.603,30.501],[119.602,30.501],[119.602,30.5]]]}}");
    struct th_parcel_import_options options = intake_options(f, source);
    const char *mends[] = {first, second, drawn};
    map_kind(&options);
    options.mends = mends;
    options.n_mends = 3;
    struct th_json *reply = import(f, &options, TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 3);
    // Kind and household of A-2, of which the household twice; the ground of A-3.
    const struct th_json *mended = th_json_get(reply, "mended");
    assert_int_equal(th_json_get_int(mended, "rows", -1), 2);
    assert_int_equal(th_json_get_int(mended, "cells", -1), 2);
    assert_int_equal(th_json_get_int(mended, "shapes", -1), 1);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "A-2");
    assert_string_equal(th_json_get_text(parcel, "kind", ""), "tea");
    assert_string_equal(th_json_get_text(th_json_get(parcel, "attributes"), "household", ""), "乙");
    th_json_free(parcel);
    parcel = intake_parcel(f, "A-3");
    const struct th_json *centre = th_json_get(parcel, "centroid");
    assert_close(th_json_real_value(th_json_at(centre, 0)), 119.6025, 1e-9);
    th_json_free(parcel);
}

// A surveyor measures one parcel anew: corner points in rows, matched by number.
static void mend__corner_points_replace_a_shape(void **state)
{
    struct fixture *f = *state;
    char source[TH_TEST_PATH_SIZE];
    char points[TH_TEST_PATH_SIZE];
    fixture_file(f, source, "source.csv", SOURCE);
    fixture_file(f, points, "points.csv",
                 "地块号,点号,经度,纬度\nA-3,J1,119.602,30.5\nA-3,J2,119.603,30.5\n"
                 "A-3,J3,119.603,30.501\nA-3,J4,119.602,30.501\n");
    struct th_parcel_import_options options = intake_options(f, source);
    const char *mends[] = {points};
    options.mends = mends;
    options.n_mends = 1;
    struct th_json *reply = import(f, &options, TH_OK, NULL);
    assert_int_equal(fixture_problems(reply, 4, NULL, "error"), 0);
    th_json_free(reply);
}

// A row that nobody could read is found again by the shape that is given for it.
static void mend__a_lost_row_is_found_again(void **state)
{
    struct fixture *f = *state;
    char source[TH_TEST_PATH_SIZE];
    char mended[TH_TEST_PATH_SIZE];
    intake_table(f, source, "source.csv", "A-1,张三,\"POLYGON((119.6 30.5,oops))\"\n");
    fixture_file(f, mended, "m.csv", "行,地块号,权利人,WKT\n2,A-1,张三,\"" INTAKE_CELL_0 "\"\n");
    struct th_parcel_import_options options = intake_options(f, source);
    struct th_json *reply = import(f, &options, TH_OK, NULL);
    assert_int_equal(fixture_problems(reply, 2, "row_unreadable", "error"), 1);
    th_json_free(reply);
    const char *mends[] = {mended};
    options.mends = mends;
    options.n_mends = 1;
    reply = import(f, &options, TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    th_json_free(intake_parcel(f, "A-1"));
}

// The second list shows what the first one mended, so that nothing is undone.
static void list__of_a_mended_source_shows_the_mended_rows(void **state)
{
    struct fixture *f = *state;
    char source[TH_TEST_PATH_SIZE];
    char mended[TH_TEST_PATH_SIZE];
    char list[TH_TEST_PATH_SIZE];
    struct th_csv_table *table = NULL;
    struct th_error err;
    fixture_file(f, source, "source.csv", SOURCE);
    fixture_file(f, mended, "m.csv", "行,权利人\n3,赵六\n");
    th_test_path(list, f->folder, "problems.csv");
    struct th_parcel_import_options options = intake_options(f, source);
    const char *mends[] = {mended};
    map_kind(&options);
    options.mends = mends;
    options.n_mends = 1;
    options.problems_path = list;
    f->request.dry_run = true;
    th_json_free(import(f, &options, TH_OK, NULL));
    assert_ok(th_csv_table_read(list, &table, &err), &err);
    assert_string_equal(th_csv_table_cell(table, 1, 2), "kind_unknown");
    assert_string_equal(th_csv_table_cell(table, 1, 9), "赵六");
    th_csv_table_free(table);
}

#define UTM "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::32650\"}},"

static void mend__what_cannot_be_matched_is_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name, *text, *key, *argument, *value;
    } CASES[] = {
        {"a.csv", "行,类型\n9,茶园\n", "mend_unknown", "key", "9"},
        {"b.csv", "行,类型\n三,茶园\n", "mend_unknown", "key", "三"},
        {"c.csv", "地块号,类型\nA-7,茶园\n", "mend_unknown", "key", "A-7"},
        {"d.csv", "类型\n茶园\n", "mend_key", NULL, NULL},
        {"g.csv", "行,类型\n3,茶园\n3,毛竹林\n", "mend_twice", "row", "3"},
        {"h.csv", "地块号,类型\nA-2,茶园\nA-2,茶园\n", "mend_twice", "row", "3"},
        {"i.csv", "行,地块号,类型\n3,A-2,茶园\n,A-2,毛竹林\n", "mend_twice", "row", "3"},
        {"j.csv", "行,类别\n3,茶园\n", "mend_column", "column", "类别"},
        {"k.csv", "行,小班号,类型\n3,A-9,茶园\n", "mend_column", "column", "小班号"},
        {"l.csv", "行,类型\n,茶园\n", "mend_nothing", NULL, NULL},
        {"m.csv", "3,茶园\n行,类型\n", "mend_key", NULL, NULL},
        {"n.geojson",
         "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
         "\"properties\":{\"地块号\":\"A-1\",\"合同面积\":9},\"geometry\":{\"type\":\"Polygon\","
         "\"coordinates\":[[[119.6,30.5],[119.601,30.5],[119.6,30.501],[119.6,30.5]]]}}]}",
         "mend_column", "column", "合同面积"},
        {"e.csv", "行,WKT\n3,POLYGON oops\n", "mend_unreadable", "row", "2"},
        {"f.geojson",
         "{\"type\":\"FeatureCollection\"," UTM "\"features\":[{\"type\":\"Feature\","
         "\"properties\":{\"地块号\":\"A-1\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
         "[[[749000,3377000],[749100,3377000],[749100,3377100],[749000,3377000]]]}}]}",
         "mend_crs", NULL, NULL},
    };
    char source[TH_TEST_PATH_SIZE];
    fixture_file(f, source, "source.csv", SOURCE);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char path[TH_TEST_PATH_SIZE];
        struct th_parcel_import_options options = intake_options(f, source);
        struct th_json *reply = NULL;
        struct th_error err = {0};
        const char *mends[] = {fixture_file(f, path, CASES[i].name, CASES[i].text)};
        options.mends = mends;
        options.n_mends = 1;
        enum th_status status = th_parcel_import(f->registry, &f->request, &options, &reply, &err);
        if (status != TH_INVALID || strcmp(err.key, CASES[i].key) != 0) {
            fail_msg("%s: %d %s", CASES[i].name, (int)status, err.key);
        }
        assert_string_equal(th_error_arg_get(&err, "path"), path);
        if (CASES[i].argument != NULL) {
            assert_string_equal(th_error_arg_get(&err, CASES[i].argument), CASES[i].value);
        }
        assert_null(reply);
    }
    assert_int_equal(intake_parcels(f), 0);
}

// What a spreadsheet or a drawing program adds beside what was mended is no mistake of the clerk.
static void mend__columns_that_say_nothing_of_the_parcel_are_left(void **state)
{
    struct fixture *f = *state;
    char source[TH_TEST_PATH_SIZE];
    char table[TH_TEST_PATH_SIZE];
    char drawn[TH_TEST_PATH_SIZE];
    fixture_file(f, source, "source.csv", SOURCE);
    fixture_file(f, table, "m.csv", "行,原地块号,问题,怎么办,类型,说明\n3,A-2,…,…,茶园,\n");
    fixture_geojson(f, drawn, "drawn.geojson",
                    "{\"type\":\"Feature\",\"properties\":{\"小班号\":\"A-3\",\"Layer\":\"0\"},"
                    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.602,30.5],"
                    "[119.603,30.5],[119.603,30.501],[119.602,30.501],[119.602,30.5]]]}}");
    struct th_parcel_import_options options = intake_options(f, source);
    const char *mends[] = {table, drawn};
    map_kind(&options);
    options.mends = mends;
    options.n_mends = 2;
    struct th_json *reply = import(f, &options, TH_OK, NULL);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 3);
    const struct th_json *mended = th_json_get(reply, "mended");
    assert_int_equal(th_json_get_int(mended, "rows", -1), 2);
    assert_int_equal(th_json_get_int(mended, "cells", -1), 1);
    assert_int_equal(th_json_get_int(mended, "shapes", -1), 1);
    th_json_free(reply);
}

static void mend__a_number_that_two_rows_bear_is_no_key(void **state)
{
    struct fixture *f = *state;
    char source[TH_TEST_PATH_SIZE];
    char mended[TH_TEST_PATH_SIZE];
    intake_table(f, source, "source.csv",
                 "A-1,张三,\"" INTAKE_CELL_0 "\"\nA-1,李四,\"" INTAKE_CELL_1 "\"\n");
    fixture_file(f, mended, "m.csv", "地块号,权利人\nA-1,王五\n");
    struct th_parcel_import_options options = intake_options(f, source);
    const char *mends[] = {mended};
    options.mends = mends;
    options.n_mends = 1;
    assert_null(import(f, &options, TH_INVALID, "mend_ambiguous"));
}

#define MEND_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEND_TEST(list__has_one_line_a_row_with_the_row_itself),
        MEND_TEST(list__as_a_workbook_says_the_same),
        MEND_TEST(mend__by_the_list_takes_attributes_and_drops_what_is_dropped),
        MEND_TEST(rows__that_are_not_there_cannot_be_singled_out),
        MEND_TEST(mend__zeros_that_a_spreadsheet_dropped_are_no_change),
        MEND_TEST(mend__a_workbook_with_few_columns_is_enough),
        MEND_TEST(mend__by_number_takes_attributes_and_shapes_in_the_order_given),
        MEND_TEST(mend__corner_points_replace_a_shape),
        MEND_TEST(mend__a_lost_row_is_found_again),
        MEND_TEST(list__of_a_mended_source_shows_the_mended_rows),
        MEND_TEST(mend__what_cannot_be_matched_is_refused),
        MEND_TEST(mend__columns_that_say_nothing_of_the_parcel_are_left),
        MEND_TEST(mend__a_number_that_two_rows_bear_is_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

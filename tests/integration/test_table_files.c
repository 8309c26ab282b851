// Tables as surveyors and clerks bring them, through the reader process.
#include <cpl_conv.h>
#include <cpl_string.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/integration/formats_fixture.h"

static const char corners[] = "某村界址点成果表,,,,\n"
                              "地块号,点号,X坐标(m),Y坐标(m),树种\n"
                              "001,J1,3390000,40468000,毛竹\n"
                              "001,J2,3390000,40468100,\n"
                              "002,J1,3390200,40468000,杉木\n"
                              "001,J3,3390100,40468100,\n"
                              "001,J4,3390100,40468000,\n"
                              "002,J2,3390200,40468100,\n"
                              "002,J3,3390300,40468100,\n"
                              "003,J1,x坐标,40468000,\n"
                              "003,J2,3390300,40468100,\n";

static void assert_corners(struct th_test_rows *rows)
{
    const struct th_reader_info *info = th_reader_info(rows->reader);
    assert_int_equal(info->n_features, 3);
    assert_int_equal(info->n_fields, 2);
    assert_null(info->crs);
    assert_string_equal(info->axis_east, "Y坐标(m)");
    assert_string_equal(info->axis_north, "X坐标(m)");
    assert_int_equal(info->axis_how, TH_AXIS_NUMBERS);
    const struct th_reader_row *row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->row, 3); // the line of its first point
    assert_string_equal(formats_value(rows, row, "地块号"), "001");
    assert_string_equal(formats_value(rows, row, "树种"), "毛竹");
    assert_int_equal(row->shape, TH_SHAPE_FROM_POINTS);
    formats_assert_shape(row, 40468000, 3390000, 40468100, 3390100, 10000);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->row, 5);
    assert_string_equal(formats_value(rows, row, "地块号"), "002");
    formats_assert_shape(row, 40468000, 3390200, 40468100, 3390300, 5000);
    row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->row, 10);
    assert_true(row->lost);
    assert_string_equal(row->detail, "@points.not_a_number");
    assert_string_equal(row->value, "x坐标");
    assert_string_equal(formats_value(rows, row, "地块号"), "003");
    formats_assert_end(rows);
}

static void csv__corner_points_are_parcels_in_any_encoding(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char marked[2048] = "\xEF\xBB\xBF";
    formats_put(marked, sizeof(marked), corners);
    formats_text_write(path, *state, "a.csv", marked);
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->encoding.how, TH_ENCODING_DECLARED);
    assert_corners(&rows);
    formats_text_write(path, *state, "b.csv", corners);
    rows = formats_open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->encoding.how, TH_ENCODING_UTF8);
    assert_corners(&rows);
    char *gbk = CPLRecode(corners, "UTF-8", "GBK");
    formats_text_write(path, *state, "c.csv", gbk);
    CPLFree(gbk);
    rows = formats_open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->encoding.how, TH_ENCODING_GB18030);
    assert_string_equal(th_reader_info(rows.reader)->driver, "CSV");
    assert_corners(&rows);
}

static const char one_parcel[] =
    "{\"type\":\"Feature\",\"properties\":{\"a\":1},\"geometry\":{\"type\":\"Polygon\","
    "\"coordinates\":[[[119,30],[119.5,30],[119.5,30.5],[119,30]]]}}";

static void assert_one_parcel(struct th_test_rows *rows)
{
    const struct th_reader_row *row = th_test_rows_next(rows);
    assert_non_null(row);
    formats_assert_shape(row, 119, 30, 119.5, 30.5, 0.125);
    formats_assert_end(rows);
}

static void csv__in_a_zip_stands_behind_a_source_unless_it_is_named(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "z.zip");
    formats_zip_add(path, "a/points.csv", corners, sizeof(corners) - 1);
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_corners(&rows);
    formats_zip_add(path, "a/map.geojson", one_parcel, sizeof(one_parcel) - 1);
    rows = formats_open_ok(path, NULL);
    assert_one_parcel(&rows);
    rows = formats_open_ok(path, "points");
    assert_corners(&rows);
    rows = formats_open_ok(path, "map.geojson");
    assert_one_parcel(&rows);
}

static void csv__wkt_and_lists_of_pairs_are_shapes(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    formats_text_write(
        path, *state, "a.csv",
        "小班号;图形\r\n1;POLYGON ((119 30,119.5 30,119.5 30.5,119 30))\r\n2;\r\n3;oops\r\n");
    struct th_test_rows rows = formats_open_ok(path, NULL);
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    formats_assert_shape(row, 119, 30, 119.5, 30.5, 0.125);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_false(row->lost);
    assert_null(row->wkb);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_int_equal(row->row, 4);
    assert_string_equal(row->detail, "@points.wkt");
    assert_string_equal(row->value, "oops");
    assert_string_equal(formats_value(&rows, row, "小班号"), "3");
    formats_assert_end(&rows);

    formats_text_write(
        path, *state, "b.csv",
        "小班号,坐标串\n1,\"30°0′0″,119°0′0″;30°0′0″,119°30′0″;30°30′0″,119°30′0″\"\n2,\"30\"\n");
    rows = formats_open_ok(path, NULL);
    assert_string_equal(th_reader_info(rows.reader)->axis_east, "2");
    assert_int_equal(th_reader_info(rows.reader)->axis_how, TH_AXIS_NUMBERS);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    formats_assert_shape(row, 119, 30, 119.5, 30.5, 0.125);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(row->detail, "@points.pairs");
    formats_assert_end(&rows);
}

static void csv__a_table_without_shapes_names_its_headings(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char *gbk = CPLRecode("小班号,树种\n1,毛竹\n", "UTF-8", "GBK");
    formats_text_write(path, *state, "a.csv", gbk);
    CPLFree(gbk);
    formats_refused(path, NULL, "points_columns", &err);
    assert_string_equal(th_error_arg_get(&err, "columns"), "小班号, 树种");
    formats_text_write(path, *state, "b.csv", "地块号,x,y\n1,\"2,3\n");
    formats_refused(path, NULL, "csv_quote", &err);
}

#define S(cell, text) "<c r=\"" cell "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define N(cell, number) "<c r=\"" cell "\"><v>" number "</v></c>"
#define D(cell, days) "<c r=\"" cell "\" s=\"1\"><v>" days "</v></c>"
#define ROW(r, cells) "<row r=\"" r "\">" cells "</row>"

static const char sheet_points[] = ROW("1", S("A1", "界址点成果表"))
    ROW("3", S("A3", "地块号") S("B3", "点号") S("C3", "X坐标") S("D3", "Y坐标") S("E3", "日期")
                 S("F3", "亩数") S("G3", "备注"))
        ROW("4", N("A4", "3.0") S("B4", "J1") N("C4", "3390000") N("D4", "40468000") D(
                     "E4", "45000") N("F4", "0.30000000000000004") S("G4", "a &quot;b&quot;, c;d"))
            ROW("5", S("B5", "J2") N("C5", "3390000") N("D5", "40468100"))
                ROW("8", S("B8", "J3") N("C8", "3390100") N("D8", "40468100"));
static const char sheet_notes[] = ROW("1", S("A1", "说明")) ROW("2", S("A2", "无"));

static void assert_workbook(struct th_test_rows *rows)
{
    const struct th_reader_info *info = th_reader_info(rows->reader);
    assert_string_equal(info->driver, "XLSX");
    assert_string_equal(info->layer, "界址点");
    assert_string_equal(info->axis_north, "X坐标");
    const struct th_reader_row *row = th_test_rows_next(rows);
    assert_non_null(row);
    assert_int_equal(row->row, 4);
    assert_string_equal(formats_value(rows, row, "地块号"), "3");
    assert_string_equal(formats_value(rows, row, "日期"), "2023-03-15");
    assert_string_equal(formats_value(rows, row, "亩数"), "0.3");
    assert_string_equal(formats_value(rows, row, "备注"), "a \"b\", c;d");
    formats_assert_shape(row, 40468000, 3390000, 40468100, 3390100, 5000);
    formats_assert_end(rows);
}

// As a problem list or a table of contracts is read: no shape is wanted, none is missed.
static struct th_test_rows open_shapeless(const char *path)
{
    const struct th_reader_options how = {.shapeless = true};
    struct th_test_rows rows = {0};
    struct th_error err;
    assert_ok(th_reader_open(path, &how, &rows.reader, &err), &err);
    return rows;
}

static void shapeless__a_table_is_its_rows(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    // A title above the headings, GBK, and what would be corner points.
    char *gbk =
        CPLRecode("问题清单,,,\n行,地块号,经度,纬度\n3,A-1,119.5,30.5\n9,A-2,,\n", "UTF-8", "GBK");
    formats_text_write(path, *state, "list.csv", gbk);
    CPLFree(gbk);
    struct th_test_rows rows = open_shapeless(path);
    assert_int_equal(th_reader_info(rows.reader)->n_fields, 4);
    assert_int_equal(th_reader_info(rows.reader)->n_features, 2);
    assert_string_equal(th_reader_field(rows.reader, 1), "地块号");
    assert_string_equal(th_reader_info(rows.reader)->geometry_type, "None");
    assert_null(th_reader_info(rows.reader)->axis_east);
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_int_equal(row->row, 3);
    assert_null(row->wkb);
    assert_false(row->lost);
    assert_string_equal(row->values[0], "3");
    assert_string_equal(row->values[2], "119.5");
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_null(row->values[3]);
    formats_assert_end(&rows);
    // One cell that holds a whole shape still gives it.
    formats_text_write(path, *state, "wkt.csv",
                       "行;图形\r\n2;POLYGON ((119 30,119.5 30,119.5 30.5,119 30))\r\n3;\r\n");
    rows = open_shapeless(path);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    formats_assert_shape(row, 119, 30, 119.5, 30.5, 0.125);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_null(row->wkb);
    formats_assert_end(&rows);
}

static void shapeless__the_first_sheet_that_has_anything_is_read(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    static const char *const names[] = {"空", "说明", "界址点"};
    static const char *const rows_of[] = {"", sheet_notes, sheet_points};
    formats_workbook_write(th_test_path(path, *state, "a.xlsx"), names, rows_of, 3);
    struct th_test_rows rows = open_shapeless(path);
    assert_string_equal(th_reader_info(rows.reader)->driver, "XLSX");
    assert_string_equal(th_reader_field(rows.reader, 0), "说明");
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_int_equal(row->row, 2);
    assert_string_equal(row->values[0], "无");
    formats_assert_end(&rows);
}

static void xlsx__the_sheet_with_parcels_is_found(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char zip[TH_TEST_PATH_SIZE];
    static const char *const names[] = {"说明", "界址点"};
    static const char *const rows_of[] = {sheet_notes, sheet_points};
    static const char *const twice[] = {sheet_points, sheet_points};
    formats_workbook_write(th_test_path(path, *state, "a.xlsx"), names, rows_of, 2);
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_workbook(&rows);
    rows = formats_open_ok(path, "界址点");
    assert_workbook(&rows);
    formats_refused(path, "说明", "points_columns", &err);
    formats_refused(path, "x", "layer_missing", &err);
    assert_string_equal(th_error_arg_get(&err, "layers"), "说明, 界址点");
    formats_zip_add_file(th_test_path(zip, *state, "a.zip"), "深/表.xlsx", path);
    rows = formats_open_ok(zip, NULL);
    assert_workbook(&rows);
    formats_workbook_write(th_test_path(path, *state, "b.xlsx"), names, twice, 2);
    formats_refused(path, NULL, "layer_ambiguous", &err);
    rows = formats_open_ok(path, "界址点");
    assert_workbook(&rows);
}

static void xlsx__a_sheet_of_headings_alone_is_passed_over_wherever_it_stands(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    static const char *const names[] = {"模板", "界址点"};
    static const char *const behind[] = {"界址点", "模板"};
    static const char headings[] =
        ROW("1", S("A1", "地块号") S("B1", "点号") S("C1", "经度") S("D1", "纬度"));
    const char *const first[] = {headings, sheet_points};
    const char *const last[] = {sheet_points, headings};
    formats_workbook_write(th_test_path(path, *state, "a.xlsx"), names, first, 2);
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->n_empty, 1);
    assert_workbook(&rows);
    formats_workbook_write(th_test_path(path, *state, "b.xlsx"), behind, last, 2);
    rows = formats_open_ok(path, NULL);
    assert_int_equal(th_reader_info(rows.reader)->n_empty, 1);
    assert_workbook(&rows);
}

// GDAL leaves such cells out and goes on; a table with gaps is no table.
static void xlsx__cells_beyond_what_can_be_read_are_an_answer(void **state)
{
    static const char *const sheets[] = {
        ROW("1", S("A1", "地块号")) ROW("900000", S("A900000", "1")),
        ROW("1", S("A1", "地块号") S("XFD1", "x")),
    };
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        char path[TH_TEST_PATH_SIZE];
        char name[32];
        static const char *const names[] = {"a"};
        snprintf(name, sizeof(name), "%zu.xlsx", i);
        formats_workbook_write(th_test_path(path, *state, name), names, &sheets[i], 1);
        formats_refused(path, NULL, "source_unreadable", &err);
    }
}

static void xlsx__a_bomb_is_measured_before_it_is_unpacked(void **state)
{
    enum { BOMB_SIZE = 1 << 22 };
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    static const char *const names[] = {"a"};
    char *bomb = malloc(BOMB_SIZE + 1);
    assert_non_null(bomb);
    memset(bomb, ' ', BOMB_SIZE);
    bomb[BOMB_SIZE] = '\0';
    const char *const rows[] = {bomb};
    formats_workbook_write(th_test_path(path, *state, "a.xlsx"), names, rows, 1);
    free(bomb);
    formats_refused(path, NULL, "archive_limit", &err);
}

static void examples__of_the_manual_are_read_as_it_says(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    (void)state;
    th_test_source_path(path, "docs/examples/corner-points.csv");
    struct th_test_rows rows = formats_open_ok(path, NULL);
    assert_string_equal(th_reader_info(rows.reader)->axis_east, "Y坐标(m)");
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(formats_value(&rows, row, "树种"), "毛竹");
    // A hectare with a hole of 20 m by 20 m.
    formats_assert_shape(row, 40461600, 3376000, 40461700, 3376100, 10000 - 400);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    formats_assert_shape(row, 40461700, 3376000, 40461800, 3376100, 5000);
    formats_assert_end(&rows);
    rows = formats_open_ok(th_test_source_path(path, "docs/examples/wkt.csv"), NULL);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    assert_string_equal(formats_value(&rows, row, "小班号"), "001");
    formats_assert_shape(row, 119.6, 30.5, 119.601, 30.501, 1e-6);
    formats_assert_end(&rows);
    rows = formats_open_ok(th_test_source_path(path, "docs/examples/coordinate-list.csv"), NULL);
    row = th_test_rows_next(&rows);
    assert_non_null(row);
    formats_assert_shape(row, 119.6, 30.5, 119.61, 30.51, 0.5e-4);
    formats_assert_end(&rows);
}

static void open__truncated_tables_are_answered(void **state)
{
    static const char *const names[] = {"界址点"};
    static const char *const sheets[] = {sheet_points};
    char path[TH_TEST_PATH_SIZE];
    formats_text_write(path, *state, "a.csv", corners);
    formats_answer_when_cut(*state, "a.csv", "a.csv");
    formats_workbook_write(th_test_path(path, *state, "a.xlsx"), names, sheets, 1);
    formats_answer_when_cut(*state, "a.xlsx", "a.xlsx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(csv__corner_points_are_parcels_in_any_encoding),
        FOLDER_TEST(csv__in_a_zip_stands_behind_a_source_unless_it_is_named),
        FOLDER_TEST(csv__wkt_and_lists_of_pairs_are_shapes),
        FOLDER_TEST(csv__a_table_without_shapes_names_its_headings),
        FOLDER_TEST(shapeless__a_table_is_its_rows),
        FOLDER_TEST(shapeless__the_first_sheet_that_has_anything_is_read),
        FOLDER_TEST(xlsx__the_sheet_with_parcels_is_found),
        FOLDER_TEST(xlsx__a_sheet_of_headings_alone_is_passed_over_wherever_it_stands),
        FOLDER_TEST(xlsx__cells_beyond_what_can_be_read_are_an_answer),
        FOLDER_TEST(xlsx__a_bomb_is_measured_before_it_is_unpacked),
        cmocka_unit_test(examples__of_the_manual_are_read_as_it_says),
        FOLDER_TEST(open__truncated_tables_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

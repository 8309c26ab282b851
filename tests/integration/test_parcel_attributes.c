// Attributes of registered parcels corrected by a table that has no shapes.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/export/export.h"
#include "registry/intake/draft.h"
#include "registry/life/parcel_life.h"
#include "tests/integration/intake_fixture.h"

static enum th_status correct(struct fixture *f, const char *text, bool update,
                              struct th_json **ret_reply, struct th_error *err)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_parcel_import_options options =
        intake_options(f, fixture_file(f, path, "corrections.csv", text));
    options.crs = NULL;
    options.kind = NULL;
    options.update = update;
    return th_parcel_import(f->registry, &f->request, &options, ret_reply, err);
}

static struct th_json *corrected(struct fixture *f, const char *text)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(correct(f, text, true, &reply, &err), &err);
    return reply;
}

static void refused(struct fixture *f, const char *text, bool update, enum th_status want,
                    const char *key)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_status(correct(f, text, update, &reply, &err), want, &err);
    assert_string_equal(err.key, key);
    assert_null(reply);
}

// Two parcels of tea, of class 0202, with 15 mu in their contracts.
static void register_two(struct fixture *f)
{
    char path[TH_TEST_PATH_SIZE];
    char text[1024];
    snprintf(
        text, sizeof(text),
        "地块号,权利人,DLBM,合同面积（亩）,WKT\n001,张三,0202,15,\"%s\"\n002,李四,0202,15,\"%s\"\n",
        INTAKE_CELL_0, INTAKE_CELL_1);
    struct th_parcel_import_options options =
        intake_options(f, fixture_file(f, path, "first.csv", text));
    struct th_json *reply = NULL;
    struct th_error err;
    options.kind = "tea";
    assert_ok(th_parcel_import(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    th_json_free(reply);
}

static void update__without_shapes_changes_attributes_and_no_ground(void **state)
{
    struct fixture *f = *state;
    register_two(f);
    struct th_json *before = intake_parcel(f, "001");
    struct th_json *reply = corrected(f, "地块号,权利人,备注\n001,张三丰,改名\n002,李四,\n");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
    struct th_json *after = intake_parcel(f, "001");
    const struct th_json *attributes = th_json_get(after, "attributes");
    assert_string_equal(th_json_get_text(attributes, "household", ""), "张三丰");
    assert_string_equal(th_json_get_text(attributes, "备注", ""), "改名");
    // What the table has no column for stays: ground, kind, class, area of the contract.
    static const char *const KEPT[] = {"geometry", "kind",    "land_class", "declared_mu",
                                       "area_m2",  "area_mu", "parcel_id",  "village"};
    for (size_t i = 0; i < sizeof(KEPT) / sizeof(KEPT[0]); i++) {
        assert_true(th_json_equal(th_json_get(before, KEPT[i]), th_json_get(after, KEPT[i])));
    }
    assert_int_equal(th_json_get_int(after, "version", 0), 2);
    assert_int_equal(th_json_size(th_json_get(after, "versions")), 2);
    th_json_free(after);
    th_json_free(before);
    assert_int_equal(intake_parcels(f), 2);
    fixture_assert_books(f);
}

static void assert_source(const struct th_json *parcel, const char *which, const char *file,
                          int64_t row, int64_t import_id)
{
    const struct th_json *source = th_json_get(parcel, which);
    assert_string_equal(th_json_get_text(source, "file", ""), file);
    assert_int_equal(th_json_get_int(source, "row", 0), row);
    assert_int_equal(th_json_get_int(source, "import_id", 0), import_id);
}

// The second row of the table corrects the parcel of the first source's first row.
static void update__without_shapes_keeps_the_source_of_the_ground(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_error err;
    struct th_json *reply = NULL;
    register_two(f);
    th_json_free(corrected(f, "地块号,权利人\n002,李四\n001,张三丰\n"));
    struct th_json *parcel = intake_parcel(f, "001");
    assert_source(parcel, "source", "first.csv", 2, 1);
    assert_string_equal(th_json_get_text(th_json_get(parcel, "source"), "crs", ""), "EPSG:4490");
    assert_source(parcel, "attributes_source", "corrections.csv", 3, 2);
    th_json_free(parcel);
    const struct th_export_options options = {.format = "csv",
                                              .path = th_test_path(path, f->folder, "out.csv")};
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_non_null(strstr(text, ",source,source_layer,source_row,source_import,source_offset,"
                                 "attributes_source,attributes_row,attributes_import,"));
    assert_non_null(strstr(text, ",first.csv,first,2,1,,corrections.csv,3,2,张三丰\r\n"));
    assert_non_null(strstr(text, ",first.csv,first,3,1,,first.csv,3,1,李四\r\n"));
    free(text);
    assert_ok(th_parcel_history(f->registry, 1, &reply, &err), &err);
    const struct th_json *versions = th_json_get(reply, "versions");
    assert_string_equal(th_json_get_text(th_json_at(versions, 0), "origin", ""), "import");
    assert_string_equal(th_json_get_text(th_json_at(versions, 1), "origin", ""), "attributes");
    th_json_free(reply);
    // Ground that is drawn here came from no file; what is known of it still did.
    fixture_file(f, path, "shape.wkt",
                 "POLYGON((119.6 30.5,119.601 30.5,119.601 30.5009,119.6 30.5009,119.6 30.5))");
    const struct th_parcel_adjust_options drawn = {
        .parcel_id = 1, .drawing = path, .reason = "复测"};
    assert_ok(th_parcel_adjust(f->registry, &f->request, &drawn, &reply, &err), &err);
    th_json_free(reply);
    parcel = intake_parcel(f, "001");
    assert_null(th_json_get(parcel, "source"));
    assert_source(parcel, "attributes_source", "corrections.csv", 3, 2);
    th_json_free(parcel);
}

static void update__without_shapes_is_done_once(void **state)
{
    struct fixture *f = *state;
    static const char TEXT[] = "地块号,权利人\n001,张三丰\n002,李四\n";
    register_two(f);
    struct th_json *reply = corrected(f, TEXT);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
    reply = corrected(f, TEXT);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 2);
    th_json_free(reply);
}

static void update__without_shapes_tells_numbers_that_are_not_registered(void **state)
{
    struct fixture *f = *state;
    register_two(f);
    struct th_json *reply = corrected(f, "地块号,权利人\n001,张三丰\n1,李四\n,王五\n001,张四丰\n");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 3);
    assert_non_null(strstr(intake_problem(reply, 3, "parcel_unknown", "message"), "地块 1"));
    assert_non_null(strstr(intake_problem(reply, 3, "parcel_unknown", "hint"), "007"));
    (void)intake_problem(reply, 4, "parcel_unknown", "message");
    (void)intake_problem(reply, 5, "number_repeated", "message");
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "001");
    assert_string_equal(th_json_get_text(th_json_get(parcel, "attributes"), "household", ""),
                        "张三丰");
    th_json_free(parcel);
}

static void update__without_shapes_judges_by_the_parcel(void **state)
{
    struct fixture *f = *state;
    register_two(f);
    // A cell is 15.96 mu: 3 mu are far off. Bamboo ground (0302) under tea is no class of tea.
    struct th_json *reply = corrected(f, "地块号,合同面积（亩）,DLBM\n001,3,0202\n002,15,0302\n");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(fixture_problems(reply, 2, "area_mismatch", "warning"), 1);
    assert_int_equal(fixture_problems(reply, 3, "land_class_conflict", "error"), 1);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "001");
    double declared_mu = th_json_real_value(th_json_get(parcel, "declared_mu"));
    assert_true(declared_mu > 2.99 && declared_mu < 3.01);
    th_json_free(parcel);
}

static void import__of_a_table_without_shapes_says_what_it_could_be(void **state)
{
    struct fixture *f = *state;
    register_two(f);
    refused(f, "地块号,权利人\n001,张三丰\n", false, TH_INVALID, "attributes_alone");
    // Without a number nobody knows whose attributes they are.
    refused(f, "权利人,备注\n张三丰,改名\n", true, TH_UNREADABLE, "points_columns");
    refused(f, "权利人,备注\n张三丰,改名\n", false, TH_UNREADABLE, "points_columns");
    struct th_json *parcel = intake_parcel(f, "001");
    assert_int_equal(th_json_get_int(parcel, "version", 0), 1);
    th_json_free(parcel);
}

// The column with the ground was deleted, the one beside it that names its system was not.
static void update__of_our_own_table_without_its_ground_tells_no_reference_system(void **state)
{
    struct fixture *f = *state;
    register_two(f);
    struct th_json *reply = corrected(
        f, "登记编号,地块号,类型,村,村代码,版本,权利人,坐标系\n1,001,茶园,测试一村," FIXTURE_VILLAGE
           ",1,张三丰,EPSG:4490 CGCS2000\n");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    const struct th_json *detections = th_json_get(reply, "detections");
    bool without = false;
    for (size_t i = 0; i < th_json_size(detections); i++) {
        const struct th_json *found = th_json_at(detections, i);
        const struct th_json *first = th_json_at(th_json_get(found, "evidence"), 0);
        assert_string_not_equal(th_json_get_text(found, "what", ""), "crs");
        without = without || strstr(th_json_text(first), "表里没有图形") != NULL;
    }
    assert_true(without);
    assert_null(th_json_get_text(th_json_get(reply, "source"), "crs", NULL));
    th_json_free(reply);
}

// What a clerk leaves of a list of ours, headings as they stand: the registry keeps the rest
// itself.
static void update__of_our_own_columns_takes_what_a_parcel_is_and_no_more(void **state)
{
    struct fixture *f = *state;
    register_two(f);
    struct th_json *reply = corrected(
        f, "登记编号,地块号,村,类型,地类,量得面积（亩）,净面积（亩）,合同面积（亩）,"
           "量得面积（平方米）,状态,乡镇（街道）,来源文件,权利人\n"
           "1,001,测试一村,茶园,0202,15.96,15.96,15.5,10642.48,已登记,测试镇,first.csv,张三\n");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_size(th_json_get(reply, "problems")), 0);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "001");
    assert_close(th_json_get_real(parcel, "declared_mu", 0), 15.5, 1e-9);
    const struct th_json *attributes = th_json_get(parcel, "attributes");
    assert_int_equal(th_json_size(attributes), 1);
    assert_string_equal(th_json_get_text(attributes, "household", ""), "张三");
    th_json_free(parcel);
    // The name of the village still tells whose row it is.
    reply = corrected(f, "登记编号,村,权利人\n1,测试二村,李四\n");
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 1);
    assert_int_equal(fixture_problems(reply, 2, "parcel_unknown", "error"), 1);
    th_json_free(reply);
}

static void update__without_shapes_has_a_problem_list_that_comes_back_mended(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char list[TH_TEST_PATH_SIZE];
    char mended[TH_TEST_PATH_SIZE];
    register_two(f);
    struct th_parcel_import_options options = intake_options(
        f, fixture_file(f, path, "c.csv", "地块号,权利人\n001,张三丰\nOO2,李四光\n"));
    struct th_json *reply = NULL;
    struct th_error err;
    th_test_path(list, f->folder, "list.csv");
    options.kind = NULL;
    options.update = true;
    options.problems_path = list;
    f->request.dry_run = true;
    assert_ok(th_parcel_import(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
    f->request.dry_run = false;
    const char *mends[] = {fixture_file(f, mended, "m.csv", "行,地块号\n3,002\n")};
    options.problems_path = NULL;
    options.mends = mends;
    options.n_mends = 1;
    assert_ok(th_parcel_import(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    th_json_free(reply);
    // A shape that is given back would be lost without a word.
    mends[0] = fixture_file(f, mended, "s.csv", "行,WKT\n3,\"" INTAKE_CELL_2 "\"\n");
    assert_ok(th_parcel_import(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(fixture_problems(reply, 3, "geometry_type", "error"), 1);
    th_json_free(reply);
    fixture_assert_books(f);
}

static void update__without_shapes_goes_by_the_ids_of_lists(void **state)
{
    struct fixture *f = *state;
    register_two(f);
    // The village is the parcel's.
    char path[TH_TEST_PATH_SIZE];
    struct th_parcel_import_options options =
        intake_options(f, fixture_file(f, path, "ids.csv", "登记编号,权利人\n2,李四光\n1,张三\n"));
    options.crs = NULL;
    options.kind = NULL;
    options.village = NULL;
    options.update = true;
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "002");
    assert_string_equal(th_json_get_text(th_json_get(parcel, "attributes"), "household", ""),
                        "李四光");
    assert_int_equal(th_json_size(th_json_get(parcel, "attributes")), 1);
    th_json_free(parcel);
    // 1 is 001, nobody is 9, A is no id; the last two say the same of one parcel.
    reply = corrected(f, "登记编号,地块号,权利人\n1,002,甲\n9,,乙\nA,001,丙\n1,001,丁\n1,,戊\n");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_non_null(strstr(intake_problem(reply, 2, "parcel_unknown", "message"), "001"));
    (void)intake_problem(reply, 3, "parcel_unknown", "message");
    (void)intake_problem(reply, 4, "attribute_range", "message");
    (void)intake_problem(reply, 6, "number_repeated", "message");
    th_json_free(reply);
    parcel = intake_parcel(f, "001");
    assert_string_equal(th_json_get_text(th_json_get(parcel, "attributes"), "household", ""), "丁");
    th_json_free(parcel);
    fixture_assert_books(f);
}

// What an officer let in over a parcel covers the same ground, whatever else was corrected since.
static void update__without_shapes_leaves_what_an_officer_let_in(void **state)
{
    // Half of cell 1 and as much beside it.
#define EAST_HALF                                                                                  \
    "POLYGON((119.6015 30.5,119.6025 30.5,119.6025 30.501,119.6015 30.501,119.6015 30.5))"
    static const char *const ROW = "2";
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char letter[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_json *reply = NULL;
    register_two(f);
    fixture_user(f, "officer", "officer", NULL);
    struct th_parcel_import_options options =
        intake_options(f, intake_table(f, path, "between.csv", "003,王五,\"" EAST_HALF "\"\n"));
    options.waive_rows = &ROW;
    options.n_waive_rows = 1;
    options.waive_reason = "套种";
    options.waive_document = fixture_file(f, letter, "letter.txt", "letter");
    options.kind = "tea";
    f->request.login = "officer";
    assert_ok(th_draft_open(f->registry, &f->request, &options, &reply, &err), &err);
    int64_t draft_id = th_json_get_int(reply, "draft_id", 0);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    reply = corrected(f, "地块号,权利人\n002,李四光\n");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    const struct th_parcel_import_options nothing = {.messages = f->messages};
    assert_ok(th_draft_confirm(f->registry, &f->request, draft_id, &nothing, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    fixture_assert_books(f);
}

// An attribute of the source that is called like a column of ours goes by its qualified name.
static void history__an_attribute_never_reads_like_a_particular_of_the_registry(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    register_two(f);
    th_json_free(corrected(f, "地块号,area_m2,权利人\n001,17,张三丰\n"));
    assert_ok(th_parcel_history(f->registry, 1, &reply, &err), &err);
    const struct th_json *changes = th_json_get(reply, "changes");
    const char *const want[] = {"attributes.area_m2", "household"};
    assert_int_equal(th_json_size(changes), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(th_json_get_text(th_json_at(changes, i), "what", ""), "attribute");
        assert_string_equal(th_json_get_text(th_json_at(changes, i), "field", ""), want[i]);
    }
    th_json_free(reply);
}

#define ATTRIBUTE_TEST(name)                                                                       \
    cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTRIBUTE_TEST(update__without_shapes_changes_attributes_and_no_ground),
        ATTRIBUTE_TEST(update__without_shapes_keeps_the_source_of_the_ground),
        ATTRIBUTE_TEST(update__without_shapes_is_done_once),
        ATTRIBUTE_TEST(update__without_shapes_leaves_what_an_officer_let_in),
        ATTRIBUTE_TEST(history__an_attribute_never_reads_like_a_particular_of_the_registry),
        ATTRIBUTE_TEST(update__without_shapes_tells_numbers_that_are_not_registered),
        ATTRIBUTE_TEST(update__without_shapes_goes_by_the_ids_of_lists),
        ATTRIBUTE_TEST(update__without_shapes_judges_by_the_parcel),
        ATTRIBUTE_TEST(import__of_a_table_without_shapes_says_what_it_could_be),
        ATTRIBUTE_TEST(update__of_our_own_table_without_its_ground_tells_no_reference_system),
        ATTRIBUTE_TEST(update__of_our_own_columns_takes_what_a_parcel_is_and_no_more),
        ATTRIBUTE_TEST(update__without_shapes_has_a_problem_list_that_comes_back_mended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

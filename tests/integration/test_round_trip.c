// What an export tells comes back: into the same registry nothing is new, into an empty one
// everything is there.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/file.h"
#include "registry/export/export.h"
#include "registry/life/parcel_life.h"
#include "tests/integration/intake_fixture.h"

static const struct {
    const char *format, *file;
    bool wkt;          // a table: boundaries and reference system are columns
    bool cut;          // names of columns have ten bytes, the full ones stand in a table beside
    enum th_lang lang; // of the titles of a table
} FORMATS[] = {
    {.format = "gpkg", .file = "out.gpkg"},
    {.format = "geojson", .file = "out.geojson"},
    {.format = "fgb", .file = "out.fgb"},
    {.format = "gml", .file = "out.gml"},
    {.format = "shp", .file = "out.shp", .cut = true},
    {.format = "kml", .file = "out.kml"},
    {.format = "csv", .file = "out.csv", .wkt = true},
    {.format = "xlsx", .file = "out.xlsx", .wkt = true},
    {.format = "csv", .file = "english.csv", .wkt = true, .lang = TH_LANG_EN},
    {.format = "xlsx", .file = "english.xlsx", .wkt = true, .lang = TH_LANG_EN},
    {.format = "fiboa", .file = "fiboa.geojson"},
};

// Attributes under names that the registry's own columns have (state, 状态), that differ by case
// alone, that an import would take for something else (地类 where there is a code, begin of a KML
// placemark), that no element of XML can have, and that are too long for a Shapefile.
static const char SOURCE[] =
    "地块号,农户,合同面积,树种,DLBM,地类,state,State,状态,begin,1号(备注),抚育措施和时间,=q,WKT\n"
    "12-7,张三,15.9,毛竹,0302,竹林地,a,b,c,2020,\"两\n行\",劈山,=1+1,\"" INTAKE_CELL_0 "\"\n"
    "8,李四,,,,,,,,,,,,\"" INTAKE_CELL_1 "\"\n";
static const struct {
    const char *key, *value;
    bool fits; // the name goes into a Shapefile
} ATTRIBUTES[] = {
    {"household", "张三", true}, {"species", "毛竹", true}, {"地类", "竹林地", false},
    {"state", "a", false},       {"State", "b", false},     {"状态", "c", false},
    {"begin", "2020", false},    {"=q", "=1+1", true},      {"抚育措施和时间", "劈山", false}};
enum { N_ATTRIBUTES = sizeof(ATTRIBUTES) / sizeof(ATTRIBUTES[0]) };
// Its value has an end of line, of which some formats make a blank.
static const char BROKEN_KEY[] = "1号(备注)";

static void fill(struct fixture *f)
{
    char path[TH_TEST_PATH_SIZE];
    fixture_file(f, path, "source.csv", SOURCE);
    struct th_parcel_import_options options = intake_options(f, path);
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    th_json_free(reply);
}

static void export_to(struct fixture *f, size_t format, char path[TH_TEST_PATH_SIZE])
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    th_test_path(path, f->folder, FORMATS[format].file);
    const struct th_export_options options = {.format = FORMATS[format].format,
                                              .path = path,
                                              .with_wkt = FORMATS[format].wkt,
                                              .messages = f->messages,
                                              .lang = FORMATS[format].lang};
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    th_json_free(reply);
}

// The full names of attributes stand in the table beside a Shapefile.
static void assert_dictionary(const struct fixture *f)
{
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_error err = {0};
    th_test_path(path, f->folder, "out_字段说明.csv");
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_non_null(strstr(text, "_抚,抚育措施和时间,来源文件带来的属性“抚育措施和时间”,"));
    assert_non_null(strstr(text, "\r\nspecies,species,"));
    free(text);
}

// The only detection of this; NULL without.
static const struct th_json *detection_of(const struct th_json *reply, const char *what)
{
    const struct th_json *detections = th_json_get(reply, "detections");
    for (size_t i = 0; i < th_json_size(detections); i++) {
        if (strcmp(th_json_get_text(th_json_at(detections, i), "what", ""), what) == 0) {
            return th_json_at(detections, i);
        }
    }
    return NULL;
}

static struct th_json *import_back(struct fixture *f, size_t format, const char *path)
{
    const struct th_parcel_import_options options = {
        .source = path,
        .village = strcmp(FORMATS[format].format, "fiboa") == 0 ? FIXTURE_VILLAGE : NULL,
        .messages = f->messages,
        .lang = TH_LANG_ZH};
    return fixture_import(f, &options);
}

// Is this among what is said of the source?
static bool told(const struct th_json *reply, const char *words)
{
    const struct th_json *detections = th_json_get(reply, "detections");
    for (size_t i = 0; i < th_json_size(detections); i++) {
        const struct th_json *evidence = th_json_get(th_json_at(detections, i), "evidence");
        for (size_t k = 0; k < th_json_size(evidence); k++) {
            if (strstr(th_json_text(th_json_at(evidence, k)), words) != NULL) {
                return true;
            }
        }
    }
    return false;
}

static void export__into_the_same_registry_is_nothing_new(void **state)
{
    struct fixture *f = *state;
    fill(f);
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        char path[TH_TEST_PATH_SIZE];
        print_message("  %s\n", FORMATS[i].file);
        export_to(f, i, path);
        struct th_json *reply = import_back(f, i, path);
        assert_int_equal(th_json_get_int(reply, "unchanged", -1), 2);
        assert_true(told(reply, "本程序导出的文件"));
        // Of a table the reference system is told with its evidence.
        const struct th_json *crs = detection_of(reply, "crs");
        assert_int_equal(crs != NULL, FORMATS[i].wkt);
        if (crs != NULL) {
            assert_string_equal(th_json_get_text(crs, "choice", ""), "EPSG:4490");
        }
        assert_int_equal(th_json_get_int(reply, "read", -1), 2);
        th_json_free(reply);
    }
}

// 10,000.01 m² are 15.000015 mu, of which no export can tell all; three parts of the other parcel's
// 15 mu have 5 mu each, more or less.
static void export__of_areas_that_were_divided_or_not_in_mu_is_nothing_new(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char source[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_file(f, source, "source.csv",
                 "地块号,合同面积（平方米）,WKT\n1,10000.01,\"" INTAKE_CELL_0
                 "\"\n2,10000,\"" INTAKE_CELL_1 "\"\n");
    const struct th_parcel_import_options import = intake_options(f, source);
    th_json_free(fixture_import(f, &import));
    fixture_file(f, path, "thirds.wkt",
                 "MULTILINESTRING ((119.60133 30.499, 119.60133 30.502),"
                 "(119.60167 30.499, 119.60167 30.502))");
    const struct th_parcel_split_options split = {
        .parcel_id = 2, .drawing = path, .reason = "分户"};
    assert_ok(th_parcel_split(f->registry, &f->request, &split, &reply, &err), &err);
    th_json_free(reply);
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        if (strcmp(FORMATS[i].format, "gpkg") != 0 && !FORMATS[i].wkt) {
            continue;
        }
        print_message("  %s\n", FORMATS[i].format);
        export_to(f, i, path);
        reply = import_back(f, i, path);
        assert_int_equal(th_json_get_int(reply, "unchanged", -1), 4);
        assert_int_equal(th_json_get_int(reply, "rejected", -1), 0);
        th_json_free(reply);
    }
    // With what is retired, and the file from before the split.
    const struct th_export_options all = {
        .format = "gpkg", .path = th_test_path(path, f->folder, "all.gpkg"), .state = "all"};
    assert_ok(th_export(f->registry, &all, &reply, &err), &err);
    th_json_free(reply);
    for (int i = 0; i < 2; i++) {
        reply = i == 0 ? import_back(f, 0, path) : fixture_import(f, &import);
        assert_int_equal(th_json_get_int(reply, "unchanged", -1), i == 0 ? 5 : 2);
        assert_int_equal(th_json_get_int(reply, "rejected", -1), 0);
        const char *told_of =
            intake_problem(reply, i == 0 ? 2 : 3, "parcel_retired_same", "message");
        assert_non_null(strstr(told_of, "2-1、2-2、2-3"));
        th_json_free(reply);
    }
    // Under its number nothing else comes in.
    fixture_file(f, path, "again.csv",
                 "地块号,合同面积（平方米）,WKT\n2,10000,\"" INTAKE_CELL_2 "\"\n");
    const struct th_parcel_import_options again = intake_options(f, path);
    assert_ok(th_parcel_import(f->registry, &f->request, &again, &reply, &err), &err);
    assert_non_null(strstr(intake_problem(reply, 2, "parcel_retired", "message"), "2-1、2-2、2-3"));
    th_json_free(reply);
    // An area that is not what the export wrote is another one.
    fixture_file(f, path, "other.csv",
                 "地块号,合同面积（平方米）,WKT\n1,10000.04,\"" INTAKE_CELL_0 "\"\n");
    const struct th_parcel_import_options other = intake_options(f, path);
    assert_ok(th_parcel_import(f->registry, &f->request, &other, &reply, &err), &err);
    assert_int_equal(fixture_problems(reply, 2, "attributes_changed", "error"), 1);
    th_json_free(reply);
}

// What has no number is known by its id, as long as its ground is the same. A fiboa file has none.
static void export__of_parcels_without_a_number_is_nothing_new(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    fixture_file(f, path, "blank.csv",
                 "地块号,农户,WKT\n,张三,\"" INTAKE_CELL_0 "\"\n8,李四,\"" INTAKE_CELL_1
                 "\"\n,王五,\"" INTAKE_CELL_2 "\"\n");
    struct th_parcel_import_options options = intake_options(f, path);
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 3);
    assert_int_equal(fixture_problems(reply, 2, "number_blank", "warning"), 1);
    assert_int_equal(fixture_problems(reply, 0, "number_blank", NULL), 2);
    th_json_free(reply);
    for (size_t i = 0; i + 1 < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        print_message("  %s\n", FORMATS[i].format);
        export_to(f, i, path);
        reply = import_back(f, i, path);
        assert_int_equal(th_json_get_int(reply, "unchanged", -1), 3);
        assert_int_equal(fixture_problems(reply, 0, NULL, NULL), 0);
        th_json_free(reply);
    }
    // The id of another parcel proves nothing, and of two rows with one id the first stays.
    fixture_file(f, path, "other.csv",
                 "parcel_id,version,number,household,WKT\n1,1,,张三,\"" INTAKE_CELL_2
                 "\"\n3,1,,王五,\"" INTAKE_CELL_2 "\"\n3,1,,赵六,\"" INTAKE_CELL_2 "\"\n");
    options = intake_options(f, path);
    options.update = true;
    struct th_error err;
    assert_ok(th_parcel_import(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(fixture_problems(reply, 2, "duplicate", "error"), 1);
    assert_int_equal(fixture_problems(reply, 4, "number_repeated", "error"), 1);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
}

static void export__into_an_empty_registry_is_all_there(void **state)
{
    struct fixture *f = *state;
    fill(f);
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        char path[TH_TEST_PATH_SIZE];
        struct fixture fresh;
        print_message("  %s\n", FORMATS[i].file);
        export_to(f, i, path);
        if (FORMATS[i].cut) {
            assert_dictionary(f);
        }
        fixture_open(&fresh);
        struct th_json *reply = import_back(&fresh, i, path);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
        assert_close(th_json_get_real(reply, "area_m2", 0), 2 * INTAKE_CELL_M2, 0.011);
        th_json_free(reply);
        struct th_json *parcel = intake_parcel(&fresh, "12-7");
        const struct th_json *attributes = th_json_get(parcel, "attributes");
        assert_string_equal(th_json_get_text(parcel, "kind", ""), "bamboo");
        assert_string_equal(th_json_get_text(parcel, "village", ""), FIXTURE_VILLAGE);
        assert_non_null(th_json_get(attributes, BROKEN_KEY));
        for (size_t k = 0; k < N_ATTRIBUTES; k++) {
            assert_string_equal(th_json_get_text(attributes, ATTRIBUTES[k].key, ""),
                                ATTRIBUTES[k].value);
        }
        assert_int_equal(th_json_size(attributes), N_ATTRIBUTES + 1);
        if (strcmp(FORMATS[i].format, "fiboa") != 0) {
            assert_close(th_json_get_real(parcel, "declared_mu", 0), 15.9, 1e-9);
        }
        th_json_free(parcel);
        // Empty cells are no attributes.
        parcel = intake_parcel(&fresh, "8");
        assert_int_equal(th_json_size(th_json_get(parcel, "attributes")), 1);
        th_json_free(parcel);
        fixture_close(&fresh);
    }
}

// Puts `to` in the place of each `from` in a text file.
static void file_correct(const char *path, const char *from, const char *to)
{
    struct th_buf out;
    char *text = NULL;
    size_t size = 0;
    struct th_error err = {0};
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_non_null(strstr(text, from));
    th_buf_init(&out, 1 << 20);
    const char *rest = text;
    for (const char *at = strstr(rest, from); at != NULL; at = strstr(rest, from)) {
        th_buf_append(&out, rest, (size_t)(at - rest));
        th_buf_append_str(&out, to);
        rest = at + strlen(from);
    }
    th_buf_append_str(&out, rest);
    assert_ok(th_file_write(path, out.data, out.size, &err), &err);
    th_buf_clear(&out);
    free(text);
}

// The northern half of both cells is cut off in the table.
static void table__corrected_ground_is_taken(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        char path[TH_TEST_PATH_SIZE];
        struct fixture fresh;
        if (strcmp(FORMATS[i].format, "csv") != 0) {
            continue;
        }
        print_message("  %s\n", FORMATS[i].file);
        fixture_open(&fresh);
        fill(&fresh);
        export_to(&fresh, i, path);
        file_correct(path, "30.50100000", "30.50050000");
        struct th_parcel_import_options options = fixture_options(f, path);
        options.update = true;
        struct th_json *reply = fixture_import(&fresh, &options);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
        assert_close(th_json_get_real(reply, "area_m2", 0), INTAKE_CELL_M2, 0.1);
        th_json_free(reply);
        struct th_json *parcel = intake_parcel(&fresh, "12-7");
        assert_close(th_json_get_real(parcel, "area_m2", 0), INTAKE_CELL_M2 / 2, 0.1);
        assert_int_equal(th_json_size(th_json_get(parcel, "attributes")), N_ATTRIBUTES + 1);
        th_json_free(parcel);
        fixture_close(&fresh);
    }
}

// Without the table of names a column is not taken under a name that is not its own.
static void shapefile__without_its_names_brings_no_others(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char names[TH_TEST_PATH_SIZE];
    size_t shp = 0;
    fill(f);
    while (!FORMATS[shp].cut) {
        shp++;
    }
    export_to(f, shp, path);
    assert_int_equal(unlink(th_test_path(names, f->folder, "out_字段说明.csv")), 0);
    struct th_json *reply = import_back(f, shp, path);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 2);
    th_json_free(reply);
    struct fixture fresh;
    fixture_open(&fresh);
    reply = import_back(&fresh, shp, path);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(&fresh, "12-7");
    const struct th_json *attributes = th_json_get(parcel, "attributes");
    size_t n = 0;
    for (size_t k = 0; k < N_ATTRIBUTES; k++) {
        assert_string_equal(th_json_get_text(attributes, ATTRIBUTES[k].key, ""),
                            ATTRIBUTES[k].fits ? ATTRIBUTES[k].value : "");
        n += ATTRIBUTES[k].fits ? 1 : 0;
    }
    assert_int_equal(th_json_size(attributes), n);
    th_json_free(parcel);
    fixture_close(&fresh);
}

// A table of names that gives one column the name of another takes no value away, and one whose
// names are no attribute's gives none.
static void shapefile__damaged_names_overwrite_nothing(void **state)
{
    static const char *const NAMES[] = {"attributes.species", "attributes.", "kind"};
    size_t shp = 0;
    (void)state;
    while (!FORMATS[shp].cut) {
        shp++;
    }
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        struct fixture f;
        char path[TH_TEST_PATH_SIZE];
        char names[TH_TEST_PATH_SIZE];
        struct th_error err = {0};
        struct th_json *reply = NULL;
        print_message("  %s\n", NAMES[i]);
        fixture_open(&f);
        fill(&f);
        export_to(&f, shp, path);
        file_correct(th_test_path(names, f.folder, "out_字段说明.csv"), "attributes.抚育措施和时间",
                     NAMES[i]);
        struct th_parcel_import_options options = fixture_options(&f, path);
        options.update = true;
        options.lang = TH_LANG_ZH;
        assert_ok(th_parcel_import(f.registry, &f.request, &options, &reply, &err), &err);
        assert_int_equal(fixture_problems(reply, 1, "column_twice", "error"), i == 0);
        assert_int_equal(th_json_get_int(reply, "unchanged", -1), i == 0 ? 1 : 2);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
        assert_int_equal(told(reply, "里面没有它们的原名"), i != 0);
        th_json_free(reply);
        fixture_close(&f);
    }
}

// What the clerk says goes before the column, and a row that says otherwise is no row of this
// table.
static void table__reference_system_is_the_clerks_and_one_for_all_rows(void **state)
{
    struct fixture *f = *state;
    static const char HEAD[] = "parcel_id,version,number,kind,crs,wkt\n";
    char path[TH_TEST_PATH_SIZE] = "";
    char text[1024];
    struct th_parcel_import_options options = fixture_options(f, path);
    (void)snprintf(text, sizeof(text),
                   "%s1,1,7,bamboo,EPSG:4490 CGCS2000,\"" INTAKE_CELL_0 "\"\n"
                   "3,1,9,bamboo,EPSG:4326,\"" INTAKE_CELL_2 "\"\n"
                   "2,1,8,bamboo,,\"" INTAKE_CELL_1 "\"\n",
                   HEAD);
    fixture_file(f, path, "own.csv", text);
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(fixture_problems(reply, 3, "crs_row_differs", "error"), 1);
    th_json_free(reply);
    options.crs = "EPSG:4326";
    options.update = true;
    reply = fixture_import(f, &options);
    assert_int_equal(fixture_problems(reply, 0, "crs_row_differs", NULL), 0);
    assert_string_equal(th_json_get_text(th_json_get(reply, "source"), "crs", ""), "EPSG:4326");
    assert_null(detection_of(reply, "crs"));
    th_json_free(reply);
    // Without the number and version of an export the column is the clerk's own and proves nothing.
    fixture_file(f, path, "other.csv", "number,crs,wkt\n7,EPSG:4490,\"" INTAKE_CELL_0 "\"\n");
    options.crs = NULL;
    struct th_error err = {0};
    assert_ok(th_parcel_import(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 1);
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(export__into_the_same_registry_is_nothing_new,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(export__of_parcels_without_a_number_is_nothing_new,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(export__into_an_empty_registry_is_all_there, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            export__of_areas_that_were_divided_or_not_in_mu_is_nothing_new, fixture_set_up,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(table__corrected_ground_is_taken, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(table__reference_system_is_the_clerks_and_one_for_all_rows,
                                        fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(shapefile__damaged_names_overwrite_nothing, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(shapefile__without_its_names_brings_no_others,
                                        fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

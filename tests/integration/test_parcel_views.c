// Lists, exports and maps of parcels that were imported.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/file.h"
#include "gis/reader.h"
#include "registry/export/export.h"
#include "registry/export/map.h"
#include "store/ground/parcel_store.h"
#include "tests/integration/parcel_fixture.h"
#include "tests/unit/source_rows.h"

// Two villages, three parcels, one with a hole; the numbers are text that Excel would run.
static const char FEATURES[] =
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"=1+1\",\"declared_area\":\"15.96\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.5],"
    "[119.601,30.501],[119.6,30.501],[119.6,30.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"2\",\"CUN\":\"测试二村\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.61,30.5],[119.613,30.5],"
    "[119.613,30.503],[119.61,30.503],[119.61,30.5]],[[119.611,30.501],[119.611,30.502],"
    "[119.612,30.502],[119.612,30.501],[119.611,30.501]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"kind\":\"茶园\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.62,30.5],[119.621,30.5],"
    "[119.621,30.501],[119.62,30.5]]]}}";

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof(*f));
    char path[TH_TEST_PATH_SIZE];
    assert_non_null(f);
    fixture_open(f);
    fixture_geojson(f, path, "three.geojson", FEATURES);
    struct th_parcel_import_options options = fixture_options(f, path);
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 3);
    th_json_free(reply);
    *state = f;
    return 0;
}

static void parcel_list__totals_are_the_sums_of_its_rows(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_parcel_list_options all = {0};
    assert_ok(th_parcel_list(f->registry, &all, &reply, &err), &err);
    const struct th_json *parcels = th_json_get(reply, "parcels");
    double sum_m2 = 0;
    double sum_mu = 0;
    assert_int_equal(th_json_size(parcels), 3);
    for (size_t i = 0; i < 3; i++) {
        sum_m2 += th_json_get_real(th_json_at(parcels, i), "area_m2", 0);
        sum_mu += th_json_get_real(th_json_at(parcels, i), "area_mu", 0);
    }
    assert_close(th_json_get_real(reply, "area_mu_rows", 0), sum_mu, 0.005);
    assert_close(th_json_get_real(reply, "area_m2", 0), sum_m2, 0.005);
    assert_int_equal(th_json_type(th_json_get(th_json_at(parcels, 1), "declared_mu")),
                     TH_JSON_NULL);
    assert_close(th_json_get_real(th_json_at(parcels, 0), "declared_mu", 0), 15.96, 1e-9);
    // Nine cells less the one in the middle: eight times a cell within the change over 0.003°.
    assert_close(th_json_get_real(th_json_at(parcels, 1), "area_m2", 0), 8 * 10642.475, 3);
    th_json_free(reply);
}

static void parcel_list__is_narrowed_by_village_and_kind(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *village;
        const char *kind;
        int n;
    } cases[] = {{FIXTURE_VILLAGE, NULL, 2}, {"测试二村", NULL, 1},  {NULL, "茶园", 1},
                 {NULL, "tea", 1},           {"测试二村", "tea", 0}, {NULL, "wetland", 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_parcel_list_options options = {.village = cases[i].village,
                                                 .kind = cases[i].kind};
        struct th_json *reply = NULL;
        struct th_error err;
        assert_ok(th_parcel_list(f->registry, &options, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "n", -1), cases[i].n);
        th_json_free(reply);
    }
}

static void parcel_show__hole_and_centre_are_those_of_the_source(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_show(f->registry, 2, &reply, &err), &err);
    const struct th_json *polygons = th_json_get(th_json_get(reply, "geometry"), "coordinates");
    assert_int_equal(th_json_size(polygons), 1);
    assert_int_equal(th_json_size(th_json_at(polygons, 0)), 2);
    const struct th_json *centre = th_json_get(reply, "centroid");
    assert_close(th_json_real_value(th_json_at(centre, 0)), 119.6115, 1e-9);
    assert_close(th_json_real_value(th_json_at(centre, 1)), 30.5015, 1e-9);
    const struct th_json *box = th_json_get(reply, "box");
    assert_close(th_json_real_value(th_json_at(box, 2)), 119.613, 1e-9);
    th_json_free(reply);
    assert_status(th_parcel_show(f->registry, 99, &reply, &err), TH_NOT_FOUND, &err);
}

static void export__geographic_files_read_back_with_the_same_rows(void **state)
{
    struct fixture *f = *state;
    static const char *const FORMATS[] = {"gpkg", "geojson"};
    for (size_t i = 0; i < 2; i++) {
        char name[32];
        char path[TH_TEST_PATH_SIZE];
        struct th_json *reply = NULL;
        struct th_error err;
        (void)snprintf(name, sizeof(name), "out.%s", FORMATS[i]);
        th_test_path(path, f->folder, name);
        struct th_export_options options = {.format = FORMATS[i], .path = path};
        assert_ok(th_export(f->registry, &options, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "n", -1), 3);
        struct th_hash hash;
        char hex[TH_HASH_HEX_SIZE];
        assert_ok(th_hash_file(TH_HASH_SHA256, path, &hash, &err), &err);
        assert_string_equal(th_json_get_text(reply, "sha256", ""), th_hash_hex(&hash, hex));
        th_json_free(reply);
        // Imported into the same registry, all three are the ground that is there already.
        struct th_parcel_import_options import = fixture_options(f, path);
        reply = fixture_import(f, &import);
        assert_int_equal(th_json_get_int(reply, "read", -1), 3);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
        th_json_free(reply);
        // What exists is not overwritten.
        assert_status(th_export(f->registry, &options, &reply, &err), TH_CONFLICT, &err);
    }
}

// In a registry of its own, so that every parcel is new there; its hashes of the ground are the
// same because every format keeps all digits.
static void export__every_format_brings_the_same_ground_into_another_registry(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *format;
        const char *name;
        const char *number; // field
    } FORMATS[] = {{"gpkg", "a.gpkg", "number"},
                   {"geojson", "a.geojson", "number"},
                   {"shp", "a.shp", "XIAO_BAN"},
                   {"kml", "a.kml", "number"},
                   {"fiboa", "b.geojson", "number"}};
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++) {
        struct fixture other;
        char path[TH_TEST_PATH_SIZE];
        struct th_json *reply = NULL;
        struct th_error err;
        print_message("  %s\n", FORMATS[i].format);
        th_test_path(path, f->folder, FORMATS[i].name);
        struct th_export_options options = {
            .format = FORMATS[i].format, .path = path, .messages = f->messages, .lang = TH_LANG_ZH};
        assert_ok(th_export(f->registry, &options, &reply, &err), &err);
        assert_true(th_json_size(th_json_get(reply, "files")) >= 1);
        th_json_free(reply);
        fixture_open(&other);
        struct th_parcel_import_options import = fixture_options(&other, path);
        reply = fixture_import(&other, &import);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 3);
        th_json_free(reply);
        for (int64_t parcel = 1; parcel <= 3; parcel++) {
            struct th_parcel_record here;
            struct th_parcel_record there;
            assert_ok(th_parcel_load(th_registry_store(f->registry), parcel, 0, &here, &err), &err);
            assert_ok(th_parcel_load(th_registry_store(other.registry), parcel, 0, &there, &err),
                      &err);
            assert_memory_equal(&here.geometry_hash, &there.geometry_hash,
                                sizeof(here.geometry_hash));
            assert_string_equal(here.number, there.number);
        }
        fixture_close(&other);
    }
}

static void export__a_shapefile_has_names_that_survive_and_says_what_they_mean(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *reply = NULL;
    struct th_reader *reader = NULL;
    struct th_error err;
    th_test_path(path, f->folder, "地块.shp");
    struct th_export_options options = {
        .format = "shp", .path = path, .messages = f->messages, .lang = TH_LANG_ZH};
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    // .shp .shx .dbf .prj .cpg and the dictionary
    assert_int_equal(th_json_size(th_json_get(reply, "files")), 6);
    th_json_free(reply);
    assert_ok(th_reader_open(path, NULL, &reader, &err), &err);
    static const char *const NAMES[] = {"XIAN",     "XIANG",  "CUN",     "LIN_BAN",
                                        "XIAO_BAN", "DI_LEI", "MIAN_JI", "HT_MIAN_JI"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        size_t field = 0;
        assert_true(th_reader_field_find(reader, NAMES[i], &field));
    }
    for (size_t i = 0; i < th_reader_info(reader)->n_fields; i++) {
        assert_true(strlen(th_reader_field(reader, i)) <= 10);
    }
    th_reader_close(reader);
    th_test_path(path, f->folder, "地块_字段说明.csv");
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_non_null(strstr(text, "字段名,中文名,含义,单位,其他格式里的列名\r\n"));
    assert_non_null(strstr(text, "\r\nMIAN_JI,量得面积（亩）,"));
    assert_non_null(strstr(text, ",亩,\r\n"));
    free(text);
}

static void export__a_spreadsheet_speaks_chinese_and_counts_in_mu(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char command[2 * TH_TEST_PATH_SIZE];
    char text[32768] = "";
    struct th_json *reply = NULL;
    struct th_error err;
    th_test_path(path, f->folder, "out.xlsx");
    struct th_export_options options = {.format = "xlsx",
                                        .path = path,
                                        .with_wkt = true,
                                        .messages = f->messages,
                                        .lang = TH_LANG_ZH};
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n", -1), 3);
    th_json_free(reply);
    (void)snprintf(command, sizeof(command), "ogr2ogr -f CSV /vsistdout/ '%s' 地块", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = fread(text, 1, sizeof(text) - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    assert_true(size > 0);
    assert_non_null(strstr(text, "量得面积（亩）"));
    assert_non_null(strstr(text, "竹林"));
    assert_non_null(strstr(text, "=1+1"));   // a text, not a sum
    assert_non_null(strstr(text, ",15.96")); // 0.001° by 0.001°: 10,642.475 m² = 15.96 mu
    assert_non_null(strstr(text, "MULTIPOLYGON (((119.6"));
}

static const char STRIPS[] =
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"1\"},\"geometry\":{\"type\":\"Polygon\","
    "\"coordinates\":[[[119.6,30.5],[119.601,30.5],[119.601,30.501],[119.6,30.501],"
    "[119.6,30.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"2\"},\"geometry\":{\"type\":\"Polygon\","
    "\"coordinates\":[[[119.600999,30.5],[119.601999,30.5],[119.601999,30.501],"
    "[119.600999,30.501],[119.600999,30.5]]]}}";

// 15.96 mu measured, of which 14 are contracted; and the other one without what it lost.
static void import__tells_the_area_that_counts(void **state)
{
    static const char CONTRACTED[] =
        "{\"type\":\"Feature\",\"properties\":{\"number\":\"1\",\"合同面积\":14},\"geometry\":{"
        "\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.5],[119.601,30.501],"
        "[119.6,30.501],[119.6,30.5]]]}},"
        "{\"type\":\"Feature\",\"properties\":{\"number\":\"2\"},\"geometry\":{"
        "\"type\":\"Polygon\",\"coordinates\":[[[119.600999,30.5],[119.601999,30.5],"
        "[119.601999,30.501],[119.600999,30.501],[119.600999,30.5]]]}}";
    (void)state;
    struct fixture fixture;
    struct fixture *f = &fixture;
    char path[TH_TEST_PATH_SIZE];
    fixture_open(f);
    struct th_parcel_import_options import =
        fixture_options(f, fixture_geojson(f, path, "contracted.geojson", CONTRACTED));
    struct th_json *reply = fixture_import(f, &import);
    assert_close(th_json_get_real(reply, "area_m2", 0), 21284.95, 0.02);
    assert_close(th_json_get_real(reply, "area_used_m2", 0), 14 * 2000 / 3.0 + 10642.475 - 10.64,
                 0.03);
    th_json_free(reply);
    fixture_close(f);
}

// The map's sums and an export tell what counts of the two parcels, the second of which lost some.
static void counted_area__is_in_maps_and_exports(void **state)
{
    (void)state;
    struct fixture fixture;
    struct fixture *f = &fixture;
    const double second_m2 = 10642.475 - 10.64; // less a thousandth of the cell
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *reply = NULL;
    struct th_error err = {0};
    fixture_open(f);
    struct th_parcel_import_options import =
        fixture_options(f, fixture_geojson(f, path, "strips.geojson", STRIPS));
    th_json_free(fixture_import(f, &import));
    th_test_path(path, f->folder, "strips.svg");
    const struct th_map_options map = {.path = path, .messages = f->messages};
    assert_ok(th_map_use(f->registry, &map, &reply, &err), &err);
    assert_close(th_json_get_real(reply, "area_m2", 0), 21284.95, 0.011);
    assert_close(th_json_get_real(reply, "counted_m2", 0), 10642.475 + second_m2, 0.03);
    th_json_free(reply);
    th_test_path(path, f->folder, "strips.csv");
    const struct th_export_options options = {.format = "csv", .path = path};
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    // …,area_m2,area_mu,counted_mu,counted_m2,… of the last line
    const char *area = strstr(text, ",10642.47,15.96,15.95,");
    assert_non_null(area);
    assert_close(strtod(area + strlen(",10642.47,15.96,15.95,"), NULL), second_m2, 0.03);
    free(text);
    fixture_close(f);
}

static void export__a_declared_area_that_is_missing_stays_empty(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_test_rows rows;
    struct th_error err;
    size_t field = 0;
    th_test_path(path, f->folder, "declared.gpkg");
    struct th_export_options options = {.format = "gpkg", .path = path};
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    th_json_free(reply);
    struct th_reader_options how = {0};
    th_test_rows_open(&rows, path, &how);
    assert_true(th_reader_field_find(rows.reader, "declared_mu", &field));
    const struct th_reader_row *row = th_test_rows_next(&rows);
    assert_non_null(row->values[field]);
    assert_close(strtod(row->values[field], NULL), 15.96, 1e-9);
    row = th_test_rows_next(&rows);
    assert_null(row->values[field]);
    th_test_rows_close(&rows);
}

static void export__csv_opens_in_a_spreadsheet_without_running_anything(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char *data = NULL;
    size_t size = 0;
    struct th_json *reply = NULL;
    struct th_error err;
    th_test_path(path, f->folder, "out.csv");
    struct th_export_options options = {.format = "csv", .path = path, .with_wkt = true};
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_file_read(path, 1000000, &data, &size, &err), &err);
    static const char HEAD[] = "\xEF\xBB\xBFparcel_id,version,number,";
    assert_memory_equal(data, HEAD, sizeof(HEAD) - 1);
    assert_non_null(strstr(data, "\r\n1,1,'=1+1,bamboo,"));
    assert_non_null(strstr(data, ",15.96,"));
    assert_non_null(strstr(data, "three.geojson"));
    assert_non_null(strstr(data, "MULTIPOLYGON (((119.6"));
    free(data);
    // With words it is in the reader's.
    options.path = th_test_path(path, f->folder, "words.csv");
    options.messages = f->messages;
    options.lang = TH_LANG_ZH;
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_file_read(path, 1000000, &data, &size, &err), &err);
    assert_non_null(strstr(data, "\r\n1,1,'=1+1,竹林,"));
    assert_non_null(strstr(data, ",已登记,three.geojson,"));
    free(data);
}

// U+0001 has no way into XML: it shows as U+FFFD, is counted, and comes back as no change.
static void export__control_characters_are_replaced_where_xml_cannot_hold_them(void **state)
{
    static const char FEATURE[] =
        "{\"type\":\"Feature\",\"properties\":{\"number\":\"9\",\"备注\":\"a\\u0001b\"},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.7,30.5],[119.701,30.5],"
        "[119.701,30.501],[119.7,30.5]]]}}";
    static const struct {
        const char *format, *name;
        int64_t n_replaced;
    } CASES[] = {
        {"kml", "c.kml", 1}, {"gml", "c.gml", 1}, {"xlsx", "c.xlsx", 1}, {"gpkg", "c.gpkg", 0}};
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_parcel_import_options from =
        fixture_options(f, fixture_geojson(f, path, "odd.geojson", FEATURE));
    th_json_free(fixture_import(f, &from));
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct th_export_options options = {.format = CASES[i].format,
                                                  .path =
                                                      th_test_path(path, f->folder, CASES[i].name),
                                                  .with_wkt = true,
                                                  .messages = f->messages};
        print_message("  %s\n", CASES[i].format);
        assert_ok(th_export(f->registry, &options, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "replaced", 0), CASES[i].n_replaced);
        th_json_free(reply);
        struct th_parcel_import_options back = fixture_options(f, path);
        reply = fixture_import(f, &back);
        assert_int_equal(th_json_get_int(reply, "unchanged", -1), 4);
        th_json_free(reply);
    }
}

static void export__unknown_formats_are_refused(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    th_test_path(path, f->folder, "out.dgn");
    struct th_export_options options = {.format = "dgn", .path = path};
    assert_status(th_export(f->registry, &options, &reply, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "export_format");
    assert_false(th_file_exists(path));
}

static void map__every_format_is_written_twice_with_the_same_bytes(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name;
        const char *magic;
    } formats[] = {{"map.pdf", "%PDF"}, {"map.png", "\x89PNG"}, {"map.svg", "<?xml"}};
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        char path[TH_TEST_PATH_SIZE];
        char first[TH_HASH_HEX_SIZE];
        struct th_json *reply = NULL;
        struct th_error err;
        char *data = NULL;
        size_t size = 0;
        th_test_path(path, f->folder, formats[i].name);
        struct th_map_options options = {
            .path = path, .messages = f->messages, .lang = TH_LANG_ZH, .village = "测试一村"};
        assert_ok(th_map_use(f->registry, &options, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "n_parcels", -1), 2);
        // The parcels lie at 119.6° E, in the zone around 120° E.
        assert_string_equal(th_json_get_text(reply, "crs", ""), "EPSG:4549");
        assert_true(th_json_get_int(reply, "scale", 0) > 0);
        (void)snprintf(first, sizeof(first), "%s", th_json_get_text(reply, "sha256", ""));
        th_json_free(reply);
        assert_ok(th_file_read(path, 100 << 20, &data, &size, &err), &err);
        assert_true(size > 1000);
        assert_memory_equal(data, formats[i].magic, strlen(formats[i].magic));
        free(data);
        assert_status(th_map_use(f->registry, &options, &reply, &err), TH_CONFLICT, &err);
        assert_string_equal(err.key, "file_exists");
        assert_int_equal(unlink(path), 0);
        assert_ok(th_map_use(f->registry, &options, &reply, &err), &err);
        assert_string_equal(th_json_get_text(reply, "sha256", ""), first);
        th_json_free(reply);
    }
}

static void map__what_cannot_be_drawn_is_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name;
        const char *crs;
        const char *village;
        enum th_status status;
        const char *key;
    } cases[] = {{"map.doc", NULL, NULL, TH_INVALID, "map_format"},
                 {"map.pdf", "EPSG:4490", NULL, TH_INVALID, "map_crs"},
                 {"map.pdf", NULL, "330523000000", TH_NOT_FOUND, "village_not_found"},
                 {"map.pdf", NULL, "测试一存", TH_NOT_FOUND, "village_similar"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[TH_TEST_PATH_SIZE];
        struct th_json *reply = NULL;
        struct th_error err;
        th_test_path(path, f->folder, cases[i].name);
        struct th_map_options options = {.path = path,
                                         .crs = cases[i].crs,
                                         .village = cases[i].village,
                                         .messages = f->messages,
                                         .lang = TH_LANG_EN};
        assert_status(th_map_use(f->registry, &options, &reply, &err), cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_false(th_file_exists(path));
    }
}

#define VIEW_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIEW_TEST(parcel_list__totals_are_the_sums_of_its_rows),
        VIEW_TEST(parcel_list__is_narrowed_by_village_and_kind),
        VIEW_TEST(parcel_show__hole_and_centre_are_those_of_the_source),
        VIEW_TEST(export__control_characters_are_replaced_where_xml_cannot_hold_them),
        VIEW_TEST(export__geographic_files_read_back_with_the_same_rows),
        VIEW_TEST(export__every_format_brings_the_same_ground_into_another_registry),
        VIEW_TEST(export__a_shapefile_has_names_that_survive_and_says_what_they_mean),
        VIEW_TEST(export__a_spreadsheet_speaks_chinese_and_counts_in_mu),
        VIEW_TEST(export__a_declared_area_that_is_missing_stays_empty),
        VIEW_TEST(export__csv_opens_in_a_spreadsheet_without_running_anything),
        VIEW_TEST(export__unknown_formats_are_refused),
        VIEW_TEST(map__every_format_is_written_twice_with_the_same_bytes),
        cmocka_unit_test(import__tells_the_area_that_counts),
        cmocka_unit_test(counted_area__is_in_maps_and_exports),
        VIEW_TEST(map__what_cannot_be_drawn_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "gis/writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/json.h"
#include "gis/crs.h"
#include "gis/reader.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"
#include "tests/unit/source_rows.h"

static const struct th_writer_field fields[] = {{"title", TH_WRITER_TEXT, 40, 0},
                                                {"note", TH_WRITER_TEXT, 10, 0},
                                                {"n", TH_WRITER_INT, 18, 0},
                                                {"mu", TH_WRITER_REAL, 18, 2}};
enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]) };
static const struct th_writer_value values[] = {
    {.text = "马家弄 <1>"}, {.text = NULL}, {.integer = INT64_C(123456789012345)}, {.real = 31.07}};

static struct th_writer_options options_of(enum th_writer_format format)
{
    return (struct th_writer_options){.format = format,
                                      .layer = "parcels",
                                      .note = "经纬度",
                                      .collection = "anji",
                                      .fields = fields,
                                      .n_fields = N_FIELDS};
}

static struct th_writer *open_ok(const char *path, enum th_writer_format format)
{
    struct th_error err = {0};
    struct th_writer *writer = NULL;
    struct th_writer_options options = options_of(format);
    assert_ok(th_writer_open(path, &options, &writer, &err), &err);
    return writer;
}

static struct th_geometry ground(void)
{
    return th_test_shape(
        "POLYGON ((119.60000001 30.5,119.601 30.5,119.601 30.501,119.60000001 30.5),"
        "(119.6008 30.5004,119.6009 30.5005,119.6009 30.5004,119.6008 30.5004))");
}

static void close__what_was_written_is_read_again(void **state)
{
    static const struct {
        enum th_writer_format format;
        const char *name;
        const char *driver;
        const char *layer;
        const char *crs;
        bool keeps_id;
        size_t n_files;
    } formats[] = {{TH_WRITER_GPKG, "out.gpkg", "GPKG", "parcels", "EPSG:4490", true, 1},
                   {TH_WRITER_GEOJSON, "out.geojson", "GeoJSON", "parcels", "EPSG:4326", true, 1},
                   {TH_WRITER_SHP, "out.shp", "ESRI Shapefile", "out", "EPSG:4490", false, 5},
                   {TH_WRITER_KML, "out.kml", "LIBKML", "parcels", "EPSG:4326", false, 1}};
    size_t n_files = 0;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct th_error err = {0};
        char path[TH_TEST_PATH_SIZE];
        struct th_geometry shape = ground();
        struct th_geometry back;
        struct th_test_rows rows;
        struct th_crs_transform *transform = NULL;
        print_message("  %s\n", formats[i].name);
        struct th_writer *writer =
            open_ok(th_test_path(path, *state, formats[i].name), formats[i].format);
        assert_false(th_file_exists(path));
        assert_ok(th_writer_add(writer, 77, &shape, values, &err), &err);
        assert_ok(th_writer_add(writer, 78, &shape, values, &err), &err);
        assert_ok(th_writer_close(writer, NULL, NULL, &err), &err);
        n_files += formats[i].n_files;
        assert_int_equal(th_test_entries_count(*state), n_files);

        th_test_rows_open(&rows, path, NULL);
        struct th_reader *reader = rows.reader;
        const struct th_reader_info *info = th_reader_info(reader);
        assert_string_equal(info->driver, formats[i].driver);
        assert_string_equal(info->layer, formats[i].layer);
        assert_int_equal(info->n_features, 2);
        assert_ok(th_crs_transform_new(info->crs, NULL, &transform, &err), &err);
        assert_string_equal(th_crs_transform_code(transform), formats[i].crs);
        th_crs_transform_free(transform);
        const struct th_reader_row *row = th_test_rows_next(&rows);
        if (formats[i].keeps_id) {
            assert_int_equal(row->feature, 77);
        }
        size_t field;
        assert_true(th_reader_field_find(reader, "title", &field));
        assert_string_equal(row->values[field], "马家弄 <1>");
        assert_true(th_reader_field_find(reader, "note", &field));
        assert_null(row->values[field]);
        assert_true(th_reader_field_find(reader, "n", &field));
        assert_string_equal(row->values[field], "123456789012345");
        assert_true(th_reader_field_find(reader, "mu", &field));
        assert_string_equal(row->values[field], "31.07");
        assert_ok(th_geometry_from_wkb(row->wkb, row->wkb_size, &back, &err), &err);
        assert_ok(th_geometry_normalise(&back, &err), &err);
        assert_ok(th_geometry_normalise(&shape, &err), &err);
        assert_int_equal(back.n_rings, 2);
        assert_int_equal(back.n_points, shape.n_points);
        assert_memory_equal(back.points, shape.points, shape.n_points * sizeof(*shape.points));
        th_geometry_clear(&back);
        th_geometry_clear(&shape);
        th_test_rows_close(&rows);
    }
}

static void close__geojson_follows_rfc_7946(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *json = NULL;
    struct th_geometry shape = ground();
    struct th_writer *writer = open_ok(th_test_path(path, *state, "a.geojson"), TH_WRITER_GEOJSON);
    assert_ok(th_writer_add(writer, 5, &shape, values, &err), &err);
    assert_ok(th_writer_close(writer, NULL, NULL, &err), &err);
    th_geometry_clear(&shape);
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, size, &json, &err), &err);
    assert_string_equal(th_json_get_text(json, "type", ""), "FeatureCollection");
    assert_null(th_json_get(json, "crs"));
    const struct th_json *feature = th_json_at(th_json_get(json, "features"), 0);
    assert_int_equal(th_json_get_int(feature, "id", 0), 5);
    const struct th_json *geometry = th_json_get(feature, "geometry");
    assert_string_equal(th_json_get_text(geometry, "type", ""), "Polygon");
    assert_non_null(strstr(text, "119.60000001, 30.5 "));
    free(text);
    th_json_free(json);
}

static void open__an_existing_file_is_never_replaced(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_writer *writer = NULL;
    th_test_path(path, *state, "a.gpkg");
    struct th_writer *early = open_ok(path, TH_WRITER_GPKG);
    assert_ok(th_file_write(path, "mine", 4, &err), &err);
    struct th_writer_options options = options_of(TH_WRITER_GPKG);
    assert_status(th_writer_open(path, &options, &writer, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "file_exists");
    assert_null(writer);
    // Also when it came while the export was running.
    assert_status(th_writer_close(early, NULL, NULL, &err), TH_CONFLICT, &err);
    assert_ok(th_file_read(path, 100, &text, &size, &err), &err);
    assert_string_equal(text, "mine");
    assert_int_equal(th_test_entries_count(*state), 1);
    free(text);
}

static void abort__leaves_nothing(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    static const char *const NAMES[] = {"gpkg", "shp", "fgb", "gml", "kml", "geojson", "fiboa"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        char name[32];
        enum th_writer_format format;
        struct th_geometry shape = ground();
        assert_true(th_writer_format_find(NAMES[i], &format));
        (void)snprintf(name, sizeof(name), "x.%s", NAMES[i]);
        struct th_writer *writer = open_ok(th_test_path(path, *state, name), format);
        assert_ok(th_writer_add(writer, 1, &shape, values, &err), &err);
        th_writer_abort(writer);
        assert_int_equal(th_test_entries_count(*state), 0);
        th_geometry_clear(&shape);
    }
    th_writer_abort(NULL);
}

// What ogr2ogr makes of a file, in GeoJSON and degrees; the caller's.
static struct th_json *second_opinion(const char *path, bool projected)
{
    char command[2 * TH_TEST_PATH_SIZE];
    size_t capacity = 1 << 20;
    struct th_json *json = NULL;
    struct th_error err;
    char *text = calloc(1, capacity);
    assert_non_null(text);
    (void)snprintf(command, sizeof(command),
                   "ogr2ogr -f GeoJSON %s -lco COORDINATE_PRECISION=12 /vsistdout/ '%s'",
                   projected ? "-t_srs EPSG:4490" : "", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = fread(text, 1, capacity - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    assert_ok(th_json_parse(text, size, &json, &err), &err);
    free(text);
    return json;
}

// Does the feature have the vertices of `shape` (one polygon), in any order and from any start?
static void assert_vertices(const struct th_json *feature, const struct th_geometry *shape,
                            double tolerance)
{
    const struct th_json *geometry = th_json_get(feature, "geometry");
    const struct th_json *rings = th_json_get(geometry, "coordinates");
    if (strcmp(th_json_get_text(geometry, "type", ""), "MultiPolygon") == 0) {
        rings = th_json_at(rings, 0);
    }
    assert_int_equal(th_json_size(rings), shape->n_rings);
    for (size_t r = 0, start = 0; r < shape->n_rings; start = shape->ring_ends[r++]) {
        const struct th_json *ring = th_json_at(rings, r);
        assert_int_equal(th_json_size(ring), shape->ring_ends[r] - start);
        for (size_t i = start; i < shape->ring_ends[r]; i++) {
            bool found = false;
            for (size_t k = 0; k < th_json_size(ring); k++) {
                const struct th_json *at = th_json_at(ring, k);
                found =
                    found ||
                    (fabs(th_json_real_value(th_json_at(at, 0)) - shape->points[i].x) <=
                         tolerance &&
                     fabs(th_json_real_value(th_json_at(at, 1)) - shape->points[i].y) <= tolerance);
            }
            assert_true(found);
        }
    }
}

static void close__ogr2ogr_reads_every_format_with_the_same_vertices(void **state)
{
    static const struct {
        const char *format;
        const char *name;
        const char *crs;
        double tolerance;
    } cases[] = {{"gpkg", "a.gpkg", NULL, 0},        {"shp", "b.shp", NULL, 0},
                 {"fgb", "c.fgb", NULL, 0},          {"gml", "d.gml", NULL, 0},
                 {"kml", "e.kml", NULL, 0},          {"geojson", "f.geojson", NULL, 0},
                 {"fiboa", "g.geojson", NULL, 0},    {"gpkg", "h.gpkg", "EPSG:4528", 1e-8},
                 {"shp", "i.shp", "EPSG:4549", 1e-8}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        char path[TH_TEST_PATH_SIZE];
        enum th_writer_format format;
        struct th_writer *writer = NULL;
        struct th_geometry shape = ground();
        print_message("  %s %s\n", cases[i].format, cases[i].crs == NULL ? "" : cases[i].crs);
        assert_true(th_writer_format_find(cases[i].format, &format));
        struct th_writer_options options = options_of(format);
        options.crs = cases[i].crs;
        th_test_path(path, *state, cases[i].name);
        assert_ok(th_writer_open(path, &options, &writer, &err), &err);
        assert_ok(th_writer_add(writer, 77, &shape, values, &err), &err);
        assert_ok(th_writer_close(writer, NULL, NULL, &err), &err);
        struct th_json *json = second_opinion(path, cases[i].crs != NULL);
        const struct th_json *feature = th_json_at(th_json_get(json, "features"), 0);
        assert_int_equal(th_json_size(th_json_get(json, "features")), 1);
        const struct th_json *properties = th_json_get(feature, "properties");
        assert_string_equal(th_json_get_text(properties, "title", ""), "马家弄 <1>");
        // KML has no whole numbers of 64 bits: there it is a text.
        if (format == TH_WRITER_KML) {
            assert_string_equal(th_json_get_text(properties, "n", ""), "123456789012345");
        } else {
            assert_close(th_json_get_real(properties, "n", 0), 123456789012345.0, 0);
        }
        assert_close(th_json_get_real(properties, "mu", 0), 31.07, 1e-12);
        assert_int_equal(th_json_type(th_json_get(properties, "note")), TH_JSON_NULL);
        assert_vertices(feature, &shape, cases[i].tolerance);
        th_json_free(json);
        th_geometry_clear(&shape);
    }
}

static void close__fiboa_says_what_it_follows(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *json = NULL;
    struct th_geometry shape = ground();
    struct th_writer *writer = open_ok(th_test_path(path, *state, "a.json"), TH_WRITER_FIBOA);
    assert_ok(th_writer_add(writer, 5, &shape, values, &err), &err);
    assert_ok(th_writer_close(writer, NULL, NULL, &err), &err);
    th_geometry_clear(&shape);
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, size, &json, &err), &err);
    free(text);
    const struct th_json *schemas = th_json_get(th_json_get(json, "schemas"), "anji");
    assert_string_equal(th_json_text(th_json_at(schemas, 1)),
                        "https://fiboa.org/specification/v0.3.0/schema.yaml");
    assert_string_equal(th_json_get_text(json, "description", ""), "经纬度");
    const struct th_json *feature = th_json_at(th_json_get(json, "features"), 0);
    assert_string_equal(th_json_get_text(feature, "id", ""), "5"); // a text by the specification
    const struct th_json *box = th_json_get(feature, "bbox");
    assert_int_equal(th_json_size(box), 4);
    assert_close(th_json_real_value(th_json_at(box, 3)), 30.501, 1e-12);
    th_json_free(json);
}

static void close__a_shapefile_cuts_texts_at_a_character(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    struct th_geometry shape = ground();
    struct th_writer_value row[N_FIELDS];
    struct th_writer *writer = open_ok(th_test_path(path, *state, "a.shp"), TH_WRITER_SHP);
    memcpy(row, values, sizeof(row));
    row[1].text = "一二三四"; // 12 bytes into a field of 10
    assert_ok(th_writer_add(writer, 5, &shape, row, &err), &err);
    assert_ok(th_writer_attach(writer, "_note.txt", "x", 1, &err), &err);
    assert_ok(th_writer_close(writer, NULL, NULL, &err), &err);
    th_geometry_clear(&shape);
    assert_int_equal(th_test_entries_count(*state), 6);
    struct th_json *json = second_opinion(path, false);
    const struct th_json *feature = th_json_at(th_json_get(json, "features"), 0);
    assert_string_equal(th_json_get_text(th_json_get(feature, "properties"), "note", ""), "一二三");
    th_json_free(json);
    char *text = NULL;
    size_t size = 0;
    assert_ok(th_file_read(th_test_path(path, *state, "a.cpg"), 100, &text, &size, &err), &err);
    assert_string_equal(text, "UTF-8");
    free(text);
}

static void close__all_files_of_a_format_or_none(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char other[TH_TEST_PATH_SIZE];
    struct th_geometry shape = ground();
    struct th_writer *writer = open_ok(th_test_path(path, *state, "a.shp"), TH_WRITER_SHP);
    assert_ok(th_writer_add(writer, 5, &shape, values, &err), &err);
    assert_ok(th_file_write(th_test_path(other, *state, "a.prj"), "mine", 4, &err), &err);
    assert_status(th_writer_close(writer, NULL, NULL, &err), TH_CONFLICT, &err);
    assert_string_equal(th_error_arg_get(&err, "path"), other);
    assert_int_equal(th_test_entries_count(*state), 1);
    th_geometry_clear(&shape);
}

static void open__what_a_format_cannot_have_is_refused(void **state)
{
    static const struct {
        enum th_writer_format format;
        const char *name;
        const char *crs;
        const char *key;
    } cases[] = {{TH_WRITER_SHP, "a.zip", NULL, "export_extension"},
                 {TH_WRITER_GML, "a", NULL, "export_extension"},
                 {TH_WRITER_GEOJSON, "a.geojson", "EPSG:4528", "export_crs"},
                 {TH_WRITER_GPKG, "a.gpkg", "EPSG:2401", "export_crs"}, // Beijing 1954
                 {TH_WRITER_GPKG, "a.gpkg", "nonsense", "export_crs"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        char path[TH_TEST_PATH_SIZE];
        struct th_writer *writer = NULL;
        struct th_writer_options options = options_of(cases[i].format);
        options.crs = cases[i].crs;
        assert_status(
            th_writer_open(th_test_path(path, *state, cases[i].name), &options, &writer, &err),
            TH_INVALID, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(writer);
        assert_int_equal(th_test_entries_count(*state), 0);
    }
}

static void open__a_missing_folder_is_named(void **state)
{
    struct th_error err = {0};
    struct th_writer *writer = NULL;
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "none/x.gpkg");
    struct th_writer_options options = options_of(TH_WRITER_GPKG);
    assert_status(th_writer_open(path, &options, &writer, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "file_io");
    assert_string_equal(th_error_arg_get(&err, "reason"), "@io_reason.no_folder");
}

static void open__without_the_module_nothing_is_begun(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_writer_options options = options_of(TH_WRITER_GPKG);
    struct th_writer *writer = NULL;
    struct th_error err = {0};
    char *known = strdup(getenv("TANHUI_WRITER"));
    th_test_path(path, *state, "a.gpkg");
    assert_int_equal(setenv("TANHUI_WRITER", "/nowhere/tanhui-writer.so", 1), 0);
    assert_status(th_writer_open(path, &options, &writer, &err), TH_INTERNAL, &err);
    assert_string_equal(err.key, "writer_missing");
    assert_null(writer);
    assert_int_equal(th_test_entries_count(*state), 0);
    // A file that is there and is no module is none either.
    assert_int_equal(setenv("TANHUI_WRITER", "/bin/sh", 1), 0);
    assert_status(th_writer_open(path, &options, &writer, &err), TH_INTERNAL, &err);
    assert_int_equal(setenv("TANHUI_WRITER", known, 1), 0);
    free(known);
}

static void add__the_same_id_twice_is_a_failed_export(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    struct th_geometry shape = ground();
    struct th_writer *writer = open_ok(th_test_path(path, *state, "x.gpkg"), TH_WRITER_GPKG);
    assert_ok(th_writer_add(writer, 1, &shape, values, &err), &err);
    assert_status(th_writer_add(writer, 1, &shape, values, &err), TH_IO, &err);
    assert_string_equal(err.key, "export_failed");
    th_writer_abort(writer);
    assert_int_equal(th_test_entries_count(*state), 0);
    th_geometry_clear(&shape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(close__what_was_written_is_read_again, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(close__geojson_follows_rfc_7946, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__an_existing_file_is_never_replaced,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(abort__leaves_nothing, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(close__ogr2ogr_reads_every_format_with_the_same_vertices,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(close__fiboa_says_what_it_follows, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(close__a_shapefile_cuts_texts_at_a_character,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(close__all_files_of_a_format_or_none, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__what_a_format_cannot_have_is_refused,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__a_missing_folder_is_named, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__without_the_module_nothing_is_begun,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(add__the_same_id_twice_is_a_failed_export,
                                        th_test_folder_setup, th_test_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "gis/writer.h"

#include <dirent.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/json.h"
#include "gis/crs.h"
#include "gis/reader.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

static int folder_make(void **state)
{
    char *folder = malloc(TH_TEST_PATH_SIZE);
    assert_non_null(folder);
    th_test_folder_make(folder);
    *state = folder;
    return 0;
}

static int folder_drop(void **state)
{
    th_test_folder_remove(*state);
    free(*state);
    return 0;
}

static size_t entries_count(const char *folder)
{
    size_t n = 0;
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(stream);
    return n;
}

static const struct th_writer_field fields[] = {{"name", TH_WRITER_TEXT},
                                                {"note", TH_WRITER_TEXT},
                                                {"n", TH_WRITER_INT},
                                                {"mu", TH_WRITER_REAL}};
enum { N_FIELDS = sizeof fields / sizeof fields[0] };
static const struct th_writer_value values[] = {
    {.text = "马家弄 <1>"}, {.text = NULL}, {.integer = INT64_C(123456789012345)}, {.real = 31.07}};

static struct th_writer *open_ok(const char *path, enum th_writer_format format)
{
    struct th_error err = {0};
    struct th_writer *writer = NULL;
    assert_ok(th_writer_open(path, format, "parcels", fields, N_FIELDS, &writer, &err), &err);
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
    } formats[] = {{TH_WRITER_GPKG, "out.gpkg", "GPKG", "parcels", "EPSG:4490"},
                   {TH_WRITER_GEOJSON, "out.geojson", "GeoJSON", "parcels", "EPSG:4326"}};
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        char path[TH_TEST_PATH_SIZE];
        struct th_geometry shape = ground();
        struct th_geometry back;
        struct th_reader *reader = NULL;
        const struct th_reader_row *row = NULL;
        struct th_crs_transform *transform = NULL;
        print_message("  %s\n", formats[i].name);
        struct th_writer *writer =
            open_ok(th_test_path(path, *state, formats[i].name), formats[i].format);
        assert_false(th_file_exists(path));
        assert_ok(th_writer_add(writer, 77, &shape, values, &err), &err);
        assert_ok(th_writer_add(writer, 78, &shape, values, &err), &err);
        assert_ok(th_writer_close(writer, &err), &err);
        assert_int_equal(entries_count(*state), i + 1);

        assert_ok(th_reader_open(path, NULL, &reader, &err), &err);
        const struct th_reader_info *info = th_reader_info(reader);
        assert_string_equal(info->driver, formats[i].driver);
        assert_string_equal(info->layer, formats[i].layer);
        assert_int_equal(info->n_features, 2);
        assert_ok(th_crs_transform_new(info->crs, NULL, &transform, &err), &err);
        assert_string_equal(th_crs_transform_code(transform), formats[i].crs);
        th_crs_transform_free(transform);
        assert_ok(th_reader_next(reader, &row, &err), &err);
        assert_int_equal(row->feature, 77);
        size_t field;
        assert_true(th_reader_field_find(reader, "name", &field));
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
        assert_memory_equal(back.points, shape.points, shape.n_points * sizeof *shape.points);
        th_geometry_clear(&back);
        th_geometry_clear(&shape);
        th_reader_close(reader);
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
    assert_ok(th_writer_close(writer, &err), &err);
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
    assert_status(th_writer_open(path, TH_WRITER_GPKG, "parcels", fields, N_FIELDS, &writer, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "file_exists");
    assert_null(writer);
    // Also when it came while the export was running.
    assert_status(th_writer_close(early, &err), TH_CONFLICT, &err);
    assert_ok(th_file_read(path, 100, &text, &size, &err), &err);
    assert_string_equal(text, "mine");
    assert_int_equal(entries_count(*state), 1);
    free(text);
}

static void abort__leaves_nothing(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    const enum th_writer_format formats[] = {TH_WRITER_GPKG, TH_WRITER_GEOJSON};
    for (size_t i = 0; i < 2; i++) {
        struct th_geometry shape = ground();
        struct th_writer *writer = open_ok(th_test_path(path, *state, "x"), formats[i]);
        assert_ok(th_writer_add(writer, 1, &shape, values, &err), &err);
        th_writer_abort(writer);
        assert_int_equal(entries_count(*state), 0);
        th_geometry_clear(&shape);
    }
    th_writer_abort(NULL);
}

static void open__no_folder_is_a_failed_export(void **state)
{
    struct th_error err = {0};
    struct th_writer *writer = NULL;
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "none/x.gpkg");
    assert_status(th_writer_open(path, TH_WRITER_GPKG, "parcels", fields, N_FIELDS, &writer, &err),
                  TH_IO, &err);
    assert_string_equal(err.key, "export_failed");
    assert_true(strlen(th_error_arg_get(&err, "detail")) > 0);
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
    assert_int_equal(entries_count(*state), 0);
    th_geometry_clear(&shape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(close__what_was_written_is_read_again, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(close__geojson_follows_rfc_7946, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(open__an_existing_file_is_never_replaced, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(abort__leaves_nothing, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(open__no_folder_is_a_failed_export, folder_make,
                                        folder_drop),
        cmocka_unit_test_setup_teardown(add__the_same_id_twice_is_a_failed_export, folder_make,
                                        folder_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

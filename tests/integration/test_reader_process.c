// The reader process when things go wrong: it hangs, dies, lies, eats memory, or loses its parent.
#define _GNU_SOURCE 1

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/text.h"
#include "gis/digest_internal.h"
#include "gis/reader.h"
#include "gis/wire_internal.h"
#include "tests/support/support.h"

static double now_s(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void pause_ms(long ms)
{
    struct timespec moment = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&moment, NULL);
}

// A GeoPackage of `n` squares; with `sql`, that is run on it at the end.
static void gpkg_write(const char *path, int n, const char *const *sql)
{
    GDALAllRegister();
    char *options[] = {(char[]){"SPATIAL_INDEX=NO"}, NULL};
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("GPKG"), path, 0, 0, 0, GDT_Unknown, NULL);
    assert_non_null(dataset);
    OGRSpatialReferenceH reference = OSRNewSpatialReference(NULL);
    assert_int_equal(OSRImportFromEPSG(reference, 4490), OGRERR_NONE);
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, "x", reference, wkbPolygon, options);
    OSRRelease(reference);
    assert_non_null(layer);
    OGRFieldDefnH definition = OGR_Fld_Create("name", OFTString);
    assert_int_equal(OGR_L_CreateField(layer, definition, 0), OGRERR_NONE);
    OGR_Fld_Destroy(definition);
    assert_int_equal(GDALDatasetStartTransaction(dataset, 0), OGRERR_NONE);
    for (int i = 0; i < n; i++) {
        char wkt[200];
        double x = 119 + i * 1e-4;
        snprintf(wkt, sizeof(wkt), "POLYGON ((%.6f 30,%.6f 30,%.6f 30.0001,%.6f 30))", x, x + 1e-4,
                 x, x);
        char *at = wkt;
        OGRGeometryH shape = NULL;
        OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
        assert_int_equal(OGR_G_CreateFromWkt(&at, NULL, &shape), OGRERR_NONE);
        OGR_F_SetGeometryDirectly(feature, shape);
        OGR_F_SetFieldString(feature, 0, "一块地的名称，长一点");
        assert_int_equal(OGR_L_CreateFeature(layer, feature), OGRERR_NONE);
        OGR_F_Destroy(feature);
    }
    assert_int_equal(GDALDatasetCommitTransaction(dataset), OGRERR_NONE);
    for (; sql != NULL && *sql != NULL; sql++) {
        CPLErrorReset();
        OGRLayerH answer = GDALDatasetExecuteSQL(dataset, *sql, NULL, NULL);
        GDALDatasetReleaseResultSet(dataset, answer);
        assert_int_equal(CPLGetLastErrorType(), CE_None);
    }
    GDALClose(dataset);
}

// A view without an end, registered as a layer of polygons.
static void endless_write(const char *path)
{
    static const char *const SQL[] = {
        "CREATE VIEW v AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
        "SELECT c.n AS fid, x.geom AS geom FROM c, x WHERE c.n < 0",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
        "VALUES ('v', 'features', 'v', 4490)",
        "INSERT INTO gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, "
        "z, m) VALUES ('v', 'geom', 'POLYGON', 4490, 0, 0)",
        NULL};
    gpkg_write(path, 1, SQL);
}

static const char *script_write(char path[TH_TEST_PATH_SIZE], const char *folder, const char *body)
{
    struct th_error err = {0};
    char text[1024];
    int size = snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
    assert_in_range(size, 1, sizeof(text) - 1);
    th_test_path(path, folder, "script");
    assert_ok(th_file_write(path, text, (size_t)size, &err), &err);
    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

// Opens and reads to the end; what went wrong on the way is the answer.
static enum th_status read_through(const char *path, const struct th_reader_options *options,
                                   struct th_error *err)
{
    struct th_reader *reader = NULL;
    struct th_reader_batch *batch = NULL;
    enum th_status status = th_reader_open(path, options, &reader, err);
    while (status == TH_OK) {
        status = th_reader_next(reader, &batch, err);
        if (status != TH_OK || batch == NULL) {
            break;
        }
        th_reader_batch_free(batch);
    }
    th_reader_close(reader);
    return status;
}

static void open__a_view_without_end_is_an_answer_within_the_limit(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    endless_write(th_test_path(path, *state, "endless.gpkg"));
    struct th_reader_options options = {.layer = "v", .limits = {.silence_s = 1}};
    double start_s = now_s();
    assert_status(read_through(path, &options, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "reader_silent");
    assert_string_equal(th_error_arg_get(&err, "seconds"), "1");
    assert_string_equal(th_error_arg_get(&err, "file"), "endless.gpkg");
    assert_in_range((uintmax_t)((now_s() - start_s) * 1000), 900, 10000);
    options.limits = (struct th_reader_limits){.silence_s = 30, .cpu_s = 1};
    start_s = now_s();
    assert_status(read_through(path, &options, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "reader_limit");
    assert_in_range((uintmax_t)((now_s() - start_s) * 1000), 0, 60000); // shared cores
    options = (struct th_reader_options){.layer = "x"};
    assert_ok(read_through(path, &options, &err), &err); // the layer beside it is fine
}

// What programs in the reader's place do, and what the clerk is told.
static void open__a_reader_that_dies_or_lies_is_an_answer(void **state)
{
    static const struct {
        const char *body;
        const char *key;
        const char *signal;
    } CASES[] = {
        {"kill -KILL $$", "reader_crashed", "KILL"},
        {"kill -SEGV $$", "reader_crashed", "SEGV"},
        {"kill -SYS $$", "reader_crashed", "SYS"},
        {"kill -XCPU $$", "reader_limit", NULL},
        {"exit 75", "reader_limit", NULL},
        {"exit 0", "reader_crashed", "exit 0"},
        {"exit 3", "reader_crashed", "exit 3"},
        {"exec 1>&-; sleep 100", "reader_crashed", "KILL"},
        {"echo 'a line as a program says it'", "reader_protocol", NULL},
        {"printf 'THRD\\001\\000\\005\\000\\010\\000\\000\\000\\000\\000\\000\\000"
         "\\000\\000\\000\\000\\000\\000\\000\\000'",
         "reader_protocol", NULL}, // an end before the beginning
        {"printf 'THRD\\001\\000\\001\\000'; sleep 100", "reader_silent", NULL},
        {"while :; do printf T; sleep 0.02; done", "reader_protocol", NULL},
        // Progress once and again: for ever, and faster than anyone works.
        {"while :; do printf 'THRD\\001\\000\\001\\000\\020\\000\\000\\000\\000\\000\\000\\000"
         "\\000\\000\\000\\000\\000\\000\\000\\000"
         "\\000\\000\\000\\000\\000\\000\\000\\000'; sleep 0.2; done",
         "reader_silent", NULL},
        {"f='THRD\\001\\000\\001\\000\\020\\000\\000\\000\\000\\000\\000\\000"
         "\\000\\000\\000\\000\\000\\000\\000\\000"
         "\\000\\000\\000\\000\\000\\000\\000\\000'; "
         "while :; do printf \"$f$f$f$f$f$f$f$f$f$f$f$f$f$f$f$f\"; done",
         "reader_protocol", NULL},
        {"sleep 100", "reader_silent", NULL}};
    char path[TH_TEST_PATH_SIZE];
    char program[TH_TEST_PATH_SIZE];
    gpkg_write(th_test_path(path, *state, "x.gpkg"), 1, NULL);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_reader *reader = NULL;
        print_message("  %s\n", CASES[i].body);
        struct th_reader_options options = {.program =
                                                script_write(program, *state, CASES[i].body)};
        if (strcmp(CASES[i].key, "reader_silent") == 0) { // the others are not waited for
            options.limits = (struct th_reader_limits){.silence_s = 1, .patience_s = 1};
        }
        assert_status(th_reader_open(path, &options, &reader, &err), TH_UNREADABLE, &err);
        assert_null(reader);
        assert_string_equal(err.key, CASES[i].key);
        if (CASES[i].signal != NULL) {
            assert_string_equal(th_error_arg_get(&err, "signal"), CASES[i].signal);
        }
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // nobody is left behind
    assert_int_equal(errno, ECHILD);
}

// A row is 24 bytes and its fields; an info without fields goes before it.
static void next__rows_that_do_not_ascend_are_no_rows(void **state)
{
    static const struct {
        int64_t rows[3];
        const char *key;
    } CASES[] = {{{1, 1, 2}, "reader_protocol"}, {{2, 1, 3}, "reader_protocol"},
                 {{0, 1, 2}, "reader_protocol"}, {{-1, 1, 2}, "reader_protocol"},
                 {{1, 2, 2}, "reader_protocol"}, {{INT64_MAX, INT64_MIN, 1}, "reader_protocol"},
                 {{3, 7, INT64_MAX}, NULL}};
    char path[TH_TEST_PATH_SIZE];
    char program[TH_TEST_PATH_SIZE];
    char frames[TH_TEST_PATH_SIZE];
    char body[TH_TEST_PATH_SIZE + 8];
    gpkg_write(th_test_path(path, *state, "x.gpkg"), 1, NULL);
    th_test_path(frames, *state, "frames");
    snprintf(body, sizeof(body), "cat %s", frames);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_buf said;
        struct th_wire_frame frame = {0};
        const struct th_wire_info info = {.info = {.member = "",
                                                   .driver = "GPKG",
                                                   .layer = "x",
                                                   .geometry_type = "Polygon",
                                                   .engine = "GDAL",
                                                   .n_features = 3}};
        th_buf_init(&said, 4096);
        th_wire_begin(&frame, TH_WIRE_INFO);
        th_wire_put_info(&frame, &info);
        assert_ok(th_wire_finish(&frame, &err), &err);
        th_buf_append(&said, frame.data, frame.size);
        for (size_t k = 0; k < 3; k++) { // the last one in a batch of its own
            const struct th_reader_row row = {.row = CASES[i].rows[k]};
            if (k != 1) {
                th_wire_begin(&frame, TH_WIRE_BATCH);
            }
            (void)th_wire_put_row(&frame, &row, 0);
            if (k > 0) {
                assert_ok(th_wire_finish(&frame, &err), &err);
                th_buf_append(&said, frame.data, frame.size);
            }
        }
        th_wire_begin(&frame, TH_WIRE_END);
        th_wire_put_end(&frame, 3);
        assert_ok(th_wire_finish(&frame, &err), &err);
        th_buf_append(&said, frame.data, frame.size);
        assert_ok(th_buf_check(&said, &err), &err);
        assert_ok(th_file_write(frames, said.data, said.size, &err), &err);
        const struct th_reader_options options = {.program = script_write(program, *state, body)};
        enum th_status status = read_through(path, &options, &err);
        assert_int_equal(status, CASES[i].key == NULL ? TH_OK : TH_UNREADABLE);
        if (CASES[i].key != NULL) {
            assert_string_equal(err.key, CASES[i].key);
        }
        th_wire_clear(&frame);
        th_buf_clear(&said);
    }
}

// GDAL would follow the link, and take WGS 84 when nothing is there.
static void open__a_reference_system_behind_a_link_is_not_known(void **state)
{
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"link\",\"properties\":{\"href\":"
        "\"http://127.0.0.1:9/crs\",\"type\":\"ogcwkt\"}},\"features\":[{\"type\":\"Feature\","
        "\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
        "[[[119,30],[119.001,30],[119.001,30.001],[119,30]]]}}]}";
    struct th_error err = {0};
    struct th_reader *reader = NULL;
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "link.geojson");
    assert_ok(th_file_write(path, text, sizeof(text) - 1, &err), &err);
    assert_ok(th_reader_open(path, NULL, &reader, &err), &err);
    assert_null(th_reader_info(reader)->crs);
    assert_int_equal(th_reader_info(reader)->n_features, 1);
    th_reader_close(reader);
}

static void next__more_than_an_import_takes_is_told(void **state)
{
    enum { N = 20000 }; // a polygon of four points is 77 bytes
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    gpkg_write(th_test_path(path, *state, "many.gpkg"), N, NULL);
    struct th_reader_options options = {.limits = {.shapes_size = N * 70}};
    assert_status(read_through(path, &options, &err), TH_LIMIT, &err);
    assert_string_equal(err.key, "source_too_much");
    assert_string_equal(th_error_arg_get(&err, "file"), "many.gpkg");
    options.limits = (struct th_reader_limits){.texts_size = N * 30};
    assert_status(read_through(path, &options, &err), TH_LIMIT, &err);
    assert_string_equal(err.key, "source_too_much");
    options.limits = (struct th_reader_limits){.shapes_size = N * 77, .texts_size = N * 100};
    assert_ok(read_through(path, &options, &err), &err);
}

static void open__without_an_executable_says_so(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    struct th_reader *reader = NULL;
    const struct th_reader_options options = {.program = "/nonexistent/tanhui-reader"};
    gpkg_write(th_test_path(path, *state, "x.gpkg"), 1, NULL);
    assert_status(th_reader_open(path, &options, &reader, &err), TH_INTERNAL, &err);
    assert_string_equal(err.key, "reader_missing");
    assert_null(reader);
}

static void open__the_child_gets_neither_descriptors_nor_settings_of_its_parent(void **state)
{
    enum { OURS = 57 };
    char path[TH_TEST_PATH_SIZE];
    char program[TH_TEST_PATH_SIZE];
    char body[TH_TEST_PATH_SIZE * 2];
    struct th_error err = {0};
    const char *folder = *state;
    char *text = NULL;
    size_t size = 0;
    gpkg_write(th_test_path(path, folder, "x.gpkg"), 1, NULL);
    assert_int_equal(dup2(STDERR_FILENO, OURS), OURS);
    assert_int_equal(setenv("OGR_SQLITE_LOAD_EXTENSIONS", "evil.so", 1), 0);
    assert_int_equal(setenv("GDAL_DATA", "/usr/share/gdal", 1), 0);
    snprintf(body, sizeof(body),
             "cd %s; /usr/bin/env >env; ls /proc/$$/fd >fds; readlink /proc/$$/fd/0 >in", folder);
    const struct th_reader_options options = {.program = script_write(program, folder, body)};
    assert_status(read_through(path, &options, &err), TH_UNREADABLE, &err);
    assert_int_equal(unsetenv("OGR_SQLITE_LOAD_EXTENSIONS"), 0);
    assert_int_equal(unsetenv("GDAL_DATA"), 0);
    assert_int_equal(close(OURS), 0);
    assert_ok(th_file_read(th_test_path(path, folder, "env"), 65536, &text, &size, &err), &err);
    assert_non_null(strstr(text, "LANG=C.UTF-8\n"));
    assert_non_null(strstr(text, "TZ=UTC\n"));
    assert_non_null(strstr(text, "GDAL_DATA=/usr/share/gdal\n"));
    assert_null(strstr(text, "OGR_SQLITE"));
    assert_null(strstr(text, "HOME="));
    free(text);
    assert_ok(th_file_read(th_test_path(path, folder, "fds"), 65536, &text, &size, &err), &err);
    assert_null(strstr(text, "57"));
    free(text);
    assert_ok(th_file_read(th_test_path(path, folder, "in"), 65536, &text, &size, &err), &err);
    assert_string_equal(text, "/dev/null\n");
    free(text);
}

static void file_copy(const char *from, const char *to)
{
    struct th_error err = {0};
    char *data = NULL;
    size_t size = 0;
    assert_ok(th_file_read(from, 1 << 24, &data, &size, &err), &err);
    assert_ok(th_file_write(to, data, size, &err), &err);
    free(data);
}

static int rows_of(const char *path)
{
    struct th_error err = {0};
    struct th_reader *reader = NULL;
    struct th_reader_batch *batch = NULL;
    assert_ok(th_reader_open(path, NULL, &reader, &err), &err);
    assert_ok(th_reader_next(reader, &batch, &err), &err);
    int n = (int)batch->n_rows;
    th_reader_batch_free(batch);
    th_reader_close(reader);
    return n;
}

// Copied as it stands while another program has it open: what that wrote last lies in the log only.
static void open__rows_in_a_write_ahead_log_are_never_missed(void **state)
{
    static const char *const SUFFIXES[] = {"", "-wal", "-shm"};
    static const char *const SQL[] = {"PRAGMA journal_mode=WAL", "DELETE FROM x WHERE fid > 3",
                                      NULL};
    char path[TH_TEST_PATH_SIZE];
    char copy[TH_TEST_PATH_SIZE];
    char from[TH_TEST_PATH_SIZE + 8];
    char to[TH_TEST_PATH_SIZE + 8];
    struct th_error err = {0};
    struct th_reader *reader = NULL;
    gpkg_write(th_test_path(path, *state, "x.gpkg"), 10, NULL);
    th_test_path(copy, *state, "copy.gpkg");
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
    assert_non_null(dataset);
    for (size_t i = 0; SQL[i] != NULL; i++) {
        OGRLayerH answer = GDALDatasetExecuteSQL(dataset, SQL[i], NULL, NULL);
        GDALDatasetReleaseResultSet(dataset, answer);
    }
    // While it is open there, …
    assert_status(th_reader_open(path, NULL, &reader, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "source_unfinished");
    assert_string_equal(th_error_arg_get(&err, "beside"), "-wal");
    for (size_t i = 0; i < sizeof(SUFFIXES) / sizeof(SUFFIXES[0]); i++) {
        snprintf(from, sizeof(from), "%s%s", path, SUFFIXES[i]);
        snprintf(to, sizeof(to), "%s%s", copy, SUFFIXES[i]);
        file_copy(from, to);
    }
    GDALClose(dataset);
    // … and of a copy, with its index or without.
    assert_status(th_reader_open(copy, NULL, &reader, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "source_unfinished");
    snprintf(to, sizeof(to), "%s-shm", copy);
    assert_int_equal(unlink(to), 0);
    assert_status(th_reader_open(copy, NULL, &reader, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "source_unfinished");
    assert_null(reader);
    // Closed, it is whole; an empty log says nothing.
    snprintf(to, sizeof(to), "%s-wal", path);
    assert_ok(th_file_write(to, "", 0, &err), &err);
    assert_int_equal(rows_of(path), 3);
    snprintf(to, sizeof(to), "%s-journal", path);
    assert_ok(th_file_write(to, "half a change", 13, &err), &err);
    assert_status(th_reader_open(path, NULL, &reader, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "source_unfinished");
    assert_string_equal(th_error_arg_get(&err, "beside"), "-journal");
}

// The reader that `parent` has started, or 0.
static pid_t reader_of(pid_t parent)
{
    pid_t found = 0;
    DIR *stream = opendir("/proc");
    assert_non_null(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        char path[300];
        char line[512] = "";
        snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
        FILE *file = isdigit((unsigned char)entry->d_name[0]) ? fopen(path, "re") : NULL;
        if (file == NULL) {
            continue;
        }
        const char *name = fgets(line, sizeof(line), file) == NULL ? NULL : strchr(line, '(');
        const char *rest = strrchr(line, ')');
        fclose(file);
        if (name != NULL && rest != NULL && th_text_starts_with(name, "(tanhui-reader)") &&
            rest[2] != 'Z' && strtol(rest + 3, NULL, 10) == parent) {
            found = (pid_t)strtol(line, NULL, 10);
        }
    }
    closedir(stream);
    return found;
}

enum { N_ROWS = 60000 }; // much more than a pipe holds

static void assert_told_how_it_ended(const char *path, int number, const char *name)
{
    struct th_error err = {0};
    struct th_reader *reader = NULL;
    struct th_reader_batch *first = NULL;
    assert_ok(th_reader_open(path, NULL, &reader, &err), &err);
    assert_ok(th_reader_next(reader, &first, &err), &err);
    pid_t pid = reader_of(getpid());
    assert_int_not_equal(pid, 0);
    assert_int_equal(kill(pid, number), 0);
    int64_t n_rows = (int64_t)first->n_rows;
    enum th_status status = TH_OK;
    while (status == TH_OK) {
        struct th_reader_batch *batch = NULL;
        status = th_reader_next(reader, &batch, &err);
        if (status == TH_OK) {
            assert_non_null(batch); // never an end that is none
            n_rows += (int64_t)batch->n_rows;
            th_reader_batch_free(batch);
        }
    }
    assert_status(status, TH_UNREADABLE, &err);
    assert_string_equal(err.key, "reader_crashed");
    assert_string_equal(th_error_arg_get(&err, "signal"), name);
    assert_true(n_rows < N_ROWS);
    struct th_reader_batch *untouched = first;
    err = (struct th_error){0};
    assert_status(th_reader_next(reader, &untouched, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "reader_crashed");
    assert_ptr_equal(untouched, first);
    th_reader_close(reader);
    assert_int_equal(first->rows[0].row, 1); // what was delivered stays
    assert_string_equal(first->rows[0].values[0], "一块地的名称，长一点");
    th_reader_batch_free(first);
}

static void next__a_reader_killed_on_the_way_is_told_and_told_again(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    gpkg_write(th_test_path(path, *state, "x.gpkg"), N_ROWS, NULL);
    assert_told_how_it_ended(path, SIGKILL, "KILL");
    // It looks whether it died of memory, of which there was enough.
    assert_told_how_it_ended(path, SIGSEGV, "SEGV");
    assert_told_how_it_ended(path, SIGABRT, "ABRT");
}

static void close__ends_a_reader_that_is_not_done(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    struct th_reader *reader = NULL;
    gpkg_write(th_test_path(path, *state, "x.gpkg"), N_ROWS, NULL);
    assert_ok(th_reader_open(path, NULL, &reader, &err), &err);
    assert_int_not_equal(reader_of(getpid()), 0);
    th_reader_close(reader);
    assert_int_equal(reader_of(getpid()), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void open__the_reader_dies_with_its_parent(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    endless_write(th_test_path(path, *state, "endless.gpkg"));
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        struct th_reader *reader = NULL;
        const struct th_reader_options options = {.layer = "v"};
        enum th_status status = th_reader_open(path, &options, &reader, NULL);
        _exit(status == TH_OK ? 0 : 1);
    }
    pid_t reader = 0;
    for (int i = 0; i < 500 && reader == 0; i++) {
        pause_ms(10);
        reader = reader_of(parent);
    }
    assert_int_not_equal(reader, 0);
    pause_ms(300); // it has armed itself by then
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    bool gone = false;
    for (int i = 0; i < 500 && !gone; i++) {
        char proc[64];
        char line[256] = "";
        snprintf(proc, sizeof(proc), "/proc/%ld/stat", (long)reader);
        FILE *file = fopen(proc, "re");
        gone =
            file == NULL || fgets(line, sizeof(line), file) == NULL || strstr(line, ") Z ") != NULL;
        if (file != NULL) {
            fclose(file);
        }
        pause_ms(10);
    }
    assert_true(gone);
}

static void open__a_reader_that_eats_memory_is_stopped(void **state)
{
    enum { N_FEATURES = 40, TEXT_SIZE = 1 << 20 };
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    FILE *file = fopen(th_test_path(path, *state, "large.geojson"), "w");
    char *text = malloc(TEXT_SIZE);
    assert_non_null(file);
    assert_non_null(text);
    memset(text, 'x', TEXT_SIZE);
    (void)fputs("{\"type\":\"FeatureCollection\",\"features\":[", file);
    for (int i = 0; i < N_FEATURES; i++) {
        (void)fprintf(file,
                      "%s{\"type\":\"Feature\",\"properties\":{\"n\":\"%.*s\"},\"geometry\":{"
                      "\"type\":\"Polygon\",\"coordinates\":[[[119,30],[119.001,30],[119,30.001],"
                      "[119,30]]]}}",
                      i == 0 ? "" : ",", TEXT_SIZE, text);
    }
    (void)fputs("]}", file);
    free(text);
    assert_int_equal(fclose(file), 0);
    struct th_reader_options options = {.limits = {.memory_size = (uint64_t)4 << 20}};
    assert_status(read_through(path, &options, &err), TH_UNREADABLE, &err);
#ifdef __SANITIZE_ADDRESS__
    // The sanitizer's allocator asks nobody before it reports that it got no memory; the report
    // needs memory itself, and a call for which the sandbox ends the process.
    assert_true(strcmp(err.key, "reader_limit") == 0 || strcmp(err.key, "reader_crashed") == 0);
#else
    assert_string_equal(err.key, "reader_limit");
#endif
    options.limits.memory_size = 0;
    assert_ok(read_through(path, &options, &err), &err);
}

static void digest__a_source_that_changes_meanwhile_is_told(void **state)
{
    enum { SIZE = 128 << 20 };
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    struct th_digest *digest = NULL;
    struct th_hash hash = {{7}};
    int file = open(th_test_path(path, *state, "sparse"), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, SIZE), 0);
    assert_ok(th_digest_start(path, &digest, &err), &err);
    assert_int_equal(ftruncate(file, SIZE + 1), 0);
    assert_status(th_digest_wait(digest, NULL, &hash, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "source_changed");
    assert_int_equal(hash.bytes[0], 7);
    th_digest_free(digest);
    // Stopping does not wait for the rest of the file.
    double start_s = now_s();
    assert_ok(th_digest_start(path, &digest, &err), &err);
    th_digest_free(digest);
    assert_true(now_s() - start_s < 0.1);
    assert_int_equal(close(file), 0);
}

static struct th_hash digest_of(const char *path)
{
    struct th_error err = {0};
    struct th_digest *digest = NULL;
    struct th_hash hash;
    assert_ok(th_digest_start(path, &digest, &err), &err);
    assert_ok(th_digest_wait(digest, NULL, &hash, &err), &err);
    th_digest_free(digest);
    return hash;
}

static bool digest_equals(const char *path, struct th_hash before)
{
    struct th_hash now = digest_of(path);
    return memcmp(now.bytes, before.bytes, TH_HASH_SIZE) == 0;
}

static void put(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                const char *text)
{
    struct th_error err = {0};
    assert_ok(th_file_write(th_test_path(path, folder, name), text, strlen(text), &err), &err);
}

// What is looked at is what is confirmed: a source is more than the file that was named.
static void digest__is_of_every_file_that_the_reader_may_open(void **state)
{
    static const struct {
        const char *source, *companions[5];
    } CASES[] = {
        {"a.shp", {"a.shx", "a.dbf", "a.prj", "a.cpg"}},
        {"B.SHP", {"B.SHX", "B.DBF", "B.PRJ", "B.CPG"}},
        {"c.tab", {"c.map", "c.dat", "c.id", "c.ind"}},
        {"d.MIF", {"d.mid"}},
        {"e.gml", {"e.gfs", "e.xsd"}},
        {"f.gpkg", {"f.gpkg-wal", "f.gpkg-journal"}},
    };
    char path[TH_TEST_PATH_SIZE];
    char other[TH_TEST_PATH_SIZE];
    struct th_hash alone;
    struct th_error err = {0};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        put(path, *state, CASES[i].source, "source");
        struct th_hash before = digest_of(path);
        for (size_t k = 0; k < 5 && CASES[i].companions[k] != NULL; k++) {
            print_message("  %s\n", CASES[i].companions[k]);
            put(other, *state, CASES[i].companions[k], "one");
            assert_false(digest_equals(path, before));
            before = digest_of(path);
            put(other, *state, CASES[i].companions[k], "two");
            assert_false(digest_equals(path, before));
            put(other, *state, CASES[i].companions[k], "one");
            assert_true(digest_equals(path, before));
        }
        // The registry, a list of problems, an index for searching bear the same name.
        put(other, *state, "a.tanhui", "registry");
        put(other, *state, "a.qix", "index");
        put(other, *state, "a.problems.csv", "list");
        assert_true(digest_equals(path, before));
    }
    // A file that stands alone has its own, whatever lies around it.
    put(path, *state, "a.geojson", "{}");
    assert_ok(th_hash_file(TH_HASH_SHA256, path, &alone, &err), &err);
    assert_true(digest_equals(path, alone));
}

static void digest__of_a_folder_is_of_the_files_in_it(void **state)
{
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    assert_int_equal(mkdir(th_test_path(folder, *state, "x.gdb"), 0700), 0);
    put(path, folder, "a00000001.gdbtable", "one");
    struct th_hash before = digest_of(folder);
    put(path, folder, "x.gdb.lock", "lock");
    put(path, folder, ".hidden", "hidden");
    assert_true(digest_equals(folder, before));
    put(path, folder, "a00000001.gdbtable", "two");
    assert_false(digest_equals(folder, before));
}

// Of the same size, and dated back: the file is another one all the same.
static void digest__a_file_of_a_source_that_is_put_in_its_place_is_told(void **state)
{
    static const char *const SOURCES[] = {"x.tab", "x.gdb"};
    static const char *const FILES[] = {"x.map", "x.gdb/a00000001.gdbtable"};
    char path[TH_TEST_PATH_SIZE];
    char file[TH_TEST_PATH_SIZE];
    char other[TH_TEST_PATH_SIZE];
    struct stat facts;
    assert_int_equal(mkdir(th_test_path(path, *state, "x.gdb"), 0700), 0);
    put(path, *state, "x.tab", "source");
    for (size_t i = 0; i < 2; i++) {
        struct th_error err = {0};
        struct th_digest *digest = NULL;
        struct th_hash hash = {{7}};
        th_test_path(path, *state, SOURCES[i]);
        put(file, *state, FILES[i], "one");
        put(other, *state, "other", "two");
        assert_ok(th_digest_start(path, &digest, &err), &err);
        assert_ok(th_digest_wait(digest, NULL, &hash, &err), &err);
        hash = (struct th_hash){{7}};
        assert_int_equal(stat(file, &facts), 0);
        const struct timespec times[] = {facts.st_atim, facts.st_mtim};
        assert_int_equal(utimensat(AT_FDCWD, other, times, 0), 0);
        assert_int_equal(rename(other, file), 0);
        assert_status(th_digest_wait(digest, NULL, &hash, &err), TH_CONFLICT, &err);
        assert_string_equal(err.key, "source_changed");
        assert_int_equal(hash.bytes[0], 7);
        th_digest_free(digest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(open__a_view_without_end_is_an_answer_within_the_limit,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__a_reader_that_dies_or_lies_is_an_answer,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(next__rows_that_do_not_ascend_are_no_rows,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__a_reference_system_behind_a_link_is_not_known,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(next__more_than_an_import_takes_is_told,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__without_an_executable_says_so, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(
            open__the_child_gets_neither_descriptors_nor_settings_of_its_parent,
            th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__rows_in_a_write_ahead_log_are_never_missed,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(digest__is_of_every_file_that_the_reader_may_open,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(digest__of_a_folder_is_of_the_files_in_it,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(digest__a_file_of_a_source_that_is_put_in_its_place_is_told,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(next__a_reader_killed_on_the_way_is_told_and_told_again,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(close__ends_a_reader_that_is_not_done, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__the_reader_dies_with_its_parent, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__a_reader_that_eats_memory_is_stopped,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(digest__a_source_that_changes_meanwhile_is_told,
                                        th_test_folder_setup, th_test_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

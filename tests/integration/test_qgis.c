// The registry file as others see it: GDAL's SQLite driver, on which QGIS's data source rests, must
// list the parcels with their geometry, reference system and spatial index.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/text.h"
#include "store/ground/import_store.h"
#include "store/ground/parcel_store.h"
#include "store/journal/journal_store.h"
#include "tests/unit/registry_world.h"

enum { NOT_THERE = 127 };
static const char VILLAGE[] = "330523205201";

static void put(struct th_buf *out, const void *data, size_t size)
{
    th_buf_append(out, data, size); // the machines that are supported are little-endian
}

static void put_u32(struct th_buf *out, uint32_t value)
{
    put(out, &value, sizeof(value));
}

// A square of `size` degrees with its south-western corner at lon, lat, as a MultiPolygon.
static void square(struct th_buf *out, double lon_deg, double lat_deg, double size_deg)
{
    static const double CORNERS[5][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}};
    th_buf_append_char(out, 1);
    put_u32(out, 6);
    put_u32(out, 1);
    th_buf_append_char(out, 1);
    put_u32(out, 3);
    put_u32(out, 1);
    put_u32(out, 5);
    for (size_t i = 0; i < 5; i++) {
        double point[2] = {lon_deg + CORNERS[i][0] * size_deg, lat_deg + CORNERS[i][1] * size_deg};
        put(out, point, sizeof(point));
    }
}

static int64_t insert_import(struct th_store *store, int64_t n, int64_t seq)
{
    struct th_error err = {0};
    const struct th_import_evidence evidence = {
        .limits = "{}", .detections = "{}", .options = "{}"};
    struct th_import_record import = {.source = "a.geojson",
                                      .layer = "a",
                                      .driver = "GeoJSON",
                                      .encoding = "declared",
                                      .crs_code = "EPSG:4326",
                                      .crs_name = "WGS 84",
                                      .operation = "noop",
                                      .n_read = n,
                                      .n_accepted = n,
                                      .seq = seq};
    int64_t id = 0;
    assert_ok(th_import_insert(store, &import, &evidence, &id, &err), &err);
    return id;
}

static void insert_parcel(struct th_store *store, int64_t id, int64_t version, double lon_deg,
                          int64_t import_id, int64_t seq)
{
    struct th_error err = {0};
    struct th_hash row_hash;
    struct th_buf wkb;
    struct th_parcel_record record = {.parcel_id = id,
                                      .version = version,
                                      .from = {2020, 1, 1},
                                      .origin = "import",
                                      .state = "registered",
                                      .kind = "bamboo",
                                      .declared = th_area_from_m2_300(200000),
                                      .has_declared = true,
                                      .measured = th_area_from_m2_300(300 * 1000),
                                      .perimeter_mm = 400000,
                                      .import_id = import_id,
                                      .source_row = id,
                                      .feature = id};
    th_text_copy(record.village, sizeof(record.village), VILLAGE);
    snprintf(record.number, sizeof(record.number), "N-%lld", (long long)id);
    snprintf(record.source_key, sizeof(record.source_key), "00:a:%lld", (long long)id);
    th_buf_init(&wkb, 4096);
    square(&wkb, lon_deg, 30.5, 0.01);
    record.geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb.data, wkb.size);
    assert_ok(th_parcel_insert(store, &record, "{}", wkb.data, wkb.size, seq, &row_hash, &err),
              &err);
    th_buf_clear(&wkb);
}

// Three parcels, the third in its second version, which lies elsewhere.
static void insert_parcels(struct th_store *store)
{
    struct th_error err = {0};
    int64_t seq = 0;
    struct th_json *body = th_json_object();
    struct th_journal_entry entry = {
        .login = "admin", .system_user = "tester", .kind = "test", .subject = "test:1"};
    assert_ok(th_store_begin(store, &err), &err);
    assert_ok(th_journal_next(store, &seq, &err), &err);
    int64_t first = insert_import(store, 3, seq);
    for (int64_t id = 1; id <= 3; id++) {
        insert_parcel(store, id, 1, 119 + (double)id / 10, first, seq);
    }
    insert_parcel(store, 3, 2, 119.7, insert_import(store, 1, seq), seq);
    assert_ok(th_journal_append(store, &entry, body, &seq, &err), &err);
    assert_ok(th_store_commit(store, &err), &err);
    th_json_free(body);
}

static int make(void **state)
{
    struct th_test_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_world_make_registry(world);
    th_test_village_add(world, "admin", VILLAGE);
    insert_parcels(world->store);
    th_test_assert_sound(world->registry);
    *state = world;
    return 0;
}

static int take_away(void **state)
{
    th_test_world_remove(*state);
    free(*state);
    return 0;
}

// Runs a program and collects what it prints; its exit code, NOT_THERE when there is no such one.
static int run(const char *const *arguments, struct th_buf *out)
{
    int ends[2];
    char chunk[4096];
    ssize_t n = 0;
    int code = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)close(ends[0]);
        // The sanitizer's settings are for this program; LC_ALL fixes the words.
        (void)unsetenv("ASAN_OPTIONS");
        (void)unsetenv("LSAN_OPTIONS");
        (void)setenv("LC_ALL", "C", 1);
        (void)execvp(arguments[0], (char *const *)arguments);
        _exit(errno == ENOENT ? NOT_THERE : 126);
    }
    (void)close(ends[1]);
    while ((n = read(ends[0], chunk, sizeof(chunk))) > 0) {
        th_buf_append(out, chunk, (size_t)n);
    }
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &code, 0), child);
    return WIFEXITED(code) ? WEXITSTATUS(code) : 126;
}

static void expect(const struct th_buf *out, const char *want)
{
    if (strstr(th_buf_text(out), want) == NULL) {
        fail_msg("no \"%s\" in:\n%s", want, th_buf_text(out));
    }
}

static void expect_not(const struct th_buf *out, const char *unwanted)
{
    if (strstr(th_buf_text(out), unwanted) != NULL) {
        fail_msg("\"%s\" in:\n%s", unwanted, th_buf_text(out));
    }
}

// ogrinfo with the given arguments; skips the test when there is no such program.
static void ogrinfo(struct th_buf *out, const char *const arguments[], size_t n)
{
    const char *all[12] = {"ogrinfo", "-ro"};
    assert_true(n + 3 <= sizeof(all) / sizeof(all[0]));
    for (size_t i = 0; i < n; i++) {
        all[2 + i] = arguments[i];
    }
    int code = run(all, out);
    if (code == NOT_THERE) {
        print_message("skipped: ogrinfo (Debian package gdal-bin) is not installed\n");
        th_buf_clear(out);
        skip();
    }
    if (code != 0) {
        fail_msg("ogrinfo ends with %d: %s", code, th_buf_text(out));
    }
    expect_not(out, "ERROR");
    expect_not(out, "Warning");
}

static void file__is_listed_with_its_layers(void **state)
{
    const struct th_test_world *world = *state;
    const char *const arguments[] = {world->path};
    struct th_buf out;
    th_buf_init(&out, 1 << 20);
    ogrinfo(&out, arguments, 1);
    expect(&out, "using driver `SQLite' successful");
    expect(&out, ": parcel_version (Multi Polygon)");
    expect(&out, ": parcels (Multi Polygon)");
    th_buf_clear(&out);
}

// The index keeps single precision, rounded outwards.
static void expect_extent(const struct th_buf *out)
{
    static const double WANT[4] = {119.1, 30.5, 119.71, 30.51};
    double box[4] = {0};
    const char *text = strstr(th_buf_text(out), "Extent: ");
    assert_non_null(text);
    for (size_t i = 0; i < 4; i++) {
        char *end = NULL;
        text += strcspn(text, "0123456789");
        box[i] = strtod(text, &end);
        text = end;
    }
    for (size_t i = 0; i < 4; i++) {
        assert_close(box[i], WANT[i], 5e-5);
    }
}

static void file__layers_have_type_place_and_reference_system(void **state)
{
    static const struct {
        const char *layer, *n;
    } CASES[] = {{"parcel_version", "Feature Count: 4"},
                 {"parcels", "Feature Count: 3"}}; // the versions in force only
    const struct th_test_world *world = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const char *const arguments[] = {"-so", world->path, CASES[i].layer};
        struct th_buf out;
        th_buf_init(&out, 1 << 20);
        ogrinfo(&out, arguments, 3);
        expect(&out, "Geometry: Multi Polygon");
        expect(&out, CASES[i].n);
        expect_extent(&out);
        expect(&out, "China Geodetic Coordinate System 2000");
        expect(&out, "ID[\"EPSG\",4490]");
        expect(&out, " = geom\n");
        th_buf_clear(&out);
    }
}

static void file__parcels_are_read_and_found_by_place(void **state)
{
    const struct th_test_world *world = *state;
    const char *const arguments[] = {"-spat", "119.69",    "30.4",   "119.75",
                                     "30.6",  world->path, "parcels"};
    struct th_buf out;
    th_buf_init(&out, 1 << 20);
    ogrinfo(&out, arguments, 7);
    expect(&out, "Feature Count: 1");
    expect(&out, "parcel_id (Integer) = 3");
    expect(&out, "number (String) = N-3");
    expect(&out, "village (String) = 330523205201");
    expect(&out, "version (Integer) = 2");
    expect(&out, "area_m2 (Real) = 1000");
    expect(&out, "area_mu (Real) = 1.5");
    expect(&out, "declared_mu (Real) = 1");
    expect(&out, "MULTIPOLYGON (((119.7 30.5,");
    th_buf_clear(&out);
}

static void file__geometry_column_view_and_index_are_registered(void **state)
{
    const struct th_test_world *world = *state;
    struct th_store *store = world->store;
    assert_int_equal(
        th_test_sql_int(store, "SELECT count(*) FROM geometry_columns WHERE f_table_name ="
                               " 'parcel_version' AND f_geometry_column = 'geom' AND geometry_type"
                               " = 6 AND coord_dimension = 2 AND srid = 4490 AND"
                               " spatial_index_enabled = 1"),
        1);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM geometry_columns"), 4);
    assert_int_equal(th_test_sql_int(store,
                                     "SELECT count(*) FROM views_geometry_columns WHERE view_name ="
                                     " 'parcels' AND view_geometry = 'geom' AND read_only = 1"),
                     1);
    assert_int_equal(th_test_sql_int(store, "SELECT CheckSpatialIndex('parcel_version', 'geom')"),
                     1);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM parcel_version WHERE version_id"
                                            " IN (SELECT pkid FROM idx_parcel_version_geom WHERE"
                                            " xmin <= 119.75 AND xmax >= 119.69)"),
                     1);
    // Another kind of geometry, or another reference system, does not get in.
    char words[256];
    th_test_sql_refused(
        store,
        "PRAGMA foreign_keys = OFF; INSERT INTO parcel_version SELECT 99, 1, 99,"
        " from_on, origin, kind, land_scheme, land_class, declared_m2_300, measured_m2_300,"
        " sliver_m2_300, perimeter_mm, attributes, import_id, source_row, feature,"
        " geometry_hash, row_hash, seq, GeomFromText('POINT(119 30)', 4490) FROM"
        " parcel_version WHERE version_id = 1",
        words);
    assert_non_null(strstr(words, "Geometry constraint"));
    th_test_sql_refused(
        store,
        "INSERT INTO parcel_version SELECT 99, 1, 99,"
        " from_on, origin, kind, land_scheme, land_class, declared_m2_300, measured_m2_300,"
        " sliver_m2_300, perimeter_mm, attributes, import_id, source_row, feature,"
        " geometry_hash, row_hash, seq, SetSRID(geom, 4326) FROM parcel_version WHERE"
        " version_id = 1",
        words);
    assert_non_null(strstr(words, "Geometry constraint"));
}

#define WITH_PARCELS(test) cmocka_unit_test_setup_teardown(test, make, take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PARCELS(file__is_listed_with_its_layers),
        WITH_PARCELS(file__layers_have_type_place_and_reference_system),
        WITH_PARCELS(file__parcels_are_read_and_found_by_place),
        WITH_PARCELS(file__geometry_column_view_and_index_are_registered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Shapefiles whose heads lie, and GeoPackages that are databases before they are maps.
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "core/file.h"
#include "tests/battery/battery.h"

enum { BLOB_LIMIT = 16 * 1024 * 1024 };

// Bytes put over those of one file of a good shapefile.
static const struct patch {
    const char *label;
    const char *member;
    size_t at;
    unsigned char bytes[8];
    size_t n;
} PATCHES[] = {
    {"a shape of 4 GB", "good.shp", 104, {0x7f, 0xff, 0xff, 0xff}, 4},
    {"a shape of negative size", "good.shp", 104, {0xff, 0xff, 0xff, 0xff}, 4},
    {"a shape of no size", "good.shp", 104, {0, 0, 0, 0}, 4},
    {"2^31 parts", "good.shp", 144, {0xff, 0xff, 0xff, 0x7f}, 4},
    {"-1 parts", "good.shp", 144, {0xff, 0xff, 0xff, 0xff}, 4},
    {"2^31 vertices", "good.shp", 148, {0xff, 0xff, 0xff, 0x7f}, 4},
    {"-1 vertices", "good.shp", 148, {0xff, 0xff, 0xff, 0xff}, 4},
    {"a part that begins behind the end", "good.shp", 152, {0xff, 0xff, 0xff, 0x7f}, 4},
    {"a coordinate that is no number", "good.shp", 156, {0, 0, 0, 0, 0, 0, 0xf8, 0x7f}, 8},
    {"an infinite coordinate", "good.shp", 156, {0, 0, 0, 0, 0, 0, 0xf0, 0x7f}, 8},
    {"a file of another type", "good.shp", 32, {0xff, 0xff, 0, 0}, 4},
    {"a file of points", "good.shp", 32, {1, 0, 0, 0}, 4},
    {"a file of no length", "good.shp", 24, {0, 0, 0, 0}, 4},
    {"another magic number", "good.shp", 0, {0, 0, 0, 0}, 4},
    {"an index behind the end", "good.shx", 100, {0x7f, 0xff, 0xff, 0xff}, 4},
    {"an index of 2^31 bytes", "good.shx", 24, {0x7f, 0xff, 0xff, 0xff}, 4},
    {"an index of the head", "good.shx", 100, {0, 0, 0, 0}, 4},
    {"an index of sizes that differ", "good.shx", 104, {0, 0, 0, 1}, 4},
    {"2^31 records", "good.dbf", 4, {0xff, 0xff, 0xff, 0x7f}, 4},
    {"no records", "good.dbf", 4, {0, 0, 0, 0}, 4},
    {"a head of one byte", "good.dbf", 8, {1, 0}, 2},
    {"a head of 64 KB", "good.dbf", 8, {0xff, 0xff}, 2},
    {"records of no size", "good.dbf", 10, {0, 0}, 2},
    {"records of 64 KB", "good.dbf", 10, {0xff, 0xff}, 2},
    {"a field of no type", "good.dbf", 43, {0}, 1},
    {"a field of no width", "good.dbf", 48, {0}, 1},
    {"a field of 255 decimals", "good.dbf", 49, {0xff}, 1},
    {"a language that is none", "good.dbf", 29, {0xee}, 1},
    {"a field without a name", "good.dbf", 32, {0, 0, 0, 0, 0, 0, 0, 0}, 8},
};

static void copy_shape(const struct battery *b, char folder[TH_TEST_PATH_SIZE])
{
    char good[TH_TEST_PATH_SIZE];
    battery_path(b, folder, "shape");
    battery_copy_folder(th_test_path(good, b->good, "shape"), folder);
}

static void try_table(struct battery *b, const char *label, size_t n_fields)
{
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_buf dbf;
    size_t head = 32 + 32 * n_fields + 1;
    copy_shape(b, folder);
    th_buf_init(&dbf, BLOB_LIMIT);
    const unsigned char start[32] = {3,
                                     26,
                                     1,
                                     1,
                                     5,
                                     0,
                                     0,
                                     0,
                                     (unsigned char)(head & 0xff),
                                     (unsigned char)(head >> 8 & 0xff),
                                     (unsigned char)((n_fields + 1) & 0xff),
                                     (unsigned char)((n_fields + 1) >> 8 & 0xff)};
    th_buf_append(&dbf, start, sizeof(start));
    for (size_t i = 0; i < n_fields; i++) {
        unsigned char field[32] = {'F', (unsigned char)('A' + i % 26), [11] = 'C', [16] = 1};
        th_buf_append(&dbf, field, sizeof(field));
    }
    th_buf_append_char(&dbf, '\r');
    for (size_t i = 0; i < 5 * (n_fields + 1); i++) {
        th_buf_append_char(&dbf, ' ');
    }
    assert_ok(th_file_write(th_test_path(path, folder, "good.dbf"), dbf.data, dbf.size, &err),
              &err);
    th_buf_clear(&dbf);
    battery_try(b, th_test_path(path, folder, "good.shp"), "%s", label);
}

void battery_shapefiles(void **state)
{
    struct battery *b = *state;
    b->may_accept = true; // what a lie or a patch does not touch may be sound
    static const char *const MEMBERS[] = {"good.shp", "good.shx", "good.dbf", "good.prj"};
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    for (size_t i = 0; i < sizeof(PATCHES) / sizeof(PATCHES[0]); i++) {
        const struct patch *patch = &PATCHES[i];
        size_t size = 0;
        copy_shape(b, folder);
        unsigned char *data = battery_read(th_test_path(path, folder, patch->member), &size);
        assert_true(patch->at + patch->n <= size);
        memcpy(data + patch->at, patch->bytes, patch->n);
        assert_ok(th_file_write(path, data, size, &err), &err);
        free(data);
        battery_try(b, th_test_path(path, folder, "good.shp"), "%s", patch->label);
    }
    for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(MEMBERS[0]); i++) {
        copy_shape(b, folder);
        (void)remove(th_test_path(path, folder, MEMBERS[i]));
        battery_try(b, th_test_path(path, folder, "good.shp"), "a shapefile without %s",
                    MEMBERS[i]);
    }
    try_table(b, "a table without fields", 0);
    try_table(b, "a table of 2,000 fields", 2000);
    try_table(b, "a table of 30,000 fields", 30000);
    b->crs = NULL;
    static const char *const SYSTEMS[] = {
        "",
        "GEOGCS[",
        "PROJCS[\"x\"]",
        "EPSG:99999999",
        "+proj=longlat +nadgrids=/etc/passwd",
        "+init=/etc/passwd:x",
        "LOCAL_CS[\"x\",UNIT[\"m\",1]]",
        "http://127.0.0.1/x",
        "GEOGCS[\"\xff\xfe\",DATUM[\"x\",SPHEROID[\"x\",nan,0]],PRIMEM[\"x\",0],UNIT[\"x\",0]]"};
    for (size_t i = 0; i < sizeof(SYSTEMS) / sizeof(SYSTEMS[0]); i++) {
        copy_shape(b, folder);
        th_test_path(path, folder, "good.prj");
        assert_ok(th_file_write(path, SYSTEMS[i], strlen(SYSTEMS[i]), &err), &err);
        battery_try(b, th_test_path(path, folder, "good.shp"), "the system %s", SYSTEMS[i]);
    }
    b->crs = "EPSG:4490";
    battery_end(b);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *message = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    // The triggers of a GeoPackage call functions that the plain library does not have.
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
    sqlite3_close(db);
}

static void copy_package(const struct battery *b, char path[TH_TEST_PATH_SIZE], const char *name)
{
    char good[TH_TEST_PATH_SIZE];
    size_t size = 0;
    unsigned char *data = battery_read(th_test_path(good, b->good, "good.gpkg"), &size);
    battery_write(b, path, name, data, size);
    free(data);
    run_sql(path, "PRAGMA writable_schema=1; DELETE FROM sqlite_master WHERE type='trigger'; "
                  "PRAGMA writable_schema=0;");
}

static const struct {
    const char *label;
    const char *sql;
} PACKAGES[] = {
    {"shapes of no bytes", "UPDATE first SET geom = x''"},
    {"shapes of another kind of bytes", "UPDATE first SET geom = 'text'"},
    {"shapes that are numbers", "UPDATE first SET geom = 42"},
    {"shapes of nothing but a head", "UPDATE first SET geom = x'4750000000000000'"},
    {"shapes with a box that lies",
     "UPDATE first SET geom = "
     "x'475000036a110000000000000000f87f000000000000f87f000000000000f87f000000000000f87f' || "
     "substr(geom, 41)"},
    {"shapes that say they are empty",
     "UPDATE first SET geom = x'475000116a110000' || substr(geom, 41)"},
    {"2^31 rings", "UPDATE first SET geom = x'475000016a110000010300000000000080'"},
    {"2^31 vertices",
     "UPDATE first SET geom = x'475000016a1100000103000000010000000000008000000000'"},
    {"2^31 parts", "UPDATE first SET geom = x'475000016a1100000106000000ffffff7f0103'"},
    {"no contents", "DELETE FROM gpkg_contents"},
    {"no contents table", "DROP TABLE gpkg_contents"},
    {"no geometry columns", "DROP TABLE gpkg_geometry_columns"},
    {"no systems", "DELETE FROM gpkg_spatial_ref_sys"},
    {"a system that is none",
     "UPDATE gpkg_spatial_ref_sys SET definition = 'GEOGCS[' || hex(randomblob(1000))"},
    {"a table that is not there", "UPDATE gpkg_contents SET table_name = 'nobody'"},
    {"a column that is not there", "UPDATE gpkg_geometry_columns SET column_name = 'nobody'"},
    {"a name that is a statement",
     "ALTER TABLE first RENAME COLUMN owner TO \"x'; DROP TABLE parcel; --\""},
    {"a name with a line break", "ALTER TABLE first RENAME COLUMN owner TO \"a\nb\tc\""},
    {"a text of 20 MB", "UPDATE first SET owner = hex(zeroblob(10000000))"},
    {"a text of bytes", "UPDATE first SET owner = CAST(x'fffefd00' AS TEXT)"},
    {"ids beyond the middle", "UPDATE first SET fid = 9223372036854775807 - fid"},
    {"a virtual table",
     "CREATE VIRTUAL TABLE v USING fts5(a); INSERT INTO gpkg_contents(table_name, data_type, "
     "identifier, srs_id) VALUES ('v', 'features', 'v', 4490)"},
    {"triggers", "CREATE TRIGGER t AFTER UPDATE ON first BEGIN DELETE FROM first; END"},
    {"a trigger in the way",
     "CREATE TRIGGER t BEFORE INSERT ON first BEGIN SELECT load_extension('/tmp/x'); END"},
    {"two layers", "CREATE TABLE second AS SELECT * FROM first; INSERT INTO gpkg_contents SELECT "
                   "'second', data_type, 'second', description, last_change, min_x, min_y, max_x, "
                   "max_y, srs_id FROM gpkg_contents WHERE table_name='first'; INSERT INTO "
                   "gpkg_geometry_columns SELECT 'second', column_name, geometry_type_name, "
                   "srs_id, z, m FROM gpkg_geometry_columns WHERE table_name='first'"},
    {"a view of itself", "PRAGMA writable_schema=1; DELETE FROM sqlite_master WHERE name='first'; "
                         "INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql) VALUES "
                         "('view','first','first',0,'CREATE VIEW first AS SELECT * FROM first')"},
    {"a schema that is no SQL", "PRAGMA writable_schema=1; UPDATE sqlite_master SET sql='CREATE "
                                "TABLE first(' WHERE name='first'"},
    {"a page that is another's",
     "PRAGMA writable_schema=1; UPDATE sqlite_master SET rootpage=1 WHERE name='first'"},
    {"pages behind the end",
     "PRAGMA writable_schema=1; UPDATE sqlite_master SET rootpage=999999 WHERE name='first'"},
    {"a view that reads another file",
     "ALTER TABLE first RENAME TO real; CREATE VIEW first AS SELECT fid, geom, number, "
     "CAST(readfile('/etc/passwd') AS TEXT) AS owner FROM real"},
    {"a view with 10 GB", "ALTER TABLE first RENAME TO real; CREATE VIEW first AS SELECT fid, "
                          "geom, number, hex(zeroblob(500000000)) AS owner FROM real"},
    {"another application", "PRAGMA application_id = 1; PRAGMA user_version = 99"},
};

static void try_columns(struct battery *b, size_t n)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_buf sql;
    th_buf_init(&sql, BLOB_LIMIT);
    copy_package(b, path, "x.gpkg");
    for (size_t i = 0; i < n; i++) {
        th_buf_printf(&sql, "ALTER TABLE first ADD COLUMN c%zu TEXT;", i);
    }
    run_sql(path, th_buf_text(&sql));
    th_buf_clear(&sql);
    battery_try(b, path, "%zu columns", n);
}

// A shape of `depth` collections in each other.
static void try_collections(struct battery *b, size_t depth)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_buf sql;
    th_buf_init(&sql, BLOB_LIMIT);
    copy_package(b, path, "x.gpkg");
    th_buf_append_str(&sql, "UPDATE first SET geom = x'475000016a110000");
    for (size_t i = 0; i < depth; i++) {
        th_buf_append_str(&sql, "010700000001000000");
    }
    th_buf_append_str(&sql, "'");
    run_sql(path, th_buf_text(&sql));
    th_buf_clear(&sql);
    battery_try(b, path, "%zu collections in each other", depth);
}

void battery_databases(void **state)
{
    struct battery *b = *state;
    b->may_accept = true; // what a lie or a patch does not touch may be sound
    char path[TH_TEST_PATH_SIZE];
    for (size_t i = 0; i < sizeof(PACKAGES) / sizeof(PACKAGES[0]); i++) {
        copy_package(b, path, "x.gpkg");
        run_sql(path, PACKAGES[i].sql);
        battery_try(b, path, "a package with %s", PACKAGES[i].label);
    }
    try_columns(b, 900);
    try_columns(b, 1900);
    try_collections(b, 10);
    try_collections(b, 100000);
    battery_try(b, b->registry, "the registry itself");
    battery_end(b);
}

// Views that never come to an end: the reader's own limits must.
void battery_endless(void **state)
{
    struct battery *b = *state;
    static const struct {
        const char *name;
        const char *sql;
    } VIEWS[] = {
        {"endless-rows.gpkg",
         "ALTER TABLE first RENAME TO real; CREATE VIEW first AS WITH RECURSIVE c(x) AS (SELECT 1 "
         "UNION ALL SELECT x + 1 FROM c WHERE x > 0) SELECT x AS fid, (SELECT geom FROM real) AS "
         "geom, x AS number, 'a' AS owner FROM c WHERE x < 0"},
        {"endless-value.gpkg",
         "ALTER TABLE first RENAME TO real; CREATE VIEW first AS SELECT fid, geom, number, (WITH "
         "RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c) AS "
         "owner "
         "FROM real"},
        {"endless-join.gpkg",
         "ALTER TABLE first RENAME TO real; CREATE VIEW first AS WITH RECURSIVE n(i) AS (SELECT 1 "
         "UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT 1 AS fid, (SELECT geom FROM real) "
         "AS geom, count(*) AS number, 'a' AS owner FROM n a, n b, n c"}};
    char paths[3][TH_TEST_PATH_SIZE];
    const char *sources[3];
    for (size_t i = 0; i < 3; i++) {
        copy_package(b, paths[i], VIEWS[i].name);
        run_sql(paths[i], VIEWS[i].sql);
        sources[i] = paths[i];
    }
    battery_try_slow(b, sources, 3);
    battery_end(b);
}

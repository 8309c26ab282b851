// A registered parcel whose stored boundary was spoiled behind the program's back, as an older
// program or another one may have left it: what is about it is answered for, the rest goes on.
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "registry/layer/layer.h"
#include "registry/life/parcel_life.h"
#include "tests/integration/intake_fixture.h"

// Of a multipolygon of one ring of five points in a geometry column: behind 60 bytes of head.
enum { POINTS_AT = 60, POINT_SIZE = 16, BLOB_SIZE = POINTS_AT + 5 * POINT_SIZE + 1 };

enum spoil {
    SPOIL_BOW_TIE, // the second and the third corner change places
    SPOIL_OFF_GRID // a corner moves by the last bit of its longitude
};

static void sql_run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
}

// The triggers of SpatiaLite, and the one that keeps versions as they are, would stand in the way
// of a change; those of what is added stay.
static void triggers_drop(sqlite3 *db)
{
    static const char sql[] = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                              " AND tbl_name IN ('parcel_version', 'layer_shape')"
                              " AND (sql LIKE '%BEFORE UPDATE%' OR sql LIKE '%AFTER UPDATE%')";
    char names[16][64];
    size_t n = 0;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW && n < sizeof(names) / sizeof(names[0])) {
        (void)snprintf(names[n++], sizeof(names[0]), "%s", sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        char drop[128];
        (void)snprintf(drop, sizeof(drop), "DROP TRIGGER \"%.63s\"", names[i]);
        sql_run(db, drop);
    }
}

// Where a shape is kept.
struct kept {
    const char *read, *write; // by id
};
static const struct kept PARCELS = {"SELECT geom FROM parcel_version WHERE parcel_id = ?1",
                                    "UPDATE parcel_version SET geom = ?2 WHERE parcel_id = ?1"};
static const struct kept LAYERS = {"SELECT geom FROM layer_shape WHERE shape_id = ?1",
                                   "UPDATE layer_shape SET geom = ?2 WHERE shape_id = ?1"};

static void stored_spoil(struct fixture *f, struct kept kept, int64_t id, enum spoil how)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    unsigned char blob[BLOB_SIZE];
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, kept.read, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(statement, 1, id), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_bytes(statement, 0), sizeof(blob));
    memcpy(blob, sqlite3_column_blob(statement, 0), sizeof(blob));
    sqlite3_finalize(statement);
    assert_int_equal(blob[POINTS_AT - 4], 5);
    unsigned char *corner = blob + POINTS_AT + POINT_SIZE;
    unsigned char moved[POINT_SIZE];
    if (how == SPOIL_BOW_TIE) {
        memcpy(moved, corner, POINT_SIZE);
        memcpy(corner, corner + POINT_SIZE, POINT_SIZE);
        memcpy(corner + POINT_SIZE, moved, POINT_SIZE);
    } else {
        corner[0] ^= 1;
    }
    triggers_drop(db);
    assert_int_equal(sqlite3_prepare_v2(db, kept.write, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(statement, 1, id), SQLITE_OK);
    assert_int_equal(sqlite3_bind_blob(statement, 2, blob, sizeof(blob), SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t first_parcel(const struct th_json *reply)
{
    return th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), 0));
}

static void import_names_it(struct fixture *f, enum spoil how)
{
    struct th_json *reply = intake_import(f, "first.csv", "1,甲,\"" INTAKE_CELL_0 "\"\n");
    int64_t parcel_id = first_parcel(reply);
    char named[64];
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    stored_spoil(f, PARCELS, parcel_id, how);

    // Line 2 lies across it, line 3 beside it, line 4 elsewhere.
    reply =
        intake_import(f, "second.csv",
                      "5,乙,\"" INTAKE_CELL_BETWEEN "\"\n6,丙,\"" INTAKE_CELL_2 "\"\n"
                      "7,丁,\"POLYGON((119.7 30.5,119.701 30.5,119.701 30.501,119.7 30.5))\"\n");
    fixture_assert_accounted(reply, 1);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 1);
    (void)snprintf(named, sizeof(named), "（编号 %lld）", (long long)parcel_id);
    assert_non_null(strstr(intake_problem(reply, 2, "unsound_registered", "message"), named));
    (void)snprintf(named, sizeof(named), "地块 %lld ", (long long)parcel_id);
    assert_non_null(strstr(intake_problem(reply, 2, "unsound_registered", "hint"), named));
    assert_string_equal(intake_problem(reply, 2, "unsound_registered", "severity"), "error");
    assert_int_equal(fixture_problems(reply, 0, NULL, "error"), 1);
    th_json_free(reply);

    // As the hint says: with a boundary that is valid, a little narrower than it was, the parcel
    // has a new version. Then what lies across it is an overlap like any other.
    char path[TH_TEST_PATH_SIZE];
    struct th_parcel_import_options options = intake_options(
        f, intake_table(f, path, "third.csv",
                        "1,甲,\"POLYGON((119.6 30.5,119.6009 30.5,119.6009 30.501,119.6 30.501,"
                        "119.6 30.5))\"\n"));
    options.update = true;
    reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(first_parcel(reply), parcel_id);
    th_json_free(reply);
    reply = intake_import(f, "fourth.csv", "5,乙,\"" INTAKE_CELL_BETWEEN "\"\n");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(fixture_problems(reply, 2, "overlap_registered", "error"), 1);
    assert_int_equal(fixture_problems(reply, 2, "unsound_registered", NULL), 0);
    th_json_free(reply);
}

static void
import__a_stored_boundary_that_crosses_itself_is_named_to_the_rows_about_it(void **state)
{
    import_names_it(*state, SPOIL_BOW_TIE);
}

static void import__a_stored_boundary_off_the_grid_is_named_to_the_rows_about_it(void **state)
{
    import_names_it(*state, SPOIL_OFF_GRID);
}

// Nothing is new on divided ground, so that nothing is refused: it is told.
static void split__beside_a_spoiled_layer_goes_on_and_names_it(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_json *reply = intake_import(f, "first.csv", "1,甲,\"" INTAKE_CELL_0 "\"\n");
    int64_t parcel_id = first_parcel(reply);
    th_json_free(reply);
    reply = NULL;
    fixture_geojson(f, path, "land.geojson",
                    "{\"type\":\"Feature\",\"properties\":{\"name\":\"一期\"},\"geometry\":{"
                    "\"type\":\"Polygon\",\"coordinates\":[[[119.5995,30.5],[119.6005,30.5],"
                    "[119.6005,30.501],[119.5995,30.501],[119.5995,30.5]]]}}");
    const struct th_layer_add_options land = {
        .source = path, .role = "other_scheme", .name = "竹林项目", .scheme = "CCER"};
    assert_ok(th_layer_add(f->registry, &f->request, &land, &reply, &err), &err);
    th_json_free(reply);
    reply = NULL;
    stored_spoil(f, LAYERS, 1, SPOIL_BOW_TIE);
    fixture_file(f, path, "cut.wkt", "LINESTRING (119.6003 30.4, 119.6003 30.6)");
    const struct th_parcel_split_options split = {
        .parcel_id = parcel_id, .drawing = path, .reason = "分户", .messages = f->messages};
    assert_ok(th_parcel_split(f->registry, &f->request, &split, &reply, &err), &err);
    assert_int_equal(th_json_size(th_json_get(reply, "parcels")), 2);
    assert_true(fixture_problems(reply, 0, "unsound_layer", "warning") > 0);
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            import__a_stored_boundary_that_crosses_itself_is_named_to_the_rows_about_it,
            fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(
            import__a_stored_boundary_off_the_grid_is_named_to_the_rows_about_it, fixture_set_up,
            fixture_tear_down),
        cmocka_unit_test_setup_teardown(split__beside_a_spoiled_layer_goes_on_and_names_it,
                                        fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Many parcels at once: the same rows as one by one, and an index that SQLite and SpatiaLite
// accept.
#include "store/ground/parcel_bulk_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/store_internal.h"
#include "tests/unit/parcel_rows.h"

// Parcels stand in rows of this many, a hundredth of a degree apart.
enum { A_ROW = 60 };

static double west_of(int64_t parcel_id)
{
    return 110 + 0.01 * (double)(parcel_id % A_ROW);
}

static double south_of(int64_t parcel_id)
{
    return 20 + 0.01 * (double)(parcel_id / A_ROW);
}

static struct th_parcel_record record_of(int64_t parcel_id, int64_t version,
                                         unsigned char wkb[ROWS_WKB_SIZE])
{
    struct th_parcel_record record = rows_record(parcel_id, version, 119, wkb);
    double west = west_of(parcel_id);
    double south = south_of(parcel_id);
    // A second version is twice as wide.
    rows_rectangle(wkb, west, south, west + 0.001 * (double)version, south + 0.001);
    record.geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, ROWS_WKB_SIZE);
    record.from.year += (int)version - 1;
    return record;
}

// In groups of which some rows go into the store together and the rest one by one.
static void insert_bulk(struct th_store *store, int64_t first, int64_t n, int64_t version)
{
    enum { GROUP = 37 };
    struct th_error err = {0};
    static struct th_parcel_record records[GROUP];
    static struct th_parcel_row rows[GROUP];
    struct th_parcel_version_row versions[GROUP];
    assert_ok(th_parcel_bulk_begin(store, &err), &err);
    for (int64_t id = first; id < first + n; id += GROUP) {
        size_t size = first + n - id < GROUP ? (size_t)(first + n - id) : GROUP;
        for (size_t i = 0; i < size; i++) {
            unsigned char wkb[ROWS_WKB_SIZE];
            records[i] = record_of(id + (int64_t)i, version, wkb);
            versions[i] = (struct th_parcel_version_row){&records[i], "{}", &rows[i]};
            assert_ok(th_parcel_row_prepare(&records[i], "{}", wkb, sizeof(wkb), &rows[i], &err),
                      &err);
        }
        assert_ok(th_parcel_bulk_insert(store, versions, size, 1, &err), &err);
    }
    assert_ok(th_parcel_bulk_end(store, &err), &err);
    for (size_t i = 0; i < GROUP; i++) {
        th_parcel_row_clear(&rows[i]);
    }
}

static void insert_singly(struct th_store *store, int64_t first, int64_t n, int64_t version)
{
    struct th_error err = {0};
    for (int64_t id = first; id < first + n; id++) {
        unsigned char wkb[ROWS_WKB_SIZE];
        struct th_hash row_hash;
        struct th_parcel_record record = record_of(id, version, wkb);
        assert_ok(th_parcel_insert(store, &record, "{}", wkb, sizeof(wkb), 1, &row_hash, &err),
                  &err);
    }
}

static void open_world(struct th_test_world *world, int64_t n_versions)
{
    struct th_error err = {0};
    rows_world_make(world, n_versions);
    assert_ok(th_store_begin(world->store, &err), &err);
}

// SQLite reads the tree itself, SpatiaLite compares it with the geometries.
static void assert_index(struct th_store *store, int64_t n)
{
    assert_int_equal(th_test_sql_int(store, "SELECT rtreecheck('idx_parcel_version_geom') = 'ok'"),
                     1);
    assert_int_equal(th_test_sql_int(store, "SELECT CheckSpatialIndex('parcel_version', 'geom')"),
                     1);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM idx_parcel_version_geom"), n);
}

static struct th_hash rows_digest(struct th_store *store)
{
    static const char *const TABLES[] = {"SELECT * FROM parcel ORDER BY parcel_id",
                                         "SELECT * FROM parcel_version ORDER BY version_id"};
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    assert_non_null(hasher);
    for (size_t i = 0; i < 2; i++) {
        sqlite3_stmt *stmt = NULL;
        int64_t n = 0;
        assert_int_equal(sqlite3_prepare_v2(store->db, TABLES[i], -1, &stmt, NULL), SQLITE_OK);
        for (; sqlite3_step(stmt) == SQLITE_ROW; n++) {
            for (int c = 0; c < sqlite3_column_count(stmt); c++) {
                int type = sqlite3_column_type(stmt, c);
                const void *data = sqlite3_column_blob(stmt, c);
                th_hasher_update(hasher, &type, sizeof(type));
                th_hasher_update(hasher, data, (size_t)sqlite3_column_bytes(stmt, c));
            }
        }
        sqlite3_finalize(stmt);
        assert_true(n > 0);
    }
    struct th_hash hash = th_hasher_final(hasher);
    th_hasher_free(hasher);
    return hash;
}

static void parcel_bulk__writes_the_rows_that_single_inserts_write(void **state)
{
    struct th_test_world one;
    struct th_test_world other;
    (void)state;
    open_world(&one, 200);
    open_world(&other, 200);
    insert_singly(one.store, 1, 150, 1);
    insert_singly(one.store, 1, 50, 2);
    insert_bulk(other.store, 1, 150, 1);
    insert_bulk(other.store, 1, 50, 2);
    struct th_hash want = rows_digest(one.store);
    struct th_hash hash = rows_digest(other.store);
    assert_memory_equal(&hash, &want, sizeof(hash));
    rows_commit(other.store);
    th_test_assert_sound(other.registry); // the layout as well: the triggers are back
    th_store_rollback(one.store);
    th_test_world_remove(&one);
    th_test_world_remove(&other);
}

static void parcel_bulk__the_index_is_whole_at_every_size(void **state)
{
    // One node, the edges of one, two levels, three.
    static const int64_t SIZES[] = {1, 45, 46, 47, 51, 52, 92, 93, 999, 1000, 2200};
    (void)state;
    for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++) {
        struct th_test_world world;
        open_world(&world, SIZES[i]);
        insert_bulk(world.store, 1, SIZES[i], 1);
        assert_index(world.store, SIZES[i]);
        rows_commit(world.store);
        th_test_assert_sound(world.registry);
        th_test_world_remove(&world);
    }
}

static void parcel_bulk__an_index_that_was_there_is_kept(void **state)
{
    struct th_test_world world;
    (void)state;
    open_world(&world, 2 * 3000 + 100 + 20);
    insert_bulk(world.store, 1, 3000, 1);   // packed
    insert_bulk(world.store, 3001, 100, 1); // few beside many: one by one
    assert_index(world.store, 3100);
    insert_bulk(world.store, 1, 3000, 2); // as many again: packed with what is there
    assert_index(world.store, 6100);
    insert_singly(world.store, 3101, 20, 1); // the usual way goes on
    assert_index(world.store, 6120);
    rows_commit(world.store);
    th_test_assert_sound(world.registry);
    th_test_world_remove(&world);
}

struct counting {
    int64_t n;
    double west, south, east, north;
};

static bool count_box(void *context, const struct th_parcel_stand *stand)
{
    struct counting *counting = context;
    double west = west_of(stand->record.parcel_id);
    double south = south_of(stand->record.parcel_id);
    assert_int_equal(stand->wkb_size, ROWS_WKB_SIZE);
    // The boxes of the index are rounded to single precision, outward: 1e-5 degrees here.
    assert_true(west <= counting->east + 1e-5 && west + 0.001 >= counting->west - 1e-5);
    assert_true(south <= counting->north + 1e-5 && south + 0.001 >= counting->south - 1e-5);
    counting->n++;
    return true;
}

static void parcel_bulk__boxes_find_what_lies_in_them(void **state)
{
    enum { N = 3000 };
    struct th_test_world world;
    struct th_error err = {0};
    (void)state;
    open_world(&world, N);
    insert_bulk(world.store, 1, N, 1);
    srand(42);
    for (int round = 0; round < 200; round++) {
        // Half a hundredth beside the parcels' edges, so that rounding decides nothing.
        struct counting box = {.west = 109.995 + 0.01 * (rand() % A_ROW),
                               .south = 19.995 + 0.01 * (rand() % 50)};
        int columns = rand() % 20;
        int rows = rand() % 20;
        box.east = box.west + 0.01 * columns;
        box.north = box.south + 0.01 * rows;
        int64_t want = 0;
        for (int64_t id = 1; id <= N; id++) {
            want += west_of(id) > box.west && west_of(id) < box.east && south_of(id) > box.south &&
                    south_of(id) < box.north;
        }
        const struct th_parcel_box there = {box.west, box.south, box.east, box.north, {0}};
        assert_ok(th_parcel_box_each(world.store, &there, count_box, &box, &err), &err);
        assert_int_equal(box.n, want);
    }
    th_store_rollback(world.store);
    th_test_world_remove(&world);
}

static void parcel_bulk__a_refusal_and_a_rollback_leave_nothing(void **state)
{
    struct th_test_world world;
    struct th_error err = {0};
    struct th_parcel_row row = {0};
    unsigned char wkb[ROWS_WKB_SIZE];
    (void)state;
    open_world(&world, 1);
    insert_singly(world.store, 1, 1, 1);
    rows_commit(world.store);
    struct th_hash before = th_test_content(world.store);
    for (int round = 0; round < 3; round++) {
        assert_ok(th_store_begin(world.store, &err), &err);
        if (round > 0) {
            insert_bulk(world.store, 2, 2000, 1);
            if (round == 2) {
                assert_ok(th_parcel_bulk_begin(world.store, &err), &err);
            }
        } else {
            assert_ok(th_parcel_bulk_begin(world.store, &err), &err);
            struct th_parcel_record record = record_of(2, 1, wkb);
            snprintf(record.number, sizeof(record.number), "1"); // is taken
            assert_ok(th_parcel_row_prepare(&record, "{}", wkb, sizeof(wkb), &row, &err), &err);
            assert_status(
                th_parcel_bulk_insert(
                    world.store, &(struct th_parcel_version_row){&record, "{}", &row}, 1, 1, &err),
                TH_CONFLICT, &err);
            assert_string_equal(err.key, "store_constraint");
            record = record_of(1, 3, wkb);
            assert_status(
                th_parcel_bulk_insert(
                    world.store, &(struct th_parcel_version_row){&record, "{}", &row}, 1, 1, &err),
                TH_CONFLICT, &err);
        }
        th_store_rollback(world.store);
        struct th_hash after = th_test_content(world.store);
        assert_memory_equal(&after, &before, sizeof(after));
        th_test_assert_sound(world.registry);
    }
    th_parcel_row_clear(&row);
    th_test_world_remove(&world);
}

static void parcel_bulk_end__the_column_is_guarded_again(void **state)
{
    struct th_test_world world;
    char words[256];
    (void)state;
    open_world(&world, 1);
    insert_bulk(world.store, 1, 1, 1);
    assert_int_equal(th_test_sql_int(world.store,
                                     "SELECT last_insert IS NOT NULL FROM geometry_columns_time"
                                     " WHERE f_table_name = 'parcel_version'"),
                     1);
    rows_commit(world.store);
    th_test_sql_refused(world.store,
                        "PRAGMA foreign_keys = OFF; INSERT INTO parcel_version SELECT 99, 1, 99,"
                        " from_on, origin, kind, land_scheme, land_class, declared_m2_300,"
                        " measured_m2_300, sliver_m2_300, perimeter_mm, attributes, import_id,"
                        " source_row, feature, geometry_hash, row_hash, seq,"
                        " GeomFromText('POINT(119 30)', 4490) FROM parcel_version",
                        words);
    assert_non_null(strstr(words, "Geometry constraint"));
    th_test_sql_refused(world.store,
                        "INSERT INTO idx_parcel_version_geom_node VALUES (99, zeroblob(8))", words);
    assert_non_null(strstr(words, "may not be modified"));
    th_test_world_remove(&world);
}

static void parcel_row_prepare__unfit_bytes_are_refused(void **state)
{
    struct th_error err = {0};
    struct th_parcel_row row = {0};
    unsigned char wkb[ROWS_WKB_SIZE];
    (void)state;
    struct th_parcel_record record = record_of(1, 1, wkb);
    assert_status(th_parcel_row_prepare(&record, "{}", wkb, sizeof(wkb) - 1, &row, &err),
                  TH_INVALID, &err);
    assert_string_equal(err.key, "wkb_unfit");
    assert_ok(th_parcel_row_prepare(&record, "{}", wkb, sizeof(wkb), &row, &err), &err);
    assert_close(row.box.west, west_of(1), 0);
    assert_close(row.box.north, south_of(1) + 0.001, 0);
    struct th_hash want = th_parcel_row_hash(&record, "{}");
    assert_memory_equal(&row.row_hash, &want, sizeof(want));
    th_parcel_row_clear(&row);
    assert_null(row.blob);
}

static bool note_known(void *context, const struct th_parcel_known *known)
{
    char *text = context;
    size_t used = strlen(text);
    snprintf(text + used, 128 - used, "%lld%s%s ", (long long)known->parcel_id,
             known->number != NULL ? known->number : known->source_key, known->retired ? "x" : "");
    return known->parcel_id != 4;
}

static void parcel_known_each__tells_a_village_in_order_of_numbers(void **state)
{
    static const struct {
        const char *number, *key;
    } PARCELS[] = {{"b", "1"}, {"a", "2"}, {"", "z"}, {"", "y"}, {"c", "3"}};
    struct th_test_world world;
    struct th_error err = {0};
    char text[128] = "";
    (void)state;
    open_world(&world, 5);
    th_test_sql(world.store, "INSERT INTO village VALUES ('330523001299', 'other', 't', 1)");
    for (int64_t i = 0; i < 5; i++) {
        unsigned char wkb[ROWS_WKB_SIZE];
        struct th_hash row_hash;
        struct th_parcel_record record = record_of(i + 1, 1, wkb);
        snprintf(record.number, sizeof(record.number), "%s", PARCELS[i].number);
        snprintf(record.source_key, sizeof(record.source_key), "%s", PARCELS[i].key);
        if (i == 4) {
            snprintf(record.village, sizeof(record.village), "330523001299");
        }
        assert_ok(
            th_parcel_insert(world.store, &record, "{}", wkb, sizeof(wkb), 1, &row_hash, &err),
            &err);
    }
    th_test_sql(world.store, "UPDATE parcel SET state = 'retired', retired_on = '2024-05-01',"
                             " retired_reason = 'x' WHERE parcel_id = 1");
    assert_ok(th_parcel_known_each(world.store, ROWS_VILLAGE, note_known, text, &err), &err);
    assert_string_equal(text, "2a 1bx 4y ");
    text[0] = '\0';
    assert_ok(th_parcel_known_each(world.store, "330523001299", note_known, text, &err), &err);
    assert_string_equal(text, "5c ");
    text[0] = '\0';
    assert_ok(th_parcel_known_each(world.store, "none", note_known, text, &err), &err);
    assert_string_equal(text, "");
    th_store_rollback(world.store);
    th_test_world_remove(&world);
}

struct single {
    struct th_store *store;
    int n;
};

static bool compare_known(void *context, const struct th_parcel_known *known)
{
    struct single *single = context;
    struct th_parcel_record record;
    struct th_hash content;
    struct th_error err = {0};
    bool found = false;
    assert_ok(th_parcel_find(single->store, ROWS_VILLAGE, known->number, known->source_key, &found,
                             &record, &content, &err),
              &err);
    assert_true(found);
    assert_int_equal(record.parcel_id, known->parcel_id);
    assert_int_equal(record.version, known->version);
    assert_memory_equal(&content, &known->content, sizeof(content));
    assert_memory_equal(&record.geometry_hash, &known->geometry_hash, sizeof(content));
    single->n++;
    return true;
}

static void parcel_known_each__agrees_with_parcel_find(void **state)
{
    struct th_test_world world;
    struct th_error err = {0};
    (void)state;
    open_world(&world, 30);
    insert_bulk(world.store, 1, 20, 1);
    insert_bulk(world.store, 5, 10, 2);
    struct single single = {.store = world.store};
    assert_ok(th_parcel_known_each(world.store, ROWS_VILLAGE, compare_known, &single, &err), &err);
    assert_int_equal(single.n, 20);
    th_store_rollback(world.store);
    th_test_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parcel_bulk__writes_the_rows_that_single_inserts_write),
        cmocka_unit_test(parcel_bulk__the_index_is_whole_at_every_size),
        cmocka_unit_test(parcel_bulk__an_index_that_was_there_is_kept),
        cmocka_unit_test(parcel_bulk__boxes_find_what_lies_in_them),
        cmocka_unit_test(parcel_bulk__a_refusal_and_a_rollback_leave_nothing),
        cmocka_unit_test(parcel_bulk_end__the_column_is_guarded_again),
        cmocka_unit_test(parcel_row_prepare__unfit_bytes_are_refused),
        cmocka_unit_test(parcel_known_each__tells_a_village_in_order_of_numbers),
        cmocka_unit_test(parcel_known_each__agrees_with_parcel_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/parcel_rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/json.h"
#include "store/ground/import_store.h"
#include "store/journal/journal_store.h"
#include "store/people/party_store.h"

static void put_u32(unsigned char **at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *(*at)++ = (unsigned char)(value >> (8 * i));
    }
}

void rows_rectangle(unsigned char wkb[ROWS_WKB_SIZE], double west, double south, double east,
                    double north)
{
    const double corners[10] = {west, south, east, south, east, north, west, north, west, south};
    unsigned char *at = wkb;
    *at++ = 1;
    put_u32(&at, 6);
    put_u32(&at, 1);
    *at++ = 1;
    put_u32(&at, 3);
    put_u32(&at, 1);
    put_u32(&at, 5);
    memcpy(at, corners, sizeof(corners)); // the tests run where doubles are little-endian
}

enum th_status rows_commit_try(struct th_store *store, struct th_error *err)
{
    int64_t seq = 0;
    struct th_json *body = th_json_object();
    const struct th_journal_entry entry = {
        .login = "admin", .system_user = "tester", .kind = "test", .subject = "test:1"};
    assert_ok(th_journal_append(store, &entry, body, &seq, err), err);
    th_json_free(body);
    return th_store_commit(store, err);
}

void rows_commit(struct th_store *store)
{
    struct th_error err = {0};
    assert_ok(rows_commit_try(store, &err), &err);
}

void rows_world_make(struct th_test_world *world, int64_t n_versions)
{
    const struct th_import_evidence evidence = {
        .limits = "{}", .detections = "{}", .options = "{}"};
    struct th_import_record import = {
        .source = "a.gpkg", .n_read = n_versions, .n_accepted = n_versions};
    struct th_hash digest = {{1}};
    struct th_error err = {0};
    int64_t id = 0;
    th_test_world_make_registry(world);
    th_test_world_add_users(world);
    th_test_village_add(world, "admin", ROWS_VILLAGE);
    assert_ok(th_store_begin(world->store, &err), &err);
    assert_ok(th_journal_next(world->store, &import.seq, &err), &err);
    assert_ok(th_document_insert(world->store, &digest, "paper.pdf", 10, import.seq, &id, &err),
              &err);
    assert_int_equal(id, 1);
    assert_ok(th_import_insert(world->store, &import, &evidence, &id, &err), &err);
    assert_int_equal(id, 1);
    rows_commit(world->store);
}

struct th_test_world *rows_world_begin(int64_t n_versions)
{
    struct th_test_world *world = calloc(1, sizeof(*world));
    struct th_error err = {0};
    assert_non_null(world);
    rows_world_make(world, n_versions);
    assert_ok(th_store_begin(world->store, &err), &err);
    return world;
}

int rows_take_away(void **state)
{
    struct th_test_world *world = *state;
    th_store_rollback(world->store);
    th_test_world_remove(world);
    free(world);
    return 0;
}

struct th_parcel_record rows_record(int64_t parcel_id, int64_t version, double west,
                                    unsigned char wkb[ROWS_WKB_SIZE])
{
    struct th_parcel_record record = {.parcel_id = parcel_id,
                                      .version = version,
                                      .from = {2024, 3, 9},
                                      .origin = "import",
                                      .kind = "bamboo",
                                      .village = ROWS_VILLAGE,
                                      .measured = th_area_from_m2_300(3000300),
                                      .perimeter_mm = 400250,
                                      .import_id = 1,
                                      .source_row = parcel_id,
                                      .feature = parcel_id - 1};
    snprintf(record.number, sizeof(record.number), "%lld", (long long)parcel_id);
    snprintf(record.source_key, sizeof(record.source_key), "0:layer:%lld", (long long)parcel_id);
    rows_rectangle(wkb, west, 30, west + 0.001, 30.001);
    record.geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, ROWS_WKB_SIZE);
    return record;
}

void rows_insert(struct th_store *store, int64_t parcel_id, int64_t version, double west)
{
    unsigned char wkb[ROWS_WKB_SIZE];
    struct th_parcel_record record = rows_record(parcel_id, version, west, wkb);
    struct th_hash row_hash;
    struct th_error err = {0};
    assert_ok(th_parcel_insert(store, &record, "{}", wkb, sizeof(wkb), 1, &row_hash, &err), &err);
}

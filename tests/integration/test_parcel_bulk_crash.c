// A bulk that is killed leaves nothing, whichever way it wrote, and others are let in again.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/ground/parcel_bulk_store.h"
#include "tests/unit/parcel_rows.h"

// More than SQLite keeps in memory, so that the file itself was written when the child dies.
enum { N = 1500, POINTS = 4000, WKB_SIZE = 9 + 9 + 4 + POINTS * 16 };

static void put_u32(unsigned char **at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *(*at)++ = (unsigned char)(value >> (8 * i));
    }
}

// A saw of many teeth: nothing here asks whether it is valid.
static void draw(unsigned char *wkb, int64_t parcel_id)
{
    unsigned char *at = wkb;
    *at++ = 1;
    put_u32(&at, 6);
    put_u32(&at, 1);
    *at++ = 1;
    put_u32(&at, 3);
    put_u32(&at, 1);
    put_u32(&at, POINTS);
    for (int i = 0; i < POINTS; i++) {
        double point[2] = {110 + 0.001 * (double)parcel_id + 1e-7 * (i % (POINTS - 1)),
                           30 + 0.0001 * ((i % (POINTS - 1)) % 2)};
        memcpy(at, point, sizeof(point));
        at += sizeof(point);
    }
}

enum moment { WHILE_INSERTING, BEFORE_COMMIT, AFTER_COMMIT };

static void bulk(struct th_store *store, int64_t first, enum moment moment)
{
    unsigned char *wkb = malloc(WKB_SIZE);
    struct th_parcel_row row = {0};
    struct th_error err = {0};
    assert_non_null(wkb);
    assert_ok(th_store_begin(store, &err), &err);
    assert_ok(th_parcel_bulk_begin(store, &err), &err);
    for (int64_t id = first; id < first + N; id++) {
        unsigned char small[ROWS_WKB_SIZE];
        struct th_parcel_record record = rows_record(id, 1, 119, small);
        draw(wkb, id);
        record.geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, WKB_SIZE);
        assert_ok(th_parcel_row_prepare(&record, "{}", wkb, WKB_SIZE, &row, &err), &err);
        assert_ok(th_parcel_bulk_insert(store, &(struct th_parcel_version_row){&record, "{}", &row},
                                        1, 1, &err),
                  &err);
    }
    if (moment == WHILE_INSERTING) {
        (void)raise(SIGKILL);
    }
    assert_ok(th_parcel_bulk_end(store, &err), &err);
    if (moment == BEFORE_COMMIT) {
        (void)raise(SIGKILL);
    }
    rows_commit(store);
    (void)raise(SIGKILL);
}

static struct th_store *open_store(const char *path)
{
    const struct th_store_options options = {.program = "tanhui test", .now_utc = TH_WORLD_NOW_UTC};
    struct th_store *store = NULL;
    struct th_error err = {0};
    assert_ok(th_store_open(path, TH_STORE_WRITE, &options, &store, &err), &err);
    return store;
}

static void kill_at(struct th_test_world *world, enum moment moment, bool alone, int64_t first)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct th_store *store = open_store(world->path);
        if (alone && !th_store_alone_begin(store)) {
            _exit(1);
        }
        bulk(store, first, moment);
        _exit(2);
    }
    int how = 0;
    assert_true(waitpid(child, &how, 0) == child);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
}

static void close_world(struct th_test_world *world)
{
    // Nothing may be open across a fork: SQLite's locks belong to a process.
    th_registry_close(world->registry);
    world->registry = NULL;
    world->store = NULL;
}

static void bulk__killed_before_the_commit_leaves_nothing(void **state)
{
    (void)state;
    for (int round = 0; round < 4; round++) {
        struct th_test_world world;
        rows_world_make(&world, 0);
        struct th_hash before = th_test_content(world.store);
        close_world(&world);
        kill_at(&world, round % 2 == 0 ? WHILE_INSERTING : BEFORE_COMMIT, round < 2, 1);
        struct th_store *store = open_store(world.path);
        struct th_hash after = th_test_content(store);
        assert_memory_equal(&after, &before, sizeof(after));
        assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM pragma_journal_mode"
                                                " WHERE journal_mode = 'wal'"),
                         1);
        assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM pragma_integrity_check"
                                                " WHERE integrity_check = 'ok'"),
                         1);
        th_store_close(store);
        th_test_world_remove(&world);
    }
}

static void bulk__killed_after_the_commit_is_whole(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        struct th_test_world world;
        rows_world_make(&world, N);
        close_world(&world);
        kill_at(&world, AFTER_COMMIT, round == 0, 1);
        struct th_store *store = open_store(world.path);
        assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM parcel_version"), N);
        assert_int_equal(
            th_test_sql_int(store, "SELECT rtreecheck('idx_parcel_version_geom') = 'ok'"), 1);
        assert_int_equal(
            th_test_sql_int(store, "SELECT CheckSpatialIndex('parcel_version', 'geom')"), 1);
        th_store_close(store);
        th_test_world_remove(&world);
    }
}

static void store_alone__only_where_nobody_else_has_the_file(void **state)
{
    struct th_test_world world;
    struct th_error err = {0};
    (void)state;
    rows_world_make(&world, 1);
    struct th_store *other = open_store(world.path);
    assert_false(th_store_alone_begin(world.store));
    assert_ok(th_store_alone_end(world.store, &err), &err);
    th_store_close(other);
    assert_true(th_store_alone_begin(world.store));
    assert_int_equal(th_test_sql_int(world.store, "SELECT count(*) FROM pragma_journal_mode WHERE"
                                                  " journal_mode = 'truncate'"),
                     1);
    assert_ok(th_store_begin(world.store, &err), &err);
    rows_insert(world.store, 1, 1, 119);
    rows_commit(world.store);
    assert_ok(th_store_alone_end(world.store, &err), &err);
    assert_int_equal(th_test_sql_int(world.store, "SELECT count(*) FROM pragma_journal_mode WHERE"
                                                  " journal_mode = 'wal'"),
                     1);
    other = open_store(world.path);
    assert_int_equal(th_test_sql_int(other, "SELECT count(*) FROM parcel"), 1);
    th_store_close(other);
    th_test_assert_sound(world.registry);
    th_test_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bulk__killed_before_the_commit_leaves_nothing),
        cmocka_unit_test(bulk__killed_after_the_commit_is_whole),
        cmocka_unit_test(store_alone__only_where_nobody_else_has_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Transactions that become durable together (store/store.h, ADR 27).
#include <stdio.h>
#include <stdlib.h>

#include "store/journal/journal_store.h"
#include "store/people/party_store.h"
#include "tests/unit/registry_world.h"

static const struct th_store_options OPTIONS = {.program = "tanhui test", .now_utc = 1700000000};

static int make(void **state)
{
    struct th_test_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_world_make(world);
    *state = world;
    return 0;
}

static int take_away(void **state)
{
    th_test_world_remove(*state);
    free(*state);
    return 0;
}

static void insert_village(struct th_store *store, const char *code)
{
    struct th_error err = {0};
    struct th_village village = {.name = "马家弄村", .township = "山川乡"};
    (void)snprintf(village.code, sizeof(village.code), "%s", code);
    assert_ok(th_village_insert(store, &village, 1, &err), &err);
}

// In a transaction that the caller ends.
static void write_village(struct th_store *store, const char *code)
{
    struct th_error err = {0};
    assert_ok(th_store_begin(store, &err), &err);
    insert_village(store, code);
    struct th_json *entry_body = th_json_object();
    const struct th_journal_entry entry = {
        .login = "admin", .system_user = "tester", .kind = "test", .subject = "test:1"};
    int64_t seq = 0;
    assert_ok(th_journal_append(store, &entry, entry_body, &seq, &err), &err);
    th_json_free(entry_body);
}

static void store_group__keeps_the_good_parts_and_shows_them_at_its_end(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *reader = NULL;
    struct th_store *store = th_test_store_create(world, world->path);
    assert_ok(th_store_open(world->path, TH_STORE_READ, &OPTIONS, &reader, &err), &err);
    th_store_group_begin(store);
    write_village(store, "330523100001");
    assert_ok(th_store_commit(store, &err), &err);
    // A reference to nothing would else show at the end, when it takes the others along.
    write_village(store, "330523100002");
    th_test_sql(store, "PRAGMA defer_foreign_keys = ON;"
                       "INSERT INTO money_leg (seq, party_id, account, amount_fen, on_date, memo)"
                       " VALUES (2, 99, 'cash', 5, '2023-01-01', 'x')");
    assert_status(th_store_commit(store, &err), TH_INVARIANT, &err);
    assert_string_equal(err.key, "foreign_key");
    assert_ok(th_store_begin(store, &err), &err);
    insert_village(store, "330523100003");
    assert_status(th_store_commit(store, &err), TH_INVARIANT, &err);
    assert_string_equal(err.key, "commit_without_journal");
    write_village(store, "330523100004");
    th_store_rollback(store);
    write_village(store, "330523100005");
    assert_ok(th_store_commit(store, &err), &err);
    assert_int_equal(th_test_sql_int(reader, "SELECT count(*) FROM village"), 0);
    assert_ok(th_store_group_end(store, &err), &err);
    assert_int_equal(th_test_sql_int(reader, "SELECT count(*) FROM journal"), 2);
    assert_int_equal(th_test_sql_int(reader, "SELECT sum(code % 10) FROM village"), 1 + 5);
    write_village(store, "330523100006"); // as ever
    assert_ok(th_store_commit(store, &err), &err);
    assert_int_equal(th_test_sql_int(reader, "SELECT count(*) FROM journal"), 3);
    th_store_close(reader);
    th_store_close(store);
}

static void store_group__that_sqlite_rolled_back_tells_everyone(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char words[256];
    struct th_store *store = th_test_store_create(world, world->path);
    th_store_group_begin(store);
    write_village(store, "330523100001");
    assert_ok(th_store_commit(store, &err), &err);
    write_village(store, "330523100002");
    th_test_sql_refused(store,
                        "INSERT OR ROLLBACK INTO village SELECT code, name, township, seq FROM "
                        "village",
                        words);
    th_store_rollback(store);
    assert_status(th_store_begin(store, &err), TH_IO, &err);
    assert_status(th_store_group_end(store, &err), TH_IO, &err);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM village"), 0);
    th_store_group_begin(store); // an empty one is none
    assert_ok(th_store_group_end(store, &err), &err);
    write_village(store, "330523100003");
    assert_ok(th_store_commit(store, &err), &err);
    th_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(store_group__keeps_the_good_parts_and_shows_them_at_its_end,
                                        make, take_away),
        cmocka_unit_test_setup_teardown(store_group__that_sqlite_rolled_back_tells_everyone, make,
                                        take_away),
    };
    return cmocka_run_group_tests_name("store_group", tests, NULL, NULL);
}

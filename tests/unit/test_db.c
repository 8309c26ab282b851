// Statements, parameters and columns.
#include <stdio.h>
#include <stdlib.h>

#include "store/store_internal.h"
#include "tests/unit/registry_world.h"

struct db {
    struct th_test_world world;
    struct th_store *store;
};

static int make(void **state)
{
    struct db *db = calloc(1, sizeof(*db));
    assert_non_null(db);
    th_test_world_make(&db->world);
    db->store = th_test_store_create(&db->world, db->world.path);
    th_test_sql(db->store, "CREATE TABLE t (id INTEGER PRIMARY KEY, v, w TEXT UNIQUE)");
    *state = db;
    return 0;
}

static int take_away(void **state)
{
    struct db *db = *state;
    th_store_close(db->store);
    th_test_world_remove(&db->world);
    free(db);
    return 0;
}

static void db_query__a_statement_is_prepared_once(void **state)
{
    static const char SQL[] = "SELECT 1";
    static const char SAME_TEXT[] = "SELECT  1";
    struct db *db = *state;
    struct th_stmt *first = th_db_query(db->store, SQL);
    th_stmt_done(first);
    struct th_stmt *other = th_db_query(db->store, SAME_TEXT);
    th_stmt_done(other);
    assert_ptr_equal(th_db_query(db->store, SQL), first);
    assert_ptr_not_equal(other, first);
    th_stmt_done(first);
}

static void db_query__nested_uses_do_not_disturb_each_other(void **state)
{
    static const char SQL[] = "SELECT value FROM (SELECT 1 AS value UNION ALL SELECT 2 UNION ALL"
                              " SELECT 3) WHERE value >= ?1 ORDER BY value";
    struct db *db = *state;
    struct th_error err = {0};
    bool row = false;
    struct th_stmt *outer = th_db_query(db->store, SQL);
    th_bind_int(outer, 1, 1);
    int64_t seen = 0;
    while (th_stmt_step(outer, &row, &err) == TH_OK && row) {
        struct th_stmt *inner = th_db_query(db->store, SQL);
        assert_ptr_not_equal(inner, outer);
        th_bind_int(inner, 1, 3);
        bool inner_row = false;
        assert_ok(th_stmt_step(inner, &inner_row, &err), &err);
        assert_true(inner_row);
        assert_int_equal(th_column_int(inner, 0), 3);
        th_stmt_done(inner);
        seen = seen * 10 + th_column_int(outer, 0);
    }
    th_stmt_done(outer);
    assert_int_equal(seen, 123);
    assert_ptr_equal(th_db_query(db->store, SQL), outer);
    th_stmt_done(outer);
}

static void db_query__bindings_do_not_outlive_a_use(void **state)
{
    static const char SQL[] = "SELECT ?1 IS NULL";
    struct db *db = *state;
    struct th_error err = {0};
    int64_t value = 0;
    struct th_stmt *q = th_db_query(db->store, SQL);
    th_bind_int(q, 1, 5);
    assert_ok(th_stmt_int(q, -1, &value, &err), &err);
    assert_int_equal(value, 0);
    assert_ok(th_stmt_int(th_db_query(db->store, SQL), -1, &value, &err), &err);
    assert_int_equal(value, 1);
}

static void db_query__a_full_table_of_statements_still_answers(void **state)
{
    enum { MANY = TH_DB_CACHE_SIZE + 88, SIZE = 32 };
    struct db *db = *state;
    struct th_error err = {0};
    char(*sql)[SIZE] = calloc(MANY, SIZE);
    struct th_stmt **open = calloc(MANY, sizeof(*open));
    assert_non_null(sql);
    assert_non_null(open);
    for (int i = 0; i < MANY; i++) {
        snprintf(sql[i], SIZE, "SELECT %d", i);
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            bool row = false;
            open[i] = th_db_query(db->store, sql[i]);
            assert_ok(th_stmt_step(open[i], &row, &err), &err);
        }
        for (int i = 0; i < MANY; i++) {
            assert_int_equal(th_column_int(open[i], 0), i);
            th_stmt_done(open[i]);
        }
    }
    th_db_cache_clear(db->store); // before the texts go
    free(open);
    free(sql);
}

static void db_bind__an_error_sticks_until_the_statement_is_done(void **state)
{
    static const char SQL[] = "SELECT ?1 + 1";
    struct db *db = *state;
    struct th_error err = {0};
    bool row = true;
    int64_t value = 0;
    struct th_stmt *q = th_db_query(db->store, SQL);
    th_bind_int(q, 2, 5);
    th_bind_int(q, 1, 5);
    // Another statement in between must not change the words.
    static const char OTHER[] = "SELECT 1";
    assert_ok(th_stmt_int(th_db_query(db->store, OTHER), 0, &value, &err), &err);
    assert_status(th_stmt_step(q, &row, &err), TH_IO, &err);
    assert_string_equal(err.key, "store_failed");
    assert_non_null(strstr(th_error_arg_get(&err, "detail"), "out of range"));
    assert_true(row);
    th_stmt_done(q);
    q = th_db_query(db->store, SQL);
    th_bind_int(q, 1, 5);
    assert_ok(th_stmt_int(q, 0, &value, &err), &err);
    assert_int_equal(value, 6);
}

static void db_step__sql_that_cannot_be_prepared_fails_at_the_step(void **state)
{
    static const char SQL[] = "SELECT nonsense FROM nowhere";
    struct db *db = *state;
    struct th_error err = {0};
    bool row = false;
    struct th_stmt *q = th_db_query(db->store, SQL);
    th_bind_int(q, 1, 1);
    assert_status(th_stmt_step(q, &row, &err), TH_IO, &err);
    assert_non_null(strstr(th_error_arg_get(&err, "detail"), "nowhere"));
    th_stmt_done(q);
    th_stmt_done(NULL);
    th_bind_int(NULL, 1, 1);
    assert_status(th_stmt_step(NULL, &row, &err), TH_NO_MEMORY, &err);
}

static void db_step__a_broken_constraint_is_a_conflict(void **state)
{
    static const char SQL[] = "INSERT INTO t (w) VALUES (?1)";
    struct db *db = *state;
    struct th_error err = {0};
    int64_t id = 0;
    struct th_stmt *q = th_db_query(db->store, SQL);
    th_bind_text(q, 1, "once");
    assert_ok(th_stmt_insert(q, &id, &err), &err);
    assert_int_equal(id, 1);
    assert_int_equal(th_db_changes(db->store), 1);
    q = th_db_query(db->store, SQL);
    th_bind_text(q, 1, "once");
    id = 77;
    assert_status(th_stmt_insert(q, &id, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "store_constraint");
    assert_int_equal(id, 77);
}

static void db_int__fallback_stands_for_no_row_and_null(void **state)
{
    static const char NO_ROW[] = "SELECT 1 WHERE 0";
    static const char NULL_ROW[] = "SELECT NULL";
    static const char ROW[] = "SELECT 9";
    struct db *db = *state;
    struct th_error err = {0};
    int64_t value = 0;
    assert_ok(th_stmt_int(th_db_query(db->store, NO_ROW), -5, &value, &err), &err);
    assert_int_equal(value, -5);
    assert_ok(th_stmt_int(th_db_query(db->store, NULL_ROW), -6, &value, &err), &err);
    assert_int_equal(value, -6);
    assert_ok(th_stmt_int(th_db_query(db->store, ROW), -6, &value, &err), &err);
    assert_int_equal(value, 9);
}

static void db_bind__values_come_back_as_they_went_in(void **state)
{
    static const char SQL[] = "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13";
    static const unsigned char BYTES[] = {0, 1, 0, 255};
    struct db *db = *state;
    struct th_error err = {0};
    struct th_hash hash = th_hash_bytes(TH_HASH_SHA256, "x", 1);
    struct th_hash back;
    char small[5];
    size_t size = 0;
    bool row = false;
    struct th_stmt *q = th_db_query(db->store, SQL);
    th_bind_int(q, 1, INT64_MIN);
    th_bind_int(q, 2, INT64_MAX);
    th_bind_real(q, 3, 0.1);
    th_bind_text(q, 4, "村a");
    th_bind_text(q, 5, NULL);
    th_bind_blob(q, 6, BYTES, sizeof(BYTES));
    th_bind_hash(q, 7, &hash);
    th_bind_id(q, 8, 0);
    th_bind_id(q, 9, 4);
    th_bind_area(q, 10, th_area_from_m2_300(200000));
    th_bind_carbon(q, 11, th_carbon_from_kg(-3));
    th_bind_units(q, 12, th_units_from_t(2509));
    th_bind_money(q, 13, th_money_from_fen(10899096));
    assert_ok(th_stmt_step(q, &row, &err), &err);
    assert_true(row);
    assert_true(th_column_int(q, 0) == INT64_MIN);
    assert_true(th_column_int(q, 1) == INT64_MAX);
    assert_true(th_column_real(q, 2) == 0.1);
    assert_string_equal(th_column_text(q, 3), "村a");
    th_column_copy(q, 3, small, sizeof(small));
    assert_string_equal(small, "村a");
    th_column_copy(q, 3, small, 3); // no half character
    assert_string_equal(small, "");
    assert_null(th_column_text(q, 4));
    assert_true(th_column_is_null(q, 4));
    th_column_copy(q, 4, small, sizeof(small));
    assert_string_equal(small, "");
    assert_memory_equal(th_column_blob(q, 5, &size), BYTES, sizeof(BYTES));
    assert_int_equal(size, sizeof(BYTES));
    th_column_hash(q, 6, &back);
    assert_memory_equal(&back, &hash, sizeof(hash));
    th_column_hash(q, 5, &back); // four bytes are no digest
    for (size_t i = 0; i < TH_HASH_SIZE; i++) {
        assert_int_equal(back.bytes[i], 0);
    }
    assert_true(th_column_is_null(q, 7));
    assert_int_equal(th_column_int(q, 8), 4);
    assert_int_equal(th_area_m2_300(th_column_area(q, 9)), 200000);
    assert_int_equal(th_carbon_kg(th_column_carbon(q, 10)), -3);
    assert_int_equal(th_units_t(th_column_units(q, 11)), 2509);
    assert_int_equal(th_money_fen(th_column_money(q, 12)), 10899096);
    assert_int_equal(th_column_type(q, 0), TH_DB_INT);
    assert_int_equal(th_column_type(q, 2), TH_DB_REAL);
    assert_int_equal(th_column_type(q, 4), TH_DB_NULL);
    assert_int_equal(th_column_type(q, 5), TH_DB_BLOB);
    th_stmt_done(q);
}

static int n_destroyed;

static void destroy(void *data)
{
    n_destroyed++;
    free(data);
}

static void db_slot__what_a_transaction_remembers_ends_with_it(void **state)
{
    struct db *db = *state;
    struct th_error err = {0};
    n_destroyed = 0;
    assert_ok(th_store_begin(db->store, &err), &err);
    assert_true(th_db_in_transaction(db->store));
    void **slot = th_db_slot(db->store, TH_DB_SLOT_MONEY, destroy);
    assert_null(*slot);
    *slot = malloc(1);
    assert_ptr_equal(*th_db_slot(db->store, TH_DB_SLOT_MONEY, destroy), *slot);
    assert_int_equal(n_destroyed, 0);
    th_store_rollback(db->store);
    assert_int_equal(n_destroyed, 1);
    assert_null(*th_db_slot(db->store, TH_DB_SLOT_MONEY, destroy));
    assert_false(th_db_in_transaction(db->store));
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, make, take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(db_query__a_statement_is_prepared_once),
        WITH_STORE(db_query__nested_uses_do_not_disturb_each_other),
        WITH_STORE(db_query__bindings_do_not_outlive_a_use),
        WITH_STORE(db_query__a_full_table_of_statements_still_answers),
        WITH_STORE(db_bind__an_error_sticks_until_the_statement_is_done),
        WITH_STORE(db_step__sql_that_cannot_be_prepared_fails_at_the_step),
        WITH_STORE(db_step__a_broken_constraint_is_a_conflict),
        WITH_STORE(db_int__fallback_stands_for_no_row_and_null),
        WITH_STORE(db_bind__values_come_back_as_they_went_in),
        WITH_STORE(db_slot__what_a_transaction_remembers_ends_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

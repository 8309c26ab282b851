// Opening the registry file, its layout, its transactions.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include <spatialite.h>

#include "core/file.h"
#include "core/text.h"
#include "store/journal/journal_store.h"
#include "store/people/party_store.h"
#include "store/store_internal.h"
#include "tests/unit/registry_world.h"
#include "tests/unit/table_names.h"

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

static void create_closed(const struct th_test_world *world)
{
    th_store_close(th_test_store_create(world, world->path));
}

static void store_create__makes_an_empty_registry_of_the_newest_layout(void **state)
{
    struct th_test_world *world = *state;
    struct th_store *store = th_test_store_create(world, world->path);
    assert_int_equal(th_store_schema_version(store), th_migrate_newest());
    assert_string_equal(th_store_path(store), world->path);
    assert_int_equal(th_test_sql_int(store, "PRAGMA application_id"), 0x54616e48);
    assert_int_equal(th_test_sql_int(store, "PRAGMA user_version"), th_migrate_newest());
    assert_int_equal(th_test_sql_int(store, "PRAGMA foreign_keys"), 1);
    assert_int_equal(th_test_sql_int(store, "PRAGMA recursive_triggers"), 1);
    assert_int_equal(th_test_sql_int(store, "PRAGMA synchronous"), 2);
    assert_int_equal(th_test_sql_int(store,
                                     "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode ="
                                     " 'wal'"),
                     1);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM journal"), 0);
    th_store_close(store);
    assert_int_equal(th_test_count_files(world->folder), 1);
}

static void store_create__existing_files_are_not_overwritten(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *store = NULL;
    char *text = NULL;
    size_t size = 0;
    assert_ok(th_file_write(world->path, "mine", 4, &err), &err);
    assert_status(th_store_create(world->path, &OPTIONS, &store, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "registry_exists");
    assert_null(store);
    assert_ok(th_file_read(world->path, 100, &text, &size, &err), &err);
    assert_string_equal(text, "mine");
    free(text);
    assert_int_equal(th_test_count_files(world->folder), 1);
}

static void store_create__no_folder_is_reported_and_leaves_nothing(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *store = NULL;
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, world->folder, "none/r.tanhui");
    assert_status(th_store_create(path, &OPTIONS, &store, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "file_io");
    assert_string_equal(th_error_arg_get(&err, "path"), path);
    assert_int_equal(th_test_count_files(world->folder), 0);
}

static enum th_status refuse_to_fill(void *context, struct th_store *store, struct th_error *err)
{
    const struct th_test_world *world = context;
    // The name is free until the file is whole.
    assert_false(th_file_exists(world->path));
    th_test_journal_add(store, "test", "begun");
    return th_error_set(err, TH_LIMIT, "test_refusal", NULL);
}

static enum th_status take_the_name(void *context, struct th_store *store, struct th_error *err)
{
    const struct th_test_world *world = context;
    (void)store;
    return th_file_write(world->path, "taken", 5, err);
}

static void store_create__a_file_that_is_not_filled_never_appears(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    assert_status(th_store_create_filled(world->path, &OPTIONS, refuse_to_fill, world, &err),
                  TH_LIMIT, &err);
    assert_string_equal(err.key, "test_refusal");
    assert_int_equal(th_test_count_files(world->folder), 0);
    assert_status(th_store_create_filled(world->path, &OPTIONS, take_the_name, world, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "registry_exists");
    assert_int_equal(th_test_count_files(world->folder), 1);
}

static void refused(const struct th_test_world *world, enum th_store_mode mode, enum th_status want,
                    const char *key)
{
    struct th_error err = {0};
    struct th_store *store = NULL;
    assert_status(th_store_open(world->path, mode, &OPTIONS, &store, &err), want, &err);
    assert_string_equal(err.key, key);
    assert_null(store);
}

static void store_open__files_that_are_no_registry_are_refused(void **state)
{
    static const char TEXT[] = "code,name,township\n330523100001,a,b\n";
    struct th_test_world *world = *state;
    struct th_error err = {0};
    refused(world, TH_STORE_READ, TH_NOT_FOUND, "registry_not_found");
    refused(world, TH_STORE_WRITE, TH_NOT_FOUND, "registry_not_found");
    assert_int_equal(th_test_count_files(world->folder), 0);

    assert_ok(th_file_write(world->path, "", 0, &err), &err);
    refused(world, TH_STORE_WRITE, TH_UNREADABLE, "registry_not_ours");
    assert_ok(th_file_write(world->path, TEXT, strlen(TEXT), &err), &err);
    refused(world, TH_STORE_WRITE, TH_UNREADABLE, "registry_not_ours");
    char noise[4096];
    memset(noise, 0x5a, sizeof(noise));
    assert_ok(th_file_write(world->path, noise, sizeof(noise), &err), &err);
    refused(world, TH_STORE_READ, TH_UNREADABLE, "registry_not_ours");

    assert_int_equal(unlink(world->path), 0);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(world->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE journal (seq)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    refused(world, TH_STORE_WRITE, TH_UNREADABLE, "registry_not_ours");

    assert_int_equal(unlink(world->path), 0);
    assert_int_equal(mkdir(world->path, 0700), 0);
    refused(world, TH_STORE_WRITE, TH_UNREADABLE, "file_io");
}

// Its log of changes is found by name: two names would be two logs for one file.
static void store_open__a_file_with_two_names_is_neither_written_nor_read(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *store = NULL;
    char other[TH_TEST_PATH_SIZE];
    char by_name[TH_TEST_PATH_SIZE];
    create_closed(world);
    assert_int_equal(symlink(world->path, th_test_path(by_name, world->folder, "link")), 0);
    assert_ok(th_store_open(by_name, TH_STORE_WRITE, &OPTIONS, &store, &err), &err);
    th_store_close(store);
    store = NULL;
    assert_int_equal(link(world->path, th_test_path(other, world->folder, "other")), 0);
    static const enum th_store_mode MODES[] = {TH_STORE_WRITE, TH_STORE_READ};
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        refused(world, MODES[i], TH_CONFLICT, "registry_linked");
        assert_status(th_store_open(other, MODES[i], &OPTIONS, &store, &err), TH_CONFLICT, &err);
        assert_string_equal(err.key, "registry_linked");
        assert_string_equal(th_error_arg_get(&err, "path"), other);
        assert_null(store);
    }
    assert_int_equal(unlink(other), 0);
    assert_ok(th_store_open(world->path, TH_STORE_WRITE, &OPTIONS, &store, &err), &err);
    th_store_close(store);
}

static void store_open__a_file_cut_short_is_corrupt(void **state)
{
    struct th_test_world *world = *state;
    struct stat info;
    create_closed(world);
    assert_int_equal(stat(world->path, &info), 0);
    assert_int_equal(truncate(world->path, info.st_size / 2), 0);
    refused(world, TH_STORE_READ, TH_CORRUPT, "registry_corrupt");
    refused(world, TH_STORE_WRITE, TH_CORRUPT, "registry_corrupt");
    assert_int_equal(truncate(world->path, 99), 0);
    refused(world, TH_STORE_WRITE, TH_UNREADABLE, "registry_not_ours");
}

static void store_open__a_newer_layout_is_refused_and_left_alone(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_hash before;
    struct th_hash after;
    char pragma[64];
    char own[16];
    char newer[16];
    struct th_store *store = th_test_store_create(world, world->path);
    snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d", th_migrate_newest() + 5);
    snprintf(own, sizeof(own), "%d", th_migrate_newest());
    snprintf(newer, sizeof(newer), "%d", th_migrate_newest() + 5);
    th_test_sql(store, pragma);
    th_store_close(store);
    store = NULL;
    assert_ok(th_hash_file(TH_HASH_SHA256, world->path, &before, &err), &err);
    assert_status(th_store_open(world->path, TH_STORE_WRITE, &OPTIONS, &store, &err), TH_TOO_NEW,
                  &err);
    assert_string_equal(err.key, "registry_too_new");
    assert_string_equal(th_error_arg_get(&err, "own_version"), own);
    assert_string_equal(th_error_arg_get(&err, "file_version"), newer);
    refused(world, TH_STORE_READ, TH_TOO_NEW, "registry_too_new");
    assert_ok(th_hash_file(TH_HASH_SHA256, world->path, &after, &err), &err);
    assert_memory_equal(&before, &after, sizeof(before));
}

// A file of ours without any layout: version 0.
static void make_version_0(const struct th_test_world *world)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(world->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "PRAGMA application_id = 1415671368; PRAGMA journal_mode = WAL",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
}

static void layout_text(struct th_store *store, struct th_hash *ret_hash)
{
    sqlite3_stmt *stmt = NULL;
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    int n = 0;
    assert_int_equal(sqlite3_prepare_v2(store->db,
                                        "SELECT type || name || coalesce(sql, '') FROM"
                                        " sqlite_schema ORDER BY type, name",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    for (; sqlite3_step(stmt) == SQLITE_ROW; n++) {
        th_hasher_update(hasher, sqlite3_column_text(stmt, 0),
                         (size_t)sqlite3_column_bytes(stmt, 0));
    }
    sqlite3_finalize(stmt);
    *ret_hash = th_hasher_final(hasher);
    th_hasher_free(hasher);
    assert_true(n > 100);
}

static void store_open__an_older_layout_is_upgraded_by_writers_only(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *store = NULL;
    struct th_hash upgraded;
    struct th_hash fresh;
    char path[TH_TEST_PATH_SIZE];
    make_version_0(world);
    refused(world, TH_STORE_READ, TH_CONFLICT, "registry_old");
    assert_ok(th_store_open(world->path, TH_STORE_WRITE, &OPTIONS, &store, &err), &err);
    assert_int_equal(th_store_schema_version(store), th_migrate_newest());
    layout_text(store, &upgraded);
    th_store_close(store);
    store = th_test_store_create(world, th_test_path(path, world->folder, "fresh.tanhui"));
    layout_text(store, &fresh);
    th_store_close(store);
    assert_memory_equal(&upgraded, &fresh, sizeof(fresh));
    store = NULL;
    assert_ok(th_store_open(world->path, TH_STORE_READ, &OPTIONS, &store, &err), &err);
    th_store_close(store);
}

static void store_open__a_failed_upgrade_changes_nothing(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *store = NULL;
    sqlite3 *db = NULL;
    make_version_0(world);
    assert_int_equal(sqlite3_open(world->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE distribution (a)", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_status(th_store_open(world->path, TH_STORE_WRITE, &OPTIONS, &store, &err), TH_IO, &err);
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM sqlite_schema", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 1);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static void store_open__reading_cannot_write(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *store = NULL;
    char words[256];
    create_closed(world);
    assert_ok(th_store_open(world->path, TH_STORE_READ, &OPTIONS, &store, &err), &err);
    th_test_sql_refused(store, "CREATE TABLE x (a)", words);
    assert_non_null(strstr(words, "readonly"));
    th_store_close(store);
}

static void store_open__nothing_can_be_attached(void **state)
{
    struct th_test_world *world = *state;
    char words[256];
    struct th_store *store = th_test_store_create(world, world->path);
    th_test_sql_refused(store, "ATTACH ':memory:' AS other", words);
    assert_non_null(strstr(words, "attached"));
    th_test_sql_refused(store, "INSERT INTO idx_parcel_version_geom_node VALUES (99, zeroblob(8))",
                        words);
    assert_non_null(strstr(words, "may not be modified"));
    th_store_close(store);
}

static int is_sql(const struct dirent *entry)
{
    return strstr(entry->d_name, ".sql") != NULL;
}

// Of the parts in the folder of a migration ("0001_registry.sql": without the ending), one behind
// the other.
static struct th_hash migration_hash(const char *name)
{
    char relative[TH_TEST_PATH_SIZE];
    char folder[TH_TEST_PATH_SIZE];
    struct dirent **parts = NULL;
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    assert_non_null(hasher);
    snprintf(relative, sizeof(relative), "store/migrations/%.*s", (int)strcspn(name, "."), name);
    int n = scandir(th_test_source_path(folder, relative), &parts, is_sql, alphasort);
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        struct th_error err;
        char path[TH_TEST_PATH_SIZE];
        char *text = NULL;
        size_t size = 0;
        assert_ok(
            th_file_read(th_test_path(path, folder, parts[i]->d_name), 1 << 20, &text, &size, &err),
            &err);
        th_hasher_update(hasher, text, size);
        free(text);
        free(parts[i]);
    }
    free(parts);
    struct th_hash hash = th_hasher_final(hasher);
    th_hasher_free(hasher);
    return hash;
}

// Numbered migrations are frozen: their digests stand in tests/data/migrations.sha256.
static void migrations__released_files_have_not_changed(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char name[128];
    char hex[TH_HASH_HEX_SIZE];
    char found[TH_HASH_HEX_SIZE];
    int n = 0;
    struct th_store *store = th_test_store_create(world, world->path);
    char *list = NULL;
    size_t size = 0;
    assert_ok(th_file_read(th_test_source_path(path, "tests/data/migrations.sha256"), 1 << 16,
                           &list, &size, &err),
              &err);
    // Lines as sha256sum writes them: 64 digits, two spaces, the name.
    for (const char *line = list; *line != '\0'; line += strcspn(line, "\n") + 1) {
        size_t length = strcspn(line, "\n");
        assert_in_range(length, 67, 66 + sizeof(name) - 1);
        th_text_copy(hex, sizeof(hex), line);
        memcpy(name, line + 66, length - 66);
        name[length - 66] = '\0';
        char sql[256];
        struct th_hash hash = migration_hash(name);
        if (strcmp(th_hash_hex(&hash, found), hex) != 0) {
            fail_msg("%s has changed: write a new migration instead", name);
        }
        // What is embedded, and logged in the file, is the same text.
        n++;
        snprintf(sql, sizeof(sql),
                 "SELECT count(*) FROM upgrade_log WHERE version = %d AND lower(hex(sha256)) ="
                 " '%s' AND program = 'tanhui test' AND applied_utc = 1710000000",
                 n, hex);
        assert_int_equal(th_test_sql_int(store, sql), 1);
    }
    free(list);
    assert_true(n > 0);
    assert_int_equal(n, th_migrate_newest());
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM upgrade_log"), n);
    th_store_close(store);
}

static bool listed(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i], name) == 0) {
            return true;
        }
    }
    return false;
}

// Tables that SpatiaLite itself makes, from a database that has nothing else.
static bool made_by_spatialite(sqlite3 *plain, const char *name)
{
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(plain, "SELECT 1 FROM sqlite_schema WHERE name = ?1", -1, &stmt, NULL),
        SQLITE_OK);
    sqlite3_bind_text(stmt, 1, name, -1, SQLITE_TRANSIENT);
    bool found = sqlite3_step(stmt) == SQLITE_ROW;
    sqlite3_finalize(stmt);
    return found || strncmp(name, "idx_parcel_version_geom", 23) == 0 ||
           strncmp(name, "idx_layer_shape_geom", 20) == 0 ||
           strncmp(name, "idx_import_finding_geom", 23) == 0 ||
           strncmp(name, "idx_reversal_ground_geom", 24) == 0;
}

static void layout__every_table_is_strict_and_classified(void **state)
{
    struct th_test_world *world = *state;
    sqlite3 *plain = NULL;
    sqlite3_stmt *stmt = NULL;
    size_t n = 0;
    struct th_store *store = th_test_store_create(world, world->path);
    void *cache = spatialite_alloc_connection();
    assert_int_equal(sqlite3_open(":memory:", &plain), SQLITE_OK);
    spatialite_init_ex(plain, cache, 0);
    assert_int_equal(sqlite3_exec(plain,
                                  "SELECT InitSpatialMetaDataFull(0, 'NONE'), InsertEpsgSrid(4490)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(store->db,
                                        "SELECT name, strict FROM pragma_table_list WHERE schema ="
                                        " 'main' AND type IN ('table', 'virtual', 'shadow')"
                                        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        bool once = listed(INSERT_ONLY, N_INSERT_ONLY, name) != listed(STATE_TABLES, N_STATE, name);
        if (once) {
            n++;
        } else if (!made_by_spatialite(plain, name)) {
            fail_msg("table %s: is it insert-only or a state? Say so in this test", name);
        }
        if (once && sqlite3_column_int(stmt, 1) != 1) {
            fail_msg("table %s is not STRICT", name);
        }
    }
    sqlite3_finalize(stmt);
    assert_int_equal(n, N_INSERT_ONLY + N_STATE);
    sqlite3_close(plain);
    spatialite_cleanup_ex(cache);
    th_store_close(store);
}

static void insert_any_row(struct th_store *store, const char *table, const char *verb)
{
    static const char *const REFUSALS[] = {"insert only", "does not continue", "one counts"};
    char sql[TH_TEST_SQL_SIZE];
    char words[256];
    bool known = false;
    th_test_any_row(store, verb, table, 1, sql);
    if (strcmp(verb, "INSERT") == 0) {
        th_test_sql(store, sql);
        return;
    }
    th_test_sql_refused(store, sql, words);
    for (size_t i = 0; i < sizeof(REFUSALS) / sizeof(REFUSALS[0]); i++) {
        known = known || strstr(words, REFUSALS[i]) != NULL;
    }
    if (!known) {
        fail_msg("%s: %s", table, words);
    }
}

static void layout__insert_only_tables_refuse_every_change(void **state)
{
    struct th_test_world *world = *state;
    struct th_store *store = th_test_store_create(world, world->path);
    th_test_sql(store, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
    for (size_t i = 0; i < N_INSERT_ONLY; i++) {
        const char *table = INSERT_ONLY[i];
        char sql[256];
        char words[256];
        char column[64] = "";
        if (strcmp(table, "upgrade_log") != 0) { // has its row
            insert_any_row(store, table, "INSERT");
        }
        snprintf(sql, sizeof(sql), "SELECT name FROM pragma_table_info('%s')", table);
        sqlite3_stmt *stmt = NULL;
        assert_int_equal(sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL), SQLITE_OK);
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            snprintf(column, sizeof(column), "%s", (const char *)sqlite3_column_text(stmt, 0));
            snprintf(sql, sizeof(sql), "UPDATE \"%s\" SET \"%s\" = \"%s\"", table, column, column);
            th_test_sql_refused(store, sql, words);
            if (strstr(words, "insert only") == NULL) {
                fail_msg("%s: %s", sql, words);
            }
        }
        sqlite3_finalize(stmt);
        assert_true(column[0] != '\0');
        snprintf(sql, sizeof(sql), "DELETE FROM \"%s\"", table);
        th_test_sql_refused(store, sql, words);
        if (strstr(words, "insert only") == NULL) {
            fail_msg("%s: %s", sql, words);
        }
        insert_any_row(store, table, "INSERT OR REPLACE");
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM \"%s\"", table);
        assert_int_equal(th_test_sql_int(store, sql), 1);
    }
    th_store_close(store);
}

static void layout__blocks_of_units_keep_their_range_and_never_revive(void **state)
{
    static const char *const REFUSED[] = {
        "UPDATE unit_block SET first = 2 WHERE block_id = 1",
        "UPDATE unit_block SET last = 9 WHERE block_id = 1",
        "UPDATE unit_block SET parent_id = 2 WHERE block_id = 1",
        "UPDATE unit_block SET issuance_id = 2 WHERE block_id = 1",
        "UPDATE unit_block SET state = 'held' WHERE state = 'retired'",
        "UPDATE unit_block SET owner_id = 3 WHERE state = 'split'",
        "UPDATE unit_block SET owner_id = 3 WHERE state = 'cancelled'",
        "DELETE FROM unit_block WHERE block_id = 1",
        "INSERT OR REPLACE INTO unit_block VALUES (2, 1, 11, 20, NULL, 'held', 1, NULL, NULL)"};
    struct th_test_world *world = *state;
    struct th_store *store = th_test_store_create(world, world->path);
    char words[256];
    th_test_sql(store, "PRAGMA foreign_keys = OFF;"
                       "INSERT INTO unit_block VALUES"
                       " (1, 1, 1, 10, NULL, 'held', 1, NULL, NULL),"
                       " (2, 1, 11, 20, NULL, 'retired', 1, NULL, NULL),"
                       " (3, 1, 21, 30, NULL, 'split', 1, NULL, NULL),"
                       " (4, 1, 31, 40, NULL, 'cancelled', 1, NULL, NULL)");
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        th_test_sql_refused(store, REFUSED[i], words);
        if (strstr(words, "unit_block:") == NULL) {
            fail_msg("%s: %s", REFUSED[i], words);
        }
    }
    th_test_sql(store, "UPDATE unit_block SET owner_id = 3 WHERE block_id = 1");
    th_store_close(store);
}

static void insert_village(struct th_store *store, const char *code)
{
    struct th_error err = {0};
    struct th_village village = {.name = "马家弄村", .township = "山川乡"};
    snprintf(village.code, sizeof(village.code), "%s", code);
    assert_ok(th_village_insert(store, &village, 1, &err), &err);
}

static void append_entry(struct th_store *store)
{
    struct th_error err = {0};
    int64_t seq = 0;
    struct th_json *body = th_json_object();
    struct th_journal_entry entry = {
        .login = "admin", .system_user = "tester", .kind = "test", .subject = "test:1"};
    assert_ok(th_journal_append(store, &entry, body, &seq, &err), &err);
    th_json_free(body);
}

static void store_commit__without_a_journal_entry_is_refused_and_undone(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *store = th_test_store_create(world, world->path);
    th_test_journal_add(store, "test", "first");
    assert_ok(th_store_begin(store, &err), &err);
    insert_village(store, "330523100001");
    assert_status(th_store_check(store, &err), TH_INVARIANT, &err);
    assert_status(th_store_commit(store, &err), TH_INVARIANT, &err);
    assert_string_equal(err.key, "commit_without_journal");
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM village"), 0);
    // Neither does an entry of an earlier or undone transaction count.
    assert_ok(th_store_begin(store, &err), &err);
    append_entry(store);
    th_store_rollback(store);
    assert_ok(th_store_begin(store, &err), &err);
    insert_village(store, "330523100001");
    assert_status(th_store_commit(store, &err), TH_INVARIANT, &err);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM village"), 0);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM journal"), 1);
    assert_ok(th_store_begin(store, &err), &err);
    insert_village(store, "330523100001");
    append_entry(store);
    assert_ok(th_store_check(store, &err), &err);
    assert_ok(th_store_commit(store, &err), &err);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM village"), 1);
    th_store_close(store);
}

static void store_commit__a_reference_to_nothing_is_refused_and_undone(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *store = th_test_store_create(world, world->path);
    th_test_journal_add(store, "test", "first");
    assert_ok(th_store_begin(store, &err), &err);
    append_entry(store);
    // What a row refers to may come later in the transaction, but it must come.
    th_test_sql(store, "PRAGMA defer_foreign_keys = ON;"
                       "INSERT INTO money_leg (seq, party_id, account, amount_fen, on_date, memo)"
                       " VALUES (2, 99, 'cash', 5, '2023-01-01', 'x')");
    assert_status(th_store_commit(store, &err), TH_INVARIANT, &err);
    assert_string_equal(err.key, "foreign_key");
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM journal"), 1);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM money_leg"), 0);
    assert_ok(th_store_begin(store, &err), &err); // free for the next one
    th_store_close(store);                        // rolls back
}

static void store_begin_read__queries_see_one_state(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store *reader = NULL;
    struct th_store *writer = th_test_store_create(world, world->path);
    th_test_journal_add(writer, "test", "one");
    assert_ok(th_store_open(world->path, TH_STORE_READ, &OPTIONS, &reader, &err), &err);
    assert_ok(th_store_begin_read(reader, &err), &err);
    assert_int_equal(th_test_sql_int(reader, "SELECT count(*) FROM journal"), 1);
    th_test_journal_add(writer, "test", "two");
    assert_int_equal(th_test_sql_int(reader, "SELECT count(*) FROM journal"), 1);
    th_store_end_read(reader);
    assert_int_equal(th_test_sql_int(reader, "SELECT count(*) FROM journal"), 2);
    // Ending a read that never began does not undo a write.
    assert_ok(th_store_begin(writer, &err), &err);
    append_entry(writer);
    assert_status(th_store_begin_read(writer, &err), TH_IO, &err);
    th_store_end_read(writer);
    assert_ok(th_store_commit(writer, &err), &err);
    th_store_close(reader);
    th_store_close(writer);
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Another process that writes until it is told to end.
static pid_t hold_the_file(const char *path, int tell[2], int ask[2])
{
    pid_t child = fork();
    if (child != 0) {
        return child;
    }
    (void)close(ask[1]); // so that it ends with the test, whatever happens
    struct th_store *store = NULL;
    char byte = 0;
    bool held = th_store_open(path, TH_STORE_WRITE, &OPTIONS, &store, NULL) == TH_OK &&
                th_store_begin(store, NULL) == TH_OK;
    (void)!write(tell[1], held ? "y" : "n", 1);
    (void)!read(ask[0], &byte, 1);
    th_store_close(store);
    _exit(held ? 0 : 1);
}

static void store_begin__another_writer_makes_it_busy_after_the_timeout(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_store_options impatient = OPTIONS;
    struct th_store *store = NULL;
    int tell[2];
    int ask[2];
    char byte = 0;
    impatient.busy_timeout_ms = 300;
    create_closed(world);
    assert_int_equal(pipe(tell), 0);
    assert_int_equal(pipe(ask), 0);
    pid_t child = hold_the_file(world->path, tell, ask);
    assert_true(child > 0);
    assert_int_equal(read(tell[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_ok(th_store_open(world->path, TH_STORE_WRITE, &impatient, &store, &err), &err);
    double before = seconds();
    assert_status(th_store_begin(store, &err), TH_BUSY, &err);
    double waited = seconds() - before;
    assert_string_equal(err.key, "registry_busy");
    assert_true(waited > 0.25);
    assert_true(waited < 10);
    // Reading goes on meanwhile.
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM journal"), 0);
    assert_int_equal(write(ask[1], "x", 1), 1);
    int code = 0;
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    th_test_journal_add(store, "test", "free again");
    th_store_close(store);
    for (int i = 0; i < 2; i++) {
        (void)close(tell[i]);
        (void)close(ask[i]);
    }
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make, take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(store_create__makes_an_empty_registry_of_the_newest_layout),
        WITH_FOLDER(store_create__existing_files_are_not_overwritten),
        WITH_FOLDER(store_create__no_folder_is_reported_and_leaves_nothing),
        WITH_FOLDER(store_create__a_file_that_is_not_filled_never_appears),
        WITH_FOLDER(store_open__files_that_are_no_registry_are_refused),
        WITH_FOLDER(store_open__a_file_with_two_names_is_neither_written_nor_read),
        WITH_FOLDER(store_open__a_file_cut_short_is_corrupt),
        WITH_FOLDER(store_open__a_newer_layout_is_refused_and_left_alone),
        WITH_FOLDER(store_open__an_older_layout_is_upgraded_by_writers_only),
        WITH_FOLDER(store_open__a_failed_upgrade_changes_nothing),
        WITH_FOLDER(store_open__reading_cannot_write),
        WITH_FOLDER(store_open__nothing_can_be_attached),
        WITH_FOLDER(migrations__released_files_have_not_changed),
        WITH_FOLDER(layout__every_table_is_strict_and_classified),
        WITH_FOLDER(layout__insert_only_tables_refuse_every_change),
        WITH_FOLDER(layout__blocks_of_units_keep_their_range_and_never_revive),
        WITH_FOLDER(store_commit__without_a_journal_entry_is_refused_and_undone),
        WITH_FOLDER(store_commit__a_reference_to_nothing_is_refused_and_undone),
        WITH_FOLDER(store_begin_read__queries_see_one_state),
        WITH_FOLDER(store_begin__another_writer_makes_it_busy_after_the_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

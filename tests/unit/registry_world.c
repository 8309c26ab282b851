#include "tests/unit/registry_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "registry/audit.h"
#include "registry/setup.h"
#include "store/journal/journal_store.h"
#include "store/store_internal.h"

static int64_t world_now(void *context)
{
    const struct th_test_world *world = context;
    return world->now_utc;
}

// splitmix64: the same bytes in every run.
static void world_random(void *context, void *data, size_t size)
{
    struct th_test_world *world = context;
    unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        uint64_t z = (world->chance += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        bytes[i] = (unsigned char)(z ^ (z >> 31));
    }
}

void th_test_world_make(struct th_test_world *world)
{
    memset(world, 0, sizeof(*world));
    th_test_folder_make(world->folder);
    th_test_path(world->path, world->folder, "r.tanhui");
    world->now_utc = TH_WORLD_NOW_UTC;
    world->surroundings = (struct th_surroundings){.now_utc = world_now,
                                                   .random = world_random,
                                                   .context = world,
                                                   .system_user = "tester",
                                                   .program = "tanhui test"};
}

void th_test_world_make_registry(struct th_test_world *world)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_registry_create_options options = {.name = "安吉县", .admin_code = "330523"};
    th_test_world_make(world);
    assert_ok(th_registry_create(world->path, &options, &world->surroundings, &reply, &err), &err);
    th_text_copy(world->activation_code, sizeof(world->activation_code),
                 th_json_get_text(reply, "activation_code", ""));
    th_json_free(reply);
    assert_ok(
        th_registry_open(world->path, TH_STORE_WRITE, &world->surroundings, &world->registry, &err),
        &err);
    world->store = th_registry_store(world->registry);
}

void th_test_world_add_users(struct th_test_world *world)
{
    static const char *const ROLES[] = {"clerk", "verifier", "officer", "bank"};
    struct th_request request = {.login = "admin"};
    for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        struct th_error err = {0};
        struct th_json *reply = NULL;
        assert_ok(
            th_user_add(world->registry, &request, ROLES[i], ROLES[i], NULL, NULL, &reply, &err),
            &err);
        th_json_free(reply);
    }
}

void th_test_world_remove(struct th_test_world *world)
{
    th_registry_close(world->registry);
    th_test_folder_remove(world->folder);
}

struct th_store *th_test_store_create(const struct th_test_world *world, const char *path)
{
    struct th_error err = {0};
    struct th_store *store = NULL;
    struct th_store_options options = {.program = "tanhui test", .now_utc = world->now_utc};
    assert_ok(th_store_create(path, &options, &store, &err), &err);
    return store;
}

void th_test_sql(struct th_store *store, const char *sql)
{
    struct th_error err = {0};
    if (th_db_exec(store, sql, &err) != TH_OK) {
        fail_msg("%s: %s", sql, th_error_arg_get(&err, "detail"));
    }
}

void th_test_sql_refused(struct th_store *store, const char *sql, char words[256])
{
    char *message = NULL;
    if (sqlite3_exec(store->db, sql, NULL, NULL, &message) == SQLITE_OK) {
        fail_msg("not refused: %s", sql);
    }
    th_text_copy(words, 256, message != NULL ? message : "");
    sqlite3_free(message);
}

static const char *any_value(const char *name, const char *type)
{
    if (strcmp(name, "geom") == 0) {
        return "GeomFromText('MULTIPOLYGON(((119 30, 119.1 30, 119 30.1, 119 30)))', 4490)";
    }
    return strcmp(type, "INTEGER") == 0 ? "1"
           : strcmp(type, "REAL") == 0  ? "1.5"
           : strcmp(type, "BLOB") == 0  ? "zeroblob(32)"
                                        : "'x'";
}

void th_test_any_row(struct th_store *store, const char *verb, const char *table, int64_t seq,
                     char sql[TH_TEST_SQL_SIZE])
{
    char query[128];
    sqlite3_stmt *stmt = NULL;
    snprintf(query, sizeof(query), "SELECT name, type FROM pragma_table_info('%s')", table);
    assert_int_equal(sqlite3_prepare_v2(store->db, query, -1, &stmt, NULL), SQLITE_OK);
    snprintf(sql, TH_TEST_SQL_SIZE, "%s INTO \"%s\" VALUES ", verb, table);
    for (const char *sign = "("; sqlite3_step(stmt) == SQLITE_ROW; sign = ", ") {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        const char *type = (const char *)sqlite3_column_text(stmt, 1);
        size_t used = strlen(sql);
        if (strcmp(name, "seq") == 0) {
            snprintf(sql + used, TH_TEST_SQL_SIZE - used, "%s%lld", sign, (long long)seq);
        } else {
            snprintf(sql + used, TH_TEST_SQL_SIZE - used, "%s%s", sign, any_value(name, type));
        }
    }
    sqlite3_finalize(stmt);
    size_t used = strlen(sql);
    snprintf(sql + used, TH_TEST_SQL_SIZE - used, ")");
}

int64_t th_test_sql_int(struct th_store *store, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK ||
        sqlite3_step(stmt) != SQLITE_ROW) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(store->db));
    }
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

static void dump_table(struct th_store *store, const char *table, struct th_hasher *hasher)
{
    char sql[256];
    sqlite3_stmt *stmt = NULL;
    snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
    if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(store->db));
    }
    th_hasher_update(hasher, table, strlen(table) + 1);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            int type = sqlite3_column_type(stmt, i);
            const void *data = sqlite3_column_blob(stmt, i);
            int size = sqlite3_column_bytes(stmt, i);
            th_hasher_update(hasher, &type, sizeof(type));
            th_hasher_update(hasher, &size, sizeof(size));
            if (size > 0) {
                th_hasher_update(hasher, data, (size_t)size);
            }
        }
    }
    sqlite3_finalize(stmt);
}

struct th_hash th_test_content(struct th_store *store)
{
    struct th_hasher *hasher = th_hasher_new(TH_HASH_BLAKE2B);
    sqlite3_stmt *stmt = NULL;
    int n = 0;
    assert_non_null(hasher);
    // Virtual tables show what their shadow tables hold.
    assert_int_equal(sqlite3_prepare_v2(store->db,
                                        "SELECT name FROM pragma_table_list WHERE schema = 'main'"
                                        " AND type IN ('table', 'shadow') ORDER BY name",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        dump_table(store, (const char *)sqlite3_column_text(stmt, 0), hasher);
        n++;
    }
    sqlite3_finalize(stmt);
    assert_true(n > 30);
    struct th_hash hash = th_hasher_final(hasher);
    th_hasher_free(hasher);
    return hash;
}

struct th_hash th_test_tables(struct th_store *store, const char *const *tables, size_t n)
{
    struct th_hasher *hasher = th_hasher_new(TH_HASH_BLAKE2B);
    assert_non_null(hasher);
    for (size_t i = 0; i < n; i++) {
        dump_table(store, tables[i], hasher);
    }
    struct th_hash hash = th_hasher_final(hasher);
    th_hasher_free(hasher);
    return hash;
}

void th_test_journal_add(struct th_store *store, const char *kind, const char *text)
{
    struct th_error err = {0};
    struct th_json *body = th_json_object();
    struct th_journal_entry entry = {.at_utc = TH_WORLD_NOW_UTC,
                                     .login = "admin",
                                     .system_user = "tester",
                                     .kind = kind,
                                     .subject = "test:1"};
    int64_t seq = 0;
    th_json_set_text(body, "text", text);
    assert_ok(th_store_begin(store, &err), &err);
    assert_ok(th_journal_append(store, &entry, body, &seq, &err), &err);
    assert_ok(th_store_commit(store, &err), &err);
    th_json_free(body);
}

void th_test_village_add(struct th_test_world *world, const char *login, const char *code)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_request request = {.login = login};
    assert_ok(th_village_add(world->registry, &request, code, code, "山川乡", &reply, &err), &err);
    th_json_free(reply);
}

size_t th_test_count_files(const char *folder)
{
    size_t n = 0;
    DIR *open = opendir(folder);
    assert_non_null(open);
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        n += entry->d_name[0] != '.';
    }
    (void)closedir(open);
    return n;
}

// Every check of the registry is fine, but for one of that name (NULL: none).
static void assert_sound_but(struct th_registry *registry, const char *left_out)
{
    bool ok = true;
    struct th_error err = {0};
    struct th_messages *messages = NULL;
    struct th_json *reply = NULL;
    assert_ok(th_messages_new(&messages, &err), &err);
    assert_ok(th_registry_check(registry, NULL, true, messages, TH_LANG_EN, &reply, &err), &err);
    const struct th_json *checks = th_json_get(reply, "checks");
    for (size_t i = 0; i < th_json_size(checks); i++) {
        const struct th_json *check = th_json_at(checks, i);
        const char *name = th_json_get_text(check, "name", "");
        if (!th_json_get_bool(check, "ok", false) && (!left_out || strcmp(name, left_out) != 0)) {
            print_error("%s: %s\n", name, th_json_get_text(check, "detail", ""));
            ok = false;
        }
    }
    assert_true(th_json_size(checks) >= 6);
    th_json_free(reply);
    th_messages_free(messages);
    assert_true(ok);
}

void th_test_assert_sound(struct th_registry *registry)
{
    assert_sound_but(registry, NULL);
}

void th_test_assert_sound_rows(struct th_registry *registry)
{
    assert_sound_but(registry, "books_rebuilt");
}

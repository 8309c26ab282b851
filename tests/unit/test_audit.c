// What happened, and whether the file still proves it.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/audit.h"
#include "store/store_internal.h"
#include "tests/unit/registry_world.h"

static int make(void **state)
{
    static const char *const CODES[] = {"330523205201", "330523205202", "330523205203"};
    struct th_test_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_world_make_registry(world);
    for (size_t i = 0; i < 3; i++) {
        th_test_village_add(world, "admin", CODES[i]);
    }
    *state = world; // entries 1 (creation) to 4
    return 0;
}

static int take_away(void **state)
{
    th_test_world_remove(*state);
    free(*state);
    return 0;
}

static struct th_json *log_of(struct th_test_world *world, const char *subject, int64_t from,
                              int64_t limit)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_audit_log_options options = {.subject = subject, .from = from, .limit = limit};
    assert_ok(th_audit_log(world->registry, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n_entries", -1),
                     (int64_t)th_json_size(th_json_get(reply, "entries")));
    return reply;
}

static void audit_log__shows_entries_oldest_first(void **state)
{
    struct th_json *reply = log_of(*state, NULL, 0, 0);
    const struct th_json *entries = th_json_get(reply, "entries");
    const char *head = NULL;
    assert_int_equal(th_json_size(entries), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct th_json *entry = th_json_at(entries, i);
        assert_int_equal(th_json_get_int(entry, "seq", 0), (int64_t)i + 1);
        assert_string_equal(th_json_get_text(entry, "at", ""), "2024-03-09T16:00:00Z");
        assert_string_equal(th_json_get_text(entry, "login", ""), "admin");
        assert_string_equal(th_json_get_text(entry, "system_user", ""), "tester");
        assert_int_equal(strlen(th_json_get_text(entry, "hash", "")), 64);
        if (head != NULL) {
            assert_string_equal(th_json_get_text(entry, "prev_hash", ""), head);
        }
        head = th_json_get_text(entry, "hash", "");
    }
    const struct th_json *second = th_json_at(entries, 1);
    assert_string_equal(th_json_get_text(second, "kind", ""), "village.add");
    assert_string_equal(th_json_get_text(second, "subject", ""), "village:330523205201");
    const struct th_json *villages = th_json_get(th_json_get(second, "body"), "villages");
    assert_string_equal(th_json_get_text(th_json_at(villages, 0), "code", ""), "330523205201");
    th_json_free(reply);
}

static void audit_log__picks_by_subject_number_and_limit(void **state)
{
    static const struct {
        const char *subject;
        int64_t from, limit;
        size_t n;
        int64_t first;
    } CASES[] = {{NULL, 3, 0, 2, 3},
                 {NULL, 0, 2, 2, 1},
                 {"village:330523205203", 0, 0, 1, 4},
                 {"village:330523205203", 5, 0, 0, 0},
                 {"village", 0, 0, 0, 0}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = log_of(*state, CASES[i].subject, CASES[i].from, CASES[i].limit);
        const struct th_json *entries = th_json_get(reply, "entries");
        assert_int_equal(th_json_size(entries), CASES[i].n);
        assert_int_equal(th_json_get_int(th_json_at(entries, 0), "seq", 0), CASES[i].first);
        th_json_free(reply);
    }
}

static struct th_json *verify(struct th_test_world *world, const char *head)
{
    struct th_error err = {0};
    struct th_json *reply = NULL;
    assert_ok(th_audit_verify(world->registry, NULL, head, &reply, &err), &err);
    return reply;
}

static void expect_broken(struct th_test_world *world, const char *head, int64_t seq,
                          const char *reason)
{
    struct th_json *reply = verify(world, head);
    const struct th_json *broken = th_json_get(reply, "broken");
    assert_false(th_json_get_bool(reply, "ok", true));
    assert_int_equal(th_json_get_int(broken, "seq", -1), seq);
    assert_string_equal(th_json_get_text(broken, "reason", ""), reason);
    th_json_free(reply);
}

static void audit_verify__proves_the_chain_and_its_head(void **state)
{
    struct th_test_world *world = *state;
    struct th_json *reply = verify(world, NULL);
    struct th_json *log = log_of(world, NULL, 0, 0);
    const struct th_json *entries = th_json_get(log, "entries");
    assert_true(th_json_get_bool(reply, "ok", false));
    assert_int_equal(th_json_get_int(reply, "n_entries", 0), 4);
    assert_string_equal(th_json_get_text(reply, "head", ""),
                        th_json_get_text(th_json_at(entries, 3), "hash", "x"));
    assert_null(th_json_get(reply, "broken"));
    th_json_free(reply);
    // Every head that the chain ever had is known again.
    for (size_t i = 0; i < 4; i++) {
        reply = verify(world, th_json_get_text(th_json_at(entries, i), "hash", ""));
        assert_true(th_json_get_bool(reply, "ok", false));
        th_json_free(reply);
    }
    th_json_free(log);
}

static void audit_verify__a_head_noted_elsewhere_shows_a_cut_off_end(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *none = NULL;
    char head[TH_HASH_HEX_SIZE];
    struct th_json *reply = verify(world, NULL);
    th_text_copy(head, sizeof(head), th_json_get_text(reply, "head", ""));
    th_json_free(reply);
    th_test_sql(world->store, "DROP TRIGGER journal_no_delete; PRAGMA foreign_keys = OFF;"
                              "DELETE FROM journal WHERE seq = 4");
    reply = verify(world, NULL);
    assert_true(th_json_get_bool(reply, "ok", false)); // alone it cannot know
    th_json_free(reply);
    expect_broken(world, head, -1, "head");
    assert_status(th_audit_verify(world->registry, NULL, "12", &none, &err), TH_INVALID, &err);
    assert_null(none);
}

static void audit_verify__names_the_first_entry_that_does_not_fit(void **state)
{
    struct th_test_world *world = *state;
    th_test_sql(world->store, "DROP TRIGGER journal_no_update;"
                              "UPDATE journal SET login = 'bank' WHERE seq IN (2, 3)");
    expect_broken(world, NULL, 2, "hash");
}

static struct th_json *check(struct th_test_world *world, enum th_lang lang)
{
    struct th_error err = {0};
    struct th_messages *messages = NULL;
    struct th_json *reply = NULL;
    assert_ok(th_messages_new(&messages, &err), &err);
    assert_ok(th_registry_check(world->registry, NULL, true, messages, lang, &reply, &err), &err);
    th_messages_free(messages);
    return reply;
}

static const struct th_json *check_named(const struct th_json *reply, const char *name)
{
    const struct th_json *checks = th_json_get(reply, "checks");
    for (size_t i = 0; i < th_json_size(checks); i++) {
        if (strcmp(th_json_get_text(th_json_at(checks, i), "name", ""), name) == 0) {
            return th_json_at(checks, i);
        }
    }
    fail_msg("no check %s", name);
    return NULL;
}

static void registry_check__a_sound_file_passes_every_check(void **state)
{
    static const char *const NAMES[] = {"journal",        "pages",           "journal_rows",
                                        "foreign_keys",   "spatial_index",   "import_counts",
                                        "parcel_digests", "units_conserved", "money_balance"};
    struct th_json *reply = check(*state, TH_LANG_EN);
    assert_true(th_json_get_bool(reply, "ok", false));
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const struct th_json *one = check_named(reply, NAMES[i]);
        assert_true(th_json_get_bool(one, "ok", false));
        assert_string_equal(th_json_get_text(one, "detail", "x"), "");
    }
    assert_int_equal(th_json_get_int(check_named(reply, "journal"), "n", 0), 4);
    th_json_free(reply);
}

static void registry_check__damage_is_named_by_its_check(void **state)
{
    static const struct {
        const char *sql, *check, *zh, *en;
    } CASES[] = {
        {"DROP TRIGGER journal_no_update; UPDATE journal SET body = '{}' WHERE seq = 3", "journal",
         "日志从第 3 条起对不上（内容与哈希不符）。",
         "The journal does not fit from entry 3 on (the content does not match its hash)."},
        {"PRAGMA foreign_keys = OFF; INSERT INTO party (kind, name, village, seq) VALUES ('bank', "
         "'b', '999999999999', 2)",
         "foreign_keys", "表 party 里有一行引用了不存在的内容。",
         "A row of the table party refers to something that does not exist."},
        {"PRAGMA foreign_keys = OFF; INSERT INTO import (source, sha256, layer, driver, encoding,"
         " crs_code, crs_name, operation, limits, detections, options, n_read, n_accepted, "
         "n_rejected, n_unchanged, seq)"
         " VALUES ('a', zeroblob(32), 'b', 'c', 'd', 'e', 'f', 'g', '{}', '{}', '{}', 2, 2, 0, 0, "
         "2)",
         "import_counts", "有 1 行对不上。", "1 rows do not agree."},
    };
    struct th_test_world *world = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        th_test_sql(world->store, CASES[i].sql);
        struct th_json *reply = check(world, TH_LANG_ZH);
        assert_false(th_json_get_bool(reply, "ok", true));
        assert_false(th_json_get_bool(check_named(reply, CASES[i].check), "ok", true));
        assert_string_equal(th_json_get_text(check_named(reply, CASES[i].check), "detail", ""),
                            CASES[i].zh);
        th_json_free(reply);
        reply = check(world, TH_LANG_EN);
        assert_string_equal(th_json_get_text(check_named(reply, CASES[i].check), "detail", ""),
                            CASES[i].en);
        th_json_free(reply);
    }
}

static void registry_check__rows_without_a_journal_entry_are_counted(void **state)
{
    struct th_test_world *world = *state;
    char names[80][64];
    int n = 0;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(world->store->db,
                           "SELECT m.name FROM sqlite_schema m,"
                           " pragma_table_info(m.name) c WHERE m.type = 'table' AND"
                           " m.name NOT IN ('journal', 'sqlite_sequence') AND c.name = 'seq'",
                           -1, &stmt, NULL),
        SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW && n < 80) {
        snprintf(names[n++], sizeof(names[0]), "%s", (const char *)sqlite3_column_text(stmt, 0));
    }
    sqlite3_finalize(stmt);
    assert_in_range(n, 15, 79);
    th_test_sql(world->store, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
    for (int i = 0; i < n; i++) {
        char sql[TH_TEST_SQL_SIZE];
        char want[64];
        th_test_any_row(world->store, "INSERT", names[i], i % 2 == 0 ? 5 : 0, sql);
        th_test_sql(world->store, sql);
        snprintf(want, sizeof(want), "%d rows do not agree.", i + 1);
        struct th_json *reply = check(world, TH_LANG_EN);
        const struct th_json *rows = check_named(reply, "journal_rows");
        assert_false(th_json_get_bool(rows, "ok", true));
        if (strcmp(th_json_get_text(rows, "detail", ""), want) != 0) {
            fail_msg("table %s is not looked at", names[i]);
        }
        th_json_free(reply);
    }
}

// One byte of a page somewhere in the middle of the file.
static void registry_check__damaged_pages_are_found(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char *bytes = NULL;
    size_t size = 0;
    int64_t page = th_test_sql_int(world->store,
                                   "SELECT rootpage FROM sqlite_schema WHERE name = 'land_class'");
    int64_t page_size = th_test_sql_int(world->store, "PRAGMA page_size");
    th_test_sql(world->store, "PRAGMA wal_checkpoint(TRUNCATE)");
    th_registry_close(world->registry);
    world->registry = NULL;
    assert_ok(th_file_read(world->path, 1 << 28, &bytes, &size, &err), &err);
    size_t at = (size_t)((page - 1) * page_size);
    assert_true(at + (size_t)page_size <= size);
    memset(bytes + at + 8, 0xee, (size_t)page_size - 8); // keeps the kind of page
    assert_ok(th_file_write(world->path, bytes, size, &err), &err);
    free(bytes);
    assert_ok(
        th_registry_open(world->path, TH_STORE_WRITE, &world->surroundings, &world->registry, &err),
        &err);
    struct th_json *reply = check(world, TH_LANG_EN);
    assert_false(th_json_get_bool(reply, "ok", true));
    assert_false(th_json_get_bool(check_named(reply, "pages"), "ok", true));
    th_json_free(reply);
}

#define WITH_REGISTRY(test) cmocka_unit_test_setup_teardown(test, make, take_away)

// A guard that was taken away, put back in other words, or joined by a helper of the thief.
static void registry_check__a_changed_layout_is_named(void **state)
{
    struct th_test_world *world = *state;
    static const struct {
        const char *sql;
        const char *undo;
        const char *detail;
    } CASES[] = {
        {"CREATE TRIGGER evil AFTER INSERT ON journal BEGIN UPDATE user_account SET role = "
         "'officer';"
         " END",
         "DROP TRIGGER evil", "The layout of the file was changed: trigger evil."},
        {"DROP INDEX unit_block_leaf", "",
         "The layout of the file was changed: index unit_block_leaf."},
    };
    th_test_sql(world->store, "CREATE TABLE layer_styles (id INTEGER)"); // as QGIS does
    struct th_json *reply = check(world, TH_LANG_EN);
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        th_test_sql(world->store, CASES[i].sql);
        reply = check(world, TH_LANG_EN);
        const struct th_json *schema = check_named(reply, "schema");
        assert_false(th_json_get_bool(schema, "ok", true));
        assert_string_equal(th_json_get_text(schema, "detail", ""), CASES[i].detail);
        th_json_free(reply);
        th_test_sql(world->store, CASES[i].undo);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_REGISTRY(audit_log__shows_entries_oldest_first),
        WITH_REGISTRY(audit_log__picks_by_subject_number_and_limit),
        WITH_REGISTRY(audit_verify__proves_the_chain_and_its_head),
        WITH_REGISTRY(audit_verify__a_head_noted_elsewhere_shows_a_cut_off_end),
        WITH_REGISTRY(audit_verify__names_the_first_entry_that_does_not_fit),
        WITH_REGISTRY(registry_check__a_sound_file_passes_every_check),
        WITH_REGISTRY(registry_check__damage_is_named_by_its_check),
        WITH_REGISTRY(registry_check__rows_without_a_journal_entry_are_counted),
        WITH_REGISTRY(registry_check__damaged_pages_are_found),
        WITH_REGISTRY(registry_check__a_changed_layout_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

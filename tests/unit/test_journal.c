// The hash chain of the journal, and that nothing in it can be changed unseen.
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/text.h"
#include "store/journal/journal_store.h"
#include "store/store_internal.h"
#include "tests/unit/registry_world.h"

enum { N_ENTRIES = 6 };

struct chain {
    struct th_test_world world;
    struct th_store *store;
};

static int make(void **state)
{
    struct chain *chain = calloc(1, sizeof(*chain));
    assert_non_null(chain);
    th_test_world_make(&chain->world);
    chain->store = th_test_store_create(&chain->world, chain->world.path);
    for (int i = 1; i <= N_ENTRIES; i++) {
        char text[32];
        snprintf(text, sizeof(text), "第%d次", i);
        th_test_journal_add(chain->store, i % 2 == 0 ? "test.even" : "test.odd", text);
    }
    *state = chain;
    return 0;
}

// For whoever writes SQL by hand and has taken the guards away.
static int make_unguarded(void **state)
{
    (void)make(state);
    struct chain *chain = *state;
    th_test_sql(chain->store, "DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;"
                              "DROP TRIGGER journal_chain; PRAGMA foreign_keys = OFF;"
                              "PRAGMA ignore_check_constraints = ON");
    return 0;
}

static int take_away(void **state)
{
    struct chain *chain = *state;
    th_store_close(chain->store);
    th_test_world_remove(&chain->world);
    free(chain);
    return 0;
}

static struct th_journal_verdict verify(struct th_store *store)
{
    struct th_error err = {0};
    struct th_journal_verdict verdict = {0};
    assert_ok(th_journal_verify(store, NULL, &verdict, &err), &err);
    return verdict;
}

static void journal_verify__an_untouched_chain_is_whole(void **state)
{
    struct chain *chain = *state;
    struct th_journal_verdict verdict = verify(chain->store);
    assert_true(verdict.ok);
    assert_int_equal(verdict.n_entries, N_ENTRIES);
    assert_int_equal(verdict.broken_seq, 0);
}

static void journal_verify__an_empty_chain_is_whole(void **state)
{
    struct chain *chain = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_hash zero = {{0}};
    struct th_store *store = th_test_store_create(
        &chain->world, th_test_path(path, chain->world.folder, "empty.tanhui"));
    struct th_journal_verdict verdict = verify(store);
    assert_true(verdict.ok);
    assert_int_equal(verdict.n_entries, 0);
    assert_memory_equal(&verdict.head, &zero, sizeof(zero));
    th_store_close(store);
}

static void put_int(struct th_buf *out, int64_t value)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        th_buf_append_char(out, (char)(unsigned char)((uint64_t)value >> shift));
    }
}

static void put_text(struct th_buf *out, const char *text)
{
    put_int(out, (int64_t)strlen(text));
    th_buf_append_str(out, text);
}

// The layout that journal_store.h promises, written down a second time.
static struct th_hash digest(const struct th_journal_entry *entry)
{
    struct th_buf bytes;
    th_buf_init(&bytes, 1 << 20);
    put_text(&bytes, "tanhui-journal-1");
    th_buf_append(&bytes, entry->prev_hash.bytes, 32);
    put_int(&bytes, entry->seq);
    put_int(&bytes, entry->at_utc);
    put_text(&bytes, entry->login);
    put_text(&bytes, entry->system_user);
    put_text(&bytes, entry->kind);
    put_text(&bytes, entry->subject);
    put_text(&bytes, entry->body);
    struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, bytes.data, bytes.size);
    th_buf_clear(&bytes);
    return hash;
}

struct seen {
    int n;
    int64_t stop_after;
    struct th_hash head;
};

static bool check_entry(void *context, const struct th_journal_entry *entry)
{
    struct seen *seen = context;
    char body[64];
    snprintf(body, sizeof(body), "{\"text\":\"第%d次\"}", seen->n + 1);
    assert_int_equal(entry->seq, seen->n + 1);
    assert_int_equal(entry->at_utc, TH_WORLD_NOW_UTC);
    assert_string_equal(entry->login, "admin");
    assert_string_equal(entry->system_user, "tester");
    assert_string_equal(entry->subject, "test:1");
    assert_string_equal(entry->body, body);
    assert_memory_equal(&entry->prev_hash, &seen->head, sizeof(seen->head));
    struct th_hash want = digest(entry);
    assert_memory_equal(&entry->hash, &want, sizeof(want));
    seen->head = entry->hash;
    seen->n++;
    return true;
}

static void journal_append__each_entry_carries_the_digest_of_the_one_before(void **state)
{
    struct chain *chain = *state;
    struct th_error err = {0};
    struct seen seen = {0};
    assert_ok(th_journal_each(chain->store, NULL, 1, 100, check_entry, &seen, &err), &err);
    assert_int_equal(seen.n, N_ENTRIES);
    struct th_journal_verdict verdict = verify(chain->store);
    assert_memory_equal(&verdict.head, &seen.head, sizeof(seen.head));
}

static void journal_hash__known_answer(void **state)
{
    // Computed with Python's hashlib: blake2b(…, digest_size=32) over the layout in
    // journal_store.h.
    static const char WANT[] = "bd399728f2343ddaa2108873f0524893df8c5f6ff55dff7a197aa5aa1b78f743";
    struct th_error err = {0};
    struct th_hash hash;
    char hex[TH_HASH_HEX_SIZE];
    struct th_journal_entry entry = {.seq = 7,
                                     .at_utc = -2,
                                     .login = "马",
                                     .system_user = "",
                                     .kind = "trade.approve",
                                     .subject = "trade:7",
                                     .body = "{\"a\":1}"};
    (void)state;
    for (size_t i = 0; i < TH_HASH_SIZE; i++) {
        entry.prev_hash.bytes[i] = (unsigned char)i;
    }
    assert_ok(th_journal_hash(&entry, &hash, &err), &err);
    assert_string_equal(th_hash_hex(&hash, hex), WANT);
}

static bool count(void *context, const struct th_journal_entry *entry)
{
    struct seen *seen = context;
    seen->n++;
    return entry->seq != seen->stop_after;
}

static void journal_each__picks_by_number_subject_and_limit(void **state)
{
    static const struct {
        const char *subject;
        int64_t from, limit, stop_after;
        int n;
    } CASES[] = {{NULL, 1, 100, 0, 6},     {NULL, 4, 100, 0, 3},   {NULL, 1, 2, 0, 2},
                 {"test:1", 1, 100, 0, 6}, {"test", 1, 100, 0, 0}, {NULL, 1, 100, 3, 3},
                 {NULL, 7, 100, 0, 0}};
    struct chain *chain = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct seen seen = {.stop_after = CASES[i].stop_after};
        assert_ok(th_journal_each(chain->store, CASES[i].subject, CASES[i].from, CASES[i].limit,
                                  count, &seen, &err),
                  &err);
        assert_int_equal(seen.n, CASES[i].n);
    }
}

static void expect_broken(struct th_store *store, int64_t seq, const char *what)
{
    struct th_journal_verdict verdict = verify(store);
    if (verdict.ok || verdict.broken_seq != seq) {
        fail_msg("%s: %s at %lld, not at %lld", what, verdict.ok ? "whole" : verdict.reason,
                 (long long)verdict.broken_seq, (long long)seq);
    }
}

// One column of one row with its byte `at` changed; false when there is no such byte.
static bool flip_byte(struct th_store *store, const char *column, int64_t seq, int at)
{
    char sql[512];
    sqlite3_stmt *stmt = NULL;
    snprintf(sql, sizeof(sql), "SELECT CAST(%s AS BLOB), typeof(%s) FROM journal WHERE seq = %lld",
             column, column, (long long)seq);
    assert_int_equal(sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int size = sqlite3_column_bytes(stmt, 0);
    bool text = strcmp((const char *)sqlite3_column_text(stmt, 1), "text") == 0;
    unsigned char bytes[512];
    assert_true(size > 0 && size <= (int)sizeof(bytes));
    memcpy(bytes, sqlite3_column_blob(stmt, 0), (size_t)size);
    sqlite3_finalize(stmt);
    if (at >= size) {
        return false;
    }
    bytes[at] ^= 1;
    snprintf(sql, sizeof(sql), "UPDATE journal SET %s = CAST(?1 AS %s) WHERE seq = %lld", column,
             text ? "TEXT" : "BLOB", (long long)seq);
    assert_int_equal(sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL), SQLITE_OK);
    sqlite3_bind_blob(stmt, 1, bytes, size, SQLITE_TRANSIENT);
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_changes(store->db), 1);
    return true;
}

static void journal_verify__every_flipped_byte_names_its_row(void **state)
{
    static const char *const COLUMNS[] = {"login", "system_user", "kind", "subject",
                                          "body",  "prev_hash",   "hash"};
    struct chain *chain = *state;
    int n = 0;
    for (int64_t seq = 1; seq <= N_ENTRIES; seq++) {
        for (size_t c = 0; c < sizeof(COLUMNS) / sizeof(COLUMNS[0]); c++) {
            for (int at = 0;; at++, n++) {
                th_test_sql(chain->store, "SAVEPOINT flip");
                bool flipped = flip_byte(chain->store, COLUMNS[c], seq, at);
                if (flipped) {
                    expect_broken(chain->store, seq, COLUMNS[c]);
                }
                th_test_sql(chain->store, "ROLLBACK TO flip; RELEASE flip");
                if (!flipped) {
                    break;
                }
            }
        }
    }
    assert_true(n > N_ENTRIES * 64);
    assert_true(verify(chain->store).ok);
}

static void journal_verify__every_flipped_bit_of_a_number_names_its_row(void **state)
{
    struct chain *chain = *state;
    char sql[256];
    for (int64_t seq = 1; seq <= N_ENTRIES; seq++) {
        for (int bit = 0; bit < 64; bit++) {
            int64_t mask = (int64_t)((uint64_t)1 << bit);
            int64_t other = seq ^ mask;
            th_test_sql(chain->store, "SAVEPOINT flip");
            snprintf(sql, sizeof(sql),
                     "UPDATE journal SET at_utc = (at_utc | %lld) - (at_utc & %lld)"
                     " WHERE seq = %lld",
                     (long long)mask, (long long)mask, (long long)seq);
            th_test_sql(chain->store, sql);
            expect_broken(chain->store, seq, "at_utc");
            th_test_sql(chain->store, "ROLLBACK TO flip");
            if (other < 1 || other > N_ENTRIES) { // else it would meet another row
                snprintf(sql, sizeof(sql), "UPDATE journal SET seq = %lld WHERE seq = %lld",
                         (long long)other, (long long)seq);
                th_test_sql(chain->store, sql);
                // Below the first it is the first thing that is wrong; above, it is missing.
                expect_broken(chain->store, other < seq ? other : seq, "seq");
            }
            th_test_sql(chain->store, "ROLLBACK TO flip; RELEASE flip");
        }
    }
    assert_true(verify(chain->store).ok);
}

static void journal_verify__other_changes_name_the_first_row_that_is_wrong(void **state)
{
    static const struct {
        const char *label, *sql;
        int64_t seq;
        const char *reason;
    } CASES[] = {
        {"deleted in the middle", "DELETE FROM journal WHERE seq = 3", 3, "sequence"},
        {"deleted at the beginning", "DELETE FROM journal WHERE seq = 1", 1, "sequence"},
        {"deleted and closed up",
         "DELETE FROM journal WHERE seq = 3; UPDATE journal SET seq = seq - 1 WHERE seq > 3", 3,
         "chain"},
        {"two rows exchanged",
         "UPDATE journal SET seq = 99 WHERE seq = 2; UPDATE journal SET seq = 2 WHERE seq = 4;"
         "UPDATE journal SET seq = 4 WHERE seq = 99",
         2, "chain"},
        {"row in front",
         "INSERT INTO journal VALUES (0, 1, 'a', 'b', 'c', 'd', '{}', zeroblob(32), x'01')", 0,
         "sequence"},
        {"forged row at the end",
         "INSERT INTO journal SELECT 7, at_utc, login, system_user, kind, subject, body, hash,"
         " zeroblob(32) FROM journal WHERE seq = 6",
         7, "hash"},
        {"copied row at the end",
         "DROP INDEX IF EXISTS journal_subject; INSERT INTO journal SELECT 7, at_utc, login,"
         " system_user, kind, subject, body, prev_hash, CAST(hash || x'00' AS BLOB) FROM journal "
         "WHERE seq = 6",
         7, "chain"},
        {"hidden behind a NUL",
         "UPDATE journal SET login = login || char(0) || 'bank' WHERE seq = 5", 5, "hash"},
        {"hidden behind the body", "UPDATE journal SET body = body || char(0) WHERE seq = 2", 2,
         "hash"},
        {"digest made longer",
         "UPDATE journal SET hash = CAST(hash || x'00' AS BLOB) WHERE seq = 6", 6, "hash"},
        {"digests emptied", "UPDATE journal SET prev_hash = x'' WHERE seq = 1", 1, "hash"},
        {"a digest for all rows anew but one",
         "UPDATE journal SET prev_hash = zeroblob(32) WHERE seq = 4", 4, "chain"},
    };
    struct chain *chain = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        th_test_sql(chain->store, "SAVEPOINT change");
        th_test_sql(chain->store, CASES[i].sql);
        struct th_journal_verdict verdict = verify(chain->store);
        if (verdict.ok || verdict.broken_seq != CASES[i].seq ||
            strcmp(verdict.reason, CASES[i].reason) != 0) {
            fail_msg("%s: %s at %lld", CASES[i].label, verdict.ok ? "whole" : verdict.reason,
                     (long long)verdict.broken_seq);
        }
        th_test_sql(chain->store, "ROLLBACK TO change; RELEASE change");
    }
    assert_true(verify(chain->store).ok);
}

static void journal_verify__only_an_outside_head_shows_a_cut_off_end(void **state)
{
    struct chain *chain = *state;
    th_test_sql(chain->store, "DELETE FROM journal WHERE seq = 6");
    struct th_journal_verdict verdict = verify(chain->store);
    assert_true(verdict.ok);
    assert_int_equal(verdict.n_entries, N_ENTRIES - 1);
}

static void journal__sql_by_hand_cannot_leave_the_chain(void **state)
{
    static const char *const REFUSED[] = {
        "INSERT INTO journal SELECT 8, 1, 'a', 'b', 'c', 'd', '{}', hash, zeroblob(32) FROM journal"
        " WHERE seq = 6",
        "INSERT INTO journal SELECT 7, 1, 'a', 'b', 'c', 'd', '{}', hash, zeroblob(32) FROM journal"
        " WHERE seq = 5",
        "INSERT INTO journal SELECT NULL, 1, 'a', 'b', 'c', 'd', '{}', hash, zeroblob(32) FROM"
        " journal WHERE seq = 6",
        "INSERT OR REPLACE INTO journal SELECT 3, 1, 'a', 'b', 'c', 'd', '{}', prev_hash,"
        " zeroblob(32) FROM journal WHERE seq = 3",
        "INSERT INTO journal VALUES (0, 1, 'a', 'b', 'c', 'd', '{}', zeroblob(32), zeroblob(32))"};
    struct chain *chain = *state;
    char words[256];
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        th_test_sql_refused(chain->store, REFUSED[i], words);
        if (strstr(words, "does not continue the chain") == NULL) {
            fail_msg("%s: %s", REFUSED[i], words);
        }
    }
    assert_true(verify(chain->store).ok);
}

static void journal_next__is_the_number_of_the_entry_that_follows(void **state)
{
    struct chain *chain = *state;
    struct th_error err = {0};
    int64_t next = 0;
    int64_t seq = 0;
    struct th_json *body = th_json_object();
    struct th_journal_entry entry = {.login = "a", .system_user = "b", .kind = "c", .subject = "d"};
    assert_ok(th_store_begin(chain->store, &err), &err);
    assert_ok(th_journal_next(chain->store, &next, &err), &err);
    assert_int_equal(next, N_ENTRIES + 1);
    assert_ok(th_journal_append(chain->store, &entry, body, &seq, &err), &err);
    assert_int_equal(seq, next);
    assert_ok(th_store_commit(chain->store, &err), &err);
    th_json_free(body);
}

static bool stop(void *context, const char *stage, int64_t done, int64_t total)
{
    int64_t *seen = context;
    assert_string_equal(stage, "verify");
    assert_true(done <= total);
    *seen = total;
    return false;
}

static void journal_head__is_the_number_of_the_last_entry(void **state)
{
    struct chain *chain = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    int64_t seq = -1;
    assert_ok(th_journal_head(chain->store, &seq, &err), &err);
    assert_int_equal(seq, N_ENTRIES);
    // What is rolled back was never entered.
    assert_ok(th_store_begin(chain->store, &err), &err);
    const struct th_journal_entry entry = {
        .login = "admin", .system_user = "tester", .kind = "parcel.import", .subject = "import:1"};
    struct th_json *body = th_json_object();
    assert_ok(th_journal_append(chain->store, &entry, body, &seq, &err), &err);
    th_json_free(body);
    assert_ok(th_journal_head(chain->store, &seq, &err), &err);
    assert_int_equal(seq, N_ENTRIES + 1);
    th_store_rollback(chain->store);
    assert_ok(th_journal_head(chain->store, &seq, &err), &err);
    assert_int_equal(seq, N_ENTRIES);
    struct th_store *empty = th_test_store_create(
        &chain->world, th_test_path(path, chain->world.folder, "empty.tanhui"));
    seq = -1;
    assert_ok(th_journal_head(empty, &seq, &err), &err);
    assert_int_equal(seq, 0);
    th_store_close(empty);
}

// Entries 1 … 6 are test.odd and test.even in turn; then come two of other nouns, one of which
// begins like another, and one whose kind has no verb.
static void journal_touched__knows_what_came_after_by_the_whole_noun(void **state)
{
    struct chain *chain = *state;
    static const struct {
        int64_t seq;
        const char *noun;
        bool touched;
    } CASES[] = {
        {0, "test", true},
        {N_ENTRIES - 1, "test", true},
        {N_ENTRIES, "test", false}, // after, not at
        {N_ENTRIES + 100, "test", false},
        {0, "parcel", true},
        {N_ENTRIES, "parcel", true},
        {N_ENTRIES + 1, "parcel", false}, // "parcels.x" is another noun
        {N_ENTRIES, "parcels", true},
        {0, "parc", false},
        {0, "layer", false}, // a kind without a verb is about nothing
        {0, "PARCEL", false},
        {0, "parcel.split", false},
        {0, "%", false},
        {0, "", false},
    };
    th_test_journal_add(chain->store, "parcel.split", "1");
    th_test_journal_add(chain->store, "parcels.x", "2");
    th_test_journal_add(chain->store, "layer", "3");
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        bool touched = !CASES[i].touched;
        print_message("  %s after %d\n", CASES[i].noun, (int)CASES[i].seq);
        assert_ok(th_journal_touched(chain->store, CASES[i].seq, CASES[i].noun, &touched, &err),
                  &err);
        assert_int_equal(touched, CASES[i].touched);
    }
}

static void journal_verify__can_be_interrupted(void **state)
{
    enum { MANY = 4100 };
    struct chain *chain = *state;
    struct th_error err = {0};
    struct th_journal_verdict verdict = {.n_entries = 77};
    int64_t total = 0;
    int64_t seq = 0;
    struct th_progress progress = {.report = stop, .context = &total};
    struct th_json *body = th_json_object();
    struct th_journal_entry entry = {.login = "a", .system_user = "b", .kind = "c", .subject = "d"};
    assert_ok(th_store_begin(chain->store, &err), &err);
    for (int i = 0; i < MANY; i++) {
        assert_ok(th_journal_append(chain->store, &entry, body, &seq, &err), &err);
    }
    assert_ok(th_store_commit(chain->store, &err), &err);
    th_json_free(body);
    assert_status(th_journal_verify(chain->store, &progress, &verdict, &err), TH_INTERRUPTED, &err);
    assert_int_equal(total, N_ENTRIES + MANY);
    assert_int_equal(verdict.n_entries, 77);
    assert_int_equal(verify(chain->store).n_entries, N_ENTRIES + MANY);
}

#define WITH_CHAIN(test) cmocka_unit_test_setup_teardown(test, make, take_away)
#define UNGUARDED(test) cmocka_unit_test_setup_teardown(test, make_unguarded, take_away)

// Nobody could check its digest: a real number has many spellings.
static void journal_append__a_body_with_a_real_number_is_refused(void **state)
{
    struct chain *chain = *state;
    struct th_error err = {0};
    struct th_journal_entry entry = {
        .login = "x", .system_user = "x", .kind = "x.y", .subject = "x:1"};
    int64_t seq = 77;
    struct th_json *body = th_json_object();
    struct th_json *list = th_json_array();
    th_json_append(list, th_json_real(0.5));
    th_json_set(body, "list", list);
    assert_ok(th_store_begin(chain->store, &err), &err);
    assert_status(th_journal_append(chain->store, &entry, body, &seq, &err), TH_INTERNAL, &err);
    th_store_rollback(chain->store);
    assert_int_equal(seq, 77);
    assert_int_equal(verify(chain->store).n_entries, N_ENTRIES);
    th_json_free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(journal_append__a_body_with_a_real_number_is_refused, make,
                                        take_away),
        WITH_CHAIN(journal_verify__an_untouched_chain_is_whole),
        WITH_CHAIN(journal_verify__an_empty_chain_is_whole),
        WITH_CHAIN(journal_append__each_entry_carries_the_digest_of_the_one_before),
        cmocka_unit_test(journal_hash__known_answer),
        WITH_CHAIN(journal_each__picks_by_number_subject_and_limit),
        UNGUARDED(journal_verify__every_flipped_byte_names_its_row),
        UNGUARDED(journal_verify__every_flipped_bit_of_a_number_names_its_row),
        UNGUARDED(journal_verify__other_changes_name_the_first_row_that_is_wrong),
        UNGUARDED(journal_verify__only_an_outside_head_shows_a_cut_off_end),
        WITH_CHAIN(journal__sql_by_hand_cannot_leave_the_chain),
        WITH_CHAIN(journal_next__is_the_number_of_the_entry_that_follows),
        WITH_CHAIN(journal_head__is_the_number_of_the_last_entry),
        WITH_CHAIN(journal_touched__knows_what_came_after_by_the_whole_noun),
        WITH_CHAIN(journal_verify__can_be_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

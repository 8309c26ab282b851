// The digests that the journal's entries state, against the rows of the file.
#include <string.h>

#include "store/journal/entry_internal.h"
#include "store/journal/posting_internal.h"

enum th_status th_entry_said_begin(struct th_store *beside, struct th_error *err)
{
    static const char SQL[] = "CREATE TEMP TABLE said (set_id INTEGER, first INTEGER, "
                              "last INTEGER, n INTEGER, blake2b TEXT, seq INTEGER, "
                              "PRIMARY KEY (set_id, first)) WITHOUT ROWID";
    return th_stmt_run(th_db_query(beside, SQL), err);
}

static int set_find(const char *table)
{
    for (int set = 0; set < TH_N_SETS; set++) {
        if (strcmp(th_entry_set_table((enum th_entry_set)set), table) == 0) {
            return set;
        }
    }
    return -1;
}

enum th_status th_entry_said_add(struct th_store *beside, int64_t seq, const struct th_json *body,
                                 struct th_error *err)
{
    static const char SQL[] = "INSERT OR REPLACE INTO temp.said (set_id, first, last, n, blake2b, "
                              "seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    const struct th_json *digests = th_json_get(body, "digests");
    enum th_status status = TH_OK;
    for (size_t i = 0; i < th_json_size(digests) && status == TH_OK; i++) {
        const struct th_json *digest = th_json_at(digests, i);
        int set = set_find(th_json_get_text(digest, "table", ""));
        if (set < 0) {
            return th_post_unreadable("digests", err);
        }
        struct th_stmt *q = th_db_query(beside, SQL);
        th_bind_int(q, 1, set);
        th_bind_int(q, 2, th_json_get_int(digest, "first", 0));
        th_bind_int(q, 3, th_json_get_int(digest, "last", 0));
        th_bind_int(q, 4, th_json_get_int(digest, "n", 0));
        th_bind_text(q, 5, th_json_get_text(digest, "blake2b", ""));
        th_bind_int(q, 6, seq);
        status = th_stmt_run(q, err);
    }
    return status;
}

static enum th_status compare_range(struct th_store *store, struct th_stmt *said,
                                    enum th_entry_set set, bool *ret_same, struct th_error *err)
{
    struct th_entry_digest digest;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_entry_digest_make(store, set, th_column_int(said, 0),
                                                 th_column_int(said, 1), &digest, err);
    if (status == TH_OK) {
        *ret_same = digest.n == th_column_int(said, 2) &&
                    strcmp(th_hash_hex(&digest.hash, hex), th_column_text(said, 3)) == 0;
    }
    return status;
}

enum th_status th_entry_said_same(struct th_store *store, enum th_entry_set set, int64_t key,
                                  int64_t seq, bool *ret_same, struct th_error *err)
{
    static const char SQL[] =
        "SELECT d.value ->> 'first', d.value ->> 'last', d.value ->> 'n', d.value ->> 'blake2b' "
        "FROM journal j, json_each(j.body, '$.digests') d WHERE j.seq = ?1 "
        "AND d.value ->> 'table' = ?2 AND ?3 BETWEEN d.value ->> 'first' AND d.value ->> 'last'";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    bool same = false;
    th_bind_int(q, 1, seq);
    th_bind_text(q, 2, th_entry_set_table(set));
    th_bind_int(q, 3, key);
    if (th_stmt_next(q, &status, err)) {
        status = compare_range(store, q, set, &same, err);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_same = same;
    }
    return status;
}

static void differs(enum th_entry_set set, const char *key, const char *name, int64_t value,
                    struct th_error *problem)
{
    (void)th_error_set(problem, TH_INVARIANT, key, "table", th_entry_set_table(set), NULL);
    th_error_add_int(problem, name, value);
}

// Every range as its last entry has it, and no row beside them.
static enum th_status check_set(struct th_store *store, struct th_store *beside,
                                enum th_entry_set set, int64_t *n_rows, struct th_error *problem,
                                struct th_error *err)
{
    static const char SQL[] = "SELECT first, last, n, blake2b, seq FROM temp.said "
                              "WHERE set_id = ?1 ORDER BY first";
    struct th_stmt *q = th_db_query(beside, SQL);
    enum th_status status = TH_OK;
    int64_t n_said = 0;
    int64_t n_there = 0;
    th_bind_int(q, 1, set);
    while (problem->status == TH_OK && th_stmt_next(q, &status, err)) {
        bool same = false;
        status = compare_range(store, q, set, &same, err);
        n_said += th_column_int(q, 2);
        if (status == TH_OK && !same) {
            differs(set, "check_entry_digest", "seq", th_column_int(q, 4), problem);
        }
    }
    th_stmt_done(q);
    if (status == TH_OK && problem->status == TH_OK) {
        status = th_entry_set_count(store, set, &n_there, err);
    }
    if (status == TH_OK && problem->status == TH_OK && n_there != n_said) {
        differs(set, "check_entry_count", "n", n_there - n_said, problem);
    }
    *n_rows += n_said;
    return status;
}

enum th_status th_entry_said_check(struct th_store *store, struct th_store *beside,
                                   const struct th_check_sink *sink, struct th_error *err)
{
    struct th_error problem = {0};
    int64_t n_rows = 0;
    enum th_status status = TH_OK;
    for (int set = 0; set < TH_N_SETS && status == TH_OK && problem.status == TH_OK; set++) {
        struct th_error reason = {0};
        status = check_set(store, beside, (enum th_entry_set)set, &n_rows, &problem, &reason);
        if (status == TH_CORRUPT) {
            problem = reason; // that is the finding
            status = TH_OK;
        } else if (status != TH_OK && err) {
            *err = reason;
        }
    }
    if (status == TH_OK) {
        sink->report(sink->context, "rows_digested", n_rows,
                     problem.status != TH_OK ? &problem : NULL);
    }
    return status;
}

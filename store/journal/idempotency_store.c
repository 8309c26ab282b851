// Idempotency keys.
#include "store/journal/idempotency_store.h"

#include <string.h>

#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/idempotency_internal.h"

enum th_status th_idempotency_find(struct th_store *store, const char *login, const char *key,
                                   const struct th_hash *input_hash, char **ret_reply,
                                   struct th_error *err)
{
    static const char SQL[] =
        "SELECT input_hash, reply, seq FROM idempotency WHERE login = ?1 AND key = ?2";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, login);
    th_bind_text(q, 2, key);
    char *reply = NULL;
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        struct th_hash stored;
        th_column_hash(q, 0, &stored);
        if (memcmp(&stored, input_hash, sizeof(stored)) != 0) {
            status = th_error_set(err, TH_CONFLICT, "idempotency_other_input", "key", key, NULL);
        } else if (th_column_is_null(q, 1)) {
            status = th_error_set(err, TH_CONFLICT, "idempotency_reply_lost", "key", key, NULL);
            th_error_add_int(err, "seq", th_column_int(q, 2));
        } else if ((reply = th_text_duplicate(th_column_text(q, 1))) == NULL) {
            status = th_error_no_memory(err);
        }
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_reply = reply;
    }
    return status;
}

enum th_status th_idempotency_keep(struct th_store *store, const char *login, const char *key,
                                   const struct th_hash *input_hash, const char *reply, int64_t seq,
                                   struct th_error *err)
{
    static const char SQL[] = "INSERT INTO idempotency (login, key, input_hash, reply, seq)"
                              " VALUES (?1, ?2, ?3, ?4, ?5)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, login);
    th_bind_text(q, 2, key);
    th_bind_hash(q, 3, input_hash);
    th_bind_text(q, 4, reply);
    th_bind_int(q, 5, seq);
    return th_stmt_run(q, err);
}

// --- Made again from the journal
// ------------------------------------------------------------------

enum th_status th_idempotency_doubt_all(struct th_store *store, struct th_error *err)
{
    static const char SQL[] = "UPDATE idempotency SET seq = 0";
    return th_stmt_run(th_db_query(store, SQL), err);
}

enum th_status th_idempotency_drop_doubted(struct th_store *store, struct th_error *err)
{
    static const char SQL[] = "DELETE FROM idempotency WHERE seq = 0";
    return th_stmt_run(th_db_query(store, SQL), err);
}

// A reply that is not the one of the entry is worth nothing.
static enum th_status doubt_reply(struct th_store *store, const struct th_journal_entry *entry,
                                  const char *key, const char *said, struct th_error *err)
{
    static const char SQL[] = "SELECT reply FROM idempotency WHERE login = ?1 AND key = ?2";
    static const char SQL_LOST[] =
        "UPDATE idempotency SET reply = NULL WHERE login = ?1 AND key = ?2";
    char hex[TH_HASH_HEX_SIZE];
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, entry->login);
    th_bind_text(q, 2, key);
    enum th_status status = TH_OK;
    const char *reply = th_stmt_next(q, &status, err) ? th_column_text(q, 0) : NULL;
    bool wrong = reply && strcmp(th_idempotency_reply_hex(reply, hex), said) != 0;
    th_stmt_done(q);
    if (status != TH_OK || !wrong) {
        return status;
    }
    q = th_db_query(store, SQL_LOST);
    th_bind_text(q, 1, entry->login);
    th_bind_text(q, 2, key);
    return th_stmt_run(q, err);
}

enum th_status th_idempotency_again(struct th_store *store, const struct th_journal_entry *entry,
                                    const struct th_json *said, bool beside, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO idempotency (login, key, input_hash, reply, seq) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (login, key) DO UPDATE SET input_hash = excluded.input_hash,"
        " seq = excluded.seq WHERE seq = 0";
    struct th_hash input;
    if (!said) {
        return TH_OK;
    }
    const char *key = th_json_get_text(said, "key", "");
    const char *reply = th_json_get_text(said, "reply", "");
    enum th_status status = th_hash_parse(th_json_get_text(said, "input", ""), &input, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, entry->login);
    th_bind_text(q, 2, key);
    th_bind_hash(q, 3, &input);
    th_bind_text(q, 4, beside ? reply : NULL);
    th_bind_int(q, 5, entry->seq);
    status = th_stmt_run(q, err);
    return status == TH_OK && !beside ? doubt_reply(store, entry, key, reply, err) : status;
}

static bool same_key(struct th_stmt *ours, struct th_stmt *theirs)
{
    struct th_hash a;
    struct th_hash b;
    char hex[TH_HASH_HEX_SIZE];
    const char *reply = th_column_text(ours, 4);
    th_column_hash(ours, 2, &a);
    th_column_hash(theirs, 2, &b);
    return strcmp(th_column_text(ours, 0), th_column_text(theirs, 0)) == 0 &&
           strcmp(th_column_text(ours, 1), th_column_text(theirs, 1)) == 0 &&
           memcmp(&a, &b, sizeof(a)) == 0 && th_column_int(ours, 3) == th_column_int(theirs, 3) &&
           (!reply || strcmp(th_idempotency_reply_hex(reply, hex), th_column_text(theirs, 4)) == 0);
}

enum th_status th_idempotency_compare(struct th_store *store, struct th_store *beside,
                                      int64_t *ret_rows, int64_t *ret_differs, struct th_error *err)
{
    static const char SQL[] =
        "SELECT login, key, input_hash, seq, reply FROM idempotency ORDER BY login, key";
    struct th_stmt *ours = th_db_query(store, SQL);
    struct th_stmt *theirs = th_db_query(beside, SQL);
    enum th_status status = TH_OK;
    int64_t row = 0;
    bool left = true;
    bool right = true;
    bool same = true;
    while (status == TH_OK && same && left && right) {
        left = th_stmt_next(ours, &status, err);
        right = th_stmt_next(theirs, &status, err);
        row++;
        same = left == right && (!left || same_key(ours, theirs));
    }
    th_stmt_done(ours);
    th_stmt_done(theirs);
    if (status == TH_OK) {
        *ret_rows += row - 1;
        *ret_differs = same ? 0 : row;
    }
    return status;
}

const char *th_idempotency_reply_hex(const char *reply, char buf[TH_HASH_HEX_SIZE])
{
    struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, reply, strlen(reply));
    return th_hash_hex(&hash, buf);
}

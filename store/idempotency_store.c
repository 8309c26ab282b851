// Idempotency keys.
#include "store/idempotency_store.h"

#include <string.h>

#include "core/text.h"
#include "store/db_internal.h"

enum th_status th_idempotency_find(struct th_store *store, const char *login, const char *key,
                                   const struct th_hash *input_hash, char **ret_reply,
                                   struct th_error *err)
{
    static const char SQL[] =
        "SELECT input_hash, reply FROM idempotency WHERE login = ?1 AND key = ?2";
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

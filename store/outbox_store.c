#include "store/outbox_store.h"

#include "store/db_internal.h"
#include "store/entry_internal.h"

enum th_status th_outbox_insert(struct th_store *store, const struct th_outbox_message *message,
                                int64_t *ret_message_id, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO outbox_message (kind, distribution_id, idempotency_key, body, sha256, "
        "created_utc, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    static const char SQL_DELIVERY[] =
        "INSERT INTO outbox_delivery (message_id, state, next_utc) VALUES (?1, 'waiting', ?2)";
    struct th_stmt *q = th_db_query(store, SQL);
    int64_t message_id = 0;
    th_bind_text(q, 1, message->kind);
    th_bind_int(q, 2, message->distribution_id);
    th_bind_text(q, 3, message->idempotency_key);
    th_bind_text_borrowed(q, 4, message->body);
    th_bind_hash(q, 5, &message->sha256);
    th_bind_int(q, 6, message->created_utc);
    th_bind_int(q, 7, message->seq);
    enum th_status status = th_entry_insert_noted(q, TH_SET_OUTBOX_MESSAGE, &message_id, err);
    if (status == TH_OK) {
        q = th_db_query(store, SQL_DELIVERY);
        th_bind_int(q, 1, message_id);
        th_bind_int(q, 2, message->created_utc);
        status = th_stmt_run(q, err);
    }
    if (status == TH_OK) {
        *ret_message_id = message_id;
    }
    return status;
}

enum th_status th_outbox_sound(struct th_store *store, int64_t message_id, bool *ret_sound,
                               struct th_error *err)
{
    static const char SQL[] = "SELECT seq FROM outbox_message WHERE message_id = ?1";
    int64_t seq = 0;
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, message_id);
    enum th_status status = th_stmt_int(q, 0, &seq, err);
    return status == TH_OK
               ? th_entry_said_same(store, TH_SET_OUTBOX_MESSAGE, message_id, seq, ret_sound, err)
               : status;
}

enum th_status th_outbox_target(struct th_store *store, char ret_url[TH_OUTBOX_URL_SIZE],
                                struct th_error *err)
{
    static const char SQL[] = "SELECT url FROM outbox_target ORDER BY target_id DESC LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    ret_url[0] = '\0';
    if (th_stmt_next(q, &status, err)) {
        th_column_copy(q, 0, ret_url, TH_OUTBOX_URL_SIZE);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_outbox_target_insert(struct th_store *store, const char *url, const char *login,
                                       int64_t seq, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO outbox_target (url, login, seq) VALUES (?1, ?2, ?3) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, url);
    th_bind_text(q, 2, login);
    th_bind_int(q, 3, seq);
    return th_entry_run(q, "outbox_target", err);
}

enum th_status th_outbox_take(struct th_store *store, const char *lease, int64_t now_utc,
                              int64_t lease_s, int64_t *ret_message_id, int64_t *ret_attempt,
                              struct th_error *err)
{
    static const char SQL[] =
        "UPDATE outbox_delivery SET lease = ?1, lease_until_utc = ?2 + ?3, attempts = attempts + 1 "
        "WHERE message_id = (SELECT message_id FROM outbox_delivery WHERE state = 'waiting' "
        "AND next_utc <= ?2 AND (lease IS NULL OR lease_until_utc < ?2) "
        "ORDER BY next_utc, message_id LIMIT 1) RETURNING message_id, attempts";
    struct th_stmt *q = th_db_query(store, SQL);
    int64_t message_id = 0;
    int64_t attempt = 0;
    th_bind_text(q, 1, lease);
    th_bind_int(q, 2, now_utc);
    th_bind_int(q, 3, lease_s);
    enum th_status status = TH_OK;
    // Stepped to its end: only then is it written.
    while (th_stmt_next(q, &status, err)) {
        message_id = th_column_int(q, 0);
        attempt = th_column_int(q, 1);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_message_id = message_id;
        *ret_attempt = attempt;
    }
    return status;
}

enum th_status th_outbox_give_back(struct th_store *store, const struct th_outbox_result *result,
                                   struct th_error *err)
{
    static const char SQL[] =
        "UPDATE outbox_delivery SET state = ?3, lease = NULL, lease_until_utc = NULL, "
        "next_utc = ?4, http_status = ?5, problem = ?6, "
        "delivered_utc = CASE ?3 WHEN 'delivered' THEN ?7 END "
        "WHERE message_id = ?1 AND lease = ?2";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, result->message_id);
    th_bind_text(q, 2, result->lease);
    th_bind_text(q, 3, result->state);
    th_bind_int(q, 4, result->next_utc);
    th_bind_id(q, 5, result->http_status);
    th_bind_text(q, 6, result->problem);
    th_bind_int(q, 7, result->now_utc);
    return th_stmt_run(q, err);
}

enum th_status th_outbox_revive(struct th_store *store, int64_t message_id, int64_t now_utc,
                                struct th_error *err)
{
    static const char SQL[] =
        "UPDATE outbox_delivery SET state = 'waiting', attempts = 0, next_utc = ?2 "
        "WHERE message_id = ?1 AND state <> 'delivered'";
    static const char SQL_KNOWN[] = "SELECT count(*) FROM outbox_delivery WHERE message_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    int64_t n = 0;
    th_bind_int(q, 1, message_id);
    th_bind_int(q, 2, now_utc);
    enum th_status status = th_stmt_run(q, err);
    if (status != TH_OK || th_db_changes(store) == 1) {
        return status;
    }
    q = th_db_query(store, SQL_KNOWN);
    th_bind_int(q, 1, message_id);
    status = th_stmt_int(q, 0, &n, err);
    if (status == TH_OK) {
        status = n == 0 ? th_error_set(err, TH_NOT_FOUND, "outbox_not_found", NULL)
                        : th_error_set(err, TH_CONFLICT, "outbox_delivered", NULL);
        th_error_add_int(err, "message", message_id);
    }
    return status;
}

enum th_status th_outbox_next(struct th_store *store, int64_t *ret_next_utc, struct th_error *err)
{
    static const char SQL[] = "SELECT min(max(next_utc, coalesce(lease_until_utc + 1, 0))) "
                              "FROM outbox_delivery WHERE state = 'waiting'";
    return th_stmt_int(th_db_query(store, SQL), 0, ret_next_utc, err);
}

enum th_status th_outbox_each(struct th_store *store, const char *state, int64_t message_id,
                              bool (*visit)(void *context, const struct th_outbox_row *row),
                              void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT m.message_id, m.kind, m.distribution_id, m.idempotency_key, m.body, m.sha256, "
        "m.created_utc, m.seq, d.state, d.attempts, d.next_utc, d.lease_until_utc, d.http_status, "
        "d.problem, d.delivered_utc FROM outbox_message m JOIN outbox_delivery d USING "
        "(message_id) "
        "WHERE (?1 IS NULL OR d.state = ?1) AND (?2 IS NULL OR m.message_id = ?2) "
        "ORDER BY m.message_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, state);
    th_bind_id(q, 2, message_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const char *problem = th_column_text(q, 13);
        struct th_outbox_row row = {.message = {.message_id = th_column_int(q, 0),
                                                .kind = th_column_text(q, 1),
                                                .distribution_id = th_column_int(q, 2),
                                                .idempotency_key = th_column_text(q, 3),
                                                .body = th_column_text(q, 4),
                                                .created_utc = th_column_int(q, 6),
                                                .seq = th_column_int(q, 7)},
                                    .state = th_column_text(q, 8),
                                    .attempts = th_column_int(q, 9),
                                    .next_utc = th_column_int(q, 10),
                                    .lease_until_utc = th_column_int(q, 11),
                                    .http_status = th_column_int(q, 12),
                                    .problem = problem ? problem : "",
                                    .delivered_utc = th_column_int(q, 14)};
        th_column_hash(q, 5, &row.message.sha256);
        go_on = visit(context, &row);
    }
    th_stmt_done(q);
    return status;
}

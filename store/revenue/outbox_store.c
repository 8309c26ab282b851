#include "store/revenue/outbox_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/check_internal.h"
#include "store/db_internal.h"
#include "store/journal/entry_internal.h"
#include "store/journal/posting_internal.h"

// Is this payment, by its number, owed?
#define OWED(row)                                                                                  \
    "coalesce((SELECT e.kind = 'resent' AND e.attempt = " row ".attempt FROM payout_event e "      \
    "WHERE e.distribution_id = " row ".distribution_id AND e.party_id = " row ".party_id "         \
    "ORDER BY e.payout_event_id DESC LIMIT 1), " row ".attempt = 1)"

// Where the party of this row is paid now; NULL: nowhere yet.
#define ACCOUNT(row)                                                                               \
    "(SELECT a.account_id FROM party_account a JOIN party_account_decision y USING (account_id) "  \
    "WHERE a.party_id = " row ".party_id AND y.state = 'confirmed' "                               \
    "ORDER BY y.seq DESC, a.account_id DESC LIMIT 1)"

// Withdrawn messages are counted among those that may have arrived; `flying`: somebody is sending
// it at the instant ?1.
#define MESSAGES                                                                                   \
    "message AS MATERIALIZED (SELECT d.message_id, w.message_id IS NULL AS live, d.sent, "         \
    "d.state = 'delivered' AS arrived, coalesce(d.state = 'waiting' AND d.lease_until_utc >= ?1, " \
    "0) AS flying FROM outbox_delivery d LEFT JOIN outbox_withdrawal w USING (message_id))"

#define ALL_OWED                                                                                   \
    "owed AS (SELECT p.distribution_id, p.party_id, coalesce(e.attempt, 1) AS attempt "            \
    "FROM distribution_decision x JOIN distribution_payment p USING (distribution_id) "            \
    "LEFT JOIN payout_event e ON e.payout_event_id = (SELECT max(o.payout_event_id) "              \
    "FROM payout_event o WHERE o.distribution_id = p.distribution_id "                             \
    "AND o.party_id = p.party_id) WHERE x.state = 'approved' AND p.amount_fen > 0 "                \
    "AND (e.kind IS NULL OR e.kind = 'resent') GROUP BY p.distribution_id, p.party_id)"

// Messages of which nothing tells any more how far they have come.
#define NO_DELIVERY                                                                                \
    "FROM outbox_message m WHERE NOT EXISTS "                                                      \
    "(SELECT 1 FROM outbox_delivery d WHERE d.message_id = m.message_id)"

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

enum th_status th_outbox_check_all(struct th_store *store, const struct th_check_sink *sink,
                                   struct th_error *err)
{
    const struct th_check_query query = {.name = "outbox_rows",
                                         .sql_count = "SELECT count(*) FROM outbox_message",
                                         .sql_wrong = "SELECT min(m.message_id) " NO_DELIVERY,
                                         .key = "outbox_row_missing",
                                         .argument = "message"};
    return th_check_run(store, &query, sink, err);
}

enum th_status th_outbox_mend(struct th_store *store, int64_t *ret_n, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO outbox_delivery (message_id, state, sent, next_utc) "
                              "SELECT message_id, 'waiting', 1, created_utc " NO_DELIVERY;
    enum th_status status = th_stmt_run(th_db_query(store, SQL), err);
    if (status == TH_OK) {
        *ret_n += th_db_changes(store);
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
        "UPDATE outbox_delivery SET lease = ?1, lease_until_utc = ?2 + ?3, attempts = attempts + "
        "1, sent = 1 WHERE message_id = (SELECT d.message_id FROM outbox_delivery d "
        "WHERE d.state = 'waiting' AND d.next_utc <= ?2 "
        "AND (d.lease IS NULL OR d.lease_until_utc < ?2) AND NOT EXISTS "
        "(SELECT 1 FROM outbox_withdrawal w WHERE w.message_id = d.message_id) AND NOT EXISTS "
        "(SELECT 1 FROM outbox_payment p WHERE p.message_id = d.message_id AND p.word = 'pay' "
        "AND NOT (" OWED("p") " AND p.account_id IS " ACCOUNT(
            "p") ")) "
                 "ORDER BY d.next_utc, d.message_id LIMIT 1) RETURNING message_id, attempts";
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

// Why a message is not to be tried again.
static enum th_status refuse_again(struct th_store *store, int64_t message_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT CASE WHEN w.message_id IS NOT NULL THEN 1 WHEN d.state = 'delivered' THEN 2 ELSE 3 "
        "END FROM outbox_delivery d LEFT JOIN outbox_withdrawal w USING (message_id) "
        "WHERE d.message_id = ?1";
    static const char *const KEYS[] = {"outbox_not_found", "outbox_withdrawn", "outbox_delivered",
                                       "outbox_not_delivered"};
    struct th_stmt *q = th_db_query(store, SQL);
    int64_t which = 0;
    th_bind_int(q, 1, message_id);
    enum th_status status = th_stmt_int(q, 0, &which, err);
    if (status == TH_OK) {
        status = th_error_set(err, which == 0 ? TH_NOT_FOUND : TH_CONFLICT, KEYS[which], NULL);
        th_error_add_int(err, "message", message_id);
    }
    return status;
}

enum th_status th_outbox_again(struct th_store *store, int64_t message_id, bool delivered,
                               int64_t now_utc, struct th_error *err)
{
    static const char SQL[] =
        "UPDATE outbox_delivery SET state = 'waiting', attempts = 0, next_utc = ?2, "
        "delivered_utc = NULL WHERE message_id = ?1 AND (state = 'delivered') = ?3 "
        "AND message_id NOT IN (SELECT message_id FROM outbox_withdrawal)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, message_id);
    th_bind_int(q, 2, now_utc);
    th_bind_int(q, 3, delivered);
    enum th_status status = th_stmt_run(q, err);
    if (status != TH_OK || th_db_changes(store) == 1) {
        return status;
    }
    return refuse_again(store, message_id, err);
}

enum th_status th_outbox_next(struct th_store *store, int64_t *ret_next_utc, struct th_error *err)
{
    static const char SQL[] = "SELECT min(max(next_utc, coalesce(lease_until_utc + 1, 0))) "
                              "FROM outbox_delivery WHERE state = 'waiting' "
                              "AND message_id NOT IN (SELECT message_id FROM outbox_withdrawal)";
    return th_stmt_int(th_db_query(store, SQL), 0, ret_next_utc, err);
}

enum th_status th_outbox_each(struct th_store *store, const char *state, int64_t message_id,
                              bool (*visit)(void *context, const struct th_outbox_row *row),
                              void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT m.message_id, m.kind, m.distribution_id, m.idempotency_key, m.body, m.sha256, "
        "m.created_utc, m.seq, CASE WHEN w.message_id IS NULL THEN d.state ELSE 'withdrawn' END "
        "AS state, d.attempts, d.next_utc, d.lease_until_utc, d.http_status, d.problem, "
        "d.delivered_utc, w.replaced_by FROM outbox_message m "
        "JOIN outbox_delivery d USING (message_id) LEFT JOIN outbox_withdrawal w USING "
        "(message_id) WHERE (?1 IS NULL OR CASE WHEN w.message_id IS NULL THEN d.state "
        "ELSE 'withdrawn' END = ?1) AND (?2 IS NULL OR m.message_id = ?2) "
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
                                    .delivered_utc = th_column_int(q, 14),
                                    .replaced_by = th_column_int(q, 15)};
        th_column_hash(q, 5, &row.message.sha256);
        go_on = visit(context, &row);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status read_words(struct th_stmt *q, struct th_outbox_words *ret_words,
                                 struct th_error *err)
{
    struct th_outbox_words words = {0};
    size_t capacity = 0;
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        if (words.n == capacity) {
            capacity = capacity == 0 ? 16 : capacity * 2;
            struct th_outbox_word *items = realloc(words.items, capacity * sizeof(*items));
            if (!items) {
                status = th_error_no_memory(err);
                break;
            }
            words.items = items;
        }
        words.items[words.n++] = (struct th_outbox_word){.distribution_id = th_column_int(q, 0),
                                                         .party_id = th_column_int(q, 1),
                                                         .attempt = th_column_int(q, 2),
                                                         .account_id = th_column_int(q, 3),
                                                         .message_id = th_column_int(q, 4)};
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_words = words;
    } else {
        free(words.items);
    }
    return status;
}

enum th_status th_outbox_wanted(struct th_store *store, int64_t now_utc,
                                struct th_outbox_words *ret_words, struct th_error *err)
{
    // Where a message is on its way that speaks of a payment, nothing is said of it before that has
    // come to an end. What the bank reported of a number by its own file it need not be told.
    static const char SQL[] =
        "WITH " MESSAGES ", " ALL_OWED ", pay AS MATERIALIZED (SELECT o.*, " ACCOUNT(
            "o") " AS account_id FROM owed o WHERE NOT EXISTS (SELECT 1 FROM outbox_payment p "
                 "JOIN message m USING (message_id) WHERE p.distribution_id = o.distribution_id "
                 "AND p.party_id = o.party_id AND m.live "
                 "AND (m.flying OR (m.arrived AND p.attempt = o.attempt)))) "
                 "SELECT distribution_id, party_id, attempt, account_id, NULL FROM pay "
                 "WHERE account_id IS NOT NULL "
                 "UNION SELECT p.distribution_id, p.party_id, p.attempt, NULL, NULL FROM "
                 "outbox_payment p "
                 "JOIN message m USING (message_id) WHERE p.word = 'pay' AND m.sent AND NOT " OWED(
                     "p") " AND NOT EXISTS (SELECT 1 FROM payout_event e JOIN journal j ON j.seq = "
                          "e.seq "
                          "WHERE e.distribution_id = p.distribution_id AND e.party_id = p.party_id "
                          "AND e.attempt = p.attempt AND j.kind = 'payment.import') "
                          "AND NOT EXISTS (SELECT 1 FROM outbox_payment s JOIN message n USING "
                          "(message_id) "
                          "WHERE s.distribution_id = p.distribution_id AND s.party_id = p.party_id "
                          "AND n.live "
                          "AND (n.flying OR (n.arrived AND s.attempt = p.attempt AND s.word = "
                          "'stop'))) "
                          "ORDER BY 1, 2, 3";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, now_utc);
    return read_words(q, ret_words, err);
}

enum th_status th_outbox_waiting(struct th_store *store, int64_t now_utc,
                                 struct th_outbox_words *ret_words, struct th_error *err)
{
    static const char SQL[] =
        "WITH " MESSAGES " SELECT p.distribution_id, p.party_id, p.attempt, p.account_id, "
        "p.message_id FROM message m JOIN outbox_payment p USING (message_id) "
        "WHERE m.live AND NOT m.arrived AND NOT m.flying ORDER BY 1, 2, 3, 5";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, now_utc);
    return read_words(q, ret_words, err);
}

enum th_status th_outbox_unordered(struct th_store *store, struct th_outbox_words *ret_words,
                                   struct th_error *err)
{
    static const char SQL[] =
        "WITH " ALL_OWED " SELECT o.distribution_id, o.party_id, o.attempt, " ACCOUNT(
            "o") ", NULL FROM owed o WHERE NOT EXISTS (SELECT 1 FROM outbox_payment p "
                 "WHERE p.distribution_id = o.distribution_id AND p.party_id = o.party_id "
                 "AND p.attempt = o.attempt AND p.word = 'pay' "
                 "AND p.message_id NOT IN (SELECT message_id FROM outbox_withdrawal)) "
                 "ORDER BY 1, 2";
    return read_words(th_db_query(store, SQL), ret_words, err);
}

enum th_status th_outbox_ordered(struct th_store *store, const struct th_payout *payout,
                                 bool *ret_ordered, struct th_error *err)
{
    static const char SQL[] =
        "SELECT count(*) FROM outbox_payment p JOIN outbox_delivery d USING (message_id) "
        "WHERE p.distribution_id = ?1 AND p.party_id = ?2 AND p.attempt = ?3 AND p.word = 'pay' "
        "AND d.sent";
    struct th_stmt *q = th_db_query(store, SQL);
    int64_t n = 0;
    th_bind_int(q, 1, payout->distribution_id);
    th_bind_int(q, 2, payout->party_id);
    th_bind_int(q, 3, payout->attempt);
    enum th_status status = th_stmt_int(q, 0, &n, err);
    if (status == TH_OK) {
        *ret_ordered = n > 0;
    }
    return status;
}

enum th_status th_outbox_word_post(struct th_posting *posting, const struct th_outbox_word *word,
                                   struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "message_id", word->message_id);
    th_json_set_int(row, "distribution_id", word->distribution_id);
    th_json_set_int(row, "party_id", word->party_id);
    th_json_set_int(row, "attempt", word->attempt);
    th_json_set_text(row, "word", word->account_id != 0 ? "pay" : "stop");
    th_post_set_id(row, "account_id", word->account_id);
    return th_post(posting, "outbox_payment", row, err);
}

enum th_status th_outbox_withdraw(struct th_posting *posting, int64_t message_id,
                                  int64_t replaced_by, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "message_id", message_id);
    th_post_set_id(row, "replaced_by", replaced_by);
    return th_post(posting, "outbox_withdrawal", row, err);
}

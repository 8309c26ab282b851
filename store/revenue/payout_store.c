// Payments as rows.
#include "store/revenue/payout_store.h"

#include <stdlib.h>

#include "store/db_internal.h"
#include "store/journal/posting_internal.h"

#define PAYOUTS(which)                                                                             \
    "WITH due AS (SELECT party_id, sum(amount_fen) AS amount_fen FROM distribution_payment "       \
    "WHERE " which " GROUP BY party_id) "                                                          \
    "SELECT due.party_id, due.amount_fen, coalesce(e.attempt, 1), "                                \
    "CASE WHEN x.state IS NULL THEN 'proposed' WHEN x.state = 'rejected' THEN 'rejected' "         \
    "WHEN e.kind IS NULL OR e.kind = 'resent' THEN 'owed' ELSE e.kind END, "                       \
    "e.on_date, e.reference, e.note, coalesce(e.on_date, x.on_date), "                             \
    "CASE x.state WHEN 'approved' THEN x.seq END, "                                                \
    "(SELECT substr(hex(j.hash), 1, 6) FROM distribution d JOIN journal j ON j.seq = d.seq"        \
    " WHERE d.distribution_id = ?1) FROM due "                                                     \
    "LEFT JOIN distribution_decision x ON x.distribution_id = ?1 "                                 \
    "LEFT JOIN payout_event e ON e.payout_event_id = (SELECT max(payout_event_id)"                 \
    " FROM payout_event o WHERE o.distribution_id = ?1 AND o.party_id = due.party_id) "            \
    "WHERE due.amount_fen > 0 ORDER BY due.party_id"

enum th_status th_payouts(struct th_store *store, int64_t distribution_id, int64_t party_id,
                          struct th_payout_list *ret_list, struct th_error *err)
{
    static const char SQL_ALL[] = PAYOUTS("distribution_id = ?1 AND ?2 IS NULL");
    // By the index of parties: a run may have ten thousand.
    static const char SQL_PARTY[] = PAYOUTS("party_id = ?2 AND +distribution_id = ?1");
    struct th_payout_list list = {0};
    size_t capacity = 0;
    struct th_stmt *q = th_db_query(store, party_id != 0 ? SQL_PARTY : SQL_ALL);
    th_bind_int(q, 1, distribution_id);
    th_bind_id(q, 2, party_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        if (list.n == capacity) {
            capacity = capacity == 0 ? 16 : capacity * 2;
            struct th_payout *items = realloc(list.items, capacity * sizeof(*items));
            if (!items) {
                status = th_error_no_memory(err);
                break;
            }
            list.items = items;
        }
        struct th_payout *payout = &list.items[list.n++];
        *payout = (struct th_payout){.distribution_id = distribution_id,
                                     .party_id = th_column_int(q, 0),
                                     .amount = th_column_money(q, 1),
                                     .attempt = th_column_int(q, 2)};
        th_column_copy(q, 3, payout->state, sizeof(payout->state));
        th_column_copy(q, 4, payout->on_date, sizeof(payout->on_date));
        th_column_copy(q, 5, payout->reference, sizeof(payout->reference));
        th_column_copy(q, 6, payout->note, sizeof(payout->note));
        th_column_copy(q, 7, payout->since_on, sizeof(payout->since_on));
        payout->approved_seq = th_column_int(q, 8);
        th_column_copy(q, 9, payout->run_word, sizeof(payout->run_word));
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_list = list;
    } else {
        free(list.items);
    }
    return status;
}

enum th_status th_payout_ended(struct th_store *store, const struct th_payout *payout,
                               int64_t attempt, struct th_payout *ret_payout, struct th_error *err)
{
    static const char SQL[] =
        "SELECT kind, on_date, reference FROM payout_event WHERE distribution_id = ?1 "
        "AND party_id = ?2 AND attempt = ?3 AND kind <> 'resent' "
        "ORDER BY payout_event_id DESC LIMIT 1";
    struct th_payout ended = *payout;
    ended.attempt = attempt;
    ended.state[0] = '\0';
    ended.on_date[0] = '\0';
    ended.reference[0] = '\0';
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, payout->distribution_id);
    th_bind_int(q, 2, payout->party_id);
    th_bind_int(q, 3, attempt);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        th_column_copy(q, 0, ended.state, sizeof(ended.state));
        th_column_copy(q, 1, ended.on_date, sizeof(ended.on_date));
        th_column_copy(q, 2, ended.reference, sizeof(ended.reference));
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_payout = ended;
    }
    return status;
}

enum th_status th_payout_event_post(struct th_posting *posting, const struct th_payout_event *event,
                                    struct th_error *err)
{
    static const char SQL[] = "SELECT max(payout_event_id) FROM payout_event";
    int64_t event_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &event_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "payout_event_id", event_id);
    th_json_set_int(row, "distribution_id", event->distribution_id);
    th_json_set_int(row, "party_id", event->party_id);
    th_json_set_int(row, "attempt", event->attempt);
    th_json_set_text(row, "kind", event->kind);
    th_json_set_int(row, "amount_fen", th_money_fen(event->amount));
    th_json_set_text(row, "on_date", event->on_date);
    th_post_set_word(row, "reference", event->reference);
    th_post_set_word(row, "note", event->note);
    th_json_set_text(row, "login", event->login);
    return th_post(posting, "payout_event", row, err);
}

// Terms of promises as rows, and sums over what followed from them.
#include "store/deal/promise_store.h"

#include <string.h>

#include "store/db_internal.h"
#include "store/journal/posting_internal.h"

struct th_json *th_promise_row(const struct th_promise *promise)
{
    struct th_json *row = th_json_object();
    th_post_set_word(row, "deliver_by", promise->deliver_by);
    th_post_set_word(row, "if_short", promise->if_short);
    if (promise->has_strike) {
        th_json_set_int(row, "strike_fen", th_money_fen(promise->strike_per_t));
    }
    th_post_set_word(row, "window_from", promise->window_from);
    th_post_set_word(row, "window_to", promise->window_to);
    th_post_set_id(row, "forecast_id", promise->forecast_id);
    th_post_set_id(row, "forecast_t", th_units_t(promise->forecast));
    return row;
}

enum th_status th_promise_load(struct th_store *store, int64_t trade_id,
                               struct th_promise *ret_promise, struct th_error *err)
{
    static const char SQL[] = "SELECT deliver_by, if_short, strike_fen, window_from, window_to, "
                              "forecast_id, forecast_t FROM promise WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        struct th_promise promise = {.trade_id = trade_id,
                                     .has_strike = !th_column_is_null(q, 2),
                                     .strike_per_t = th_column_money(q, 2),
                                     .forecast_id = th_column_int(q, 5),
                                     .forecast = th_column_units(q, 6)};
        th_column_copy(q, 0, promise.deliver_by, sizeof(promise.deliver_by));
        th_column_copy(q, 1, promise.if_short, sizeof(promise.if_short));
        th_column_copy(q, 3, promise.window_from, sizeof(promise.window_from));
        th_column_copy(q, 4, promise.window_to, sizeof(promise.window_to));
        *ret_promise = promise;
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "promise_not_found", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_promise_progress(struct th_store *store, const struct th_trade *trade,
                                   int64_t except_id, struct th_promise_progress *ret_progress,
                                   struct th_error *err)
{
    static const char SQL[] =
        "SELECT (SELECT coalesce(sum(d.tonnes), 0) FROM trade d WHERE d.of_trade_id = ?1 AND "
        "d.trade_id <> ?3"
        " AND d.kind IN ('delivery', 'exercise') AND d.state = 'approved'"
        " AND d.trade_id NOT IN corrected),"
        " (SELECT coalesce(sum(d.tonnes), 0) FROM trade d WHERE d.of_trade_id = ?1 AND d.trade_id "
        "<> ?3"
        " AND d.kind IN ('delivery', 'exercise') AND d.state = 'proposed'),"
        " (SELECT coalesce(sum(r.refund_t), 0) FROM trade d JOIN delivery r USING (trade_id)"
        " WHERE d.of_trade_id = ?1 AND d.trade_id <> ?3 AND d.state = 'approved'),"
        " (SELECT coalesce(sum(placed_t - posted_t - released_t - forecast_t), 0) FROM unit_lock"
        " WHERE lock_id = ?1),"
        " (SELECT coalesce(sum(forecast_t), 0) FROM unit_lock WHERE lock_id = ?1),"
        // The seller's claim is below zero by what came before it was due.
        " (SELECT -coalesce(sum(amount_fen), 0) FROM money_leg WHERE trade_id = ?1"
        " AND account = 'claim' AND party_id = ?2 AND memo IN ('money.receipt', "
        "'money.receipt_back',"
        " 'money.prepaid'))";
    struct th_promise_progress progress = {.pending = {0}};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade->trade_id);
    th_bind_int(q, 2, trade->seller_id);
    th_bind_int(q, 3, except_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        progress.delivered = th_column_units(q, 0);
        progress.pending = th_column_units(q, 1);
        progress.refunded = th_column_units(q, 2);
        progress.locked = th_column_units(q, 3);
        progress.expected = th_column_units(q, 4);
        progress.prepaid = th_column_money(q, 5);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        // None of them is taken from more than is due, so that this is never negative.
        progress.due =
            th_units_from_t(th_units_t(trade->tonnes) - th_units_t(progress.delivered) -
                            th_units_t(progress.pending) - th_units_t(progress.refunded));
        *ret_progress = progress;
    }
    return status;
}

struct th_units th_promise_short(const struct th_promise_progress *progress)
{
    int64_t short_t =
        th_units_t(progress->due) - th_units_t(progress->locked) - th_units_t(progress->expected);
    return th_units_from_t(short_t > 0 ? short_t : 0);
}

struct th_json *th_delivery_row(struct th_units refund)
{
    struct th_json *row = th_json_object();
    th_post_set_id(row, "refund_t", th_units_t(refund));
    return row;
}

enum th_status th_delivery_refund(struct th_store *store, int64_t trade_id,
                                  struct th_units *ret_refund, struct th_error *err)
{
    static const char SQL[] = "SELECT refund_t FROM delivery WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    int64_t refund_t = 0;
    enum th_status status = th_stmt_int(q, 0, &refund_t, err);
    if (status == TH_OK) {
        *ret_refund = th_units_from_t(refund_t);
    }
    return status;
}

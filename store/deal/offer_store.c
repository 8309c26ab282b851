// Lines of offers as rows.
#include "store/deal/offer_store.h"

#include <stdlib.h>

#include "store/db_internal.h"
#include "store/journal/posting_internal.h"

void th_offer_clear(struct th_offer *offer)
{
    th_trade_line_list_clear(&offer->lines);
}

static enum th_status post_line(struct th_posting *posting, int64_t trade_id, size_t place,
                                const struct th_trade_line *line, int64_t forecast_id,
                                struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "trade_id", trade_id);
    th_json_set_int(row, "ordinal", (int64_t)place + 1);
    th_post_set_id(row, "package_id", line->package_id);
    th_post_set_id(row, "pool_id", line->pool_id);
    th_post_set_id(row, "forecast_id", forecast_id);
    th_json_set_int(row, "tonnes", th_units_t(line->tonnes));
    th_json_set_int(row, "amount_fen", th_money_fen(line->amount));
    th_json_set_int(row, "cost_fen", th_money_fen(line->cost));
    return th_post(posting, "offer_line", row, err);
}

enum th_status th_offer_post(struct th_posting *posting, int64_t trade_id,
                             const struct th_offer *offer, struct th_error *err)
{
    const struct th_trade_line expected = {.tonnes = offer->forecast};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < offer->lines.n && status == TH_OK; i++) {
        status = post_line(posting, trade_id, i, &offer->lines.items[i], 0, err);
    }
    return status == TH_OK && offer->forecast_id != 0
               ? post_line(posting, trade_id, offer->lines.n, &expected, offer->forecast_id, err)
               : status;
}

static enum th_status count_lines(struct th_store *store, int64_t trade_id, int64_t *ret_n,
                                  struct th_error *err)
{
    static const char SQL[] = "SELECT count(*) FROM offer_line WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return th_stmt_int(q, 0, ret_n, err);
}

enum th_status th_offer_load(struct th_store *store, const struct th_trade *trade,
                             struct th_offer *ret_offer, struct th_error *err)
{
    static const char SQL[] = "SELECT package_id, pool_id, forecast_id, tonnes, amount_fen, "
                              "cost_fen FROM offer_line WHERE trade_id = ?1 ORDER BY ordinal";
    struct th_offer offer = {.forecast_id = 0};
    int64_t n = 0;
    enum th_status status = count_lines(store, trade->trade_id, &n, err);
    if (status == TH_OK && n == 0) {
        status = th_error_set(err, TH_NOT_FOUND, "lock_not_found", NULL);
        th_error_add_int(err, "trade", trade->trade_id);
    }
    if (status != TH_OK) {
        return status;
    }
    offer.lines.items = calloc(n > 0 ? (size_t)n : 1, sizeof(*offer.lines.items));
    if (!offer.lines.items) {
        return th_error_no_memory(err);
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade->trade_id);
    while (th_stmt_next(q, &status, err)) {
        if (!th_column_is_null(q, 2)) {
            offer.forecast_id = th_column_int(q, 2);
            offer.forecast = th_column_units(q, 3);
            continue;
        }
        offer.lines.items[offer.lines.n++] =
            (struct th_trade_line){.package_id = th_column_int(q, 0),
                                   .pool_id = th_column_int(q, 1),
                                   .seller_id = trade->seller_id,
                                   .tonnes = th_column_units(q, 3),
                                   .amount = th_column_money(q, 4),
                                   .cost = th_column_money(q, 5)};
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_offer = offer;
    } else {
        th_offer_clear(&offer);
    }
    return status;
}

enum th_status th_offer_forecast(struct th_store *store, int64_t trade_id, int64_t *ret_forecast_id,
                                 struct th_error *err)
{
    static const char SQL[] =
        "SELECT coalesce((SELECT forecast_id FROM unit_lock WHERE lock_id = ?1), (SELECT "
        "forecast_id FROM offer_line WHERE trade_id = ?1 AND forecast_id IS NOT NULL), 0)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return th_stmt_int(q, 0, ret_forecast_id, err);
}

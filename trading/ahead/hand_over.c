// Units of a promise arrive at the buyer, who may have promised them on before they existed; and
// the money that goes before or after them.
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "store/deal/correction_store.h"
#include "store/deal/forecast_store.h"
#include "trading/ahead/promise.h"
#include "trading/deal/stock.h"

bool th_promise_takes_prepayments(const struct th_trade *trade)
{
    return strcmp(trade->kind, "subscription") == 0 || strcmp(trade->kind, "forward") == 0;
}

// The price of what of the promise is still to come, if so many tonnes are given up.
static enum th_status price_to_come(const struct th_trade *promise,
                                    const struct th_promise_progress *progress,
                                    struct th_units given_up, struct th_money *ret_price,
                                    struct th_error *err)
{
    int64_t to_come_t =
        th_units_t(progress->due) + th_units_t(progress->pending) - th_units_t(given_up);
    return th_money_times_units(promise->price_per_t, th_units_from_t(to_come_t), ret_price, err);
}

static struct th_money not_negative(struct th_money money)
{
    return th_money_fen(money) > 0 ? money : th_money_from_fen(0);
}

enum th_status th_promise_refundable(const struct th_trade *promise,
                                     const struct th_promise_progress *progress,
                                     struct th_units given_up, struct th_money *ret_refundable,
                                     struct th_error *err)
{
    struct th_money price;
    struct th_money refundable;
    enum th_status status = price_to_come(promise, progress, given_up, &price, err);
    if (status == TH_OK) {
        status = th_money_sub(progress->prepaid, price, &refundable, err);
    }
    if (status == TH_OK) {
        *ret_refundable = not_negative(refundable);
    }
    return status;
}

enum th_status th_trade_outstanding(struct th_store *store, const struct th_trade *trade,
                                    struct th_money *ret_outstanding, struct th_error *err)
{
    struct th_promise_progress progress;
    struct th_money total = trade->amount;
    struct th_money paid;
    struct th_money outstanding;
    int64_t correction_id = 0;
    enum th_status status = th_trade_correction(store, trade->trade_id, &correction_id, err);
    if (status == TH_OK && correction_id != 0) {
        *ret_outstanding = th_money_from_fen(0);
        return TH_OK;
    }
    if (status != TH_OK) {
        return status;
    }
    if (th_promise_takes_prepayments(trade)) {
        status = th_promise_progress(store, trade, 0, &progress, err);
        if (status == TH_OK) {
            paid = progress.prepaid;
            status = price_to_come(trade, &progress, th_units_from_t(0), &total, err);
        }
    } else {
        status = th_receipt_total(store, trade->trade_id, NULL, &paid, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(total, paid, &outstanding, err);
    }
    if (status == TH_OK) {
        *ret_outstanding = not_negative(outstanding);
    }
    return status;
}

enum th_status th_trade_is_refund(struct th_store *store, const struct th_trade *trade,
                                  bool *ret_refund, struct th_error *err)
{
    struct th_units refund = {0};
    enum th_status status = TH_OK;
    if (strcmp(trade->kind, "delivery") == 0) {
        status = th_delivery_refund(store, trade->trade_id, &refund, err);
    }
    if (status == TH_OK) {
        *ret_refund = th_units_t(refund) > 0;
    }
    return status;
}

// Units on their way from the lock of a delivery to the buyer.
struct arrival {
    struct th_posting *posting;
    const struct th_decision *decision;
    struct th_pool_list shares; // what arrives, by package
    struct th_unit_place place; // of what nobody waits for
    size_t *share_of;           // by block
    int64_t *gone_t;            // by share: what went under promises so far
    int64_t *part_t;            // by share: of that, under the promise at hand
    size_t block;               // the first with units left
    int64_t first;              // of it, the first serial that is left
};

static enum th_status find_shares(struct arrival *arrival, struct th_error *err)
{
    const struct th_decision *decision = arrival->decision;
    struct th_issuance_record issuance;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < decision->blocks.n && status == TH_OK; i++) {
        status = th_issuance_load(th_posting_store(arrival->posting),
                                  decision->blocks.items[i].issuance_id, &issuance, err);
        for (size_t k = 0; k < arrival->shares.n && status == TH_OK; k++) {
            if (arrival->shares.items[k].package_id == issuance.package_id) {
                arrival->share_of[i] = k;
            }
        }
    }
    return status;
}

// The next `units` of the delivery, or all that is left, go to a place; *ret_t tells how many.
static enum th_status send(struct arrival *arrival, int64_t units_t,
                           const struct th_unit_place *place, int64_t *ret_t, struct th_error *err)
{
    const struct th_decision *decision = arrival->decision;
    enum th_status status = TH_OK;
    int64_t sent_t = 0;
    while (status == TH_OK && sent_t < units_t && arrival->block < decision->blocks.n) {
        struct th_block block = decision->blocks.items[arrival->block];
        if (arrival->first != 0) {
            block.first = arrival->first;
        }
        int64_t block_t = block.last - block.first + 1;
        int64_t part_t = block_t < units_t - sent_t ? block_t : units_t - sent_t;
        block.last = block.first + part_t - 1;
        status = th_lock_give(arrival->posting, &block, place, decision->trade.trade_id, err);
        sent_t += part_t;
        arrival->part_t[arrival->share_of[arrival->block]] += part_t;
        arrival->first = part_t == block_t ? 0 : block.last + 1;
        arrival->block += part_t == block_t;
    }
    *ret_t = sent_t;
    return status;
}

// Cost of the serials that went under a promise, of all that the share cost: cumulative, so that
// the last one brings the sum to the fen.
static enum th_status cost_of_part(const struct th_pool_share *share, int64_t before_t,
                                   int64_t part_t, struct th_money *ret_cost, struct th_error *err)
{
    struct th_ratio part;
    int64_t cost_fen[2] = {0, 0};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < 2 && status == TH_OK; i++) {
        int64_t upto_t = i == 0 ? before_t : before_t + part_t;
        status = th_ratio_make(upto_t, th_units_t(share->bought), &part, err);
        if (status == TH_OK) {
            status = th_ratio_apply_nearest(part, th_money_fen(share->cost), &cost_fen[i], err);
        }
    }
    if (status == TH_OK) {
        *ret_cost = th_money_from_fen(cost_fen[1] - cost_fen[0]);
    }
    return status;
}

// The promise gets a line for what came, which is drawn from the new pool as if it had been there
// when the promise was made.
static enum th_status add_lines(struct arrival *arrival, int64_t promise_id, struct th_error *err)
{
    const struct th_decision *decision = arrival->decision;
    struct th_store *store = th_posting_store(arrival->posting);
    struct th_trade promise;
    struct th_promise terms;
    struct th_trade_line_list lines = {0};
    enum th_pool_use use = TH_POOL_USE_NONE;
    enum th_status status = th_trade_load(store, promise_id, &promise, err);
    if (status == TH_OK) {
        use = th_deal_kind_find(promise.kind)->pool_use; // a pledge sells nothing
    }
    if (status == TH_OK && strcmp(promise.kind, "option") == 0) {
        status = th_promise_load(store, promise_id, &terms, err);
        promise.price_per_t = terms.strike_per_t;
    }
    if (status == TH_OK) {
        status = th_trade_lines(store, promise_id, &lines, err);
    }
    int64_t ordinal = (int64_t)lines.n;
    th_trade_line_list_clear(&lines);
    for (size_t i = 0; i < arrival->shares.n && status == TH_OK; i++) {
        const struct th_pool_share *from = &arrival->shares.items[i];
        int64_t part_t = arrival->part_t[i];
        struct th_trade_line line = {.package_id = from->package_id,
                                     .pool_id = arrival->place.pool_id,
                                     .seller_id = decision->trade.buyer_id,
                                     .tonnes = th_units_from_t(part_t)};
        arrival->part_t[i] = 0;
        if (part_t == 0) {
            continue;
        }
        if (line.pool_id != 0) {
            status = cost_of_part(from, arrival->gone_t[i], part_t, &line.cost, err);
        }
        arrival->gone_t[i] += part_t;
        if (status == TH_OK) {
            status = th_money_times_units(promise.price_per_t, line.tonnes, &line.amount, err);
        }
        if (status == TH_OK) {
            status = th_trade_line_post(arrival->posting, promise_id, ++ordinal, &line, err);
        }
        if (status == TH_OK) {
            status = th_deal_draw_pool(arrival->posting, use, &line, false, err);
        }
    }
    return status;
}

// What the buyer promised on is served first, in order of registration.
static enum th_status serve(struct arrival *arrival, const struct th_forecast *forecast,
                            struct th_error *err)
{
    struct th_lock_list locks = {0};
    struct th_unit_place place = arrival->place;
    int64_t tonnes_t = th_units_t(arrival->decision->trade.tonnes);
    int64_t open_t = th_units_t(th_forecast_open(forecast));
    enum th_status status = th_forecast_locks(th_posting_store(arrival->posting),
                                              forecast->forecast_id, true, &locks, err);
    place.state = TH_BLOCK_LOCKED;
    for (size_t i = 0; i < locks.n && status == TH_OK; i++) {
        int64_t sent_t = 0;
        place.lock_id = locks.items[i].lock_id;
        status = send(arrival, th_units_t(locks.items[i].forecast), &place, &sent_t, err);
        if (status == TH_OK && sent_t > 0) {
            status = th_lock_forecast_arrived(arrival->posting, place.lock_id,
                                              th_units_from_t(sent_t), err);
        }
        if (status == TH_OK && sent_t > 0) {
            status = add_lines(arrival, locks.items[i].lock_id, err);
        }
    }
    free(locks.items);
    return status == TH_OK
               ? th_forecast_move(arrival->posting, forecast->forecast_id,
                                  th_units_from_t(tonnes_t < open_t ? tonnes_t : open_t),
                                  th_units_from_t(0), err)
               : status;
}

enum th_status th_promise_hand_over(struct th_posting *posting, const struct th_decision *decision,
                                    struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    const struct th_forecast_filter filter = {.of_trade_id = trade->of_trade_id};
    struct arrival arrival = {.posting = posting,
                              .decision = decision,
                              .place = {.owner_id = trade->buyer_id, .state = TH_BLOCK_HELD}};
    struct th_forecast_list bought = {0};
    int64_t sent_t = 0;
    enum th_status status = th_stock_arrived(decision, &arrival.shares, err);
    arrival.share_of = calloc(decision->blocks.n + 1, sizeof(*arrival.share_of));
    arrival.gone_t = calloc(arrival.shares.n + 1, sizeof(*arrival.gone_t));
    arrival.part_t = calloc(arrival.shares.n + 1, sizeof(*arrival.part_t));
    if (status == TH_OK && (!arrival.share_of || !arrival.gone_t || !arrival.part_t)) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = find_shares(&arrival, err);
    }
    if (status == TH_OK) {
        status =
            th_stock_make_pool(posting, decision, &arrival.shares, &arrival.place.pool_id, err);
    }
    if (status == TH_OK) {
        status = th_forecast_all(th_posting_store(posting), &filter, &bought, err);
    }
    if (status == TH_OK && bought.n > 0) {
        status = serve(&arrival, &bought.items[0], err);
    }
    if (status == TH_OK) {
        status = send(&arrival, th_units_t(trade->tonnes), &arrival.place, &sent_t, err);
    }
    free(bought.items);
    free(arrival.share_of);
    free(arrival.gone_t);
    free(arrival.part_t);
    th_pool_list_clear(&arrival.shares);
    return status;
}

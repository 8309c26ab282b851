// What a decision does to the books.
#include <string.h>

#include "trading/deal/deal.h"

void th_decision_clear(struct th_decision *decision)
{
    th_trade_line_list_clear(&decision->lines);
    th_block_list_clear(&decision->blocks);
}

// Under the lock must be what was promised.
static enum th_status load_cover(struct th_store *store, struct th_decision *decision,
                                 struct th_error *err)
{
    int64_t trade_id = decision->trade.trade_id;
    int64_t locked_t = 0;
    struct th_error none = {0};
    enum th_status status = th_lock_of_trade(store, trade_id, &decision->lock, &none);
    if (status == TH_NOT_FOUND) {
        return th_deal_load_offer(store, decision, err);
    }
    if (status != TH_OK && err) {
        *err = none;
    }
    if (status == TH_OK) {
        status = th_ledger_locked(store, decision->lock.lock_id, &decision->blocks, err);
    }
    for (size_t i = 0; i < decision->blocks.n; i++) {
        locked_t += th_units_t(th_block_units(&decision->blocks.items[i]));
    }
    locked_t += th_units_t(decision->lock.forecast);
    // Whatever is left of it can be given back.
    bool approval = strcmp(decision->state, "approved") == 0;
    if (status == TH_OK && approval && locked_t != th_units_t(decision->trade.tonnes)) {
        status = th_error_set(err, TH_CONFLICT, "cover_lost", NULL);
        th_error_add_int(err, "trade", trade_id);
        th_error_add_int(err, "locked", locked_t);
    }
    return status;
}

enum th_status th_decision_load(struct th_store *store, int64_t trade_id,
                                struct th_decision *decision, struct th_error *err)
{
    enum th_status status = th_trade_load(store, trade_id, &decision->trade, err);
    if (status != TH_OK) {
        return status;
    }
    if (strcmp(decision->trade.state, "proposed") != 0) {
        (void)th_error_set(err, TH_CONFLICT, "trade_decided", NULL);
        th_error_add_word(err, "state", "value.state", decision->trade.state);
        th_error_add_int(err, "trade", trade_id);
        return TH_CONFLICT;
    }
    bool locked = th_units_t(decision->trade.tonnes) > 0 &&
                  !th_deal_kind_find(decision->trade.kind)->takes_later;
    status = th_trade_lines(store, trade_id, &decision->lines, err);
    if (status == TH_OK && locked) {
        status = load_cover(store, decision, err);
    }
    return status == TH_OK && decision->lock.source_id != 0
               ? th_lock_load(store, decision->lock.source_id, &decision->source, err)
               : status;
}

enum th_status th_decision_send(struct th_posting *posting, const struct th_decision *decision,
                                const struct th_unit_place *to, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < decision->blocks.n && status == TH_OK; i++) {
        const struct th_block *block = &decision->blocks.items[i];
        struct th_unit_place place = *to;
        if (to->owner_id == 0) {
            place.owner_id = block->owner_id;
            place.pool_id = block->pool_id;
        }
        status = th_lock_give(posting, block, &place, decision->trade.trade_id, err);
    }
    return status;
}

enum th_status th_decision_claim(struct th_posting *posting, const struct th_decision *decision,
                                 const char *memo, struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < decision->lines.n && status == TH_OK; i++) {
        const struct th_trade_line *line = &decision->lines.items[i];
        const struct th_transfer claim = {.from_id = trade->buyer_id,
                                          .to_id = line->seller_id,
                                          .account = TH_ACCOUNT_CLAIM,
                                          .amount = line->amount,
                                          .on_date = trade->on_date,
                                          .trade_id = trade->trade_id,
                                          .memo = memo};
        status = th_money_move(posting, &claim, err);
    }
    return status;
}

enum th_status th_decision_carry_out(struct th_posting *posting, const struct th_decision *decision,
                                     struct th_error *err)
{
    const struct th_deal_kind *kind = th_deal_kind_find(decision->trade.kind);
    char until[TH_ON_SIZE] = "";
    enum th_status status = decision->offered ? th_deal_lock_offer(posting, decision, err) : TH_OK;
    if (status == TH_OK && kind->approve) {
        status = kind->approve(posting, decision, err);
    }
    if (status != TH_OK || decision->lock.lock_id == 0) {
        return status;
    }
    if (!kind->keeps_lock) {
        return th_lock_posted(posting, decision->lock.lock_id, decision->trade.tonnes, err);
    }
    if (kind->hold_until) {
        status = kind->hold_until(th_posting_store(posting), &decision->trade, until, err);
    }
    return status == TH_OK && until[0] != '\0'
               ? th_lock_hold_until(posting, decision->lock.lock_id, until, err)
               : status;
}

enum th_status th_deal_find_origin(struct th_store *store, const struct th_deal_kind *kind,
                                   const struct th_lock *source, const char *on_date,
                                   struct th_unit_place *ret_origin, enum th_pool_use *ret_use,
                                   struct th_error *err)
{
    const char *last_day = source->expires_on;
    bool over = source->lock_id != 0 && th_units_t(source->released) > 0 && last_day[0] != '\0' &&
                strcmp(last_day, on_date) < 0;
    int64_t source_id = over ? 0 : source->lock_id;
    struct th_trade promise = {.trade_id = 0};
    enum th_status status = over ? th_trade_load(store, source->lock_id, &promise, err) : TH_OK;
    if (status != TH_OK) {
        return status;
    }
    *ret_origin = (struct th_unit_place){.state = source_id != 0 ? TH_BLOCK_LOCKED : TH_BLOCK_HELD,
                                         .lock_id = source_id};
    *ret_use = over ? th_deal_kind_find(promise.kind)->pool_use : th_deal_pool_use(kind, source);
    return TH_OK;
}

enum th_status th_decision_give_back(struct th_posting *posting, const struct th_decision *decision,
                                     struct th_error *err)
{
    enum th_pool_use use = TH_POOL_USE_NONE;
    struct th_unit_place origin;
    const struct th_deal_kind *kind = th_deal_kind_find(decision->trade.kind);
    enum th_status status = th_deal_find_origin(th_posting_store(posting), kind, &decision->source,
                                                decision->on_date, &origin, &use, err);
    if (status == TH_OK) {
        status = th_decision_send(posting, decision, &origin, err);
    }
    if (status == TH_OK && origin.lock_id != 0) {
        status = th_lock_posted_back(posting, origin.lock_id, th_lock_left(&decision->lock), err);
    }
    for (size_t i = 0; i < decision->lines.n && status == TH_OK; i++) {
        status = th_deal_draw_pool(posting, use, &decision->lines.items[i], true, err);
    }
    return status == TH_OK && th_units_t(th_lock_left(&decision->lock)) > 0
               ? th_lock_released_whole(posting, &decision->lock, err)
               : status;
}

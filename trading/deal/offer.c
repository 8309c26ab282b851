// How a proposal waits. The holder's own side, and the county, put units under a lock with it. The
// other side's word alone binds nobody: what it proposes waits as an offer, whose units come under
// the lock when it is approved, or it holds them for a few days only.
#include <string.h>

#include "core/text.h"
#include "registry/rules.h"
#include "store/deal/forecast_store.h"
#include "store/deal/offer_store.h"
#include "trading/deal/deal.h"
#include "trading/deal/locked.h"
#include "trading/deal/stock.h"

enum th_status th_deal_set_wait(struct th_work *work, struct th_deal *deal, struct th_error *err)
{
    struct th_rules rules;
    char text[TH_DATE_TEXT_SIZE];
    struct th_date today = th_work_today(work);
    const struct th_deal_kind *kind = deal->kind;
    bool own = false;
    enum th_status status = th_deal_speaks_for(th_work_store(work), th_work_actor(work)->party_id,
                                               deal->trade.seller_id, &own, err);
    deal->offered =
        !own && kind->by_other == TH_WAIT_UNLOCKED && th_units_t(deal->trade.tonnes) > 0;
    if (status == TH_OK) {
        status = th_rules_load(th_work_store(work), today, &rules, err);
    }
    // The side that gives wins nothing by letting it lie.
    bool until_decided = !own && kind->by_other == TH_WAIT_DECIDED;
    if (status == TH_OK && !until_decided) {
        bool briefly = !own && kind->by_other == TH_WAIT_BRIEFLY;
        double days = briefly && rules.deal.offer_days < rules.deal.proposal_days
                          ? rules.deal.offer_days
                          : rules.deal.proposal_days;
        struct th_date last = th_date_add(today, (int64_t)days);
        th_text_copy(deal->trade.expires_on, sizeof(deal->trade.expires_on),
                     th_date_format(last, text));
    }
    return status;
}

enum th_status th_deal_post_offer(struct th_posting *posting, const struct th_deal *deal,
                                  struct th_error *err)
{
    const struct th_offer offer = {.lines = {.items = deal->lines, .n = deal->n_lines},
                                   .forecast_id = deal->forecast_id,
                                   .forecast = deal->forecast};
    return th_offer_post(posting, deal->trade.trade_id, &offer, err);
}

// What its holder has of a line by now, whatever it was when the offer was made; at what it costs
// by now, if it costs anything.
static enum th_status pick(struct th_store *store, struct th_decision *decision,
                           struct th_trade_line *line, int64_t *available_t, struct th_error *err)
{
    struct th_units found = {0};
    enum th_status status = th_deal_pick_line(store, th_deal_kind_find(decision->trade.kind), line,
                                              &decision->blocks, &found, err);
    if (status == TH_OK) {
        bool more = th_units_compare(found, line->tonnes) > 0;
        *available_t += th_units_t(more ? line->tonnes : found);
    }
    return status == TH_OK && th_money_fen(line->cost) > 0
               ? th_stock_cost(store, line, &line->cost, err)
               : status;
}

static enum th_status expect(struct th_store *store, const struct th_offer *offer,
                             int64_t *available_t, struct th_error *err)
{
    struct th_forecast forecast;
    enum th_status status = th_forecast_load(store, offer->forecast_id, &forecast, err);
    if (status == TH_OK) {
        struct th_units open = th_forecast_free(&forecast);
        *available_t +=
            th_units_t(th_units_compare(open, offer->forecast) < 0 ? open : offer->forecast);
    }
    return status;
}

static enum th_status tell_locked(struct th_store *store, const struct th_decision *decision,
                                  const struct th_offer *offer, struct th_error *err)
{
    struct th_locked of = {.filter = {.owner_id = decision->trade.seller_id}};
    if (offer->forecast_id != 0) {
        of.filter.what = TH_LOCK_ALL;
    } else {
        of.lines = decision->lines.items;
        of.n_lines = decision->lines.n;
    }
    return th_locked_tell(store, &of, err);
}

enum th_status th_deal_load_offer(struct th_store *store, struct th_decision *decision,
                                  struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_offer offer = {.forecast_id = 0};
    enum th_status status = th_offer_load(store, trade, &offer, err);
    decision->offered = status == TH_OK;
    // Nothing was taken that could be given back.
    if (status != TH_OK || strcmp(decision->state, "approved") != 0) {
        th_offer_clear(&offer);
        return status;
    }
    decision->lines = offer.lines;
    decision->lock = (struct th_lock){.lock_id = trade->trade_id,
                                      .owner_id = trade->seller_id,
                                      .placed = trade->tonnes,
                                      .forecast_id = offer.forecast_id,
                                      .forecast = offer.forecast};
    int64_t available_t = 0;
    for (size_t i = 0; i < decision->lines.n && status == TH_OK; i++) {
        status = pick(store, decision, &decision->lines.items[i], &available_t, err);
    }
    if (status == TH_OK && offer.forecast_id != 0) {
        status = expect(store, &offer, &available_t, err);
    }
    if (status == TH_OK && available_t < th_units_t(trade->tonnes)) {
        (void)th_error_set(err, TH_CONFLICT, "offer_units_gone", NULL);
        th_error_add_int(err, "trade", trade->trade_id);
        th_error_add_int(err, "available", available_t);
        th_error_add_int(err, "wanted", th_units_t(trade->tonnes));
        status = tell_locked(store, decision, &offer, err);
    }
    return status;
}

enum th_status th_deal_lock_offer(struct th_posting *posting, const struct th_decision *decision,
                                  struct th_error *err)
{
    const struct th_deal_kind *kind = th_deal_kind_find(decision->trade.kind);
    enum th_status status = th_lock_place(posting, &decision->lock, err);
    for (size_t i = 0; i < decision->lines.n && status == TH_OK; i++) {
        const struct th_trade_line *line = &decision->lines.items[i];
        status = th_trade_line_post(posting, decision->trade.trade_id, (int64_t)i + 1, line, err);
        if (status == TH_OK) {
            status = th_deal_draw_pool(posting, kind->pool_use, line, false, err);
        }
    }
    for (size_t i = 0; i < decision->blocks.n && status == TH_OK; i++) {
        struct th_block *block = &decision->blocks.items[i];
        status = th_lock_take(posting, &decision->lock, block, th_block_units(block), err);
        block->state = TH_BLOCK_LOCKED;
        block->lock_id = decision->lock.lock_id;
    }
    return status;
}

// A proposal into the books: rows, locks, pools, journal body.
#include <stdlib.h>
#include <string.h>

#include "trading/trading_internal.h"

// Locks the line's units: oldest vintage first, lowest serial first.
static enum th_status lock_line(struct th_work *work, int64_t trade_id, const char *kind,
                                const struct th_trade_line *line, struct th_json *body_blocks,
                                struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_held_filter filter = {.owner_id = line->seller_id,
                                    .package_id = line->package_id,
                                    .pool_id = line->pool_id != 0 ? line->pool_id : -1};
    // A package is bought whole from its holder, whatever pool it may have come from.
    if (strcmp(kind, "purchase") == 0) {
        filter.pool_id = 0;
    }
    struct th_block_list held = {0};
    struct th_units found = {0};
    enum th_status status = th_ledger_held(store, &filter, line->tonnes, &held, &found, err);
    if (status == TH_OK && th_units_compare(found, line->tonnes) < 0) {
        status = th_not_enough(err, th_units_t(found), th_units_t(line->tonnes));
    }
    int64_t left_t = th_units_t(line->tonnes);
    for (size_t i = 0; i < held.n && left_t > 0 && status == TH_OK; i++) {
        int64_t block_t = th_units_t(th_block_units(&held.items[i]));
        int64_t take_t = block_t < left_t ? block_t : left_t;
        struct th_block locked;
        status = th_ledger_lock(store, &held.items[i], th_units_from_t(take_t), trade_id,
                                th_work_seq(work), &locked, err);
        if (status != TH_OK) {
            break;
        }
        struct th_json *item = th_json_object();
        th_json_set_int(item, "issuance", locked.issuance_id);
        th_json_set_int(item, "first", locked.first);
        th_json_set_int(item, "last", locked.last);
        th_json_append(body_blocks, item);
        left_t -= take_t;
    }
    th_block_list_clear(&held);
    return status;
}

static struct th_json *line_json(const struct th_trade_line *line)
{
    struct th_json *item = th_json_object();
    th_json_set_int(item, "package", line->package_id);
    th_json_set_int(item, "pool", line->pool_id);
    th_json_set_int(item, "seller", line->seller_id);
    th_json_set_units(item, "tonnes", line->tonnes);
    th_json_set_money(item, "amount_fen", line->amount);
    th_json_set_money(item, "cost_fen", line->cost);
    return item;
}

// Everything from which the rows of the proposal can be made again.
static struct th_json *body_json(const struct th_trade *trade)
{
    struct th_json *body = th_json_object();
    th_json_set_int(body, "trade_id", trade->trade_id);
    th_json_set_text(body, "kind", trade->kind);
    th_json_set_int(body, "seller", trade->seller_id);
    th_json_set_int(body, "buyer", trade->buyer_id);
    th_json_set_units(body, "tonnes", trade->tonnes);
    th_json_set(body, "price_fen",
                trade->has_price ? th_json_int(th_money_fen(trade->price_per_t)) : th_json_null());
    th_json_set_money(body, "amount_fen", trade->amount);
    th_json_set_text(body, "tax_rate", trade->tax_rate);
    th_json_set_money(body, "tax_fen", trade->tax);
    th_json_set_money(body, "net_fen", trade->net);
    th_json_set_word(body, "beneficiary", trade->beneficiary);
    th_json_set_word(body, "beneficiary_uscc", trade->beneficiary_uscc);
    th_json_set_word(body, "purpose", trade->purpose);
    th_json_set_word(body, "note", trade->note);
    th_json_set_text(body, "on", trade->on_date);
    th_json_set_text(body, "proposed_by", trade->proposed_by);
    return body;
}

static enum th_status write_line(struct th_work *work, const struct th_trade *trade,
                                 int64_t ordinal, const struct th_trade_line *line,
                                 struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    enum th_status status = th_trade_line_insert(store, trade->trade_id, ordinal, line, err);
    if (status != TH_OK || line->pool_id == 0) {
        return status;
    }
    int64_t tonnes_t = th_units_t(line->tonnes);
    if (strcmp(trade->kind, "resale") == 0) {
        return th_pool_take(store, line->pool_id, line->package_id, tonnes_t,
                            th_money_fen(line->cost), 0, err);
    }
    return th_pool_take(store, line->pool_id, line->package_id, 0, 0, tonnes_t, err);
}

static enum th_status write_deal(struct th_work *work, struct th_deal *deal,
                                 struct th_json **ret_body, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_trade *trade = &deal->trade;
    trade->seq = th_work_seq(work);
    memcpy(trade->proposed_by, th_work_actor(work)->login, strlen(th_work_actor(work)->login) + 1);
    enum th_status status = th_trade_insert(th_work_store(work), trade, &trade->trade_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = NULL;
    struct th_json *body = body_json(trade);
    struct th_json *lines = th_json_array();
    struct th_json *blocks = th_json_array();
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        status = write_line(work, trade, (int64_t)i + 1, &deal->lines[i], err);
        if (status == TH_OK) {
            status = lock_line(work, trade->trade_id, trade->kind, &deal->lines[i], blocks, err);
        }
        th_json_append(lines, line_json(&deal->lines[i]));
    }
    th_json_set(body, "lines", lines);
    th_json_set(body, "blocks", blocks);
    if (status == TH_OK) {
        status = th_trade_reply(th_work_store(work), trade->trade_id, &reply, err);
    }
    if (status != TH_OK) {
        th_json_free(body);
        return status;
    }
    *ret_body = body;
    *ret_reply = reply;
    return TH_OK;
}

enum th_status th_deal_propose(
    struct th_registry *registry, const struct th_request *request, struct th_json *given,
    enum th_status (*prepare)(void *context, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err),
    void *context, struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    enum th_status status = th_work_begin(registry, request, TH_MAY_PROPOSE, "trade.propose", given,
                                          &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_deal deal = {0};
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = prepare(context, registry, work, &deal, err);
    if (status == TH_OK) {
        status = write_deal(work, &deal, &body, &reply, err);
    }
    free(deal.lines);
    return th_work_end(work, status, th_subject("trade", deal.trade.trade_id, subject), body, reply,
                       ret_reply, err);
}

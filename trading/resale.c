// Resale: units leave the bank's pools, oldest contract first; inside a pool every package gives
// pro rata to what it contributed, in whole tonnes with the remainder carried to the next sale, so
// that no village waits behind another.
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "registry/reference.h"
#include "trading/allotment.h"
#include "trading/trade.h"
#include "trading/trading_internal.h"

struct resale {
    const struct th_resale_input *input;
    struct th_deal *deal;
    size_t capacity; // lines
    struct th_party seller;
    struct th_party buyer;
    int64_t package_id; // 0: any
};

// What the open pools offer, until it covers what is wanted.
struct offer {
    int64_t wanted_t;
    int64_t available_t;
    struct pool_part {
        int64_t pool_id;
        int64_t available_t;
    } * parts;
    size_t n;
    bool no_memory;
};

static bool collect_offer(void *context, const struct th_pool_share *share)
{
    struct offer *offer = context;
    int64_t free_t = th_units_t(th_pool_available(share));
    bool same = offer->n > 0 && offer->parts[offer->n - 1].pool_id == share->pool_id;
    // A pool is offered with all its packages, also when the first of them would do.
    if (!same && offer->available_t >= offer->wanted_t) {
        return false;
    }
    if (!same) {
        struct pool_part *parts = realloc(offer->parts, (offer->n + 1) * sizeof(*parts));
        if (parts == NULL) {
            offer->no_memory = true;
            return false;
        }
        offer->parts = parts;
        offer->parts[offer->n++] = (struct pool_part){.pool_id = share->pool_id};
    }
    offer->parts[offer->n - 1].available_t += free_t;
    offer->available_t += free_t;
    return true;
}

// The cost of the next `tonnes_t` units of a share: its whole cost allotted cumulatively, so that
// the last unit brings the sum to the fen.
static enum th_status next_cost(const struct th_pool_share *share, int64_t tonnes_t,
                                struct th_money *ret_cost, struct th_error *err)
{
    struct th_ratio part;
    int64_t cumulative_fen = 0;
    enum th_status status =
        th_ratio_make(th_units_t(share->sold) + tonnes_t, th_units_t(share->bought), &part, err);
    if (status == TH_OK) {
        status = th_ratio_apply_nearest(part, th_money_fen(share->cost), &cumulative_fen, err);
    }
    if (status != TH_OK) {
        return status;
    }
    int64_t cost_fen = cumulative_fen - th_money_fen(share->sold_cost);
    *ret_cost = th_money_from_fen(cost_fen > 0 ? cost_fen : 0);
    return TH_OK;
}

static enum th_status add_line(struct resale *resale, const struct th_pool_share *share,
                               int64_t tonnes_t, struct th_error *err)
{
    struct th_deal *deal = resale->deal;
    if (deal->n_lines == resale->capacity) {
        size_t capacity = resale->capacity == 0 ? 16 : resale->capacity * 2;
        struct th_trade_line *lines = realloc(deal->lines, capacity * sizeof(*lines));
        if (lines == NULL) {
            return th_error_no_memory(err);
        }
        deal->lines = lines;
        resale->capacity = capacity;
    }
    struct th_trade_line line = {.package_id = share->package_id,
                                 .pool_id = share->pool_id,
                                 .seller_id = resale->seller.party_id,
                                 .tonnes = th_units_from_t(tonnes_t)};
    enum th_status status = next_cost(share, tonnes_t, &line.cost, err);
    if (status == TH_OK) {
        deal->lines[deal->n_lines++] = line;
    }
    return status;
}

// Draws tonnes_t from one pool.
static enum th_status draw(struct th_store *store, struct resale *resale, int64_t pool_id,
                           int64_t tonnes_t, struct th_error *err)
{
    struct th_pool_list shares = {0};
    struct th_allot_member *members = NULL;
    enum th_status status = th_pool_shares(store, pool_id, &shares, err);
    if (status != TH_OK) {
        return status;
    }
    members = calloc(shares.n > 0 ? shares.n : 1, sizeof(*members));
    if (members == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    for (size_t i = 0; i < shares.n; i++) {
        const struct th_pool_share *share = &shares.items[i];
        bool chosen = resale->package_id == 0 || share->package_id == resale->package_id;
        members[i] =
            (struct th_allot_member){.weight = th_units_t(share->bought),
                                     .already = th_units_t(share->sold),
                                     .limit = chosen ? th_units_t(th_pool_available(share)) : 0};
    }
    status = th_allot_next(members, shares.n, tonnes_t, err);
    for (size_t i = 0; i < shares.n && status == TH_OK; i++) {
        if (members[i].share > 0) {
            status = add_line(resale, &shares.items[i], members[i].share, err);
        }
    }
done:
    free(members);
    th_pool_list_clear(&shares);
    return status;
}

static enum th_status draw_all(struct th_store *store, struct resale *resale, struct th_error *err)
{
    int64_t wanted_t = th_units_t(resale->deal->trade.tonnes);
    struct offer offer = {.wanted_t = wanted_t};
    enum th_status status = th_pool_open_each(store, resale->seller.party_id, resale->package_id,
                                              collect_offer, &offer, err);
    if (status == TH_OK && offer.no_memory) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK && offer.available_t < wanted_t) {
        status = th_not_enough(err, offer.available_t, wanted_t);
    }
    int64_t left_t = wanted_t;
    for (size_t i = 0; i < offer.n && left_t > 0 && status == TH_OK; i++) {
        int64_t part_t = offer.parts[i].available_t < left_t ? offer.parts[i].available_t : left_t;
        status = draw(store, resale, offer.parts[i].pool_id, part_t, err);
        left_t -= part_t;
    }
    free(offer.parts);
    return status;
}

static enum th_status set_money(struct resale *resale, const struct th_resale_input *input,
                                struct th_error *err)
{
    struct th_deal *deal = resale->deal;
    enum th_status status = th_money_parse(input->price, &deal->trade.price_per_t, err);
    deal->trade.has_price = true;
    if (status == TH_OK) {
        status = th_money_times_units(deal->trade.price_per_t, deal->trade.tonnes,
                                      &deal->trade.amount, err);
    }
    if (status == TH_OK) {
        status = th_trade_set_tax(&deal->trade, input->tax, err);
    }
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        status = th_money_times_units(deal->trade.price_per_t, deal->lines[i].tonnes,
                                      &deal->lines[i].amount, err);
    }
    return status;
}

static enum th_status check_parties(struct th_work *work, const struct resale *resale,
                                    struct th_error *err)
{
    if (strcmp(resale->seller.kind, "bank") != 0) {
        return th_error_set(err, TH_INVALID, "seller_not_bank", "party", resale->seller.name,
                            "kind", resale->seller.kind, NULL);
    }
    if (resale->seller.party_id == resale->buyer.party_id) {
        return th_error_set(err, TH_INVALID, "same_party", "party", resale->buyer.name, NULL);
    }
    enum th_status status = th_check_may_hold(&resale->buyer, err);
    return status == TH_OK ? th_check_own_bank(work, &resale->seller, err) : status;
}

static enum th_status prepare(void *context, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    struct resale *resale = context;
    const struct th_resale_input *input = resale->input;
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    resale->deal = deal;
    struct th_package_record package;
    th_text_copy(trade->kind, sizeof(trade->kind), "resale");
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_tonnes_parse(input->tonnes, &trade->tonnes, err);
    }
    if (status == TH_OK) {
        status = th_party_resolve(store, input->from, &resale->seller, err);
    }
    if (status == TH_OK) {
        status = th_party_resolve(store, input->to, &resale->buyer, err);
    }
    if (status == TH_OK) {
        status = check_parties(work, resale, err);
    }
    if (status == TH_OK && input->package != NULL) {
        status = th_package_resolve(store, input->package, &package, err);
        if (status == TH_OK) {
            resale->package_id = package.package_id;
        }
    }
    if (status != TH_OK) {
        return status;
    }
    trade->seller_id = resale->seller.party_id;
    trade->buyer_id = resale->buyer.party_id;
    status = draw_all(store, resale, err);
    return status == TH_OK ? set_money(resale, input, err) : status;
}

static struct th_json *input_json(const struct th_resale_input *input)
{
    struct th_json *object = th_json_object();
    th_json_set_text(object, "from", input->from);
    th_json_set_text(object, "to", input->to);
    th_json_set_text(object, "tonnes", input->tonnes);
    th_json_set_text(object, "price", input->price);
    th_json_set_text(object, "tax", input->tax);
    th_json_set_text(object, "package", input->package);
    th_json_set_text(object, "on", input->on);
    return object;
}

enum th_status th_trade_propose_resale(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_resale_input *input,
                                       struct th_json **ret_reply, struct th_error *err)
{
    if (input->price == NULL) {
        return th_error_set(err, TH_USAGE, "price_missing", NULL);
    }
    struct resale resale = {.input = input};
    return th_deal_propose(registry, request, input_json(input), prepare, &resale, ret_reply, err);
}

// Units out of pools: which packages give, and at what cost; expected tonnes of a forecast.
#include "trading/deal/stock.h"

#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "trading/deal/allotment.h"
#include "trading/deal/locked.h"

struct draft {
    struct th_deal *deal;
    const struct th_stock_wish *wish;
    size_t capacity; // lines
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

enum th_status th_stock_cost(struct th_store *store, const struct th_trade_line *line,
                             struct th_money *ret_cost, struct th_error *err)
{
    struct th_pool_list shares = {0};
    struct th_money cost = {0};
    enum th_status status = th_pool_shares(store, line->pool_id, &shares, err);
    for (size_t i = 0; i < shares.n && status == TH_OK; i++) {
        if (shares.items[i].package_id == line->package_id) {
            status = next_cost(&shares.items[i], th_units_t(line->tonnes), &cost, err);
        }
    }
    th_pool_list_clear(&shares);
    if (status == TH_OK) {
        *ret_cost = cost;
    }
    return status;
}

static enum th_status add_line(struct draft *draft, const struct th_pool_share *share,
                               int64_t tonnes_t, struct th_error *err)
{
    struct th_trade_line line = {.package_id = share->package_id,
                                 .pool_id = share->pool_id,
                                 .seller_id = draft->wish->owner_id,
                                 .tonnes = th_units_from_t(tonnes_t)};
    enum th_status status = next_cost(share, tonnes_t, &line.cost, err);
    return status == TH_OK ? th_deal_add_line(draft->deal, &draft->capacity, &line, err) : status;
}

static enum th_status too_little(struct th_store *store, const struct th_stock_wish *wish,
                                 int64_t available_t, int64_t wanted_t, struct th_error *err)
{
    const struct th_locked of = {
        .filter = {.owner_id = wish->owner_id, .package_id = wish->package_id}};
    return th_locked_short(store, &of, available_t, wanted_t, err);
}

// Oldest vintage first: what each package gives follows from where those units stand.
static enum th_status share_oldest(struct th_store *store, const struct draft *draft,
                                   const struct th_pool_list *shares, int64_t tonnes_t,
                                   struct th_allot_member *members, struct th_error *err)
{
    const struct th_held_filter filter = {.owner_id = draft->wish->owner_id,
                                          .package_id = draft->wish->package_id,
                                          .pool_id = shares->items[0].pool_id};
    struct th_block_list held = {0};
    struct th_units found = {0};
    int64_t left_t = tonnes_t;
    enum th_status status =
        th_ledger_held(store, &filter, th_units_from_t(tonnes_t), &held, &found, err);
    for (size_t i = 0; i < held.n && left_t > 0 && status == TH_OK; i++) {
        struct th_issuance_record issuance;
        int64_t block_t = th_units_t(th_block_units(&held.items[i]));
        int64_t take_t = block_t < left_t ? block_t : left_t;
        status = th_issuance_load(store, held.items[i].issuance_id, &issuance, err);
        for (size_t k = 0; k < shares->n && status == TH_OK; k++) {
            members[k].share += shares->items[k].package_id == issuance.package_id ? take_t : 0;
        }
        left_t -= take_t;
    }
    th_block_list_clear(&held);
    return status == TH_OK && left_t > 0
               ? too_little(store, draft->wish, tonnes_t - left_t, tonnes_t, err)
               : status;
}

static enum th_status share_out(struct th_store *store, const struct draft *draft,
                                const struct th_pool_list *shares, int64_t tonnes_t,
                                struct th_allot_member *members, struct th_error *err)
{
    struct th_trade_terms purchase;
    enum th_status status = th_trade_terms_load(store, shares->items[0].pool_id, &purchase, err);
    if (status != TH_OK) {
        return status;
    }
    return strcmp(purchase.draw, "oldest") == 0
               ? share_oldest(store, draft, shares, tonnes_t, members, err)
               : th_allot_next(members, shares->n, tonnes_t, err);
}

// Draws tonnes_t from one pool.
static enum th_status draw(struct th_store *store, struct draft *draft, int64_t pool_id,
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
        bool chosen = draft->wish->package_id == 0 || share->package_id == draft->wish->package_id;
        members[i] =
            (struct th_allot_member){.weight = th_units_t(share->bought),
                                     .already = th_units_t(share->sold),
                                     .limit = chosen ? th_units_t(th_pool_available(share)) : 0};
    }
    status = share_out(store, draft, &shares, tonnes_t, members, err);
    for (size_t i = 0; i < shares.n && status == TH_OK; i++) {
        if (members[i].share > 0) {
            status = add_line(draft, &shares.items[i], members[i].share, err);
        }
    }
done:
    free(members);
    th_pool_list_clear(&shares);
    return status;
}

// The very units that the buyer chose.
static enum th_status choose(struct th_store *store, struct th_deal *deal,
                             const struct th_stock_wish *wish, struct th_error *err)
{
    const struct th_held_filter filter = {.owner_id = wish->owner_id,
                                          .package_id = wish->package_id,
                                          .pool_id = TH_HELD_IN_A_POOL,
                                          .vintage = wish->vintage};
    enum th_status status = wish->n_parcels > 0
                                ? th_deal_pick_of_parcels(store, deal, &filter, wish->parcel_ids,
                                                          wish->n_parcels, wish->tonnes, err)
                                : th_deal_pick_held(store, deal, &filter, wish->tonnes, err);
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        status = th_stock_cost(store, &deal->lines[i], &deal->lines[i].cost, err);
    }
    return status;
}

enum th_status th_stock_draw(struct th_store *store, struct th_deal *deal,
                             const struct th_stock_wish *wish, struct th_error *err)
{
    if (wish->vintage != 0 || wish->n_parcels > 0) {
        return choose(store, deal, wish, err);
    }
    struct draft draft = {.deal = deal, .wish = wish};
    int64_t wanted_t = th_units_t(wish->tonnes);
    struct offer offer = {.wanted_t = wanted_t};
    enum th_status status =
        th_pool_open_each(store, wish->owner_id, wish->package_id, collect_offer, &offer, err);
    if (status == TH_OK && offer.no_memory) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK && offer.available_t < wanted_t) {
        status = too_little(store, wish, offer.available_t, wanted_t, err);
    }
    int64_t left_t = wanted_t;
    for (size_t i = 0; i < offer.n && left_t > 0 && status == TH_OK; i++) {
        int64_t part_t = offer.parts[i].available_t < left_t ? offer.parts[i].available_t : left_t;
        status = draw(store, &draft, offer.parts[i].pool_id, part_t, err);
        left_t -= part_t;
    }
    free(offer.parts);
    return status;
}

enum th_status th_stock_take(struct th_store *store, struct th_deal *deal,
                             const struct th_party *holder, int64_t package_id,
                             struct th_error *err)
{
    const struct th_stock_wish wish = {
        .owner_id = holder->party_id, .package_id = package_id, .tonnes = deal->trade.tonnes};
    const struct th_held_filter filter = {.owner_id = holder->party_id, .package_id = package_id};
    return strcmp(holder->kind, "bank") == 0
               ? th_stock_draw(store, deal, &wish, err)
               : th_deal_pick_held(store, deal, &filter, deal->trade.tonnes, err);
}

enum th_status th_stock_short(struct th_store *store, const struct th_deal *deal,
                              const struct th_lock_filter *of, int64_t best_t, int64_t missing_t,
                              struct th_error *err)
{
    const struct th_locked locked = {.filter = *of};
    int64_t wanted_t = th_units_t(deal->trade.tonnes);
    (void)th_error_set(err, TH_CONFLICT, "cover_short", NULL);
    th_error_add_int(err, "stock", wanted_t - missing_t);
    th_error_add_int(err, "forecast", best_t);
    th_error_add_int(err, "wanted", wanted_t);
    return th_locked_tell(store, &locked, err);
}

enum th_status th_stock_expect(struct th_store *store, struct th_deal *deal,
                               const struct th_lock_filter *of, int64_t tonnes_t,
                               struct th_error *err)
{
    const struct th_forecast_filter filter = {.owner_id = of->owner_id,
                                              .package_id = of->package_id};
    int64_t best_t = 0;
    struct th_forecast_list list = {0};
    enum th_status status = th_forecast_all(store, &filter, &list, err);
    for (size_t i = 0; i < list.n && deal->forecast_id == 0; i++) {
        int64_t free_t = th_units_t(th_forecast_free(&list.items[i]));
        best_t = free_t > best_t ? free_t : best_t;
        if (free_t >= tonnes_t) {
            deal->forecast_id = list.items[i].forecast_id;
            deal->forecast = th_units_from_t(tonnes_t);
        }
    }
    free(list.items);
    return status == TH_OK && deal->forecast_id == 0
               ? th_stock_short(store, deal, of, best_t, tonnes_t, err)
               : status;
}

enum th_status th_stock_arrived(const struct th_decision *decision, struct th_pool_list *ret_shares,
                                struct th_error *err)
{
    const struct th_trade_line_list *lines = &decision->lines;
    size_t room = lines->n > 0 ? lines->n : 1;
    struct th_pool_share *shares = calloc(room, sizeof(*shares));
    int64_t *tonnes_t = calloc(room, sizeof(*tonnes_t));
    int64_t *cost_fen = calloc(room, sizeof(*cost_fen));
    size_t n = 0;
    enum th_status status = shares && tonnes_t && cost_fen ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; i < lines->n && status == TH_OK; i++) {
        size_t k = 0;
        while (k < n && shares[k].package_id != lines->items[i].package_id) {
            k++;
        }
        n = k == n ? n + 1 : n;
        shares[k].package_id = lines->items[i].package_id;
        tonnes_t[k] += th_units_t(lines->items[i].tonnes);
    }
    if (status == TH_OK) {
        status = th_allocate(th_money_fen(decision->trade.net), tonnes_t, n, cost_fen, err);
    }
    for (size_t k = 0; k < n && status == TH_OK; k++) {
        shares[k].pool_id = decision->trade.trade_id;
        shares[k].owner_id = decision->trade.buyer_id;
        shares[k].bought = th_units_from_t(tonnes_t[k]);
        shares[k].cost = th_money_from_fen(cost_fen[k]);
    }
    free(tonnes_t);
    free(cost_fen);
    if (status == TH_OK) {
        *ret_shares = (struct th_pool_list){.items = shares, .n = n};
    } else {
        free(shares);
    }
    return status;
}

enum th_status th_stock_make_pool(struct th_posting *posting, const struct th_decision *decision,
                                  const struct th_pool_list *shares, int64_t *ret_pool_id,
                                  struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_party buyer;
    enum th_status status = th_party_load(th_posting_store(posting), trade->buyer_id, &buyer, err);
    bool bank = status == TH_OK && strcmp(buyer.kind, "bank") == 0;
    for (size_t i = 0; bank && i < shares->n && status == TH_OK; i++) {
        status = th_pool_post(posting, &shares->items[i], trade->on_date, err);
    }
    if (status == TH_OK) {
        *ret_pool_id = bank ? trade->trade_id : 0;
    }
    return status;
}

enum th_status th_stock_hand_over(struct th_posting *posting, const struct th_decision *decision,
                                  struct th_error *err)
{
    struct th_unit_place place = {.owner_id = decision->trade.buyer_id, .state = TH_BLOCK_HELD};
    struct th_pool_list shares = {0};
    enum th_status status = th_stock_arrived(decision, &shares, err);
    if (status == TH_OK) {
        status = th_stock_make_pool(posting, decision, &shares, &place.pool_id, err);
    }
    if (status == TH_OK) {
        status = th_decision_send(posting, decision, &place, err);
    }
    th_pool_list_clear(&shares);
    return status;
}

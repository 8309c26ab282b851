// Acceptance: listed units are taken at the listed price, from each line of the listing pro rata to
// what it offered, and with that part of its cost.
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "registry/reference.h"
#include "store/deal/pledge_store.h"
#include "trading/deal/allotment.h"
#include "trading/deal/locked.h"
#include "trading/deal/stock.h"
#include "trading/spot/listing.h"
#include "trading/spot/spot_internal.h"

struct acceptance {
    struct th_deal *deal;
    struct th_trade listing;
    struct th_trade_line_list offered;
    struct th_trade_line_list left;
    struct th_allot_member *members; // by line of `left`
    int64_t *to_take_t;              // by line of `left`
    size_t capacity;                 // of the deal's lines
};

static bool same_line(const struct th_trade_line *a, const struct th_trade_line *b)
{
    return a->package_id == b->package_id && a->pool_id == b->pool_id &&
           a->seller_id == b->seller_id;
}

static const struct th_trade_line *offered_line(const struct acceptance *work,
                                                const struct th_trade_line *left)
{
    size_t i = 0;
    while (i + 1 < work->offered.n && !same_line(&work->offered.items[i], left)) {
        i++;
    }
    return &work->offered.items[i];
}

// The cost of what is taken so far and now, less what the acceptances before had: the last one
// brings it to the fen.
static enum th_status next_cost(const struct th_trade_line *offered,
                                const struct th_trade_line *left, int64_t take_t,
                                struct th_money *ret_cost, struct th_error *err)
{
    struct th_ratio part;
    int64_t cumulative_fen = 0;
    int64_t offered_t = th_units_t(offered->tonnes);
    int64_t taken_t = offered_t - th_units_t(left->tonnes);
    int64_t before_fen = th_money_fen(offered->cost) - th_money_fen(left->cost);
    enum th_status status = th_ratio_make(taken_t + take_t, offered_t, &part, err);
    if (status == TH_OK) {
        status = th_ratio_apply_nearest(part, th_money_fen(offered->cost), &cumulative_fen, err);
    }
    if (status != TH_OK) {
        return status;
    }
    int64_t cost_fen = cumulative_fen - before_fen;
    *ret_cost = th_money_from_fen(cost_fen > 0 ? cost_fen : 0);
    return TH_OK;
}

static enum th_status add_line(struct acceptance *work, size_t at, struct th_error *err)
{
    const struct th_trade_line *left = &work->left.items[at];
    struct th_trade_line line = {.package_id = left->package_id,
                                 .pool_id = left->pool_id,
                                 .seller_id = left->seller_id,
                                 .tonnes = th_units_from_t(work->to_take_t[at])};
    enum th_status status =
        th_money_times_units(work->listing.price_per_t, line.tonnes, &line.amount, err);
    if (status == TH_OK) {
        status = next_cost(offered_line(work, left), left, work->to_take_t[at], &line.cost, err);
    }
    return status == TH_OK ? th_deal_add_line(work->deal, &work->capacity, &line, err) : status;
}

static enum th_status allot(struct acceptance *work, struct th_error *err)
{
    size_t n = work->left.n;
    work->members = calloc(n > 0 ? n : 1, sizeof(*work->members));
    work->to_take_t = calloc(n > 0 ? n : 1, sizeof(*work->to_take_t));
    if (!work->members || !work->to_take_t) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        int64_t offered_t = th_units_t(offered_line(work, &work->left.items[i])->tonnes);
        int64_t left_t = th_units_t(work->left.items[i].tonnes);
        work->members[i] = (struct th_allot_member){
            .weight = offered_t, .already = offered_t - left_t, .limit = left_t};
    }
    enum th_status status =
        th_allot_next(work->members, n, th_units_t(work->deal->trade.tonnes), err);
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        work->to_take_t[i] = work->members[i].share;
        status = work->to_take_t[i] > 0 ? add_line(work, i, err) : TH_OK;
    }
    return status;
}

// Keeps of the listing's blocks what each line gives, lowest serials first.
static enum th_status pick(struct th_store *store, struct acceptance *work, struct th_error *err)
{
    struct th_block_list *picks = &work->deal->picks;
    size_t kept = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < picks->n && status == TH_OK; i++) {
        struct th_block block = picks->items[i];
        struct th_issuance_record issuance;
        status = th_issuance_load(store, block.issuance_id, &issuance, err);
        const struct th_trade_line key = {.package_id = issuance.package_id,
                                          .pool_id = block.pool_id,
                                          .seller_id = block.owner_id};
        size_t at = 0;
        while (status == TH_OK && at < work->left.n && !same_line(&work->left.items[at], &key)) {
            at++;
        }
        if (status != TH_OK || at == work->left.n || work->to_take_t[at] == 0) {
            continue;
        }
        int64_t block_t = th_units_t(th_block_units(&block));
        int64_t take_t = block_t < work->to_take_t[at] ? block_t : work->to_take_t[at];
        block.last = block.first + take_t - 1;
        work->to_take_t[at] -= take_t;
        picks->items[kept++] = block;
    }
    picks->n = kept;
    return status;
}

static enum th_status check_size(const struct acceptance *work, struct th_store *store,
                                 struct th_error *err)
{
    struct th_listing listing;
    struct th_units wanted = work->deal->trade.tonnes;
    struct th_units left = th_lock_left(&work->deal->source);
    enum th_status status = th_listing_load(store, work->listing.trade_id, &listing, err);
    if (status == TH_OK && (th_units_t(left) == 0 || th_units_compare(wanted, left) > 0)) {
        return th_locked_short_of(store, work->listing.trade_id, th_units_t(left),
                                  th_units_t(wanted), err);
    }
    // A rest that is smaller than the least can only be taken whole.
    if (status == TH_OK && th_units_compare(wanted, listing.least) < 0 &&
        th_units_compare(wanted, left) != 0) {
        (void)th_error_set(err, TH_CONFLICT, "listing_least", NULL);
        th_error_add_int(err, "least", th_units_t(listing.least));
        return TH_CONFLICT;
    }
    return status;
}

static enum th_status take(struct th_store *store, struct acceptance *work, struct th_error *err)
{
    struct th_trade *trade = &work->deal->trade;
    enum th_status status = check_size(work, store, err);
    if (status == TH_OK) {
        status = th_trade_lines(store, work->listing.trade_id, &work->offered, err);
    }
    if (status == TH_OK) {
        status = th_trade_lines_left(store, work->listing.trade_id, &work->left, err);
    }
    if (status == TH_OK) {
        status = th_ledger_locked(store, work->deal->source.lock_id, &work->deal->picks, err);
    }
    if (status == TH_OK) {
        status = allot(work, err);
    }
    if (status == TH_OK) {
        status = pick(store, work, err);
    }
    if (status == TH_OK) {
        status = th_money_times_units(trade->price_per_t, trade->tonnes, &trade->amount, err);
    }
    return status == TH_OK ? th_trade_set_tax(trade, work->listing.tax_rate, err) : status;
}

static enum th_status find_buyer(struct th_work *work, const char *reference,
                                 struct th_trade *trade, struct th_error *err)
{
    struct th_party buyer = {0};
    enum th_status status = th_party_resolve(th_work_store(work), reference, &buyer, err);
    if (status == TH_OK) {
        status = th_check_may_hold(&buyer, err);
    }
    if (status == TH_OK && buyer.party_id == trade->seller_id) {
        status = th_error_set(err, TH_INVALID, "same_party", "party", buyer.name, NULL);
    }
    trade->buyer_id = buyer.party_id;
    return status == TH_OK ? th_check_own_trade(work, trade, err) : status;
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_acceptance_input *input = given;
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    struct acceptance acceptance = {.deal = deal};
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK && !th_text_parse_int(input->listing, 1, INT64_MAX, &trade->of_trade_id)) {
        status =
            th_error_set(err, TH_NOT_FOUND, "listing_not_found", "listing", input->listing, NULL);
    }
    if (status == TH_OK) {
        status = th_listing_open(store, th_work_today(work), trade->of_trade_id,
                                 &acceptance.listing, &deal->source, err);
    }
    if (status != TH_OK) {
        return status;
    }
    trade->seller_id = acceptance.listing.seller_id;
    trade->has_price = true;
    trade->price_per_t = acceptance.listing.price_per_t;
    trade->tonnes = th_lock_left(&deal->source);
    status = input->tonnes ? th_tonnes_parse(input->tonnes, &trade->tonnes, err) : TH_OK;
    if (status == TH_OK) {
        status = find_buyer(work, input->to, trade, err);
    }
    if (status == TH_OK) {
        status = take(store, &acceptance, err);
    }
    free(acceptance.members);
    free(acceptance.to_take_t);
    th_trade_line_list_clear(&acceptance.offered);
    th_trade_line_list_clear(&acceptance.left);
    return status;
}

static enum th_status approve(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err)
{
    enum th_status status = th_stock_hand_over(posting, decision, err);
    return status == TH_OK ? th_decision_claim(posting, decision, "money.acceptance", err) : status;
}

const struct th_deal_kind th_deal_acceptance = {.name = "acceptance",
                                                .propose = TH_MAY_PROPOSE,
                                                .pool_use = TH_POOL_USE_NONE,
                                                .shared = true,
                                                .one_term = true,
                                                .from_lock = true,
                                                .by_other = TH_WAIT_BRIEFLY,
                                                .prepare = prepare,
                                                .approve = approve};

enum th_status th_trade_propose_acceptance(struct th_registry *registry,
                                           const struct th_request *request,
                                           const struct th_acceptance_input *input,
                                           struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_text(given, "listing", input->listing);
    th_json_set_text(given, "to", input->to);
    th_json_set_text(given, "tonnes", input->tonnes);
    th_json_set_text(given, "on", input->on);
    return th_deal_propose(registry, request, &th_deal_acceptance, given, input, ret_reply, err);
}

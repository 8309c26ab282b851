// Subscription, forward, option: units promised for later, covered from the first day.
#include "trading/ahead/promise.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "store/deal/forecast_store.h"
#include "trading/deal/stock.h"

struct draft {
    struct th_deal *deal;
    const struct th_promise_input *input;
    struct th_registry *registry;
    struct th_work *work;
    struct th_party seller;
    struct th_party buyer;
    struct th_promise terms;
    int64_t package_id; // 0: any
    bool issued;        // the package
};

static bool is_kind(const struct draft *draft, const struct th_deal_kind *kind)
{
    return draft->deal->kind == kind;
}

struct banks {
    struct th_party found;
    size_t n;
};

static bool count_bank(void *context, const struct th_party *party)
{
    struct banks *banks = context;
    if (strcmp(party->kind, "bank") == 0) {
        banks->found = *party;
        banks->n++;
    }
    return true;
}

// Where nobody is named, the actor's own bank sells, or the only one that there is.
static enum th_status find_seller(struct draft *draft, struct th_error *err)
{
    struct th_store *store = th_work_store(draft->work);
    int64_t own_id = th_work_actor(draft->work)->party_id;
    struct banks banks = {.n = 0};
    if (draft->input->from) {
        return th_party_resolve(store, draft->input->from, &draft->seller, err);
    }
    if (own_id != 0) {
        return th_party_load(store, own_id, &draft->seller, err);
    }
    enum th_status status = th_party_each(store, count_bank, &banks, err);
    if (status == TH_OK && banks.n != 1) {
        return th_error_set(err, TH_USAGE, "seller_missing", NULL);
    }
    draft->seller = banks.found;
    return status;
}

static enum th_status set_parties(struct draft *draft, struct th_error *err)
{
    struct th_store *store = th_work_store(draft->work);
    struct th_trade *trade = &draft->deal->trade;
    enum th_status status = find_seller(draft, err);
    if (status == TH_OK) {
        status = th_party_resolve(store, draft->input->to, &draft->buyer, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (!is_kind(draft, &th_deal_forward) && strcmp(draft->seller.kind, "bank") != 0) {
        return th_error_set(err, TH_INVALID, "seller_not_bank", "party", draft->seller.name, "kind",
                            draft->seller.kind, NULL);
    }
    if (draft->seller.party_id == draft->buyer.party_id) {
        return th_error_set(err, TH_INVALID, "same_party", "party", draft->buyer.name, NULL);
    }
    trade->seller_id = draft->seller.party_id;
    trade->buyer_id = draft->buyer.party_id;
    status = th_check_may_hold(&draft->seller, err);
    if (status == TH_OK) {
        status = th_check_may_hold(&draft->buyer, err);
    }
    return status == TH_OK ? th_check_own_trade(draft->work, trade, err) : status;
}

static enum th_status set_money(struct draft *draft, struct th_error *err)
{
    struct th_trade *trade = &draft->deal->trade;
    struct th_money price;
    enum th_status status = th_money_parse(draft->input->price, &price, err);
    if (status == TH_OK && is_kind(draft, &th_deal_option)) {
        draft->terms.has_strike = true;
        draft->terms.strike_per_t = price;
        status = th_money_parse(draft->input->premium, &trade->amount, err);
    } else if (status == TH_OK) {
        trade->has_price = true;
        trade->price_per_t = price;
        status = th_money_times_units(price, trade->tonnes, &trade->amount, err);
    }
    return status == TH_OK ? th_trade_set_tax(trade, draft->input->tax, err) : status;
}

// "2027-01-01..2027-12-31"
static enum th_status set_window(struct draft *draft, struct th_error *err)
{
    struct th_promise *terms = &draft->terms;
    const char *text = draft->input->window ? draft->input->window : "";
    const char *dots = strstr(text, "..");
    char first[TH_ON_SIZE] = "";
    bool good = dots && (size_t)(dots - text) < sizeof(first);
    if (good) {
        memcpy(first, text, (size_t)(dots - text));
        first[dots - text] = '\0';
        good = th_on_parse(draft->registry, first, terms->window_from, NULL) == TH_OK &&
               th_on_parse(draft->registry, dots + 2, terms->window_to, NULL) == TH_OK &&
               strcmp(terms->window_from, terms->window_to) <= 0;
    }
    if (!good) {
        return th_error_set(err, TH_USAGE, "window_invalid", "window", text, NULL);
    }
    return strcmp(terms->window_to, draft->deal->trade.on_date) >= 0
               ? TH_OK
               : th_error_set(err, TH_INVALID, "window_past", "until", terms->window_to, "on",
                              draft->deal->trade.on_date, NULL);
}

static enum th_status set_delivery(struct draft *draft, struct th_error *err)
{
    struct th_promise *terms = &draft->terms;
    const char *short_word = draft->input->if_short;
    if (!draft->input->deliver_by) {
        return th_error_set(err, TH_USAGE, "deliver_by_missing", NULL);
    }
    if (!short_word) {
        short_word = is_kind(draft, &th_deal_forward) ? "replace" : "refund";
    }
    if (strcmp(short_word, "refund") != 0 && strcmp(short_word, "replace") != 0) {
        return th_error_set(err, TH_USAGE, "if_short_invalid", "value", short_word, NULL);
    }
    th_text_copy(terms->if_short, sizeof(terms->if_short), short_word);
    enum th_status status =
        th_on_parse(draft->registry, draft->input->deliver_by, terms->deliver_by, err);
    if (status == TH_OK && strcmp(terms->deliver_by, draft->deal->trade.on_date) < 0) {
        status = th_error_set(err, TH_INVALID, "deliver_by_past", "by", terms->deliver_by, "on",
                              draft->deal->trade.on_date, NULL);
    }
    return status;
}

struct sum {
    int64_t units_t;
};

static bool add_share(void *context, const struct th_pool_share *share)
{
    struct sum *sum = context;
    sum->units_t += th_units_t(th_pool_available(share));
    return true;
}

// What the seller could promise today: a bank out of its pools, anybody else what he holds.
static enum th_status count_stock(const struct draft *draft, int64_t *ret_stock_t,
                                  struct th_error *err)
{
    struct th_store *store = th_work_store(draft->work);
    struct sum sum = {0};
    int64_t package_id = draft->issued ? draft->package_id : 0;
    // Who names a package that is not issued yet wants its units, no others of the seller's.
    if (draft->input->on_forecast || (draft->package_id != 0 && !draft->issued)) {
        *ret_stock_t = 0;
        return TH_OK;
    }
    if (strcmp(draft->seller.kind, "bank") == 0) {
        enum th_status status =
            th_pool_open_each(store, draft->seller.party_id, package_id, add_share, &sum, err);
        if (status == TH_OK) {
            *ret_stock_t = sum.units_t;
        }
        return status;
    }
    struct th_unit_totals totals;
    enum th_status status =
        th_ledger_totals(store, draft->seller.party_id, package_id, &totals, err);
    if (status == TH_OK) {
        *ret_stock_t = th_units_t(totals.by_state[TH_BLOCK_HELD]);
    }
    return status;
}

static enum th_status take_stock(struct draft *draft, int64_t stock_t, struct th_error *err)
{
    struct th_store *store = th_work_store(draft->work);
    struct th_deal *deal = draft->deal;
    int64_t package_id = draft->issued ? draft->package_id : 0;
    enum th_status status = TH_OK;
    if (stock_t > 0 && strcmp(draft->seller.kind, "bank") == 0) {
        const struct th_stock_wish wish = {.owner_id = draft->seller.party_id,
                                           .package_id = package_id,
                                           .tonnes = th_units_from_t(stock_t)};
        status = th_stock_draw(store, deal, &wish, err);
    } else if (stock_t > 0) {
        const struct th_held_filter filter = {.owner_id = draft->seller.party_id,
                                              .package_id = package_id};
        status = th_deal_pick_held(store, deal, &filter, th_units_from_t(stock_t), err);
    }
    struct th_money price =
        draft->terms.has_strike ? draft->terms.strike_per_t : deal->trade.price_per_t;
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        status = th_money_times_units(price, deal->lines[i].tonnes, &deal->lines[i].amount, err);
    }
    return status;
}

// What the stock does not cover. Who names an issued package wants its units.
static enum th_status take_forecast(struct draft *draft, int64_t stock_t, struct th_error *err)
{
    struct th_store *store = th_work_store(draft->work);
    const struct th_lock_filter filter = {.what = draft->issued               ? TH_LOCK_UNITS
                                                  : draft->input->on_forecast ? TH_LOCK_EXPECTED
                                                                              : TH_LOCK_ALL,
                                          .owner_id = draft->seller.party_id,
                                          .package_id = draft->package_id};
    struct th_deal *deal = draft->deal;
    int64_t wanted_t = th_units_t(deal->trade.tonnes) - stock_t;
    if (wanted_t == 0) {
        return TH_OK;
    }
    if (draft->issued) {
        return th_stock_short(store, deal, &filter, 0, wanted_t, err);
    }
    enum th_status status = th_stock_expect(store, deal, &filter, wanted_t, err);
    if (status == TH_OK) {
        draft->terms.forecast_id = deal->forecast_id;
        draft->terms.forecast = deal->forecast;
    }
    return status;
}

static enum th_status set_cover(struct draft *draft, struct th_error *err)
{
    struct th_package_record package;
    int64_t wanted_t = th_units_t(draft->deal->trade.tonnes);
    int64_t stock_t = 0;
    enum th_status status = TH_OK;
    if (draft->input->package) {
        status =
            th_package_resolve(th_work_store(draft->work), draft->input->package, &package, err);
    }
    if (status == TH_OK && draft->input->package) {
        draft->package_id = package.package_id;
        draft->issued = strcmp(package.state, "issued") == 0;
    }
    if (status == TH_OK) {
        status = count_stock(draft, &stock_t, err);
    }
    stock_t = stock_t < wanted_t ? stock_t : wanted_t;
    if (status == TH_OK) {
        status = take_forecast(draft, stock_t, err);
    }
    return status == TH_OK ? take_stock(draft, stock_t, err) : status;
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    struct draft draft = {.deal = deal, .input = given, .registry = registry, .work = work};
    struct th_trade *trade = &deal->trade;
    enum th_status status = th_deal_day_parse(registry, draft.input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_tonnes_parse(draft.input->tonnes, &trade->tonnes, err);
    }
    if (status == TH_OK) {
        status = set_parties(&draft, err);
    }
    if (status == TH_OK) {
        status = set_money(&draft, err);
    }
    if (status == TH_OK) {
        status =
            is_kind(&draft, &th_deal_option) ? set_window(&draft, err) : set_delivery(&draft, err);
    }
    if (status == TH_OK) {
        status = set_cover(&draft, err);
    }
    if (status == TH_OK) {
        deal->terms = th_promise_row(&draft.terms);
    }
    return status;
}

// What was bought ahead of the issuance may be promised on.
static enum th_status approve_forward(struct th_posting *posting,
                                      const struct th_decision *decision, struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_forecast source;
    int64_t forecast_id = 0;
    if (th_units_t(decision->lock.forecast) == 0) {
        return TH_OK;
    }
    enum th_status status =
        th_forecast_load(th_posting_store(posting), decision->lock.forecast_id, &source, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_forecast bought = {.package_id = source.package_id,
                                 .owner_id = trade->buyer_id,
                                 .of_trade_id = trade->trade_id,
                                 .registered = decision->lock.forecast};
    th_text_copy(bought.on_date, sizeof(bought.on_date), trade->on_date);
    return th_forecast_post(posting, &bought, &forecast_id, err);
}

// The premium is owed for the promise itself.
static enum th_status approve_option(struct th_posting *posting, const struct th_decision *decision,
                                     struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    const struct th_transfer premium = {.from_id = trade->buyer_id,
                                        .to_id = trade->seller_id,
                                        .account = TH_ACCOUNT_CLAIM,
                                        .amount = trade->amount,
                                        .on_date = trade->on_date,
                                        .trade_id = trade->trade_id,
                                        .memo = "money.premium"};
    return th_money_move(posting, &premium, err);
}

static enum th_status hold_until_window(struct th_store *store, const struct th_trade *trade,
                                        char ret_on[TH_ON_SIZE], struct th_error *err)
{
    struct th_promise promise;
    enum th_status status = th_promise_load(store, trade->trade_id, &promise, err);
    if (status == TH_OK) {
        th_text_copy(ret_on, TH_ON_SIZE, promise.window_to);
    }
    return status;
}

// Others take of it in its window, or until it is to be delivered.
static enum th_status open_days(struct th_store *store, const struct th_trade *trade,
                                char ret_from[TH_ON_SIZE], char ret_until[TH_ON_SIZE],
                                struct th_error *err)
{
    struct th_promise promise;
    enum th_status status = th_promise_load(store, trade->trade_id, &promise, err);
    if (status == TH_OK) {
        th_text_copy(ret_from, TH_ON_SIZE, promise.window_from);
        th_text_copy(ret_until, TH_ON_SIZE,
                     promise.window_to[0] != '\0' ? promise.window_to : promise.deliver_by);
    }
    return status;
}

static enum th_status show(struct th_store *store, const struct th_trade *trade,
                           struct th_json *reply, struct th_error *err)
{
    struct th_promise promise;
    struct th_promise_progress progress;
    const char *standing = "";
    enum th_status status = th_promise_load(store, trade->trade_id, &promise, err);
    if (status == TH_OK) {
        status = th_promise_progress(store, trade, 0, &progress, err);
    }
    if (status == TH_OK) {
        status = th_trade_standing(store, trade, false, &standing, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_json_set_word(reply, "deliver_by", promise.deliver_by);
    th_json_set_word(reply, "if_short", promise.if_short);
    th_json_set(reply, "strike_fen",
                promise.has_strike ? th_json_int(th_money_fen(promise.strike_per_t))
                                   : th_json_null());
    th_json_set_word(reply, "window_from", promise.window_from);
    th_json_set_word(reply, "window_to", promise.window_to);
    th_json_set_units(reply, "delivered_t", progress.delivered);
    th_json_set_units(reply, "pending_t", progress.pending);
    th_json_set_units(reply, "refunded_t", progress.refunded);
    // An option has no claim to more than what is there or may come.
    bool option = strcmp(trade->kind, "option") == 0;
    int64_t cover_t = th_units_t(progress.locked) + th_units_t(progress.expected);
    th_json_set_int(reply, "due_t", option ? cover_t : th_units_t(progress.due));
    th_json_set_units(reply, "locked_t", progress.locked);
    th_json_set_units(reply, "forecast_t", progress.expected);
    // What is not agreed to yet lacks nothing, nor does an option that is over.
    bool in_force = strcmp(standing, "in_force") == 0;
    th_json_set_units(reply, "short_t",
                      in_force ? th_promise_short(&progress) : th_units_from_t(0));
    th_json_set(reply, "prepaid_fen",
                th_promise_takes_prepayments(trade) ? th_json_int(th_money_fen(progress.prepaid))
                                                    : th_json_null());
    return TH_OK;
}

const struct th_deal_kind th_deal_subscription = {.name = "subscription",
                                                  .propose = TH_MAY_PROPOSE,
                                                  .pool_use = TH_POOL_USE_SOLD,
                                                  .one_term = true,
                                                  .keeps_lock = true,
                                                  .by_other = TH_WAIT_UNLOCKED,
                                                  .terms = "promise",
                                                  .prepare = prepare,
                                                  .open_days = open_days,
                                                  .show = show};
const struct th_deal_kind th_deal_forward = {.name = "forward",
                                             .propose = TH_MAY_PROPOSE,
                                             .pool_use = TH_POOL_USE_SOLD,
                                             .one_term = true,
                                             .keeps_lock = true,
                                             .by_other = TH_WAIT_UNLOCKED,
                                             .terms = "promise",
                                             .prepare = prepare,
                                             .approve = approve_forward,
                                             .open_days = open_days,
                                             .show = show};
const struct th_deal_kind th_deal_option = {.name = "option",
                                            .propose = TH_MAY_PROPOSE,
                                            .pool_use = TH_POOL_USE_SOLD,
                                            .shared = true,
                                            .one_term = true,
                                            .keeps_lock = true,
                                            .by_other = TH_WAIT_UNLOCKED,
                                            .terms = "promise",
                                            .prepare = prepare,
                                            .approve = approve_option,
                                            .hold_until = hold_until_window,
                                            .open_days = open_days,
                                            .show = show};

static enum th_status propose(struct th_registry *registry, const struct th_request *request,
                              const struct th_deal_kind *kind, const struct th_promise_input *input,
                              struct th_json **ret_reply, struct th_error *err)
{
    if (!input->price) {
        return th_error_set(err, TH_USAGE, "price_missing", NULL);
    }
    struct th_json *given = th_json_object();
    th_json_set_text(given, "kind", kind->name);
    th_json_set_text(given, "from", input->from);
    th_json_set_text(given, "to", input->to);
    th_json_set_text(given, "tonnes", input->tonnes);
    th_json_set_text(given, "price", input->price);
    th_json_set_text(given, "premium", input->premium);
    th_json_set_text(given, "window", input->window);
    th_json_set_text(given, "tax", input->tax);
    th_json_set_text(given, "deliver_by", input->deliver_by);
    th_json_set_text(given, "if_short", input->if_short);
    th_json_set_text(given, "package", input->package);
    th_json_set_bool(given, "on_forecast", input->on_forecast);
    th_json_set_text(given, "on", input->on);
    return th_deal_propose(registry, request, kind, given, input, ret_reply, err);
}

enum th_status th_trade_propose_subscription(struct th_registry *registry,
                                             const struct th_request *request,
                                             const struct th_promise_input *input,
                                             struct th_json **ret_reply, struct th_error *err)
{
    return propose(registry, request, &th_deal_subscription, input, ret_reply, err);
}

enum th_status th_trade_propose_forward(struct th_registry *registry,
                                        const struct th_request *request,
                                        const struct th_promise_input *input,
                                        struct th_json **ret_reply, struct th_error *err)
{
    return propose(registry, request, &th_deal_forward, input, ret_reply, err);
}

enum th_status th_trade_propose_option(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_promise_input *input,
                                       struct th_json **ret_reply, struct th_error *err)
{
    if (!input->premium) {
        return th_error_set(err, TH_USAGE, "premium_missing", NULL);
    }
    return propose(registry, request, &th_deal_option, input, ret_reply, err);
}

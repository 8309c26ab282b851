// Promises of the model: subscriptions, forwards and options on stock or on expected tonnes, their
// deliveries, exercises and refunds, and what an issuance brings.
#include <assert.h>
#include <stdlib.h>

#include "tests/campaign/model_internal.h"

static int64_t forecast_open(const struct forecast *forecast)
{
    return forecast->registered - forecast->arrived - forecast->lost;
}

int64_t model_free_forecast(const struct model *model, int at)
{
    int64_t free_t = forecast_open(&model->forecasts[at]);
    for (int i = 0; i < model->n_deals; i++) {
        free_t -= model->deals[i].forecast == at ? model->deals[i].expected : 0;
    }
    return free_t;
}

static int64_t sum_of(const struct model *model, int promise, enum deal_state state)
{
    int64_t sum = 0;
    for (int i = promise + 1; i < model->n_deals; i++) {
        const struct deal *deal = &model->deals[i];
        bool brings = deal->kind == DELIVERY || deal->kind == EXERCISE;
        bool counts = brings && deal->of == promise && deal->state == state && !deal->corrected;
        sum += counts ? deal->tonnes : 0;
    }
    return sum;
}

int64_t model_pending(const struct model *model, int promise)
{
    return sum_of(model, promise, PROPOSED);
}

int64_t model_due(const struct model *model, int promise)
{
    int64_t given_up = 0;
    for (int i = promise + 1; i < model->n_deals; i++) {
        const struct deal *deal = &model->deals[i];
        bool refund = deal->kind == DELIVERY && deal->of == promise && deal->state == APPROVED;
        given_up += refund ? deal->refund : 0;
    }
    return model->deals[promise].tonnes - sum_of(model, promise, APPROVED) -
           model_pending(model, promise) - given_up;
}

int64_t model_short(const struct model *model, int promise)
{
    int64_t lacking =
        model_due(model, promise) - model_locked(model, promise) - model->deals[promise].expected;
    return lacking > 0 ? lacking : 0;
}

static const char *check_terms(const struct act *act, const struct deal *deal)
{
    if (act->deal == OPTION) {
        return act->until < deal->on ? "window_past" : NULL;
    }
    return act->until < deal->on ? "deliver_by_past" : NULL;
}

static int find_forecast(const struct model *model, int owner, int package, int64_t wanted)
{
    for (int i = 0; i < model->n_forecasts; i++) {
        const struct forecast *forecast = &model->forecasts[i];
        if (forecast->owner == owner && (package == ANY || forecast->package == package) &&
            model_free_forecast(model, i) >= wanted) {
            return i;
        }
    }
    return NONE;
}

const char *take_expected(struct model *model, struct deal *deal, int package, int64_t tonnes)
{
    if (package >= model->n_packages) {
        return "package_not_found";
    }
    deal->forecast = find_forecast(model, deal->seller, package, tonnes);
    if (deal->forecast == NONE) {
        return "cover_short";
    }
    deal->expected = tonnes;
    return NULL;
}

static const char *cover(struct model *model, const struct act *act, struct deal *deal)
{
    int package = act->n_packages > 0 ? act->packages[0] : ANY;
    if (package >= model->n_packages) {
        return "package_not_found";
    }
    bool issued = package != ANY && model->packages[package].issued;
    int of = issued ? package : ANY;
    const struct wish wish = {deal->seller, of, ANY, 0};
    bool expected_only = act->on_forecast || (package != ANY && !issued);
    int64_t stock = expected_only           ? 0
                    : is_bank(deal->seller) ? stock_of_pools(model, deal->seller, of)
                                            : pick_held(model, &wish, INT64_MAX);
    stock = least_of(stock, deal->tonnes);
    model->n_picked = 0;
    if (stock < deal->tonnes) {
        int64_t wanted = deal->tonnes - stock;
        deal->forecast = issued ? NONE : find_forecast(model, deal->seller, package, wanted);
        if (deal->forecast == NONE) {
            return "cover_short";
        }
        deal->expected = wanted;
    }
    return stock > 0 ? take_stock(model, deal, of, stock) : NULL;
}

static const char *promise(struct model *model, const struct act *act, struct deal *deal)
{
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    if (act->deal != FORWARD && !is_bank(act->from)) {
        return "seller_not_bank";
    }
    if (act->from == act->to) {
        return "same_party";
    }
    if (act->from == VERIFIER || act->to == VERIFIER) {
        return "verifier_cannot_hold";
    }
    deal->seller = act->from;
    deal->buyer = act->to;
    deal->tonnes = act->tonnes;
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    deal->price_fen = act->price_fen; // of an option the strike
    deal->amount_fen = act->deal == OPTION ? act->amount_fen : act->price_fen * act->tonnes;
    deal->from = act->from_on;
    deal->until = act->until;
    deal->replace = act->replace;
    set_tax(deal, act->tax);
    const char *refusal = check_terms(act, deal);
    refusal = refusal ? refusal : cover(model, act, deal);
    for (int i = 0; i < deal->n_lines; i++) {
        deal->lines[i].amount_fen = deal->price_fen * deal->lines[i].tonnes;
    }
    return refusal;
}

// The part of the promise's cost that goes with what is left of its lines.
static void cost_from_promise(const struct model *model, struct deal *deal)
{
    static struct line left[MAX_LINES];
    int n = lines_left(model, deal->of, left);
    for (int i = 0; i < deal->n_lines; i++) {
        struct line *line = &deal->lines[i];
        for (int k = 0; k < n; k++) {
            if (left[k].package == line->package && left[k].pool == line->pool &&
                left[k].seller == line->seller) {
                line->cost_fen = rounded_share(left[k].cost_fen, line->tonnes, left[k].tonnes);
                break;
            }
        }
    }
}

static void delivery_money(const struct model *model, struct deal *deal)
{
    const struct deal *of = &model->deals[deal->of];
    deal->price_fen = of->price_fen;
    deal->amount_fen = of->price_fen * deal->tonnes;
    set_tax(deal, of->tax);
    if (deal->source != NONE) {
        cost_from_promise(model, deal);
    }
    for (int i = 0; i < deal->n_lines; i++) {
        struct line *line = &deal->lines[i];
        line->amount_fen = deal->price_fen * line->tonnes;
    }
}

static const char *open_promise(struct model *model, const struct act *act, struct deal *deal)
{
    if (act->of >= model->n_deals) {
        return "trade_not_found";
    }
    const struct deal *of = &model->deals[act->of];
    bool option = act->deal == EXERCISE;
    bool fits = option ? of->kind == OPTION : of->kind == SUBSCRIPTION || of->kind == FORWARD;
    if (!fits || of->state != APPROVED) {
        return option ? "trade_not_option" : "trade_not_promise";
    }
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    if (deal->on < of->on) {
        return "before_promise";
    }
    deal->seller = of->seller;
    deal->buyer = of->buyer;
    return own_deal(model, act->login, deal) ? NULL : "trade_not_yours";
}

static int64_t refundable(const struct model *model, int promise, int64_t given_up)
{
    const struct deal *deal = &model->deals[promise];
    int64_t to_come = model_due(model, promise) + model_pending(model, promise) - given_up;
    int64_t fen = deal->prepaid_fen - deal->price_fen * to_come;
    return fen > 0 ? fen : 0;
}

static int bought_ahead(const struct model *model, int promise)
{
    for (int i = 0; i < model->n_forecasts; i++) {
        if (model->forecasts[i].of == promise) {
            return i;
        }
    }
    return NONE;
}

// A buyer who promised on what he bought ahead must not lose its cover.
static bool breaks_cover(const struct model *model, const struct deal *refund)
{
    int forecast = bought_ahead(model, refund->of);
    int64_t left = model_due(model, refund->of) - refund->refund;
    int64_t lost = forecast == NONE ? 0
                                    : forecast_open(&model->forecasts[forecast]) - left -
                                          model_pending(model, refund->of);
    return lost > 0 && lost > model_free_forecast(model, forecast);
}

static const char *refund(struct model *model, const struct act *act, struct deal *deal)
{
    int64_t most = model_due(model, act->of) - model_locked(model, act->of);
    if (most <= 0) {
        return "nothing_short";
    }
    int64_t lacking = model_short(model, act->of);
    int64_t usual = lacking > 0 ? lacking : most;
    deal->refund = act->tonnes == NOT_GIVEN ? usual : act->tonnes;
    if (deal->refund > most) {
        return "refund_too_much";
    }
    deal->amount_fen = refundable(model, act->of, deal->refund);
    set_tax(deal, 0);
    return breaks_cover(model, deal) ? "forecast_promised" : NULL;
}

// What is still expected comes by its issuance or, bought ahead, by a delivery.
static const char *awaited(const struct model *model, const struct deal *of)
{
    return model->forecasts[of->forecast].of == NONE ? "forecast_awaited" : "delivery_awaited";
}

// Other units of the seller, once nothing is left under the lock.
static const char *replacement(struct model *model, struct deal *deal)
{
    const struct deal *of = &model->deals[deal->of];
    if (of->expected > 0) {
        return awaited(model, of);
    }
    return of->replace ? take_stock(model, deal, ANY, deal->tonnes) : "replace_not_agreed";
}

static const char *delivery(struct model *model, const struct act *act, struct deal *deal)
{
    const char *refusal = open_promise(model, act, deal);
    if (refusal) {
        return refusal;
    }
    if (act->refund) {
        return refund(model, act, deal);
    }
    int64_t locked = model_locked(model, act->of);
    int64_t most = locked > 0 ? locked : model_due(model, act->of);
    if (most == 0) {
        return "nothing_due";
    }
    deal->tonnes = act->tonnes == NOT_GIVEN ? most : act->tonnes;
    if (deal->tonnes > most) {
        return "delivery_too_much";
    }
    refusal = locked > 0 ? take_locked(model, deal, deal->tonnes) : replacement(model, deal);
    if (!refusal) {
        delivery_money(model, deal);
    }
    return refusal;
}

static const char *exercise(struct model *model, const struct act *act, struct deal *deal)
{
    const char *refusal = open_promise(model, act, deal);
    if (refusal) {
        return refusal;
    }
    const struct deal *of = &model->deals[act->of];
    if (deal->on < of->from || deal->on > of->until) {
        return "outside_window";
    }
    int64_t locked = model_locked(model, act->of);
    if (locked == 0) {
        return of->expected > 0 ? awaited(model, of) : "nothing_due";
    }
    deal->tonnes = act->tonnes == NOT_GIVEN ? locked : act->tonnes;
    refusal = take_locked(model, deal, deal->tonnes);
    if (!refusal) {
        delivery_money(model, deal);
    }
    return refusal;
}

const char *propose_promise(struct model *model, const struct act *act, struct deal *deal)
{
    return act->deal == DELIVERY   ? delivery(model, act, deal)
           : act->deal == EXERCISE ? exercise(model, act, deal)
                                   : promise(model, act, deal);
}

const char *check_refund(struct model *model, int at)
{
    const struct deal *deal = &model->deals[at];
    if (deal->kind != DELIVERY || deal->refund == 0) {
        return NULL;
    }
    int64_t most = model_due(model, deal->of) - model_locked(model, deal->of);
    if (deal->refund > most || refundable(model, deal->of, deal->refund) != deal->amount_fen) {
        return "promise_changed";
    }
    return breaks_cover(model, deal) ? "forecast_promised" : NULL;
}

// The deal counts as approved already: what it gives up is no more due.
static void approve_refund(struct model *model, int at)
{
    struct deal *deal = &model->deals[at];
    struct deal *of = &model->deals[deal->of];
    int forecast = bought_ahead(model, deal->of);
    int64_t left = model_due(model, deal->of);
    int64_t drop = of->expected - (left - model_locked(model, deal->of));
    if (drop > 0) {
        of->expected -= drop;
        of->released += drop;
    }
    if (forecast != NONE) {
        int64_t lost =
            forecast_open(&model->forecasts[forecast]) - left - model_pending(model, deal->of);
        model->forecasts[forecast].lost += lost > 0 ? lost : 0;
    }
    claim(model, deal->of, deal->buyer, deal->seller, deal->amount_fen);
    of->prepaid_fen -= deal->amount_fen;
    claim(model, at, deal->seller, deal->buyer, deal->amount_fen);
}

// What a delivery brings by package, and how many tonnes of it have gone under promises of the
// buyer.
struct arrival {
    int at;
    int pool;
    struct share *shares;
    int n_shares;
    int64_t *gone, *part;
};

static int share_at(const struct model *model, const struct arrival *arrival, int tonne)
{
    int package = package_of(model, tonne);
    int i = 0;
    while (arrival->shares[i].package != package) {
        i++;
    }
    return i;
}

static void add_arrived_lines(struct model *model, struct arrival *arrival, int promise_at)
{
    struct deal *of = &model->deals[promise_at];
    for (int i = 0; i < arrival->n_shares; i++) {
        int64_t part = arrival->part[i];
        const struct share *source = &arrival->shares[i];
        arrival->part[i] = 0;
        if (part == 0) {
            continue;
        }
        struct line *line =
            line_add(of, source->package, arrival->pool, model->deals[arrival->at].buyer);
        int64_t gone = arrival->gone[i];
        line->tonnes = part;
        line->amount_fen = of->price_fen * part;
        if (arrival->pool != NONE) {
            line->cost_fen = rounded_share(source->cost_fen, gone + part, source->bought) -
                             rounded_share(source->cost_fen, gone, source->bought);
        }
        arrival->gone[i] += part;
        draw_lines(model, line, 1, use_of(of->kind), 1);
    }
}

// The next open promise on a forecast, in the order in which they were proposed.
static int next_promise(const struct model *model, int forecast, int after)
{
    for (int i = after + 1; i < model->n_deals; i++) {
        if (model->deals[i].forecast == forecast && model->deals[i].expected > 0) {
            return i;
        }
    }
    return NONE;
}

static void arrive(struct model *model, int at)
{
    struct deal *deal = &model->deals[at];
    int forecast = bought_ahead(model, deal->of);
    int i = 0;
    struct arrival arrival = {.at = at, .pool = is_bank(deal->buyer) ? at : NONE};
    arrival.n_shares = make_pool(deal, &arrival.shares);
    arrival.gone = calloc((size_t)arrival.n_shares * 2, sizeof(*arrival.gone));
    assert(arrival.gone);
    arrival.part = arrival.gone + arrival.n_shares;
    (void)pick_locked(model, at, INT64_MAX);
    int promise_at = forecast != NONE ? next_promise(model, forecast, NONE) : NONE;
    while (promise_at != NONE && i < model->n_picked) {
        struct deal *of = &model->deals[promise_at];
        for (; of->expected > 0 && i < model->n_picked; i++, of->expected--) {
            arrival.part[share_at(model, &arrival, model->scratch[i])]++;
            put(model, model->scratch[i], deal->buyer, LOCKED, arrival.pool, promise_at);
        }
        add_arrived_lines(model, &arrival, promise_at);
        promise_at = next_promise(model, forecast, promise_at);
    }
    if (forecast != NONE) {
        struct forecast *of = &model->forecasts[forecast];
        of->arrived += least_of(deal->tonnes, forecast_open(of));
    }
    for (; i < model->n_picked; i++) {
        put(model, model->scratch[i], deal->buyer, HELD, arrival.pool, NONE);
    }
    free(arrival.gone);
    free(arrival.shares);
}

static void use_prepayment(struct model *model, int at)
{
    struct deal *deal = &model->deals[at];
    struct deal *of = &model->deals[deal->of];
    int64_t used = least_of(of->prepaid_fen, deal->amount_fen);
    if (used <= 0) {
        return;
    }
    claim(model, deal->of, deal->buyer, deal->seller, used);
    cash(model, deal->seller, deal->buyer, used);
    claim(model, at, deal->seller, deal->buyer, used);
    cash(model, deal->buyer, deal->seller, used);
    of->prepaid_fen -= used;
    struct receipt *receipt = note_receipt(model, deal, used, deal->on);
    receipt->carried = true;
    receipt->login = deal->proposer;
    receipt->shares[deal->seller] = used;
    deal->creditable_fen[deal->seller] += used;
}

void approve_promise(struct model *model, int at)
{
    struct deal *deal = &model->deals[at];
    if (deal->kind == FORWARD && deal->expected > 0) {
        model->forecasts = model_room(model->forecasts, model->n_forecasts, &model->forecasts_room,
                                      sizeof(*model->forecasts));
        model->forecasts[model->n_forecasts++] =
            (struct forecast){.package = model->forecasts[deal->forecast].package,
                              .owner = deal->buyer,
                              .of = at,
                              .registered = deal->expected};
    }
    if (deal->kind == OPTION) {
        claim(model, at, deal->buyer, deal->seller, deal->amount_fen);
    }
    if (deal->kind == DELIVERY && deal->refund > 0) {
        approve_refund(model, at);
    } else if (deal->kind == DELIVERY || deal->kind == EXERCISE) {
        arrive(model, at);
        for (int i = 0; i < deal->n_lines; i++) {
            claim(model, at, deal->buyer, deal->lines[i].seller, deal->lines[i].amount_fen);
        }
        if (deal->kind == DELIVERY) {
            use_prepayment(model, at);
        }
    }
}

// A package's own forecast; NONE.
static int own_forecast(const struct model *model, int package)
{
    int i = 0;
    while (i < model->n_forecasts &&
           (model->forecasts[i].package != package || model->forecasts[i].of != NONE)) {
        i++;
    }
    return i < model->n_forecasts ? i : NONE;
}

// The right number, by another officer, not below what is promised of the wrong one.
const char *ask_restate(struct model *model, const struct act *act)
{
    int package = act->packages[0];
    int own = own_forecast(model, package);
    if (model->packages[package].issued || own == NONE) {
        return own == NONE && !model->packages[package].issued ? "forecast_none"
                                                               : "forecast_too_late";
    }
    struct forecast *forecast = &model->forecasts[own];
    if (act->login == forecast->login) {
        return "forecast_second_person";
    }
    if (act->tonnes < forecast->registered - model_free_forecast(model, own)) {
        return "forecast_promised_more";
    }
    forecast->registered = act->tonnes;
    forecast->login = act->login;
    return NULL;
}

const char *ask_forecast(struct model *model, const struct act *act)
{
    int package = act->packages[0];
    if (model->packages[package].issued) {
        return "forecast_too_late";
    }
    if (own_forecast(model, package) != NONE) {
        return "forecast_exists";
    }
    model->forecasts = model_room(model->forecasts, model->n_forecasts, &model->forecasts_room,
                                  sizeof(*model->forecasts));
    model->forecasts[model->n_forecasts++] =
        (struct forecast){.package = package,
                          .owner = model->packages[package].holder,
                          .of = NONE,
                          .registered = act->tonnes,
                          .login = act->login};
    return NULL;
}

// The holder's units come under the promises on the package's own forecast.
static void close_forecast(struct model *model, int at)
{
    struct forecast *forecast = &model->forecasts[at];
    const struct wish wish = {forecast->owner, forecast->package, NONE, 0};
    int64_t open = forecast_open(forecast);
    int64_t held = pick_held(model, &wish, open);
    int i = 0;
    for (int k = next_promise(model, at, NONE); k != NONE; k = next_promise(model, at, k)) {
        struct deal *deal = &model->deals[k];
        for (; deal->expected > 0 && i < held; i++, deal->expected--) {
            put(model, model->scratch[i], forecast->owner, LOCKED, NONE, k);
        }
        deal->released += deal->expected;
        deal->expected = 0;
    }
    forecast->arrived += held;
    forecast->lost += open - held;
}

// Of what was bought ahead there comes what the forward has, or is about to hand over.
static void cut_forecast(struct model *model, int at)
{
    struct forecast *forecast = &model->forecasts[at];
    int64_t still = model_locked(model, forecast->of) + model->deals[forecast->of].expected +
                    model_pending(model, forecast->of);
    int64_t open = forecast_open(forecast);
    forecast->lost += open > still ? open - still : 0;
    for (int k = next_promise(model, at, NONE); k != NONE; k = next_promise(model, at, k)) {
        struct deal *deal = &model->deals[k];
        int64_t kept = least_of(deal->expected, still);
        deal->released += deal->expected - kept;
        deal->expected = kept;
        still -= kept;
    }
}

void settle_package(struct model *model, int package)
{
    for (int i = 0; i < model->n_forecasts; i++) {
        const struct forecast *forecast = &model->forecasts[i];
        if (forecast->package != package || forecast_open(forecast) == 0) {
            continue;
        }
        if (forecast->of == NONE) {
            close_forecast(model, i);
        } else {
            cut_forecast(model, i);
        }
    }
}

const char *ask_settle(struct model *model, const struct act *act)
{
    if (!model->packages[act->packages[0]].issued) {
        return "forecast_not_issued";
    }
    settle_package(model, act->packages[0]);
    return NULL;
}

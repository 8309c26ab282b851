// Random sequences of forecasts, forwards, subscriptions, options, issuances, deliveries,
// exercises, refunds, prepayments and expiries against a model that knows nothing of blocks, pools
// or journals: what may be done, and what everybody has, is the same after every step.
#include <stdio.h>
#include <stdlib.h>

#include "store/deal/forecast_store.h"
#include "store/deal/money_store.h"
#include "tests/integration/ahead.h"

enum {
    N_STEPS = 2200,
    N_PROMISES = 2400,
    N_FORECASTS = 2400,
    N_PACKAGES = 1000,
    PRICE_FEN = 4321,
    DAY_SIZE = 32
};
enum kind { FORWARD, SUBSCRIPTION, OPTION };
enum state { PROPOSED, APPROVED, REJECTED };

struct forecast {
    int package; // index
    int owner;   // party
    int of;      // promise; -1: the package's own
    int64_t registered, arrived, lost;
};

struct promise {
    enum kind kind;
    enum state state;
    int64_t trade_id;
    int seller, buyer;
    int64_t tonnes, delivered, pending, refunded;
    int64_t locked, expected; // cover under its lock
    int forecast;             // of `expected`; -1: none
    int64_t prepaid_fen;
    bool replace;
    int until; // option: last day, in days of 2022-06-01 and later
};

struct model {
    struct market *market;
    uint64_t random;
    int day;
    struct promise promises[N_PROMISES];
    int n_promises;
    struct forecast forecasts[N_FORECASTS];
    int n_forecasts;
    bool issued[N_PACKAGES]; // by id - 1
    int n_packages;
    int64_t held[MARKET_N_PARTIES + 1], locked[MARKET_N_PARTIES + 1];
    int64_t claim_fen[MARKET_N_PARTIES + 1], cash_fen[MARKET_N_PARTIES + 1];
    int64_t n_done, n_refused;
};

static int64_t pick(struct model *m, int64_t n) // 0 … n - 1
{
    m->random = m->random * 6364136223846793005U + 1442695040888963407U;
    return (int64_t)((m->random >> 33) % (uint64_t)n);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t due(const struct promise *p)
{
    return p->tonnes - p->delivered - p->pending - p->refunded;
}

static int64_t open_t(const struct forecast *f)
{
    return f->registered - f->arrived - f->lost;
}

static int64_t free_t(const struct model *m, int forecast)
{
    int64_t sum = open_t(&m->forecasts[forecast]);
    for (int i = 0; i < m->n_promises; i++) {
        sum -= m->promises[i].forecast == forecast ? m->promises[i].expected : 0;
    }
    return sum;
}

static const char *day_text(int day, char text[DAY_SIZE])
{
    snprintf(text, DAY_SIZE, "2022-%02d-%02d", 6 + day / 28, 1 + day % 28);
    return text;
}

// Units of the owner of a forecast come under its promises, in their order; what is left is held.
static void serve(struct model *m, int forecast, int owner, int64_t units)
{
    for (int i = 0; forecast >= 0 && i < m->n_promises; i++) {
        struct promise *p = &m->promises[i];
        if (p->forecast == forecast && p->expected > 0) {
            int64_t part = least(p->expected, units);
            p->expected -= part;
            p->locked += part;
            m->locked[owner] += part;
            units -= part;
        }
    }
    m->held[owner] += units;
}

// The first promises keep what is still expected of a forecast.
static void lose_promises(struct model *m, int forecast, int64_t still)
{
    for (int i = 0; i < m->n_promises; i++) {
        struct promise *p = &m->promises[i];
        if (p->forecast == forecast) {
            p->expected = least(p->expected, still);
            still -= p->expected;
        }
    }
}

// Of an issued package nothing comes but what the forwards have or are about to hand over.
static void cut_bought(struct model *m, int package)
{
    for (int i = 0; i < m->n_forecasts; i++) {
        struct forecast *f = &m->forecasts[i];
        if (f->package == package && f->of >= 0) {
            const struct promise *p = &m->promises[f->of];
            int64_t still = least(open_t(f), p->locked + p->expected + p->pending);
            f->lost += open_t(f) - still;
            lose_promises(m, i, still);
        }
    }
}

static int bought_ahead(const struct model *m, int promise)
{
    for (int i = 0; i < m->n_forecasts; i++) {
        if (m->forecasts[i].of == promise) {
            return i;
        }
    }
    return -1;
}

static void plan(struct model *m)
{
    char tonnes[24];
    int64_t registered = 50 + pick(m, 400);
    int64_t package_id = market_planned(m->market, "造林", MARKET_MAJIANONG);
    assert_int_equal(package_id, ++m->n_packages);
    snprintf(tonnes, sizeof(tonnes), "%lld", (long long)registered);
    int64_t forecast_id = ahead_register(m->market, package_id, tonnes, TH_OK);
    assert_int_equal(forecast_id, m->n_forecasts + 1);
    m->forecasts[m->n_forecasts++] = (struct forecast){.package = m->n_packages - 1,
                                                       .owner = MARKET_MAJIANONG,
                                                       .of = -1,
                                                       .registered = registered};
}

static void issue(struct model *m)
{
    int package = (int)pick(m, m->n_packages);
    if (m->issued[package]) {
        return;
    }
    int64_t issued[2] = {1 + pick(m, 220), pick(m, 220)};
    int64_t units = issued[0] + issued[1];
    market_issue(m->market, package + 1, MARKET_VILLAGE_1, issued, 2, 0);
    m->issued[package] = true;
    for (int i = 0; i < m->n_forecasts; i++) {
        struct forecast *f = &m->forecasts[i];
        if (f->package == package && f->of < 0) {
            serve(m, i, MARKET_MAJIANONG, units);
            int64_t came = least(units, open_t(f));
            f->arrived += came;
            f->lost = f->registered - f->arrived;
            lose_promises(m, i, 0);
        }
    }
    cut_bought(m, package);
}

static void settle(struct model *m)
{
    int package = (int)pick(m, m->n_packages);
    th_json_free(ahead_settle(m->market, package + 1, m->issued[package] ? TH_OK : TH_CONFLICT));
    if (m->issued[package]) {
        cut_bought(m, package);
    }
}

static struct th_json *propose(struct model *m, struct promise *p, bool on_forecast,
                               enum th_status want)
{
    static const char *const NAMES[] = {[MARKET_MAJIANONG] = "马家弄村",
                                        [MARKET_BANK] = "两山银行",
                                        [MARKET_PHARMA] = "制药厂",
                                        [MARKET_PAPER] = "造纸厂",
                                        [MARKET_PERSON] = "竹农"};
    char tonnes[24];
    char last[DAY_SIZE];
    char window[64];
    struct th_promise_input input = {.from = NAMES[p->seller],
                                     .to = NAMES[p->buyer],
                                     .tonnes = tonnes,
                                     .price = "43.21",
                                     .deliver_by = "2022-12-31",
                                     .if_short = p->replace ? "replace" : "refund",
                                     .premium = "1.00",
                                     .window = window,
                                     .on_forecast = on_forecast,
                                     .on = "2022-03-01"}; // as the deliveries that it may sell on
    snprintf(tonnes, sizeof(tonnes), "%lld", (long long)p->tonnes);
    snprintf(window, sizeof(window), "2022-03-01..%s", day_text(p->until, last));
    switch (p->kind) {
    case FORWARD:
        return ahead_forward(m->market, &input, want);
    case SUBSCRIPTION:
        return ahead_subscribe(m->market, &input, want);
    case OPTION:
        break;
    }
    return ahead_option(m->market, &input, want);
}

static void promise(struct model *m, enum kind kind)
{
    static const int BUYERS[] = {MARKET_PHARMA, MARKET_PAPER, MARKET_PERSON};
    struct promise p = {.kind = kind,
                        .seller = kind == FORWARD ? MARKET_MAJIANONG : MARKET_BANK,
                        .buyer = kind == FORWARD ? MARKET_BANK : BUYERS[pick(m, 3)],
                        .tonnes = 1 + pick(m, kind == FORWARD ? 300 : 150),
                        .forecast = -1,
                        .replace = pick(m, 2) == 0,
                        .until = m->day + (int)pick(m, 20)};
    bool on_forecast = pick(m, 2) == 0;
    p.locked = on_forecast ? 0 : least(m->held[p.seller], p.tonnes);
    for (int i = 0; i < m->n_forecasts && p.forecast < 0 && p.locked < p.tonnes; i++) {
        if (m->forecasts[i].owner == p.seller && free_t(m, i) >= p.tonnes - p.locked) {
            p.forecast = i;
            p.expected = p.tonnes - p.locked;
        }
    }
    bool covered = p.locked + p.expected == p.tonnes;
    struct th_json *reply = propose(m, &p, on_forecast, covered ? TH_OK : TH_CONFLICT);
    m->n_refused += !covered;
    if (covered) {
        p.trade_id = market_id(reply);
        m->held[p.seller] -= p.locked;
        m->locked[p.seller] += p.locked;
        m->promises[m->n_promises++] = p;
    }
}

static void release(struct model *m, struct promise *p)
{
    m->locked[p->seller] -= p->locked;
    m->held[p->seller] += p->locked;
    p->locked = 0;
    p->expected = 0;
}

static void decide(struct model *m, int index)
{
    struct promise *p = &m->promises[index];
    if (p->state != PROPOSED) {
        return;
    }
    if (pick(m, 5) == 0) {
        th_json_free(market_reject(m->market, p->trade_id, TH_OK));
        p->state = REJECTED;
        release(m, p);
        return;
    }
    bool covered = p->locked + p->expected == p->tonnes;
    struct th_json *reply = market_approve(m->market, p->trade_id, covered ? TH_OK : TH_CONFLICT);
    m->n_refused += !covered;
    th_json_free(reply);
    if (!covered) {
        return;
    }
    p->state = APPROVED;
    if (p->kind == OPTION) {
        m->claim_fen[p->seller] += 100;
        m->claim_fen[p->buyer] -= 100;
    }
    if (p->kind == FORWARD && p->expected > 0) {
        m->forecasts[m->n_forecasts++] =
            (struct forecast){.package = m->forecasts[p->forecast].package,
                              .owner = p->buyer,
                              .of = index,
                              .registered = p->expected};
    }
}

static void hand_over(struct model *m, int index, int64_t units)
{
    struct promise *p = &m->promises[index];
    int forecast = bought_ahead(m, index);
    int64_t price_fen = units * PRICE_FEN;
    m->locked[p->seller] -= units;
    p->delivered += units;
    int64_t came = forecast >= 0 ? least(units, open_t(&m->forecasts[forecast])) : 0;
    serve(m, forecast, p->buyer, units);
    if (forecast >= 0) {
        m->forecasts[forecast].arrived += came;
    }
    p->prepaid_fen -= least(p->prepaid_fen, price_fen);
    m->claim_fen[p->seller] += price_fen;
    m->claim_fen[p->buyer] -= price_fen;
}

// A delivery or an exercise, from the lock or in replacement.
static void deliver(struct model *m, int index)
{
    struct promise *p = &m->promises[index];
    char tonnes[24];
    char day[DAY_SIZE];
    int64_t units = 1 + pick(m, 80);
    bool replaces = p->kind != OPTION && p->locked == 0 && p->expected == 0 && p->replace &&
                    units <= due(p) && units <= m->held[p->seller];
    bool can = p->state == APPROVED && (units <= p->locked || replaces);
    if (p->kind == OPTION) {
        can = can && m->day <= p->until;
    }
    snprintf(tonnes, sizeof(tonnes), "%lld", (long long)units);
    enum th_status want = can ? TH_OK : TH_CONFLICT;
    struct th_json *reply =
        p->kind == OPTION
            ? ahead_exercise(m->market, p->trade_id, tonnes, day_text(m->day, day), want)
            : ahead_deliver(m->market, p->trade_id, tonnes, false, want);
    m->n_refused += !can;
    if (!can) {
        return;
    }
    int64_t trade_id = market_id(reply);
    bool from_lock = p->locked > 0;
    if (from_lock) {
        p->locked -= units;
    } else {
        m->held[p->seller] -= units;
        m->locked[p->seller] += units;
    }
    if (pick(m, 6) == 0) {
        th_json_free(market_reject(m->market, trade_id, TH_OK));
        if (from_lock) {
            p->locked += units;
        } else {
            m->held[p->seller] += units;
            m->locked[p->seller] -= units;
        }
        return;
    }
    th_json_free(market_approve(m->market, trade_id, TH_OK));
    hand_over(m, index, units);
}

static void refund(struct model *m, int index)
{
    struct promise *p = &m->promises[index];
    char tonnes[24];
    int64_t units = 1 + pick(m, 60);
    int forecast = bought_ahead(m, index);
    int64_t left = due(p) - units;
    bool can = p->state == APPROVED && p->kind != OPTION && units <= due(p) - p->locked;
    int64_t lost = can && forecast >= 0 ? open_t(&m->forecasts[forecast]) - left : 0;
    can = can && (lost <= 0 || lost <= free_t(m, forecast));
    snprintf(tonnes, sizeof(tonnes), "%lld", (long long)units);
    struct th_json *reply =
        ahead_deliver(m->market, p->trade_id, tonnes, true, can ? TH_OK : TH_CONFLICT);
    m->n_refused += !can;
    if (!can) {
        return;
    }
    ahead_done(m->market, reply);
    p->refunded += units;
    p->expected = least(p->expected, left - p->locked);
    p->prepaid_fen = least(p->prepaid_fen, left * PRICE_FEN);
    if (lost > 0) {
        m->forecasts[forecast].lost += lost;
    }
}

static void prepay(struct model *m, int index)
{
    struct promise *p = &m->promises[index];
    char amount[24];
    int64_t fen = 1 + pick(m, 400000);
    bool can =
        p->state == APPROVED && p->kind != OPTION && fen <= due(p) * PRICE_FEN - p->prepaid_fen;
    snprintf(amount, sizeof(amount), "%lld.%02lld", (long long)(fen / 100), (long long)(fen % 100));
    if (p->kind == OPTION) {
        return;
    }
    th_json_free(market_receipt(m->market, p->trade_id, amount, can ? TH_OK : TH_CONFLICT));
    m->n_refused += !can;
    if (can) {
        p->prepaid_fen += fen;
        m->claim_fen[p->buyer] += fen;
        m->claim_fen[p->seller] -= fen;
        m->cash_fen[p->buyer] -= fen;
        m->cash_fen[p->seller] += fen;
    }
}

static void expire(struct model *m)
{
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    char day[DAY_SIZE];
    m->day += m->day < 150;
    assert_ok(th_trade_expire(m->market->world.registry, &officer, day_text(m->day, day), &reply,
                              &m->market->err),
              &m->market->err);
    th_json_free(reply);
    for (int i = 0; i < m->n_promises; i++) {
        struct promise *p = &m->promises[i];
        if (p->kind == OPTION && p->state == APPROVED && p->until < m->day) {
            release(m, p);
        }
    }
}

static void compare_promise(struct model *m, int index)
{
    const struct promise *p = &m->promises[index];
    struct th_trade trade;
    struct th_promise_progress progress;
    struct th_error *err = &m->market->err;
    struct th_store *store = m->market->world.store;
    assert_ok(th_trade_load(store, p->trade_id, &trade, err), err);
    assert_ok(th_promise_progress(store, &trade, 0, &progress, err), err);
    assert_int_equal(th_units_t(progress.delivered), p->delivered);
    assert_int_equal(th_units_t(progress.due), due(p));
    assert_int_equal(th_units_t(progress.locked), p->locked);
    assert_int_equal(th_units_t(progress.expected), p->expected);
    assert_int_equal(th_money_fen(progress.prepaid), p->prepaid_fen);
}

static void compare_forecast(struct model *m, int index)
{
    const struct forecast *f = &m->forecasts[index];
    struct th_forecast forecast;
    struct th_error *err = &m->market->err;
    assert_ok(th_forecast_load(m->market->world.store, index + 1, &forecast, err), err);
    assert_int_equal(th_units_t(forecast.registered), f->registered);
    assert_int_equal(th_units_t(forecast.arrived), f->arrived);
    assert_int_equal(th_units_t(forecast.lost), f->lost);
    assert_int_equal(th_units_t(th_forecast_free(&forecast)), free_t(m, index));
}

static void compare_parties(struct model *m)
{
    static const int PARTIES[] = {MARKET_MAJIANONG, MARKET_BANK, MARKET_PHARMA, MARKET_PAPER,
                                  MARKET_PERSON};
    for (size_t i = 0; i < sizeof(PARTIES) / sizeof(PARTIES[0]); i++) {
        int party = PARTIES[i];
        assert_int_equal(ahead_units(m->market, party, TH_BLOCK_HELD), m->held[party]);
        assert_int_equal(ahead_units(m->market, party, TH_BLOCK_LOCKED), m->locked[party]);
        assert_int_equal(ahead_claim(m->market, party), m->claim_fen[party]);
        assert_int_equal(ahead_cash(m->market, party), m->cash_fen[party]);
    }
}

static void step(struct model *m)
{
    int64_t what = pick(m, 100);
    int index =
        m->n_promises > 0 ? (int)(m->n_promises - 1 - pick(m, least(m->n_promises, 40))) : -1;
    if (what < 4 || m->n_packages == 0) {
        plan(m);
    } else if (what < 11) {
        issue(m);
    } else if (what < 16) {
        settle(m);
    } else if (what < 36 || index < 0) {
        promise(m, (enum kind)pick(m, 3));
    } else if (what < 56) {
        decide(m, index);
    } else if (what < 76) {
        deliver(m, index);
    } else if (what < 86) {
        refund(m, index);
    } else if (what < 94) {
        prepay(m, index);
    } else if (what < 97) {
        expire(m);
    } else {
        // Nothing that is only expected can be retired.
        char tonnes[24];
        snprintf(tonnes, sizeof(tonnes), "%lld", (long long)m->held[MARKET_BANK] + 1);
        assert_null(market_retire(m->market, "两山银行", tonnes, "制药厂", TH_CONFLICT));
    }
    if (index >= 0) {
        compare_promise(m, index);
    }
    if (m->n_forecasts > 0) {
        compare_forecast(m, (int)pick(m, m->n_forecasts));
    }
}

static void promises__are_what_the_model_says(void **state)
{
    struct market *market = *state;
    struct model *m = calloc(1, sizeof(*m));
    assert_non_null(m);
    m->market = market;
    m->random = 20221122;
    for (int i = 0; i < N_STEPS; i++) {
        step(m);
        if (i % 50 == 0 || i == N_STEPS - 1) {
            compare_parties(m);
        }
    }
    int64_t delivered = 0;
    for (int i = 0; i < m->n_promises; i++) {
        compare_promise(m, i);
        delivered += m->promises[i].delivered;
    }
    for (int i = 0; i < m->n_forecasts; i++) {
        compare_forecast(m, i);
    }
    // The sequence went everywhere.
    assert_true(delivered > 1000);
    assert_true(m->n_refused > 100 && m->n_refused < N_STEPS / 2);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        promises__are_what_the_model_says, market_setup, market_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/integration/ahead.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/deal/forecast_store.h"
#include "store/deal/money_store.h"

const struct th_promise_input AHEAD_FORWARD = {.from = "1",
                                               .to = "两山银行",
                                               .tonnes = "600",
                                               .price = "30",
                                               .deliver_by = "2022-12-31",
                                               .on_forecast = true,
                                               .on = AHEAD_ON};
const struct th_promise_input AHEAD_PERSON = {
    .to = "竹农", .tonnes = "200", .price = "60", .deliver_by = "2022-12-31", .on = AHEAD_ON};
const struct th_promise_input AHEAD_OPTION = {.to = "制药厂",
                                              .tonnes = "300",
                                              .price = "50",
                                              .premium = "900.00",
                                              .window = "2022-06-01..2022-12-31",
                                              .on = AHEAD_ON};

int64_t ahead_register(struct market *market, int64_t package_id, const char *tonnes,
                       enum th_status want)
{
    char package[32];
    const struct th_request request = {.login = "officer"};
    const struct th_forecast_input input = {
        .package = package, .tonnes = tonnes, .document = market->document, .on = AHEAD_ON};
    struct th_json *reply = NULL;
    snprintf(package, sizeof(package), "%lld", (long long)package_id);
    assert_status(
        th_forecast_register(market->world.registry, &request, &input, &reply, &market->err), want,
        &market->err);
    int64_t forecast_id =
        th_json_get_int(th_json_at(th_json_get(reply, "forecasts"), 0), "forecast_id", 0);
    th_json_free(reply);
    return forecast_id;
}

struct th_json *ahead_settle(struct market *market, int64_t package_id, enum th_status want)
{
    const struct th_request banker = {.login = market->banker};
    char package[32];
    struct th_json *reply = NULL;
    snprintf(package, sizeof(package), "%lld", (long long)package_id);
    assert_status(th_forecast_close(market->world.registry, &banker, package, &reply, &market->err),
                  want, &market->err);
    return reply;
}

struct th_json *ahead_forward(struct market *market, const struct th_promise_input *input,
                              enum th_status want)
{
    const struct th_request banker = {.login = market->banker};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_forward(market->world.registry, &banker, input, &reply, &market->err),
        want, &market->err);
    return reply;
}

struct th_json *ahead_subscribe(struct market *market, const struct th_promise_input *input,
                                enum th_status want)
{
    const struct th_request banker = {.login = market->banker};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_subscription(market->world.registry, &banker, input, &reply, &market->err),
        want, &market->err);
    return reply;
}

struct th_json *ahead_option(struct market *market, const struct th_promise_input *input,
                             enum th_status want)
{
    const struct th_request banker = {.login = market->banker};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_option(market->world.registry, &banker, input, &reply, &market->err), want,
        &market->err);
    return reply;
}

struct th_json *ahead_deliver(struct market *market, int64_t of, const char *tonnes, bool refund,
                              enum th_status want)
{
    const struct th_request banker = {.login = market->banker};
    char trade[32];
    const struct th_delivery_input input = {
        .of = trade, .tonnes = tonnes, .refund = refund, .on = "2022-03-01"};
    struct th_json *reply = NULL;
    snprintf(trade, sizeof(trade), "%lld", (long long)of);
    assert_status(
        th_trade_propose_delivery(market->world.registry, &banker, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

struct th_json *ahead_exercise(struct market *market, int64_t of, const char *tonnes,
                               const char *on, enum th_status want)
{
    const struct th_request banker = {.login = market->banker};
    char trade[32];
    const struct th_delivery_input input = {.of = trade, .tonnes = tonnes, .on = on};
    struct th_json *reply = NULL;
    snprintf(trade, sizeof(trade), "%lld", (long long)of);
    assert_status(
        th_trade_propose_exercise(market->world.registry, &banker, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

int64_t ahead_done(struct market *market, struct th_json *proposed)
{
    int64_t trade_id = market_id(proposed);
    th_json_free(market_approve(market, trade_id, TH_OK));
    return trade_id;
}

int64_t ahead_number(struct market *market, int64_t trade_id, const char *key)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, trade_id, &reply, &market->err), &market->err);
    int64_t number = th_json_get_int(reply, key, -1);
    th_json_free(reply);
    return number;
}

int64_t ahead_units(struct market *market, int64_t party_id, enum th_block_state state)
{
    struct th_unit_totals totals;
    assert_ok(th_ledger_totals(market->world.store, party_id, 0, &totals, &market->err),
              &market->err);
    return th_units_t(totals.by_state[state]);
}

int64_t ahead_claim(struct market *market, int64_t party_id)
{
    struct th_money_totals totals;
    assert_ok(th_money_totals(market->world.store, party_id, &totals, &market->err), &market->err);
    return th_money_fen(totals.claim);
}

int64_t ahead_cash(struct market *market, int64_t party_id)
{
    struct th_money_totals totals;
    assert_ok(th_money_totals(market->world.store, party_id, &totals, &market->err), &market->err);
    return th_money_fen(totals.cash);
}

// Forecast stock, subscriptions, forwards and options: cover, delivery, shortfall, refund, expiry.
#include <stdio.h>
#include <string.h>

#include "store/deal/forecast_store.h"
#include "tests/integration/ahead.h"
#include "trading/inbox/inbox.h"

static const struct th_promise_input FIRM = {
    .to = "制药厂", .tonnes = "400", .price = "60", .deliver_by = "2022-12-31", .on = AHEAD_ON};

// A package of the first village with 800 expected tonnes, of which the bank buys 600 ahead.
static int64_t plan_ahead(struct market *market, int64_t *ret_forward_id)
{
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    *ret_forward_id = ahead_done(market, ahead_forward(market, &AHEAD_FORWARD, TH_OK));
    return package_id;
}

static void forecast__is_registered_once_before_the_issuance(void **state)
{
    struct market *market = *state;
    const struct th_request officer = {.login = "officer"};
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    struct th_forecast_input input = {.package = "一村万树"};
    assert_status(
        th_forecast_register(market->world.registry, &officer, &input, &reply, &market->err),
        TH_USAGE, &market->err);
    market_refused(market, "forecast_basis");
    input = (struct th_forecast_input){
        .package = "一村万树", .tonnes = "800", .document = market->document};
    assert_status(th_forecast_register(market->world.registry, &bank, &input, &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    assert_null(reply);
    assert_int_equal(ahead_register(market, 1, "10", TH_CONFLICT), 0);
    market_refused(market, "forecast_too_late");
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    assert_int_equal(ahead_register(market, package_id, "800", TH_CONFLICT), 0);
    market_refused(market, "forecast_exists");
    assert_null(ahead_settle(market, package_id, TH_CONFLICT));
    market_refused(market, "forecast_not_issued");
    assert_ok(th_forecast_show(market->world.registry, "1", &reply, &market->err), &market->err);
    assert_int_equal(th_json_get_int(reply, "free_t", 0), 800);
    assert_int_equal(th_json_get_int(reply, "owner", 0), MARKET_MAJIANONG);
    const struct th_json *vintage = th_json_at(th_json_get(reply, "vintages"), 0);
    assert_int_equal(th_json_get_int(vintage, "vintage", 0), 2023);
    th_json_free(reply);
    assert_status(th_forecast_show(market->world.registry, "9", &reply, &market->err), TH_NOT_FOUND,
                  &market->err);
}

static void cover__is_stock_then_forecast_and_never_more(void **state)
{
    struct market *market = *state;
    int64_t forward_id = 0;
    struct th_promise_input input = FIRM;
    plan_ahead(market, &forward_id);
    input.tonnes = "601";
    assert_null(ahead_subscribe(market, &input, TH_CONFLICT));
    market_refused(market, "cover_short");
    market_bought(market, "2", "43.44"); // 4,773 t
    input.tonnes = "5373";
    int64_t trade_id = market_id(ahead_subscribe(market, &input, TH_OK));
    assert_int_equal(ahead_number(market, trade_id, "locked_t"), 4773);
    assert_int_equal(ahead_number(market, trade_id, "forecast_t"), 600);
    assert_null(ahead_subscribe(market, &AHEAD_PERSON, TH_CONFLICT));
    assert_null(market_sell(market, "制药厂", "1", "60", NULL, TH_CONFLICT));
    th_json_free(market_reject(market, trade_id, TH_OK));
    market_id(ahead_subscribe(market, &AHEAD_PERSON, TH_OK));
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_LOCKED), 200);
    // An issued package covers by its units alone, another one by its forecast alone where asked.
    input.package = "2";
    input.tonnes = "4574";
    assert_null(ahead_subscribe(market, &input, TH_CONFLICT));
    input.package = "一村万树";
    input.tonnes = "600";
    input.on_forecast = true;
    trade_id = market_id(ahead_subscribe(market, &input, TH_OK));
    assert_int_equal(ahead_number(market, trade_id, "locked_t"), 0);
    assert_int_equal(ahead_number(market, trade_id, "forecast_t"), 600);
}

// The seller has other units, which are not those of the package that was named.
static void cover__by_a_package_that_is_not_issued_takes_no_other_units(void **state)
{
    struct market *market = *state;
    struct th_promise_input input = AHEAD_FORWARD;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2509);
    input.package = "一村万树";
    input.on_forecast = false;
    int64_t trade_id = market_id(ahead_forward(market, &input, TH_OK));
    assert_int_equal(ahead_number(market, trade_id, "locked_t"), 0);
    assert_int_equal(ahead_number(market, trade_id, "forecast_t"), 600);
    input.tonnes = "201"; // 200 are left
    assert_null(ahead_forward(market, &input, TH_CONFLICT));
    market_refused(market, "cover_short");
}

// Whatever a use case would do: no commit lets more be promised than is expected.
static void commit__refuses_promises_beyond_a_forecast(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    int64_t forward_id = 0;
    plan_ahead(market, &forward_id); // 600 of 800 t
    struct th_json *more = th_json_object();
    th_json_set_int(more, "lock_id", forward_id);
    th_json_set_int(more, "forecast_t", 201);
    struct th_posting *posting = market_begin(market);
    assert_ok(th_lock_more(posting, forward_id, th_units_from_t(201), &market->err), &market->err);
    assert_ok(th_post(posting, "lock_move", more, &market->err), &market->err);
    assert_status(market_commit(market, posting), TH_INVARIANT, &market->err);
    market_refused(market, "lock_broken");
    posting = market_begin(market);
    assert_ok(th_forecast_move(posting, 1, th_units_from_t(0), th_units_from_t(201), &market->err),
              &market->err);
    assert_status(market_commit(market, posting), TH_INVARIANT, &market->err);
    market_refused(market, "forecast_broken");
    posting = market_begin(market);
    assert_status(
        th_forecast_move(posting, 1, th_units_from_t(400), th_units_from_t(401), &market->err),
        TH_CONFLICT, &market->err);
    market_refused(market, "forecast_changed");
    th_posting_free(posting);
    th_store_rollback(store);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM unit_lock"), 1);
}

static void forecast__cannot_be_retired_transferred_or_sold(void **state)
{
    struct market *market = *state;
    int64_t forward_id = 0;
    plan_ahead(market, &forward_id);
    assert_null(market_retire(market, "两山银行", "1", "制药厂", TH_CONFLICT));
    market_refused(market, "not_enough_units");
    assert_null(market_sell(market, "制药厂", "1", "60", NULL, TH_CONFLICT));
    assert_null(ahead_deliver(market, forward_id, "1", false, TH_CONFLICT));
    market_refused(market, "forecast_awaited");
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 0);
}

// The bank's inbox has the deal, with that command.
static void assert_waits(struct market *market, int64_t trade_id, const char *command)
{
    struct th_json *reply = NULL;
    char subject[32];
    bool found = false;
    (void)snprintf(subject, sizeof(subject), "trade:%lld", (long long)trade_id);
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        const struct th_json *item = th_json_at(items, i);
        if (strcmp(th_json_get_text(item, "subject", ""), subject) == 0) {
            assert_string_equal(th_json_get_text(item, "command", ""), command);
            found = true;
        }
    }
    th_json_free(reply);
    assert_true(found);
}

// 600 t bought ahead, 400 and 200 promised on; 500 t are issued: the firm, which came first, gets
// all of its 400 t, the person 100 t and his money for the other 100 t.
static void shortfall__falls_on_the_last_promise_and_is_paid_back(void **state)
{
    static const int64_t ISSUED[] = {300, 150, 50};
    struct market *market = *state;
    int64_t forward_id = 0;
    int64_t package_id = plan_ahead(market, &forward_id);
    int64_t firm = ahead_done(market, ahead_subscribe(market, &FIRM, TH_OK));
    int64_t person = ahead_done(market, ahead_subscribe(market, &AHEAD_PERSON, TH_OK));
    th_json_free(market_receipt(market, person, "12000.01", TH_CONFLICT));
    market_refused(market, "receipt_too_large");
    th_json_free(market_receipt(market, person, "12000.00", TH_OK));
    assert_int_equal(ahead_claim(market, MARKET_PERSON), 1200000);
    assert_int_equal(ahead_cash(market, MARKET_PERSON), -1200000);
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 3, 0);
    assert_int_equal(ahead_number(market, forward_id, "locked_t"), 500);
    assert_int_equal(ahead_number(market, forward_id, "short_t"), 100);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 500);
    int64_t in = ahead_done(market, ahead_deliver(market, forward_id, NULL, false, TH_OK));
    assert_int_equal(ahead_number(market, in, "amount_fen"), 1500000);
    assert_int_equal(ahead_number(market, firm, "locked_t"), 400);
    assert_int_equal(ahead_number(market, person, "locked_t"), 100);
    assert_int_equal(ahead_number(market, person, "forecast_t"), 0);
    assert_int_equal(ahead_number(market, person, "short_t"), 100);
    struct th_json *reply = ahead_settle(market, package_id, TH_OK);
    const struct th_json *deals = th_json_get(reply, "deals");
    assert_int_equal(th_json_size(deals), 3);
    assert_int_equal(th_json_get_int(th_json_at(deals, 2), "trade_id", 0), person);
    assert_int_equal(th_json_get_int(th_json_at(deals, 2), "short_t", 0), 100);
    th_json_free(reply);

    int64_t out = ahead_done(market, ahead_deliver(market, person, "100", false, TH_OK));
    assert_int_equal(ahead_number(market, out, "received_fen"), 600000);
    assert_int_equal(ahead_number(market, out, "outstanding_fen"), 0);
    assert_int_equal(ahead_number(market, person, "prepaid_fen"), 600000);
    assert_int_equal(ahead_units(market, MARKET_PERSON, TH_BLOCK_HELD), 100);
    assert_null(ahead_deliver(market, person, "1", false, TH_CONFLICT));
    market_refused(market, "replace_not_agreed");
    assert_null(ahead_deliver(market, person, "101", true, TH_CONFLICT));
    market_refused(market, "refund_too_much");
    assert_waits(market, person, "tanhui trade propose delivery --of 3 --refund --tonnes 100");
    int64_t back = ahead_done(market, ahead_deliver(market, person, NULL, true, TH_OK));
    assert_int_equal(ahead_number(market, back, "refund_t"), 100);
    assert_int_equal(ahead_number(market, back, "outstanding_fen"), 600000);
    assert_int_equal(ahead_number(market, person, "due_t"), 0);
    assert_int_equal(ahead_claim(market, MARKET_PERSON), 600000);
    th_json_free(market_receipt(market, back, "6000.00", TH_OK));
    assert_int_equal(ahead_claim(market, MARKET_PERSON), 0);
    assert_int_equal(ahead_cash(market, MARKET_PERSON), -600000);

    out = ahead_done(market, ahead_deliver(market, firm, NULL, false, TH_OK));
    assert_int_equal(ahead_number(market, out, "outstanding_fen"), 2400000);
    th_json_free(market_receipt(market, out, "24000.00", TH_OK));
    th_json_free(market_receipt(market, in, "15000.00", TH_OK));
    assert_int_equal(ahead_cash(market, MARKET_BANK), 600000 + 2400000 - 1500000);
    assert_int_equal(ahead_claim(market, MARKET_BANK), 0);
}

static void inbox__tells_what_can_be_delivered_and_what_is_short(void **state)
{
    static const int64_t ISSUED[] = {150};
    struct market *market = *state;
    struct th_json *reply = NULL;
    int64_t forward_id = 0;
    int64_t package_id = plan_ahead(market, &forward_id);
    ahead_done(market, ahead_subscribe(market, &AHEAD_PERSON, TH_OK));
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "items")), 0);
    th_json_free(reply);
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    const struct th_json *item = th_json_at(th_json_get(reply, "items"), 0);
    assert_string_equal(th_json_get_text(item, "what", ""), "trade.deliver");
    assert_string_equal(th_json_get_text(item, "command", ""),
                        "tanhui trade propose delivery --of 1");
    assert_string_equal(th_json_get_text(item, "until", ""), "2022-12-31");
    th_json_free(reply);
    ahead_done(market, ahead_deliver(market, forward_id, NULL, false, TH_OK));
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    item = th_json_at(th_json_get(reply, "items"), 0);
    assert_string_equal(th_json_get_text(item, "what", ""), "trade.short");
    assert_string_equal(th_json_get_text(item, "command", ""),
                        "tanhui trade propose delivery --of 1"); // by other units
    th_json_free(reply);
}

// Of 600 t bought ahead 200 t came, and an option was written on 300 t: the other 400 t can be
// given up at once, since the option cannot wait for any of them.
static void inbox__offers_a_refund_of_all_that_will_not_come(void **state)
{
    static const int64_t ISSUED[] = {200};
    struct market *market = *state;
    struct th_promise_input input = AHEAD_FORWARD;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    input.if_short = "refund";
    int64_t forward = ahead_done(market, ahead_forward(market, &input, TH_OK));
    input = AHEAD_OPTION;
    input.on_forecast = true;
    int64_t option = ahead_done(market, ahead_option(market, &input, TH_OK));
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    assert_int_equal(ahead_number(market, option, "forecast_t"), 200);
    ahead_done(market, ahead_deliver(market, forward, NULL, false, TH_OK));
    assert_int_equal(ahead_number(market, option, "locked_t"), 200);
    assert_waits(market, forward, "tanhui trade propose delivery --of 1 --refund --tonnes 400");
    ahead_done(market, ahead_deliver(market, forward, "400", true, TH_OK));
    assert_int_equal(ahead_number(market, forward, "due_t"), 0);
}

static void assert_awaited(struct market *market, int64_t promise_id, const char *key,
                           int64_t of_id)
{
    char of[24];
    (void)snprintf(of, sizeof(of), "%lld", (long long)of_id);
    assert_null(ahead_deliver(market, promise_id, NULL, false, TH_CONFLICT));
    market_refused(market, key);
    assert_string_equal(th_error_arg_get(&market->err, "of"), of);
}

// The bank sold a person on what it had bought ahead: whoever asks for it is told whose delivery it
// waits for, before the issuance and after it.
static void delivery__waits_for_that_of_the_deal_which_bought_the_tonnes_ahead(void **state)
{
    static const int64_t ISSUED[] = {250};
    struct market *market = *state;
    struct th_promise_input input = AHEAD_PERSON;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    int64_t forward = ahead_done(market, ahead_forward(market, &AHEAD_FORWARD, TH_OK));
    input.on_forecast = true;
    int64_t person = ahead_done(market, ahead_subscribe(market, &input, TH_OK));
    assert_awaited(market, forward, "forecast_awaited", 0);
    assert_awaited(market, person, "delivery_awaited", forward);
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    assert_awaited(market, person, "delivery_awaited", forward);
    ahead_done(market, ahead_deliver(market, forward, NULL, false, TH_OK));
    ahead_done(market, ahead_deliver(market, person, NULL, false, TH_OK));
    assert_int_equal(ahead_number(market, person, "delivered_t"), 200);
}

// Is the login told of the 100 t of the option that will not come?
static bool hears_of_loss(struct market *market, const char *login, int64_t option_id)
{
    struct th_json *reply = NULL;
    char subject[32];
    bool found = false;
    (void)snprintf(subject, sizeof(subject), "trade:%lld", (long long)option_id);
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        const struct th_json *item = th_json_at(items, i);
        found = found || (strcmp(th_json_get_text(item, "what", ""), "option.short") == 0 &&
                          strcmp(th_json_get_text(item, "subject", ""), subject) == 0 &&
                          th_json_get_int(item, "tonnes", 0) == 100);
    }
    th_json_free(reply);
    return found;
}

// 200 t come of an option on 300 t: its writer and its holder, and for a holder without a login the
// officer, are told of the rest.
static void inbox__tells_both_sides_of_an_option_that_lost_tonnes(void **state)
{
    static const int64_t ISSUED[] = {200};
    struct market *market = *state;
    struct th_promise_input input = AHEAD_OPTION;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    ahead_done(market, ahead_forward(market, &AHEAD_FORWARD, TH_OK));
    input.window = "2022-06-01..2099-12-31";
    input.on_forecast = true;
    int64_t option = ahead_done(market, ahead_option(market, &input, TH_OK));
    assert_false(hears_of_loss(market, "bank", option));
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    assert_int_equal(ahead_number(market, option, "short_t"), 100);
    assert_true(hears_of_loss(market, "bank", option));
    assert_true(hears_of_loss(market, "officer", option));
    market_login(market, "works", "制药厂");
    assert_true(hears_of_loss(market, "works", option));
    assert_false(hears_of_loss(market, "officer", option));
    market_login(market, "mill", "造纸厂");
    assert_false(hears_of_loss(market, "mill", option));
}

// The village's 600 t go to the bank, 400 t of them on to a mill, 200 t of these to
// a firm and 150 t to a person; 250 t are issued.
static void shortfall__is_known_down_the_chain_at_the_issuance(void **state)
{
    static const int64_t ISSUED[] = {250};
    struct market *market = *state;
    struct th_promise_input input = AHEAD_FORWARD;
    struct th_json *reply = NULL;
    int64_t forward_id = 0;
    int64_t package_id = plan_ahead(market, &forward_id);
    input.from = "两山银行";
    input.to = "造纸厂";
    input.tonnes = "400";
    int64_t second = ahead_done(market, ahead_forward(market, &input, TH_OK));
    input.from = "造纸厂";
    input.to = "制药厂";
    input.tonnes = "200";
    int64_t firm = ahead_done(market, ahead_forward(market, &input, TH_OK));
    input.to = "竹农";
    input.tonnes = "150";
    int64_t person = ahead_done(market, ahead_forward(market, &input, TH_OK));
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    assert_int_equal(ahead_number(market, second, "forecast_t"), 250);
    assert_int_equal(ahead_number(market, second, "short_t"), 150);
    assert_int_equal(ahead_number(market, firm, "short_t"), 0);
    assert_int_equal(ahead_number(market, person, "forecast_t"), 50);
    assert_int_equal(ahead_number(market, person, "short_t"), 100);
    assert_ok(th_forecast_list(market->world.registry, "一村万树", false, &reply, &market->err),
              &market->err);
    static const struct {
        int64_t arrived_t, lost_t;
    } WANT[] = {{250, 550}, {0, 350}, {0, 150}, {0, 0}, {0, 100}};
    const struct th_json *forecasts = th_json_get(reply, "forecasts");
    assert_int_equal(th_json_size(forecasts), 5);
    for (size_t i = 0; i < 5; i++) {
        const struct th_json *item = th_json_at(forecasts, i);
        assert_int_equal(th_json_get_int(item, "arrived_t", -1), WANT[i].arrived_t);
        assert_int_equal(th_json_get_int(item, "lost_t", -1), WANT[i].lost_t);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(th_json_get_int(th_json_at(forecasts, i), "free_t", -1), 0);
    }
    th_json_free(reply);
    ahead_done(market, ahead_deliver(market, forward_id, NULL, false, TH_OK));
    ahead_done(market, ahead_deliver(market, second, NULL, false, TH_OK));
    assert_int_equal(ahead_number(market, firm, "locked_t"), 200);
    assert_int_equal(ahead_number(market, person, "locked_t"), 50);
    assert_int_equal(ahead_number(market, person, "short_t"), 100);
}

// A bank bought 200 t ahead, promised 150 t on with `replace`, and 131 t are issued. What did not
// come is short at once, for the seller to replace and for the bank to be paid back.
static void replacement__waits_for_nothing_that_will_not_come(void **state)
{
    static const int64_t ISSUED[] = {131};
    struct market *market = *state;
    struct th_promise_input input = AHEAD_FORWARD;
    struct th_json *reply = NULL;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "200", TH_OK), 1);
    input.tonnes = "200";
    input.if_short = "refund";
    int64_t forward = ahead_done(market, ahead_forward(market, &input, TH_OK));
    input = FIRM;
    input.tonnes = "150";
    input.if_short = "replace";
    int64_t firm = ahead_done(market, ahead_subscribe(market, &input, TH_OK));
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    th_json_free(ahead_settle(market, package_id, TH_OK));
    assert_int_equal(ahead_number(market, firm, "forecast_t"), 131);
    assert_int_equal(ahead_number(market, firm, "short_t"), 19);
    ahead_done(market, ahead_deliver(market, forward, NULL, false, TH_OK));
    ahead_done(market, ahead_deliver(market, firm, NULL, false, TH_OK));
    assert_int_equal(ahead_number(market, firm, "forecast_t"), 0);
    assert_int_equal(ahead_number(market, firm, "short_t"), 19);
    assert_ok(th_forecast_show(market->world.registry, "2", &reply, &market->err), &market->err);
    assert_int_equal(th_json_get_int(reply, "arrived_t", -1), 131);
    assert_int_equal(th_json_get_int(reply, "lost_t", -1), 69);
    assert_int_equal(th_json_get_int(reply, "free_t", -1), 0);
    assert_int_equal(th_json_get_int(reply, "promised_t", -1), 0);
    th_json_free(reply);
    market_bought(market, "2", "43.44");
    assert_waits(market, firm, "tanhui trade propose delivery --of 2");
    reply = ahead_deliver(market, firm, NULL, false, TH_OK);
    assert_int_equal(market_line_t(reply, 2), 19);
    ahead_done(market, reply);
    assert_int_equal(ahead_number(market, firm, "due_t"), 0);
    assert_waits(market, forward, "tanhui trade propose delivery --of 1 --refund --tonnes 69");
    ahead_done(market, ahead_deliver(market, forward, NULL, true, TH_OK));
    assert_int_equal(ahead_number(market, forward, "due_t"), 0);
}

static void replacement__comes_from_other_stock_once_the_lock_is_empty(void **state)
{
    static const int64_t ISSUED[] = {150};
    struct market *market = *state;
    int64_t forward_id = 0;
    int64_t package_id = plan_ahead(market, &forward_id);
    struct th_promise_input input = AHEAD_PERSON;
    input.if_short = "replace";
    int64_t person = ahead_done(market, ahead_subscribe(market, &input, TH_OK));
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    ahead_done(market, ahead_deliver(market, forward_id, NULL, false, TH_OK));
    th_json_free(ahead_settle(market, package_id, TH_OK));
    market_bought(market, "2", "43.44");
    assert_null(ahead_deliver(market, person, "151", false, TH_CONFLICT));
    market_refused(market, "delivery_too_much");
    ahead_done(market, ahead_deliver(market, person, NULL, false, TH_OK));
    struct th_json *reply = ahead_deliver(market, person, NULL, false, TH_OK);
    assert_int_equal(th_json_get_int(reply, "tonnes", 0), 50);
    assert_int_equal(market_line_t(reply, 2), 50);
    int64_t rest = market_id(reply);
    th_json_free(market_reject(market, rest, TH_OK));
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 4773);
    ahead_done(market, ahead_deliver(market, person, NULL, false, TH_OK));
    assert_int_equal(ahead_units(market, MARKET_PERSON, TH_BLOCK_HELD), 200);
    assert_null(ahead_deliver(market, person, NULL, false, TH_CONFLICT));
    market_refused(market, "nothing_due");
}

static void refund__before_the_issuance_frees_the_forecast(void **state)
{
    struct market *market = *state;
    int64_t forward_id = 0;
    plan_ahead(market, &forward_id);
    int64_t firm = ahead_done(market, ahead_subscribe(market, &FIRM, TH_OK));
    // What the bank promised on is not given up beneath it.
    assert_null(ahead_deliver(market, forward_id, "201", true, TH_CONFLICT));
    market_refused(market, "forecast_promised");
    ahead_done(market, ahead_deliver(market, forward_id, "200", true, TH_OK));
    assert_int_equal(ahead_number(market, forward_id, "forecast_t"), 400);
    assert_null(ahead_subscribe(market, &AHEAD_PERSON, TH_CONFLICT));
    ahead_done(market, ahead_deliver(market, firm, "150", true, TH_OK));
    assert_int_equal(ahead_number(market, firm, "due_t"), 250);
    struct th_promise_input input = AHEAD_PERSON;
    input.tonnes = "150";
    market_id(ahead_subscribe(market, &input, TH_OK));
}

// Who was promised other tonnes gets money instead by his own word or the county's; who agreed to a
// refund, by the bank's.
static void of_the_bank(struct market *market, bool yes)
{
    market_sql(market,
               yes ? "UPDATE user_account SET party_id = 5 WHERE login IN ('bank', 'officer')"
                   : "UPDATE user_account SET party_id = NULL");
}

// Money back for what is short was agreed to with the promise; not for what is still to come, nor
// where other tonnes were promised.
static void refund__is_the_sellers_word_alone_for_what_is_short_where_money_was_agreed(void **state)
{
    static const int64_t ISSUED[] = {100};
    struct market *market = *state;
    int64_t forward_id = 0;
    int64_t package_id = plan_ahead(market, &forward_id);
    struct th_promise_input input = AHEAD_PERSON;
    int64_t agreed = ahead_done(market, ahead_subscribe(market, &input, TH_OK));
    input.if_short = "replace";
    int64_t replace = ahead_done(market, ahead_subscribe(market, &input, TH_OK));
    of_the_bank(market, true);
    int64_t early = market_id(ahead_deliver(market, agreed, "10", true, TH_OK));
    assert_null(market_approve(market, early, TH_NOT_PERMITTED));
    market_refused(market, "buyer_unheard");
    th_json_free(market_reject(market, early, TH_OK));
    of_the_bank(market, false);
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    th_json_free(ahead_settle(market, package_id, TH_OK));
    of_the_bank(market, true);
    ahead_done(market, ahead_deliver(market, agreed, "10", true, TH_OK));
    int64_t refund = market_id(ahead_deliver(market, replace, "10", true, TH_OK));
    assert_null(market_approve(market, refund, TH_NOT_PERMITTED));
    market_refused(market, "buyer_unheard");
    of_the_bank(market, false);
    th_json_free(market_approve(market, refund, TH_OK));
    assert_int_equal(ahead_number(market, replace, "due_t"), 190);
}

// 900.00 for an option on 300 t of the pool of both villages, without a cost of its own: 70 % are
// 630.00, by 2,509 and 4,773 of 7,282 t 217.065… and 412.934…. The exercise bears the cost of what
// it hands over: 100 t × (50.00 − 43.44) = 656.00, 70 % of it 459.20.
static void option__shares_its_premium_with_those_whose_units_it_locks(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    const struct th_request bank = {.login = "bank"};
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    market_bought(market, "1 2", "43.44");
    int64_t option = ahead_done(market, ahead_option(market, &AHEAD_OPTION, TH_OK));
    assert_ok(th_revenue_statement(market->world.registry, NULL, "马家弄村", &reply, &market->err),
              &market->err);
    int64_t before_fen = th_json_get_int(reply, "revenue_fen", -1);
    th_json_free(reply);
    assert_int_equal(before_fen, 0);
    th_json_free(market_receipt(market, option, "900", TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_fen", 0), 90000);
    assert_int_equal(th_json_get_int(reply, "distributed_fen", 0), 63000);
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 21707);
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), 41293);
    th_json_free(reply);
    int64_t exercise =
        ahead_done(market, ahead_exercise(market, option, "100", "2022-06-01", TH_OK));
    th_json_free(market_receipt(market, exercise, "5000", TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_fen", 0), 500000 - 434400);
    assert_int_equal(th_json_get_int(reply, "distributed_fen", 0), 45920);
    th_json_free(reply);
    reply = NULL;
    const struct th_distribute_input again = {.through = "2022-12-31"};
    assert_ok(th_revenue_distribute(market->world.registry, &bank, &again, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_get_int(reply, "distributed_fen", -1), 0);
    th_json_free(reply);
}

static void option__is_exercised_in_parts_within_its_window(void **state)
{
    struct market *market = *state;
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44"); // 7,282 t
    int64_t option = market_id(ahead_option(market, &AHEAD_OPTION, TH_OK));
    assert_null(ahead_exercise(market, option, "10", "2022-07-01", TH_CONFLICT));
    market_refused(market, "trade_not_option");
    th_json_free(market_approve(market, option, TH_OK));
    assert_int_equal(ahead_claim(market, MARKET_PHARMA), -90000);
    assert_null(ahead_exercise(market, option, "10", "2022-05-31", TH_CONFLICT));
    market_refused(market, "outside_window");
    assert_null(ahead_exercise(market, option, "10", "2023-01-01", TH_CONFLICT));
    assert_null(ahead_exercise(market, option, "301", "2022-06-01", TH_CONFLICT));
    market_refused(market, "not_enough_units");
    ahead_done(market, ahead_exercise(market, option, "100", "2022-06-01", TH_OK));
    int64_t second = market_id(ahead_exercise(market, option, "50", "2022-12-31", TH_OK));
    th_json_free(market_reject(market, second, TH_OK));
    ahead_done(market, ahead_exercise(market, option, "50", "2022-12-31", TH_OK));
    assert_int_equal(ahead_units(market, MARKET_PHARMA, TH_BLOCK_HELD), 150);
    assert_int_equal(ahead_claim(market, MARKET_PHARMA), -90000 - 150 * 5000);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_LOCKED), 150);
    assert_ok(th_trade_expire(market->world.registry, &officer, "2022-12-31", &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "expired")), 0);
    th_json_free(reply);
    assert_ok(th_trade_expire(market->world.registry, &officer, "2023-01-01", &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_get_int(th_json_at(th_json_get(reply, "expired"), 0), "released_t", 0),
                     150);
    th_json_free(reply);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_LOCKED), 0);
    assert_null(ahead_exercise(market, option, NULL, "2022-12-31", TH_CONFLICT));
    market_refused(market, "nothing_due");
    market_sold(market, "造纸厂", "7132", "70");
}

// All units of the option stand under a proposed exercise: they come back to the option, which is
// over too, and from it to the pool, in one go.
static void option__ends_with_the_exercise_that_nobody_decided(void **state)
{
    enum { DAYS = 40, DAY_S = 86400 };
    const struct th_request officer = {.login = "officer"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    int64_t option = ahead_done(market, ahead_option(market, &AHEAD_OPTION, TH_OK));
    th_json_free(ahead_exercise(market, option, NULL, "2022-12-31", TH_OK));
    market->world.now_utc += (int64_t)DAYS * DAY_S;
    assert_ok(th_trade_expire(market->world.registry, &officer, NULL, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "expired")), 2);
    th_json_free(reply);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_LOCKED), 0);
    market_sold(market, "造纸厂", "7282", "70");
}

// Units that come under an option leave its pool with their cost, once.
static void option__on_forecast_gets_units_of_the_delivery(void **state)
{
    static const int64_t ISSUED[] = {600};
    struct market *market = *state;
    int64_t forward_id = 0;
    int64_t package_id = plan_ahead(market, &forward_id);
    struct th_promise_input input = AHEAD_OPTION;
    input.on_forecast = true;
    int64_t option = ahead_done(market, ahead_option(market, &input, TH_OK));
    assert_null(ahead_exercise(market, option, "1", "2022-07-01", TH_CONFLICT));
    market_refused(market, "delivery_awaited");
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    ahead_done(market, ahead_deliver(market, forward_id, "250", false, TH_OK));
    ahead_done(market, ahead_exercise(market, option, "70", "2022-07-01", TH_OK));
    ahead_done(market, ahead_deliver(market, forward_id, NULL, false, TH_OK));
    assert_int_equal(ahead_number(market, option, "locked_t"), 230);
    int64_t last = ahead_done(market, ahead_exercise(market, option, NULL, "2022-07-02", TH_OK));
    assert_int_equal(ahead_number(market, last, "tonnes"), 230);
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT sum(l.cost_fen) FROM trade_line l"
                                                          " JOIN trade t USING (trade_id)"
                                                          " WHERE t.kind = 'exercise'"),
                     300 * 3000);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 300);
}

static void promise__refuses_what_it_cannot_be(void **state)
{
    struct market *market = *state;
    struct th_promise_input input = AHEAD_PERSON;
    market_bought(market, "1", "43.44");
    input.price = NULL;
    assert_null(ahead_subscribe(market, &input, TH_USAGE));
    input = AHEAD_PERSON;
    input.deliver_by = NULL;
    assert_null(ahead_subscribe(market, &input, TH_USAGE));
    market_refused(market, "deliver_by_missing");
    input.deliver_by = "2022-01-31";
    assert_null(ahead_subscribe(market, &input, TH_INVALID));
    market_refused(market, "deliver_by_past");
    input = AHEAD_PERSON;
    input.if_short = "sorry";
    assert_null(ahead_subscribe(market, &input, TH_USAGE));
    market_refused(market, "if_short_invalid");
    input = AHEAD_PERSON;
    input.from = "制药厂";
    assert_null(ahead_subscribe(market, &input, TH_INVALID));
    market_refused(market, "seller_not_bank");
    input.from = NULL;
    input.to = "核证机构";
    assert_null(ahead_subscribe(market, &input, TH_NOT_PERMITTED));
    input.to = "两山银行";
    assert_null(ahead_subscribe(market, &input, TH_INVALID));
    market_refused(market, "same_party");
    input = AHEAD_OPTION;
    input.premium = NULL;
    assert_null(ahead_option(market, &input, TH_USAGE));
    market_refused(market, "premium_missing");
    static const char *const WINDOWS[] = {"2022-06-01", "2022-06-02..2022-06-01", "..2022-06-01",
                                          "2022-06-01..", "2022-06-01..2022-13-01"};
    for (size_t i = 0; i < sizeof(WINDOWS) / sizeof(WINDOWS[0]); i++) {
        input = AHEAD_OPTION;
        input.window = WINDOWS[i];
        assert_null(ahead_option(market, &input, TH_USAGE));
        market_refused(market, "window_invalid");
    }
    input = AHEAD_OPTION;
    input.window = "2021-01-01..2022-01-31";
    assert_null(ahead_option(market, &input, TH_INVALID));
    market_refused(market, "window_past");
    int64_t resale = market_sold(market, "制药厂", "10", "60");
    assert_null(ahead_deliver(market, resale, NULL, false, TH_CONFLICT));
    market_refused(market, "trade_not_promise");
    int64_t stock = ahead_done(market, ahead_subscribe(market, &AHEAD_PERSON, TH_OK));
    assert_null(ahead_deliver(market, stock, NULL, true, TH_CONFLICT));
    market_refused(market, "nothing_short");
}

static int64_t line_t(struct market *market, int64_t trade_id, int64_t package_id)
{
    struct th_trade_line_list lines = {0};
    int64_t tonnes_t = 0;
    assert_ok(th_trade_lines(market->world.store, trade_id, &lines, &market->err), &market->err);
    for (size_t i = 0; i < lines.n; i++) {
        tonnes_t += lines.items[i].package_id == package_id ? th_units_t(lines.items[i].tonnes) : 0;
    }
    th_trade_line_list_clear(&lines);
    return tonnes_t;
}

// 2,509 and 4,773 t in one pool. Of 728 t 250.8… and 477.1… are locked; a part of 100 is then
// 100 × 251/728 = 34.4… and 65.5….
static void delivery__of_a_part_takes_of_every_village(void **state)
{
    struct market *market = *state;
    struct th_promise_input ordered = FIRM;
    ordered.tonnes = "728";
    market_bought(market, "1 2", "10.00");
    int64_t order = ahead_done(market, ahead_subscribe(market, &ordered, TH_OK));
    assert_int_equal(line_t(market, order, 1), 251);
    assert_int_equal(line_t(market, order, 2), 477);
    int64_t part = ahead_done(market, ahead_deliver(market, order, "100", false, TH_OK));
    assert_int_equal(line_t(market, part, 1), 34);
    assert_int_equal(line_t(market, part, 2), 66);
    int64_t rest = ahead_done(market, ahead_deliver(market, order, "628", false, TH_OK));
    assert_int_equal(line_t(market, rest, 1), 217);
    assert_int_equal(line_t(market, rest, 2), 411);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(forecast__is_registered_once_before_the_issuance),
        TEST(cover__is_stock_then_forecast_and_never_more),
        TEST(cover__by_a_package_that_is_not_issued_takes_no_other_units),
        TEST(commit__refuses_promises_beyond_a_forecast),
        TEST(forecast__cannot_be_retired_transferred_or_sold),
        TEST(shortfall__falls_on_the_last_promise_and_is_paid_back),
        TEST(inbox__tells_what_can_be_delivered_and_what_is_short),
        TEST(inbox__offers_a_refund_of_all_that_will_not_come),
        TEST(delivery__waits_for_that_of_the_deal_which_bought_the_tonnes_ahead),
        TEST(inbox__tells_both_sides_of_an_option_that_lost_tonnes),
        TEST(shortfall__is_known_down_the_chain_at_the_issuance),
        TEST(replacement__waits_for_nothing_that_will_not_come),
        TEST(replacement__comes_from_other_stock_once_the_lock_is_empty),
        TEST(refund__before_the_issuance_frees_the_forecast),
        TEST(refund__is_the_sellers_word_alone_for_what_is_short_where_money_was_agreed),
        TEST(option__shares_its_premium_with_those_whose_units_it_locks),
        TEST(delivery__of_a_part_takes_of_every_village),
        TEST(option__is_exercised_in_parts_within_its_window),
        TEST(option__ends_with_the_exercise_that_nobody_decided),
        TEST(option__on_forecast_gets_units_of_the_delivery),
        TEST(promise__refuses_what_it_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

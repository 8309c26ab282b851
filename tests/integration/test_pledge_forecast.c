// Pledges on tonnes that are not issued yet: cover, rank, issuance, release, enforcement.
#include <stdio.h>
#include <string.h>

#include "tests/integration/ahead.h"
#include "trading/inbox/inbox.h"
#include "trading/pledge/pledge.h"

static const struct th_pledge_input DEBT = {.holder = "1",
                                            .to = "两山银行",
                                            .on_forecast = true,
                                            .principal = "20000",
                                            .rate = "4.35",
                                            .from = "2022-02-01",
                                            .until = "2029-05-31",
                                            .valuation_per_t = "30",
                                            .number = "质押2022-8号",
                                            .on = AHEAD_ON};

// A package of the first village with 800 expected tonnes.
static int64_t plan(struct market *market)
{
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    return package_id;
}

static void issue(struct market *market, int64_t package_id, int64_t tonnes_t)
{
    market_issue(market, package_id, MARKET_VILLAGE_1, &tonnes_t, 1, 0);
}

static struct th_json *propose(struct market *market, const struct th_pledge_input *input,
                               enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_pledge(market->world.registry, &request, input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static int64_t pledged(struct market *market, const char *tonnes)
{
    struct th_pledge_input input = DEBT;
    input.tonnes = tonnes;
    return ahead_done(market, propose(market, &input, TH_OK));
}

static int64_t ranked(struct market *market, int64_t after, const char *to, const char *tonnes)
{
    char text[24];
    struct th_pledge_input input = DEBT;
    snprintf(text, sizeof(text), "%lld", (long long)after);
    input.on_forecast = false;
    input.after = text;
    input.to = to;
    input.tonnes = tonnes;
    return ahead_done(market, propose(market, &input, TH_OK));
}

static struct th_json *release(struct market *market, int64_t pledge_id, const char *tonnes,
                               enum th_status want)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)pledge_id);
    const struct th_request request = {.login = "bank"};
    const struct th_release_input input = {.pledge = id, .tonnes = tonnes};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_release(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static struct th_json *enforce(struct market *market, int64_t pledge_id, const char *tonnes,
                               enum th_status want)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)pledge_id);
    const struct th_request request = {.login = "bank"};
    const struct th_enforcement_input input = {.pledge = id,
                                               .to = "造纸厂",
                                               .tonnes = tonnes,
                                               .price = "50",
                                               .owed = "20000",
                                               .number = "裁定2023-5号"};
    struct th_json *reply = NULL;
    assert_status(th_trade_propose_enforcement(market->world.registry, &request, &input, &reply,
                                               &market->err),
                  want, &market->err);
    return reply;
}

static void pay(struct market *market, int64_t pledge_id, const char *kind, const char *amount)
{
    const struct th_request request = {.login = "bank"};
    const struct th_loan_input input = {
        .pledge_id = pledge_id, .kind = kind, .amount = amount, .on = "2022-03-01"};
    struct th_json *reply = NULL;
    assert_ok(th_loan_pay(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static struct th_json *shown(struct market *market, int64_t trade_id)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, trade_id, &reply, &market->err), &market->err);
    return reply;
}

// Units, expected tonnes and what never came of a pledge.
static void assert_stands(struct market *market, int64_t pledge_id, int64_t held_t,
                          int64_t expected_t, int64_t lost_t)
{
    struct th_json *reply = shown(market, pledge_id);
    const struct th_json *pledge = th_json_get(reply, "pledge");
    assert_int_equal(th_json_get_int(pledge, "held_t", -1), held_t);
    assert_int_equal(th_json_get_int(pledge, "forecast_t", -1), expected_t);
    assert_int_equal(th_json_get_int(pledge, "lost_t", -1), lost_t);
    th_json_free(reply);
}

static int64_t of_pledge(struct market *market, int64_t pledge_id, const char *key)
{
    struct th_json *reply = shown(market, pledge_id);
    int64_t value = th_json_get_int(th_json_get(reply, "pledge"), key, -1);
    th_json_free(reply);
    return value;
}

static int64_t free_t(struct market *market, const char *forecast)
{
    struct th_json *reply = NULL;
    assert_ok(th_forecast_show(market->world.registry, forecast, &reply, &market->err),
              &market->err);
    int64_t value = th_json_get_int(reply, "free_t", -1);
    th_json_free(reply);
    return value;
}

static void pledge__takes_expected_tonnes_and_never_more_than_are_free(void **state)
{
    struct market *market = *state;
    struct th_pledge_input input = DEBT;
    plan(market);
    input.tonnes = "801";
    assert_null(propose(market, &input, TH_CONFLICT));
    market_refused(market, "cover_short");
    int64_t pledge_id = pledged(market, "700");
    struct th_json *reply = shown(market, pledge_id);
    const struct th_json *pledge = th_json_get(reply, "pledge");
    assert_string_equal(th_json_get_text(pledge, "subject", ""), "forecast");
    assert_string_equal(th_json_get_text(pledge, "forecast_package", ""), "一村万树");
    assert_int_equal(th_json_get_int(pledge, "rank", 0), 1);
    assert_int_equal(th_json_get_int(pledge, "valuation_fen", 0), 2100000); // 700 t × 30.00
    th_json_free(reply);
    assert_stands(market, pledge_id, 0, 700, 0);
    assert_int_equal(free_t(market, "1"), 100);
    input.tonnes = "101";
    assert_null(propose(market, &input, TH_CONFLICT));
    market_refused(market, "cover_short");
    // Who rejects it frees what it had taken.
    input.tonnes = "100";
    int64_t other = market_id(propose(market, &input, TH_OK));
    assert_int_equal(free_t(market, "1"), 0);
    th_json_free(market_reject(market, other, TH_OK));
    assert_int_equal(free_t(market, "1"), 100);
    // The village's issued units are as free as before, and no expected tonne is one of them.
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2509);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 0);
}

static void pledge__says_when_expected_tonnes_fit_no_other_subject(void **state)
{
    struct market *market = *state;
    plan(market);
    struct th_pledge_input input = DEBT;
    assert_null(propose(market, &input, TH_USAGE));
    market_refused(market, "pledge_subject");
    input.tonnes = "10";
    input.after = "1";
    assert_null(propose(market, &input, TH_USAGE));
    market_refused(market, "pledge_subject");
    input.after = NULL;
    input.package = "1"; // issued: it expects nothing
    assert_null(propose(market, &input, TH_CONFLICT));
    market_refused(market, "cover_short");
}

// In order of registration: of 600 t that are issued the pledge of 500 gets all, the forward of
// 300, which came later, 100.
static void issuance__brings_units_under_the_pledge_in_its_turn(void **state)
{
    struct market *market = *state;
    struct th_promise_input sold = AHEAD_FORWARD;
    sold.tonnes = "300";
    int64_t package_id = plan(market);
    int64_t pledge_id = pledged(market, "500");
    int64_t forward_id = ahead_done(market, ahead_forward(market, &sold, TH_OK));
    issue(market, package_id, 600);
    assert_stands(market, pledge_id, 500, 0, 0);
    assert_int_equal(ahead_number(market, forward_id, "locked_t"), 100);
    assert_int_equal(ahead_number(market, forward_id, "short_t"), 200);
    // They stay the village's, and are not for sale.
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 600);
    char name[24];
    snprintf(name, sizeof(name), "%lld", (long long)package_id);
    assert_null(market_buy(market, name, "30", NULL, NULL, "1", TH_CONFLICT));
}

static void shortfall__warns_the_lender_until_the_loan_is_repaid(void **state)
{
    struct market *market = *state;
    const char *login = "bank";
    struct th_json *reply = NULL;
    int64_t package_id = plan(market);
    int64_t pledge_id = pledged(market, "800");
    pay(market, pledge_id, "payout", "20000");
    issue(market, package_id, 500);
    assert_stands(market, pledge_id, 500, 0, 300);
    reply = shown(market, pledge_id);
    const struct th_json *warnings = th_json_get(th_json_get(reply, "pledge"), "warnings");
    assert_int_equal(th_json_size(warnings), 1);
    assert_string_equal(th_json_text(th_json_at(warnings, 0)), "cover_lost");
    th_json_free(reply);
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *item = th_json_at(th_json_get(reply, "items"), 0);
    assert_int_equal(th_json_size(th_json_get(reply, "items")), 1);
    assert_string_equal(th_json_get_text(item, "what", ""), "pledge.short");
    assert_string_equal(th_json_get_text(item, "command", ""), "tanhui trade show 1");
    assert_int_equal(th_json_get_int(item, "tonnes", 0), 300);
    th_json_free(reply);
    reply = ahead_settle(market, package_id, TH_OK);
    const struct th_json *deal = th_json_at(th_json_get(reply, "deals"), 0);
    assert_int_equal(th_json_get_int(deal, "trade_id", 0), pledge_id);
    assert_int_equal(th_json_get_int(deal, "locked_t", 0), 500);
    assert_int_equal(th_json_get_int(deal, "short_t", 0), 300);
    th_json_free(reply);
    pay(market, pledge_id, "repayment", "20000");
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "items")), 1);
    item = th_json_at(th_json_get(reply, "items"), 0);
    assert_string_equal(th_json_get_text(item, "what", ""), "pledge.release");
    th_json_free(reply);
}

static struct th_json *listed(struct market *market, bool ended)
{
    struct th_json *reply = NULL;
    assert_ok(th_pledge_list(market->world.registry, NULL, NULL, ended, &reply, &market->err),
              &market->err);
    return reply;
}

// 800 t were expected, 500 t came, all of them for the pledge before it.
static void pledge__of_which_nothing_came_is_told_while_its_loan_is_open(void **state)
{
    struct market *market = *state;
    int64_t package_id = plan(market);
    ahead_done(market, propose(market,
                               &(struct th_pledge_input){.holder = "1",
                                                         .to = "造纸厂",
                                                         .on_forecast = true,
                                                         .tonnes = "500",
                                                         .principal = "1",
                                                         .rate = "1",
                                                         .from = AHEAD_ON,
                                                         .until = "2029-05-31",
                                                         .valuation = "1",
                                                         .number = "1",
                                                         .on = AHEAD_ON},
                               TH_OK));
    int64_t pledge_id = pledged(market, "300");
    pay(market, pledge_id, "payout", "1500");
    issue(market, package_id, 500);
    assert_stands(market, pledge_id, 0, 0, 300);
    struct th_json *reply = shown(market, pledge_id);
    assert_string_equal(th_json_get_text(reply, "standing", ""), "fallen_through");
    th_json_free(reply);
    reply = listed(market, false);
    const struct th_json *pledges = th_json_get(reply, "pledges");
    const struct th_json *bare = th_json_at(pledges, 1);
    assert_int_equal(th_json_size(pledges), 2);
    assert_string_equal(th_json_get_text(bare, "standing", ""), "fallen_through");
    assert_string_equal(th_json_text(th_json_at(th_json_get(bare, "warnings"), 0)), "cover_lost");
    th_json_free(reply);
    pay(market, pledge_id, "repayment", "1500");
    reply = listed(market, false);
    assert_int_equal(th_json_size(th_json_get(reply, "pledges")), 1);
    th_json_free(reply);
}

// A debt due on 2022-05-31 under a registration until 2022-06-30, both past.
static void inbox__tells_the_lender_what_is_overdue_and_what_to_release(void **state)
{
    static const char *const WHAT[] = {"pledge.overdue", "pledge.registration"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    struct th_pledge_input input = DEBT;
    input.tonnes = "800";
    input.until = "2022-05-31";
    input.registrar_number = "00123456789";
    input.registrar_until = "2022-06-30";
    int64_t package_id = plan(market);
    int64_t pledge_id = ahead_done(market, propose(market, &input, TH_OK));
    pay(market, pledge_id, "payout", "20000");
    issue(market, package_id, 800);
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "items")), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct th_json *item = th_json_at(th_json_get(reply, "items"), i);
        assert_string_equal(th_json_get_text(item, "what", ""), WHAT[i]);
        assert_string_equal(th_json_get_text(item, "subject", ""), "trade:1");
        assert_string_equal(th_json_get_text(item, "until", ""),
                            i == 0 ? "2022-05-31" : "2022-06-30");
        assert_int_equal(th_json_get_int(item, "amount_fen", 0), i == 0 ? 2000000 : 0);
    }
    th_json_free(reply);
    pay(market, pledge_id, "repayment", "20000");
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "items")), 1);
    const struct th_json *item = th_json_at(th_json_get(reply, "items"), 0);
    assert_string_equal(th_json_get_text(item, "what", ""), "pledge.release");
    assert_string_equal(th_json_get_text(item, "command", ""),
                        "tanhui trade propose release --pledge 1");
    assert_int_equal(th_json_get_int(item, "tonnes", 0), 800);
    th_json_free(reply);
    struct th_json *proposed = release(market, pledge_id, NULL, TH_OK);
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "items")), 0);
    th_json_free(reply);
    ahead_done(market, proposed);
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "items")), 0);
    th_json_free(reply);
}

// What people see in the list: the tonnes that are pledged, under whose lock they are.
static void assert_about(struct market *market, int64_t trade_id, int64_t about_t)
{
    struct th_json *reply = NULL;
    bool found = false;
    assert_ok(th_trade_list(market->world.registry, "pledge", NULL, &reply, &market->err),
              &market->err);
    const struct th_json *trades = th_json_get(reply, "trades");
    for (size_t i = 0; i < th_json_size(trades); i++) {
        const struct th_json *trade = th_json_at(trades, i);
        if (th_json_get_int(trade, "trade_id", 0) == trade_id) {
            assert_int_equal(th_json_get_int(trade, "about_t", 0), about_t);
            found = true;
        }
    }
    assert_true(found);
    th_json_free(reply);
}

// 800 t in the first rank, 300 in the second: a release of 200 passes them on before they exist.
// Of 700 t that are issued, the first then has its 600, the second 100.
static void rank__inherits_expected_tonnes_and_bears_the_shortfall_last(void **state)
{
    struct market *market = *state;
    int64_t package_id = plan(market);
    int64_t first = pledged(market, "800");
    int64_t second = ranked(market, first, "造纸厂", "300");
    int64_t third = ranked(market, second, "印染厂", NULL);
    assert_int_equal(of_pledge(market, second, "rank"), 2);
    assert_int_equal(of_pledge(market, second, "waiting_t"), 300);
    assert_int_equal(of_pledge(market, third, "tonnes"), 800);
    assert_about(market, first, 800);
    assert_about(market, second, 300);
    assert_about(market, third, 800);
    int64_t released = ahead_done(market, release(market, first, "200", TH_OK));
    assert_int_equal(ahead_number(market, released, "forecast_t"), 200);
    assert_stands(market, first, 0, 600, 0);
    assert_stands(market, second, 0, 200, 0);
    assert_int_equal(of_pledge(market, second, "waiting_t"), 100);
    assert_int_equal(free_t(market, "1"), 0);
    issue(market, package_id, 700);
    assert_stands(market, first, 600, 0, 0);
    assert_stands(market, second, 100, 0, 100);
    // Units follow the ranks as ever: the second lacks 100 more, the third the rest.
    ahead_done(market, release(market, first, NULL, TH_OK));
    assert_stands(market, second, 200, 0, 100);
    assert_stands(market, third, 500, 0, 0);
    assert_int_equal(of_pledge(market, second, "rank"), 1);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 700);
}

static void release__frees_expected_tonnes_for_others(void **state)
{
    struct market *market = *state;
    plan(market);
    int64_t pledge_id = pledged(market, "800");
    assert_null(release(market, pledge_id, "801", TH_CONFLICT));
    market_refused(market, "not_enough_units");
    int64_t open = market_id(release(market, pledge_id, "300", TH_OK));
    // What a proposal is about to give up is not given up twice.
    assert_null(release(market, pledge_id, "501", TH_CONFLICT));
    market_refused(market, "not_enough_units");
    th_json_free(market_approve(market, open, TH_OK));
    assert_stands(market, pledge_id, 0, 500, 0);
    assert_int_equal(free_t(market, "1"), 300);
    ahead_done(market, release(market, pledge_id, NULL, TH_OK));
    assert_stands(market, pledge_id, 0, 0, 0);
    assert_int_equal(of_pledge(market, pledge_id, "rank"), -1);
    assert_int_equal(free_t(market, "1"), 800);
    assert_null(release(market, pledge_id, NULL, TH_CONFLICT));
    market_refused(market, "pledge_ended");
}

static void release__overtaken_by_the_issuance_is_proposed_anew(void **state)
{
    struct market *market = *state;
    int64_t package_id = plan(market);
    int64_t pledge_id = pledged(market, "800");
    int64_t open = market_id(release(market, pledge_id, "300", TH_OK));
    issue(market, package_id, 800);
    assert_null(market_approve(market, open, TH_CONFLICT));
    market_refused(market, "release_overtaken");
    th_json_free(market_reject(market, open, TH_OK));
    ahead_done(market, release(market, pledge_id, "300", TH_OK));
    assert_stands(market, pledge_id, 500, 0, 0);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2509 + 300);
}

// Bought ahead, pledged on, delivered in parts: the units come out of the pool that the delivery
// makes, used and not sold, and go back into it.
static void pledge__of_tonnes_bought_ahead_follows_the_deliveries(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    int64_t package_id = plan(market);
    int64_t forward_id = ahead_done(market, ahead_forward(market, &AHEAD_FORWARD, TH_OK));
    struct th_pledge_input input = DEBT;
    input.holder = "两山银行";
    input.to = "造纸厂";
    input.tonnes = "600";
    int64_t pledge_id = ahead_done(market, propose(market, &input, TH_OK));
    // The forward is not refunded beneath it.
    assert_null(ahead_deliver(market, forward_id, "1", true, TH_CONFLICT));
    market_refused(market, "forecast_promised");
    issue(market, package_id, 700);
    assert_stands(market, pledge_id, 0, 600, 0);
    ahead_done(market, ahead_deliver(market, forward_id, "150", false, TH_OK));
    assert_stands(market, pledge_id, 150, 450, 0);
    assert_int_equal(th_test_sql_int(store, "SELECT used_t FROM pool_share"), 150);
    assert_int_equal(th_test_sql_int(store, "SELECT sold_t + sold_cost_fen FROM pool_share"), 0);
    // Units go first, then what is expected.
    int64_t released = ahead_done(market, release(market, pledge_id, "200", TH_OK));
    assert_int_equal(ahead_number(market, released, "tonnes"), 150);
    assert_int_equal(ahead_number(market, released, "forecast_t"), 50);
    assert_stands(market, pledge_id, 0, 400, 0);
    assert_int_equal(th_test_sql_int(store, "SELECT used_t FROM pool_share"), 0);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 150);
    assert_int_equal(free_t(market, "2"), 50);
    ahead_done(market, ahead_deliver(market, forward_id, NULL, false, TH_OK));
    assert_stands(market, pledge_id, 400, 0, 0);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 200);
}

static void enforcement__sells_what_is_issued_alone(void **state)
{
    struct market *market = *state;
    int64_t package_id = plan(market);
    int64_t pledge_id = pledged(market, "800");
    pay(market, pledge_id, "payout", "20000");
    assert_null(enforce(market, pledge_id, "1", TH_CONFLICT));
    market_refused(market, "enforcement_expected");
    issue(market, package_id, 800);
    int64_t sale = ahead_done(market, enforce(market, pledge_id, "400", TH_OK));
    assert_int_equal(ahead_number(market, sale, "amount_fen"), 2000000);
    assert_int_equal(ahead_units(market, MARKET_PAPER, TH_BLOCK_HELD), 400);
    assert_stands(market, pledge_id, 400, 0, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pledge__takes_expected_tonnes_and_never_more_than_are_free),
        TEST(pledge__says_when_expected_tonnes_fit_no_other_subject),
        TEST(issuance__brings_units_under_the_pledge_in_its_turn),
        TEST(shortfall__warns_the_lender_until_the_loan_is_repaid),
        TEST(pledge__of_which_nothing_came_is_told_while_its_loan_is_open),
        TEST(inbox__tells_the_lender_what_is_overdue_and_what_to_release),
        TEST(rank__inherits_expected_tonnes_and_bears_the_shortfall_last),
        TEST(release__frees_expected_tonnes_for_others),
        TEST(release__overtaken_by_the_issuance_is_proposed_anew),
        TEST(pledge__of_tonnes_bought_ahead_follows_the_deliveries),
        TEST(enforcement__sells_what_is_issued_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

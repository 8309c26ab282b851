// What only the gaining side proposes: whose units it holds, and for how long.
#include <stdio.h>
#include <string.h>

#include "registry/rule.h"
#include "tests/integration/ahead.h"
#include "tests/integration/two_banks.h"
#include "trading/inbox/inbox.h"
#include "trading/pledge/pledge.h"

enum { VILLAGE_T = 2509 };

static struct th_json *ask_for(struct market *market, const char *login, const char *from,
                               const char *tonnes)
{
    const struct th_request request = {.login = login};
    const struct th_unit_transfer_input input = {
        .from = from, .to = TWO_BANKS_OTHER, .tonnes = tonnes, .on = AHEAD_ON};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_transfer(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return reply;
}

static void assert_standing(struct market *market, int64_t trade_id, const char *want)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, trade_id, &reply, &market->err), &market->err);
    assert_string_equal(th_json_get_text(reply, "standing", ""), want);
    th_json_free(reply);
}

static void offer__leaves_the_holders_units_free(void **state)
{
    struct market *market = *state;
    struct th_json *reply = ask_for(market, "other", "马家弄村", "2509");
    const struct th_json *effect = th_json_get(reply, "effect");
    assert_string_equal(th_json_get_text(reply, "standing", ""), "offered");
    assert_false(th_json_get_bool(effect, "units_locked", true));
    assert_int_equal(market_line_t(reply, 1), VILLAGE_T);
    assert_int_equal(th_json_size(th_json_get(reply, "blocks")), 3); // a block a year
    int64_t offer = market_id(reply);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_HELD), VILLAGE_T);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 0);
    (void)market_bought(market, "1", "43.44"); // all of them
    assert_status(two_banks_decide(market, "officer", offer, true), TH_CONFLICT, &market->err);
    market_refused(market, "offer_units_gone");
    assert_string_equal(th_error_arg_get(&market->err, "available"), "0");
    assert_standing(market, offer, "offered");
    assert_ok(two_banks_decide(market, "other", offer, false), &market->err);
    assert_standing(market, offer, "withdrawn");
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), VILLAGE_T);
}

static void offer__is_carried_out_once_the_county_agrees(void **state)
{
    struct market *market = *state;
    int64_t offer = market_id(ask_for(market, "other", "马家弄村", "2000"));
    int64_t again = market_id(ask_for(market, "other", "马家弄村", "2000"));
    assert_ok(two_banks_decide(market, "officer", offer, true), &market->err);
    assert_standing(market, offer, "approved");
    assert_int_equal(ahead_units(market, TWO_BANKS_OTHER_ID, TH_BLOCK_HELD), 2000);
    assert_status(two_banks_decide(market, "officer", again, true), TH_CONFLICT, &market->err);
    market_refused(market, "offer_units_gone");
    assert_string_equal(th_error_arg_get(&market->err, "available"), "509");
    assert_string_equal(th_error_arg_get(&market->err, "wanted"), "2000");
}

// Who looks at it is told why nobody can approve it any more.
static void offer__whose_units_are_gone_says_so(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    int64_t offer = market_id(ask_for(market, "other", "马家弄村", "2000"));
    assert_ok(th_trade_show(market->world.registry, offer, &reply, &market->err), &market->err);
    assert_null(th_json_get(reply, "refusal"));
    th_json_free(reply);
    (void)market_bought(market, "1", "43.44"); // all 2,509 t
    assert_ok(th_trade_show(market->world.registry, offer, &reply, &market->err), &market->err);
    const struct th_json *refusal = th_json_get(reply, "refusal");
    const struct th_json *arguments = th_json_get(refusal, "arguments");
    assert_string_equal(th_json_get_text(refusal, "code", ""), "offer_units_gone");
    assert_string_equal(th_json_get_text(arguments, "available", ""), "0");
    assert_string_equal(th_json_get_text(arguments, "wanted", ""), "2000");
    assert_int_equal(th_json_type(th_json_get(reply, "effect")), TH_JSON_NULL);
    assert_int_equal(th_json_type(th_json_get(reply, "statement_based")), TH_JSON_NULL);
    th_json_free(reply);
}

static void proposal__of_the_holders_side_or_the_county_locks(void **state)
{
    struct market *market = *state;
    struct th_json *reply = ask_for(market, "bank", "马家弄村", "2000"); // of no party
    assert_string_equal(th_json_get_text(reply, "standing", ""), "proposed");
    assert_true(th_json_get_bool(th_json_get(reply, "effect"), "units_locked", false));
    th_json_free(reply);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 2000);
    (void)market_bought(market, "2", "43.44");
    th_json_free(ask_for(market, "own", TWO_BANKS_OWN, "1000"));
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_LOCKED), 1000);
}

// 2,509 t for 108,990.96 CNY, of which the pool is sold in three pieces; a third of a fen here and
// there adds up to the whole.
static void offer__on_a_pool_costs_what_the_next_units_cost(void **state)
{
    const struct th_request firm = {.login = "firm"};
    const struct th_promise_input input = {.from = TWO_BANKS_OWN,
                                           .to = "制药厂",
                                           .tonnes = "1000",
                                           .price = "60",
                                           .deliver_by = "2025-01-01",
                                           .on = AHEAD_ON};
    struct market *market = *state;
    struct th_json *reply = NULL;
    int64_t pool = market_id(market_buy(market, "1", NULL, "100.01", NULL, NULL, TH_OK));
    th_json_free(market_approve(market, pool, TH_OK));
    assert_ok(
        th_trade_propose_subscription(market->world.registry, &firm, &input, &reply, &market->err),
        &market->err);
    int64_t offer = market_id(reply);
    (void)market_sold(market, "造纸厂", "1", "70");
    (void)market_sold(market, "造纸厂", "1", "70");
    assert_ok(two_banks_decide(market, "own", offer, true), &market->err);
    assert_standing(market, offer, "in_force");
    assert_int_equal(ahead_number(market, offer, "locked_t"), 1000);
    (void)market_sold(market, "造纸厂", "1507", "70");
    struct th_store *store = market->world.store;
    assert_int_equal(th_test_sql_int(store, "SELECT sold_cost_fen FROM pool_share"), 10001);
    assert_int_equal(th_test_sql_int(store, "SELECT sum(cost_fen) FROM trade_line WHERE pool_id "
                                            "IS NOT NULL"),
                     10001);
}

static struct th_json *pledge_expected(struct market *market, const char *tonnes)
{
    const struct th_request request = {.login = "other"};
    const struct th_pledge_input input = {.holder = "马家弄村",
                                          .to = TWO_BANKS_OTHER,
                                          .tonnes = tonnes,
                                          .on_forecast = true,
                                          .principal = "3000",
                                          .rate = "5",
                                          .from = AHEAD_ON,
                                          .until = "2023-12-31",
                                          .valuation = "50000",
                                          .number = "质押2022-3号",
                                          .on = AHEAD_ON};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_pledge(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return reply;
}

static void offer__on_expected_tonnes_binds_them_with_the_approval(void **state)
{
    struct market *market = *state;
    int64_t planned = market_planned(market, "来年", MARKET_MAJIANONG);
    (void)ahead_register(market, planned, "100", TH_OK);
    struct th_json *reply = pledge_expected(market, "80");
    assert_string_equal(th_json_get_text(reply, "standing", ""), "offered");
    assert_string_equal(th_json_get_text(th_json_get(reply, "pledge"), "forecast_package", ""),
                        "来年");
    int64_t first = market_id(reply);
    int64_t second = market_id(pledge_expected(market, "80")); // nothing is taken yet
    assert_ok(two_banks_decide(market, "officer", first, true), &market->err);
    assert_status(two_banks_decide(market, "officer", second, true), TH_CONFLICT, &market->err);
    market_refused(market, "offer_units_gone");
    assert_string_equal(th_error_arg_get(&market->err, "available"), "20");
}

static struct th_json *buy(struct market *market, const char *login)
{
    static const char *const packages[] = {"1"};
    const struct th_request request = {.login = login};
    const struct th_purchase_input input = {.packages = packages,
                                            .n_packages = 1,
                                            .to = TWO_BANKS_OTHER,
                                            .price = "43.44",
                                            .on = AHEAD_ON};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_purchase(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return reply;
}

// Two of the bank may carry it out, so that it locks; but no more than three days.
static void purchase__by_the_banks_own_person_waits_three_days(void **state)
{
    const struct th_request officer = {.login = "officer"};
    struct market *market = *state;
    struct th_json *reply = buy(market, "other");
    assert_string_equal(th_json_get_text(reply, "standing", ""), "proposed");
    assert_string_equal(th_json_get_text(reply, "expires_on", ""), "2024-03-13");
    int64_t purchase = market_id(reply);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), VILLAGE_T);
    market->world.now_utc += 4 * 86400;
    assert_status(two_banks_decide(market, "officer", purchase, true), TH_CONFLICT, &market->err);
    market_refused(market, "trade_expired");
    assert_ok(th_trade_expire(market->world.registry, &officer, NULL, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 0);
    reply = buy(market, "bank");
    assert_string_equal(th_json_get_text(reply, "expires_on", ""), "2024-04-13");
    th_json_free(reply);
}

static struct th_json *exercise(struct market *market, int64_t option)
{
    const struct th_request firm = {.login = "firm"};
    char of[24];
    struct th_json *reply = NULL;
    (void)snprintf(of, sizeof(of), "%lld", (long long)option);
    const struct th_delivery_input input = {.of = of, .tonnes = "10", .on = "2024-03-12"};
    assert_ok(
        th_trade_propose_exercise(market->world.registry, &firm, &input, &reply, &market->err),
        &market->err);
    return reply;
}

// Two of the buyer's side suffice within the window, whenever they decide; not for what they enter
// behind it.
static void exercise__entered_after_the_window_needs_the_sellers_word(void **state)
{
    const struct th_promise_input input = {.from = TWO_BANKS_OWN,
                                           .to = "制药厂",
                                           .tonnes = "100",
                                           .price = "50",
                                           .premium = "900",
                                           .window = "2024-03-10..2024-03-12"};
    struct market *market = *state;
    (void)market_bought(market, "1", "43.44");
    int64_t option = ahead_done(market, ahead_option(market, &input, TH_OK));
    market->world.now_utc += 2 * 86400; // 2024-03-12
    int64_t in_time = market_id(exercise(market, option));
    market->world.now_utc += 86400;
    int64_t late = market_id(exercise(market, option));
    assert_ok(two_banks_decide(market, "firm-2", in_time, true), &market->err);
    assert_status(two_banks_decide(market, "firm-2", late, true), TH_NOT_PERMITTED, &market->err);
    market_refused(market, "giver_unheard");
    assert_ok(two_banks_decide(market, "own", late, true), &market->err);
}

static void inbox__says_that_an_offer_holds_nothing(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    th_json_free(ask_for(market, "other", "马家弄村", "2000"));
    assert_ok(th_inbox(market->world.registry, "officer", &reply, &market->err), &market->err);
    const struct th_json *first = th_json_at(th_json_get(reply, "items"), 0);
    assert_string_equal(th_json_get_text(first, "what", ""), "trade.offer");
    assert_string_equal(th_json_get_text(first, "command", ""), "tanhui trade approve 1");
    th_json_free(reply);
}

static void offer__that_nobody_takes_up_ends_and_gives_nothing_back(void **state)
{
    const struct th_request officer = {.login = "officer"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    int64_t offer = market_id(ask_for(market, "other", "马家弄村", "2000"));
    market->world.now_utc += 31 * 86400;
    assert_ok(th_trade_expire(market->world.registry, &officer, NULL, &reply, &market->err),
              &market->err);
    const struct th_json *ended = th_json_at(th_json_get(reply, "expired"), 0);
    assert_int_equal(th_json_get_int(ended, "trade_id", 0), offer);
    assert_int_equal(th_json_get_int(ended, "released_t", -1), 0);
    th_json_free(reply);
    assert_standing(market, offer, "expired");
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_HELD), VILLAGE_T);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, two_banks_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(offer__leaves_the_holders_units_free),
        TEST(offer__is_carried_out_once_the_county_agrees),
        TEST(offer__whose_units_are_gone_says_so),
        TEST(proposal__of_the_holders_side_or_the_county_locks),
        TEST(offer__on_a_pool_costs_what_the_next_units_cost),
        TEST(offer__on_expected_tonnes_binds_them_with_the_approval),
        TEST(purchase__by_the_banks_own_person_waits_three_days),
        TEST(exercise__entered_after_the_window_needs_the_sellers_word),
        TEST(inbox__says_that_an_offer_holds_nothing),
        TEST(offer__that_nobody_takes_up_ends_and_gives_nothing_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

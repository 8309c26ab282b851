// Pools of a bank, whatever brought it the units: it sells them on, and at what it paid.
#include <stdio.h>

#include "registry/setup.h"
#include "tests/integration/ahead.h"

#define OTHER "农商银行"

static void add_bank(struct market *market)
{
    static const struct th_party_add_options BANK = {.kind = "bank", .name = OTHER};
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    assert_ok(th_party_add(market->world.registry, &officer, &BANK, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static int64_t resold(struct market *market, const char *bank, const char *tonnes)
{
    const struct th_request request = {.login = "bank"};
    const struct th_resale_input input = {
        .from = bank, .to = "制药厂", .tonnes = tonnes, .price = "70", .on = "2022-07-01"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return market_id(market_approve(market, market_id(reply), TH_OK));
}

static int64_t transferred(struct market *market, const char *from, const char *to,
                           const char *tonnes)
{
    const struct th_request request = {.login = "bank"};
    const struct th_unit_transfer_input input = {
        .from = from, .to = to, .tonnes = tonnes, .on = "2022-06-01"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_transfer(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return market_id(market_approve(market, market_id(reply), TH_OK));
}

static int64_t cost_fen(struct market *market, int64_t trade_id)
{
    char sql[128];
    (void)snprintf(sql, sizeof(sql), "SELECT sum(cost_fen) FROM trade_line WHERE trade_id = %lld",
                   (long long)trade_id);
    return th_test_sql_int(market->world.store, sql);
}

static int64_t of_pool(struct market *market, int64_t pool_id, const char *sum)
{
    char sql[128];
    (void)snprintf(sql, sizeof(sql), "SELECT sum(%s) FROM pool_share WHERE pool_id = %lld", sum,
                   (long long)pool_id);
    return th_test_sql_int(market->world.store, sql);
}

static void add_term(struct market *market, const char *from, const char *to, const char *scope,
                     enum th_status want)
{
    const struct th_request officer = {.login = "officer"};
    const char *split = "village=1";
    const struct th_term_input input = {.from = from,
                                        .to = to,
                                        .basis = "net_of_cost",
                                        .ratio = "70",
                                        .splits = &split,
                                        .n_splits = 1,
                                        .scope = scope,
                                        .document = market->document};
    struct th_json *reply = NULL;
    assert_status(th_term_add(market->world.registry, &officer, &input, &reply, &market->err), want,
                  &market->err);
    th_json_free(reply);
}

// 1,000 t at 53.00 with 6 % are 50,000.00 without tax. 700 t of both villages' packages come first:
// 35,000.00. Of them 300 are sold, then all that is left.
static void delivery__by_a_bank_makes_a_pool_at_the_net_price(void **state)
{
    static const struct th_promise_input SUBSCRIPTION = {.from = "两山银行",
                                                         .to = OTHER,
                                                         .tonnes = "1000",
                                                         .price = "53",
                                                         .tax = "6",
                                                         .deliver_by = "2022-12-31",
                                                         .on = AHEAD_ON};
    struct market *market = *state;
    add_bank(market);
    market_bought(market, "1 2", "43.44");
    int64_t promise = ahead_done(market, ahead_subscribe(market, &SUBSCRIPTION, TH_OK));
    int64_t first = ahead_done(market, ahead_deliver(market, promise, "700", false, TH_OK));
    int64_t second = ahead_done(market, ahead_deliver(market, promise, NULL, false, TH_OK));
    assert_int_equal(of_pool(market, first, "bought_t"), 700);
    assert_int_equal(of_pool(market, first, "cost_fen"), 3500000);
    assert_int_equal(of_pool(market, second, "cost_fen"), 1500000);
    assert_int_equal(cost_fen(market, resold(market, OTHER, "300")), 1500000);
    assert_int_equal(cost_fen(market, resold(market, OTHER, "700")), 3500000);
    assert_int_equal(of_pool(market, first, "bought_t - sold_t"), 0);
    // What the seller's tonnes had cost it is its own matter: 1,000 t at 43.44.
    assert_int_equal(cost_fen(market, first) + cost_fen(market, second), 4344000);
}

static void exercise__by_a_bank_makes_a_pool_at_the_strike(void **state)
{
    struct th_promise_input given = AHEAD_OPTION;
    given.from = "两山银行";
    given.to = OTHER;
    struct market *market = *state;
    add_bank(market);
    market_bought(market, "1", "43.44");
    int64_t option = ahead_done(market, ahead_option(market, &given, TH_OK));
    int64_t exercise =
        ahead_done(market, ahead_exercise(market, option, "200", "2022-06-01", TH_OK));
    assert_int_equal(of_pool(market, exercise, "cost_fen"), 1000000);
    assert_int_equal(cost_fen(market, resold(market, OTHER, "50")), 250000);
}

// 900 t given by a village: of 63,000.00 that the bank gets for them nothing is cost, and 70 % are
// the village's.
static void transfer__to_a_bank_makes_a_pool_that_cost_nothing(void **state)
{
    struct market *market = *state;
    int64_t given = transferred(market, "1", "两山银行", "900");
    assert_int_equal(of_pool(market, given, "bought_t"), 900);
    assert_int_equal(of_pool(market, given, "cost_fen"), 0);
    int64_t sale = resold(market, "两山银行", "900");
    assert_int_equal(cost_fen(market, sale), 0);
    th_json_free(market_receipt(market, sale, "63000.00", TH_OK));
    add_term(market, "2022-01-01", NULL, NULL, TH_OK);
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 4410000);
    th_json_free(reply);
}

// 500 t bought at 40.00, delivered to a second bank at 50.00, sold by it at 70.00: of each bank's
// gain 70 % are the village's.
static void revenue__of_a_second_bank_is_what_it_gained(void **state)
{
    static const struct th_promise_input SUBSCRIPTION = {.from = "两山银行",
                                                         .to = OTHER,
                                                         .tonnes = "500",
                                                         .price = "50",
                                                         .deliver_by = "2022-12-31",
                                                         .on = AHEAD_ON};
    struct market *market = *state;
    add_bank(market);
    add_term(market, "2022-01-01", NULL, NULL, TH_OK);
    market_bought(market, "1", "40");
    int64_t promise = ahead_done(market, ahead_subscribe(market, &SUBSCRIPTION, TH_OK));
    int64_t delivery = ahead_done(market, ahead_deliver(market, promise, NULL, false, TH_OK));
    int64_t sale = resold(market, OTHER, "500"); // at 70.00
    th_json_free(market_receipt(market, delivery, "25000.00", TH_OK));
    th_json_free(market_receipt(market, sale, "35000.00", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    // 500 × 10.00 × 70 % of the first bank, 500 × 20.00 × 70 % of the second.
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 350000 + 700000);
    th_json_free(reply);
    // A term may name the pool that came by a delivery.
    char scope[32];
    (void)snprintf(scope, sizeof(scope), "pool:%lld", (long long)delivery);
    add_term(market, "2023-01-01", NULL, scope, TH_OK);
}

static void purchase__of_packages_under_several_terms_is_refused(void **state)
{
    struct market *market = *state;
    add_term(market, "2021-01-01", "2021-12-31", "package:马家弄竹林", TH_OK); // over by then
    int64_t early = market_id(market_buy(market, "1 2", "43.44", NULL, NULL, "10", TH_OK));
    add_term(market, "2024-01-01", NULL, "holder:马家弄村", TH_OK);
    // Agreed since it was proposed, though it begins later: so will sales of the pool.
    assert_null(market_approve(market, early, TH_CONFLICT));
    market_refused(market, "pool_terms_differ");
    assert_string_equal(th_error_arg_get(&market->err, "on"), "2024-01-01");
    th_json_free(market_reject(market, early, TH_OK));
    assert_null(market_buy(market, "1 2", "43.44", NULL, NULL, NULL, TH_CONFLICT));
    market_refused(market, "pool_terms_differ");
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 0);
    market_bought(market, "1", "43.44");
    market_bought(market, "2", "43.44");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(delivery__by_a_bank_makes_a_pool_at_the_net_price),
                                       TEST(exercise__by_a_bank_makes_a_pool_at_the_strike),
                                       TEST(transfer__to_a_bank_makes_a_pool_that_cost_nothing),
                                       TEST(revenue__of_a_second_bank_is_what_it_gained),
                                       TEST(purchase__of_packages_under_several_terms_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// A pledged price: who collects it, and what the lender is told of that.
#include <stdio.h>
#include <string.h>

#include "tests/integration/market.h"
#include "trading/inbox/inbox.h"
#include "trading/pledge/pledge.h"

static const struct th_request BANK = {.login = "bank"};

// 2,000 t sold for 146,820.00; the price is pledged, 80,000.00 are lent on it.
static int64_t lent_on(struct market *market, int64_t *ret_sale)
{
    char of[24];
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    const struct th_pledge_input input = {.holder = "两山银行",
                                          .to = "造纸厂",
                                          .receivable = of,
                                          .principal = "100000",
                                          .rate = "4.35",
                                          .from = "2022-06-01",
                                          .until = "2029-05-31",
                                          .valuation = "120000",
                                          .number = "质押2022-1号",
                                          .on = "2022-06-01"};
    snprintf(of, sizeof(of), "%lld", (long long)sale);
    assert_ok(th_trade_propose_pledge(market->world.registry, &BANK, &input, &reply, &market->err),
              &market->err);
    int64_t pledge_id = market_id(market_approve(market, market_id(reply), TH_OK));
    const struct th_loan_input loan = {
        .pledge_id = pledge_id, .kind = "payout", .amount = "80000", .on = "2022-06-02"};
    assert_ok(th_loan_pay(market->world.registry, &BANK, &loan, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    *ret_sale = sale;
    return pledge_id;
}

static struct th_json *listed(struct market *market)
{
    struct th_json *reply = NULL;
    assert_ok(th_pledge_list(market->world.registry, NULL, NULL, false, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "pledges")), 1);
    return reply;
}

// What is open of the price, and the warning of the list; the inbox tells where there is one.
static void assert_told(struct market *market, int64_t open_fen, const char *warning)
{
    size_t n = 0;
    struct th_json *reply = listed(market);
    const struct th_json *pledge = th_json_at(th_json_get(reply, "pledges"), 0);
    const struct th_json *warnings = th_json_get(pledge, "warnings");
    assert_int_equal(th_json_get_int(pledge, "receivable_fen", -1), open_fen);
    assert_int_equal(th_json_size(warnings), warning ? 1 : 0);
    if (warning) {
        assert_string_equal(th_json_text(th_json_at(warnings, 0)), warning);
    }
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    for (size_t i = 0; i < th_json_size(th_json_get(reply, "items")); i++) {
        const struct th_json *item = th_json_at(th_json_get(reply, "items"), i);
        n += strcmp(th_json_get_text(item, "what", ""), "pledge.collected") == 0;
    }
    assert_int_equal(n, warning ? 1 : 0);
    th_json_free(reply);
}

// 66,820.00 may come to the pledgor; a fen more, and less is owed than was lent.
static void receivable__that_the_pledgor_collects_is_told_to_the_lender(void **state)
{
    struct market *market = *state;
    int64_t sale = 0;
    (void)lent_on(market, &sale);
    struct th_json *reply = listed(market);
    assert_int_equal(
        th_json_get_int(th_json_at(th_json_get(reply, "pledges"), 0), "receivable_trade_id", -1),
        sale);
    th_json_free(reply);
    assert_told(market, 14682000, NULL);
    th_json_free(market_receipt(market, sale, "66820", TH_OK));
    assert_told(market, 8000000, NULL);
    th_json_free(market_receipt(market, sale, "0.01", TH_OK));
    assert_told(market, 7999999, "receivable_short");
    th_json_free(market_receipt(market, sale, "79999.99", TH_OK));
    assert_told(market, 0, "receivable_gone");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(receivable__that_the_pledgor_collects_is_told_to_the_lender),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// A receipt that was confirmed with a wrong figure: another person takes it back, and nothing of it
// is left but the trace.
#include <stdio.h>

#include "store/deal/money_store.h"
#include "tests/integration/ahead.h"
#include "tests/integration/two_banks.h"
#include "trading/books/hledger.h"
#include "trading/revenue/receipt.h"
#include "trading/revenue/revenue.h"

static const char REASON[] = "金额记错";

static int64_t received(struct market *market, const char *login, int64_t trade_id,
                        const char *amount)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_ok(th_receipt_confirm(market->world.registry, &request, trade_id, amount, "2022-06-30",
                                 &reply, &market->err),
              &market->err);
    int64_t receipt_id = th_json_get_int(reply, "receipt_id", 0);
    th_json_free(reply);
    return receipt_id;
}

static void correct_for(struct market *market, const char *login, int64_t trade_id,
                        int64_t receipt_id, const char *reason, const char *refusal)
{
    const struct th_request request = {.login = login};
    const struct th_receipt_correct_input input = {
        .trade_id = trade_id, .receipt_id = receipt_id, .reason = reason, .on = "2022-07-01"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_receipt_correct(market->world.registry, &request, &input, &reply, &market->err);
    th_json_free(reply);
    if (refusal) {
        assert_true(status != TH_OK);
        market_refused(market, refusal);
    } else {
        assert_ok(status, &market->err);
    }
}

static void correct(struct market *market, const char *login, int64_t trade_id, int64_t receipt_id,
                    const char *refusal)
{
    correct_for(market, login, trade_id, receipt_id, REASON, refusal);
}

// 2,509 t of one village at 43.44: 108,990.96 CNY, of which 10,899.09 arrived.
static void receipt__of_a_village_is_taken_back_by_another_person(void **state)
{
    struct market *market = *state;
    int64_t purchase = market_bought(market, "1", "43.44");
    int64_t wrong = received(market, "own", purchase, "108990.90");
    assert_int_equal(ahead_claim(market, MARKET_MAJIANONG), 6);
    correct(market, "own", purchase, wrong, "receipt_correct_second_person");
    correct_for(market, "own-2", purchase, wrong, " \xe2\x80\x8b", "correction_reason"); // U+200B
    correct(market, "other", purchase, wrong, "trade_not_yours");
    correct(market, "own-2", purchase, wrong + 1, "receipt_not_found");
    correct(market, "own-2", purchase, 0, NULL); // the only one
    assert_int_equal(ahead_claim(market, MARKET_MAJIANONG), 10899096);
    assert_int_equal(ahead_cash(market, MARKET_MAJIANONG), 0);
    assert_int_equal(ahead_number(market, purchase, "outstanding_fen"), 10899096);
    correct(market, "own-2", purchase, wrong, "receipt_withdrawn");
    correct(market, "own-2", purchase, 0, "receipt_none");
    (void)received(market, "own", purchase, "10899.09");
    assert_int_equal(ahead_claim(market, MARKET_MAJIANONG), 9809187);
    assert_int_equal(ahead_cash(market, MARKET_MAJIANONG), 1089909);
}

// Two villages, 2,509 t and 4,773 t: each gets its claim back as it was, with the fen that the
// receipt had rounded.
static void receipt__of_several_sellers_gives_each_its_claim_back(void **state)
{
    struct market *market = *state;
    int64_t purchase = market_bought(market, "1 2", "43.44");
    (void)received(market, "own", purchase, "1000.01");
    int64_t first_fen = ahead_claim(market, MARKET_MAJIANONG);
    int64_t second_fen = ahead_claim(market, MARKET_GAOJIATANG);
    int64_t wrong = received(market, "own", purchase, "777.77");
    (void)received(market, "own", purchase, "0.05");
    correct(market, "officer", purchase, 0, "receipt_several");
    correct(market, "officer", purchase, wrong, NULL); // the county may say it too
    assert_int_equal(ahead_claim(market, MARKET_MAJIANONG) + ahead_claim(market, MARKET_GAOJIATANG),
                     first_fen + second_fen - 5);
    assert_int_equal(ahead_claim(market, MARKET_BANK), 5 - first_fen - second_fen);
}

static int64_t run_of(struct market *market)
{
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    int64_t distributed_fen = th_json_get_int(reply, "distributed_fen", -1);
    th_json_free(reply);
    return distributed_fen;
}

static void receipt__in_a_run_that_waits_stays(void **state)
{
    struct market *market = *state;
    const struct th_request request = {.login = market->banker};
    const struct th_distribute_input input = {.through = "2022-12-31"};
    struct th_json *reply = NULL;
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    (void)market_bought(market, "1", "43.44");
    int64_t sale = market_sold(market, "制药厂", "100", "74.01");
    int64_t wrong = received(market, "own", sale, "7000");
    assert_ok(th_revenue_distribute(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    int64_t run_id = th_json_get_int(reply, "distribution_id", 0);
    th_json_free(reply);
    int64_t since = received(market, "own", sale, "0.01"); // the run knows nothing of it
    correct(market, "own-2", sale, wrong, "receipt_shared");
    correct(market, "own-2", sale, since, NULL);
    th_json_free(market_decide_run(market, run_id, false, TH_OK));
    correct(market, "own-2", sale, wrong, NULL);
}

// 100 t at 74.01, that had cost 43.44: 7,401.00 bring 70 % of 3,057.00, which is 2,139.90. The
// 7,000.00 had cost 4,108.63 of it: 70 % of 2,891.37 is 2,023.95 and a bit, rounded down. What
// villages got is never taken back, and what comes in later counts from 7,000.00 on.
static void receipt__that_was_shared_is_made_good_by_later_ones(void **state)
{
    struct market *market = *state;
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    (void)market_bought(market, "1", "43.44");
    int64_t sale = market_sold(market, "制药厂", "100", "74.01");
    int64_t wrong = received(market, "own", sale, "7000");
    int64_t first_fen = run_of(market);
    assert_int_equal(first_fen, 202395);
    correct(market, "own-2", sale, wrong, NULL);
    assert_int_equal(ahead_number(market, sale, "outstanding_fen"), 740100);
    (void)received(market, "own", sale, "700");
    assert_int_equal(run_of(market), 0);
    (void)received(market, "own", sale, "6701");
    assert_int_equal(run_of(market), 213990 - first_fen);
}

static void reserved(struct market *market, const char *login, int64_t sale, const char *actual)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    enum th_status status =
        actual ? th_reserve_settle(market->world.registry, &request, sale, actual, market->document,
                                   &reply, &market->err)
               : th_deduction_add(market->world.registry, &request, sale, "reserve", "500",
                                  market->document, &reply, &market->err);
    assert_ok(status, &market->err);
    th_json_free(reply);
}

// 7,401.00 less 4,344.00 and a reserve of 500.00 leave 2,557.00; once 100.00 are known of it, 70 %
// of the 400.00 go with a run: not of money that did not come, nor out of a run that counted on it.
static void receipt__that_is_taken_back_leaves_nothing_of_a_reserve_to_share(void **state)
{
    struct market *market = *state;
    const struct th_request own = {.login = "own"};
    const struct th_distribute_input input = {.through = "2022-12-31"};
    struct th_json *reply = NULL;
    th_json_free(market_term(market, "net_of_costs", "70", "village=1", TH_OK));
    (void)market_bought(market, "1", "43.44");
    int64_t sale = market_sold(market, "制药厂", "100", "74.01");
    (void)received(market, "own", sale, "7401");
    reserved(market, "own", sale, NULL);
    assert_int_equal(run_of(market), 178990);
    correct(market, "own-2", sale, 0, NULL);
    reserved(market, "own", sale, "100");
    assert_int_equal(run_of(market), 0);
    (void)received(market, "own", sale, "7401");
    assert_ok(th_revenue_distribute(market->world.registry, &own, &input, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_get_int(reply, "distributed_fen", -1), 28000);
    th_json_free(reply);
    correct(market, "own-2", sale, 0, "receipt_shared");
}

static void receipt__of_money_ahead_goes_back_as_far_as_it_is_there(void **state)
{
    struct market *market = *state;
    (void)market_bought(market, "1 2", "43.44");
    int64_t promise = ahead_done(market, ahead_subscribe(market, &AHEAD_PERSON, TH_OK));
    int64_t first = received(market, "own", promise, "9000");
    ahead_done(market, ahead_deliver(market, promise, "100", false, TH_OK)); // 6,000.00
    correct(market, "own-2", promise, first, "receipt_used");
    int64_t second = received(market, "own", promise, "1000");
    correct(market, "own-2", promise, second, NULL);
    assert_int_equal(ahead_number(market, promise, "prepaid_fen"), 300000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, two_banks_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(receipt__of_a_village_is_taken_back_by_another_person),
        TEST(receipt__of_several_sellers_gives_each_its_claim_back),
        TEST(receipt__in_a_run_that_waits_stays),
        TEST(receipt__that_was_shared_is_made_good_by_later_ones),
        TEST(receipt__that_is_taken_back_leaves_nothing_of_a_reserve_to_share),
        TEST(receipt__of_money_ahead_goes_back_as_far_as_it_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Corrections of deals that acted upon another one: their units go back under its lock.
#include <stdio.h>
#include <string.h>

#include "tests/integration/ahead.h"
#include "trading/books/hledger.h"
#include "trading/pledge/pledge.h"
#include "trading/spot/listing.h"

static struct th_json *correct(struct market *market, int64_t of, enum th_status want)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)of);
    const struct th_request request = {.login = "bank"};
    const struct th_correction_input input = {.of = id, .reason = "录错"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_correction(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static int64_t corrected(struct market *market, int64_t of)
{
    return ahead_done(market, correct(market, of, TH_OK));
}

// The bank lists 2,000 t of its pool at 70.00.
static int64_t listed(struct market *market, const char *until)
{
    const struct th_request request = {.login = "bank"};
    const struct th_listing_input input = {
        .holder = "两山银行", .tonnes = "2000", .price = "70", .until = until};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_listing(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return ahead_done(market, reply);
}

static int64_t accepted(struct market *market, int64_t listing, const char *tonnes)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)listing);
    const struct th_request request = {.login = "bank"};
    const struct th_acceptance_input input = {.listing = id, .to = "制药厂", .tonnes = tonnes};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_acceptance(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return ahead_done(market, reply);
}

static int64_t listing_left(struct market *market, int64_t listing)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, listing, &reply, &market->err), &market->err);
    int64_t left_t = th_json_get_int(th_json_get(reply, "listing"), "left_t", -1);
    th_json_free(reply);
    return left_t;
}

static int64_t sold_t(struct market *market)
{
    return th_test_sql_int(market->world.store, "SELECT sum(sold_t) FROM pool_share");
}

static void acceptance__goes_back_under_its_listing(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t listing = listed(market, NULL);
    int64_t first = accepted(market, listing, "700");
    th_json_free(market_receipt(market, first, "10000", TH_OK));
    int64_t cost_fen =
        th_test_sql_int(market->world.store, "SELECT sum(sold_cost_fen) FROM pool_share");
    corrected(market, first);
    assert_int_equal(listing_left(market, listing), 2000);
    assert_int_equal(ahead_units(market, MARKET_PHARMA, TH_BLOCK_HELD), 0);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_LOCKED), 2000);
    // Listed units left their pools with their cost; that has not changed.
    assert_int_equal(sold_t(market), 2000);
    assert_int_equal(
        th_test_sql_int(market->world.store, "SELECT sum(sold_cost_fen) FROM pool_share"),
        cost_fen);
    assert_int_equal(ahead_claim(market, MARKET_PHARMA), 1000000); // what it had paid
    // The same tonnes are taken again, to the last.
    accepted(market, listing, "2000");
    assert_int_equal(listing_left(market, listing), 0);
}

static void acceptance__of_a_withdrawn_listing_goes_back_to_the_pools(void **state)
{
    struct market *market = *state;
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    int64_t listing = listed(market, NULL);
    int64_t taken = accepted(market, listing, "700");
    assert_ok(th_listing_withdraw(market->world.registry, &request, listing, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    assert_int_equal(sold_t(market), 700);
    corrected(market, taken);
    assert_int_equal(sold_t(market), 0);
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT sum(sold_cost_fen) FROM "
                                                          "pool_share"),
                     0);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 7282);
}

static void exercise__goes_back_under_its_option(void **state)
{
    struct th_promise_input given = AHEAD_OPTION;
    given.window = "2022-06-01..2099-12-31";
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t option = ahead_done(market, ahead_option(market, &given, TH_OK));
    int64_t exercise =
        ahead_done(market, ahead_exercise(market, option, "100", "2022-06-01", TH_OK));
    assert_int_equal(ahead_number(market, option, "locked_t"), 200);
    corrected(market, exercise);
    assert_int_equal(ahead_number(market, option, "locked_t"), 300);
    assert_int_equal(ahead_number(market, option, "delivered_t"), 0);
    assert_int_equal(ahead_number(market, option, "due_t"), 300);
    assert_int_equal(ahead_claim(market, MARKET_PHARMA), -90000); // the premium, as agreed
    ahead_done(market, ahead_exercise(market, option, "300", "2022-06-02", TH_OK));
}

// 200 t at 60.00, 9,000.00 of it prepaid: the delivery of 100 t used 6,000.00, which are owed back.
static void delivery__goes_back_under_its_promise(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t promise = ahead_done(market, ahead_subscribe(market, &AHEAD_PERSON, TH_OK));
    th_json_free(market_receipt(market, promise, "9000", TH_OK));
    int64_t delivery = ahead_done(market, ahead_deliver(market, promise, "100", false, TH_OK));
    // What rests on the promise itself is another matter.
    assert_null(correct(market, promise, TH_CONFLICT));
    market_refused(market, "correction_kind");
    int64_t back = corrected(market, delivery);
    assert_int_equal(ahead_number(market, promise, "delivered_t"), 0);
    assert_int_equal(ahead_number(market, promise, "locked_t"), 200);
    assert_int_equal(ahead_number(market, promise, "prepaid_fen"), 300000);
    assert_int_equal(ahead_claim(market, MARKET_PERSON), 900000);
    th_json_free(market_receipt(market, back, "6000", TH_OK));
    assert_int_equal(ahead_claim(market, MARKET_PERSON), 300000);
    assert_int_equal(ahead_cash(market, MARKET_PERSON), -300000);
    ahead_done(market, ahead_deliver(market, promise, "200", false, TH_OK));
    assert_int_equal(ahead_units(market, MARKET_PERSON, TH_BLOCK_HELD), 200);
}

// All 12,000.00 are prepaid. The 6,000.00 that the delivery used are owed back, and asked for once
// more for what is to come: more arrives for the promise than its price, and every check knows why.
static void delivery__that_was_prepaid_may_be_prepaid_again(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t promise = ahead_done(market, ahead_subscribe(market, &AHEAD_PERSON, TH_OK));
    th_json_free(market_receipt(market, promise, "12000", TH_OK));
    corrected(market, ahead_done(market, ahead_deliver(market, promise, "100", false, TH_OK)));
    assert_null(market_receipt(market, promise, "6000.01", TH_CONFLICT));
    th_json_free(market_receipt(market, promise, "6000", TH_OK));
    assert_int_equal(ahead_number(market, promise, "prepaid_fen"), 1200000);
    th_test_assert_sound(market->world.registry);
}

static void delivery__that_was_promised_on_has_to_wait(void **state)
{
    static const int64_t ISSUED[] = {800};
    struct market *market = *state;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    int64_t forward = ahead_done(market, ahead_forward(market, &AHEAD_FORWARD, TH_OK));
    int64_t promise = ahead_done(market, ahead_subscribe(market, &AHEAD_PERSON, TH_OK));
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    int64_t in = ahead_done(market, ahead_deliver(market, forward, NULL, false, TH_OK));
    assert_null(correct(market, in, TH_CONFLICT));
    market_refused(market, "correction_units_moved");
    ahead_done(market, ahead_deliver(market, promise, NULL, false, TH_OK));
    assert_null(correct(market, in, TH_CONFLICT));
    market_refused(market, "correction_units_moved");
}

// What was delivered went under an option that the bank had written on it; the option is over, and
// the units, which came under two locks by one delivery, go back once.
static void delivery__whose_units_are_free_again_goes_back(void **state)
{
    static const int64_t ISSUED[] = {800};
    struct th_promise_input given = AHEAD_OPTION;
    given.on_forecast = true;
    given.tonnes = "200";
    const struct th_request officer = {.login = "officer"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    int64_t forward = ahead_done(market, ahead_forward(market, &AHEAD_FORWARD, TH_OK));
    int64_t option = ahead_done(market, ahead_option(market, &given, TH_OK));
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    int64_t in = ahead_done(market, ahead_deliver(market, forward, NULL, false, TH_OK));
    assert_int_equal(ahead_number(market, option, "locked_t"), 200);
    assert_ok(th_trade_expire(market->world.registry, &officer, "2023-01-01", &reply, &market->err),
              &market->err);
    th_json_free(reply);
    int64_t held = ahead_units(market, MARKET_BANK, TH_BLOCK_HELD);
    corrected(market, in);
    assert_int_equal(held - ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 600);
    assert_int_equal(ahead_number(market, forward, "locked_t"), 600);
}

// Nobody promised it on: the pool that the delivery made is used up, the village's units stand
// under the forward again.
static void delivery__into_a_pool_goes_back_to_the_village(void **state)
{
    struct th_promise_input sold = AHEAD_FORWARD;
    sold.on_forecast = false;
    sold.tonnes = "500";
    struct market *market = *state;
    int64_t forward = ahead_done(market, ahead_forward(market, &sold, TH_OK));
    int64_t in = ahead_done(market, ahead_deliver(market, forward, "300", false, TH_OK));
    corrected(market, in);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 0);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 500);
    assert_int_equal(
        th_test_sql_int(market->world.store, "SELECT sum(bought_t - used_t) FROM pool_share"), 0);
    ahead_done(market, ahead_deliver(market, forward, NULL, false, TH_OK));
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 500);
}

static int64_t pledged(struct market *market)
{
    const struct th_request request = {.login = "bank"};
    const struct th_pledge_input input = {.holder = "造纸厂",
                                          .to = "两山银行",
                                          .tonnes = "1000",
                                          .principal = "30000",
                                          .rate = "4.35",
                                          .from = "2022-06-01",
                                          .until = "2029-05-31",
                                          .valuation = "40000",
                                          .number = "质押2022-1号",
                                          .on = "2022-06-01"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_pledge(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return ahead_done(market, reply);
}

static void pay(struct market *market, int64_t pledge_id, const char *kind, const char *amount,
                const char *enforcement)
{
    const struct th_request request = {.login = "bank"};
    const struct th_loan_input input = {.pledge_id = pledge_id,
                                        .kind = kind,
                                        .amount = amount,
                                        .enforcement = enforcement,
                                        .on = "2023-06-20"};
    struct th_json *reply = NULL;
    assert_ok(th_loan_pay(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static int64_t enforced(struct market *market, int64_t pledge_id)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)pledge_id);
    const struct th_request request = {.login = "bank"};
    const struct th_enforcement_input input = {.pledge = id,
                                               .to = "印染厂",
                                               .tonnes = "600",
                                               .price = "60",
                                               .owed = "30000",
                                               .number = "裁定2023-5号",
                                               .on = "2023-06-10"};
    struct th_json *reply = NULL;
    assert_ok(th_trade_propose_enforcement(market->world.registry, &request, &input, &reply,
                                           &market->err),
              &market->err);
    return ahead_done(market, reply);
}

static int64_t of_pledge(struct market *market, int64_t pledge_id, const char *key)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, pledge_id, &reply, &market->err), &market->err);
    int64_t value = th_json_get_int(th_json_get(reply, "pledge"), key, -1);
    th_json_free(reply);
    return value;
}

// 600 t at 60.00 are 36,000.00: 30,000.00 to the pledgee, 6,000.00 to the pledgor. 31,000.00 came
// in, of which the pledgee got 30,000.00 and the pledgor 1,000.00, and both owe it back.
static void enforcement__goes_back_under_its_pledge(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    market_sold(market, "造纸厂", "1000", "70");
    int64_t mill_fen = ahead_claim(market, MARKET_PAPER);
    int64_t bank_fen = ahead_claim(market, MARKET_BANK);
    int64_t pledge = pledged(market);
    int64_t sale = enforced(market, pledge);
    th_json_free(market_receipt(market, sale, "31000", TH_OK));
    corrected(market, sale);
    assert_int_equal(of_pledge(market, pledge, "held_t"), 1000);
    assert_int_equal(of_pledge(market, pledge, "rank"), 1);
    assert_int_equal(ahead_units(market, MARKET_TEXTILE, TH_BLOCK_HELD), 0);
    assert_int_equal(ahead_claim(market, MARKET_TEXTILE), 3100000);
    assert_int_equal(ahead_claim(market, MARKET_PAPER), mill_fen - 100000);
    assert_int_equal(ahead_claim(market, MARKET_BANK), bank_fen - 3000000);
    // Sold again, as it should have been.
    enforced(market, pledge);
    assert_int_equal(of_pledge(market, pledge, "held_t"), 400);
}

static void enforcement__that_repaid_a_loan_has_to_wait(void **state)
{
    struct market *market = *state;
    char id[24];
    market_bought(market, "1 2", "43.44");
    market_sold(market, "造纸厂", "1000", "70");
    int64_t pledge = pledged(market);
    pay(market, pledge, "payout", "30000", NULL);
    int64_t sale = enforced(market, pledge);
    snprintf(id, sizeof(id), "%lld", (long long)sale);
    th_json_free(market_receipt(market, sale, "36000", TH_OK));
    pay(market, pledge, "repayment", "30000", id);
    assert_null(correct(market, sale, TH_CONFLICT));
    market_refused(market, "correction_credited");
}

static void enforcement__that_was_taken_back_pays_no_debt(void **state)
{
    const struct th_request bank = {.login = "bank"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    char id[24];
    market_bought(market, "1 2", "43.44");
    market_sold(market, "造纸厂", "1000", "70");
    int64_t pledge = pledged(market);
    pay(market, pledge, "payout", "30000", NULL);
    int64_t sale = enforced(market, pledge);
    snprintf(id, sizeof(id), "%lld", (long long)sale);
    th_json_free(market_receipt(market, sale, "36000", TH_OK));
    corrected(market, sale);
    const struct th_loan_input input = {.pledge_id = pledge,
                                        .kind = "repayment",
                                        .amount = "1",
                                        .enforcement = id,
                                        .on = "2023-06-20"};
    assert_status(th_loan_pay(market->world.registry, &bank, &input, &reply, &market->err),
                  TH_CONFLICT, &market->err);
    market_refused(market, "enforcement_spent");
}

// The pledgor's own books, by hledger: no sale of his, no cost of it, and no debt that it paid.
static void books__of_the_pledgor_know_the_sale_no_more(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    char command[2 * TH_TEST_PATH_SIZE];
    char words[4096] = "";
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    market_sold(market, "造纸厂", "1000", "70");
    int64_t sale = enforced(market, pledged(market));
    th_json_free(market_receipt(market, sale, "31000", TH_OK));
    corrected(market, sale);
    th_test_path(path, market->world.folder, "mill.journal");
    const struct th_hledger_options options = {.path = path, .party = "造纸厂"};
    assert_ok(th_hledger_export(market->world.registry, &options, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    snprintf(command, sizeof(command),
             "LC_ALL=C.UTF-8 hledger -f '%s' balance -N --flat -O csv 2>&1", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    words[fread(words, 1, sizeof(words) - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_non_null(strstr(words, "payable:8 印染厂\",\"-1000.00"));
    assert_null(strstr(words, "sales"));
    assert_null(strstr(words, "other"));
    assert_null(strstr(words, "cost"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(acceptance__goes_back_under_its_listing),
        TEST(acceptance__of_a_withdrawn_listing_goes_back_to_the_pools),
        TEST(exercise__goes_back_under_its_option),
        TEST(delivery__goes_back_under_its_promise),
        TEST(delivery__that_was_prepaid_may_be_prepaid_again),
        TEST(delivery__that_was_promised_on_has_to_wait),
        TEST(delivery__whose_units_are_free_again_goes_back),
        TEST(delivery__into_a_pool_goes_back_to_the_village),
        TEST(enforcement__goes_back_under_its_pledge),
        TEST(enforcement__that_repaid_a_loan_has_to_wait),
        TEST(enforcement__that_was_taken_back_pays_no_debt),
        TEST(books__of_the_pledgor_know_the_sale_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Whose word a deal needs: nobody who can speak for himself is bound by others, nor loses what was
// agreed; and what a limit measures.
#include <stdio.h>

#include "registry/rule.h"
#include "registry/setup.h"
#include "tests/integration/ahead.h"
#include "tests/integration/two_banks.h"
#include "trading/deal/limit.h"
#include "trading/spot/spot.h"

static void refused(struct market *market, const char *login, int64_t trade_id, const char *key)
{
    assert_status(two_banks_decide(market, login, trade_id, true), TH_NOT_PERMITTED, &market->err);
    market_refused(market, key);
}

static void agreed(struct market *market, const char *login, int64_t trade_id)
{
    assert_ok(two_banks_decide(market, login, trade_id, true), &market->err);
}

static int64_t transfer(struct market *market, const char *login, const char *from, const char *to,
                        const char *tonnes)
{
    const struct th_request request = {.login = login};
    const struct th_unit_transfer_input input = {
        .from = from, .to = to, .tonnes = tonnes, .on = AHEAD_ON};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_transfer(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return market_id(reply);
}

static int64_t correct(struct market *market, const char *login, int64_t of)
{
    const struct th_request request = {.login = login};
    char id[24];
    struct th_json *reply = NULL;
    (void)snprintf(id, sizeof(id), "%lld", (long long)of);
    const struct th_correction_input input = {.of = id, .reason = "价格变了"};
    assert_ok(
        th_trade_propose_correction(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return market_id(reply);
}

static void officer__is_not_the_word_of_a_holder_who_has_logins(void **state)
{
    struct market *market = *state;
    (void)market_bought(market, "1", "43.44");
    int64_t wanted = transfer(market, "other", TWO_BANKS_OWN, TWO_BANKS_OTHER, "900");
    refused(market, "officer", wanted, "giver_unheard");
    refused(market, "other-2", wanted, "giver_unheard");
    agreed(market, "own", wanted);
    assert_int_equal(ahead_units(market, TWO_BANKS_OTHER_ID, TH_BLOCK_HELD), 900);
    // A village has none: the county speaks for it.
    agreed(market, "officer", transfer(market, "other", "高家堂村", TWO_BANKS_OTHER, "10"));
}

static void correction__of_a_sale_needs_who_sold_and_who_bought(void **state)
{
    struct market *market = *state;
    (void)market_bought(market, "1", "43.44");
    int64_t sale = market_sold(market, "制药厂", "100", "74.01");
    int64_t correction = correct(market, "firm", sale);
    refused(market, "firm-2", correction, "buyer_unheard");
    refused(market, "officer", correction, "buyer_unheard");
    agreed(market, "own-2", correction);
    assert_int_equal(ahead_units(market, MARKET_PHARMA, TH_BLOCK_HELD), 0);
}

static void correction__of_a_purchase_needs_the_county_where_the_village_has_no_login(void **state)
{
    struct market *market = *state;
    int64_t purchase = market_bought(market, "1", "43.44");
    int64_t correction = correct(market, "own", purchase);
    refused(market, "own-2", correction, "buyer_unheard");
    agreed(market, "officer", correction);
    assert_int_equal(ahead_claim(market, MARKET_MAJIANONG), 0);
}

static void exercise__is_the_holders_choice(void **state)
{
    struct market *market = *state;
    (void)market_bought(market, "1 2", "43.44");
    int64_t option = ahead_done(market, ahead_option(market, &AHEAD_OPTION, TH_OK));
    int64_t exercise = market_id(ahead_exercise(market, option, "100", "2022-06-01", TH_OK));
    refused(market, "own-2", exercise, "buyer_unheard");
    refused(market, "officer", exercise, "buyer_unheard");
    agreed(market, "firm", exercise);
}

static void rejects(struct market *market, const char *login, int64_t trade_id, const char *refusal)
{
    enum th_status status = two_banks_decide(market, login, trade_id, false);
    assert_int_equal(status, refusal ? TH_NOT_PERMITTED : TH_OK);
    if (refusal) {
        market_refused(market, refusal);
    }
}

static int64_t exercise(struct market *market, const char *login, int64_t option, const char *on)
{
    const struct th_request request = {.login = login};
    char of[24];
    struct th_json *reply = NULL;
    (void)snprintf(of, sizeof(of), "%lld", (long long)option);
    const struct th_delivery_input input = {.of = of, .tonnes = "10", .on = on};
    assert_ok(
        th_trade_propose_exercise(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return market_id(reply);
}

static int64_t written_option(struct market *market, const char *holder)
{
    const struct th_promise_input input = {.from = TWO_BANKS_OWN,
                                           .to = holder,
                                           .tonnes = "100",
                                           .price = "50",
                                           .premium = "900",
                                           .window = "2024-03-10..2024-03-12"};
    (void)market_bought(market, "1", "43.44");
    return ahead_done(market, ahead_option(market, &input, TH_OK));
}

static int64_t expire_after(struct market *market, int days)
{
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    market->world.now_utc += (int64_t)days * 86400;
    assert_ok(th_trade_expire(market->world.registry, &officer, NULL, &reply, &market->err),
              &market->err);
    int64_t n_expired = th_json_get_int(reply, "n_expired", -1);
    th_json_free(reply);
    return n_expired;
}

// Neither a no of the writer nor his silence until the window is over ends what was used in it.
static void exercise__in_the_window_is_not_ended_by_who_wrote_the_option(void **state)
{
    struct market *market = *state;
    int64_t option = written_option(market, "制药厂");
    market->world.now_utc += 2 * 86400; // 2024-03-12, the window's last day
    int64_t used = exercise(market, "firm", option, NULL);
    int64_t wrong = exercise(market, "firm", option, NULL);
    int64_t nobodys = exercise(market, "firm", option, NULL);
    rejects(market, "own", used, "right_of_other");
    rejects(market, "own-2", used, "right_of_other");
    assert_int_equal(expire_after(market, 100), 1); // the rest of the option
    rejects(market, "own", used, "right_of_other");
    rejects(market, "firm-2", wrong, NULL);
    rejects(market, "officer", nobodys, NULL);
    agreed(market, "officer", used);
    assert_int_equal(ahead_units(market, MARKET_PHARMA, TH_BLOCK_HELD), 10);
    assert_int_equal(ahead_number(market, used, "amount_fen"), 50000);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_LOCKED), 0);
}

// What the writer enters for the holder binds nobody yet; what the holder enters when the window is
// over needs the writer's word.
static void exercise__that_needs_a_sides_word_is_rejected_by_it(void **state)
{
    struct market *market = *state;
    int64_t option = written_option(market, "制药厂");
    market->world.now_utc += 2 * 86400;
    int64_t unasked = exercise(market, "own", option, NULL);
    rejects(market, "firm", unasked, NULL);
    int64_t own = exercise(market, "own", option, NULL);
    rejects(market, "own-2", own, NULL);
    market->world.now_utc += 86400;
    int64_t late = exercise(market, "firm", option, "2024-03-12");
    rejects(market, "own", late, NULL);
}

// A writer who does not enter it keeps nobody without a login from his right.
static void exercise__for_a_holder_without_login_is_entered_by_the_county(void **state)
{
    struct market *market = *state;
    int64_t option = written_option(market, "造纸厂");
    market->world.now_utc += 2 * 86400;
    int64_t used = exercise(market, "officer", option, NULL);
    rejects(market, "own", used, "right_of_other");
    agreed(market, "own", used);
    assert_int_equal(ahead_units(market, MARKET_PAPER, TH_BLOCK_HELD), 10);
}

// What lies under the lock of a promise is due to its buyer: the seller does not say no to it.
static void delivery__is_not_rejected_by_who_owes_it(void **state)
{
    struct market *market = *state;
    const struct th_request firm = {.login = "firm"};
    struct th_promise_input input = AHEAD_PERSON;
    struct th_json *reply = NULL;
    char of[24];
    (void)market_bought(market, "1", "43.44");
    input.to = "制药厂";
    int64_t promise = ahead_done(market, ahead_subscribe(market, &input, TH_OK));
    (void)snprintf(of, sizeof(of), "%lld", (long long)promise);
    const struct th_delivery_input wanted = {.of = of, .tonnes = "50"};
    assert_ok(
        th_trade_propose_delivery(market->world.registry, &firm, &wanted, &reply, &market->err),
        &market->err);
    int64_t delivery = market_id(reply);
    rejects(market, "own", delivery, "right_of_other");
    rejects(market, "firm", delivery, NULL);
    int64_t offered = market_id(ahead_deliver(market, promise, "50", false, TH_OK));
    rejects(market, "firm", offered, "right_of_other");
    rejects(market, "own-2", offered, NULL);
}

static void replacement__takes_other_tonnes_on_the_sellers_word(void **state)
{
    static const int64_t ISSUED[] = {140};
    struct market *market = *state;
    struct th_promise_input input = AHEAD_FORWARD;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "201", TH_OK), 1);
    input.tonnes = "201";
    int64_t forward = ahead_done(market, ahead_forward(market, &input, TH_OK));
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    th_json_free(ahead_settle(market, package_id, TH_OK));
    int64_t came = market_id(ahead_deliver(market, forward, NULL, false, TH_OK));
    agreed(market, "own-2", came); // what lay under the forward's lock
    int64_t other = market_id(ahead_deliver(market, forward, NULL, false, TH_OK));
    refused(market, "own-2", other, "giver_unheard");
    agreed(market, "officer", other);
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 201);
}

static void set_limit(struct market *market, const char *login, const char *amount)
{
    const struct th_request request = {.login = "admin"};
    const struct th_user_limit_input input = {.login = login, .amount = amount};
    struct th_json *reply = NULL;
    assert_ok(th_user_limit_set(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static void limit__measures_what_units_without_a_price_cost(void **state)
{
    struct market *market = *state;
    (void)market_bought(market, "1", "43.44");
    set_limit(market, "own-2", "4343.99"); // 100 t cost 4,344.00
    int64_t ended = market_id(market_retire(market, TWO_BANKS_OWN, "100", TWO_BANKS_OWN, TH_OK));
    refused(market, "own-2", ended, "limit_amount");
    set_limit(market, "own-2", "4344");
    agreed(market, "own-2", ended);
}

static void limit__binds_who_proposed_for_the_giving_side(void **state)
{
    struct market *market = *state;
    (void)market_bought(market, "1", "43.44");
    set_limit(market, "own", "4343.99");
    int64_t gift = transfer(market, "own", TWO_BANKS_OWN, "制药厂", "100");
    refused(market, "firm", gift, "limit_amount");
    set_limit(market, "own", "4344");
    agreed(market, "firm", gift);
}

static void limit__and_second_person_count_what_expected_tonnes_cost(void **state)
{
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options rule = {
        .name = "deal_alone_cny", .value = "5000", .reason = "县里定"};
    struct th_json *reply = NULL;
    struct market *market = *state;
    struct th_promise_input input = AHEAD_FORWARD;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    (void)ahead_done(market, ahead_forward(market, &input, TH_OK)); // 600 at 30.00
    assert_ok(th_rule_set(market->world.registry, &officer, &rule, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    input = AHEAD_OPTION;
    input.premium = "1";
    input.price = "0.01";
    input.on_forecast = true;
    int64_t option = market_id(ahead_option(market, &input, TH_OK)); // 300 cost 9,000.00
    refused(market, "own", option, "second_person");
    set_limit(market, "own-2", "8999.99");
    refused(market, "own-2", option, "limit_amount");
    set_limit(market, "own-2", "9000");
    agreed(market, "own-2", option);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, two_banks_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(officer__is_not_the_word_of_a_holder_who_has_logins),
        TEST(correction__of_a_sale_needs_who_sold_and_who_bought),
        TEST(correction__of_a_purchase_needs_the_county_where_the_village_has_no_login),
        TEST(exercise__is_the_holders_choice),
        TEST(exercise__in_the_window_is_not_ended_by_who_wrote_the_option),
        TEST(exercise__that_needs_a_sides_word_is_rejected_by_it),
        TEST(exercise__for_a_holder_without_login_is_entered_by_the_county),
        TEST(delivery__is_not_rejected_by_who_owes_it),
        TEST(replacement__takes_other_tonnes_on_the_sellers_word),
        TEST(limit__measures_what_units_without_a_price_cost),
        TEST(limit__binds_who_proposed_for_the_giving_side),
        TEST(limit__and_second_person_count_what_expected_tonnes_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Where deals stand, in the words that lists and papers of the desk use.
#include <stdio.h>
#include <string.h>

#include "registry/setup.h"
#include "tests/integration/ahead.h"
#include "trading/deal/limit.h"
#include "trading/inbox/inbox.h"
#include "trading/pledge/pledge.h"
#include "trading/spot/listing.h"

static void assert_stands(struct market *market, int64_t trade_id, const char *want)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, trade_id, &reply, &market->err), &market->err);
    assert_string_equal(th_json_get_text(reply, "standing", ""), want);
    th_json_free(reply);
}

static int64_t listed(struct market *market, const char *tonnes)
{
    const struct th_request request = {.login = "bank"};
    const struct th_listing_input input = {.holder = "两山银行", .tonnes = tonnes, .price = "70"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_listing(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return market_id(reply);
}

static void accept_all(struct market *market, int64_t listing)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)listing);
    const struct th_request request = {.login = "bank"};
    const struct th_acceptance_input input = {.listing = id, .to = "制药厂"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_acceptance(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    assert_stands(market, ahead_done(market, reply), "approved");
}

static void listing__is_in_force_until_it_is_taken_or_withdrawn(void **state)
{
    struct market *market = *state;
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    int64_t taken = listed(market, "100");
    int64_t withdrawn = listed(market, "200");
    assert_stands(market, taken, "proposed");
    th_json_free(market_approve(market, taken, TH_OK));
    th_json_free(market_approve(market, withdrawn, TH_OK));
    assert_stands(market, taken, "in_force");
    accept_all(market, taken);
    assert_stands(market, taken, "completed");
    assert_ok(
        th_listing_withdraw(market->world.registry, &request, withdrawn, &reply, &market->err),
        &market->err);
    th_json_free(reply);
    assert_stands(market, withdrawn, "withdrawn");
}

static void proposal__that_its_proposer_rejects_is_withdrawn(void **state)
{
    struct market *market = *state;
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    int64_t own = listed(market, "1");
    int64_t other = listed(market, "1");
    const struct th_request bank = {.login = "bank"};
    assert_ok(th_trade_reject(market->world.registry, &bank, own, NULL, &reply, &market->err),
              &market->err);
    assert_string_equal(th_json_get_text(reply, "standing", ""), "withdrawn");
    assert_string_equal(th_json_get_text(reply, "state", ""), "rejected");
    th_json_free(reply);
    assert_ok(th_trade_reject(market->world.registry, &officer, other, NULL, &reply, &market->err),
              &market->err);
    assert_string_equal(th_json_get_text(reply, "standing", ""), "rejected");
    th_json_free(reply);
}

static int64_t n_listed(struct market *market, const char *kind, const char *state)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_list(market->world.registry, kind, state, &reply, &market->err),
              &market->err);
    int64_t n = (int64_t)th_json_size(th_json_get(reply, "trades"));
    th_json_free(reply);
    return n;
}

static void promise__is_completed_by_its_last_delivery_and_an_option_lapses(void **state)
{
    static const struct th_promise_input PERSON = {
        .to = "竹农", .tonnes = "200", .price = "60", .deliver_by = "2022-12-31", .on = AHEAD_ON};
    static const struct th_promise_input OPTION = {.to = "制药厂",
                                                   .tonnes = "300",
                                                   .price = "50",
                                                   .premium = "900.00",
                                                   .window = "2022-06-01..2022-12-31",
                                                   .on = AHEAD_ON};
    struct market *market = *state;
    const struct th_request request = {.login = "bank"};
    market_bought(market, "1 2", "43.44");
    int64_t person = ahead_done(market, ahead_subscribe(market, &PERSON, TH_OK));
    int64_t option = ahead_done(market, ahead_option(market, &OPTION, TH_OK));
    th_json_free(market_receipt(market, person, "7000", TH_OK));
    assert_stands(market, person, "in_force");
    // A proposed delivery tells what it will use of the money that came ahead.
    struct th_json *reply = ahead_deliver(market, person, "100", false, TH_OK);
    assert_int_equal(th_json_get_int(reply, "prepaid_fen", -1), 600000);
    ahead_done(market, reply);
    reply = ahead_deliver(market, person, "100", false, TH_OK);
    assert_int_equal(th_json_get_int(reply, "prepaid_fen", -1), 100000);
    ahead_done(market, reply);
    assert_stands(market, person, "completed");
    assert_int_equal(n_listed(market, "delivery", NULL), 2);
    assert_int_equal(n_listed(market, "refund", NULL), 0);
    assert_stands(market, option, "in_force");
    assert_ok(th_trade_expire(market->world.registry, &request, NULL, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_get_int(reply, "n_expired", 0), 1);
    th_json_free(reply);
    assert_stands(market, option, "lapsed");
    assert_int_equal(ahead_number(market, option, "short_t"), 0); // it is owed nothing more
    assert_ok(th_trade_expire(market->world.registry, &request, NULL, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_get_int(reply, "n_expired", -1), 0);
    th_json_free(reply);
}

// 200 t of 600 t come, which a person gets who was promised them first: nothing is left for an
// option on 300 t, long before its window ends on 2024-12-31.
static void option__whose_tonnes_never_came_has_not_lapsed(void **state)
{
    static const int64_t ISSUED[] = {200};
    struct market *market = *state;
    struct th_promise_input person = AHEAD_PERSON;
    struct th_promise_input input = AHEAD_OPTION;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    ahead_done(market, ahead_forward(market, &AHEAD_FORWARD, TH_OK));
    person.on_forecast = true;
    ahead_done(market, ahead_subscribe(market, &person, TH_OK));
    input.on_forecast = true;
    input.window = "2022-06-01..2024-12-31";
    int64_t option = ahead_done(market, ahead_option(market, &input, TH_OK));
    assert_int_equal(ahead_number(market, option, "due_t"), 300);
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    assert_stands(market, option, "fallen_through");
    assert_int_equal(ahead_number(market, option, "due_t"), 0);
    assert_int_equal(ahead_number(market, option, "short_t"), 300);
    assert_int_equal(n_listed(market, "option", "fallen_through"), 1);
    assert_int_equal(n_listed(market, "option", "lapsed"), 0);
    market->world.now_utc += 297 * 86400; // 2025-01-01
    assert_stands(market, option, "lapsed");
    assert_int_equal(ahead_number(market, option, "short_t"), 0);
}

// 200 t with 12,000.00 paid ahead, all given up: the list tells the tonnes, and that it is a
// refund.
static void promise__given_up_whole_is_not_completed(void **state)
{
    static const struct th_promise_input PERSON = {
        .to = "竹农", .tonnes = "200", .price = "60", .deliver_by = "2022-12-31", .on = AHEAD_ON};
    static const struct th_promise_input AHEAD = {.from = "1",
                                                  .to = "两山银行",
                                                  .tonnes = "200",
                                                  .price = "30",
                                                  .deliver_by = "2022-12-31",
                                                  .on_forecast = true,
                                                  .on = AHEAD_ON};
    struct market *market = *state;
    struct th_json *reply = NULL;
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "200", TH_OK), 1);
    ahead_done(market, ahead_forward(market, &AHEAD, TH_OK));
    int64_t person = ahead_done(market, ahead_subscribe(market, &PERSON, TH_OK));
    th_json_free(market_receipt(market, person, "12000", TH_OK));
    int64_t refund = ahead_done(market, ahead_deliver(market, person, NULL, true, TH_OK));
    assert_stands(market, person, "given_up");
    assert_ok(th_trade_list(market->world.registry, "delivery", "approved", &reply, &market->err),
              &market->err);
    const struct th_json *item = th_json_at(th_json_get(reply, "trades"), 0);
    assert_int_equal(th_json_get_int(item, "trade_id", 0), refund);
    assert_string_equal(th_json_get_text(item, "kind", ""), "delivery");
    assert_string_equal(th_json_get_text(item, "deal", ""), "refund");
    assert_int_equal(th_json_get_int(item, "tonnes", -1), 0);
    assert_int_equal(th_json_get_int(item, "about_t", -1), 200);
    th_json_free(reply);
    assert_int_equal(n_listed(market, "refund", NULL), 1);
}

static void purchase__of_two_villages_names_both(void **state)
{
    static const char *const NAMES[] = {"马家弄村", "高家堂村"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    th_json_free(market_buy(market, "1 2", "43.44", NULL, NULL, NULL, TH_OK));
    assert_ok(th_trade_list(market->world.registry, "purchase", NULL, &reply, &market->err),
              &market->err);
    const struct th_json *sellers =
        th_json_get(th_json_at(th_json_get(reply, "trades"), 0), "sellers");
    assert_int_equal(th_json_size(sellers), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(th_json_text(th_json_at(sellers, i)), NAMES[i]);
    }
    th_json_free(reply);
    assert_ok(th_inbox(market->world.registry, "officer", &reply, &market->err), &market->err);
    const struct th_json *item = th_json_at(th_json_get(reply, "items"), 0);
    assert_string_equal(th_json_get_text(item, "name", ""), "马家弄村, 高家堂村");
    th_json_free(reply);
}

static void list__finds_deals_by_where_they_stand(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    int64_t listing = listed(market, "100");
    th_json_free(market_approve(market, listing, TH_OK));
    listed(market, "50");
    assert_int_equal(n_listed(market, NULL, "approved"), 2); // whatever became of them
    assert_int_equal(n_listed(market, NULL, "in_force"), 1);
    assert_int_equal(n_listed(market, NULL, "proposed"), 1);
    assert_int_equal(n_listed(market, NULL, "completed"), 0);
    accept_all(market, listing);
    assert_int_equal(n_listed(market, NULL, "completed"), 1);
    assert_status(th_trade_list(market->world.registry, NULL, "done", &reply, &market->err),
                  TH_USAGE, &market->err);
    market_refused(market, "usage_value");
}

static void user_list__shows_the_limits_of_today(void **state)
{
    struct market *market = *state;
    const struct th_request admin = {.login = "admin"};
    const struct th_user_limit_input now = {.login = "bank", .amount = "5000", .tonnes = "300"};
    const struct th_user_limit_input later = {
        .login = "bank", .amount = "9000", .from = "2099-01-01"};
    struct th_json *reply = NULL;
    assert_ok(th_user_limit_set(market->world.registry, &admin, &now, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    assert_ok(th_user_limit_set(market->world.registry, &admin, &later, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    assert_ok(th_user_list(market->world.registry, &reply, &market->err), &market->err);
    const struct th_json *users = th_json_get(reply, "users");
    bool seen = false;
    for (size_t i = 0; i < th_json_size(users); i++) {
        const struct th_json *user = th_json_at(users, i);
        bool limited = strcmp(th_json_get_text(user, "login", ""), "bank") == 0;
        seen = seen || limited;
        assert_int_equal(th_json_get_int(user, "limit_fen", -1), limited ? 500000 : -1);
        assert_int_equal(th_json_get_int(user, "limit_t", -1), limited ? 300 : -1);
    }
    th_json_free(reply);
    assert_true(seen);
}

static void set_limit(struct market *market, const char *amount, const char *tonnes,
                      enum th_status want)
{
    const struct th_request admin = {.login = "admin"};
    const struct th_user_limit_input input = {
        .login = "officer", .amount = amount, .tonnes = tonnes};
    struct th_json *reply = NULL;
    assert_status(th_user_limit_set(market->world.registry, &admin, &input, &reply, &market->err),
                  want, &market->err);
    th_json_free(reply);
}

// A transfer has no price, and what is moved may have cost nothing: not even that.
static void approval__a_limit_of_zero_permits_nothing(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    const struct th_unit_transfer_input transfer = {.from = "1", .to = "竹农", .tonnes = "10"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_transfer(market->world.registry, &bank, &transfer, &reply, &market->err),
        &market->err);
    int64_t trade_id = market_id(reply);
    set_limit(market, "0", NULL, TH_OK);
    assert_null(market_approve(market, trade_id, TH_NOT_PERMITTED));
    market_refused(market, "limit_nothing");
    set_limit(market, NULL, "0", TH_OK);
    assert_null(market_approve(market, trade_id, TH_NOT_PERMITTED));
    market_refused(market, "limit_nothing");
    set_limit(market, NULL, "-1", TH_INVALID);
    market_refused(market, "limit_tonnes_invalid");
    set_limit(market, "0.01", "10", TH_OK);
    th_json_free(market_approve(market, trade_id, TH_OK));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(listing__is_in_force_until_it_is_taken_or_withdrawn),
        TEST(proposal__that_its_proposer_rejects_is_withdrawn),
        TEST(promise__is_completed_by_its_last_delivery_and_an_option_lapses),
        TEST(option__whose_tonnes_never_came_has_not_lapsed),
        TEST(promise__given_up_whole_is_not_completed),
        TEST(purchase__of_two_villages_names_both),
        TEST(list__finds_deals_by_where_they_stand),
        TEST(user_list__shows_the_limits_of_today),
        TEST(approval__a_limit_of_zero_permits_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

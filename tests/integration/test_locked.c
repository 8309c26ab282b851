// Who wants units that stand under a lock is told which deal holds them, and how they get free.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/messages.h"
#include "tests/integration/ahead.h"
#include "trading/pledge/pledge.h"

enum { PLEDGED_T = 1000 };

static int64_t pledge(struct market *market, const char *tonnes, bool on_forecast)
{
    const struct th_request request = {.login = "bank"};
    const struct th_pledge_input input = {.holder = "马家弄村",
                                          .to = "两山银行",
                                          .tonnes = tonnes,
                                          .on_forecast = on_forecast,
                                          .principal = "100000",
                                          .rate = "4.35",
                                          .from = AHEAD_ON,
                                          .until = "2023-12-31",
                                          .valuation = "120000",
                                          .number = "质押2022-1号",
                                          .on = AHEAD_ON};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_pledge(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return ahead_done(market, reply);
}

static void assert_arg(const struct market *market, const char *name, int64_t want)
{
    const char *value = th_error_arg_get(&market->err, name);
    assert_non_null(value);
    assert_int_equal(strtoll(value, NULL, 10), want);
}

// What a person reads of the last refusal.
static void assert_says(const struct market *market, enum th_lang lang, const char *error,
                        const char *hint)
{
    struct th_messages *messages = NULL;
    struct th_error err;
    struct th_buf out;
    assert_ok(th_messages_new(&messages, &err), &err);
    th_buf_init(&out, 4000);
    th_messages_error(messages, lang, &market->err, &out);
    assert_string_equal(th_buf_text(&out), error);
    th_buf_clear(&out);
    th_buf_init(&out, 4000);
    assert_true(th_messages_hint(messages, lang, &market->err, &out));
    assert_non_null(strstr(th_buf_text(&out), hint));
    assert_null(strchr(th_buf_text(&out), '{'));
    th_buf_clear(&out);
    th_messages_free(messages);
}

static void shortage__names_the_pledge_that_holds_the_units(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledge(market, "1000", false);
    assert_int_equal(pledge_id, 1);
    assert_null(market_buy(market, "1", "43.44", NULL, NULL, "1510", TH_CONFLICT));
    market_refused(market, "not_enough_units");
    assert_arg(market, "lock", pledge_id);
    assert_arg(market, "lock_t", PLEDGED_T);
    assert_says(market, TH_LANG_ZH,
                "可用的只有 1509 吨，不够 1510 吨：第 1 号交易（质押）锁着 1000 吨。",
                "tanhui trade propose release --pledge 1");
    assert_says(market, TH_LANG_EN,
                "Only 1509 t are available, 1510 t were asked for: trade 1 (pledge) locks 1000 t.",
                "tanhui trade propose release --pledge 1");
    // Another package's units are locked by nobody.
    assert_null(market_buy(market, "2", "43.44", NULL, NULL, "4774", TH_CONFLICT));
    assert_null(th_error_arg_get(&market->err, "lock"));
    assert_says(market, TH_LANG_ZH, "可用的只有 4773 吨，不够 4774 吨。", "请减少吨数。");
}

static void shortage__names_the_largest_lock_first_and_all_others(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledge(market, "1000", false);
    int64_t small = market_id(market_buy(market, "1", "43.44", NULL, NULL, "9", TH_OK));
    int64_t large = market_id(market_buy(market, "1 2", "43.44", NULL, NULL, "6273", TH_OK));
    assert_null(market_buy(market, "2 1", "43.44", NULL, NULL, "1", TH_CONFLICT));
    market_refused(market, "packages_sold_out"); // 7,282 in all
    assert_arg(market, "lock", large);
    assert_arg(market, "lock_t", 6273);
    assert_arg(market, "others_t", 1009);
    char others[48];
    (void)snprintf(others, sizeof(others), "%lld, %lld", (long long)pledge_id, (long long)small);
    assert_string_equal(th_error_arg_get(&market->err, "others"), others);
    assert_says(
        market, TH_LANG_ZH,
        "这些碳汇包已经没有可买的吨数：全部卖出、锁定或注销了：第 3 号交易（收储）锁着 6273 吨"
        "，第 1, 2 号交易共锁着 1009 吨。",
        "tanhui trade reject 3");
    // Of package 1 alone the purchase took what was left of it.
    assert_null(market_buy(market, "1", "43.44", NULL, NULL, "1", TH_CONFLICT));
    assert_arg(market, "lock", large);
    assert_arg(market, "lock_t", 1500);
}

static enum th_status resell(struct market *market, const char *vintage, const char *tonnes,
                             int64_t *ret_trade_id)
{
    const struct th_request request = {.login = "bank"};
    const struct th_resale_input input = {.from = "两山银行",
                                          .to = "制药厂",
                                          .tonnes = tonnes,
                                          .price = "70",
                                          .vintage = vintage,
                                          .on = "2022-06-01"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err);
    if (status == TH_OK) {
        *ret_trade_id = market_id(reply);
    }
    return status;
}

static void shortage__counts_locks_of_the_vintage_alone(void **state)
{
    struct market *market = *state;
    int64_t sale = 0;
    (void)market_bought(market, "1", "43.44"); // 836 + 837 + 836 t
    assert_ok(resell(market, "2021", "836", &sale), &market->err);
    assert_status(resell(market, "2021", "1", &sale), TH_CONFLICT, &market->err);
    market_refused(market, "not_enough_units");
    assert_arg(market, "lock", sale);
    assert_arg(market, "lock_t", 836);
    assert_status(resell(market, "2022", "838", &sale), TH_CONFLICT, &market->err);
    market_refused(market, "not_enough_units");
    assert_null(th_error_arg_get(&market->err, "lock"));
}

static void shortage__under_a_lock_names_who_took_from_it(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledge(market, "1000", false);
    char id[24];
    (void)snprintf(id, sizeof(id), "%lld", (long long)pledge_id);
    const struct th_request request = {.login = "bank"};
    struct th_release_input input = {.pledge = id, .tonnes = "600"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_release(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    int64_t open = market_id(reply);
    reply = NULL;
    input.tonnes = "500";
    assert_status(
        th_trade_propose_release(market->world.registry, &request, &input, &reply, &market->err),
        TH_CONFLICT, &market->err);
    market_refused(market, "not_enough_units");
    assert_arg(market, "available", 400);
    assert_arg(market, "lock", open);
    assert_arg(market, "lock_t", 600);
}

static void cover__names_who_holds_expected_tonnes(void **state)
{
    struct market *market = *state;
    int64_t package_id = market_planned(market, "丙", MARKET_MAJIANONG);
    assert_true(ahead_register(market, package_id, "800", TH_OK) > 0);
    int64_t pledge_id = pledge(market, "700", true);
    const struct th_promise_input input = {.from = "马家弄村",
                                           .to = "两山银行",
                                           .package = "丙",
                                           .tonnes = "101",
                                           .price = "40",
                                           .deliver_by = "2023-12-31",
                                           .on = AHEAD_ON};
    assert_null(ahead_forward(market, &input, TH_CONFLICT));
    market_refused(market, "cover_short");
    assert_arg(market, "lock", pledge_id);
    assert_arg(market, "lock_t", 700);
}

static void correction__names_the_deal_that_holds_its_units(void **state)
{
    struct market *market = *state;
    (void)market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "100", "70");
    int64_t retirement = market_id(market_retire(market, "制药厂", "1", "制药厂", TH_OK));
    char of[24];
    (void)snprintf(of, sizeof(of), "%lld", (long long)sale);
    const struct th_request request = {.login = "bank"};
    const struct th_correction_input input = {.of = of, .reason = "录错"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_correction(market->world.registry, &request, &input, &reply, &market->err),
        TH_CONFLICT, &market->err);
    market_refused(market, "correction_units_moved");
    assert_arg(market, "lock", retirement);
    assert_string_equal(th_error_arg_get(&market->err, "lock_kind"), "@value.kind.retirement");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, market_setup_anji, market_teardown)
        TEST(shortage__names_the_pledge_that_holds_the_units),
        TEST(shortage__names_the_largest_lock_first_and_all_others),
        TEST(shortage__counts_locks_of_the_vintage_alone),
        TEST(shortage__under_a_lock_names_who_took_from_it),
        TEST(cover__names_who_holds_expected_tonnes),
        TEST(correction__names_the_deal_that_holds_its_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

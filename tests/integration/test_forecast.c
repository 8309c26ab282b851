// Forecast stock of packages that go their way: from the estimate to the issuance.
#include "tests/integration/packages_fixture.h"
#include "trading/ahead/forecast.h"
#include "trading/ahead/promise.h"
#include "trading/deal/trade.h"
#include "trading/spot/spot.h"

// 2,145 mu at 0.39 t, three years: 836 + 837 + 836 t and 650 kg that are never issued.
static void create(struct fixture *fixture)
{
    th_json_free(fixture_create(fixture, "clerk_a", "reported-factor", "Village A", "1 2",
                                "2021-01-01", "2023-12-31", NULL, TH_OK));
}

static struct th_json *reg(struct fixture *fixture, const struct th_forecast_input *input,
                           enum th_status want)
{
    struct th_request request = fixture_as("officer");
    struct th_json *reply = NULL;
    assert_status(th_forecast_register(fixture->registry, &request, input, &reply, &fixture->err),
                  want, &fixture->err);
    return reply;
}

// The bank buys so many expected tonnes of the village ahead.
static int64_t buy_ahead(struct fixture *fixture, const char *tonnes, int64_t tonnes_t)
{
    struct th_request bank = fixture_as("bank");
    struct th_request officer = fixture_as("officer");
    const struct th_promise_input input = {
        .from = "1", .to = "5", .tonnes = tonnes, .price = "43.44", .deliver_by = "2099-12-31"};
    struct th_json *reply = NULL;
    assert_ok(th_trade_propose_forward(fixture->registry, &bank, &input, &reply, &fixture->err),
              &fixture->err);
    int64_t trade_id = th_json_get_int(reply, "trade_id", 0);
    th_json_free(reply);
    assert_ok(th_trade_approve(fixture->registry, &officer, trade_id, NULL, &reply, &fixture->err),
              &fixture->err);
    assert_int_equal(th_json_get_int(reply, "forecast_t", 0), tonnes_t);
    th_json_free(reply);
    return trade_id;
}

static void forecast__is_what_the_run_would_issue(void **state)
{
    static const int64_t TONNES[] = {836, 837, 836};
    struct fixture *fixture = *state;
    create(fixture);
    struct th_forecast_input input = {.package = "Package", .run = "99"};
    assert_null(reg(fixture, &input, TH_NOT_FOUND));
    fixture_refused(fixture, "run_not_found");
    input.run = "1";
    struct th_json *reply = reg(fixture, &input, TH_OK);
    const struct th_json *forecast = th_json_at(th_json_get(reply, "forecasts"), 0);
    assert_int_equal(th_json_get_int(forecast, "registered_t", 0), 2509);
    assert_int_equal(th_json_get_int(forecast, "free_t", 0), 2509);
    assert_int_equal(th_json_get_int(forecast, "run_id", 0), 1);
    const struct th_json *vintages = th_json_get(forecast, "vintages");
    assert_int_equal(th_json_size(vintages), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(th_json_get_int(th_json_at(vintages, i), "vintage", 0), 2021 + (int)i);
        assert_int_equal(th_json_get_int(th_json_at(vintages, i), "tonnes", 0), TONNES[i]);
    }
    th_json_free(reply);
}

static void forecast__takes_no_run_of_another_package(void **state)
{
    struct fixture *fixture = *state;
    create(fixture);
    th_json_free(fixture_create(fixture, "clerk_b", "reported-factor", "Village B", "3",
                                "2021-01-01", "2023-12-31", NULL, TH_OK));
    const struct th_forecast_input input = {.package = "2", .run = "1"};
    assert_null(reg(fixture, &input, TH_INVALID));
    fixture_refused(fixture, "forecast_run_other");
}

static void package_withdraw__of_promised_tonnes_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct th_request clerk = fixture_as("clerk_a");
    struct th_json *reply = NULL;
    const struct th_forecast_input input = {.package = "1"};
    create(fixture);
    th_json_free(reg(fixture, &input, TH_OK));
    buy_ahead(fixture, "1000", 1000);
    assert_status(
        th_package_withdraw(fixture->registry, &clerk, "1", "mistake", &reply, &fixture->err),
        TH_CONFLICT, &fixture->err);
    fixture_refused(fixture, "package_promised");
}

// The forecast is of the estimate, the issuance of what was verified: 1,500 t of 2,509.
static void package_issue__brings_units_under_the_promises(void **state)
{
    struct fixture *fixture = *state;
    struct th_request bank = fixture_as("bank");
    struct th_json *reply = NULL;
    const struct th_forecast_input input = {.package = "1"};
    create(fixture);
    th_json_free(reg(fixture, &input, TH_OK));
    int64_t first = buy_ahead(fixture, "1000", 1000);
    int64_t second = buy_ahead(fixture, "800", 800);
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "1", "1500", TH_OK));
    th_json_free(fixture_issue(fixture, "officer", "1", TH_OK));
    assert_ok(th_trade_show(fixture->registry, first, &reply, &fixture->err), &fixture->err);
    assert_int_equal(th_json_get_int(reply, "locked_t", 0), 1000);
    assert_int_equal(th_json_get_int(reply, "short_t", -1), 0);
    th_json_free(reply);
    assert_ok(th_trade_show(fixture->registry, second, &reply, &fixture->err), &fixture->err);
    assert_int_equal(th_json_get_int(reply, "locked_t", 0), 500);
    assert_int_equal(th_json_get_int(reply, "short_t", 0), 300);
    th_json_free(reply);
    // Nobody else can take them meanwhile.
    const char *packages[] = {"1"};
    const struct th_purchase_input buy = {
        .packages = packages, .n_packages = 1, .to = "5", .price = "43.44", .tonnes = "1"};
    assert_status(th_trade_propose_purchase(fixture->registry, &bank, &buy, &reply, &fixture->err),
                  TH_CONFLICT, &fixture->err);
    fixture_refused(fixture, "packages_sold_out");
    assert_ok(th_forecast_list(fixture->registry, "1", false, &reply, &fixture->err),
              &fixture->err);
    const struct th_json *own = th_json_at(th_json_get(reply, "forecasts"), 0);
    assert_int_equal(th_json_get_int(own, "arrived_t", 0), 1500);
    assert_int_equal(th_json_get_int(own, "lost_t", 0), 1009);
    th_json_free(reply);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(forecast__is_what_the_run_would_issue),
        TEST(forecast__takes_no_run_of_another_package),
        TEST(package_withdraw__of_promised_tonnes_is_refused),
        TEST(package_issue__brings_units_under_the_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Forecast stock of packages that go their way: from the estimate to the issuance.
#include "store/deal/lock_store.h"
#include "store/rebuild_store.h"
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

static struct th_json *correct(struct fixture *fixture, const char *login,
                               const struct th_forecast_input *input, enum th_status want)
{
    struct th_request request = fixture_as(login);
    struct th_json *reply = NULL;
    assert_status(th_forecast_correct(fixture->registry, &request, input, &reply, &fixture->err),
                  want, &fixture->err);
    return reply;
}

static void note_check(void *context, const char *name, int64_t n_checked,
                       const struct th_error *problem)
{
    (void)name;
    (void)n_checked;
    *(int *)context += problem != NULL;
}

// Promises are covered, and the journal makes the same books again.
static void assert_sound(struct fixture *fixture)
{
    struct th_store *store = th_registry_store(fixture->registry);
    int n_wrong = 0;
    const struct th_check_sink sink = {.report = note_check, .context = &n_wrong};
    assert_ok(th_lock_check_all(store, &sink, &fixture->err), &fixture->err);
    assert_ok(th_store_begin_read(store, &fixture->err), &fixture->err);
    assert_ok(th_rebuild_check(store, NULL, &sink, &fixture->err), &fixture->err);
    th_store_end_read(store);
    assert_int_equal(n_wrong, 0);
}

static void assert_only_vintage(const struct th_json *forecast, int64_t tonnes_t)
{
    const struct th_json *vintages = th_json_get(forecast, "vintages");
    assert_int_equal(th_json_size(vintages), 1);
    assert_int_equal(th_json_get_int(th_json_at(vintages, 0), "vintage", 0), 2023);
    assert_int_equal(th_json_get_int(th_json_at(vintages, 0), "tonnes", 0), tonnes_t);
}

// 307 t, and 3,070 was written.
static void forecast_correct__by_another_officer_and_only_the_right_number_counts(void **state)
{
    struct fixture *fixture = *state;
    create(fixture);
    struct th_forecast_input input = {
        .package = "1", .tonnes = "307", .document = fixture->document, .reason = "多写了一个零"};
    assert_null(correct(fixture, "officer_2", &input, TH_CONFLICT));
    fixture_refused(fixture, "forecast_none");
    input.tonnes = "3070";
    th_json_free(reg(fixture, &input, TH_OK));
    input.tonnes = "307";
    assert_null(correct(fixture, "bank", &input, TH_NOT_PERMITTED));
    assert_null(correct(fixture, "officer", &input, TH_NOT_PERMITTED));
    fixture_refused(fixture, "forecast_second_person");
    struct th_json *reply = correct(fixture, "officer_2", &input, TH_OK);
    const struct th_json *forecast = th_json_at(th_json_get(reply, "forecasts"), 0);
    assert_int_equal(th_json_get_int(forecast, "forecast_id", 0), 1);
    assert_int_equal(th_json_get_int(forecast, "registered_t", 0), 307);
    assert_int_equal(th_json_get_int(forecast, "free_t", 0), 307);
    assert_only_vintage(forecast, 307);
    const struct th_json *correction = th_json_at(th_json_get(forecast, "corrections"), 0);
    assert_int_equal(th_json_get_int(correction, "was_t", 0), 3070);
    assert_int_equal(th_json_get_int(correction, "registered_t", 0), 307);
    assert_string_equal(th_json_get_text(correction, "by", ""), "officer_2");
    assert_string_equal(th_json_get_text(correction, "reason", ""), "多写了一个零");
    th_json_free(reply);
    // Nobody corrects his own correction either.
    input.tonnes = "370";
    assert_null(correct(fixture, "officer_2", &input, TH_NOT_PERMITTED));
    fixture_refused(fixture, "forecast_second_person");
    th_json_free(correct(fixture, "officer", &input, TH_OK));
    assert_ok(th_forecast_show(fixture->registry, "1", &reply, &fixture->err), &fixture->err);
    assert_int_equal(th_json_get_int(reply, "registered_t", 0), 370);
    assert_int_equal(th_json_size(th_json_get(reply, "corrections")), 2);
    assert_only_vintage(reply, 370);
    th_json_free(reply);
    assert_sound(fixture);
}

// What the run brings, 836, 837 and 836 t, instead of what a document said.
static void forecast_correct__by_a_run_has_its_tonnes_by_year(void **state)
{
    struct fixture *fixture = *state;
    create(fixture);
    struct th_forecast_input input = {
        .package = "1", .tonnes = "800", .document = fixture->document, .reason = "有测算了"};
    th_json_free(reg(fixture, &input, TH_OK));
    input.tonnes = NULL;
    input.document = NULL;
    struct th_json *reply = correct(fixture, "officer_2", &input, TH_OK);
    const struct th_json *forecast = th_json_at(th_json_get(reply, "forecasts"), 0);
    assert_int_equal(th_json_get_int(forecast, "registered_t", 0), 2509);
    assert_int_equal(th_json_get_int(forecast, "run_id", 0), 1);
    assert_int_equal(th_json_get_int(forecast, "document_id", -1), -1);
    assert_int_equal(th_json_size(th_json_get(forecast, "vintages")), 3);
    th_json_free(reply);
    assert_sound(fixture);
}

// 1,000 t were bought ahead, and a proposal of 500 more waits.
static void forecast_correct__never_below_what_is_promised(void **state)
{
    struct fixture *fixture = *state;
    struct th_request bank = fixture_as("bank");
    struct th_json *reply = NULL;
    create(fixture);
    struct th_forecast_input input = {
        .package = "1", .tonnes = "3070", .document = fixture->document, .reason = "看错"};
    th_json_free(reg(fixture, &input, TH_OK));
    buy_ahead(fixture, "1000", 1000);
    input.tonnes = "999";
    assert_null(correct(fixture, "officer_2", &input, TH_CONFLICT));
    fixture_refused(fixture, "forecast_promised_more");
    assert_string_equal(th_error_arg_get(&fixture->err, "promised"), "1000");
    // The bank promises on what it bought: that rests on the same tonnes.
    const struct th_promise_input option = {.from = "5",
                                            .to = "3",
                                            .tonnes = "400",
                                            .price = "50",
                                            .premium = "1",
                                            .window = "2023-01-01..2099-12-31",
                                            .package = "1",
                                            .on_forecast = true};
    assert_ok(th_trade_propose_option(fixture->registry, &bank, &option, &reply, &fixture->err),
              &fixture->err);
    assert_int_equal(th_json_get_int(reply, "forecast_t", 0), 400);
    th_json_free(reply);
    input.tonnes = "1000";
    th_json_free(correct(fixture, "officer_2", &input, TH_OK));
    assert_ok(th_forecast_show(fixture->registry, "1", &reply, &fixture->err), &fixture->err);
    assert_int_equal(th_json_get_int(reply, "promised_t", 0), 1000);
    assert_int_equal(th_json_get_int(reply, "free_t", -1), 0);
    th_json_free(reply);
    assert_sound(fixture);
}

static void forecast_correct__nothing_once_units_are_issued(void **state)
{
    struct fixture *fixture = *state;
    create(fixture);
    struct th_forecast_input input = {.package = "1", .reason = "看错"};
    th_json_free(reg(fixture, &input, TH_OK));
    th_json_free(fixture_submit(fixture, "clerk_a", "1", TH_OK));
    th_json_free(fixture_approve(fixture, "verifier", "1", "1500", TH_OK));
    th_json_free(fixture_issue(fixture, "officer", "1", TH_OK));
    assert_null(correct(fixture, "officer_2", &input, TH_CONFLICT));
    fixture_refused(fixture, "forecast_too_late");
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
        TEST(forecast_correct__by_another_officer_and_only_the_right_number_counts),
        TEST(forecast_correct__by_a_run_has_its_tonnes_by_year),
        TEST(forecast_correct__never_below_what_is_promised),
        TEST(forecast_correct__nothing_once_units_are_issued),
        TEST(forecast__takes_no_run_of_another_package),
        TEST(package_withdraw__of_promised_tonnes_is_refused),
        TEST(package_issue__brings_units_under_the_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

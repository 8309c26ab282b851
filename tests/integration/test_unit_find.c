// Serials found by what is known of them, page by page, and prices that were paid.
#include <stdio.h>

#include "registry/setup.h"
#include "tests/integration/market.h"
#include "trading/trace/price.h"
#include "trading/trace/unit_find.h"

// 2,509 and 4,773 t of two villages and three vintages; 100 t of a package on both grounds, of
// which the last 10 are buffer. All of the first two are bought, 728 t resold, 28 of them retired.
static int setup(void **state)
{
    static const int64_t BOTH[] = {100};
    (void)market_setup_anji(state);
    struct market *market = *state;
    market_package(market, "两村竹林", MARKET_TOWNSHIP, MARKET_VILLAGE_1, MARKET_VILLAGE_2, BOTH, 1,
                   10);
    market_bought(market, "1 2", "43.44");
    market_sold(market, "制药厂", "728", "70");
    int64_t id = market_id(market_retire(market, "制药厂", "28", "制药厂", TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
    return 0;
}

static struct th_json *found(struct market *market, const struct th_unit_find_options *options)
{
    struct th_json *reply = NULL;
    assert_ok(th_unit_find(market->world.registry, options, &reply, &market->err), &market->err);
    return reply;
}

static void find__each_filter_finds_its_tonnes(void **state)
{
    struct market *market = *state;
    static const struct {
        struct th_unit_find_options options;
        int64_t tonnes;
    } CASES[] = {
        {{0}, 7282 + 100},
        {{.prefix = "-2021-"}, 836 + 1591 + 100},
        {{.prefix = "000002"}, 4773},
        {{.prefix = "TEA"}, 0},
        {{.vintage = "2022"}, 837 + 1591},
        {{.package = "两村竹林"}, 100},
        {{.package = "2", .vintage = "2023"}, 1591},
        {{.owner = "制药厂"}, 728},
        {{.owner = "两山银行"}, 7282 - 728},
        {{.owner = "制药厂", .state = "held"}, 700},
        {{.state = "buffer"}, 10},
        {{.state = "retired"}, 28},
        {{.state = "locked"}, 0},
        {{.beneficiary = "制药"}, 28},
        {{.beneficiary = "91330523MA0000002H"}, 28},
        {{.beneficiary = "91330523MA"}, 0},
        {{.beneficiary = "造纸厂"}, 0},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = found(market, &CASES[i].options);
        if (th_json_get_int(reply, "tonnes", -1) != CASES[i].tonnes) {
            fail_msg("case %zu finds %lld", i, (long long)th_json_get_int(reply, "tonnes", -1));
        }
        assert_int_equal(th_json_type(th_json_get(reply, "next")), TH_JSON_NULL);
        th_json_free(reply);
    }
}

// Of the package on both grounds the first third of 100,000 kg is of the first village: serial 34
// stands for kilograms of both, serials 35 to 100 for the second alone.
static void find__a_village_is_that_of_the_kilograms_behind_the_serials(void **state)
{
    struct market *market = *state;
    struct th_unit_find_options options = {.village = MARKET_VILLAGE_1, .package = "3"};
    struct th_json *reply = found(market, &options);
    assert_int_equal(th_json_get_int(reply, "n", -1), 1); // not the buffer, serials 91 to 100
    assert_int_equal(th_json_get_int(reply, "tonnes", -1), 90);
    th_json_free(reply);
    options.village = "村2";
    reply = found(market, &options);
    assert_int_equal(th_json_get_int(reply, "tonnes", -1), 100);
    th_json_free(reply);
    options.package = "1";
    reply = found(market, &options);
    assert_int_equal(th_json_get_int(reply, "tonnes", -1), 0);
    th_json_free(reply);
}

static void name_village(struct market *market, const char *code, const char *name)
{
    const struct th_request request = {.login = "admin"};
    struct th_json *reply = NULL;
    assert_ok(th_village_add(market->world.registry, &request, code, name, "山川乡", &reply,
                             &market->err),
              &market->err);
    th_json_free(reply);
}

static void assert_villages(struct market *market, const char *village, const char *key,
                            const char *villages)
{
    const struct th_unit_find_options options = {.village = village};
    struct th_json *reply = NULL;
    assert_status(th_unit_find(market->world.registry, &options, &reply, &market->err), TH_CONFLICT,
                  &market->err);
    market_refused(market, key);
    assert_string_equal(th_error_arg_get(&market->err, "villages"), villages);
    assert_status(th_revenue_statement(market->world.registry, village, NULL, &reply, &market->err),
                  TH_CONFLICT, &market->err);
    market_refused(market, key);
}

static void find__a_village_by_the_beginning_of_its_name_alone(void **state)
{
    struct market *market = *state;
    name_village(market, "330523001011", "双溪口村（样例）");
    name_village(market, "330523001012", "双溪村（样例）");
    name_village(market, "330523001013", "双溪村（样例）");
    th_json_free(found(market, &(struct th_unit_find_options){.village = "双溪口村"}));
    struct th_json *reply = NULL;
    assert_ok(th_revenue_statement(market->world.registry, "双溪口村", NULL, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "parties")), 0);
    th_json_free(reply);
    assert_villages(market, "双溪", "village_begins_several",
                    "双溪口村（样例） (330523001011), 双溪村（样例） (330523001012), "
                    "双溪村（样例） (330523001013)");
    assert_villages(market, "双溪村（样例）", "village_ambiguous",
                    "双溪村（样例） (330523001012), 双溪村（样例） (330523001013)");
}

static void find__pages_follow_each_other_without_gap(void **state)
{
    struct market *market = *state;
    struct th_json *whole = found(market, &(struct th_unit_find_options){0});
    const struct th_json *all = th_json_get(whole, "units");
    char after[128] = "";
    size_t n = 0;
    assert_true(th_json_size(all) > 7);
    for (bool more = true; more;) {
        const struct th_unit_find_options options = {.limit = 3,
                                                     .after = after[0] != '\0' ? after : NULL};
        struct th_json *page = found(market, &options);
        const struct th_json *units = th_json_get(page, "units");
        for (size_t i = 0; i < th_json_size(units); i++) {
            assert_true(th_json_equal(th_json_at(units, i), th_json_at(all, n++)));
        }
        const char *next = th_json_get_text(page, "next", "");
        snprintf(after, sizeof(after), "%s", next);
        more = next[0] != '\0';
        assert_true(!more || th_json_size(units) == 3);
        th_json_free(page);
    }
    assert_int_equal(n, th_json_size(all));
    th_json_free(whole);
}

static void find__tells_what_brought_the_units_there(void **state)
{
    struct market *market = *state;
    struct th_json *reply = found(market, &(struct th_unit_find_options){.state = "retired"});
    const struct th_json *item = th_json_at(th_json_get(reply, "units"), 0);
    assert_string_equal(th_json_get_text(item, "serial", ""), "CN-330523-BAM-2021-000001:1-28");
    assert_int_equal(th_json_get_int(item, "trade_id", -1), 3);
    assert_string_equal(th_json_get_text(item, "beneficiary", ""), "制药厂");
    assert_string_equal(th_json_get_text(item, "since", ""), "2024-03-10");
    th_json_free(reply);
    // What is left of the bank's block was only split: the purchase brought it there.
    reply = found(market, &(struct th_unit_find_options){.owner = "两山银行", .limit = 1});
    item = th_json_at(th_json_get(reply, "units"), 0);
    assert_string_equal(th_json_get_text(item, "serial", ""), "CN-330523-BAM-2021-000001:252-836");
    assert_int_equal(th_json_get_int(item, "trade_id", -1), 1);
    assert_int_equal(th_json_type(th_json_get(item, "beneficiary")), TH_JSON_NULL);
    th_json_free(reply);
}

static void find__refusals(void **state)
{
    struct market *market = *state;
    static const struct {
        struct th_unit_find_options options;
        enum th_status status;
        const char *key;
    } CASES[] = {{{.state = "split"}, TH_USAGE, "unit_state"},
                 {{.limit = 10001}, TH_USAGE, "unit_limit"},
                 {{.vintage = "20x"}, TH_INVALID, "year_invalid"},
                 {{.package = "没有"}, TH_NOT_FOUND, "package_not_found"},
                 {{.owner = "没有"}, TH_NOT_FOUND, "party_not_found"},
                 {{.village = "没有"}, TH_NOT_FOUND, "village_not_found"},
                 {{.after = "CN-0-BAM-2021-000001:1"}, TH_NOT_FOUND, "serial_not_found"},
                 {{.after = "CN-330523-BAM-2021-000001"}, TH_INVALID, "serial_invalid"}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = NULL;
        assert_status(th_unit_find(market->world.registry, &CASES[i].options, &reply, &market->err),
                      CASES[i].status, &market->err);
        market_refused(market, CASES[i].key);
        assert_null(reply);
    }
}

static struct th_json *prices(struct market *market, const struct th_price_options *options)
{
    struct th_json *reply = NULL;
    assert_ok(th_price_list(market->world.registry, options, &reply, &market->err), &market->err);
    return reply;
}

// The month of May 2022: 728 t at 70.00, 1 t at 100.00 and 3 t at 90.01 — that is 51,330.03 CNY for
// 732 t, 70.1230…; and a lump sum of 100.00 CNY for the 90 t of the township in January: 1.111….
static void prices__of_a_month_are_weighted_by_tonnes(void **state)
{
    struct market *market = *state;
    market_sold(market, "造纸厂", "1", "100");
    market_sold(market, "印染厂", "3", "90.01");
    market_id(market_sell(market, "印染厂", "5", "1", NULL, TH_OK)); // not decided
    int64_t id = market_id(market_buy(market, "3", NULL, "100", NULL, NULL, TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
    struct th_json *reply = prices(market, &(struct th_price_options){0});
    const struct th_json *months = th_json_get(reply, "months");
    assert_int_equal(th_json_get_int(reply, "n", -1), 5);
    assert_int_equal(th_json_size(months), 2);
    const struct th_json *january = th_json_at(months, 0);
    assert_string_equal(th_json_get_text(january, "month", ""), "2022-01");
    assert_string_equal(th_json_get_text(january, "kind", ""), "purchase");
    assert_int_equal(th_json_get_int(january, "tonnes", -1), 7282 + 90);
    assert_int_equal(th_json_get_int(january, "lowest_fen", -1), 111);
    assert_int_equal(th_json_get_int(january, "highest_fen", -1), 4344);
    assert_int_equal(th_json_get_int(january, "mean_fen", -1), 4292); // 31,643,008 / 7,372
    const struct th_json *may = th_json_at(months, 1);
    assert_string_equal(th_json_get_text(may, "month", ""), "2022-05");
    assert_int_equal(th_json_get_int(may, "n", -1), 3);
    assert_int_equal(th_json_get_int(may, "amount_fen", -1), 5133003);
    assert_int_equal(th_json_get_int(may, "mean_fen", -1), 7012); // 5,133,003 / 732 = 7,012.30
    assert_int_equal(th_json_get_int(may, "lowest_fen", -1), 7000);
    assert_int_equal(th_json_get_int(may, "highest_fen", -1), 10000);
    const struct th_json *first = th_json_at(th_json_get(reply, "prices"), 0);
    assert_int_equal(th_json_get_int(first, "price_fen", -1), 4344);
    assert_int_equal(th_json_get_int(first, "first_vintage", -1), 2021);
    assert_int_equal(th_json_get_int(first, "last_vintage", -1), 2023);
    assert_string_equal(th_json_text(th_json_at(th_json_get(first, "grounds"), 0)), "bamboo");
    assert_string_equal(th_json_text(th_json_at(th_json_get(first, "methodologies"), 0)),
                        "statement");
    th_json_free(reply);
}

static void prices__are_asked_for_by_kind_days_and_vintage(void **state)
{
    struct market *market = *state;
    static const struct {
        struct th_price_options options;
        int64_t n;
    } CASES[] = {{{.kind = "resale"}, 3},
                 {{.kind = "transfer"}, 0},
                 {{.from = "2022-01-11"}, 3},
                 {{.to = "2022-01-10"}, 2},
                 {{.from = "2022-05-20", .to = "2022-05-20"}, 3},
                 {{.vintage = "2023"}, 1},
                 {{.vintage = "2019"}, 0}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = prices(market, &CASES[i].options);
        if (th_json_get_int(reply, "n", -1) != CASES[i].n) {
            fail_msg("case %zu has %lld", i, (long long)th_json_get_int(reply, "n", -1));
        }
        th_json_free(reply);
    }
    struct th_json *reply = NULL;
    assert_status(
        th_price_list(market->world.registry,
                      &(struct th_price_options){.from = "2022-05-20", .to = "2022-05-19"}, &reply,
                      &market->err),
        TH_USAGE, &market->err);
    assert_status(th_price_list(market->world.registry, &(struct th_price_options){.from = "May"},
                                &reply, &market->err),
                  TH_INVALID, &market->err);
    assert_status(th_price_list(market->world.registry, &(struct th_price_options){.vintage = "1"},
                                &reply, &market->err),
                  TH_INVALID, &market->err);
    assert_null(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find__each_filter_finds_its_tonnes),
        cmocka_unit_test(find__a_village_is_that_of_the_kilograms_behind_the_serials),
        cmocka_unit_test(find__pages_follow_each_other_without_gap),
        cmocka_unit_test(find__tells_what_brought_the_units_there),
        cmocka_unit_test(find__refusals),
        cmocka_unit_test(prices__of_a_month_are_weighted_by_tonnes),
        cmocka_unit_test(prices__are_asked_for_by_kind_days_and_vintage),
        cmocka_unit_test(find__a_village_by_the_beginning_of_its_name_alone),
    };
    return cmocka_run_group_tests(tests, setup, market_teardown);
}

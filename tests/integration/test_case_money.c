// Every amount of money that the acceptance cases compute, made by the ledger itself: what the case
// files say is bought, sold and returned, and each figure is compared to the fen.
#include <stdio.h>
#include <string.h>

#include "core/messages.h"
#include "registry/estimate/estimate.h"
#include "tests/integration/market.h"
#include "tests/unit/case_file.h"

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

static const char *text(const struct th_json *object, const char *key)
{
    return th_json_get_text(object, key, "");
}

// A whole number of a case as people type it.
static const char *typed(const struct th_json *object, const char *key, char buf[24])
{
    (void)snprintf(buf, 24, "%lld", (long long)get(object, key));
    return buf;
}

static int64_t package_of(struct market *market, const struct case_file *from, int64_t holder_id,
                          const char *village)
{
    int64_t tonnes_t[3];
    const struct th_json *vintages = th_json_get(from->computed, "vintage_t");
    size_t n = th_json_size(vintages);
    assert_true(n > 0 && n <= 3);
    for (size_t i = 0; i < n; i++) {
        tonnes_t[i] = th_json_int_value(th_json_at(vintages, i));
    }
    return market_package(market, text(from->json, "case"), holder_id, village, NULL, tonnes_t, n,
                          0);
}

// The amount of a purchase of all of a package, at the price of the case or for its lump sum.
static int64_t bought_fen(struct market *market, const struct case_file *from, int64_t holder_id)
{
    const char *price = th_json_get_text(from->computed, "price_cny_per_t", NULL);
    const char *lump = th_json_get_text(from->computed, "lump_sum_cny", NULL);
    (void)package_of(market, from, holder_id, MARKET_VILLAGE_1);
    struct th_json *reply =
        market_buy(market, text(from->json, "case"), price, lump, NULL, NULL, TH_OK);
    int64_t fen = get(reply, "amount_fen");
    assert_int_equal(get(reply, "tonnes"), get(from->computed, "total_t"));
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    return fen;
}

static void purchase__of_each_village_is_the_published_money(void **state)
{
    static const char *const NAMES[] = {"anji-majianong", "anji-gaojiatang", "anji-dali"};
    static const char *const KEYS[] = {"amount_cny", "amount_cny", "lump_sum_cny"};
    for (size_t i = 0; i < 3; i++) {
        struct case_file from = case_file_open(NAMES[i]);
        assert_int_equal(bought_fen(*state, &from, MARKET_MAJIANONG),
                         case_file_fen(from.computed, KEYS[i]));
        case_file_close(&from);
    }
}

// 25,000 t of one package, for the money that was paid: the price is what the trade comes to.
static void purchase__of_five_villages_was_at_43_44(void **state)
{
    struct market *market = *state;
    struct case_file from = case_file_open("anji-purchase");
    int64_t tonnes_t = get(from.inputs, "tonnes");
    market_package(market, "五村", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, &tonnes_t, 1, 0);
    struct th_json *reply =
        market_buy(market, "五村", text(from.computed, "price_cny_per_t"), NULL, NULL, NULL, TH_OK);
    assert_int_equal(get(reply, "amount_fen"), case_file_fen(from.inputs, "amount_cny"));
    th_json_free(reply);
    case_file_close(&from);
}

static void return__of_2022_pays_both_villages_to_the_fen(void **state)
{
    static const int64_t HOLDERS[] = {MARKET_MAJIANONG, MARKET_GAOJIATANG};
    static const char *const VILLAGES[] = {MARKET_VILLAGE_1, MARKET_VILLAGE_2};
    struct market *market = *state;
    struct case_file from = case_file_open("anji-return");
    const struct th_json *want = from.computed;
    char tonnes[24];
    for (size_t i = 0; i < 2; i++) {
        struct case_file village =
            case_file_open(th_json_text(th_json_at(th_json_get(from.inputs, "pool"), i)));
        (void)package_of(market, &village, HOLDERS[i], VILLAGES[i]);
        case_file_close(&village);
    }
    int64_t pool = market_bought(market, "1 2", text(from.inputs, "purchase_price_cny_per_t"));
    assert_true(pool > 0);
    int64_t sale = market_sold(market, "制药厂", typed(from.inputs, "tonnes", tonnes),
                               text(from.inputs, "price_cny_per_t"));
    th_json_free(market_receipt(market, sale, text(want, "amount_cny"), TH_OK));
    th_json_free(
        market_term(market, "net_of_cost", text(from.inputs, "ratio_percent"), "village=1", TH_OK));
    struct th_json *reply =
        market_distribute(market, text(from.inputs, "other_ratio_percent"), true, TH_OK);
    assert_int_equal(get(reply, "distributed_fen"), case_file_fen(want, "other_distributed_cny"));
    th_json_free(reply);
    reply = market_distribute(market, NULL, false, TH_OK);
    const struct th_json *sold = th_json_at(th_json_get(reply, "sales"), 0);
    assert_int_equal(get(sold, "receipts_fen"), case_file_fen(want, "amount_cny"));
    assert_int_equal(get(sold, "cost_fen"), case_file_fen(want, "cost_cny"));
    assert_int_equal(get(reply, "net_fen"), case_file_fen(want, "net_cny"));
    assert_int_equal(get(reply, "distributed_fen"), case_file_fen(want, "distributed_cny"));
    assert_int_equal(get(reply, "kept_fen"), case_file_fen(want, "kept_cny"));
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG),
                     case_file_fen(want, "majianong_cny"));
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG),
                     case_file_fen(want, "gaojiatang_cny"));
    th_json_free(reply);
    case_file_close(&from);
}

static void xiazhuhu__is_bought_with_tax_and_resold_to_three(void **state)
{
    static const struct {
        const char *buyer;
        const char *tonnes;
    } SALES[] = {{"制药厂", "4000"}, {"造纸厂", "3500"}, {"印染厂", "2500"}};
    struct market *market = *state;
    struct case_file from = case_file_open("deqing-xiazhuhu");
    const char *price = text(from.computed, "price_cny_per_t");
    int64_t stated_t = get(from.inputs, "stated_t");
    int64_t sold_fen = 0;
    assert_string_equal(text(from.inputs, "tax_ratio"), "0.06");
    market_package(market, "下渚湖", MARKET_SUBDISTRICT, MARKET_VILLAGE_3, NULL, &stated_t, 1, 0);
    struct th_json *reply = market_buy(market, "下渚湖", price, NULL, "6", NULL, TH_OK);
    assert_int_equal(get(reply, "amount_fen"), case_file_fen(from.computed, "amount_cny"));
    assert_int_equal(get(reply, "net_fen"), case_file_fen(from.computed, "net_cny"));
    assert_int_equal(get(reply, "tax_fen"), case_file_fen(from.computed, "tax_cny"));
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    for (size_t i = 0; i < 3; i++) {
        reply = market_sell(market, SALES[i].buyer, SALES[i].tonnes, price, "6", TH_OK);
        sold_fen += get(reply, "amount_fen");
        th_json_free(market_approve(market, market_id(reply), TH_OK));
    }
    assert_int_equal(sold_fen, case_file_fen(from.computed, "amount_cny"));
    assert_null(market_sell(market, "制药厂", "1", price, "6", TH_CONFLICT));
    case_file_close(&from);
}

static void all_bamboo__is_a_projection_of_49_million_and_no_unit(void **state)
{
    struct market *market = *state;
    struct case_file from = case_file_open("anji-all-bamboo");
    struct th_messages *messages = NULL;
    struct th_json *reply = NULL;
    char factor[32];
    const char *inputs[] = {factor};
    (void)snprintf(factor, sizeof(factor), "factor=%s", text(from.inputs, "factor"));
    assert_ok(th_messages_new(&messages, &market->err), &market->err);
    const struct th_estimate_project_options options = {.area_mu = text(from.inputs, "area_mu"),
                                                        .price =
                                                            text(from.computed, "price_cny_per_t"),
                                                        .inputs = inputs,
                                                        .n_inputs = 1,
                                                        .messages = messages,
                                                        .lang = TH_LANG_ZH};
    assert_ok(th_estimate_project_area(market->world.registry, &options, &reply, &market->err),
              &market->err);
    assert_int_equal(get(reply, "price_fen"), case_file_fen(from.computed, "price_cny_per_t"));
    assert_int_equal(get(reply, "amount_fen"), case_file_fen(from.computed, "amount_cny"));
    assert_int_equal(get(reply, "units_t"), 0);
    th_json_free(reply);
    th_messages_free(messages);
    case_file_close(&from);
}

// Which amounts of the cases the tests above make: a case with another one is a case too many.
static void cases__hold_no_amount_that_is_not_made_here(void **state)
{
    static const struct {
        const char *name;
        size_t n_amounts;
    } MADE[] = {{"anji-all-bamboo", 2}, {"anji-dali", 1},     {"anji-gaojiatang", 2},
                {"anji-majianong", 2},  {"anji-purchase", 1}, {"anji-return", 8},
                {"deqing-xiazhuhu", 4}};
    (void)state;
    char names[32][64];
    size_t n = case_file_names(names, sizeof(names) / sizeof(names[0]));
    assert_true(n >= sizeof(MADE) / sizeof(MADE[0]));
    for (size_t i = 0; i < n; i++) {
        struct case_file from = case_file_open(names[i]);
        size_t n_said = 0;
        size_t n_made = 0;
        for (void *it = th_json_iter(from.computed); it;
             it = th_json_iter_next(from.computed, it)) {
            n_said += strstr(th_json_iter_key(it), "_cny") != NULL;
        }
        for (size_t k = 0; k < sizeof(MADE) / sizeof(MADE[0]); k++) {
            n_made += strcmp(MADE[k].name, names[i]) == 0 ? MADE[k].n_amounts : 0;
        }
        if (n_said != n_made) {
            print_error("%s: %zu amounts\n", names[i], n_said);
        }
        assert_int_equal(n_said, n_made);
        case_file_close(&from);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(purchase__of_each_village_is_the_published_money),
        TEST(purchase__of_five_villages_was_at_43_44),
        TEST(return__of_2022_pays_both_villages_to_the_fen),
        TEST(xiazhuhu__is_bought_with_tax_and_resold_to_three),
        TEST(all_bamboo__is_a_projection_of_49_million_and_no_unit),
        cmocka_unit_test(cases__hold_no_amount_that_is_not_made_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Purchases, resales and retirements: the published figures, and every refusal.
#include <stdio.h>

#include "registry/setup.h"
#include "store/db_internal.h"
#include "tests/integration/market.h"

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

static const struct th_json *line(const struct th_json *reply, size_t index)
{
    return th_json_at(th_json_get(reply, "lines"), index);
}

static void purchase__two_villages_at_43_44(void **state)
{
    struct market *market = *state;
    market_anji(market);
    struct th_json *reply = market_buy(market, "马家弄竹林 2", "43.44", NULL, NULL, NULL, TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "proposed");
    assert_int_equal(get(reply, "tonnes"), 7282);
    assert_int_equal(get(reply, "price_fen"), 4344);
    assert_int_equal(get(reply, "amount_fen"), 31633008);
    assert_int_equal(get(line(reply, 0), "amount_fen"), 10899096); // 108,990.96
    assert_int_equal(get(line(reply, 1), "amount_fen"), 20733912); // 207,339.12
    const struct th_json *blocks = th_json_get(reply, "blocks");
    assert_int_equal(th_json_size(blocks), 6);
    assert_string_equal(th_json_get_text(th_json_at(blocks, 0), "serial", ""),
                        "CN-330523-BAM-2021-000001:1-836");
    int64_t id = market_id(reply);
    reply = market_approve(market, id, TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "approved");
    assert_int_equal(get(reply, "outstanding_fen"), 31633008);
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_account_list(market->world.registry, &reply, &market->err), &market->err);
    assert_true(th_json_get_bool(reply, "balanced", false));
    const struct th_json *bank = th_json_at(th_json_get(reply, "parties"), MARKET_BANK - 1);
    assert_int_equal(get(bank, "held_t"), 7282);
    assert_int_equal(get(bank, "money_fen"), -31633008);
    th_json_free(reply);
    market_assert_sound(market->world.store);
}

static void purchase__lump_sum_over_years_and_tax_apart(void **state)
{
    struct market *market = *state;
    const int64_t tonnes_t = 10000;
    market_package(market, "下渚湖湿地", MARKET_SUBDISTRICT, MARKET_VILLAGE_3, NULL, &tonnes_t, 1,
                   0);
    struct th_json *reply = market_buy(market, "1", "58.83", NULL, "6", NULL, TH_OK);
    assert_int_equal(get(reply, "amount_fen"), 58830000);
    assert_int_equal(get(reply, "net_fen"), 55500000);
    assert_int_equal(get(reply, "tax_fen"), 3330000);
    th_json_free(market_reject(market, market_id(reply), TH_OK));
    reply = market_buy(market, "1", NULL, "588,300.00", "6", NULL, TH_OK);
    assert_int_equal(th_json_type(th_json_get(reply, "price_fen")), TH_JSON_NULL);
    assert_int_equal(get(reply, "amount_fen"), 58830000);
    assert_int_equal(get(reply, "net_fen"), 55500000);
    th_json_free(reply);
}

static void purchase__lump_sum_is_shared_by_largest_remainder(void **state)
{
    struct market *market = *state;
    market_anji(market);
    struct th_json *reply = market_buy(market, "1 2", NULL, "100.00", NULL, NULL, TH_OK);
    // 10,000 fen * 2509 / 7282 = 3445.48…, * 4773 / 7282 = 6554.51…
    assert_int_equal(get(line(reply, 0), "amount_fen"), 3445);
    assert_int_equal(get(line(reply, 1), "amount_fen"), 6555);
    th_json_free(reply);
}

static void purchase__dali_village_6347_tonnes_for_275500(void **state)
{
    struct market *market = *state;
    const int64_t tonnes_t[] = {2115, 2116, 2116};
    market_package(market, "大里村", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes_t, 3, 0);
    struct th_json *reply = market_buy(market, "1", NULL, "275500.00", NULL, NULL, TH_OK);
    assert_int_equal(get(reply, "tonnes"), 6347);
    assert_int_equal(get(reply, "amount_fen"), 27550000);
    assert_int_equal(get(line(reply, 0), "amount_fen"), 27550000);
    th_json_free(reply);
}

static void purchase__part_is_taken_pro_rata_to_holdings(void **state)
{
    struct market *market = *state;
    market_anji(market);
    struct th_json *reply = market_buy(market, "2 1", "43.44", NULL, NULL, "2,000", TH_OK);
    assert_int_equal(market_line_t(reply, 1), 689);
    assert_int_equal(market_line_t(reply, 2), 1311);
    th_json_free(reply);
}

static void purchase__refusals(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_buy(market, "1 1", "1", NULL, NULL, NULL, TH_INVALID);
    market_refused(market, "package_twice");
    market_buy(market, "1", NULL, NULL, NULL, NULL, TH_USAGE);
    market_refused(market, "price_or_amount");
    market_buy(market, "1", "1", "2", NULL, NULL, TH_USAGE);
    market_refused(market, "price_or_amount");
    market_buy(market, "1", "1", NULL, "-1", NULL, TH_INVALID);
    market_refused(market, "tax_invalid");
    market_buy(market, "1", "1", NULL, "101", NULL, TH_INVALID);
    market_buy(market, "1", "1", NULL, NULL, "0", TH_INVALID);
    market_refused(market, "tonnes_invalid");
    market_buy(market, "1", "1", NULL, NULL, "1.5", TH_INVALID);
    market_buy(market, "1", "1.234", NULL, NULL, NULL, TH_INVALID);
    market_buy(market, "1", "1", NULL, NULL, "2510", TH_CONFLICT);
    market_refused(market, "not_enough_units");
    assert_string_equal(th_error_arg_get(&market->err, "available"), "2509");
    market_buy(market, "9", "1", NULL, NULL, NULL, TH_NOT_FOUND);
    market_sql(market, "UPDATE package SET state = 'verified' WHERE package_id = 2");
    market_buy(market, "1 2", "1", NULL, NULL, NULL, TH_CONFLICT);
    market_refused(market, "package_not_issued");
    const char *packages[] = {"1"};
    struct th_purchase_input input = {
        .packages = packages, .n_packages = 1, .to = "制药厂", .price = "1"};
    struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_purchase(market->world.registry, &request, &input, &reply, &market->err),
        TH_INVALID, &market->err);
    market_refused(market, "buyer_not_bank");
    input.to = "核证机构";
    assert_status(
        th_trade_propose_purchase(market->world.registry, &request, &input, &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    market_refused(market, "verifier_cannot_hold");
    input.to = "两山银行";
    request.login = "clerk";
    assert_status(
        th_trade_propose_purchase(market->world.registry, &request, &input, &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    market_refused(market, "role_not_allowed");
    assert_null(reply);
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT count(*) FROM trade"), 0);
    market_assert_sound(market->world.store);
}

static void purchase__verifier_as_holder_is_refused(void **state)
{
    struct market *market = *state;
    const int64_t tonnes_t = 10;
    market_package(market, "不该有", MARKET_VERIFIER, MARKET_VILLAGE_1, NULL, &tonnes_t, 1, 0);
    market_buy(market, "1", "1", NULL, NULL, NULL, TH_NOT_PERMITTED);
    market_refused(market, "verifier_cannot_hold");
}

static void units__are_never_promised_twice(void **state)
{
    struct market *market = *state;
    market_anji(market);
    int64_t id = market_id(market_buy(market, "1", "1", NULL, NULL, "2500", TH_OK));
    market_buy(market, "1", "1", NULL, NULL, "10", TH_CONFLICT);
    market_refused(market, "not_enough_units");
    assert_string_equal(th_error_arg_get(&market->err, "available"), "9");
    th_json_free(market_reject(market, id, TH_OK));
    th_json_free(market_buy(market, "1", "1", NULL, NULL, "10", TH_OK));
    market_assert_sound(market->world.store);
}

static void resale__two_thousand_leave_the_pool_689_and_1311(void **state)
{
    struct market *market = *state;
    market_anji(market);
    int64_t pool = market_bought(market, "1 2", "43.44");
    struct th_json *reply = market_sell(market, "制药厂", "2000", "73.41", NULL, TH_OK);
    assert_int_equal(get(reply, "amount_fen"), 14682000);
    assert_int_equal(market_line_t(reply, 1), 689);
    assert_int_equal(market_line_t(reply, 2), 1311);
    assert_int_equal(get(line(reply, 0), "pool_id"), pool);
    assert_int_equal(get(line(reply, 0), "cost_fen") + get(line(reply, 1), "cost_fen"), 8688000);
    // Oldest vintage first, lowest serial first.
    const struct th_json *blocks = th_json_get(reply, "blocks");
    assert_int_equal(th_json_size(blocks), 2);
    assert_string_equal(th_json_get_text(th_json_at(blocks, 0), "serial", ""),
                        "CN-330523-BAM-2021-000001:1-689");
    assert_string_equal(th_json_get_text(th_json_at(blocks, 1), "serial", ""),
                        "CN-330523-BAM-2021-000002:1-1311");
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    market_assert_sound(market->world.store);
}

static void resale__selling_everything_brings_the_exact_cost(void **state)
{
    struct market *market = *state;
    market_anji(market);
    // A lump sum that does not divide, with tax.
    int64_t id = market_id(market_buy(market, "1 2", NULL, "316330.07", "6", NULL, TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
    int64_t rejected = market_id(market_sell(market, "造纸厂", "777", "50", NULL, TH_OK));
    for (int64_t left = 7282 - 777; left > 0; left -= 500) {
        char tonnes[24];
        snprintf(tonnes, sizeof(tonnes), "%lld", (long long)(left < 500 ? left : 500));
        market_sold(market, "制药厂", tonnes, "50");
    }
    th_json_free(market_reject(market, rejected, TH_OK));
    market_sold(market, "印染厂", "777", "50");
    struct th_store *store = market->world.store;
    assert_int_equal(th_test_sql_int(store,
                                     "SELECT sum(cost_fen) FROM trade_line JOIN trade USING "
                                     "(trade_id) WHERE kind = 'resale' AND state = 'approved'"),
                     th_test_sql_int(store, "SELECT net_fen FROM trade WHERE kind = 'purchase'"));
    // Every village delivered everything that it had contributed.
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM pool_share "
                                            "WHERE sold_t = bought_t AND sold_cost_fen = cost_fen"),
                     2);
    market_sell(market, "制药厂", "1", "50", NULL, TH_CONFLICT);
    market_refused(market, "not_enough_units");
    market_assert_sound(store);
}

static void resale__wetland_to_three_enterprises_and_tonne_10001_is_refused(void **state)
{
    struct market *market = *state;
    const int64_t tonnes_t = 10000;
    market_package(market, "下渚湖湿地", MARKET_SUBDISTRICT, MARKET_VILLAGE_3, NULL, &tonnes_t, 1,
                   0);
    market_bought(market, "1", "58.83");
    market_sold(market, "制药厂", "4000", "60");
    market_sold(market, "造纸厂", "3000", "60");
    market_sell(market, "印染厂", "3001", "60", NULL, TH_CONFLICT);
    market_refused(market, "not_enough_units");
    assert_string_equal(th_error_arg_get(&market->err, "available"), "3000");
    assert_string_equal(th_error_arg_get(&market->err, "wanted"), "3001");
    market_sold(market, "印染厂", "3000", "60");
    market_sell(market, "印染厂", "1", "60", NULL, TH_CONFLICT);
    assert_string_equal(th_error_arg_get(&market->err, "available"), "0");
    market_assert_sound(market->world.store);
}

static void resale__oldest_contract_first_across_pools(void **state)
{
    struct market *market = *state;
    market_anji(market);
    int64_t first = market_bought(market, "2", "40");
    int64_t second = market_bought(market, "1", "50");
    struct th_json *reply = market_sell(market, "制药厂", "5000", "60", NULL, TH_OK);
    assert_int_equal(th_json_size(th_json_get(reply, "lines")), 2);
    assert_int_equal(get(line(reply, 0), "pool_id"), first);
    assert_int_equal(get(line(reply, 0), "tonnes"), 4773);
    assert_int_equal(get(line(reply, 1), "pool_id"), second);
    assert_int_equal(get(line(reply, 1), "tonnes"), 227);
    assert_int_equal(get(line(reply, 1), "cost_fen"), 227 * 5000);
    th_json_free(reply);
}

static void resale__promised_units_count_as_delivered_until_rejected(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    struct th_json *reply = market_sell(market, "制药厂", "1", "60", NULL, TH_OK);
    // 4773 / 7282 is more than half: the larger gives the first tonne, the other the second.
    assert_int_equal(market_line_t(reply, 2), 1);
    int64_t id = market_id(reply);
    reply = market_sell(market, "制药厂", "1", "60", NULL, TH_OK);
    assert_int_equal(market_line_t(reply, 1), 1);
    th_json_free(reply);
    th_json_free(market_reject(market, id, TH_OK));
    reply = market_sell(market, "制药厂", "1", "60", NULL, TH_OK);
    assert_int_equal(market_line_t(reply, 2), 1);
    th_json_free(reply);
    market_assert_sound(market->world.store);
}

static void resale__refusals(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_sell(market, "制药厂", "1", "60", NULL, TH_CONFLICT);
    market_refused(market, "not_enough_units");
    market_bought(market, "1 2", "43.44");
    market_sell(market, "核证机构", "1", "60", NULL, TH_NOT_PERMITTED);
    market_refused(market, "verifier_cannot_hold");
    market_sell(market, "两山银行", "1", "60", NULL, TH_INVALID);
    market_refused(market, "same_party");
    market_sell(market, "制药厂", "1", NULL, NULL, TH_USAGE);
    market_refused(market, "price_or_amount");
    market_sell(market, "制药厂", NULL, "60", NULL, TH_INVALID);
    market_sell(market, "没有的厂", "1", "60", NULL, TH_NOT_FOUND);
    const struct th_request request = {.login = "bank"};
    const struct th_resale_input input = {
        .from = "制药厂", .to = "造纸厂", .tonnes = "1", .price = "1"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err),
        TH_INVALID, &market->err);
    market_refused(market, "seller_not_bank");
    assert_null(reply);
    market_assert_sound(market->world.store);
}

static void resale__one_package_alone_may_be_named(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    const struct th_request request = {.login = "bank"};
    struct th_resale_input input = {
        .from = "两山银行", .to = "竹农", .tonnes = "2509", .price = "1", .package = "马家弄竹林"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    assert_int_equal(market_line_t(reply, 1), 2509);
    th_json_free(reply);
    reply = NULL;
    input.tonnes = "1";
    assert_status(
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err),
        TH_CONFLICT, &market->err);
    market_refused(market, "not_enough_units");
}

static void retirement__ends_units_for_a_named_beneficiary(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    market_sold(market, "制药厂", "2000", "73.41");
    struct th_json *reply = market_retire(market, "制药厂", "700", "制药厂", TH_OK);
    assert_string_equal(th_json_get_text(reply, "beneficiary", ""), "制药厂");
    assert_string_equal(th_json_get_text(reply, "beneficiary_uscc", ""), "91330523MA0000002H");
    assert_int_equal(get(reply, "amount_fen"), 0);
    assert_int_equal(market_line_t(reply, 1), 689); // by package where vintages are equal
    assert_int_equal(market_line_t(reply, 2), 11);
    int64_t id = market_id(reply);
    market_approve(market, 99, TH_NOT_FOUND);
    market_refused(market, "trade_not_found");
    th_json_free(market_approve(market, id, TH_OK));
    market_reject(market, id, TH_CONFLICT);
    market_refused(market, "trade_decided");
    market_retire(market, "制药厂", "1301", "制药厂", TH_CONFLICT);
    market_refused(market, "not_enough_units");
    assert_string_equal(th_error_arg_get(&market->err, "available"), "1300");
    market_receipt(market, id, "1.00", TH_CONFLICT);
    market_refused(market, "trade_not_approved");
    market_assert_sound(market->world.store);
}

static void retirement__by_the_bank_leaves_its_pool(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    int64_t id = market_id(market_retire(market, "两山银行", "7000", "竹农", TH_OK));
    market_sell(market, "制药厂", "283", "1", NULL, TH_CONFLICT);
    assert_string_equal(th_error_arg_get(&market->err, "available"), "282");
    market_assert_sound(market->world.store);
    th_json_free(market_reject(market, id, TH_OK));
    market_sold(market, "制药厂", "7282", "1");
    market_assert_sound(market->world.store);
}

// They have no credit code; the code of the division tells who it is.
static void retirement__in_favour_of_a_subdistrict_or_village_names_its_division(void **state)
{
    static const struct {
        const char *name, *code;
    } CASES[] = {
        {"下渚湖街道", "330521001"}, {"山川乡", "330523001"}, {"马家弄村", MARKET_VILLAGE_1}};
    struct market *market = *state;
    market_anji(market);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = market_retire(market, "马家弄村", "1", CASES[i].name, TH_OK);
        assert_string_equal(th_json_get_text(reply, "beneficiary", ""), CASES[i].name);
        assert_string_equal(th_json_get_text(reply, "beneficiary_uscc", ""), CASES[i].code);
        th_json_free(market_approve(market, market_id(reply), TH_OK));
    }
}

static void retirement__refusals(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_retire(market, "马家弄村", "1", NULL, TH_USAGE);
    market_refused(market, "beneficiary_missing");
    market_retire(market, "马家弄村", "1", "某无名厂", TH_INVALID);
    market_refused(market, "beneficiary_incomplete");
    market_retire(market, "核证机构", "1", "制药厂", TH_NOT_PERMITTED);
    market_refused(market, "verifier_cannot_hold");
    market_retire(market, "马家弄村", "2510", "制药厂", TH_CONFLICT);
    market_refused(market, "not_enough_units");
    const struct th_request request = {.login = "bank"};
    struct th_retirement_input input = {.holder = "马家弄村",
                                        .tonnes = "1",
                                        .beneficiary = "某厂",
                                        .beneficiary_uscc = "91330523MA0000002H",
                                        .purpose = "fun"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_retirement(market->world.registry, &request, &input, &reply, &market->err),
        TH_INVALID, &market->err);
    market_refused(market, "purpose_invalid");
    input.purpose = "donation";
    input.beneficiary_uscc = "91330523MA0000002X";
    assert_status(
        th_trade_propose_retirement(market->world.registry, &request, &input, &reply, &market->err),
        TH_INVALID, &market->err);
    market_refused(market, "uscc_invalid");
    input.beneficiary_uscc = "91330523MA0000002H"; // of 制药厂
    assert_status(
        th_trade_propose_retirement(market->world.registry, &request, &input, &reply, &market->err),
        TH_CONFLICT, &market->err);
    market_refused(market, "beneficiary_code_taken");
    assert_string_equal(th_error_arg_get(&market->err, "party"), "制药厂");
    input.beneficiary_uscc = "91350100M000100Y43";
    assert_ok(
        th_trade_propose_retirement(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    assert_string_equal(th_json_get_text(reply, "beneficiary", ""), "某厂");
    th_json_free(reply);
    market_assert_sound(market->world.store);
}

static void approve__needs_a_second_person(void **state)
{
    struct market *market = *state;
    market_anji(market);
    int64_t id = market_id(market_buy(market, "1", "1", NULL, NULL, NULL, TH_OK));
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_approve(market->world.registry, &request, id, NULL, &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    market_refused(market, "second_person");
    th_json_free(market_approve(market, id, TH_OK));
    market_approve(market, id, TH_CONFLICT);
    market_refused(market, "trade_decided");
}

static void approve__in_a_dry_run_changes_nothing(void **state)
{
    struct market *market = *state;
    market_anji(market);
    int64_t id = market_id(market_buy(market, "1 2", "43.44", NULL, NULL, NULL, TH_OK));
    struct th_hash before = th_test_content(market->world.store);
    const struct th_request request = {.login = "officer", .dry_run = true};
    struct th_json *reply = NULL;
    assert_ok(th_trade_approve(market->world.registry, &request, id, NULL, &reply, &market->err),
              &market->err);
    assert_string_equal(th_json_get_text(reply, "state", ""), "approved");
    th_json_free(reply);
    struct th_hash after = th_test_content(market->world.store);
    assert_memory_equal(&before, &after, sizeof(before));
}

static void propose__with_the_same_key_happens_once(void **state)
{
    struct market *market = *state;
    market_anji(market);
    const struct th_request request = {.login = "bank", .idempotency_key = "k1"};
    const char *packages[] = {"1"};
    struct th_purchase_input input = {
        .packages = packages, .n_packages = 1, .to = "两山银行", .price = "1", .tonnes = "100"};
    for (int i = 0; i < 2; i++) {
        struct th_json *reply = NULL;
        assert_ok(th_trade_propose_purchase(market->world.registry, &request, &input, &reply,
                                            &market->err),
                  &market->err);
        assert_int_equal(get(reply, "trade_id"), 1);
        th_json_free(reply);
    }
    input.tonnes = "101";
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_purchase(market->world.registry, &request, &input, &reply, &market->err),
        TH_CONFLICT, &market->err);
    market_refused(market, "idempotency_other_input");
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT count(*) FROM trade"), 1);
}

static void receipt__is_split_over_the_sellers_and_never_too_large(void **state)
{
    struct market *market = *state;
    market_anji(market);
    int64_t id = market_id(market_buy(market, "1 2", "43.44", NULL, NULL, NULL, TH_OK));
    market_receipt(market, id, "1.00", TH_CONFLICT);
    market_refused(market, "trade_not_approved");
    th_json_free(market_approve(market, id, TH_OK));
    market_receipt(market, id, "0", TH_INVALID);
    market_refused(market, "amount_zero");
    market_receipt(market, id, "316330.09", TH_CONFLICT);
    market_refused(market, "receipt_too_large");
    assert_string_equal(th_error_arg_get(&market->err, "outstanding"), "316,330.08");
    struct th_json *reply = market_receipt(market, id, "100000.00", TH_OK);
    assert_int_equal(get(reply, "outstanding_fen"), 21633008);
    th_json_free(reply);
    // 10,000,000 * 10,899,096 / 31,633,008 = 3,445,482.01…
    assert_int_equal(th_test_sql_int(market->world.store,
                                     "SELECT sum(amount_fen) FROM money_leg "
                                     "WHERE party_id = 1 AND account = 'cash'"),
                     3445482);
    reply = market_receipt(market, id, "216330.08", TH_OK);
    assert_int_equal(get(reply, "outstanding_fen"), 0);
    th_json_free(reply);
    assert_int_equal(th_test_sql_int(market->world.store,
                                     "SELECT sum(amount_fen) FROM money_leg "
                                     "WHERE party_id = 1 AND account = 'cash'"),
                     10899096);
    assert_int_equal(th_test_sql_int(market->world.store,
                                     "SELECT count(*) FROM (SELECT 1 FROM money_leg WHERE account "
                                     "= 'claim' GROUP BY party_id HAVING sum(amount_fen) <> 0)"),
                     0);
    market_receipt(market, id, "0.01", TH_CONFLICT);
    const struct th_request request = {.login = "bank"};
    reply = NULL;
    assert_status(th_receipt_confirm(market->world.registry, &request, id, "1", "2099-01-01",
                                     &reply, &market->err),
                  TH_INVALID, &market->err);
    market_refused(market, "date_in_future");
    market_assert_sound(market->world.store);
}

static void reject__needs_no_reason(void **state)
{
    struct market *market = *state;
    const struct th_request second = {.login = "officer"};
    struct th_json *reply = NULL;
    market_anji(market);
    int64_t id = market_id(market_buy(market, "1", "43.44", NULL, NULL, NULL, TH_OK));
    assert_ok(th_trade_reject(market->world.registry, &second, id, NULL, &reply, &market->err),
              &market->err);
    assert_string_equal(th_json_get_text(reply, "state", ""), "rejected");
    assert_int_equal(th_json_type(th_json_get(reply, "reason")), TH_JSON_NULL);
    th_json_free(reply);
    market_assert_sound(market->world.store);
}

static void deal__another_bank_keeps_out(void **state)
{
    struct market *market = *state;
    struct th_registry *registry = market->world.registry;
    const struct th_request officer = {.login = "officer"};
    const struct th_request admin = {.login = "admin"};
    const struct th_request other = {.login = "other"};
    struct th_json *reply = NULL;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    int64_t pending = market_id(market_sell(market, "造纸厂", "10", "80", NULL, TH_OK));
    const struct th_party_add_options bank = {.kind = "bank", .name = "另一家银行"};
    assert_ok(th_party_add(registry, &officer, &bank, &reply, &market->err), &market->err);
    th_json_free(reply);
    reply = NULL;
    assert_ok(
        th_user_add(registry, &admin, "other", "bank", NULL, "另一家银行", &reply, &market->err),
        &market->err);
    th_json_free(reply);
    reply = NULL;
    assert_status(th_receipt_confirm(registry, &other, sale, "1.00", NULL, &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    market_refused(market, "trade_not_yours");
    assert_status(th_trade_approve(registry, &other, pending, NULL, &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    assert_status(th_trade_reject(registry, &other, pending, "no", &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    const struct th_retirement_input retirement = {
        .holder = "制药厂", .tonnes = "5", .beneficiary = "制药厂", .purpose = "offset"};
    assert_status(th_trade_propose_retirement(registry, &other, &retirement, &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    market_refused(market, "trade_not_yours");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    const struct th_distribute_input all = {.through = "2022-12-31"};
    assert_ok(th_revenue_distribute(registry, &other, &all, &reply, &market->err), &market->err);
    assert_int_equal(get(reply, "distributed_fen"), 0);
    assert_int_equal(th_json_type(th_json_get(reply, "distribution_id")), TH_JSON_NULL);
    th_json_free(reply);
}

// Who may not see the future may not date it either.
static void deal__days_that_have_not_come_are_refused(void **state)
{
    struct market *market = *state;
    const struct th_request first = {.login = "bank"};
    const struct th_request second = {.login = "officer"};
    const char *package = "1";
    struct th_purchase_input input = {.packages = &package,
                                      .n_packages = 1,
                                      .to = "两山银行",
                                      .price = "43.44",
                                      .on = "2099-01-01"};
    struct th_json *reply = NULL;
    market_anji(market);
    assert_status(
        th_trade_propose_purchase(market->world.registry, &first, &input, &reply, &market->err),
        TH_INVALID, &market->err);
    market_refused(market, "date_in_future");
    input.on = "2022-06-01";
    assert_ok(
        th_trade_propose_purchase(market->world.registry, &first, &input, &reply, &market->err),
        &market->err);
    int64_t id = market_id(reply);
    reply = NULL;
    assert_status(
        th_trade_approve(market->world.registry, &second, id, "2022-05-31", &reply, &market->err),
        TH_INVALID, &market->err);
    market_refused(market, "decided_before");
    assert_ok(
        th_trade_approve(market->world.registry, &second, id, "2022-06-01", &reply, &market->err),
        &market->err);
    th_json_free(reply);
}

static void deal__more_than_all_money_is_refused(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    market_sell(market, "制药厂", "1", "100000000000.01", NULL, TH_INVALID);
    market_refused(market, "amount_too_large");
    th_json_free(market_sell(market, "制药厂", "1", "100000000000.00", NULL, TH_OK));
}

static void statement__runs_to_the_balance_of_the_account(void **state)
{
    struct market *market = *state;
    market_anji(market);
    int64_t id = market_bought(market, "1 2", "43.44");
    th_json_free(market_receipt(market, id, "1000.00", TH_OK));
    market_sold(market, "制药厂", "2000", "73.41");
    struct th_json *reply = NULL;
    assert_ok(
        th_account_statement(market->world.registry, "两山银行", NULL, NULL, &reply, &market->err),
        &market->err);
    const struct th_json *closing = th_json_get(reply, "closing");
    assert_int_equal(get(closing, "held_t"), 5282);
    assert_int_equal(get(closing, "claim_fen"), -31633008 + 100000 + 14682000);
    assert_int_equal(get(closing, "cash_fen"), -100000);
    const struct th_json *entries = th_json_get(reply, "entries");
    const struct th_json *last = th_json_at(entries, th_json_size(entries) - 1);
    assert_int_equal(get(last, "money_fen"), get(closing, "money_fen"));
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_account_statement(market->world.registry, "两山银行", "2099-01-01", NULL, &reply,
                                   &market->err),
              &market->err);
    assert_int_equal(get(th_json_get(reply, "opening"), "held_t"), 5282);
    assert_int_equal(th_json_size(th_json_get(reply, "entries")), 0);
    th_json_free(reply);
}

// Contracts of one year are often booked in the next: an accountant asks for the year of the money.
static void statement__finds_money_by_the_day_it_counts(void **state)
{
    struct market *market = *state;
    market_anji(market);
    int64_t id = market_bought(market, "1 2", "43.44");
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_ok(th_receipt_confirm(market->world.registry, &request, id, "1000.00", "2022-03-05",
                                 &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_account_statement(market->world.registry, "两山银行", "2022-03-01", "2022-03-31",
                                   &reply, &market->err),
              &market->err);
    // To each of the two sellers: a claim less owed, and a payment out.
    const struct th_json *entries = th_json_get(reply, "entries");
    assert_int_equal(th_json_size(entries), 4);
    assert_string_equal(th_json_get_text(th_json_at(entries, 0), "on", ""), "2022-03-05");
    assert_int_equal(get(th_json_get(reply, "opening"), "cash_fen"), 0);
    assert_int_equal(get(th_json_get(reply, "closing"), "cash_fen"), -100000);
    th_json_free(reply);
}

static void list__filters_by_kind_and_state(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1 2", "43.44");
    th_json_free(market_sell(market, "制药厂", "1", "60", NULL, TH_OK));
    static const struct {
        const char *kind;
        const char *state;
        size_t n;
    } CASES[] = {{NULL, NULL, 2},
                 {"purchase", NULL, 1},
                 {NULL, "proposed", 1},
                 {"purchase", "proposed", 0},
                 {"retirement", NULL, 0}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = NULL;
        assert_ok(th_trade_list(market->world.registry, CASES[i].kind, CASES[i].state, &reply,
                                &market->err),
                  &market->err);
        assert_int_equal(th_json_size(th_json_get(reply, "trades")), CASES[i].n);
        th_json_free(reply);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(purchase__two_villages_at_43_44),
        TEST(purchase__lump_sum_over_years_and_tax_apart),
        TEST(purchase__lump_sum_is_shared_by_largest_remainder),
        TEST(purchase__dali_village_6347_tonnes_for_275500),
        TEST(purchase__part_is_taken_pro_rata_to_holdings),
        TEST(purchase__refusals),
        TEST(purchase__verifier_as_holder_is_refused),
        TEST(units__are_never_promised_twice),
        TEST(resale__two_thousand_leave_the_pool_689_and_1311),
        TEST(resale__selling_everything_brings_the_exact_cost),
        TEST(resale__wetland_to_three_enterprises_and_tonne_10001_is_refused),
        TEST(resale__oldest_contract_first_across_pools),
        TEST(resale__promised_units_count_as_delivered_until_rejected),
        TEST(resale__refusals),
        TEST(resale__one_package_alone_may_be_named),
        TEST(retirement__ends_units_for_a_named_beneficiary),
        TEST(retirement__by_the_bank_leaves_its_pool),
        TEST(retirement__in_favour_of_a_subdistrict_or_village_names_its_division),
        TEST(retirement__refusals),
        TEST(approve__needs_a_second_person),
        TEST(approve__in_a_dry_run_changes_nothing),
        TEST(propose__with_the_same_key_happens_once),
        TEST(receipt__is_split_over_the_sellers_and_never_too_large),
        TEST(reject__needs_no_reason),
        TEST(deal__another_bank_keeps_out),
        TEST(deal__days_that_have_not_come_are_refused),
        TEST(deal__more_than_all_money_is_refused),
        TEST(statement__runs_to_the_balance_of_the_account),
        TEST(statement__finds_money_by_the_day_it_counts),
        TEST(list__filters_by_kind_and_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

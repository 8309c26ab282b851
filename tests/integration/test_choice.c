// Resale of a parcel's tonnes where the years of the parcel lie side by side.
#include <stdio.h>

#include "tests/integration/burnt.h"
#include "trading/spot/spot.h"

// 60,500 kg in each year: 60 t of 2021; of 2022 61 t, the first of which begins with the 500 kg
// that were carried. All of them come from the one parcel.
static void resale__of_a_parcel_takes_tonnes_across_its_years(void **state)
{
    static const struct burnt_year YEARS[] = {{2021, {60500, 0}, 0, 0}, {2022, {60500, 0}, 500, 0}};
    static const struct burnt_package PACKAGE = {.name = "一块地",
                                                 .holder_id = MARKET_MAJIANONG,
                                                 .first_place = 3,
                                                 .n_parcels = 1,
                                                 .years = YEARS,
                                                 .n_years = 2};
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    char package[24];
    char parcel[24];
    const char *parcels[] = {parcel};
    struct th_json *reply = NULL;
    (void)snprintf(package, sizeof(package), "%lld", (long long)burnt_package(market, &PACKAGE));
    (void)snprintf(
        parcel, sizeof(parcel), "%lld",
        (long long)th_test_sql_int(market->world.store, "SELECT max(parcel_id) FROM parcel"));
    market_bought(market, package, "40");
    const struct th_resale_input all = {.from = "两山银行",
                                        .to = "制药厂",
                                        .tonnes = "121",
                                        .price = "70",
                                        .parcels = parcels,
                                        .n_parcels = 1};
    assert_ok(th_trade_propose_resale(market->world.registry, &bank, &all, &reply, &market->err),
              &market->err);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(resale__of_a_parcel_takes_tonnes_across_its_years,
                                        burnt_setup, market_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

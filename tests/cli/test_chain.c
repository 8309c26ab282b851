// From parcels to the money of villages, by commands alone, with the figures that the reports on
// the places give or that follow from them by hand.
#include <stdio.h>
#include <stdlib.h>

#include "tests/cli/auditor.h"
#include "tests/cli/chain.h"

static const char *const LANGUAGES[] = {"TANHUI_LANG=zh", "TANHUI_LANG=en"};

static void world_make(struct th_cli_world *world, const char *language)
{
    th_cli_world_make(world);
    world->environment[world->n_environment++] = language;
}

static void expect_int(const struct th_json *reply, const char *path, int64_t want)
{
    int64_t actual = th_cli_int_at(reply, path);
    if (actual != want) {
        fail_msg("%s is %lld, not %lld", path, (long long)actual, (long long)want);
    }
}

static void expect_number(const struct th_json *reply, const char *path, double want)
{
    assert_close(th_json_real_value(th_cli_at(reply, path)), want, 1e-9);
}

static void expect_part(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("there is no %s in\n%s", part, text);
    }
}

// 0.39 t × 2,145 mu × 3 years = 2,509.65 t; × 4,080 mu = 4,773.60 t.
static void expect_issues(const struct th_cli_world *world)
{
    struct th_json *reply = th_chain_bamboo(world, "M");
    expect_int(reply, "issued_t", 2509);
    expect_int(reply, "serials.0.issued_t", 836);
    expect_int(reply, "serials.1.issued_t", 837);
    expect_int(reply, "serials.2.issued_t", 836);
    expect_int(reply, "rest_kg", 650);
    expect_int(reply, "buffer_t", 0);
    th_json_free(reply);
    reply = th_chain_bamboo(world, "G");
    expect_int(reply, "issued_t", 4773);
    for (int year = 0; year < 3; year++) {
        char path[32];
        (void)snprintf(path, sizeof(path), "serials.%d.issued_t", year);
        expect_int(reply, path, 1591);
    }
    expect_int(reply, "rest_kg", 600);
    th_json_free(reply);
}

static void expect_purchase(const struct th_cli_world *world)
{
    struct th_json *reply = th_chain_trade(
        world, "anji", "2021-12-28", "purchase --package M G --to " ANJI_BANK " --price 43.44");
    expect_int(reply, "tonnes", 2509 + 4773);
    expect_int(reply, "lines.0.tonnes", 2509);
    expect_int(reply, "lines.0.amount_fen", 10899096); // 2,509 × 43.44
    expect_int(reply, "lines.1.amount_fen", 20733912); // 4,773 × 43.44
    expect_int(reply, "amount_fen", 31633008);
    th_json_free(reply);
    char *text = th_cli_out(world, 0, "trade show 1");
    expect_part(text, "108,990.96");
    expect_part(text, "207,339.12");
    free(text);
    th_cli_do(world, "--as anji-1 receipt confirm 1 --amount 316330.08 --on 2021-12-30");
}

static void expect_resale(const struct th_cli_world *world)
{
    struct th_json *reply = th_chain_trade(world, "anji", "2022-06-10",
                                           "resale --from " ANJI_BANK " --to " ANJI_BUYER
                                           " --tonnes 2000 --price 73.41");
    expect_int(reply, "amount_fen", 14682000);
    expect_int(reply, "outstanding_fen", 14682000);
    th_json_free(reply);
    th_cli_do(world, "--as anji-1 receipt confirm 2 --amount 146820.00 --on 2022-06-20");
}

static void expect_revenue(const struct th_cli_world *world)
{
    th_cli_do(world, "--as officer revenue term add --from 2021-01-01 --basis net_of_cost "
                     "--ratio 70 --split village=1 --document {sample}/revenue-term.txt");
    struct th_json *reply = th_cli_json(
        world, 0, "--as anji-1 revenue distribute --through 2022-12-31 --ratio 80 --dry-run");
    expect_int(reply, "distributed_fen", 4795200);
    th_json_free(reply);
    reply = th_cli_json(world, 0, "--as anji-1 revenue distribute --through 2022-12-31");
    assert_string_equal(th_cli_text_at(reply, "state"), "proposed");
    expect_int(reply, "sales.0.cost_fen", 8688000); // 2,000 × 43.44
    expect_int(reply, "net_fen", 5994000);          // 146,820.00 − 86,880.00
    expect_int(reply, "distributed_fen", 4195800);  // × 70 %
    expect_int(reply, "kept_fen", 5994000 - 4195800);
    assert_int_equal(th_json_size(th_cli_at(reply, "payments")), 2);
    assert_string_equal(th_cli_text_at(reply, "payments.0.name"), "马家弄村集体");
    expect_int(reply, "payments.0.amount_fen", 1445655); // × 2,509 / 7,282
    assert_string_equal(th_cli_text_at(reply, "payments.1.name"), "高家堂村集体");
    expect_int(reply, "payments.1.amount_fen", 2750145);
    th_json_free(reply);
    // What a run took is not taken again, and nothing is owed before a second person approves it.
    reply = th_cli_json(world, 0, "--as anji-1 revenue distribute --through 2022-12-31");
    expect_int(reply, "distributed_fen", 0);
    th_json_free(reply);
    th_json_free(th_cli_problem(world, 4, "--as anji-1 revenue approve 1"));
    th_json_free(th_cli_json(world, 0, "--as anji-2 revenue approve 1 --on 2022-12-31"));
    char *text = th_cli_out(world, 0, "revenue statement --village 330523990201");
    expect_part(text, "14,456.55");
    free(text);
}

static void expect_books(const struct th_cli_world *world)
{
    struct th_json *reply = th_cli_json(world, 0, "registry check --deep");
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
    reply = th_cli_json(world, 0, "audit verify");
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
    reply = th_cli_json(world, 0, "account list");
    const struct th_json *parties = th_json_get(reply, "parties");
    int64_t money_fen = 0;
    for (size_t i = 0; i < th_json_size(parties); i++) {
        money_fen += th_cli_int_at(th_json_at(parties, i), "money_fen");
    }
    assert_int_equal(money_fen, 0);
    th_json_free(reply);
}

static void anji(const char *language)
{
    struct th_cli_world world;
    world_make(&world, language);
    th_chain_people(&world);
    th_chain_parcels(&world);
    struct th_json *reply = th_cli_json(&world, 0, "parcel list --village 330523990201");
    expect_int(reply, "n", 10);
    expect_number(reply, "area_mu", 2145.00);
    th_json_free(reply);
    reply = th_cli_json(&world, 0, "parcel list --village 330523990202");
    expect_int(reply, "n", 16);
    expect_number(reply, "area_mu", 4080.00);
    th_json_free(reply);
    // A second import adds nothing.
    reply = th_cli_json(&world, 0, "--as clerk-m parcel import {sample}/majianong.geojson");
    expect_int(reply, "read", 10);
    expect_int(reply, "unchanged", 10);
    expect_int(reply, "accepted", 0);
    th_json_free(reply);
    expect_issues(&world);
    expect_purchase(&world);
    expect_resale(&world);
    expect_revenue(&world);
    expect_books(&world);
    th_auditor_agrees(&world);
    th_cli_world_remove(&world);
}

static void chain__anji_figures_come_out_in_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        anji(LANGUAGES[i]);
    }
}

static void deqing(const char *language)
{
    static const char *const SALES[] = {"制药厂 --tonnes 4000", "造纸厂 --tonnes 3500",
                                        "印染厂 --tonnes 2500"};
    struct th_cli_world world;
    world_make(&world, language);
    th_chain_people(&world);
    th_chain_parcels(&world);
    struct th_json *reply = th_chain_wetland(&world);
    expect_int(reply, "issued_t", 10000);
    assert_true(th_json_get_bool(reply, "statement_based", false));
    th_json_free(reply);
    reply = th_chain_trade(&world, "deqing", "2022-05-20",
                           "purchase --package X --to " DEQING_BANK " --price 58.83 --tax 6");
    expect_int(reply, "price_fen", 5883);
    expect_int(reply, "amount_fen", 58830000);
    expect_int(reply, "net_fen", 55500000);
    expect_int(reply, "tax_fen", 3330000);
    th_json_free(reply);
    for (size_t i = 0; i < 3; i++) {
        char line[128];
        (void)snprintf(line, sizeof(line), "resale --from " DEQING_BANK " --to %s --price 58.83",
                       SALES[i]);
        reply = th_chain_trade(&world, "deqing", "2022-06-01", line);
        assert_true(th_json_get_bool(reply, "statement_based", false));
        th_json_free(reply);
    }
    reply = th_cli_problem(&world, 5,
                           "--as deqing-1 trade propose resale --from " DEQING_BANK
                           " --to 制药厂 --tonnes 1 --price 58.83 --on 2022-06-02");
    assert_string_equal(th_cli_text_at(reply, "code"), "not_enough_units");
    th_json_free(reply);
    // A retirement carries the mark onwards.
    reply = th_chain_trade(&world, "deqing", "2022-07-01",
                           "retirement --holder 制药厂 --tonnes 100 --beneficiary 制药厂 "
                           "--purpose offset");
    assert_true(th_json_get_bool(reply, "statement_based", false));
    th_json_free(reply);
    // 10,000 t on 593.33 ha; the implied rate stands beside the tonnes.
    reply = th_cli_json(&world, 0, "package show X");
    assert_close(th_json_real_value(th_cli_at(reply, "verification.implied_t_per_ha")),
                 10000 / 593.333, 0.01);
    th_json_free(reply);
    char *text = th_cli_out(&world, 0, "package show X");
    expect_part(text, "16.85");
    free(text);
    expect_books(&world);
    th_auditor_agrees(&world);
    th_cli_world_remove(&world);
}

static void chain__deqing_figures_come_out_in_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        deqing(LANGUAGES[i]);
    }
}

static void chain__the_county_is_a_projection_without_units(void **state)
{
    struct th_cli_world world;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        world_make(&world, LANGUAGES[i]);
        th_cli_do(&world, "init {dir}/r.tanhui --name 安吉 --admin-code 330523");
        struct th_json *reply = th_cli_json(
            &world, 0, "estimate project --area-mu 870,000 --input factor=70/87 --price 70.00");
        expect_int(reply, "tonnes", 700000);
        expect_int(reply, "amount_fen", 4900000000);
        expect_int(reply, "units_t", 0);
        assert_string_equal(th_cli_text_at(reply, "factor"), "70/87");
        assert_string_equal(th_cli_text_at(reply, "warnings.0.code"), "factor_far_above_reference");
        th_json_free(reply);
        char *text = th_cli_out(
            &world, 0, "estimate project --area-mu 870000 --input factor=70/87 --price 70");
        expect_part(text, "49,000,000.00");
        expect_part(text, "700,000");
        free(text);
        th_cli_world_remove(&world);
    }
}

// Every tonne that an enterprise holds stands for 1,000 kg of named parcels.
static void trace__serials_of_a_buyer_lead_to_a_thousand_kilograms_each(void **state)
{
    struct th_cli_world world;
    int64_t tonnes = 0;
    (void)state;
    th_cli_world_make(&world);
    th_chain_anji(&world);
    struct th_json *trade = th_cli_json(&world, 0, "trade show 2");
    const struct th_json *blocks = th_json_get(trade, "blocks");
    assert_true(th_json_size(blocks) > 0);
    for (size_t i = 0; i < th_json_size(blocks); i++) {
        const struct th_json *block = th_json_at(blocks, i);
        struct th_json *reply =
            th_cli_json(&world, 0, "unit trace %s", th_cli_text_at(block, "serial"));
        const struct th_json *parcels = th_json_get(reply, "parcels");
        int64_t kg = 0;
        int64_t n = th_cli_int_at(block, "last") - th_cli_int_at(block, "first") + 1;
        for (size_t p = 0; p < th_json_size(parcels); p++) {
            assert_true(th_cli_int_at(th_json_at(parcels, p), "kg") > 0);
            kg += th_cli_int_at(th_json_at(parcels, p), "kg");
        }
        assert_int_equal(kg, n * 1000);
        assert_string_equal(th_cli_text_at(reply, "state"), "held");
        assert_string_equal(th_cli_text_at(reply, "owner_name"), ANJI_BUYER);
        // 0.39 t/mu are 5.85 t/ha, 2.7 times the measured change: it stays with the tonne.
        assert_string_equal(th_cli_text_at(reply, "warnings.0.code"), "factor_above_reference");
        tonnes += n;
        th_json_free(reply);
        // One unit alone, and the first of them begins where the first parcel begins.
        reply = th_cli_json(&world, 0, "unit trace %s:%lld", th_cli_text_at(block, "prefix"),
                            (long long)th_cli_int_at(block, "last"));
        int64_t one_kg = 0;
        for (size_t p = 0; p < th_json_size(th_json_get(reply, "parcels")); p++) {
            one_kg += th_cli_int_at(th_json_at(th_json_get(reply, "parcels"), p), "kg");
        }
        assert_int_equal(one_kg, 1000);
        th_json_free(reply);
    }
    assert_int_equal(tonnes, 2000);
    th_json_free(trade);
    th_cli_world_remove(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain__anji_figures_come_out_in_both_languages),
        cmocka_unit_test(chain__deqing_figures_come_out_in_both_languages),
        cmocka_unit_test(chain__the_county_is_a_projection_without_units),
        cmocka_unit_test(trace__serials_of_a_buyer_lead_to_a_thousand_kilograms_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

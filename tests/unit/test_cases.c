// The acceptance cases of data/cases: what was reported is kept, what follows is computed again.
#include <stdio.h>
#include <stdlib.h>

#include "methodology/estimate.h"
#include "methodology/issuance.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"
#include "tests/unit/case_file.h"
#include "tests/unit/shipped_document.h"

static struct th_methodology *methodology_of(const struct th_json *inputs)
{
    char name[160];
    (void)snprintf(name, sizeof(name), "%s/%s.json", th_json_get_text(inputs, "methodology", ""),
                   th_json_get_text(inputs, "version", ""));
    return shipped_document(name);
}

static struct th_estimate_rules *rules_of(const struct th_methodology *methodology,
                                          const struct th_json *inputs)
{
    struct th_error err;
    struct th_estimate_input input = {.name = "factor"};
    struct th_estimate_rules *rules = NULL;
    assert_ok(th_ratio_parse(th_json_get_text(inputs, "factor", ""), &input.value, &err), &err);
    assert_ok(th_estimate_rules_new(methodology, &input, 1, &rules, &err), &err);
    return rules;
}

static struct th_area area_of(const struct th_json *inputs, const char *key)
{
    struct th_error err;
    struct th_area area = {0};
    assert_ok(th_area_parse_mu(th_json_get_text(inputs, key, ""), &area, &err), &err);
    return area;
}

static int64_t price_times(const struct th_json *computed, int64_t tonnes)
{
    struct th_error err;
    struct th_money amount = {0};
    assert_ok(th_money_times_units(th_money_from_fen(case_file_fen(computed, "price_cny_per_t")),
                                   th_units_from_t(tonnes), &amount, &err),
              &err);
    return th_money_fen(amount);
}

// The wanted numbers stand here too, so that an edited case file cannot make itself true.
static void check_village(const char *name, const int64_t *vintage_t, int64_t total_t,
                          int64_t carried_kg)
{
    struct th_error err;
    struct th_issuance_entry entries[3];
    struct th_issuance_plan plan = {0};
    struct case_file from = case_file_open(name);
    const struct th_json *inputs = from.inputs;
    const struct th_json *computed = from.computed;
    const struct th_json *years = th_json_get(inputs, "years");
    struct th_methodology *methodology = methodology_of(inputs);
    struct th_estimate_rules *rules = rules_of(methodology, inputs);
    struct th_estimate_parcel parcel = {.parcel_id = 1, .measured = area_of(inputs, "area_mu")};
    char ha[32];
    int64_t ha_cent = (th_area_m2_300(parcel.measured) / 15000 + 1) / 2;
    (void)snprintf(ha, sizeof(ha), "%d.%02d", (int)(ha_cent / 100), (int)(ha_cent % 100));
    assert_string_equal(th_json_get_text(computed, "area_ha", ""), ha);
    assert_int_equal(th_json_size(years), 3);
    for (size_t i = 0; i < 3; i++) {
        struct th_estimate_line line;
        int year = (int)th_json_int_value(th_json_at(years, i));
        assert_ok(th_estimate_year(rules, year, &parcel, 1, &line, &err), &err);
        entries[i] = (struct th_issuance_entry){1, year, line.net};
    }
    assert_ok(th_issuance_plan(entries, 3, NULL, 0, th_methodology_buffer_ratio(methodology), &plan,
                               &err),
              &err);
    int64_t sum_t = 0;
    for (size_t i = 0; i < 3; i++) {
        const struct th_json *in_file = th_json_at(th_json_get(computed, "vintage_t"), i);
        assert_int_equal(th_units_t(plan.vintages[i].issued), vintage_t[i]);
        assert_int_equal(th_json_int_value(in_file), vintage_t[i]);
        assert_int_equal(th_units_t(plan.vintages[i].buffer), 0);
        sum_t += th_units_t(plan.vintages[i].issued);
    }
    assert_int_equal(sum_t, total_t);
    assert_int_equal(th_json_get_int(computed, "total_t", -1), total_t);
    assert_int_equal(th_carbon_kg(plan.vintages[2].carried_out), carried_kg);
    assert_int_equal(th_json_get_int(computed, "carried_kg", -1), carried_kg);
    if (th_json_get(computed, "price_cny_per_t")) {
        assert_int_equal(price_times(computed, sum_t), case_file_fen(computed, "amount_cny"));
    }
    th_issuance_plan_clear(&plan);
    th_estimate_rules_free(rules);
    th_methodology_free(methodology);
    case_file_close(&from);
}

static void majianong__issues_836_837_836_and_carries_650_kg(void **state)
{
    (void)state;
    static const int64_t vintage_t[] = {836, 837, 836};
    check_village("anji-majianong", vintage_t, 2509, 650);
}

static void gaojiatang__issues_1591_each_year_and_carries_600_kg(void **state)
{
    (void)state;
    static const int64_t vintage_t[] = {1591, 1591, 1591};
    check_village("anji-gaojiatang", vintage_t, 4773, 600);
}

// 2,115.75 t a year: floors of 2,115.75, 4,231.50 and 6,347.25.
static void dali__issues_the_reported_6347_tonnes(void **state)
{
    (void)state;
    static const int64_t vintage_t[] = {2115, 2116, 2116};
    check_village("anji-dali", vintage_t, 6347, 250);
}

static void prices__are_the_published_amounts(void **state)
{
    (void)state;
    struct case_file majianong = case_file_open("anji-majianong");
    struct case_file gaojiatang = case_file_open("anji-gaojiatang");
    struct case_file dali = case_file_open("anji-dali");
    assert_int_equal(case_file_fen(majianong.computed, "amount_cny"), 10899096);
    assert_int_equal(case_file_fen(gaojiatang.computed, "amount_cny"), 20733912);
    assert_int_equal(case_file_fen(dali.computed, "lump_sum_cny"), 27550000);
    case_file_close(&majianong);
    case_file_close(&gaojiatang);
    case_file_close(&dali);
}

static void all_bamboo__is_exactly_700000_tonnes_and_needs_a_waiver(void **state)
{
    (void)state;
    struct th_error err;
    struct th_carbon gross;
    struct th_estimate_warning warnings[TH_ESTIMATE_WARNINGS_MAX];
    struct case_file from = case_file_open("anji-all-bamboo");
    const struct th_json *inputs = from.inputs;
    const struct th_json *computed = from.computed;
    struct th_methodology *methodology = methodology_of(inputs);
    struct th_estimate_rules *rules = rules_of(methodology, inputs);
    assert_ok(th_estimate_project(rules, area_of(inputs, "area_mu"), &gross, &err), &err);
    assert_int_equal(th_carbon_kg(gross), 700000000);
    assert_int_equal(th_json_get_int(computed, "gross_t", -1), 700000);
    assert_int_equal(th_json_get_int(computed, "units_t", -1), 0);
    assert_int_equal(price_times(computed, 700000), 4900000000);
    assert_int_equal(case_file_fen(computed, "amount_cny"), 4900000000);
    assert_int_equal(th_estimate_warnings(rules, warnings), 1);
    assert_true(warnings[0].needs_waiver);
    assert_true(th_json_get_bool(computed, "needs_waiver", false));
    assert_string_equal(th_error_arg_get(&warnings[0].message, "times"),
                        th_json_get_text(computed, "times_reference", ""));
    th_estimate_rules_free(rules);
    th_methodology_free(methodology);
    case_file_close(&from);
}

static void xiazhuhu__is_a_statement_and_its_money_adds_up(void **state)
{
    (void)state;
    struct th_error err;
    struct th_ratio tax;
    struct case_file from = case_file_open("deqing-xiazhuhu");
    const struct th_json *inputs = from.inputs;
    const struct th_json *computed = from.computed;
    struct th_methodology *methodology = methodology_of(inputs);
    int64_t stated_t = th_json_get_int(inputs, "stated_t", -1);
    assert_true(th_methodology_statement_based(methodology));
    assert_int_equal(stated_t, 10000);
    assert_int_equal(price_times(computed, stated_t), 58830000);
    assert_int_equal(case_file_fen(computed, "amount_cny"), 58830000);
    assert_ok(th_ratio_parse(th_json_get_text(inputs, "tax_ratio", ""), &tax, &err), &err);
    assert_int_equal(case_file_fen(computed, "net_cny"), 55500000);
    assert_int_equal(case_file_fen(computed, "net_cny") * tax.numerator / tax.denominator,
                     case_file_fen(computed, "tax_cny"));
    assert_int_equal(case_file_fen(computed, "net_cny") + case_file_fen(computed, "tax_cny"),
                     case_file_fen(computed, "amount_cny"));
    // 17,000 t on 8,900 mu, 15 mu a hectare.
    double t_per_ha = (double)th_json_get_int(inputs, "claimed_t_per_year", -1) * 3000000 /
                      (double)th_area_m2_300(area_of(inputs, "claimed_area_mu"));
    assert_close(t_per_ha, strtod(th_json_get_text(computed, "implied_t_per_ha_year", ""), NULL),
                 0.005);
    assert_close(t_per_ha, 28.65, 0.005);
    // The loan is an example, told apart from what was reported.
    const struct th_json *loan = th_json_get(from.json, "loan");
    assert_string_equal(th_json_get_text(loan, "evidence", ""), "example");
    assert_int_equal(th_json_get_int(loan, "pledged_t", -1), 5000);
    assert_int_equal(case_file_fen(loan, "valuation_cny"),
                     5000 * case_file_fen(loan, "valuation_cny_per_t"));
    assert_int_equal(case_file_fen(loan, "valuation_cny"), 29415000);
    th_methodology_free(methodology);
    case_file_close(&from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(majianong__issues_836_837_836_and_carries_650_kg),
        cmocka_unit_test(gaojiatang__issues_1591_each_year_and_carries_600_kg),
        cmocka_unit_test(dali__issues_the_reported_6347_tonnes),
        cmocka_unit_test(prices__are_the_published_amounts),
        cmocka_unit_test(all_bamboo__is_exactly_700000_tonnes_and_needs_a_waiver),
        cmocka_unit_test(xiazhuhu__is_a_statement_and_its_money_adds_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Cases of data/cases of which only totals were published: what follows from them is computed
// again here, and what was not published stays empty.
#include "core/json.h"
#include "core/ratio.h"
#include "tests/support/support.h"
#include "tests/unit/case_file.h"

// Tenths of a tonne, exact.
static int64_t tenths(const char *text)
{
    struct th_error err;
    struct th_ratio ratio;
    int64_t value = 0;
    assert_ok(th_ratio_parse(text, &ratio, &err), &err);
    assert_ok(th_ratio_apply_floor(ratio, 10, &value, &err), &err);
    assert_int_equal(value * ratio.denominator, 10 * ratio.numerator);
    return value;
}

static void longguan__emits_more_than_it_fixes_and_credits_nothing(void **state)
{
    (void)state;
    struct case_file tea = case_file_open("longguan-tea");
    int64_t fixation = tenths(case_file_reported(&tea, "fixation by the tea")) +
                       tenths(case_file_reported(&tea, "fixation by surrounding trees and grass"));
    int64_t net =
        fixation - tenths(case_file_reported(&tea, "mean emission of tea gardens in the country"));
    int64_t claim = tenths(case_file_reported(&tea, "fixation claimed elsewhere"));
    assert_int_equal(fixation, 89);
    assert_int_equal(tenths(case_file_reported(&tea, "fixation in all")), fixation);
    assert_int_equal(net, -10);
    assert_int_equal(tenths(th_json_get_text(tea.computed, "net_t_per_ha", "")), net);
    assert_int_equal(tenths(th_json_get_text(tea.computed, "creditable_t_per_ha", "")), 0);
    assert_int_equal(tenths(th_json_get_text(tea.computed, "claimed_less_fixation_t_per_ha", "")),
                     claim - fixation);
    assert_int_equal(claim - fixation, 32);
    assert_true(th_json_get_bool(tea.computed, "claim_contradicts", false));
    assert_int_equal(th_json_get_int(tea.computed, "units_t", -1), 0);
    case_file_close(&tea);
}

// 200 t of CO2 hold 200 × 12/44 = 54.545 t of carbon.
static void changshan__earns_200_or_54_tonnes_of_fertiliser(void **state)
{
    (void)state;
    static const struct th_ratio carbon_of_co2 = {12, 44};
    struct th_error err;
    struct case_file orchards = case_file_open("changshan-orchards");
    int64_t net_t = th_json_get_int(orchards.inputs, "fixed_t", -1) -
                    th_json_get_int(orchards.inputs, "emitted_t", -1);
    int64_t carbon_kg = 0;
    assert_int_equal(net_t, 200);
    assert_int_equal(net_t, tenths(case_file_reported(&orchards, "net")) / 10);
    assert_ok(th_ratio_apply_floor(carbon_of_co2, net_t * 1000, &carbon_kg, &err), &err);
    assert_int_equal(carbon_kg, 54545);
    assert_int_equal(th_json_get_int(orchards.computed, "net_t", -1), net_t);
    assert_int_equal(th_json_get_int(orchards.computed, "fertiliser_by_co2_t", -1), net_t);
    assert_int_equal(th_json_get_int(orchards.computed, "fertiliser_by_co2_carried_kg", -1), 0);
    assert_int_equal(th_json_get_int(orchards.computed, "fertiliser_by_carbon_t", -1),
                     carbon_kg / 1000);
    assert_int_equal(th_json_get_int(orchards.computed, "fertiliser_by_carbon_carried_kg", -1),
                     carbon_kg % 1000);
    assert_int_equal(th_json_get_int(orchards.computed, "units_t", -1), 0);
    case_file_close(&orchards);
}

static bool is_null(const struct th_json *object, const char *key)
{
    const struct th_json *value = th_json_get(object, key);
    return value && th_json_type(value) == TH_JSON_NULL;
}

static void quzhou__has_a_total_of_the_period_and_no_yearly_value(void **state)
{
    (void)state;
    struct case_file forest = case_file_open("quzhou-forestry");
    int64_t stated_t = th_json_get_int(forest.inputs, "stated_t", -1);
    assert_int_equal(stated_t * 10,
                     tenths(case_file_reported(&forest, "verified, total of the period")));
    assert_int_equal(stated_t, 49400);
    assert_int_equal(th_json_get_int(forest.inputs, "parcels", -1), 172);
    // 30,000 mu at 15 a hectare.
    int64_t area_ha = tenths(case_file_reported(&forest, "area")) / 150;
    assert_int_equal(area_ha, 2000);
    assert_int_equal(tenths(th_json_get_text(forest.computed, "area_ha", "")), area_ha * 10);
    assert_int_equal(tenths(th_json_get_text(forest.computed, "period_t_per_ha", "")) * area_ha,
                     stated_t * 10);
    assert_true(is_null(forest.inputs, "years"));
    assert_true(is_null(forest.computed, "t_per_ha_year"));
    case_file_close(&forest);
}

static void kecheng__has_no_tonnes_to_issue(void **state)
{
    (void)state;
    struct case_file trees = case_file_open("kecheng-trees");
    assert_true(is_null(trees.inputs, "tonnes"));
    assert_true(is_null(trees.computed, "expected_t"));
    assert_int_equal(th_json_get_int(trees.computed, "units_t", -1), 0);
    assert_false(th_json_get_bool(trees.computed, "may_be_retired", true));
    case_file_close(&trees);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longguan__emits_more_than_it_fixes_and_credits_nothing),
        cmocka_unit_test(changshan__earns_200_or_54_tonnes_of_fertiliser),
        cmocka_unit_test(quzhou__has_a_total_of_the_period_and_no_yearly_value),
        cmocka_unit_test(kecheng__has_no_tonnes_to_issue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Cases of data/cases of which only totals were published: what follows from them is computed
// again here, and what was not published stays empty.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/json.h"
#include "core/ratio.h"
#include "tests/support/support.h"

struct read_case {
    struct th_json *json;
    const struct th_json *reported, *inputs, *computed;
};

static struct read_case read_case(const char *name)
{
    struct th_error err;
    char file[128];
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct read_case found = {0};
    (void)snprintf(file, sizeof(file), "data/cases/%s.json", name);
    assert_ok(th_file_read(th_test_source_path(path, file), 1 << 20, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, size, &found.json, &err), &err);
    free(text);
    assert_string_equal(th_json_get_text(found.json, "case", ""), name);
    found.reported = th_json_get(found.json, "reported");
    found.inputs = th_json_get(found.json, "inputs");
    found.computed = th_json_get(found.json, "computed");
    assert_true(th_json_size(found.reported) > 0);
    for (size_t i = 0; i < th_json_size(found.reported); i++) {
        static const char *const keys[] = {"value", "unit", "source", "evidence"};
        const struct th_json *item = th_json_at(found.reported, i);
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            assert_string_not_equal(th_json_get_text(item, keys[k], ""), "");
        }
        assert_string_not_equal(th_json_get_text(th_json_get(item, "what"), "zh", ""), "");
        assert_string_not_equal(th_json_get_text(th_json_get(item, "what"), "en", ""), "");
    }
    assert_string_equal(th_json_get_text(found.computed, "evidence", ""), "derived");
    return found;
}

// The reported value whose English name this is.
static const char *reported(const struct read_case *from, const char *what)
{
    for (size_t i = 0; i < th_json_size(from->reported); i++) {
        const struct th_json *item = th_json_at(from->reported, i);
        if (strcmp(th_json_get_text(th_json_get(item, "what"), "en", ""), what) == 0) {
            return th_json_get_text(item, "value", "");
        }
    }
    fail_msg("nothing reported as %s", what);
    return "";
}

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
    struct read_case tea = read_case("longguan-tea");
    int64_t fixation = tenths(reported(&tea, "fixation by the tea")) +
                       tenths(reported(&tea, "fixation by surrounding trees and grass"));
    int64_t net = fixation - tenths(reported(&tea, "mean emission of tea gardens in the country"));
    int64_t claim = tenths(reported(&tea, "fixation claimed elsewhere"));
    assert_int_equal(fixation, 89);
    assert_int_equal(tenths(reported(&tea, "fixation in all")), fixation);
    assert_int_equal(net, -10);
    assert_int_equal(tenths(th_json_get_text(tea.computed, "net_t_per_ha", "")), net);
    assert_int_equal(tenths(th_json_get_text(tea.computed, "creditable_t_per_ha", "")), 0);
    assert_int_equal(tenths(th_json_get_text(tea.computed, "claimed_less_fixation_t_per_ha", "")),
                     claim - fixation);
    assert_int_equal(claim - fixation, 32);
    assert_true(th_json_get_bool(tea.computed, "claim_contradicts", false));
    assert_int_equal(th_json_get_int(tea.computed, "units_t", -1), 0);
    th_json_free(tea.json);
}

// 200 t of CO2 hold 200 × 12/44 = 54.545 t of carbon.
static void changshan__earns_200_or_54_tonnes_of_fertiliser(void **state)
{
    (void)state;
    static const struct th_ratio carbon_of_co2 = {12, 44};
    struct th_error err;
    struct read_case orchards = read_case("changshan-orchards");
    int64_t net_t = th_json_get_int(orchards.inputs, "fixed_t", -1) -
                    th_json_get_int(orchards.inputs, "emitted_t", -1);
    int64_t carbon_kg = 0;
    assert_int_equal(net_t, 200);
    assert_int_equal(net_t, tenths(reported(&orchards, "net")) / 10);
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
    th_json_free(orchards.json);
}

static bool is_null(const struct th_json *object, const char *key)
{
    const struct th_json *value = th_json_get(object, key);
    return value && th_json_type(value) == TH_JSON_NULL;
}

static void quzhou__has_a_total_of_the_period_and_no_yearly_value(void **state)
{
    (void)state;
    struct read_case forest = read_case("quzhou-forestry");
    int64_t stated_t = th_json_get_int(forest.inputs, "stated_t", -1);
    assert_int_equal(stated_t * 10, tenths(reported(&forest, "verified, total of the period")));
    assert_int_equal(stated_t, 49400);
    assert_int_equal(th_json_get_int(forest.inputs, "parcels", -1), 172);
    // 30,000 mu at 15 a hectare.
    int64_t area_ha = tenths(reported(&forest, "area")) / 150;
    assert_int_equal(area_ha, 2000);
    assert_int_equal(tenths(th_json_get_text(forest.computed, "area_ha", "")), area_ha * 10);
    assert_int_equal(tenths(th_json_get_text(forest.computed, "period_t_per_ha", "")) * area_ha,
                     stated_t * 10);
    assert_true(is_null(forest.inputs, "years"));
    assert_true(is_null(forest.computed, "t_per_ha_year"));
    th_json_free(forest.json);
}

static void kecheng__has_no_tonnes_to_issue(void **state)
{
    (void)state;
    struct read_case trees = read_case("kecheng-trees");
    assert_true(is_null(trees.inputs, "tonnes"));
    assert_true(is_null(trees.computed, "expected_t"));
    assert_int_equal(th_json_get_int(trees.computed, "units_t", -1), 0);
    assert_false(th_json_get_bool(trees.computed, "may_be_retired", true));
    th_json_free(trees.json);
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

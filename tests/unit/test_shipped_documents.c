// The documents that come with the program: all are sound, and what must be refused is refused.
#include <stdio.h>

#include "methodology/document.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"
#include "tests/unit/shipped_document.h"

static void no_fault(void *context, const struct th_error *fault)
{
    fail_msg("%s: %s at %s, %s", (const char *)context, fault->key,
             th_error_arg_get(fault, "where"), th_error_arg_get(fault, "reason"));
}

static void every_document__is_sound(void **state)
{
    (void)state;
    static const char *const names[] = {"bamboo-afforestation/1.json", "forest-volume/1.json",
                                        "freshwater-wetland/1.json",   "moso-management/1.json",
                                        "orchard-account/1.json",      "orchard-account/2.json",
                                        "reported-factor/1.json",      "statement/1.json",
                                        "tea-garden/1.json",           "tree-afforestation/1.json"};
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        char name[128];
        size_t size = 0;
        const char *text = th_methodology_shipped_text(i, &size);
        (void)snprintf(name, sizeof(name), "%s", th_methodology_shipped_name(i));
        assert_int_equal(th_methodology_lint(text, size, no_fault, name), 0);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        th_methodology_free(shipped_document(names[i]));
    }
}

static enum th_status applies(const struct th_methodology *methodology, const char *kind,
                              const char *land_class, const char *mu)
{
    struct th_error err;
    struct th_area area;
    assert_ok(th_area_parse_mu(mu, &area, &err), &err);
    return th_methodology_applies(methodology, kind, land_class, area, &err);
}

static void afforestation__leaves_orchards_and_tea_out(void **state)
{
    (void)state;
    struct th_methodology *trees = shipped_document("tree-afforestation/1.json");
    assert_int_equal(applies(trees, "forest", "0301", "10"), TH_OK);
    assert_int_equal(applies(trees, "orchard", "0201", "10"), TH_DATA_PROBLEM);
    assert_int_equal(applies(trees, "tea", "0202", "10"), TH_DATA_PROBLEM);
    assert_int_equal(applies(trees, "forest", "0303", "10"), TH_DATA_PROBLEM);
    assert_int_equal(applies(trees, "wetland", "0304", "10"), TH_DATA_PROBLEM);
    // 400 m2 are 0.6 mu.
    assert_int_equal(applies(trees, "forest", "0301", "0.60"), TH_OK);
    assert_int_equal(applies(trees, "forest", "0301", "0.59"), TH_DATA_PROBLEM);
    th_methodology_free(trees);
}

static void orchard_account__begins_at_fifty_mu(void **state)
{
    (void)state;
    struct th_methodology *orchard = shipped_document("orchard-account/2.json");
    assert_true(th_methodology_monitoring_only(orchard));
    assert_int_equal(applies(orchard, "orchard", "0201", "50.00"), TH_OK);
    assert_int_equal(applies(orchard, "orchard", "0201", "49.99"), TH_DATA_PROBLEM);
    th_methodology_free(orchard);
}

// Do all conditions on the named input hold where it has this value? At least one must be there.
static bool all_hold(const struct th_methodology *methodology, const char *input, double value)
{
    double inputs[TH_CALC_INPUTS_MAX] = {0};
    bool found = false;
    bool hold = true;
    for (size_t i = 0; i < th_methodology_n_conditions(methodology); i++) {
        const struct th_condition *condition = th_methodology_condition(methodology, i);
        if (strcmp(th_methodology_input(methodology, condition->input)->name, input) == 0) {
            inputs[condition->input] = value;
            found = true;
            hold = hold && th_condition_holds(condition, inputs);
        }
    }
    assert_true(found);
    return hold;
}

static void moso__is_surveyed_an_even_number_of_years_apart(void **state)
{
    (void)state;
    struct th_methodology *moso = shipped_document("moso-management/1.json");
    for (int years = 1; years <= 10; years++) {
        assert_int_equal(all_hold(moso, "survey_years", years), years % 2 == 0);
    }
    assert_false(all_hold(moso, "survey_years", 2.5));
    assert_true(all_hold(moso, "survey_season", 0));
    assert_false(all_hold(moso, "survey_season", 1));
    assert_true(all_hold(moso, "canopy_cover", 0.20));
    assert_false(all_hold(moso, "canopy_cover", 0.19));
    assert_true(all_hold(moso, "tree_cover", 0.19));
    assert_false(all_hold(moso, "tree_cover", 0.20));
    th_methodology_free(moso);
}

// Wetland (1) and organic soil (2) have emissions that none of these count.
static void wetland_and_organic_soil__are_no_ground_for_stands_and_gardens(void **state)
{
    (void)state;
    static const char *const names[] = {"moso-management/1.json",    "bamboo-afforestation/1.json",
                                        "tree-afforestation/1.json", "forest-volume/1.json",
                                        "tea-garden/1.json",         "orchard-account/2.json"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct th_methodology *methodology = shipped_document(names[i]);
        assert_true(all_hold(methodology, "ground", 0));
        assert_false(all_hold(methodology, "ground", 1));
        assert_false(all_hold(methodology, "ground", 2));
        th_methodology_free(methodology);
    }
}

static void volume_factors__are_not_for_young_stands(void **state)
{
    (void)state;
    struct th_methodology *forest = shipped_document("forest-volume/1.json");
    assert_true(all_hold(forest, "age_first", 10));
    assert_false(all_hold(forest, "age_first", 9));
    th_methodology_free(forest);
}

static void wetland__ends_where_salt_water_begins(void **state)
{
    (void)state;
    struct th_methodology *wetland = shipped_document("freshwater-wetland/1.json");
    assert_true(all_hold(wetland, "salinity", 5));
    assert_false(all_hold(wetland, "salinity", 5.1));
    assert_int_equal(applies(wetland, "wetland", "1102", "10"), TH_OK);
    assert_int_equal(applies(wetland, "wetland", "1105", "10"), TH_DATA_PROBLEM);
    th_methodology_free(wetland);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_document__is_sound),
        cmocka_unit_test(afforestation__leaves_orchards_and_tea_out),
        cmocka_unit_test(orchard_account__begins_at_fifty_mu),
        cmocka_unit_test(moso__is_surveyed_an_even_number_of_years_apart),
        cmocka_unit_test(wetland_and_organic_soil__are_no_ground_for_stands_and_gardens),
        cmocka_unit_test(volume_factors__are_not_for_young_stands),
        cmocka_unit_test(wetland__ends_where_salt_water_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

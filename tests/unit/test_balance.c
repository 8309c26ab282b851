// What an account of both sides earns: colours at their limits, and fertiliser to the kilogram.
#include "methodology/balance.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/json.h"
#include "tests/support/support.h"

static struct th_carbon kg(int64_t value)
{
    return th_carbon_from_kg(value);
}

static void colour__is_given_from_its_limit_on(void **state)
{
    // 3/2, 1 and 1/2 of what is emitted.
    const struct th_colour_limits limits = {{{3, 2}, {1, 1}, {1, 2}}};
    static const struct {
        int64_t fixed, emitted;
        enum th_colour colour;
    } cases[] = {
        {1500, 1000, TH_COLOUR_DARK_GREEN},
        {1499, 1000, TH_COLOUR_LIGHT_GREEN},
        {1000, 1000, TH_COLOUR_LIGHT_GREEN},
        {999, 1000, TH_COLOUR_YELLOW},
        {500, 1000, TH_COLOUR_YELLOW},
        {499, 1000, TH_COLOUR_RED},
        {0, 1000, TH_COLOUR_RED},
        {-5, 1000, TH_COLOUR_RED},
        {10, 0, TH_COLOUR_DARK_GREEN},
        {0, 0, TH_COLOUR_DARK_GREEN},
        {-1, 0, TH_COLOUR_RED},
        {2200000, 2000000, TH_COLOUR_LIGHT_GREEN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum th_colour colour = th_colour_of(kg(cases[i].fixed), kg(cases[i].emitted), &limits);
        if (colour != cases[i].colour) {
            fail_msg("%d of %d: %s", (int)cases[i].fixed, (int)cases[i].emitted,
                     th_colour_name(colour));
        }
    }
    assert_string_equal(th_colour_name(TH_COLOUR_LIGHT_GREEN), "light_green");
}

// The 66 accounts of Changshan: 2,200 t fixed, 2,000 t emitted; 200 t of CO2 earn 200 t, or as
// carbon 54 t with 545 5/11 kg left over. What must come out stands in the case.
static void changshan__earns_200_or_54_tonnes(void **state)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *json = NULL;
    (void)state;
    assert_ok(th_file_read(th_test_source_path(path, "data/cases/changshan-orchards.json"), 1 << 20,
                           &text, &size, &err),
              &err);
    assert_ok(th_json_parse(text, size, &json, &err), &err);
    free(text);
    const struct th_json *in = th_json_get(json, "inputs");
    const struct th_json *want = th_json_get(json, "computed");
    struct th_carbon balance;
    assert_ok(th_carbon_sub(kg(1000 * th_json_get_int(in, "fixed_t", 0)),
                            kg(1000 * th_json_get_int(in, "emitted_t", 0)), &balance, &err),
              &err);
    assert_int_equal(th_carbon_kg(balance), 200000);
    const struct th_ratio one = {1, 1};
    for (int by_carbon = 0; by_carbon < 2; by_carbon++) {
        const struct th_fertiliser_term term = {by_carbon == 1, one};
        struct th_ratio rest = {0, 1};
        struct th_ratio earned;
        int64_t whole_t = 0;
        assert_ok(th_fertiliser_earn(balance, &term, &rest, &earned, &whole_t, &err), &err);
        assert_int_equal(
            whole_t, th_json_get_int(
                         want, by_carbon ? "fertiliser_by_carbon_t" : "fertiliser_by_co2_t", -1));
        assert_int_equal(th_fertiliser_kg(rest),
                         th_json_get_int(want,
                                         by_carbon ? "fertiliser_by_carbon_carried_kg"
                                                   : "fertiliser_by_co2_carried_kg",
                                         -1));
    }
    th_json_free(json);
}

// Eleven years of 200 t CO2 are 600 t C, not a kilogram less.
static void fertiliser__carries_fractions_exactly(void **state)
{
    const struct th_fertiliser_term term = {true, {1, 1}};
    struct th_error err;
    struct th_ratio rest = {0, 1};
    int64_t sum_t = 0;
    (void)state;
    for (int year = 0; year < 11; year++) {
        struct th_ratio earned;
        int64_t whole_t = 0;
        assert_ok(th_fertiliser_earn(kg(200000), &term, &rest, &earned, &whole_t, &err), &err);
        assert_int_equal(earned.numerator, 600000);
        assert_int_equal(earned.denominator, 11);
        assert_true(rest.numerator >= 0 && th_ratio_double(rest) < 1000);
        sum_t += whole_t;
    }
    assert_int_equal(sum_t, 600);
    assert_int_equal(rest.numerator, 0);
}

static void fertiliser__of_nothing_fixed_is_nothing(void **state)
{
    const struct th_fertiliser_term term = {false, {1, 1}};
    struct th_error err;
    struct th_ratio rest = {999, 1};
    struct th_ratio earned;
    int64_t whole_t = -1;
    (void)state;
    assert_ok(th_fertiliser_earn(kg(-5000), &term, &rest, &earned, &whole_t, &err), &err);
    assert_int_equal(whole_t, 0);
    assert_int_equal(th_fertiliser_kg(earned), 0);
    assert_int_equal(th_fertiliser_kg(rest), 999); // what was earned before stays
    assert_ok(th_fertiliser_earn(kg(1), &term, &rest, &earned, &whole_t, &err), &err);
    assert_int_equal(whole_t, 1);
    assert_int_equal(th_fertiliser_kg(rest), 0);
}

static void fertiliser__takes_the_terms_rate(void **state)
{
    const struct th_fertiliser_term half = {false, {1, 2}};
    struct th_error err;
    struct th_ratio rest = {0, 1};
    struct th_ratio earned;
    int64_t whole_t = 0;
    (void)state;
    assert_ok(th_fertiliser_earn(kg(2001), &half, &rest, &earned, &whole_t, &err), &err);
    assert_int_equal(whole_t, 1);
    assert_int_equal(rest.numerator, 1); // half a kilogram
    assert_int_equal(rest.denominator, 2);
}

static void fertiliser__overflow_leaves_all_as_it_was(void **state)
{
    const struct th_fertiliser_term term = {true, {1000000007, 1}};
    struct th_error err;
    struct th_ratio rest = {5, 1};
    struct th_ratio earned = {7, 1};
    int64_t whole_t = 9;
    (void)state;
    assert_status(th_fertiliser_earn(kg(INT64_MAX / 2), &term, &rest, &earned, &whole_t, &err),
                  TH_OVERFLOW, &err);
    assert_int_equal(rest.numerator, 5);
    assert_int_equal(earned.numerator, 7);
    assert_int_equal(whole_t, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colour__is_given_from_its_limit_on),
        cmocka_unit_test(changshan__earns_200_or_54_tonnes),
        cmocka_unit_test(fertiliser__carries_fractions_exactly),
        cmocka_unit_test(fertiliser__of_nothing_fixed_is_nothing),
        cmocka_unit_test(fertiliser__takes_the_terms_rate),
        cmocka_unit_test(fertiliser__overflow_leaves_all_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

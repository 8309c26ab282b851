// Activity of groups: sums by group and part, merged, and what has none.
#include "methodology/activity_sum.h"

#include <math.h>

#include "tests/support/support.h"

enum { AREA, AGE, N_INPUTS };
enum { YOUNG, OLD, N_SLOTS };

// kg = area · growth by age, which is drawn
static struct th_calc *growth(void)
{
    static const double from[] = {1, 10};
    struct th_error err;
    struct th_calc *calc = th_calc_new();
    assert_non_null(calc);
    struct th_node rate =
        th_calc_choose(calc, th_calc_input(calc, AGE, "yr"), from, 2, YOUNG, "kg CO2e/ha/yr");
    struct th_node kg = th_calc_mul(calc, th_calc_input(calc, AREA, "ha"), rate);
    th_calc_count(calc, th_calc_line(calc, kg, "term.gross", "kg CO2e/yr", "s"), TH_SIDE_GROSS,
                  TH_GAS_CO2);
    assert_ok(th_calc_finish(calc, &err), &err);
    return calc;
}

struct fixture {
    struct th_calc *calc;
    struct th_separate *separate;
    struct th_activity_sum *activity;
};

static const double slots[N_SLOTS] = {0};

static void fixture_make(struct fixture *fixture)
{
    static const bool uncertain[N_SLOTS] = {true, true};
    struct th_error err;
    *fixture = (struct fixture){.calc = growth()};
    assert_ok(th_separate_new(fixture->calc, uncertain, &fixture->separate, &err), &err);
    assert_ok(th_activity_sum_new(fixture->separate, 3, &fixture->activity, &err), &err);
}

static void fixture_clear(struct fixture *fixture)
{
    th_activity_sum_free(fixture->activity);
    th_separate_free(fixture->separate);
    th_calc_free(fixture->calc);
}

static enum th_status add(struct fixture *fixture, const double *area_ha, const double *age,
                          const uint32_t *groups, size_t n, struct th_error *err)
{
    const double *inputs[N_INPUTS] = {area_ha, age};
    struct th_calc_batch batch = {.n = n, .inputs = inputs};
    return th_activity_sum_add(fixture->activity, slots, &batch, groups, err);
}

static void activity__is_summed_by_group_and_part(void **state)
{
    (void)state;
    static const double area_ha[] = {1.5, 2, 4, 8, 16};
    static const double age[] = {1, 9, 10, 40, 3};
    static const uint32_t groups[] = {0, 2, 2, 0, 2};
    struct fixture fixture;
    struct th_error err;
    double sums[2];
    fixture_make(&fixture);
    assert_int_equal(th_separate_n_parts(fixture.separate), 2);
    assert_ok(add(&fixture, area_ha, age, groups, 5, &err), &err);
    th_activity_sum_read(fixture.activity, 0, sums);
    assert_true(sums[0] == 1.5 && sums[1] == 8);
    th_activity_sum_read(fixture.activity, 1, sums);
    assert_true(sums[0] == 0 && sums[1] == 0);
    th_activity_sum_read(fixture.activity, 2, sums);
    assert_true(sums[0] == 18 && sums[1] == 4);
    // A second batch comes on top, and groups go into others.
    assert_ok(add(&fixture, area_ha, age, groups, 1, &err), &err);
    assert_ok(th_activity_sum_merge(fixture.activity, 1, fixture.activity, 0, &err), &err);
    assert_ok(th_activity_sum_merge(fixture.activity, 1, fixture.activity, 2, &err), &err);
    th_activity_sum_read(fixture.activity, 1, sums);
    assert_true(sums[0] == 21 && sums[1] == 12);
    fixture_clear(&fixture);
}

static void activity__names_the_row_without_a_value(void **state)
{
    (void)state;
    static const double area_ha[] = {1, 1, 1};
    static const double age[] = {5, 20, 0.5}; // the table begins at 1
    static const uint32_t groups[] = {0, 0, 0};
    struct fixture fixture;
    struct th_error err;
    fixture_make(&fixture);
    assert_status(add(&fixture, area_ha, age, groups, 3, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "activity_undefined");
    assert_string_equal(th_error_arg_get(&err, "row"), "2");
    fixture_clear(&fixture);
}

static void activity__tells_a_sum_that_is_too_large(void **state)
{
    (void)state;
    static const double area_ha[] = {1e15, 1e15};
    static const double age[] = {5, 5};
    static const uint32_t groups[] = {0, 0};
    struct fixture fixture;
    struct th_error err;
    enum th_status status = TH_OK;
    fixture_make(&fixture);
    for (size_t i = 0; i < 3000 && status == TH_OK; i++) { // 2^62 is 4.6e18
        status = add(&fixture, area_ha, age, groups, 2, &err);
        assert_true(status == TH_OK || i > 2000);
    }
    assert_status(status, TH_OVERFLOW, &err);
    fixture_clear(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activity__is_summed_by_group_and_part),
        cmocka_unit_test(activity__names_the_row_without_a_value),
        cmocka_unit_test(activity__tells_a_sum_that_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

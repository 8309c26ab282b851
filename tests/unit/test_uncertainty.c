// Discounts, propagation and strata against the examples that the schemes print.
#include "methodology/uncertainty.h"

#include <math.h>

#include "methodology/quantile.h"
#include "tests/support/support.h"

static double discount(enum th_uncertainty_rule rule, double confidence, double value,
                       double half_width)
{
    double off = -1;
    struct th_error err;
    assert_ok(th_uncertainty_discount(rule, confidence, (struct th_uncertain){value, half_width},
                                      &off, &err),
              &err);
    return off;
}

// CDM AR-TOOL14 v4.2 p. 4-5: 34 plots, mean 45.328 t/ha, s 12.776, t(0.10, 33) = 1.692: standard
// error 2.191, half-width 3.707, 8.18 %. Half of the plots lie above the mean and half below, by
// what makes s.
static void strata__give_the_example_of_the_tool(void **state)
{
    (void)state;
    enum { N = 34 };
    double plots[N];
    for (int i = 0; i < N; i++) {
        plots[i] = 45.328 + (i % 2 ? 1 : -1) * 12.776 * sqrt((N - 1.0) / N);
    }
    const struct th_stratum stratum = {143, plots, N};
    struct th_stratified estimate;
    struct th_error err;
    assert_ok(th_stratified_estimate(&stratum, 1, &estimate, &err), &err);
    struct th_uncertain interval = th_stratified_interval(&estimate, 0.90);
    assert_int_equal(estimate.degrees, 33);
    assert_close(estimate.mean, 45.328, 1e-12);
    assert_close(estimate.standard_error, 2.191, 0.0005);
    // The tool prints 1.692 · 2.191 = 3.707; without rounding between it is 3.708.
    assert_close(interval.half_width, 3.707, 0.0015);
    assert_close(th_uncertain_relative(interval), 0.0818, 0.00005);
}

// Eq 12-17 by hand: weights 0.25 and 0.75; means 4 and 10; s² 4 and 8; variance of the mean
// 0.0625·4/3 + 0.5625·8/5.
static void strata__weigh_by_area(void **state)
{
    (void)state;
    static const double first[] = {2, 4, 6};
    static const double second[] = {6, 10, 10, 10, 14};
    const struct th_stratum strata[] = {{10, first, 3}, {30, second, 5}};
    struct th_stratified estimate;
    struct th_error err;
    assert_ok(th_stratified_estimate(strata, 2, &estimate, &err), &err);
    assert_close(estimate.mean, 8.5, 1e-15);
    assert_close(estimate.standard_error, sqrt(0.0625 * 4 / 3 + 0.5625 * 8 / 5), 1e-15);
    assert_int_equal(estimate.degrees, 6);
    // t(0.10, 6) is printed as 1.943.
    assert_close(th_stratified_interval(&estimate, 0.90).half_width,
                 1.943 * estimate.standard_error, 0.0005);
}

// The tool prints the variance as (n Σb² − (Σb)²) / (n (n − 1)).
static void strata__have_the_variance_that_the_tool_prints(void **state)
{
    (void)state;
    static const double plots[] = {31.2, 28.4, 45.9, 12.25, 39, 33.1};
    const struct th_stratum stratum = {1, plots, 6};
    double sum = 0, squares = 0;
    for (int i = 0; i < 6; i++) {
        sum += plots[i];
        squares += plots[i] * plots[i];
    }
    struct th_stratified estimate;
    struct th_error err;
    assert_ok(th_stratified_estimate(&stratum, 1, &estimate, &err), &err);
    assert_close(estimate.standard_error, sqrt((6 * squares - sum * sum) / (6 * 5) / 6), 1e-12);
}

static void strata__refuse_what_has_no_estimate(void **state)
{
    (void)state;
    static const double plots[] = {1, 2};
    const struct th_stratum lonely[] = {{1, plots, 2}, {1, plots, 1}};
    const struct th_stratum nowhere[] = {{0, plots, 2}};
    struct th_stratified untouched = {.mean = 77};
    struct th_error err;
    assert_status(th_stratified_estimate(lonely, 2, &untouched, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "plots_too_few");
    assert_string_equal(th_error_arg_get(&err, "stratum"), "2");
    assert_status(th_stratified_estimate(nowhere, 1, &untouched, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "strata_no_area");
    assert_true(untouched.mean == 77);
}

// CDM AR-TOOL14 v4.2, Appendix 2, p. 28: 60 ± 9 t/ha is 15 %, of the class of a quarter: 2.25, so
// that the project has 57.75 and a baseline 62.25.
static void ar_tool14__gives_the_example_of_the_tool(void **state)
{
    (void)state;
    double off = discount(TH_RULE_AR_TOOL14, 0.90, 60, 9);
    assert_close(off, 2.25, 1e-12);
    assert_close(60 - off, 57.75, 1e-12);
    assert_close(60 + off, 62.25, 1e-12);
}

static void ar_tool14__a_limit_belongs_to_the_class_below(void **state)
{
    (void)state;
    static const struct {
        double percent, share;
    } cases[] = {{0, 0},   {10, 0},       {10.001, .25}, {15, .25},   {15.001, .5},
                 {20, .5}, {20.001, .75}, {30, .75},     {30.001, 1}, {250, 1}};
    static const double sizes[] = {1, 3, 60, 836550, -7};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            double half_width = fabs(sizes[k]) * cases[i].percent / 100;
            assert_close(discount(TH_RULE_AR_TOOL14, 0.90, sizes[k], half_width),
                         cases[i].share * half_width, 1e-9 * half_width);
        }
    }
    // What a quotient's last bit adds does not change the class.
    assert_close(discount(TH_RULE_AR_TOOL14, 0.90, 60, nextafter(9, 10)), 2.25, 1e-12);
    // Of nothing everything is uncertain.
    assert_true(discount(TH_RULE_AR_TOOL14, 0.90, 0, 5) == 5);
    assert_true(discount(TH_RULE_AR_TOOL14, 0.90, 0, 0) == 0);
}

// GS 403 v2.1, 3.11.5, p. 15: 100 m³/ha with an error of 23 % count as 97.
static void gold_standard__gives_its_example(void **state)
{
    (void)state;
    assert_close(100 - discount(TH_RULE_GOLD_STANDARD, 0.90, 100, 23), 97, 1e-12);
    assert_true(discount(TH_RULE_GOLD_STANDARD, 0.90, 100, 20) == 0);
    assert_true(discount(TH_RULE_GOLD_STANDARD, 0.90, 0, 4) == 4);
}

// Adjusted = NER · (100 % − error + allowable), 20 % at 90 %, 30 % at 95 %.
static void vm0033__allows_more_at_a_higher_confidence(void **state)
{
    (void)state;
    assert_close(discount(TH_RULE_VM0033, 0.90, 1000, 270), 1000 - 1000 * (1 - .27 + .20), 1e-10);
    assert_close(discount(TH_RULE_VM0033, 0.95, 1000, 320), 1000 - 1000 * (1 - .32 + .30), 1e-10);
    assert_true(discount(TH_RULE_VM0033, 0.90, 1000, 200) == 0);
    assert_true(discount(TH_RULE_VM0033, 0.95, 1000, 300) == 0);
    assert_close(discount(TH_RULE_VM0033, 0.95, -1000, 320), 20, 1e-10);
}

// 20 % of 1,000 t: 0.524417 · 20 % / 1.645006 = 6.3759 %, 63.76 t.
static void art_trees__takes_a_share_of_every_half_width(void **state)
{
    (void)state;
    assert_close(discount(TH_RULE_ART_TREES, 0.90, 1000, 200), 63.76, 0.005);
    assert_close(discount(TH_RULE_ART_TREES, 0.90, 1, 0.2), 0.063759, 5e-7);
    assert_true(discount(TH_RULE_NONE, 0.95, 1000, 500) == 0);
}

static void discount__refuses_a_confidence_that_the_rule_does_not_state(void **state)
{
    (void)state;
    static const struct {
        enum th_uncertainty_rule rule;
        double confidence;
    } cases[] = {{TH_RULE_AR_TOOL14, 0.95},
                 {TH_RULE_GOLD_STANDARD, 0.95},
                 {TH_RULE_ART_TREES, 0.95},
                 {TH_RULE_VM0033, 0.80}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double untouched = 77;
        struct th_error err;
        assert_status(th_uncertainty_discount(cases[i].rule, cases[i].confidence,
                                              (struct th_uncertain){1, 1}, &untouched, &err),
                      TH_INVALID, &err);
        assert_string_equal(err.key, "rule_confidence");
        assert_true(untouched == 77);
    }
}

// Sum rule: 10 ± 20 % and 5 ± 40 % are 15 ± 18.86 %. Product rule: 8 % and 22 % give 23.41 %.
static void propagation__gives_the_worked_examples(void **state)
{
    (void)state;
    const struct th_uncertain terms[] = {{10, 2}, {5, 2}};
    struct th_uncertain sum = th_uncertain_sum(terms, 2);
    assert_close(sum.value, 15, 1e-15);
    assert_close(th_uncertain_relative(sum), 0.1886, 0.00005);
    const struct th_uncertain factors[] = {{50, 4}, {-2, 0.44}};
    struct th_uncertain product = th_uncertain_product(factors, 2);
    assert_close(product.value, -100, 1e-12);
    assert_close(th_uncertain_relative(product), 0.2341, 0.00005);
    assert_true(th_uncertain_sum(NULL, 0).half_width == 0);
}

// AR-TOOL14 Eq 2 and 23, written with relative uncertainties as printed.
static void stocks__differ_and_are_carried_on_as_printed(void **state)
{
    (void)state;
    double u1 = 0.12, c1 = 400, u2 = 0.10, c2 = 520;
    struct th_uncertain change =
        th_stock_difference((struct th_uncertain){c1, u1 * c1}, (struct th_uncertain){c2, u2 * c2});
    assert_close(change.value, 120, 1e-12);
    assert_close(th_uncertain_relative(change),
                 sqrt(u1 * c1 * u1 * c1 + u2 * c2 * u2 * c2) / fabs(c2 - c1), 1e-14);
    struct th_uncertain later =
        th_stock_update((struct th_uncertain){c1, u1 * c1}, (struct th_uncertain){-50, 9});
    assert_close(later.value, 350, 1e-12);
    assert_close(th_uncertain_relative(later), sqrt(48.0 * 48 + 81) / 350, 1e-14);
    struct th_uncertain none =
        th_stock_difference((struct th_uncertain){c1, 3}, (struct th_uncertain){c1, 4});
    assert_true(none.value == 0 && th_uncertain_relative(none) == INFINITY);
    assert_close(none.half_width, 5, 1e-12);
}

static void half_width__is_converted_by_the_normal(void **state)
{
    (void)state;
    assert_close(th_half_width_convert(1.96, 0.95, 0.90), 1.645, 0.0005);
    assert_close(th_half_width_convert(th_half_width_convert(7, 0.9, 0.5), 0.5, 0.9), 7, 1e-13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strata__give_the_example_of_the_tool),
        cmocka_unit_test(strata__weigh_by_area),
        cmocka_unit_test(strata__have_the_variance_that_the_tool_prints),
        cmocka_unit_test(strata__refuse_what_has_no_estimate),
        cmocka_unit_test(ar_tool14__gives_the_example_of_the_tool),
        cmocka_unit_test(ar_tool14__a_limit_belongs_to_the_class_below),
        cmocka_unit_test(gold_standard__gives_its_example),
        cmocka_unit_test(vm0033__allows_more_at_a_higher_confidence),
        cmocka_unit_test(art_trees__takes_a_share_of_every_half_width),
        cmocka_unit_test(discount__refuses_a_confidence_that_the_rule_does_not_state),
        cmocka_unit_test(propagation__gives_the_worked_examples),
        cmocka_unit_test(stocks__differ_and_are_carried_on_as_printed),
        cmocka_unit_test(half_width__is_converted_by_the_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Distributions against their closed forms, and their draws against what chance may do.
#include "methodology/distribution.h"

#include <math.h>

#include "methodology/distribution_internal.h"
#include "methodology/quantile.h"
#include "tests/support/support.h"

enum { BLOCK = TH_RANDOM_BLOCK };

static struct th_distribution fit(enum th_interval_shape shape, double value, double low,
                                  double high)
{
    struct th_distribution distribution;
    struct th_error err;
    assert_ok(th_distribution_fit(shape, value, low, high, &distribution, &err), &err);
    return distribution;
}

// Intervals as documents have them: CH4 of rewetted land, EF1, a root-to-shoot ratio, one-sided,
// one that reaches below zero.
static const struct {
    enum th_interval_shape shape;
    double value, low, high;
} cases[] = {
    {TH_SHAPE_NORMAL, 0.37, 0.30, 0.44},     {TH_SHAPE_NORMAL, 193.7, 99.8, 358},
    {TH_SHAPE_LOGNORMAL, 193.7, 99.8, 358},  {TH_SHAPE_LOGNORMAL, 0.01, 0.002, 0.018},
    {TH_SHAPE_TRIANGULAR, 193.7, 99.8, 358}, {TH_SHAPE_TRIANGULAR, 0.01, 0.002, 0.018},
    {TH_SHAPE_TRIANGULAR, 5, 5, 9},          {TH_SHAPE_TRIANGULAR, -2, -9, -2},
    {TH_SHAPE_UNIFORM, 0.3, 0.25, 0.5},      {TH_SHAPE_TRUNCATED_NORMAL, 2, -1, 4.4},
    {TH_SHAPE_TRUNCATED_NORMAL, 0, -1, 1},   {TH_SHAPE_TRUNCATED_NORMAL, 30, 28, 32},
};
enum { N_CASES = sizeof(cases) / sizeof(cases[0]) };

static void fit__meets_both_quantiles_of_the_interval(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_CASES; i++) {
        struct th_distribution d = fit(cases[i].shape, cases[i].value, cases[i].low, cases[i].high);
        double low = th_distribution_quantile(&d, 0.025);
        double high = th_distribution_quantile(&d, 0.975);
        double tolerance = 1e-11 * (fabs(cases[i].low) + fabs(cases[i].high));
        if (cases[i].shape == TH_SHAPE_TRUNCATED_NORMAL) { // cut, then scaled up
            assert_true(low >= fmax(cases[i].low, 0) - tolerance &&
                        high >= cases[i].high - tolerance);
        } else if (cases[i].shape == TH_SHAPE_NORMAL) { // not narrower, and centred
            assert_true(low <= cases[i].low + tolerance && high >= cases[i].high - tolerance);
            assert_close((low + high) / 2, cases[i].value, tolerance);
            assert_true(fabs(low - cases[i].low) < tolerance ||
                        fabs(high - cases[i].high) < tolerance);
        } else {
            assert_close(low, cases[i].low, tolerance);
            assert_close(high, cases[i].high, tolerance);
        }
    }
}

static void fit__gives_moments_that_were_computed_elsewhere(void **state)
{
    (void)state;
    // Python: closed form of the lognormal; ends of the triangle by nested halving of its
    // distribution function; the truncated normal by quadrature in mpmath.
    struct th_distribution lognormal = fit(TH_SHAPE_LOGNORMAL, 193.7, 99.8, 358);
    assert_close(th_distribution_quantile(&lognormal, 0.5), 189.01957570579827, 1e-11);
    assert_close(lognormal.mean, 199.32653794093665, 1e-11);
    assert_close(lognormal.deviation, 66.71648601366347, 1e-11);
    struct th_distribution triangular = fit(TH_SHAPE_TRIANGULAR, 193.7, 99.8, 358);
    assert_close(triangular.lower, 67.4334066612738, 1e-9);
    assert_close(triangular.upper, 399.301507844352, 1e-9);
    assert_close(triangular.mean, 220.14497150187526, 1e-9);
    struct th_distribution truncated = fit(TH_SHAPE_TRUNCATED_NORMAL, 2, -1, 4.4);
    assert_close(truncated.kept, 0.90433294882976956, 1e-14);
    assert_close(truncated.mean, 2.2875518239088364, 1e-13);
    assert_close(truncated.deviation, 1.2981025558067744, 1e-13);
    struct th_distribution normal = fit(TH_SHAPE_NORMAL, 0.37, 0.30, 0.44);
    assert_true(normal.mean == 0.37);
    assert_close(normal.deviation, 0.07 / 1.959963984540054, 1e-15);
    struct th_distribution uniform = fit(TH_SHAPE_UNIFORM, 0.3, 0.25, 0.5);
    assert_close(uniform.mean, 0.375, 1e-15);
    assert_close(uniform.deviation, 0.25 / 0.95 / sqrt(12), 1e-15);
}

// Mean, spread and the shares below nine quantiles of 400 blocks; each may be 4.5 of its own
// standard errors off. The numbers are fixed, so that what passes once passes for ever.
static void draws__follow_the_distribution(void **state)
{
    (void)state;
    enum { N_BLOCKS = 400, N = N_BLOCKS * BLOCK, N_SHARES = 9 };
    static const double shares[N_SHARES] = {0.001, 0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975, 0.999};
    for (size_t i = 0; i < N_CASES; i++) {
        struct th_distribution d = fit(cases[i].shape, cases[i].value, cases[i].low, cases[i].high);
        double limits[N_SHARES];
        double below[N_SHARES] = {0};
        double sum = 0, squares = 0, fourth = 0;
        for (size_t k = 0; k < N_SHARES; k++) {
            limits[k] = th_distribution_quantile(&d, shares[k]);
        }
        for (uint64_t block = 0; block < N_BLOCKS; block++) {
            double draws[BLOCK];
            th_distribution_draw(&d, (struct th_random){4, i}, block, draws);
            for (size_t n = 0; n < BLOCK; n++) {
                double off = (draws[n] - d.mean) / d.deviation;
                sum += off;
                squares += off * off;
                fourth += off * off * off * off;
                for (size_t k = 0; k < N_SHARES; k++) {
                    below[k] += draws[n] < limits[k];
                }
            }
        }
        assert_close(sum / N, 0, 4.5 / sqrt(N));
        assert_close(squares / N, 1, 4.5 * sqrt((fourth / N - 1) / N));
        for (size_t k = 0; k < N_SHARES; k++) {
            assert_close(below[k] / N, shares[k], 4.5 * sqrt(shares[k] * (1 - shares[k]) / N));
        }
    }
}

static void draws__stay_where_the_shape_allows(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_CASES; i++) {
        struct th_distribution d = fit(cases[i].shape, cases[i].value, cases[i].low, cases[i].high);
        for (uint64_t block = 0; block < 100; block++) {
            double draws[BLOCK];
            th_distribution_draw(&d, (struct th_random){9, i}, block, draws);
            for (size_t n = 0; n < BLOCK; n++) {
                assert_true(d.shape != TH_SHAPE_LOGNORMAL || draws[n] > 0);
                assert_true(d.shape != TH_SHAPE_TRUNCATED_NORMAL || draws[n] >= 0);
                assert_true(d.shape != TH_SHAPE_TRIANGULAR ||
                            (draws[n] >= d.lower && draws[n] <= d.upper));
                assert_true(d.shape != TH_SHAPE_UNIFORM ||
                            (draws[n] >= d.place && draws[n] <= d.place + d.scale));
            }
        }
    }
}

static void draws__have_the_same_bytes_on_every_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_CASES; i++) {
        struct th_distribution d = fit(cases[i].shape, cases[i].value, cases[i].low, cases[i].high);
        for (int vector = TH_VECTOR_AVX2; vector < TH_N_VECTORS; vector++) {
            for (uint64_t block = 0; block < 50 && th_vector_has((enum th_vector)vector); block++) {
                double plain[BLOCK], wide[BLOCK];
                struct th_random random = {11, i};
                th_distribution_draw_on(TH_VECTOR_PLAIN, &d, random, block, plain);
                th_distribution_draw_on((enum th_vector)vector, &d, random, block, wide);
                assert_memory_equal(plain, wide, sizeof(plain));
            }
        }
    }
}

static void fit__an_interval_without_width_is_the_value(void **state)
{
    (void)state;
    for (int shape = TH_SHAPE_NORMAL; shape <= TH_SHAPE_TRUNCATED_NORMAL; shape++) {
        struct th_distribution d = fit((enum th_interval_shape)shape, 0.47, 0.47, 0.47);
        double draws[BLOCK];
        th_distribution_draw(&d, (struct th_random){1, 1}, 0, draws);
        assert_true(d.mean == 0.47 && d.deviation == 0 && draws[0] == 0.47);
        assert_true(draws[BLOCK - 1] == 0.47 && th_distribution_quantile(&d, 0.9) == 0.47);
    }
}

static void fit__refuses_impossible_intervals(void **state)
{
    (void)state;
    static const struct {
        enum th_interval_shape shape;
        double value, low, high;
        const char *key;
    } faults[] = {
        {TH_SHAPE_NORMAL, 5, 6, 7, "interval_unordered"},
        {TH_SHAPE_NORMAL, 8, 6, 7, "interval_unordered"},
        {TH_SHAPE_TRIANGULAR, 6, 7, 5, "interval_unordered"},
        {TH_SHAPE_UNIFORM, (double)NAN, 1, 2, "interval_unordered"},
        {TH_SHAPE_UNIFORM, 1, 1, (double)INFINITY, "interval_unordered"},
        {TH_SHAPE_LOGNORMAL, 1, 0, 2, "interval_not_positive"},
        {TH_SHAPE_LOGNORMAL, 1, -0.5, 2, "interval_not_positive"},
        {TH_SHAPE_TRUNCATED_NORMAL, -0.1, -1, 2, "interval_value_negative"},
    };
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct th_distribution untouched = {.value = 77};
        struct th_error err;
        assert_status(th_distribution_fit(faults[i].shape, faults[i].value, faults[i].low,
                                          faults[i].high, &untouched, &err),
                      TH_INVALID, &err);
        assert_string_equal(err.key, faults[i].key);
        assert_true(untouched.value == 77);
        assert_non_null(th_error_arg_get(&err, "value"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit__meets_both_quantiles_of_the_interval),
        cmocka_unit_test(fit__gives_moments_that_were_computed_elsewhere),
        cmocka_unit_test(draws__follow_the_distribution),
        cmocka_unit_test(draws__stay_where_the_shape_allows),
        cmocka_unit_test(draws__have_the_same_bytes_on_every_path),
        cmocka_unit_test(fit__an_interval_without_width_is_the_value),
        cmocka_unit_test(fit__refuses_impossible_intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Quantiles against thirty digits and against sorting.
#include "methodology/quantile.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/support.h"

static void normal_cdf__agrees_with_thirty_digits(void **state)
{
    (void)state;
    // mpmath, ncdf.
    static const double cases[][2] = {
        {-37, 5.72557122252457682e-300}, {-8.5, 9.47953482220331835e-18},
        {-5, 2.86651571879193912e-7},    {-3, 0.00134989803163009453},
        {-2.125, 0.0167933064484488126}, {-1.9375, 0.0263421266891414594},
        {-1, 0.158655253931457051},      {-0.125, 0.450261775169887107},
        {0.75, 0.773372647623131801},    {3, 0.998650101968369905},
        {6, 0.999999999013412355},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double want = cases[i][1];
        assert_close(th_normal_cdf(cases[i][0]), want, cases[i][0] < -2 ? 1e-13 * want : 1e-15);
    }
    assert_true(th_normal_cdf(0) == 0.5 && th_normal_cdf(-39) == 0 && th_normal_cdf(39) == 1);
    assert_true(th_normal_cdf(-INFINITY) == 0 && th_normal_cdf(INFINITY) == 1);
    assert_true(isnan(th_normal_cdf(NAN)));
    assert_close(th_normal_density(0), 0.398942280401432678, 1e-16);
    assert_close(th_normal_density(1.5), 0.129517595665891742, 1e-16);
}

static void normal_quantile__agrees_with_thirty_digits(void **state)
{
    (void)state;
    // mpmath, ncdf solved by halving at the double nearest to p.
    static const double cases[][2] = {
        {1e-300, -37.0470962993611992},    {1e-20, -9.26234008979840758},
        {1e-7, -5.19933758219281694},      {0.001, -3.09023230616781354},
        {0.025, -1.95996398454005421},     {0.05, -1.64485362695147269},
        {0.0750001, -1.43953076450172969}, {0.3, -0.524400512708040816},
        {0.7, 0.524400512708040656},       {0.975, 1.95996398454005386},
        {0.999999, 4.75342430881708777},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double want = cases[i][1];
        assert_close(th_normal_quantile(cases[i][0]), want, 2e-15 * fabs(want));
    }
    assert_true(th_normal_quantile(0.5) == 0.0);
    assert_close(th_normal_half_width(0.90), 1.6448536269514727, 1e-14);
    assert_close(th_normal_half_width(0.95), 1.9599639845400545, 1e-14);
}

static void normal_quantile__undoes_the_cdf(void **state)
{
    (void)state;
    for (int i = -800; i <= 500; i++) {
        double z = i / 100.0;
        double p = th_normal_cdf(z);
        // Above the middle p itself is known to half a unit of 2^-53 only.
        double tolerance = 1e-13 + 0x1p-53 / th_normal_density(z) * (z > 0);
        assert_close(th_normal_quantile(p), z, tolerance * (1 + fabs(z)));
    }
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static uint64_t seed = 7;

static double next_share(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) * 0x1p-53;
}

static double draw_of_kind(size_t kind)
{
    switch (kind) {
    case 0:
        return next_share();
    case 1: // many equal ones
        return floor(next_share() * 5) - 2;
    case 2: // nearly all in one bin
        return next_share() < 0.001 ? 1e300 : next_share();
    case 3:
        return (next_share() - 0.5) * 0x1.fffffffffffffp+1023;
    default:
        return -7.25;
    }
}

static void quantiles__are_those_of_the_sorted_column(void **state)
{
    (void)state;
    static const double shares[] = {0, 0.025, 0.05, 0.5, 0.731, 0.95, 0.975, 1};
    enum { N_SHARES = sizeof(shares) / sizeof(shares[0]), N_MAX = 3000 };
    static const size_t sizes[] = {1, 2, 3, 40, 1024, N_MAX};
    double draws[N_MAX], sorted[N_MAX], have[N_SHARES];
    struct th_error err;
    for (size_t round = 0; round < 5 * sizeof(sizes) / sizeof(sizes[0]); round++) {
        size_t n = sizes[round / 5];
        for (size_t i = 0; i < n; i++) {
            sorted[i] = draws[i] = draw_of_kind(round % 5);
        }
        qsort(sorted, n, sizeof(sorted[0]), compare);
        assert_ok(th_quantiles(draws, n, shares, N_SHARES, have, &err), &err);
        for (size_t i = 0; i < N_SHARES; i++) {
            double place = (double)(n - 1) * shares[i];
            size_t rank = (size_t)place;
            double above = sorted[rank + 1 < n ? rank + 1 : rank];
            assert_true(have[i] == sorted[rank] + (above - sorted[rank]) * (place - (double)rank));
        }
    }
}

static void quantiles__are_what_a_workbook_gives(void **state)
{
    (void)state;
    // PERCENTILE.INC({15, 20, 35, 40, 50}, 0.4) = 29 and numpy.quantile of the same.
    static const double draws[] = {40, 15, 50, 20, 35};
    static const double shares[] = {0.4, 0.25};
    double have[2];
    struct th_error err;
    assert_ok(th_quantiles(draws, 5, shares, 2, have, &err), &err);
    assert_close(have[0], 29, 1e-12);
    assert_close(have[1], 20, 1e-12);
}

static void quantiles__have_no_negative_zero(void **state)
{
    (void)state;
    static const double draws[] = {-0.0, 0.0, -0.0};
    static const double shares[] = {0, 0.5};
    double have[2];
    struct th_error err;
    assert_ok(th_quantiles(draws, 3, shares, 2, have, &err), &err);
    assert_true(!signbit(have[0]) && !signbit(have[1]));
}

static void moments__are_those_of_small_columns(void **state)
{
    (void)state;
    static const double draws[] = {2, 4, 4, 4, 5, 5, 7, 9, 5, 5};
    double mean, deviation;
    th_moments(draws, 8, &mean, &deviation);
    assert_true(mean == 5);
    assert_close(deviation, sqrt(32.0 / 7), 1e-15);
    th_moments(draws, 10, &mean, &deviation);
    assert_true(mean == 5);
    assert_close(deviation, sqrt(32.0 / 9), 1e-15);
    th_moments(draws, 1, &mean, &deviation);
    assert_true(mean == 2 && deviation == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_cdf__agrees_with_thirty_digits),
        cmocka_unit_test(normal_quantile__agrees_with_thirty_digits),
        cmocka_unit_test(normal_quantile__undoes_the_cdf),
        cmocka_unit_test(quantiles__are_those_of_the_sorted_column),
        cmocka_unit_test(quantiles__are_what_a_workbook_gives),
        cmocka_unit_test(quantiles__have_no_negative_zero),
        cmocka_unit_test(moments__are_those_of_small_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

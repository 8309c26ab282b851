// Exponentials and logarithms against the x87's 64-bit mantissa.
#include "methodology/maths.h"

#include <math.h>

#include "methodology/maths_internal.h"
#include "tests/support/support.h"

static uint64_t seed = 20221122;

// 0 … 1
static double next_share(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) * 0x1p-53;
}

// How many units in the last place of the true value lie between.
static double distance_ulp(double have, long double want)
{
    double nearest = fabs((double)want);
    long double unit = (long double)nextafter(nearest, INFINITY) - nearest;
    return (double)(fabsl((long double)have - want) / unit);
}

static void exp__is_within_one_unit_in_the_last_place(void **state)
{
    (void)state;
    static const double spans[] = {0.01, 1, 20, 700};
    double worst = 0;
    for (size_t span = 0; span < sizeof(spans) / sizeof(spans[0]); span++) {
        for (size_t i = 0; i < th_test_rounds(200000); i++) {
            double x = (2 * next_share() - 1) * spans[span];
            double distance = distance_ulp(th_exp(x), expl((long double)x));
            worst = distance > worst ? distance : worst;
        }
    }
    print_message("exp: %.3f ulp\n", worst);
    assert_true(worst < 1.0);
}

static void ln__is_within_one_unit_in_the_last_place(void **state)
{
    (void)state;
    static const double spans[] = {0.01, 0.5, 5, 300};
    double worst = 0;
    for (size_t span = 0; span < sizeof(spans) / sizeof(spans[0]); span++) {
        for (size_t i = 0; i < th_test_rounds(200000); i++) {
            double x = exp2((2 * next_share() - 1) * spans[span]);
            double distance = x == 1 ? 0 : distance_ulp(th_ln(x), logl((long double)x));
            worst = distance > worst ? distance : worst;
        }
    }
    print_message("ln: %.3f ulp\n", worst);
    assert_true(worst < 1.0);
}

static void pow__is_as_near_as_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < th_test_rounds(200000); i++) {
        double x = exp2((2 * next_share() - 1) * 10);
        double y = (2 * next_share() - 1) * 3;
        long double want = powl((long double)x, (long double)y);
        assert_true(want < 1e-6L || want > 1e9L ||
                    fabsl((long double)th_pow(x, y) - want) <= 1e-13L * want);
    }
}

static void maths__meets_its_edges(void **state)
{
    (void)state;
    assert_true(th_exp(0) == 1.0);
    assert_true(th_exp(710) == INFINITY && th_exp(-709) == 0.0 && th_exp(INFINITY) == INFINITY);
    assert_true(th_exp(-INFINITY) == 0.0 && isnan(th_exp(NAN)));
    assert_true(isfinite(th_exp(709.78)) && th_exp(-708.3) > 0);
    assert_true(th_ln(1) == 0.0 && th_ln(0) == -INFINITY && th_ln(INFINITY) == INFINITY);
    assert_true(isnan(th_ln(-1)) && isnan(th_ln(NAN)));
    assert_close(th_ln(0x1p-1074), -1074 * 0.69314718055994531, 1e-12);
}

static void maths__columns_have_the_same_bytes_on_every_path(void **state)
{
    (void)state;
    static const double edges[] = {0,
                                   -0.0,
                                   1,
                                   -1,
                                   710,
                                   709.78,
                                   -708.4,
                                   -709,
                                   0x1p-1074,
                                   0x1p300,
                                   0x1p-1022,
                                   1e308,
                                   0.70710678118654757,
                                   INFINITY,
                                   -INFINITY};
    enum { N_EDGES = sizeof(edges) / sizeof(edges[0]), N = 4001 };
    double x[N], have[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = i < N_EDGES ? edges[i] : exp2((2 * next_share() - 1) * 9) * (i % 2 ? 1 : -1);
    }
    for (int vector = TH_VECTOR_PLAIN; vector < TH_N_VECTORS; vector++) {
        if (!th_vector_has((enum th_vector)vector)) {
            continue;
        }
        th_exp_column_on((enum th_vector)vector, x, have, N);
        for (size_t i = 0; i < N; i++) {
            double want = th_exp(x[i]);
            assert_memory_equal(&have[i], &want, sizeof(want));
        }
        th_ln_column_on((enum th_vector)vector, x, have, N);
        for (size_t i = 0; i < N; i++) {
            double want = th_ln(x[i]);
            if (isnan(want)) {
                assert_true(isnan(have[i]));
            } else {
                assert_memory_equal(&have[i], &want, sizeof(want));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp__is_within_one_unit_in_the_last_place),
        cmocka_unit_test(ln__is_within_one_unit_in_the_last_place),
        cmocka_unit_test(pow__is_as_near_as_it_says),
        cmocka_unit_test(maths__meets_its_edges),
        cmocka_unit_test(maths__columns_have_the_same_bytes_on_every_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

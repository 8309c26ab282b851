// Sums in any order have the same bytes, and are as near as whole numbers allow.
#include "methodology/exact_sum.h"

#include <math.h>

#include "methodology/exact_sum_internal.h"
#include "tests/support/support.h"

static uint64_t seed = 3;

static double next_share(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) * 0x1p-53;
}

enum { N = 5000, N_SUMS = 7, STRIDE = 3 };

__extension__ typedef __int128 wide;

// Multiples of 2^-50 of all sizes, whose sum is that of whole numbers.
static void sums__are_exact_and_do_not_depend_on_the_order(void **state)
{
    (void)state;
    double values[N];
    uint32_t places[N];
    wide want[N_SUMS] = {0};
    for (size_t i = 0; i < N; i++) {
        int64_t digits = (int64_t)((next_share() - 0.5) * 0x1p53);
        int shift = (int)(next_share() * 48);
        values[i] = ldexp((double)digits, shift - 50);
        places[i] = (uint32_t)(next_share() * N_SUMS);
        want[places[i]] += (wide)digits * ((wide)1 << shift);
    }
    struct th_exact_sum sums[N_SUMS * STRIDE] = {0};
    bool fits = false;
    assert_int_equal(th_exact_sum_scatter(sums, STRIDE, places, values, N, &fits), N);
    assert_true(fits);
    for (size_t i = 0; i < N_SUMS; i++) {
        const struct th_exact_sum *sum = &sums[i * STRIDE];
        assert_true((wide)sum->whole * ((wide)1 << 50) + sum->fraction == want[i]);
        assert_true(sum->fraction >= 0 && sum->fraction < (int64_t)1 << 50);
        assert_close(th_exact_sum_value(sum), (double)want[i] * 0x1p-50,
                     0x1p-51 * fabs((double)want[i] * 0x1p-50));
        assert_true(sum[1].whole == 0 && sum[2].fraction == 0);
    }
    for (int vector = TH_VECTOR_PLAIN; vector < TH_N_VECTORS; vector++) {
        struct th_exact_sum on_path[N_SUMS * STRIDE] = {0};
        if (th_vector_has((enum th_vector)vector)) {
            assert_int_equal(th_exact_sum_scatter_on((enum th_vector)vector, on_path, STRIDE,
                                                     places, values, N, &fits),
                             N);
            assert_memory_equal(on_path, sums, sizeof(sums));
        }
    }
    // Shuffled, in pieces of all sizes, on two sides that are added at the end.
    struct th_exact_sum pieces[2][N_SUMS * STRIDE] = {{{0, 0}}};
    for (size_t i = N - 1; i > 0; i--) {
        size_t k = (size_t)(next_share() * (double)(i + 1));
        double value = values[i];
        uint32_t place = places[i];
        values[i] = values[k];
        places[i] = places[k];
        values[k] = value;
        places[k] = place;
    }
    for (size_t first = 0, n = 1, side = 0; first < N; first += n, n = n * 3 / 2 + 1, side ^= 1) {
        n = N - first < n ? N - first : n;
        assert_int_equal(
            th_exact_sum_scatter(pieces[side], STRIDE, places + first, values + first, n, &fits),
            n);
    }
    for (size_t i = 0; i < (size_t)N_SUMS * STRIDE; i++) {
        assert_true(th_exact_sum_add(&pieces[0][i], &pieces[1][i]));
    }
    assert_memory_equal(pieces[0], sums, sizeof(sums));
}

static void sums__of_multiples_of_the_unit_are_exact(void **state)
{
    (void)state;
    static const double values[] = {0x1p-50, -0x1p-50, 0.5, -0.75, 1e15, -1e15, -0x1p-50, -3};
    static const uint32_t places[8] = {0};
    struct th_exact_sum sum = {0};
    bool fits = false;
    assert_int_equal(th_exact_sum_scatter(&sum, 1, places, values, 8, &fits), 8);
    assert_true(fits && th_exact_sum_value(&sum) == -3.25 - 0x1p-50);
    assert_true(sum.whole == -4 && sum.fraction == ((int64_t)3 << 48) - 1);
}

static void sums__round_each_term_to_the_unit(void **state)
{
    (void)state;
    static const double values[] = {0.3 * 0x1p-50, 0.75 * 0x1p-50, -0.3 * 0x1p-50, 5 + 0x1.8p-51};
    static const uint32_t places[4] = {0, 1, 2, 3};
    struct th_exact_sum sums[4] = {{0, 0}};
    bool fits = false;
    assert_int_equal(th_exact_sum_scatter(sums, 1, places, values, 4, &fits), 4);
    assert_true(th_exact_sum_value(&sums[0]) == 0 && th_exact_sum_value(&sums[2]) == 0);
    assert_true(th_exact_sum_value(&sums[1]) == 0x1p-50);
    assert_true(sums[3].whole == 5 && sums[3].fraction == 1);
}

static void sums__refuse_what_is_too_large_or_no_number(void **state)
{
    (void)state;
    static const double bad[] = {0x1p50, -0x1p51, 1e300, (double)NAN, (double)INFINITY};
    static const uint32_t places[3] = {0};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const double values[] = {1, 2, bad[i]};
        struct th_exact_sum sum = {0};
        bool fits = false;
        assert_int_equal(th_exact_sum_scatter(&sum, 1, places, values, 3, &fits), 2);
        assert_true(sum.whole == 0 && sum.fraction == 0);
    }
    struct th_exact_sum large = {.whole = ((int64_t)1 << 62) - 2};
    const struct th_exact_sum two = {.whole = 2};
    assert_false(th_exact_sum_add(&large, &two));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums__are_exact_and_do_not_depend_on_the_order),
        cmocka_unit_test(sums__of_multiples_of_the_unit_are_exact),
        cmocka_unit_test(sums__round_each_term_to_the_unit),
        cmocka_unit_test(sums__refuse_what_is_too_large_or_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

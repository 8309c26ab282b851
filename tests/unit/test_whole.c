// Long whole numbers. What is expected comes from 128-bit arithmetic, and from figures worked out
// by hand.
#include "trading/revenue/whole.h"

#include "tests/support/support.h"

__extension__ typedef unsigned __int128 uint128;

static struct th_whole whole_of(uint128 value)
{
    struct th_whole high;
    struct th_whole low;
    th_whole_set(&high, (uint64_t)(value >> 64));
    assert_true(th_whole_multiply(&high, UINT64_C(1) << 32));
    assert_true(th_whole_multiply(&high, UINT64_C(1) << 32));
    th_whole_set(&low, (uint64_t)value);
    assert_true(th_whole_add(&high, &low));
    return high;
}

static void whole__products_and_quotients_are_those_of_128_bits(void **state)
{
    static const uint64_t VALUES[] = {
        0, 1, 2, 3, 4294967295, 4294967296, 4294967297, UINT64_MAX - 1, UINT64_MAX};
    static const uint32_t DIVISORS[] = {1, 2, 3, 7282, 65537, 4294967295};
    enum { N = sizeof(VALUES) / sizeof(VALUES[0]), N_DIVISORS = sizeof(DIVISORS) / 4 };
    (void)state;
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < N; k++) {
            uint128 product = (uint128)VALUES[i] * VALUES[k];
            struct th_whole whole;
            struct th_whole want = whole_of(product);
            th_whole_set(&whole, VALUES[i]);
            assert_true(th_whole_multiply(&whole, VALUES[k]));
            assert_int_equal(th_whole_compare(&whole, &want), 0);
            for (size_t d = 0; d < N_DIVISORS; d++) {
                struct th_whole quotient = whole;
                want = whole_of(product / DIVISORS[d]);
                assert_int_equal(th_whole_divide(&quotient, DIVISORS[d]), product % DIVISORS[d]);
                assert_int_equal(th_whole_compare(&quotient, &want), 0);
            }
        }
    }
}

static void whole__common_multiple_of_several(void **state)
{
    struct th_whole whole;
    struct th_whole want;
    (void)state;
    th_whole_set(&whole, 1);
    assert_true(th_whole_common(&whole, 12));
    assert_true(th_whole_common(&whole, 18));
    assert_true(th_whole_common(&whole, 36));
    th_whole_set(&want, 36);
    assert_int_equal(th_whole_compare(&whole, &want), 0);
    assert_true(th_whole_common(&whole, 7282)); // 2 × 3641
    th_whole_set(&want, 36 * 3641);
    assert_int_equal(th_whole_compare(&whole, &want), 0);
}

static void whole__too_long_is_refused(void **state)
{
    struct th_whole whole;
    (void)state;
    th_whole_set(&whole, 1);
    for (int i = 0; i < 2 * TH_WHOLE_LIMBS - 1; i++) {
        assert_true(th_whole_multiply(&whole, UINT64_C(1) << 16));
    }
    assert_false(th_whole_multiply(&whole, UINT64_C(1) << 16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole__products_and_quotients_are_those_of_128_bits),
        cmocka_unit_test(whole__common_multiple_of_several),
        cmocka_unit_test(whole__too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

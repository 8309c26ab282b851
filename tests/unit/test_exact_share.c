// An amount over exact weights. What is expected comes from 128-bit arithmetic, and from figures
// worked out by hand.
#include "trading/revenue/exact_share.h"

#include <stdlib.h>

#include "methodology/random.h"
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

static void share__of_the_anji_resale(void **state)
{
    struct th_error err;
    struct th_whole weights[2];
    int64_t shares[2];
    (void)state;
    th_whole_set(&weights[0], 2509);
    th_whole_set(&weights[1], 4773);
    assert_ok(th_exact_share(4195800, weights, 2, shares, &err), &err);
    assert_int_equal(shares[0], 1445655); // 14,456.55
    assert_int_equal(shares[1], 2750145); // 27,501.45
}

static void share__ties_go_to_the_lowest_index(void **state)
{
    struct th_error err;
    struct th_whole weights[3];
    int64_t shares[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        th_whole_set(&weights[i], 5);
    }
    assert_ok(th_exact_share(5, weights, 3, shares, &err), &err);
    assert_int_equal(shares[0], 2);
    assert_int_equal(shares[1], 2);
    assert_int_equal(shares[2], 1);
}

static void share__faults_leave_the_shares_alone(void **state)
{
    struct th_error err;
    struct th_whole weights[2] = {{.n = 0}, {.n = 0}};
    int64_t shares[2] = {7, 7};
    (void)state;
    assert_status(th_exact_share(1, weights, 2, shares, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "weights_zero");
    for (size_t i = 0; i < 2; i++) {
        th_whole_set(&weights[i], 3);
        for (int k = 0; k < TH_WHOLE_LIMBS - 1; k++) {
            assert_true(th_whole_multiply(&weights[i], UINT64_C(1) << 32));
        }
    }
    assert_status(th_exact_share(INT64_MAX, weights, 2, shares, &err), TH_LIMIT, &err);
    assert_string_equal(err.key, "pool_too_large");
    assert_int_equal(shares[0] + shares[1], 14);
    th_whole_set(&weights[0], 0);
    assert_ok(th_exact_share(0, weights, 2, shares, &err), &err);
    assert_int_equal(shares[0] + shares[1], 0);
}

static void draw_words(uint32_t draw, uint64_t ret_words[2])
{
    const uint32_t counter[4] = {draw, 0, 0, 0};
    const uint32_t key[2] = {20221231, 7};
    uint32_t words[4];
    th_random_philox(counter, key, words);
    ret_words[0] = (uint64_t)words[0] << 32 | words[1];
    ret_words[1] = (uint64_t)words[2] << 32 | words[3];
}

// The exact share of a weight is a × w / W: with weights below 2^64 both products fit 128 bits, so
// that |share × W − a × w| < W is checked without any division.
static void share__of_random_weights_is_whole_and_never_off_by_a_fen(void **state)
{
    enum { N_MAX = 10000 };
    struct th_whole *weights = calloc(N_MAX, sizeof(*weights));
    uint64_t *plain = calloc(N_MAX, sizeof(*plain));
    int64_t *shares = calloc(N_MAX, sizeof(*shares));
    struct th_error err;
    uint32_t draw = 0;
    (void)state;
    assert_true(weights && plain && shares);
    static const size_t SIZES[] = {1, 2, 3, 10, 99, 1000, 10000};
    for (size_t s = 0; s < sizeof(SIZES) / sizeof(SIZES[0]); s++) {
        for (int round = 0; round < 4; round++) {
            size_t n = SIZES[s];
            uint128 sum = 0;
            uint64_t words[2];
            for (size_t i = 0; i < n; i++) {
                draw_words(draw++, words);
                plain[i] = words[0] >> (20 + words[1] % 40);
                weights[i] = whole_of(plain[i]);
                sum += plain[i];
            }
            draw_words(draw++, words);
            int64_t total = (int64_t)(words[0] >> (24 + words[1] % 30));
            if (sum == 0) {
                continue;
            }
            assert_ok(th_exact_share(total, weights, n, shares, &err), &err);
            int64_t given = 0;
            for (size_t i = 0; i < n; i++) {
                uint128 exact = (uint128)(uint64_t)total * plain[i];
                uint128 got = (uint128)(uint64_t)shares[i] * sum;
                uint128 off = exact > got ? exact - got : got - exact;
                assert_true(shares[i] >= 0 && off < sum);
                given += shares[i];
            }
            assert_int_equal(given, total);
        }
    }
    free(weights);
    free(plain);
    free(shares);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole__products_and_quotients_are_those_of_128_bits),
        cmocka_unit_test(whole__common_multiple_of_several),
        cmocka_unit_test(whole__too_long_is_refused),
        cmocka_unit_test(share__of_the_anji_resale),
        cmocka_unit_test(share__ties_go_to_the_lowest_index),
        cmocka_unit_test(share__faults_leave_the_shares_alone),
        cmocka_unit_test(share__of_random_weights_is_whole_and_never_off_by_a_fen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

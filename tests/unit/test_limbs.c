// Division of long numbers: against 128-bit arithmetic, and by multiplying back.
#include "trading/revenue/limbs.h"

#include <string.h>

#include "methodology/random.h"
#include "tests/support/support.h"

__extension__ typedef unsigned __int128 uint128;

enum { N = 12 };

static uint32_t next_word(uint32_t *draw)
{
    static const uint32_t EDGES[] = {0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    const uint32_t counter[4] = {(*draw)++, 0, 0, 0};
    const uint32_t key[2] = {20221231, 11};
    uint32_t words[4];
    th_random_philox(counter, key, words);
    // Edges are where a guessed digit is wrong.
    return words[1] % 3 == 0 ? EDGES[words[2] % 6] : words[0];
}

static void limbs__quotient_times_divisor_and_rest_is_the_number(void **state)
{
    uint32_t draw = 0;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        uint32_t a[N];
        uint32_t b[N] = {0};
        uint32_t rest[N];
        uint32_t quotient[N];
        uint32_t room[2 * N + 2];
        uint32_t product[2 * N];
        size_t n_a = 1 + next_word(&draw) % N;
        size_t n_b = 1 + next_word(&draw) % N;
        for (size_t i = 0; i < N; i++) {
            a[i] = i < n_a ? next_word(&draw) : 0;
            b[i] = i < n_b ? next_word(&draw) : 0;
        }
        if (th_limbs_are_zero(b, N)) {
            continue;
        }
        memcpy(rest, a, sizeof(rest));
        th_limbs_divide(rest, N, b, N, quotient, room);
        assert_true(th_limbs_compare(rest, b, N) < 0);
        th_limbs_multiply(quotient, N, b, N, product);
        assert_int_equal(th_limbs_add(product, 2 * N, rest, N), 0);
        assert_memory_equal(product, a, sizeof(a));
        assert_true(th_limbs_are_zero(product + N, N));
    }
}

static void limbs__quotients_of_four_limbs_are_those_of_128_bits(void **state)
{
    uint32_t draw = 1000000;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        uint32_t a[4];
        uint32_t b[4] = {0};
        uint32_t quotient[4];
        uint32_t room[10];
        uint128 wide_a = 0;
        uint128 wide_b = 0;
        size_t n_b = 1 + next_word(&draw) % 4;
        for (size_t i = 0; i < 4; i++) {
            a[i] = next_word(&draw);
            b[i] = i < n_b ? next_word(&draw) : 0;
            wide_a |= (uint128)a[i] << (32 * i);
            wide_b |= (uint128)b[i] << (32 * i);
        }
        if (wide_b == 0) {
            continue;
        }
        th_limbs_divide(a, 4, b, 4, quotient, room);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(quotient[i], (uint32_t)(wide_a / wide_b >> (32 * i)));
            assert_int_equal(a[i], (uint32_t)(wide_a % wide_b >> (32 * i)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limbs__quotient_times_divisor_and_rest_is_the_number),
        cmocka_unit_test(limbs__quotients_of_four_limbs_are_those_of_128_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

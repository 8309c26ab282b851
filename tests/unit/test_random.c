// The generator against its authors' vectors, an 80-bit redo of its normals, and what chance may
// do.
#include "methodology/random.h"

#include <math.h>
#include <stdlib.h>

#include "core/hash.h"
#include "methodology/maths_internal.h"
#include "methodology/random_internal.h"
#include "tests/support/support.h"

enum { BLOCK = TH_RANDOM_BLOCK, HALF = TH_RANDOM_BLOCK / 2 };

static void philox__gives_the_authors_known_answers(void **state)
{
    (void)state;
    // Random123 1.14.0, tests/kat_vectors, "philox4x32 10": counter, key, value.
    static const uint32_t cases[][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t words[4];
        th_random_philox(cases[i], cases[i] + 4, words);
        assert_memory_equal(words, cases[i] + 6, sizeof(words));
    }
}

// The two numbers of 64 bits at a place, one value at a time.
static void halves_at(struct th_random random, uint64_t place, uint64_t ret_halves[2])
{
    const uint32_t counter[4] = {(uint32_t)place, (uint32_t)(place >> 32), (uint32_t)random.stream,
                                 (uint32_t)(random.stream >> 32)};
    const uint32_t key[2] = {(uint32_t)random.seed, (uint32_t)(random.seed >> 32)};
    uint32_t words[4];
    th_random_philox(counter, key, words);
    ret_halves[0] = (uint64_t)words[1] << 32 | words[0];
    ret_halves[1] = (uint64_t)words[3] << 32 | words[2];
}

static const struct {
    struct th_random random;
    uint64_t block;
} places[] = {
    {{0, 0}, 0},
    {{1, 2}, 3},
    {{0x123456789abcdef0, 0xfedcba9876543210}, 0x7fffff}, // the place passes 32 bits
    {{0xffffffffffffffff, 0xffffffffffffffff}, 0x7fffffffffffff},
};
enum { N_PLACES = sizeof(places) / sizeof(places[0]) };

static void uniforms__are_odd_multiples_of_the_upper_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_PLACES; i++) {
        double have[BLOCK];
        th_random_uniforms(places[i].random, places[i].block, have);
        for (uint64_t k = 0; k < HALF; k++) {
            uint64_t halves[2];
            halves_at(places[i].random, places[i].block * HALF + k, halves);
            assert_true(have[k] == (double)((halves[0] >> 12) * 2 + 1) * 0x1p-53);
            assert_true(have[k + HALF] == (double)((halves[1] >> 12) * 2 + 1) * 0x1p-53);
            assert_true(have[k] > 0 && have[k] < 1);
        }
    }
}

static void normals__are_the_pairs_of_box_and_muller(void **state)
{
    (void)state;
    const long double pi = 3.14159265358979323846264338327950288L;
    for (size_t i = 0; i < N_PLACES; i++) {
        double have[BLOCK];
        th_random_normals(places[i].random, places[i].block, have);
        for (uint64_t k = 0; k < HALF; k++) {
            uint64_t halves[2];
            halves_at(places[i].random, places[i].block * HALF + k, halves);
            long double u = (long double)((halves[0] >> 12) * 2 + 1) * 0x1p-53L;
            // −1/8 … 1/8 of a turn
            long double turn = ((long double)((halves[1] >> 12) * 2 + 1) * 0x1p-53L - 0.5L) / 4;
            long double radius = sqrtl(-2 * logl(u));
            long double along = radius * cosl(2 * pi * turn) * (halves[1] & 2 ? -1 : 1);
            long double across = radius * sinl(2 * pi * turn);
            assert_close(have[k], (double)(halves[1] & 1 ? across : along), 4e-15);
            assert_close(have[k + HALF], (double)(halves[1] & 1 ? along : across), 4e-15);
        }
    }
}

static void random__every_path_gives_the_same_bytes(void **state)
{
    (void)state;
    for (int vector = TH_VECTOR_AVX2; vector < TH_N_VECTORS; vector++) {
        if (!th_vector_has((enum th_vector)vector)) {
            print_message("this processor lacks vectors of kind %d: not compared\n", vector);
            continue;
        }
        for (uint64_t block = 0; block < 200; block++) {
            double plain[BLOCK], wide[BLOCK];
            struct th_random random = {block % 7, block / 3};
            th_random_normals_on(TH_VECTOR_PLAIN, random, block, plain);
            th_random_normals_on((enum th_vector)vector, random, block, wide);
            assert_memory_equal(plain, wide, sizeof(plain));
            th_random_uniforms_on(TH_VECTOR_PLAIN, random, block, plain);
            th_random_uniforms_on((enum th_vector)vector, random, block, wide);
            assert_memory_equal(plain, wide, sizeof(plain));
        }
    }
}

// A sum of n independent values of variance v is further than 4.5 √(n v) from its mean once in
// 150,000 runs; the numbers are fixed, so that a sound generator passes for ever.
#define assert_by_chance(sum, mean, variance, n)                                                   \
    assert_close((sum), (mean) * (double)(n), 4.5 * sqrt((variance) * (double)(n)))

static void normals__have_the_moments_and_tails_of_a_normal(void **state)
{
    (void)state;
    enum { N_BLOCKS = 1000, N = N_BLOCKS * BLOCK };
    double powers[5] = {0};
    double above[4] = {0}; // 0, 1, 2, 3
    double pairs = 0, next = 0;
    for (uint64_t block = 0; block < N_BLOCKS; block++) {
        double z[BLOCK];
        th_random_normals((struct th_random){20, 22}, block, z);
        for (size_t i = 0; i < BLOCK; i++) {
            double power = 1;
            for (size_t k = 1; k <= 4; k++) {
                power *= z[i];
                powers[k] += power;
            }
            for (int k = 0; k < 4; k++) {
                above[k] += z[i] > k;
            }
            pairs += i < HALF ? z[i] * z[i + HALF] : 0;
            next += i > 0 ? z[i] * z[i - 1] : 0;
        }
    }
    static const double tails[4] = {0.5, 0.15865525393145707, 0.022750131948179195,
                                    0.0013498980316300933};
    assert_by_chance(powers[1], 0, 1, N);
    assert_by_chance(powers[2], 1, 2, N);
    assert_by_chance(powers[3], 0, 15, N);
    assert_by_chance(powers[4], 3, 96, N);
    for (int k = 0; k < 4; k++) {
        assert_by_chance(above[k], tails[k], tails[k] * (1 - tails[k]), N);
    }
    assert_by_chance(pairs, 0, 1, N / 2);
    assert_by_chance(next, 0, 1, N);
}

static void uniforms__fill_their_bins_evenly(void **state)
{
    (void)state;
    enum { N_BINS = 256, N_BLOCKS = 1000 };
    double counts[N_BINS] = {0};
    double square = 0;
    for (uint64_t block = 0; block < N_BLOCKS; block++) {
        double u[BLOCK];
        th_random_uniforms((struct th_random){5, 6}, block, u);
        for (size_t i = 0; i < BLOCK; i++) {
            counts[(size_t)(u[i] * N_BINS)]++;
        }
    }
    const double want = (double)N_BLOCKS * BLOCK / N_BINS;
    for (size_t i = 0; i < N_BINS; i++) {
        square += (counts[i] - want) * (counts[i] - want) / want;
    }
    // χ² with 255 degrees has mean 255 and variance 510.
    assert_close(square, N_BINS - 1, 4.5 * sqrt(2.0 * (N_BINS - 1)));
}

static void random__neighbouring_seeds_and_streams_are_unrelated(void **state)
{
    (void)state;
    static const struct th_random others[] = {
        {9, 10}, {10, 9}, {8, 9}, {9, 8}, {9, 9 + (1L << 32)}};
    for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
        enum { N_BLOCKS = 100 };
        double product = 0;
        for (uint64_t block = 0; block < N_BLOCKS; block++) {
            double a[BLOCK], b[BLOCK];
            th_random_normals((struct th_random){9, 9}, block, a);
            th_random_normals(others[k], block, b);
            for (size_t i = 0; i < BLOCK; i++) {
                product += a[i] * b[i];
            }
        }
        assert_by_chance(product, 0, 1, N_BLOCKS * BLOCK);
    }
}

// Computed by CPython, whose floats take one IEEE operation at a time: SHA-256 of the little-endian
// doubles of three blocks, of the uniforms, of the normals z, and of exp(5.25 + 0.375 z).
static void random__has_the_bytes_of_one_operation_at_a_time(void **state)
{
    (void)state;
    static const struct {
        struct th_random random;
        uint64_t block;
    } blocks[] = {{{0, 0}, 0},
                  {{2022, 0xfedcba9876543210}, 8388607},
                  {{0xffffffffffffffff, 1}, 12345678901234}};
    static const char *const want[] = {
        "4a043336b6e548920feff5978fe9aa74388d142fa05008864122abd9b7b8f825",
        "574e29b17a93849aab95367c06a232bc91a744a20d454dc8bc296f9dcff4931d",
        "2bca9bbd80ca0070c0512db1bd4deaae58983a2f0a04343c7575210d64c29615"};
    for (int vector = TH_VECTOR_PLAIN; vector < TH_N_VECTORS; vector++) {
        double have[3][3][BLOCK];
        for (size_t i = 0; i < 3 && th_vector_has((enum th_vector)vector); i++) {
            th_random_uniforms_on((enum th_vector)vector, blocks[i].random, blocks[i].block,
                                  have[0][i]);
            th_random_normals_on((enum th_vector)vector, blocks[i].random, blocks[i].block,
                                 have[1][i]);
            for (size_t k = 0; k < BLOCK; k++) {
                have[2][i][k] = 5.25 + 0.375 * have[1][i][k];
            }
            th_exp_column_on((enum th_vector)vector, have[2][i], have[2][i], BLOCK);
        }
        for (size_t i = 0; i < 3 && th_vector_has((enum th_vector)vector); i++) {
            char hex[TH_HASH_HEX_SIZE];
            struct th_hash hash = th_hash_bytes(TH_HASH_SHA256, have[i], sizeof(have[i]));
            assert_string_equal(th_hash_hex(&hash, hex), want[i]);
        }
    }
}

static void random_stream__is_the_hash_that_the_header_states(void **state)
{
    (void)state;
    // By Python's hashlib.
    static const unsigned char scope[] = {1, 2, 3};
    assert_true(th_random_stream(scope, 3, "root_shoot", 0) == 0x9df4107712b3c8b1);
    assert_true(th_random_stream(NULL, 0, "ef1", 7) == 0x7bb8aa36130bee62);
    assert_true(th_random_stream(scope, 3, "root_shoot", 1) !=
                th_random_stream(scope, 3, "root_shoot", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox__gives_the_authors_known_answers),
        cmocka_unit_test(uniforms__are_odd_multiples_of_the_upper_bits),
        cmocka_unit_test(normals__are_the_pairs_of_box_and_muller),
        cmocka_unit_test(random__every_path_gives_the_same_bytes),
        cmocka_unit_test(normals__have_the_moments_and_tails_of_a_normal),
        cmocka_unit_test(uniforms__fill_their_bins_evenly),
        cmocka_unit_test(random__neighbouring_seeds_and_streams_are_unrelated),
        cmocka_unit_test(random__has_the_bytes_of_one_operation_at_a_time),
        cmocka_unit_test(random_stream__is_the_hash_that_the_header_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

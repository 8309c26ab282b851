#include "core/ratio.h"

#include <stdbool.h>

#include "tests/support/support.h"

// A plain generator with a fixed start, so that a failure can be repeated.
static uint64_t next_random(uint64_t *seed)
{
    *seed += 0x9e3779b97f4a7c15u;
    uint64_t x = *seed;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// A number of any length up to 63 bits.
static int64_t random_size(uint64_t *seed)
{
    uint64_t bits = next_random(seed) % 63;
    return (int64_t)(next_random(seed) >> (1 + bits));
}

// 128-bit numbers of this test's own, from 32-bit pieces: the code under test uses the compiler's.
struct wide {
    uint64_t high;
    uint64_t low;
};

static struct wide wide_product(uint64_t a, uint64_t b)
{
    uint64_t a0 = a & 0xffffffffu;
    uint64_t a1 = a >> 32;
    uint64_t b0 = b & 0xffffffffu;
    uint64_t b1 = b >> 32;
    uint64_t middle = (a0 * b0 >> 32) + (a1 * b0 & 0xffffffffu) + (a0 * b1 & 0xffffffffu);
    return (struct wide){a1 * b1 + (a1 * b0 >> 32) + (a0 * b1 >> 32) + (middle >> 32),
                         (middle << 32) | (a0 * b0 & 0xffffffffu)};
}

// Schoolbook division bit by bit; false when the quotient does not fit 64 bits. divisor < 2^63.
static bool wide_divide(struct wide value, uint64_t divisor, uint64_t *ret_quotient,
                        uint64_t *ret_rest)
{
    if (value.high >= divisor) {
        return false;
    }
    uint64_t rest = value.high;
    uint64_t quotient = 0;
    for (int bit = 63; bit >= 0; bit--) {
        rest = rest << 1 | (value.low >> bit & 1);
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    *ret_quotient = quotient;
    *ret_rest = rest;
    return true;
}

static void ratio_make__gives_lowest_terms_and_a_positive_denominator(void **state)
{
    (void)state;
    static const struct {
        int64_t in[2];
        int64_t out[2];
    } cases[] = {{{70, 87}, {70, 87}},
                 {{140, 174}, {70, 87}},
                 {{-6, 4}, {-3, 2}},
                 {{6, -4}, {-3, 2}},
                 {{-6, -4}, {3, 2}},
                 {{0, -9}, {0, 1}},
                 {{INT64_MAX, INT64_MAX}, {1, 1}},
                 {{-INT64_MAX, 1}, {-INT64_MAX, 1}}};
    struct th_error err;
    struct th_ratio ratio;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(th_ratio_make(cases[i].in[0], cases[i].in[1], &ratio, &err), &err);
        assert_int_equal(ratio.numerator, cases[i].out[0]);
        assert_int_equal(ratio.denominator, cases[i].out[1]);
    }
}

static void ratio_make__zero_below_and_the_smallest_integer_are_refused(void **state)
{
    (void)state;
    struct th_error err;
    struct th_ratio ratio = {5, 6};
    assert_status(th_ratio_make(1, 0, &ratio, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "ratio_invalid");
    assert_status(th_ratio_make(INT64_MIN, 1, &ratio, &err), TH_INVALID, &err);
    assert_status(th_ratio_make(1, INT64_MIN, &ratio, &err), TH_INVALID, &err);
    assert_int_equal(ratio.numerator, 5);
    assert_int_equal(ratio.denominator, 6);
}

static void ratio_parse__reads_decimals_and_fractions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t numerator;
        int64_t denominator;
        const char *shown;
    } cases[] = {{"0.39", 39, 100, "0.39"},
                 {"70/87", 70, 87, "70/87"},
                 {"-1.5", -3, 2, "-1.5"},
                 {"70", 70, 1, "70"},
                 {"0", 0, 1, "0"},
                 {"0.000000001", 1, 1000000000, "0.000000001"},
                 {"1/1024", 1, 1024, "1/1024"}, // ten decimals
                 {"1/512", 1, 512, "0.001953125"},
                 {"-4/6", -2, 3, "-2/3"},
                 {"10/4", 5, 2, "2.5"},
                 {"-0.5", -1, 2, "-0.5"},
                 {"1.050", 21, 20, "1.05"},
                 {"9223372036854775807", INT64_MAX, 1, "9223372036854775807"},
                 {"1/9223372036854775807", 1, INT64_MAX, "1/9223372036854775807"}};
    struct th_error err;
    struct th_ratio ratio;
    char buf[TH_RATIO_TEXT_SIZE];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(th_ratio_parse(cases[i].text, &ratio, &err), &err);
        assert_int_equal(ratio.numerator, cases[i].numerator);
        assert_int_equal(ratio.denominator, cases[i].denominator);
        assert_string_equal(th_ratio_format(ratio, buf), cases[i].shown);
    }
}

static void ratio_parse__anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "-",
                                        "1/0",
                                        "1/",
                                        "/2",
                                        "1.",
                                        ".5",
                                        "1e3",
                                        "1/-2",
                                        "1/2/3",
                                        "1.5/2",
                                        "1 ",
                                        " 1",
                                        "+1",
                                        "--1",
                                        "0.1234567890123456789",
                                        "9223372036854775808"};
    struct th_error err;
    struct th_ratio ratio = {5, 6};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_status(th_ratio_parse(cases[i], &ratio, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "ratio_invalid");
        assert_string_equal(th_error_arg_get(&err, "text"), cases[i]);
    }
    assert_status(th_ratio_parse(NULL, &ratio, &err), TH_INVALID, &err);
    assert_int_equal(ratio.numerator, 5);
}

static void ratio_format__is_read_back_as_the_same_ratio(void **state)
{
    (void)state;
    uint64_t seed = 11;
    char buf[TH_RATIO_TEXT_SIZE];
    struct th_ratio ratio;
    struct th_ratio again;
    for (int i = 0; i < 20000; i++) {
        int64_t numerator = random_size(&seed);
        int64_t denominator = random_size(&seed) + 1;
        assert_ok(th_ratio_make(i % 2 == 0 ? numerator : -numerator, denominator, &ratio, NULL),
                  NULL);
        assert_ok(th_ratio_parse(th_ratio_format(ratio, buf), &again, NULL), NULL);
        assert_int_equal(again.numerator, ratio.numerator);
        assert_int_equal(again.denominator, ratio.denominator);
    }
}

static void ratio_format_percent__says_decimals_in_percent_and_leaves_fractions(void **state)
{
    static const struct {
        struct th_ratio ratio;
        const char *shown;
    } CASES[] = {{{3, 5}, "60 %"},
                 {{1, 2}, "50 %"},
                 {{1, 1}, "100 %"},
                 {{0, 1}, "0 %"},
                 {{1, 8}, "12.5 %"},
                 {{3, 2}, "150 %"},
                 {{1, 3}, "1/3"},
                 {{4, 429}, "4/429"},
                 {{-1, 4}, "-25 %"},
                 {{1, 1000000000}, "0.0000001 %"},
                 {{1, INT64_MAX}, "1/9223372036854775807"}};
    char buf[TH_RATIO_TEXT_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_string_equal(th_ratio_format_percent(CASES[i].ratio, buf), CASES[i].shown);
    }
}

static void ratio_compare__is_exact_where_doubles_are_not(void **state)
{
    (void)state;
    struct th_ratio a = {INT64_MAX, INT64_MAX - 1};
    struct th_ratio b = {INT64_MAX - 1, INT64_MAX - 2}; // a little greater
    assert_int_equal(th_ratio_compare(a, b), -1);
    assert_int_equal(th_ratio_compare(b, a), 1);
    assert_int_equal(th_ratio_compare(a, a), 0);
    assert_int_equal(th_ratio_compare((struct th_ratio){-1, 2}, (struct th_ratio){1, 3}), -1);
    assert_close(th_ratio_double((struct th_ratio){-3, 8}), -0.375, 0.0);
}

static void ratio_mul__reduces_before_it_overflows(void **state)
{
    (void)state;
    struct th_error err;
    struct th_ratio product = {1, 1};
    assert_ok(th_ratio_mul((struct th_ratio){INT64_MAX, 7}, (struct th_ratio){7, INT64_MAX},
                           &product, &err),
              &err);
    assert_int_equal(product.numerator, 1);
    assert_int_equal(product.denominator, 1);
    assert_ok(th_ratio_mul((struct th_ratio){-2, 3}, (struct th_ratio){9, 4}, &product, &err),
              &err);
    assert_int_equal(product.numerator, -3);
    assert_int_equal(product.denominator, 2);
    assert_status(
        th_ratio_mul((struct th_ratio){INT64_MAX, 1}, (struct th_ratio){2, 1}, &product, &err),
        TH_OVERFLOW, &err);
    assert_int_equal(product.numerator, -3);
}

static void ratio_apply__rounds_to_the_named_side(void **state)
{
    (void)state;
    static const struct {
        struct th_ratio ratio;
        int64_t value;
        int64_t floor;
        int64_t ceil;
        int64_t nearest;
    } cases[] = {{{7, 2}, 1, 3, 4, 4},
                 {{7, 2}, -1, -4, -3, -4},
                 {{1, 3}, 10, 3, 4, 3},
                 {{1, 3}, -10, -4, -3, -3},
                 {{2, 3}, 10, 6, 7, 7},
                 {{-1, 2}, 4, -2, -2, -2},
                 {{0, 1}, 99, 0, 0, 0},
                 {{70, 87}, 870000, 700000, 700000, 700000},
                 {{7, 10}, 5994000, 4195800, 4195800, 4195800}};
    int64_t result = 0;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_ok(th_ratio_apply_floor(cases[i].ratio, cases[i].value, &result, NULL), NULL);
        assert_int_equal(result, cases[i].floor);
        assert_ok(th_ratio_apply_ceil(cases[i].ratio, cases[i].value, &result, NULL), NULL);
        assert_int_equal(result, cases[i].ceil);
        assert_ok(th_ratio_apply_nearest(cases[i].ratio, cases[i].value, &result, NULL), NULL);
        assert_int_equal(result, cases[i].nearest);
    }
}

// What |ratio × value| must be on one side of zero: rounded down plus 0 or 1.
static void check_apply(struct th_ratio ratio, int64_t value)
{
    uint64_t quotient = 0;
    uint64_t rest = 0;
    bool negative = (ratio.numerator < 0) != (value < 0);
    uint64_t numerator = (uint64_t)(ratio.numerator < 0 ? -ratio.numerator : ratio.numerator);
    uint64_t size = (uint64_t)(value < 0 ? -value : value);
    bool fits =
        wide_divide(wide_product(numerator, size), (uint64_t)ratio.denominator, &quotient, &rest) &&
        quotient < INT64_MAX;
    if (!fits && quotient == INT64_MAX) {
        return; // the edge has a test of its own
    }
    int64_t toward_zero = fits ? (int64_t)quotient : 0;
    int64_t away = toward_zero + (rest != 0 ? 1 : 0);
    bool half = rest >= (uint64_t)ratio.denominator - rest;
    int64_t nearest = half ? away : toward_zero;
    enum th_status want = fits ? TH_OK : TH_OVERFLOW;
    int64_t result = 4711;

    assert_status(th_ratio_apply_floor(ratio, value, &result, NULL), want, NULL);
    assert_int_equal(result, !fits ? 4711 : negative ? -away : toward_zero);
    assert_status(th_ratio_apply_ceil(ratio, value, &result, NULL), want, NULL);
    assert_int_equal(result, !fits ? 4711 : negative ? -toward_zero : away);
    assert_status(th_ratio_apply_nearest(ratio, value, &result, NULL), want, NULL);
    assert_int_equal(result, !fits ? 4711 : negative ? -nearest : nearest);
}

static void ratio_apply__agrees_with_division_bit_by_bit(void **state)
{
    (void)state;
    uint64_t seed = 1963;
    for (int i = 0; i < 50000; i++) {
        int64_t numerator = random_size(&seed);
        int64_t denominator = random_size(&seed) / 2 + 1;
        int64_t value = random_size(&seed);
        struct th_ratio ratio;
        assert_ok(th_ratio_make(i & 1 ? -numerator : numerator, denominator, &ratio, NULL), NULL);
        check_apply(ratio, i & 2 ? -value : value);
    }
}

static void ratio_apply__the_last_integer_fits_and_the_next_does_not(void **state)
{
    (void)state;
    struct th_error err;
    int64_t result = 0;
    assert_ok(th_ratio_apply_floor((struct th_ratio){1, 1}, INT64_MIN, &result, &err), &err);
    assert_int_equal(result, INT64_MIN);
    assert_status(th_ratio_apply_floor((struct th_ratio){-1, 1}, INT64_MIN, &result, &err),
                  TH_OVERFLOW, &err);
    assert_string_equal(err.key, "overflow");
    assert_status(th_ratio_apply_ceil((struct th_ratio){2, 1}, INT64_MAX, &result, &err),
                  TH_OVERFLOW, &err);
    assert_status(th_ratio_apply_nearest((struct th_ratio){3, 2}, INT64_MAX, &result, &err),
                  TH_OVERFLOW, &err);
    assert_int_equal(result, INT64_MIN);
}

static void allocate__gives_the_published_village_shares(void **state)
{
    (void)state;
    // 70 % of 59,940.00 over 2,509 t and 4,773 t: 41,958.00 = 14,456.55 + 27,501.45.
    const int64_t weights[] = {2509, 4773};
    int64_t shares[2];
    assert_ok(th_allocate(4195800, weights, 2, shares, NULL), NULL);
    assert_int_equal(shares[0], 1445655);
    assert_int_equal(shares[1], 2750145);
}

static void allocate__ties_go_to_the_lowest_index(void **state)
{
    (void)state;
    const int64_t weights[] = {1, 1, 0, 1};
    int64_t shares[4];
    assert_ok(th_allocate(5, weights, 4, shares, NULL), NULL);
    assert_int_equal(shares[0], 2);
    assert_int_equal(shares[1], 2);
    assert_int_equal(shares[2], 0);
    assert_int_equal(shares[3], 1);
}

static void allocate__largest_remainder_comes_first(void **state)
{
    (void)state;
    // 100 over 1 : 5 : 5 is 9.09…, 45.45…, 45.45…: the one left goes to the first of the .45 ones.
    const int64_t weights[] = {1, 5, 5};
    int64_t shares[3];
    assert_ok(th_allocate(100, weights, 3, shares, NULL), NULL);
    assert_int_equal(shares[0], 9);
    assert_int_equal(shares[1], 46);
    assert_int_equal(shares[2], 45);
}

static void allocate__refuses_what_cannot_be_divided(void **state)
{
    (void)state;
    struct th_error err;
    const int64_t zeros[] = {0, 0};
    const int64_t negative[] = {3, -1};
    int64_t shares[] = {8, 9};
    assert_status(th_allocate(1, zeros, 2, shares, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "weights_zero");
    assert_status(th_allocate(1, zeros, 0, shares, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "weights_zero");
    assert_status(th_allocate(1, negative, 2, shares, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "weights_negative");
    assert_status(th_allocate(-1, zeros, 2, shares, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "weights_negative");
    assert_int_equal(shares[0], 8);
    assert_int_equal(shares[1], 9);
    assert_ok(th_allocate(0, zeros, 2, shares, &err), &err);
    assert_int_equal(shares[0], 0);
    assert_int_equal(shares[1], 0);
    assert_ok(th_allocate(0, zeros, 0, shares, &err), &err);
}

static void allocate__largest_numbers_are_exact(void **state)
{
    (void)state;
    const int64_t weights[] = {INT64_MAX, INT64_MAX, INT64_MAX};
    int64_t shares[3];
    assert_ok(th_allocate(INT64_MAX, weights, 3, shares, NULL), NULL);
    for (int i = 0; i < 3; i++) { // 2^63 - 1 = 7 × 7 × 73 × 127 × … leaves 1 over 3
        assert_int_equal(shares[i], INT64_MAX / 3 + (i < INT64_MAX % 3 ? 1 : 0));
    }
}

static void allocate__shares_sum_to_the_total_and_are_floor_or_one_more(void **state)
{
    (void)state;
    enum { N_MAX = 40 };
    uint64_t seed = 42;
    for (int round = 0; round < 5000; round++) {
        int64_t weights[N_MAX];
        int64_t shares[N_MAX];
        size_t n = 1 + (size_t)(next_random(&seed) % N_MAX);
        uint64_t sum = 0;
        for (size_t i = 0; i < n; i++) {
            weights[i] = random_size(&seed) >> 6; // the sum stays below 2^63
            sum += (uint64_t)weights[i];
        }
        int64_t total = sum > 0 ? random_size(&seed) : 0;
        assert_ok(th_allocate(total, weights, n, shares, NULL), NULL);
        int64_t left = total;
        for (size_t i = 0; i < n; i++) {
            uint64_t quotient = 0;
            uint64_t rest = 0;
            if (sum > 0) {
                assert_true(wide_divide(wide_product((uint64_t)total, (uint64_t)weights[i]), sum,
                                        &quotient, &rest));
            }
            int64_t low = (int64_t)quotient;
            assert_true(shares[i] == low || (rest > 0 && shares[i] == low + 1));
            left -= shares[i];
        }
        assert_int_equal(left, 0);
    }
}

static void ratio_add__is_exact_or_refused(void **state)
{
    struct th_ratio sum = {7, 9};
    struct th_error err = {0};
    (void)state;
    assert_ok(th_ratio_add((struct th_ratio){1, 3}, (struct th_ratio){1, 6}, &sum, &err), &err);
    assert_int_equal(sum.numerator, 1);
    assert_int_equal(sum.denominator, 2);
    assert_ok(th_ratio_add((struct th_ratio){-1, 3}, (struct th_ratio){1, 3}, &sum, &err), &err);
    assert_int_equal(sum.numerator, 0);
    assert_int_equal(sum.denominator, 1);
    // Half of the largest twice fits only because it is brought to lowest terms.
    const struct th_ratio half = {INT64_MAX, 2};
    assert_ok(th_ratio_add(half, half, &sum, &err), &err);
    assert_int_equal(sum.numerator, INT64_MAX);
    assert_int_equal(sum.denominator, 1);
    assert_status(th_ratio_add(sum, sum, &sum, &err), TH_OVERFLOW, &err);
    assert_int_equal(sum.numerator, INT64_MAX);
    assert_status(th_ratio_add((struct th_ratio){1, INT64_MAX}, (struct th_ratio){1, INT64_MAX - 1},
                               &sum, &err),
                  TH_OVERFLOW, &err);
    assert_int_equal(sum.denominator, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratio_add__is_exact_or_refused),
        cmocka_unit_test(ratio_make__gives_lowest_terms_and_a_positive_denominator),
        cmocka_unit_test(ratio_make__zero_below_and_the_smallest_integer_are_refused),
        cmocka_unit_test(ratio_parse__reads_decimals_and_fractions),
        cmocka_unit_test(ratio_parse__anything_else_is_refused),
        cmocka_unit_test(ratio_format__is_read_back_as_the_same_ratio),
        cmocka_unit_test(ratio_format_percent__says_decimals_in_percent_and_leaves_fractions),
        cmocka_unit_test(ratio_compare__is_exact_where_doubles_are_not),
        cmocka_unit_test(ratio_mul__reduces_before_it_overflows),
        cmocka_unit_test(ratio_apply__rounds_to_the_named_side),
        cmocka_unit_test(ratio_apply__agrees_with_division_bit_by_bit),
        cmocka_unit_test(ratio_apply__the_last_integer_fits_and_the_next_does_not),
        cmocka_unit_test(allocate__gives_the_published_village_shares),
        cmocka_unit_test(allocate__ties_go_to_the_lowest_index),
        cmocka_unit_test(allocate__largest_remainder_comes_first),
        cmocka_unit_test(allocate__refuses_what_cannot_be_divided),
        cmocka_unit_test(allocate__largest_numbers_are_exact),
        cmocka_unit_test(allocate__shares_sum_to_the_total_and_are_floor_or_one_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Exact fractions (70/87 t per mu, 70 %, 4/429 of a share) and exact allotment of a whole.
#ifndef TH_CORE_RATIO_H
#define TH_CORE_RATIO_H

#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_ratio {
    int64_t numerator;
    int64_t denominator; // > 0; in lowest terms when made by the functions below
};

// Lowest terms, denominator > 0. TH_INVALID when denominator is 0 or a value is INT64_MIN.
enum th_status th_ratio_make(int64_t numerator, int64_t denominator, struct th_ratio *ret_ratio,
                             struct th_error *err) TH_MUST_CHECK;

// "0.39", "70/87", "-1.5", "70". No exponent. TH_INVALID ("ratio_invalid").
enum th_status th_ratio_parse(const char *text, struct th_ratio *ret_ratio,
                              struct th_error *err) TH_MUST_CHECK;

enum { TH_RATIO_TEXT_SIZE = 48 };

// Shortest exact text: "0.39" when the decimal ends within 9 places, else "70/87". Returns buf.
const char *th_ratio_format(struct th_ratio ratio, char buf[TH_RATIO_TEXT_SIZE]);

// For people: "60 %" and "12.5 %" when that decimal ends within 7 places, else "1/3". Returns buf.
const char *th_ratio_format_percent(struct th_ratio ratio, char buf[TH_RATIO_TEXT_SIZE]);

int th_ratio_compare(struct th_ratio a, struct th_ratio b); // exact
double th_ratio_double(struct th_ratio ratio);

enum th_status th_ratio_mul(struct th_ratio a, struct th_ratio b, struct th_ratio *ret_product,
                            struct th_error *err) TH_MUST_CHECK;
enum th_status th_ratio_add(struct th_ratio a, struct th_ratio b, struct th_ratio *ret_sum,
                            struct th_error *err) TH_MUST_CHECK; // TH_OVERFLOW

// value × ratio, toward −∞ / toward +∞ / to nearest (half away from zero). Exact in 128 bits;
// TH_OVERFLOW when the result does not fit.
enum th_status th_ratio_apply_floor(struct th_ratio ratio, int64_t value, int64_t *ret_result,
                                    struct th_error *err) TH_MUST_CHECK;
enum th_status th_ratio_apply_ceil(struct th_ratio ratio, int64_t value, int64_t *ret_result,
                                   struct th_error *err) TH_MUST_CHECK;
enum th_status th_ratio_apply_nearest(struct th_ratio ratio, int64_t value, int64_t *ret_result,
                                      struct th_error *err) TH_MUST_CHECK;

// Splits `total` ≥ 0 over n weights ≥ 0 by largest remainder: shares are rounded down, what is left
// goes one by one to the largest remainders, ties to the lowest index. The shares sum to total.
// TH_INVALID ("weights_zero") when all weights are 0 and total is not.
enum th_status th_allocate(int64_t total, const int64_t *weights, size_t n, int64_t *ret_shares,
                           struct th_error *err) TH_MUST_CHECK;

#endif

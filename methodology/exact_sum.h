// Sums of doubles that do not depend on the order of the terms, on how they were divided among
// threads, or on vectors: every term is rounded once, to a multiple of 2^-50, and from there on
// the arithmetic is that of whole numbers.
#ifndef TH_METHODOLOGY_EXACT_SUM_H
#define TH_METHODOLOGY_EXACT_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// whole + fraction · 2^-50 with 0 <= fraction < 2^50, so that equal sums have equal bytes. Starts
// as zeros.
struct th_exact_sum {
    int64_t whole;
    int64_t fraction;
};

// Terms lie within ±2^50 (1e15).
enum { TH_EXACT_SUM_BITS = 50 };

// Adds values[i] to sums[places[i] · stride]. Returns n, or the first i whose value is no number or
// too large; then nothing was added. false in *ret_fits when a sum left ±2^62 (of no use any more).
size_t th_exact_sum_scatter(struct th_exact_sum *sums, size_t stride, const uint32_t *places,
                            const double *values, size_t n, bool *ret_fits);
bool th_exact_sum_add(struct th_exact_sum *sum,
                      const struct th_exact_sum *more);    // false: too large
double th_exact_sum_value(const struct th_exact_sum *sum); // within 2 units in the last place

#endif

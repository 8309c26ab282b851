// Numbers of a width that is known: n limbs of 32 bits, the lowest first, no room for more. What
// runs over is told, or cannot happen.
#ifndef TH_TRADING_LIMBS_H
#define TH_TRADING_LIMBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool th_limbs_are_zero(const uint32_t *a, size_t n);
int th_limbs_compare(const uint32_t *a, const uint32_t *b, size_t n);
// a += b, a -= b; the carry or the borrow is the answer. n_b ≤ n.
uint32_t th_limbs_add(uint32_t *a, size_t n, const uint32_t *b, size_t n_b);
uint32_t th_limbs_subtract(uint32_t *a, size_t n, const uint32_t *b, size_t n_b);
// ret_product has n_a + n_b limbs and is neither of both.
void th_limbs_multiply(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b,
                       uint32_t *ret_product);
// a over b > 0: a becomes the rest, ret_quotient has n_a limbs. room is for n_a + n_b + 2 limbs.
void th_limbs_divide(uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, uint32_t *ret_quotient,
                     uint32_t *room);
// The limbs that are in use: without zeros at the upper end.
size_t th_limbs_used(const uint32_t *a, size_t n);

#endif

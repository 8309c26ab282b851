// Whole numbers as long as the weights of a sale come: these are products of tonnes, of the shares
// of a term and of members' fractions, over one denominator for all.
#ifndef TH_TRADING_WHOLE_H
#define TH_TRADING_WHOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"

enum { TH_WHOLE_LIMBS = 64 }; // 2,048 bits

struct th_whole {                   // ≥ 0
    uint32_t limbs[TH_WHOLE_LIMBS]; // the lowest first
    size_t n;                       // in use; the highest of them is not 0
};

void th_whole_set(struct th_whole *whole, uint64_t value);
bool th_whole_is_zero(const struct th_whole *whole);
// False when the result is too long; the number is spoilt then.
bool th_whole_multiply(struct th_whole *whole, uint64_t factor) TH_MUST_CHECK;
bool th_whole_add(struct th_whole *whole, const struct th_whole *other) TH_MUST_CHECK;
int th_whole_compare(const struct th_whole *a, const struct th_whole *b);
// Divides in place and returns the rest; 0 < divisor < 2^32.
uint32_t th_whole_divide(struct th_whole *whole, uint32_t divisor);
// The least common multiple of both, 0 < other < 2^32; false when it is too long.
bool th_whole_common(struct th_whole *whole, uint32_t other) TH_MUST_CHECK;

#endif

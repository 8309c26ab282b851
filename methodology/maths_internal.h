// Inside methodology/ only: the arithmetic of exp and ln without branches, so that a loop over it
// is compiled into vectors, and which path runs it.
#ifndef TH_METHODOLOGY_MATHS_INTERNAL_H
#define TH_METHODOLOGY_MATHS_INTERNAL_H

#include <math.h>
#include <stddef.h>

#include "methodology/vector_internal.h"

// ln 2 in two parts: the first ends in 17 zero bits, so that k times it is exact.
static const double th_ln2_high = 0x1.62e42fefa0000p-1;
static const double th_ln2_low = 0x1.cf79abc9e3b3ap-40;

// exp(x) = 2^k · exp(r) with |r| <= ln 2 / 2, and exp(r) by its series, whose fourteenth term is
// below 2^-58.
TH_VECTOR_KERNEL double th_exp_kernel(double x)
{
    const double whole = 0x1.8p52; // adding it rounds to a whole number, which its low bits hold
    const double high = x > 709.78 ? 709.78 : x;
    const double within = high < -708.4 ? -708.4 : high; // NaN stays
    const double shifted = within * 0x1.71547652b82fep+0 + whole;
    const double k = shifted - whole;
    const double upper = within - k * th_ln2_high;
    const double lower = k * th_ln2_low;
    const double r = upper - lower;
    const double tail = (upper - r) - lower; // what the subtraction lost
    double sum = 1.0 / 6227020800.0;
    sum = sum * r + 1.0 / 479001600.0;
    sum = sum * r + 1.0 / 39916800.0;
    sum = sum * r + 1.0 / 3628800.0;
    sum = sum * r + 1.0 / 362880.0;
    sum = sum * r + 1.0 / 40320.0;
    sum = sum * r + 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    const double value = 1.0 + (r + (r * r * sum + tail));
    // 2^k in two steps, for k may be 1024. k + 2046 is above zero.
    const uint64_t raised = th_to_bits(shifted) - th_to_bits(whole) + 2046;
    const uint64_t half = raised >> 1;
    const double scaled = value * th_from_bits(half << 52) * th_from_bits((raised - half) << 52);
    const double above = x > 709.78 ? (double)INFINITY : scaled;
    return x < -708.4 ? 0.0 : above;
}

// ln(2^k · m) = k ln 2 + 2 atanh((m − 1) / (m + 1)), m between √½ and √2; the series of atanh in
// s² <= 0.0295 ends at s^25, below 2^-62. For x in 2^-1022 … the largest double.
TH_VECTOR_KERNEL double th_ln_kernel(double x)
{
    const uint64_t root = 0x3fe6a09e667f3bcd; // the bits of √½
    const uint64_t bits = th_to_bits(x) + 0x3ff0000000000000 - root;
    const double k = th_from_bits(0x4330000000000000 | (bits >> 52)) - (0x1p52 + 1023.0);
    const double m = th_from_bits((bits & 0xfffffffffffff) + root);
    const double f = m - 1.0; // exact
    const double s = f / (2.0 + f);
    const double z = s * s;
    double series = 2.0 / 25.0;
    series = series * z + 2.0 / 23.0;
    series = series * z + 2.0 / 21.0;
    series = series * z + 2.0 / 19.0;
    series = series * z + 2.0 / 17.0;
    series = series * z + 2.0 / 15.0;
    series = series * z + 2.0 / 13.0;
    series = series * z + 2.0 / 11.0;
    series = series * z + 2.0 / 9.0;
    series = series * z + 2.0 / 7.0;
    series = series * z + 2.0 / 5.0;
    series = series * z + 2.0 / 3.0;
    // 2 atanh s = f − s·(f − z·series): f itself is exact, so that little is lost.
    const double rest = s * (f - z * series);
    return k * th_ln2_high - ((rest - k * th_ln2_low) - f);
}

void th_exp_column_on(enum th_vector vector, const double *x, double *ret, size_t n);
void th_ln_column_on(enum th_vector vector, const double *x, double *ret, size_t n);

#endif

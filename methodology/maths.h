// Exponentials and logarithms with the same bytes on every x86-64 machine: the C library's may use
// fused operations where the processor has them. IEEE double operations in a fixed order only; the
// build forbids contraction.
#ifndef TH_METHODOLOGY_MATHS_H
#define TH_METHODOLOGY_MATHS_H

#include <stddef.h>

// Within one unit in the last place of the true value (tests/unit/test_maths.c). exp overflows to
// infinity above 709.78 and goes to 0 below -708.4; ln of 0 is -infinity, of less NaN.
double th_exp(double x);
double th_ln(double x);
// exp(y · ln x) for x > 0: within 1e-13 of the true value as long as that lies in 1e-6 … 1e9.
double th_pow(double x, double y);

// The same bytes for n values at once; `ret` may be `x`.
void th_exp_column(const double *x, double *ret, size_t n);
void th_ln_column(const double *x, double *ret, size_t n);

#endif

#include "methodology/maths.h"

#include "methodology/maths_internal.h"

double th_exp(double x)
{
    return th_exp_kernel(x);
}

// Also of what the kernel does not take: numbers too small for a full mantissa, zero, infinity, and
// what has no logarithm.
TH_VECTOR_KERNEL double ln_of_any(double x)
{
    const double small = x < 0x1p-1022 ? x * 0x1p54 : x;
    const double normal = small > 0.0 && small < (double)INFINITY ? small : 1.0;
    const double value = th_ln_kernel(normal);
    const double scaled = x < 0x1p-1022 ? value - 54 * th_ln2_high - 54 * th_ln2_low : value;
    const double edge = x == 0.0 ? -(double)INFINITY : (double)NAN;
    const double upper = x == (double)INFINITY ? x : scaled;
    return x > 0.0 ? upper : edge;
}

double th_ln(double x)
{
    return ln_of_any(x);
}

double th_pow(double x, double y)
{
    return th_exp(y * th_ln(x));
}

TH_VECTOR_KERNEL void exp_column(const double *x, double *ret, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ret[i] = th_exp_kernel(x[i]);
    }
}
TH_VECTOR_PATHS(extern, th_exp_column_on, exp_column, (x, ret, n), const double *x, double *ret,
                size_t n)

TH_VECTOR_KERNEL void ln_column(const double *x, double *ret, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ret[i] = ln_of_any(x[i]);
    }
}
TH_VECTOR_PATHS(extern, th_ln_column_on, ln_column, (x, ret, n), const double *x, double *ret,
                size_t n)

void th_exp_column(const double *x, double *ret, size_t n)
{
    th_exp_column_on(th_vector_best(), x, ret, n);
}

void th_ln_column(const double *x, double *ret, size_t n)
{
    th_ln_column_on(th_vector_best(), x, ret, n);
}

#include "methodology/decimal_internal.h"

#include <math.h>

#include "methodology/calc.h"

// The value is decimal at heart: 836550 may have come out as 836549.9999999999, and a half such as
// 0.0000005 as a hair less. The nudge of a few units in the last place gives halves their due.
TH_VECTOR_KERNEL double round_decimal(double value)
{
    const double whole = 0x1p52; // doubles from here on have no decimals
    double size = fabs(value) * 1e6;
    double nudge = size * 0x1p-50;
    double nudged = size + (nudge < 0x1p-5 ? nudge : 0x1p-5);
    double even = (nudged + whole) - whole;
    double rounded = even + (nudged - even >= 0.5 ? 1.0 : 0.0);
    // What is too large for six decimals, or no number, stays as it is.
    return size < whole / 2 ? copysign(rounded / 1e6, value) : value;
}

double th_calc_round(double value)
{
    return round_decimal(value);
}

TH_VECTOR_KERNEL void round_column(const double *values, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = round_decimal(values[i]);
    }
}

TH_VECTOR_KERNEL void floor_column(const double *values, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = floor(round_decimal(values[i]));
    }
}

TH_VECTOR_KERNEL void ceil_column(const double *values, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = ceil(round_decimal(values[i]));
    }
}

TH_VECTOR_PATHS(extern, th_round_column_on, round_column, (values, out, n), const double *values,
                double *out, size_t n)
TH_VECTOR_PATHS(extern, th_floor_column_on, floor_column, (values, out, n), const double *values,
                double *out, size_t n)
TH_VECTOR_PATHS(extern, th_ceil_column_on, ceil_column, (values, out, n), const double *values,
                double *out, size_t n)

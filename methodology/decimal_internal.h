// Inside methodology/ only: whole columns rounded at once, the same bytes on every path.
#ifndef TH_METHODOLOGY_DECIMAL_INTERNAL_H
#define TH_METHODOLOGY_DECIMAL_INTERNAL_H

#include <stddef.h>

#include "methodology/vector_internal.h"

// th_calc_round of each of n values; `out` may be `values`.
void th_round_column_on(enum th_vector vector, const double *values, double *out, size_t n);
// th_calc_round of each, then toward −∞ or +∞ to a whole number.
void th_floor_column_on(enum th_vector vector, const double *values, double *out, size_t n);
void th_ceil_column_on(enum th_vector vector, const double *values, double *out, size_t n);

#endif

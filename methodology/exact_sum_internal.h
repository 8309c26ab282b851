// Inside methodology/ only: which path splits the terms.
#ifndef TH_METHODOLOGY_EXACT_SUM_INTERNAL_H
#define TH_METHODOLOGY_EXACT_SUM_INTERNAL_H

#include "methodology/exact_sum.h"
#include "methodology/vector_internal.h"

size_t th_exact_sum_scatter_on(enum th_vector vector, struct th_exact_sum *sums, size_t stride,
                               const uint32_t *places, const double *values, size_t n,
                               bool *ret_fits);

#endif

// Inside methodology/ only: which path draws.
#ifndef TH_METHODOLOGY_DISTRIBUTION_INTERNAL_H
#define TH_METHODOLOGY_DISTRIBUTION_INTERNAL_H

#include "methodology/distribution.h"
#include "methodology/vector_internal.h"

void th_distribution_draw_on(enum th_vector vector, const struct th_distribution *distribution,
                             struct th_random random, uint64_t block, double *ret);

#endif

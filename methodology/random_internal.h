// Inside methodology/ only: which path of the generator runs.
#ifndef TH_METHODOLOGY_RANDOM_INTERNAL_H
#define TH_METHODOLOGY_RANDOM_INTERNAL_H

#include "methodology/random.h"
#include "methodology/vector_internal.h"

void th_random_uniforms_on(enum th_vector vector, struct th_random random, uint64_t block,
                           double *ret);
void th_random_normals_on(enum th_vector vector, struct th_random random, uint64_t block,
                          double *ret);

#endif

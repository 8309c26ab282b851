#include "methodology/vector_internal.h"

bool th_vector_has(enum th_vector vector)
{
#if defined(__x86_64__)
    switch (vector) {
    case TH_VECTOR_PLAIN:
        return true;
    case TH_VECTOR_AVX2:
        return __builtin_cpu_supports("avx2");
    case TH_VECTOR_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    case TH_N_VECTORS:
        break;
    }
    return false;
#else
    return vector == TH_VECTOR_PLAIN;
#endif
}

enum th_vector th_vector_best(void)
{
    return th_vector_has(TH_VECTOR_AVX512) ? TH_VECTOR_AVX512
           : th_vector_has(TH_VECTOR_AVX2) ? TH_VECTOR_AVX2
                                           : TH_VECTOR_PLAIN;
}

// Inside methodology/ only: plain loops that are compiled for several widths of vectors. Every
// element is computed by the same IEEE operations in the same order whatever the width: without
// contraction (cmake/TanhuiHelpers.cmake) and without reordered sums. The bytes are therefore the
// same on every path; tests/unit/test_random.c and test_maths.c compare them.
#ifndef TH_METHODOLOGY_VECTOR_INTERNAL_H
#define TH_METHODOLOGY_VECTOR_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum th_vector { // of 2, 4 and 8 doubles on x86-64
    TH_VECTOR_PLAIN,
    TH_VECTOR_AVX2,
    TH_VECTOR_AVX512,
    TH_N_VECTORS
};

bool th_vector_has(enum th_vector vector); // can this processor run it?
enum th_vector th_vector_best(void);

#if defined(__x86_64__)
#define TH_VECTOR_TARGET_AVX2 __attribute__((target("avx2")))
#define TH_VECTOR_TARGET_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw")))
#else
#define TH_VECTOR_TARGET_AVX2
#define TH_VECTOR_TARGET_AVX512
#endif

// A kernel is inlined into each of the functions below and so compiled for their width.
#define TH_VECTOR_KERNEL static inline __attribute__((always_inline))

// Defines `storage` void name(enum th_vector vector, parameters…), static or extern, which runs
// `kernel arguments` for a width
// that the processor has. `arguments` stand in parentheses.
#define TH_VECTOR_PATHS(storage, name, kernel, arguments, ...)                                     \
    static void kernel##_plain(__VA_ARGS__)                                                        \
    {                                                                                              \
        kernel arguments;                                                                          \
    }                                                                                              \
    TH_VECTOR_TARGET_AVX2 static void kernel##_avx2(__VA_ARGS__)                                   \
    {                                                                                              \
        kernel arguments;                                                                          \
    }                                                                                              \
    TH_VECTOR_TARGET_AVX512 static void kernel##_avx512(__VA_ARGS__)                               \
    {                                                                                              \
        kernel arguments;                                                                          \
    }                                                                                              \
    storage void name(enum th_vector vector, __VA_ARGS__)                                          \
    {                                                                                              \
        if (vector == TH_VECTOR_AVX512) {                                                          \
            kernel##_avx512 arguments;                                                             \
        } else if (vector == TH_VECTOR_AVX2) {                                                     \
            kernel##_avx2 arguments;                                                               \
        } else {                                                                                   \
            kernel##_plain arguments;                                                              \
        }                                                                                          \
    }

TH_VECTOR_KERNEL double th_from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

TH_VECTOR_KERNEL uint64_t th_to_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

#endif

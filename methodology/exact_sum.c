#include "methodology/exact_sum.h"

#include <math.h>

#include "methodology/exact_sum_internal.h"

enum { ROWS = 512 };

static const int64_t unit = (int64_t)1 << TH_EXACT_SUM_BITS; // of fractions in a whole
static const int64_t whole_max = (int64_t)1 << 62;

struct parts { // of a few terms
    int64_t wholes[ROWS];
    int64_t fractions[ROWS]; // −2^49 … 2^49
};

// Adding 1.5 · 2^52 rounds to a whole number, which the low bits of the sum then hold.
TH_VECTOR_KERNEL void split_kernel(const double *values, size_t n, struct parts *parts)
{
    const double shift = 0x1.8p52;
    const double scale = 0x1p50;
    for (size_t i = 0; i < n; i++) {
        const double value = values[i];
        const double shifted = value + shift;
        const double rest = value - (shifted - shift);
        parts->wholes[i] = (int64_t)(th_to_bits(shifted) - th_to_bits(shift));
        parts->fractions[i] = (int64_t)(th_to_bits(rest * scale + shift) - th_to_bits(shift));
    }
}
TH_VECTOR_PATHS(static, split, split_kernel, (values, n, parts), const double *values, size_t n,
                struct parts *parts)

static bool add(struct th_exact_sum *sum, int64_t whole, int64_t fraction)
{
    int64_t fractions = sum->fraction + fraction;
    int64_t carried = fractions & (unit - 1);
    whole += (fractions - carried) / unit;
    sum->fraction = carried;
    return !__builtin_add_overflow(sum->whole, whole, &sum->whole) && sum->whole < whole_max &&
           sum->whole > -whole_max;
}

// Neighbours that go to one place are added before they go there. A few hundred terms leave room
// enough in 64 bits.
static bool scatter(struct th_exact_sum *sums, size_t stride, const uint32_t *places,
                    const struct parts *parts, size_t n)
{
    bool fits = true;
    for (size_t i = 0; i < n;) {
        const uint32_t place = places[i];
        int64_t whole = 0;
        int64_t fraction = 0;
        for (; i < n && places[i] == place; i++) {
            whole += parts->wholes[i];
            fraction += parts->fractions[i];
        }
        fits = add(&sums[place * stride], whole, fraction) && fits;
    }
    return fits;
}

// The first value out of range, or n. Most columns have none, which is seen without a branch.
static size_t first_bad(const double *values, size_t n)
{
    uint64_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        bad |= fabs(values[i]) < 0x1p50 ? 0U : 1U;
    }
    size_t i = bad ? 0 : n;
    while (i < n && fabs(values[i]) < 0x1p50) {
        i++;
    }
    return i;
}

size_t th_exact_sum_scatter_on(enum th_vector vector, struct th_exact_sum *sums, size_t stride,
                               const uint32_t *places, const double *values, size_t n,
                               bool *ret_fits)
{
    struct parts parts;
    bool fits = true;
    size_t good = first_bad(values, n);
    for (size_t first = 0; first < n && good == n; first += ROWS) {
        size_t rows = n - first < ROWS ? n - first : ROWS;
        split(vector, values + first, rows, &parts);
        fits = scatter(sums, stride, places + first, &parts, rows) && fits;
    }
    *ret_fits = fits;
    return good;
}

size_t th_exact_sum_scatter(struct th_exact_sum *sums, size_t stride, const uint32_t *places,
                            const double *values, size_t n, bool *ret_fits)
{
    return th_exact_sum_scatter_on(th_vector_best(), sums, stride, places, values, n, ret_fits);
}

bool th_exact_sum_add(struct th_exact_sum *sum, const struct th_exact_sum *more)
{
    return add(sum, more->whole, more->fraction);
}

double th_exact_sum_value(const struct th_exact_sum *sum)
{
    return (double)sum->whole + (double)sum->fraction * 0x1p-50;
}

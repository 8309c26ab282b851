#include "methodology/quantile.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "methodology/maths.h"

double th_normal_density(double z)
{
    return 0x1.9884533d43651p-2 * th_exp(-0.5 * z * z); // 1 / √(2π)
}

// Near the middle by the series of M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions
// (1964), 26.2.11, whose terms are all positive; in the tail by the continued fraction 26.2.14,
// from its far end.
double th_normal_cdf(double z)
{
    enum { STEPS = 240 };
    double size = fabs(z);
    if (isnan(z)) {
        return z;
    }
    if (size > 38) {
        return z < 0 ? 0.0 : 1.0;
    }
    if (size < 2) {
        double term = size;
        double sum = size;
        for (int n = 3; term > sum * 0x1p-60; n += 2) {
            term *= size * size / n;
            sum += term;
        }
        double middle = th_normal_density(size) * sum;
        return z < 0 ? 0.5 - middle : 0.5 + middle;
    }
    double fraction = size;
    for (int n = STEPS; n >= 1; n--) {
        fraction = size + n / fraction;
    }
    double tail = th_normal_density(size) / fraction;
    return z < 0 ? tail : 1.0 - tail;
}

static double polynomial(const double coefficients[8], double x) // highest power last
{
    double sum = coefficients[7];
    for (int i = 6; i >= 0; i--) {
        sum = sum * x + coefficients[i];
    }
    return sum;
}

double th_normal_quantile(double p)
{
    static const double a[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                               1.9715909503065514427e3, 1.3731693765509461125e4,
                               4.5921953931549871457e4, 6.7265770927008700853e4,
                               3.3430575583588128105e4, 2.5090809287301226727e3};
    static const double b[] = {1.0,
                               4.2313330701600911252e1,
                               6.8718700749205790830e2,
                               5.3941960214247511077e3,
                               2.1213794301586595867e4,
                               3.9307895800092710610e4,
                               2.8729085735721942674e4,
                               5.2264952788528545610e3};
    static const double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                               5.76949722146069140550e0,  3.64784832476320460504e0,
                               1.27045825245236838258e0,  2.41780725177450611770e-1,
                               2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[] = {1.0,
                               2.05319162663775882187e0,
                               1.67638483018380384940e0,
                               6.89767334985100004550e-1,
                               1.48103976427480074590e-1,
                               1.51986665636164571966e-2,
                               5.47593808499534494600e-4,
                               1.05075007164441684324e-9};
    static const double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                               1.78482653991729133580e0,  2.96560571828504891230e-1,
                               2.65321895265761230930e-2, 1.24266094738807843860e-3,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[] = {1.0,
                               5.99832206555887937690e-1,
                               1.36929880922735805310e-1,
                               1.48753612908506148525e-2,
                               7.86869131145613259100e-4,
                               1.84631831751005468180e-5,
                               1.42151175831644588870e-7,
                               2.04426310338993978564e-15};
    assert(p > 0 && p < 1);
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(a, r) / polynomial(b, r);
    }
    double r = sqrt(-th_ln(q < 0 ? p : 1 - p));
    double z = r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6)
                      : polynomial(e, r - 5) / polynomial(f, r - 5);
    return q < 0 ? -z : z;
}

double th_normal_half_width(double confidence)
{
    return -th_normal_quantile((1 - confidence) / 2);
}

// --- Columns of draws ----------------------------------------------------------------------------

// Draws go into bins by value, so that the one at a rank is looked for among the few of its bin.
// Which bin is found by rounded arithmetic, which still never puts a smaller draw into a later bin.
enum { N_BINS = 4096, LANES = 8 };

struct bins {
    const double *draws;
    size_t n;
    double least, greatest;
    uint16_t *bin_of;    // of each draw
    size_t ends[N_BINS]; // how many draws stand in a bin or before it
    double *members;     // those of bin `sorted`, in ascending order
    size_t sorted;       // N_BINS: of none yet
};

// Eight columns side by side, which vectors can follow.
static void find_ends(const double *draws, size_t n, double *ret_least, double *ret_greatest)
{
    double least[LANES];
    double greatest[LANES];
    double zeros[LANES] = {0}; // unless a draw is no number
    for (size_t i = 0; i < LANES; i++) {
        least[i] = greatest[i] = draws[0];
    }
    size_t n_whole = n - n % LANES;
    for (size_t first = 0; first < n_whole; first += LANES) {
        for (size_t i = 0; i < LANES; i++) {
            double draw = draws[first + i];
            zeros[i] += draw - draw;
            least[i] = draw < least[i] ? draw : least[i];
            greatest[i] = draw > greatest[i] ? draw : greatest[i];
        }
    }
    for (size_t i = n_whole; i < n; i++) {
        zeros[0] += draws[i] - draws[i];
        least[0] = draws[i] < least[0] ? draws[i] : least[0];
        greatest[0] = draws[i] > greatest[0] ? draws[i] : greatest[0];
    }
    for (size_t i = 1; i < LANES; i++) {
        zeros[0] += zeros[i];
        least[0] = least[i] < least[0] ? least[i] : least[0];
        greatest[0] = greatest[i] > greatest[0] ? greatest[i] : greatest[0];
    }
    assert(zeros[0] == 0.0);
    *ret_least = least[0];
    *ret_greatest = greatest[0];
}

static enum th_status bins_make(const double *draws, size_t n, struct bins *bins,
                                struct th_error *err)
{
    bins->draws = draws;
    bins->n = n;
    bins->sorted = N_BINS;
    bins->bin_of = malloc(n * sizeof(*bins->bin_of));
    bins->members = malloc(n * sizeof(*bins->members));
    if (!bins->bin_of || !bins->members) {
        return th_error_no_memory(err);
    }
    find_ends(draws, n, &bins->least, &bins->greatest);
    // Halves, for the span itself may be too large for a double. A span too small to divide by puts
    // all draws into one bin.
    double origin = bins->least / 2;
    double span = bins->greatest / 2 - origin;
    double scale = span > 1e-300 ? (N_BINS - 1) / span : 0.0;
    for (size_t i = 0; i < n; i++) {
        bins->bin_of[i] = (uint16_t)(int)((draws[i] / 2 - origin) * scale);
    }
    for (size_t i = 0; i < n; i++) {
        bins->ends[bins->bin_of[i]]++;
    }
    for (size_t bin = 1; bin < N_BINS; bin++) {
        bins->ends[bin] += bins->ends[bin - 1];
    }
    return TH_OK;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void sort_bin(struct bins *bins, size_t bin)
{
    size_t n_members = 0;
    for (size_t i = 0; i < bins->n; i++) {
        bins->members[n_members] = bins->draws[i];
        n_members += bins->bin_of[i] == bin;
    }
    qsort(bins->members, n_members, sizeof(*bins->members), compare_doubles);
    bins->sorted = bin;
}

static double at_rank(struct bins *bins, size_t rank)
{
    size_t low = 0;
    size_t high = N_BINS - 1;
    while (low < high) { // the first bin that ends behind the rank
        size_t middle = (low + high) / 2;
        if (bins->ends[middle] > rank) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (bins->least < bins->greatest && bins->sorted != low) {
        sort_bin(bins, low);
    }
    size_t before = low > 0 ? bins->ends[low - 1] : 0;
    double draw = bins->least < bins->greatest ? bins->members[rank - before] : bins->least;
    return draw + 0.0; // no zero with a sign
}

enum th_status th_quantiles(const double *draws, size_t n, const double *shares, size_t n_shares,
                            double *ret_quantiles, struct th_error *err)
{
    assert(n >= 1);
    struct bins *bins = calloc(1, sizeof(*bins));
    enum th_status status = bins ? bins_make(draws, n, bins, err) : th_error_no_memory(err);
    for (size_t i = 0; i < n_shares && status == TH_OK; i++) {
        assert(shares[i] >= 0 && shares[i] <= 1);
        double place = (double)(n - 1) * shares[i];
        size_t rank = (size_t)place;
        double below = at_rank(bins, rank);
        double above = rank + 1 < n ? at_rank(bins, rank + 1) : below;
        ret_quantiles[i] = below + (above - below) * (place - (double)rank);
    }
    if (bins) {
        free(bins->bin_of);
        free(bins->members);
    }
    free(bins);
    return status;
}

// Eight sums side by side and then one after the other: an order that vectors can follow.
static double sum_of(const double *draws, size_t n, double origin, bool squared)
{
    double sums[LANES] = {0};
    size_t n_whole = n - n % LANES;
    for (size_t first = 0; first < n_whole; first += LANES) {
        for (size_t i = 0; i < LANES; i++) {
            double value = draws[first + i] - origin;
            sums[i] += squared ? value * value : value;
        }
    }
    for (size_t i = n_whole; i < n; i++) {
        double value = draws[i] - origin;
        sums[i - n_whole] += squared ? value * value : value;
    }
    double sum = sums[0];
    for (size_t i = 1; i < LANES; i++) {
        sum += sums[i];
    }
    return sum;
}

void th_moments(const double *draws, size_t n, double *ret_mean, double *ret_deviation)
{
    assert(n >= 1);
    double mean = sum_of(draws, n, 0.0, false) / (double)n;
    *ret_mean = mean;
    *ret_deviation = n > 1 ? sqrt(sum_of(draws, n, mean, true) / (double)(n - 1)) : 0.0;
}

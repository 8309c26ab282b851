#include "methodology/distribution.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "methodology/distribution_internal.h"
#include "methodology/maths.h"
#include "methodology/maths_internal.h"
#include "methodology/quantile.h"
#include "methodology/random_internal.h"

static const double outside = 0.025;                 // on either side of a 95 % interval
static const double half_width = 1.9599639845400545; // of it: the 97.5 % quantile, 1.96

static enum th_status fault(struct th_error *err, const char *key, double value, double low,
                            double high)
{
    enum { TEXT_SIZE = 32 };
    char texts[3][TEXT_SIZE];
    const double numbers[] = {value, low, high};
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(texts[i], TEXT_SIZE, "%.10g", numbers[i]);
    }
    return th_error_set(err, TH_INVALID, key, "value", texts[0], "low", texts[1], "high", texts[2],
                        NULL);
}

static void fit_normal(struct th_distribution *fit, double low, double high)
{
    double half = fmax(fit->value - low, high - fit->value);
    fit->place = fit->mean = fit->value;
    fit->scale = fit->deviation = half / half_width;
}

static void fit_lognormal(struct th_distribution *fit, double low, double high)
{
    double ln_low = th_ln(low);
    double ln_high = th_ln(high);
    fit->place = (ln_low + ln_high) / 2;
    fit->scale = (ln_high - ln_low) / (2 * half_width);
    double variance = fit->scale * fit->scale;
    fit->mean = th_exp(fit->place + variance / 2);
    fit->deviation = fit->mean * sqrt(th_exp(variance) - 1);
}

// How far an end lies from the mode when the quantile lies `near` from it and both ends are
// `span` apart: the larger solution of (x − near)² = outside · span · x.
static double end_distance(double near, double span)
{
    double middle = near + outside * span / 2;
    return middle + sqrt(fmax(middle * middle - near * near, 0.0));
}

// The span is the sum of both distances, each of which depends on it weakly: every round leaves
// less than a third of the error.
static void fit_triangular(struct th_distribution *fit, double low, double high)
{
    enum { ROUNDS = 60 };
    double below = fit->value - low;
    double above = high - fit->value;
    double span = below + above;
    for (int round = 0; round < ROUNDS; round++) {
        span = end_distance(below, span) + end_distance(above, span);
    }
    fit->mode = fit->value;
    fit->lower = fit->value - end_distance(below, span);
    fit->upper = fit->value + end_distance(above, span);
    fit->mean = (fit->lower + fit->mode + fit->upper) / 3;
    double left = fit->mode - fit->lower;
    double right = fit->upper - fit->mode;
    fit->deviation = sqrt((left * left + left * right + right * right) / 18);
}

static void fit_uniform(struct th_distribution *fit, double low, double high)
{
    fit->scale = (high - low) / (1 - 2 * outside);
    fit->place = low - outside * fit->scale;
    fit->mean = (low + high) / 2;
    fit->deviation = fit->scale / sqrt(12.0);
}

// N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous univariate distributions 1 (1994), 13.10.1.
static void fit_truncated(struct th_distribution *fit, double low, double high)
{
    fit_normal(fit, low, high);
    double cut = -fit->place / fit->scale; // in deviations from the normal's mean, at most 0
    fit->kept = th_normal_cdf(-cut);
    double ratio = th_normal_density(cut) / fit->kept;
    fit->mean = fit->place + fit->scale * ratio;
    fit->deviation = fit->scale * sqrt(1 + cut * ratio - ratio * ratio);
}

enum th_status th_distribution_fit(enum th_interval_shape shape, double value, double low,
                                   double high, struct th_distribution *ret_distribution,
                                   struct th_error *err)
{
    struct th_distribution fit = {.shape = shape, .value = value};
    if (!(isfinite(low) && isfinite(high) && low <= value && value <= high)) {
        return fault(err, "interval_unordered", value, low, high);
    }
    if (shape == TH_SHAPE_LOGNORMAL && !(low > 0)) {
        return fault(err, "interval_not_positive", value, low, high);
    }
    if (shape == TH_SHAPE_TRUNCATED_NORMAL && value < 0) {
        return fault(err, "interval_value_negative", value, low, high);
    }
    if (!(low < high)) {
        fit.is_fixed = true;
        fit.mean = value;
        *ret_distribution = fit;
        return TH_OK;
    }
    switch (shape) {
    case TH_SHAPE_NORMAL:
        fit_normal(&fit, low, high);
        break;
    case TH_SHAPE_LOGNORMAL:
        fit_lognormal(&fit, low, high);
        break;
    case TH_SHAPE_TRIANGULAR:
        fit_triangular(&fit, low, high);
        break;
    case TH_SHAPE_UNIFORM:
        fit_uniform(&fit, low, high);
        break;
    case TH_SHAPE_TRUNCATED_NORMAL:
        fit_truncated(&fit, low, high);
        break;
    }
    *ret_distribution = fit;
    return TH_OK;
}

// Of shares u of a triangle. The root is taken of the smaller rectangle, from the nearer end.
TH_VECTOR_KERNEL double triangle(const struct th_distribution *fit, double u)
{
    const double left = fit->mode - fit->lower;
    const double right = fit->upper - fit->mode;
    const double span = left + right;
    const double square = u * span < left ? u * (span * left) : (1 - u) * (span * right);
    const double root = sqrt(square);
    return u * span < left ? fit->lower + root : fit->upper - root;
}

// Counted from the upper tail, which stays exact where little is cut.
static double truncated(const struct th_distribution *fit, double u)
{
    return fmax(fit->place - fit->scale * th_normal_quantile((1 - u) * fit->kept), 0.0);
}

double th_distribution_quantile(const struct th_distribution *distribution, double p)
{
    assert(p > 0 && p < 1);
    if (distribution->is_fixed) {
        return distribution->value;
    }
    switch (distribution->shape) {
    case TH_SHAPE_NORMAL:
        return distribution->place + distribution->scale * th_normal_quantile(p);
    case TH_SHAPE_LOGNORMAL:
        return th_exp(distribution->place + distribution->scale * th_normal_quantile(p));
    case TH_SHAPE_TRIANGULAR:
        return triangle(distribution, p);
    case TH_SHAPE_UNIFORM:
        return distribution->place + distribution->scale * p;
    case TH_SHAPE_TRUNCATED_NORMAL:
        return truncated(distribution, p);
    }
    assert(false);
    return 0;
}

TH_VECTOR_KERNEL void scale_kernel(double place, double scale, double *column)
{
    for (size_t i = 0; i < TH_RANDOM_BLOCK; i++) {
        column[i] = place + scale * column[i];
    }
}
TH_VECTOR_PATHS(static, scale_column, scale_kernel, (place, scale, column), double place,
                double scale, double *column)

TH_VECTOR_KERNEL void triangle_kernel(const struct th_distribution *distribution, double *column)
{
    const struct th_distribution fit = *distribution;
    for (size_t i = 0; i < TH_RANDOM_BLOCK; i++) {
        column[i] = triangle(&fit, column[i]);
    }
}
TH_VECTOR_PATHS(static, triangle_column, triangle_kernel, (distribution, column),
                const struct th_distribution *distribution, double *column)

void th_distribution_draw_on(enum th_vector vector, const struct th_distribution *distribution,
                             struct th_random random, uint64_t block, double *ret)
{
    if (distribution->is_fixed) {
        for (size_t i = 0; i < TH_RANDOM_BLOCK; i++) {
            ret[i] = distribution->value;
        }
        return;
    }
    switch (distribution->shape) {
    case TH_SHAPE_NORMAL:
        th_random_normals_on(vector, random, block, ret);
        scale_column(vector, distribution->place, distribution->scale, ret);
        break;
    case TH_SHAPE_LOGNORMAL:
        th_random_normals_on(vector, random, block, ret);
        scale_column(vector, distribution->place, distribution->scale, ret);
        th_exp_column_on(vector, ret, ret, TH_RANDOM_BLOCK);
        break;
    case TH_SHAPE_TRIANGULAR:
        th_random_uniforms_on(vector, random, block, ret);
        triangle_column(vector, distribution, ret);
        break;
    case TH_SHAPE_UNIFORM:
        th_random_uniforms_on(vector, random, block, ret);
        scale_column(vector, distribution->place, distribution->scale, ret);
        break;
    case TH_SHAPE_TRUNCATED_NORMAL:
        th_random_uniforms_on(vector, random, block, ret);
        for (size_t i = 0; i < TH_RANDOM_BLOCK; i++) {
            ret[i] = truncated(distribution, ret[i]);
        }
        break;
    }
}

void th_distribution_draw(const struct th_distribution *distribution, struct th_random random,
                          uint64_t block, double ret[TH_RANDOM_BLOCK])
{
    th_distribution_draw_on(th_vector_best(), distribution, random, block, ret);
}

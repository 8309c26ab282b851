#include "methodology/uncertainty.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "methodology/calc.h"
#include "methodology/quantile.h"

double th_uncertain_relative(struct th_uncertain estimate)
{
    if (estimate.value == 0.0) {
        return estimate.half_width > 0 ? (double)INFINITY : 0.0;
    }
    return estimate.half_width / fabs(estimate.value);
}

double th_half_width_convert(double half_width, double confidence, double wanted_confidence)
{
    return half_width *
           (th_normal_half_width(wanted_confidence) / th_normal_half_width(confidence));
}

// --- Discount rules ------------------------------------------------------------------------------

static double ar_tool14(struct th_uncertain estimate)
{
    static const struct {
        double up_to, share;
    } classes[] = {{0.10, 0.0}, {0.15, 0.25}, {0.20, 0.50}, {0.30, 0.75}};
    double relative = th_calc_round(th_uncertain_relative(estimate));
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (relative <= classes[i].up_to) {
            return classes[i].share * estimate.half_width;
        }
    }
    return estimate.half_width;
}

static double above(struct th_uncertain estimate, double allowed)
{
    return fmax(estimate.half_width - allowed * fabs(estimate.value), 0.0);
}

static bool same_confidence(double confidence, double wanted)
{
    return fabs(confidence - wanted) < 1e-9;
}

static enum th_status other_confidence(double confidence, struct th_error *err)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%.10g", confidence);
    return th_error_set(err, TH_INVALID, "rule_confidence", "confidence", text, NULL);
}

enum th_status th_uncertainty_discount(enum th_uncertainty_rule rule, double confidence,
                                       struct th_uncertain estimate, double *ret_discount,
                                       struct th_error *err)
{
    assert(estimate.half_width >= 0 && isfinite(estimate.value));
    bool ninety = same_confidence(confidence, 0.90);
    bool ninety_five = same_confidence(confidence, 0.95);
    bool stated = rule == TH_RULE_NONE || ninety || (rule == TH_RULE_VM0033 && ninety_five);
    if (!stated) {
        return other_confidence(confidence, err);
    }
    switch (rule) {
    case TH_RULE_NONE:
        *ret_discount = 0.0;
        break;
    case TH_RULE_AR_TOOL14:
        *ret_discount = ar_tool14(estimate);
        break;
    case TH_RULE_GOLD_STANDARD:
        *ret_discount = above(estimate, 0.20);
        break;
    case TH_RULE_VM0033:
        *ret_discount = above(estimate, ninety ? 0.20 : 0.30);
        break;
    case TH_RULE_ART_TREES:
        *ret_discount = estimate.half_width * 0.524417 / 1.645006;
        break;
    }
    return TH_OK;
}

// --- Error propagation ---------------------------------------------------------------------------

struct th_uncertain th_uncertain_sum(const struct th_uncertain *terms, size_t n)
{
    struct th_uncertain sum = {0};
    double squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum.value += terms[i].value;
        squares += terms[i].half_width * terms[i].half_width;
    }
    sum.half_width = sqrt(squares);
    return sum;
}

struct th_uncertain th_uncertain_product(const struct th_uncertain *factors, size_t n)
{
    assert(n >= 1);
    struct th_uncertain product = {.value = 1.0};
    double squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        assert(factors[i].value != 0.0);
        double relative = th_uncertain_relative(factors[i]);
        product.value *= factors[i].value;
        squares += relative * relative;
    }
    product.half_width = fabs(product.value) * sqrt(squares);
    return product;
}

struct th_uncertain th_stock_difference(struct th_uncertain before, struct th_uncertain after)
{
    const struct th_uncertain terms[] = {after, {-before.value, before.half_width}};
    return th_uncertain_sum(terms, 2);
}

struct th_uncertain th_stock_update(struct th_uncertain before, struct th_uncertain change)
{
    const struct th_uncertain terms[] = {before, change};
    return th_uncertain_sum(terms, 2);
}

// --- Plots in strata -----------------------------------------------------------------------------

static enum th_status check_strata(const struct th_stratum *strata, size_t n_strata,
                                   double *ret_area, struct th_error *err)
{
    double area = 0.0;
    for (size_t i = 0; i < n_strata; i++) {
        assert(strata[i].area >= 0);
        area += strata[i].area;
        if (strata[i].n_plots < 2) {
            (void)th_error_set(err, TH_INVALID, "plots_too_few", NULL);
            th_error_add_int(err, "stratum", (long long)i + 1);
            return TH_INVALID;
        }
    }
    if (!(area > 0)) {
        return th_error_set(err, TH_INVALID, "strata_no_area", NULL);
    }
    *ret_area = area;
    return TH_OK;
}

// The variance of Eq 13 and 17 is that of the sample; th_moments has it from the distances to the
// mean, which loses less than the tool's difference of squares and is the same number. It is
// divided by the number of plots once, for the mean's.
enum th_status th_stratified_estimate(const struct th_stratum *strata, size_t n_strata,
                                      struct th_stratified *ret_estimate, struct th_error *err)
{
    double area = 0.0;
    enum th_status status = check_strata(strata, n_strata, &area, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stratified estimate = {0};
    double variance = 0.0;
    for (size_t i = 0; i < n_strata; i++) {
        double weight = strata[i].area / area;
        double mean, deviation;
        th_moments(strata[i].plots, strata[i].n_plots, &mean, &deviation);
        estimate.mean += weight * mean;
        variance += weight * weight * (deviation * deviation) / (double)strata[i].n_plots;
        estimate.degrees += strata[i].n_plots - 1;
    }
    estimate.standard_error = sqrt(variance);
    *ret_estimate = estimate;
    return TH_OK;
}

struct th_uncertain th_stratified_interval(const struct th_stratified *estimate, double confidence)
{
    return (struct th_uncertain){estimate->mean,
                                 th_student_half_width(confidence, estimate->degrees) *
                                     estimate->standard_error};
}

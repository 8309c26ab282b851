// What uncertainty takes from an estimate: the discount rules of published schemes, error
// propagation, and the estimate of a stratified survey of plots. Half-widths are half the length
// of a two-sided interval of stated confidence, in the unit of the estimate; relative ones are
// divided by the estimate's size (0.1 is 10 %).
#ifndef TH_METHODOLOGY_UNCERTAINTY_H
#define TH_METHODOLOGY_UNCERTAINTY_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "methodology/document.h"

struct th_uncertain { // an estimate with its half-width (≥ 0)
    double value;
    double half_width;
};

// half_width / |value|; infinite of a value of 0 that is uncertain, 0 of one that is not.
double th_uncertain_relative(struct th_uncertain estimate);

// The half-width of another confidence (0 … 1, both out) of something that is normally distributed.
double th_half_width_convert(double half_width, double confidence, double wanted_confidence);

// --- Discount rules ------------------------------------------------------------------------------

// What the rule takes off an estimate, in its unit and >= 0; an estimate of which less is better (a
// baseline) is raised by as much. The size of the estimate counts, its sign does not. The result
// may exceed the estimate: a caller that credits takes no more than there is.
//
// TH_RULE_AR_TOOL14: CDM AR-TOOL14 v4.2, Appendix 2, 90 %: of the half-width nothing up to 10 % of
//   the estimate, a quarter up to 15 %, half up to 20 %, three quarters up to 30 %, all above. A
//   limit belongs to the class below it; the share is rounded to six decimals before it is
//   compared, so that the last bit of a quotient decides nothing.
// TH_RULE_GOLD_STANDARD: GS 403 v2.1, 3.11.5, 90 %: what the half-width exceeds 20 % of the
// estimate
//   by.
// TH_RULE_VM0033: VM0033 v2.1, Eq 87–92: what it exceeds 20 % by at 90 %, or 30 % at 95 %.
// TH_RULE_ART_TREES: ART-TREES 2.0: half-width of 90 % · 0.524417 / 1.645006.
// TH_RULE_NONE: nothing, at any confidence.
//
// TH_INVALID ("rule_confidence" with "confidence") where the rule is not stated for it.
enum th_status th_uncertainty_discount(enum th_uncertainty_rule rule, double confidence,
                                       struct th_uncertain estimate, double *ret_discount,
                                       struct th_error *err) TH_MUST_CHECK;

// --- Error propagation (IPCC 2006, Vol 1, Ch 3, approach 1)
// ---------------------------------------

// Of independent estimates. A sum, Eq 3.2: half-widths add as squares; a difference is the sum with
// a negative value. Always meaningful, also near zero where the relative half-width is not.
struct th_uncertain th_uncertain_sum(const struct th_uncertain *terms, size_t n);
// A product, Eq 3.1: relative half-widths add as squares; n >= 1, for relative half-widths below
// about 30 % of roughly normal estimates that are not 0.
struct th_uncertain th_uncertain_product(const struct th_uncertain *factors, size_t n);

// CDM AR-TOOL14 v4.2, Eq 2: stock `after` less stock `before`, from independent surveys.
struct th_uncertain th_stock_difference(struct th_uncertain before, struct th_uncertain after);
// Eq 23: a stock carried on by a change that was estimated independently.
struct th_uncertain th_stock_update(struct th_uncertain before, struct th_uncertain change);

// --- Plots in strata (CDM AR-TOOL14 v4.2, Eq 12–17)
// -----------------------------------------------

struct th_stratum {
    double area;         // ≥ 0, in one unit for all strata
    const double *plots; // per area: t d.m./ha or t C/ha
    size_t n_plots;      // ≥ 2
};

struct th_stratified {
    double mean;           // per area, over all strata: Σ w·b, w the share of the area
    double standard_error; // of the mean: √(Σ w²·s²/n), s² the sample variance of a stratum
    unsigned long degrees; // plots less strata
};

// TH_INVALID ("plots_too_few" with "stratum", from 1) where a stratum has fewer than two plots,
// ("strata_no_area") where none has an area.
enum th_status th_stratified_estimate(const struct th_stratum *strata, size_t n_strata,
                                      struct th_stratified *ret_estimate,
                                      struct th_error *err) TH_MUST_CHECK;
// The mean with Student's half-width.
struct th_uncertain th_stratified_interval(const struct th_stratified *estimate, double confidence);

#endif

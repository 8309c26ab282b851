// What an estimate's spread is made of; the draws (estimate_uncertainty.c) and the propagation of
// errors (estimate_propagate.c) both read it.
#ifndef TH_METHODOLOGY_ESTIMATE_SPREAD_INTERNAL_H
#define TH_METHODOLOGY_ESTIMATE_SPREAD_INTERNAL_H

#include "methodology/activity_sum.h"
#include "methodology/error_sum.h"
#include "methodology/estimate_internal.h"
#include "methodology/estimate_uncertainty.h"

enum { TH_SPREAD_YEARS_MAX = 128 };

// Years in which the same rows hold: one set of factors.
struct th_spread_epoch {
    double slots[TH_CALC_SLOTS_MAX];
    const struct th_parameter_row *rows[TH_CALC_SLOTS_MAX]; // the row that fills a slot
    uint64_t streams[TH_CALC_SLOTS_MAX];
    bool is_uncertain[TH_CALC_SLOTS_MAX];
    struct th_separate *separate;
    struct th_activity_sum *activity;
    struct th_error_sum *errors;
};

struct th_estimate_spread {
    const struct th_estimate_rules *rules;
    int from_year;
    size_t epoch_of[TH_SPREAD_YEARS_MAX];
    struct th_spread_epoch *epochs[TH_SPREAD_YEARS_MAX];
    size_t n_epochs;
    size_t n_groups;
    uint32_t *within;
    bool is_stated;
    bool is_finished; // groups have what lies in them
};

// Group 0 at the document's values, before any line is rounded: its sides and the net, kg CO2e.
// Errors of th_separate_factors.
enum th_status th_spread_values(const struct th_estimate_spread *spread,
                                double ret_kg[TH_PORTFOLIO_COLUMNS],
                                struct th_error *err) TH_MUST_CHECK;

// Half-width of group 0 at `confidence` (estimate_uncertainty.h). TH_DATA_PROBLEM
// ("draws_undefined") where the net has no slope, TH_NO_MEMORY.
enum th_status th_spread_propagate(const struct th_estimate_spread *spread, double confidence,
                                   double *ret_half_width, struct th_error *err) TH_MUST_CHECK;

#endif

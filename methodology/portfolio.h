// Monte Carlo of groups of parcels: every default factor is drawn once for all parcels, errors of
// plots independently for each stratum, so that the work is draws × groups, however many parcels
// there are. Draw i of a factor is the same in every group, by which packages, villages and
// counties add up draw by draw. Results have the same bytes whatever the number of threads.
//
// A group's kilograms in a draw are Σ over its terms of (Σ over parts of d · f) · z, with d of the
// term, f the draw of the part's factor, and z = 1 for a term of activity. A term of error is what
// one standard error of a survey of plots changes in the activity; its z is a standard normal draw
// of its stream. That d is the activity with the surveyed number plus one standard error, less the
// activity as it is: right wherever the activity is a straight line in that number as far as its
// error reaches, with a fixed part beside it or without, and where a gain has other factors than a
// loss, as long as the error does not make the one of the other. It needs no stock to divide by and
// is right where nothing has grown, too. Groups that share a stratum name its stream both and so
// share its error; a survey at the start and one at the end are two streams. Strata with few plots
// have wider tails than a normal: a caller that wants Student's half-width multiplies the standard
// error by th_student_half_width / th_normal_half_width.
#ifndef TH_METHODOLOGY_PORTFOLIO_H
#define TH_METHODOLOGY_PORTFOLIO_H

#include "methodology/distribution.h"
#include "methodology/separate.h"
#include "methodology/uncertainty.h"

enum { TH_PORTFOLIO_DRAWS_MAX = 1024 * TH_RANDOM_BLOCK };

struct th_portfolio_factor {
    size_t slot; // of the calc; was named uncertain in th_separate_new
    struct th_distribution distribution;
    uint64_t stream; // th_random_stream
};

struct th_portfolio_options {
    const double *slots; // of the parameters that are not drawn, as for th_separate_factors
    size_t n_slots;
    const struct th_portfolio_factor *factors; // one for each slot that is drawn
    size_t n_factors;
    uint64_t seed;      // of the run
    size_t n_draws;     // 2 … TH_PORTFOLIO_DRAWS_MAX; 10,000 is usual (ART-TREES 2.0)
    double confidence;  // of the half-widths; 0.90, as most rules want it
    unsigned n_threads; // ≥ 1
};

struct th_portfolio_term {
    size_t group;
    const double *activity; // of every part; borrowed during the call
    bool is_error;
    uint64_t stream; // of an error
};

// What is drawn of a group: the sides, then the net: gross less all the others.
enum { TH_PORTFOLIO_NET = TH_N_SIDES, TH_PORTFOLIO_COLUMNS };

struct th_spread { // kg CO2e
    double mean, deviation;
    double low, high;  // the quantiles that leave half of 1 − confidence outside on either side
    double half_width; // (high − low) / 2
};

struct th_portfolio_result {
    struct th_spread columns[TH_PORTFOLIO_COLUMNS];
};

struct th_portfolio; // the factors' draws; opaque, immutable, borrows the separate

// TH_DATA_PROBLEM ("draws_undefined") where a factor has no value in some draw, such as a division
// by a number that is drawn as 0; TH_NO_MEMORY; TH_INTERNAL ("threads").
enum th_status th_portfolio_new(const struct th_separate *separate,
                                const struct th_portfolio_options *options,
                                struct th_portfolio **ret_portfolio,
                                struct th_error *err) TH_MUST_CHECK;
void th_portfolio_free(struct th_portfolio *portfolio);

// One result for each group; the terms may come in any order of groups, those of one group are
// added as they come. TH_OVERFLOW, TH_NO_MEMORY, TH_INTERNAL.
enum th_status th_portfolio_run(const struct th_portfolio *portfolio,
                                const struct th_portfolio_term *terms, size_t n_terms,
                                size_t n_groups, struct th_portfolio_result *ret_results,
                                struct th_error *err) TH_MUST_CHECK;

// The draws themselves: the sides and the net of one group, n_draws each. TH_NO_MEMORY.
enum th_status th_portfolio_draws(const struct th_portfolio *portfolio,
                                  const struct th_portfolio_term *terms, size_t n_terms,
                                  size_t group, double *const ret_columns[TH_PORTFOLIO_COLUMNS],
                                  struct th_error *err) TH_MUST_CHECK;

// Of one column of draws; zeros all over where nothing was counted. TH_OVERFLOW, TH_NO_MEMORY.
enum th_status th_spread_of(const double *draws, size_t n, double confidence,
                            struct th_spread *ret_spread, struct th_error *err) TH_MUST_CHECK;
// The mean with its half-width, for th_uncertain_relative and th_uncertainty_discount.
struct th_uncertain th_spread_uncertain(const struct th_spread *spread);

#endif

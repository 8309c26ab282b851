// The uncertainty of an estimate as a whole: all its parcels and years, by draws of the numbers
// that carry an interval, each drawn once for everything that uses it; and what the document's rule
// takes off for it.
#ifndef TH_METHODOLOGY_ESTIMATE_UNCERTAINTY_H
#define TH_METHODOLOGY_ESTIMATE_UNCERTAINTY_H

#include "methodology/estimate.h"
#include "methodology/portfolio.h"

enum { TH_ESTIMATE_DRAWS = 10000 }; // ART-TREES 2.0

struct th_estimate_spread; // opaque; borrows the rules; used by one thread

// TH_INVALID ("parameter_year"), TH_NO_MEMORY and the errors of th_separate_new and
// th_distribution_fit.
enum th_status th_estimate_spread_new(const struct th_estimate_rules *rules, int from_year,
                                      int to_year, struct th_estimate_spread **ret_spread,
                                      struct th_error *err) TH_MUST_CHECK;
void th_estimate_spread_free(struct th_estimate_spread *spread);

// Does any number of the methodology carry an interval? Without one nothing is stated, which is not
// the same as certain.
bool th_estimate_spread_is_stated(const struct th_estimate_spread *spread);

// Adds parcels in one of the years; their order does not matter. Errors of th_estimate_year.
enum th_status th_estimate_spread_add(struct th_estimate_spread *spread, int year,
                                      const struct th_estimate_parcel *parcels, size_t n,
                                      struct th_error *err) TH_MUST_CHECK;

struct th_estimate_uncertainty {
    struct th_ratio confidence;       // of the document's rule
    struct th_spread net;             // before the deduction, kg CO2e
    struct th_estimate_shares shares; // to take off; six decimals, rounded up
};
// The same bytes whatever n_threads. Errors of portfolio.h and th_uncertainty_discount.
enum th_status th_estimate_spread_finish(const struct th_estimate_spread *spread,
                                         unsigned n_threads,
                                         struct th_estimate_uncertainty *ret_uncertainty,
                                         struct th_error *err) TH_MUST_CHECK;

#endif

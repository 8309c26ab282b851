// The uncertainty of an estimate as a whole and of groups of its parcels: by draws of the numbers
// that carry an interval and of the errors of surveys, each drawn once for everything that uses it;
// by propagation of errors beside it; and what the document's rule takes off.
#ifndef TH_METHODOLOGY_ESTIMATE_UNCERTAINTY_H
#define TH_METHODOLOGY_ESTIMATE_UNCERTAINTY_H

#include "methodology/estimate.h"
#include "methodology/portfolio.h"

enum { TH_ESTIMATE_DRAWS = 10000 }; // ART-TREES 2.0

struct th_estimate_spread; // opaque; borrows the rules; used by one thread

// Groups of parcels, such as the villages of a run, its counties, and the run: group 0 is the
// whole, every other group g lies in within[g] < g. Parcels are put into groups in which no other
// lies.
struct th_estimate_groups {
    size_t n; // ≥ 1
    const uint32_t *within;
};

// `groups` (copied) may be NULL: the whole alone. TH_INVALID ("parameter_year"), TH_NO_MEMORY and
// the errors of th_separate_new and th_distribution_fit.
enum th_status th_estimate_spread_new(const struct th_estimate_rules *rules, int from_year,
                                      int to_year, const struct th_estimate_groups *groups,
                                      struct th_estimate_spread **ret_spread,
                                      struct th_error *err) TH_MUST_CHECK;
void th_estimate_spread_free(struct th_estimate_spread *spread);

// Does any number of the methodology carry an interval, or any parcel that was added the error of a
// survey? Without one nothing is stated, which is not the same as certain.
bool th_estimate_spread_is_stated(const struct th_estimate_spread *spread);

// Adds parcels in one of the years; their order does not matter. group_of[i] is the group of
// parcels[i]; NULL: all in group 0. Errors of th_estimate_year.
enum th_status th_estimate_spread_add(struct th_estimate_spread *spread, int year,
                                      const struct th_estimate_parcel *parcels,
                                      const uint32_t *group_of, size_t n,
                                      struct th_error *err) TH_MUST_CHECK;

struct th_estimate_uncertainty {
    struct th_ratio confidence; // of the document's rule
    struct th_spread net;       // before the deduction, kg CO2e
    // The rule is asked of the estimate at the document's values with the half-width of the draws,
    // the two figures that are shown, and not of the mean of the draws, which numbers that lean to
    // one side carry away from it. What it takes off, divided by that estimate: six decimals,
    // rounded up, 0 where nothing is credited, never above 1.
    struct th_estimate_shares shares;
    // AR-TOOL14 looks at the project and at the baseline, each by itself; other rules at the net.
    bool by_sides;
    struct th_spread gross, baseline; // of the draws; by_sides
    // Half-width of the net by propagation of errors, at the same confidence: IPCC 2006, Vol 1, Ch
    // 3, approach 1, Eq 3.1 and 3.2, to the first order at the document's values. It takes every
    // number as normal and independent of the others, a number that leans to one side by its wider
    // half, and the net as a straight line in each; the draws take none of that.
    double propagated;
};
// Closes the spread: nothing is added any more. The same bytes whatever n_threads.
// ret_nets[g] takes the net of group g, as `net` is that of group 0; it may be NULL. Draw i of a
// number is the same in every group, so that groups add up draw by draw. Errors of portfolio.h and
// th_uncertainty_discount.
enum th_status th_estimate_spread_finish(struct th_estimate_spread *spread, unsigned n_threads,
                                         struct th_estimate_uncertainty *ret_uncertainty,
                                         struct th_spread *ret_nets,
                                         struct th_error *err) TH_MUST_CHECK;

#endif

// A calc as sums of activity × factor: kg = Σ d·f, where d depends on the parcel's data and f on
// the uncertain parameters only. A default factor is one number for all parcels, so that the
// uncertainty of a portfolio needs the sums of the d and draws of the f, however many parcels
// there are. Lines are not rounded here: a draw is a number of physics, not of the books.
#ifndef TH_METHODOLOGY_SEPARATE_H
#define TH_METHODOLOGY_SEPARATE_H

#include "methodology/calc.h"

enum { TH_SEPARATE_PARTS_MAX = 512 };

struct th_separate; // opaque, immutable; borrows nothing

// `is_uncertain[slot]` says which parameters are drawn. TH_INVALID ("not_separable" with "term"):
// an uncertain number stands where it cannot be taken out of the parcel's own numbers (a limit, a
// power, a divisor that mixes both); TH_LIMIT ("calc_too_long").
enum th_status th_separate_new(const struct th_calc *calc, const bool *is_uncertain,
                               struct th_separate **ret_separate,
                               struct th_error *err) TH_MUST_CHECK;
void th_separate_free(struct th_separate *separate);

size_t th_separate_n_parts(const struct th_separate *separate);
// What part `part` is counted to.
void th_separate_part(const struct th_separate *separate, size_t part, enum th_side *ret_side,
                      enum th_gas *ret_gas);

// The d of every part for a batch: ret_columns[part] takes batch->n values. `slots` gives the
// parameters that are not drawn; the others are not looked at.
enum th_status th_separate_activity(const struct th_separate *separate, const double *slots,
                                    const struct th_calc_batch *batch, double *const *ret_columns,
                                    struct th_error *err) TH_MUST_CHECK;

// The f of every part for n draws: draws[slot] is a column of n for each slot that is drawn (NULL
// for the others), ret_columns[part] takes n values.
enum th_status th_separate_factors(const struct th_separate *separate, const double *slots,
                                   const double *const *draws, size_t n, double *const *ret_columns,
                                   struct th_error *err) TH_MUST_CHECK;

#endif

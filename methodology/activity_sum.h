// The activity of groups of parcels: for every group (a package, a village, a stratum in a village)
// and every part of a separated calc the sum of d over its parcels. The sums are exact
// (methodology/exact_sum.h), so that neither threads nor the order of parcels change a byte.
#ifndef TH_METHODOLOGY_ACTIVITY_SUM_H
#define TH_METHODOLOGY_ACTIVITY_SUM_H

#include "methodology/separate.h"

struct th_activity_sum; // opaque; borrows the separate; one thread at a time

enum th_status th_activity_sum_new(const struct th_separate *separate, size_t n_groups,
                                   struct th_activity_sum **ret_activity,
                                   struct th_error *err) TH_MUST_CHECK;
void th_activity_sum_free(struct th_activity_sum *activity);

// Adds the parcels of a batch, each to its group (below n_groups); `slots` as for
// th_separate_activity. After an error the sums are of no use. TH_DATA_PROBLEM
// ("activity_undefined" with "row", from 0) where a d has no value or exceeds 1e15; TH_OVERFLOW.
enum th_status th_activity_sum_add(struct th_activity_sum *activity, const double *slots,
                                   const struct th_calc_batch *batch, const uint32_t *groups,
                                   struct th_error *err) TH_MUST_CHECK;

// Adds a group of `from` to one of `into`, such as a thread's share or a village to its county.
// Both have the same separate and may be the same. TH_OVERFLOW.
enum th_status th_activity_sum_merge(struct th_activity_sum *into, size_t into_group,
                                     const struct th_activity_sum *from, size_t from_group,
                                     struct th_error *err) TH_MUST_CHECK;

// The sum of d of every part; ret_sums takes th_separate_n_parts values.
void th_activity_sum_read(const struct th_activity_sum *activity, size_t group, double *ret_sums);

#endif

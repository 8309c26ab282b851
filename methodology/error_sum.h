// What one standard error of a survey changes in the activity of groups of parcels: for every group
// and stream of error (methodology/portfolio.h) and every part of a separated calc the sum over the
// parcels. Sums are exact as those of the activity are, and read in order of group and stream, so
// that the order of parcels changes no byte.
#ifndef TH_METHODOLOGY_ERROR_SUM_H
#define TH_METHODOLOGY_ERROR_SUM_H

#include "methodology/separate.h"

struct th_error_sum; // opaque; borrows the separate; one thread at a time

enum th_status th_error_sum_new(const struct th_separate *separate, struct th_error_sum **ret_sum,
                                struct th_error *err) TH_MUST_CHECK;
void th_error_sum_free(struct th_error_sum *sum);

// Adds the activity of `with` less that of `plain`, row by row, to the row's group and stream; the
// two differ in what is surveyed. Errors of th_activity_sum_add; after one the sums are of no use.
enum th_status th_error_sum_add(struct th_error_sum *sum, const double *slots,
                                const struct th_calc_batch *plain, const struct th_calc_batch *with,
                                const uint32_t *groups, const uint64_t *streams,
                                struct th_error *err) TH_MUST_CHECK;

// Adds what each group has to all groups that it lies in, stream by stream: within[g] < g is the
// next one, group 0 lies in none. Once, after all additions, which went to groups in which none
// lies. TH_OVERFLOW, TH_NO_MEMORY.
enum th_status th_error_sum_lift(struct th_error_sum *sum, const uint32_t *within,
                                 struct th_error *err) TH_MUST_CHECK;

// Puts the terms in order of group, then stream. Reading is for afterwards, by any thread, and ends
// with the next addition.
void th_error_sum_order(struct th_error_sum *sum);
// Terms of a group: *ret_first and the ones after it, as many as are returned.
size_t th_error_sum_terms(const struct th_error_sum *sum, uint32_t group, size_t *ret_first);
// ret_sums takes th_separate_n_parts values.
void th_error_sum_read(const struct th_error_sum *sum, size_t term, uint64_t *ret_stream,
                       double *ret_sums);

#endif

// Inside registry/ only: the rows of a run, computed as often as they are asked for.
#ifndef TH_REGISTRY_ESTIMATE_ROWS_H
#define TH_REGISTRY_ESTIMATE_ROWS_H

#include "registry/estimate/estimate_internal.h"

enum { TH_ESTIMATE_USED_MAX = 1024 * 1024 }; // bytes of what one row used

struct th_estimate_row_sink {
    // A row with the index of its source; borrowed.
    enum th_status (*take)(void *context, const struct th_estimate_row *row, size_t index,
                           struct th_error *err);
    void *context;
};

// Every row of a job that has its table: parcels in `order` (th_estimate_table_each), years within.
enum th_status th_estimate_rows_each(const struct th_estimate_job *job,
                                     const struct th_estimate_shares *shares, const uint32_t *order,
                                     const struct th_estimate_row_sink *sink,
                                     struct th_error *err) TH_MUST_CHECK;

#endif

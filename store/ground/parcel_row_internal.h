// The one way in which a version reaches its tables.
#ifndef TH_STORE_PARCEL_ROW_INTERNAL_H
#define TH_STORE_PARCEL_ROW_INTERNAL_H

#include "store/ground/parcel_row.h"

// Stores a prepared version: a new parcel (version 1), or the next version of an existing one,
// which then is in force. Errors of th_parcel_insert.
enum th_status th_parcel_row_write(struct th_store *store,
                                   const struct th_parcel_version_row *version, int64_t seq,
                                   int64_t *ret_version_id, struct th_error *err) TH_MUST_CHECK;
// The same for TH_DB_N_AT_ONCE new parcels (version 1) together; their versions are numbered one
// after the other up to the last.
enum th_status th_parcel_rows_write(struct th_store *store,
                                    const struct th_parcel_version_row *versions, int64_t seq,
                                    int64_t *ret_last_version_id,
                                    struct th_error *err) TH_MUST_CHECK;

#endif

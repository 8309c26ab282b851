// Many versions in one transaction, at the speed of a copy: the same rows, digests and guards as
// th_parcel_insert, with the spatial index written in one go at the end.
//
//   th_store_begin → th_parcel_bulk_begin → th_parcel_bulk_insert … → th_parcel_bulk_end → journal
//   → th_store_commit
//
// Rows are made ready by th_parcel_row_prepare, which other threads may call meanwhile. Between
// begin and end nothing else stores parcels or asks the spatial index; a rollback undoes all of it.
#ifndef TH_STORE_PARCEL_BULK_STORE_H
#define TH_STORE_PARCEL_BULK_STORE_H

#include "store/ground/parcel_row.h"

// Inside a write transaction. TH_CORRUPT ("registry_corrupt") when the layout is not ours.
enum th_status th_parcel_bulk_begin(struct th_store *store, struct th_error *err) TH_MUST_CHECK;
// As th_parcel_insert, for prepared rows in their order; after a failure nothing but a rollback
// helps. TH_CONFLICT ("store_constraint", "parcel_is_retired", "parcel_version_date").
enum th_status th_parcel_bulk_insert(struct th_store *store,
                                     const struct th_parcel_version_row *rows, size_t n,
                                     int64_t seq, struct th_error *err) TH_MUST_CHECK;
// Writes the spatial index and puts its triggers back. Must come before the commit.
enum th_status th_parcel_bulk_end(struct th_store *store, struct th_error *err) TH_MUST_CHECK;

#endif

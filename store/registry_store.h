// The row that says which registry this file is, and what the file itself can tell of its health.
#ifndef TH_STORE_REGISTRY_STORE_H
#define TH_STORE_REGISTRY_STORE_H

#include "store/check.h"
#include "store/store.h"

struct th_registry_record {
    char registry_id[33]; // 32 hex digits
    char name[200];
    char admin_code[8];                              // 2, 4 or 6 digits
    char crs[32];                                    // "EPSG:4549", "" without
    double west_deg, south_deg, east_deg, north_deg; // coordinates outside are refused
    int64_t created_utc;
};

// TH_CONFLICT when there is one already.
enum th_status th_registry_record_insert(struct th_store *store,
                                         const struct th_registry_record *record,
                                         struct th_error *err) TH_MUST_CHECK;
// TH_CORRUPT ("registry_corrupt") when the row is missing.
enum th_status th_registry_record_load(struct th_store *store,
                                       struct th_registry_record *ret_record,
                                       struct th_error *err) TH_MUST_CHECK;

// The file as such, one report per check: "pages" (SQLite's integrity check), "schema" (the layout
// is the one the migrations make), "foreign_keys", "journal_rows" (every row names a journal entry
// that exists), "spatial_index" (an R*Tree entry for every parcel version), "import_counts" (as
// many versions as each import counted), "parcel_digests" (every version against its digests).
// Returns an error only when the checks could not be made.
enum th_status th_file_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err) TH_MUST_CHECK;

#endif

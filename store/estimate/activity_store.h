// What was done on parcels year by year, as tables of yearly data said it. Of one parcel and year
// the latest version counts; earlier ones stay.
#ifndef TH_STORE_ACTIVITY_STORE_H
#define TH_STORE_ACTIVITY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "store/check.h"
#include "store/store.h"

struct th_activity {     // texts are borrowed
    int64_t activity_id; // ignored when storing
    int64_t parcel_id;
    int year;
    int64_t version;        // 1, 2, 3 …
    const char *quantities; // canonical JSON object of texts: exact decimals or fractions, and note
    const char *origins;    // canonical JSON object: where each of them comes from
    const char *source;     // file name
    struct th_hash sha256;  // of the file
    int64_t source_row;
    struct th_hash row_hash; // computed when storing
    int64_t seq;             // journal entry
};

// The quantities of a parcel in a year as the latest version has them, a canonical JSON object of
// exact texts by key, owned by the caller (free()); NULL when nothing is on record. Units: kg/mu
// (of N for n_synthetic and n_organic), litres, mu and pieces a year. A key that is not there was
// not stated, which is not zero.
enum th_status th_activity_find(struct th_store *store, int64_t parcel_id, int year,
                                char **ret_quantities, struct th_error *err) TH_MUST_CHECK;

struct th_activity_question { // zeroed: every latest version
    int64_t parcel_id;        // > 0: of this parcel
    int64_t through_id;       // > 0: of the parcels from parcel_id to this one
    int year;                 // > 0: of this year
    const char *village;      // code; NULL: any
    bool all_versions;
};
// In order of parcel, year and version. The visitor returns false to stop.
enum th_status th_activity_each(struct th_store *store, const struct th_activity_question *question,
                                bool (*visit)(void *context, const struct th_activity *activity),
                                void *context, struct th_error *err) TH_MUST_CHECK;

// `version` follows the latest one. TH_CONFLICT ("store_constraint").
enum th_status th_activity_insert(struct th_store *store, const struct th_activity *activity,
                                  struct th_hash *ret_row_hash, struct th_error *err) TH_MUST_CHECK;

// Digests of all rows, and the digest of the rows of each entry against the journal's body
// ("rows_blake2b": BLAKE2b of the row digests one after the other, in order of id).
enum th_status th_activity_check_all(struct th_store *store, const struct th_check_sink *sink,
                                     struct th_error *err) TH_MUST_CHECK;

#endif

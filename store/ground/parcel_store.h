// Parcels and their versions in the file. Geometry comes and goes as WKB: little-endian ISO
// MultiPolygon in EPSG:4490, longitude first; the file keeps it as a SpatiaLite BLOB.
#ifndef TH_STORE_PARCEL_STORE_H
#define TH_STORE_PARCEL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/quantity.h"
#include "store/people/party_store.h"
#include "store/store.h"

enum {
    TH_PARCEL_NUMBER_SIZE = 64,
    TH_PARCEL_KEY_SIZE = 320,
    TH_PARCEL_KIND_SIZE = 16,
    TH_PARCEL_ORIGIN_SIZE = 16,
    TH_PARCEL_SCHEME_SIZE = 32,
    TH_PARCEL_CLASS_SIZE = 16,
    TH_PARCEL_ATTRIBUTES_MAX = 64 * 1024 // bytes of JSON
};

// One version of one parcel, with the identity of the parcel beside it.
struct th_parcel_record {
    int64_t parcel_id;
    int64_t version;                     // 1, 2, 3 …
    char state[16];                      // of the parcel: "registered" or "retired"
    struct th_date retired_on;           // of the parcel; year 0: registered. Ignored when storing
    struct th_date from;                 // first day of this version
    char origin[TH_PARCEL_ORIGIN_SIZE];  // import, split, merge, boundary, repair, number
    char kind[TH_PARCEL_KIND_SIZE];      // bamboo, orchard, tea, forest, wetland
    char village[TH_CODE_SIZE];          // code
    char village_name[TH_NAME_SIZE];     // read only: ignored when storing
    char number[TH_PARCEL_NUMBER_SIZE];  // of this version, "" without
    char source_key[TH_PARCEL_KEY_SIZE]; // "sha256:layer:row" of the first version
    char land_scheme[TH_PARCEL_SCHEME_SIZE]; // "GB/T 21010-2017", "" without
    char land_class[TH_PARCEL_CLASS_SIZE];   // "0302", "" without
    bool has_declared;
    struct th_area declared; // as written in the source; only when has_declared
    struct th_area measured; // geodesic, CGCS2000
    struct th_area sliver;   // counted to a neighbour, to be taken off before crediting
    int64_t perimeter_mm;
    int64_t import_id;  // 0: drawn by a command, not read from a source
    int64_t source_row; // 1, 2, 3 … in the source; 0 without
    int64_t feature;    // the source's own feature id
    struct th_hash geometry_hash;
    struct th_hash row_hash; // computed when storing
};

// Which versions to visit; a zeroed filter means all parcels, each in the version in force.
struct th_parcel_filter {
    const char *village; // code, NULL: any
    const char *kind;    // NULL: any
    const char *state;   // "registered" or "retired", NULL: any
    int64_t package_id;  // > 0: parcels of this package, in the versions it was made of
    int64_t parcel_id;   // > 0: this parcel alone
    struct th_date on; // th_parcel_geometry_each without a package: the versions that hold on this
                       // day, none before the first and from retirement on; year 0: in force
};

// One parcel in a version; version 0 means the one in force. TH_NOT_FOUND ("parcel_not_found").
enum th_status th_parcel_load(struct th_store *store, int64_t parcel_id, int64_t version,
                              struct th_parcel_record *ret_record,
                              struct th_error *err) TH_MUST_CHECK;
// Its attributes, a canonical JSON object owned by the caller (free()). Errors as above.
enum th_status th_parcel_attributes_load(struct th_store *store, int64_t parcel_id, int64_t version,
                                         char **ret_attributes, struct th_error *err) TH_MUST_CHECK;
// Its ground; *ret_wkb is the caller's (free()). TH_CORRUPT ("parcel_geometry") as well.
enum th_status th_parcel_geometry_load(struct th_store *store, int64_t parcel_id, int64_t version,
                                       unsigned char **ret_wkb, size_t *ret_size,
                                       struct th_error *err) TH_MUST_CHECK;

// Visits in order of parcel_id. The visitor gets borrowed values (`attributes` is a canonical JSON
// object), returns false to stop, and must not call the same function again.
enum th_status th_parcel_each(struct th_store *store, const struct th_parcel_filter *filter,
                              bool (*visit)(void *context, const struct th_parcel_record *record,
                                            const char *attributes),
                              void *context, struct th_error *err) TH_MUST_CHECK;
// The same without what an estimate does not look at (the village's name, where the version comes
// from, the land scheme, the perimeter, the hash of the row), which stays empty, and in no order: a
// million parcels are gone through at half the cost.
enum th_status th_parcel_ground_each(struct th_store *store, const struct th_parcel_filter *filter,
                                     bool (*visit)(void *context,
                                                   const struct th_parcel_record *record,
                                                   const char *attributes),
                                     void *context, struct th_error *err) TH_MUST_CHECK;
// The same as th_parcel_each with the ground of each parcel.
enum th_status
th_parcel_geometry_each(struct th_store *store, const struct th_parcel_filter *filter,
                        bool (*visit)(void *context, const struct th_parcel_record *record,
                                      const char *attributes, const void *wkb, size_t wkb_size),
                        void *context, struct th_error *err) TH_MUST_CHECK;
// Every version of one parcel, oldest first.
enum th_status th_parcel_version_each(struct th_store *store, int64_t parcel_id,
                                      bool (*visit)(void *context,
                                                    const struct th_parcel_record *record,
                                                    const char *attributes),
                                      void *context, struct th_error *err) TH_MUST_CHECK;

// A version where it stands; borrowed.
struct th_parcel_stand {
    struct th_parcel_record record;
    int64_t version_id;
    struct th_date until; // first day on which it holds no more: another version does, or the
                          // parcel is retired; year 0: it holds on
    const void *wkb;
    size_t wkb_size;
};

// Which versions to visit: those in force, of retired parcels too, whose box meets this one.
struct th_parcel_box {
    double west_deg, south_deg, east_deg, north_deg;
    struct th_date since; // and earlier ones that held on this day or later, unless a later version
                          // has the same ground; year 0: none of them
};
// In no order; a parcel may come in several versions. The visitor returns false to stop.
enum th_status th_parcel_box_each(struct th_store *store, const struct th_parcel_box *box,
                                  bool (*visit)(void *context, const struct th_parcel_stand *stand),
                                  void *context, struct th_error *err) TH_MUST_CHECK;

// The parcel that bears `number` in `village`, or without a number (NULL or "") the one that came
// from `source_key`. *ret_found tells whether there is one; *ret_content is th_parcel_content_hash
// (store/ground/parcel_row.h) of the version in force.
enum th_status th_parcel_find(struct th_store *store, const char *village, const char *number,
                              const char *source_key, bool *ret_found,
                              struct th_parcel_record *ret_record, struct th_hash *ret_content,
                              struct th_error *err) TH_MUST_CHECK;

// What an import must know of a parcel that is registered; texts are borrowed.
struct th_parcel_known {
    int64_t parcel_id, version; // in force
    bool retired;
    const char *number;     // NULL without
    const char *source_key; // counts only without a number
    struct th_hash geometry_hash;
    struct th_hash content; // th_parcel_content_hash of the version in force
};
// The same as th_parcel_find for all parcels of a village at once: in order of number, then those
// without a number in order of source_key (both as bytes). The visitor returns false to stop.
enum th_status th_parcel_known_each(struct th_store *store, const char *village,
                                    bool (*visit)(void *context,
                                                  const struct th_parcel_known *known),
                                    void *context, struct th_error *err) TH_MUST_CHECK;

// Box around the registered parcels of the villages whose codes begin with `division` ("": all),
// in degrees, by the R*Tree; *ret_any false without any.
enum th_status th_parcel_extent(struct th_store *store, const char *division, double *ret_west_deg,
                                double *ret_south_deg, double *ret_east_deg, double *ret_north_deg,
                                bool *ret_any, struct th_error *err) TH_MUST_CHECK;

// A package in a later state than draft or returned that would have to be estimated anew if other
// ground of the parcel counted from `from_year` on, or with from_year 0 if something else were
// known of it, which alters no issued package; 0: none.
enum th_status th_parcel_packaged(struct th_store *store, int64_t parcel_id, int from_year,
                                  int64_t *ret_package_id, struct th_error *err) TH_MUST_CHECK;

// Highest parcel_id and highest version ever stored, 0 in an empty registry: whoever staged work
// outside a transaction learns by them whether others stored parcels meanwhile.
enum th_status th_parcel_heads(struct th_store *store, int64_t *ret_parcel_id,
                               int64_t *ret_version_id, struct th_error *err) TH_MUST_CHECK;

// Stores a new parcel (version 1) or the next version of an existing one, which then is in force.
// `record` gives all but row_hash; geometry_hash must be that of `wkb`. `seq` is the journal entry.
// TH_CONFLICT ("store_constraint"; "parcel_is_retired"; "parcel_version_date": it would begin
// before the version that it follows), TH_INVALID ("wkb_unfit").
enum th_status th_parcel_insert(struct th_store *store, const struct th_parcel_record *record,
                                const char *attributes, const void *wkb, size_t wkb_size,
                                int64_t seq, struct th_hash *ret_row_hash,
                                struct th_error *err) TH_MUST_CHECK;

#endif

// Ground that was met twice: what an import found, and what an officer accepted.
#ifndef TH_STORE_OVERLAP_STORE_H
#define TH_STORE_OVERLAP_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/store.h"

struct th_import_finding { // texts and bytes are borrowed
    int64_t source_row;
    const char *other_kind; // "row", "parcel", "retired" (a parcel), "layer"
    int64_t other_id;       // source row, parcel_id or shape_id
    const char *kind;       // "duplicate", "overlap", "sliver"
    struct th_area area;    // of the common ground
    int64_t width_mm;       // its mean width
    const char *fate;       // "refused", "taken_off", "waived"
    const void *wkb; // the common ground (store/ground/parcel_store.h); NULL where it was not drawn
    size_t wkb_size;
};
// `ordinal` counts 1, 2, 3 … within the import. TH_CONFLICT ("store_constraint"), TH_INVALID
// ("wkb_unfit").
enum th_status th_import_finding_insert(struct th_store *store, int64_t import_id, int64_t ordinal,
                                        const struct th_import_finding *finding,
                                        struct th_error *err) TH_MUST_CHECK;
// In order of their ordinals; the visitor returns false to stop. TH_CORRUPT ("parcel_geometry").
enum th_status th_import_finding_each(struct th_store *store, int64_t import_id,
                                      bool (*visit)(void *context,
                                                    const struct th_import_finding *finding),
                                      void *context, struct th_error *err) TH_MUST_CHECK;

// An officer accepts that a version shares ground with another parcel or a layer's shape.
struct th_overlap_waiver { // texts are borrowed
    int64_t waiver_id;     // ignored when storing
    int64_t parcel_id, version;
    int64_t other_parcel_id; // one of these two, the other 0
    int64_t other_shape_id;
    const char *reason;
    int64_t document_id;
    const char *login;
    int64_t seq;
};
// TH_CONFLICT ("store_constraint").
enum th_status th_overlap_waiver_insert(struct th_store *store,
                                        const struct th_overlap_waiver *waiver,
                                        int64_t *ret_waiver_id, struct th_error *err) TH_MUST_CHECK;
// Of the parcel, on either side, in order of id; parcel_id 0: of all. The visitor returns false to
// stop.
enum th_status th_overlap_waiver_each(struct th_store *store, int64_t parcel_id,
                                      bool (*visit)(void *context,
                                                    const struct th_overlap_waiver *waiver),
                                      void *context, struct th_error *err) TH_MUST_CHECK;

#endif

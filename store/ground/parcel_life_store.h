// The life of a parcel: which version holds on a day, where versions come from, how a parcel ends.
#ifndef TH_STORE_PARCEL_LIFE_STORE_H
#define TH_STORE_PARCEL_LIFE_STORE_H

#include "store/ground/parcel_store.h"

enum { TH_PARCEL_REASON_SIZE = 512 };

// The version that holds on this day; *ret_version is 0 before the first one and from the day of
// retirement on. TH_NOT_FOUND ("parcel_not_found").
enum th_status th_parcel_version_on(struct th_store *store, int64_t parcel_id, struct th_date on,
                                    int64_t *ret_version, struct th_error *err) TH_MUST_CHECK;

// Ends a parcel; `on` is the first day on which it is none. TH_NOT_FOUND ("parcel_not_found"),
// TH_CONFLICT ("parcel_is_retired"; "parcel_version_date": before its version in force).
enum th_status th_parcel_retire(struct th_store *store, int64_t parcel_id, struct th_date on,
                                const char *reason, struct th_error *err) TH_MUST_CHECK;
// Why a parcel was retired; "" for one that is not. TH_NOT_FOUND ("parcel_not_found").
enum th_status th_parcel_retired_reason(struct th_store *store, int64_t parcel_id,
                                        char ret_reason[TH_PARCEL_REASON_SIZE],
                                        struct th_error *err) TH_MUST_CHECK;

// The journal entry by which a version came. TH_NOT_FOUND ("parcel_not_found").
enum th_status th_parcel_version_seq(struct th_store *store, int64_t parcel_id, int64_t version,
                                     int64_t *ret_seq, struct th_error *err) TH_MUST_CHECK;

// The journal entry by which the parcel got the ground that it has in force: corrections of what is
// known of it leave that alone. TH_NOT_FOUND ("parcel_not_found").
enum th_status th_parcel_ground_seq(struct th_store *store, int64_t parcel_id, int64_t *ret_seq,
                                    struct th_error *err) TH_MUST_CHECK;

// Puts the number right from the version in force on, which was stored just now and bears it
// already. TH_CONFLICT ("store_constraint": another parcel of the village has it).
enum th_status th_parcel_renumber(struct th_store *store, int64_t parcel_id, const char *number,
                                  const char *reason, int64_t seq,
                                  struct th_error *err) TH_MUST_CHECK;
struct th_parcel_renumbering {  // texts are borrowed
    int64_t parcel_id, version; // the first that bears another number than `old_number`
    const char *village;        // code
    const char *old_number;     // NULL: it had none
    const char *number;         // at present
    const char *reason;
};
// Numbers that were put right, of one parcel (0: any), from one number (NULL: any), in order of
// parcel and version. The visitor returns false to stop.
enum th_status th_parcel_renumbering_each(
    struct th_store *store, int64_t parcel_id, const char *old_number,
    bool (*visit)(void *context, const struct th_parcel_renumbering *renumbering), void *context,
    struct th_error *err) TH_MUST_CHECK;
// Parcels that bear the number or once did, in one village (NULL: any), in order of id. The visitor
// returns false to stop.
enum th_status th_parcel_numbered_each(struct th_store *store, const char *village,
                                       const char *number,
                                       bool (*visit)(void *context, int64_t parcel_id),
                                       void *context, struct th_error *err) TH_MUST_CHECK;

// A version that a split or merge made out of another.
struct th_parcel_lineage {
    int64_t child_id, child_version;
    int64_t parent_id, parent_version;
};
// TH_CONFLICT ("store_constraint").
enum th_status th_parcel_lineage_insert(struct th_store *store,
                                        const struct th_parcel_lineage *lineage, int64_t seq,
                                        struct th_error *err) TH_MUST_CHECK;
// Everything that the parcel came from or went into, in order of child, version and parent.
enum th_status th_parcel_lineage_each(struct th_store *store, int64_t parcel_id,
                                      bool (*visit)(void *context,
                                                    const struct th_parcel_lineage *lineage),
                                      void *context, struct th_error *err) TH_MUST_CHECK;

// What the source drew where the ground of a version was repaired; texts and bytes are borrowed.
struct th_parcel_original {
    int64_t parcel_id, version;
    const char *method; // "linework" or "structure": the one that was accepted
    const char *reason; // why the source's shape is not valid
    struct th_area source;
    bool has_linework, has_structure; // the method found ground, of this area:
    struct th_area linework, structure;
    const char *engine;     // "GEOS 3.11.1"
    const char *source_crs; // that the bytes are in
    const void *wkb;        // as the source had it
    size_t wkb_size;
};
// TH_CONFLICT ("store_constraint").
enum th_status th_parcel_original_insert(struct th_store *store,
                                         const struct th_parcel_original *original,
                                         struct th_error *err) TH_MUST_CHECK;
// Calls `take` unless the version was not repaired; *ret_found tells.
enum th_status
th_parcel_original_load(struct th_store *store, int64_t parcel_id, int64_t version,
                        void (*take)(void *context, const struct th_parcel_original *original),
                        void *context, bool *ret_found, struct th_error *err) TH_MUST_CHECK;

#endif

// What the changes of parcels have in common.
#ifndef TH_REGISTRY_PARCEL_LIFE_INTERNAL_H
#define TH_REGISTRY_PARCEL_LIFE_INTERNAL_H

#include "core/hash.h"
#include "gis/edit.h"
#include "gis/fabric.h"
#include "registry/act.h"
#include "registry/life/parcel_life.h"
#include "registry/rules.h"
#include "registry/work.h"
#include "store/ground/overlap_store.h"
#include "store/ground/parcel_store.h"

// A parcel that is taken apart, put together or stored. Zero before use.
struct th_life_parcel {
    struct th_parcel_record record;
    char *attributes;
    struct th_geometry geometry;
    struct th_ground *ground; // the same
    unsigned char *wkb;       // the same
    size_t wkb_size;
};
void th_life_parcel_clear(struct th_life_parcel *parcel);
void th_life_parcels_free(struct th_life_parcel *parcels, size_t n);

// The keys that the list and the single parcel have in common (parcel_view.c).
struct th_json *th_parcel_record_json(const struct th_parcel_record *record);

// Loads the version in force and refuses what may not change: other ground from `from_year` on, or
// with 0 what is known of it.
enum th_status th_life_load(struct th_work *work, int64_t parcel_id, int from_year,
                            struct th_life_parcel *ret_parcel, struct th_error *err) TH_MUST_CHECK;
enum th_status th_life_tolerance(const char *text, double *ret_tolerance_m,
                                 struct th_error *err) TH_MUST_CHECK;
// TH_CONFLICT ("number_taken"), TH_INVALID ("number_invalid").
enum th_status th_life_check_number(struct th_store *store, const char *village, const char *number,
                                    struct th_error *err) TH_MUST_CHECK;

// A drawing in longitude, latitude, and the digest of its file.
struct th_life_act {
    enum th_permission permission;
    const char *kind;
    struct th_json *input; // everything that the caller asked for
};
// Before files are read for an act: may the caller, and was it done already under the same key? In
// a transaction of its own that changes nothing. *ret_reply is written when *ret_answered is true.
// As th_work_begin.
enum th_status th_life_ask_first(struct th_registry *registry, const struct th_request *request,
                                 const struct th_life_act *act, struct th_json **ret_reply,
                                 bool *ret_answered, struct th_error *err) TH_MUST_CHECK;
enum th_status th_life_drawing_read(struct th_edit *edit, const char *path, const char *crs,
                                    struct th_edit_drawing *ret_drawing, struct th_hash *ret_sha256,
                                    struct th_error *err) TH_MUST_CHECK;

// A new parcel made of another: identity, day and origin set, ground taken over (`geometry` is then
// empty) and measured; declared area and sliver are the caller's to set.
enum th_status th_life_derive(const struct th_life_parcel *from, struct th_geometry *geometry,
                              const char *origin, struct th_date on,
                              struct th_life_parcel *ret_parcel,
                              struct th_error *err) TH_MUST_CHECK;

enum th_status th_life_store(struct th_work *work, struct th_life_parcel *parcel,
                             struct th_error *err) TH_MUST_CHECK;

// Registered parcels around a box as they are, or in all versions that held on a day or later,
// without those given.
struct th_life_around { // zero before use
    struct th_edit_neighbour *neighbours;
    struct th_geometry *geometries;   // what they point to
    struct th_fabric_parcel *parcels; // the same, with areas
    struct th_ground **grounds;       // what these point to
    size_t n;
    size_t capacity;
};
enum th_status th_life_around_load(struct th_store *store, struct th_box box, struct th_date since,
                                   const int64_t *without, size_t n_without,
                                   struct th_life_around *ret_around,
                                   struct th_error *err) TH_MUST_CHECK;
void th_life_around_clear(struct th_life_around *around);
// Ground that a parcel shares with its neighbours, by the limits of the rules; free(). TH_LIMIT
// ("fabric_too_dense") when there are more of them than are listed.
enum th_status th_life_shared(const struct th_life_around *around,
                              const struct th_life_parcel *parcel, const struct th_rules *rules,
                              struct th_overlap_finding **ret_findings, size_t *ret_n,
                              struct th_error *err) TH_MUST_CHECK;

// Contracts of the parents that hold on or after the day also give the child: with the same share,
// of several parents averaged by their measured areas.
enum th_status th_life_tenure_hand_on(struct th_work *work, const struct th_life_parcel *parents,
                                      size_t n_parents, struct th_date on, int64_t child_id,
                                      struct th_error *err) TH_MUST_CHECK;

// What an import of the same ground would say: does it lie where its village is, is it anybody
// else's, is it under another scheme (parcel_life_ground.c)?
struct th_life_asked; // what was found, and what an officer waived
struct th_life_ask {  // texts are borrowed
    const char *on;
    bool waive; // an officer accepts what is shared, with both of these
    const char *reason;
    const char *document;
    const struct th_messages *messages;
    enum th_lang lang;
};
// Parcels with new ground, judged as rows of an import that updates them; what they share with
// others becomes their `sliver`. The parcels stay where they are until th_life_asked_free, which
// accepts NULL. TH_CONFLICT with the first problem of an import ("outside_county",
// "overlap_other_scheme", "sliver_total" …; "adjust_overlap" for a registered parcel), TH_USAGE
// ("waive_incomplete").
enum th_status th_life_judge(struct th_work *work, const struct th_life_ask *ask,
                             struct th_life_parcel *parcels, size_t n,
                             struct th_life_asked **ret_asked, struct th_error *err) TH_MUST_CHECK;
// Parcels on ground that was registered before: nothing is refused, since nothing is new, but it is
// told what lies under another scheme or outside by now.
enum th_status th_life_remark(struct th_work *work, const struct th_life_ask *ask,
                              struct th_life_parcel *parcels, size_t n,
                              struct th_life_asked **ret_asked, struct th_error *err) TH_MUST_CHECK;
// After the parcels were stored: what was waived, also into the journal's body.
enum th_status th_life_asked_record(const struct th_life_asked *asked, struct th_work *work,
                                    struct th_json *body, struct th_error *err) TH_MUST_CHECK;
// "problems" of the reply, as an import tells them; rows count the parcels from 1.
enum th_status th_life_asked_tell(const struct th_life_asked *asked, struct th_json *reply,
                                  struct th_error *err) TH_MUST_CHECK;
void th_life_asked_free(struct th_life_asked *asked);

// Ground that an officer let the parents keep in spite of others (parcel_life_waivers.c).
struct th_life_waived {              // zero before use
    struct th_overlap_waiver *items; // the side that is 0 is the parents'; texts are owned
    struct th_fabric_parcel *others; // ground of the other side
    struct th_ground **grounds;      // the same; owned
    size_t n;
    size_t capacity;
};
enum th_status th_life_waived_load(struct th_store *store, const struct th_life_parcel *parents,
                                   size_t n_parents, struct th_life_waived *ret_waived,
                                   struct th_error *err) TH_MUST_CHECK;
void th_life_waived_clear(struct th_life_waived *waived);
// Area of the parcel that an officer waived for land under other schemes.
enum th_status th_life_waived_schemes(const struct th_life_waived *waived,
                                      const struct th_life_parcel *parcel, double *ret_area_m2,
                                      struct th_error *err) TH_MUST_CHECK;
// The stored child keeps the waivers of its parents where it shares ground with the other side.
enum th_status th_life_waived_hand_on(const struct th_life_waived *waived, struct th_work *work,
                                      const struct th_life_parcel *child,
                                      struct th_error *err) TH_MUST_CHECK;

// Reply and journal.
void th_life_reply_begin(struct th_json *reply, struct th_date on, const char *reason);
struct th_json *th_life_facts(const struct th_life_parcel *parcel); // for the journal

#endif

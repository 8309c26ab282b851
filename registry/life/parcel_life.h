// What happens to a parcel after it is registered: split, merged, given another boundary or number,
// retired; and its history.
//
// Nothing is erased. A change begins on a day (`on`, today when NULL, never in the future) and
// makes new versions or new parcels; what was before stays as it was. Parcels of a package that is
// submitted, verified or issued do not change (TH_CONFLICT "parcel_packaged"), nor do retired ones
// ("parcel_is_retired"). A clerk changes parcels of the own village alone.
//
// What is handed on: kind, land class and attributes as they are (merged: those that all have in
// common); the declared area of a split parcel in proportion to the measured areas, in whole
// hundredths of a mu by largest remainder, so that the sum is exact, of merged parcels the sum
// where all have one, of a moved boundary unchanged, since the contract is; shares of tenure
// contracts from that day on as they are (merged: averaged by measured area, exactly).
//
// Replies of all but history: on, reason, parcels[] (as in parcel list, in the state after it),
// retired[] (the parcels that ended); of split, merge and adjust also problems[], as an import
// tells them of the same ground, with `row` counting parcels[] from 1.
#ifndef TH_REGISTRY_PARCEL_LIFE_H
#define TH_REGISTRY_PARCEL_LIFE_H

#include "core/messages.h"
#include "registry/registry.h"

enum { TH_PARCEL_MERGE_MAX = 100 };

struct th_parcel_split_options { // texts are borrowed; NULL: not given
    int64_t parcel_id;
    const char *drawing; // file: WKT or GeoJSON with lines or polygons; of any other format that
                         // an import reads, the polygon of its first row
    const char *crs;     // of its coordinates; NULL: longitude, latitude in WKT and GeoJSON, else
                         // what the file declares
    const char *numbers; // "A,B": one for each part, in their order; NULL: "<number>-1", …
    const char *tolerance_m; // "0.5": how near to the boundary a drawing counts as on it
    const char *reason;
    const char *on;
    const struct th_messages *messages; // NULL: problems carry their code as message
    enum th_lang lang;
};
// The parcel ends, its parts are new parcels. Nothing of the ground is new: what of it lies under
// another scheme or outside by now is told, and refused by a package only, so that a parcel can be
// divided where the other scheme begins. A part keeps the waivers of the parcel. Order of the
// parts: th_edit_split. Reply also: area_difference_m2, the sum of the parts less the whole.
// TH_USAGE ("reason_needed", "split_numbers" with "n", "given"), TH_INVALID ("date_in_future",
// "tolerance_invalid"), TH_CONFLICT ("number_taken" with "number"), TH_DATA_PROBLEM of
// th_edit_split, TH_UNREADABLE and TH_DATA_PROBLEM of th_edit_read.
enum th_status th_parcel_split(struct th_registry *registry, const struct th_request *request,
                               const struct th_parcel_split_options *options,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

struct th_parcel_merge_options {
    const int64_t *parcel_ids;
    size_t n_parcels; // 2 … TH_PARCEL_MERGE_MAX
    const char *number;
    const char *reason;
    const char *on;
    const struct th_messages *messages; // NULL: problems carry their code as message
    enum th_lang lang;
};
// The parcels end, the whole is a new one; it keeps their waivers, and what is to be told is told
// as of a split. They must be of one village, kind and land class
// (TH_INVALID "merge_mixed" with "what"). Reply also: attributes_dropped[] (names),
// area_difference_m2. TH_USAGE ("merge_count", "number_needed"), TH_DATA_PROBLEM of th_edit_merge.
enum th_status th_parcel_merge(struct th_registry *registry, const struct th_request *request,
                               const struct th_parcel_merge_options *options,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

struct th_parcel_adjust_options {
    int64_t parcel_id;
    int64_t with_id;     // the neighbour that gives or takes the ground; 0: none
    const char *drawing; // file with the new shape of parcel_id: a polygon
    const char *crs;
    const char *tolerance_m; // "0.5"
    const char *reason;
    const char *on;
    bool waive;                         // an officer lets in what the parcel shares with others …
    const char *document;               // … by this file, with the reason; NULL: none
    const struct th_messages *messages; // NULL: problems carry their code as message
    enum th_lang lang;
};
// A new version with another boundary. Its boundary is laid on those of its neighbours within the
// tolerance. With `with_id` both together keep exactly the ground they had, and the drawing says
// how it is divided. The new ground is judged as an import with `update` judges it. Reply also:
// moved[{from, to, distance_m, neighbour_id, inserted}], area_before_m2, area_after_m2. TH_CONFLICT
// ("adjust_overlap" with "other", "area_m2"; "sliver_total", "overlap_other_scheme",
// "outside_county" and whatever else keeps a row out of an import), TH_DATA_PROBLEM ("edit_type",
// "adjust_outside" with "area_m2", "adjust_same"; those of th_edit_split and th_edit_merge),
// TH_INVALID ("adjust_bounds"), TH_USAGE ("waive_incomplete").
enum th_status th_parcel_adjust(struct th_registry *registry, const struct th_request *request,
                                const struct th_parcel_adjust_options *options,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

struct th_parcel_retire_options {
    int64_t parcel_id;
    const char *reason;
    const char *on;
    const char *document; // file; NULL: none
};
// The parcel ends; `on` is the first day on which it is none. Reply also: document_id.
enum th_status th_parcel_retire_use(struct th_registry *registry, const struct th_request *request,
                                    const struct th_parcel_retire_options *options,
                                    struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

struct th_parcel_renumber_options {
    int64_t parcel_id;
    const char *number; // the right one
    const char *reason;
    const char *on;
};
// A new version with another number and nothing else changed; a parcel without a number gets one.
// Reply also: old_number. TH_CONFLICT ("number_taken": by any parcel of the village, retired ones
// too; "number_same"), TH_INVALID ("number_invalid").
enum th_status th_parcel_renumber_use(struct th_registry *registry,
                                      const struct th_request *request,
                                      const struct th_parcel_renumber_options *options,
                                      struct th_json **ret_reply,
                                      struct th_error *err) TH_MUST_CHECK;

// The parcel that bears the number, or bore it before that was put right; village NULL: of any.
// TH_NOT_FOUND ("parcel_number_unknown"), TH_CONFLICT ("parcel_number_ambiguous" with "ids").
enum th_status th_parcel_of_number(struct th_registry *registry, const char *village,
                                   const char *number, int64_t *ret_parcel_id,
                                   struct th_error *err) TH_MUST_CHECK;

// Reply: parcel_id, number, village, village_name, state, retired_on, retired_reason;
// versions[{version, number, from, to (last day, null: open), origin ("attributes" where an import
// left the ground as it was), reason (of another number), kind, area_m2, area_mu, declared_mu,
// import_id, source, row, parents[{parcel_id, version}], seq, at, login, geometry_hash}] oldest
// first; changes[{version, what (particular, ground, attribute), name, before, after}]: what
// differs from the version before, null where there was or is nothing; ancestors[] and
// descendants[] [{parcel_id, number, state, child_of or parent_of}]: all that it came from and that
// came of it, nearest first; events[{seq, at, login, kind}]. TH_NOT_FOUND ("parcel_not_found").
enum th_status th_parcel_history(struct th_registry *registry, int64_t parcel_id,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif

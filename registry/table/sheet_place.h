// Which parcel a row of a table means: by village and number as a clerk writes them, or by the id
// of lists and exports.
#ifndef TH_REGISTRY_SHEET_PLACE_H
#define TH_REGISTRY_SHEET_PLACE_H

#include "core/date.h"
#include "registry/work.h"
#include "store/ground/parcel_store.h"

struct th_sheet_places; // opaque

// `village` of rows that name none: code or name; NULL: the actor's own. TH_NOT_FOUND
// ("village_not_found", "village_similar"), TH_CONFLICT ("village_ambiguous"), TH_NOT_PERMITTED
// ("village_not_yours").
enum th_status th_sheet_places_new(struct th_work *work, const char *village,
                                   struct th_sheet_places **ret_places,
                                   struct th_error *err) TH_MUST_CHECK;
void th_sheet_places_free(struct th_sheet_places *places);

// What is wrong with a row: a code of the problem list (NULL: the key) and the words.
struct th_sheet_fault {
    const char *code;
    struct th_error what;
};

// The village of a row; *ret_village is NULL, and the fault is set, when it is none or one that the
// actor may not write to.
void th_sheet_village(struct th_sheet_places *places, const char *village,
                      const struct th_village **ret_village, struct th_sheet_fault *ret_fault);
// The parcel of a row, in the version in force; texts "" where the row says nothing. *ret_found
// false, and the fault is set, when there is none.
enum th_status th_sheet_parcel(struct th_sheet_places *places, const char *village,
                               const char *number, const char *id, bool *ret_found,
                               struct th_parcel_record *ret_record,
                               struct th_sheet_fault *ret_fault,
                               struct th_error *err) TH_MUST_CHECK;
// Was it a parcel at some time from `from` to `to`? A parcel that was imported may have been
// registered later than that: its ground was there. One that a split or merge made was not there
// before. *ret_was false, and the fault is set, when it was none.
enum th_status th_sheet_parcel_was(struct th_sheet_places *places,
                                   const struct th_parcel_record *record, struct th_date from,
                                   struct th_date to, bool *ret_was,
                                   struct th_sheet_fault *ret_fault,
                                   struct th_error *err) TH_MUST_CHECK;

#endif

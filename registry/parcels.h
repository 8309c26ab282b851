// Kinds of parcels, which parcels a list, a map or an export is of, and the area that counts.
#ifndef TH_REGISTRY_PARCELS_H
#define TH_REGISTRY_PARCELS_H

#include "store/estimate/package_store.h"
#include "store/ground/parcel_store.h"
#include "store/people/party_store.h"

enum { TH_PARCEL_KIND_NONE = -1 };

extern const char *const th_parcel_kinds[]; // closed by NULL

// Kind by its name in English or Chinese; TH_PARCEL_KIND_NONE when unknown.
int th_parcel_kind_find(const char *name);

// What a person typed to choose parcels, made into a filter of the store.
struct th_parcel_choice {
    struct th_parcel_filter filter;   // points into this struct
    struct th_village village;        // code "" when none was chosen
    struct th_package_record package; // package_id 0 when none was chosen
};
// TH_NOT_FOUND ("village_not_found", "package_not_found"), TH_INVALID ("kind_invalid").
enum th_status th_parcel_choose(struct th_store *store, const char *village, const char *kind,
                                const char *package, struct th_parcel_choice *ret_choice,
                                struct th_error *err) TH_MUST_CHECK;

// Which of them by state, as a person writes it: registered, retired, all, in Chinese as well.
// NULL: those in force alone when `in_force` is set, else any. TH_USAGE ("parcel_state").
enum th_status th_parcel_choose_state(const char *word, bool in_force,
                                      struct th_parcel_choice *choice,
                                      struct th_error *err) TH_MUST_CHECK;
// The net area: the measured one without what others claim, slivers and what an officer waived.
struct th_area th_parcel_counted(const struct th_parcel_record *record);
// The area that carbon is reckoned from: the smaller of that and the contracted one.
struct th_area th_parcel_used(const struct th_parcel_record *record);

#endif

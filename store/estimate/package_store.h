// Packages in the file: parcels of one holder, one methodology version and one monitoring period on
// their way to units, with the waivers that officers gave.
#ifndef TH_STORE_PACKAGE_STORE_H
#define TH_STORE_PACKAGE_STORE_H

#include "core/date.h"
#include "core/quantity.h"
#include "store/estimate/methodology_store.h"
#include "store/people/party_store.h"

enum { TH_INPUTS_SIZE = 1024 };

struct th_package_record {
    int64_t package_id;
    char name[TH_NAME_SIZE];
    int64_t holder_id;                         // party
    char methodology[TH_METHODOLOGY_ID_SIZE];  // "reported-factor"
    char version[TH_METHODOLOGY_VERSION_SIZE]; // "1"
    char inputs[TH_INPUTS_SIZE];               // canonical JSON object of texts, "{}" without
    struct th_date from, to;                   // whole calendar years, both ends included
    char state[16];                            // draft submitted verified returned issued
    int64_t run_id;                            // 0: the tonnes come by statement
    char created_by[TH_LOGIN_SIZE];
    char submitted_by[TH_LOGIN_SIZE]; // "" until then, as the two below
    char verified_by[TH_LOGIN_SIZE];
    char issued_by[TH_LOGIN_SIZE];
    struct th_units verified; // stated or limited by the verifier; 0: not limited
    int64_t statement_id;     // document; 0 until verified
    int64_t stated_by;        // party; 0 until verified
    int64_t seq;              // journal entry of the last change
};

// record->package_id and state are ignored: a new package is a draft.
enum th_status th_package_insert(struct th_store *store, const struct th_package_record *record,
                                 int64_t *ret_package_id, struct th_error *err) TH_MUST_CHECK;
// Writes everything of the record that may change: state, run, logins, verification, seq.
enum th_status th_package_update(struct th_store *store, const struct th_package_record *record,
                                 struct th_error *err) TH_MUST_CHECK;
// TH_NOT_FOUND ("package_not_found" with "package").
enum th_status th_package_load(struct th_store *store, int64_t package_id,
                               struct th_package_record *ret_record,
                               struct th_error *err) TH_MUST_CHECK;
// The name alone, with the same error.
enum th_status th_package_name(struct th_store *store, int64_t package_id,
                               char ret_name[TH_NAME_SIZE], struct th_error *err) TH_MUST_CHECK;
// In order of id; the visitor returns false to stop.
enum th_status th_package_each(struct th_store *store,
                               bool (*visit)(void *context, const struct th_package_record *record),
                               void *context, struct th_error *err) TH_MUST_CHECK;

// Parcels of a package, each in the version that was packaged.
enum th_status th_package_parcel_insert(struct th_store *store, int64_t package_id,
                                        int64_t parcel_id, int64_t version,
                                        struct th_error *err) TH_MUST_CHECK;
// The version that a package counts on, after a boundary changed.
enum th_status th_package_parcel_update(struct th_store *store, int64_t package_id,
                                        int64_t parcel_id, int64_t version,
                                        struct th_error *err) TH_MUST_CHECK;
enum th_status th_package_parcel_each(struct th_store *store, int64_t package_id,
                                      bool (*visit)(void *context, int64_t parcel_id,
                                                    int64_t version),
                                      void *context, struct th_error *err) TH_MUST_CHECK;

// Another package, not returned, that has this parcel in an overlapping period: its id, 0 when
// none.
enum th_status th_package_rival(struct th_store *store, int64_t package_id, int64_t parcel_id,
                                struct th_date from, struct th_date to, int64_t *ret_rival_id,
                                struct th_error *err) TH_MUST_CHECK;

// Ground that counts in another package, not returned, of an overlapping period: each of its
// parcels, in the version it was packaged with, whose box meets this one (degrees); in order of
// package and parcel. The visitor returns false to stop. TH_CORRUPT ("parcel_geometry").
struct th_package_ground {
    int64_t package_id; // the one that asks
    struct th_date from, to;
    double west_deg, south_deg, east_deg, north_deg;
};
struct th_package_stand { // one of them
    int64_t package_id, parcel_id, version;
    struct th_area measured, sliver; // of that version
    const void *wkb;                 // borrowed
    size_t wkb_size;
};
enum th_status
th_package_ground_each(struct th_store *store, const struct th_package_ground *question,
                       bool (*visit)(void *context, const struct th_package_stand *stand),
                       void *context, struct th_error *err) TH_MUST_CHECK;

struct th_waiver { // texts are borrowed
    int64_t waiver_id;
    int64_t package_id;
    const char *rule; // code of the warning, "factor_far_above_measured"
    const char *reason;
    int64_t document_id;
    const char *login;
    int64_t seq;
};

enum th_status th_waiver_insert(struct th_store *store, const struct th_waiver *waiver,
                                int64_t *ret_waiver_id, struct th_error *err) TH_MUST_CHECK;
enum th_status th_waiver_each(struct th_store *store, int64_t package_id,
                              bool (*visit)(void *context, const struct th_waiver *waiver),
                              void *context, struct th_error *err) TH_MUST_CHECK;
// *ret_has tells whether an officer accepted the warning `rule` of the package.
enum th_status th_waiver_has(struct th_store *store, int64_t package_id, const char *rule,
                             bool *ret_has, struct th_error *err) TH_MUST_CHECK;

struct th_document {
    int64_t document_id;
    struct th_hash sha256;
    char name[TH_NAME_SIZE];
    int64_t size_bytes;
};

// TH_NOT_FOUND ("document_not_found").
enum th_status th_document_load(struct th_store *store, int64_t document_id,
                                struct th_document *ret_document,
                                struct th_error *err) TH_MUST_CHECK;

#endif

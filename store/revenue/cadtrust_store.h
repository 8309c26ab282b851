// What the CAD Trust export tells of packages.
#ifndef TH_STORE_CADTRUST_STORE_H
#define TH_STORE_CADTRUST_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/store.h"

struct th_cadtrust_package { // texts are borrowed, NULL without
    int64_t package_id;
    const char *name;
    const char *state;
    int64_t changed_utc; // of the last change of state
    const char *methodology, *version, *document;
    const char *holder;
    struct th_date from, to;
    int64_t run_id;       // 0: by statement
    const char *verifier; // party of the verifier's login, else who stated the tonnes, else the
                          // login; NULL until verified
    const char *places;   // township and village with its code, of all parcels, between "; "
    bool has_box;
    double west_deg, south_deg, east_deg, north_deg; // of the packaged parcels
};

// Packages that were submitted and not returned, in order of id; the visitor returns false to stop.
enum th_status th_cadtrust_package_each(struct th_store *store,
                                        bool (*visit)(void *context,
                                                      const struct th_cadtrust_package *package),
                                        void *context, struct th_error *err) TH_MUST_CHECK;

// Net kilograms of a run by year, in order; the visitor returns false to stop.
enum th_status th_cadtrust_year_each(struct th_store *store, int64_t run_id,
                                     bool (*visit)(void *context, int year, struct th_carbon net),
                                     void *context, struct th_error *err) TH_MUST_CHECK;

// When a journal entry was made. TH_CORRUPT ("journal_entry_missing" with "seq").
enum th_status th_cadtrust_instant(struct th_store *store, int64_t seq, int64_t *ret_utc,
                                   struct th_error *err) TH_MUST_CHECK;

#endif

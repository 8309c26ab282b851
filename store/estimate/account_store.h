// Packages that a party has to do with.
#ifndef TH_STORE_ACCOUNT_STORE_H
#define TH_STORE_ACCOUNT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/store.h"

enum th_account_role {
    TH_ACCOUNT_HOLDER,   // of the package
    TH_ACCOUNT_VERIFIER, // its login verified the package, or it stated the tonnes
    TH_ACCOUNT_VILLAGE   // holder, or some parcels of the package lie in the village
};

struct th_account_package { // texts are borrowed
    int64_t package_id;
    const char *name;
    const char *holder;
    const char *state;
    const char *methodology;
    struct th_date from, to;
    struct th_units issued, buffer;
    struct th_carbon contributed; // behind issued serials; from the village's parcels, of all
                                  // parcels for the other roles
};

// In order of package; `village` is the code, for TH_ACCOUNT_VILLAGE alone. The visitor returns
// false to stop.
enum th_status th_account_package_each(struct th_store *store, enum th_account_role role,
                                       int64_t party_id, const char *village,
                                       bool (*visit)(void *context,
                                                     const struct th_account_package *package),
                                       void *context, struct th_error *err) TH_MUST_CHECK;

#endif

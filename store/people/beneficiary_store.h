// Names under which units are retired, and what a person decided about them.
#ifndef TH_STORE_BENEFICIARY_STORE_H
#define TH_STORE_BENEFICIARY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/store.h"

enum th_beneficiary_state { TH_BENEFICIARY_NEW, TH_BENEFICIARY_ACCEPTED, TH_BENEFICIARY_REFUSED };
const char *th_beneficiary_state_name(enum th_beneficiary_state state); // "new" …

struct th_beneficiary_review { // texts are borrowed
    const char *name;
    const char *uscc; // "" of a person
    bool accepted;
    const char *reason; // of a refusal; NULL: none
    const char *login;
    int64_t seq;
};
enum th_status th_beneficiary_review_insert(struct th_store *store,
                                            const struct th_beneficiary_review *review,
                                            struct th_error *err) TH_MUST_CHECK;
// What the latest review of the name says; new without any.
enum th_status th_beneficiary_state_load(struct th_store *store, const char *name, const char *uscc,
                                         enum th_beneficiary_state *ret_state,
                                         struct th_error *err) TH_MUST_CHECK;

struct th_beneficiary { // texts are borrowed, NULL without
    const char *name;
    const char *uscc;       // "" of a person
    const char *registered; // name of the party that has the code
    int64_t n_trades;       // retirements that name it, whatever became of them
    int64_t first_trade;
    struct th_units retired; // by those that were approved
    enum th_beneficiary_state state;
    const char *reviewed_by, *reason;
    int64_t reviewed_utc; // 0: not reviewed
};
// By first use; name and uscc NULL: any. The visitor returns false to stop.
enum th_status th_beneficiary_each(struct th_store *store, const char *name, const char *uscc,
                                   bool (*visit)(void *context,
                                                 const struct th_beneficiary *beneficiary),
                                   void *context, struct th_error *err) TH_MUST_CHECK;
// Does this login propose a retirement of that name which nobody has decided yet?
enum th_status th_beneficiary_proposes(struct th_store *store, const char *name, const char *uscc,
                                       const char *login, bool *ret_proposes,
                                       struct th_error *err) TH_MUST_CHECK;

#endif

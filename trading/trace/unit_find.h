// Serials by what is known about them.
#ifndef TH_TRADING_UNIT_FIND_H
#define TH_TRADING_UNIT_FIND_H

#include "registry/registry.h"

struct th_unit_find_options { // texts as people typed them; NULL: any
    const char *prefix;       // a part of it
    const char *vintage;      // year
    const char *package;      // id or name
    const char *village;      // code or name: some carbon behind the serials is from there
    const char *owner;        // party
    const char *state;        // held locked buffer retired cancelled
    const char *beneficiary;  // part of the name, or the whole credit code
    const char *after;        // "next" of the page before
    int64_t limit;            // 0: 100; at most 10,000
};

// Leaves of blocks in order of issuance and serial, a page of them. Reply: units[{serial, prefix,
// first, last, tonnes, vintage, package_id, package, methodology, state, owner, owner_name, since,
// statement_based, trade_id, beneficiary, beneficiary_uscc}], n, tonnes (of the page), next (null
// on the last page). TH_USAGE ("unit_state", "unit_limit"), TH_INVALID ("year_invalid"),
// TH_NOT_FOUND
// ("serial_not_found" for after, "package_not_found", "village_not_found", "party_not_found").
enum th_status th_unit_find(struct th_registry *registry,
                            const struct th_unit_find_options *options, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;

#endif

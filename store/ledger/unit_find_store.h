// Leaves of unit blocks by what people know about them.
#ifndef TH_STORE_UNIT_FIND_STORE_H
#define TH_STORE_UNIT_FIND_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "store/store.h"

// All that was not given holds: NULL or 0.
struct th_unit_filter {
    const char *prefix; // a part of it
    int vintage;
    int64_t package_id;
    const char *village; // code; some kilograms behind the serials are from there
    int64_t owner_id;
    const char *state;       // held locked buffer retired cancelled
    const char *beneficiary; // a part of the name, or the whole USCC
    int64_t after_issuance;  // leaves behind this place in the order
    int64_t after_first;
};

struct th_unit_leaf { // texts are borrowed, NULL without
    int64_t issuance_id;
    const char *prefix;
    int vintage;
    bool statement_based;
    int64_t package_id;
    const char *package;
    const char *methodology;
    int64_t first, last; // serials, both included
    const char *state;
    int64_t owner_id;
    const char *owner;
    // What brought the units to owner and state, apart from locks and their end: issue transfer
    // retire cancel buffer.
    const char *event;
    int64_t at_utc;
    int64_t trade_id; // 0: none
    // Of the trade.
    const char *trade_kind, *purpose, *beneficiary, *beneficiary_uscc, *note;
};

// In order of issuance and serial; the visitor returns false to stop.
enum th_status th_unit_leaf_each(struct th_store *store, const struct th_unit_filter *filter,
                                 bool (*visit)(void *context, const struct th_unit_leaf *leaf),
                                 void *context, struct th_error *err) TH_MUST_CHECK;

#endif

// Contracts by which households give land to a cooperative or another holder, and the part of each
// parcel that a contract gives. That the shares of a parcel sum to 1 is the use case's to check.
#ifndef TH_STORE_TENURE_STORE_H
#define TH_STORE_TENURE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/quantity.h"
#include "core/ratio.h"
#include "store/people/party_store.h"
#include "store/store.h"

enum { TH_TENURE_NUMBER_SIZE = 128 };

struct th_tenure {
    int64_t tenure_id;                       // ignored when storing
    char number[TH_TENURE_NUMBER_SIZE];      // of the contract
    char household[TH_NAME_SIZE];            // name in the contract
    int64_t household_id;                    // party, 0 when it is none
    int64_t holder_id;                       // party
    char certificate[TH_TENURE_NUMBER_SIZE]; // number of the right certificate, "" without
    struct th_date certificate_expires;      // year 0: not stated
    bool has_declared;
    struct th_area declared;
    struct th_date from, to; // both ends included; when loaded, `to` respects an early end
    bool has_rent;
    struct th_money rent;      // per mu and year
    bool has_guarantee;        // excludes a rent
    struct th_money guarantee; // per mu and year, before the dividend
    struct th_ratio dividend;  // share of the income; only when has_guarantee
    bool carbon_right;         // the carbon income goes along
    bool ended;                // before its term; ignored when storing
    int64_t seq;               // journal entry
};

// TH_CONFLICT ("store_constraint").
enum th_status th_tenure_insert(struct th_store *store, const struct th_tenure *tenure,
                                int64_t *ret_tenure_id, struct th_error *err) TH_MUST_CHECK;
// `share` is over 0 and at most 1. TH_CONFLICT ("store_constraint").
enum th_status th_tenure_parcel_insert(struct th_store *store, int64_t tenure_id, int64_t parcel_id,
                                       struct th_ratio share, struct th_error *err) TH_MUST_CHECK;
// A scan of the contract; more than one may come, in time. TH_CONFLICT ("store_constraint").
enum th_status th_tenure_document_insert(struct th_store *store, int64_t tenure_id,
                                         int64_t document_id, int64_t seq,
                                         struct th_error *err) TH_MUST_CHECK;
struct th_tenure_document { // borrowed
    int64_t document_id;
    const char *name; // of the file
    struct th_hash sha256;
    int64_t seq; // journal entry
};
// Scans of a contract in the order in which they came; the visitor returns false to stop.
enum th_status th_tenure_document_each(struct th_store *store, int64_t tenure_id,
                                       bool (*visit)(void *context,
                                                     const struct th_tenure_document *document),
                                       void *context, struct th_error *err) TH_MUST_CHECK;
// The contract holds until `to` only; a day before it began undoes it. document_id 0: none.
// TH_NOT_FOUND ("tenure_not_found"), TH_CONFLICT ("tenure_ended").
enum th_status th_tenure_end(struct th_store *store, int64_t tenure_id, struct th_date to,
                             const char *reason, int64_t document_id, int64_t seq,
                             struct th_error *err) TH_MUST_CHECK;

// TH_NOT_FOUND ("tenure_not_found").
enum th_status th_tenure_load(struct th_store *store, int64_t tenure_id,
                              struct th_tenure *ret_tenure, struct th_error *err) TH_MUST_CHECK;

// Which contracts to visit; a zeroed question means all.
struct th_tenure_question {
    int64_t holder_id;   // > 0: of this holder
    const char *number;  // NULL: any
    struct th_date from; // in force at some time from here …
    struct th_date to;   // … to here; year 0 leaves that end open
};
// In order of id; the visitor returns false to stop.
enum th_status th_tenure_each(struct th_store *store, const struct th_tenure_question *question,
                              bool (*visit)(void *context, const struct th_tenure *tenure),
                              void *context, struct th_error *err) TH_MUST_CHECK;

struct th_tenure_share {
    int64_t tenure_id;
    int64_t parcel_id;
    struct th_ratio share;
    struct th_date from, to; // of the contract, as in th_tenure
    bool carbon_right;
};
// Shares of one parcel (0: any) by one contract (0: any) that are in force at some time from `from`
// to `to` (year 0 leaves an end open), in order of parcel, first day and contract. TH_INVALID
// ("ratio_invalid") for a share that is no fraction.
enum th_status th_tenure_share_each(struct th_store *store, int64_t parcel_id, int64_t tenure_id,
                                    struct th_date from, struct th_date to,
                                    bool (*visit)(void *context,
                                                  const struct th_tenure_share *share),
                                    void *context, struct th_error *err) TH_MUST_CHECK;

#endif

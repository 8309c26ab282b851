// Reversals (碳汇逆转) in the file: carbon that was issued and is lost again. What one touches is
// listed by parcel and vintage; what is owed for it, and who made it good, beside that.
#ifndef TH_STORE_REVERSAL_STORE_H
#define TH_STORE_REVERSAL_STORE_H

#include <stdbool.h>

#include "core/hash.h"
#include "store/check.h"
#include "store/deal/trade_store.h"
#include "store/ledger/ledger_store.h"

enum {
    TH_REVERSAL_LOSS_WHOLE = 10000, // 100 per cent
    TH_REVERSAL_CAUSE_SIZE = 16
};

struct th_reversal {
    int64_t trade_id;
    char cause[TH_REVERSAL_CAUSE_SIZE]; // fire felling pest storm conversion other
    int64_t loss_cent;                  // of the carbon inside the drawing, in 0.01 per cent
    struct th_hash drawing;             // SHA-256 of the file
    int64_t document_id;                // 0: none
};

// A parcel of an issued package, in the version that was packaged.
struct th_reversal_parcel {
    int64_t package_id;
    int64_t parcel_id;
    int64_t version;
    struct th_area whole;
    struct th_area area;   // of the event's ground on it
    struct th_hash ground; // BLAKE2b of the WKB
    unsigned char *wkb;    // of that ground, in EPSG:4490; owned
    size_t wkb_size;
};
// What it lost of one vintage.
struct th_reversal_loss {
    size_t parcel; // position in the list of parcels
    int64_t issuance_id;
    struct th_carbon mass;   // the parcel's, behind issued serials
    struct th_carbon before; // of them lost by earlier reversals
    struct th_area counted;  // ground whose carbon counts as lost now
    struct th_carbon lost;
};
// All that a reversal touches; losses in order of their parcels, then by vintage.
struct th_reversal_extent { // zero before use
    struct th_reversal_parcel *parcels;
    size_t n_parcels;
    size_t parcels_capacity;
    struct th_reversal_loss *losses;
    size_t n_losses;
    size_t losses_capacity;
};
void th_reversal_extent_clear(struct th_reversal_extent *extent);
// Appends; the parcel's bytes go over to the extent.
enum th_status th_reversal_extent_add_parcel(struct th_reversal_extent *extent,
                                             const struct th_reversal_parcel *parcel,
                                             struct th_error *err) TH_MUST_CHECK;
enum th_status th_reversal_extent_add_loss(struct th_reversal_extent *extent,
                                           const struct th_reversal_loss *loss,
                                           struct th_error *err) TH_MUST_CHECK;

// Row of the post "reversal" without "trade_id".
struct th_json *th_reversal_row(const struct th_reversal *reversal);
// Posts parcels and losses, and keeps their ground.
enum th_status th_reversal_extent_post(struct th_posting *posting, int64_t trade_id,
                                       const struct th_reversal_extent *extent,
                                       struct th_error *err) TH_MUST_CHECK;
// TH_NOT_FOUND ("reversal_not_found" with "trade").
enum th_status th_reversal_load(struct th_store *store, int64_t trade_id,
                                struct th_reversal *ret_reversal,
                                struct th_error *err) TH_MUST_CHECK;
enum th_status th_reversal_extent_load(struct th_store *store, int64_t trade_id,
                                       struct th_reversal_extent *ret_extent,
                                       struct th_error *err) TH_MUST_CHECK;

// Kilograms of a parcel behind issued serials of a package's vintages up to a year, by vintage. The
// visitor returns false to stop.
enum th_status
th_reversal_mass_each(struct th_store *store, int64_t package_id, int64_t parcel_id, int year,
                      bool (*visit)(void *context, int64_t issuance_id, struct th_carbon mass),
                      void *context, struct th_error *err) TH_MUST_CHECK;
// What approved reversals took of a parcel's part of an issuance: their ground, the worst first.
// The visitor returns false to stop.
struct th_reversal_earlier {
    int64_t loss_cent;
    struct th_carbon lost;
    const void *wkb; // borrowed
    size_t wkb_size;
};
enum th_status
th_reversal_earlier_each(struct th_store *store, int64_t issuance_id, int64_t parcel_id,
                         bool (*visit)(void *context, const struct th_reversal_earlier *earlier),
                         void *context, struct th_error *err) TH_MUST_CHECK;
// Another reversal, approved since this one was proposed, that took from the same parcel's part of
// an issuance; 0: none.
enum th_status th_reversal_overtaken(struct th_store *store, int64_t trade_id,
                                     int64_t *ret_other_id, struct th_error *err) TH_MUST_CHECK;

enum th_status th_reversal_debt_post(struct th_posting *posting, int64_t trade_id, int64_t party_id,
                                     struct th_units owed, struct th_error *err) TH_MUST_CHECK;
struct th_reversal_debt {
    int64_t trade_id; // the reversal
    int64_t party_id;
    struct th_units owed;
    struct th_units filled;   // by approved cancellations
    struct th_units deciding; // by proposed ones
    char on_date[TH_ON_SIZE]; // of the event
};
// By reversal and party; 0: of any. The visitor returns false to stop.
enum th_status th_reversal_debt_each(struct th_store *store, int64_t trade_id, int64_t party_id,
                                     bool (*visit)(void *context,
                                                   const struct th_reversal_debt *debt),
                                     void *context, struct th_error *err) TH_MUST_CHECK;
// What a party owes for reversals and nobody has made good yet.
enum th_status th_reversal_owed(struct th_store *store, int64_t party_id, struct th_units *ret_open,
                                struct th_error *err) TH_MUST_CHECK;
// The debt that a cancellation makes good; reversal_id 0: none.
enum th_status th_reversal_fill_load(struct th_store *store, int64_t trade_id,
                                     int64_t *ret_reversal_id, int64_t *ret_party_id,
                                     struct th_error *err) TH_MUST_CHECK;

// "reversals": of every approved one the tonnes are the units that were cancelled under it and what
// is owed; nobody made more good than was owed; no parcel lost more of an issuance than it has
// there; the ground on the map is what the journal has the digest of.
enum th_status th_reversal_check_all(struct th_store *store, const struct th_check_sink *sink,
                                     struct th_error *err) TH_MUST_CHECK;

#endif

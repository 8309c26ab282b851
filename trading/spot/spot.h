// Deals in units that exist, for money or without: purchase, resale, transfer, retirement,
// cancellation. Inputs and replies as in trading/deal/trade.h.
#ifndef TH_TRADING_SPOT_H
#define TH_TRADING_SPOT_H

#include <stdbool.h>
#include <stddef.h>

#include "registry/registry.h"

struct th_purchase_input {
    const char *const *packages; // n_packages > 0
    size_t n_packages;
    const char *to;         // a bank
    const char *price;      // per tonne, or
    const char *amount;     // a lump sum; one of the two. Both include tax
    const char *tax;        // NULL: 0
    const char *tonnes;     // NULL: everything that the holders of the packages hold
    const char *draw;       // how sales leave the pool: "pro-rata" (NULL) or "oldest" vintage first
    bool at_once;           // carried out by the proposer, where one person suffices
    const char *on;         // NULL: today
    const char *const *pay; // "2022-06-30=100000.00": parts of the amount by day; may be none
    size_t n_pay;
};

// Locks the units of the packages' holders; a part of them is taken pro rata to what each holds.
// TH_CONFLICT ("package_not_issued", "not_enough_units" with "available", "wanted",
// "pool_terms_differ" with "package", "other", "on"; that also on approval), TH_INVALID
// ("buyer_not_bank", "deal_before_period", "package_twice", "tax_invalid", "tonnes_invalid",
// "same_party"), TH_USAGE ("price_or_amount", "packages_missing"), TH_NOT_PERMITTED
// ("bank_not_yours"); at once also ("not_at_once", "limit_amount", "limit_tonnes").
enum th_status th_trade_propose_purchase(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_purchase_input *input,
                                         struct th_json **ret_reply,
                                         struct th_error *err) TH_MUST_CHECK;

struct th_resale_input {
    const char *from; // a bank with pools
    const char *to;
    const char *tonnes;
    const char *price;          // per tonne, or
    const char *amount;         // a lump sum; one of the two. Both include tax
    const char *tax;            // NULL: 0
    const char *package;        // NULL: from the pools, oldest contract first, pro rata inside each
    const char *vintage;        // a year; NULL: any
    const char *const *parcels; // ids: whole tonnes of these parcels alone
    size_t n_parcels;
    bool at_once;           // carried out by the proposer, where one person suffices
    const char *on;         // NULL: today
    const char *const *pay; // "2022-06-30=100000.00": parts of the amount by day; may be none
    size_t n_pay;
};
// TH_CONFLICT ("not_enough_units"), TH_NOT_PERMITTED ("verifier_cannot_hold", "bank_not_yours"; at
// once also "not_at_once", "limit_amount", "limit_tonnes"), TH_INVALID ("seller_not_bank",
// "same_party", "tonnes_invalid", "tax_invalid"), TH_USAGE ("price_or_amount").
enum th_status th_trade_propose_resale(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_resale_input *input,
                                       struct th_json **ret_reply,
                                       struct th_error *err) TH_MUST_CHECK;

struct th_retirement_input {
    const char *holder;
    const char *tonnes;
    const char *beneficiary;      // party (then its name and its USCC, or the code of its township,
                                  // subdistrict or village), or a plain name together with
    const char *beneficiary_uscc; // its USCC, which only a person named as party may do without
    const char *purpose;          // offset product event donation
    const char *note;
    const char *on;
};
// Oldest vintage first, lowest serial first. TH_INVALID ("purpose_invalid",
// "beneficiary_incomplete", "uscc_invalid"), TH_USAGE ("beneficiary_missing"), TH_CONFLICT
// ("beneficiary_code_taken", "not_enough_units").
enum th_status th_trade_propose_retirement(struct th_registry *registry,
                                           const struct th_request *request,
                                           const struct th_retirement_input *input,
                                           struct th_json **ret_reply,
                                           struct th_error *err) TH_MUST_CHECK;

struct th_unit_transfer_input {
    const char *from;
    const char *to;
    const char *tonnes;
    const char *package; // NULL: any, oldest vintage first
    const char *note;
    const char *on;
};
// Without money; accepted by a login of the receiving side (or of no party). TH_INVALID
// ("same_party"), TH_NOT_PERMITTED ("verifier_cannot_hold"), TH_CONFLICT ("not_enough_units").
enum th_status th_trade_propose_transfer(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_unit_transfer_input *input,
                                         struct th_json **ret_reply,
                                         struct th_error *err) TH_MUST_CHECK;

struct th_cancellation_input {
    const char *holder;
    const char *tonnes;
    const char *package;  // NULL: any, oldest vintage first
    const char *reason;   // stands in the books as the note
    const char *reversal; // whose debt this makes good (trading/reversal/reversal.h); NULL: none
    const char *debtor;   // who owes it; NULL: the holder, or the only one who does
    const char *on;
};
// TH_USAGE ("cancellation_reason", "reversal_debtor"), TH_CONFLICT ("not_enough_units",
// "reversal_not_owed", "reversal_filled" with "open").
enum th_status th_trade_propose_cancellation(struct th_registry *registry,
                                             const struct th_request *request,
                                             const struct th_cancellation_input *input,
                                             struct th_json **ret_reply,
                                             struct th_error *err) TH_MUST_CHECK;

struct th_correction_input {
    const char *of;     // the trade that is taken back: a purchase, resale or transfer, whole
    const char *reason; // stands in the books as the note
    const char *on;
};
// What is owed on it is dropped, what was paid is a claim of who paid, confirmed by receipts of the
// correction. TH_USAGE ("correction_reason"), TH_CONFLICT ("correction_kind",
// "correction_not_approved", "correction_done" and "correction_acted_upon" with "other",
// "correction_credited" with "other", "correction_distributed", "correction_units_moved" and
// "correction_units_ended" with "serial", "owner"; of an approval "correction_stale": money came in
// since).
enum th_status th_trade_propose_correction(struct th_registry *registry,
                                           const struct th_request *request,
                                           const struct th_correction_input *input,
                                           struct th_json **ret_reply,
                                           struct th_error *err) TH_MUST_CHECK;

#endif

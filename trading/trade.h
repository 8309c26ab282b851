// Deals in units: proposed by one person, decided by another, units and money in one transaction.
//
// Texts of the inputs are what people typed (the command line and the server hand them on as they
// are); NULL where an option was not given. Parties and packages by id or exact name (parties also
// by unified social credit code), dates "2021-12-28", amounts "58.83", tonnes "2000", tax "6" (per
// cent).
//
// Reply of every call but the list: trade_id, kind, state, seller, seller_name, buyer, buyer_name,
// tonnes, price_fen (null for a lump sum and for a retirement), amount_fen, tax_rate, tax_fen,
// net_fen, beneficiary, beneficiary_uscc, purpose, note, on, proposed_by, decided_by, decided_on,
// reason, of_trade_id, expires_on, statement_based, blocks[{serial, prefix, first, last, tonnes,
// vintage, statement_based}], lines[{package_id, package, pool_id, seller, seller_name, tonnes,
// amount_fen, cost_fen}], receipts[{receipt_id, amount_fen, on, login}], received_fen,
// outstanding_fen; of a proposal also effect{units[{party, party_name, state, change_t}],
// money[{party, party_name, account, change_fen}]}: what its approval would change now, and of a
// retirement beneficiary_reviewed: somebody looked at the name before; of a purchase or resale that
// is paid in parts schedule[{on, amount_fen, received_fen}]; where one person sufficed
// alone_rule_id, the county's rule by which that was so.
#ifndef TH_TRADING_TRADE_H
#define TH_TRADING_TRADE_H

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
    const char *on;         // NULL: today
    const char *const *pay; // "2022-06-30=100000.00": parts of the amount by day; may be none
    size_t n_pay;
};

// Locks the units of the packages' holders; a part of them is taken pro rata to what each holds.
// TH_CONFLICT ("package_not_issued", "not_enough_units" with "available", "wanted"), TH_INVALID
// ("buyer_not_bank", "package_twice", "tax_invalid", "tonnes_invalid", "same_party"), TH_USAGE
// ("price_or_amount", "packages_missing"), TH_NOT_PERMITTED ("bank_not_yours").
enum th_status th_trade_propose_purchase(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_purchase_input *input,
                                         struct th_json **ret_reply,
                                         struct th_error *err) TH_MUST_CHECK;

struct th_resale_input {
    const char *from; // a bank with pools
    const char *to;
    const char *tonnes;
    const char *price;          // per tonne, tax-inclusive
    const char *tax;            // NULL: 0
    const char *package;        // NULL: from the pools, oldest contract first, pro rata inside each
    const char *vintage;        // a year; NULL: any
    const char *const *parcels; // ids: whole tonnes of these parcels alone
    size_t n_parcels;
    const char *on;         // NULL: today
    const char *const *pay; // "2022-06-30=100000.00": parts of the amount by day; may be none
    size_t n_pay;
};
// TH_CONFLICT ("not_enough_units"), TH_NOT_PERMITTED ("verifier_cannot_hold", "bank_not_yours"),
// TH_INVALID ("seller_not_bank", "same_party", "tonnes_invalid", "tax_invalid"), TH_USAGE
// ("price_missing").
enum th_status th_trade_propose_resale(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_resale_input *input,
                                       struct th_json **ret_reply,
                                       struct th_error *err) TH_MUST_CHECK;

struct th_retirement_input {
    const char *holder;
    const char *tonnes;
    const char *beneficiary;      // party (then its name and USCC), or a plain name together with
    const char *beneficiary_uscc; // its USCC, which only a person named as party may do without
    const char *purpose;          // offset product event donation
    const char *note;
    const char *on;
};
// Oldest vintage first, lowest serial first. TH_INVALID ("purpose_invalid",
// "beneficiary_incomplete", "uscc_invalid"), TH_USAGE ("beneficiary_missing"), TH_CONFLICT
// ("not_enough_units").
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
    const char *package; // NULL: any, oldest vintage first
    const char *reason;  // stands in the books as the note
    const char *on;
};
// TH_USAGE ("cancellation_reason"), TH_CONFLICT ("not_enough_units").
enum th_status th_trade_propose_cancellation(struct th_registry *registry,
                                             const struct th_request *request,
                                             const struct th_cancellation_input *input,
                                             struct th_json **ret_reply,
                                             struct th_error *err) TH_MUST_CHECK;

// Cover is checked again; units and claims move together or not at all. TH_NOT_PERMITTED
// ("second_person", "other_side_accepts", "limit_amount", "limit_tonnes"), TH_CONFLICT
// ("trade_decided", "trade_expired", "cover_lost"), TH_NOT_FOUND ("trade_not_found").
enum th_status th_trade_approve(struct th_registry *registry, const struct th_request *request,
                                int64_t trade_id, const char *on, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;
// Returns the units; by the proposer too, who then withdraws. reason NULL: none given.
enum th_status th_trade_reject(struct th_registry *registry, const struct th_request *request,
                               int64_t trade_id, const char *reason, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

// Ends proposals that nobody decided about and gives back what approved deals still hold, where the
// last day was before `through` (NULL: today). Each is an entry of its own. Reply:
// expired[{trade_id, kind, was (its state), released_t}].
enum th_status th_trade_expire(struct th_registry *registry, const struct th_request *request,
                               const char *through, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

// Reply: trades[] with the keys above but blocks, lines and receipts. kind, state NULL: any.
enum th_status th_trade_list(struct th_registry *registry, const char *kind, const char *state,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
enum th_status th_trade_show(struct th_registry *registry, int64_t trade_id,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Money that arrived for an approved purchase or resale; split over several sellers by what each is
// still owed. Reply: as above, with receipt_id. TH_CONFLICT ("receipt_too_large" with
// "outstanding"),
// ("trade_not_approved"), TH_INVALID ("date_in_future", "amount_zero").
enum th_status th_receipt_confirm(struct th_registry *registry, const struct th_request *request,
                                  int64_t trade_id, const char *amount, const char *on,
                                  struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif

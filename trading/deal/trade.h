// Deals in units: proposed by one person, decided by another, units and money in one transaction.
// How each kind is proposed stands in its own room (spot/, ahead/, pledge/).
//
// Texts of the inputs are what people typed (the command line and the server hand them on as they
// are); NULL where an option was not given. Parties and packages by id or exact name (parties also
// by unified social credit code), dates "2021-12-28", amounts "58.83", tonnes "2000", tax "6" (per
// cent).
//
// Reply of every call but the list: trade_id, kind, state, standing (where it
// stands: trading_internal.h), seller, seller_name, buyer, buyer_name,
// sellers[] (names of all of them, in order of lines), deal (kind, but of a delivery that gives
// tonnes up "refund"), tonnes, about_t (the same, but of a pledge what is pledged, whoever holds
// the lock, of a refund what is given up; null: none), price_fen (null for a lump sum and for a
// retirement), amount_fen, tax_rate, tax_fen, net_fen, beneficiary, beneficiary_uscc, purpose,
// note, on, proposed_by, decided_by, decided_on, reason, of_trade_id, expires_on (the last day to
// decide; null once that is done), statement_based, blocks[{serial, prefix, first, last, tonnes,
// vintage, statement_based}] (ranges, joined where they touch), lines[{package_id, package,
// pool_id, seller, seller_name, tonnes, amount_fen, cost_fen}], receipts[{receipt_id, amount_fen,
// on, login, of_trade_id (whose money, paid ahead, it is; null: it arrived then)}], received_fen,
// outstanding_fen (null until it is approved); of a proposal also
// effect{units[{party, party_name, state, change_t}], money[{party, party_name, account,
// change_fen, side (receivable payable cash), side_fen (by how much that grows)}], moves
// ("nothing", else null), units_locked}: what its approval would change now (where that would be
// refused, th_trade_show has null, and refusal{code, arguments}), and of a retirement
// beneficiary_reviewed: somebody looked at the name before; of a purchase or resale that is paid in
// parts schedule[{on, amount_fen, received_fen}]; where one person sufficed alone_rule_id, the
// county's rule by which that was so.
#ifndef TH_TRADING_TRADE_H
#define TH_TRADING_TRADE_H

#include "registry/registry.h"

// Cover is checked again; units and claims move together or not at all. TH_NOT_PERMITTED
// ("second_person", "alone_sum", "other_side_accepts", "giver_unheard", "buyer_unheard",
// "limit_amount", "limit_tonnes"), TH_CONFLICT ("trade_decided", "trade_expired", "cover_lost",
// "offer_units_gone"), TH_NOT_FOUND ("trade_not_found").
enum th_status th_trade_approve(struct th_registry *registry, const struct th_request *request,
                                int64_t trade_id, const char *on, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;
// Returns the units; by the proposer too, who then withdraws. reason NULL: none given.
enum th_status th_trade_reject(struct th_registry *registry, const struct th_request *request,
                               int64_t trade_id, const char *reason, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

// Ends proposals that nobody decided about and gives back what approved deals still hold, where the
// last day was before `through` (NULL: today), until nothing more ends. Each is an entry of its
// own. Reply: n_expired, expired[{trade_id, kind, was (its state), released_t}].
enum th_status th_trade_expire(struct th_registry *registry, const struct th_request *request,
                               const char *through, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

// Reply: trades[] with the keys above but blocks, lines and receipts. kind, state NULL: any; a
// state may also be what `standing` tells; the kind "refund" is the deliveries that give tonnes up.
// TH_USAGE ("usage_value").
enum th_status th_trade_list(struct th_registry *registry, const char *kind, const char *state,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// What the filters know, "purchase, resale, …"; static storage.
const char *th_trade_list_kinds(void);
const char *th_trade_list_states(void);
enum th_status th_trade_show(struct th_registry *registry, int64_t trade_id,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif

// Money back to the villages: the dated terms by which net revenue is shared, and its distribution.
//
// Net of a sale = confirmed receipts without output tax - purchase cost of the very units sold
// (bases net_of_cost, net_of_costs) - listed deductions (net_of_costs). Parts of a sale that are
// paid later are recognised in proportion, cumulatively, so that the last fen comes with the last
// receipt. A loss pays nothing, is shown, and never offsets another sale.
#ifndef TH_TRADING_REVENUE_H
#define TH_TRADING_REVENUE_H

#include <stddef.h>

#include "registry/registry.h"

struct th_term_input {
    const char *from;
    const char *to;    // NULL: until a later term of the same basis begins
    const char *basis; // gross net_of_cost net_of_costs
    const char *ratio; // per cent, "70"
    // "village=1", "village=70%", "township=3/10", "member=1/2", "fund:湿地修复基金=1/2"; together
    // exactly 1
    const char *const *splits;
    size_t n_splits;
    const char *scope;    // "kind:bamboo", "holder:PARTY", "pool:TRADE", "package:P"; NULL: all
    const char *document; // path
};
// Reply: term_id, from, to, basis, ratio, for, splits[{party_kind, party, share}],
// document_sha256, warnings[] ("recipients_lack") and lacking[{pool, code}]: pools with stock
// under the term whose sales could not be shared. TH_INVALID ("basis_invalid", "ratio_invalid",
// "ratio_range", "split_invalid", "split_sum", "term_dates", "term_scope"), TH_USAGE
// ("split_missing"), TH_CONFLICT
// ("term_overlaps" with "term") for a term of the same basis and scope that overlaps in time; an
// open one lasts until a later one of its basis and scope begins, which must not take over sales
// that were agreed under it ("term_overtakes" with "term", "trade", "on"); a term for some packages
// of a pool and not for others ("term_splits_pool" with "pool"): its sales could not be shared;
// TH_NOT_PERMITTED ("term_freed_own" with "term", "trade") for who ended the term of such a sale.
enum th_status th_term_add(struct th_registry *registry, const struct th_request *request,
                           const struct th_term_input *input, struct th_json **ret_reply,
                           struct th_error *err) TH_MUST_CHECK;
// Ends a term before its time: from the day `on` it holds for no sale; on its first day it never
// did. Reply: term_id, from, to, ends_on, document_sha256. TH_NOT_FOUND ("term_not_found"),
// TH_INVALID ("term_end_day": not within the term's days), TH_CONFLICT ("term_ended" with "on";
// "term_end_used" with "run", "trade": a run shares a sale of that day or later by it),
// TH_NOT_PERMITTED ("term_end_own" with "trade" for who recorded it, where it holds for sales of
// that day or later; "term_end_own_next" with "term", "trade" for who recorded, since the sale, the
// term that it would come under).
enum th_status th_term_end(struct th_registry *registry, const struct th_request *request,
                           int64_t term_id, const char *on, const char *document,
                           struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// Reply: terms[].
enum th_status th_term_list(struct th_registry *registry, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;

// A cost of a sale for basis net_of_costs; kind tax insurance verification fee reserve. Reply:
// deduction_id, trade_id, kind, amount_fen, document_sha256, term_id and basis of the one term by
// which the sale is shared (null: none, or several), warnings[] ("deduction_no_effect": that term
// takes off no listed costs). TH_INVALID ("deduction_kind", "amount_zero"), TH_CONFLICT
// ("trade_not_sale", "sale_distributed", "sale_in_run" with "run": a proposed run holds all of the
// sale, "reserve_settled", "deduction_too_large").
enum th_status th_deduction_add(struct th_registry *registry, const struct th_request *request,
                                int64_t trade_id, const char *kind, const char *amount,
                                const char *document, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;

// Takes a listed cost back, by another person than who listed it; from then on it counts no more.
// Reply: deduction_id, trade_id, kind, amount_fen, reason. TH_NOT_FOUND ("deduction_not_found"),
// TH_CONFLICT ("deduction_withdrawn", "deduction_in_run" with "run": an approved one took it off,
// "deduction_in_proposed_run", "reserve_settled"), TH_NOT_PERMITTED ("undeduct_second_person",
// "sale_not_yours").
enum th_status th_deduction_withdraw(struct th_registry *registry, const struct th_request *request,
                                     int64_t deduction_id, const char *reason,
                                     struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;

// What the reserves of a sale were for came to `actual` in the end: what is left of them goes by
// the term of the sale with the next run. Reply: trade_id, reserved_fen, actual_fen, rest_fen,
// settlement_id, document_sha256. TH_CONFLICT ("trade_not_sale", "reserve_missing",
// "reserve_settled", "reserve_exceeded": what goes beyond the reserve is a deduction of its own).
enum th_status th_reserve_settle(struct th_registry *registry, const struct th_request *request,
                                 int64_t trade_id, const char *actual, const char *document,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// Takes a settlement back, by another person than who settled: the reserve counts again as it was
// set aside, until it is settled anew. Reply: settlement_id, trade_id, actual_fen, reason.
// TH_CONFLICT ("trade_not_sale", "reserve_not_settled", "settlement_in_run" with "run": an approved
// one reckoned with it, "settlement_in_proposed_run", "deduction_too_large": other costs took its
// room), TH_NOT_PERMITTED ("unsettle_second_person", "sale_not_yours").
enum th_status th_reserve_unsettle(struct th_registry *registry, const struct th_request *request,
                                   int64_t trade_id, const char *reason, struct th_json **ret_reply,
                                   struct th_error *err) TH_MUST_CHECK;

enum { TH_COMPARED_MAX = 16 };
struct th_distribute_input {
    const char *through; // receipts confirmed on or before this day
    const char *term;  // id: where several are in force on the day of a sale and none holds alone,
                       // this one of them; NULL: such sales wait
    const char *ratio; // another ratio for comparison, where nothing is written
    const char *const *ratios; // several of them, for the comparison of a preview
    size_t n_ratios;
};
// Proposes a run: what the recipients of every approved sale get of receipts, and of settled
// reserves, that no run took yet. Nothing is owed until somebody else approves it; meanwhile no
// other run takes the same. Reply: state, through, net_fen, distributed_fen, kept_fen,
// payments[{party, name, kind, amount_fen, basis, weight_t, pool_t, group, group_name, share}] by
// party (weight_t, contributed, of pool_t in the pools of a sale, both null where sales have
// different ones; the last three of members only), sales[{trade_id, on, buyer_name, tonnes,
// price_fen, receipts_fen, tax_fen, cost_fen, deductions_fen, net_fen, ratio, term_id,
// distributed_fen, kept_fen, pool_t, payments[]}], unassigned[{trade_id, on, code}] (no one
// term holds, or a recipient lacks: they wait), distribution_id (null when nothing was there to
// distribute; then nothing is written, and warnings[] says why: "run_pending" with pending_run, a
// proposed run that holds it, or "nothing_arrived"). A dry run writes nothing. TH_INVALID
// ("date_in_future"), TH_CONFLICT
// ("term_missing", "term_ambiguous", "term_mixed", "term_not_in_force", "recipient_several",
// "shares_incomplete") and TH_NOT_FOUND ("recipient_missing") of the first sale when all wait,
// TH_NOT_FOUND ("term_not_found"), TH_USAGE ("ratio_dry_run").
enum th_status th_revenue_distribute(struct th_registry *registry, const struct th_request *request,
                                     const struct th_distribute_input *input,
                                     struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;
// The same as a dry run, with comparison[{term_id, basis, ratio, n_sales, net_fen, distributed_fen,
// kept_fen}] of every term in force; sales without one term are listed as unassigned. TH_USAGE
// ("ratios_many").
enum th_status th_revenue_preview(struct th_registry *registry, const struct th_request *request,
                                  const struct th_distribute_input *input,
                                  struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Approves or rejects a proposed run. From the approval on its amounts are owed, booked on the day
// `on` (NULL: today); a rejected run gives what it took free. Reply: as th_run_show. TH_NOT_FOUND
// ("revenue_run_not_found"), TH_CONFLICT ("run_decided"), TH_NOT_PERMITTED ("second_person",
// "run_not_yours"), TH_INVALID ("date_in_future", "run_before_through").
enum th_status th_run_approve(struct th_registry *registry, const struct th_request *request,
                              int64_t run_id, const char *on, struct th_json **ret_reply,
                              struct th_error *err) TH_MUST_CHECK;
enum th_status th_run_reject(struct th_registry *registry, const struct th_request *request,
                             int64_t run_id, const char *reason, struct th_json **ret_reply,
                             struct th_error *err) TH_MUST_CHECK;
// Reply: distribution_id, state, through, proposed_by, decided_by, decided_on, reason,
// receipts_fen, tax_fen, cost_fen, deductions_fen, net_fen, distributed_fen, kept_fen,
// sales[{trade_id, term_id, …}], payments[{party, name, kind, amount_fen}].
enum th_status th_run_show(struct th_registry *registry, int64_t run_id, struct th_json **ret_reply,
                           struct th_error *err) TH_MUST_CHECK;
// Reply: runs[] with the heads of th_run_show. state NULL: all.
enum th_status th_run_list(struct th_registry *registry, const char *state,
                           struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// What villages and other parties sold of their own, what they got by approved runs, and what of
// both arrived. `village` NULL: all; else code or name of a village. `party` NULL: all; else one of
// them, with its memberships. Reply: parties[{party, name, kind, village, purchases[{party_name,
// trade_id, kind, on, buyer_name, packages[{package_id, name, tonnes}], tonnes, price_fen,
// amount_fen (agreed, the party's part), received_fen, open_fen, receipts[{on, amount_fen}],
// next_on (when the next part is due, null when nothing is open or no day was agreed)}],
// advances[{as purchases, amount_fen arrived for units to come}], owed_back[{party_name, trade_id,
// kind (correction refund), of_trade_id, on, creditor_name, amount_fen (arrived, and to be paid
// back), returned_fen, open_fen}: what is not paid back whole], payments[{party_name,
// distribution_id, trade_id, on, through, tonnes, price_fen, buyer_name, receipts_fen, tax_fen,
// cost_fen, deductions_fen, net_fen, ratio, basis, recipient and part (of what the ratio gives, for
// which kind of party), weight_t, pool_t, pools (how many), amount_fen, state (owed paid returned),
// state_on (since when; owed: since the approval), returned_on and resent_on (null but of what came
// back and was ordered again), paid_on, share, group, group_name (the last three of members)}],
// memberships[{group, group_name, share, from, expected_fen}], and sums}], and sums of all:
// purchase = purchase_paid + purchase_open, revenue = revenue_paid + revenue_open, total = purchase
// + revenue = paid + open, and advance and owed_back, which are part of none of them, each with
// _fen.
enum th_status th_revenue_statement(struct th_registry *registry, const char *village,
                                    const char *party, struct th_json **ret_reply,
                                    struct th_error *err) TH_MUST_CHECK;

#endif

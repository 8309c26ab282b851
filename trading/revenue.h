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
    const char *to;            // NULL: until a later term of the same basis begins
    const char *basis;         // gross net_of_cost net_of_costs
    const char *ratio;         // per cent, "70"
    const char *const *splits; // "village=1", "village=70%", "township=3/10"; together exactly 1
    size_t n_splits;
    const char *document; // path
};
// Reply: term_id, from, to, basis, ratio, splits[{party_kind, share}], document_sha256.
// TH_INVALID ("basis_invalid", "ratio_invalid", "ratio_range", "split_invalid", "split_sum",
// "term_dates"), TH_USAGE ("split_missing"), TH_CONFLICT ("term_overlaps" with "term") for a term
// of the same basis that overlaps in time: a new term ends no other one.
enum th_status th_term_add(struct th_registry *registry, const struct th_request *request,
                           const struct th_term_input *input, struct th_json **ret_reply,
                           struct th_error *err) TH_MUST_CHECK;
// Reply: terms[].
enum th_status th_term_list(struct th_registry *registry, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;

// A cost of a sale for basis net_of_costs; kind tax insurance verification fee. Reply:
// deduction_id, trade_id, kind, amount_fen, document_sha256. TH_INVALID ("deduction_kind",
// "amount_zero"), TH_CONFLICT
// ("trade_not_sale", "sale_distributed").
enum th_status th_deduction_add(struct th_registry *registry, const struct th_request *request,
                                int64_t trade_id, const char *kind, const char *amount,
                                const char *document, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;

struct th_distribute_input {
    const char *through; // receipts confirmed on or before this day
    const char *term;    // id; NULL: the one in force on the day of each sale
    const char *ratio;   // another ratio for comparison, in a dry run only
};
// Pays the recipients of every approved resale with receipts that were not distributed yet. Reply:
// through, net_fen, distributed_fen, kept_fen, payments[{party, name, kind, amount_fen, basis,
// weight_t}] by party, sales[{trade_id, on, buyer_name, tonnes, price_fen, receipts_fen, tax_fen,
// cost_fen, deductions_fen, net_fen, ratio, term_id, distributed_fen, kept_fen, payments[]}],
// distribution_id (null when nothing was there to distribute; then nothing is written). A dry run
// writes nothing. TH_CONFLICT ("term_missing", "term_ambiguous" with "trade"), TH_NOT_FOUND
// ("term_not_found", "recipient_missing"), TH_USAGE ("ratio_dry_run").
enum th_status th_revenue_distribute(struct th_registry *registry, const struct th_request *request,
                                     const struct th_distribute_input *input,
                                     struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;

// What villages and other recipients got. `village` NULL: all; else code or name of a village.
// Reply: parties[{party, name, kind, village, payments[{distribution_id, trade_id, on, through,
// tonnes, price_fen, net_fen, ratio, basis, weight_t, amount_fen}], revenue_fen,
// purchases[{trade_id, on, package_id, package, tonnes, price_fen, amount_fen}], purchase_fen,
// total_fen}], revenue_fen, purchase_fen, total_fen.
enum th_status th_revenue_statement(struct th_registry *registry, const char *village,
                                    struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif

// Corrections (更正): which deals were taken back by a deal of two persons, and what stands in the
// way of it.
#ifndef TH_STORE_CORRECTION_STORE_H
#define TH_STORE_CORRECTION_STORE_H

#include "store/deal/sale_store.h"
#include "store/ledger/ledger_store.h"

// The approved correction of a trade; 0: none.
enum th_status th_trade_correction(struct th_store *store, int64_t trade_id,
                                   int64_t *ret_correction_id, struct th_error *err) TH_MUST_CHECK;
// A deal, proposed or approved, that acts upon this one, without `without_id`; 0: none.
enum th_status th_trade_acted_upon(struct th_store *store, int64_t trade_id, int64_t without_id,
                                   int64_t *ret_other_id, struct th_error *err) TH_MUST_CHECK;
// Has a run of revenue, proposed or approved, taken receipts of the trade?
enum th_status th_trade_distributed(struct th_store *store, int64_t trade_id, bool *ret_distributed,
                                    struct th_error *err) TH_MUST_CHECK;
// Ranges of serials that a trade took from their holders, each where it stood before: owner and
// pool, held. By issuance and serial.
enum th_status th_trade_origins(struct th_store *store, int64_t trade_id,
                                struct th_block_list *ret_ranges,
                                struct th_error *err) TH_MUST_CHECK;
// Who was paid on a trade, and how much.
enum th_status th_trade_paid(struct th_store *store, int64_t trade_id,
                             struct th_claim_list *ret_paid, struct th_error *err) TH_MUST_CHECK;
// Whose cash a receipt of a trade moved, by the entry that confirmed it: above zero who was paid,
// below who paid.
enum th_status th_receipt_shares(struct th_store *store, int64_t trade_id, int64_t seq,
                                 struct th_claim_list *ret_shares,
                                 struct th_error *err) TH_MUST_CHECK;
// A pledge whose loan was repaid out of this sale of pledged units; 0: none.
enum th_status th_trade_credited(struct th_store *store, int64_t trade_id, int64_t *ret_pledge_id,
                                 struct th_error *err) TH_MUST_CHECK;
// Who owes on a trade, and how much; the opposite of th_trade_claims.
enum th_status th_trade_debts(struct th_store *store, int64_t trade_id,
                              struct th_claim_list *ret_debts, struct th_error *err) TH_MUST_CHECK;

#endif

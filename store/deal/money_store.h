// Money in fen: claims and cash of parties in double entry, and what arrived for trades.
#ifndef TH_STORE_MONEY_STORE_H
#define TH_STORE_MONEY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/check.h"
#include "store/journal/posting.h"
#include "store/store.h"

enum th_account { TH_ACCOUNT_CLAIM, TH_ACCOUNT_CASH };
const char *th_account_name(enum th_account account); // "claim", "cash"

struct th_money_leg { // texts are borrowed
    int64_t leg_id;
    int64_t seq;
    int64_t party_id;
    enum th_account account;
    struct th_money amount; // positive: in the party's favour; never 0
    const char *on_date;    // "2021-06-30"
    int64_t trade_id;       // 0: none
    const char *memo; // message key: money.purchase money.resale money.receipt money.distribution
                      // money.payment money.payment_returned
    int64_t at_utc;   // of the journal entry
};

// The legs of a journal entry must sum to zero when the transaction commits. An amount of zero
// posts nothing; leg_id, seq and at_utc are ignored.
enum th_status th_money_post(struct th_posting *posting, const struct th_money_leg *leg,
                             struct th_error *err) TH_MUST_CHECK;

// Claim and cash of a party; party_id 0: sums over all parties (always zero each).
struct th_money_totals {
    struct th_money claim;
    struct th_money cash;
};
enum th_status th_money_totals(struct th_store *store, int64_t party_id,
                               struct th_money_totals *ret_totals,
                               struct th_error *err) TH_MUST_CHECK;

// Legs of a party in order; the visitor returns false to stop.
enum th_status th_money_each(struct th_store *store, int64_t party_id,
                             bool (*visit)(void *context, const struct th_money_leg *leg),
                             void *context, struct th_error *err) TH_MUST_CHECK;

// Claim that a seller still has from a trade (what was agreed less what arrived).
enum th_status th_money_outstanding(struct th_store *store, int64_t trade_id, int64_t party_id,
                                    struct th_money *ret_outstanding,
                                    struct th_error *err) TH_MUST_CHECK;

struct th_receipt { // texts are borrowed
    int64_t receipt_id;
    int64_t trade_id;
    struct th_money amount;
    const char *on_date;
    const char *login;
    int64_t seq;
    int64_t of_trade_id; // the promise whose money, paid ahead, it is; 0: it arrived as it says
    // it was taken back; NULLs: it counts
    const char *withdrawn_on;
    const char *reason;
    const char *withdrawn_by;
};
// Only trade, amount, day and login are posted.
enum th_status th_receipt_post(struct th_posting *posting, const struct th_receipt *receipt,
                               int64_t *ret_receipt_id, struct th_error *err) TH_MUST_CHECK;
// It counts no more: by its id, withdrawn_on, reason and withdrawn_by. Its money is the caller's.
enum th_status th_receipt_withdraw_post(struct th_posting *posting,
                                        const struct th_receipt *receipt,
                                        struct th_error *err) TH_MUST_CHECK;
// Those that were taken back too.
enum th_status th_receipt_each(struct th_store *store, int64_t trade_id,
                               bool (*visit)(void *context, const struct th_receipt *receipt),
                               void *context, struct th_error *err) TH_MUST_CHECK;
// Confirmed for a trade on or before a date; NULL: ever.
enum th_status th_receipt_total(struct th_store *store, int64_t trade_id, const char *through_on,
                                struct th_money *ret_total, struct th_error *err) TH_MUST_CHECK;
// A run that waits for its approval and reckoned with this receipt; 0: none.
enum th_status th_receipt_proposed_run(struct th_store *store, int64_t receipt_id,
                                       int64_t *ret_run_id, struct th_error *err) TH_MUST_CHECK;

// Called by th_store_commit: the legs of each journal entry written to since the transaction began
// sum to zero, per account too. TH_INVARIANT ("money_unbalanced" with "seq").
enum th_status th_money_check_commit(struct th_store *store, struct th_error *err) TH_MUST_CHECK;

// "money_balance" (every entry sums to zero), "receipts" (no trade got more than its amount and the
// receipts equal the cash legs), "distributions" (never more than the receipts; payments sum up),
// "money_sources" (every leg has its contract, receipt or distribution, and each of those its
// legs).
enum th_status th_money_check_all(struct th_store *store, const struct th_check_sink *sink,
                                  struct th_error *err) TH_MUST_CHECK;

#endif

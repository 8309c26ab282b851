// The kinds of sales, for queries, and what their claims have in common.
#ifndef TH_STORE_SALE_INTERNAL_H
#define TH_STORE_SALE_INTERNAL_H

#include "store/db_internal.h"
#include "store/deal/sale_store.h"

// Units change hands for money.
#define TH_SALE_KINDS "('resale', 'exercise', 'delivery', 'acceptance', 'enforcement')"
// What brings money that is shared: sales, and options, whose premium is paid for the promise.
#define TH_SHARED_KINDS "('resale', 'exercise', 'delivery', 'acceptance', 'enforcement', 'option')"
// Units stay under the deal's own lock for one of those.
#define TH_PROMISE_KINDS "('listing', 'option', 'subscription', 'forward')"
// Trade `t` was not taken back.
#define TH_NOT_CORRECTED "t.trade_id NOT IN corrected"
// What legs say by which a deal makes somebody owe its amount. What is prepaid is owed by the
// delivery that uses it, not by the promise.
#define TH_AGREED_MEMOS                                                                            \
    "'money.purchase', 'money.resale', 'money.delivery', 'money.exercise', 'money.premium', "      \
    "'money.refund', 'money.acceptance', 'money.enforcement', 'money.correction'"

// Rows of party and amount; ends the query.
enum th_status th_claims_read(struct th_stmt *q, struct th_claim_list *ret_claims,
                              struct th_error *err) TH_MUST_CHECK;

#endif

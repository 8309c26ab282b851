// Sales: the deals by which units change hands for money, and who is owed that money. They alone
// may bring revenue that is shared with the villages.
#ifndef TH_STORE_SALE_STORE_H
#define TH_STORE_SALE_STORE_H

#include "store/deal/trade_store.h"

// Is it one of the kinds that sell units out of stock (not the purchase, which makes the stock)?
bool th_trade_is_sale(const struct th_trade *trade);

// What a trade's buyer still owes to one party.
struct th_claim {
    int64_t party_id;
    struct th_money owed;
};
struct th_claim_list {
    struct th_claim *items; // free()
    size_t n;
};
// In the order in which the claims arose: where claims have ranks, by rank.
enum th_status th_trade_claims(struct th_store *store, int64_t trade_id,
                               struct th_claim_list *ret_claims,
                               struct th_error *err) TH_MUST_CHECK;

#endif

// Shared by the files about revenue.
#ifndef TH_TRADING_REVENUE_INTERNAL_H
#define TH_TRADING_REVENUE_INTERNAL_H

#include "store/revenue_store.h"
#include "trading/trading_internal.h"

struct th_payment {
    int64_t party_id;
    int64_t weight_t; // contributed tonnes behind it
    int64_t amount_fen;
};
struct th_payment_list { // by party id, each once; free with th_payment_list_clear
    struct th_payment *items;
    size_t n;
    size_t capacity;
};
void th_payment_list_clear(struct th_payment_list *list);
// Adds to the party's entry, or a new entry in its place.
enum th_status th_payment_list_add(struct th_payment_list *list, int64_t party_id, int64_t weight_t,
                                   int64_t amount_fen, struct th_error *err) TH_MUST_CHECK;

// Shares `amount_fen` of a sale over the recipients of a term: first over the pools that the sale
// drew on, by tonnes; then over the kinds of the term, by share; then over the parties, by the
// tonnes they contributed to the pool. Each step rounds down and gives what is left by largest
// remainder, ties to the lowest party id. The payments sum to amount_fen. TH_NOT_FOUND
// ("recipient_missing").
enum th_status th_recipients_share(struct th_store *store, int64_t trade_id,
                                   const struct th_term *term, int64_t amount_fen,
                                   struct th_payment_list *ret_payments,
                                   struct th_error *err) TH_MUST_CHECK;

// splits[{party_kind, share}] and the other keys of a term.
struct th_json *th_term_json(const struct th_term *term);

#endif

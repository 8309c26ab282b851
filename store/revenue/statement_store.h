// What a party's statement tells: what it sold itself, what of that arrived, and what came back to
// it of sales of others.
#ifndef TH_STORE_STATEMENT_STORE_H
#define TH_STORE_STATEMENT_STORE_H

#include "store/revenue/revenue_store.h"

struct th_payment_row { // texts are borrowed
    int64_t distribution_id;
    int64_t trade_id;
    const char *kind; // of the deal
    int64_t term_id;
    const char *through_on;
    const char *on_date; // of the sale
    struct th_units tonnes;
    bool has_price;
    struct th_money price_per_t;
    const char *buyer;                               // name
    struct th_money receipts, tax, cost, deductions; // of the sale's part that was distributed then
    struct th_money net;
    struct th_units weight; // contributed to the pools of the sale
    struct th_units pool;   // bought in them by all
    int64_t n_pools;
    struct th_money amount;
    int64_t group_id;        // whose member the party is; 0: itself
    const char *share;       // in the group; NULL: itself
    const char *state;       // of the payment: owed paid returned
    const char *state_on;    // since when: paid or came back on that day; owed since the approval
    const char *resent_on;   // of what is owed because it came back: when it was ordered again,
    const char *returned_on; // and when it came back; NULL otherwise
};
// Payments of approved runs to a party, oldest first.
enum th_status th_payment_each(struct th_store *store, int64_t party_id,
                               bool (*visit)(void *context, const struct th_payment_row *row),
                               void *context, struct th_error *err) TH_MUST_CHECK;

struct th_own_sale_row { // texts are borrowed
    int64_t trade_id;
    const char *kind;
    const char *on_date;
    const char *buyer; // name
    bool has_price;
    struct th_money price_per_t;
    struct th_money agreed; // the party's part; 0 of a subscription or forward
    struct th_money open;   // of it, not arrived; below 0: paid in advance, and owed by the party
};
// Approved deals in which a party sold units of its own, or took an advance for them, by day.
enum th_status th_own_sale_each(struct th_store *store, int64_t party_id,
                                bool (*visit)(void *context, const struct th_own_sale_row *row),
                                void *context, struct th_error *err) TH_MUST_CHECK;
struct th_own_debt_row { // texts are borrowed
    int64_t trade_id;
    const char *kind;    // correction, or delivery: a refund of what does not come
    int64_t of_trade_id; // the deal that was taken back, or the promise
    const char *on_date;
    const char *creditor; // name
    struct th_money owed;
    struct th_money open; // of it, not paid back
};
// What a party still has to pay back, by day: of deals that were taken back after they were paid,
// and of money that came ahead of units that do not come.
enum th_status th_own_debt_each(struct th_store *store, int64_t party_id,
                                bool (*visit)(void *context, const struct th_own_debt_row *row),
                                void *context, struct th_error *err) TH_MUST_CHECK;
// What arrived of a deal for a party, by the day on which it came: what a delivery took of money
// paid ahead came when that was paid, the first of it first.
enum th_status th_arrival_each(struct th_store *store, int64_t trade_id, int64_t party_id,
                               bool (*visit)(void *context, const char *on_date,
                                             struct th_money amount),
                               void *context, struct th_error *err) TH_MUST_CHECK;

#endif

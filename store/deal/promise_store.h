// Promises of units to come: subscriptions, forwards and options; what they say beside their trade,
// and how far they have got.
#ifndef TH_STORE_PROMISE_STORE_H
#define TH_STORE_PROMISE_STORE_H

#include "store/deal/trade_store.h"

struct th_promise { // of an option: strike and window; of the others: deliver_by and if_short
    int64_t trade_id;
    char deliver_by[TH_ON_SIZE];       // "": an option
    char if_short[TH_TRADE_WORD_SIZE]; // refund replace; "": an option
    bool has_strike;
    struct th_money strike_per_t;
    char window_from[TH_ON_SIZE]; // both included
    char window_to[TH_ON_SIZE];
    int64_t forecast_id; // 0: covered by units alone
    struct th_units forecast;
};
// The row of its post, without "trade_id".
struct th_json *th_promise_row(const struct th_promise *promise);
// TH_NOT_FOUND ("promise_not_found" with "trade") for a trade of another kind.
enum th_status th_promise_load(struct th_store *store, int64_t trade_id,
                               struct th_promise *ret_promise, struct th_error *err) TH_MUST_CHECK;

// Tonnes of a promise by what became of them: promised = delivered + pending + refunded + due.
struct th_promise_progress {
    struct th_units delivered; // or exercised
    struct th_units pending;   // in proposed deliveries and exercises
    struct th_units refunded;  // given up, money back
    struct th_units due;
    struct th_units locked;   // of what is due: units under its lock
    struct th_units expected; // of what is due: forecast tonnes under its lock
    struct th_money prepaid;  // received before delivery and not used or given back yet
};
// Without the deal `except_id` (0: none), which is just being decided.
enum th_status th_promise_progress(struct th_store *store, const struct th_trade *trade,
                                   int64_t except_id, struct th_promise_progress *ret_progress,
                                   struct th_error *err) TH_MUST_CHECK;
struct th_units th_promise_short(const struct th_promise_progress *progress); // due, not covered

// What a delivery says beside its trade: tonnes given up for money; 0: units come.
struct th_json *th_delivery_row(struct th_units refund);
enum th_status th_delivery_refund(struct th_store *store, int64_t trade_id,
                                  struct th_units *ret_refund, struct th_error *err) TH_MUST_CHECK;

#endif

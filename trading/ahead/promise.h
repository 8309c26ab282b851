// Deals on units to come: subscription (认购), forward and option, covered by stock, by forecast
// stock, or in part by both; then their deliveries, exercises and refunds.
//
// Inputs as in trading/deal/trade.h. Replies are those of a trade, with, for a promise, deliver_by,
// if_short, strike_fen, window_from, window_to (null where the kind has none), delivered_t,
// pending_t, refunded_t, due_t (promised = the four together), locked_t and forecast_t (cover of
// what is due), short_t (due without cover), prepaid_fen (received, not used yet); for a delivery,
// refund_t (null when units come), and of a proposal prepaid_fen that it will use. Of an option
// prepaid_fen is null: its premium pays nothing ahead.
#ifndef TH_TRADING_PROMISE_H
#define TH_TRADING_PROMISE_H

#include "registry/registry.h"
#include "store/deal/promise_store.h"
#include "trading/deal/deal.h"

struct th_promise_input {
    const char *from; // NULL: the actor's bank, or the only one
    const char *to;
    const char *tonnes;
    const char *price;      // per tonne, tax-inclusive; of an option the strike
    const char *premium;    // option: for all tonnes together
    const char *window;     // option: "2027-01-01..2027-12-31", days on which it may be exercised
    const char *tax;        // NULL: 0
    const char *deliver_by; // subscription, forward
    const char *if_short;   // subscription, forward: refund or replace; NULL: refund; replace
    const char *package;    // cover: an issued one's units, or another one's forecast
    bool on_forecast;       // cover by forecast stock alone
    const char *on;
};
// TH_USAGE ("price_missing", "premium_missing", "window_invalid", "deliver_by_missing",
// "if_short_invalid", "seller_missing"), TH_INVALID ("seller_not_bank", "same_party",
// "deliver_by_past", "window_past"), TH_CONFLICT ("not_enough_units", "cover_short" with "stock",
// "forecast", "wanted"), TH_NOT_PERMITTED ("verifier_cannot_hold", "trade_not_yours").
enum th_status th_trade_propose_subscription(struct th_registry *registry,
                                             const struct th_request *request,
                                             const struct th_promise_input *input,
                                             struct th_json **ret_reply,
                                             struct th_error *err) TH_MUST_CHECK;
enum th_status th_trade_propose_forward(struct th_registry *registry,
                                        const struct th_request *request,
                                        const struct th_promise_input *input,
                                        struct th_json **ret_reply,
                                        struct th_error *err) TH_MUST_CHECK;
enum th_status th_trade_propose_option(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_promise_input *input,
                                       struct th_json **ret_reply,
                                       struct th_error *err) TH_MUST_CHECK;

struct th_delivery_input {
    const char *of;     // the promise
    const char *tonnes; // NULL: delivery: what its lock holds, else what is due without cover;
                        // refund: what is due without units under the lock
    bool refund;        // give up tonnes; what was paid for them is owed back
    const char *on;
};
// Units under the promise's lock; once it holds nothing more, other stock of the seller where the
// promise says "replace". TH_CONFLICT ("trade_not_promise", "nothing_due" , "not_enough_units",
// "replace_not_agreed", "forecast_awaited", "delivery_awaited" with "of", the deal that bought the
// tonnes ahead, "nothing_short", "refund_too_much"), TH_USAGE ("trade_missing").
enum th_status th_trade_propose_delivery(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_delivery_input *input,
                                         struct th_json **ret_reply,
                                         struct th_error *err) TH_MUST_CHECK;
// `of` is an option; tonnes NULL: all that its lock holds. TH_CONFLICT ("trade_not_option",
// "outside_window", "nothing_due", "forecast_awaited", "delivery_awaited", "not_enough_units").
enum th_status th_trade_propose_exercise(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_delivery_input *input,
                                         struct th_json **ret_reply,
                                         struct th_error *err) TH_MUST_CHECK;

// For the parts of trading.
extern const struct th_deal_kind th_deal_subscription;
extern const struct th_deal_kind th_deal_forward;
extern const struct th_deal_kind th_deal_option;
extern const struct th_deal_kind th_deal_delivery;
extern const struct th_deal_kind th_deal_exercise;

// Subscription or forward: money may come before the units.
bool th_promise_takes_prepayments(const struct th_trade *trade);
// What may still arrive for an approved trade: its amount less its receipts; of a promise the price
// of what was not delivered yet, less what was prepaid.
enum th_status th_trade_outstanding(struct th_store *store, const struct th_trade *trade,
                                    struct th_money *ret_outstanding,
                                    struct th_error *err) TH_MUST_CHECK;
// A refund is paid by the seller to the buyer.
enum th_status th_trade_is_refund(struct th_store *store, const struct th_trade *trade,
                                  bool *ret_refund, struct th_error *err) TH_MUST_CHECK;
// What would be owed back if so many of the promise's tonnes were given up.
enum th_status th_promise_refundable(const struct th_trade *promise,
                                     const struct th_promise_progress *progress,
                                     struct th_units given_up, struct th_money *ret_refundable,
                                     struct th_error *err) TH_MUST_CHECK;
// The units of a decision go to the buyer, of a bank into a pool, and at once under what the buyer
// promised on them.
enum th_status th_promise_hand_over(struct th_posting *posting, const struct th_decision *decision,
                                    struct th_error *err) TH_MUST_CHECK;

#endif

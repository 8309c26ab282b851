// Deals that are entered later than their day, over the beginning or the end of a term of revenue.
#ifndef TH_TRADING_DATED_BACK_H
#define TH_TRADING_DATED_BACK_H

#include "trading/deal/deal.h"

struct th_dated_back {
    char entered_on[TH_ON_SIZE]; // when it was proposed
    bool over_term;              // another term holds on its own day than on that one
    int64_t term_id;             // on its own day; 0: none
    int64_t entered_term_id;     // 0: none
};
// `today` is the day of entry of what has no entry yet.
enum th_status th_deal_dated_back(struct th_store *store, const struct th_trade *trade,
                                  struct th_date today, struct th_dated_back *ret_back,
                                  struct th_error *err) TH_MUST_CHECK;
// One of the two who decide about a sale that is dated back over a term is an officer of the
// county. TH_NOT_PERMITTED ("county_unheard" with "on", "entered").
enum th_status th_deal_check_dated_back(struct th_store *store, const struct th_actor *actor,
                                        const struct th_trade *trade, struct th_date today,
                                        struct th_error *err) TH_MUST_CHECK;
// Into the reply of a trade: entered_on, and dated_back{needs, term_id, entered_term_id} where it
// is dated back over a term; null otherwise.
enum th_status th_deal_tell_dated_back(struct th_store *store, const struct th_trade *trade,
                                       struct th_date today, struct th_json *reply,
                                       struct th_error *err) TH_MUST_CHECK;

#endif

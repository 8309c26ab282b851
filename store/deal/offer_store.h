// Offers: what a proposal is about that holds no units. Of the units only their package and pool
// are chosen; which serials they are is found when the deal is approved.
#ifndef TH_STORE_OFFER_STORE_H
#define TH_STORE_OFFER_STORE_H

#include "store/deal/trade_store.h"

struct th_offer {
    struct th_trade_line_list lines; // with what the units cost when it was made
    int64_t forecast_id;             // whose expected tonnes are wanted too; 0: none
    struct th_units forecast;        // so many
};
void th_offer_clear(struct th_offer *offer);

// The lines and, unless forecast_id is 0, one of expected tonnes.
enum th_status th_offer_post(struct th_posting *posting, int64_t trade_id,
                             const struct th_offer *offer, struct th_error *err) TH_MUST_CHECK;
// What was posted of the trade, whose seller gives it all. TH_NOT_FOUND ("lock_not_found" with
// "trade") where nothing was: a proposal holds units or says which it wants.
enum th_status th_offer_load(struct th_store *store, const struct th_trade *trade,
                             struct th_offer *ret_offer, struct th_error *err) TH_MUST_CHECK;

// The forecast whose tonnes are under the trade's lock, or wanted by its offer; 0: none.
enum th_status th_offer_forecast(struct th_store *store, int64_t trade_id, int64_t *ret_forecast_id,
                                 struct th_error *err) TH_MUST_CHECK;

#endif

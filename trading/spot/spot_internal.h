// Shared by the files of spot deals.
#ifndef TH_TRADING_SPOT_INTERNAL_H
#define TH_TRADING_SPOT_INTERNAL_H

#include "trading/deal/deal.h"

// A listing that may be accepted on that day, with its lock. TH_NOT_FOUND ("listing_not_found"),
// TH_CONFLICT ("listing_not_open").
enum th_status th_listing_open(struct th_store *store, struct th_date today, int64_t trade_id,
                               struct th_trade *ret_trade, struct th_lock *ret_lock,
                               struct th_error *err) TH_MUST_CHECK;

// Can sales of what is bought together be shared by one term? TH_CONFLICT ("pool_terms_differ" with
// "package", "other", "on": the day from which it is so) when a term that is agreed holds for some
// of the packages and not for others.
enum th_status th_purchase_check_terms(struct th_store *store, const char *on_date,
                                       const struct th_trade_line *lines, size_t n_lines,
                                       struct th_error *err) TH_MUST_CHECK;

extern const struct th_deal_kind th_deal_purchase;
extern const struct th_deal_kind th_deal_resale;
extern const struct th_deal_kind th_deal_transfer;
extern const struct th_deal_kind th_deal_retirement;
extern const struct th_deal_kind th_deal_cancellation;
extern const struct th_deal_kind th_deal_correction;
extern const struct th_deal_kind th_deal_listing;
extern const struct th_deal_kind th_deal_acceptance;

#endif

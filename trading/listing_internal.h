// Shared by listing and acceptance.
#ifndef TH_TRADING_LISTING_INTERNAL_H
#define TH_TRADING_LISTING_INTERNAL_H

#include "trading/deal.h"

// A listing that may be accepted on that day, with its lock. TH_NOT_FOUND ("listing_not_found"),
// TH_CONFLICT ("listing_not_open").
enum th_status th_listing_open(struct th_store *store, struct th_date today, int64_t trade_id,
                               struct th_trade *ret_trade, struct th_lock *ret_lock,
                               struct th_error *err) TH_MUST_CHECK;

#endif

// Money that arrived.
#ifndef TH_TRADING_RECEIPT_H
#define TH_TRADING_RECEIPT_H

#include "registry/registry.h"

// Money that arrived for an approved purchase or resale; split over several sellers by what each is
// still owed. Reply: the trade, as in
// trading/deal/trade.h, with receipt_id. TH_CONFLICT ("receipt_too_large" with
// "outstanding"),
// ("trade_not_approved"), TH_INVALID ("date_in_future", "amount_zero", "receipt_before_deal" with
// "deal_on").
enum th_status th_receipt_confirm(struct th_registry *registry, const struct th_request *request,
                                  int64_t trade_id, const char *amount, const char *on,
                                  struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif

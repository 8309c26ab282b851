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

// Another person than who confirmed a receipt takes it back: it counts no more, and its money goes
// back where it came from. `receipt_id` 0: the only one of the trade that stands. `on`: day of
// that, NULL: today.
struct th_receipt_correct_input {
    int64_t trade_id;
    int64_t receipt_id;
    const char *reason;
    const char *on;
};
// Reply: the trade, with receipt_id. TH_USAGE ("correction_reason", "receipt_several"),
// TH_NOT_FOUND ("trade_not_found",
// "receipt_not_found" of the trade), TH_NOT_PERMITTED ("receipt_correct_second_person",
// "receiver_confirms", "trade_not_yours"), TH_CONFLICT ("receipt_none", "receipt_withdrawn",
// "receipt_correct_before"; "receipt_ahead": it was paid ahead on the promise "trade";
// "receipt_used": a delivery used it; "receipt_corrected" by "trade"; "receipt_credited" to the
// loan of the pledge "trade"; "receipt_shared" by a "run" that is only proposed).
enum th_status th_receipt_correct(struct th_registry *registry, const struct th_request *request,
                                  const struct th_receipt_correct_input *input,
                                  struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif

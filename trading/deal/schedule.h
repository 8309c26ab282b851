// Payment in parts: the days a contract names, and what of them has arrived.
#ifndef TH_TRADING_SCHEDULE_H
#define TH_TRADING_SCHEDULE_H

#include "store/deal/schedule_store.h"
#include "trading/deal/deal.h"

// "2022-06-30=100000.00" and so on as rows of the deal's terms, by day; none given: none.
// TH_INVALID
// ("schedule_step" with "text", "schedule_sum" with "sum", "amount", "schedule_day": before the
// contract's), TH_LIMIT ("schedule_steps").
enum th_status th_schedule_read(struct th_deal *deal, const char *const *steps, size_t n_steps,
                                struct th_error *err) TH_MUST_CHECK;
// schedule[{on, amount_fen, received_fen}] into a reply; receipts fill the steps in order of days.
enum th_status th_schedule_show(struct th_store *store, const struct th_trade *trade,
                                struct th_json *reply, struct th_error *err) TH_MUST_CHECK;
// The first step that the receipts do not cover: its day, and what they lack for it. Where there is
// none, the day is "" and the amount is left as it was.
enum th_status th_schedule_due(struct th_store *store, int64_t trade_id, char ret_on[TH_ON_SIZE],
                               struct th_money *ret_due, struct th_error *err) TH_MUST_CHECK;

#endif

// When a deal is paid, as agreed.
#ifndef TH_STORE_SCHEDULE_STORE_H
#define TH_STORE_SCHEDULE_STORE_H

#include "store/deal/trade_store.h"

struct th_schedule_step {
    char on_date[TH_ON_SIZE];
    struct th_money amount; // tax-inclusive
};
struct th_schedule {                // {0} is the empty one
    struct th_schedule_step *items; // free()
    size_t n;
};
// By day; a deal without a schedule has no steps.
enum th_status th_schedule_load(struct th_store *store, int64_t trade_id,
                                struct th_schedule *ret_schedule,
                                struct th_error *err) TH_MUST_CHECK;

#endif

// The days on which terms of revenue that are agreed may come to tell units apart.
#ifndef TH_TRADING_TERM_DAYS_H
#define TH_TRADING_TERM_DAYS_H

#include "store/store.h"

struct th_term_days {
    const char *from;
    const char *until; // the last day; "": none
    enum th_status (*look)(void *context, const char *day, struct th_error *err);
    void *context;
};
// Looks on each of them until one is not TH_OK, which is returned; on some day more than once.
enum th_status th_term_days_each(struct th_store *store, const struct th_term_days *days,
                                 struct th_error *err) TH_MUST_CHECK;

#endif

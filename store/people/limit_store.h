// Up to what a login may approve, each limit from a day on; and what it decided alone.
#ifndef TH_STORE_LIMIT_STORE_H
#define TH_STORE_LIMIT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/store.h"

struct th_user_limit { // texts are borrowed when it is stored
    const char *login;
    const char *from_on;
    bool has_amount; // else any
    struct th_money amount;
    bool has_tonnes; // else any
    struct th_units tonnes;
    int64_t seq;
};
enum th_status th_user_limit_insert(struct th_store *store, const struct th_user_limit *limit,
                                    int64_t *ret_limit_id, struct th_error *err) TH_MUST_CHECK;
// The one that counts on a day, without its texts; none: no limit at all.
enum th_status th_user_limit_on(struct th_store *store, const char *login, const char *on_date,
                                struct th_user_limit *ret_limit,
                                struct th_error *err) TH_MUST_CHECK;

// What the login approved of its own proposals in entries of that day: deals, by amount or by what
// their units cost, whichever is more, and runs of revenue.
enum th_status th_alone_sum(struct th_store *store, const char *login, struct th_date day,
                            struct th_money *ret_sum, struct th_error *err) TH_MUST_CHECK;

#endif

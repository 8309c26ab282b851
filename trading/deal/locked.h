// Units that are wanted and stand under the locks of other deals: the refusal names these deals and
// says how one frees the units.
#ifndef TH_TRADING_LOCKED_H
#define TH_TRADING_LOCKED_H

#include "store/deal/lock_store.h"

struct th_locked {
    struct th_lock_filter filter;
    const struct th_trade_line *lines; // of their packages alone; n_lines 0: any
    size_t n_lines;
};

// Adds to a refusal which deals hold such units: "lock", "lock_kind" and "lock_t" of the one with
// the most, "others" and "others_t" of the rest, and the words "locked" and "unlock", both empty
// where nothing is locked. TH_CONFLICT, or what kept it from reading.
enum th_status th_locked_tell(struct th_store *store, const struct th_locked *of,
                              struct th_error *err) TH_MUST_CHECK;
// The same of the deal with this lock alone; 0: nothing is locked. Without tonnes.
enum th_status th_locked_tell_lock(struct th_store *store, int64_t lock_id,
                                   struct th_error *err) TH_MUST_CHECK;
// TH_CONFLICT ("not_enough_units" with "available", "wanted", and as above).
enum th_status th_locked_short(struct th_store *store, const struct th_locked *of,
                               int64_t available_t, int64_t wanted_t,
                               struct th_error *err) TH_MUST_CHECK;
// The same of units that a lock has no more: deals took them from there.
enum th_status th_locked_short_of(struct th_store *store, int64_t lock_id, int64_t available_t,
                                  int64_t wanted_t, struct th_error *err) TH_MUST_CHECK;

#endif

// Sharing a growing whole so that nobody runs ahead: who is furthest behind its exact share is
// served first. Used for the tonnes that leave a pool.
#ifndef TH_TRADING_ALLOTMENT_H
#define TH_TRADING_ALLOTMENT_H

#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

enum { TH_ALLOT_MAX = 100000 }; // members of one pool

struct th_allot_member {
    int64_t weight;  // contributed, > 0
    int64_t already; // delivered so far, >= 0
    int64_t limit;   // what it can still deliver, >= 0
    int64_t share;   // out: of what is delivered now
};

// Shares `next` >= 0 among the members. With S = everything delivered so far + next and
// x_i = S * weight_i / sum of weights, a member gives floor(x_i) - already_i (not below 0, within
// its limit); what is missing or too much goes one by one by the largest x_i - delivered_i, ties to
// the lower index. The shares sum to next. TH_CONFLICT ("not_enough_units" with "available",
// "wanted") when the limits do not cover it, TH_LIMIT ("pool_too_large"), TH_INVALID
// ("weights_zero").
enum th_status th_allot_next(struct th_allot_member *members, size_t n, int64_t next,
                             struct th_error *err) TH_MUST_CHECK;

#endif

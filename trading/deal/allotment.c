// Every member has a deficit d_i = x_i - already_i. Serving the largest deficit one unit at a time
// ends where all served members stand at about the same level, so that level is searched for and
// only the last few units are dealt out singly.
#include "trading/deal/allotment.h"

#include <stdlib.h>

__extension__ typedef __int128 wide; // S * weight does not fit 64 bits

struct deficit {
    int64_t whole; // floor(d_i)
    wide rest;     // d_i - floor(d_i), in units of 1 / sum of weights
};

static int64_t share_at(const struct th_allot_member *member, const struct deficit *deficit,
                        int64_t level)
{
    wide share = (wide)deficit->whole - level;
    if (share < 0) {
        return 0;
    }
    return share > member->limit ? member->limit : (int64_t)share;
}

static wide sum_at(const struct th_allot_member *members, const struct deficit *deficits, size_t n,
                   int64_t level)
{
    wide sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += share_at(&members[i], &deficits[i], level);
    }
    return sum;
}

// The member that is furthest behind and can still give; n when there is none.
static size_t furthest_behind(const struct th_allot_member *members, const struct deficit *deficits,
                              size_t n)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++) {
        if (members[i].share >= members[i].limit) {
            continue;
        }
        if (best == n) {
            best = i;
            continue;
        }
        int64_t own = deficits[i].whole - members[i].share;
        int64_t other = deficits[best].whole - members[best].share;
        if (own > other || (own == other && deficits[i].rest > deficits[best].rest)) {
            best = i;
        }
    }
    return best;
}

static enum th_status measure(const struct th_allot_member *members, size_t n, int64_t next,
                              struct deficit *deficits, struct th_error *err)
{
    wide total_weight = 0;
    wide whole = next;
    wide available = 0;
    for (size_t i = 0; i < n; i++) {
        total_weight += members[i].weight;
        whole += members[i].already;
        available += members[i].limit;
    }
    if (available < next) {
        (void)th_error_set(err, TH_CONFLICT, "not_enough_units", NULL);
        th_error_add_int(err, "available", (long long)available);
        th_error_add_int(err, "wanted", next);
        th_error_add(err, "locked", ""); // by whom, is not known here
        th_error_add(err, "unlock", "");
        return TH_CONFLICT;
    }
    if (total_weight <= 0) {
        return th_error_set(err, TH_INVALID, "weights_zero", NULL);
    }
    if (whole > INT64_MAX / 8 || total_weight > INT64_MAX) {
        return th_error_set(err, TH_OVERFLOW, "overflow", NULL);
    }
    for (size_t i = 0; i < n; i++) {
        wide product = whole * members[i].weight; // below 2^126
        deficits[i].whole = (int64_t)(product / total_weight) - members[i].already;
        deficits[i].rest = product % total_weight;
    }
    return TH_OK;
}

enum th_status th_allot_next(struct th_allot_member *members, size_t n, int64_t next,
                             struct th_error *err)
{
    if (n > TH_ALLOT_MAX) {
        return th_error_set(err, TH_LIMIT, "pool_too_large", NULL);
    }
    if (next == 0) {
        for (size_t i = 0; i < n; i++) {
            members[i].share = 0;
        }
        return TH_OK;
    }
    struct deficit *deficits = calloc(n > 0 ? n : 1, sizeof(*deficits));
    if (deficits == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = measure(members, n, next, deficits, err);
    if (status != TH_OK) {
        goto done;
    }
    // The lowest level at which the shares do not exceed `next`; from there on no member gets more
    // than a few single units. At 0 the shares are the plain floors.
    int64_t low = -next - 1;
    int64_t high = next + 1;
    for (size_t i = 0; i < n; i++) {
        int64_t above = deficits[i].whole + 1;
        int64_t below = deficits[i].whole - next - 1;
        high = above > high ? above : high;
        low = below < low ? below : low;
    }
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (sum_at(members, deficits, n, middle) <= next) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    int64_t left = next - (int64_t)sum_at(members, deficits, n, low);
    for (size_t i = 0; i < n; i++) {
        members[i].share = share_at(&members[i], &deficits[i], low);
    }
    for (; left > 0; left--) {
        size_t i = furthest_behind(members, deficits, n);
        members[i].share++;
    }
done:
    free(deficits);
    return status;
}

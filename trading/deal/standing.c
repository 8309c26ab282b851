// Where a deal stands, in a word for people: an approved promise is in force until it is used up.
#include <stdlib.h>
#include <string.h>

#include "store/deal/pledge_store.h"
#include "store/deal/promise_store.h"
#include "trading/deal/deal.h"
#include "trading/deal/trade.h"

// A withdrawal moves the last day of the lock to the day before it. What a proposed acceptance took
// may come back.
static enum th_status listing_standing(struct th_store *store, const struct th_trade *trade,
                                       const char **ret_word, struct th_error *err)
{
    struct th_lock lock;
    struct th_listing listing;
    enum th_status status = th_lock_of_trade(store, trade->trade_id, &lock, err);
    if (status == TH_OK) {
        status = th_listing_load(store, trade->trade_id, &listing, err);
    }
    bool awaited = false;
    if (status == TH_OK) {
        status = th_trade_is_awaited(store, trade->trade_id, &awaited, err);
    }
    if (status == TH_OK) {
        *ret_word = strcmp(lock.expires_on, listing.until_on) != 0   ? "withdrawn"
                    : th_units_t(th_lock_left(&lock)) > 0 || awaited ? "in_force"
                    : th_units_t(lock.released) > 0                  ? "lapsed"
                                                                     : "completed";
    }
    return status;
}

static enum th_status promise_standing(struct th_store *store, const struct th_trade *trade,
                                       const char **ret_word, struct th_error *err)
{
    bool option = strcmp(trade->kind, "option") == 0;
    struct th_promise_progress progress;
    enum th_status status = th_promise_progress(store, trade, 0, &progress, err);
    if (status != TH_OK) {
        return status;
    }
    // What an option did not use by its last day is not due any more.
    int64_t open_t = option ? th_units_t(progress.locked) + th_units_t(progress.expected)
                            : th_units_t(progress.due);
    *ret_word = open_t + th_units_t(progress.pending) > 0 ? "in_force"
                : option && th_units_t(progress.due) > 0  ? "lapsed"
                : th_units_t(progress.delivered) == 0     ? "given_up"
                                                          : "completed";
    return TH_OK;
}

static enum th_status pledge_standing(struct th_store *store, const struct th_trade *trade,
                                      const char **ret_word, struct th_error *err)
{
    struct th_rank_list ranks = {0};
    struct th_pledge pledge;
    enum th_status status = th_pledge_load(store, trade->trade_id, &pledge, err);
    if (status == TH_OK) {
        status = th_pledge_ranks(store, th_pledge_root(trade), &ranks, err);
    }
    const struct th_rank *rank = th_rank_find(&ranks, trade->trade_id);
    if (status == TH_OK) {
        bool nothing_came =
            rank && th_units_t(rank->lost) > 0 && th_units_compare(rank->lost, pledge.tonnes) >= 0;
        *ret_word = rank && rank->alive ? "in_force"
                    : nothing_came      ? "fallen_through"
                                        : "completed";
    }
    free(ranks.items);
    return status;
}

// What waits with its units under a lock was proposed; what waits without is only offered.
static enum th_status waiting_standing(struct th_store *store, const struct th_trade *trade,
                                       const char **ret_word, struct th_error *err)
{
    struct th_lock lock;
    struct th_error none = {0};
    bool takes = th_units_t(trade->tonnes) > 0 && !th_deal_kind_find(trade->kind)->takes_later;
    enum th_status status = takes ? th_lock_of_trade(store, trade->trade_id, &lock, &none) : TH_OK;
    if (status == TH_OK || status == TH_NOT_FOUND) {
        *ret_word = status == TH_OK ? "proposed" : "offered";
        return TH_OK;
    }
    if (err) {
        *err = none;
    }
    return status;
}

enum th_status th_trade_standing(struct th_store *store, const struct th_trade *trade,
                                 bool corrected, const char **ret_word, struct th_error *err)
{
    static const struct {
        const char *kind;
        enum th_status (*find)(struct th_store *, const struct th_trade *, const char **,
                               struct th_error *);
    } LASTING[] = {{"listing", listing_standing},
                   {"option", promise_standing},
                   {"subscription", promise_standing},
                   {"forward", promise_standing},
                   {"pledge", pledge_standing}};
    bool taken_back =
        strcmp(trade->state, "rejected") == 0 && strcmp(trade->decided_by, trade->proposed_by) == 0;
    *ret_word = corrected ? "corrected" : taken_back ? "withdrawn" : trade->state;
    if (strcmp(trade->state, "proposed") == 0) {
        return waiting_standing(store, trade, ret_word, err);
    }
    for (size_t i = 0; i < sizeof(LASTING) / sizeof(LASTING[0]); i++) {
        if (strcmp(trade->state, "approved") == 0 && strcmp(trade->kind, LASTING[i].kind) == 0) {
            return LASTING[i].find(store, trade, ret_word, err);
        }
    }
    return TH_OK;
}

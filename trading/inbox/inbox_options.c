// Options on expected tonnes that never came: neither side is asked for anything, both have to
// know.
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "store/deal/promise_store.h"
#include "trading/inbox/inbox_internal.h"

struct walk {
    struct th_inbox *inbox;
    enum th_status status;
    struct th_error *err;
};

// Both sides' logins, and the officer for a holder without one.
static bool concerns(struct walk *walk, const struct th_trade *trade)
{
    const struct th_user *user = &walk->inbox->user;
    bool speaks = true;
    if (th_inbox_is(walk->inbox, "bank")) {
        return user->party_id == 0 || user->party_id == trade->seller_id ||
               user->party_id == trade->buyer_id;
    }
    walk->status = th_party_has_login(walk->inbox->store, trade->buyer_id, &speaks, walk->err);
    return walk->status == TH_OK && !speaks;
}

static enum th_status tell(struct walk *walk, const struct th_trade *trade,
                           const struct th_promise *terms, int64_t short_t)
{
    struct th_inbox_item item = {.what = "option.short", .tonnes = short_t};
    struct th_party other;
    bool writes = walk->inbox->user.party_id == trade->seller_id;
    enum th_status status = th_party_load(
        walk->inbox->store, writes ? trade->buyer_id : trade->seller_id, &other, walk->err);
    if (status != TH_OK) {
        return status;
    }
    th_text_copy(item.name, sizeof(item.name), other.name);
    th_text_copy(item.since, sizeof(item.since), trade->on_date);
    th_text_copy(item.until, sizeof(item.until), terms->window_to);
    (void)th_subject("trade", trade->trade_id, item.subject);
    snprintf(item.command, sizeof(item.command), "tanhui trade show %lld",
             (long long)trade->trade_id);
    return th_inbox_add(walk->inbox, &item, walk->err);
}

static bool see_option(void *context, const struct th_trade *trade)
{
    struct walk *walk = context;
    struct th_promise terms;
    struct th_promise_progress progress;
    if (!concerns(walk, trade)) {
        return walk->status == TH_OK;
    }
    walk->status = th_promise_load(walk->inbox->store, trade->trade_id, &terms, walk->err);
    // What was not used by the last day is not short.
    if (walk->status != TH_OK || strcmp(terms.window_to, walk->inbox->today) < 0) {
        return walk->status == TH_OK;
    }
    walk->status = th_promise_progress(walk->inbox->store, trade, 0, &progress, walk->err);
    int64_t short_t = walk->status == TH_OK ? th_units_t(th_promise_short(&progress)) : 0;
    if (short_t > 0) {
        walk->status = tell(walk, trade, &terms, short_t);
    }
    return walk->status == TH_OK;
}

enum th_status th_inbox_options(struct th_inbox *inbox, struct th_error *err)
{
    struct walk walk = {.inbox = inbox, .status = TH_OK, .err = err};
    if (!th_inbox_is(inbox, "bank") && !th_inbox_is(inbox, "officer")) {
        return TH_OK;
    }
    enum th_status status =
        th_trade_each(inbox->store, "option", "approved", see_option, &walk, err);
    return status == TH_OK ? walk.status : status;
}

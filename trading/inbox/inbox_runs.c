// What waits of runs of revenue and of their payments.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/revenue/payout_store.h"
#include "store/revenue/revenue_run_store.h"
#include "trading/inbox/inbox_internal.h"

struct walk {
    struct th_inbox *inbox;
    enum th_status status;
    struct th_error *err;
};

// A bank's login sees the runs of what its own bank sold.
static enum th_status is_own(struct walk *walk, int64_t run_id, bool *ret_own)
{
    const struct th_user *user = &walk->inbox->user;
    struct th_run_sale_list sales = {0};
    *ret_own = true;
    if (user->party_id == 0 || !th_inbox_is(walk->inbox, "bank")) {
        return TH_OK;
    }
    enum th_status status = th_run_sales(walk->inbox->store, run_id, &sales, walk->err);
    for (size_t i = 0; i < sales.n && status == TH_OK; i++) {
        *ret_own = *ret_own && sales.items[i].seller_id == user->party_id;
    }
    free(sales.items);
    return status;
}

static void add(struct walk *walk, const struct th_run *run, const char *what, int64_t amount_fen)
{
    struct th_inbox_item item = {.amount_fen = amount_fen};
    th_text_copy(item.what, sizeof(item.what), what);
    (void)th_subject("distribution", run->distribution_id, item.subject);
    th_text_copy(item.by, sizeof(item.by), run->proposed_by);
    th_text_copy(item.since, sizeof(item.since),
                 run->decided_on[0] != '\0' ? run->decided_on : run->through_on);
    (void)snprintf(item.command, sizeof(item.command), "tanhui %s %lld",
                   strcmp(what, "revenue.approve") == 0   ? "revenue approve"
                   : strcmp(what, "payment.confirm") == 0 ? "payment confirm"
                                                          : "payment resend",
                   (long long)run->distribution_id);
    walk->status = th_inbox_add(walk->inbox, &item, walk->err);
}

static bool see_proposed(void *context, const struct th_run *run)
{
    struct walk *walk = context;
    bool own = false;
    walk->status = is_own(walk, run->distribution_id, &own);
    if (walk->status == TH_OK && own && strcmp(run->proposed_by, walk->inbox->user.login) != 0) {
        add(walk, run, "revenue.approve", th_money_fen(run->sum.distributed));
    }
    return walk->status == TH_OK;
}

static bool see_approved(void *context, const struct th_run *run)
{
    struct walk *walk = context;
    struct th_payout_list payouts = {0};
    int64_t owed_fen = 0;
    int64_t returned_fen = 0;
    bool own = false;
    walk->status = is_own(walk, run->distribution_id, &own);
    if (walk->status == TH_OK && own) {
        walk->status = th_payouts(walk->inbox->store, run->distribution_id, 0, &payouts, walk->err);
    }
    for (size_t i = 0; i < payouts.n; i++) { // within what was distributed
        int64_t fen = th_money_fen(payouts.items[i].amount);
        owed_fen += strcmp(payouts.items[i].state, "owed") == 0 ? fen : 0;
        returned_fen += strcmp(payouts.items[i].state, "returned") == 0 ? fen : 0;
    }
    free(payouts.items);
    if (walk->status == TH_OK && owed_fen > 0) {
        add(walk, run, "payment.confirm", owed_fen);
    }
    if (walk->status == TH_OK && returned_fen > 0) {
        add(walk, run, "payment.resend", returned_fen);
    }
    return walk->status == TH_OK;
}

enum th_status th_inbox_runs(struct th_inbox *inbox, struct th_error *err)
{
    struct walk walk = {.inbox = inbox, .status = TH_OK, .err = err};
    bool bank = th_inbox_is(inbox, "bank");
    enum th_status status = TH_OK;
    if (bank || th_inbox_is(inbox, "officer")) {
        status = th_run_each(inbox->store, "proposed", see_proposed, &walk, err);
    }
    if (status == TH_OK && walk.status == TH_OK && bank) {
        status = th_run_each(inbox->store, "approved", see_approved, &walk, err);
    }
    return status == TH_OK ? walk.status : status;
}

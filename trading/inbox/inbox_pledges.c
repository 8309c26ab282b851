// Pledges on expected units of which less was issued: the lender asks for other cover or his money.
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "store/pledge_store.h"
#include "trading/inbox/inbox_internal.h"

struct walk {
    struct th_inbox *inbox;
    enum th_status status;
    struct th_error *err;
};

static enum th_status add_item(struct walk *walk, const struct th_trade *trade,
                               const struct th_rank *rank, struct th_money loan)
{
    struct th_party pledgor;
    struct th_inbox_item item = {
        .what = "pledge.short", .tonnes = th_units_t(rank->lost), .amount_fen = th_money_fen(loan)};
    enum th_status status =
        th_party_load(walk->inbox->store, trade->seller_id, &pledgor, walk->err);
    if (status != TH_OK) {
        return status;
    }
    th_text_copy(item.name, sizeof(item.name), pledgor.name);
    th_text_copy(item.since, sizeof(item.since), trade->on_date);
    (void)th_subject("trade", trade->trade_id, item.subject);
    snprintf(item.command, sizeof(item.command), "tanhui trade show %lld",
             (long long)trade->trade_id);
    return th_inbox_add(walk->inbox, &item, walk->err);
}

// The part of the loan that is not repaid.
static enum th_status find_loan(struct th_store *store, int64_t trade_id, struct th_money *ret_open,
                                struct th_error *err)
{
    struct th_loan_totals loan;
    enum th_status status = th_loan_totals(store, trade_id, &loan, err);
    return status == TH_OK ? th_money_sub(loan.payout, loan.repayment, ret_open, err) : status;
}

static bool see_pledge(void *context, int64_t trade_id)
{
    struct walk *walk = context;
    struct th_store *store = walk->inbox->store;
    int64_t own_id = walk->inbox->user.party_id;
    struct th_trade trade;
    struct th_rank_list ranks = {0};
    struct th_money open = {0};
    walk->status = th_trade_load(store, trade_id, &trade, walk->err);
    if (walk->status != TH_OK || (own_id != 0 && own_id != trade.buyer_id)) {
        return walk->status == TH_OK;
    }
    walk->status = th_pledge_ranks(store, th_pledge_root(&trade), &ranks, walk->err);
    const struct th_rank *rank = th_rank_find(&ranks, trade_id);
    if (walk->status == TH_OK) {
        walk->status = find_loan(store, trade_id, &open, walk->err);
    }
    if (walk->status == TH_OK && rank && th_units_t(rank->lost) > 0 && th_money_fen(open) > 0) {
        walk->status = add_item(walk, &trade, rank, open);
    }
    free(ranks.items);
    return walk->status == TH_OK;
}

enum th_status th_inbox_pledges(struct th_inbox *inbox, struct th_error *err)
{
    struct walk walk = {.inbox = inbox, .status = TH_OK, .err = err};
    if (!th_inbox_is(inbox, "bank")) {
        return TH_OK;
    }
    enum th_status status = th_pledge_each_reduced(inbox->store, see_pledge, &walk, err);
    return status == TH_OK ? walk.status : status;
}

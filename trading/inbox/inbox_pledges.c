// What a lender, or an officer for one without a login, has to see to: cover that never came or was
// paid to the pledgor, loans past their day or repaid, registrations that end.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/deal/pledge_store.h"
#include "trading/inbox/inbox_internal.h"
#include "trading/pledge/pledge_internal.h"

struct walk {
    struct th_inbox *inbox;
    bool stands_in;          // an officer, for lenders without a login
    char ending[TH_ON_SIZE]; // registrations that end before this day are told
    enum th_status status;
    struct th_error *err;
};

// One pledge and its loan.
struct look {
    struct th_trade trade;
    struct th_pledge pledge;
    struct th_rank rank;
    struct th_money open;       // of the loan
    struct th_money receivable; // what is still owed of the price that is pledged
    bool repaid;
    bool awaited; // a deal on it waits for a decision
};

static enum th_status load(struct th_store *store, int64_t trade_id, struct look *look,
                           struct th_error *err)
{
    struct th_rank_list ranks = {0};
    struct th_loan_totals loan;
    enum th_status status = th_trade_load(store, trade_id, &look->trade, err);
    if (status == TH_OK) {
        status = th_pledge_load(store, trade_id, &look->pledge, err);
    }
    if (status == TH_OK) {
        status = th_pledge_ranks(store, th_pledge_root(&look->trade), &ranks, err);
    }
    const struct th_rank *rank = th_rank_find(&ranks, trade_id);
    look->rank = rank ? *rank : (struct th_rank){.trade_id = trade_id};
    free(ranks.items);
    if (status == TH_OK && strcmp(look->pledge.subject, "receivable") == 0) {
        status = th_money_outstanding(store, th_pledge_root(&look->trade), look->trade.seller_id,
                                      &look->receivable, err);
    }
    if (status == TH_OK) {
        status = th_loan_totals(store, trade_id, &loan, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(loan.payout, loan.repayment, &look->open, err);
    }
    if (status == TH_OK) {
        look->repaid = th_money_fen(loan.payout) > 0 && th_money_fen(look->open) == 0;
        status = th_trade_is_awaited(store, trade_id, &look->awaited, err);
    }
    return status;
}

static void add(struct walk *walk, const struct look *look, const char *command,
                struct th_inbox_item *item)
{
    struct th_party pledgor;
    if (walk->status == TH_OK) {
        walk->status =
            th_party_load(walk->inbox->store, look->trade.seller_id, &pledgor, walk->err);
    }
    if (walk->status != TH_OK) {
        return;
    }
    th_text_copy(item->name, sizeof(item->name), pledgor.name);
    th_text_copy(item->since, sizeof(item->since), look->trade.on_date);
    (void)th_subject("trade", look->trade.trade_id, item->subject);
    snprintf(item->command, sizeof(item->command), "tanhui %s %lld", command,
             (long long)look->trade.trade_id);
    walk->status = th_inbox_add(walk->inbox, item, walk->err);
}

static void see_loan(struct walk *walk, const struct look *look)
{
    const char *until = look->pledge.to_on;
    if (th_money_fen(look->open) <= 0) {
        return;
    }
    if (th_units_t(look->rank.lost) > 0) {
        struct th_inbox_item item = {.what = "pledge.short",
                                     .tonnes = th_units_t(look->rank.lost),
                                     .amount_fen = th_money_fen(look->open)};
        add(walk, look, "trade show", &item);
    }
    if (look->rank.alive && strcmp(look->pledge.subject, "receivable") == 0 &&
        th_money_compare(look->receivable, look->open) < 0) {
        struct th_inbox_item item = {.what = "pledge.collected",
                                     .amount_fen = th_money_fen(look->open)};
        add(walk, look, "trade show", &item);
    }
    if (strcmp(until, walk->inbox->today) < 0) {
        struct th_inbox_item item = {.what = "pledge.overdue",
                                     .amount_fen = th_money_fen(look->open)};
        th_text_copy(item.until, sizeof(item.until), until);
        add(walk, look, "trade show", &item);
    }
}

static void see_cover(struct walk *walk, const struct look *look)
{
    const char *registered = look->pledge.registrar_until;
    if (!look->rank.alive) {
        return;
    }
    if (look->repaid && !look->awaited) {
        struct th_inbox_item item = {.what = "pledge.release",
                                     .tonnes = th_units_t(look->rank.held)};
        add(walk, look, "trade propose release --pledge", &item);
    }
    if (!look->repaid && registered[0] != '\0' && strcmp(registered, walk->ending) < 0) {
        struct th_inbox_item item = {.what = "pledge.registration"};
        th_text_copy(item.until, sizeof(item.until), registered);
        add(walk, look, "trade show", &item);
    }
}

static bool see_pledge(void *context, int64_t trade_id)
{
    struct walk *walk = context;
    struct look look;
    bool speaks = false;
    walk->status = load(walk->inbox->store, trade_id, &look, walk->err);
    if (walk->status == TH_OK && walk->stands_in) {
        walk->status =
            th_party_has_login(walk->inbox->store, look.trade.buyer_id, &speaks, walk->err);
    }
    if (walk->status == TH_OK && !speaks) {
        see_loan(walk, &look);
    }
    if (walk->status == TH_OK && !speaks) {
        see_cover(walk, &look);
    }
    return walk->status == TH_OK;
}

enum th_status th_inbox_pledges(struct th_inbox *inbox, struct th_error *err)
{
    struct walk walk = {
        .inbox = inbox, .stands_in = th_inbox_is(inbox, "officer"), .status = TH_OK, .err = err};
    if (!walk.stands_in && !th_inbox_is(inbox, "bank")) {
        return TH_OK;
    }
    th_pledge_ending(inbox->today, walk.ending);
    enum th_status status =
        th_pledge_each_approved(inbox->store, inbox->user.party_id, see_pledge, &walk, err);
    return status == TH_OK ? walk.status : status;
}

// Money that arrived for a deal, and who may say so.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/campaign/model_internal.h"

int64_t model_outstanding(const struct model *model, int at)
{
    const struct deal *deal = &model->deals[at];
    if (deal->kind == SUBSCRIPTION || deal->kind == FORWARD) {
        int64_t to_come = model_due(model, at) + model_pending(model, at);
        int64_t fen = deal->price_fen * to_come - deal->prepaid_fen;
        return fen > 0 ? fen : 0;
    }
    return deal->corrected ? 0 : deal->amount_fen - deal->paid_fen;
}

struct receipt *note_receipt(struct model *model, struct deal *deal, int64_t fen, int on)
{
    int n = deal->n_paid++;
    struct receipt *paid = realloc(deal->paid, (size_t)deal->n_paid * sizeof(*paid));
    assert(paid);
    deal->paid = paid;
    paid[n] = (struct receipt){.fen = fen, .on = on, .at = ++model->moments};
    deal->paid_fen += fen;
    return &paid[n];
}

bool receiver_unheard(int login, int party)
{
    return party_of(login) != NONE && party_of(login) != party && has_login(party);
}

// By what each creditor is still owed; of an enforcement one after the other. What a correction
// owes back goes the other way: several pay, one is paid.
static const char *pay_creditors(struct model *model, int login, int at, int64_t fen,
                                 int64_t shares[N_PARTIES])
{
    int64_t owed[N_PARTIES] = {0};
    struct deal *deal = &model->deals[at];
    bool back = deal->kind == CORRECTION;
    int one = back || deal->refund > 0 ? deal->seller : deal->buyer;
    for (int i = 0; i < deal->n_owed; i++) {
        int party = deal->owed[i].party;
        int64_t side = back ? -deal->owed[i].fen : deal->owed[i].fen;
        owed[party] = side > 0 ? side : 0;
        if (deal->kind == ENFORCEMENT) {
            shares[party] = least_of(owed[party], fen);
            fen -= shares[party];
        }
    }
    if (deal->kind != ENFORCEMENT) {
        divide(fen, owed, N_PARTIES, shares);
    }
    for (int party = 0; party < N_PARTIES; party++) {
        if (shares[party] > 0 && receiver_unheard(login, back ? one : party)) {
            return "receiver_confirms";
        }
    }
    for (int party = 0; party < N_PARTIES; party++) {
        int paid = back ? one : party;
        int payer = back ? party : one;
        claim(model, at, paid, payer, shares[party]);
        cash(model, payer, paid, shares[party]);
        deal->creditable_fen[party] += shares[party];
    }
    return NULL;
}

// Whoever is paid has a hand in it, a pledgee of a later rank too.
static bool has_hand(const struct model *model, int login, const struct deal *deal)
{
    bool paid = false;
    for (int i = 0; i < deal->n_owed; i++) {
        paid = paid || (deal->owed[i].party == party_of(login) && deal->owed[i].fen > 0);
    }
    return paid || own_deal(model, login, deal);
}

const char *ask_receipt(struct model *model, const struct act *act)
{
    if (in_future(model, act)) {
        return "date_in_future";
    }
    if (act->of >= model->n_deals) {
        return "trade_not_found";
    }
    struct deal *deal = &model->deals[act->of];
    if (!has_hand(model, act->login, deal)) {
        return "trade_not_yours";
    }
    if (deal->state != APPROVED || deal->kind == RETIREMENT) {
        return "trade_not_approved";
    }
    if (act->amount_fen == 0) {
        return "amount_zero";
    }
    if (day_of(model, act) < deal->on) {
        return "receipt_before_deal";
    }
    if (act->amount_fen > model_outstanding(model, act->of)) {
        return "receipt_too_large";
    }
    int64_t shares[N_PARTIES] = {0};
    if (deal->kind == SUBSCRIPTION || deal->kind == FORWARD) {
        if (receiver_unheard(act->login, deal->seller)) {
            return "receiver_confirms";
        }
        claim(model, act->of, deal->seller, deal->buyer, act->amount_fen);
        cash(model, deal->buyer, deal->seller, act->amount_fen);
        deal->prepaid_fen += act->amount_fen;
        shares[deal->seller] = act->amount_fen;
    } else {
        const char *refusal = pay_creditors(model, act->login, act->of, act->amount_fen, shares);
        if (refusal) {
            return refusal;
        }
    }
    struct receipt *receipt = note_receipt(model, deal, act->amount_fen, day_of(model, act));
    receipt->login = act->login;
    memcpy(receipt->shares, shares, sizeof(shares));
    return NULL;
}

// Each of whoever is paid by a receipt that has a login must be asked; anybody whose money it is
// may take it back.
static const char *check_taker(const struct model *model, int login, const struct deal *deal,
                               const struct receipt *receipt)
{
    bool back = deal->kind == CORRECTION;
    int one = back || deal->refund > 0 ? deal->seller : deal->buyer;
    bool paid = party_of(login) == one;
    for (int party = 0; party < N_PARTIES; party++) {
        if (receipt->shares[party] > 0 && receiver_unheard(login, back ? one : party)) {
            return "receiver_confirms";
        }
        paid = paid || (receipt->shares[party] > 0 && party_of(login) == party);
    }
    if (!paid && !own_deal(model, login, deal)) {
        return "trade_not_yours";
    }
    return login == receipt->login ? "receipt_correct_second_person" : NULL;
}

static const char *check_standing(const struct model *model, int at, const struct receipt *receipt,
                                  int on)
{
    const struct deal *deal = &model->deals[at];
    bool ahead = deal->kind == SUBSCRIPTION || deal->kind == FORWARD;
    if (receipt->taken_back || on < receipt->on) {
        return receipt->taken_back ? "receipt_withdrawn" : "receipt_correct_before";
    }
    if (receipt->carried) {
        return "receipt_ahead";
    }
    if (deal->corrected) {
        return "receipt_corrected";
    }
    for (int party = 0; party < N_PARTIES && deal->kind == ENFORCEMENT; party++) {
        if (deal->creditable_fen[party] < receipt->shares[party]) {
            return "receipt_credited";
        }
    }
    if (ahead && deal->prepaid_fen < receipt->fen) {
        return "receipt_used";
    }
    for (int i = 0; i < model->n_runs; i++) {
        const struct revenue_run *run = &model->runs[i];
        bool waits = run->state == PROPOSED && run->at > receipt->at;
        for (int k = 0; k < run->n && waits; k++) {
            bool reckoned = run->through >= receipt->on || run->taken[k].receipts == 0;
            if (run->taken[k].sale == at && reckoned) {
                return "receipt_shared";
            }
        }
    }
    return NULL;
}

// What its parties got goes back; what runs shared of it stays shared.
const char *ask_receipt_correct(struct model *model, const struct act *act)
{
    if (in_future(model, act)) {
        return "date_in_future";
    }
    if (act->of >= model->n_deals) {
        return "trade_not_found";
    }
    struct deal *deal = &model->deals[act->of];
    int item = act->item == NOT_GIVEN ? deal->n_paid : act->item;
    int n = 0;
    for (int i = 0; i < deal->n_paid && act->item == NOT_GIVEN; i++) {
        item = deal->paid[i].taken_back ? item : i;
        n += !deal->paid[i].taken_back;
    }
    if (act->item == NOT_GIVEN && n != 1) {
        return n == 0 ? "receipt_none" : "receipt_several";
    }
    if (item >= deal->n_paid) {
        return "receipt_not_found";
    }
    struct receipt *receipt = &deal->paid[item];
    const char *refusal = check_taker(model, act->login, deal, receipt);
    refusal = refusal ? refusal : check_standing(model, act->of, receipt, day_of(model, act));
    if (refusal) {
        return refusal;
    }
    bool ahead = deal->kind == SUBSCRIPTION || deal->kind == FORWARD;
    bool back = deal->kind == CORRECTION;
    int one = back || deal->refund > 0 ? deal->seller : deal->buyer;
    for (int party = 0; party < N_PARTIES; party++) {
        claim(model, act->of, back ? party : one, back ? one : party, receipt->shares[party]);
        cash(model, back ? one : party, back ? party : one, receipt->shares[party]);
        deal->creditable_fen[party] -= ahead ? 0 : receipt->shares[party];
    }
    deal->prepaid_fen -= ahead ? receipt->fen : 0;
    deal->paid_fen -= receipt->fen;
    receipt->taken_back = true;
    return NULL;
}

// Money that arrived for a deal, and who may say so.
#include <assert.h>
#include <stdlib.h>

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

static void note_paid(struct deal *deal, int64_t fen, int on)
{
    int n = deal->n_paid++;
    struct paid *paid = realloc(deal->paid, (size_t)deal->n_paid * sizeof(*paid));
    assert(paid);
    deal->paid = paid;
    paid[n] = (struct paid){fen, on};
    deal->paid_fen += fen;
}

bool receiver_unheard(int login, int party)
{
    return party_of(login) != NONE && party_of(login) != party && has_login(party);
}

// By what each creditor is still owed; of an enforcement one after the other. What a correction
// owes back goes the other way: several pay, one is paid.
static const char *pay_creditors(struct model *model, int login, int at, int64_t fen)
{
    int64_t owed[N_PARTIES] = {0};
    int64_t shares[N_PARTIES] = {0};
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
    if (deal->kind == SUBSCRIPTION || deal->kind == FORWARD) {
        if (receiver_unheard(act->login, deal->seller)) {
            return "receiver_confirms";
        }
        claim(model, act->of, deal->seller, deal->buyer, act->amount_fen);
        cash(model, deal->buyer, deal->seller, act->amount_fen);
        deal->prepaid_fen += act->amount_fen;
    } else {
        const char *refusal = pay_creditors(model, act->login, act->of, act->amount_fen);
        if (refusal) {
            return refusal;
        }
    }
    note_paid(deal, act->amount_fen, day_of(model, act));
    return NULL;
}

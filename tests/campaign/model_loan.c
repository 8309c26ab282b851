// The loan that a pledge secures: what can be owed, payments, and payments taken back.
#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "tests/campaign/model_internal.h"

int64_t model_loan_sum(const struct deal *pledge, enum loan kind, int through)
{
    int64_t sum = 0;
    for (int i = 0; i < pledge->n_loan; i++) {
        const struct payment *payment = &pledge->loan[i];
        bool counts = payment->kind == kind && !payment->taken_back && payment->on <= through;
        sum += counts ? payment->fen : 0;
    }
    return sum;
}

static int64_t all_of(const struct deal *pledge, enum loan kind)
{
    return model_loan_sum(pledge, kind, INT_MAX);
}

// 2024-01-01, on which the terms of all begin, at 4.35 per cent a year of 360 days; a bank may ask
// half of it again for being late.
enum { TERM_BEGINS = 19723 };
static const int64_t RATE_TIMES_3 = 3 * 435;
static const int64_t RATE_UNITS = INT64_C(2) * 100 * 100 * 360;

// The most that what was out can have grown by a day; of the principal where no payout is known.
static int64_t grown(const struct deal *pledge, int on)
{
    bool known = all_of(pledge, PAYOUT) > 0;
    int64_t fen_days = !known && on > TERM_BEGINS ? pledge->principal_fen * (on - TERM_BEGINS) : 0;
    for (int i = 0; i < pledge->n_loan; i++) {
        const struct payment *payment = &pledge->loan[i];
        bool counts = !payment->taken_back && payment->kind != INTEREST && payment->on < on;
        int64_t fen = payment->kind == PAYOUT ? payment->fen : -payment->fen;
        fen_days += counts ? fen * (on - payment->on) : 0;
    }
    return (fen_days * RATE_TIMES_3 + RATE_UNITS - 1) / RATE_UNITS;
}

static int64_t interest_left(const struct deal *pledge, int on)
{
    int64_t left = grown(pledge, on) - all_of(pledge, INTEREST);
    return left > 0 ? left : 0;
}

// What sales of what is pledged brought to this debt, in the order of the debts, and no payment
// out of them says so yet.
static int64_t uncredited(const struct model *model, int pledge)
{
    const struct deal *of = &model->deals[pledge];
    int64_t sum = 0;
    for (int i = 0; i < model->n_deals; i++) {
        const struct deal *sale = &model->deals[i];
        int64_t left = sale->amount_fen;
        bool counts = sale->kind == ENFORCEMENT && sale->state == APPROVED && !sale->corrected;
        for (int k = 0; k < sale->n_debts && counts; k++) {
            int64_t part = least_of(left, sale->debts[k].owed_fen);
            sum += sale->debts[k].pledge == pledge ? part : 0;
            left -= part;
        }
    }
    for (int i = 0; i < of->n_loan; i++) {
        sum -= of->loan[i].sale != NONE ? of->loan[i].fen : 0;
    }
    return sum;
}

const char *check_owed(const struct model *model, int pledge, int64_t owed_fen, int on)
{
    const struct deal *of = &model->deals[pledge];
    int64_t payout = all_of(of, PAYOUT);
    int64_t open = (payout > 0 ? payout : of->principal_fen) - all_of(of, REPAYMENT);
    if (owed_fen == 0) {
        return NULL;
    }
    if (open == 0) {
        return "loan_repaid";
    }
    return owed_fen > open + interest_left(of, on) - uncredited(model, pledge) ? "owed_too_large"
                                                                               : NULL;
}

static const char *credit(const struct model *model, const struct act *act)
{
    bool owed = false;
    if (act->sale >= model->n_deals) {
        return "enforcement_other";
    }
    const struct deal *sale = &model->deals[act->sale];
    for (int i = 0; i < sale->n_debts; i++) {
        owed = owed || sale->debts[i].pledge == act->of;
    }
    if (!owed) {
        return "enforcement_other";
    }
    return act->amount_fen > sale->creditable_fen[model->deals[act->of].buyer] ? "enforcement_spent"
                                                                               : NULL;
}

// No more goes out than the principal, no more comes back than is out, on its day too.
static const char *check_loan(const struct act *act, const struct deal *pledge, int on)
{
    int64_t payout = all_of(pledge, PAYOUT);
    int64_t paid = model_loan_sum(pledge, PAYOUT, on);
    int64_t out = paid - model_loan_sum(pledge, REPAYMENT, on);
    if (act->loan == PAYOUT && act->amount_fen > pledge->principal_fen - payout) {
        return "loan_exceeds";
    }
    if (act->loan == REPAYMENT && act->amount_fen > payout - all_of(pledge, REPAYMENT)) {
        return "repayment_too_large";
    }
    if (on < pledge->on) {
        return "loan_before_pledge";
    }
    if ((act->loan == REPAYMENT && act->amount_fen > out) || (act->loan == INTEREST && paid == 0)) {
        return "loan_before_payout";
    }
    if (act->loan == INTEREST && act->amount_fen > interest_left(pledge, on)) {
        return "interest_too_large";
    }
    return NULL;
}

// Cash and claims of lender and debtor; `back`: the other way. What a sale brought moved with its
// receipts.
static void move_loan(struct model *model, int at, const struct payment *payment, bool back)
{
    const struct deal *pledge = &model->deals[at];
    bool to_debtor = (payment->kind == PAYOUT) != back;
    int from = to_debtor ? pledge->buyer : pledge->debtor;
    int to = to_debtor ? pledge->debtor : pledge->buyer;
    if (payment->sale == NONE) {
        cash(model, from, to, payment->fen);
    }
    if (payment->kind != INTEREST) {
        claim(model, at, to, from, payment->fen);
    }
}

// Every repayment and all interest since a day held against what was out by then.
static bool rests(const struct deal *pledge, int since)
{
    for (int i = 0; i < pledge->n_loan; i++) {
        const struct payment *later = &pledge->loan[i];
        if (later->taken_back || later->kind == PAYOUT || later->on < since) {
            continue;
        }
        int64_t paid = model_loan_sum(pledge, PAYOUT, later->on);
        bool fits = later->kind == REPAYMENT
                        ? model_loan_sum(pledge, REPAYMENT, later->on) <= paid
                        : paid > 0 && model_loan_sum(pledge, INTEREST, later->on) <=
                                          grown(pledge, later->on);
        if (!fits) {
            return true;
        }
    }
    return false;
}

const char *ask_loan(struct model *model, const struct act *act)
{
    int on = day_of(model, act);
    if (in_future(model, act)) {
        return "date_in_future";
    }
    if (act->amount_fen == 0) {
        return "amount_zero";
    }
    const char *refusal = check_pledge_open(model, act->of);
    if (refusal) {
        return refusal;
    }
    struct deal *pledge = &model->deals[act->of];
    if (!own_deal(model, act->login, pledge)) {
        return "trade_not_yours";
    }
    if (receiver_unheard(act->login, act->loan == PAYOUT ? pledge->debtor : pledge->buyer)) {
        return "receiver_confirms";
    }
    refusal = check_loan(act, pledge, on);
    if (!refusal && act->sale != NONE) {
        refusal = credit(model, act);
    }
    if (refusal) {
        return refusal;
    }
    struct payment *loan = realloc(pledge->loan, (size_t)(pledge->n_loan + 1) * sizeof(*loan));
    assert(loan);
    pledge->loan = loan;
    loan[pledge->n_loan++] = (struct payment){.kind = act->loan,
                                              .fen = act->amount_fen,
                                              .on = on,
                                              .sale = act->sale,
                                              .login = act->login};
    if (act->loan == REPAYMENT && rests(pledge, on)) {
        pledge->n_loan--;
        return "loan_payment_later";
    }
    if (act->sale != NONE) {
        model->deals[act->sale].creditable_fen[pledge->buyer] -= act->amount_fen;
        model->deals[act->sale].credited = true;
    }
    move_loan(model, act->of, &loan[pledge->n_loan - 1], false);
    return NULL;
}

const char *ask_loan_correct(struct model *model, const struct act *act)
{
    if (in_future(model, act)) {
        return "date_in_future";
    }
    if (act->of >= model->n_deals || act->item >= model->deals[act->of].n_loan) {
        return "loan_payment_not_found";
    }
    struct deal *pledge = &model->deals[act->of];
    struct payment *payment = &pledge->loan[act->item];
    if (!own_deal(model, act->login, pledge)) {
        return "trade_not_yours";
    }
    if (receiver_unheard(act->login, payment->kind == PAYOUT ? pledge->debtor : pledge->buyer)) {
        return "receiver_confirms";
    }
    if (act->login == payment->login) {
        return "loan_correct_second_person";
    }
    if (payment->taken_back) {
        return "loan_payment_withdrawn";
    }
    if (payment->sale != NONE) {
        return "loan_payment_credited";
    }
    if (day_of(model, act) < payment->on) {
        return "loan_correct_before";
    }
    payment->taken_back = true;
    if (payment->kind == PAYOUT && rests(pledge, payment->on)) {
        payment->taken_back = false;
        return "loan_payment_rests";
    }
    move_loan(model, act->of, payment, true);
    return NULL;
}

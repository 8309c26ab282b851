// Costs that are listed against a sale, and reserves for those that nobody knows yet.
#include <assert.h>
#include <stdlib.h>

#include "tests/campaign/model_internal.h"

static int64_t reserved(const struct deal *sale)
{
    int64_t sum = 0;
    for (int i = 0; i < sale->n_costs; i++) {
        const struct cost *cost = &sale->costs[i];
        sum += cost->reserve && cost->back_at == 0 ? cost->fen : 0;
    }
    return sum;
}

const struct cost *model_actual(const struct deal *sale)
{
    const struct cost *last = sale->n_actuals > 0 ? &sale->actuals[sale->n_actuals - 1] : NULL;
    return last && last->back_at == 0 ? last : NULL;
}

int64_t model_costs(const struct deal *sale)
{
    const struct cost *actual = model_actual(sale);
    int64_t sum = actual ? actual->fen : reserved(sale);
    for (int i = 0; i < sale->n_costs; i++) {
        const struct cost *cost = &sale->costs[i];
        sum += !cost->reserve && cost->back_at == 0 ? cost->fen : 0;
    }
    return sum;
}

int run_of(const struct model *model, int sale, int64_t before, bool approved_only)
{
    for (int i = model->n_runs - 1; i >= 0; i--) {
        const struct revenue_run *run = &model->runs[i];
        bool counts = approved_only ? run->state == APPROVED : run->state != REJECTED;
        for (int k = 0; k < run->n && counts && run->at < before; k++) {
            if (run->taken[k].sale == sale) {
                return i;
            }
        }
    }
    return NONE;
}

bool listed_costs(const struct model *model, int login, const struct revenue_run *run)
{
    for (int i = 0; i < run->n; i++) {
        int sale = run->taken[i].sale;
        const struct deal *deal = &model->deals[sale];
        int before = run_of(model, sale, run->at, true);
        int64_t since = before == NONE ? 0 : model->runs[before].at;
        for (int k = 0; k < deal->n_costs + deal->n_actuals; k++) {
            const struct cost *cost =
                k < deal->n_costs ? &deal->costs[k] : &deal->actuals[k - deal->n_costs];
            bool back = cost->back_at > 0;
            int64_t when = back ? cost->back_at : cost->at;
            int who = back ? cost->back_login : cost->login;
            if (when > since && when < run->at && who == login) {
                return true;
            }
        }
    }
    return false;
}

static const char *check_sale(const struct model *model, const struct act *act)
{
    if (act->of >= model->n_deals) {
        return "trade_not_found";
    }
    const struct deal *sale = &model->deals[act->of];
    if (!is_sale(sale->kind) || sale->state != APPROVED) {
        return "trade_not_sale";
    }
    bool own = party_of(act->login) == NONE || party_of(act->login) == sale->seller;
    return own ? NULL : "sale_not_yours";
}

static bool is_pending(const struct model *model, int sale)
{
    bool pending = false;
    for (int i = 0; i < model->n_runs; i++) {
        const struct revenue_run *run = &model->runs[i];
        for (int k = 0; k < run->n; k++) {
            pending = pending || (run->state == PROPOSED && run->taken[k].sale == sale);
        }
    }
    return pending;
}

// Nothing more of a sale that has been shared out, or is about to be: a run that waits may be older
// than one that was approved.
static const char *check_shared(const struct model *model, int sale)
{
    int64_t receipts = taken_before(model, sale).receipts;
    if (receipts == 0 || receipts != model->deals[sale].amount_fen) {
        return NULL;
    }
    return is_pending(model, sale) ? "sale_in_run" : "sale_distributed";
}

static void add(struct model *model, const struct act *act, bool reserve, struct cost **costs,
                int *n)
{
    struct cost *grown = realloc(*costs, (size_t)(*n + 1) * sizeof(*grown));
    assert(grown);
    *costs = grown;
    grown[(*n)++] = (struct cost){
        .fen = act->amount_fen, .reserve = reserve, .login = act->login, .at = ++model->moments};
}

static const char *deduct(struct model *model, const struct act *act)
{
    if (act->amount_fen == 0) {
        return "amount_zero";
    }
    const char *refusal = check_sale(model, act);
    refusal = refusal ? refusal : check_shared(model, act->of);
    if (refusal) {
        return refusal;
    }
    struct deal *sale = &model->deals[act->of];
    if (act->reserve && model_actual(sale)) {
        return "reserve_settled";
    }
    if (model_costs(sale) + act->amount_fen > sale->net_fen) {
        return "deduction_too_large";
    }
    add(model, act, act->reserve, &sale->costs, &sale->n_costs);
    return NULL;
}

// No run since then, proposed or approved, may have taken it off.
static const char *check_taken_off(const struct model *model, int sale, const struct cost *cost,
                                   const char *proposed, const char *approved)
{
    const char *refusal = NULL;
    for (int i = 0; i < model->n_runs; i++) {
        const struct revenue_run *run = &model->runs[i];
        bool counts = run->state != REJECTED && run->at > cost->at;
        for (int k = 0; k < run->n && counts; k++) {
            if (run->taken[k].sale == sale && run->taken[k].term == TERM_SPECIAL && !refusal) {
                refusal = proposed;
            }
            if (run->taken[k].sale == sale && run->taken[k].term == TERM_SPECIAL &&
                run->state == APPROVED) {
                refusal = approved;
            }
        }
    }
    return refusal;
}

// Whoever listed it does not take it back, and nobody does once a run took it off.
static const char *undeduct(struct model *model, const struct act *act)
{
    if (act->of >= model->n_deals || act->item >= model->deals[act->of].n_costs) {
        return "deduction_not_found";
    }
    const struct deal *sale = &model->deals[act->of];
    struct cost *cost = &sale->costs[act->item];
    if (party_of(act->login) != NONE && party_of(act->login) != sale->seller) {
        return "sale_not_yours";
    }
    if (act->login == cost->login) {
        return "undeduct_second_person";
    }
    if (cost->back_at > 0) {
        return "deduction_withdrawn";
    }
    const char *refusal =
        check_taken_off(model, act->of, cost, "deduction_in_proposed_run", "deduction_in_run");
    if (refusal) {
        return refusal;
    }
    if (cost->reserve && model_actual(sale)) {
        return "reserve_settled";
    }
    cost->back_login = act->login;
    cost->back_at = ++model->moments;
    return NULL;
}

static const char *true_up(struct model *model, const struct act *act)
{
    const char *refusal = check_sale(model, act);
    if (refusal) {
        return refusal;
    }
    struct deal *sale = &model->deals[act->of];
    if (model_actual(sale) || reserved(sale) == 0) {
        return model_actual(sale) ? "reserve_settled" : "reserve_missing";
    }
    if (act->amount_fen > reserved(sale)) {
        return "reserve_exceeded";
    }
    add(model, act, true, &sale->actuals, &sale->n_actuals);
    return NULL;
}

// The reserve is open again, by another person, until a run reckons with what it came to.
static const char *reopen(struct model *model, const struct act *act)
{
    const char *refusal = check_sale(model, act);
    if (refusal) {
        return refusal;
    }
    struct deal *sale = &model->deals[act->of];
    if (!model_actual(sale)) {
        return "reserve_not_settled";
    }
    struct cost *actual = &sale->actuals[sale->n_actuals - 1];
    if (act->login == actual->login) {
        return "unsettle_second_person";
    }
    refusal =
        check_taken_off(model, act->of, actual, "settlement_in_proposed_run", "settlement_in_run");
    if (refusal) {
        return refusal;
    }
    if (model_costs(sale) - actual->fen + reserved(sale) > sale->net_fen) {
        return "deduction_too_large";
    }
    actual->back_login = act->login;
    actual->back_at = ++model->moments;
    return NULL;
}

const char *ask_cost(struct model *model, const struct act *act)
{
    return act->kind == ACT_DEDUCT     ? deduct(model, act)
           : act->kind == ACT_UNDEDUCT ? undeduct(model, act)
           : act->kind == ACT_TRUE_UP  ? true_up(model, act)
                                       : reopen(model, act);
}

// Money back to the villages: runs over what arrived for sales out of pools, by two terms that are
// in force from the beginning until they are ended: in general 70 % of net of cost to the villages;
// for packages of the subdistrict 80 % of net of all costs, a sixth to the villages, a sixth to
// their members and two thirds to the fund.
#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "tests/campaign/model_internal.h"

static bool in_force(const struct model *model, enum revenue_term term, int on)
{
    return model->term_ends[term] == NONE || on < model->term_ends[term];
}

// A term that is over leaves its sales to the next less special one.
static enum revenue_term term_of(const struct model *model, int package, int on)
{
    bool special = model->packages[package].holder == SUBDISTRICT;
    return special && in_force(model, TERM_SPECIAL, on) ? TERM_SPECIAL
           : in_force(model, TERM_GENERAL, on)          ? TERM_GENERAL
                                                        : TERM_NONE;
}

enum revenue_term revenue_term(const struct model *model, const struct deal *sale)
{
    enum revenue_term term = TERM_NONE;
    for (int i = 0; i < sale->n_lines; i++) {
        enum revenue_term found = term_of(model, sale->lines[i].package, sale->on);
        if (i > 0 && term != found) {
            return TERM_MIXED;
        }
        term = found;
    }
    return term;
}

// A sale without one term waits: where the first line that tells has none, that is what is said.
static const char *why_waits(const struct model *model, const struct deal *sale)
{
    enum revenue_term first = term_of(model, sale->lines[0].package, sale->on);
    for (int i = 0; i < sale->n_lines; i++) {
        enum revenue_term term = term_of(model, sale->lines[i].package, sale->on);
        if (term == TERM_NONE || term != first) {
            return term == TERM_NONE ? "term_missing" : "term_mixed";
        }
    }
    return NULL;
}

// What was agreed under a term that an officer recorded is freed of it by another one.
static bool frees(const struct model *model, const struct act *act)
{
    bool any = false;
    for (int i = 0; i < model->n_deals; i++) {
        const struct deal *sale = &model->deals[i];
        bool brings = is_sale(sale->kind) || sale->kind == OPTION;
        bool counts = brings && sale->state == APPROVED && !sale->corrected && sale->on >= act->on;
        for (int k = 0; k < sale->n_lines && counts; k++) {
            const struct line *line = &sale->lines[k];
            any = any ||
                  (line->pool != NONE && (int)term_of(model, line->package, sale->on) == act->item);
        }
    }
    return any;
}

const char *ask_term_end(struct model *model, const struct act *act)
{
    bool used = false;
    if (act->item == TERM_NONE) {
        return "term_not_found";
    }
    if (model->term_ends[act->item] != NONE) {
        return "term_ended";
    }
    if (act->on < TERMS_FROM) {
        return "term_end_day";
    }
    for (int i = 0; i < model->n_runs; i++) {
        const struct revenue_run *run = &model->runs[i];
        for (int k = 0; k < run->n && run->state != REJECTED; k++) {
            const struct taken *taken = &run->taken[k];
            bool by_it = (int)taken->term == act->item;
            used = used || (by_it && model->deals[taken->sale].on >= act->on);
        }
    }
    if (used) {
        return "term_end_used";
    }
    if (act->login == OFFICER && frees(model, act)) { // who recorded all of them
        return "term_end_own";
    }
    model->term_ends[act->item] = act->on;
    return NULL;
}

struct taken taken_before(const struct model *model, int sale)
{
    struct taken sum = {.sale = sale};
    for (int i = 0; i < model->n_runs; i++) {
        const struct revenue_run *run = &model->runs[i];
        for (int k = 0; k < run->n && run->state != REJECTED; k++) {
            if (run->taken[k].sale == sale) {
                sum.receipts += run->taken[k].receipts;
                sum.tax += run->taken[k].tax;
                sum.cost += run->taken[k].cost;
                sum.deductions += run->taken[k].deductions;
                sum.net += run->taken[k].net;
                sum.distributed += run->taken[k].distributed;
            }
        }
    }
    return sum;
}

static int64_t received_through(const struct deal *sale, int day)
{
    int64_t sum = 0;
    for (int i = 0; i < sale->n_paid; i++) {
        const struct receipt *receipt = &sale->paid[i];
        sum += receipt->on <= day && !receipt->taken_back ? receipt->fen : 0;
    }
    return sum;
}

static bool is_due(const struct model *model, int at, int day, int bank)
{
    const struct deal *sale = &model->deals[at];
    bool pooled = false;
    for (int i = 0; i < sale->n_lines; i++) {
        pooled = pooled || sale->lines[i].pool != NONE;
    }
    // What a reserve left goes with the next run.
    int run = run_of(model, at, INT64_MAX, false);
    const struct cost *actual = model_actual(sale);
    bool trued_up = run != NONE && actual && actual->at > model->runs[run].at;
    bool brings = is_sale(sale->kind) || sale->kind == OPTION; // its premium
    return brings && sale->state == APPROVED && !sale->corrected && pooled &&
           (bank == NONE || sale->seller == bank) && sale->n_paid > 0 &&
           ((trued_up && received_through(sale, INT_MAX) >= taken_before(model, at).receipts) ||
            received_through(sale, day) > taken_before(model, at).receipts);
}

// Tonnes that a village contributed to a pool; of all villages for NONE.
int64_t contributed(const struct deal *pool, int village)
{
    int64_t sum = 0;
    for (int i = 0; i < pool->n_shares; i++) {
        bool its = village == NONE || VILLAGE_A + pool->shares[i].package % 2 == village;
        sum += its ? pool->shares[i].bought : 0;
    }
    return sum;
}

static struct taken reckon(const struct model *model, int at, int day)
{
    const struct deal *sale = &model->deals[at];
    struct taken before = taken_before(model, at);
    enum revenue_term term = revenue_term(model, sale);
    struct taken now = {.sale = at, .term = term};
    int64_t received = received_through(sale, day);
    received = received > before.receipts ? received : before.receipts;
    int64_t cost = 0;
    for (int i = 0; i < sale->n_lines; i++) {
        // An option hands nothing over; its exercises have the cost.
        cost += sale->kind != OPTION ? sale->lines[i].cost_fen : 0;
    }
    now.receipts = received - before.receipts;
    now.tax =
        rounded_share(sale->amount_fen - sale->net_fen, received, sale->amount_fen) - before.tax;
    now.cost = rounded_share(cost, received, sale->amount_fen) - before.cost;
    if (term == TERM_SPECIAL) {
        now.deductions =
            rounded_share(model_costs(sale), received, sale->amount_fen) - before.deductions;
    }
    now.net = now.receipts - now.tax - now.cost - now.deductions;
    int64_t net = before.net + now.net;
    int64_t due = net > 0 ? net * (term == TERM_SPECIAL ? 80 : 70) / 100 : 0;
    now.distributed = due > before.distributed ? due - before.distributed : 0;
    return now;
}

static const char *distribute(struct model *model, const struct act *act)
{
    int day = act->on != NONE ? act->on : model->today;
    struct revenue_run run = {.proposer = act->login, .through = day};
    const char *waits = NULL;
    if (act->on != NONE && act->on > model->today) {
        return "date_in_future";
    }
    for (int i = 0; i < model->n_deals; i++) {
        if (!is_due(model, i, day, party_of(act->login))) {
            continue;
        }
        const char *why = why_waits(model, &model->deals[i]);
        if (why) {
            waits = waits ? waits : why;
            continue;
        }
        struct taken *taken = realloc(run.taken, (size_t)(run.n + 1) * sizeof(*taken));
        assert(taken);
        run.taken = taken;
        taken[run.n++] = reckon(model, i, day);
    }
    if (run.n == 0) {
        return waits ? waits : NOTHING;
    }
    share_run(model, &run);
    model->runs = model_room(model->runs, model->n_runs, &model->runs_room, sizeof(*model->runs));
    run.at = ++model->moments;
    model->runs[model->n_runs++] = run;
    return NULL;
}

// Of a party of this run; of all for NONE.
static int64_t run_sum(const struct revenue_run *run, int party)
{
    int64_t sum = 0;
    for (int i = 0; i < run->n; i++) {
        for (int k = 0; k < N_PARTIES; k++) {
            sum += party == NONE || party == k ? run->taken[i].amounts[k] : 0;
        }
    }
    return sum;
}

static bool own_run(const struct model *model, int login, const struct revenue_run *run)
{
    int bank = party_of(login);
    for (int i = 0; i < run->n && bank != NONE; i++) {
        if (model->deals[run->taken[i].sale].seller != bank) {
            return false;
        }
    }
    return true;
}

static const char *decide(struct model *model, const struct act *act)
{
    if (in_future(model, act)) {
        return "date_in_future";
    }
    if (act->run >= model->n_runs) {
        return "revenue_run_not_found";
    }
    struct revenue_run *run = &model->runs[act->run];
    int64_t sum = run_sum(run, NONE);
    bool alone = sum > 0 && sum <= model->alone_fen;
    bool approves = act->kind == ACT_RUN_APPROVE;
    if (run->state != PROPOSED) {
        return "run_decided";
    }
    if (approves && act->login == run->proposer && !alone) {
        return "second_person";
    }
    bool own = approves && act->login == run->proposer;
    if (own && check_alone(model, act->login, sum)) {
        return "alone_sum";
    }
    if (approves && listed_costs(model, act->login, run)) {
        return "cost_second_person";
    }
    if (approves && limited_to_nothing(model, act->login)) {
        return "limit_nothing";
    }
    if (approves && model->limited[act->login] && model->limit_fen[act->login] != NOT_GIVEN &&
        sum > model->limit_fen[act->login]) {
        return "limit_amount";
    }
    if (approves && day_of(model, act) < run->through) {
        return "run_before_through";
    }
    if (!own_run(model, act->login, run)) {
        return "run_not_yours";
    }
    for (int party = 0; party < N_PARTIES; party++) {
        run->payouts[party] = (struct payout){.since = day_of(model, act), .attempt = 1};
    }
    run->state = approves ? APPROVED : REJECTED;
    if (own) {
        decide_alone(model, act->login, sum);
    }
    for (int i = 0; i < run->n && approves; i++) {
        int seller = model->deals[run->taken[i].sale].seller;
        for (int party = 0; party < N_PARTIES; party++) {
            model->claim_fen[seller] -= run->taken[i].amounts[party];
            model->claim_fen[party] += run->taken[i].amounts[party];
        }
    }
    return NULL;
}

static void move_cash(struct model *model, const struct revenue_run *run, int party, int sign)
{
    for (int i = 0; i < run->n; i++) {
        int seller = model->deals[run->taken[i].sale].seller;
        int64_t fen = sign * run->taken[i].amounts[party];
        model->claim_fen[party] -= fen;
        model->claim_fen[seller] += fen;
        cash(model, seller, party, fen);
    }
}

// What was sent may come back before anybody confirmed that it arrived.
static bool may_follow(enum act_kind step, enum payout_state state)
{
    return step == ACT_PAID       ? state == OWED
           : step == ACT_RETURNED ? state == OWED || state == PAID
                                  : state == RETURNED;
}

static void change_payment(struct model *model, const struct act *act, struct revenue_run *run,
                           int party)
{
    static const enum payout_state TO[] = {PAID, RETURNED, OWED};
    struct payout *payout = &run->payouts[party];
    bool back = payout->state == PAID;
    payout->state = TO[(int)act->kind - (int)ACT_PAID];
    payout->since = day_of(model, act);
    payout->attempt += act->kind == ACT_RESENT ? 1 : 0;
    payout->changed = true;
    if (act->kind == ACT_PAID || (act->kind == ACT_RETURNED && back)) {
        move_cash(model, run, party, back ? -1 : 1);
    }
}

static const char *pay(struct model *model, const struct act *act)
{
    bool meant[N_PARTIES];
    bool before = false;
    int changed = 0;
    if (in_future(model, act)) {
        return "date_in_future";
    }
    if (act->run >= model->n_runs) {
        return "revenue_run_not_found";
    }
    struct revenue_run *run = &model->runs[act->run];
    if (run->state != APPROVED) {
        return run->state == REJECTED ? "run_rejected" : "run_not_approved";
    }
    if (!own_run(model, act->login, run)) {
        return "run_not_yours";
    }
    if (act->to != NONE && run_sum(run, act->to) == 0) {
        return "payment_not_found";
    }
    if (act->to != NONE && !may_follow(act->kind, run->payouts[act->to].state)) {
        return "payment_state";
    }
    for (int party = 0; party < N_PARTIES; party++) {
        const struct payout *payout = &run->payouts[party];
        meant[party] = (act->to == NONE || act->to == party) && run_sum(run, party) > 0 &&
                       may_follow(act->kind, payout->state);
        changed += meant[party];
        before = before || (meant[party] && day_of(model, act) < payout->since);
    }
    if (changed == 0) {
        return "payments_none";
    }
    // Nothing is paid before it is owed, nor comes back before it was paid.
    if (before) {
        return "payment_before";
    }
    for (int party = 0; party < N_PARTIES; party++) {
        if (meant[party]) {
            change_payment(model, act, run, party);
        }
    }
    return NULL;
}

const char *ask_revenue(struct model *model, const struct act *act)
{
    return act->kind == ACT_RUN          ? distribute(model, act)
           : act->kind <= ACT_RUN_REJECT ? decide(model, act)
                                         : pay(model, act);
}

// The frame of the model: who may, keys, proposals, decisions, expiry and receipts.
#include "tests/campaign/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/campaign/model_internal.h"

const char DONE[] = "done";
const char NOTHING[] = "nothing";
const char REPLAYED[] = "replayed";

const char *const KIND_NAMES[N_KINDS] = {
    "purchase", "resale",     "transfer", "retirement", "cancellation", "correction",
    "listing",  "acceptance", "pledge",   "release",    "enforcement",  "subscription",
    "forward",  "option",     "delivery", "exercise",   "reversal"};
const char *const ACT_NAMES[N_ACTS] = {
    "propose", "approve",      "reject",     "expire",   "receipt",  "receipt correct", "withdraw",
    "loan",    "loan correct", "limit",      "buffer",   "review",   "forecast",        "restate",
    "issue",   "settle",       "deduct",     "undeduct", "true up",  "reopen",          "term end",
    "run",     "run approve",  "run reject", "paid",     "returned", "resent"};

enum { MAX_TONNES = 400000, MAX_ISSUES = 4000 };

struct model *model_new(void)
{
    struct model *model = calloc(1, sizeof(*model));
    assert(model);
    model->by_age = calloc(MAX_ISSUES, sizeof(*model->by_age));
    model->scratch = calloc(MAX_TONNES, sizeof(*model->scratch));
    assert(model->by_age && model->scratch);
    for (int i = 0; i < N_TERMS; i++) {
        model->term_ends[i] = NONE;
    }
    model->proposal_days = 30;
    model->offer_days = 3;
    return model;
}

void model_free(struct model *model)
{
    for (int i = 0; i < model->n_deals; i++) {
        struct deal *deal = &model->deals[i];
        free(deal->lines);
        free(deal->shares);
        free(deal->owed);
        free(deal->debts);
        free(deal->paid);
        free(deal->loan);
        free(deal->origins);
        free(deal->costs);
        free(deal->actuals);
        free(deal->losses);
    }
    for (int i = 0; i < model->n_runs; i++) {
        free(model->runs[i].taken);
    }
    free(model->runs);
    free(model->tonnes);
    free(model->issues);
    free(model->by_age);
    free(model->packages);
    free(model->deals);
    free(model->forecasts);
    free(model->rules);
    free(model->scratch);
    free(model);
}

int model_add_package(struct model *model, const struct package *package)
{
    model->packages = model_room(model->packages, model->n_packages, &model->packages_room,
                                 sizeof(*model->packages));
    model->packages[model->n_packages] = *package;
    return model->n_packages++;
}

bool is_bank(int party)
{
    return party == BANK || party == SECOND_BANK;
}

int party_of(int login)
{
    return login == TELLER || login == COLLEAGUE ? BANK : login == STRANGER ? SECOND_BANK : NONE;
}

bool is_sale(enum kind kind)
{
    return kind == RESALE || kind == ACCEPTANCE || kind == ENFORCEMENT || kind == DELIVERY ||
           kind == EXERCISE;
}

enum use use_of(enum kind kind)
{
    switch ((int)kind) {
    case RESALE:
    case LISTING:
    case SUBSCRIPTION:
    case FORWARD:
    case OPTION:
    case DELIVERY:
    case EXERCISE:
        return SOLD;
    case TRANSFER:
    case RETIREMENT:
    case CANCELLATION:
    case CORRECTION:
    case PLEDGE:
        return USED;
    case ENFORCEMENT:
        return MOVED;
    default:
        return UNUSED;
    }
}

bool keeps_lock(enum kind kind)
{
    return kind == LISTING || kind == PLEDGE || kind == SUBSCRIPTION || kind == FORWARD ||
           kind == OPTION;
}

bool acts_on_lock(enum kind kind)
{
    return kind == ACCEPTANCE || kind == RELEASE || kind == ENFORCEMENT || kind == DELIVERY ||
           kind == EXERCISE;
}

// What a deal did to pools when it was proposed: tonnes that another deal had drawn are not drawn
// again.
bool is_over(const struct deal *source, int day)
{
    return source->released > 0 && source->last_day != NONE && source->last_day < day;
}

enum use use_now(const struct deal *deal)
{
    bool drawn = acts_on_lock(deal->kind) && deal->source != NONE && use_of(deal->kind) != MOVED;
    return drawn ? UNUSED : use_of(deal->kind);
}

bool approved(const struct model *model, int deal, enum kind kind)
{
    return deal < model->n_deals && model->deals[deal].kind == kind &&
           model->deals[deal].state == APPROVED;
}

static void owe(struct deal *deal, int party, int64_t fen)
{
    for (int i = 0; i < deal->n_owed; i++) {
        if (deal->owed[i].party == party) {
            deal->owed[i].fen += fen;
            return;
        }
    }
    int n = deal->n_owed++;
    struct owed *owed = realloc(deal->owed, (size_t)deal->n_owed * sizeof(*owed));
    assert(owed);
    deal->owed = owed;
    owed[n] = (struct owed){party, fen};
}

void claim(struct model *model, int deal, int from, int to, int64_t fen)
{
    if (fen != 0) {
        model->claim_fen[from] -= fen;
        model->claim_fen[to] += fen;
        owe(&model->deals[deal], from, -fen);
        owe(&model->deals[deal], to, fen);
    }
}

void cash(struct model *model, int from, int to, int64_t fen)
{
    model->cash_fen[from] -= fen;
    model->cash_fen[to] += fen;
}

bool is_officer(int login)
{
    return login == OFFICER || login == SECOND_OFFICER;
}

static const char *check_login(const struct act *act)
{
    enum {
        BANKS = 1 << TELLER | 1 << COLLEAGUE | 1 << STRANGER | 1 << DESK,
        OFFICERS = 1 << OFFICER | 1 << SECOND_OFFICER
    };
    static const int MAY[N_ACTS] = {[ACT_PROPOSE] = BANKS | OFFICERS,
                                    [ACT_APPROVE] = BANKS | OFFICERS,
                                    [ACT_REJECT] = BANKS | OFFICERS,
                                    [ACT_EXPIRE] = BANKS | OFFICERS,
                                    [ACT_RECEIPT] = BANKS | OFFICERS,
                                    [ACT_RECEIPT_CORRECT] = BANKS | OFFICERS,
                                    [ACT_WITHDRAW] = BANKS | OFFICERS,
                                    [ACT_LOAN] = BANKS | OFFICERS,
                                    [ACT_LOAN_CORRECT] = BANKS | OFFICERS,
                                    [ACT_LIMIT] = 1 << ADMIN,
                                    [ACT_BUFFER] = OFFICERS,
                                    [ACT_REVIEW] = BANKS | OFFICERS,
                                    [ACT_FORECAST] = OFFICERS,
                                    [ACT_RESTATE] = OFFICERS,
                                    [ACT_ISSUE] = OFFICERS,
                                    [ACT_SETTLE] = BANKS | OFFICERS,
                                    [ACT_DEDUCT] = BANKS,
                                    [ACT_UNDEDUCT] = BANKS,
                                    [ACT_TRUE_UP] = BANKS,
                                    [ACT_REOPEN] = BANKS,
                                    [ACT_TERM_END] = OFFICERS,
                                    [ACT_RUN] = BANKS,
                                    [ACT_RUN_APPROVE] = BANKS | OFFICERS,
                                    [ACT_RUN_REJECT] = BANKS | OFFICERS,
                                    [ACT_PAID] = BANKS,
                                    [ACT_RETURNED] = BANKS,
                                    [ACT_RESENT] = BANKS};
    if (act->login == NOBODY) {
        return "login_unknown";
    }
    int may = act->kind == ACT_PROPOSE && act->deal == REVERSAL ? OFFICERS : MAY[act->kind];
    return (may & 1 << act->login) != 0 ? NULL : "role_not_allowed";
}

// Was this login's key used before? With the same wish: for the same reply.
static const char *check_key(const struct model *model, const struct act *act)
{
    for (int i = 0; i < model->n_keys && act->key != 0; i++) {
        const struct act *kept = &model->keys[i];
        if (kept->login == act->login && kept->key == act->key) {
            return kept->number == act->number ? REPLAYED : "idempotency_other_input";
        }
    }
    return NULL;
}

static void keep_key(struct model *model, const struct act *act, int deal)
{
    if (act->key != 0) {
        assert(model->n_keys < MAX_KEYS);
        model->keys[model->n_keys] = *act;
        model->key_deal[model->n_keys++] = deal;
    }
}

bool in_future(const struct model *model, const struct act *act)
{
    return act->on != NONE && act->on > model->today;
}

int day_of(const struct model *model, const struct act *act)
{
    return act->on != NONE ? act->on : model->today;
}

// Not older than the deal it acts upon, nor than those by which its tonnes came (check_came).
static const char *check_day(const struct model *model, const struct deal *deal)
{
    bool before = deal->of != NONE && deal->on < model->deals[deal->of].on;
    for (int i = 0; i < deal->n_lines; i++) {
        int pool = deal->lines[i].pool;
        before = before || (pool != NONE && deal->on < model->deals[pool].on);
    }
    return before ? "deal_before" : NULL;
}

static const char *check_came(const struct model *model, const struct deal *deal)
{
    bool before = false;
    for (int i = 0; i < model->n_picked; i++) {
        const struct tonne *tonne = &model->tonnes[model->scratch[i]];
        bool came = tonne->pool == NONE && tonne->came_by != NONE;
        before = before || (came && deal->on < model->deals[tonne->came_by].on);
    }
    return before ? "deal_before" : NULL;
}

void send_locked(struct model *model, int deal, int owner, enum place place, int pool)
{
    (void)pick_locked(model, deal, INT64_MAX);
    for (int i = 0; i < model->n_picked; i++) {
        const struct tonne *tonne = &model->tonnes[model->scratch[i]];
        bool stays = owner == NONE;
        put(model, model->scratch[i], stays ? tonne->owner : owner, place,
            stays ? tonne->pool : pool, NONE);
    }
}

static void carry_out(struct model *model, const struct act *act, int at, int day)
{
    struct deal *deal = &model->deals[at];
    if (act->login == deal->proposer) {
        decide_alone(model, act->login, worth(model, deal));
    }
    if (deal->kind == RETIREMENT) {
        model->reviews[deal->beneficiary] = ACCEPTED;
    }
    model->acting = at;
    deal->state = APPROVED;
    deal->decided_on = day;
    deal->place = ++model->places;
    deal->approved_at = ++model->moments;
    deal->last_day = deal->kind == LISTING || deal->kind == OPTION ? deal->until : NONE;
    if (deal->kind <= ACCEPTANCE) {
        approve_spot(model, at);
    } else if (deal->kind <= ENFORCEMENT) {
        approve_pledge(model, at);
    } else if (deal->kind <= EXERCISE) {
        approve_promise(model, at);
    } else {
        approve_reversal(model, at);
    }
}

// What is sold out of pools, or promised to be, is shared by one term. Where tonnes leave pool by
// pool those of the first ones may make a deal, and of chosen units the first ones.
static const char *check_one_term(const struct model *model, const struct act *act,
                                  const struct deal *deal)
{
    static const bool SHARED[N_KINDS] = {
        [RESALE] = true,  [LISTING] = true, [ACCEPTANCE] = true, [SUBSCRIPTION] = true,
        [FORWARD] = true, [OPTION] = true,  [PLEDGE] = true};
    struct deal pooled = {.on = deal->on};
    pooled.lines = copy_lines(deal);
    for (int i = 0; i < deal->n_lines; i++) {
        if (deal->lines[i].pool != NONE) {
            pooled.lines[pooled.n_lines++] = deal->lines[i];
        }
    }
    bool mixed = SHARED[deal->kind] && revenue_term(model, &pooled) == TERM_MIXED;
    struct deal first = pooled;
    for (first.n_lines = 0; first.n_lines < pooled.n_lines &&
                            pooled.lines[first.n_lines].pool == pooled.lines[0].pool;) {
        first.n_lines++;
    }
    bool chosen = deal->kind == RESALE && (act->year != 0 || act->n_parcels > 0);
    bool none = deal->kind == ACCEPTANCE || (!chosen && revenue_term(model, &first) == TERM_MIXED);
    free(pooled.lines);
    return !mixed ? NULL : none ? "sale_terms_apart" : "sale_terms_differ";
}

// The kind's part of a proposal, and what every proposal must meet.
static const char *prepare(struct model *model, const struct act *act, struct deal *deal)
{
    model->n_picked = 0;
    if (in_future(model, act)) {
        return "date_in_future";
    }
    if (acts_on_lock(act->deal)) {
        deal->of = act->of;
    }
    const char *refusal = act->deal <= ACCEPTANCE    ? propose_spot(model, act, deal)
                          : act->deal <= ENFORCEMENT ? propose_pledge(model, act, deal)
                          : act->deal <= EXERCISE    ? propose_promise(model, act, deal)
                                                     : propose_reversal(model, act, deal);
    refusal = refusal ? refusal : check_stand_in(model, act->login, deal);
    refusal = refusal ? refusal : check_day(model, deal);
    refusal = refusal ? refusal : check_one_term(model, act, deal);
    if (!refusal) {
        set_wait(model, deal);
        refusal = deal->offered ? NULL : check_came(model, deal);
    }
    return refusal;
}

static void lock_deal(struct model *model, int at)
{
    struct deal *deal = &model->deals[at];
    draw_lines(model, deal->lines, deal->n_lines, use_now(deal), 1);
    if (deal->tonnes > 0 && deal->kind != REVERSAL) {
        deal->has_lock = true;
        lock_picked(model, at);
    }
}

static const char *propose(struct model *model, const struct act *act)
{
    model->deals =
        model_room(model->deals, model->n_deals, &model->deals_room, sizeof(*model->deals));
    struct deal deal = {.kind = act->deal,
                        .of = NONE,
                        .seller = NONE,
                        .buyer = NONE,
                        .on = day_of(model, act),
                        .entered = model->today,
                        .proposer = act->login,
                        .source = NONE,
                        .until = NONE,
                        .beneficiary = NONE,
                        .debtor = NONE,
                        .reversal = NONE,
                        .for_whom = NONE,
                        .asked_at = ++model->moments,
                        .forecast = NONE};
    const char *refusal = prepare(model, act, &deal);
    const char *waits =
        !refusal && act->at_once ? check_persons(model, act->login, model->today, &deal) : NULL;
    // What is too much for one person in a day is still proposed.
    if (waits && strcmp(waits, "alone_sum") != 0) {
        refusal = strcmp(waits, "second_person") == 0 ? "not_at_once" : waits;
    }
    if (refusal) {
        free(deal.lines);
        free(deal.debts);
        free(deal.losses);
        return refusal;
    }
    int at = model->n_deals++;
    model->deals[at] = deal;
    if (!deal.offered) {
        lock_deal(model, at);
    }
    if (act->at_once && !waits) {
        carry_out(model, act, at, model->today);
    }
    return NULL;
}

// What must be so of any deal, and of its kind.
static const char *check_approval(struct model *model, const struct act *act,
                                  const struct deal *deal)
{
    const char *refusal = check_persons(model, act->login, day_of(model, act), deal);
    refusal = refusal ? refusal : check_pledge(model, act->of);
    if (!refusal && deal->offered) {
        refusal = check_came(model, deal);
    }
    refusal = refusal ? refusal : check_correction(model, act->of);
    refusal = refusal ? refusal : check_reversal(model, act->of);
    refusal = refusal ? refusal : check_fill(model, act->of);
    if (!refusal && deal->kind == RETIREMENT && model->reviews[deal->beneficiary] == REFUSED) {
        refusal = "beneficiary_refused";
    }
    return refusal ? refusal : check_refund(model, act->of);
}

// An offer becomes a deal with a lock.
static const char *approve_offer(struct model *model, const struct act *act)
{
    struct deal deal = model->deals[act->of];
    deal.lines = copy_lines(&deal);
    const char *refusal =
        pick_offer(model, &deal) ? check_approval(model, act, &deal) : "offer_units_gone";
    if (refusal) {
        free(deal.lines);
        return refusal;
    }
    free(model->deals[act->of].lines);
    deal.expected = deal.wanted;
    deal.offered = false;
    model->deals[act->of] = deal;
    lock_deal(model, act->of);
    carry_out(model, act, act->of, day_of(model, act));
    return NULL;
}

static const char *approve(struct model *model, const struct act *act)
{
    if (in_future(model, act)) {
        return "date_in_future";
    }
    if (act->of >= model->n_deals) {
        return "trade_not_found";
    }
    struct deal *deal = &model->deals[act->of];
    if (deal->state != PROPOSED) {
        return "trade_decided";
    }
    if (deal->has_lock && model_locked(model, act->of) + deal->expected != deal->tonnes) {
        return "cover_lost";
    }
    if (deal->offered) {
        return approve_offer(model, act);
    }
    const char *refusal = check_approval(model, act, deal);
    if (refusal) {
        return refusal;
    }
    carry_out(model, act, act->of, day_of(model, act));
    return NULL;
}

// Everything goes back to where it came from: under the lock of another deal, or, where that is
// over and has given the rest back, the same way as the rest.
static void give_back(struct model *model, int at, int day)
{
    struct deal *deal = &model->deals[at];
    if (deal->offered) {
        return;
    }
    const struct deal *source = deal->source != NONE ? &model->deals[deal->source] : NULL;
    bool over = source && is_over(source, day);
    enum use use = over ? use_of(source->kind) : use_now(deal);
    int lock = source && !over ? deal->source : NONE;
    (void)pick_locked(model, at, INT64_MAX);
    for (int i = 0; i < model->n_picked; i++) {
        const struct tonne *tonne = &model->tonnes[model->scratch[i]];
        put(model, model->scratch[i], tonne->owner, lock != NONE ? LOCKED : HELD, tonne->pool,
            lock);
    }
    deal->released += model->n_picked + deal->expected;
    deal->expected = 0;
    draw_lines(model, deal->lines, deal->n_lines, use, -1);
}

static const char *reject(struct model *model, const struct act *act)
{
    if (act->of >= model->n_deals) {
        return "trade_not_found";
    }
    struct deal *deal = &model->deals[act->of];
    if (deal->state != PROPOSED) {
        return "trade_decided";
    }
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    if (deal->kind == REVERSAL && !is_officer(act->login)) {
        return "officers_decide";
    }
    if (ends_others_right(model, act->login, deal)) {
        return "right_of_other";
    }
    deal->state = REJECTED;
    give_back(model, act->of, model->today);
    return NULL;
}

void release_rest(struct model *model, int at)
{
    static struct line left[MAX_LINES];
    struct deal *deal = &model->deals[at];
    int n = lines_left(model, at, left);
    send_locked(model, at, NONE, HELD, NONE);
    draw_lines(model, left, n, use_of(deal->kind), -1);
    deal->released += model->n_picked + deal->expected;
    deal->expected = 0;
}

static bool is_past(const struct model *model, int at, int day)
{
    const struct deal *deal = &model->deals[at];
    bool open = deal->state == PROPOSED || (deal->state == APPROVED && deal->has_lock &&
                                            model_locked(model, at) + deal->expected > 0);
    return open && deal->last_day != NONE && deal->last_day < day;
}

// All that are past their last day now; false: there are none.
static bool end_all(struct model *model, int day)
{
    int64_t before = model->ended;
    bool *past = calloc((size_t)model->n_deals + 1, sizeof(*past));
    assert(past);
    for (int i = 0; i < model->n_deals; i++) {
        past[i] = is_past(model, i, day);
    }
    for (int i = 0; i < model->n_deals; i++) {
        if (!past[i] || !is_past(model, i, day)) {
            continue;
        }
        model->ended++;
        if (model->deals[i].state == PROPOSED) {
            model->deals[i].state = EXPIRED;
            give_back(model, i, day);
        } else {
            release_rest(model, i);
        }
    }
    free(past);
    return model->ended > before;
}

static const char *expire(struct model *model, const struct act *act)
{
    if (in_future(model, act)) {
        return "date_in_future";
    }
    while (end_all(model, day_of(model, act))) {
    }
    return NULL;
}

static const char *review(struct model *model, const struct act *act)
{
    bool known = false;
    bool proposes = false;
    for (int i = 0; i < model->n_deals; i++) {
        const struct deal *deal = &model->deals[i];
        if (deal->kind == RETIREMENT && deal->beneficiary == act->beneficiary) {
            known = true;
            proposes = proposes || (deal->state == PROPOSED && deal->proposer == act->login);
        }
    }
    if (!known) {
        return "beneficiary_unknown";
    }
    if (proposes) {
        return "second_person";
    }
    model->reviews[act->beneficiary] = act->accept ? ACCEPTED : REFUSED;
    return NULL;
}

static const char *limit(struct model *model, const struct act *act)
{
    model->limited[act->to] = true;
    model->limit_fen[act->to] = act->amount_fen;
    model->limit_t[act->to] = act->tonnes;
    return NULL;
}

static const char *issue(struct model *model, const struct act *act)
{
    if (model->packages[act->packages[0]].issued) {
        return "package_state";
    }
    model_issue(model, act->packages[0]);
    return NULL;
}

static const char *ask(struct model *model, const struct act *act)
{
    switch (act->kind) {
    case ACT_PROPOSE:
        return propose(model, act);
    case ACT_APPROVE:
        return approve(model, act);
    case ACT_REJECT:
        return reject(model, act);
    case ACT_EXPIRE:
        return expire(model, act);
    case ACT_RECEIPT:
        return ask_receipt(model, act);
    case ACT_RECEIPT_CORRECT:
        return ask_receipt_correct(model, act);
    case ACT_WITHDRAW:
        return ask_withdraw(model, act);
    case ACT_LOAN:
        return ask_loan(model, act);
    case ACT_LOAN_CORRECT:
        return ask_loan_correct(model, act);
    case ACT_LIMIT:
        return limit(model, act);
    case ACT_BUFFER:
        return ask_buffer_rule(model, act);
    case ACT_REVIEW:
        return review(model, act);
    case ACT_FORECAST:
        return ask_forecast(model, act);
    case ACT_RESTATE:
        return ask_restate(model, act);
    case ACT_ISSUE:
        return issue(model, act);
    case ACT_SETTLE:
        return ask_settle(model, act);
    case ACT_DEDUCT:
    case ACT_UNDEDUCT:
    case ACT_TRUE_UP:
    case ACT_REOPEN:
        return ask_cost(model, act);
    case ACT_TERM_END:
        return ask_term_end(model, act);
    case ACT_RUN:
    case ACT_RUN_APPROVE:
    case ACT_RUN_REJECT:
    case ACT_PAID:
    case ACT_RETURNED:
    case ACT_RESENT:
    case N_ACTS:
        break;
    }
    return ask_revenue(model, act);
}

const char *model_foretell(struct model *model, const struct act *act)
{
    const char *answer = check_login(act);
    answer = answer ? answer : check_key(model, act);
    answer = answer ? answer : ask(model, act);
    if (!answer) {
        keep_key(model, act, act->kind == ACT_PROPOSE ? model->n_deals - 1 : act->of);
    }
    return answer ? answer : DONE;
}

// Pledges of the model: units, later ranks and receivables; releases and enforcements.
#include <assert.h>
#include <stdlib.h>

#include "tests/campaign/model_internal.h"

static int root_of(const struct model *model, int pledge)
{
    return model->deals[pledge].of != NONE ? model->deals[pledge].of : pledge;
}

static void stand(const struct model *model, int pledge, struct standing *ret)
{
    const struct deal *deal = &model->deals[pledge];
    *ret = (struct standing){.pledge = pledge,
                             .held = model_locked(model, pledge),
                             .expected = deal->expected,
                             .lacking = deal->pledged - deal->came};
    bool released = false;
    for (int i = pledge + 1; i < model->n_deals; i++) {
        const struct deal *act = &model->deals[i];
        bool on_it = act->of == pledge && (act->kind == RELEASE || act->kind == ENFORCEMENT);
        bool open = on_it && act->state == PROPOSED;
        ret->deciding += open ? act->tonnes : 0;
        ret->waiving += open ? act->waived : 0;
        ret->giving += open ? act->given : 0;
        ret->lacking -= on_it && act->state == APPROVED ? act->waived : 0;
        released = released || (on_it && act->kind == RELEASE && act->state == APPROVED);
    }
    ret->alive = deal->subject == RECEIVABLE && !released;
}

int model_ranks(const struct model *model, int pledge, struct standing *ret_ranks, int room)
{
    int root = root_of(model, pledge);
    int n = 0;
    for (int i = 0; i < model->n_deals; i++) {
        const struct deal *deal = &model->deals[i];
        if (deal->kind != PLEDGE || deal->state != APPROVED || (i != root && deal->of != root)) {
            continue;
        }
        assert(n < room);
        int at = n++;
        for (; at > 0 && model->deals[ret_ranks[at - 1].pledge].place > deal->place; at--) {
            ret_ranks[at] = ret_ranks[at - 1];
        }
        stand(model, i, &ret_ranks[at]);
    }
    // A pledge waits for what those before it hold.
    int64_t before = 0;
    for (int i = 0; i < n; i++) {
        struct standing *rank = &ret_ranks[i];
        int64_t own = rank->held + rank->expected + rank->deciding;
        rank->waiting = least_of(rank->lacking, before);
        rank->alive = rank->alive || own + rank->waiting > 0;
        before += own;
    }
    return n;
}

enum { MAX_RANKS = 256 };

static struct standing standing_of(const struct model *model, int pledge)
{
    struct standing ranks[MAX_RANKS];
    int n = model_ranks(model, pledge, ranks, MAX_RANKS);
    for (int i = 0; i < n; i++) {
        if (ranks[i].pledge == pledge) {
            return ranks[i];
        }
    }
    return (struct standing){.pledge = pledge};
}

static int64_t chain_held(const struct model *model, int pledge)
{
    struct standing ranks[MAX_RANKS];
    int n = model_ranks(model, pledge, ranks, MAX_RANKS);
    int64_t held = 0;
    for (int i = 0; i < n; i++) {
        held += ranks[i].held + ranks[i].expected;
    }
    return held;
}

const char *check_pledge_open(const struct model *model, int pledge)
{
    if (pledge >= model->n_deals || model->deals[pledge].kind != PLEDGE) {
        return "pledge_not_found";
    }
    return model->deals[pledge].state != APPROVED ? "pledge_not_approved" : NULL;
}

static int64_t claim_on(const struct deal *deal, int party)
{
    for (int i = 0; i < deal->n_owed; i++) {
        if (deal->owed[i].party == party) {
            return deal->owed[i].fen;
        }
    }
    return 0;
}

static const char *rank_after(const struct model *model, const struct act *act, struct deal *deal)
{
    const char *refusal = check_pledge_open(model, act->of);
    if (refusal) {
        return refusal;
    }
    const struct deal *first = &model->deals[act->of];
    if (first->seller != deal->seller || first->subject == RECEIVABLE) {
        return "pledge_other_holder";
    }
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    int64_t held = chain_held(model, act->of);
    int64_t wanted = act->tonnes == NOT_GIVEN ? 0 : act->tonnes;
    if (held == 0 || wanted > held) {
        return "not_enough_units";
    }
    deal->pledged = act->tonnes == NOT_GIVEN ? held : wanted;
    deal->of = root_of(model, act->of);
    return NULL;
}

static const char *receivable(const struct model *model, const struct act *act, struct deal *deal)
{
    if (act->of >= model->n_deals) {
        return "trade_not_found";
    }
    if (model->deals[act->of].kind == PLEDGE ||
        claim_on(&model->deals[act->of], deal->seller) <= 0) {
        return "receivable_none";
    }
    deal->of = act->of;
    return NULL;
}

static const char *pledge(struct model *model, const struct act *act, struct deal *deal)
{
    if (act->from == act->to) {
        return "same_party";
    }
    if (act->to == VERIFIER) {
        return "verifier_cannot_hold";
    }
    deal->seller = act->from;
    deal->buyer = act->to;
    deal->subject = act->subject;
    deal->principal_fen = act->amount_fen;
    deal->debtor = act->debtor == NONE ? act->from : act->debtor;
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    if (deal->debtor == deal->buyer) {
        return "debtor_is_pledgee";
    }
    if (act->subject == RECEIVABLE) {
        return receivable(model, act, deal);
    }
    if (act->subject == RANK) {
        return rank_after(model, act, deal);
    }
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    deal->tonnes = act->tonnes;
    deal->pledged = act->tonnes;
    deal->came = act->tonnes;
    int package = act->n_packages > 0 ? act->packages[0] : ANY;
    return act->subject == EXPECTED ? take_expected(model, deal, package, act->tonnes)
                                    : take_stock(model, deal, package, act->tonnes);
}

static bool pledgee_side(int login, const struct deal *pledge_deal)
{
    return party_of(login) == NONE || party_of(login) == pledge_deal->buyer;
}

static const char *release(struct model *model, const struct act *act, struct deal *deal)
{
    const char *refusal = check_pledge_open(model, act->of);
    if (refusal) {
        return refusal;
    }
    const struct deal *of = &model->deals[act->of];
    if (!pledgee_side(act->login, of)) {
        return "release_by_pledgee";
    }
    struct standing rank = standing_of(model, act->of);
    deal->seller = of->seller;
    deal->buyer = of->buyer;
    if (!rank.alive) {
        return "pledge_ended";
    }
    if (of->subject == RECEIVABLE) {
        return act->tonnes != NOT_GIVEN ? "release_whole" : NULL;
    }
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    // Some of what an open release gives up may have come since.
    int64_t lacking = rank.lacking > rank.waiving ? rank.lacking - rank.waiving : 0;
    int64_t expected = rank.expected > rank.giving ? rank.expected - rank.giving : 0;
    int64_t open = rank.held + expected + least_of(lacking, rank.waiting);
    int64_t wanted = act->tonnes == NOT_GIVEN ? open : act->tonnes;
    if (open == 0 || wanted > open) {
        return "not_enough_units";
    }
    deal->tonnes = least_of(wanted, rank.held);
    deal->given = least_of(wanted - deal->tonnes, expected);
    // Who gives up everything also gives up what he will never get.
    deal->waived = wanted == open ? lacking : wanted - deal->tonnes - deal->given;
    return deal->tonnes > 0 ? take_locked(model, deal, deal->tonnes) : NULL;
}

static void add_debt(struct deal *deal, int of, int64_t owed_fen)
{
    int n = deal->n_debts++;
    struct debt *debts = realloc(deal->debts, (size_t)deal->n_debts * sizeof(*debts));
    assert(debts);
    deal->debts = debts;
    debts[n] = (struct debt){of, owed_fen};
}

static const char *state_debts(const struct model *model, const struct act *act, struct deal *deal)
{
    struct standing ranks[MAX_RANKS];
    int n = model_ranks(model, act->of, ranks, MAX_RANKS);
    bool after = false;
    if (model->deals[act->of].buyer == deal->buyer) {
        return "enforcement_to_pledgee";
    }
    const char *refusal = check_owed(model, act->of, act->owed_fen, deal->on);
    if (refusal) {
        return refusal;
    }
    add_debt(deal, act->of, act->owed_fen);
    for (int i = 0; i < n; i++) {
        int stated = NONE;
        for (int k = 0; k < act->n_next; k++) {
            stated = act->next[k] == ranks[i].pledge ? k : stated;
        }
        if (after && ranks[i].alive && stated == NONE && deal->amount_fen > act->owed_fen) {
            return "owed_next_missing";
        }
        if (after && ranks[i].alive && stated != NONE) {
            if (model->deals[ranks[i].pledge].buyer == deal->buyer) {
                return "enforcement_to_pledgee";
            }
            refusal = check_owed(model, ranks[i].pledge, act->next_fen[stated], deal->on);
            if (refusal) {
                return refusal;
            }
            add_debt(deal, ranks[i].pledge, act->next_fen[stated]);
        }
        after = after || ranks[i].pledge == act->of;
    }
    return deal->n_debts != act->n_next + 1 ? "owed_next_invalid" : NULL;
}

static const char *enforcement(struct model *model, const struct act *act, struct deal *deal)
{
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    const char *refusal = check_pledge_open(model, act->of);
    if (refusal) {
        return refusal;
    }
    const struct deal *of = &model->deals[act->of];
    if (!pledgee_side(act->login, of)) {
        return "release_by_pledgee";
    }
    if (act->to == VERIFIER) {
        return "verifier_cannot_hold";
    }
    if (act->to == of->seller) {
        return "same_party";
    }
    deal->seller = of->seller;
    deal->buyer = act->to;
    deal->tonnes = act->tonnes;
    if (of->subject == RECEIVABLE || act->tonnes > model_locked(model, act->of)) {
        return of->expected > 0 ? "enforcement_expected" : "not_enough_units";
    }
    refusal = take_locked(model, deal, act->tonnes);
    assert(!refusal);
    deal->price_fen = act->price_fen;
    deal->amount_fen = act->price_fen * act->tonnes;
    set_tax(deal, act->tax);
    for (int i = 0; i < deal->n_lines; i++) {
        struct line *line = &deal->lines[i];
        line->amount_fen = deal->price_fen * line->tonnes;
        if (line->pool != NONE) {
            line->cost_fen = next_cost(share_of(model, line->pool, line->package), line->tonnes);
        }
    }
    return state_debts(model, act, deal);
}

const char *propose_pledge(struct model *model, const struct act *act, struct deal *deal)
{
    return act->deal == PLEDGE    ? pledge(model, act, deal)
           : act->deal == RELEASE ? release(model, act, deal)
                                  : enforcement(model, act, deal);
}

// A pledge that was registered since has its rank too.
static const char *check_overtaken(const struct model *model, const struct deal *deal)
{
    struct standing ranks[MAX_RANKS];
    int n = model_ranks(model, deal->of, ranks, MAX_RANKS);
    bool after = false;
    if (deal->amount_fen <= deal->debts[0].owed_fen) {
        return NULL;
    }
    for (int i = 0; i < n; i++) {
        bool stated = false;
        for (int k = 0; k < deal->n_debts; k++) {
            stated = stated || deal->debts[k].pledge == ranks[i].pledge;
        }
        if (after && ranks[i].alive && !stated) {
            return "enforcement_overtaken";
        }
        after = after || ranks[i].pledge == deal->of;
    }
    return NULL;
}

// Nor is more owed than can be, by now.
static const char *check_enforcement(const struct model *model, const struct deal *deal)
{
    const char *refusal = check_overtaken(model, deal);
    for (int i = 0; i < deal->n_debts && !refusal; i++) {
        refusal = check_owed(model, deal->debts[i].pledge, deal->debts[i].owed_fen, deal->on);
    }
    return refusal;
}

const char *check_pledge(const struct model *model, int at)
{
    const struct deal *deal = &model->deals[at];
    if (deal->kind == PLEDGE && deal->subject == RANK) {
        int64_t held = chain_held(model, deal->of);
        return held == 0 || deal->pledged > held ? "not_enough_units" : NULL;
    }
    if (deal->kind == PLEDGE && deal->subject == RECEIVABLE) {
        return claim_on(&model->deals[deal->of], deal->seller) <= 0 ? "receivable_none" : NULL;
    }
    if (deal->kind == RELEASE) {
        struct standing rank = standing_of(model, deal->of);
        if (deal->given > rank.expected) {
            return "release_overtaken";
        }
        if (deal->waived > rank.lacking) {
            return "not_enough_units";
        }
        bool gives = deal->tonnes + deal->given + deal->waived > 0;
        return !gives && !rank.alive ? "pledge_ended" : NULL;
    }
    return deal->kind == ENFORCEMENT ? check_enforcement(model, deal) : NULL;
}

// Expected tonnes of a release: to the ranks behind it that lack some still, or to nobody.
static void pass_expected(struct model *model, int at, struct standing *ranks, int n)
{
    struct deal *of = &model->deals[model->deals[at].of];
    int64_t left = model->deals[at].given;
    of->expected -= left;
    of->released += left;
    for (int i = 0; i < n; i++) {
        struct deal *next = &model->deals[ranks[i].pledge];
        int64_t part = next->place > of->place ? least_of(ranks[i].lacking, left) : 0;
        if (part > 0) {
            next->has_lock = true;
            next->came += part;
            next->expected += part;
            next->forecast = of->forecast;
            left -= part;
        }
    }
}

// Tonnes of a release go to the ranks behind it that lack some, in order, then to the holder.
static void pass_on(struct model *model, int at)
{
    struct standing ranks[MAX_RANKS];
    const struct deal *deal = &model->deals[at];
    int pledge_at = deal->of;
    int n = model_ranks(model, pledge_at, ranks, MAX_RANKS);
    int rank = 0;
    int64_t place = model->deals[pledge_at].place;
    (void)pick_locked(model, at, INT64_MAX);
    for (int i = 0; i < model->n_picked; i++) {
        struct tonne tonne = model->tonnes[model->scratch[i]];
        while (rank < n &&
               (model->deals[ranks[rank].pledge].place <= place || ranks[rank].lacking <= 0)) {
            rank++;
        }
        if (rank < n) {
            struct deal *next = &model->deals[ranks[rank].pledge];
            ranks[rank].lacking--;
            next->came++;
            next->has_lock = true;
            put(model, model->scratch[i], tonne.owner, LOCKED, tonne.pool, ranks[rank].pledge);
            continue;
        }
        put(model, model->scratch[i], tonne.owner, HELD, tonne.pool, NONE);
        if (tonne.pool != NONE) {
            share_of(model, tonne.pool, package_of(model, model->scratch[i]))->used--;
        }
    }
    pass_expected(model, at, ranks, n);
}

void approve_pledge(struct model *model, int at)
{
    struct deal *deal = &model->deals[at];
    if (deal->kind == RELEASE) {
        pass_on(model, at);
    }
    if (deal->kind != ENFORCEMENT) {
        return;
    }
    int64_t left = deal->amount_fen;
    hand_over(model, at);
    for (int i = 0; i < deal->n_debts; i++) {
        int64_t part = least_of(deal->debts[i].owed_fen, left);
        left -= part;
        claim(model, at, deal->buyer, model->deals[deal->debts[i].pledge].buyer, part);
    }
    claim(model, at, deal->buyer, deal->seller, left);
}

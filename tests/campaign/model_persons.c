// Who may have a hand in a deal, and who may approve it.
#include <limits.h>

#include "tests/campaign/model_internal.h"

int64_t served(const struct model *model, int bank, int customer)
{
    int64_t left = 0;
    for (int i = 0; i < model->n_deals; i++) {
        const struct deal *deal = &model->deals[i];
        bool handed = deal->kind == RESALE || deal->kind == TRANSFER || deal->kind == ACCEPTANCE ||
                      deal->kind == DELIVERY || deal->kind == EXERCISE;
        if (deal->state != APPROVED) {
            continue;
        }
        if (handed && !deal->corrected && deal->seller == bank && deal->buyer == customer) {
            left += deal->tonnes;
        }
        if (deal->kind == RETIREMENT && deal->seller == customer &&
            party_of(deal->proposer) == bank) {
            left -= deal->tonnes;
        }
    }
    return left > 0 ? left : 0;
}

bool own_deal(const struct model *model, int login, const struct deal *deal)
{
    int party = party_of(login);
    if (party == NONE || party == deal->seller || party == deal->buyer ||
        (deal->kind == RETIREMENT && served(model, party, deal->seller) > 0)) {
        return true;
    }
    return deal->of != NONE && deal->of < model->n_deals &&
           (party == model->deals[deal->of].seller || party == model->deals[deal->of].buyer);
}

// His own party; a person of the county speaks for who has no login, NONE for several.
static bool speaks_for(int login, int party)
{
    return party_of(login) == party || (party_of(login) == NONE && !has_login(party));
}

// Two persons of the other side suffice for a purchase for money, 1.00 a tonne or more, and for
// retiring, for a customer himself, what was sold to him.
static bool fair_without_giver(const struct model *model, int login, const struct deal *deal)
{
    static const enum party BENEFICIARIES[N_BENEFICIARIES] = {FACTORY, MILL,        FARMER,
                                                              BANK,    SECOND_BANK, FUND};
    if (deal->kind == RETIREMENT) {
        return (int)BENEFICIARIES[deal->beneficiary] == deal->seller &&
               deal->tonnes <= served(model, party_of(login), deal->seller);
    }
    return deal->kind == PURCHASE && deal->amount_fen > 0 && deal->amount_fen >= 100 * deal->tonnes;
}

// Whose word a deal needs. Deals on another deal's lock were agreed to with that one, but for the
// sale of what is pledged; for an exercise that is entered after the window, and for the holder's
// choice to exercise at all; for money back where other tonnes were promised, or tonnes are still
// to come; for other tonnes than those under the lock. What is taken back needs both sides.
static void whose_word(const struct model *model, const struct deal *deal, bool *giver, bool *buyer)
{
    const struct deal *of = deal->of != NONE ? &model->deals[deal->of] : NULL;
    *giver = !acts_on_lock(deal->kind) && deal->kind != REVERSAL;
    *buyer = deal->kind == CORRECTION || deal->kind == RELEASE;
    if (deal->kind == ENFORCEMENT) {
        *giver = true;
    }
    if (deal->kind == EXERCISE) {
        *giver = deal->entered > of->until;
        *buyer = has_login(deal->buyer);
    }
    if (deal->kind == DELIVERY) {
        bool early = deal->refund > model_short(model, deal->of) && deal->on <= of->until;
        *giver = deal->refund > 0 ? early : deal->source == NONE;
        *buyer = deal->refund > 0 && (early || of->replace);
    }
}

// The county's word does for the pledgor's where pledged units are sold, and for the pledgee's
// where he said that his loan is repaid.
static bool county_does(const struct model *model, const struct deal *deal)
{
    if (deal->kind != RELEASE) {
        return deal->kind == ENFORCEMENT;
    }
    const struct deal *pledge = &model->deals[deal->of];
    int64_t open = model_loan_sum(pledge, PAYOUT, INT_MAX);
    bool any = open > 0;
    for (int i = 0; i < pledge->n_loan; i++) { // as its own persons say
        const struct payment *payment = &pledge->loan[i];
        bool told = payment->kind == REPAYMENT && party_of(payment->login) == pledge->buyer;
        open -= told && !payment->taken_back ? payment->fen : 0;
    }
    return any && open == 0;
}

static const char *unheard(const struct model *model, int login, const struct deal *deal)
{
    bool giver = false;
    bool buyer = false;
    bool county =
        county_does(model, deal) && (party_of(login) == NONE || party_of(deal->proposer) == NONE);
    whose_word(model, deal, &giver, &buyer);
    if (giver && !county && !speaks_for(login, deal->seller) &&
        !speaks_for(deal->proposer, deal->seller) && !fair_without_giver(model, login, deal)) {
        return "giver_unheard";
    }
    return buyer && !county && !speaks_for(login, deal->buyer) &&
                   !speaks_for(deal->proposer, deal->buyer)
               ? "buyer_unheard"
               : NULL;
}

// Who is bound by the deal on which another one acts does not reject that, unless his own side
// proposed it or its word is needed; nor does anybody without a part in them, but an officer.
bool ends_others_right(const struct model *model, int login, const struct deal *deal)
{
    bool giver = false;
    bool buyer = false;
    int party = party_of(login);
    int entitled = acts_on_lock(deal->kind) ? model->deals[deal->of].buyer : NONE;
    whose_word(model, deal, &giver, &buyer);
    return entitled != NONE && !is_officer(login) && party != party_of(deal->proposer) &&
           !(party != NONE && party == deal->buyer && party != entitled) &&
           (county_does(model, deal) || (!(giver && speaks_for(login, deal->seller)) &&
                                         !(buyer && speaks_for(login, deal->buyer))));
}

bool limited_to_nothing(const struct model *model, int login)
{
    return model->limited[login] && (model->limit_fen[login] == 0 || model->limit_t[login] == 0);
}

bool has_login(int party)
{
    bool has = false;
    for (int i = 0; i < N_LOGINS; i++) {
        has = has || (party != NONE && party_of(i) == party);
    }
    return has;
}

const char *check_stand_in(const struct model *model, int login, const struct deal *deal)
{
    bool by_pledgee = deal->kind == RELEASE || deal->kind == ENFORCEMENT;
    int entitled = acts_on_lock(deal->kind) ? model->deals[deal->of].buyer : NONE;
    bool silent = (entitled != NONE && !has_login(entitled)) ||
                  (deal->kind == RELEASE && county_does(model, deal));
    bool desk = deal->kind == ENFORCEMENT && party_of(login) == NONE;
    bool for_other = (is_officer(login) || desk) && deal->kind != REVERSAL && !silent &&
                     (by_pledgee || has_login(deal->seller));
    return for_other ? "officer_stands_in" : NULL;
}

// Two officers bind nobody who has a login.
static const char *side_unheard(const struct model *model, int login, const struct deal *deal)
{
    bool repaid = deal->kind == RELEASE && county_does(model, deal);
    bool officers =
        is_officer(login) && is_officer(deal->proposer) && deal->kind != REVERSAL && !repaid;
    bool earlier = deal->of != NONE && has_login(model->deals[deal->of].buyer);
    return officers && (has_login(deal->buyer) || earlier) ? "side_unheard" : NULL;
}

// Not less than what the tonnes cost, so that a low price hides nothing.
int64_t worth(struct model *model, const struct deal *deal)
{
    int64_t expected = deal->offered ? deal->wanted : deal->expected;
    int bought = expected > 0 ? model->forecasts[deal->forecast].of : NONE;
    int64_t cost = bought == NONE ? 0
                                  : rounded_share(model->deals[bought].amount_fen, expected,
                                                  model->deals[bought].tonnes);
    for (int i = 0; i < deal->n_lines; i++) {
        const struct line *line = &deal->lines[i];
        bool untold = line->cost_fen == 0 && line->pool != NONE && !acts_on_lock(deal->kind);
        cost += untold ? next_cost(share_of(model, line->pool, line->package), line->tonnes)
                       : line->cost_fen;
    }
    return cost > deal->amount_fen ? cost : deal->amount_fen;
}

static int64_t decided_today(const struct model *model, int login)
{
    return model->decided_on[login] == model->today ? model->decided_fen[login] : 0;
}

const char *check_alone(const struct model *model, int login, int64_t fen)
{
    return decided_today(model, login) + fen > model->alone_fen ? "alone_sum" : NULL;
}

void decide_alone(struct model *model, int login, int64_t fen)
{
    model->decided_fen[login] = decided_today(model, login) + fen;
    model->decided_on[login] = model->today;
}

// A sale that is entered later than its day shares its money by the term of that day: where another
// one holds on the day of entry, no side chooses without the county.
static const char *county_unheard(const struct model *model, int login, const struct deal *deal)
{
    bool shared = is_sale(deal->kind) || deal->kind == OPTION;
    bool over = false;
    for (int i = 0; i < deal->n_lines && shared && deal->on < deal->entered; i++) {
        const struct deal then = {.lines = &deal->lines[i], .n_lines = 1, .on = deal->on};
        const struct deal now = {.lines = &deal->lines[i], .n_lines = 1, .on = deal->entered};
        bool pooled = deal->lines[i].pool != NONE;
        over = over || (pooled && revenue_term(model, &then) != revenue_term(model, &now));
    }
    return over && !is_officer(login) && !is_officer(deal->proposer) ? "county_unheard" : NULL;
}

static const char *check_limit(const struct model *model, int login, int64_t fen, int64_t tonnes)
{
    if (limited_to_nothing(model, login)) {
        return "limit_nothing";
    }
    if (model->limited[login] && model->limit_fen[login] != NOT_GIVEN &&
        fen > model->limit_fen[login]) {
        return "limit_amount";
    }
    return model->limited[login] && model->limit_t[login] != NOT_GIVEN &&
                   tonnes > model->limit_t[login]
               ? "limit_tonnes"
               : NULL;
}

const char *check_persons(struct model *model, int login, int on, const struct deal *deal)
{
    bool to_come = (deal->offered ? deal->wanted : deal->expected) > 0;
    bool alone = deal->amount_fen > 0 && !to_come && worth(model, deal) <= model->alone_fen &&
                 deal->kind != CORRECTION && speaks_for(login, deal->seller);
    if (login == deal->proposer && !alone) {
        return "second_person";
    }
    if (login == deal->proposer && check_alone(model, login, worth(model, deal))) {
        return "alone_sum";
    }
    if (deal->kind == REVERSAL && !is_officer(login)) {
        return "officers_decide";
    }
    if (!own_deal(model, login, deal)) {
        return "trade_not_yours";
    }
    if ((deal->kind == TRANSFER || deal->kind == PLEDGE) && party_of(login) != NONE &&
        party_of(login) == deal->seller && party_of(deal->proposer) != deal->buyer) {
        return "other_side_accepts";
    }
    const char *refusal = unheard(model, login, deal);
    refusal = refusal ? refusal : side_unheard(model, login, deal);
    if (refusal) {
        return refusal;
    }
    refusal = check_limit(model, login, worth(model, deal), deal->tonnes);
    if (!refusal && !speaks_for(login, deal->seller)) {
        refusal = check_limit(model, deal->proposer, worth(model, deal), deal->tonnes);
    }
    if (refusal) {
        return refusal;
    }
    if (on < deal->on) {
        return "decided_before";
    }
    bool over = deal->last_day != NONE && model->today > deal->last_day;
    return over ? "trade_expired" : county_unheard(model, login, deal);
}

// Deals in units that are there: purchase, resale, transfer, retirement, cancellation, listing and
// acceptance.
#include <assert.h>
#include <stdlib.h>

#include "tests/campaign/model_internal.h"

void set_tax(struct deal *deal, int tax)
{
    deal->tax = tax;
    deal->net_fen = rounded_share(deal->amount_fen, 100, 100 + tax);
}

// A price per tonne or a lump sum, and each line's part of it.
static void set_money(const struct act *act, struct deal *deal)
{
    int64_t *numbers = calloc((size_t)deal->n_lines * 2 + 1, sizeof(*numbers));
    int64_t *parts = numbers + deal->n_lines;
    assert(numbers);
    deal->price_fen = act->price_fen;
    deal->amount_fen =
        act->price_fen != NOT_GIVEN ? act->price_fen * deal->tonnes : act->amount_fen;
    set_tax(deal, act->tax);
    for (int i = 0; i < deal->n_lines; i++) {
        numbers[i] = deal->lines[i].tonnes;
    }
    divide(deal->amount_fen, numbers, deal->n_lines, parts);
    for (int i = 0; i < deal->n_lines; i++) {
        deal->lines[i].amount_fen = parts[i];
    }
    free(numbers);
}

// Days of payment, together the whole amount.
static const char *set_schedule(const struct act *act, struct deal *deal)
{
    int64_t sum = 0;
    for (int i = 0; i < act->n_pay; i++) {
        int k = deal->n_pay++;
        if (act->pay[i].fen == 0) {
            return "schedule_step";
        }
        sum += act->pay[i].fen;
        for (; k > 0 && deal->pay[k - 1].on > act->pay[i].on; k--) {
            deal->pay[k] = deal->pay[k - 1];
        }
        deal->pay[k] = act->pay[i];
    }
    if (deal->n_pay > 0 && sum != deal->amount_fen) {
        return "schedule_sum";
    }
    return deal->n_pay > 0 && deal->pay[0].on < deal->on ? "schedule_day" : NULL;
}

static const char *check_bank(int login, int bank)
{
    return party_of(login) != NONE && party_of(login) != bank ? "bank_not_yours" : NULL;
}

static const char *find_packages(const struct model *model, const struct act *act)
{
    for (int i = 0; i < act->n_packages; i++) {
        if (act->packages[i] >= model->n_packages) {
            return "package_not_found";
        }
        if (!model->packages[act->packages[i]].issued) {
            return "package_not_issued";
        }
    }
    for (int i = 0; i < act->n_packages; i++) {
        for (int k = 0; k < i; k++) {
            if (act->packages[k] == act->packages[i]) {
                return "package_twice";
            }
        }
    }
    return NULL;
}

static int64_t held_of(struct model *model, int package)
{
    const struct wish wish = {model->packages[package].holder, package, ANY, 0};
    return pick_held(model, &wish, INT64_MAX);
}

// A part is taken from the packages pro rata to what their holders hold.
static void purchase_lines(struct model *model, const struct act *act, struct deal *deal)
{
    int64_t held[MAX_PACKAGES] = {0};
    int64_t shares[MAX_PACKAGES] = {0};
    int packages[MAX_PACKAGES];
    for (int i = 0; i < act->n_packages; i++) {
        int k = i;
        for (; k > 0 && packages[k - 1] > act->packages[i]; k--) {
            packages[k] = packages[k - 1];
        }
        packages[k] = act->packages[i];
    }
    for (int i = 0; i < act->n_packages; i++) {
        held[i] = held_of(model, packages[i]);
    }
    divide(deal->tonnes, held, act->n_packages, shares);
    for (int i = 0; i < act->n_packages; i++) {
        if (shares[i] > 0) {
            int holder = model->packages[packages[i]].holder;
            line_add(deal, packages[i], NONE, holder)->tonnes = shares[i];
        }
    }
}

static void pick_purchase(struct model *model, const struct deal *deal)
{
    int n = 0;
    int *picked = malloc((size_t)deal->tonnes * sizeof(*picked));
    assert(picked);
    for (int i = 0; i < deal->n_lines; i++) {
        const struct line *line = &deal->lines[i];
        const struct wish wish = {line->seller, line->package, ANY, 0};
        int64_t found = pick_held(model, &wish, line->tonnes);
        for (int64_t k = 0; k < found; k++) {
            picked[n++] = model->scratch[k];
        }
    }
    for (int i = 0; i < n; i++) {
        model->scratch[i] = picked[i];
    }
    model->n_picked = n;
    free(picked);
}

static void purchase_costs(struct deal *deal)
{
    int64_t tonnes[MAX_PACKAGES];
    int64_t costs[MAX_PACKAGES];
    for (int i = 0; i < deal->n_lines; i++) {
        tonnes[i] = deal->lines[i].tonnes;
    }
    divide(deal->net_fen, tonnes, deal->n_lines, costs);
    for (int i = 0; i < deal->n_lines; i++) {
        deal->lines[i].cost_fen = costs[i];
    }
}

static const char *purchase(struct model *model, const struct act *act, struct deal *deal)
{
    int64_t available = 0;
    if (act->to == VERIFIER) {
        return "verifier_cannot_hold";
    }
    if (!is_bank(act->to)) {
        return "buyer_not_bank";
    }
    const char *refusal = check_bank(act->login, act->to);
    refusal = refusal ? refusal : find_packages(model, act);
    if (refusal) {
        return refusal;
    }
    for (int i = 0; i < act->n_packages; i++) {
        available += held_of(model, act->packages[i]);
    }
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    if (available == 0) {
        return "packages_sold_out";
    }
    deal->tonnes = act->tonnes == NOT_GIVEN ? available : act->tonnes;
    if (deal->tonnes > available) {
        return "not_enough_units";
    }
    purchase_lines(model, act, deal);
    if (revenue_term(model, deal) == TERM_MIXED) {
        return "pool_terms_differ";
    }
    set_money(act, deal);
    purchase_costs(deal);
    deal->oldest = act->oldest;
    deal->seller = deal->n_lines == 1 ? deal->lines[0].seller : NONE;
    deal->buyer = act->to;
    pick_purchase(model, deal);
    return set_schedule(act, deal);
}

static const char *resale(struct model *model, const struct act *act, struct deal *deal)
{
    int package = act->n_packages > 0 ? act->packages[0] : ANY;
    const struct wish wish = {act->from, package, POOLED, act->year};
    const char *refusal = NULL;
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    if (!is_bank(act->from)) {
        return "seller_not_bank";
    }
    if (act->from == act->to) {
        return "same_party";
    }
    if (act->to == VERIFIER) {
        return "verifier_cannot_hold";
    }
    refusal = check_bank(act->login, act->from);
    if (refusal) {
        return refusal;
    }
    if (package >= model->n_packages) {
        return "package_not_found";
    }
    if (act->n_parcels == 2 && act->parcels[0] == act->parcels[1]) {
        return "parcel_twice";
    }
    bool chosen = act->year != 0 || act->n_parcels > 0;
    deal->seller = act->from;
    deal->buyer = act->to;
    deal->tonnes = act->tonnes;
    refusal = act->n_parcels > 0 ? take_of_parcels(model, deal, &wish, act)
              : chosen           ? take_held(model, deal, &wish, act->tonnes)
                                 : draw_stock(model, deal, package, act->tonnes);
    for (int i = 0; i < deal->n_lines && chosen; i++) {
        struct line *line = &deal->lines[i];
        line->cost_fen = next_cost(share_of(model, line->pool, line->package), line->tonnes);
    }
    if (!refusal) {
        set_money(act, deal);
        refusal = set_schedule(act, deal);
    }
    return refusal;
}

static const char *transfer(struct model *model, const struct act *act, struct deal *deal)
{
    int package = act->n_packages > 0 ? act->packages[0] : ANY;
    const struct wish wish = {act->from, package, ANY, 0};
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    if (act->from == act->to) {
        return "same_party";
    }
    if (act->to == VERIFIER) {
        return "verifier_cannot_hold";
    }
    deal->seller = act->from;
    deal->buyer = act->to;
    deal->tonnes = act->tonnes;
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    if (package >= model->n_packages) {
        return "package_not_found";
    }
    return take_held(model, deal, &wish, act->tonnes);
}

static const char *retirement(struct model *model, const struct act *act, struct deal *deal)
{
    const struct wish wish = {act->from, ANY, ANY, 0};
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    if (act->beneficiary == N_BENEFICIARIES) {
        return "beneficiary_incomplete";
    }
    if (act->from == VERIFIER) {
        return "verifier_cannot_hold";
    }
    deal->seller = act->from;
    deal->tonnes = act->tonnes;
    deal->beneficiary = act->beneficiary;
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    return take_held(model, deal, &wish, act->tonnes);
}

static const char *cancellation(struct model *model, const struct act *act, struct deal *deal)
{
    int package = act->n_packages > 0 ? act->packages[0] : ANY;
    const struct wish wish = {act->from, package, ANY, 0};
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    deal->seller = act->from;
    deal->tonnes = act->tonnes;
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    if (package >= model->n_packages) {
        return "package_not_found";
    }
    const char *refusal = act->reversal != NONE ? find_debt(model, act, deal) : NULL;
    return refusal ? refusal : take_held(model, deal, &wish, act->tonnes);
}

static const char *listing(struct model *model, const struct act *act, struct deal *deal)
{
    int package = act->n_packages > 0 ? act->packages[0] : ANY;
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    if (package >= model->n_packages) {
        return "package_not_found";
    }
    deal->seller = act->from;
    deal->tonnes = act->tonnes;
    deal->price_fen = act->price_fen;
    deal->least = act->least == NOT_GIVEN ? 1 : act->least;
    deal->until = act->until;
    set_tax(deal, act->tax);
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    if (deal->least > deal->tonnes) {
        return "listing_least_large";
    }
    if (act->until != NONE && act->until < model->today) {
        return "listing_until";
    }
    return take_stock(model, deal, package, act->tonnes);
}

// A listing that may be accepted or withdrawn today.
static const char *listing_open(const struct model *model, int of)
{
    if (of >= model->n_deals || model->deals[of].kind != LISTING) {
        return "listing_not_found";
    }
    const struct deal *deal = &model->deals[of];
    bool over = deal->last_day != NONE && deal->last_day < model->today;
    return deal->state != APPROVED || over ? "listing_not_open" : NULL;
}

static const struct line *offered_line(const struct deal *listing, const struct line *left)
{
    for (int i = 0; i < listing->n_lines; i++) {
        const struct line *line = &listing->lines[i];
        if (line->package == left->package && line->pool == left->pool) {
            return line;
        }
    }
    return NULL;
}

// Each line of the listing gives pro rata to what it offered, lowest serials first, with that part
// of its cost; the last acceptance brings it to the fen.
static void accept_lines(struct model *model, struct deal *deal)
{
    static struct line left[MAX_LINES];
    static int64_t numbers[4][MAX_LINES];
    int of = deal->of;
    const struct deal *offer = &model->deals[of];
    int n = lines_left(model, of, left);
    for (int i = 0; i < n; i++) {
        numbers[0][i] = offered_line(offer, &left[i])->tonnes;
        numbers[1][i] = numbers[0][i] - left[i].tonnes;
        numbers[2][i] = left[i].tonnes;
    }
    serve(numbers[0], numbers[1], numbers[2], n, deal->tonnes, numbers[3]);
    for (int i = 0; i < n; i++) {
        int64_t take = numbers[3][i];
        if (take > 0) {
            const struct line *offered = offered_line(offer, &left[i]);
            struct line *line = line_add(deal, left[i].package, left[i].pool, left[i].seller);
            int64_t before = offered->cost_fen - left[i].cost_fen;
            int64_t cost =
                rounded_share(offered->cost_fen, numbers[1][i] + take, offered->tonnes) - before;
            line->tonnes = take;
            line->amount_fen = offer->price_fen * take;
            line->cost_fen = cost > 0 ? cost : 0;
        }
    }
    int64_t all = pick_locked(model, of, INT64_MAX);
    int kept = 0;
    int64_t *taken = calloc((size_t)deal->n_lines, sizeof(*taken));
    assert(taken);
    for (int64_t i = 0; i < all; i++) {
        int tonne = model->scratch[i];
        const struct line *line = line_of(deal, package_of(model, tonne), model->tonnes[tonne].pool,
                                          model->tonnes[tonne].owner);
        if (line && taken[line - deal->lines] < line->tonnes) {
            taken[line - deal->lines]++;
            model->scratch[kept++] = tonne;
        }
    }
    model->n_picked = kept;
    free(taken);
}

static const char *acceptance(struct model *model, const struct act *act, struct deal *deal)
{
    const char *refusal = listing_open(model, act->of);
    if (refusal) {
        return refusal;
    }
    const struct deal *offer = &model->deals[act->of];
    int64_t left = model_locked(model, act->of);
    deal->seller = offer->seller;
    deal->buyer = act->to;
    deal->tonnes = act->tonnes == NOT_GIVEN ? left : act->tonnes;
    if (act->tonnes == 0) {
        return "tonnes_invalid";
    }
    if (act->to == VERIFIER) {
        return "verifier_cannot_hold";
    }
    if (act->to == deal->seller) {
        return "same_party";
    }
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    if (left == 0 || deal->tonnes > left) {
        return "not_enough_units";
    }
    if (deal->tonnes < offer->least && deal->tonnes != left) {
        return "listing_least";
    }
    deal->source = act->of;
    deal->price_fen = offer->price_fen;
    deal->amount_fen = offer->price_fen * deal->tonnes;
    set_tax(deal, offer->tax);
    accept_lines(model, deal);
    return NULL;
}

const char *propose_spot(struct model *model, const struct act *act, struct deal *deal)
{
    switch ((int)act->deal) {
    case PURCHASE:
        return purchase(model, act, deal);
    case RESALE:
        return resale(model, act, deal);
    case TRANSFER:
        return transfer(model, act, deal);
    case RETIREMENT:
        return retirement(model, act, deal);
    case CANCELLATION:
        return cancellation(model, act, deal);
    case CORRECTION:
        return propose_correction(model, act, deal);
    case LISTING:
        return listing(model, act, deal);
    default:
        return acceptance(model, act, deal);
    }
}

int make_pool(struct deal *deal, struct share **ret_shares)
{
    int n = 0;
    struct share *shares = calloc((size_t)deal->n_lines, sizeof(*shares));
    int64_t *numbers = calloc((size_t)deal->n_lines * 2, sizeof(*numbers));
    int64_t *costs = numbers + deal->n_lines;
    assert(shares && numbers);
    for (int i = 0; i < deal->n_lines; i++) {
        int k = 0;
        while (k < n && shares[k].package != deal->lines[i].package) {
            k++;
        }
        n += k == n;
        shares[k].package = deal->lines[i].package;
        shares[k].bought += deal->lines[i].tonnes;
        numbers[k] = shares[k].bought;
    }
    divide(deal->net_fen, numbers, n, costs);
    for (int i = 0; i < n; i++) {
        shares[i].cost_fen = costs[i];
        if (is_bank(deal->buyer)) {
            share_add(deal, shares[i].package, shares[i].bought, costs[i]);
        }
    }
    free(numbers);
    *ret_shares = shares;
    return n;
}

void hand_over(struct model *model, int deal)
{
    struct deal *of = &model->deals[deal];
    struct share *shares = NULL;
    send_locked(model, deal, of->buyer, HELD, is_bank(of->buyer) ? deal : NONE);
    (void)make_pool(of, &shares);
    free(shares);
}

static void claim_lines(struct model *model, int deal)
{
    const struct deal *of = &model->deals[deal];
    for (int i = 0; i < of->n_lines; i++) {
        claim(model, deal, of->buyer, of->lines[i].seller, of->lines[i].amount_fen);
    }
}

void approve_spot(struct model *model, int deal)
{
    struct deal *of = &model->deals[deal];
    switch ((int)of->kind) {
    case PURCHASE:
    case RESALE:
    case ACCEPTANCE:
        hand_over(model, deal);
        claim_lines(model, deal);
        break;
    case TRANSFER:
        hand_over(model, deal);
        break;
    case RETIREMENT:
        send_locked(model, deal, NONE, RETIRED, NONE);
        break;
    case CANCELLATION:
        send_locked(model, deal, NONE, CANCELLED, NONE);
        break;
    case CORRECTION:
        approve_correction(model, deal);
        break;
    default:
        break; // a listing keeps its tonnes
    }
}

static bool is_awaited(const struct model *model, int of)
{
    for (int i = of + 1; i < model->n_deals; i++) {
        if (model->deals[i].of == of && model->deals[i].state == PROPOSED) {
            return true;
        }
    }
    return false;
}

const char *ask_withdraw(struct model *model, const struct act *act)
{
    const char *refusal = listing_open(model, act->of);
    if (refusal) {
        return refusal;
    }
    struct deal *deal = &model->deals[act->of];
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    refusal = check_stand_in(model, act->login, deal);
    if (refusal) {
        return refusal;
    }
    if (model_locked(model, act->of) == 0 && !is_awaited(model, act->of)) {
        return "listing_all_taken";
    }
    release_rest(model, act->of);
    deal->last_day = model->today - 1;
    return NULL;
}

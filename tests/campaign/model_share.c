// What a run gives to whom, as docs/bank-money.md says: exact parts added over the sales and
// rounded once. A sum stands over the product of all tonnes by which anything is divided; dividing
// by these one after the other gives the fen, and rests that compare like the fraction behind them.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/campaign/model_internal.h"

enum { LIMBS = 96, MAX_FACTORS = 256, MAX_BUNDLES = 64 };

struct number {
    uint32_t limbs[LIMBS];
};

struct split { // a number by all factors
    int64_t fen;
    uint32_t rests[MAX_FACTORS]; // the last one counts most
    bool whole;
};

struct bundle { // of sales with the same takers
    unsigned takers;
    int64_t left;
    int64_t totals[N_PARTIES];
    bool open[N_PARTIES];
    bool up[N_PARTIES];
};

struct sharing {
    const struct model *model;
    struct revenue_run *run;
    uint32_t factors[MAX_FACTORS];
    int n_factors;
    struct bundle bundles[MAX_BUNDLES];
    int n_bundles;
    int *bundle_of; // of each sale; NONE: it gives nothing
    int order[N_PARTIES];
    struct split sums[N_PARTIES]; // of the run
};

static void multiply(struct number *number, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)number->limbs[i] * factor;
        number->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    assert(carry == 0);
}

static void add(struct number *number, const struct number *other)
{
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)number->limbs[i] + other->limbs[i];
        number->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    assert(carry == 0);
}

static uint32_t divide_by(struct number *number, uint32_t divisor)
{
    uint64_t rest = 0;
    for (int i = LIMBS; i > 0; i--) {
        rest = rest << 32 | number->limbs[i - 1];
        number->limbs[i - 1] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    return (uint32_t)rest;
}

static struct split split_of(const struct sharing *sharing, const struct number *number)
{
    struct number quotient = *number;
    struct split split = {.whole = true};
    for (int i = 0; i < sharing->n_factors; i++) {
        split.rests[i] = divide_by(&quotient, sharing->factors[i]);
        split.whole = split.whole && split.rests[i] == 0;
    }
    split.fen = (int64_t)((uint64_t)quotient.limbs[1] << 32 | quotient.limbs[0]);
    return split;
}

static int compare_rests(const struct sharing *sharing, int a, int b)
{
    for (int i = sharing->n_factors; i > 0; i--) {
        uint32_t left = sharing->sums[a].rests[i - 1];
        uint32_t right = sharing->sums[b].rests[i - 1];
        if (left != right) {
            return left < right ? -1 : 1;
        }
    }
    return 0;
}

static int64_t tonnes_of(const struct deal *sale)
{
    int64_t sum = 0;
    for (int i = 0; i < sale->n_lines; i++) {
        sum += sale->lines[i].tonnes;
    }
    return sum;
}

// Each group's shares make a whole on every day; one person is a member of both.
const struct membership MEMBERSHIPS[] = {{VILLAGE_A, FARMER, 20, NONE, NONE},
                                         {VILLAGE_A, HOUSE_A, 1125, NONE, CHANGE_OF_SHARES - 1},
                                         {VILLAGE_A, HOUSE_B, 1000, NONE, CHANGE_OF_SHARES - 1},
                                         {VILLAGE_A, HOUSE_A, 500, CHANGE_OF_SHARES, NONE},
                                         {VILLAGE_A, HOUSE_B, 1625, CHANGE_OF_SHARES, NONE},
                                         {VILLAGE_B, FARMER, 45, NONE, NONE},
                                         {VILLAGE_B, HOUSE_B, 2100, NONE, NONE}};
const int N_MEMBERSHIPS = sizeof(MEMBERSHIPS) / sizeof(MEMBERSHIPS[0]);

// The special term gives a sixth to villages, a sixth to their members, the rest to the fund.
enum { SIXTHS = 6, PARTS = SIXTHS * SHARES };

// How many parts of a line's tonnes, out of PARTS, go by tonnes to a party.
static int64_t weight_of(const struct model *model, const struct deal *sale,
                         const struct line *line, int party)
{
    const struct deal *pool = &model->deals[line->pool];
    bool village = party == VILLAGE_A || party == VILLAGE_B;
    int64_t sum = 0;
    if (revenue_term(model, sale) != TERM_SPECIAL) {
        return village ? PARTS * contributed(pool, party) : 0;
    }
    for (int i = 0; i < N_MEMBERSHIPS; i++) {
        const struct membership *its = &MEMBERSHIPS[i];
        bool holds = (its->from == NONE || sale->on >= its->from) &&
                     (its->to == NONE || sale->on <= its->to);
        sum += holds && its->member == party ? its->shares * contributed(pool, its->group) : 0;
    }
    return village         ? SHARES * contributed(pool, party)
           : party == FUND ? 4 * SHARES * contributed(pool, NONE)
                           : sum;
}

static void add_factor(struct sharing *sharing, int64_t factor)
{
    assert(sharing->n_factors < MAX_FACTORS && factor > 0 && factor <= UINT32_MAX);
    sharing->factors[sharing->n_factors++] = (uint32_t)factor;
}

static bool has_factor(const struct sharing *sharing, uint32_t factor)
{
    bool found = false;
    for (int i = 0; i < sharing->n_factors; i++) {
        found = found || sharing->factors[i] == factor;
    }
    return found;
}

// Each divisor once for all sales: tonnes of sales, then of pools, then the parts of a term.
static void list_factors(struct sharing *sharing)
{
    int from;
    for (int s = 0; s < sharing->run->n; s++) {
        const struct deal *sale = &sharing->model->deals[sharing->run->taken[s].sale];
        if (sharing->run->taken[s].distributed > 0 &&
            !has_factor(sharing, (uint32_t)tonnes_of(sale))) {
            add_factor(sharing, tonnes_of(sale));
        }
    }
    from = sharing->n_factors;
    for (int s = 0; s < sharing->run->n; s++) {
        const struct deal *sale = &sharing->model->deals[sharing->run->taken[s].sale];
        for (int i = 0; i < sale->n_lines && sharing->run->taken[s].distributed > 0; i++) {
            int64_t bought = contributed(&sharing->model->deals[sale->lines[i].pool], NONE);
            bool known = false;
            for (int f = from; f < sharing->n_factors; f++) {
                known = known || sharing->factors[f] == (uint32_t)bought;
            }
            if (!known) {
                add_factor(sharing, bought);
            }
        }
    }
    add_factor(sharing, PARTS);
}

// What a party is due of a sale, over the product of all factors.
static struct number part_of(const struct sharing *sharing, int s, int party)
{
    const struct taken *taken = &sharing->run->taken[s];
    const struct deal *sale = &sharing->model->deals[taken->sale];
    struct number sum = {.limbs = {0}};
    for (int i = 0; i < sale->n_lines; i++) {
        const struct line *line = &sale->lines[i];
        struct number part = {
            .limbs = {(uint32_t)taken->distributed, (uint32_t)(taken->distributed >> 32)}};
        uint32_t sold = (uint32_t)tonnes_of(sale);
        uint32_t bought = (uint32_t)contributed(&sharing->model->deals[line->pool], NONE);
        bool by_sold = false;
        int by_bought = NONE;
        multiply(&part, (uint32_t)line->tonnes);
        multiply(&part, (uint32_t)weight_of(sharing->model, sale, line, party));
        // The tonnes of sales come first, those of pools later: the last one is the pool's.
        for (int f = 0; f + 1 < sharing->n_factors; f++) {
            by_bought = sharing->factors[f] == bought ? f : by_bought;
        }
        for (int f = 0; f + 1 < sharing->n_factors; f++) {
            bool divides = f == by_bought || (!by_sold && sharing->factors[f] == sold);
            by_sold = by_sold || (f != by_bought && sharing->factors[f] == sold);
            if (!divides) {
                multiply(&part, sharing->factors[f]);
            }
        }
        assert(by_sold && by_bought != NONE);
        add(&sum, &part);
    }
    return sum;
}

static void make_bundles(struct sharing *sharing)
{
    for (int s = 0; s < sharing->run->n; s++) {
        const struct deal *sale = &sharing->model->deals[sharing->run->taken[s].sale];
        unsigned takers = 0;
        int b = 0;
        sharing->bundle_of[s] = NONE;
        if (sharing->run->taken[s].distributed == 0) {
            continue;
        }
        for (int i = 0; i < sale->n_lines; i++) {
            for (int party = 0; party < N_PARTIES; party++) {
                bool takes = weight_of(sharing->model, sale, &sale->lines[i], party) > 0;
                takers |= takes ? 1U << party : 0;
            }
        }
        while (b < sharing->n_bundles && sharing->bundles[b].takers != takers) {
            b++;
        }
        assert(b < MAX_BUNDLES);
        sharing->n_bundles = b == sharing->n_bundles ? b + 1 : sharing->n_bundles;
        sharing->bundles[b].takers = takers;
        sharing->bundles[b].left += sharing->run->taken[s].distributed;
        sharing->bundle_of[s] = b;
    }
}

// The sum of a party over the sales of a bundle up to one; of all bundles for NONE.
static struct split sum_of(const struct sharing *sharing, int bundle, int last, int party)
{
    struct number sum = {.limbs = {0}};
    for (int s = 0; s <= last; s++) {
        bool counts =
            sharing->bundle_of[s] != NONE && (bundle == NONE || sharing->bundle_of[s] == bundle);
        if (counts) {
            struct number part = part_of(sharing, s, party);
            add(&sum, &part);
        }
    }
    return split_of(sharing, &sum);
}

struct search { // of bundles
    int queue[MAX_BUNDLES];
    int n;
    bool seen[MAX_BUNDLES];
    int takers[MAX_BUNDLES]; // who would take a fen there,
    int from[MAX_BUNDLES];   // and leave his in that one; NONE: he wants one more
};

static void reach(const struct sharing *sharing, struct search *search, int party, int from)
{
    for (int b = 0; b < sharing->n_bundles; b++) {
        const struct bundle *bundle = &sharing->bundles[b];
        if (bundle->open[party] && !bundle->up[party] && !search->seen[b]) {
            search->seen[b] = true;
            search->takers[b] = party;
            search->from[b] = from;
            search->queue[search->n++] = b;
        }
    }
}

// A fen to a party: where none is left in its bundles, through moves of others, shortest first.
static bool give(struct sharing *sharing, int wants)
{
    struct search search = {.n = 0};
    reach(sharing, &search, wants, NONE);
    for (int at = 0; at < search.n; at++) {
        int found = search.queue[at];
        if (sharing->bundles[found].left > 0) {
            sharing->bundles[found].left--;
            for (int b = found; b != NONE; b = search.from[b]) {
                sharing->bundles[b].up[search.takers[b]] = true;
                if (search.from[b] != NONE) {
                    sharing->bundles[search.from[b]].up[search.takers[b]] = false;
                }
            }
            return true;
        }
        for (int party = 0; party < N_PARTIES; party++) {
            if (sharing->bundles[found].up[party]) {
                reach(sharing, &search, party, found);
            }
        }
    }
    return false;
}

static void set_totals(struct sharing *sharing)
{
    int last = sharing->run->n - 1;
    int64_t left = 0;
    for (int party = 0; party < N_PARTIES; party++) {
        sharing->sums[party] = sum_of(sharing, NONE, last, party);
        for (int b = 0; b < sharing->n_bundles; b++) {
            struct split split = sum_of(sharing, b, last, party);
            sharing->bundles[b].totals[party] = split.fen;
            sharing->bundles[b].open[party] = !split.whole;
            sharing->bundles[b].left -= split.fen;
        }
        int at = party;
        for (; at > 0 && compare_rests(sharing, sharing->order[at - 1], party) < 0; at--) {
            sharing->order[at] = sharing->order[at - 1];
        }
        sharing->order[at] = party;
    }
    for (int b = 0; b < sharing->n_bundles; b++) {
        left += sharing->bundles[b].left;
    }
    for (int party = 0; party < N_PARTIES; party++) {
        int64_t due = sharing->sums[party].fen;
        for (int b = 0; b < sharing->n_bundles; b++) {
            due -= sharing->bundles[b].totals[party];
        }
        for (; due > 0; due--, left--) {
            bool given = give(sharing, party);
            assert(given);
        }
    }
    for (int i = 0; i < N_PARTIES && left > 0; i++) {
        if (!sharing->sums[sharing->order[i]].whole) {
            left -= give(sharing, sharing->order[i]);
        }
    }
    assert(left == 0);
    for (int b = 0; b < sharing->n_bundles; b++) {
        for (int party = 0; party < N_PARTIES; party++) {
            sharing->bundles[b].totals[party] += sharing->bundles[b].up[party];
        }
    }
}

// The sale of the bundle behind s at which a party's sum has reached the next fen.
static int due_at(const struct sharing *sharing, int s, int party, int64_t fen)
{
    int b = sharing->bundle_of[s];
    for (int later = s + 1; later < sharing->run->n; later++) {
        if (sharing->bundle_of[later] == b && sum_of(sharing, b, later, party).fen > fen) {
            return later;
        }
    }
    return sharing->run->n;
}

static void pay_sale(struct sharing *sharing, int s, int64_t given[N_PARTIES])
{
    const struct bundle *bundle = &sharing->bundles[sharing->bundle_of[s]];
    int64_t *amounts = sharing->run->taken[s].amounts;
    int64_t left = sharing->run->taken[s].distributed;
    int due[N_PARTIES];
    for (int party = 0; party < N_PARTIES; party++) {
        struct split sum = sum_of(sharing, sharing->bundle_of[s], s, party);
        amounts[party] = sum.fen > given[party] ? sum.fen - given[party] : 0;
        left -= amounts[party];
        bool asks = !sum.whole && given[party] + amounts[party] == sum.fen &&
                    sum.fen < bundle->totals[party];
        due[party] = asks ? due_at(sharing, s, party, sum.fen) : NONE;
    }
    assert(left >= 0);
    for (; left > 0; left--) {
        int best = NONE;
        for (int i = 0; i < N_PARTIES; i++) {
            int party = sharing->order[i];
            if (due[party] != NONE && (best == NONE || due[party] < due[best])) {
                best = party;
            }
        }
        if (best == NONE) {
            break;
        }
        due[best] = NONE;
        amounts[best]++;
    }
    while (left > 0) {
        for (int i = 0; i < N_PARTIES && left > 0; i++) {
            int party = sharing->order[i];
            if (given[party] + amounts[party] < bundle->totals[party]) {
                amounts[party]++;
                left--;
            }
        }
    }
    for (int party = 0; party < N_PARTIES; party++) {
        given[party] += amounts[party];
    }
}

void share_run(const struct model *model, struct revenue_run *run)
{
    struct sharing *sharing = calloc(1, sizeof(*sharing));
    assert(sharing);
    *sharing = (struct sharing){.model = model, .run = run};
    sharing->bundle_of = calloc((size_t)run->n, sizeof(*sharing->bundle_of));
    assert(sharing->bundle_of);
    list_factors(sharing);
    make_bundles(sharing);
    set_totals(sharing);
    for (int b = 0; b < sharing->n_bundles; b++) {
        int64_t given[N_PARTIES] = {0};
        for (int s = 0; s < run->n; s++) {
            if (sharing->bundle_of[s] == b) {
                pay_sale(sharing, s, given);
            }
        }
    }
    free(sharing->bundle_of);
    free(sharing);
}

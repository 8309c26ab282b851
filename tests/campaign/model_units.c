// Tonnes, lines and pools of the model.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/campaign/model_internal.h"

__extension__ typedef __int128 wide;

void *model_room(void *items, int n, int *room, size_t size)
{
    if (n < *room) {
        return items;
    }
    *room = *room == 0 ? 64 : *room * 2;
    void *bigger = realloc(items, (size_t)*room * size);
    assert(bigger);
    return bigger;
}

int64_t least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t rounded_share(int64_t whole, int64_t part, int64_t of)
{
    return (int64_t)(((wide)whole * part * 2 + of) / ((wide)of * 2));
}

void divide(int64_t total, const int64_t *weights, int n, int64_t *ret_shares)
{
    wide sum = 0;
    int64_t left = total;
    bool *served = calloc((size_t)n + 1, sizeof(*served));
    assert(served);
    for (int i = 0; i < n; i++) {
        sum += weights[i];
    }
    for (int i = 0; i < n; i++) {
        ret_shares[i] = sum > 0 ? (int64_t)((wide)total * weights[i] / sum) : 0;
        left -= ret_shares[i];
    }
    for (; left > 0 && sum > 0; left--) {
        int best = NONE;
        for (int i = 0; i < n; i++) {
            if (!served[i] && (best == NONE || (wide)total * weights[i] % sum >
                                                   (wide)total * weights[best] % sum)) {
                best = i;
            }
        }
        assert(best != NONE);
        served[best] = true;
        ret_shares[best]++;
    }
    free(served);
}

void serve(const int64_t *weights, const int64_t *already, const int64_t *limits, int n,
           int64_t next, int64_t *ret_shares)
{
    int64_t sum = 0;
    int64_t all = next;
    for (int i = 0; i < n; i++) {
        sum += weights[i];
        all += already[i];
        ret_shares[i] = 0;
    }
    for (; next > 0; next--) {
        int best = NONE;
        wide most = 0;
        for (int i = 0; i < n; i++) {
            wide behind = (wide)all * weights[i] - (wide)sum * (already[i] + ret_shares[i]);
            if (ret_shares[i] < limits[i] && (best == NONE || behind > most)) {
                best = i;
                most = behind;
            }
        }
        assert(best != NONE);
        ret_shares[best]++;
    }
}

int package_of(const struct model *model, int tonne)
{
    int i = model->n_issues - 1;
    while (model->issues[i].first > tonne) {
        i--;
    }
    return model->issues[i].package;
}

int64_t pick_held(struct model *model, const struct wish *wish, int64_t n)
{
    model->n_picked = 0;
    for (int i = 0; i < model->n_issues && model->n_picked < n; i++) {
        const struct issue *issue = &model->issues[model->by_age[i]];
        bool wanted = (wish->package == ANY || wish->package == issue->package) &&
                      (wish->year == 0 || wish->year == issue->year);
        for (int k = issue->first; wanted && k < issue->first + issue->n && model->n_picked < n;
             k++) {
            const struct tonne *tonne = &model->tonnes[k];
            if (tonne->owner == wish->owner && tonne->place == HELD &&
                (wish->pool == ANY || tonne->pool == wish->pool ||
                 (wish->pool == POOLED && tonne->pool != NONE))) {
                model->scratch[model->n_picked++] = k;
            }
        }
    }
    return model->n_picked;
}

int64_t pick_locked(struct model *model, int deal, int64_t n)
{
    model->n_picked = 0;
    for (int k = 0; k < model->n_tonnes && model->n_picked < n; k++) {
        if (model->tonnes[k].lock == deal) {
            model->scratch[model->n_picked++] = k;
        }
    }
    return model->n_picked;
}

int64_t model_locked(const struct model *model, int deal)
{
    int64_t n = 0;
    for (int k = 0; model->deals[deal].has_lock && k < model->n_tonnes; k++) {
        n += model->tonnes[k].lock == deal;
    }
    return n;
}

void put(struct model *model, int tonne, int owner, enum place place, int pool, int lock)
{
    struct tonne *at = &model->tonnes[tonne];
    assert(at->place != RETIRED && at->place != CANCELLED);
    assert((place == LOCKED) == (lock != NONE));
    model->count[at->owner][at->place]--;
    int came_by = owner == at->owner ? at->came_by : model->acting;
    *at = (struct tonne){(int16_t)owner, (int16_t)place, pool, lock, came_by};
    model->count[owner][place]++;
}

void lock_picked(struct model *model, int at)
{
    struct deal *deal = &model->deals[at];
    if (is_correctable(deal->kind)) {
        deal->origins = calloc((size_t)model->n_picked, sizeof(*deal->origins));
        assert(deal->origins);
    }
    for (int i = 0; i < model->n_picked; i++) {
        int picked = model->scratch[i];
        const struct tonne *tonne = &model->tonnes[picked];
        if (deal->origins) {
            deal->origins[deal->n_origins++] =
                (struct origin){picked, tonne->owner, tonne->pool, tonne->came_by};
        }
        put(model, picked, tonne->owner, LOCKED, tonne->pool, at);
    }
}

struct line *line_of(struct deal *deal, int package, int pool, int seller)
{
    for (int i = 0; i < deal->n_lines; i++) {
        struct line *line = &deal->lines[i];
        if (line->package == package && line->pool == pool && line->seller == seller) {
            return line;
        }
    }
    return NULL;
}

struct line *line_add(struct deal *deal, int package, int pool, int seller)
{
    int n = deal->n_lines++;
    struct line *lines = realloc(deal->lines, (size_t)deal->n_lines * sizeof(*lines));
    assert(lines);
    deal->lines = lines;
    lines[n] = (struct line){.package = package, .pool = pool, .seller = seller};
    return &lines[n];
}

void lines_from_picked(struct model *model, struct deal *deal)
{
    for (int i = 0; i < model->n_picked; i++) {
        const struct tonne *tonne = &model->tonnes[model->scratch[i]];
        int package = package_of(model, model->scratch[i]);
        struct line *line = line_of(deal, package, tonne->pool, tonne->owner);
        if (!line) {
            line = line_add(deal, package, tonne->pool, tonne->owner);
        }
        line->tonnes++;
    }
}

int lines_left(const struct model *model, int deal, struct line *ret_lines)
{
    int n = 0;
    for (int i = 0; i < model->deals[deal].n_lines; i++) {
        struct line line = model->deals[deal].lines[i];
        for (int k = deal + 1; k < model->n_deals; k++) {
            struct deal *other = &model->deals[k];
            const struct line *took =
                other->of == deal && other->state <= APPROVED && !other->corrected
                    ? line_of(other, line.package, line.pool, line.seller)
                    : NULL;
            if (took) {
                line.tonnes -= took->tonnes;
                line.cost_fen -= took->cost_fen;
            }
        }
        if (line.tonnes > 0) {
            assert(n < MAX_LINES);
            ret_lines[n++] = line;
        }
    }
    return n;
}

struct share *share_of(struct model *model, int pool, int package)
{
    struct deal *deal = &model->deals[pool];
    for (int i = 0; i < deal->n_shares; i++) {
        if (deal->shares[i].package == package) {
            return &deal->shares[i];
        }
    }
    assert(!"a pool without that package");
    return NULL;
}

void share_add(struct deal *deal, int package, int64_t tonnes, int64_t cost_fen)
{
    int n = deal->n_shares++;
    struct share *shares = realloc(deal->shares, (size_t)deal->n_shares * sizeof(*shares));
    assert(shares);
    deal->shares = shares;
    // In order of packages, in which a pool shares what leaves it.
    for (; n > 0 && shares[n - 1].package > package; n--) {
        shares[n] = shares[n - 1];
    }
    shares[n] = (struct share){.package = package, .bought = tonnes, .cost_fen = cost_fen};
}

int64_t share_free(const struct share *share)
{
    return share->bought - share->sold - share->used;
}

// Cumulative, so that the last tonne brings the sum to the fen.
int64_t next_cost(const struct share *share, int64_t tonnes)
{
    int64_t cost =
        rounded_share(share->cost_fen, share->sold + tonnes, share->bought) - share->sold_cost_fen;
    return cost > 0 ? cost : 0;
}

void draw_lines(struct model *model, const struct line *lines, int n, enum use use, int sign)
{
    for (int i = 0; i < n; i++) {
        if (lines[i].pool == NONE || use == UNUSED) {
            continue;
        }
        struct share *share = share_of(model, lines[i].pool, lines[i].package);
        if (use == SOLD || use == MOVED) {
            share->sold += sign * lines[i].tonnes;
            share->sold_cost_fen += sign * lines[i].cost_fen;
        }
        if (use != SOLD) {
            share->used += (use == MOVED ? -sign : sign) * lines[i].tonnes;
        }
    }
}

int64_t stock_of_pools(const struct model *model, int owner, int package)
{
    int64_t sum = 0;
    for (int i = 0; i < model->n_deals; i++) {
        const struct deal *pool = &model->deals[i];
        for (int k = 0; pool->n_shares > 0 && pool->buyer == owner && k < pool->n_shares; k++) {
            if (package == ANY || pool->shares[k].package == package) {
                sum += share_free(&pool->shares[k]);
            }
        }
    }
    return sum;
}

// What the packages of a pool give of so many tonnes.
static void share_out(struct model *model, int pool, int package, int64_t tonnes,
                      int64_t *ret_tonnes)
{
    const struct deal *deal = &model->deals[pool];
    int64_t *numbers = calloc((size_t)deal->n_shares * 3, sizeof(*numbers));
    assert(numbers);
    int64_t *already = numbers + deal->n_shares;
    int64_t *limits = already + deal->n_shares;
    for (int i = 0; i < deal->n_shares; i++) {
        const struct share *share = &deal->shares[i];
        numbers[i] = share->bought;
        already[i] = share->sold;
        limits[i] = package == ANY || package == share->package ? share_free(share) : 0;
        ret_tonnes[i] = 0;
    }
    if (deal->oldest) {
        const struct wish wish = {deal->buyer, package, pool, 0};
        (void)pick_held(model, &wish, tonnes);
        for (int i = 0; i < model->n_picked; i++) {
            int of = package_of(model, model->scratch[i]);
            for (int k = 0; k < deal->n_shares; k++) {
                ret_tonnes[k] += deal->shares[k].package == of;
            }
        }
    } else {
        serve(numbers, already, limits, deal->n_shares, tonnes, ret_tonnes);
    }
    free(numbers);
}

// Lines of one pool, and its tonnes among the picks.
static void draw_pool(struct model *model, struct deal *deal, int pool, int package, int64_t tonnes)
{
    const struct deal *from = &model->deals[pool];
    int64_t *parts = calloc((size_t)from->n_shares, sizeof(*parts));
    assert(parts);
    share_out(model, pool, package, tonnes, parts);
    for (int i = 0; i < from->n_shares; i++) {
        if (parts[i] > 0) {
            struct line *line = line_add(deal, from->shares[i].package, pool, from->buyer);
            line->tonnes = parts[i];
            line->cost_fen = next_cost(&from->shares[i], parts[i]);
        }
    }
    free(parts);
}

// The tonnes that the lines give: oldest year first, lowest serial first.
static void pick_lines(struct model *model, const struct deal *deal)
{
    int n = 0;
    int *picked = malloc((size_t)(deal->tonnes + 1) * sizeof(*picked));
    assert(picked);
    for (int i = 0; i < deal->n_lines; i++) {
        const struct line *line = &deal->lines[i];
        const struct wish wish = {line->seller, line->package, line->pool, 0};
        int64_t found = pick_held(model, &wish, line->tonnes);
        assert(found == line->tonnes);
        memcpy(picked + n, model->scratch, (size_t)found * sizeof(*picked));
        n += (int)found;
    }
    memcpy(model->scratch, picked, (size_t)n * sizeof(*picked));
    model->n_picked = n;
    free(picked);
}

static int oldest_contract(const struct model *model, int owner, int package, const bool *used)
{
    int best = NONE;
    for (int i = 0; i < model->n_deals; i++) {
        const struct deal *pool = &model->deals[i];
        int64_t stock = 0;
        if (used[i] || pool->n_shares == 0 || pool->buyer != owner) {
            continue;
        }
        for (int k = 0; k < pool->n_shares; k++) {
            bool wanted = package == ANY || pool->shares[k].package == package;
            stock += wanted ? share_free(&pool->shares[k]) : 0;
        }
        if (stock > 0 && (best == NONE || pool->on < model->deals[best].on)) {
            best = i;
        }
    }
    return best;
}

const char *draw_stock(struct model *model, struct deal *deal, int package, int64_t tonnes)
{
    if (stock_of_pools(model, deal->seller, package) < tonnes) {
        return "not_enough_units";
    }
    int n = model->n_deals;
    bool *used = calloc((size_t)n + 1, sizeof(*used));
    assert(used);
    for (int64_t left = tonnes; left > 0;) {
        int pool = oldest_contract(model, deal->seller, package, used);
        assert(pool != NONE);
        used[pool] = true;
        int64_t stock = 0;
        for (int k = 0; k < model->deals[pool].n_shares; k++) {
            const struct share *share = &model->deals[pool].shares[k];
            stock += package == ANY || share->package == package ? share_free(share) : 0;
        }
        int64_t part = least_of(stock, left);
        draw_pool(model, deal, pool, package, part);
        left -= part;
    }
    free(used);
    pick_lines(model, deal);
    return NULL;
}

const char *take_held(struct model *model, struct deal *deal, const struct wish *wish,
                      int64_t tonnes)
{
    if (pick_held(model, wish, tonnes) < tonnes) {
        return "not_enough_units";
    }
    lines_from_picked(model, deal);
    return NULL;
}

const char *take_stock(struct model *model, struct deal *deal, int package, int64_t tonnes)
{
    const struct wish wish = {deal->seller, package, ANY, 0};
    return is_bank(deal->seller) ? draw_stock(model, deal, package, tonnes)
                                 : take_held(model, deal, &wish, tonnes);
}

const char *take_locked(struct model *model, struct deal *deal, int64_t tonnes)
{
    enum { MAX_GROUPS = 1024 };
    int64_t has[MAX_GROUPS];
    int64_t gives[MAX_GROUPS];
    struct deal whole = {.n_lines = 0};
    int n = 0;
    if (pick_locked(model, deal->of, INT64_MAX) < tonnes) {
        return "not_enough_units";
    }
    // Of every package and pool by what it has under the lock, so that no village waits.
    lines_from_picked(model, &whole);
    assert(whole.n_lines <= MAX_GROUPS);
    for (int i = 0; i < whole.n_lines; i++) {
        has[i] = whole.lines[i].tonnes;
    }
    divide(tonnes, has, whole.n_lines, gives);
    for (int i = 0; i < model->n_picked; i++) {
        const struct tonne *tonne = &model->tonnes[model->scratch[i]];
        const struct line *line =
            line_of(&whole, package_of(model, model->scratch[i]), tonne->pool, tonne->owner);
        if (gives[line - whole.lines] > 0) {
            gives[line - whole.lines]--;
            model->scratch[n++] = model->scratch[i];
        }
    }
    free(whole.lines);
    model->n_picked = n;
    deal->source = deal->of;
    lines_from_picked(model, deal);
    return NULL;
}

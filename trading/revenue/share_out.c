// The amounts of a run's payments: over the parties first, then within each party over its
// capacities. So a party is never off by a fen over the run, in however many capacities it is paid.
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "trading/revenue/limbs.h"
#include "trading/revenue/revenue_internal.h"
#include "trading/revenue/run_share.h"

struct sharing {
    struct th_arena arena;
    struct th_sale *sales;
    size_t n_sales;
    int64_t *parties; // of all sales, ascending
    size_t n_parties;
    bool *several; // is the party paid in several capacities of one sale?
    struct th_shared_sale *shared;
};

static void *take(struct sharing *sharing, size_t n, size_t size)
{
    void *room = th_arena_take(&sharing->arena, n * size);
    return room ? memset(room, 0, n * size) : NULL;
}

static int by_id(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static size_t sort_ids(int64_t *ids, size_t n)
{
    size_t kept = 0;
    if (n > 0) {
        qsort(ids, n, sizeof(*ids), by_id);
    }
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || ids[kept - 1] != ids[i]) {
            ids[kept++] = ids[i];
        }
    }
    return kept;
}

static size_t place_of(const int64_t *ids, size_t n, int64_t id)
{
    const int64_t *found = bsearch(&id, ids, n, sizeof(*ids), by_id);
    return (size_t)(found - ids);
}

static bool list_parties(struct sharing *sharing)
{
    size_t n = 0;
    for (size_t s = 0; s < sharing->n_sales; s++) {
        n += sharing->sales[s].payments.n;
    }
    sharing->parties = take(sharing, n, sizeof(*sharing->parties));
    sharing->several = take(sharing, n, sizeof(*sharing->several));
    sharing->shared = take(sharing, sharing->n_sales, sizeof(*sharing->shared));
    if (!sharing->parties || !sharing->several || !sharing->shared) {
        return false;
    }
    n = 0;
    for (size_t s = 0; s < sharing->n_sales; s++) {
        const struct th_payment_list *payments = &sharing->sales[s].payments;
        for (size_t i = 0; i < payments->n; i++) {
            if (i == 0 || payments->items[i].party_id != payments->items[i - 1].party_id) {
                sharing->parties[n++] = payments->items[i].party_id;
            }
        }
    }
    sharing->n_parties = sort_ids(sharing->parties, n);
    return true;
}

// A party's weight is the sum of those of its capacities.
static bool weigh_parties(struct sharing *sharing, size_t s)
{
    const struct th_payment_list *payments = &sharing->sales[s].payments;
    struct th_shared_sale *shared = &sharing->shared[s];
    size_t width = payments->width + 1;
    size_t *takers = take(sharing, payments->n, sizeof(*takers));
    uint32_t *weights = take(sharing, payments->n * width, sizeof(*weights));
    int64_t *shares_fen = take(sharing, payments->n, sizeof(*shares_fen));
    size_t n = 0;
    if (!takers || !weights || !shares_fen) {
        return false;
    }
    for (size_t i = 0; i < payments->n; i++) {
        int64_t party_id = payments->items[i].party_id;
        if (i > 0 && party_id == payments->items[i - 1].party_id) {
            sharing->several[takers[n - 1]] = true;
        } else {
            takers[n++] = place_of(sharing->parties, sharing->n_parties, party_id);
        }
        (void)th_limbs_add(&weights[(n - 1) * width], width,
                           &payments->weights[i * payments->width], payments->width);
    }
    *shared = (struct th_shared_sale){
        .amount_fen = payments->n > 0 ? th_money_fen(sharing->sales[s].now.distributed) : 0,
        .n = n,
        .takers = takers,
        .weights = weights,
        .width = width,
        .shares_fen = shares_fen};
    return true;
}

static void write_amounts(struct sharing *sharing, size_t s)
{
    struct th_payment_list *payments = &sharing->sales[s].payments;
    size_t n = 0;
    for (size_t i = 0; i < payments->n; i++) {
        bool again = i > 0 && payments->items[i].party_id == payments->items[i - 1].party_id;
        payments->items[i].amount_fen = again ? 0 : sharing->shared[s].shares_fen[n++];
    }
}

struct capacities { // of one party
    int64_t *groups;
    size_t n_groups;
    struct th_shared_sale *shared; // a sale for each of the run, maybe without parts
    size_t *firsts;                // of its payments in each sale
};

static size_t find_first(const struct th_payment_list *payments, int64_t party_id, size_t *ret_n)
{
    size_t low = 0;
    size_t high = payments->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (payments->items[middle].party_id < party_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t n = 0;
    while (low + n < payments->n && payments->items[low + n].party_id == party_id) {
        n++;
    }
    *ret_n = n;
    return low;
}

static bool list_capacities(struct sharing *sharing, int64_t party_id,
                            struct capacities *capacities)
{
    size_t n = 0;
    size_t n_groups = 0;
    capacities->shared = take(sharing, sharing->n_sales, sizeof(*capacities->shared));
    capacities->firsts = take(sharing, sharing->n_sales, sizeof(*capacities->firsts));
    for (size_t s = 0; s < sharing->n_sales && capacities->shared && capacities->firsts; s++) {
        struct th_shared_sale *shared = &capacities->shared[s];
        capacities->firsts[s] = find_first(&sharing->sales[s].payments, party_id, &shared->n);
        n_groups += shared->n;
    }
    capacities->groups = take(sharing, n_groups, sizeof(*capacities->groups));
    if (!capacities->shared || !capacities->firsts || !capacities->groups) {
        return false;
    }
    for (size_t s = 0; s < sharing->n_sales; s++) {
        const struct th_payment_list *payments = &sharing->sales[s].payments;
        for (size_t i = 0; i < capacities->shared[s].n; i++) {
            capacities->groups[n++] = payments->items[capacities->firsts[s] + i].group_id;
        }
    }
    capacities->n_groups = sort_ids(capacities->groups, n);
    return true;
}

static bool weigh_capacities(struct sharing *sharing, struct capacities *capacities, size_t s)
{
    const struct th_payment_list *payments = &sharing->sales[s].payments;
    struct th_shared_sale *shared = &capacities->shared[s];
    size_t first = capacities->firsts[s];
    size_t *takers = take(sharing, shared->n, sizeof(*takers));
    shared->shares_fen = take(sharing, shared->n, sizeof(*shared->shares_fen));
    if (!takers || !shared->shares_fen) {
        return false;
    }
    for (size_t i = 0; i < shared->n; i++) {
        takers[i] =
            place_of(capacities->groups, capacities->n_groups, payments->items[first + i].group_id);
    }
    shared->amount_fen = shared->n > 0 ? payments->items[first].amount_fen : 0;
    shared->takers = takers;
    shared->weights = payments->weights + first * payments->width;
    shared->width = payments->width;
    return true;
}

// What the party gets of each sale stands at the first of its capacities until here.
static enum th_status share_capacities(struct sharing *sharing, int64_t party_id,
                                       struct th_error *err)
{
    struct capacities capacities = {0};
    bool memory = list_capacities(sharing, party_id, &capacities);
    for (size_t s = 0; s < sharing->n_sales && memory; s++) {
        memory = weigh_capacities(sharing, &capacities, s);
    }
    if (!memory) {
        return th_error_no_memory(err);
    }
    enum th_status status =
        th_run_share(capacities.shared, sharing->n_sales, capacities.n_groups, err);
    for (size_t s = 0; s < sharing->n_sales && status == TH_OK; s++) {
        struct th_distribution_payment *items =
            sharing->sales[s].payments.items + capacities.firsts[s];
        for (size_t i = 0; i < capacities.shared[s].n; i++) {
            items[i].amount_fen = capacities.shared[s].shares_fen[i];
        }
    }
    return status;
}

enum th_status th_recipients_share(struct th_sale *sales, size_t n_sales, struct th_error *err)
{
    struct sharing sharing = {.sales = sales, .n_sales = n_sales};
    bool memory = list_parties(&sharing);
    for (size_t s = 0; s < n_sales && memory; s++) {
        memory = weigh_parties(&sharing, s);
    }
    enum th_status status = memory ? th_run_share(sharing.shared, n_sales, sharing.n_parties, err)
                                   : th_error_no_memory(err);
    for (size_t s = 0; s < n_sales && status == TH_OK; s++) {
        write_amounts(&sharing, s);
    }
    for (size_t i = 0; i < sharing.n_parties && status == TH_OK; i++) {
        if (sharing.several[i]) {
            status = share_capacities(&sharing, sharing.parties[i], err);
        }
    }
    th_arena_clear(&sharing.arena);
    return status;
}

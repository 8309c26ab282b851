// Whose buffer covers what was lost: the package's own, then that of other packages of its holder,
// then, where the county has decided so, anybody's. Oldest vintage first, lowest serial first.
#include <stdlib.h>

#include "registry/rules.h"
#include "trading/reversal/reversal_internal.h"

// A leaf of buffer of which a part may be taken already.
struct spare {
    struct th_block block;
    int64_t package_id;
    int64_t taken_t;
};

struct planning {
    struct spare *spares;
    size_t n_spares;
    int64_t *left_t; // by line
    struct th_reversal_plan plan;
};

void th_reversal_plan_clear(struct th_reversal_plan *plan)
{
    th_block_list_clear(&plan->picks);
    free(plan->dues);
    *plan = (struct th_reversal_plan){0};
}

static enum th_status load_spares(struct th_store *store, struct planning *p, struct th_error *err)
{
    struct th_block_list blocks = {0};
    struct th_issuance_record issuance = {.issuance_id = 0};
    enum th_status status = th_ledger_buffer(store, 0, &blocks, err);
    if (status != TH_OK) {
        return status;
    }
    p->spares = calloc(blocks.n + 1, sizeof(*p->spares));
    if (!p->spares) {
        status = th_error_no_memory(err);
    }
    for (size_t i = 0; i < blocks.n && status == TH_OK; i++) {
        if (issuance.issuance_id != blocks.items[i].issuance_id) {
            status = th_issuance_load(store, blocks.items[i].issuance_id, &issuance, err);
        }
        p->spares[i] = (struct spare){.block = blocks.items[i], .package_id = issuance.package_id};
        p->n_spares++;
    }
    th_block_list_clear(&blocks);
    return status;
}

static enum th_status pick(struct planning *p, struct spare *spare, int64_t tonnes_t,
                           struct th_error *err)
{
    struct th_block_list *picks = &p->plan.picks;
    if (picks->n == picks->capacity) {
        size_t capacity = picks->capacity == 0 ? 16 : 2 * picks->capacity;
        struct th_block *items = realloc(picks->items, capacity * sizeof(*items));
        if (!items) {
            return th_error_no_memory(err);
        }
        picks->items = items;
        picks->capacity = capacity;
    }
    struct th_block part = spare->block;
    part.first += spare->taken_t;
    part.last = part.first + tonnes_t - 1;
    spare->taken_t += tonnes_t;
    picks->items[picks->n++] = part;
    return TH_OK;
}

enum reach { REACH_PACKAGE, REACH_HOLDER, REACH_ALL, N_REACHES };

static bool is_within(enum reach reach, const struct spare *spare, const struct th_trade_line *line)
{
    switch (reach) {
    case REACH_PACKAGE:
        return spare->package_id == line->package_id;
    case REACH_HOLDER:
        return spare->block.owner_id == line->seller_id;
    case REACH_ALL:
    case N_REACHES:
        break;
    }
    return true;
}

static enum th_status draw(struct planning *p, enum reach reach, const struct th_trade_line *line,
                           int64_t *left_t, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i<p->n_spares && * left_t> 0 && status == TH_OK; i++) {
        struct spare *spare = &p->spares[i];
        int64_t free_t = th_units_t(th_block_units(&spare->block)) - spare->taken_t;
        int64_t take_t = free_t < *left_t ? free_t : *left_t;
        if (take_t > 0 && is_within(reach, spare, line)) {
            status = pick(p, spare, take_t, err);
            *left_t -= take_t;
        }
    }
    return status;
}

static int by_party(const void *a, const void *b)
{
    const struct th_reversal_due *left = a;
    const struct th_reversal_due *right = b;
    return (left->party_id > right->party_id) - (left->party_id < right->party_id);
}

static enum th_status sum_dues(struct planning *p, const struct th_trade_line *lines, size_t n,
                               struct th_error *err)
{
    struct th_reversal_plan *plan = &p->plan;
    plan->dues = calloc(n + 1, sizeof(*plan->dues));
    if (!plan->dues) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < plan->n_dues && plan->dues[k].party_id != lines[i].seller_id) {
            k++;
        }
        if (p->left_t[i] == 0) {
            continue;
        }
        plan->n_dues += k == plan->n_dues;
        plan->dues[k].party_id = lines[i].seller_id;
        plan->dues[k].owed = th_units_from_t(th_units_t(plan->dues[k].owed) + p->left_t[i]);
    }
    qsort(plan->dues, plan->n_dues, sizeof(*plan->dues), by_party);
    return TH_OK;
}

enum th_status th_reversal_plan_make(struct th_store *store, const char *on_date,
                                     const struct th_trade_line *lines, size_t n_lines,
                                     struct th_reversal_plan *ret_plan, struct th_error *err)
{
    struct planning p = {.n_spares = 0};
    struct th_rules rules;
    struct th_date day;
    enum th_status status = th_date_parse(on_date, &day, err);
    if (status == TH_OK) {
        status = th_rules_load(store, day, &rules, err);
    }
    if (status == TH_OK) {
        status = load_spares(store, &p, err);
    }
    if (status == TH_OK) {
        p.left_t = calloc(n_lines + 1, sizeof(*p.left_t));
        status = p.left_t ? TH_OK : th_error_no_memory(err);
    }
    for (size_t i = 0; i < n_lines && status == TH_OK; i++) {
        p.left_t[i] = th_units_t(lines[i].tonnes);
    }
    const int n_reaches = status == TH_OK && rules.deal.common_buffer ? N_REACHES : REACH_ALL;
    // Nobody draws on another package before each has drawn on its own.
    for (int reach = 0; reach < n_reaches && status == TH_OK; reach++) {
        for (size_t i = 0; i < n_lines && status == TH_OK; i++) {
            status = draw(&p, (enum reach)reach, &lines[i], &p.left_t[i], err);
        }
    }
    if (status == TH_OK) {
        status = sum_dues(&p, lines, n_lines, err);
    }
    if (status == TH_OK) {
        *ret_plan = p.plan;
    } else {
        th_reversal_plan_clear(&p.plan);
    }
    free(p.spares);
    free(p.left_t);
    return status;
}

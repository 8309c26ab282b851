// The exact sums of a run: every part is a fraction over the sum of its sale's weights; the sums
// over several sales stand over one denominator for all.
#include "trading/revenue/run_share.h"

#include <stdlib.h>
#include <string.h>

#include "trading/revenue/limbs.h"
#include "trading/revenue/run_share_internal.h"

__extension__ typedef unsigned __int128 uint128;

enum { LIMB_BITS = 32, AMOUNT_LIMBS = 2 };

void *th_share_room(struct th_share_run *run, size_t n, size_t size)
{
    void *room = th_arena_take(&run->arena, n * size);
    return room ? memset(room, 0, n * size) : NULL;
}

// The parts over 0 and the sum of the weights; an amount of nothing has no parts.
static enum th_status measure(struct th_share_run *run, struct th_share_sale *sale,
                              size_t *ret_n_parts, struct th_error *err)
{
    const struct th_shared_sale *given = sale->given;
    size_t n = 0;
    sale->n_sum = given->width + 1;
    sale->sum = th_share_room(run, sale->n_sum, sizeof(*sale->sum));
    sale->parts = th_share_room(run, given->n, sizeof(*sale->parts));
    if (!sale->sum || !sale->parts) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < given->n && given->amount_fen > 0; i++) {
        const uint32_t *weight = &given->weights[i * given->width];
        if (!th_limbs_are_zero(weight, given->width)) {
            sale->parts[n++].at = i;
            (void)th_limbs_add(sale->sum, sale->n_sum, weight, given->width);
        }
    }
    sale->n_sum = th_limbs_used(sale->sum, sale->n_sum);
    *ret_n_parts = n;
    return n == 0 && given->amount_fen > 0 ? th_error_set(err, TH_INVALID, "weights_zero", NULL)
                                           : TH_OK;
}

static bool same_takers(const struct th_share_bundle *bundle, const struct th_share_sale *sale,
                        size_t n_parts)
{
    bool same = bundle->n == n_parts;
    for (size_t i = 0; i < n_parts && same; i++) {
        same = bundle->takers[i] == sale->given->takers[sale->parts[i].at];
    }
    return same;
}

static enum th_status add_to_bundle(struct th_share_run *run, size_t ordinal, size_t n_parts,
                                    struct th_error *err)
{
    const struct th_share_sale *sale = &run->sales[ordinal];
    size_t b = 0;
    while (b < run->n_bundles && !same_takers(&run->bundles[b], sale, n_parts)) {
        b++;
    }
    struct th_share_bundle *bundle = &run->bundles[b];
    if (b == run->n_bundles) {
        size_t *takers = th_share_room(run, n_parts, sizeof(*takers));
        *bundle = (struct th_share_bundle){
            .n = n_parts,
            .takers = takers,
            .sales = th_share_room(run, run->n_sales, sizeof(*bundle->sales)),
            .totals_fen = th_share_room(run, n_parts, sizeof(*bundle->totals_fen)),
            .open = th_share_room(run, n_parts, sizeof(*bundle->open)),
            .up = th_share_room(run, n_parts, sizeof(*bundle->up))};
        if (!takers || !bundle->sales || !bundle->totals_fen || !bundle->open || !bundle->up) {
            return th_error_no_memory(err);
        }
        for (size_t i = 0; i < n_parts; i++) {
            takers[i] = sale->given->takers[sale->parts[i].at];
        }
        run->n_bundles++;
    }
    bundle->sales[bundle->n_sales++] = ordinal;
    return TH_OK;
}

// The least common multiple of the common denominator and a sum of weights.
static enum th_status widen(struct th_share_run *run, const struct th_share_sale *sale,
                            struct th_error *err)
{
    size_t n = run->width > sale->n_sum ? run->width : sale->n_sum;
    uint32_t *a = th_share_room(run, n, sizeof(*a));
    uint32_t *b = th_share_room(run, n, sizeof(*b));
    uint32_t *quotient = th_share_room(run, n, sizeof(*quotient));
    uint32_t *room = th_share_room(run, 2 * n + 2, sizeof(*room));
    uint32_t *common = th_share_room(run, run->width + n + 1, sizeof(*common));
    if (!a || !b || !quotient || !room || !common) {
        return th_error_no_memory(err);
    }
    memcpy(a, run->common, run->width * sizeof(*a));
    memcpy(b, sale->sum, sale->n_sum * sizeof(*b));
    while (!th_limbs_are_zero(b, n)) {
        th_limbs_divide(a, n, b, n, quotient, room);
        uint32_t *rest = a;
        a = b;
        b = rest;
    }
    memset(b, 0, n * sizeof(*b));
    memcpy(b, sale->sum, sale->n_sum * sizeof(*b));
    th_limbs_divide(b, n, a, n, quotient, room);
    size_t n_quotient = th_limbs_used(quotient, n);
    th_limbs_multiply(run->common, run->width, quotient, n_quotient, common);
    run->common = common;
    run->width = th_limbs_used(common, run->width + n_quotient) + 1;
    return TH_OK;
}

static enum th_status set_factor(struct th_share_run *run, struct th_share_sale *sale,
                                 struct th_error *err)
{
    uint32_t *rest = th_share_room(run, run->width, sizeof(*rest));
    uint32_t *room = th_share_room(run, run->width + sale->n_sum + 2, sizeof(*room));
    sale->factor = th_share_room(run, run->width, sizeof(*sale->factor));
    if (!rest || !room || !sale->factor) {
        return th_error_no_memory(err);
    }
    memcpy(rest, run->common, run->width * sizeof(*rest));
    th_limbs_divide(rest, run->width, sale->sum, sale->n_sum, sale->factor, room);
    sale->n_factor = th_limbs_used(sale->factor, run->width);
    return TH_OK;
}

struct bench { // what a division of one part needs
    uint32_t *product;
    uint32_t *quotient;
    uint32_t *room;
    uint32_t *scaled; // a rest over the common denominator
};

static uint64_t two_limbs(const uint32_t *a, size_t n)
{
    return (n > 1 ? (uint64_t)a[1] << LIMB_BITS : 0) | (n > 0 ? a[0] : 0);
}

// amount × weight over the sum of weights: the fen, and the rest in bench->product.
static int64_t divide_part(const struct th_share_sale *sale, const struct th_share_part *part,
                           const struct bench *bench)
{
    const struct th_shared_sale *given = sale->given;
    const uint32_t *weight = &given->weights[part->at * given->width];
    if (given->width <= 2 && sale->n_sum <= 2) {
        uint128 product = (uint128)(uint64_t)given->amount_fen * two_limbs(weight, given->width);
        uint64_t sum = two_limbs(sale->sum, sale->n_sum);
        uint64_t rest = (uint64_t)(product % sum);
        bench->product[0] = (uint32_t)rest;
        bench->product[1] = (uint32_t)(rest >> LIMB_BITS);
        return (int64_t)(product / sum);
    }
    const uint32_t amount[AMOUNT_LIMBS] = {(uint32_t)given->amount_fen,
                                           (uint32_t)(given->amount_fen >> LIMB_BITS)};
    size_t n = given->width + AMOUNT_LIMBS;
    th_limbs_multiply(weight, given->width, amount, AMOUNT_LIMBS, bench->product);
    th_limbs_divide(bench->product, n, sale->sum, sale->n_sum, bench->quotient, bench->room);
    return (int64_t)two_limbs(bench->quotient, n);
}

// a += b, both below the common denominator; does that make a whole one, which is taken off?
static bool add_rest(const struct th_share_run *run, uint32_t *a, const uint32_t *b, size_t n_b)
{
    (void)th_limbs_add(a, run->width, b, n_b);
    if (th_limbs_compare(a, run->common, run->width) < 0) {
        return false;
    }
    (void)th_limbs_subtract(a, run->width, run->common, run->width);
    return true;
}

// The running sums of one sale of a bundle; `rests` and `floors_fen` are those before it.
static void run_on(const struct th_share_run *run, const struct th_share_bundle *bundle,
                   const struct th_share_sale *sale, uint32_t *rests, int64_t *floors_fen,
                   const struct bench *bench)
{
    for (size_t i = 0; i < bundle->n; i++) {
        struct th_share_part *part = &sale->parts[i];
        uint32_t *rest = &rests[i * run->width];
        floors_fen[i] += divide_part(sale, part, bench);
        size_t n_rest = th_limbs_used(bench->product, sale->n_sum);
        if (n_rest > 0) {
            th_limbs_multiply(sale->factor, sale->n_factor, bench->product, n_rest, bench->scaled);
            size_t n = th_limbs_used(bench->scaled, sale->n_factor + n_rest);
            floors_fen[i] += add_rest(run, rest, bench->scaled, n);
        }
        part->floor_fen = floors_fen[i];
        part->whole = th_limbs_are_zero(rest, run->width);
    }
}

static bool bench_room(struct th_share_run *run, const struct th_share_sale *sale,
                       struct bench *bench)
{
    size_t n = sale->given->width + AMOUNT_LIMBS;
    bench->product = th_share_room(run, n, sizeof(*bench->product));
    bench->quotient = th_share_room(run, n, sizeof(*bench->quotient));
    bench->room = th_share_room(run, n + sale->n_sum + 2, sizeof(*bench->room));
    bench->scaled = th_share_room(run, sale->n_factor + sale->n_sum, sizeof(*bench->scaled));
    return bench->product && bench->quotient && bench->room && bench->scaled;
}

// The exact sums of a bundle; what is behind the fen goes to the sums of the run.
static enum th_status sum_up(struct th_share_run *run, struct th_share_bundle *bundle,
                             struct th_error *err)
{
    uint32_t *rests = calloc(bundle->n * run->width, sizeof(*rests));
    bool memory = rests != NULL;
    for (size_t i = 0; i < bundle->n_sales && memory; i++) {
        const struct th_share_sale *sale = &run->sales[bundle->sales[i]];
        struct bench bench;
        memory = bench_room(run, sale, &bench);
        if (memory) {
            run_on(run, bundle, sale, rests, bundle->totals_fen, &bench);
            bundle->left_fen += sale->given->amount_fen;
        }
    }
    for (size_t i = 0; i < bundle->n && memory; i++) {
        const uint32_t *rest = &rests[i * run->width];
        size_t taker = bundle->takers[i];
        bundle->left_fen -= bundle->totals_fen[i];
        bundle->open[i] = !th_limbs_are_zero(rest, run->width);
        run->due_fen[taker] += add_rest(run, &run->rests[taker * run->width], rest, run->width);
    }
    free(rests);
    return memory ? TH_OK : th_error_no_memory(err);
}

static enum th_status prepare(struct th_share_run *run, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < run->n_sales && status == TH_OK; i++) {
        size_t n_parts = 0;
        status = measure(run, &run->sales[i], &n_parts, err);
        if (status == TH_OK && n_parts > 0) {
            status = add_to_bundle(run, i, n_parts, err);
        }
        if (status == TH_OK && n_parts > 0) {
            status = widen(run, &run->sales[i], err);
        }
    }
    for (size_t i = 0; i < run->n_sales && status == TH_OK; i++) {
        if (run->sales[i].given->amount_fen > 0) {
            status = set_factor(run, &run->sales[i], err);
        }
    }
    run->rests = th_share_room(run, run->n_takers * run->width, sizeof(*run->rests));
    run->due_fen = th_share_room(run, run->n_takers, sizeof(*run->due_fen));
    if (status == TH_OK && (!run->rests || !run->due_fen)) {
        status = th_error_no_memory(err);
    }
    for (size_t i = 0; i < run->n_bundles && status == TH_OK; i++) {
        status = sum_up(run, &run->bundles[i], err);
    }
    return status;
}

enum th_status th_run_share(struct th_shared_sale *sales, size_t n_sales, size_t n_takers,
                            struct th_error *err)
{
    struct th_share_run run = {.n_sales = n_sales, .n_takers = n_takers, .width = 2};
    run.sales = th_share_room(&run, n_sales, sizeof(*run.sales));
    run.bundles = th_share_room(&run, n_sales, sizeof(*run.bundles));
    run.common = th_share_room(&run, run.width, sizeof(*run.common));
    enum th_status status = TH_OK;
    if (!run.sales || !run.bundles || !run.common) {
        status = th_error_no_memory(err);
        goto done;
    }
    run.common[0] = 1;
    for (size_t i = 0; i < n_sales; i++) {
        run.sales[i].given = &sales[i];
    }
    status = prepare(&run, err);
    if (status == TH_OK) {
        status = th_share_totals(&run, err);
    }
    for (size_t i = 0; i < n_sales && status == TH_OK; i++) {
        memset(sales[i].shares_fen, 0, sales[i].n * sizeof(*sales[i].shares_fen));
    }
    for (size_t i = 0; i < run.n_bundles && status == TH_OK; i++) {
        status = th_share_lines(&run, &run.bundles[i], err);
    }
done:
    th_arena_clear(&run.arena);
    return status;
}

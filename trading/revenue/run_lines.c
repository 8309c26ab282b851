// What each sale of a bundle pays of the totals. The sales are gone through in their order. Each
// pays the fen that have become whole by then. What is left of it goes to those who have something
// behind the fen, first to whom the next fen becomes whole soonest, then by rest of the run; and
// only when none of them is there, to somebody ahead of his sums.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "trading/revenue/run_share_internal.h"

struct lines {
    const struct th_share_run *run;
    const struct th_share_bundle *bundle;
    size_t *order;      // the bundle's parts, by rest of the run
    int64_t *given_fen; // so far
    size_t *counts;     // of those who ask, by when their next fen is due
};

static void set_due(const struct th_share_run *run, const struct th_share_bundle *bundle)
{
    for (size_t s = bundle->n_sales; s > 0; s--) {
        struct th_share_part *parts = run->sales[bundle->sales[s - 1]].parts;
        const struct th_share_part *later =
            s < bundle->n_sales ? run->sales[bundle->sales[s]].parts : NULL;
        for (size_t i = 0; i < bundle->n; i++) {
            parts[i].due = !later                                    ? bundle->n_sales
                           : later[i].floor_fen > parts[i].floor_fen ? s
                                                                     : later[i].due;
        }
    }
}

static bool asks(const struct lines *lines, const struct th_share_part *part, size_t i)
{
    return !part->whole && lines->given_fen[i] == part->floor_fen &&
           lines->given_fen[i] < lines->bundle->totals_fen[i];
}

static void pay(const struct lines *lines, const struct th_share_sale *sale, size_t i, int64_t fen)
{
    lines->given_fen[i] += fen;
    sale->given->shares_fen[sale->parts[i].at] += fen;
}

// To those who ask, the soonest first; the answer is what nobody asked for.
static int64_t pay_asking(const struct lines *lines, const struct th_share_sale *sale,
                          int64_t left_fen)
{
    const struct th_share_bundle *bundle = lines->bundle;
    size_t last = 0; // due then: not all of them are served
    memset(lines->counts, 0, (bundle->n_sales + 1) * sizeof(*lines->counts));
    for (size_t i = 0; i < bundle->n; i++) {
        lines->counts[sale->parts[i].due] += asks(lines, &sale->parts[i], i);
    }
    int64_t of_last_fen = left_fen;
    while (last <= bundle->n_sales && of_last_fen >= (int64_t)lines->counts[last]) {
        of_last_fen -= (int64_t)lines->counts[last++];
    }
    for (size_t k = 0; k < bundle->n && left_fen > 0; k++) {
        size_t i = lines->order[k];
        size_t due = sale->parts[i].due;
        bool its_turn = due < last || (due == last && of_last_fen > 0);
        if (its_turn && asks(lines, &sale->parts[i], i)) {
            of_last_fen -= due == last;
            left_fen--;
            pay(lines, sale, i, 1);
        }
    }
    return left_fen;
}

static void pay_sale(const struct lines *lines, const struct th_share_sale *sale)
{
    const struct th_share_bundle *bundle = lines->bundle;
    int64_t left_fen = sale->given->amount_fen;
    for (size_t i = 0; i < bundle->n; i++) {
        int64_t whole_fen = sale->parts[i].floor_fen - lines->given_fen[i];
        if (whole_fen > 0) {
            pay(lines, sale, i, whole_fen);
            left_fen -= whole_fen;
        }
    }
    assert(left_fen >= 0);
    left_fen = pay_asking(lines, sale, left_fen);
    while (left_fen > 0) {
        for (size_t k = 0; k < bundle->n && left_fen > 0; k++) {
            size_t i = lines->order[k];
            if (lines->given_fen[i] < bundle->totals_fen[i]) {
                pay(lines, sale, i, 1);
                left_fen--;
            }
        }
    }
}

static void set_order(const struct th_share_run *run, const struct th_share_bundle *bundle,
                      size_t *places, size_t *ret_order)
{
    size_t n = 0;
    for (size_t i = 0; i < bundle->n; i++) {
        places[bundle->takers[i]] = i + 1;
    }
    for (size_t k = 0; k < run->n_takers; k++) {
        if (places[run->order[k]] != 0) {
            ret_order[n++] = places[run->order[k]] - 1;
        }
    }
}

enum th_status th_share_lines(struct th_share_run *run, struct th_share_bundle *bundle,
                              struct th_error *err)
{
    struct lines lines = {.run = run, .bundle = bundle};
    size_t *places = calloc(run->n_takers, sizeof(*places));
    lines.order = calloc(bundle->n, sizeof(*lines.order));
    lines.given_fen = calloc(bundle->n, sizeof(*lines.given_fen));
    lines.counts = calloc(bundle->n_sales + 1, sizeof(*lines.counts));
    bool memory = places && lines.order && lines.given_fen && lines.counts;
    if (memory) {
        set_due(run, bundle);
        set_order(run, bundle, places, lines.order);
        for (size_t s = 0; s < bundle->n_sales; s++) {
            pay_sale(&lines, &run->sales[bundle->sales[s]]);
        }
    }
    free(places);
    free(lines.order);
    free(lines.given_fen);
    free(lines.counts);
    return memory ? TH_OK : th_error_no_memory(err);
}

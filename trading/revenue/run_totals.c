// The whole totals of a run. In each bundle everybody has his exact sum rounded down, and some fen
// are left, of which a taker can get one where something is behind his fen. Over all bundles he
// must get the whole fen that his rests come to, and may get one more if there is still a rest.
//
// Who wants a fen takes it in a bundle of his. Where none is left there, somebody who got one in it
// takes his in another bundle instead, and so on: a path of such moves is looked for. Nobody who
// has his fen loses it. The exact sums are themselves a way to give all fen out, in fractions; so
// there is one in whole fen too, and this finds it. By the same reason no order of asking leaves
// fen over, and whoever asks earlier is served before those behind him.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "trading/revenue/limbs.h"
#include "trading/revenue/run_share_internal.h"

struct chance { // of a taker to get a fen
    size_t bundle;
    size_t part;
};

struct search {
    struct th_share_run *run;
    size_t *firsts; // n_takers + 1: of the chances of each taker
    struct chance *chances;
    bool *seen;          // n_bundles, as the next
    struct step {        // how a bundle was reached
        size_t part;     // who would take a fen in it,
        size_t from;     // and give the one in that bundle back; n_bundles: he wants one more
        size_t its_part; // his there
    } * steps;
    size_t *queue;
    size_t n_queue;
};

static void reach(struct search *search, size_t taker, size_t from, size_t its_part)
{
    for (size_t i = search->firsts[taker]; i < search->firsts[taker + 1]; i++) {
        const struct chance *chance = &search->chances[i];
        const struct th_share_bundle *bundle = &search->run->bundles[chance->bundle];
        if (!bundle->closed && !bundle->up[chance->part] && !search->seen[chance->bundle]) {
            search->seen[chance->bundle] = true;
            search->steps[chance->bundle] = (struct step){chance->part, from, its_part};
            search->queue[search->n_queue++] = chance->bundle;
        }
    }
}

// The moves that end in a bundle where a fen is left.
static void carry_out(struct search *search, size_t b)
{
    struct th_share_run *run = search->run;
    run->bundles[b].left_fen--;
    for (; b != run->n_bundles; b = search->steps[b].from) {
        const struct step *step = &search->steps[b];
        run->bundles[b].up[step->part] = true;
        if (step->from != run->n_bundles) {
            run->bundles[step->from].up[step->its_part] = false;
        }
    }
}

static bool give_one(struct search *search, size_t taker)
{
    struct th_share_run *run = search->run;
    memset(search->seen, 0, run->n_bundles * sizeof(*search->seen));
    search->n_queue = 0;
    reach(search, taker, run->n_bundles, 0);
    for (size_t at = 0; at < search->n_queue; at++) {
        size_t b = search->queue[at];
        const struct th_share_bundle *bundle = &run->bundles[b];
        if (bundle->left_fen > 0) {
            carry_out(search, b);
            return true;
        }
        for (size_t i = 0; i < bundle->n; i++) {
            if (bundle->up[i]) {
                reach(search, bundle->takers[i], b, i);
            }
        }
    }
    // What could not be had through these bundles cannot be had through them later either.
    for (size_t at = 0; at < search->n_queue; at++) {
        run->bundles[search->queue[at]].closed = true;
    }
    return false;
}

static bool list_chances(struct search *search)
{
    struct th_share_run *run = search->run;
    size_t n = 0;
    search->firsts = th_share_room(run, run->n_takers + 2, sizeof(*search->firsts));
    search->seen = th_share_room(run, run->n_bundles, sizeof(*search->seen));
    search->steps = th_share_room(run, run->n_bundles, sizeof(*search->steps));
    search->queue = th_share_room(run, run->n_bundles, sizeof(*search->queue));
    if (!search->firsts || !search->seen || !search->steps || !search->queue) {
        return false;
    }
    // Counted two places further on, then moved one back by filling in.
    for (size_t b = 0; b < run->n_bundles; b++) {
        for (size_t i = 0; i < run->bundles[b].n; i++) {
            if (run->bundles[b].open[i]) {
                search->firsts[run->bundles[b].takers[i] + 2]++;
                n++;
            }
        }
    }
    search->chances = th_share_room(run, n, sizeof(*search->chances));
    if (!search->chances) {
        return false;
    }
    for (size_t i = 2; i < run->n_takers + 2; i++) {
        search->firsts[i] += search->firsts[i - 1];
    }
    for (size_t b = 0; b < run->n_bundles; b++) {
        for (size_t i = 0; i < run->bundles[b].n; i++) {
            if (run->bundles[b].open[i]) {
                size_t place = search->firsts[run->bundles[b].takers[i] + 1]++;
                search->chances[place] = (struct chance){b, i};
            }
        }
    }
    return true;
}

struct rest {
    const uint32_t *limbs;
    size_t width;
    size_t taker;
};

static int larger_first(const void *a, const void *b)
{
    const struct rest *left = a;
    const struct rest *right = b;
    int order = th_limbs_compare(right->limbs, left->limbs, left->width);
    return order != 0 ? order : (left->taker > right->taker) - (left->taker < right->taker);
}

static enum th_status set_order(struct th_share_run *run, struct th_error *err)
{
    struct rest *rests = th_share_room(run, run->n_takers, sizeof(*rests));
    run->order = th_share_room(run, run->n_takers, sizeof(*run->order));
    if (!rests || !run->order) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < run->n_takers; i++) {
        rests[i] = (struct rest){&run->rests[i * run->width], run->width, i};
    }
    qsort(rests, run->n_takers, sizeof(*rests), larger_first);
    for (size_t i = 0; i < run->n_takers; i++) {
        run->order[i] = rests[i].taker;
    }
    return TH_OK;
}

enum th_status th_share_totals(struct th_share_run *run, struct th_error *err)
{
    struct search search = {.run = run};
    int64_t left_fen = 0;
    enum th_status status = set_order(run, err);
    if (status == TH_OK && !list_chances(&search)) {
        status = th_error_no_memory(err);
    }
    if (status != TH_OK) {
        return status;
    }
    for (size_t b = 0; b < run->n_bundles; b++) {
        left_fen += run->bundles[b].left_fen;
    }
    for (size_t i = 0; i < run->n_takers; i++) {
        for (; run->due_fen[i] > 0; run->due_fen[i]--, left_fen--) {
            bool given = give_one(&search, i);
            assert(given);
            (void)given;
        }
    }
    for (size_t i = 0; i < run->n_takers && left_fen > 0; i++) {
        size_t taker = run->order[i];
        if (!th_limbs_are_zero(&run->rests[taker * run->width], run->width)) {
            left_fen -= give_one(&search, taker);
        }
    }
    assert(left_fen == 0);
    for (size_t b = 0; b < run->n_bundles; b++) {
        struct th_share_bundle *bundle = &run->bundles[b];
        for (size_t i = 0; i < bundle->n; i++) {
            bundle->totals_fen[i] += bundle->up[i];
        }
    }
    return TH_OK;
}

// How a run is shared, in three steps: exact sums (run_share.c), whole totals (run_totals.c), and
// what of them each sale pays (run_lines.c).
#ifndef TH_TRADING_RUN_SHARE_INTERNAL_H
#define TH_TRADING_RUN_SHARE_INTERNAL_H

#include <stdbool.h>

#include "core/arena.h"
#include "trading/revenue/run_share.h"

struct th_share_part { // over 0, of a sale; in the order of the bundle's takers
    size_t at;         // in the arrays of the sale
    int64_t floor_fen; // of the exact sum of this taker's parts in the bundle's sales so far
    bool whole;        // that sum has nothing behind the fen
    size_t due;        // sale of the bundle at which it reaches the next fen; n_sales: none
};

struct th_share_sale {
    struct th_shared_sale *given;
    struct th_share_part *parts;
    uint32_t *sum; // of the weights
    size_t n_sum;
    uint32_t *factor; // what brings a rest over `sum` over the common denominator
    size_t n_factor;
};

struct th_share_bundle { // sales with the same takers
    size_t n;
    const size_t *takers;
    size_t *sales;
    size_t n_sales;
    int64_t *totals_fen; // n: rounded down, then with the fen on top
    bool *open;          // n: something is left behind the fen
    bool *up;            // n: got a fen on top
    int64_t left_fen;    // not yet given to anybody
    bool closed;         // nobody in it, nor in what it could trade with, can move any more
};

struct th_share_run {
    struct th_arena arena; // all of the below
    struct th_share_sale *sales;
    size_t n_sales;
    struct th_share_bundle *bundles;
    size_t n_bundles;
    size_t n_takers;
    uint32_t *common; // denominator of all sales, with an empty limb on top
    size_t width;     // of it
    uint32_t *rests;  // n_takers × width: of the exact sums of all bundles, over the common one
    int64_t *due_fen; // n_takers: whole fen that the rests of the bundles come to
    size_t *order;    // n_takers: by rest, the largest first, then by number
};

// Zeroed; NULL without memory.
void *th_share_room(struct th_share_run *run, size_t n, size_t size);

// Gives what is left in the bundles to takers.
enum th_status th_share_totals(struct th_share_run *run, struct th_error *err) TH_MUST_CHECK;
// Writes the shares of every sale of a bundle.
enum th_status th_share_lines(struct th_share_run *run, struct th_share_bundle *bundle,
                              struct th_error *err) TH_MUST_CHECK;

#endif

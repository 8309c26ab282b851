// What the sales of a run give, over those who take part in them, to the fen.
#ifndef TH_TRADING_RUN_SHARE_H
#define TH_TRADING_RUN_SHARE_H

#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_shared_sale {
    int64_t amount_fen; // ≥ 0
    size_t n;           // parts
    // The taker of each part, from 0, ascending: who comes first is served first in a tie.
    const size_t *takers;
    // n weights of `width` limbs each, the lowest limb first; a part of weight 0 gets nothing.
    const uint32_t *weights;
    size_t width;
    int64_t *shares_fen; // n: the result
};

// The exact part of a taker in a sale is amount × weight / sum of weights. What he gets of all
// sales is the sum of his exact parts, rounded once: down, and the fen that are left go by largest
// remainder, ties to the first. So
//   every sale's shares sum to its amount, and none is below 0;
//   nobody's sum is off by a fen from the sum of his exact parts.
// Where sales have different takers, no fen leaves the takers of its sale: it goes to the next by
// remainder when the fen of those sales are gone.
// The shares of the single sales follow the exact parts in the order of the sales: after each of
// them a taker has no less than his exact parts so far rounded down, and less than two fen over
// them. The fen that are left at a sale go first to those who next reach a whole fen.
// TH_INVALID ("weights_zero"), the shares are not written then.
enum th_status th_run_share(struct th_shared_sale *sales, size_t n_sales, size_t n_takers,
                            struct th_error *err) TH_MUST_CHECK;

#endif

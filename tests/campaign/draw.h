// Requests by chance, of every kind, most of them sensible, some of them not.
#ifndef TH_TESTS_CAMPAIGN_DRAW_H
#define TH_TESTS_CAMPAIGN_DRAW_H

#include "tests/campaign/model.h"

struct dice {
    uint64_t state;
    int numbers; // acts drawn so far
    int keys;    // idempotency keys given out
};

int64_t roll(struct dice *dice, int64_t n); // 0 … n - 1
// One way to ask for something. `alone`: nobody else uses the registry, so that the calendar and
// what ends by it are this model's own.
struct act draw_act(struct dice *dice, const struct model *model, bool alone);

#endif

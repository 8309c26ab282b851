// What all clients want at once: the stock of one bank. Who gets the last tonnes cannot be
// foretold, but nothing may be sold twice or lost.
#ifndef TH_TESTS_CAMPAIGN_COMMONS_H
#define TH_TESTS_CAMPAIGN_COMMONS_H

#include "tests/campaign/draw.h"
#include "tests/campaign/world.h"

struct commons {
    int slot;         // whose bank it is
    int64_t bought_t; // at the beginning
    int64_t sold_t;   // by this client, in the end by all
};

// The bank of that slot buys all that its villages hold.
void commons_prepare(struct commons *commons, struct world *world, int slot);
// A sale out of the common stock, decided at once; false when something else happened than a sale,
// or that nothing was left.
bool commons_step(struct commons *commons, struct world *world, struct dice *dice);
// What was sold is what the buyer has, and the rest is still there.
bool commons_sound(const struct commons *commons, const struct world *world);

#endif

// Is a registry sound as a whole: its own checks, the books made again, and the auditor's program
// over an export of the journal.
#ifndef TH_TESTS_CAMPAIGN_SOUND_H
#define TH_TESTS_CAMPAIGN_SOUND_H

#include "tests/campaign/world.h"

// Durability is not the subject: nothing waits for the disk any more.
void sound_hurry(struct world *world);
// `registry check`, `registry rebuild`, `registry check` again, `audit verify`, tanhui-audit.
bool sound_all(struct world *world);
bool sound_check(struct world *world);
bool sound_audit(struct world *world);
// Every issuance is whole and every account sums to zero, as a reader sees it while others write.
bool sound_conserved(const char *path);

// Runs `client` in n processes, in slots 0 … n - 1, while this one looks that all is conserved at
// whatever moment it looks. `report` reads what a client wrote.
bool sound_clients(struct world *world, int n, bool (*client)(void *context, int slot, int out),
                   void *context, void (*report)(void *context, int in), void *reported);

#endif

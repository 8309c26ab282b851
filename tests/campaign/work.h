// A client that trades on and on and writes down what was acknowledged, so that somebody can hold
// the registry to it: each request bears a key, and each reply is a line of a file that is synced
// before the next request goes out. A client that is started again reads its file and asks once
// more for what it does not know.
#ifndef TH_TESTS_CAMPAIGN_WORK_H
#define TH_TESTS_CAMPAIGN_WORK_H

#include <stdio.h>

#include "tests/campaign/rows.h"
#include "tests/campaign/world.h"

enum step {
    STEP_RESALE, // proposals
    STEP_TRANSFER,
    STEP_RETIREMENT,
    STEP_LISTING,
    STEP_PLEDGE,
    STEP_RELEASE,
    STEP_APPROVE, // and what is done with them
    STEP_REJECT,
    STEP_RECEIPT,
    STEP_WITHDRAW,
    N_STEPS
};

struct work {
    struct world *world;
    int number;
    bool program; // by the command line, a process for each request; else by the library
    char acks[TH_TEST_PATH_SIZE];
    int64_t n; // the piece of work at hand
    int place; // its step
    int64_t trade_id, first_trade_id;
};

struct ack {
    int64_t n;
    enum step step;
    int64_t trade_id;
    bool replayed;
};

// Reads the file of acknowledgements. The registry need not be open.
void work_resume(struct work *work, struct world *world, int number, bool program);
// The next request and its acknowledgement. The registry is open unless `program`. A refusal stands
// in world->err (of the program: its words).
bool work_step(struct work *work);
int64_t work_tonnes(int64_t n); // that the n-th piece of work is about
// Reads acknowledgements from an offset on, which moves; false at the end.
bool work_ack_next(FILE *file, struct ack *ret_ack);

// The village's units become the bank's stock.
void work_prepare(struct world *world);
// Does the file keep what was acknowledged?
bool work_kept(struct rows *rows, const struct ack *ack);
// Trades above that id are whole: lines, lock, units and money fit their state; and nothing acted
// twice: as many trades and receipts as keys.
bool work_whole(struct rows *rows, int64_t above_id);

#endif

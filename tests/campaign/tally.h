// What was asked for, what became of it, and why it was refused, by number.
#ifndef TH_TESTS_CAMPAIGN_TALLY_H
#define TH_TESTS_CAMPAIGN_TALLY_H

#include "tests/campaign/model.h"

enum { MAX_REASONS = 256, REASON_SIZE = 32 };
struct tally {
    int64_t done[N_ACTS];
    int64_t proposed[N_KINDS], approved[N_KINDS];
    int64_t at_once, in_parts; // of the proposals: carried out at once, paid in parts
    int64_t refused, replayed, days;
    struct {
        char key[REASON_SIZE];
        int64_t n;
    } reasons[MAX_REASONS];
};

void tally_done(struct tally *tally, const struct model *model, const struct act *act);
void tally_refused(struct tally *tally, const char *key, int64_t n);
void tally_add(struct tally *sum, const struct tally *more);
// One line on the way; everything at the end.
void tally_print_line(const struct tally *tally, int64_t n, double seconds);
void tally_print(const struct tally *tally, int64_t n, double seconds);

#endif

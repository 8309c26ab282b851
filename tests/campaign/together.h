// Processes that wait for one another, so that they do something at the same moment.
#ifndef TH_TESTS_CAMPAIGN_TOGETHER_H
#define TH_TESTS_CAMPAIGN_TOGETHER_H

#include <stdbool.h>
#include <stdint.h>

struct together; // in memory that they share

struct together *together_new(int n); // before they part
void together_free(struct together *together);
// Waits until all have come; false when one of them gave up.
bool together_meet(struct together *together);
void together_give_up(struct together *together);
// Adds to what all of them told of a deed, and to what they say it should be.
void together_tell(struct together *together, int64_t told, int64_t meant);
bool together_agree(const struct together *together); // once all have told

#endif

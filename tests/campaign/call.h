// A request of the campaign put to the registry, in the words that people type.
#ifndef TH_TESTS_CAMPAIGN_CALL_H
#define TH_TESTS_CAMPAIGN_CALL_H

#include "core/json.h"
#include "tests/campaign/world.h"

// The reply is NULL unless the status is TH_OK; world->err tells the refusal.
enum th_status call(struct world *world, const struct slot *slot, const struct model *model,
                    const struct act *act, struct th_json **ret_reply);
// In words, for a report.
void call_describe(const struct model *model, const struct act *act, char *text, size_t size);

#endif

// Limits and duties that the county decided, each from a day on.
#ifndef TH_STORE_RULE_STORE_H
#define TH_STORE_RULE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"
#include "store/store.h"

struct th_county_rule { // texts are borrowed
    int64_t rule_id;    // ignored when storing
    const char *name;
    const char *value;
    struct th_date since; // first day on which it holds
    const char *reason;
    int64_t document_id; // 0 without
    const char *login;
    int64_t seq; // journal entry
};
// TH_CONFLICT ("store_constraint").
enum th_status th_county_rule_insert(struct th_store *store, const struct th_county_rule *rule,
                                     int64_t *ret_rule_id, struct th_error *err) TH_MUST_CHECK;
// Those that began on the day or before (year 0: all), the one that counts last of each name; the
// visitor returns false to stop.
enum th_status th_county_rule_each(struct th_store *store, struct th_date day,
                                   bool (*visit)(void *context, const struct th_county_rule *rule),
                                   void *context, struct th_error *err) TH_MUST_CHECK;

#endif

// What a county decides in place of the program's own limits and duties, each from a day on
// (registry/rules.h has the names, ranges and how they are used).
#ifndef TH_REGISTRY_RULE_H
#define TH_REGISTRY_RULE_H

#include "registry/registry.h"

struct th_rule_set_options { // texts are borrowed; NULL: not given
    const char *name;        // "overlap_width_m", "carbon_right"
    const char *value;       // "0.5", "required"
    const char *since;       // first day, not before today; NULL: today
    const char *reason;
    const char *document; // file; NULL: none
};
// By an officer. Earlier judgements stand as they are. Reply: rule_id, name, value, since, reason,
// document_id. TH_USAGE ("reason_needed"), TH_INVALID ("rule_unknown" with "names", "rule_value"
// with "range", "rule_past" with "since", "today", "reason_too_long"), TH_NOT_PERMITTED.
enum th_status th_rule_set(struct th_registry *registry, const struct th_request *request,
                           const struct th_rule_set_options *options, struct th_json **ret_reply,
                           struct th_error *err) TH_MUST_CHECK;

// Reply: on, id of the program's list, rules[{name, value, range}] in force on the day (`on` NULL:
// today), decided[{rule_id, name, value, since, reason, document_id, login, seq}] all that the
// county ever decided, in order of days.
enum th_status th_rule_list(struct th_registry *registry, const char *on,
                            struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif

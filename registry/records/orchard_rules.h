// By which limits and terms the account of an orchard's year is judged: colours of the label, and
// what net fixation earns in fertiliser. Decided by `rule set` like other rules of a county.
//
// An account of a year is settled after it, and what was settled must not change: of the decisions
// made so far that one holds which held at the end of the year. A county's first decision holds for
// all earlier years too, which without it could not be settled at all.
#ifndef TH_REGISTRY_ORCHARD_RULES_H
#define TH_REGISTRY_ORCHARD_RULES_H

#include "core/date.h"
#include "core/json.h"
#include "methodology/balance.h"
#include "registry/rules.h"
#include "store/store.h"

enum th_orchard_rule { // in this order
    TH_ORCHARD_DARK_GREEN,
    TH_ORCHARD_LIGHT_GREEN,
    TH_ORCHARD_YELLOW,
    TH_ORCHARD_FERTILISER_T,
    TH_ORCHARD_FERTILISER_BY,
    TH_N_ORCHARD_RULES
};

struct th_orchard_decision {
    struct th_ratio value;    // of a number
    enum th_fertiliser_by by; // of TH_ORCHARD_FERTILISER_BY
    int64_t rule_id;          // 0: the program's own
    struct th_date since;     // year 0: the program's own
};
struct th_orchard_decisions; // opaque: all that was decided until today

// TH_CORRUPT ("rule_unreadable"), TH_NO_MEMORY.
enum th_status th_orchard_decisions_load(struct th_store *store, struct th_date today,
                                         struct th_orchard_decisions **ret_decisions,
                                         struct th_error *err) TH_MUST_CHECK;
void th_orchard_decisions_free(struct th_orchard_decisions *decisions);
// What holds for the account of a year.
struct th_orchard_decision th_orchard_decision(const struct th_orchard_decisions *decisions,
                                               enum th_orchard_rule rule, int year);
// The limits of the colours, in descending order whatever was decided.
struct th_colour_limits th_orchard_limits(const struct th_orchard_decisions *decisions, int year);
// [{rule, holds, since (null: the program's own), rule_id, evidence}] of a year.
struct th_json *th_orchard_rules_json(const struct th_orchard_decisions *decisions, int year);

#endif

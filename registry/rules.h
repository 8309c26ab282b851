// By which limits an import judges: dated, named, and kept with every import and finding.
#ifndef TH_REGISTRY_RULES_H
#define TH_REGISTRY_RULES_H

#include "core/date.h"
#include "core/json.h"
#include "gis/overlap.h"

struct th_rules {
    const char *id;                   // "intake-1"; never used again for other numbers
    struct th_date since;             // first day on which they hold
    double area_mismatch_share;       // declared against measured area: more is remarked on
    double area_unit_share;           // the same, for the question which unit is meant
    double outside_remarked_share;    // of a parcel, outside its township or county
    double outside_refused_share;     // of a parcel, likewise: more keeps it out
    double curve_step_deg;            // curved edges become chords of this angle
    struct th_overlap_limits overlap; // classes of common ground
};

// Those that hold on a day; before the first of them, the first. Never NULL.
const struct th_rules *th_rules_on(struct th_date day);
// NULL when there never were any of that name.
const struct th_rules *th_rules_find(const char *id);
// All numbers by their names, as texts. NULL when out of memory.
struct th_json *th_rules_json(const struct th_rules *rules);

#endif

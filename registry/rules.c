#include "registry/rules.h"

#include <stdio.h>
#include <string.h>

#include "gis/reader.h"
#include "registry/area_unit.h"

// In order of days. New limits are a new line: what was judged by old ones must stay explainable.
static const struct th_rules RULES[] = {
    {.id = "intake-1",
     .since = {2026, 1, 1},
     .area_mismatch_share = 0.20,
     .area_unit_share = TH_AREA_UNIT_TOLERANCE,
     .outside_remarked_share = 0.01,
     .outside_refused_share = 0.5,
     .curve_step_deg = TH_READER_CURVE_STEP_DEG,
     .overlap = {.duplicate_iou = 0.95,
                 .overlap_area_m2 = 10,
                 .overlap_share = 0.01,
                 .overlap_width_m = 1,
                 .sliver_total_share = 0.01}},
};
enum { N_RULES = sizeof RULES / sizeof RULES[0] };

const struct th_rules *th_rules_on(struct th_date day)
{
    size_t found = 0;
    for (size_t i = 1; i < N_RULES; i++)
        found = th_date_compare(RULES[i].since, day) <= 0 ? i : found;
    return &RULES[found];
}

const struct th_rules *th_rules_find(const char *id)
{
    for (size_t i = 0; i < N_RULES; i++)
        if (strcmp(RULES[i].id, id) == 0)
            return &RULES[i];
    return NULL;
}

// A real number has no canonical form; what goes into the journal is text.
static void set_number(struct th_json *object, const char *key, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    th_json_set_text(object, key, text);
}

struct th_json *th_rules_json(const struct th_rules *rules)
{
    char since[TH_DATE_TEXT_SIZE];
    struct th_json *json = th_json_object();
    struct th_json *overlap = th_json_object();
    th_json_set_text(json, "id", rules->id);
    th_json_set_text(json, "since", th_date_format(rules->since, since));
    set_number(json, "area_mismatch_share", rules->area_mismatch_share);
    set_number(json, "area_unit_share", rules->area_unit_share);
    set_number(json, "outside_remarked_share", rules->outside_remarked_share);
    set_number(json, "outside_refused_share", rules->outside_refused_share);
    set_number(json, "curve_step_deg", rules->curve_step_deg);
    set_number(overlap, "duplicate_iou", rules->overlap.duplicate_iou);
    set_number(overlap, "overlap_area_m2", rules->overlap.overlap_area_m2);
    set_number(overlap, "overlap_share", rules->overlap.overlap_share);
    set_number(overlap, "overlap_width_m", rules->overlap.overlap_width_m);
    set_number(overlap, "sliver_total_share", rules->overlap.sliver_total_share);
    th_json_set(json, "overlap", overlap);
    return json;
}

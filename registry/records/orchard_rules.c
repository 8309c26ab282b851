#include "registry/records/orchard_rules.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/people/rule_store.h"

static const struct {
    const char *name;
    const char *evidence; // of the program's own value
} RULES[TH_N_ORCHARD_RULES] = {
    [TH_ORCHARD_DARK_GREEN] = {"orchard_dark_green", "expert-choice"},
    [TH_ORCHARD_LIGHT_GREEN] = {"orchard_light_green", "expert-choice"},
    [TH_ORCHARD_YELLOW] = {"orchard_yellow", "expert-choice"},
    [TH_ORCHARD_FERTILISER_T] = {"fertiliser_t", "reported"},
    [TH_ORCHARD_FERTILISER_BY] = {"fertiliser_by", NULL},
};

struct dated {
    enum th_orchard_rule rule;
    struct th_orchard_decision decision;
};

struct th_orchard_decisions {
    struct th_orchard_decision own[TH_N_ORCHARD_RULES]; // of the program
    struct dated *items;                                // in order of days
    size_t n, capacity;
    enum th_status status;
    struct th_error err;
};

static bool keep(struct th_orchard_decisions *decisions, const struct dated *dated)
{
    if (decisions->n == decisions->capacity) {
        size_t capacity = decisions->capacity == 0 ? 8 : 2 * decisions->capacity;
        void *grown = realloc(decisions->items, capacity * sizeof(*decisions->items));
        if (!grown) {
            decisions->status = th_error_no_memory(&decisions->err);
            return false;
        }
        decisions->items = grown;
        decisions->capacity = capacity;
    }
    decisions->items[decisions->n++] = *dated;
    return true;
}

// As th_rule_value_check keeps it: a decimal, or a word.
static bool read_value(enum th_orchard_rule rule, const char *text,
                       struct th_orchard_decision *decision)
{
    if (rule == TH_ORCHARD_FERTILISER_BY) {
        decision->by = th_text_equals(text, "co2")      ? TH_FERTILISER_CO2
                       : th_text_equals(text, "carbon") ? TH_FERTILISER_CARBON
                                                        : TH_FERTILISER_UNDECIDED;
        return decision->by != TH_FERTILISER_UNDECIDED;
    }
    return th_ratio_parse(text, &decision->value, NULL) == TH_OK;
}

static bool take(void *context, const struct th_county_rule *rule)
{
    struct th_orchard_decisions *decisions = context;
    for (enum th_orchard_rule i = 0; i < TH_N_ORCHARD_RULES; i++) {
        struct dated dated = {.rule = i,
                              .decision = {.rule_id = rule->rule_id, .since = rule->since}};
        if (!th_text_equals(RULES[i].name, rule->name)) {
            continue;
        }
        if (!read_value(i, rule->value, &dated.decision)) {
            decisions->status = th_error_set(&decisions->err, TH_CORRUPT, "rule_unreadable", "name",
                                             rule->name, "value", rule->value, NULL);
            return false;
        }
        return keep(decisions, &dated);
    }
    return true;
}

static void set_own(struct th_orchard_decisions *decisions, struct th_date today)
{
    const struct th_rules *rules = th_rules_on(today);
    for (enum th_orchard_rule i = 0; i < TH_N_ORCHARD_RULES; i++) {
        char value[TH_RULE_VALUE_SIZE];
        decisions->own[i] = (struct th_orchard_decision){.value = {0, 1}};
        if (th_rules_value(rules, RULES[i].name, value)) {
            (void)read_value(i, value, &decisions->own[i]);
        }
    }
}

enum th_status th_orchard_decisions_load(struct th_store *store, struct th_date today,
                                         struct th_orchard_decisions **ret_decisions,
                                         struct th_error *err)
{
    struct th_orchard_decisions *decisions = calloc(1, sizeof(*decisions));
    if (!decisions) {
        return th_error_no_memory(err);
    }
    set_own(decisions, today);
    enum th_status status = th_county_rule_each(store, today, take, decisions, err);
    if (status == TH_OK && decisions->status != TH_OK) {
        status = decisions->status;
        if (err) {
            *err = decisions->err;
        }
    }
    if (status != TH_OK) {
        th_orchard_decisions_free(decisions);
        return status;
    }
    *ret_decisions = decisions;
    return TH_OK;
}

void th_orchard_decisions_free(struct th_orchard_decisions *decisions)
{
    if (decisions) {
        free(decisions->items);
        free(decisions);
    }
}

struct th_orchard_decision th_orchard_decision(const struct th_orchard_decisions *decisions,
                                               enum th_orchard_rule rule, int year)
{
    const struct th_date end = {year, 12, 31};
    const struct th_orchard_decision *found = &decisions->own[rule];
    struct th_date first = {0};
    for (size_t i = 0; i < decisions->n; i++) {
        const struct dated *dated = &decisions->items[i];
        if (dated->rule != rule) {
            continue;
        }
        first = first.year == 0 ? dated->decision.since : first;
        // On its first day a decision may have been put right once more.
        if (th_date_compare(dated->decision.since, end) <= 0 ||
            th_date_compare(dated->decision.since, first) == 0) {
            found = &dated->decision;
        }
    }
    return *found;
}

static struct th_ratio smaller(struct th_ratio a, struct th_ratio b)
{
    return th_ratio_compare(a, b) < 0 ? a : b;
}

struct th_colour_limits th_orchard_limits(const struct th_orchard_decisions *decisions, int year)
{
    struct th_colour_limits limits;
    limits.from[TH_COLOUR_DARK_GREEN] =
        th_orchard_decision(decisions, TH_ORCHARD_DARK_GREEN, year).value;
    limits.from[TH_COLOUR_LIGHT_GREEN] =
        smaller(th_orchard_decision(decisions, TH_ORCHARD_LIGHT_GREEN, year).value,
                limits.from[TH_COLOUR_DARK_GREEN]);
    limits.from[TH_COLOUR_YELLOW] =
        smaller(th_orchard_decision(decisions, TH_ORCHARD_YELLOW, year).value,
                limits.from[TH_COLOUR_LIGHT_GREEN]);
    return limits;
}

struct th_json *th_orchard_rules_json(const struct th_orchard_decisions *decisions, int year)
{
    static const char *const words[] = {"undecided", "co2", "carbon"};
    struct th_json *list = th_json_array();
    for (enum th_orchard_rule i = 0; i < TH_N_ORCHARD_RULES; i++) {
        char text[TH_RATIO_TEXT_SIZE];
        char since[TH_DATE_TEXT_SIZE];
        const struct th_orchard_decision decision = th_orchard_decision(decisions, i, year);
        struct th_json *json = th_json_object();
        bool decided = decision.rule_id != 0;
        th_json_set_text(json, "rule", RULES[i].name);
        th_json_set_text(json, "holds",
                         i == TH_ORCHARD_FERTILISER_BY ? words[decision.by]
                                                       : th_ratio_format(decision.value, text));
        th_json_set_text(json, "since", decided ? th_date_format(decision.since, since) : NULL);
        th_json_set(json, "rule_id", decided ? th_json_int(decision.rule_id) : th_json_null());
        th_json_set_text(json, "evidence", decided ? "stated" : RULES[i].evidence);
        th_json_append(list, json);
    }
    return list;
}

#include "registry/rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "gis/reader.h"
#include "registry/area_unit.h"
#include "store/people/rule_store.h"

// In order of days. New limits are a new line: what was judged by old ones must stay explainable.
static const struct th_rules RULES[] = {
    {.id = "intake-1",
     .since = {2026, 1, 1},
     .area_mismatch_share = 0.20,
     .area_unit_share = TH_AREA_UNIT_TOLERANCE,
     .outside_remarked_share = 0.01,
     .outside_refused_share = 0.5,
     .parcel_smallest_mu = 0.1,
     .parcel_largest_mu = 10000,
     .curve_step_deg = TH_READER_CURVE_STEP_DEG,
     .overlap = {.duplicate_iou = 0.95,
                 .overlap_area_m2 = 10,
                 .overlap_share = 0.01,
                 .overlap_width_m = 1,
                 .sliver_share = 0.1,
                 .sliver_total_share = 0.01},
     // The limits of the colours that Changshan gives are not published: expert choice. Whoever
     // fixes what is emitted is green. A tonne for a tonne was reported.
     .orchard =
         {.dark_green_share = 1.5, .light_green_share = 1, .yellow_share = 0.5, .fertiliser_t = 1},
     // Two persons always, and a month to find the second one; three days where somebody else's
     // units wait for him: expert choice. Less than 1 CNY a tonne was paid nowhere; the lowest
     // price reported is many times that.
     .deal = {.proposal_days = 30, .offer_days = 3, .least_cny = 1}},
};
enum { N_RULES = sizeof(RULES) / sizeof(RULES[0]) };

const struct th_rules *th_rules_on(struct th_date day)
{
    size_t found = 0;
    for (size_t i = 1; i < N_RULES; i++) {
        found = th_date_compare(RULES[i].since, day) <= 0 ? i : found;
    }
    return &RULES[found];
}

const struct th_rules *th_rules_find(const char *id)
{
    for (size_t i = 0; i < N_RULES; i++) {
        if (strcmp(RULES[i].id, id) == 0) {
            return &RULES[i];
        }
    }
    return NULL;
}

static const char CARBON_RIGHT[] = "carbon_right";
static const char FERTILISER_BY[] = "fertiliser_by";
static const char DEAL_ALONE[] = "deal_alone_cny";
static const char DEAL_LEAST[] = "deal_least_cny";
static const char DEAL_BUFFER[] = "deal_buffer";
// Words of FERTILISER_BY by their place in the enum; the first one cannot be decided.
static const char *const BY_WORDS[] = {"undecided", "co2", "carbon"};

// Ranges within which a limit still means what its name says. The unit of declared areas and the
// step of curves are no county's to decide.
const struct th_rule_spec th_rule_specs[] = {{"area_mismatch_share", 0, 1, NULL},
                                             {"outside_remarked_share", 0, 1, NULL},
                                             {"outside_refused_share", 0, 1, NULL},
                                             {"duplicate_iou", 0.5, 1, NULL},
                                             {"overlap_area_m2", 0, 10000, NULL},
                                             {"overlap_share", 0, 0.5, NULL},
                                             {"overlap_width_m", 0, 100, NULL},
                                             {"sliver_share", 0, 0.5, NULL},
                                             {"sliver_total_share", 0, 0.5, NULL},
                                             {"parcel_smallest_mu", 0, 100, NULL},
                                             {"parcel_largest_mu", 1, 1e7, NULL},
                                             {CARBON_RIGHT, 0, 0, "remark required"},
                                             {"orchard_dark_green", 0.01, 100, NULL},
                                             {"orchard_light_green", 0.01, 100, NULL},
                                             {"orchard_yellow", 0.01, 100, NULL},
                                             {"fertiliser_t", 0.01, 100, NULL},
                                             {FERTILISER_BY, 0, 0, "co2 carbon"},
                                             {"deal_days", 1, 3650, NULL},
                                             {"deal_offer_days", 1, 3650, NULL},
                                             {DEAL_ALONE, 0, 1e7, NULL},
                                             {DEAL_LEAST, 0, 1e5, NULL},
                                             {DEAL_BUFFER, 0, 0, "holder county"}};
const size_t th_rule_specs_count = sizeof(th_rule_specs) / sizeof(th_rule_specs[0]);

static const struct th_rule_spec *spec_find(const char *name)
{
    for (size_t i = 0; i < th_rule_specs_count; i++) {
        if (strcmp(th_rule_specs[i].name, name) == 0) {
            return &th_rule_specs[i];
        }
    }
    return NULL;
}

bool th_rule_is_of_ground(const char *name)
{
    return !th_text_starts_with(name, "orchard_") && !th_text_starts_with(name, "fertiliser_") &&
           !th_text_starts_with(name, "deal_");
}

// NULL for a rule that is no number.
static double *number_of(struct th_rules *rules, const char *name)
{
    const struct {
        const char *name;
        double *number;
    } numbers[] = {{"area_mismatch_share", &rules->area_mismatch_share},
                   {"outside_remarked_share", &rules->outside_remarked_share},
                   {"outside_refused_share", &rules->outside_refused_share},
                   {"parcel_smallest_mu", &rules->parcel_smallest_mu},
                   {"parcel_largest_mu", &rules->parcel_largest_mu},
                   {"duplicate_iou", &rules->overlap.duplicate_iou},
                   {"overlap_area_m2", &rules->overlap.overlap_area_m2},
                   {"overlap_share", &rules->overlap.overlap_share},
                   {"overlap_width_m", &rules->overlap.overlap_width_m},
                   {"sliver_share", &rules->overlap.sliver_share},
                   {"sliver_total_share", &rules->overlap.sliver_total_share},
                   {"orchard_dark_green", &rules->orchard.dark_green_share},
                   {"orchard_light_green", &rules->orchard.light_green_share},
                   {"orchard_yellow", &rules->orchard.yellow_share},
                   {"fertiliser_t", &rules->orchard.fertiliser_t},
                   {"deal_days", &rules->deal.proposal_days},
                   {"deal_offer_days", &rules->deal.offer_days},
                   {DEAL_ALONE, &rules->deal.alone_cny},
                   {DEAL_LEAST, &rules->deal.least_cny}};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(numbers[i].name, name) == 0) {
            return numbers[i].number;
        }
    }
    return NULL;
}

bool th_rules_one_suffices(const struct th_rules *rules, struct th_money amount)
{
    // Nine digits of CNY with two decimals come back to the fen.
    int64_t limit_fen = llround(rules->deal.alone_cny * 100);
    return th_money_fen(amount) > 0 && th_money_fen(amount) <= limit_fen;
}

bool th_rules_too_cheap(const struct th_rules *rules, struct th_money amount,
                        struct th_units tonnes)
{
    int64_t least_fen = llround(rules->deal.least_cny * 100);
    struct th_money least;
    // What nobody can pay in a whole currency is not too little.
    return th_money_times_units(th_money_from_fen(least_fen), tonnes, &least, NULL) == TH_OK &&
           th_money_compare(amount, least) < 0;
}

bool th_rules_value(const struct th_rules *rules, const char *name, char value[TH_RULE_VALUE_SIZE])
{
    struct th_rules copy = *rules;
    const double *number = number_of(&copy, name);
    if (number != NULL) {
        snprintf(value, TH_RULE_VALUE_SIZE, "%.9g", *number);
    } else if (strcmp(name, CARBON_RIGHT) == 0) {
        th_text_copy(value, TH_RULE_VALUE_SIZE,
                     rules->carbon_right_required ? "required" : "remark");
    } else if (strcmp(name, FERTILISER_BY) == 0) {
        th_text_copy(value, TH_RULE_VALUE_SIZE, BY_WORDS[rules->orchard.fertiliser_by]);
    } else if (strcmp(name, DEAL_BUFFER) == 0) {
        th_text_copy(value, TH_RULE_VALUE_SIZE, rules->deal.common_buffer ? "county" : "holder");
    } else {
        return false;
    }
    return true;
}

static bool is_word_of(const char *words, const char *text)
{
    size_t length = strlen(text);
    for (const char *at = words; length > 0 && *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == length && memcmp(at, text, length) == 0) {
            return true;
        }
        at += word;
        at += strspn(at, " ");
    }
    return false;
}

static enum th_status unknown(const char *name, struct th_error *err)
{
    char names[TH_ERROR_VALUE_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; i < th_rule_specs_count; i++) {
        int n = snprintf(names + used, sizeof(names) - used, "%s%s", i > 0 ? ", " : "",
                         th_rule_specs[i].name);
        if (n < 0 || (size_t)n >= sizeof(names) - used) {
            break;
        }
        used += (size_t)n;
    }
    return th_error_set(err, TH_INVALID, "rule_unknown", "name", name, "names", names, NULL);
}

enum th_status th_rule_value_check(const char *name, const char *text,
                                   char ret_value[TH_RULE_VALUE_SIZE], struct th_error *err)
{
    const struct th_rule_spec *spec = spec_find(name);
    double number = 0;
    char range[64];
    if (spec == NULL) {
        return unknown(name, err);
    }
    if (spec->words != NULL) {
        if (!is_word_of(spec->words, text)) {
            return th_error_set(err, TH_INVALID, "rule_value", "name", name, "value", text, "range",
                                spec->words, NULL);
        }
        th_text_copy(ret_value, TH_RULE_VALUE_SIZE, text);
        return TH_OK;
    }
    if (!th_text_parse_double(text, &number) || !(number >= spec->low && number <= spec->high)) {
        snprintf(range, sizeof(range), "%.9g – %.9g", spec->low, spec->high);
        return th_error_set(err, TH_INVALID, "rule_value", "name", name, "value", text, "range",
                            range, NULL);
    }
    snprintf(ret_value, TH_RULE_VALUE_SIZE, "%.9g", number);
    return TH_OK;
}

struct loading {
    struct th_rules rules;
    enum th_status status;
    struct th_error err;
};

static bool load_one(void *context, const struct th_county_rule *rule)
{
    struct loading *l = context;
    char value[TH_RULE_VALUE_SIZE];
    double *number = number_of(&l->rules, rule->name);
    if (th_rule_value_check(rule->name, rule->value, value, NULL) != TH_OK) {
        l->status = th_error_set(&l->err, TH_CORRUPT, "rule_unreadable", "name", rule->name,
                                 "value", rule->value, NULL);
        return false;
    }
    if (strcmp(rule->name, FERTILISER_BY) == 0) {
        l->rules.orchard.fertiliser_by =
            strcmp(value, "carbon") == 0 ? TH_FERTILISER_CARBON : TH_FERTILISER_CO2;
    } else if (strcmp(rule->name, DEAL_BUFFER) == 0) {
        l->rules.deal.common_buffer = strcmp(value, "county") == 0;
    } else if (number == NULL) {
        bool required = strcmp(value, "required") == 0;
        if (required && !l->rules.carbon_right_required) {
            l->rules.carbon_right_since = rule->since;
        }
        l->rules.carbon_right_required = required;
    } else {
        (void)th_text_parse_double(value, number);
    }
    if (strcmp(rule->name, DEAL_ALONE) == 0) {
        l->rules.deal.alone_rule_id = rule->rule_id;
    }
    if (th_rule_is_of_ground(rule->name) && rule->rule_id > l->rules.county_rule_id) {
        l->rules.county_rule_id = rule->rule_id;
    }
    return true;
}

enum th_status th_rules_load(struct th_store *store, struct th_date day, struct th_rules *ret_rules,
                             struct th_error *err)
{
    struct loading l = {.rules = *th_rules_on(day), .status = TH_OK};
    enum th_status status = th_county_rule_each(store, day, load_one, &l, err);
    if (status == TH_OK && l.status != TH_OK) {
        if (err != NULL) {
            *err = l.err;
        }
        status = l.status;
    }
    if (status != TH_OK) {
        return status;
    }
    // What is refused is not merely remarked on, in whatever order both were decided.
    l.rules.outside_remarked_share =
        fmin(l.rules.outside_remarked_share, l.rules.outside_refused_share);
    *ret_rules = l.rules;
    return TH_OK;
}

// A real number has no canonical form; what goes into the journal is text.
static void set_number(struct th_json *object, const char *key, double value)
{
    char text[32];
    snprintf(text, sizeof(text), "%.9g", value);
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
    set_number(json, "parcel_smallest_mu", rules->parcel_smallest_mu);
    set_number(json, "parcel_largest_mu", rules->parcel_largest_mu);
    set_number(json, "curve_step_deg", rules->curve_step_deg);
    set_number(overlap, "duplicate_iou", rules->overlap.duplicate_iou);
    set_number(overlap, "overlap_area_m2", rules->overlap.overlap_area_m2);
    set_number(overlap, "overlap_share", rules->overlap.overlap_share);
    set_number(overlap, "overlap_width_m", rules->overlap.overlap_width_m);
    set_number(overlap, "sliver_share", rules->overlap.sliver_share);
    set_number(overlap, "sliver_total_share", rules->overlap.sliver_total_share);
    th_json_set(json, "overlap", overlap);
    if (rules->county_rule_id > 0) {
        th_json_set_int(json, "county_rule", rules->county_rule_id);
    }
    return json;
}

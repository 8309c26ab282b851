// Reading a methodology document: who may use it, what it counts, and what becomes of the result.
#include <string.h>

#include "core/date.h"
#include "core/text.h"
#include "methodology/document_reader_internal.h"

// Where a rule begins and ends; the last one has no end, the others follow each other.
static bool read_dates(struct th_reader *reader, const struct th_place *rule, bool is_last,
                       struct th_date *previous_end)
{
    struct th_place from_place = th_place_below(rule, "from");
    struct th_place to_place = th_place_below(rule, "to");
    const char *text = NULL;
    struct th_date from;
    if (!th_reader_text(reader, rule, "from", &text)) {
        return false;
    }
    if (th_date_parse(text, &from, NULL) != TH_OK) {
        return th_reader_fault(reader, &from_place, "date_form", NULL);
    }
    if (previous_end->year != 0 && th_date_compare(from, *previous_end) <= 0) {
        return th_reader_fault(reader, &from_place, "date_order", NULL);
    }
    if (!to_place.value || is_last) {
        return th_place_is_null(&to_place) ||
               th_reader_fault(reader, &to_place, "date_last_open", NULL);
    }
    if (th_place_is_null(&to_place)) {
        return th_reader_fault(reader, &to_place, "date_order", NULL);
    }
    if (!th_reader_text(reader, rule, "to", &text)) {
        return false;
    }
    if (th_date_parse(text, previous_end, NULL) != TH_OK) {
        return th_reader_fault(reader, &to_place, "date_form", NULL);
    }
    return th_date_compare(*previous_end, from) >= 0 ||
           th_reader_fault(reader, &to_place, "date_order", NULL);
}

static void read_min_area(struct th_reader *reader, const struct th_place *parent)
{
    static const char *const keys[] = {"from", "to", "value", "unit", "source", "evidence", NULL};
    struct th_place list = th_place_below(parent, "min_area");
    struct th_date previous_end = {0};
    if (!th_reader_list(reader, &list, 0, TH_READER_LIST_MAX)) {
        return;
    }
    size_t n = th_json_size(list.value);
    bool ordered = true;
    for (size_t i = 0; i < n; i++) {
        struct th_place rule = th_place_at(&list, i);
        struct th_place value = th_place_below(&rule, "value");
        struct th_number number;
        if (!th_reader_object(reader, &rule, keys)) {
            ordered = false;
            continue;
        }
        ordered = ordered && read_dates(reader, &rule, i + 1 == n, &previous_end);
        if (!th_reader_number_members(reader, &rule, "mu", &number)) {
            continue;
        }
        if (number.value.numerator < 0) {
            (void)th_reader_fault(reader, &value, "number_negative", NULL);
        }
        reader->methodology->has_min_area = true;
        reader->methodology->min_area_mu = number.value;
    }
}

static bool is_kind(const char *text)
{
    static const char *const kinds[] = {"bamboo", "orchard", "tea", "forest", "wetland"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (th_text_equals(text, kinds[i])) {
            return true;
        }
    }
    return false;
}

static bool is_land_class(const char *text)
{ // GB/T 21010: four digits
    return strlen(text) == 4 && strspn(text, "0123456789") == 4;
}

void th_reader_applicability(struct th_reader *reader)
{
    static const char *const keys[] = {"kinds", "land_classes", "min_area", "conditions", NULL};
    struct th_place place = th_place_below(&reader->root, "applicability");
    struct th_place kinds = th_place_below(&place, "kinds");
    struct th_place classes = th_place_below(&place, "land_classes");
    if (!th_reader_object(reader, &place, keys)) {
        return;
    }
    (void)th_reader_words(reader, &kinds, is_kind, "kind_unknown");
    if (!th_place_is_null(&classes)) {
        (void)th_reader_words(reader, &classes, is_land_class, "land_class_form");
    }
    reader->methodology->kinds = kinds.value;
    reader->methodology->land_classes = classes.value;
    read_min_area(reader, &place);
}

static void read_limit(struct th_reader *reader, const struct th_place *place,
                       const struct th_input *input, struct th_condition *condition)
{
    struct th_place value = th_place_below(place, "value");
    struct th_place choices = th_place_below(place, "choices");
    struct th_place limit = th_place_below(&value, "value");
    struct th_number number;
    if (!th_place_is_null(&choices)) {
        (void)th_reader_fault(reader, &choices, "not_here", NULL);
    }
    if (value.value && th_place_is_null(&value)) {
        (void)th_reader_fault(reader, &value, "test_value", NULL);
        return;
    }
    if (!th_reader_number(reader, &value, NULL, &number)) { // its unit: document_inputs.c
        return;
    }
    condition->limit = number.value;
    if (condition->test == TH_TEST_MULTIPLE_OF && number.value.numerator <= 0) {
        (void)th_reader_fault(reader, &limit, "multiple_of_zero", NULL);
    }
    if (input->has_range && (th_ratio_compare(number.value, input->low) < 0 ||
                             th_ratio_compare(number.value, input->high) > 0)) {
        (void)th_reader_fault(reader, &limit, "range_value", NULL);
    }
}

static void read_chosen(struct th_reader *reader, const struct th_place *place,
                        const struct th_input *input, struct th_condition *condition)
{
    struct th_place value = th_place_below(place, "value");
    struct th_place list = th_place_below(place, "choices");
    if (!th_place_is_null(&value)) {
        (void)th_reader_fault(reader, &value, "not_here", NULL);
    }
    if (list.value && th_place_is_null(&list)) {
        (void)th_reader_fault(reader, &list, "test_value", NULL);
        return;
    }
    if (!th_reader_list(reader, &list, 1, TH_METHODOLOGY_CHOICES_MAX)) {
        return;
    }
    for (size_t i = 0; i < th_json_size(list.value); i++) {
        struct th_place where = th_place_at(&list, i);
        const char *name = th_json_text(where.value);
        size_t choice = th_reader_choice(input, name);
        if (choice == SIZE_MAX) {
            (void)th_reader_fault(reader, &where, "choice_unknown", "have", name, NULL);
        } else if (condition->choices & UINT64_C(1) << choice) {
            (void)th_reader_fault(reader, &where, "repeated", NULL);
        } else {
            condition->choices |= UINT64_C(1) << choice;
        }
    }
}

static void read_condition(struct th_reader *reader, const struct th_place *place,
                           struct th_condition *condition)
{
    static const char *const keys[] = {"input",  "test",   "value",    "choices",
                                       "reason", "source", "evidence", NULL};
    static const char *const tests[] = {"at-least", "at-most",     "one-of",
                                        "none-of",  "multiple-of", NULL};
    struct th_place input_place = th_place_below(place, "input");
    struct th_place test_place = th_place_below(place, "test");
    const char *name = NULL;
    size_t test = 0;
    if (!th_reader_object(reader, place, keys)) {
        return;
    }
    (void)th_reader_texts(reader, place, "reason", &condition->reason);
    (void)th_reader_source(reader, place, &condition->source, &condition->evidence);
    bool has_test = th_reader_word(reader, place, "test", tests, "test_unknown", &test);
    condition->test = (enum th_condition_test)test;
    if (!th_reader_text(reader, place, "input", &name)) {
        return;
    }
    size_t index = th_reader_find_input(reader, name);
    if (index == SIZE_MAX) {
        (void)th_reader_fault(reader, &input_place, "name_unknown", "have", name, NULL);
        return;
    }
    const struct th_input *input = &reader->methodology->inputs[index];
    condition->input = index;
    reader->input_used[index] = true;
    if (!has_test || !reader->input_sound[index]) {
        return;
    }
    bool by_choice = condition->test == TH_TEST_ONE_OF || condition->test == TH_TEST_NONE_OF;
    if (by_choice != (input->type == TH_INPUT_CHOICE)) {
        (void)th_reader_fault(reader, &test_place, "test_type", "name", name, NULL);
    } else if (by_choice) {
        read_chosen(reader, place, input, condition);
    } else {
        read_limit(reader, place, input, condition);
    }
}

static void read_conditions(struct th_reader *reader)
{
    struct th_methodology *methodology = reader->methodology;
    struct th_place applicability = th_place_below(&reader->root, "applicability");
    struct th_place list = th_place_below(&applicability, "conditions");
    if (!th_reader_list(reader, &list, 0, TH_METHODOLOGY_CONDITIONS_MAX)) {
        return;
    }
    size_t before = reader->n_faults;
    for (size_t i = 0; i < th_json_size(list.value); i++) {
        struct th_place place = th_place_at(&list, i);
        methodology->n_conditions = i + 1;
        methodology->conditions[i].input = SIZE_MAX; // not known yet
        methodology->conditions[i].limit = (struct th_ratio){0, 1};
        read_condition(reader, &place, &methodology->conditions[i]);
    }
    reader->conditions_sound = reader->n_faults == before;
}

// [{<key>: a word, counted, reason}], each word once. ret_counted may be NULL.
static void read_scope(struct th_reader *reader, const char *list_name, const char *key,
                       const char *const *words, const char *unknown, bool *ret_counted)
{
    const char *const keys[] = {key, "counted", "reason", NULL};
    struct th_place list = th_place_below(&reader->root, list_name);
    bool seen[16] = {false};
    if (!th_reader_list(reader, &list, 0, TH_READER_LIST_MAX)) {
        return;
    }
    for (size_t i = 0; i < th_json_size(list.value); i++) {
        struct th_place place = th_place_at(&list, i);
        struct th_place word_place = th_place_below(&place, key);
        struct th_text reason;
        size_t word = 0;
        bool counted = false;
        if (!th_reader_object(reader, &place, keys)) {
            continue;
        }
        (void)th_reader_bool(reader, &place, "counted", &counted);
        (void)th_reader_texts(reader, &place, "reason", &reason);
        if (!th_reader_word(reader, &place, key, words, unknown, &word)) {
            continue;
        }
        if (seen[word]) {
            (void)th_reader_fault(reader, &word_place, "repeated", NULL);
        }
        seen[word] = true;
        if (ret_counted) {
            ret_counted[word] = counted;
        }
    }
}

static void read_uncertainty(struct th_reader *reader)
{
    static const char *const keys[] = {"rule", "confidence", "source", "evidence", NULL};
    static const char *const rules[] = {"none",   "ar-tool14", "gold-standard",
                                        "vm0033", "art-trees", NULL};
    static const struct th_ratio ninety = {9, 10};
    static const struct th_ratio ninety_five = {19, 20};
    struct th_place place = th_place_below(&reader->root, "uncertainty");
    struct th_place confidence = th_place_below(&place, "confidence");
    struct th_methodology *methodology = reader->methodology;
    const char *source = NULL;
    enum th_evidence evidence;
    size_t rule = 0;
    if (!th_reader_object(reader, &place, keys)) {
        return;
    }
    (void)th_reader_source(reader, &place, &source, &evidence);
    bool has_rule = th_reader_word(reader, &place, "rule", rules, "rule_unknown", &rule);
    methodology->rule = (enum th_uncertainty_rule)rule;
    if (!th_reader_ratio(reader, &confidence, &methodology->confidence) || !has_rule) {
        return;
    }
    // The rules are written for the 90 % interval; VM0033 has limits for both.
    bool both = methodology->rule == TH_RULE_NONE || methodology->rule == TH_RULE_VM0033;
    if (th_ratio_compare(methodology->confidence, ninety) != 0 &&
        !(both && th_ratio_compare(methodology->confidence, ninety_five) == 0)) {
        (void)th_reader_fault(reader, &confidence, "confidence_value", "want",
                              both ? "0.9, 0.95" : "0.9", NULL);
    }
}

static void read_buffer(struct th_reader *reader)
{
    struct th_place place = th_place_below(&reader->root, "buffer");
    struct th_number buffer;
    if (!th_reader_number(reader, &place, "1", &buffer)) {
        return;
    }
    if (buffer.value.numerator < 0 || buffer.value.numerator > buffer.value.denominator) {
        (void)th_reader_fault(reader, &place, "buffer_range", NULL);
    }
    reader->methodology->buffer_ratio = buffer.value;
}

// A bound that nothing can ever break guards nothing: a second look is asked for inside of what is
// refused, or never.
static void check_plausible_order(struct th_reader *reader, size_t index)
{
    const struct th_methodology *methodology = reader->methodology;
    const struct th_plausible *bounds = &methodology->plausible[index];
    struct th_place place = th_reader_place(reader, "plausible", index, NULL);
    for (size_t i = 0; i < methodology->n_plausible && bounds->action == TH_PLAUSIBLE_ASK; i++) {
        const struct th_plausible *outer = &methodology->plausible[i];
        char low[TH_RATIO_TEXT_SIZE];
        char high[TH_RATIO_TEXT_SIZE];
        if (outer->action == TH_PLAUSIBLE_REFUSE &&
            (th_ratio_compare(bounds->low, outer->low) < 0 ||
             th_ratio_compare(bounds->high, outer->high) > 0)) {
            (void)th_reader_fault(reader, &place, "plausible_beyond", "low",
                                  th_ratio_format(outer->low, low), "high",
                                  th_ratio_format(outer->high, high), NULL);
            return;
        }
    }
}

static void read_plausible(struct th_reader *reader)
{
    // Nothing gains more than the steepest growth that a document may state, 30 t C/ha/yr, nor
    // loses more than the largest stock, 500 t C/ha: beyond it is a mistake of unit.
    static const struct th_role what = {
        .name = "plausible", .unit = "t CO2e/ha/yr", .low = {-5500, 3}, .high = {110, 1}};
    static const char *const keys[] = {"low", "high", "unit", "action", "source", "evidence", NULL};
    static const char *const actions[] = {"ask", "refuse", NULL};
    struct th_methodology *methodology = reader->methodology;
    struct th_place list = th_place_below(&reader->root, "plausible");
    size_t n_before = reader->n_faults;
    if (!th_reader_list(reader, &list, 0, TH_METHODOLOGY_PLAUSIBLE_MAX)) {
        return;
    }
    for (size_t i = 0; i < th_json_size(list.value); i++) {
        struct th_place place = th_place_at(&list, i);
        struct th_place low = th_place_below(&place, "low");
        struct th_place high = th_place_below(&place, "high");
        struct th_plausible *bounds = &methodology->plausible[i];
        size_t action = 0;
        methodology->n_plausible = i + 1;
        bounds->low = bounds->high = (struct th_ratio){0, 1};
        if (!th_reader_object(reader, &place, keys)) {
            continue;
        }
        (void)th_reader_unit(reader, &place, "t CO2e/ha/yr");
        (void)th_reader_word(reader, &place, "action", actions, "action_unknown", &action);
        (void)th_reader_source(reader, &place, &bounds->source, &bounds->evidence);
        bounds->action = (enum th_plausible_action)action;
        bool has_low = th_reader_ratio(reader, &low, &bounds->low);
        bool has_high = th_reader_ratio(reader, &high, &bounds->high);
        has_low = has_low && th_reader_bounds(reader, &low, bounds->low, &what);
        has_high = has_high && th_reader_bounds(reader, &high, bounds->high, &what);
        if (has_low && has_high && th_ratio_compare(bounds->low, bounds->high) >= 0) {
            (void)th_reader_fault(reader, &place, "range_order", NULL);
        }
    }
    if (methodology->n_plausible == 0 && !methodology->monitoring_only &&
        !methodology->statement_based) {
        (void)th_reader_fault(reader, &list, "plausible_missing", NULL);
    }
    for (size_t i = 0; i < methodology->n_plausible && reader->n_faults == n_before; i++) {
        check_plausible_order(reader, i);
    }
}

void th_reader_rules(struct th_reader *reader)
{
    static const char *const pools[] = {
        "above-ground-biomass", "below-ground-biomass", "dead-wood", "litter",
        "soil-organic-carbon",  "harvested-products",   NULL};
    static const char *const gases[] = {"CO2", "CH4", "N2O", NULL};
    read_scope(reader, "pools", "pool", pools, "pool_unknown", NULL);
    read_scope(reader, "gases", "gas", gases, "gas_unknown", reader->gas_counted);
    read_conditions(reader);
    read_uncertainty(reader);
    read_buffer(reader);
    read_plausible(reader);
}

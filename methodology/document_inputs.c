// Reading a methodology document: its inputs, what differs by parcel and year.
#include <string.h>

#include "core/text.h"
#include "methodology/document_reader_internal.h"

static const char list_name[] = "inputs";

// A key that has nothing to say about an input of this type.
static bool is_left_out(struct th_reader *reader, const struct th_place *parent, const char *key)
{
    struct th_place place = th_place_below(parent, key);
    return th_place_is_null(&place) || th_reader_fault(reader, &place, "not_here", NULL);
}

static bool read_choices(struct th_reader *reader, const struct th_place *parent,
                         struct th_input *input)
{
    static const char *const keys[] = {"name", "title", NULL};
    struct th_place list = th_place_below(parent, "choices");
    if (list.value && th_place_is_null(&list)) {
        return th_reader_fault(reader, &list, "choices_missing", NULL);
    }
    if (!th_reader_list(reader, &list, 1, TH_METHODOLOGY_CHOICES_MAX)) {
        return false;
    }
    size_t n = th_json_size(list.value);
    struct th_input_choice *choices =
        th_arena_take(&reader->methodology->arena, n * sizeof(*choices));
    if (!choices) {
        return th_reader_no_memory(reader);
    }
    memset(choices, 0, n * sizeof(*choices));
    bool sound = true;
    for (size_t i = 0; i < n; i++) {
        struct th_place place = th_place_at(&list, i);
        if (!th_reader_object(reader, &place, keys)) {
            sound = false;
            continue;
        }
        sound = th_reader_choice_name(reader, &place, &choices[i].name) && sound;
        sound = th_reader_texts(reader, &place, "title", &choices[i].title) && sound;
        for (size_t k = 0; k < i && choices[i].name; k++) {
            if (th_text_equals(choices[k].name, choices[i].name)) {
                struct th_place name = th_place_below(&place, "name");
                sound = th_reader_fault(reader, &name, "repeated", NULL);
            }
        }
    }
    input->choices = choices;
    input->n_choices = n;
    return sound;
}

size_t th_reader_choice(const struct th_input *input, const char *name)
{
    for (size_t i = 0; i < input->n_choices; i++) {
        if (input->choices[i].name && th_text_equals(input->choices[i].name, name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

// {value, source, evidence} whose value is the name of a choice.
static bool read_default_choice(struct th_reader *reader, const struct th_place *place,
                                struct th_input *input)
{
    static const char *const keys[] = {"value", "source", "evidence", NULL};
    struct th_place value_place = th_place_below(place, "value");
    const char *name = NULL;
    if (!th_reader_object(reader, place, keys)) {
        return false;
    }
    bool sound = th_reader_text(reader, place, "value", &name);
    sound = th_reader_source(reader, place, &input->standard_source, &input->standard_evidence) &&
            sound;
    if (!name) {
        return false;
    }
    size_t choice = th_reader_choice(input, name);
    if (choice == SIZE_MAX) {
        return th_reader_fault(reader, &value_place, "choice_unknown", "have", name, NULL);
    }
    input->standard = (struct th_ratio){(int64_t)choice, 1};
    return sound;
}

static bool read_default(struct th_reader *reader, const struct th_place *parent,
                         struct th_input *input)
{
    struct th_place place = th_place_below(parent, "default");
    struct th_place value = th_place_below(&place, "value");
    struct th_number number = {0};
    if (th_place_is_null(&place)) {
        return true;
    }
    input->has_default = true;
    if (input->scope == TH_INPUT_OF_PLOTS || input->type == TH_INPUT_YEARS_SINCE) {
        return th_reader_fault(reader, &place, "not_here", NULL);
    }
    if (input->type == TH_INPUT_CHOICE) {
        return read_default_choice(reader, &place, input);
    }
    if (!th_reader_number(reader, &place, NULL, &number)) {
        return false;
    }
    if (input->has_range && (th_ratio_compare(number.value, input->low) < 0 ||
                             th_ratio_compare(number.value, input->high) > 0)) {
        return th_reader_fault(reader, &value, "range_value", NULL);
    }
    input->standard = number.value;
    input->standard_source = number.source;
    input->standard_evidence = number.evidence;
    return true;
}

// What a type of input needs beside the keys that all have.
static bool read_type(struct th_reader *reader, const struct th_place *place,
                      struct th_input *input)
{
    struct th_place range = th_place_below(place, "range");
    bool sound = true;
    if (input->type != TH_INPUT_YEARS_SINCE) {
        sound = is_left_out(reader, place, "since") && sound;
    }
    if (input->type == TH_INPUT_CHOICE) {
        sound = is_left_out(reader, place, "range") && sound;
        return read_choices(reader, place, input) && sound;
    }
    sound = is_left_out(reader, place, "choices") && sound;
    if (input->type == TH_INPUT_NUMBER && range.value && th_place_is_null(&range)) {
        return th_reader_fault(reader, &range, "range_missing", NULL);
    }
    return th_reader_range(reader, place, &input->has_range, &input->low, &input->high) && sound;
}

static bool check_scope(struct th_reader *reader, const struct th_place *place,
                        const struct th_input *input)
{
    struct th_place scope = th_place_below(place, "scope");
    if (input->scope == TH_INPUT_OF_PLOTS) {
        return input->type == TH_INPUT_NUMBER ||
               th_reader_fault(reader, &scope, "scope_plots", NULL);
    }
    return input->type != TH_INPUT_YEARS_SINCE || input->scope == TH_INPUT_OF_PARCEL ||
           th_reader_fault(reader, &scope, "scope_since", NULL);
}

static bool read_input(struct th_reader *reader, size_t index, struct th_input *input)
{
    static const char *const keys[] = {"name",  "title",   "type",  "scope",   "unit",
                                       "since", "choices", "range", "default", NULL};
    static const char *const types[] = {"number", "choice", "year", "years-since", NULL};
    static const char *const scopes[] = {"parcel", "year", "plots", NULL};
    struct th_place place = th_reader_place(reader, list_name, index, NULL);
    size_t type = 0;
    size_t scope = 0;
    if (!th_reader_object(reader, &place, keys)) {
        return false;
    }
    const char *name = NULL;
    bool sound = th_reader_name(reader, &place, &name);
    if (name && th_reader_find_input(reader, name) < index) {
        struct th_place name_place = th_place_below(&place, "name");
        sound = th_reader_fault(reader, &name_place, "repeated", NULL);
    }
    input->name = name;
    input->standard = (struct th_ratio){0, 1};
    sound = th_reader_texts(reader, &place, "title", &input->title) && sound;
    sound = th_reader_text(reader, &place, "unit", &input->unit) && sound;
    bool has_type = th_reader_word(reader, &place, "type", types, "type_unknown", &type);
    bool has_scope = th_reader_word(reader, &place, "scope", scopes, "scope_unknown", &scope);
    if (!has_type || !has_scope) {
        return false;
    }
    input->type = (enum th_input_type)type;
    input->scope = (enum th_input_scope)scope;
    sound = check_scope(reader, &place, input) && sound;
    sound = read_type(reader, &place, input) && sound;
    return read_default(reader, &place, input) && sound;
}

// The year from which an input counts may stand behind it in the list.
static void resolve_since(struct th_reader *reader, size_t index)
{
    struct th_input *input = &reader->methodology->inputs[index];
    struct th_place since = th_reader_place(reader, list_name, index, "since");
    struct th_place parent = th_reader_place(reader, list_name, index, NULL);
    const char *name = NULL;
    if (input->type != TH_INPUT_YEARS_SINCE || !since.value) {
        return;
    }
    if (th_place_is_null(&since)) {
        reader->input_sound[index] = th_reader_fault(reader, &since, "since_type", NULL);
        return;
    }
    if (!th_reader_text(reader, &parent, "since", &name)) {
        reader->input_sound[index] = false;
        return;
    }
    size_t first = th_reader_find_input(reader, name);
    if (first == SIZE_MAX) {
        reader->input_sound[index] =
            th_reader_fault(reader, &since, "name_unknown", "have", name, NULL);
        return;
    }
    const struct th_input *year = &reader->methodology->inputs[first];
    input->since = first;
    if (!reader->input_sound[first]) { // has been told
        reader->input_sound[index] = false;
    } else if (year->type != TH_INPUT_YEAR || year->scope != TH_INPUT_OF_PARCEL) {
        reader->input_sound[index] = th_reader_fault(reader, &since, "since_type", NULL);
    }
}

void th_reader_inputs(struct th_reader *reader)
{
    struct th_place list = th_place_below(&reader->root, list_name);
    if (!th_reader_list(reader, &list, 0, TH_METHODOLOGY_INPUTS_MAX)) {
        return;
    }
    size_t n = th_json_size(list.value);
    for (size_t i = 0; i < n; i++) {
        reader->methodology->n_inputs = i + 1;
        reader->input_sound[i] = read_input(reader, i, &reader->methodology->inputs[i]);
    }
    for (size_t i = 0; i < n; i++) {
        resolve_since(reader, i);
    }
}

// Limits of conditions are stated in the unit of their input.
static void check_condition_units(struct th_reader *reader, size_t index, const char *unit)
{
    const struct th_methodology *methodology = reader->methodology;
    struct th_place applicability = th_place_below(&reader->root, "applicability");
    struct th_place list = th_place_below(&applicability, "conditions");
    for (size_t i = 0; i < methodology->n_conditions; i++) {
        struct th_place condition = th_place_at(&list, i);
        struct th_place value = th_place_below(&condition, "value");
        if (methodology->conditions[i].input == index) {
            (void)th_reader_unit(reader, &value, unit);
        }
    }
}

// The unit that the type or the role asks for; without either any unit there is.
void th_reader_input_units(struct th_reader *reader, size_t index)
{
    const struct th_input *input = &reader->methodology->inputs[index];
    const struct th_role *role = &reader->input_role[index];
    struct th_place place = th_reader_place(reader, list_name, index, NULL);
    struct th_place unit_place = th_place_below(&place, "unit");
    struct th_place standard = th_place_below(&place, "default");
    struct th_unit unit;
    struct th_error fault = {0};
    const char *want = input->type == TH_INPUT_CHOICE   ? "1"
                       : input->type != TH_INPUT_NUMBER ? "yr"
                       : role->unit                     ? role->unit
                                                        : input->unit;
    if (!reader->input_sound[index]) {
        return;
    }
    if (want == input->unit && th_unit_parse(want, &unit, &fault) != TH_OK) {
        const char *part = th_error_arg_get(&fault, "part");
        (void)th_reader_fault(reader, &unit_place, "unit_unknown", "have", want, "part",
                              part ? part : want, NULL);
        return;
    }
    size_t before = reader->n_faults;
    (void)th_reader_unit(reader, &place, want);
    if (input->has_range) {
        th_reader_range_units(reader, &place, want);
    }
    if (input->has_default && input->type != TH_INPUT_CHOICE) {
        (void)th_reader_unit(reader, &standard, want);
    }
    check_condition_units(reader, index, want);
    if (reader->n_faults > before || !role->unit || input->type == TH_INPUT_CHOICE) {
        return;
    }
    struct th_place range = th_place_below(&place, "range");
    struct th_place low = th_place_below(&range, "low");
    struct th_place high = th_place_below(&range, "high");
    struct th_place low_value = th_place_below(&low, "value");
    struct th_place high_value = th_place_below(&high, "value");
    if (input->has_range) {
        (void)th_reader_bounds(reader, &low_value, input->low, role);
        (void)th_reader_bounds(reader, &high_value, input->high, role);
    }
}

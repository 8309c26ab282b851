// Reading a methodology document: its parameters, numbers and tables of numbers.
#include <string.h>

#include "methodology/document_reader_internal.h"

static const char list_name[] = "parameters";

enum { GWP_SLOTS = TH_N_GASES - 1 }; // that must find room behind the parameters

// {from, to} of calendar years, or null: any year.
static bool read_years(struct th_reader *reader, const struct th_place *parent,
                       struct th_parameter_row *row)
{
    static const char *const keys[] = {"from", "to", NULL};
    struct th_place place = th_place_below(parent, "years");
    struct th_place from = th_place_below(&place, "from");
    struct th_place to = th_place_below(&place, "to");
    if (th_place_is_null(&place)) {
        return true;
    }
    if (!th_reader_object(reader, &place, keys)) {
        return false;
    }
    bool sound = th_place_is_null(&from) || th_reader_year(reader, &from, &row->from_year);
    sound = (th_place_is_null(&to) || th_reader_year(reader, &to, &row->to_year)) && sound;
    if (sound && row->to_year != 0 && row->from_year > row->to_year) {
        return th_reader_fault(reader, &place, "years_order", NULL);
    }
    return sound;
}

// The key of a row as a number: the place of a choice, or a threshold.
static bool read_when(struct th_reader *reader, const struct th_place *parent,
                      const struct th_parameter *parameter, struct th_ratio *ret_when)
{
    struct th_place place = th_place_below(parent, "when");
    const char *name = NULL;
    *ret_when = (struct th_ratio){0, 1};
    if (!place.value) {
        return false;
    }
    if (!parameter->has_key) {
        return th_place_is_null(&place) ||
               th_reader_fault(reader, &place, "when_without_key", NULL);
    }
    const struct th_input *key = &reader->methodology->inputs[parameter->key];
    if (th_place_is_null(&place)) {
        return th_reader_fault(reader, &place, "when_missing", "name", key->name, NULL);
    }
    if (key->type != TH_INPUT_CHOICE) {
        return th_reader_ratio(reader, &place, ret_when);
    }
    if (!th_reader_text(reader, parent, "when", &name)) {
        return false;
    }
    size_t choice = th_reader_choice(key, name);
    if (choice == SIZE_MAX) {
        return th_reader_fault(reader, &place, "choice_unknown", "have", name, NULL);
    }
    *ret_when = (struct th_ratio){(int64_t)choice, 1};
    return true;
}

static bool read_row(struct th_reader *reader, const struct th_place *place,
                     const struct th_parameter *parameter, struct th_parameter_row *row,
                     struct th_ratio *ret_when)
{
    static const char *const keys[] = {"when",     "value", "interval", "source",
                                       "evidence", "years", NULL};
    struct th_place value = th_place_below(place, "value");
    if (!th_reader_object(reader, place, keys)) {
        return false;
    }
    bool sound = read_when(reader, place, parameter, ret_when);
    if (th_reader_ratio(reader, &value, &row->value)) {
        sound = th_reader_interval(reader, place, row) && sound;
    } else {
        sound = false;
    }
    sound = th_reader_source(reader, place, &row->source, &row->evidence) && sound;
    return read_years(reader, place, row) && sound;
}

// Rows of one key follow each other by years, without a gap in which no number holds.
static bool follows_by_years(struct th_reader *reader, const struct th_place *place,
                             const struct th_parameter_row *before,
                             const struct th_parameter_row *row)
{
    struct th_place years = th_place_below(place, "years");
    if (before->to_year == 0 || row->from_year == 0 || row->from_year <= before->to_year) {
        return th_reader_fault(reader, &years, "years_overlap", NULL);
    }
    return row->from_year == before->to_year + 1 ||
           th_reader_fault(reader, &years, "years_gap", NULL);
}

static bool choice_missing(struct th_reader *reader, const struct th_place *place,
                           const struct th_input *key, size_t choice)
{
    return th_reader_fault(reader, place, "choice_missing", "have", key->choices[choice].name,
                           "name", key->name, NULL);
}

// Row after row by the key: every choice once, thresholds upward.
static bool follows_by_key(struct th_reader *reader, const struct th_place *place,
                           const struct th_parameter *parameter, const struct th_ratio *before,
                           struct th_ratio when)
{
    struct th_place when_place = th_place_below(place, "when");
    const struct th_input *key = &reader->methodology->inputs[parameter->key];
    if (key->type != TH_INPUT_CHOICE) {
        return !before || th_ratio_compare(*before, when) < 0 ||
               th_reader_fault(reader, &when_place, "row_order", NULL);
    }
    int64_t next = before ? before->numerator + 1 : 0;
    if (when.numerator < next) {
        return th_reader_fault(reader, &when_place, "row_order", NULL);
    }
    return when.numerator == next || choice_missing(reader, &when_place, key, (size_t)next);
}

// Does the table answer every value that its key may have?
static bool covers_key(struct th_reader *reader, const struct th_place *rows,
                       const struct th_parameter *parameter, struct th_ratio first,
                       struct th_ratio last)
{
    const struct th_input *key = &reader->methodology->inputs[parameter->key];
    if (key->type == TH_INPUT_CHOICE) {
        size_t n = (size_t)last.numerator + 1;
        return n == key->n_choices || choice_missing(reader, rows, key, n);
    }
    char low_text[TH_RATIO_TEXT_SIZE];
    struct th_place row = th_place_at(rows, 0);
    struct th_place when = th_place_below(&row, "when");
    struct th_ratio low = key->has_range ? key->low : (struct th_ratio){1, 1};
    return th_ratio_compare(first, low) <= 0 ||
           th_reader_fault(reader, &when, "row_first", "want", th_ratio_format(low, low_text),
                           "name", key->name, NULL);
}

static bool read_rows(struct th_reader *reader, const struct th_place *parent,
                      struct th_parameter *parameter)
{
    struct th_place list = th_place_below(parent, "rows");
    if (!th_reader_list(reader, &list, 1, TH_METHODOLOGY_ROWS_MAX)) {
        return false;
    }
    size_t n = th_json_size(list.value);
    struct th_parameter_row *rows = th_arena_take(&reader->methodology->arena, n * sizeof(*rows));
    if (!rows) {
        return th_reader_no_memory(reader);
    }
    memset(rows, 0, n * sizeof(*rows));
    if (reader->methodology->n_slots + n > TH_CALC_SLOTS_MAX - GWP_SLOTS) {
        return th_reader_fault(reader, &list, "rows_too_many", NULL);
    }
    struct th_ratio whens[TH_METHODOLOGY_ROWS_MAX];
    bool sound = true;
    for (size_t i = 0; i < n; i++) {
        struct th_place place = th_place_at(&list, i);
        whens[i] = rows[i].value = (struct th_ratio){0, 1};
        sound = read_row(reader, &place, parameter, &rows[i], &whens[i]) && sound;
        bool same = i > 0 && th_ratio_compare(whens[i - 1], whens[i]) == 0;
        if (sound && same) {
            sound = follows_by_years(reader, &place, &rows[i - 1], &rows[i]);
        } else if (sound && parameter->has_key) {
            sound =
                follows_by_key(reader, &place, parameter, i > 0 ? &whens[i - 1] : NULL, whens[i]);
        }
        rows[i].from = th_ratio_double(whens[i]);
        rows[i].slot = reader->methodology->n_slots - (same ? 1 : 0);
        reader->methodology->n_slots += same ? 0 : 1;
    }
    parameter->rows = rows;
    parameter->n_rows = n;
    return sound &&
           (!parameter->has_key || covers_key(reader, &list, parameter, whens[0], whens[n - 1]));
}

static bool read_key(struct th_reader *reader, const struct th_place *parent,
                     struct th_parameter *parameter)
{
    struct th_place place = th_place_below(parent, "key");
    const char *name = NULL;
    if (th_place_is_null(&place)) {
        return place.value != NULL;
    }
    if (!th_reader_text(reader, parent, "key", &name)) {
        return false;
    }
    size_t key = th_reader_find_input(reader, name);
    if (key == SIZE_MAX) {
        return th_reader_fault(reader, &place, "name_unknown", "have", name, NULL);
    }
    parameter->has_key = true;
    parameter->key = key;
    if (!reader->input_sound[key]) {
        return false;
    }
    return reader->methodology->inputs[key].type != TH_INPUT_YEAR ||
           th_reader_fault(reader, &place, "key_type", NULL);
}

// A measured value to compare with, and how many times it needs an officer. They come together.
static bool read_reference(struct th_reader *reader, const struct th_place *parent,
                           struct th_parameter *parameter)
{
    struct th_place reference = th_place_below(parent, "reference");
    struct th_place waiver = th_place_below(parent, "waiver_ratio");
    struct th_number measured, ratio;
    if (!reference.value || !waiver.value) {
        return false;
    }
    if (th_place_is_null(&reference) != th_place_is_null(&waiver)) {
        return th_reader_fault(reader, &waiver, "waiver_alone", NULL);
    }
    if (th_place_is_null(&reference)) {
        return true;
    }
    bool sound = th_reader_number(reader, &reference, NULL, &measured);
    if (!th_reader_number(reader, &waiver, "1", &ratio) || !sound) {
        return false;
    }
    if (measured.value.numerator <= 0) {
        return th_reader_fault(reader, &reference, "reference_sign", NULL);
    }
    if (ratio.value.numerator < ratio.value.denominator) {
        return th_reader_fault(reader, &waiver, "waiver_small", NULL);
    }
    parameter->has_reference = true;
    parameter->reference = measured.value;
    parameter->reference_source = measured.source;
    parameter->waiver_ratio = ratio.value;
    return true;
}

// An input may take the place of one number only, and only within stated limits.
static bool check_setting(struct th_reader *reader, const struct th_place *place,
                          const struct th_parameter *parameter)
{
    struct th_place can_be_set = th_place_below(place, "can_be_set");
    struct th_place range = th_place_below(place, "range");
    struct th_place rows = th_place_below(place, "rows");
    bool sound = true;
    if (parameter->can_be_set && (parameter->has_key || th_json_size(rows.value) > 1)) {
        sound = th_reader_fault(reader, &can_be_set, "set_rows", NULL);
    }
    if (parameter->can_be_set && range.value && th_place_is_null(&range)) {
        sound = th_reader_fault(reader, &range, "range_missing", NULL);
    }
    return sound;
}

static bool check_range(struct th_reader *reader, const struct th_place *place,
                        const struct th_parameter *parameter)
{
    struct th_place list = th_place_below(place, "rows");
    bool sound = true;
    for (size_t i = 0; parameter->has_range && i < parameter->n_rows; i++) {
        struct th_ratio value = parameter->rows[i].value;
        if (th_ratio_compare(value, parameter->range_low) < 0 ||
            th_ratio_compare(value, parameter->range_high) > 0) {
            struct th_place row = th_place_at(&list, i);
            struct th_place where = th_place_below(&row, "value");
            sound = th_reader_fault(reader, &where, "range_value", NULL);
        }
    }
    return sound;
}

static bool read_parameter(struct th_reader *reader, size_t index, struct th_parameter *parameter)
{
    static const char *const keys[] = {"name",       "title", "unit",      "key",          "rows",
                                       "can_be_set", "range", "reference", "waiver_ratio", NULL};
    struct th_place place = th_reader_place(reader, list_name, index, NULL);
    if (!th_reader_object(reader, &place, keys)) {
        return false;
    }
    const char *name = NULL;
    bool sound = th_reader_name(reader, &place, &name);
    if (name && (th_reader_find_parameter(reader, name) < index ||
                 th_reader_find_input(reader, name) != SIZE_MAX)) {
        struct th_place name_place = th_place_below(&place, "name");
        sound = th_reader_fault(reader, &name_place, "repeated", NULL);
    }
    parameter->name = name;
    sound = th_reader_texts(reader, &place, "title", &parameter->title) && sound;
    sound = th_reader_text(reader, &place, "unit", &parameter->unit) && sound;
    bool has_key = read_key(reader, &place, parameter);
    sound = has_key && read_rows(reader, &place, parameter) && sound;
    sound = th_reader_bool(reader, &place, "can_be_set", &parameter->can_be_set) && sound;
    sound = th_reader_range(reader, &place, &parameter->has_range, &parameter->range_low,
                            &parameter->range_high) &&
            sound;
    sound = read_reference(reader, &place, parameter) && sound;
    sound = check_setting(reader, &place, parameter) && sound;
    return check_range(reader, &place, parameter) && sound;
}

void th_reader_parameters(struct th_reader *reader)
{
    struct th_place list = th_place_below(&reader->root, list_name);
    if (!th_reader_list(reader, &list, 0, TH_METHODOLOGY_PARAMETERS_MAX)) {
        return;
    }
    for (size_t i = 0; i < th_json_size(list.value); i++) {
        reader->methodology->n_parameters = i + 1;
        reader->parameter_sound[i] = read_parameter(reader, i, &reader->methodology->parameters[i]);
    }
}

static void check_bounds(struct th_reader *reader, const struct th_place *place,
                         const struct th_parameter *parameter, const struct th_role *role)
{
    struct th_place list = th_place_below(place, "rows");
    for (size_t i = 0; i < parameter->n_rows; i++) {
        const struct th_parameter_row *row = &parameter->rows[i];
        struct th_place row_place = th_place_at(&list, i);
        struct th_place value = th_place_below(&row_place, "value");
        struct th_place interval = th_place_below(&row_place, "interval");
        struct th_place low = th_place_below(&interval, "low");
        struct th_place high = th_place_below(&interval, "high");
        bool inside = th_reader_bounds(reader, &value, row->value, role);
        if (inside && row->has_interval) {
            (void)th_reader_bounds(reader, &low, row->interval_low, role);
            (void)th_reader_bounds(reader, &high, row->interval_high, role);
        }
    }
    struct th_place range = th_place_below(place, "range");
    struct th_place low = th_place_below(&range, "low");
    struct th_place high = th_place_below(&range, "high");
    struct th_place low_value = th_place_below(&low, "value");
    struct th_place high_value = th_place_below(&high, "value");
    if (parameter->has_range) {
        (void)th_reader_bounds(reader, &low_value, parameter->range_low, role);
        (void)th_reader_bounds(reader, &high_value, parameter->range_high, role);
    }
    struct th_place reference = th_place_below(place, "reference");
    struct th_place measured = th_place_below(&reference, "value");
    if (parameter->has_reference) {
        (void)th_reader_bounds(reader, &measured, parameter->reference, role);
    }
}

// The document's own value must not be as far from the measured one as what wants an officer, to
// either side: such a distance is a mistake of unit in one of the two.
static void check_reference(struct th_reader *reader, const struct th_place *place,
                            const struct th_parameter *parameter)
{
    struct th_place reference = th_place_below(place, "reference");
    struct th_error ignored;
    for (size_t i = 0; parameter->has_reference && i < parameter->n_rows; i++) {
        struct th_ratio value = parameter->rows[i].value;
        struct th_ratio most, least;
        bool known =
            value.numerator > 0 &&
            th_ratio_mul(parameter->reference, parameter->waiver_ratio, &most, &ignored) == TH_OK &&
            th_ratio_mul(value, parameter->waiver_ratio, &least, &ignored) == TH_OK;
        if (known && (th_ratio_compare(value, most) >= 0 ||
                      th_ratio_compare(parameter->reference, least) >= 0)) {
            char have[TH_RATIO_TEXT_SIZE];
            char measured[TH_RATIO_TEXT_SIZE];
            char ratio[TH_RATIO_TEXT_SIZE];
            (void)th_reader_fault(reader, &reference, "reference_far", "have",
                                  th_ratio_format(value, have), "reference",
                                  th_ratio_format(parameter->reference, measured), "ratio",
                                  th_ratio_format(parameter->waiver_ratio, ratio), NULL);
            return;
        }
    }
}

void th_reader_parameter_units(struct th_reader *reader, size_t index)
{
    const struct th_parameter *parameter = &reader->methodology->parameters[index];
    const struct th_role *role = &reader->parameter_role[index];
    struct th_place place = th_reader_place(reader, list_name, index, NULL);
    struct th_place reference = th_place_below(&place, "reference");
    if (!role->unit || !reader->parameter_sound[index]) {
        return;
    }
    size_t before = reader->n_faults;
    (void)th_reader_unit(reader, &place, role->unit);
    if (parameter->has_range) {
        th_reader_range_units(reader, &place, role->unit);
    }
    if (parameter->has_reference) {
        (void)th_reader_unit(reader, &reference, role->unit);
    }
    if (reader->n_faults == before) {
        check_bounds(reader, &place, parameter, role);
    }
    if (reader->n_faults == before) {
        check_reference(reader, &place, parameter);
    }
}

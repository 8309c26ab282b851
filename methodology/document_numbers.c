// Reading a methodology document: numbers, with unit, source, evidence, interval and bounds.
#include <ctype.h>
#include <string.h>

#include "core/text.h"
#include "methodology/document_reader_internal.h"

enum { NUMBER_TEXT_MAX = 32 };

// Numerators and denominators of a document stay below this, so that intervals are compared and
// applied exactly in 128 bits.
static const int64_t NUMBER_PART_MAX = 1000000000;

// Digits with an optional sign, and a decimal point or a fraction stroke between digits.
static bool has_number_form(const char *text)
{
    size_t length = strlen(text);
    const char *c = *text == '-' ? text + 1 : text;
    int n_marks = 0;
    if (length == 0 || length > NUMBER_TEXT_MAX || !isdigit((unsigned char)*c)) {
        return false;
    }
    for (; *c; c++) {
        if (*c == '.' || *c == '/') {
            n_marks++;
            if (!isdigit((unsigned char)c[1])) {
                return false;
            }
        } else if (!isdigit((unsigned char)*c)) {
            return false;
        }
    }
    return n_marks <= 1;
}

static bool read_ratio(struct th_reader *reader, const struct th_place *place, int64_t part_max,
                       struct th_ratio *ret_ratio)
{
    struct th_ratio ratio;
    if (place->value == NULL) {
        return false;
    }
    if (th_json_type(place->value) != TH_JSON_STRING ||
        !has_number_form(th_json_text(place->value))) {
        return th_reader_fault(reader, place, "number_form", NULL);
    }
    if (th_ratio_parse(th_json_text(place->value), &ratio, NULL) != TH_OK ||
        ratio.numerator > part_max || ratio.numerator < -part_max || ratio.denominator > part_max) {
        return th_reader_fault(reader, place, "number_size", NULL);
    }
    *ret_ratio = ratio;
    return true;
}

bool th_reader_ratio(struct th_reader *reader, const struct th_place *place,
                     struct th_ratio *ret_ratio)
{
    return read_ratio(reader, place, NUMBER_PART_MAX, ret_ratio);
}

bool th_reader_long_ratio(struct th_reader *reader, const struct th_place *place,
                          struct th_ratio *ret_ratio)
{
    return read_ratio(reader, place, INT64_MAX, ret_ratio);
}

bool th_reader_source(struct th_reader *reader, const struct th_place *parent,
                      const char **ret_source, enum th_evidence *ret_evidence)
{
    const char *marks[TH_EVIDENCE_STATED + 2] = {NULL};
    size_t evidence = 0;
    for (int i = TH_EVIDENCE_VERIFIED; i <= TH_EVIDENCE_STATED; i++) {
        marks[i] = th_evidence_name((enum th_evidence)i);
    }
    bool source = th_reader_text(reader, parent, "source", ret_source);
    if (!th_reader_word(reader, parent, "evidence", marks, "evidence_unknown", &evidence)) {
        return false;
    }
    *ret_evidence = (enum th_evidence)evidence;
    return source;
}

bool th_reader_unit(struct th_reader *reader, const struct th_place *parent, const char *unit)
{
    const char *text = NULL;
    if (!th_reader_text(reader, parent, "unit", &text)) {
        return false;
    }
    struct th_place place = th_place_below(parent, "unit");
    return th_text_equals(text, unit) ||
           th_reader_fault(reader, &place, "unit_other", "have", text, "want", unit, NULL);
}

bool th_reader_number_members(struct th_reader *reader, const struct th_place *place,
                              const char *unit, struct th_number *ret_number)
{
    struct th_place value = th_place_below(place, "value");
    bool sound = th_reader_ratio(reader, &value, &ret_number->value);
    if (unit) {
        ret_number->unit = unit;
        sound = th_reader_unit(reader, place, unit) && sound;
    } else {
        sound = th_reader_text(reader, place, "unit", &ret_number->unit) && sound;
    }
    return th_reader_source(reader, place, &ret_number->source, &ret_number->evidence) && sound;
}

bool th_reader_number(struct th_reader *reader, const struct th_place *place, const char *unit,
                      struct th_number *ret_number)
{
    static const char *const keys[] = {"value", "unit", "source", "evidence", NULL};
    return th_reader_object(reader, place, keys) &&
           th_reader_number_members(reader, place, unit, ret_number);
}

bool th_reader_range(struct th_reader *reader, const struct th_place *parent, bool *ret_has,
                     struct th_ratio *ret_low, struct th_ratio *ret_high)
{
    static const char *const keys[] = {"low", "high", NULL};
    struct th_place range = th_place_below(parent, "range");
    *ret_has = false;
    if (th_place_is_null(&range)) {
        return true;
    }
    if (!th_reader_object(reader, &range, keys)) {
        return false;
    }
    struct th_number low, high;
    struct th_place low_place = th_place_below(&range, "low");
    struct th_place high_place = th_place_below(&range, "high");
    bool low_sound = th_reader_number(reader, &low_place, NULL, &low);
    if (!th_reader_number(reader, &high_place, NULL, &high) || !low_sound) {
        return false;
    }
    if (th_ratio_compare(low.value, high.value) >= 0) {
        return th_reader_fault(reader, &range, "range_order", NULL);
    }
    *ret_has = true;
    *ret_low = low.value;
    *ret_high = high.value;
    return true;
}

void th_reader_range_units(struct th_reader *reader, const struct th_place *parent,
                           const char *unit)
{
    struct th_place range = th_place_below(parent, "range");
    struct th_place low = th_place_below(&range, "low");
    struct th_place high = th_place_below(&range, "high");
    (void)th_reader_unit(reader, &low, unit);
    (void)th_reader_unit(reader, &high, unit);
}

static bool is_shape_sound(const struct th_parameter_row *row, const char **ret_reason)
{
    double value = th_ratio_double(row->value);
    double low = th_ratio_double(row->interval_low);
    double high = th_ratio_double(row->interval_high);
    switch (row->shape) {
    case TH_SHAPE_NORMAL: // as far as a printed interval is one
        *ret_reason = "interval_symmetry";
        return low + high - 2 * value <= (high - low) / 10 &&
               low + high - 2 * value >= (low - high) / 10;
    case TH_SHAPE_LOGNORMAL:
        *ret_reason = "interval_positive";
        return row->interval_low.numerator > 0;
    case TH_SHAPE_TRUNCATED_NORMAL:
        *ret_reason = "interval_negative";
        return row->interval_low.numerator >= 0;
    case TH_SHAPE_TRIANGULAR:
    case TH_SHAPE_UNIFORM:
        break;
    }
    return true;
}

bool th_reader_interval(struct th_reader *reader, const struct th_place *parent,
                        struct th_parameter_row *row)
{
    static const char *const keys[] = {"low", "high", "shape", NULL};
    static const char *const shapes[] = {"normal",  "lognormal",        "triangular",
                                         "uniform", "truncated-normal", NULL};
    struct th_place place = th_place_below(parent, "interval");
    const char *reason = NULL;
    size_t shape = 0;
    if (th_place_is_null(&place)) {
        return true;
    }
    if (!th_reader_object(reader, &place, keys)) {
        return false;
    }
    struct th_place low = th_place_below(&place, "low");
    struct th_place high = th_place_below(&place, "high");
    bool sound = th_reader_ratio(reader, &low, &row->interval_low);
    sound = th_reader_ratio(reader, &high, &row->interval_high) && sound;
    sound = th_reader_word(reader, &place, "shape", shapes, "shape_unknown", &shape) && sound;
    if (!sound) {
        return false;
    }
    row->shape = (enum th_interval_shape)shape;
    row->has_interval = true;
    if (th_ratio_compare(row->interval_low, row->interval_high) >= 0) {
        return th_reader_fault(reader, &place, "interval_order", NULL);
    }
    if (th_ratio_compare(row->interval_low, row->value) > 0 ||
        th_ratio_compare(row->value, row->interval_high) > 0) {
        return th_reader_fault(reader, &place, "interval_value", NULL);
    }
    return is_shape_sound(row, &reason) || th_reader_fault(reader, &place, reason, NULL);
}

static bool is_inside(double value, const struct th_role *role)
{
    return value >= th_ratio_double(role->low) && value <= th_ratio_double(role->high);
}

static bool measures(const struct th_unit *unit, enum th_dimension first, enum th_dimension last)
{
    for (size_t i = (size_t)first; i <= (size_t)last; i++) {
        if (unit->power[i] != 0) {
            return true;
        }
    }
    return false;
}

// Which mistake of unit would bring the value inside the bounds?
static const char *bounds_reason(double value, const struct th_role *role)
{
    struct th_unit unit;
    if (th_unit_parse(role->unit, &unit, NULL) != TH_OK) {
        return "bounds";
    }
    const struct {
        bool possible;
        double factor;
        const char *reason;
    } mistakes[] = {
        {measures(&unit, TH_DIMENSION_C, TH_DIMENSION_CO2E), 44.0 / 12.0, "bounds_carbon"},
        {measures(&unit, TH_DIMENSION_LENGTH, TH_DIMENSION_LENGTH), 15.0, "bounds_area"},
        {measures(&unit, TH_DIMENSION_MASS, TH_DIMENSION_FUEL), 1000.0, "bounds_mass"},
    };
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        if (mistakes[i].possible && (is_inside(value * mistakes[i].factor, role) ||
                                     is_inside(value / mistakes[i].factor, role))) {
            return mistakes[i].reason;
        }
    }
    return "bounds";
}

bool th_reader_bounds(struct th_reader *reader, const struct th_place *place, struct th_ratio value,
                      const struct th_role *role)
{
    char have[TH_RATIO_TEXT_SIZE];
    char low[TH_RATIO_TEXT_SIZE];
    char high[TH_RATIO_TEXT_SIZE];
    if (th_ratio_compare(value, role->low) >= 0 && th_ratio_compare(value, role->high) <= 0) {
        return true;
    }
    return th_reader_fault(reader, place, bounds_reason(th_ratio_double(value), role), "have",
                           th_ratio_format(value, have), "low", th_ratio_format(role->low, low),
                           "high", th_ratio_format(role->high, high), "unit", role->unit, "role",
                           role->name, NULL);
}

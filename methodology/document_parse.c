// Reads a methodology document, and is its checker: data/methodologies/schema.json describes the
// same form for editors of documents, and a test holds the two against each other. What a schema
// cannot say (a value inside its interval, rules in order of their dates) is checked here only.
// Every fault is named by a JSON pointer and a reason.
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/date.h"
#include "core/text.h"
#include "methodology/document_internal.h"

enum {
    DOCUMENT_SIZE_MAX = 1024 * 1024,
    POINTER_SIZE = 256,
    TEXT_SIZE_MAX = 2000,
    NUMBER_TEXT_MAX = 32,
    LIST_MAX = 32
};

// Numerators and denominators of a document stay below this, so that intervals are compared and
// applied exactly in 128 bits (methodology/estimate.c).
static const int64_t NUMBER_PART_MAX = 1000000000;

static const char *const unit_factor = "t CO2e/mu/yr";
static const char *const unit_one = "1";
static const char *const unit_mu = "mu";

struct place { // a value and the way to it
    const struct th_json *value;
    char pointer[POINTER_SIZE];
};

static enum th_status fault(const struct place *place, const char *reason, struct th_error *err)
{
    char key[TH_ERROR_KEY_SIZE];
    (void)snprintf(key, sizeof(key), "@methodology.%s", reason);
    return th_error_set(err, TH_INVALID, "methodology_invalid", "where",
                        place->pointer[0] ? place->pointer : "/", "reason", key, NULL);
}

// Appends "/key" with ~ and / escaped (RFC 6901); a pointer too long is cut, which can only happen
// on a key that is about to be refused.
static struct place below(const struct place *parent, const char *key)
{
    struct place place = {.value = th_json_get(parent->value, key)};
    size_t used = strlen(parent->pointer);
    memcpy(place.pointer, parent->pointer, used + 1);
    if (used + 1 < POINTER_SIZE) {
        place.pointer[used++] = '/';
    }
    for (const char *c = key; *c && used + 2 < POINTER_SIZE; c++) {
        if (*c == '~' || *c == '/') {
            place.pointer[used++] = '~';
            place.pointer[used++] = *c == '~' ? '0' : '1';
        } else {
            place.pointer[used++] = *c;
        }
    }
    place.pointer[used] = '\0';
    return place;
}

static struct place element(const struct place *parent, size_t index)
{
    char key[24];
    (void)snprintf(key, sizeof(key), "%zu", index);
    struct place place = below(parent, key);
    place.value = th_json_at(parent->value, index);
    return place;
}

static bool is_null(const struct place *place)
{
    return th_json_type(place->value) == TH_JSON_NULL;
}

// An object with these keys, all of them and no others. Names in `keys` are closed by NULL.
static enum th_status check_object(const struct place *place, const char *const *keys,
                                   struct th_error *err)
{
    if (th_json_type(place->value) != TH_JSON_OBJECT) {
        return fault(place, "wrong_type", err);
    }
    for (size_t i = 0; keys[i]; i++) {
        if (!th_json_get(place->value, keys[i])) {
            struct place missing = below(place, keys[i]);
            return fault(&missing, "key_missing", err);
        }
    }
    for (void *it = th_json_iter(place->value); it; it = th_json_iter_next(place->value, it)) {
        bool known = false;
        for (size_t i = 0; keys[i]; i++) {
            known = known || th_text_equals(keys[i], th_json_iter_key(it));
        }
        if (!known) {
            struct place unknown = below(place, th_json_iter_key(it));
            return fault(&unknown, "key_unknown", err);
        }
    }
    return TH_OK;
}

static enum th_status check_list(const struct place *place, size_t minimum, struct th_error *err)
{
    if (th_json_type(place->value) != TH_JSON_ARRAY) {
        return fault(place, "wrong_type", err);
    }
    if (th_json_size(place->value) < minimum) {
        return fault(place, "list_empty", err);
    }
    if (th_json_size(place->value) > LIST_MAX) {
        return fault(place, "list_too_long", err);
    }
    return TH_OK;
}

static enum th_status read_text(const struct place *parent, const char *key, const char **ret_text,
                                struct th_error *err)
{
    struct place place = below(parent, key);
    if (th_json_type(place.value) != TH_JSON_STRING) {
        return fault(&place, "wrong_type", err);
    }
    const char *text = th_json_text(place.value);
    if (text[0] == '\0') {
        return fault(&place, "text_empty", err);
    }
    if (strlen(text) > TEXT_SIZE_MAX) {
        return fault(&place, "text_too_long", err);
    }
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            return fault(&place, "text_control", err);
        }
    }
    *ret_text = text;
    return TH_OK;
}

static enum th_status read_bool(const struct place *parent, const char *key, bool *ret_value,
                                struct th_error *err)
{
    struct place place = below(parent, key);
    if (th_json_type(place.value) != TH_JSON_BOOL) {
        return fault(&place, "wrong_type", err);
    }
    *ret_value = th_json_bool_value(place.value);
    return TH_OK;
}

static enum th_status read_titles(const struct place *parent, const char *key, const char **ret_zh,
                                  const char **ret_en, struct th_error *err)
{
    static const char *const keys[] = {"zh", "en", NULL};
    struct place place = below(parent, key);
    enum th_status status = check_object(&place, keys, err);
    if (status == TH_OK) {
        status = read_text(&place, "zh", ret_zh, err);
    }
    if (status == TH_OK) {
        status = read_text(&place, "en", ret_en, err);
    }
    return status;
}

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

static enum th_status read_ratio(const struct place *parent, const char *key,
                                 struct th_ratio *ret_ratio, struct th_error *err)
{
    struct place place = below(parent, key);
    struct th_ratio ratio;
    if (th_json_type(place.value) != TH_JSON_STRING) {
        return fault(&place, "wrong_type", err);
    }
    if (!has_number_form(th_json_text(place.value))) {
        return fault(&place, "number_form", err);
    }
    if (th_ratio_parse(th_json_text(place.value), &ratio, NULL) != TH_OK ||
        ratio.numerator > NUMBER_PART_MAX || ratio.numerator < -NUMBER_PART_MAX ||
        ratio.denominator > NUMBER_PART_MAX) {
        return fault(&place, "number_size", err);
    }
    *ret_ratio = ratio;
    return TH_OK;
}

static enum th_status read_evidence(const struct place *parent, enum th_evidence *ret_evidence,
                                    struct th_error *err)
{
    const char *text = NULL;
    enum th_status status = read_text(parent, "evidence", &text, err);
    if (status != TH_OK) {
        return status;
    }
    for (int i = TH_EVIDENCE_VERIFIED; i <= TH_EVIDENCE_STATED; i++) {
        if (th_text_equals(text, th_evidence_name((enum th_evidence)i))) {
            *ret_evidence = (enum th_evidence)i;
            return TH_OK;
        }
    }
    struct place place = below(parent, "evidence");
    return fault(&place, "evidence_unknown", err);
}

struct number { // every number of a document carries these
    struct th_ratio value;
    const char *unit;
    bool has_interval;
    struct th_ratio low, high;
    const char *source;
    enum th_evidence evidence;
};

// The five members that make a number; the caller has checked which keys stand in the object.
static enum th_status read_number_members(const struct place *place, const char *unit,
                                          struct number *ret_number, struct th_error *err)
{
    static const char *const interval_keys[] = {"low", "high", NULL};
    struct number number = {0};
    enum th_status status = read_ratio(place, "value", &number.value, err);
    if (status == TH_OK) {
        status = read_text(place, "unit", &number.unit, err);
    }
    if (status == TH_OK && !th_text_equals(number.unit, unit)) {
        struct place where = below(place, "unit");
        status = fault(&where, "unit_other", err);
    }
    struct place interval = below(place, "interval");
    if (status == TH_OK && !is_null(&interval)) {
        number.has_interval = true;
        status = check_object(&interval, interval_keys, err);
        if (status == TH_OK) {
            status = read_ratio(&interval, "low", &number.low, err);
        }
        if (status == TH_OK) {
            status = read_ratio(&interval, "high", &number.high, err);
        }
        if (status == TH_OK && (th_ratio_compare(number.low, number.value) > 0 ||
                                th_ratio_compare(number.value, number.high) > 0)) {
            status = fault(&interval, "interval_value", err);
        }
    }
    if (status == TH_OK) {
        status = read_text(place, "source", &number.source, err);
    }
    if (status == TH_OK) {
        status = read_evidence(place, &number.evidence, err);
    }
    if (status == TH_OK) {
        *ret_number = number;
    }
    return status;
}

static enum th_status read_number(const struct place *parent, const char *key, const char *unit,
                                  struct number *ret_number, struct th_error *err)
{
    static const char *const keys[] = {"value", "unit", "interval", "source", "evidence", NULL};
    struct place place = below(parent, key);
    enum th_status status = check_object(&place, keys, err);
    return status == TH_OK ? read_number_members(&place, unit, ret_number, err) : status;
}

// [{from, to, number…}] by date, without overlap; the last one has no end and is the one in force.
static enum th_status read_min_area(struct th_methodology *methodology, const struct place *parent,
                                    struct th_error *err)
{
    static const char *const keys[] = {"from",     "to",     "value",    "unit",
                                       "interval", "source", "evidence", NULL};
    struct place list = below(parent, "min_area");
    enum th_status status = check_list(&list, 0, err);
    struct th_date previous_end = {0};
    size_t n = th_json_size(list.value);
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        struct place rule = element(&list, i);
        struct number number;
        const char *text = NULL;
        struct th_date from;
        struct place from_place = below(&rule, "from");
        struct place to_place = below(&rule, "to");
        status = check_object(&rule, keys, err);
        if (status == TH_OK) {
            status = read_text(&rule, "from", &text, err);
        }
        if (status == TH_OK && th_date_parse(text, &from, NULL) != TH_OK) {
            status = fault(&from_place, "date_form", err);
        }
        if (status == TH_OK && i > 0 && th_date_compare(from, previous_end) <= 0) {
            status = fault(&from_place, "date_order", err);
        }
        if (status == TH_OK && i + 1 == n && !is_null(&to_place)) {
            status = fault(&to_place, "date_last_open", err);
        }
        if (status == TH_OK && i + 1 < n) {
            status = is_null(&to_place) ? fault(&to_place, "date_order", err)
                                        : read_text(&rule, "to", &text, err);
            if (status == TH_OK && th_date_parse(text, &previous_end, NULL) != TH_OK) {
                status = fault(&to_place, "date_form", err);
            }
            if (status == TH_OK && th_date_compare(previous_end, from) < 0) {
                status = fault(&to_place, "date_order", err);
            }
        }
        if (status == TH_OK) {
            status = read_number_members(&rule, unit_mu, &number, err);
        }
        if (status == TH_OK && number.value.numerator < 0) {
            struct place where = below(&rule, "value");
            status = fault(&where, "number_negative", err);
        }
        if (status == TH_OK) {
            methodology->has_min_area = true;
            methodology->min_area_mu = number.value;
        }
    }
    return status;
}

// A list of different texts, each of which `accepts`.
static enum th_status check_words(const struct place *list, bool (*accepts)(const char *),
                                  const char *reason, struct th_error *err)
{
    enum th_status status = check_list(list, 1, err);
    for (size_t i = 0; status == TH_OK && i < th_json_size(list->value); i++) {
        struct place place = element(list, i);
        if (th_json_type(place.value) != TH_JSON_STRING) {
            return fault(&place, "wrong_type", err);
        }
        if (!accepts(th_json_text(place.value))) {
            return fault(&place, reason, err);
        }
        for (size_t k = 0; k < i; k++) {
            if (th_text_equals(th_json_text(th_json_at(list->value, k)),
                               th_json_text(place.value))) {
                return fault(&place, "repeated", err);
            }
        }
    }
    return status;
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

static enum th_status read_applicability(struct th_methodology *methodology,
                                         const struct place *root, struct th_error *err)
{
    static const char *const keys[] = {"kinds", "land_classes", "min_area", NULL};
    struct place place = below(root, "applicability");
    enum th_status status = check_object(&place, keys, err);
    if (status != TH_OK) {
        return status;
    }
    struct place kinds = below(&place, "kinds");
    struct place classes = below(&place, "land_classes");
    status = check_words(&kinds, is_kind, "kind_unknown", err);
    if (status == TH_OK && !is_null(&classes)) {
        status = check_words(&classes, is_land_class, "land_class_form", err);
    }
    if (status == TH_OK) {
        methodology->kinds = kinds.value;
        methodology->land_classes = classes.value;
        status = read_min_area(methodology, &place, err);
    }
    return status;
}

static enum th_status read_range(struct th_parameter *parameter, const struct place *place,
                                 struct th_error *err)
{
    static const char *const keys[] = {"low", "high", NULL};
    struct place range = below(place, "range");
    if (is_null(&range)) {
        return TH_OK;
    }
    struct number low, high;
    enum th_status status = check_object(&range, keys, err);
    if (status == TH_OK) {
        status = read_number(&range, "low", parameter->unit, &low, err);
    }
    if (status == TH_OK) {
        status = read_number(&range, "high", parameter->unit, &high, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (th_ratio_compare(low.value, parameter->value) > 0 ||
        th_ratio_compare(parameter->value, high.value) > 0) {
        return fault(&range, "range_value", err);
    }
    parameter->has_range = true;
    parameter->range_low = low.value;
    parameter->range_high = high.value;
    return TH_OK;
}

// A measured value to compare with, and how many times it needs an officer. They come together.
static enum th_status read_reference(struct th_parameter *parameter, const struct place *place,
                                     struct th_error *err)
{
    struct place reference = below(place, "reference");
    struct place waiver = below(place, "waiver_ratio");
    if (is_null(&reference) != is_null(&waiver)) {
        return fault(&waiver, "waiver_alone", err);
    }
    if (is_null(&reference)) {
        return TH_OK;
    }
    struct number measured, ratio;
    enum th_status status = read_number(place, "reference", parameter->unit, &measured, err);
    if (status == TH_OK) {
        status = read_number(place, "waiver_ratio", unit_one, &ratio, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (measured.value.numerator <= 0) {
        return fault(&reference, "reference_sign", err);
    }
    if (ratio.value.numerator < ratio.value.denominator) {
        return fault(&waiver, "waiver_small", err);
    }
    parameter->has_reference = true;
    parameter->reference = measured.value;
    parameter->reference_source = measured.source;
    parameter->waiver_ratio = ratio.value;
    return TH_OK;
}

static enum th_status read_parameter(struct th_parameter *ret_parameter, const struct place *place,
                                     struct th_error *err)
{
    static const char *const keys[] = {"name",     "title",     "value",        "unit",
                                       "interval", "source",    "evidence",     "can_be_set",
                                       "range",    "reference", "waiver_ratio", NULL};
    struct th_parameter parameter = {0};
    struct number number;
    enum th_status status = check_object(place, keys, err);
    if (status == TH_OK) {
        status = read_text(place, "name", &parameter.name, err);
    }
    if (status == TH_OK && !th_text_equals(parameter.name, th_methodology_factor_name)) {
        struct place name = below(place, "name");
        status = fault(&name, "parameter_unused", err);
    }
    if (status == TH_OK) {
        status = read_titles(place, "title", &parameter.title_zh, &parameter.title_en, err);
    }
    if (status == TH_OK) {
        status = read_number_members(place, unit_factor, &number, err);
    }
    if (status == TH_OK) {
        parameter.value = number.value;
        parameter.unit = number.unit;
        parameter.has_interval = number.has_interval;
        parameter.interval_low = number.low;
        parameter.interval_high = number.high;
        parameter.source = number.source;
        parameter.evidence = number.evidence;
        status = read_bool(place, "can_be_set", &parameter.can_be_set, err);
    }
    if (status == TH_OK) {
        status = read_range(&parameter, place, err);
    }
    if (status == TH_OK) {
        status = read_reference(&parameter, place, err);
    }
    if (status == TH_OK) {
        *ret_parameter = parameter;
    }
    return status;
}

// A family has exactly the parameters that it uses: area × factor its factor, a statement none.
static enum th_status read_parameters(struct th_methodology *methodology, const struct place *root,
                                      struct th_error *err)
{
    struct place list = below(root, "parameters");
    enum th_status status = check_list(&list, 0, err);
    if (status != TH_OK) {
        return status;
    }
    size_t n_wanted = methodology->family == TH_FAMILY_AREA_FACTOR ? 1 : 0;
    if (th_json_size(list.value) < n_wanted) {
        return fault(&list, "parameter_missing", err);
    }
    if (th_json_size(list.value) > n_wanted) {
        struct place extra = element(&list, n_wanted);
        return fault(&extra, "parameter_unused", err);
    }
    for (size_t i = 0; status == TH_OK && i < n_wanted; i++) {
        struct place place = element(&list, i);
        status = read_parameter(&methodology->parameters[i], &place, err);
        methodology->n_parameters = i + 1;
    }
    return status;
}

static bool is_id(const char *text)
{
    return strlen(text) <= 48 && islower((unsigned char)text[0]) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

static bool is_version(const char *text)
{
    return strlen(text) <= 4 && text[0] != '0' && strspn(text, "0123456789") == strlen(text);
}

static enum th_status read_head(struct th_methodology *methodology, const struct place *root,
                                struct th_error *err)
{
    const char *family = NULL;
    enum th_status status = read_text(root, "id", &methodology->id, err);
    if (status == TH_OK && !is_id(methodology->id)) {
        struct place place = below(root, "id");
        status = fault(&place, "id_form", err);
    }
    if (status == TH_OK) {
        status = read_text(root, "version", &methodology->version, err);
    }
    if (status == TH_OK && !is_version(methodology->version)) {
        struct place place = below(root, "version");
        status = fault(&place, "version_form", err);
    }
    if (status == TH_OK) {
        status = read_text(root, "family", &family, err);
    }
    if (status == TH_OK) {
        if (th_text_equals(family, "area-factor")) {
            methodology->family = TH_FAMILY_AREA_FACTOR;
        } else if (th_text_equals(family, "statement")) {
            methodology->family = TH_FAMILY_STATEMENT;
        } else {
            struct place place = below(root, "family");
            status = fault(&place, "family_unknown", err);
        }
    }
    if (status == TH_OK) {
        status = read_titles(root, "title", &methodology->title_zh, &methodology->title_en, err);
    }
    return status;
}

// Units that rest on a statement must carry the mark, and no others may.
static enum th_status read_marks(struct th_methodology *methodology, const struct place *root,
                                 struct th_error *err)
{
    enum th_status status = read_bool(root, "monitoring_only", &methodology->monitoring_only, err);
    if (status == TH_OK) {
        status = read_bool(root, "statement_based", &methodology->statement_based, err);
    }
    if (status == TH_OK &&
        methodology->statement_based != (methodology->family == TH_FAMILY_STATEMENT)) {
        struct place place = below(root, "statement_based");
        status = fault(&place, "family_mark", err);
    }
    return status;
}

static enum th_status read_buffer(struct th_methodology *methodology, const struct place *root,
                                  struct th_error *err)
{
    struct number buffer;
    enum th_status status = read_number(root, "buffer", unit_one, &buffer, err);
    if (status != TH_OK) {
        return status;
    }
    if (buffer.value.numerator < 0 || buffer.value.numerator > buffer.value.denominator) {
        struct place place = below(root, "buffer");
        return fault(&place, "buffer_range", err);
    }
    methodology->buffer_ratio = buffer.value;
    return TH_OK;
}

static enum th_status read_document(struct th_methodology *methodology, struct th_error *err)
{
    static const char *const keys[] = {
        "id",     "version",         "family",        "title",      "summary", "monitoring_only",
        "buffer", "statement_based", "applicability", "parameters", NULL};
    struct place root = {.value = methodology->json};
    const char *summary_zh = NULL;
    const char *summary_en = NULL;
    enum th_status status = check_object(&root, keys, err);
    if (status == TH_OK) {
        status = read_head(methodology, &root, err);
    }
    if (status == TH_OK) {
        status = read_titles(&root, "summary", &summary_zh, &summary_en, err);
    }
    if (status == TH_OK) {
        status = read_marks(methodology, &root, err);
    }
    if (status == TH_OK) {
        status = read_applicability(methodology, &root, err);
    }
    if (status == TH_OK) {
        status = read_buffer(methodology, &root, err);
    }
    if (status == TH_OK) {
        status = read_parameters(methodology, &root, err);
    }
    return status;
}

enum th_status th_methodology_parse(const char *text, size_t size,
                                    struct th_methodology **ret_methodology, struct th_error *err)
{
    const struct place root = {0};
    struct th_error json_error;
    if (size > DOCUMENT_SIZE_MAX) {
        return fault(&root, "too_large", err);
    }
    struct th_methodology *methodology = calloc(1, sizeof(*methodology));
    if (!methodology) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_json_parse(text, size, &methodology->json, &json_error);
    if (status == TH_NO_MEMORY) {
        (void)th_error_no_memory(err);
    } else if (status != TH_OK) {
        const char *line = th_error_arg_get(&json_error, "line");
        const char *column = th_error_arg_get(&json_error, "column");
        status = fault(&root, "not_json", err);
        th_error_add(err, "line", line);
        th_error_add(err, "column", column);
    }
    if (status == TH_OK) {
        status = read_document(methodology, err);
    }
    if (status != TH_OK) {
        th_methodology_free(methodology);
        return status;
    }
    methodology->sha256 = th_hash_bytes(TH_HASH_SHA256, text, size);
    *ret_methodology = methodology;
    return TH_OK;
}

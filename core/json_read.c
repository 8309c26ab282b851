// JSON from text. jansson reads it; it keeps its values in many small pieces, so that they are not
// kept. It also writes real numbers.
#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "core/json_internal.h"

enum { MAX_TEXT = 64 * 1024 * 1024 };

// The parser's English reasons, as keys of the catalogue.
static const char *parse_reason(enum json_error_code code)
{
    // The other codes belong to packing and unpacking, which is not used.
    if (code == json_error_premature_end_of_input) {
        return "@json_reason.cut_off";
    }
    if (code == json_error_invalid_utf8) {
        return "@json_reason.utf8";
    }
    if (code == json_error_duplicate_key) {
        return "@json_reason.duplicate_key";
    }
    if (code == json_error_numeric_overflow) {
        return "@json_reason.number";
    }
    if (code == json_error_end_of_input_expected) {
        return "@json_reason.trailing";
    }
    if (code == json_error_stack_overflow) {
        return "@json_reason.nesting";
    }
    return "@json_reason.syntax";
}

static enum th_status unreadable(struct th_error *err, int line, int column, const char *reason)
{
    th_error_set(err, TH_UNREADABLE, "json_invalid", "reason", reason, NULL);
    th_error_add_int(err, "line", line);
    th_error_add_int(err, "column", column);
    return TH_UNREADABLE;
}

static struct th_json *own(json_t *value);

static struct th_json *own_list(json_t *array)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; list && i < json_array_size(array); i++) {
        th_json_append(list, own(json_array_get(array, i)));
    }
    return list;
}

// No key comes twice.
static struct th_json *own_object(json_t *theirs)
{
    struct th_json *object = th_json_object();
    for (void *it = json_object_iter(theirs); object && it;
         it = json_object_iter_next(theirs, it)) {
        const char *key = json_object_iter_key(it);
        struct th_json *member = own(json_object_iter_value(it));
        if (!member ||
            !th_json_member_add((struct th_json_object *)object, key, strlen(key), member)) {
            th_json_free(member);
            object->loss = TH_JSON_LOST_MEMORY;
        }
    }
    return object;
}

// NULL when out of memory.
static struct th_json *own(json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return own_object(value);
    case JSON_ARRAY:
        return own_list(value);
    case JSON_STRING:
        return th_json_string_sound(json_string_value(value), json_string_length(value));
    case JSON_INTEGER:
        return th_json_int(json_integer_value(value));
    case JSON_REAL:
        return th_json_real(json_real_value(value));
    case JSON_TRUE:
    case JSON_FALSE:
        return th_json_bool(json_is_true(value));
    case JSON_NULL:
        break;
    }
    return th_json_null();
}

enum th_status th_json_parse(const char *text, size_t size, struct th_json **ret_value,
                             struct th_error *err)
{
    if (size > MAX_TEXT) {
        return unreadable(err, 1, 1, "@json_reason.size");
    }
    json_error_t problem;
    json_t *theirs = json_loadb(text ? text : "", text ? size : 0,
                                JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (!theirs) {
        return problem.text[0] == '\0' // it has no words for a lack of memory
                   ? th_error_no_memory(err)
                   : unreadable(err, problem.line, problem.column,
                                parse_reason(json_error_code(&problem)));
    }
    struct th_json *value = own(theirs);
    json_decref(theirs);
    enum th_status status = th_json_check(value, NULL);
    if (status == TH_OK) {
        *ret_value = value;
        return TH_OK;
    }
    th_json_free(value);
    return status == TH_NO_MEMORY ? th_error_no_memory(err)
                                  : unreadable(err, 1, 1, "@json_reason.nesting");
}

void th_json_write_real(struct th_buf *text, double real)
{
    enum { DIGITS = 15, REAL_MAX = 32 }; // bytes: '-1.23456789012345e-308'
    char digits[REAL_MAX];
    json_t *theirs = json_real(real);
    size_t size =
        json_dumpb(theirs, digits, sizeof(digits), JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS));
    json_decref(theirs);
    assert(size <= sizeof(digits));
    if (size == 0) { // jansson found no memory
        text->failed = true;
        text->no_memory = true;
    }
    th_buf_append(text, digits, size);
}

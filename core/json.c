#include "core/json.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_internal.h"
#include "core/text.h"

enum { MAX_TEXT = 64 * 1024 * 1024, MAX_NESTING = 64 };
// Hundredths that 15 significant digits still tell apart.
static const int64_t MAX_CENT = 999999999999999;

// A struct th_json is a json_t under another name. What could not be built is stood for by one of
// these two values, known by their address: they sit in the tree where something was lost, survive
// a copy (jansson shares nulls), cannot come out of a parsed text, and are never written to
// (jansson leaves values with this reference count alone).
static const json_t LOST_MEMORY = {JSON_NULL, SIZE_MAX};
static const json_t LOST_BUILD = {JSON_NULL, SIZE_MAX};

// The type of an empty object in which the first member was lost with all memory gone.
static const json_type LOST_OBJECT = (json_type)99;

static json_t *open_value(const struct th_json *value)
{
    return (json_t *)value;
}

static struct th_json *close_value(const json_t *value)
{
    return (struct th_json *)value;
}

static json_t *lost(bool memory)
{
    return (json_t *)(memory ? &LOST_MEMORY : &LOST_BUILD);
}

static bool is_utf8(const char *text)
{
    return text != NULL && th_text_is_utf8(text, strlen(text));
}

struct th_json *th_json_object(void)
{
    return close_value(json_object());
}

struct th_json *th_json_array(void)
{
    return close_value(json_array());
}

struct th_json *th_json_string(const char *utf8)
{
    if (!is_utf8(utf8)) {
        return close_value(lost(false));
    }
    return close_value(json_string_nocheck(utf8));
}

struct th_json *th_json_int(int64_t value)
{
    return close_value(json_integer(value));
}

struct th_json *th_json_real(double value)
{
    if (!isfinite(value)) {
        return close_value(lost(false));
    }
    return close_value(json_real(value));
}

struct th_json *th_json_bool(bool value)
{
    return close_value(json_boolean(value));
}

struct th_json *th_json_null(void)
{
    return close_value(json_null());
}

void th_json_remove(struct th_json *object, const char *key)
{
    (void)json_object_del(open_value(object), key);
}

struct th_json *th_json_copy(const struct th_json *value)
{
    return close_value(json_deep_copy(open_value(value)));
}

bool th_json_equal(const struct th_json *a, const struct th_json *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return json_equal(open_value(a), open_value(b)) != 0;
}

// jansson frees by type, so objects that lost theirs get it back first.
static void restore_types(json_t *value)
{
    if (!json_is_array(value) && !json_is_object(value) && value->type != LOST_OBJECT) {
        return;
    }
    if (value->type == LOST_OBJECT) {
        value->type = JSON_OBJECT;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        restore_types(json_array_get(value, i));
    }
    for (void *it = json_object_iter(value); it != NULL; it = json_object_iter_next(value, it)) {
        restore_types(json_object_iter_value(it));
    }
}

void th_json_free(struct th_json *value)
{
    if (value == NULL) {
        return;
    }
    restore_types(open_value(value));
    json_decref(open_value(value));
}

// Leaves a lost value in an object that could not take a member. When there is no memory for that
// either, a member that is there gives its place; an empty object itself becomes the mark.
static void object_mark(json_t *object, bool memory)
{
    if (json_object_set_new_nocheck(object, "lost", lost(memory)) == 0) {
        return;
    }
    void *iter = json_object_iter(object);
    if (iter != NULL) {
        (void)json_object_iter_set_new(object, iter, lost(memory));
    } else {
        object->type = LOST_OBJECT;
    }
}

void th_json_set(struct th_json *object, const char *key, struct th_json *value)
{
    json_t *target = open_value(object);
    json_t *member = value != NULL ? open_value(value) : lost(true);
    if (target == NULL || target->type == LOST_OBJECT) {
        th_json_free(close_value(member));
        return;
    }
    assert(json_is_object(target));
    if (!is_utf8(key)) {
        json_decref(member);
        object_mark(target, false);
    } else if (json_object_set_new_nocheck(target, key, member) != 0) {
        object_mark(target, true);
    }
}

void th_json_set_text(struct th_json *object, const char *key, const char *text)
{
    th_json_set(object, key, text != NULL ? th_json_string(text) : th_json_null());
}

void th_json_set_int(struct th_json *object, const char *key, int64_t value)
{
    th_json_set(object, key, th_json_int(value));
}

void th_json_set_real(struct th_json *object, const char *key, double value)
{
    th_json_set(object, key, th_json_real(value));
}

void th_json_set_bool(struct th_json *object, const char *key, bool value)
{
    th_json_set(object, key, th_json_bool(value));
}

void th_json_set_cent(struct th_json *object, const char *key, int64_t hundredths)
{
    if (hundredths % 100 == 0) {
        th_json_set_int(object, key, hundredths / 100);
    } else if (hundredths > MAX_CENT || hundredths < -MAX_CENT) {
        th_json_set(object, key, close_value(lost(false))); // rather nothing than a rounded amount
    } else {
        th_json_set_real(object, key, (double)hundredths / 100.0);
    }
}

void th_json_append(struct th_json *array, struct th_json *value)
{
    json_t *target = open_value(array);
    json_t *member = value != NULL ? open_value(value) : lost(true);
    if (target == NULL) {
        th_json_free(close_value(member));
        return;
    }
    assert(json_is_array(target));
    // A full array that could not grow has a first element, which gives its place.
    if (json_array_append_new(target, member) != 0) {
        (void)json_array_set_new(target, 0, lost(true));
    }
}

void th_json_append_text(struct th_json *array, const char *text)
{
    th_json_append(array, text != NULL ? th_json_string(text) : th_json_null());
}

void th_json_append_int(struct th_json *array, int64_t value)
{
    th_json_append(array, th_json_int(value));
}

enum finding { FOUND_NOTHING, FOUND_LOST_MEMORY, FOUND_LOST_BUILD, FOUND_TOO_DEEP };

// Looks through a tree; `nesting` counts the containers above and including this value.
static enum finding inspect(const json_t *value, int nesting)
{
    if (value == &LOST_MEMORY || value->type == LOST_OBJECT) {
        return FOUND_LOST_MEMORY;
    }
    if (value == &LOST_BUILD) {
        return FOUND_LOST_BUILD;
    }
    if (!json_is_object(value) && !json_is_array(value)) {
        return FOUND_NOTHING;
    }
    if (nesting >= MAX_NESTING) {
        return FOUND_TOO_DEEP;
    }
    enum finding finding = FOUND_NOTHING;
    for (size_t i = 0; i < json_array_size(value) && finding == FOUND_NOTHING; i++) {
        finding = inspect(json_array_get(value, i), nesting + 1);
    }
    json_t *object = (json_t *)value;
    for (void *it = json_object_iter(object); it != NULL && finding == FOUND_NOTHING;
         it = json_object_iter_next(object, it)) {
        finding = inspect(json_object_iter_value(it), nesting + 1);
    }
    return finding;
}

enum th_status th_json_check(const struct th_json *root, struct th_error *err)
{
    enum finding finding = root != NULL ? inspect(open_value(root), 0) : FOUND_LOST_MEMORY;
    switch (finding) {
    case FOUND_NOTHING:
        return TH_OK;
    case FOUND_LOST_MEMORY:
        return th_error_no_memory(err);
    case FOUND_LOST_BUILD:
    case FOUND_TOO_DEEP:
        break;
    }
    return th_error_set(err, TH_INTERNAL, "json_build", NULL);
}

enum th_json_type th_json_type(const struct th_json *value)
{
    if (value == NULL) {
        return TH_JSON_NULL;
    }
    switch (json_typeof(open_value(value))) {
    case JSON_OBJECT:
        return TH_JSON_OBJECT;
    case JSON_ARRAY:
        return TH_JSON_ARRAY;
    case JSON_STRING:
        return TH_JSON_STRING;
    case JSON_INTEGER:
        return TH_JSON_INT;
    case JSON_REAL:
        return TH_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return TH_JSON_BOOL;
    case JSON_NULL:
        break;
    }
    return TH_JSON_NULL;
}

size_t th_json_size(const struct th_json *array_or_object)
{
    json_t *value = open_value(array_or_object);
    return json_is_array(value) ? json_array_size(value) : json_object_size(value);
}

const struct th_json *th_json_at(const struct th_json *array, size_t index)
{
    return close_value(json_array_get(open_value(array), index));
}

const struct th_json *th_json_get(const struct th_json *object, const char *key)
{
    return close_value(json_object_get(open_value(object), key));
}

const char *th_json_get_text(const struct th_json *object, const char *key, const char *fallback)
{
    const json_t *member = json_object_get(open_value(object), key);
    return json_is_string(member) ? json_string_value(member) : fallback;
}

int64_t th_json_get_int(const struct th_json *object, const char *key, int64_t fallback)
{
    const json_t *member = json_object_get(open_value(object), key);
    return json_is_integer(member) ? json_integer_value(member) : fallback;
}

double th_json_get_real(const struct th_json *object, const char *key, double fallback)
{
    const json_t *member = json_object_get(open_value(object), key);
    return json_is_number(member) ? json_number_value(member) : fallback;
}

bool th_json_get_bool(const struct th_json *object, const char *key, bool fallback)
{
    const json_t *member = json_object_get(open_value(object), key);
    return json_is_boolean(member) ? json_is_true(member) : fallback;
}

const char *th_json_text(const struct th_json *value)
{
    const char *text = json_string_value(open_value(value));
    return text != NULL ? text : "";
}

int64_t th_json_int_value(const struct th_json *value)
{
    return json_integer_value(open_value(value));
}

double th_json_real_value(const struct th_json *value)
{
    return json_number_value(open_value(value));
}

bool th_json_bool_value(const struct th_json *value)
{
    return json_is_true(open_value(value));
}

void *th_json_iter(const struct th_json *object)
{
    return json_object_iter(open_value(object));
}

void *th_json_iter_next(const struct th_json *object, void *iter)
{
    return json_object_iter_next(open_value(object), iter);
}

const char *th_json_iter_key(void *iter)
{
    return json_object_iter_key(iter);
}

const struct th_json *th_json_iter_value(void *iter)
{
    return close_value(json_object_iter_value(iter));
}

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

enum th_status th_json_parse(const char *text, size_t size, struct th_json **ret_value,
                             struct th_error *err)
{
    if (size > MAX_TEXT) {
        return unreadable(err, 1, 1, "@json_reason.size");
    }
    json_error_t problem;
    json_t *value = json_loadb(text != NULL ? text : "", text != NULL ? size : 0,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (value == NULL) {
        if (problem.text[0] == '\0') { // it has no words for a lack of memory
            return th_error_no_memory(err);
        }
        return unreadable(err, problem.line, problem.column,
                          parse_reason(json_error_code(&problem)));
    }
    if (inspect(value, 0) != FOUND_NOTHING) {
        json_decref(value);
        return unreadable(err, 1, 1, "@json_reason.nesting");
    }
    *ret_value = close_value(value);
    return TH_OK;
}

void th_json_write_real(struct th_buf *text, const struct th_json *real)
{
    enum { DIGITS = 15, REAL_MAX = 32 }; // bytes: '-1.23456789012345e-308'
    char digits[REAL_MAX];
    size_t size = json_dumpb(open_value(real), digits, sizeof(digits),
                             JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS));
    assert(size <= sizeof(digits));
    if (size == 0) { // jansson found no memory
        text->failed = true;
        text->no_memory = true;
    }
    th_buf_append(text, digits, size);
}

enum th_status th_json_dump(const struct th_json *value, enum th_json_style style, char **ret_text,
                            struct th_error *err)
{
    enum th_status status = th_json_check(value, err);
    return status == TH_OK ? th_json_write(value, style, ret_text, err) : status;
}

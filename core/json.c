// JSON values in memory.
#include "core/json.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_internal.h"
#include "core/text.h"

// Hundredths that 15 significant digits still tell apart.
static const int64_t MAX_CENT = 999999999999999;

static const struct th_json NOTHING = {TH_JSON_NULL, TH_JSON_WHOLE};
static const struct th_json_number BOOLS[] = {{{TH_JSON_BOOL, TH_JSON_WHOLE}, {0}},
                                              {{TH_JSON_BOOL, TH_JSON_WHOLE}, {1}}};
// Stand in the tree where something was lost, and read as null.
static const struct th_json LOST_MEMORY = {TH_JSON_NULL, TH_JSON_LOST_MEMORY};
static const struct th_json LOST_BUILD = {TH_JSON_NULL, TH_JSON_LOST_BUILD};

// Nobody writes to a shared value.
static struct th_json *shared(const struct th_json *value)
{
    return (struct th_json *)value;
}

static bool is_a(const struct th_json *value, enum th_json_type type)
{
    return value && value->type == type;
}

static struct th_json_object *object_of(const struct th_json *value)
{
    return is_a(value, TH_JSON_OBJECT) ? (struct th_json_object *)value : NULL;
}

static struct th_json_list *list_of(const struct th_json *value)
{
    return is_a(value, TH_JSON_ARRAY) ? (struct th_json_list *)value : NULL;
}

static const struct th_json_number *number_of(const struct th_json *value)
{
    return (const struct th_json_number *)value;
}

static const char *text_of(const struct th_json *value)
{
    return ((const struct th_json_string *)value)->text;
}

// --- Making --------------------------------------------------------------------------------------

static struct th_json *value_new(enum th_json_type type, size_t size)
{
    struct th_json *value = calloc(1, size);
    if (value) {
        value->type = type;
    }
    return value;
}

struct th_json *th_json_object(void)
{
    return value_new(TH_JSON_OBJECT, sizeof(struct th_json_object));
}

struct th_json *th_json_array(void)
{
    return value_new(TH_JSON_ARRAY, sizeof(struct th_json_list));
}

struct th_json *th_json_string_sound(const char *utf8, size_t size)
{
    struct th_json_string *string = malloc(sizeof(*string) + size + 1);
    if (!string) {
        return NULL;
    }
    string->value = (struct th_json){TH_JSON_STRING, TH_JSON_WHOLE};
    memcpy(string->text, utf8, size);
    string->text[size] = '\0';
    return &string->value;
}

struct th_json *th_json_string(const char *utf8)
{
    size_t size = utf8 ? strlen(utf8) : 0;
    return utf8 && th_text_is_utf8(utf8, size) ? th_json_string_sound(utf8, size)
                                               : shared(&LOST_BUILD);
}

struct th_json *th_json_int(int64_t value)
{
    struct th_json_number *number = malloc(sizeof(*number));
    if (!number) {
        return NULL;
    }
    *number = (struct th_json_number){{TH_JSON_INT, TH_JSON_WHOLE}, {.integer = value}};
    return &number->value;
}

struct th_json *th_json_real(double value)
{
    if (!isfinite(value)) {
        return shared(&LOST_BUILD);
    }
    struct th_json_number *number = malloc(sizeof(*number));
    if (!number) {
        return NULL;
    }
    *number = (struct th_json_number){{TH_JSON_REAL, TH_JSON_WHOLE}, {.real = value}};
    return &number->value;
}

struct th_json *th_json_bool(bool value)
{
    return shared(&BOOLS[value].value);
}

struct th_json *th_json_null(void)
{
    return shared(&NOTHING);
}

void th_json_free(struct th_json *value)
{
    struct th_json_list *list = list_of(value);
    for (size_t i = 0; list && i < list->n; i++) {
        th_json_free(list->items[i]);
    }
    if (list) {
        free(list->items);
    }
    if (object_of(value)) {
        th_json_members_free(object_of(value));
    }
    if (value && value->type != TH_JSON_NULL && value->type != TH_JSON_BOOL) {
        free(value);
    }
}

// --- Putting in ----------------------------------------------------------------------------------

// The first loss is told.
static void lose(struct th_json *container, enum th_json_loss loss)
{
    if (container->loss == TH_JSON_WHOLE) {
        container->loss = loss;
    }
}

void th_json_set(struct th_json *object, const char *key, struct th_json *value)
{
    struct th_json_object *target = object_of(object);
    struct th_json *member = value ? value : shared(&LOST_MEMORY);
    size_t size = key ? strlen(key) : 0;
    assert(!object || target);
    if (!target || !key || !th_text_is_utf8(key, size)) {
        if (target) {
            lose(object, TH_JSON_LOST_BUILD);
        }
        th_json_free(member);
        return;
    }
    struct th_json_member *there = th_json_member_find(target, key, size);
    if (there) {
        th_json_free(there->value);
        there->value = member;
    } else if (!th_json_member_add(target, key, size, member)) {
        lose(object, TH_JSON_LOST_MEMORY);
        th_json_free(member);
    }
}

void th_json_set_text(struct th_json *object, const char *key, const char *text)
{
    th_json_set(object, key, text ? th_json_string(text) : th_json_null());
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
        th_json_set(object, key, shared(&LOST_BUILD)); // rather nothing than a rounded amount
    } else {
        th_json_set_real(object, key, (double)hundredths / 100.0);
    }
}

static bool list_grow(struct th_json_list *list)
{
    enum { FIRST_CAPACITY = 8 };
    size_t capacity = list->capacity == 0 ? FIRST_CAPACITY : 2 * list->capacity;
    struct th_json **items = realloc(list->items, capacity * sizeof(*items));
    if (!items) {
        return false;
    }
    list->items = items;
    list->capacity = capacity;
    return true;
}

void th_json_append(struct th_json *array, struct th_json *value)
{
    struct th_json_list *target = list_of(array);
    struct th_json *item = value ? value : shared(&LOST_MEMORY);
    assert(!array || target);
    if (!target) {
        th_json_free(item);
    } else if (target->n == target->capacity && !list_grow(target)) {
        lose(array, TH_JSON_LOST_MEMORY);
        th_json_free(item);
    } else {
        target->items[target->n++] = item;
    }
}

void th_json_append_text(struct th_json *array, const char *text)
{
    th_json_append(array, text ? th_json_string(text) : th_json_null());
}

void th_json_append_int(struct th_json *array, int64_t value)
{
    th_json_append(array, th_json_int(value));
}

void th_json_remove(struct th_json *object, const char *key)
{
    struct th_json_object *target = object_of(object);
    struct th_json_member *member =
        target && key ? th_json_member_find(target, key, strlen(key)) : NULL;
    if (member) {
        th_json_member_remove(target, member);
    }
}

static struct th_json *copy_list(const struct th_json_list *list)
{
    struct th_json *copy = th_json_array();
    for (size_t i = 0; copy && i < list->n; i++) {
        th_json_append(copy, th_json_copy(list->items[i]));
    }
    return copy;
}

static struct th_json *copy_object(const struct th_json_object *object)
{
    struct th_json *copy = th_json_object();
    for (size_t i = 0; copy && i < object->n; i++) {
        const struct th_json_member *member = &object->members[i];
        th_json_set(copy, th_json_member_key(member), th_json_copy(member->value));
    }
    return copy;
}

struct th_json *th_json_copy(const struct th_json *value)
{
    struct th_json *copy = NULL;
    if (!value) {
        return NULL;
    }
    switch (value->type) {
    case TH_JSON_NULL:
    case TH_JSON_BOOL:
        return shared(value);
    case TH_JSON_INT:
        return th_json_int(number_of(value)->as.integer);
    case TH_JSON_REAL:
        return th_json_real(number_of(value)->as.real);
    case TH_JSON_STRING:
        return th_json_string_sound(text_of(value), strlen(text_of(value)));
    case TH_JSON_ARRAY:
        copy = copy_list(list_of(value));
        break;
    case TH_JSON_OBJECT:
        copy = copy_object(object_of(value));
        break;
    }
    if (copy && value->loss != TH_JSON_WHOLE) {
        lose(copy, value->loss);
    }
    return copy;
}

// --- Looking at ----------------------------------------------------------------------------------

enum finding { FOUND_NOTHING, FOUND_LOST_MEMORY, FOUND_LOST_BUILD, FOUND_TOO_DEEP };

// Looks through a tree; `nesting` counts the containers above this value.
static enum finding inspect(const struct th_json *value, int nesting)
{
    const struct th_json_list *list = list_of(value);
    const struct th_json_object *object = object_of(value);
    if (value->loss != TH_JSON_WHOLE) {
        return value->loss == TH_JSON_LOST_MEMORY ? FOUND_LOST_MEMORY : FOUND_LOST_BUILD;
    }
    if ((list || object) && nesting >= TH_JSON_NESTING_MAX) {
        return FOUND_TOO_DEEP;
    }
    enum finding finding = FOUND_NOTHING;
    for (size_t i = 0; list && i < list->n && finding == FOUND_NOTHING; i++) {
        finding = inspect(list->items[i], nesting + 1);
    }
    for (size_t i = 0; object && i < object->n && finding == FOUND_NOTHING; i++) {
        finding = inspect(object->members[i].value, nesting + 1);
    }
    return finding;
}

enum th_status th_json_check(const struct th_json *root, struct th_error *err)
{
    enum finding finding = root ? inspect(root, 0) : FOUND_LOST_MEMORY;
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
    return value ? value->type : TH_JSON_NULL;
}

size_t th_json_size(const struct th_json *array_or_object)
{
    const struct th_json_list *list = list_of(array_or_object);
    const struct th_json_object *object = object_of(array_or_object);
    return list ? list->n : object ? object->n : 0;
}

const struct th_json *th_json_at(const struct th_json *array, size_t index)
{
    const struct th_json_list *list = list_of(array);
    return list && index < list->n ? list->items[index] : NULL;
}

const struct th_json *th_json_get(const struct th_json *object, const char *key)
{
    const struct th_json_object *target = object_of(object);
    const struct th_json_member *member =
        target && key ? th_json_member_find(target, key, strlen(key)) : NULL;
    return member ? member->value : NULL;
}

const char *th_json_get_text(const struct th_json *object, const char *key, const char *fallback)
{
    const struct th_json *member = th_json_get(object, key);
    return is_a(member, TH_JSON_STRING) ? text_of(member) : fallback;
}

int64_t th_json_get_int(const struct th_json *object, const char *key, int64_t fallback)
{
    const struct th_json *member = th_json_get(object, key);
    return is_a(member, TH_JSON_INT) ? number_of(member)->as.integer : fallback;
}

double th_json_get_real(const struct th_json *object, const char *key, double fallback)
{
    const struct th_json *member = th_json_get(object, key);
    return is_a(member, TH_JSON_INT) || is_a(member, TH_JSON_REAL) ? th_json_real_value(member)
                                                                   : fallback;
}

bool th_json_get_bool(const struct th_json *object, const char *key, bool fallback)
{
    const struct th_json *member = th_json_get(object, key);
    return is_a(member, TH_JSON_BOOL) ? th_json_bool_value(member) : fallback;
}

const char *th_json_text(const struct th_json *value)
{
    return is_a(value, TH_JSON_STRING) ? text_of(value) : "";
}

int64_t th_json_int_value(const struct th_json *value)
{
    return is_a(value, TH_JSON_INT) ? number_of(value)->as.integer : 0;
}

double th_json_real_value(const struct th_json *value)
{
    return is_a(value, TH_JSON_REAL) ? number_of(value)->as.real : (double)th_json_int_value(value);
}

bool th_json_bool_value(const struct th_json *value)
{
    return is_a(value, TH_JSON_BOOL) && number_of(value)->as.integer != 0;
}

void *th_json_iter(const struct th_json *object)
{
    const struct th_json_object *target = object_of(object);
    return target && target->n > 0 ? target->members : NULL;
}

void *th_json_iter_next(const struct th_json *object, void *iter)
{
    const struct th_json_object *target = object_of(object);
    struct th_json_member *next = (struct th_json_member *)iter + 1;
    return next < target->members + target->n ? next : NULL;
}

const char *th_json_iter_key(void *iter)
{
    return th_json_member_key(iter);
}

const struct th_json *th_json_iter_value(void *iter)
{
    return ((const struct th_json_member *)iter)->value;
}

static bool equal_lists(const struct th_json_list *a, const struct th_json_list *b)
{
    bool equal = a->n == b->n;
    for (size_t i = 0; i < a->n && equal; i++) {
        equal = th_json_equal(a->items[i], b->items[i]);
    }
    return equal;
}

static bool equal_objects(const struct th_json_object *a, const struct th_json_object *b)
{
    bool equal = a->n == b->n;
    for (size_t i = 0; i < a->n && equal; i++) {
        const struct th_json_member *ours = &a->members[i];
        const struct th_json_member *theirs =
            th_json_member_find(b, th_json_member_key(ours), ours->key_size);
        equal = theirs && th_json_equal(ours->value, theirs->value);
    }
    return equal;
}

bool th_json_equal(const struct th_json *a, const struct th_json *b)
{
    if (!a || !b || a->type != b->type) {
        return a == b;
    }
    switch (a->type) {
    case TH_JSON_NULL:
        return true;
    case TH_JSON_BOOL:
    case TH_JSON_INT:
        return number_of(a)->as.integer == number_of(b)->as.integer;
    case TH_JSON_REAL:
        return number_of(a)->as.real == number_of(b)->as.real;
    case TH_JSON_STRING:
        return strcmp(text_of(a), text_of(b)) == 0;
    case TH_JSON_ARRAY:
        return equal_lists(list_of(a), list_of(b));
    case TH_JSON_OBJECT:
        return equal_objects(object_of(a), object_of(b));
    }
    return false;
}

enum th_status th_json_dump(const struct th_json *value, enum th_json_style style, char **ret_text,
                            struct th_error *err)
{
    enum th_status status = th_json_check(value, err);
    return status == TH_OK ? th_json_write(value, style, ret_text, err) : status;
}

// JSON values: documents that are read, replies and journal bodies that are written.
// A value is owned by who made it; putting it into an object or array hands it over, also when the
// call fails. Failures while building stick to the container: build freely, check once with
// th_json_check or when dumping.
#ifndef TH_CORE_JSON_H
#define TH_CORE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_json; // opaque

enum th_json_type {
    TH_JSON_NULL,
    TH_JSON_BOOL,
    TH_JSON_INT,
    TH_JSON_REAL,
    TH_JSON_STRING,
    TH_JSON_ARRAY,
    TH_JSON_OBJECT
};

// NULL when out of memory; every function below takes a NULL value and then fails or does nothing.
struct th_json *th_json_object(void);
struct th_json *th_json_array(void);
struct th_json *th_json_string(const char *utf8);
struct th_json *th_json_int(int64_t value);
struct th_json *th_json_real(double value); // finite
struct th_json *th_json_bool(bool value);
struct th_json *th_json_null(void);
void th_json_remove(struct th_json *object, const char *key); // no effect when it is not there
struct th_json *th_json_copy(const struct th_json *value);    // deep
bool th_json_equal(const struct th_json *a, const struct th_json *b); // NULL equals NULL only
void th_json_free(struct th_json *value);

// Into an object; an existing key is replaced. `text` NULL writes null.
void th_json_set(struct th_json *object, const char *key, struct th_json *value);
void th_json_set_text(struct th_json *object, const char *key, const char *text);
void th_json_set_int(struct th_json *object, const char *key, int64_t value);
void th_json_set_real(struct th_json *object, const char *key, double value);
void th_json_set_bool(struct th_json *object, const char *key, bool value);
// hundredths / 100 as a JSON number with at most two decimals.
void th_json_set_cent(struct th_json *object, const char *key, int64_t hundredths);
void th_json_append(struct th_json *array, struct th_json *value);
void th_json_append_text(struct th_json *array, const char *text);
void th_json_append_int(struct th_json *array, int64_t value);

// TH_NO_MEMORY or TH_INTERNAL ("json_build", e.g. text that is not UTF-8) when a call above was
// lost on `root` itself or on any value below it.
enum th_status th_json_check(const struct th_json *root, struct th_error *err) TH_MUST_CHECK;

enum th_json_type th_json_type(const struct th_json *value); // NULL reads as TH_JSON_NULL
size_t th_json_size(const struct th_json *array_or_object);  // 0 for anything else
const struct th_json *th_json_at(const struct th_json *array, size_t index);      // NULL outside
const struct th_json *th_json_get(const struct th_json *object, const char *key); // NULL if absent

// Lenient getters: the fallback when absent or of another type.
const char *th_json_get_text(const struct th_json *object, const char *key, const char *fallback);
int64_t th_json_get_int(const struct th_json *object, const char *key, int64_t fallback);
double th_json_get_real(const struct th_json *object, const char *key, double fallback);
bool th_json_get_bool(const struct th_json *object, const char *key, bool fallback);
const char *th_json_text(const struct th_json *value);  // "" unless a string
int64_t th_json_int_value(const struct th_json *value); // 0 unless an integer
double th_json_real_value(const struct th_json *value); // also of an integer; 0 otherwise
bool th_json_bool_value(const struct th_json *value);

// Walks the members of an object in the order they were added.
//   for (void *it = th_json_iter(o); it; it = th_json_iter_next(o, it)) …
void *th_json_iter(const struct th_json *object);
void *th_json_iter_next(const struct th_json *object, void *iter);
const char *th_json_iter_key(void *iter);
const struct th_json *th_json_iter_value(void *iter);

// Text ≤ 64 MiB, nesting ≤ 64, duplicate keys refused. TH_UNREADABLE ("json_invalid": line,
// column, reason), also for some lacks of memory that jansson cannot tell from a bad token;
// TH_NO_MEMORY for the others. Any JSON value may stand at the top.
enum th_status th_json_parse(const char *text, size_t size, struct th_json **ret_value,
                             struct th_error *err) TH_MUST_CHECK;

enum th_json_style {
    TH_JSON_CANONICAL, // keys sorted, no white space: the bytes that are hashed
    TH_JSON_COMPACT,   // keys in order of insertion, no white space
    TH_JSON_PRETTY     // keys in order of insertion, indented by two
};

// Text owned by the caller (free()). Reals are written with 15 significant digits.
enum th_status th_json_dump(const struct th_json *value, enum th_json_style style, char **ret_text,
                            struct th_error *err) TH_MUST_CHECK;

#endif

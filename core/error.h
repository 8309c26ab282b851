// What went wrong, without a language: a message key with named arguments. Text is made where a
// person reads it (core/messages.h). A plain value: nothing to free, copy by assignment.
#ifndef TH_CORE_ERROR_H
#define TH_CORE_ERROR_H

#include <stdbool.h>

#include "core/attributes.h"
#include "core/status.h"

enum { TH_ERROR_ARGS_MAX = 12, TH_ERROR_KEY_SIZE = 64, TH_ERROR_VALUE_SIZE = 480 };

struct th_error_arg {
    char name[24];
    char value[TH_ERROR_VALUE_SIZE]; // UTF-8, cut at a character when too long: then it ends in …
};

struct th_error {
    enum th_status status;
    char key[TH_ERROR_KEY_SIZE]; // "error.<key>" is the message, "hint.<key>" the hint, if any
    int n_args;
    struct th_error_arg args[TH_ERROR_ARGS_MAX];
};

// Sets *err (which may be NULL) and returns `status`, so that `return th_error_set(…)` works.
// After `key` come pairs of name and value (const char *, NULL value reads as ""), closed by NULL:
//   return th_error_set(err, TH_NOT_FOUND, "party_not_found", "party", ref, NULL);
enum th_status th_error_set(struct th_error *err, enum th_status status, const char *key,
                            ...) TH_SENTINEL;

// One more named argument. No effect when err is NULL or full.
void th_error_add(struct th_error *err, const char *name, const char *value);
void th_error_add_int(struct th_error *err, const char *name, long long value);

// One whose value is a word of a list that people read in their language: "@<list>.<word>", a key
// of the catalogue (core/messages.h), such as "value.state" and "approved".
void th_error_add_word(struct th_error *err, const char *name, const char *list, const char *word);

// One whose value differs by language: arguments "name.zh" and "name.en", which a text knows as
// {name}.
void th_error_add_texts(struct th_error *err, const char *name, const char *zh, const char *en);

// Out of memory, in one line. Always returns TH_NO_MEMORY.
enum th_status th_error_no_memory(struct th_error *err);

// Value of argument `name`, or NULL. Borrowed from err.
const char *th_error_arg_get(const struct th_error *err, const char *name);
// The same of one that may differ by language.
const char *th_error_arg_in(const struct th_error *err, const char *name, bool chinese);

#endif

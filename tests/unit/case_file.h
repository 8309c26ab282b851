// The acceptance cases of data/cases: what was reported, and what follows from it.
#ifndef TH_TESTS_CASE_FILE_H
#define TH_TESTS_CASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/json.h"

struct case_file {
    struct th_json *json; // freed by case_file_close
    const struct th_json *reported, *inputs, *computed;
};
// "anji-dali". Each reported figure must have value, unit, source, evidence and its name in both
// languages.
struct case_file case_file_open(const char *name);
void case_file_close(struct case_file *from);
// The reported value whose English name this is.
const char *case_file_reported(const struct case_file *from, const char *what);
// Fen of an amount such as "43.44".
int64_t case_file_fen(const struct th_json *object, const char *key);
// Names of all cases in order; the number of them.
size_t case_file_names(char (*ret_names)[64], size_t capacity);

#endif

// A document changed in every place, each change judged by its parser and by its schema: they must
// agree in what a schema can say.
#ifndef TH_TESTS_MUTANTS_H
#define TH_TESTS_MUTANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/json.h"

struct th_mutant_rules {
    const char *schema; // path below the checkout
    enum th_status (*parse)(const char *text, size_t size, struct th_error *err);
    const char *key; // of every fault, with "where" and "reason"
    // A fault of form, which a schema can state; others need the whole document.
    bool (*is_of_form)(const char *reason, const char *where);
};

// Changes every place, or of a large document every third, and as many per cent of these as
// TANHUI_TEST_ROUNDS says. Adds to both counts: mutants that were tried, and those that are sound
// documents all the same.
void th_mutants_check(const struct th_mutant_rules *rules, const char *name, int *n_mutants,
                      int *n_taken);

// A JSON file below the checkout; the caller frees it.
struct th_json *th_mutant_source(const char *name);

#endif

// A validator for the part of JSON Schema that the project's own schemas use, so that a test can
// hold a parser against its schema.
#ifndef TH_TESTS_SCHEMA_CHECK_H
#define TH_TESTS_SCHEMA_CHECK_H

#include <stdbool.h>

#include "core/json.h"

// Knows $ref (to #/$defs/<name>), type, enum, pattern, maxLength (in bytes here, not characters),
// minimum, maximum, properties, required, additionalProperties, minProperties, items, minItems,
// maxItems, uniqueItems, anyOf. Any other keyword, apart from title, description, $schema and
// $defs, ends the program: a rule that is silently not applied would prove nothing.
bool th_schema_accepts(const struct th_json *schema, const struct th_json *value);

#endif

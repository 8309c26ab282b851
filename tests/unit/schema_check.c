#include "tests/unit/schema_check.h"

#include <assert.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static bool accepts(const struct th_json *root, const struct th_json *schema,
                    const struct th_json *value);

static bool same(const struct th_json *a, const struct th_json *b)
{
    char *text_a = NULL;
    char *text_b = NULL;
    enum th_status status_a = th_json_dump(a, TH_JSON_CANONICAL, &text_a, NULL);
    enum th_status status_b = th_json_dump(b, TH_JSON_CANONICAL, &text_b, NULL);
    assert(status_a == TH_OK && status_b == TH_OK);
    bool equal = strcmp(text_a, text_b) == 0;
    free(text_a);
    free(text_b);
    return equal;
}

static bool has_type(const char *name, const struct th_json *value)
{
    enum th_json_type type = th_json_type(value);
    if (strcmp(name, "null") == 0) {
        return type == TH_JSON_NULL;
    }
    if (strcmp(name, "boolean") == 0) {
        return type == TH_JSON_BOOL;
    }
    if (strcmp(name, "string") == 0) {
        return type == TH_JSON_STRING;
    }
    if (strcmp(name, "array") == 0) {
        return type == TH_JSON_ARRAY;
    }
    if (strcmp(name, "integer") == 0) {
        return type == TH_JSON_INT;
    }
    assert(strcmp(name, "object") == 0);
    return type == TH_JSON_OBJECT;
}

static bool matches(const char *pattern, const struct th_json *value)
{
    regex_t regex;
    if (th_json_type(value) != TH_JSON_STRING) {
        return true;
    }
    int failed = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
    assert(!failed);
    bool match = regexec(&regex, th_json_text(value), 0, NULL, 0) == 0;
    regfree(&regex);
    return match;
}

static bool members_accepted(const struct th_json *root, const struct th_json *properties,
                             const struct th_json *value)
{
    if (th_json_type(value) != TH_JSON_OBJECT) {
        return true;
    }
    for (void *it = th_json_iter(value); it; it = th_json_iter_next(value, it)) {
        const struct th_json *rule = th_json_get(properties, th_json_iter_key(it));
        if (rule && !accepts(root, rule, th_json_iter_value(it))) {
            return false;
        }
    }
    return true;
}

// Members that no property names: none may be there, or all follow `rule`.
static bool others_accepted(const struct th_json *root, const struct th_json *properties,
                            const struct th_json *rule, const struct th_json *value)
{
    bool is_rule = th_json_type(rule) == TH_JSON_OBJECT;
    assert(is_rule || (th_json_type(rule) == TH_JSON_BOOL && !th_json_bool_value(rule)));
    if (th_json_type(value) != TH_JSON_OBJECT) {
        return true;
    }
    for (void *it = th_json_iter(value); it; it = th_json_iter_next(value, it)) {
        if (!th_json_get(properties, th_json_iter_key(it)) &&
            !(is_rule && accepts(root, rule, th_json_iter_value(it)))) {
            return false;
        }
    }
    return true;
}

static bool members_present(const struct th_json *required, const struct th_json *value)
{
    if (th_json_type(value) != TH_JSON_OBJECT) {
        return true;
    }
    for (size_t i = 0; i < th_json_size(required); i++) {
        if (!th_json_get(value, th_json_text(th_json_at(required, i)))) {
            return false;
        }
    }
    return true;
}

static bool items_accepted(const struct th_json *root, const struct th_json *rule,
                           const struct th_json *value)
{
    if (th_json_type(value) != TH_JSON_ARRAY) {
        return true;
    }
    for (size_t i = 0; i < th_json_size(value); i++) {
        if (!accepts(root, rule, th_json_at(value, i))) {
            return false;
        }
    }
    return true;
}

static bool items_unique(const struct th_json *value)
{
    if (th_json_type(value) != TH_JSON_ARRAY) {
        return true;
    }
    for (size_t i = 0; i < th_json_size(value); i++) {
        for (size_t k = 0; k < i; k++) {
            if (same(th_json_at(value, i), th_json_at(value, k))) {
                return false;
            }
        }
    }
    return true;
}

static bool any_accepts(const struct th_json *root, const struct th_json *rules,
                        const struct th_json *value)
{
    for (size_t i = 0; i < th_json_size(rules); i++) {
        if (accepts(root, th_json_at(rules, i), value)) {
            return true;
        }
    }
    return false;
}

static bool is_one_of(const struct th_json *values, const struct th_json *value)
{
    for (size_t i = 0; i < th_json_size(values); i++) {
        if (same(th_json_at(values, i), value)) {
            return true;
        }
    }
    return false;
}

static bool size_fits(const char *word, const struct th_json *limit, const struct th_json *value)
{
    bool is_text = strcmp(word, "maxLength") == 0;
    if (th_json_type(value) != (is_text ? TH_JSON_STRING : TH_JSON_ARRAY)) {
        return true;
    }
    size_t size = is_text ? strlen(th_json_text(value)) : th_json_size(value);
    size_t wanted = (size_t)th_json_int_value(limit);
    return strcmp(word, "minItems") == 0 ? size >= wanted : size <= wanted;
}

static bool value_fits(const char *word, const struct th_json *limit, const struct th_json *value)
{
    if (strcmp(word, "minProperties") == 0) {
        return th_json_type(value) != TH_JSON_OBJECT ||
               th_json_size(value) >= (size_t)th_json_int_value(limit);
    }
    if (th_json_type(value) != TH_JSON_INT) {
        return true;
    }
    return strcmp(word, "minimum") == 0 ? th_json_int_value(value) >= th_json_int_value(limit)
                                        : th_json_int_value(value) <= th_json_int_value(limit);
}

static bool word_accepts(const struct th_json *root, const struct th_json *schema, const char *word,
                         const struct th_json *rule, const struct th_json *value)
{
    static const char *const silent[] = {"$schema", "title", "description", "$defs"};
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
        if (strcmp(word, silent[i]) == 0) {
            return true;
        }
    }
    if (strcmp(word, "$ref") == 0) {
        static const char prefix[] = "#/$defs/";
        assert(th_text_starts_with(th_json_text(rule), prefix));
        const struct th_json *definition =
            th_json_get(th_json_get(root, "$defs"), th_json_text(rule) + sizeof(prefix) - 1);
        assert(definition);
        return accepts(root, definition, value);
    }
    if (strcmp(word, "type") == 0) {
        return has_type(th_json_text(rule), value);
    }
    if (strcmp(word, "enum") == 0) {
        return is_one_of(rule, value);
    }
    if (strcmp(word, "pattern") == 0) {
        return matches(th_json_text(rule), value);
    }
    if (strcmp(word, "maxLength") == 0 || strcmp(word, "minItems") == 0 ||
        strcmp(word, "maxItems") == 0) {
        return size_fits(word, rule, value);
    }
    if (strcmp(word, "minimum") == 0 || strcmp(word, "maximum") == 0 ||
        strcmp(word, "minProperties") == 0) {
        return value_fits(word, rule, value);
    }
    if (strcmp(word, "properties") == 0) {
        return members_accepted(root, rule, value);
    }
    if (strcmp(word, "additionalProperties") == 0) {
        return others_accepted(root, th_json_get(schema, "properties"), rule, value);
    }
    if (strcmp(word, "required") == 0) {
        return members_present(rule, value);
    }
    if (strcmp(word, "items") == 0) {
        return items_accepted(root, rule, value);
    }
    if (strcmp(word, "uniqueItems") == 0) {
        return items_unique(value);
    }
    assert(strcmp(word, "anyOf") == 0);
    return any_accepts(root, rule, value);
}

static bool accepts(const struct th_json *root, const struct th_json *schema,
                    const struct th_json *value)
{
    for (void *it = th_json_iter(schema); it; it = th_json_iter_next(schema, it)) {
        if (!word_accepts(root, schema, th_json_iter_key(it), th_json_iter_value(it), value)) {
            return false;
        }
    }
    return true;
}

bool th_schema_accepts(const struct th_json *schema, const struct th_json *value)
{
    return accepts(schema, schema, value);
}

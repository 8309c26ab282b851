#include "tests/unit/mutants.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/file.h"
#include "tests/support/support.h"
#include "tests/unit/schema_check.h"

enum mutation {
    REMOVE,
    TO_NULL,
    TO_TRUE,
    TO_ZERO,
    TO_BIG_INT,
    TO_BIG_REAL,
    TO_EMPTY,
    TO_WORD,
    TO_LONG,
    TO_MINUS_ONE,
    TO_ONE,
    TO_HUGE_TEXT,
    TO_ZERO_DENOMINATOR,
    TO_ARRAY,
    TO_OBJECT,
    WRAP,
    ADD_KEY,
    TWICE,
    N_MUTATIONS
};

static struct th_json *replacement(const struct th_json *value, enum mutation mutation)
{
    char long_text[3001];
    struct th_json *array = NULL;
    switch (mutation) {
    case TO_NULL:
        return th_json_null();
    case TO_TRUE:
        return th_json_bool(true);
    case TO_ZERO:
        return th_json_int(0);
    case TO_BIG_INT:
        return th_json_int(INT64_MAX);
    case TO_BIG_REAL:
        return th_json_real(1e308);
    case TO_EMPTY:
        return th_json_string("");
    case TO_WORD:
        return th_json_string("竹");
    case TO_LONG:
        memset(long_text, '9', sizeof(long_text) - 1);
        long_text[sizeof(long_text) - 1] = '\0';
        return th_json_string(long_text);
    case TO_MINUS_ONE:
        return th_json_string("-1");
    case TO_ONE:
        return th_json_string("1");
    case TO_HUGE_TEXT:
        return th_json_string("9223372036854775807");
    case TO_ZERO_DENOMINATOR:
        return th_json_string("1/0");
    case TO_ARRAY:
        return th_json_array();
    case TO_OBJECT:
        return th_json_object();
    case WRAP:
        array = th_json_array();
        th_json_append(array, th_json_copy(value));
        return array;
    case REMOVE:
    case ADD_KEY:
    case TWICE:
    case N_MUTATIONS:
        break;
    }
    return th_json_copy(value);
}

// A deep copy in which node number `target` (in order of visit) is changed; NULL for a removed one.
static struct th_json *mutated(const struct th_json *value, int *node, int target,
                               enum mutation mutation)
{
    bool here = (*node)++ == target;
    if (here && mutation == REMOVE) {
        return NULL;
    }
    if (here && mutation != ADD_KEY && mutation != TWICE) {
        return replacement(value, mutation);
    }
    if (th_json_type(value) == TH_JSON_OBJECT) {
        struct th_json *object = th_json_object();
        for (void *it = th_json_iter(value); it; it = th_json_iter_next(value, it)) {
            struct th_json *member = mutated(th_json_iter_value(it), node, target, mutation);
            if (member) {
                th_json_set(object, th_json_iter_key(it), member);
            }
        }
        if (here && mutation == ADD_KEY) {
            th_json_set_int(object, "surprise", 1);
        }
        return object;
    }
    if (th_json_type(value) == TH_JSON_ARRAY) {
        struct th_json *array = th_json_array();
        for (size_t i = 0; i < th_json_size(value); i++) {
            struct th_json *member = mutated(th_json_at(value, i), node, target, mutation);
            if (member) {
                th_json_append(array, member);
            }
        }
        if (here && mutation == TWICE && th_json_size(value) > 0) {
            th_json_append(array, th_json_copy(th_json_at(value, 0)));
        }
        return array;
    }
    return th_json_copy(value);
}

struct th_json *th_mutant_source(const char *name)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *json = NULL;
    assert_ok(th_file_read(th_test_source_path(path, name), 1 << 20, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, size, &json, &err), &err);
    free(text);
    return json;
}

static bool check_mutant(const struct th_mutant_rules *rules, const struct th_json *schema,
                         const struct th_json *mutant)
{
    struct th_error err = {0};
    char *text = NULL;
    assert_ok(th_json_dump(mutant, TH_JSON_COMPACT, &text, &err), &err);
    enum th_status status = rules->parse(text, strlen(text), &err);
    bool by_schema = th_schema_accepts(schema, mutant);
    if (status == TH_OK) {
        if (!by_schema) {
            fail_msg("the schema refuses what the parser takes: %s", text);
        }
    } else {
        assert_int_equal(status, TH_INVALID);
        assert_string_equal(err.key, rules->key);
        assert_string_not_equal(th_error_arg_get(&err, "where"), "");
        if (by_schema &&
            rules->is_of_form(th_error_arg_get(&err, "reason"), th_error_arg_get(&err, "where"))) {
            fail_msg("the schema takes what the parser refuses (%s %s): %s",
                     th_error_arg_get(&err, "where"), th_error_arg_get(&err, "reason"), text);
        }
    }
    free(text);
    return status == TH_OK;
}

void th_mutants_check(const struct th_mutant_rules *rules, const char *name, int *n_mutants,
                      int *n_taken)
{
    struct th_json *schema = th_mutant_source(rules->schema);
    struct th_json *document = th_mutant_source(name);
    assert_true(check_mutant(rules, schema, document));
    int n_nodes = 0;
    int thin = (int)(100 / th_test_rounds(100));
    th_json_free(mutated(document, &n_nodes, -1, TO_NULL)); // counts only
    for (int mutation = 0; mutation < N_MUTATIONS; mutation++) {
        // Of a large document every third place, another one for each mutation.
        int step = (n_nodes > 300 ? 3 : 1) * thin;
        for (int target = mutation == REMOVE ? 1 : mutation % step; target < n_nodes;
             target += step) {
            int node = 0;
            struct th_json *mutant = mutated(document, &node, target, (enum mutation)mutation);
            *n_taken += check_mutant(rules, schema, mutant) ? 1 : 0;
            ++*n_mutants;
            th_json_free(mutant);
        }
    }
    th_json_free(document);
    th_json_free(schema);
}

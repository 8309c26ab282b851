#include "core/json.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/support.h"

static struct th_json *parse(const char *text)
{
    struct th_error err;
    struct th_json *value = NULL;
    assert_ok(th_json_parse(text, strlen(text), &value, &err), &err);
    return value;
}

static void assert_dump(const struct th_json *value, enum th_json_style style, const char *want)
{
    struct th_error err;
    char *text = NULL;
    assert_ok(th_json_dump(value, style, &text, &err), &err);
    assert_string_equal(text, want);
    free(text);
}

static struct th_json *sample(void)
{
    struct th_json *object = th_json_object();
    struct th_json *list = th_json_array();
    th_json_set_text(object, "village", "马吉岙");
    th_json_set_int(object, "tonnes", 2509);
    th_json_append_int(list, 836);
    th_json_append_text(list, "x/\"y\"");
    th_json_append_text(list, NULL);
    th_json_append(list, th_json_bool(false));
    th_json_set(object, "list", list);
    th_json_set_real(object, "area", 0.1);
    th_json_set_bool(object, "sample", true);
    th_json_set_text(object, "note", NULL);
    return object;
}

static void json_dump__the_three_styles(void **state)
{
    (void)state;
    struct th_json *object = sample();
    assert_dump(object, TH_JSON_COMPACT,
                "{\"village\":\"马吉岙\",\"tonnes\":2509,\"list\":[836,\"x/\\\"y\\\"\",null,false],"
                "\"area\":0.1,\"sample\":true,\"note\":null}");
    assert_dump(object, TH_JSON_CANONICAL,
                "{\"area\":0.1,\"list\":[836,\"x/\\\"y\\\"\",null,false],\"note\":null,"
                "\"sample\":true,\"tonnes\":2509,\"village\":\"马吉岙\"}");
    th_json_free(object);
    object = parse("{\"b\":1,\"a\":[2]}");
    assert_dump(object, TH_JSON_PRETTY, "{\n  \"b\": 1,\n  \"a\": [\n    2\n  ]\n}");
    th_json_free(object);
}

static void json_set__existing_key_is_replaced_in_its_place(void **state)
{
    (void)state;
    struct th_json *object = parse("{\"a\":1,\"b\":2}");
    th_json_set_int(object, "a", 3);
    assert_dump(object, TH_JSON_COMPACT, "{\"a\":3,\"b\":2}");
    th_json_free(object);
}

static void json_set_cent__writes_at_most_two_decimals(void **state)
{
    (void)state;
    struct th_json *object = th_json_object();
    th_json_set_cent(object, "a", 10899096);
    th_json_set_cent(object, "b", 58830000);
    th_json_set_cent(object, "c", -5);
    th_json_set_cent(object, "d", 999999999999999);
    th_json_set_cent(object, "e", 4810);
    assert_dump(object, TH_JSON_COMPACT,
                "{\"a\":108990.96,\"b\":588300,\"c\":-0.05,\"d\":9999999999999.99,\"e\":48.1}");
    // More digits than a real keeps: refused rather than rounded.
    th_json_set_cent(object, "f", 1000000000000001);
    assert_status(th_json_check(object, NULL), TH_INTERNAL, NULL);
    th_json_free(object);
}

static void json_build__failures_stick_to_the_root(void **state)
{
    (void)state;
    struct th_error err;
    char *text = NULL;
    static const struct {
        const char *label;
        enum th_status want;
    } cases[] = {{"text that is no UTF-8", TH_INTERNAL},
                 {"key that is no UTF-8", TH_INTERNAL},
                 {"not a number", TH_INTERNAL},
                 {"infinite", TH_INTERNAL},
                 {"missing value", TH_NO_MEMORY},
                 {"missing element", TH_NO_MEMORY},
                 {"no key", TH_INTERNAL},
                 {"no text", TH_INTERNAL}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_json *root = th_json_object();
        struct th_json *inner = th_json_array();
        struct th_json *deep = th_json_object();
        switch (i) {
        case 0:
            th_json_set_text(deep, "a", "\xff");
            break;
        case 1:
            th_json_set_int(deep, "\xff", 1);
            break;
        case 2:
            th_json_set_real(deep, "a", (double)NAN);
            break;
        case 3:
            th_json_append(inner, th_json_real((double)INFINITY));
            break;
        case 4:
            th_json_set(deep, "a", NULL);
            break;
        case 5:
            th_json_append(inner, NULL);
            break;
        case 6:
            th_json_set(deep, NULL, th_json_array());
            break;
        default:
            th_json_append(inner, th_json_string(NULL));
            break;
        }
        th_json_append(inner, deep);
        th_json_set(root, "inner", inner);
        th_json_set_int(root, "later", 1);
        print_message("  %s\n", cases[i].label);
        assert_status(th_json_check(root, &err), cases[i].want, &err);
        assert_string_equal(err.key, cases[i].want == TH_INTERNAL ? "json_build" : "no_memory");
        assert_status(th_json_dump(root, TH_JSON_COMPACT, &text, &err), cases[i].want, &err);
        assert_null(text);
        // A copy keeps the mark.
        struct th_json *copy = th_json_copy(root);
        assert_status(th_json_check(copy, NULL), cases[i].want, NULL);
        th_json_free(copy);
        th_json_free(root);
    }
}

static void json__null_in_place_of_a_value_does_nothing(void **state)
{
    (void)state;
    assert_status(th_json_check(NULL, NULL), TH_NO_MEMORY, NULL);
    th_json_set(NULL, "a", th_json_array()); // the array is freed: a leak checker looks on
    th_json_set_text(NULL, "a", "b");
    th_json_append(NULL, th_json_object());
    assert_int_equal(th_json_type(NULL), TH_JSON_NULL);
    assert_int_equal(th_json_size(NULL), 0);
    assert_null(th_json_at(NULL, 0));
    assert_null(th_json_get(NULL, "a"));
    assert_null(th_json_iter(NULL));
    assert_string_equal(th_json_text(NULL), "");
    assert_int_equal(th_json_int_value(NULL), 0);
    assert_false(th_json_bool_value(NULL));
    assert_null(th_json_copy(NULL));
    th_json_free(NULL);
}

static void json_check__nesting_that_could_not_be_read_back_is_refused(void **state)
{
    (void)state;
    struct th_json *value = th_json_array();
    for (int i = 1; i < 64; i++) {
        struct th_json *outer = th_json_array();
        th_json_append(outer, value);
        value = outer;
    }
    assert_ok(th_json_check(value, NULL), NULL);
    struct th_json *outer = th_json_array();
    th_json_append(outer, value);
    assert_status(th_json_check(outer, NULL), TH_INTERNAL, NULL);
    th_json_free(outer);
}

static void json_get__reads_what_is_there_and_falls_back_otherwise(void **state)
{
    (void)state;
    struct th_json *object = parse(
        "{\"t\":\"x\",\"i\":-9223372036854775808,\"r\":1.5,\"b\":true,\"a\":[1,2],\"n\":null}");
    assert_string_equal(th_json_get_text(object, "t", "?"), "x");
    assert_string_equal(th_json_get_text(object, "i", "?"), "?");
    assert_null(th_json_get_text(object, "absent", NULL));
    assert_true(th_json_get_int(object, "i", 7) == INT64_MIN);
    assert_int_equal(th_json_get_int(object, "r", 7), 7);
    assert_close(th_json_get_real(object, "r", 7.0), 1.5, 0.0);
    assert_close(th_json_get_real(object, "i", 7.0), -9223372036854775808.0, 0.0);
    assert_close(th_json_get_real(object, "t", 7.0), 7.0, 0.0);
    assert_true(th_json_get_bool(object, "b", false));
    assert_true(th_json_get_bool(object, "n", true));
    assert_int_equal(th_json_size(object), 6);
    const struct th_json *list = th_json_get(object, "a");
    assert_int_equal(th_json_size(list), 2);
    assert_int_equal(th_json_int_value(th_json_at(list, 1)), 2);
    assert_null(th_json_at(list, 2));
    assert_null(th_json_get(list, "a"));
    assert_int_equal(th_json_size(th_json_get(object, "t")), 0);
    static const struct {
        const char *key;
        enum th_json_type type;
    } cases[] = {{"t", TH_JSON_STRING}, {"i", TH_JSON_INT},   {"r", TH_JSON_REAL},
                 {"b", TH_JSON_BOOL},   {"a", TH_JSON_ARRAY}, {"n", TH_JSON_NULL}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(th_json_type(th_json_get(object, cases[i].key)), cases[i].type);
    }
    assert_int_equal(th_json_type(object), TH_JSON_OBJECT);
    assert_close(th_json_real_value(th_json_get(object, "r")), 1.5, 0.0);
    assert_true(th_json_bool_value(th_json_get(object, "b")));
    assert_string_equal(th_json_text(th_json_get(object, "t")), "x");
    th_json_free(object);
}

static void json_iter__follows_the_order_of_insertion(void **state)
{
    (void)state;
    static const char *const keys[] = {"zulu", "alpha", "mike", "bravo", "yankee",
                                       "kilo", "甲",    "丙",   "乙",    "echo"};
    enum { N = sizeof(keys) / sizeof(keys[0]) };
    struct th_json *object = th_json_object();
    for (int i = 0; i < N; i++) {
        th_json_set_int(object, keys[i], i);
    }
    int n = 0;
    for (void *it = th_json_iter(object); it != NULL; it = th_json_iter_next(object, it), n++) {
        assert_true(n < N);
        assert_string_equal(th_json_iter_key(it), keys[n]);
        assert_int_equal(th_json_int_value(th_json_iter_value(it)), n);
    }
    assert_int_equal(n, N);
    th_json_free(object);
}

static void json_parse__problems_are_named_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *line;
        const char *reason;
    } cases[] = {{"", "1", "@json_reason.cut_off"},
                 {"{\n\"a\": 1,", "2", "@json_reason.cut_off"},
                 {"{\"a\":1,\n\n\"a\":2}", "3", "@json_reason.duplicate_key"},
                 {"[1] 2", "1", "@json_reason.trailing"},
                 {"{'a':1}", "1", "@json_reason.syntax"},
                 {"[1,]", "1", "@json_reason.syntax"},
                 {"[NaN]", "1", "@json_reason.syntax"},
                 {"[01]", "1", "@json_reason.syntax"},
                 {"[9223372036854775808]", "1", "@json_reason.number"},
                 {"[1e999]", "1", "@json_reason.number"},
                 {"[\"\xff\"]", "1", "@json_reason.utf8"},
                 {"[\"\\u0000\"]", "1", "@json_reason.syntax"}};
    struct th_error err;
    struct th_json *value = NULL;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_status(th_json_parse(cases[i].text, strlen(cases[i].text), &value, &err),
                      TH_UNREADABLE, &err);
        assert_string_equal(err.key, "json_invalid");
        assert_string_equal(th_error_arg_get(&err, "reason"), cases[i].reason);
        assert_string_equal(th_error_arg_get(&err, "line"), cases[i].line);
        assert_non_null(th_error_arg_get(&err, "column"));
        assert_null(value);
    }
    assert_status(th_json_parse(NULL, 0, &value, NULL), TH_UNREADABLE, NULL);
    assert_status(th_json_parse("1", (size_t)64 * 1024 * 1024 + 1, &value, &err), TH_UNREADABLE,
                  &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@json_reason.size");
}

static void json_parse__64_levels_are_read_and_65_refused(void **state)
{
    (void)state;
    char text[200];
    struct th_error err;
    struct th_json *value = NULL;
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    assert_ok(th_json_parse(text, 128, &value, &err), &err);
    th_json_free(value);
    value = NULL;
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_status(th_json_parse(text, 130, &value, &err), TH_UNREADABLE, &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@json_reason.nesting");
    assert_null(value);
}

static void json_parse__deep_nesting_does_not_exhaust_the_stack(void **state)
{
    (void)state;
    enum { DEPTH = 1000000 };
    char *text = malloc(DEPTH);
    assert_non_null(text);
    memset(text, '[', DEPTH);
    struct th_error err;
    struct th_json *value = NULL;
    assert_status(th_json_parse(text, DEPTH, &value, &err), TH_UNREADABLE, &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@json_reason.nesting");
    free(text);
}

static void json_parse__any_value_may_stand_at_the_top(void **state)
{
    (void)state;
    static const char *const cases[] = {"1", "\"a\"", "true", "null", "[]", "{}", "-0.5"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_json *value = parse(cases[i]);
        assert_dump(value, TH_JSON_COMPACT, cases[i]);
        th_json_free(value);
    }
}

static void json_parse__size_ends_the_text(void **state)
{
    (void)state;
    struct th_json *value = NULL;
    assert_ok(th_json_parse("[1]xyz", 3, &value, NULL), NULL);
    assert_dump(value, TH_JSON_COMPACT, "[1]");
    th_json_free(value);
}

static void json_equal__is_by_value_and_null_equals_null_alone(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {{"{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", true},
                 {"\"x\"", "\"y\"", false},
                 {"1", "1.0", false},
                 {"null", "null", true},
                 {"null", "\"\"", false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_json *a = NULL;
        struct th_json *b = NULL;
        struct th_error err;
        assert_ok(th_json_parse(cases[i].a, strlen(cases[i].a), &a, &err), &err);
        assert_ok(th_json_parse(cases[i].b, strlen(cases[i].b), &b, &err), &err);
        assert_int_equal(th_json_equal(a, b), cases[i].equal);
        assert_false(th_json_equal(a, NULL));
        th_json_free(a);
        th_json_free(b);
    }
    assert_true(th_json_equal(NULL, NULL));
}

static void json_copy__is_independent(void **state)
{
    (void)state;
    struct th_json *object = sample();
    struct th_json *copy = th_json_copy(object);
    th_json_set_int(object, "tonnes", 1);
    assert_int_equal(th_json_get_int(copy, "tonnes", 0), 2509);
    th_json_free(object);
    assert_int_equal(th_json_size(th_json_get(copy, "list")), 4);
    th_json_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_dump__the_three_styles),
        cmocka_unit_test(json_set__existing_key_is_replaced_in_its_place),
        cmocka_unit_test(json_set_cent__writes_at_most_two_decimals),
        cmocka_unit_test(json_build__failures_stick_to_the_root),
        cmocka_unit_test(json__null_in_place_of_a_value_does_nothing),
        cmocka_unit_test(json_check__nesting_that_could_not_be_read_back_is_refused),
        cmocka_unit_test(json_get__reads_what_is_there_and_falls_back_otherwise),
        cmocka_unit_test(json_iter__follows_the_order_of_insertion),
        cmocka_unit_test(json_parse__problems_are_named_with_their_place),
        cmocka_unit_test(json_parse__64_levels_are_read_and_65_refused),
        cmocka_unit_test(json_parse__deep_nesting_does_not_exhaust_the_stack),
        cmocka_unit_test(json_parse__any_value_may_stand_at_the_top),
        cmocka_unit_test(json_parse__size_ends_the_text),
        cmocka_unit_test(json_copy__is_independent),
        cmocka_unit_test(json_equal__is_by_value_and_null_equals_null_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

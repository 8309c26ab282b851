// Limits of good practice: the document that comes along says what was published, faults are told
// by place and reason, and a garden is judged at the limit, beside it and without a word of it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/messages.h"
#include "methodology/practice.h"
#include "tests/support/support.h"
#include "tests/unit/schema_check.h"

static struct th_practice *longguan(void)
{
    struct th_error err;
    struct th_practice *practice = NULL;
    for (size_t i = 0; i < th_practice_shipped_count(); i++) {
        if (strcmp(th_practice_shipped_name(i), "longguan-tea/1.json") == 0) {
            size_t size = 0;
            const char *text = th_practice_shipped_text(i, &size);
            assert_ok(th_practice_parse(text, size, &practice, &err), &err);
        }
    }
    assert_non_null(practice);
    return practice;
}

static const struct th_practice_limit *limit_of(const struct th_practice *practice,
                                                const char *name)
{
    for (size_t i = 0; i < th_practice_n_limits(practice); i++) {
        if (strcmp(th_practice_limit(practice, i)->name, name) == 0) {
            return th_practice_limit(practice, i);
        }
    }
    fail_msg("no limit %s", name);
    return NULL;
}

static struct th_json *json_of(const char *text)
{
    struct th_error err;
    struct th_json *json = NULL;
    assert_ok(th_json_parse(text, strlen(text), &json, &err), &err);
    return json;
}

// Ecological land >= 10 %, >= 50 trees/ha at borders, N <= 15 kg/mu, P2O5 <= 3, K2O <= 3 kg/mu,
// >= 30 % of N organic, <= 2 chemical sprays a year: the case longguan-tea has the same numbers.
static void shipped__has_the_published_limits_of_longguan(void **state)
{
    static const struct {
        const char *name, *reported, *value, *unit;
        enum th_practice_test test;
    } want[] = {
        {"ecological_land", "ecological land at least", "10", "%", TH_PRACTICE_AT_LEAST},
        {"border_trees", "trees at the borders at least", "50", "stem/ha", TH_PRACTICE_AT_LEAST},
        {"nitrogen", "nitrogen at most", "15", "kg N/mu/yr", TH_PRACTICE_AT_MOST},
        {"phosphate", "P2O5 at most", "3", "kg P2O5/mu/yr", TH_PRACTICE_AT_MOST},
        {"potash", "K2O at most", "3", "kg K2O/mu/yr", TH_PRACTICE_AT_MOST},
        {"organic_nitrogen", "organic share of nitrogen at least", "30", "%", TH_PRACTICE_AT_LEAST},
        {"sprays", "chemical sprays a year at most", "2", "1/yr", TH_PRACTICE_AT_MOST},
    };
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *tea = NULL;
    struct th_practice *practice = longguan();
    (void)state;
    assert_ok(th_file_read(th_test_source_path(path, "data/cases/longguan-tea.json"), 1 << 20,
                           &text, &size, &err),
              &err);
    assert_ok(th_json_parse(text, size, &tea, &err), &err);
    free(text);
    assert_int_equal(th_practice_n_limits(practice), sizeof(want) / sizeof(want[0]));
    assert_true(th_practice_has_kind(practice, "tea"));
    assert_false(th_practice_has_kind(practice, "orchard"));
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        char value[TH_RATIO_TEXT_SIZE];
        const struct th_practice_limit *limit = limit_of(practice, want[i].name);
        const struct th_json *reported = th_json_get(tea, "reported");
        bool found = false;
        assert_string_equal(th_ratio_format(limit->value, value), want[i].value);
        assert_string_equal(limit->unit, want[i].unit);
        assert_int_equal(limit->test, want[i].test);
        assert_int_equal(limit->evidence, TH_EVIDENCE_REPORTED);
        for (size_t k = 0; k < th_json_size(reported); k++) {
            const struct th_json *item = th_json_at(reported, k);
            const char *what = th_json_get_text(th_json_get(item, "what"), "en", "");
            found = found || (strcmp(what, want[i].reported) == 0 &&
                              strcmp(th_json_get_text(item, "value", ""), want[i].value) == 0);
        }
        assert_true(found);
    }
    th_json_free(tea);
    th_practice_free(practice);
}

static void judge__stands_at_the_limit_and_falls_beside_it(void **state)
{
    static const struct {
        const char *limit, *values;
        enum th_practice_result result;
        const char *value; // as shown; NULL: none
    } cases[] = {
        {"ecological_land", "{\"ecological_share\":\"10\"}", TH_PRACTICE_PASS, "10"},
        {"ecological_land", "{\"ecological_share\":\"9.99\"}", TH_PRACTICE_FAIL, "9.99"},
        {"border_trees", "{\"border_trees\":\"50\"}", TH_PRACTICE_PASS, "50"},
        {"border_trees", "{\"border_trees\":\"49\"}", TH_PRACTICE_FAIL, "49"},
        {"nitrogen", "{\"n_synthetic\":\"10.5\",\"n_organic\":\"4.5\"}", TH_PRACTICE_PASS, "15"},
        {"nitrogen", "{\"n_synthetic\":\"10.5\",\"n_organic\":\"4.51\"}", TH_PRACTICE_FAIL,
         "15.01"},
        {"phosphate", "{\"p2o5\":\"3\"}", TH_PRACTICE_PASS, "3"},
        {"phosphate", "{\"p2o5\":\"10/3\"}", TH_PRACTICE_FAIL, "3.33"},
        {"potash", "{\"k2o\":\"3.001\"}", TH_PRACTICE_FAIL, "3.001"},
        // 4.5 of 15 are 30 %, 4.5 of 15.001 are 29.998 %, which is not shown as 30.
        {"organic_nitrogen", "{\"n_synthetic\":\"10.5\",\"n_organic\":\"4.5\"}", TH_PRACTICE_PASS,
         "30"},
        {"organic_nitrogen", "{\"n_synthetic\":\"10.501\",\"n_organic\":\"4.5\"}", TH_PRACTICE_FAIL,
         "29.998"},
        {"sprays", "{\"sprays\":\"2\"}", TH_PRACTICE_PASS, "2"},
        {"sprays", "{\"sprays\":\"3\"}", TH_PRACTICE_FAIL, "3"},
        {"sprays", "{\"sprays\":\"0\"}", TH_PRACTICE_PASS, "0"},
        // Nought of everything: stated, and nothing to share.
        {"nitrogen", "{\"n_synthetic\":\"0\",\"n_organic\":\"0\"}", TH_PRACTICE_PASS, "0"},
        {"organic_nitrogen", "{\"n_synthetic\":\"0\",\"n_organic\":\"0\"}", TH_PRACTICE_PASS, NULL},
        // What is not stated is neither kept nor nought.
        {"sprays", "{}", TH_PRACTICE_NOT_STATED, NULL},
        {"nitrogen", "{\"n_synthetic\":\"14\"}", TH_PRACTICE_NOT_STATED, NULL},
        {"organic_nitrogen", "{\"n_organic\":\"5\"}", TH_PRACTICE_NOT_STATED, NULL},
        {"potash", "{\"k2o\":\"\"}", TH_PRACTICE_NOT_STATED, NULL},
        {"potash", "{\"k2o\":\"little\"}", TH_PRACTICE_NOT_STATED, NULL},
        {"potash", "{\"k2o\":\"-1\"}", TH_PRACTICE_NOT_STATED, NULL},
        // One part alone is too much.
        {"nitrogen", "{\"n_synthetic\":\"15.5\"}", TH_PRACTICE_FAIL, "15.5"},
    };
    struct th_practice *practice = longguan();
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char shown[TH_RATIO_TEXT_SIZE];
        struct th_practice_finding finding;
        struct th_json *values = json_of(cases[i].values);
        const struct th_practice_limit *limit = limit_of(practice, cases[i].limit);
        th_practice_judge(limit, values, &finding);
        if (finding.result != cases[i].result || finding.has_value != (cases[i].value != NULL)) {
            fail_msg("%s of %s: %d", cases[i].limit, cases[i].values, (int)finding.result);
        }
        if (cases[i].value) {
            assert_string_equal(th_practice_value_text(finding.value, limit->value, shown),
                                cases[i].value);
        }
        assert_true((finding.n_missing > 0) ==
                    (finding.result == TH_PRACTICE_NOT_STATED || finding.is_part));
        th_json_free(values);
    }
    struct th_practice_finding finding;
    th_practice_judge(limit_of(practice, "organic_nitrogen"), NULL, &finding);
    assert_int_equal(finding.result, TH_PRACTICE_NOT_STATED);
    assert_int_equal(finding.n_missing, 2); // each is named once
    th_practice_free(practice);
}

// 29.9996 % rounds to 30.00, which would look kept.
static void value_text__never_crosses_the_limit(void **state)
{
    static const struct {
        struct th_ratio value, limit;
        const char *text;
    } cases[] = {{{100, 3}, {30, 1}, "33.33"},
                 {{299996, 10007}, {30, 1}, "29.98"},
                 {{2999999, 100001}, {30, 1}, "29.9997"},
                 {{3000001, 99999}, {30, 1}, "30.0003"},
                 {{1, 8}, {30, 1}, "0.125"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[TH_RATIO_TEXT_SIZE];
        assert_string_equal(th_practice_value_text(cases[i].value, cases[i].limit, text),
                            cases[i].text);
    }
}

// --- Faults ------------------------------------------------------------------------------------

// The shipped document with the first `from` behind `behind` replaced.
static char *changed(const char *behind, const char *from, const char *to)
{
    struct th_buf out;
    size_t size = 0;
    const char *text = th_practice_shipped_text(0, &size);
    const char *at = strstr(text, behind);
    assert_non_null(at);
    at = strstr(at, from);
    assert_non_null(at);
    th_buf_init(&out, 1 << 20);
    th_buf_append(&out, text, (size_t)(at - text));
    th_buf_append_str(&out, to);
    th_buf_append_str(&out, at + strlen(from));
    return th_buf_take(&out);
}

static const struct {
    const char *behind, *from, *to;
    const char *where, *reason;
    bool schema; // does the schema see it as well?
} FAULTS[] = {
    {"{", "{", "[", "/", "not_json", true},
    {"{", "\"id\": \"longguan-tea\"", "\"id\": \"Longguan\"", "/id", "id_form", true},
    {"{", "\"version\": \"1\"", "\"version\": \"0\"", "/version", "version_form", true},
    {"{", "\"version\"", "\"edition\"", "/version", "key_missing", true},
    {"\"kinds\"", "\"tea\"", "\"coffee\"", "/kinds/0", "kind_unknown", true},
    {"\"kinds\"", "\"tea\"", "\"tea\",\"tea\"", "/kinds/1", "repeated", true},
    {"\"ecological_land\"", "\"zh\"", "\"cn\"", "/limits/0/title/zh", "key_missing", true},
    {"\"ecological_land\"", "\"parcel\"", "\"village\"", "/limits/0/scope", "scope_unknown", true},
    {"\"ecological_land\"", "\"10\"", "\"110\"", "/limits/0/value", "practice_percent", false},
    {"\"ecological_land\"", "\"10\"", "\"-10\"", "/limits/0/value", "number_negative", true},
    {"\"ecological_land\"", "\"10\"", "10", "/limits/0/value", "number_form", true},
    {"\"ecological_land\"", "\"ecological_share\"", "\"Ökoland\"", "/limits/0/of/0", "practice_key",
     true},
    {"\"nitrogen\"", "\"at-most\"", "\"less\"", "/limits/2/test", "test_unknown", true},
    {"\"nitrogen\"", "\"n_synthetic\"", "\"nitrate\"", "/limits/2/of/0", "practice_quantity",
     false},
    {"\"nitrogen\"", "kg N/mu/yr", "kg N/ha/yr", "/limits/2/unit", "unit_other", false},
    {"\"nitrogen\"", "kg N/mu/yr", "t N/mu/yr", "/limits/2/unit", "unit_other", false},
    {"\"nitrogen\"", "\"n_organic\"", "\"p2o5\"", "/limits/2/of/1", "unit_other", false},
    {"\"phosphate\"", "kg P2O5/mu/yr", "kg P/mu/yr", "/limits/3/unit", "unit_other", false},
    {"\"organic_nitrogen\"", "\"%\"", "\"1\"", "/limits/5/unit", "unit_other", false},
    {"\"organic_nitrogen\"", "\"organic_nitrogen\"", "\"nitrogen\"", "/limits/5/name",
     "practice_name_twice", false},
    {"\"sprays\"", "\"from\": null", "\"from\": \"2021-02-30\"", "/limits/6/from", "date_form",
     false},
    {"\"sprays\"", "\"from\": null,\n      \"to\": null",
     "\"from\": \"2022-01-01\", \"to\": \"2021-12-31\"", "/limits/6/to", "date_order", false},
    {"\"sprays\"", "\"reported\"", "\"known\"", "/limits/6/evidence", "evidence_unknown", true},
    {"\"sprays\"", "\"advice\"", "\"hint\"", "/limits/6/advice", "key_missing", true},
};

struct told {
    const char *where, *reason;
    bool found;
    struct th_messages *messages;
};

static void take(void *context, const struct th_error *fault)
{
    struct told *told = context;
    struct th_buf text;
    const char *reason = th_error_arg_get(fault, "reason");
    assert_string_equal(fault->key, "practice_invalid");
    told->found = told->found || (strcmp(th_error_arg_get(fault, "where"), told->where) == 0 &&
                                  strcmp(strchr(reason, '.') + 1, told->reason) == 0);
    for (int lang = 0; lang <= TH_LANG_EN; lang++) {
        th_buf_init(&text, 1 << 16);
        th_messages_error(told->messages, (enum th_lang)lang, fault, &text);
        assert_null(strstr(th_buf_text(&text), "methodology."));
        th_buf_clear(&text);
    }
}

static void lint__tells_every_fault_by_place_and_reason(void **state)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *schema = NULL;
    struct th_messages *messages = NULL;
    (void)state;
    assert_ok(th_messages_new(&messages, &err), &err);
    assert_ok(th_file_read(th_test_source_path(path, "data/practices/schema.json"), 1 << 20, &text,
                           &size, &err),
              &err);
    assert_ok(th_json_parse(text, size, &schema, &err), &err);
    free(text);
    for (size_t i = 0; i < sizeof(FAULTS) / sizeof(FAULTS[0]); i++) {
        struct told told = {FAULTS[i].where, FAULTS[i].reason, false, messages};
        struct th_practice *practice = NULL;
        struct th_json *json = NULL;
        char *faulty = changed(FAULTS[i].behind, FAULTS[i].from, FAULTS[i].to);
        size_t n = th_practice_lint(faulty, strlen(faulty), take, &told);
        if (n == 0 || !told.found) {
            fail_msg("%s: %s was not told", FAULTS[i].where, FAULTS[i].reason);
        }
        assert_status(th_practice_parse(faulty, strlen(faulty), &practice, &err), TH_INVALID, &err);
        assert_null(practice);
        if (th_json_parse(faulty, strlen(faulty), &json, NULL) == TH_OK) {
            assert_int_equal(!th_schema_accepts(schema, json), FAULTS[i].schema);
        }
        th_json_free(json);
        free(faulty);
    }
    const char *whole = th_practice_shipped_text(0, &size);
    struct th_json *sound = json_of(whole);
    assert_true(th_schema_accepts(schema, sound));
    th_json_free(sound);
    th_json_free(schema);
    th_messages_free(messages);
}

static void lint__tells_several_faults_at_once(void **state)
{
    static const char text[] = "{\"id\":\"a\",\"version\":\"1\",\"title\":{\"zh\":\"甲\"},"
                               "\"summary\":{\"zh\":\"甲\",\"en\":\"a\"},\"kinds\":[],"
                               "\"limits\":[{}]}";
    struct told told = {"/limits/0/name", "key_missing", false, NULL};
    struct th_error err;
    (void)state;
    assert_ok(th_messages_new(&told.messages, &err), &err);
    assert_int_equal(th_practice_lint(text, strlen(text), take, &told), 2 + 13);
    assert_true(told.found);
    th_messages_free(told.messages);
}

// A limit that is followed by a stricter one, each in its years.
static void holds__by_the_last_day_of_the_year(void **state)
{
    struct th_error err;
    struct th_practice *practice = NULL;
    char *dated = changed("\"sprays\"", "\"from\": null,\n      \"to\": null",
                          "\"from\": \"2022-01-01\", \"to\": \"2024-12-30\"");
    (void)state;
    assert_ok(th_practice_parse(dated, strlen(dated), &practice, &err), &err);
    const struct th_practice_limit *sprays = limit_of(practice, "sprays");
    assert_false(th_practice_holds(sprays, 2021));
    assert_true(th_practice_holds(sprays, 2022));
    assert_true(th_practice_holds(sprays, 2023));
    assert_false(th_practice_holds(sprays, 2024));
    assert_true(th_practice_holds(limit_of(practice, "nitrogen"), 1990));
    th_practice_free(practice);
    free(dated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped__has_the_published_limits_of_longguan),
        cmocka_unit_test(judge__stands_at_the_limit_and_falls_beside_it),
        cmocka_unit_test(value_text__never_crosses_the_limit),
        cmocka_unit_test(lint__tells_every_fault_by_place_and_reason),
        cmocka_unit_test(lint__tells_several_faults_at_once),
        cmocka_unit_test(holds__by_the_last_day_of_the_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "core/messages_internal.h"

#include <stdbool.h>
#include <stdio.h>

#include "core/text.h"
#include "tests/support/support.h"

static int setup(void **state)
{
    struct th_error err;
    struct th_messages *messages = NULL;
    assert_ok(th_messages_new(&messages, &err), &err);
    *state = messages;
    return 0;
}

static int teardown(void **state)
{
    th_messages_free(*state);
    return 0;
}

#define FILE_OF(name, text)                                                                        \
    {                                                                                              \
        name, (const unsigned char *)(text), sizeof(text) - 1                                      \
    }

static const struct th_embedded_file small[] = {
    FILE_OF("en/a.json", "{\"greet\":\"Hello {who}, {who}! {unknown} {\",\"word\":\"friend\"}"),
    FILE_OF("zh/a.json", "{\"greet\":\"{who}你好\",\"nested\":\"“{other}”那边的{who}\"}"),
    FILE_OF("zh/b.json", "{\"error.bad\":\"不行：{why}\",\"hint.bad\":\"试试{why}\","
                         "\"error.plain\":\"坏了\",\"why.rain\":\"下雨\"}"),
};

static struct th_messages *small_catalogue(void)
{
    struct th_error err;
    struct th_messages *messages = NULL;
    assert_ok(th_messages_from(small, sizeof(small) / sizeof(small[0]), &messages, &err), &err);
    return messages;
}

static void assert_format(const struct th_messages *messages, enum th_lang lang, const char *key,
                          const char *who, const char *want)
{
    struct th_error_arg args[2] = {{.name = "other", .value = "-"}, {.name = "who"}};
    th_text_copy(args[1].value, sizeof(args[1].value), who);
    struct th_buf out;
    th_buf_init(&out, 1000);
    th_messages_format(messages, lang, key, args, 2, &out);
    assert_string_equal(th_buf_text(&out), want);
    th_buf_clear(&out);
}

static void messages__fragments_of_a_language_are_joined(void **state)
{
    (void)state;
    struct th_messages *messages = small_catalogue();
    assert_string_equal(th_messages_find(messages, TH_LANG_ZH, "greet"), "{who}你好");
    assert_string_equal(th_messages_find(messages, TH_LANG_ZH, "error.plain"), "坏了");
    assert_null(th_messages_find(messages, TH_LANG_EN, "error.plain"));
    assert_string_equal(th_messages_text(messages, TH_LANG_EN, "error.plain"), "error.plain");
    th_messages_free(messages);
    th_messages_free(NULL);
}

static void messages_value__is_told_in_words_where_there_are_some(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"@word", "friend"},
                                           {"@word, @word", "friend, friend"},
                                           {"@none", "@none"},
                                           {"49.99", "49.99"},
                                           {"", ""}};
    struct th_messages *messages = small_catalogue();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_buf out;
        th_buf_init(&out, 1000);
        th_messages_value(messages, TH_LANG_EN, cases[i][0], &out);
        assert_string_equal(th_buf_text(&out), cases[i][1]);
        th_buf_clear(&out);
    }
    th_messages_free(messages);
}

static void messages_format__fills_names_and_leaves_unknown_ones(void **state)
{
    (void)state;
    struct th_messages *messages = small_catalogue();
    assert_format(messages, TH_LANG_EN, "greet", "Anji", "Hello Anji, Anji! {unknown} {");
    assert_format(messages, TH_LANG_ZH, "greet", "安吉", "安吉你好");
    assert_format(messages, TH_LANG_EN, "greet", "@word", "Hello friend, friend! {unknown} {");
    assert_format(messages, TH_LANG_EN, "greet", "@none", "Hello @none, @none! {unknown} {");
    assert_format(messages, TH_LANG_EN, "greet", "@word, @word",
                  "Hello friend, friend, friend, friend! {unknown} {");
    assert_format(messages, TH_LANG_ZH, "greet", "@none, @none", "@none、@none你好");
    assert_format(messages, TH_LANG_ZH, "greet", "@none, none", "@none, none你好");
    // A key among the values is filled in too, there with plain words alone.
    struct th_error_arg nested[2] = {{.name = "other", .value = "@why.rain"},
                                     {.name = "who", .value = "@nested"}};
    struct th_buf out;
    th_buf_init(&out, 1000);
    th_messages_format(messages, TH_LANG_ZH, "greet", nested, 2, &out);
    assert_string_equal(th_buf_text(&out), "“下雨”那边的@nested你好");
    th_buf_clear(&out);
    // A value is not read as a template again.
    assert_format(messages, TH_LANG_ZH, "greet", "{other}", "{other}你好");
    assert_format(messages, TH_LANG_EN, "no.such.key", "x", "no.such.key");
    th_messages_free(messages);
}

// An argument may be as long as a citation is, and differ by language.
static void messages_format_texts__values_are_whole(void **state)
{
    (void)state;
    struct th_messages *messages = small_catalogue();
    struct th_json *texts = th_json_object();
    struct th_buf out;
    char want[1024];
    char citation[901];
    memset(citation, 'x', 900);
    citation[900] = '\0';
    (void)snprintf(want, sizeof(want), "%s你好", citation);
    th_json_set_text(texts, "who", citation);
    th_buf_init(&out, 4096);
    th_messages_format_texts(messages, TH_LANG_ZH, "greet", texts, &out);
    assert_string_equal(th_buf_text(&out), want);
    out.size = 0;
    th_json_free(texts);
    texts = th_json_object();
    th_json_set_text(texts, "who.en", "@word");
    th_json_set_text(texts, "who.zh", "安吉");
    th_messages_format_texts(messages, TH_LANG_EN, "greet", texts, &out);
    assert_string_equal(th_buf_text(&out), "Hello friend, friend! {unknown} {");
    out.size = 0;
    th_messages_format_texts(messages, TH_LANG_ZH, "greet", texts, &out);
    assert_string_equal(th_buf_text(&out), "安吉你好");
    th_buf_clear(&out);
    th_json_free(texts);
    th_messages_free(messages);
}

static void messages_error__message_and_hint_of_an_error(void **state)
{
    (void)state;
    struct th_messages *messages = small_catalogue();
    struct th_error err;
    struct th_buf out;
    th_buf_init(&out, 1000);
    th_error_set(&err, TH_INVALID, "bad", "why", "@why.rain", NULL);
    th_messages_error(messages, TH_LANG_ZH, &err, &out);
    assert_string_equal(th_buf_text(&out), "不行：下雨");
    th_buf_clear(&out);
    assert_true(th_messages_hint(messages, TH_LANG_ZH, &err, &out));
    assert_string_equal(th_buf_text(&out), "试试下雨");
    th_buf_clear(&out);
    th_error_set(&err, TH_INVALID, "plain", NULL);
    assert_false(th_messages_hint(messages, TH_LANG_ZH, &err, &out));
    assert_int_equal(out.size, 0);
    th_messages_free(messages);
}

static void messages_unit__is_in_the_words_of_the_language(void **state)
{
    static const struct {
        const char *unit, *zh, *en;
    } CASES[] = {
        {"kg", "千克", "kg"},
        {"kg N/mu/yr", "千克氮/亩/年", "kg N/mu/yr"},
        {"kg N2O-N/kg N", "千克氧化亚氮中的氮/千克氮", "kg N2O-N/kg N"},
        {"t d.m./m3", "吨干物质/立方米", "t dry matter/m³"},
        {"L/yr", "升/年", "L/yr"},
        {"1", "无单位", "no unit"},
        {"1/yr", "1/年", "1/yr"},
        {"ppt", "‰", "ppt"},
        {"%", "%", "%"},
        {"", "", ""},
        // One word is missing, so that none is put in.
        {"kg gold/mu", "kg gold/mu", "kg gold/mu"},
        {"kg /mu", "kg /mu", "kg /mu"},
        {"kg/", "kg/", "kg/"},
        {"330523990201", "330523990201", "330523990201"},
    };
    const struct th_messages *messages = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_buf out;
        th_buf_init(&out, 1000);
        th_messages_unit(messages, TH_LANG_ZH, CASES[i].unit, &out);
        assert_string_equal(th_buf_text(&out), CASES[i].zh);
        out.size = 0;
        th_messages_unit(messages, TH_LANG_EN, CASES[i].unit, &out);
        assert_string_equal(th_buf_text(&out), CASES[i].en);
        th_buf_clear(&out);
    }
}

static void messages_error__a_unit_is_told_in_words(void **state)
{
    struct th_error error = {0};
    struct th_buf out;
    th_error_set(&error, TH_DATA_PROBLEM, "factor_out_of_range", "title", "系数", "name", "factor",
                 "value", "99", "unit", "t CO2e/mu/yr", "low", "0", "high", "1.65", NULL);
    th_buf_init(&out, 1000);
    th_messages_error(*state, TH_LANG_ZH, &error, &out);
    assert_non_null(strstr(th_buf_text(&out), "99 吨二氧化碳当量/亩/年"));
    assert_string_equal(th_error_arg_get(&error, "unit"), "t CO2e/mu/yr");
    th_buf_clear(&out);
}

static void messages_new__broken_tables_are_refused(void **state)
{
    (void)state;
    static const struct th_embedded_file cases[][2] = {
        {FILE_OF("zh/a.json", "{\"k\":\"1\"}"), FILE_OF("zh/b.json", "{\"k\":\"2\"}")},
        {FILE_OF("en/a.json", "{\"k\":\"1\"}"), FILE_OF("en/b.json", "{\"l\":2}")},
        {FILE_OF("en/a.json", "{\"k\":\"1\"}"), FILE_OF("en/b.json", "{\"l\":")},
        {FILE_OF("en/a.json", "{\"k\":\"1\"}"), FILE_OF("en/b.json", "[\"l\"]")}};
    static const char *const details[] = {"k", "l", "1:5", "{}"};
    struct th_error err;
    struct th_messages *messages = NULL;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_status(th_messages_from(cases[i], 2, &messages, &err), TH_INTERNAL, &err);
        assert_string_equal(err.key, "messages_broken");
        assert_string_equal(th_error_arg_get(&err, "file"), cases[i][1].name);
        assert_string_equal(th_error_arg_get(&err, "detail"), details[i]);
        assert_null(messages);
    }
}

static void catalogue__every_status_has_words_in_both_languages(void **state)
{
    static const char *const keys[] = {
#define STATUS_KEY(name, exit_code, http, key) "status." key,
        TH_STATUS_LIST(STATUS_KEY)
#undef STATUS_KEY
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (th_messages_find(*state, TH_LANG_ZH, keys[i]) == NULL ||
            th_messages_find(*state, TH_LANG_EN, keys[i]) == NULL) {
            fail_msg("%s", keys[i]);
        }
    }
}

static int count_name(const char *text, const char *name, size_t length)
{
    int n = 0;
    for (const char *open = strchr(text, '{'); open != NULL; open = strchr(open + 1, '{')) {
        if (strncmp(open, name, length) == 0) {
            n++;
        }
    }
    return n;
}

// Every {name} of `text` occurs in `other`.
static bool names_occur(const char *text, const char *other)
{
    for (const char *open = strchr(text, '{'); open != NULL; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        if (close == NULL || count_name(other, open, (size_t)(close - open) + 1) == 0) {
            return false;
        }
    }
    return true;
}

static int count_differences(const struct th_messages *messages, enum th_lang lang,
                             enum th_lang other_lang)
{
    int n = 0;
    const struct th_json *all = th_messages_catalogue(messages, lang);
    for (void *it = th_json_iter(all); it != NULL; it = th_json_iter_next(all, it)) {
        const char *key = th_json_iter_key(it);
        const char *other = th_messages_find(messages, other_lang, key);
        const char *problem = NULL;
        if (other == NULL) {
            problem = "is missing in the other language";
        } else if (!names_occur(th_json_text(th_json_iter_value(it)), other)) {
            problem = "has other {names} in the other language";
        }
        if (problem != NULL) {
            print_error("%s: %s %s\n", lang == TH_LANG_ZH ? "zh" : "en", key, problem);
            n++;
        }
    }
    return n;
}

static void catalogue__languages_have_the_same_keys_and_names(void **state)
{
    assert_true(th_json_size(th_messages_catalogue(*state, TH_LANG_ZH)) > 50);
    assert_int_equal(count_differences(*state, TH_LANG_ZH, TH_LANG_EN), 0);
    assert_int_equal(count_differences(*state, TH_LANG_EN, TH_LANG_ZH), 0);
}

static void catalogue__hints_belong_to_errors(void **state)
{
    const struct th_json *all = th_messages_catalogue(*state, TH_LANG_ZH);
    for (void *it = th_json_iter(all); it != NULL; it = th_json_iter_next(all, it)) {
        char key[128];
        const char *hint = th_json_iter_key(it);
        if (!th_text_starts_with(hint, "hint.")) {
            continue;
        }
        snprintf(key, sizeof(key), "error.%s", hint + strlen("hint."));
        if (th_messages_find(*state, TH_LANG_ZH, key) == NULL) {
            fail_msg("%s", hint);
        }
    }
}

int main(void)
{
#define CATALOGUE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages__fragments_of_a_language_are_joined),
        cmocka_unit_test(messages_value__is_told_in_words_where_there_are_some),
        cmocka_unit_test(messages_format__fills_names_and_leaves_unknown_ones),
        cmocka_unit_test(messages_format_texts__values_are_whole),
        cmocka_unit_test(messages_error__message_and_hint_of_an_error),
        cmocka_unit_test(messages_new__broken_tables_are_refused),
        CATALOGUE_TEST(messages_unit__is_in_the_words_of_the_language),
        CATALOGUE_TEST(messages_error__a_unit_is_told_in_words),
        CATALOGUE_TEST(catalogue__every_status_has_words_in_both_languages),
        CATALOGUE_TEST(catalogue__languages_have_the_same_keys_and_names),
        CATALOGUE_TEST(catalogue__hints_belong_to_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

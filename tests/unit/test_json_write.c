#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/json.h"
#include "tests/support/support.h"

static const struct {
    enum th_json_style style;
    size_t flags; // what makes jansson write it so
} STYLES[] = {{TH_JSON_CANONICAL, JSON_COMPACT | JSON_SORT_KEYS},
              {TH_JSON_COMPACT, JSON_COMPACT},
              {TH_JSON_PRETTY, JSON_INDENT(2)}};

// Ours and jansson's text of one document, in every style.
static void assert_as_jansson(const char *text)
{
    struct th_error err;
    struct th_json *ours = NULL;
    json_t *theirs = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(theirs);
    assert_ok(th_json_parse(text, strlen(text), &ours, &err), &err);
    for (size_t i = 0; i < sizeof(STYLES) / sizeof(STYLES[0]); i++) {
        char *written = NULL;
        char *want =
            json_dumps(theirs, STYLES[i].flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        assert_ok(th_json_dump(ours, STYLES[i].style, &written, &err), &err);
        assert_string_equal(written, want);
        free(want);
        free(written);
    }
    json_decref(theirs);
    th_json_free(ours);
}

static void json_write__every_byte_of_a_string_is_written_as_rfc_8259_has_it(void **state)
{
    (void)state;
    struct th_json *list = th_json_array();
    char *text = NULL;
    th_json_append_text(list, "\x01\x07\b\t\n\v\f\r\x1f \"\\/\x7f");
    th_json_append_text(list, "");
    th_json_append_text(list, "竹林\xf0\xa0\x80\x80");
    assert_ok(th_json_dump(list, TH_JSON_CANONICAL, &text, NULL), NULL);
    assert_string_equal(text, "[\"\\u0001\\u0007\\b\\t\\n\\u000B\\f\\r\\u001F \\\"\\\\/\x7f\",\"\","
                              "\"竹林\xf0\xa0\x80\x80\"]");
    free(text);
    th_json_free(list);
}

static void json_write__whole_numbers_keep_every_digit(void **state)
{
    static const int64_t NUMBERS[] = {0, -1, 9, 10, 1000000007, INT64_MAX, INT64_MIN};
    (void)state;
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++) {
        struct th_json *number = th_json_int(NUMBERS[i]);
        char want[32];
        char *text = NULL;
        (void)snprintf(want, sizeof(want), "%" PRId64, NUMBERS[i]);
        assert_ok(th_json_dump(number, TH_JSON_CANONICAL, &text, NULL), NULL);
        assert_string_equal(text, want);
        free(text);
        th_json_free(number);
    }
}

static void json_write__keys_are_sorted_by_bytes_at_every_depth(void **state)
{
    static const char MIXED[] =
        "{\"b\":{\"竹\":1,\"z\":2,\"Z\":3,\"\":4},\"ab\":[{\"y\":1,\"x\":{}}],\"a\":[],\"aa\":0}";
    static const char SORTED[] =
        "{\"a\":[],\"aa\":0,\"ab\":[{\"x\":{},\"y\":1}],\"b\":{\"\":4,\"Z\":3,\"z\":2,\"竹\":1}}";
    struct th_json *value = NULL;
    char *text = NULL;
    (void)state;
    assert_ok(th_json_parse(MIXED, strlen(MIXED), &value, NULL), NULL);
    assert_ok(th_json_dump(value, TH_JSON_CANONICAL, &text, NULL), NULL);
    assert_string_equal(text, SORTED);
    free(text);
    th_json_free(value);
}

// xorshift64*, so that a failure can be repeated from its seed.
static uint64_t draw(uint64_t *seed, uint64_t below)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (*seed * UINT64_C(2685821657736338717) >> 16) % below;
}

static void random_string(struct th_buf *text, uint64_t *seed)
{
    static const char *const PIECES[] = {"a",
                                         "z",
                                         "A",
                                         "0",
                                         " ",
                                         "/",
                                         "\\/",
                                         "\\\"",
                                         "\\\\",
                                         "\\n",
                                         "\\u0001",
                                         "\\u001f",
                                         "\\u007f",
                                         "\x7f",
                                         "é",
                                         "竹",
                                         "\\u7af9",
                                         "\xf0\xa0\x80\x80",
                                         "\\ud840\\udc00",
                                         "\\b\\f\\r\\t"};
    th_buf_append_char(text, '"');
    for (uint64_t n = draw(seed, 12); n > 0; n--) {
        th_buf_append_str(text, PIECES[draw(seed, sizeof(PIECES) / sizeof(PIECES[0]))]);
    }
    th_buf_append_char(text, '"');
}

static void random_number(struct th_buf *text, uint64_t *seed)
{
    int64_t whole = (int64_t)(draw(seed, UINT64_MAX) >> draw(seed, 64)) >> 1;
    switch (draw(seed, 4)) {
    case 0:
        th_buf_printf(text, "%s%" PRId64, draw(seed, 2) != 0 ? "-" : "", whole);
        break;
    case 1:
        th_buf_printf(text, "-%" PRId64 ".%" PRIu64, whole, draw(seed, 100));
        break;
    default:
        th_buf_printf(text, "%" PRIu64 ".%" PRIu64 "e%d", draw(seed, 10), draw(seed, 1000000),
                      (int)draw(seed, 600) - 300);
        break;
    }
}

static void random_value(struct th_buf *text, uint64_t *seed, int depth)
{
    static const char *const WORDS[] = {"null", "true", "false"};
    uint64_t kind = draw(seed, depth > 0 ? 9 : 5);
    bool is_object = kind < 7;
    if (kind < 2) {
        random_string(text, seed);
        return;
    }
    if (kind < 4) {
        random_number(text, seed);
        return;
    }
    if (kind < 5) {
        th_buf_append_str(text, WORDS[draw(seed, 3)]);
        return;
    }
    th_buf_append_char(text, is_object ? '{' : '[');
    uint64_t n = draw(seed, 7);
    for (uint64_t i = 0; i < n; i++) {
        th_buf_append_str(text, i > 0 ? " , " : "");
        if (is_object) { // a key of random letters and one that no other member has
            th_buf_printf(text, "\"%c%" PRIu64 "\\u00%02x\" : ", (char)('a' + draw(seed, 26)), i,
                          (unsigned)(1 + draw(seed, 0x7e)));
        }
        random_value(text, seed, depth - 1);
    }
    th_buf_append_char(text, is_object ? '}' : ']');
}

static void json_write__random_documents_have_the_bytes_that_jansson_writes(void **state)
{
    enum { TEXT_LIMIT = 1 << 20, ROUNDS = 2000 };
    uint64_t seed = 20221120;
    (void)state;
    for (size_t i = 0; i < th_test_rounds(ROUNDS); i++) {
        struct th_buf text;
        th_buf_init(&text, TEXT_LIMIT);
        random_value(&text, &seed, 5);
        assert_ok(th_buf_check(&text, NULL), NULL);
        assert_as_jansson(th_buf_text(&text));
        th_buf_clear(&text);
    }
}

static void json_write__thousands_of_members_are_sorted(void **state)
{
    enum { TEXT_LIMIT = 1 << 20, N = 5000 };
    struct th_buf text;
    (void)state;
    th_buf_init(&text, TEXT_LIMIT);
    for (int i = 0; i < N; i++) {
        th_buf_printf(&text, "%s\"%d\":{\"b\":%d,\"a\":[]}", i > 0 ? "," : "{", i * 7919 % N, i);
    }
    th_buf_append_char(&text, '}');
    assert_as_jansson(th_buf_text(&text));
    th_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_write__every_byte_of_a_string_is_written_as_rfc_8259_has_it),
        cmocka_unit_test(json_write__whole_numbers_keep_every_digit),
        cmocka_unit_test(json_write__keys_are_sorted_by_bytes_at_every_depth),
        cmocka_unit_test(json_write__random_documents_have_the_bytes_that_jansson_writes),
        cmocka_unit_test(json_write__thousands_of_members_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

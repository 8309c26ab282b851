#include "core/text.h"

#include <locale.h>
#include <stdlib.h>

#include "tests/support/support.h"

static void text_is_utf8__accepts_unicode_and_refuses_the_known_traps(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        const char *text;
        size_t size;
        bool want;
    } cases[] = {{"empty", "", 0, true},
                 {"ascii", "abc", 3, true},
                 {"two, three, four bytes", "é竹🎋", 9, true},
                 {"last code point", "\xf4\x8f\xbf\xbf", 4, true},
                 {"NUL inside", "a\0b", 3, true},
                 {"above U+10FFFF", "\xf4\x90\x80\x80", 4, false},
                 {"surrogate", "\xed\xa0\x80", 3, false},
                 {"overlong slash", "\xc0\xaf", 2, false},
                 {"overlong in three", "\xe0\x80\xaf", 3, false},
                 {"overlong in four", "\xf0\x80\x80\xaf", 4, false},
                 {"lone continuation", "\x80", 1, false},
                 {"cut off", "\xe7\xab", 2, false},
                 {"broken inside", "\xe7g\xb9", 3, false},
                 {"five-byte form", "\xf8\x88\x80\x80\x80", 5, false},
                 {"GBK bytes", "\xd6\xf1", 2, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (th_text_is_utf8(cases[i].text, cases[i].size) != cases[i].want) {
            fail_msg("%s", cases[i].label);
        }
    }
    assert_false(th_text_is_utf8(NULL, 0));
}

static void text_width__counts_terminal_cells(void **state)
{
    (void)state;
    assert_int_equal(th_text_width(NULL), 0);
    assert_int_equal(th_text_width("abc"), 3);
    assert_int_equal(th_text_width("马吉岙 2,509 t"), 14);
    assert_int_equal(th_text_width("e\xcc\x81"), 1); // e and a combining acute
    assert_int_equal(th_text_width("，（）"), 6);
    assert_int_equal(th_text_width("\xff"), 1);
    assert_int_equal(th_text_width("m²"), 2);
    assert_int_equal(th_text_width("한글"), 4);
    assert_int_equal(th_text_width("𠀀"), 2);
}

static void text_copy__cuts_at_a_character(void **state)
{
    (void)state;
    char target[6];
    th_text_copy(target, sizeof(target), "竹竹");
    assert_string_equal(target, "竹");
    th_text_copy(target, sizeof(target), "ab竹");
    assert_string_equal(target, "ab竹");
    th_text_copy(target, sizeof(target), "abc竹");
    assert_string_equal(target, "abc");
    th_text_copy(target, sizeof(target), "abcde");
    assert_string_equal(target, "abcde");
    th_text_copy(target, sizeof(target), "abcdef");
    assert_string_equal(target, "abcde");
    th_text_copy(target, sizeof(target), NULL);
    assert_string_equal(target, "");
    target[0] = 'x';
    th_text_copy(target, 0, "abc");
    assert_int_equal(target[0], 'x');
}

static void text_duplicate__copies_and_null_stays_null(void **state)
{
    (void)state;
    char *copy = th_text_duplicate("竹");
    assert_string_equal(copy, "竹");
    free(copy);
    assert_null(th_text_duplicate(NULL));
}

static void text_parse_int__whole_text_in_range(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_true(th_text_parse_int("9223372036854775807", INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MAX);
    assert_true(th_text_parse_int("-9223372036854775808", INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MIN);
    assert_true(th_text_parse_int("007", 0, 10, &value));
    assert_int_equal(value, 7);
    static const char *const cases[] = {"",
                                        "-",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "1e2",
                                        "0x1",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "99999999999999999999"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (th_text_parse_int(cases[i], INT64_MIN, INT64_MAX, &value)) {
            fail_msg("%s", cases[i]);
        }
    }
    assert_false(th_text_parse_int("11", 0, 10, &value));
    assert_false(th_text_parse_int("-1", 0, 10, &value));
    assert_false(th_text_parse_int(NULL, 0, 10, &value));
    assert_int_equal(value, 7);
}

static void text_parse_double__whole_text_and_finite(void **state)
{
    (void)state;
    double value = 0.0;
    assert_true(th_text_parse_double("-119.75", &value));
    assert_close(value, -119.75, 0.0);
    assert_true(th_text_parse_double("1.25e-2", &value));
    assert_close(value, 0.0125, 0.0);
    assert_true(th_text_parse_double("30", &value));
    static const char *const cases[] = {"",    "-",   ".5",  "5.", "1,5",   "1.5 ",  " 1",
                                        "nan", "inf", "0x1", "1e", "1e999", "1.2.3", "+1"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (th_text_parse_double(cases[i], &value)) {
            fail_msg("%s", cases[i]);
        }
    }
    assert_false(th_text_parse_double(NULL, &value));
    assert_close(value, 30.0, 0.0);
}

static void text_parse_double__point_is_a_point_in_every_locale(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !found; i++) {
        found = setlocale(LC_NUMERIC, names[i]) != NULL;
    }
    if (!found) {
        print_message("no locale with a decimal comma is installed here\n");
        skip();
    }
    double value = 0.0;
    bool read = th_text_parse_double("1.5", &value);
    setlocale(LC_NUMERIC, "C");
    assert_true(read);
    assert_close(value, 1.5, 0.0);
}

static void text_trim__takes_white_space_of_both_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {{"", ""},         {" \t\r\n ", ""},           {" a b ", "a b"},
                 {"　竹　", "竹"}, {" 　 竹 林　\n", "竹 林"}, {"　", ""},
                 {"竹", "竹"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char buf[64];
        th_text_copy(buf, sizeof(buf), cases[i].text);
        th_text_trim(buf);
        assert_string_equal(buf, cases[i].want);
    }
    th_text_trim(NULL);
}

static void text_narrow__makes_full_width_signs_plain(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"", ""},
        {"１２３．５", "123.5"},
        {"，－／％（Ａｚ）～！", ",-/%(Az)~!"},
        {"亩１", "亩1"},
        {"12", "12"},
        {"\xEF\xBC", "\xEF\xBC"}, // cut in the middle of a sign
        {"\xEF\xBD", "\xEF\xBD"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char buf[32];
        assert_true(th_text_narrow(cases[i].text, buf, sizeof(buf)));
        assert_string_equal(buf, cases[i].want);
    }
    char small[3];
    assert_false(th_text_narrow("１２３", small, sizeof(small)));
    assert_string_equal(small, "12");
}

static void text_compare__starts_with_and_equals(void **state)
{
    (void)state;
    assert_true(th_text_starts_with("abc", "ab"));
    assert_true(th_text_starts_with("abc", ""));
    assert_false(th_text_starts_with("ab", "abc"));
    assert_false(th_text_starts_with(NULL, ""));
    assert_true(th_text_equals("a", "a"));
    assert_false(th_text_equals("a", "b"));
    assert_false(th_text_equals("a", NULL));
    assert_true(th_text_equals(NULL, NULL));
}

static void text_has_hidden__signs_that_nobody_sees(void **state)
{
    (void)state;
    // NOLINTBEGIN(misc-misleading-bidirectional): what is looked for
    static const char *const HIDDEN[] = {"a\tb",
                                         "a\x1b[0m",
                                         "\xef\xbb\xbf"
                                         "B1",
                                         "a\xe2\x80\x8b",
                                         "\xe2\x80\xae"
                                         "b",
                                         "\xe2\x81\xa0",
                                         "\xc2\x85",
                                         "\x7f"};
    // NOLINTEND(misc-misleading-bidirectional)
    static const char *const PLAIN[] = {"", "B1", "马家弄村（样例）", "a–b", "…", "é", "\xc2\xa0"};
    for (size_t i = 0; i < sizeof(HIDDEN) / sizeof(HIDDEN[0]); i++) {
        assert_true(th_text_has_hidden(HIDDEN[i]));
    }
    for (size_t i = 0; i < sizeof(PLAIN) / sizeof(PLAIN[0]); i++) {
        assert_false(th_text_has_hidden(PLAIN[i]));
    }
}

static void text_mend__bytes_that_are_no_utf8_become_question_marks(void **state)
{
    (void)state;
    char broken[] = "Geodet\xff\xfe_\xe7\xab\xb9\xe7\xab";
    th_text_mend(broken);
    assert_string_equal(broken, "Geodet??_竹??");
    char plain[] = "竹林 1";
    th_text_mend(plain);
    assert_string_equal(plain, "竹林 1");
}

// XML 1.0, section 2.2: #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]
static void text_fit_for_xml__replaces_what_xml_cannot_hold_and_nothing_else(void **state)
{
    static const struct {
        const char *text, *fit;
        size_t n;
    } CASES[] = {
        {"", "", 0},
        {"竹\t林\r\n𠀀", "竹\t林\r\n𠀀", 0},
        {"a\001b",
         "a\xef\xbf\xbd"
         "b",
         1},
        {"\013\037", "\xef\xbf\xbd\xef\xbf\xbd", 2},
        {"\xef\xbf\xbe竹\xef\xbf\xbf", "\xef\xbf\xbd竹\xef\xbf\xbd", 2},
        {"\xef\xbf\xbd\x7f\xc2\x80", "\xef\xbf\xbd\x7f\xc2\x80", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char *fit = th_text_fit_for_xml(CASES[i].text);
        assert_non_null(fit);
        assert_string_equal(fit, CASES[i].fit);
        assert_int_equal(th_text_unfit_for_xml(CASES[i].text), CASES[i].n);
        free(fit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_has_hidden__signs_that_nobody_sees),
        cmocka_unit_test(text_mend__bytes_that_are_no_utf8_become_question_marks),
        cmocka_unit_test(text_fit_for_xml__replaces_what_xml_cannot_hold_and_nothing_else),
        cmocka_unit_test(text_is_utf8__accepts_unicode_and_refuses_the_known_traps),
        cmocka_unit_test(text_width__counts_terminal_cells),
        cmocka_unit_test(text_copy__cuts_at_a_character),
        cmocka_unit_test(text_duplicate__copies_and_null_stays_null),
        cmocka_unit_test(text_parse_int__whole_text_in_range),
        cmocka_unit_test(text_parse_double__whole_text_and_finite),
        cmocka_unit_test(text_parse_double__point_is_a_point_in_every_locale),
        cmocka_unit_test(text_trim__takes_white_space_of_both_kinds),
        cmocka_unit_test(text_narrow__makes_full_width_signs_plain),
        cmocka_unit_test(text_compare__starts_with_and_equals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

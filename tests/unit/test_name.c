// What may stand in names, and which of them read as one.
#include "core/name.h"

#include "tests/support/support.h"

static void name_has_doubles__characters_that_only_look_like_others(void **state)
{
    static const char *const DOUBLES[] = {
        "\xef\xa4\x80村",     // U+F900, reads 豈
        "\xf0\xaf\xa0\x80村", // U+2F800, reads 丽
        "\xe2\xbc\x80户",     // U+2F00, the radical of 一
        "\xe2\xba\x80",       // U+2E80, the first radical
        "\xd0\x90nji",        // a Cyrillic А among Latin letters
        "Anj\xce\xb9",        // a Greek ι
        "\xd0\x90公司",       // a Cyrillic А beside ideographs
        "\xf0\x9d\x90\x82厂", // U+1D402, a mathematical C
        "第\xe3\x87\x90厂",   // U+31D0, the stroke of 一
    };
    static const char *const PLAIN[] = {
        "",
        "石岭村",
        "𠮷田",
        "安吉（集团）AB1公司",
        "ＡＢ１",
        "Zhejiang Bank, Ltd.",
        "\xd0\x90\xd0\xbb\xd0\xb0", // Cyrillic alone
        "阿里木·吐尔逊",
        "α-蒎烯 Pinene 厂",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(DOUBLES) / sizeof(DOUBLES[0]); i++) {
        assert_true(th_name_has_doubles(DOUBLES[i]));
    }
    for (size_t i = 0; i < sizeof(PLAIN) / sizeof(PLAIN[0]); i++) {
        assert_false(th_name_has_doubles(PLAIN[i]));
    }
}

static void name_looks_like__blanks_width_and_capitals_tell_nothing_apart(void **state)
{
    static const struct {
        const char *a, *b;
        bool alike;
    } CASES[] = {
        {"石岭村", "石岭村", true},
        {"石岭村", " 石 岭　村\xc2\xa0", true},
        {"石岭村", "石\xe2\x81\x9f岭\xe2\xa0\x80村\xe3\x85\xa4", true}, // U+205F, U+2800, U+3164
        {"安吉（集团）", "安吉(集团)", true},
        {"ＡＢ１公司", "ab1公司", true},
        {"Anji Bank", "ANJIBANK", true},
        {"", " 　", true},
        {"石岭村", "石岭", false},
        {"石岭", "石岭村", false},
        {"石岭村", "石领村", false},
        {"AB1", "AB2", false},
        {"1-2", "12", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_int_equal(th_name_looks_like(CASES[i].a, CASES[i].b), CASES[i].alike);
        assert_int_equal(th_name_looks_like(CASES[i].b, CASES[i].a), CASES[i].alike);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_has_doubles__characters_that_only_look_like_others),
        cmocka_unit_test(name_looks_like__blanks_width_and_capitals_tell_nothing_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "core/codes.h"

#include "tests/support/support.h"

// Published codes of large companies and bodies; their check characters were also worked out from
// the other end (Horner's scheme, sum of all 18 places divisible by 31).
static const char *const published[] = {"91110000600037341L", "9144030071526726XG",
                                        "914403001922038216", "91330100799655058B"};
enum { N_PUBLISHED = sizeof(published) / sizeof(published[0]) };

static void uscc__published_codes_are_valid(void **state)
{
    (void)state;
    for (int i = 0; i < N_PUBLISHED; i++) {
        if (!th_uscc_valid(published[i])) {
            fail_msg("%s", published[i]);
        }
    }
}

static void uscc__every_single_wrong_character_is_caught(void **state)
{
    (void)state;
    for (int i = 0; i < N_PUBLISHED; i++) {
        for (int place = 0; place < 18; place++) {
            for (int c = 1; c < 128; c++) {
                char code[19];
                memcpy(code, published[i], sizeof(code));
                if (code[place] == (char)c) {
                    continue;
                }
                code[place] = (char)c;
                if (th_uscc_valid(code)) {
                    fail_msg("%s, place %d", code, place);
                }
            }
        }
    }
}

static void uscc__neighbours_exchanged_are_caught(void **state)
{
    (void)state;
    for (int i = 0; i < N_PUBLISHED; i++) {
        for (int place = 0; place < 17; place++) {
            char code[19];
            memcpy(code, published[i], sizeof(code));
            if (code[place] == code[place + 1]) {
                continue;
            }
            code[place] = published[i][place + 1];
            code[place + 1] = published[i][place];
            if (th_uscc_valid(code)) {
                fail_msg("%s", code);
            }
        }
    }
}

static void uscc__other_lengths_and_letters_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "91110000600037341",
                                        "91110000600037341LL",
                                        "91110000600037341l",
                                        "91110000600037342L",
                                        "911100006000373 1L",
                                        "I1110000600037341L",
                                        "911A0000600037341L"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (th_uscc_valid(cases[i])) {
            fail_msg("%s", cases[i]);
        }
    }
    assert_false(th_uscc_valid(NULL));
}

static void village_code__is_twelve_digits(void **state)
{
    (void)state;
    assert_true(th_village_code_valid("330523104203"));
    static const char *const cases[] = {
        "", "33052310420", "3305231042033", "030523104203", "33052310420a", "330523 04203"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_false(th_village_code_valid(cases[i]));
    }
    assert_false(th_village_code_valid(NULL));
}

static void division_code__has_the_length_of_its_level(void **state)
{
    (void)state;
    assert_true(th_division_code_valid("33", 2));
    assert_true(th_division_code_valid("3305", 4));
    assert_true(th_division_code_valid("330523", 6));
    assert_true(th_division_code_valid("330523104", 9));
    assert_false(th_division_code_valid("330523", 4));
    assert_false(th_division_code_valid("3305", 6));
    assert_false(th_division_code_valid("33052", 5));
    assert_false(th_division_code_valid("", 0));
    assert_false(th_division_code_valid("330523", -6));
    assert_false(th_division_code_valid("033052", 6));
    assert_false(th_division_code_valid(NULL, 6));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uscc__published_codes_are_valid),
        cmocka_unit_test(uscc__every_single_wrong_character_is_caught),
        cmocka_unit_test(uscc__neighbours_exchanged_are_caught),
        cmocka_unit_test(uscc__other_lengths_and_letters_are_refused),
        cmocka_unit_test(village_code__is_twelve_digits),
        cmocka_unit_test(division_code__has_the_length_of_its_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

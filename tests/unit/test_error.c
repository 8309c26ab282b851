#include "core/error.h"

#include "core/text.h"
#include "tests/support/support.h"

static void error_set__keeps_status_key_and_arguments_in_order(void **state)
{
    (void)state;
    struct th_error err;
    assert_int_equal(
        th_error_set(&err, TH_NOT_FOUND, "party_not_found", "party", "P7", "role", NULL, NULL),
        TH_NOT_FOUND);
    assert_int_equal(err.status, TH_NOT_FOUND);
    assert_string_equal(err.key, "party_not_found");
    assert_int_equal(err.n_args, 2);
    assert_string_equal(err.args[0].name, "party");
    assert_string_equal(th_error_arg_get(&err, "party"), "P7");
    assert_string_equal(th_error_arg_get(&err, "role"), "");
    assert_null(th_error_arg_get(&err, "other"));
}

static void error_set__null_error_still_gives_the_status(void **state)
{
    (void)state;
    assert_int_equal(th_error_set(NULL, TH_IO, "file_io", "path", "x", NULL), TH_IO);
    assert_int_equal(th_error_no_memory(NULL), TH_NO_MEMORY);
    th_error_add(NULL, "a", "b");
    th_error_add_int(NULL, "a", 1);
    assert_null(th_error_arg_get(NULL, "a"));
}

static void error_set__value_borrowed_from_the_same_error_survives(void **state)
{
    (void)state;
    struct th_error err;
    th_error_set(&err, TH_IO, "file_io", "path", "a/b", "reason", "full", NULL);
    th_error_set(&err, TH_CONFLICT, "other", "first", th_error_arg_get(&err, "reason"), "second",
                 th_error_arg_get(&err, "path"), NULL);
    assert_string_equal(th_error_arg_get(&err, "first"), "full");
    assert_string_equal(th_error_arg_get(&err, "second"), "a/b");
}

static void error_add_word__is_a_key_of_the_catalogue(void **state)
{
    (void)state;
    struct th_error err;
    th_error_set(&err, TH_CONFLICT, "run_decided", NULL);
    th_error_add_word(&err, "state", "value.run_state", "approved");
    assert_string_equal(th_error_arg_get(&err, "state"), "@value.run_state.approved");
    th_error_add_word(NULL, "state", "value.run_state", "approved");
}

static void error_add__ninth_argument_is_left_out(void **state)
{
    (void)state;
    struct th_error err;
    th_error_set(&err, TH_INVALID, "many", NULL);
    for (int i = 0; i < 12; i++) {
        th_error_add_int(&err, "n", i);
    }
    assert_int_equal(err.n_args, TH_ERROR_ARGS_MAX);
    assert_string_equal(err.args[7].value, "7");
}

static void error_add__long_value_is_cut_at_a_character_and_says_so(void **state)
{
    (void)state;
    struct th_error err;
    char text[1024] = "x"; // one byte, then characters of three: 480 - 1 bytes do not divide
    for (int i = 0; i < 200; i++) {
        memcpy(text + 1 + 3 * i, "竹", 4);
    }
    th_error_set(&err, TH_INVALID, "long", "text", text, NULL);
    const char *value = th_error_arg_get(&err, "text");
    assert_int_equal(strlen(value), 1 + 3 * 159); // 479 bytes at most
    assert_true(th_text_is_utf8(value, strlen(value)));
    assert_string_equal(value + 1 + 3 * 157, "竹…");
    // What just fits is whole.
    text[1 + 3 * 159] = '\0';
    th_error_set(&err, TH_INVALID, "long", "text", text, NULL);
    assert_string_equal(th_error_arg_get(&err, "text"), text);
}

static void error_add__bytes_that_are_no_utf8_become_question_marks(void **state)
{
    (void)state;
    struct th_error err;
    th_error_set(&err, TH_INVALID, "bytes", "text", "a\xff竹\xe7\xab", NULL);
    assert_string_equal(th_error_arg_get(&err, "text"), "a?竹??");
}

static void error_no_memory__names_its_message(void **state)
{
    (void)state;
    struct th_error err;
    assert_int_equal(th_error_no_memory(&err), TH_NO_MEMORY);
    assert_string_equal(err.key, "no_memory");
    th_error_add_int(&err, "size", -5);
    assert_string_equal(th_error_arg_get(&err, "size"), "-5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_set__keeps_status_key_and_arguments_in_order),
        cmocka_unit_test(error_set__null_error_still_gives_the_status),
        cmocka_unit_test(error_set__value_borrowed_from_the_same_error_survives),
        cmocka_unit_test(error_add_word__is_a_key_of_the_catalogue),
        cmocka_unit_test(error_add__ninth_argument_is_left_out),
        cmocka_unit_test(error_add__long_value_is_cut_at_a_character_and_says_so),
        cmocka_unit_test(error_add__bytes_that_are_no_utf8_become_question_marks),
        cmocka_unit_test(error_no_memory__names_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

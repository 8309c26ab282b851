#include "registry/table/sheet.h"

#include <stdio.h>

#include "core/file.h"
#include "tests/support/support.h"

static void decimal__is_exact_and_never_negative(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t numerator, denominator;
    } CASES[] = {
        {"12.5", true, 25, 2},
        {"0", true, 0, 1},
        {"1,200", true, 1200, 1},
        {"1,234,567.5", true, 2469135, 2},
        {"0.1", true, 1, 10},
        {"１２", true, 12, 1},
        {"４．５", true, 9, 2},
        {"１，２３４", true, 1234, 1},
        {"１２公斤", false, 0, 1},
        {"", false, 0, 1},
        {"-1", false, 0, 1},
        {"1e3", false, 0, 1},
        {"1/2", false, 0, 1},
        {"20公斤", false, 0, 1},
        {"12,5", false, 0, 1},
        {"1,20,000", false, 0, 1},
        {",200", false, 0, 1},
        {"1200,", false, 0, 1},
        {"1.200,5", false, 0, 1},
        {"1234,567", false, 0, 1},
        {"nan", false, 0, 1},
        {"1.2.3", false, 0, 1},
        {"99999999999999999999", false, 0, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_ratio value = {7, 9};
        bool good = th_sheet_decimal(CASES[i].text, &value);
        if (good != CASES[i].good) {
            fail_msg("\"%s\" is %s", CASES[i].text, good ? "taken" : "refused");
        }
        assert_int_equal(value.numerator, good ? CASES[i].numerator : 7);
        assert_int_equal(value.denominator, good ? CASES[i].denominator : 9);
    }
}

static void whole_and_year__take_what_spreadsheets_write(void **state)
{
    int64_t whole = 7;
    int year = 7;
    (void)state;
    assert_true(th_sheet_whole("5.0", 10, &whole));
    assert_int_equal(whole, 5);
    assert_false(th_sheet_whole("5.5", 10, &whole));
    assert_false(th_sheet_whole("11", 10, &whole));
    assert_int_equal(whole, 5);
    assert_true(th_sheet_year("2023", &year));
    assert_int_equal(year, 2023);
    assert_true(th_sheet_year("2021年", &year));
    assert_int_equal(year, 2021);
    assert_true(th_sheet_year("２０２２", &year));
    assert_int_equal(year, 2022);
    assert_true(th_sheet_year("２０２１年", &year));
    static const char *const BAD[] = {"",      "年",    "２，０２３", "23",
                                      "2,023", "20233", "2023.5",     "二〇二三"};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        assert_false(th_sheet_year(BAD[i], &year));
    }
    assert_int_equal(year, 2021);
}

static void read__blank_lines_are_left_out_and_lines_keep_their_numbers(void **state)
{
    static const char TEXT[] = "村,年份\n 甲村 ,2023\n,\n乙村,\n";
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_sheet sheet = {0};
    struct th_error err;
    (void)state;
    th_test_folder_make(folder);
    assert_ok(th_file_write_new(th_test_path(path, folder, "a.csv"), TEXT, strlen(TEXT), &err),
              &err);
    assert_ok(th_sheet_read(path, &sheet, &err), &err);
    assert_int_equal(sheet.n, 2);
    assert_int_equal(sheet.n_columns, 2);
    assert_string_equal(sheet.headings[1], "年份");
    assert_string_equal(th_sheet_cell(&sheet, 0, 0), "甲村");
    assert_string_equal(th_sheet_cell(&sheet, 1, 1), "");
    assert_string_equal(th_sheet_cell(&sheet, 1, SIZE_MAX), "");
    assert_int_equal(sheet.lines[0].line, 2);
    assert_int_equal(sheet.lines[1].line, 4);
    th_sheet_clear(&sheet);
    assert_status(th_sheet_read(th_test_path(path, folder, "none.csv"), &sheet, &err), TH_NOT_FOUND,
                  &err);
    assert_null(sheet.cells);
    th_test_folder_remove(folder);
}

static void told__comes_in_order_of_rows(void **state)
{
    char why[] = "x";
    struct th_sheet_line lines[3] = {{.line = 2}, {.line = 3}, {.line = 9, .lost = why}};
    struct th_sheet sheet = {.lines = lines, .n = 3};
    struct th_sheet_told told = {.lang = TH_LANG_ZH};
    struct th_error what;
    (void)state;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "late", NULL);
    assert_false(th_sheet_tell_lost(&told, &sheet, 0));
    assert_true(th_sheet_tell_lost(&told, &sheet, 2));
    th_sheet_tell(&told, &sheet, 1, "a", NULL, "warning", &what);
    th_sheet_tell(&told, &sheet, 0, NULL, "code", "error", &what);
    struct th_json *problems = th_sheet_told_json(&told);
    assert_int_equal(th_json_size(problems), 3);
    static const int64_t ROWS[] = {2, 3, 9};
    static const char *const CODES[] = {"code", "late", "row_unreadable"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(th_json_get_int(th_json_at(problems, i), "row", 0), ROWS[i]);
        assert_string_equal(th_json_get_text(th_json_at(problems, i), "code", ""), CODES[i]);
    }
    assert_string_equal(th_json_get_text(th_json_at(problems, 1), "message", ""), "late");
    th_json_free(problems);
    th_sheet_told_clear(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal__is_exact_and_never_negative),
        cmocka_unit_test(whole_and_year__take_what_spreadsheets_write),
        cmocka_unit_test(read__blank_lines_are_left_out_and_lines_keep_their_numbers),
        cmocka_unit_test(told__comes_in_order_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "papers/workbook.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/hash.h"
#include "tests/support/support.h"

static size_t descriptors_count(void)
{
    return th_test_entries_count("/proc/self/fd");
}

static const struct th_workbook_column COLUMNS[] = {
    {"地块号", 0, false}, {"面积（亩）", 12, false}, {"块数", 0, false},
    {"日期", 12, false},  {"说明", 30, true},
};
enum { N_COLUMNS = sizeof(COLUMNS) / sizeof(COLUMNS[0]) };

static struct th_workbook *open_ok(const char *path)
{
    struct th_error err = {0};
    struct th_workbook *workbook = NULL;
    const struct th_workbook_options options = {.title = "地块", .program = "tanhui 0.1.0"};
    assert_ok(th_workbook_open(path, &options, &workbook, &err), &err);
    return workbook;
}

static void write_small(struct th_workbook *workbook)
{
    th_workbook_sheet(workbook, "地块", COLUMNS, N_COLUMNS);
    th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
    th_workbook_text(workbook, "003");
    th_workbook_cent(workbook, 123450);
    th_workbook_int(workbook, 7);
    th_workbook_date(workbook, (struct th_date){2021, 6, 30});
    th_workbook_text(workbook, "=1+1 & <x>");
    th_workbook_row(workbook, TH_WORKBOOK_ERROR);
    th_workbook_text(workbook, "004");
    th_workbook_empty(workbook);
    th_workbook_int(workbook, INT64_C(1234567890123456789));
    th_workbook_real(workbook, 0.125);
    th_workbook_real(workbook, NAN);
}

// What `unzip -p` gives of one member; the caller's.
static char *member_read(const char *path, const char *member)
{
    char command[2 * TH_TEST_PATH_SIZE];
    size_t capacity = 1 << 20;
    char *text = calloc(1, capacity);
    assert_non_null(text);
    snprintf(command, sizeof(command), "unzip -p '%s' '%s'", path, member);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = fread(text, 1, capacity - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    assert_true(size > 0);
    return text;
}

#define assert_contains(text, part)                                                                \
    do {                                                                                           \
        if (strstr((text), (part)) == NULL)                                                        \
            fail_msg("%s is not in %s", (part), (text));                                           \
    } while (0)

static void close__cells_have_the_types_they_were_given(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    struct th_workbook *workbook = open_ok(th_test_path(path, *state, "a.xlsx"));
    write_small(workbook);
    assert_false(th_file_exists(path));
    assert_ok(th_workbook_close(workbook, &err), &err);
    assert_int_equal(th_test_entries_count(*state), 1);
    char *sheet = member_read(path, "xl/worksheets/sheet1.xml");
    assert_contains(sheet, "<t>地块号</t>");
    assert_contains(sheet, "<t>003</t>"); // a text: its zeros stay
    assert_contains(sheet, "<v>1234.5</v>");
    assert_contains(sheet, "<v>7</v>");
    // Day 44377 of a spreadsheet's count, which takes 1900-01-01 for 1: 2021-06-30.
    assert_contains(sheet, "<v>44377</v>");
    assert_contains(sheet, "<t>=1+1 &amp; &lt;x&gt;</t>");
    assert_null(strstr(sheet, "<f>"));
    assert_contains(sheet, "<t>1234567890123456789</t>");
    assert_contains(sheet, "<v>0.125</v>");
    assert_null(strstr(sheet, "NaN"));
    assert_null(strstr(sheet, "nan"));
    assert_contains(sheet, "<autoFilter ref=\"A1:E3\"/>");
    assert_contains(sheet, "state=\"frozen\"");
    free(sheet);
    char *core = member_read(path, "docProps/core.xml");
    assert_contains(core, "1980-01-01T00:00:00Z");
    assert_contains(core, "<dc:title>地块</dc:title>");
    assert_contains(core, "<dc:creator>tanhui 0.1.0</dc:creator>");
    free(core);
}

// Whatever digits stand in the file: who reads them as numbers has the amount to the fen.
static void workbook__amounts_are_read_back_as_they_were(void **state)
{
    enum { N = 2000 };
    static const struct th_workbook_column columns[] = {{"元", 0, false}};
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    int64_t cents[N] = {-9360746, 69881, 1, -1, 10, 0, 99999999999999, -99999999999999};
    uint64_t seed = 5;
    for (size_t i = 8; i < N; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
        int64_t size = (int64_t)(seed >> (18 + i % 40));
        cents[i] = (i % 2 == 0 ? size : -size) % 100000000000000;
    }
    struct th_workbook *workbook = open_ok(th_test_path(path, *state, "amounts.xlsx"));
    th_workbook_sheet(workbook, "表", columns, 1);
    for (size_t i = 0; i < N; i++) {
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        th_workbook_cent(workbook, cents[i]);
    }
    assert_ok(th_workbook_close(workbook, &err), &err);
    char *sheet = member_read(path, "xl/worksheets/sheet1.xml");
    const char *at = sheet;
    for (size_t i = 0; i < N; i++) {
        at = strstr(at, "<v>");
        assert_non_null(at);
        at += strlen("<v>");
        assert_true(strtod(at, NULL) == (double)cents[i] / 100);
    }
    assert_null(strstr(at, "<v>"));
    free(sheet);
}

static void choices__are_offered_from_the_sheet_that_lists_them(void **state)
{
    static const struct th_workbook_column columns[] = {{"地块号", 0, false}, {"立地", 0, false}};
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char long_text[400];
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    struct th_workbook *workbook = open_ok(th_test_path(path, *state, "choices.xlsx"));
    th_workbook_sheet(workbook, "表", columns, 2);
    for (int row = 0; row < 2; row++) {
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        th_workbook_text(workbook, "1");
        th_workbook_text(workbook, "甲");
    }
    const struct th_workbook_choices none = {
        .column = 0, .rows = 2, .prompt_title = "地块号", .prompt = long_text};
    const struct th_workbook_choices two = {.column = 1,
                                            .rows = 2,
                                            .sheet = "选项",
                                            .of = 3,
                                            .first = 1,
                                            .n = 2,
                                            .prompt_title = "立地",
                                            .prompt = "选一项"};
    th_workbook_choose(workbook, &none);
    th_workbook_choose(workbook, &two);
    th_workbook_sheet(workbook, "选项", columns, 2);
    assert_ok(th_workbook_close(workbook, &err), &err);
    char *sheet = member_read(path, "xl/worksheets/sheet1.xml");
    assert_contains(sheet, "<formula1>'选项'!$D$2:$D$3</formula1>");
    assert_contains(sheet, "sqref=\"B2:B3\"");
    assert_contains(sheet, "prompt=\"选一项\"");
    // A prompt is cut at what a spreadsheet takes.
    long_text[255] = '\0';
    assert_contains(sheet, long_text);
    long_text[255] = 'x';
    assert_null(strstr(sheet, long_text));
    free(sheet);
}

static void formula__stands_with_the_value_that_it_has(void **state)
{
    static const struct th_workbook_column columns[] = {{"a", 0, false}, {"b", 0, false}};
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char longest[2000];
    struct th_workbook *workbook = open_ok(th_test_path(path, *state, "f.xlsx"));
    th_workbook_sheet(workbook, "f", columns, 2);
    th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
    th_workbook_real(workbook, 2.5);
    th_workbook_formula(workbook, "ROUND(A2*3,6)", 7.5);
    assert_ok(th_workbook_close(workbook, &err), &err);
    char *sheet = member_read(path, "xl/worksheets/sheet1.xml");
    assert_contains(sheet, "<f>ROUND(A2*3,6)</f><v>7.5</v>");
    free(sheet);
    memset(longest, '1', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    workbook = open_ok(th_test_path(path, *state, "g.xlsx"));
    th_workbook_sheet(workbook, "g", columns, 2);
    th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
    th_workbook_formula(workbook, longest, 1);
    assert_status(th_workbook_close(workbook, &err), TH_LIMIT, &err);
}

static void close__the_same_calls_give_the_same_bytes(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    struct th_hash digests[2];
    for (int i = 0; i < 2; i++) {
        struct th_workbook *workbook =
            open_ok(th_test_path(path, *state, i == 0 ? "a.xlsx" : "b.xlsx"));
        write_small(workbook);
        assert_ok(th_workbook_close(workbook, &err), &err);
        assert_ok(th_hash_file(TH_HASH_SHA256, path, &digests[i], &err), &err);
    }
    assert_memory_equal(&digests[0], &digests[1], sizeof(digests[0]));
}

static void sheet__names_are_made_fit_and_different(void **state)
{
    size_t n_open = descriptors_count();
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    struct th_workbook *workbook = open_ok(th_test_path(path, *state, "a.xlsx"));
    th_workbook_sheet(workbook, "a/b[1]", NULL, 0);
    th_workbook_sheet(workbook, "a_b_1_", NULL, 0);
    th_workbook_sheet(
        workbook, "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十甲乙丙", NULL, 0);
    th_workbook_row(workbook, TH_WORKBOOK_TOTAL);
    th_workbook_text(workbook, "合计");
    assert_ok(th_workbook_close(workbook, &err), &err);
    assert_int_equal(descriptors_count(), n_open);
    char *book = member_read(path, "xl/workbook.xml");
    assert_contains(book, "name=\"a_b_1_\"");
    assert_contains(book, "name=\"a_b_1__2\"");
    assert_contains(book,
                    "name=\"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十甲\"");
    free(book);
    char *sheet = member_read(path, "xl/worksheets/sheet3.xml");
    assert_contains(sheet, "<t>合计</t>");
    assert_null(strstr(sheet, "autoFilter"));
    free(sheet);
}

static void open__an_existing_file_is_kept(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    struct th_workbook *workbook = NULL;
    const struct th_workbook_options options = {0};
    assert_ok(th_file_write(th_test_path(path, *state, "a.xlsx"), "mine", 4, &err), &err);
    assert_status(th_workbook_open(path, &options, &workbook, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "file_exists");
    assert_null(workbook);

    char *data = NULL;
    size_t size = 0;
    assert_ok(th_file_read(path, 1000, &data, &size, &err), &err);
    assert_string_equal(data, "mine");
    free(data);
    assert_int_equal(th_test_entries_count(*state), 1);
}

static void abort__leaves_no_trace(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    size_t n_open = descriptors_count();
    struct th_workbook *workbook = open_ok(th_test_path(path, *state, "a.xlsx"));
    th_workbook_sheet(workbook, "a", COLUMNS, N_COLUMNS);
    th_workbook_abort(workbook);
    assert_int_equal(descriptors_count(), n_open);
    assert_int_equal(th_test_entries_count(*state), 0);
}

static void close__a_name_taken_meanwhile_is_not_overwritten(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    struct th_workbook *workbook = open_ok(th_test_path(path, *state, "a.xlsx"));
    write_small(workbook);
    assert_ok(th_file_write(path, "mine", 4, &err), &err);
    assert_status(th_workbook_close(workbook, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "file_exists");
    assert_int_equal(th_test_entries_count(*state), 1);
}

static void open__a_missing_folder_is_told(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    struct th_workbook *workbook = NULL;
    const struct th_workbook_options options = {0};
    (void)th_test_path(path, *state, "none/a.xlsx");
    assert_status(th_workbook_open(path, &options, &workbook, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "file_io");
    assert_null(workbook);
}

static void close__what_does_not_fit_is_told_with_its_place(void **state)
{
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char *text = malloc(TH_WORKBOOK_TEXT_MAX + 2);
    assert_non_null(text);
    memset(text, 'x', TH_WORKBOOK_TEXT_MAX + 1);
    for (int extra = 0; extra < 2; extra++) {
        text[TH_WORKBOOK_TEXT_MAX + extra] = '\0';
        struct th_workbook *workbook =
            open_ok(th_test_path(path, *state, extra == 0 ? "a.xlsx" : "b.xlsx"));
        th_workbook_sheet(workbook, "表", COLUMNS, N_COLUMNS);
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        th_workbook_text(workbook, text);
        assert_status(th_workbook_check(workbook, &err), extra == 0 ? TH_OK : TH_LIMIT, &err);
        assert_status(th_workbook_close(workbook, &err), extra == 0 ? TH_OK : TH_LIMIT, &err);
        text[TH_WORKBOOK_TEXT_MAX + extra] = 'x';
    }
    free(text);
    assert_string_equal(err.key, "workbook_text");
    assert_string_equal(th_error_arg_get(&err, "sheet"), "表");
    assert_string_equal(th_error_arg_get(&err, "row"), "2");

    struct th_workbook *workbook = open_ok(path);
    th_workbook_sheet(workbook, "表", COLUMNS, N_COLUMNS);
    th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
    th_workbook_text(workbook, "\xc4\xe3"); // GBK
    assert_status(th_workbook_close(workbook, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "text_encoding");

    workbook = open_ok(path);
    th_workbook_sheet(workbook, "表", COLUMNS, 1);
    for (int i = 1; i <= TH_WORKBOOK_ROWS_MAX; i++) {
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
    }
    assert_status(th_workbook_close(workbook, &err), TH_LIMIT, &err);
    assert_string_equal(err.key, "workbook_rows");
    assert_int_equal(th_test_entries_count(*state), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(close__cells_have_the_types_they_were_given,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(workbook__amounts_are_read_back_as_they_were,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(choices__are_offered_from_the_sheet_that_lists_them,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(formula__stands_with_the_value_that_it_has,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(close__the_same_calls_give_the_same_bytes,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(sheet__names_are_made_fit_and_different,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(abort__leaves_no_trace, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__an_existing_file_is_kept, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(close__a_name_taken_meanwhile_is_not_overwritten,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(open__a_missing_folder_is_told, th_test_folder_setup,
                                        th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(close__what_does_not_fit_is_told_with_its_place,
                                        th_test_folder_setup, th_test_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

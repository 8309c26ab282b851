// Reading small CSV files.
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/csv_table.h"
#include "core/file.h"
#include "tests/support/support.h"

struct world {
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
};

static int make(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_folder_make(world->folder);
    th_test_path(world->path, world->folder, "t.csv");
    *state = world;
    return 0;
}

static int take_away(void **state)
{
    struct world *world = *state;
    th_test_folder_remove(world->folder);
    free(world);
    return 0;
}

static void write_file(const struct world *world, const void *data, size_t size)
{
    struct th_error err = {0};
    assert_ok(th_file_write(world->path, data, size, &err), &err);
}

// The table as text: "line:cell|cell" for every row, each closed by a line feed. As many cells as
// the longest row may have.
static void show(const struct th_csv_table *table, size_t n_columns, struct th_buf *out)
{
    for (size_t row = 0; row < th_csv_table_rows(table); row++) {
        th_buf_printf(out, "%zu:", th_csv_table_line(table, row));
        for (size_t column = 0; column < n_columns; column++) {
            th_buf_printf(out, "%s%s", column > 0 ? "|" : "",
                          th_csv_table_cell(table, row, column));
        }
        th_buf_append_char(out, '\n');
    }
}

static void csv_table__cells_are_cut_as_written(void **state)
{
    static const struct {
        const char *label, *text;
        size_t n_columns;
        const char *want;
    } CASES[] = {
        {"plain", "a,b\n1,2\n", 2, "1:a|b\n2:1|2\n"},
        {"no line end at the end", "a,b\n1,2", 2, "1:a|b\n2:1|2\n"},
        {"carriage returns", "a,b\r\n1,2\r\n", 2, "1:a|b\n2:1|2\n"},
        {"old Macintosh", "a,b\r1,2\r", 2, "1:a|b\n2:1|2\n"},
        {"byte order mark",
         "\xEF\xBB\xBF"
         "a,b\n",
         2, "1:a|b\n"},
        {"semicolons", "a;b\n1,5;2\n", 2, "1:a|b\n2:1,5|2\n"},
        {"tabs", "a\tb\n1\t2\n", 2, "1:a|b\n2:1|2\n"},
        {"quotes", "a,b\n\"1,2\",\"say \"\"so\"\"\"\n", 2, "1:a|b\n2:1,2|say \"so\"\n"},
        {"empty quotes", "a,b\n\"\",\"\"\"\"\n", 2, "1:a|b\n2:|\"\n"},
        {"quoted line end", "a,b\n\"1\n2\",3\n4,5\n", 2, "1:a|b\n2:1\n2|3\n4:4|5\n"},
        {"quoted CRLF", "a,b\r\n\"1\r\n2\",3\r\n4,5\r\n", 2, "1:a|b\n2:1\r\n2|3\n4:4|5\n"},
        {"spaces", " a , b \n　1　,2\n", 2, "1:a|b\n2:1|2\n"},
        {"blank lines", "\n\na,b\n\n,\n1,2\n", 2, "3:a|b\n6:1|2\n"},
        {"empty last cell", "a,b\n1,", 2, "1:a|b\n2:1|\n"},
        {"empty last cell and line end", "a,b,c\n1,,\n2,3,4\n", 3, "1:a|b|c\n2:1||\n3:2|3|4\n"},
        {"short and long rows", "a,b\n1\n1,2,3\n", 3, "1:a|b|\n2:1||\n3:1|2|3\n"},
        {"Chinese", "代码,名称\n330523,马家弄村\n", 2, "1:代码|名称\n2:330523|马家弄村\n"},
        {"text behind a quote", "a,b\n\"1\"x,2\n", 2, "1:a|b\n2:1x|2\n"},
        {"nothing", "", 1, ""},
        {"one cell", "a", 1, "1:a\n"},
        {"only separators", ",,,", 1, ""},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_csv_table *table = NULL;
        struct th_buf out;
        th_buf_init(&out, 4096);
        write_file(*state, CASES[i].text, strlen(CASES[i].text));
        assert_ok(th_csv_table_read(((struct world *)*state)->path, &table, &err), &err);
        show(table, CASES[i].n_columns, &out);
        if (strcmp(th_buf_text(&out), CASES[i].want) != 0) {
            fail_msg("%s: got \"%s\"", CASES[i].label, th_buf_text(&out));
        }
        assert_string_equal(th_csv_table_cell(table, 99, 0), "");
        assert_int_equal(th_csv_table_line(table, 99), 0);
        th_buf_clear(&out);
        th_csv_table_free(table);
    }
}

static void csv_table__what_cannot_be_read_is_refused(void **state)
{
    static const struct {
        const char *label, *text;
        size_t size;
        enum th_status status;
        const char *key, *row;
    } CASES[] = {
        {"GBK", "\xB4\xFA\xC2\xEB\n", 5, TH_UNREADABLE, "csv_encoding", NULL},
        {"NUL byte", "a\0b\n", 4, TH_UNREADABLE, "csv_encoding", NULL},
        {"quote that never closes", "a,b\n1,2\n\n3,\"4\n5,6\n", 17, TH_UNREADABLE, "csv_quote",
         "4"},
        {"quote behind a quoted line end", "a,b\n\"1\n\",\"2\n", 11, TH_UNREADABLE, "csv_quote",
         "3"},
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_csv_table *table = NULL;
        write_file(world, CASES[i].text, CASES[i].size);
        assert_status(th_csv_table_read(world->path, &table, &err), CASES[i].status, &err);
        assert_string_equal(err.key, CASES[i].key);
        assert_null(table);
        if (CASES[i].row != NULL && strcmp(th_error_arg_get(&err, "row"), CASES[i].row) != 0) {
            fail_msg("%s: row %s", CASES[i].label, th_error_arg_get(&err, "row"));
        }
    }
}

static void csv_table__missing_and_large_files_are_refused(void **state)
{
    struct world *world = *state;
    struct th_error err = {0};
    struct th_csv_table *table = NULL;
    assert_status(th_csv_table_read(world->path, &table, &err), TH_NOT_FOUND, &err);
    size_t size = 16u * 1024 * 1024 + 1;
    char *large = malloc(size);
    assert_non_null(large);
    memset(large, 'a', size);
    write_file(world, large, size);
    free(large);
    assert_status(th_csv_table_read(world->path, &table, &err), TH_LIMIT, &err);
    assert_null(table);
}

static void csv_table__columns_are_found_by_any_of_their_names(void **state)
{
    static const char *const CODE[] = {"code", "代码"};
    static const char *const NAME[] = {"name", "名称"};
    static const char *const NONE[] = {"nothing"};
    static const char TEXT[] = "CODE,名称\n1,2\n";
    struct world *world = *state;
    struct th_error err = {0};
    struct th_csv_table *table = NULL;
    size_t column = 77;
    write_file(world, TEXT, strlen(TEXT));
    assert_ok(th_csv_table_read(world->path, &table, &err), &err);
    assert_false(th_csv_table_column(table, NONE, 1, &column));
    assert_int_equal(column, 77);
    assert_true(th_csv_table_column(table, CODE, 2, &column));
    assert_int_equal(column, 0);
    assert_true(th_csv_table_column(table, NAME, 2, &column));
    assert_int_equal(column, 1);
    th_csv_table_free(table);
    th_csv_table_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(csv_table__cells_are_cut_as_written, make, take_away),
        cmocka_unit_test_setup_teardown(csv_table__what_cannot_be_read_is_refused, make, take_away),
        cmocka_unit_test_setup_teardown(csv_table__missing_and_large_files_are_refused, make,
                                        take_away),
        cmocka_unit_test_setup_teardown(csv_table__columns_are_found_by_any_of_their_names, make,
                                        take_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

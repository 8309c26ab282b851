// What stands in the first columns of a table whose rows were joined.
#include "cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tests/support/support.h"

enum { ROWS_MAX = 20, N_COLUMNS = 3 };

struct joined {
    const char *rows[ROWS_MAX]; // "row|number" of rows that share a problem; closed by NULL
    const char *shown_row, *shown_number;
};

static char *part_of(const char *text, int part)
{
    const char *bar = strchr(text, '|');
    assert_non_null(bar);
    char *copy = part == 0 ? strndup(text, (size_t)(bar - text)) : strdup(bar + 1);
    assert_non_null(copy);
    return copy;
}

static void check_joined(const struct joined *c)
{
    char *cells[ROWS_MAX * N_COLUMNS];
    struct th_table table = {.n_columns = N_COLUMNS, .cells = cells, .separator = "、"};
    for (; c->rows[table.n_rows] != NULL; table.n_rows++) {
        for (int part = 0; part < 2; part++) {
            cells[table.n_rows * N_COLUMNS + (size_t)part] = part_of(c->rows[table.n_rows], part);
        }
        cells[table.n_rows * N_COLUMNS + 2] = strdup("类型不明");
    }
    th_table_merge(&table, 2);
    assert_int_equal(table.n_rows, 1);
    assert_string_equal(cells[0], c->shown_row);
    assert_string_equal(cells[1], c->shown_number);
    assert_string_equal(cells[2], "类型不明");
    for (size_t i = 0; i < N_COLUMNS; i++) {
        free(cells[i]);
    }
}

static void merge__only_rows_without_a_gap_are_a_range(void **state)
{
    static const struct joined CASES[] = {
        {{"7|A7", NULL}, "7", "A7"},
        {{"1|A1", "2|A2", "3|A3", NULL}, "1–3", "A1–A3"},
        {{"1|A1", "3|A3", "5|A5", NULL}, "1、3、5", "A1、A3、A5"},
        {{"1|A1", "2|A2", "4|A4", "9|A9", "10|A10", NULL}, "1–2、4、9–10", "A1–A2、A4、A9–A10"},
        {{"9|A9", "10|A10", NULL}, "9–10", "A9–A10"},
        {{"2|A", "2|A", "3|A", NULL}, "2–3", "A"},
        {{"–|A", "–|A", NULL}, "–", "A"},
        {{"1|a", "3|a", "5|a", "7|a", "9|a", "11|a", "13|a", "15|z", NULL},
         "1、3、5、7、9 … 15",
         "a、a、a、a、a … z"},
        {{"1|a", "3|a", "5|a", "7|a", "9|a", "11|z", NULL},
         "1、3、5、7、9、11",
         "a、a、a、a、a、z"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        check_joined(&CASES[i]);
    }
}

static void merge__numbers_are_told_only_where_every_row_has_one(void **state)
{
    static const struct joined CASES[] = {
        {{"3|–", "4|–", NULL}, "3–4", "–"},          {{"11|–", "12|A11", NULL}, "11–12", "–"},
        {{"11|A11", "12|–", NULL}, "11–12", "–"},    {{"11|", "12|A11", NULL}, "11–12", "–"},
        {{"1|A1", "2|–", "3|A3", NULL}, "1–3", "–"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        check_joined(&CASES[i]);
    }
}

static void merge__rows_that_differ_behind_stay_apart(void **state)
{
    char *cells[] = {strdup("1"), strdup("甲"), strdup("2"), strdup("乙")};
    struct th_table table = {.n_columns = 2, .cells = cells, .n_rows = 2, .separator = ", "};
    (void)state;
    th_table_merge(&table, 1);
    assert_int_equal(table.n_rows, 2);
    assert_string_equal(cells[0], "1");
    assert_string_equal(cells[2], "2");
    for (size_t i = 0; i < 4; i++) {
        free(cells[i]);
    }
}

// A narrow terminal breaks names, and leaves commands to be copied.
static void draw__a_command_runs_on_in_one_line(void **state)
{
    char name[] = "a name of several words that is far too long for the line";
    char command[] = "tanhui trade propose cancellation --for-reversal 12 --debtor 3 --tonnes 40";
    char *cells[] = {name, command};
    struct th_table table = {.columns = {{.title = "name"}, {.title = "command", .runs_on = true}},
                             .n_columns = 2,
                             .n_rows = 1,
                             .cells = cells,
                             .separator = ", "};
    struct th_buf out;
    (void)state;
    th_buf_init(&out, 65536);
    th_table_draw(&table, 40, &out);
    assert_non_null(strstr(th_buf_text(&out), command));
    assert_null(strstr(th_buf_text(&out), name));
    th_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__only_rows_without_a_gap_are_a_range),
        cmocka_unit_test(merge__numbers_are_told_only_where_every_row_has_one),
        cmocka_unit_test(merge__rows_that_differ_behind_stay_apart),
        cmocka_unit_test(draw__a_command_runs_on_in_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

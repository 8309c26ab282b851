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

// What a county's pledges look like: headings with units in brackets, names, codes, numbers.
enum { WIDE_COLUMNS = 8, WIDE_ROWS = 2, DRAWN_LIMIT = 65536 };

static struct th_table wide_table(char **cells)
{
    static const char *const TITLES[WIDE_COLUMNS] = {
        "质押",           "质权人", "在押、尚未签发（吨）", "借款余额（元）",
        "面积（平方米）", "序列号", "outstanding (CNY)",    "提醒"};
    static const char *const TEXTS[WIDE_ROWS][WIDE_COLUMNS] = {
        {"8", "两山银行股份有限公司安吉支行", "1,401", "30,001.07", "409,384.61",
         "CN-330523-BAM-2019-000001:1-395", "5.00", "债务期限已过, 中登网登记已过期"},
        {"10", "老王", "0", "–", "–", "–", "1.00", "–"}};
    struct th_table table = {.n_columns = WIDE_COLUMNS, .n_rows = WIDE_ROWS, .cells = cells};
    for (size_t i = 0; i < (size_t)WIDE_ROWS * WIDE_COLUMNS; i++) {
        cells[i] = strdup(TEXTS[i / WIDE_COLUMNS][i % WIDE_COLUMNS]);
        assert_non_null(cells[i]);
    }
    for (size_t c = 0; c < WIDE_COLUMNS; c++) {
        table.columns[c].title = TITLES[c];
        table.columns[c].right = c == 0 || (c >= 2 && c != 5 && c != 7);
    }
    return table;
}

static void count_bytes(const char *text, int64_t sign, int64_t counts[256])
{
    for (; *text != '\0'; text++) {
        counts[(unsigned char)*text] += *text == ' ' || *text == '\n' ? 0 : sign;
    }
}

static void check_drawn(struct th_table *table, size_t width)
{
    static const char *const WHOLE[] = {
        "（吨）",    "（元）", "（平方米）", "outstanding", "CN-330523-BAM-2019-000001:1-395",
        "409,384.61"};
    int64_t counts[256] = {0};
    struct th_buf out;
    th_buf_init(&out, DRAWN_LIMIT);
    th_table_draw(table, width, &out);
    for (size_t i = 0; i < sizeof(WHOLE) / sizeof(WHOLE[0]); i++) {
        assert_non_null(strstr(th_buf_text(&out), WHOLE[i]));
    }
    char *text = th_buf_take(&out);
    char *rest = text;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        assert_true(th_text_width(line) <= width);
        if (!strstr(line, "─")) {
            count_bytes(line, 1, counts);
        }
    }
    for (size_t c = 0; c < table->n_columns; c++) {
        count_bytes(table->columns[c].title, -1, counts);
    }
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
        count_bytes(table->cells[i], -1, counts);
    }
    for (size_t i = 0; i < 256; i++) {
        assert_int_equal(counts[i], 0);
    }
    free(text);
}

static void draw__no_line_is_wider_than_the_terminal_and_nothing_is_lost(void **state)
{
    char *cells[WIDE_ROWS * WIDE_COLUMNS];
    struct th_table table = wide_table(cells);
    (void)state;
    for (size_t width = 48; width < 200; width++) {
        check_drawn(&table, width);
    }
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        free(cells[i]);
    }
}

static void check_lines(size_t width, const char *expected)
{
    char *cells[] = {(char[]){"8"}, (char[]){"两山银行"}, (char[]){"1,401"},
                     (char[]){"9"}, (char[]){"老王"},     (char[]){"–"}};
    struct th_table table = {.columns = {{.title = "质押", .right = true},
                                         {.title = "质权人"},
                                         {.title = "待顺位（吨）", .right = true}},
                             .n_columns = 3,
                             .n_rows = 2,
                             .cells = cells};
    struct th_buf out;
    th_buf_init(&out, DRAWN_LIMIT);
    th_table_draw(&table, width, &out);
    assert_string_equal(th_buf_text(&out), expected);
    th_buf_clear(&out);
}

// Other programs find the columns of a row in one line, however wide it is.
static void draw__for_programs_all_columns_stay_side_by_side(void **state)
{
    char *cells[WIDE_ROWS * WIDE_COLUMNS];
    struct th_table table = wide_table(cells);
    struct th_buf out;
    (void)state;
    table.one_line = true;
    th_buf_init(&out, DRAWN_LIMIT);
    th_table_draw(&table, 120, &out);
    const char *row = strstr(th_buf_text(&out), "30,001.07");
    assert_non_null(row);
    assert_true(strcspn(row, "\n") > (size_t)(strstr(row, "CN-330523") - row));
    assert_true(strcspn(row, "\n") > (size_t)(strstr(row, "5.00") - row));
    th_buf_clear(&out);
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        free(cells[i]);
    }
}

// Where the whole does not fit, headings give way first, then a row goes on below itself.
static void draw__headings_are_wrapped_before_rows_are(void **state)
{
    (void)state;
    check_lines(28, "质押  质权人    待顺位（吨）\n"
                    "────  ────────  ────────────\n"
                    "   8  两山银行         1,401\n"
                    "   9  老王                 –\n");
    check_lines(24, "质押  质权人      待顺位\n"
                    "                  （吨）\n"
                    "────  ────────  ────────\n"
                    "   8  两山银行     1,401\n"
                    "   9  老王             –\n");
    check_lines(20, "质押  质权人\n"
                    "      待顺位（吨）\n"
                    "────────────────────\n"
                    "   8  两山银行\n"
                    "             1,401\n"
                    "   9  老王\n"
                    "                 –\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__only_rows_without_a_gap_are_a_range),
        cmocka_unit_test(merge__numbers_are_told_only_where_every_row_has_one),
        cmocka_unit_test(merge__rows_that_differ_behind_stay_apart),
        cmocka_unit_test(draw__a_command_runs_on_in_one_line),
        cmocka_unit_test(draw__no_line_is_wider_than_the_terminal_and_nothing_is_lost),
        cmocka_unit_test(draw__for_programs_all_columns_stay_side_by_side),
        cmocka_unit_test(draw__headings_are_wrapped_before_rows_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

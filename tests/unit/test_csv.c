#include "core/csv.h"

#include "tests/support/support.h"

static void csv_cell__quotes_and_defuses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {{NULL, ""},
                 {"", ""},
                 {"竹林", "竹林"},
                 {"a,b", "\"a,b\""},
                 {"say \"hi\"", "\"say \"\"hi\"\"\""},
                 {"two\nlines", "\"two\nlines\""},
                 {"=1+1", "'=1+1"},
                 {"=SUM(A1,B1)", "\"'=SUM(A1,B1)\""},
                 {"+86 571", "'+86 571"},
                 {"-cmd", "'-cmd"},
                 {"-1.50", "-1.50"},
                 {"-7", "-7"},
                 {"@x", "'@x"},
                 {"\tx", "\"'\tx\""},
                 {" =1+1", "' =1+1"},
                 {"\xe3\x80\x80@x", "'\xe3\x80\x80@x"},
                 {" -7", " -7"},
                 {"＝1+1", "'＝1+1"},
                 {"＋1", "'＋1"},
                 {"－7", "'－7"},
                 {" ＠x", "' ＠x"},
                 {"甲＝乙", "甲＝乙"},
                 {"a;=1+1", "\"a;=1+1\""},
                 {"\rx", "\"'\rx\""},
                 {"a=b", "a=b"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_buf out;
        th_buf_init(&out, 1000);
        th_csv_cell(&out, cases[i].text, false);
        assert_int_equal(out.size, strlen(cases[i].want) + 1);
        assert_memory_equal(out.data, cases[i].want, strlen(cases[i].want));
        assert_int_equal(out.data[out.size - 1], ',');
        th_buf_clear(&out);
    }
}

static void csv__rows_end_in_crlf_and_the_mark_comes_first(void **state)
{
    (void)state;
    struct th_buf out;
    th_buf_init(&out, 1000);
    th_csv_begin(&out, true);
    th_csv_cell(&out, "a", false);
    th_csv_cell(&out, "b", true);
    th_csv_cell(&out, "1", false);
    th_csv_cell(&out, NULL, true);
    assert_string_equal(th_buf_text(&out), "\xef\xbb\xbf"
                                           "a,b\r\n1,\r\n");
    th_buf_clear(&out);
    th_csv_begin(&out, false);
    assert_int_equal(out.size, 0);
    th_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_cell__quotes_and_defuses),
        cmocka_unit_test(csv__rows_end_in_crlf_and_the_mark_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

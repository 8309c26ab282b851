#include "core/buf.h"

#include <stdlib.h>

#include "tests/support/support.h"

static void buf__empty_reads_as_empty_text(void **state)
{
    (void)state;
    struct th_buf buf;
    th_buf_init(&buf, 10);
    assert_string_equal(th_buf_text(&buf), "");
    assert_ok(th_buf_check(&buf, NULL), NULL);
    char *taken = th_buf_take(&buf);
    assert_string_equal(taken, "");
    free(taken);
}

static void buf__appends_join_in_order(void **state)
{
    (void)state;
    struct th_buf buf;
    th_buf_init(&buf, 1000);
    th_buf_append(&buf, "ab\0c", 4);
    th_buf_append_char(&buf, 'd');
    th_buf_append_str(&buf, "ef");
    th_buf_append_str(&buf, NULL);
    th_buf_append(&buf, NULL, 0);
    th_buf_printf(&buf, "%d-%s", 42, "g");
    assert_int_equal(buf.size, 11);
    assert_memory_equal(buf.data, "ab\0cdef42-g", 12); // with the closing NUL
    th_buf_clear(&buf);
}

static void buf__grows_over_many_appends(void **state)
{
    (void)state;
    struct th_buf buf;
    th_buf_init(&buf, 1 << 20);
    for (int i = 0; i < 100000; i++) {
        th_buf_append_char(&buf, (char)('a' + i % 26));
    }
    assert_ok(th_buf_check(&buf, NULL), NULL);
    assert_int_equal(buf.size, 100000);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(buf.data[i], 'a' + i % 26);
    }
    th_buf_clear(&buf);
}

static void buf__limit_itself_fits_and_one_more_does_not(void **state)
{
    (void)state;
    struct th_error err;
    struct th_buf buf;
    th_buf_init(&buf, 5);
    th_buf_append_str(&buf, "12345");
    assert_ok(th_buf_check(&buf, &err), &err);
    th_buf_append_char(&buf, '6');
    assert_status(th_buf_check(&buf, &err), TH_LIMIT, &err);
    assert_string_equal(err.key, "buffer_full");
    assert_string_equal(th_error_arg_get(&err, "limit"), "5");
    assert_string_equal(th_buf_text(&buf), "12345");
    th_buf_clear(&buf);
    assert_ok(th_buf_check(&buf, &err), &err);
}

static void buf__failure_sticks_although_later_text_would_fit(void **state)
{
    (void)state;
    struct th_buf buf;
    th_buf_init(&buf, 5);
    th_buf_printf(&buf, "%s", "123456");
    th_buf_append_char(&buf, '1');
    assert_status(th_buf_check(&buf, NULL), TH_LIMIT, NULL);
    assert_int_equal(buf.size, 0);
    th_buf_clear(&buf);
}

static void buf__unbounded_limit_takes_text(void **state)
{
    (void)state;
    struct th_buf buf;
    th_buf_init(&buf, SIZE_MAX);
    th_buf_append_str(&buf, "text");
    assert_ok(th_buf_check(&buf, NULL), NULL);
    assert_string_equal(th_buf_text(&buf), "text");
    th_buf_clear(&buf);
}

static void buf_take__leaves_an_empty_usable_buffer(void **state)
{
    (void)state;
    struct th_buf buf;
    th_buf_init(&buf, 100);
    th_buf_append_str(&buf, "first");
    char *first = th_buf_take(&buf);
    th_buf_append_str(&buf, "second");
    assert_string_equal(first, "first");
    assert_string_equal(th_buf_text(&buf), "second");
    free(first);
    th_buf_clear(&buf);
    th_buf_clear(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf__empty_reads_as_empty_text),
        cmocka_unit_test(buf__appends_join_in_order),
        cmocka_unit_test(buf__grows_over_many_appends),
        cmocka_unit_test(buf__limit_itself_fits_and_one_more_does_not),
        cmocka_unit_test(buf__failure_sticks_although_later_text_would_fit),
        cmocka_unit_test(buf__unbounded_limit_takes_text),
        cmocka_unit_test(buf_take__leaves_an_empty_usable_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

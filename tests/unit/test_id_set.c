#include "core/id_set.h"

#include "tests/support/support.h"

static void id_set__holds_what_was_added_and_nothing_else(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct th_id_set set = {0};
    bool is_new = false;
    assert_false(th_id_set_has(&set, 1));
    for (int64_t i = 1; i <= COUNT; i++) {
        assert_int_equal(th_id_set_add(&set, i * i, &is_new, NULL), TH_OK);
        assert_true(is_new);
    }
    for (int64_t i = 1; i <= COUNT; i++) {
        assert_true(th_id_set_has(&set, i * i));
        assert_false(th_id_set_has(&set, i * i + 1)); // never a square itself
    }
    assert_int_equal(set.n, COUNT);
    th_id_set_clear(&set);
    assert_false(th_id_set_has(&set, 4));
}

static void id_set__tells_what_was_there_before(void **state)
{
    (void)state;
    struct th_id_set set = {0};
    bool is_new = false;
    assert_int_equal(th_id_set_add(&set, INT64_MAX, &is_new, NULL), TH_OK);
    assert_true(is_new);
    assert_int_equal(th_id_set_add(&set, INT64_MAX, &is_new, NULL), TH_OK);
    assert_false(is_new);
    assert_int_equal(set.n, 1);
    th_id_set_clear(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(id_set__holds_what_was_added_and_nothing_else),
        cmocka_unit_test(id_set__tells_what_was_there_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

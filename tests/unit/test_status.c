#include "core/status.h"

#include "tests/support/support.h"

// The table of exit codes is part of the contract with scripts, so it is written out here again.
static const struct {
    enum th_status status;
    int exit_code;
    int http;
    const char *key;
} cases[] = {{TH_OK, 0, 200, "ok"},
             {TH_DATA_PROBLEM, 1, 422, "data_problem"},
             {TH_USAGE, 2, 400, "usage"},
             {TH_INVALID, 2, 422, "invalid"},
             {TH_NOT_FOUND, 3, 404, "not_found"},
             {TH_NOT_PERMITTED, 4, 403, "not_permitted"},
             {TH_CONFLICT, 5, 409, "conflict"},
             {TH_BUSY, 5, 503, "busy"},
             {TH_UNREADABLE, 6, 422, "unreadable"},
             {TH_TOO_NEW, 6, 422, "too_new"},
             {TH_LIMIT, 6, 413, "limit"},
             {TH_CORRUPT, 6, 500, "corrupt"},
             {TH_IO, 70, 500, "io"},
             {TH_NO_MEMORY, 70, 500, "no_memory"},
             {TH_OVERFLOW, 70, 500, "overflow"},
             {TH_INVARIANT, 70, 500, "invariant"},
             {TH_INTERNAL, 70, 500, "internal"},
             {TH_INTERRUPTED, 130, 503, "interrupted"}};

static void status__each_has_its_exit_code_http_code_and_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(th_status_exit_code(cases[i].status), cases[i].exit_code);
        assert_int_equal(th_status_http(cases[i].status), cases[i].http);
        assert_string_equal(th_status_key(cases[i].status), cases[i].key);
    }
}

static void status__numbers_are_append_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(cases[i].status, i);
    }
}

static void status__unknown_number_is_an_internal_error(void **state)
{
    (void)state;
    enum th_status unknown = (enum th_status)99;
    assert_int_equal(th_status_exit_code(unknown), 70);
    assert_int_equal(th_status_http(unknown), 500);
    assert_string_equal(th_status_key(unknown), "internal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status__each_has_its_exit_code_http_code_and_key),
        cmocka_unit_test(status__numbers_are_append_only),
        cmocka_unit_test(status__unknown_number_is_an_internal_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

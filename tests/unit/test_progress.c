#include "core/progress.h"

#include "tests/support/support.h"

struct seen {
    int n_calls;
    const char *stage;
    int64_t done;
    int64_t total;
};

static bool report(void *context, const char *stage, int64_t done, int64_t total)
{
    struct seen *seen = context;
    seen->n_calls++;
    seen->stage = stage;
    seen->done = done;
    seen->total = total;
    return done < 5;
}

static void progress__without_a_reporter_the_work_goes_on(void **state)
{
    (void)state;
    struct th_progress silent = {NULL, NULL};
    assert_true(th_progress_report(NULL, "reading", 1, 2));
    assert_true(th_progress_report(&silent, "reading", 1, 2));
}

static void progress__reporter_hears_everything_and_can_stop(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct th_progress progress = {report, &seen};
    assert_true(th_progress_report(&progress, "reading", 4, -1));
    assert_string_equal(seen.stage, "reading");
    assert_int_equal(seen.done, 4);
    assert_int_equal(seen.total, -1);
    assert_false(th_progress_report(&progress, "reading", 5, 9));
    assert_int_equal(seen.n_calls, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(progress__without_a_reporter_the_work_goes_on),
        cmocka_unit_test(progress__reporter_hears_everything_and_can_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

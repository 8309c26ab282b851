// A methodology document or an equation of stems is read while the n-th allocation fails: an error
// that says so, no output touched, nothing leaked (the sanitizer and valgrind look on). The linker
// sends the allocations of the product through the functions here.
#include <stdlib.h>

#include "core/file.h"
#include "methodology/document.h"
#include "methodology/stem.h"
#include "tests/support/support.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);

static int countdown = -1; // allocations before the one that fails; below zero: none fails

static bool fails_now(void)
{
    return countdown >= 0 && countdown-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

static void count(void *context, const struct th_error *fault)
{
    int *n = context;
    assert_string_equal(fault->key, "no_memory");
    ++*n;
}

static void parse__every_failing_allocation_is_told(void **state)
{
    (void)state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    struct th_methodology *methodology = NULL;
    char *text = NULL;
    size_t size = 0;
    int n = 0;
    assert_ok(th_file_read(th_test_source_path(path, "tests/data/methodology/sound.json"), 1 << 20,
                           &text, &size, &err),
              &err);
    for (enum th_status status = TH_NO_MEMORY; status != TH_OK; n++) {
        countdown = n;
        status = th_methodology_parse(text, size, &methodology, &err);
        countdown = -1;
        if (status == TH_OK) {
            break;
        }
        assert_status(status, TH_NO_MEMORY, &err);
        assert_null(methodology);
        int n_told = 0;
        countdown = n;
        size_t n_faults = th_methodology_lint(text, size, count, &n_told);
        countdown = -1;
        assert_int_equal(n_faults, 1);
        assert_int_equal(n_told, 1);
    }
    print_message("%d allocations\n", n);
    assert_true(n > 20); // the reader, its parts, the arithmetic, and a run for each row
    th_methodology_free(methodology);
    free(text);
}

static void stem__every_failing_allocation_is_told(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_stem *stem = NULL;
    const double measures[TH_STEM_N_MEASURES] = {[TH_STEM_DBH] = 10, [TH_STEM_AGE_DU] = 2};
    int n = 0;
    for (enum th_status status = TH_NO_MEMORY; status != TH_OK; n++) {
        countdown = n;
        status = th_stem_shipped("moso-culm", &stem, &err);
        countdown = -1;
        assert_status(status, status == TH_OK ? TH_OK : TH_NO_MEMORY, &err);
        assert_true((status == TH_OK) == (stem != NULL));
    }
    print_message("%d allocations\n", n);
    assert_true(n > 8); // the reader, its parts, the arithmetic, and a run for each check
    double value = 77;
    unsigned flags = 77;
    countdown = 0;
    enum th_status status = th_stem_value(stem, NULL, measures, &value, &flags, &err);
    countdown = -1;
    assert_status(status, TH_NO_MEMORY, &err);
    assert_true(value == 77 && flags == 77);
    th_stem_free(stem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__every_failing_allocation_is_told),
        cmocka_unit_test(stem__every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// What every test needs: cmocka with its includes, temporary folders, comparison of doubles.
#ifndef TH_TESTS_SUPPORT_H
#define TH_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/error.h"

// Fails with both numbers unless |actual - want| <= tolerance.
#define assert_close(actual, want, tolerance)                                                      \
    th_test_assert_close((actual), (want), (tolerance), #actual, __FILE__, __LINE__)
// Fails with the error's key and arguments unless `status` is `want`.
#define assert_status(status, want, err)                                                           \
    th_test_assert_status((status), (want), (err), #status, __FILE__, __LINE__)
#define assert_ok(status, err) assert_status(status, TH_OK, err)

void th_test_assert_close(double actual, double want, double tolerance, const char *expression,
                          const char *file, int line);
void th_test_assert_status(enum th_status status, enum th_status want, const struct th_error *err,
                           const char *expression, const char *file, int line);

enum { TH_TEST_PATH_SIZE = 512 };

// A fresh empty folder; th_test_folder_remove takes it and everything in it away.
void th_test_folder_make(char path[TH_TEST_PATH_SIZE]);
void th_test_folder_remove(const char *path);
// The same as setup and teardown of a test whose state is the path.
int th_test_folder_setup(void **state);
int th_test_folder_teardown(void **state);
// Files and folders right in it; of "/proc/self/fd" the open descriptors, and one more.
size_t th_test_entries_count(const char *folder);
// folder + "/" + name
const char *th_test_path(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name);
// Path below the checkout (environment TANHUI_SOURCE, else ".").
const char *th_test_source_path(char path[TH_TEST_PATH_SIZE], const char *name);
// Path of a shared reference file, or NULL when that data is not there (then skip, and say so):
// environment TANHUI_SHARED_DATA, else <source>/../shared/data.
const char *th_test_shared_path(char path[TH_TEST_PATH_SIZE], const char *name);

// How many rounds a random test makes: `usual`, or that many per cent of it as TANHUI_TEST_ROUNDS
// says; at least one. The sanitizers and valgrind, which are slow, make a fifth; campaigns more.
size_t th_test_rounds(size_t usual);

#endif

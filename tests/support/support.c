#include "tests/support/support.h"

#include <dirent.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void th_test_assert_close(double actual, double want, double tolerance, const char *expression,
                          const char *file, int line)
{
    // Written so that a NaN on either side fails.
    if (fabs(actual - want) <= tolerance) {
        return;
    }
    print_error("%s is %.17g, not %.17g within %g\n", expression, actual, want, tolerance);
    _fail(file, line);
}

void th_test_assert_status(enum th_status status, enum th_status want, const struct th_error *err,
                           const char *expression, const char *file, int line)
{
    if (status == want) {
        return;
    }
    print_error("%s gives %s, not %s\n", expression, th_status_key(status), th_status_key(want));
    if (status != TH_OK && err != NULL) {
        print_error("  error %s\n", err->key);
        for (int i = 0; i < err->n_args; i++) {
            print_error("  %s = %s\n", err->args[i].name, err->args[i].value);
        }
    }
    _fail(file, line);
}

void th_test_folder_make(char path[TH_TEST_PATH_SIZE])
{
    const char *parent = getenv("TMPDIR");
    th_test_path(path, parent != NULL && *parent != '\0' ? parent : "/tmp", "tanhui-XXXXXX");
    if (mkdtemp(path) == NULL) {
        fail_msg("cannot make a folder %s", path);
    }
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

void th_test_folder_remove(const char *path)
{
    if (path != NULL && *path != '\0') {
        (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
}

int th_test_folder_setup(void **state)
{
    char *folder = malloc(TH_TEST_PATH_SIZE);
    assert_non_null(folder);
    th_test_folder_make(folder);
    *state = folder;
    return 0;
}

int th_test_folder_teardown(void **state)
{
    th_test_folder_remove(*state);
    free(*state);
    return 0;
}

size_t th_test_entries_count(const char *folder)
{
    size_t n = 0;
    DIR *stream = opendir(folder);
    assert_non_null(stream);
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(stream);
    return n;
}

const char *th_test_path(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name)
{
    char joined[TH_TEST_PATH_SIZE]; // `folder` may be `path` itself
    int length = snprintf(joined, sizeof(joined), "%s/%s", folder, name);
    if (length < 0 || length >= TH_TEST_PATH_SIZE) {
        fail_msg("path too long: %s/%s", folder, name);
    }
    memcpy(path, joined, (size_t)length + 1);
    return path;
}

static const char *source_folder(void)
{
    const char *source = getenv("TANHUI_SOURCE");
    return source != NULL && *source != '\0' ? source : ".";
}

const char *th_test_source_path(char path[TH_TEST_PATH_SIZE], const char *name)
{
    return th_test_path(path, source_folder(), name);
}

const char *th_test_shared_path(char path[TH_TEST_PATH_SIZE], const char *name)
{
    char folder[TH_TEST_PATH_SIZE];
    const char *shared = getenv("TANHUI_SHARED_DATA");
    if (shared == NULL || *shared == '\0') {
        shared = th_test_path(folder, source_folder(), "../shared/data");
    }
    th_test_path(path, shared, name);
    return access(path, R_OK) == 0 ? path : NULL;
}

size_t th_test_rounds(size_t usual)
{
    const char *per_cent = getenv("TANHUI_TEST_ROUNDS");
    if (per_cent == NULL || *per_cent == '\0') {
        return usual;
    }
    size_t rounds = usual * (size_t)strtoul(per_cent, NULL, 10) / 100;
    return rounds > 0 ? rounds : 1;
}

#include "core/file.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/support.h"

static int count_entries(const char *folder)
{
    int n = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    while (readdir(entries) != NULL) {
        n++;
    }
    closedir(entries);
    return n - 2; // without "." and ".."
}

static void assert_content(const char *path, const char *want, size_t want_size)
{
    struct th_error err;
    char *data = NULL;
    size_t size = 0;
    assert_ok(th_file_read(path, 1 << 20, &data, &size, &err), &err);
    assert_int_equal(size, want_size);
    assert_memory_equal(data, want, want_size);
    assert_int_equal(data[size], 0);
    free(data);
}

static void file_write__leaves_the_content_and_nothing_else(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "f");
    assert_false(th_file_exists(path));
    assert_ok(th_file_write(path, "a\0b", 3, NULL), NULL);
    assert_true(th_file_exists(path));
    assert_content(path, "a\0b", 3);
    assert_ok(th_file_write(path, "replaced", 8, NULL), NULL);
    assert_content(path, "replaced", 8);
    assert_ok(th_file_write(path, NULL, 0, NULL), NULL);
    assert_content(path, "", 0);
    assert_int_equal(count_entries(*state), 1);
}

static void file_write__failure_leaves_the_old_file_and_no_trace(void **state)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "absent/f");
    assert_status(th_file_write(path, "x", 1, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "file_io");
    assert_string_equal(th_error_arg_get(&err, "path"), path);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@io_reason.no_folder");
    assert_status(th_file_write(*state, "x", 1, &err), TH_UNREADABLE, &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@io_reason.folder");
    assert_int_equal(count_entries(*state), 0);
}

static void file_write__link_stays_a_link(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    char link[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "f");
    th_test_path(link, *state, "link");
    assert_ok(th_file_write(path, "old", 3, NULL), NULL);
    assert_int_equal(symlink("f", link), 0);
    assert_ok(th_file_write(link, "new", 3, NULL), NULL);
    struct stat info;
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_content(path, "new", 3);
}

static void file_write__a_device_is_written_not_replaced(void **state)
{
    (void)state;
    assert_ok(th_file_write("/dev/null", "x", 1, NULL), NULL);
    struct stat info;
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
}

static void file_write__full_disk_is_reported(void **state)
{
    (void)state;
    struct th_error err;
    if (!th_file_exists("/dev/full")) {
        print_message("no /dev/full here\n");
        skip();
    }
    assert_status(th_file_write("/dev/full", "x", 1, &err), TH_IO, &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@io_reason.full");
}

static void file_read__limit_itself_fits_and_one_more_does_not(void **state)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *data = NULL;
    size_t size = 99;
    th_test_path(path, *state, "f");
    assert_ok(th_file_write(path, "12345", 5, NULL), NULL);
    assert_status(th_file_read(path, 4, &data, &size, &err), TH_LIMIT, &err);
    assert_string_equal(err.key, "file_too_large");
    assert_string_equal(th_error_arg_get(&err, "limit"), "4");
    assert_null(data);
    assert_int_equal(size, 99);
    assert_ok(th_file_read(path, 5, &data, &size, &err), &err);
    assert_string_equal(data, "12345");
    free(data);
}

static void file_read__large_file_comes_whole(void **state)
{
    enum { SIZE = 300001 };
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, *state, "f");
    char *data = malloc(SIZE);
    assert_non_null(data);
    for (int i = 0; i < SIZE; i++) {
        data[i] = (char)(i % 251);
    }
    assert_ok(th_file_write(path, data, SIZE, NULL), NULL);
    assert_content(path, data, SIZE);
    free(data);
}

static void file_read__absent_file_and_folder_are_told_apart(void **state)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *data = NULL;
    size_t size = 0;
    th_test_path(path, *state, "absent");
    assert_status(th_file_read(path, 10, &data, &size, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "file_not_found");
    assert_string_equal(th_error_arg_get(&err, "path"), path);
    assert_status(th_file_read(*state, 10, &data, &size, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "file_io");
}

// Nobody writes into the pipe, and the device never ends: a second is enough for the answer.
static void file_read__pipes_and_devices_are_refused_at_once(void **state)
{
    enum { ALARM_S = 5 };
    char pipe[TH_TEST_PATH_SIZE];
    assert_int_equal(mkfifo(th_test_path(pipe, *state, "pipe"), 0600), 0);
    const char *const paths[] = {pipe, "/dev/zero", "/dev/urandom", "/dev/null"};
    (void)alarm(ALARM_S);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct th_error err;
        char *data = NULL;
        size_t size = 7;
        assert_status(th_file_read(paths[i], SIZE_MAX / 2, &data, &size, &err), TH_UNREADABLE,
                      &err);
        assert_string_equal(err.key, "file_io");
        assert_string_equal(th_error_arg_get(&err, "path"), paths[i]);
        assert_string_equal(th_error_arg_get(&err, "reason"), "@io_reason.no_file");
        assert_null(data);
        assert_int_equal(size, 7);
    }
    (void)alarm(0);
}

static void file_base_name__is_what_follows_the_last_slash(void **state)
{
    (void)state;
    assert_string_equal(th_file_base_name("a/b/c.gpkg"), "c.gpkg");
    assert_string_equal(th_file_base_name("c.gpkg"), "c.gpkg");
    assert_string_equal(th_file_base_name("/c"), "c");
    assert_string_equal(th_file_base_name("a/"), "");
    assert_false(th_file_exists(NULL));
}

static void file_publish__gives_the_name_once(void **state)
{
    struct th_error err;
    char fresh[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    th_test_path(fresh, *state, "fresh");
    th_test_path(path, *state, "name");
    assert_ok(th_file_write(fresh, "one", 3, &err), &err);
    assert_ok(th_file_publish(fresh, path, &err), &err);
    assert_content(path, "one", 3);
    assert_int_equal(count_entries(*state), 1);
    assert_ok(th_file_write(fresh, "two", 3, &err), &err);
    assert_status(th_file_publish(fresh, path, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "file_exists");
    assert_content(path, "one", 3);
    assert_content(fresh, "two", 3);
}

static void file_check_target__tells_beforehand_what_would_fail(void **state)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    assert_ok(th_file_check_target(th_test_path(path, *state, "new"), &err), &err);
    assert_status(th_file_check_target(*state, &err), TH_UNREADABLE, &err);
    assert_status(th_file_check_target(th_test_path(path, *state, "absent/new"), &err),
                  TH_NOT_FOUND, &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@io_reason.no_folder");
    assert_int_equal(count_entries(*state), 0);
}

static void file_check_new__names_what_is_free(void **state)
{
    static const struct {
        const char *taken, *also_taken, *free;
    } cases[] = {
        {"list.xlsx", "", "list-2.xlsx"},
        {"清单.2024.csv", "清单.2024-2.csv", "清单.2024-3.csv"},
        {"list", "", "list-2"},
        {".hidden", "", ".hidden-2"},
    };
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char other[TH_TEST_PATH_SIZE];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        th_test_path(path, *state, cases[i].taken);
        assert_ok(th_file_check_new(path, &err), &err);
        assert_ok(th_file_write(path, "mine", 4, &err), &err);
        if (cases[i].also_taken[0] != '\0') {
            assert_ok(th_file_write(th_test_path(other, *state, cases[i].also_taken), "x", 1, &err),
                      &err);
        }
        assert_status(th_file_check_new(path, &err), TH_CONFLICT, &err);
        assert_string_equal(err.key, "file_exists");
        assert_string_equal(th_error_arg_get(&err, "path"), path);
        assert_string_equal(th_error_arg_get(&err, "free"),
                            th_test_path(other, *state, cases[i].free));
    }
    // Where the folder's own name has a dot, the file's has none.
    assert_int_equal(mkdir(th_test_path(path, *state, "a.b"), 0755), 0);
    assert_ok(th_file_write(th_test_path(path, *state, "a.b/list"), "x", 1, &err), &err);
    assert_status(th_file_check_new(path, &err), TH_CONFLICT, &err);
    assert_string_equal(th_error_arg_get(&err, "free"), th_test_path(other, *state, "a.b/list-2"));
}

static void file_check_new__refuses_the_names_beside_a_database(void **state)
{
    static const char *const SUFFIXES[] = {"-journal", "-wal", "-shm"};
    struct th_error err = {0};
    char base[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE + 16];
    th_test_path(base, *state, "r.tanhui");
    for (int exists = 0; exists < 2; exists++) {
        for (size_t i = 0; i < sizeof(SUFFIXES) / sizeof(SUFFIXES[0]); i++) {
            snprintf(path, sizeof(path), "%s%s", base, SUFFIXES[i]);
            assert_status(th_file_check_new(path, &err), exists ? TH_CONFLICT : TH_OK, &err);
            if (exists) {
                assert_string_equal(err.key, "file_beside_database");
                assert_string_equal(th_error_arg_get(&err, "beside"), base);
            }
        }
        assert_ok(th_file_write(base, "x", 1, &err), &err);
    }
}

static void file_write_new__never_replaces_anything(void **state)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char link[TH_TEST_PATH_SIZE];
    struct stat info;
    assert_ok(th_file_write_new(th_test_path(path, *state, "f"), "mine", 4, &err), &err);
    assert_status(th_file_write_new(path, "yours", 5, &err), TH_CONFLICT, &err);
    assert_content(path, "mine", 4);
    // A link is a file of that name, wherever it leads.
    assert_int_equal(symlink("f", th_test_path(link, *state, "link")), 0);
    assert_status(th_file_write_new(link, "yours", 5, &err), TH_CONFLICT, &err);
    assert_content(path, "mine", 4);
    assert_int_equal(symlink("nowhere", th_test_path(link, *state, "lost")), 0);
    assert_status(th_file_write_new(link, "yours", 5, &err), TH_CONFLICT, &err);
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_status(th_file_write_new("/dev/null", "x", 1, &err), TH_CONFLICT, &err);
    assert_status(th_file_write_new(*state, "x", 1, &err), TH_UNREADABLE, &err);
    assert_status(th_file_write_new(th_test_path(path, *state, "absent/f"), "x", 1, &err),
                  TH_NOT_FOUND, &err);
    assert_int_equal(count_entries(*state), 3);
}

int main(void)
{
#define FILE_TEST(name)                                                                            \
    cmocka_unit_test_setup_teardown(name, th_test_folder_setup, th_test_folder_teardown)
    const struct CMUnitTest tests[] = {
        FILE_TEST(file_write__leaves_the_content_and_nothing_else),
        FILE_TEST(file_write__failure_leaves_the_old_file_and_no_trace),
        FILE_TEST(file_publish__gives_the_name_once),
        FILE_TEST(file_check_target__tells_beforehand_what_would_fail),
        FILE_TEST(file_check_new__names_what_is_free),
        FILE_TEST(file_check_new__refuses_the_names_beside_a_database),
        FILE_TEST(file_write_new__never_replaces_anything),
        FILE_TEST(file_write__link_stays_a_link),
        FILE_TEST(file_write__a_device_is_written_not_replaced),
        FILE_TEST(file_write__full_disk_is_reported),
        FILE_TEST(file_read__limit_itself_fits_and_one_more_does_not),
        FILE_TEST(file_read__large_file_comes_whole),
        FILE_TEST(file_read__absent_file_and_folder_are_told_apart),
        FILE_TEST(file_read__pipes_and_devices_are_refused_at_once),
        FILE_TEST(file_base_name__is_what_follows_the_last_slash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

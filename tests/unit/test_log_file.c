// Real database files whose log is written a commit at a time.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/file/write_behind_internal.h"
#include "tests/support/support.h"

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
}

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

// A cache of ten pages, so that large transactions write frames long before their end, read them
// and write them again.
static sqlite3 *open_db(const char *path, const char *vfs)
{
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    assert_int_equal(sqlite3_open_v2(path, &db, flags, vfs), SQLITE_OK);
    run(db, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA cache_size = 10;"
            "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, b BLOB)");
    return db;
}

// One row of about a page each, from..to.
static void put(sqlite3 *db, int from, int to)
{
    char sql[256];
    (void)snprintf(sql, sizeof(sql),
                   "WITH RECURSIVE n (i) AS (VALUES (%d) UNION ALL SELECT i + 1 FROM n WHERE i < "
                   "%d) INSERT OR REPLACE INTO t SELECT i, randomblob(3000) FROM n",
                   from, to);
    run(db, sql);
}

// How often this process has called the system to write; -1 where that cannot be known.
static long writes(void)
{
    char line[128];
    long n = -1;
    FILE *io = fopen("/proc/self/io", "r");
    while (io && fgets(line, sizeof(line), io)) {
        if (strncmp(line, "syscw: ", 7) == 0) {
            n = strtol(line + 7, NULL, 10);
        }
    }
    if (io) {
        (void)fclose(io);
    }
    return n;
}

static long writes_of_a_commit(const char *path, const char *vfs)
{
    sqlite3 *db = open_db(path, vfs);
    run(db, "PRAGMA cache_size = 1000");
    put(db, 1, 1);
    long before = writes();
    put(db, 2, 41);
    long after = writes();
    sqlite3_close(db);
    return after - before;
}

static void log_file__forty_pages_of_a_commit_are_two_pieces(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    if (writes() < 0) {
        print_message("the system does not tell how often a process writes\n");
        skip();
    }
    // Forty rows, the root of their table: two calls a frame.
    assert_in_range(writes_of_a_commit(th_test_path(path, *state, "own.db"), NULL), 80, 90);
    assert_in_range(
        writes_of_a_commit(th_test_path(path, *state, "ours.db"), th_write_behind_vfs()), 2, 4);
}

// Whether SQLite syncs or not.
static void log_file__others_read_each_commit_at_once(void **state)
{
    static const char *const MODES[] = {"PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL",
                                        "PRAGMA synchronous = OFF"};
    char path[TH_TEST_PATH_SIZE];
    sqlite3 *db = open_db(th_test_path(path, *state, "a.db"), th_write_behind_vfs());
    sqlite3 *other = open_db(path, NULL);
    int n = 0;
    for (int round = 0; round < 30; round++) {
        run(db, MODES[round % 3]);
        run(db, "BEGIN");
        put(db, n + 1, n + 1 + round * 7 % 50);
        put(db, 1, n / 2); // pages of which frames may be there already
        assert_int_equal(ask(db, "SELECT count(*) FROM t"), n + 1 + round * 7 % 50);
        assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE length(b) <> 3000"), 0);
        assert_int_equal(ask(other, "SELECT count(*) FROM t"), n);
        if (round % 5 == 4) {
            run(db, "ROLLBACK");
        } else {
            run(db, "COMMIT");
            n += 1 + round * 7 % 50;
        }
        assert_int_equal(ask(other, "SELECT count(*) FROM t WHERE length(b) = 3000"), n);
        assert_int_equal(ask(other, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
                         1);
    }
    sqlite3_close(other);
    sqlite3_close(db);
}

static void log_file__what_was_committed_outlives_the_program(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    int ending = 0;
    (void)th_test_path(path, *state, "killed.db");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        sqlite3 *db = open_db(path, th_write_behind_vfs());
        put(db, 1, 60);
        put(db, 61, 61);
        run(db, "BEGIN");
        put(db, 62, 99);
        (void)kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, &ending, 0), child);
    assert_true(WIFSIGNALED(ending));
    sqlite3 *db = open_db(path, NULL);
    assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE length(b) = 3000"), 61);
    assert_int_equal(ask(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    sqlite3_close(db);
}

static void log_file__a_commit_that_cannot_be_written_fails_whole(void **state)
{
    char path[TH_TEST_PATH_SIZE];
    struct rlimit whole;
    sqlite3 *db = open_db(th_test_path(path, *state, "full.db"), th_write_behind_vfs());
    run(db, "PRAGMA cache_size = 1000");
    put(db, 1, 10);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
    struct rlimit small = {.rlim_cur = 200 * 1024, .rlim_max = whole.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    run(db, "BEGIN");
    put(db, 11, 100);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
    assert_int_equal(code & 0xff, SQLITE_IOERR);
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    assert_int_equal(ask(db, "SELECT count(*) FROM t"), 10);
    put(db, 11, 20); // and the store goes on
    sqlite3_close(db);
    db = open_db(path, NULL);
    assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE length(b) = 3000"), 20);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(log_file__forty_pages_of_a_commit_are_two_pieces,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(log_file__others_read_each_commit_at_once,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(log_file__what_was_committed_outlives_the_program,
                                        th_test_folder_setup, th_test_folder_teardown),
        cmocka_unit_test_setup_teardown(log_file__a_commit_that_cannot_be_written_fails_whole,
                                        th_test_folder_setup, th_test_folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

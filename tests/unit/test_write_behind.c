// Real database files, with pages that are written by a second thread.
#include <errno.h>
#include <fcntl.h>
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

enum { ROWS = 400, BLOB_BYTES = 3000, CHANGES = 2000 };

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
}

// A cache of ten pages: nearly every page is written long before the end and read again.
static sqlite3 *open_db(const char *path, const char *vfs)
{
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    assert_int_equal(sqlite3_open_v2(path, &db, flags, vfs), SQLITE_OK);
    run(db, "PRAGMA page_size = 4096; PRAGMA journal_mode = TRUNCATE; PRAGMA cache_size = 10;"
            "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, k INTEGER, b BLOB);"
            "CREATE INDEX IF NOT EXISTS t_k ON t (k)");
    return db;
}

static void put(sqlite3 *db, const char *sql, int id, int k, int fill)
{
    unsigned char blob[BLOB_BYTES];
    sqlite3_stmt *stmt = NULL;
    memset(blob, fill & 0xff, sizeof(blob));
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    sqlite3_bind_int(stmt, 1, id);
    sqlite3_bind_int(stmt, 2, k);
    sqlite3_bind_blob(stmt, 3, blob, 1 + k % BLOB_BYTES, SQLITE_TRANSIENT);
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_finalize(stmt);
}

static void fill(sqlite3 *db)
{
    run(db, "BEGIN");
    for (int id = 1; id <= ROWS; id++) {
        put(db, "INSERT INTO t VALUES (?1, ?2, ?3)", id, id * 7919 % BLOB_BYTES, id);
    }
    run(db, "COMMIT");
}

// The same random changes for the same seed: rows grow, shrink, go and come.
static void change(sqlite3 *db, unsigned seed)
{
    for (int i = 0; i < CHANGES; i++) {
        int id = 1 + rand_r(&seed) % ROWS;
        int k = rand_r(&seed) % BLOB_BYTES;
        put(db,
            i % 5 == 0 ? "DELETE FROM t WHERE id = ?1 OR (?2 < 0 AND ?3)"
                       : "INSERT OR REPLACE INTO t VALUES (?1, ?2, ?3)",
            id, k, i);
    }
}

// Every byte of every row, in order, and whether the file is sound.
static char *content(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    char *text = NULL;
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT (SELECT integrity_check FROM"
                                        " pragma_integrity_check) || group_concat(id || ' ' || k"
                                        " || ' ' || hex(b), x'0a') FROM (SELECT * FROM t ORDER BY"
                                        " id)",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    text = strdup((const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    assert_non_null(text);
    assert_memory_equal(text, "ok", 2);
    return text;
}

static void assert_content(sqlite3 *db, const char *expected)
{
    char *text = content(db);
    assert_string_equal(text, expected);
    free(text);
}

static void write_behind__makes_the_file_that_sqlite_makes(void **state)
{
    const char *folder = *state;
    char path[TH_TEST_PATH_SIZE];
    for (unsigned seed = 1; seed <= 3; seed++) {
        char *expected = NULL;
        for (int behind = 0; behind < 2; behind++) {
            snprintf(path, sizeof(path), "%s/%u-%d.db", folder, seed, behind);
            sqlite3 *db = open_db(path, behind ? th_write_behind_vfs() : NULL);
            assert_int_equal(th_write_behind_begin(db), behind);
            fill(db); // one page after the other, so that long pieces are written
            run(db, "BEGIN");
            change(db, seed);
            run(db, "COMMIT");
            th_write_behind_end(db);
            sqlite3_close(db);
            db = open_db(path, NULL); // what is on the disk, not in a cache
            if (behind) {
                assert_content(db, expected);
            } else {
                expected = content(db);
            }
            sqlite3_close(db);
        }
        free(expected);
    }
}

static void write_behind__takes_everything_back(void **state)
{
    const char *folder = *state;
    char path[TH_TEST_PATH_SIZE];
    sqlite3 *db = open_db(th_test_path(path, folder, "back.db"), th_write_behind_vfs());
    fill(db);
    char *before = content(db);
    for (int at_close = 0; at_close < 2; at_close++) {
        assert_true(th_write_behind_begin(db));
        run(db, "BEGIN");
        change(db, 1);
        if (at_close) { // ends without a word from the caller
            sqlite3_close(db);
            db = open_db(path, th_write_behind_vfs());
        } else {
            run(db, "ROLLBACK");
            th_write_behind_end(db);
        }
        assert_content(db, before);
    }
    sqlite3_close(db);
    free(before);
}

// A page that could not be written is told before the transaction ends, with its reason, and the
// file is as it was once the connection has let go of it.
static void write_behind__tells_what_could_not_be_written(void **state)
{
    const char *folder = *state;
    char path[TH_TEST_PATH_SIZE];
    struct rlimit whole;
    sqlite3 *db = open_db(th_test_path(path, folder, "full.db"), th_write_behind_vfs());
    fill(db);
    char *before = content(db);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
    struct rlimit small = {.rlim_cur = 1500 * 1024, .rlim_max = whole.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_true(th_write_behind_begin(db));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    run(db, "BEGIN");
    int code = sqlite3_exec(db,
                            "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n"
                            " WHERE i < 3000) INSERT INTO t SELECT 10000 + i, i, zeroblob(3000)"
                            " FROM n",
                            NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    }
    int reason = sqlite3_system_errno(db);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
    assert_int_equal(code & 0xff, SQLITE_IOERR);
    assert_int_equal(reason, EFBIG);
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    th_write_behind_end(db);
    assert_content(db, before);
    sqlite3_close(db);
    db = open_db(path, NULL);
    assert_content(db, before);
    sqlite3_close(db);
    free(before);
}

// Does another process see the lock of a reader? SQLite puts it behind the byte of PENDING_BYTE
// (https://www.sqlite.org/fileformat2.html, 1.2: at 2^30) and the one after it.
static bool locked_for_others(const char *path)
{
    enum { READERS_AT = 0x40000000 + 2 };
    int ending = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct flock lock = {
            .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = READERS_AT, .l_len = 1};
        int file = open(path, O_RDWR | O_CLOEXEC);
        bool asked = file >= 0 && fcntl(file, F_GETLK, &lock) == 0;
        _exit(!asked ? 2 : lock.l_type != F_UNLCK);
    }
    assert_int_equal(waitpid(child, &ending, 0), child);
    assert_true(WIFEXITED(ending) && WEXITSTATUS(ending) <= 1);
    return WEXITSTATUS(ending) == 1;
}

// A process loses its locks on a file with any handle of it that is closed.
static void write_behind__keeps_the_locks_of_other_connections(void **state)
{
    const char *folder = *state;
    char path[TH_TEST_PATH_SIZE];
    sqlite3 *db = open_db(th_test_path(path, folder, "lock.db"), th_write_behind_vfs());
    sqlite3 *reader = open_db(path, th_write_behind_vfs());
    fill(db);
    assert_false(locked_for_others(path));
    assert_true(th_write_behind_begin(db));
    run(db, "BEGIN");
    change(db, 1);
    run(db, "COMMIT");
    run(reader, "BEGIN; SELECT count(*) FROM t");
    th_write_behind_end(db);
    assert_true(locked_for_others(path));
    sqlite3_close(reader);
    sqlite3_close(db);
}

static void write_behind__leaves_other_files_alone(void **state)
{
    sqlite3 *db = NULL;
    (void)state;
    assert_int_equal(sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, th_write_behind_vfs()),
                     SQLITE_OK);
    assert_false(th_write_behind_begin(db));
    th_write_behind_end(db);
    run(db, "CREATE TABLE t (a)");
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(write_behind__makes_the_file_that_sqlite_makes),
        cmocka_unit_test(write_behind__takes_everything_back),
        cmocka_unit_test(write_behind__tells_what_could_not_be_written),
        cmocka_unit_test(write_behind__keeps_the_locks_of_other_connections),
        cmocka_unit_test(write_behind__leaves_other_files_alone),
    };
    return cmocka_run_group_tests(tests, th_test_folder_setup, th_test_folder_teardown);
}

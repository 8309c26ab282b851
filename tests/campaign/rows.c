#include "tests/campaign/rows.h"

#include <string.h>

#include "tests/support/support.h"

void rows_open(struct rows *rows, const char *path)
{
    memset(rows, 0, sizeof(*rows));
    assert_int_equal(sqlite3_open_v2(path, &rows->db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    (void)sqlite3_busy_timeout(rows->db, 30000);
}

static void end(struct rows *rows)
{
    (void)sqlite3_finalize(rows->stmt);
    rows->stmt = NULL;
    rows->sql = NULL;
}

void rows_close(struct rows *rows)
{
    end(rows);
    assert_int_equal(sqlite3_close(rows->db), SQLITE_OK);
    rows->db = NULL;
}

void rows_query(struct rows *rows, const char *sql, int64_t a, int64_t b)
{
    end(rows);
    if (sqlite3_prepare_v2(rows->db, sql, -1, &rows->stmt, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(rows->db));
    }
    (void)sqlite3_bind_int64(rows->stmt, 1, a);
    (void)sqlite3_bind_int64(rows->stmt, 2, b);
}

int rows_next(struct rows *rows)
{
    int result = sqlite3_step(rows->stmt);
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        fail_msg("%s", sqlite3_errmsg(rows->db));
    }
    if (result == SQLITE_DONE) {
        end(rows);
    }
    return result == SQLITE_ROW;
}

int64_t rows_int(const struct rows *rows, int column)
{
    return sqlite3_column_int64(rows->stmt, column);
}

const char *rows_text(const struct rows *rows, int column)
{
    const unsigned char *text = sqlite3_column_text(rows->stmt, column);
    return text ? (const char *)text : "";
}

int64_t rows_number(struct rows *rows, const char *sql, int64_t a, int64_t b)
{
    int64_t number = 0;
    rows_query(rows, sql, a, b);
    if (rows_next(rows)) {
        number = rows_int(rows, 0);
    }
    end(rows);
    return number;
}

// Plain SQL over the file of a registry, by a connection of its own that only reads: what stands
// there, past every function of the program.
#ifndef TH_TESTS_CAMPAIGN_ROWS_H
#define TH_TESTS_CAMPAIGN_ROWS_H

#include <stdint.h>

#include <sqlite3.h>

struct rows {
    sqlite3 *db;
    sqlite3_stmt *stmt; // the last query
    const char *sql;    // of it
};

void rows_open(struct rows *rows, const char *path);
void rows_close(struct rows *rows);
// Begins a query with two numbers, which it need not use; rows_next until it returns false.
void rows_query(struct rows *rows, const char *sql, int64_t a, int64_t b);
int rows_next(struct rows *rows);
int64_t rows_int(const struct rows *rows, int column); // 0 for NULL
const char *rows_text(const struct rows *rows, int column);
// The only number that a query returns; 0 without a row.
int64_t rows_number(struct rows *rows, const char *sql, int64_t a, int64_t b);

#endif

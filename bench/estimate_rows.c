// How long SQLite needs to write the rows of a stored estimate, as a plain program would do it: the
// rows are read into memory first, then written again under the next run, so many of them by one
// statement, in one transaction. The registry is changed: take a copy.
//
//   estimate_rows REGISTRY RUN [ROWS_A_STATEMENT]     1 without, the store's own way is 16
//
// Prints the rows and the CPU and wall seconds of writing and committing as one JSON object.
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void must(int code, int want, sqlite3 *db, const char *what)
{
    if (code != want) {
        (void)fprintf(stderr, "estimate_rows: %s: %s\n", what, sqlite3_errmsg(db));
        exit(1);
    }
}

static void run(sqlite3 *db, const char *sql)
{
    must(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, db, sql);
}

enum { N_NUMBERS = 12 };

struct row {
    sqlite3_int64 numbers[N_NUMBERS]; // parcel, year, version, area, the terms
    char *used;
};

struct rows {
    struct row *items;
    size_t n, capacity;
};

static void read_rows(sqlite3 *db, sqlite3_int64 run_id, struct rows *rows)
{
    static const char SQL[] =
        "SELECT parcel_id, year, version, area_m2_300, gross_kg, baseline_kg, co2_kg, ch4_kg, "
        "n2o_kg, leakage_kg, deduction_kg, net_kg, used FROM estimate_line WHERE run_id = ?1 "
        "ORDER BY parcel_id, year";
    sqlite3_stmt *stmt = NULL;
    must(sqlite3_prepare_v2(db, SQL, -1, &stmt, NULL), SQLITE_OK, db, "prepare");
    sqlite3_bind_int64(stmt, 1, run_id);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        if (rows->n == rows->capacity) {
            rows->capacity = rows->capacity == 0 ? 1024 : 2 * rows->capacity;
            rows->items = realloc(rows->items, rows->capacity * sizeof(*rows->items));
            if (rows->items == NULL) {
                exit(1);
            }
        }
        struct row *row = &rows->items[rows->n++];
        for (int i = 0; i < N_NUMBERS; i++) {
            row->numbers[i] = sqlite3_column_int64(stmt, i);
        }
        row->used = strdup((const char *)sqlite3_column_text(stmt, N_NUMBERS));
        if (row->used == NULL) {
            exit(1);
        }
    }
    sqlite3_finalize(stmt);
}

static sqlite3_stmt *insert_of(sqlite3 *db, size_t n_together)
{
    static const char INTO[] =
        "INSERT INTO estimate_line (run_id, parcel_id, year, version, area_m2_300, gross_kg, "
        "baseline_kg, co2_kg, ch4_kg, n2o_kg, leakage_kg, deduction_kg, net_kg, used) VALUES ";
    static const char TUPLE[] = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_stmt *stmt = NULL;
    sqlite3_str_appendall(sql, INTO);
    for (size_t i = 0; i < n_together; i++) {
        sqlite3_str_appendf(sql, "%s%s", i > 0 ? ", " : "", TUPLE);
    }
    char *text = sqlite3_str_finish(sql);
    must(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK, db, "prepare");
    sqlite3_free(text);
    return stmt;
}

static void write_rows(sqlite3 *db, sqlite3_int64 run_id, const struct rows *rows,
                       size_t n_together)
{
    sqlite3_stmt *many = insert_of(db, n_together);
    sqlite3_stmt *one = insert_of(db, 1);
    for (size_t i = 0; i < rows->n;) {
        size_t n = rows->n - i >= n_together ? n_together : 1;
        sqlite3_stmt *stmt = n == n_together ? many : one;
        int parameter = 0;
        for (size_t end = i + n; i < end; i++) {
            const struct row *row = &rows->items[i];
            sqlite3_bind_int64(stmt, ++parameter, run_id);
            for (int k = 0; k < N_NUMBERS; k++) {
                sqlite3_bind_int64(stmt, ++parameter, row->numbers[k]);
            }
            sqlite3_bind_text(stmt, ++parameter, row->used, -1, SQLITE_STATIC);
        }
        must(sqlite3_step(stmt), SQLITE_DONE, db, "insert");
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(one);
    sqlite3_finalize(many);
}

int main(int n_arguments, char **arguments)
{
    size_t n_together = n_arguments == 4 ? strtoull(arguments[3], NULL, 10) : 1;
    if (n_arguments < 3 || n_arguments > 4 || n_together < 1 || n_together > 1000) {
        (void)fprintf(stderr, "usage: estimate_rows REGISTRY RUN [ROWS_A_STATEMENT]\n");
        return 2;
    }
    sqlite3 *db = NULL;
    struct rows rows = {.n = 0};
    sqlite3_int64 run_id = strtoll(arguments[2], NULL, 10);
    must(sqlite3_open_v2(arguments[1], &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK, db, "open");
    // As the store sets them.
    run(db, "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA cache_size = -65536; "
            "PRAGMA temp_store = MEMORY; PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL");
    read_rows(db, run_id, &rows);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    double wall = seconds(CLOCK_MONOTONIC);
    run(db, "BEGIN IMMEDIATE; CREATE TEMP TABLE copied AS SELECT * FROM estimate_run ORDER BY "
            "run_id DESC LIMIT 1; UPDATE copied SET run_id = run_id + 1; INSERT INTO estimate_run "
            "SELECT * FROM copied");
    write_rows(db, sqlite3_last_insert_rowid(db), &rows, n_together);
    run(db, "COMMIT");
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    (void)printf("{\"rows\": %zu, \"cpu_s\": %.3f, \"wall_s\": %.3f}\n", rows.n, cpu, wall);
    sqlite3_close(db);
    return 0;
}

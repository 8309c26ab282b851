// Trades a second, durable, beside SQLite writing as many bare rows a commit in the same folder.
//
//   bench_trade [N]      N trades (default 2,000): each a resale of one tonne, proposed by one
//   person
//                        and approved by another, hence two commits
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/integration/market.h"

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int code)
{
    if (code != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errstr(code));
        exit(1);
    }
}

static void bare(const char *folder, int n)
{
    char path[512];
    sqlite3 *db = NULL;
    sqlite3_stmt *insert = NULL;
    snprintf(path, sizeof(path), "%s/bare.sqlite", folder);
    must(sqlite3_open(path, &db));
    must(sqlite3_exec(db,
                      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;"
                      "PRAGMA synchronous = FULL; CREATE TABLE leg (id INTEGER PRIMARY KEY,"
                      " party INTEGER, account TEXT, fen INTEGER)",
                      NULL, NULL, NULL));
    must(sqlite3_prepare_v2(db, "INSERT INTO leg (party, account, fen) VALUES (?1, 'claim', ?2)",
                            -1, &insert, NULL));
    double begin = now_s();
    for (int i = 0; i < n; i++) {
        (void)sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int leg = 0; leg < 2; leg++) {
            sqlite3_bind_int(insert, 1, i % 100);
            sqlite3_bind_int(insert, 2, leg == 0 ? 100 : -100);
            (void)sqlite3_step(insert);
            sqlite3_reset(insert);
        }
        must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    }
    printf("bare SQLite: %.0f commits of two legs a second\n", n / (now_s() - begin));
    sqlite3_finalize(insert);
    sqlite3_close(db);
}

int main(int argc, char **argv)
{
    struct market *market = malloc(sizeof(*market));
    int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 2000;
    if (!market) {
        return 1;
    }
    market_make(market);
    const int64_t tonnes[] = {1000000};
    market_package(market, "包", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes, 1, 0);
    market_bought(market, "1", "43.44");
    bare(market->world.folder, n);
    double begin = now_s();
    double cpu = cpu_s();
    for (int i = 0; i < n; i++) {
        market_sold(market, i % 2 == 0 ? "制药厂" : "造纸厂", "1", "73.41");
    }
    double wall = now_s() - begin;
    printf("%d trades: %.0f a second (%.0f commits), %.0f us CPU each\n", n, n / wall, 2 * n / wall,
           (cpu_s() - cpu) / n * 1e6);
    market_remove(market);
    free(market);
    return 0;
}

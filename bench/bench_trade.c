// Trades a second, durable, beside SQLite writing as many bare rows a commit in the same folder.
//
//   bench_trade [N [ROUNDS]]
//
// N trades a round (2,000), ROUNDS rounds (5): each a resale of one tonne; carried out at once by
// one person, a commit a trade, and proposed by one, approved by another, two commits. The middle
// of the rounds is told; a ratio is that of one round's rates. What one person carries out alone in
// a day counts together: after ten deals it is the next day.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "registry/rule.h"
#include "store/store_internal.h"
#include "tests/integration/market.h"

enum { ROUNDS_MAX = 99, DEALS_A_DAY = 10, DAY_S = 86400 };

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int code)
{
    if (code != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errstr(code));
        exit(1);
    }
}

// Pages that the connection has written to its log, one frame each.
static int frames(sqlite3 *db)
{
    int n = 0;
    int highest = 0;
    must(sqlite3_db_status(db, SQLITE_DBSTATUS_CACHE_WRITE, &n, &highest, 0));
    return n;
}

struct cost {         // of one round
    double commits_s; // a second
    double cpu_us;    // a commit
    double frames;    // a commit
};

struct watch {
    sqlite3 *db;
    double wall, cpu;
    int frames;
};

static struct watch start(sqlite3 *db)
{
    return (struct watch){.db = db,
                          .wall = seconds(CLOCK_MONOTONIC),
                          .cpu = seconds(CLOCK_PROCESS_CPUTIME_ID),
                          .frames = frames(db)};
}

static struct cost stop(const struct watch *watch, int n_commits)
{
    return (struct cost){.commits_s = n_commits / (seconds(CLOCK_MONOTONIC) - watch->wall),
                         .cpu_us =
                             (seconds(CLOCK_PROCESS_CPUTIME_ID) - watch->cpu) / n_commits * 1e6,
                         .frames = (double)(frames(watch->db) - watch->frames) / n_commits};
}

static sqlite3 *bare_open(const char *folder)
{
    char path[TH_TEST_PATH_SIZE + 16];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof(path), "%s/bare.sqlite", folder);
    must(sqlite3_open(path, &db));
    must(sqlite3_exec(db,
                      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;"
                      "PRAGMA synchronous = FULL; CREATE TABLE leg (id INTEGER PRIMARY KEY,"
                      " party INTEGER, account TEXT, fen INTEGER)",
                      NULL, NULL, NULL));
    return db;
}

static struct cost bare(sqlite3 *db, int n)
{
    sqlite3_stmt *insert = NULL;
    must(sqlite3_prepare_v2(db, "INSERT INTO leg (party, account, fen) VALUES (?1, 'claim', ?2)",
                            -1, &insert, NULL));
    const struct watch watch = start(db);
    for (int i = 0; i < n; i++) {
        must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
        for (int leg = 0; leg < 2; leg++) {
            sqlite3_bind_int(insert, 1, i % 100);
            sqlite3_bind_int(insert, 2, leg == 0 ? 100 : -100);
            (void)sqlite3_step(insert);
            sqlite3_reset(insert);
        }
        must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
    }
    const struct cost cost = stop(&watch, n);
    sqlite3_finalize(insert);
    return cost;
}

static struct cost by_two(struct market *market, int n)
{
    const struct watch watch = start(market->world.store->db);
    for (int i = 0; i < n; i++) {
        (void)market_sold(market, i % 2 == 0 ? "制药厂" : "造纸厂", "1", "73.41");
    }
    return stop(&watch, 2 * n);
}

static void let_one_suffice(struct market *market)
{
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options rule = {
        .name = "deal_alone_cny", .value = "1000", .reason = "bench"};
    struct th_json *reply = NULL;
    assert_ok(th_rule_set(market->world.registry, &officer, &rule, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static struct cost at_once(struct market *market, int n)
{
    const struct th_request bank = {.login = "bank"};
    struct th_resale_input input = {
        .from = "两山银行", .tonnes = "1", .price = "73.41", .at_once = true, .on = "2022-05-20"};
    const struct watch watch = start(market->world.store->db);
    for (int i = 0; i < n; i++) {
        struct th_json *reply = NULL;
        input.to = i % 2 == 0 ? "制药厂" : "造纸厂";
        market->world.now_utc += i % DEALS_A_DAY == 0 ? DAY_S : 0;
        assert_ok(
            th_trade_propose_resale(market->world.registry, &bank, &input, &reply, &market->err),
            &market->err);
        th_json_free(reply);
    }
    return stop(&watch, n);
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double middle(double *values, int n)
{
    qsort(values, (size_t)n, sizeof(*values), by_value);
    return values[n / 2];
}

// `bare` NULL: these are the bare ones.
static void tell(const char *title, const struct cost *costs, const struct cost *bare, int n)
{
    double rates[ROUNDS_MAX];
    double cpu[ROUNDS_MAX];
    double ratios[ROUNDS_MAX];
    for (int i = 0; i < n; i++) {
        rates[i] = costs[i].commits_s;
        cpu[i] = costs[i].cpu_us;
        ratios[i] = bare ? costs[i].commits_s / bare[i].commits_s : 1;
    }
    printf("%-24s %7.0f commits/s   %4.2f of bare   %5.0f us CPU   %5.2f frames a commit\n", title,
           middle(rates, n), middle(ratios, n), middle(cpu, n), costs[n - 1].frames);
}

int main(int argc, char **argv)
{
    struct market *market = malloc(sizeof(*market));
    int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 2000;
    int n_rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
    struct cost bares[ROUNDS_MAX];
    struct cost ones[ROUNDS_MAX];
    struct cost twos[ROUNDS_MAX];
    if (!market || n < 1 || n_rounds < 1 || n_rounds > ROUNDS_MAX) {
        free(market);
        return 2;
    }
    th_store_prepare_process(); // as the program does
    market_make(market);
    const int64_t tonnes[] = {1000000};
    market_package(market, "包", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes, 1, 0);
    market_bought(market, "1", "43.44");
    let_one_suffice(market);
    sqlite3 *db = bare_open(market->world.folder);
    for (int i = 0; i < n_rounds; i++) {
        bares[i] = bare(db, n);
        ones[i] = at_once(market, n);
        twos[i] = by_two(market, n);
    }
    tell("bare, two legs", bares, NULL, n_rounds);
    tell("at once", ones, bares, n_rounds);
    tell("proposed, approved", twos, bares, n_rounds);
    sqlite3_close(db);
    market_remove(market);
    free(market);
    return 0;
}

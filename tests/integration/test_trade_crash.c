// kill -9 at random moments of trades, and two processes that trade at once: afterwards the books
// balance, and of every trade all or nothing is there.
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/integration/market.h"

enum { N_KILLS = 20, N_WRITERS = 2, N_TRADES = 25, POOL_T = 1000000 };

static int setup(void **state)
{
    (void)market_setup(state);
    struct market *market = *state;
    const int64_t tonnes_t[] = {POOL_T, POOL_T};
    market_package(market, "甲", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes_t, 2, 100);
    market_package(market, "乙", MARKET_GAOJIATANG, MARKET_VILLAGE_2, NULL, tonnes_t, 2, 100);
    market_bought(market, "1 2", "43.44");
    return 0;
}

// The file is opened anew on either side of a fork: SQLite does not survive one.
static void reopen(struct market *market)
{
    assert_ok(th_registry_open(market->world.path, TH_STORE_WRITE, &market->world.surroundings,
                               &market->world.registry, &market->err),
              &market->err);
    market->world.store = th_registry_store(market->world.registry);
}

static void shut(struct market *market)
{
    th_registry_close(market->world.registry);
    market->world.registry = NULL;
    market->world.store = NULL;
}

// Sells 7 t at 1.00 with its receipt, n times (n < 0: until killed). Runs in a child, which says by
// one byte that the file is open.
static void trade_on(struct market *market, int n, int ready)
{
    reopen(market);
    if (write(ready, "r", 1) != 1) {
        _exit(1);
    }
    for (int i = 0; n < 0 || i < n; i++) {
        int64_t id = market_sold(market, "制药厂", "7", "1.00");
        th_json_free(market_receipt(market, id, "7.00", TH_OK));
    }
    shut(market);
    _exit(0);
}

static void assert_all_or_nothing(struct market *market)
{
    struct th_store *store = market->world.store;
    market_assert_sound(store);
    // Proposed: locked and no money. Approved: moved, and claims of both sides.
    assert_int_equal(
        th_test_sql_int(store,
                        "SELECT count(*) FROM trade t WHERE kind = 'resale' AND ("
                        "(SELECT sum(tonnes) FROM trade_line l WHERE l.trade_id = t.trade_id) <> 7 "
                        "OR coalesce((SELECT sum(b.last - b.first + 1) FROM unit_block b "
                        "WHERE b.lock_id = t.trade_id), 0) <> "
                        "iif(state = 'proposed', 7, 0) "
                        "OR (SELECT count(*) FROM money_leg m WHERE m.trade_id = t.trade_id "
                        "AND memo = 'money.resale') % 2 <> 0 "
                        "OR ((SELECT count(*) FROM money_leg m WHERE m.trade_id = t.trade_id "
                        "AND memo = 'money.resale') > 0) <> (state = 'approved'))"),
        0);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM trade WHERE kind = 'resale'"),
                     th_test_sql_int(store, "SELECT count(*) FROM journal WHERE kind = "
                                            "'trade.propose' AND body LIKE '%resale%'"));
}

static void kill__at_random_moments_leaves_all_or_nothing(void **state)
{
    struct market *market = *state;
    uint32_t seed = (uint32_t)time(NULL);
    print_message("seed %u\n", seed);
    shut(market);
    for (int i = 0; i < N_KILLS; i++) {
        int ends[2];
        char byte = 0;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            trade_on(market, -1, ends[1]);
        }
        assert_int_equal(read(ends[0], &byte, 1), 1);
        seed = seed * 1664525u + 1013904223u;
        const struct timespec wait = {.tv_nsec = (long)(seed >> 8) % 30000000L};
        nanosleep(&wait, NULL);
        int status = 0;
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        close(ends[0]);
        close(ends[1]);
        reopen(market);
        assert_all_or_nothing(market);
        shut(market);
    }
    reopen(market);
    int64_t n = th_test_sql_int(market->world.store, "SELECT count(*) FROM trade");
    print_message("%lld trades survived %d kills\n", (long long)n, N_KILLS);
    assert_true(n > 1); // some work was done between the kills
}

static void writers__two_processes_share_one_file(void **state)
{
    struct market *market = *state;
    pid_t children[N_WRITERS];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    shut(market);
    for (int i = 0; i < N_WRITERS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            trade_on(market, N_TRADES, ends[1]);
        }
    }
    for (int i = 0; i < N_WRITERS; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    close(ends[0]);
    close(ends[1]);
    reopen(market);
    assert_all_or_nothing(market);
    assert_int_equal(th_test_sql_int(market->world.store,
                                     "SELECT count(*) FROM trade WHERE kind = 'resale' "
                                     "AND state = 'approved'"),
                     N_WRITERS * N_TRADES);
    assert_int_equal(
        th_test_sql_int(market->world.store, "SELECT sum(units_t) FROM balance WHERE owner_id = 6"),
        N_WRITERS * N_TRADES * 7);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(kill__at_random_moments_leaves_all_or_nothing),
        TEST(writers__two_processes_share_one_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

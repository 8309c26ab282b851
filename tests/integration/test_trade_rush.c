// Many at once: two hundred buyers for the last hundred tonnes, and one request sent fifty times.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/market.h"

enum { LAST_T = 100, N_BUYERS = 200, N_TIMES = 50, CHILDREN_MAX = 256 };
enum outcome { SOLD = 10, TOO_LATE = 11, REPLAYED = 12, WENT_WRONG = 13 };

static int setup(void **state)
{
    (void)market_setup(state);
    struct market *market = *state;
    const int64_t tonnes_t[] = {LAST_T};
    market_package(market, "甲", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes_t, 1, 0);
    market_bought(market, "1", "43.44");
    return 0;
}

// The file is opened anew on either side of a fork: SQLite does not survive one.
static bool reopen(struct market *market)
{
    enum th_status status =
        th_registry_open(market->world.path, TH_STORE_WRITE, &market->world.surroundings,
                         &market->world.registry, &market->err);
    market->world.store = status == TH_OK ? th_registry_store(market->world.registry) : NULL;
    return status == TH_OK;
}

static void shut(struct market *market)
{
    th_registry_close(market->world.registry);
    market->world.registry = NULL;
    market->world.store = NULL;
}

// What became of buying one tonne.
static enum outcome buy_one(struct market *market, const char *key)
{
    const struct th_request request = {.login = "bank", .idempotency_key = key};
    const struct th_resale_input input = {
        .from = "两山银行", .to = "制药厂", .tonnes = "1", .price = "70"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err);
    enum outcome outcome = WENT_WRONG;
    if (status == TH_OK) {
        outcome = th_json_get_bool(reply, "replayed", false) ? REPLAYED : SOLD;
    } else if (status == TH_CONFLICT && strcmp(market->err.key, "not_enough_units") == 0) {
        outcome = TOO_LATE;
    }
    th_json_free(reply);
    return outcome;
}

// All children wait for the same moment: the end of the pipe that they read from is closed.
static void rush(struct market *market, size_t n, const char *key, size_t counts[WENT_WRONG + 1])
{
    static pid_t children[CHILDREN_MAX];
    int gate[2];
    assert_true(n <= CHILDREN_MAX);
    shut(market);
    assert_int_equal(pipe(gate), 0);
    for (size_t i = 0; i < n; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            char byte;
            close(gate[1]);
            bool open = reopen(market) && read(gate[0], &byte, 1) == 0;
            _exit(open ? (int)buy_one(market, key) : WENT_WRONG);
        }
    }
    close(gate[0]);
    close(gate[1]);
    for (size_t i = 0; i < n; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= WENT_WRONG);
        counts[WEXITSTATUS(status)]++;
    }
    assert_true(reopen(market));
}

static void rush__sells_the_last_hundred_tonnes_once(void **state)
{
    struct market *market = *state;
    size_t counts[WENT_WRONG + 1] = {0};
    rush(market, N_BUYERS, NULL, counts);
    assert_int_equal(counts[SOLD], LAST_T);
    assert_int_equal(counts[TOO_LATE], N_BUYERS - LAST_T);
    assert_int_equal(counts[WENT_WRONG], 0);
    assert_int_equal(th_test_sql_int(market->world.store,
                                     "SELECT sum(last - first + 1) FROM unit_block"
                                     " WHERE state = 'locked'"),
                     LAST_T);
    assert_int_equal(
        th_test_sql_int(market->world.store, "SELECT count(*) FROM trade WHERE kind = 'resale'"),
        LAST_T);
}

static void rush__a_key_sent_fifty_times_acts_once(void **state)
{
    struct market *market = *state;
    size_t counts[WENT_WRONG + 1] = {0};
    rush(market, N_TIMES, "order-7", counts);
    assert_int_equal(counts[SOLD], 1);
    assert_int_equal(counts[REPLAYED], N_TIMES - 1);
    assert_int_equal(
        th_test_sql_int(market->world.store, "SELECT count(*) FROM trade WHERE kind = 'resale'"),
        1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rush__sells_the_last_hundred_tonnes_once),
        TEST(rush__a_key_sent_fifty_times_acts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

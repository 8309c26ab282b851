// One contract with many villages: legs a second, proposal and approval together.
//
//   bench_purchase [N [ROUNDS]]     N packages (default 1,000), each of a holder's issue of 10 t,
//   are
//                                   bought under one contract; ROUNDS contracts (default 3)
//
// A package has four legs: its units under the lock and out of it, the claim of either side.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/integration/market.h"
#include "trading/spot/spot.h"

enum { NUMBER_SIZE = 24 };

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int64_t propose(struct market *market, const char *const *packages, size_t n)
{
    const struct th_request bank = {.login = "bank"};
    const struct th_purchase_input input = {.packages = packages,
                                            .n_packages = n,
                                            .to = "两山银行",
                                            .price = "43.44",
                                            .on = "2024-01-10"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_purchase(market->world.registry, &bank, &input, &reply, &market->err),
        &market->err);
    return market_id(reply);
}

static void buy(struct market *market, int round, char (*names)[NUMBER_SIZE], const char **packages,
                int n)
{
    const int64_t tonnes[] = {10};
    for (int i = 0; i < n; i++) {
        char name[NUMBER_SIZE];
        (void)snprintf(name, sizeof(name), "p%d-%d", round, i);
        int64_t id = market_package(market, name, i % 2 == 0 ? MARKET_MAJIANONG : MARKET_GAOJIATANG,
                                    MARKET_VILLAGE_1, NULL, tonnes, 1, 0);
        (void)snprintf(names[i], NUMBER_SIZE, "%lld", (long long)id);
        packages[i] = names[i];
    }
    double begin = seconds(CLOCK_MONOTONIC);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    int64_t trade_id = propose(market, packages, (size_t)n);
    double proposed = seconds(CLOCK_MONOTONIC);
    th_json_free(market_approve(market, trade_id, TH_OK));
    double wall = seconds(CLOCK_MONOTONIC) - begin;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("%d packages: proposed %.3f s, approved %.3f s; %.0f legs/s, by CPU time %.0f\n", n,
           proposed - begin, begin + wall - proposed, 4.0 * n / wall, 4.0 * n / cpu);
}

int main(int argc, char **argv)
{
    struct market *market = malloc(sizeof(*market));
    int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
    int n_rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 3;
    char(*names)[NUMBER_SIZE] = n > 0 ? calloc((size_t)n, sizeof(*names)) : NULL;
    const char **packages = n > 0 ? calloc((size_t)n, sizeof(*packages)) : NULL;
    if (market && names && packages) {
        th_store_prepare_process(); // as the program does
        market_make(market);
        for (int i = 0; i < n_rounds; i++) {
            buy(market, i, names, packages, n);
        }
        market_remove(market);
    }
    free(packages);
    free(names);
    free(market);
    return 0;
}

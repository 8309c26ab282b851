// Trades a second of eight clients of one server: threads that ask one writer, which makes durable
// together what waits (registry/group_writer.h). Beside it the same clients, each change with a
// commit of its own. bench/pg_trade.sh runs it beside PostgreSQL.
//
//   bench_clients [N [CLIENTS]]     N trades (default 8,000) of CLIENTS clients (default 8): each a
//                                   resale of one tonne, carried out at once, ten a day: what one
//                                   person carries out alone in a day counts together
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "registry/group_writer.h"
#include "registry/rule.h"
#include "tests/integration/market.h"
#include "trading/spot/spot.h"

enum { CLIENTS_MAX = 64, DEALS_A_DAY = 10, DAY_S = 86400 };

struct calendar { // of whoever carries out, one deal after the other
    struct th_test_world *world;
    int n_deals;
};

struct order {
    struct calendar *calendar;
    const char *buyer;
};

struct client {
    pthread_t thread;
    struct th_group_writer *writer; // NULL: the registry below, one client at a time
    struct th_registry *registry;
    pthread_mutex_t *turn;
    struct calendar *calendar;
    int n;
};

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum th_status sell(void *context, struct th_registry *registry, struct th_json **ret_reply,
                           struct th_error *err)
{
    const struct order *order = context;
    struct calendar *calendar = order->calendar;
    const struct th_request bank = {.login = "bank"};
    const struct th_resale_input input = {.from = "两山银行",
                                          .to = order->buyer,
                                          .tonnes = "1",
                                          .price = "73.41",
                                          .at_once = true,
                                          .on = "2022-05-20"};
    calendar->world->now_utc += calendar->n_deals++ % DEALS_A_DAY == 0 ? DAY_S : 0;
    return th_trade_propose_resale(registry, &bank, &input, ret_reply, err);
}

static enum th_status sell_alone(struct client *client, struct order *order,
                                 struct th_json **ret_reply, struct th_error *err)
{
    pthread_mutex_lock(client->turn);
    enum th_status status = sell(order, client->registry, ret_reply, err);
    pthread_mutex_unlock(client->turn);
    return status;
}

static void *run(void *context)
{
    struct client *client = context;
    for (int i = 0; i < client->n; i++) {
        struct order order = {.calendar = client->calendar,
                              .buyer = i % 2 == 0 ? "制药厂" : "造纸厂"};
        const struct th_group_writer_act act = {.run = sell, .context = &order};
        struct th_json *reply = NULL;
        struct th_error err = {0};
        enum th_status status = client->writer
                                    ? th_group_writer_do(client->writer, &act, &reply, &err)
                                    : sell_alone(client, &order, &reply, &err);
        if (status != TH_OK) {
            (void)fprintf(stderr, "bench_clients: %s\n", err.key);
            exit(1);
        }
        th_json_free(reply);
    }
    return NULL;
}

static void tell(const char *title, struct client *model, int n_clients, int n)
{
    struct client clients[CLIENTS_MAX];
    double wall = seconds(CLOCK_MONOTONIC);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    model->n = n / n_clients;
    for (int i = 0; i < n_clients; i++) {
        clients[i] = *model;
        if (pthread_create(&clients[i].thread, NULL, run, &clients[i]) != 0) {
            exit(1);
        }
    }
    for (int i = 0; i < n_clients; i++) {
        pthread_join(clients[i].thread, NULL);
    }
    int n_trades = n_clients * model->n;
    printf("%-26s %7.0f trades/s   %5.0f us CPU\n", title,
           n_trades / (seconds(CLOCK_MONOTONIC) - wall),
           (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / n_trades * 1e6);
}

static void make(struct market *market, int n)
{
    const int64_t tonnes[] = {10 * (int64_t)n};
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options rule = {
        .name = "deal_alone_cny", .value = "1000", .reason = "bench"};
    struct th_json *reply = NULL;
    market_make(market);
    market_package(market, "包", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes, 1, 0);
    market_bought(market, "1", "43.44");
    assert_ok(th_rule_set(market->world.registry, &officer, &rule, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

int main(int argc, char **argv)
{
    struct market *market = malloc(sizeof(*market));
    int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 8000;
    int n_clients = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 8;
    pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    struct client client = {.turn = &turn};
    if (!market || n_clients < 1 || n_clients > CLIENTS_MAX || n < n_clients) {
        free(market);
        return 2;
    }
    th_store_prepare_process(); // as the program does
    make(market, n);
    struct calendar calendar = {.world = &market->world};
    client.calendar = &calendar;
    client.registry = market->world.registry;
    tell("a commit a trade", &client, n_clients, n);
    assert_ok(th_group_writer_open(market->world.path, &market->world.surroundings, &client.writer,
                                   &market->err),
              &market->err);
    tell("commits shared", &client, n_clients, n);
    const struct th_group_writer_counts counts = th_group_writer_counts(client.writer);
    printf("%-26s %7.1f trades a commit\n", "",
           (double)counts.n_acts / (double)(counts.n_groups > 0 ? counts.n_groups : 1));
    th_group_writer_close(client.writer);
    market_remove(market);
    free(market);
    return 0;
}

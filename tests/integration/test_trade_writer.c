// Clients on threads share the commits of one writer: each change happens whole, once, or not at
// all, whatever happens to those beside it, and nobody is answered before it is durable.
#include "registry/group_writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/rule.h"
#include "store/deal/money_store.h"
#include "store/journal/journal_store.h"
#include "tests/integration/market.h"
#include "trading/deal/trade.h"
#include "trading/spot/spot.h"

enum { N_CLIENTS = 8, N_ROUNDS = 12, POOL_T = 100000, KEY_SIZE = 32 };

static int setup(void **state)
{
    (void)market_setup(state);
    struct market *market = *state;
    const int64_t tonnes_t[] = {POOL_T};
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options rule = {
        .name = "deal_alone_cny", .value = "100000", .reason = "县里定"};
    struct th_json *reply = NULL;
    market_package(market, "甲", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes_t, 1, 0);
    market_bought(market, "1", "43.44");
    assert_ok(th_rule_set(market->world.registry, &officer, &rule, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    th_registry_close(market->world.registry); // the writer opens its own
    market->world.registry = NULL;
    return 0;
}

static void reopen(struct market *market)
{
    assert_ok(th_registry_open(market->world.path, TH_STORE_WRITE, &market->world.surroundings,
                               &market->world.registry, &market->err),
              &market->err);
    market->world.store = th_registry_store(market->world.registry);
}

static struct th_group_writer *open_writer(struct market *market)
{
    struct th_group_writer *writer = NULL;
    assert_ok(th_group_writer_open(market->world.path, &market->world.surroundings, &writer,
                                   &market->err),
              &market->err);
    return writer;
}

struct sale { // of one tonne, at once; above 100,000 CNY it is refused
    const char *key;
    const char *price;
};

static enum th_status sell(void *context, struct th_registry *registry, struct th_json **ret_reply,
                           struct th_error *err)
{
    const struct sale *sale = context;
    const struct th_request bank = {.login = "bank", .idempotency_key = sale->key};
    const struct th_resale_input input = {.from = "两山银行",
                                          .to = "制药厂",
                                          .tonnes = "1",
                                          .price = sale->price,
                                          .at_once = true,
                                          .on = "2022-05-20"};
    return th_trade_propose_resale(registry, &bank, &input, ret_reply, err);
}

// A change whose books do not balance: one leg of money alone.
static enum th_status unbalance(void *context, struct th_registry *registry,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    const struct th_money_leg leg = {.party_id = MARKET_BANK,
                                     .account = TH_ACCOUNT_CASH,
                                     .amount = th_money_from_fen(7),
                                     .on_date = "2022-01-01",
                                     .memo = "money.purchase"};
    const struct th_journal_entry entry = {
        .login = "admin", .system_user = "t", .kind = "test", .subject = "test"};
    struct th_json *body = th_json_object();
    int64_t seq = 0;
    (void)context;
    *ret_reply = NULL;
    enum th_status status = th_store_begin(store, err);
    if (status == TH_OK) {
        status = th_journal_next(store, &seq, err);
    }
    struct th_posting *posting = th_posting_new(store, seq);
    if (status == TH_OK) {
        status = th_money_post(posting, &leg, err);
    }
    if (status == TH_OK) {
        status = th_journal_append(store, &entry, body, &seq, err);
    }
    th_posting_free(posting);
    th_json_free(body);
    return status == TH_OK ? th_store_commit(store, err) : status;
}

struct client {
    pthread_t thread;
    struct th_group_writer *writer;
    int number;
    int n_sold;
    int n_replayed;
    int n_refused;
    int n_unbalanced;
    int n_strange; // none of what was expected
};

static void ask(struct client *client, const struct th_group_writer_act *act, enum th_status want,
                int *count)
{
    struct th_json *reply = NULL;
    struct th_error err = {0};
    enum th_status status = th_group_writer_do(client->writer, act, &reply, &err);
    bool replayed = th_json_get_bool(reply, "replayed", false);
    client->n_replayed += replayed;
    *count += status == want && !replayed;
    client->n_strange += status != want;
    th_json_free(reply);
}

// Sells, asks the same again, asks for what is refused, and breaks the books.
static void *run_client(void *context)
{
    struct client *client = context;
    for (int i = 0; i < N_ROUNDS; i++) {
        char key[KEY_SIZE];
        (void)snprintf(key, sizeof(key), "c%d-%d", client->number, i);
        struct sale small = {.key = key, .price = "73.41"};
        struct sale large = {.price = "100000.01"};
        const struct th_group_writer_act good = {.run = sell, .context = &small};
        const struct th_group_writer_act refused = {.run = sell, .context = &large};
        const struct th_group_writer_act broken = {.run = unbalance};
        ask(client, &good, TH_OK, &client->n_sold);
        ask(client, &refused, TH_NOT_PERMITTED, &client->n_refused);
        ask(client, &good, TH_OK, &client->n_sold);
        ask(client, &broken, TH_INVARIANT, &client->n_unbalanced);
    }
    return NULL;
}

static void start(struct client *clients, struct th_group_writer *writer, void *(*run)(void *))
{
    for (int i = 0; i < N_CLIENTS; i++) {
        clients[i] = (struct client){.writer = writer, .number = i};
        assert_int_equal(pthread_create(&clients[i].thread, NULL, run, &clients[i]), 0);
    }
}

static void assert_books(struct market *market, int64_t n_sales)
{
    struct th_store *store = market->world.store;
    market_assert_sound(store);
    market_assert_rebuilt(store);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM trade WHERE kind = 'resale'"),
                     n_sales);
    assert_int_equal(
        th_test_sql_int(store, "SELECT count(*) FROM journal WHERE kind = 'trade.carry_out'"),
        n_sales);
    assert_int_equal(th_test_sql_int(store, "SELECT coalesce(sum(units_t), 0) FROM balance WHERE "
                                            "owner_id = 6 AND state = 'held'"),
                     n_sales); // of the pharmacy
}

static void writer__refusals_and_broken_books_leave_the_others_whole(void **state)
{
    struct market *market = *state;
    struct client clients[N_CLIENTS];
    struct th_group_writer *writer = open_writer(market);
    start(clients, writer, run_client);
    for (int i = 0; i < N_CLIENTS; i++) {
        assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
        assert_int_equal(clients[i].n_strange, 0);
        assert_int_equal(clients[i].n_sold, N_ROUNDS);
        assert_int_equal(clients[i].n_replayed, N_ROUNDS);
        assert_int_equal(clients[i].n_refused, N_ROUNDS);
        assert_int_equal(clients[i].n_unbalanced, N_ROUNDS);
    }
    struct th_group_writer_counts counts = th_group_writer_counts(writer);
    th_group_writer_close(writer);
    assert_int_equal(counts.n_acts, 4 * N_CLIENTS * N_ROUNDS);
    assert_true(counts.n_groups < counts.n_acts); // else nothing was shared
    reopen(market);
    assert_books(market, N_CLIENTS * N_ROUNDS);
}

// Writes a byte for each sale that was answered.
static void *sell_on(void *context)
{
    struct client *client = context;
    struct sale small = {.price = "73.41"};
    const struct th_group_writer_act act = {.run = sell, .context = &small};
    for (;;) {
        struct th_json *reply = NULL;
        struct th_error err = {0};
        if (th_group_writer_do(client->writer, &act, &reply, &err) != TH_OK ||
            write(client->number, "s", 1) != 1) {
            _exit(1);
        }
        th_json_free(reply);
    }
    return NULL;
}

// In a child: clients sell until somebody ends them.
static void sell_until_killed(struct market *market, int out)
{
    struct client clients[N_CLIENTS];
    struct th_group_writer *writer = NULL;
    if (th_group_writer_open(market->world.path, &market->world.surroundings, &writer,
                             &market->err) != TH_OK) {
        _exit(1);
    }
    for (int i = 0; i < N_CLIENTS; i++) {
        clients[i] = (struct client){.writer = writer, .number = out};
        if (pthread_create(&clients[i].thread, NULL, sell_on, &clients[i]) != 0) {
            _exit(1);
        }
    }
    (void)pause();
    _exit(1);
}

static void kill__loses_nothing_that_was_answered(void **state)
{
    enum { ENOUGH = 100 };
    struct market *market = *state;
    int ends[2];
    char bytes[64];
    int64_t n_answered = 0;
    ssize_t n = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        sell_until_killed(market, ends[1]);
    }
    close(ends[1]);
    while (n_answered < ENOUGH && (n = read(ends[0], bytes, sizeof(bytes))) > 0) {
        n_answered += n;
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    while ((n = read(ends[0], bytes, sizeof(bytes))) > 0) {
        n_answered += n;
    }
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    reopen(market);
    int64_t n_sales =
        th_test_sql_int(market->world.store, "SELECT count(*) FROM trade WHERE kind = 'resale'");
    assert_true(n_answered >= ENOUGH);
    assert_true(n_sales >= n_answered);
    assert_true(n_sales <= n_answered + N_CLIENTS); // durable, but nobody was told yet
    assert_books(market, n_sales);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writer__refusals_and_broken_books_leave_the_others_whole,
                                        setup, market_teardown),
        cmocka_unit_test_setup_teardown(kill__loses_nothing_that_was_answered, setup,
                                        market_teardown),
    };
    return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}

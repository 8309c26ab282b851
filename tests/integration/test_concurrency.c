// Several processes write one registry at once, and writers are killed at any moment.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/file.h"
#include "registry/setup.h"
#include "tests/unit/registry_world.h"

enum { N_PROCESSES = 4, N_KILLS = 20, N_ROWS = 40, WRITE_SECONDS = 2 };

static int make(void **state)
{
    struct th_test_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_world_make_registry(world);
    th_test_world_add_users(world);
    th_registry_close(world->registry); // every process opens its own
    world->registry = NULL;
    *state = world;
    return 0;
}

static int take_away(void **state)
{
    th_test_world_remove(*state);
    free(*state);
    return 0;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void sleep_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

static struct th_registry *open_registry(struct th_test_world *world)
{
    struct th_error err = {0};
    struct th_registry *registry = NULL;
    assert_ok(th_registry_open(world->path, TH_STORE_WRITE, &world->surroundings, &registry, &err),
              &err);
    return registry;
}

struct result {
    int64_t n_villages;
    int64_t n_parties;
    enum th_status status; // the first that was not TH_OK
};

static enum th_status add_one(struct th_registry *registry, int process, struct result *result)
{
    struct th_request request = {.login = "officer"};
    struct th_json *reply = NULL;
    char name[64];
    enum th_status status;
    if ((result->n_villages + result->n_parties) % 2 == 0) {
        snprintf(name, sizeof(name), "%d%011lld", process + 1, (long long)result->n_villages);
        status = th_village_add(registry, &request, name, name, "山川乡", &reply, NULL);
        result->n_villages += status == TH_OK;
    } else {
        struct th_party_add_options options = {.kind = "household", .name = name};
        snprintf(name, sizeof(name), "%d-%lld", process, (long long)result->n_parties);
        status = th_party_add(registry, &request, &options, &reply, NULL);
        result->n_parties += status == TH_OK;
    }
    th_json_free(reply);
    return status;
}

// A child that adds villages and parties until the time is over, and tells what it did.
static pid_t start_writer(struct th_test_world *world, int process, int tell)
{
    pid_t child = fork();
    if (child != 0) {
        return child;
    }
    struct result result = {.status = TH_OK};
    struct th_registry *registry = NULL;
    result.status =
        th_registry_open(world->path, TH_STORE_WRITE, &world->surroundings, &registry, NULL);
    double end = seconds() + WRITE_SECONDS;
    while (result.status == TH_OK && seconds() < end) {
        result.status = add_one(registry, process, &result);
    }
    th_registry_close(registry);
    _exit(write(tell, &result, sizeof(result)) == (ssize_t)sizeof(result) ? 0 : 1);
}

static void writers__lose_nothing_and_never_wait_in_vain(void **state)
{
    struct th_test_world *world = *state;
    struct result sum = {0};
    pid_t children[N_PROCESSES];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < N_PROCESSES; i++) {
        children[i] = start_writer(world, i, ends[1]);
        assert_true(children[i] > 0);
    }
    for (int i = 0; i < N_PROCESSES; i++) {
        struct result result = {0};
        assert_int_equal(read(ends[0], &result, sizeof(result)), sizeof(result));
        if (result.status != TH_OK) {
            fail_msg("a writer ended with %s", th_status_key(result.status));
        }
        assert_true(result.n_villages > 0); // nobody starves
        sum.n_villages += result.n_villages;
        sum.n_parties += result.n_parties;
    }
    for (int i = 0; i < N_PROCESSES; i++) {
        int code = 0;
        assert_int_equal(waitpid(children[i], &code, 0), children[i]);
        assert_int_equal(code, 0);
    }
    struct th_registry *registry = open_registry(world);
    struct th_store *store = th_registry_store(registry);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM village"), sum.n_villages);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM party"), sum.n_parties);
    // Creation and four users came before. Numbers without a gap are part of what is verified.
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM journal"),
                     5 + sum.n_villages + sum.n_parties);
    // Every row belongs to the one entry that tells of it.
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM village v JOIN journal j ON"
                                            " j.seq = v.seq AND j.subject = 'village:' || v.code"),
                     sum.n_villages);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM party p JOIN journal j ON"
                                            " j.seq = p.seq AND j.subject = 'party:' ||"
                                            " p.party_id"),
                     sum.n_parties);
    th_test_assert_sound(registry);
    th_registry_close(registry);
    print_message("%d processes: %lld entries in %d s\n", N_PROCESSES,
                  (long long)sum.n_villages + (long long)sum.n_parties, WRITE_SECONDS);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void write_villages(const char *path, int64_t first)
{
    struct th_buf text;
    th_buf_init(&text, 1 << 16);
    th_buf_append_str(&text, "code,name,township\n");
    for (int64_t i = first; i < first + N_ROWS; i++) {
        th_buf_printf(&text, "3%011lld,v%lld,山川乡\n", (long long)i, (long long)i);
    }
    if (th_file_write(path, text.data, text.size, NULL) != TH_OK) {
        _exit(1);
    }
    th_buf_clear(&text);
}

// A child that imports N_ROWS villages at a time, for ever, and tells of each time by one byte.
static pid_t start_importer(struct th_test_world *world, int round, const int ends[2])
{
    pid_t child = fork();
    if (child != 0) {
        return child;
    }
    (void)close(ends[0]); // so that it ends with the test, whatever happens
    struct th_registry *registry = NULL;
    struct th_request request = {.login = "officer"};
    char path[TH_TEST_PATH_SIZE];
    char name[64];
    snprintf(name, sizeof(name), "villages-%d.csv", round);
    th_test_path(path, world->folder, name);
    if (th_registry_open(world->path, TH_STORE_WRITE, &world->surroundings, &registry, NULL) !=
        TH_OK) {
        _exit(1);
    }
    for (int64_t i = 0;; i++) {
        struct th_json *reply = NULL;
        write_villages(path, round * INT64_C(1000000) + i * N_ROWS);
        if (th_village_import(registry, &request, path, &reply, NULL) != TH_OK ||
            write(ends[1], "x", 1) != 1) {
            _exit(1);
        }
        th_json_free(reply);
    }
}

static int kill_after(pid_t child, long ms)
{
    int code = 0;
    sleep_ms(ms);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &code, 0), child);
    return WIFSIGNALED(code) ? WTERMSIG(code) : -1;
}

static void killed_writers__leave_all_or_nothing(void **state)
{
    struct th_test_world *world = *state;
    int64_t last = 0;
    uint64_t chance = 1;
    for (int round = 0; round < N_KILLS; round++) {
        int ends[2];
        char bytes[4];
        assert_int_equal(pipe(ends), 0);
        pid_t child = start_importer(world, round, ends);
        assert_true(child > 0);
        // However slow the machine is, some work is done before the end, which then comes anywhere
        // in the next piece of work.
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        int n_seen = 1 + (int)(chance >> 62);
        for (int i = 0; i < n_seen; i++) {
            assert_int_equal(read(ends[0], bytes, 1), 1);
        }
        // It works until it is killed: any other end is a failure of its own.
        assert_int_equal(kill_after(child, (long)(chance >> 33) % 40), SIGKILL);
        (void)close(ends[0]);
        (void)close(ends[1]);
        struct th_registry *registry = open_registry(world);
        struct th_store *store = th_registry_store(registry);
        int64_t n = th_test_sql_int(store, "SELECT count(*) FROM village");
        int64_t n_imports =
            th_test_sql_int(store, "SELECT count(*) FROM journal WHERE kind = 'village.import'");
        assert_int_equal(n, n_imports * N_ROWS);
        assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM (SELECT 1 FROM village GROUP"
                                                " BY seq HAVING count(*) <> 40)"),
                         0);
        assert_true(n >= last + (int64_t)n_seen * N_ROWS); // what was committed stays
        last = n;
        th_test_assert_sound(registry);
        th_test_journal_add(store, "test", "the next writer goes on");
        th_registry_close(registry);
    }
}

static pid_t start_creator(struct th_test_world *world, const char *path)
{
    pid_t child = fork();
    if (child != 0) {
        return child;
    }
    struct th_json *reply = NULL;
    struct th_registry_create_options options = {.name = "安吉县", .admin_code = "330523"};
    _exit(th_registry_create(path, &options, &world->surroundings, &reply, NULL) == TH_OK ? 0 : 1);
}

static void killed_creators__leave_a_whole_registry_or_none(void **state)
{
    struct th_test_world *world = *state;
    int n_absent = 0;
    int n_whole = 0;
    for (int round = 0; round < N_KILLS; round++) {
        char name[64];
        char path[TH_TEST_PATH_SIZE];
        snprintf(name, sizeof(name), "new-%d.tanhui", round);
        th_test_path(path, world->folder, name);
        pid_t child = start_creator(world, path);
        assert_true(child > 0);
        // The last two may finish.
        if (round < N_KILLS - 2) {
            (void)kill_after(child, 8L * round);
        } else {
            assert_int_equal(waitpid(child, NULL, 0), child);
        }
        if (!th_file_exists(path)) {
            n_absent++;
            continue;
        }
        struct th_error err = {0};
        struct th_registry *registry = NULL;
        assert_ok(th_registry_open(path, TH_STORE_READ, &world->surroundings, &registry, &err),
                  &err);
        assert_int_equal(th_test_sql_int(th_registry_store(registry),
                                         "SELECT (SELECT count(*) FROM registry) +"
                                         " (SELECT count(*) FROM journal) +"
                                         " (SELECT count(*) FROM user_account)"),
                         3);
        th_test_assert_sound(registry);
        th_registry_close(registry);
        n_whole++;
    }
    assert_true(n_absent > 0);
    assert_true(n_whole > 0);
}

#define WITH_REGISTRY(test) cmocka_unit_test_setup_teardown(test, make, take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_REGISTRY(writers__lose_nothing_and_never_wait_in_vain),
        WITH_REGISTRY(killed_writers__leave_all_or_nothing),
        WITH_REGISTRY(killed_creators__leave_a_whole_registry_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

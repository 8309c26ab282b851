// Imports that are killed, and imports that meet: all or nothing, and the books in order.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "registry/audit.h"
#include "store/ground/parcel_store.h"
#include "tests/integration/parcel_fixture.h"

enum { ROUNDS = 20, CELLS = 400, CELLS_A_ROW = 20 };

// A sheet of cells whose south-west corner is given; numbered from `first`.
static void sheet(struct fixture *f, char path[TH_TEST_PATH_SIZE], const char *name, double lon,
                  double lat, int first)
{
    struct th_buf text;
    th_buf_init(&text, 4 * 1024 * 1024);
    for (int i = 0; i < CELLS; i++) {
        double x = lon + 0.001 * (i % CELLS_A_ROW);
        double y = lat + 0.001 * (i / CELLS_A_ROW);
        th_buf_printf(&text,
                      "%s{\"type\":\"Feature\",\"properties\":{\"number\":\"%d\"},\"geometry\":"
                      "{\"type\":\"Polygon\",\"coordinates\":[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],"
                      "[%.6f,%.6f],[%.6f,%.6f]]]}}",
                      i == 0 ? "" : ",", first + i, x, y, x + 0.001, y, x + 0.001, y + 0.001, x,
                      y + 0.001, x, y);
    }
    fixture_geojson(f, path, name, th_buf_text(&text));
    th_buf_clear(&text);
}

// In a child: opens the registry itself, imports, and ends with 0 when that went well.
static pid_t import_in_child(struct fixture *f, const char *source)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child != 0) {
        return child;
    }
    struct th_registry *registry = NULL;
    struct th_surroundings surroundings = fixture_surroundings();
    struct th_json *reply = NULL;
    struct th_parcel_import_options options = fixture_options(f, source);
    struct th_request request = {.login = "admin"};
    bool fine =
        th_registry_open(f->path, TH_STORE_WRITE, &surroundings, &registry, NULL) == TH_OK &&
        th_parcel_import(registry, &request, &options, &reply, NULL) == TH_OK;
    int code = fine ? (th_json_get_int(reply, "accepted", -1) == CELLS ? 0 : 1) : 2;
    th_json_free(reply);
    th_registry_close(registry);
    _exit(code);
}

static int64_t count_parcels(struct fixture *f)
{
    struct th_parcel_list_options list = {0};
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_list(f->registry, &list, &reply, &err), &err);
    int64_t n = th_json_get_int(reply, "n", -1);
    th_json_free(reply);
    return n;
}

static void assert_books(struct fixture *f)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_registry_check(f->registry, NULL, true, f->messages, TH_LANG_EN, &reply, &err),
              &err);
    if (!th_json_get_bool(reply, "ok", false)) {
        char *text = NULL;
        if (th_json_dump(reply, TH_JSON_PRETTY, &text, NULL) == TH_OK) {
            print_message("%s\n", text);
        }
        free(text);
        fail_msg("the registry is not in order");
    }
    th_json_free(reply);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void import__killed_at_any_moment_leaves_all_or_nothing(void **state)
{
    (void)state;
    struct fixture f;
    char source[TH_TEST_PATH_SIZE];
    fixture_open(&f);
    // Nothing may be open across a fork: SQLite's locks belong to a process.
    th_registry_close(f.registry);
    f.registry = NULL;
    sheet(&f, source, "whole.geojson", 119.0, 30.0, 100000);
    double start = seconds();
    pid_t child = import_in_child(&f, source);
    int how = 0;
    assert_true(waitpid(child, &how, 0) == child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    double whole = seconds() - start;

    srand(20250615); // the same moments in every run, as far as the machine allows
    int64_t expected = CELLS;
    int n_killed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "round%d.geojson", round);
        sheet(&f, source, name, 119.1 + 0.03 * round, 30.0, round * CELLS);
        child = import_in_child(&f, source);
        double wait = whole * 1.1 * rand() / RAND_MAX;
        struct timespec pause = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
        (void)nanosleep(&pause, NULL);
        (void)kill(child, SIGKILL);
        assert_true(waitpid(child, &how, 0) == child);
        n_killed += WIFSIGNALED(how);
        f.registry = fixture_registry_open(f.path);
        int64_t n = count_parcels(&f);
        if (n != expected && n != expected + CELLS) {
            fail_msg("round %d: %lld parcels after %lld", round, (long long)n, (long long)expected);
        }
        if (WIFEXITED(how)) {
            assert_int_equal(n, expected + CELLS);
        }
        expected = n;
        assert_books(&f);
        th_registry_close(f.registry);
        f.registry = NULL;
    }
    print_message("killed in %d of %d rounds, %.3f s for a whole import, %lld parcels\n", n_killed,
                  ROUNDS, whole, (long long)expected);
    assert_true(n_killed > 0);
    fixture_close(&f);
}

static void import__two_at_once_both_arrive_and_share_no_ground(void **state)
{
    (void)state;
    struct fixture f;
    char first[TH_TEST_PATH_SIZE];
    char second[TH_TEST_PATH_SIZE];
    fixture_open(&f);
    th_registry_close(f.registry);
    f.registry = NULL;
    // Different ground: both come in whole.
    sheet(&f, first, "first.geojson", 119.0, 30.0, 0);
    sheet(&f, second, "second.geojson", 119.1, 30.0, CELLS);
    pid_t children[2] = {import_in_child(&f, first), import_in_child(&f, second)};
    for (int i = 0; i < 2; i++) {
        int how = 0;
        assert_true(waitpid(children[i], &how, 0) == children[i]);
        assert_true(WIFEXITED(how));
        assert_int_equal(WEXITSTATUS(how), 0);
    }
    // The same ground under other numbers: one comes in, the other finds every row taken.
    sheet(&f, first, "third.geojson", 119.2, 30.0, 2 * CELLS);
    sheet(&f, second, "fourth.geojson", 119.2, 30.0, 3 * CELLS);
    children[0] = import_in_child(&f, first);
    children[1] = import_in_child(&f, second);
    int n_whole = 0;
    for (int i = 0; i < 2; i++) {
        int how = 0;
        assert_true(waitpid(children[i], &how, 0) == children[i]);
        assert_true(WIFEXITED(how) && WEXITSTATUS(how) <= 1);
        n_whole += WEXITSTATUS(how) == 0;
    }
    f.registry = fixture_registry_open(f.path);
    assert_int_equal(n_whole, 1);
    assert_int_equal(count_parcels(&f), 3 * CELLS);
    assert_books(&f);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import__killed_at_any_moment_leaves_all_or_nothing),
        cmocka_unit_test(import__two_at_once_both_arrive_and_share_no_ground),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

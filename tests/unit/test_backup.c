// Copying a registry while others go on writing.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.h"
#include "registry/audit.h"
#include "store/store.h"
#include "tests/unit/registry_world.h"

static int make(void **state)
{
    struct th_test_world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    th_test_world_make_registry(world);
    *state = world;
    return 0;
}

static int take_away(void **state)
{
    th_test_world_remove(*state);
    free(*state);
    return 0;
}

// Enough that a backup takes many steps.
static void grow(struct th_test_world *world)
{
    enum { SIZE = 100 * 1000, MANY = 150 };
    char *text = malloc(SIZE + 1);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    for (int i = 0; i < MANY; i++) {
        th_test_journal_add(world->store, "test", text);
    }
    free(text);
}

// Opens the copy, has it checked and returns the number of its journal entries.
static int64_t check_copy(struct th_test_world *world, const char *path)
{
    struct th_error err = {0};
    struct th_registry *copy = NULL;
    assert_ok(th_registry_open(path, TH_STORE_WRITE, &world->surroundings, &copy, &err), &err);
    th_test_assert_sound(copy);
    int64_t n = th_test_sql_int(th_registry_store(copy), "SELECT count(*) FROM journal");
    th_registry_close(copy);
    return n;
}

static void backup__is_the_same_registry(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_json *reply = NULL;
    struct th_registry *copy = NULL;
    char path[TH_TEST_PATH_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    struct th_hash sha256;
    th_test_village_add(world, "admin", "330523205201");
    th_test_path(path, world->folder, "copy.tanhui");
    assert_ok(th_registry_backup(world->registry, path, NULL, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "file", ""), path);
    assert_true(th_json_get_int(reply, "bytes", 0) > 10000);
    assert_ok(th_hash_file(TH_HASH_SHA256, path, &sha256, &err), &err);
    assert_string_equal(th_json_get_text(reply, "sha256", ""), th_hash_hex(&sha256, hex));
    th_json_free(reply);
    struct th_hash content = th_test_content(world->store);
    assert_ok(th_registry_open(path, TH_STORE_READ, &world->surroundings, &copy, &err), &err);
    struct th_hash same = th_test_content(th_registry_store(copy));
    assert_memory_equal(&content, &same, sizeof(same));
    th_registry_close(copy);
    assert_int_equal(check_copy(world, path), 2);
    // The copy alone, besides the registry and what SQLite keeps with it.
    th_registry_close(world->registry);
    world->registry = NULL;
    assert_int_equal(th_test_count_files(world->folder), 2);
}

static void backup__never_overwrites(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    th_test_path(path, world->folder, "copy.tanhui");
    assert_ok(th_file_write(path, "mine", 4, &err), &err);
    assert_status(th_store_backup(world->store, path, NULL, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "file_exists");
    assert_ok(th_file_read(path, 100, &text, &size, &err), &err);
    assert_string_equal(text, "mine");
    free(text);
    th_test_path(path, world->folder, "none/copy.tanhui");
    assert_status(th_store_backup(world->store, path, NULL, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "file_io");
}

static bool stop(void *context, const char *stage, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    ++*(int *)context;
    assert_string_equal(stage, "backup");
    return false;
}

static void backup__an_interrupted_one_leaves_nothing(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int n = 0;
    struct th_progress progress = {.report = stop, .context = &n};
    char path[TH_TEST_PATH_SIZE];
    th_test_path(path, world->folder, "copy.tanhui");
    size_t before = th_test_count_files(world->folder);
    assert_status(th_store_backup(world->store, path, &progress, &err), TH_INTERRUPTED, &err);
    assert_int_equal(n, 1);
    assert_int_equal(th_test_count_files(world->folder), before);
    th_test_village_add(world, "admin", "330523205201"); // the registry is free again
}

struct race {
    int told; // one byte from the writer for each of its commits
    int n_steps;
    int64_t last_done;
    bool restarted;
};

// At every step the other process commits at least once more before the copy goes on.
static bool wait_for_the_writer(void *context, const char *stage, int64_t done, int64_t total)
{
    struct race *race = context;
    char bytes[64];
    (void)stage;
    // Nothing is asserted here: leaving through SQLite would leave the writer behind.
    race->restarted = race->restarted || done <= race->last_done || done > total;
    race->last_done = done;
    race->n_steps++;
    return !race->restarted && read(race->told, bytes, 1) == 1;
}

static pid_t keep_writing(const char *path, const int ends[2])
{
    pid_t child = fork();
    if (child != 0) {
        return child;
    }
    (void)close(ends[0]); // so that it ends with the test, whatever happens
    struct th_store_options options = {.program = "tanhui test", .now_utc = 1};
    struct th_store *store = NULL;
    if (th_store_open(path, TH_STORE_WRITE, &options, &store, NULL) != TH_OK) {
        _exit(1);
    }
    for (;;) {
        th_test_journal_add(store, "test", "from the other process");
        if (write(ends[1], "x", 1) != 1) {
            _exit(0);
        }
    }
}

static void backup__copies_one_state_while_another_process_writes(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int ends[2];
    char path[TH_TEST_PATH_SIZE];
    grow(world);
    assert_int_equal(pipe(ends), 0);
    int64_t before = th_test_sql_int(world->store, "SELECT count(*) FROM journal");
    pid_t child = keep_writing(world->path, ends);
    assert_true(child > 0);
    struct race race = {.told = ends[0]};
    struct th_progress progress = {.report = wait_for_the_writer, .context = &race};
    th_test_path(path, world->folder, "copy.tanhui");
    enum th_status status = th_store_backup(world->store, path, &progress, &err);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    assert_false(race.restarted); // never from the beginning again
    assert_ok(status, &err);
    assert_true(race.n_steps >= 3);
    int64_t copied = check_copy(world, path);
    int64_t now = th_test_sql_int(world->store, "SELECT count(*) FROM journal");
    assert_true(copied >= before);
    assert_true(copied < now);
    th_test_assert_sound(world->registry);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

#define WITH_REGISTRY(test) cmocka_unit_test_setup_teardown(test, make, take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_REGISTRY(backup__is_the_same_registry),
        WITH_REGISTRY(backup__never_overwrites),
        WITH_REGISTRY(backup__an_interrupted_one_leaves_nothing),
        WITH_REGISTRY(backup__copies_one_state_while_another_process_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

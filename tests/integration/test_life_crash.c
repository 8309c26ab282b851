// Changes of parcels that are killed, and changes of the same parcel that meet: all or nothing, one
// winner, and the books in order. TANHUI_TEST_ROUNDS (per cent) makes more rounds.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/file.h"
#include "registry/intake/draft.h"
#include "registry/life/parcel_life.h"
#include "registry/setup.h"
#include "registry/tenure/tenure.h"
#include "tests/integration/parcel_fixture.h"
#include "tests/unit/registry_world.h"

enum { CHANGE_TENURE, CHANGE_SPLIT, CHANGE_MERGE, CHANGE_ADJUST, CHANGE_RETIRE, CHANGE_DRAFT };
enum {
    N_CHANGES = CHANGE_DRAFT + 1, // in one step, one after the other
    STEP_CELLS = 6,               // that a step uses up
    STEPS = 2,                    // of a round
    ROUND_CELLS = STEPS * STEP_CELLS,
    CONTRACTS = 3, // that a step imports at once
    DRAWING_SIZE = 256,
    PAUSE_MAX_MS = 25
};

static double west_of(int64_t cell)
{
    return 119.6 + 0.001 * (double)cell;
}

// Cells side by side; cell c is parcel c + 1, whose number is the same.
static void cells_import(struct fixture *f, int64_t n)
{
    struct th_buf text;
    char path[TH_TEST_PATH_SIZE];
    th_buf_init(&text, 4 * 1024 * 1024);
    for (int64_t c = 0; c < n; c++) {
        th_buf_printf(&text,
                      "%s{\"type\":\"Feature\",\"properties\":{\"number\":\"%lld\"},\"geometry\":"
                      "{\"type\":\"Polygon\",\"coordinates\":[[[%.6f,30.5],[%.6f,30.5],"
                      "[%.6f,30.501],[%.6f,30.501],[%.6f,30.5]]]}}",
                      c == 0 ? "" : ",", (long long)c + 1, west_of(c), west_of(c + 1),
                      west_of(c + 1), west_of(c), west_of(c));
    }
    fixture_geojson(f, path, "cells.geojson", th_buf_text(&text));
    th_buf_clear(&text);
    struct th_parcel_import_options options = fixture_options(f, path);
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), n);
    th_json_free(reply);
}

// A registry of so many cells with a cooperative; closed, since SQLite's locks belong to a process
// and nothing may be open across a fork.
static void world_make(struct fixture *f, int64_t n_cells)
{
    const struct th_party_add_options party = {.kind = "cooperative", .name = "测试合作社"};
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_open(f);
    assert_ok(th_party_add(f->registry, &f->request, &party, &reply, &err), &err);
    th_json_free(reply);
    cells_import(f, n_cells);
    th_registry_close(f->registry);
    f->registry = NULL;
}

// In a child: no assertions, which would go on in the parent's name.
static bool write_file(const struct fixture *f, char path[TH_TEST_PATH_SIZE], const char *name,
                       const char *text)
{
    char whole[64];
    (void)snprintf(whole, sizeof(whole), "%d-%s", (int)getpid(), name);
    th_test_path(path, f->folder, whole);
    return th_file_write(path, text, strlen(text), NULL) == TH_OK;
}

static enum th_status split_cell(struct fixture *f, int64_t cell, struct th_error *err)
{
    char text[DRAWING_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    double x = west_of(cell) + 0.0004;
    (void)snprintf(text, sizeof(text), "LINESTRING (%.6f 30.4, %.6f 30.6)", x, x);
    if (!write_file(f, path, "cut.wkt", text)) {
        _exit(9);
    }
    const struct th_parcel_split_options options = {
        .parcel_id = cell + 1, .drawing = path, .reason = "分户"};
    enum th_status status = th_parcel_split(f->registry, &f->request, &options, &reply, err);
    th_json_free(reply);
    return status;
}

static enum th_status merge_cells(struct fixture *f, int64_t cell, struct th_error *err)
{
    char number[32];
    const int64_t ids[2] = {cell + 1, cell + 2};
    struct th_json *reply = NULL;
    (void)snprintf(number, sizeof(number), "M%lld", (long long)cell);
    const struct th_parcel_merge_options options = {
        .parcel_ids = ids, .n_parcels = 2, .number = number, .reason = "连片"};
    enum th_status status = th_parcel_merge(f->registry, &f->request, &options, &reply, err);
    th_json_free(reply);
    return status;
}

// The edge between two cells turns.
static enum th_status adjust_cells(struct fixture *f, int64_t cell, struct th_error *err)
{
    char text[DRAWING_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    double west = west_of(cell);
    double east = west_of(cell + 1);
    (void)snprintf(text, sizeof(text),
                   "POLYGON ((%.6f 30.5, %.6f 30.5, %.6f 30.501, %.6f 30.501, %.6f 30.5))", west,
                   east + 0.0002, east - 0.0001, west, west);
    if (!write_file(f, path, "edge.wkt", text)) {
        _exit(9);
    }
    const struct th_parcel_adjust_options options = {
        .parcel_id = cell + 1, .with_id = cell + 2, .drawing = path, .reason = "复测"};
    enum th_status status = th_parcel_adjust(f->registry, &f->request, &options, &reply, err);
    th_json_free(reply);
    return status;
}

static enum th_status retire_cell(struct fixture *f, int64_t cell, struct th_error *err)
{
    const struct th_parcel_retire_options options = {.parcel_id = cell + 1, .reason = "征收"};
    struct th_json *reply = NULL;
    enum th_status status = th_parcel_retire_use(f->registry, &f->request, &options, &reply, err);
    th_json_free(reply);
    return status;
}

static enum th_status import_contracts(struct fixture *f, int64_t cell, struct th_error *err)
{
    struct th_buf text;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    th_buf_init(&text, 1 << 16);
    th_buf_append_str(&text, "合同编号,农户,合作社,村,地块号,起始,终止,碳汇收益权,份额\n");
    for (int i = 0; i < CONTRACTS; i++) {
        th_buf_printf(&text,
                      "%lld-%d,农户%d,测试合作社,测试一村,%lld,2021-01-01,2040-12-31,是,1/3\n",
                      (long long)cell, i, i, (long long)cell + 1);
    }
    bool written = write_file(f, path, "contracts.csv", th_buf_text(&text));
    th_buf_clear(&text);
    if (!written) {
        _exit(9);
    }
    const struct th_tenure_import_options options = {.source = path};
    enum th_status status = th_tenure_import(f->registry, &f->request, &options, &reply, err);
    th_json_free(reply);
    return status;
}

// One new parcel far from the cells.
static enum th_status confirm_draft(struct fixture *f, int64_t cell, struct th_error *err)
{
    char text[DRAWING_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    double x = west_of(cell);
    (void)snprintf(text, sizeof(text),
                   "number,WKT\nD%lld,\"POLYGON((%.6f 31.5,%.6f 31.5,%.6f 31.501,%.6f 31.5))\"\n",
                   (long long)cell, x, x + 0.001, x + 0.001, x);
    if (!write_file(f, path, "draft.csv", text)) {
        _exit(9);
    }
    struct th_parcel_import_options options = fixture_options(f, path);
    struct th_parcel_import_options nothing = {.source = NULL};
    options.crs = "EPSG:4490";
    enum th_status status = th_draft_open(f->registry, &f->request, &options, &reply, err);
    int64_t draft_id = status == TH_OK ? th_json_get_int(reply, "draft_id", 0) : 0;
    th_json_free(reply);
    reply = NULL;
    if (status == TH_OK) {
        status = th_draft_confirm(f->registry, &f->request, draft_id, &nothing, &reply, err);
    }
    th_json_free(reply);
    return status;
}

static enum th_status change(struct fixture *f, int kind, int64_t cell, struct th_error *err)
{
    switch (kind) {
    case CHANGE_TENURE:
        return import_contracts(f, cell + 3, err);
    case CHANGE_SPLIT:
        return split_cell(f, cell, err);
    case CHANGE_MERGE:
        return merge_cells(f, cell + 1, err);
    case CHANGE_ADJUST:
        return adjust_cells(f, cell + 3, err);
    case CHANGE_RETIRE:
        return retire_cell(f, cell + 5, err);
    default:
        return confirm_draft(f, cell, err);
    }
}

static bool child_open(struct fixture *f)
{
    struct th_surroundings surroundings = fixture_surroundings();
    return th_registry_open(f->path, TH_STORE_WRITE, &surroundings, &f->registry, NULL) == TH_OK;
}

// A child that makes all changes of a round, one after the other, and tells of each by one byte.
static pid_t start_changes(struct fixture *f, int64_t first_cell, const int ends[2])
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child != 0) {
        return child;
    }
    (void)close(ends[0]);
    if (!child_open(f)) {
        _exit(8);
    }
    for (int i = 0; i < STEPS * N_CHANGES; i++) {
        struct th_error err;
        int64_t cell = first_cell + (i / N_CHANGES) * STEP_CELLS;
        if (change(f, i % N_CHANGES, cell, &err) != TH_OK || write(ends[1], "x", 1) != 1) {
            _exit(1 + i % N_CHANGES);
        }
    }
    th_registry_close(f->registry);
    _exit(0);
}

// What stands in the registry is what so many whole changes of each kind make of it.
static void assert_whole(struct th_registry *registry, const int64_t n[N_CHANGES], int64_t n_cells)
{
    struct th_store *store = th_registry_store(registry);
    const struct {
        const char *sql;
        int64_t want;
    } cases[] = {
        {"SELECT count(*) FROM tenure", CONTRACTS * n[CHANGE_TENURE]},
        {"SELECT count(*) FROM tenure_parcel", CONTRACTS * n[CHANGE_TENURE]},
        {"SELECT count(*) FROM parcel_version WHERE origin = 'split'", 2 * n[CHANGE_SPLIT]},
        {"SELECT count(*) FROM parcel_version WHERE origin = 'merge'", n[CHANGE_MERGE]},
        {"SELECT count(*) FROM parcel_version WHERE origin = 'boundary'", 2 * n[CHANGE_ADJUST]},
        {"SELECT count(*) FROM parcel_lineage", 2 * n[CHANGE_SPLIT] + 2 * n[CHANGE_MERGE]},
        {"SELECT count(*) FROM parcel WHERE state = 'retired'",
         n[CHANGE_SPLIT] + 2 * n[CHANGE_MERGE] + n[CHANGE_RETIRE]},
        {"SELECT count(*) FROM parcel",
         n_cells + 2 * n[CHANGE_SPLIT] + n[CHANGE_MERGE] + n[CHANGE_DRAFT]},
        {"SELECT count(*) FROM import_draft WHERE state = 'confirmed'", n[CHANGE_DRAFT]},
        {"SELECT count(*) FROM import", 1 + n[CHANGE_DRAFT]},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t is = th_test_sql_int(store, cases[i].sql);
        if (is != cases[i].want) {
            fail_msg("%s: %lld instead of %lld", cases[i].sql, (long long)is,
                     (long long)cases[i].want);
        }
    }
    th_test_assert_sound(registry);
}

static int64_t count_changes(struct th_registry *registry)
{
    return th_test_sql_int(th_registry_store(registry),
                           "SELECT count(*) FROM journal WHERE kind IN ('tenure.import',"
                           " 'parcel.split', 'parcel.merge', 'parcel.adjust', 'parcel.retire',"
                           " 'parcel.import')") -
           1; // the cells
}

static void pause_ms(long ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

// Lets the child make so many changes, and kills it in what follows; true when it was killed.
static bool kill_within(pid_t child, int end, int n_seen)
{
    char byte;
    int how = 0;
    for (int i = 0; i < n_seen; i++) {
        assert_int_equal(read(end, &byte, 1), 1);
    }
    pause_ms(rand() % PAUSE_MAX_MS);
    (void)kill(child, SIGKILL);
    assert_true(waitpid(child, &how, 0) == child);
    if (WIFEXITED(how) && WEXITSTATUS(how) != 0) {
        fail_msg("the child ended with %d", WEXITSTATUS(how));
    }
    return WIFSIGNALED(how);
}

static void changes__killed_at_any_moment_leave_all_or_nothing(void **state)
{
    (void)state;
    struct fixture f;
    int64_t n[N_CHANGES] = {0};
    int64_t n_rounds = (int64_t)th_test_rounds(4);
    int64_t before = 0;
    int n_killed = 0;
    world_make(&f, n_rounds * ROUND_CELLS);
    srand(20250615); // the same moments in every run, as far as the machine allows
    for (int64_t round = 0; round < n_rounds; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        int n_seen = rand() % (STEPS * N_CHANGES);
        pid_t child = start_changes(&f, round * ROUND_CELLS, ends);
        (void)close(ends[1]);
        n_killed += kill_within(child, ends[0], n_seen);
        (void)close(ends[0]);
        f.registry = fixture_registry_open(f.path);
        int64_t made = count_changes(f.registry) - before;
        // What was told of is there; of what followed, as much as was finished.
        assert_true(made >= n_seen && made <= STEPS * N_CHANGES);
        for (int64_t i = 0; i < made; i++) {
            n[i % N_CHANGES]++;
        }
        before += made;
        assert_whole(f.registry, n, n_rounds * ROUND_CELLS);
        th_registry_close(f.registry);
        f.registry = NULL;
    }
    print_message("killed in %d of %lld rounds after %lld changes\n", n_killed, (long long)n_rounds,
                  (long long)before);
    assert_true(n_killed > 0);
    fixture_close(&f);
}

enum { WON, LOST, LOST_OTHERWISE };

// A child that waits for the pipe to close and then changes the cell.
static pid_t start_rival(struct fixture *f, int kind, int64_t cell, const int ends[2])
{
    struct th_error err;
    char byte;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child != 0) {
        return child;
    }
    (void)close(ends[1]);
    if (!child_open(f) || read(ends[0], &byte, 1) != 0) {
        _exit(8);
    }
    enum th_status status = kind == CHANGE_SPLIT    ? split_cell(f, cell, &err)
                            : kind == CHANGE_RETIRE ? retire_cell(f, cell, &err)
                                                    : merge_cells(f, cell, &err);
    bool told = status == TH_CONFLICT && strcmp(err.key, "parcel_is_retired") == 0;
    _exit(status == TH_OK ? WON : told ? LOST : LOST_OTHERWISE);
}

static void changes__of_the_same_parcel_at_once_have_one_winner(void **state)
{
    (void)state;
    static const int PAIRS[][2] = {{CHANGE_SPLIT, CHANGE_SPLIT},
                                   {CHANGE_SPLIT, CHANGE_MERGE},
                                   {CHANGE_MERGE, CHANGE_RETIRE},
                                   {CHANGE_RETIRE, CHANGE_SPLIT}};
    enum { N_PAIRS = sizeof(PAIRS) / sizeof(PAIRS[0]), APART = 2 };
    struct fixture f;
    int64_t n[N_CHANGES] = {0};
    int64_t n_rounds = (int64_t)th_test_rounds(4);
    world_make(&f, n_rounds * APART);
    for (int64_t round = 0; round < n_rounds; round++) {
        const int *pair = PAIRS[round % N_PAIRS];
        int ends[2];
        int how[2] = {0};
        pid_t children[2];
        assert_int_equal(pipe(ends), 0);
        for (int i = 0; i < 2; i++) {
            children[i] = start_rival(&f, pair[i], round * APART, ends);
        }
        pause_ms(50); // both have the registry open
        (void)close(ends[0]);
        (void)close(ends[1]);
        for (int i = 0; i < 2; i++) {
            assert_true(waitpid(children[i], &how[i], 0) == children[i]);
            assert_true(WIFEXITED(how[i]));
        }
        int first = WEXITSTATUS(how[0]);
        int second = WEXITSTATUS(how[1]);
        if (!((first == WON && second == LOST) || (first == LOST && second == WON))) {
            fail_msg("round %lld: %d and %d", (long long)round, first, second);
        }
        n[pair[first == WON ? 0 : 1]]++;
    }
    f.registry = fixture_registry_open(f.path);
    assert_whole(f.registry, n, n_rounds * APART);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes__killed_at_any_moment_leave_all_or_nothing),
        cmocka_unit_test(changes__of_the_same_parcel_at_once_have_one_winner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

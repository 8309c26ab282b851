// Running the program over one source, and judging what comes of it.
#include "tests/battery/battery.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "core/file.h"
#include "core/text.h"

enum { ARGUMENTS_MAX = 32, SLOTS_MAX = 8, OUTPUT_LIMIT = 256 * 1024 * 1024, LABEL_SIZE = 128 };
#define VILLAGE "330523001201"

struct run {
    pid_t pid;
    double began_s;
    char out[TH_TEST_PATH_SIZE], err[TH_TEST_PATH_SIZE];
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static char *variable(const char *name, const char *value)
{
    struct th_buf text;
    th_buf_init(&text, 4096);
    th_buf_printf(&text, "%s=%s", name, value);
    return th_buf_take(&text);
}

static void start(const struct battery *b, const char *const *words, size_t slot, struct run *run)
{
    static const char *const PASSED[] = {"PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS",
                                         "TANHUI_READER"};
    char name[32];
    char *environment[16];
    const char *arguments[ARGUMENTS_MAX] = {
        getenv("TANHUI_PROGRAM"), "--registry", b->registry, "--json", "--progress", "none"};
    size_t n = 0;
    size_t n_arguments = 6;
    posix_spawn_file_actions_t actions;
    assert_non_null(arguments[0]);
    for (size_t i = 0; words[i] != NULL && n_arguments + 1 < ARGUMENTS_MAX; i++) {
        arguments[n_arguments++] = words[i];
    }
    environment[n++] = variable("TZ", "UTC");
    environment[n++] = variable("HOME", b->folder);
    for (size_t i = 0; i < sizeof(PASSED) / sizeof(PASSED[0]); i++) {
        if (getenv(PASSED[i]) != NULL) {
            environment[n++] = variable(PASSED[i], getenv(PASSED[i]));
        }
    }
    environment[n] = NULL;
    (void)snprintf(name, sizeof(name), "out-%zu", slot);
    th_test_path(run->out, b->folder, name);
    (void)snprintf(name, sizeof(name), "err-%zu", slot);
    th_test_path(run->err, b->folder, name);
    const int how = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, run->out, how, 0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, run->err, how, 0600);
    run->began_s = now_s();
    int failed = posix_spawn(&run->pid, arguments[0], &actions, NULL, (char **)(uintptr_t)arguments,
                             environment);
    if (failed != 0) {
        fail_msg("cannot start %s: %s", arguments[0], strerror(failed));
    }
    posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; i < n; i++) {
        free(environment[i]);
    }
}

static void finish(struct run *run, double limit_s, struct battery_answer *answer)
{
    int status = 0;
    bool killed = false;
    struct th_error err;
    while (waitpid(run->pid, &status, WNOHANG) == 0) {
        if (!killed && now_s() - run->began_s > limit_s) {
            kill(run->pid, SIGKILL);
            killed = true;
        }
        nap();
    }
    *answer = (struct battery_answer){.seconds = now_s() - run->began_s};
    answer->exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (killed) {
        answer->exit = -1;
    }
    assert_ok(th_file_read(run->out, OUTPUT_LIMIT, &answer->out, &answer->out_size, &err), &err);
    assert_ok(th_file_read(run->err, OUTPUT_LIMIT, &answer->err, &answer->err_size, &err), &err);
}

static void answer_clear(struct battery_answer *answer)
{
    free(answer->out);
    free(answer->err);
    th_json_free(answer->json);
}

static void count(const struct battery *b, struct battery_counts *ret)
{
    static const char sql[] =
        "SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM parcel),"
        " (SELECT count(*) FROM parcel_version), (SELECT count(*) FROM import)";
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open_v2(b->registry, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    *ret = (struct battery_counts){
        sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1),
        sqlite3_column_int64(statement, 2), sqlite3_column_int64(statement, 3)};
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

void battery_fail(struct battery *b, const char *label, const char *what, const char *detail)
{
    print_error("%s: %s\n", label, what);
    if (detail != NULL && detail[0] != '\0') {
        print_error("    %.600s\n", detail);
    }
    b->n_failed++;
}

static bool contains(const char *text, size_t size, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= size; i++) {
        if (memcmp(text + i, part, n) == 0) {
            return true;
        }
    }
    return false;
}

// "{name}" as it stands in a catalogue.
static bool has_gap(const char *text)
{
    for (const char *open = strchr(text, '{'); open != NULL; open = strchr(open + 1, '{')) {
        size_t n = strspn(open + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");
        if (n > 0 && open[1 + n] == '}') {
            return true;
        }
    }
    return false;
}

// "error.some_key"; "CRC error." ends a sentence.
static bool has_key(const char *text)
{
    const char *at = strstr(text, "error.");
    return at != NULL && at[6] >= 'a' && at[6] <= 'z';
}

// Words for a person: some length, no key, no unfilled argument.
static bool is_worded(const char *text)
{
    return strlen(text) >= 6 && th_text_is_utf8(text, strlen(text)) && !has_key(text) &&
           !has_gap(text);
}

static void judge_problem(struct battery *b, const char *label, struct battery_answer *answer)
{
    const char *detail = th_json_get_text(answer->json, "detail", "");
    const char *code = th_json_get_text(answer->json, "code", "");
    if (answer->out_size != 0) {
        battery_fail(b, label, "says something on stdout beside a problem", answer->out);
    }
    if (strchr(answer->err, '\n') != answer->err + answer->err_size - 1) {
        battery_fail(b, label, "has more than one line on stderr", answer->err);
    }
    if (!is_worded(detail) || !is_worded(th_json_get_text(answer->json, "title", ""))) {
        battery_fail(b, label, "is not told in words", answer->err);
    }
    if (code[0] == '\0' || strcmp(code, "internal") == 0) {
        battery_fail(b, label, "has no code of its own", answer->err);
    }
    if (strcmp(b->lang, "zh") == 0 && (unsigned char)detail[0] < 0x80 &&
        strstr(detail, "\xe3\x80\x82") == NULL) {
        battery_fail(b, label, "is not told in Chinese", answer->err);
    }
}

static void judge_reply(struct battery *b, const char *label, struct battery_answer *answer,
                        int64_t *ret_accepted)
{
    int64_t read = th_json_get_int(answer->json, "read", -1);
    int64_t accepted = th_json_get_int(answer->json, "accepted", -1);
    int64_t rejected = th_json_get_int(answer->json, "rejected", -1);
    int64_t unchanged = th_json_get_int(answer->json, "unchanged", -1);
    const struct th_json *problems = th_json_get(answer->json, "problems");
    *ret_accepted = accepted;
    if (answer->err_size != 0) {
        battery_fail(b, label, "says something on stderr beside a reply", answer->err);
    }
    if (accepted < 0 || rejected < 0 || unchanged < 0 || read != accepted + rejected + unchanged) {
        battery_fail(b, label, "does not account for its rows", answer->out);
    }
    if ((rejected > 0) != (answer->exit == 1)) {
        battery_fail(b, label, "has another exit than its rejections", answer->out);
    }
    if (rejected > 0 && th_json_size(problems) == 0) {
        battery_fail(b, label, "rejects without a reason", answer->out);
    }
    for (size_t i = 0; i < th_json_size(problems); i++) {
        if (!is_worded(th_json_get_text(th_json_at(problems, i), "message", "")) ||
            th_json_get_text(th_json_at(problems, i), "code", "")[0] == '\0') {
            battery_fail(b, label, "has a problem without words", answer->out);
        }
    }
}

static void judge_registry(struct battery *b, const char *label,
                           const struct battery_counts *before, int64_t accepted)
{
    struct battery_counts after;
    count(b, &after);
    int64_t entries = accepted > 0;
    if (after.versions - before->versions != accepted || after.parcels < before->parcels ||
        after.parcels - before->parcels > accepted || after.imports - before->imports != entries ||
        after.journal - before->journal != entries) {
        battery_fail(b, label, "leaves another registry than it says", NULL);
    }
}

// What the program started must have ended with it. A reader that was told to go may need a moment.
static void judge_processes(struct battery *b, const char *label)
{
    double until_s = now_s() + 3;
    pid_t pid = 0;
    while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
        if (now_s() > until_s) {
            battery_fail(b, label, "leaves a process running", NULL);
            return;
        }
        if (pid == 0) {
            nap();
        }
    }
}

static void judge_secrets(struct battery *b, const char *label, const struct battery_answer *answer)
{
    static const char *const secrets[] = {BATTERY_SECRET, "root:x:0:0"};
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        if (contains(answer->out, answer->out_size, secrets[i]) ||
            contains(answer->err, answer->err_size, secrets[i])) {
            battery_fail(b, label, "tells what stands in another file", answer->out);
        }
    }
    int caller = accept(b->listener, NULL, NULL);
    if (caller >= 0) {
        battery_fail(b, label, "calls the network", NULL);
        close(caller);
    }
}

static void judge(struct battery *b, const char *label, struct battery_answer *answer,
                  double limit_s, const struct battery_counts *before)
{
    int64_t accepted = 0;
    b->n_cases++;
    b->n_exits[answer->exit >= 0 && answer->exit < 7 ? answer->exit : 7]++;
    if (b->slowest_s < answer->seconds && limit_s <= BATTERY_LIMIT_S) {
        b->slowest_s = answer->seconds;
        th_text_copy(b->slowest, sizeof(b->slowest), label);
    }
    if (answer->exit == -1) {
        battery_fail(b, label, "gives no answer in time", NULL);
    } else if (answer->exit > 6) {
        battery_fail(b, label,
                     answer->exit >= 128 ? "breaks down" : "ends with an undocumented exit",
                     answer->err);
    }
    const bool reply = answer->exit == 0 || answer->exit == 1;
    const char *text = reply ? answer->out : answer->err;
    size_t size = reply ? answer->out_size : answer->err_size;
    if (answer->exit >= 0 && answer->exit <= 6) {
        if (size == 0 || text[size - 1] != '\n' ||
            th_json_parse(text, size, &answer->json, NULL) != TH_OK ||
            th_json_type(answer->json) != TH_JSON_OBJECT) {
            battery_fail(b, label, "answers with something else than one JSON object", text);
        } else if (reply) {
            judge_reply(b, label, answer, &accepted);
        } else {
            judge_problem(b, label, answer);
        }
    }
    if (accepted > 0 && !b->may_accept) {
        battery_fail(b, label, "comes in", answer->out);
    }
    judge_secrets(b, label, answer);
    judge_registry(b, label, before, accepted);
}

static void start_import(const struct battery *b, const char *source, size_t slot, struct run *run)
{
    const char *words[ARGUMENTS_MAX] = {"--lang", b->lang,  "parcel",    "import",
                                        "--kind", "bamboo", "--village", VILLAGE};
    size_t n = 8;
    if (b->crs != NULL) {
        words[n++] = "--crs";
        words[n++] = b->crs;
    }
    words[n++] = "--";
    words[n] = source;
    start(b, words, slot, run);
}

static size_t count_entries(const char *path)
{
    size_t n = 0;
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return 0;
    }
    while (readdir(folder) != NULL) {
        n++;
    }
    closedir(folder);
    return n;
}

static void empty_source(struct battery *b)
{
    th_test_folder_remove(b->source);
    assert_int_equal(mkdir(b->source, 0700), 0);
}

// Accepted, or known from a format before; some formats add particulars of their own (a folder).
static bool is_known(const struct th_json *reply)
{
    const struct th_json *problem = th_json_at(th_json_get(reply, "problems"), 0);
    return th_json_get_int(reply, "accepted", 0) + th_json_get_int(reply, "unchanged", 0) > 0 ||
           strcmp(th_json_get_text(problem, "code", ""), "attributes_changed") == 0;
}

static void try_one(struct battery *b, const char *source, const char *label,
                    struct battery_answer *ret_answer)
{
    struct run run;
    struct battery_counts before;
    size_t n_entries = count_entries(b->source);
    count(b, &before);
    start_import(b, source, 0, &run);
    finish(&run, BATTERY_LIMIT_S, ret_answer);
    judge(b, label, ret_answer, BATTERY_LIMIT_S, &before);
    judge_processes(b, label);
    if (count_entries(b->source) != n_entries) {
        battery_fail(b, label, "writes beside the source", NULL);
    }
    empty_source(b);
}

static bool is_due(struct battery *b)
{
    enum { SLICE = 8 };
    bool due = b->all || b->is_new_kind || b->n_offered % SLICE == 0;
    b->n_offered++;
    b->is_new_kind = false;
    return due;
}

void battery_try(struct battery *b, const char *source, const char *label, ...)
{
    char text[LABEL_SIZE];
    va_list arguments;
    va_start(arguments, label);
    (void)vsnprintf(text, sizeof(text), label, arguments);
    va_end(arguments);
    if (!is_due(b)) {
        empty_source(b);
        return;
    }
    struct battery_answer answer;
    try_one(b, source, text, &answer);
    answer_clear(&answer);
}

void battery_good(struct battery *b, const char *source, const char *label, int64_t n_rows)
{
    struct battery_answer answer;
    bool may_accept = b->may_accept;
    b->may_accept = true;
    try_one(b, source, label, &answer);
    b->may_accept = may_accept;
    if (n_rows > 0 ? th_json_get_int(answer.json, "accepted", 0) != n_rows
                   : !is_known(answer.json)) {
        battery_fail(b, label, "is good and not accepted",
                     answer.exit > 1 ? answer.err : answer.out);
    }
    answer_clear(&answer);
}

void battery_try_slow(struct battery *b, const char *const *sources, size_t n)
{
    struct run runs[SLOTS_MAX];
    struct battery_counts before;
    assert_true(n <= SLOTS_MAX);
    if (!b->all) { // half a minute of waiting
        empty_source(b);
        return;
    }
    count(b, &before);
    for (size_t i = 0; i < n; i++) {
        start_import(b, sources[i], i, &runs[i]);
    }
    for (size_t i = 0; i < n; i++) {
        struct battery_answer answer;
        const char *label = th_file_base_name(sources[i]);
        finish(&runs[i], BATTERY_SILENT_LIMIT_S, &answer);
        judge(b, label, &answer, BATTERY_SILENT_LIMIT_S, &before);
        if (answer.exit < 2) {
            battery_fail(b, label, "has an end that it cannot have", answer.out);
        }
        answer_clear(&answer);
    }
    judge_processes(b, "slow sources");
    empty_source(b);
}

static void must_run(struct battery *b, const char *const *words)
{
    struct run run;
    struct battery_answer answer;
    start(b, words, 0, &run);
    finish(&run, 60, &answer);
    if (answer.exit != 0) {
        battery_fail(b, words[0], "does not end well", answer.exit == 1 ? answer.out : answer.err);
    }
    answer_clear(&answer);
}

void battery_end(struct battery *b)
{
    const char *const check[] = {"registry", "check", NULL};
    must_run(b, check);
    size_t n_failed = b->n_failed;
    b->n_failed = 0;
    b->is_new_kind = true;
    b->may_accept = false;
    if (n_failed > 0) {
        fail_msg("%zu case(s) failed", n_failed);
    }
}

static int listen_nowhere(char port[8])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(fcntl(listener, F_SETFD, FD_CLOEXEC), 0);
    (void)snprintf(port, 8, "%u", (unsigned)ntohs(address.sin_port));
    return listener;
}

int battery_set_up(void **state)
{
    static struct battery battery; // of this program
    struct battery *b = &battery;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    const char *wanted = getenv("TH_BATTERY");
    *b = (struct battery){.crs = "EPSG:4490",
                          .lang = "en",
                          .random = 20260101,
                          .all = wanted != NULL && strcmp(wanted, "all") == 0,
                          .is_new_kind = true};
    // Orphans become ours, so that none is overlooked.
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    th_test_folder_make(b->folder);
    th_test_path(b->source, b->folder, "case");
    th_test_path(b->good, b->folder, "good");
    th_test_path(b->registry, b->folder, "r.tanhui");
    assert_int_equal(mkdir(b->source, 0700), 0);
    assert_int_equal(mkdir(b->good, 0700), 0);
    th_test_path(path, b->folder, "secret.txt");
    assert_ok(th_file_write(path, BATTERY_SECRET "\n", strlen(BATTERY_SECRET) + 1, &err), &err);
    b->listener = listen_nowhere(b->port);
    const char *const init[] = {"init",         b->registry, "--name", "Battery",
                                "--admin-code", "330523",    NULL};
    const char *const village[] = {"village", "add",        "--code",   VILLAGE, "--name",
                                   "Village", "--township", "Township", NULL};
    must_run(b, init);
    must_run(b, village);
    if (b->n_failed > 0) {
        fail_msg("no registry could be made");
    }
    *state = b;
    return 0;
}

int battery_tear_down(void **state)
{
    struct battery *b = *state;
    size_t size = 0;
    unsigned char *file = battery_read(b->registry, &size);
    bool clean = !contains((const char *)file, size, BATTERY_SECRET) &&
                 !contains((const char *)file, size, "root:x:0:0");
    free(file);
    const size_t n_least = b->all ? 600 : 60;
    print_message("%zu cases%s; exits:", b->n_cases, b->all ? "" : ", TH_BATTERY=all for all");
    for (size_t i = 0; i < 8; i++) {
        print_message(" %zu×%s%zu", b->n_exits[i], i == 7 ? "≥" : "", i);
    }
    print_message("; slowest %.1f s: %s\n", b->slowest_s, b->slowest);
    if (!clean) {
        print_error("the registry holds what stands in another file\n");
    }
    if (b->n_cases < n_least) {
        print_error("a battery of less than %zu cases\n", n_least);
    }
    close(b->listener);
    th_test_folder_remove(b->folder);
    return clean && b->n_cases >= n_least ? 0 : -1;
}

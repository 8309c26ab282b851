#include "tests/cli/run.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/text.h"

enum {
    WORDS_MAX = TH_CLI_WORDS_MAX,
    LINE_SIZE = 16384,
    OUTPUT_LIMIT = 256 * 1024 * 1024,
    WAIT_MS = 60000
};

void th_cli_world_make(struct th_cli_world *world)
{
    memset(world, 0, sizeof(*world));
    th_test_folder_make(world->folder);
}

void th_cli_world_remove(struct th_cli_world *world)
{
    th_test_folder_remove(world->folder);
}

void th_cli_write(const struct th_cli_world *world, const char *name, const void *data, size_t size)
{
    char path[TH_TEST_PATH_SIZE];
    FILE *file = fopen(th_test_path(path, world->folder, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

char *th_cli_read(const struct th_cli_world *world, const char *name)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_buf text;
    char part[4096];
    FILE *file = fopen(th_test_path(path, world->folder, name), "rb");
    if (file == NULL) {
        fail_msg("there is no file %s", path);
    }
    th_buf_init(&text, OUTPUT_LIMIT);
    for (size_t n = 0; (n = fread(part, 1, sizeof(part), file)) > 0;) {
        th_buf_append(&text, part, n);
    }
    (void)fclose(file);
    return th_buf_take(&text);
}

// {sample}, {dir} and {source} become paths.
static char *expand(const struct th_cli_world *world, const char *text)
{
    char sample[TH_TEST_PATH_SIZE];
    char source[TH_TEST_PATH_SIZE];
    struct th_buf out;
    th_test_source_path(sample, "data/sample");
    th_test_source_path(source, ".");
    const struct {
        const char *name;
        const char *value;
    } names[] = {{"{sample}", sample}, {"{dir}", world->folder}, {"{source}", source}};
    th_buf_init(&out, OUTPUT_LIMIT);
    while (*text != '\0') {
        bool found = false;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !found; i++) {
            if (th_text_starts_with(text, names[i].name)) {
                th_buf_append_str(&out, names[i].value);
                text += strlen(names[i].name);
                found = true;
            }
        }
        if (!found) {
            th_buf_append_char(&out, *text++);
        }
    }
    return th_buf_take(&out);
}

// Splits in place; returns how many words.
static size_t split(char *line, char **words)
{
    size_t n = 0;
    char *p = line;
    while (*p != '\0' && n + 1 < WORDS_MAX) {
        while (*p == ' ') {
            p++;
        }
        if (*p == '\0') {
            break;
        }
        char *target = p;
        words[n++] = target;
        bool quoted = false;
        for (; *p != '\0' && (quoted || *p != ' '); p++) {
            if (*p == '\'') {
                quoted = !quoted;
            } else {
                *target++ = *p;
            }
        }
        if (*p != '\0') {
            p++;
        }
        *target = '\0';
    }
    words[n] = NULL;
    return n;
}

size_t th_cli_words(const struct th_cli_world *world, const char *line, char **ret_text,
                    char *words[TH_CLI_WORDS_MAX])
{
    *ret_text = expand(world, line);
    assert_non_null(*ret_text);
    return split(*ret_text, words);
}

static char *make_variable(const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char *text = malloc(size);
    assert_non_null(text);
    (void)snprintf(text, size, "%s=%s", name, value);
    return text;
}

static void make_environment(const struct th_cli_world *world, char **ret)
{
    static const char *const PASSED[] = {"PATH", "HOME", "ASAN_OPTIONS", "LSAN_OPTIONS",
                                         "UBSAN_OPTIONS"};
    char path[TH_TEST_PATH_SIZE];
    size_t n = 0;
    ret[n++] = make_variable("TZ", "UTC");
    ret[n++] = make_variable("LANG", "C");
    for (size_t i = 0; i < world->n_environment; i++) {
        ret[n++] = th_text_duplicate(world->environment[i]);
    }
    // The first of two variables with one name counts, so a test may name its own.
    ret[n++] = make_variable("TANHUI_NOW", TH_CLI_NOW);
    ret[n++] = make_variable("TANHUI_REGISTRY", th_test_path(path, world->folder, "r.tanhui"));
    for (size_t i = 0; i < sizeof(PASSED) / sizeof(PASSED[0]); i++) {
        if (getenv(PASSED[i]) != NULL) {
            ret[n++] = make_variable(PASSED[i], getenv(PASSED[i]));
        }
    }
    ret[n] = NULL;
}

static const char *program(void)
{
    const char *path = getenv("TANHUI_PROGRAM");
    if (path == NULL || *path == '\0') {
        fail_msg("TANHUI_PROGRAM must name the program");
    }
    return path;
}

struct process {
    pid_t pid;
    int pipes[2]; // of stdout and stderr, to read from
};

static void start(const struct th_cli_world *world, const char *line, struct process *process)
{
    char *words[WORDS_MAX];
    char *environment[32];
    int ends[2][2];
    posix_spawn_file_actions_t actions;
    char *text = expand(world, line);
    words[0] = (char *)(uintptr_t)program();
    (void)split(text, words + 1);
    make_environment(world, environment);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pipe(ends[i]), 0);
        fcntl(ends[i][0], F_SETFD, FD_CLOEXEC);
        process->pipes[i] = ends[i][0];
        posix_spawn_file_actions_adddup2(&actions, ends[i][1], i + 1);
        posix_spawn_file_actions_addclose(&actions, ends[i][1]);
    }
    // The program starts where the test stands; paths of a line are absolute through {dir}.
    int failed = posix_spawn(&process->pid, words[0], &actions, NULL, words, environment);
    if (failed != 0) {
        fail_msg("cannot start %s: %s", words[0], strerror(failed));
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0][1]);
    close(ends[1][1]);
    for (size_t i = 0; environment[i] != NULL; i++) {
        free(environment[i]);
    }
    free(text);
}

static void finish(struct process *process, bool interrupt, struct th_cli_result *result)
{
    struct th_buf texts[2];
    struct pollfd polls[2];
    char part[65536];
    int open_ends = 2;
    int status = 0;
    for (int i = 0; i < 2; i++) {
        th_buf_init(&texts[i], OUTPUT_LIMIT);
        polls[i] = (struct pollfd){.fd = process->pipes[i], .events = POLLIN};
    }
    while (open_ends > 0) {
        if (poll(polls, 2, WAIT_MS) <= 0) {
            kill(process->pid, SIGKILL);
            fail_msg("the program says nothing for a minute");
        }
        for (int i = 0; i < 2; i++) {
            if (polls[i].fd < 0 || polls[i].revents == 0) {
                continue;
            }
            ssize_t n = read(polls[i].fd, part, sizeof(part));
            if (n <= 0) {
                close(polls[i].fd);
                polls[i].fd = -1;
                open_ends--;
                continue;
            }
            th_buf_append(&texts[i], part, (size_t)n);
            if (interrupt && i == 1) {
                kill(process->pid, SIGINT);
                interrupt = false;
            }
        }
    }
    assert_int_equal(waitpid(process->pid, &status, 0), process->pid);
    result->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result->out_size = texts[0].size;
    result->out = th_buf_take(&texts[0]);
    result->err_size = texts[1].size;
    result->err = th_buf_take(&texts[1]);
}

void th_cli_run(const struct th_cli_world *world, const char *line, struct th_cli_result *result)
{
    struct process process;
    start(world, line, &process);
    finish(&process, false, result);
}

void th_cli_run_interrupted(const struct th_cli_world *world, const char *line,
                            struct th_cli_result *result)
{
    struct process process;
    start(world, line, &process);
    finish(&process, true, result);
}

void th_cli_result_clear(struct th_cli_result *result)
{
    free(result->out);
    free(result->err);
    *result = (struct th_cli_result){0};
}

static void expect_code(const char *line, const struct th_cli_result *result, int code)
{
    if (result->code != code) {
        fail_msg("tanhui %s\nexits with %d, not %d; stdout:\n%s\nstderr:\n%s", line, result->code,
                 code, result->out, result->err);
    }
}

static void format_line(char line[LINE_SIZE], const char *format, va_list arguments)
{
    int n = vsnprintf(line, LINE_SIZE, format, arguments);
    if (n < 0 || n >= LINE_SIZE) {
        fail_msg("line too long");
    }
}

char *th_cli_out(const struct th_cli_world *world, int code, const char *format, ...)
{
    char line[LINE_SIZE];
    struct th_cli_result result;
    va_list arguments;
    va_start(arguments, format);
    format_line(line, format, arguments);
    va_end(arguments);
    th_cli_run(world, line, &result);
    expect_code(line, &result, code);
    free(result.err);
    return result.out;
}

void th_cli_do(const struct th_cli_world *world, const char *format, ...)
{
    char line[LINE_SIZE];
    struct th_cli_result result;
    va_list arguments;
    va_start(arguments, format);
    format_line(line, format, arguments);
    va_end(arguments);
    th_cli_run(world, line, &result);
    expect_code(line, &result, 0);
    th_cli_result_clear(&result);
}

static void expect_text(const struct th_cli_world *world, const char *line, const char *stream,
                        const char *actual, const char *want)
{
    if (want == NULL) {
        return;
    }
    char *text = expand(world, want);
    if (strcmp(actual, text) != 0) {
        fail_msg("tanhui %s\n%s is\n%s\nnot\n%s", line, stream, actual, text);
    }
    free(text);
}

void th_cli_check(const struct th_cli_world *world, const struct th_cli_case *cases, size_t n)
{
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        struct th_cli_result result;
        th_cli_run(world, cases[i].line, &result);
        expect_code(cases[i].line, &result, cases[i].code);
        expect_text(world, cases[i].line, "stdout", result.out, cases[i].out);
        expect_text(world, cases[i].line, "stderr", result.err, cases[i].err);
        th_cli_no_raw_keys(result.err, cases[i].line);
        th_cli_result_clear(&result);
    }
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text);
    size_t m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

// Kilograms, tonnes and fen are whole numbers; square metres and mu are numbers to 0.01.
static void expect_units(const char *line, const char *key, const struct th_json *value)
{
    enum th_json_type type = th_json_type(value);
    bool is_number = type == TH_JSON_INT || type == TH_JSON_REAL || type == TH_JSON_NULL;
    bool whole = ends_with(key, "_kg") || ends_with(key, "_t") || ends_with(key, "_fen");
    bool hundredths = ends_with(key, "_m2") || ends_with(key, "_mu");
    if (whole && type != TH_JSON_INT && type != TH_JSON_NULL) {
        fail_msg("tanhui %s: %s is no whole number", line, key);
    }
    if (hundredths && !is_number) {
        fail_msg("tanhui %s: %s is no number", line, key);
    }
    if (hundredths && type == TH_JSON_REAL) {
        double scaled = th_json_real_value(value) * 100;
        double nearest = (double)(int64_t)(scaled + (scaled < 0 ? -0.5 : 0.5));
        // The decimal is stored in binary: its hundredfold may miss the whole number by some ulps.
        double tolerance = nearest < 0 ? -nearest * 1e-12 : nearest * 1e-12;
        if (scaled - nearest > tolerance || nearest - scaled > tolerance) {
            fail_msg("tanhui %s: %s has more than two decimals: %.12g", line, key, scaled / 100);
        }
    }
    if (type == TH_JSON_ARRAY) {
        for (size_t i = 0; i < th_json_size(value); i++) {
            expect_units(line, "", th_json_at(value, i));
        }
    }
    if (type == TH_JSON_OBJECT) {
        for (void *it = th_json_iter(value); it != NULL; it = th_json_iter_next(value, it)) {
            // Bodies of the journal keep some numbers as exact texts.
            if (strcmp(th_json_iter_key(it), "body") != 0) {
                expect_units(line, th_json_iter_key(it), th_json_iter_value(it));
            }
        }
    }
}

static struct th_json *parse_object(const char *line, const char *stream, const char *text,
                                    size_t size)
{
    struct th_error error = {0};
    struct th_json *value = NULL;
    if (size == 0 || text[size - 1] != '\n' || th_json_parse(text, size, &value, &error) != TH_OK ||
        th_json_type(value) != TH_JSON_OBJECT) {
        fail_msg("tanhui %s\n%s is not one JSON object:\n%s", line, stream, text);
    }
    return value;
}

static void with_json(char joined[LINE_SIZE + 16], const char *line)
{
    (void)snprintf(joined, LINE_SIZE + 16, "--json %s", line);
}

struct th_json *th_cli_json(const struct th_cli_world *world, int code, const char *format, ...)
{
    char line[LINE_SIZE];
    char joined[LINE_SIZE + 16];
    struct th_cli_result result;
    va_list arguments;
    va_start(arguments, format);
    format_line(line, format, arguments);
    va_end(arguments);
    with_json(joined, line);
    th_cli_run(world, joined, &result);
    expect_code(joined, &result, code);
    if (result.err_size > 0) {
        fail_msg("tanhui %s\nstderr is not empty:\n%s", joined, result.err);
    }
    struct th_json *value = parse_object(joined, "stdout", result.out, result.out_size);
    expect_units(joined, "", value);
    th_cli_result_clear(&result);
    return value;
}

static void expect_worded(const char *line, const struct th_cli_result *result)
{
    const char *rest = result->err;
    const char *end = strchr(rest, '\n');
    if (strncmp(rest, "tanhui: ", 8) != 0 || end == NULL || end - rest < 10) {
        fail_msg("tanhui %s\nstderr is no worded error:\n%s", line, result->err);
    }
    rest = end + 1;
    if (*rest != '\0') {
        end = strchr(rest, '\n');
        if (strncmp(rest, "hint: ", 6) != 0 || end == NULL || end[1] != '\0') {
            fail_msg("tanhui %s\nstderr has more than an error and a hint:\n%s", line, result->err);
        }
    }
    th_cli_no_raw_keys(result->err, line);
}

struct th_json *th_cli_problem(const struct th_cli_world *world, int code, const char *format, ...)
{
    char line[LINE_SIZE];
    char joined[LINE_SIZE + 16];
    struct th_cli_result result;
    va_list arguments;
    va_start(arguments, format);
    format_line(line, format, arguments);
    va_end(arguments);
    assert_true(code >= 2);
    th_cli_run(world, line, &result);
    expect_code(line, &result, code);
    assert_int_equal(result.out_size, 0);
    expect_worded(line, &result);
    th_cli_result_clear(&result);

    with_json(joined, line);
    th_cli_run(world, joined, &result);
    expect_code(joined, &result, code);
    assert_int_equal(result.out_size, 0);
    if (strchr(result.err, '\n') != result.err + result.err_size - 1) {
        fail_msg("tanhui %s\nstderr is not one line:\n%s", joined, result.err);
    }
    struct th_json *problem = parse_object(joined, "stderr", result.err, result.err_size);
    th_cli_shape(problem, "type:s title:s detail:s code:s");
    if (th_json_get(problem, "hint") != NULL) {
        th_cli_shape(problem, "hint:s");
    }
    th_cli_no_raw_keys(th_cli_text_at(problem, "title"), joined);
    th_cli_no_raw_keys(th_cli_text_at(problem, "detail"), joined);
    th_cli_result_clear(&result);
    return problem;
}

void th_cli_no_raw_keys(const char *text, const char *what)
{
    static const char *const PREFIXES[] = {
        "help.",  "help_more.", "option.", "field.",   "error.",    "hint.",   "value.",
        "check.", "warning.",   "status.", "example.", "progress.", "problem."};
    for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++) {
        for (const char *p = text; (p = strstr(p, PREFIXES[i])) != NULL; p++) {
            unsigned char next = (unsigned char)p[strlen(PREFIXES[i])];
            bool begins = p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '_');
            // "option." at the end of a sentence is a word; a key goes on without a blank.
            if (begins && (islower(next) || isdigit(next) || next == '{')) {
                fail_msg("%s: a raw key is shown: %.60s", what, p);
            }
        }
    }
}

// Starts the real program in a fresh folder with a fixed clock, and looks at what it says.
//
// A command line is written as people write it: words separated by blanks, '…' keeps blanks, and
// {sample}, {dir} and {source} stand for data/sample, the fresh folder and the checkout. The same
// names may stand in expected texts.
#ifndef TH_TESTS_CLI_RUN_H
#define TH_TESTS_CLI_RUN_H

#include "core/attributes.h"
#include "core/json.h"
#include "tests/support/support.h"

#define TH_CLI_NOW "2023-06-30T08:00:00Z"

struct th_cli_world {
    char folder[TH_TEST_PATH_SIZE];
    const char *environment[8]; // "NAME=value" beside TZ, LANG=C, TANHUI_NOW, TANHUI_REGISTRY
    size_t n_environment;
};

struct th_cli_result {
    int code; // exit status; 128 + n when signal n ended it
    char *out;
    size_t out_size;
    char *err;
    size_t err_size;
};

// TANHUI_REGISTRY points to r.tanhui in the folder, which is not made here.
void th_cli_world_make(struct th_cli_world *world);
void th_cli_world_remove(struct th_cli_world *world);
void th_cli_write(const struct th_cli_world *world, const char *name, const void *data,
                  size_t size);
char *th_cli_read(const struct th_cli_world *world, const char *name); // free()

// The words of a line as th_cli_run hands them on, NULL behind the last; they stand in *ret_text,
// which the caller frees.
enum { TH_CLI_WORDS_MAX = 256 };
size_t th_cli_words(const struct th_cli_world *world, const char *line, char **ret_text,
                    char *words[TH_CLI_WORDS_MAX]);

// Runs the line and waits. The result is the caller's (th_cli_result_clear).
void th_cli_run(const struct th_cli_world *world, const char *line, struct th_cli_result *result);
void th_cli_result_clear(struct th_cli_result *result);
// As th_cli_run, and sends SIGINT as soon as stderr says something.
void th_cli_run_interrupted(const struct th_cli_world *world, const char *line,
                            struct th_cli_result *result);

// Runs the line (printf) and fails unless it exits with `code`.
char *th_cli_out(const struct th_cli_world *world, int code, const char *format, ...)
    TH_PRINTF(3, 4); // its stdout, free()
void th_cli_do(const struct th_cli_world *world, const char *format, ...) TH_PRINTF(2, 3); // 0

// One line with everything that must come out; a NULL text is not looked at.
struct th_cli_case {
    const char *line;
    int code;
    const char *out;
    const char *err;
};
void th_cli_check(const struct th_cli_world *world, const struct th_cli_case *cases, size_t n);

// Runs the line with --json; fails unless the exit is `code` (0 or 1), stdout is one JSON object
// and nothing else, stderr is empty and every quantity has the type that its unit asks for.
struct th_json *th_cli_json(const struct th_cli_world *world, int code, const char *format, ...)
    TH_PRINTF(3, 4);
// Runs the line with --json and without; fails unless it exits with `code` (≥ 2), stdout is empty
// and stderr is one problem object, or one line "tanhui: …" with at most one line "hint: …".
// Returns the problem.
struct th_json *th_cli_problem(const struct th_cli_world *world, int code, const char *format, ...)
    TH_PRINTF(3, 4);

// Value at "sales.0.net_fen"; NULL where there is none.
const struct th_json *th_cli_at(const struct th_json *value, const char *path);
int64_t th_cli_int_at(const struct th_json *value, const char *path); // fails unless an integer
const char *th_cli_text_at(const struct th_json *value, const char *path);
// Fails unless every path of the shape has its type: "a:i b.c:s? rows[].n:n". i integer, n number,
// s text, b boolean, a array, o object; '?' allows null; "rows[]" wants at least one row and looks
// at each of them.
void th_cli_shape(const struct th_json *value, const char *shape);

// Fails when the text shows the key of a message in place of its words.
void th_cli_no_raw_keys(const char *text, const char *what);

// Everything in the tables of the registry as text, to tell whether anything was written. free()
char *th_cli_dump(const struct th_cli_world *world);

#endif

// The problem list of an import: kept small in memory, put into words for people at the end.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"

enum { MESSAGE_LIMIT = 64 * 1024 };

void th_problems_clear(struct th_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        free(problems->items[i].arguments);
    }
    free(problems->items);
    *problems = (struct th_problems){0};
}

static enum th_status arguments_write(const struct th_error *problem, char **ret_text,
                                      struct th_error *err)
{
    struct th_json *arguments = th_json_object();
    for (int i = 0; i < problem->n_args; i++) {
        th_json_set_text(arguments, problem->args[i].name, problem->args[i].value);
    }
    enum th_status status = th_json_dump(arguments, TH_JSON_CANONICAL, ret_text, err);
    th_json_free(arguments);
    return status;
}

void th_problems_add(struct th_problems *problems, int64_t row, int64_t feature,
                     enum th_problem_severity severity, const char *code,
                     const struct th_error *problem)
{
    if (problems->n == problems->capacity) {
        size_t capacity = problems->capacity == 0 ? 64 : problems->capacity * 2;
        struct th_problem *grown = realloc(problems->items, capacity * sizeof(*grown));
        if (grown == NULL) {
            problems->no_memory = true;
            return;
        }
        problems->items = grown;
        problems->capacity = capacity;
    }
    char *text = NULL;
    if (arguments_write(problem, &text, NULL) != TH_OK) {
        problems->no_memory = true;
        return;
    }
    struct th_problem *item = &problems->items[problems->n++];
    *item = (struct th_problem){
        .row = row, .feature = feature, .severity = severity, .arguments = text};
    th_text_copy(item->code, sizeof(item->code), code == NULL ? problem->key : code);
    th_text_copy(item->key, sizeof(item->key), problem->key);
}

void th_problems_place(struct th_problems *problems, size_t position, struct th_xy place)
{
    if (position >= problems->n) {
        return;
    }
    problems->items[position].has_place = true;
    problems->items[position].place = place;
}

static int compare_problems(const void *a, const void *b)
{
    const struct th_problem *left = a;
    const struct th_problem *right = b;
    if (left->row != right->row) {
        return left->row < right->row ? -1 : 1;
    }
    if (left->severity != right->severity) {
        return left->severity == TH_PROBLEM_ERROR ? -1 : 1;
    }
    int order = strcmp(left->code, right->code);
    return order != 0 ? order : strcmp(left->arguments, right->arguments);
}

void th_problems_sort(struct th_problems *problems)
{
    if (problems->n > 1) {
        qsort(problems->items, problems->n, sizeof(problems->items[0]), compare_problems);
    }
}

void th_problems_truncate(struct th_problems *problems, size_t n)
{
    while (problems->n > n) {
        free(problems->items[--problems->n].arguments);
    }
}

// Both lists are in order of rows; of one row, what checking found comes first.
enum th_status th_import_problems_each(const struct th_import_run *run,
                                       enum th_status (*visit)(void *context,
                                                               const struct th_problem *problem,
                                                               struct th_error *err),
                                       void *context, struct th_error *err)
{
    size_t a = 0;
    size_t b = 0;
    enum th_status status = th_proposals_await(run, err);
    while (status == TH_OK && (a < run->checked.n || b < run->resolved.n)) {
        bool first = b == run->resolved.n || (a < run->checked.n && run->checked.items[a].row <=
                                                                        run->resolved.items[b].row);
        status = visit(context, first ? &run->checked.items[a++] : &run->resolved.items[b++], err);
    }
    return status;
}

static enum th_status to_error(const struct th_problem *problem, struct th_error *ret_error,
                               struct th_error *err)
{
    struct th_json *arguments = NULL;
    enum th_status status =
        th_json_parse(problem->arguments, strlen(problem->arguments), &arguments, err);
    if (status != TH_OK) {
        return status;
    }
    (void)th_error_set(ret_error, TH_DATA_PROBLEM, problem->key, NULL);
    for (void *it = th_json_iter(arguments); it != NULL; it = th_json_iter_next(arguments, it)) {
        th_error_add(ret_error, th_json_iter_key(it), th_json_text(th_json_iter_value(it)));
    }
    th_json_free(arguments);
    return TH_OK;
}

// Gives the problem the words of `words`.
static enum th_status reword(struct th_problem *problem, const struct th_error *words,
                             struct th_error *err)
{
    char *arguments = NULL;
    enum th_status status = arguments_write(words, &arguments, err);
    if (status != TH_OK) {
        return status;
    }
    free(problem->arguments);
    problem->arguments = arguments;
    th_text_copy(problem->key, sizeof(problem->key), words->key);
    return TH_OK;
}

enum th_status th_problem_argue(struct th_problem *problem, const char *name, const char *value,
                                struct th_error *err)
{
    struct th_error words;
    enum th_status status = to_error(problem, &words, err);
    if (status != TH_OK) {
        return status;
    }
    th_error_add(&words, name, value);
    return reword(problem, &words, err);
}

enum th_status th_import_repair_reword(struct th_problem *problem, const struct th_repair *repair,
                                       struct th_error *err)
{
    struct th_error words;
    enum th_status status = to_error(problem, &words, err);
    if (status != TH_OK) {
        return status;
    }
    th_import_repair_describe(repair, &words);
    return reword(problem, &words, err);
}

// A problem in words. The buffers belong to the caller and are cleared first.
enum th_status th_import_problem_words(const struct th_import_run *run,
                                       const struct th_problem *problem, struct th_buf *message,
                                       struct th_buf *hint, struct th_error *err)
{
    th_buf_clear(message);
    th_buf_clear(hint);
    const struct th_messages *messages = run->options->messages;
    if (messages == NULL) {
        th_buf_append_str(message, problem->code);
        return th_buf_check(message, err);
    }
    struct th_error error;
    enum th_status status = to_error(problem, &error, err);
    if (status != TH_OK) {
        return status;
    }
    th_messages_error(messages, run->options->lang, &error, message);
    (void)th_messages_hint(messages, run->options->lang, &error, hint);
    status = th_buf_check(message, err);
    return status == TH_OK ? th_buf_check(hint, err) : status;
}

const char *th_problem_severity_name(enum th_problem_severity severity)
{
    return severity == TH_PROBLEM_ERROR ? "error" : "warning";
}

// The row that a problem speaks of; rows stand in the order of their numbers.
const struct th_staged_row *th_import_problem_row(const struct th_import_run *run,
                                                  const struct th_problem *problem)
{
    size_t low = 0;
    size_t high = run->n_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (run->rows[middle].row < problem->row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < run->n_rows && run->rows[low].row == problem->row ? &run->rows[low] : NULL;
}

// Where to look for a problem, in degrees to six decimals (a tenth of a metre); false while nobody
// knows where the row lies.
bool th_import_problem_place(const struct th_problem *problem, const struct th_staged_row *row,
                             struct th_xy *ret_place)
{
    if (!problem->has_place && (row == NULL || !row->placed)) {
        return false;
    }
    struct th_xy place = problem->has_place ? problem->place : row->middle;
    *ret_place = (struct th_xy){round(place.x * 1e6) / 1e6, round(place.y * 1e6) / 1e6};
    return true;
}

struct writing {
    const struct th_import_run *run;
    struct th_json *array;
    struct th_buf message;
    struct th_buf hint;
};

static enum th_status append_json(void *context, const struct th_problem *problem,
                                  struct th_error *err)
{
    struct writing *w = context;
    enum th_status status = th_import_problem_words(w->run, problem, &w->message, &w->hint, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *item = th_json_object();
    th_json_set_int(item, "row", problem->row);
    const struct th_staged_row *row = th_import_problem_row(w->run, problem);
    th_json_set_text(item, "number", row == NULL ? NULL : row->number);
    th_json_set_int(item, "feature", problem->feature);
    th_json_set_text(item, "code", problem->code);
    th_json_set_text(item, "severity", th_problem_severity_name(problem->severity));
    th_json_set_text(item, "message", th_buf_text(&w->message));
    th_json_set_text(item, "hint", w->hint.size == 0 ? NULL : th_buf_text(&w->hint));
    struct th_xy place = {0};
    bool placed = th_import_problem_place(problem, row, &place);
    th_json_set(item, "lon", placed ? th_json_real(place.x) : th_json_null());
    th_json_set(item, "lat", placed ? th_json_real(place.y) : th_json_null());
    int64_t page = th_fetched_page(&w->run->origin, problem->row);
    th_json_set(item, "page", page > 0 ? th_json_int(page) : th_json_null());
    th_json_append(w->array, item);
    return TH_OK;
}

enum th_status th_import_problems_reply(const struct th_import_run *run, struct th_json *reply,
                                        struct th_error *err)
{
    struct writing w = {.run = run, .array = th_json_array()};
    th_buf_init(&w.message, MESSAGE_LIMIT);
    th_buf_init(&w.hint, MESSAGE_LIMIT);
    enum th_status status = th_import_problems_each(run, append_json, &w, err);
    th_buf_clear(&w.message);
    th_buf_clear(&w.hint);
    if (status == TH_OK) {
        th_json_set(reply, "problems", w.array);
    } else {
        th_json_free(w.array);
    }
    return status;
}

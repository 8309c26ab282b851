// The problem list of an import: kept small in memory, put into words for people at the end.
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/file.h"
#include "core/text.h"
#include "registry/parcel_internal.h"

enum { CSV_LIMIT = 512 * 1024 * 1024, MESSAGE_LIMIT = 64 * 1024 };

void th_problems_clear(struct th_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++)
        free(problems->items[i].arguments);
    free(problems->items);
    *problems = (struct th_problems){0};
}

void th_problems_add(struct th_problems *problems, int64_t row, int64_t feature,
                     enum th_problem_severity severity, const char *code,
                     const struct th_error *problem)
{
    if (problems->n == problems->capacity) {
        size_t capacity = problems->capacity == 0 ? 64 : problems->capacity * 2;
        struct th_problem *grown = realloc(problems->items, capacity * sizeof *grown);
        if (grown == NULL) {
            problems->no_memory = true;
            return;
        }
        problems->items = grown;
        problems->capacity = capacity;
    }
    struct th_json *arguments = th_json_object();
    for (int i = 0; i < problem->n_args; i++)
        th_json_set_text(arguments, problem->args[i].name, problem->args[i].value);
    char *text = NULL;
    if (th_json_dump(arguments, TH_JSON_CANONICAL, &text, NULL) != TH_OK)
        problems->no_memory = true;
    th_json_free(arguments);
    if (text == NULL)
        return;
    struct th_problem *item = &problems->items[problems->n++];
    *item = (struct th_problem){
        .row = row, .feature = feature, .severity = severity, .arguments = text};
    th_text_copy(item->code, sizeof item->code, code == NULL ? problem->key : code);
    th_text_copy(item->key, sizeof item->key, problem->key);
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
    enum th_status status = TH_OK;
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
    if (status != TH_OK)
        return status;
    (void)th_error_set(ret_error, TH_DATA_PROBLEM, problem->key, NULL);
    for (void *it = th_json_iter(arguments); it != NULL; it = th_json_iter_next(arguments, it))
        th_error_add(ret_error, th_json_iter_key(it), th_json_text(th_json_iter_value(it)));
    th_json_free(arguments);
    return TH_OK;
}

// A problem in words. The buffers belong to the caller and are cleared first.
static enum th_status in_words(const struct th_import_run *run, const struct th_problem *problem,
                               struct th_buf *message, struct th_buf *hint, struct th_error *err)
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
    if (status != TH_OK)
        return status;
    th_messages_error(messages, run->options->lang, &error, message);
    (void)th_messages_hint(messages, run->options->lang, &error, hint);
    status = th_buf_check(message, err);
    return status == TH_OK ? th_buf_check(hint, err) : status;
}

static const char *severity_name(enum th_problem_severity severity)
{
    return severity == TH_PROBLEM_ERROR ? "error" : "warning";
}

struct writing {
    const struct th_import_run *run;
    struct th_json *array;
    struct th_buf *csv;
    struct th_buf message;
    struct th_buf hint;
};

static enum th_status append_json(void *context, const struct th_problem *problem,
                                  struct th_error *err)
{
    struct writing *w = context;
    enum th_status status = in_words(w->run, problem, &w->message, &w->hint, err);
    if (status != TH_OK)
        return status;
    struct th_json *item = th_json_object();
    th_json_set_int(item, "row", problem->row);
    th_json_set_int(item, "feature", problem->feature);
    th_json_set_text(item, "code", problem->code);
    th_json_set_text(item, "severity", severity_name(problem->severity));
    th_json_set_text(item, "message", th_buf_text(&w->message));
    th_json_set_text(item, "hint", w->hint.size == 0 ? NULL : th_buf_text(&w->hint));
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
    if (status == TH_OK)
        th_json_set(reply, "problems", w.array);
    else
        th_json_free(w.array);
    return status;
}

static enum th_status append_csv(void *context, const struct th_problem *problem,
                                 struct th_error *err)
{
    struct writing *w = context;
    enum th_status status = in_words(w->run, problem, &w->message, &w->hint, err);
    if (status != TH_OK)
        return status;
    struct th_buf number;
    th_buf_init(&number, 64);
    th_buf_printf(&number, "%lld", (long long)problem->row);
    th_csv_cell(w->csv, th_buf_text(&number), false);
    th_buf_clear(&number);
    th_buf_printf(&number, "%lld", (long long)problem->feature);
    th_csv_cell(w->csv, th_buf_text(&number), false);
    th_buf_clear(&number);
    th_csv_cell(w->csv, problem->code, false);
    th_csv_cell(w->csv, severity_name(problem->severity), false);
    th_csv_cell(w->csv, th_buf_text(&w->message), false);
    th_csv_cell(w->csv, th_buf_text(&w->hint), true);
    return th_buf_check(w->csv, err);
}

enum th_status th_import_problems_csv(const struct th_import_run *run, const char *path,
                                      struct th_error *err)
{
    static const char *const HEAD[] = {"row", "feature", "code", "severity", "message", "hint"};
    struct th_buf csv;
    th_buf_init(&csv, CSV_LIMIT);
    th_csv_begin(&csv, true);
    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        th_csv_cell(&csv, HEAD[i], i + 1 == sizeof HEAD / sizeof HEAD[0]);
    struct writing w = {.run = run, .csv = &csv};
    th_buf_init(&w.message, MESSAGE_LIMIT);
    th_buf_init(&w.hint, MESSAGE_LIMIT);
    enum th_status status = th_import_problems_each(run, append_csv, &w, err);
    th_buf_clear(&w.message);
    th_buf_clear(&w.hint);
    if (status == TH_OK)
        status = th_buf_check(&csv, err);
    if (status == TH_OK)
        status = th_file_write(path, csv.data, csv.size, err);
    th_buf_clear(&csv);
    return status;
}

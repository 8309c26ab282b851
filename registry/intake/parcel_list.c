// The problem list that a clerk works through in a spreadsheet: what is wrong with each row, what
// to do, and then the row itself, so that the mended list can be given back (parcel_mend.c).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/csv.h"
#include "core/file.h"
#include "core/text.h"
#include "papers/workbook.h"
#include "registry/intake/parcel_internal.h"

enum {
    CSV_LIMIT = 1024 * 1024 * 1024,
    MESSAGE_LIMIT = 64 * 1024,
    CELL_LIMIT = 16 * 1024,
    N_OWN = 8,  // columns before those of the source
    N_PAGED = 2 // more of them, when it came page by page
};

static const char *const OWN_COLUMNS[N_OWN + N_PAGED] = {
    "row", "number", "code", "severity", "message", "hint", "lon", "lat", "page", "feature"};

// Where the list goes: exactly one of both.
struct sink {
    struct th_buf *csv;
    struct th_workbook *book;
};

struct listing {
    const struct th_import_run *run;
    struct sink sink;
    struct th_reader *reader;
    struct th_mends *mends;             // NULL without
    const struct th_problem **problems; // of all rows, in order
    size_t n_problems;
    size_t next; // first that is not listed yet
    struct th_buf message, hint, messages, hints, codes;
};

// "parcels.<group>.<name>" in the language of the caller; the name itself without a catalogue.
static const char *own_word(const struct th_import_run *run, const char *group, const char *name)
{
    char key[TH_ERROR_KEY_SIZE];
    snprintf(key, sizeof(key), "parcels.%s.%s", group, name);
    const char *text = run->options->messages == NULL
                           ? NULL
                           : th_messages_find(run->options->messages, run->options->lang, key);
    return text == NULL ? name : text;
}

bool th_import_list_titles(const struct th_messages *messages, const char *column,
                           const char *title)
{
    for (size_t i = 0; i < N_OWN + N_PAGED; i++) {
        char key[TH_ERROR_KEY_SIZE];
        if (column != NULL && strcmp(column, OWN_COLUMNS[i]) != 0) {
            continue;
        }
        if ((messages == NULL || column != NULL) && strcmp(title, OWN_COLUMNS[i]) == 0) {
            return true;
        }
        snprintf(key, sizeof(key), "parcels.problem.%s", OWN_COLUMNS[i]);
        for (int lang = TH_LANG_ZH; messages != NULL && lang <= TH_LANG_EN; lang++) {
            const char *text = th_messages_find(messages, (enum th_lang)lang, key);
            if (text != NULL && strcmp(text, title) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void cell(struct sink *sink, const char *text, bool last)
{
    if (sink->book != NULL) {
        th_workbook_text(sink->book, text);
    } else {
        th_csv_cell(sink->csv, text == NULL ? "" : text, last);
    }
}

static void cell_place(struct sink *sink, bool placed, double degrees, bool last)
{
    char text[32];
    snprintf(text, sizeof(text), "%.6f", degrees);
    if (!placed) {
        cell(sink, "", last);
    } else if (sink->book != NULL) {
        th_workbook_real(sink->book, degrees);
    } else {
        cell(sink, text, last);
    }
}

static bool is_paged(const struct listing *l)
{
    return l->run->origin.page_ends != NULL;
}

static enum th_status begin(struct listing *l, struct th_error *err)
{
    size_t n_fields = th_reader_info(l->reader)->n_fields;
    size_t n_own = is_paged(l) ? N_OWN + N_PAGED : N_OWN;
    size_t n = n_own + n_fields;
    struct th_workbook_column *columns = calloc(n, sizeof(*columns));
    if (columns == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n_own; i++) {
        columns[i].title = own_word(l->run, "problem", OWN_COLUMNS[i]);
    }
    columns[4] = (struct th_workbook_column){columns[4].title, 60, true};
    columns[5] = (struct th_workbook_column){columns[5].title, 60, true};
    for (size_t i = 0; i < n_fields; i++) {
        columns[n_own + i].title = th_reader_field(l->reader, i);
    }
    if (l->sink.book != NULL) {
        th_workbook_sheet(l->sink.book, own_word(l->run, "problem", "sheet"), columns, n);
    } else {
        th_csv_begin(l->sink.csv, true);
        for (size_t i = 0; i < n; i++) {
            th_csv_cell(l->sink.csv, columns[i].title, i + 1 == n);
        }
    }
    free(columns);
    return TH_OK;
}

// Is `item` one of the parts of `joined`?
static bool is_joined(const struct th_buf *joined, char separator, const char *item)
{
    size_t size = strlen(item);
    const char *at = th_buf_text(joined);
    while (*at != '\0') {
        const char *end = strchr(at, separator);
        size_t part = end == NULL ? strlen(at) : (size_t)(end - at);
        if (part == size && memcmp(at, item, size) == 0) {
            return true;
        }
        at += end == NULL ? part : part + 1;
    }
    return false;
}

static void join(struct th_buf *joined, char separator, const char *item)
{
    if (item[0] == '\0' || is_joined(joined, separator, item)) {
        return;
    }
    if (joined->size > 0) {
        th_buf_append_char(joined, separator);
    }
    th_buf_append_str(joined, item);
}

// All problems of one row in one cell, one below the other.
static enum th_status words_join(struct listing *l, size_t end, struct th_error *err)
{
    th_buf_clear(&l->messages);
    th_buf_clear(&l->hints);
    th_buf_clear(&l->codes);
    enum th_status status = TH_OK;
    for (size_t i = l->next; status == TH_OK && i < end; i++) {
        join(&l->codes, ' ', l->problems[i]->code);
        status = th_import_problem_words(l->run, l->problems[i], &l->message, &l->hint, err);
        if (status != TH_OK) {
            break;
        }
        if (l->messages.size + l->message.size > CELL_LIMIT) {
            th_buf_append_str(&l->messages, "\n…");
            break;
        }
        join(&l->messages, '\n', th_buf_text(&l->message));
        join(&l->hints, '\n', th_buf_text(&l->hint));
    }
    if (status == TH_OK) {
        status = th_buf_check(&l->messages, err);
    }
    if (status == TH_OK) {
        status = th_buf_check(&l->codes, err);
    }
    return status == TH_OK ? th_buf_check(&l->hints, err) : status;
}

// Where on the web the row came from: the page, and the number of the feature by its service.
static void cells_page(struct listing *l, const struct th_problem *problem, bool last)
{
    char text[32] = "";
    int64_t page = th_fetched_page(&l->run->origin, problem->row);
    if (page > 0) {
        snprintf(text, sizeof(text), "%lld", (long long)page);
    }
    cell(&l->sink, text, false);
    snprintf(text, sizeof(text), "%lld", (long long)problem->feature);
    cell(&l->sink, text, last);
}

// `source` NULL: the row is not in the source any more.
static enum th_status line_write(struct listing *l, const struct th_reader_row *source,
                                 struct th_error *err)
{
    size_t end = l->next;
    bool any_error = false;
    int64_t number = l->problems[l->next]->row;
    for (; end < l->n_problems && l->problems[end]->row == number; end++) {
        any_error = any_error || l->problems[end]->severity == TH_PROBLEM_ERROR;
    }
    enum th_status status = words_join(l, end, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_problem *first = l->problems[l->next];
    const struct th_staged_row *row = th_import_problem_row(l->run, first);
    struct th_xy place = {0};
    bool placed = th_import_problem_place(first, row, &place);
    size_t n_fields = th_reader_info(l->reader)->n_fields;
    char text[32];
    snprintf(text, sizeof(text), "%lld", (long long)number);
    if (l->sink.book != NULL) {
        th_workbook_row(l->sink.book, any_error ? TH_WORKBOOK_ERROR : TH_WORKBOOK_WARNING);
    }
    cell(&l->sink, text, false);
    cell(&l->sink, row == NULL ? NULL : row->number, false);
    cell(&l->sink, th_buf_text(&l->codes), false);
    cell(&l->sink, own_word(l->run, "severity", any_error ? "error" : "warning"), false);
    cell(&l->sink, th_buf_text(&l->messages), false);
    cell(&l->sink, th_buf_text(&l->hints), false);
    cell_place(&l->sink, placed, place.x, false);
    cell_place(&l->sink, placed, place.y, n_fields == 0 && !is_paged(l));
    if (is_paged(l)) {
        cells_page(l, first, n_fields == 0);
    }
    for (size_t i = 0; i < n_fields; i++) {
        cell(&l->sink, source == NULL || source->values == NULL ? NULL : source->values[i],
             i + 1 == n_fields);
    }
    l->next = end;
    return l->sink.book != NULL ? th_workbook_check(l->sink.book, err)
                                : th_buf_check(l->sink.csv, err);
}

// The row as it stands by now: mended rows as they were mended.
static const struct th_reader_row *row_now(struct listing *l, const struct th_reader_row *source)
{
    char number[TH_PARCEL_NUMBER_SIZE];
    if (l->mends == NULL) {
        return source;
    }
    bool numbered = source->values != NULL && th_field_number(&l->run->map, source, number);
    return th_mends_lay(l->mends, source, numbered ? number : NULL);
}

static enum th_status lines_write(struct listing *l, struct th_error *err)
{
    enum th_status status = begin(l, err);
    while (status == TH_OK && l->next < l->n_problems) {
        struct th_reader_batch *batch = NULL;
        status = th_reader_next(l->reader, &batch, err);
        if (status != TH_OK || batch == NULL) {
            break;
        }
        for (size_t i = 0; status == TH_OK && i < batch->n_rows; i++) {
            if (l->next < l->n_problems && l->problems[l->next]->row == batch->rows[i].row) {
                status = line_write(l, row_now(l, &batch->rows[i]), err);
            }
        }
        th_reader_batch_free(batch);
    }
    while (status == TH_OK && l->next < l->n_problems) {
        status = line_write(l, NULL, err);
    }
    return status;
}

static enum th_status collect(void *context, const struct th_problem *problem, struct th_error *err)
{
    struct listing *l = context;
    (void)err;
    l->problems[l->n_problems++] = problem;
    return TH_OK;
}

static enum th_status write_csv(struct listing *l, const char *path, struct th_error *err)
{
    struct th_buf csv;
    th_buf_init(&csv, CSV_LIMIT);
    l->sink = (struct sink){.csv = &csv};
    enum th_status status = lines_write(l, err);
    if (status == TH_OK) {
        status = th_buf_check(&csv, err);
    }
    if (status == TH_OK) {
        status = th_file_write_new(path, csv.data, csv.size, err);
    }
    th_buf_clear(&csv);
    l->sink.csv = NULL;
    return status;
}

static enum th_status write_xlsx(struct listing *l, const char *path, struct th_error *err)
{
    const struct th_workbook_options options = {.title = own_word(l->run, "problem", "sheet")};
    enum th_status status = th_workbook_open(path, &options, &l->sink.book, err);
    if (status != TH_OK) {
        return status;
    }
    status = lines_write(l, err);
    if (status == TH_OK) {
        return th_workbook_close(l->sink.book, err);
    }
    th_workbook_abort(l->sink.book);
    return status;
}

// Under the name that it has until the import is decided.
static enum th_status list_write(const struct th_import_run *run, struct th_error *err)
{
    struct listing l = {.run = run};
    const struct th_reader_options how = {.layer = run->options->layer,
                                          .encoding = run->options->encoding,
                                          .shapeless = th_import_is_shapeless(run),
                                          .progress = run->progress};
    th_buf_init(&l.message, MESSAGE_LIMIT);
    th_buf_init(&l.hint, MESSAGE_LIMIT);
    th_buf_init(&l.messages, MESSAGE_LIMIT);
    th_buf_init(&l.hints, MESSAGE_LIMIT);
    th_buf_init(&l.codes, MESSAGE_LIMIT);
    l.problems = calloc(run->checked.n + run->resolved.n + 1, sizeof(*l.problems));
    enum th_status status = l.problems == NULL ? th_error_no_memory(err) : TH_OK;
    if (status == TH_OK) {
        status = th_import_problems_each(run, collect, &l, err);
    }
    if (status == TH_OK) {
        status = th_reader_open(run->path, &how, &l.reader, err);
    }
    if (status == TH_OK && run->options->n_mends > 0) {
        status = th_mends_open(run, l.reader, &l.mends, err);
    }
    bool xlsx = th_text_ends_with(run->options->problems_path, ".xlsx");
    if (status == TH_OK) {
        status = xlsx ? write_xlsx(&l, run->listed, err) : write_csv(&l, run->listed, err);
    }
    th_mends_free(l.mends);
    th_reader_close(l.reader);
    th_buf_clear(&l.message);
    th_buf_clear(&l.hint);
    th_buf_clear(&l.messages);
    th_buf_clear(&l.hints);
    th_buf_clear(&l.codes);
    free(l.problems);
    return status;
}

enum th_status th_import_list_check(const struct th_parcel_import_options *options,
                                    struct th_error *err)
{
    const char *path = options->problems_path;
    if (path == NULL) {
        return TH_OK;
    }
    if (options->overlaps_path != NULL && strcmp(path, options->overlaps_path) == 0) {
        return th_error_set(err, TH_USAGE, "outputs_same", "path", path, NULL);
    }
    return th_file_check_new(path, err);
}

enum th_status th_import_list_write(struct th_import_run *run, struct th_error *err)
{
    if (run->options->problems_path == NULL) {
        return TH_OK;
    }
    if (run->listed == NULL) {
        run->listed = th_file_fresh_name(run->options->problems_path);
    } else {
        (void)unlink(run->listed); // rows were compared again
    }
    return run->listed == NULL ? th_error_no_memory(err) : list_write(run, err);
}

enum th_status th_import_list_publish(struct th_import_run *run, struct th_error *err)
{
    if (run->listed == NULL) {
        return TH_OK;
    }
    return th_file_publish(run->listed, run->options->problems_path, err);
}

void th_import_list_clear(struct th_import_run *run)
{
    if (run->listed != NULL) {
        (void)unlink(run->listed); // gone already where it was published
    }
    free(run->listed);
    run->listed = NULL;
}

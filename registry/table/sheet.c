#include "registry/table/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/file.h"
#include "core/text.h"
#include "gis/reader.h"
#include "papers/workbook.h"
#include "registry/reply.h"

enum { PROBLEMS_SHOWN = 10000, DECIMAL_SIZE = 64 };

static enum th_status room_make(struct th_sheet *sheet, size_t n, struct th_error *err)
{
    if (n > TH_SHEET_ROWS_MAX || n * sheet->n_columns > TH_SHEET_CELLS_MAX) {
        size_t limit = sheet->n_columns > 0 ? TH_SHEET_CELLS_MAX / sheet->n_columns : n;
        (void)th_error_set(err, TH_LIMIT, "sheet_too_long", NULL);
        th_error_add_int(err, "limit",
                         (int64_t)(limit < TH_SHEET_ROWS_MAX ? limit : TH_SHEET_ROWS_MAX));
        return TH_LIMIT;
    }
    char **cells = realloc(sheet->cells, (n * sheet->n_columns + 1) * sizeof(*cells));
    sheet->cells = cells == NULL ? sheet->cells : cells;
    struct th_sheet_line *lines = realloc(sheet->lines, (n + 1) * sizeof(*lines));
    sheet->lines = lines == NULL ? sheet->lines : lines;
    return cells == NULL || lines == NULL ? th_error_no_memory(err) : TH_OK;
}

static char *trimmed(const char *text)
{
    char *copy = th_text_duplicate(text == NULL ? "" : text);
    if (copy != NULL) {
        th_text_trim(copy);
    }
    return copy;
}

static enum th_status row_add(struct th_sheet *sheet, const struct th_reader_row *row,
                              struct th_error *err)
{
    bool any = row->lost;
    for (size_t c = 0; !any && c < sheet->n_columns; c++) {
        any = row->values[c] != NULL && row->values[c][0] != '\0';
    }
    if (!any) {
        return TH_OK; // a blank line
    }
    char **cells = &sheet->cells[sheet->n * sheet->n_columns];
    struct th_sheet_line *line = &sheet->lines[sheet->n++];
    *line = (struct th_sheet_line){.line = row->row, .feature = row->feature};
    bool done = true;
    if (row->lost) {
        line->lost = th_text_duplicate(row->detail == NULL ? "" : row->detail);
        done = line->lost != NULL;
    }
    for (size_t c = 0; c < sheet->n_columns; c++) {
        cells[c] = trimmed(row->lost ? NULL : row->values[c]);
        done = done && cells[c] != NULL;
    }
    return done ? TH_OK : th_error_no_memory(err);
}

static enum th_status read_headings(const struct th_reader *reader, struct th_sheet *sheet,
                                    struct th_error *err)
{
    sheet->n_columns = th_reader_info(reader)->n_fields;
    sheet->headings = calloc(sheet->n_columns + 1, sizeof(*sheet->headings));
    bool done = sheet->headings != NULL;
    for (size_t c = 0; done && c < sheet->n_columns; c++) {
        sheet->headings[c] = trimmed(th_reader_field(reader, c));
        done = sheet->headings[c] != NULL;
    }
    return done ? TH_OK : th_error_no_memory(err);
}

static enum th_status read_rows(struct th_reader *reader, struct th_sheet *sheet,
                                struct th_error *err)
{
    struct th_reader_batch *batch = NULL;
    enum th_status status = read_headings(reader, sheet, err);
    while (status == TH_OK) {
        status = th_reader_next(reader, &batch, err);
        if (status != TH_OK || batch == NULL) {
            break;
        }
        status = room_make(sheet, sheet->n + batch->n_rows, err);
        for (size_t i = 0; status == TH_OK && i < batch->n_rows; i++) {
            status = row_add(sheet, &batch->rows[i], err);
        }
        th_reader_batch_free(batch);
    }
    return status;
}

enum th_status th_sheet_read(const char *path, struct th_sheet *ret_sheet, struct th_error *err)
{
    struct th_sheet sheet = {0};
    struct th_reader *reader = NULL;
    const struct th_reader_options how = {.shapeless = true};
    enum th_status status = th_reader_open(path, &how, &reader, err);
    if (status == TH_OK) {
        status = read_rows(reader, &sheet, err);
    }
    th_reader_close(reader);
    if (status != TH_OK) {
        th_sheet_clear(&sheet);
        return status;
    }
    *ret_sheet = sheet;
    return TH_OK;
}

void th_sheet_clear(struct th_sheet *sheet)
{
    for (size_t c = 0; sheet->headings != NULL && c < sheet->n_columns; c++) {
        free(sheet->headings[c]);
    }
    for (size_t i = 0; i < sheet->n * sheet->n_columns; i++) {
        free(sheet->cells[i]);
    }
    for (size_t i = 0; i < sheet->n; i++) {
        free(sheet->lines[i].lost);
    }
    free(sheet->headings);
    free(sheet->cells);
    free(sheet->lines);
    *sheet = (struct th_sheet){0};
}

const char *th_sheet_cell(const struct th_sheet *sheet, size_t row, size_t column)
{
    const char *text = column == SIZE_MAX ? NULL : sheet->cells[row * sheet->n_columns + column];
    return text == NULL ? "" : text;
}

static bool digits_take(const char **at, int n_max, int *ret_value)
{
    int value = 0;
    int n = 0;
    for (; n < n_max && **at >= '0' && **at <= '9'; n++) {
        value = 10 * value + (*(*at)++ - '0');
    }
    *ret_value = value;
    return n > 0;
}

static bool text_take(const char **at, const char *text)
{
    if (!th_text_starts_with(*at, text)) {
        return false;
    }
    *at += strlen(text);
    return true;
}

bool th_sheet_date(const char *text, struct th_date *ret_date)
{
    static const char *const MARKS[][3] = {
        {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}};
    char narrow[DECIMAL_SIZE];
    if (!th_text_narrow(text, narrow, sizeof(narrow))) {
        return false;
    }
    for (size_t i = 0; i < sizeof(MARKS) / sizeof(MARKS[0]); i++) {
        struct th_date date = {0};
        const char *at = narrow;
        if (digits_take(&at, 4, &date.year) && text_take(&at, MARKS[i][0]) &&
            digits_take(&at, 2, &date.month) && text_take(&at, MARKS[i][1]) &&
            digits_take(&at, 2, &date.day) && text_take(&at, MARKS[i][2]) && *at == '\0' &&
            th_date_valid(date)) {
            *ret_date = date;
            return true;
        }
    }
    return false;
}

// Without commas that stand between thousands; false where they stand elsewhere.
static bool commas_drop(const char *text, char plain[DECIMAL_SIZE])
{
    size_t whole = strcspn(text, ".");
    size_t n = 0;
    bool any = memchr(text, ',', whole) != NULL;
    if (strlen(text) >= DECIMAL_SIZE || strchr(text + whole, ',') != NULL ||
        (any && whole % 4 == 0)) { // no more than three digits before the first
        return false;
    }
    for (size_t i = 0; text[i] != '\0'; i++) {
        bool place = any && i < whole && (whole - i) % 4 == 0 && i > 0;
        if ((text[i] == ',') != place) {
            return false;
        }
        if (text[i] != ',') {
            plain[n++] = text[i];
        }
    }
    plain[n] = '\0';
    return true;
}

bool th_sheet_decimal(const char *text, struct th_ratio *ret_value)
{
    char narrow[DECIMAL_SIZE];
    char plain[DECIMAL_SIZE];
    struct th_error ignored;
    struct th_ratio value;
    if (!th_text_narrow(text, narrow, sizeof(narrow)) || !commas_drop(narrow, plain) ||
        strspn(plain, "0123456789.") != strlen(plain) ||
        th_ratio_parse(plain, &value, &ignored) != TH_OK) {
        return false;
    }
    *ret_value = value;
    return true;
}

bool th_sheet_whole(const char *text, int64_t maximum, int64_t *ret_value)
{
    struct th_ratio value;
    if (!th_sheet_decimal(text, &value) || value.denominator != 1 || value.numerator > maximum) {
        return false;
    }
    *ret_value = value.numerator;
    return true;
}

bool th_sheet_year(const char *text, int *ret_year)
{
    char plain[DECIMAL_SIZE];
    int64_t year = 0;
    if (!th_text_narrow(text, plain, sizeof(plain))) {
        return false;
    }
    size_t size = strlen(plain);
    if (size > strlen("年") && strcmp(plain + size - strlen("年"), "年") == 0) {
        plain[size - strlen("年")] = '\0';
    }
    if (strchr(plain, ',') != NULL || !th_sheet_whole(plain, 9999, &year) || year < 1000) {
        return false;
    }
    *ret_year = (int)year;
    return true;
}

void th_sheet_tell(struct th_sheet_told *told, const struct th_sheet *sheet, size_t row,
                   const char *number, const char *code, const char *severity,
                   const struct th_error *what)
{
    struct th_buf message;
    struct th_buf hint;
    bool has_hint = false;
    if (told->n >= PROBLEMS_SHOWN) {
        return;
    }
    if (told->n == told->capacity) {
        size_t capacity = told->capacity == 0 ? 64 : 2 * told->capacity;
        struct th_sheet_problem *grown = realloc(told->items, capacity * sizeof(*grown));
        told->no_memory = told->no_memory || grown == NULL;
        if (grown == NULL) {
            return;
        }
        told->items = grown;
        told->capacity = capacity;
    }
    th_buf_init(&message, 4096);
    th_buf_init(&hint, 4096);
    if (told->messages != NULL) {
        th_messages_error(told->messages, told->lang, what, &message);
        has_hint = th_messages_hint(told->messages, told->lang, what, &hint);
    }
    struct th_json *json = th_json_object();
    th_json_set_int(json, "row", sheet->lines[row].line);
    th_json_set_text(json, "number", number);
    th_json_set_int(json, "feature", sheet->lines[row].feature);
    th_json_set_text(json, "code", code == NULL ? what->key : code);
    th_json_set_text(json, "severity", severity);
    th_json_set_text(json, "message", message.size > 0 ? th_buf_text(&message) : what->key);
    th_json_set_text(json, "hint", has_hint ? th_buf_text(&hint) : NULL);
    told->items[told->n++] = (struct th_sheet_problem){row, json};
    th_buf_clear(&message);
    th_buf_clear(&hint);
}

bool th_sheet_tell_lost(struct th_sheet_told *told, const struct th_sheet *sheet, size_t row)
{
    struct th_error what;
    const struct th_sheet_line *line = &sheet->lines[row];
    if (line->lost == NULL) {
        return false;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, "row_unreadable", "detail", line->lost, NULL);
    th_error_add_int(&what, "row", line->line);
    th_sheet_tell(told, sheet, row, NULL, NULL, "error", &what);
    return true;
}

struct th_json *th_sheet_told_json(struct th_sheet_told *told)
{
    if (told->no_memory) {
        return NULL; // which the reply shows when it is finished
    }
    struct th_json *problems = th_json_array();
    // By insertion, since they come nearly in order: what is told first of a row stays first.
    for (size_t i = 1; i < told->n; i++) {
        struct th_sheet_problem item = told->items[i];
        size_t k = i;
        for (; k > 0 && told->items[k - 1].row > item.row; k--) {
            told->items[k] = told->items[k - 1];
        }
        told->items[k] = item;
    }
    for (size_t i = 0; i < told->n; i++) {
        th_json_append(problems, th_json_copy(told->items[i].json));
    }
    return problems;
}

void th_sheet_told_clear(struct th_sheet_told *told)
{
    for (size_t i = 0; i < told->n; i++) {
        th_json_free(told->items[i].json);
    }
    free(told->items);
    *told = (struct th_sheet_told){0};
}

static enum th_status template_csv(const char *path, const struct th_sheet_form *form,
                                   struct th_error *err)
{
    struct th_buf text;
    size_t n = form->n_columns;
    th_buf_init(&text, 64 * 1024);
    th_csv_begin(&text, true);
    for (size_t c = 0; c < n; c++) {
        th_csv_cell(&text, form->headings[c], c + 1 == n);
    }
    for (size_t i = 0; i < form->n_rows * n; i++) {
        th_csv_cell(&text, form->cells[i], i % n + 1 == n);
    }
    enum th_status status = th_buf_check(&text, err);
    if (status == TH_OK) {
        status = th_file_write_new(path, text.data, text.size, err);
    }
    th_buf_clear(&text);
    return status;
}

// What a column means, beside its cells; what it may say, to choose from.
static void write_choices(struct th_workbook *workbook, const struct th_sheet_form *form)
{
    for (size_t c = 0; c < form->n_columns; c++) {
        const struct th_workbook_choices choices = {.column = c,
                                                    .rows = form->n_rows,
                                                    .sheet = form->choices_title,
                                                    .of = c,
                                                    .first = 1,
                                                    .n = form->choices[c].n,
                                                    .prompt_title = form->headings[c],
                                                    .prompt = form->meanings[c]};
        th_workbook_choose(workbook, &choices);
    }
}

static void write_choices_sheet(struct th_workbook *workbook, const struct th_sheet_form *form,
                                const struct th_workbook_column *columns)
{
    size_t n_rows = 0;
    for (size_t c = 0; c < form->n_columns; c++) {
        n_rows = form->choices[c].n > n_rows ? form->choices[c].n : n_rows;
    }
    th_workbook_sheet(workbook, form->choices_title, columns, form->n_columns);
    for (size_t row = 0; row < n_rows; row++) {
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        for (size_t c = 0; c < form->n_columns; c++) {
            th_workbook_text(workbook,
                             row < form->choices[c].n ? form->choices[c].texts[row] : NULL);
        }
    }
}

static void write_notes(struct th_workbook *workbook, const struct th_sheet_form *form)
{
    const struct th_workbook_column notes[] = {{form->headings[0], 24, false}, {"", 70, true}};
    th_workbook_sheet(workbook, form->notes, notes, 2);
    for (size_t c = 0; c < form->n_columns; c++) {
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        th_workbook_text(workbook, form->headings[c]);
        th_workbook_text(workbook, form->meanings[c]);
    }
}

static enum th_status template_workbook(const char *path, const struct th_sheet_form *form,
                                        struct th_error *err)
{
    struct th_workbook *workbook = NULL;
    const struct th_workbook_options how = {.title = form->title};
    struct th_workbook_column *columns = calloc(form->n_columns, sizeof(*columns));
    if (columns == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t c = 0; c < form->n_columns; c++) {
        columns[c].title = form->headings[c];
    }
    enum th_status status = th_workbook_open(path, &how, &workbook, err);
    if (status == TH_OK) {
        th_workbook_sheet(workbook, form->title, columns, form->n_columns);
        for (size_t i = 0; i < form->n_rows * form->n_columns; i++) {
            if (i % form->n_columns == 0) {
                th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
            }
            th_workbook_text(workbook, form->cells[i]);
        }
        if (form->choices != NULL) {
            write_choices(workbook, form);
        }
        if (form->meanings != NULL) {
            write_notes(workbook, form);
        }
        if (form->choices != NULL) {
            write_choices_sheet(workbook, form, columns);
        }
        status = th_workbook_close(workbook, err);
    }
    free(columns);
    return status;
}

enum th_status th_sheet_template(const char *path, const struct th_sheet_form *form,
                                 struct th_json **ret_reply, struct th_error *err)
{
    size_t size = strlen(path);
    bool workbook = size > 5 && strcmp(path + size - 5, ".xlsx") == 0;
    enum th_status status =
        workbook ? template_workbook(path, form, err) : template_csv(path, form, err);
    struct th_json *columns = th_json_array();
    for (size_t c = 0; c < form->n_columns; c++) {
        th_json_append_text(columns, form->headings[c]);
    }
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "file", path);
    th_json_set(reply, "columns", columns);
    return th_reply_finish(status, reply, ret_reply, err);
}

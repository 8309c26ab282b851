// libxlsxwriter in its constant-memory mode: a row is on its way to the disk when the next one
// begins, so that a million rows take no more memory than one.
#include "papers/workbook.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"

enum value_kind {
    VALUE_TEXT,
    VALUE_WRAPPED,
    VALUE_INT,
    VALUE_CENT,
    VALUE_REAL,
    VALUE_DATE,
    VALUES
};

enum {
    WIDTH_MAX = 255,
    WIDTH_LEAST = 6,
    EXACT_DIGITS_LIMIT = 15, // what a spreadsheet keeps of a number
    NO_DATE_UTC = 315532800, // 1980-01-01, where the ZIP format begins
    SHEET_NAME_SIZE = 4 * TH_WORKBOOK_SHEET_NAME_MAX + 1,
    NAME_TRIES = 1000
};

struct th_workbook {
    char *path;
    char *temporary;      // beside the target, so that publishing is a change of name
    lxw_workbook *book;   // NULL once closed
    lxw_worksheet *sheet; // the one being written
    lxw_format *formats[TH_WORKBOOK_ROW_KINDS][VALUES];
    bool *wraps; // by column of the sheet; owned
    size_t n_columns;
    bool titled;
    enum th_workbook_row kind;
    int64_t row; // index of the row being written, -1 before the first
    size_t column;
    bool any_cell; // of the sheet was written
    size_t n_replaced;
    char sheet_name[SHEET_NAME_SIZE];
    struct th_error first; // sticks; status TH_OK while all is well
};

static bool well(const struct th_workbook *workbook)
{
    return workbook->first.status == TH_OK;
}

static void stick(struct th_workbook *workbook, enum th_status status, const char *key,
                  long long limit)
{
    if (!well(workbook)) {
        return;
    }
    (void)th_error_set(&workbook->first, status, key, "sheet", workbook->sheet_name, NULL);
    th_error_add_int(&workbook->first, "limit", limit);
    th_error_add_int(&workbook->first, "row", workbook->row + 1);
}

static enum th_status failed(struct th_error *err, const char *detail)
{
    return th_error_set(err, TH_IO, "workbook_failed", "detail", detail, NULL);
}

static void check_cell(struct th_workbook *workbook, lxw_error code)
{
    if (code == LXW_NO_ERROR || !well(workbook)) {
        return;
    }
    if (code == LXW_ERROR_MEMORY_MALLOC_FAILED) {
        (void)th_error_no_memory(&workbook->first);
    } else {
        (void)failed(&workbook->first, lxw_strerror(code));
    }
}

static lxw_format *format_new(lxw_workbook *book, enum th_workbook_row kind, enum value_kind value)
{
    static const char *const NUMBERS[VALUES] = {
        [VALUE_TEXT] = "@",        [VALUE_WRAPPED] = "@",    [VALUE_INT] = "0",
        [VALUE_CENT] = "#,##0.00", [VALUE_REAL] = "General", [VALUE_DATE] = "yyyy-mm-dd"};
    lxw_format *format = workbook_add_format(book);
    if (format == NULL) {
        return NULL;
    }
    format_set_num_format(format, NUMBERS[value]);
    format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    if (value == VALUE_WRAPPED) {
        format_set_text_wrap(format);
    }
    switch (kind) {
    case TH_WORKBOOK_HEADING:
        format_set_bold(format);
        format_set_bg_color(format, 0xE7E6E6);
        format_set_bottom(format, LXW_BORDER_THIN);
        format_set_text_wrap(format);
        break;
    case TH_WORKBOOK_TOTAL:
        format_set_bold(format);
        format_set_top(format, LXW_BORDER_THIN);
        break;
    case TH_WORKBOOK_WARNING:
        format_set_bg_color(format, 0xFFF2CC);
        break;
    case TH_WORKBOOK_ERROR:
        format_set_bg_color(format, 0xF8CBAD);
        break;
    case TH_WORKBOOK_PLAIN:
    case TH_WORKBOOK_ROW_KINDS:
        break;
    }
    return format;
}

static bool formats_make(struct th_workbook *workbook)
{
    for (int kind = 0; kind < TH_WORKBOOK_ROW_KINDS; kind++) {
        for (int value = 0; value < VALUES; value++) {
            lxw_format *format =
                format_new(workbook->book, (enum th_workbook_row)kind, (enum value_kind)value);
            if (format == NULL) {
                return false;
            }
            workbook->formats[kind][value] = format;
        }
    }
    return true;
}

static enum th_status book_make(struct th_workbook *workbook,
                                const struct th_workbook_options *options, struct th_error *err)
{
    // The library takes these without changing them.
    lxw_workbook_options how = {.constant_memory = LXW_TRUE, .use_zip64 = LXW_FALSE};
    lxw_doc_properties properties = {.created =
                                         options->made_utc != 0 ? options->made_utc : NO_DATE_UTC};
    char *title = th_text_duplicate(options->title);
    char *program = th_text_duplicate(options->program);
    properties.title = title;
    properties.author = program;
    workbook->book = workbook_new_opt(workbook->temporary, &how);
    bool done = workbook->book != NULL &&
                workbook_set_properties(workbook->book, &properties) == LXW_NO_ERROR &&
                formats_make(workbook);
    free(title);
    free(program);
    return done ? TH_OK : th_error_no_memory(err);
}

enum th_status th_workbook_open(const char *path, const struct th_workbook_options *options,
                                struct th_workbook **ret_workbook, struct th_error *err)
{
    enum th_status status = th_file_check_new(path, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_workbook *workbook = calloc(1, sizeof(*workbook));
    if (workbook == NULL) {
        return th_error_no_memory(err);
    }
    workbook->row = -1;
    workbook->path = th_text_duplicate(path);
    workbook->temporary = th_file_fresh_name(path);
    if (workbook->path == NULL || workbook->temporary == NULL) {
        status = th_error_no_memory(err);
    } else {
        status = book_make(workbook, options, err);
    }
    if (status != TH_OK) {
        th_workbook_abort(workbook);
        return status;
    }
    *ret_workbook = workbook;
    return TH_OK;
}

// Copies at most `limit` characters; what a name must not have becomes '_'.
static void name_clean(const char *name, size_t limit, char clean[SHEET_NAME_SIZE])
{
    size_t used = 0;
    size_t n = 0;
    for (size_t i = 0; name[i] != '\0' && used + 1 < SHEET_NAME_SIZE; i++) {
        bool begins = ((unsigned char)name[i] & 0xc0) != 0x80;
        if (begins && n++ == limit) {
            break;
        }
        bool bad = strchr("[]:*?/\\'", name[i]) != NULL || (unsigned char)name[i] < ' ';
        clean[used] = name[i];
        if (bad) {
            clean[used] = '_';
        }
        used++;
    }
    clean[used] = '\0';
    if (used == 0) {
        th_text_copy(clean, SHEET_NAME_SIZE, "_");
    }
}

static bool name_free(struct th_workbook *workbook, const char *name)
{
    return workbook_get_worksheet_by_name(workbook->book, name) == NULL;
}

static void name_choose(struct th_workbook *workbook, const char *name)
{
    char clean[SHEET_NAME_SIZE];
    name_clean(name, TH_WORKBOOK_SHEET_NAME_MAX, workbook->sheet_name);
    for (int i = 2; i < NAME_TRIES && !name_free(workbook, workbook->sheet_name); i++) {
        enum { SUFFIX = 5 };
        name_clean(name, TH_WORKBOOK_SHEET_NAME_MAX - SUFFIX, clean);
        size_t size = strlen(clean);
        if (size > sizeof(workbook->sheet_name) - SUFFIX - 1) {
            size = sizeof(workbook->sheet_name) - SUFFIX - 1;
        }
        memcpy(workbook->sheet_name, clean, size);
        snprintf(workbook->sheet_name + size, sizeof(workbook->sheet_name) - size, "_%d", i);
    }
}

static void sheet_finish(struct th_workbook *workbook)
{
    if (workbook->sheet != NULL && workbook->titled && workbook->n_columns > 0 &&
        workbook->row >= 0) {
        (void)worksheet_autofilter(workbook->sheet, 0, 0, (lxw_row_t)workbook->row,
                                   (lxw_col_t)(workbook->n_columns - 1));
    }
    // A sheet without any cell would keep its temporary file open for good.
    if (workbook->sheet != NULL && !workbook->any_cell) {
        (void)worksheet_write_blank(workbook->sheet, 0, 0,
                                    workbook->formats[TH_WORKBOOK_PLAIN][VALUE_TEXT]);
    }
    free(workbook->wraps);
    workbook->wraps = NULL;
    workbook->sheet = NULL;
}

static void columns_set(struct th_workbook *workbook, const struct th_workbook_column *columns)
{
    for (size_t i = 0; i < workbook->n_columns; i++) {
        size_t width = columns[i].width;
        if (columns[i].title != NULL) {
            workbook->titled = true;
        }
        // Room for the filter's button beside the title.
        if (width == 0 && columns[i].title != NULL) {
            width = th_text_width(columns[i].title) + 4;
        }
        if (width < WIDTH_LEAST) {
            width = WIDTH_LEAST;
        }
        if (width > WIDTH_MAX) {
            width = WIDTH_MAX;
        }
        workbook->wraps[i] = columns[i].wrap;
        check_cell(workbook, worksheet_set_column(workbook->sheet, (lxw_col_t)i, (lxw_col_t)i,
                                                  (double)width, NULL));
    }
}

void th_workbook_sheet(struct th_workbook *workbook, const char *name,
                       const struct th_workbook_column *columns, size_t n_columns)
{
    sheet_finish(workbook);
    if (!well(workbook)) {
        return;
    }
    workbook->row = -1;
    workbook->titled = false;
    workbook->any_cell = false;
    workbook->n_columns = n_columns;
    name_choose(workbook, name);
    if (!th_text_is_utf8(name, strlen(name))) {
        stick(workbook, TH_INVALID, "text_encoding", 0);
    }
    if (n_columns > TH_WORKBOOK_COLUMNS_MAX) {
        stick(workbook, TH_LIMIT, "workbook_columns", TH_WORKBOOK_COLUMNS_MAX);
    }
    if (!well(workbook)) {
        return;
    }
    workbook->wraps = calloc(n_columns + 1, sizeof(*workbook->wraps));
    workbook->sheet = workbook_add_worksheet(workbook->book, workbook->sheet_name);
    if (workbook->wraps == NULL || workbook->sheet == NULL) {
        (void)th_error_no_memory(&workbook->first);
        return;
    }
    columns_set(workbook, columns);
    if (!workbook->titled) {
        return;
    }
    worksheet_freeze_panes(workbook->sheet, 1, 0);
    worksheet_repeat_rows(workbook->sheet, 0, 0);
    th_workbook_row(workbook, TH_WORKBOOK_HEADING);
    for (size_t i = 0; i < n_columns; i++) {
        th_workbook_text(workbook, columns[i].title);
    }
}

void th_workbook_row(struct th_workbook *workbook, enum th_workbook_row kind)
{
    if (!well(workbook)) {
        return;
    }
    if (workbook->row + 1 >= TH_WORKBOOK_ROWS_MAX) {
        stick(workbook, TH_LIMIT, "workbook_rows", TH_WORKBOOK_ROWS_MAX);
        return;
    }
    workbook->row++;
    workbook->column = 0;
    workbook->kind = kind;
}

// Takes the next cell; NULL when nothing may be written any more.
static lxw_format *cell_take(struct th_workbook *workbook, enum value_kind value,
                             lxw_col_t *ret_column)
{
    if (workbook->sheet == NULL || workbook->row < 0 || !well(workbook)) {
        return NULL;
    }
    if (workbook->column >= TH_WORKBOOK_COLUMNS_MAX) {
        stick(workbook, TH_LIMIT, "workbook_columns", TH_WORKBOOK_COLUMNS_MAX);
        return NULL;
    }
    size_t column = workbook->column++;
    if (value == VALUE_TEXT && column < workbook->n_columns && workbook->wraps[column]) {
        value = VALUE_WRAPPED;
    }
    workbook->any_cell = true;
    *ret_column = (lxw_col_t)column;
    return workbook->formats[workbook->kind][value];
}

void th_workbook_empty(struct th_workbook *workbook)
{
    lxw_col_t column = 0;
    lxw_format *format = cell_take(workbook, VALUE_TEXT, &column);
    if (format != NULL) {
        check_cell(workbook, worksheet_write_blank(workbook->sheet, (lxw_row_t)workbook->row,
                                                   column, format));
    }
}

// The library would write "_x0001_", which few programs read as anything but these letters.
static void string_write(struct th_workbook *workbook, lxw_col_t column, const char *text,
                         lxw_format *format)
{
    char *fit = NULL;
    size_t n_unfit = th_text_unfit_for_xml(text);
    workbook->n_replaced += n_unfit;
    if (n_unfit > 0) {
        fit = th_text_fit_for_xml(text);
        if (fit == NULL) {
            (void)th_error_no_memory(&workbook->first);
            return;
        }
    }
    check_cell(workbook, worksheet_write_string(workbook->sheet, (lxw_row_t)workbook->row, column,
                                                fit == NULL ? text : fit, format));
    free(fit);
}

void th_workbook_text(struct th_workbook *workbook, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        th_workbook_empty(workbook);
        return;
    }
    lxw_col_t column = 0;
    lxw_format *format = cell_take(workbook, VALUE_TEXT, &column);
    if (format == NULL) {
        return;
    }
    size_t size = strlen(text);
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        n += ((unsigned char)text[i] & 0xc0) != 0x80 ? 1 : 0;
    }
    if (!th_text_is_utf8(text, size)) {
        stick(workbook, TH_INVALID, "text_encoding", 0);
    } else if (n > TH_WORKBOOK_TEXT_MAX) {
        stick(workbook, TH_LIMIT, "workbook_text", TH_WORKBOOK_TEXT_MAX);
    } else {
        string_write(workbook, column, text, format);
    }
}

// The library's limits, in characters.
enum { PROMPT_TITLE_MAX = 32, PROMPT_MAX = 255 };

static char *shortened(const char *text, size_t limit)
{
    char *copy = th_text_duplicate(text);
    size_t n = 0;
    for (char *at = copy; at != NULL && *at != '\0'; at++) {
        if (((unsigned char)*at & 0xc0) != 0x80 && n++ == limit) {
            *at = '\0';
        }
        if (*at == '\0') {
            break;
        }
    }
    return copy;
}

void th_workbook_choose(struct th_workbook *workbook, const struct th_workbook_choices *choices)
{
    char list[SHEET_NAME_SIZE + LXW_MAX_CELL_RANGE_LENGTH];
    char range[LXW_MAX_CELL_RANGE_LENGTH];
    if (workbook->sheet == NULL || !well(workbook) || choices->rows == 0) {
        return;
    }
    lxw_rowcol_to_range_abs(range, (lxw_row_t)choices->first, (lxw_col_t)choices->of,
                            (lxw_row_t)(choices->first + choices->n - 1), (lxw_col_t)choices->of);
    (void)snprintf(list, sizeof(list), "='%s'!%s", choices->sheet, range);
    char *title = shortened(choices->prompt_title, PROMPT_TITLE_MAX);
    char *prompt = shortened(choices->prompt, PROMPT_MAX);
    lxw_data_validation rule = {.validate = choices->n > 0 ? LXW_VALIDATION_TYPE_LIST_FORMULA
                                                           : LXW_VALIDATION_TYPE_ANY,
                                .ignore_blank = LXW_VALIDATION_ON,
                                .show_input = LXW_VALIDATION_ON,
                                .show_error = LXW_VALIDATION_ON,
                                .error_type = LXW_VALIDATION_ERROR_TYPE_STOP,
                                .dropdown = LXW_VALIDATION_ON,
                                .value_formula = choices->n > 0 ? list : NULL,
                                .input_title = title,
                                .input_message = prompt};
    check_cell(workbook, worksheet_data_validation_range(
                             workbook->sheet, 1, (lxw_col_t)choices->column,
                             (lxw_row_t)choices->rows, (lxw_col_t)choices->column, &rule));
    free(prompt);
    free(title);
}

size_t th_workbook_replaced(const struct th_workbook *workbook)
{
    return workbook->n_replaced;
}

static void write_number(struct th_workbook *workbook, enum value_kind kind, double value)
{
    lxw_col_t column = 0;
    lxw_format *format = cell_take(workbook, kind, &column);
    if (format != NULL) {
        check_cell(workbook, worksheet_write_number(workbook->sheet, (lxw_row_t)workbook->row,
                                                    column, value, format));
    }
}

void th_workbook_formula(struct th_workbook *workbook, const char *formula, double value)
{
    char text[1024];
    lxw_col_t column = 0;
    lxw_format *format = cell_take(workbook, VALUE_REAL, &column);
    int size = snprintf(text, sizeof(text), "=%s", formula);
    if (format == NULL) {
        return;
    }
    if (size < 0 || (size_t)size >= sizeof(text)) {
        stick(workbook, TH_LIMIT, "workbook_text", (long long)sizeof(text));
    } else {
        check_cell(workbook, worksheet_write_formula_num(workbook->sheet, (lxw_row_t)workbook->row,
                                                         column, text, format, value));
    }
}

void th_workbook_int(struct th_workbook *workbook, int64_t value)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "%lld", (long long)value);
    if (size - (value < 0 ? 1 : 0) > EXACT_DIGITS_LIMIT) {
        th_workbook_text(workbook, text);
    } else {
        write_number(workbook, VALUE_INT, (double)value);
    }
}

void th_workbook_cent(struct th_workbook *workbook, int64_t hundredths)
{
    char text[32];
    int64_t whole = hundredths / 100;
    int rest = (int)(hundredths % 100);
    int size = snprintf(text, sizeof(text), "%lld", (long long)hundredths);
    if (size - (hundredths < 0 ? 1 : 0) <= EXACT_DIGITS_LIMIT) {
        write_number(workbook, VALUE_CENT, (double)hundredths / 100);
        return;
    }
    snprintf(text, sizeof(text), "%lld.%02d", (long long)whole, rest < 0 ? -rest : rest);
    th_workbook_text(workbook, text);
}

void th_workbook_real(struct th_workbook *workbook, double value)
{
    if (isfinite(value)) {
        write_number(workbook, VALUE_REAL, value);
    } else {
        th_workbook_empty(workbook);
    }
}

void th_workbook_date(struct th_workbook *workbook, struct th_date date)
{
    lxw_col_t column = 0;
    lxw_format *format = cell_take(workbook, VALUE_DATE, &column);
    lxw_datetime when = {.year = date.year, .month = date.month, .day = date.day};
    if (format != NULL) {
        check_cell(workbook, worksheet_write_datetime(workbook->sheet, (lxw_row_t)workbook->row,
                                                      column, &when, format));
    }
}

enum th_status th_workbook_check(const struct th_workbook *workbook, struct th_error *err)
{
    if (well(workbook)) {
        return TH_OK;
    }
    if (err != NULL) {
        *err = workbook->first;
    }
    return workbook->first.status;
}

// The bytes must be on the disk before the name appears.
static bool file_sync(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return false;
    }
    bool done = fsync(descriptor) == 0;
    return close(descriptor) == 0 && done;
}

static enum th_status publish(const struct th_workbook *workbook, struct th_error *err)
{
    if (!file_sync(workbook->temporary)) {
        return failed(err, strerror(errno));
    }
    return th_file_publish(workbook->temporary, workbook->path, err);
}

enum th_status th_workbook_close(struct th_workbook *workbook, struct th_error *err)
{
    sheet_finish(workbook);
    enum th_status status = th_workbook_check(workbook, err);
    if (status == TH_OK) {
        lxw_error code = workbook_close(workbook->book); // frees it whatever happens
        workbook->book = NULL;
        if (code == LXW_ERROR_MEMORY_MALLOC_FAILED) {
            status = th_error_no_memory(err);
        } else if (code != LXW_NO_ERROR) {
            status = failed(err, lxw_strerror(code));
        }
    }
    if (status == TH_OK) {
        status = publish(workbook, err);
    }
    th_workbook_abort(workbook);
    return status;
}

void th_workbook_abort(struct th_workbook *workbook)
{
    if (workbook == NULL) {
        return;
    }
    sheet_finish(workbook);
    // Closing is the library's only way to let go of its temporary files.
    if (workbook->book != NULL) {
        (void)workbook_close(workbook->book);
    }
    if (workbook->temporary != NULL) {
        (void)unlink(workbook->temporary);
    }
    free(workbook->temporary);
    free(workbook->path);
    free(workbook);
}

#include "registry/roll.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/file.h"
#include "core/text.h"

enum {
    CSV_LIMIT = 1024 * 1024 * 1024,
    COLUMNS_MAX = 24,
    KEY_SIZE = 64,
    WIDE = 48 // characters
};

struct th_roll { // exactly one of both
    struct th_workbook *workbook;
    char *path; // of CSV, which is written when it is whole
    struct th_buf csv;
    size_t n_columns;
    size_t next; // cell of the row in CSV
};

static void set_title(const char *column, const struct th_messages *messages, enum th_lang lang,
                      char name[KEY_SIZE], struct th_workbook_column *ret_column)
{
    char key[KEY_SIZE + 8];
    th_text_copy(name, KEY_SIZE, column);
    size_t size = strlen(name);
    bool wide = size > 0 && name[size - 1] == '+';
    if (wide) {
        name[size - 1] = '\0';
    }
    (void)snprintf(key, sizeof(key), "roll.%.60s", name);
    const char *text = messages ? th_messages_find(messages, lang, key) : NULL;
    *ret_column = (struct th_workbook_column){text ? text : name, wide ? WIDE : 0, wide};
}

static enum th_status begin(struct th_roll *roll, const char *path, const char *title,
                            const struct th_workbook_column *columns, struct th_error *err)
{
    const struct th_workbook_options options = {.title = title};
    if (th_text_ends_with(path, ".xlsx")) {
        enum th_status status = th_workbook_open(path, &options, &roll->workbook, err);
        if (status == TH_OK) {
            th_workbook_sheet(roll->workbook, title, columns, roll->n_columns);
        }
        return status;
    }
    if (!th_text_ends_with(path, ".csv")) {
        return th_error_set(err, TH_USAGE, "roll_format", "path", path, NULL);
    }
    enum th_status status = th_file_check_new(path, err);
    if (status != TH_OK) {
        return status;
    }
    roll->path = th_text_duplicate(path);
    th_csv_begin(&roll->csv, true);
    for (size_t i = 0; i < roll->n_columns; i++) {
        th_csv_cell(&roll->csv, columns[i].title, i + 1 == roll->n_columns);
    }
    roll->next = roll->n_columns;
    return roll->path ? TH_OK : th_error_no_memory(err);
}

enum th_status th_roll_open(const char *path, const char *title, const char *const *columns,
                            const struct th_messages *messages, enum th_lang lang,
                            struct th_roll **ret_roll, struct th_error *err)
{
    char names[COLUMNS_MAX][KEY_SIZE];
    struct th_workbook_column titles[COLUMNS_MAX];
    struct th_roll *roll = calloc(1, sizeof(*roll));
    if (!roll) {
        return th_error_no_memory(err);
    }
    th_buf_init(&roll->csv, CSV_LIMIT);
    for (; columns[roll->n_columns]; roll->n_columns++) {
        size_t i = roll->n_columns;
        assert(i < COLUMNS_MAX);
        set_title(columns[i], messages, lang, names[i], &titles[i]);
    }
    enum th_status status = begin(roll, path, title, titles, err);
    if (status != TH_OK) {
        th_roll_abort(roll);
        return status;
    }
    *ret_roll = roll;
    return TH_OK;
}

// A row that ended early is filled up, so that every line has all its cells.
static void end_line(struct th_roll *roll)
{
    while (roll->next < roll->n_columns) {
        roll->next++;
        th_csv_cell(&roll->csv, NULL, roll->next == roll->n_columns);
    }
}

void th_roll_row(struct th_roll *roll, enum th_workbook_row kind)
{
    if (roll->workbook) {
        th_workbook_row(roll->workbook, kind);
        return;
    }
    end_line(roll);
    roll->next = 0;
}

void th_roll_text(struct th_roll *roll, const char *text)
{
    if (roll->workbook) {
        th_workbook_text(roll->workbook, text);
        return;
    }
    assert(roll->next < roll->n_columns);
    roll->next++;
    th_csv_cell(&roll->csv, text, roll->next == roll->n_columns);
}

void th_roll_int(struct th_roll *roll, int64_t value)
{
    char text[32];
    if (roll->workbook) {
        th_workbook_int(roll->workbook, value);
        return;
    }
    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    th_roll_text(roll, text);
}

void th_roll_cent(struct th_roll *roll, int64_t hundredths)
{
    char text[32];
    if (roll->workbook) {
        th_workbook_cent(roll->workbook, hundredths);
        return;
    }
    int64_t size = hundredths < 0 ? -hundredths : hundredths;
    (void)snprintf(text, sizeof(text), "%s%" PRId64 ".%02" PRId64, hundredths < 0 ? "-" : "",
                   size / 100, size % 100);
    th_roll_text(roll, text);
}

enum th_status th_roll_check(const struct th_roll *roll, struct th_error *err)
{
    return roll->workbook ? th_workbook_check(roll->workbook, err) : th_buf_check(&roll->csv, err);
}

static void free_roll(struct th_roll *roll)
{
    th_buf_clear(&roll->csv);
    free(roll->path);
    free(roll);
}

enum th_status th_roll_close(struct th_roll *roll, struct th_error *err)
{
    enum th_status status = TH_OK;
    if (roll->workbook) {
        status = th_workbook_close(roll->workbook, err);
    } else {
        end_line(roll);
        status = th_buf_check(&roll->csv, err);
        if (status == TH_OK) {
            status = th_file_write_new(roll->path, roll->csv.data, roll->csv.size, err);
        }
    }
    free_roll(roll);
    return status;
}

void th_roll_abort(struct th_roll *roll)
{
    if (roll) {
        th_workbook_abort(roll->workbook);
        free_roll(roll);
    }
}

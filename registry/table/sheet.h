// Tables that people fill in, a line a row: contracts, yearly data, plots. Read as they stand, told
// of row by row, offered as an example to fill in.
#ifndef TH_REGISTRY_SHEET_H
#define TH_REGISTRY_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/date.h"
#include "core/json.h"
#include "core/messages.h"
#include "core/ratio.h"

enum { TH_SHEET_ROWS_MAX = 200000, TH_SHEET_CELLS_MAX = 20000000 };

struct th_sheet_line {
    int64_t line;    // in the file
    int64_t feature; // the source's own id of the row
    char *lost;      // why it could not be read; NULL when it could
};

struct th_sheet { // zero before use
    char **headings;
    size_t n_columns;
    char **cells; // n × n_columns, trimmed
    struct th_sheet_line *lines;
    size_t n;
};

// CSV in any encoding, or XLSX; blank lines are left out. TH_LIMIT ("sheet_too_long"), errors of
// th_reader_open.
enum th_status th_sheet_read(const char *path, struct th_sheet *ret_sheet,
                             struct th_error *err) TH_MUST_CHECK;
void th_sheet_clear(struct th_sheet *sheet);
// Never NULL; "" for column SIZE_MAX, which the table does not have.
const char *th_sheet_cell(const struct th_sheet *sheet, size_t row, size_t column);

// A day as people write it: "2021-6-1", "2021/06/01", "2021.6.1", "2021年6月1日".
bool th_sheet_date(const char *text, struct th_date *ret_date);
// An exact decimal of zero or more, with or without commas between thousands. Here, in years and in
// days digits may be of full width.
bool th_sheet_decimal(const char *text, struct th_ratio *ret_value);
// The same without decimals, up to `maximum`; spreadsheets write 5 as "5.0" too.
bool th_sheet_whole(const char *text, int64_t maximum, int64_t *ret_value);
// A year, "2021" or "2021年".
bool th_sheet_year(const char *text, int *ret_year);

struct th_sheet_told { // what is told of rows; zero but for messages and lang before use
    const struct th_messages *messages; // NULL: problems carry their key as message
    enum th_lang lang;
    struct th_sheet_problem {
        size_t row;
        struct th_json *json;
    } * items;
    size_t n, capacity;
    bool no_memory;
};
// `code` NULL: the key of `what`. Only the first 10,000 are kept.
void th_sheet_tell(struct th_sheet_told *told, const struct th_sheet *sheet, size_t row,
                   const char *number, const char *code, const char *severity,
                   const struct th_error *what);
// That the row could not be read; false, and nothing is told, when it could.
bool th_sheet_tell_lost(struct th_sheet_told *told, const struct th_sheet *sheet, size_t row);
// [{row, number, feature, code, severity, message, hint}] in order of rows.
struct th_json *th_sheet_told_json(struct th_sheet_told *told);
void th_sheet_told_clear(struct th_sheet_told *told);

struct th_sheet_choices { // what a column may say
    const char *const *texts;
    size_t n; // 0: anything
};

struct th_sheet_form { // an example to fill in; all borrowed
    const char *title; // of the sheet
    const char *notes; // of the sheet that explains the columns
    const char *const *headings;
    const char *const *meanings;            // NULL: no such sheet
    const struct th_sheet_choices *choices; // one for each column; NULL: none has any
    const char *choices_title;              // of the sheet that lists them
    size_t n_columns;
    const char *const *cells; // n_rows × n_columns
    size_t n_rows;
};
// Writes it to `path` (.csv or .xlsx, must not exist). Reply: file, columns[]. Errors of
// th_file_write_new and th_workbook_open.
enum th_status th_sheet_template(const char *path, const struct th_sheet_form *form,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif

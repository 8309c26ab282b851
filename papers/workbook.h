// Tables for spreadsheet programs: an XLSX workbook written row by row, in constant memory. Texts
// stay texts (none becomes a formula, codes keep their zeros); the same calls give the same
// bytes.
//
//   status = th_workbook_open(path, &options, &workbook, err);
//   th_workbook_sheet(workbook, "地块", columns, n_columns);
//   th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
//   th_workbook_text(workbook, number); th_workbook_cent(workbook, mu_cent); …
//   status = th_workbook_close(workbook, err);
//
// Failures of a cell stick: write as you like, ask once (th_workbook_check, th_workbook_close).
#ifndef TH_PAPERS_WORKBOOK_H
#define TH_PAPERS_WORKBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"

enum {
    TH_WORKBOOK_ROWS_MAX = 1048576, // of one sheet, headings included
    TH_WORKBOOK_COLUMNS_MAX = 1024,
    TH_WORKBOOK_TEXT_MAX = 32767,   // characters of one cell
    TH_WORKBOOK_SHEET_NAME_MAX = 31 // characters; longer names are cut
};

enum th_workbook_row {
    TH_WORKBOOK_PLAIN,
    TH_WORKBOOK_HEADING, // bold on grey
    TH_WORKBOOK_TOTAL,   // bold below a line
    TH_WORKBOOK_WARNING, // on yellow
    TH_WORKBOOK_ERROR,   // on red
    TH_WORKBOOK_ROW_KINDS
};

struct th_workbook_column {
    const char *title; // NULL in all columns: the sheet begins without a heading row
    unsigned width;    // characters of Latin text, a hanzi takes two; 0: as the title needs
    bool wrap;         // long texts run over several lines
};

struct th_workbook_options {
    const char *title;   // of the document; may be NULL
    const char *program; // "tanhui 0.1.0"; may be NULL
    int64_t made_utc;    // the document's own date; 0: none worth telling (1980-01-01)
};

struct th_workbook; // opaque

// Begins a workbook that gets its name when it is closed: the file is whole or absent. Errors of
// th_file_check_new; TH_IO ("workbook_failed" with "detail").
enum th_status th_workbook_open(const char *path, const struct th_workbook_options *options,
                                struct th_workbook **ret_workbook,
                                struct th_error *err) TH_MUST_CHECK;

// Begins a sheet; the one before is finished. Signs that a sheet's name must not have become '_', a
// name that was used before gets a number. With titles the heading row is written, stays in sight
// and can be filtered by. At least one sheet must be begun before the workbook is closed.
void th_workbook_sheet(struct th_workbook *workbook, const char *name,
                       const struct th_workbook_column *columns, size_t n_columns);
// Begins the next row.
void th_workbook_row(struct th_workbook *workbook, enum th_workbook_row kind);
// The next cell of the row.
void th_workbook_empty(struct th_workbook *workbook);
void th_workbook_text(struct th_workbook *workbook, const char *text);   // NULL or "": empty
void th_workbook_int(struct th_workbook *workbook, int64_t value);       // a text beyond 15 digits
void th_workbook_cent(struct th_workbook *workbook, int64_t hundredths); // shown as 1,234.50
void th_workbook_real(struct th_workbook *workbook, double value);       // not finite: empty
// A live formula without '=', such as "ROUND(C2*C3,6)", with the value that it has.
void th_workbook_formula(struct th_workbook *workbook, const char *formula, double value);
void th_workbook_date(struct th_workbook *workbook, struct th_date date); // shown as 2021-06-30

// Cells of a column that may only hold one of the texts in `n` cells from `first` on, one below the
// other, in column `of` of the sheet `sheet` (written before or later); a spreadsheet offers them
// when the cell is chosen. `rows` cells from row 2 on; a prompt (NULL: none) is shown beside them.
struct th_workbook_choices {
    size_t column, rows;
    const char *sheet;
    size_t of, first, n; // n 0: any text, the prompt alone
    const char *prompt_title, *prompt;
};
void th_workbook_choose(struct th_workbook *workbook, const struct th_workbook_choices *choices);

// Characters so far that XML has no way to write, which stand as U+FFFD in their cells.
size_t th_workbook_replaced(const struct th_workbook *workbook);

// TH_OK, or what went wrong first: TH_LIMIT ("workbook_rows", "workbook_columns", "workbook_text"
// with "limit", "sheet", "row"), TH_INVALID ("text_encoding"), TH_NO_MEMORY, TH_IO
// ("workbook_failed").
enum th_status th_workbook_check(const struct th_workbook *workbook,
                                 struct th_error *err) TH_MUST_CHECK;
// Finishes and publishes the file; errors as above and those of th_file_publish. Frees the workbook
// in any case.
enum th_status th_workbook_close(struct th_workbook *workbook, struct th_error *err) TH_MUST_CHECK;
// Drops the workbook and the unfinished file. Accepts NULL.
void th_workbook_abort(struct th_workbook *workbook);

#endif

// Tables of text for a terminal: columns as wide as they need. Where the whole would not fit,
// headings and long texts are wrapped; where that is not enough, a row goes on in further lines,
// and no column is left out.
#ifndef TH_CLI_TABLE_H
#define TH_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"

enum { TH_TABLE_COLUMNS_MAX = 32 };

struct th_table_column {
    const char *title;
    bool right;   // numbers stand right
    bool runs_on; // its texts stay in one piece, as codes and serials do, however long: commands
    // Set while drawing, in cells of the terminal.
    size_t natural;    // heading and cells on one line
    size_t with_cells; // cells on one line, the heading on several
    size_t least;      // long texts on several too
    size_t width;
    size_t line; // of the row
};

struct th_table {
    struct th_table_column columns[TH_TABLE_COLUMNS_MAX];
    size_t n_columns;
    char **cells; // n_rows × n_columns texts, owned by the caller; NULL reads as ""
    size_t n_rows;
    const char *separator; // between row numbers that do not follow each other: "、" or ", "
    bool one_line;         // all columns stay side by side: other programs read them
    size_t n_lines;        // of a row and of the headings, set while drawing
    size_t indent;         // of its further lines
};

// Cells that a line may have: COLUMNS or the terminal's width; 120 where there is neither, and then
// *ret_known is false.
size_t th_table_width(bool *ret_known);

// Joins neighbouring rows that differ in the first n columns only. The first column, a number, then
// shows which rows they were, and only runs without a gap as a range: "1、3–5"; the others show
// "first–last", or nothing where one of both has none.
void th_table_merge(struct th_table *table, size_t n_ignored);

void th_table_draw(struct th_table *table, size_t line_width, struct th_buf *out);

#endif

// Tables of text for a terminal: columns as wide as they need, long texts wrapped where the whole
// would not fit.
#ifndef TH_CLI_TABLE_H
#define TH_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"

enum { TH_TABLE_COLUMNS_MAX = 32 };

struct th_table_column {
    const char *title;
    bool right;   // numbers stand right
    bool rigid;   // codes and serials stay in one piece, to be copied; set while drawing
    bool runs_on; // so do the texts of this one, the last, however long: commands
    size_t width; // cells of the terminal, set while drawing
};

struct th_table {
    struct th_table_column columns[TH_TABLE_COLUMNS_MAX];
    size_t n_columns;
    char **cells; // n_rows × n_columns texts, owned by the caller; NULL reads as ""
    size_t n_rows;
    const char *separator; // between row numbers that do not follow each other: "、" or ", "
};

// Cells that a line may have: the terminal's width, COLUMNS, or 120 where the output is no
// terminal.
size_t th_table_width(void);

// Joins neighbouring rows that differ in the first n columns only. The first column, a number, then
// shows which rows they were, and only runs without a gap as a range: "1、3–5"; the others show
// "first–last", or nothing where one of both has none.
void th_table_merge(struct th_table *table, size_t n_ignored);

void th_table_draw(struct th_table *table, size_t line_width, struct th_buf *out);

#endif

// A small CSV file read as a whole: UTF-8 (a byte order mark is skipped), comma, semicolon or tab
// (whichever the first line has most of), quoted cells, any line end.
#ifndef TH_CORE_CSV_TABLE_H
#define TH_CORE_CSV_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_csv_table; // opaque

// At most 16 MiB. TH_NOT_FOUND ("file_not_found"), TH_LIMIT ("file_too_large"), TH_UNREADABLE
// ("csv_encoding" when it is not UTF-8, "csv_quote" with "row", the line of a quote that never
// closes).
enum th_status th_csv_table_read(const char *path, struct th_csv_table **ret_table,
                                 struct th_error *err) TH_MUST_CHECK;
// The same of a text that is already there, in whatever encoding lets commas, semicolons, tabs,
// quotes and line ends stand for themselves (UTF-8, GB18030). Takes `text` (of malloc, with a NUL
// behind its `size` bytes) on success alone; it is cut up in any case. TH_UNREADABLE ("csv_quote";
// "csv_encoding" when there is a NUL within).
enum th_status th_csv_table_parse(char *text, size_t size, struct th_csv_table **ret_table,
                                  struct th_error *err) TH_MUST_CHECK;
void th_csv_table_free(struct th_csv_table *table);

size_t th_csv_table_rows(const struct th_csv_table *table); // the heading line is row 0
// The line of the file on which a row begins, from 1: blank lines are no rows.
size_t th_csv_table_line(const struct th_csv_table *table, size_t row);
// Trimmed text; "" behind the end of a row. Borrowed.
const char *th_csv_table_cell(const struct th_csv_table *table, size_t row, size_t column);
// Column whose heading is one of the names, ASCII letters of either case.
bool th_csv_table_column(const struct th_csv_table *table, const char *const *names, size_t n_names,
                         size_t *ret_column);

#endif

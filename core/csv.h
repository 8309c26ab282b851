// CSV for people (byte order mark, so that Excel reads UTF-8) and for machines (RFC 4180, CRLF).
// Cells that a spreadsheet would run as a formula (= + - @, tab, CR first or behind blanks) are
// defused with a leading apostrophe unless they are plain numbers.
#ifndef TH_CORE_CSV_H
#define TH_CORE_CSV_H

#include <stdbool.h>

#include "core/buf.h"

// Would th_csv_cell put an apostrophe before this text?
bool th_csv_is_formula(const char *text);
void th_csv_begin(struct th_buf *out, bool byte_order_mark);
void th_csv_cell(struct th_buf *out, const char *text, bool last); // NULL reads as empty

#endif

// A sheet of a workbook read back, cell by cell.
#ifndef TH_TESTS_CLI_BOOK_H
#define TH_TESTS_CLI_BOOK_H

#include "tests/cli/run.h"

enum { TH_BOOK_CELL_SIZE = 32 * 1024 };

// What stands in `member` of the file in the world's folder ("xl/worksheets/sheet1.xml"); free().
char *th_book_sheet(const struct th_cli_world *world, const char *name, const char *member);

// Text or number of a cell ("C7") and its formula; "" where there is none. False: no such cell.
bool th_book_cell(const char *sheet, const char *cell, char value[TH_BOOK_CELL_SIZE],
                  char formula[TH_BOOK_CELL_SIZE]);

#endif

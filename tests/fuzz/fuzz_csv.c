// Cells that are written: whatever a cell holds, it stays one cell, and no spreadsheet takes it for
// a formula. The input is cells, each closed by a NUL.
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/csv_table.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 1024 * 1024 };

static void check_cell(const char *written)
{
    double number = 0;
    if (*written != '\0' && strchr("=+-@", *written) != NULL) {
        assert(th_text_parse_double(written, &number));
    }
    assert(!th_text_starts_with(written, "＝") && !th_text_starts_with(written, "＋") &&
           !th_text_starts_with(written, "－") && !th_text_starts_with(written, "＠"));
}

static size_t count(const char *text, size_t size, char sign)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        n += text[i] == sign;
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_buf out;
    struct th_csv_table *table = NULL;
    size_t n = 0;
    char *input = fuzz_text(data, size);
    th_buf_init(&out, LIMIT);
    th_csv_begin(&out, true);
    th_csv_cell(&out, "first", false);
    for (const char *cell = input; cell < input + size; cell += strlen(cell) + 1, n++) {
        th_csv_cell(&out, cell, false);
    }
    th_csv_cell(&out, "last", true);
    // A first line with more semicolons or tabs than commas is taken for one that is parted by
    // those; then nothing is claimed here.
    size_t n_commas = count(out.data, out.size, ',');
    bool commas = n_commas > count(out.data, out.size, ';') &&
                  n_commas > count(out.data, out.size, '\t') && memchr(input, '\n', size) == NULL &&
                  memchr(input, '\r', size) == NULL;
    if (th_buf_check(&out, NULL) == TH_OK && commas &&
        th_csv_table_read(fuzz_file((const uint8_t *)out.data, out.size), &table, NULL) == TH_OK) {
        assert(th_csv_table_rows(table) == 1);
        assert(strcmp(th_csv_table_cell(table, 0, 0), "first") == 0);
        assert(strcmp(th_csv_table_cell(table, 0, n + 1), "last") == 0);
        for (size_t i = 1; i <= n; i++) {
            check_cell(th_csv_table_cell(table, 0, i));
        }
    }
    th_csv_table_free(table);
    th_buf_clear(&out);
    free(input);
    return 0;
}

// A table that a person made.
#include <string.h>

#include "core/csv_table.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"code", "村", "name"};
    struct th_csv_table *table = NULL;
    size_t last_line = 0;
    size_t column = 0;
    if (th_csv_table_read(fuzz_file(data, size), &table, NULL) != TH_OK) {
        return 0;
    }
    for (size_t r = 0; r < th_csv_table_rows(table); r++) {
        size_t line = th_csv_table_line(table, r);
        assert(line > last_line);
        last_line = line;
        for (size_t c = 0; c < 64; c++) {
            const char *cell = th_csv_table_cell(table, r, c);
            assert(cell != NULL && th_text_is_utf8(cell, strlen(cell)));
        }
    }
    if (th_csv_table_column(table, names, 3, &column)) {
        assert(th_csv_table_cell(table, 0, column)[0] != '\0');
    }
    th_csv_table_free(table);
    return 0;
}

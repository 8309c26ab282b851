// Rows of a source one by one, as tests look at them.
#ifndef TH_TESTS_SOURCE_ROWS_H
#define TH_TESTS_SOURCE_ROWS_H

#include "gis/reader.h"

struct th_test_rows {
    struct th_reader *reader;
    struct th_reader_batch *batch;
    size_t at; // in the batch
};

// Opens, or fails the test.
void th_test_rows_open(struct th_test_rows *rows, const char *path,
                       const struct th_reader_options *options);
// NULL behind the last; valid until the next call. Fails the test when reading fails.
const struct th_reader_row *th_test_rows_next(struct th_test_rows *rows);
void th_test_rows_close(struct th_test_rows *rows);

#endif

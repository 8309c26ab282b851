#include "tests/unit/source_rows.h"

#include "tests/support/support.h"

void th_test_rows_open(struct th_test_rows *rows, const char *path,
                       const struct th_reader_options *options)
{
    struct th_error err = {0};
    *rows = (struct th_test_rows){0};
    assert_ok(th_reader_open(path, options, &rows->reader, &err), &err);
}

const struct th_reader_row *th_test_rows_next(struct th_test_rows *rows)
{
    struct th_error err = {0};
    if (rows->batch == NULL || rows->at == rows->batch->n_rows) {
        th_reader_batch_free(rows->batch);
        rows->batch = NULL;
        rows->at = 0;
        assert_ok(th_reader_next(rows->reader, &rows->batch, &err), &err);
    }
    return rows->batch == NULL ? NULL : &rows->batch->rows[rows->at++];
}

void th_test_rows_close(struct th_test_rows *rows)
{
    th_reader_batch_free(rows->batch);
    th_reader_close(rows->reader);
    *rows = (struct th_test_rows){0};
}

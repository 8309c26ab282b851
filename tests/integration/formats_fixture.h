// Files of many formats and their rows, as tests look at them.
#ifndef TH_TESTS_FORMATS_FIXTURE_H
#define TH_TESTS_FORMATS_FIXTURE_H

#include <ogr_api.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/support/support.h"
#include "tests/unit/source_rows.h"

const char *formats_bytes_write(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                                const void *bytes, size_t size);
const char *formats_text_write(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                               const char *text);
void formats_zip_add(const char *archive, const char *name, const char *data, size_t size);
void formats_zip_add_file(const char *archive, const char *name, const char *path);
struct th_test_rows formats_open_ok(const char *path, const char *layer);
void formats_refused(const char *path, const char *layer, const char *key, struct th_error *err);
const char *formats_value(const struct th_test_rows *rows, const struct th_reader_row *row,
                          const char *field);
bool formats_has_field(const struct th_test_rows *rows, const char *field);
OGRGeometryH formats_shape_of(const struct th_reader_row *row);
void formats_assert_shape(const struct th_reader_row *row, double west, double south, double east,
                          double north, double area);
void formats_assert_end(struct th_test_rows *rows);
void formats_put(char *text, size_t size, const char *more);
void formats_workbook_write(const char *path, const char *const *names, const char *const *rows,
                            size_t n);
// Cuts the file `name` of the folder to nothing, a quarter, a half and three quarters, and opens
// `opened` each time: there must be rows, or a reason that is in the catalogue. The file is whole
// again afterwards.
void formats_answer_when_cut(const char *folder, const char *name, const char *opened);

#define FOLDER_TEST(f)                                                                             \
    cmocka_unit_test_setup_teardown(f, th_test_folder_setup, th_test_folder_teardown)

#endif

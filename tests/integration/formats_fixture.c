#include "tests/integration/formats_fixture.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ogr_api.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/messages.h"
#include "core/text.h"

const char *formats_bytes_write(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                                const void *bytes, size_t size)
{
    struct th_error err = {0};
    th_test_path(path, folder, name);
    assert_ok(th_file_write(path, bytes, size, &err), &err);
    return path;
}

const char *formats_text_write(char path[TH_TEST_PATH_SIZE], const char *folder, const char *name,
                               const char *text)
{
    return formats_bytes_write(path, folder, name, text, strlen(text));
}

// `archive` may be a path in braces below another /vsizip/.
void formats_zip_add(const char *archive, const char *name, const char *data, size_t size)
{
    char inner[2 * TH_TEST_PATH_SIZE];
    snprintf(inner, sizeof(inner), "/vsizip/%s/%s", archive, name);
    VSILFILE *file = VSIFOpenL(inner, "wb");
    assert_non_null(file);
    assert_int_equal(VSIFWriteL(data, 1, size, file), size);
    assert_int_equal(VSIFCloseL(file), 0);
}

void formats_zip_add_file(const char *archive, const char *name, const char *path)
{
    struct th_error err = {0};
    char *data = NULL;
    size_t size = 0;
    assert_ok(th_file_read(path, (size_t)1 << 24, &data, &size, &err), &err);
    formats_zip_add(archive, name, data, size);
    free(data);
}

struct th_test_rows formats_open_ok(const char *path, const char *layer)
{
    struct th_test_rows rows;
    const struct th_reader_options options = {.layer = layer};
    th_test_rows_open(&rows, path, &options);
    return rows;
}

void formats_refused(const char *path, const char *layer, const char *key, struct th_error *err)
{
    struct th_reader *reader = NULL;
    const struct th_reader_options options = {.layer = layer};
    assert_status(th_reader_open(path, &options, &reader, err), TH_UNREADABLE, err);
    assert_string_equal(err->key, key);
    assert_null(reader);
}

// The row's value, "-" for none; fails when there is no such field.
const char *formats_value(const struct th_test_rows *rows, const struct th_reader_row *row,
                          const char *field)
{
    size_t index = 0;
    if (!th_reader_field_find(rows->reader, field, &index)) {
        fail_msg("no field %s", field);
    }
    return row->values[index] == NULL ? "-" : row->values[index];
}

bool formats_has_field(const struct th_test_rows *rows, const char *field)
{
    size_t index = 0;
    return th_reader_field_find(rows->reader, field, &index);
}

OGRGeometryH formats_shape_of(const struct th_reader_row *row)
{
    OGRGeometryH shape = NULL;
    assert_false(row->lost);
    assert_non_null(row->wkb);
    assert_int_equal(OGR_G_CreateFromWkb(row->wkb, NULL, &shape, (int)row->wkb_size), OGRERR_NONE);
    return shape;
}

// The box of a shape and its area in the plane.
void formats_assert_shape(const struct th_reader_row *row, double west, double south, double east,
                          double north, double area)
{
    OGREnvelope box;
    OGRGeometryH shape = formats_shape_of(row);
    OGRwkbGeometryType type = OGR_G_GetGeometryType(shape);
    assert_true(type == wkbPolygon || type == wkbMultiPolygon);
    OGR_G_GetEnvelope(shape, &box);
    assert_close(box.MinX, west, 1e-6);
    assert_close(box.MinY, south, 1e-6);
    assert_close(box.MaxX, east, 1e-6);
    assert_close(box.MaxY, north, 1e-6);
    assert_close(OGR_G_Area(shape), area, 1e-5 * area);
    OGR_G_DestroyGeometry(shape);
}

void formats_assert_end(struct th_test_rows *rows)
{
    assert_null(th_test_rows_next(rows));
    th_test_rows_close(rows);
}

void formats_put(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define OOXML "http://schemas.openxmlformats.org/"

// The least that is a workbook: `rows` are <row> elements of sheets of one or two names.
void formats_workbook_write(const char *path, const char *const *names, const char *const *rows,
                            size_t n)
{
    char types[4096] =
        XML "<Types xmlns=\"" OOXML "package/2006/content-types\">"
            "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
            "<Default Extension=\"rels\" "
            "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
            "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
            "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>";
    char book[4096] = XML "<workbook xmlns=\"" OOXML "spreadsheetml/2006/main\" xmlns:r=\"" OOXML
                          "officeDocument/2006/relationships\"><sheets>";
    char relations[4096] =
        XML "<Relationships xmlns=\"" OOXML "package/2006/relationships\">"
            "<Relationship Id=\"rId9\" Type=\"" OOXML "officeDocument/2006/relationships/styles\" "
            "Target=\"styles.xml\"/>";
    static const char styles[] =
        XML "<styleSheet xmlns=\"" OOXML "spreadsheetml/2006/main\">"
            "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/>"
            "</cellXfs></styleSheet>";
    static const char root[] =
        XML "<Relationships xmlns=\"" OOXML "package/2006/relationships\">"
            "<Relationship Id=\"rId1\" Type=\"" OOXML "officeDocument/2006/relationships/"
            "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    for (size_t i = 0; i < n; i++) {
        char part[1024];
        snprintf(part, sizeof(part),
                 "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType=\"application/"
                 "vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>",
                 i + 1);
        formats_put(types, sizeof(types), part);
        snprintf(part, sizeof(part), "<sheet name=\"%s\" sheetId=\"%zu\" r:id=\"rId%zu\"/>",
                 names[i], i + 1, i + 1);
        formats_put(book, sizeof(book), part);
        snprintf(part, sizeof(part),
                 "<Relationship Id=\"rId%zu\" Type=\"" OOXML "officeDocument/2006/relationships/"
                 "worksheet\" Target=\"worksheets/sheet%zu.xml\"/>",
                 i + 1, i + 1);
        formats_put(relations, sizeof(relations), part);
    }
    formats_put(types, sizeof(types), "</Types>");
    formats_put(book, sizeof(book), "</sheets></workbook>");
    formats_put(relations, sizeof(relations), "</Relationships>");
    formats_zip_add(path, "[Content_Types].xml", types, strlen(types));
    formats_zip_add(path, "_rels/.rels", root, sizeof(root) - 1);
    formats_zip_add(path, "xl/workbook.xml", book, strlen(book));
    formats_zip_add(path, "xl/_rels/workbook.xml.rels", relations, strlen(relations));
    formats_zip_add(path, "xl/styles.xml", styles, sizeof(styles) - 1);
    for (size_t i = 0; i < n; i++) {
        char name[64];
        size_t size = strlen(rows[i]) + 512;
        char *sheet = malloc(size);
        assert_non_null(sheet);
        snprintf(sheet, size,
                 XML "<worksheet xmlns=\"" OOXML "spreadsheetml/2006/main\"><sheetData>%s"
                     "</sheetData></worksheet>",
                 rows[i]);
        snprintf(name, sizeof(name), "xl/worksheets/sheet%zu.xml", i + 1);
        formats_zip_add(path, name, sheet, strlen(sheet));
        free(sheet);
    }
}

void formats_answer_when_cut(const char *folder, const char *name, const char *opened)
{
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    char path[TH_TEST_PATH_SIZE];
    char source[TH_TEST_PATH_SIZE];
    char *data = NULL;
    size_t size = 0;
    assert_ok(th_messages_new(&messages, &err), &err);
    th_test_path(path, folder, name);
    th_test_path(source, folder, opened);
    assert_ok(th_file_read(path, (size_t)1 << 24, &data, &size, &err), &err);
    for (size_t part = 0; part < 4; part++) {
        struct th_reader *reader = NULL;
        struct th_reader_batch *batch = NULL;
        assert_ok(th_file_write(path, data, size * part / 4 + (part > 0), &err), &err);
        enum th_status status = th_reader_open(source, NULL, &reader, &err);
        while (status == TH_OK) {
            status = th_reader_next(reader, &batch, &err);
            if (status != TH_OK || batch == NULL) {
                break;
            }
            th_reader_batch_free(batch);
        }
        th_reader_close(reader);
        char key[96];
        snprintf(key, sizeof(key), "error.%s", err.key);
        if (status != TH_OK && (th_messages_find(messages, TH_LANG_ZH, key) == NULL ||
                                strcmp(err.key, "reader_crashed") == 0)) {
            fail_msg("%s at %zu/4: %s", name, part, err.key);
        }
    }
    assert_ok(th_file_write(path, data, size, &err), &err);
    free(data);
    th_messages_free(messages);
}

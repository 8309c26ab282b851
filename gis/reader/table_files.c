// Tables as files: CSV, and the sheets of a workbook.
#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <ctype.h>
#include <gdal.h>
#include <ogr_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/capture_internal.h"
#include "gis/reader/formats_internal.h"
#include "gis/reader/table_internal.h"

enum { NUMBER_DIGITS_SHOWN = 15, SHEET_SIZE_MAX = TH_FORMAT_TEXT_MAX, SHEETS_SHOWN_SIZE = 300 };

// UTF-16, as spreadsheets call it "Unicode text", becomes UTF-8.
static enum th_status utf16_undo(const char *file, char **text, size_t *size, struct th_error *err)
{
    bool little = *size >= 2 && memcmp(*text, "\xFF\xFE", 2) == 0;
    bool big = *size >= 2 && memcmp(*text, "\xFE\xFF", 2) == 0;
    if (little || big) {
        char *utf8 = th_format_convert(little ? "UTF-16LE" : "UTF-16BE", *text, *size, size);
        if (utf8 == NULL) {
            return th_format_unreadable(file, "UTF-16", err);
        }
        free(*text);
        *text = utf8;
    }
    if (strlen(*text) != *size) {
        return th_error_set(err, TH_UNREADABLE, "source_format", "file", file, NULL);
    }
    return TH_OK;
}

static enum th_status plan_make(const struct th_format_request *request,
                                const struct th_csv_table *table, bool utf8,
                                struct th_points_plan *ret_plan, struct th_error *err)
{
    return request->shapeless ? th_points_plan_lines(table, utf8, request->file, ret_plan, err)
                              : th_points_plan_make(table, utf8, request->file, ret_plan, err);
}

enum th_status th_format_csv(const struct th_format_request *request, struct th_rows **ret_rows,
                             struct th_error *err)
{
    char *text = NULL;
    size_t size = 0;
    struct th_csv_table *table = NULL;
    struct th_points_plan plan;
    enum th_status status = th_format_read(request->path, request->file, &text, &size, err);
    if (status == TH_OK) {
        status = utf16_undo(request->file, &text, &size, err);
    }
    if (status != TH_OK) {
        free(text);
        return status;
    }
    bool marked = th_text_starts_with(text, "\xEF\xBB\xBF");
    struct th_table_source source = {.driver = "CSV",
                                     .layer = request->stem,
                                     .member = request->member,
                                     .file = request->file,
                                     .raw_text = true,
                                     .utf8 = th_text_is_utf8(text, size),
                                     .declared = marked ? "UTF-8" : ""};
    status = th_csv_table_parse(text, size, &table, err);
    if (status != TH_OK) {
        free(text);
        return status;
    }
    status = plan_make(request, table, source.utf8, &plan, err);
    if (status == TH_OK) {
        status = th_table_rows(&source, &plan, table, ret_rows, err);
    }
    if (status != TH_OK) {
        th_csv_table_free(table);
    }
    return status;
}

// "2023/03/15 08:00:00", as GDAL gives cells with the style of a date, with hyphens.
static bool date_append(const char *value, struct th_buf *out)
{
    static const char pattern[] = "dddd/dd/dd dd:dd:dd";
    size_t size = strlen(value);
    if (size != 10 && size != sizeof(pattern) - 1) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (pattern[i] == 'd' ? !isdigit((unsigned char)value[i]) : value[i] != pattern[i]) {
            return false;
        }
    }
    th_buf_printf(out, "%.4s-%.2s-%.2s", value, value + 5, value + 8);
    if (size > 10) {
        th_buf_printf(out, "T%s", value + 11);
    }
    return true;
}

// A number as the spreadsheet shows it: 3.0 is 3, and 0.30000000000000004 is 0.3.
static bool number_append(const char *value, struct th_buf *out)
{
    double number;
    char shown[64];
    const char *point = strchr(value, '.');
    size_t n_digits = 0;
    if (point == NULL || strspn(value, "+-.0123456789eE") != strlen(value) ||
        !th_text_parse_double(value, &number)) {
        return false;
    }
    for (const char *p = value; *p != '\0'; p++) {
        n_digits += isdigit((unsigned char)*p) != 0;
    }
    if (strcmp(point, ".0") != 0 && n_digits <= NUMBER_DIGITS_SHOWN) {
        return false;
    }
    CPLsnprintf(shown, sizeof(shown), "%.*g", NUMBER_DIGITS_SHOWN, number);
    if (strchr(shown, 'e') != NULL) {
        return false;
    }
    th_buf_append_str(out, shown);
    return true;
}

// The sheet is written down as CSV and goes the way of every other table. A line for a row, so that
// lines are the rows of the sheet.
static void cell_append(const char *value, struct th_buf *out)
{
    if (date_append(value, out) || number_append(value, out)) {
        return;
    }
    th_buf_append_char(out, '"');
    for (; *value != '\0'; value++) {
        if (*value == '"') {
            th_buf_append_char(out, '"');
        }
        th_buf_append(out, *value == '\n' || *value == '\r' ? " " : value, 1);
    }
    th_buf_append_char(out, '"');
}

static void sheet_write(OGRLayerH sheet, struct th_buf *out)
{
    int n = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(sheet));
    GIntBig line = 1;
    OGR_L_ResetReading(sheet);
    for (;;) {
        OGRFeatureH feature = OGR_L_GetNextFeature(sheet);
        if (feature == NULL || out->failed) {
            OGR_F_Destroy(feature);
            break;
        }
        for (; line < OGR_F_GetFID(feature); line++) {
            th_buf_append_char(out, '\n');
        }
        for (int i = 0; i < n; i++) {
            if (OGR_F_IsFieldSetAndNotNull(feature, i)) {
                cell_append(OGR_F_GetFieldAsString(feature, i), out);
            }
            th_buf_append_str(out, i + 1 < n ? "," : "");
        }
        OGR_F_Destroy(feature);
    }
}

static enum th_status sheet_read(const char *file, OGRLayerH sheet, struct th_csv_table **ret_table,
                                 struct th_error *err)
{
    struct th_buf text;
    th_buf_init(&text, SHEET_SIZE_MAX);
    sheet_write(sheet, &text);
    enum th_status status = th_buf_check(&text, err);
    size_t size = text.size;
    char *taken = status == TH_OK ? th_buf_take(&text) : NULL;
    th_buf_clear(&text);
    if (status == TH_LIMIT) {
        status = th_error_set(err, TH_LIMIT, "file_too_large", "path", file, NULL);
        th_error_add_int(err, "limit", SHEET_SIZE_MAX);
    } else if (status == TH_OK && taken == NULL) {
        status = th_error_no_memory(err);
    } else if (status == TH_OK) {
        status = th_csv_table_parse(taken, size, ret_table, err);
        if (status != TH_OK) {
            free(taken);
        }
    }
    return status;
}

// The sheet that was asked for, or the only one that has parcels.
struct workbook {
    const struct th_format_request *request;
    struct th_csv_table *table; // of the sheet found
    struct th_points_plan plan;
    char *sheet;
    size_t n_found;
    struct th_buf names; // of the sheets with parcels, or of all when one is missing
    struct th_error first_reason;
    bool has_reason;
    bool is_empty; // the one found has headings and no row
    int64_t n_empty;
};

// A sheet that has headings alone gives way to one with rows; true when the new one is such.
static bool sheet_gives_way(struct workbook *book, bool is_empty)
{
    bool may = book->request->layer == NULL && book->n_found > 0;
    if (may && is_empty) {
        book->n_empty++;
        return true;
    }
    if (may && book->is_empty) {
        th_csv_table_free(book->table);
        free(book->sheet);
        book->table = NULL;
        book->sheet = NULL;
        th_buf_clear(&book->names);
        book->n_found = 0;
        book->n_empty++;
    }
    return false;
}

static enum th_status sheet_try(struct workbook *book, OGRLayerH sheet, struct th_error *err)
{
    struct th_csv_table *table = NULL;
    struct th_points_plan plan;
    struct th_error reason;
    enum th_status status = sheet_read(book->request->file, sheet, &table, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_csv_table_rows(table) == 0 ? TH_UNREADABLE
                                           : plan_make(book->request, table, true, &plan, &reason);
    if (status == TH_UNREADABLE) {
        if (th_csv_table_rows(table) > 0 && !book->has_reason) {
            book->first_reason = reason;
            book->has_reason = true;
        }
        th_csv_table_free(table);
        return TH_OK;
    }
    bool is_empty = status == TH_OK && th_csv_table_rows(table) <= plan.heading + 1;
    if (status == TH_OK && sheet_gives_way(book, is_empty)) {
        th_csv_table_free(table);
        return TH_OK;
    }
    if (status == TH_OK && book->n_found == 0) {
        book->is_empty = is_empty;
        book->table = table;
        book->plan = plan;
        book->sheet = th_text_duplicate(OGR_L_GetName(sheet));
        status = book->sheet == NULL ? th_error_no_memory(err) : TH_OK;
    } else {
        if (status != TH_OK && err != NULL) {
            *err = reason;
        }
        th_csv_table_free(table);
    }
    if (status == TH_OK) {
        th_buf_printf(&book->names, "%s%s", book->n_found++ == 0 ? "" : ", ", OGR_L_GetName(sheet));
    }
    return status;
}

static enum th_status sheets_error(struct workbook *book, GDALDatasetH dataset, const char *key,
                                   struct th_error *err)
{
    char shown[SHEETS_SHOWN_SIZE];
    if (strcmp(key, "layer_missing") == 0) {
        th_buf_clear(&book->names);
        for (int i = 0; i < GDALDatasetGetLayerCount(dataset); i++) {
            th_buf_printf(&book->names, "%s%s", i == 0 ? "" : ", ",
                          OGR_L_GetName(GDALDatasetGetLayer(dataset, i)));
        }
    }
    th_text_copy(shown, sizeof(shown), th_buf_text(&book->names));
    return th_error_set(err, TH_UNREADABLE, key, "layers", shown, "layer", book->request->layer,
                        NULL);
}

static enum th_status workbook_search(struct workbook *book, GDALDatasetH dataset,
                                      struct th_error *err)
{
    const char *wanted = book->request->layer;
    int n = GDALDatasetGetLayerCount(dataset);
    bool named = false;
    enum th_status status = TH_OK;
    for (int i = 0; i < n && i < TH_FORMAT_LAYERS_MAX && status == TH_OK; i++) {
        if (book->request->shapeless && book->n_found > 0) {
            break;
        }
        OGRLayerH sheet = GDALDatasetGetLayer(dataset, i);
        if (wanted == NULL || strcmp(OGR_L_GetName(sheet), wanted) == 0) {
            named = true;
            status = sheet_try(book, sheet, err);
        }
    }
    if (status != TH_OK || book->n_found == 1) {
        return status;
    }
    if (book->n_found > 1) {
        return sheets_error(book, dataset, "layer_ambiguous", err);
    }
    if (wanted != NULL && !named) {
        return sheets_error(book, dataset, "layer_missing", err);
    }
    if (book->has_reason) {
        if (err != NULL) {
            *err = book->first_reason;
        }
        return TH_UNREADABLE;
    }
    return th_error_set(err, TH_UNREADABLE, "points_columns", "file", book->request->file,
                        "columns", "", NULL);
}

// GDAL goes on after cells that it cannot take in, and says so aside: then the table is not whole.
static enum th_status workbook_read(struct workbook *book, const char *path, struct th_error *err)
{
    static const char *const drivers[] = {"XLSX", NULL};
    struct th_capture capture;
    const char *file = book->request->file;
    enum th_status status = TH_OK;
    th_capture_begin(&capture);
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_READONLY | GDAL_OF_VECTOR, drivers, NULL, NULL);
    if (dataset == NULL) {
        status = th_format_unreadable(file, capture.message, err);
    } else {
        status = workbook_search(book, dataset, err);
        if (capture.failed || strstr(capture.message, "Limiting number of columns") != NULL) {
            status = th_format_unreadable(file, capture.message, err);
        }
        GDALClose(dataset);
    }
    th_capture_end();
    return status;
}

// GDAL does not find a workbook's parts when it lies in an archive itself: then it is copied out.
static enum th_status workbook_open(struct workbook *book, struct th_error *err)
{
    static const char copy[] = "/vsimem/workbook.xlsx";
    const struct th_format_request *request = book->request;
    char *bytes = NULL;
    size_t size = 0;
    if (!th_text_starts_with(request->path, "/vsizip/")) {
        return workbook_read(book, request->path, err);
    }
    enum th_status status = th_format_read(request->path, request->file, &bytes, &size, err);
    if (status != TH_OK) {
        return status;
    }
    VSILFILE *stream = VSIFileFromMemBuffer(copy, (GByte *)bytes, size, FALSE);
    if (stream == NULL) {
        status = th_error_no_memory(err);
    } else {
        (void)VSIFCloseL(stream);
        status = workbook_read(book, copy, err);
        (void)VSIUnlink(copy);
    }
    free(bytes);
    return status;
}

enum th_status th_format_xlsx(const struct th_format_request *request, struct th_rows **ret_rows,
                              struct th_error *err)
{
    struct workbook book = {.request = request};
    th_buf_init(&book.names, (size_t)1 << 20);
    enum th_status status = workbook_open(&book, err);
    if (status == TH_OK) {
        const struct th_table_source source = {.driver = "XLSX",
                                               .layer = book.sheet,
                                               .member = request->member,
                                               .file = request->file,
                                               .utf8 = true,
                                               .declared = ""};
        status = th_table_rows(&source, &book.plan, book.table, ret_rows, err);
    }
    if (status == TH_OK) {
        (*ret_rows)->facts.n_empty = book.is_empty ? 0 : book.n_empty;
    } else {
        th_csv_table_free(book.table);
    }
    free(book.sheet);
    th_buf_clear(&book.names);
    return status;
}

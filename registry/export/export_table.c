// Rows without a drawing, for spreadsheets: CSV and XLSX.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "registry/export/export_internal.h"

enum { CELL_LIMIT = 128 * 1024 * 1024 };

// Of the text of the ground; an import takes the code.
static const char CRS[] = "EPSG:4490 CGCS2000";

static void wkt(const struct th_geometry *geometry, struct th_buf *out)
{
    size_t ring = 0;
    size_t point = 0;
    th_buf_append_str(out, "MULTIPOLYGON (");
    for (size_t p = 0; p < geometry->n_polygons; p++) {
        th_buf_append_str(out, p == 0 ? "(" : ", (");
        for (size_t first = ring; ring < geometry->polygon_ends[p]; ring++) {
            th_buf_append_str(out, ring == first ? "(" : ", (");
            for (size_t start = point; point < geometry->ring_ends[ring]; point++) {
                th_buf_printf(out, "%s%.8f %.8f", point == start ? "" : ", ",
                              geometry->points[point].x, geometry->points[point].y);
            }
            th_buf_append_char(out, ')');
        }
        th_buf_append_char(out, ')');
    }
    th_buf_append_char(out, ')');
}

void th_export_csv_begin(const struct th_export_options *options,
                         const struct th_export_layout *layout, struct th_buf *out)
{
    size_t n = layout->n_columns + layout->n_attributes;
    th_csv_begin(out, true);
    for (size_t i = 0; i < n; i++) {
        const char *title =
            i < layout->n_columns
                ? th_export_title(options, th_export_columns[layout->columns[i]].name)
                : layout->attributes[i - layout->n_columns].name;
        th_csv_cell(out, title, i + 1 == n && !options->with_wkt);
    }
    if (options->with_wkt) {
        th_csv_cell(out, th_export_title(options, th_export_columns[TH_EXPORT_CRS].name), false);
        th_csv_cell(out, th_export_title(options, "wkt"), true);
    }
}

static const char *phrase(const struct th_export_options *options, const char *key,
                          const char *fallback)
{
    const char *text =
        options->messages == NULL ? NULL : th_messages_find(options->messages, options->lang, key);
    return text == NULL ? fallback : text;
}

// Kind and state in the reader's words, which an import knows again.
static const char *text_shown(const struct th_export_options *options, enum th_export_column column,
                              const char *text)
{
    char key[64];
    if (text == NULL || (column != TH_EXPORT_KIND && column != TH_EXPORT_STATE)) {
        return text;
    }
    (void)snprintf(key, sizeof(key), "%s.%s",
                   column == TH_EXPORT_KIND ? "parcel.kind" : "value.state", text);
    return phrase(options, key, text);
}

static void csv_cell(const struct th_export_options *options, const struct th_export_row *row,
                     enum th_export_column column, bool last, struct th_buf *cell,
                     struct th_buf *out)
{
    const struct th_export_value *value = &row->values[column];
    const char *text = NULL;
    th_buf_clear(cell);
    switch (th_export_columns[column].type) {
    case TH_EXPORT_INT:
        th_buf_printf(cell, "%" PRId64, value->number);
        break;
    case TH_EXPORT_CENT:
        th_buf_printf(cell, "%" PRId64 ".%02" PRId64, value->number / 100, value->number % 100);
        break;
    case TH_EXPORT_TEXT:
        text = text_shown(options, column, value->text);
        th_buf_append_str(cell, text == NULL ? "" : text);
        break;
    }
    th_csv_cell(out, value->none ? "" : th_buf_text(cell), last);
}

void th_export_csv_row(const struct th_export_options *options, const struct th_export_row *row,
                       const struct th_geometry *geometry, const struct th_export_layout *layout,
                       struct th_buf *out)
{
    struct th_buf cell;
    size_t n = layout->n_columns;
    th_buf_init(&cell, CELL_LIMIT);
    for (size_t i = 0; i < n; i++) {
        csv_cell(options, row, layout->columns[i],
                 i + 1 == n + layout->n_attributes && !options->with_wkt, &cell, out);
    }
    for (size_t i = 0; i < layout->n_attributes; i++) {
        th_csv_cell(out, th_export_attribute_text(row, &layout->attributes[i]),
                    i + 1 == layout->n_attributes && !options->with_wkt);
    }
    if (options->with_wkt) {
        th_buf_clear(&cell);
        wkt(geometry, &cell);
        th_csv_cell(out, CRS, false);
        th_csv_cell(out, th_buf_text(&cell), true);
    }
    // What the cell lost, the file has lost.
    if (cell.failed) {
        out->failed = true;
        out->no_memory = out->no_memory || cell.no_memory;
    }
    th_buf_clear(&cell);
}

enum th_status th_export_sheet_begin(const struct th_export_options *options,
                                     const struct th_export_layout *layout,
                                     struct th_workbook *workbook, struct th_error *err)
{
    size_t n = layout->n_columns + layout->n_attributes;
    struct th_workbook_column *titles = calloc(n + 2, sizeof(*titles));
    if (titles == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < layout->n_columns; i++) {
        titles[i].title = th_export_title(options, th_export_columns[layout->columns[i]].name);
    }
    for (size_t i = layout->n_columns; i < n; i++) {
        titles[i].title = layout->attributes[i - layout->n_columns].name;
    }
    if (options->with_wkt) {
        titles[n++].title = th_export_title(options, th_export_columns[TH_EXPORT_CRS].name);
        titles[n++].title = th_export_title(options, "wkt");
    }
    th_workbook_sheet(workbook, phrase(options, "export.sheet.parcels", "parcels"), titles, n);
    free(titles);
    return th_workbook_check(workbook, err);
}

static void sheet_cell(const struct th_export_options *options, const struct th_export_row *row,
                       enum th_export_column column, struct th_workbook *workbook)
{
    const struct th_export_value *value = &row->values[column];
    if (value->none) {
        th_workbook_empty(workbook);
        return;
    }
    switch (th_export_columns[column].type) {
    case TH_EXPORT_INT:
        th_workbook_int(workbook, value->number);
        break;
    case TH_EXPORT_CENT:
        th_workbook_cent(workbook, value->number);
        break;
    case TH_EXPORT_TEXT:
        th_workbook_text(workbook, text_shown(options, column, value->text));
        break;
    }
}

enum th_status th_export_sheet_row(const struct th_export_options *options,
                                   const struct th_export_row *row,
                                   const struct th_geometry *geometry,
                                   const struct th_export_layout *layout,
                                   struct th_workbook *workbook, struct th_error *err)
{
    th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
    for (size_t i = 0; i < layout->n_columns; i++) {
        sheet_cell(options, row, layout->columns[i], workbook);
    }
    for (size_t i = 0; i < layout->n_attributes; i++) {
        th_workbook_text(workbook, th_export_attribute_text(row, &layout->attributes[i]));
    }
    enum th_status status = TH_OK;
    if (options->with_wkt) {
        struct th_buf cell;
        th_buf_init(&cell, CELL_LIMIT);
        wkt(geometry, &cell);
        status = th_buf_check(&cell, err);
        th_workbook_text(workbook, CRS);
        th_workbook_text(workbook, th_buf_text(&cell));
        th_buf_clear(&cell);
    }
    return status == TH_OK ? th_workbook_check(workbook, err) : status;
}

void th_export_sheet_end(const struct th_export_options *options,
                         const struct th_export_layout *layout, struct th_workbook *workbook)
{
    const struct th_workbook_column titles[] = {
        {phrase(options, "export.dictionary.name", "name"), 24, false},
        {phrase(options, "export.dictionary.meaning", "meaning"), 60, true},
        {phrase(options, "export.dictionary.unit", "unit"), 12, false}};
    th_workbook_sheet(workbook, phrase(options, "export.sheet.notes", "notes"), titles,
                      sizeof(titles) / sizeof(titles[0]));
    for (size_t i = 0; i < layout->n_columns; i++) {
        const struct th_export_column_spec *spec = &th_export_columns[layout->columns[i]];
        char meaning[64];
        char unit[64];
        (void)snprintf(meaning, sizeof(meaning), "export.meaning.%s", spec->name);
        (void)snprintf(unit, sizeof(unit), "export.unit.%s", spec->unit == NULL ? "" : spec->unit);
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        th_workbook_text(workbook, th_export_title(options, spec->name));
        th_workbook_text(workbook, phrase(options, meaning, ""));
        th_workbook_text(workbook, spec->unit == NULL ? NULL : phrase(options, unit, spec->unit));
    }
    struct th_buf meaning_of;
    th_buf_init(&meaning_of, CELL_LIMIT);
    for (size_t i = 0; i < layout->n_attributes; i++) {
        th_export_attribute_meaning(options, &layout->attributes[i], &meaning_of);
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        th_workbook_text(workbook, layout->attributes[i].name);
        th_workbook_text(workbook, th_buf_text(&meaning_of));
    }
    th_buf_clear(&meaning_of);
}

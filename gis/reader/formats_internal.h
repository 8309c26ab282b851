// The formats for which GDAL's rows are not the clerk's rows: tables, drawings, folders of a phone;
// and what GDAL must be told before it opens the others. For gis/reader/ alone.
#ifndef TH_GIS_READER_FORMATS_INTERNAL_H
#define TH_GIS_READER_FORMATS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "gis/reader/rows_internal.h"

enum {
    TH_FORMAT_TEXT_MAX = 256 * 1024 * 1024, // bytes of a table or an XML file that is read whole
    TH_FORMAT_LAYERS_MAX = 2000             // folders of a KML file, layers of a drawing, sheets
};

struct th_format_request {
    const char *path;   // as GDAL opens it
    const char *file;   // as messages name it
    const char *stem;   // file name without extension, as people know it
    const char *member; // path in an archive, or NULL
    char **documents;   // of a KMZ: its other documents, as GDAL opens them; NULL: none
    const char *layer;  // wanted; NULL: whatever has parcels
    double curve_step_deg;
    bool shapeless; // tables need no shape
};

// GDAL's options that hold for the whole process: attributes stay texts, names stay as they are,
// nothing is fetched, written or guessed. Before the first source is opened.
void th_format_configure(double curve_step_deg);

// Opens tables (CSV, XLSX), drawings (DXF) and KML by what the file begins with and by its name.
// *ret_rows is NULL when the format is another one, which GDAL opens by itself. TH_UNREADABLE
// ("source_unreadable", "points_columns", "layer_missing", "layer_ambiguous", "too_many_fields",
// "csv_quote"), TH_LIMIT ("file_too_large", "table_too_long").
enum th_status th_format_open(const struct th_format_request *request, struct th_rows **ret_rows,
                              struct th_error *err) TH_MUST_CHECK;

// Where GDAL shall open the others: `path` itself, or a copy in memory ("/vsimem/…") without byte
// order mark or in UTF-8, or a part of the file. CPLFree() it. Errors as above.
enum th_status th_format_path(const char *path, const char *file, char **ret_path,
                              struct th_error *err) TH_MUST_CHECK;

// Open options for a driver, NULL for none; CSLDestroy() them.
char **th_format_options(const char *driver);

// --- between the files that implement this

enum th_status th_format_unreadable(const char *file, const char *detail, struct th_error *err);
// A whole file, closed by NUL; free() it. TH_LIMIT ("file_too_large") over TH_FORMAT_TEXT_MAX.
enum th_status th_format_read(const char *path, const char *file, char **ret_text, size_t *ret_size,
                              struct th_error *err) TH_MUST_CHECK;
// Strictly into UTF-8; free() it. NULL when it does not fit, or there is no memory. `text` is only
// read.
char *th_format_convert(const char *encoding, char *text, size_t size, size_t *ret_size);
// Appends fields to the facts; false when there is no memory.
bool th_format_field_add(struct th_rows_facts *facts, const char *name, size_t name_size);

enum th_status th_format_csv(const struct th_format_request *request, struct th_rows **ret_rows,
                             struct th_error *err) TH_MUST_CHECK;
enum th_status th_format_xlsx(const struct th_format_request *request, struct th_rows **ret_rows,
                              struct th_error *err) TH_MUST_CHECK;
enum th_status th_format_kml(const struct th_format_request *request, struct th_rows **ret_rows,
                             struct th_error *err) TH_MUST_CHECK;
enum th_status th_format_dxf(const struct th_format_request *request, struct th_rows **ret_rows,
                             struct th_error *err) TH_MUST_CHECK;

#endif

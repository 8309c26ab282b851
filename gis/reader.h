// Vector files through GDAL: what is in them, and their rows one by one. Nothing is decided here
// about the meaning of attributes.
#ifndef TH_GIS_READER_H
#define TH_GIS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"

struct th_reader_options {
    const char *layer;    // NULL: the only layer that has polygons, else "layer_ambiguous"
    const char *encoding; // NULL: as declared; a GDAL encoding name otherwise
};

struct th_reader_info {
    const char *source_name;   // base name of the file
    const char *driver;        // GDAL's short name, "ESRI Shapefile"
    const char *layer;         // UTF-8
    const char *crs;           // WKT 2 of the layer, or NULL when not declared
    const char *geometry_type; // "Polygon", "Multi Polygon", "Unknown (any)" …
    int64_t n_features;        // rows that reading will deliver
    size_t n_fields;
    struct th_hash sha256; // of the file; of a folder or shapefile: of its files, by name
};

// One row. Borrowed until the next call.
struct th_reader_row {
    int64_t row;     // 1, 2, 3 … in reading order
    int64_t feature; // the source's own feature id
    const void *wkb; // NULL when the row has no geometry
    size_t wkb_size;
    const char *const *values; // n_fields texts in UTF-8, NULL where the source has NULL
    bool text_suspect; // a value was not UTF-8 as declared; it is given with '?' for the bad bytes
};

// What had to be done to a shape to make it polygons.
enum {
    TH_SHAPE_LINEARISED = 1,    // curves became chords
    TH_SHAPE_CLOSED_LINES = 2,  // closed lines became polygons
    TH_SHAPE_FROM_POINTS = 4,   // corner points in rows of a table
    TH_SHAPE_PARTS_DROPPED = 8, // lines or points beside the polygons of a collection
    TH_SHAPE_FLATTENED = 16     // had Z or M
};

struct th_reader; // opaque

// Opens a file or folder read-only, by an allow-list of drivers: GPKG, ESRI Shapefile (plain,
// zipped, in a folder of a zip), OpenFileGDB (folder or zip), GeoJSON, KML/LIBKML. Limits: 4 GiB a
// file, an archive of at most 50 entries, 512 MiB unpacked, ratio 100. A JSON array of features at
// top level is refused in words. TH_NOT_FOUND ("file_not_found"), TH_UNREADABLE
// ("source_unreadable" with "detail"; "source_format"; "layer_missing" with "layers";
// "layer_ambiguous" with "layers"; "source_bare_array"; "archive_limit"), TH_LIMIT
// ("file_too_large"), TH_USAGE ("encoding_unknown"). When an archive holds several files, `layer`
// may be the name of one of them without its extension. Nothing is written beside the source.
enum th_status th_reader_open(const char *path, const struct th_reader_options *options,
                              struct th_reader **ret_reader, struct th_error *err) TH_MUST_CHECK;
void th_reader_close(struct th_reader *reader);

const struct th_reader_info *th_reader_info(const struct th_reader *reader); // borrowed
const char *th_reader_field(const struct th_reader *reader, size_t index); // name, UTF-8, borrowed
bool th_reader_field_find(const struct th_reader *reader, const char *name, size_t *ret_index);

// Next row, or *ret_row = NULL behind the last. A row that GDAL cannot read is TH_UNREADABLE
// ("row_unreadable"); reading may go on after it.
enum th_status th_reader_next(struct th_reader *reader, const struct th_reader_row **ret_row,
                              struct th_error *err) TH_MUST_CHECK;

#endif

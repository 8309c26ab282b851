// Parcels into open formats through GDAL.
#ifndef TH_GIS_WRITER_H
#define TH_GIS_WRITER_H

#include "gis/geometry.h"

enum th_writer_format {
    TH_WRITER_GPKG,    // EPSG:4490 or `crs`
    TH_WRITER_SHP,     // EPSG:4490 or `crs`; UTF-8 with a .cpg; several files
    TH_WRITER_FGB,     // EPSG:4490; rows in the order of its spatial index
    TH_WRITER_GML,     // 3.2, EPSG:4490, latitude first as the code demands; a .xsd beside it
    TH_WRITER_KML,     // WGS 84; fields "Name" and "description" are the placemark's own
    TH_WRITER_GEOJSON, // RFC 7946: WGS 84, a multipolygon of one part becomes a polygon
    TH_WRITER_FIBOA,   // the same with ids as texts, a box per row and the schemas it follows
    TH_WRITER_FORMATS
};

enum th_writer_type { TH_WRITER_TEXT, TH_WRITER_INT, TH_WRITER_REAL };

struct th_writer_field {
    const char *name; // Shapefile: at most 10 ASCII characters
    enum th_writer_type type;
    int width; // Shapefile alone: bytes of a text (longer ones are cut at a character), digits
    int precision;
};

struct th_writer_value { // by the type of its field; text NULL and a real NaN write NULL
    const char *text;
    int64_t integer;
    double real;
};

struct th_writer_options { // all texts are borrowed for the call of th_writer_open
    enum th_writer_format format;
    const char *layer;
    const char *crs;        // "EPSG:4528"; NULL: as the format says. Only where it says "or `crs`"
    const char *note;       // GeoJSON, FIBOA: "description" of the collection; may be NULL
    const char *collection; // FIBOA: its identifier
    const struct th_writer_field *fields;
    size_t n_fields;
};

struct th_writer; // opaque

// By the name people give it: "gpkg", "shp", "fgb", "gml", "kml", "geojson", "fiboa". false: none
// of these.
bool th_writer_format_find(const char *name, enum th_writer_format *ret_format);

// Begins `path` (which must not exist: errors of th_file_check_new) with one layer of
// multipolygons. Formats of several files want a path with their own extension and find no file of
// the same stem in the way: TH_INVALID ("export_extension" with "path", "extension"). TH_IO
// ("export_failed" with "detail"), TH_INTERNAL ("writer_missing": the module that writes is not
// where it is looked for). TH_INVALID ("export_crs" with "crs") when the format has one
// system of its own, or the system is unknown or cannot be reached from EPSG:4490 without a guess.
enum th_status th_writer_open(const char *path, const struct th_writer_options *options,
                              struct th_writer **ret_writer, struct th_error *err) TH_MUST_CHECK;
// A small file of its own that belongs to the export: `suffix` goes behind the stem of the path
// ("_fields.csv"). Formats of several files only. TH_IO as above.
enum th_status th_writer_attach(struct th_writer *writer, const char *suffix, const void *data,
                                size_t size, struct th_error *err) TH_MUST_CHECK;
// One row; `geometry` in longitude, latitude. TH_DATA_PROBLEM ("out_of_bounds") when it cannot be
// brought to `crs`.
enum th_status th_writer_add(struct th_writer *writer, int64_t id,
                             const struct th_geometry *geometry,
                             const struct th_writer_value *values,
                             struct th_error *err) TH_MUST_CHECK;
// Characters so far that XML has no way to write, which GML and KML hold as U+FFFD.
size_t th_writer_replaced(const struct th_writer *writer);
// Finishes the files and gives them their names, the one that was asked for last; errors of the
// last write show here, and then none is left. `published` (may be NULL) hears of every file. Frees
// the writer in any case.
enum th_status th_writer_close(struct th_writer *writer,
                               void (*published)(void *context, const char *path), void *context,
                               struct th_error *err) TH_MUST_CHECK;
// Drops the writer and the unfinished files. Accepts NULL.
void th_writer_abort(struct th_writer *writer);

#endif

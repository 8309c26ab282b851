// Parcels into open formats through GDAL.
#ifndef TH_GIS_WRITER_H
#define TH_GIS_WRITER_H

#include "gis/geometry.h"

enum th_writer_format { TH_WRITER_GPKG, TH_WRITER_GEOJSON };

enum th_writer_type { TH_WRITER_TEXT, TH_WRITER_INT, TH_WRITER_REAL };

struct th_writer_field {
    const char *name;
    enum th_writer_type type;
};

struct th_writer_value { // by the type of its field; text NULL and a real NaN write NULL
    const char *text;
    int64_t integer;
    double real;
};

struct th_writer; // opaque

// Creates `path` (which must not exist: TH_CONFLICT "file_exists") with one layer of multipolygons.
// GPKG in EPSG:4490; GeoJSON by RFC 7946, which turns a multipolygon of one part into a polygon,
// with the 8 decimals of normalised coordinates. TH_IO ("export_failed" with "detail").
enum th_status th_writer_open(const char *path, enum th_writer_format format, const char *layer,
                              const struct th_writer_field *fields, size_t n_fields,
                              struct th_writer **ret_writer, struct th_error *err) TH_MUST_CHECK;
// One row; `geometry` in longitude, latitude.
enum th_status th_writer_add(struct th_writer *writer, int64_t id,
                             const struct th_geometry *geometry,
                             const struct th_writer_value *values,
                             struct th_error *err) TH_MUST_CHECK;
// Finishes the file; errors of the last write show here. Frees the writer in any case.
enum th_status th_writer_close(struct th_writer *writer, struct th_error *err) TH_MUST_CHECK;
// Drops the writer and the unfinished file. Accepts NULL.
void th_writer_abort(struct th_writer *writer);

#endif

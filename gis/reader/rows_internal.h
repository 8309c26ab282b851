// Where rows come from inside the reader process: a layer of GDAL, a table whose rows hold corner
// points, whatever else. A source embeds `struct th_rows` as its first member and fills in `class`
// and `facts`; the process decides on the encoding, makes polygons and sends. For gis/reader/
// alone.
#ifndef TH_GIS_READER_ROWS_INTERNAL_H
#define TH_GIS_READER_ROWS_INTERNAL_H

#include <gdal.h>
#include <ogr_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "gis/reader.h"

struct th_rows;

struct th_rows_field {
    char *name;   // in the bytes of the source, owned by the source of rows
    size_t width; // of a value, in bytes; 0 when unlimited
    bool is_text; // values may have bytes beyond ASCII; false for numbers and dates
};

// What is known before the first row. Owned by the source of rows; th_rows_facts_clear frees it.
struct th_rows_facts {
    char *driver;        // GDAL's short name, or what stands for it
    char *member;        // path inside an archive, UTF-8; NULL: no archive
    char *layer;         // UTF-8
    char *crs;           // WKT 2, or NULL when not declared
    char *geometry_type; // as OGRGeometryTypeToName gives it
    int64_t n_features;  // -1 when only reading to the end would tell
    struct th_rows_field *fields;
    size_t n_fields;
    bool raw_text;     // texts and names are bytes whose encoding is decided on the whole table
    char declared[64]; // by the source, as it is written there; "" when nothing. Of no weight
                       // unless raw_text
    bool has_extent;
    OGREnvelope extent; // in units of the source
    char *axis_east;    // tables: what was taken as easting or longitude; NULL: no such choice
    char *axis_north;
    enum th_reader_axis_how axis_how;
    int64_t n_ignored; // objects beside the parcels that are not among the rows
    int64_t n_empty;   // layers without rows that were passed over
};

// One row. Everything is borrowed until the next call of the same source.
struct th_rows_row {
    int64_t row;              // > 0: the line in the file; 0: the process counts
    int64_t feature;          // the source's own id
    OGRGeometryH geometry;    // may be changed by who gets it; NULL: none
    const void *wkb;          // instead of `geometry`, where the source has it ready: little-endian
    size_t wkb_size;          // ISO WKB of a polygon or multipolygon in two dimensions
    unsigned shape;           // TH_SHAPE_… that the source itself had to do
    const char *const *texts; // n_fields, in the bytes of the source; NULL where there is no value.
                              // Of a lost row NULL where nothing can be read.
    const char *lost;         // not NULL: the row could not be read, and why
    const char *lost_value;   // what stands where it could not, in the bytes of the source, or NULL
};

// What a pass over the rows is for; a source may leave out what is not wanted.
enum th_rows_want { TH_ROWS_ALL, TH_ROWS_TEXTS };

struct th_rows_class {
    // Starts a pass at the first row; each pass gives the same rows.
    enum th_status (*begin)(struct th_rows *rows, enum th_rows_want want, struct th_error *err);
    // Next row, or false in *ret_more behind the last.
    enum th_status (*next)(struct th_rows *rows, struct th_rows_row *ret_row, bool *ret_more,
                           struct th_error *err);
    void (*free)(struct th_rows *rows); // NULL is never passed
};

struct th_rows {
    const struct th_rows_class *class;
    struct th_rows_facts facts;
};

enum { TH_ROWS_FIELDS_MAX = 1000 };

// TH_UNREADABLE ("too_many_fields" with "n" and "limit") when `n` is more than a source may have.
// Asked before anything is made of the fields.
enum th_status th_rows_fields_check(size_t n, struct th_error *err) TH_MUST_CHECK;
void th_rows_facts_clear(struct th_rows_facts *facts);
void th_rows_free(struct th_rows *rows); // accepts NULL

// The rows of one layer; `dataset` is closed by th_rows_free, also when this fails.
// `layer_name` is what people call the layer, `member` its path in an archive or NULL.
struct th_rows_layer {
    GDALDatasetH dataset;
    OGRLayerH layer;
    const char *layer_name;
    const char *member;
    bool raw_text; // texts are bytes as they stand in the file
    int64_t n_empty;
    bool crs_unknown;     // GDAL had no way to learn it, whatever it says
    const char *crs_name; // what the source names and GDAL does not know, whatever it says; or NULL
};
enum th_status th_rows_of_layer(const struct th_rows_layer *source, struct th_rows **ret_rows,
                                struct th_error *err) TH_MUST_CHECK;

#endif

// Vector files through GDAL: what is in them, and their rows. GDAL itself runs in a process of its
// own (`tanhui-reader`, gis/reader/), without network, without the right to write, under limits of
// memory and time; what it sends is believed no more than the file itself. Nothing is decided here
// about the meaning of attributes.
#ifndef TH_GIS_READER_H
#define TH_GIS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/progress.h"
#include "gis/geometry.h"

// How long the reader may be silent, what it may use, and how much it may deliver. 0 takes the
// default.
struct th_reader_limits {
    unsigned silence_s;   // 30: nothing arrives for so long; longer for large files while they open
    unsigned patience_s;  // 900: signs of life arrive for so long and no row
    unsigned cpu_s;       // 600
    uint64_t memory_size; // 2 GiB of address space beyond what the program itself takes
    uint64_t shapes_size; // 4 GiB: the WKB of all rows together, which the caller may keep
    uint64_t texts_size;  // 1 GiB: everything else of them
};

struct th_reader_options {
    const char *layer;     // NULL: the only layer that has polygons, else "layer_ambiguous"
    const char *encoding;  // NULL: decided on the whole table; an encoding name otherwise
    const char *program;   // the reader's executable; NULL: th_reader_program
    double curve_step_deg; // curved edges become chords of this angle; 0: the default below
    // Tables (CSV, XLSX) need no shape: a line is a row, with a shape only where one cell holds all
    // of it; corner points are not put together, and of several sheets the first that has anything
    // is read.
    bool shapeless;
    struct th_reader_limits limits;
    const struct th_progress *progress; // stage "open" until the source is open; may be NULL
};
#define TH_READER_CURVE_STEP_DEG 1.0

enum th_reader_encoding_how {
    TH_ENCODING_OPTION,   // the caller said so
    TH_ENCODING_ASCII,    // no value needs a decision
    TH_ENCODING_FORMAT,   // the format is UTF-8 by definition
    TH_ENCODING_DECLARED, // by the source, and every value agrees
    TH_ENCODING_UTF8,     // not (or wrongly) declared; every value is UTF-8
    TH_ENCODING_GB18030,  // not (or wrongly) declared; every value is GB18030
    TH_ENCODING_UNDECIDED // several fit or none does: see samples
};

// How it was decided which of two coordinates in a table is the easting.
enum th_reader_axis_how {
    TH_AXIS_HEADINGS, // the headings say it, and the numbers do not say otherwise
    TH_AXIS_NUMBERS,  // the headings leave it open; the ranges of the numbers decide
    TH_AXIS_AGAINST,  // the headings say one thing, the numbers can only be the other: taken so
    TH_AXIS_UNDECIDED // neither says it: the first of the two was taken
};

enum { TH_READER_SAMPLES = 3, TH_READER_SAMPLE_SIZE = 96 };

struct th_reader_encoding {
    char name[32];     // as used: "UTF-8", "GB18030", …
    char declared[64]; // what the source says of itself (.cpg, language driver),
                       // "" when nothing
    enum th_reader_encoding_how how;
    int64_t n_values; // texts with bytes beyond ASCII
    int64_t n_fit;    // of these, texts that decode strictly in `name`
    int64_t n_cut;    // of these, texts cut in the middle of a character by the
                      // field's width: mended
    struct {          // undecided: texts read both ways
        char utf8[TH_READER_SAMPLE_SIZE];
        char gb18030[TH_READER_SAMPLE_SIZE];
    } samples[TH_READER_SAMPLES];
    size_t n_samples;
};

struct th_reader_info {
    const char *source_name;   // base name of the file
    const char *member;        // path inside an archive, UTF-8; "" otherwise
    const char *driver;        // GDAL's short name, "ESRI Shapefile"
    const char *layer;         // UTF-8
    const char *crs;           // WKT 2 of the layer, or NULL when not declared
    const char *geometry_type; // "Polygon", "Multi Polygon", "Unknown (any)" …
    const char *engine;        // "GDAL 3.6.2"
    int64_t n_features;        // rows that reading will deliver, -1 when the format does
                               // not tell
    size_t n_fields;
    bool has_extent;
    struct th_box extent; // of all finite coordinates, in units of the source, x
                          // first; a hint
    // Tables of coordinates: the headings of the columns taken as easting (or longitude) and
    // northing; "1" and "2" for the first and second number of a pair. NULL: no such choice.
    const char *axis_east;
    const char *axis_north;
    enum th_reader_axis_how axis_how;
    int64_t n_ignored; // objects beside the parcels that are no rows: points, texts, blocks and
                       // lines of a drawing, pins of a phone, empty lines of a table
    int64_t n_empty;   // layers or sheets beside the one that was read that have no rows, but for
                       // which there would be several to choose from
    struct th_reader_encoding encoding;
};

// What had to be done to a shape to make it polygons.
enum {
    TH_SHAPE_LINEARISED = 1,    // curves became chords
    TH_SHAPE_CLOSED_LINES = 2,  // closed lines became polygons
    TH_SHAPE_FROM_POINTS = 4,   // corner points in rows of a table
    TH_SHAPE_PARTS_DROPPED = 8, // lines or points beside the polygons of a collection
    TH_SHAPE_FLATTENED = 16     // had Z or M
};

// One row. Borrowed from its batch.
struct th_reader_row {
    int64_t row;     // 1, 2, 3 … in reading order; of a table: the line in the file
    int64_t feature; // the source's own feature id
    const void *wkb; // little-endian ISO WKB, 2-D; NULL when the row has no
                     // geometry. Not checked.
    size_t wkb_size;
    const char *const *values; // n_fields texts in UTF-8, NULL where the source has NULL. Of a
                               // lost row NULL altogether where nothing could be read.
    unsigned shape;            // TH_SHAPE_…
    bool text_suspect;         // a value did not decode; it is given with '?' for the bad
                               // bytes
    bool lost;                 // the row could not be read, or its shape: `detail` says why
    const char *detail;        // GDAL's words, or the key of a message: "@points.…", "@shape.…"
    const char *value; // of a lost row with values: the beginning of what stands where it could
                       // not be read, "" where nothing does
};

struct th_reader_batch { // rows in reading order, with all that they point to
    const struct th_reader_row *rows;
    size_t n_rows;
};

struct th_reader; // opaque

// Opens a file or folder read-only, by an allow-list of drivers: GPKG, ESRI Shapefile, OpenFileGDB,
// GeoJSON, GeoJSONSeq, KML/LIBKML, GML, FlatGeobuf, MapInfo File, DXF, CSV, XLSX; each plain or
// zipped in any folder depth. Limits: 4 GiB a file; an archive of at most 200 entries, 2 GiB
// unpacked, ratio 200, all measured in its directory before anything is unpacked; 1,000 fields.
// TH_NOT_FOUND ("file_not_found"), TH_UNREADABLE ("source_unreadable" with "detail";
// "source_format"; "source_incomplete"; "source_unfinished"; "layer_missing", "layer_ambiguous"
// with "layers"; "source_bare_array"; "source_dwg"; "source_dxf_binary"; "source_xls";
// "source_encrypted"; "csv_quote" with "row"; "too_many_fields"; "archive_limit"; "archive_broken";
// "points_columns", "points_columns_parcel" and "points_columns_axes" with "columns" for tables
// without a shape; "reader_crashed" with "signal"; "reader_silent" with "seconds"; "reader_limit";
// "reader_protocol"), TH_LIMIT ("file_too_large", "table_too_long"), TH_USAGE
// ("encoding_unknown"), TH_INTERRUPTED, TH_INTERNAL ("reader_missing" when there is no executable,
// "reader_sandbox" when the system does not let it give up its rights). When an archive holds
// several files, `layer` may be the name of one of them without its extension. Nothing is written
// beside the source. The process dies with the thread that opened it.
enum th_status th_reader_open(const char *path, const struct th_reader_options *options,
                              struct th_reader **ret_reader, struct th_error *err) TH_MUST_CHECK;
void th_reader_close(struct th_reader *reader); // ends the process

const struct th_reader_info *th_reader_info(const struct th_reader *reader); // borrowed
const char *th_reader_field(const struct th_reader *reader,
                            size_t index); // name, UTF-8, borrowed
bool th_reader_field_find(const struct th_reader *reader, const char *name, size_t *ret_index);

// Next rows, or *ret_batch = NULL behind the last. The batch is the caller's (th_reader_batch_free)
// and outlives the reader. Numbers of rows ascend. Errors of a process that died or hangs as above,
// and TH_LIMIT ("source_too_much"), again at every further call; rows delivered before stay good.
enum th_status th_reader_next(struct th_reader *reader, struct th_reader_batch **ret_batch,
                              struct th_error *err) TH_MUST_CHECK;
void th_reader_batch_free(struct th_reader_batch *batch);

// SHA-256 of the file; of a folder or a shapefile: of its files, by name. It is made in a thread
// beside the reading, and waited for here, with the progress of th_reader_open. TH_CONFLICT
// ("source_changed") when the source is not what it was when it was opened; TH_NOT_FOUND, TH_IO,
// TH_LIMIT ("file_too_large"), TH_INTERRUPTED.
enum th_status th_reader_digest(struct th_reader *reader, struct th_hash *ret_hash,
                                struct th_error *err) TH_MUST_CHECK;

// Where the executable is looked for: $TANHUI_READER, beside the running program, ../libexec/tanhui
// of it. NULL when it is nowhere; the caller's (free()).
char *th_reader_program(void);

#endif

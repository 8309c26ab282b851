// Shapes in tables: a column of WKT, a column of "x,y;x,y", or one numbered corner point a row.
// Pure work on cells; for gis/reader/ alone.
#ifndef TH_GIS_READER_POINTS_INTERNAL_H
#define TH_GIS_READER_POINTS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/csv_table.h"
#include "core/error.h"

enum th_points_kind {
    TH_POINTS_WKT,     // a row a parcel, the shape in one cell of WKT
    TH_POINTS_PAIRS,   // a row a parcel, its corners in one cell
    TH_POINTS_CORNERS, // a row a corner
    TH_POINTS_NOTHING  // a row is a row; there is no shape
};

// How it was decided which number is the easting.
enum th_points_how {
    TH_POINTS_HEADINGS,  // the headings say it, and the numbers do not say otherwise
    TH_POINTS_NUMBERS,   // the headings leave it open; the ranges of the numbers decide
    TH_POINTS_AGAINST,   // the headings say one thing, the numbers can only be the other
    TH_POINTS_UNDECIDED, // neither: the first one counts as the easting
};

enum { TH_POINTS_NONE = -1, TH_POINTS_ROWS_MAX = 5000000, TH_POINTS_HEADING_ROWS = 20 };

// Columns, or TH_POINTS_NONE.
struct th_points_plan {
    enum th_points_kind kind;
    size_t heading; // row of the table
    size_t n_columns;
    int shape; // WKT or pairs
    int parcel, point, ring;
    int east, north;  // as taken
    bool north_first; // of pairs: the first number is the northing
    enum th_points_how how;
};

// Finds the heading row among the first TH_POINTS_HEADING_ROWS (titles may stand above it) and what
// its columns mean. `utf8` says how headings are read: as UTF-8, else as GB18030. TH_UNREADABLE
// ("points_columns", or what
// alone is missing: "points_columns_parcel", "points_columns_axes", with "file" and "columns");
// TH_LIMIT ("table_too_long" with "limit").
enum th_status th_points_plan_make(const struct th_csv_table *table, bool utf8, const char *file,
                                   struct th_points_plan *ret_plan,
                                   struct th_error *err) TH_MUST_CHECK;

// The same for tables that need no shape: corners are not put together, and where no cell holds a
// whole shape either, the plan is TH_POINTS_NOTHING. TH_LIMIT ("table_too_long" with "limit").
enum th_status th_points_plan_lines(const struct th_csv_table *table, bool utf8, const char *file,
                                    struct th_points_plan *ret_plan,
                                    struct th_error *err) TH_MUST_CHECK;

struct th_points_ring {
    size_t first, n; // corners in `xy`, not closed
};

struct th_points_parcel {
    size_t row;        // of the table: the first corner's; for a lost one the row at fault
    size_t first_row;  // the first corner's: merged cells have everything else there alone
    const char *lost;  // why, as the key of a message with "@" before it; NULL: it is good
    const char *value; // of a lost one: the cell at fault, in the bytes of the table, or NULL
    size_t first_ring, n_rings;
};

struct th_points {
    struct th_points_parcel *parcels; // by row
    size_t n_parcels;
    struct th_points_ring *rings;
    size_t n_rings;
    double *xy; // easting and northing by turns
    size_t n_corners;
    size_t n_ignored; // rows without anything where coordinates should be
};

// The parcels of a table of TH_POINTS_CORNERS.
enum th_status th_points_build(const struct th_csv_table *table, const struct th_points_plan *plan,
                               struct th_points *ret_points, struct th_error *err) TH_MUST_CHECK;
void th_points_clear(struct th_points *points);

// Text of a cell in UTF-8, strictly from UTF-8 or GB18030; what is neither has '?' for its bytes.
// Replaces what is in `out`.
void th_points_text(const char *cell, bool utf8, struct th_buf *out);

// "J2" < "J2-1" < "J10": runs of digits as numbers, everything else byte by byte.
int th_points_compare(const char *a, const char *b);

#endif

// Rows of a table of text cells whose shapes are in it. For gis/reader/ alone.
#ifndef TH_GIS_READER_TABLE_INTERNAL_H
#define TH_GIS_READER_TABLE_INTERNAL_H

#include <stdbool.h>

#include "core/csv_table.h"
#include "gis/reader/points_internal.h"
#include "gis/reader/rows_internal.h"

struct th_table_source {
    const char *driver;
    const char *layer;
    const char *member; // or NULL
    const char *file;
    bool raw_text;        // cells are bytes whose encoding is not known yet
    bool utf8;            // as far as the headings go
    const char *declared; // encoding, "" when nothing
};

// Takes `table` on success.
enum th_status th_table_rows(const struct th_table_source *source,
                             const struct th_points_plan *plan, struct th_csv_table *table,
                             struct th_rows **ret_rows, struct th_error *err) TH_MUST_CHECK;

#endif

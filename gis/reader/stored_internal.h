// Rows that are made as a whole before the first one is given: drawings and KML, whose features
// belong together. For gis/reader/ alone.
#ifndef TH_GIS_READER_STORED_INTERNAL_H
#define TH_GIS_READER_STORED_INTERNAL_H

#include <stdbool.h>

#include "gis/reader/rows_internal.h"

struct th_stored; // a th_rows with room; th_rows_free() frees it

// The facts are filled in by the caller through `rows->facts`; all fields come before the first
// row. NULL: no memory.
struct th_stored *th_stored_new(void);
struct th_rows *th_stored_rows(struct th_stored *stored);

// One more row with the TH_SHAPE_… of what was done to it: takes `geometry` (may be NULL) in any
// case; copies the texts, one for each field.
bool th_stored_add(struct th_stored *stored, OGRGeometryH geometry, unsigned shape,
                   const char *const *texts, int64_t feature);

// Of the rows so far.
size_t th_stored_count(const struct th_stored *stored);
OGRGeometryH th_stored_geometry(const struct th_stored *stored, size_t index);
const char *th_stored_text(const struct th_stored *stored, size_t index, size_t field);
// Replaces a text by a copy; NULL makes it one without a value.
bool th_stored_set(struct th_stored *stored, size_t index, size_t field, const char *text);
void th_stored_drop(struct th_stored *stored, size_t index); // the row is given no more

// Number of rows that will be given, and their extent, into the facts.
void th_stored_finish(struct th_stored *stored);

#endif

// What GDAL is told before anything is opened, and the opening itself. For gis/reader/ alone.
#ifndef TH_GIS_READER_DATASET_INTERNAL_H
#define TH_GIS_READER_DATASET_INTERNAL_H

#include "core/attributes.h"
#include "core/error.h"
#include "gis/reader/rows_internal.h"

// Registers the drivers of the allow-list and no others, and settles GDAL's configuration. Once in
// a process, before its rights are given up.
void th_dataset_prepare(void);

struct th_dataset_request {
    const char *path;
    const char *layer; // NULL: the only one that has polygons
    double curve_step_deg;
    bool shapeless; // tables need no shape
};
// The rows of one layer. Errors of th_reader_open.
enum th_status th_dataset_rows(const struct th_dataset_request *request, struct th_rows **ret_rows,
                               struct th_error *err) TH_MUST_CHECK;

#endif

// What GDAL is told before anything is opened, and the opening itself. For gis/reader/ alone.
#ifndef TH_GIS_READER_DATASET_INTERNAL_H
#define TH_GIS_READER_DATASET_INTERNAL_H

#include "core/attributes.h"
#include "core/error.h"
#include "gis/reader/rows_internal.h"

// Registers the drivers of the allow-list and no others, and settles GDAL's configuration. Once in
// a process, before its rights are given up.
void th_dataset_prepare(void);

// The rows of the layer that `layer` names (NULL: the only one that has polygons). Errors of
// th_reader_open.
enum th_status th_dataset_rows(const char *path, const char *layer, double curve_step_deg,
                               struct th_rows **ret_rows, struct th_error *err) TH_MUST_CHECK;

#endif

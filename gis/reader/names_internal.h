// Full names of a Shapefile's fields, from a table beside it. For gis/reader/ alone.
#ifndef TH_GIS_READER_NAMES_INTERNAL_H
#define TH_GIS_READER_NAMES_INTERNAL_H

#include "core/attributes.h"
#include "core/error.h"
#include "gis/reader/rows_internal.h"

// Gives fields their full names, where `path` is a .shp that declares UTF-8 and <stem>_字段说明.csv
// beside it names them. What cannot be read there changes nothing. TH_NO_MEMORY only.
enum th_status th_names_beside(const char *path, struct th_rows_facts *facts,
                               struct th_error *err) TH_MUST_CHECK;

#endif

// What a GeoJSON file says of its reference system. For gis/reader/ alone.
#ifndef TH_GIS_READER_GEOJSON_INTERNAL_H
#define TH_GIS_READER_GEOJSON_INTERNAL_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"

// The system that the member "crs" at the top of a text names: its name or URN, "EPSG:" and a code,
// or the member as it is written where it has none of these. *ret_name is the caller's (free());
// NULL without the member, where it is null or a link, and where it does not end within the text.
// Pure. TH_NO_MEMORY.
enum th_status th_geojson_crs(const char *text, size_t size, char **ret_name,
                              struct th_error *err) TH_MUST_CHECK;

// The same of a file that GDAL has taken for WGS 84: NULL as well when the name means just that.
// Only the first 16 MiB of the file are looked at.
enum th_status th_geojson_crs_unknown(const char *path, char **ret_name,
                                      struct th_error *err) TH_MUST_CHECK;

#endif

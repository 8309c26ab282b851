// Making polygons of what a source has for a shape. For gis/reader/ alone.
#ifndef TH_GIS_READER_SHAPE_INTERNAL_H
#define TH_GIS_READER_SHAPE_INTERNAL_H

#include <ogr_api.h>

#include "core/attributes.h"
#include "core/error.h"

// Polygons and multipolygons in two dimensions, as far as `in` can be taken for that; anything else
// comes out as it went in, so that the row is refused for its type by who knows the row. Curves
// become chords of `curve_step_deg`. `in` may be changed on the way. *ret_out is `in` itself or a
// geometry of the caller's (OGR_G_DestroyGeometry), never NULL; *ret_shape has the TH_SHAPE_… of
// what was done. TH_UNREADABLE ("shape_lost") when GDAL cannot: the row is lost then.
enum th_status th_shape_take(OGRGeometryH in, double curve_step_deg, OGRGeometryH *ret_out,
                             unsigned *ret_shape, struct th_error *err) TH_MUST_CHECK;

#endif

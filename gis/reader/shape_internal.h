// Making polygons of what a source has for a shape. For gis/reader/ alone.
#ifndef TH_GIS_READER_SHAPE_INTERNAL_H
#define TH_GIS_READER_SHAPE_INTERNAL_H

#include <ogr_api.h>
#include <stdbool.h>

#include "core/attributes.h"
#include "core/error.h"
#include "gis/reader/rings_internal.h"

enum { TH_SHAPE_DEPTH_MAX = 16 }; // collections in collections

// Polygons and multipolygons in two dimensions, as far as `in` can be taken for that; anything else
// comes out as it went in (but flat and without curves), so that the row is refused for its type by
// who knows the row. Curves become chords of `curve_step_deg`. A line whose last point is its
// first, of four points and more, is a polygon; several of them, and nothing else, are one shape
// whose rings nest as th_rings_nest says; a line whose ends are further apart than the rounding of
// arcs (1e-9 of its size) stays a line. A collection gives its polygons and its closed lines,
// unless such a line only repeats a ring of one of the polygons; what else is in it is dropped, and
// TH_SHAPE_PARTS_DROPPED says so. `in` may be changed on the way. *ret_out is `in` itself or a
// geometry of the caller's (OGR_G_DestroyGeometry), never NULL; *ret_shape has the TH_SHAPE_… of
// what was done. TH_UNREADABLE ("shape_lost") when GDAL cannot, or the limits of depth and rings
// are passed: the row is lost then.
enum th_status th_shape_take(OGRGeometryH in, double curve_step_deg, OGRGeometryH *ret_out,
                             unsigned *ret_shape, struct th_error *err) TH_MUST_CHECK;

// Would th_shape_take make polygons of it? Looks, and changes nothing.
bool th_shape_has_area(OGRGeometryH geometry);

// A polygon or multipolygon; NULL when there is not enough memory. n <= TH_RINGS_MAX.
OGRGeometryH th_shape_of_rings(const struct th_ring_points *rings, size_t n);

#endif

// The one shape that the registry keeps: a multipolygon of 2-D rings in one flat block of
// coordinates. Inside the program coordinates are longitude, latitude in degrees (EPSG:4490);
// between reader and transformation they may be those of the source.
#ifndef TH_GIS_GEOMETRY_H
#define TH_GIS_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

enum {
    TH_GEOMETRY_VERTICES_MAX = 100000, // of one parcel
    TH_GEOMETRY_RINGS_MAX = 100000,    // of one parcel
    TH_GEOMETRY_WKB_MAX = 64 * 1024 * 1024
};

struct th_xy {
    double x; // longitude_deg, or easting_m before the transformation
    double y; // latitude_deg, or northing_m
};

// Rings are closed (first = last vertex), the shell of a polygon first, then its holes.
struct th_geometry {
    struct th_xy *points;
    size_t n_points;
    size_t *ring_ends; // index behind the last point of ring i
    size_t n_rings;
    size_t *polygon_ends; // index behind the last ring of polygon i
    size_t n_polygons;
};

struct th_box {
    double west, south, east, north;
};

void th_geometry_clear(struct th_geometry *geometry); // frees; safe on a zeroed struct
// Deep copy. *ret_copy is overwritten, not freed.
enum th_status th_geometry_copy(const struct th_geometry *geometry, struct th_geometry *ret_copy,
                                struct th_error *err) TH_MUST_CHECK;

// From WKB (ISO or EWKB, either byte order, Z and M dropped): Polygon, MultiPolygon, or a
// GeometryCollection of those. Rings that are not closed are closed; consecutive equal vertices
// stay. TH_DATA_PROBLEM with key "geometry_empty", "geometry_type" (name in argument "type", e.g. a
// line or a curve), "too_many_vertices"; TH_UNREADABLE ("wkb_invalid") for bytes that are no WKB.
enum th_status th_geometry_from_wkb(const void *wkb, size_t size, struct th_geometry *ret_geometry,
                                    struct th_error *err) TH_MUST_CHECK;
// Little-endian ISO WKB MultiPolygon; *ret_wkb is the caller's (free()).
enum th_status th_geometry_to_wkb(const struct th_geometry *geometry, unsigned char **ret_wkb,
                                  size_t *ret_size, struct th_error *err) TH_MUST_CHECK;

struct th_box th_geometry_box(const struct th_geometry *geometry); // of at least one vertex
bool th_box_intersects(struct th_box a, struct th_box b);
bool th_box_contains(struct th_box outer, struct th_box inner);

// Rounds every coordinate to the grid of 1e-8° (about 1 mm), drops vertices that become equal to
// their predecessor, turns shells counter-clockwise and holes clockwise, and starts each ring at
// its smallest vertex; holes and parts are put in the order of their vertices. So the same ground
// gives the same bytes; each coordinate is then (double)k / 1e8 with a whole k. Rings that fall
// below three different vertices are dropped, a shell with its holes. TH_DATA_PROBLEM
// ("geometry_empty") when nothing is left, or ("out_of_bounds" with "x" and "y") for a coordinate
// beyond 1e8 either way or not a number; the shape is unchanged then.
enum th_status th_geometry_normalise(struct th_geometry *geometry,
                                     struct th_error *err) TH_MUST_CHECK;

#endif

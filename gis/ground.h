// A parcel's ground as the registry compares it: whole numbers on the grid of 1e-8°, one block of
// memory, eight bytes a vertex. The same ground has the same bytes (th_geometry_normalise).
#ifndef TH_GIS_GROUND_H
#define TH_GIS_GROUND_H

#include "gis/geometry.h"

#define TH_GROUND_PER_DEGREE 1e8

// A parcel spans less than this in either direction (21.47°), so that products of differences are
// whole in 64 bits.
#define TH_GROUND_SPAN_MAX INT32_MAX

struct th_ground_xy { // offset from the origin in 1e-8°, never negative
    int32_t x, y;
};

// Immutable. Rings are closed, shells counter-clockwise, holes clockwise, in normal form.
struct th_ground {
    int64_t origin_x, origin_y; // south-west corner of the box, in 1e-8°
    int32_t width, height;      // of the box
    uint32_t n_points, n_rings, n_polygons;
    const struct th_ground_xy *points; // these three point into the same block
    const uint32_t *ring_ends;         // index behind the last point of ring i
    const uint32_t *polygon_ends;      // index behind the last ring of polygon i
};

// From a shape in degrees that th_geometry_normalise has brought to the grid. *ret_ground is the
// caller's (th_ground_free). TH_DATA_PROBLEM ("parcel_too_wide") beyond TH_GROUND_SPAN_MAX,
// ("too_many_vertices") beyond TH_GEOMETRY_VERTICES_MAX.
enum th_status th_ground_new(const struct th_geometry *geometry, struct th_ground **ret_ground,
                             struct th_error *err) TH_MUST_CHECK;
void th_ground_free(struct th_ground *ground);
size_t th_ground_size(const struct th_ground *ground); // bytes that it occupies

// Back to degrees: bit for bit the shape that th_ground_new was given. *ret_geometry is
// overwritten.
enum th_status th_ground_geometry(const struct th_ground *ground, struct th_geometry *ret_geometry,
                                  struct th_error *err) TH_MUST_CHECK;
// Little-endian ISO WKB MultiPolygon in degrees; exactly th_ground_wkb_size bytes.
size_t th_ground_wkb_size(const struct th_ground *ground);
void th_ground_wkb(const struct th_ground *ground, unsigned char *wkb);
// From such bytes as the store keeps them. TH_UNREADABLE ("wkb_invalid"), TH_DATA_PROBLEM as above.
enum th_status th_ground_from_wkb(const void *wkb, size_t size, struct th_ground **ret_ground,
                                  struct th_error *err) TH_MUST_CHECK;

struct th_box th_ground_box(const struct th_ground *ground); // degrees
// The boxes share more than an edge.
bool th_ground_boxes_overlap(const struct th_ground *a, const struct th_ground *b);

#endif

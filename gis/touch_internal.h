// Do two shapes share ground, or do they only touch? Decided exactly on the grid of normalised
// coordinates, and cheaply: neighbours that share boundaries are the common case in a register.
// For gis/ alone.
#ifndef TH_GIS_TOUCH_INTERNAL_H
#define TH_GIS_TOUCH_INTERNAL_H

#include "gis/geometry.h"

// Units per degree: half cells of the 1e-8° grid, so that midpoints of edges are whole numbers too.
#define TH_GRID_PER_DEGREE 2e8

struct th_grid_xy {
    int64_t x, y;
};

// A valid shape on the grid; the interior lies on the left of every ring.
struct th_grid_shape {
    struct th_grid_xy *points; // one block with ring_ends and polygon_ends behind it
    size_t n_points;
    size_t *ring_ends;
    size_t n_rings;
    size_t *polygon_ends;
    size_t n_polygons;
    struct th_grid_xy low, high; // box
};

enum th_status th_grid_shape_new(const struct th_geometry *geometry,
                                 struct th_grid_shape *ret_shape,
                                 struct th_error *err) TH_MUST_CHECK;
void th_grid_shape_clear(struct th_grid_shape *shape);

// Back to degrees. *ret_geometry is overwritten, the caller's.
enum th_status th_grid_shape_geometry(const struct th_grid_shape *shape,
                                      struct th_geometry *ret_geometry,
                                      struct th_error *err) TH_MUST_CHECK;

// The boxes share more than an edge.
bool th_grid_boxes_overlap(const struct th_grid_shape *a, const struct th_grid_shape *b);

// Room that calls share; zero it at first, free it with th_touch_scratch_clear.
struct th_touch_scratch {
    size_t *edges[2];
    size_t edges_capacity[2];
    struct th_grid_xy *cuts;
    size_t cuts_capacity;
};
void th_touch_scratch_clear(struct th_touch_scratch *scratch);

enum th_touch {
    TH_TOUCH_APART,  // proved: the interiors do not meet
    TH_TOUCH_MEET,   // proved: they do
    TH_TOUCH_UNKNOWN // too large to try
};

enum th_status th_touch_test(const struct th_grid_shape *a, const struct th_grid_shape *b,
                             struct th_touch_scratch *scratch, enum th_touch *ret_touch,
                             struct th_error *err) TH_MUST_CHECK;

#endif

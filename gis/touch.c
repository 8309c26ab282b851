// Interiors of two valid shapes are disjoint exactly when no edges cross, no piece of one boundary
// lies inside the other shape, and shared pieces run in opposite directions (so that the interiors
// lie on either side). Edges are cut where a vertex of the other shape lies on them; then each
// piece is inside, outside or shared as a whole, and its midpoint tells which. Only edges that meet
// the intersection of both boxes can matter. All decisions are made in integers: differences of
// grid coordinates stay below 2^37, their products below 2^75.
#include "gis/touch_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

static const double work_max = 2e7; // elementary steps; beyond, overlay is the better tool

static int orientation(struct th_grid_xy a, struct th_grid_xy b, struct th_grid_xy c)
{
    wide left = (wide)(b.x - a.x) * (c.y - a.y);
    wide right = (wide)(b.y - a.y) * (c.x - a.x);
    return (left > right) - (left < right);
}

static bool equal(struct th_grid_xy a, struct th_grid_xy b)
{
    return a.x == b.x && a.y == b.y;
}

static bool in_span(int64_t value, int64_t a, int64_t b)
{
    return a < b ? (a <= value && value <= b) : (b <= value && value <= a);
}

// For a point on the line through a and b.
static bool between(struct th_grid_xy point, struct th_grid_xy a, struct th_grid_xy b)
{
    return in_span(point.x, a.x, b.x) && in_span(point.y, a.y, b.y);
}

static bool spans_meet(int64_t a0, int64_t a1, int64_t b0, int64_t b1)
{
    int64_t a_low = a0 < a1 ? a0 : a1;
    int64_t a_high = a0 < a1 ? a1 : a0;
    int64_t b_low = b0 < b1 ? b0 : b1;
    int64_t b_high = b0 < b1 ? b1 : b0;
    return a_low <= b_high && b_low <= a_high;
}

void th_grid_shape_clear(struct th_grid_shape *shape)
{
    free(shape->points);
    *shape = (struct th_grid_shape){0};
}

// Turns a closed ring so that the interior is on its left.
static void ring_orient(struct th_grid_xy *points, size_t n, bool counter_clockwise)
{
    wide doubled_area = 0;
    for (size_t i = 1; i + 1 < n; i++) {
        doubled_area += (wide)(points[i].x - points[0].x) * (points[i + 1].y - points[0].y) -
                        (wide)(points[i].y - points[0].y) * (points[i + 1].x - points[0].x);
    }
    if ((doubled_area > 0) == counter_clockwise) {
        return;
    }
    for (size_t i = 0; i < n / 2; i++) {
        struct th_grid_xy swap = points[i];
        points[i] = points[n - 1 - i];
        points[n - 1 - i] = swap;
    }
}

static void rings_orient(struct th_grid_shape *shape)
{
    size_t ring = 0;
    size_t start = 0;
    for (size_t polygon = 0; polygon < shape->n_polygons; polygon++) {
        for (size_t first = ring; ring < shape->polygon_ends[polygon]; ring++) {
            ring_orient(shape->points + start, shape->ring_ends[ring] - start, ring == first);
            start = shape->ring_ends[ring];
        }
    }
}

enum th_status th_grid_shape_new(const struct th_geometry *geometry,
                                 struct th_grid_shape *ret_shape, struct th_error *err)
{
    struct th_grid_shape shape = {.n_points = geometry->n_points,
                                  .n_rings = geometry->n_rings,
                                  .n_polygons = geometry->n_polygons};
    size_t points_size = shape.n_points * sizeof *shape.points;
    size_t rings_size = shape.n_rings * sizeof *shape.ring_ends;
    size_t polygons_size = shape.n_polygons * sizeof *shape.polygon_ends;
    if (shape.n_points == 0) {
        return th_error_set(err, TH_DATA_PROBLEM, "geometry_empty", NULL);
    }
    unsigned char *block = malloc(points_size + rings_size + polygons_size);
    if (block == NULL) {
        return th_error_no_memory(err);
    }
    shape.points = (void *)block;
    shape.ring_ends = (void *)(block + points_size);
    shape.polygon_ends = (void *)(block + points_size + rings_size);
    memcpy(shape.ring_ends, geometry->ring_ends, rings_size);
    memcpy(shape.polygon_ends, geometry->polygon_ends, polygons_size);
    shape.low = (struct th_grid_xy){INT64_MAX, INT64_MAX};
    shape.high = (struct th_grid_xy){INT64_MIN, INT64_MIN};
    for (size_t i = 0; i < shape.n_points; i++) {
        double x = round(geometry->points[i].x * (TH_GRID_PER_DEGREE / 2));
        double y = round(geometry->points[i].y * (TH_GRID_PER_DEGREE / 2));
        struct th_grid_xy point = {2 * (int64_t)x, 2 * (int64_t)y};
        shape.points[i] = point;
        shape.low.x = point.x < shape.low.x ? point.x : shape.low.x;
        shape.low.y = point.y < shape.low.y ? point.y : shape.low.y;
        shape.high.x = point.x > shape.high.x ? point.x : shape.high.x;
        shape.high.y = point.y > shape.high.y ? point.y : shape.high.y;
    }
    rings_orient(&shape);
    *ret_shape = shape;
    return TH_OK;
}

enum th_status th_grid_shape_geometry(const struct th_grid_shape *shape,
                                      struct th_geometry *ret_geometry, struct th_error *err)
{
    struct th_geometry geometry = {
        .n_points = shape->n_points, .n_rings = shape->n_rings, .n_polygons = shape->n_polygons};
    geometry.points = malloc(shape->n_points * sizeof *geometry.points);
    geometry.ring_ends = malloc(shape->n_rings * sizeof *geometry.ring_ends);
    geometry.polygon_ends = malloc(shape->n_polygons * sizeof *geometry.polygon_ends);
    if (geometry.points == NULL || geometry.ring_ends == NULL || geometry.polygon_ends == NULL) {
        th_geometry_clear(&geometry);
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < shape->n_points; i++) {
        geometry.points[i].x = (double)shape->points[i].x / TH_GRID_PER_DEGREE;
        geometry.points[i].y = (double)shape->points[i].y / TH_GRID_PER_DEGREE;
    }
    memcpy(geometry.ring_ends, shape->ring_ends, shape->n_rings * sizeof *geometry.ring_ends);
    memcpy(geometry.polygon_ends, shape->polygon_ends,
           shape->n_polygons * sizeof *geometry.polygon_ends);
    *ret_geometry = geometry;
    return TH_OK;
}

bool th_grid_boxes_overlap(const struct th_grid_shape *a, const struct th_grid_shape *b)
{
    return a->low.x < b->high.x && b->low.x < a->high.x && a->low.y < b->high.y &&
           b->low.y < a->high.y;
}

void th_touch_scratch_clear(struct th_touch_scratch *scratch)
{
    free(scratch->edges[0]);
    free(scratch->edges[1]);
    free(scratch->cuts);
    *scratch = (struct th_touch_scratch){0};
}

static bool edges_reserve(struct th_touch_scratch *scratch, int side, size_t n)
{
    if (n <= scratch->edges_capacity[side]) {
        return true;
    }
    size_t *grown = realloc(scratch->edges[side], n * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    scratch->edges[side] = grown;
    scratch->edges_capacity[side] = n;
    return true;
}

// Start indices of the edges of `shape` that meet the intersection of both boxes.
static size_t edges_select(const struct th_grid_shape *shape, const struct th_grid_shape *other,
                           size_t *edges)
{
    struct th_grid_xy low = {shape->low.x > other->low.x ? shape->low.x : other->low.x,
                             shape->low.y > other->low.y ? shape->low.y : other->low.y};
    struct th_grid_xy high = {shape->high.x < other->high.x ? shape->high.x : other->high.x,
                              shape->high.y < other->high.y ? shape->high.y : other->high.y};
    size_t n = 0;
    size_t i = 0;
    for (size_t ring = 0; ring < shape->n_rings; ring++) {
        for (; i + 1 < shape->ring_ends[ring]; i++) {
            struct th_grid_xy p = shape->points[i];
            struct th_grid_xy q = shape->points[i + 1];
            if (spans_meet(p.x, q.x, low.x, high.x) && spans_meet(p.y, q.y, low.y, high.y)) {
                edges[n++] = i;
            }
        }
        i = shape->ring_ends[ring];
    }
    return n;
}

// Even-odd rule by a ray to the east; the point is not on the boundary.
static bool inside(const struct th_grid_shape *shape, struct th_grid_xy point)
{
    bool odd = false;
    size_t i = 0;
    if (point.x < shape->low.x || point.x > shape->high.x || point.y < shape->low.y ||
        point.y > shape->high.y) {
        return false;
    }
    for (size_t ring = 0; ring < shape->n_rings; ring++) {
        for (; i + 1 < shape->ring_ends[ring]; i++) {
            struct th_grid_xy p = shape->points[i];
            struct th_grid_xy q = shape->points[i + 1];
            if ((p.y > point.y) == (q.y > point.y)) {
                continue;
            }
            int side = orientation(p, q, point);
            if (q.y > p.y ? side > 0 : side < 0) {
                odd = !odd;
            }
        }
        i = shape->ring_ends[ring];
    }
    return odd;
}

struct edges {
    const struct th_grid_shape *shape;
    const size_t *starts;
    size_t n;
};

static bool cut_push(struct th_touch_scratch *scratch, size_t n, struct th_grid_xy point)
{
    if (n >= scratch->cuts_capacity) {
        size_t capacity = scratch->cuts_capacity < 16 ? 16 : 2 * scratch->cuts_capacity;
        struct th_grid_xy *grown = realloc(scratch->cuts, capacity * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        scratch->cuts = grown;
        scratch->cuts_capacity = capacity;
    }
    scratch->cuts[n] = point;
    return true;
}

static int cut_compare(const void *left, const void *right)
{
    const struct th_grid_xy *a = left;
    const struct th_grid_xy *b = right;
    int by_x = (a->x > b->x) - (a->x < b->x);
    return by_x != 0 ? by_x : (a->y > b->y) - (a->y < b->y);
}

// Puts both ends of edge p–q and the vertices of the other shape on it into scratch->cuts,
// unsorted. *ret_crossing when an edge crosses it properly.
static bool edge_cut(struct th_grid_xy p, struct th_grid_xy q, const struct edges *others,
                     struct th_touch_scratch *scratch, size_t *ret_n, bool *ret_crossing)
{
    size_t n = 0;
    if (!cut_push(scratch, n++, p) || !cut_push(scratch, n++, q)) {
        return false;
    }
    for (size_t i = 0; i < others->n; i++) {
        struct th_grid_xy r = others->shape->points[others->starts[i]];
        struct th_grid_xy s = others->shape->points[others->starts[i] + 1];
        if (!spans_meet(p.x, q.x, r.x, s.x) || !spans_meet(p.y, q.y, r.y, s.y)) {
            continue;
        }
        int side_r = orientation(p, q, r);
        if (side_r == 0) {
            // The vertex s is the start of another edge, which also meets the boxes.
            if (between(r, p, q) && !equal(r, p) && !equal(r, q) && !cut_push(scratch, n++, r)) {
                return false;
            }
            continue;
        }
        if (side_r * orientation(p, q, s) < 0 && orientation(r, s, p) * orientation(r, s, q) < 0) {
            *ret_crossing = true;
            break;
        }
    }
    *ret_n = n;
    return true;
}

// Does a piece of the boundary around `middle`, running from p to q, prove common ground?
static bool piece_meets(struct th_grid_xy p, struct th_grid_xy q, struct th_grid_xy middle,
                        const struct edges *others)
{
    for (size_t i = 0; i < others->n; i++) {
        struct th_grid_xy r = others->shape->points[others->starts[i]];
        struct th_grid_xy s = others->shape->points[others->starts[i] + 1];
        if (between(middle, r, s) && orientation(r, s, middle) == 0) {
            wide along = (wide)(q.x - p.x) * (s.x - r.x) + (wide)(q.y - p.y) * (s.y - r.y);
            return along > 0;
        }
    }
    return inside(others->shape, middle);
}

static enum th_status side_test(const struct edges *edges, const struct edges *others,
                                struct th_touch_scratch *scratch, bool *ret_meet,
                                struct th_error *err)
{
    for (size_t i = 0; i < edges->n; i++) {
        struct th_grid_xy p = edges->shape->points[edges->starts[i]];
        struct th_grid_xy q = edges->shape->points[edges->starts[i] + 1];
        size_t n = 0;
        bool crossing = false;
        if (!edge_cut(p, q, others, scratch, &n, &crossing)) {
            return th_error_no_memory(err);
        }
        if (crossing) {
            *ret_meet = true;
            return TH_OK;
        }
        if (n > 2) {
            qsort(scratch->cuts, n, sizeof *scratch->cuts, cut_compare);
        }
        for (size_t j = 0; j + 1 < n; j++) {
            struct th_grid_xy u = scratch->cuts[j];
            struct th_grid_xy v = scratch->cuts[j + 1];
            struct th_grid_xy middle = {(u.x + v.x) / 2, (u.y + v.y) / 2};
            if (!equal(u, v) && piece_meets(p, q, middle, others)) {
                *ret_meet = true;
                return TH_OK;
            }
        }
    }
    return TH_OK;
}

enum th_status th_touch_test(const struct th_grid_shape *a, const struct th_grid_shape *b,
                             struct th_touch_scratch *scratch, enum th_touch *ret_touch,
                             struct th_error *err)
{
    if (!th_grid_boxes_overlap(a, b)) {
        *ret_touch = TH_TOUCH_APART;
        return TH_OK;
    }
    if (!edges_reserve(scratch, 0, a->n_points) || !edges_reserve(scratch, 1, b->n_points)) {
        return th_error_no_memory(err);
    }
    struct edges of_a = {a, scratch->edges[0], edges_select(a, b, scratch->edges[0])};
    struct edges of_b = {b, scratch->edges[1], edges_select(b, a, scratch->edges[1])};
    double work = (double)of_a.n * (double)(of_b.n + b->n_points) +
                  (double)of_b.n * (double)(of_a.n + a->n_points);
    if (work > work_max) {
        *ret_touch = TH_TOUCH_UNKNOWN;
        return TH_OK;
    }
    bool meet = false;
    enum th_status status = side_test(&of_a, &of_b, scratch, &meet, err);
    if (status == TH_OK && !meet) {
        status = side_test(&of_b, &of_a, scratch, &meet, err);
    }
    if (status == TH_OK) {
        *ret_touch = meet ? TH_TOUCH_MEET : TH_TOUCH_APART;
    }
    return status;
}

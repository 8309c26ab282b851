#include "gis/ground.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gis/ground_internal.h"
#include "gis/lattice_internal.h"

enum {
    WKB_POLYGON = 3,
    WKB_MULTIPOLYGON = 6,
    HEADER_SIZE = 9, // byte order, type, count
    COUNT_SIZE = 4,
    POINT_SIZE = 16,
    RING_POINTS_MIN = 4
};

static_assert(_Alignof(struct th_ground) >= _Alignof(struct th_ground_xy) &&
                  _Alignof(struct th_ground_xy) >= _Alignof(uint32_t),
              "the parts of the block follow each other without gaps");

// Box of a shape in 1e-8°, while it is being looked for.
struct extent {
    int64_t west, south, east, north;
};

static const struct extent extent_none = {INT64_MAX, INT64_MAX, INT64_MIN, INT64_MIN};

static void extent_add(struct extent *extent, int64_t x, int64_t y)
{
    extent->west = x < extent->west ? x : extent->west;
    extent->east = x > extent->east ? x : extent->east;
    extent->south = y < extent->south ? y : extent->south;
    extent->north = y > extent->north ? y : extent->north;
}

static bool extent_fits(const struct extent *extent)
{
    return extent->east - extent->west <= TH_GROUND_SPAN_MAX &&
           extent->north - extent->south <= TH_GROUND_SPAN_MAX;
}

static size_t block_size(size_t n_points, size_t n_rings, size_t n_polygons)
{
    return sizeof(struct th_ground) + n_points * sizeof(struct th_ground_xy) +
           (n_rings + n_polygons) * sizeof(uint32_t);
}

struct th_ground *th_ground_alloc(size_t n_points, size_t n_rings, size_t n_polygons,
                                  struct th_ground_parts *ret_parts)
{
    assert(n_points <= UINT32_MAX && n_rings <= n_points && n_polygons <= n_rings);
    struct th_ground *ground = malloc(block_size(n_points, n_rings, n_polygons));
    if (ground == NULL) {
        return NULL;
    }
    struct th_ground_parts parts = {.points = (struct th_ground_xy *)(ground + 1)};
    parts.ring_ends = (uint32_t *)(parts.points + n_points);
    parts.polygon_ends = parts.ring_ends + n_rings;
    *ground = (struct th_ground){.n_points = (uint32_t)n_points,
                                 .n_rings = (uint32_t)n_rings,
                                 .n_polygons = (uint32_t)n_polygons,
                                 .points = parts.points,
                                 .ring_ends = parts.ring_ends,
                                 .polygon_ends = parts.polygon_ends};
    *ret_parts = parts;
    return ground;
}

void th_ground_free(struct th_ground *ground)
{
    free(ground);
}

size_t th_ground_size(const struct th_ground *ground)
{
    return block_size(ground->n_points, ground->n_rings, ground->n_polygons);
}

static void box_set(struct th_ground *ground, const struct extent *extent)
{
    ground->origin_x = extent->west;
    ground->origin_y = extent->south;
    ground->width = (int32_t)(extent->east - extent->west);
    ground->height = (int32_t)(extent->north - extent->south);
}

static enum th_status too_wide(struct th_error *err)
{
    return th_error_set(err, TH_DATA_PROBLEM, "parcel_too_wide", NULL);
}

static enum th_status too_many(struct th_error *err)
{
    enum th_status status = th_error_set(err, TH_DATA_PROBLEM, "too_many_vertices", NULL);
    th_error_add_int(err, "limit", TH_GEOMETRY_VERTICES_MAX);
    return status;
}

static bool is_place(double lon, double lat)
{
    return lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90; // false for NaN
}

enum th_status th_ground_new(const struct th_geometry *geometry, struct th_ground **ret_ground,
                             struct th_error *err)
{
    struct extent extent = extent_none;
    struct th_ground_parts parts;
    assert(geometry->n_points > 0);
    if (geometry->n_points > TH_GEOMETRY_VERTICES_MAX) {
        return too_many(err);
    }
    for (size_t i = 0; i < geometry->n_points; i++) {
        struct th_xy point = geometry->points[i];
        assert(is_place(point.x, point.y));
        extent_add(&extent, th_ground_round(point.x), th_ground_round(point.y));
    }
    if (!extent_fits(&extent)) {
        return too_wide(err);
    }
    struct th_ground *ground =
        th_ground_alloc(geometry->n_points, geometry->n_rings, geometry->n_polygons, &parts);
    if (ground == NULL) {
        return th_error_no_memory(err);
    }
    box_set(ground, &extent);
    for (size_t i = 0; i < geometry->n_points; i++) {
        struct th_xy point = geometry->points[i];
        parts.points[i].x = (int32_t)(th_ground_round(point.x) - extent.west);
        parts.points[i].y = (int32_t)(th_ground_round(point.y) - extent.south);
    }
    for (size_t i = 0; i < geometry->n_rings; i++) {
        parts.ring_ends[i] = (uint32_t)geometry->ring_ends[i];
    }
    for (size_t i = 0; i < geometry->n_polygons; i++) {
        parts.polygon_ends[i] = (uint32_t)geometry->polygon_ends[i];
    }
    *ret_ground = ground;
    return TH_OK;
}

enum th_status th_lattice_ground(const struct th_lattice *lattice, struct th_ground **ret_ground,
                                 struct th_error *err)
{
    struct extent extent = {lattice->west, lattice->south, lattice->east, lattice->north};
    struct th_ground_parts parts;
    if (lattice->n_points > TH_GEOMETRY_VERTICES_MAX) {
        return too_many(err);
    }
    if (!extent_fits(&extent)) {
        return too_wide(err);
    }
    struct th_ground *ground =
        th_ground_alloc(lattice->n_points, lattice->n_rings, lattice->n_polygons, &parts);
    if (ground == NULL) {
        return th_error_no_memory(err);
    }
    box_set(ground, &extent);
    struct th_ground_xy *point = parts.points;
    uint32_t *ring_end = parts.ring_ends;
    for (size_t p = 0; p < lattice->n_polygons; p++) {
        for (size_t r = 0; r < lattice->polygons[p].n; r++) {
            const struct th_lattice_ring *ring = &lattice->polygons[p].rings[r];
            struct th_ground_xy *first = point;
            for (size_t i = 0; i < ring->n; i++, point++) {
                point->x = (int32_t)(ring->points[i].x - extent.west);
                point->y = (int32_t)(ring->points[i].y - extent.south);
            }
            *point++ = *first;
            *ring_end++ = (uint32_t)(point - parts.points);
        }
        parts.polygon_ends[p] = (uint32_t)(ring_end - parts.ring_ends);
    }
    *ret_ground = ground;
    return TH_OK;
}

enum th_status th_ground_geometry(const struct th_ground *ground, struct th_geometry *ret_geometry,
                                  struct th_error *err)
{
    struct th_geometry geometry = {
        .n_points = ground->n_points, .n_rings = ground->n_rings, .n_polygons = ground->n_polygons};
    geometry.points = malloc(geometry.n_points * sizeof(*geometry.points));
    geometry.ring_ends = malloc(geometry.n_rings * sizeof(*geometry.ring_ends));
    geometry.polygon_ends = malloc(geometry.n_polygons * sizeof(*geometry.polygon_ends));
    if (geometry.points == NULL || geometry.ring_ends == NULL || geometry.polygon_ends == NULL) {
        th_geometry_clear(&geometry);
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < geometry.n_points; i++) {
        geometry.points[i].x = th_ground_degrees(ground->origin_x + ground->points[i].x);
        geometry.points[i].y = th_ground_degrees(ground->origin_y + ground->points[i].y);
    }
    for (size_t i = 0; i < geometry.n_rings; i++) {
        geometry.ring_ends[i] = ground->ring_ends[i];
    }
    for (size_t i = 0; i < geometry.n_polygons; i++) {
        geometry.polygon_ends[i] = ground->polygon_ends[i];
    }
    *ret_geometry = geometry;
    return TH_OK;
}

size_t th_ground_wkb_size(const struct th_ground *ground)
{
    return HEADER_SIZE + (size_t)ground->n_polygons * HEADER_SIZE +
           (size_t)ground->n_rings * COUNT_SIZE + (size_t)ground->n_points * POINT_SIZE;
}

static unsigned char *u32_put(unsigned char *at, uint32_t value)
{
    at[0] = (unsigned char)value;
    at[1] = (unsigned char)(value >> 8);
    at[2] = (unsigned char)(value >> 16);
    at[3] = (unsigned char)(value >> 24);
    return at + COUNT_SIZE;
}

static unsigned char *header_put(unsigned char *at, uint32_t type, uint32_t count)
{
    *at = 1; // little-endian, as x86-64 is
    return u32_put(u32_put(at + 1, type), count);
}

void th_ground_wkb(const struct th_ground *ground, unsigned char *wkb)
{
    unsigned char *at = header_put(wkb, WKB_MULTIPOLYGON, ground->n_polygons);
    uint32_t ring = 0;
    uint32_t point = 0;
    for (uint32_t polygon = 0; polygon < ground->n_polygons; polygon++) {
        at = header_put(at, WKB_POLYGON, ground->polygon_ends[polygon] - ring);
        for (; ring < ground->polygon_ends[polygon]; ring++) {
            at = u32_put(at, ground->ring_ends[ring] - point);
            for (; point < ground->ring_ends[ring]; point++) {
                double pair[2] = {th_ground_degrees(ground->origin_x + ground->points[point].x),
                                  th_ground_degrees(ground->origin_y + ground->points[point].y)};
                memcpy(at, pair, sizeof(pair));
                at += sizeof(pair);
            }
        }
    }
}

// Reads WKB that th_ground_wkb or th_geometry_to_wkb wrote; `parts` NULL only counts.
struct reading {
    const unsigned char *at;
    size_t left;
    size_t n_points, n_rings, n_polygons;
    struct extent extent;
    struct th_ground_parts *parts;
    int64_t origin_x, origin_y;
};

static bool bytes_take(struct reading *reading, void *bytes, size_t size)
{
    if (reading->left < size) {
        return false;
    }
    memcpy(bytes, reading->at, size);
    reading->at += size;
    reading->left -= size;
    return true;
}

static bool header_take(struct reading *reading, uint32_t type, uint32_t *ret_count)
{
    unsigned char order = 0;
    uint32_t found = 0;
    return bytes_take(reading, &order, sizeof(order)) && order == 1 &&
           bytes_take(reading, &found, sizeof(found)) && found == type &&
           bytes_take(reading, ret_count, sizeof(*ret_count)) && *ret_count > 0;
}

// One coordinate, which must be the double of a place on the grid.
static bool whole_from(double degrees, int64_t *ret_whole)
{
    *ret_whole = th_ground_round(degrees);
    return th_ground_degrees(*ret_whole) == degrees;
}

static bool points_take(struct reading *reading, uint32_t n)
{
    int64_t first_x = 0;
    int64_t first_y = 0;
    int64_t x = 0;
    int64_t y = 0;
    for (uint32_t i = 0; i < n; i++) {
        double pair[2];
        if (!bytes_take(reading, pair, sizeof(pair)) || !is_place(pair[0], pair[1]) ||
            !whole_from(pair[0], &x) || !whole_from(pair[1], &y)) {
            return false;
        }
        if (i == 0) {
            first_x = x;
            first_y = y;
        }
        if (reading->parts == NULL) {
            extent_add(&reading->extent, x, y);
        } else {
            struct th_ground_xy *point = &reading->parts->points[reading->n_points + i];
            point->x = (int32_t)(x - reading->origin_x);
            point->y = (int32_t)(y - reading->origin_y);
        }
    }
    reading->n_points += n;
    return x == first_x && y == first_y;
}

static bool polygon_take(struct reading *reading)
{
    uint32_t n_rings = 0;
    if (!header_take(reading, WKB_POLYGON, &n_rings)) {
        return false;
    }
    for (uint32_t i = 0; i < n_rings; i++) {
        uint32_t n = 0;
        if (!bytes_take(reading, &n, sizeof(n)) || n < RING_POINTS_MIN ||
            n > TH_GEOMETRY_VERTICES_MAX - reading->n_points || !points_take(reading, n)) {
            return false;
        }
        if (reading->parts != NULL) {
            reading->parts->ring_ends[reading->n_rings] = (uint32_t)reading->n_points;
        }
        reading->n_rings++;
    }
    if (reading->parts != NULL) {
        reading->parts->polygon_ends[reading->n_polygons] = (uint32_t)reading->n_rings;
    }
    reading->n_polygons++;
    return true;
}

static bool shape_take(struct reading *reading)
{
    uint32_t n_polygons = 0;
    bool good = header_take(reading, WKB_MULTIPOLYGON, &n_polygons);
    for (uint32_t i = 0; good && i < n_polygons; i++) {
        good = polygon_take(reading);
    }
    return good && reading->left == 0;
}

enum th_status th_ground_from_wkb(const void *wkb, size_t size, struct th_ground **ret_ground,
                                  struct th_error *err)
{
    struct reading count = {.at = wkb, .left = size, .extent = extent_none};
    struct th_ground_parts parts;
    if (wkb == NULL || !shape_take(&count)) {
        return th_error_set(err, TH_UNREADABLE, "wkb_invalid", NULL);
    }
    if (!extent_fits(&count.extent)) {
        return too_wide(err);
    }
    struct th_ground *ground =
        th_ground_alloc(count.n_points, count.n_rings, count.n_polygons, &parts);
    if (ground == NULL) {
        return th_error_no_memory(err);
    }
    box_set(ground, &count.extent);
    struct reading fill = {.at = wkb,
                           .left = size,
                           .parts = &parts,
                           .origin_x = ground->origin_x,
                           .origin_y = ground->origin_y};
    bool good = shape_take(&fill);
    assert(good);
    (void)good;
    *ret_ground = ground;
    return TH_OK;
}

struct th_box th_ground_box(const struct th_ground *ground)
{
    return (struct th_box){.west = th_ground_degrees(ground->origin_x),
                           .south = th_ground_degrees(ground->origin_y),
                           .east = th_ground_degrees(ground->origin_x + ground->width),
                           .north = th_ground_degrees(ground->origin_y + ground->height)};
}

bool th_ground_boxes_overlap(const struct th_ground *a, const struct th_ground *b)
{
    return a->origin_x < b->origin_x + b->width && b->origin_x < a->origin_x + a->width &&
           a->origin_y < b->origin_y + b->height && b->origin_y < a->origin_y + a->height;
}

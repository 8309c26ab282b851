// One form for the same ground: grid, orientation, start and order of rings.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/geometry.h"

// Cells of a degree on which coordinates lie.
static const double grid_per_degree = 1e8;

// One ring without its closing vertex.
struct ring {
    struct th_xy *points;
    size_t n;
};

// Rings of one polygon in the array of rings, shell first.
struct polygon {
    struct ring *rings;
    size_t n;
};

static double grid_round(double degrees)
{
    // The sum turns -0.0 into 0.0: both are the same place and must be the same bytes.
    return round(degrees * grid_per_degree) / grid_per_degree + 0.0;
}

static int point_compare(struct th_xy a, struct th_xy b)
{
    if (a.x != b.x) {
        return a.x < b.x ? -1 : 1;
    }
    if (a.y != b.y) {
        return a.y < b.y ? -1 : 1;
    }
    return 0;
}

// By vertices from the start on; for qsort.
static int ring_compare(const void *left, const void *right)
{
    const struct ring *a = left;
    const struct ring *b = right;
    size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        int order = point_compare(a->points[i], b->points[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a->n > b->n) - (a->n < b->n);
}

static int polygon_compare(const void *left, const void *right)
{
    const struct polygon *a = left;
    const struct polygon *b = right;
    size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        int order = ring_compare(&a->rings[i], &b->rings[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a->n > b->n) - (a->n < b->n);
}

// Rounds the vertices of a closed ring into `target`, without repetitions and without the closing
// vertex. Returns their number, 0 when fewer than three different places are left.
static size_t ring_round(const struct th_xy *closed, size_t n_closed, struct th_xy *target)
{
    size_t n = 0;
    for (size_t i = 0; i < n_closed; i++) {
        struct th_xy point = {grid_round(closed[i].x), grid_round(closed[i].y)};
        if (n == 0 || point_compare(point, target[n - 1]) != 0) {
            target[n++] = point;
        }
    }
    while (n > 1 && point_compare(target[0], target[n - 1]) == 0) {
        n--;
    }
    // Neighbours differ, so a third place is one that is neither the first nor the second.
    for (size_t i = 2; i < n; i++) {
        if (point_compare(target[i], target[0]) != 0 && point_compare(target[i], target[1]) != 0) {
            return n;
        }
    }
    return 0;
}

static void points_reverse(struct th_xy *points, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct th_xy swap = points[i];
        points[i] = points[n - 1 - i];
        points[n - 1 - i] = swap;
    }
}

static void ring_orient(struct ring *ring, bool counter_clockwise)
{
    double doubled_area = 0;
    struct th_xy origin = ring->points[0]; // keeps the products small, and so exact enough
    for (size_t i = 1; i + 1 < ring->n; i++) {
        struct th_xy a = ring->points[i];
        struct th_xy b = ring->points[i + 1];
        doubled_area += (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y);
    }
    if ((doubled_area > 0) != counter_clockwise && doubled_area != 0) {
        points_reverse(ring->points, ring->n);
    }
}

// Turns the ring until it starts at its smallest rotation, hence at its smallest vertex; a vertex
// that the ring meets twice leaves no choice either. Two candidates race; the loser jumps ahead.
static void ring_rotate(struct ring *ring)
{
    size_t n = ring->n;
    size_t i = 0;
    size_t j = 1;
    size_t k = 0;
    while (i < n && j < n && k < n) {
        int order = point_compare(ring->points[(i + k) % n], ring->points[(j + k) % n]);
        if (order == 0) {
            k++;
            continue;
        }
        if (order > 0) {
            i += k + 1;
        } else {
            j += k + 1;
        }
        if (i == j) {
            j++;
        }
        k = 0;
    }
    size_t start = i < j ? i : j;
    points_reverse(ring->points, start);
    points_reverse(ring->points + start, n - start);
    points_reverse(ring->points, n);
}

// Fills rings and polygons; returns the number of polygons that are left.
static size_t collect(const struct th_geometry *geometry, struct th_xy *points, struct ring *rings,
                      struct polygon *polygons)
{
    size_t n_polygons = 0;
    size_t n_rings = 0;
    size_t n_points = 0;
    size_t ring = 0;
    size_t start = 0;
    for (size_t p = 0; p < geometry->n_polygons; p++) {
        struct polygon polygon = {.rings = rings + n_rings};
        bool keep = true;
        for (size_t first = ring; ring < geometry->polygon_ends[p]; ring++) {
            size_t end = geometry->ring_ends[ring];
            struct ring kept = {.points = points + n_points};
            kept.n = keep ? ring_round(geometry->points + start, end - start, kept.points) : 0;
            start = end;
            if (ring == first && kept.n == 0) {
                keep = false; // a shell that collapses takes its holes along
            }
            if (kept.n == 0) {
                continue;
            }
            ring_orient(&kept, ring == first);
            ring_rotate(&kept);
            polygon.rings[polygon.n++] = kept;
            n_points += kept.n;
        }
        if (polygon.n == 0) {
            continue;
        }
        qsort(polygon.rings + 1, polygon.n - 1, sizeof *polygon.rings, ring_compare);
        n_rings += polygon.n;
        polygons[n_polygons++] = polygon;
    }
    qsort(polygons, n_polygons, sizeof *polygons, polygon_compare);
    return n_polygons;
}

// Writes the polygons back; they need no more room than they had.
static void store(struct th_geometry *geometry, const struct polygon *polygons, size_t n_polygons)
{
    size_t n_points = 0;
    size_t n_rings = 0;
    for (size_t p = 0; p < n_polygons; p++) {
        for (size_t r = 0; r < polygons[p].n; r++) {
            const struct ring *ring = &polygons[p].rings[r];
            memcpy(geometry->points + n_points, ring->points, ring->n * sizeof *ring->points);
            n_points += ring->n;
            geometry->points[n_points++] = ring->points[0];
            geometry->ring_ends[n_rings++] = n_points;
        }
        geometry->polygon_ends[p] = n_rings;
    }
    geometry->n_points = n_points;
    geometry->n_rings = n_rings;
    geometry->n_polygons = n_polygons;
}

enum th_status th_geometry_normalise(struct th_geometry *geometry, struct th_error *err)
{
    enum th_status status = TH_OK;
    struct th_xy *points = malloc((geometry->n_points + 1) * sizeof *points);
    struct ring *rings = malloc((geometry->n_rings + 1) * sizeof *rings);
    struct polygon *polygons = malloc((geometry->n_polygons + 1) * sizeof *polygons);
    if (points == NULL || rings == NULL || polygons == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    size_t n_polygons = collect(geometry, points, rings, polygons);
    if (n_polygons == 0) {
        status = th_error_set(err, TH_DATA_PROBLEM, "geometry_empty", NULL);
        goto done;
    }
    store(geometry, polygons, n_polygons);
done:
    free(points);
    free(rings);
    free(polygons);
    return status;
}

// One form for the same ground: grid, orientation, start and order of rings. Everything after the
// rounding is done in whole numbers, and so is the same on any machine.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gis/geometry.h"
#include "gis/ground_internal.h"
#include "gis/lattice_internal.h"

__extension__ typedef __int128 wide;

// Degrees or metres; up to here the doubled area of a ring stays below 2^127: differences below
// 2^55, products below 2^110, of 10^5 edges.
static const double coordinate_max = 1e8;

static int point_compare(struct th_lattice_xy a, struct th_lattice_xy b)
{
    if (a.x != b.x) {
        return a.x < b.x ? -1 : 1;
    }
    return (a.y > b.y) - (a.y < b.y);
}

static bool equal(struct th_lattice_xy a, struct th_lattice_xy b)
{
    return a.x == b.x && a.y == b.y;
}

// By vertices from the start on; for qsort.
static int ring_compare(const void *left, const void *right)
{
    const struct th_lattice_ring *a = left;
    const struct th_lattice_ring *b = right;
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
    const struct th_lattice_polygon *a = left;
    const struct th_lattice_polygon *b = right;
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
static size_t ring_round(const struct th_xy *closed, size_t n_closed, struct th_lattice_xy *target)
{
    size_t n = 0;
    for (size_t i = 0; i < n_closed; i++) {
        struct th_lattice_xy point = {th_ground_round(closed[i].x), th_ground_round(closed[i].y)};
        if (n == 0 || !equal(point, target[n - 1])) {
            target[n++] = point;
        }
    }
    while (n > 1 && equal(target[0], target[n - 1])) {
        n--;
    }
    // Neighbours differ, so a third place is one that is neither the first nor the second.
    for (size_t i = 2; i < n; i++) {
        if (!equal(target[i], target[0]) && !equal(target[i], target[1])) {
            return n;
        }
    }
    return 0;
}

static void points_reverse(struct th_lattice_xy *points, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct th_lattice_xy swap = points[i];
        points[i] = points[n - 1 - i];
        points[n - 1 - i] = swap;
    }
}

static void ring_orient(struct th_lattice_ring *ring, bool counter_clockwise)
{
    wide doubled_area = 0;
    struct th_lattice_xy origin = ring->points[0];
    for (size_t i = 1; i + 1 < ring->n; i++) {
        struct th_lattice_xy a = ring->points[i];
        struct th_lattice_xy b = ring->points[i + 1];
        doubled_area += (wide)(a.x - origin.x) * (b.y - origin.y);
        doubled_area -= (wide)(b.x - origin.x) * (a.y - origin.y);
    }
    if ((doubled_area > 0) != counter_clockwise && doubled_area != 0) {
        points_reverse(ring->points, ring->n);
    }
}

// Start of the smallest rotation. Two candidates race; the loser jumps ahead.
static size_t rotation_find(const struct th_lattice_ring *ring)
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
    return i < j ? i : j;
}

// Turns the ring until it starts at its smallest rotation, hence at its smallest vertex; a vertex
// that the ring meets twice leaves no choice either.
static void ring_rotate(struct th_lattice_ring *ring)
{
    size_t n = ring->n;
    size_t start = 0;
    bool twice = false;
    for (size_t i = 1; i < n; i++) {
        int order = point_compare(ring->points[i], ring->points[start]);
        twice = order == 0 || (twice && order > 0);
        start = order < 0 ? i : start;
    }
    if (twice) {
        start = rotation_find(ring);
    }
    points_reverse(ring->points, start);
    points_reverse(ring->points + start, n - start);
    points_reverse(ring->points, n);
}

static void extent_take(struct th_lattice *lattice, const struct th_lattice_ring *shell)
{
    for (size_t i = 0; i < shell->n; i++) {
        struct th_lattice_xy point = shell->points[i];
        lattice->west = point.x < lattice->west ? point.x : lattice->west;
        lattice->east = point.x > lattice->east ? point.x : lattice->east;
        lattice->south = point.y < lattice->south ? point.y : lattice->south;
        lattice->north = point.y > lattice->north ? point.y : lattice->north;
    }
}

// Fills rings and polygons with what is left on the grid.
static void collect(struct th_lattice *lattice, const struct th_geometry *geometry)
{
    struct th_lattice_xy *points = lattice->points;
    size_t ring = 0;
    size_t start = 0;
    for (size_t p = 0; p < geometry->n_polygons; p++) {
        struct th_lattice_polygon polygon = {.rings = lattice->rings + lattice->n_rings};
        bool keep = true;
        for (size_t first = ring; ring < geometry->polygon_ends[p]; ring++) {
            size_t end = geometry->ring_ends[ring];
            struct th_lattice_ring kept = {.points = points};
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
            points += kept.n;
            lattice->n_points += kept.n + 1;
            extent_take(lattice, &kept);
        }
        if (polygon.n == 0) {
            continue;
        }
        if (polygon.n > 2) {
            qsort(polygon.rings + 1, polygon.n - 1, sizeof(*polygon.rings), ring_compare);
        }
        lattice->n_rings += polygon.n;
        lattice->polygons[lattice->n_polygons++] = polygon;
    }
    if (lattice->n_polygons > 1) {
        qsort(lattice->polygons, lattice->n_polygons, sizeof(*lattice->polygons), polygon_compare);
    }
}

static bool grow(void **block, size_t *capacity, size_t wanted, size_t item_size)
{
    if (*block != NULL && wanted <= *capacity) {
        return true;
    }
    // The former contents need not be kept.
    wanted += wanted / 2 + 8;
    void *fresh = malloc(wanted * item_size);
    if (fresh == NULL) {
        return false;
    }
    free(*block);
    *block = fresh;
    *capacity = wanted;
    return true;
}

static bool room_make(struct th_lattice *lattice, const struct th_geometry *geometry)
{
    void *blocks[] = {lattice->points, lattice->rings, lattice->polygons};
    bool made =
        grow(&blocks[0], &lattice->points_capacity, geometry->n_points, sizeof(*lattice->points)) &&
        grow(&blocks[1], &lattice->rings_capacity, geometry->n_rings, sizeof(*lattice->rings)) &&
        grow(&blocks[2], &lattice->polygons_capacity, geometry->n_polygons,
             sizeof(*lattice->polygons));
    lattice->points = blocks[0];
    lattice->rings = blocks[1];
    lattice->polygons = blocks[2];
    return made;
}

void th_lattice_clear(struct th_lattice *lattice)
{
    free(lattice->points);
    free(lattice->rings);
    free(lattice->polygons);
    *lattice = (struct th_lattice){0};
}

static enum th_status coordinates_check(const struct th_geometry *geometry, struct th_error *err)
{
    for (size_t i = 0; i < geometry->n_points; i++) {
        struct th_xy point = geometry->points[i];
        // false for NaN too
        if (!(fabs(point.x) <= coordinate_max && fabs(point.y) <= coordinate_max)) {
            char x[32];
            char y[32];
            snprintf(x, sizeof(x), "%.8g", point.x);
            snprintf(y, sizeof(y), "%.8g", point.y);
            return th_error_set(err, TH_DATA_PROBLEM, "out_of_bounds", "x", x, "y", y, NULL);
        }
    }
    return TH_OK;
}

enum th_status th_lattice_normalise(struct th_lattice *lattice, const struct th_geometry *geometry,
                                    struct th_error *err)
{
    enum th_status status = coordinates_check(geometry, err);
    if (status != TH_OK) {
        return status;
    }
    if (!room_make(lattice, geometry)) {
        return th_error_no_memory(err);
    }
    lattice->n_polygons = 0;
    lattice->n_rings = 0;
    lattice->n_points = 0;
    lattice->west = INT64_MAX;
    lattice->south = INT64_MAX;
    lattice->east = INT64_MIN;
    lattice->north = INT64_MIN;
    collect(lattice, geometry);
    if (lattice->n_polygons == 0) {
        return th_error_set(err, TH_DATA_PROBLEM, "geometry_empty", NULL);
    }
    return TH_OK;
}

// The polygons need no more room than they had.
void th_lattice_store(const struct th_lattice *lattice, struct th_geometry *geometry)
{
    size_t n_points = 0;
    size_t n_rings = 0;
    for (size_t p = 0; p < lattice->n_polygons; p++) {
        for (size_t r = 0; r < lattice->polygons[p].n; r++) {
            const struct th_lattice_ring *ring = &lattice->polygons[p].rings[r];
            for (size_t i = 0; i <= ring->n; i++) {
                struct th_lattice_xy point = ring->points[i < ring->n ? i : 0];
                geometry->points[n_points].x = th_ground_degrees(point.x);
                geometry->points[n_points++].y = th_ground_degrees(point.y);
            }
            geometry->ring_ends[n_rings++] = n_points;
        }
        geometry->polygon_ends[p] = n_rings;
    }
    geometry->n_points = n_points;
    geometry->n_rings = n_rings;
    geometry->n_polygons = lattice->n_polygons;
}

enum th_status th_geometry_normalise(struct th_geometry *geometry, struct th_error *err)
{
    struct th_lattice lattice = {0};
    enum th_status status = th_lattice_normalise(&lattice, geometry, err);
    if (status == TH_OK) {
        th_lattice_store(&lattice, geometry);
    }
    th_lattice_clear(&lattice);
    return status;
}

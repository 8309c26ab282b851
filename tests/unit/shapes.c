#include "tests/unit/shapes.h"

#include <ctype.h>
#include <stdlib.h>

#include "tests/support/support.h"

enum { POINTS_MAX = 20000, RINGS_MAX = 1000 };

static const char *space_skip(const char *at)
{
    while (isspace((unsigned char)*at)) {
        at++;
    }
    return at;
}

static bool take(const char **at, const char *token)
{
    const char *here = space_skip(*at);
    size_t size = strlen(token);
    if (strncmp(here, token, size) != 0) {
        return false;
    }
    *at = here + size;
    return true;
}

static bool ring_read(const char **at, struct th_geometry *shape)
{
    if (take(at, "EMPTY")) {
        return true;
    }
    if (!take(at, "(") || shape->n_rings == RINGS_MAX) {
        return false;
    }
    do {
        char *end = NULL;
        struct th_xy point;
        point.x = strtod(*at, &end);
        if (end == *at) {
            return false;
        }
        *at = end;
        point.y = strtod(*at, &end);
        if (end == *at || shape->n_points == POINTS_MAX) {
            return false;
        }
        *at = end;
        shape->points[shape->n_points++] = point;
    } while (take(at, ","));
    shape->ring_ends[shape->n_rings++] = shape->n_points;
    return take(at, ")");
}

static bool polygon_read(const char **at, struct th_geometry *shape)
{
    if (take(at, "EMPTY")) {
        return true;
    }
    if (!take(at, "(") || shape->n_polygons == RINGS_MAX) {
        return false;
    }
    size_t n_rings = shape->n_rings;
    do {
        if (!ring_read(at, shape)) {
            return false;
        }
    } while (take(at, ","));
    if (shape->n_rings > n_rings) {
        shape->polygon_ends[shape->n_polygons++] = shape->n_rings;
    }
    return take(at, ")");
}

bool th_test_shape_read(const char *wkt, struct th_geometry *ret_shape)
{
    struct th_geometry shape = {0};
    const char *at = wkt;
    bool done = false;
    shape.points = calloc(POINTS_MAX, sizeof(*shape.points));
    shape.ring_ends = calloc(RINGS_MAX, sizeof(*shape.ring_ends));
    shape.polygon_ends = calloc(RINGS_MAX, sizeof(*shape.polygon_ends));
    assert_true(shape.points != NULL && shape.ring_ends != NULL && shape.polygon_ends != NULL);
    if (take(&at, "POLYGON")) {
        done = polygon_read(&at, &shape);
    } else if (take(&at, "MULTIPOLYGON") && take(&at, "(")) {
        do {
            done = polygon_read(&at, &shape);
        } while (done && take(&at, ","));
        done = done && take(&at, ")");
    }
    if (!done || shape.n_polygons == 0) {
        th_geometry_clear(&shape);
        return false;
    }
    *ret_shape = shape;
    return true;
}

struct th_geometry th_test_shape(const char *wkt)
{
    struct th_geometry shape = {0};
    if (!th_test_shape_read(wkt, &shape)) {
        fail_msg("no polygon: %s", wkt);
    }
    return shape;
}

struct th_geometry th_test_box(double west, double south, double east, double north)
{
    struct th_geometry shape = {.n_points = 5, .n_rings = 1, .n_polygons = 1};
    shape.points = calloc(5, sizeof(*shape.points));
    shape.ring_ends = calloc(1, sizeof(*shape.ring_ends));
    shape.polygon_ends = calloc(1, sizeof(*shape.polygon_ends));
    assert_true(shape.points != NULL && shape.ring_ends != NULL && shape.polygon_ends != NULL);
    const struct th_xy corners[] = {
        {west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
    memcpy(shape.points, corners, sizeof(corners));
    shape.ring_ends[0] = 5;
    shape.polygon_ends[0] = 1;
    return shape;
}

#include "gis/reader/shape_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/reader.h"

#define ROUNDING 1e-9 // of the size of a line
enum { CLOSED_POINTS_MIN = 4 };

static enum th_status lost(struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "shape_lost", NULL);
}

static OGRwkbGeometryType flat_type(OGRGeometryH geometry)
{
    return OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
}

static bool same(double a, double b)
{
    return !(a < b) && !(a > b);
}

// The last point is the first; arcs come back to it with the rounding of their sines.
static bool is_closed_line(OGRGeometryH geometry)
{
    OGREnvelope box;
    int n = OGR_G_GetPointCount(geometry);
    if (flat_type(geometry) != wkbLineString || n < CLOSED_POINTS_MIN) {
        return false;
    }
    OGR_G_GetEnvelope(geometry, &box);
    double rounding = ROUNDING * ((box.MaxX - box.MinX) + (box.MaxY - box.MinY));
    return fabs(OGR_G_GetX(geometry, 0) - OGR_G_GetX(geometry, n - 1)) <= rounding &&
           fabs(OGR_G_GetY(geometry, 0) - OGR_G_GetY(geometry, n - 1)) <= rounding;
}

// The corners of a closed line or ring without the last one; free() it.
static double *corners_copy(OGRGeometryH line, size_t *ret_n)
{
    size_t n = (size_t)OGR_G_GetPointCount(line);
    double *xy = calloc(n + 1, 2 * sizeof(*xy));
    if (xy != NULL && n > 0) {
        OGR_G_GetPoints(line, xy, 2 * sizeof(*xy), xy + 1, 2 * sizeof(*xy), NULL, 0);
    }
    *ret_n = n == 0 ? 0 : n - 1;
    return xy;
}

static OGRGeometryH ring_make(struct th_ring_points points)
{
    OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
    int n = (int)points.n;
    if (ring == NULL) {
        return NULL;
    }
    OGR_G_SetPointCount(ring, n + 1);
    for (int i = 0; i <= n; i++) {
        const double *xy = points.xy + 2 * (i == n ? 0 : i);
        OGR_G_SetPoint_2D(ring, i, xy[0], xy[1]);
    }
    return ring;
}

static bool ring_put(OGRGeometryH polygon, struct th_ring_points points)
{
    OGRGeometryH ring = ring_make(points);
    if (ring == NULL || OGR_G_AddGeometryDirectly(polygon, ring) != OGRERR_NONE) {
        OGR_G_DestroyGeometry(ring);
        return false;
    }
    return true;
}

static OGRGeometryH shell_make(const struct th_ring_points *rings, size_t n, const size_t *shells,
                               size_t shell)
{
    OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon);
    bool done = polygon != NULL && ring_put(polygon, rings[shell]);
    for (size_t i = 0; i < n && done; i++) {
        if (i != shell && shells[i] == shell) {
            done = ring_put(polygon, rings[i]);
        }
    }
    if (!done) {
        OGR_G_DestroyGeometry(polygon);
        return NULL;
    }
    return polygon;
}

// Puts the polygons of the rings into a multipolygon.
static bool rings_put(const struct th_ring_points *rings, size_t n, OGRGeometryH multi)
{
    size_t *shells = calloc(n + 1, sizeof(*shells));
    bool done = shells != NULL && th_rings_nest(rings, n, shells);
    for (size_t i = 0; i < n && done; i++) {
        if (shells[i] != i) {
            continue;
        }
        OGRGeometryH polygon = shell_make(rings, n, shells, i);
        done = polygon != NULL && OGR_G_AddGeometryDirectly(multi, polygon) == OGRERR_NONE;
    }
    free(shells);
    return done;
}

// A multipolygon of one polygon is that polygon. Takes `multi`.
static OGRGeometryH multi_unwrap(OGRGeometryH multi)
{
    if (OGR_G_GetGeometryCount(multi) != 1) {
        return multi;
    }
    OGRGeometryH polygon = OGR_G_Clone(OGR_G_GetGeometryRef(multi, 0));
    OGR_G_DestroyGeometry(multi);
    return polygon;
}

OGRGeometryH th_shape_of_rings(const struct th_ring_points *rings, size_t n)
{
    OGRGeometryH multi = OGR_G_CreateGeometry(wkbMultiPolygon);
    if (multi == NULL || !rings_put(rings, n, multi)) {
        OGR_G_DestroyGeometry(multi);
        return NULL;
    }
    return multi_unwrap(multi);
}

// What is found in a geometry, however deep.
struct gathering {
    OGRGeometryH polygons; // a multipolygon, owned
    OGRGeometryH lines[TH_RINGS_MAX];
    size_t n_lines; // closed ones, borrowed
    size_t n_others;
    bool failed;
};

static void gather(OGRGeometryH geometry, int depth, struct gathering *found)
{
    OGRwkbGeometryType type = flat_type(geometry);
    if (OGR_G_IsEmpty(geometry)) {
        return;
    }
    if (type == wkbPolygon) {
        found->failed =
            found->failed || OGR_G_AddGeometry(found->polygons, geometry) != OGRERR_NONE;
    } else if (is_closed_line(geometry)) {
        if (found->n_lines == TH_RINGS_MAX) {
            found->failed = true;
        } else {
            found->lines[found->n_lines++] = geometry;
        }
    } else if (type == wkbGeometryCollection || type == wkbMultiPolygon ||
               type == wkbMultiLineString || type == wkbMultiPoint) {
        found->failed = found->failed || depth == TH_SHAPE_DEPTH_MAX;
        for (int i = 0; i < OGR_G_GetGeometryCount(geometry) && !found->failed; i++) {
            gather(OGR_G_GetGeometryRef(geometry, i), depth + 1, found);
        }
    } else {
        found->n_others++;
    }
}

// The same corners in the same round, whichever comes first and in whichever direction.
static bool same_round(struct th_ring_points a, struct th_ring_points b)
{
    if (a.n != b.n) {
        return false;
    }
    for (size_t start = 0; start < b.n; start++) {
        if (!same(a.xy[0], b.xy[2 * start]) || !same(a.xy[1], b.xy[2 * start + 1])) {
            continue;
        }
        for (int backward = 0; backward < 2; backward++) {
            size_t i = 0;
            for (; i < a.n; i++) {
                size_t k = (backward ? start + b.n - i : start + i) % b.n;
                if (!same(a.xy[2 * i], b.xy[2 * k]) || !same(a.xy[2 * i + 1], b.xy[2 * k + 1])) {
                    break;
                }
            }
            if (i == a.n) {
                return true;
            }
        }
    }
    return false;
}

// Does a ring of one of the polygons run along these corners?
static bool repeats_ring(OGRGeometryH polygons, struct th_ring_points line)
{
    for (int i = 0; i < OGR_G_GetGeometryCount(polygons); i++) {
        OGRGeometryH polygon = OGR_G_GetGeometryRef(polygons, i);
        for (int k = 0; k < OGR_G_GetGeometryCount(polygon); k++) {
            OGRGeometryH ring = OGR_G_GetGeometryRef(polygon, k);
            if ((size_t)OGR_G_GetPointCount(ring) != line.n + 1) {
                continue;
            }
            struct th_ring_points points;
            double *xy = corners_copy(ring, &points.n);
            points.xy = xy;
            bool found = xy != NULL && same_round(line, points);
            free(xy);
            if (found) {
                return true;
            }
        }
    }
    return false;
}

// The closed lines join the polygons.
static bool lines_join(struct gathering *found, unsigned *shape)
{
    struct th_ring_points *rings = calloc(found->n_lines + 1, sizeof(*rings));
    double **corners = calloc(found->n_lines + 1, sizeof(*corners));
    bool done = rings != NULL && corners != NULL;
    size_t n = 0;
    for (size_t i = 0; i < found->n_lines && done; i++) {
        corners[n] = corners_copy(found->lines[i], &rings[n].n);
        rings[n].xy = corners[n];
        done = corners[n] != NULL;
        if (done && repeats_ring(found->polygons, rings[n])) {
            free(corners[n]);
            corners[n] = NULL;
            *shape |= TH_SHAPE_PARTS_DROPPED;
        } else if (done) {
            n++;
        }
    }
    if (done && n > 0) {
        *shape |= TH_SHAPE_CLOSED_LINES;
        done = rings_put(rings, n, found->polygons);
    }
    for (size_t i = 0; corners != NULL && i < found->n_lines; i++) {
        free(corners[i]);
    }
    free(corners);
    free(rings);
    return done;
}

// *ret_joined is NULL when there is nothing of an area in it.
static enum th_status parts_join(OGRGeometryH geometry, OGRGeometryH *ret_joined, unsigned *shape,
                                 struct th_error *err)
{
    bool lines_only = flat_type(geometry) == wkbMultiLineString;
    struct gathering *found = calloc(1, sizeof(*found));
    OGRGeometryH joined = NULL;
    enum th_status status = TH_OK;
    if (found == NULL) {
        return th_error_no_memory(err);
    }
    found->polygons = OGR_G_CreateGeometry(wkbMultiPolygon);
    if (found->polygons == NULL) {
        free(found);
        return th_error_no_memory(err);
    }
    gather(geometry, 0, found);
    bool has_area = OGR_G_GetGeometryCount(found->polygons) > 0 || found->n_lines > 0;
    if (found->failed) {
        status = lost(err);
    } else if (has_area && !(lines_only && found->n_others > 0)) {
        *shape |= found->n_others > 0 ? (unsigned)TH_SHAPE_PARTS_DROPPED : 0U;
        status = lines_join(found, shape) ? TH_OK : lost(err);
        joined = status == TH_OK ? multi_unwrap(found->polygons) : NULL;
        found->polygons = status == TH_OK ? NULL : found->polygons;
    }
    OGR_G_DestroyGeometry(found->polygons);
    free(found);
    if (status == TH_OK) {
        *ret_joined = joined;
    }
    return status;
}

// Flat, and without curves. *geometry is replaced when it had to be.
static enum th_status simplify(OGRGeometryH *geometry, double curve_step_deg, unsigned *shape,
                               struct th_error *err)
{
    OGRwkbGeometryType type = OGR_G_GetGeometryType(*geometry);
    if (OGR_GT_HasZ(type) || OGR_GT_HasM(type)) {
        OGR_G_FlattenTo2D(*geometry);
        *shape |= TH_SHAPE_FLATTENED;
    }
    if (OGR_G_HasCurveGeometry(*geometry, 0)) {
        *shape |= OGR_G_HasCurveGeometry(*geometry, 1) ? (unsigned)TH_SHAPE_LINEARISED : 0U;
        OGRGeometryH linear = OGR_G_GetLinearGeometry(*geometry, curve_step_deg, NULL);
        if (linear == NULL) {
            return lost(err);
        }
        *geometry = linear;
    }
    return TH_OK;
}

enum th_status th_shape_take(OGRGeometryH in, double curve_step_deg, OGRGeometryH *ret_out,
                             unsigned *ret_shape, struct th_error *err)
{
    unsigned shape = 0;
    OGRGeometryH out = in;
    OGRGeometryH joined = NULL;
    OGRwkbGeometryType type = OGR_G_GetGeometryType(in);
    if (type == wkbPolygon || type == wkbMultiPolygon) {
        *ret_out = in;
        *ret_shape = 0;
        return TH_OK;
    }
    enum th_status status = simplify(&out, curve_step_deg, &shape, err);
    type = flat_type(out);
    if (status == TH_OK && (type == wkbGeometryCollection || type == wkbMultiLineString ||
                            (type == wkbLineString && is_closed_line(out)))) {
        status = parts_join(out, &joined, &shape, err);
    }
    if (joined != NULL || status != TH_OK) {
        if (out != in) {
            OGR_G_DestroyGeometry(out);
        }
        out = joined;
    }
    if (status == TH_OK) {
        *ret_out = out;
        *ret_shape = shape;
    }
    return status;
}

static bool has_area(OGRGeometryH geometry, int depth)
{
    OGRwkbGeometryType type = flat_type(geometry);
    if (type == wkbPolygon || type == wkbMultiPolygon || type == wkbCurvePolygon ||
        type == wkbMultiSurface) {
        return true;
    }
    if (type == wkbLineString) {
        return is_closed_line(geometry);
    }
    if (type == wkbCompoundCurve || type == wkbCircularString) {
        OGRGeometryH linear = OGR_G_GetLinearGeometry(geometry, 0, NULL);
        bool closed = linear != NULL && is_closed_line(linear);
        OGR_G_DestroyGeometry(linear);
        return closed;
    }
    if (type != wkbGeometryCollection && type != wkbMultiLineString && type != wkbMultiCurve) {
        return false;
    }
    bool found = false;
    bool lines_only = type != wkbGeometryCollection;
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry) && depth < TH_SHAPE_DEPTH_MAX; i++) {
        bool part = has_area(OGR_G_GetGeometryRef(geometry, i), depth + 1);
        if (lines_only && !part) {
            return false;
        }
        found = found || part;
    }
    return found;
}

bool th_shape_has_area(OGRGeometryH geometry)
{
    return has_area(geometry, 0);
}

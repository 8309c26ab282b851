// Polygons that GEOS built, back into a shape.
#include <math.h>
#include <stdlib.h>

#include "gis/geos_internal.h"
#include "gis/ground_internal.h"

// Polygons in a geometry or in the collections within it.
struct gathering {
    struct th_geos *geos;
    int64_t x, y;
    size_t n_points, n_rings, n_polygons;
    struct th_geometry *geometry; // NULL: only counted
    bool lossy, failed;
};

static void ring_gather(struct gathering *gathering, const GEOSGeometry *ring)
{
    GEOSContextHandle_t context = gathering->geos->context;
    const GEOSCoordSequence *sequence = ring == NULL ? NULL : GEOSGeom_getCoordSeq_r(context, ring);
    unsigned n = 0;
    if (sequence == NULL || !GEOSCoordSeq_getSize_r(context, sequence, &n)) {
        gathering->failed = true;
        return;
    }
    struct th_geometry *geometry = gathering->geometry;
    if (geometry != NULL) {
        struct th_xy *points = geometry->points + gathering->n_points;
        gathering->failed |= !GEOSCoordSeq_copyToBuffer_r(context, sequence, &points->x, 0, 0);
        for (unsigned i = 0; i < n && !gathering->failed; i++) {
            points[i].x = th_ground_degrees(gathering->x + llround(points[i].x));
            points[i].y = th_ground_degrees(gathering->y + llround(points[i].y));
        }
        geometry->ring_ends[gathering->n_rings] = gathering->n_points + n;
    }
    gathering->n_points += n;
    gathering->n_rings++;
}

static void polygon_gather(struct gathering *gathering, const GEOSGeometry *polygon)
{
    GEOSContextHandle_t context = gathering->geos->context;
    int n_holes = GEOSGetNumInteriorRings_r(context, polygon);
    ring_gather(gathering, GEOSGetExteriorRing_r(context, polygon));
    for (int i = 0; i < n_holes && !gathering->failed; i++) {
        ring_gather(gathering, GEOSGetInteriorRingN_r(context, polygon, i));
    }
    if (gathering->geometry != NULL && !gathering->failed) {
        gathering->geometry->polygon_ends[gathering->n_polygons] = gathering->n_rings;
    }
    gathering->n_polygons++;
}

// Collections of collections are flattened by GEOS's own repair to at most one level in another.
static void gather(struct gathering *gathering, const GEOSGeometry *shape, int depth)
{
    enum { DEPTH_MAX = 4 };
    GEOSContextHandle_t context = gathering->geos->context;
    int n = GEOSGetNumGeometries_r(context, shape);
    gathering->failed |= n < 0 || depth > DEPTH_MAX;
    for (int i = 0; i < n && !gathering->failed; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(context, shape, i);
        int type = part == NULL ? -1 : GEOSGeomTypeId_r(context, part);
        if (type < 0) {
            gathering->failed = true;
        } else if (GEOSisEmpty_r(context, part) == 1) {
            continue;
        } else if (type == GEOS_POLYGON) {
            polygon_gather(gathering, part);
        } else if (type == GEOS_MULTIPOLYGON || type == GEOS_GEOMETRYCOLLECTION) {
            gather(gathering, part, depth + 1);
        } else {
            gathering->lossy = true;
        }
    }
}

enum th_status th_geos_polygons(struct th_geos *geos, const GEOSGeometry *shape, int64_t x,
                                int64_t y, struct th_geometry *ret_geometry, bool *ret_lossy,
                                struct th_error *err)
{
    struct th_geometry geometry = {0};
    struct gathering count = {.geos = geos};
    gather(&count, shape, 0);
    if (count.failed) {
        return th_geos_error(geos, err);
    }
    if (count.n_polygons > 0) {
        geometry.points = malloc(count.n_points * sizeof(*geometry.points));
        geometry.ring_ends = malloc(count.n_rings * sizeof(*geometry.ring_ends));
        geometry.polygon_ends = malloc(count.n_polygons * sizeof(*geometry.polygon_ends));
        if (geometry.points == NULL || geometry.ring_ends == NULL ||
            geometry.polygon_ends == NULL) {
            th_geometry_clear(&geometry);
            return th_error_no_memory(err);
        }
        struct gathering fill = {.geos = geos, .x = x, .y = y, .geometry = &geometry};
        gather(&fill, shape, 0);
        if (fill.failed) {
            th_geometry_clear(&geometry);
            return th_geos_error(geos, err);
        }
        geometry.n_points = count.n_points;
        geometry.n_rings = count.n_rings;
        geometry.n_polygons = count.n_polygons;
    }
    *ret_geometry = geometry;
    *ret_lossy = count.lossy;
    return TH_OK;
}

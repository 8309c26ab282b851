// Where shapes have to be built, GEOS builds them, in whole 1e-8° from a nearby origin: its
// arithmetic starts from exact numbers and rounds in the 16th digit of small ones.
#include <math.h>
#include <stdlib.h>

#include "gis/fabric_internal.h"
#include "gis/ground_internal.h"

static const struct th_geometry geometry_none;

GEOSGeometry *th_fabric_geos(struct th_geos *geos, const struct th_ground *ground, int64_t x,
                             int64_t y)
{
    struct th_geometry geometry = {
        .n_points = ground->n_points, .n_rings = ground->n_rings, .n_polygons = ground->n_polygons};
    GEOSGeometry *made = NULL;
    geometry.points = malloc(geometry.n_points * sizeof *geometry.points);
    geometry.ring_ends = malloc(geometry.n_rings * sizeof *geometry.ring_ends);
    geometry.polygon_ends = malloc(geometry.n_polygons * sizeof *geometry.polygon_ends);
    if (geometry.points != NULL && geometry.ring_ends != NULL && geometry.polygon_ends != NULL) {
        for (size_t i = 0; i < geometry.n_points; i++) {
            geometry.points[i].x = (double)(ground->origin_x - x + ground->points[i].x);
            geometry.points[i].y = (double)(ground->origin_y - y + ground->points[i].y);
        }
        for (size_t i = 0; i < geometry.n_rings; i++) {
            geometry.ring_ends[i] = ground->ring_ends[i];
        }
        for (size_t i = 0; i < geometry.n_polygons; i++) {
            geometry.polygon_ends[i] = ground->polygon_ends[i];
        }
        made = th_geos_geometry(geos, &geometry);
    }
    th_geometry_clear(&geometry);
    return made;
}

GEOSGeometry *th_fabric_overlay(struct th_geos *geos, const struct th_ground *a,
                                const struct th_ground *b, int64_t *ret_x, int64_t *ret_y)
{
    int64_t x = a->origin_x > b->origin_x ? a->origin_x : b->origin_x;
    int64_t y = a->origin_y > b->origin_y ? a->origin_y : b->origin_y;
    GEOSGeometry *common = NULL;
    GEOSGeometry *geos_a = th_fabric_geos(geos, a, x, y);
    GEOSGeometry *geos_b = th_fabric_geos(geos, b, x, y);
    if (geos_a != NULL && geos_b != NULL) {
        common = GEOSIntersection_r(geos->context, geos_a, geos_b);
        if (common == NULL) {
            // Overlay on a grid never meets a numerical dead end.
            common = GEOSIntersectionPrec_r(geos->context, geos_a, geos_b, 1);
        }
    }
    if (geos_a != NULL) {
        GEOSGeom_destroy_r(geos->context, geos_a);
    }
    if (geos_b != NULL) {
        GEOSGeom_destroy_r(geos->context, geos_b);
    }
    *ret_x = x;
    *ret_y = y;
    return common;
}

static enum th_status engine_error(const struct th_geos *geos, struct th_error *err)
{
    return th_error_set(err, TH_INTERNAL, "geometry_engine", "detail", geos->message, NULL);
}

// Appends the ring as degrees; there is room.
static bool ring_append(struct th_geos *geos, const GEOSGeometry *ring, int64_t x, int64_t y,
                        struct th_geometry *geometry)
{
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos->context, ring);
    unsigned n = 0;
    struct th_xy *points = geometry->points + geometry->n_points;
    if (sequence == NULL || !GEOSCoordSeq_getSize_r(geos->context, sequence, &n) ||
        !GEOSCoordSeq_copyToBuffer_r(geos->context, sequence, &points->x, 0, 0)) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        points[i].x = th_ground_degrees(x + llround(points[i].x));
        points[i].y = th_ground_degrees(y + llround(points[i].y));
    }
    geometry->n_points += n;
    geometry->ring_ends[geometry->n_rings++] = geometry->n_points;
    return true;
}

// Appends the polygons in `shape`, or only counts (*n_points, *n_rings) when geometry is NULL.
static bool polygons_append(struct th_geos *geos, const GEOSGeometry *shape, int64_t x, int64_t y,
                            struct th_geometry *geometry, size_t *n_points, size_t *n_rings)
{
    int n = GEOSGetNumGeometries_r(geos->context, shape);
    for (int i = 0; i < n; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos->context, shape, i);
        if (part == NULL) {
            return false;
        }
        if (GEOSGeomTypeId_r(geos->context, part) != GEOS_POLYGON ||
            GEOSisEmpty_r(geos->context, part) == 1) {
            continue;
        }
        int n_holes = GEOSGetNumInteriorRings_r(geos->context, part);
        if (geometry == NULL) {
            int count = GEOSGetNumCoordinates_r(geos->context, part);
            if (n_holes < 0 || count < 0) {
                return false;
            }
            *n_points += (size_t)count;
            *n_rings += 1 + (size_t)n_holes;
            continue;
        }
        if (!ring_append(geos, GEOSGetExteriorRing_r(geos->context, part), x, y, geometry)) {
            return false;
        }
        for (int hole = 0; hole < n_holes; hole++) {
            const GEOSGeometry *ring = GEOSGetInteriorRingN_r(geos->context, part, hole);
            if (ring == NULL || !ring_append(geos, ring, x, y, geometry)) {
                return false;
            }
        }
        geometry->polygon_ends[geometry->n_polygons++] = geometry->n_rings;
    }
    return n >= 0;
}

enum th_status th_fabric_common(struct th_fabric_probe *probe, const struct th_ground *a,
                                const struct th_ground *b, struct th_geometry *ret_common,
                                struct th_error *err)
{
    struct th_geos *geos = &probe->geos;
    struct th_geometry geometry = geometry_none;
    enum th_status status = TH_OK;
    size_t n_points = 0;
    size_t n_rings = 0;
    int64_t x;
    int64_t y;
    GEOSGeometry *common = th_fabric_overlay(geos, a, b, &x, &y);
    if (common == NULL || !polygons_append(geos, common, x, y, NULL, &n_points, &n_rings)) {
        status = engine_error(geos, err);
        goto done;
    }
    if (n_points == 0) {
        *ret_common = geometry;
        goto done;
    }
    geometry.points = malloc(n_points * sizeof *geometry.points);
    geometry.ring_ends = malloc(n_rings * sizeof *geometry.ring_ends);
    geometry.polygon_ends = malloc(n_rings * sizeof *geometry.polygon_ends);
    if (geometry.points == NULL || geometry.ring_ends == NULL || geometry.polygon_ends == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    if (!polygons_append(geos, common, x, y, &geometry, &n_points, &n_rings)) {
        status = engine_error(geos, err);
        goto done;
    }
    status = th_geometry_normalise(&geometry, err);
    if (status == TH_DATA_PROBLEM) { // narrower than the grid: nothing that could be shown
        th_geometry_clear(&geometry);
        geometry = geometry_none;
        status = TH_OK;
    }
    if (status == TH_OK) {
        *ret_common = geometry;
        geometry = geometry_none;
    }
done:
    th_geometry_clear(&geometry);
    if (common != NULL) {
        GEOSGeom_destroy_r(geos->context, common);
    }
    return status;
}

// What covers a ground while it is gathered: pieces in 1e-8° from the ground's origin.
struct cover {
    GEOSGeometry **pieces;
    unsigned n, capacity;
};

static bool cover_push(struct cover *cover, GEOSGeometry *piece)
{
    if (cover->n == cover->capacity) {
        unsigned capacity = cover->capacity == 0 ? 8 : 2 * cover->capacity;
        GEOSGeometry **grown = realloc(cover->pieces, capacity * sizeof(GEOSGeometry *));
        if (grown == NULL) {
            return false;
        }
        cover->pieces = grown;
        cover->capacity = capacity;
    }
    cover->pieces[cover->n++] = piece;
    return true;
}

// Adds the common ground of `ground` (as `geos_ground`) and one parcel; *ret_whole when the parcel
// covers all of it.
static enum th_status cover_add(struct th_fabric_probe *probe, const struct th_meet_side *ground,
                                const GEOSGeometry *geos_ground, const struct th_meet_side *other,
                                struct cover *cover, bool *ret_whole, struct th_error *err)
{
    struct th_geos *geos = &probe->geos;
    struct th_meet_result result;
    enum th_status status = th_meet_test(ground, other, probe->room, &result, err);
    if (status != TH_OK || result.meet == TH_MEET_APART) {
        return status;
    }
    enum th_meet meet = result.meet;
    if (meet == TH_MEET_WITHIN || meet == TH_MEET_EQUAL) {
        *ret_whole = true;
        return TH_OK;
    }
    GEOSGeometry *piece =
        th_fabric_geos(geos, other->ground, ground->ground->origin_x, ground->ground->origin_y);
    if (piece != NULL && meet != TH_MEET_AROUND) {
        GEOSGeometry *whole = piece;
        piece = GEOSIntersection_r(geos->context, geos_ground, whole);
        if (piece == NULL) {
            piece = GEOSIntersectionPrec_r(geos->context, geos_ground, whole, 1);
        }
        GEOSGeom_destroy_r(geos->context, whole);
    }
    if (piece == NULL) {
        return engine_error(geos, err);
    }
    if (!cover_push(cover, piece)) {
        GEOSGeom_destroy_r(geos->context, piece);
        return th_error_no_memory(err);
    }
    return TH_OK;
}

static enum th_status cover_measure(struct th_geos *geos, struct cover *cover,
                                    const struct th_ground *ground, double *ret_area_m2,
                                    struct th_error *err)
{
    const struct th_overlap_frame frame = {(double)ground->origin_x, (double)ground->origin_y,
                                           TH_GROUND_PER_DEGREE};
    struct th_ruler_size size = {0, 0};
    enum th_status status = TH_OK;
    GEOSGeometry *together = GEOSGeom_createCollection_r(geos->context, GEOS_GEOMETRYCOLLECTION,
                                                         cover->pieces, cover->n);
    cover->n = 0; // they went over in any case
    GEOSGeometry *joined = together == NULL ? NULL : GEOSUnaryUnion_r(geos->context, together);
    if (joined == NULL && together != NULL) {
        joined = GEOSUnaryUnionPrec_r(geos->context, together, 1);
    }
    if (joined == NULL || !th_overlap_polygons_measure(geos, joined, &frame, &size)) {
        status = engine_error(geos, err);
    } else {
        *ret_area_m2 = size.area_m2;
    }
    if (together != NULL) {
        GEOSGeom_destroy_r(geos->context, together);
    }
    if (joined != NULL) {
        GEOSGeom_destroy_r(geos->context, joined);
    }
    return status;
}

enum th_status th_fabric_covered(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                                 const struct th_ground *ground, double area_m2,
                                 double *ret_covered_m2, struct th_error *err)
{
    struct th_geos *geos = &probe->geos;
    struct th_meet_side side = {.ground = ground};
    struct cover cover = {0};
    bool whole = false;
    double covered_m2 = 0;
    struct th_tree_search search;
    struct th_tree_box box = th_tree_box_of(&fabric->tree, ground);
    uint32_t leaf;
    enum th_status status = TH_OK;
    GEOSGeometry *geos_ground = th_fabric_geos(geos, ground, ground->origin_x, ground->origin_y);
    if (geos_ground == NULL) {
        return engine_error(geos, err);
    }
    th_tree_search_begin(&fabric->tree, &box, &search);
    while (status == TH_OK && !whole && th_tree_search_next(&search, &leaf)) {
        struct th_meet_side other = th_fabric_side(fabric, fabric->tree.order[leaf]);
        status = cover_add(probe, &side, geos_ground, &other, &cover, &whole, err);
    }
    if (status == TH_OK && !whole && cover.n > 0) {
        status = cover_measure(geos, &cover, ground, &covered_m2, err);
    }
    if (status == TH_OK) {
        *ret_covered_m2 = whole ? area_m2 : fmin(covered_m2, area_m2);
    }
    for (unsigned i = 0; i < cover.n; i++) {
        GEOSGeom_destroy_r(geos->context, cover.pieces[i]);
    }
    free(cover.pieces);
    GEOSGeom_destroy_r(geos->context, geos_ground);
    return status;
}

#include "gis/overlap_measure_internal.h"

#include <math.h>
#include <stdlib.h>

enum { NESTING_MAX = 8 };

const struct th_overlap_limits th_overlap_limits_default = {
    .duplicate_iou = 0.95,
    .overlap_area_m2 = 10,
    .overlap_share = 0.01,
    .overlap_width_m = 1,
    .sliver_share = 0.1,
    .sliver_total_share = 0.01,
};

static bool ring_measure(struct th_geos *geos, const GEOSGeometry *ring,
                         const struct th_overlap_frame *frame, double sign,
                         struct th_ruler_size *size)
{
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos->context, ring);
    unsigned n = 0;
    if (sequence == NULL || !GEOSCoordSeq_getSize_r(geos->context, sequence, &n)) {
        return false;
    }
    if (n == 0) {
        return true;
    }
    struct th_xy *points = malloc(n * sizeof(*points));
    if (points == NULL || !GEOSCoordSeq_copyToBuffer_r(geos->context, sequence, &points->x, 0, 0)) {
        free(points);
        return false;
    }
    double unit = TH_GROUND_PER_DEGREE / frame->per_degree;
    int64_t origin_y = llround((frame->origin_y + points[0].y) * unit);
    double south = 0;
    double north = 0;
    struct th_xy first = points[0];
    for (unsigned i = 0; i < n; i++) {
        points[i].x = (points[i].x - first.x) * unit;
        points[i].y = (points[i].y - first.y) * unit;
        south = fmin(south, points[i].y);
        north = fmax(north, points[i].y);
    }
    struct th_ruler ruler;
    struct th_ruler_size ring_size = {0, 0};
    th_ruler_make(origin_y, south, north, &ruler);
    for (unsigned i = 0; i + 1 < n; i++) {
        th_ruler_add(&ruler, points[i].x, points[i].y, points[i + 1].x, points[i + 1].y,
                     &ring_size);
    }
    size->area_m2 += sign * fabs(ring_size.area_m2);
    size->perimeter_m += ring_size.perimeter_m;
    free(points);
    return true;
}

static bool polygon_measure(struct th_geos *geos, const GEOSGeometry *polygon,
                            const struct th_overlap_frame *frame, struct th_ruler_size *size)
{
    const GEOSGeometry *shell = GEOSGetExteriorRing_r(geos->context, polygon);
    int n_holes = GEOSGetNumInteriorRings_r(geos->context, polygon);
    if (shell == NULL || n_holes < 0 || !ring_measure(geos, shell, frame, 1, size)) {
        return false;
    }
    for (int i = 0; i < n_holes; i++) {
        const GEOSGeometry *hole = GEOSGetInteriorRingN_r(geos->context, polygon, i);
        if (hole == NULL || !ring_measure(geos, hole, frame, -1, size)) {
            return false;
        }
    }
    return true;
}

static bool parts_measure(struct th_geos *geos, const GEOSGeometry *shape,
                          const struct th_overlap_frame *frame, int depth,
                          struct th_ruler_size *size)
{
    int type = GEOSGeomTypeId_r(geos->context, shape);
    if (type == GEOS_POLYGON) {
        return polygon_measure(geos, shape, frame, size);
    }
    if (type != GEOS_MULTIPOLYGON && type != GEOS_GEOMETRYCOLLECTION) {
        return type >= 0;
    }
    int n = GEOSGetNumGeometries_r(geos->context, shape);
    for (int i = 0; i < n; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos->context, shape, i);
        if (part == NULL || depth >= NESTING_MAX ||
            !parts_measure(geos, part, frame, depth + 1, size)) {
            return false;
        }
    }
    return n >= 0;
}

bool th_overlap_polygons_measure(struct th_geos *geos, const GEOSGeometry *shape,
                                 const struct th_overlap_frame *frame,
                                 struct th_ruler_size *ret_size)
{
    struct th_ruler_size size = {0, 0};
    if (!parts_measure(geos, shape, frame, 0, &size)) {
        return false;
    }
    *ret_size = size;
    return true;
}

struct th_overlap_finding th_overlap_classify(const struct th_overlap_limits *limits, int64_t id,
                                              struct th_ruler_size common, double a_m2, double b_m2)
{
    double smaller_m2 = fmin(a_m2, b_m2);
    double union_m2 = a_m2 + b_m2 - common.area_m2;
    struct th_overlap_finding finding = {
        .other_id = id,
        .kind = TH_OVERLAP_SLIVER,
        .area_m2 = common.area_m2,
        .width_m = common.perimeter_m > 0 ? 2 * common.area_m2 / common.perimeter_m : 0,
        .share = smaller_m2 > 0 ? common.area_m2 / smaller_m2 : 1,
        .iou = union_m2 > 0 ? common.area_m2 / union_m2 : 1,
    };
    if (finding.iou > limits->duplicate_iou) {
        finding.kind = TH_OVERLAP_DUPLICATE;
    } else if (common.area_m2 > fmax(limits->overlap_area_m2, limits->overlap_share * smaller_m2) &&
               (finding.width_m > limits->overlap_width_m ||
                common.area_m2 > limits->sliver_share * smaller_m2)) {
        finding.kind = TH_OVERLAP_AREA;
    }
    return finding;
}

int th_overlap_finding_compare(const void *left, const void *right)
{
    const struct th_overlap_finding *a = left;
    const struct th_overlap_finding *b = right;
    if (a->kind != b->kind) {
        return a->kind > b->kind ? -1 : 1;
    }
    return (a->other_id > b->other_id) - (a->other_id < b->other_id);
}

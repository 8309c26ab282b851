// The area between the equator and a parallel, by longitude, is a smooth function of latitude; so
// is the length of a degree. Over the few latitudes that a shape spans both are polynomials to the
// last digits, and with them the integral along a straight edge is a sum of four terms
// (Gauss–Legendre, exact up to degree 7).
#include "gis/overlap_measure_internal.h"

#include <math.h>
#include <stdlib.h>

#include "gis/area.h"

enum { NODES = TH_OVERLAP_RULER_NODES, NESTING_MAX = 8, GAUSS_NODES = 4 };

static const double pi = 3.14159265358979323846;

const struct th_overlap_limits th_overlap_limits_default = {
    .duplicate_iou = 0.95,
    .overlap_area_m2 = 10,
    .overlap_share = 0.01,
    .overlap_width_m = 1,
    .sliver_total_share = 0.01,
};

// Coefficients of the polynomial through (nodes[i], values[i]), lowest power first, over `values`.
static void interpolate(const double *nodes, double *values)
{
    for (int order = 1; order < NODES; order++) { // Newton's divided differences
        for (int i = NODES - 1; i >= order; i--) {
            values[i] = (values[i] - values[i - 1]) / (nodes[i] - nodes[i - order]);
        }
    }
    double powers[NODES] = {0};
    for (int i = NODES - 1; i >= 0; i--) { // powers = powers · (u − nodes[i]) + values[i]
        for (int k = NODES - 1; k > 0; k--) {
            powers[k] = powers[k - 1] - nodes[i] * powers[k];
        }
        powers[0] = values[i] - nodes[i] * powers[0];
    }
    for (int k = 0; k < NODES; k++) {
        values[k] = powers[k];
    }
}

void th_overlap_ruler_make(int64_t origin_y, double south, double north,
                           struct th_overlap_ruler *ret_ruler)
{
    const double unit = pi / 180 / TH_GROUND_PER_DEGREE; // 1e-8° in radians
    const double a = th_ellipsoid_cgcs2000.semi_major_m;
    const double f = th_ellipsoid_cgcs2000.flattening;
    const double e2 = f * (2 - f);
    struct th_overlap_ruler ruler = {.middle = (south + north) / 2,
                                     .half = fmax((north - south) / 2, 1)};
    double nodes[NODES];
    double density[NODES]; // m² a square of 1e-8°
    for (int i = 0; i < NODES; i++) {
        nodes[i] = cos(pi * (2 * i + 1) / (2 * NODES)); // Chebyshev's
        double lat = ((double)origin_y + ruler.middle + nodes[i] * ruler.half) * unit;
        double w2 = 1 - e2 * sin(lat) * sin(lat);
        double meridian = a * (1 - e2) / (w2 * sqrt(w2)) * unit; // radii of curvature
        double parallel = a / sqrt(w2) * cos(lat) * unit;
        density[i] = meridian * parallel;
        ruler.meridian2[i] = meridian * meridian;
        ruler.parallel2[i] = parallel * parallel;
    }
    interpolate(nodes, density);
    interpolate(nodes, ruler.meridian2);
    interpolate(nodes, ruler.parallel2);
    for (int k = 0; k < NODES; k++) {
        ruler.strip[k + 1] = density[k] * ruler.half / (k + 1);
    }
    *ret_ruler = ruler;
}

static inline double polynomial(const double *coefficients, int n, double u)
{
    double sum = coefficients[n - 1];
    for (int k = n - 2; k >= 0; k--) {
        sum = sum * u + coefficients[k];
    }
    return sum;
}

void th_overlap_ruler_add(const struct th_overlap_ruler *ruler, double x1, double y1, double x2,
                          double y2, struct th_overlap_size *size)
{
    static const double nodes[GAUSS_NODES] = {-0.8611363115940526, -0.3399810435848563,
                                              0.3399810435848563, 0.8611363115940526};
    static const double weights[GAUSS_NODES] = {0.1739274225687269, 0.3260725774312731,
                                                0.3260725774312731, 0.1739274225687269};
    double u1 = (y1 - ruler->middle) / ruler->half;
    double u2 = (y2 - ruler->middle) / ruler->half;
    double dx = x2 - x1;
    double dy = y2 - y1;
    double strip = 0;
    double length_m = 0;
    for (int i = 0; i < GAUSS_NODES; i++) {
        double u = (u1 + u2) / 2 + nodes[i] * (u2 - u1) / 2;
        strip += weights[i] * polynomial(ruler->strip, NODES + 1, u);
        length_m += weights[i] * sqrt(dx * dx * polynomial(ruler->parallel2, NODES, u) +
                                      dy * dy * polynomial(ruler->meridian2, NODES, u));
    }
    size->area_m2 -= dx * strip;
    size->perimeter_m += length_m;
}

struct th_overlap_size th_overlap_ground_size(const struct th_ground *ground)
{
    struct th_overlap_ruler ruler;
    struct th_overlap_size size = {0, 0};
    uint32_t i = 0;
    th_overlap_ruler_make(ground->origin_y, 0, ground->height, &ruler);
    for (uint32_t ring = 0; ring < ground->n_rings; ring++) {
        for (; i + 1 < ground->ring_ends[ring]; i++) {
            struct th_ground_xy p = ground->points[i];
            struct th_ground_xy q = ground->points[i + 1];
            th_overlap_ruler_add(&ruler, p.x, p.y, q.x, q.y, &size);
        }
        i = ground->ring_ends[ring];
    }
    return size;
}

static bool ring_measure(struct th_geos *geos, const GEOSGeometry *ring,
                         const struct th_overlap_frame *frame, double sign,
                         struct th_overlap_size *size)
{
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos->context, ring);
    unsigned n = 0;
    if (sequence == NULL || !GEOSCoordSeq_getSize_r(geos->context, sequence, &n)) {
        return false;
    }
    if (n == 0) {
        return true;
    }
    struct th_xy *points = malloc(n * sizeof *points);
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
    struct th_overlap_ruler ruler;
    struct th_overlap_size ring_size = {0, 0};
    th_overlap_ruler_make(origin_y, south, north, &ruler);
    for (unsigned i = 0; i + 1 < n; i++) {
        th_overlap_ruler_add(&ruler, points[i].x, points[i].y, points[i + 1].x, points[i + 1].y,
                             &ring_size);
    }
    size->area_m2 += sign * fabs(ring_size.area_m2);
    size->perimeter_m += ring_size.perimeter_m;
    free(points);
    return true;
}

static bool polygon_measure(struct th_geos *geos, const GEOSGeometry *polygon,
                            const struct th_overlap_frame *frame, struct th_overlap_size *size)
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
                          struct th_overlap_size *size)
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
                                 struct th_overlap_size *ret_size)
{
    struct th_overlap_size size = {0, 0};
    if (!parts_measure(geos, shape, frame, 0, &size)) {
        return false;
    }
    *ret_size = size;
    return true;
}

struct th_overlap_finding th_overlap_classify(const struct th_overlap_limits *limits, int64_t id,
                                              struct th_overlap_size common, double a_m2,
                                              double b_m2)
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
               finding.width_m > limits->overlap_width_m) {
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

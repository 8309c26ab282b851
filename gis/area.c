#include "gis/area.h"

#include <assert.h>
#include <geodesic.h>
#include <math.h>

#include "gis/area_internal.h"
#include "gis/ground_internal.h"

const struct th_ellipsoid th_ellipsoid_cgcs2000 = {6378137.0, 1.0 / 298.257222101};
const struct th_ellipsoid th_ellipsoid_wgs84 = {6378137.0, 1.0 / 298.257223563};

static void ring_measure(const struct geod_geodesic *geodesic, const struct th_xy *points, size_t n,
                         double *ret_area_m2, double *ret_perimeter_m)
{
    struct geod_polygon polygon;
    geod_polygon_init(&polygon, 0);
    // The closing vertex would add an edge of no length and no area; it is left out all the same.
    if (n > 1 && points[0].x == points[n - 1].x && points[0].y == points[n - 1].y) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        geod_polygon_addpoint(geodesic, &polygon, points[i].y, points[i].x);
    }
    geod_polygon_compute(geodesic, &polygon, 0, 1, ret_area_m2, ret_perimeter_m);
}

void th_area_geodesic_ring(const struct th_ellipsoid *ellipsoid, const struct th_xy *points,
                           size_t n, double *ret_area_m2, double *ret_perimeter_m)
{
    struct geod_geodesic geodesic;
    geod_init(&geodesic, ellipsoid->semi_major_m, ellipsoid->flattening);
    ring_measure(&geodesic, points, n, ret_area_m2, ret_perimeter_m);
}

void th_area_geodesic(const struct th_ellipsoid *ellipsoid, const struct th_geometry *geometry,
                      double *ret_area_m2, double *ret_perimeter_m)
{
    struct geod_geodesic geodesic;
    geod_init(&geodesic, ellipsoid->semi_major_m, ellipsoid->flattening);
    double area_m2 = 0;
    double perimeter_m = 0;
    size_t ring = 0;
    size_t start = 0;
    for (size_t polygon = 0; polygon < geometry->n_polygons; polygon++) {
        for (size_t first = ring; ring < geometry->polygon_ends[polygon]; ring++) {
            double ring_m2;
            double ring_m;
            ring_measure(&geodesic, geometry->points + start, geometry->ring_ends[ring] - start,
                         &ring_m2, &ring_m);
            area_m2 += ring == first ? fabs(ring_m2) : -fabs(ring_m2);
            perimeter_m += ring_m;
            start = geometry->ring_ends[ring];
        }
    }
    *ret_area_m2 = fmax(area_m2, 0);
    *ret_perimeter_m = perimeter_m;
}

void th_area_by_geodesics(const struct th_ground *ground, double *ret_area_m2,
                          double *ret_perimeter_m)
{
    struct geod_geodesic geodesic;
    geod_init(&geodesic, th_ellipsoid_cgcs2000.semi_major_m, th_ellipsoid_cgcs2000.flattening);
    double area_m2 = 0;
    double perimeter_m = 0;
    uint32_t ring = 0;
    uint32_t start = 0;
    for (uint32_t p = 0; p < ground->n_polygons; p++) {
        for (uint32_t first = ring; ring < ground->polygon_ends[p]; ring++) {
            double ring_m2;
            double ring_m;
            struct geod_polygon polygon;
            geod_polygon_init(&polygon, 0);
            for (uint32_t i = start; i + 1 < ground->ring_ends[ring]; i++) {
                geod_polygon_addpoint(&geodesic, &polygon,
                                      th_ground_degrees(ground->origin_y + ground->points[i].y),
                                      th_ground_degrees(ground->origin_x + ground->points[i].x));
            }
            geod_polygon_compute(&geodesic, &polygon, 0, 1, &ring_m2, &ring_m);
            area_m2 += ring == first ? fabs(ring_m2) : -fabs(ring_m2);
            perimeter_m += ring_m;
            start = ground->ring_ends[ring];
        }
    }
    *ret_area_m2 = fmax(area_m2, 0);
    *ret_perimeter_m = perimeter_m;
}

void th_area_measure(const struct th_ground *ground, struct th_area *ret_area,
                     int64_t *ret_perimeter_mm)
{
    struct th_area_estimate estimate;
    if (!th_area_series(ground, &estimate) ||
        estimate.area_error_m2 > TH_AREA_SERIES_ERROR_MAX_M2 ||
        estimate.perimeter_error_m > TH_AREA_SERIES_ERROR_MAX_M) {
        th_area_by_geodesics(ground, &estimate.area_m2, &estimate.perimeter_m);
    }
    enum th_status status = th_area_from_m2(estimate.area_m2, ret_area, NULL);
    assert(status == TH_OK); // a ground spans 21.5 degrees at most
    (void)status;
    *ret_perimeter_mm = (int64_t)floor(estimate.perimeter_m * 1000 + 0.5);
}

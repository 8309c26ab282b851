// Geodesic area and perimeter by PROJ's geod_polygonarea (C. F. F. Karney, "Algorithms for
// geodesics", J. Geodesy 87 (2013) 43–55, doi 10.1007/s00190-012-0578-z). |shell| − Σ|holes|,
// summed over parts; the shape must be valid, since crossing loops would be summed algebraically.
#ifndef TH_GIS_AREA_H
#define TH_GIS_AREA_H

#include "core/quantity.h"
#include "gis/ground.h"

struct th_ellipsoid {
    double semi_major_m;
    double flattening;
};

// CGCS2000 (GB 22021-2008): a = 6,378,137 m, f = 1/298.257222101.
extern const struct th_ellipsoid th_ellipsoid_cgcs2000;
// WGS 84: a = 6,378,137 m, f = 1/298.257223563.
extern const struct th_ellipsoid th_ellipsoid_wgs84;

// Area in m² (≥ 0) and perimeter of all rings in m; longitude, latitude in degrees.
void th_area_geodesic(const struct th_ellipsoid *ellipsoid, const struct th_geometry *geometry,
                      double *ret_area_m2, double *ret_perimeter_m);

// Signed area of one ring, counter-clockwise positive, and its perimeter; n points, closed or not.
void th_area_geodesic_ring(const struct th_ellipsoid *ellipsoid, const struct th_xy *points,
                           size_t n, double *ret_area_m2, double *ret_perimeter_m);

// What is stored of a parcel on CGCS2000: the geodesic area rounded as th_area_from_m2 does, and
// the perimeter of all rings in whole millimetres, half up. Parcels as they are take a series whose
// error is bounded by 1e-4 m² (mostly 1e-7) and 1e-5 m and which gives the same bytes on any
// machine (docs/adr/0012); other ground takes the functions above, whose sums of doubles err by up
// to 0.0003 m² on a parcel of a hundred vertices.
void th_area_measure(const struct th_ground *ground, struct th_area *ret_area,
                     int64_t *ret_perimeter_mm);

#endif

// Area and perimeter by series, with the bound of their error. For gis/ and its tests.
#ifndef TH_GIS_AREA_INTERNAL_H
#define TH_GIS_AREA_INTERNAL_H

#include "gis/ground.h"

struct th_area_estimate {
    double area_m2, area_error_m2; // error: at most this far from the geodesic's
    double perimeter_m, perimeter_error_m;
};

// On CGCS2000. false where the series does not reach: beyond 75° of latitude, or ground of more
// than about 60 km from south to north or edges of more than 60 km.
bool th_area_series(const struct th_ground *ground, struct th_area_estimate *ret_estimate);

// Errors up to which the series is taken for the geodesic. PROJ's own sums err by up to 0.0003 m².
#define TH_AREA_SERIES_ERROR_MAX_M2 1e-4
#define TH_AREA_SERIES_ERROR_MAX_M 1e-5

// The same by PROJ's geodesics, of any ground.
void th_area_by_geodesics(const struct th_ground *ground, double *ret_area_m2,
                          double *ret_perimeter_m);

#endif

// What gis/datum.c and gis/surveyor.c need of a transformation.
#ifndef TH_GIS_CRS_INTERNAL_H
#define TH_GIS_CRS_INTERNAL_H

#include "gis/crs.h"

#define TH_CGCS2000_A_M 6378137.0
#define TH_CGCS2000_RF 298.257222101

// One point to longitude, latitude and height above CGCS2000; false as th_crs_transform_apply.
bool th_crs_transform_point(struct th_crs_transform *transform, struct th_xy *point,
                            double *ret_height_m);

// Points of one shape, in place. false, with the point of the source that cannot be transformed
// there and back, when there is one; the points are then lost. In a shape of up to 100 km only the
// outermost points are sent back: what lies between them is no farther off than they are.
bool th_crs_transform_points(struct th_crs_transform *transform, struct th_xy *points, size_t n,
                             struct th_xy *ret_bad);

#endif

// What gis/datum.c needs of a transformation.
#ifndef TH_GIS_CRS_INTERNAL_H
#define TH_GIS_CRS_INTERNAL_H

#include "gis/crs.h"

#define TH_CGCS2000_A_M 6378137.0
#define TH_CGCS2000_RF 298.257222101

// One point to longitude, latitude and height above CGCS2000; false as th_crs_transform_apply.
bool th_crs_transform_point(struct th_crs_transform *transform, struct th_xy *point,
                            double *ret_height_m);

#endif

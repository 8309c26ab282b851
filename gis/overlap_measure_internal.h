// How large the polygons of an overlay are, and what common ground is called. For gis/ alone.
#ifndef TH_GIS_OVERLAP_MEASURE_INTERNAL_H
#define TH_GIS_OVERLAP_MEASURE_INTERNAL_H

#include "gis/geos_internal.h"
#include "gis/overlap.h"
#include "gis/ruler_internal.h"

// Units of a GEOS geometry: degrees = (origin + value) / per_degree.
struct th_overlap_frame {
    double origin_x, origin_y, per_degree;
};

// Area and perimeter of the polygons in `shape`; lines and points of an intersection are no ground.
// false when GEOS fails or memory runs out.
bool th_overlap_polygons_measure(struct th_geos *geos, const GEOSGeometry *shape,
                                 const struct th_overlap_frame *frame,
                                 struct th_ruler_size *ret_size);

struct th_overlap_finding th_overlap_classify(const struct th_overlap_limits *limits, int64_t id,
                                              struct th_ruler_size common, double a_m2,
                                              double b_m2);
// Worst class first, then by id; for qsort.
int th_overlap_finding_compare(const void *left, const void *right);

#endif

// How large common ground is and what it is called. Edges are straight lines in longitude and
// latitude, as overlay takes them; area and length are those on the ellipsoid. For gis/ alone.
#ifndef TH_GIS_OVERLAP_MEASURE_INTERNAL_H
#define TH_GIS_OVERLAP_MEASURE_INTERNAL_H

#include "gis/geos_internal.h"
#include "gis/ground.h"
#include "gis/overlap.h"

enum { TH_OVERLAP_RULER_NODES = 7 };

// The ellipsoid CGCS2000 between two latitudes, as polynomials in −1 … 1.
struct th_overlap_ruler {
    double middle, half;                      // of the latitudes, in 1e-8° from the origin
    double strip[TH_OVERLAP_RULER_NODES + 1]; // area south of here by longitude, m² a 1e-8°
    double meridian2[TH_OVERLAP_RULER_NODES]; // (m a 1e-8° of latitude)²
    double parallel2[TH_OVERLAP_RULER_NODES]; // (m a 1e-8° of longitude)²
};

// For latitudes from `south` to `north`, in 1e-8° from `origin_y`, itself in 1e-8°. Over 20 degrees
// the relative error stays below 1e-9, over one degree below 1e-13.
void th_overlap_ruler_make(int64_t origin_y, double south, double north,
                           struct th_overlap_ruler *ret_ruler);

struct th_overlap_size {
    double area_m2, perimeter_m; // area with a sign until a boundary is closed
};

// Adds the edge from (x1, y1) to (x2, y2), in 1e-8° from the ruler's origin; the interior lies on
// its left.
void th_overlap_ruler_add(const struct th_overlap_ruler *ruler, double x1, double y1, double x2,
                          double y2, struct th_overlap_size *size);
struct th_overlap_size th_overlap_ground_size(const struct th_ground *ground);

// Units of a GEOS geometry: degrees = (origin + value) / per_degree.
struct th_overlap_frame {
    double origin_x, origin_y, per_degree;
};

// Area and perimeter of the polygons in `shape`; lines and points of an intersection are no ground.
// false when GEOS fails or memory runs out.
bool th_overlap_polygons_measure(struct th_geos *geos, const GEOSGeometry *shape,
                                 const struct th_overlap_frame *frame,
                                 struct th_overlap_size *ret_size);

struct th_overlap_finding th_overlap_classify(const struct th_overlap_limits *limits, int64_t id,
                                              struct th_overlap_size common, double a_m2,
                                              double b_m2);
// Worst class first, then by id; for qsort.
int th_overlap_finding_compare(const void *left, const void *right);

#endif

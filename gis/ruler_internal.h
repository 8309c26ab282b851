// Area and length on the ellipsoid of shapes whose edges are straight lines in longitude and
// latitude, as overlay takes them. For gis/ alone.
#ifndef TH_GIS_RULER_INTERNAL_H
#define TH_GIS_RULER_INTERNAL_H

#include "gis/ground.h"

enum { TH_RULER_NODES = 7 };

// The ellipsoid CGCS2000 between two latitudes, as polynomials in −1 … 1.
struct th_ruler {
    double middle, half;              // of the latitudes, in 1e-8° from the origin
    double strip[TH_RULER_NODES + 1]; // area south of here by longitude, m² a 1e-8°
    double meridian2[TH_RULER_NODES]; // (m a 1e-8° of latitude)²
    double parallel2[TH_RULER_NODES]; // (m a 1e-8° of longitude)²
};

// For latitudes from `south` to `north`, in 1e-8° from `origin_y`, itself in 1e-8°. Over 20 degrees
// the relative error stays below 1e-9, over one degree below 1e-13.
void th_ruler_make(int64_t origin_y, double south, double north, struct th_ruler *ret_ruler);

struct th_ruler_size {
    double area_m2, perimeter_m; // area with a sign until a boundary is closed
};

// Adds the edge from (x1, y1) to (x2, y2), in 1e-8° from the ruler's origin; the interior lies on
// its left.
void th_ruler_add(const struct th_ruler *ruler, double x1, double y1, double x2, double y2,
                  struct th_ruler_size *size);
struct th_ruler_size th_ruler_ground(const struct th_ground *ground);

#endif

// Making grounds, for those in gis/ who have whole numbers at hand.
#ifndef TH_GIS_GROUND_INTERNAL_H
#define TH_GIS_GROUND_INTERNAL_H

#include "gis/ground.h"

// The arrays of a ground while it is being filled: they point into its block.
struct th_ground_parts {
    struct th_ground_xy *points;
    uint32_t *ring_ends, *polygon_ends;
};

// A ground with room for so many items; everything but the counts is the caller's to fill. NULL
// when out of memory. The counts are within the limits of gis/geometry.h.
struct th_ground *th_ground_alloc(size_t n_points, size_t n_rings, size_t n_polygons,
                                  struct th_ground_parts *ret_parts);

// Whole 1e-8° next to `degrees`, half away from zero; |degrees| < 9e7.
static inline int64_t th_ground_round(double degrees)
{
    double scaled = degrees * TH_GROUND_PER_DEGREE;
    int64_t whole = (int64_t)scaled;
    double rest = scaled - (double)whole; // exact: both lie within one of each other
    return whole + (rest >= 0.5) - (rest <= -0.5);
}

// The double that stands for it everywhere.
static inline double th_ground_degrees(int64_t whole)
{
    return (double)whole / TH_GROUND_PER_DEGREE;
}

#endif

// Which closed ring lies in which: holes of shapes that come as bare rings. For gis/reader/ alone.
#ifndef TH_GIS_READER_RINGS_INTERNAL_H
#define TH_GIS_READER_RINGS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

struct th_ring_points { // x and y by turns; the first point is not repeated at the end
    const double *xy;
    size_t n;
};

enum { TH_RINGS_MAX = 2000 }; // of one shape: the comparison is pair by pair

// A ring inside an even number of others is a shell, inside an odd number a hole of the smallest
// one around it; ret_shell[i] is the index of that shell, of the ring itself when it is one. Rings
// that are the same, or cross, count as side by side: the check of the shape's validity names them
// later. n <= TH_RINGS_MAX; false when there is not enough memory.
bool th_rings_nest(const struct th_ring_points *rings, size_t n, size_t *ret_shell);

// Twice the enclosed area with its sign, counter-clockwise positive, about the first point.
double th_ring_area2(struct th_ring_points ring);

// -1 outside, 0 on the line, 1 inside; by crossings, without tolerance.
int th_ring_place(struct th_ring_points ring, double x, double y);

// Do two edges of the ring that are not neighbours touch or cross? Pair by pair: for short rings.
bool th_ring_crosses_itself(struct th_ring_points ring);

#endif

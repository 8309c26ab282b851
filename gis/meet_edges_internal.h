// Which edges of a ground can matter, and whether it holds a point: the parts of the exact test
// (gis/meet.c) that run over all vertices. For gis/ alone.
#ifndef TH_GIS_MEET_EDGES_INTERNAL_H
#define TH_GIS_MEET_EDGES_INTERNAL_H

#include "gis/meet_internal.h"

// Closed, in the offsets of a ground.
struct th_meet_box {
    int32_t west, south, east, north;
};

static inline bool th_meet_boxes_meet(const struct th_meet_box *a, const struct th_meet_box *b)
{
    return a->west <= b->east && b->west <= a->east && a->south <= b->north && b->south <= a->north;
}

static inline void th_meet_box_add(struct th_meet_box *box, const struct th_meet_box *other)
{
    box->west = other->west < box->west ? other->west : box->west;
    box->south = other->south < box->south ? other->south : box->south;
    box->east = other->east > box->east ? other->east : box->east;
    box->north = other->north > box->north ? other->north : box->north;
}

// Writes the index of the first point of every edge whose box meets `box`, in rising order;
// `starts` and `codes` (scratch) have room for n_points + 1 items. Returns their number.
uint32_t th_meet_edges_select(const struct th_meet_side *side, const struct th_meet_box *box,
                              unsigned char *codes, uint32_t *starts);

// Even-odd rule for the point (x2 / 2, y2 / 2) in offsets of the ground, which is not on the
// boundary.
bool th_meet_holds(const struct th_meet_side *side, int64_t x2, int64_t y2);

// The sign of (b - a) × (c - a): 1 when c lies to the left of the way from a to b.
__extension__ typedef __int128 th_wide;
static inline int th_meet_turn(int64_t ax, int64_t ay, int64_t bx, int64_t by, int64_t cx,
                               int64_t cy)
{
    th_wide left = (th_wide)(bx - ax) * (cy - ay);
    th_wide right = (th_wide)(by - ay) * (cx - ax);
    return (left > right) - (left < right);
}

#endif

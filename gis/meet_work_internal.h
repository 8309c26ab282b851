// The work on one pair of grounds, shared by the steps of the exact test (gis/meet.c). For gis/
// alone.
#ifndef TH_GIS_MEET_WORK_INTERNAL_H
#define TH_GIS_MEET_WORK_INTERNAL_H

#include "gis/meet_edges_internal.h"

enum {
    TH_WORK_SHARED = 1,      // cancelled
    TH_WORK_TOUCH_START = 2, // the other shape's rest touches the first vertex
    TH_WORK_TOUCH_END = 4,
    TH_WORK_BLOCK_EDGES = 16
};

struct th_spot { // offset from the origin of a
    int64_t x, y;
};

// An edge that is left after cancelling, and its box within the common box.
struct th_work_rest {
    uint32_t k; // in `starts`
    struct th_meet_box box;
};

enum th_work_contact_kind {
    TH_CONTACT_POINT, // a vertex of either shape
    TH_CONTACT_PIECE, // edges run along each other
    TH_CONTACT_ENTER, // a crossing: behind it the edge is inside the other shape
    TH_CONTACT_LEAVE
};

// Where the other shape meets edge k; positions are shares of the edge, 0 to 1.
struct th_work_contact {
    uint32_t k;
    enum th_work_contact_kind kind;
    bool same; // of a piece: both interiors lie on the same side
    double from, to;
    struct th_spot spot_from, spot_to; // not of crossings
};

struct th_work_room {
    size_t capacity; // points
    unsigned char *codes, *flags;
    uint32_t *starts;
    struct th_work_rest *rest;
    struct th_meet_box *blocks; // around TH_WORK_BLOCK_EDGES items of rest each
    struct th_work_contact *contacts;
    size_t contacts_capacity;
};

struct th_meet_room {
    struct th_work_room sides[2];
    uint32_t *table; // of hashed vertices
    size_t table_capacity;
};

// One side while two shapes are compared.
struct th_work_side {
    const struct th_meet_side *shape;
    const struct th_ground_xy *points;
    int64_t dx, dy; // origin, seen from that of a
    struct th_work_room *room;
    uint32_t n_edges; // in room->starts
    uint32_t n_rest;
    uint32_t n_contacts;
    bool shared_opposite, shared_same;
    bool inside, outside; // pieces of the boundary, in relation to the other shape
};

struct th_work {
    struct th_work_side sides[2];
    struct th_meet_box common; // from the origin of a
    struct th_meet_room *room;
    uint64_t n_compared;           // boxes
    uint64_t n_pairs, n_crossings; // of edges: boxes meet, edges cross
    bool crosses;
    bool doubtful;                // crossings too close to be put in order
    const struct th_ruler *ruler; // NULL: nothing is measured
    struct th_ruler_size size;
};

// What comparing edges found.
enum th_work_outcome { TH_WORK_GOES_ON, TH_WORK_TOO_MUCH, TH_WORK_NO_MEMORY };

static inline struct th_spot th_work_point(const struct th_work_side *side, uint32_t i)
{
    return (struct th_spot){side->points[i].x + side->dx, side->points[i].y + side->dy};
}

static inline bool th_spot_equal(struct th_spot a, struct th_spot b)
{
    return a.x == b.x && a.y == b.y;
}

// Compares the edges that are left of both sides (`rest`) and notes where they meet.
enum th_work_outcome th_work_compare(struct th_work *work) TH_MUST_CHECK;
// Finds out where the runs of one side lie; adds up what lies inside when there is a ruler.
void th_work_follow(struct th_work *work, struct th_work_side *side);

#endif

// Do the edges of a ground meet where they must not, and are its rings nested as they say? Decided
// in whole numbers, every sign exact, without building a topology. For gis/ alone.
#ifndef TH_GIS_SIMPLE_INTERNAL_H
#define TH_GIS_SIMPLE_INTERNAL_H

#include "gis/ground.h"

enum th_simple_verdict {
    TH_SIMPLE_VALID,
    TH_SIMPLE_CROSSING,     // two edges cross or lie on each other, or two rings cross in a vertex
    TH_SIMPLE_CONTACT,      // edges touch
    TH_SIMPLE_HOLE_OUTSIDE, // no crossing, but a hole does not lie in its shell
    TH_SIMPLE_HOLE_NESTED,
    TH_SIMPLE_SHELL_NESTED,
    TH_SIMPLE_DISCONNECTED // rings that touch cut a polygon into pieces
};

struct th_simple_finding {
    enum th_simple_verdict verdict;
    struct th_xy place; // degrees; of the first finding, not the only one
    bool one_ring;      // contact or crossing of a ring with itself
};

struct th_simple_room; // memory that is kept from one ground to the next; one per thread

struct th_simple_room *th_simple_room_new(void); // NULL when out of memory
void th_simple_room_free(struct th_simple_room *room);

// What an overlay, or a look at every contact, has to go through.
struct th_simple_limits {
    size_t pairs;    // of edges whose boxes meet
    size_t meetings; // of edges that cross or touch; 0: not counted
};

// Is a ground valid? Never TH_SIMPLE_CONTACT of different rings, which may be: each contact is
// looked at then. *ret_tangled: that would go over the limit of pairs; the finding is a contact.
enum th_status th_simple_test(struct th_simple_room *room, const struct th_ground *ground,
                              const struct th_simple_limits *limits,
                              struct th_simple_finding *ret_finding, bool *ret_tangled,
                              struct th_error *err) TH_MUST_CHECK;

// The ways behind it. Two prove that there is no contact at all, or find one: by boxes of short
// chains, quick for parcels as they are, and by a sweep, quick for any. The first gives up
// (*ret_done false) where it would take too long.
enum th_status th_simple_by_chains(struct th_simple_room *room, const struct th_ground *ground,
                                   struct th_simple_finding *ret_finding, bool *ret_done,
                                   struct th_error *err) TH_MUST_CHECK;
enum th_status th_simple_by_sweep(struct th_simple_room *room, const struct th_ground *ground,
                                  struct th_simple_finding *ret_finding,
                                  struct th_error *err) TH_MUST_CHECK;
// The third looks at every contact, and may do so for any ground.
enum th_status th_simple_by_touches(struct th_simple_room *room, const struct th_ground *ground,
                                    const struct th_simple_limits *limits,
                                    struct th_simple_finding *ret_finding, bool *ret_tangled,
                                    struct th_error *err) TH_MUST_CHECK;

// Is there more than that, or would the search for it itself take long?
enum th_status th_simple_is_tangled(struct th_simple_room *room, const struct th_ground *ground,
                                    const struct th_simple_limits *limits, bool *ret_tangled,
                                    struct th_error *err) TH_MUST_CHECK;

// Shared by both ways.
enum th_simple_meeting { TH_SIMPLE_APART, TH_SIMPLE_TOUCH, TH_SIMPLE_CROSS };

struct th_simple_room {
    void *chains;
    size_t chains_size; // bytes
    void *sweep;
    size_t sweep_size;
};

// Room of at least `size` bytes in *block; contents are lost. false when out of memory.
bool th_simple_room_make(void **block, size_t *block_size, size_t size);

// 1 when c is left of a→b, -1 when right, 0 when on it. Offsets are below 2^31, hence each product
// below 2^62.
static inline int th_simple_side(struct th_ground_xy a, struct th_ground_xy b,
                                 struct th_ground_xy c)
{
    int64_t left = ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y);
    int64_t right = ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
    return (left > right) - (left < right);
}

// Edges a→b and c→d whose boxes meet, or which a line from south to north meets both.
enum th_simple_meeting th_simple_meet(struct th_ground_xy a, struct th_ground_xy b,
                                      struct th_ground_xy c, struct th_ground_xy d);
// Where such edges touch.
struct th_ground_xy th_simple_touch_place(struct th_ground_xy a, struct th_ground_xy b,
                                          struct th_ground_xy c, struct th_ground_xy d);
// Does the way a→b→c turn back on itself?
bool th_simple_is_spike(struct th_ground_xy a, struct th_ground_xy b, struct th_ground_xy c);

// An edge and its box, for going through all pairs whose boxes meet.
struct th_simple_piece {
    int32_t west, east, south, north;
    uint32_t edge; // leads from that point to the next
    uint32_t ring;
};
// Fills the room for `ground->n_points` of them, from west to east; returns their number.
size_t th_simple_pieces(const struct th_ground *ground, struct th_simple_piece *pieces);

// Do edges i < j of a ring have a common vertex?
bool th_simple_adjacent(const struct th_ground *ground, uint32_t ring, uint32_t i, uint32_t j);
// Is the point inside the ring? It does not lie on it.
bool th_simple_ring_holds(const struct th_ground *ground, uint32_t ring, struct th_ground_xy point);

// Sets a finding: crossing of a→b and c→d, or a place.
void th_simple_found_crossing(const struct th_ground *ground, struct th_ground_xy a,
                              struct th_ground_xy b, struct th_ground_xy c, struct th_ground_xy d,
                              struct th_simple_finding *finding);
void th_simple_found(const struct th_ground *ground, enum th_simple_verdict verdict,
                     struct th_ground_xy place, struct th_simple_finding *finding);

#endif

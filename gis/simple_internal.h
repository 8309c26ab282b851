// Is a ground free of contacts between its edges, and are its rings nested as they say? Decided in
// whole numbers, without building a topology. For gis/ alone.
#ifndef TH_GIS_SIMPLE_INTERNAL_H
#define TH_GIS_SIMPLE_INTERNAL_H

#include "gis/ground.h"

enum th_simple_verdict {
    TH_SIMPLE_VALID,        // proven: also GEOS will say so
    TH_SIMPLE_CROSSING,     // two edges cross in their interiors, at `place`
    TH_SIMPLE_CONTACT,      // edges touch or come within the noise of doubles near `place`
    TH_SIMPLE_HOLE_OUTSIDE, // no contact, but a hole does not lie in its shell
    TH_SIMPLE_HOLE_NESTED,
    TH_SIMPLE_SHELL_NESTED
};

struct th_simple_finding {
    enum th_simple_verdict verdict;
    struct th_xy place; // degrees; of the first finding, not the only one
    bool one_ring;      // contact or crossing of a ring with itself
};

struct th_simple_room; // memory that is kept from one ground to the next; one per thread

struct th_simple_room *th_simple_room_new(void); // NULL when out of memory
void th_simple_room_free(struct th_simple_room *room);

enum th_status th_simple_test(struct th_simple_room *room, const struct th_ground *ground,
                              struct th_simple_finding *ret_finding,
                              struct th_error *err) TH_MUST_CHECK;

// The two ways behind it, of which th_simple_test chooses: by boxes of short chains, quick for
// parcels as they are, and by a sweep, quick for any. The first gives up (*ret_done false) where
// it would take too long.
enum th_status th_simple_by_chains(struct th_simple_room *room, const struct th_ground *ground,
                                   struct th_simple_finding *ret_finding, bool *ret_done,
                                   struct th_error *err) TH_MUST_CHECK;
enum th_status th_simple_by_sweep(struct th_simple_room *room, const struct th_ground *ground,
                                  struct th_simple_finding *ret_finding,
                                  struct th_error *err) TH_MUST_CHECK;

// What an overlay or a test by GEOS has to look at.
struct th_simple_limits {
    size_t pairs;    // of edges whose boxes meet
    size_t meetings; // of edges that cross or touch; 0: not counted
};
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

// Doubles stand for places on the grid with an error of up to 1.5e-6 of a cell (1.42e-14° at 180°,
// in cells of 1e-8°), so that a difference errs by 2.9e-6 and a product of differences by that much
// of the other factor. Within this margin of zero the sign that GEOS sees is open.
static inline int64_t th_simple_margin(int64_t sum_of_differences)
{
    return sum_of_differences >> 17;
}

static inline int64_t th_simple_abs(int64_t value)
{
    return value < 0 ? -value : value;
}

// 1 when c is left of a→b, -1 when right, 0 when on it or within the margin. Offsets are below
// 2^31, hence each product below 2^62.
static inline int th_simple_side(struct th_ground_xy a, struct th_ground_xy b,
                                 struct th_ground_xy c)
{
    int64_t abx = (int64_t)b.x - a.x;
    int64_t aby = (int64_t)b.y - a.y;
    int64_t acx = (int64_t)c.x - a.x;
    int64_t acy = (int64_t)c.y - a.y;
    int64_t cross = abx * acy - aby * acx;
    int64_t margin = th_simple_margin(th_simple_abs(abx) + th_simple_abs(aby) + th_simple_abs(acx) +
                                      th_simple_abs(acy));
    return (cross > margin) - (cross < -margin);
}

// Edges a→b and c→d without a common vertex.
enum th_simple_meeting th_simple_meet(struct th_ground_xy a, struct th_ground_xy b,
                                      struct th_ground_xy c, struct th_ground_xy d);
// Where such edges touch.
struct th_ground_xy th_simple_touch_place(struct th_ground_xy a, struct th_ground_xy b,
                                          struct th_ground_xy c, struct th_ground_xy d);
// Does the way a→b→c turn back on itself?
bool th_simple_is_spike(struct th_ground_xy a, struct th_ground_xy b, struct th_ground_xy c);

// Sets a finding: crossing of a→b and c→d, or a place.
void th_simple_found_crossing(const struct th_ground *ground, struct th_ground_xy a,
                              struct th_ground_xy b, struct th_ground_xy c, struct th_ground_xy d,
                              struct th_simple_finding *finding);
void th_simple_found(const struct th_ground *ground, enum th_simple_verdict verdict,
                     struct th_ground_xy place, struct th_simple_finding *finding);

#endif

// Do two grounds share ground, or do they only touch? Decided exactly on the grid of 1e-8°, and
// cheaply: neighbours that share boundaries are the common case in a register. For gis/ alone.
#ifndef TH_GIS_MEET_INTERNAL_H
#define TH_GIS_MEET_INTERNAL_H

#include "gis/ruler_internal.h"

// A ground with more points than this is worth an index of its edges when it meets many others.
enum { TH_MEET_LARGE = 1024 };

// Boxes around chains of successive edges. Immutable.
struct th_meet_index;
enum th_status th_meet_index_new(const struct th_ground *ground, struct th_meet_index **ret_index,
                                 struct th_error *err) TH_MUST_CHECK;
void th_meet_index_free(struct th_meet_index *index);

// One of the two: a valid ground, and its index or NULL.
struct th_meet_side {
    const struct th_ground *ground;
    const struct th_meet_index *index;
};

enum th_meet {
    TH_MEET_APART,  // proved: the interiors do not meet
    TH_MEET_PARTLY, // proved: they do, and neither holds the other
    TH_MEET_WITHIN, // proved: a lies in b, and is the common ground
    TH_MEET_AROUND, // proved: b lies in a, and is the common ground
    TH_MEET_EQUAL,  // proved: both are the same ground
    TH_MEET_UNKNOWN // more work than any two parcels are worth
};

struct th_meet_room; // memory that calls share; one per thread
enum th_status th_meet_room_new(struct th_meet_room **ret_room, struct th_error *err) TH_MUST_CHECK;
void th_meet_room_free(struct th_meet_room *room);

struct th_meet_result {
    enum th_meet meet;
    // Of the common ground, for TH_MEET_PARTLY and when `measured`. Where crossings lie so close to
    // each other that doubles do not tell their order, it is not measured.
    struct th_ruler_size size;
    bool measured;
    // Of edges: pairs that cross, and pairs whose boxes meet; what an overlay would have to go
    // through. Too small for TH_MEET_UNKNOWN.
    uint64_t n_crossings, n_pairs;
};

enum th_status th_meet_test(const struct th_meet_side *a, const struct th_meet_side *b,
                            struct th_meet_room *room, struct th_meet_result *ret_result,
                            struct th_error *err) TH_MUST_CHECK;

#endif

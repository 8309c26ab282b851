// Where a parcel came from and what became of it, over any number of splits and merges.
#ifndef TH_REGISTRY_PARCEL_LINEAGE_H
#define TH_REGISTRY_PARCEL_LINEAGE_H

#include <stdint.h>

#include "store/ground/parcel_life_store.h"

struct th_relative {
    int64_t parcel_id;
    int64_t next_id; // the relative nearer to the parcel that was asked about, or itself
};

struct th_relatives { // zero before use
    struct th_relative *items;
    size_t n;
    size_t capacity;
};

// All ancestors (or all descendants), nearest first, each once. th_relatives_clear.
enum th_status th_relatives_load(struct th_store *store, int64_t parcel_id, bool ancestors,
                                 struct th_relatives *ret_relatives,
                                 struct th_error *err) TH_MUST_CHECK;
void th_relatives_clear(struct th_relatives *relatives);

// When the ground of a version was judged: compared with everybody else's, so that what it had in
// common with older ground was taken off it. Only an order: what was judged later is larger, also
// of rows of one import. What a split or merge made has it from all parents, hence two.
struct th_ground_age {
    int64_t first, last;
};
// TH_NOT_FOUND ("parcel_not_found").
enum th_status th_ground_age(struct th_store *store, int64_t parcel_id, int64_t version,
                             struct th_ground_age *ret_age, struct th_error *err) TH_MUST_CHECK;

#endif

// The R*Tree of the parcel versions, written in one go instead of entry by entry.
#ifndef TH_STORE_RTREE_INTERNAL_H
#define TH_STORE_RTREE_INTERNAL_H

#include "store/db_internal.h"
#include "store/ground/spatial_blob.h"

struct th_rtree_entry {
    int64_t id;
    float west, east, south, north; // degrees, rounded outward
};

struct th_rtree_entry th_rtree_entry_make(int64_t id, const struct th_spatial_box *box);

struct th_rtree_list {            // {0} is the empty one
    struct th_rtree_entry *items; // free()
    size_t n;
    size_t capacity;
};
enum th_status th_rtree_list_append(struct th_rtree_list *list, const struct th_rtree_entry *entry,
                                    struct th_error *err) TH_MUST_CHECK;

// Puts the entries, which are new, into the R*Tree: into new nodes packed along a Hilbert curve,
// together with what stood there, when there are many of them; else one by one. `list` is put in
// order of ids and may have grown. Inside a transaction.
enum th_status th_rtree_load(struct th_store *store, struct th_rtree_list *list,
                             struct th_error *err) TH_MUST_CHECK;

#endif

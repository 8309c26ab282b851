// A packed tree of boxes along a Hilbert curve, built at once: a search visits few nodes whether
// parcels are all alike, of very different sizes, or far apart. For gis/ alone.
#ifndef TH_GIS_FABRIC_TREE_INTERNAL_H
#define TH_GIS_FABRIC_TREE_INTERNAL_H

#include "gis/fabric.h"

// In units of the tree; closed, never smaller than what it stands for.
struct th_tree_box {
    int32_t west, south, east, north;
};

struct th_tree {
    uint32_t n;                // leaves: parcels with ground
    uint32_t *order;           // position of the parcel of each leaf
    struct th_tree_box *boxes; // of the leaves, then of each level above
    uint32_t level_start[10];  // in boxes; the last level has one box
    int n_levels;
    int64_t base_x, base_y; // in 1e-8°
    int shift;              // a unit is 2^shift · 1e-8°
};

// Fills a zeroed tree; to be cleared also when that fails.
enum th_status th_tree_fill(struct th_tree *tree, const struct th_fabric_parcel *parcels, size_t n,
                            struct th_error *err) TH_MUST_CHECK;
void th_tree_clear(struct th_tree *tree); // safe on a zeroed struct

// The box of a ground in units of the tree, clipped to what the tree can hold.
struct th_tree_box th_tree_box_of(const struct th_tree *tree, const struct th_ground *ground);

// A search in progress: leaves whose boxes share more than an edge with that of the search, in
// rising order.
struct th_tree_search {
    const struct th_tree *tree;
    struct th_tree_box box;
    uint32_t stack[10]; // next child by level
    uint32_t end[10];
    int level;
};
void th_tree_search_begin(const struct th_tree *tree, const struct th_tree_box *box,
                          struct th_tree_search *search);
// The next leaf, or false at the end.
bool th_tree_search_next(struct th_tree_search *search, uint32_t *ret_leaf);

#endif

// What the parts of the fabric share. For gis/ alone.
#ifndef TH_GIS_FABRIC_INTERNAL_H
#define TH_GIS_FABRIC_INTERNAL_H

#include "gis/fabric.h"
#include "gis/fabric_tree_internal.h"
#include "gis/meet_internal.h"
#include "gis/overlap_measure_internal.h"
#include "gis/simple_internal.h"

// The index of a parcel with very many edges.
struct th_fabric_large {
    uint32_t position;
    struct th_meet_index *index;
};

struct th_fabric {
    const struct th_fabric_parcel *parcels;
    size_t n;
    struct th_overlap_limits limits;
    bool keeps_unsound;
    struct th_tree tree;
    struct th_fabric_large *large; // by position
    size_t n_large;
};

struct th_fabric_probe {
    struct th_geos geos;
    struct th_meet_room *room;
    struct th_simple_room *simple;
    // Of the parcel that a search asks about, once it was needed; NULL: not yet.
    const struct th_ground *measured;
    struct th_ruler_size size;
};

struct th_meet_side th_fabric_side(const struct th_fabric *fabric, uint32_t position);

// Findings about one parcel while they are gathered.
struct th_fabric_findings {
    struct th_overlap_finding *items;
    uint32_t *positions; // of the parcels met
    size_t n, capacity;
    size_t n_overlaps; // overlaps and duplicates
    bool more;
};
void th_fabric_findings_clear(struct th_fabric_findings *findings);

// Gathers into *findings (emptied first) the parcels at positions below `limit` that share ground
// with `side`, in the order of the tree. *n_tests counts what was compared; it stops with
// TH_INTERRUPTED when go_on(context, n_tests) says so; go_on may be NULL.
struct th_fabric_search {
    const struct th_fabric *fabric;
    struct th_fabric_probe *probe;
    struct th_meet_side side;
    double area_m2;
    uint32_t limit;
    bool (*go_on)(void *context, uint64_t n_tests);
    void *context;
};
enum th_status th_fabric_search(const struct th_fabric_search *search,
                                struct th_fabric_findings *findings,
                                struct th_error *err) TH_MUST_CHECK;

// Whether GEOS may be given two grounds of which the exact test found `result`: TH_LIMIT
// ("fabric_tangled") when it might take minutes, since nothing can stop it then. `b` may be NULL.
enum th_status th_fabric_overlay_allow(struct th_fabric_probe *probe,
                                       const struct th_meet_result *result,
                                       const struct th_ground *a, const struct th_ground *b,
                                       struct th_error *err) TH_MUST_CHECK;
// The common ground by GEOS, in 1e-8° from (*ret_x, *ret_y). NULL on failure.
GEOSGeometry *th_fabric_overlay(struct th_geos *geos, const struct th_ground *a,
                                const struct th_ground *b, int64_t *ret_x, int64_t *ret_y);
// A GEOS geometry of the ground in 1e-8° from (x, y); NULL on failure.
GEOSGeometry *th_fabric_geos(struct th_geos *geos, const struct th_ground *ground, int64_t x,
                             int64_t y);

#endif

// Many parcels beside each other: which of them share ground, exactly, on all cores. Neighbours
// that only touch are the common case and are dismissed without building an intersection.
#ifndef TH_GIS_FABRIC_H
#define TH_GIS_FABRIC_H

#include "core/progress.h"
#include "gis/ground.h"
#include "gis/overlap.h"

enum {
    // Duplicates and overlaps that are listed of one parcel; slivers are always listed.
    TH_FABRIC_OVERLAPS_MAX = 64,
    // Pairs that a join lists.
    TH_FABRIC_PAIRS_MAX = 4000000,
    // Crossings of two boundaries up to which GEOS is asked for their common ground: its time grows
    // with their square (measured: 20,000 take 0.7 s and 40 MB, 90,000 take 5 s and 130 MB). Areas
    // are measured without it, up to a million of crossings.
    TH_FABRIC_CROSSINGS_MAX = 20000
};

struct th_fabric_parcel {           // all borrowed; must outlive the fabric
    const struct th_ground *ground; // valid; NULL: takes no part
    double area_m2;
    int64_t id; // the caller's, for findings
};

struct th_fabric_pair {
    uint32_t a, b;                     // positions in the fabric, a < b
    struct th_overlap_finding finding; // other_id is that of a
    // b has TH_FABRIC_OVERLAPS_MAX overlaps with earlier parcels and was not compared further: b
    // must not be taken for free ground, even if all parcels a of its pairs fall away.
    bool more;
};

struct th_fabric; // immutable once built; may be asked by several threads at once

// At most UINT32_MAX - 1 parcels. limits NULL: th_overlap_limits_default.
enum th_status th_fabric_new(const struct th_fabric_parcel *parcels, size_t n,
                             const struct th_overlap_limits *limits, struct th_fabric **ret_fabric,
                             struct th_error *err) TH_MUST_CHECK;
void th_fabric_free(struct th_fabric *fabric);
// From now on two parcels that cannot be compared, since one of them is not valid or since they are
// too tangled, are a finding of the class TH_OVERLAP_UNSOUND, and everything else goes on. Before
// the fabric is asked.
void th_fabric_keep_unsound(struct th_fabric *fabric);

struct th_fabric_pairs {
    struct th_fabric_pair *items; // free()
    size_t n;
    // There are more than TH_FABRIC_PAIRS_MAX: the rest of the fabric was not compared. What is
    // listed holds, what is not listed means nothing.
    bool cut;
};

// All pairs of the fabric whose interiors meet with at least TH_OVERLAP_NOISE_M2, ordered by b,
// then worst class first, then a; the same whatever n_threads (≥ 1). TH_INTERRUPTED when the
// progress (stage "compare", called from the calling thread) asks to stop; TH_LIMIT
// ("fabric_too_dense") when the boxes of the parcels lie over each other so often that comparing
// them would take hours. TH_INTERNAL ("fabric_unsound", "id" of a parcel) when common ground comes
// out larger than its parcels: one of them was not valid; TH_LIMIT ("fabric_tangled") when two
// boundaries meet in more places than any two parcels do.
enum th_status th_fabric_join(const struct th_fabric *fabric, unsigned n_threads,
                              const struct th_progress *progress, struct th_fabric_pairs *ret_pairs,
                              struct th_error *err) TH_MUST_CHECK;

struct th_fabric_probe; // room and GEOS context of one thread that asks
enum th_status th_fabric_probe_new(struct th_fabric_probe **ret_probe,
                                   struct th_error *err) TH_MUST_CHECK;
void th_fabric_probe_free(struct th_fabric_probe *probe);

// Parcels of the fabric whose interior meets that of `ground`, worst class first, then by id.
// *ret_findings is the caller's (free()), NULL when there are none. *ret_more: stopped at
// TH_FABRIC_OVERLAPS_MAX. TH_INTERNAL ("fabric_unsound") and TH_LIMIT
// ("fabric_tangled") like a join.
enum th_status th_fabric_test(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                              const struct th_ground *ground, double area_m2,
                              struct th_overlap_finding **ret_findings, size_t *ret_n,
                              bool *ret_more, struct th_error *err) TH_MUST_CHECK;

// The common ground of two parcels as a normalised multipolygon (empty when they only touch); for
// showing where an overlap lies. *ret_common is overwritten, the caller's. TH_LIMIT
// ("fabric_tangled") beyond TH_FABRIC_CROSSINGS_MAX crossings, or about as much work.
enum th_status th_fabric_common(struct th_fabric_probe *probe, const struct th_ground *a,
                                const struct th_ground *b, struct th_geometry *ret_common,
                                struct th_error *err) TH_MUST_CHECK;

// Area in m² of `ground` (itself of `area_m2`) covered by the parcels of the fabric together, 0 to
// area_m2, what several of them cover counted once: boundaries, land under other schemes. TH_LIMIT
// ("fabric_tangled").
enum th_status th_fabric_covered(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                                 const struct th_ground *ground, double area_m2,
                                 double *ret_covered_m2, struct th_error *err) TH_MUST_CHECK;
// That ground itself, as a valid, normalised multipolygon; empty where nothing is covered.
// *ret_cover is overwritten, the caller's. TH_LIMIT ("fabric_tangled").
enum th_status th_fabric_cover(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                               const struct th_ground *ground, struct th_geometry *ret_cover,
                               struct th_error *err) TH_MUST_CHECK;

#endif

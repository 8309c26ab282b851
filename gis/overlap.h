// Ground that is counted twice: pairs of parcels whose interiors meet, measured on the ellipsoid.
#ifndef TH_GIS_OVERLAP_H
#define TH_GIS_OVERLAP_H

#include "gis/geometry.h"

// An intersection of less is the noise of coordinates and counts as none.
#define TH_OVERLAP_NOISE_M2 0.01

enum th_overlap_class {
    TH_OVERLAP_NONE,     // touching or apart
    TH_OVERLAP_SLIVER,   // everything smaller than an overlap; its area is taken off
    TH_OVERLAP_AREA,     // area and mean width over the limits: refused
    TH_OVERLAP_DUPLICATE // intersection over union above the limit: the same ground again
};

// Limits of the classes; the rule that is in force is recorded with the finding.
struct th_overlap_limits {
    double duplicate_iou;      // 0.95
    double overlap_area_m2;    // 10
    double overlap_share;      // 0.01 of the smaller parcel; the larger of both area limits counts
    double overlap_width_m;    // 1, mean width 2 A / P of the intersection
    double sliver_total_share; // 0.01: slivers over this share of the later parcel are an error
};
extern const struct th_overlap_limits th_overlap_limits_default;

struct th_overlap_finding {
    int64_t other_id; // id of the parcel met, as given to th_overlap_index_add
    enum th_overlap_class kind;
    double area_m2; // geodesic area of the intersection
    double width_m; // its mean width
    double share;   // of the smaller of both parcels
    double iou;     // intersection over union
};

struct th_overlap_index; // parcels to test against; holds a GEOS context; one per thread

enum th_status th_overlap_index_new(const struct th_overlap_limits *limits,
                                    struct th_overlap_index **ret_index,
                                    struct th_error *err) TH_MUST_CHECK;
void th_overlap_index_free(struct th_overlap_index *index);

// Adds a valid parcel (copied) of known geodesic area in m². Ids are the caller's, any order.
enum th_status th_overlap_index_add(struct th_overlap_index *index, int64_t id,
                                    const struct th_geometry *geometry, double area_m2,
                                    struct th_error *err) TH_MUST_CHECK;

// All parcels in the index whose interior meets that of `geometry`, worst class first, then by id.
// *ret_findings is the caller's (free()), NULL when there are none.
enum th_status th_overlap_index_test(struct th_overlap_index *index,
                                     const struct th_geometry *geometry, double area_m2,
                                     struct th_overlap_finding **ret_findings, size_t *ret_n,
                                     struct th_error *err) TH_MUST_CHECK;

#endif

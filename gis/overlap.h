// Ground that is counted twice: what pairs of parcels whose interiors meet are called, measured on
// the ellipsoid (gis/fabric.h finds them).
#ifndef TH_GIS_OVERLAP_H
#define TH_GIS_OVERLAP_H

#include <stdint.h>

// An intersection of less is the noise of coordinates and counts as none.
#define TH_OVERLAP_NOISE_M2 0.01

enum th_overlap_class {
    TH_OVERLAP_NONE,      // touching or apart
    TH_OVERLAP_SLIVER,    // everything smaller than an overlap; its area is taken off
    TH_OVERLAP_AREA,      // area over the limits, and wide or too much of a parcel: refused
    TH_OVERLAP_DUPLICATE, // intersection over union above the limit: the same ground again
    TH_OVERLAP_UNSOUND    // no answer: one of the two is not valid, or they
                          // are too tangled. Nothing was measured; only where
                          // such findings are kept (th_fabric_keep_unsound)
};

// Limits of the classes; the rule that is in force is recorded with the finding.
struct th_overlap_limits {
    double duplicate_iou;      // 0.95
    double overlap_area_m2;    // 10
    double overlap_share;      // 0.01 of the smaller parcel; the larger of both area limits counts
    double overlap_width_m;    // 1, mean width 2 A / P of the intersection
    double sliver_share;       // 0.1 of the smaller parcel: more is no sliver, however narrow it is
    double sliver_total_share; // 0.01: slivers over this share of the later parcel are an error
};
extern const struct th_overlap_limits th_overlap_limits_default;

struct th_overlap_finding {
    int64_t other_id; // the parcel met, by the id that the caller gave it
    enum th_overlap_class kind;
    double area_m2; // geodesic area of the intersection
    double width_m; // its mean width
    double share;   // of the smaller of both parcels
    double iou;     // intersection over union
};

#endif

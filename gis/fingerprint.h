// Recognising a parcel that was brought in once more with all its coordinates shifted, as a phone's
// map does it (GCJ-02, BD-09: 450 to 1,200 m): its twin does not overlap it.
#ifndef TH_GIS_FINGERPRINT_H
#define TH_GIS_FINGERPRINT_H

#include "gis/ground.h"

// What a shift leaves alone, coarse enough for the bends of GCJ-02 (±0.3 % of an area).
struct th_fingerprint {
    uint32_t n_points;
    double area_m2;
    double perimeter_m;
    double lon_deg, lat_deg; // middle of the box
};

void th_fingerprint_make(const struct th_ground *ground, double area_m2, double perimeter_m,
                         struct th_fingerprint *ret_fingerprint);

struct th_fingerprint_match {
    int64_t id;
    double east_m, north_m; // from the indexed parcel to the one asked about
    double residual_m;      // largest distance of a vertex after the shift is taken off
};

struct th_fingerprint_index; // opaque
enum th_status th_fingerprint_index_new(struct th_fingerprint_index **ret_index,
                                        struct th_error *err) TH_MUST_CHECK;
void th_fingerprint_index_free(struct th_fingerprint_index *index);
// `ground` is borrowed and must outlive the index.
enum th_status th_fingerprint_index_add(struct th_fingerprint_index *index, int64_t id,
                                        const struct th_ground *ground,
                                        const struct th_fingerprint *fingerprint,
                                        struct th_error *err) TH_MUST_CHECK;
// The best match shifted by 20 m to 1,500 m whose vertices then fall on each other within 2 m (or
// 0.5 % of the perimeter's quarter, the larger), or *ret_found false.
enum th_status th_fingerprint_index_find(const struct th_fingerprint_index *index,
                                         const struct th_ground *ground,
                                         const struct th_fingerprint *fingerprint, bool *ret_found,
                                         struct th_fingerprint_match *ret_match,
                                         struct th_error *err) TH_MUST_CHECK;

#endif

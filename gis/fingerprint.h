// Recognising a parcel that was brought in once more with all its coordinates shifted, as a phone's
// map does it (GCJ-02, BD-09: 450 to 1,200 m): its twin does not overlap it. A shift alone proves
// nothing, since fields of one make lie beside each other everywhere; so the twin must lie where
// one of the two maps would show it.
#ifndef TH_GIS_FINGERPRINT_H
#define TH_GIS_FINGERPRINT_H

#include "gis/ground.h"
#include "gis/surveyor.h"

// The twin's middle may lie so far from where the map shows it: programs round and approximate.
#define TH_FINGERPRINT_MISS_M 15.0
// When others of the same shape lie about, only one so near is meant. Of fields of 600 m² that are
// all alike one in some thousands still has another where a map would show it: a single match with
// n_alike > 0 is a hint, many of one file are a proof.
#define TH_FINGERPRINT_MISS_ALIKE_M 0.15
// Largest distance of a vertex from its twin once the shift is taken off.
#define TH_FINGERPRINT_RESIDUAL_M 2.0

// What a shift leaves alone, or nearly so: GCJ-02 bends areas by up to 0.7 % and lengths by 0.8 %,
// BD-09 by 1.5 % and 2.4 %, and programs write six decimals; so much and a decimetre at every
// vertex count as equal. Which of those that are left is meant is told by their vertices.
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
    enum th_offset offset;  // the map that explains the shift: GCJ-02 or BD-09
    bool indexed_shifted;   // the indexed parcel is the shifted one, not the one asked about
    double east_m, north_m; // from the indexed parcel to the one asked about
    double miss_m;          // between where the map would show the twin and where it lies
    double residual_m;      // largest distance of a vertex after offset and miss are taken off
    uint32_t n_alike;       // other parcels of this shape within 100 m of the place
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
// The best match, or *ret_found false (*ret_match is then untouched).
enum th_status th_fingerprint_index_find(const struct th_fingerprint_index *index,
                                         const struct th_ground *ground,
                                         const struct th_fingerprint *fingerprint, bool *ret_found,
                                         struct th_fingerprint_match *ret_match,
                                         struct th_error *err) TH_MUST_CHECK;

#endif

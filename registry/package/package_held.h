// Ground on which a package's parcels stand and which others count as well: each piece may be a
// strip or waived, but together it may not be more than what was taken off the parcel's area.
#ifndef TH_REGISTRY_PACKAGE_HELD_H
#define TH_REGISTRY_PACKAGE_HELD_H

#include "gis/fabric.h"
#include "gis/ground.h"
#include "registry/package/package_internal.h"
#include "store/ground/layer_store.h"

struct th_held_other { // who holds it
    struct th_ground *ground;
    double area_m2;
    int64_t package_id;                // 0: another scheme
    char scheme[TH_LAYER_SCHEME_SIZE]; // with its layer
    char layer_name[TH_NAME_SIZE];
};
struct th_held_piece {
    size_t position; // of the package's parcel
    size_t other;
    double area_m2;
    double given_m2; // of these, what the other took off itself for the parcel
    bool waived;
};
struct th_held { // zero before use
    struct th_held_other *others;
    size_t n_others, others_capacity;
    struct th_held_piece *pieces;
    size_t n_pieces, pieces_capacity;
    double *spent_m2; // of what was taken off each of the package's parcels; th_held_judge
};

// A piece held by the other that th_held_keep takes next, which also says which other it is.
enum th_status th_held_add(struct th_held *held, const struct th_held_piece *piece,
                           struct th_error *err) TH_MUST_CHECK;
// Takes the other's ground, and sets it NULL, if pieces were added for it.
enum th_status th_held_keep(struct th_held *held, struct th_held_other *other,
                            struct th_error *err) TH_MUST_CHECK;
// `grounds` are those of the package's parcels; says how much of what was taken off them stands for
// ground of others. TH_CONFLICT ("ground_not_taken_off").
enum th_status th_held_judge(struct th_held *held, struct th_store *store,
                             const struct th_package_open *package,
                             struct th_ground *const *grounds, const struct th_rules *rules,
                             struct th_error *err) TH_MUST_CHECK;
void th_held_clear(struct th_held *held);

// The parcels of a package against each other (package_within.c), with what `held` has left of what
// was taken off them; they stand in the fabric at their positions. TH_CONFLICT
// ("ground_twice_in_package"), TH_LIMIT ("fabric_too_dense"), and errors of th_fabric_join.
enum th_status th_package_check_within(struct th_store *store,
                                       const struct th_package_open *package,
                                       const struct th_fabric *fabric, const struct th_held *held,
                                       struct th_error *err) TH_MUST_CHECK;

#endif

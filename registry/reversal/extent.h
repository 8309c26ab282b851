// What an event on the ground takes of what was issued there: parcels of issued packages, and the
// kilograms that each lost of each vintage (ADR 28).
#ifndef TH_REGISTRY_EXTENT_H
#define TH_REGISTRY_EXTENT_H

#include "registry/reversal/drawn.h"
#include "store/deal/reversal_store.h"

struct th_extent_question {
    const struct th_drawn *drawn;
    int year;          // of the event: later vintages were not there yet
    int64_t loss_cent; // of the carbon inside the drawing, in 0.01 per cent
};
// Parcels in order of package and id, without those of which nothing is lost. The carbon of a
// parcel is taken to stand evenly on its ground; every rounding is against the project. Ground that
// an approved reversal took from a vintage is not taken again: of what it left there as much as
// now. *ret_extent is overwritten; th_reversal_extent_clear. TH_LIMIT ("fabric_tangled").
enum th_status th_extent_find(struct th_store *store, const struct th_extent_question *question,
                              struct th_reversal_extent *ret_extent,
                              struct th_error *err) TH_MUST_CHECK;

// Ground whose carbon counts as lost: `area`, of which areas[k] lost losses_cent[k] before, each
// place counted once; the sum of areas is at most `area`. Rounded up.
struct th_extent_past {
    struct th_area area;
    int64_t loss_cent;
};
enum th_status th_extent_count(struct th_area area, const struct th_extent_past *past, size_t n,
                               int64_t loss_cent, struct th_area *ret_counted,
                               struct th_error *err) TH_MUST_CHECK;
// Of a parcel's kilograms, those that stand on the counted part of its ground; rounded up, and
// never more than earlier reversals left.
enum th_status th_extent_lost(struct th_carbon mass, struct th_carbon before,
                              struct th_area counted, struct th_area whole,
                              struct th_carbon *ret_lost, struct th_error *err) TH_MUST_CHECK;

#endif

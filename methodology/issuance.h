// From kilograms to units: cumulative floor over the years of a package, the rest carried, the
// buffer as the last serials, and the line of kilograms on which every serial has its parcels.
#ifndef TH_METHODOLOGY_ISSUANCE_H
#define TH_METHODOLOGY_ISSUANCE_H

#include "core/quantity.h"
#include "core/ratio.h"

struct th_issuance_entry { // net of one parcel in one year, before the carry
    int64_t parcel_id;
    int year;
    struct th_carbon net;
};

// What a parcel owes: credited kilograms whose stock was lost since.
struct th_issuance_debt {
    int64_t parcel_id;
    struct th_carbon owed; // ≥ 0
};

// A stretch of an issuance's line: kilograms [first, first + mass) belong to the parcel's year.
struct th_issuance_segment {
    int64_t parcel_id;
    int year;               // the year in which the kilograms were estimated
    struct th_carbon first; // offset on the line of the vintage
    struct th_carbon mass;  // > 0
};

struct th_issuance_vintage {
    int year;
    struct th_carbon net;         // of the year, all parcels
    struct th_carbon carried_in;  // of the first year: what the parcels owe, below zero
    struct th_carbon carried_out; // rest after this year; of the last year it is never issued
    struct th_units issued;       // floor((carried_in + net) / 1000), ≥ 0
    struct th_units buffer;       // ceil(ratio × issued), the last serials
    struct th_issuance_segment *segments; // by offset; they cover [0, carried_in + net) without gap
    size_t n_segments;
};

struct th_issuance_plan {
    struct th_issuance_vintage *vintages; // by year
    size_t n_vintages;
    struct th_issuance_debt *debts; // by parcel: what the last year's carried_out is below zero
    size_t n_debts;
};

// `entries` sorted by year, then parcel id; `debts` by parcel id, of parcels of the first year. A
// vintage's line is the carried kilograms (with the parcels and years they came from), then the
// year's parcels by id. Where parcels of a year are negative, the positive ones bear it by largest
// remainder. A negative year issues nothing and is carried as a debt into the next, as are the
// parcels' debts into the first. What is owed in the end lies with the parcels that were credited
// more than they grew, in proportion.
enum th_status th_issuance_plan(const struct th_issuance_entry *entries, size_t n_entries,
                                const struct th_issuance_debt *debts, size_t n_debts,
                                struct th_ratio buffer_ratio, struct th_issuance_plan *ret_plan,
                                struct th_error *err) TH_MUST_CHECK;
void th_issuance_plan_clear(struct th_issuance_plan *plan);

#endif

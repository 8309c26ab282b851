// What was credited of a parcel's ground before, in the file: issued years, what is owed since, and
// what a package starts from.
#ifndef TH_STORE_CREDIT_STORE_H
#define TH_STORE_CREDIT_STORE_H

#include <stdbool.h>

#include "core/quantity.h"
#include "store/store.h"

// The latest issued package that holds the parcel and ends before a year.
struct th_credit_before {
    int64_t package_id; // 0: there is none
    int last_year;
    struct th_carbon debt; // that the parcel owes since
};
enum th_status th_credit_before(struct th_store *store, int64_t parcel_id, int year,
                                struct th_credit_before *ret_before,
                                struct th_error *err) TH_MUST_CHECK;

// Another package of the parcel that would be overtaken or has overtaken: a submitted or verified
// one that ends before `from_year`, or an issued one that begins behind `to_year`; 0: none.
enum th_status th_credit_overtaken(struct th_store *store, int64_t package_id, int64_t parcel_id,
                                   int from_year, int64_t *ret_package_id,
                                   struct th_error *err) TH_MUST_CHECK;
enum th_status th_credit_overtaking(struct th_store *store, int64_t parcel_id, int to_year,
                                    int64_t *ret_package_id, struct th_error *err) TH_MUST_CHECK;

struct th_credit_opening {
    int64_t parcel_id;
    int last_year;            // issued
    struct th_carbon debt;    // ≥ 0
    bool has_gap;             // years between it and the package's first
    struct th_carbon gap;     // their net
    int64_t run_id;           // that estimated them; 0 without
    struct th_carbon opening; // max(0, debt - gap)
};
enum th_status th_credit_openings_clear(struct th_store *store, int64_t package_id,
                                        struct th_error *err) TH_MUST_CHECK;
enum th_status th_credit_opening_insert(struct th_store *store, int64_t package_id,
                                        const struct th_credit_opening *opening,
                                        struct th_error *err) TH_MUST_CHECK;
// By parcel; the visitor returns false to stop.
enum th_status th_credit_opening_each(struct th_store *store, int64_t package_id,
                                      bool (*visit)(void *context,
                                                    const struct th_credit_opening *opening),
                                      void *context, struct th_error *err) TH_MUST_CHECK;

enum th_status th_credit_debt_insert(struct th_store *store, int64_t package_id, int64_t parcel_id,
                                     struct th_carbon debt, struct th_error *err) TH_MUST_CHECK;
// By parcel; the visitor returns false to stop.
enum th_status th_credit_debt_each(struct th_store *store, int64_t package_id,
                                   bool (*visit)(void *context, int64_t parcel_id,
                                                 struct th_carbon debt),
                                   void *context, struct th_error *err) TH_MUST_CHECK;

#endif

// A market whose parcels lie on the ground, so that something can happen to them. Rectangles of
// 0.002° by 0.001°, side by side from 119.6° E on at 30.4° N; areas follow by symmetry.
#ifndef TH_TESTS_BURNT_H
#define TH_TESTS_BURNT_H

#include "tests/integration/market.h"
#include "trading/reversal/reversal.h"

struct burnt_year {
    int vintage;
    int64_t kg[2];      // of the package's parcels
    int64_t carried_kg; // in from the year before, of the last parcel
    int64_t buffer_t;
};
struct burnt_package {
    const char *name;
    int64_t holder_id;
    int first_place; // of its parcels, in parcels from the west
    int n_parcels;   // 1 or 2
    const struct burnt_year *years;
    size_t n_years;
};
// Its parcels get the next free ids. Returns the package.
int64_t burnt_package(struct market *market, const struct burnt_package *package);

// Market with logins "officer" and "officer_2", and the package 1 of Majianong on the places 0 and
// 1: 60,500 and 40,000 kg in 2021, of which 500 kg of the second parcel are carried; again in 2022.
// Issued 100 and 101 t, the last ten of each are buffer.
int burnt_setup(void **state);

// A drawing in the market's folder; returns `path`.
const char *burnt_wkt(struct market *market, const char *name, double west, double east,
                      char path[TH_TEST_PATH_SIZE]);
const char *burnt_file(struct market *market, const char *name, const char *text,
                       char path[TH_TEST_PATH_SIZE]);

struct th_json *burnt_preview(struct market *market, const struct th_reversal_input *input,
                              enum th_status want);
struct th_json *burnt_propose(struct market *market, const struct th_reversal_input *input,
                              enum th_status want);
struct th_json *burnt_approve(struct market *market, int64_t trade_id, const char *login,
                              enum th_status want);
// Proposed and approved: fire on 2022-07-01 from `west` to `east`, so many per cent (NULL: all).
int64_t burnt_done(struct market *market, double west, double east, const char *loss);

int64_t burnt_int(const struct th_json *reply, const char *key); // of "reversal"
// lost_kg of the i-th affected vintage.
int64_t burnt_vintage_kg(const struct th_json *reply, size_t i);

#endif

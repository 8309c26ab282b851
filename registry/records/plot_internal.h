// An import of plots in steps: what each row says (plot_rows.c), which plots are taken
// (plot_decide.c), and the whole of it (plot_import.c).
#ifndef TH_REGISTRY_PLOT_INTERNAL_H
#define TH_REGISTRY_PLOT_INTERNAL_H

#include "registry/records/plot.h"
#include "registry/records/record_internal.h"
#include "store/estimate/plot_store.h"

enum {
    TH_PLOT_PARCELS_MAX = 32, // that one plot stands for by name
    TH_PLOT_NUMBER_MAX = 60,  // bytes of a plot's number, a stratum, a species
    TH_PLOT_SURVEYED_SIZE = TH_DATE_TEXT_SIZE
};

struct th_plot_row {
    bool bad, settled, accepted, unchanged;
    const struct th_village *village;     // NULL: nobody knows
    int64_t parcels[TH_PLOT_PARCELS_MAX]; // ascending
    size_t n_parcels;
    bool bamboo; // a parcel is, or the species
    const char *stratum;
    const char *plot;
    char surveyed[TH_PLOT_SURVEYED_SIZE]; // "2021" or "2021-08-15", "" when it is not known
    bool has_area;
    struct th_ratio area_m2;
    const char *species;
    struct th_ratio dbh_cm, height_m, volume_m3; // 0: not stated
    int64_t age;                                 // 0: not stated
    int64_t n;                                   // 0: no stem
};

struct th_plot_run {
    struct th_record_import import;
    struct th_plot_row *rows;
    struct th_json *plot_ids; // of what was stored
};

// Of th_record_kind.
enum th_status th_plot_column_judge(void *run, size_t column, struct th_error *err) TH_MUST_CHECK;
enum th_status th_plot_columns_check(const void *run, struct th_error *err) TH_MUST_CHECK;

void th_plot_problem(struct th_plot_run *run, size_t row, const char *code, bool error,
                     const struct th_error *what);
// Reads a row; what is wrong with it becomes its problem.
enum th_status th_plot_row_take(struct th_plot_run *run, size_t row,
                                struct th_error *err) TH_MUST_CHECK;
// Takes the plots one after the other.
enum th_status th_plot_decide_all(struct th_plot_run *run, struct th_error *err) TH_MUST_CHECK;

#endif

// Sample plots and their stems, survey by survey. Of one plot and survey the latest version counts;
// earlier ones stay.
#ifndef TH_STORE_PLOT_STORE_H
#define TH_STORE_PLOT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "store/check.h"
#include "store/store.h"

struct th_plot_stem {      // a class of stems; texts are borrowed
    const char *species;   // "" when not stated
    const char *dbh_cm;    // exact decimal
    int64_t age;           // 0: not stated; of bamboo in du, of trees in years
    const char *height_m;  // exact decimal, NULL when not stated
    const char *volume_m3; // of one stem, exact decimal, NULL when not stated
    int64_t n;             // stems
    int64_t source_row;
};

struct th_plot {          // texts and arrays are borrowed
    int64_t plot_id;      // ignored when storing
    const char *village;  // code
    const char *number;   // of the plot, within the village
    const char *surveyed; // "2021" or "2021-08-15"
    int64_t version;      // 1, 2, 3 …
    const char *stratum;  // "" when it stands for parcels alone
    const char *area_m2;  // exact decimal
    const char *source;   // file name
    struct th_hash sha256;
    const int64_t *parcels; // that it stands for, ascending
    size_t n_parcels;
    const struct th_plot_stem *stems; // in the order of the table; none on an empty plot
    size_t n_stems;
    struct th_hash row_hash; // computed when storing
    int64_t seq;             // journal entry
};

struct th_plot_question { // zeroed: every latest version
    int64_t plot_id;      // > 0: this one, whatever its version
    int64_t parcel_id;    // > 0: that stand for this parcel by name …
    const char *stratum;  // … or for this stratum; NULL: any
    const char *village;  // code; NULL: any
    const char *number;   // NULL: any
    int year;             // > 0: of the survey
    bool all_versions;
};
// In order of village, number, survey and version. The visitor returns false to stop and must not
// ask again meanwhile.
enum th_status th_plot_each(struct th_store *store, const struct th_plot_question *question,
                            bool (*visit)(void *context, const struct th_plot *plot), void *context,
                            struct th_error *err) TH_MUST_CHECK;

// Every parcel that some version of a plot stands for by name, ascending. As th_plot_each.
enum th_status th_plot_each_parcel(struct th_store *store,
                                   bool (*visit)(void *context, int64_t parcel_id), void *context,
                                   struct th_error *err) TH_MUST_CHECK;

int th_plot_year(const char *surveyed); // of a survey, "2021" or "2021-08-15"

// `version` follows the latest one. TH_CONFLICT ("store_constraint").
enum th_status th_plot_insert(struct th_store *store, const struct th_plot *plot,
                              int64_t *ret_plot_id, struct th_hash *ret_row_hash,
                              struct th_error *err) TH_MUST_CHECK;

// As th_activity_check_all.
enum th_status th_plot_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err) TH_MUST_CHECK;

#endif

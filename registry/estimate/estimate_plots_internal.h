// Shared by what reads surveys (estimate_plots.c) and what tells which of them a run used
// (estimate_plots_used.c).
#ifndef TH_REGISTRY_ESTIMATE_PLOTS_INTERNAL_H
#define TH_REGISTRY_ESTIMATE_PLOTS_INTERNAL_H

#include "registry/estimate/estimate_internal.h"

struct th_survey_state {
    bool done, used;
    enum th_status status;
    struct th_error *problem; // owned; NULL: none
    char digest[17];
    char *body; // owned
};

struct th_interval_state {
    bool done, used;
    struct th_survey_interval interval;
};

// The plots that stand for one parcel or one stratum, in all their surveys.
struct th_plot_set {
    char *key;
    struct th_arena arena;
    struct th_survey_plot *plots; // by year, village, number
    size_t n_plots, capacity;
    struct th_survey *surveys; // by year
    struct th_survey_state *states;
    struct th_interval_state *intervals; // the one from survey i to i + 1
    size_t n_surveys;
};

struct th_estimate_plots {
    const struct th_methodology *methodology; // for which all of this was computed
    struct th_store *store;
    bool has_named;
    int64_t *named; // parcels that a plot names, ascending
    size_t n_named, named_capacity;
    struct th_plot_set **sets; // by key
    size_t n, capacity;
    int64_t last_parcel;      // whose set was asked for last
    struct th_plot_set *last; // NULL: none
};

#endif

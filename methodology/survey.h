// From the stems of sample plots to a stock a hectare, its error, and the change between two
// surveys. Pure functions; plots are read and chosen by the caller.
//
// Sums are rounded to six decimals line by line, as everything that is explained (calc.h).
#ifndef TH_METHODOLOGY_SURVEY_H
#define TH_METHODOLOGY_SURVEY_H

#include "methodology/estimate.h"
#include "methodology/stem.h"

struct th_survey_class { // equal stems of a plot, one line of its table; texts are borrowed
    const char *species; // "" when not stated
    const char *dbh_cm;  // exact texts, NULL when not stated
    const char *height_m;
    const char *volume_m3; // of one stem
    int64_t age;           // 0: not stated; of bamboo in du
    int64_t n;
    int64_t row; // of the table
    // Computed:
    const struct th_plots_equation *equation; // NULL of a growing stock
    unsigned flags;                           // of th_stem_value
    double each;                              // kg d.m., or m3
    double total;                             // n × each
};

struct th_survey_plot { // texts are borrowed
    const char *village, *number;
    int64_t version;
    const char *surveyed;            // "2021" or "2021-08-15"
    const char *area_m2;             // exact
    const char *source;              // file
    struct th_survey_class *classes; // none on an empty plot, which counts as nought
    size_t n_classes;
    // Computed:
    double total; // kg d.m., or m3
    double stock; // t d.m./ha, or m3/ha
};

// The plots of one set in one calendar year.
struct th_survey {
    int year;
    struct th_survey_plot *plots; // by village and number, each once
    size_t n_plots;
    // Computed:
    double mean;           // over all plots, empty ones too
    double deviation;      // √ of the sample variance; 0 of one plot
    double standard_error; // of the mean, as th_survey_compute has it
    int64_t n_outside;     // stems outside of the range of their equation
    int64_t n_unknown;     // stems of equations without a stated range
    const char *digest;    // of what a sheet says of it; the caller's
};

// Computes a survey; TH_INVALID with the arguments "plot", "surveyed", "row", "species", "limit"
// and "found": "survey_species" (no equation; "limit" has the names there are), "survey_measure"
// (not measured; "limit" is the key of its name), "survey_volume" (no volume of a stem),
// "survey_refused" (outside of the range of an equation that holds in it alone),
// "survey_undefined".
//
// The error is Student's at `confidence`, in the standard errors of a normal distribution: CDM
// AR-TOOL14 v4.2, Eq 12–17 for one stratum, th_student_half_width / th_normal_half_width wider. One
// plot alone says nothing of the spread: its error is taken to be as large as its stock.
enum th_status th_survey_compute(const struct th_plots *plots, double confidence,
                                 struct th_survey *survey, struct th_error *err) TH_MUST_CHECK;

// Two surveys that follow each other. What changed from t1 to t2 belongs to the years t1 + 1 … t2.
struct th_survey_interval {
    const struct th_survey *start, *end;
    int years;
    // The same plots were measured again, so that the error is that of the plots' differences:
    // AR-TOOL14's estimate of a change by permanent plots. Else the two means are independent (Eq
    // 2), which is the wider.
    bool is_paired;
    double deviation; // of the plots' differences where they are paired
    size_t n_lost;    // plots of the first survey that the second does not have
    struct th_estimate_error errors[2];
    size_t n_errors;
};
enum th_status th_survey_interval_make(const struct th_plots *plots, double confidence,
                                       const struct th_survey *start, const struct th_survey *end,
                                       struct th_survey_interval *ret_interval,
                                       struct th_error *err) TH_MUST_CHECK;

// What the surveys answer of the season: true, and the choice. False where the parcel must say it:
// a survey is dated by its year alone.
bool th_survey_season(const struct th_plots *plots, const struct th_survey_interval *interval,
                      size_t *ret_choice);

#endif

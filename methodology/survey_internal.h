// Shared by what explains a parcel (estimate_explain.c) and what explains its surveys.
#ifndef TH_METHODOLOGY_SURVEY_INTERNAL_H
#define TH_METHODOLOGY_SURVEY_INTERNAL_H

#include "methodology/survey.h"

// Stems that have been introduced: equal ones once, however many plots they stand on.
struct th_survey_told {
    double confidence; // of the errors
    struct th_survey_told_stem {
        const struct th_survey_class *stem;
        size_t row;
    } * stems; // the caller frees it
    size_t n, capacity;
    size_t *plot_rows[2]; // of each plot's stock, in the first survey and the last; likewise
};

// The lines that lead to one of the three inputs, its own last but for the error's; returns the
// row of its own.
size_t th_survey_explain(struct th_survey_told *told, const struct th_plots *plots,
                         const struct th_survey_interval *interval, size_t input, const char *title,
                         struct th_json *lines);

#endif

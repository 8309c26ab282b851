// What the reader of methodology documents fills and the other files of the module read.
#ifndef TH_METHODOLOGY_DOCUMENT_INTERNAL_H
#define TH_METHODOLOGY_DOCUMENT_INTERNAL_H

#include "core/arena.h"
#include "methodology/document.h"

enum {
    TH_METHODOLOGY_INPUTS_MAX = TH_CALC_INPUTS_MAX - TH_COLUMN_INPUTS,
    TH_METHODOLOGY_CHOICES_MAX = 64,
    TH_METHODOLOGY_ROWS_MAX = 64,
    TH_METHODOLOGY_PARAMETERS_MAX = 64,
    TH_METHODOLOGY_TERMS_MAX = 32,
    TH_METHODOLOGY_CONDITIONS_MAX = 32,
    TH_METHODOLOGY_PLAUSIBLE_MAX = 4
};

struct th_methodology {
    struct th_json *json; // owned; the texts below are borrowed from it
    struct th_hash sha256;
    const char *id;
    const char *version;
    struct th_text title;
    bool monitoring_only;
    bool statement_based;
    struct th_ratio buffer_ratio;
    enum th_uncertainty_rule rule;
    struct th_ratio confidence;
    const struct th_json *kinds;        // array of texts
    const struct th_json *land_classes; // array of texts, or null: any
    bool has_min_area;
    struct th_ratio min_area_mu; // of the rule without an end
    bool has_gwp;                // a set is named; of CO2 it says nothing
    struct th_parameter_row gwp[TH_N_GASES];
    struct th_input inputs[TH_METHODOLOGY_INPUTS_MAX];
    size_t n_inputs;
    struct th_parameter parameters[TH_METHODOLOGY_PARAMETERS_MAX];
    size_t n_parameters;
    size_t n_slots;
    struct th_term terms[TH_METHODOLOGY_TERMS_MAX];
    size_t n_terms;
    struct th_condition conditions[TH_METHODOLOGY_CONDITIONS_MAX];
    size_t n_conditions;
    bool has_plots;
    struct th_plots plots; // owns its stems, also where has_plots is false
    struct th_plausible plausible[TH_METHODOLOGY_PLAUSIBLE_MAX];
    size_t n_plausible;
    struct th_arena arena; // choices, rows and what a GWP set says
    struct th_calc *calc;
};

// Makes the arithmetic of a document whose parts have been read. Errors of th_calc_finish, with
// "term" = the place of the term in the document.
enum th_status th_methodology_compile(struct th_methodology *methodology,
                                      struct th_error *err) TH_MUST_CHECK;

#endif

// What the parser of methodology documents fills and the other files of the module read.
#ifndef TH_METHODOLOGY_DOCUMENT_INTERNAL_H
#define TH_METHODOLOGY_DOCUMENT_INTERNAL_H

#include "methodology/document.h"

enum { TH_METHODOLOGY_PARAMETERS_MAX = 16 };

struct th_methodology {
    struct th_json *json; // owned; the texts below are borrowed from it
    struct th_hash sha256;
    const char *id;
    const char *version;
    const char *title_zh;
    const char *title_en;
    enum th_methodology_family family;
    bool monitoring_only;
    bool statement_based;
    struct th_ratio buffer_ratio;
    const struct th_json *kinds;        // array of texts
    const struct th_json *land_classes; // array of texts, or null: any
    bool has_min_area;
    struct th_ratio min_area_mu; // of the rule without an end
    struct th_parameter parameters[TH_METHODOLOGY_PARAMETERS_MAX];
    size_t n_parameters;
};

// The one parameter of an area × factor document.
extern const char *const th_methodology_factor_name;

#endif

// Shared by the numbers (estimate.c) and the words about them (estimate_explain.c).
#ifndef TH_METHODOLOGY_ESTIMATE_INTERNAL_H
#define TH_METHODOLOGY_ESTIMATE_INTERNAL_H

#include "methodology/document_internal.h"
#include "methodology/estimate.h"

struct th_estimate_rules {
    const struct th_methodology *methodology; // borrowed
    struct th_parameter parameters[TH_METHODOLOGY_PARAMETERS_MAX];
    bool given[TH_METHODOLOGY_PARAMETERS_MAX];    // an input of this name has been read
    bool replaced[TH_METHODOLOGY_PARAMETERS_MAX]; // and its value is another than the document's
    size_t n_parameters;
};

// TH_INVALID ("estimate_by_statement") for a family that computes nothing.
enum th_status th_estimate_factor(const struct th_estimate_rules *rules,
                                  const struct th_parameter **ret_factor,
                                  struct th_error *err) TH_MUST_CHECK;

// Message key of a parameter, "term.<name>", or "@term.<name>" as an argument. Returns buf.
const char *th_estimate_term(const char *name, bool as_argument, char *buf, size_t size);

#endif

// From area to kilograms, parcel by parcel and year by year. Pure functions: the same input gives
// the same bytes on any machine.
#ifndef TH_METHODOLOGY_ESTIMATE_H
#define TH_METHODOLOGY_ESTIMATE_H

#include "methodology/document.h"

// A value that the user puts in the place of a parameter ("factor" = 70/87).
struct th_estimate_input {
    const char *name;
    struct th_ratio value;
};

// Parameters after the inputs have replaced what may be replaced.
struct th_estimate_rules; // opaque; borrows the methodology, copies the inputs

// TH_INVALID: "input_unknown" (names in "names"), "factor_out_of_range" (value, low, high, unit).
enum th_status th_estimate_rules_new(const struct th_methodology *methodology,
                                     const struct th_estimate_input *inputs, size_t n_inputs,
                                     struct th_estimate_rules **ret_rules,
                                     struct th_error *err) TH_MUST_CHECK;
void th_estimate_rules_free(struct th_estimate_rules *rules);

enum { TH_ESTIMATE_WARNINGS_MAX = 8 };

// What people must know about the numbers. `warning` keys: "warning.<key>".
struct th_estimate_warning {
    bool needs_waiver;       // an officer must accept it before units are issued
    struct th_error message; // key and arguments
};
size_t th_estimate_warnings(const struct th_estimate_rules *rules,
                            struct th_estimate_warning *ret_warnings); // at most the maximum

struct th_estimate_parcel {
    int64_t parcel_id;
    struct th_area measured; // geodesic, slivers taken off
    bool has_contracted;
    struct th_area contracted; // by declaration or contract
};

// The terms of one parcel and year, kg CO2e; gross toward −∞, the others toward +∞.
struct th_estimate_line {
    int64_t parcel_id;
    int year;
    struct th_area area_used;
    struct th_carbon gross, baseline, project_emissions, leakage, deduction, net;
};

// Area used: the smaller of measured and contracted. Rule "area-min-1".
struct th_area th_estimate_area_used(const struct th_estimate_parcel *parcel);

enum th_status th_estimate_parcel_year(const struct th_estimate_rules *rules,
                                       const struct th_estimate_parcel *parcel, int year,
                                       struct th_estimate_line *ret_line,
                                       struct th_error *err) TH_MUST_CHECK;

// Total uncertainty over a portfolio that shares its factors; false when the methodology's numbers
// carry no interval (then it is shown as not stated, never as zero).
bool th_estimate_uncertainty(const struct th_estimate_rules *rules, struct th_carbon gross,
                             struct th_carbon *ret_halfwidth, struct th_ratio *ret_confidence);

// The arithmetic of one line for a reader with a calculator: array of
// {term, expression, value, unit, source, evidence}; terms are message keys "term.<x>" texts in
// `term`, values are texts. *ret_lines is the caller's.
enum th_status th_estimate_explain(const struct th_estimate_rules *rules,
                                   const struct th_estimate_parcel *parcel, int year,
                                   struct th_json **ret_lines, struct th_error *err) TH_MUST_CHECK;

// A projection without parcels: area × factor, rounded to whole tonnes toward −∞; no units follow.
enum th_status th_estimate_project(const struct th_estimate_rules *rules, struct th_area area,
                                   struct th_carbon *ret_gross, struct th_error *err) TH_MUST_CHECK;

#endif

// From area and inputs to kilograms, parcel by parcel and year by year. Pure functions: the same
// input gives the same bytes on any machine.
#ifndef TH_METHODOLOGY_ESTIMATE_H
#define TH_METHODOLOGY_ESTIMATE_H

#include "methodology/document.h"

// A value that the user puts in the place of a parameter ("factor" = 70/87).
struct th_estimate_input {
    const char *name;
    struct th_ratio value;
};

// A methodology's numbers after the inputs have replaced what may be replaced.
struct th_estimate_rules; // opaque; borrows the methodology, copies the inputs

// TH_INVALID: "input_unknown" (names in "names"), "input_fixed", "input_repeated",
// "factor_out_of_range" (value, low, high, unit).
enum th_status th_estimate_rules_new(const struct th_methodology *methodology,
                                     const struct th_estimate_input *inputs, size_t n_inputs,
                                     struct th_estimate_rules **ret_rules,
                                     struct th_error *err) TH_MUST_CHECK;
void th_estimate_rules_free(struct th_estimate_rules *rules);

// The value of a parameter without a table, in force in any year; NULL: no such parameter.
// Borrowed.
const struct th_parameter_row *th_estimate_value(const struct th_estimate_rules *rules,
                                                 const char *name);

// Of a document, and with those that a run adds by itself.
enum { TH_ESTIMATE_WARNINGS_OF_DOCUMENT = 32, TH_ESTIMATE_WARNINGS_MAX = 40 };

// What people must know about the numbers. `warning` keys: "warning.<key>".
struct th_estimate_warning {
    bool needs_waiver;       // an officer must accept it before units are issued
    struct th_error message; // key and arguments
    const char *source;      // its argument "source", whole; the document's, NULL without
};
// At most TH_ESTIMATE_WARNINGS_OF_DOCUMENT. Those that want a waiver come first; where there is no
// room for all, the last one ("numbers_more" with "n") says how many more there are, and wants a
// waiver if one of them does.
size_t th_estimate_warnings(const struct th_estimate_rules *rules,
                            struct th_estimate_warning *ret_warnings);

// What a survey of plots leaves open of one input.
struct th_estimate_error {
    size_t input;
    double standard_error; // in the input's unit; widened where few plots make it so (student.h)
    uint64_t stream;       // whose error it is: parcels of one stratum and survey share it
};

struct th_survey_interval; // methodology/survey.h

struct th_estimate_parcel {
    int64_t parcel_id;
    struct th_area measured; // geodesic, slivers taken off
    bool has_contracted;
    struct th_area contracted; // by declaration or contract
    const double *inputs;      // one for each input of the document; a computed one is not read
    const bool *is_default;    // likewise: is it the document's default? NULL: none is
    const struct th_estimate_error *errors; // borrowed; looked at by estimate_uncertainty.h alone
    size_t n_errors;
    const struct th_survey_interval
        *surveys; // where inputs are from; for th_estimate_explain alone
};

// The terms of one parcel and year, kg CO2e; gross toward −∞, the others toward +∞. Net is gross
// less the others, before the buffer, and may be negative.
struct th_estimate_line {
    int64_t parcel_id;
    int year;
    struct th_area area_used;
    struct th_carbon gross, baseline;
    struct th_carbon emissions[TH_N_GASES]; // of the project, each rounded by itself
    struct th_carbon leakage, deduction, net;
};
// The three gases together.
enum th_status th_estimate_emissions(const struct th_estimate_line *line, struct th_carbon *ret_sum,
                                     struct th_error *err) TH_MUST_CHECK;

// Area used: the smaller of measured and contracted. Rule "area-min-1".
struct th_area th_estimate_area_used(const struct th_estimate_parcel *parcel);

// Lines of parcels in one year, without deduction. TH_DATA_PROBLEM ("calc_undefined" with "term"
// and "parcel"), TH_INVALID ("parameter_year" with "parameter", "year": no row holds in that year;
// "estimate_by_statement"), TH_OVERFLOW ("estimate_overflow").
enum th_status th_estimate_year(const struct th_estimate_rules *rules, int year,
                                const struct th_estimate_parcel *parcels, size_t n,
                                struct th_estimate_line *ret_lines,
                                struct th_error *err) TH_MUST_CHECK;

// Deducts shares (0 … 1) of gross or of the net before deduction where they are positive, for what
// is not credited needs no discount, and of the size of the baseline; each toward +∞.
struct th_estimate_shares {
    struct th_ratio gross, baseline, net;
};
enum th_status th_estimate_deduct(struct th_estimate_line *line,
                                  const struct th_estimate_shares *shares,
                                  struct th_error *err) TH_MUST_CHECK;

// The stated bounds that a parcel's net of a year breaks, those that refuse before those that ask;
// NULL: none. An area of 0 breaks none.
const struct th_plausible *th_estimate_implausible(const struct th_methodology *methodology,
                                                   struct th_area area_used, struct th_carbon net);

// The arithmetic of one line for a reader with a calculator: array of
// {term, expression, value, unit, source, evidence, formula}; texts of the document in the language
// asked for, others are keys "term.<x>" of the catalogue, with what they want in an object
// "arguments". A formula is the same sum for a workbook
// whose values stand in column C from row 2 on; null: the value itself. *ret_lines is the caller's.
enum th_status th_estimate_explain(const struct th_estimate_rules *rules,
                                   const struct th_estimate_parcel *parcel, int year,
                                   const struct th_estimate_shares *shares, bool chinese,
                                   struct th_json **ret_lines, struct th_error *err) TH_MUST_CHECK;

// kg CO2e of each term of the document, before its side is rounded: what a line is made of. One
// value for each term; a term's side and gas are in the document. Errors of th_estimate_year.
enum th_status th_estimate_terms_kg(const struct th_estimate_rules *rules,
                                    const struct th_estimate_parcel *parcel, int year,
                                    double *ret_kg, struct th_error *err) TH_MUST_CHECK;

// A projection without parcels by an area factor: area × factor, rounded to the kilogram toward −∞;
// no units follow. TH_INVALID ("no_area_factor").
enum th_status th_estimate_project(const struct th_estimate_rules *rules, struct th_area area,
                                   struct th_carbon *ret_gross, struct th_error *err) TH_MUST_CHECK;

#endif

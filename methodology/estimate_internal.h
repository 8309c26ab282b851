// Shared by the numbers (estimate.c), what is said about them (estimate_warnings.c) and the words
// that explain them (estimate_explain.c).
#ifndef TH_METHODOLOGY_ESTIMATE_INTERNAL_H
#define TH_METHODOLOGY_ESTIMATE_INTERNAL_H

#include "methodology/document_internal.h"
#include "methodology/estimate.h"

struct th_estimate_rules {
    const struct th_methodology *methodology; // borrowed
    // A replaced parameter has one row, the one here.
    struct th_parameter_row replacements[TH_METHODOLOGY_PARAMETERS_MAX];
    bool replaced[TH_METHODOLOGY_PARAMETERS_MAX]; // by another value than the document's
    bool given[TH_METHODOLOGY_PARAMETERS_MAX];
};

// Rows of a parameter after replacement.
const struct th_parameter_row *th_estimate_rows(const struct th_estimate_rules *rules,
                                                size_t parameter, size_t *ret_n);

// Values of all slots in a year. Errors of th_estimate_year.
enum th_status th_estimate_slots(const struct th_estimate_rules *rules, int year, double *ret_slots,
                                 struct th_error *err) TH_MUST_CHECK;

// kg as the calc gives them, six decimals, to whole kilograms.
enum th_rounding { TH_ROUND_DOWN, TH_ROUND_UP };
enum th_status th_estimate_kg(double kg, enum th_rounding rounding, struct th_carbon *ret_mass,
                              struct th_error *err) TH_MUST_CHECK;

double th_estimate_area_mu(struct th_area area); // exact to the millionth

// Does a row hold in a calendar year?
bool th_parameter_row_holds(const struct th_parameter_row *row, int year);

// A line of an explanation; NULL members are written as null. Texts "term.<x>" are keys of the
// catalogue, and `arguments` (taken over; NULL: none) what such a term has.
struct th_explain_line {
    const char *term, *expression, *value, *unit, *source, *evidence, *formula;
    struct th_json *arguments;
};
size_t th_explain_add(struct th_json *lines, struct th_explain_line line); // returns its row
size_t th_explain_next_row(const struct th_json *lines); // of a workbook, whose values are in C
enum { TH_EXPLAIN_NUMBER_SIZE = 48 };
// Six decimals at most, without zeros at the end.
const char *th_explain_number(double value, char buf[TH_EXPLAIN_NUMBER_SIZE]);

// Room for up to n parcels of one year, column by column; `inputs` is what a batch takes.
struct th_estimate_columns {
    double *columns[TH_CALC_INPUTS_MAX];
    const double *inputs[TH_CALC_INPUTS_MAX];
    double *owned;
    size_t n_columns;
};
bool th_estimate_columns_make(const struct th_methodology *methodology, size_t n,
                              struct th_estimate_columns *columns); // false: no memory
void th_estimate_columns_clear(struct th_estimate_columns *columns);
void th_estimate_columns_fill(struct th_estimate_columns *columns, int year,
                              const struct th_estimate_parcel *parcels, size_t n);

// th_estimate_warnings with room for `limit` ≥ 1 of them.
size_t th_estimate_warnings_within(const struct th_estimate_rules *rules, size_t limit,
                                   struct th_estimate_warning *ret_warnings);

#endif

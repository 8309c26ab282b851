// The arithmetic of a methodology: nodes and named lines, made once from a document, then read by
// the estimate, the explanation, the workbook, the proof of units and the draws (ADR 19).
//
// A builder call after a fault does nothing, so that a family reads as its equations;
// th_calc_finish tells the first fault. Texts that come in are borrowed: they are literals or
// belong to the document.
#ifndef TH_METHODOLOGY_CALC_H
#define TH_METHODOLOGY_CALC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/ratio.h"
#include "methodology/unit.h"

enum {
    TH_CALC_NODES_MAX = 512,
    TH_CALC_LINES_MAX = 96,
    TH_CALC_INPUTS_MAX = 64,
    TH_CALC_SLOTS_MAX = 512 // values of parameters, all rows of all tables
};

enum th_side { // what a line of kilograms is counted to; append-only
    TH_SIDE_GROSS,
    TH_SIDE_BASELINE,
    TH_SIDE_PROJECT_EMISSIONS,
    TH_SIDE_LEAKAGE,
    TH_N_SIDES
};
enum th_gas { TH_GAS_CO2, TH_GAS_CH4, TH_GAS_N2O, TH_N_GASES };

struct th_calc; // opaque; not to be changed after th_calc_finish, then read by any thread

struct th_node { // a place in a calc; copied freely
    int index;
};

struct th_calc *th_calc_new(void); // NULL: no memory
void th_calc_free(struct th_calc *calc);

// --- Building ----------------------------------------------------------------------------------

// Lines from here on belong to this section: the term of the document.
void th_calc_section(struct th_calc *calc, size_t section);

// A number that nobody may set: 44/12. `source` cites it.
struct th_node th_calc_number(struct th_calc *calc, struct th_ratio value, const char *unit,
                              const char *source);
// The parameter value in slot `slot`.
struct th_node th_calc_parameter(struct th_calc *calc, size_t slot, const char *unit);
// Column `input` of a batch: what differs by parcel.
struct th_node th_calc_input(struct th_calc *calc, size_t input, const char *unit);
// A row of a table, chosen by `key`: slot first_slot + i where from[i] <= key < from[i + 1], the
// last row without end. `from` ascends (n_rows >= 1) and is copied. A key below from[0] chooses
// nothing: the result of th_calc_run says so.
struct th_node th_calc_choose(struct th_calc *calc, struct th_node key, const double *from,
                              size_t n_rows, size_t first_slot, const char *unit);

// Of one dimension, the second converted to the scale of the first.
struct th_node th_calc_add(struct th_calc *calc, struct th_node a, struct th_node b);
struct th_node th_calc_sub(struct th_calc *calc, struct th_node a, struct th_node b);
struct th_node th_calc_min(struct th_calc *calc, struct th_node a, struct th_node b);
struct th_node th_calc_max(struct th_calc *calc, struct th_node a, struct th_node b);
struct th_node th_calc_mul(struct th_calc *calc, struct th_node a, struct th_node b);
struct th_node th_calc_div(struct th_calc *calc, struct th_node a, struct th_node b);
// 1 where low <= a < high, else 0; a plain number.
struct th_node th_calc_within(struct th_calc *calc, struct th_node a, struct th_node low,
                              struct th_node high);
// How many `unit` a is, as a plain number: what an empirical equation puts into its power.
struct th_node th_calc_count_of(struct th_calc *calc, struct th_node a, const char *unit);
struct th_node th_calc_as(struct th_calc *calc, struct th_node plain, const char *unit);
// Of plain numbers.
struct th_node th_calc_exp(struct th_calc *calc, struct th_node a);
struct th_node th_calc_ln(struct th_calc *calc, struct th_node a);
struct th_node th_calc_log10(struct th_calc *calc, struct th_node a);
struct th_node th_calc_pow(struct th_calc *calc, struct th_node base, struct th_node exponent);

// Names a node: its value is converted into `unit` and rounded to six decimals, half away from
// zero; the node returned is that value. `term` is a message key ("term.growth"), `source` a
// message key or the citation of the equation.
struct th_node th_calc_line(struct th_calc *calc, struct th_node node, const char *term,
                            const char *unit, const char *source);
// The same, named by an input that it computes.
struct th_node th_calc_line_of_input(struct th_calc *calc, struct th_node node, size_t input,
                                     const char *unit, const char *source);
// Counts a line to a side and gas; its unit must be "kg CO2e/yr". A removal is positive in
// TH_SIDE_GROSS, an emission in the others.
void th_calc_count(struct th_calc *calc, struct th_node line, enum th_side side, enum th_gas gas);

// TH_INVALID with the first fault: "unit_mismatch" (term or operation, have, want), "unit_unknown",
// "unit_overflow"; TH_LIMIT ("calc_too_long").
enum th_status th_calc_finish(struct th_calc *calc, struct th_error *err) TH_MUST_CHECK;

// --- Computing ---------------------------------------------------------------------------------

struct th_calc_batch { // parcels of one year, column by column
    size_t n;
    const double *const *inputs; // one column of n for each input, in the unit of the input
};

// kg CO2e by side and gas: ret_kg[side][gas] is a column of n that is written, or NULL. All other
// columns hold zeros where nothing is counted. TH_DATA_PROBLEM ("calc_undefined" with "term" and
// "row", from 0) where a line has no value: a key without row, a division by zero, an overflow.
enum th_status th_calc_run(const struct th_calc *calc, const double *slots,
                           const struct th_calc_batch *batch,
                           double *ret_kg[TH_N_SIDES][TH_N_GASES],
                           struct th_error *err) TH_MUST_CHECK;

// Six decimals, half away from zero; what SUM and ROUND of a spreadsheet give for decimal numbers.
double th_calc_round(double value);

// --- Reading -----------------------------------------------------------------------------------

struct th_calc_line_info { // borrowed from the calc
    const char *term;      // NULL: named by the title of input `input`
    size_t input;
    const char *unit;
    const char *source;
    size_t section;
    bool counted;
    enum th_side side;
    enum th_gas gas;
};
size_t th_calc_n_lines(const struct th_calc *calc);
struct th_calc_line_info th_calc_line_at(const struct th_calc *calc, size_t line);

// One parcel and year, computed and ready to be written down. Opaque; borrows the calc.
struct th_calc_sheet;
// Row `row` of the batch; its columns need one value only. Errors as th_calc_run.
enum th_status th_calc_sheet_new(const struct th_calc *calc, const double *slots,
                                 const struct th_calc_batch *batch, size_t row,
                                 struct th_calc_sheet **ret_sheet,
                                 struct th_error *err) TH_MUST_CHECK;
void th_calc_sheet_free(struct th_calc_sheet *sheet);
double th_calc_sheet_value(const struct th_calc_sheet *sheet, size_t line);

// How the leaves of an expression are written: as numbers for a person, as cells for a workbook.
struct th_calc_leaves {
    void *context;
    void (*line)(void *context, size_t line, struct th_buf *out);
    void (*slot)(void *context, size_t slot, struct th_buf *out);
    void (*input)(void *context, size_t input, struct th_buf *out);
};
enum th_calc_style { TH_CALC_PEOPLE, TH_CALC_WORKBOOK }; // "2145 × 0.39 × 1000", "B3*B4*1000"

// Appends the expression of a line, before its rounding. Of a table stands the row that was chosen.
void th_calc_sheet_write(const struct th_calc_sheet *sheet, size_t line, enum th_calc_style style,
                         const struct th_calc_leaves *leaves, struct th_buf *out);

#endif

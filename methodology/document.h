// A methodology document: versioned JSON (data/methodologies/<id>/<version>.json), checked as a
// whole when it is loaded. Pure: text in, structure out. The form is described key by key in
// data/methodologies/schema.json and docs/methodologies.md.
#ifndef TH_METHODOLOGY_DOCUMENT_H
#define TH_METHODOLOGY_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/quantity.h"
#include "core/ratio.h"
#include "methodology/family.h"

enum th_evidence { // append-only; how well a number is known
    TH_EVIDENCE_VERIFIED,
    TH_EVIDENCE_TWO_SOURCES,
    TH_EVIDENCE_REPRODUCED,
    TH_EVIDENCE_UNVERIFIED,
    TH_EVIDENCE_DERIVED,
    TH_EVIDENCE_EXPERT_CHOICE,
    TH_EVIDENCE_REPORTED,
    TH_EVIDENCE_STATED
};
const char *th_evidence_name(enum th_evidence evidence); // "two-sources"

struct th_text { // for people; borrowed from the document, as all texts below
    const char *zh, *en;
};

// What differs from parcel to parcel or from year to year.
enum th_input_type {
    TH_INPUT_NUMBER,
    TH_INPUT_CHOICE,     // its value is the place of a choice in the list, from 0
    TH_INPUT_YEAR,       // a calendar year
    TH_INPUT_YEARS_SINCE // computed: year − another input + 1, the first year is 1
};
enum th_input_scope {
    TH_INPUT_OF_PARCEL, // an attribute of the parcel
    TH_INPUT_OF_YEAR,   // management of one year (activity import)
    TH_INPUT_OF_PLOTS   // from surveys of plots: th_methodology_plots
};

struct th_input_choice {
    const char *name;
    struct th_text title;
};

struct th_input {
    const char *name;
    struct th_text title;
    enum th_input_type type;
    enum th_input_scope scope;
    const char *unit; // "yr" of years, "1" of choices
    size_t since;     // of TH_INPUT_YEARS_SINCE: which input
    const struct th_input_choice *choices;
    size_t n_choices;
    bool has_range;
    struct th_ratio low, high; // both allowed
    bool has_default;          // without one the input is required
    struct th_ratio standard;  // the default
    const char *standard_source;
    enum th_evidence standard_evidence;
};

enum th_interval_shape { // append-only
    TH_SHAPE_NORMAL,
    TH_SHAPE_LOGNORMAL, // of numbers that cannot be negative and lean to one side
    TH_SHAPE_TRIANGULAR,
    TH_SHAPE_UNIFORM,
    TH_SHAPE_TRUNCATED_NORMAL // normal, cut off at 0
};

struct th_parameter_row {
    struct th_ratio value; // exact
    bool has_interval;     // 95 % interval of the source
    struct th_ratio interval_low, interval_high;
    enum th_interval_shape shape;
    const char *source; // document, section, table
    enum th_evidence evidence;
    int from_year, to_year; // calendar years in which it holds, both included; 0: open
    double from;            // of a table: the row holds from this key on (a choice is its place)
    size_t slot;            // in the calc; rows of one key that follow each other by years share it
};

// A number, or a table of numbers of which an input chooses the row.
struct th_parameter {
    const char *name;
    struct th_text title;
    const char *unit;
    bool has_key;
    size_t key; // of a table: which input chooses
    const struct th_parameter_row *rows;
    size_t n_rows;
    bool can_be_set; // an input of the same name may replace the value; one row only
    bool has_range;
    struct th_ratio range_low, range_high; // both ends allowed
    bool has_reference;                    // a measured value to compare with
    struct th_ratio reference;             // in the same unit
    struct th_ratio waiver_ratio;          // from value / reference on an officer must agree
    const char *reference_source;
};

enum th_player { TH_PLAYER_NONE, TH_PLAYER_PARAMETER, TH_PLAYER_INPUT };

struct th_term { // one use of an equation family
    const char *name;
    struct th_text title;
    const struct th_family *family;
    enum th_side side;
    enum th_gas gas;
    struct {
        enum th_player player;
        size_t index;
    } roles[TH_FAMILY_ROLES_MAX];
};

struct th_stem; // methodology/stem.h

enum th_plots_quantity {   // append-only; what a survey of plots gives a hectare of
    TH_PLOTS_ABOVE_GROUND, // t d.m./ha, by equations of stems
    TH_PLOTS_WHOLE_TREE,   // likewise, with roots
    TH_PLOTS_GROWING_STOCK // m3/ha, by the stems' volumes
};
const char *th_plots_quantity_name(enum th_plots_quantity quantity);

struct th_plots_equation {
    const char *const *species; // names of a table of plots; "" where a table names none
    size_t n_species;
    const char *reference; // "moso-culm@1"
    struct th_stem *stem;
    const char *source; // why it stands for these species
    enum th_evidence evidence;
};

// How surveys of sample plots give the inputs of scope TH_INPUT_OF_PLOTS.
struct th_plots {
    size_t start, end, years; // inputs: stock at the first and last survey, years between them
    enum th_plots_quantity quantity;
    // Whether two surveys fell into one season is a choice-input of the parcel. Surveys dated to
    // the day answer it: `same` where all their days of the year lie within `season_days` and the
    // years are a multiple of the cycle, else `other`; a parcel that says `exempt` is taken at its
    // word.
    bool has_season, has_exempt;
    size_t season, season_same, season_other, season_exempt;
    int season_days;
    int season_cycle;                          // yr; 0: none
    const struct th_plots_equation *equations; // none for a growing stock
    size_t n_equations;
};

enum th_condition_test { // append-only
    TH_TEST_AT_LEAST,
    TH_TEST_AT_MOST,
    TH_TEST_ONE_OF, // of a choice: bit i of `choices` for choice i
    TH_TEST_NONE_OF,
    TH_TEST_MULTIPLE_OF // 0, 2, 4 … of a limit of 2
};
struct th_condition { // what a parcel must fulfil, by its inputs
    size_t input;
    enum th_condition_test test;
    struct th_ratio limit;
    uint64_t choices;
    struct th_text reason; // told to who does not fulfil it
    const char *source;
    enum th_evidence evidence;
};

enum th_plausible_action { TH_PLAUSIBLE_ASK, TH_PLAUSIBLE_REFUSE };
struct th_plausible {          // stated bounds of the net result of a parcel and year
    struct th_ratio low, high; // t CO2e/ha/yr
    enum th_plausible_action action;
    const char *source;
    enum th_evidence evidence;
};

// How uncertainty becomes a deduction; append-only.
enum th_uncertainty_rule {
    TH_RULE_NONE,
    TH_RULE_AR_TOOL14,     // CDM AR-TOOL14 v4.2, Appendix 2
    TH_RULE_GOLD_STANDARD, // GS 403 v2.1, 3.11.5
    TH_RULE_VM0033,        // VM0033 v2.1
    TH_RULE_ART_TREES      // ART-TREES 2.0
};

struct th_methodology; // parsed document, opaque, immutable

// The first fault: TH_INVALID ("methodology_invalid" with "where" = JSON pointer and "reason" =
// "@methodology.<x>").
enum th_status th_methodology_parse(const char *text, size_t size,
                                    struct th_methodology **ret_methodology,
                                    struct th_error *err) TH_MUST_CHECK;
void th_methodology_free(struct th_methodology *methodology);

// All faults that can be told at once, at most 100, each as th_methodology_parse would tell its
// first; returns how many, 0 for a sound document. Without memory the one that says so.
size_t th_methodology_lint(const char *text, size_t size,
                           void (*report)(void *context, const struct th_error *fault),
                           void *context);

// All borrowed from the methodology.
const char *th_methodology_id(const struct th_methodology *methodology);
const char *th_methodology_version(const struct th_methodology *methodology);
const char *th_methodology_title(const struct th_methodology *methodology, bool chinese);
bool th_methodology_monitoring_only(const struct th_methodology *methodology); // no units
bool th_methodology_statement_based(const struct th_methodology *methodology); // no terms; a mark
const struct th_hash *
th_methodology_sha256(const struct th_methodology *methodology); // of the text
struct th_ratio th_methodology_buffer_ratio(const struct th_methodology *methodology);
enum th_uncertainty_rule th_methodology_rule(const struct th_methodology *methodology);
struct th_ratio th_methodology_confidence(const struct th_methodology *methodology); // 9/10, 19/20
size_t th_methodology_n_inputs(const struct th_methodology *methodology);
const struct th_input *th_methodology_input(const struct th_methodology *methodology, size_t index);
size_t th_methodology_n_parameters(const struct th_methodology *methodology);
const struct th_parameter *th_methodology_parameter(const struct th_methodology *methodology,
                                                    size_t index);
const struct th_parameter *th_methodology_parameter_find(const struct th_methodology *methodology,
                                                         const char *name); // NULL when absent
size_t th_methodology_n_slots(const struct th_methodology *methodology);    // of its calc
size_t th_methodology_n_terms(const struct th_methodology *methodology);
const struct th_term *th_methodology_term(const struct th_methodology *methodology, size_t index);
size_t th_methodology_n_conditions(const struct th_methodology *methodology);
const struct th_condition *th_methodology_condition(const struct th_methodology *methodology,
                                                    size_t index);
const struct th_plots *th_methodology_plots(const struct th_methodology *methodology); // or NULL
size_t th_methodology_n_plausible(const struct th_methodology *methodology);
const struct th_plausible *th_methodology_plausible(const struct th_methodology *methodology,
                                                    size_t index);
// Its arithmetic; inputs stand in the columns of TH_COLUMN_INPUTS on. NULL of a statement.
const struct th_calc *th_methodology_calc(const struct th_methodology *methodology);
// The document as JSON, for `methodology show`. Borrowed.
const struct th_json *th_methodology_json(const struct th_methodology *methodology);

enum th_column { TH_COLUMN_AREA_MU, TH_COLUMN_YEAR, TH_COLUMN_INPUTS }; // of a batch

// May a parcel of this kind, land class ("0302" or NULL) and measured area use the methodology?
// TH_DATA_PROBLEM ("not_applicable" with "reason" = "@applicability.<x>" and its limits).
enum th_status th_methodology_applies(const struct th_methodology *methodology, const char *kind,
                                      const char *land_class, struct th_area area,
                                      struct th_error *err) TH_MUST_CHECK;
// One of the things that it looks at; a land class that is not known fits.
enum th_site_test { TH_SITE_KIND, TH_SITE_LAND_CLASS, TH_SITE_AREA, TH_N_SITE_TESTS };
enum th_status th_methodology_site_fits(const struct th_methodology *methodology,
                                        enum th_site_test test, const char *kind,
                                        const char *land_class, struct th_area area,
                                        struct th_error *err) TH_MUST_CHECK;
// The same of one condition, with the values of a parcel's inputs.
bool th_condition_holds(const struct th_condition *condition, const double *inputs);

#endif

// Equations of stems and stands: from what a plot sheet measures to dry matter. One file each in
// data/stems/, in the form of docs/methodologies-plots.md; the shipped ones are embedded and never
// change under their version. Pure functions.
#ifndef TH_METHODOLOGY_STEM_H
#define TH_METHODOLOGY_STEM_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "methodology/document.h"

enum th_stem_basis {     // what a value of the equation is of; append-only
    TH_STEM_PER_STEM,    // kg d.m. of one stem
    TH_STEM_PER_HECTARE, // t d.m./ha
    TH_STEM_PER_VOLUME   // t d.m./m3
};

enum th_stem_measure { // what an equation wants to know; append-only
    TH_STEM_DBH,       // cm, 1.3 m above ground
    TH_STEM_D30,       // cm, 30 cm above ground
    TH_STEM_AGE_DU,    // of bamboo; not years
    TH_STEM_HEIGHT,    // m
    TH_STEM_DENSITY,   // basic density of the wood, g/cm3
    TH_STEM_VOLUME,    // growing stock, m3/ha
    TH_STEM_N_MEASURES
};

struct th_stem; // a parsed equation; opaque, immutable

// The first fault: TH_INVALID ("stem_invalid" with "where" = JSON pointer and "reason"); the
// document's own checks are computed and must come out.
enum th_status th_stem_parse(const char *text, size_t size, struct th_stem **ret_stem,
                             struct th_error *err) TH_MUST_CHECK;
void th_stem_free(struct th_stem *stem);
// "moso-culm" (the latest version) or "moso-culm@1", of those that are shipped. TH_NOT_FOUND
// ("stem_unknown" with "names").
enum th_status th_stem_shipped(const char *reference, struct th_stem **ret_stem,
                               struct th_error *err) TH_MUST_CHECK;
size_t th_stem_n_shipped(void);
const char *th_stem_shipped_id(size_t index);

// All borrowed from the equation.
const char *th_stem_id(const struct th_stem *stem);
const char *th_stem_version(const struct th_stem *stem);
const struct th_text *th_stem_title(const struct th_stem *stem);
const char *th_stem_source(const struct th_stem *stem);
enum th_evidence th_stem_evidence(const struct th_stem *stem);
enum th_stem_basis th_stem_basis(const struct th_stem *stem);
bool th_stem_includes_roots(const struct th_stem *stem); // "whole-tree-biomass"
bool th_stem_wants(const struct th_stem *stem, enum th_stem_measure measure);

enum {                         // bits: what a person must be told of a value
    TH_STEM_OUTSIDE_RANGE = 1, // a measure lies outside of the range in which it was fitted
    TH_STEM_RANGE_UNKNOWN = 2  // the source gives no range of a measure
};
// measures[] holds TH_STEM_N_MEASURES values, NAN where not measured. `part`: the type of a
// "volume-linear" equation, else NULL. Rounded to six decimals. *ret_flags: bits above. TH_INVALID
// ("stem_measure_missing" with "measure"; "stem_refused" with "measure", "value", "low", "high"
// where the document refuses what lies outside of its range; "stem_part_unknown" with "names"),
// TH_DATA_PROBLEM ("stem_undefined") where it has no value above nought.
enum th_status th_stem_value(const struct th_stem *stem, const char *part, const double *measures,
                             double *ret_value, unsigned *ret_flags,
                             struct th_error *err) TH_MUST_CHECK;
// The equation with its numbers, for people ("747.787 × 10^2.771 × …") or as a workbook's formula;
// appended.
void th_stem_write(const struct th_stem *stem, const char *part, const double *measures,
                   enum th_calc_style style, struct th_buf *out);

#endif

// Equations of stems and stands: from what a plot sheet measures to dry matter. One file for each
// version in data/stems/, in the form of data/stems/schema.json and docs/methodologies-plots.md;
// the shipped ones are embedded and never change under their version. Pure functions.
#ifndef TH_METHODOLOGY_STEM_H
#define TH_METHODOLOGY_STEM_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "methodology/document.h"

enum th_stem_basis {     // what a value of the equation is of; append-only
    TH_STEM_PER_STEM,    // kg d.m. of one stem
    TH_STEM_PER_HECTARE, // t d.m./ha
    TH_STEM_PER_VOLUME   // t d.m./m3: times the volume of the stand it is t d.m./ha
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
const char *th_stem_measure_name(enum th_stem_measure measure);   // "dbh", as in a document
const char *th_stem_measure_unit(enum th_stem_measure measure);   // "cm"
const char *th_stem_measure_letter(enum th_stem_measure measure); // "D", as th_stem_write has it

struct th_stem; // a parsed equation; opaque, immutable

// The first fault: TH_INVALID ("stem_invalid" with "where" = JSON pointer and "reason" =
// "@methodology.<x>"); the document's own checks are computed and must come out, and a change of
// any number must be noticed by one of them.
enum th_status th_stem_parse(const char *text, size_t size, struct th_stem **ret_stem,
                             struct th_error *err) TH_MUST_CHECK;
void th_stem_free(struct th_stem *stem);

// "moso-culm" (the latest version) or "moso-culm@1", of those that are shipped. TH_NOT_FOUND
// ("stem_unknown" with "stem").
enum th_status th_stem_shipped(const char *reference, struct th_stem **ret_stem,
                               struct th_error *err) TH_MUST_CHECK;
// All versions, sorted by name: "moso-culm/1.json" and its text. Borrowed, static.
size_t th_stem_shipped_count(void);
const char *th_stem_shipped_name(size_t index);
const char *th_stem_shipped_text(size_t index, size_t *ret_size);

// All borrowed from the equation.
const char *th_stem_id(const struct th_stem *stem);
const char *th_stem_version(const struct th_stem *stem);
const struct th_text *th_stem_title(const struct th_stem *stem);
const struct th_text *th_stem_note(const struct th_stem *stem); // NULL: none
const char *th_stem_source(const struct th_stem *stem);
enum th_evidence th_stem_evidence(const struct th_stem *stem);
enum th_stem_basis th_stem_basis(const struct th_stem *stem);
const char *th_stem_unit(const struct th_stem *stem);    // "kg d.m./stem", by the basis
bool th_stem_includes_roots(const struct th_stem *stem); // "whole-tree-biomass"
bool th_stem_wants(const struct th_stem *stem, enum th_stem_measure measure);
// Parts among which a caller chooses: types of forest, or stock, increment and removal of volume
// factors. 0 where there is one equation only.
size_t th_stem_n_parts(const struct th_stem *stem);
const char *th_stem_part(const struct th_stem *stem, size_t index);
// TH_INVALID ("stem_part_unknown" with "stem", "part" and "names").
enum th_status th_stem_part_find(const struct th_stem *stem, const char *part,
                                 struct th_error *err) TH_MUST_CHECK;
const struct th_hash *th_stem_sha256(const struct th_stem *stem); // of the text
const struct th_json *th_stem_json(const struct th_stem *stem);   // the document

enum {                         // bits: what a person must be told of a value
    TH_STEM_OUTSIDE_RANGE = 1, // a measure lies outside of the range in which it was fitted
    TH_STEM_RANGE_UNKNOWN = 2  // the source leaves an end of the range of a measure open
};
// measures[] holds TH_STEM_N_MEASURES values, NAN where not measured; those that the equation does
// not want are not looked at. `part`: one of th_stem_part; NULL where there is none, and of volume
// factors for those of the stock. Rounded to six decimals (th_calc_round). *ret_flags: bits above.
// TH_INVALID ("stem_measure_missing" with "measure"; "stem_refused" with "measure", "value" and
// "range" where the document refuses what lies outside of its range, or nothing has such a measure;
// "stem_part_unknown" with "names"), TH_DATA_PROBLEM ("stem_undefined") where it has no value above
// nought. All with "stem" = its id.
enum th_status th_stem_value(const struct th_stem *stem, const char *part, const double *measures,
                             double *ret_value, unsigned *ret_flags,
                             struct th_error *err) TH_MUST_CHECK;

// The equation whose value, rounded, th_stem_value gives: for people ("747.787 × 10 ^ 2.771 × …")
// or for a workbook ("747.787*10^2.771*…", without "="). What is measured stands there as
// names[measure] ("B3"), where that is NULL or `names` is as its number, and where it was not
// measured or `measures` is NULL as its letter (D, G, H, ρ, V). `part` as in th_stem_value and
// known. Of volume factors stands the one of the class; without a volume all of them, for people
// alone. Appended.
void th_stem_write(const struct th_stem *stem, const char *part, const double *measures,
                   const char *const *names, enum th_calc_style style, struct th_buf *out);

#endif

// Inside stem*.c only: what the reader fills and the equation is made of.
#ifndef TH_METHODOLOGY_STEM_INTERNAL_H
#define TH_METHODOLOGY_STEM_INTERNAL_H

#include "methodology/calc_internal.h"
#include "methodology/stem.h"

enum {
    TH_STEM_COEFFICIENTS_MAX = 16,
    TH_STEM_SETS_MAX = 32, // types of forest or classes of volume
    TH_STEM_CHECKS_MAX = 64
};

enum th_stem_form { // in the order of th_stem_forms
    TH_STEM_CONSTANT,
    TH_STEM_LINEAR,
    TH_STEM_POWER,
    TH_STEM_LOG10,
    TH_STEM_EXP_LN_SUM,
    TH_STEM_DENSITY_POWER,
    TH_STEM_DENSITY_HEIGHT_POWER,
    TH_STEM_BASAL_AREA_QUADRATIC,
    TH_STEM_MOSO_CULM,
    TH_STEM_VOLUME_LINEAR,
    TH_STEM_VOLUME_CLASS,
    TH_STEM_N_FORMS
};

struct th_stem_form_info {
    const char *name;
    enum th_stem_basis basis;
    const char *letters; // the coefficients of one equation, "abc"
    unsigned measures;   // bit 1 << th_stem_measure
};
extern const struct th_stem_form_info th_stem_forms[TH_STEM_N_FORMS];

struct th_stem_range {
    bool has_low, has_high; // the source gives this end
    struct th_ratio low, high;
    bool refuses; // what lies outside; otherwise it is flagged
};

// What a measure can be at all, of any stem or stand.
struct th_stem_bounds {
    double low, high;
};
struct th_stem_bounds th_stem_measure_bounds(enum th_stem_measure measure);

struct th_stem_set { // the coefficients of one equation, type of forest or class of volume
    const char *name;
    bool has_up_to; // of a class: the last one is open
    struct th_ratio up_to;
    struct th_ratio coefficients[TH_STEM_COEFFICIENTS_MAX];
};

struct th_stem {
    struct th_json *json; // owned; the texts below are borrowed from it
    struct th_hash sha256;
    const char *id;
    const char *version;
    struct th_text title;
    bool has_note;
    struct th_text note;
    const char *source;
    enum th_evidence evidence;
    bool includes_roots;
    enum th_stem_form form;
    struct th_stem_range ranges[TH_STEM_N_MEASURES];
    struct th_stem_set sets[TH_STEM_SETS_MAX];
    size_t n_sets;
    size_t n_coefficients; // of each set
    struct th_calc *calc;  // one line, by the coefficients in its slots
};

// Makes the arithmetic of an equation whose coefficients have been read. TH_NO_MEMORY.
enum th_status th_stem_compile(struct th_stem *stem, struct th_error *err) TH_MUST_CHECK;

#endif

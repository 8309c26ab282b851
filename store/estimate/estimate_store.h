// Stored estimates: a run, and one line for every parcel and year of it. Insert only.
#ifndef TH_STORE_ESTIMATE_STORE_H
#define TH_STORE_ESTIMATE_STORE_H

#include <stdbool.h>

#include "core/hash.h"
#include "core/quantity.h"
#include "store/estimate/package_store.h"

enum { TH_SCOPE_SIZE = 256, TH_AREA_RULE_SIZE = 32, TH_CONFIDENCE_SIZE = 48, TH_SHARE_SIZE = 48 };

struct th_estimate_terms { // kg CO2e; net = gross - the others
    struct th_carbon gross, baseline;
    struct th_carbon co2, ch4, n2o; // emissions of the project by gas
    struct th_carbon leakage, deduction, net;
};

struct th_estimate_run_record {
    int64_t run_id;
    char methodology[TH_METHODOLOGY_ID_SIZE];
    char version[TH_METHODOLOGY_VERSION_SIZE];
    int from_year, to_year;            // both included
    char scope[TH_SCOPE_SIZE];         // canonical JSON: {"village":"330523…"}
    char inputs[TH_INPUTS_SIZE];       // canonical JSON object of texts, "{}" without
    char area_rule[TH_AREA_RULE_SIZE]; // "area-min-1"
    int64_t n_parcels;
    struct th_estimate_terms terms; // sums over the lines
    bool has_uncertainty;           // false: the sources state no interval
    struct th_carbon halfwidth;     // by draws
    struct th_carbon propagated;    // half-width by propagation of errors
    bool by_sides; // the rule looked at gross and baseline, each by itself, with these half-widths
    struct th_carbon gross_halfwidth, baseline_halfwidth;
    char confidence[TH_CONFIDENCE_SIZE]; // "0.95"
    char gross_share[TH_SHARE_SIZE];     // deducted for uncertainty, "0" or "0.063759"
    char baseline_share[TH_SHARE_SIZE];
    char net_share[TH_SHARE_SIZE]; // of the net before deduction
    struct th_hash sheet_sha256;
    int64_t seq;
};

// One parcel and year; from measured on it is what the parcel's version says, read only. `used` is
// borrowed.
struct th_estimate_row {
    int64_t parcel_id;
    const char *village; // code; borrowed, read only
    const char *number;  // of the version, "" without; borrowed, read only
    int year;
    int64_t version; // of the parcel
    struct th_area area_used;
    const char *used; // canonical JSON object of the inputs' exact texts, "{}" without, and
                      // "@surveys": digests of the surveys of plots that they come from
    struct th_estimate_terms terms;
    struct th_area measured; // slivers taken off
    bool has_contracted;
    struct th_area contracted;
    struct th_hash geometry_hash;
};

// A village or county of a run; `code` "" is the run.
struct th_estimate_group_record {
    char code[TH_CODE_SIZE];
    int64_t n_parcels;
    struct th_carbon gross, deduction, net; // sums over the lines
    bool has_uncertainty;
    struct th_carbon halfwidth; // of the net before the deduction, at the run's confidence
};

struct th_estimate_survey_record { // a survey of plots that a run used; borrowed
    const char *digest;            // 16 hexadecimal digits
    const char *body;              // canonical JSON
};

// record->run_id is ignored; `warnings` is a JSON array.
enum th_status th_estimate_run_insert(struct th_store *store,
                                      const struct th_estimate_run_record *record,
                                      const char *warnings, int64_t *ret_run_id,
                                      struct th_error *err) TH_MUST_CHECK;
// In order of parcel and year; sixteen rows of one call together are cheaper than one by one.
enum th_status th_estimate_rows_insert(struct th_store *store, int64_t run_id,
                                       const struct th_estimate_row *rows, size_t n,
                                       struct th_error *err) TH_MUST_CHECK;
// *ret_warnings (may be NULL) is the caller's (free()). TH_NOT_FOUND ("run_not_found" with "run").
enum th_status th_estimate_run_load(struct th_store *store, int64_t run_id,
                                    struct th_estimate_run_record *ret_record, char **ret_warnings,
                                    struct th_error *err) TH_MUST_CHECK;
enum th_status th_estimate_group_insert(struct th_store *store, int64_t run_id,
                                        const struct th_estimate_group_record *group,
                                        struct th_error *err) TH_MUST_CHECK;
// In order of code, so that a county goes before its villages.
enum th_status th_estimate_group_each(struct th_store *store, int64_t run_id,
                                      bool (*visit)(void *context,
                                                    const struct th_estimate_group_record *group),
                                      void *context, struct th_error *err) TH_MUST_CHECK;
// By village, number and digest of the ground of the parcel's first row, parcel, year: the order of
// a sheet.
enum th_status th_estimate_row_each_named(struct th_store *store, int64_t run_id,
                                          bool (*visit)(void *context,
                                                        const struct th_estimate_row *row),
                                          void *context, struct th_error *err) TH_MUST_CHECK;
// By parcel, then year; the visitor returns false to stop.
enum th_status th_estimate_row_each(struct th_store *store, int64_t run_id,
                                    bool (*visit)(void *context, const struct th_estimate_row *row),
                                    void *context, struct th_error *err) TH_MUST_CHECK;

// Each survey once in a run.
enum th_status th_estimate_survey_insert(struct th_store *store, int64_t run_id,
                                         const struct th_estimate_survey_record *survey,
                                         struct th_error *err) TH_MUST_CHECK;
// By digest; the visitor returns false to stop.
enum th_status th_estimate_survey_each(
    struct th_store *store, int64_t run_id,
    bool (*visit)(void *context, const struct th_estimate_survey_record *survey), void *context,
    struct th_error *err) TH_MUST_CHECK;

#endif

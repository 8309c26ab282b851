// Inside registry/ only: what estimates and packages share.
#ifndef TH_REGISTRY_ESTIMATE_INTERNAL_H
#define TH_REGISTRY_ESTIMATE_INTERNAL_H

#include "core/arena.h"
#include "core/messages.h"
#include "methodology/estimate_uncertainty.h"
#include "methodology/survey.h"
#include "registry/work.h"
#include "store/estimate/estimate_store.h"
#include "store/ground/parcel_store.h"

enum { TH_ESTIMATE_INPUTS_MAX = 16, TH_YEAR_MIN = 1950, TH_YEAR_MAX = 2199, TH_YEARS_MAX = 100 };

// Inputs in the one form in which they are stored and hashed.
struct th_estimate_inputs {
    struct th_estimate_input items[TH_ESTIMATE_INPUTS_MAX]; // names point into `names`
    char names[TH_ESTIMATE_INPUTS_MAX][64];
    size_t n;
    char json[TH_INPUTS_SIZE]; // canonical object of exact texts
};
// From "name=value" texts. TH_INVALID ("input_syntax", "inputs_too_many", "input_repeated").
enum th_status th_estimate_inputs_parse(const char *const *texts, size_t n,
                                        struct th_estimate_inputs *ret_inputs,
                                        struct th_error *err) TH_MUST_CHECK;
// From the stored form.
enum th_status th_estimate_inputs_read(const char *json, struct th_estimate_inputs *ret_inputs,
                                       struct th_error *err) TH_MUST_CHECK;

// Surveys of plots, read and computed once for each set of plots, with what was used of them.
struct th_estimate_plots;
struct th_estimate_plots *th_estimate_plots_new(void); // NULL: no memory
void th_estimate_plots_free(struct th_estimate_plots *plots);

// Ground that a parcel had from a day on, with what was known of it last: a later version with the
// same ground puts right what is known of the earlier one.
struct th_estimate_ground {
    struct th_date from;
    int64_t version;
    const char *number; // "" without; lives as long as the sources
    char kind[TH_PARCEL_KIND_SIZE];
    char land_class[TH_PARCEL_CLASS_SIZE];
    struct th_area measured; // slivers taken off
    bool has_contracted;
    struct th_area contracted;
    struct th_hash geometry_hash;
};

// A parcel as far as an estimate looks at it. Its ground is that in force until
// th_estimate_source_in says another year's.
struct th_estimate_source {
    int64_t parcel_id;
    int64_t version;
    char kind[TH_PARCEL_KIND_SIZE];
    char land_class[TH_PARCEL_CLASS_SIZE]; // "" without
    char village[TH_CODE_SIZE];
    const char *number; // "" without; lives as long as the sources
    bool retired;
    bool has_past;           // later versions, parents or an end: years may differ
    struct th_area measured; // slivers taken off
    bool has_contracted;
    struct th_area contracted;
    struct th_hash geometry_hash;
    const char *attributes;    // JSON object, as known now; lives as long as the sources
    int first_year, last_year; // in which it counts, INT_MIN and INT_MAX without an end
    const struct th_estimate_ground *grounds; // by day, where there was more than one; as above
    size_t n_grounds;
    struct th_estimate_plots *plots; // of all sources together; lives as long as they
};
struct th_estimate_sources {
    struct th_estimate_source *items; // by parcel id
    size_t n, capacity;
    struct th_arena texts;
    struct th_estimate_plots *plots;
};
void th_estimate_sources_clear(struct th_estimate_sources *sources);
enum th_status th_estimate_sources_load(struct th_store *store,
                                        const struct th_parcel_filter *filter,
                                        struct th_estimate_sources *sources,
                                        struct th_error *err) TH_MUST_CHECK;
// What is said of an input under its name or a title of it, or NULL. Borrowed from `from`.
const char *th_input_stated(const struct th_input *input, const struct th_json *from);
// Which of its choices a text means, by name or title.
bool th_input_choice_find(const struct th_input *input, const char *text, size_t *ret_index);

// One of them from its record; attributes and number stay borrowed. TH_OVERFLOW.
enum th_status th_estimate_source_of(const struct th_parcel_record *record, const char *attributes,
                                     struct th_estimate_source *ret_source,
                                     struct th_error *err) TH_MUST_CHECK;
// The parcel with the ground that counts in the year (registry/estimate/estimate_grounds.c); false
// in a year in which it does not count: its ground was or is another parcel's, or no parcel at all.
bool th_estimate_source_in(const struct th_estimate_source *source, int year,
                           struct th_estimate_source *ret_source);
// How many of them have another ground behind the last year than in it; the first one, and the day
// from which it has it.
size_t th_estimate_later_grounds(const struct th_estimate_source *sources, size_t n, int to_year,
                                 int64_t *ret_parcel_id, struct th_date *ret_from);
// The same where the source itself will do for most: NULL, the source, or `scratch`.
const struct th_estimate_source *th_estimate_source_then(const struct th_estimate_source *source,
                                                         int year,
                                                         struct th_estimate_source *scratch);
// Every ground that the parcels had, and the years in which they count.
enum th_status th_estimate_grounds_load(struct th_store *store, struct th_estimate_sources *sources,
                                        size_t first, struct th_error *err) TH_MUST_CHECK;
// The document's inputs of a parcel in one year, one value for each. `attributes` and `records` are
// objects of texts; either may be NULL. TH_INVALID ("not_applicable" with "reason" =
// "@applicability.<x>", "input", "limit", "found") where one is missing, unreadable, out of range
// or against a condition.
enum th_status th_estimate_values_read(const struct th_methodology *methodology,
                                       const struct th_json *attributes,
                                       const struct th_json *records, int year, double *ret_values,
                                       bool *ret_is_default, struct th_error *err) TH_MUST_CHECK;
// Of a source: reads its attributes and what is kept of the year.
enum th_status th_estimate_source_values(struct th_store *store,
                                         const struct th_methodology *methodology,
                                         const struct th_estimate_source *source, int year,
                                         double *ret_values, bool *ret_is_default,
                                         struct th_error *err) TH_MUST_CHECK;

// Yearly records of many parcels at a time.
struct th_estimate_records; // opaque; borrows the store
enum th_status th_estimate_records_new(struct th_store *store, int from_year, int to_year,
                                       struct th_estimate_records **ret_records,
                                       struct th_error *err) TH_MUST_CHECK;
void th_estimate_records_free(struct th_estimate_records *records);
// Holds those of sources[0], and of as many of the sources behind it as is worth it; nothing where
// they are held already. Sources are in order of id, or are read one by one.
enum th_status th_estimate_records_load(struct th_estimate_records *records,
                                        const struct th_estimate_source *sources, size_t n,
                                        struct th_error *err) TH_MUST_CHECK;
// Canonical JSON object of one that is held, borrowed until the next load; NULL: nothing on record.
const char *th_estimate_records_find(const struct th_estimate_records *records, int64_t parcel_id,
                                     int year);

// What a parcel brings to the arithmetic in one year beside its area.
struct th_estimate_values {
    double inputs[TH_CALC_INPUTS_MAX];
    bool is_default[TH_CALC_INPUTS_MAX];
    struct th_estimate_error errors[TH_CALC_INPUTS_MAX]; // of surveys
    size_t n_errors;
};
// th_estimate_source_values where the attributes are parsed and the records held.
enum th_status
th_estimate_source_year(struct th_store *store, const struct th_methodology *methodology,
                        const struct th_estimate_source *source, const struct th_json *attributes,
                        const struct th_estimate_records *records, int year,
                        struct th_estimate_values *ret_values, struct th_error *err) TH_MUST_CHECK;
// th_estimate_source_applies as far as no input is asked for.
enum th_status th_estimate_source_site(const struct th_methodology *methodology,
                                       const struct th_estimate_source *source, int from_year,
                                       int to_year, struct th_error *err) TH_MUST_CHECK;

// The two surveys that a year lies between, first < year <= last: of the plots that name the
// parcel, else of those of its stratum ("stratum" of `attributes`), in its village if there are
// any. Borrowed from source->plots. TH_INVALID ("not_applicable" with "reason" =
// "@applicability.survey_<x>": none, once, later, before, and what th_survey_compute refuses).
enum th_status th_estimate_plots_find(struct th_store *store,
                                      const struct th_methodology *methodology,
                                      const struct th_estimate_source *source,
                                      const struct th_json *attributes, int year,
                                      const struct th_survey_interval **ret_interval,
                                      struct th_error *err) TH_MUST_CHECK;
// The same, where th_estimate_source_values has been asked before, for a run or an explanation,
// which use what they are given; NULL where the document wants no plots.
enum th_status th_estimate_source_surveys(const struct th_methodology *methodology,
                                          const struct th_estimate_source *source, int year,
                                          const struct th_survey_interval **ret_interval,
                                          struct th_error *err) TH_MUST_CHECK;
// What was used: lines of the sheet (appended), rows of the run, and remarks. `plots` NULL:
// nothing.
enum th_status th_estimate_plots_write(const struct th_estimate_plots *plots, struct th_buf *out,
                                       struct th_error *err) TH_MUST_CHECK;
enum th_status th_estimate_plots_store(struct th_store *store, int64_t run_id,
                                       const struct th_estimate_plots *plots,
                                       struct th_error *err) TH_MUST_CHECK;
enum th_status th_estimate_plots_warn(const struct th_estimate_plots *plots,
                                      struct th_estimate_warning *warnings, size_t *n_warnings,
                                      struct th_error *err) TH_MUST_CHECK;

// Why this parcel may not use the methodology in these years, as th_methodology_applies does, by
// its inputs in any of them, a retired parcel too; status TH_INVALID.
enum th_status th_estimate_source_applies(struct th_store *store,
                                          const struct th_methodology *methodology,
                                          const struct th_estimate_source *source, int from_year,
                                          int to_year, struct th_error *err) TH_MUST_CHECK;
// All reasons instead of the first, each as th_estimate_source_applies would tell it; `year` 0: of
// whatever year. Of a parcel of another kind, inputs are not asked for. Only what keeps it from
// being judged is an error.
struct th_estimate_reasons {
    void (*tell)(void *context, const struct th_error *reason, int year);
    void *context;
};
enum th_status th_estimate_source_reasons(struct th_store *store,
                                          const struct th_methodology *methodology,
                                          const struct th_estimate_source *source, int from_year,
                                          int to_year, const struct th_estimate_reasons *reasons,
                                          struct th_error *err) TH_MUST_CHECK;

struct th_estimate_year {
    int year;
    struct th_area area; // used
    struct th_carbon gross, net;
    struct th_units whole;    // by cumulative floor
    struct th_carbon carried; // rest after this year
};

// What the parcels of a run bring along, read once. Values above `memory_max` bytes are not kept
// but read again when they are asked for.
enum { TH_ESTIMATE_BLOCK = 512, TH_ESTIMATE_MEMORY_MAX = 1 << 30 };
struct th_estimate_table; // opaque; borrows store and methodology
enum th_status th_estimate_table_new(struct th_store *store,
                                     const struct th_methodology *methodology, int from_year,
                                     int to_year, size_t memory_max,
                                     struct th_estimate_table **ret_table,
                                     struct th_error *err) TH_MUST_CHECK;
void th_estimate_table_free(struct th_estimate_table *table);
// Adds sources[0]; the n_ahead - 1 behind it, in order of id, are looked at to read their records
// at once. TH_INVALID ("not_applicable") as th_estimate_source_values; then nothing was added.
enum th_status th_estimate_table_add(struct th_estimate_table *table,
                                     const struct th_estimate_source *sources, size_t n_ahead,
                                     struct th_error *err) TH_MUST_CHECK;
// Parcel-years of which no record says anything.
size_t th_estimate_table_n_unrecorded(const struct th_estimate_table *table);
// Every input that the year's records give is the document's default: what is not stated is not
// nought. `is_default` by input.
bool th_estimate_is_unrecorded(const struct th_methodology *methodology, const bool *is_default);
// Tells of `n_unrecorded` such parcels and years; nothing of none, or where there is no room.
void th_estimate_warn_unrecorded(size_t n_unrecorded,
                                 struct th_estimate_warning warnings[TH_ESTIMATE_WARNINGS_MAX],
                                 size_t *n_warnings);

// Parcels of a block that count in one year.
struct th_estimate_year_block {
    size_t n;
    struct th_estimate_parcel parcels[TH_ESTIMATE_BLOCK];
    uint16_t places[TH_ESTIMATE_BLOCK]; // of each: where it stands in the block; ascending
};
struct th_estimate_block {   // borrowed
    const uint32_t *indices; // of the sources, n of them
    size_t n;
    const struct th_estimate_year_block *years; // from the first of the run on
};
// Goes through all that were added, sources[i] being the i-th of them, in `order` (NULL: as they
// are), block by block.
enum th_status
th_estimate_table_each(struct th_estimate_table *table, const struct th_estimate_source *sources,
                       const uint32_t *order,
                       enum th_status (*take)(void *context, const struct th_estimate_block *block,
                                              struct th_error *err),
                       void *context, struct th_error *err) TH_MUST_CHECK;

// Inputs as a canonical JSON object of texts.
struct th_estimate_used; // opaque
enum th_status th_estimate_used_new(const struct th_methodology *methodology,
                                    struct th_estimate_used **ret_used,
                                    struct th_error *err) TH_MUST_CHECK;
void th_estimate_used_free(struct th_estimate_used *used);
void th_estimate_used_write(struct th_estimate_used *used, const double *inputs,
                            struct th_buf *out); // appended

// Groups of a run: the whole, its counties (first six digits), its villages, each in order of code.
struct th_estimate_grouping {
    struct th_estimate_group_record *items; // items[0]: the whole, with the code ""
    uint32_t *within;                       // the group in which each lies
    size_t n, n_counties;                   // the whole, the counties, the villages
    uint32_t *group_of;                     // the village's group of each source
};
enum th_status th_estimate_grouping_make(const struct th_estimate_source *sources, size_t n,
                                         struct th_estimate_grouping *ret_grouping,
                                         struct th_error *err) TH_MUST_CHECK;
void th_estimate_grouping_clear(struct th_estimate_grouping *grouping);
// Adds what the villages have to their counties and the whole; once.
enum th_status th_estimate_grouping_lift(struct th_estimate_grouping *grouping,
                                         struct th_error *err) TH_MUST_CHECK;
// The order of a sheet: by village, then number and digest of the ground as they were in the first
// of the years that counts. NULL: out of memory; the caller's (free()).
uint32_t *th_estimate_sheet_order(const struct th_estimate_source *sources,
                                  const struct th_estimate_grouping *grouping, size_t n,
                                  int from_year, int to_year);

// What is estimated. All borrowed.
struct th_estimate_job {
    const struct th_methodology *methodology;
    const struct th_estimate_rules *rules;
    const char *inputs;
    const char *scope;
    const struct th_estimate_source *sources;
    size_t n_sources;
    struct th_estimate_table *table; // of the sources; NULL: yet to be read
    int from_year, to_year;
    int64_t seq;
};

struct th_estimate_result {
    struct th_estimate_run_record record;
    struct th_area area;              // used, of the year with most
    struct th_estimate_shares shares; // deducted for uncertainty
    struct th_estimate_year *years;
    size_t n_years;
    struct th_estimate_grouping groups;
    struct th_estimate_warning warnings[TH_ESTIMATE_WARNINGS_MAX];
    size_t n_warnings;
};
void th_estimate_result_clear(struct th_estimate_result *result);

// Computes, hashes the sheet and stores run and lines; inside a write transaction.
enum th_status th_estimate_perform(struct th_store *store, const struct th_estimate_job *job,
                                   struct th_estimate_result *ret_result,
                                   struct th_error *err) TH_MUST_CHECK;

// Whole tonnes by cumulative floor; a debt is carried, never issued.
enum th_status th_estimate_years_floor(struct th_estimate_year *years, size_t n,
                                       struct th_error *err) TH_MUST_CHECK;

// Lines of the calculation sheet, canonical JSON each with its line feed. Appended to `out`. The
// head gives the formulas and every parameter with its unit, source and evidence, so that the sheet
// alone is enough to do the arithmetic again.
enum th_status th_estimate_sheet_head(const struct th_estimate_run_record *record,
                                      const struct th_methodology *methodology, struct th_buf *out,
                                      struct th_error *err) TH_MUST_CHECK;
// Parcels by village, number and ground, not by what a registry calls them: another registry of the
// same parcels writes the same.
void th_estimate_sheet_row(const struct th_estimate_row *row, struct th_buf *out);
void th_estimate_sheet_group(const struct th_estimate_group_record *group, struct th_buf *out);
// Behind all rows, by digest.
void th_estimate_sheet_survey(const struct th_estimate_survey_record *survey, struct th_buf *out);
void th_estimate_sheet_total(const struct th_estimate_run_record *record, struct th_buf *out);

// Values of replies and journal bodies; the objects returned are the caller's.
void th_estimate_set_terms(struct th_json *object, const struct th_estimate_terms *terms);
void th_estimate_set_run(struct th_json *body, const struct th_estimate_run_record *record);
struct th_json *th_estimate_uncertainty_json(const struct th_estimate_run_record *record);
// What is told of a stored run, `warnings` and `skipped` aside; the years and the area come from
// `result`, the groups from the store, with their names as far as they are known.
enum th_status th_estimate_run_json(struct th_store *store, const struct th_estimate_result *result,
                                    enum th_lang lang, struct th_json **ret_reply,
                                    struct th_error *err) TH_MUST_CHECK;
struct th_json *th_estimate_years_json(const struct th_estimate_year *years, size_t n);
struct th_json *th_estimate_warnings_json(const struct th_estimate_warning *warnings, size_t n,
                                          const struct th_messages *messages, enum th_lang lang);
// What the texts of a warning are filled in with, as it is stored; the caller's.
struct th_json *th_estimate_warning_arguments(const struct th_estimate_warning *warning);
// The reply of an explanation but for its warnings, in words: {parcel_id, number, village,
// village_name, version, year, methodology, methodology_version, methodology_title, rounding,
// conversions, lines}. Errors of the store.
enum th_status th_estimate_told_json(struct th_store *store,
                                     const struct th_methodology *methodology,
                                     const struct th_estimate_source *source, int year,
                                     const struct th_json *lines,
                                     const struct th_messages *messages, enum th_lang lang,
                                     struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;
// An explanation's reply as a new XLSX file: its lines, and on a second sheet what it is of and its
// warnings. Errors of papers/workbook.h.
enum th_status th_estimate_workbook_write(const char *path, const struct th_json *reply,
                                          const struct th_messages *messages, enum th_lang lang,
                                          struct th_error *err) TH_MUST_CHECK;
// {parcel_id, reason, message, limit, found} of a refusal of th_estimate_source_applies.
struct th_json *th_estimate_skipped_json(int64_t parcel_id, const struct th_error *problem,
                                         const struct th_messages *messages, enum th_lang lang);

// "2021". TH_INVALID ("year_invalid").
enum th_status th_estimate_year_parse(const char *text, int *ret_year,
                                      struct th_error *err) TH_MUST_CHECK;
// One year, or the first and the last. TH_USAGE ("period_needed"), TH_INVALID ("year_invalid",
// "period_reversed").
enum th_status th_estimate_period_parse(const char *year, const char *from, const char *to,
                                        int *ret_from, int *ret_to,
                                        struct th_error *err) TH_MUST_CHECK;

#endif

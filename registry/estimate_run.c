// Computing and storing a run. The lines are computed twice, once for the sheet's digest that the
// run row carries and once for the rows that refer to it: cheaper than keeping them.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate_internal.h"

static enum th_status add_carbon(struct th_carbon *sum, struct th_carbon more, struct th_error *err)
{
    return th_carbon_add(*sum, more, sum, err);
}

static enum th_status add_terms(struct th_estimate_terms *sum, const struct th_estimate_terms *more,
                                struct th_error *err)
{
    enum th_status status = add_carbon(&sum->gross, more->gross, err);
    status = status == TH_OK ? add_carbon(&sum->baseline, more->baseline, err) : status;
    status = status == TH_OK ? add_carbon(&sum->project_emissions, more->project_emissions, err)
                             : status;
    status = status == TH_OK ? add_carbon(&sum->leakage, more->leakage, err) : status;
    status = status == TH_OK ? add_carbon(&sum->deduction, more->deduction, err) : status;
    return status == TH_OK ? add_carbon(&sum->net, more->net, err) : status;
}

static enum th_status compute_row(const struct th_estimate_job *job,
                                  const struct th_estimate_source *source, int year,
                                  struct th_estimate_row *ret_row, struct th_error *err)
{
    struct th_estimate_line line;
    struct th_estimate_parcel parcel = th_estimate_source_parcel(source);
    enum th_status status = th_estimate_parcel_year(job->rules, &parcel, year, &line, err);
    if (status != TH_OK) {
        return status;
    }
    *ret_row = (struct th_estimate_row){.parcel_id = source->parcel_id,
                                        .year = year,
                                        .version = source->version,
                                        .area_used = line.area_used,
                                        .terms = {.gross = line.gross,
                                                  .baseline = line.baseline,
                                                  .project_emissions = line.project_emissions,
                                                  .leakage = line.leakage,
                                                  .deduction = line.deduction,
                                                  .net = line.net},
                                        .measured = source->measured,
                                        .has_contracted = source->has_contracted,
                                        .contracted = source->contracted,
                                        .geometry_hash = source->geometry_hash,
                                        .row_hash = source->row_hash};
    return TH_OK;
}

enum th_status th_estimate_years_floor(struct th_estimate_year *years, size_t n,
                                       struct th_error *err)
{
    struct th_carbon line = th_carbon_from_kg(0);
    struct th_carbon nothing = line;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        struct th_carbon taken;
        status = add_carbon(&line, years[i].net, err);
        years[i].whole =
            th_carbon_compare(line, nothing) > 0 ? th_carbon_whole_t(line) : th_units_from_t(0);
        status = status == TH_OK ? th_units_carbon(years[i].whole, &taken, err) : status;
        status = status == TH_OK ? th_carbon_sub(line, taken, &line, err) : status;
        years[i].carried = line;
    }
    return status;
}

static enum th_status sum_row(struct th_estimate_result *result, const struct th_estimate_row *row,
                              struct th_error *err)
{
    struct th_estimate_year *year = &result->years[row->year - result->record.from_year];
    enum th_status status = add_terms(&result->record.terms, &row->terms, err);
    status = status == TH_OK ? add_carbon(&year->gross, row->terms.gross, err) : status;
    status = status == TH_OK ? add_carbon(&year->net, row->terms.net, err) : status;
    if (status == TH_OK && row->year == result->record.from_year) {
        status = th_area_add(result->area, row->area_used, &result->area, err);
    }
    return status;
}

// The first pass: sums, and the digest of the sheet as it grows.
static enum th_status compute_sums(const struct th_estimate_job *job,
                                   struct th_estimate_result *result, struct th_hasher *hasher,
                                   struct th_error *err)
{
    struct th_buf text;
    th_buf_init(&text, 64 * 1024);
    enum th_status status = th_estimate_sheet_head(&result->record, job->methodology, &text, err);
    for (size_t i = 0; i < job->n_sources && status == TH_OK; i++) {
        for (int year = job->from_year; year <= job->to_year && status == TH_OK; year++) {
            struct th_estimate_row row;
            status = compute_row(job, &job->sources[i], year, &row, err);
            status = status == TH_OK ? sum_row(result, &row, err) : status;
            if (status == TH_OK) {
                th_estimate_sheet_row(&row, &text);
                th_hasher_update(hasher, text.data, text.size);
                status = th_buf_check(&text, err);
                text.size = 0;
            }
        }
    }
    if (status == TH_OK) {
        struct th_ratio confidence = {0, 1};
        result->record.has_uncertainty = th_estimate_uncertainty(
            job->rules, result->record.terms.gross, &result->record.halfwidth, &confidence);
        (void)th_ratio_format(confidence, result->record.confidence);
        th_estimate_sheet_total(&result->record, &text);
        th_hasher_update(hasher, text.data, text.size);
        status = th_buf_check(&text, err);
    }
    th_buf_clear(&text);
    if (status == TH_OK) {
        result->record.sheet_sha256 = th_hasher_final(hasher);
        status = th_estimate_years_floor(result->years, result->n_years, err);
    }
    return status;
}

static enum th_status store_rows(struct th_store *store, const struct th_estimate_job *job,
                                 int64_t run_id, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < job->n_sources && status == TH_OK; i++) {
        for (int year = job->from_year; year <= job->to_year && status == TH_OK; year++) {
            struct th_estimate_row row;
            status = compute_row(job, &job->sources[i], year, &row, err);
            status = status == TH_OK ? th_estimate_row_insert(store, run_id, &row, err) : status;
        }
    }
    return status;
}

static struct th_json *warnings_to_store(const struct th_estimate_warning *warnings, size_t n)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < n; i++) {
        const struct th_error *message = &warnings[i].message;
        struct th_json *arguments = th_json_object();
        for (int a = 0; a < message->n_args; a++) {
            th_json_set_text(arguments, message->args[a].name, message->args[a].value);
        }
        struct th_json *item = th_json_object();
        th_json_set_text(item, "code", message->key);
        th_json_set_bool(item, "needs_waiver", warnings[i].needs_waiver);
        th_json_set(item, "arguments", arguments);
        th_json_append(list, item);
    }
    return list;
}

static enum th_status store_run(struct th_store *store, const struct th_estimate_job *job,
                                struct th_estimate_result *result, struct th_error *err)
{
    char *text = NULL;
    struct th_json *warnings = warnings_to_store(result->warnings, result->n_warnings);
    enum th_status status = th_json_dump(warnings, TH_JSON_CANONICAL, &text, err);
    if (status == TH_OK) {
        status = th_estimate_run_insert(store, &result->record, text, &result->record.run_id, err);
    }
    if (status == TH_OK) {
        status = store_rows(store, job, result->record.run_id, err);
    }
    free(text);
    th_json_free(warnings);
    return status;
}

void th_estimate_result_clear(struct th_estimate_result *result)
{
    free(result->years);
    result->years = NULL;
    result->n_years = 0;
}

static void init_result(const struct th_estimate_job *job, struct th_estimate_result *result)
{
    struct th_estimate_run_record *record = &result->record;
    record->from_year = job->from_year;
    record->to_year = job->to_year;
    record->n_parcels = (int64_t)job->n_sources;
    record->seq = job->seq;
    th_text_copy(record->methodology, sizeof(record->methodology),
                 th_methodology_id(job->methodology));
    th_text_copy(record->version, sizeof(record->version),
                 th_methodology_version(job->methodology));
    th_text_copy(record->scope, sizeof(record->scope), job->scope);
    th_text_copy(record->inputs, sizeof(record->inputs), job->inputs);
    th_text_copy(record->area_rule, sizeof(record->area_rule), "area-min-1");
    for (size_t i = 0; i < result->n_years; i++) {
        result->years[i].year = job->from_year + (int)i;
    }
    result->n_warnings = th_estimate_warnings(job->rules, result->warnings);
}

enum th_status th_estimate_perform(struct th_store *store, const struct th_estimate_job *job,
                                   struct th_estimate_result *ret_result, struct th_error *err)
{
    assert(job->to_year >= job->from_year);
    struct th_estimate_result result = {.n_years = (size_t)(job->to_year - job->from_year) + 1};
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    result.years = calloc(result.n_years, sizeof(*result.years));
    enum th_status status = TH_OK;
    if (!hasher || !result.years) {
        status = th_error_no_memory(err);
        goto done;
    }
    init_result(job, &result);
    status = compute_sums(job, &result, hasher, err);
    if (status == TH_OK) {
        status = store_run(store, job, &result, err);
    }
done:
    th_hasher_free(hasher);
    if (status == TH_OK) {
        *ret_result = result;
    } else {
        th_estimate_result_clear(&result);
    }
    return status;
}

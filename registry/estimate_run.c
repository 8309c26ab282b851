// Computing and storing a run. The lines are computed twice, once for the sheet's digest that the
// run row carries and once for the rows that refer to it: cheaper than keeping them.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crew.h"
#include "core/text.h"
#include "registry/estimate_internal.h"

static enum th_status add_carbon(struct th_carbon *sum, struct th_carbon more, struct th_error *err)
{
    return th_carbon_add(*sum, more, sum, err);
}

static enum th_status add_terms(struct th_estimate_terms *sum, const struct th_estimate_terms *more,
                                struct th_error *err)
{
    struct th_carbon *const sums[] = {&sum->gross, &sum->baseline, &sum->co2,       &sum->ch4,
                                      &sum->n2o,   &sum->leakage,  &sum->deduction, &sum->net};
    const struct th_carbon *const terms[] = {&more->gross,     &more->baseline, &more->co2,
                                             &more->ch4,       &more->n2o,      &more->leakage,
                                             &more->deduction, &more->net};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]) && status == TH_OK; i++) {
        status = add_carbon(sums[i], *terms[i], err);
    }
    return status;
}

// Parcels are taken in chunks, so that the arithmetic runs over many at once and the rows still
// come out by parcel, then year.
enum { CHUNK = 512 };

struct chunk {
    struct th_estimate_parcel parcels[CHUNK];
    struct th_estimate_line lines[CHUNK];
    struct th_estimate_row *rows; // CHUNK × years, by parcel
    double *values;               // CHUNK × inputs, of one year
    struct th_buf used;           // texts of the rows, each with its NUL
    size_t *used_at;              // CHUNK × years
    size_t at[CHUNK];             // of the parcels that count in the year, which of the chunk's
    size_t n;                     // of them
    int64_t n_unrecorded;         // parcel-years so far of which no record says anything
};

static bool chunk_make(const struct th_estimate_job *job, struct chunk *chunk)
{
    size_t n_years = (size_t)(job->to_year - job->from_year) + 1;
    size_t n_inputs = th_methodology_n_inputs(job->methodology);
    chunk->rows = calloc(CHUNK * n_years, sizeof(*chunk->rows));
    chunk->used_at = calloc(CHUNK * n_years, sizeof(*chunk->used_at));
    chunk->values = calloc(CHUNK * (n_inputs + 1), sizeof(*chunk->values));
    th_buf_init(&chunk->used, 512 * 1024 * 1024);
    return chunk->rows && chunk->used_at && chunk->values;
}

static void chunk_clear(struct chunk *chunk)
{
    free(chunk->rows);
    free(chunk->used_at);
    free(chunk->values);
    th_buf_clear(&chunk->used);
}

static void write_used(const struct th_estimate_job *job, const double *values, struct chunk *chunk,
                       size_t row)
{
    chunk->used_at[row] = chunk->used.size;
    th_estimate_values_write(job->methodology, values, &chunk->used);
    th_buf_append_char(&chunk->used, '\0');
}

static void fill_row(const struct th_estimate_line *line, const struct th_estimate_source *source,
                     struct th_estimate_row *row)
{
    *row = (struct th_estimate_row){.parcel_id = source->parcel_id,
                                    .year = line->year,
                                    .version = source->version,
                                    .area_used = line->area_used,
                                    .terms = {.gross = line->gross,
                                              .baseline = line->baseline,
                                              .co2 = line->emissions[TH_GAS_CO2],
                                              .ch4 = line->emissions[TH_GAS_CH4],
                                              .n2o = line->emissions[TH_GAS_N2O],
                                              .leakage = line->leakage,
                                              .deduction = line->deduction,
                                              .net = line->net},
                                    .measured = source->measured,
                                    .has_contracted = source->has_contracted,
                                    .contracted = source->contracted,
                                    .geometry_hash = source->geometry_hash,
                                    .row_hash = source->row_hash};
}

// Every input that the year's records give is the document's default: what is not stated is not
// nought.
static bool is_unrecorded(const struct th_methodology *methodology, const bool *is_default)
{
    size_t n_yearly = 0;
    size_t n_default = 0;
    for (size_t i = 0; i < th_methodology_n_inputs(methodology); i++) {
        if (th_methodology_input(methodology, i)->scope == TH_INPUT_OF_YEAR) {
            n_yearly++;
            n_default += is_default[i] ? 1 : 0;
        }
    }
    return n_yearly > 0 && n_default == n_yearly;
}

// Parcels of a chunk that count in one year, with their inputs.
static enum th_status load_year(struct th_store *store, const struct th_estimate_job *job,
                                size_t first, size_t n, int year, struct chunk *chunk,
                                struct th_error *err)
{
    bool is_default[TH_CALC_INPUTS_MAX];
    size_t n_inputs = th_methodology_n_inputs(job->methodology);
    size_t n_years = (size_t)(job->to_year - job->from_year) + 1;
    size_t column = (size_t)(year - job->from_year);
    enum th_status status = TH_OK;
    chunk->n = 0;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        struct th_estimate_source source;
        if (!th_estimate_source_in(&job->sources[first + i], year, &source)) {
            continue;
        }
        double *values = chunk->values + chunk->n * n_inputs;
        status = th_estimate_source_values(store, job->methodology, &source, year, values,
                                           is_default, err);
        chunk->parcels[chunk->n] =
            (struct th_estimate_parcel){.parcel_id = source.parcel_id,
                                        .measured = source.measured,
                                        .has_contracted = source.has_contracted,
                                        .contracted = source.contracted,
                                        .inputs = values};
        chunk->at[chunk->n++] = i;
        if (status == TH_OK) {
            write_used(job, values, chunk, i * n_years + column);
            chunk->n_unrecorded += is_unrecorded(job->methodology, is_default) ? 1 : 0;
        }
    }
    return status;
}

static enum th_status compute_year(struct th_store *store, const struct th_estimate_job *job,
                                   const struct th_estimate_shares *shares, size_t first, size_t n,
                                   int year, struct chunk *chunk, struct th_error *err)
{
    size_t n_years = (size_t)(job->to_year - job->from_year) + 1;
    size_t column = (size_t)(year - job->from_year);
    enum th_status status = load_year(store, job, first, n, year, chunk, err);
    if (status == TH_OK) {
        status = th_estimate_year(job->rules, year, chunk->parcels, chunk->n, chunk->lines, err);
    }
    for (size_t k = 0; k < chunk->n && status == TH_OK; k++) {
        struct th_estimate_source source;
        size_t i = chunk->at[k];
        status = th_estimate_deduct(&chunk->lines[k], shares, err);
        if (th_estimate_source_in(&job->sources[first + i], year, &source)) {
            fill_row(&chunk->lines[k], &source, &chunk->rows[i * n_years + column]);
        }
    }
    return status;
}

// Calls `take` for every row, by parcel, then year; *ret_unrecorded (may be NULL) counts those
// without a record of the year.
static enum th_status each_row(struct th_store *store, const struct th_estimate_job *job,
                               const struct th_estimate_shares *shares, int64_t *ret_unrecorded,
                               enum th_status (*take)(void *context,
                                                      const struct th_estimate_row *row,
                                                      struct th_error *err),
                               void *context, struct th_error *err)
{
    struct chunk *chunk = calloc(1, sizeof(*chunk));
    size_t n_years = (size_t)(job->to_year - job->from_year) + 1;
    enum th_status status = chunk && chunk_make(job, chunk) ? TH_OK : th_error_no_memory(err);
    for (size_t first = 0; first < job->n_sources && status == TH_OK; first += CHUNK) {
        size_t n = job->n_sources - first < CHUNK ? job->n_sources - first : CHUNK;
        chunk->used.size = 0;
        memset(chunk->rows, 0, CHUNK * n_years * sizeof(*chunk->rows));
        for (int year = job->from_year; year <= job->to_year && status == TH_OK; year++) {
            status = compute_year(store, job, shares, first, n, year, chunk, err);
        }
        status = status == TH_OK ? th_buf_check(&chunk->used, err) : status;
        for (size_t i = 0; i < n * n_years && status == TH_OK; i++) {
            if (chunk->rows[i].parcel_id == 0) {
                continue; // it does not count in this year
            }
            chunk->rows[i].used = chunk->used.data + chunk->used_at[i];
            status = take(context, &chunk->rows[i], err);
        }
    }
    if (status == TH_OK && ret_unrecorded) {
        *ret_unrecorded = chunk->n_unrecorded;
    }
    if (chunk) {
        chunk_clear(chunk);
    }
    free(chunk);
    return status;
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
    status = status == TH_OK ? th_area_add(year->area, row->area_used, &year->area, err) : status;
    if (status == TH_OK && th_area_compare(year->area, result->area) > 0) {
        result->area = year->area;
    }
    return status;
}

// The first pass: sums, and the digest of the sheet as it grows.
struct summing {
    const struct th_methodology *methodology;
    struct th_estimate_result *result;
    int64_t n_asked;                   // rows that ask for a second look
    struct th_estimate_warning *asked; // what is said of the first of them; NULL: none yet
    struct th_hasher *hasher;
    struct th_buf text;
};

// A message of the catalogue's "warning." part.
static void begin_warning(struct th_estimate_warning *warning, const char *key)
{
    *warning = (struct th_estimate_warning){.message.status = TH_DATA_PROBLEM};
    th_text_copy(warning->message.key, sizeof(warning->message.key), key);
}

// t CO2e a hectare and year, two decimals.
static const char *per_ha_text(const struct th_estimate_row *row, char *buf, size_t size)
{
    double ha = th_area_m2(row->area_used) / 10000;
    (void)snprintf(buf, size, "%.2f", (double)th_carbon_kg(row->terms.net) / 1000 / ha);
    return buf;
}

static void say_implausible(const struct th_estimate_row *row, const struct th_plausible *bounds,
                            struct th_error *message)
{
    char value[48];
    char low[TH_RATIO_TEXT_SIZE];
    char high[TH_RATIO_TEXT_SIZE];
    th_error_add_int(message, "parcel", row->parcel_id);
    th_error_add_int(message, "year", row->year);
    th_error_add(message, "value", per_ha_text(row, value, sizeof(value)));
    th_error_add(message, "low", th_ratio_format(bounds->low, low));
    th_error_add(message, "high", th_ratio_format(bounds->high, high));
    th_error_add(message, "source", bounds->source);
}

// A result that cannot be is refused; one at odds with the region's mean asks for a second look.
static enum th_status judge_row(struct summing *summing, const struct th_estimate_row *row,
                                struct th_error *err)
{
    const struct th_plausible *bounds =
        th_estimate_implausible(summing->methodology, row->area_used, row->terms.net);
    if (bounds && bounds->action == TH_PLAUSIBLE_REFUSE) {
        (void)th_error_set(err, TH_INVALID, "estimate_implausible", NULL);
        say_implausible(row, bounds, err);
        return TH_INVALID;
    }
    struct th_estimate_result *result = summing->result;
    if (bounds && !summing->asked && result->n_warnings < TH_ESTIMATE_WARNINGS_MAX) {
        summing->asked = &result->warnings[result->n_warnings++];
        begin_warning(summing->asked, "estimate_second_look");
        say_implausible(row, bounds, &summing->asked->message);
    }
    summing->n_asked += bounds ? 1 : 0;
    return TH_OK;
}

static enum th_status take_sum(void *context, const struct th_estimate_row *row,
                               struct th_error *err)
{
    struct summing *summing = context;
    enum th_status status = judge_row(summing, row, err);
    status = status == TH_OK ? sum_row(summing->result, row, err) : status;
    if (status == TH_OK) {
        th_estimate_sheet_row(row, &summing->text);
        th_hasher_update(summing->hasher, summing->text.data, summing->text.size);
        status = th_buf_check(&summing->text, err);
        summing->text.size = 0;
    }
    return status;
}

static void warn_unrecorded(struct th_estimate_result *result, int64_t n_unrecorded)
{
    if (n_unrecorded > 0 && result->n_warnings < TH_ESTIMATE_WARNINGS_MAX) {
        struct th_estimate_warning *warning = &result->warnings[result->n_warnings++];
        begin_warning(warning, "estimate_unrecorded");
        th_error_add_int(&warning->message, "n", n_unrecorded);
    }
}

static enum th_status compute_sums(struct th_store *store, const struct th_estimate_job *job,
                                   struct th_estimate_result *result, struct th_hasher *hasher,
                                   struct th_error *err)
{
    struct summing summing = {.methodology = job->methodology, .result = result, .hasher = hasher};
    int64_t n_unrecorded = 0;
    th_buf_init(&summing.text, 1024 * 1024);
    enum th_status status =
        th_estimate_sheet_head(&result->record, job->methodology, &summing.text, err);
    status = status == TH_OK
                 ? each_row(store, job, &result->shares, &n_unrecorded, take_sum, &summing, err)
                 : status;
    if (status == TH_OK) {
        th_estimate_sheet_total(&result->record, &summing.text);
        th_hasher_update(hasher, summing.text.data, summing.text.size);
        status = th_buf_check(&summing.text, err);
    }
    th_buf_clear(&summing.text);
    if (status == TH_OK) {
        if (summing.asked) {
            th_error_add_int(&summing.asked->message, "n", summing.n_asked);
        }
        warn_unrecorded(result, n_unrecorded);
        result->record.sheet_sha256 = th_hasher_final(hasher);
        status = th_estimate_years_floor(result->years, result->n_years, err);
    }
    return status;
}

struct storing {
    struct th_store *store;
    int64_t run_id;
};

static enum th_status take_store(void *context, const struct th_estimate_row *row,
                                 struct th_error *err)
{
    const struct storing *storing = context;
    return th_estimate_row_insert(storing->store, storing->run_id, row, err);
}

static enum th_status store_rows(struct th_store *store, const struct th_estimate_job *job,
                                 const struct th_estimate_result *result, struct th_error *err)
{
    struct storing storing = {store, result->record.run_id};
    return each_row(store, job, &result->shares, NULL, take_store, &storing, err);
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
        status = store_rows(store, job, result, err);
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

// All parcels and years go into the sums from which the draws are made.
static enum th_status add_to_spread(struct th_store *store, const struct th_estimate_job *job,
                                    struct th_estimate_spread *spread, struct th_error *err)
{
    struct chunk *chunk = calloc(1, sizeof(*chunk));
    enum th_status status = chunk && chunk_make(job, chunk) ? TH_OK : th_error_no_memory(err);
    for (size_t first = 0; first < job->n_sources && status == TH_OK; first += CHUNK) {
        size_t n = job->n_sources - first < CHUNK ? job->n_sources - first : CHUNK;
        chunk->used.size = 0;
        for (int year = job->from_year; year <= job->to_year && status == TH_OK; year++) {
            status = load_year(store, job, first, n, year, chunk, err);
            if (status == TH_OK) {
                status = th_estimate_spread_add(spread, year, chunk->parcels, NULL, chunk->n, err);
            }
        }
    }
    if (chunk) {
        chunk_clear(chunk);
    }
    free(chunk);
    return status;
}

static void take_uncertainty(struct th_estimate_result *result,
                             const struct th_estimate_uncertainty *uncertainty)
{
    double halfwidth = ceil(uncertainty->net.half_width);
    result->shares = uncertainty->shares;
    result->record.has_uncertainty = true;
    result->record.halfwidth =
        th_carbon_from_kg(halfwidth < 0x1p62 ? (int64_t)halfwidth : INT64_MAX);
    (void)th_ratio_format(uncertainty->confidence, result->record.confidence);
}

// How uncertain the whole is, and what the rule takes off for it.
static enum th_status compute_uncertainty(struct th_store *store, const struct th_estimate_job *job,
                                          struct th_estimate_result *result, struct th_error *err)
{
    struct th_estimate_spread *spread = NULL;
    struct th_estimate_uncertainty uncertainty;
    enum th_status status =
        th_estimate_spread_new(job->rules, job->from_year, job->to_year, NULL, &spread, err);
    status = status == TH_OK ? add_to_spread(store, job, spread, err) : status;
    if (status == TH_OK && th_estimate_spread_is_stated(spread)) {
        status = th_estimate_spread_finish(spread, th_crew_cores(), &uncertainty, NULL, err);
        if (status == TH_OK) {
            take_uncertainty(result, &uncertainty);
        }
    }
    th_estimate_spread_free(spread);
    struct th_estimate_run_record *record = &result->record;
    (void)th_ratio_format(result->shares.gross, record->gross_share);
    (void)th_ratio_format(result->shares.baseline, record->baseline_share);
    (void)th_ratio_format(result->shares.net, record->net_share);
    return status;
}

enum th_status th_estimate_perform(struct th_store *store, const struct th_estimate_job *job,
                                   struct th_estimate_result *ret_result, struct th_error *err)
{
    assert(job->to_year >= job->from_year);
    struct th_estimate_result result = {.n_years = (size_t)(job->to_year - job->from_year) + 1,
                                        .shares = {{0, 1}, {0, 1}, {0, 1}}};
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    result.years = calloc(result.n_years, sizeof(*result.years));
    enum th_status status = TH_OK;
    if (!hasher || !result.years) {
        status = th_error_no_memory(err);
        goto done;
    }
    init_result(job, &result);
    status = compute_uncertainty(store, job, &result, err);
    status = status == TH_OK ? compute_sums(store, job, &result, hasher, err) : status;
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

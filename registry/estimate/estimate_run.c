// Computing and storing a run, in three walks over its parcels: how uncertain the whole is, the
// sheet with its sums and digest, the rows that refer to the run. Lines are cheaper to compute
// again than to keep.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crew.h"
#include "core/text.h"
#include "registry/estimate/estimate_rows.h"

enum { STORED_TOGETHER = 64 };

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
                              size_t index, struct th_error *err)
{
    struct th_estimate_year *year = &result->years[row->year - result->record.from_year];
    struct th_estimate_group_record *group = &result->groups.items[result->groups.group_of[index]];
    enum th_status status = add_terms(&result->record.terms, &row->terms, err);
    status = status == TH_OK ? add_carbon(&year->gross, row->terms.gross, err) : status;
    status = status == TH_OK ? add_carbon(&year->net, row->terms.net, err) : status;
    status = status == TH_OK ? add_carbon(&group->gross, row->terms.gross, err) : status;
    status = status == TH_OK ? add_carbon(&group->deduction, row->terms.deduction, err) : status;
    status = status == TH_OK ? add_carbon(&group->net, row->terms.net, err) : status;
    status = status == TH_OK ? th_area_add(year->area, row->area_used, &year->area, err) : status;
    if (status == TH_OK && th_area_compare(year->area, result->area) > 0) {
        result->area = year->area;
    }
    return status;
}

// The sheet as it grows, its digest and the sums.
struct summing {
    const struct th_estimate_plots *plots; // NULL: without
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

// A bound as a person reads it: 22/3 as 7.33.
static const char *bound_text(struct th_ratio bound, char buf[TH_RATIO_TEXT_SIZE])
{
    if (strchr(th_ratio_format(bound, buf), '/')) {
        (void)snprintf(buf, TH_RATIO_TEXT_SIZE, "%.2f", th_ratio_double(bound));
    }
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
    th_error_add(message, "low", bound_text(bounds->low, low));
    th_error_add(message, "high", bound_text(bounds->high, high));
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
        th_error_add(err, "source", bounds->source);
        return TH_INVALID;
    }
    struct th_estimate_result *result = summing->result;
    if (bounds && !summing->asked && result->n_warnings < TH_ESTIMATE_WARNINGS_MAX) {
        summing->asked = &result->warnings[result->n_warnings++];
        begin_warning(summing->asked, "estimate_second_look");
        say_implausible(row, bounds, &summing->asked->message);
        summing->asked->source = bounds->source;
    }
    summing->n_asked += bounds ? 1 : 0;
    return TH_OK;
}

static enum th_status digest_text(struct summing *summing, struct th_error *err)
{
    th_hasher_update(summing->hasher, summing->text.data, summing->text.size);
    enum th_status status = th_buf_check(&summing->text, err);
    summing->text.size = 0;
    return status;
}

static enum th_status take_sum(void *context, const struct th_estimate_row *row, size_t index,
                               struct th_error *err)
{
    struct summing *summing = context;
    enum th_status status = judge_row(summing, row, err);
    status = status == TH_OK ? sum_row(summing->result, row, index, err) : status;
    if (status == TH_OK) {
        th_estimate_sheet_row(row, &summing->text);
        status = digest_text(summing, err);
    }
    return status;
}

void th_estimate_warn_unrecorded(size_t n_unrecorded,
                                 struct th_estimate_warning warnings[TH_ESTIMATE_WARNINGS_MAX],
                                 size_t *n_warnings)
{
    if (n_unrecorded > 0 && *n_warnings < TH_ESTIMATE_WARNINGS_MAX) {
        struct th_estimate_warning *warning = &warnings[(*n_warnings)++];
        begin_warning(warning, "estimate_unrecorded");
        warning->needs_waiver = true; // what nobody stated is credited as nought
        th_error_add_int(&warning->message, "n", (long long)n_unrecorded);
    }
}

// The ground of the years counts, though the parcels have another one by now: who put a wrong
// boundary right must say so with its day.
static void warn_grounds(const struct th_estimate_job *job, struct th_estimate_result *result)
{
    int64_t parcel_id = 0;
    struct th_date from;
    size_t n =
        th_estimate_later_grounds(job->sources, job->n_sources, job->to_year, &parcel_id, &from);
    if (n > 0 && result->n_warnings < TH_ESTIMATE_WARNINGS_MAX) {
        char text[TH_DATE_TEXT_SIZE];
        struct th_estimate_warning *warning = &result->warnings[result->n_warnings++];
        begin_warning(warning, "ground_changed_later");
        th_error_add_int(&warning->message, "n", (long long)n);
        th_error_add_int(&warning->message, "parcel", parcel_id);
        th_error_add(&warning->message, "from", th_date_format(from, text));
    }
}

// Groups in order of code, a county before its villages, and the total: the end of a sheet.
static enum th_status digest_groups(struct summing *summing, struct th_error *err)
{
    const struct th_estimate_grouping *groups = &summing->result->groups;
    size_t village = 1 + groups->n_counties;
    enum th_status status = TH_OK;
    for (size_t county = 1; county <= groups->n_counties && status == TH_OK; county++) {
        th_estimate_sheet_group(&groups->items[county], &summing->text);
        for (; village < groups->n && groups->within[village] == county; village++) {
            th_estimate_sheet_group(&groups->items[village], &summing->text);
        }
        status = digest_text(summing, err);
    }
    status =
        status == TH_OK ? th_estimate_plots_write(summing->plots, &summing->text, err) : status;
    if (status == TH_OK) {
        th_estimate_sheet_total(&summing->result->record, &summing->text);
        status = digest_text(summing, err);
    }
    return status;
}

static enum th_status compute_sums(const struct th_estimate_job *job,
                                   struct th_estimate_result *result, struct th_hasher *hasher,
                                   struct th_error *err)
{
    struct summing summing = {.methodology = job->methodology,
                              .plots = job->sources[0].plots,
                              .result = result,
                              .hasher = hasher};
    const struct th_estimate_row_sink sink = {take_sum, &summing};
    uint32_t *order = th_estimate_sheet_order(job->sources, &result->groups, job->n_sources,
                                              job->from_year, job->to_year);
    th_buf_init(&summing.text, 1024 * 1024);
    enum th_status status =
        order ? th_estimate_sheet_head(&result->record, job->methodology, &summing.text, err)
              : th_error_no_memory(err);
    if (status == TH_OK) {
        status = th_estimate_rows_each(job, &result->shares, order, &sink, err);
    }
    status = status == TH_OK ? th_estimate_grouping_lift(&result->groups, err) : status;
    status = status == TH_OK ? digest_groups(&summing, err) : status;
    free(order);
    th_buf_clear(&summing.text);
    if (status == TH_OK) {
        if (summing.asked) {
            th_error_add_int(&summing.asked->message, "n", summing.n_asked);
        }
        status = th_estimate_plots_warn(summing.plots, result->warnings, &result->n_warnings, err);
    }
    if (status == TH_OK) {
        th_estimate_warn_unrecorded(th_estimate_table_n_unrecorded(job->table), result->warnings,
                                    &result->n_warnings);
        warn_grounds(job, result);
        result->record.sheet_sha256 = th_hasher_final(hasher);
        status = th_estimate_years_floor(result->years, result->n_years, err);
    }
    return status;
}

// Rows wait for others, since together they are cheaper to store.
struct storing {
    struct th_store *store;
    int64_t run_id;
    size_t n;
    struct th_estimate_row rows[STORED_TOGETHER];
    size_t used_at[STORED_TOGETHER]; // what each used, in `texts`
    struct th_buf texts;
};

static enum th_status store_waiting(struct storing *storing, struct th_error *err)
{
    enum th_status status = th_buf_check(&storing->texts, err);
    if (status == TH_OK) {
        for (size_t i = 0; i < storing->n; i++) {
            storing->rows[i].used = storing->texts.data + storing->used_at[i];
        }
        status = th_estimate_rows_insert(storing->store, storing->run_id, storing->rows, storing->n,
                                         err);
    }
    storing->n = 0;
    storing->texts.size = 0;
    return status;
}

static enum th_status take_store(void *context, const struct th_estimate_row *row, size_t index,
                                 struct th_error *err)
{
    struct storing *storing = context;
    (void)index;
    storing->used_at[storing->n] = storing->texts.size;
    th_buf_append(&storing->texts, row->used, strlen(row->used) + 1);
    struct th_estimate_row *waiting = &storing->rows[storing->n++];
    *waiting = *row;
    waiting->village = waiting->number = NULL; // not stored, and gone by then
    return storing->n == STORED_TOGETHER ? store_waiting(storing, err) : TH_OK;
}

static enum th_status store_rows(struct th_store *store, const struct th_estimate_job *job,
                                 const struct th_estimate_result *result, struct th_error *err)
{
    struct storing storing = {.store = store, .run_id = result->record.run_id};
    const struct th_estimate_row_sink sink = {take_store, &storing};
    enum th_status status = TH_OK;
    for (size_t i = 1; i < result->groups.n && status == TH_OK; i++) {
        status = th_estimate_group_insert(store, storing.run_id, &result->groups.items[i], err);
    }
    if (status == TH_OK) {
        status = th_estimate_plots_store(store, storing.run_id, job->sources[0].plots, err);
    }
    th_buf_init(&storing.texts, (size_t)STORED_TOGETHER * TH_ESTIMATE_USED_MAX);
    status =
        status == TH_OK ? th_estimate_rows_each(job, &result->shares, NULL, &sink, err) : status;
    status = status == TH_OK ? store_waiting(&storing, err) : status;
    th_buf_clear(&storing.texts);
    return status;
}

static struct th_json *warnings_to_store(const struct th_estimate_warning *warnings, size_t n)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < n; i++) {
        struct th_json *item = th_json_object();
        th_json_set_text(item, "code", warnings[i].message.key);
        th_json_set_bool(item, "needs_waiver", warnings[i].needs_waiver);
        th_json_set(item, "arguments", th_estimate_warning_arguments(&warnings[i]));
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
    th_estimate_grouping_clear(&result->groups);
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

struct spreading {
    const struct th_estimate_job *job;
    const uint32_t *group_of; // of sources
    struct th_estimate_spread *spread;
};

static enum th_status take_spread(void *context, const struct th_estimate_block *block,
                                  struct th_error *err)
{
    const struct spreading *spreading = context;
    uint32_t group_of[TH_ESTIMATE_BLOCK];
    enum th_status status = TH_OK;
    for (int year = spreading->job->from_year; year <= spreading->job->to_year && status == TH_OK;
         year++) {
        const struct th_estimate_year_block *parcels =
            &block->years[year - spreading->job->from_year];
        for (size_t i = 0; i < parcels->n; i++) {
            group_of[i] = spreading->group_of[block->indices[parcels->places[i]]];
        }
        status = th_estimate_spread_add(spreading->spread, year, parcels->parcels, group_of,
                                        parcels->n, err);
    }
    return status;
}

// A half-width toward +∞; what 64 bits do not hold is as good as without end.
static struct th_carbon whole_kg(double half_width)
{
    double whole = ceil(half_width);
    return th_carbon_from_kg(whole < 0x1p62 ? (int64_t)whole : INT64_MAX);
}

static void take_uncertainty(struct th_estimate_result *result,
                             const struct th_estimate_uncertainty *uncertainty,
                             const struct th_spread *nets)
{
    result->shares = uncertainty->shares;
    result->record.has_uncertainty = true;
    result->record.halfwidth = whole_kg(uncertainty->net.half_width);
    result->record.propagated = whole_kg(uncertainty->propagated);
    result->record.by_sides = uncertainty->by_sides;
    result->record.gross_halfwidth = whole_kg(uncertainty->gross.half_width);
    result->record.baseline_halfwidth = whole_kg(uncertainty->baseline.half_width);
    (void)th_ratio_format(uncertainty->confidence, result->record.confidence);
    for (size_t i = 0; i < result->groups.n; i++) {
        result->groups.items[i].has_uncertainty = true;
        result->groups.items[i].halfwidth = whole_kg(nets[i].half_width);
    }
}

static enum th_status finish_spread(struct th_estimate_spread *spread,
                                    struct th_estimate_result *result, struct th_error *err)
{
    struct th_estimate_uncertainty uncertainty;
    struct th_spread *nets = calloc(result->groups.n, sizeof(*nets));
    enum th_status status =
        nets ? th_estimate_spread_finish(spread, th_crew_cores(), &uncertainty, nets, err)
             : th_error_no_memory(err);
    if (status == TH_OK) {
        take_uncertainty(result, &uncertainty, nets);
    }
    free(nets);
    return status;
}

// How uncertain the whole and its groups are, and what the rule takes off for it.
static enum th_status compute_uncertainty(const struct th_estimate_job *job,
                                          struct th_estimate_result *result, struct th_error *err)
{
    struct spreading spreading = {.job = job, .group_of = result->groups.group_of};
    const struct th_estimate_groups groups = {result->groups.n, result->groups.within};
    enum th_status status = th_estimate_spread_new(job->rules, job->from_year, job->to_year,
                                                   &groups, &spreading.spread, err);
    if (status == TH_OK) {
        status =
            th_estimate_table_each(job->table, job->sources, NULL, take_spread, &spreading, err);
    }
    if (status == TH_OK && th_estimate_spread_is_stated(spreading.spread)) {
        status = finish_spread(spreading.spread, result, err);
    }
    th_estimate_spread_free(spreading.spread);
    struct th_estimate_run_record *record = &result->record;
    (void)th_ratio_format(result->shares.gross, record->gross_share);
    (void)th_ratio_format(result->shares.baseline, record->baseline_share);
    (void)th_ratio_format(result->shares.net, record->net_share);
    return status;
}

static enum th_status read_table(struct th_store *store, const struct th_estimate_job *job,
                                 struct th_estimate_table **ret_table, struct th_error *err)
{
    struct th_estimate_table *table = NULL;
    enum th_status status = th_estimate_table_new(
        store, job->methodology, job->from_year, job->to_year, TH_ESTIMATE_MEMORY_MAX, &table, err);
    for (size_t i = 0; i < job->n_sources && status == TH_OK; i++) {
        status = th_estimate_table_add(table, job->sources + i, job->n_sources - i, err);
    }
    if (status != TH_OK) {
        th_estimate_table_free(table);
        return status;
    }
    *ret_table = table;
    return TH_OK;
}

static enum th_status perform(struct th_store *store, const struct th_estimate_job *job,
                              struct th_estimate_result *result, struct th_error *err)
{
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    result->years = calloc(result->n_years, sizeof(*result->years));
    enum th_status status = hasher && result->years ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        status = th_estimate_grouping_make(job->sources, job->n_sources, &result->groups, err);
    }
    if (status == TH_OK) {
        init_result(job, result);
        status = compute_uncertainty(job, result, err);
    }
    status = status == TH_OK ? compute_sums(job, result, hasher, err) : status;
    if (status == TH_OK) {
        status = store_run(store, job, result, err);
    }
    th_hasher_free(hasher);
    return status;
}

enum th_status th_estimate_perform(struct th_store *store, const struct th_estimate_job *given,
                                   struct th_estimate_result *ret_result, struct th_error *err)
{
    assert(given->to_year >= given->from_year && given->n_sources > 0);
    struct th_estimate_job job = *given;
    struct th_estimate_table *own = NULL;
    struct th_estimate_result result = {.n_years = (size_t)(job.to_year - job.from_year) + 1,
                                        .shares = {{0, 1}, {0, 1}, {0, 1}}};
    enum th_status status = job.table ? TH_OK : read_table(store, &job, &own, err);
    if (status == TH_OK) {
        job.table = job.table ? job.table : own;
        status = perform(store, &job, &result, err);
    }
    th_estimate_table_free(own);
    if (status == TH_OK) {
        *ret_result = result;
    } else {
        th_estimate_result_clear(&result);
    }
    return status;
}

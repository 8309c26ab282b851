// From what parcels bring along to rows: the arithmetic of a block at a time, the rows by parcel,
// then year.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/estimate/estimate_rows.h"

struct rows {
    const struct th_estimate_job *job;
    const struct th_estimate_shares *shares;
    const struct th_estimate_row_sink *sink;
    size_t n_years;
    struct th_estimate_used *used;
    struct th_estimate_line *lines; // TH_ESTIMATE_BLOCK a year
    size_t *next;                   // of each year's lines
    struct th_buf text;             // of the row at hand
    bool is_written;                // the text tells these inputs and no surveys
    double written[TH_CALC_INPUTS_MAX];
};

static struct th_estimate_row row_of(const struct th_estimate_line *line,
                                     const struct th_estimate_source *source)
{
    return (struct th_estimate_row){.parcel_id = source->parcel_id,
                                    .village = source->village,
                                    .number = source->number,
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
                                    .geometry_hash = source->geometry_hash};
}

static enum th_status compute_block(const struct rows *rows, const struct th_estimate_block *block,
                                    struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t column = 0; column < rows->n_years && status == TH_OK; column++) {
        const struct th_estimate_year_block *year = &block->years[column];
        struct th_estimate_line *lines = rows->lines + column * TH_ESTIMATE_BLOCK;
        status = th_estimate_year(rows->job->rules, rows->job->from_year + (int)column,
                                  year->parcels, year->n, lines, err);
        for (size_t i = 0; i < year->n && status == TH_OK; i++) {
            status = th_estimate_deduct(&lines[i], rows->shares, err);
        }
    }
    return status;
}

// The text of the row before still stands: neighbours often bring the same along.
static bool is_same(const struct rows *rows, const double *inputs)
{
    size_t n = th_methodology_n_inputs(rows->job->methodology);
    return rows->is_written && (n == 0 || memcmp(rows->written, inputs, n * sizeof(*inputs)) == 0);
}

static void note_written(struct rows *rows, const double *inputs)
{
    size_t n = th_methodology_n_inputs(rows->job->methodology);
    if (n > 0) {
        memcpy(rows->written, inputs, n * sizeof(*inputs));
    }
    rows->is_written = true;
}

// The surveys stand before the inputs, whose names begin with letters.
static enum th_status write_used(struct rows *rows, const struct th_estimate_source *source,
                                 int year, const double *inputs, struct th_error *err)
{
    const struct th_survey_interval *surveys = NULL;
    enum th_status status =
        th_estimate_source_surveys(rows->job->methodology, source, year, &surveys, err);
    if (status != TH_OK || (!surveys && is_same(rows, inputs))) {
        return status;
    }
    rows->text.size = 0;
    rows->is_written = false;
    if (surveys) {
        th_buf_printf(&rows->text, "{\"@surveys\":[\"%s\",\"%s\"]", surveys->start->digest,
                      surveys->end->digest);
    }
    size_t brace = rows->text.size;
    th_estimate_used_write(rows->used, inputs, &rows->text);
    status = th_buf_check(&rows->text, err);
    if (status == TH_OK && surveys) {
        rows->text.data[brace] = ',';
    } else if (status == TH_OK) {
        note_written(rows, inputs);
    }
    return status;
}

static enum th_status take_line(struct rows *rows, const struct th_estimate_line *line,
                                const double *inputs, uint32_t index, struct th_error *err)
{
    struct th_estimate_source scratch;
    const struct th_estimate_source *source =
        th_estimate_source_then(&rows->job->sources[index], line->year, &scratch);
    assert(source);
    struct th_estimate_row row = row_of(line, source);
    enum th_status status = write_used(rows, source, line->year, inputs, err);
    row.used = th_buf_text(&rows->text);
    return status == TH_OK ? rows->sink->take(rows->sink->context, &row, index, err) : status;
}

// Parcels keep their order in each year, so that the next line of a year is that of the next parcel
// that counts in it.
static enum th_status take_block(void *context, const struct th_estimate_block *block,
                                 struct th_error *err)
{
    struct rows *rows = context;
    enum th_status status = compute_block(rows, block, err);
    memset(rows->next, 0, rows->n_years * sizeof(*rows->next));
    for (size_t place = 0; place < block->n; place++) {
        for (size_t column = 0; column < rows->n_years && status == TH_OK; column++) {
            const struct th_estimate_year_block *year = &block->years[column];
            size_t at = rows->next[column];
            if (at < year->n && year->places[at] == place) {
                rows->next[column]++;
                status = take_line(rows, &rows->lines[column * TH_ESTIMATE_BLOCK + at],
                                   year->parcels[at].inputs, block->indices[place], err);
            }
        }
    }
    return status;
}

enum th_status th_estimate_rows_each(const struct th_estimate_job *job,
                                     const struct th_estimate_shares *shares, const uint32_t *order,
                                     const struct th_estimate_row_sink *sink, struct th_error *err)
{
    struct rows rows = {.job = job,
                        .shares = shares,
                        .sink = sink,
                        .n_years = (size_t)(job->to_year - job->from_year) + 1};
    th_buf_init(&rows.text, TH_ESTIMATE_USED_MAX);
    rows.lines = calloc(rows.n_years * TH_ESTIMATE_BLOCK, sizeof(*rows.lines));
    rows.next = calloc(rows.n_years, sizeof(*rows.next));
    enum th_status status = rows.lines && rows.next
                                ? th_estimate_used_new(job->methodology, &rows.used, err)
                                : th_error_no_memory(err);
    if (status == TH_OK) {
        status = th_estimate_table_each(job->table, job->sources, order, take_block, &rows, err);
    }
    th_estimate_used_free(rows.used);
    free(rows.next);
    free(rows.lines);
    th_buf_clear(&rows.text);
    return status;
}

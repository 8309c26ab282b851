#include <stdlib.h>

#include "core/file.h"
#include "registry/records/plot_internal.h"
#include "registry/reply.h"

static enum th_status import_rows(struct th_plot_run *m, struct th_error *err)
{
    m->rows = calloc(m->sheet.n + 1, sizeof *m->rows);
    m->stored = th_hasher_new(TH_HASH_BLAKE2B);
    enum th_status status = m->rows == NULL || m->stored == NULL ? th_error_no_memory(err) : TH_OK;
    if (status == TH_OK)
        status = th_sheet_places_new(m->work, m->options->village, &m->places, err);
    for (size_t i = 0; status == TH_OK && i < m->sheet.n; i++)
        status = th_plot_row_take(m, i, err);
    return status == TH_OK ? th_plot_decide_all(m, err) : status;
}

static struct th_json *reply_json(struct th_plot_run *m)
{
    struct th_json *reply = th_json_object();
    int64_t n = (int64_t)m->sheet.n;
    th_json_set_int(reply, "read", n);
    th_json_set_int(reply, "accepted", m->n_accepted);
    th_json_set_int(reply, "plots", m->n_plots);
    th_json_set_int(reply, "changed", m->n_changed);
    th_json_set_int(reply, "rejected", n - m->n_accepted - m->n_unchanged);
    th_json_set_int(reply, "unchanged", m->n_unchanged);
    th_json_set_int(reply, "repaired", 0);
    th_json_set(reply, "problems", th_sheet_told_json(&m->told));
    th_json_set(reply, "plot_ids", th_json_copy(m->plot_ids));
    th_json_set(reply, "parcel_ids", th_json_copy(m->parcel_ids));
    th_json_set(reply, "ignored", th_json_copy(m->ignored));
    th_json_set_real(reply, "seconds", 0);
    return reply;
}

static enum th_status begin(struct th_plot_run *m, const struct th_request *request,
                            struct th_json **ret_reply, struct th_error *err)
{
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_hash_file(TH_HASH_SHA256, m->options->source, &m->sha256, err);
    if (status != TH_OK)
        return status;
    struct th_json *input = th_json_object();
    th_json_set_text(input, "sha256", th_hash_hex(&m->sha256, hex));
    th_json_set_text(input, "year", m->options->year);
    th_json_set_text(input, "village", m->options->village);
    status = th_work_begin(m->registry, request, TH_MAY_REGISTER, "plot.import", input, &m->work,
                           ret_reply, err);
    th_json_free(input);
    return status;
}

static enum th_status run(struct th_plot_run *m, const struct th_request *request,
                          struct th_json **ret_reply, struct th_error *err)
{
    enum th_status status = begin(m, request, ret_reply, err);
    if (status != TH_OK || m->work == NULL)
        return status;
    if (m->option_year > th_work_today(m->work).year)
        status =
            th_error_set(err, TH_INVALID, "activity_year_future", "year", m->options->year, NULL);
    else
        status = import_rows(m, err);
    if (status == TH_OK && m->n_plots == 0) {
        th_work_cancel(m->work);
        return th_reply_finish(TH_OK, reply_json(m), ret_reply, err);
    }
    struct th_json *body = th_json_object();
    if (status == TH_OK) {
        char hex[TH_HASH_HEX_SIZE];
        struct th_hash stored = th_hasher_final(m->stored);
        th_json_set_text(body, "source", th_file_base_name(m->options->source));
        th_json_set_text(body, "sha256", th_hash_hex(&m->sha256, hex));
        th_json_set_int(body, "accepted", m->n_accepted);
        th_json_set_int(body, "changed", m->n_changed);
        th_json_set(body, "plot_ids", th_json_copy(m->plot_ids));
        th_json_set_text(body, "rows_blake2b", th_hash_hex(&stored, hex));
    }
    return th_work_end(m->work, status, "plot", body, reply_json(m), ret_reply, err);
}

enum th_status th_plot_import(struct th_registry *registry, const struct th_request *request,
                              const struct th_plot_import_options *options,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct th_plot_run *m = calloc(1, sizeof *m);
    if (m == NULL)
        return th_error_no_memory(err);
    m->registry = registry;
    m->options = options;
    m->told = (struct th_sheet_told){.messages = options->messages, .lang = options->lang};
    m->plot_ids = th_json_array();
    m->parcel_ids = th_json_array();
    m->ignored = th_json_array();
    enum th_status status = TH_OK;
    if (options->year != NULL && !th_sheet_year(options->year, &m->option_year))
        status = th_error_set(err, TH_INVALID, "year_invalid", "year", options->year, NULL);
    if (status == TH_OK)
        status = th_sheet_keys_read("plots.json", &m->keys, err);
    if (status == TH_OK)
        status = th_sheet_read(options->source, &m->sheet, err);
    if (status == TH_OK)
        status = th_plot_columns_find(m, err);
    if (status == TH_OK)
        status = run(m, request, ret_reply, err);
    free(m->rows);
    free(m->headings);
    th_sheet_places_free(m->places);
    th_sheet_told_clear(&m->told);
    th_sheet_clear(&m->sheet);
    th_json_free(m->plot_ids);
    th_json_free(m->parcel_ids);
    th_json_free(m->ignored);
    th_hasher_free(m->stored);
    free(m);
    return status;
}

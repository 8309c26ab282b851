#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "registry/reply.h"
#include "registry/tenure/tenure_import_internal.h"

static enum th_status report_incomplete(struct th_tenure_run *m, size_t row, struct th_error *err)
{
    struct th_tenure_cover cover = {0};
    bool found = false;
    struct th_date on;
    struct th_ratio sum;
    enum th_status status =
        th_tenure_cover_load(th_work_store(m->work), m->rows[row].parcel_id, (struct th_date){0},
                             (struct th_date){0}, &cover, err);
    struct th_date from = cover.n > 0 ? cover.items[0].from : (struct th_date){1900, 1, 1};
    struct th_date to = cover.n > 0 ? cover.items[0].to : from;
    for (size_t i = 0; i < cover.n; i++) {
        from = th_date_compare(cover.items[i].from, from) < 0 ? cover.items[i].from : from;
        to = th_date_compare(cover.items[i].to, to) > 0 ? cover.items[i].to : to;
    }
    if (status == TH_OK) {
        status = th_tenure_cover_find(&cover, from, to, false, -1, &found, &on, &sum, err);
    }
    if (status == TH_OK && found) {
        struct th_error what;
        char text[TH_DATE_TEXT_SIZE];
        char ratio[TH_RATIO_TEXT_SIZE];
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_incomplete", "on",
                           th_date_format(on, text), "share", th_ratio_format_percent(sum, ratio),
                           NULL);
        th_error_add_int(&what, "parcel", m->rows[row].parcel_id);
        th_tenure_problem(m, row, "warning", &what);
        struct th_json *json = th_json_object();
        th_json_set_int(json, "parcel_id", m->rows[row].parcel_id);
        th_json_set_text(json, "on", text);
        th_json_set_text(json, "share", th_ratio_format(sum, ratio));
        th_json_append(m->incomplete, json);
    }
    th_tenure_cover_clear(&cover);
    return status;
}

static bool seen_before(const struct th_tenure_run *m, size_t row)
{
    for (size_t i = 0; i < th_json_size(m->incomplete); i++) {
        if (th_json_get_int(th_json_at(m->incomplete, i), "parcel_id", 0) ==
            m->rows[row].parcel_id) {
            return true;
        }
    }
    return false;
}

static enum th_status import_rows(struct th_tenure_run *m, struct th_error *err)
{
    size_t n = m->table.sheet.n;
    m->n_slots = 2 * n + 1;
    m->rows = calloc(n + 1, sizeof(*m->rows));
    m->contracts = calloc(n + 1, sizeof(*m->contracts));
    m->slots = calloc(m->n_slots, sizeof(*m->slots));
    if (m->rows == NULL || m->contracts == NULL || m->slots == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status = th_tenure_row_take(m, i, err);
    }
    if (status == TH_OK) {
        status = th_tenure_decide_all(m, err);
    }
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        if (m->rows[i].fate == TH_TENURE_ROW_ACCEPTED && !seen_before(m, i)) {
            status = report_incomplete(m, i, err);
        }
    }
    return status;
}

static struct th_json *reply_json(struct th_tenure_run *m)
{
    struct th_json *reply = th_json_object();
    int64_t n = (int64_t)m->table.sheet.n;
    th_json_set_int(reply, "read", n);
    th_json_set_int(reply, "accepted", m->n_accepted);
    th_json_set_int(reply, "rejected", n - m->n_accepted - m->n_unchanged);
    th_json_set_int(reply, "unchanged", m->n_unchanged);
    th_json_set_int(reply, "scans_added", m->n_scans_added);
    th_json_set(reply, "tenure_ids", th_json_copy(m->tenure_ids));
    th_json_set(reply, "incomplete", th_json_copy(m->incomplete));
    th_json_set(reply, "problems", th_sheet_told_json(&m->told));
    return reply;
}

static enum th_status begin(struct th_tenure_run *m, const struct th_request *request,
                            const struct th_json *input, struct th_json **ret_reply,
                            struct th_error *err)
{
    char **paths = NULL;
    size_t n = 0;
    enum th_status status = th_tenure_scan_paths(m, &paths, &n, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_work_documents documents = {(const char *const *)paths, n};
    status = th_work_begin_reading(m->registry, request, TH_MAY_REGISTER, "tenure.import", input,
                                   &documents, &m->work, ret_reply, err);
    th_tenure_scan_paths_free(paths, n);
    return status;
}

static enum th_status run(struct th_tenure_run *m, const struct th_request *request,
                          struct th_json **ret_reply, struct th_error *err)
{
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_hash_file(TH_HASH_SHA256, m->options->source, &sha256, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *input = th_json_object();
    th_json_set_text(input, "sha256", th_hash_hex(&sha256, hex));
    th_json_set_text(input, "holder", m->options->holder);
    th_json_set_text(input, "village", m->options->village);
    status = begin(m, request, input, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || m->work == NULL) {
        return status;
    }
    status = import_rows(m, err);
    if (status == TH_OK && m->n_accepted == 0 && m->n_scans_added == 0) {
        th_work_cancel(m->work);
        return th_reply_finish(TH_OK, reply_json(m), ret_reply, err);
    }
    struct th_json *body = th_json_object();
    th_json_set_text(body, "source", th_file_base_name(m->options->source));
    th_json_set_text(body, "sha256", hex);
    th_json_set_int(body, "accepted", m->n_accepted);
    th_json_set(body, "tenure_ids", th_json_copy(m->tenure_ids));
    th_json_set(body, "scans", th_json_copy(m->scans));
    return th_work_end(m->work, status, "tenure", body, reply_json(m), ret_reply, err);
}

enum th_status th_tenure_import(struct th_registry *registry, const struct th_request *request,
                                const struct th_tenure_import_options *options,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_tenure_run m = {.registry = registry,
                              .options = options,
                              .told = {.messages = options->messages, .lang = options->lang},
                              .tenure_ids = th_json_array(),
                              .incomplete = th_json_array(),
                              .scans = th_json_array()};
    enum th_status status = th_tenure_table_read(options->source, &m.table, err);
    if (status == TH_OK) {
        status = run(&m, request, ret_reply, err);
    }
    th_sheet_told_clear(&m.told);
    th_json_free(m.tenure_ids);
    th_json_free(m.incomplete);
    th_json_free(m.scans);
    th_tenure_table_clear(&m.table);
    free(m.rows);
    free(m.contracts);
    free(m.slots);
    return status;
}

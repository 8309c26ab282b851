#include <stdlib.h>

#include "registry/records/plot_internal.h"

static enum th_status take_rows(void *run, struct th_error *err)
{
    struct th_plot_run *m = run;
    size_t n = m->import.sheet.n;
    m->rows = calloc(n + 1, sizeof(*m->rows));
    enum th_status status = m->rows ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status = th_plot_row_take(m, i, err);
    }
    return status == TH_OK ? th_plot_decide_all(m, err) : status;
}

static void complete(const void *run, struct th_json *json)
{
    const struct th_plot_run *m = run;
    th_json_set_int(json, "plots", m->import.n_stored);
    th_json_set(json, "plot_ids", th_json_copy(m->plot_ids));
}

static const struct th_record_kind kind = {.name = "plot",
                                           .command = "plot.import",
                                           .fields = "plots.json",
                                           .permission = TH_MAY_REGISTER,
                                           .headings = TH_FIELDS_OF_PLOTS,
                                           .judge_column = th_plot_column_judge,
                                           .check_columns = th_plot_columns_check,
                                           .take_rows = take_rows,
                                           .complete = complete};

enum th_status th_plot_import(struct th_registry *registry, const struct th_request *request,
                              const struct th_record_options *options, struct th_json **ret_reply,
                              struct th_error *err)
{
    struct th_plot_run *m = calloc(1, sizeof(*m));
    if (!m) {
        return th_error_no_memory(err);
    }
    m->plot_ids = th_json_array();
    enum th_status status =
        th_record_import(&kind, m, &m->import, registry, request, options, ret_reply, err);
    free(m->rows);
    th_json_free(m->plot_ids);
    free(m);
    return status;
}

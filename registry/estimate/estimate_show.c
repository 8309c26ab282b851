// A stored run, told again.
#include <stdlib.h>

#include "core/text.h"
#include "registry/estimate/estimate.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/reply.h"

struct summing {
    struct th_estimate_result *result;
    enum th_status status;
    struct th_error *err;
};

static bool sum_row(void *context, const struct th_estimate_row *row)
{
    struct summing *summing = context;
    struct th_estimate_result *result = summing->result;
    struct th_estimate_year *year = &result->years[row->year - result->record.from_year];
    enum th_status status = th_area_add(year->area, row->area_used, &year->area, summing->err);
    if (status == TH_OK) {
        status = th_carbon_add(year->gross, row->terms.gross, &year->gross, summing->err);
    }
    if (status == TH_OK) {
        status = th_carbon_add(year->net, row->terms.net, &year->net, summing->err);
    }
    if (status == TH_OK && th_area_compare(year->area, result->area) > 0) {
        result->area = year->area;
    }
    summing->status = status;
    return status == TH_OK;
}

static enum th_status load_run(struct th_store *store, int64_t run_id,
                               struct th_estimate_result *result, struct th_error *err)
{
    struct summing summing = {.result = result, .status = TH_OK, .err = err};
    enum th_status status = th_estimate_run_load(store, run_id, &result->record, NULL, err);
    if (status != TH_OK) {
        return status;
    }
    result->n_years = (size_t)(result->record.to_year - result->record.from_year) + 1;
    result->years = calloc(result->n_years, sizeof(*result->years));
    if (!result->years) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < result->n_years; i++) {
        result->years[i].year = result->record.from_year + (int)i;
    }
    status = th_estimate_row_each(store, run_id, sum_row, &summing, err);
    status = status == TH_OK ? summing.status : status;
    return status == TH_OK ? th_estimate_years_floor(result->years, result->n_years, err) : status;
}

enum th_status th_estimate_show(struct th_registry *registry, const char *run,
                                const struct th_messages *messages, enum th_lang lang,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_estimate_result result = {.n_years = 0};
    struct th_json *reply = NULL;
    struct th_json *warnings = NULL;
    int64_t run_id = 0;
    if (!run || !th_text_parse_int(run, 1, INT64_MAX, &run_id)) {
        return th_error_set(err, TH_NOT_FOUND, "run_not_found", "run", run, NULL);
    }
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    status = load_run(store, run_id, &result, err);
    if (status == TH_OK) {
        status = th_estimate_run_warnings(store, run_id, messages, lang, &warnings, err);
    }
    if (status == TH_OK) {
        status = th_estimate_run_json(store, &result, lang, &reply, err);
    }
    th_store_end_read(store);
    th_estimate_result_clear(&result);
    if (status == TH_OK) {
        th_json_set(reply, "warnings", warnings);
    } else {
        th_json_free(warnings);
    }
    return th_reply_finish(status, reply, ret_reply, err);
}

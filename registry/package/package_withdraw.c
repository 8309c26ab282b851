// A package that was a mistake gives its ground free again.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/package/package.h"
#include "registry/package/package_internal.h"
#include "store/deal/forecast_store.h"

// Whoever was promised its tonnes relies on it.
static enum th_status check_promised(struct th_store *store,
                                     const struct th_package_record *package, struct th_error *err)
{
    const struct th_forecast_filter filter = {.package_id = package->package_id};
    struct th_forecast_list list = {0};
    int64_t promised_t = 0;
    enum th_status status = th_forecast_all(store, &filter, &list, err);
    for (size_t i = 0; i < list.n; i++) {
        promised_t += th_units_t(list.items[i].promised);
    }
    free(list.items);
    if (status == TH_OK && promised_t > 0) {
        status = th_error_set(err, TH_CONFLICT, "package_promised", "package", package->name, NULL);
        th_error_add_int(err, "tonnes", promised_t);
    }
    return status;
}

static enum th_status withdraw(struct th_work *work, struct th_package_open *package,
                               struct th_error *err)
{
    struct th_package_record *record = &package->record;
    enum th_status status = TH_OK;
    if (strcmp(record->state, "returned") != 0) {
        status = th_package_check_state(record, "draft", "submitted", err);
    }
    if (status == TH_OK) {
        status = th_package_check_villages(work, package, err);
    }
    if (status == TH_OK) {
        status = check_promised(th_work_store(work), record, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_text_copy(record->state, sizeof(record->state), "withdrawn");
    record->seq = th_work_seq(work);
    status = th_package_update(th_work_store(work), record, err);
    return status == TH_OK ? th_forecast_settle(th_work_posting(work), record->package_id, err)
                           : status;
}

static struct th_json *facts(const struct th_package_record *record, const char *reason)
{
    struct th_json *object = th_json_object();
    th_json_set_int(object, "package_id", record->package_id);
    th_json_set_text(object, "state", record->state);
    th_json_set_text(object, "reason", reason);
    return object;
}

enum th_status th_package_withdraw(struct th_registry *registry, const struct th_request *request,
                                   const char *package_reference, const char *reason,
                                   struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_package_open package = {.n_changed = 0};
    char subject[TH_SUBJECT_SIZE] = "";
    if (reason == NULL || reason[0] == '\0') {
        return th_error_set(err, TH_USAGE, "reason_needed", NULL);
    }
    struct th_json *input = th_json_object();
    th_json_set_text(input, "package", package_reference);
    th_json_set_text(input, "reason", reason);
    enum th_status status = th_work_begin(registry, request, TH_MAY_REGISTER, "package.withdraw",
                                          input, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    status = th_package_open(th_work_store(work), package_reference, &package, err);
    if (status == TH_OK) {
        status = withdraw(work, &package, err);
    }
    struct th_json *body = facts(&package.record, reason);
    struct th_json *reply = facts(&package.record, reason);
    (void)th_package_subject(package.record.package_id, subject);
    th_package_close(&package);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}

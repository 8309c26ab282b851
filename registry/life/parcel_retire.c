#include <inttypes.h>
#include <stdio.h>

#include "registry/life/parcel_life_internal.h"
#include "registry/reference.h"
#include "store/ground/parcel_life_store.h"

static enum th_status retire(struct th_work *work, const struct th_parcel_retire_options *options,
                             struct th_json *reply, struct th_json *body, struct th_error *err)
{
    struct th_life_parcel parcel = {0};
    struct th_date on;
    int64_t document_id = 0;
    struct th_hash sha256;
    enum th_status status = th_act_day(work, options->on, &on, err);
    if (status == TH_OK) {
        status = th_life_load(work, options->parcel_id, on.year, &parcel, err);
    }
    if (status == TH_OK && options->document != NULL) {
        status = th_document_record(work, options->document, &document_id, &sha256, err);
    }
    if (status == TH_OK) {
        status =
            th_parcel_retire(th_work_store(work), options->parcel_id, on, options->reason, err);
    }
    if (status == TH_OK) {
        status = th_parcel_load(th_work_store(work), options->parcel_id, 0, &parcel.record, err);
    }
    if (status == TH_OK) {
        struct th_json *parcels = th_json_array();
        struct th_json *retired = th_json_array();
        th_json_append(parcels, th_parcel_record_json(&parcel.record));
        th_json_append(retired, th_parcel_record_json(&parcel.record));
        th_life_reply_begin(reply, on, options->reason);
        th_json_set(reply, "parcels", parcels);
        th_json_set(reply, "retired", retired);
        th_life_reply_begin(body, on, options->reason);
        th_json_set(body, "parcel", th_life_facts(&parcel));
        if (document_id != 0) {
            char hex[TH_HASH_HEX_SIZE];
            th_json_set_int(reply, "document_id", document_id);
            th_json_set_int(body, "document_id", document_id);
            th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
        }
    }
    th_life_parcel_clear(&parcel);
    return status;
}

enum th_status th_parcel_retire_use(struct th_registry *registry, const struct th_request *request,
                                    const struct th_parcel_retire_options *options,
                                    struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    char subject[64];
    enum th_status status = th_act_check_reason(options->reason, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *input = th_json_object();
    th_json_set_int(input, "parcel", options->parcel_id);
    th_json_set_text(input, "reason", options->reason);
    th_json_set_text(input, "on", options->on);
    th_json_set_text(input, "document", options->document);
    const struct th_work_documents documents = {&options->document, 1};
    status = th_work_begin_reading(registry, request, TH_MAY_REGISTER, "parcel.retire", input,
                                   &documents, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *reply = th_json_object();
    struct th_json *body = th_json_object();
    status = retire(work, options, reply, body, err);
    (void)snprintf(subject, sizeof(subject), "parcel:%" PRId64, options->parcel_id);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}

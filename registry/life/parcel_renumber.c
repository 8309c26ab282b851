// A parcel's number put right: its ground and all that is known of it stay, in a version of its
// own.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "registry/life/parcel_life_internal.h"
#include "registry/reference.h"
#include "store/ground/parcel_life_store.h"

static enum th_status store_version(struct th_work *work,
                                    const struct th_parcel_renumber_options *options,
                                    struct th_date on, struct th_life_parcel *parcel,
                                    struct th_error *err)
{
    struct th_parcel_record *record = &parcel->record;
    record->version++;
    record->from = on;
    record->import_id = record->source_row = record->feature = 0;
    th_text_copy(record->origin, sizeof(record->origin), "number");
    th_text_copy(record->number, sizeof(record->number), options->number);
    enum th_status status = th_life_store(work, parcel, err);
    if (status != TH_OK) {
        return status;
    }
    return th_parcel_renumber(th_work_store(work), record->parcel_id, options->number,
                              options->reason, th_work_seq(work), err);
}

static enum th_status renumber(struct th_work *work,
                               const struct th_parcel_renumber_options *options,
                               struct th_json *reply, struct th_json *body, struct th_error *err)
{
    struct th_life_parcel parcel = {0};
    struct th_date on;
    char old[TH_PARCEL_NUMBER_SIZE] = "";
    enum th_status status = th_life_load(work, options->parcel_id, 0, &parcel, err);
    if (status == TH_OK) {
        status = th_act_day(work, options->on, &on, err);
    }
    th_text_copy(old, sizeof(old), parcel.record.number);
    if (status == TH_OK && strcmp(old, options->number) == 0) {
        status = th_error_set(err, TH_CONFLICT, "number_same", "number", old, NULL);
    }
    if (status == TH_OK) {
        status =
            th_life_check_number(th_work_store(work), parcel.record.village, options->number, err);
    }
    if (status == TH_OK) {
        status = store_version(work, options, on, &parcel, err);
    }
    if (status == TH_OK) {
        struct th_json *parcels = th_json_array();
        th_json_append(parcels, th_parcel_record_json(&parcel.record));
        th_life_reply_begin(reply, on, options->reason);
        th_json_set_text(reply, "old_number", old[0] == '\0' ? NULL : old);
        th_json_set(reply, "parcels", parcels);
        th_life_reply_begin(body, on, options->reason);
        th_json_set_text(body, "old_number", old[0] == '\0' ? NULL : old);
        th_json_set(body, "parcel", th_life_facts(&parcel));
    }
    th_life_parcel_clear(&parcel);
    return status;
}

enum th_status th_parcel_renumber_use(struct th_registry *registry,
                                      const struct th_request *request,
                                      const struct th_parcel_renumber_options *options,
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
    th_json_set_text(input, "number", options->number);
    th_json_set_text(input, "reason", options->reason);
    th_json_set_text(input, "on", options->on);
    status = th_work_begin(registry, request, TH_MAY_REGISTER, "parcel.renumber", input, &work,
                           ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *reply = th_json_object();
    struct th_json *body = th_json_object();
    status = renumber(work, options, reply, body, err);
    (void)snprintf(subject, sizeof(subject), "parcel:%" PRId64, options->parcel_id);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}

struct numbered {
    int64_t parcel_id;
    size_t n;
    char ids[TH_ERROR_VALUE_SIZE];
};

static bool take_numbered(void *context, int64_t parcel_id)
{
    struct numbered *found = context;
    size_t used = strlen(found->ids);
    found->parcel_id = parcel_id;
    (void)snprintf(found->ids + used, sizeof(found->ids) - used, "%s%" PRId64,
                   found->n++ > 0 ? ", " : "", parcel_id);
    return true;
}

enum th_status th_parcel_of_number(struct th_registry *registry, const char *village,
                                   const char *number, int64_t *ret_parcel_id, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_village place = {0};
    struct numbered found = {.n = 0};
    enum th_status status =
        village == NULL ? TH_OK : th_village_resolve(store, village, &place, err);
    if (status == TH_OK) {
        status = th_parcel_numbered_each(store, village == NULL ? NULL : place.code, number,
                                         take_numbered, &found, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (found.n == 0) {
        return th_error_set(err, TH_NOT_FOUND, "parcel_number_unknown", "number", number, NULL);
    }
    if (found.n > 1) {
        return th_error_set(err, TH_CONFLICT, "parcel_number_ambiguous", "number", number, "ids",
                            found.ids, NULL);
    }
    *ret_parcel_id = found.parcel_id;
    return TH_OK;
}

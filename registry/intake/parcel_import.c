// One import from source to reply. The long part runs outside the write transaction; publishing
// makes sure that the registry is still the one that was compared with.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/act.h"
#include "registry/intake/fetch.h"
#include "registry/intake/import_settings.h"
#include "registry/intake/parcel_internal.h"
#include "registry/reference.h"
#include "registry/work.h"

void th_import_run_clear(struct th_import_run *run)
{
    for (size_t i = 0; i < run->n_rows; i++) {
        th_ground_free(run->rows[i].ground);
        free(run->rows[i].attributes);
        free(run->rows[i].number);
        free(run->rows[i].first_key);
    }
    free(run->rows);
    for (size_t i = 0; i < run->n_repairs; i++) {
        free(run->repairs[i].wkb);
    }
    free(run->repairs);
    th_import_choices_clear(run);
    th_import_list_clear(run);
    th_import_findings_clear(run);
    th_proposals_free(run->proposals);
    free(run->source_crs);
    free(run->mends_sha256);
    th_field_map_clear(&run->map);
    free(run->detections);
    th_problems_clear(&run->checked);
    th_problems_clear(&run->resolved);
    th_village_list_clear(&run->villages);
    th_land_classes_clear(&run->classes);
}

enum th_status th_import_ask_permission(struct th_registry *registry,
                                        const struct th_request *request, struct th_import_run *run,
                                        struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_json *earlier = NULL;
    struct th_request keyless = *request;
    keyless.idempotency_key = NULL;
    enum th_permission permission = run->options->n_waive_rows > 0 ? TH_MAY_WAIVE : TH_MAY_REGISTER;
    enum th_status status =
        th_work_begin(registry, &keyless, permission, "parcel.import", NULL, &work, &earlier, err);
    if (status != TH_OK) {
        return status;
    }
    run->today = th_work_today(work);
    status = th_rules_load(th_work_store(work), run->today, &run->limits, err);
    run->rules = &run->limits;
    const struct th_actor *actor = th_work_actor(work);
    if (strcmp(actor->role, "clerk") == 0 && actor->village != NULL) {
        th_text_copy(run->own_village, sizeof(run->own_village), actor->village);
    }
    if (run->default_village[0] == '\0' && actor->village != NULL) {
        th_text_copy(run->default_village, sizeof(run->default_village), actor->village);
    }
    if (status == TH_OK && run->default_village[0] != '\0') {
        status = th_work_check_village(work, run->default_village, err);
    }
    // Told at once and in any case, not only when something can be stored.
    if (status == TH_OK) {
        status = th_act_day(work, run->options->on, &run->day, err);
    }
    th_work_cancel(work);
    return status;
}

// The reply to the same request under the same key, when there was one.
static enum th_status ask_earlier(struct th_registry *registry, const struct th_request *request,
                                  const struct th_import_run *run, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct th_work *work = NULL;
    if (request->idempotency_key == NULL) {
        return TH_OK;
    }
    struct th_json *input = th_import_input_json(run);
    enum th_status status = th_work_begin(registry, request, TH_MAY_REGISTER, "parcel.import",
                                          input, &work, ret_reply, err);
    th_json_free(input);
    th_work_cancel(work);
    return status;
}

// The village that the caller names.
static enum th_status village_choose(struct th_import_run *run, const char *reference,
                                     struct th_error *err)
{
    struct th_village village;
    enum th_status status = th_village_resolve(run->store, reference, &village, err);
    if (status == TH_OK) {
        th_text_copy(run->default_village, sizeof(run->default_village), village.code);
    }
    return status;
}

enum th_status th_import_frame_load(struct th_import_run *run, struct th_error *err)
{
    const struct th_parcel_import_options *options = run->options;
    run->default_kind = TH_ROW_NO_INDEX;
    if (options->kind != NULL) {
        run->default_kind = th_parcel_kind_find(options->kind);
        if (run->default_kind == TH_ROW_NO_INDEX) {
            return th_error_set(err, TH_INVALID, "kind_invalid", "kind", options->kind, NULL);
        }
    }
    enum th_status status = th_registry_record_load(run->store, &run->frame, err);
    if (status == TH_OK) {
        status = th_land_classes_read(run->store, &run->classes, err);
    }
    if (status == TH_OK) {
        status = th_village_list_read(run->store, &run->villages, err);
    }
    if (status == TH_OK && options->village != NULL) {
        status = village_choose(run, options->village, err);
    }
    return status;
}

static enum th_status source_describe(struct th_import_run *run, const struct th_reader *reader,
                                      struct th_error *err)
{
    const struct th_reader_info *info = th_reader_info(reader);
    struct th_import_record *source = &run->source;
    th_text_copy(source->source, sizeof(source->source), info->source_name);
    th_text_copy(source->layer, sizeof(source->layer), info->layer);
    th_text_copy(source->driver, sizeof(source->driver), info->driver);
    th_text_copy(run->member, sizeof(run->member), info->member);
    th_text_copy(run->engine, sizeof(run->engine), info->engine);
    th_text_mend(source->source);
    th_text_mend(source->layer);
    th_text_mend(run->member);
    run->source_crs = th_text_duplicate(info->crs);
    return info->crs != NULL && run->source_crs == NULL ? th_error_no_memory(err) : TH_OK;
}

static enum th_status read_rows(struct th_import_run *run, struct th_reader *reader,
                                struct th_error *err)
{
    struct th_reader_batch *first = NULL;
    enum th_status status = th_reader_next(reader, &first, err);
    if (status == TH_OK) {
        status = th_import_own_crs(run, reader, first, err);
    }
    if (status == TH_OK) {
        status = th_import_plan(run, th_reader_info(reader), first, err);
    }
    if (status != TH_OK) {
        th_reader_batch_free(first);
        return status;
    }
    status = th_import_read(run, reader, first, err);
    if (status == TH_OK) {
        status = th_import_choices_check(run, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_import_detect_rows(run, th_reader_info(reader));
    status = th_store_begin_read(run->store, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_import_shapeless_fill(run, false, err);
    th_store_end_read(run->store);
    return status == TH_OK ? th_import_declared(run, err) : status;
}

// What was looked at is what is confirmed.
static enum th_status check_draft(const struct th_import_run *run, struct th_error *err)
{
    const struct th_hash *seen = run->options->draft_sha256;
    struct th_hash now;
    if (seen == NULL) {
        return TH_OK;
    }
    struct th_json *source = th_import_source_json(run);
    enum th_status status = th_import_seen_digest(source, &now, err);
    th_json_free(source);
    if (status == TH_OK && memcmp(seen->bytes, now.bytes, TH_HASH_SIZE) != 0) {
        status = th_error_set(err, TH_CONFLICT, "draft_source_changed", "file", run->source.source,
                              NULL);
    }
    return status;
}

static enum th_status stage(struct th_registry *registry, const struct th_request *request,
                            struct th_import_run *run, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct th_reader *reader = NULL;
    struct th_reader_options how = {.layer = run->options->layer,
                                    .encoding = run->options->encoding,
                                    .progress = run->progress};
    enum th_status status = th_import_frame_load(run, err);
    if (status == TH_OK) {
        status = th_import_ask_permission(registry, request, run, err);
    }
    if (status == TH_OK && run->options->n_waive_rows > 0) {
        status =
            th_hash_file(TH_HASH_SHA256, run->options->waive_document, &run->document_sha256, err);
    }
    if (status == TH_OK) {
        how.curve_step_deg = run->rules->curve_step_deg;
        status = th_import_source_open(run, &how, &reader, err);
    }
    if (status == TH_OK) {
        status = source_describe(run, reader, err);
    }
    if (status == TH_OK) {
        status = read_rows(run, reader, err);
    }
    if (status == TH_OK) {
        status = th_reader_digest(reader, &run->source.sha256, err);
    }
    if (status == TH_OK) {
        status = check_draft(run, err);
    }
    if (status == TH_OK) {
        status = ask_earlier(registry, request, run, ret_reply, err);
    }
    th_reader_close(reader);
    return status;
}

enum th_status th_parcel_import(struct th_registry *registry, const struct th_request *request,
                                const struct th_parcel_import_options *options,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_parcel_import_options filled = *options;
    struct th_import_run run = {.store = th_registry_store(registry),
                                .options = &filled,
                                .progress = request->progress,
                                .path = options->source};
    struct th_kept_settings profile = {0};
    struct th_fetched *fetched = NULL;
    struct th_json *reply = NULL;
    enum th_status status = th_import_settings_of_profile(run.store, &profile, &filled, err);
    if (status == TH_OK) {
        status = th_import_choices(&filled, &run, err);
    }
    if (status == TH_OK) {
        status = th_import_list_check(&filled, err);
    }
    if (status == TH_OK && filled.overlaps_path != NULL) {
        status = th_import_overlaps_check(filled.overlaps_path, err);
    }
    if (status == TH_OK && th_fetch_is_url(options->source)) {
        status = th_fetch(options->source, run.progress, &fetched, err);
        run.path = status == TH_OK ? th_fetched_path(fetched) : NULL;
        if (status == TH_OK) {
            run.origin = th_fetched_origin(fetched);
        }
    }
    if (status == TH_OK) {
        status = stage(registry, request, &run, &reply, err);
    }
    if (status == TH_OK && reply == NULL) {
        status = th_import_settle(registry, request, &run, &reply, err);
    }
    th_import_run_clear(&run);
    th_fetched_free(fetched);
    th_kept_settings_clear(&profile);
    if (status == TH_OK) {
        *ret_reply = reply;
    }
    return status;
}

// One import from source to reply. The long part runs outside the write transaction; publishing
// makes sure that the registry is still the one that was compared with.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/fetch.h"
#include "registry/parcel_internal.h"
#include "registry/reply.h"
#include "registry/work.h"

enum { ATTEMPTS_OUTSIDE = 3 }; // after that the comparison is repeated inside the transaction

static void run_clear(struct th_import_run *run)
{
    for (size_t i = 0; i < run->n_rows; i++) {
        free(run->rows[i].wkb);
        free(run->rows[i].attributes);
        free(run->rows[i].number);
    }
    free(run->rows);
    free(run->source_crs);
    th_problems_clear(&run->checked);
    th_problems_clear(&run->resolved);
    th_village_list_clear(&run->villages);
    th_land_classes_clear(&run->classes);
}

// What goes into the journal is text: a real number has no canonical form.
static void set_limit(struct th_json *object, const char *key, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    th_json_set_text(object, key, text);
}

enum th_status th_import_limits(char **ret_text, struct th_error *err)
{
    const struct th_overlap_limits *limits = &th_overlap_limits_default;
    struct th_json *json = th_json_object();
    struct th_json *overlap = th_json_object();
    set_limit(overlap, "duplicate_iou", limits->duplicate_iou);
    set_limit(overlap, "overlap_area_m2", limits->overlap_area_m2);
    set_limit(overlap, "overlap_share", limits->overlap_share);
    set_limit(overlap, "overlap_width_m", limits->overlap_width_m);
    set_limit(overlap, "sliver_total_share", limits->sliver_total_share);
    th_json_set(json, "overlap", overlap);
    struct th_json *mismatch = th_json_object();
    th_json_set_text(mismatch, "id", th_rule_area_mismatch.id);
    th_json_set_text(mismatch, "since", th_rule_area_mismatch.since);
    set_limit(mismatch, "share", th_rule_area_mismatch.share);
    th_json_set(json, "area_mismatch", mismatch);
    enum th_status status = th_json_dump(json, TH_JSON_CANONICAL, ret_text, err);
    th_json_free(json);
    return status;
}

// Everything the caller asked for: what a repeated request is recognised by.
static struct th_json *input_json(const struct th_import_run *run)
{
    const struct th_parcel_import_options *options = run->options;
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *input = th_json_object();
    struct th_json *maps = th_json_array();
    th_json_set_text(input, "source", run->source.source);
    th_json_set_text(input, "sha256", th_hash_hex(&run->source.sha256, hex));
    th_json_set_text(input, "layer", run->source.layer);
    th_json_set_text(input, "crs", options->crs);
    th_json_set_text(input, "encoding", options->encoding);
    th_json_set_text(input, "kind", options->kind);
    th_json_set_text(input, "village", options->village);
    for (size_t i = 0; i < options->n_maps; i++)
        th_json_append_text(maps, options->maps[i]);
    th_json_set(input, "maps", maps);
    th_json_set_bool(input, "abort", options->on_problem_abort);
    th_json_set_bool(input, "update", options->update);
    return input;
}

// May this login register parcels, and for which village? Asked before the long work, in a short
// transaction that writes nothing. *ret_reply is set when the request was answered earlier.
static enum th_status ask_permission(struct th_registry *registry, const struct th_request *request,
                                     struct th_import_run *run, struct th_json **ret_reply,
                                     struct th_error *err)
{
    struct th_json *input = input_json(run);
    struct th_work *work = NULL;
    struct th_json *earlier = NULL;
    enum th_status status = th_work_begin(registry, request, TH_MAY_REGISTER, "parcel.import",
                                          input, &work, &earlier, err);
    th_json_free(input);
    if (status != TH_OK)
        return status;
    if (work == NULL) {
        *ret_reply = earlier;
        return TH_OK;
    }
    const char *own = th_work_actor(work)->village;
    if (run->default_village[0] == '\0' && own != NULL)
        th_text_copy(run->default_village, sizeof run->default_village, own);
    if (run->default_village[0] != '\0')
        status = th_work_check_village(work, run->default_village, err);
    th_work_cancel(work);
    return status;
}

static enum th_status prepare(struct th_import_run *run, struct th_reader *reader,
                              struct th_error *err)
{
    const struct th_parcel_import_options *options = run->options;
    const struct th_reader_info *info = th_reader_info(reader);
    struct th_import_record *source = &run->source;
    th_text_copy(source->source, sizeof source->source, info->source_name);
    th_text_copy(source->layer, sizeof source->layer, info->layer);
    th_text_copy(source->driver, sizeof source->driver, info->driver);
    th_text_copy(source->encoding, sizeof source->encoding,
                 options->encoding != NULL ? options->encoding : "declared");
    th_text_mend(source->source);
    th_text_mend(source->layer);
    th_text_mend(source->encoding);
    run->source_crs = th_text_duplicate(info->crs);
    if (info->crs != NULL && run->source_crs == NULL)
        return th_error_no_memory(err);
    if (options->crs != NULL && !th_crs_is_known(options->crs))
        return th_error_set(err, TH_USAGE, "crs_option", "crs", options->crs, NULL);
    run->default_kind = TH_ROW_NO_INDEX;
    if (options->kind != NULL) {
        run->default_kind = th_parcel_kind_find(options->kind);
        if (run->default_kind == TH_ROW_NO_INDEX)
            return th_error_set(err, TH_INVALID, "kind_invalid", "kind", options->kind, NULL);
    }
    enum th_status status = th_reader_digest(reader, &source->sha256, err);
    if (status == TH_OK)
        status = th_registry_record_load(run->store, &run->frame, err);
    if (status == TH_OK)
        status = th_land_classes_read(run->store, &run->classes, err);
    if (status == TH_OK)
        status = th_village_list_read(run->store, &run->villages, err);
    if (status == TH_OK && options->village != NULL) {
        struct th_village village;
        status = th_village_find(run->store, options->village, &village, err);
        if (status == TH_OK)
            th_text_copy(run->default_village, sizeof run->default_village, village.code);
    }
    return status;
}

static enum th_status stage(struct th_registry *registry, const struct th_request *request,
                            struct th_import_run *run, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct th_reader *reader = NULL;
    struct th_fetched *fetched = NULL;
    struct th_reader_options how = {.layer = run->options->layer,
                                    .encoding = run->options->encoding};
    const char *path = run->options->source;
    enum th_status status = TH_OK;
    if (th_fetch_is_url(path)) {
        status = th_fetch(path, run->progress, &fetched, err);
        path = status == TH_OK ? th_fetched_path(fetched) : path;
    }
    if (status == TH_OK)
        status = th_reader_open(path, &how, &reader, err);
    if (status == TH_OK)
        status = prepare(run, reader, err);
    if (status == TH_OK)
        status = ask_permission(registry, request, run, ret_reply, err);
    if (status == TH_OK && *ret_reply == NULL)
        status = th_import_read(run, reader, err);
    th_reader_close(reader);
    th_fetched_free(fetched);
    if (status == TH_OK && *ret_reply == NULL)
        status = th_import_check(run, err);
    return status;
}

// Totals of the accepted rows, and their list.
static enum th_status accepted_json(const struct th_import_run *run, struct th_json *reply,
                                    struct th_error *err)
{
    struct th_json *ids = th_json_array();
    struct th_area total = th_area_from_m2_300(0);
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        if (run->rows[i].fate != TH_ROW_ACCEPTED)
            continue;
        status = th_area_add(total, run->rows[i].measured, &total, err);
        th_json_append_int(ids, run->rows[i].parcel_id);
    }
    th_json_set_cent(reply, "area_m2", th_area_m2_cent(total));
    th_json_set_cent(reply, "area_mu", th_area_mu_cent(total));
    th_json_set(reply, "parcel_ids", ids);
    return status;
}

static struct th_json *source_json(const struct th_import_run *run)
{
    char hex[TH_HASH_HEX_SIZE];
    const struct th_import_record *source = &run->source;
    struct th_json *json = th_json_object();
    th_json_set_text(json, "name", source->source);
    th_json_set_text(json, "sha256", th_hash_hex(&source->sha256, hex));
    th_json_set_text(json, "layer", source->layer);
    th_json_set_text(json, "driver", source->driver);
    th_json_set_text(json, "crs", source->crs_code);
    th_json_set_text(json, "crs_name", source->crs_name);
    th_json_set_text(json, "operation", source->operation);
    th_json_set_text(json, "encoding", source->encoding);
    return json;
}

static enum th_status make_reply(const struct th_import_run *run, int64_t import_id,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "read", (int64_t)run->n_rows);
    th_json_set_int(reply, "accepted", run->n_accepted);
    th_json_set_int(reply, "rejected", run->n_rejected);
    th_json_set_int(reply, "unchanged", run->n_unchanged);
    th_json_set_int(reply, "repaired", 0);
    th_json_set_bool(reply, "aborted", run->aborted);
    enum th_status status = accepted_json(run, reply, err);
    if (status == TH_OK)
        status = th_import_problems_reply(run, reply, err);
    th_json_set(reply, "source", source_json(run));
    if (import_id != 0)
        th_json_set_int(reply, "import_id", import_id);
    th_json_set_int(reply, "seconds", 0);
    return th_reply_finish(status, reply, ret_reply, err);
}

struct problem_writing {
    struct th_import_run *run;
    int64_t import_id;
    int64_t ordinal;
};

static enum th_status write_problem(void *context, const struct th_problem *problem,
                                    struct th_error *err)
{
    struct problem_writing *w = context;
    struct th_import_problem row = {.source_row = problem->row,
                                    .feature = problem->feature,
                                    .code = problem->code,
                                    .severity =
                                        problem->severity == TH_PROBLEM_ERROR ? "error" : "warning",
                                    .arguments = problem->arguments};
    return th_import_problem_insert(w->run->store, w->import_id, ++w->ordinal, &row, err);
}

// A clerk of one village stores nothing in another.
static enum th_status check_villages(const struct th_import_run *run, struct th_work *work,
                                     struct th_error *err)
{
    int last = TH_ROW_NO_INDEX;
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        if (row->fate != TH_ROW_ACCEPTED || row->village == last)
            continue;
        last = row->village;
        status = th_work_check_village(work, run->villages.items[last].code, err);
    }
    return status;
}

static enum th_status write_rows(struct th_import_run *run, int64_t import_id,
                                 const struct th_work *work, struct th_hasher *rows_hash,
                                 struct th_error *err)
{
    int64_t last_parcel = 0;
    int64_t last_version = 0;
    int64_t done = 0;
    int64_t seq = th_work_seq(work);
    struct th_date today = th_work_today(work);
    enum th_status status = th_parcel_heads(run->store, &last_parcel, &last_version, err);
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        struct th_parcel_record record;
        struct th_hash row_hash;
        if (row->fate != TH_ROW_ACCEPTED)
            continue;
        if (row->parcel_id == 0)
            row->parcel_id = ++last_parcel;
        th_import_row_record(run, row, &record);
        record.import_id = import_id;
        record.from = today;
        status = th_parcel_insert(run->store, &record, row->attributes, row->wkb, row->wkb_size,
                                  seq, &row_hash, err);
        if (status == TH_OK) {
            th_hasher_update(rows_hash, row_hash.bytes, TH_HASH_SIZE);
            status = th_import_report(run, "store", ++done, run->n_accepted, err);
        }
    }
    return status;
}

static struct th_json *journal_body(const struct th_import_run *run, const char *limits,
                                    const struct th_hash *rows_hash)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *body = th_json_object();
    struct th_json *rules = NULL;
    th_json_set(body, "source", source_json(run));
    if (th_json_parse(limits, strlen(limits), &rules, NULL) == TH_OK)
        th_json_set(body, "limits", rules);
    th_json_set_int(body, "read", (int64_t)run->n_rows);
    th_json_set_int(body, "accepted", run->n_accepted);
    th_json_set_int(body, "rejected", run->n_rejected);
    th_json_set_int(body, "unchanged", run->n_unchanged);
    th_json_set_text(body, "rows_hash", th_hash_hex(rows_hash, hex));
    return body;
}

// Writes everything inside the transaction of `work`.
static enum th_status insert_import(struct th_import_run *run, const char *limits,
                                    int64_t *ret_import_id, struct th_error *err)
{
    struct th_json *input = input_json(run);
    char *options = NULL;
    enum th_status status = th_json_dump(input, TH_JSON_CANONICAL, &options, err);
    if (status == TH_OK) {
        const struct th_import_evidence evidence = {
            .limits = limits, .detections = "{}", .options = options};
        status = th_import_insert(run->store, &run->source, &evidence, ret_import_id, err);
    }
    free(options);
    th_json_free(input);
    return status;
}

static enum th_status write_all(struct th_import_run *run, struct th_work *work,
                                int64_t *ret_import_id, struct th_json **ret_body,
                                struct th_error *err)
{
    char *limits = NULL;
    int64_t import_id = 0;
    int64_t seq = th_work_seq(work);
    struct th_hasher *hasher = th_hasher_new(TH_HASH_BLAKE2B);
    if (hasher == NULL)
        return th_error_no_memory(err);
    run->source.n_read = (int64_t)run->n_rows;
    run->source.n_accepted = run->n_accepted;
    run->source.n_rejected = run->n_rejected;
    run->source.n_unchanged = run->n_unchanged;
    run->source.seq = seq;
    enum th_status status = check_villages(run, work, err);
    if (status == TH_OK)
        status = th_import_limits(&limits, err);
    if (status == TH_OK)
        status = insert_import(run, limits, &import_id, err);
    if (status == TH_OK) {
        struct problem_writing w = {run, import_id, 0};
        status = th_import_problems_each(run, write_problem, &w, err);
    }
    if (status == TH_OK)
        status = write_rows(run, import_id, work, hasher, err);
    if (status == TH_OK) {
        struct th_hash rows_hash = th_hasher_final(hasher);
        *ret_body = journal_body(run, limits, &rows_hash);
        *ret_import_id = import_id;
    }
    th_hasher_free(hasher);
    free(limits);
    return status;
}

// Parcels may have entered a package since they were compared; the highest version does not show
// that.
static enum th_status still_free(struct th_import_run *run, bool *ret_free, struct th_error *err)
{
    *ret_free = true;
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && *ret_free && i < run->n_rows; i++) {
        int64_t package_id = 0;
        if (run->rows[i].fate != TH_ROW_ACCEPTED || run->rows[i].version < 2)
            continue;
        status = th_parcel_packaged(run->store, run->rows[i].parcel_id, &package_id, err);
        *ret_free = package_id == 0;
    }
    return status;
}

// Inside the transaction: is the registry the one that the rows were compared with? If not, they
// are compared again here when `insist` is set.
static enum th_status confirm(struct th_import_run *run, bool insist, bool *ret_current,
                              struct th_error *err)
{
    int64_t last_parcel = 0;
    int64_t last_version = 0;
    bool still = true;
    enum th_status status = th_parcel_heads(run->store, &last_parcel, &last_version, err);
    if (status == TH_OK)
        status = still_free(run, &still, err);
    if (status != TH_OK)
        return status;
    *ret_current = still && last_version == run->seen_version_id;
    if (*ret_current || !insist)
        return TH_OK;
    *ret_current = true;
    status = th_import_resolve(run, err);
    if (status == TH_OK && run->options->problems_path != NULL)
        status = th_import_problems_csv(run, run->options->problems_path, err);
    return status;
}

// *ret_reply stays NULL when the rows must be compared again before another attempt.
static enum th_status publish(struct th_registry *registry, const struct th_request *request,
                              struct th_import_run *run, bool insist, struct th_json **ret_reply,
                              struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_json *input = input_json(run);
    enum th_status status = th_work_begin(registry, request, TH_MAY_REGISTER, "parcel.import",
                                          input, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL)
        return status;
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    struct th_buf subject;
    int64_t import_id = 0;
    bool current = false;
    th_buf_init(&subject, 64);
    status = confirm(run, insist, &current, err);
    bool write = status == TH_OK && current && run->n_accepted > 0;
    if (write)
        status = write_all(run, work, &import_id, &body, err);
    if (status == TH_OK && current)
        status = make_reply(run, th_work_dry_run(work) ? 0 : import_id, &reply, err);
    if (status == TH_OK && write) {
        th_buf_printf(&subject, "import:%lld", (long long)import_id);
        status = th_work_end(work, TH_OK, th_buf_text(&subject), body, reply, ret_reply, err);
    } else {
        // Nothing to write: the transaction goes, the reply (if there is one) stays.
        th_work_cancel(work);
        th_json_free(body);
        if (status == TH_OK)
            *ret_reply = reply;
        else
            th_json_free(reply);
    }
    th_buf_clear(&subject);
    return status;
}

// Compares outside the write transaction, in one reading of the registry.
static enum th_status resolve_outside(struct th_import_run *run, struct th_error *err)
{
    enum th_status status = th_store_begin_read(run->store, err);
    if (status != TH_OK)
        return status;
    status = th_import_resolve(run, err);
    th_store_end_read(run->store);
    if (status == TH_OK && run->options->problems_path != NULL)
        status = th_import_problems_csv(run, run->options->problems_path, err);
    return status;
}

enum th_status th_parcel_import(struct th_registry *registry, const struct th_request *request,
                                const struct th_parcel_import_options *options,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_import_run run = {
        .store = th_registry_store(registry), .options = options, .progress = request->progress};
    struct th_json *reply = NULL;
    enum th_status status = stage(registry, request, &run, &reply, err);
    for (int attempt = 0; status == TH_OK && reply == NULL; attempt++) {
        status = resolve_outside(&run, err);
        if (status == TH_OK && run.n_accepted == 0) {
            status = make_reply(&run, 0, &reply, err);
            if (status == TH_OK && request->dry_run)
                th_json_set_bool(reply, "dry_run", true);
            break;
        }
        if (status == TH_OK)
            status = publish(registry, request, &run, attempt >= ATTEMPTS_OUTSIDE, &reply, err);
    }
    run_clear(&run);
    if (status == TH_OK)
        *ret_reply = reply;
    return status;
}

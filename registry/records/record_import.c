#include "registry/records/record_internal.h"

#include <stdlib.h>

#include "core/file.h"
#include "registry/reference.h"
#include "registry/reply.h"

size_t th_record_column(const struct th_record_import *import, const char *key)
{
    return import->of[th_sheet_key_find(&import->keys, key) - import->keys.items];
}

const char *th_record_cell(const struct th_record_import *import, size_t row, const char *key)
{
    return th_sheet_cell(&import->sheet, row, th_record_column(import, key));
}

static enum th_status find_columns(const struct th_record_kind *kind, void *run,
                                   struct th_record_import *import, struct th_error *err)
{
    const struct th_sheet *sheet = &import->sheet;
    for (size_t i = 0; i < import->keys.n; i++) {
        import->of[i] = SIZE_MAX;
    }
    enum th_status status =
        th_sheet_headings_read(kind->headings, &import->keys, sheet, &import->headings, err);
    for (size_t column = 0; status == TH_OK && column < sheet->n_columns; column++) {
        const struct th_sheet_heading *heading = &import->headings[column];
        if (heading->key) {
            import->of[heading->key - import->keys.items] = column;
            status = kind->judge_column(run, column, err);
        } else if (heading->twice) {
            status = th_sheet_heading_error("sheet_heading_twice", sheet->headings[column],
                                            heading->twice, err);
        } else if (sheet->headings[column][0] != '\0') {
            th_json_append_text(import->ignored, sheet->headings[column]);
        }
    }
    return status == TH_OK ? kind->check_columns(run, err) : status;
}

static enum th_status begin(const struct th_record_kind *kind, struct th_record_import *import,
                            struct th_registry *registry, const struct th_request *request,
                            struct th_json **ret_reply, struct th_error *err)
{
    char hex[TH_HASH_HEX_SIZE];
    const struct th_record_options *options = import->options;
    enum th_status status = th_hash_file(TH_HASH_SHA256, options->source, &import->sha256, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *input = th_json_object();
    th_json_set_text(input, "sha256", th_hash_hex(&import->sha256, hex));
    th_json_set_text(input, "year", options->year);
    th_json_set_text(input, "village", options->village);
    const struct th_work_documents documents = {&options->source, kind->keeps_source ? 1 : 0};
    status = th_work_begin_reading(registry, request, kind->permission, kind->command, input,
                                   &documents, &import->work, ret_reply, err);
    th_json_free(input);
    return status;
}

static enum th_status take_rows(const struct th_record_kind *kind, void *run,
                                struct th_record_import *import, struct th_error *err)
{
    if (import->option_year > th_work_today(import->work).year) {
        return th_error_set(err, TH_INVALID, "activity_year_future", "year", import->options->year,
                            NULL);
    }
    import->stored = th_hasher_new(TH_HASH_BLAKE2B);
    enum th_status status = import->stored ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        status = th_sheet_places_new(import->work, import->options->village, &import->places, err);
    }
    return status == TH_OK ? kind->take_rows(run, err) : status;
}

static struct th_json *reply_json(const struct th_record_kind *kind, const void *run,
                                  struct th_record_import *import)
{
    struct th_json *reply = th_json_object();
    int64_t n = (int64_t)import->sheet.n;
    th_json_set_int(reply, "read", n);
    th_json_set_int(reply, "accepted", import->n_accepted);
    th_json_set_int(reply, "changed", import->n_changed);
    th_json_set_int(reply, "rejected", n - import->n_accepted - import->n_unchanged);
    th_json_set_int(reply, "unchanged", import->n_unchanged);
    th_json_set_int(reply, "repaired", 0);
    th_json_set(reply, "problems", th_sheet_told_json(&import->told));
    th_json_set(reply, "parcel_ids", th_json_copy(import->parcel_ids));
    th_json_set(reply, "ignored", th_json_copy(import->ignored));
    th_json_set_real(reply, "seconds", 0);
    if (kind->complete) {
        kind->complete(run, reply);
    }
    return reply;
}

static struct th_json *entry_json(const struct th_record_kind *kind, const void *run,
                                  const struct th_record_import *import)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *body = th_json_object();
    struct th_hash stored = th_hasher_final(import->stored);
    th_json_set_text(body, "source", th_file_base_name(import->options->source));
    th_json_set_text(body, "sha256", th_hash_hex(&import->sha256, hex));
    th_json_set_int(body, "accepted", import->n_accepted);
    th_json_set_int(body, "changed", import->n_changed);
    th_json_set_text(body, "rows_blake2b", th_hash_hex(&stored, hex));
    if (kind->complete) {
        kind->complete(run, body);
    }
    return body;
}

static enum th_status publish(const struct th_record_kind *kind, void *run,
                              struct th_record_import *import, struct th_registry *registry,
                              const struct th_request *request, struct th_json **ret_reply,
                              struct th_error *err)
{
    enum th_status status = begin(kind, import, registry, request, ret_reply, err);
    if (status != TH_OK || !import->work) {
        return status;
    }
    status = take_rows(kind, run, import, err);
    if (status == TH_OK && import->n_stored == 0) {
        th_work_cancel(import->work);
        return th_reply_finish(TH_OK, reply_json(kind, run, import), ret_reply, err);
    }
    struct th_json *body = status == TH_OK ? entry_json(kind, run, import) : th_json_object();
    return th_work_end(import->work, status, kind->name, body, reply_json(kind, run, import),
                       ret_reply, err);
}

static void clear(struct th_record_import *import)
{
    free(import->headings);
    th_sheet_places_free(import->places);
    th_sheet_told_clear(&import->told);
    th_sheet_clear(&import->sheet);
    th_json_free(import->parcel_ids);
    th_json_free(import->ignored);
    th_hasher_free(import->stored);
}

enum th_status th_record_import(const struct th_record_kind *kind, void *run,
                                struct th_record_import *import, struct th_registry *registry,
                                const struct th_request *request,
                                const struct th_record_options *options, struct th_json **ret_reply,
                                struct th_error *err)
{
    import->options = options;
    import->told = (struct th_sheet_told){.messages = options->messages, .lang = options->lang};
    import->parcel_ids = th_json_array();
    import->ignored = th_json_array();
    enum th_status status = TH_OK;
    if (options->year && !th_sheet_year(options->year, &import->option_year)) {
        status = th_error_set(err, TH_INVALID, "year_invalid", "year", options->year, NULL);
    }
    if (status == TH_OK) {
        status = th_sheet_keys_read(kind->fields, &import->keys, err);
    }
    if (status == TH_OK) {
        status = th_sheet_read(options->source, &import->sheet, err);
    }
    if (status == TH_OK) {
        status = find_columns(kind, run, import, err);
    }
    if (status == TH_OK) {
        status = publish(kind, run, import, registry, request, ret_reply, err);
    }
    clear(import);
    return status;
}

enum th_status th_record_where(struct th_store *store, const char *year, const char *village,
                               int *ret_year, struct th_village *ret_village, struct th_error *err)
{
    *ret_year = 0;
    if (year && !th_sheet_year(year, ret_year)) {
        return th_error_set(err, TH_INVALID, "year_invalid", "year", year, NULL);
    }
    return village ? th_village_resolve(store, village, ret_village, err) : TH_OK;
}

// What an import answers: totals, problems, where the rows came from.
#include <stdio.h>
#include <string.h>

#include "registry/intake/import_settings.h"
#include "registry/intake/parcel_internal.h"
#include "registry/parcels.h"
#include "registry/reply.h"

// What was read beside the source.
static void given_set(const struct th_import_run *run, struct th_json *json)
{
    char hex[TH_HASH_HEX_SIZE];
    if (run->mends_sha256 != NULL) {
        struct th_json *mends = th_json_array();
        for (size_t i = 0; i < run->options->n_mends; i++) {
            th_json_append_text(mends, th_hash_hex(&run->mends_sha256[i], hex));
        }
        th_json_set(json, "mends_sha256", mends);
    }
    if (run->options->n_waive_rows > 0) {
        th_json_set_text(json, "waive_document_sha256", th_hash_hex(&run->document_sha256, hex));
    }
}

struct th_json *th_import_input_json(const struct th_import_run *run)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *input = th_import_settings_json(run->options);
    th_json_set_text(input, "source", run->source.source);
    th_json_set_text(input, "sha256", th_hash_hex(&run->source.sha256, hex));
    th_json_set_text(input, "layer", run->source.layer);
    given_set(run, input);
    if (run->options->draft_id > 0) {
        th_json_set_int(input, "draft", run->options->draft_id);
    }
    return input;
}

// Totals of the accepted rows, and their list.
static struct th_area row_used(const struct th_staged_row *row)
{
    const struct th_parcel_record record = {.measured = row->measured,
                                            .sliver = row->sliver,
                                            .has_declared = row->has_declared,
                                            .declared = row->declared};
    return th_parcel_used(&record);
}

static enum th_status accepted_json(const struct th_import_run *run, struct th_json *reply,
                                    struct th_error *err)
{
    struct th_json *ids = th_json_array();
    struct th_area total = th_area_from_m2_300(0);
    struct th_area sliver = th_area_from_m2_300(0);
    struct th_area counted = total;
    struct th_area used = total;
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        if (run->rows[i].fate != TH_ROW_ACCEPTED) {
            continue;
        }
        status = th_area_add(total, run->rows[i].measured, &total, err);
        if (status == TH_OK) {
            status = th_area_add(sliver, run->rows[i].sliver, &sliver, err);
        }
        if (status == TH_OK) {
            status = th_area_add(used, row_used(&run->rows[i]), &used, err);
        }
        th_json_append_int(ids, run->rows[i].parcel_id);
    }
    if (status == TH_OK) {
        status = th_area_sub(total, sliver, &counted, err);
    }
    th_json_set_cent(reply, "area_m2", th_area_m2_cent(total));
    th_json_set_cent(reply, "area_mu", th_area_mu_cent(total));
    th_json_set_cent(reply, "counted_m2", th_area_m2_cent(counted));
    th_json_set_cent(reply, "counted_mu", th_area_mu_cent(counted));
    th_json_set_cent(reply, "area_used_m2", th_area_m2_cent(used));
    th_json_set_cent(reply, "area_used_mu", th_area_mu_cent(used));
    th_json_set(reply, "parcel_ids", ids);
    return status;
}

static int64_t n_repaired(const struct th_import_run *run)
{
    int64_t n = 0;
    for (size_t i = 0; i < run->n_rows; i++) {
        n += run->rows[i].fate == TH_ROW_ACCEPTED && run->rows[i].repaired ? 1 : 0;
    }
    return n;
}

struct th_json *th_import_source_json(const struct th_import_run *run)
{
    char hex[TH_HASH_HEX_SIZE];
    const struct th_import_record *source = &run->source;
    struct th_json *json = th_json_object();
    th_json_set_text(json, "name", source->source);
    th_json_set_text(json, "sha256", th_hash_hex(&source->sha256, hex));
    th_json_set_text(json, "layer", source->layer);
    th_json_set_text(json, "driver", source->driver);
    th_json_set_text(json, "crs", th_import_is_shapeless(run) ? NULL : source->crs_code);
    th_json_set_text(json, "crs_name", source->crs_name);
    th_json_set_text(json, "operation", source->operation);
    th_json_set_text(json, "encoding", source->encoding);
    if (run->member[0] != '\0') {
        th_json_set_text(json, "member", run->member);
    }
    if (run->engine[0] != '\0') {
        th_json_set_text(json, "engine", run->engine);
    }
    if (run->origin.n_pages > 0) {
        th_json_set_text(json, "protocol", run->origin.protocol);
        th_json_set_int(json, "pages", run->origin.n_pages);
        th_json_set_text(json, "received_sha256", th_hash_hex(&run->origin.sha256, hex));
    }
    given_set(run, json);
    return json;
}

enum th_status th_import_reply(const struct th_import_run *run, int64_t import_id,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "read", (int64_t)run->n_rows);
    th_json_set_int(reply, "accepted", run->n_accepted);
    th_json_set_int(reply, "rejected", run->n_rejected);
    th_json_set_int(reply, "unchanged", run->n_unchanged);
    if (run->dropped.n > 0) {
        th_json_set_int(reply, "dropped", (int64_t)run->dropped.n);
    }
    th_json_set_int(reply, "repaired", n_repaired(run));
    if (run->options->n_mends > 0) {
        struct th_json *mended = th_json_object();
        th_json_set_int(mended, "rows", run->mended.rows);
        th_json_set_int(mended, "cells", run->mended.cells);
        th_json_set_int(mended, "shapes", run->mended.shapes);
        th_json_set(reply, "mended", mended);
    }
    th_json_set_bool(reply, "aborted", run->aborted);
    enum th_status status = accepted_json(run, reply, err);
    if (status == TH_OK) {
        status = th_import_problems_reply(run, reply, err);
    }
    th_json_set(reply, "detections", th_import_detections_json(run, true));
    th_json_set(reply, "source", th_import_source_json(run));
    if (import_id != 0) {
        th_json_set_int(reply, "import_id", import_id);
    }
    th_json_set_int(reply, "seconds", 0);
    return th_reply_finish(status, reply, ret_reply, err);
}

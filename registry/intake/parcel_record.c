// What an import leaves on record beside its parcels: how it was read, what was found, what was
// repaired and what an officer let in.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "registry/intake/parcel_internal.h"
#include "registry/reference.h"
#include "store/ground/overlap_store.h"
#include "store/ground/parcel_life_store.h"

static enum th_status insert_import(struct th_import_run *run, int64_t *ret_import_id,
                                    struct th_error *err)
{
    struct th_json *rules = th_rules_json(run->rules);
    struct th_json *input = th_import_input_json(run);
    struct th_json *found = th_import_detections_json(run, false);
    char *limits = NULL;
    char *options = NULL;
    char *detections = NULL;
    enum th_status status = th_json_dump(input, TH_JSON_CANONICAL, &options, err);
    if (status == TH_OK) {
        status = th_json_dump(found, TH_JSON_CANONICAL, &detections, err);
    }
    if (status == TH_OK) {
        status = th_json_dump(rules, TH_JSON_CANONICAL, &limits, err);
    }
    if (status == TH_OK) {
        const struct th_import_evidence evidence = {
            .limits = limits, .detections = detections, .options = options};
        status = th_import_insert(run->store, &run->source, &evidence, ret_import_id, err);
    }
    th_json_free(input);
    th_json_free(found);
    th_json_free(rules);
    free(limits);
    free(options);
    free(detections);
    return status;
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
                                    .severity = th_problem_severity_name(problem->severity),
                                    .arguments = problem->arguments};
    return th_import_problem_insert(w->run->store, w->import_id, ++w->ordinal, &row, err);
}

const char *th_import_finding_class(const struct th_staged_finding *finding)
{
    switch (finding->finding.kind) {
    case TH_OVERLAP_DUPLICATE:
        return "duplicate";
    case TH_OVERLAP_AREA:
        return "overlap";
    case TH_OVERLAP_SLIVER:
    case TH_OVERLAP_NONE:
    case TH_OVERLAP_UNSOUND: // refused before there is anything to keep
        break;
    }
    return "sliver";
}

const char *th_import_finding_fate(const struct th_staged_finding *finding)
{
    switch (finding->fate) {
    case TH_FINDING_REFUSED:
        return "refused";
    case TH_FINDING_WAIVED:
        return "waived";
    case TH_FINDING_TAKEN_OFF:
        break;
    }
    return "taken_off";
}

const char *th_import_finding_other(const struct th_staged_finding *finding)
{
    switch (finding->claimant) {
    case TH_CLAIMANT_ROW:
        return "row";
    case TH_CLAIMANT_LAYER:
        return "layer";
    case TH_CLAIMANT_PARCEL:
        break;
    }
    return "parcel";
}

static enum th_status write_findings(struct th_import_run *run, int64_t import_id,
                                     struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_findings; i++) {
        const struct th_staged_finding *staged = &run->findings[i];
        struct th_import_finding finding = {.source_row = staged->row,
                                            .other_kind = th_import_finding_other(staged),
                                            .other_id = staged->other,
                                            .kind = th_import_finding_class(staged),
                                            .width_mm = llround(staged->finding.width_m * 1000),
                                            .fate = th_import_finding_fate(staged),
                                            .wkb = staged->wkb,
                                            .wkb_size = staged->wkb_size};
        status = th_area_from_m2(staged->finding.area_m2, &finding.area, err);
        if (status == TH_OK) {
            status = th_import_finding_insert(run->store, import_id, (int64_t)i + 1, &finding, err);
        }
    }
    return status;
}

enum th_status th_import_record_begin(struct th_import_run *run, int64_t *ret_import_id,
                                      struct th_error *err)
{
    int64_t import_id = 0;
    enum th_status status = insert_import(run, &import_id, err);
    if (status == TH_OK) {
        *ret_import_id = import_id;
    }
    return status;
}

static enum th_status write_original(struct th_import_run *run, const struct th_staged_row *row,
                                     struct th_error *err)
{
    const struct th_staged_repair *repair = th_import_repair_find(run, row);
    if (repair == NULL) {
        return TH_OK;
    }
    struct th_parcel_original original = {.parcel_id = row->parcel_id,
                                          .version = row->version,
                                          .method = th_repair_method_name(repair->method),
                                          .reason = repair->reason,
                                          .has_linework = repair->linework_area_m2 > 0,
                                          .has_structure = repair->structure_area_m2 > 0,
                                          .engine = repair->engine,
                                          .source_crs = run->source.crs_name,
                                          .wkb = repair->wkb,
                                          .wkb_size = repair->wkb_size};
    enum th_status status = th_area_from_m2(fabs(repair->source_area_m2), &original.source, err);
    if (status == TH_OK) {
        status = th_area_from_m2(repair->linework_area_m2, &original.linework, err);
    }
    if (status == TH_OK) {
        status = th_area_from_m2(repair->structure_area_m2, &original.structure, err);
    }
    return status == TH_OK ? th_parcel_original_insert(run->store, &original, err) : status;
}

static enum th_status record_document(const struct th_import_run *run, struct th_work *work,
                                      int64_t *ret_document_id, struct th_error *err)
{
    struct th_hash now;
    const char *path = run->options->waive_document;
    enum th_status status = th_document_record(work, path, ret_document_id, &now, err);
    return status == TH_OK && memcmp(now.bytes, run->document_sha256.bytes, TH_HASH_SIZE) != 0
               ? th_error_set(err, TH_CONFLICT, "source_changed", "file", th_file_base_name(path),
                              NULL)
               : status;
}

static enum th_status write_waiver(struct th_import_run *run, struct th_work *work,
                                   const struct th_staged_finding *finding, int64_t document_id,
                                   struct th_error *err)
{
    const struct th_staged_row *row = th_import_row(run, finding->row);
    const struct th_staged_row *other =
        finding->claimant == TH_CLAIMANT_ROW ? th_import_row(run, finding->other) : NULL;
    bool by_layer = finding->claimant == TH_CLAIMANT_LAYER;
    if (row == NULL || row->fate != TH_ROW_ACCEPTED) {
        return TH_OK;
    }
    struct th_overlap_waiver waiver = {.parcel_id = row->parcel_id,
                                       .version = row->version,
                                       .other_parcel_id = other != NULL ? other->parcel_id
                                                          : by_layer    ? 0
                                                                        : finding->other,
                                       .other_shape_id = by_layer ? finding->other : 0,
                                       .reason = run->options->waive_reason,
                                       .document_id = document_id,
                                       .login = th_work_actor(work)->login,
                                       .seq = th_work_seq(work)};
    int64_t waiver_id = 0;
    return th_overlap_waiver_insert(run->store, &waiver, &waiver_id, err);
}

enum th_status th_import_record_end(struct th_import_run *run, int64_t import_id,
                                    struct th_work *work, struct th_error *err)
{
    int64_t document_id = 0;
    struct problem_writing w = {run, import_id, 0};
    enum th_status status = th_import_problems_each(run, write_problem, &w, err);
    if (status == TH_OK) {
        status = write_findings(run, import_id, err);
    }
    for (size_t i = 0; status == TH_OK && run->n_repairs > 0 && i < run->n_rows; i++) {
        if (run->rows[i].fate == TH_ROW_ACCEPTED && run->rows[i].repaired) {
            status = write_original(run, &run->rows[i], err);
        }
    }
    for (size_t i = 0; status == TH_OK && i < run->n_findings; i++) {
        if (run->findings[i].fate != TH_FINDING_WAIVED) {
            continue;
        }
        if (document_id == 0) {
            status = record_document(run, work, &document_id, err);
        }
        if (status == TH_OK) {
            status = write_waiver(run, work, &run->findings[i], document_id, err);
        }
    }
    return status;
}

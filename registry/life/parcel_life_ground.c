// The ground of parcels that change, judged as an import judges its rows.
#include <stdlib.h>
#include <string.h>

#include "registry/intake/parcel_internal.h"
#include "registry/layer/schemes.h"
#include "registry/life/parcel_life_internal.h"
#include "registry/reference.h"

enum { WAIVED_MAX = 2 }; // parcels whose boundary moves at once

struct th_life_asked {
    struct th_import_run run; // its rows are the parcels; their ground and numbers are borrowed
    struct th_parcel_import_options options;
    const char *waive_rows[WAIVED_MAX];
    const struct th_life_parcel *parcels;
};

void th_life_asked_free(struct th_life_asked *asked)
{
    if (asked == NULL) {
        return;
    }
    for (size_t i = 0; i < asked->run.n_rows; i++) {
        asked->run.rows[i].ground = NULL;
        asked->run.rows[i].number = NULL;
    }
    th_import_run_clear(&asked->run);
    free(asked);
}

static enum th_status rows_make(struct th_life_asked *asked, struct th_life_parcel *parcels,
                                size_t n, struct th_error *err)
{
    struct th_import_run *run = &asked->run;
    run->rows = calloc(n, sizeof(*run->rows));
    if (run->rows == NULL) {
        return th_error_no_memory(err);
    }
    run->n_rows = run->rows_capacity = n;
    for (size_t i = 0; i < n; i++) {
        const struct th_parcel_record *record = &parcels[i].record;
        struct th_box box = th_ground_box(parcels[i].ground);
        run->rows[i] = (struct th_staged_row){
            .row = (int64_t)i + 1,
            .feature = (int64_t)i + 1,
            .ground = parcels[i].ground,
            .number = record->number[0] == '\0' ? NULL : parcels[i].record.number,
            .village = th_village_list_find(&run->villages, record->village),
            .kind = th_parcel_kind_find(record->kind),
            .land_class = TH_ROW_NO_INDEX,
            .fate = TH_ROW_PENDING,
            .placed = true,
            .measured = record->measured,
            .perimeter_mm = record->perimeter_mm,
            .middle = {(box.west + box.east) / 2, (box.south + box.north) / 2},
            .geometry_hash = record->geometry_hash,
            .parcel_id = record->parcel_id,
            .version = record->version};
    }
    return TH_OK;
}

static enum th_status asked_new(struct th_work *work, const struct th_life_ask *ask,
                                struct th_life_parcel *parcels, size_t n,
                                struct th_life_asked **ret_asked, struct th_error *err)
{
    static const char *const NUMBERS[WAIVED_MAX] = {"1", "2"};
    struct th_life_asked *asked = calloc(1, sizeof(*asked));
    if (asked == NULL) {
        return th_error_no_memory(err);
    }
    asked->parcels = parcels;
    asked->options = (struct th_parcel_import_options){
        .on = ask->on, .update = true, .messages = ask->messages, .lang = ask->lang};
    if (ask->waive) {
        memcpy(asked->waive_rows, NUMBERS, sizeof(NUMBERS));
        asked->options.waive_rows = asked->waive_rows;
        asked->options.n_waive_rows = n < WAIVED_MAX ? n : WAIVED_MAX;
        asked->options.waive_reason = ask->reason;
        asked->options.waive_document = ask->document;
    }
    asked->run.store = th_work_store(work);
    asked->run.options = &asked->options;
    asked->run.today = th_work_today(work);
    asked->run.rules = &asked->run.limits;
    enum th_status status = th_import_choices(&asked->options, &asked->run, err);
    if (status == TH_OK) {
        status = th_import_frame_load(&asked->run, err);
    }
    if (status == TH_OK) {
        status = th_act_day(work, ask->on, &asked->run.day, err);
    }
    if (status == TH_OK) {
        status = th_rules_load(asked->run.store, asked->run.today, &asked->run.limits, err);
    }
    if (status == TH_OK) {
        status = rows_make(asked, parcels, n, err);
    }
    if (status != TH_OK) {
        th_life_asked_free(asked);
        return status;
    }
    *ret_asked = asked;
    return TH_OK;
}

// The first problem that keeps a parcel out, as the answer of the change.
static enum th_status refusal(const struct th_import_run *run, struct th_error *err)
{
    const struct th_problem *first = NULL;
    for (size_t i = 0; first == NULL && i < run->resolved.n; i++) {
        if (run->resolved.items[i].severity == TH_PROBLEM_ERROR) {
            first = &run->resolved.items[i];
        }
    }
    if (first == NULL) {
        return TH_OK;
    }
    struct th_json *arguments = NULL;
    bool registered =
        strcmp(first->key, "overlap_registered") == 0 || strcmp(first->key, "duplicate") == 0;
    enum th_status status =
        th_json_parse(first->arguments, strlen(first->arguments), &arguments, err);
    if (status != TH_OK) {
        return status;
    }
    (void)th_error_set(err, TH_CONFLICT, registered ? "adjust_overlap" : first->key, NULL);
    for (void *it = th_json_iter(arguments); it != NULL; it = th_json_iter_next(arguments, it)) {
        th_error_add(err, th_json_iter_key(it), th_json_text(th_json_iter_value(it)));
    }
    th_json_free(arguments);
    return TH_CONFLICT;
}

enum th_status th_life_judge(struct th_work *work, const struct th_life_ask *ask,
                             struct th_life_parcel *parcels, size_t n,
                             struct th_life_asked **ret_asked, struct th_error *err)
{
    struct th_life_asked *asked = NULL;
    enum th_status status = asked_new(work, ask, parcels, n, &asked, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_import_compare(&asked->run, err);
    if (status == TH_OK && asked->run.resolved.no_memory) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = refusal(&asked->run, err);
    }
    if (status != TH_OK) {
        th_life_asked_free(asked);
        return status;
    }
    for (size_t i = 0; i < n; i++) {
        parcels[i].record.sliver = asked->run.rows[i].sliver;
    }
    *ret_asked = asked;
    return TH_OK;
}

static void scheme_tell(struct th_import_run *run, const struct th_staged_row *row,
                        const struct th_layers_shape *shape,
                        const struct th_overlap_finding *finding)
{
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_error what;
    struct th_area area = th_area_from_m2_300(0);
    if (finding->kind == TH_OVERLAP_UNSOUND) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "unsound_layer", "other", shape->layer_name,
                           NULL);
        th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
        return;
    }
    if (finding->kind < TH_OVERLAP_AREA ||
        th_area_from_m2(finding->area_m2, &area, NULL) != TH_OK) {
        return;
    }
    double share = finding->area_m2 / th_area_m2(row->measured);
    (void)th_error_set(&what, TH_DATA_PROBLEM, "overlap_other_scheme", "scheme", shape->scheme,
                       "layer", shape->layer_name, "name",
                       shape->name[0] != '\0' ? shape->name : shape->code, NULL);
    th_error_add(&what, "area_m2", th_cent_format(th_area_m2_cent(area), buf));
    th_error_add(&what, "area_mu", th_cent_format(th_area_mu_cent(area), buf));
    th_error_add(&what, "percent", th_cent_format((int64_t)(share * 10000 + 0.5), buf));
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
}

static bool is_any(const struct th_staged_row *row)
{
    (void)row;
    return true;
}

static enum th_status schemes_tell(struct th_import_run *run, struct th_error *err)
{
    struct th_schemes schemes = {.fabric = NULL};
    struct th_fabric_probe *probe = NULL;
    struct th_box box;
    if (!th_import_box(run, is_any, &box)) {
        return TH_OK;
    }
    enum th_status status =
        th_schemes_load(run->store, &box, run->day, &run->rules->overlap, &schemes, err);
    if (status == TH_OK) {
        status = th_fabric_probe_new(&probe, err);
    }
    for (size_t i = 0; status == TH_OK && schemes.fabric != NULL && i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        struct th_overlap_finding *findings = NULL;
        size_t n = 0;
        bool more = false; // the worst are told
        status = th_fabric_test(schemes.fabric, probe, row->ground, th_area_m2(row->measured),
                                &findings, &n, &more, err);
        for (size_t k = 0; status == TH_OK && k < n; k++) {
            scheme_tell(run, row, &schemes.list.items[findings[k].other_id], &findings[k]);
        }
        free(findings);
    }
    th_fabric_probe_free(probe);
    th_schemes_clear(&schemes);
    return status;
}

enum th_status th_life_remark(struct th_work *work, const struct th_life_ask *ask,
                              struct th_life_parcel *parcels, size_t n,
                              struct th_life_asked **ret_asked, struct th_error *err)
{
    struct th_life_asked *asked = NULL;
    enum th_status status = asked_new(work, ask, parcels, n, &asked, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_import_bounds_check(&asked->run, err);
    for (size_t i = 0; i < asked->run.resolved.n; i++) {
        asked->run.resolved.items[i].severity = TH_PROBLEM_WARNING;
    }
    if (status == TH_OK) {
        status = schemes_tell(&asked->run, err);
    }
    if (status == TH_OK && asked->run.resolved.no_memory) {
        status = th_error_no_memory(err);
    }
    if (status != TH_OK) {
        th_life_asked_free(asked);
        return status;
    }
    *ret_asked = asked;
    return TH_OK;
}

enum th_status th_life_asked_record(const struct th_life_asked *asked, struct th_work *work,
                                    struct th_json *body, struct th_error *err)
{
    const struct th_import_run *run = &asked->run;
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    int64_t document_id = 0;
    int64_t waiver_id = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_findings; i++) {
        const struct th_staged_finding *finding = &run->findings[i];
        if (finding->fate != TH_FINDING_WAIVED) {
            continue;
        }
        if (document_id == 0) {
            status =
                th_document_record(work, run->options->waive_document, &document_id, &sha256, err);
            if (status != TH_OK) {
                break;
            }
            th_json_set_int(body, "waiver_document_id", document_id);
            th_json_set_text(body, "waiver_document_sha256", th_hash_hex(&sha256, hex));
        }
        const struct th_parcel_record *record = &asked->parcels[finding->row - 1].record;
        bool by_layer = finding->claimant == TH_CLAIMANT_LAYER;
        bool by_row = finding->claimant == TH_CLAIMANT_ROW;
        const struct th_overlap_waiver waiver = {
            .parcel_id = record->parcel_id,
            .version = record->version,
            .other_parcel_id = by_layer ? 0
                               : by_row ? asked->parcels[finding->other - 1].record.parcel_id
                                        : finding->other,
            .other_shape_id = by_layer ? finding->other : 0,
            .reason = run->options->waive_reason,
            .document_id = document_id,
            .login = th_work_actor(work)->login,
            .seq = th_work_seq(work)};
        status = th_overlap_waiver_insert(run->store, &waiver, &waiver_id, err);
    }
    return status;
}

enum th_status th_life_asked_tell(const struct th_life_asked *asked, struct th_json *reply,
                                  struct th_error *err)
{
    return th_import_problems_reply(&asked->run, reply, err);
}

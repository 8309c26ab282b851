// One parcel drawn by hand goes the way of a row of a file, without a file.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/edit.h"
#include "registry/intake/parcel_internal.h"

// The shape as the WKB of a source, to be judged like any other.
static enum th_status shape_read(const char *text, unsigned char **ret_wkb, size_t *ret_size,
                                 struct th_error *err)
{
    struct th_edit *edit = NULL;
    struct th_edit_drawing drawing = {0};
    enum th_status status = th_edit_new(&edit, err);
    if (status == TH_OK) {
        status = th_edit_read(edit, text, strlen(text), &drawing, err);
    }
    if (status == TH_OK && !drawing.polygonal) {
        status =
            th_error_set(err, TH_DATA_PROBLEM, "edit_type", "type", "@shape.type.linestring", NULL);
    }
    if (status == TH_OK) {
        status = th_geometry_to_wkb(&drawing.lines, ret_wkb, ret_size, err);
    }
    th_edit_drawing_clear(&drawing);
    th_edit_free(edit);
    return status;
}

// The fields of the row, in the order of the map below.
enum {
    FIELD_NUMBER,
    FIELD_VILLAGE,
    FIELD_KIND,
    FIELD_CLASS,
    FIELD_DECLARED,
    FIELD_HOUSEHOLD,
    N_FIELDS
};

static enum th_status map_make(struct th_field fields[N_FIELDS], struct th_field_map *ret_map,
                               struct th_error *err)
{
    static const struct {
        enum th_field_role role;
        const char *name;
    } ROLES[N_FIELDS] = {{TH_FIELD_NUMBER, "number"},
                         {TH_FIELD_VILLAGE, "village"},
                         {TH_FIELD_KIND, "kind"},
                         {TH_FIELD_LAND_CLASS, "land_class"},
                         {TH_FIELD_DECLARED, "declared_area"},
                         {TH_FIELD_ATTRIBUTE, "household"}};
    struct th_field_map map = {.fields = fields,
                               .n = N_FIELDS,
                               .county = TH_ROW_NO_INDEX,
                               .township = TH_ROW_NO_INDEX,
                               .land_class_name = TH_ROW_NO_INDEX,
                               .parcel_id = TH_ROW_NO_INDEX};
    for (int i = 0; i < TH_FIELD_N_ROLES; i++) {
        map.by_role[i] = TH_ROW_NO_INDEX;
    }
    for (int i = 0; i < N_FIELDS; i++) {
        fields[i] = (struct th_field){.role = ROLES[i].role, .mapped = true};
        th_text_copy(fields[i].name, sizeof(fields[i].name), ROLES[i].name);
        th_text_copy(fields[i].column, sizeof(fields[i].column), ROLES[i].name);
        if (ROLES[i].role < TH_FIELD_N_ROLES) {
            map.by_role[ROLES[i].role] = i;
        }
    }
    enum th_status status = th_land_codes_new(&map.land_codes, err);
    if (status == TH_OK) {
        *ret_map = map;
    }
    return status;
}

static enum th_status row_make(struct th_import_run *run,
                               const struct th_parcel_add_options *options,
                               const unsigned char *wkb, size_t wkb_size, struct th_error *err)
{
    struct th_field fields[N_FIELDS];
    struct th_field_map map = {0};
    const char *values[N_FIELDS] = {[FIELD_NUMBER] = options->number,
                                    [FIELD_VILLAGE] = options->village,
                                    [FIELD_KIND] = options->kind,
                                    [FIELD_CLASS] = options->land_class,
                                    [FIELD_DECLARED] = options->declared_mu,
                                    [FIELD_HOUSEHOLD] = options->household};
    const struct th_reader_row source = {
        .row = 1, .wkb = wkb, .wkb_size = wkb_size, .values = values};
    struct th_surveyor *surveyor = NULL;
    run->rows = calloc(1, sizeof(*run->rows));
    if (run->rows == NULL) {
        return th_error_no_memory(err);
    }
    run->n_rows = run->rows_capacity = 1;
    run->rows[0] = (struct th_staged_row){.row = 1,
                                          .village = TH_ROW_NO_INDEX,
                                          .kind = TH_ROW_NO_INDEX,
                                          .land_class = TH_ROW_NO_INDEX};
    enum th_status status = map_make(fields, &map, err);
    if (status == TH_OK) {
        status = th_fields_take(run, &map, &source, &run->rows[0], err);
    }
    if (status == TH_OK) {
        status = th_surveyor_new(&run->how, &surveyor, err);
    }
    if (status == TH_OK) {
        status = th_import_survey_row(run, surveyor, &source, &run->rows[0], err);
    }
    th_surveyor_free(surveyor);
    th_land_codes_free(map.land_codes);
    return status;
}

// There is no file whose digest could be kept: that of everything that was typed stands for it.
static enum th_status source_make(struct th_import_run *run,
                                  const struct th_parcel_add_options *options, struct th_error *err)
{
    struct th_import_record *source = &run->source;
    const char *const typed[] = {
        "shape",      options->shape,      "number",   options->number,
        "village",    options->village,    "kind",     options->kind,
        "land_class", options->land_class, "declared", options->declared_mu,
        "household",  options->household};
    struct th_json *json = th_json_object();
    char *text = NULL;
    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i += 2) {
        if (typed[i + 1] != NULL) {
            th_json_set_text(json, typed[i], typed[i + 1]);
        }
    }
    enum th_status status = th_json_dump(json, TH_JSON_CANONICAL, &text, err);
    // What a person typed is not our failure: text in another encoding cannot become JSON.
    if (status == TH_INTERNAL) {
        status = th_error_set(err, TH_INVALID, "text_encoding", NULL);
    }
    if (status == TH_OK) {
        source->sha256 = th_hash_bytes(TH_HASH_SHA256, text, strlen(text));
    }
    th_json_free(json);
    free(text);
    th_text_copy(source->source, sizeof(source->source), "drawn");
    th_text_copy(source->layer, sizeof(source->layer), "drawn");
    th_text_copy(source->driver, sizeof(source->driver), "WKT");
    th_text_copy(source->encoding, sizeof(source->encoding), "UTF-8");
    th_text_copy(source->crs_code, sizeof(source->crs_code), "EPSG:4490");
    th_text_copy(source->crs_name, sizeof(source->crs_name),
                 "China Geodetic Coordinate System 2000");
    return status;
}

enum th_status th_parcel_add(struct th_registry *registry, const struct th_request *request,
                             const struct th_parcel_add_options *options,
                             struct th_json **ret_reply, struct th_error *err)
{
    const struct th_parcel_import_options as_import = {
        .source = "drawn", .on = options->on, .messages = options->messages, .lang = options->lang};
    struct th_import_run run = {
        .store = th_registry_store(registry), .options = &as_import, .progress = request->progress};
    unsigned char *wkb = NULL;
    size_t wkb_size = 0;
    struct th_json *reply = NULL;
    enum th_status status = TH_OK;
    if (options->number == NULL || options->number[0] == '\0') {
        return th_error_set(err, TH_INVALID, "number_missing", NULL);
    }
    if (options->kind != NULL && th_parcel_kind_find(options->kind) == TH_ROW_NO_INDEX) {
        return th_error_set(err, TH_INVALID, "kind_invalid", "kind", options->kind, NULL);
    }
    status = shape_read(options->shape, &wkb, &wkb_size, err);
    if (status == TH_OK) {
        status = th_import_frame_load(&run, err);
    }
    if (status == TH_OK) {
        status = th_import_ask_permission(registry, request, &run, err);
    }
    if (status == TH_OK) {
        status = source_make(&run, options, err);
    }
    if (status == TH_OK) {
        run.how = (struct th_surveyor_options){.crs = "EPSG:4490",
                                               .bounds = {run.frame.west_deg, run.frame.south_deg,
                                                          run.frame.east_deg, run.frame.north_deg}};
        status = row_make(&run, options, wkb, wkb_size, err);
    }
    if (status == TH_OK) {
        status = th_import_declared(&run, err);
    }
    if (status == TH_OK) {
        status = th_import_settle(registry, request, &run, &reply, err);
    }
    th_import_run_clear(&run);
    free(wkb);
    if (status == TH_OK) {
        *ret_reply = reply;
    }
    return status;
}

// What the changes of parcels have in common.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "gis/area.h"
#include "gis/crs.h"
#include "gis/reader.h"
#include "registry/life/parcel_life_internal.h"
#include "store/ground/tenure_store.h"

void th_life_parcel_clear(struct th_life_parcel *parcel)
{
    free(parcel->attributes);
    free(parcel->wkb);
    th_geometry_clear(&parcel->geometry);
    th_ground_free(parcel->ground);
    *parcel = (struct th_life_parcel){0};
}

void th_life_parcels_free(struct th_life_parcel *parcels, size_t n)
{
    for (size_t i = 0; parcels != NULL && i < n; i++) {
        th_life_parcel_clear(&parcels[i]);
    }
    free(parcels);
}

static enum th_status check_packaged(struct th_store *store, int64_t parcel_id, int from_year,
                                     struct th_error *err)
{
    int64_t package_id = 0;
    enum th_status status = th_parcel_packaged(store, parcel_id, from_year, &package_id, err);
    if (status != TH_OK || package_id == 0) {
        return status;
    }
    (void)th_error_set(err, TH_CONFLICT, "parcel_packaged", NULL);
    th_error_add_int(err, "parcel", parcel_id);
    th_error_add_int(err, "package", package_id);
    return TH_CONFLICT;
}

enum th_status th_life_load(struct th_work *work, int64_t parcel_id, int from_year,
                            struct th_life_parcel *ret_parcel, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_life_parcel parcel = {0};
    enum th_status status = th_parcel_load(store, parcel_id, 0, &parcel.record, err);
    if (status == TH_OK) {
        status = th_work_check_village(work, parcel.record.village, err);
    }
    if (status == TH_OK && parcel.record.retired_on.year != 0) {
        status = th_error_set(err, TH_CONFLICT, "parcel_is_retired", NULL);
        th_error_add_int(err, "parcel", parcel_id);
    }
    if (status == TH_OK) {
        status = check_packaged(store, parcel_id, from_year, err);
    }
    if (status == TH_OK) {
        status = th_parcel_attributes_load(store, parcel_id, 0, &parcel.attributes, err);
    }
    if (status == TH_OK) {
        status = th_parcel_geometry_load(store, parcel_id, 0, &parcel.wkb, &parcel.wkb_size, err);
    }
    if (status == TH_OK) {
        status = th_ground_from_wkb(parcel.wkb, parcel.wkb_size, &parcel.ground, err);
    }
    if (status == TH_OK) {
        status = th_ground_geometry(parcel.ground, &parcel.geometry, err);
    }
    if (status != TH_OK) {
        th_life_parcel_clear(&parcel);
        return status;
    }
    *ret_parcel = parcel;
    return TH_OK;
}

enum th_status th_life_tolerance(const char *text, double *ret_tolerance_m, struct th_error *err)
{
    double value = TH_EDIT_TOLERANCE_M;
    if (text != NULL &&
        (!th_text_parse_double(text, &value) || value < 0 || value > TH_EDIT_TOLERANCE_MAX_M)) {
        return th_error_set(err, TH_INVALID, "tolerance_invalid", "value", text, NULL);
    }
    *ret_tolerance_m = value;
    return TH_OK;
}

enum th_status th_life_check_number(struct th_store *store, const char *village, const char *number,
                                    struct th_error *err)
{
    struct th_parcel_record record;
    struct th_hash content;
    bool found = false;
    size_t size = strlen(number);
    if (size == 0 || size >= TH_PARCEL_NUMBER_SIZE || !th_text_is_utf8(number, size) ||
        th_text_has_hidden(number)) {
        return th_error_set(err, TH_INVALID, "number_invalid", "number", number, NULL);
    }
    enum th_status status =
        th_parcel_find(store, village, number, NULL, &found, &record, &content, err);
    if (status == TH_OK && found) {
        status = th_error_set(err, TH_CONFLICT, "number_taken", "number", number, NULL);
        th_error_add_int(err, "parcel", record.parcel_id);
    }
    return status;
}

static enum th_status to_degrees(struct th_edit_drawing *drawing, const char *crs,
                                 struct th_error *err)
{
    struct th_crs_transform *transform = NULL;
    if (crs == NULL) {
        return TH_OK;
    }
    struct th_box box = th_geometry_box(&drawing->lines);
    enum th_status status = th_crs_transform_new(crs, &box, &transform, err);
    if (status == TH_OK) {
        status = th_crs_transform_apply(transform, &drawing->lines, err);
    }
    if (status == TH_OK && drawing->polygonal) {
        status = th_crs_transform_apply(transform, &drawing->polygons, err);
    }
    th_crs_transform_free(transform);
    return status;
}

// WKT and GeoJSON are read here, since lines come in them too; any other file by the reader's
// process.
static bool is_text(const char *path)
{
    static const char *const ENDINGS[] = {".wkt", ".txt", ".geojson", ".json"};
    size_t size = strlen(path);
    for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(ENDINGS[0]); i++) {
        size_t tail = strlen(ENDINGS[i]);
        if (size > tail && strcmp(path + size - tail, ENDINGS[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum th_status text_read(struct th_edit *edit, const char *path,
                                struct th_edit_drawing *ret_drawing, struct th_hash *ret_sha256,
                                struct th_error *err)
{
    char *text = NULL;
    size_t size = 0;
    enum th_status status = th_file_read(path, TH_EDIT_TEXT_MAX, &text, &size, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_edit_read(edit, text, size, ret_drawing, err);
    if (status == TH_OK) {
        *ret_sha256 = th_hash_bytes(TH_HASH_SHA256, text, size);
    }
    free(text);
    return status;
}

// The polygon of the first row, and the source's own reference system (free()).
static enum th_status first_row(struct th_reader *reader, struct th_edit_drawing *ret_drawing,
                                char **ret_crs, struct th_error *err)
{
    struct th_reader_batch *batch = NULL;
    struct th_geometry shape = {0};
    enum th_status status = th_reader_next(reader, &batch, err);
    if (status != TH_OK) {
        return status;
    }
    if (batch == NULL || batch->n_rows == 0 || batch->rows[0].wkb == NULL) {
        status = th_error_set(err, TH_DATA_PROBLEM, "edit_empty", NULL);
    }
    if (status == TH_OK) {
        status = th_geometry_from_wkb(batch->rows[0].wkb, batch->rows[0].wkb_size, &shape, err);
    }
    if (status == TH_OK) {
        status = th_edit_drawing_of(&shape, ret_drawing, err);
    }
    if (status == TH_OK) {
        *ret_crs = th_text_duplicate(th_reader_info(reader)->crs);
    }
    th_geometry_clear(&shape);
    th_reader_batch_free(batch);
    return status;
}

static enum th_status source_read(const char *path, struct th_edit_drawing *ret_drawing,
                                  char **ret_crs, struct th_hash *ret_sha256, struct th_error *err)
{
    struct th_reader *reader = NULL;
    const struct th_reader_options how = {0};
    enum th_status status = th_reader_open(path, &how, &reader, err);
    if (status != TH_OK) {
        return status;
    }
    status = first_row(reader, ret_drawing, ret_crs, err);
    if (status == TH_OK) {
        status = th_reader_digest(reader, ret_sha256, err);
    }
    th_reader_close(reader);
    return status;
}

enum th_status th_life_ask_first(struct th_registry *registry, const struct th_request *request,
                                 const struct th_life_act *act, struct th_json **ret_reply,
                                 bool *ret_answered, struct th_error *err)
{
    struct th_work *work = NULL;
    enum th_status status = th_work_begin(registry, request, act->permission, act->kind, act->input,
                                          &work, ret_reply, err);
    if (status == TH_OK) {
        *ret_answered = work == NULL;
    }
    th_work_cancel(work);
    return status;
}

enum th_status th_life_drawing_read(struct th_edit *edit, const char *path, const char *crs,
                                    struct th_edit_drawing *ret_drawing, struct th_hash *ret_sha256,
                                    struct th_error *err)
{
    struct th_edit_drawing drawing = {0};
    struct th_hash sha256;
    char *own_crs = NULL;
    enum th_status status;
    if (is_text(path)) {
        status = text_read(edit, path, &drawing, &sha256, err);
    } else {
        status = source_read(path, &drawing, &own_crs, &sha256, err);
        if (status == TH_OK && crs == NULL && own_crs == NULL) {
            status = th_error_set(err, TH_DATA_PROBLEM, "crs_missing", NULL);
        }
    }
    if (status == TH_OK) {
        status = to_degrees(&drawing, crs != NULL ? crs : own_crs, err);
    }
    free(own_crs);
    if (status != TH_OK) {
        th_edit_drawing_clear(&drawing);
        return status;
    }
    *ret_sha256 = sha256;
    *ret_drawing = drawing;
    return TH_OK;
}

// As an import does.
static enum th_status measure(struct th_life_parcel *parcel, struct th_error *err)
{
    enum th_status status = th_ground_new(&parcel->geometry, &parcel->ground, err);
    if (status != TH_OK) {
        return status;
    }
    th_area_measure(parcel->ground, &parcel->record.measured, &parcel->record.perimeter_mm);
    parcel->wkb_size = th_ground_wkb_size(parcel->ground);
    parcel->wkb = malloc(parcel->wkb_size);
    if (parcel->wkb == NULL) {
        return th_error_no_memory(err);
    }
    th_ground_wkb(parcel->ground, parcel->wkb);
    parcel->record.geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, parcel->wkb, parcel->wkb_size);
    return TH_OK;
}

enum th_status th_life_derive(const struct th_life_parcel *from, struct th_geometry *geometry,
                              const char *origin, struct th_date on,
                              struct th_life_parcel *ret_parcel, struct th_error *err)
{
    struct th_life_parcel parcel = {.record = from->record, .geometry = *geometry};
    *geometry = (struct th_geometry){0};
    parcel.record.parcel_id = 0;
    parcel.record.version = 1;
    parcel.record.from = on;
    parcel.record.import_id = 0;
    parcel.record.source_row = 0;
    parcel.record.feature = 0;
    th_text_copy(parcel.record.origin, sizeof(parcel.record.origin), origin);
    parcel.attributes = th_text_duplicate(from->attributes);
    enum th_status status =
        parcel.attributes == NULL ? th_error_no_memory(err) : measure(&parcel, err);
    if (status != TH_OK) {
        th_life_parcel_clear(&parcel);
        return status;
    }
    *ret_parcel = parcel;
    return TH_OK;
}

enum th_status th_life_store(struct th_work *work, struct th_life_parcel *parcel,
                             struct th_error *err)
{
    struct th_parcel_record *record = &parcel->record;
    struct th_store *store = th_work_store(work);
    enum th_status status = TH_OK;
    if (record->parcel_id == 0) {
        int64_t last_parcel = 0;
        int64_t last_version = 0;
        status = th_parcel_heads(store, &last_parcel, &last_version, err);
        record->parcel_id = last_parcel + 1;
        // Not out of a source: the entry that made it takes the source's place.
        (void)snprintf(record->source_key, sizeof(record->source_key), "%s:%" PRId64 ":%" PRId64,
                       record->origin, th_work_seq(work), record->parcel_id);
    }
    if (status != TH_OK) {
        return status;
    }
    return th_parcel_insert(store, record, parcel->attributes, parcel->wkb, parcel->wkb_size,
                            th_work_seq(work), &record->row_hash, err);
}

// --- Neighbours ---------------------------------------------------------------------------------

struct gathering {
    struct th_life_around around;
    struct th_date since;
    const int64_t *without;
    size_t n_without;
    enum th_status status;
    struct th_error err;
};

static bool around_grow(struct th_life_around *around)
{
    if (around->n < around->capacity) {
        return true;
    }
    size_t capacity = around->capacity == 0 ? 32 : 2 * around->capacity;
    struct th_edit_neighbour *neighbours =
        realloc(around->neighbours, capacity * sizeof(*neighbours));
    around->neighbours = neighbours == NULL ? around->neighbours : neighbours;
    struct th_geometry *geometries = realloc(around->geometries, capacity * sizeof(*geometries));
    around->geometries = geometries == NULL ? around->geometries : geometries;
    struct th_fabric_parcel *parcels = realloc(around->parcels, capacity * sizeof(*parcels));
    around->parcels = parcels == NULL ? around->parcels : parcels;
    struct th_ground **grounds = realloc(around->grounds, capacity * sizeof(struct th_ground *));
    around->grounds = grounds == NULL ? around->grounds : grounds;
    if (neighbours == NULL || geometries == NULL || parcels == NULL || grounds == NULL) {
        return false;
    }
    around->capacity = capacity;
    return true;
}

static bool gather_one(void *context, const struct th_parcel_stand *stand)
{
    struct gathering *g = context;
    const struct th_parcel_record *record = &stand->record;
    bool left_out = stand->until.year != 0 &&
                    (g->since.year == 0 || th_date_compare(stand->until, g->since) <= 0);
    for (size_t i = 0; i < g->n_without; i++) {
        left_out = left_out || g->without[i] == record->parcel_id;
    }
    if (left_out) {
        return true;
    }
    if (!around_grow(&g->around)) {
        g->status = th_error_no_memory(&g->err);
        return false;
    }
    size_t n = g->around.n;
    struct th_ground *ground = NULL;
    g->status = th_ground_from_wkb(stand->wkb, stand->wkb_size, &ground, &g->err);
    if (g->status == TH_OK) {
        g->status = th_ground_geometry(ground, &g->around.geometries[n], &g->err);
    }
    if (g->status != TH_OK) {
        th_ground_free(ground);
        return false;
    }
    g->around.neighbours[n].id = record->parcel_id;
    g->around.grounds[n] = ground;
    g->around.parcels[n] = (struct th_fabric_parcel){
        .ground = ground, .area_m2 = th_area_m2(record->measured), .id = record->parcel_id};
    g->around.n++;
    return true;
}

enum th_status th_life_around_load(struct th_store *store, struct th_box box, struct th_date since,
                                   const int64_t *without, size_t n_without,
                                   struct th_life_around *ret_around, struct th_error *err)
{
    enum th_status status = TH_OK;
    struct gathering g = {
        .since = since, .without = without, .n_without = n_without, .status = TH_OK};
    const double margin_deg = 1e-4; // more than any tolerance
    const struct th_parcel_box there = {box.west - margin_deg, box.south - margin_deg,
                                        box.east + margin_deg, box.north + margin_deg, since};
    status = th_parcel_box_each(store, &there, gather_one, &g, err);
    if (status == TH_OK && g.status != TH_OK) {
        status = g.status;
        if (err != NULL) {
            *err = g.err;
        }
    }
    if (status != TH_OK) {
        th_life_around_clear(&g.around);
        return status;
    }
    // The array of geometries is where it will stay.
    for (size_t i = 0; i < g.around.n; i++) {
        g.around.neighbours[i].geometry = &g.around.geometries[i];
    }
    *ret_around = g.around;
    return TH_OK;
}

void th_life_around_clear(struct th_life_around *around)
{
    for (size_t i = 0; i < around->n; i++) {
        th_geometry_clear(&around->geometries[i]);
        th_ground_free(around->grounds[i]);
    }
    free(around->neighbours);
    free(around->geometries);
    free(around->parcels);
    free(around->grounds);
    *around = (struct th_life_around){0};
}

enum th_status th_life_shared(const struct th_life_around *around,
                              const struct th_life_parcel *parcel, const struct th_rules *rules,
                              struct th_overlap_finding **ret_findings, size_t *ret_n,
                              struct th_error *err)
{
    struct th_overlap_finding *findings = NULL;
    struct th_fabric *fabric = NULL;
    struct th_fabric_probe *probe = NULL;
    size_t n = 0;
    bool more = false;
    enum th_status status =
        th_fabric_new(around->parcels, around->n, &rules->overlap, &fabric, err);
    if (status == TH_OK) {
        status = th_fabric_probe_new(&probe, err);
    }
    if (status == TH_OK) {
        status = th_fabric_test(fabric, probe, parcel->ground, th_area_m2(parcel->record.measured),
                                &findings, &n, &more, err);
    }
    if (status == TH_OK && more) {
        status = th_error_set(err, TH_LIMIT, "fabric_too_dense", NULL);
    }
    th_fabric_probe_free(probe);
    th_fabric_free(fabric);
    if (status != TH_OK) {
        free(findings);
        return status;
    }
    *ret_findings = findings;
    *ret_n = n;
    return TH_OK;
}

// --- Tenure -------------------------------------------------------------------------------------

enum { CONTRACTS_MAX = 256 };

struct shares {
    int64_t tenure_ids[CONTRACTS_MAX];
    struct th_ratio shares[CONTRACTS_MAX];
    size_t n;
    int64_t part; // measured area of the parent whose contracts are visited …
    int64_t sum;  // … and of all of them
    enum th_status status;
    struct th_error err;
};

// a/b + c/d
static enum th_status ratio_add(struct th_ratio a, struct th_ratio b, struct th_ratio *ret_sum,
                                struct th_error *err)
{
    int64_t left = 0;
    int64_t right = 0;
    int64_t numerator = 0;
    int64_t denominator = 0;
    if (__builtin_mul_overflow(a.numerator, b.denominator, &left) ||
        __builtin_mul_overflow(b.numerator, a.denominator, &right) ||
        __builtin_add_overflow(left, right, &numerator) ||
        __builtin_mul_overflow(a.denominator, b.denominator, &denominator)) {
        return th_error_set(err, TH_OVERFLOW, "ratio_overflow", NULL);
    }
    return th_ratio_make(numerator, denominator, ret_sum, err);
}

static bool take_share(void *context, const struct th_tenure_share *share)
{
    struct shares *s = context;
    struct th_ratio part;
    struct th_ratio weighted;
    size_t i = 0;
    while (i < s->n && s->tenure_ids[i] != share->tenure_id) {
        i++;
    }
    if (i == CONTRACTS_MAX) {
        s->status = th_error_set(&s->err, TH_LIMIT, "tenure_too_many", NULL);
        return false;
    }
    s->status = th_ratio_make(s->part, s->sum, &part, &s->err);
    if (s->status == TH_OK) {
        s->status = th_ratio_mul(share->share, part, &weighted, &s->err);
    }
    if (s->status == TH_OK && i < s->n) {
        s->status = ratio_add(s->shares[i], weighted, &weighted, &s->err);
    }
    if (s->status != TH_OK) {
        return false;
    }
    s->tenure_ids[i] = share->tenure_id;
    s->shares[i] = weighted;
    s->n = i == s->n ? i + 1 : s->n;
    return true;
}

enum th_status th_life_tenure_hand_on(struct th_work *work, const struct th_life_parcel *parents,
                                      size_t n_parents, struct th_date on, int64_t child_id,
                                      struct th_error *err)
{
    struct shares *s = calloc(1, sizeof(*s));
    enum th_status status = s == NULL ? th_error_no_memory(err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < n_parents; i++) {
        s->sum += th_area_m2_300(parents[i].record.measured);
    }
    for (size_t i = 0; status == TH_OK && i < n_parents; i++) {
        s->part = n_parents == 1 ? s->sum : th_area_m2_300(parents[i].record.measured);
        status = th_tenure_share_each(th_work_store(work), parents[i].record.parcel_id, 0, on,
                                      (struct th_date){0}, take_share, s, err);
        if (status == TH_OK && s->status != TH_OK) {
            status = s->status;
            if (err != NULL) {
                *err = s->err;
            }
        }
    }
    for (size_t i = 0; status == TH_OK && i < s->n; i++) {
        status = th_tenure_parcel_insert(th_work_store(work), s->tenure_ids[i], child_id,
                                         s->shares[i], err);
    }
    free(s);
    return status;
}

// --- Reply and journal --------------------------------------------------------------------------

void th_life_reply_begin(struct th_json *reply, struct th_date on, const char *reason)
{
    char text[TH_DATE_TEXT_SIZE];
    th_json_set_text(reply, "on", th_date_format(on, text));
    th_json_set_text(reply, "reason", reason);
}

struct th_json *th_life_facts(const struct th_life_parcel *parcel)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *json = th_json_object();
    th_json_set_int(json, "parcel_id", parcel->record.parcel_id);
    th_json_set_int(json, "version", parcel->record.version);
    th_json_set_text(json, "number",
                     parcel->record.number[0] == '\0' ? NULL : parcel->record.number);
    th_json_set_text(json, "row_hash", th_hash_hex(&parcel->record.row_hash, hex));
    return json;
}

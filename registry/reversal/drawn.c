#include "registry/reversal/drawn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "gis/edit.h"
#include "gis/reader.h"
#include "gis/surveyor.h"
#include "store/registry_store.h"

void th_drawn_clear(struct th_drawn *drawn)
{
    for (size_t i = 0; i < drawn->n; i++) {
        th_ground_free(drawn->grounds[i]);
    }
    free(drawn->grounds);
    free(drawn->parcels);
    *drawn = (struct th_drawn){0};
}

struct drawing {
    struct th_drawn drawn;
    struct th_surveyor *surveyor;
};

static enum th_status begin_survey(struct drawing *drawing, struct th_store *store, const char *crs,
                                   const struct th_box *extent, struct th_error *err)
{
    struct th_registry_record frame;
    if (!crs) {
        return th_error_set(err, TH_DATA_PROBLEM, "crs_missing", NULL);
    }
    enum th_status status = th_registry_record_load(store, &frame, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_surveyor_options how = {
        .crs = crs,
        .extent = extent,
        .bounds = {frame.west_deg, frame.south_deg, frame.east_deg, frame.north_deg}};
    return th_surveyor_new(&how, &drawing->surveyor, err);
}

static enum th_status make_room(struct th_drawn *drawn, struct th_error *err)
{
    if (drawn->n < drawn->capacity) {
        return TH_OK;
    }
    if (drawn->n >= TH_DRAWN_SHAPES_MAX) {
        (void)th_error_set(err, TH_LIMIT, "drawn_too_many", NULL);
        th_error_add_int(err, "limit", TH_DRAWN_SHAPES_MAX);
        return TH_LIMIT;
    }
    size_t capacity = drawn->capacity == 0 ? 8 : 2 * drawn->capacity;
    struct th_ground **grounds = realloc(drawn->grounds, capacity * sizeof(struct th_ground *));
    if (grounds) {
        drawn->grounds = grounds;
    }
    struct th_fabric_parcel *parcels = realloc(drawn->parcels, capacity * sizeof(*parcels));
    if (parcels) {
        drawn->parcels = parcels;
    }
    if (!grounds || !parcels) {
        return th_error_no_memory(err);
    }
    drawn->capacity = capacity;
    return TH_OK;
}

static enum th_status take_shape(struct drawing *drawing, const void *wkb, size_t wkb_size,
                                 int64_t row, struct th_error *err)
{
    struct th_drawn *drawn = &drawing->drawn;
    struct th_survey survey = {0};
    enum th_status status = make_room(drawn, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_survey(drawing->surveyor, wkb, wkb_size, &survey, err);
    if (status != TH_OK) {
        th_error_add_int(err, "row", row);
        return status;
    }
    drawn->box = drawn->n == 0 ? survey.box
                               : (struct th_box){fmin(drawn->box.west, survey.box.west),
                                                 fmin(drawn->box.south, survey.box.south),
                                                 fmax(drawn->box.east, survey.box.east),
                                                 fmax(drawn->box.north, survey.box.north)};
    drawn->grounds[drawn->n] = survey.ground;
    drawn->parcels[drawn->n] = (struct th_fabric_parcel){
        .ground = survey.ground, .area_m2 = th_area_m2(survey.measured), .id = row};
    drawn->n++;
    return TH_OK;
}

static enum th_status take_rows(struct drawing *drawing, struct th_reader *reader,
                                struct th_error *err)
{
    struct th_reader_batch *batch = NULL;
    enum th_status status = TH_OK;
    while (status == TH_OK) {
        status = th_reader_next(reader, &batch, err);
        if (status != TH_OK || !batch) {
            break;
        }
        for (size_t i = 0; status == TH_OK && i < batch->n_rows; i++) {
            const struct th_reader_row *row = &batch->rows[i];
            if (row->lost) {
                status = th_error_set(err, TH_DATA_PROBLEM, "row_unreadable", "detail", row->detail,
                                      "value", row->value, NULL);
                th_error_add_int(err, "row", row->row);
            } else {
                status = take_shape(drawing, row->wkb, row->wkb_size, row->row, err);
            }
        }
        th_reader_batch_free(batch);
    }
    return status;
}

static enum th_status read_file(struct drawing *drawing, struct th_store *store,
                                const struct th_drawn_source *source,
                                const struct th_progress *progress, struct th_error *err)
{
    const struct th_reader_options how = {
        .layer = source->layer, .encoding = source->encoding, .progress = progress};
    struct th_reader *reader = NULL;
    enum th_status status = th_reader_open(source->path, &how, &reader, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_reader_info *info = th_reader_info(reader);
    status = begin_survey(drawing, store, source->crs ? source->crs : info->crs,
                          info->has_extent ? &info->extent : NULL, err);
    if (status == TH_OK) {
        status = take_rows(drawing, reader, err);
    }
    if (status == TH_OK && drawing->drawn.n == 0) {
        status = th_error_set(err, TH_DATA_PROBLEM, "edit_empty", NULL);
    }
    if (status == TH_OK) {
        status = th_reader_digest(reader, &drawing->drawn.sha256, err);
    }
    th_reader_close(reader);
    return status;
}

static enum th_status take_polygons(struct drawing *drawing, const struct th_geometry *polygons,
                                    struct th_error *err)
{
    unsigned char *wkb = NULL;
    size_t size = 0;
    enum th_status status = th_geometry_to_wkb(polygons, &wkb, &size, err);
    if (status == TH_OK) {
        status = take_shape(drawing, wkb, size, 1, err);
    }
    free(wkb);
    return status;
}

static enum th_status read_wkt(struct drawing *drawing, struct th_store *store,
                               const struct th_drawn_source *source, struct th_error *err)
{
    struct th_edit *edit = NULL;
    struct th_edit_drawing lines = {0};
    char *text = NULL;
    size_t size = 0;
    enum th_status status = th_file_read(source->path, TH_EDIT_TEXT_MAX, &text, &size, err);
    if (status == TH_OK) {
        drawing->drawn.sha256 = th_hash_bytes(TH_HASH_SHA256, text, size);
        status = th_edit_new(&edit, err);
    }
    if (status == TH_OK) {
        status = th_edit_read(edit, text, size, &lines, err);
    }
    if (status == TH_OK && !lines.polygonal) {
        status = th_error_set(err, TH_DATA_PROBLEM, "drawn_lines", NULL);
    }
    if (status == TH_OK) {
        const struct th_box box = th_geometry_box(&lines.polygons);
        status = begin_survey(drawing, store, source->crs ? source->crs : "EPSG:4490", &box, err);
    }
    if (status == TH_OK) {
        status = take_polygons(drawing, &lines.polygons, err);
    }
    th_edit_drawing_clear(&lines);
    th_edit_free(edit);
    free(text);
    return status;
}

enum th_status th_drawn_read(struct th_store *store, const struct th_drawn_source *source,
                             const struct th_progress *progress, struct th_drawn *ret_drawn,
                             struct th_error *err)
{
    struct drawing drawing = {.surveyor = NULL};
    size_t length = strlen(source->path);
    bool wkt = length > 4 && strcmp(source->path + length - 4, ".wkt") == 0;
    enum th_status status = wkt ? read_wkt(&drawing, store, source, err)
                                : read_file(&drawing, store, source, progress, err);
    th_surveyor_free(drawing.surveyor);
    if (status == TH_OK) {
        *ret_drawn = drawing.drawn;
    } else {
        th_drawn_clear(&drawing.drawn);
    }
    return status;
}

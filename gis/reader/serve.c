#include "gis/reader/serve_internal.h"

#include <errno.h>
#include <gdal.h>
#include <ogr_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/capture_internal.h"
#include "gis/reader/dataset_internal.h"
#include "gis/reader/encoding_internal.h"
#include "gis/reader/shape_internal.h"
#include "gis/wire_internal.h"

// A slow source shows that it lives; a quick one need not ask the clock for each row.
enum { BEAT_MS = 500, ROWS_PER_LOOK = 64 };

struct sender {
    const struct th_serve *serve;
    struct th_rows *rows;
    struct th_survey survey;
    struct th_recode recode; // by which texts are read
    struct th_wire_frame frame;
    struct th_buf text;  // values of the row that had to be converted, each closed by NUL
    size_t *offsets;     // of them, SIZE_MAX for values that are sent as they stand
    const char **values; // of the row
    int64_t n_rows;
    int64_t sent_ms; // when the last frame went out
};

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum th_status frame_send(struct sender *sender, struct th_error *err)
{
    enum th_status status = th_wire_finish(&sender->frame, err);
    const unsigned char *at = sender->frame.data;
    size_t left = sender->frame.size;
    while (status == TH_OK && left > 0) {
        ssize_t n = write(sender->serve->out, at, left);
        if (n < 0 && errno != EINTR) {
            status = th_error_set(err, TH_IO, "source_unreadable", "detail", strerror(errno), NULL);
        } else if (n > 0) {
            at += n;
            left -= (size_t)n;
        }
    }
    sender->sent_ms = now_ms();
    return status;
}

static enum th_status progress_send(struct sender *sender, int64_t done, struct th_error *err)
{
    const struct th_wire_progress progress = {done, -1};
    th_wire_begin(&sender->frame, TH_WIRE_PROGRESS);
    th_wire_put_progress(&sender->frame, &progress);
    return frame_send(sender, err);
}

static enum th_status survey_beat(void *context, int64_t n_rows, struct th_error *err)
{
    struct sender *sender = context;
    if (n_rows % ROWS_PER_LOOK != 0 || now_ms() - sender->sent_ms < BEAT_MS) {
        return TH_OK;
    }
    return progress_send(sender, n_rows, err);
}

// Appends a text in UTF-8; false when a part of it does not decode.
static bool text_read(struct sender *sender, const char *value, size_t width)
{
    if (th_recode_append(&sender->recode, value, width, &sender->text) != TH_RECODE_NO) {
        return true;
    }
    th_recode_append_mended(value, &sender->text);
    return false;
}

static enum th_status names_read(struct sender *sender, const char ***ret_names,
                                 struct th_error *err)
{
    enum { NAME_WIDTH = 10 }; // where a dbf cuts
    const struct th_rows_facts *facts = &sender->rows->facts;
    const char **names = calloc(facts->n_fields + 1, sizeof(*names));
    if (names == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < facts->n_fields; i++) {
        sender->offsets[i] = sender->text.size;
        (void)text_read(sender, facts->fields[i].name, facts->raw_text ? NAME_WIDTH : 0);
        th_buf_append(&sender->text, "", 1);
    }
    enum th_status status = th_buf_check(&sender->text, err);
    if (status != TH_OK) {
        free(names);
        return status;
    }
    for (size_t i = 0; i < facts->n_fields; i++) {
        names[i] = sender->text.data + sender->offsets[i];
    }
    *ret_names = names;
    return TH_OK;
}

static enum th_status info_send(struct sender *sender, struct th_error *err)
{
    const struct th_rows_facts *facts = &sender->rows->facts;
    char engine[64];
    const char **names = NULL;
    snprintf(engine, sizeof(engine), "GDAL %s", GDALVersionInfo("RELEASE_NAME"));
    enum th_status status = names_read(sender, &names, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_wire_info info = {.info = {.member = facts->member,
                                               .driver = facts->driver,
                                               .layer = facts->layer,
                                               .crs = facts->crs,
                                               .geometry_type = facts->geometry_type,
                                               .engine = engine,
                                               .n_features = sender->survey.n_rows >= 0
                                                                 ? sender->survey.n_rows
                                                                 : facts->n_features,
                                               .n_fields = facts->n_fields,
                                               .has_extent = facts->has_extent,
                                               .extent = {.west = facts->extent.MinX,
                                                          .south = facts->extent.MinY,
                                                          .east = facts->extent.MaxX,
                                                          .north = facts->extent.MaxY},
                                               .axis_east = facts->axis_east,
                                               .axis_north = facts->axis_north,
                                               .axis_how = facts->axis_how,
                                               .n_ignored = facts->n_ignored,
                                               .n_empty = facts->n_empty,
                                               .encoding = sender->survey.encoding},
                                      .fields = names};
    th_wire_begin(&sender->frame, TH_WIRE_INFO);
    th_wire_put_info(&sender->frame, &info);
    free(names);
    return frame_send(sender, err);
}

// The values of a row in UTF-8. Where the format is UTF-8 by definition, a value that is none is
// given to the encoding the caller asked for.
static enum th_status values_read(struct sender *sender, const struct th_rows_row *row,
                                  struct th_reader_row *sent, struct th_error *err)
{
    const struct th_rows_facts *facts = &sender->rows->facts;
    sender->text.size = 0;
    for (size_t i = 0; i < facts->n_fields; i++) {
        const char *value = row->texts[i];
        sender->values[i] = value;
        sender->offsets[i] = SIZE_MAX;
        if (value == NULL || th_recode_is_ascii(value) ||
            (!facts->raw_text && th_text_is_utf8(value, strlen(value)))) {
            continue;
        }
        sender->offsets[i] = sender->text.size;
        if (!text_read(sender, value, facts->fields[i].width)) {
            sent->text_suspect = true;
        }
        th_buf_append(&sender->text, "", 1);
    }
    enum th_status status = th_buf_check(&sender->text, err);
    size_t total = 0;
    for (size_t i = 0; status == TH_OK && i < facts->n_fields; i++) {
        if (sender->offsets[i] != SIZE_MAX) {
            sender->values[i] = sender->text.data + sender->offsets[i];
        }
        total += sender->values[i] == NULL ? 0 : strlen(sender->values[i]) + 1;
    }
    if (status == TH_LIMIT || total > TH_WIRE_TEXTS_MAX) {
        th_buf_clear(&sender->text);
        sent->lost = true;
        sent->detail = "> 16 MiB";
        return TH_OK;
    }
    sent->values = sender->values;
    return status;
}

// GDAL's words for what a clerk can do something about become our own.
static const char *own_words(const char *detail)
{
    return strstr(detail, "fread()") != NULL ? "@shape.cut" : detail;
}

static void lose(struct th_reader_row *sent, const char *detail)
{
    sent->lost = true;
    sent->detail = detail;
}

// The beginning of the cell that could not be read.
static const char *value_show(struct sender *sender, const char *bytes,
                              char shown[TH_READER_SAMPLE_SIZE])
{
    static const char more[] = "…";
    sender->text.size = 0;
    if (bytes != NULL) {
        (void)text_read(sender, bytes, 0);
        th_text_copy(shown, TH_READER_SAMPLE_SIZE - sizeof(more), th_buf_text(&sender->text));
        th_text_mend(shown);
        if (strlen(shown) < sender->text.size) {
            memcpy(shown + strlen(shown), more, sizeof(more));
        }
    }
    return shown;
}

// Puts the row into the frame with its shape made to polygons.
static enum th_status row_put(struct sender *sender, const struct th_rows_row *row,
                              const struct th_reader_row *known, struct th_error *err)
{
    struct th_reader_row sent = *known;
    struct th_capture capture;
    struct th_error lost;
    unsigned shape = 0;
    OGRGeometryH out = NULL;
    enum th_status status = TH_OK;
    const size_t n_fields = sender->rows->facts.n_fields;
    th_capture_begin(&capture);
    sent.wkb = row->wkb;
    sent.wkb_size = row->wkb_size;
    if (row->geometry != NULL && !sent.lost) {
        if (th_shape_take(row->geometry, sender->serve->curve_step_deg, &out, &shape, &lost) !=
            TH_OK) {
            lose(&sent, capture.message[0] == '\0' ? lost.key : capture.message);
        } else {
            sent.wkb_size = OGR_G_WkbSizeEx(out);
        }
    }
    sent.shape = row->shape | shape;
    if (sent.wkb_size > TH_WIRE_WKB_MAX) {
        lose(&sent, "> 64 MiB");
    }
    // What would not fit goes into the next frame.
    if (sender->frame.size + (sent.lost ? 0 : sent.wkb_size) >
        (size_t)TH_WIRE_PAYLOAD_MAX - TH_WIRE_TEXTS_MAX - TH_WIRE_FIELDS_MAX * 8) {
        status = frame_send(sender, err);
        th_wire_begin(&sender->frame, TH_WIRE_BATCH);
    }
    if (status == TH_OK) {
        unsigned char *place = th_wire_put_row(&sender->frame, &sent, n_fields);
        if (place != NULL && OGR_G_ExportToIsoWkb(out, wkbNDR, place) != OGRERR_NONE) {
            memset(place, 0, sent.wkb_size); // no shape at all: refused as such
        }
    }
    th_capture_end();
    if (out != NULL && out != row->geometry) {
        OGR_G_DestroyGeometry(out);
    }
    return status;
}

static enum th_status row_send(struct sender *sender, const struct th_rows_row *row,
                               struct th_error *err)
{
    enum th_status status = TH_OK;
    sender->n_rows++;
    struct th_reader_row sent = {.row = row->row > 0 ? row->row : sender->n_rows,
                                 .feature = row->feature};
    char value[TH_READER_SAMPLE_SIZE] = "";
    if (row->lost != NULL) {
        lose(&sent, row->lost);
        sent.value = value_show(sender, row->lost_value, value);
    }
    if (row->lost == NULL || row->texts != NULL) {
        status = values_read(sender, row, &sent, err);
    }
    // GDAL's words are in whatever encoding the file has.
    char detail[256];
    if (status == TH_OK && sent.lost) {
        th_text_copy(detail, sizeof(detail), own_words(sent.detail));
        th_text_mend(detail);
        sent.detail = detail;
    }
    if (status == TH_OK) {
        status = row_put(sender, row, &sent, err);
    }
    bool full = sender->frame.size >= TH_WIRE_BATCH_SIZE;
    bool due = sender->n_rows % ROWS_PER_LOOK == 0 && now_ms() - sender->sent_ms >= BEAT_MS;
    if (status == TH_OK && (full || due)) {
        status = frame_send(sender, err);
        th_wire_begin(&sender->frame, TH_WIRE_BATCH);
    }
    return status;
}

static enum th_status rows_send(struct sender *sender, struct th_error *err)
{
    bool more = true;
    enum th_status status = sender->rows->class->begin(sender->rows, TH_ROWS_ALL, err);
    th_wire_begin(&sender->frame, TH_WIRE_BATCH);
    while (status == TH_OK) {
        struct th_rows_row row;
        status = sender->rows->class->next(sender->rows, &row, &more, err);
        if (status != TH_OK || !more) {
            break;
        }
        status = row_send(sender, &row, err);
    }
    if (sender->frame.n_rows > 0 && (status == TH_OK || status == TH_UNREADABLE)) {
        enum th_status sent = frame_send(sender, status == TH_OK ? err : NULL);
        status = status == TH_OK ? sent : status;
    }
    if (status == TH_OK) {
        th_wire_begin(&sender->frame, TH_WIRE_END);
        th_wire_put_end(&sender->frame, sender->n_rows);
        status = frame_send(sender, err);
    }
    return status;
}

static enum th_status serve(struct sender *sender, struct th_error *err)
{
    const struct th_survey_pulse pulse = {survey_beat, sender};
    enum th_status status = progress_send(sender, 0, err);
    if (status == TH_OK) {
        const struct th_dataset_request request = {.path = sender->serve->path,
                                                   .layer = sender->serve->layer,
                                                   .curve_step_deg = sender->serve->curve_step_deg,
                                                   .shapeless = sender->serve->shapeless};
        status = th_dataset_rows(&request, &sender->rows, err);
    }
    if (status == TH_OK) {
        status =
            th_encoding_survey(sender->rows, sender->serve->encoding, &pulse, &sender->survey, err);
    }
    if (status != TH_OK) {
        return status;
    }
    size_t n_fields = sender->rows->facts.n_fields;
    sender->offsets = calloc(n_fields + 1, sizeof(*sender->offsets));
    sender->values = calloc(n_fields + 1, sizeof(*sender->values));
    if (sender->offsets == NULL || sender->values == NULL) {
        return th_error_no_memory(err);
    }
    const char *read_as = sender->survey.encoding.name;
    if (!th_recode_open(&sender->recode, read_as)) {
        return th_error_set(err, TH_USAGE, "encoding_unknown", "encoding", read_as, NULL);
    }
    status = info_send(sender, err);
    return status == TH_OK ? rows_send(sender, err) : status;
}

static enum th_status problem_send(struct sender *sender, const struct th_error *problem,
                                   struct th_error *err)
{
    th_wire_begin(&sender->frame, TH_WIRE_ERROR);
    th_wire_put_error(&sender->frame, problem);
    return frame_send(sender, err);
}

enum th_status th_serve_refuse(int out, const struct th_error *problem)
{
    const struct th_serve serve_nothing = {.out = out};
    struct sender sender = {.serve = &serve_nothing};
    enum th_status status = problem_send(&sender, problem, NULL);
    th_wire_clear(&sender.frame);
    return status;
}

enum th_status th_serve_run(const struct th_serve *wanted, struct th_error *err)
{
    struct sender sender = {.serve = wanted, .survey = {.n_rows = -1}};
    struct th_error problem = {0};
    th_buf_init(&sender.text, 2 * (size_t)TH_WIRE_TEXTS_MAX);
    enum th_status status = serve(&sender, &problem);
    if (status != TH_OK && status != TH_NO_MEMORY && status != TH_IO) {
        status = problem_send(&sender, &problem, &problem);
    }
    th_rows_free(sender.rows);
    th_recode_close(&sender.recode);
    th_wire_clear(&sender.frame);
    th_buf_clear(&sender.text);
    free(sender.offsets);
    free(sender.values);
    if (status != TH_OK && err != NULL) {
        *err = problem;
    }
    return status;
}

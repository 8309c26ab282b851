// The side of the reader process.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/wire_format_internal.h"
#include "gis/wire_internal.h"

// Room for `size` more bytes, or NULL.
static unsigned char *room(struct th_wire_frame *frame, size_t size)
{
    if (frame->failed || size > TH_WIRE_HEADER_SIZE + (size_t)TH_WIRE_PAYLOAD_MAX - frame->size) {
        frame->failed = true;
        return NULL;
    }
    if (size > frame->capacity - frame->size) {
        size_t capacity = frame->capacity < 4096 ? 4096 : frame->capacity;
        while (capacity - frame->size < size) {
            capacity *= 2;
        }
        unsigned char *grown = realloc(frame->data, capacity);
        if (grown == NULL) {
            frame->failed = true;
            return NULL;
        }
        frame->data = grown;
        frame->capacity = capacity;
    }
    unsigned char *place = frame->data + frame->size;
    frame->size += size;
    return place;
}

static void number_store(unsigned char *place, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        place[i] = (unsigned char)(value >> (8 * i));
    }
}

static void number_put(struct th_wire_frame *frame, uint64_t value, size_t size)
{
    unsigned char *place = room(frame, size);
    if (place != NULL) {
        number_store(place, value, size);
    }
}

static void u32_put(struct th_wire_frame *frame, uint32_t value)
{
    number_put(frame, value, 4);
}

static void i64_put(struct th_wire_frame *frame, int64_t value)
{
    number_put(frame, (uint64_t)value, 8);
}

static void double_put(struct th_wire_frame *frame, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    number_put(frame, bits, 8);
}

// Cut at a character when it is longer than the other side takes.
static void text_put(struct th_wire_frame *frame, const char *text, size_t size_max)
{
    size_t size = text == NULL ? 0 : strlen(text);
    if (size > size_max) {
        size = size_max;
        while (size > 0 && ((unsigned char)text[size] & 0xc0u) == 0x80) {
            size--;
        }
    }
    u32_put(frame, (uint32_t)size);
    unsigned char *place = room(frame, size + 1);
    if (place != NULL) {
        if (size > 0) {
            memcpy(place, text, size);
        }
        place[size] = '\0';
    }
}

void th_wire_begin(struct th_wire_frame *frame, enum th_wire_kind kind)
{
    frame->size = 0;
    frame->failed = false;
    frame->n_rows = 0;
    u32_put(frame, WIRE_MAGIC);
    number_put(frame, WIRE_VERSION, 2);
    number_put(frame, kind, 2);
    number_put(frame, 0, 8); // th_wire_finish knows
    if (kind == TH_WIRE_BATCH) {
        u32_put(frame, 0);
    }
}

void th_wire_clear(struct th_wire_frame *frame)
{
    free(frame->data);
    *frame = (struct th_wire_frame){0};
}

void th_wire_put_progress(struct th_wire_frame *frame, const struct th_wire_progress *progress)
{
    i64_put(frame, progress->done);
    i64_put(frame, progress->total);
}

void th_wire_put_end(struct th_wire_frame *frame, int64_t n_rows)
{
    i64_put(frame, n_rows);
}

void th_wire_put_error(struct th_wire_frame *frame, const struct th_error *error)
{
    u32_put(frame, (uint32_t)error->status);
    text_put(frame, error->key, TH_ERROR_KEY_SIZE - 1);
    u32_put(frame, (uint32_t)error->n_args);
    for (int i = 0; i < error->n_args; i++) {
        const struct th_error_arg *arg = &error->args[i];
        text_put(frame, arg->name, sizeof(arg->name) - 1);
        // Names of files and layers are not references to messages.
        bool reference = arg->value[0] == '@';
        char value[TH_ERROR_VALUE_SIZE];
        th_text_copy(value, sizeof(value), reference ? arg->value + 1 : arg->value);
        th_text_mend(value);
        text_put(frame, value, TH_ERROR_VALUE_SIZE - 1);
    }
}

static void encoding_put(struct th_wire_frame *frame, const struct th_reader_encoding *encoding)
{
    text_put(frame, encoding->name, sizeof(encoding->name) - 1);
    text_put(frame, encoding->declared, sizeof(encoding->declared) - 1);
    u32_put(frame, (uint32_t)encoding->how);
    i64_put(frame, encoding->n_values);
    i64_put(frame, encoding->n_fit);
    i64_put(frame, encoding->n_cut);
    u32_put(frame, (uint32_t)encoding->n_samples);
    for (size_t i = 0; i < encoding->n_samples; i++) {
        text_put(frame, encoding->samples[i].utf8, TH_READER_SAMPLE_SIZE - 1);
        text_put(frame, encoding->samples[i].gb18030, TH_READER_SAMPLE_SIZE - 1);
    }
}

void th_wire_put_info(struct th_wire_frame *frame, const struct th_wire_info *wire)
{
    const struct th_reader_info *info = &wire->info;
    text_put(frame, info->member, TH_WIRE_TEXT_MAX);
    text_put(frame, info->driver, TH_WIRE_TEXT_MAX);
    text_put(frame, info->layer, TH_WIRE_TEXT_MAX);
    u32_put(frame, info->crs != NULL);
    if (info->crs != NULL) {
        text_put(frame, info->crs, TH_WIRE_CRS_MAX);
    }
    text_put(frame, info->geometry_type, TH_WIRE_TEXT_MAX);
    text_put(frame, info->engine, TH_WIRE_TEXT_MAX);
    i64_put(frame, info->n_features);
    u32_put(frame, info->has_extent);
    if (info->has_extent) {
        double_put(frame, info->extent.west);
        double_put(frame, info->extent.south);
        double_put(frame, info->extent.east);
        double_put(frame, info->extent.north);
    }
    u32_put(frame, info->axis_east != NULL);
    if (info->axis_east != NULL) {
        text_put(frame, info->axis_east, TH_WIRE_TEXT_MAX);
        text_put(frame, info->axis_north, TH_WIRE_TEXT_MAX);
        u32_put(frame, (uint32_t)info->axis_how);
    }
    i64_put(frame, info->n_ignored);
    encoding_put(frame, &info->encoding);
    u32_put(frame, (uint32_t)info->n_fields);
    for (size_t i = 0; i < info->n_fields; i++) {
        text_put(frame, wire->fields[i], TH_WIRE_TEXT_MAX);
    }
    i64_put(frame, info->n_empty);
}

static void row_head_put(struct th_wire_frame *frame, const struct th_reader_row *row,
                         uint32_t flags, size_t wkb_size)
{
    unsigned char *head = room(frame, WIRE_ROW_SIZE_MIN);
    if (head != NULL) {
        number_store(head, (uint64_t)row->row, 8);
        number_store(head + 8, (uint64_t)row->feature, 8);
        number_store(head + 16, flags, 4);
        number_store(head + 20, wkb_size, 4);
    }
}

unsigned char *th_wire_put_row(struct th_wire_frame *frame, const struct th_reader_row *row,
                               size_t n_fields)
{
    uint32_t flags = (row->shape & WIRE_ROW_SHAPE) | (row->text_suspect ? WIRE_ROW_SUSPECT : 0) |
                     (row->lost ? WIRE_ROW_LOST : 0) |
                     (row->lost && row->values != NULL ? WIRE_ROW_VALUES : 0);
    size_t wkb_size = row->lost ? 0 : row->wkb_size;
    frame->n_rows++;
    row_head_put(frame, row, flags, wkb_size);
    if (row->lost) {
        text_put(frame, row->detail, TH_WIRE_TEXT_MAX);
        if (row->values == NULL) {
            return NULL;
        }
        text_put(frame, row->value, TH_WIRE_TEXT_MAX);
    }
    size_t texts_size = 0;
    unsigned char *sizes = room(frame, n_fields * 4);
    for (size_t i = 0; i < n_fields && sizes != NULL; i++) {
        size_t size = row->values[i] == NULL ? WIRE_TEXT_NULL : strlen(row->values[i]);
        number_store(sizes + 4 * i, size, 4);
        texts_size += row->values[i] == NULL ? 0 : size + 1;
    }
    size_t wkb_offset = frame->size;
    unsigned char *data = room(frame, wkb_size + texts_size);
    if (data == NULL) {
        return NULL;
    }
    if (row->wkb != NULL && wkb_size > 0) {
        memcpy(data, row->wkb, wkb_size);
    }
    unsigned char *at = data + wkb_size;
    for (size_t i = 0; i < n_fields; i++) {
        if (row->values[i] != NULL) {
            size_t size = strlen(row->values[i]) + 1;
            memcpy(at, row->values[i], size);
            at += size;
        }
    }
    return row->wkb == NULL && wkb_size > 0 ? frame->data + wkb_offset : NULL;
}

enum th_status th_wire_finish(struct th_wire_frame *frame, struct th_error *err)
{
    if (frame->failed) {
        return th_error_no_memory(err);
    }
    assert(frame->size >= TH_WIRE_HEADER_SIZE);
    number_store(frame->data + 8, frame->size - TH_WIRE_HEADER_SIZE, 8);
    if (frame->n_rows > 0) {
        number_store(frame->data + TH_WIRE_HEADER_SIZE, frame->n_rows, 4);
    }
    return TH_OK;
}

// The side that is not believed: every decoder walks a cursor that never leaves the buffer.
#include "gis/wire_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/wire_format_internal.h"

// Where decoding stands. Once something did not fit, nothing is read any more.
struct cursor {
    const unsigned char *at;
    size_t left;
    bool broken;
};

static enum th_status protocol_error(struct th_error *err)
{
    return th_error_set(err, TH_UNREADABLE, "reader_protocol", NULL);
}

static const unsigned char *bytes_get(struct cursor *cursor, size_t size)
{
    if (cursor->broken || size > cursor->left) {
        cursor->broken = true;
        return NULL;
    }
    const unsigned char *bytes = cursor->at;
    cursor->at += size;
    cursor->left -= size;
    return bytes;
}

static uint64_t number_get(struct cursor *cursor, size_t size)
{
    const unsigned char *bytes = bytes_get(cursor, size);
    uint64_t value = 0;
    for (size_t i = size; bytes != NULL && i-- > 0;) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static uint32_t u32_get(struct cursor *cursor)
{
    return (uint32_t)number_get(cursor, 4);
}

static int64_t i64_get(struct cursor *cursor)
{
    uint64_t bits = number_get(cursor, 8);
    int64_t value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static double double_get(struct cursor *cursor)
{
    uint64_t bits = number_get(cursor, 8);
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static bool bool_get(struct cursor *cursor)
{
    uint32_t value = u32_get(cursor);
    cursor->broken = cursor->broken || value > 1;
    return value == 1;
}

static int64_t count_get(struct cursor *cursor)
{
    int64_t value = i64_get(cursor);
    cursor->broken = cursor->broken || value < 0;
    return value;
}

static bool is_text(const unsigned char *bytes, size_t size)
{
    return bytes[size] == '\0' && memchr(bytes, '\0', size) == NULL &&
           th_text_is_utf8((const char *)bytes, size);
}

// A text of known size with its NUL, in place; NULL when it is none.
static const char *sized_text_get(struct cursor *cursor, size_t size)
{
    const unsigned char *bytes = size == SIZE_MAX ? NULL : bytes_get(cursor, size + 1);
    if (bytes == NULL || !is_text(bytes, size)) {
        cursor->broken = true;
        return NULL;
    }
    return (const char *)bytes;
}

static const char *text_get(struct cursor *cursor, size_t size_max)
{
    uint32_t size = u32_get(cursor);
    if (size > size_max) {
        cursor->broken = true;
    }
    return cursor->broken ? NULL : sized_text_get(cursor, size);
}

// Into a field of a struct, which it must fit.
static void text_copy_get(struct cursor *cursor, char *target, size_t target_size)
{
    const char *text = text_get(cursor, target_size - 1);
    th_text_copy(target, target_size, text == NULL ? "" : text);
}

static enum th_status ended(const struct cursor *cursor, struct th_error *err)
{
    return cursor->broken || cursor->left != 0 ? protocol_error(err) : TH_OK;
}

enum th_status th_wire_header_decode(const unsigned char bytes[TH_WIRE_HEADER_SIZE],
                                     struct th_wire_header *ret_header, struct th_error *err)
{
    struct cursor cursor = {bytes, TH_WIRE_HEADER_SIZE, false};
    uint32_t magic = u32_get(&cursor);
    uint64_t version = number_get(&cursor, 2);
    uint64_t kind = number_get(&cursor, 2);
    uint64_t size = number_get(&cursor, 8);
    if (magic != WIRE_MAGIC || version != WIRE_VERSION || kind < TH_WIRE_PROGRESS ||
        kind > TH_WIRE_END || size > TH_WIRE_PAYLOAD_MAX) {
        return protocol_error(err);
    }
    ret_header->kind = (enum th_wire_kind)kind;
    ret_header->size = (size_t)size;
    return TH_OK;
}

enum th_status th_wire_progress_decode(const void *payload, size_t size,
                                       struct th_wire_progress *ret_progress, struct th_error *err)
{
    struct cursor cursor = {payload, size, false};
    struct th_wire_progress progress = {.done = count_get(&cursor)};
    progress.total = i64_get(&cursor);
    cursor.broken = cursor.broken || progress.total < -1;
    enum th_status status = ended(&cursor, err);
    if (status == TH_OK) {
        *ret_progress = progress;
    }
    return status;
}

enum th_status th_wire_end_decode(const void *payload, size_t size, int64_t *ret_n_rows,
                                  struct th_error *err)
{
    struct cursor cursor = {payload, size, false};
    int64_t n_rows = count_get(&cursor);
    enum th_status status = ended(&cursor, err);
    if (status == TH_OK) {
        *ret_n_rows = n_rows;
    }
    return status;
}

static bool is_key(const char *text)
{
    return text != NULL && text[0] != '\0' &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

// A reader has no say in permissions, conflicts or the registry's own state.
static bool is_readers_status(uint32_t status)
{
    return status == TH_USAGE || status == TH_NOT_FOUND || status == TH_UNREADABLE ||
           status == TH_LIMIT || status == TH_IO || status == TH_NO_MEMORY || status == TH_INTERNAL;
}

enum th_status th_wire_error_decode(const void *payload, size_t size, struct th_error *ret_error,
                                    struct th_error *err)
{
    struct cursor cursor = {payload, size, false};
    uint32_t status = u32_get(&cursor);
    const char *key = text_get(&cursor, TH_ERROR_KEY_SIZE - 1);
    uint32_t n_args = u32_get(&cursor);
    if (cursor.broken || !is_readers_status(status) || !is_key(key) || n_args > TH_ERROR_ARGS_MAX) {
        return protocol_error(err);
    }
    struct th_error error = {0};
    (void)th_error_set(&error, (enum th_status)status, key, NULL);
    for (uint32_t i = 0; i < n_args; i++) {
        const char *name = text_get(&cursor, sizeof(error.args[0].name) - 1);
        const char *value = text_get(&cursor, TH_ERROR_VALUE_SIZE - 1);
        // A value that begins with '@' would be looked up as a message.
        if (!is_key(name) || value == NULL || value[0] == '@') {
            return protocol_error(err);
        }
        th_error_add(&error, name, value);
    }
    enum th_status result = ended(&cursor, err);
    if (result == TH_OK) {
        *ret_error = error;
    }
    return result;
}

static void encoding_get(struct cursor *cursor, struct th_reader_encoding *encoding)
{
    text_copy_get(cursor, encoding->name, sizeof(encoding->name));
    text_copy_get(cursor, encoding->declared, sizeof(encoding->declared));
    uint32_t how = u32_get(cursor);
    encoding->n_values = count_get(cursor);
    encoding->n_fit = count_get(cursor);
    encoding->n_cut = count_get(cursor);
    uint32_t n_samples = u32_get(cursor);
    if (cursor->broken || how > TH_ENCODING_UNDECIDED || n_samples > TH_READER_SAMPLES ||
        encoding->n_fit > encoding->n_values || encoding->n_cut > encoding->n_values) {
        cursor->broken = true;
        return;
    }
    encoding->how = (enum th_reader_encoding_how)how;
    encoding->n_samples = n_samples;
    for (size_t i = 0; i < n_samples; i++) {
        text_copy_get(cursor, encoding->samples[i].utf8, TH_READER_SAMPLE_SIZE);
        text_copy_get(cursor, encoding->samples[i].gb18030, TH_READER_SAMPLE_SIZE);
    }
}

static void extent_get(struct cursor *cursor, struct th_reader_info *info)
{
    info->has_extent = bool_get(cursor);
    if (!info->has_extent) {
        return;
    }
    info->extent.west = double_get(cursor);
    info->extent.south = double_get(cursor);
    info->extent.east = double_get(cursor);
    info->extent.north = double_get(cursor);
    if (!isfinite(info->extent.west) || !isfinite(info->extent.south) ||
        !isfinite(info->extent.east) || !isfinite(info->extent.north) ||
        info->extent.west > info->extent.east || info->extent.south > info->extent.north) {
        cursor->broken = true;
    }
}

static void axes_get(struct cursor *cursor, struct th_reader_info *info)
{
    if (!bool_get(cursor)) {
        return;
    }
    info->axis_east = text_get(cursor, TH_WIRE_TEXT_MAX);
    info->axis_north = text_get(cursor, TH_WIRE_TEXT_MAX);
    uint32_t how = u32_get(cursor);
    cursor->broken = cursor->broken || how > TH_AXIS_UNDECIDED;
    info->axis_how = cursor->broken ? TH_AXIS_UNDECIDED : (enum th_reader_axis_how)how;
}

// A detail is shown as it stands, unless it is the key of one of the messages about tables and
// shapes.
static bool is_detail(const char *detail)
{
    static const char *const prefixes[] = {"@points.", "@shape."};
    for (size_t i = 0; detail != NULL && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (th_text_starts_with(detail, prefixes[i])) {
            return is_key(detail + strlen(prefixes[i]));
        }
    }
    return detail != NULL && detail[0] != '@';
}

enum th_status th_wire_info_decode(const void *payload, size_t size, struct th_wire_info **ret_info,
                                   struct th_error *err)
{
    // One block: the struct, the names, a copy of the payload that everything points into.
    const size_t names_size = TH_WIRE_FIELDS_MAX * sizeof(const char *);
    struct th_wire_info *decoded = calloc(1, sizeof(*decoded) + names_size + size + 1);
    if (decoded == NULL) {
        return th_error_no_memory(err);
    }
    const char **names = (const char **)(decoded + 1);
    unsigned char *copy = (unsigned char *)names + names_size;
    if (size > 0) {
        memcpy(copy, payload, size);
    }
    struct cursor cursor = {copy, size, false};
    struct th_reader_info *info = &decoded->info;
    info->member = text_get(&cursor, TH_WIRE_TEXT_MAX);
    info->driver = text_get(&cursor, TH_WIRE_TEXT_MAX);
    info->layer = text_get(&cursor, TH_WIRE_TEXT_MAX);
    bool has_crs = bool_get(&cursor);
    info->crs = has_crs ? text_get(&cursor, TH_WIRE_CRS_MAX) : NULL;
    info->geometry_type = text_get(&cursor, TH_WIRE_TEXT_MAX);
    info->engine = text_get(&cursor, TH_WIRE_TEXT_MAX);
    info->n_features = i64_get(&cursor);
    extent_get(&cursor, info);
    axes_get(&cursor, info);
    info->n_ignored = count_get(&cursor);
    encoding_get(&cursor, &info->encoding);
    uint32_t n_fields = u32_get(&cursor);
    if (info->n_features < -1 || n_fields > TH_WIRE_FIELDS_MAX) {
        cursor.broken = true;
    }
    for (uint32_t i = 0; !cursor.broken && i < n_fields; i++) {
        names[i] = text_get(&cursor, TH_WIRE_TEXT_MAX);
    }
    info->n_empty = count_get(&cursor);
    enum th_status status = ended(&cursor, err);
    if (status != TH_OK) {
        free(decoded);
        return status;
    }
    info->n_fields = n_fields;
    decoded->fields = names;
    *ret_info = decoded;
    return TH_OK;
}

// A batch with what it owns.
struct batch {
    struct th_reader_batch public; // first: the address is the caller's
    void *payload;
    struct th_reader_row *rows;
    const char **values;
};

void th_reader_batch_free(struct th_reader_batch *batch)
{
    struct batch *owned = (struct batch *)batch;
    if (owned == NULL) {
        return;
    }
    free(owned->payload);
    free(owned->rows);
    free(owned->values);
    free(owned);
}

// Sizes of the values first, then the shape, then the values.
static void row_get(struct cursor *cursor, size_t n_fields, struct th_reader_row *row,
                    const char **values)
{
    row->row = i64_get(cursor);
    row->feature = i64_get(cursor);
    uint32_t flags = u32_get(cursor);
    uint32_t wkb_size = u32_get(cursor);
    if (cursor->broken || row->row < 1 || (flags & ~WIRE_ROW_FLAGS) != 0 ||
        wkb_size > TH_WIRE_WKB_MAX) {
        cursor->broken = true;
        return;
    }
    row->shape = flags & WIRE_ROW_SHAPE;
    row->text_suspect = (flags & WIRE_ROW_SUSPECT) != 0;
    row->lost = (flags & WIRE_ROW_LOST) != 0;
    if (row->lost) {
        row->detail = text_get(cursor, TH_WIRE_TEXT_MAX);
        cursor->broken = cursor->broken || wkb_size != 0 || !is_detail(row->detail);
        if ((flags & WIRE_ROW_VALUES) == 0) {
            return;
        }
        row->value = text_get(cursor, TH_WIRE_TEXT_MAX);
    }
    if (cursor->broken) {
        return;
    }
    struct cursor sizes = {bytes_get(cursor, n_fields * 4), n_fields * 4, cursor->broken};
    const unsigned char *wkb = bytes_get(cursor, wkb_size);
    row->wkb = wkb_size == 0 ? NULL : wkb;
    row->wkb_size = wkb_size;
    row->values = values;
    for (size_t i = 0; i < n_fields && !cursor->broken; i++) {
        uint32_t size = u32_get(&sizes);
        values[i] = size == WIRE_TEXT_NULL ? NULL : sized_text_get(cursor, size);
    }
}

enum th_status th_wire_batch_decode_take(void *payload, size_t size, size_t n_fields,
                                         struct th_reader_batch **ret_batch, struct th_error *err)
{
    struct cursor cursor = {payload, size, false};
    uint32_t n_rows = u32_get(&cursor);
    // Each row takes its place in the payload, so these cannot be larger than that by much.
    if (cursor.broken || n_rows == 0 || n_fields > TH_WIRE_FIELDS_MAX ||
        n_rows > cursor.left / WIRE_ROW_SIZE_MIN) {
        return protocol_error(err);
    }
    struct batch *batch = calloc(1, sizeof(*batch));
    struct th_reader_row *rows = calloc(n_rows, sizeof(*rows));
    const char **values = NULL;
    if (batch == NULL || rows == NULL) {
        goto no_memory;
    }
    // A lost row may have no values; the rest of a row's bytes bounds their number.
    size_t n_values = n_fields == 0 ? 0 : (size_t)n_rows * n_fields;
    if (n_values > 0 && n_values / n_fields != n_rows) {
        goto no_memory;
    }
    size_t n_room = n_values < cursor.left / 4 ? n_values : cursor.left / 4;
    values = malloc((n_room + 1) * sizeof(*values));
    if (values == NULL) {
        goto no_memory;
    }
    size_t used = 0;
    for (uint32_t i = 0; i < n_rows && !cursor.broken; i++) {
        // The sizes of the values of every row before this one were there to be read, or the cursor
        // broke; of this row they are checked here, before a value is put anywhere.
        bool room = used + n_fields <= n_room;
        row_get(&cursor, room ? n_fields : 0, &rows[i], values + used);
        cursor.broken = cursor.broken || (!room && rows[i].values != NULL);
        used += rows[i].values == NULL ? 0 : n_fields;
    }
    enum th_status status = ended(&cursor, err);
    if (status != TH_OK) {
        free(rows);
        free(values);
        free(batch);
        return status;
    }
    *batch = (struct batch){{rows, n_rows}, payload, rows, values};
    *ret_batch = &batch->public;
    return TH_OK;
no_memory:
    free(rows);
    free(batch);
    return th_error_no_memory(err);
}

// What a reader process that was taken over may send. First byte: which payload it is; second: the
// number of fields that the parent believes in.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/wire_internal.h"
#include "tests/fuzz/fuzz.h"

static void check_header(const uint8_t *data, size_t size)
{
    unsigned char bytes[TH_WIRE_HEADER_SIZE] = {0};
    struct th_wire_header header;
    memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
    if (th_wire_header_decode(bytes, &header, NULL) == TH_OK) {
        assert(header.size <= TH_WIRE_PAYLOAD_MAX);
        assert(header.kind >= TH_WIRE_PROGRESS && header.kind <= TH_WIRE_END);
    }
}

static void check_text(const char *text)
{
    assert(text != NULL && th_text_is_utf8(text, strlen(text)));
}

static void check_info(const uint8_t *data, size_t size)
{
    struct th_wire_info *info = NULL;
    if (th_wire_info_decode(data, size, &info, NULL) != TH_OK) {
        return;
    }
    check_text(info->info.driver);
    check_text(info->info.layer);
    check_text(info->info.member);
    if (info->info.crs != NULL) {
        check_text(info->info.crs);
    }
    assert(info->info.n_fields <= TH_WIRE_FIELDS_MAX && info->info.n_features >= -1);
    for (size_t i = 0; i < info->info.n_fields; i++) {
        check_text(info->fields[i]);
    }
    struct th_wire_frame frame = {0};
    th_wire_begin(&frame, TH_WIRE_INFO);
    th_wire_put_info(&frame, info);
    enum th_status status = th_wire_finish(&frame, NULL);
    assert(status == TH_OK);
    th_wire_clear(&frame);
    free(info);
}

static void check_batch(const uint8_t *data, size_t size, size_t n_fields)
{
    struct th_reader_batch *batch = NULL;
    unsigned char *payload = malloc(size > 0 ? size : 1);
    unsigned sum = 0;
    assert(payload != NULL);
    if (size > 0) {
        memcpy(payload, data, size);
    }
    if (th_wire_batch_decode_take(payload, size, n_fields, &batch, NULL) != TH_OK) {
        free(payload);
        return;
    }
    for (size_t i = 0; i < batch->n_rows; i++) {
        const struct th_reader_row *row = &batch->rows[i];
        const unsigned char *wkb = row->wkb;
        for (size_t k = 0; wkb != NULL && k < row->wkb_size; k++) {
            sum += wkb[k]; // every byte is there
        }
        for (size_t f = 0; f < n_fields && row->values != NULL; f++) {
            if (row->values[f] != NULL) {
                check_text(row->values[f]);
            }
        }
        assert(row->lost || row->values != NULL);
        if (row->lost) {
            check_text(row->detail);
        }
        if (row->value != NULL) {
            check_text(row->value);
        }
    }
    (void)sum;
    th_reader_batch_free(batch);
}

static void check_others(const uint8_t *data, size_t size)
{
    struct th_wire_progress progress;
    struct th_error error = {0};
    int64_t n_rows = 0;
    if (th_wire_progress_decode(data, size, &progress, NULL) == TH_OK) {
        assert(progress.total >= -1);
    }
    if (th_wire_end_decode(data, size, &n_rows, NULL) == TH_OK) {
        assert(n_rows >= 0);
    }
    if (th_wire_error_decode(data, size, &error, NULL) == TH_OK) {
        assert(error.status != TH_OK && error.n_args <= TH_ERROR_ARGS_MAX);
        check_text(error.key);
        for (int i = 0; i < error.n_args; i++) {
            check_text(error.args[i].value);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    switch (data[0] % 4) {
    case 0:
        check_header(data + 2, size - 2);
        break;
    case 1:
        check_info(data + 2, size - 2);
        break;
    case 2:
        check_batch(data + 2, size - 2, data[1] % 8);
        break;
    default:
        check_others(data + 2, size - 2);
        break;
    }
    return 0;
}

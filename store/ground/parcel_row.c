#include "store/ground/parcel_row.h"

#include <stdlib.h>
#include <string.h>

static void put_u64(unsigned char out[8], uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        out[i] = (unsigned char)(value >> (56 - 8 * i) & 0xFF);
    }
}

static void hash_null(struct th_hasher *hasher)
{
    th_hasher_update(hasher, "N", 1);
}

static void hash_int(struct th_hasher *hasher, int64_t value)
{
    unsigned char bytes[9] = {'I'};
    put_u64(bytes + 1, (uint64_t)value);
    th_hasher_update(hasher, bytes, sizeof(bytes));
}

static void hash_text(struct th_hasher *hasher, const char *text)
{
    if (text == NULL || text[0] == '\0') {
        hash_null(hasher);
        return;
    }
    size_t size = strlen(text);
    unsigned char head[9] = {'T'};
    put_u64(head + 1, (uint64_t)size);
    th_hasher_update(hasher, head, sizeof(head));
    th_hasher_update(hasher, text, size);
}

static void hash_content(struct th_hasher *hasher, const struct th_parcel_record *record)
{
    hash_text(hasher, record->kind);
    hash_text(hasher, record->land_scheme);
    hash_text(hasher, record->land_class);
    if (record->has_declared) {
        hash_int(hasher, th_area_m2_300(record->declared));
    } else {
        hash_null(hasher);
    }
}

struct th_hash th_parcel_content_hash(const struct th_parcel_record *record, const char *attributes)
{
    struct th_hasher *hasher = th_hasher_new(TH_HASH_BLAKE2B);
    if (hasher == NULL) {
        return (struct th_hash){{0}};
    }
    hash_content(hasher, record);
    hash_text(hasher, attributes);
    struct th_hash hash = th_hasher_final(hasher);
    th_hasher_free(hasher);
    return hash;
}

struct th_hash th_parcel_row_hash(const struct th_parcel_record *record, const char *attributes)
{
    struct th_hasher *hasher = th_hasher_new(TH_HASH_BLAKE2B);
    if (hasher == NULL) {
        return (struct th_hash){{0}};
    }
    char from[TH_DATE_TEXT_SIZE];
    hash_text(hasher, "tanhui-parcel-1");
    hash_int(hasher, record->parcel_id);
    hash_text(hasher, record->village);
    hash_text(hasher, record->number);
    hash_text(hasher, record->source_key);
    hash_int(hasher, record->version);
    hash_text(hasher, th_date_format(record->from, from));
    hash_text(hasher, record->origin);
    hash_content(hasher, record);
    hash_int(hasher, th_area_m2_300(record->measured));
    hash_int(hasher, th_area_m2_300(record->sliver));
    hash_int(hasher, record->perimeter_mm);
    hash_text(hasher, attributes);
    if (record->import_id != 0) {
        hash_int(hasher, record->import_id);
    } else {
        hash_null(hasher);
    }
    hash_int(hasher, record->source_row);
    hash_int(hasher, record->feature);
    th_hasher_update(hasher, "H", 1);
    th_hasher_update(hasher, record->geometry_hash.bytes, TH_HASH_SIZE);
    struct th_hash hash = th_hasher_final(hasher);
    th_hasher_free(hasher);
    return hash;
}

enum th_status th_parcel_row_prepare(const struct th_parcel_record *record, const char *attributes,
                                     const void *wkb, size_t wkb_size, struct th_parcel_row *row,
                                     struct th_error *err)
{
    size_t size = th_spatial_blob_size(wkb_size);
    if (row->blob_capacity < size) {
        unsigned char *blob = realloc(row->blob, size);
        if (blob == NULL) {
            return th_error_no_memory(err);
        }
        row->blob = blob;
        row->blob_capacity = size;
    }
    enum th_status status =
        th_spatial_blob_write(wkb, wkb_size, row->blob, &row->blob_size, &row->box, err);
    if (status == TH_OK) {
        row->row_hash = th_parcel_row_hash(record, attributes);
    }
    return status;
}

void th_parcel_row_clear(struct th_parcel_row *row)
{
    free(row->blob);
    *row = (struct th_parcel_row){0};
}

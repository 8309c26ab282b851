#include "store/ground/spatial_blob.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MARK_START = 0x00,
    MARK_LITTLE_ENDIAN = 0x01,
    MARK_BOX_END = 0x7C,
    MARK_ENTITY = 0x69,
    MARK_END = 0xFE,
    TYPE_POLYGON = 3,
    TYPE_MULTIPOLYGON = 6,
    BLOB_HEAD_SIZE = 39, // start, order, SRID, box, end of box
    POINT_SIZE = 16
};

// A place in the bytes that are read; `ok` falls once something does not fit.
struct cursor {
    const unsigned char *at;
    size_t left;
    bool ok;
};

static const unsigned char *take(struct cursor *in, size_t size)
{
    if (!in->ok || in->left < size) {
        in->ok = false;
        return NULL;
    }
    const unsigned char *start = in->at;
    in->at += size;
    in->left -= size;
    return start;
}

static unsigned take_byte(struct cursor *in)
{
    const unsigned char *bytes = take(in, 1);
    return bytes == NULL ? 0x100 : bytes[0];
}

static uint32_t take_u32(struct cursor *in)
{
    const unsigned char *b = take(in, 4);
    if (b == NULL) {
        return 0;
    }
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static double read_double(const unsigned char *b)
{
    // Written out, the compiler sees one load.
    uint64_t bits = (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 |
                    (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 |
                    (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
    double value = 0;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static unsigned char *put_u32(unsigned char *out, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *out++ = (unsigned char)(value >> (8 * i) & 0xFF);
    }
    return out;
}

static unsigned char *put_double(unsigned char *out, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    for (int i = 0; i < 8; i++) {
        *out++ = (unsigned char)(bits >> (8 * i) & 0xFF);
    }
    return out;
}

static void widen(struct th_spatial_box *box, bool *any, const unsigned char *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = read_double(points + i * POINT_SIZE);
        double y = read_double(points + i * POINT_SIZE + 8);
        if (!*any) {
            *box = (struct th_spatial_box){x, y, x, y};
            *any = true;
            continue;
        }
        box->west = x < box->west ? x : box->west;
        box->east = x > box->east ? x : box->east;
        box->south = y < box->south ? y : box->south;
        box->north = y > box->north ? y : box->north;
    }
}

// Copies the rings of one polygon, which both formats write alike: their number, then for each its
// number of points and the points. The output never exceeds the input in size.
static unsigned char *copy_rings(struct cursor *in, unsigned char *out, struct th_spatial_box *box,
                                 bool *any)
{
    uint32_t n_rings = take_u32(in);
    out = put_u32(out, n_rings);
    for (uint32_t r = 0; r < n_rings && in->ok; r++) {
        uint32_t n_points = take_u32(in);
        size_t size = (size_t)n_points * POINT_SIZE;
        const unsigned char *points = take(in, size);
        if (points == NULL) {
            return out;
        }
        out = put_u32(out, n_points);
        memcpy(out, points, size);
        out += size;
        widen(box, any, points, n_points);
    }
    return out;
}

size_t th_spatial_blob_size(size_t wkb_size)
{
    // Both formats spend five bytes before the rings of a polygon.
    return wkb_size + BLOB_HEAD_SIZE + 16;
}

static void put_head(unsigned char *head, const struct th_spatial_box *box)
{
    *head++ = MARK_START;
    *head++ = MARK_LITTLE_ENDIAN;
    head = put_u32(head, TH_SPATIAL_SRID);
    head = put_double(head, box->west);
    head = put_double(head, box->south);
    head = put_double(head, box->east);
    head = put_double(head, box->north);
    *head = MARK_BOX_END;
}

enum th_status th_spatial_blob_write(const void *wkb, size_t wkb_size, unsigned char *blob,
                                     size_t *ret_size, struct th_spatial_box *ret_box,
                                     struct th_error *err)
{
    struct cursor in = {wkb, wkb_size, wkb != NULL};
    unsigned char *out = blob + BLOB_HEAD_SIZE;
    struct th_spatial_box box = {0};
    bool any = false;

    if (take_byte(&in) != MARK_LITTLE_ENDIAN || take_u32(&in) != TYPE_MULTIPOLYGON) {
        in.ok = false;
    }
    uint32_t n = take_u32(&in);
    out = put_u32(out, TYPE_MULTIPOLYGON);
    out = put_u32(out, n);
    for (uint32_t i = 0; i < n && in.ok; i++) {
        if (take_byte(&in) != MARK_LITTLE_ENDIAN || take_u32(&in) != TYPE_POLYGON) {
            in.ok = false;
            break;
        }
        *out++ = MARK_ENTITY;
        out = put_u32(out, TYPE_POLYGON);
        out = copy_rings(&in, out, &box, &any);
    }
    if (!in.ok || in.left != 0 || !any) {
        return th_error_set(err, TH_INVALID, "wkb_unfit", NULL);
    }
    *out++ = MARK_END;
    put_head(blob, &box);
    *ret_size = (size_t)(out - blob);
    *ret_box = box;
    return TH_OK;
}

enum th_status th_spatial_blob_from_wkb(const void *wkb, size_t wkb_size, unsigned char **ret_blob,
                                        size_t *ret_size, struct th_error *err)
{
    struct th_spatial_box box;
    unsigned char *blob = malloc(th_spatial_blob_size(wkb_size));
    if (blob == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_spatial_blob_write(wkb, wkb_size, blob, ret_size, &box, err);
    if (status == TH_OK) {
        *ret_blob = blob;
    } else {
        free(blob);
    }
    return status;
}

static enum th_status corrupt(struct th_error *err)
{
    return th_error_set(err, TH_CORRUPT, "parcel_geometry", NULL);
}

// Reads the head and leaves the cursor at the type of the geometry.
static bool take_head(struct cursor *in, struct th_spatial_box *ret_box)
{
    // NOLINTNEXTLINE(misc-redundant-expression): the two calls read two bytes.
    if (take_byte(in) != MARK_START || take_byte(in) != MARK_LITTLE_ENDIAN ||
        take_u32(in) != TH_SPATIAL_SRID) {
        return false;
    }
    const unsigned char *box = take(in, 32);
    if (box == NULL || take_byte(in) != MARK_BOX_END) {
        return false;
    }
    *ret_box = (struct th_spatial_box){read_double(box), read_double(box + 8),
                                       read_double(box + 16), read_double(box + 24)};
    return true;
}

enum th_status th_spatial_blob_to_wkb(const void *blob, size_t blob_size, unsigned char **ret_wkb,
                                      size_t *ret_size, struct th_error *err)
{
    struct cursor in = {blob, blob_size, blob != NULL};
    struct th_spatial_box box = {0};
    bool any = false;
    if (!take_head(&in, &box) || take_u32(&in) != TYPE_MULTIPOLYGON) {
        return corrupt(err);
    }
    uint32_t n = take_u32(&in);
    unsigned char *wkb = malloc(blob_size);
    if (wkb == NULL) {
        return th_error_no_memory(err);
    }
    unsigned char *out = wkb;
    *out++ = MARK_LITTLE_ENDIAN;
    out = put_u32(out, TYPE_MULTIPOLYGON);
    out = put_u32(out, n);
    for (uint32_t i = 0; i < n && in.ok; i++) {
        if (take_byte(&in) != MARK_ENTITY || take_u32(&in) != TYPE_POLYGON) {
            in.ok = false;
            break;
        }
        *out++ = MARK_LITTLE_ENDIAN;
        out = put_u32(out, TYPE_POLYGON);
        out = copy_rings(&in, out, &box, &any);
    }
    if (take_byte(&in) != MARK_END || !in.ok || in.left != 0 || !any) {
        free(wkb);
        return corrupt(err);
    }
    *ret_wkb = wkb;
    *ret_size = (size_t)(out - wkb);
    return TH_OK;
}

enum th_status th_spatial_blob_box(const void *blob, size_t blob_size,
                                   struct th_spatial_box *ret_box, struct th_error *err)
{
    struct cursor in = {blob, blob_size, blob != NULL};
    struct th_spatial_box box = {0};
    if (!take_head(&in, &box)) {
        return corrupt(err);
    }
    *ret_box = box;
    return TH_OK;
}

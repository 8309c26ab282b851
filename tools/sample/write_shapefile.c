// A zipped shapefile, byte by byte, after the ESRI Shapefile Technical Description (July 1998), the
// dBASE III table layout and PKWARE's APPNOTE 6.3 (entries stored, not compressed): no library
// writes these without the time of day in them.
#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/file.h"
#include "tools/sample/write.h"

static const size_t file_limit = (size_t)16 * 1024 * 1024;

enum { SHAPE_POLYGON = 5, SHP_HEADER_SIZE = 100, DBF_FIELDS = 5, ZIP_ENTRIES_MAX = 6 };

// 1980-01-01 in the format of DOS, the first day it knows.
enum { DOS_DATE = (1 << 5) | 1 };

static void put_le(struct th_buf *out, uint64_t value, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        th_buf_append_char(out, (char)(unsigned char)(value >> (8 * i) & 0xff));
    }
}

static void put_be32(struct th_buf *out, uint64_t value)
{
    for (int i = 3; i >= 0; i--) {
        th_buf_append_char(out, (char)(unsigned char)(value >> (8 * i) & 0xff));
    }
}

static void put_double(struct th_buf *out, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    put_le(out, bits, 8);
}

struct bounds {
    double west, south, east, north;
};

static void widen(struct bounds *bounds, const struct sample_ring *ring)
{
    for (size_t i = 0; i < ring->n; i++) {
        double lon = (double)ring->points[i].lon_e8 / 1e8;
        double lat = (double)ring->points[i].lat_e8 / 1e8;
        bounds->west = lon < bounds->west ? lon : bounds->west;
        bounds->east = lon > bounds->east ? lon : bounds->east;
        bounds->south = lat < bounds->south ? lat : bounds->south;
        bounds->north = lat > bounds->north ? lat : bounds->north;
    }
}

static void put_bounds(struct th_buf *out, struct bounds bounds)
{
    put_double(out, bounds.west);
    put_double(out, bounds.south);
    put_double(out, bounds.east);
    put_double(out, bounds.north);
}

static void put_shp_header(struct th_buf *out, size_t file_size, struct bounds bounds)
{
    put_be32(out, 9994);
    for (int i = 0; i < 5; i++) {
        put_be32(out, 0);
    }
    put_be32(out, file_size / 2); // in words of 16 bits
    put_le(out, 1000, 4);
    put_le(out, SHAPE_POLYGON, 4);
    put_bounds(out, bounds);
    for (int i = 0; i < 4; i++) {
        put_double(out, 0.0); // no Z, no M
    }
}

// Shapefiles turn the other way round: shells clockwise.
static void put_ring(struct th_buf *out, const struct sample_ring *ring)
{
    for (size_t i = ring->n; i-- > 0;) {
        put_double(out, (double)ring->points[i].lon_e8 / 1e8);
        put_double(out, (double)ring->points[i].lat_e8 / 1e8);
    }
}

static void put_shape(struct th_buf *out, const struct sample_cell *cell)
{
    const struct bounds nothing = {DBL_MAX, DBL_MAX, -DBL_MAX, -DBL_MAX};
    struct bounds bounds = nothing;
    size_t n_points = cell->shell.n;
    widen(&bounds, &cell->shell);
    for (size_t h = 0; h < cell->n_holes; h++) {
        n_points += cell->holes[h].n;
    }
    put_le(out, SHAPE_POLYGON, 4);
    put_bounds(out, bounds);
    put_le(out, 1 + cell->n_holes, 4);
    put_le(out, n_points, 4);
    size_t start = 0;
    put_le(out, start, 4);
    start += cell->shell.n;
    for (size_t h = 0; h < cell->n_holes; h++) {
        put_le(out, start, 4);
        start += cell->holes[h].n;
    }
    put_ring(out, &cell->shell);
    for (size_t h = 0; h < cell->n_holes; h++) {
        put_ring(out, &cell->holes[h]);
    }
}

static void make_shp_and_shx(const struct sample_layer *layer, struct th_buf *shp,
                             struct th_buf *shx)
{
    struct bounds bounds = {DBL_MAX, DBL_MAX, -DBL_MAX, -DBL_MAX};
    struct th_buf records;
    struct th_buf index;
    th_buf_init(&records, file_limit);
    th_buf_init(&index, file_limit);
    for (size_t i = 0; i < layer->n_parcels; i++) {
        struct th_buf shape;
        th_buf_init(&shape, file_limit);
        put_shape(&shape, layer->parcels[i].cell);
        widen(&bounds, &layer->parcels[i].cell->shell);
        put_be32(&index, (SHP_HEADER_SIZE + records.size) / 2);
        put_be32(&index, shape.size / 2);
        put_be32(&records, i + 1);
        put_be32(&records, shape.size / 2);
        th_buf_append(&records, shape.data, shape.size);
        th_buf_clear(&shape);
    }
    put_shp_header(shp, SHP_HEADER_SIZE + records.size, bounds);
    th_buf_append(shp, records.data, records.size);
    put_shp_header(shx, SHP_HEADER_SIZE + index.size, bounds);
    th_buf_append(shx, index.data, index.size);
    th_buf_clear(&records);
    th_buf_clear(&index);
}

static void put_padded(struct th_buf *out, const char *text, size_t width, char padding)
{
    size_t length = strlen(text);
    th_buf_append(out, text, length);
    for (size_t i = length; i < width; i++) {
        th_buf_append_char(out, padding);
    }
}

static void make_dbf(const struct sample_layer *layer, struct th_buf *dbf)
{
    static const struct {
        const char *name;
        char type;
        unsigned char width, decimals;
    } fields[DBF_FIELDS] = {{"XIAO_BAN", 'C', 8, 0},
                            {"CUN", 'C', 12, 0},
                            {"SHU_ZHONG", 'C', 10, 0},
                            {"DI_LEI", 'C', 4, 0},
                            {"MIAN_JI", 'N', 10, 2}};
    size_t record_size = 1;
    for (size_t f = 0; f < DBF_FIELDS; f++) {
        record_size += fields[f].width;
    }
    put_le(dbf, 0x03 | 26 << 8 | 1 << 16 | 1 << 24, 4); // dBASE III, 2026-01-01
    put_le(dbf, layer->n_parcels, 4);
    put_le(dbf, 32 + 32 * DBF_FIELDS + 1, 2);
    put_le(dbf, record_size, 2);
    put_padded(dbf, "", 20, '\0');
    for (size_t f = 0; f < DBF_FIELDS; f++) {
        put_padded(dbf, fields[f].name, 11, '\0');
        th_buf_append_char(dbf, fields[f].type);
        put_le(dbf, 0, 4);
        put_le(dbf, fields[f].width, 1);
        put_le(dbf, fields[f].decimals, 1);
        put_padded(dbf, "", 14, '\0');
    }
    th_buf_append_char(dbf, '\r');
    for (size_t i = 0; i < layer->n_parcels; i++) {
        const struct sample_parcel *parcel = &layer->parcels[i];
        struct th_buf area;
        th_buf_init(&area, 64);
        int64_t cent = parcel->cell->declared_mu_cent;
        th_buf_printf(&area, "%7" PRId64 ".%02" PRId64, cent / 100, cent % 100);
        th_buf_append_char(dbf, ' ');
        put_padded(dbf, parcel->number, fields[0].width, ' ');
        put_padded(dbf, parcel->village, fields[1].width, ' ');
        put_padded(dbf, "\xc3\xab\xd6\xf1", fields[2].width, ' '); // moso bamboo, in GBK
        put_padded(dbf, parcel->land_class, fields[3].width, ' ');
        put_padded(dbf, th_buf_text(&area), fields[4].width, ' ');
        th_buf_clear(&area);
    }
    th_buf_append_char(dbf, '\x1a');
}

// CRC-32 of ISO 3309, as zip wants it.
static uint32_t crc32_of(const struct th_buf *data)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < data->size; i++) {
        crc ^= (unsigned char)data->data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT32_C(0xedb88320) : 0);
        }
    }
    return ~crc;
}

struct zip_entry {
    char name[64];
    struct th_buf data;
};

// The fields that the local header and the directory have in common.
static void put_zip_common(struct th_buf *out, const struct zip_entry *entry)
{
    put_le(out, 20, 2); // version 2.0
    put_le(out, 0, 2);
    put_le(out, 0, 2); // stored
    put_le(out, 0, 2);
    put_le(out, DOS_DATE, 2);
    put_le(out, crc32_of(&entry->data), 4);
    put_le(out, entry->data.size, 4);
    put_le(out, entry->data.size, 4);
    put_le(out, strlen(entry->name), 2);
    put_le(out, 0, 2);
}

static void make_zip(const struct zip_entry *entries, size_t n, struct th_buf *zip)
{
    struct th_buf directory;
    th_buf_init(&directory, file_limit);
    for (size_t i = 0; i < n; i++) {
        size_t offset = zip->size;
        put_le(zip, 0x04034b50, 4);
        put_zip_common(zip, &entries[i]);
        th_buf_append_str(zip, entries[i].name);
        th_buf_append(zip, entries[i].data.data, entries[i].data.size);
        put_le(&directory, 0x02014b50, 4);
        put_le(&directory, 20, 2);
        put_zip_common(&directory, &entries[i]);
        put_padded(&directory, "", 10, '\0'); // no comment, disk 0, no attributes
        put_le(&directory, offset, 4);
        th_buf_append_str(&directory, entries[i].name);
    }
    size_t start = zip->size;
    th_buf_append(zip, directory.data, directory.size);
    put_le(zip, 0x06054b50, 4);
    put_le(zip, 0, 4);
    put_le(zip, n, 2);
    put_le(zip, n, 2);
    put_le(zip, directory.size, 4);
    put_le(zip, start, 4);
    put_le(zip, 0, 2);
    th_buf_clear(&directory);
}

enum th_status sample_write_shapefile(const struct sample_layer *layer, const char *path,
                                      struct th_error *err)
{
    static const char *const extensions[] = {"shp", "shx", "dbf", "prj", "cpg"};
    static const char projection[] =
        "GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM[\"D_China_2000\","
        "SPHEROID[\"CGCS2000\",6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],"
        "UNIT[\"Degree\",0.0174532925199433]]";
    struct zip_entry entries[sizeof(extensions) / sizeof(extensions[0])];
    const size_t n = sizeof(extensions) / sizeof(extensions[0]);
    struct th_buf zip;
    th_buf_init(&zip, file_limit);
    for (size_t i = 0; i < n; i++) {
        struct th_buf name;
        th_buf_init(&name, sizeof(entries[i].name) - 1);
        th_buf_printf(&name, "%s/%s.%s", layer->name, layer->name, extensions[i]);
        memcpy(entries[i].name, th_buf_text(&name), name.size + 1);
        th_buf_clear(&name);
        th_buf_init(&entries[i].data, file_limit);
    }
    make_shp_and_shx(layer, &entries[0].data, &entries[1].data);
    make_dbf(layer, &entries[2].data);
    th_buf_append_str(&entries[3].data, projection);
    th_buf_append_str(&entries[4].data, "GBK");

    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status = th_buf_check(&entries[i].data, err);
    }
    if (status == TH_OK) {
        make_zip(entries, n, &zip);
        status = th_buf_check(&zip, err);
    }
    if (status == TH_OK) {
        status = th_file_write(path, zip.data, zip.size, err);
    }
    for (size_t i = 0; i < n; i++) {
        th_buf_clear(&entries[i].data);
    }
    th_buf_clear(&zip);
    return status;
}

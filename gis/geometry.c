#include "gis/geometry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/geometry_internal.h"

enum {
    COLLECTION_DEPTH_MAX = 16,
    WKB_POLYGON = 3,
    WKB_MULTIPOLYGON = 6,
    WKB_COLLECTION = 7,
    WKB_HEADER_SIZE = 5
};

// Flags by which EWKB (and GDAL before ISO) marks further ordinates in the type word.
#define EWKB_Z 0x80000000u
#define EWKB_M 0x40000000u
#define EWKB_SRID 0x20000000u

// Keys of their words.
static const char *const type_names[] = {"@shape.type.geometry",
                                         "@shape.type.point",
                                         "@shape.type.linestring",
                                         "@shape.type.polygon",
                                         "@shape.type.multipoint",
                                         "@shape.type.multilinestring",
                                         "@shape.type.multipolygon",
                                         "@shape.type.geometrycollection",
                                         "@shape.type.circularstring",
                                         "@shape.type.compoundcurve",
                                         "@shape.type.curvepolygon",
                                         "@shape.type.multicurve",
                                         "@shape.type.multisurface",
                                         "@shape.type.curve",
                                         "@shape.type.surface",
                                         "@shape.type.polyhedralsurface",
                                         "@shape.type.tin",
                                         "@shape.type.triangle"};

// Read position and the shape that grows while reading.
struct parser {
    const unsigned char *at;
    size_t left;
    struct th_geometry_room *room;
    struct th_error *err;
};

struct wkb_header {
    bool little_endian;
    uint32_t type;     // without dimension
    size_t point_size; // bytes
};

void th_geometry_clear(struct th_geometry *geometry)
{
    if (geometry == NULL) {
        return;
    }
    free(geometry->points);
    free(geometry->ring_ends);
    free(geometry->polygon_ends);
    *geometry = (struct th_geometry){0};
}

// Copy of a block; a block of nothing is NULL and fine.
static bool block_copy(const void *block, size_t n, size_t item_size, void **ret_copy)
{
    *ret_copy = NULL;
    if (n == 0) {
        return true;
    }
    void *copy = malloc(n * item_size);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, block, n * item_size);
    *ret_copy = copy;
    return true;
}

enum th_status th_geometry_copy(const struct th_geometry *geometry, struct th_geometry *ret_copy,
                                struct th_error *err)
{
    void *points = NULL;
    void *rings = NULL;
    void *polygons = NULL;
    if (!block_copy(geometry->points, geometry->n_points, sizeof(*geometry->points), &points) ||
        !block_copy(geometry->ring_ends, geometry->n_rings, sizeof(*geometry->ring_ends), &rings) ||
        !block_copy(geometry->polygon_ends, geometry->n_polygons, sizeof(*geometry->polygon_ends),
                    &polygons)) {
        free(points);
        free(rings);
        free(polygons);
        return th_error_no_memory(err);
    }
    *ret_copy = *geometry;
    ret_copy->points = points;
    ret_copy->ring_ends = rings;
    ret_copy->polygon_ends = polygons;
    return TH_OK;
}

static enum th_status invalid(struct parser *parser)
{
    return th_error_set(parser->err, TH_UNREADABLE, "wkb_invalid", NULL);
}

static enum th_status too_many(struct parser *parser)
{
    enum th_status status = th_error_set(parser->err, TH_DATA_PROBLEM, "too_many_vertices", NULL);
    th_error_add_int(parser->err, "limit", TH_GEOMETRY_VERTICES_MAX);
    return status;
}

// Makes room for `more` items; doubles, so that appending stays linear.
static bool reserve(void **block, size_t *capacity, size_t used, size_t more, size_t item_size)
{
    if (more <= *capacity - used) {
        return true;
    }
    size_t wanted = *capacity < 8 ? 8 : *capacity * 2;
    if (wanted < used + more) {
        wanted = used + more;
    }
    void *grown = realloc(*block, wanted * item_size);
    if (grown == NULL) {
        return false;
    }
    *block = grown;
    *capacity = wanted;
    return true;
}

// Room for so many more of each.
static bool room_reserve(struct th_geometry_room *room, size_t points, size_t rings,
                         size_t polygons)
{
    struct th_geometry *geometry = &room->geometry;
    void *blocks[] = {geometry->points, geometry->ring_ends, geometry->polygon_ends};
    bool have_room = reserve(&blocks[0], &room->points_capacity, geometry->n_points, points,
                             sizeof(*geometry->points)) &&
                     reserve(&blocks[1], &room->rings_capacity, geometry->n_rings, rings,
                             sizeof(*geometry->ring_ends)) &&
                     reserve(&blocks[2], &room->polygons_capacity, geometry->n_polygons, polygons,
                             sizeof(*geometry->polygon_ends));
    geometry->points = blocks[0];
    geometry->ring_ends = blocks[1];
    geometry->polygon_ends = blocks[2];
    return have_room;
}

static uint32_t u32_read(const unsigned char *bytes, bool little_endian)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned index = little_endian ? 3 - i : i;
        value = (value << 8) | bytes[index];
    }
    return value;
}

static double double_read(const unsigned char *bytes, bool little_endian)
{
    uint64_t bits = 0;
    double value;
    if (little_endian) { // as the machine has it
        memcpy(&value, bytes, sizeof(value));
        return value;
    }
    for (unsigned i = 0; i < 8; i++) {
        bits = (bits << 8) | bytes[i];
    }
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static void points_read(const unsigned char *at, const struct wkb_header *header,
                        struct th_xy *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        points[i].x = double_read(at, header->little_endian);
        points[i].y = double_read(at + sizeof(double), header->little_endian);
        at += header->point_size;
    }
}

static bool count_take(struct parser *parser, bool little_endian, uint32_t *ret_count)
{
    if (parser->left < 4) {
        return false;
    }
    *ret_count = u32_read(parser->at, little_endian);
    parser->at += 4;
    parser->left -= 4;
    return true;
}

static enum th_status header_take(struct parser *parser, struct wkb_header *ret_header)
{
    if (parser->left < WKB_HEADER_SIZE || parser->at[0] > 1) {
        return invalid(parser);
    }
    struct wkb_header header = {.little_endian = parser->at[0] == 1};
    uint32_t word = u32_read(parser->at + 1, header.little_endian);
    parser->at += WKB_HEADER_SIZE;
    parser->left -= WKB_HEADER_SIZE;
    bool has_z = (word & EWKB_Z) != 0;
    bool has_m = (word & EWKB_M) != 0;
    bool has_srid = (word & EWKB_SRID) != 0;
    uint32_t iso = word & 0x1fffffffu;
    header.type = iso % 1000;
    if (iso / 1000 > 3 || header.type >= sizeof(type_names) / sizeof(type_names[0])) {
        return invalid(parser);
    }
    has_z = has_z || iso / 1000 == 1 || iso / 1000 == 3;
    has_m = has_m || iso / 1000 == 2 || iso / 1000 == 3;
    header.point_size = (2u + (has_z ? 1u : 0u) + (has_m ? 1u : 0u)) * sizeof(double);
    uint32_t srid;
    if (has_srid && !count_take(parser, header.little_endian, &srid)) {
        return invalid(parser);
    }
    *ret_header = header;
    return TH_OK;
}

static enum th_status ring_take(struct parser *parser, const struct wkb_header *header)
{
    uint32_t n;
    if (!count_take(parser, header->little_endian, &n) || n > parser->left / header->point_size) {
        return invalid(parser);
    }
    struct th_geometry_room *room = parser->room;
    struct th_geometry *geometry = &room->geometry;
    if (n == 0) {
        return TH_OK;
    }
    if (geometry->n_points + n + 1 > TH_GEOMETRY_VERTICES_MAX ||
        geometry->n_rings >= TH_GEOMETRY_RINGS_MAX) {
        return too_many(parser);
    }
    if (!room_reserve(room, (size_t)n + 1, 1, 0)) {
        return th_error_no_memory(parser->err);
    }
    struct th_xy *ring = geometry->points + geometry->n_points;
    points_read(parser->at, header, ring, n);
    parser->at += n * header->point_size;
    parser->left -= n * header->point_size;
    size_t closed = n;
    if (ring[0].x != ring[n - 1].x || ring[0].y != ring[n - 1].y) {
        ring[closed++] = ring[0];
    }
    geometry->n_points += closed;
    geometry->ring_ends[geometry->n_rings++] = geometry->n_points;
    return TH_OK;
}

static enum th_status polygon_take(struct parser *parser, const struct wkb_header *header)
{
    uint32_t n;
    if (!count_take(parser, header->little_endian, &n) || n > parser->left / 4) {
        return invalid(parser);
    }
    struct th_geometry *geometry = &parser->room->geometry;
    size_t rings_before = geometry->n_rings;
    for (uint32_t i = 0; i < n; i++) {
        size_t rings = geometry->n_rings;
        enum th_status status = ring_take(parser, header);
        if (status != TH_OK) {
            return status;
        }
        // Holes of an empty shell are no ground, and must not be taken for a shell.
        if (i == 0 && geometry->n_rings == rings && n > 1) {
            return invalid(parser);
        }
    }
    if (geometry->n_rings == rings_before) {
        return TH_OK;
    }
    if (!room_reserve(parser->room, 0, 0, 1)) {
        return th_error_no_memory(parser->err);
    }
    geometry->polygon_ends[geometry->n_polygons++] = geometry->n_rings;
    return TH_OK;
}

static enum th_status shape_take(struct parser *parser, int depth, bool polygons_only)
{
    struct wkb_header header = {0};
    enum th_status status = header_take(parser, &header);
    if (status != TH_OK) {
        return status;
    }
    if (header.type == WKB_POLYGON) {
        return polygon_take(parser, &header);
    }
    bool is_collection = header.type == WKB_MULTIPOLYGON || header.type == WKB_COLLECTION;
    if (!is_collection) {
        return th_error_set(parser->err, TH_DATA_PROBLEM, "geometry_type", "type",
                            type_names[header.type], NULL);
    }
    uint32_t n;
    if (polygons_only || depth >= COLLECTION_DEPTH_MAX ||
        !count_take(parser, header.little_endian, &n) || n > parser->left / WKB_HEADER_SIZE) {
        return invalid(parser);
    }
    for (uint32_t i = 0; i < n && status == TH_OK; i++) {
        status = shape_take(parser, depth + 1, header.type == WKB_MULTIPOLYGON);
    }
    return status;
}

void th_geometry_room_clear(struct th_geometry_room *room)
{
    th_geometry_clear(&room->geometry);
    *room = (struct th_geometry_room){0};
}

static void room_empty(struct th_geometry_room *room)
{
    room->geometry.n_points = 0;
    room->geometry.n_rings = 0;
    room->geometry.n_polygons = 0;
}

enum th_status th_geometry_room_read(struct th_geometry_room *room, const void *wkb, size_t size,
                                     struct th_error *err)
{
    struct parser parser = {.at = wkb, .left = size, .room = room, .err = err};
    room_empty(room);
    if (wkb == NULL || size == 0) {
        return th_error_set(err, TH_DATA_PROBLEM, "geometry_empty", NULL);
    }
    if (size > TH_GEOMETRY_WKB_MAX) {
        return too_many(&parser);
    }
    enum th_status status = shape_take(&parser, 0, false);
    if (status == TH_OK && parser.left != 0) {
        status = invalid(&parser);
    }
    if (status == TH_OK && room->geometry.n_polygons == 0) {
        status = th_error_set(err, TH_DATA_PROBLEM, "geometry_empty", NULL);
    }
    return status;
}

enum th_status th_geometry_room_copy(struct th_geometry_room *room,
                                     const struct th_geometry *geometry, struct th_error *err)
{
    room_empty(room);
    if (!room_reserve(room, geometry->n_points, geometry->n_rings, geometry->n_polygons)) {
        return th_error_no_memory(err);
    }
    struct th_geometry *copy = &room->geometry;
    if (geometry->n_polygons > 0) {
        memcpy(copy->points, geometry->points, geometry->n_points * sizeof(*copy->points));
        memcpy(copy->ring_ends, geometry->ring_ends, geometry->n_rings * sizeof(*copy->ring_ends));
        memcpy(copy->polygon_ends, geometry->polygon_ends,
               geometry->n_polygons * sizeof(*copy->polygon_ends));
    }
    copy->n_points = geometry->n_points;
    copy->n_rings = geometry->n_rings;
    copy->n_polygons = geometry->n_polygons;
    return TH_OK;
}

enum th_status th_geometry_from_wkb(const void *wkb, size_t size, struct th_geometry *ret_geometry,
                                    struct th_error *err)
{
    struct th_geometry_room room = {0};
    enum th_status status = th_geometry_room_read(&room, wkb, size, err);
    if (status != TH_OK) {
        th_geometry_room_clear(&room);
        return status;
    }
    *ret_geometry = room.geometry;
    return TH_OK;
}

static unsigned char *u32_put(unsigned char *at, size_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
    return at + 4;
}

static unsigned char *double_put(unsigned char *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    for (unsigned i = 0; i < 8; i++) {
        at[i] = (unsigned char)(bits >> (8 * i));
    }
    return at + 8;
}

static unsigned char *header_put(unsigned char *at, size_t type, size_t count)
{
    *at = 1; // little-endian
    return u32_put(u32_put(at + 1, type), count);
}

enum th_status th_geometry_to_wkb(const struct th_geometry *geometry, unsigned char **ret_wkb,
                                  size_t *ret_size, struct th_error *err)
{
    size_t size = 9 + 9 * geometry->n_polygons + 4 * geometry->n_rings + 16 * geometry->n_points;
    unsigned char *wkb = malloc(size);
    if (wkb == NULL) {
        return th_error_no_memory(err);
    }
    unsigned char *at = header_put(wkb, WKB_MULTIPOLYGON, geometry->n_polygons);
    size_t ring = 0;
    size_t point = 0;
    for (size_t polygon = 0; polygon < geometry->n_polygons; polygon++) {
        at = header_put(at, WKB_POLYGON, geometry->polygon_ends[polygon] - ring);
        for (; ring < geometry->polygon_ends[polygon]; ring++) {
            at = u32_put(at, geometry->ring_ends[ring] - point);
            for (; point < geometry->ring_ends[ring]; point++) {
                at = double_put(at, geometry->points[point].x);
                at = double_put(at, geometry->points[point].y);
            }
        }
    }
    *ret_wkb = wkb;
    *ret_size = size;
    return TH_OK;
}

struct th_box th_geometry_box(const struct th_geometry *geometry)
{
    struct th_box box = {geometry->points[0].x, geometry->points[0].y, geometry->points[0].x,
                         geometry->points[0].y};
    for (size_t i = 1; i < geometry->n_points; i++) {
        box.west = fmin(box.west, geometry->points[i].x);
        box.south = fmin(box.south, geometry->points[i].y);
        box.east = fmax(box.east, geometry->points[i].x);
        box.north = fmax(box.north, geometry->points[i].y);
    }
    return box;
}

bool th_box_intersects(struct th_box a, struct th_box b)
{
    return a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;
}

bool th_box_contains(struct th_box outer, struct th_box inner)
{
    return outer.west <= inner.west && inner.east <= outer.east && outer.south <= inner.south &&
           inner.north <= outer.north;
}

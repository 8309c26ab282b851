#include "gis/edit.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/area.h"
#include "gis/edit_internal.h"

enum { END_CELLS = 10, SEARCH_CELLS = 2000, SEARCH_SHARE = 200, LEVELS_MAX = 64 };

static const double RADIANS = 3.14159265358979323846 / 180;

enum th_status th_edit_new(struct th_edit **ret_edit, struct th_error *err)
{
    struct th_edit *edit = calloc(1, sizeof(*edit));
    if (edit == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_geos_open(&edit->geos, err);
    if (status == TH_OK) {
        status = th_validity_new(&edit->validity, err);
    }
    if (status != TH_OK) {
        th_edit_free(edit);
        return status;
    }
    *ret_edit = edit;
    return TH_OK;
}

void th_edit_free(struct th_edit *edit)
{
    if (edit == NULL) {
        return;
    }
    th_validity_free(edit->validity);
    th_geos_close(&edit->geos);
    free(edit);
}

enum th_status th_edit_failed(const struct th_edit *edit, struct th_error *err)
{
    return th_error_set(err, TH_INTERNAL, "edit_failed", "detail", edit->geos.message, NULL);
}

double th_edit_distance_m(struct th_xy a, struct th_xy b)
{
    double x = (a.x - b.x) * cos(a.y * RADIANS);
    double y = a.y - b.y;
    return sqrt(x * x + y * y) * TH_EDIT_CELLS_PER_DEGREE * TH_EDIT_CELL_M;
}

// --- Reading ------------------------------------------------------------------------------------

// Counts and, when `lines` has room, copies the lines of a geometry.
static bool collect(struct th_edit *edit, const GEOSGeometry *from, struct th_geometry *lines)
{
    GEOSContextHandle_t context = edit->geos.context;
    int n = GEOSGetNumGeometries_r(context, from);
    int type = GEOSGeomTypeId_r(context, from);
    if (type == GEOS_POLYGON) {
        int holes = GEOSGetNumInteriorRings_r(context, from);
        bool done = collect(edit, GEOSGetExteriorRing_r(context, from), lines);
        for (int i = 0; done && i < holes; i++) {
            done = collect(edit, GEOSGetInteriorRingN_r(context, from, i), lines);
        }
        return done;
    }
    if (type != GEOS_LINESTRING && type != GEOS_LINEARRING) {
        bool done = true;
        for (int i = 0; done && i < n; i++) {
            done = collect(edit, GEOSGetGeometryN_r(context, from, i), lines);
        }
        return done;
    }
    const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(context, from);
    unsigned size = 0;
    if (sequence == NULL || !GEOSCoordSeq_getSize_r(context, sequence, &size)) {
        return false;
    }
    for (unsigned i = 0; i < size; i++) {
        struct th_xy *point = &lines->points[lines->n_points];
        if (!GEOSCoordSeq_getXY_r(context, sequence, i, &point->x, &point->y)) {
            return false;
        }
        lines->n_points++;
    }
    if (size > 0) {
        lines->ring_ends[lines->n_rings++] = lines->n_points;
    }
    return true;
}

// 'L' lines, 'P' polygons, 'X' something else or a mixture, 0 nothing; adds up vertices and lines.
static int look(struct th_edit *edit, const GEOSGeometry *from, size_t *n_points, size_t *n_lines)
{
    GEOSContextHandle_t context = edit->geos.context;
    int kind = 0;
    switch (GEOSGeomTypeId_r(context, from)) {
    case GEOS_POLYGON:
        *n_lines += 1 + (size_t)GEOSGetNumInteriorRings_r(context, from);
        *n_points += (size_t)GEOSGetNumCoordinates_r(context, from);
        return GEOSisEmpty_r(context, from) ? 0 : 'P';
    case GEOS_LINESTRING:
    case GEOS_LINEARRING:
        *n_lines += 1;
        *n_points += (size_t)GEOSGetNumCoordinates_r(context, from);
        return GEOSisEmpty_r(context, from) ? 0 : 'L';
    case GEOS_MULTILINESTRING:
    case GEOS_MULTIPOLYGON:
    case GEOS_GEOMETRYCOLLECTION:
        for (int i = 0; i < GEOSGetNumGeometries_r(context, from); i++) {
            int part = look(edit, GEOSGetGeometryN_r(context, from, i), n_points, n_lines);
            if (part != 0 && kind != 0 && part != kind) {
                return 'X';
            }
            kind = part != 0 ? part : kind;
        }
        return kind;
    default:
        return 'X';
    }
}

static enum th_status room_make(size_t n_points, size_t n_lines, struct th_geometry *lines,
                                struct th_error *err)
{
    *lines = (struct th_geometry){0};
    lines->points = malloc((n_points + 1) * sizeof(*lines->points));
    lines->ring_ends = malloc((n_lines + 1) * sizeof(*lines->ring_ends));
    lines->polygon_ends = malloc(sizeof(*lines->polygon_ends));
    if (lines->points == NULL || lines->ring_ends == NULL || lines->polygon_ends == NULL) {
        th_geometry_clear(lines);
        return th_error_no_memory(err);
    }
    return TH_OK;
}

// As GEOS has them: neither normalised nor checked.
static enum th_status polygons_read(struct th_edit *edit, const GEOSGeometry *from,
                                    struct th_geometry *ret_polygons, struct th_error *err)
{
    GEOSContextHandle_t context = edit->geos.context;
    size_t size = 0;
    unsigned char *wkb = NULL;
    GEOSWKBWriter *writer = GEOSWKBWriter_create_r(context);
    if (writer != NULL) {
        wkb = GEOSWKBWriter_write_r(context, writer, from, &size);
        GEOSWKBWriter_destroy_r(context, writer);
    }
    if (wkb == NULL) {
        return th_edit_failed(edit, err);
    }
    enum th_status status = th_geometry_from_wkb(wkb, size, ret_polygons, err);
    GEOSFree_r(context, wkb);
    return status;
}

static enum th_status drawing_make(struct th_edit *edit, const GEOSGeometry *from,
                                   struct th_edit_drawing *ret_drawing, struct th_error *err)
{
    size_t n_points = 0;
    size_t n_lines = 0;
    struct th_geometry lines;
    int kind = look(edit, from, &n_points, &n_lines);
    if (kind == 'X') {
        char key[TH_ERROR_KEY_SIZE] = "@shape.type.";
        size_t used = strlen(key);
        char *type = GEOSGeomType_r(edit->geos.context, from);
        for (const char *c = type; c != NULL && *c != '\0' && used + 1 < sizeof(key); c++) {
            key[used++] = (char)tolower((unsigned char)*c);
        }
        key[used] = '\0';
        GEOSFree_r(edit->geos.context, type);
        return th_error_set(err, TH_DATA_PROBLEM, "edit_type", "type", key, NULL);
    }
    if (kind == 0) {
        return th_error_set(err, TH_DATA_PROBLEM, "edit_empty", NULL);
    }
    if (n_points > TH_EDIT_VERTICES_MAX) {
        (void)th_error_set(err, TH_DATA_PROBLEM, "too_many_vertices", NULL);
        th_error_add_int(err, "vertices", (long long)n_points);
        th_error_add_int(err, "limit", TH_EDIT_VERTICES_MAX);
        return TH_DATA_PROBLEM;
    }
    enum th_status status = room_make(n_points, n_lines, &lines, err);
    if (status != TH_OK) {
        return status;
    }
    if (!collect(edit, from, &lines)) {
        th_geometry_clear(&lines);
        return th_edit_failed(edit, err);
    }
    for (size_t i = 0; i < lines.n_points; i++) {
        if (!isfinite(lines.points[i].x) || !isfinite(lines.points[i].y)) {
            th_geometry_clear(&lines);
            return th_error_set(err, TH_UNREADABLE, "edit_unreadable", "detail", "NaN", NULL);
        }
    }
    lines.polygon_ends[0] = lines.n_rings;
    lines.n_polygons = 1;
    struct th_edit_drawing drawing = {.lines = lines, .polygonal = kind == 'P'};
    if (drawing.polygonal) {
        status = polygons_read(edit, from, &drawing.polygons, err);
    }
    if (status != TH_OK) {
        th_edit_drawing_clear(&drawing);
    } else {
        *ret_drawing = drawing;
    }
    return status;
}

// GEOS calls itself for every level, and a drawing has a few. Only JSON has quotes.
static bool is_too_deep(const char *text)
{
    int depth = 0;
    bool json = text[0] == '{';
    bool quoted = false;
    for (; *text != '\0' && depth <= LEVELS_MAX; text++) {
        if (quoted && *text == '\\' && text[1] != '\0') {
            text++;
        } else if (json && *text == '"') {
            quoted = !quoted;
        } else if (!quoted && strchr("([{", *text) != NULL) {
            depth++;
        } else if (!quoted && strchr(")]}", *text) != NULL) {
            depth--;
        }
    }
    return depth > LEVELS_MAX;
}

enum th_status th_edit_read(struct th_edit *edit, const char *text, size_t size,
                            struct th_edit_drawing *ret_drawing, struct th_error *err)
{
    static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";
    GEOSContextHandle_t context = edit->geos.context;
    GEOSGeometry *geometry = NULL;
    if (size > TH_EDIT_TEXT_MAX) {
        return th_error_set(err, TH_UNREADABLE, "edit_unreadable", "detail", "> 16 MiB", NULL);
    }
    char *copy = malloc(size + 1);
    if (copy == NULL) {
        return th_error_no_memory(err);
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    char *start = th_text_starts_with(copy, BYTE_ORDER_MARK) ? copy + 3 : copy;
    start += strspn(start, " \t\r\n");
    edit->geos.message[0] = '\0';
    if (is_too_deep(start)) {
        free(copy);
        return th_error_set(err, TH_UNREADABLE, "edit_unreadable", "detail", "((((…", NULL);
    }
    if (start[0] == '{') {
        GEOSGeoJSONReader *reader = GEOSGeoJSONReader_create_r(context);
        if (reader != NULL) {
            geometry = GEOSGeoJSONReader_readGeometry_r(context, reader, start);
        }
        GEOSGeoJSONReader_destroy_r(context, reader);
    } else {
        GEOSWKTReader *reader = GEOSWKTReader_create_r(context);
        if (reader != NULL) {
            geometry = GEOSWKTReader_read_r(context, reader, start);
        }
        GEOSWKTReader_destroy_r(context, reader);
    }
    free(copy);
    if (geometry == NULL) {
        return th_error_set(err, TH_UNREADABLE, "edit_unreadable", "detail", edit->geos.message,
                            NULL);
    }
    enum th_status status = drawing_make(edit, geometry, ret_drawing, err);
    GEOSGeom_destroy_r(context, geometry);
    return status;
}

enum th_status th_edit_drawing_of(const struct th_geometry *polygons,
                                  struct th_edit_drawing *ret_drawing, struct th_error *err)
{
    struct th_edit_drawing drawing = {.polygonal = true};
    enum th_status status = th_geometry_copy(polygons, &drawing.lines, err);
    if (status == TH_OK) {
        status = th_geometry_copy(polygons, &drawing.polygons, err);
    }
    if (status != TH_OK) {
        th_edit_drawing_clear(&drawing);
        return status;
    }
    drawing.lines.n_polygons = 1;
    drawing.lines.polygon_ends[0] = drawing.lines.n_rings;
    *ret_drawing = drawing;
    return TH_OK;
}

void th_edit_drawing_clear(struct th_edit_drawing *drawing)
{
    th_geometry_clear(&drawing->lines);
    th_geometry_clear(&drawing->polygons);
    drawing->polygonal = false;
}

// --- The grid -----------------------------------------------------------------------------------

static bool near_cells(struct th_xy a, struct th_xy b)
{
    return fabs(a.x - b.x) * TH_EDIT_CELLS_PER_DEGREE <= END_CELLS &&
           fabs(a.y - b.y) * TH_EDIT_CELLS_PER_DEGREE <= END_CELLS;
}

struct th_xy th_edit_on_edge(struct th_xy a, struct th_xy b, struct th_xy at)
{
    if (near_cells(a, at)) {
        return a;
    }
    if (near_cells(b, at)) {
        return b;
    }
    // In whole cells from a; u runs along the longer side of the edge's box, v across.
    double dx = round((b.x - a.x) * TH_EDIT_CELLS_PER_DEGREE);
    double dy = round((b.y - a.y) * TH_EDIT_CELLS_PER_DEGREE);
    bool flat = fabs(dx) >= fabs(dy);
    double du = flat ? dx : dy;
    double dv = flat ? dy : dx;
    double start = round((flat ? at.x - a.x : at.y - a.y) * TH_EDIT_CELLS_PER_DEGREE);
    double cell_m2 = TH_EDIT_CELL_M * TH_EDIT_CELL_M * cos(a.y * RADIANS);
    double best_u = 0;
    double best_v = 0;
    double best = INFINITY;
    double search = fmin(SEARCH_CELLS, fabs(du) / SEARCH_SHARE + END_CELLS);
    for (int k = 0; k <= 2 * search && best * cell_m2 / 2 > TH_EDIT_TOUCH_M2; k++) {
        // 0, 1, -1, 2, -2 …
        double u = start + (k % 2 == 1 ? (k + 1) / 2 : -(k / 2));
        if (fabs(u) < 1 || fabs(u) > fabs(du) - 1 || (u > 0) != (du > 0)) {
            continue;
        }
        double v = round(dv * u / du);
        double doubled_area = fabs(du * v - dv * u);
        if (doubled_area < best) {
            best = doubled_area;
            best_u = u;
            best_v = v;
        }
    }
    if (isinf(best)) {
        return th_edit_distance_m(a, at) <= th_edit_distance_m(b, at) ? a : b;
    }
    double x = round(a.x * TH_EDIT_CELLS_PER_DEGREE) + (flat ? best_u : best_v);
    double y = round(a.y * TH_EDIT_CELLS_PER_DEGREE) + (flat ? best_v : best_u);
    return (struct th_xy){x / TH_EDIT_CELLS_PER_DEGREE, y / TH_EDIT_CELLS_PER_DEGREE};
}

// --- Results ------------------------------------------------------------------------------------

enum th_status th_edit_check(struct th_edit *edit, struct th_geometry *geometry,
                             struct th_error *err)
{
    struct th_error what;
    struct th_ground *ground = NULL;
    enum th_status status = th_geometry_normalise(geometry, err);
    if (status == TH_OK) {
        status = th_ground_new(geometry, &ground, err);
    }
    if (status != TH_OK) {
        return status;
    }
    status = th_validity_check_ground(edit->validity, ground, &what);
    th_ground_free(ground);
    if (status != TH_DATA_PROBLEM) {
        if (status != TH_OK && err != NULL) {
            *err = what;
        }
        return status;
    }
    return th_error_set(err, TH_DATA_PROBLEM, "edit_invalid", "reason",
                        th_error_arg_get(&what, "reason"), "lon", th_error_arg_get(&what, "lon"),
                        "lat", th_error_arg_get(&what, "lat"), NULL);
}

enum th_status th_edit_take(struct th_edit *edit, const GEOSGeometry *made,
                            struct th_geometry *ret_geometry, struct th_error *err)
{
    struct th_geometry geometry = {0};
    enum th_status status = polygons_read(edit, made, &geometry, err);
    if (status == TH_OK) {
        status = th_edit_check(edit, &geometry, err);
    }
    if (status != TH_OK) {
        th_geometry_clear(&geometry);
        return status;
    }
    *ret_geometry = geometry;
    return TH_OK;
}

void th_edit_parts_free(struct th_geometry *parts, size_t n)
{
    for (size_t i = 0; parts != NULL && i < n; i++) {
        th_geometry_clear(&parts[i]);
    }
    free(parts);
}

void th_edit_moves_clear(struct th_edit_moves *moves)
{
    free(moves->items);
    *moves = (struct th_edit_moves){0};
}

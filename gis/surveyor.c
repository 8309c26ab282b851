#include "gis/surveyor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gis/area.h"
#include "gis/crs_internal.h"
#include "gis/edit_internal.h"
#include "gis/geometry_internal.h"
#include "gis/lattice_internal.h"
#include "gis/offset.h"
#include "gis/validity.h"

struct th_surveyor {
    struct th_crs_transform *transform;
    struct th_validity *validity;
    bool swap_axes;
    enum th_offset offset;
    struct th_box bounds;
    // Room that is kept from row to row.
    struct th_geometry_room shape;
    struct th_lattice lattice;
    unsigned char *wkb;
    size_t wkb_capacity;
    bool judged; // the shape in the room has come to its normal form
};

enum th_status th_surveyor_new(const struct th_surveyor_options *options,
                               struct th_surveyor **ret_surveyor, struct th_error *err)
{
    struct th_surveyor *surveyor = calloc(1, sizeof(*surveyor));
    if (surveyor == NULL) {
        return th_error_no_memory(err);
    }
    surveyor->swap_axes = options->swap_axes;
    surveyor->offset = options->offset;
    surveyor->bounds = options->bounds;
    enum th_status status = th_crs_transform_new_by_datum(
        options->crs, options->extent, options->datum, &surveyor->transform, err);
    if (status == TH_OK) {
        status = th_validity_new(&surveyor->validity, err);
    }
    if (status != TH_OK) {
        th_surveyor_free(surveyor);
        return status;
    }
    *ret_surveyor = surveyor;
    return TH_OK;
}

void th_surveyor_free(struct th_surveyor *surveyor)
{
    if (surveyor == NULL) {
        return;
    }
    th_crs_transform_free(surveyor->transform);
    th_validity_free(surveyor->validity);
    th_geometry_room_clear(&surveyor->shape);
    th_lattice_clear(&surveyor->lattice);
    free(surveyor->wkb);
    free(surveyor);
}

const struct th_crs_transform *th_surveyor_transform(const struct th_surveyor *surveyor)
{
    return surveyor->transform;
}

const struct th_geometry *th_surveyor_shape(const struct th_surveyor *surveyor)
{
    return surveyor->judged ? &surveyor->shape.geometry : NULL;
}

static void axes_swap(struct th_geometry *shape)
{
    for (size_t i = 0; i < shape->n_points; i++) {
        struct th_xy point = shape->points[i];
        shape->points[i] = (struct th_xy){point.y, point.x};
    }
}

static void offset_take_off(struct th_geometry *shape, enum th_offset offset)
{
    for (size_t i = 0; offset != TH_OFFSET_NONE && i < shape->n_points; i++) {
        struct th_xy point = shape->points[i];
        if (offset == TH_OFFSET_BD09) {
            point = th_offset_from_bd09(point);
        }
        shape->points[i] = th_offset_from_gcj02(point);
    }
}

static enum th_status out_of_bounds(struct th_xy point, struct th_error *err)
{
    char x[32];
    char y[32];
    snprintf(x, sizeof(x), "%.8g", point.x);
    snprintf(y, sizeof(y), "%.8g", point.y);
    return th_error_set(err, TH_DATA_PROBLEM, "out_of_bounds", "x", x, "y", y, NULL);
}

static enum th_status degrees_check(const struct th_geometry *shape, struct th_error *err)
{
    for (size_t i = 0; i < shape->n_points; i++) {
        struct th_xy point = shape->points[i];
        if (!(fabs(point.x) <= 180 && fabs(point.y) <= 90)) { // so is NaN
            return out_of_bounds(point, err);
        }
    }
    return TH_OK;
}

static enum th_status shape_transform(struct th_surveyor *surveyor, struct th_error *err)
{
    struct th_geometry *shape = &surveyor->shape.geometry;
    struct th_xy bad;
    if (th_crs_transform_is_identity(surveyor->transform)) {
        return degrees_check(shape, err);
    }
    return th_crs_transform_points(surveyor->transform, shape->points, shape->n_points, &bad)
               ? TH_OK
               : out_of_bounds(bad, err);
}

static enum th_status bounds_check(const struct th_surveyor *surveyor, struct th_box box,
                                   struct th_error *err)
{
    struct th_box bounds = surveyor->bounds;
    if (th_box_contains(bounds, box)) {
        return TH_OK;
    }
    char box_text[128];
    char bounds_text[128];
    snprintf(box_text, sizeof(box_text), "%.5f, %.5f – %.5f, %.5f", box.west, box.south, box.east,
             box.north);
    snprintf(bounds_text, sizeof(bounds_text), "%g, %g – %g, %g", bounds.west, bounds.south,
             bounds.east, bounds.north);
    return th_error_set(err, TH_DATA_PROBLEM, "outside_bounds", "box", box_text, "bounds",
                        bounds_text, NULL);
}

static enum th_status hash_take(struct th_surveyor *surveyor, const struct th_ground *ground,
                                struct th_hash *ret_hash, struct th_error *err)
{
    size_t size = th_ground_wkb_size(ground);
    if (size > surveyor->wkb_capacity) {
        unsigned char *grown = malloc(2 * size);
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        free(surveyor->wkb);
        surveyor->wkb = grown;
        surveyor->wkb_capacity = 2 * size;
    }
    th_ground_wkb(ground, surveyor->wkb);
    *ret_hash = th_hash_bytes(TH_HASH_BLAKE2B, surveyor->wkb, size);
    return TH_OK;
}

// Judges and measures the ground of a shape that lies within bounds.
static enum th_status ground_take(struct th_surveyor *surveyor, struct th_survey *survey,
                                  struct th_error *err)
{
    struct th_ground *ground = NULL;
    enum th_status status = th_lattice_ground(&surveyor->lattice, &ground, err);
    if (status == TH_OK) {
        status = th_validity_check_ground(surveyor->validity, ground, err);
    }
    if (status == TH_OK) {
        th_area_measure(ground, &survey->measured, &survey->perimeter_mm);
        if (th_area_m2_300(survey->measured) <= 0) {
            status = th_error_set(err, TH_DATA_PROBLEM, "geometry_empty", NULL);
        }
    }
    if (status == TH_OK) {
        status = hash_take(surveyor, ground, &survey->hash, err);
    }
    if (status != TH_OK) {
        th_ground_free(ground);
        return status;
    }
    survey->ground = ground;
    return TH_OK;
}

static struct th_box lattice_box(const struct th_lattice *lattice)
{
    return (struct th_box){(double)lattice->west / TH_GROUND_PER_DEGREE,
                           (double)lattice->south / TH_GROUND_PER_DEGREE,
                           (double)lattice->east / TH_GROUND_PER_DEGREE,
                           (double)lattice->north / TH_GROUND_PER_DEGREE};
}

// From degrees in the room on.
static enum th_status shape_survey(struct th_surveyor *surveyor, struct th_survey *ret_survey,
                                   struct th_error *err)
{
    struct th_survey survey = {.ground = NULL};
    struct th_geometry *shape = &surveyor->shape.geometry;
    enum th_status status = th_lattice_normalise(&surveyor->lattice, shape, err);
    if (status == TH_OK) {
        survey.box = lattice_box(&surveyor->lattice);
        survey.placed = true;
        status = bounds_check(surveyor, survey.box, err);
    }
    if (status == TH_OK) {
        status = ground_take(surveyor, &survey, err);
        // Whoever asks for the shape wants to mend it.
        if (status == TH_DATA_PROBLEM) {
            th_lattice_store(&surveyor->lattice, shape);
            surveyor->judged = true;
        }
    }
    if (status != TH_OK) {
        *ret_survey = (struct th_survey){.placed = survey.placed, .box = survey.box};
        return status;
    }
    *ret_survey = survey;
    return TH_OK;
}

enum { LINE_HEADER_SIZE = 9, LINE_ENDS = 2 };

// The ends of the line at `bytes`, as they stand there; returns its length, 0 when no line of two
// points and more begins there. Lines are as the reader gives them: little-endian and flat.
static size_t line_ends(const unsigned char *bytes, size_t size, struct th_xy ends[LINE_ENDS])
{
    static const unsigned char LINE[] = {1, 2, 0, 0, 0};
    uint32_t n = 0;
    if (size < LINE_HEADER_SIZE || memcmp(bytes, LINE, sizeof(LINE)) != 0) {
        return 0;
    }
    memcpy(&n, bytes + sizeof(LINE), sizeof(n));
    if (n < LINE_ENDS || n > (size - LINE_HEADER_SIZE) / sizeof(*ends)) {
        return 0;
    }
    size_t length = LINE_HEADER_SIZE + n * sizeof(*ends);
    memcpy(&ends[0], bytes + LINE_HEADER_SIZE, sizeof(*ends));
    memcpy(&ends[1], bytes + length - sizeof(*ends), sizeof(*ends));
    return length;
}

// 0 where they meet, or nobody can tell.
static double gap_between_m(const struct th_surveyor *surveyor, struct th_xy from, struct th_xy to)
{
    struct th_xy ends[LINE_ENDS] = {from, to};
    struct th_xy bad;
    for (int i = 0; surveyor->swap_axes && i < LINE_ENDS; i++) {
        ends[i] = (struct th_xy){ends[i].y, ends[i].x};
    }
    bool known = th_crs_transform_is_identity(surveyor->transform) ||
                 th_crs_transform_points(surveyor->transform, ends, LINE_ENDS, &bad);
    double gap_m = known ? th_edit_distance_m(ends[0], ends[1]) : 0;
    return gap_m > 0 && !isinf(gap_m) ? gap_m : 0;
}

// What is known of the lines of a shape.
struct lines {
    size_t n, n_open;
    double widest_m;
    struct th_xy first, last; // ends of the whole, where each line begins at the end of the last
    bool chained;
};

static bool lines_read(const struct th_surveyor *surveyor, const unsigned char *wkb,
                       size_t wkb_size, struct lines *lines)
{
    static const unsigned char LINES[] = {1, 5, 0, 0, 0};
    struct th_xy ends[LINE_ENDS];
    bool several =
        wkb != NULL && wkb_size > LINE_HEADER_SIZE && memcmp(wkb, LINES, sizeof(LINES)) == 0;
    size_t at = several ? LINE_HEADER_SIZE : 0;
    *lines = (struct lines){.chained = true};
    while (wkb != NULL && at < wkb_size && (several || lines->n == 0)) {
        size_t length = line_ends(wkb + at, wkb_size - at, ends);
        if (length == 0) {
            return false;
        }
        bool meets = lines->n == 0 ||
                     !(fabs(lines->last.x - ends[0].x) > 0 || fabs(lines->last.y - ends[0].y) > 0);
        double gap_m = gap_between_m(surveyor, ends[0], ends[1]);
        lines->chained = lines->chained && meets;
        lines->first = lines->n == 0 ? ends[0] : lines->first;
        lines->last = ends[1];
        lines->widest_m = fmax(lines->widest_m, gap_m);
        lines->n_open += gap_m > 0 ? 1 : 0;
        lines->n++;
        at += length;
    }
    return lines->n > 0 && at == wkb_size;
}

// A line of a drawing that nobody closed, whole or in pieces that meet, is told apart from other
// shapes that are no area, with how far its ends lie apart; of lines that do not meet, the one that
// is open most.
static enum th_status line_explain(const struct th_surveyor *surveyor, const void *wkb,
                                   size_t wkb_size, struct th_error *err)
{
    struct lines lines;
    char text[32];
    if (!lines_read(surveyor, wkb, wkb_size, &lines) || lines.n_open == 0) {
        return TH_DATA_PROBLEM;
    }
    double whole_m = lines.chained ? gap_between_m(surveyor, lines.first, lines.last) : 0;
    double gap_m = whole_m > 0 ? whole_m : lines.widest_m;
    snprintf(text, sizeof(text), gap_m < 1 ? "%.3f" : "%.1f", gap_m);
    (void)th_error_set(err, TH_DATA_PROBLEM, whole_m > 0 ? "line_open" : "lines_open", "gap_m",
                       text, NULL);
    th_error_add_int(err, "n", (long long)lines.n);
    th_error_add_int(err, "n_open", (long long)lines.n_open);
    return TH_DATA_PROBLEM;
}

enum th_status th_survey(struct th_surveyor *surveyor, const void *wkb, size_t wkb_size,
                         struct th_survey *ret_survey, struct th_error *err)
{
    struct th_geometry *shape = &surveyor->shape.geometry;
    *ret_survey = (struct th_survey){.ground = NULL};
    surveyor->judged = false;
    enum th_status status = th_geometry_room_read(&surveyor->shape, wkb, wkb_size, err);
    if (status != TH_OK) {
        return status == TH_DATA_PROBLEM ? line_explain(surveyor, wkb, wkb_size, err) : status;
    }
    if (surveyor->swap_axes) {
        axes_swap(shape);
    }
    status = shape_transform(surveyor, err);
    if (status != TH_OK) {
        return status;
    }
    offset_take_off(shape, surveyor->offset);
    return shape_survey(surveyor, ret_survey, err);
}

enum th_status th_survey_geometry(struct th_surveyor *surveyor, const struct th_geometry *geometry,
                                  struct th_survey *ret_survey, struct th_error *err)
{
    *ret_survey = (struct th_survey){.ground = NULL};
    surveyor->judged = false;
    enum th_status status = th_geometry_room_copy(&surveyor->shape, geometry, err);
    if (status == TH_OK) {
        status = degrees_check(geometry, err);
    }
    return status == TH_OK ? shape_survey(surveyor, ret_survey, err) : status;
}

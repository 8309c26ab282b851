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
    struct th_surveyor *surveyor = calloc(1, sizeof *surveyor);
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
    snprintf(x, sizeof x, "%.8g", point.x);
    snprintf(y, sizeof y, "%.8g", point.y);
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
    snprintf(box_text, sizeof box_text, "%.5f, %.5f – %.5f, %.5f", box.west, box.south, box.east,
             box.north);
    snprintf(bounds_text, sizeof bounds_text, "%g, %g – %g, %g", bounds.west, bounds.south,
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

// A line of a drawing that nobody closed is told apart from other shapes that are no area, with how
// far its ends lie apart. The line is as the reader gives it: little-endian and flat.
static enum th_status line_explain(struct th_surveyor *surveyor, const void *wkb, size_t wkb_size,
                                   struct th_error *err)
{
    static const unsigned char LINE[] = {1, 2, 0, 0, 0};
    enum { HEADER_SIZE = sizeof LINE + sizeof(uint32_t), ENDS = 2 };
    struct th_xy ends[ENDS];
    struct th_xy bad;
    if (wkb == NULL || wkb_size < HEADER_SIZE + ENDS * sizeof *ends ||
        (wkb_size - HEADER_SIZE) % sizeof *ends != 0 || memcmp(wkb, LINE, sizeof LINE) != 0) {
        return TH_DATA_PROBLEM;
    }
    const unsigned char *bytes = wkb;
    memcpy(&ends[0], bytes + HEADER_SIZE, sizeof *ends);
    memcpy(&ends[1], bytes + wkb_size - sizeof *ends, sizeof *ends);
    for (int i = 0; surveyor->swap_axes && i < ENDS; i++) {
        ends[i] = (struct th_xy){ends[i].y, ends[i].x};
    }
    bool known = th_crs_transform_is_identity(surveyor->transform) ||
                 th_crs_transform_points(surveyor->transform, ends, ENDS, &bad);
    double gap_m = known ? th_edit_distance_m(ends[0], ends[1]) : 0;
    if (!(gap_m > 0) || isinf(gap_m)) {
        return TH_DATA_PROBLEM;
    }
    char text[32];
    snprintf(text, sizeof text, gap_m < 1 ? "%.3f" : "%.1f", gap_m);
    return th_error_set(err, TH_DATA_PROBLEM, "line_open", "gap_m", text, NULL);
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

#include "gis/reader/drawing_internal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/reader/rings_internal.h"

static bool room_make(void **items, size_t n, size_t *capacity, size_t item_size)
{
    if (n < *capacity) {
        return true;
    }
    size_t grown_capacity = *capacity * 2 + 64;
    void *grown = realloc(*items, grown_capacity * item_size);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *capacity = grown_capacity;
    return true;
}

bool th_drawing_label(struct th_drawing *drawing, double x, double y, char *text)
{
    void *items = drawing->labels;
    bool room = text != NULL && room_make(&items, drawing->n_labels, &drawing->labels_capacity,
                                          sizeof(*drawing->labels));
    drawing->labels = items;
    if (!room) {
        free(text);
        return false;
    }
    drawing->labels[drawing->n_labels] = (struct th_drawing_label){
        .x = x, .y = y, .text = text, .order = drawing->n_labels, .shape = SIZE_MAX};
    drawing->n_labels++;
    return true;
}

// A drawing has few layers, and entities of one stand together.
static bool layer_find(struct th_drawing *drawing, const char *name, size_t *ret_layer)
{
    size_t last = drawing->n_shapes == 0 ? 0 : drawing->shapes[drawing->n_shapes - 1].layer;
    if (last < drawing->n_layers && strcmp(drawing->layers[last].name, name) == 0) {
        *ret_layer = last;
        return true;
    }
    for (size_t i = 0; i < drawing->n_layers; i++) {
        if (strcmp(drawing->layers[i].name, name) == 0) {
            *ret_layer = i;
            return true;
        }
    }
    void *items = drawing->layers;
    char *copy = th_text_duplicate(name);
    bool room = copy != NULL && room_make(&items, drawing->n_layers, &drawing->layers_capacity,
                                          sizeof(*drawing->layers));
    drawing->layers = items;
    if (!room) {
        free(copy);
        return false;
    }
    drawing->layers[drawing->n_layers] = (struct th_drawing_layer){.name = copy};
    *ret_layer = drawing->n_layers++;
    return true;
}

static OGRwkbGeometryType flat_type(OGRGeometryH geometry)
{
    return OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
}

static int corners_count(OGRGeometryH geometry)
{
    int n = 0;
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry); i++) {
        n += corners_count(OGR_G_GetGeometryRef(geometry, i));
    }
    return n > 0 ? n : OGR_G_GetPointCount(geometry);
}

bool th_drawing_shape(struct th_drawing *drawing, OGRGeometryH geometry, bool filled,
                      const char *layer)
{
    struct th_drawing_shape shape = {.geometry = geometry, .filled = filled};
    void *items = drawing->shapes;
    OGRwkbGeometryType type = flat_type(geometry);
    if (!layer_find(drawing, layer, &shape.layer) ||
        !room_make(&items, drawing->n_shapes, &drawing->shapes_capacity,
                   sizeof(*drawing->shapes))) {
        return false;
    }
    drawing->shapes = items;
    OGR_G_GetEnvelope(geometry, &shape.box);
    if (type == wkbPolygon || type == wkbMultiPolygon) {
        shape.area = OGR_G_Area(geometry);
        shape.n_corners = corners_count(geometry);
        drawing->layers[shape.layer].n_areas++;
    }
    drawing->shapes[drawing->n_shapes++] = shape;
    return true;
}

static int ring_place(OGRGeometryH ring, double x, double y)
{
    int n = OGR_G_GetPointCount(ring);
    double *xy = calloc((size_t)n + 1, 2 * sizeof(*xy));
    int place = -1;
    if (xy != NULL && n > 1) {
        OGR_G_GetPoints(ring, xy, 2 * sizeof(*xy), xy + 1, 2 * sizeof(*xy), NULL, 0);
        place = th_ring_place((struct th_ring_points){xy, (size_t)n - 1}, x, y);
    }
    free(xy);
    return place;
}

static bool holds(OGRGeometryH geometry, double x, double y)
{
    int n = OGR_G_GetGeometryCount(geometry);
    if (flat_type(geometry) == wkbMultiPolygon) {
        for (int i = 0; i < n; i++) {
            if (holds(OGR_G_GetGeometryRef(geometry, i), x, y)) {
                return true;
            }
        }
        return false;
    }
    if (n == 0 || ring_place(OGR_G_GetGeometryRef(geometry, 0), x, y) < 0) {
        return false;
    }
    for (int i = 1; i < n; i++) {
        if (ring_place(OGR_G_GetGeometryRef(geometry, i), x, y) > 0) {
            return false;
        }
    }
    return true;
}

static int label_by_x(const void *left, const void *right)
{
    const struct th_drawing_label *a = left;
    const struct th_drawing_label *b = right;
    return a->x < b->x ? -1 : a->x > b->x ? 1 : a->order < b->order ? -1 : a->order > b->order;
}

static int label_by_order(const void *left, const void *right)
{
    const struct th_drawing_label *a = left;
    const struct th_drawing_label *b = right;
    return a->order < b->order ? -1 : a->order > b->order;
}

static size_t first_label(const struct th_drawing *drawing, double x)
{
    size_t low = 0;
    size_t high = drawing->n_labels;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (drawing->labels[middle].x < x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void labels_place(struct th_drawing *drawing)
{
    for (size_t i = 0; i < drawing->n_shapes; i++) {
        const struct th_drawing_shape *shape = &drawing->shapes[i];
        if (!(shape->area > 0.0) || shape->repeats || !drawing->layers[shape->layer].taken) {
            continue;
        }
        for (size_t k = first_label(drawing, shape->box.MinX);
             k < drawing->n_labels && drawing->labels[k].x <= shape->box.MaxX; k++) {
            struct th_drawing_label *label = &drawing->labels[k];
            if (label->y >= shape->box.MinY && label->y <= shape->box.MaxY &&
                (label->shape == SIZE_MAX || drawing->shapes[label->shape].area > shape->area) &&
                holds(shape->geometry, label->x, label->y)) {
                label->shape = i;
            }
        }
    }
}

static bool label_join(struct th_drawing_shape *shape, const char *text)
{
    size_t before = shape->label == NULL ? 0 : strlen(shape->label);
    size_t size = strlen(text);
    if (size == 0 || before + size + 2 > TH_DRAWING_LABEL_MAX) {
        return true;
    }
    char *grown = realloc(shape->label, before + size + 2);
    if (grown == NULL) {
        return false;
    }
    shape->label = grown;
    if (before > 0) {
        grown[before++] = ' ';
    }
    memcpy(grown + before, text, size + 1);
    return true;
}

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance;
}

static bool same_outline(const struct th_drawing_shape *a, const struct th_drawing_shape *b)
{
    double size = (a->box.MaxX - a->box.MinX) + (a->box.MaxY - a->box.MinY);
    double tolerance = 1e-6 * size;
    return near(a->box.MinX, b->box.MinX, tolerance) && near(a->box.MaxX, b->box.MaxX, tolerance) &&
           near(a->box.MinY, b->box.MinY, tolerance) && near(a->box.MaxY, b->box.MaxY, tolerance) &&
           near(a->area, b->area, 1e-6 * a->area) &&
           (a->layer == b->layer || a->n_corners == b->n_corners);
}

static int shape_by_x(const void *left, const void *right)
{
    const struct th_drawing_shape *a = *(struct th_drawing_shape *const *)left;
    const struct th_drawing_shape *b = *(struct th_drawing_shape *const *)right;
    return a->box.MinX < b->box.MinX ? -1 : a->box.MinX > b->box.MinX;
}

// Outlines by their left end, so that a filling looks at few of them.
static bool repeats_mark(struct th_drawing *drawing)
{
    struct th_drawing_shape **lines = calloc(drawing->n_shapes + 1, sizeof(*lines));
    size_t n = 0;
    if (lines == NULL) {
        return false;
    }
    for (size_t i = 0; i < drawing->n_shapes; i++) {
        if (!drawing->shapes[i].filled && drawing->shapes[i].area > 0.0) {
            lines[n++] = &drawing->shapes[i];
        }
    }
    qsort(lines, n, sizeof(struct th_drawing_shape *), shape_by_x);
    for (size_t i = 0; i < drawing->n_shapes; i++) {
        struct th_drawing_shape *shape = &drawing->shapes[i];
        double slack = (shape->box.MaxX - shape->box.MinX) + (shape->box.MaxY - shape->box.MinY);
        size_t low = 0;
        size_t high = n;
        while (shape->filled && low < high) {
            size_t middle = low + (high - low) / 2;
            if (lines[middle]->box.MinX < shape->box.MinX - 1e-6 * slack) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (; shape->filled && low < n && !shape->repeats &&
               lines[low]->box.MinX <= shape->box.MinX + 1e-6 * slack;
             low++) {
            shape->repeats = same_outline(shape, lines[low]);
        }
    }
    free(lines);
    return true;
}

bool th_drawing_match(struct th_drawing *drawing)
{
    bool done = repeats_mark(drawing);
    if (drawing->n_labels == 0) {
        return done;
    }
    qsort(drawing->labels, drawing->n_labels, sizeof(*drawing->labels), label_by_x);
    labels_place(drawing);
    qsort(drawing->labels, drawing->n_labels, sizeof(*drawing->labels), label_by_order);
    for (size_t i = 0; i < drawing->n_labels && done; i++) {
        const struct th_drawing_label *label = &drawing->labels[i];
        if (label->shape != SIZE_MAX) {
            done = label_join(&drawing->shapes[label->shape], label->text);
        }
    }
    return done;
}

void th_drawing_clear(struct th_drawing *drawing)
{
    for (size_t i = 0; i < drawing->n_shapes; i++) {
        free(drawing->shapes[i].label);
    }
    for (size_t i = 0; i < drawing->n_labels; i++) {
        free(drawing->labels[i].text);
    }
    for (size_t i = 0; i < drawing->n_layers; i++) {
        free(drawing->layers[i].name);
    }
    free(drawing->shapes);
    free(drawing->labels);
    free(drawing->layers);
    *drawing = (struct th_drawing){0};
}

// What belongs together in a drawing: texts and the areas around them, fillings and their outlines.
// For gis/reader/ alone.
#ifndef TH_GIS_READER_DRAWING_INTERNAL_H
#define TH_GIS_READER_DRAWING_INTERNAL_H

#include <ogr_api.h>
#include <stdbool.h>
#include <stddef.h>

enum { TH_DRAWING_LABEL_MAX = 4096 }; // bytes that the labels of one area may have together

struct th_drawing_layer {
    char *name; // owned
    size_t n_areas;
    bool taken;
};

struct th_drawing_shape {
    OGRGeometryH geometry; // borrowed
    OGREnvelope box;
    double area; // plane, without holes; 0 when it is none
    int n_corners;
    size_t layer;
    bool filled;  // a hatch or solid, not a line
    bool repeats; // filled, and its outline is there as a closed line
    char *label;  // owned; NULL: none
};

struct th_drawing_label {
    double x, y;
    char *text; // owned
    size_t order;
    size_t shape; // SIZE_MAX: in none
};

struct th_drawing {
    struct th_drawing_shape *shapes;
    size_t n_shapes, shapes_capacity;
    struct th_drawing_label *labels;
    size_t n_labels, labels_capacity;
    struct th_drawing_layer *layers;
    size_t n_layers, layers_capacity;
};

// false when there is not enough memory. `text` is taken in any case; NULL counts as no memory.
bool th_drawing_label(struct th_drawing *drawing, double x, double y, char *text);
bool th_drawing_shape(struct th_drawing *drawing, OGRGeometryH geometry, bool filled,
                      const char *layer);

// Gives each text to the smallest area around it, several of one area in the order of the file with
// a blank between; areas on layers that are not taken count for nothing. Marks fillings that repeat
// an outline: box and area are the same within a millionth of the size, and either the layer or the
// number of corners is too. false when there is not enough memory.
bool th_drawing_match(struct th_drawing *drawing);
void th_drawing_clear(struct th_drawing *drawing);

#endif

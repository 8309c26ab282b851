// The shapes of layers as ground, ready for the fabric (gis/fabric.h).
#ifndef TH_REGISTRY_LAYERS_H
#define TH_REGISTRY_LAYERS_H

#include "gis/ground.h"
#include "store/ground/layer_store.h"

struct th_layers_shape {
    int64_t shape_id, layer_id;
    struct th_ground *ground; // owned
    double area_m2;           // geodesic
    char code[64];
    char name[TH_NAME_SIZE];
    char layer_name[TH_NAME_SIZE];
    char scheme[TH_LAYER_SCHEME_SIZE]; // "" unless other_scheme
};

struct th_layers_list { // zero before use
    struct th_layers_shape *items;
    size_t n;
    size_t capacity;
};

// Shapes of the layers of `role` (NULL: any) that hold at some time between the days (year 0 leaves
// that end open), as far as their box meets `box` (NULL: all). *ret_list is overwritten;
// th_layers_clear.
enum th_status th_layers_load(struct th_store *store, const char *role, const struct th_box *box,
                              struct th_date from, struct th_date to,
                              struct th_layers_list *ret_list, struct th_error *err) TH_MUST_CHECK;
void th_layers_clear(struct th_layers_list *list);

#endif

#include "registry/layer/layers.h"

#include <stdlib.h>

#include "core/text.h"
#include "gis/area.h"

struct loading {
    struct th_layers_list list;
    enum th_status status;
    struct th_error err;
};

static bool grow(struct th_layers_list *list)
{
    if (list->n < list->capacity) {
        return true;
    }
    size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
    struct th_layers_shape *grown = realloc(list->items, capacity * sizeof(*grown));
    if (grown == NULL) {
        return false;
    }
    list->items = grown;
    list->capacity = capacity;
    return true;
}

static enum th_status measure(const struct th_layer_shape *from, double *ret_area_m2,
                              struct th_error *err)
{
    struct th_geometry geometry = {0};
    double perimeter_m = 0;
    enum th_status status = th_geometry_from_wkb(from->wkb, from->wkb_size, &geometry, err);
    if (status == TH_OK) {
        th_area_geodesic(&th_ellipsoid_cgcs2000, &geometry, ret_area_m2, &perimeter_m);
    }
    th_geometry_clear(&geometry);
    return status;
}

static bool load_one(void *context, const struct th_layer_shape *shape, const char *layer_name,
                     const char *scheme)
{
    struct loading *l = context;
    if (!grow(&l->list)) {
        l->status = th_error_no_memory(&l->err);
        return false;
    }
    struct th_layers_shape *item = &l->list.items[l->list.n];
    *item = (struct th_layers_shape){.shape_id = shape->shape_id, .layer_id = shape->layer_id};
    th_text_copy(item->code, sizeof(item->code), shape->code);
    th_text_copy(item->name, sizeof(item->name), shape->name);
    th_text_copy(item->layer_name, sizeof(item->layer_name), layer_name);
    th_text_copy(item->scheme, sizeof(item->scheme), scheme);
    l->status = measure(shape, &item->area_m2, &l->err);
    if (l->status == TH_OK) {
        l->status = th_ground_from_wkb(shape->wkb, shape->wkb_size, &item->ground, &l->err);
    }
    if (l->status == TH_OK) {
        l->list.n++;
    }
    return l->status == TH_OK;
}

enum th_status th_layers_load(struct th_store *store, const char *role, const struct th_box *box,
                              struct th_date from, struct th_date to,
                              struct th_layers_list *ret_list, struct th_error *err)
{
    struct loading l = {.status = TH_OK};
    struct th_layer_question question = {.role = role, .from = from, .to = to};
    if (box != NULL) {
        question.has_box = true;
        question.west_deg = box->west;
        question.south_deg = box->south;
        question.east_deg = box->east;
        question.north_deg = box->north;
    }
    enum th_status status = th_layer_shape_each(store, &question, load_one, &l, err);
    if (status == TH_OK && l.status != TH_OK) {
        status = l.status;
        if (err != NULL) {
            *err = l.err;
        }
    }
    if (status != TH_OK) {
        th_layers_clear(&l.list);
        return status;
    }
    *ret_list = l.list;
    return TH_OK;
}

void th_layers_clear(struct th_layers_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        th_ground_free(list->items[i].ground);
    }
    free(list->items);
    *list = (struct th_layers_list){0};
}

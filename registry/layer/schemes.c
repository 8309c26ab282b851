#include "registry/layer/schemes.h"

#include <stdlib.h>

static enum th_status weave(struct th_schemes *schemes, const struct th_overlap_limits *limits,
                            struct th_error *err)
{
    const struct th_layers_list *list = &schemes->list;
    struct th_fabric *fabric = NULL;
    struct th_fabric_parcel *parcels = calloc(list->n, sizeof(*parcels));
    if (parcels == NULL) {
        return th_error_no_memory(err);
    }
    schemes->parcels = parcels;
    for (size_t i = 0; i < list->n; i++) {
        parcels[i] = (struct th_fabric_parcel){
            .ground = list->items[i].ground, .area_m2 = list->items[i].area_m2, .id = (int64_t)i};
    }
    enum th_status status = th_fabric_new(parcels, list->n, limits, &fabric, err);
    if (status == TH_OK) {
        th_fabric_keep_unsound(fabric);
    }
    schemes->fabric = fabric;
    return status;
}

enum th_status th_schemes_load(struct th_store *store, const struct th_box *box,
                               struct th_date since, const struct th_overlap_limits *limits,
                               struct th_schemes *ret_schemes, struct th_error *err)
{
    struct th_schemes schemes = {.fabric = NULL};
    const struct th_date open = {0};
    enum th_status status =
        th_layers_load(store, "other_scheme", box, since, open, &schemes.list, err);
    if (status == TH_OK && schemes.list.n > 0) {
        status = weave(&schemes, limits, err);
    }
    if (status != TH_OK) {
        th_schemes_clear(&schemes);
        return status;
    }
    *ret_schemes = schemes;
    return TH_OK;
}

void th_schemes_clear(struct th_schemes *schemes)
{
    th_fabric_free(schemes->fabric);
    free(schemes->parcels);
    th_layers_clear(&schemes->list);
    *schemes = (struct th_schemes){.fabric = NULL};
}

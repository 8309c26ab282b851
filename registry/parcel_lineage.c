#include "registry/parcel_lineage.h"

#include <stdlib.h>

struct walking {
    struct th_relatives found;
    int64_t start_id;
    int64_t at_id; // whose next relatives are looked for
    bool ancestors;
    bool no_memory;
};

static bool known(const struct walking *w, int64_t parcel_id)
{
    for (size_t i = 0; i < w->found.n; i++)
        if (w->found.items[i].parcel_id == parcel_id)
            return true;
    return parcel_id == w->start_id;
}

static bool meet(void *context, const struct th_parcel_lineage *lineage)
{
    struct walking *w = context;
    struct th_relatives *found = &w->found;
    int64_t from = w->ancestors ? lineage->child_id : lineage->parent_id;
    int64_t to = w->ancestors ? lineage->parent_id : lineage->child_id;
    if (from != w->at_id || known(w, to))
        return true;
    if (found->n == found->capacity) {
        size_t capacity = found->capacity == 0 ? 8 : 2 * found->capacity;
        struct th_relative *grown = realloc(found->items, capacity * sizeof *grown);
        w->no_memory = grown == NULL;
        if (grown == NULL)
            return false;
        found->items = grown;
        found->capacity = capacity;
    }
    found->items[found->n++] = (struct th_relative){to, from};
    return true;
}

enum th_status th_relatives_load(struct th_store *store, int64_t parcel_id, bool ancestors,
                                 struct th_relatives *ret_relatives, struct th_error *err)
{
    struct walking w = {.start_id = parcel_id, .at_id = parcel_id, .ancestors = ancestors};
    enum th_status status = th_parcel_lineage_each(store, parcel_id, meet, &w, err);
    for (size_t i = 0; status == TH_OK && !w.no_memory && i < w.found.n; i++) {
        w.at_id = w.found.items[i].parcel_id;
        status = th_parcel_lineage_each(store, w.at_id, meet, &w, err);
    }
    if (status == TH_OK && w.no_memory)
        status = th_error_no_memory(err);
    if (status != TH_OK) {
        th_relatives_clear(&w.found);
        return status;
    }
    *ret_relatives = w.found;
    return TH_OK;
}

void th_relatives_clear(struct th_relatives *relatives)
{
    free(relatives->items);
    *relatives = (struct th_relatives){0};
}

// What an officer let a parcel keep, its parts keep, and so does the whole that it becomes part of.
#include <stdlib.h>

#include "core/text.h"
#include "registry/layer/layers.h"
#include "registry/life/parcel_life_internal.h"

struct loading {
    struct th_life_waived waived;
    const struct th_life_parcel *parents;
    size_t n_parents;
    int64_t parent_id;
    bool no_memory;
};

static bool grow(struct th_life_waived *waived)
{
    if (waived->n < waived->capacity) {
        return true;
    }
    size_t capacity = waived->capacity == 0 ? 16 : 2 * waived->capacity;
    struct th_overlap_waiver *items = realloc(waived->items, capacity * sizeof(*items));
    waived->items = items == NULL ? waived->items : items;
    struct th_fabric_parcel *others = realloc(waived->others, capacity * sizeof(*others));
    waived->others = others == NULL ? waived->others : others;
    struct th_ground **grounds = realloc(waived->grounds, capacity * sizeof(struct th_ground *));
    waived->grounds = grounds == NULL ? waived->grounds : grounds;
    if (items == NULL || others == NULL || grounds == NULL) {
        return false;
    }
    waived->capacity = capacity;
    return true;
}

static int64_t other_of(const struct th_overlap_waiver *kept)
{
    return kept->parcel_id != 0 ? kept->parcel_id : kept->other_parcel_id;
}

// What two of the parents had in common is theirs no longer. Who gave the ground up stays as it is,
// or a part that is divided again would give it up once more.
static bool load_one(void *context, const struct th_overlap_waiver *waiver)
{
    struct loading *l = context;
    struct th_life_waived *waived = &l->waived;
    struct th_overlap_waiver kept = *waiver;
    if (kept.parcel_id == l->parent_id) {
        kept.parcel_id = 0;
    } else {
        kept.other_parcel_id = 0;
    }
    int64_t other_id = other_of(&kept);
    for (size_t i = 0; i < l->n_parents; i++) {
        if (other_id != 0 && l->parents[i].record.parcel_id == other_id) {
            return true;
        }
    }
    for (size_t i = 0; i < waived->n; i++) {
        if (waived->items[i].parcel_id == kept.parcel_id &&
            waived->items[i].other_parcel_id == kept.other_parcel_id &&
            waived->items[i].other_shape_id == kept.other_shape_id) {
            return true;
        }
    }
    l->no_memory = !grow(waived);
    if (l->no_memory) {
        return false;
    }
    kept.reason = th_text_duplicate(waiver->reason);
    kept.login = th_text_duplicate(waiver->login);
    waived->grounds[waived->n] = NULL;
    waived->items[waived->n++] = kept;
    l->no_memory = kept.reason == NULL || kept.login == NULL;
    return !l->no_memory;
}

static enum th_status parcel_ground(struct th_store *store, int64_t parcel_id,
                                    struct th_ground **ret_ground, double *ret_area_m2,
                                    struct th_error *err)
{
    struct th_parcel_record record;
    unsigned char *wkb = NULL;
    size_t size = 0;
    enum th_status status = th_parcel_load(store, parcel_id, 0, &record, err);
    if (status == TH_OK) {
        status = th_parcel_geometry_load(store, parcel_id, 0, &wkb, &size, err);
    }
    if (status == TH_OK) {
        status = th_ground_from_wkb(wkb, size, ret_ground, err);
    }
    if (status == TH_OK) {
        *ret_area_m2 = th_area_m2(record.measured);
    }
    free(wkb);
    return status;
}

static void shape_take(struct th_life_waived *waived, struct th_layers_list *shapes)
{
    for (size_t i = 0; i < waived->n; i++) {
        for (size_t k = 0; k < shapes->n; k++) {
            if (waived->items[i].other_shape_id == shapes->items[k].shape_id &&
                waived->grounds[i] == NULL) {
                waived->grounds[i] = shapes->items[k].ground;
                waived->others[i].area_m2 = shapes->items[k].area_m2;
                shapes->items[k].ground = NULL;
            }
        }
    }
}

static enum th_status grounds_load(struct th_store *store, const struct th_life_parcel *parents,
                                   size_t n_parents, struct th_life_waived *waived,
                                   struct th_error *err)
{
    struct th_layers_list shapes = {0};
    const struct th_date ever = {0};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < waived->n; i++) {
        waived->others[i] = (struct th_fabric_parcel){.id = (int64_t)i};
    }
    for (size_t i = 0; status == TH_OK && i < n_parents && waived->n > 0; i++) {
        struct th_box box = th_ground_box(parents[i].ground);
        status = th_layers_load(store, "other_scheme", &box, ever, ever, &shapes, err);
        if (status == TH_OK) {
            shape_take(waived, &shapes);
        }
        th_layers_clear(&shapes);
    }
    for (size_t i = 0; status == TH_OK && i < waived->n; i++) {
        if (other_of(&waived->items[i]) != 0) {
            status = parcel_ground(store, other_of(&waived->items[i]), &waived->grounds[i],
                                   &waived->others[i].area_m2, err);
        }
    }
    for (size_t i = 0; i < waived->n; i++) {
        waived->others[i].ground = waived->grounds[i]; // NULL takes no part
    }
    return status;
}

enum th_status th_life_waived_load(struct th_store *store, const struct th_life_parcel *parents,
                                   size_t n_parents, struct th_life_waived *ret_waived,
                                   struct th_error *err)
{
    struct loading l = {.parents = parents, .n_parents = n_parents};
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < n_parents; i++) {
        l.parent_id = parents[i].record.parcel_id;
        status = th_overlap_waiver_each(store, l.parent_id, load_one, &l, err);
        if (status == TH_OK && l.no_memory) {
            status = th_error_no_memory(err);
        }
    }
    if (status == TH_OK) {
        status = grounds_load(store, parents, n_parents, &l.waived, err);
    }
    if (status != TH_OK) {
        th_life_waived_clear(&l.waived);
        return status;
    }
    *ret_waived = l.waived;
    return TH_OK;
}

void th_life_waived_clear(struct th_life_waived *waived)
{
    for (size_t i = 0; i < waived->n; i++) {
        free((char *)waived->items[i].reason);
        free((char *)waived->items[i].login);
        th_ground_free(waived->grounds[i]);
    }
    free(waived->items);
    free(waived->others);
    free(waived->grounds);
    *waived = (struct th_life_waived){0};
}

// By no limits: what is shared at all.
static enum th_status shared(const struct th_life_waived *waived,
                             const struct th_life_parcel *parcel,
                             struct th_overlap_finding **ret_findings, size_t *ret_n,
                             struct th_error *err)
{
    struct th_fabric *fabric = NULL;
    struct th_fabric_probe *probe = NULL;
    bool more = false;
    enum th_status status = th_fabric_new(waived->others, waived->n, NULL, &fabric, err);
    if (status == TH_OK) {
        status = th_fabric_probe_new(&probe, err);
    }
    if (status == TH_OK) {
        status = th_fabric_test(fabric, probe, parcel->ground, th_area_m2(parcel->record.measured),
                                ret_findings, ret_n, &more, err);
    }
    th_fabric_probe_free(probe);
    th_fabric_free(fabric);
    return status;
}

enum th_status th_life_waived_schemes(const struct th_life_waived *waived,
                                      const struct th_life_parcel *parcel, double *ret_area_m2,
                                      struct th_error *err)
{
    struct th_overlap_finding *findings = NULL;
    size_t n = 0;
    double sum_m2 = 0;
    enum th_status status = waived->n == 0 ? TH_OK : shared(waived, parcel, &findings, &n, err);
    for (size_t i = 0; i < n; i++) {
        if (waived->items[findings[i].other_id].other_shape_id != 0) {
            sum_m2 += findings[i].area_m2;
        }
    }
    free(findings);
    if (status == TH_OK) {
        *ret_area_m2 = sum_m2;
    }
    return status;
}

enum th_status th_life_waived_hand_on(const struct th_life_waived *waived, struct th_work *work,
                                      const struct th_life_parcel *child, struct th_error *err)
{
    struct th_overlap_finding *findings = NULL;
    size_t n = 0;
    int64_t waiver_id = 0;
    enum th_status status = waived->n == 0 ? TH_OK : shared(waived, child, &findings, &n, err);
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        struct th_overlap_waiver waiver = waived->items[findings[i].other_id];
        if (waiver.parcel_id != 0) {
            waiver.other_parcel_id = child->record.parcel_id;
        } else {
            waiver.parcel_id = child->record.parcel_id;
            waiver.version = child->record.version;
        }
        waiver.seq = th_work_seq(work);
        status = th_overlap_waiver_insert(th_work_store(work), &waiver, &waiver_id, err);
    }
    free(findings);
    return status;
}

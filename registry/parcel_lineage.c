#include "registry/parcel_lineage.h"

#include <stdlib.h>
#include <string.h>

struct walking {
    struct th_relatives found;
    int64_t start_id;
    int64_t at_id; // whose next relatives are looked for
    bool ancestors;
    bool no_memory;
};

static bool known(const struct walking *w, int64_t parcel_id)
{
    for (size_t i = 0; i < w->found.n; i++) {
        if (w->found.items[i].parcel_id == parcel_id) {
            return true;
        }
    }
    return parcel_id == w->start_id;
}

static bool meet(void *context, const struct th_parcel_lineage *lineage)
{
    struct walking *w = context;
    struct th_relatives *found = &w->found;
    int64_t from = w->ancestors ? lineage->child_id : lineage->parent_id;
    int64_t to = w->ancestors ? lineage->parent_id : lineage->child_id;
    if (from != w->at_id || known(w, to)) {
        return true;
    }
    if (found->n == found->capacity) {
        size_t capacity = found->capacity == 0 ? 8 : 2 * found->capacity;
        struct th_relative *grown = realloc(found->items, capacity * sizeof(*grown));
        w->no_memory = grown == NULL;
        if (grown == NULL) {
            return false;
        }
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
    if (status == TH_OK && w.no_memory) {
        status = th_error_no_memory(err);
    }
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

enum { ROW_BITS = 24 }; // rows of one import are judged in their order

struct aging {
    struct th_relatives line; // whose ground is asked about: the parcel, then parents
    int64_t at_id, at_version;
    bool has_parents;
    bool no_memory;
};

static bool push(struct aging *a, int64_t parcel_id)
{
    struct th_relatives *line = &a->line;
    for (size_t i = 0; i < line->n; i++) {
        if (line->items[i].parcel_id == parcel_id) {
            return true;
        }
    }
    if (line->n == line->capacity) {
        size_t capacity = line->capacity == 0 ? 8 : 2 * line->capacity;
        struct th_relative *grown = realloc(line->items, capacity * sizeof(*grown));
        a->no_memory = grown == NULL;
        if (grown == NULL) {
            return false;
        }
        line->items = grown;
        line->capacity = capacity;
    }
    line->items[line->n++] = (struct th_relative){.parcel_id = parcel_id};
    return true;
}

static bool parent_visit(void *context, const struct th_parcel_lineage *lineage)
{
    struct aging *a = context;
    if (lineage->child_id != a->at_id || lineage->child_version != a->at_version) {
        return true;
    }
    a->has_parents = true;
    return push(a, lineage->parent_id);
}

// The version with which the ground came that it has in `record`; others changed particulars.
static enum th_status ground_came(struct th_store *store, struct th_parcel_record *record,
                                  struct th_error *err)
{
    enum th_status status = TH_OK;
    while (status == TH_OK && record->version > 1) {
        struct th_parcel_record before;
        status = th_parcel_load(store, record->parcel_id, record->version - 1, &before, err);
        if (status != TH_OK ||
            memcmp(before.geometry_hash.bytes, record->geometry_hash.bytes, TH_HASH_SIZE) != 0) {
            break;
        }
        *record = before;
    }
    return status;
}

// Of the parcel at `a->at_id`: its parents stand in line then, or its own day is taken.
static enum th_status age_take(struct aging *a, struct th_store *store, int64_t version,
                               struct th_ground_age *age, struct th_error *err)
{
    struct th_parcel_record record;
    int64_t seq = 0;
    enum th_status status = th_parcel_load(store, a->at_id, version, &record, err);
    if (status == TH_OK) {
        status = ground_came(store, &record, err);
    }
    a->at_version = record.version;
    a->has_parents = false;
    if (status == TH_OK) {
        status = th_parcel_lineage_each(store, a->at_id, parent_visit, a, err);
    }
    if (status == TH_OK && a->no_memory) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK && !a->has_parents) {
        status = th_parcel_version_seq(store, a->at_id, record.version, &seq, err);
    }
    if (status != TH_OK || a->has_parents) {
        return status;
    }
    const int64_t rows = (int64_t)1 << ROW_BITS;
    int64_t own = seq * rows + (record.source_row < rows ? record.source_row : rows - 1);
    age->first = age->last == 0 || own < age->first ? own : age->first;
    age->last = own > age->last ? own : age->last;
    return TH_OK;
}

enum th_status th_ground_age(struct th_store *store, int64_t parcel_id, int64_t version,
                             struct th_ground_age *ret_age, struct th_error *err)
{
    struct aging a = {.at_id = parcel_id};
    struct th_ground_age age = {0};
    enum th_status status = push(&a, parcel_id) ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; status == TH_OK && i < a.line.n; i++) {
        a.at_id = a.line.items[i].parcel_id;
        status = age_take(&a, store, i == 0 ? version : 0, &age, err);
    }
    th_relatives_clear(&a.line);
    if (status == TH_OK) {
        *ret_age = age;
    }
    return status;
}

#include "core/id_set.h"

#include <assert.h>
#include <stdlib.h>

enum { CAPACITY_MIN = 64 };

// The slot that holds `id`, or the free one where it belongs. At least one slot is free.
static size_t slot_of(const struct th_id_set *set, int64_t id)
{
    uint64_t mixed = (uint64_t)id * UINT64_C(0x9E3779B97F4A7C15);
    size_t slot = (size_t)(mixed >> 32) & (set->capacity - 1);
    while (set->slots[slot] != 0 && set->slots[slot] != id) {
        slot = (slot + 1) & (set->capacity - 1);
    }
    return slot;
}

static bool grow(struct th_id_set *set)
{
    struct th_id_set larger = {.n = set->n,
                               .capacity = set->capacity == 0 ? CAPACITY_MIN : 2 * set->capacity};
    larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
    if (larger.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < set->capacity; i++) {
        if (set->slots[i] != 0) {
            larger.slots[slot_of(&larger, set->slots[i])] = set->slots[i];
        }
    }
    free(set->slots);
    *set = larger;
    return true;
}

enum th_status th_id_set_add(struct th_id_set *set, int64_t id, bool *ret_new, struct th_error *err)
{
    assert(id > 0);
    if (2 * set->n >= set->capacity && !grow(set)) {
        return th_error_no_memory(err);
    }
    size_t slot = slot_of(set, id);
    *ret_new = set->slots[slot] == 0;
    set->n += *ret_new ? 1 : 0;
    set->slots[slot] = id;
    return TH_OK;
}

bool th_id_set_has(const struct th_id_set *set, int64_t id)
{
    return set->capacity > 0 && set->slots[slot_of(set, id)] == id;
}

void th_id_set_clear(struct th_id_set *set)
{
    free(set->slots);
    *set = (struct th_id_set){0};
}

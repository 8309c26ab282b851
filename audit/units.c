// The ranges of an issuance stand in chunks of limited size, so that a change in the middle of a
// million of them moves few.
#include "audit/units.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_MAX = 128 };

struct chunk {
    size_t n;
    struct th_range ranges[CHUNK_MAX];
};

const char *const th_unit_state_names[TH_UNIT_STATES] = {"held", "locked", "buffer", "retired",
                                                         "cancelled"};

void th_units_clear(struct th_units *units)
{
    for (size_t i = 0; units->issuances && i < units->ids.n; i++) {
        for (size_t k = 0; k < units->issuances[i].n_chunks; k++) {
            free(units->issuances[i].chunks[k]);
        }
        free(units->issuances[i].chunks);
    }
    free(units->issuances);
    th_table_clear(&units->ids);
    *units = (struct th_units){.issuances = NULL};
}

struct th_issuance *th_units_issuance(struct th_units *units, int64_t id)
{
    void *items = units->issuances;
    bool fresh = false;
    if (!th_grow(&items, units->ids.n, &units->room, sizeof(*units->issuances))) {
        return NULL;
    }
    units->issuances = items;
    size_t row = th_table_id(&units->ids, id, &fresh);
    if (row == SIZE_MAX) {
        return NULL;
    }
    if (fresh) {
        units->issuances[row] = (struct th_issuance){.id = id};
    }
    return &units->issuances[row];
}

static bool same_place(const struct th_place *a, const struct th_place *b)
{
    return a->owner == b->owner && a->pool == b->pool && a->lock == b->lock && a->state == b->state;
}

struct at { // a range of an issuance; behind the last one chunk is n_chunks
    size_t chunk;
    size_t i;
};

static struct th_range *range_at(const struct th_issuance *issuance, struct at at)
{
    return at.chunk < issuance->n_chunks ? &issuance->chunks[at.chunk]->ranges[at.i] : NULL;
}

static struct at next_of(const struct th_issuance *issuance, struct at at)
{
    if (++at.i == issuance->chunks[at.chunk]->n) {
        at.chunk++;
        at.i = 0;
    }
    return at;
}

// The range with this serial, which has been issued.
static struct at find(const struct th_issuance *issuance, int64_t serial)
{
    size_t low = 0;
    size_t high = issuance->n_chunks;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (issuance->chunks[middle]->ranges[0].first <= serial) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const struct chunk *chunk = issuance->chunks[low];
    size_t first = 0;
    size_t end = chunk->n;
    while (end - first > 1) {
        size_t middle = first + (end - first) / 2;
        if (chunk->ranges[middle].first <= serial) {
            first = middle;
        } else {
            end = middle;
        }
    }
    return (struct at){.chunk = low, .i = first};
}

static bool add_chunk(struct th_issuance *issuance, size_t index)
{
    void *items = issuance->chunks;
    struct chunk *chunk = calloc(1, sizeof(*chunk));
    if (!chunk ||
        !th_grow(&items, issuance->n_chunks, &issuance->chunks_room, sizeof(struct chunk *))) {
        free(chunk);
        return false;
    }
    issuance->chunks = items;
    memmove(&issuance->chunks[index + 1], &issuance->chunks[index],
            (issuance->n_chunks - index) * sizeof(struct chunk *));
    issuance->chunks[index] = chunk;
    issuance->n_chunks++;
    return true;
}

// Puts a range before `at`, which then names it.
static bool insert(struct th_issuance *issuance, struct at *at, const struct th_range *range)
{
    if (at->chunk == issuance->n_chunks) {
        if (at->chunk > 0) { // behind the last one
            at->chunk--;
            at->i = issuance->chunks[at->chunk]->n;
        } else if (!add_chunk(issuance, 0)) {
            return false;
        }
    }
    struct chunk *chunk = issuance->chunks[at->chunk];
    if (chunk->n == CHUNK_MAX) {
        if (!add_chunk(issuance, at->chunk + 1)) {
            return false;
        }
        struct chunk *half = issuance->chunks[at->chunk + 1];
        half->n = CHUNK_MAX / 2;
        chunk->n = CHUNK_MAX - half->n;
        memcpy(half->ranges, &chunk->ranges[chunk->n], half->n * sizeof(struct th_range));
        if (at->i > chunk->n) {
            at->i -= chunk->n;
            at->chunk++;
            chunk = half;
        }
    }
    memmove(&chunk->ranges[at->i + 1], &chunk->ranges[at->i],
            (chunk->n - at->i) * sizeof(struct th_range));
    chunk->ranges[at->i] = *range;
    chunk->n++;
    return true;
}

// Takes the range away; `at` then names the one that followed it.
static void take(struct th_issuance *issuance, struct at *at)
{
    struct chunk *chunk = issuance->chunks[at->chunk];
    chunk->n--;
    memmove(&chunk->ranges[at->i], &chunk->ranges[at->i + 1],
            (chunk->n - at->i) * sizeof(struct th_range));
    if (chunk->n == 0) {
        free(chunk);
        issuance->n_chunks--;
        memmove(&issuance->chunks[at->chunk], &issuance->chunks[at->chunk + 1],
                (issuance->n_chunks - at->chunk) * sizeof(struct chunk *));
        at->i = 0;
    } else if (at->i == chunk->n) {
        at->chunk++;
        at->i = 0;
    }
}

// Replaces the ranges from `at` that lie within old->first … old->last by that one range and, where
// they reached beyond, by what is left of them.
static bool replace(struct th_issuance *issuance, struct at at, const struct th_range *range)
{
    struct th_range left = *range_at(issuance, at);
    struct th_range right = left;
    while (range_at(issuance, at) && range_at(issuance, at)->first <= range->last) {
        right = *range_at(issuance, at);
        take(issuance, &at);
    }
    bool done = true;
    if (right.last > range->last) {
        right.first = range->last + 1;
        done = insert(issuance, &at, &right);
    }
    done = done && insert(issuance, &at, range);
    if (left.first < range->first) {
        left.last = range->first - 1;
        done = done && insert(issuance, &at, &left);
    }
    return done;
}

enum th_units_answer th_units_move(struct th_issuance *issuance, int64_t first, int64_t last,
                                   const struct th_place *from, const struct th_place *to,
                                   int64_t *ret_serial)
{
    struct th_range range = {.first = first, .last = last, .place = *to};
    if (last > issuance->issued) {
        *ret_serial = first > issuance->issued ? first : issuance->issued + 1;
        return TH_UNITS_ELSEWHERE;
    }
    struct at at = find(issuance, first);
    struct at end = at;
    const struct th_range *found = range_at(issuance, end);
    for (; found && found->first <= last; found = range_at(issuance, end)) {
        if (!same_place(&found->place, from)) {
            *ret_serial = found->first > first ? found->first : first;
            return TH_UNITS_ELSEWHERE;
        }
        end = next_of(issuance, end);
    }
    // What stands there already on either side is one range with it.
    if (found && found->first == last + 1 && same_place(&found->place, to)) {
        range.last = found->last;
    }
    if (first > 1 && range_at(issuance, at)->first == first) {
        struct at before = find(issuance, first - 1);
        if (same_place(&range_at(issuance, before)->place, to)) {
            range.first = range_at(issuance, before)->first;
            at = before;
        }
    }
    return replace(issuance, at, &range) ? TH_UNITS_DONE : TH_UNITS_NO_MEMORY;
}

enum th_units_answer th_units_issue(struct th_issuance *issuance, int64_t first, int64_t last,
                                    const struct th_place *to)
{
    struct th_range range = {.first = first, .last = last, .place = *to};
    struct at at = {.chunk = issuance->n_chunks};
    if (first - 1 != issuance->issued) {
        return TH_UNITS_GAP;
    }
    if (!insert(issuance, &at, &range)) {
        return TH_UNITS_NO_MEMORY;
    }
    issuance->issued = last;
    return TH_UNITS_DONE;
}

void th_units_each(const struct th_issuance *issuance,
                   void (*visit)(void *context, const struct th_range *range), void *context)
{
    for (size_t i = 0; i < issuance->n_chunks; i++) {
        for (size_t k = 0; k < issuance->chunks[i]->n; k++) {
            visit(context, &issuance->chunks[i]->ranges[k]);
        }
    }
}

// Which ground of a parcel counts in which year (ADR 20). A year in which the ground changes counts
// the smaller one. A parcel that a split or merge made counts from the year of that day on, one
// that is retired until the year before: in no year two of them count for the same ground. What was
// registered as it is counts for earlier years as well.
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate_internal.h"

struct history { // of one parcel
    struct th_arena *texts;
    struct th_estimate_ground *grounds;
    size_t n, capacity;
    bool is_made; // by a split or merge
    struct th_date retired_on;
    enum th_status status;
    struct th_error *err;
};

static struct th_estimate_ground *next_ground(struct history *h)
{
    if (h->n == h->capacity) {
        size_t capacity = h->capacity == 0 ? 8 : 2 * h->capacity;
        void *grown = realloc(h->grounds, capacity * sizeof(*h->grounds));
        if (!grown) {
            h->status = th_error_no_memory(h->err);
            return NULL;
        }
        h->grounds = grown;
        h->capacity = capacity;
    }
    return &h->grounds[h->n++];
}

static bool meet_version(void *context, const struct th_parcel_record *record,
                         const char *attributes)
{
    struct history *h = context;
    (void)attributes;
    struct th_estimate_ground *last = h->n > 0 ? &h->grounds[h->n - 1] : NULL;
    struct th_date from = record->from;
    if (h->n == 0) {
        h->is_made = strcmp(record->origin, "split") == 0 || strcmp(record->origin, "merge") == 0;
        h->retired_on = record->retired_on;
    }
    if (last && th_date_compare(from, last->from) > 0) {
        bool same = memcmp(last->geometry_hash.bytes, record->geometry_hash.bytes,
                           sizeof(last->geometry_hash.bytes)) == 0;
        from = same ? last->from : from;
        last = same ? last : NULL;
    }
    // Of versions that begin on one day the last one holds.
    last = last ? last : next_ground(h);
    if (!last) {
        return false;
    }
    *last = (struct th_estimate_ground){.from = from,
                                        .version = record->version,
                                        .number = th_arena_text(h->texts, record->number),
                                        .has_contracted = record->has_declared,
                                        .contracted = record->declared,
                                        .geometry_hash = record->geometry_hash};
    th_text_copy(last->kind, sizeof(last->kind), record->kind);
    th_text_copy(last->land_class, sizeof(last->land_class), record->land_class);
    h->status = last->number
                    ? th_area_sub(record->measured, record->sliver, &last->measured, h->err)
                    : th_error_no_memory(h->err);
    return h->status == TH_OK;
}

static enum th_status keep(struct th_estimate_sources *sources, struct th_estimate_source *source,
                           const struct history *h, struct th_error *err)
{
    source->first_year = h->is_made ? h->grounds[0].from.year : INT_MIN;
    source->last_year = h->retired_on.year != 0 ? h->retired_on.year - 1 : INT_MAX;
    if (h->n < 2) {
        return TH_OK;
    }
    struct th_estimate_ground *grounds = th_arena_take(&sources->texts, h->n * sizeof(*h->grounds));
    if (!grounds) {
        return th_error_no_memory(err);
    }
    memcpy(grounds, h->grounds, h->n * sizeof(*grounds));
    source->grounds = grounds;
    source->n_grounds = h->n;
    return TH_OK;
}

enum th_status th_estimate_grounds_load(struct th_store *store, struct th_estimate_sources *sources,
                                        size_t first, struct th_error *err)
{
    struct history h = {.texts = &sources->texts, .err = err};
    enum th_status status = TH_OK;
    for (size_t i = first; i < sources->n && status == TH_OK; i++) {
        struct th_estimate_source *source = &sources->items[i];
        if (!source->has_past) {
            continue;
        }
        h.n = 0;
        status = th_parcel_version_each(store, source->parcel_id, meet_version, &h, err);
        status = status == TH_OK ? h.status : status;
        if (status == TH_OK) {
            status = keep(sources, source, &h, err);
        }
    }
    free(h.grounds);
    return status;
}

static struct th_area area_used(const struct th_estimate_ground *ground)
{
    bool by_contract =
        ground->has_contracted && th_area_compare(ground->contracted, ground->measured) < 0;
    return by_contract ? ground->contracted : ground->measured;
}

// Held on some day of the year; the first ground also before its day, the last one for ever.
static bool held_in(const struct th_estimate_source *source, size_t i, int year)
{
    const struct th_date first_day = {year, 1, 1};
    const struct th_estimate_ground *ground = &source->grounds[i];
    bool begun = i == 0 || ground->from.year <= year;
    bool ended = i + 1 < source->n_grounds && th_date_compare(ground[1].from, first_day) <= 0;
    return begun && !ended;
}

bool th_estimate_source_in(const struct th_estimate_source *source, int year,
                           struct th_estimate_source *ret_source)
{
    if (year < source->first_year || year > source->last_year) {
        return false;
    }
    const struct th_estimate_ground *least = NULL;
    for (size_t i = 0; i < source->n_grounds; i++) {
        const struct th_estimate_ground *ground = &source->grounds[i];
        // Of equal ones the later.
        if (held_in(source, i, year) &&
            (!least || th_area_compare(area_used(ground), area_used(least)) <= 0)) {
            least = ground;
        }
    }
    *ret_source = *source;
    if (least) {
        ret_source->version = least->version;
        ret_source->number = least->number;
        ret_source->measured = least->measured;
        ret_source->has_contracted = least->has_contracted;
        ret_source->contracted = least->contracted;
        ret_source->geometry_hash = least->geometry_hash;
        th_text_copy(ret_source->kind, sizeof(ret_source->kind), least->kind);
        th_text_copy(ret_source->land_class, sizeof(ret_source->land_class), least->land_class);
    }
    return true;
}

size_t th_estimate_later_grounds(const struct th_estimate_source *sources, size_t n, int to_year,
                                 int64_t *ret_parcel_id, struct th_date *ret_from)
{
    size_t n_later = 0;
    for (size_t i = 0; i < n; i++) {
        const struct th_estimate_source *source = &sources[i];
        size_t next = 0;
        while (next < source->n_grounds && source->grounds[next].from.year <= to_year) {
            next++;
        }
        // The first ground counts for the years before its day.
        next = next == 0 ? 1 : next;
        if (next < source->n_grounds && n_later++ == 0) {
            *ret_parcel_id = source->parcel_id;
            *ret_from = source->grounds[next].from;
        }
    }
    return n_later;
}

const struct th_estimate_source *th_estimate_source_then(const struct th_estimate_source *source,
                                                         int year,
                                                         struct th_estimate_source *scratch)
{
    if (source->n_grounds > 0) {
        return th_estimate_source_in(source, year, scratch) ? scratch : NULL;
    }
    return year >= source->first_year && year <= source->last_year ? source : NULL;
}

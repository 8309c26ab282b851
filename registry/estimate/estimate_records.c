// What is on record of parcels, read for many of them at a time: one scan in the order in which an
// estimate asks, where a question for each parcel and year would cost more than the arithmetic.
#include <stdlib.h>
#include <string.h>

#include "registry/estimate/estimate_internal.h"
#include "store/estimate/activity_store.h"

enum {
    AHEAD = 4096, // parcels that are read at a time
    SPARSE = 8    // ids a parcel, above which fewer are read at a time
};

struct record {
    int64_t parcel_id;
    int year;
    const char *quantities;
};

struct th_estimate_records {
    struct th_store *store;
    int from_year, to_year;
    int64_t first_id, last_id; // of the parcels that are held; first > last: none
    struct record *items;      // by parcel, then year
    size_t n, capacity;
    struct th_arena texts;
    enum th_status status; // of the visitor
    struct th_error *err;
};

enum th_status th_estimate_records_new(struct th_store *store, int from_year, int to_year,
                                       struct th_estimate_records **ret_records,
                                       struct th_error *err)
{
    struct th_estimate_records *records = calloc(1, sizeof(*records));
    if (!records) {
        return th_error_no_memory(err);
    }
    records->store = store;
    records->from_year = from_year;
    records->to_year = to_year;
    records->first_id = 1;
    *ret_records = records;
    return TH_OK;
}

void th_estimate_records_free(struct th_estimate_records *records)
{
    if (records) {
        th_arena_clear(&records->texts);
        free(records->items);
        free(records);
    }
}

static bool grow(struct th_estimate_records *records)
{
    size_t capacity = records->capacity == 0 ? 256 : 2 * records->capacity;
    struct record *items = realloc(records->items, capacity * sizeof(*items));
    if (items) {
        records->items = items;
        records->capacity = capacity;
    }
    return items != NULL;
}

static bool take(void *context, const struct th_activity *activity)
{
    struct th_estimate_records *records = context;
    if (activity->year < records->from_year || activity->year > records->to_year) {
        return true;
    }
    bool has_room = records->n < records->capacity || grow(records);
    const char *text = has_room ? th_arena_text(&records->texts, activity->quantities) : NULL;
    if (!text) {
        records->status = th_error_no_memory(records->err);
        return false;
    }
    records->items[records->n++] = (struct record){activity->parcel_id, activity->year, text};
    return true;
}

enum th_status th_estimate_records_load(struct th_estimate_records *records,
                                        const struct th_estimate_source *sources, size_t n,
                                        struct th_error *err)
{
    int64_t first = sources[0].parcel_id;
    if (first >= records->first_id && first <= records->last_id) {
        return TH_OK;
    }
    size_t ahead = n < AHEAD ? n : AHEAD;
    while (ahead > 1 && sources[ahead - 1].parcel_id - first >= (int64_t)ahead * SPARSE) {
        ahead /= 2;
    }
    int64_t last = sources[ahead - 1].parcel_id;
    last = last < first ? first : last; // of sources that are in no order: the first one alone
    th_arena_clear(&records->texts);
    records->n = 0;
    records->first_id = 1;
    records->last_id = 0;
    records->status = TH_OK;
    records->err = err;
    const struct th_activity_question question = {.parcel_id = first, .through_id = last};
    enum th_status status = th_activity_each(records->store, &question, take, records, err);
    status = status == TH_OK ? records->status : status;
    if (status == TH_OK) {
        records->first_id = first;
        records->last_id = last;
    }
    return status;
}

const char *th_estimate_records_find(const struct th_estimate_records *records, int64_t parcel_id,
                                     int year)
{
    size_t low = 0;
    size_t high = records->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct record *record = &records->items[middle];
        bool before = record->parcel_id < parcel_id ||
                      (record->parcel_id == parcel_id && record->year < year);
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    bool found = low < records->n && records->items[low].parcel_id == parcel_id &&
                 records->items[low].year == year;
    return found ? records->items[low].quantities : NULL;
}

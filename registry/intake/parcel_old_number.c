// Rows that name a parcel by a number which was put right since.
#include <stdlib.h>
#include <string.h>

#include "registry/intake/parcel_internal.h"
#include "store/ground/parcel_life_store.h"

static void describe(const struct th_parcel_renumbering *renumbering, const char *key,
                     struct th_error *ret_what)
{
    (void)th_error_set(ret_what, TH_DATA_PROBLEM, key, "number", renumbering->old_number, "now",
                       renumbering->number, NULL);
    th_error_add_int(ret_what, "parcel", renumbering->parcel_id);
}

struct asked {
    const char *village; // code
    struct th_error *what;
    bool found;
};

static bool meet_old(void *context, const struct th_parcel_renumbering *renumbering)
{
    struct asked *a = context;
    if (strcmp(a->village, renumbering->village) != 0) {
        return true;
    }
    describe(renumbering, "parcel_renumbered", a->what);
    a->found = true;
    return false;
}

enum th_status th_import_old_number(struct th_import_run *run, const struct th_staged_row *row,
                                    bool *ret_found, struct th_error *ret_what,
                                    struct th_error *err)
{
    struct asked a = {.village = run->villages.items[row->village].code, .what = ret_what};
    enum th_status status =
        row->number == NULL
            ? TH_OK
            : th_parcel_renumbering_each(run->store, row->told_id, row->number, meet_old, &a, err);
    *ret_found = a.found;
    return status;
}

struct beside {
    struct th_import_run *run;
    struct th_staged_row **numbered;
    size_t n;
    enum th_status status;
    struct th_error err;
};

// The first row of the village with this number, which is the one that was not refused as a
// repetition.
static struct th_staged_row *row_find(const struct beside *b, int village, const char *number)
{
    size_t low = 0;
    size_t high = b->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct th_staged_row *row = b->numbered[middle];
        bool before =
            row->village != village ? row->village < village : strcmp(row->number, number) < 0;
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    struct th_staged_row *row = low < b->n ? b->numbered[low] : NULL;
    return row != NULL && row->village == village && strcmp(row->number, number) == 0 ? row : NULL;
}

// The same ground is that parcel again; other ground may be another parcel, whose number this is.
static bool meet_row(void *context, const struct th_parcel_renumbering *renumbering)
{
    struct beside *b = context;
    struct th_parcel_record record;
    struct th_error what;
    int village = th_village_list_find(&b->run->villages, renumbering->village);
    struct th_staged_row *row = renumbering->old_number == NULL || village == TH_ROW_NO_INDEX
                                    ? NULL
                                    : row_find(b, village, renumbering->old_number);
    if (row == NULL || row->fate != TH_ROW_PENDING || row->parcel_id != 0) {
        return true;
    }
    b->status = th_parcel_load(b->run->store, renumbering->parcel_id, 0, &record, &b->err);
    if (b->status != TH_OK) {
        return false;
    }
    bool same = memcmp(record.geometry_hash.bytes, row->geometry_hash.bytes, TH_HASH_SIZE) == 0;
    describe(renumbering, same ? "parcel_renumbered" : "parcel_number_was", &what);
    th_problems_add(&b->run->resolved, row->row, row->feature,
                    same ? TH_PROBLEM_ERROR : TH_PROBLEM_WARNING, NULL, &what);
    if (same) {
        row->fate = TH_ROW_REFUSED;
    }
    return true;
}

enum th_status th_import_old_numbers(struct th_import_run *run, struct th_staged_row **numbered,
                                     size_t n, struct th_error *err)
{
    struct beside b = {.run = run, .numbered = numbered, .n = n, .status = TH_OK};
    enum th_status status = th_parcel_renumbering_each(run->store, 0, NULL, meet_row, &b, err);
    if (status == TH_OK && b.status != TH_OK && err != NULL) {
        *err = b.err;
    }
    return status == TH_OK ? b.status : status;
}

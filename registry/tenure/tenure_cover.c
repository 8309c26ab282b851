// How contracts cover the days of a parcel, in exact fractions.
#include <stdlib.h>

#include "registry/tenure/tenure_internal.h"

struct loading {
    struct th_tenure_cover cover;
    bool no_memory;
};

static bool load_one(void *context, const struct th_tenure_share *share)
{
    struct loading *l = context;
    struct th_tenure_cover *cover = &l->cover;
    if (cover->n == cover->capacity) {
        size_t capacity = cover->capacity == 0 ? 16 : 2 * cover->capacity;
        struct th_tenure_share *grown = realloc(cover->items, capacity * sizeof(*grown));
        l->no_memory = grown == NULL;
        if (grown == NULL) {
            return false;
        }
        cover->items = grown;
        cover->capacity = capacity;
    }
    cover->items[cover->n++] = *share;
    return true;
}

enum th_status th_tenure_cover_load(struct th_store *store, int64_t parcel_id, struct th_date from,
                                    struct th_date to, struct th_tenure_cover *ret_cover,
                                    struct th_error *err)
{
    struct loading l = {.no_memory = false};
    enum th_status status = th_tenure_share_each(store, parcel_id, 0, from, to, load_one, &l, err);
    if (status == TH_OK && l.no_memory) {
        status = th_error_no_memory(err);
    }
    if (status != TH_OK) {
        th_tenure_cover_clear(&l.cover);
        return status;
    }
    *ret_cover = l.cover;
    return TH_OK;
}

void th_tenure_cover_clear(struct th_tenure_cover *cover)
{
    free(cover->items);
    *cover = (struct th_tenure_cover){0};
}

static bool holds(const struct th_tenure_share *share, struct th_date on)
{
    return th_date_compare(share->from, on) <= 0 && th_date_compare(share->to, on) >= 0;
}

enum th_status th_tenure_cover_on(const struct th_tenure_cover *cover, struct th_date on,
                                  bool carbon_only, struct th_ratio *ret_sum, struct th_error *err)
{
    struct th_ratio sum = {0, 1};
    for (size_t i = 0; i < cover->n; i++) {
        const struct th_tenure_share *item = &cover->items[i];
        if (!holds(item, on) || (carbon_only && !item->carbon_right)) {
            continue;
        }
        enum th_status status = th_ratio_add(sum, item->share, &sum, err);
        if (status != TH_OK) {
            return status;
        }
    }
    *ret_sum = sum;
    return TH_OK;
}

// The sum changes on first days, and on the days behind last ones: nowhere else need be looked.
enum th_status th_tenure_cover_find(const struct th_tenure_cover *cover, struct th_date from,
                                    struct th_date to, bool carbon_only, int sign, bool *ret_found,
                                    struct th_date *ret_on, struct th_ratio *ret_sum,
                                    struct th_error *err)
{
    const struct th_ratio one = {1, 1};
    bool found = false;
    struct th_date first = from;
    struct th_ratio first_sum = one;
    for (size_t i = 0; i <= 2 * cover->n; i++) {
        struct th_date on = from;
        struct th_ratio sum;
        if (i > 0 && i % 2 == 1) {
            on = cover->items[(i - 1) / 2].from;
        } else if (i > 0) {
            on = th_date_after(cover->items[(i - 1) / 2].to);
        }
        if (th_date_compare(on, from) < 0 || th_date_compare(on, to) > 0 ||
            (found && th_date_compare(on, first) >= 0)) {
            continue;
        }
        enum th_status status = th_tenure_cover_on(cover, on, carbon_only, &sum, err);
        if (status != TH_OK) {
            return status;
        }
        if (th_ratio_compare(sum, one) == sign) {
            found = true;
            first = on;
            first_sum = sum;
        }
    }
    *ret_found = found;
    if (found) {
        *ret_on = first;
        *ret_sum = first_sum;
    }
    return TH_OK;
}

// What the approval of a proposal would change: its posts, made without being applied, summed up by
// party.
#include <stdlib.h>
#include <string.h>

#include "trading/deal/deal.h"

struct change {
    int64_t party_id;
    const char *what; // state of units, or account; borrowed from the posts
    int64_t amount;
};

struct changes {
    struct change *items;
    size_t n;
    size_t capacity;
};

static enum th_status add(struct changes *changes, int64_t party_id, const char *what,
                          int64_t amount, struct th_error *err)
{
    for (size_t i = changes->n; i > 0; i--) {
        struct change *change = &changes->items[i - 1];
        if (change->party_id == party_id && strcmp(change->what, what) == 0) {
            change->amount += amount;
            return TH_OK;
        }
    }
    if (changes->n == changes->capacity) {
        size_t capacity = changes->capacity == 0 ? 16 : changes->capacity * 2;
        struct change *items = realloc(changes->items, capacity * sizeof(*items));
        if (!items) {
            return th_error_no_memory(err);
        }
        changes->items = items;
        changes->capacity = capacity;
    }
    changes->items[changes->n++] = (struct change){party_id, what, amount};
    return TH_OK;
}

static enum th_status add_place(struct changes *units, const struct th_json *place,
                                int64_t change_t, struct th_error *err)
{
    return add(units, th_json_get_int(place, "owner", 0), th_json_get_text(place, "state", ""),
               change_t, err);
}

static enum th_status sum_up(const struct th_json *posts, struct changes *units,
                             struct changes *money, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < th_json_size(posts) && status == TH_OK; i++) {
        const struct th_json *post = th_json_at(posts, i);
        const char *kind = th_json_get_text(post, "post", "");
        int64_t tonnes_t = th_json_get_int(post, "last", 0) - th_json_get_int(post, "first", 0) + 1;
        if (strcmp(kind, "units") == 0) {
            status = add_place(units, th_json_get(post, "from"), -tonnes_t, err);
        }
        if (status == TH_OK && strcmp(kind, "units") == 0) {
            status = add_place(units, th_json_get(post, "to"), tonnes_t, err);
        }
        if (strcmp(kind, "money") == 0) {
            status =
                add(money, th_json_get_int(post, "party", 0), th_json_get_text(post, "account", ""),
                    th_json_get_int(post, "amount_fen", 0), err);
        }
    }
    return status;
}

static int by_party(const void *a, const void *b)
{
    const struct change *left = a;
    const struct change *right = b;
    if (left->party_id != right->party_id) {
        return left->party_id < right->party_id ? -1 : 1;
    }
    return strcmp(left->what, right->what);
}

// Those that change nothing in the end are left out.
static enum th_status changes_json(struct th_store *store, struct changes *changes,
                                   const char *what_key, const char *amount_key,
                                   struct th_json **ret_array, struct th_error *err)
{
    struct th_json *array = th_json_array();
    enum th_status status = TH_OK;
    if (changes->n > 0) {
        qsort(changes->items, changes->n, sizeof(*changes->items), by_party);
    }
    for (size_t i = 0; i < changes->n && status == TH_OK; i++) {
        const struct change *change = &changes->items[i];
        if (change->amount == 0) {
            continue;
        }
        struct th_json *item = th_json_object();
        status = th_json_set_party(store, item, "party", change->party_id, err);
        th_json_set_text(item, what_key, change->what);
        th_json_set_int(item, amount_key, change->amount);
        th_json_append(array, item);
    }
    if (status == TH_OK) {
        *ret_array = array;
    } else {
        th_json_free(array);
    }
    return status;
}

static enum th_status effect_json(struct th_store *store, const struct th_json *posts,
                                  struct th_json *effect, struct th_error *err)
{
    struct changes units = {0};
    struct changes money = {0};
    struct th_json *array = NULL;
    enum th_status status = sum_up(posts, &units, &money, err);
    if (status == TH_OK) {
        status = changes_json(store, &units, "state", "change_t", &array, err);
    }
    if (status == TH_OK) {
        th_json_set(effect, "units", array);
        status = changes_json(store, &money, "account", "change_fen", &array, err);
    }
    if (status == TH_OK) {
        th_json_set(effect, "money", array);
    }
    free(units.items);
    free(money.items);
    return status;
}

enum th_status th_trade_effect(struct th_store *store, int64_t trade_id, struct th_json *reply,
                               struct th_error *err)
{
    struct th_decision decision = {.state = "approved"};
    struct th_json *posts = NULL;
    struct th_json *effect = th_json_object();
    struct th_posting *posting = th_posting_new_dry(store);
    enum th_status status = th_decision_load(store, trade_id, &decision, err);
    if (status == TH_OK) {
        status = th_decision_carry_out(posting, &decision, err);
    }
    if (status == TH_OK) {
        posts = th_posting_take(posting);
        status = effect_json(store, posts, effect, err);
    }
    th_json_free(posts);
    th_posting_free(posting);
    th_decision_clear(&decision);
    if (status == TH_OK) {
        th_json_set(reply, "effect", effect);
    } else {
        th_json_free(effect);
    }
    return status;
}

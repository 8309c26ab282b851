// What the approval of a proposal would change: its posts, made without being applied, summed up by
// party.
#include <stdlib.h>
#include <string.h>

#include "trading/deal/deal.h"

struct change {
    int64_t party_id;
    const char *what; // state of units, or account; borrowed from the posts
    bool dropped;     // claims that nobody has any more: what was receivable turns less
    int64_t amount;
};

struct changes {
    struct change *items;
    size_t n;
    size_t capacity;
};

static enum th_status add(struct changes *changes, const struct change *added, struct th_error *err)
{
    for (size_t i = changes->n; i > 0; i--) {
        struct change *change = &changes->items[i - 1];
        if (change->party_id == added->party_id && change->dropped == added->dropped &&
            strcmp(change->what, added->what) == 0) {
            change->amount += added->amount;
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
    changes->items[changes->n++] = *added;
    return TH_OK;
}

static enum th_status add_place(struct changes *units, const struct th_json *place,
                                int64_t change_t, struct th_error *err)
{
    const struct change change = {.party_id = th_json_get_int(place, "owner", 0),
                                  .what = th_json_get_text(place, "state", ""),
                                  .amount = change_t};
    return add(units, &change, err);
}

static enum th_status add_leg(struct changes *money, const struct th_json *post,
                              struct th_error *err)
{
    const struct change change = {
        .party_id = th_json_get_int(post, "party", 0),
        .what = th_json_get_text(post, "account", ""),
        .dropped = strcmp(th_json_get_text(post, "memo", ""), "money.dropped") == 0,
        .amount = th_json_get_int(post, "amount_fen", 0)};
    return add(money, &change, err);
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
            status = add_leg(money, post, err);
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
    int order = strcmp(left->what, right->what);
    return order != 0 ? order : (int)left->dropped - (int)right->dropped;
}

// In words, what a party gains of claims is receivable and what it loses payable; of claims that
// are dropped it is the other way round, and less.
static void set_side(struct th_json *item, const struct change *change)
{
    bool cash = strcmp(change->what, "cash") == 0;
    bool receivable = (change->amount > 0) != change->dropped;
    th_json_set_text(item, "side", cash ? "cash" : receivable ? "receivable" : "payable");
    th_json_set_int(item, "side_fen", cash || receivable ? change->amount : -change->amount);
}

// Those that change nothing in the end are left out.
static enum th_status changes_json(struct th_store *store, struct changes *changes, bool of_money,
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
        th_json_set_text(item, of_money ? "account" : "state", change->what);
        th_json_set_int(item, of_money ? "change_fen" : "change_t", change->amount);
        if (of_money) {
            set_side(item, change);
        }
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
        status = changes_json(store, &units, false, &array, err);
    }
    if (status == TH_OK) {
        th_json_set(effect, "units", array);
        status = changes_json(store, &money, true, &array, err);
    }
    if (status == TH_OK) {
        bool nothing = th_json_size(th_json_get(effect, "units")) + th_json_size(array) == 0;
        th_json_set(effect, "money", array);
        th_json_set(effect, "moves", nothing ? th_json_string("nothing") : th_json_null());
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
    if (decision.lock.lock_id != 0) {
        th_json_set_bool(effect, "units_locked", !decision.offered);
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

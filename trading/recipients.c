// Who gets what of a distributed amount.
#include <stdlib.h>
#include <string.h>

#include "trading/revenue_internal.h"

void th_payment_list_clear(struct th_payment_list *list)
{
    free(list->items);
    *list = (struct th_payment_list){0};
}

enum th_status th_payment_list_add(struct th_payment_list *list, int64_t party_id, int64_t weight_t,
                                   int64_t amount_fen, struct th_error *err)
{
    size_t low = 0;
    size_t high = list->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->items[middle].party_id < party_id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < list->n && list->items[low].party_id == party_id) {
        list->items[low].weight_t += weight_t;
        list->items[low].amount_fen += amount_fen;
        return TH_OK;
    }
    if (list->n == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        struct th_payment *items = realloc(list->items, capacity * sizeof(*items));
        if (items == NULL) {
            return th_error_no_memory(err);
        }
        list->items = items;
        list->capacity = capacity;
    }
    memmove(&list->items[low + 1], &list->items[low], (list->n - low) * sizeof(*list->items));
    list->items[low] = (struct th_payment){party_id, weight_t, amount_fen};
    list->n++;
    return TH_OK;
}

enum { VILLAGES_MAX = 4096 }; // of one package

struct village_list {
    struct {
        char code[TH_CODE_SIZE];
    } * items;
    int64_t *mass_kg;
    size_t n;
    bool failed;
};

static bool collect_village(void *context, const char *village_code, struct th_carbon mass)
{
    struct village_list *villages = context;
    if (villages->n >= VILLAGES_MAX) {
        villages->failed = true;
        return false;
    }
    size_t i = villages->n++;
    memcpy(villages->items[i].code, village_code,
           strnlen(village_code, sizeof(villages->items[i].code) - 1));
    villages->mass_kg[i] = th_carbon_kg(mass);
    return true;
}

struct kind_search {
    const char *kind;
    struct th_party found;
    int n;
};

static bool match_kind(void *context, const struct th_party *party)
{
    struct kind_search *search = context;
    if (strcmp(party->kind, search->kind) == 0) {
        search->found = *party;
        search->n++;
    }
    return search->n < 2;
}

// The party of a kind for a village: its collective, its township; or the one party of that kind
// that the registry knows (a restoration fund).
static enum th_status party_for(struct th_store *store, const char *kind, const char *village_code,
                                int64_t *ret_party_id, struct th_error *err)
{
    struct th_village village;
    struct th_party party;
    if (strcmp(kind, "village") != 0 && strcmp(kind, "township") != 0 &&
        strcmp(kind, "subdistrict") != 0) {
        struct kind_search search = {.kind = kind};
        enum th_status status = th_party_each(store, match_kind, &search, err);
        if (status == TH_OK && search.n != 1) {
            status = th_error_set(err, TH_NOT_FOUND, "recipient_missing", "kind", kind, "village",
                                  village_code, NULL);
        }
        if (status == TH_OK) {
            *ret_party_id = search.found.party_id;
        }
        return status;
    }
    enum th_status status = th_village_load(store, village_code, &village, err);
    if (status == TH_OK) {
        status = th_party_of_village(store, kind, &village, &party, err);
    }
    if (status == TH_OK) {
        *ret_party_id = party.party_id;
    }
    return status;
}

// The tonnes of one package of a pool, weighed to the parties of `kind`.
static enum th_status weigh_package(struct th_store *store, const struct th_pool_share *share,
                                    const char *kind, struct th_payment_list *weights,
                                    struct th_error *err)
{
    struct th_package_record package;
    struct th_party holder;
    struct village_list villages = {0};
    int64_t *tonnes_t = NULL;
    enum th_status status = th_package_load(store, share->package_id, &package, err);
    if (status == TH_OK) {
        status = th_party_load(store, package.holder_id, &holder, err);
    }
    if (status != TH_OK) {
        return status;
    }
    int64_t bought_t = th_units_t(share->bought);
    if (strcmp(holder.kind, kind) == 0) {
        return th_payment_list_add(weights, holder.party_id, bought_t, 0, err);
    }
    villages.items = calloc(VILLAGES_MAX, sizeof(*villages.items));
    villages.mass_kg = calloc(VILLAGES_MAX, sizeof(*villages.mass_kg));
    tonnes_t = calloc(VILLAGES_MAX, sizeof(*tonnes_t));
    if (villages.items == NULL || villages.mass_kg == NULL || tonnes_t == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    status = th_package_village_each(store, share->package_id, collect_village, &villages, err);
    if (status == TH_OK && villages.failed) {
        status = th_error_set(err, TH_LIMIT, "pool_too_large", NULL);
    }
    // A package without parcels in the registry counts for its holder's village.
    if (status == TH_OK && villages.n == 0) {
        (void)collect_village(&villages, holder.village, th_carbon_from_kg(1));
    }
    if (status == TH_OK) {
        status = th_allocate(bought_t, villages.mass_kg, villages.n, tonnes_t, err);
    }
    for (size_t i = 0; i < villages.n && status == TH_OK; i++) {
        int64_t party_id = 0;
        status = party_for(store, kind, villages.items[i].code, &party_id, err);
        if (status == TH_OK) {
            status = th_payment_list_add(weights, party_id, tonnes_t[i], 0, err);
        }
    }
done:
    free(villages.items);
    free(villages.mass_kg);
    free(tonnes_t);
    return status;
}

// Shares an amount over parties of one kind by what they contributed to one pool.
static enum th_status share_kind(struct th_store *store, const struct th_pool_list *shares,
                                 const char *kind, int64_t amount_fen,
                                 struct th_payment_list *payments, struct th_error *err)
{
    struct th_payment_list weights = {0};
    int64_t *weight_t = NULL;
    int64_t *share_fen = NULL;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < shares->n && status == TH_OK; i++) {
        status = weigh_package(store, &shares->items[i], kind, &weights, err);
    }
    if (status != TH_OK) {
        goto done;
    }
    weight_t = calloc(weights.n > 0 ? weights.n : 1, sizeof(*weight_t));
    share_fen = calloc(weights.n > 0 ? weights.n : 1, sizeof(*share_fen));
    if (weight_t == NULL || share_fen == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    for (size_t i = 0; i < weights.n; i++) {
        weight_t[i] = weights.items[i].weight_t;
    }
    status = th_allocate(amount_fen, weight_t, weights.n, share_fen, err);
    for (size_t i = 0; i < weights.n && status == TH_OK; i++) {
        status = th_payment_list_add(payments, weights.items[i].party_id, weight_t[i], share_fen[i],
                                     err);
    }
done:
    free(weight_t);
    free(share_fen);
    th_payment_list_clear(&weights);
    return status;
}

// The shares of a term as whole weights over their common denominator.
static enum th_status split_weights(const struct th_term *term, int64_t weights[TH_TERM_SPLITS_MAX],
                                    struct th_error *err)
{
    struct th_ratio common = {1, 1};
    enum th_status status = TH_OK;
    // The least common multiple, step by step: common / d in lowest terms has the denominator
    // d / gcd(common, d).
    for (size_t i = 0; i < term->n_splits && status == TH_OK; i++) {
        struct th_ratio quotient;
        status = th_ratio_make(common.numerator, term->splits[i].share.denominator, &quotient, err);
        if (status == TH_OK) {
            status = th_ratio_apply_floor((struct th_ratio){quotient.denominator, 1},
                                          common.numerator, &common.numerator, err);
        }
    }
    for (size_t i = 0; i < term->n_splits && status == TH_OK; i++) {
        status = th_ratio_apply_floor(term->splits[i].share, common.numerator, &weights[i], err);
    }
    return status;
}

// One pool's part of the amount, over the kinds of the term.
static enum th_status share_pool(struct th_store *store, int64_t pool_id,
                                 const struct th_term *term, int64_t amount_fen,
                                 struct th_payment_list *payments, struct th_error *err)
{
    struct th_pool_list shares = {0};
    int64_t weights[TH_TERM_SPLITS_MAX];
    int64_t kind_fen[TH_TERM_SPLITS_MAX];
    enum th_status status = th_pool_shares(store, pool_id, &shares, err);
    if (status == TH_OK) {
        status = split_weights(term, weights, err);
    }
    if (status == TH_OK) {
        status = th_allocate(amount_fen, weights, term->n_splits, kind_fen, err);
    }
    for (size_t i = 0; i < term->n_splits && status == TH_OK; i++) {
        status = share_kind(store, &shares, term->splits[i].party_kind, kind_fen[i], payments, err);
    }
    th_pool_list_clear(&shares);
    return status;
}

enum th_status th_recipients_share(struct th_store *store, int64_t trade_id,
                                   const struct th_term *term, int64_t amount_fen,
                                   struct th_payment_list *ret_payments, struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    struct th_payment_list pools = {0}; // by pool id: tonnes as weight
    struct th_payment_list payments = {0};
    int64_t *weight_t = NULL;
    int64_t *part_fen = NULL;
    enum th_status status = th_trade_lines(store, trade_id, &lines, err);
    for (size_t i = 0; i < lines.n && status == TH_OK; i++) {
        status = th_payment_list_add(&pools, lines.items[i].pool_id,
                                     th_units_t(lines.items[i].tonnes), 0, err);
    }
    if (status != TH_OK) {
        goto done;
    }
    weight_t = calloc(pools.n > 0 ? pools.n : 1, sizeof(*weight_t));
    part_fen = calloc(pools.n > 0 ? pools.n : 1, sizeof(*part_fen));
    if (weight_t == NULL || part_fen == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    for (size_t i = 0; i < pools.n; i++) {
        weight_t[i] = pools.items[i].weight_t;
    }
    status = th_allocate(amount_fen, weight_t, pools.n, part_fen, err);
    for (size_t i = 0; i < pools.n && status == TH_OK; i++) {
        status = share_pool(store, pools.items[i].party_id, term, part_fen[i], &payments, err);
    }
done:
    free(weight_t);
    free(part_fen);
    th_trade_line_list_clear(&lines);
    th_payment_list_clear(&pools);
    if (status == TH_OK) {
        *ret_payments = payments;
    } else {
        th_payment_list_clear(&payments);
    }
    return status;
}

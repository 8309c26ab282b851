// Who takes part in what a sale gives, and by which weight. First everybody is gathered, with the
// factors of his weight; then the factors are brought over one denominator.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/revenue/member_store.h"
#include "trading/revenue/revenue_internal.h"
#include "trading/revenue/whole.h"

void th_payment_list_clear(struct th_payment_list *list)
{
    free(list->items);
    free(list->weights);
    *list = (struct th_payment_list){0};
}

enum { VILLAGES_MAX = 4096 };

struct village_list { // of one package
    struct {
        char code[TH_CODE_SIZE];
    } * items;
    int64_t *mass_kg;
    int64_t *tonnes_t;
    size_t n;
    bool failed;
};

struct pool { // that a sale drew on
    int64_t pool_id;
    int64_t drawn_t;
    int64_t bought_t;
    struct th_whole factor; // drawn_t over bought_t, brought over the common denominator
};

struct claim { // one reason for which a party gets something
    int64_t party_id;
    int64_t group_id;      // whose member the party is; 0: itself
    struct th_ratio share; // in the group; 1 otherwise
    int64_t weight_t;
    size_t pool;
    size_t split;
};

struct gathering {
    struct th_store *store;
    const char *on_date; // of the sale
    const struct th_term *term;
    struct pool *pools;
    size_t n_pools;
    struct claim *claims;
    size_t n_claims;
    size_t capacity;
    struct village_list villages;
    struct th_member_share_list members; // of the group at hand
    int64_t members_of;                  // group; 0: none
    size_t pool, split;                  // at hand
};

static enum th_status claim(struct gathering *gathering, int64_t party_id, int64_t group_id,
                            struct th_ratio share, int64_t weight_t, struct th_error *err)
{
    if (gathering->n_claims == gathering->capacity) {
        size_t capacity = gathering->capacity == 0 ? 64 : gathering->capacity * 2;
        struct claim *claims = realloc(gathering->claims, capacity * sizeof(*claims));
        if (!claims) {
            return th_error_no_memory(err);
        }
        gathering->claims = claims;
        gathering->capacity = capacity;
    }
    gathering->claims[gathering->n_claims++] =
        (struct claim){party_id, group_id, share, weight_t, gathering->pool, gathering->split};
    return TH_OK;
}

// The members of a group, each by its share of what the group contributed.
static enum th_status claim_members(struct gathering *gathering, int64_t group_id, int64_t weight_t,
                                    struct th_error *err)
{
    enum th_status status = TH_OK;
    if (gathering->members_of != group_id) {
        th_member_share_list_clear(&gathering->members);
        gathering->members_of = 0;
        status = th_member_shares_on(gathering->store, group_id, gathering->on_date,
                                     &gathering->members, err);
        if (status == TH_OK) {
            status = th_member_shares_whole(gathering->store, group_id, gathering->on_date,
                                            &gathering->members, err);
        }
        gathering->members_of = status == TH_OK ? group_id : 0;
    }
    for (size_t i = 0; i < gathering->members.n && status == TH_OK; i++) {
        const struct th_member_share *member = &gathering->members.items[i];
        status = claim(gathering, member->member_id, group_id, member->share, weight_t, err);
    }
    return status;
}

static enum th_status claim_as(struct gathering *gathering, const char *kind, int64_t party_id,
                               int64_t weight_t, struct th_error *err)
{
    return strcmp(kind, "member") == 0
               ? claim_members(gathering, party_id, weight_t, err)
               : claim(gathering, party_id, 0, (struct th_ratio){1, 1}, weight_t, err);
}

static bool collect_village(void *context, const char *village_code, struct th_carbon mass)
{
    struct village_list *villages = context;
    if (villages->n >= VILLAGES_MAX) {
        villages->failed = true;
        return false;
    }
    size_t i = villages->n++;
    memset(&villages->items[i], 0, sizeof(villages->items[i]));
    memcpy(villages->items[i].code, village_code,
           strnlen(village_code, sizeof(villages->items[i].code) - 1));
    villages->mass_kg[i] = th_carbon_kg(mass);
    return true;
}

// The party of a kind for a village: its collective, its township; or the one party of that kind
// that the registry knows by now (a restoration fund).
static enum th_status party_for(struct th_store *store, const char *kind, const char *village_code,
                                int64_t *ret_party_id, struct th_error *err)
{
    struct th_village village;
    struct th_party party;
    if (strcmp(kind, "village") != 0 && strcmp(kind, "township") != 0 &&
        strcmp(kind, "subdistrict") != 0) {
        int64_t found_id = 0;
        enum th_status status = th_recipient_only(store, kind, &found_id, err);
        if (status == TH_OK && found_id == 0) {
            status = th_error_set(err, TH_NOT_FOUND, "recipient_missing", "kind", kind, "village",
                                  village_code, NULL);
        }
        if (status == TH_OK) {
            *ret_party_id = found_id;
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

// The kind that stands for a package as a whole, when its holder is of it: a cooperative's members
// share what the cooperative contributed.
static bool holder_stands(const struct th_party *holder, const char *kind)
{
    return strcmp(kind, "member") == 0 ? strcmp(holder->kind, "cooperative") == 0
                                       : strcmp(holder->kind, kind) == 0;
}

// The tonnes of one package of a pool, to the parties of `kind`.
static enum th_status weigh_package(struct gathering *gathering, const struct th_pool_share *share,
                                    const char *kind, struct th_error *err)
{
    struct th_store *store = gathering->store;
    struct village_list *villages = &gathering->villages;
    struct th_package_record package;
    struct th_party holder;
    int64_t bought_t = th_units_t(share->bought);
    enum th_status status = th_package_load(store, share->package_id, &package, err);
    if (status == TH_OK) {
        status = th_party_load(store, package.holder_id, &holder, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (holder_stands(&holder, kind)) {
        return claim_as(gathering, kind, holder.party_id, bought_t, err);
    }
    villages->n = 0;
    status = th_package_village_each(store, share->package_id, collect_village, villages, err);
    if (status == TH_OK && villages->failed) {
        status = th_error_set(err, TH_LIMIT, "pool_too_large", NULL);
    }
    // A package without parcels in the registry counts for its holder's village.
    if (status == TH_OK && villages->n == 0) {
        (void)collect_village(villages, holder.village, th_carbon_from_kg(1));
    }
    if (status == TH_OK) {
        status = th_allocate(bought_t, villages->mass_kg, villages->n, villages->tonnes_t, err);
    }
    const char *place_kind = strcmp(kind, "member") == 0 ? "village" : kind;
    for (size_t i = 0; i < villages->n && status == TH_OK; i++) {
        int64_t party_id = 0;
        status = party_for(store, place_kind, villages->items[i].code, &party_id, err);
        if (status == TH_OK) {
            status = claim_as(gathering, kind, party_id, villages->tonnes_t[i], err);
        }
    }
    return status;
}

static enum th_status gather_pool(struct gathering *gathering, struct pool *pool,
                                  struct th_error *err)
{
    struct th_pool_list shares = {0};
    enum th_status status = th_pool_shares(gathering->store, pool->pool_id, &shares, err);
    for (size_t i = 0; i < shares.n && status == TH_OK; i++) {
        pool->bought_t += th_units_t(shares.items[i].bought);
    }
    if (status == TH_OK && (pool->bought_t <= 0 || pool->bought_t > UINT32_MAX)) {
        status = th_error_set(err, TH_LIMIT, "pool_too_large", NULL);
    }
    for (size_t k = 0; k < gathering->term->n_splits && status == TH_OK; k++) {
        const struct th_term_split *split = &gathering->term->splits[k];
        gathering->split = k;
        if (split->party_id != 0) {
            status =
                claim(gathering, split->party_id, 0, (struct th_ratio){1, 1}, pool->bought_t, err);
            continue;
        }
        for (size_t i = 0; i < shares.n && status == TH_OK; i++) {
            status = weigh_package(gathering, &shares.items[i], split->party_kind, err);
        }
    }
    th_pool_list_clear(&shares);
    return status;
}

static int by_pool(const void *a, const void *b)
{
    const struct pool *left = a;
    const struct pool *right = b;
    return (left->pool_id > right->pool_id) - (left->pool_id < right->pool_id);
}

// The pools of a sale, each once.
static enum th_status gather_pools(struct gathering *gathering, int64_t trade_id,
                                   struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    enum th_status status = th_trade_lines(gathering->store, trade_id, &lines, err);
    if (status != TH_OK) {
        return status;
    }
    struct pool *pools = calloc(lines.n > 0 ? lines.n : 1, sizeof(*pools));
    if (!pools) {
        th_trade_line_list_clear(&lines);
        return th_error_no_memory(err);
    }
    gathering->pools = pools;
    size_t n = 0;
    for (size_t i = 0; i < lines.n; i++) {
        // What came out of no pool has no village behind it.
        if (lines.items[i].pool_id != 0) {
            pools[n++] = (struct pool){.pool_id = lines.items[i].pool_id,
                                       .drawn_t = th_units_t(lines.items[i].tonnes)};
        }
    }
    if (n > 0) {
        qsort(pools, n, sizeof(*pools), by_pool);
    }
    for (size_t i = 0; i < n; i++) {
        struct pool *last = gathering->n_pools > 0 ? &pools[gathering->n_pools - 1] : NULL;
        if (last && last->pool_id == pools[i].pool_id) {
            last->drawn_t += pools[i].drawn_t;
        } else {
            pools[gathering->n_pools++] = pools[i];
        }
    }
    th_trade_line_list_clear(&lines);
    return TH_OK;
}

static enum th_status make_room(struct gathering *gathering, struct th_error *err)
{
    struct village_list *villages = &gathering->villages;
    villages->items = calloc(VILLAGES_MAX, sizeof(*villages->items));
    villages->mass_kg = calloc(VILLAGES_MAX, sizeof(*villages->mass_kg));
    villages->tonnes_t = calloc(VILLAGES_MAX, sizeof(*villages->tonnes_t));
    return villages->items && villages->mass_kg && villages->tonnes_t ? TH_OK
                                                                      : th_error_no_memory(err);
}

static enum th_status gather(struct gathering *gathering, int64_t trade_id, struct th_error *err)
{
    enum th_status status = make_room(gathering, err);
    if (status == TH_OK) {
        status = gather_pools(gathering, trade_id, err);
    }
    for (size_t i = 0; i < gathering->n_pools && status == TH_OK; i++) {
        gathering->pool = i;
        status = gather_pool(gathering, &gathering->pools[i], err);
    }
    return status;
}

static void gathering_clear(struct gathering *gathering)
{
    free(gathering->villages.items);
    free(gathering->villages.mass_kg);
    free(gathering->villages.tonnes_t);
    free(gathering->pools);
    free(gathering->claims);
    th_member_share_list_clear(&gathering->members);
}

// One denominator for all shares of a term, or of members: false beyond what a weight may have.
static bool common_denominator(int64_t *common, int64_t denominator)
{
    int64_t a = *common;
    int64_t b = denominator;
    assert(a > 0 && b > 0);
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    assert(a > 0);
    int64_t factor = denominator / a;
    if (*common > INT64_MAX / factor) {
        return false;
    }
    *common *= factor;
    return true;
}

// The factors of the pools over the common multiple of what was bought in each.
static bool set_pool_factors(struct gathering *gathering)
{
    struct th_whole common;
    bool fits = true;
    th_whole_set(&common, 1);
    for (size_t i = 0; i < gathering->n_pools && fits; i++) {
        fits = th_whole_common(&common, (uint32_t)gathering->pools[i].bought_t);
    }
    for (size_t i = 0; i < gathering->n_pools && fits; i++) {
        struct pool *pool = &gathering->pools[i];
        pool->factor = common;
        (void)th_whole_divide(&pool->factor, (uint32_t)pool->bought_t);
        // All of a sale out of one pool is the same to everybody.
        fits = gathering->n_pools == 1 || th_whole_multiply(&pool->factor, (uint64_t)pool->drawn_t);
    }
    return fits;
}

static bool weigh_claim(const struct gathering *gathering, const struct claim *claim,
                        int64_t split_common, int64_t member_common, struct th_whole *ret_weight)
{
    const struct th_term_split *split = &gathering->term->splits[claim->split];
    int64_t split_factor = split->share.numerator * (split_common / split->share.denominator);
    int64_t member_factor = claim->share.numerator * (member_common / claim->share.denominator);
    *ret_weight = gathering->pools[claim->pool].factor;
    return th_whole_multiply(ret_weight, (uint64_t)claim->weight_t) &&
           th_whole_multiply(ret_weight, (uint64_t)split_factor) &&
           th_whole_multiply(ret_weight, (uint64_t)member_factor);
}

static int by_party(const void *a, const void *b)
{
    const struct claim *left = a;
    const struct claim *right = b;
    if (left->party_id != right->party_id) {
        return left->party_id < right->party_id ? -1 : 1;
    }
    return (left->group_id > right->group_id) - (left->group_id < right->group_id);
}

// Claims become payments, one for each party and group, with their weights. False when a number is
// too long.
static bool merge(struct gathering *gathering, struct th_payment_list *payments,
                  struct th_whole *weights)
{
    int64_t split_common = 1;
    int64_t member_common = 1;
    bool fits = set_pool_factors(gathering);
    for (size_t k = 0; k < gathering->term->n_splits && fits; k++) {
        fits = common_denominator(&split_common, gathering->term->splits[k].share.denominator);
    }
    for (size_t i = 0; i < gathering->n_claims && fits; i++) {
        fits = common_denominator(&member_common, gathering->claims[i].share.denominator);
    }
    if (gathering->n_claims > 0) {
        qsort(gathering->claims, gathering->n_claims, sizeof(*gathering->claims), by_party);
    }
    for (size_t i = 0; i < gathering->n_claims && fits; i++) {
        const struct claim *claim = &gathering->claims[i];
        struct th_distribution_payment *last =
            payments->n > 0 ? &payments->items[payments->n - 1] : NULL;
        struct th_whole weight;
        fits = weigh_claim(gathering, claim, split_common, member_common, &weight);
        if (fits && last && last->party_id == claim->party_id &&
            last->group_id == claim->group_id) {
            last->weight_t += claim->weight_t;
            fits = th_whole_add(&weights[payments->n - 1], &weight);
        } else if (fits) {
            weights[payments->n] = weight;
            payments->items[payments->n++] = (struct th_distribution_payment){
                claim->party_id, claim->group_id, claim->share, claim->weight_t, 0};
        }
    }
    return fits;
}

// Each weight in as many limbs as the longest one needs.
static enum th_status pack(struct th_payment_list *payments, const struct th_whole *weights,
                           struct th_error *err)
{
    payments->width = 1;
    for (size_t i = 0; i < payments->n; i++) {
        payments->width = weights[i].n > payments->width ? weights[i].n : payments->width;
    }
    payments->weights = calloc(payments->n * payments->width + 1, sizeof(*payments->weights));
    if (!payments->weights) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < payments->n; i++) {
        memcpy(&payments->weights[i * payments->width], weights[i].limbs,
               weights[i].n * sizeof(*payments->weights));
    }
    return TH_OK;
}

enum th_status th_recipients_lack(struct th_store *store, const struct th_term *term,
                                  int64_t pool_id, const char *on_date,
                                  char ret_code[TH_ERROR_KEY_SIZE], struct th_error *err)
{
    struct gathering gathering = {.store = store, .on_date = on_date, .term = term};
    struct pool pool = {.pool_id = pool_id};
    struct th_error why = {0};
    enum th_status status = make_room(&gathering, &why);
    if (status == TH_OK) {
        status = gather_pool(&gathering, &pool, &why);
    }
    gathering_clear(&gathering);
    bool lacks = status == TH_NOT_FOUND || status == TH_CONFLICT;
    if (status != TH_OK && !lacks) {
        if (err) {
            *err = why;
        }
        return status;
    }
    th_text_copy(ret_code, TH_ERROR_KEY_SIZE,
                 status == TH_NOT_FOUND ? "recipient_missing" : why.key);
    return TH_OK;
}

enum th_status th_recipients_gather(struct th_store *store, const struct th_trade *trade,
                                    const struct th_term *term,
                                    struct th_payment_list *ret_payments, struct th_error *err)
{
    struct gathering gathering = {.store = store, .on_date = trade->on_date, .term = term};
    struct th_payment_list payments = {0};
    struct th_whole *weights = NULL;
    enum th_status status = gather(&gathering, trade->trade_id, err);
    if (status != TH_OK) {
        goto done;
    }
    payments.items = calloc(gathering.n_claims + 1, sizeof(*payments.items));
    weights = malloc((gathering.n_claims + 1) * sizeof(*weights));
    if (!payments.items || !weights) {
        status = th_error_no_memory(err);
    } else if (!merge(&gathering, &payments, weights)) {
        status = th_error_set(err, TH_LIMIT, "pool_too_large", NULL);
    } else {
        status = pack(&payments, weights, err);
    }
    for (size_t i = 0; i < gathering.n_pools; i++) {
        payments.pool_t += gathering.pools[i].bought_t;
    }
done:
    gathering_clear(&gathering);
    free(weights);
    if (status == TH_OK) {
        *ret_payments = payments;
    } else {
        th_payment_list_clear(&payments);
    }
    return status;
}

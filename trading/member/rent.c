// What households are due by their contracts.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/rules.h"
#include "store/ground/parcel_store.h"
#include "store/ground/tenure_store.h"
#include "trading/member/member_internal.h"

enum { MU_M2_300 = 200000 }; // 2000/3 m², in 1/300 m²

struct ground { // what a contract's shares of its parcels come to
    struct th_store *store;
    size_t n_parcels;
    struct th_area area;
    enum th_status status;
    struct th_error *err;
};

struct due { // by household, for the sums
    char household[TH_NAME_SIZE];
    int64_t amount_fen;
};

struct rent {
    struct th_store *store;
    int year;
    struct th_json *contracts;
    struct th_json *unknown;
    double area_mismatch_share; // by which written area may exceed measured ground
    bool area_over;             // it does, in some contract
    struct due *dues;
    size_t n_dues;
    size_t capacity;
    struct th_money total;
    enum th_status status;
    struct th_error *err;
};

// The day in the year on which another year of the contract begins; a contract of 29 February has
// it on the 28th in other years. False when there is none while it is in force.
static bool due_day(const struct th_tenure *tenure, int year, struct th_date *ret_day)
{
    struct th_date day = {year, tenure->from.month, tenure->from.day};
    if (!th_date_valid(day)) {
        day.day--;
    }
    *ret_day = day;
    return th_date_compare(day, tenure->from) >= 0 && th_date_compare(day, tenure->to) <= 0;
}

static enum th_status add_due(struct rent *rent, const char *household, int64_t amount_fen)
{
    if (rent->n_dues == rent->capacity) {
        size_t capacity = rent->capacity == 0 ? 64 : rent->capacity * 2;
        struct due *dues = realloc(rent->dues, capacity * sizeof(*dues));
        if (!dues) {
            return th_error_no_memory(rent->err);
        }
        rent->dues = dues;
        rent->capacity = capacity;
    }
    struct due *due = &rent->dues[rent->n_dues++];
    th_text_copy(due->household, sizeof(due->household), household);
    due->amount_fen = amount_fen;
    return th_money_add(rent->total, th_money_from_fen(amount_fen), &rent->total, rent->err);
}

static bool visit_share(void *context, const struct th_tenure_share *share)
{
    struct ground *ground = context;
    struct th_parcel_record record;
    int64_t part_m2_300 = 0;
    ground->status = th_parcel_load(ground->store, share->parcel_id, 0, &record, ground->err);
    if (ground->status == TH_OK) {
        ground->status = th_ratio_apply_nearest(share->share, th_area_m2_300(record.measured),
                                                &part_m2_300, ground->err);
    }
    if (ground->status == TH_OK) {
        ground->n_parcels++;
        ground->status =
            th_area_add(ground->area, th_area_from_m2_300(part_m2_300), &ground->area, ground->err);
    }
    return ground->status == TH_OK;
}

// Tells beside the area that the contract pays for how much measured ground it gives. Much less of
// it is a sign that several contracts each state the whole parcel that they share.
static enum th_status add_ground(struct rent *rent, const struct th_tenure *tenure,
                                 struct th_json *item)
{
    struct ground ground = {.store = rent->store, .err = rent->err};
    enum th_status status =
        th_tenure_share_each(rent->store, 0, tenure->tenure_id, (struct th_date){0},
                             (struct th_date){0}, visit_share, &ground, rent->err);
    if (status == TH_OK) {
        status = ground.status;
    }
    if (status != TH_OK || ground.n_parcels == 0) {
        th_json_set(item, "ground_mu", th_json_null());
        return status;
    }
    th_json_set_cent(item, "ground_mu", th_area_mu_cent(ground.area));
    if (th_area_m2(tenure->declared) > th_area_m2(ground.area) * (1 + rent->area_mismatch_share)) {
        rent->area_over = true;
    }
    return TH_OK;
}

static enum th_status add_contract(struct rent *rent, const struct th_tenure *tenure,
                                   struct th_date day)
{
    struct th_json *item = th_json_object();
    struct th_money per_mu = tenure->has_rent ? tenure->rent : tenure->guarantee;
    struct th_ratio mu;
    int64_t amount_fen = 0;
    char buf[TH_DATE_TEXT_SIZE];
    enum th_status status =
        th_ratio_make(th_area_m2_300(tenure->declared), MU_M2_300, &mu, rent->err);
    if (status == TH_OK) {
        status = th_ratio_apply_nearest(mu, th_money_fen(per_mu), &amount_fen, rent->err);
    }
    th_json_set_int(item, "tenure_id", tenure->tenure_id);
    th_json_set_text(item, "contract", tenure->number);
    th_json_set_text(item, "household", tenure->household);
    if (status == TH_OK) {
        status = th_json_set_party(rent->store, item, "holder", tenure->holder_id, rent->err);
    }
    th_json_set_cent(item, "area_mu", th_area_mu_cent(tenure->declared));
    if (status == TH_OK) {
        status = add_ground(rent, tenure, item);
    }
    th_json_set_text(item, "kind", tenure->has_rent ? "rent" : "guarantee");
    th_json_set_money(item, "per_mu_fen", per_mu);
    th_json_set_text(item, "due_on", th_date_format(day, buf));
    th_json_set_int(item, "amount_fen", amount_fen);
    th_json_append(rent->contracts, item);
    return status == TH_OK ? add_due(rent, tenure->household, amount_fen) : status;
}

static bool visit(void *context, const struct th_tenure *tenure)
{
    struct rent *rent = context;
    struct th_date day;
    if (!due_day(tenure, rent->year, &day)) {
        return true;
    }
    if (tenure->has_declared && (tenure->has_rent || tenure->has_guarantee)) {
        rent->status = add_contract(rent, tenure, day);
    } else {
        struct th_json *item = th_json_object();
        th_json_set_int(item, "tenure_id", tenure->tenure_id);
        th_json_set_text(item, "contract", tenure->number);
        th_json_set_text(item, "household", tenure->household);
        th_json_append(rent->unknown, item);
    }
    return rent->status == TH_OK;
}

static int by_household(const void *a, const void *b)
{
    const struct due *left = a;
    const struct due *right = b;
    return strcmp(left->household, right->household);
}

static struct th_json *households_json(struct rent *rent)
{
    struct th_json *list = th_json_array();
    if (rent->n_dues > 0) {
        qsort(rent->dues, rent->n_dues, sizeof(*rent->dues), by_household);
    }
    for (size_t i = 0; i < rent->n_dues;) {
        const struct due *first = &rent->dues[i];
        int64_t amount_fen = 0;
        for (; i < rent->n_dues && by_household(first, &rent->dues[i]) == 0; i++) {
            amount_fen += rent->dues[i].amount_fen; // within the total, which was checked
        }
        struct th_json *item = th_json_object();
        th_json_set_text(item, "household", first->household);
        th_json_set_int(item, "amount_fen", amount_fen);
        th_json_append(list, item);
    }
    return list;
}

enum th_status th_rent_due(struct th_registry *registry, const char *year, const char *holder_text,
                           struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_party holder = {0};
    struct th_rules rules;
    struct rent rent = {.store = store, .err = err};
    int64_t number = 0;
    if (!th_text_parse_int(year, 1950, 2199, &number)) {
        return th_error_set(err, TH_INVALID, "year_invalid", "year", year, NULL);
    }
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    rent.year = (int)number;
    rent.contracts = th_json_array();
    rent.unknown = th_json_array();
    if (holder_text) {
        status = th_party_resolve(store, holder_text, &holder, err);
    }
    if (status == TH_OK) {
        status = th_rules_load(store, (struct th_date){rent.year, 12, 31}, &rules, err);
    }
    const struct th_tenure_question question = {
        .holder_id = holder.party_id, .from = {rent.year, 1, 1}, .to = {rent.year, 12, 31}};
    if (status == TH_OK) {
        rent.area_mismatch_share = rules.area_mismatch_share;
        status = th_tenure_each(store, &question, visit, &rent, err);
    }
    th_store_end_read(store);
    if (status == TH_OK) {
        status = rent.status;
    }
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "year", number);
    th_json_set(reply, "contracts", rent.contracts);
    th_json_set(reply, "households", households_json(&rent));
    th_json_set(reply, "unknown", rent.unknown);
    th_json_set_money(reply, "total_fen", rent.total);
    struct th_json *warnings = th_json_array();
    if (rent.area_over) {
        th_json_append_text(warnings, "rent_area_over");
    }
    th_json_set(reply, "warnings", warnings);
    free(rent.dues);
    return th_reply_finish(status, reply, ret_reply, err);
}

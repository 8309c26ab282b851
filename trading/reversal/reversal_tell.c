// A reversal in words and numbers: parcels, vintages, serials and their holders, buffer, debts.
#include <stdlib.h>
#include <string.h>

#include "store/people/party_store.h"
#include "trading/reversal/reversal_internal.h"

static void set_percent(struct th_json *object, const char *key, int64_t part, int64_t whole)
{
    const int64_t cents = 10000;
    th_json_set_cent(object, key, (int64_t)((double)part / (double)whole * (double)cents + 0.5));
}

static enum th_status tell_parcel(struct th_store *store, const struct th_reversal_extent *extent,
                                  size_t i, size_t *next_loss, struct th_json *array,
                                  struct th_error *err)
{
    const struct th_reversal_parcel *parcel = &extent->parcels[i];
    int64_t lost_kg = 0;
    struct th_package_record package;
    struct th_parcel_place place;
    struct th_json *item = th_json_object();
    enum th_status status = th_package_load(store, parcel->package_id, &package, err);
    if (status == TH_OK) {
        th_json_set_int(item, "package_id", package.package_id);
        th_json_set_text(item, "package", package.name);
        status = th_json_set_party(store, item, "holder", package.holder_id, err);
    }
    if (status == TH_OK) {
        status = th_parcel_place(store, parcel->parcel_id, &place, err);
    }
    if (status != TH_OK) {
        th_json_free(item);
        return status;
    }
    th_json_set_int(item, "parcel_id", parcel->parcel_id);
    th_json_set_int(item, "version", parcel->version);
    th_json_set_word(item, "number", place.number);
    th_json_set_text(item, "village", place.village);
    th_json_set_text(item, "village_name", place.village_name);
    th_json_set_cent(item, "parcel_mu", th_area_mu_cent(parcel->whole));
    th_json_set_cent(item, "area_m2", th_area_m2_cent(parcel->area));
    th_json_set_cent(item, "area_mu", th_area_mu_cent(parcel->area));
    set_percent(item, "share_percent", th_area_m2_300(parcel->area), th_area_m2_300(parcel->whole));
    for (; *next_loss < extent->n_losses && extent->losses[*next_loss].parcel == i; ++*next_loss) {
        lost_kg += th_carbon_kg(extent->losses[*next_loss].lost);
    }
    th_json_set_int(item, "lost_kg", lost_kg);
    th_json_append(array, item);
    return TH_OK;
}

static enum th_status tell_parcels(struct th_store *store, const struct th_reversal_extent *extent,
                                   struct th_json *reply, struct th_error *err)
{
    struct th_json *array = th_json_array();
    enum th_status status = TH_OK;
    size_t next_loss = 0; // losses stand in order of their parcels
    for (size_t i = 0; i < extent->n_parcels && status == TH_OK; i++) {
        status = tell_parcel(store, extent, i, &next_loss, array, err);
    }
    th_json_set(reply, "affected_parcels", array);
    return status;
}

static enum th_status tell_vintages(struct th_store *store, const struct th_reversal_extent *extent,
                                    struct th_json *reply, struct th_error *err)
{
    struct th_json *array = th_json_array();
    struct th_reversal_vintages vintages = {.n = 0};
    enum th_status status = th_reversal_vintages_sum(extent, &vintages, err);
    for (size_t i = 0; i < vintages.n && status == TH_OK; i++) {
        const struct th_reversal_vintage *vintage = &vintages.items[i];
        struct th_issuance_record issuance;
        status = th_issuance_load(store, vintage->issuance_id, &issuance, err);
        if (status == TH_OK) {
            struct th_json *item = th_json_object();
            th_json_set_int(item, "issuance_id", vintage->issuance_id);
            th_json_set_int(item, "package_id", vintage->package_id);
            th_json_set_text(item, "prefix", issuance.prefix);
            th_json_set_int(item, "vintage", issuance.vintage);
            th_json_set_int(item, "lost_kg", th_carbon_kg(vintage->lost));
            th_json_set_units(item, "tonnes", vintage->tonnes);
            th_json_append(array, item);
        }
    }
    free(vintages.items);
    th_json_set(reply, "affected_vintages", array);
    return status;
}

static void set_range(struct th_json *item, const struct th_issuance_record *issuance,
                      int64_t first, int64_t last)
{
    char serial[TH_SERIAL_SIZE];
    th_json_set_text(item, "serial", th_serial_format(issuance->prefix, first, last, serial));
    th_json_set_text(item, "prefix", issuance->prefix);
    th_json_set_int(item, "first", first);
    th_json_set_int(item, "last", last);
    th_json_set_int(item, "tonnes", last - first + 1);
    th_json_set_int(item, "vintage", issuance->vintage);
}

// Serials of one parcel in one issuance, and where they are now.
struct standing {
    struct th_store *store;
    struct th_issuance_record issuance;
    int64_t parcel_id;
    struct th_json *array;
    enum th_status status;
    struct th_error *err;
};

static bool add_leaves(void *context, int64_t first, int64_t last)
{
    struct standing *standing = context;
    struct th_block_list leaves = {0};
    enum th_status status = th_ledger_leaves(standing->store, standing->issuance.issuance_id, first,
                                             last, &leaves, standing->err);
    for (size_t i = 0; i < leaves.n && status == TH_OK; i++) {
        const struct th_block *leaf = &leaves.items[i];
        struct th_json *item = th_json_object();
        set_range(item, &standing->issuance, leaf->first > first ? leaf->first : first,
                  leaf->last < last ? leaf->last : last);
        th_json_set_int(item, "parcel_id", standing->parcel_id);
        status = th_json_set_party(standing->store, item, "owner", leaf->owner_id, standing->err);
        th_json_set_text(item, "state", th_block_state_name(leaf->state));
        th_json_append(standing->array, item);
    }
    th_block_list_clear(&leaves);
    standing->status = status;
    return status == TH_OK;
}

static enum th_status tell_serials(struct th_store *store, const struct th_reversal_extent *extent,
                                   struct th_json *reply, struct th_error *err)
{
    struct th_json *array = th_json_array();
    enum th_status status = TH_OK;
    for (size_t i = 0; i < extent->n_losses && status == TH_OK; i++) {
        const struct th_reversal_loss *loss = &extent->losses[i];
        struct standing standing = {.store = store,
                                    .parcel_id = extent->parcels[loss->parcel].parcel_id,
                                    .array = array,
                                    .status = TH_OK,
                                    .err = err};
        status = th_issuance_load(store, loss->issuance_id, &standing.issuance, err);
        if (status == TH_OK) {
            status = th_issuance_of_parcel(store, loss->issuance_id, standing.parcel_id, add_leaves,
                                           &standing, err);
        }
        status = status == TH_OK ? standing.status : status;
    }
    th_json_set(reply, "affected_serials", array);
    return status;
}

static enum th_status tell_buffer(struct th_store *store, const struct th_block_list *blocks,
                                  struct th_json *reply, int64_t *ret_sum_t, struct th_error *err)
{
    struct th_json *array = th_json_array();
    struct th_issuance_record issuance = {.issuance_id = 0};
    enum th_status status = TH_OK;
    *ret_sum_t = 0;
    for (size_t i = 0; i < blocks->n && status == TH_OK; i++) {
        const struct th_block *block = &blocks->items[i];
        if (issuance.issuance_id != block->issuance_id) {
            status = th_issuance_load(store, block->issuance_id, &issuance, err);
        }
        if (status == TH_OK) {
            struct th_json *item = th_json_object();
            set_range(item, &issuance, block->first, block->last);
            th_json_set_int(item, "package_id", issuance.package_id);
            status = th_json_set_party(store, item, "owner", block->owner_id, err);
            th_json_append(array, item);
            *ret_sum_t += th_units_t(th_block_units(block));
        }
    }
    th_json_set(reply, "buffer", array);
    return status;
}

struct owing {
    struct th_store *store;
    struct th_json *array;
    int64_t owed_t;
    int64_t open_t;
    enum th_status status;
    struct th_error *err;
};

static bool add_debt(void *context, const struct th_reversal_debt *debt)
{
    struct owing *owing = context;
    struct th_json *item = th_json_object();
    int64_t open_t = th_units_t(debt->owed) - th_units_t(debt->filled);
    owing->status = th_json_set_party(owing->store, item, "party", debt->party_id, owing->err);
    th_json_set_units(item, "owed_t", debt->owed);
    th_json_set_units(item, "filled_t", debt->filled);
    th_json_set_int(item, "open_t", open_t);
    th_json_append(owing->array, item);
    owing->owed_t += th_units_t(debt->owed);
    owing->open_t += open_t;
    return owing->status == TH_OK;
}

// Buffer and debts: as the approval made them, or as it would make them now.
static enum th_status tell_outcome(struct th_store *store, const struct th_reversal_told *told,
                                   struct th_json *reply, struct th_json *head,
                                   struct th_error *err)
{
    struct th_reversal_plan plan = {.n_dues = 0};
    struct owing owing = {.store = store, .array = th_json_array(), .status = TH_OK, .err = err};
    int64_t buffer_t = 0;
    enum th_status status =
        told->approved_id != 0
            ? th_ledger_of_trade(store, told->approved_id, &plan.picks, err)
            : th_reversal_plan_make(store, told->on_date, told->lines, told->n_lines, &plan, err);
    if (status == TH_OK) {
        status = tell_buffer(store, &plan.picks, reply, &buffer_t, err);
    }
    if (status == TH_OK && told->approved_id != 0) {
        status = th_reversal_debt_each(store, told->approved_id, 0, add_debt, &owing, err);
    }
    for (size_t i = 0; i < plan.n_dues && status == TH_OK; i++) {
        const struct th_reversal_debt debt = {.party_id = plan.dues[i].party_id,
                                              .owed = plan.dues[i].owed};
        (void)add_debt(&owing, &debt);
        status = owing.status;
    }
    status = status == TH_OK ? owing.status : status;
    th_reversal_plan_clear(&plan);
    th_json_set(reply, "owed", owing.array);
    th_json_set_int(head, "buffer_t", buffer_t);
    th_json_set_int(head, "owed_t", owing.owed_t);
    th_json_set_int(head, "open_t", owing.open_t);
    return status;
}

static int by_parcel(const void *a, const void *b)
{
    const struct th_reversal_parcel *left = *(const struct th_reversal_parcel *const *)a;
    const struct th_reversal_parcel *right = *(const struct th_reversal_parcel *const *)b;
    if (left->parcel_id != right->parcel_id) {
        return left->parcel_id < right->parcel_id ? -1 : 1;
    }
    return (left > right) - (left < right);
}

// Of one parcel in two packages the ground is counted once.
static enum th_status ground_sum(const struct th_reversal_extent *extent, struct th_area *ret_area,
                                 struct th_error *err)
{
    struct th_area sum = th_area_from_m2_300(0);
    const struct th_reversal_parcel **sorted = calloc(extent->n_parcels + 1, sizeof(*sorted));
    enum th_status status = sorted ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; sorted && i < extent->n_parcels; i++) {
        sorted[i] = &extent->parcels[i];
    }
    if (sorted) {
        qsort(sorted, extent->n_parcels, sizeof(*sorted), by_parcel);
    }
    for (size_t i = 0; i < extent->n_parcels && status == TH_OK; i++) {
        if (i == 0 || sorted[i]->parcel_id != sorted[i - 1]->parcel_id) {
            status = th_area_add(sum, sorted[i]->area, &sum, err);
        }
    }
    free(sorted);
    *ret_area = sum;
    return status;
}

static enum th_status tell_head(const struct th_reversal_told *told, struct th_json *head,
                                struct th_error *err)
{
    struct th_area area;
    char hex[TH_HASH_HEX_SIZE];
    int64_t lost_kg = 0;
    int64_t tonnes_t = 0;
    enum th_status status = ground_sum(told->extent, &area, err);
    for (size_t i = 0; i < told->extent->n_losses; i++) {
        lost_kg += th_carbon_kg(told->extent->losses[i].lost);
    }
    for (size_t i = 0; i < told->n_lines; i++) {
        tonnes_t += th_units_t(told->lines[i].tonnes);
    }
    th_json_set_text(head, "cause", told->reversal->cause);
    th_json_set_text(head, "on", told->on_date);
    th_json_set_cent(head, "loss_percent", told->reversal->loss_cent);
    th_json_set_cent(head, "area_m2", th_area_m2_cent(area));
    th_json_set_cent(head, "area_mu", th_area_mu_cent(area));
    th_json_set_int(head, "lost_kg", lost_kg);
    th_json_set_int(head, "tonnes", tonnes_t);
    th_json_set_text(head, "drawing_sha256", th_hash_hex(&told->reversal->drawing, hex));
    th_json_set(head, "document_id",
                told->reversal->document_id != 0 ? th_json_int(told->reversal->document_id)
                                                 : th_json_null());
    return status;
}

enum th_status th_reversal_tell(struct th_store *store, const struct th_reversal_told *told,
                                struct th_json *reply, struct th_error *err)
{
    struct th_json *head = th_json_object();
    enum th_status status = tell_head(told, head, err);
    if (status == TH_OK) {
        status = tell_parcels(store, told->extent, reply, err);
    }
    if (status == TH_OK) {
        status = tell_vintages(store, told->extent, reply, err);
    }
    if (status == TH_OK) {
        status = tell_serials(store, told->extent, reply, err);
    }
    if (status == TH_OK && !told->ended) {
        status = tell_outcome(store, told, reply, head, err);
    }
    th_json_set(reply, "reversal", head);
    return status;
}

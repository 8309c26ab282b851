// Reversals to look at: one with its ground on a map, and the list.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/writer.h"
#include "registry/reply.h"
#include "trading/reversal/reversal.h"
#include "trading/reversal/reversal_internal.h"

enum field {
    FIELD_TRADE,
    FIELD_STATE,
    FIELD_ON,
    FIELD_CAUSE,
    FIELD_PACKAGE,
    FIELD_PARCEL,
    FIELD_VERSION,
    FIELD_AREA,
    FIELD_SHARE,
    FIELD_LOST,
    N_FIELDS
};
static const struct th_writer_field FIELDS[N_FIELDS] = {
    [FIELD_TRADE] = {.name = "trade_id", .type = TH_WRITER_INT},
    [FIELD_STATE] = {.name = "state", .type = TH_WRITER_TEXT},
    [FIELD_ON] = {.name = "on", .type = TH_WRITER_TEXT},
    [FIELD_CAUSE] = {.name = "cause", .type = TH_WRITER_TEXT},
    [FIELD_PACKAGE] = {.name = "package_id", .type = TH_WRITER_INT},
    [FIELD_PARCEL] = {.name = "parcel_id", .type = TH_WRITER_INT},
    [FIELD_VERSION] = {.name = "version", .type = TH_WRITER_INT},
    [FIELD_AREA] = {.name = "area_m2", .type = TH_WRITER_REAL},
    [FIELD_SHARE] = {.name = "share", .type = TH_WRITER_REAL},
    [FIELD_LOST] = {.name = "lost_kg", .type = TH_WRITER_INT},
};

// What is drawn of one reversal.
struct drawn {
    struct th_trade trade;
    struct th_reversal reversal;
    struct th_reversal_extent extent;
};

static enum th_status write_piece(struct th_writer *writer, const struct drawn *drawn, size_t i,
                                  struct th_error *err)
{
    const struct th_reversal_parcel *parcel = &drawn->extent.parcels[i];
    struct th_writer_value values[N_FIELDS] = {
        [FIELD_TRADE] = {.integer = drawn->trade.trade_id},
        [FIELD_STATE] = {.text = drawn->trade.state},
        [FIELD_ON] = {.text = drawn->trade.on_date},
        [FIELD_CAUSE] = {.text = drawn->reversal.cause},
        [FIELD_PACKAGE] = {.integer = parcel->package_id},
        [FIELD_PARCEL] = {.integer = parcel->parcel_id},
        [FIELD_VERSION] = {.integer = parcel->version},
        [FIELD_AREA] = {.real = (double)th_area_m2_cent(parcel->area) / 100},
        [FIELD_SHARE] = {.real = th_area_m2(parcel->area) / th_area_m2(parcel->whole)},
    };
    for (size_t k = 0; k < drawn->extent.n_losses; k++) {
        const struct th_reversal_loss *loss = &drawn->extent.losses[k];
        values[FIELD_LOST].integer += loss->parcel == i ? th_carbon_kg(loss->lost) : 0;
    }
    struct th_geometry shape = {0};
    enum th_status status = th_geometry_from_wkb(parcel->wkb, parcel->wkb_size, &shape, err);
    if (status == TH_OK) {
        status = th_writer_add(writer, (int64_t)i + 1, &shape, values, err);
    }
    th_geometry_clear(&shape);
    return status;
}

static enum th_status write_geojson(const struct drawn *drawn, const char *path,
                                    struct th_error *err)
{
    const struct th_writer_options how = {
        .format = TH_WRITER_GEOJSON, .layer = "reversal", .fields = FIELDS, .n_fields = N_FIELDS};
    struct th_writer *writer = NULL;
    enum th_status status = th_writer_open(path, &how, &writer, err);
    for (size_t i = 0; i < drawn->extent.n_parcels && status == TH_OK; i++) {
        status = write_piece(writer, drawn, i, err);
    }
    if (status == TH_OK) {
        return th_writer_close(writer, NULL, NULL, err);
    }
    th_writer_abort(writer);
    return status;
}

static enum th_status read_drawn(struct th_registry *registry, int64_t trade_id,
                                 struct drawn *drawn, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_trade_load(store, trade_id, &drawn->trade, err);
    if (status == TH_OK) {
        status = th_reversal_load(store, trade_id, &drawn->reversal, err);
    }
    if (status == TH_OK) {
        status = th_reversal_extent_load(store, trade_id, &drawn->extent, err);
    }
    if (status == TH_OK) {
        status = th_trade_reply(store, trade_id, ret_reply, err);
    }
    th_store_end_read(store);
    return status;
}

enum th_status th_reversal_show(struct th_registry *registry, int64_t trade_id, const char *geojson,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct drawn drawn = {.trade = {.trade_id = 0}};
    struct th_json *reply = NULL;
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = read_drawn(registry, trade_id, &drawn, &reply, err);
    if (status == TH_OK && geojson) {
        status = write_geojson(&drawn, geojson, err);
    }
    if (status == TH_OK && geojson) {
        status = th_hash_file(TH_HASH_SHA256, geojson, &sha256, err);
    }
    if (status == TH_OK && geojson) {
        th_json_set_text(reply, "file", geojson);
        th_json_set_text(reply, "sha256", th_hash_hex(&sha256, hex));
    }
    th_reversal_extent_clear(&drawn.extent);
    return th_reply_finish(status, reply, ret_reply, err);
}

struct listing {
    struct th_store *store;
    struct th_json *array;
    bool open_only;
    enum th_status status;
    struct th_error *err;
};

struct sums {
    int64_t owed_t;
    int64_t filled_t;
};

static bool sum_debt(void *context, const struct th_reversal_debt *debt)
{
    struct sums *sums = context;
    sums->owed_t += th_units_t(debt->owed);
    sums->filled_t += th_units_t(debt->filled);
    return true;
}

static enum th_status list_one(struct listing *listing, const struct th_trade *trade)
{
    struct th_reversal reversal;
    struct sums sums = {0};
    enum th_status status =
        th_reversal_load(listing->store, trade->trade_id, &reversal, listing->err);
    if (status == TH_OK) {
        status = th_reversal_debt_each(listing->store, trade->trade_id, 0, sum_debt, &sums,
                                       listing->err);
    }
    if (status != TH_OK || (listing->open_only && sums.owed_t == sums.filled_t)) {
        return status;
    }
    bool approved = strcmp(trade->state, "approved") == 0;
    struct th_json *item = th_json_object();
    th_json_set_int(item, "trade_id", trade->trade_id);
    th_json_set_text(item, "state", trade->state);
    th_json_set_text(item, "on", trade->on_date);
    th_json_set_text(item, "cause", reversal.cause);
    th_json_set_cent(item, "loss_percent", reversal.loss_cent);
    status = th_json_set_party(listing->store, item, "holder", trade->seller_id, listing->err);
    th_json_set_units(item, "tonnes", trade->tonnes);
    th_json_set_int(item, "buffer_t", approved ? th_units_t(trade->tonnes) - sums.owed_t : 0);
    th_json_set_int(item, "owed_t", sums.owed_t);
    th_json_set_int(item, "open_t", sums.owed_t - sums.filled_t);
    th_json_append(listing->array, item);
    return status;
}

static bool see_trade(void *context, const struct th_trade *trade)
{
    struct listing *listing = context;
    listing->status = list_one(listing, trade);
    return listing->status == TH_OK;
}

enum th_status th_reversal_list(struct th_registry *registry, bool open_only,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct listing listing = {.store = store,
                              .array = th_json_array(),
                              .open_only = open_only,
                              .status = TH_OK,
                              .err = err};
    status = th_trade_each(store, "reversal", NULL, see_trade, &listing, err);
    th_store_end_read(store);
    return th_reply_finish_list(status == TH_OK ? listing.status : status, "reversals",
                                listing.array, ret_reply, err);
}

// Reversals as rows, and the ground they lie on.
#include "store/deal/reversal_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/ground/spatial_blob.h"
#include "store/journal/entry_internal.h"
#include "store/journal/posting_internal.h"

void th_reversal_extent_clear(struct th_reversal_extent *extent)
{
    for (size_t i = 0; i < extent->n_parcels; i++) {
        free(extent->parcels[i].wkb);
    }
    free(extent->parcels);
    free(extent->losses);
    *extent = (struct th_reversal_extent){0};
}

// Room for one more item.
static enum th_status grow(void **items, size_t n, size_t *capacity, size_t item_size,
                           struct th_error *err)
{
    if (n < *capacity) {
        return TH_OK;
    }
    size_t bigger = *capacity == 0 ? 16 : 2 * *capacity;
    void *grown = realloc(*items, bigger * item_size);
    if (!grown) {
        return th_error_no_memory(err);
    }
    *items = grown;
    *capacity = bigger;
    return TH_OK;
}

enum th_status th_reversal_extent_add_parcel(struct th_reversal_extent *extent,
                                             const struct th_reversal_parcel *parcel,
                                             struct th_error *err)
{
    void *items = extent->parcels;
    enum th_status status =
        grow(&items, extent->n_parcels, &extent->parcels_capacity, sizeof(*extent->parcels), err);
    extent->parcels = items;
    if (status == TH_OK) {
        extent->parcels[extent->n_parcels++] = *parcel;
    }
    return status;
}

enum th_status th_reversal_extent_add_loss(struct th_reversal_extent *extent,
                                           const struct th_reversal_loss *loss,
                                           struct th_error *err)
{
    void *items = extent->losses;
    enum th_status status =
        grow(&items, extent->n_losses, &extent->losses_capacity, sizeof(*extent->losses), err);
    extent->losses = items;
    if (status == TH_OK) {
        extent->losses[extent->n_losses++] = *loss;
    }
    return status;
}

struct th_json *th_reversal_row(const struct th_reversal *reversal)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *row = th_json_object();
    th_json_set_text(row, "cause", reversal->cause);
    th_json_set_int(row, "loss_cent", reversal->loss_cent);
    th_json_set_text(row, "drawing_sha256", th_hash_hex(&reversal->drawing, hex));
    th_post_set_id(row, "document_id", reversal->document_id);
    return row;
}

static enum th_status ground_insert(struct th_store *store, int64_t trade_id, int64_t ordinal,
                                    const struct th_reversal_parcel *parcel, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO reversal_ground (trade_id, ordinal, geom) VALUES (?1, ?2, ?3)";
    unsigned char *blob = NULL;
    size_t blob_size = 0;
    enum th_status status =
        th_spatial_blob_from_wkb(parcel->wkb, parcel->wkb_size, &blob, &blob_size, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_int(q, 2, ordinal);
    th_bind_blob(q, 3, blob, blob_size);
    free(blob);
    return th_entry_run_noted(q, TH_SET_REVERSAL_GROUND, trade_id, err);
}

static enum th_status parcel_post(struct th_posting *posting, int64_t trade_id, int64_t ordinal,
                                  const struct th_reversal_parcel *parcel, struct th_error *err)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *row = th_json_object();
    th_json_set_int(row, "trade_id", trade_id);
    th_json_set_int(row, "ordinal", ordinal);
    th_json_set_int(row, "package_id", parcel->package_id);
    th_json_set_int(row, "parcel_id", parcel->parcel_id);
    th_json_set_int(row, "version", parcel->version);
    th_json_set_int(row, "whole_m2_300", th_area_m2_300(parcel->whole));
    th_json_set_int(row, "area_m2_300", th_area_m2_300(parcel->area));
    th_json_set_text(row, "ground", th_hash_hex(&parcel->ground, hex));
    enum th_status status = th_post(posting, "reversal_parcel", row, err);
    return status == TH_OK
               ? ground_insert(th_posting_store(posting), trade_id, ordinal, parcel, err)
               : status;
}

static enum th_status loss_post(struct th_posting *posting, int64_t trade_id,
                                const struct th_reversal_loss *loss, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "trade_id", trade_id);
    th_json_set_int(row, "ordinal", (int64_t)loss->parcel + 1);
    th_json_set_int(row, "issuance_id", loss->issuance_id);
    th_json_set_int(row, "mass_kg", th_carbon_kg(loss->mass));
    th_json_set_int(row, "before_kg", th_carbon_kg(loss->before));
    th_json_set_int(row, "lost_m2_300", th_area_m2_300(loss->counted));
    th_json_set_int(row, "lost_kg", th_carbon_kg(loss->lost));
    return th_post(posting, "reversal_loss", row, err);
}

enum th_status th_reversal_extent_post(struct th_posting *posting, int64_t trade_id,
                                       const struct th_reversal_extent *extent,
                                       struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < extent->n_parcels && status == TH_OK; i++) {
        status = parcel_post(posting, trade_id, (int64_t)i + 1, &extent->parcels[i], err);
    }
    for (size_t i = 0; i < extent->n_losses && status == TH_OK; i++) {
        status = loss_post(posting, trade_id, &extent->losses[i], err);
    }
    return status;
}

enum th_status th_reversal_load(struct th_store *store, int64_t trade_id,
                                struct th_reversal *ret_reversal, struct th_error *err)
{
    static const char SQL[] = "SELECT cause, loss_cent, drawing_sha256, document_id FROM reversal "
                              "WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        struct th_reversal reversal = {.trade_id = trade_id,
                                       .loss_cent = th_column_int(q, 1),
                                       .document_id = th_column_int(q, 3)};
        th_column_copy(q, 0, reversal.cause, sizeof(reversal.cause));
        status = th_hash_parse(th_column_text(q, 2), &reversal.drawing, err);
        if (status == TH_OK) {
            *ret_reversal = reversal;
        }
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "reversal_not_found", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status parcel_read(struct th_stmt *q, struct th_reversal_extent *extent,
                                  struct th_error *err)
{
    struct th_reversal_parcel parcel = {.package_id = th_column_int(q, 0),
                                        .parcel_id = th_column_int(q, 1),
                                        .version = th_column_int(q, 2),
                                        .whole = th_column_area(q, 3),
                                        .area = th_column_area(q, 4)};
    size_t blob_size = 0;
    const void *blob = th_column_blob(q, 6, &blob_size);
    enum th_status status = th_hash_parse(th_column_text(q, 5), &parcel.ground, err);
    if (status == TH_OK) {
        status = th_spatial_blob_to_wkb(blob, blob_size, &parcel.wkb, &parcel.wkb_size, err);
    }
    if (status == TH_OK) {
        status = th_reversal_extent_add_parcel(extent, &parcel, err);
    }
    if (status != TH_OK) {
        free(parcel.wkb);
    }
    return status;
}

static enum th_status parcels_load(struct th_store *store, int64_t trade_id,
                                   struct th_reversal_extent *extent, struct th_error *err)
{
    static const char SQL[] =
        "SELECT p.package_id, p.parcel_id, p.version, p.whole_m2_300, p.area_m2_300, p.ground, "
        "g.geom FROM reversal_parcel p LEFT JOIN reversal_ground g USING (trade_id, ordinal) "
        "WHERE p.trade_id = ?1 ORDER BY p.ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        status = parcel_read(q, extent, err);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status losses_load(struct th_store *store, int64_t trade_id,
                                  struct th_reversal_extent *extent, struct th_error *err)
{
    static const char SQL[] =
        "SELECT l.ordinal, l.issuance_id, l.mass_kg, l.before_kg, l.lost_m2_300, l.lost_kg "
        "FROM reversal_loss l JOIN issuance i USING (issuance_id) WHERE l.trade_id = ?1 "
        "ORDER BY l.ordinal, i.vintage";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        const struct th_reversal_loss loss = {.parcel = (size_t)th_column_int(q, 0) - 1,
                                              .issuance_id = th_column_int(q, 1),
                                              .mass = th_column_carbon(q, 2),
                                              .before = th_column_carbon(q, 3),
                                              .counted = th_column_area(q, 4),
                                              .lost = th_column_carbon(q, 5)};
        status = th_reversal_extent_add_loss(extent, &loss, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_reversal_extent_load(struct th_store *store, int64_t trade_id,
                                       struct th_reversal_extent *ret_extent, struct th_error *err)
{
    struct th_reversal_extent extent = {0};
    enum th_status status = parcels_load(store, trade_id, &extent, err);
    if (status == TH_OK) {
        status = losses_load(store, trade_id, &extent, err);
    }
    if (status == TH_OK) {
        *ret_extent = extent;
    } else {
        th_reversal_extent_clear(&extent);
    }
    return status;
}

enum th_status
th_reversal_mass_each(struct th_store *store, int64_t package_id, int64_t parcel_id, int year,
                      bool (*visit)(void *context, int64_t issuance_id, struct th_carbon mass),
                      void *context, struct th_error *err)
{
    // What is behind no serial was carried to the next year, and stands there again.
    static const char SQL[] =
        "SELECT i.issuance_id, sum(min(s.first_kg + s.mass_kg, i.issued_t * 1000) - s.first_kg) "
        "FROM issuance_segment s JOIN issuance i USING (issuance_id) WHERE s.parcel_id = ?2 "
        "AND i.package_id = ?1 AND i.vintage <= ?3 AND s.first_kg < i.issued_t * 1000 "
        "GROUP BY i.issuance_id ORDER BY i.vintage";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, package_id);
    th_bind_int(q, 2, parcel_id);
    th_bind_int(q, 3, year);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_int(q, 0), th_column_carbon(q, 1));
    }
    th_stmt_done(q);
    return status;
}

enum th_status
th_reversal_earlier_each(struct th_store *store, int64_t issuance_id, int64_t parcel_id,
                         bool (*visit)(void *context, const struct th_reversal_earlier *earlier),
                         void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT r.loss_cent, l.lost_kg, g.geom FROM reversal_loss l "
        "JOIN reversal_parcel p USING (trade_id, ordinal) JOIN reversal r USING (trade_id) "
        "JOIN trade t USING (trade_id) LEFT JOIN reversal_ground g USING (trade_id, ordinal) "
        "WHERE l.issuance_id = ?1 AND p.parcel_id = ?2 AND t.state = 'approved' "
        "ORDER BY r.loss_cent DESC, t.trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    th_bind_int(q, 2, parcel_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        unsigned char *wkb = NULL;
        struct th_reversal_earlier earlier = {.loss_cent = th_column_int(q, 0),
                                              .lost = th_column_carbon(q, 1)};
        size_t blob_size = 0;
        const void *blob = th_column_blob(q, 2, &blob_size);
        status = th_spatial_blob_to_wkb(blob, blob_size, &wkb, &earlier.wkb_size, err);
        earlier.wkb = wkb;
        go_on = status == TH_OK && visit(context, &earlier);
        free(wkb);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_reversal_overtaken(struct th_store *store, int64_t trade_id,
                                     int64_t *ret_other_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT min(t.trade_id) FROM reversal_loss l JOIN reversal_parcel p USING (trade_id, "
        "ordinal) JOIN reversal_loss o ON o.issuance_id = l.issuance_id AND o.trade_id <> "
        "l.trade_id JOIN reversal_parcel q ON q.trade_id = o.trade_id AND q.ordinal = o.ordinal "
        "AND q.parcel_id = p.parcel_id JOIN trade t ON t.trade_id = o.trade_id "
        "JOIN trade own ON own.trade_id = l.trade_id WHERE l.trade_id = ?1 AND t.state = "
        "'approved' AND t.seq > own.seq";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return th_stmt_int(q, 0, ret_other_id, err);
}

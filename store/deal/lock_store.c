// Locks as rows, and their agreement with the blocks they hold.
#include "store/deal/lock_store.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "store/db_internal.h"
#include "store/id_list_internal.h"
#include "store/journal/posting_internal.h"
#include "store/ledger/ledger_internal.h"

struct th_units th_lock_left(const struct th_lock *lock)
{
    // The table's CHECK keeps this from being negative.
    return th_units_from_t(th_units_t(lock->placed) - th_units_t(lock->posted) -
                           th_units_t(lock->released));
}

struct th_units th_lock_left_units(const struct th_lock *lock)
{
    return th_units_from_t(th_units_t(th_lock_left(lock)) - th_units_t(lock->forecast));
}

enum th_status th_lock_place(struct th_posting *posting, const struct th_lock *lock,
                             struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "lock_id", lock->lock_id);
    th_post_set_id(row, "owner_id", lock->owner_id);
    th_json_set_int(row, "placed_t", th_units_t(lock->placed));
    th_post_set_id(row, "source_id", lock->source_id);
    th_post_set_id(row, "forecast_id", lock->forecast_id);
    th_post_set_id(row, "forecast_t", th_units_t(lock->forecast));
    enum th_status status = th_post(posting, "unit_lock", row, err);
    return status == TH_OK ? th_post_note(posting, TH_DB_SLOT_LOCK, lock->lock_id, err) : status;
}

enum th_status th_lock_take(struct th_posting *posting, const struct th_lock *lock,
                            const struct th_block *leaf, struct th_units units,
                            struct th_error *err)
{
    struct th_unit_move move = {.issuance_id = leaf->issuance_id,
                                .first = leaf->first,
                                .last = leaf->first + th_units_t(units) - 1,
                                .from = th_block_place(leaf),
                                .to = th_block_place(leaf),
                                .trade_id = lock->lock_id};
    move.to.state = TH_BLOCK_LOCKED;
    move.to.lock_id = lock->lock_id;
    return th_ledger_move(posting, &move, err);
}

enum th_status th_lock_give(struct th_posting *posting, const struct th_block *locked,
                            const struct th_unit_place *to, int64_t trade_id, struct th_error *err)
{
    const struct th_unit_move move = {.issuance_id = locked->issuance_id,
                                      .first = locked->first,
                                      .last = locked->last,
                                      .from = th_block_place(locked),
                                      .to = *to,
                                      .trade_id = trade_id};
    return th_ledger_move(posting, &move, err);
}

static enum th_status settle(struct th_posting *posting, int64_t lock_id, int64_t posted_t,
                             int64_t released_t, int64_t forecast_t, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "lock_id", lock_id);
    th_post_set_id(row, "posted_t", posted_t);
    th_post_set_id(row, "released_t", released_t);
    th_post_set_id(row, "forecast_t", forecast_t);
    enum th_status status = th_post(posting, "lock_move", row, err);
    return status == TH_OK ? th_post_note(posting, TH_DB_SLOT_LOCK, lock_id, err) : status;
}

enum th_status th_lock_posted(struct th_posting *posting, int64_t lock_id, struct th_units units,
                              struct th_error *err)
{
    return settle(posting, lock_id, th_units_t(units), 0, 0, err);
}

enum th_status th_lock_posted_back(struct th_posting *posting, int64_t lock_id,
                                   struct th_units units, struct th_error *err)
{
    return settle(posting, lock_id, -th_units_t(units), 0, 0, err);
}

enum th_status th_lock_released(struct th_posting *posting, int64_t lock_id, struct th_units units,
                                struct th_error *err)
{
    return settle(posting, lock_id, 0, th_units_t(units), 0, err);
}

enum th_status th_lock_more(struct th_posting *posting, int64_t lock_id, struct th_units units,
                            struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "lock_id", lock_id);
    th_json_set_int(row, "placed_t", th_units_t(units));
    enum th_status status = th_post(posting, "lock_more", row, err);
    return status == TH_OK ? th_post_note(posting, TH_DB_SLOT_LOCK, lock_id, err) : status;
}

enum th_status th_lock_forecast_more(struct th_posting *posting, int64_t lock_id,
                                     struct th_units units, struct th_error *err)
{
    enum th_status status = th_lock_more(posting, lock_id, units, err);
    return status == TH_OK ? settle(posting, lock_id, 0, 0, th_units_t(units), err) : status;
}

enum th_status th_lock_hold_until(struct th_posting *posting, int64_t lock_id, const char *on_date,
                                  struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "lock_id", lock_id);
    th_post_set_word(row, "expires_on", on_date);
    return th_post(posting, "lock_expiry", row, err);
}

enum th_status th_lock_released_whole(struct th_posting *posting, const struct th_lock *lock,
                                      struct th_error *err)
{
    return settle(posting, lock->lock_id, 0, th_units_t(th_lock_left(lock)),
                  -th_units_t(lock->forecast), err);
}

enum th_status th_lock_forecast_arrived(struct th_posting *posting, int64_t lock_id,
                                        struct th_units units, struct th_error *err)
{
    return settle(posting, lock_id, 0, 0, -th_units_t(units), err);
}

enum th_status th_lock_forecast_released(struct th_posting *posting, int64_t lock_id,
                                         struct th_units units, struct th_error *err)
{
    return settle(posting, lock_id, 0, th_units_t(units), -th_units_t(units), err);
}

#define LOCK_COLUMNS                                                                               \
    "lock_id, owner_id, placed_t, posted_t, released_t, expires_on, source_id, "                   \
    "forecast_id, forecast_t"

static void read_lock(struct th_stmt *q, struct th_lock *ret_lock)
{
    memset(ret_lock, 0, sizeof(*ret_lock));
    ret_lock->lock_id = th_column_int(q, 0);
    ret_lock->owner_id = th_column_int(q, 1);
    ret_lock->placed = th_column_units(q, 2);
    ret_lock->posted = th_column_units(q, 3);
    ret_lock->released = th_column_units(q, 4);
    th_column_copy(q, 5, ret_lock->expires_on, sizeof(ret_lock->expires_on));
    ret_lock->source_id = th_column_int(q, 6);
    ret_lock->forecast_id = th_column_int(q, 7);
    ret_lock->forecast = th_column_units(q, 8);
}

static enum th_status find_lock(struct th_store *store, int64_t lock_id, struct th_lock *ret_lock,
                                bool *ret_found, struct th_error *err)
{
    static const char SQL[] = "SELECT " LOCK_COLUMNS " FROM unit_lock WHERE lock_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, lock_id);
    enum th_status status = TH_OK;
    bool found = th_stmt_next(q, &status, err);
    if (found) {
        read_lock(q, ret_lock);
    }
    th_stmt_done(q);
    *ret_found = found;
    return status;
}

enum th_status th_lock_load(struct th_store *store, int64_t lock_id, struct th_lock *ret_lock,
                            struct th_error *err)
{
    bool found = false;
    enum th_status status = find_lock(store, lock_id, ret_lock, &found, err);
    if (status == TH_OK && !found) {
        status = th_error_set(err, TH_INVARIANT, "lock_broken", NULL);
        th_error_add_int(err, "lock", lock_id);
    }
    return status;
}

enum th_status th_lock_of_trade(struct th_store *store, int64_t trade_id, struct th_lock *ret_lock,
                                struct th_error *err)
{
    bool found = false;
    enum th_status status = find_lock(store, trade_id, ret_lock, &found, err);
    if (status == TH_OK && !found) {
        status = th_error_set(err, TH_NOT_FOUND, "lock_not_found", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    return status;
}

static enum th_status each_hold(struct th_store *store, const struct th_lock_filter *filter,
                                const char *parcels,
                                bool (*visit)(void *context, const struct th_lock_hold *hold),
                                void *context, struct th_error *err)
{
    static const char SQL[] =
        "WITH hold AS (SELECT l.lock_id, i.package_id, b.last - b.first + 1 AS tonnes "
        "FROM unit_block b JOIN issuance i USING (issuance_id) JOIN unit_lock l USING (lock_id) "
        "WHERE ?6 <> 1 AND b.lock_id IS NOT NULL "
        "AND (?1 IS NULL OR b.owner_id = ?1) AND (?2 IS NULL OR i.package_id = ?2) "
        "AND (?3 IS NULL OR i.vintage = ?3) AND (?4 IS NULL OR l.source_id = ?4) "
        "AND (?5 IS NULL OR EXISTS (SELECT 1 FROM json_each(?5) p JOIN issuance_segment s "
        "ON s.parcel_id = p.value WHERE s.issuance_id = b.issuance_id "
        "AND s.first_kg < b.last * 1000 AND s.first_kg + s.mass_kg > (b.first - 1) * 1000)) "
        "UNION ALL SELECT l.lock_id, f.package_id, l.forecast_t FROM unit_lock l "
        "JOIN forecast f USING (forecast_id) WHERE ?6 <> 0 AND l.forecast_t > 0 "
        "AND (?1 IS NULL OR f.owner_id = ?1) AND (?2 IS NULL OR f.package_id = ?2)) "
        "SELECT t.trade_id, t.kind, t.state = 'proposed', h.package_id, sum(h.tonnes) "
        "FROM hold h JOIN trade t ON t.trade_id = h.lock_id "
        "GROUP BY t.trade_id, h.package_id ORDER BY t.trade_id, h.package_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_id(q, 1, filter->owner_id);
    th_bind_id(q, 2, filter->package_id);
    th_bind_id(q, 3, filter->vintage);
    th_bind_id(q, 4, filter->source_id);
    th_bind_text(q, 5, parcels);
    th_bind_int(q, 6, filter->what);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_lock_hold hold = {.trade_id = th_column_int(q, 0),
                                    .proposed = th_column_int(q, 2) != 0,
                                    .package_id = th_column_int(q, 3),
                                    .units = th_column_units(q, 4)};
        th_column_copy(q, 1, hold.kind, sizeof(hold.kind));
        go_on = visit(context, &hold);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_lock_hold_each(struct th_store *store, const struct th_lock_filter *filter,
                                 bool (*visit)(void *context, const struct th_lock_hold *hold),
                                 void *context, struct th_error *err)
{
    if (filter->n_parcels == 0) {
        return each_hold(store, filter, NULL, visit, context, err);
    }
    struct th_json *parcels = th_json_array();
    char *text = NULL;
    for (size_t i = 0; i < filter->n_parcels; i++) {
        th_json_append_int(parcels, filter->parcel_ids[i]);
    }
    enum th_status status = th_json_dump(parcels, TH_JSON_COMPACT, &text, err);
    if (status == TH_OK) {
        status = each_hold(store, filter, text, visit, context, err);
    }
    free(text);
    th_json_free(parcels);
    return status;
}

static enum th_status check_lock(struct th_store *store, int64_t lock_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT placed_t - posted_t - released_t - forecast_t = coalesce((SELECT "
        "sum(b.last - b.first + 1) FROM unit_block b WHERE b.lock_id = l.lock_id), 0) "
        "AND (forecast_id IS NULL OR (SELECT f.registered_t - f.arrived_t - f.lost_t FROM "
        "forecast f WHERE f.forecast_id = l.forecast_id) >= (SELECT sum(o.forecast_t) FROM "
        "unit_lock o WHERE o.forecast_id = l.forecast_id)) FROM unit_lock l WHERE lock_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, lock_id);
    int64_t good = 0;
    enum th_status status = th_stmt_int(q, 0, &good, err);
    if (status == TH_OK && good != 1) {
        status = th_error_set(err, TH_INVARIANT, "lock_broken", NULL);
        th_error_add_int(err, "lock", lock_id);
    }
    return status;
}

static enum th_status check_forecast(struct th_store *store, int64_t forecast_id,
                                     struct th_error *err)
{
    static const char SQL[] =
        "SELECT registered_t - arrived_t - lost_t >= coalesce((SELECT sum(l.forecast_t) FROM "
        "unit_lock l WHERE l.forecast_id = f.forecast_id), 0) FROM forecast f "
        "WHERE forecast_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, forecast_id);
    int64_t good = 0;
    enum th_status status = th_stmt_int(q, 0, &good, err);
    if (status == TH_OK && good != 1) {
        status = th_error_set(err, TH_INVARIANT, "forecast_broken", NULL);
        th_error_add_int(err, "forecast", forecast_id);
    }
    return status;
}

enum th_status th_lock_check_commit(struct th_store *store, struct th_error *err)
{
    struct th_id_list noted = th_id_noted(store, TH_DB_SLOT_LOCK);
    struct th_id_list forecasts = th_id_noted(store, TH_DB_SLOT_FORECAST);
    enum th_status status = TH_OK;
    for (size_t i = 0; i < noted.n && status == TH_OK; i++) {
        status = check_lock(store, noted.ids[i], err);
    }
    for (size_t i = 0; i < forecasts.n && status == TH_OK; i++) {
        status = check_forecast(store, forecasts.ids[i], err);
    }
    return status;
}

enum th_status th_lock_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err)
{
    static const char SQL[] = "SELECT lock_id FROM unit_lock";
    static const char SQL_FORECASTS[] = "SELECT forecast_id FROM forecast";
    enum th_status status = th_ledger_check_each(store, SQL, "locks", check_lock, sink, err);
    return status == TH_OK
               ? th_ledger_check_each(store, SQL_FORECASTS, "forecasts", check_forecast, sink, err)
               : status;
}

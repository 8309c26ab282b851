// Forecasts as rows, and what becomes of them.
#include "store/deal/forecast_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/journal/posting_internal.h"

struct th_units th_forecast_open(const struct th_forecast *forecast)
{
    // The table's CHECK keeps this from being negative.
    return th_units_from_t(th_units_t(forecast->registered) - th_units_t(forecast->arrived) -
                           th_units_t(forecast->lost));
}

struct th_units th_forecast_free(const struct th_forecast *forecast)
{
    return th_units_from_t(th_units_t(th_forecast_open(forecast)) - th_units_t(forecast->promised));
}

enum th_status th_forecast_post(struct th_posting *posting, const struct th_forecast *forecast,
                                int64_t *ret_forecast_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(forecast_id) FROM forecast";
    int64_t forecast_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &forecast_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "forecast_id", forecast_id);
    th_json_set_int(row, "package_id", forecast->package_id);
    th_json_set_int(row, "owner_id", forecast->owner_id);
    th_post_set_id(row, "of_trade_id", forecast->of_trade_id);
    th_post_set_id(row, "run_id", forecast->run_id);
    th_post_set_id(row, "document_id", forecast->document_id);
    th_json_set_int(row, "registered_t", th_units_t(forecast->registered));
    th_json_set_text(row, "on_date", forecast->on_date);
    status = th_post(posting, "forecast", row, err);
    if (status == TH_OK) {
        *ret_forecast_id = forecast_id;
    }
    return status;
}

enum th_status th_forecast_vintage_post(struct th_posting *posting, int64_t forecast_id,
                                        int64_t correction_id, int vintage, struct th_units units,
                                        struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "forecast_id", forecast_id);
    th_post_set_id(row, "correction_id", correction_id);
    th_json_set_int(row, "vintage", vintage);
    th_json_set_int(row, "tonnes", th_units_t(units));
    return th_post(posting, "forecast_vintage", row, err);
}

enum th_status th_forecast_move(struct th_posting *posting, int64_t forecast_id,
                                struct th_units arrived, struct th_units lost, struct th_error *err)
{
    if (th_units_t(arrived) == 0 && th_units_t(lost) == 0) {
        return TH_OK;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "forecast_id", forecast_id);
    th_post_set_id(row, "arrived_t", th_units_t(arrived));
    th_post_set_id(row, "lost_t", th_units_t(lost));
    enum th_status status = th_post(posting, "forecast_move", row, err);
    return status == TH_OK ? th_post_note(posting, TH_DB_SLOT_FORECAST, forecast_id, err) : status;
}

enum th_status th_forecast_correct_post(struct th_posting *posting,
                                        const struct th_forecast_correction *correction,
                                        int64_t *ret_correction_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(correction_id) FROM forecast_correction";
    int64_t correction_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &correction_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "correction_id", correction_id);
    th_json_set_int(row, "forecast_id", correction->forecast_id);
    th_json_set_int(row, "was_t", th_units_t(correction->was));
    th_json_set_int(row, "registered_t", th_units_t(correction->registered));
    th_post_set_id(row, "run_id", correction->run_id);
    th_post_set_id(row, "document_id", correction->document_id);
    th_json_set_text(row, "reason", correction->reason);
    th_json_set_text(row, "login", correction->login);
    status = th_post(posting, "forecast_correction", row, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *move = th_json_object();
    th_json_set_int(move, "forecast_id", correction->forecast_id);
    th_post_set_id(move, "corrected_t",
                   th_units_t(correction->registered) - th_units_t(correction->was));
    status = th_post(posting, "forecast_move", move, err);
    if (status == TH_OK) {
        status = th_post_note(posting, TH_DB_SLOT_FORECAST, correction->forecast_id, err);
    }
    if (status == TH_OK) {
        *ret_correction_id = correction_id;
    }
    return status;
}

enum th_status th_forecast_correction_each(
    struct th_store *store, int64_t forecast_id,
    bool (*visit)(void *context, const struct th_forecast_correction *correction), void *context,
    struct th_error *err)
{
    static const char SQL[] =
        "SELECT correction_id, was_t, registered_t, run_id, document_id, reason, login "
        "FROM forecast_correction WHERE forecast_id = ?1 ORDER BY correction_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, forecast_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_forecast_correction correction = {.correction_id = th_column_int(q, 0),
                                                          .forecast_id = forecast_id,
                                                          .was = th_column_units(q, 1),
                                                          .registered = th_column_units(q, 2),
                                                          .run_id = th_column_int(q, 3),
                                                          .document_id = th_column_int(q, 4),
                                                          .reason = th_column_text(q, 5),
                                                          .login = th_column_text(q, 6)};
        go_on = visit(context, &correction);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_forecast_speaker(struct th_store *store, int64_t forecast_id,
                                   char ret_login[TH_LOGIN_SIZE], struct th_error *err)
{
    // Before the issuance nothing but a correction moves it.
    static const char SQL[] =
        "SELECT j.login FROM forecast f JOIN journal j USING (seq) WHERE f.forecast_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, forecast_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        th_column_copy(q, 0, ret_login, TH_LOGIN_SIZE);
    }
    th_stmt_done(q);
    return status;
}

#define FORECASTS                                                                                  \
    "f.forecast_id, f.package_id, f.owner_id, f.of_trade_id, "                                     \
    "iif(c.correction_id IS NULL, f.run_id, c.run_id), "                                           \
    "iif(c.correction_id IS NULL, f.document_id, c.document_id), f.registered_t, f.arrived_t, "    \
    "f.lost_t, f.on_date, coalesce((SELECT sum(l.forecast_t) FROM "                                \
    "unit_lock l WHERE l.forecast_id = f.forecast_id), 0) "                                        \
    "FROM forecast f LEFT JOIN forecast_correction c ON c.correction_id = (SELECT "                \
    "max(o.correction_id) FROM forecast_correction o WHERE o.forecast_id = f.forecast_id) "

static void read_forecast(struct th_stmt *q, struct th_forecast *ret_forecast)
{
    memset(ret_forecast, 0, sizeof(*ret_forecast));
    ret_forecast->forecast_id = th_column_int(q, 0);
    ret_forecast->package_id = th_column_int(q, 1);
    ret_forecast->owner_id = th_column_int(q, 2);
    ret_forecast->of_trade_id = th_column_int(q, 3);
    ret_forecast->run_id = th_column_int(q, 4);
    ret_forecast->document_id = th_column_int(q, 5);
    ret_forecast->registered = th_column_units(q, 6);
    ret_forecast->arrived = th_column_units(q, 7);
    ret_forecast->lost = th_column_units(q, 8);
    th_column_copy(q, 9, ret_forecast->on_date, sizeof(ret_forecast->on_date));
    ret_forecast->promised = th_column_units(q, 10);
}

enum th_status th_forecast_load(struct th_store *store, int64_t forecast_id,
                                struct th_forecast *ret_forecast, struct th_error *err)
{
    static const char SQL[] = "SELECT " FORECASTS "WHERE f.forecast_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, forecast_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        read_forecast(q, ret_forecast);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "forecast_not_found", NULL);
        th_error_add_int(err, "forecast", forecast_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_forecast_package(struct th_store *store, int64_t forecast_id,
                                   struct th_package_record *ret_package, struct th_error *err)
{
    struct th_forecast forecast;
    enum th_status status = th_forecast_load(store, forecast_id, &forecast, err);
    return status == TH_OK ? th_package_load(store, forecast.package_id, ret_package, err) : status;
}

// Room for one more item in a list that doubles at powers of two.
static void *grown(void *items, size_t n, size_t item_size)
{
    if (n == 0) {
        return realloc(items, 4 * item_size);
    }
    return n >= 4 && (n & (n - 1)) == 0 ? realloc(items, 2 * n * item_size) : items;
}

enum th_status th_forecast_all(struct th_store *store, const struct th_forecast_filter *filter,
                               struct th_forecast_list *ret_list, struct th_error *err)
{
    static const char SQL[] =
        "SELECT " FORECASTS "WHERE (?1 IS NULL OR f.owner_id = ?1) "
        "AND (?2 IS NULL OR f.package_id = ?2) AND (?3 IS NULL OR f.of_trade_id = ?3) "
        "ORDER BY f.forecast_id";
    struct th_forecast_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_id(q, 1, filter->owner_id);
    th_bind_id(q, 2, filter->package_id);
    th_bind_id(q, 3, filter->of_trade_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        void *items = grown(list.items, list.n, sizeof(*list.items));
        if (!items) {
            status = th_error_no_memory(err);
            break;
        }
        list.items = items;
        read_forecast(q, &list.items[list.n++]);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_list = list;
    } else {
        free(list.items);
    }
    return status;
}

enum th_status th_forecast_vintage_each(struct th_store *store, int64_t forecast_id,
                                        bool (*visit)(void *context, int vintage,
                                                      struct th_units units),
                                        void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT vintage, tonnes FROM forecast_vintage WHERE forecast_id = ?1 AND correction_id = "
        "coalesce((SELECT max(correction_id) FROM forecast_correction WHERE forecast_id = ?1), 0) "
        "ORDER BY vintage";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, forecast_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, (int)th_column_int(q, 0), th_column_units(q, 1));
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_forecast_locks(struct th_store *store, int64_t forecast_id, bool open,
                                 struct th_lock_list *ret_locks, struct th_error *err)
{
    static const char SQL[] = "SELECT lock_id, owner_id, forecast_t FROM unit_lock "
                              "WHERE forecast_id = ?1 AND forecast_t >= ?2 ORDER BY lock_id";
    struct th_lock_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, forecast_id);
    th_bind_int(q, 2, open ? 1 : 0);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        void *items = grown(list.items, list.n, sizeof(*list.items));
        if (!items) {
            status = th_error_no_memory(err);
            break;
        }
        list.items = items;
        list.items[list.n++] = (struct th_lock){.lock_id = th_column_int(q, 0),
                                                .owner_id = th_column_int(q, 1),
                                                .forecast_id = forecast_id,
                                                .forecast = th_column_units(q, 2)};
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_locks = list;
    } else {
        free(list.items);
    }
    return status;
}

// The holder's units come under one lock, as far as they go. `at` is the first block with units
// left; what was taken of it is cut off.
static enum th_status cover(struct th_posting *posting, const struct th_lock *lock,
                            struct th_block_list *held, size_t *at, struct th_error *err)
{
    int64_t wanted_t = th_units_t(lock->forecast);
    int64_t taken_t = 0;
    enum th_status status = TH_OK;
    while (status == TH_OK && taken_t < wanted_t && *at < held->n) {
        struct th_block *block = &held->items[*at];
        int64_t block_t = th_units_t(th_block_units(block));
        int64_t part_t = block_t < wanted_t - taken_t ? block_t : wanted_t - taken_t;
        status = th_lock_take(posting, lock, block, th_units_from_t(part_t), err);
        taken_t += part_t;
        block->first += part_t;
        *at += part_t == block_t;
    }
    if (status == TH_OK && taken_t > 0) {
        status = th_lock_forecast_arrived(posting, lock->lock_id, th_units_from_t(taken_t), err);
    }
    if (status == TH_OK && taken_t < wanted_t) {
        status = th_lock_forecast_released(posting, lock->lock_id,
                                           th_units_from_t(wanted_t - taken_t), err);
    }
    return status;
}

static int64_t count(const struct th_block_list *blocks)
{
    int64_t sum_t = 0;
    for (size_t i = 0; i < blocks->n; i++) {
        sum_t += th_units_t(th_block_units(&blocks->items[i]));
    }
    return sum_t;
}

// The last thing that happens to a package's own forecast: `held` (which may be empty) goes under
// its locks, the rest is lost.
static enum th_status close_forecast(struct th_posting *posting, const struct th_forecast *forecast,
                                     struct th_block_list *held, struct th_error *err)
{
    struct th_lock_list locks = {0};
    int64_t open_t = th_units_t(th_forecast_open(forecast));
    int64_t held_t = count(held);
    int64_t arrived_t = held_t < open_t ? held_t : open_t;
    size_t at = 0;
    enum th_status status =
        th_forecast_locks(th_posting_store(posting), forecast->forecast_id, true, &locks, err);
    for (size_t i = 0; i < locks.n && status == TH_OK; i++) {
        status = cover(posting, &locks.items[i], held, &at, err);
    }
    free(locks.items);
    return status == TH_OK
               ? th_forecast_move(posting, forecast->forecast_id, th_units_from_t(arrived_t),
                                  th_units_from_t(open_t - arrived_t), err)
               : status;
}

// Units of the package that are still where the issuance put them.
static enum th_status held_by_holder(struct th_store *store, const struct th_forecast *forecast,
                                     struct th_block_list *ret_held, struct th_error *err)
{
    const int64_t in_no_pool = -1;
    const struct th_held_filter filter = {
        .owner_id = forecast->owner_id, .package_id = forecast->package_id, .pool_id = in_no_pool};
    struct th_units found = {0};
    return th_ledger_held(store, &filter, th_forecast_open(forecast), ret_held, &found, err);
}

// What a forward can still bring: units and expected tonnes under its lock, and deliveries of them
// that wait for a decision.
static enum th_status still_to_come(struct th_store *store, int64_t trade_id, int64_t *ret_still_t,
                                    struct th_error *err)
{
    static const char SQL[] =
        "SELECT coalesce((SELECT placed_t - posted_t - released_t FROM unit_lock"
        " WHERE lock_id = ?1), 0) + coalesce((SELECT sum(tonnes) FROM trade"
        " WHERE of_trade_id = ?1 AND state = 'proposed'), 0)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return th_stmt_int(q, 0, ret_still_t, err);
}

// Of what was bought ahead only what the forward can still bring is expected further. The last
// promises on it lose their cover first, as at the issuance.
static enum th_status cut_forecast(struct th_posting *posting, const struct th_forecast *forecast,
                                   struct th_error *err)
{
    struct th_store *store = th_posting_store(posting);
    struct th_lock_list locks = {0};
    int64_t open_t = th_units_t(th_forecast_open(forecast));
    int64_t still_t = 0;
    enum th_status status = still_to_come(store, forecast->of_trade_id, &still_t, err);
    int64_t lost_t = open_t > still_t ? open_t - still_t : 0;
    if (status == TH_OK) {
        status = th_forecast_locks(store, forecast->forecast_id, true, &locks, err);
    }
    for (size_t i = 0; i < locks.n && status == TH_OK; i++) {
        int64_t promised_t = th_units_t(locks.items[i].forecast);
        int64_t kept_t = promised_t < still_t ? promised_t : still_t;
        still_t -= kept_t;
        if (kept_t < promised_t) {
            status = th_lock_forecast_released(posting, locks.items[i].lock_id,
                                               th_units_from_t(promised_t - kept_t), err);
        }
    }
    free(locks.items);
    return status == TH_OK ? th_forecast_move(posting, forecast->forecast_id, th_units_from_t(0),
                                              th_units_from_t(lost_t), err)
                           : status;
}

static enum th_status settle_one(struct th_posting *posting, const struct th_forecast *forecast,
                                 bool issued, struct th_error *err)
{
    struct th_block_list held = {0};
    enum th_status status = TH_OK;
    if (forecast->of_trade_id != 0) {
        return cut_forecast(posting, forecast, err);
    }
    if (issued) {
        status = held_by_holder(th_posting_store(posting), forecast, &held, err);
    }
    if (status == TH_OK) {
        status = close_forecast(posting, forecast, &held, err);
    }
    th_block_list_clear(&held);
    return status;
}

enum th_status th_forecast_settle(struct th_posting *posting, int64_t package_id,
                                  struct th_error *err)
{
    struct th_package_record package;
    struct th_forecast_list list = {0};
    const struct th_forecast_filter filter = {.package_id = package_id};
    if (!posting) {
        return th_error_no_memory(err);
    }
    struct th_store *store = th_posting_store(posting);
    enum th_status status = th_package_load(store, package_id, &package, err);
    bool issued = status == TH_OK && strcmp(package.state, "issued") == 0;
    if (status == TH_OK && (issued || strcmp(package.state, "withdrawn") == 0)) {
        status = th_forecast_all(store, &filter, &list, err);
    }
    for (size_t i = 0; i < list.n && status == TH_OK; i++) {
        if (th_units_t(th_forecast_open(&list.items[i])) > 0) {
            status = settle_one(posting, &list.items[i], issued, err);
        }
    }
    free(list.items);
    return status;
}

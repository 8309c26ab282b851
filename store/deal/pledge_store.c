// Pledges as rows, and who stands before whom.
#include "store/deal/pledge_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/journal/posting_internal.h"

struct th_json *th_pledge_row(const struct th_pledge *pledge)
{
    struct th_json *row = th_json_object();
    th_json_set_text(row, "subject", pledge->subject);
    th_json_set_int(row, "tonnes", th_units_t(pledge->tonnes));
    th_json_set_int(row, "debtor_id", pledge->debtor_id);
    th_json_set_int(row, "principal_fen", th_money_fen(pledge->principal));
    th_json_set_text(row, "rate", pledge->rate);
    th_json_set_text(row, "from_on", pledge->from_on);
    th_json_set_text(row, "to_on", pledge->to_on);
    th_json_set_int(row, "valuation_fen", th_money_fen(pledge->valuation));
    th_json_set_text(row, "number", pledge->number);
    th_post_set_word(row, "registrar_number", pledge->registrar_number);
    th_post_set_word(row, "registrar_until", pledge->registrar_until);
    return row;
}

enum th_status th_pledge_load(struct th_store *store, int64_t trade_id,
                              struct th_pledge *ret_pledge, struct th_error *err)
{
    static const char SQL[] = "SELECT trade_id, subject, tonnes, debtor_id, principal_fen, rate, "
                              "from_on, to_on, valuation_fen, number, registrar_number, "
                              "registrar_until FROM pledge WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        struct th_pledge pledge = {.trade_id = th_column_int(q, 0),
                                   .tonnes = th_column_units(q, 2),
                                   .debtor_id = th_column_int(q, 3),
                                   .principal = th_column_money(q, 4),
                                   .valuation = th_column_money(q, 8)};
        th_column_copy(q, 1, pledge.subject, sizeof(pledge.subject));
        th_column_copy(q, 5, pledge.rate, sizeof(pledge.rate));
        th_column_copy(q, 6, pledge.from_on, sizeof(pledge.from_on));
        th_column_copy(q, 7, pledge.to_on, sizeof(pledge.to_on));
        th_column_copy(q, 9, pledge.number, sizeof(pledge.number));
        th_column_copy(q, 10, pledge.registrar_number, sizeof(pledge.registrar_number));
        th_column_copy(q, 11, pledge.registrar_until, sizeof(pledge.registrar_until));
        *ret_pledge = pledge;
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "pledge_not_found", NULL);
        th_error_add_int(err, "pledge", trade_id);
    }
    th_stmt_done(q);
    return status;
}

int64_t th_pledge_root(const struct th_trade *trade)
{
    return trade->of_trade_id != 0 ? trade->of_trade_id : trade->trade_id;
}

// Room for one more item in a list that doubles at powers of two.
static void *grown(void *items, size_t n, size_t item_size)
{
    bool full = n == 0 || (n >= 4 && (n & (n - 1)) == 0);
    return full ? realloc(items, (n == 0 ? 4 : 2 * n) * item_size) : items;
}

// What each waits for is what those before it hold, whoever else waits for the same.
static void reckon(struct th_rank_list *list)
{
    int64_t before_t = 0;
    int number = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct th_rank *rank = &list->items[i];
        int64_t own_t =
            th_units_t(rank->held) + th_units_t(rank->expected) + th_units_t(rank->deciding);
        int64_t lacking_t = th_units_t(rank->lacking);
        rank->waiting = th_units_from_t(lacking_t < before_t ? lacking_t : before_t);
        // A receivable has no units: it is alive until it is released.
        rank->alive = rank->alive || own_t + th_units_t(rank->waiting) > 0;
        rank->number = rank->alive ? ++number : 0;
        before_t += own_t;
    }
}

enum th_status th_pledge_ranks(struct th_store *store, int64_t root_id,
                               struct th_rank_list *ret_ranks, struct th_error *err)
{
#define GIVEN_UP(column, state)                                                                    \
    "coalesce((SELECT sum(r." column ") FROM trade o JOIN pledge_release r USING (trade_id) "      \
    "WHERE o.of_trade_id = p.trade_id AND o.state = '" state "'), 0)"
    static const char SQL[] =
        "SELECT p.trade_id, t.buyer_id, k.lock_id,"
        " coalesce(k.placed_t - k.posted_t - k.released_t - k.forecast_t, 0),"
        " coalesce((SELECT sum(o.tonnes) FROM trade o WHERE o.of_trade_id = p.trade_id"
        "  AND o.kind IN ('release', 'enforcement') AND o.state = 'proposed'), 0),"
        " p.tonnes - coalesce(k.placed_t, 0) - " GIVEN_UP("waived_t", "approved") "," GIVEN_UP(
            "waived_t",
            "proposed") ","
                        " p.subject = 'receivable' AND NOT EXISTS (SELECT 1 FROM "
                        "trade o WHERE o.of_trade_id = p.trade_id AND o.kind = "
                        "'release' AND o.state = 'approved'),"
                        " k.forecast_id, coalesce(k.forecast_t, 0), " GIVEN_UP(
                            "forecast_t",
                            "proposed") ","
                                        // Nothing else of a pledge is released past a trade.
                                        " coalesce(k.released_t, 0) - " GIVEN_UP(
                                            "forecast_t",
                                            "approved") " FROM trade t JOIN pledge p USING "
                                                        "(trade_id) LEFT JOIN unit_lock k ON "
                                                        "k.lock_id = p.trade_id"
                                                        " WHERE t.state = 'approved' AND "
                                                        "(t.trade_id = ?1 OR t.of_trade_id = ?1) "
                                                        "ORDER BY t.seq";
#undef GIVEN_UP
    struct th_rank_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, root_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        void *items = grown(list.items, list.n, sizeof(*list.items));
        if (!items) {
            status = th_error_no_memory(err);
            break;
        }
        list.items = items;
        list.items[list.n++] = (struct th_rank){.trade_id = th_column_int(q, 0),
                                                .pledgee_id = th_column_int(q, 1),
                                                .lock_id = th_column_int(q, 2),
                                                .held = th_column_units(q, 3),
                                                .deciding = th_column_units(q, 4),
                                                .lacking = th_column_units(q, 5),
                                                .waiving = th_column_units(q, 6),
                                                .alive = th_column_int(q, 7) != 0,
                                                .forecast_id = th_column_int(q, 8),
                                                .expected = th_column_units(q, 9),
                                                .giving = th_column_units(q, 10),
                                                .lost = th_column_units(q, 11)};
    }
    th_stmt_done(q);
    if (status != TH_OK) {
        free(list.items);
        return status;
    }
    reckon(&list);
    *ret_ranks = list;
    return TH_OK;
}

const struct th_rank *th_rank_find(const struct th_rank_list *ranks, int64_t trade_id)
{
    for (size_t i = 0; i < ranks->n; i++) {
        if (ranks->items[i].trade_id == trade_id) {
            return &ranks->items[i];
        }
    }
    return NULL;
}

enum th_status th_pledge_each_approved(struct th_store *store, int64_t pledgee_id,
                                       bool (*visit)(void *context, int64_t trade_id),
                                       void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT p.trade_id FROM pledge p CROSS JOIN trade t USING (trade_id) "
        "WHERE t.state = 'approved' AND (?1 IS NULL OR t.buyer_id = ?1) ORDER BY p.trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_id(q, 1, pledgee_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_int(q, 0));
    }
    th_stmt_done(q);
    return status;
}

struct th_json *th_debt_rows(const struct th_debt *debts, size_t n)
{
    struct th_json *rows = th_json_array();
    for (size_t i = 0; i < n; i++) {
        struct th_json *row = th_json_object();
        th_json_set_int(row, "ordinal", (int64_t)i + 1);
        th_json_set_int(row, "pledge_id", debts[i].pledge_id);
        th_json_set_int(row, "owed_fen", th_money_fen(debts[i].owed));
        th_json_set_text(row, "number", debts[i].number);
        th_json_append(rows, row);
    }
    return rows;
}

enum th_status th_debt_load(struct th_store *store, int64_t trade_id,
                            struct th_debt_list *ret_debts, struct th_error *err)
{
    static const char SQL[] = "SELECT d.pledge_id, t.buyer_id, d.owed_fen, d.number "
                              "FROM enforcement_debt d JOIN trade t ON t.trade_id = d.pledge_id "
                              "WHERE d.trade_id = ?1 ORDER BY d.ordinal";
    struct th_debt_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        void *items = grown(list.items, list.n, sizeof(*list.items));
        if (!items) {
            status = th_error_no_memory(err);
            break;
        }
        list.items = items;
        struct th_debt *debt = &list.items[list.n++];
        *debt = (struct th_debt){.pledge_id = th_column_int(q, 0),
                                 .pledgee_id = th_column_int(q, 1),
                                 .owed = th_column_money(q, 2)};
        th_column_copy(q, 3, debt->number, sizeof(debt->number));
    }
    th_stmt_done(q);
    if (status != TH_OK) {
        free(list.items);
        return status;
    }
    *ret_debts = list;
    return TH_OK;
}

struct th_json *th_release_row(const struct th_release *release)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "waived_t", th_units_t(release->waived));
    th_post_set_id(row, "forecast_t", th_units_t(release->expected));
    return row;
}

enum th_status th_release_load(struct th_store *store, int64_t trade_id,
                               struct th_release *ret_release, struct th_error *err)
{
    static const char SQL[] = "SELECT waived_t, forecast_t FROM pledge_release WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    struct th_release release = {.waived = {0}};
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        release.waived = th_column_units(q, 0);
        release.expected = th_column_units(q, 1);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_release = release;
    }
    return status;
}

enum th_status th_listing_load(struct th_store *store, int64_t trade_id,
                               struct th_listing *ret_listing, struct th_error *err)
{
    static const char SQL[] = "SELECT min_t, until_on FROM listing WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        ret_listing->least = th_column_units(q, 0);
        th_column_copy(q, 1, ret_listing->until_on, sizeof(ret_listing->until_on));
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "listing_not_found", NULL);
        th_error_add_int(err, "listing", trade_id);
    }
    th_stmt_done(q);
    return status;
}

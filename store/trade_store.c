// Trades, lines and pools as rows.
#include "store/trade_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

enum th_status th_trade_insert(struct th_store *store, const struct th_trade *trade,
                               int64_t *ret_trade_id, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO trade (kind, state, seller_id, buyer_id, tonnes, price_fen, amount_fen, "
        "tax_rate, tax_fen, net_fen, beneficiary, beneficiary_uscc, purpose, note, on_date, "
        "proposed_by, seq) VALUES (?1, 'proposed', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
        "?13, ?14, ?15, ?16)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, trade->kind);
    th_bind_id(q, 2, trade->seller_id);
    th_bind_id(q, 3, trade->buyer_id);
    th_bind_units(q, 4, trade->tonnes);
    if (trade->has_price) {
        th_bind_money(q, 5, trade->price_per_t);
    }
    th_bind_money(q, 6, trade->amount);
    th_bind_text(q, 7, trade->tax_rate);
    th_bind_money(q, 8, trade->tax);
    th_bind_money(q, 9, trade->net);
    th_bind_text(q, 10, or_null(trade->beneficiary));
    th_bind_text(q, 11, or_null(trade->beneficiary_uscc));
    th_bind_text(q, 12, or_null(trade->purpose));
    th_bind_text(q, 13, or_null(trade->note));
    th_bind_text(q, 14, trade->on_date);
    th_bind_text(q, 15, trade->proposed_by);
    th_bind_int(q, 16, trade->seq);
    return th_stmt_insert(q, ret_trade_id, err);
}

#define TRADE_COLUMNS                                                                              \
    "trade_id, kind, state, seller_id, buyer_id, tonnes, price_fen, amount_fen, tax_rate, "        \
    "tax_fen, net_fen, beneficiary, beneficiary_uscc, purpose, note, on_date, proposed_by, "       \
    "decided_by, decided_on, reason, seq"

static void read_trade(struct th_stmt *q, struct th_trade *ret_trade)
{
    memset(ret_trade, 0, sizeof(*ret_trade));
    ret_trade->trade_id = th_column_int(q, 0);
    th_column_copy(q, 1, ret_trade->kind, sizeof(ret_trade->kind));
    th_column_copy(q, 2, ret_trade->state, sizeof(ret_trade->state));
    ret_trade->seller_id = th_column_int(q, 3);
    ret_trade->buyer_id = th_column_int(q, 4);
    ret_trade->tonnes = th_column_units(q, 5);
    ret_trade->has_price = !th_column_is_null(q, 6);
    ret_trade->price_per_t = th_column_money(q, 6);
    ret_trade->amount = th_column_money(q, 7);
    th_column_copy(q, 8, ret_trade->tax_rate, sizeof(ret_trade->tax_rate));
    ret_trade->tax = th_column_money(q, 9);
    ret_trade->net = th_column_money(q, 10);
    th_column_copy(q, 11, ret_trade->beneficiary, sizeof(ret_trade->beneficiary));
    th_column_copy(q, 12, ret_trade->beneficiary_uscc, sizeof(ret_trade->beneficiary_uscc));
    th_column_copy(q, 13, ret_trade->purpose, sizeof(ret_trade->purpose));
    th_column_copy(q, 14, ret_trade->note, sizeof(ret_trade->note));
    th_column_copy(q, 15, ret_trade->on_date, sizeof(ret_trade->on_date));
    th_column_copy(q, 16, ret_trade->proposed_by, sizeof(ret_trade->proposed_by));
    th_column_copy(q, 17, ret_trade->decided_by, sizeof(ret_trade->decided_by));
    th_column_copy(q, 18, ret_trade->decided_on, sizeof(ret_trade->decided_on));
    th_column_copy(q, 19, ret_trade->reason, sizeof(ret_trade->reason));
    ret_trade->seq = th_column_int(q, 20);
}

enum th_status th_trade_load(struct th_store *store, int64_t trade_id, struct th_trade *ret_trade,
                             struct th_error *err)
{
    static const char SQL[] = "SELECT " TRADE_COLUMNS " FROM trade WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        read_trade(q, ret_trade);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "trade_not_found", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_trade_served(struct th_store *store, int64_t seller_id, int64_t buyer_id,
                               bool *ret_served, struct th_error *err)
{
    static const char SQL[] = "SELECT EXISTS (SELECT 1 FROM trade WHERE buyer_id = ?2"
                              " AND seller_id = ?1 AND state = 'approved')";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, seller_id);
    th_bind_int(q, 2, buyer_id);
    int64_t served = 0;
    enum th_status status = th_stmt_int(q, 0, &served, err);
    if (status == TH_OK) {
        *ret_served = served != 0;
    }
    return status;
}

enum th_status th_trade_each(struct th_store *store, const char *kind, const char *state,
                             bool (*visit)(void *context, const struct th_trade *trade),
                             void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT " TRADE_COLUMNS " FROM trade WHERE (?1 IS NULL OR kind = ?1) "
                              "AND (?2 IS NULL OR state = ?2) ORDER BY trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, kind);
    th_bind_text(q, 2, state);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_trade trade;
        read_trade(q, &trade);
        go_on = visit(context, &trade);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_trade_decide(struct th_store *store, int64_t trade_id, const char *state,
                               const char *login, const char *on_date, const char *reason,
                               int64_t seq, struct th_error *err)
{
    static const char SQL[] = "UPDATE trade SET state = ?2, decided_by = ?3, decided_on = ?4, "
                              "reason = ?5, seq = ?6 WHERE trade_id = ?1 AND state = 'proposed'";
    struct th_trade trade;
    enum th_status status = th_trade_load(store, trade_id, &trade, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_text(q, 2, state);
    th_bind_text(q, 3, login);
    th_bind_text(q, 4, on_date);
    th_bind_text(q, 5, reason);
    th_bind_int(q, 6, seq);
    status = th_stmt_run(q, err);
    if (status == TH_OK && th_db_changes(store) != 1) {
        status = th_error_set(err, TH_CONFLICT, "trade_decided", "state", trade.state, NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    return status;
}

void th_trade_line_list_clear(struct th_trade_line_list *list)
{
    free(list->items);
    *list = (struct th_trade_line_list){0};
}

enum th_status th_trade_line_insert(struct th_store *store, int64_t trade_id, int64_t ordinal,
                                    const struct th_trade_line *line, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO trade_line (trade_id, ordinal, package_id, pool_id, "
                              "seller_id, tonnes, amount_fen, cost_fen) "
                              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_int(q, 2, ordinal);
    th_bind_int(q, 3, line->package_id);
    th_bind_id(q, 4, line->pool_id);
    th_bind_int(q, 5, line->seller_id);
    th_bind_units(q, 6, line->tonnes);
    th_bind_money(q, 7, line->amount);
    th_bind_money(q, 8, line->cost);
    return th_stmt_run(q, err);
}

// Room for one more item in a list that doubles at powers of two.
static void *grown(void *items, size_t n, size_t item_size)
{
    if (n == 0) {
        return realloc(items, 4 * item_size);
    }
    if (n >= 4 && (n & (n - 1)) == 0) {
        return realloc(items, 2 * n * item_size);
    }
    return items;
}

enum th_status th_trade_lines(struct th_store *store, int64_t trade_id,
                              struct th_trade_line_list *ret_lines, struct th_error *err)
{
    static const char SQL[] = "SELECT package_id, pool_id, seller_id, tonnes, amount_fen, cost_fen "
                              "FROM trade_line WHERE trade_id = ?1 ORDER BY ordinal";
    struct th_trade_line_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        void *items = grown(list.items, list.n, sizeof(*list.items));
        if (items == NULL) {
            status = th_error_no_memory(err);
            break;
        }
        list.items = items;
        list.items[list.n++] = (struct th_trade_line){.package_id = th_column_int(q, 0),
                                                      .pool_id = th_column_int(q, 1),
                                                      .seller_id = th_column_int(q, 2),
                                                      .tonnes = th_column_units(q, 3),
                                                      .amount = th_column_money(q, 4),
                                                      .cost = th_column_money(q, 5)};
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_lines = list;
    } else {
        th_trade_line_list_clear(&list);
    }
    return status;
}

void th_pool_list_clear(struct th_pool_list *list)
{
    free(list->items);
    *list = (struct th_pool_list){0};
}

struct th_units th_pool_available(const struct th_pool_share *share)
{
    // The table's CHECK keeps this from being negative.
    return th_units_from_t(th_units_t(share->bought) - th_units_t(share->sold) -
                           th_units_t(share->used));
}

enum th_status th_pool_insert(struct th_store *store, const struct th_pool_share *share,
                              const char *bought_on, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO pool_share (pool_id, package_id, owner_id, bought_on, "
                              "bought_t, cost_fen, sold_t, sold_cost_fen, used_t) "
                              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, share->pool_id);
    th_bind_int(q, 2, share->package_id);
    th_bind_int(q, 3, share->owner_id);
    th_bind_text(q, 4, bought_on);
    th_bind_units(q, 5, share->bought);
    th_bind_money(q, 6, share->cost);
    return th_stmt_run(q, err);
}

#define POOL_COLUMNS                                                                               \
    "pool_id, package_id, owner_id, bought_t, cost_fen, sold_t, sold_cost_fen, used_t"

static struct th_pool_share read_share(struct th_stmt *q)
{
    return (struct th_pool_share){.pool_id = th_column_int(q, 0),
                                  .package_id = th_column_int(q, 1),
                                  .owner_id = th_column_int(q, 2),
                                  .bought = th_column_units(q, 3),
                                  .cost = th_column_money(q, 4),
                                  .sold = th_column_units(q, 5),
                                  .sold_cost = th_column_money(q, 6),
                                  .used = th_column_units(q, 7)};
}

enum th_status th_pool_shares(struct th_store *store, int64_t pool_id,
                              struct th_pool_list *ret_shares, struct th_error *err)
{
    static const char SQL[] =
        "SELECT " POOL_COLUMNS " FROM pool_share WHERE pool_id = ?1 ORDER BY package_id";
    struct th_pool_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, pool_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        void *items = grown(list.items, list.n, sizeof(*list.items));
        if (items == NULL) {
            status = th_error_no_memory(err);
            break;
        }
        list.items = items;
        list.items[list.n++] = read_share(q);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_shares = list;
    } else {
        th_pool_list_clear(&list);
    }
    return status;
}

enum th_status th_pool_open_each(struct th_store *store, int64_t owner_id, int64_t package_id,
                                 bool (*visit)(void *context, const struct th_pool_share *share),
                                 void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT " POOL_COLUMNS " FROM pool_share "
                              "WHERE owner_id = ?1 AND sold_t + used_t < bought_t "
                              "AND (?2 IS NULL OR package_id = ?2) "
                              "ORDER BY bought_on, pool_id, package_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, owner_id);
    th_bind_id(q, 2, package_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_pool_share share = read_share(q);
        go_on = visit(context, &share);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_pool_take(struct th_store *store, int64_t pool_id, int64_t package_id,
                            int64_t sold_t, int64_t sold_cost_fen, int64_t used_t,
                            struct th_error *err)
{
    static const char SQL[] =
        "UPDATE pool_share SET sold_t = sold_t + ?3, sold_cost_fen = sold_cost_fen + ?4, "
        "used_t = used_t + ?5 WHERE pool_id = ?1 AND package_id = ?2 "
        "AND sold_t + used_t + ?3 + ?5 <= bought_t";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, pool_id);
    th_bind_int(q, 2, package_id);
    th_bind_int(q, 3, sold_t);
    th_bind_int(q, 4, sold_cost_fen);
    th_bind_int(q, 5, used_t);
    enum th_status status = th_stmt_run(q, err);
    if (status == TH_OK && th_db_changes(store) != 1) {
        status = th_error_set(err, TH_CONFLICT, "pool_changed", NULL);
        th_error_add_int(err, "pool", pool_id);
        th_error_add_int(err, "package", package_id);
    }
    return status;
}

enum th_status th_package_village_each(struct th_store *store, int64_t package_id,
                                       bool (*visit)(void *context, const char *village_code,
                                                     struct th_carbon mass),
                                       void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT p.village, sum(s.mass_kg) FROM issuance i "
                              "JOIN issuance_segment s USING (issuance_id) "
                              "JOIN parcel p USING (parcel_id) WHERE i.package_id = ?1 "
                              "GROUP BY p.village ORDER BY p.village";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, package_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_text(q, 0), th_column_carbon(q, 1));
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_place(struct th_store *store, int64_t parcel_id,
                               struct th_parcel_place *ret_place, struct th_error *err)
{
    static const char SQL[] = "SELECT p.village, v.name, p.number FROM parcel p JOIN village v "
                              "ON v.code = p.village WHERE p.parcel_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        th_column_copy(q, 0, ret_place->village, sizeof(ret_place->village));
        th_column_copy(q, 1, ret_place->village_name, sizeof(ret_place->village_name));
        th_column_copy(q, 2, ret_place->number, sizeof(ret_place->number));
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "parcel_not_found", NULL);
        th_error_add_int(err, "parcel", parcel_id);
    }
    th_stmt_done(q);
    return status;
}

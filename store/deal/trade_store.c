// Trades, lines and pools as rows.
#include "store/deal/trade_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/deal/sale_internal.h"
#include "store/id_list_internal.h"
#include "store/journal/posting_internal.h"

enum th_status th_trade_post(struct th_posting *posting, const struct th_trade *trade,
                             int64_t *ret_trade_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(trade_id) FROM trade";
    int64_t trade_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &trade_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "trade_id", trade_id);
    th_json_set_text(row, "kind", trade->kind);
    th_json_set_text(row, "state", "proposed");
    th_post_set_id(row, "of_trade_id", trade->of_trade_id);
    th_post_set_id(row, "seller_id", trade->seller_id);
    th_post_set_id(row, "buyer_id", trade->buyer_id);
    th_json_set_int(row, "tonnes", th_units_t(trade->tonnes));
    if (trade->has_price) {
        th_json_set_int(row, "price_fen", th_money_fen(trade->price_per_t));
    }
    th_json_set_int(row, "amount_fen", th_money_fen(trade->amount));
    th_json_set_text(row, "tax_rate", trade->tax_rate);
    th_json_set_int(row, "tax_fen", th_money_fen(trade->tax));
    th_json_set_int(row, "net_fen", th_money_fen(trade->net));
    th_post_set_word(row, "beneficiary", trade->beneficiary);
    th_post_set_word(row, "beneficiary_uscc", trade->beneficiary_uscc);
    th_post_set_word(row, "purpose", trade->purpose);
    th_post_set_word(row, "note", trade->note);
    th_post_set_word(row, "draw", trade->draw);
    th_json_set_text(row, "on_date", trade->on_date);
    th_post_set_word(row, "expires_on", trade->expires_on);
    th_json_set_text(row, "proposed_by", trade->proposed_by);
    status = th_post(posting, "trade", row, err);
    if (status == TH_OK) {
        *ret_trade_id = trade_id;
    }
    return status;
}

#define TRADE_COLUMNS                                                                              \
    "trade_id, kind, state, seller_id, buyer_id, tonnes, price_fen, amount_fen, tax_rate, "        \
    "tax_fen, net_fen, beneficiary, beneficiary_uscc, purpose, note, on_date, proposed_by, "       \
    "decided_by, decided_on, reason, seq, of_trade_id, expires_on, alone_rule_id, draw"

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
    ret_trade->of_trade_id = th_column_int(q, 21);
    th_column_copy(q, 22, ret_trade->expires_on, sizeof(ret_trade->expires_on));
    ret_trade->alone_rule_id = th_column_int(q, 23);
    th_column_copy(q, 24, ret_trade->draw, sizeof(ret_trade->draw));
}

static enum th_status not_found(int64_t trade_id, struct th_error *err)
{
    (void)th_error_set(err, TH_NOT_FOUND, "trade_not_found", NULL);
    th_error_add_int(err, "trade", trade_id);
    return TH_NOT_FOUND;
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
        status = not_found(trade_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_trade_terms_load(struct th_store *store, int64_t trade_id,
                                   struct th_trade_terms *ret_terms, struct th_error *err)
{
    static const char SQL[] = "SELECT on_date, draw FROM trade WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        th_column_copy(q, 0, ret_terms->on_date, sizeof(ret_terms->on_date));
        th_column_copy(q, 1, ret_terms->draw, sizeof(ret_terms->draw));
    } else if (status == TH_OK) {
        status = not_found(trade_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_trade_served(struct th_store *store, int64_t seller_id, int64_t buyer_id,
                               struct th_units *ret_left, struct th_error *err)
{
    static const char SQL[] =
        "SELECT coalesce((SELECT sum(t.tonnes) FROM trade t WHERE t.buyer_id = ?2 "
        "AND t.seller_id = ?1 AND t.state = 'approved' AND " TH_NOT_CORRECTED " "
        "AND t.kind IN ('resale', 'transfer', 'acceptance', 'delivery', 'exercise')), 0) - "
        "coalesce((SELECT sum(t.tonnes) FROM trade t JOIN user_account u ON u.login = "
        "t.proposed_by "
        "WHERE t.kind = 'retirement' AND t.state = 'approved' AND t.seller_id = ?2 "
        "AND u.party_id = ?1), 0)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, seller_id);
    th_bind_int(q, 2, buyer_id);
    int64_t left_t = 0;
    enum th_status status = th_stmt_int(q, 0, &left_t, err);
    if (status == TH_OK) {
        *ret_left = th_units_from_t(left_t > 0 ? left_t : 0);
    }
    return status;
}

static enum th_status visit_trades(struct th_stmt *q,
                                   bool (*visit)(void *context, const struct th_trade *trade),
                                   void *context, struct th_error *err)
{
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

enum th_status th_trade_each(struct th_store *store, const char *kind, const char *state,
                             bool (*visit)(void *context, const struct th_trade *trade),
                             void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT " TRADE_COLUMNS " FROM trade WHERE (?1 IS NULL OR kind = ?1) "
                              "AND (?2 IS NULL OR state = ?2) ORDER BY trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, kind);
    th_bind_text(q, 2, state);
    return visit_trades(q, visit, context, err);
}

enum th_status th_trade_each_proposed(struct th_store *store,
                                      bool (*visit)(void *context, const struct th_trade *trade),
                                      void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT " TRADE_COLUMNS " FROM trade WHERE state = 'proposed' ORDER BY trade_id";
    return visit_trades(th_db_query(store, SQL), visit, context, err);
}

enum th_status th_trade_each_unpaid(struct th_store *store, int64_t party_id,
                                    bool (*visit)(void *context, const struct th_trade *trade),
                                    void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT " TRADE_COLUMNS " FROM trade WHERE state = 'approved' AND amount_fen > 0 "
        "AND (?1 IS NULL OR seller_id = ?1 OR buyer_id = ?1 OR (kind = 'enforcement' AND EXISTS "
        "(SELECT 1 FROM money_leg m WHERE m.trade_id = trade.trade_id AND m.party_id = ?1))) "
        "AND (kind IN ('forward', 'subscription') OR amount_fen > (SELECT "
        "coalesce(sum(r.amount_fen), 0) FROM receipt_standing r WHERE r.trade_id = "
        "trade.trade_id)) "
        "ORDER BY trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_id(q, 1, party_id);
    return visit_trades(q, visit, context, err);
}

enum th_status th_trade_decide(struct th_posting *posting, const struct th_trade_decision *decision,
                               struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "trade_id", decision->trade_id);
    th_json_set_text(row, "state", decision->state);
    th_post_set_word(row, "decided_by", decision->by);
    th_json_set_text(row, "decided_on", decision->on_date);
    th_post_set_word(row, "reason", decision->reason);
    th_post_set_id(row, "alone_rule_id", decision->alone_rule_id);
    return th_post(posting, "trade_decision", row, err);
}

void th_trade_line_list_clear(struct th_trade_line_list *list)
{
    free(list->items);
    *list = (struct th_trade_line_list){0};
}

enum th_status th_trade_line_post(struct th_posting *posting, int64_t trade_id, int64_t ordinal,
                                  const struct th_trade_line *line, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "trade_id", trade_id);
    th_json_set_int(row, "ordinal", ordinal);
    th_json_set_int(row, "package_id", line->package_id);
    th_post_set_id(row, "pool_id", line->pool_id);
    th_json_set_int(row, "seller_id", line->seller_id);
    th_json_set_int(row, "tonnes", th_units_t(line->tonnes));
    th_json_set_int(row, "amount_fen", th_money_fen(line->amount));
    th_json_set_int(row, "cost_fen", th_money_fen(line->cost));
    return th_post(posting, "trade_line", row, err);
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

// Steps through a bound query of lines.
static enum th_status collect_lines(struct th_stmt *q, struct th_trade_line_list *ret_lines,
                                    struct th_error *err)
{
    struct th_trade_line_list list = {0};
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

enum th_status th_trade_lines(struct th_store *store, int64_t trade_id,
                              struct th_trade_line_list *ret_lines, struct th_error *err)
{
    static const char SQL[] = "SELECT package_id, pool_id, seller_id, tonnes, amount_fen, cost_fen "
                              "FROM trade_line WHERE trade_id = ?1 ORDER BY ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return collect_lines(q, ret_lines, err);
}

enum th_status th_trade_lines_left(struct th_store *store, int64_t trade_id,
                                   struct th_trade_line_list *ret_lines, struct th_error *err)
{
    static const char SQL[] =
        "WITH taken AS (SELECT l.package_id, l.pool_id, l.seller_id, sum(l.tonnes) AS tonnes,"
        " sum(l.amount_fen) AS amount_fen, sum(l.cost_fen) AS cost_fen"
        " FROM trade t JOIN trade_line l USING (trade_id) WHERE t.of_trade_id = ?1"
        " AND t.state IN ('proposed', 'approved') AND " TH_NOT_CORRECTED
        " GROUP BY l.package_id, l.pool_id, l.seller_id) "
        "SELECT l.package_id, l.pool_id, l.seller_id, l.tonnes - coalesce(k.tonnes, 0),"
        " max(l.amount_fen - coalesce(k.amount_fen, 0), 0), l.cost_fen - coalesce(k.cost_fen, 0)"
        " FROM trade_line l LEFT JOIN taken k ON k.package_id = l.package_id"
        " AND k.pool_id IS l.pool_id AND k.seller_id = l.seller_id"
        " WHERE l.trade_id = ?1 AND l.tonnes > coalesce(k.tonnes, 0) ORDER BY l.ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return collect_lines(q, ret_lines, err);
}

enum th_status th_trade_is_awaited(struct th_store *store, int64_t trade_id, bool *ret_awaited,
                                   struct th_error *err)
{
    static const char SQL[] =
        "SELECT EXISTS (SELECT 1 FROM trade WHERE of_trade_id = ?1 AND state = 'proposed')";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    int64_t awaited = 0;
    enum th_status status = th_stmt_int(q, 0, &awaited, err);
    if (status == TH_OK) {
        *ret_awaited = awaited != 0;
    }
    return status;
}

enum th_status th_trade_ended(struct th_store *store, const char *on_date, int64_t **ret_trade_ids,
                              size_t *ret_n, struct th_error *err)
{
    static const char SQL[] =
        "SELECT trade_id FROM trade WHERE state = 'proposed' AND expires_on < ?1 "
        "UNION SELECT t.trade_id FROM unit_lock l JOIN trade t ON t.trade_id = l.lock_id "
        "WHERE l.expires_on < ?1 AND l.posted_t + l.released_t < l.placed_t "
        "AND t.state = 'approved' ORDER BY 1";
    struct th_id_list ids = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, on_date);
    enum th_status status = th_id_list_collect(q, &ids, err);
    if (status == TH_OK) {
        *ret_trade_ids = ids.ids;
        *ret_n = ids.n;
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

enum th_status th_pool_post(struct th_posting *posting, const struct th_pool_share *share,
                            const char *bought_on, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "pool_id", share->pool_id);
    th_json_set_int(row, "package_id", share->package_id);
    th_json_set_int(row, "owner_id", share->owner_id);
    th_json_set_text(row, "bought_on", bought_on);
    th_json_set_int(row, "bought_t", th_units_t(share->bought));
    th_json_set_int(row, "cost_fen", th_money_fen(share->cost));
    return th_post(posting, "pool_share", row, err);
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
                              "WHERE owner_id = ?1 AND is_open = 1 "
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

enum th_status th_pool_draw(struct th_posting *posting, const struct th_pool_draw *draw,
                            struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "pool_id", draw->pool_id);
    th_json_set_int(row, "package_id", draw->package_id);
    th_post_set_id(row, "sold_t", draw->sold_t);
    th_post_set_id(row, "sold_cost_fen", draw->sold_cost_fen);
    th_post_set_id(row, "used_t", draw->used_t);
    return th_post(posting, "pool_draw", row, err);
}

enum th_status th_package_village_each(struct th_store *store, int64_t package_id,
                                       bool (*visit)(void *context, const char *village_code,
                                                     struct th_carbon mass),
                                       void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT p.village, sum(min(s.mass_kg, i.issued_t * 1000 - s.first_kg)) FROM issuance i "
        "JOIN issuance_segment s USING (issuance_id) JOIN parcel p USING (parcel_id) "
        "WHERE i.package_id = ?1 AND s.first_kg < i.issued_t * 1000 "
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

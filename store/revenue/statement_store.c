// Rows of statements.
#include "store/revenue/statement_store.h"

#include "store/db_internal.h"
#include "store/deal/sale_internal.h"

#define POOLS "(SELECT l.pool_id FROM trade_line l WHERE l.trade_id = p.trade_id)"

enum th_status th_payment_each(struct th_store *store, int64_t party_id,
                               bool (*visit)(void *context, const struct th_payment_row *row),
                               void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT p.distribution_id, p.trade_id, s.term_id, d.through_on, t.on_date, t.tonnes, "
        "t.price_fen, s.net_fen, p.weight_t, p.amount_fen, s.receipts_fen, s.tax_fen, s.cost_fen, "
        "s.deductions_fen, coalesce(b.name, ''), p.group_id, p.share, "
        "CASE WHEN e.kind IS NULL OR e.kind = 'resent' THEN 'owed' ELSE e.kind END, "
        "CASE WHEN e.kind IS NULL OR e.kind = 'resent' THEN x.on_date ELSE e.on_date END, t.kind, "
        "(SELECT sum(o.bought_t) FROM pool_share o WHERE o.pool_id IN " POOLS "), "
        "(SELECT count(DISTINCT o.pool_id) FROM pool_share o WHERE o.pool_id IN " POOLS "), "
        "CASE e.kind WHEN 'resent' THEN e.on_date END, CASE e.kind WHEN 'resent' THEN"
        " (SELECT r.on_date FROM payout_event r WHERE r.distribution_id = p.distribution_id"
        " AND r.party_id = p.party_id AND r.kind = 'returned'"
        " ORDER BY r.payout_event_id DESC LIMIT 1) END "
        "FROM distribution_payment p JOIN distribution d USING (distribution_id) "
        "JOIN distribution_decision x ON x.distribution_id = p.distribution_id"
        " AND x.state = 'approved' "
        "JOIN distribution_sale s USING (distribution_id, trade_id) JOIN trade t USING (trade_id) "
        "LEFT JOIN party b ON b.party_id = t.buyer_id "
        "LEFT JOIN payout_event e ON e.payout_event_id = (SELECT max(o.payout_event_id)"
        " FROM payout_event o WHERE o.distribution_id = p.distribution_id"
        " AND o.party_id = p.party_id) "
        "WHERE p.party_id = ?1 ORDER BY p.distribution_id, p.trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_payment_row payment = {.distribution_id = th_column_int(q, 0),
                                         .trade_id = th_column_int(q, 1),
                                         .term_id = th_column_int(q, 2),
                                         .through_on = th_column_text(q, 3),
                                         .on_date = th_column_text(q, 4),
                                         .tonnes = th_column_units(q, 5),
                                         .has_price = !th_column_is_null(q, 6),
                                         .price_per_t = th_column_money(q, 6),
                                         .net = th_column_money(q, 7),
                                         .weight = th_column_units(q, 8),
                                         .amount = th_column_money(q, 9),
                                         .receipts = th_column_money(q, 10),
                                         .tax = th_column_money(q, 11),
                                         .cost = th_column_money(q, 12),
                                         .deductions = th_column_money(q, 13),
                                         .buyer = th_column_text(q, 14),
                                         .group_id = th_column_int(q, 15),
                                         .share = th_column_text(q, 16),
                                         .state = th_column_text(q, 17),
                                         .state_on = th_column_text(q, 18),
                                         .kind = th_column_text(q, 19),
                                         .pool = th_column_units(q, 20),
                                         .n_pools = th_column_int(q, 21),
                                         .resent_on = th_column_text(q, 22),
                                         .returned_on = th_column_text(q, 23)};
        go_on = visit(context, &payment);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_own_sale_each(struct th_store *store, int64_t party_id,
                                bool (*visit)(void *context, const struct th_own_sale_row *row),
                                void *context, struct th_error *err)
{
    // By the legs and not by the lines: what a pledge that is enforced brings goes to others first.
    static const char SQL[] =
        "SELECT t.trade_id, t.kind, t.on_date, coalesce(b.name, ''), t.price_fen, "
        "sum(CASE WHEN m.memo IN (" TH_AGREED_MEMOS
        ") THEN m.amount_fen ELSE 0 END) AS agreed_fen, "
        "sum(m.amount_fen) AS open_fen "
        "FROM money_leg m JOIN trade t USING (trade_id) LEFT JOIN party b ON b.party_id = "
        "t.buyer_id "
        "WHERE m.party_id = ?1 AND m.account = 'claim' "
        "AND m.memo NOT IN ('money.distribution', 'money.payment', 'money.payment_returned') "
        "AND " TH_NOT_CORRECTED
        " AND t.buyer_id <> ?1 AND (t.seller_id = ?1 OR EXISTS (SELECT 1 FROM trade_line l "
        "WHERE l.trade_id = t.trade_id AND l.seller_id = ?1)) GROUP BY t.trade_id "
        "HAVING agreed_fen > 0 OR (open_fen < 0 AND t.kind IN ('subscription', 'forward')) "
        "ORDER BY t.on_date, t.trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_own_sale_row row = {.trade_id = th_column_int(q, 0),
                                      .kind = th_column_text(q, 1),
                                      .on_date = th_column_text(q, 2),
                                      .buyer = th_column_text(q, 3),
                                      .has_price = !th_column_is_null(q, 4),
                                      .price_per_t = th_column_money(q, 4),
                                      .agreed = th_column_money(q, 5),
                                      .open = th_column_money(q, 6)};
        go_on = visit(context, &row);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_own_debt_each(struct th_store *store, int64_t party_id,
                                bool (*visit)(void *context, const struct th_own_debt_row *row),
                                void *context, struct th_error *err)
{
    // A correction gives units back to its buyer, who gives the money back; a refund is the
    // seller's.
    static const char SQL[] =
        "SELECT t.trade_id, t.kind, t.of_trade_id, t.on_date, coalesce(c.name, ''), "
        "-sum(CASE WHEN m.memo IN ('money.correction', 'money.refund') THEN m.amount_fen ELSE 0 "
        "END) AS owed_fen, -sum(m.amount_fen) AS open_fen "
        "FROM money_leg m JOIN trade t USING (trade_id) LEFT JOIN party c ON c.party_id = "
        "CASE t.kind WHEN 'correction' THEN t.seller_id ELSE t.buyer_id END "
        "WHERE m.party_id = ?1 AND m.account = 'claim' AND t.kind IN ('correction', 'delivery') "
        "AND m.memo NOT IN ('money.distribution', 'money.payment', 'money.payment_returned') "
        "GROUP BY t.trade_id HAVING owed_fen > 0 AND open_fen > 0 ORDER BY t.on_date, t.trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_own_debt_row row = {.trade_id = th_column_int(q, 0),
                                      .kind = th_column_text(q, 1),
                                      .of_trade_id = th_column_int(q, 2),
                                      .on_date = th_column_text(q, 3),
                                      .creditor = th_column_text(q, 4),
                                      .owed = th_column_money(q, 5),
                                      .open = th_column_money(q, 6)};
        go_on = visit(context, &row);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_arrival_each(struct th_store *store, int64_t trade_id, int64_t party_id,
                               bool (*visit)(void *context, const char *on_date,
                                             struct th_money amount),
                               void *context, struct th_error *err)
{
    // What a delivery takes of money that came ahead lies in a row behind what was taken before it.
    static const char SQL[] =
        "WITH arrived AS (SELECT seq, on_date, amount_fen FROM money_leg WHERE trade_id = ?1"
        " AND party_id = ?2 AND account = 'cash' AND memo = 'money.receipt' AND seq NOT IN"
        " (SELECT r.seq FROM receipt_withdrawal JOIN receipt r USING (receipt_id))), "
        "ahead AS (SELECT m.seq, m.account, m.amount_fen FROM trade t JOIN money_leg m"
        " ON m.trade_id = t.of_trade_id AND m.party_id = ?2 AND m.memo = 'money.prepaid'"
        " WHERE t.trade_id = ?1), "
        "taken AS (SELECT a.seq, -a.amount_fen AS fen, coalesce((SELECT sum(b.amount_fen) FROM "
        "ahead b WHERE b.account = 'claim' AND b.seq < a.seq), 0) AS start FROM ahead a "
        "WHERE a.account = 'cash' AND a.seq IN (SELECT seq FROM arrived)), "
        "came AS (SELECT r.seq, r.on_date, r.amount_fen AS fen, sum(r.amount_fen)"
        " OVER (ORDER BY r.receipt_id) AS upto FROM trade t JOIN receipt_standing r"
        " ON r.trade_id = t.of_trade_id WHERE t.trade_id = ?1) "
        "SELECT on_date, sum(fen) FROM (SELECT on_date, amount_fen AS fen FROM arrived"
        " WHERE seq NOT IN (SELECT seq FROM taken) UNION ALL "
        "SELECT c.on_date, min(c.upto, k.start + k.fen) - max(c.upto - c.fen, k.start) "
        "FROM taken k JOIN came c ON c.seq < k.seq AND c.upto > k.start"
        " AND c.upto - c.fen < k.start + k.fen) GROUP BY on_date ORDER BY on_date";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_int(q, 2, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_text(q, 0), th_column_money(q, 1));
    }
    th_stmt_done(q);
    return status;
}

#include "store/revenue/book_store.h"

#include <string.h>

#include "core/ratio.h"
#include "store/db_internal.h"
#include "store/deal/sale_internal.h"

enum th_status th_book_leg_each(struct th_store *store, int64_t party_id,
                                bool (*visit)(void *context, const struct th_book_leg *leg),
                                void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT m.seq, j.kind, j.login, m.party_id, p.name, m.account, m.amount_fen, m.on_date, "
        "m.trade_id, m.memo FROM money_leg m JOIN journal j USING (seq) JOIN party p USING "
        "(party_id) WHERE ?1 = 0 OR m.seq IN (SELECT seq FROM money_leg WHERE party_id = ?1) "
        "ORDER BY m.seq, m.leg_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const char *account = th_column_text(q, 5);
        const struct th_book_leg leg = {.seq = th_column_int(q, 0),
                                        .kind = th_column_text(q, 1),
                                        .login = th_column_text(q, 2),
                                        .party_id = th_column_int(q, 3),
                                        .party = th_column_text(q, 4),
                                        .account = account != NULL && strcmp(account, "cash") == 0
                                                       ? TH_ACCOUNT_CASH
                                                       : TH_ACCOUNT_CLAIM,
                                        .amount = th_column_money(q, 6),
                                        .on_date = th_column_text(q, 7),
                                        .trade_id = th_column_int(q, 8),
                                        .memo = th_column_text(q, 9)};
        go_on = visit(context, &leg);
    }
    th_stmt_done(q);
    return status;
}

// The day that counts for a move of units, of unit_event e, its entry j, its deal t and issuance i:
// that of the deal, as for money; of an issuance, the first deal in it, since what was sold was
// there. What no deal dates has none: the day of its entry counts. No later than that, either.
#define MOVE_DAY                                                                                   \
    "CASE WHEN e.trade_id IS NULL THEN (SELECT min(u.on_date) FROM trade_line l "                  \
    "JOIN trade u USING (trade_id) WHERE l.seller_id = e.owner_id "                                \
    "AND l.package_id = i.package_id AND u.state = 'approved') "                                   \
    "WHEN j.kind IN ('trade.propose', 'trade.approve') THEN t.on_date END"

enum th_status th_book_move_each(struct th_store *store, int64_t party_id,
                                 bool (*visit)(void *context, const struct th_book_move *move),
                                 void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT e.seq, j.kind, j.login, j.at_utc, e.event, i.prefix, b.first, b.last, "
        "e.from_state, e.from_owner_id, f.name, e.state, e.owner_id, o.name, "
        "e.trade_id, " MOVE_DAY " "
        "FROM unit_event e JOIN unit_block b USING (block_id) JOIN issuance i USING (issuance_id) "
        "JOIN party o ON o.party_id = e.owner_id LEFT JOIN party f ON f.party_id = e.from_owner_id "
        "JOIN journal j ON j.seq = e.seq LEFT JOIN trade t ON t.trade_id = e.trade_id "
        "WHERE e.event <> 'split' AND (e.from_owner_id IS NOT "
        "e.owner_id OR e.from_state IS NOT e.state) AND (?1 = 0 OR e.owner_id = ?1 "
        "OR e.from_owner_id = ?1) ORDER BY e.seq, e.ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_book_move move = {.seq = th_column_int(q, 0),
                                          .kind = th_column_text(q, 1),
                                          .login = th_column_text(q, 2),
                                          .at_utc = th_column_int(q, 3),
                                          .event = th_column_text(q, 4),
                                          .prefix = th_column_text(q, 5),
                                          .first = th_column_int(q, 6),
                                          .last = th_column_int(q, 7),
                                          .from_state = th_column_text(q, 8),
                                          .from_owner_id = th_column_int(q, 9),
                                          .from_owner = th_column_text(q, 10),
                                          .state = th_column_text(q, 11),
                                          .owner_id = th_column_int(q, 12),
                                          .owner = th_column_text(q, 13),
                                          .trade_id = th_column_int(q, 14),
                                          .on_date = th_column_text(q, 15)};
        go_on = visit(context, &move);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_book_change_each(struct th_store *store, int64_t party_id,
                                   bool (*visit)(void *context,
                                                 const struct th_book_change *change),
                                   void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT e.seq, j.at_utc, i.prefix, b.first, b.last, e.event, "
        "CASE WHEN e.from_owner_id = ?1 THEN e.from_state END, "
        "CASE WHEN e.owner_id = ?1 THEN e.state END, e.trade_id, " MOVE_DAY " "
        "FROM unit_event e JOIN unit_block b USING (block_id) JOIN issuance i USING (issuance_id) "
        "LEFT JOIN journal j ON j.seq = e.seq LEFT JOIN trade t ON t.trade_id = e.trade_id "
        "WHERE (e.owner_id = ?1 OR e.from_owner_id = ?1) AND e.event <> 'split' "
        "ORDER BY e.seq, e.ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_book_change change = {.seq = th_column_int(q, 0),
                                        .at_utc = th_column_int(q, 1),
                                        .prefix = th_column_text(q, 2),
                                        .first = th_column_int(q, 3),
                                        .last = th_column_int(q, 4),
                                        .event = th_column_text(q, 5),
                                        .from_state = th_column_text(q, 6),
                                        .state = th_column_text(q, 7),
                                        .trade_id = th_column_int(q, 8),
                                        .on_date = th_column_text(q, 9)};
        go_on = visit(context, &change);
    }
    th_stmt_done(q);
    return status;
}

// The cost of a pool's units up to `upto_t` of those that left without a price: what remains to be
// sold costs by the same cumulative rule as sales (trading/deal/stock.c), from the other end.
static enum th_status left_cost(int64_t bought_t, int64_t upto_t, struct th_money cost,
                                int64_t *ret_fen, struct th_error *err)
{
    struct th_ratio rest;
    int64_t rest_fen = 0;
    enum th_status status = th_ratio_make(bought_t - upto_t, bought_t, &rest, err);
    if (status == TH_OK) {
        status = th_ratio_apply_nearest(rest, th_money_fen(cost), &rest_fen, err);
    }
    if (status == TH_OK) {
        *ret_fen = th_money_fen(cost) - rest_fen;
    }
    return status;
}

// What was given away and taken back stands at its cost again.
#define UNSOLD "('retirement', 'cancellation', 'transfer')"

enum th_status th_book_write_off_each(struct th_store *store, int64_t party_id,
                                      bool (*visit)(void *context,
                                                    const struct th_book_write_off *write_off),
                                      void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT j.seq, j.kind, j.login, t.on_date, t.kind, t.trade_id, l.tonnes, s.bought_t, "
        "s.cost_fen, (SELECT sum(o.tonnes) FROM trade_line o JOIN trade u USING (trade_id) "
        "WHERE o.pool_id = l.pool_id AND o.package_id = l.package_id AND u.state = 'approved' "
        "AND u.kind IN " UNSOLD " AND u.trade_id NOT IN corrected AND (o.trade_id < l.trade_id "
        "OR (o.trade_id = l.trade_id AND o.ordinal <= l.ordinal))) "
        "FROM trade_line l JOIN trade t USING (trade_id) "
        "JOIN pool_share s USING (pool_id, package_id) JOIN journal j ON j.seq = "
        "(SELECT max(e.seq) FROM unit_event e WHERE e.trade_id = t.trade_id AND e.event <> "
        "'split') "
        "WHERE s.owner_id = ?1 AND t.state = 'approved' AND t.kind IN " UNSOLD
        " AND " TH_NOT_CORRECTED " ORDER BY j.seq, l.trade_id, l.ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_book_write_off write_off = {.seq = th_column_int(q, 0),
                                              .kind = th_column_text(q, 1),
                                              .login = th_column_text(q, 2),
                                              .on_date = th_column_text(q, 3),
                                              .deal = th_column_text(q, 4),
                                              .trade_id = th_column_int(q, 5)};
        int64_t upto_t = th_column_int(q, 9);
        int64_t upto_fen = 0;
        int64_t before_fen = 0;
        status = left_cost(th_column_int(q, 7), upto_t, th_column_money(q, 8), &upto_fen, err);
        if (status == TH_OK) {
            status = left_cost(th_column_int(q, 7), upto_t - th_column_int(q, 6),
                               th_column_money(q, 8), &before_fen, err);
        }
        if (status != TH_OK) {
            break;
        }
        write_off.cost = th_money_from_fen(upto_fen - before_fen);
        go_on = visit(context, &write_off);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_book_interest_each(struct th_store *store, int64_t party_id,
                                     bool (*visit)(void *context,
                                                   const struct th_book_interest *interest),
                                     void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT l.seq, j.kind, j.login, l.on_date, l.trade_id, t.buyer_id = ?1, l.amount_fen "
        "FROM loan_payment l JOIN trade t USING (trade_id) JOIN pledge p USING (trade_id) "
        "JOIN journal j ON j.seq = l.seq WHERE l.kind = 'interest' AND l.enforcement_id IS NOT "
        "NULL AND (t.buyer_id = ?1 OR p.debtor_id = ?1) ORDER BY l.seq, l.payment_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_book_interest interest = {.seq = th_column_int(q, 0),
                                                  .kind = th_column_text(q, 1),
                                                  .login = th_column_text(q, 2),
                                                  .on_date = th_column_text(q, 3),
                                                  .trade_id = th_column_int(q, 4),
                                                  .earned = th_column_int(q, 5) != 0,
                                                  .amount = th_column_money(q, 6)};
        go_on = visit(context, &interest);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_book_balance_each(struct th_store *store, int64_t party_id,
                                    bool (*visit)(void *context,
                                                  const struct th_book_balance *balance),
                                    void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT i.prefix, a.state, a.owner_id, p.name, a.units_t FROM balance a JOIN issuance i "
        "USING (issuance_id) JOIN party p ON p.party_id = a.owner_id WHERE ?1 = 0 OR a.owner_id = "
        "?1 ORDER BY a.issuance_id, a.owner_id, a.state";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_book_balance balance = {.prefix = th_column_text(q, 0),
                                                .state = th_column_text(q, 1),
                                                .owner_id = th_column_int(q, 2),
                                                .owner = th_column_text(q, 3),
                                                .units = th_column_units(q, 4)};
        go_on = visit(context, &balance);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_book_trade_load(struct th_store *store, int64_t trade_id,
                                  struct th_book_trade *ret_trade, struct th_error *err)
{
    static const char SQL[] =
        "SELECT kind, amount_fen, tax_fen, net_fen, (SELECT coalesce(sum(l.cost_fen), 0) FROM "
        "trade_line l WHERE l.trade_id = t.trade_id AND l.pool_id IS NOT NULL), seller_id, "
        "of_trade_id "
        "FROM trade t WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    bool found = th_stmt_next(q, &status, err);
    if (found) {
        th_column_copy(q, 0, ret_trade->kind, sizeof(ret_trade->kind));
        ret_trade->amount = th_column_money(q, 1);
        ret_trade->tax = th_column_money(q, 2);
        ret_trade->net = th_column_money(q, 3);
        ret_trade->cost = th_column_money(q, 4);
        ret_trade->seller_id = th_column_int(q, 5);
        ret_trade->of_trade_id = th_column_int(q, 6);
    }
    th_stmt_done(q);
    if (status == TH_OK && !found) {
        status = th_error_set(err, TH_NOT_FOUND, "trade_not_found", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    return status;
}

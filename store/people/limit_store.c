// Limits of logins as rows.
#include "store/people/limit_store.h"

#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

enum th_status th_user_limit_insert(struct th_store *store, const struct th_user_limit *limit,
                                    int64_t *ret_limit_id, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO user_limit (login, from_on, amount_fen, tonnes, seq) "
                              "VALUES (?1, ?2, ?3, ?4, ?5) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, limit->login);
    th_bind_text(q, 2, limit->from_on);
    if (limit->has_amount) {
        th_bind_money(q, 3, limit->amount);
    }
    if (limit->has_tonnes) {
        th_bind_units(q, 4, limit->tonnes);
    }
    th_bind_int(q, 5, limit->seq);
    return th_entry_insert(q, "user_limit", ret_limit_id, err);
}

enum th_status th_user_limit_on(struct th_store *store, const char *login, const char *on_date,
                                struct th_user_limit *ret_limit, struct th_error *err)
{
    static const char SQL[] = "SELECT amount_fen, tonnes FROM user_limit WHERE login = ?1 "
                              "AND from_on <= ?2 ORDER BY from_on DESC, limit_id DESC LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text_borrowed(q, 1, login);
    th_bind_text_borrowed(q, 2, on_date);
    struct th_user_limit limit = {0};
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        limit.has_amount = !th_column_is_null(q, 0);
        limit.amount = th_column_money(q, 0);
        limit.has_tonnes = !th_column_is_null(q, 1);
        limit.tonnes = th_column_units(q, 1);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_limit = limit;
    }
    return status;
}

// Adds up rows of an instant and an amount, newest first, as far as they are of the day.
static enum th_status add_of_day(struct th_stmt *q, const char *login, struct th_date day,
                                 struct th_money *sum, struct th_error *err)
{
    enum th_status status = TH_OK;
    th_bind_text(q, 1, login);
    while (th_stmt_next(q, &status, err) &&
           th_date_compare(th_instant_date(th_column_int(q, 0)), day) >= 0) {
        status = th_money_add(*sum, th_column_money(q, 1), sum, err);
        if (status != TH_OK) {
            break;
        }
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_alone_sum(struct th_store *store, const char *login, struct th_date day,
                            struct th_money *ret_sum, struct th_error *err)
{
    static const char SQL_TRADES[] =
        "SELECT j.at_utc, max(t.amount_fen, coalesce((SELECT sum(l.cost_fen) FROM trade_line l "
        "WHERE l.trade_id = t.trade_id), 0)) FROM trade t JOIN journal j ON j.seq = t.seq "
        "WHERE t.decided_by = ?1 AND t.alone_rule_id IS NOT NULL ORDER BY t.seq DESC";
    static const char SQL_RUNS[] =
        "SELECT j.at_utc, coalesce((SELECT sum(s.distributed_fen) FROM distribution_sale s "
        "WHERE s.distribution_id = d.distribution_id), 0) FROM distribution_decision d "
        "JOIN journal j ON j.seq = d.seq "
        "WHERE d.login = ?1 AND d.alone_rule_id IS NOT NULL ORDER BY d.seq DESC";
    struct th_money sum = {0};
    enum th_status status = add_of_day(th_db_query(store, SQL_TRADES), login, day, &sum, err);
    if (status == TH_OK) {
        status = add_of_day(th_db_query(store, SQL_RUNS), login, day, &sum, err);
    }
    if (status == TH_OK) {
        *ret_sum = sum;
    }
    return status;
}

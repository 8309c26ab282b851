// Limits of logins as rows.
#include "store/limit_store.h"

#include "store/db_internal.h"
#include "store/entry_internal.h"

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
    th_bind_text(q, 1, login);
    th_bind_text(q, 2, on_date);
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

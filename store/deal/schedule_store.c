// Steps of payment as rows; posts write them (store/journal/post_row_store.c).
#include "store/deal/schedule_store.h"

#include <stdlib.h>

#include "store/db_internal.h"

enum th_status th_schedule_load(struct th_store *store, int64_t trade_id,
                                struct th_schedule *ret_schedule, struct th_error *err)
{
    static const char SQL_COUNT[] = "SELECT count(*) FROM trade_schedule WHERE trade_id = ?1";
    static const char SQL[] =
        "SELECT on_date, amount_fen FROM trade_schedule WHERE trade_id = ?1 ORDER BY ordinal";
    struct th_schedule schedule = {0};
    int64_t n = 0;
    struct th_stmt *q = th_db_query(store, SQL_COUNT);
    th_bind_int(q, 1, trade_id);
    enum th_status status = th_stmt_int(q, 0, &n, err);
    if (status != TH_OK || n == 0) {
        *ret_schedule = schedule;
        return status;
    }
    schedule.items = calloc((size_t)n, sizeof(*schedule.items));
    if (!schedule.items) {
        return th_error_no_memory(err);
    }
    q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    while (schedule.n < (size_t)n && th_stmt_next(q, &status, err)) {
        struct th_schedule_step *step = &schedule.items[schedule.n++];
        th_column_copy(q, 0, step->on_date, sizeof(step->on_date));
        step->amount = th_column_money(q, 1);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_schedule = schedule;
    } else {
        free(schedule.items);
    }
    return status;
}

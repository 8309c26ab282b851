#include "store/check_internal.h"

enum th_status th_check_run(struct th_store *store, const struct th_check_query *query,
                            const struct th_check_sink *sink, struct th_error *err)
{
    int64_t n_checked = 0;
    int64_t wrong = 0;
    enum th_status status = th_stmt_int(th_db_query(store, query->sql_count), 0, &n_checked, err);
    if (status == TH_OK) {
        status = th_stmt_int(th_db_query(store, query->sql_wrong), 0, &wrong, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_error problem;
    (void)th_error_set(&problem, TH_INVARIANT, query->key, NULL);
    th_error_add_int(&problem, query->argument, wrong);
    sink->report(sink->context, query->name, n_checked, wrong != 0 ? &problem : NULL);
    return TH_OK;
}

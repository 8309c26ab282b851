#include "store/estimate/credit_store.h"

#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

enum th_status th_credit_before(struct th_store *store, int64_t parcel_id, int year,
                                struct th_credit_before *ret_before, struct th_error *err)
{
    static const char SQL[] =
        "SELECT p.package_id, CAST(substr(p.to_on, 1, 4) AS INTEGER), coalesce(d.debt_kg, 0)"
        " FROM package_parcel k JOIN package p ON p.package_id = k.package_id"
        " LEFT JOIN package_debt d ON d.package_id = k.package_id AND d.parcel_id = k.parcel_id"
        " WHERE k.parcel_id = ?1 AND p.state = 'issued' AND p.to_on < ?2"
        " ORDER BY p.to_on DESC LIMIT 1";
    struct th_credit_before before = {.debt = th_carbon_from_kg(0)};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_date(q, 2, (struct th_date){year, 1, 1});
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        before = (struct th_credit_before){.package_id = th_column_int(q, 0),
                                           .last_year = (int)th_column_int(q, 1),
                                           .debt = th_column_carbon(q, 2)};
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_before = before;
    }
    return status;
}

enum th_status th_credit_overtaken(struct th_store *store, int64_t package_id, int64_t parcel_id,
                                   int from_year, int64_t *ret_package_id, struct th_error *err)
{
    static const char SQL[] = "SELECT min(p.package_id) FROM package_parcel k JOIN package p"
                              " ON p.package_id = k.package_id WHERE k.parcel_id = ?1"
                              " AND p.package_id <> ?3 AND p.to_on < ?2"
                              " AND (p.state = 'submitted' OR p.state = 'verified')";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_date(q, 2, (struct th_date){from_year, 1, 1});
    th_bind_int(q, 3, package_id);
    return th_stmt_int(q, 0, ret_package_id, err);
}

enum th_status th_credit_overtaking(struct th_store *store, int64_t parcel_id, int to_year,
                                    int64_t *ret_package_id, struct th_error *err)
{
    static const char SQL[] = "SELECT min(p.package_id) FROM package_parcel k JOIN package p"
                              " ON p.package_id = k.package_id WHERE k.parcel_id = ?1"
                              " AND p.state = 'issued' AND p.from_on > ?2";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_date(q, 2, (struct th_date){to_year, 12, 31});
    return th_stmt_int(q, 0, ret_package_id, err);
}

enum th_status th_credit_openings_clear(struct th_store *store, int64_t package_id,
                                        struct th_error *err)
{
    static const char SQL[] = "DELETE FROM package_opening WHERE package_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, package_id);
    return th_entry_run_noted(q, TH_SET_PACKAGE_OPENING, package_id, err);
}

enum th_status th_credit_opening_insert(struct th_store *store, int64_t package_id,
                                        const struct th_credit_opening *opening,
                                        struct th_error *err)
{
    static const char SQL[] = "INSERT INTO package_opening (package_id, parcel_id, last_year,"
                              " debt_kg, gap_kg, run_id, opening_kg)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, package_id);
    th_bind_int(q, 2, opening->parcel_id);
    th_bind_int(q, 3, opening->last_year);
    th_bind_carbon(q, 4, opening->debt);
    if (opening->has_gap) {
        th_bind_carbon(q, 5, opening->gap);
        th_bind_int(q, 6, opening->run_id);
    }
    th_bind_carbon(q, 7, opening->opening);
    return th_entry_run_noted(q, TH_SET_PACKAGE_OPENING, package_id, err);
}

enum th_status th_credit_opening_each(struct th_store *store, int64_t package_id,
                                      bool (*visit)(void *context,
                                                    const struct th_credit_opening *opening),
                                      void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT parcel_id, last_year, debt_kg, gap_kg IS NOT NULL, coalesce(gap_kg, 0),"
        " coalesce(run_id, 0), opening_kg FROM package_opening WHERE package_id = ?1"
        " ORDER BY parcel_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, package_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_credit_opening opening = {.parcel_id = th_column_int(q, 0),
                                                  .last_year = (int)th_column_int(q, 1),
                                                  .debt = th_column_carbon(q, 2),
                                                  .has_gap = th_column_int(q, 3) != 0,
                                                  .gap = th_column_carbon(q, 4),
                                                  .run_id = th_column_int(q, 5),
                                                  .opening = th_column_carbon(q, 6)};
        go_on = visit(context, &opening);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_credit_debt_insert(struct th_store *store, int64_t package_id, int64_t parcel_id,
                                     struct th_carbon debt, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO package_debt (package_id, parcel_id, debt_kg) VALUES (?1, ?2, ?3)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, package_id);
    th_bind_int(q, 2, parcel_id);
    th_bind_carbon(q, 3, debt);
    return th_entry_run_noted(q, TH_SET_PACKAGE_DEBT, package_id, err);
}

enum th_status th_credit_debt_each(struct th_store *store, int64_t package_id,
                                   bool (*visit)(void *context, int64_t parcel_id,
                                                 struct th_carbon debt),
                                   void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT parcel_id, debt_kg FROM package_debt WHERE package_id = ?1 ORDER BY parcel_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, package_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_int(q, 0), th_column_carbon(q, 1));
    }
    th_stmt_done(q);
    return status;
}

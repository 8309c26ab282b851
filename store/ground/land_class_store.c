#include "store/ground/land_class_store.h"

#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

enum th_status th_land_class_put(struct th_store *store, const struct th_land_class *land_class,
                                 struct th_error *err)
{
    static const char SQL_PUT[] =
        "INSERT INTO land_class (scheme, code, name_zh, name_en, kinds)"
        " VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (scheme, code) DO UPDATE SET name_zh = excluded.name_zh,"
        " name_en = excluded.name_en, kinds = excluded.kinds";
    struct th_stmt *q = th_db_query(store, SQL_PUT);
    th_bind_text(q, 1, land_class->scheme);
    th_bind_text(q, 2, land_class->code);
    th_bind_text(q, 3, land_class->name_zh);
    th_bind_text(q, 4, land_class->name_en);
    th_bind_text(q, 5, land_class->kinds);
    return th_entry_run_noted(q, TH_SET_LAND_CLASS, 0, err);
}

enum th_status th_land_class_each(struct th_store *store,
                                  bool (*visit)(void *context,
                                                const struct th_land_class *land_class),
                                  void *context, struct th_error *err)
{
    static const char SQL_CLASSES[] =
        "SELECT scheme, code, name_zh, name_en, kinds FROM land_class ORDER BY scheme, code";
    struct th_stmt *q = th_db_query(store, SQL_CLASSES);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_land_class land_class = {0};
        th_column_copy(q, 0, land_class.scheme, sizeof(land_class.scheme));
        th_column_copy(q, 1, land_class.code, sizeof(land_class.code));
        th_column_copy(q, 2, land_class.name_zh, sizeof(land_class.name_zh));
        th_column_copy(q, 3, land_class.name_en, sizeof(land_class.name_en));
        th_column_copy(q, 4, land_class.kinds, sizeof(land_class.kinds));
        go_on = visit(context, &land_class);
    }
    th_stmt_done(q);
    return status;
}

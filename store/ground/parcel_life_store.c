#include "store/ground/parcel_life_store.h"

#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

static enum th_status parcel_error(enum th_status status, const char *key, int64_t parcel_id,
                                   struct th_error *err)
{
    (void)th_error_set(err, status, key, NULL);
    th_error_add_int(err, "parcel", parcel_id);
    return status;
}

enum th_status th_parcel_version_on(struct th_store *store, int64_t parcel_id, struct th_date on,
                                    int64_t *ret_version, struct th_error *err)
{
    // Of versions that begin on one day the last one holds.
    static const char SQL[] =
        "SELECT CASE WHEN p.retired_on <= ?2 THEN 0 ELSE coalesce((SELECT max(v.version)"
        " FROM parcel_version v WHERE v.parcel_id = p.parcel_id AND v.from_on <= ?2), 0) END"
        " FROM parcel p WHERE p.parcel_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_date(q, 2, on);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_version = th_column_int(q, 0);
    } else if (status == TH_OK) {
        status = parcel_error(TH_NOT_FOUND, "parcel_not_found", parcel_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_retire(struct th_store *store, int64_t parcel_id, struct th_date on,
                                const char *reason, struct th_error *err)
{
    static const char SQL[] = "UPDATE parcel SET state = 'retired', retired_on = ?2,"
                              " retired_reason = ?3 WHERE parcel_id = ?1";
    struct th_parcel_record record;
    enum th_status status = th_parcel_load(store, parcel_id, 0, &record, err);
    if (status != TH_OK) {
        return status;
    }
    if (record.retired_on.year != 0) {
        return parcel_error(TH_CONFLICT, "parcel_is_retired", parcel_id, err);
    }
    if (th_date_compare(on, record.from) < 0) {
        char text[TH_DATE_TEXT_SIZE];
        (void)parcel_error(TH_CONFLICT, "parcel_version_date", parcel_id, err);
        th_error_add(err, "date", th_date_format(on, text));
        th_error_add(err, "since", th_date_format(record.from, text));
        return TH_CONFLICT;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_date(q, 2, on);
    th_bind_text(q, 3, reason);
    return th_entry_run_noted(q, TH_SET_PARCEL, parcel_id, err);
}

enum th_status th_parcel_retired_reason(struct th_store *store, int64_t parcel_id,
                                        char ret_reason[TH_PARCEL_REASON_SIZE],
                                        struct th_error *err)
{
    static const char SQL[] = "SELECT retired_reason FROM parcel WHERE parcel_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        th_column_copy(q, 0, ret_reason, TH_PARCEL_REASON_SIZE);
    } else if (status == TH_OK) {
        status = parcel_error(TH_NOT_FOUND, "parcel_not_found", parcel_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_version_seq(struct th_store *store, int64_t parcel_id, int64_t version,
                                     int64_t *ret_seq, struct th_error *err)
{
    static const char SQL[] =
        "SELECT seq FROM parcel_version WHERE parcel_id = ?1 AND version = ?2";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_int(q, 2, version);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_seq = th_column_int(q, 0);
    } else if (status == TH_OK) {
        status = parcel_error(TH_NOT_FOUND, "parcel_not_found", parcel_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_ground_seq(struct th_store *store, int64_t parcel_id, int64_t *ret_seq,
                                    struct th_error *err)
{
    // Versions are journalled in their order; of those that have the present ground without a
    // break, the first brought it.
    static const char SQL[] =
        "SELECT v.seq FROM parcel p"
        " JOIN parcel_version n ON n.parcel_id = p.parcel_id AND n.version = p.version"
        " JOIN parcel_version v ON v.parcel_id = p.parcel_id"
        " WHERE p.parcel_id = ?1 AND NOT EXISTS (SELECT 1 FROM parcel_version o"
        " WHERE o.parcel_id = p.parcel_id AND o.version >= v.version"
        " AND o.geometry_hash <> n.geometry_hash) ORDER BY v.version LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_seq = th_column_int(q, 0);
    } else if (status == TH_OK) {
        status = parcel_error(TH_NOT_FOUND, "parcel_not_found", parcel_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_renumber(struct th_store *store, int64_t parcel_id, const char *number,
                                  const char *reason, int64_t seq, struct th_error *err)
{
    static const char SQL_RECORD[] =
        "INSERT INTO parcel_renumbering (parcel_id, version, old_number, reason, seq)"
        " SELECT parcel_id, version, number, ?2, ?3 FROM parcel WHERE parcel_id = ?1"
        " RETURNING *";
    static const char SQL_NUMBER[] = "UPDATE parcel SET number = ?2 WHERE parcel_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL_RECORD);
    th_bind_int(q, 1, parcel_id);
    th_bind_text(q, 2, reason);
    th_bind_int(q, 3, seq);
    enum th_status status = th_entry_run(q, "parcel_renumbering", err);
    if (status != TH_OK) {
        return status;
    }
    q = th_db_query(store, SQL_NUMBER);
    th_bind_int(q, 1, parcel_id);
    th_bind_text(q, 2, number);
    return th_stmt_run(q, err);
}

enum th_status th_parcel_renumbering_each(
    struct th_store *store, int64_t parcel_id, const char *old_number,
    bool (*visit)(void *context, const struct th_parcel_renumbering *renumbering), void *context,
    struct th_error *err)
{
    static const char SQL[] =
        "SELECT r.parcel_id, r.version, p.village, r.old_number, p.number, r.reason"
        " FROM parcel_renumbering r JOIN parcel p ON p.parcel_id = r.parcel_id"
        " WHERE r.parcel_id BETWEEN ?1 AND ?2 AND (?3 IS NULL OR r.old_number = ?3)"
        " ORDER BY r.parcel_id, r.version";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_int(q, 2, parcel_id > 0 ? parcel_id : INT64_MAX);
    th_bind_text(q, 3, old_number);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_parcel_renumbering renumbering = {.parcel_id = th_column_int(q, 0),
                                                          .version = th_column_int(q, 1),
                                                          .village = th_column_text(q, 2),
                                                          .old_number = th_column_text(q, 3),
                                                          .number = th_column_text(q, 4),
                                                          .reason = th_column_text(q, 5)};
        go_on = visit(context, &renumbering);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_numbered_each(struct th_store *store, const char *village,
                                       const char *number,
                                       bool (*visit)(void *context, int64_t parcel_id),
                                       void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT p.parcel_id FROM parcel p WHERE p.number = ?1 AND (?2 IS NULL OR p.village = ?2)"
        " UNION SELECT r.parcel_id FROM parcel_renumbering r"
        " JOIN parcel p ON p.parcel_id = r.parcel_id"
        " WHERE r.old_number = ?1 AND (?2 IS NULL OR p.village = ?2) ORDER BY 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, number);
    th_bind_text(q, 2, village);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_int(q, 0));
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_lineage_insert(struct th_store *store,
                                        const struct th_parcel_lineage *lineage, int64_t seq,
                                        struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO parcel_lineage (child_id, child_version, parent_id, parent_version, seq)"
        " VALUES (?1, ?2, ?3, ?4, ?5) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, lineage->child_id);
    th_bind_int(q, 2, lineage->child_version);
    th_bind_int(q, 3, lineage->parent_id);
    th_bind_int(q, 4, lineage->parent_version);
    th_bind_int(q, 5, seq);
    return th_entry_run(q, "parcel_lineage", err);
}

enum th_status th_parcel_lineage_each(struct th_store *store, int64_t parcel_id,
                                      bool (*visit)(void *context,
                                                    const struct th_parcel_lineage *lineage),
                                      void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT child_id, child_version, parent_id, parent_version FROM parcel_lineage"
        " WHERE child_id = ?1 OR parent_id = ?1 ORDER BY child_id, child_version, parent_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_parcel_lineage lineage = {.child_id = th_column_int(q, 0),
                                            .child_version = th_column_int(q, 1),
                                            .parent_id = th_column_int(q, 2),
                                            .parent_version = th_column_int(q, 3)};
        go_on = visit(context, &lineage);
    }
    th_stmt_done(q);
    return status;
}

static void bind_found_area(struct th_stmt *q, int index, bool found, struct th_area area)
{
    if (found) {
        th_bind_area(q, index, area);
    } else {
        th_bind_null(q, index);
    }
}

enum th_status th_parcel_original_insert(struct th_store *store,
                                         const struct th_parcel_original *original,
                                         struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO parcel_original (parcel_id, version, method, reason, source_m2_300,"
        " linework_m2_300, structure_m2_300, engine, source_crs, wkb)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, original->parcel_id);
    th_bind_int(q, 2, original->version);
    th_bind_text(q, 3, original->method);
    th_bind_text(q, 4, original->reason);
    th_bind_area(q, 5, original->source);
    bind_found_area(q, 6, original->has_linework, original->linework);
    bind_found_area(q, 7, original->has_structure, original->structure);
    th_bind_text(q, 8, original->engine);
    th_bind_text(q, 9, original->source_crs);
    th_bind_blob(q, 10, original->wkb, original->wkb_size);
    return th_stmt_run(q, err);
}

enum th_status th_parcel_original_load(struct th_store *store, int64_t parcel_id, int64_t version,
                                       void (*take)(void *context,
                                                    const struct th_parcel_original *original),
                                       void *context, bool *ret_found, struct th_error *err)
{
    static const char SQL[] =
        "SELECT method, reason, source_m2_300, linework_m2_300, structure_m2_300, engine,"
        " source_crs, wkb FROM parcel_original WHERE parcel_id = ?1 AND version = ?2";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_int(q, 2, version);
    bool row = false;
    enum th_status status = th_stmt_step(q, &row, err);
    if (status == TH_OK && row) {
        struct th_parcel_original original = {.parcel_id = parcel_id,
                                              .version = version,
                                              .method = th_column_text(q, 0),
                                              .reason = th_column_text(q, 1),
                                              .source = th_column_area(q, 2),
                                              .has_linework = !th_column_is_null(q, 3),
                                              .has_structure = !th_column_is_null(q, 4),
                                              .linework = th_column_area(q, 3),
                                              .structure = th_column_area(q, 4),
                                              .engine = th_column_text(q, 5),
                                              .source_crs = th_column_text(q, 6)};
        original.wkb = th_column_blob(q, 7, &original.wkb_size);
        take(context, &original);
    }
    if (status == TH_OK) {
        *ret_found = row;
    }
    th_stmt_done(q);
    return status;
}

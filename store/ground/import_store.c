#include "store/ground/import_store.h"

#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

enum th_status th_import_insert(struct th_store *store, const struct th_import_record *record,
                                const struct th_import_evidence *evidence, int64_t *ret_import_id,
                                struct th_error *err)
{
    static const char SQL_INSERT[] =
        "INSERT INTO import (source, sha256, layer, driver, encoding, crs_code, crs_name, "
        "operation,"
        " limits, detections, options, n_read, n_accepted, n_rejected, n_unchanged, seq)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
        " ?15, ?16)";
    struct th_stmt *q = th_db_query(store, SQL_INSERT);
    th_bind_text(q, 1, record->source);
    th_bind_hash(q, 2, &record->sha256);
    th_bind_text(q, 3, record->layer);
    th_bind_text(q, 4, record->driver);
    th_bind_text(q, 5, record->encoding);
    th_bind_text(q, 6, record->crs_code);
    th_bind_text(q, 7, record->crs_name);
    th_bind_text(q, 8, record->operation);
    th_bind_text(q, 9, evidence->limits);
    th_bind_text(q, 10, evidence->detections);
    th_bind_text(q, 11, evidence->options);
    th_bind_int(q, 12, record->n_read);
    th_bind_int(q, 13, record->n_accepted);
    th_bind_int(q, 14, record->n_rejected);
    th_bind_int(q, 15, record->n_unchanged);
    th_bind_int(q, 16, record->seq);
    int64_t import_id = 0;
    enum th_status status = th_entry_insert_noted(q, TH_SET_IMPORT, &import_id, err);
    if (status == TH_OK) { // what it repairs follows
        status = th_entry_note(store, TH_SET_PARCEL_ORIGINAL, import_id, err);
    }
    if (status == TH_OK) {
        *ret_import_id = import_id;
    }
    return status;
}

static enum th_status import_missing(int64_t import_id, struct th_error *err)
{
    enum th_status status = th_error_set(err, TH_NOT_FOUND, "import_not_found", NULL);
    th_error_add_int(err, "import", import_id);
    return status;
}

enum th_status th_import_evidence_load(struct th_store *store, int64_t import_id,
                                       void (*take)(void *context,
                                                    const struct th_import_evidence *evidence),
                                       void *context, struct th_error *err)
{
    static const char SQL_EVIDENCE[] =
        "SELECT limits, detections, options FROM import WHERE import_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL_EVIDENCE);
    th_bind_int(q, 1, import_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        struct th_import_evidence evidence = {th_column_text(q, 0), th_column_text(q, 1),
                                              th_column_text(q, 2)};
        take(context, &evidence);
    } else if (status == TH_OK) {
        status = import_missing(import_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_import_problem_insert(struct th_store *store, int64_t import_id, int64_t ordinal,
                                        const struct th_import_problem *problem,
                                        struct th_error *err)
{
    static const char SQL_INSERT_PROBLEM[] =
        "INSERT INTO import_problem (import_id, ordinal, source_row, feature, code, severity,"
        " arguments) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    struct th_stmt *q = th_db_query(store, SQL_INSERT_PROBLEM);
    th_bind_int(q, 1, import_id);
    th_bind_int(q, 2, ordinal);
    th_bind_int(q, 3, problem->source_row);
    th_bind_int(q, 4, problem->feature);
    th_bind_text(q, 5, problem->code);
    th_bind_text(q, 6, problem->severity);
    th_bind_text(q, 7, problem->arguments);
    return th_entry_run_noted(q, TH_SET_IMPORT_PROBLEM, import_id, err);
}

enum th_status th_import_problem_each(struct th_store *store, int64_t import_id,
                                      bool (*visit)(void *context,
                                                    const struct th_import_problem *problem),
                                      void *context, struct th_error *err)
{
    static const char SQL_PROBLEMS[] =
        "SELECT source_row, feature, code, severity, arguments FROM import_problem"
        " WHERE import_id = ?1 ORDER BY ordinal";
    struct th_stmt *q = th_db_query(store, SQL_PROBLEMS);
    th_bind_int(q, 1, import_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_import_problem problem = {.source_row = th_column_int(q, 0),
                                            .feature = th_column_int(q, 1),
                                            .code = th_column_text(q, 2),
                                            .severity = th_column_text(q, 3),
                                            .arguments = th_column_text(q, 4)};
        go_on = visit(context, &problem);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_import_load(struct th_store *store, int64_t import_id,
                              struct th_import_record *ret_record, struct th_error *err)
{
    static const char SQL_LOAD_IMPORT[] =
        "SELECT import_id, source, sha256, layer, driver, encoding, crs_code, crs_name, operation,"
        " n_read, n_accepted, n_rejected, n_unchanged, seq,"
        " CASE WHEN options ->> '$.offset' IN ('gcj02', 'bd09') THEN options ->> '$.offset'"
        " ELSE '' END FROM import WHERE import_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL_LOAD_IMPORT);
    th_bind_int(q, 1, import_id);
    enum th_status status = TH_OK;
    if (!th_stmt_next(q, &status, err) && status == TH_OK) {
        status = import_missing(import_id, err);
    }
    if (status == TH_OK) {
        struct th_import_record *record = ret_record;
        *record = (struct th_import_record){.import_id = th_column_int(q, 0)};
        th_column_copy(q, 1, record->source, sizeof(record->source));
        th_column_hash(q, 2, &record->sha256);
        th_column_copy(q, 3, record->layer, sizeof(record->layer));
        th_column_copy(q, 4, record->driver, sizeof(record->driver));
        th_column_copy(q, 5, record->encoding, sizeof(record->encoding));
        th_column_copy(q, 6, record->crs_code, sizeof(record->crs_code));
        th_column_copy(q, 7, record->crs_name, sizeof(record->crs_name));
        th_column_copy(q, 8, record->operation, sizeof(record->operation));
        record->n_read = th_column_int(q, 9);
        record->n_accepted = th_column_int(q, 10);
        record->n_rejected = th_column_int(q, 11);
        record->n_unchanged = th_column_int(q, 12);
        record->seq = th_column_int(q, 13);
        th_column_copy(q, 14, record->offset, sizeof(record->offset));
    }
    th_stmt_done(q);
    return status;
}

// The first of the versions up to ?2 that all agree with it; `differ` compares versions o and n.
#define SQL_FIRST_ALIKE(differ)                                                                    \
    "SELECT coalesce(v.import_id, 0), v.source_row, v.feature FROM parcel_version v"               \
    " WHERE v.parcel_id = ?1 AND v.version > coalesce((SELECT max(o.version)"                      \
    " FROM parcel_version o JOIN parcel_version n ON n.parcel_id = ?1 AND n.version = ?2"          \
    " WHERE o.parcel_id = ?1 AND o.version < ?2 AND " differ "), 0) ORDER BY v.version LIMIT 1"

static enum th_status source_load(struct th_store *store, const char *sql, int64_t parcel_id,
                                  int64_t version, struct th_import_source *ret_source,
                                  struct th_error *err)
{
    struct th_import_source source = {0};
    struct th_stmt *q = th_db_query(store, sql);
    th_bind_int(q, 1, parcel_id);
    th_bind_int(q, 2, version);
    enum th_status status = TH_OK;
    int64_t import_id = 0;
    if (th_stmt_next(q, &status, err)) {
        import_id = th_column_int(q, 0);
        source.row = th_column_int(q, 1);
        source.feature = th_column_int(q, 2);
    }
    th_stmt_done(q);
    if (status == TH_OK && import_id != 0) {
        status = th_import_load(store, import_id, &source.import, err);
    }
    if (status == TH_OK) {
        *ret_source = source;
    }
    return status;
}

enum th_status th_import_of_ground(struct th_store *store, int64_t parcel_id, int64_t version,
                                   struct th_import_source *ret_source, struct th_error *err)
{
    static const char SQL_GROUND[] = SQL_FIRST_ALIKE("o.geometry_hash <> n.geometry_hash");
    return source_load(store, SQL_GROUND, parcel_id, version, ret_source, err);
}

enum th_status th_import_of_attributes(struct th_store *store, int64_t parcel_id, int64_t version,
                                       struct th_import_source *ret_source, struct th_error *err)
{
    static const char SQL_ATTRIBUTES[] = SQL_FIRST_ALIKE(
        "(o.kind <> n.kind OR o.attributes <> n.attributes OR o.land_scheme IS NOT n.land_scheme"
        " OR o.land_class IS NOT n.land_class OR o.declared_m2_300 IS NOT n.declared_m2_300)");
    return source_load(store, SQL_ATTRIBUTES, parcel_id, version, ret_source, err);
}

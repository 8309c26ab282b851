#include "store/estimate/package_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "store/db_internal.h"
#include "store/ground/spatial_blob.h"
#include "store/journal/entry_internal.h"

#define PACKAGE_COLUMNS                                                                            \
    "package_id, name, holder_id, methodology, version, inputs, from_on, to_on, state, run_id, "   \
    "created_by, submitted_by, verified_by, issued_by, verified_t, statement_id, stated_by, seq"

static const char SQL_INSERT[] =
    "INSERT INTO package (name, holder_id, methodology, version, inputs, from_on, to_on, state, "
    "run_id, created_by, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'draft', ?8, ?9, ?10) RETURNING "
    "*";
static const char SQL_UPDATE[] =
    "UPDATE package SET state = ?2, run_id = ?3, submitted_by = ?4, verified_by = ?5, "
    "issued_by = ?6, verified_t = ?7, statement_id = ?8, stated_by = ?9, seq = ?10 "
    "WHERE package_id = ?1 RETURNING *";
static const char SQL_LOAD[] = "SELECT " PACKAGE_COLUMNS " FROM package WHERE package_id = ?1";
static const char SQL_EACH[] = "SELECT " PACKAGE_COLUMNS " FROM package ORDER BY package_id";
static const char SQL_PARCEL_INSERT[] =
    "INSERT INTO package_parcel (package_id, parcel_id, version) VALUES (?1, ?2, ?3)";
static const char SQL_PARCEL_UPDATE[] =
    "UPDATE package_parcel SET version = ?3 WHERE package_id = ?1 AND parcel_id = ?2";
static const char SQL_PARCEL_EACH[] =
    "SELECT parcel_id, version FROM package_parcel WHERE package_id = ?1 ORDER BY parcel_id";
// Dates of the form YYYY-MM-DD compare as texts; both ends of a period belong to it.
static const char SQL_RIVAL[] =
    "SELECT min(p.package_id) FROM package_parcel pp JOIN package p ON p.package_id = "
    "pp.package_id "
    "WHERE pp.parcel_id = ?2 AND p.package_id <> ?1 AND p.state NOT IN ('returned', 'withdrawn') "
    "AND p.from_on <= ?4 AND p.to_on >= ?3";
// CROSS JOIN keeps the R*Tree outermost; it holds every version of every parcel.
static const char SQL_GROUND[] =
    "SELECT k.package_id, k.parcel_id, v.measured_m2_300, v.sliver_m2_300, k.version, v.geom "
    "FROM idx_parcel_version_geom i CROSS JOIN parcel_version v ON v.version_id = i.pkid "
    "CROSS JOIN package_parcel k ON k.parcel_id = v.parcel_id AND k.version = v.version "
    "CROSS JOIN package g ON g.package_id = k.package_id "
    "WHERE i.xmax >= ?1 AND i.ymax >= ?2 AND i.xmin <= ?3 AND i.ymin <= ?4 "
    "AND k.package_id <> ?5 AND g.state NOT IN ('returned', 'withdrawn') "
    "AND g.from_on <= ?7 AND g.to_on >= ?6 ORDER BY k.package_id, k.parcel_id";
static const char SQL_WAIVER_INSERT[] =
    "INSERT INTO waiver (package_id, rule, reason, document_id, login, seq) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING *";
static const char SQL_WAIVER_EACH[] =
    "SELECT waiver_id, package_id, rule, reason, document_id, login, seq FROM waiver "
    "WHERE package_id = ?1 ORDER BY waiver_id";
static const char SQL_WAIVER_HAS[] =
    "SELECT count(*) FROM waiver WHERE package_id = ?1 AND rule = ?2";
static const char SQL_DOCUMENT[] =
    "SELECT document_id, sha256, name, size_bytes FROM document WHERE document_id = ?1";

static const char *text_or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

enum th_status th_package_insert(struct th_store *store, const struct th_package_record *record,
                                 int64_t *ret_package_id, struct th_error *err)
{
    char from[TH_DATE_TEXT_SIZE];
    char to[TH_DATE_TEXT_SIZE];
    struct th_stmt *q = th_db_query(store, SQL_INSERT);
    th_bind_text(q, 1, record->name);
    th_bind_int(q, 2, record->holder_id);
    th_bind_text(q, 3, record->methodology);
    th_bind_text(q, 4, record->version);
    th_bind_text(q, 5, record->inputs);
    th_bind_text(q, 6, th_date_format(record->from, from));
    th_bind_text(q, 7, th_date_format(record->to, to));
    th_bind_id(q, 8, record->run_id);
    th_bind_text(q, 9, record->created_by);
    th_bind_int(q, 10, record->seq);
    return th_entry_insert(q, "package", ret_package_id, err);
}

enum th_status th_package_update(struct th_store *store, const struct th_package_record *record,
                                 struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_UPDATE);
    th_bind_int(q, 1, record->package_id);
    th_bind_text(q, 2, record->state);
    th_bind_id(q, 3, record->run_id);
    th_bind_text(q, 4, text_or_null(record->submitted_by));
    th_bind_text(q, 5, text_or_null(record->verified_by));
    th_bind_text(q, 6, text_or_null(record->issued_by));
    th_bind_id(q, 7, th_units_t(record->verified));
    th_bind_id(q, 8, record->statement_id);
    th_bind_id(q, 9, record->stated_by);
    th_bind_int(q, 10, record->seq);
    return th_entry_run(q, "package", err);
}

static enum th_status read_record(struct th_stmt *q, struct th_package_record *ret_record,
                                  struct th_error *err)
{
    struct th_package_record record = {.package_id = th_column_int(q, 0),
                                       .holder_id = th_column_int(q, 2),
                                       .run_id = th_column_int(q, 9),
                                       .verified = th_column_units(q, 14),
                                       .statement_id = th_column_int(q, 15),
                                       .stated_by = th_column_int(q, 16),
                                       .seq = th_column_int(q, 17)};
    th_column_copy(q, 1, record.name, sizeof(record.name));
    th_column_copy(q, 3, record.methodology, sizeof(record.methodology));
    th_column_copy(q, 4, record.version, sizeof(record.version));
    th_column_copy(q, 5, record.inputs, sizeof(record.inputs));
    th_column_copy(q, 8, record.state, sizeof(record.state));
    th_column_copy(q, 10, record.created_by, sizeof(record.created_by));
    th_column_copy(q, 11, record.submitted_by, sizeof(record.submitted_by));
    th_column_copy(q, 12, record.verified_by, sizeof(record.verified_by));
    th_column_copy(q, 13, record.issued_by, sizeof(record.issued_by));
    enum th_status status = th_date_parse(th_column_text(q, 6), &record.from, err);
    if (status == TH_OK) {
        status = th_date_parse(th_column_text(q, 7), &record.to, err);
    }
    if (status == TH_OK) {
        *ret_record = record;
    }
    return status;
}

static enum th_status no_package(int64_t package_id, struct th_error *err)
{
    enum th_status status = th_error_set(err, TH_NOT_FOUND, "package_not_found", NULL);
    th_error_add_int(err, "package", package_id);
    return status;
}

enum th_status th_package_load(struct th_store *store, int64_t package_id,
                               struct th_package_record *ret_record, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_LOAD);
    th_bind_int(q, 1, package_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        status = read_record(q, ret_record, err);
    } else if (status == TH_OK) {
        status = no_package(package_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_package_name(struct th_store *store, int64_t package_id,
                               char ret_name[TH_NAME_SIZE], struct th_error *err)
{
    static const char SQL[] = "SELECT name FROM package WHERE package_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, package_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        th_column_copy(q, 0, ret_name, TH_NAME_SIZE);
    } else if (status == TH_OK) {
        status = no_package(package_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_package_each(struct th_store *store,
                               bool (*visit)(void *context, const struct th_package_record *record),
                               void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_EACH);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_package_record record;
        status = read_record(q, &record, err);
        go_on = status == TH_OK && visit(context, &record);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status parcel_write(struct th_stmt *q, int64_t package_id, int64_t parcel_id,
                                   int64_t version, struct th_error *err)
{
    th_bind_int(q, 1, package_id);
    th_bind_int(q, 2, parcel_id);
    th_bind_int(q, 3, version);
    return th_entry_run_noted(q, TH_SET_PACKAGE_PARCEL, package_id, err);
}

enum th_status th_package_parcel_insert(struct th_store *store, int64_t package_id,
                                        int64_t parcel_id, int64_t version, struct th_error *err)
{
    return parcel_write(th_db_query(store, SQL_PARCEL_INSERT), package_id, parcel_id, version, err);
}

enum th_status th_package_parcel_update(struct th_store *store, int64_t package_id,
                                        int64_t parcel_id, int64_t version, struct th_error *err)
{
    return parcel_write(th_db_query(store, SQL_PARCEL_UPDATE), package_id, parcel_id, version, err);
}

enum th_status th_package_parcel_each(struct th_store *store, int64_t package_id,
                                      bool (*visit)(void *context, int64_t parcel_id,
                                                    int64_t version),
                                      void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_PARCEL_EACH);
    th_bind_int(q, 1, package_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_int(q, 0), th_column_int(q, 1));
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_package_rival(struct th_store *store, int64_t package_id, int64_t parcel_id,
                                struct th_date from, struct th_date to, int64_t *ret_rival_id,
                                struct th_error *err)
{
    char from_on[TH_DATE_TEXT_SIZE];
    char to_on[TH_DATE_TEXT_SIZE];
    struct th_stmt *q = th_db_query(store, SQL_RIVAL);
    th_bind_int(q, 1, package_id);
    th_bind_int(q, 2, parcel_id);
    th_bind_text(q, 3, th_date_format(from, from_on));
    th_bind_text(q, 4, th_date_format(to, to_on));
    return th_stmt_int(q, 0, ret_rival_id, err);
}

enum th_status th_waiver_insert(struct th_store *store, const struct th_waiver *waiver,
                                int64_t *ret_waiver_id, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_WAIVER_INSERT);
    th_bind_int(q, 1, waiver->package_id);
    th_bind_text(q, 2, waiver->rule);
    th_bind_text(q, 3, waiver->reason);
    th_bind_int(q, 4, waiver->document_id);
    th_bind_text(q, 5, waiver->login);
    th_bind_int(q, 6, waiver->seq);
    return th_entry_insert(q, "waiver", ret_waiver_id, err);
}

enum th_status th_waiver_each(struct th_store *store, int64_t package_id,
                              bool (*visit)(void *context, const struct th_waiver *waiver),
                              void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_WAIVER_EACH);
    th_bind_int(q, 1, package_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_waiver waiver = {.waiver_id = th_column_int(q, 0),
                                   .package_id = th_column_int(q, 1),
                                   .rule = th_column_text(q, 2),
                                   .reason = th_column_text(q, 3),
                                   .document_id = th_column_int(q, 4),
                                   .login = th_column_text(q, 5),
                                   .seq = th_column_int(q, 6)};
        go_on = visit(context, &waiver);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_waiver_has(struct th_store *store, int64_t package_id, const char *rule,
                             bool *ret_has, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_WAIVER_HAS);
    th_bind_int(q, 1, package_id);
    th_bind_text(q, 2, rule);
    int64_t n = 0;
    enum th_status status = th_stmt_int(q, 0, &n, err);
    if (status == TH_OK) {
        *ret_has = n > 0;
    }
    return status;
}

enum th_status th_document_load(struct th_store *store, int64_t document_id,
                                struct th_document *ret_document, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_DOCUMENT);
    th_bind_int(q, 1, document_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_document = (struct th_document){.document_id = th_column_int(q, 0),
                                             .size_bytes = th_column_int(q, 3)};
        th_column_hash(q, 1, &ret_document->sha256);
        th_column_copy(q, 2, ret_document->name, sizeof(ret_document->name));
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "document_not_found", NULL);
        th_error_add_int(err, "document", document_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status
th_package_ground_each(struct th_store *store, const struct th_package_ground *question,
                       bool (*visit)(void *context, const struct th_package_stand *stand),
                       void *context, struct th_error *err)
{
    char from[TH_DATE_TEXT_SIZE];
    char to[TH_DATE_TEXT_SIZE];
    struct th_stmt *q = th_db_query(store, SQL_GROUND);
    th_bind_real(q, 1, question->west_deg);
    th_bind_real(q, 2, question->south_deg);
    th_bind_real(q, 3, question->east_deg);
    th_bind_real(q, 4, question->north_deg);
    th_bind_int(q, 5, question->package_id);
    th_bind_text(q, 6, th_date_format(question->from, from));
    th_bind_text(q, 7, th_date_format(question->to, to));
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        unsigned char *wkb = NULL;
        size_t wkb_size = 0;
        size_t blob_size = 0;
        const void *blob = th_column_blob(q, 5, &blob_size);
        status = th_spatial_blob_to_wkb(blob, blob_size, &wkb, &wkb_size, err);
        const struct th_package_stand stand = {.package_id = th_column_int(q, 0),
                                               .parcel_id = th_column_int(q, 1),
                                               .measured = th_column_area(q, 2),
                                               .sliver = th_column_area(q, 3),
                                               .version = th_column_int(q, 4),
                                               .wkb = wkb,
                                               .wkb_size = wkb_size};
        go_on = status == TH_OK && visit(context, &stand);
        free(wkb);
    }
    th_stmt_done(q);
    return status;
}

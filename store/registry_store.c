// The registry's own row, and the health of the file.
#include "store/registry_store.h"

#include <stdio.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/ground/parcel_row.h"
#include "store/journal/entry_internal.h"
#include "store/schema_internal.h"

enum th_status th_registry_record_insert(struct th_store *store,
                                         const struct th_registry_record *record,
                                         struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO registry (id, registry_id, name, admin_code, crs, west_deg, south_deg,"
        " east_deg, north_deg, created_utc) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        " RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, record->registry_id);
    th_bind_text(q, 2, record->name);
    th_bind_text(q, 3, record->admin_code);
    th_bind_text(q, 4, record->crs[0] != '\0' ? record->crs : NULL);
    th_bind_real(q, 5, record->west_deg);
    th_bind_real(q, 6, record->south_deg);
    th_bind_real(q, 7, record->east_deg);
    th_bind_real(q, 8, record->north_deg);
    th_bind_int(q, 9, record->created_utc);
    enum th_status status = th_entry_run(q, "registry", err);
    // The file was made in this layout.
    for (int version = 1; version <= th_store_schema_version(store) && status == TH_OK; version++) {
        status = th_entry_note(store, TH_SET_UPGRADE_LOG, version, err);
    }
    return status;
}

enum th_status th_registry_record_load(struct th_store *store,
                                       struct th_registry_record *ret_record, struct th_error *err)
{
    static const char SQL[] = "SELECT registry_id, name, admin_code, crs, west_deg, south_deg,"
                              " east_deg, north_deg, created_utc FROM registry";
    struct th_stmt *q = th_db_query(store, SQL);
    bool row = false;
    enum th_status status = th_stmt_step(q, &row, err);
    if (status == TH_OK && row) {
        th_column_copy(q, 0, ret_record->registry_id, sizeof(ret_record->registry_id));
        th_column_copy(q, 1, ret_record->name, sizeof(ret_record->name));
        th_column_copy(q, 2, ret_record->admin_code, sizeof(ret_record->admin_code));
        th_column_copy(q, 3, ret_record->crs, sizeof(ret_record->crs));
        ret_record->west_deg = th_column_real(q, 4);
        ret_record->south_deg = th_column_real(q, 5);
        ret_record->east_deg = th_column_real(q, 6);
        ret_record->north_deg = th_column_real(q, 7);
        ret_record->created_utc = th_column_int(q, 8);
    } else if (status == TH_OK) {
        status =
            th_error_set(err, TH_CORRUPT, "registry_corrupt", "detail", "no registry row", NULL);
    }
    th_stmt_done(q);
    return status;
}

// `key` names what is wrong, NULL when all is well; `detail` is its argument.
static void report(const struct th_check_sink *sink, const char *name, int64_t n_checked,
                   const char *key, const char *detail)
{
    struct th_error problem = {0};
    if (key != NULL) {
        (void)th_error_set(&problem, TH_INVARIANT, key, "check", name, "detail", detail, NULL);
    }
    sink->report(sink->context, name, n_checked, key != NULL ? &problem : NULL);
}

static enum th_status check_pages(struct th_store *store, const struct th_check_sink *sink,
                                  struct th_error *err)
{
    static const char SQL[] = "PRAGMA integrity_check(1)";
    struct th_stmt *q = th_db_query(store, SQL);
    bool row = false;
    enum th_status status = th_stmt_step(q, &row, err);
    if (status == TH_OK || status == TH_CORRUPT) {
        const char *text = status == TH_OK && row ? th_column_text(q, 0) : NULL;
        bool ok = text != NULL && strcmp(text, "ok") == 0;
        report(sink, "pages", 1, ok ? NULL : "check_pages", text);
        status = TH_OK;
    }
    th_stmt_done(q);
    return status;
}

static enum th_status check_foreign_keys(struct th_store *store, const struct th_check_sink *sink,
                                         struct th_error *err)
{
    static const char SQL[] = "SELECT \"table\", rowid FROM pragma_foreign_key_check LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    bool row = false;
    enum th_status status = th_stmt_step(q, &row, err);
    if (status == TH_OK) {
        report(sink, "foreign_keys", 1, row ? "check_foreign_keys" : NULL,
               row ? th_column_text(q, 0) : NULL);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status check_schema(struct th_store *store, const struct th_check_sink *sink,
                                   struct th_error *err)
{
    struct th_schema_difference difference;
    char detail[160];
    enum th_status status = th_schema_compare(store, &difference, err);
    if (status != TH_OK) {
        return status;
    }
    snprintf(detail, sizeof(detail), "%s %s", difference.type, difference.name);
    report(sink, "schema", difference.n, difference.differs ? "check_schema" : NULL, detail);
    return TH_OK;
}

// A check that is one query: column 0 the number of rows looked at, column 1 those that are wrong.
static enum th_status check_counts(struct th_store *store, const struct th_check_sink *sink,
                                   const char *name, const char *sql, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, sql);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        int64_t wrong = th_column_int(q, 1);
        char detail[64];
        snprintf(detail, sizeof(detail), "%lld", (long long)wrong);
        report(sink, name, th_column_int(q, 0), wrong != 0 ? "check_count" : NULL, detail);
    }
    th_stmt_done(q);
    return status;
}

struct digest_check {
    int64_t n;
    int64_t first_wrong; // parcel id, 0: none
};

static bool digests_agree(const struct th_parcel_record *record, const char *attributes,
                          const void *wkb, size_t wkb_size)
{
    struct th_hash ground = th_hash_bytes(TH_HASH_BLAKE2B, wkb, wkb_size);
    struct th_hash row = th_parcel_row_hash(record, attributes);
    return memcmp(&ground, &record->geometry_hash, sizeof(ground)) == 0 &&
           memcmp(&row, &record->row_hash, sizeof(row)) == 0;
}

static bool visit_digest(void *context, const struct th_parcel_record *record,
                         const char *attributes, const void *wkb, size_t wkb_size)
{
    struct digest_check *check = context;
    check->n++;
    if (digests_agree(record, attributes, wkb, wkb_size)) {
        return true;
    }
    check->first_wrong = record->parcel_id;
    return false;
}

static enum th_status check_digests(struct th_store *store, const struct th_check_sink *sink,
                                    struct th_error *err)
{
    struct digest_check check = {0};
    struct th_parcel_filter filter = {0};
    char detail[64];
    enum th_status status = th_parcel_geometry_each(store, &filter, visit_digest, &check, err);
    if (status == TH_CORRUPT) {
        report(sink, "parcel_digests", check.n, "check_parcel_geometry", NULL);
        return TH_OK;
    }
    snprintf(detail, sizeof(detail), "%lld", (long long)check.first_wrong);
    if (status == TH_OK) {
        report(sink, "parcel_digests", check.n,
               check.first_wrong != 0 ? "check_parcel_digest" : NULL, detail);
    }
    return status;
}

// Every row names a journal entry that exists.
static const char SQL_ROWS[] = "SELECT count(*), coalesce(sum(seq NOT BETWEEN 1 AND"
                               " (SELECT coalesce(max(seq), 0) FROM journal)), 0) FROM ("
                               "SELECT seq FROM idempotency"
                               " UNION ALL SELECT seq FROM methodology"
                               " UNION ALL SELECT seq FROM village"
                               " UNION ALL SELECT seq FROM party"
                               " UNION ALL SELECT seq FROM user_account"
                               " UNION ALL SELECT seq FROM user_end"
                               " UNION ALL SELECT seq FROM document"
                               " UNION ALL SELECT seq FROM import"
                               " UNION ALL SELECT seq FROM import_profile"
                               " UNION ALL SELECT seq FROM import_draft"
                               " UNION ALL SELECT seq FROM parcel"
                               " UNION ALL SELECT seq FROM parcel_version"
                               " UNION ALL SELECT seq FROM parcel_renumbering"
                               " UNION ALL SELECT seq FROM parcel_lineage"
                               " UNION ALL SELECT seq FROM layer"
                               " UNION ALL SELECT withdrawn_seq FROM layer"
                               " WHERE withdrawn_seq IS NOT NULL"
                               " UNION ALL SELECT seq FROM overlap_waiver"
                               " UNION ALL SELECT seq FROM activity"
                               " UNION ALL SELECT seq FROM plot"
                               " UNION ALL SELECT seq FROM enterprise_year"
                               " UNION ALL SELECT seq FROM beneficiary_review"
                               " UNION ALL SELECT seq FROM tenure"
                               " UNION ALL SELECT seq FROM tenure_document"
                               " UNION ALL SELECT seq FROM tenure_end"
                               " UNION ALL SELECT seq FROM county_rule"
                               " UNION ALL SELECT seq FROM estimate_run"
                               " UNION ALL SELECT seq FROM package"
                               " UNION ALL SELECT seq FROM waiver"
                               " UNION ALL SELECT seq FROM issuance"
                               " UNION ALL SELECT seq FROM unit_event"
                               " UNION ALL SELECT seq FROM trade"
                               " UNION ALL SELECT seq FROM unit_lock"
                               " UNION ALL SELECT seq FROM forecast"
                               " UNION ALL SELECT seq FROM forecast_correction"
                               " UNION ALL SELECT seq FROM user_limit"
                               " UNION ALL SELECT seq FROM receipt"
                               " UNION ALL SELECT seq FROM receipt_withdrawal"
                               " UNION ALL SELECT seq FROM loan_payment"
                               " UNION ALL SELECT seq FROM loan_withdrawal"
                               " UNION ALL SELECT seq FROM money_leg"
                               " UNION ALL SELECT seq FROM revenue_term"
                               " UNION ALL SELECT seq FROM revenue_deduction"
                               " UNION ALL SELECT seq FROM distribution"
                               " UNION ALL SELECT seq FROM distribution_decision"
                               " UNION ALL SELECT seq FROM reserve_settlement"
                               " UNION ALL SELECT seq FROM settlement_withdrawal"
                               " UNION ALL SELECT seq FROM deduction_withdrawal"
                               " UNION ALL SELECT seq FROM revenue_term_end"
                               " UNION ALL SELECT seq FROM member_share"
                               " UNION ALL SELECT seq FROM party_account"
                               " UNION ALL SELECT seq FROM party_account_decision"
                               " UNION ALL SELECT seq FROM payout_event"
                               " UNION ALL SELECT seq FROM outbox_target"
                               " UNION ALL SELECT seq FROM outbox_message"
                               " UNION ALL SELECT seq FROM outbox_withdrawal"
                               " UNION ALL SELECT seq FROM journal_head)";

enum th_status th_file_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err)
{
    static const char SQL_INDEX[] =
        "SELECT (SELECT count(*) FROM parcel_version),"
        " (SELECT count(*) FROM parcel_version WHERE version_id NOT IN"
        "  (SELECT pkid FROM idx_parcel_version_geom))"
        " + (SELECT count(*) FROM idx_parcel_version_geom WHERE pkid NOT IN"
        "  (SELECT version_id FROM parcel_version))";
    // What is said of a parcel beside its versions; what retired it is compared with its entry.
    static const char SQL_PARCELS[] =
        "SELECT count(*), coalesce(sum(p.version IS NOT l.version OR p.seq IS NOT f.seq), 0)"
        " FROM parcel p LEFT JOIN (SELECT parcel_id, max(version) AS version FROM parcel_version"
        " GROUP BY parcel_id) l USING (parcel_id)"
        " LEFT JOIN parcel_version f ON f.parcel_id = p.parcel_id AND f.version = 1";
    static const char SQL_IMPORTS[] =
        "SELECT count(*), coalesce(sum(n_accepted <> (SELECT count(*) FROM parcel_version v"
        " WHERE v.import_id = import.import_id)), 0) FROM import";
    enum th_status status = check_pages(store, sink, err);
    if (status == TH_OK) {
        status = check_schema(store, sink, err);
    }
    if (status == TH_OK) {
        status = check_foreign_keys(store, sink, err);
    }
    if (status == TH_OK) {
        status = check_counts(store, sink, "journal_rows", SQL_ROWS, err);
    }
    if (status == TH_OK) {
        status = check_counts(store, sink, "spatial_index", SQL_INDEX, err);
    }
    if (status == TH_OK) {
        status = check_counts(store, sink, "import_counts", SQL_IMPORTS, err);
    }
    if (status == TH_OK) {
        status = check_counts(store, sink, "parcels_follow", SQL_PARCELS, err);
    }
    if (status == TH_OK) {
        status = check_digests(store, sink, err);
    }
    return status;
}

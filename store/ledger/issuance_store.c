#include "store/ledger/issuance_store.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

#define ISSUANCE_COLUMNS                                                                           \
    "issuance_id, package_id, vintage, prefix, net_kg, carried_in_kg, carried_out_kg, issued_t, "  \
    "buffer_t, statement_based, seq"

static const char SQL_INSERT[] =
    "INSERT INTO issuance (package_id, vintage, prefix, net_kg, carried_in_kg, carried_out_kg, "
    "issued_t, buffer_t, statement_based, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
    "RETURNING *";
static const char SQL_SEGMENT_INSERT[] =
    "INSERT INTO issuance_segment (issuance_id, first_kg, mass_kg, parcel_id, year) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";
static const char SQL_LOAD[] = "SELECT " ISSUANCE_COLUMNS " FROM issuance WHERE issuance_id = ?1";
static const char SQL_OF_PREFIX[] = "SELECT " ISSUANCE_COLUMNS " FROM issuance WHERE prefix = ?1";
static const char SQL_EACH[] =
    "SELECT " ISSUANCE_COLUMNS " FROM issuance WHERE ?1 IS NULL OR package_id = ?1 "
    "ORDER BY package_id, vintage";
// The first segment that reaches into the range may begin before it.
static const char SQL_TRACE[] = "SELECT parcel_id, year, first_kg, mass_kg FROM issuance_segment "
                                "WHERE issuance_id = ?1 AND first_kg < ?3 AND first_kg >= "
                                "  (SELECT coalesce(max(first_kg), 0) FROM issuance_segment "
                                "   WHERE issuance_id = ?1 AND first_kg <= ?2) "
                                "ORDER BY first_kg";

enum th_status th_issuance_insert(struct th_store *store, const struct th_issuance_record *record,
                                  int64_t *ret_issuance_id, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_INSERT);
    th_bind_int(q, 1, record->package_id);
    th_bind_int(q, 2, record->vintage);
    th_bind_text(q, 3, record->prefix);
    th_bind_carbon(q, 4, record->net);
    th_bind_carbon(q, 5, record->carried_in);
    th_bind_carbon(q, 6, record->carried_out);
    th_bind_units(q, 7, record->issued);
    th_bind_units(q, 8, record->buffer);
    th_bind_int(q, 9, record->statement_based ? 1 : 0);
    th_bind_int(q, 10, record->seq);
    return th_entry_insert(q, "issuance", ret_issuance_id, err);
}

enum th_status th_issuance_segment_insert(struct th_store *store, int64_t issuance_id,
                                          struct th_carbon first, struct th_carbon mass,
                                          int64_t parcel_id, int year, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_SEGMENT_INSERT);
    th_bind_int(q, 1, issuance_id);
    th_bind_carbon(q, 2, first);
    th_bind_carbon(q, 3, mass);
    th_bind_int(q, 4, parcel_id);
    th_bind_int(q, 5, year);
    return th_entry_run_noted(q, TH_SET_ISSUANCE_SEGMENT, issuance_id, err);
}

static void read_record(struct th_stmt *q, struct th_issuance_record *record)
{
    *record = (struct th_issuance_record){.issuance_id = th_column_int(q, 0),
                                          .package_id = th_column_int(q, 1),
                                          .vintage = (int)th_column_int(q, 2),
                                          .net = th_column_carbon(q, 4),
                                          .carried_in = th_column_carbon(q, 5),
                                          .carried_out = th_column_carbon(q, 6),
                                          .issued = th_column_units(q, 7),
                                          .buffer = th_column_units(q, 8),
                                          .statement_based = th_column_int(q, 9) != 0,
                                          .seq = th_column_int(q, 10)};
    th_column_copy(q, 3, record->prefix, sizeof(record->prefix));
}

enum th_status th_issuance_load(struct th_store *store, int64_t issuance_id,
                                struct th_issuance_record *ret_record, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_LOAD);
    th_bind_int(q, 1, issuance_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        read_record(q, ret_record);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "issuance_not_found", NULL);
        th_error_add_int(err, "issuance", issuance_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_issuance_of_serial(struct th_store *store, const char *serial_or_prefix,
                                     struct th_issuance_record *ret_record, struct th_error *err)
{
    char prefix[TH_PREFIX_SIZE];
    size_t size = strcspn(serial_or_prefix, ":");
    bool row = false;
    enum th_status status = TH_OK;
    if (size < sizeof(prefix)) {
        memcpy(prefix, serial_or_prefix, size);
        prefix[size] = '\0';
        struct th_stmt *q = th_db_query(store, SQL_OF_PREFIX);
        th_bind_text(q, 1, prefix);
        status = th_stmt_step(q, &row, err);
        if (status == TH_OK && row) {
            read_record(q, ret_record);
        }
        th_stmt_done(q);
    }
    if (status == TH_OK && !row) {
        status =
            th_error_set(err, TH_NOT_FOUND, "serial_not_found", "serial", serial_or_prefix, NULL);
    }
    return status;
}

enum th_status th_issuance_each(struct th_store *store, int64_t package_id,
                                bool (*visit)(void *context,
                                              const struct th_issuance_record *record),
                                void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_EACH);
    th_bind_id(q, 1, package_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_issuance_record record;
        read_record(q, &record);
        go_on = visit(context, &record);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status no_serial(const struct th_issuance_record *record, int64_t first,
                                int64_t last, struct th_error *err)
{
    char serial[TH_PREFIX_SIZE + 48];
    (void)snprintf(serial, sizeof(serial), "%s:%lld-%lld", record->prefix, (long long)first,
                   (long long)last);
    return th_error_set(err, TH_NOT_FOUND, "serial_not_found", "serial", serial, NULL);
}

enum th_status
th_issuance_trace(struct th_store *store, int64_t issuance_id, int64_t first, int64_t last,
                  bool (*visit)(void *context, int64_t parcel_id, int year, struct th_carbon mass),
                  void *context, struct th_error *err)
{
    struct th_issuance_record record;
    enum th_status status = th_issuance_load(store, issuance_id, &record, err);
    if (status != TH_OK) {
        return status;
    }
    if (first < 1 || last < first || last > th_units_t(record.issued)) {
        return no_serial(&record, first, last, err);
    }
    // Issued tonnes were made from kilograms in 64 bits, so that these products fit.
    int64_t from_kg = (first - 1) * 1000;
    int64_t to_kg = last * 1000;
    struct th_stmt *q = th_db_query(store, SQL_TRACE);
    th_bind_int(q, 1, issuance_id);
    th_bind_int(q, 2, from_kg);
    th_bind_int(q, 3, to_kg);
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        int64_t begin = th_column_int(q, 2);
        int64_t end = begin + th_column_int(q, 3);
        begin = begin < from_kg ? from_kg : begin;
        end = end > to_kg ? to_kg : end;
        if (end > begin) {
            go_on = visit(context, th_column_int(q, 0), (int)th_column_int(q, 1),
                          th_carbon_from_kg(end - begin));
        }
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_issuance_of_parcel(struct th_store *store, int64_t issuance_id, int64_t parcel_id,
                                     bool (*visit)(void *context, int64_t first, int64_t last),
                                     void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT s.first_kg / 1000 + 1, "
        "(min(s.first_kg + s.mass_kg, i.issued_t * 1000) + 999) / 1000 "
        "FROM issuance_segment s JOIN issuance i USING (issuance_id) WHERE s.parcel_id = ?2 "
        "AND s.issuance_id = ?1 AND s.first_kg < i.issued_t * 1000 ORDER BY s.first_kg";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    th_bind_int(q, 2, parcel_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_int(q, 0), th_column_int(q, 1));
    }
    th_stmt_done(q);
    return status;
}

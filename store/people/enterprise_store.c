#include "store/people/enterprise_store.h"

#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

enum th_status th_enterprise_year_insert(struct th_store *store,
                                         const struct th_enterprise_year *record,
                                         struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO enterprise_year (party_id, year, version, emissions_kg, level, grade, "
        "denominator, efficiency, document_id, source_row, login, seq) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, record->party_id);
    th_bind_int(q, 2, record->year);
    th_bind_int(q, 3, record->version);
    th_bind_carbon(q, 4, record->emissions);
    th_bind_text(q, 5, record->level);
    th_bind_int(q, 6, record->grade);
    th_bind_text(q, 7, record->denominator);
    th_bind_text(q, 8, record->efficiency);
    th_bind_int(q, 9, record->document_id);
    th_bind_int(q, 10, record->source_row);
    th_bind_text(q, 11, record->login);
    th_bind_int(q, 12, record->seq);
    return th_entry_run(q, "enterprise_year", err);
}

enum th_status
th_enterprise_year_each(struct th_store *store, const struct th_enterprise_question *question,
                        bool (*visit)(void *context, const struct th_enterprise_year *record),
                        void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT y.party_id, y.year, y.version, y.emissions_kg, y.level, y.grade, y.denominator, "
        "y.efficiency, y.document_id, y.source_row, y.login, y.seq, p.name, d.name, d.sha256 "
        "FROM enterprise_year y JOIN party p USING (party_id) JOIN document d USING (document_id) "
        "WHERE (?1 IS NULL OR y.party_id = ?1) AND (?2 IS NULL OR y.year = ?2) AND (?3 OR NOT "
        "EXISTS (SELECT 1 FROM enterprise_year l WHERE l.party_id = y.party_id AND l.year = "
        "y.year AND l.version > y.version)) ORDER BY y.party_id, y.year, y.version DESC";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_id(q, 1, question->party_id);
    th_bind_id(q, 2, question->year);
    th_bind_int(q, 3, question->all);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_enterprise_year record = {.party_id = th_column_int(q, 0),
                                            .year = (int)th_column_int(q, 1),
                                            .version = th_column_int(q, 2),
                                            .emissions = th_column_carbon(q, 3),
                                            .grade = (int)th_column_int(q, 5),
                                            .document_id = th_column_int(q, 8),
                                            .source_row = th_column_int(q, 9),
                                            .seq = th_column_int(q, 11)};
        th_column_copy(q, 4, record.level, sizeof(record.level));
        th_column_copy(q, 6, record.denominator, sizeof(record.denominator));
        th_column_copy(q, 7, record.efficiency, sizeof(record.efficiency));
        th_column_copy(q, 10, record.login, sizeof(record.login));
        th_column_copy(q, 12, record.name, sizeof(record.name));
        th_column_copy(q, 13, record.document, sizeof(record.document));
        th_column_hash(q, 14, &record.document_sha256);
        go_on = visit(context, &record);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_enterprise_retired_each(
    struct th_store *store, const char *uscc,
    bool (*visit)(void *context, const struct th_enterprise_retired *retired), void *context,
    struct th_error *err)
{
    static const char SQL[] =
        "SELECT CAST(substr(t.decided_on, 1, 4) AS INTEGER) AS year, sum(b.last - b.first + 1), "
        "sum(CASE WHEN i.statement_based = 1 THEN b.last - b.first + 1 ELSE 0 END) "
        "FROM trade t JOIN unit_event e ON e.trade_id = t.trade_id AND e.event = 'retire' "
        "JOIN unit_block b USING (block_id) JOIN issuance i USING (issuance_id) "
        "WHERE t.beneficiary_uscc = ?1 AND t.state = 'approved' GROUP BY 1 ORDER BY 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, uscc);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_enterprise_retired retired = {.year = (int)th_column_int(q, 0),
                                                      .units = th_column_units(q, 1),
                                                      .by_statement = th_column_units(q, 2)};
        go_on = visit(context, &retired);
    }
    th_stmt_done(q);
    return status;
}

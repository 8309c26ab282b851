#include "store/estimate/estimate_store.h"

#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

static const char SQL_RUN_INSERT[] =
    "INSERT INTO estimate_run (methodology, version, from_year, to_year, scope, inputs, area_rule, "
    "n_parcels, gross_kg, baseline_kg, co2_kg, ch4_kg, n2o_kg, leakage_kg, deduction_kg, net_kg, "
    "halfwidth_kg, confidence, gross_share, baseline_share, net_share, sheet_sha256, warnings, "
    "seq, propagated_kg, gross_halfwidth_kg, baseline_halfwidth_kg) VALUES "
    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
    "?21, ?22, ?23, ?24, ?25, ?26, ?27)";
static const char SQL_RUN_LOAD[] =
    "SELECT run_id, methodology, version, from_year, to_year, scope, inputs, area_rule, n_parcels, "
    "gross_kg, baseline_kg, co2_kg, ch4_kg, n2o_kg, leakage_kg, deduction_kg, net_kg, "
    "halfwidth_kg, confidence, gross_share, baseline_share, net_share, sheet_sha256, warnings, "
    "seq, "
    "propagated_kg, gross_halfwidth_kg, baseline_halfwidth_kg FROM estimate_run WHERE run_id = ?1";
#define INTO_LINE                                                                                  \
    "INSERT INTO estimate_line (run_id, parcel_id, year, version, area_m2_300, gross_kg, "         \
    "baseline_kg, co2_kg, ch4_kg, n2o_kg, leakage_kg, deduction_kg, net_kg, used) VALUES "
#define LINE "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
enum { LINE_PARAMETERS = 14 };
static const char SQL_ROW_INSERT[] = INTO_LINE LINE;
static const char SQL_ROWS_INSERT[] = INTO_LINE TH_DB_AT_ONCE(LINE);
#define ROW_COLUMNS                                                                                \
    "SELECT l.parcel_id, l.year, l.version, l.area_m2_300, l.gross_kg, l.baseline_kg, "            \
    "l.co2_kg, l.ch4_kg, l.n2o_kg, l.leakage_kg, l.deduction_kg, l.net_kg, "                       \
    "v.measured_m2_300 - v.sliver_m2_300, v.declared_m2_300, v.geometry_hash, l.used"
#define ROW_FROM                                                                                   \
    " FROM estimate_line l JOIN parcel_version v ON v.parcel_id = l.parcel_id"                     \
    " AND v.version = l.version"
// The number that version `v` bore, as the parcels' own store tells it.
#define NUMBER_THEN(v)                                                                             \
    "CASE WHEN " v ".version < p.version AND EXISTS (SELECT 1 FROM parcel_renumbering r"           \
    " WHERE r.parcel_id = " v ".parcel_id AND r.version > " v ".version)"                          \
    " THEN (SELECT r.old_number FROM parcel_renumbering r WHERE r.parcel_id = " v ".parcel_id"     \
    " AND r.version > " v ".version ORDER BY r.version LIMIT 1) ELSE p.number END"
static const char SQL_ROW_EACH[] =
    ROW_COLUMNS ROW_FROM " WHERE l.run_id = ?1 ORDER BY l.parcel_id, l.year";
// Beside min() SQLite takes the version from the row that has the least year.
static const char SQL_ROW_EACH_NAMED[] = ROW_COLUMNS ", p.village, " NUMBER_THEN(
    "v") " FROM"
         " (SELECT parcel_id, version, min(year) FROM estimate_line WHERE run_id = ?1"
         " GROUP BY parcel_id) k"
         " CROSS JOIN parcel p ON p.parcel_id = k.parcel_id"
         " CROSS JOIN parcel_version f ON f.parcel_id = k.parcel_id AND f.version = k.version"
         " CROSS JOIN estimate_line l ON l.run_id = ?1 AND l.parcel_id = k.parcel_id"
         " CROSS JOIN parcel_version v ON v.parcel_id = l.parcel_id AND v.version = l.version"
         " ORDER BY p.village, " NUMBER_THEN("f") ", f.geometry_hash, l.parcel_id, l.year";
static const char SQL_GROUP_INSERT[] =
    "INSERT INTO estimate_group (run_id, code, n_parcels, gross_kg, deduction_kg, net_kg, "
    "halfwidth_kg) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char SQL_GROUP_EACH[] =
    "SELECT code, n_parcels, gross_kg, deduction_kg, net_kg, halfwidth_kg FROM estimate_group "
    "WHERE run_id = ?1 ORDER BY code";

static void bind_terms(struct th_stmt *q, int index, const struct th_estimate_terms *terms)
{
    th_bind_carbon(q, index, terms->gross);
    th_bind_carbon(q, index + 1, terms->baseline);
    th_bind_carbon(q, index + 2, terms->co2);
    th_bind_carbon(q, index + 3, terms->ch4);
    th_bind_carbon(q, index + 4, terms->n2o);
    th_bind_carbon(q, index + 5, terms->leakage);
    th_bind_carbon(q, index + 6, terms->deduction);
    th_bind_carbon(q, index + 7, terms->net);
}

static struct th_estimate_terms column_terms(struct th_stmt *q, int index)
{
    return (struct th_estimate_terms){.gross = th_column_carbon(q, index),
                                      .baseline = th_column_carbon(q, index + 1),
                                      .co2 = th_column_carbon(q, index + 2),
                                      .ch4 = th_column_carbon(q, index + 3),
                                      .n2o = th_column_carbon(q, index + 4),
                                      .leakage = th_column_carbon(q, index + 5),
                                      .deduction = th_column_carbon(q, index + 6),
                                      .net = th_column_carbon(q, index + 7)};
}

enum th_status th_estimate_run_insert(struct th_store *store,
                                      const struct th_estimate_run_record *record,
                                      const char *warnings, int64_t *ret_run_id,
                                      struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_RUN_INSERT);
    th_bind_text(q, 1, record->methodology);
    th_bind_text(q, 2, record->version);
    th_bind_int(q, 3, record->from_year);
    th_bind_int(q, 4, record->to_year);
    th_bind_text(q, 5, record->scope);
    th_bind_text(q, 6, record->inputs);
    th_bind_text(q, 7, record->area_rule);
    th_bind_int(q, 8, record->n_parcels);
    bind_terms(q, 9, &record->terms);
    if (record->has_uncertainty) {
        th_bind_carbon(q, 17, record->halfwidth);
        th_bind_text(q, 18, record->confidence);
        th_bind_carbon(q, 25, record->propagated);
    } else {
        th_bind_null(q, 17);
        th_bind_null(q, 18);
        th_bind_null(q, 25);
    }
    if (record->by_sides) {
        th_bind_carbon(q, 26, record->gross_halfwidth);
        th_bind_carbon(q, 27, record->baseline_halfwidth);
    } else {
        th_bind_null(q, 26);
        th_bind_null(q, 27);
    }
    th_bind_text(q, 19, record->gross_share);
    th_bind_text(q, 20, record->baseline_share);
    th_bind_text(q, 21, record->net_share);
    th_bind_hash(q, 22, &record->sheet_sha256);
    th_bind_text(q, 23, warnings);
    th_bind_int(q, 24, record->seq);
    return th_entry_insert_noted(q, TH_SET_ESTIMATE_RUN, ret_run_id, err);
}

static void bind_row(struct th_stmt *q, int before, int64_t run_id,
                     const struct th_estimate_row *row)
{
    th_bind_int(q, before + 1, run_id);
    th_bind_int(q, before + 2, row->parcel_id);
    th_bind_int(q, before + 3, row->year);
    th_bind_int(q, before + 4, row->version);
    th_bind_area(q, before + 5, row->area_used);
    bind_terms(q, before + 6, &row->terms);
    th_bind_text_borrowed(q, before + 14, row->used);
}

enum th_status th_estimate_rows_insert(struct th_store *store, int64_t run_id,
                                       const struct th_estimate_row *rows, size_t n,
                                       struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK;) {
        bool at_once = n - i >= TH_DB_N_AT_ONCE;
        size_t end = i + (at_once ? TH_DB_N_AT_ONCE : 1);
        struct th_stmt *q = th_db_query(store, at_once ? SQL_ROWS_INSERT : SQL_ROW_INSERT);
        for (int before = 0; i < end; i++, before += LINE_PARAMETERS) {
            bind_row(q, before, run_id, &rows[i]);
        }
        status = th_stmt_run(q, err);
    }
    return status;
}

static void read_run(struct th_stmt *q, struct th_estimate_run_record *record)
{
    *record = (struct th_estimate_run_record){.run_id = th_column_int(q, 0),
                                              .from_year = (int)th_column_int(q, 3),
                                              .to_year = (int)th_column_int(q, 4),
                                              .n_parcels = th_column_int(q, 8),
                                              .terms = column_terms(q, 9),
                                              .has_uncertainty = !th_column_is_null(q, 17),
                                              .halfwidth = th_column_carbon(q, 17),
                                              .seq = th_column_int(q, 24),
                                              .propagated = th_column_carbon(q, 25),
                                              .by_sides = !th_column_is_null(q, 26),
                                              .gross_halfwidth = th_column_carbon(q, 26),
                                              .baseline_halfwidth = th_column_carbon(q, 27)};
    th_column_copy(q, 1, record->methodology, sizeof(record->methodology));
    th_column_copy(q, 2, record->version, sizeof(record->version));
    th_column_copy(q, 5, record->scope, sizeof(record->scope));
    th_column_copy(q, 6, record->inputs, sizeof(record->inputs));
    th_column_copy(q, 7, record->area_rule, sizeof(record->area_rule));
    th_column_copy(q, 18, record->confidence, sizeof(record->confidence));
    th_column_copy(q, 19, record->gross_share, sizeof(record->gross_share));
    th_column_copy(q, 20, record->baseline_share, sizeof(record->baseline_share));
    th_column_copy(q, 21, record->net_share, sizeof(record->net_share));
    th_column_hash(q, 22, &record->sheet_sha256);
}

enum th_status th_estimate_run_load(struct th_store *store, int64_t run_id,
                                    struct th_estimate_run_record *ret_record, char **ret_warnings,
                                    struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_RUN_LOAD);
    th_bind_int(q, 1, run_id);
    enum th_status status = TH_OK;
    if (!th_stmt_next(q, &status, err) && status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "run_not_found", NULL);
        th_error_add_int(err, "run", run_id);
    }
    if (status == TH_OK && ret_warnings) {
        char *warnings = th_text_duplicate(th_column_text(q, 23));
        if (warnings) {
            *ret_warnings = warnings;
        } else {
            status = th_error_no_memory(err);
        }
    }
    if (status == TH_OK) {
        read_run(q, ret_record);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status each_row(struct th_stmt *q, bool is_named,
                               bool (*visit)(void *context, const struct th_estimate_row *row),
                               void *context, struct th_error *err)
{
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_estimate_row row = {.parcel_id = th_column_int(q, 0),
                                      .year = (int)th_column_int(q, 1),
                                      .version = th_column_int(q, 2),
                                      .area_used = th_column_area(q, 3),
                                      .terms = column_terms(q, 4),
                                      .measured = th_column_area(q, 12),
                                      .has_contracted = !th_column_is_null(q, 13),
                                      .contracted = th_column_area(q, 13),
                                      .used = th_column_text(q, 15)};
        th_column_hash(q, 14, &row.geometry_hash);
        if (is_named) {
            const char *number = th_column_text(q, 17);
            row.village = th_column_text(q, 16);
            row.number = number ? number : "";
        }
        go_on = visit(context, &row);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_estimate_row_each(struct th_store *store, int64_t run_id,
                                    bool (*visit)(void *context, const struct th_estimate_row *row),
                                    void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_ROW_EACH);
    th_bind_int(q, 1, run_id);
    return each_row(q, false, visit, context, err);
}

enum th_status th_estimate_row_each_named(struct th_store *store, int64_t run_id,
                                          bool (*visit)(void *context,
                                                        const struct th_estimate_row *row),
                                          void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_ROW_EACH_NAMED);
    th_bind_int(q, 1, run_id);
    return each_row(q, true, visit, context, err);
}

enum th_status th_estimate_group_insert(struct th_store *store, int64_t run_id,
                                        const struct th_estimate_group_record *group,
                                        struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_GROUP_INSERT);
    th_bind_int(q, 1, run_id);
    th_bind_text(q, 2, group->code);
    th_bind_int(q, 3, group->n_parcels);
    th_bind_carbon(q, 4, group->gross);
    th_bind_carbon(q, 5, group->deduction);
    th_bind_carbon(q, 6, group->net);
    if (group->has_uncertainty) {
        th_bind_carbon(q, 7, group->halfwidth);
    } else {
        th_bind_null(q, 7);
    }
    return th_stmt_run(q, err);
}

enum th_status th_estimate_group_each(struct th_store *store, int64_t run_id,
                                      bool (*visit)(void *context,
                                                    const struct th_estimate_group_record *group),
                                      void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_GROUP_EACH);
    th_bind_int(q, 1, run_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_estimate_group_record group = {.n_parcels = th_column_int(q, 1),
                                                 .gross = th_column_carbon(q, 2),
                                                 .deduction = th_column_carbon(q, 3),
                                                 .net = th_column_carbon(q, 4),
                                                 .has_uncertainty = !th_column_is_null(q, 5),
                                                 .halfwidth = th_column_carbon(q, 5)};
        th_column_copy(q, 0, group.code, sizeof(group.code));
        go_on = visit(context, &group);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_estimate_survey_insert(struct th_store *store, int64_t run_id,
                                         const struct th_estimate_survey_record *survey,
                                         struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO estimate_survey (run_id, digest, body) VALUES (?1, ?2, ?3)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, run_id);
    th_bind_text(q, 2, survey->digest);
    th_bind_text(q, 3, survey->body);
    return th_stmt_run(q, err);
}

enum th_status th_estimate_survey_each(
    struct th_store *store, int64_t run_id,
    bool (*visit)(void *context, const struct th_estimate_survey_record *survey), void *context,
    struct th_error *err)
{
    static const char SQL[] =
        "SELECT digest, body FROM estimate_survey WHERE run_id = ?1 ORDER BY digest";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, run_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_estimate_survey_record survey = {th_column_text(q, 0),
                                                         th_column_text(q, 1)};
        go_on = visit(context, &survey);
    }
    th_stmt_done(q);
    return status;
}

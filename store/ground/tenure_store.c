#include "store/ground/tenure_store.h"

#include <stdio.h>

#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

// Always as n/d, so that a share reads the same whatever its denominator.
static void bind_fraction(struct th_stmt *q, int index, struct th_ratio ratio)
{
    char text[TH_RATIO_TEXT_SIZE];
    snprintf(text, sizeof(text), "%lld/%lld", (long long)ratio.numerator,
             (long long)ratio.denominator);
    th_bind_text(q, index, text);
}

static const char *text_or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

enum th_status th_tenure_insert(struct th_store *store, const struct th_tenure *tenure,
                                int64_t *ret_tenure_id, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO tenure (number, household, household_id, holder_id, certificate,"
        " certificate_expires_on, declared_m2_300, from_on, to_on, rent_fen, guarantee_fen,"
        " dividend_share, carbon_right, seq)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, tenure->number);
    th_bind_text(q, 2, tenure->household);
    th_bind_id(q, 3, tenure->household_id);
    th_bind_int(q, 4, tenure->holder_id);
    th_bind_text(q, 5, text_or_null(tenure->certificate));
    th_bind_date(q, 6, tenure->certificate_expires);
    if (tenure->has_declared) {
        th_bind_area(q, 7, tenure->declared);
    }
    th_bind_date(q, 8, tenure->from);
    th_bind_date(q, 9, tenure->to);
    // A parameter that is not bound is NULL.
    if (tenure->has_rent) {
        th_bind_money(q, 10, tenure->rent);
    }
    if (tenure->has_guarantee) {
        th_bind_money(q, 11, tenure->guarantee);
        bind_fraction(q, 12, tenure->dividend);
    }
    th_bind_int(q, 13, tenure->carbon_right);
    th_bind_int(q, 14, tenure->seq);
    return th_entry_insert_noted(q, TH_SET_TENURE, ret_tenure_id, err);
}

enum th_status th_tenure_parcel_insert(struct th_store *store, int64_t tenure_id, int64_t parcel_id,
                                       struct th_ratio share, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO tenure_parcel (tenure_id, parcel_id, share) VALUES (?1, ?2, ?3)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, tenure_id);
    th_bind_int(q, 2, parcel_id);
    bind_fraction(q, 3, share);
    return th_entry_run_noted(q, TH_SET_TENURE_PARCEL, tenure_id, err);
}

enum th_status th_tenure_document_insert(struct th_store *store, int64_t tenure_id,
                                         int64_t document_id, int64_t seq, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO tenure_document (tenure_id, document_id, seq) VALUES (?1, ?2, ?3) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, tenure_id);
    th_bind_int(q, 2, document_id);
    th_bind_int(q, 3, seq);
    return th_entry_run(q, "tenure_document", err);
}

enum th_status th_tenure_document_each(struct th_store *store, int64_t tenure_id,
                                       bool (*visit)(void *context,
                                                     const struct th_tenure_document *document),
                                       void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT d.document_id, d.name, d.sha256, k.seq FROM tenure_document k"
                              " JOIN document d ON d.document_id = k.document_id"
                              " WHERE k.tenure_id = ?1 ORDER BY d.document_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, tenure_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_tenure_document document = {.document_id = th_column_int(q, 0),
                                              .name = th_column_text(q, 1),
                                              .seq = th_column_int(q, 3)};
        th_column_hash(q, 2, &document.sha256);
        go_on = visit(context, &document);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status tenure_error(enum th_status status, const char *key, int64_t tenure_id,
                                   struct th_error *err)
{
    (void)th_error_set(err, status, key, NULL);
    th_error_add_int(err, "tenure", tenure_id);
    return status;
}

enum th_status th_tenure_end(struct th_store *store, int64_t tenure_id, struct th_date to,
                             const char *reason, int64_t document_id, int64_t seq,
                             struct th_error *err)
{
    static const char SQL[] = "INSERT INTO tenure_end (tenure_id, to_on, reason, document_id, seq)"
                              " VALUES (?1, ?2, ?3, ?4, ?5) RETURNING *";
    struct th_tenure tenure;
    enum th_status status = th_tenure_load(store, tenure_id, &tenure, err);
    if (status != TH_OK) {
        return status;
    }
    if (tenure.ended) {
        return tenure_error(TH_CONFLICT, "tenure_ended", tenure_id, err);
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, tenure_id);
    th_bind_date(q, 2, to);
    th_bind_text(q, 3, reason);
    th_bind_id(q, 4, document_id);
    th_bind_int(q, 5, seq);
    return th_entry_run(q, "tenure_end", err);
}

#define LAST_DAY "min(t.to_on, coalesce(e.to_on, t.to_on))"
#define TENURE_COLUMNS                                                                             \
    "SELECT t.tenure_id, t.number, t.household, t.household_id, t.holder_id, t.certificate,"       \
    " t.certificate_expires_on, t.declared_m2_300, t.from_on, " LAST_DAY ", t.rent_fen,"           \
    " t.guarantee_fen, t.dividend_share, t.carbon_right,"                                          \
    " e.tenure_id IS NOT NULL, t.seq FROM tenure t"                                                \
    " LEFT JOIN tenure_end e ON e.tenure_id = t.tenure_id"

static enum th_status read_tenure(struct th_stmt *q, struct th_tenure *tenure, struct th_error *err)
{
    *tenure = (struct th_tenure){.tenure_id = th_column_int(q, 0),
                                 .household_id = th_column_int(q, 3),
                                 .holder_id = th_column_int(q, 4),
                                 .certificate_expires = th_column_date(q, 6),
                                 .has_declared = !th_column_is_null(q, 7),
                                 .declared = th_column_area(q, 7),
                                 .from = th_column_date(q, 8),
                                 .to = th_column_date(q, 9),
                                 .has_rent = !th_column_is_null(q, 10),
                                 .rent = th_column_money(q, 10),
                                 .has_guarantee = !th_column_is_null(q, 11),
                                 .guarantee = th_column_money(q, 11),
                                 .dividend = {0, 1},
                                 .carbon_right = th_column_int(q, 13) != 0,
                                 .ended = th_column_int(q, 14) != 0,
                                 .seq = th_column_int(q, 15)};
    th_column_copy(q, 1, tenure->number, sizeof(tenure->number));
    th_column_copy(q, 2, tenure->household, sizeof(tenure->household));
    th_column_copy(q, 5, tenure->certificate, sizeof(tenure->certificate));
    return tenure->has_guarantee ? th_ratio_parse(th_column_text(q, 12), &tenure->dividend, err)
                                 : TH_OK;
}

enum th_status th_tenure_load(struct th_store *store, int64_t tenure_id,
                              struct th_tenure *ret_tenure, struct th_error *err)
{
    static const char SQL[] = TENURE_COLUMNS " WHERE t.tenure_id = ?1";
    struct th_tenure tenure;
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, tenure_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        status = read_tenure(q, &tenure, err);
    } else if (status == TH_OK) {
        status = tenure_error(TH_NOT_FOUND, "tenure_not_found", tenure_id, err);
    }
    if (status == TH_OK) {
        *ret_tenure = tenure;
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_tenure_each(struct th_store *store, const struct th_tenure_question *question,
                              bool (*visit)(void *context, const struct th_tenure *tenure),
                              void *context, struct th_error *err)
{
    static const char SQL[] =
        TENURE_COLUMNS " WHERE (?1 = 0 OR t.holder_id = ?1) AND (?2 IS NULL OR t.number = ?2)"
                       " AND (?3 IS NULL OR " LAST_DAY " >= ?3) AND (?4 IS NULL OR t.from_on <= ?4)"
                       " ORDER BY t.tenure_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, question->holder_id);
    th_bind_text(q, 2, question->number);
    th_bind_date(q, 3, question->from);
    th_bind_date(q, 4, question->to);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_tenure tenure;
        status = read_tenure(q, &tenure, err);
        go_on = status == TH_OK && visit(context, &tenure);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_tenure_share_each(struct th_store *store, int64_t parcel_id, int64_t tenure_id,
                                    struct th_date from, struct th_date to,
                                    bool (*visit)(void *context,
                                                  const struct th_tenure_share *share),
                                    void *context, struct th_error *err)
{
    // A contract that was undone is in force on no day.
    static const char SQL[] =
        "SELECT t.tenure_id, k.parcel_id, k.share, t.from_on, " LAST_DAY ", t.carbon_right"
        " FROM tenure_parcel k JOIN tenure t ON t.tenure_id = k.tenure_id"
        " LEFT JOIN tenure_end e ON e.tenure_id = t.tenure_id"
        " WHERE k.parcel_id BETWEEN ?1 AND ?2 AND k.tenure_id BETWEEN ?3 AND ?4"
        " AND " LAST_DAY " >= t.from_on"
        " AND (?5 IS NULL OR " LAST_DAY " >= ?5) AND (?6 IS NULL OR t.from_on <= ?6)"
        " ORDER BY k.parcel_id, t.from_on, t.tenure_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_int(q, 2, parcel_id > 0 ? parcel_id : INT64_MAX);
    th_bind_int(q, 3, tenure_id);
    th_bind_int(q, 4, tenure_id > 0 ? tenure_id : INT64_MAX);
    th_bind_date(q, 5, from);
    th_bind_date(q, 6, to);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_tenure_share share = {.tenure_id = th_column_int(q, 0),
                                        .parcel_id = th_column_int(q, 1),
                                        .from = th_column_date(q, 3),
                                        .to = th_column_date(q, 4),
                                        .carbon_right = th_column_int(q, 5) != 0};
        status = th_ratio_parse(th_column_text(q, 2), &share.share, err);
        go_on = status == TH_OK && visit(context, &share);
    }
    th_stmt_done(q);
    return status;
}

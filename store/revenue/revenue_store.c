// Revenue as rows.
#include "store/revenue/revenue_store.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/db_internal.h"
#include "store/deal/sale_internal.h"
#include "store/id_list_internal.h"
#include "store/journal/posting_internal.h"

const char *const th_term_scope_names[] = {[TH_TERM_ALL] = NULL,
                                           [TH_TERM_KIND] = "kind",
                                           [TH_TERM_HOLDER] = "holder",
                                           [TH_TERM_POOL] = "pool",
                                           [TH_TERM_PACKAGE] = "package"};

// Runs that were rejected took nothing.
#define NOT_REJECTED                                                                               \
    "NOT EXISTS (SELECT 1 FROM distribution_decision x "                                           \
    "WHERE x.distribution_id = s.distribution_id AND x.state = 'rejected')"

// Of revenue_deduction: what was not taken back.
#define STANDING " AND deduction_id NOT IN (SELECT deduction_id FROM deduction_withdrawal)"

static enum th_term_scope scope_of(const char *name)
{
    for (int i = TH_TERM_KIND; name && i <= TH_TERM_PACKAGE; i++) {
        if (strcmp(th_term_scope_names[i], name) == 0) {
            return (enum th_term_scope)i;
        }
    }
    return TH_TERM_ALL;
}

enum th_status th_term_post(struct th_posting *posting, const struct th_term *term,
                            int64_t *ret_term_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(term_id) FROM revenue_term";
    char ratio[TH_RATIO_TEXT_SIZE];
    int64_t term_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &term_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "term_id", term_id);
    th_json_set_text(row, "from_on", term->from_on);
    th_post_set_word(row, "to_on", term->to_on);
    th_json_set_text(row, "basis", term->basis);
    th_json_set_text(row, "ratio", th_ratio_format(term->ratio, ratio));
    th_json_set_int(row, "document_id", term->document_id);
    th_post_set_word(row, "scope", th_term_scope_names[term->scope]);
    th_post_set_id(row, "scope_id", term->scope_id);
    th_post_set_word(row, "scope_kind", term->scope_kind);
    status = th_post(posting, "revenue_term", row, err);
    for (size_t i = 0; i < term->n_splits && status == TH_OK; i++) {
        row = th_json_object();
        th_json_set_int(row, "term_id", term_id);
        th_json_set_int(row, "ordinal", (int64_t)i + 1);
        th_json_set_text(row, "party_kind", term->splits[i].party_kind);
        th_post_set_id(row, "party_id", term->splits[i].party_id);
        th_json_set_text(row, "share", th_ratio_format(term->splits[i].share, ratio));
        status = th_post(posting, "revenue_term_split", row, err);
    }
    if (status == TH_OK) {
        *ret_term_id = term_id;
    }
    return status;
}

static enum th_status read_splits(struct th_store *store, struct th_term *term,
                                  struct th_error *err)
{
    static const char SQL[] =
        "SELECT party_kind, share, party_id FROM revenue_term_split WHERE term_id = ?1 "
        "ORDER BY ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, term->term_id);
    enum th_status status = TH_OK;
    term->n_splits = 0;
    while (term->n_splits < TH_TERM_SPLITS_MAX && th_stmt_next(q, &status, err)) {
        struct th_term_split *split = &term->splits[term->n_splits++];
        th_column_copy(q, 0, split->party_kind, sizeof(split->party_kind));
        split->party_id = th_column_int(q, 2);
        status = th_ratio_parse(th_column_text(q, 1), &split->share, err);
    }
    th_stmt_done(q);
    return status;
}

#define TERM_COLUMNS                                                                               \
    "term_id, from_on, to_on, basis, ratio, document_id, scope, scope_id, scope_kind, "            \
    "(SELECT z.ends_on FROM revenue_term_end z WHERE z.term_id = t.term_id), "                     \
    "(SELECT j.login FROM journal j WHERE j.seq = t.seq), seq"
// The last day of a term t as it came to be; NULL: open.
#define LAST_DAY                                                                                   \
    "coalesce((SELECT date(z.ends_on, '-1 day') FROM revenue_term_end z"                           \
    " WHERE z.term_id = t.term_id), t.to_on)"

static enum th_status read_term(struct th_store *store, struct th_stmt *q, struct th_term *ret_term,
                                struct th_error *err)
{
    memset(ret_term, 0, sizeof(*ret_term));
    ret_term->term_id = th_column_int(q, 0);
    th_column_copy(q, 1, ret_term->from_on, sizeof(ret_term->from_on));
    th_column_copy(q, 2, ret_term->to_on, sizeof(ret_term->to_on));
    th_column_copy(q, 3, ret_term->basis, sizeof(ret_term->basis));
    ret_term->document_id = th_column_int(q, 5);
    ret_term->scope = scope_of(th_column_text(q, 6));
    ret_term->scope_id = th_column_int(q, 7);
    th_column_copy(q, 8, ret_term->scope_kind, sizeof(ret_term->scope_kind));
    th_column_copy(q, 9, ret_term->ends_on, sizeof(ret_term->ends_on));
    th_column_copy(q, 10, ret_term->by, sizeof(ret_term->by));
    ret_term->seq = th_column_int(q, 11);
    enum th_status status = th_ratio_parse(th_column_text(q, 4), &ret_term->ratio, err);
    return status == TH_OK ? read_splits(store, ret_term, err) : status;
}

enum th_status th_term_load(struct th_store *store, int64_t term_id, struct th_term *ret_term,
                            struct th_error *err)
{
    static const char SQL[] = "SELECT " TERM_COLUMNS " FROM revenue_term t WHERE term_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, term_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        status = read_term(store, q, ret_term, err);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "term_not_found", NULL);
        th_error_add_int(err, "term", term_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_term_each(struct th_store *store,
                            bool (*visit)(void *context, const struct th_term *term), void *context,
                            struct th_error *err)
{
    static const char SQL[] =
        "SELECT " TERM_COLUMNS " FROM revenue_term t ORDER BY from_on, term_id";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_term term;
        status = read_term(store, q, &term, err);
        go_on = status == TH_OK && visit(context, &term);
    }
    th_stmt_done(q);
    return status;
}

// Is a term t for units of package ?3 out of pool ?2?
#define FITS                                                                                       \
    "(scope IS NULL OR (scope = 'package' AND scope_id = ?3)"                                      \
    " OR (scope = 'pool' AND scope_id = ?2)"                                                       \
    " OR (scope = 'holder' AND scope_id ="                                                         \
    " (SELECT holder_id FROM package WHERE package_id = ?3))"                                      \
    " OR (scope = 'kind' AND EXISTS (SELECT 1 FROM package_parcel p"                               \
    " JOIN parcel_version v USING (parcel_id, version)"                                            \
    " WHERE p.package_id = ?3 AND v.kind = t.scope_kind)))"

enum th_status th_term_on(struct th_store *store, const struct th_term_question *question,
                          int64_t *ret_n, int64_t *ret_term_id, struct th_error *err)
{
    // An open term ends where a later one of its basis and scope begins; one that was ended before
    // it began never did.
    static const char SQL[] =
        "SELECT term_id, CASE scope WHEN 'package' THEN 4 WHEN 'pool' THEN 3 WHEN 'holder' THEN 2 "
        "WHEN 'kind' THEN 1 ELSE 0 END AS rank FROM revenue_term t "
        "WHERE term_id IS NOT ?4 AND from_on <= ?1 AND coalesce(" LAST_DAY
        " >= ?1, 1) AND (to_on IS NOT NULL OR NOT EXISTS "
        "(SELECT 1 FROM revenue_term l WHERE l.basis = t.basis AND l.scope IS t.scope"
        " AND l.scope_id IS t.scope_id AND l.scope_kind IS t.scope_kind"
        " AND l.term_id IS NOT ?4"
        " AND l.from_on > t.from_on AND l.from_on <= ?1 AND NOT EXISTS (SELECT 1 FROM"
        " revenue_term_end z WHERE z.term_id = l.term_id AND z.ends_on <= l.from_on))) "
        "AND " FITS " "
        "ORDER BY rank DESC, term_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, question->on_date);
    th_bind_id(q, 2, question->pool_id);
    th_bind_id(q, 3, question->package_id);
    th_bind_id(q, 4, question->without_id);
    enum th_status status = TH_OK;
    int64_t n = 0;
    int64_t term_id = 0;
    int64_t highest = -1;
    while (th_stmt_next(q, &status, err)) {
        int64_t found_id = th_column_int(q, 0);
        int64_t rank = th_column_int(q, 1);
        highest = highest < 0 ? rank : highest;
        if (rank == highest && (question->term_id == 0 || question->term_id == found_id)) {
            term_id = n == 0 ? found_id : term_id;
            n++;
        }
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_n = n;
        *ret_term_id = term_id;
    }
    return status;
}

enum th_status th_term_freed(struct th_store *store, const struct th_term_question *question,
                             int64_t *ret_term_id, char ret_login[TH_LOGIN_SIZE],
                             struct th_error *err)
{
    static const char SQL[] =
        "SELECT t.term_id, j.login FROM revenue_term t JOIN revenue_term_end z USING (term_id) "
        "JOIN journal j ON j.seq = z.seq WHERE t.from_on <= ?1 AND z.ends_on <= ?1 "
        "AND coalesce(t.to_on >= ?1, 1) AND " FITS " ORDER BY z.seq DESC LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, question->on_date);
    th_bind_id(q, 2, question->pool_id);
    th_bind_id(q, 3, question->package_id);
    enum th_status status = TH_OK;
    *ret_term_id = 0;
    ret_login[0] = '\0';
    if (th_stmt_next(q, &status, err)) {
        *ret_term_id = th_column_int(q, 0);
        th_column_copy(q, 1, ret_login, TH_LOGIN_SIZE);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_term_overlap(struct th_store *store, const struct th_term *term,
                               int64_t *ret_term_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT min(term_id) FROM (SELECT term_id, basis, scope, scope_id, scope_kind, from_on, "
        "" LAST_DAY " AS to_on FROM revenue_term t) WHERE basis = ?1 "
        "AND scope IS ?4 AND scope_id IS ?5 AND scope_kind IS ?6 "
        "AND coalesce(to_on >= from_on, 1) "
        "AND (?3 IS NULL OR from_on <= ?3) AND (to_on IS NULL OR to_on >= ?2) "
        "AND NOT (to_on IS NULL AND from_on < ?2) AND NOT (?3 IS NULL AND from_on > ?2)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, term->basis);
    th_bind_text(q, 2, term->from_on);
    th_bind_text(q, 3, term->to_on[0] != '\0' ? term->to_on : NULL);
    th_bind_text(q, 4, th_term_scope_names[term->scope]);
    th_bind_id(q, 5, term->scope_id);
    th_bind_text(q, 6, term->scope_kind[0] != '\0' ? term->scope_kind : NULL);
    return th_stmt_int(q, 0, ret_term_id, err);
}

// Is a package of a pool_share s within the scope of a term?
#define IN_SCOPE                                                                                   \
    "CASE ?1 WHEN 'package' THEN s.package_id = ?2 WHEN 'holder' THEN (SELECT p.holder_id"         \
    " FROM package p WHERE p.package_id = s.package_id) = ?2 ELSE EXISTS (SELECT 1"                \
    " FROM package_parcel p JOIN parcel_version v USING (parcel_id, version)"                      \
    " WHERE p.package_id = s.package_id AND v.kind = ?3) END"

enum th_status th_term_splits_pool(struct th_store *store, const struct th_term *term,
                                   int64_t *ret_pool_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT min(pool_id) FROM (SELECT s.pool_id AS pool_id, sum(" IN_SCOPE ") AS n_in, "
        "count(*) AS n, max(s.is_open) AS is_open FROM pool_share s GROUP BY s.pool_id) o "
        "WHERE n_in > 0 AND n_in < n AND (is_open OR EXISTS (SELECT 1 FROM trade_line l "
        "JOIN trade d USING (trade_id) WHERE l.pool_id = o.pool_id AND d.kind IN " TH_SHARED_KINDS
        " AND d.state = 'approved' AND d.on_date >= ?4)) AND (?1 = 'package' OR NOT EXISTS "
        "(SELECT 1 FROM revenue_term t WHERE t.scope = 'pool' AND t.scope_id = o.pool_id"
        " AND coalesce(" LAST_DAY " >= ?4, 1)))";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, th_term_scope_names[term->scope]);
    th_bind_id(q, 2, term->scope_id);
    th_bind_text(q, 3, term->scope_kind[0] != '\0' ? term->scope_kind : NULL);
    th_bind_text(q, 4, term->from_on);
    return th_stmt_int(q, 0, ret_pool_id, err);
}

enum th_status th_term_end_post(struct th_posting *posting, int64_t term_id, const char *ends_on,
                                int64_t document_id, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "term_id", term_id);
    th_json_set_text(row, "ends_on", ends_on);
    th_json_set_int(row, "document_id", document_id);
    return th_post(posting, "revenue_term_end", row, err);
}

enum th_status th_term_used(struct th_store *store, int64_t term_id, const char *on_date,
                            int64_t *ret_run_id, int64_t *ret_trade_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT s.distribution_id, s.trade_id FROM distribution_sale s JOIN trade t "
        "USING (trade_id) WHERE s.term_id = ?1 AND t.on_date >= ?2 AND " NOT_REJECTED
        " ORDER BY s.distribution_id, s.trade_id LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, term_id);
    th_bind_text(q, 2, on_date);
    enum th_status status = TH_OK;
    int64_t run_id = 0;
    int64_t trade_id = 0;
    if (th_stmt_next(q, &status, err)) {
        run_id = th_column_int(q, 0);
        trade_id = th_column_int(q, 1);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_run_id = run_id;
        *ret_trade_id = trade_id;
    }
    return status;
}

// A run takes off what was said of a cost `c` before it, where its term takes off any listed cost.
#define RUNS_SINCE                                                                                 \
    "LEFT JOIN (distribution_sale s JOIN distribution d USING (distribution_id) "                  \
    "JOIN revenue_term e USING (term_id) "                                                         \
    "LEFT JOIN distribution_decision x USING (distribution_id)) "                                  \
    "ON s.trade_id = c.trade_id AND d.seq > c.seq AND e.basis = 'net_of_costs' "                   \
    "AND coalesce(x.state, 'proposed') <> 'rejected' "

enum th_status th_deduction_load(struct th_store *store, int64_t deduction_id,
                                 struct th_listed_cost *ret_cost, struct th_error *err)
{
    static const char SQL[] =
        "SELECT c.trade_id, c.kind, c.amount_fen, j.login, EXISTS (SELECT 1 FROM "
        "deduction_withdrawal w WHERE w.deduction_id = c.deduction_id), "
        "min(s.distribution_id), max(x.state = 'approved') "
        "FROM revenue_deduction c JOIN journal j ON j.seq = c.seq " RUNS_SINCE
        "WHERE c.deduction_id = ?1 GROUP BY c.deduction_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, deduction_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_cost = (struct th_listed_cost){.deduction_id = deduction_id,
                                            .trade_id = th_column_int(q, 0),
                                            .amount = th_column_money(q, 2),
                                            .withdrawn = th_column_int(q, 4) != 0,
                                            .run_id = th_column_int(q, 5),
                                            .in_approved_run = th_column_int(q, 6) != 0};
        th_column_copy(q, 1, ret_cost->kind, sizeof(ret_cost->kind));
        th_column_copy(q, 3, ret_cost->login, sizeof(ret_cost->login));
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "deduction_not_found", NULL);
        th_error_add_int(err, "deduction", deduction_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_deduction_withdraw_post(struct th_posting *posting, int64_t deduction_id,
                                          const char *reason, const char *login,
                                          struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "deduction_id", deduction_id);
    th_json_set_text(row, "reason", reason);
    th_json_set_text(row, "login", login);
    return th_post(posting, "deduction_withdrawal", row, err);
}

enum th_status th_deduction_post(struct th_posting *posting, const struct th_deduction *deduction,
                                 int64_t *ret_deduction_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(deduction_id) FROM revenue_deduction";
    int64_t deduction_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &deduction_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "deduction_id", deduction_id);
    th_json_set_int(row, "trade_id", deduction->trade_id);
    th_json_set_text(row, "kind", deduction->kind);
    th_json_set_int(row, "amount_fen", th_money_fen(deduction->amount));
    th_json_set_int(row, "document_id", deduction->document_id);
    status = th_post(posting, "revenue_deduction", row, err);
    if (status == TH_OK) {
        *ret_deduction_id = deduction_id;
    }
    return status;
}

enum th_status th_deduction_total(struct th_store *store, int64_t trade_id,
                                  struct th_money *ret_total, struct th_error *err)
{
    static const char SQL[] =
        "SELECT (SELECT coalesce(sum(amount_fen), 0) FROM revenue_deduction WHERE trade_id = ?1"
        " AND kind <> 'reserve'" STANDING ") + coalesce("
        "(SELECT actual_fen FROM settlement_standing WHERE trade_id = ?1), "
        "(SELECT sum(amount_fen) FROM revenue_deduction WHERE trade_id = ?1"
        " AND kind = 'reserve'" STANDING "), 0)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    int64_t fen = 0;
    enum th_status status = th_stmt_int(q, 0, &fen, err);
    if (status == TH_OK) {
        *ret_total = th_money_from_fen(fen);
    }
    return status;
}

enum th_status th_reserve_load(struct th_store *store, int64_t trade_id,
                               struct th_reserve *ret_reserve, struct th_error *err)
{
    static const char SQL[] =
        "SELECT (SELECT coalesce(sum(amount_fen), 0) FROM revenue_deduction WHERE trade_id = ?1"
        " AND kind = 'reserve'" STANDING "), "
        "(SELECT actual_fen FROM settlement_standing WHERE trade_id = ?1)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_reserve = (struct th_reserve){.reserved = th_column_money(q, 0),
                                           .settled = !th_column_is_null(q, 1),
                                           .actual = th_column_money(q, 1)};
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_settlement_post(struct th_posting *posting,
                                  const struct th_settlement *settlement, int64_t document_id,
                                  int64_t *ret_settlement_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(settlement_id) FROM reserve_settlement";
    int64_t settlement_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &settlement_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "settlement_id", settlement_id);
    th_json_set_int(row, "trade_id", settlement->trade_id);
    th_json_set_int(row, "actual_fen", th_money_fen(settlement->actual));
    th_json_set_int(row, "document_id", document_id);
    th_json_set_text(row, "login", settlement->login);
    status = th_post(posting, "reserve_settlement", row, err);
    if (status == TH_OK) {
        *ret_settlement_id = settlement_id;
    }
    return status;
}

enum th_status th_settlement_load(struct th_store *store, int64_t trade_id,
                                  struct th_settlement *ret_settlement, struct th_error *err)
{
    static const char SQL[] =
        "SELECT c.settlement_id, c.actual_fen, c.login, min(s.distribution_id), "
        "max(x.state = 'approved') FROM settlement_standing c " RUNS_SINCE
        "WHERE c.trade_id = ?1 GROUP BY c.settlement_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_settlement = (struct th_settlement){.settlement_id = th_column_int(q, 0),
                                                 .trade_id = trade_id,
                                                 .actual = th_column_money(q, 1),
                                                 .run_id = th_column_int(q, 3),
                                                 .in_approved_run = th_column_int(q, 4) != 0};
        th_column_copy(q, 2, ret_settlement->login, sizeof(ret_settlement->login));
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_CONFLICT, "reserve_not_settled", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_settlement_withdraw_post(struct th_posting *posting, int64_t settlement_id,
                                           const char *reason, const char *login,
                                           struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "settlement_id", settlement_id);
    th_json_set_text(row, "reason", reason);
    th_json_set_text(row, "login", login);
    return th_post(posting, "settlement_withdrawal", row, err);
}

enum th_status th_distribution_post(struct th_posting *posting, const char *through_on,
                                    const char *login, int64_t *ret_distribution_id,
                                    struct th_error *err)
{
    static const char SQL[] = "SELECT max(distribution_id) FROM distribution";
    int64_t distribution_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &distribution_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "distribution_id", distribution_id);
    th_json_set_text(row, "through_on", through_on);
    th_json_set_text(row, "login", login);
    status = th_post(posting, "distribution", row, err);
    if (status == TH_OK) {
        *ret_distribution_id = distribution_id;
    }
    return status;
}

enum th_status th_distribution_sale_post(struct th_posting *posting, int64_t distribution_id,
                                         int64_t trade_id, int64_t term_id,
                                         const struct th_sale_share *share, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "distribution_id", distribution_id);
    th_json_set_int(row, "trade_id", trade_id);
    th_json_set_int(row, "term_id", term_id);
    th_json_set_int(row, "receipts_fen", th_money_fen(share->receipts));
    th_json_set_int(row, "tax_fen", th_money_fen(share->tax));
    th_json_set_int(row, "cost_fen", th_money_fen(share->cost));
    th_json_set_int(row, "deductions_fen", th_money_fen(share->deductions));
    th_json_set_int(row, "net_fen", th_money_fen(share->net));
    th_json_set_int(row, "distributed_fen", th_money_fen(share->distributed));
    th_json_set_int(row, "kept_fen", th_money_fen(share->kept));
    return th_post(posting, "distribution_sale", row, err);
}

enum th_status th_distribution_payment_post(struct th_posting *posting, int64_t distribution_id,
                                            int64_t trade_id, int64_t ordinal,
                                            const struct th_distribution_payment *payment,
                                            struct th_error *err)
{
    char share[TH_RATIO_TEXT_SIZE];
    struct th_json *row = th_json_object();
    th_json_set_int(row, "distribution_id", distribution_id);
    th_json_set_int(row, "trade_id", trade_id);
    th_json_set_int(row, "ordinal", ordinal);
    th_json_set_int(row, "party_id", payment->party_id);
    if (payment->group_id != 0) {
        th_json_set_int(row, "group_id", payment->group_id);
        th_json_set_text(row, "share", th_ratio_format(payment->share, share));
    }
    th_json_set_int(row, "weight_t", payment->weight_t);
    th_json_set_int(row, "amount_fen", payment->amount_fen);
    return th_post(posting, "distribution_payment", row, err);
}

enum th_status th_distribution_sum(struct th_store *store, int64_t trade_id,
                                   struct th_sale_share *ret_sum, struct th_error *err)
{
    static const char SQL[] =
        "SELECT coalesce(sum(receipts_fen), 0), coalesce(sum(tax_fen), 0), "
        "coalesce(sum(cost_fen), 0), coalesce(sum(deductions_fen), 0), coalesce(sum(net_fen), 0), "
        "coalesce(sum(distributed_fen), 0), coalesce(sum(kept_fen), 0) "
        "FROM distribution_sale s WHERE trade_id = ?1 AND " NOT_REJECTED;
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_sum = (struct th_sale_share){.receipts = th_column_money(q, 0),
                                          .tax = th_column_money(q, 1),
                                          .cost = th_column_money(q, 2),
                                          .deductions = th_column_money(q, 3),
                                          .net = th_column_money(q, 4),
                                          .distributed = th_column_money(q, 5),
                                          .kept = th_column_money(q, 6)};
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_sales_between(struct th_store *store, const char *from_on, const char *to_on,
                                int64_t **ret_trade_ids, size_t *ret_n, struct th_error *err)
{
    static const char SQL[] =
        "SELECT t.trade_id FROM trade t WHERE t.kind IN " TH_SHARED_KINDS
        " AND t.state = 'approved' AND " TH_NOT_CORRECTED " AND t.on_date >= ?1 "
        "AND (?2 IS NULL OR t.on_date <= ?2) ORDER BY t.trade_id";
    struct th_id_list ids = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, from_on);
    th_bind_text(q, 2, to_on[0] != '\0' ? to_on : NULL);
    enum th_status status = th_id_list_collect(q, &ids, err);
    if (status == TH_OK) {
        *ret_trade_ids = ids.ids;
        *ret_n = ids.n;
    }
    return status;
}

enum th_status th_promises_open(struct th_store *store, int64_t **ret_trade_ids, size_t *ret_n,
                                struct th_error *err)
{
    static const char SQL[] =
        "SELECT t.trade_id FROM unit_lock k JOIN trade t ON t.trade_id = k.lock_id "
        "WHERE k.placed_t > k.posted_t + k.released_t AND t.state = 'approved' "
        "AND t.kind IN ('listing', 'option', 'subscription', 'forward', 'pledge') "
        "ORDER BY t.trade_id";
    struct th_id_list ids = {0};
    enum th_status status = th_id_list_collect(th_db_query(store, SQL), &ids, err);
    if (status == TH_OK) {
        *ret_trade_ids = ids.ids;
        *ret_n = ids.n;
    }
    return status;
}

enum th_status th_distribution_due(struct th_store *store, const char *through_on,
                                   int64_t **ret_trade_ids, size_t *ret_n, struct th_error *err)
{
    static const char SQL[] =
        "SELECT t.trade_id FROM trade t WHERE t.kind IN " TH_SHARED_KINDS
        " AND t.state = 'approved' "
        "AND " TH_NOT_CORRECTED " AND EXISTS (SELECT 1 FROM trade_line l WHERE l.trade_id = "
        "t.trade_id "
        "AND l.pool_id IS NOT NULL) AND "
        "((SELECT sum(r.amount_fen) FROM receipt_standing r WHERE r.trade_id = t.trade_id "
        "AND r.on_date <= ?1) > coalesce((SELECT sum(s.receipts_fen) FROM distribution_sale s "
        "WHERE s.trade_id = t.trade_id AND " NOT_REJECTED "), 0) "
        // A run that was proposed before the reserve was settled reckoned with the reserve. What it
        // left goes with what came in: not while receipts that runs took are taken back.
        "OR (coalesce((SELECT sum(r.amount_fen) FROM receipt_standing r WHERE r.trade_id = "
        "t.trade_id), 0) >= coalesce((SELECT sum(s.receipts_fen) FROM distribution_sale s "
        "WHERE s.trade_id = t.trade_id AND " NOT_REJECTED
        "), 0) AND (SELECT z.seq FROM settlement_standing z WHERE z.trade_id = t.trade_id) > "
        "(SELECT max(d.seq) FROM distribution_sale s JOIN distribution d USING (distribution_id) "
        "WHERE s.trade_id = t.trade_id AND " NOT_REJECTED "))) ORDER BY t.trade_id";
    struct th_id_list ids = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, through_on);
    enum th_status status = th_id_list_collect(q, &ids, err);
    if (status == TH_OK) {
        *ret_trade_ids = ids.ids;
        *ret_n = ids.n;
    }
    return status;
}

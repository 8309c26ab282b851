// Revenue as rows.
#include "store/revenue_store.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/db_internal.h"
#include "store/id_list_internal.h"

enum th_status th_term_insert(struct th_store *store, const struct th_term *term, int64_t seq,
                              int64_t *ret_term_id, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO revenue_term (from_on, to_on, basis, ratio, "
                              "document_id, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    static const char SQL_SPLIT[] =
        "INSERT INTO revenue_term_split (term_id, party_kind, share) VALUES (?1, ?2, ?3)";
    char ratio[TH_RATIO_TEXT_SIZE];
    int64_t term_id = 0;
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, term->from_on);
    th_bind_text(q, 2, term->to_on[0] != '\0' ? term->to_on : NULL);
    th_bind_text(q, 3, term->basis);
    th_bind_text(q, 4, th_ratio_format(term->ratio, ratio));
    th_bind_int(q, 5, term->document_id);
    th_bind_int(q, 6, seq);
    enum th_status status = th_stmt_insert(q, &term_id, err);
    for (size_t i = 0; i < term->n_splits && status == TH_OK; i++) {
        q = th_db_query(store, SQL_SPLIT);
        th_bind_int(q, 1, term_id);
        th_bind_text(q, 2, term->splits[i].party_kind);
        th_bind_text(q, 3, th_ratio_format(term->splits[i].share, ratio));
        status = th_stmt_run(q, err);
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
        "SELECT party_kind, share FROM revenue_term_split WHERE term_id = ?1 ORDER BY party_kind";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, term->term_id);
    enum th_status status = TH_OK;
    term->n_splits = 0;
    while (term->n_splits < TH_TERM_SPLITS_MAX && th_stmt_next(q, &status, err)) {
        struct th_term_split *split = &term->splits[term->n_splits++];
        th_column_copy(q, 0, split->party_kind, sizeof(split->party_kind));
        status = th_ratio_parse(th_column_text(q, 1), &split->share, err);
    }
    th_stmt_done(q);
    return status;
}

#define TERM_COLUMNS "term_id, from_on, to_on, basis, ratio, document_id"

static enum th_status read_term(struct th_store *store, struct th_stmt *q, struct th_term *ret_term,
                                struct th_error *err)
{
    memset(ret_term, 0, sizeof(*ret_term));
    ret_term->term_id = th_column_int(q, 0);
    th_column_copy(q, 1, ret_term->from_on, sizeof(ret_term->from_on));
    th_column_copy(q, 2, ret_term->to_on, sizeof(ret_term->to_on));
    th_column_copy(q, 3, ret_term->basis, sizeof(ret_term->basis));
    ret_term->document_id = th_column_int(q, 5);
    enum th_status status = th_ratio_parse(th_column_text(q, 4), &ret_term->ratio, err);
    return status == TH_OK ? read_splits(store, ret_term, err) : status;
}

enum th_status th_term_load(struct th_store *store, int64_t term_id, struct th_term *ret_term,
                            struct th_error *err)
{
    static const char SQL[] = "SELECT " TERM_COLUMNS " FROM revenue_term WHERE term_id = ?1";
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
    static const char SQL[] = "SELECT " TERM_COLUMNS " FROM revenue_term ORDER BY from_on, term_id";
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

enum th_status th_term_on(struct th_store *store, const char *on_date, int64_t *ret_n,
                          int64_t *ret_term_id, struct th_error *err)
{
    // An open term ends where a later one of its basis begins.
    static const char SQL[] =
        "SELECT count(*), min(term_id) FROM revenue_term t "
        "WHERE from_on <= ?1 AND (to_on >= ?1 OR (to_on IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM revenue_term l WHERE l.basis = t.basis AND l.from_on > t.from_on"
        " AND l.from_on <= ?1)))";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, on_date);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_n = th_column_int(q, 0);
        *ret_term_id = th_column_int(q, 1);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_term_overlap(struct th_store *store, const struct th_term *term,
                               int64_t *ret_term_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT min(term_id) FROM revenue_term WHERE basis = ?1 "
        "AND (?3 IS NULL OR from_on <= ?3) AND (to_on IS NULL OR to_on >= ?2) "
        "AND NOT (to_on IS NULL AND from_on < ?2) AND NOT (?3 IS NULL AND from_on > ?2)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, term->basis);
    th_bind_text(q, 2, term->from_on);
    th_bind_text(q, 3, term->to_on[0] != '\0' ? term->to_on : NULL);
    return th_stmt_int(q, 0, ret_term_id, err);
}

enum th_status th_deduction_insert(struct th_store *store, const struct th_deduction *deduction,
                                   int64_t seq, int64_t *ret_deduction_id, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO revenue_deduction (trade_id, kind, amount_fen, "
                              "document_id, seq) VALUES (?1, ?2, ?3, ?4, ?5)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, deduction->trade_id);
    th_bind_text(q, 2, deduction->kind);
    th_bind_money(q, 3, deduction->amount);
    th_bind_int(q, 4, deduction->document_id);
    th_bind_int(q, 5, seq);
    return th_stmt_insert(q, ret_deduction_id, err);
}

enum th_status th_deduction_total(struct th_store *store, int64_t trade_id,
                                  struct th_money *ret_total, struct th_error *err)
{
    static const char SQL[] = "SELECT sum(amount_fen) FROM revenue_deduction WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    int64_t fen = 0;
    enum th_status status = th_stmt_int(q, 0, &fen, err);
    if (status == TH_OK) {
        *ret_total = th_money_from_fen(fen);
    }
    return status;
}

enum th_status th_distribution_insert(struct th_store *store, const char *through_on,
                                      const char *login, int64_t seq, int64_t *ret_distribution_id,
                                      struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO distribution (through_on, login, seq) VALUES (?1, ?2, ?3)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, through_on);
    th_bind_text(q, 2, login);
    th_bind_int(q, 3, seq);
    return th_stmt_insert(q, ret_distribution_id, err);
}

enum th_status th_distribution_sale_insert(struct th_store *store, int64_t distribution_id,
                                           int64_t trade_id, int64_t term_id,
                                           const struct th_sale_share *share, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO distribution_sale (distribution_id, trade_id, term_id, "
                              "receipts_fen, tax_fen, cost_fen, deductions_fen, net_fen, "
                              "distributed_fen, kept_fen) "
                              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, distribution_id);
    th_bind_int(q, 2, trade_id);
    th_bind_int(q, 3, term_id);
    th_bind_money(q, 4, share->receipts);
    th_bind_money(q, 5, share->tax);
    th_bind_money(q, 6, share->cost);
    th_bind_money(q, 7, share->deductions);
    th_bind_money(q, 8, share->net);
    th_bind_money(q, 9, share->distributed);
    th_bind_money(q, 10, share->kept);
    return th_stmt_run(q, err);
}

enum th_status th_distribution_payment_insert(struct th_store *store, int64_t distribution_id,
                                              int64_t trade_id, int64_t party_id,
                                              struct th_units weight, struct th_money amount,
                                              struct th_error *err)
{
    static const char SQL[] = "INSERT INTO distribution_payment (distribution_id, trade_id, "
                              "party_id, weight_t, amount_fen) VALUES (?1, ?2, ?3, ?4, ?5)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, distribution_id);
    th_bind_int(q, 2, trade_id);
    th_bind_int(q, 3, party_id);
    th_bind_units(q, 4, weight);
    th_bind_money(q, 5, amount);
    return th_stmt_run(q, err);
}

enum th_status th_distribution_sum(struct th_store *store, int64_t trade_id,
                                   struct th_sale_share *ret_sum, struct th_error *err)
{
    static const char SQL[] =
        "SELECT coalesce(sum(receipts_fen), 0), coalesce(sum(tax_fen), 0), "
        "coalesce(sum(cost_fen), 0), coalesce(sum(deductions_fen), 0), coalesce(sum(net_fen), 0), "
        "coalesce(sum(distributed_fen), 0), coalesce(sum(kept_fen), 0) "
        "FROM distribution_sale WHERE trade_id = ?1";
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

enum th_status th_distribution_due(struct th_store *store, const char *through_on,
                                   int64_t **ret_trade_ids, size_t *ret_n, struct th_error *err)
{
    static const char SQL[] =
        "SELECT t.trade_id FROM trade t WHERE t.kind = 'resale' AND t.state = 'approved' AND "
        "(SELECT sum(r.amount_fen) FROM receipt r WHERE r.trade_id = t.trade_id "
        "AND r.on_date <= ?1) > coalesce((SELECT sum(s.receipts_fen) FROM distribution_sale s "
        "WHERE s.trade_id = t.trade_id), 0) ORDER BY t.trade_id";
    struct th_id_list ids = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, through_on);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        status = th_id_list_append(&ids, th_column_int(q, 0), err);
    }
    th_stmt_done(q);
    if (status != TH_OK) {
        free(ids.ids);
        return status;
    }
    *ret_trade_ids = ids.ids;
    *ret_n = ids.n;
    return TH_OK;
}

enum th_status th_payment_each(struct th_store *store, int64_t party_id,
                               bool (*visit)(void *context, const struct th_payment_row *row),
                               void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT p.distribution_id, p.trade_id, s.term_id, d.through_on, t.on_date, t.tonnes, "
        "t.price_fen, s.net_fen, p.weight_t, p.amount_fen FROM distribution_payment p "
        "JOIN distribution d USING (distribution_id) "
        "JOIN distribution_sale s USING (distribution_id, trade_id) JOIN trade t USING (trade_id) "
        "WHERE p.party_id = ?1 ORDER BY p.distribution_id, p.trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_payment_row payment = {.distribution_id = th_column_int(q, 0),
                                         .trade_id = th_column_int(q, 1),
                                         .term_id = th_column_int(q, 2),
                                         .through_on = th_column_text(q, 3),
                                         .on_date = th_column_text(q, 4),
                                         .tonnes = th_column_units(q, 5),
                                         .has_price = !th_column_is_null(q, 6),
                                         .price_per_t = th_column_money(q, 6),
                                         .net = th_column_money(q, 7),
                                         .weight = th_column_units(q, 8),
                                         .amount = th_column_money(q, 9)};
        go_on = visit(context, &payment);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_purchase_each(struct th_store *store, int64_t party_id,
                                bool (*visit)(void *context, const struct th_purchase_row *row),
                                void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT t.trade_id, l.package_id, p.name, t.on_date, l.tonnes, t.price_fen, l.amount_fen "
        "FROM trade_line l JOIN trade t USING (trade_id) JOIN package p USING (package_id) "
        "WHERE l.seller_id = ?1 AND t.kind = 'purchase' AND t.state = 'approved' "
        "ORDER BY t.trade_id, l.ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_purchase_row purchase = {.trade_id = th_column_int(q, 0),
                                           .package_id = th_column_int(q, 1),
                                           .package = th_column_text(q, 2),
                                           .on_date = th_column_text(q, 3),
                                           .tonnes = th_column_units(q, 4),
                                           .has_price = !th_column_is_null(q, 5),
                                           .price_per_t = th_column_money(q, 5),
                                           .amount = th_column_money(q, 6)};
        go_on = visit(context, &purchase);
    }
    th_stmt_done(q);
    return status;
}

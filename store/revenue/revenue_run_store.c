// Runs as rows.
#include "store/revenue/revenue_run_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/journal/posting_internal.h"

#define RUN_COLUMNS                                                                                \
    "d.distribution_id, d.through_on, coalesce(x.state, 'proposed'), d.login, x.login, "           \
    "x.on_date, "                                                                                  \
    "x.reason, x.alone_rule_id, d.seq, "                                                           \
    "coalesce(sum(s.receipts_fen), 0), coalesce(sum(s.tax_fen), 0), "                              \
    "coalesce(sum(s.cost_fen), 0), coalesce(sum(s.deductions_fen), 0), "                           \
    "coalesce(sum(s.net_fen), 0), coalesce(sum(s.distributed_fen), 0), "                           \
    "coalesce(sum(s.kept_fen), 0) FROM distribution d "                                            \
    "LEFT JOIN distribution_decision x USING (distribution_id) "                                   \
    "LEFT JOIN distribution_sale s USING (distribution_id) "

static void read_run(struct th_stmt *q, struct th_run *run)
{
    *run = (struct th_run){0};
    run->distribution_id = th_column_int(q, 0);
    th_column_copy(q, 1, run->through_on, sizeof(run->through_on));
    th_column_copy(q, 2, run->state, sizeof(run->state));
    th_column_copy(q, 3, run->proposed_by, sizeof(run->proposed_by));
    th_column_copy(q, 4, run->decided_by, sizeof(run->decided_by));
    th_column_copy(q, 5, run->decided_on, sizeof(run->decided_on));
    th_column_copy(q, 6, run->reason, sizeof(run->reason));
    run->alone_rule_id = th_column_int(q, 7);
    run->seq = th_column_int(q, 8);
    run->sum = (struct th_sale_share){.receipts = th_column_money(q, 9),
                                      .tax = th_column_money(q, 10),
                                      .cost = th_column_money(q, 11),
                                      .deductions = th_column_money(q, 12),
                                      .net = th_column_money(q, 13),
                                      .distributed = th_column_money(q, 14),
                                      .kept = th_column_money(q, 15)};
}

enum th_status th_run_load(struct th_store *store, int64_t distribution_id, struct th_run *ret_run,
                           struct th_error *err)
{
    static const char SQL[] =
        "SELECT " RUN_COLUMNS "WHERE d.distribution_id = ?1 GROUP BY d.distribution_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, distribution_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        read_run(q, ret_run);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "revenue_run_not_found", NULL);
        th_error_add_int(err, "run", distribution_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_run_each(struct th_store *store, const char *state,
                           bool (*visit)(void *context, const struct th_run *run), void *context,
                           struct th_error *err)
{
    static const char SQL[] =
        "SELECT " RUN_COLUMNS "WHERE (?1 IS NULL OR coalesce(x.state, 'proposed') = ?1) "
        "GROUP BY d.distribution_id ORDER BY d.distribution_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, state);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_run run;
        read_run(q, &run);
        go_on = visit(context, &run);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_run_decide(struct th_posting *posting, const struct th_run_decision *decision,
                             struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "distribution_id", decision->distribution_id);
    th_json_set_text(row, "state", decision->state);
    th_json_set_text(row, "login", decision->login);
    th_json_set_text(row, "on_date", decision->on_date);
    th_post_set_word(row, "reason", decision->reason);
    th_post_set_id(row, "alone_rule_id", decision->alone_rule_id);
    return th_post(posting, "distribution_decision", row, err);
}

enum th_status th_run_pending(struct th_store *store, int64_t trade_id, int64_t seller_id,
                              int64_t *ret_run_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT min(s.distribution_id) FROM distribution_sale s JOIN trade t USING (trade_id) "
        "WHERE (?1 IS NULL OR s.trade_id = ?1) AND (?2 IS NULL OR t.seller_id = ?2) "
        "AND NOT EXISTS (SELECT 1 FROM distribution_decision x "
        "WHERE x.distribution_id = s.distribution_id)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_id(q, 1, trade_id);
    th_bind_id(q, 2, seller_id);
    enum th_status status = TH_OK;
    int64_t run_id = 0;
    if (th_stmt_next(q, &status, err)) {
        run_id = th_column_int(q, 0);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_run_id = run_id;
    }
    return status;
}

// Makes room for one more of `n` items in steps; NULL when out of memory, `items` stays the
// caller's.
static void *grown(void *items, size_t n, size_t size)
{
    // A power of two is full.
    if (n != 0 && (n & (n - 1)) != 0) {
        return items;
    }
    return realloc(items, (n == 0 ? 1 : n * 2) * size);
}

enum th_status th_run_sales(struct th_store *store, int64_t distribution_id,
                            struct th_run_sale_list *ret_list, struct th_error *err)
{
    static const char SQL[] =
        "SELECT s.trade_id, s.term_id, t.seller_id, s.receipts_fen, s.tax_fen, s.cost_fen, "
        "s.deductions_fen, s.net_fen, s.distributed_fen, s.kept_fen FROM distribution_sale s "
        "JOIN trade t USING (trade_id) WHERE s.distribution_id = ?1 ORDER BY s.trade_id";
    struct th_run_sale_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, distribution_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        struct th_run_sale *items = grown(list.items, list.n, sizeof(*items));
        if (!items) {
            status = th_error_no_memory(err);
            break;
        }
        list.items = items;
        list.items[list.n++] = (struct th_run_sale){.trade_id = th_column_int(q, 0),
                                                    .term_id = th_column_int(q, 1),
                                                    .seller_id = th_column_int(q, 2),
                                                    .share = {.receipts = th_column_money(q, 3),
                                                              .tax = th_column_money(q, 4),
                                                              .cost = th_column_money(q, 5),
                                                              .deductions = th_column_money(q, 6),
                                                              .net = th_column_money(q, 7),
                                                              .distributed = th_column_money(q, 8),
                                                              .kept = th_column_money(q, 9)}};
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_list = list;
    } else {
        free(list.items);
    }
    return status;
}

#define PARTS(which)                                                                               \
    "SELECT p.trade_id, t.seller_id, p.party_id, sum(p.amount_fen) "                               \
    "FROM distribution_payment p JOIN trade t USING (trade_id) WHERE " which                       \
    " GROUP BY p.trade_id, p.party_id HAVING sum(p.amount_fen) > 0 "                               \
    "ORDER BY p.trade_id, p.party_id"

enum th_status th_run_parts(struct th_store *store, int64_t distribution_id, int64_t party_id,
                            struct th_run_part_list *ret_list, struct th_error *err)
{
    static const char SQL_ALL[] = PARTS("p.distribution_id = ?1 AND ?2 IS NULL");
    // By the index of parties: a run may have ten thousand.
    static const char SQL_PARTY[] = PARTS("p.party_id = ?2 AND +p.distribution_id = ?1");
    struct th_run_part_list list = {0};
    struct th_stmt *q = th_db_query(store, party_id != 0 ? SQL_PARTY : SQL_ALL);
    th_bind_int(q, 1, distribution_id);
    th_bind_id(q, 2, party_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        struct th_run_part *items = grown(list.items, list.n, sizeof(*items));
        if (!items) {
            status = th_error_no_memory(err);
            break;
        }
        list.items = items;
        list.items[list.n++] = (struct th_run_part){.trade_id = th_column_int(q, 0),
                                                    .payer_id = th_column_int(q, 1),
                                                    .party_id = th_column_int(q, 2),
                                                    .amount = th_column_money(q, 3)};
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_list = list;
    } else {
        free(list.items);
    }
    return status;
}

enum th_status th_run_cost_each(struct th_store *store, int64_t distribution_id,
                                bool (*visit)(void *context, const struct th_run_cost *cost),
                                void *context, struct th_error *err)
{
    static const char SQL[] =
        "WITH cost AS (SELECT o.trade_id, o.kind, o.amount_fen, o.document_id, o.seq AS listed,"
        " w.seq AS back, o.deduction_id FROM revenue_deduction o"
        " LEFT JOIN deduction_withdrawal w USING (deduction_id) "
        "UNION ALL SELECT z.trade_id, 'reserve_settled', z.actual_fen, z.document_id, z.seq, "
        "w.seq, NULL FROM reserve_settlement z LEFT JOIN settlement_withdrawal w "
        "USING (settlement_id)) "
        "SELECT c.trade_id, c.kind, c.amount_fen, d.sha256, l.login, b.login, c.deduction_id "
        "FROM distribution r JOIN distribution_sale s USING (distribution_id) "
        "JOIN cost c ON c.trade_id = s.trade_id AND coalesce(c.back, c.listed) < r.seq "
        "AND coalesce(c.back, c.listed) > coalesce(("
        "SELECT max(p.seq) FROM distribution_sale o JOIN distribution p USING (distribution_id) "
        "JOIN distribution_decision x USING (distribution_id) WHERE o.trade_id = s.trade_id "
        "AND p.seq < r.seq AND x.state = 'approved'), 0) "
        "JOIN document d USING (document_id) JOIN journal l ON l.seq = c.listed "
        "LEFT JOIN journal b ON b.seq = c.back "
        "WHERE r.distribution_id = ?1 ORDER BY coalesce(c.back, c.listed)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, distribution_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_run_cost cost = {.trade_id = th_column_int(q, 0),
                                   .deduction_id = th_column_int(q, 6),
                                   .kind = th_column_text(q, 1),
                                   .amount = th_column_money(q, 2),
                                   .listed_by = th_column_text(q, 4),
                                   .withdrawn_by = th_column_text(q, 5)};
        th_column_hash(q, 3, &cost.document_sha256);
        go_on = visit(context, &cost);
    }
    th_stmt_done(q);
    return status;
}

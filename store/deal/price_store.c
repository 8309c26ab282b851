#include "store/deal/price_store.h"

#include "store/db_internal.h"
#include "store/deal/sale_internal.h"

enum th_status th_price_each(struct th_store *store, const struct th_price_question *question,
                             bool (*visit)(void *context, const struct th_price *price),
                             void *context, struct th_error *err)
{
    // A prefix is country, division, ground, vintage and package: 'CN-330523-BAM-2021-000007'; of a
    // division of 2, 4 or 6 digits.
    static const char SQL[] =
        "WITH moved AS (SELECT DISTINCT e.trade_id, b.issuance_id FROM unit_event e JOIN "
        "unit_block b USING (block_id) WHERE e.from_owner_id <> e.owner_id AND e.trade_id IS NOT "
        "NULL), "
        "told AS (SELECT m.trade_id, i.vintage, k.methodology, substr(substr(i.prefix, 4), "
        "instr(substr(i.prefix, 4), '-') + 1, 3) AS ground FROM moved m JOIN issuance i USING "
        "(issuance_id) JOIN package k USING (package_id)) "
        "SELECT t.trade_id, t.kind, t.on_date, t.tonnes, t.amount_fen, (SELECT min(vintage) FROM "
        "told o WHERE o.trade_id = t.trade_id), (SELECT max(vintage) FROM told o WHERE o.trade_id "
        "= t.trade_id), (SELECT group_concat(methodology, ' ') FROM (SELECT DISTINCT methodology "
        "FROM told o WHERE o.trade_id = t.trade_id ORDER BY 1)), (SELECT group_concat(ground, ' ') "
        "FROM (SELECT DISTINCT ground FROM told o WHERE o.trade_id = t.trade_id ORDER BY 1)) "
        "FROM trade t WHERE t.state = 'approved' AND t.kind <> 'correction' AND " TH_NOT_CORRECTED
        " AND t.amount_fen > 0 AND t.tonnes > 0 "
        "AND (?1 IS NULL OR t.kind = ?1) AND (?2 IS NULL OR t.on_date >= ?2) AND (?3 IS NULL OR "
        "t.on_date <= ?3) AND EXISTS (SELECT 1 FROM told o WHERE o.trade_id = t.trade_id AND (?4 "
        "IS NULL OR o.vintage = ?4)) ORDER BY t.on_date, t.trade_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, question->kind);
    th_bind_text(q, 2, question->from);
    th_bind_text(q, 3, question->to);
    th_bind_id(q, 4, question->vintage);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_price price = {.trade_id = th_column_int(q, 0),
                                       .kind = th_column_text(q, 1),
                                       .on_date = th_column_text(q, 2),
                                       .units = th_column_units(q, 3),
                                       .amount = th_column_money(q, 4),
                                       .first_vintage = (int)th_column_int(q, 5),
                                       .last_vintage = (int)th_column_int(q, 6),
                                       .methodologies = th_column_text(q, 7),
                                       .grounds = th_column_text(q, 8)};
        go_on = visit(context, &price);
    }
    th_stmt_done(q);
    return status;
}

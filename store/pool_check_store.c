// Do the stocks of pools agree with the deals and with where their units stand?
#include "store/ledger_internal.h"
#include "store/sale_internal.h"

// By package: bought = sold + used + what its owner still holds of the pool. Sold are the lines of
// sales, and what lies under the lock of a promise to sell, which drew it with its cost when it was
// made; used is what its owner ended or gave away, and what is pledged.
enum th_status th_pool_check(struct th_store *store, int64_t pool_id, struct th_error *err)
{
    static const char SQL[] =
        "WITH live AS (SELECT l.trade_id, l.package_id, l.tonnes, l.cost_fen, t.kind, t.of_trade_id"
        " FROM trade_line l JOIN trade t USING (trade_id) WHERE l.pool_id = ?1"
        " AND t.state IN ('proposed', 'approved')), "
        "line AS (SELECT package_id, sum(tonnes * (kind IN " TH_SALE_KINDS ")) AS sold_t,"
        " sum(cost_fen * (kind IN " TH_SALE_KINDS ")) AS cost_fen,"
        " sum(tonnes * (kind IN ('retirement', 'transfer', 'cancellation'))) AS used_t"
        " FROM live GROUP BY package_id), "
        "stand AS (SELECT i.package_id,"
        " sum((b.last - b.first + 1) * (b.state = 'held')) AS held_t,"
        " sum((b.last - b.first + 1) * (coalesce(t.kind, '') IN " TH_PROMISE_KINDS ")) AS sold_t,"
        " sum((b.last - b.first + 1) * (coalesce(t.kind, '') IN ('pledge', 'release'))) AS used_t"
        " FROM pool_share p JOIN issuance i USING (package_id) JOIN unit_block b USING"
        " (issuance_id) LEFT JOIN unit_lock k USING (lock_id)"
        " LEFT JOIN trade t ON t.trade_id = k.trade_id"
        " WHERE p.pool_id = ?1 AND b.pool_id = p.pool_id AND b.owner_id = p.owner_id"
        " AND b.state IN ('held', 'locked') AND b.state <> 'split' GROUP BY i.package_id), "
        // What is left of the cost of promises that still hold units.
        "open AS (SELECT l.trade_id, l.package_id, l.cost_fen FROM live l"
        " JOIN unit_lock k USING (trade_id) WHERE l.kind IN " TH_PROMISE_KINDS
        " AND k.posted_t + k.released_t < k.placed_t), "
        "promise AS (SELECT package_id, sum(cost_fen) AS cost_fen FROM ("
        "SELECT package_id, cost_fen FROM open UNION ALL SELECT l.package_id, -l.cost_fen"
        " FROM live l JOIN open o ON o.trade_id = l.of_trade_id AND o.package_id = l.package_id)"
        " GROUP BY package_id), "
        "bought AS (SELECT package_id, sum(tonnes) AS tonnes FROM trade_line WHERE trade_id = ?1"
        " GROUP BY package_id) "
        "SELECT count(*) FROM pool_share p LEFT JOIN line USING (package_id)"
        " LEFT JOIN stand USING (package_id) LEFT JOIN promise USING (package_id)"
        " LEFT JOIN bought USING (package_id) WHERE p.pool_id = ?1 AND NOT ("
        "p.bought_t = coalesce(bought.tonnes, 0)"
        " AND p.sold_t = coalesce(line.sold_t, 0) + coalesce(stand.sold_t, 0)"
        " AND p.sold_cost_fen = coalesce(line.cost_fen, 0) + coalesce(promise.cost_fen, 0)"
        " AND p.used_t = coalesce(line.used_t, 0) + coalesce(stand.used_t, 0)"
        " AND p.bought_t = p.sold_t + p.used_t + coalesce(stand.held_t, 0))";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, pool_id);
    int64_t n_wrong = 0;
    enum th_status status = th_stmt_int(q, 0, &n_wrong, err);
    if (status == TH_OK && n_wrong != 0) {
        status = th_error_set(err, TH_INVARIANT, "pool_broken", NULL);
        th_error_add_int(err, "pool", pool_id);
    }
    return status;
}

// Do the stocks of pools agree with the deals and with where their units stand?
#include "store/check_internal.h"
#include "store/deal/sale_internal.h"
#include "store/ledger/ledger_internal.h"

// By pool and package: bought = sold + used + what its owner still holds of the pool. Sold are the
// lines of sales, and what lies under the lock of a promise to sell, which drew it with its cost
// when it was made; used is what its owner ended or gave away, and what is pledged.
enum th_status th_pool_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err)
{
    static const char SQL_POOLS[] = "SELECT count(DISTINCT pool_id) FROM pool_share";
    static const char SQL_WRONG[] =
        "WITH live AS (SELECT l.pool_id, l.trade_id, l.package_id, l.tonnes, l.cost_fen, t.kind,"
        " t.of_trade_id FROM trade_line l JOIN trade t USING (trade_id) WHERE l.pool_id IS NOT NULL"
        " AND t.state IN ('proposed', 'approved') AND " TH_NOT_CORRECTED "), "
        "line AS (SELECT pool_id, package_id, sum(tonnes * (kind IN " TH_SALE_KINDS ")) AS sold_t,"
        " sum(cost_fen * (kind IN " TH_SALE_KINDS ")) AS cost_fen,"
        " sum(tonnes * (kind IN ('retirement', 'transfer', 'cancellation', 'correction')))"
        " AS used_t"
        " FROM live GROUP BY pool_id, package_id), "
        "stand AS (SELECT p.pool_id, p.package_id,"
        " sum((b.last - b.first + 1) * (b.state = 'held')) AS held_t,"
        " sum((b.last - b.first + 1) * (coalesce(t.kind, '') IN " TH_PROMISE_KINDS ")) AS sold_t,"
        " sum((b.last - b.first + 1) * (coalesce(t.kind, '') IN ('pledge', 'release'))) AS used_t"
        " FROM unit_block b JOIN issuance i USING (issuance_id) JOIN pool_share p"
        " ON p.pool_id = b.pool_id AND p.package_id = i.package_id AND p.owner_id = b.owner_id"
        " LEFT JOIN trade t ON t.trade_id = b.lock_id"
        " WHERE b.state IN ('held', 'locked') GROUP BY p.pool_id, p.package_id), "
        // What is left of the cost of promises that still hold units.
        "open AS (SELECT l.pool_id, l.trade_id, l.package_id, l.cost_fen FROM live l"
        " JOIN unit_lock k ON k.lock_id = l.trade_id WHERE l.kind IN " TH_PROMISE_KINDS
        " AND k.posted_t + k.released_t < k.placed_t), "
        "promise AS (SELECT pool_id, package_id, sum(cost_fen) AS cost_fen FROM ("
        "SELECT pool_id, package_id, cost_fen FROM open UNION ALL"
        " SELECT l.pool_id, l.package_id, -l.cost_fen FROM live l JOIN open o"
        " ON o.trade_id = l.of_trade_id AND o.package_id = l.package_id AND o.pool_id = l.pool_id)"
        " GROUP BY pool_id, package_id), "
        "bought AS (SELECT trade_id AS pool_id, package_id, sum(tonnes) AS tonnes FROM trade_line"
        " WHERE trade_id IN (SELECT pool_id FROM pool_share) GROUP BY trade_id, package_id) "
        "SELECT p.pool_id FROM pool_share p LEFT JOIN line USING (pool_id, package_id)"
        " LEFT JOIN stand USING (pool_id, package_id)"
        " LEFT JOIN promise USING (pool_id, package_id)"
        " LEFT JOIN bought USING (pool_id, package_id) WHERE NOT ("
        "p.bought_t = coalesce(bought.tonnes, 0)"
        " AND p.sold_t = coalesce(line.sold_t, 0) + coalesce(stand.sold_t, 0)"
        " AND p.sold_cost_fen = coalesce(line.cost_fen, 0) + coalesce(promise.cost_fen, 0)"
        " AND p.used_t = coalesce(line.used_t, 0) + coalesce(stand.used_t, 0)"
        " AND p.bought_t = p.sold_t + p.used_t + coalesce(stand.held_t, 0)"
        " AND p.is_open = (p.sold_t + p.used_t < p.bought_t))"
        " ORDER BY p.pool_id LIMIT 1";
    const struct th_check_query query = {.name = "pool_stock",
                                         .sql_count = SQL_POOLS,
                                         .sql_wrong = SQL_WRONG,
                                         .key = "pool_broken",
                                         .argument = "pool"};
    return th_check_run(store, &query, sink, err);
}

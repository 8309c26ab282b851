#include "store/deal/correction_store.h"

#include "store/deal/sale_internal.h"
#include "store/ledger/ledger_internal.h"

enum th_status th_trade_correction(struct th_store *store, int64_t trade_id,
                                   int64_t *ret_correction_id, struct th_error *err)
{
    static const char SQL[] = "SELECT trade_id FROM trade WHERE of_trade_id = ?1 "
                              "AND kind = 'correction' AND state = 'approved'";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return th_stmt_int(q, 0, ret_correction_id, err);
}

enum th_status th_trade_acted_upon(struct th_store *store, int64_t trade_id, int64_t without_id,
                                   int64_t *ret_other_id, struct th_error *err)
{
    static const char SQL[] = "SELECT min(trade_id) FROM trade WHERE of_trade_id = ?1 "
                              "AND trade_id <> ?2 AND state IN ('proposed', 'approved')";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_int(q, 2, without_id);
    return th_stmt_int(q, 0, ret_other_id, err);
}

enum th_status th_trade_distributed(struct th_store *store, int64_t trade_id, bool *ret_distributed,
                                    struct th_error *err)
{
    static const char SQL[] =
        "SELECT count(*) FROM distribution_sale s WHERE s.trade_id = ?1 AND NOT EXISTS (SELECT 1 "
        "FROM distribution_decision d WHERE d.distribution_id = s.distribution_id "
        "AND d.state = 'rejected')";
    int64_t n = 0;
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = th_stmt_int(q, 0, &n, err);
    if (status == TH_OK) {
        *ret_distributed = n > 0;
    }
    return status;
}

enum th_status th_trade_origins(struct th_store *store, int64_t trade_id,
                                struct th_block_list *ret_ranges, struct th_error *err)
{
    // Coming under the deal's own lock changes neither owner nor pool; what is delivered may come
    // under a promise of its new owner by the same deal, which is no origin.
    static const char SQL[] =
        "SELECT b.block_id, b.issuance_id, b.first, b.last, 'held', e.owner_id, e.pool_id, NULL "
        "FROM unit_event e JOIN unit_block b USING (block_id) WHERE e.trade_id = ?1 "
        "AND e.event IN ('lock', 'relock') AND e.lock_id = e.trade_id ORDER BY b.issuance_id, "
        "b.first";
    struct th_block_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        struct th_block block;
        th_block_read(q, &block);
        status = th_block_list_append(&list, &block, err);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_ranges = list;
    } else {
        th_block_list_clear(&list);
    }
    return status;
}

enum th_status th_trade_paid(struct th_store *store, int64_t trade_id,
                             struct th_claim_list *ret_paid, struct th_error *err)
{
    static const char SQL[] =
        "SELECT party_id, sum(amount_fen) FROM money_leg WHERE trade_id = ?1 "
        "AND account = 'cash' GROUP BY party_id HAVING sum(amount_fen) > 0 ORDER BY party_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return th_claims_read(q, ret_paid, err);
}

enum th_status th_receipt_shares(struct th_store *store, int64_t trade_id, int64_t seq,
                                 struct th_claim_list *ret_shares, struct th_error *err)
{
    static const char SQL[] =
        "SELECT party_id, sum(amount_fen) FROM money_leg WHERE trade_id = ?1 AND seq = ?2"
        " AND account = 'cash' AND memo = 'money.receipt' GROUP BY party_id ORDER BY party_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_int(q, 2, seq);
    return th_claims_read(q, ret_shares, err);
}

enum th_status th_trade_credited(struct th_store *store, int64_t trade_id, int64_t *ret_pledge_id,
                                 struct th_error *err)
{
    static const char SQL[] = "SELECT min(trade_id) FROM loan_payment WHERE enforcement_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return th_stmt_int(q, 0, ret_pledge_id, err);
}

enum th_status th_trade_debts(struct th_store *store, int64_t trade_id,
                              struct th_claim_list *ret_debts, struct th_error *err)
{
    static const char SQL[] =
        "SELECT party_id, -sum(amount_fen) FROM money_leg WHERE trade_id = ?1 "
        "AND account = 'claim' GROUP BY party_id HAVING sum(amount_fen) < 0 ORDER BY party_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return th_claims_read(q, ret_debts, err);
}

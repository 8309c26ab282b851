// Kinds of sales, and the claims that they leave.
#include "store/deal/sale_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/deal/sale_internal.h"

bool th_trade_is_sale(const struct th_trade *trade)
{
    // The same words as in queries, where each stands between quotes.
    const char *found = strstr(TH_SALE_KINDS, trade->kind);
    return found && found[-1] == '\'' && found[strlen(trade->kind)] == '\'';
}

enum th_status th_claims_read(struct th_stmt *q, struct th_claim_list *ret_claims,
                              struct th_error *err)
{
    struct th_claim_list list = {0};
    size_t capacity = 0;
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        if (list.n == capacity) {
            size_t bigger = capacity == 0 ? 8 : capacity * 2;
            struct th_claim *items = realloc(list.items, bigger * sizeof(*items));
            if (!items) {
                status = th_error_no_memory(err);
                break;
            }
            list.items = items;
            capacity = bigger;
        }
        list.items[list.n++] =
            (struct th_claim){.party_id = th_column_int(q, 0), .owed = th_column_money(q, 1)};
    }
    th_stmt_done(q);
    if (status != TH_OK) {
        free(list.items);
        return status;
    }
    *ret_claims = list;
    return TH_OK;
}

enum th_status th_trade_claims(struct th_store *store, int64_t trade_id,
                               struct th_claim_list *ret_claims, struct th_error *err)
{
    // A distribution bears its sale's number too, but is owed by the seller, not to him.
    static const char SQL[] =
        "SELECT party_id, sum(amount_fen) FROM money_leg WHERE trade_id = ?1 "
        "AND account = 'claim' AND memo <> 'money.distribution' GROUP BY party_id "
        "HAVING sum(amount_fen) > 0 ORDER BY min(leg_id)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    return th_claims_read(q, ret_claims, err);
}

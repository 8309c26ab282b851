#include "store/revenue/party_account_store.h"

#include "store/db_internal.h"
#include "store/journal/posting_internal.h"

enum th_status th_party_account_post(struct th_posting *posting,
                                     const struct th_party_account *account,
                                     int64_t *ret_account_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(account_id) FROM party_account";
    int64_t account_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &account_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "account_id", account_id);
    th_json_set_int(row, "party_id", account->party_id);
    th_json_set_text(row, "bank", account->bank);
    th_json_set_text(row, "number", account->number);
    th_json_set_text(row, "holder", account->holder);
    th_json_set_text(row, "login", account->proposed_by);
    status = th_post(posting, "party_account", row, err);
    if (status == TH_OK) {
        *ret_account_id = account_id;
    }
    return status;
}

enum th_status th_party_account_decide(struct th_posting *posting,
                                       const struct th_party_account_decision *decision,
                                       struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "account_id", decision->account_id);
    th_json_set_text(row, "state", decision->state);
    th_json_set_text(row, "login", decision->login);
    th_post_set_word(row, "reason", decision->reason);
    return th_post(posting, "party_account_decision", row, err);
}

#define ACCOUNTS                                                                                   \
    "SELECT a.account_id, a.party_id, a.bank, a.number, a.holder, a.login, "                       \
    "coalesce(x.state, 'proposed'), x.login, x.reason, coalesce(x.seq, a.seq) "                    \
    "FROM party_account a LEFT JOIN party_account_decision x USING (account_id) "

static void read_account(struct th_stmt *q, struct th_party_account *account)
{
    *account = (struct th_party_account){.account_id = th_column_int(q, 0),
                                         .party_id = th_column_int(q, 1)};
    th_column_copy(q, 2, account->bank, sizeof(account->bank));
    th_column_copy(q, 3, account->number, sizeof(account->number));
    th_column_copy(q, 4, account->holder, sizeof(account->holder));
    th_column_copy(q, 5, account->proposed_by, sizeof(account->proposed_by));
    th_column_copy(q, 6, account->state, sizeof(account->state));
    th_column_copy(q, 7, account->decided_by, sizeof(account->decided_by));
    th_column_copy(q, 8, account->reason, sizeof(account->reason));
    account->seq = th_column_int(q, 9);
}

static enum th_status one(struct th_stmt *q, bool *ret_found, struct th_party_account *ret_account,
                          struct th_error *err)
{
    enum th_status status = TH_OK;
    bool found = th_stmt_next(q, &status, err);
    if (found) {
        read_account(q, ret_account);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_found = found;
    }
    return status;
}

enum th_status th_party_account_load(struct th_store *store, int64_t account_id,
                                     struct th_party_account *ret_account, struct th_error *err)
{
    static const char SQL[] = ACCOUNTS "WHERE a.account_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    bool found = false;
    th_bind_int(q, 1, account_id);
    enum th_status status = one(q, &found, ret_account, err);
    if (status == TH_OK && !found) {
        status = th_error_set(err, TH_NOT_FOUND, "account_not_found", NULL);
        th_error_add_int(err, "account", account_id);
    }
    return status;
}

enum th_status th_party_account_now(struct th_store *store, int64_t party_id, bool *ret_found,
                                    struct th_party_account *ret_account, struct th_error *err)
{
    static const char SQL[] = ACCOUNTS "WHERE a.party_id = ?1 AND x.state = 'confirmed' "
                                       "ORDER BY x.seq DESC, a.account_id DESC LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    return one(q, ret_found, ret_account, err);
}

enum th_status th_party_account_before(struct th_store *store, int64_t party_id, int64_t seq,
                                       bool *ret_before, struct th_error *err)
{
    static const char SQL[] = ACCOUNTS "WHERE a.party_id = ?1 AND x.state = 'confirmed' "
                                       "AND x.seq <= ?2 LIMIT 1";
    struct th_party_account account;
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    th_bind_int(q, 2, seq);
    return one(q, ret_before, &account, err);
}

enum th_status th_party_account_each(struct th_store *store, int64_t party_id, const char *state,
                                     bool (*visit)(void *context,
                                                   const struct th_party_account *account),
                                     void *context, struct th_error *err)
{
    static const char SQL[] = ACCOUNTS "WHERE (?1 IS NULL OR a.party_id = ?1) "
                                       "AND (?2 IS NULL OR coalesce(x.state, 'proposed') = ?2) "
                                       "ORDER BY a.party_id, a.account_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_id(q, 1, party_id);
    th_bind_text(q, 2, state);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_party_account account;
        read_account(q, &account);
        go_on = visit(context, &account);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_party_banks(struct th_store *store, int64_t party_id, int64_t bank_id,
                              bool *ret_own, bool *ret_other, struct th_error *err)
{
    static const char SQL[] =
        "WITH one (id) AS (SELECT ?1 UNION SELECT group_id FROM member_share WHERE member_id = ?1),"
        " banks (id) AS ("
        "SELECT t.buyer_id FROM trade_line l JOIN trade t USING (trade_id) "
        "WHERE l.seller_id IN (SELECT id FROM one) AND t.kind = 'purchase' AND t.state = 'approved'"
        " UNION SELECT t.seller_id FROM distribution_payment p JOIN trade t USING (trade_id) "
        "WHERE p.party_id = ?1"
        " UNION SELECT party_id FROM party WHERE party_id = ?1 AND kind = 'bank') "
        "SELECT coalesce(sum(id = ?2), 0), coalesce(sum(id <> ?2), 0) FROM banks";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    th_bind_int(q, 2, bank_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_own = th_column_int(q, 0) > 0;
        *ret_other = th_column_int(q, 1) > 0;
    }
    th_stmt_done(q);
    return status;
}

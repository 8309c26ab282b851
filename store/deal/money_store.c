// Legs and receipts; the balance of every entry.
#include "store/deal/money_store.h"

#include <string.h>

#include "store/check_internal.h"
#include "store/deal/pledge_store.h"
#include "store/deal/sale_internal.h"
#include "store/id_list_internal.h"
#include "store/journal/posting_internal.h"

const char *th_account_name(enum th_account account)
{
    return account == TH_ACCOUNT_CASH ? "cash" : "claim";
}

enum th_status th_money_post(struct th_posting *posting, const struct th_money_leg *leg,
                             struct th_error *err)
{
    struct th_json *row = NULL;
    if (th_money_fen(leg->amount) == 0) {
        return TH_OK;
    }
    row = th_json_object();
    th_json_set_int(row, "party", leg->party_id);
    th_json_set_text(row, "account", th_account_name(leg->account));
    th_json_set_int(row, "amount_fen", th_money_fen(leg->amount));
    th_json_set_text(row, "on", leg->on_date);
    th_post_set_id(row, "trade", leg->trade_id);
    th_json_set_text(row, "memo", leg->memo);
    return th_post(posting, "money", row, err);
}

enum th_status th_money_apply(struct th_store *store, int64_t seq, const struct th_json *post,
                              struct th_error *err)
{
    static const char SQL[] = "INSERT INTO money_leg (seq, party_id, account, amount_fen, on_date, "
                              "trade_id, memo) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    const size_t n_keys = 6; // with "post", without "trade"
    if (th_json_size(post) != n_keys + (th_json_get(post, "trade") != NULL)) {
        return th_post_unreadable("money", err);
    }
    struct th_stmt *q = th_db_query(store, SQL);
    int64_t leg_id = 0;
    th_bind_int(q, 1, seq);
    th_bind_int(q, 2, th_json_get_int(post, "party", 0));
    th_bind_text_borrowed(q, 3, th_json_get_text(post, "account", NULL));
    th_bind_int(q, 4, th_json_get_int(post, "amount_fen", 0));
    th_bind_text_borrowed(q, 5, th_json_get_text(post, "on", NULL));
    th_bind_id(q, 6, th_json_get_int(post, "trade", 0));
    th_bind_text_borrowed(q, 7, th_json_get_text(post, "memo", NULL));
    enum th_status status = th_stmt_insert(q, &leg_id, err); // the layout refuses what is missing
    // The commit looks at this leg and those after it.
    return status == TH_OK && th_id_noted(store, TH_DB_SLOT_MONEY).n == 0
               ? th_id_note(store, TH_DB_SLOT_MONEY, leg_id, err)
               : status;
}

enum th_status th_money_totals(struct th_store *store, int64_t party_id,
                               struct th_money_totals *ret_totals, struct th_error *err)
{
    static const char SQL_PARTY[] =
        "SELECT coalesce(sum(amount_fen) FILTER (WHERE account = 'claim'), 0), "
        "coalesce(sum(amount_fen) FILTER (WHERE account = 'cash'), 0) "
        "FROM money_leg WHERE party_id = ?1";
    static const char SQL_ALL[] =
        "SELECT coalesce(sum(amount_fen) FILTER (WHERE account = 'claim'), 0), "
        "coalesce(sum(amount_fen) FILTER (WHERE account = 'cash'), 0) FROM money_leg";
    struct th_stmt *q = th_db_query(store, party_id != 0 ? SQL_PARTY : SQL_ALL);
    if (party_id != 0) {
        th_bind_int(q, 1, party_id);
    }
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        ret_totals->claim = th_column_money(q, 0);
        ret_totals->cash = th_column_money(q, 1);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_money_each(struct th_store *store, int64_t party_id,
                             bool (*visit)(void *context, const struct th_money_leg *leg),
                             void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT m.leg_id, m.seq, m.account, m.amount_fen, m.on_date, m.trade_id, m.memo, j.at_utc "
        "FROM money_leg m LEFT JOIN journal j USING (seq) WHERE m.party_id = ?1 ORDER BY m.leg_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const char *account = th_column_text(q, 2);
        struct th_money_leg leg = {.leg_id = th_column_int(q, 0),
                                   .seq = th_column_int(q, 1),
                                   .party_id = party_id,
                                   .account = account != NULL && strcmp(account, "cash") == 0
                                                  ? TH_ACCOUNT_CASH
                                                  : TH_ACCOUNT_CLAIM,
                                   .amount = th_column_money(q, 3),
                                   .on_date = th_column_text(q, 4),
                                   .trade_id = th_column_int(q, 5),
                                   .memo = th_column_text(q, 6),
                                   .at_utc = th_column_int(q, 7)};
        go_on = visit(context, &leg);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_money_outstanding(struct th_store *store, int64_t trade_id, int64_t party_id,
                                    struct th_money *ret_outstanding, struct th_error *err)
{
    // A distribution and its payments bear the sale's number too, but are owed by the seller.
    static const char SQL[] = "SELECT sum(amount_fen) FROM money_leg WHERE trade_id = ?1 AND "
                              "party_id = ?2 AND account = 'claim' AND memo <> "
                              "'money.distribution' AND memo <> 'money.payment' AND memo <> "
                              "'money.payment_returned'";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_int(q, 2, party_id);
    int64_t fen = 0;
    enum th_status status = th_stmt_int(q, 0, &fen, err);
    if (status == TH_OK) {
        *ret_outstanding = th_money_from_fen(fen);
    }
    return status;
}

enum th_status th_receipt_post(struct th_posting *posting, const struct th_receipt *receipt,
                               int64_t *ret_receipt_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(receipt_id) FROM receipt";
    int64_t receipt_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &receipt_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "receipt_id", receipt_id);
    th_json_set_int(row, "trade_id", receipt->trade_id);
    th_json_set_int(row, "amount_fen", th_money_fen(receipt->amount));
    th_json_set_text(row, "on_date", receipt->on_date);
    th_json_set_text(row, "login", receipt->login);
    status = th_post(posting, "receipt", row, err);
    if (status == TH_OK) {
        *ret_receipt_id = receipt_id;
    }
    return status;
}

// With the promise whose money, paid ahead, it is.
#define RECEIPT_COLUMNS                                                                            \
    "r.receipt_id, r.trade_id, r.amount_fen, r.on_date, r.login, r.seq, "                          \
    "coalesce((SELECT m.trade_id FROM trade t JOIN money_leg m ON m.trade_id = t.of_trade_id"      \
    " AND m.seq = r.seq AND m.memo = 'money.prepaid' WHERE t.trade_id = r.trade_id LIMIT 1), 0), " \
    "w.on_date, w.reason, w.login FROM receipt r LEFT JOIN receipt_withdrawal w USING "            \
    "(receipt_id)"

static struct th_receipt read_receipt(struct th_stmt *q)
{
    return (struct th_receipt){.receipt_id = th_column_int(q, 0),
                               .trade_id = th_column_int(q, 1),
                               .amount = th_column_money(q, 2),
                               .on_date = th_column_text(q, 3),
                               .login = th_column_text(q, 4),
                               .seq = th_column_int(q, 5),
                               .of_trade_id = th_column_int(q, 6),
                               .withdrawn_on = th_column_text(q, 7),
                               .reason = th_column_text(q, 8),
                               .withdrawn_by = th_column_text(q, 9)};
}

enum th_status th_receipt_withdraw_post(struct th_posting *posting,
                                        const struct th_receipt *receipt, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "receipt_id", receipt->receipt_id);
    th_json_set_text(row, "on_date", receipt->withdrawn_on);
    th_json_set_text(row, "reason", receipt->reason);
    th_json_set_text(row, "login", receipt->withdrawn_by);
    return th_post(posting, "receipt_withdrawal", row, err);
}

enum th_status th_receipt_each(struct th_store *store, int64_t trade_id,
                               bool (*visit)(void *context, const struct th_receipt *receipt),
                               void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT " RECEIPT_COLUMNS " WHERE r.trade_id = ?1 ORDER BY r.receipt_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_receipt receipt = read_receipt(q);
        go_on = visit(context, &receipt);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_receipt_total(struct th_store *store, int64_t trade_id, const char *through_on,
                                struct th_money *ret_total, struct th_error *err)
{
    static const char SQL[] = "SELECT sum(amount_fen) FROM receipt_standing "
                              "WHERE trade_id = ?1 AND (?2 IS NULL OR on_date <= ?2)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_text(q, 2, through_on);
    int64_t fen = 0;
    enum th_status status = th_stmt_int(q, 0, &fen, err);
    if (status == TH_OK) {
        *ret_total = th_money_from_fen(fen);
    }
    return status;
}

enum th_status th_receipt_proposed_run(struct th_store *store, int64_t receipt_id,
                                       int64_t *ret_run_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT min(d.distribution_id) FROM receipt r JOIN distribution_sale s USING (trade_id) "
        "JOIN distribution d USING (distribution_id) WHERE r.receipt_id = ?1 AND d.seq > r.seq "
        "AND (d.through_on >= r.on_date OR s.receipts_fen = 0) AND NOT EXISTS (SELECT 1 "
        "FROM distribution_decision x WHERE x.distribution_id = d.distribution_id)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, receipt_id);
    return th_stmt_int(q, 0, ret_run_id, err);
}

// Legs of one entry, as they follow each other.
struct tally {
    int64_t seq;
    int64_t claim_fen;
    int64_t cash_fen;
};

static enum th_status tally_end(const struct tally *tally, struct th_error *err)
{
    if (tally->claim_fen == 0 && tally->cash_fen == 0) {
        return TH_OK;
    }
    (void)th_error_set(err, TH_INVARIANT, "money_unbalanced", NULL);
    th_error_add_int(err, "seq", tally->seq);
    return TH_INVARIANT;
}

static enum th_status tally_leg(struct tally *tally, const char *account, int64_t amount_fen,
                                struct th_error *err)
{
    int64_t *sum_fen = strcmp(account, "cash") == 0 ? &tally->cash_fen : &tally->claim_fen;
    struct th_money sum = th_money_from_fen(*sum_fen);
    enum th_status status = th_money_add(sum, th_money_from_fen(amount_fen), &sum, err);
    if (status == TH_OK) {
        *sum_fen = th_money_fen(sum);
    }
    return status;
}

enum th_status th_money_check_commit(struct th_store *store, struct th_error *err)
{
    static const char SQL[] =
        "SELECT m.seq, m.account, m.amount_fen, j.seq IS NULL FROM money_leg m LEFT JOIN journal j "
        "ON j.seq = m.seq WHERE m.leg_id >= ?1 ORDER BY m.leg_id";
    struct th_id_list first = th_id_noted(store, TH_DB_SLOT_MONEY);
    struct tally tally = {0};
    enum th_status status = TH_OK;
    if (first.n == 0) {
        return TH_OK;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, first.ids[0]);
    while (th_stmt_next(q, &status, err)) {
        int64_t seq = th_column_int(q, 0);
        if (seq != tally.seq) {
            status = tally_end(&tally, err);
            tally = (struct tally){.seq = seq};
        }
        if (status == TH_OK && th_column_int(q, 3) != 0) {
            status = th_error_set(err, TH_INVARIANT, "money_without_entry", NULL);
        }
        if (status == TH_OK) {
            status = tally_leg(&tally, th_column_text(q, 1), th_column_int(q, 2), err);
        }
    }
    th_stmt_done(q);
    return status == TH_OK ? tally_end(&tally, err) : status;
}

// Every leg has its source and every source its legs: contracts, receipts and distributions on one
// side, claims and cash by memo on the other, per trade and per party paid.
static enum th_status check_sources(struct th_store *store, const struct th_check_sink *sink,
                                    struct th_error *err)
{
    static const char SQL_TRADES[] = "SELECT count(*) FROM trade";
    static const char SQL_WRONG[] =
        "WITH leg AS (SELECT trade_id, party_id, account, memo, amount_fen FROM money_leg"
        " WHERE amount_fen > 0) "
        "SELECT trade_id FROM ("
        // What was agreed, and what arrived.
        "SELECT t.trade_id FROM trade t WHERE "
        "(CASE WHEN t.state = 'approved' AND t.kind NOT IN ('retirement', 'subscription',"
        " 'forward') THEN t.amount_fen ELSE 0 END)"
        " <> (SELECT coalesce(sum(amount_fen), 0) FROM leg WHERE leg.trade_id = t.trade_id"
        " AND account = 'claim' AND memo IN (" TH_AGREED_MEMOS "))"
        " OR (SELECT coalesce(sum(amount_fen), 0) FROM receipt r WHERE r.trade_id = t.trade_id)"
        " <> (SELECT coalesce(sum(amount_fen), 0) FROM leg WHERE leg.trade_id = t.trade_id"
        " AND account = 'cash' AND memo = 'money.receipt')"
        " OR (SELECT coalesce(sum(amount_fen), 0) FROM receipt_withdrawal JOIN receipt r"
        " USING (receipt_id) WHERE r.trade_id = t.trade_id)"
        " <> (SELECT coalesce(sum(amount_fen), 0) FROM leg WHERE leg.trade_id = t.trade_id"
        " AND account = 'cash' AND memo = 'money.receipt_back')"
        // What each party was promised of a sale by approved runs.
        " UNION ALL SELECT trade_id FROM (SELECT trade_id, party_id, amount_fen"
        " FROM distribution_payment JOIN distribution_decision USING (distribution_id)"
        " WHERE state = 'approved' UNION ALL SELECT trade_id, party_id, -amount_fen FROM leg"
        " WHERE memo = 'money.distribution') GROUP BY trade_id, party_id"
        " HAVING sum(amount_fen) <> 0"
        // What each party was paid, and what of it came back.
        " UNION ALL SELECT party_id FROM (SELECT party_id, amount_fen FROM payout_event"
        " WHERE kind = 'paid' UNION ALL SELECT party_id, -amount_fen FROM leg"
        " WHERE memo = 'money.payment' AND account = 'cash')"
        " GROUP BY party_id HAVING sum(amount_fen) <> 0"
        " UNION ALL SELECT party_id FROM (SELECT party_id, amount_fen FROM payout_event e"
        " WHERE kind = 'returned' AND 'paid' = (SELECT kind FROM payout_event o"
        " WHERE o.distribution_id = e.distribution_id AND o.party_id = e.party_id"
        " AND o.payout_event_id < e.payout_event_id ORDER BY o.payout_event_id DESC LIMIT 1)"
        " UNION ALL SELECT party_id, -amount_fen FROM leg"
        " WHERE memo = 'money.payment_returned' AND account = 'claim')"
        " GROUP BY party_id HAVING sum(amount_fen) <> 0"
        // Legs of nothing that is known.
        " UNION ALL SELECT coalesce(trade_id, 0) FROM leg WHERE trade_id IS NULL OR memo NOT IN"
        " (" TH_AGREED_MEMOS
        ", 'money.dropped', 'money.receipt', 'money.receipt_back', 'money.prepaid', "
        "'money.distribution', "
        "'money.payment', 'money.payment_returned', "
        "'money.loan_payout', 'money.loan_repayment', 'money.loan_interest', "
        "'money.loan_payout_back', 'money.loan_repayment_back', 'money.loan_interest_back'))"
        " ORDER BY trade_id LIMIT 1";
    const struct th_check_query query = {.name = "money_sources",
                                         .sql_count = SQL_TRADES,
                                         .sql_wrong = SQL_WRONG,
                                         .key = "money_sources_broken",
                                         .argument = "trade"};
    return th_check_run(store, &query, sink, err);
}

enum th_status th_money_check_all(struct th_store *store, const struct th_check_sink *sink,
                                  struct th_error *err)
{
    static const char SQL_SEQS[] = "SELECT count(DISTINCT seq) FROM money_leg";
    static const char SQL_UNBALANCED[] = "SELECT seq FROM money_leg GROUP BY seq, account "
                                         "HAVING sum(amount_fen) <> 0 ORDER BY seq LIMIT 1";
    static const char SQL_RECEIPTS[] = "SELECT count(*) FROM receipt";
    static const char SQL_RECEIPT_WRONG[] =
        "SELECT t.trade_id FROM trade t WHERE t.trade_id IN (SELECT trade_id FROM receipt) AND ("
        "t.state <> 'approved' "
        // What came for a delivery that was corrected is owed back, and may be prepaid again.
        "OR (SELECT sum(amount_fen) FROM receipt_standing r WHERE r.trade_id = t.trade_id) "
        "> t.amount_fen "
        "+ coalesce((SELECT sum(r.amount_fen) FROM trade d JOIN receipt_standing r USING "
        "(trade_id) "
        "WHERE d.of_trade_id = t.trade_id AND d.kind = 'delivery' AND d.trade_id IN corrected), 0) "
        "OR (SELECT sum(amount_fen) FROM receipt r WHERE r.trade_id = t.trade_id) <> "
        "coalesce((SELECT sum(amount_fen) FROM money_leg m WHERE m.trade_id = t.trade_id "
        "AND m.account = 'cash' AND m.memo = 'money.receipt' AND m.amount_fen > 0), 0)) ORDER BY "
        "t.trade_id LIMIT 1";
    static const char SQL_DISTRIBUTIONS[] = "SELECT count(*) FROM distribution_sale";
    static const char SQL_DISTRIBUTION_WRONG[] =
        "SELECT s.distribution_id FROM distribution_sale s JOIN distribution d"
        " USING (distribution_id) WHERE s.distributed_fen <> coalesce((SELECT sum(p.amount_fen) "
        "FROM distribution_payment p "
        "WHERE p.distribution_id = s.distribution_id AND p.trade_id = s.trade_id), 0) "
        // What runs took had come in by then: a receipt may be taken back later.
        "OR (SELECT sum(o.receipts_fen) FROM distribution_sale o"
        " WHERE o.trade_id = s.trade_id AND o.distribution_id <= s.distribution_id"
        " AND NOT EXISTS (SELECT 1 FROM distribution_decision x"
        " WHERE x.distribution_id = o.distribution_id AND x.state = 'rejected')) > "
        "coalesce((SELECT sum(r.amount_fen) FROM receipt r LEFT JOIN receipt_withdrawal w"
        " USING (receipt_id) WHERE r.trade_id = s.trade_id AND r.seq < d.seq"
        " AND (s.receipts_fen = 0 OR r.on_date <= d.through_on)"
        " AND coalesce(w.seq > d.seq, 1)), 0)"
        " ORDER BY s.distribution_id LIMIT 1";
    const struct th_check_query queries[] = {
        {"money_balance", SQL_SEQS, SQL_UNBALANCED, "money_unbalanced", "seq"},
        {"receipts", SQL_RECEIPTS, SQL_RECEIPT_WRONG, "receipts_broken", "trade"},
        {"distributions", SQL_DISTRIBUTIONS, SQL_DISTRIBUTION_WRONG, "distribution_broken",
         "distribution"}};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]) && status == TH_OK; i++) {
        status = th_check_run(store, &queries[i], sink, err);
    }
    if (status == TH_OK) {
        status = check_sources(store, sink, err);
    }
    if (status == TH_OK) {
        status = th_loan_check_all(store, sink, err);
    }
    return status;
}

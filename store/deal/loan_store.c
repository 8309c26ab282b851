// The money of loans as rows, and its agreement with the legs.
#include "store/db_internal.h"
#include "store/deal/pledge_store.h"
#include "store/deal/sale_internal.h"
#include "store/journal/posting_internal.h"
#include "store/ledger/ledger_internal.h"

enum th_status th_loan_post(struct th_posting *posting, const struct th_loan_payment *payment,
                            int64_t *ret_payment_id, struct th_error *err)
{
    static const char SQL[] = "SELECT max(payment_id) FROM loan_payment";
    int64_t payment_id = 0;
    enum th_status status = th_post_next_id(posting, SQL, &payment_id, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *row = th_json_object();
    th_json_set_int(row, "payment_id", payment_id);
    th_json_set_int(row, "trade_id", payment->trade_id);
    th_json_set_text(row, "kind", payment->kind);
    th_json_set_int(row, "amount_fen", th_money_fen(payment->amount));
    th_json_set_text(row, "on_date", payment->on_date);
    th_post_set_id(row, "enforcement_id", payment->enforcement_id);
    th_json_set_text(row, "login", payment->login);
    status = th_post(posting, "loan_payment", row, err);
    if (status == TH_OK) {
        *ret_payment_id = payment_id;
    }
    return status;
}

enum th_status th_loan_each(struct th_store *store, int64_t trade_id,
                            bool (*visit)(void *context, const struct th_loan_payment *payment),
                            void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT p.payment_id, p.kind, p.amount_fen, p.on_date, "
                              "p.enforcement_id, p.login, w.on_date, w.login, w.reason "
                              "FROM loan_payment p LEFT JOIN loan_withdrawal w USING (payment_id) "
                              "WHERE p.trade_id = ?1 ORDER BY p.payment_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_loan_payment payment = {.payment_id = th_column_int(q, 0),
                                                .trade_id = trade_id,
                                                .kind = th_column_text(q, 1),
                                                .amount = th_column_money(q, 2),
                                                .on_date = th_column_text(q, 3),
                                                .enforcement_id = th_column_int(q, 4),
                                                .login = th_column_text(q, 5),
                                                .withdrawn_on = th_column_text(q, 6),
                                                .withdrawn_by = th_column_text(q, 7),
                                                .reason = th_column_text(q, 8)};
        go_on = visit(context, &payment);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_loan_find(struct th_store *store, int64_t payment_id, int64_t *ret_trade_id,
                            struct th_error *err)
{
    static const char SQL[] = "SELECT trade_id FROM loan_payment WHERE payment_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, payment_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_trade_id = th_column_int(q, 0);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "loan_payment_not_found", NULL);
        th_error_add_int(err, "payment", payment_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_loan_withdraw_post(struct th_posting *posting,
                                     const struct th_loan_payment *payment, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "payment_id", payment->payment_id);
    th_json_set_text(row, "on_date", payment->withdrawn_on);
    th_json_set_text(row, "reason", payment->reason);
    th_json_set_text(row, "login", payment->withdrawn_by);
    return th_post(posting, "loan_withdrawal", row, err);
}

enum th_status th_loan_totals(struct th_store *store, int64_t trade_id,
                              struct th_loan_totals *ret_totals, struct th_error *err)
{
    static const char SQL[] =
        "SELECT coalesce(sum(l.amount_fen * (l.kind = 'payout')), 0),"
        " coalesce(sum(l.amount_fen * (l.kind = 'repayment')), 0),"
        " coalesce(sum(l.amount_fen * (l.kind = 'interest')), 0),"
        " coalesce(sum(l.amount_fen * (l.kind = 'repayment' AND u.party_id IS t.buyer_id)), 0)"
        " FROM loan_standing l JOIN user_account u USING (login) JOIN trade t USING (trade_id)"
        " WHERE l.trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_totals = (struct th_loan_totals){.payout = th_column_money(q, 0),
                                              .repayment = th_column_money(q, 1),
                                              .interest = th_column_money(q, 2),
                                              .acknowledged = th_column_money(q, 3)};
    }
    th_stmt_done(q);
    return status;
}

// What each debt got of the price: what those before it left, up to what was owed.
static enum th_status find_uncredited(struct th_store *store, int64_t trade_id,
                                      struct th_money *ret_amount, struct th_error *err)
{
    static const char SQL[] =
        "SELECT (SELECT coalesce(sum(max(min(owed_fen, left_fen), 0)), 0) FROM (SELECT d.pledge_id,"
        " d.owed_fen, t.amount_fen - coalesce(sum(d.owed_fen) OVER (PARTITION BY d.trade_id ORDER"
        " BY d.ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS left_fen"
        " FROM enforcement_debt d JOIN trade t USING (trade_id) WHERE t.state = 'approved'"
        " AND " TH_NOT_CORRECTED " AND t.trade_id IN"
        " (SELECT trade_id FROM enforcement_debt WHERE pledge_id = ?1)) WHERE pledge_id = ?1)"
        " - (SELECT coalesce(sum(amount_fen), 0) FROM loan_payment WHERE trade_id = ?1"
        " AND enforcement_id IS NOT NULL)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    int64_t fen = 0;
    enum th_status status = th_stmt_int(q, 0, &fen, err);
    *ret_amount = th_money_from_fen(fen);
    return status;
}

enum th_status th_loan_known(struct th_store *store, int64_t trade_id, const char *on_date,
                             struct th_loan_known *ret_known, struct th_error *err)
{
    static const char SQL[] =
        "SELECT p.principal_fen, CASE WHEN EXISTS (SELECT 1 FROM loan_standing WHERE trade_id = ?1)"
        " THEN (SELECT coalesce(sum(amount_fen * ((kind = 'payout') - (kind = 'repayment'))"
        " * CAST(julianday(?2) - julianday(on_date) AS INTEGER)), 0) FROM loan_standing"
        " WHERE trade_id = ?1 AND on_date <= ?2)"
        " ELSE p.principal_fen * max(CAST(julianday(?2) - julianday(p.from_on) AS INTEGER), 0) END"
        " FROM pledge p WHERE p.trade_id = ?1";
    struct th_loan_known known = {.fen_days = 0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_text(q, 2, on_date);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        known.principal = th_column_money(q, 0);
        known.fen_days = th_column_int(q, 1);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        status = th_loan_totals(store, trade_id, &known.paid, err);
    }
    if (status == TH_OK) {
        status = find_uncredited(store, trade_id, &known.uncredited, err);
    }
    if (status == TH_OK) {
        *ret_known = known;
    }
    return status;
}

enum th_status th_loan_creditable(struct th_store *store, int64_t enforcement_id,
                                  int64_t pledgee_id, struct th_money *ret_amount,
                                  struct th_error *err)
{
    // What a sale brought that was taken back is owed back, and pays no debt.
    static const char SQL[] =
        "SELECT CASE WHEN ?1 IN corrected THEN 0 ELSE"
        " (SELECT coalesce(sum(m.amount_fen), 0) FROM money_leg m WHERE m.trade_id = ?1"
        " AND m.party_id = ?2 AND m.account = 'cash'"
        " AND m.memo IN ('money.receipt', 'money.receipt_back'))"
        " - (SELECT coalesce(sum(l.amount_fen), 0) FROM loan_payment l JOIN trade t USING"
        " (trade_id) WHERE l.enforcement_id = ?1 AND t.buyer_id = ?2) END";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, enforcement_id);
    th_bind_int(q, 2, pledgee_id);
    int64_t fen = 0;
    enum th_status status = th_stmt_int(q, 0, &fen, err);
    if (status == TH_OK) {
        *ret_amount = th_money_from_fen(fen);
    }
    return status;
}

// What one pledge's payments say against what its legs say: by kind, in claims and in cash. What an
// enforcement paid moved its cash with that sale's receipts.
static enum th_status check_loan(struct th_store *store, int64_t trade_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT count(*) FROM (SELECT account, memo FROM ("
        "SELECT account, memo, amount_fen FROM money_leg WHERE trade_id = ?1 AND amount_fen > 0"
        " UNION ALL SELECT 'claim', 'money.loan_' || kind, -amount_fen FROM loan_payment"
        " WHERE trade_id = ?1 AND kind <> 'interest'"
        " UNION ALL SELECT 'cash', 'money.loan_' || kind, -amount_fen FROM loan_payment"
        " WHERE trade_id = ?1 AND enforcement_id IS NULL"
        " UNION ALL SELECT 'claim', 'money.loan_' || kind || '_back', -amount_fen FROM loan_payment"
        " JOIN loan_withdrawal USING (payment_id) WHERE trade_id = ?1 AND kind <> 'interest'"
        " UNION ALL SELECT 'cash', 'money.loan_' || kind || '_back', -amount_fen FROM loan_payment"
        " JOIN loan_withdrawal USING (payment_id) WHERE trade_id = ?1)"
        " GROUP BY account, memo HAVING sum(amount_fen) <> 0)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    int64_t n_wrong = 0;
    enum th_status status = th_stmt_int(q, 0, &n_wrong, err);
    if (status == TH_OK && n_wrong != 0) {
        status = th_error_set(err, TH_INVARIANT, "loan_broken", NULL);
        th_error_add_int(err, "pledge", trade_id);
    }
    return status;
}

enum th_status th_loan_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err)
{
    static const char SQL[] = "SELECT trade_id FROM pledge ORDER BY trade_id";
    return th_ledger_check_each(store, SQL, "loans", check_loan, sink, err);
}

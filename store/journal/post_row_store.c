// The catalogue of posts that are rows: for each kind its statement and the keys that fill it.
#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/journal/posting_internal.h"

static const char SQL_TRADE[] =
    "INSERT INTO trade (seq, trade_id, kind, state, of_trade_id, seller_id, buyer_id, "
    "tonnes, price_fen, amount_fen, tax_rate, tax_fen, net_fen, beneficiary, "
    "beneficiary_uscc, purpose, note, draw, on_date, expires_on, proposed_by) VALUES "
    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
    "?19, ?20, ?21)";
static const char *const COLUMNS_TRADE[] = {
    "trade_id", "kind",    "state",       "of_trade_id",      "seller_id",
    "buyer_id", "tonnes",  "price_fen",   "amount_fen",       "tax_rate",
    "tax_fen",  "net_fen", "beneficiary", "beneficiary_uscc", "purpose",
    "note",     "draw",    "on_date",     "expires_on",       "proposed_by",
    NULL};
static const char SQL_TRADE_LINE[] =
    "INSERT INTO trade_line (trade_id, ordinal, package_id, pool_id, seller_id, "
    "tonnes, amount_fen, cost_fen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char *const COLUMNS_TRADE_LINE[] = {"trade_id",   "ordinal",   "package_id",
                                                 "pool_id",    "seller_id", "tonnes",
                                                 "amount_fen", "cost_fen",  NULL};
static const char SQL_OFFER_LINE[] =
    "INSERT INTO offer_line (trade_id, ordinal, package_id, pool_id, forecast_id, tonnes, "
    "amount_fen, cost_fen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char *const COLUMNS_OFFER_LINE[] = {"trade_id",   "ordinal",     "package_id",
                                                 "pool_id",    "forecast_id", "tonnes",
                                                 "amount_fen", "cost_fen",    NULL};
static const char SQL_UNIT_LOCK[] =
    "INSERT INTO unit_lock (seq, lock_id, owner_id, placed_t, source_id, forecast_id, forecast_t) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, 0))";
static const char *const COLUMNS_UNIT_LOCK[] = {
    "lock_id", "owner_id", "placed_t", "source_id", "forecast_id", "forecast_t", NULL};
static const char SQL_FORECAST[] =
    "INSERT INTO forecast (seq, forecast_id, package_id, owner_id, of_trade_id, run_id, "
    "document_id, registered_t, on_date) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char *const COLUMNS_FORECAST[] = {"forecast_id",  "package_id", "owner_id",
                                               "of_trade_id",  "run_id",     "document_id",
                                               "registered_t", "on_date",    NULL};
static const char SQL_FORECAST_VINTAGE[] =
    "INSERT INTO forecast_vintage (forecast_id, correction_id, vintage, tonnes) VALUES (?1, "
    "coalesce(?2, 0), ?3, ?4)";
static const char *const COLUMNS_FORECAST_VINTAGE[] = {"forecast_id", "correction_id", "vintage",
                                                       "tonnes", NULL};
static const char SQL_FORECAST_CORRECTION[] =
    "INSERT INTO forecast_correction (seq, correction_id, forecast_id, was_t, registered_t, "
    "run_id, "
    "document_id, reason, login) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char *const COLUMNS_FORECAST_CORRECTION[] = {
    "correction_id", "forecast_id", "was_t", "registered_t", "run_id", "document_id",
    "reason",        "login",       NULL};
static const char SQL_FORECAST_MOVE[] =
    "UPDATE forecast SET seq = ?1, arrived_t = arrived_t + coalesce(?3, 0), lost_t = lost_t + "
    "coalesce(?4, 0), registered_t = registered_t + coalesce(?5, 0) WHERE forecast_id = ?2 AND "
    "arrived_t + lost_t + coalesce(?3, 0) + coalesce(?4, 0) <= registered_t + coalesce(?5, 0)";
static const char *const COLUMNS_FORECAST_MOVE[] = {"forecast_id", "arrived_t", "lost_t",
                                                    "corrected_t", NULL};
static const char SQL_PROMISE[] =
    "INSERT INTO promise (trade_id, deliver_by, if_short, strike_fen, window_from, window_to, "
    "forecast_id, forecast_t) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce(?8, 0))";
static const char *const COLUMNS_PROMISE[] = {"trade_id",    "deliver_by",  "if_short",
                                              "strike_fen",  "window_from", "window_to",
                                              "forecast_id", "forecast_t",  NULL};
static const char SQL_DELIVERY[] = "INSERT INTO delivery (trade_id, refund_t) VALUES (?1, ?2)";
static const char *const COLUMNS_DELIVERY[] = {"trade_id", "refund_t", NULL};
static const char SQL_PLEDGE[] =
    "INSERT INTO pledge (trade_id, subject, tonnes, debtor_id, principal_fen, rate, from_on, "
    "to_on, valuation_fen, number, registrar_number, registrar_until) VALUES (?1, ?2, ?3, ?4, ?5, "
    "?6, ?7, ?8, ?9, ?10, ?11, ?12)";
static const char *const COLUMNS_PLEDGE[] = {
    "trade_id", "subject",       "tonnes", "debtor_id",        "principal_fen",   "rate", "from_on",
    "to_on",    "valuation_fen", "number", "registrar_number", "registrar_until", NULL};
static const char SQL_PLEDGE_RELEASE[] =
    "INSERT INTO pledge_release (trade_id, waived_t, forecast_t) VALUES (?1, ?2, coalesce(?3, 0))";
static const char *const COLUMNS_PLEDGE_RELEASE[] = {"trade_id", "waived_t", "forecast_t", NULL};
static const char SQL_ENFORCEMENT_DEBT[] =
    "INSERT INTO enforcement_debt (trade_id, ordinal, pledge_id, owed_fen, number) VALUES (?1, ?2, "
    "?3, ?4, ?5)";
static const char *const COLUMNS_ENFORCEMENT_DEBT[] = {"trade_id", "ordinal", "pledge_id",
                                                       "owed_fen", "number",  NULL};
static const char SQL_LOAN_PAYMENT[] =
    "INSERT INTO loan_payment (seq, payment_id, trade_id, kind, amount_fen, on_date, "
    "enforcement_id, login) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char *const COLUMNS_LOAN_PAYMENT[] = {
    "payment_id", "trade_id", "kind", "amount_fen", "on_date", "enforcement_id", "login", NULL};
static const char SQL_LOAN_WITHDRAWAL[] =
    "INSERT INTO loan_withdrawal (seq, payment_id, on_date, reason, login) VALUES (?1, ?2, ?3, "
    "?4, ?5)";
static const char *const COLUMNS_LOAN_WITHDRAWAL[] = {"payment_id", "on_date", "reason", "login",
                                                      NULL};
static const char SQL_RECEIPT_WITHDRAWAL[] =
    "INSERT INTO receipt_withdrawal (seq, receipt_id, on_date, reason, login) VALUES (?1, ?2, ?3, "
    "?4, ?5)";
static const char *const COLUMNS_RECEIPT_WITHDRAWAL[] = {"receipt_id", "on_date", "reason", "login",
                                                         NULL};
static const char SQL_LISTING[] =
    "INSERT INTO listing (trade_id, min_t, until_on) VALUES (?1, ?2, ?3)";
static const char *const COLUMNS_LISTING[] = {"trade_id", "min_t", "until_on", NULL};
static const char SQL_LOCK_MORE[] =
    "UPDATE unit_lock SET seq = ?1, placed_t = placed_t + ?3 WHERE lock_id = ?2 AND ?3 > 0";
static const char *const COLUMNS_LOCK_MORE[] = {"lock_id", "placed_t", NULL};
static const char SQL_POOL_SHARE[] =
    "INSERT INTO pool_share (pool_id, package_id, owner_id, bought_on, bought_t, "
    "cost_fen) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char *const COLUMNS_POOL_SHARE[] = {"pool_id",  "package_id", "owner_id", "bought_on",
                                                 "bought_t", "cost_fen",   NULL};
static const char SQL_RECEIPT[] =
    "INSERT INTO receipt (seq, receipt_id, trade_id, amount_fen, on_date, login) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char *const COLUMNS_RECEIPT[] = {"receipt_id", "trade_id", "amount_fen",
                                              "on_date",    "login",    NULL};
static const char SQL_REVENUE_TERM[] =
    "INSERT INTO revenue_term (seq, term_id, from_on, to_on, basis, ratio, document_id, "
    "scope, scope_id, scope_kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
static const char *const COLUMNS_REVENUE_TERM[] = {"term_id",    "from_on",     "to_on", "basis",
                                                   "ratio",      "document_id", "scope", "scope_id",
                                                   "scope_kind", NULL};
static const char SQL_REVENUE_TERM_SPLIT[] =
    "INSERT INTO revenue_term_split (term_id, ordinal, party_kind, party_id, share) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";
static const char *const COLUMNS_REVENUE_TERM_SPLIT[] = {"term_id",  "ordinal", "party_kind",
                                                         "party_id", "share",   NULL};
static const char SQL_REVENUE_DEDUCTION[] =
    "INSERT INTO revenue_deduction (seq, deduction_id, trade_id, kind, amount_fen, "
    "document_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char *const COLUMNS_REVENUE_DEDUCTION[] = {"deduction_id", "trade_id",    "kind",
                                                        "amount_fen",   "document_id", NULL};
static const char SQL_DEDUCTION_WITHDRAWAL[] =
    "INSERT INTO deduction_withdrawal (seq, deduction_id, reason, login) VALUES (?1, ?2, ?3, ?4)";
static const char *const COLUMNS_DEDUCTION_WITHDRAWAL[] = {"deduction_id", "reason", "login", NULL};
static const char SQL_REVENUE_TERM_END[] =
    "INSERT INTO revenue_term_end (seq, term_id, ends_on, document_id) VALUES (?1, ?2, ?3, ?4)";
static const char *const COLUMNS_REVENUE_TERM_END[] = {"term_id", "ends_on", "document_id", NULL};
static const char SQL_DISTRIBUTION[] =
    "INSERT INTO distribution (seq, distribution_id, through_on, login) VALUES (?1, "
    "?2, ?3, ?4)";
static const char *const COLUMNS_DISTRIBUTION[] = {"distribution_id", "through_on", "login", NULL};
static const char SQL_DISTRIBUTION_SALE[] =
    "INSERT INTO distribution_sale (distribution_id, trade_id, term_id, receipts_fen, "
    "tax_fen, cost_fen, deductions_fen, net_fen, distributed_fen, kept_fen) VALUES "
    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
static const char *const COLUMNS_DISTRIBUTION_SALE[] = {
    "distribution_id", "trade_id", "term_id",         "receipts_fen", "tax_fen", "cost_fen",
    "deductions_fen",  "net_fen",  "distributed_fen", "kept_fen",     NULL};
static const char SQL_DISTRIBUTION_PAYMENT[] =
    "INSERT INTO distribution_payment (distribution_id, trade_id, ordinal, party_id, group_id, "
    "share, weight_t, amount_fen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char *const COLUMNS_DISTRIBUTION_PAYMENT[] = {
    "distribution_id", "trade_id", "ordinal",    "party_id", "group_id",
    "share",           "weight_t", "amount_fen", NULL};
static const char SQL_DISTRIBUTION_DECISION[] =
    "INSERT INTO distribution_decision (seq, distribution_id, state, login, on_date, reason, "
    "alone_rule_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char *const COLUMNS_DISTRIBUTION_DECISION[] = {
    "distribution_id", "state", "login", "on_date", "reason", "alone_rule_id", NULL};
static const char SQL_RESERVE_SETTLEMENT[] =
    "INSERT INTO reserve_settlement (seq, settlement_id, trade_id, actual_fen, document_id, login) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char *const COLUMNS_RESERVE_SETTLEMENT[] = {"settlement_id", "trade_id", "actual_fen",
                                                         "document_id",   "login",    NULL};
static const char SQL_SETTLEMENT_WITHDRAWAL[] =
    "INSERT INTO settlement_withdrawal (seq, settlement_id, reason, login) VALUES (?1, ?2, ?3, ?4)";
static const char *const COLUMNS_SETTLEMENT_WITHDRAWAL[] = {"settlement_id", "reason", "login",
                                                            NULL};
static const char SQL_MEMBER_SHARE[] =
    "INSERT INTO member_share (seq, share_id, group_id, member_id, share, from_on, to_on, "
    "expected_fen, document_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char *const COLUMNS_MEMBER_SHARE[] = {"share_id",     "group_id",    "member_id",
                                                   "share",        "from_on",     "to_on",
                                                   "expected_fen", "document_id", NULL};
static const char SQL_PARTY_ACCOUNT[] =
    "INSERT INTO party_account (seq, account_id, party_id, bank, number, holder, login) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char *const COLUMNS_PARTY_ACCOUNT[] = {"account_id", "party_id", "bank", "number",
                                                    "holder",     "login",    NULL};
static const char SQL_PARTY_ACCOUNT_DECISION[] =
    "INSERT INTO party_account_decision (seq, account_id, state, login, reason) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";
static const char *const COLUMNS_PARTY_ACCOUNT_DECISION[] = {"account_id", "state", "login",
                                                             "reason", NULL};
static const char SQL_PAYOUT_EVENT[] =
    "INSERT INTO payout_event (seq, payout_event_id, distribution_id, party_id, attempt, kind, "
    "amount_fen, on_date, reference, note, login) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
    "?11)";
static const char *const COLUMNS_PAYOUT_EVENT[] = {
    "payout_event_id", "distribution_id", "party_id", "attempt", "kind", "amount_fen",
    "on_date",         "reference",       "note",     "login",   NULL};
static const char SQL_OUTBOX_PAYMENT[] =
    "INSERT INTO outbox_payment (message_id, distribution_id, party_id, attempt, word, account_id) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char *const COLUMNS_OUTBOX_PAYMENT[] = {
    "message_id", "distribution_id", "party_id", "attempt", "word", "account_id", NULL};
static const char SQL_OUTBOX_WITHDRAWAL[] =
    "INSERT INTO outbox_withdrawal (seq, message_id, replaced_by) VALUES (?1, ?2, ?3)";
static const char *const COLUMNS_OUTBOX_WITHDRAWAL[] = {"message_id", "replaced_by", NULL};
static const char SQL_TRADE_DECISION[] =
    "UPDATE OR FAIL trade SET seq = ?1, state = ?3, decided_by = ?4, decided_on = ?5, reason = ?6, "
    "alone_rule_id = ?7 WHERE trade_id = ?2 AND state = 'proposed'";
static const char *const COLUMNS_TRADE_DECISION[] = {
    "trade_id", "state", "decided_by", "decided_on", "reason", "alone_rule_id", NULL};
static const char SQL_LOCK_EXPIRY[] =
    "UPDATE unit_lock SET seq = ?1, expires_on = ?3 WHERE lock_id = ?2";
static const char *const COLUMNS_LOCK_EXPIRY[] = {"lock_id", "expires_on", NULL};
static const char SQL_LOCK_MOVE[] =
    "UPDATE unit_lock SET seq = ?1, posted_t = posted_t + coalesce(?3, 0), released_t "
    "= released_t + coalesce(?4, 0), forecast_t = forecast_t + coalesce(?5, 0) "
    "WHERE lock_id = ?2 AND posted_t + released_t + coalesce(?3, 0) + coalesce(?4, 0) <= placed_t "
    "AND forecast_t + coalesce(?5, 0) >= 0";
static const char *const COLUMNS_LOCK_MOVE[] = {"lock_id", "posted_t", "released_t", "forecast_t",
                                                NULL};
static const char SQL_POOL_DRAW[] =
    "UPDATE OR FAIL pool_share SET sold_t = sold_t + coalesce(?3, 0), sold_cost_fen = "
    "sold_cost_fen + coalesce(?4, 0), used_t = used_t + coalesce(?5, 0) WHERE pool_id "
    "= ?1 AND package_id = ?2 AND sold_t + used_t + coalesce(?3, 0) + coalesce(?5, 0) "
    "<= bought_t";
static const char *const COLUMNS_POOL_DRAW[] = {"pool_id",       "package_id", "sold_t",
                                                "sold_cost_fen", "used_t",     NULL};
static const char SQL_TRADE_SCHEDULE[] = "INSERT INTO trade_schedule (trade_id, ordinal, on_date, "
                                         "amount_fen) VALUES (?1, ?2, ?3, ?4)";
static const char *const COLUMNS_TRADE_SCHEDULE[] = {"trade_id", "ordinal", "on_date", "amount_fen",
                                                     NULL};
static const char SQL_REVERSAL[] =
    "INSERT INTO reversal (trade_id, cause, loss_cent, drawing_sha256, document_id) VALUES (?1, "
    "?2, ?3, ?4, ?5)";
static const char *const COLUMNS_REVERSAL[] = {"trade_id",       "cause",       "loss_cent",
                                               "drawing_sha256", "document_id", NULL};
static const char SQL_REVERSAL_PARCEL[] =
    "INSERT INTO reversal_parcel (trade_id, ordinal, package_id, parcel_id, version, "
    "whole_m2_300, area_m2_300, ground) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char *const COLUMNS_REVERSAL_PARCEL[] = {"trade_id",    "ordinal", "package_id",
                                                      "parcel_id",   "version", "whole_m2_300",
                                                      "area_m2_300", "ground",  NULL};
static const char SQL_REVERSAL_LOSS[] =
    "INSERT INTO reversal_loss (trade_id, ordinal, issuance_id, mass_kg, before_kg, lost_m2_300, "
    "lost_kg) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char *const COLUMNS_REVERSAL_LOSS[] = {
    "trade_id", "ordinal", "issuance_id", "mass_kg", "before_kg", "lost_m2_300", "lost_kg", NULL};
static const char SQL_REVERSAL_DEBT[] =
    "INSERT INTO reversal_debt (trade_id, party_id, owed_t) VALUES (?1, ?2, ?3)";
static const char *const COLUMNS_REVERSAL_DEBT[] = {"trade_id", "party_id", "owed_t", NULL};
static const char SQL_REVERSAL_FILL[] =
    "INSERT INTO reversal_fill (trade_id, reversal_id, party_id) VALUES (?1, ?2, ?3)";
static const char *const COLUMNS_REVERSAL_FILL[] = {"trade_id", "reversal_id", "party_id", NULL};

static int compare_kind(const void *kind, const void *row)
{
    return strcmp(kind, ((const struct th_post_row *)row)->kind);
}

const struct th_post_row *th_post_row_find(const char *kind)
{
    // In order of kinds.
    static const struct th_post_row ROWS[] = {
        {"deduction_withdrawal", SQL_DEDUCTION_WITHDRAWAL, COLUMNS_DEDUCTION_WITHDRAWAL, true,
         NULL},
        {"delivery", SQL_DELIVERY, COLUMNS_DELIVERY, false, NULL},
        {"distribution", SQL_DISTRIBUTION, COLUMNS_DISTRIBUTION, true, NULL},
        {"distribution_decision", SQL_DISTRIBUTION_DECISION, COLUMNS_DISTRIBUTION_DECISION, true,
         NULL},
        {"distribution_payment", SQL_DISTRIBUTION_PAYMENT, COLUMNS_DISTRIBUTION_PAYMENT, false,
         NULL},
        {"distribution_sale", SQL_DISTRIBUTION_SALE, COLUMNS_DISTRIBUTION_SALE, false, NULL},
        {"enforcement_debt", SQL_ENFORCEMENT_DEBT, COLUMNS_ENFORCEMENT_DEBT, false, NULL},
        {"forecast", SQL_FORECAST, COLUMNS_FORECAST, true, NULL},
        {"forecast_correction", SQL_FORECAST_CORRECTION, COLUMNS_FORECAST_CORRECTION, true, NULL},
        {"forecast_move", SQL_FORECAST_MOVE, COLUMNS_FORECAST_MOVE, true, "forecast_changed"},
        {"forecast_vintage", SQL_FORECAST_VINTAGE, COLUMNS_FORECAST_VINTAGE, false, NULL},
        {"listing", SQL_LISTING, COLUMNS_LISTING, false, NULL},
        {"loan_payment", SQL_LOAN_PAYMENT, COLUMNS_LOAN_PAYMENT, true, NULL},
        {"loan_withdrawal", SQL_LOAN_WITHDRAWAL, COLUMNS_LOAN_WITHDRAWAL, true, NULL},
        {"lock_expiry", SQL_LOCK_EXPIRY, COLUMNS_LOCK_EXPIRY, true, "lock_changed"},
        {"lock_more", SQL_LOCK_MORE, COLUMNS_LOCK_MORE, true, "lock_changed"},
        {"lock_move", SQL_LOCK_MOVE, COLUMNS_LOCK_MOVE, true, "lock_changed"},
        {"member_share", SQL_MEMBER_SHARE, COLUMNS_MEMBER_SHARE, true, NULL},
        {"offer_line", SQL_OFFER_LINE, COLUMNS_OFFER_LINE, false, NULL},
        {"outbox_payment", SQL_OUTBOX_PAYMENT, COLUMNS_OUTBOX_PAYMENT, false, NULL},
        {"outbox_withdrawal", SQL_OUTBOX_WITHDRAWAL, COLUMNS_OUTBOX_WITHDRAWAL, true, NULL},
        {"party_account", SQL_PARTY_ACCOUNT, COLUMNS_PARTY_ACCOUNT, true, NULL},
        {"party_account_decision", SQL_PARTY_ACCOUNT_DECISION, COLUMNS_PARTY_ACCOUNT_DECISION, true,
         NULL},
        {"payout_event", SQL_PAYOUT_EVENT, COLUMNS_PAYOUT_EVENT, true, NULL},
        {"pledge", SQL_PLEDGE, COLUMNS_PLEDGE, false, NULL},
        {"pledge_release", SQL_PLEDGE_RELEASE, COLUMNS_PLEDGE_RELEASE, false, NULL},
        {"pool_draw", SQL_POOL_DRAW, COLUMNS_POOL_DRAW, false, "pool_changed"},
        {"pool_share", SQL_POOL_SHARE, COLUMNS_POOL_SHARE, false, NULL},
        {"promise", SQL_PROMISE, COLUMNS_PROMISE, false, NULL},
        {"receipt", SQL_RECEIPT, COLUMNS_RECEIPT, true, NULL},
        {"receipt_withdrawal", SQL_RECEIPT_WITHDRAWAL, COLUMNS_RECEIPT_WITHDRAWAL, true, NULL},
        {"reserve_settlement", SQL_RESERVE_SETTLEMENT, COLUMNS_RESERVE_SETTLEMENT, true, NULL},
        {"revenue_deduction", SQL_REVENUE_DEDUCTION, COLUMNS_REVENUE_DEDUCTION, true, NULL},
        {"revenue_term", SQL_REVENUE_TERM, COLUMNS_REVENUE_TERM, true, NULL},
        {"revenue_term_end", SQL_REVENUE_TERM_END, COLUMNS_REVENUE_TERM_END, true, NULL},
        {"revenue_term_split", SQL_REVENUE_TERM_SPLIT, COLUMNS_REVENUE_TERM_SPLIT, false, NULL},
        {"reversal", SQL_REVERSAL, COLUMNS_REVERSAL, false, NULL},
        {"reversal_debt", SQL_REVERSAL_DEBT, COLUMNS_REVERSAL_DEBT, false, NULL},
        {"reversal_fill", SQL_REVERSAL_FILL, COLUMNS_REVERSAL_FILL, false, NULL},
        {"reversal_loss", SQL_REVERSAL_LOSS, COLUMNS_REVERSAL_LOSS, false, NULL},
        {"reversal_parcel", SQL_REVERSAL_PARCEL, COLUMNS_REVERSAL_PARCEL, false, NULL},
        {"settlement_withdrawal", SQL_SETTLEMENT_WITHDRAWAL, COLUMNS_SETTLEMENT_WITHDRAWAL, true,
         NULL},
        {"trade", SQL_TRADE, COLUMNS_TRADE, true, NULL},
        {"trade_decision", SQL_TRADE_DECISION, COLUMNS_TRADE_DECISION, true, "trade_decided"},
        {"trade_line", SQL_TRADE_LINE, COLUMNS_TRADE_LINE, false, NULL},
        {"trade_schedule", SQL_TRADE_SCHEDULE, COLUMNS_TRADE_SCHEDULE, false, NULL},
        {"unit_lock", SQL_UNIT_LOCK, COLUMNS_UNIT_LOCK, true, NULL},
    };
    return bsearch(kind, ROWS, sizeof(ROWS) / sizeof(ROWS[0]), sizeof(ROWS[0]), compare_kind);
}

// The money of a loan that a pledge secures: paid out, repaid, interest. What was paid is confirmed
// with its day, like receipts. Of the rate nothing is reckoned but that interest cannot be more.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "trading/pledge/pledge.h"
#include "trading/pledge/pledge_internal.h"

struct loan {
    struct th_trade trade; // of the pledge
    struct th_pledge pledge;
    struct th_loan_payment payment;
    char on_date[TH_ON_SIZE];
};

static enum th_status exceeds(struct th_error *err, const char *key, const char *argument,
                              struct th_money limit, struct th_money asked)
{
    char limit_text[TH_QUANTITY_TEXT_SIZE];
    char asked_text[TH_QUANTITY_TEXT_SIZE];
    return th_error_set(err, TH_CONFLICT, key, argument, th_money_format(limit, limit_text),
                        "amount", th_money_format(asked, asked_text), NULL);
}

// Never more than the principal goes out, never more than went out comes back.
static enum th_status check_amount(struct th_store *store, const struct loan *loan,
                                   struct th_error *err)
{
    struct th_loan_totals totals;
    struct th_money room = {0};
    struct th_money amount = loan->payment.amount;
    bool payout = strcmp(loan->payment.kind, "payout") == 0;
    enum th_status status = th_loan_totals(store, loan->trade.trade_id, &totals, err);
    if (status != TH_OK || strcmp(loan->payment.kind, "interest") == 0) {
        return status;
    }
    status = payout ? th_money_sub(loan->pledge.principal, totals.payout, &room, err)
                    : th_money_sub(totals.payout, totals.repayment, &room, err);
    if (status == TH_OK && th_money_compare(amount, room) > 0) {
        return payout ? exceeds(err, "loan_exceeds", "principal", loan->pledge.principal, amount)
                      : exceeds(err, "repayment_too_large", "outstanding", room, amount);
    }
    return status;
}

// What of the loan was out on a day.
struct standing {
    const char *on_date;
    int64_t paid_fen; // paid out by then
    int64_t back_fen; // repaid by then
};

static bool add_payment(void *context, const struct th_loan_payment *payment)
{
    struct standing *standing = context;
    if (strcmp(payment->on_date, standing->on_date) <= 0) {
        int64_t fen = th_money_fen(payment->amount);
        standing->paid_fen += strcmp(payment->kind, "payout") == 0 ? fen : 0;
        standing->back_fen += strcmp(payment->kind, "repayment") == 0 ? fen : 0;
    }
    return true;
}

// Nothing is paid out before the pledge, nor comes back before it was paid out.
static enum th_status check_day(struct th_store *store, const struct loan *loan,
                                struct th_error *err)
{
    struct standing standing = {.on_date = loan->on_date};
    const char *kind = loan->payment.kind;
    if (strcmp(loan->on_date, loan->trade.on_date) < 0) {
        return th_error_set(err, TH_INVALID, "loan_before_pledge", "on", loan->on_date, "pledge_on",
                            loan->trade.on_date, NULL);
    }
    enum th_status status = th_loan_each(store, loan->trade.trade_id, add_payment, &standing, err);
    int64_t out_fen = standing.paid_fen - standing.back_fen;
    bool early = strcmp(kind, "repayment") == 0
                     ? th_money_fen(loan->payment.amount) > out_fen
                     : strcmp(kind, "interest") == 0 && standing.paid_fen == 0;
    if (status == TH_OK && early) {
        char out[TH_QUANTITY_TEXT_SIZE];
        status = th_error_set(err, TH_INVALID, "loan_before_payout", "on", loan->on_date, "out",
                              th_money_format(th_money_from_fen(out_fen), out), NULL);
    }
    return status;
}

// A sale of what was pledged pays the debt with what the pledgee received from it.
static enum th_status check_enforcement(struct th_store *store, const struct loan *loan,
                                        struct th_error *err)
{
    struct th_debt_list debts = {0};
    struct th_money available = {0};
    bool owed = false;
    int64_t enforcement_id = loan->payment.enforcement_id;
    enum th_status status = th_debt_load(store, enforcement_id, &debts, err);
    for (size_t i = 0; i < debts.n; i++) {
        owed = owed || debts.items[i].pledge_id == loan->trade.trade_id;
    }
    free(debts.items);
    if (status == TH_OK && !owed) {
        (void)th_error_set(err, TH_CONFLICT, "enforcement_other", NULL);
        th_error_add_int(err, "trade", enforcement_id);
        return TH_CONFLICT;
    }
    if (status == TH_OK) {
        status = th_loan_creditable(store, enforcement_id, loan->trade.buyer_id, &available, err);
    }
    return status == TH_OK && th_money_compare(loan->payment.amount, available) > 0
               ? exceeds(err, "enforcement_spent", "available", available, loan->payment.amount)
               : status;
}

// Claims and cash of lender and debtor.
static enum th_status post_money(struct th_posting *posting, const struct loan *loan,
                                 struct th_error *err)
{
    const struct th_loan_payment *payment = &loan->payment;
    bool payout = strcmp(payment->kind, "payout") == 0;
    bool interest = strcmp(payment->kind, "interest") == 0;
    int64_t lender_id = loan->trade.buyer_id;
    int64_t debtor_id = loan->pledge.debtor_id;
    struct th_transfer transfer = {.from_id = payout ? lender_id : debtor_id,
                                   .to_id = payout ? debtor_id : lender_id,
                                   .account = TH_ACCOUNT_CASH,
                                   .amount = payment->amount,
                                   .on_date = loan->on_date,
                                   .trade_id = loan->trade.trade_id,
                                   .memo = payout     ? "money.loan_payout"
                                           : interest ? "money.loan_interest"
                                                      : "money.loan_repayment"};
    // What an enforcement brought moved with its receipts.
    enum th_status status =
        payment->enforcement_id == 0 ? th_money_move(posting, &transfer, err) : TH_OK;
    if (status != TH_OK || interest) {
        return status;
    }
    transfer.from_id = payout ? debtor_id : lender_id;
    transfer.to_id = payout ? lender_id : debtor_id;
    transfer.account = TH_ACCOUNT_CLAIM;
    return th_money_move(posting, &transfer, err);
}

static enum th_status load(struct th_registry *registry, struct th_work *work,
                           const struct th_loan_input *input, struct loan *loan,
                           struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    enum th_status status = th_deal_day_parse(registry, input->on, loan->on_date, err);
    if (status == TH_OK) {
        status = th_money_parse(input->amount, &loan->payment.amount, err);
    }
    if (status == TH_OK && th_money_fen(loan->payment.amount) == 0) {
        status = th_error_set(err, TH_INVALID, "amount_zero", NULL);
    }
    if (status == TH_OK && input->enforcement &&
        !th_text_parse_int(input->enforcement, 1, INT64_MAX, &loan->payment.enforcement_id)) {
        status =
            th_error_set(err, TH_NOT_FOUND, "trade_not_found", "trade", input->enforcement, NULL);
    }
    if (status == TH_OK) {
        status = th_pledge_load(store, input->pledge_id, &loan->pledge, err);
    }
    if (status == TH_OK) {
        status = th_trade_load(store, input->pledge_id, &loan->trade, err);
    }
    if (status == TH_OK && strcmp(loan->trade.state, "approved") != 0) {
        (void)th_error_set(err, TH_CONFLICT, "pledge_not_approved", NULL);
        th_error_add_word(err, "state", "value.state", loan->trade.state);
        th_error_add_int(err, "pledge", input->pledge_id);
        status = TH_CONFLICT;
    }
    if (status == TH_OK) {
        status = th_check_own_trade(work, &loan->trade, err);
    }
    if (status == TH_OK) {
        bool payout = strcmp(input->kind, "payout") == 0;
        status =
            th_check_receiver(work, payout ? loan->pledge.debtor_id : loan->trade.buyer_id, err);
    }
    loan->payment.trade_id = input->pledge_id;
    loan->payment.kind = input->kind;
    loan->payment.on_date = loan->on_date;
    loan->payment.login = th_work_actor(work)->login;
    return status;
}

static enum th_status pay(struct th_registry *registry, struct th_work *work,
                          const struct th_loan_input *input, struct th_json *body,
                          struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct loan loan = {0};
    int64_t payment_id = 0;
    enum th_status status = load(registry, work, input, &loan, err);
    if (status == TH_OK) {
        status = check_amount(store, &loan, err);
    }
    if (status == TH_OK) {
        status = check_day(store, &loan, err);
    }
    if (status == TH_OK && strcmp(loan.payment.kind, "interest") == 0) {
        status =
            th_debt_check_interest(store, input->pledge_id, loan.payment.amount, loan.on_date, err);
    }
    if (status == TH_OK && loan.payment.enforcement_id != 0) {
        status = check_enforcement(store, &loan, err);
    }
    if (status == TH_OK) {
        status = th_loan_post(th_work_posting(work), &loan.payment, &payment_id, err);
    }
    if (status == TH_OK) {
        status = post_money(th_work_posting(work), &loan, err);
    }
    th_json_set_int(body, "payment_id", payment_id);
    if (status == TH_OK) {
        status = th_trade_reply(store, input->pledge_id, ret_reply, err);
    }
    if (status == TH_OK) {
        th_json_set_int(*ret_reply, "payment_id", payment_id);
    }
    return status;
}

enum th_status th_loan_pay(struct th_registry *registry, const struct th_request *request,
                           const struct th_loan_input *input, struct th_json **ret_reply,
                           struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_int(given, "pledge", input->pledge_id);
    th_json_set_text(given, "kind", input->kind);
    th_json_set_text(given, "amount", input->amount);
    th_json_set_text(given, "enforcement", input->enforcement);
    th_json_set_text(given, "on", input->on);
    struct th_work *work = NULL;
    enum th_status status =
        th_work_begin(registry, request, TH_MAY_RECEIPT, "loan.pay", given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = th_json_object();
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = pay(registry, work, input, body, &reply, err);
    return th_work_end(work, status, th_subject("trade", input->pledge_id, subject), body, reply,
                       ret_reply, err);
}

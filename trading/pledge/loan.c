// The money of a loan that a pledge secures: paid out, repaid, interest; and payments that are
// taken back. What was paid is confirmed with its day, like receipts. Of the rate nothing is
// reckoned but that interest cannot be more.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "trading/pledge/pledge.h"
#include "trading/pledge/pledge_internal.h"

enum { MEMO_SIZE = 40 };

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
    int64_t interest_fen;
};

static bool add_payment(void *context, const struct th_loan_payment *payment)
{
    struct standing *standing = context;
    if (!payment->withdrawn_on && strcmp(payment->on_date, standing->on_date) <= 0) {
        int64_t fen = th_money_fen(payment->amount);
        standing->paid_fen += strcmp(payment->kind, "payout") == 0 ? fen : 0;
        standing->back_fen += strcmp(payment->kind, "repayment") == 0 ? fen : 0;
        standing->interest_fen += strcmp(payment->kind, "interest") == 0 ? fen : 0;
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

// Claims and cash of lender and debtor; `back`: as if it had never been.
static enum th_status post_money(struct th_posting *posting, const struct loan *loan, bool back,
                                 struct th_error *err)
{
    const struct th_loan_payment *payment = &loan->payment;
    bool interest = strcmp(payment->kind, "interest") == 0;
    bool to_debtor = (strcmp(payment->kind, "payout") == 0) != back;
    int64_t lender_id = loan->trade.buyer_id;
    int64_t debtor_id = loan->pledge.debtor_id;
    char memo[MEMO_SIZE];
    (void)snprintf(memo, sizeof(memo), "money.loan_%s%s", payment->kind, back ? "_back" : "");
    struct th_transfer transfer = {.from_id = to_debtor ? lender_id : debtor_id,
                                   .to_id = to_debtor ? debtor_id : lender_id,
                                   .account = TH_ACCOUNT_CASH,
                                   .amount = payment->amount,
                                   .on_date = loan->on_date,
                                   .trade_id = loan->trade.trade_id,
                                   .memo = memo};
    // What an enforcement brought moved with its receipts.
    enum th_status status =
        payment->enforcement_id == 0 ? th_money_move(posting, &transfer, err) : TH_OK;
    if (status != TH_OK || interest) {
        return status;
    }
    transfer.from_id = to_debtor ? debtor_id : lender_id;
    transfer.to_id = to_debtor ? lender_id : debtor_id;
    transfer.account = TH_ACCOUNT_CLAIM;
    return th_money_move(posting, &transfer, err);
}

// Of an approved pledge; by the side at which its money arrives.
static enum th_status load_pledge(struct th_work *work, int64_t pledge_id, struct loan *loan,
                                  struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    enum th_status status = th_pledge_load(store, pledge_id, &loan->pledge, err);
    if (status == TH_OK) {
        status = th_trade_load(store, pledge_id, &loan->trade, err);
    }
    if (status == TH_OK && strcmp(loan->trade.state, "approved") != 0) {
        (void)th_error_set(err, TH_CONFLICT, "pledge_not_approved", NULL);
        th_error_add_word(err, "state", "value.state", loan->trade.state);
        th_error_add_int(err, "pledge", pledge_id);
        status = TH_CONFLICT;
    }
    return status == TH_OK ? th_check_own_trade(work, &loan->trade, err) : status;
}

static enum th_status check_receiver(struct th_work *work, const struct loan *loan,
                                     const char *kind, struct th_error *err)
{
    bool payout = strcmp(kind, "payout") == 0;
    return th_check_receiver(work, payout ? loan->pledge.debtor_id : loan->trade.buyer_id, err);
}

static enum th_status load(struct th_registry *registry, struct th_work *work,
                           const struct th_loan_input *input, struct loan *loan,
                           struct th_error *err)
{
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
        status = load_pledge(work, input->pledge_id, loan, err);
    }
    if (status == TH_OK) {
        status = check_receiver(work, loan, input->kind, err);
    }
    loan->payment.trade_id = input->pledge_id;
    loan->payment.kind = input->kind;
    loan->payment.on_date = loan->on_date;
    loan->payment.login = th_work_actor(work)->login;
    return status;
}

// What was paid back, and interest, rest on what was out by their day: of those of a day or later,
// the first that would be more than that.
struct resting {
    struct th_store *store;
    int64_t pledge_id;
    const char *since;
    int64_t payment_id; // 0: none
    char on_date[TH_ON_SIZE];
    enum th_status status;
    struct th_error *err;
};

static bool see_resting(void *context, const struct th_loan_payment *payment)
{
    struct resting *resting = context;
    struct standing standing = {.on_date = payment->on_date};
    bool counts = !payment->withdrawn_on && strcmp(payment->kind, "payout") != 0 &&
                  strcmp(payment->on_date, resting->since) >= 0;
    if (!counts) {
        return true;
    }
    resting->status =
        th_loan_each(resting->store, resting->pledge_id, add_payment, &standing, resting->err);
    bool fits = standing.back_fen <= standing.paid_fen;
    if (resting->status == TH_OK && strcmp(payment->kind, "interest") == 0) {
        resting->status = th_debt_interest_fits(resting->store, resting->pledge_id,
                                                th_money_from_fen(standing.interest_fen),
                                                payment->on_date, &fits, resting->err);
    }
    if (resting->status == TH_OK && !fits) {
        resting->payment_id = payment->payment_id;
        th_text_copy(resting->on_date, sizeof(resting->on_date), payment->on_date);
    }
    return resting->status == TH_OK && resting->payment_id == 0;
}

static enum th_status find_resting(struct resting *resting)
{
    enum th_status status =
        th_loan_each(resting->store, resting->pledge_id, see_resting, resting, resting->err);
    return status == TH_OK ? resting->status : status;
}

// A repayment of a day gone by leaves less for those that were recorded since.
static enum th_status check_later(struct th_store *store, const struct loan *loan,
                                  struct th_error *err)
{
    struct resting resting = {
        .store = store, .pledge_id = loan->trade.trade_id, .since = loan->on_date, .err = err};
    char amount[TH_QUANTITY_TEXT_SIZE];
    enum th_status status =
        strcmp(loan->payment.kind, "repayment") == 0 ? find_resting(&resting) : TH_OK;
    if (status == TH_OK && resting.payment_id != 0) {
        status = th_error_set(err, TH_CONFLICT, "loan_payment_later", "amount",
                              th_money_format(loan->payment.amount, amount), "on", loan->on_date,
                              "other_on", resting.on_date, NULL);
        th_error_add_int(err, "other", resting.payment_id);
    }
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
        status = check_later(store, &loan, err);
    }
    if (status == TH_OK) {
        status = post_money(th_work_posting(work), &loan, false, err);
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

// A payment that is to be taken back, among those of its pledge.
struct withdrawal {
    struct loan loan;
    char kind[TH_TRADE_WORD_SIZE]; // behind loan.payment
    char since[TH_ON_SIZE];
    char recorded_by[TH_LOGIN_SIZE];
    char reason[TH_TRADE_NOTE_SIZE];
    bool done_before;
};

static bool find_payment(void *context, const struct th_loan_payment *payment)
{
    struct withdrawal *of = context;
    if (payment->payment_id != of->loan.payment.payment_id) {
        return true;
    }
    th_text_copy(of->kind, sizeof(of->kind), payment->kind);
    th_text_copy(of->since, sizeof(of->since), payment->on_date);
    th_text_copy(of->recorded_by, sizeof(of->recorded_by), payment->login);
    of->loan.payment.kind = of->kind;
    of->loan.payment.amount = payment->amount;
    of->loan.payment.enforcement_id = payment->enforcement_id;
    of->done_before = payment->withdrawn_on != NULL;
    return false;
}

static enum th_status check_resting(struct th_store *store, const struct withdrawal *of,
                                    struct th_error *err)
{
    struct resting resting = {
        .store = store, .pledge_id = of->loan.trade.trade_id, .since = of->since, .err = err};
    enum th_status status = find_resting(&resting);
    if (status == TH_OK && resting.payment_id != 0) {
        status = th_error_set(err, TH_CONFLICT, "loan_payment_rests", NULL);
        th_error_add_int(err, "payment", of->loan.payment.payment_id);
        th_error_add_int(err, "other", resting.payment_id);
    }
    return status;
}

// Whoever recorded it does not take it back: two persons looked at it then.
static enum th_status check_withdrawal(struct th_work *work, const struct withdrawal *of,
                                       struct th_error *err)
{
    enum th_status status = check_receiver(work, &of->loan, of->kind, err);
    if (status == TH_OK && strcmp(of->recorded_by, th_work_actor(work)->login) == 0) {
        status = th_error_set(err, TH_NOT_PERMITTED, "loan_correct_second_person", "login",
                              of->recorded_by, NULL);
    } else if (status == TH_OK && of->done_before) {
        status = th_error_set(err, TH_CONFLICT, "loan_payment_withdrawn", NULL);
    } else if (status == TH_OK && of->loan.payment.enforcement_id != 0) {
        status = th_error_set(err, TH_CONFLICT, "loan_payment_credited", NULL);
        th_error_add_int(err, "trade", of->loan.payment.enforcement_id);
    } else if (status == TH_OK && strcmp(of->loan.on_date, of->since) < 0) {
        status = th_error_set(err, TH_INVALID, "loan_correct_before", "on", of->loan.on_date,
                              "since", of->since, NULL);
    }
    if (status != TH_OK) {
        th_error_add_int(err, "payment", of->loan.payment.payment_id);
    }
    return status;
}

static enum th_status take_back(struct th_registry *registry, struct th_work *work,
                                const struct th_loan_correct_input *input, struct withdrawal *of,
                                struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_posting *posting = th_work_posting(work);
    struct loan *loan = &of->loan;
    int64_t pledge_id = 0;
    loan->payment.payment_id = input->payment_id;
    enum th_status status = th_reason_parse(input->reason, of->reason, err);
    if (status == TH_OK) {
        status = th_deal_day_parse(registry, input->on, loan->on_date, err);
    }
    if (status == TH_OK) {
        status = th_loan_find(store, input->payment_id, &pledge_id, err);
    }
    if (status == TH_OK) {
        status = load_pledge(work, pledge_id, loan, err);
    }
    if (status == TH_OK) {
        status = th_loan_each(store, pledge_id, find_payment, of, err);
    }
    if (status == TH_OK) {
        status = check_withdrawal(work, of, err);
    }
    loan->payment.withdrawn_on = loan->on_date;
    loan->payment.withdrawn_by = th_work_actor(work)->login;
    loan->payment.reason = of->reason;
    if (status == TH_OK) {
        status = th_loan_withdraw_post(posting, &loan->payment, err);
    }
    if (status == TH_OK && strcmp(of->kind, "payout") == 0) {
        status = check_resting(store, of, err);
    }
    return status == TH_OK ? post_money(posting, loan, true, err) : status;
}

enum th_status th_loan_correct(struct th_registry *registry, const struct th_request *request,
                               const struct th_loan_correct_input *input,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_int(given, "payment", input->payment_id);
    th_json_set_text(given, "reason", input->reason);
    th_json_set_text(given, "on", input->on);
    struct th_work *work = NULL;
    enum th_status status = th_work_begin(registry, request, TH_MAY_RECEIPT, "loan.correct", given,
                                          &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct withdrawal of = {.done_before = false};
    struct th_json *body = th_json_object();
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = take_back(registry, work, input, &of, err);
    th_json_set_int(body, "payment_id", input->payment_id);
    if (status == TH_OK) {
        status = th_trade_reply(th_work_store(work), of.loan.trade.trade_id, &reply, err);
    }
    if (status == TH_OK) {
        th_json_set_int(reply, "payment_id", input->payment_id);
    }
    return th_work_end(work, status, th_subject("trade", of.loan.trade.trade_id, subject), body,
                       reply, ret_reply, err);
}

// A receipt that was confirmed wrongly: another person takes it back, and its money with it.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/deal/correction_store.h"
#include "store/deal/pledge_store.h"
#include "trading/ahead/promise.h"
#include "trading/revenue/receipt.h"

struct withdrawal {
    struct th_trade trade;
    struct th_receipt receipt; // its texts are the ones below
    char since[TH_ON_SIZE];
    char recorded_by[TH_LOGIN_SIZE];
    char on_date[TH_ON_SIZE];
    char reason[TH_TRADE_NOTE_SIZE];
    bool done_before;
    int64_t asked_id;            // of the receipt; 0: the only one that stands
    int64_t n;                   // of those that are meant
    struct th_claim_list shares; // owned: whose cash it moved
};

static bool keep(void *context, const struct th_receipt *receipt)
{
    struct withdrawal *of = context;
    bool stands = receipt->withdrawn_on == NULL;
    if (of->asked_id != 0 ? receipt->receipt_id != of->asked_id : !stands) {
        return true;
    }
    of->n++;
    of->receipt = *receipt;
    of->done_before = receipt->withdrawn_on != NULL;
    th_text_copy(of->since, sizeof(of->since), receipt->on_date);
    th_text_copy(of->recorded_by, sizeof(of->recorded_by), receipt->login);
    return true;
}

// The receipt that is meant: numbers of receipts and of trades are easily taken for each other, so
// that the trade is always said.
static enum th_status find(struct th_store *store, struct withdrawal *of, struct th_error *err)
{
    int64_t trade_id = of->trade.trade_id;
    enum th_status status = th_receipt_each(store, trade_id, keep, of, err);
    if (status != TH_OK || of->n == 1) {
        return status;
    }
    status = of->asked_id != 0 ? th_error_set(err, TH_NOT_FOUND, "receipt_not_found", NULL)
             : of->n == 0      ? th_error_set(err, TH_CONFLICT, "receipt_none", NULL)
                               : th_error_set(err, TH_USAGE, "receipt_several", NULL);
    th_error_add_int(err, "trade", trade_id);
    th_error_add_int(err, "receipt", of->asked_id);
    return status;
}

static enum th_status load(struct th_registry *registry, struct th_work *work,
                           const struct th_receipt_correct_input *input, struct withdrawal *of,
                           struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    enum th_status status = th_reason_parse(input->reason, of->reason, err);
    if (status == TH_OK) {
        status = th_deal_day_parse(registry, input->on, of->on_date, err);
    }
    if (status == TH_OK) {
        status = th_trade_load(store, input->trade_id, &of->trade, err);
    }
    if (status == TH_OK) {
        of->asked_id = input->receipt_id;
        status = find(store, of, err);
    }
    if (status == TH_OK) {
        status = th_receipt_shares(store, of->receipt.trade_id, of->receipt.seq, &of->shares, err);
    }
    of->receipt.on_date = of->since;
    of->receipt.login = of->recorded_by;
    of->receipt.withdrawn_on = of->on_date;
    of->receipt.withdrawn_by = th_work_actor(work)->login;
    of->receipt.reason = of->reason;
    return status;
}

// Whoever paid or is paid has a hand in it; who confirmed it does not take it back.
static enum th_status check_person(struct th_work *work, const struct withdrawal *of,
                                   struct th_error *err)
{
    bool has_hand = false;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < of->shares.n && status == TH_OK; i++) {
        const struct th_claim *share = &of->shares.items[i];
        has_hand = has_hand || share->party_id == th_work_actor(work)->party_id;
        if (th_money_fen(share->owed) > 0) {
            status = th_check_receiver(work, share->party_id, err);
        }
    }
    if (status == TH_OK && !has_hand) {
        status = th_check_own_trade(work, &of->trade, err);
    }
    if (status == TH_OK && strcmp(of->recorded_by, th_work_actor(work)->login) == 0) {
        status = th_error_set(err, TH_NOT_PERMITTED, "receipt_correct_second_person", "login",
                              of->recorded_by, NULL);
        th_error_add_int(err, "receipt", of->receipt.receipt_id);
    }
    return status;
}

static enum th_status rests(const struct withdrawal *of, const char *key, const char *name,
                            int64_t id, struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, key, NULL);
    th_error_add_int(err, "receipt", of->receipt.receipt_id);
    th_error_add_int(err, name, id);
    return TH_CONFLICT;
}

// Money ahead of units is there to be taken back as far as no delivery has used it, nor a refund.
static enum th_status check_prepaid(struct th_store *store, const struct withdrawal *of,
                                    struct th_error *err)
{
    struct th_promise_progress progress;
    if (!th_promise_takes_prepayments(&of->trade)) {
        return TH_OK;
    }
    enum th_status status = th_promise_progress(store, &of->trade, 0, &progress, err);
    return status == TH_OK && th_money_compare(progress.prepaid, of->receipt.amount) < 0
               ? rests(of, "receipt_used", "trade", of->trade.trade_id, err)
               : status;
}

// Each pledgee keeps as much of the sale of pledged units as repaid his loans.
static enum th_status check_credited(struct th_store *store, const struct withdrawal *of,
                                     struct th_error *err)
{
    enum th_status status = TH_OK;
    bool short_of = false;
    int64_t pledge_id = 0;
    if (strcmp(of->trade.kind, "enforcement") != 0) {
        return TH_OK;
    }
    for (size_t i = 0; i < of->shares.n && status == TH_OK; i++) {
        const struct th_claim *share = &of->shares.items[i];
        struct th_money left = share->owed;
        if (th_money_fen(share->owed) > 0) {
            status = th_loan_creditable(store, of->trade.trade_id, share->party_id, &left, err);
        }
        short_of = short_of || th_money_compare(left, share->owed) < 0;
    }
    if (status == TH_OK && short_of) {
        status = th_trade_credited(store, of->trade.trade_id, &pledge_id, err);
    }
    return status == TH_OK && short_of ? rests(of, "receipt_credited", "trade", pledge_id, err)
                                       : status;
}

// A run that waits for its approval reckoned with it. What an approved one shared stays shared:
// later receipts of the sale are shared only where all of them together exceed it.
static enum th_status check_runs(struct th_store *store, const struct withdrawal *of,
                                 struct th_error *err)
{
    int64_t run_id = 0;
    enum th_status status = th_receipt_proposed_run(store, of->receipt.receipt_id, &run_id, err);
    return status == TH_OK && run_id != 0 ? rests(of, "receipt_shared", "run", run_id, err)
                                          : status;
}

static enum th_status check_resting(struct th_store *store, const struct withdrawal *of,
                                    struct th_error *err)
{
    int64_t correction_id = 0;
    if (of->done_before) {
        return rests(of, "receipt_withdrawn", "trade", of->trade.trade_id, err);
    }
    if (strcmp(of->on_date, of->since) < 0) {
        return rests(of, "receipt_correct_before", "trade", of->trade.trade_id, err);
    }
    if (of->receipt.of_trade_id != 0) {
        return rests(of, "receipt_ahead", "trade", of->receipt.of_trade_id, err);
    }
    enum th_status status = th_trade_correction(store, of->trade.trade_id, &correction_id, err);
    if (status == TH_OK && correction_id != 0) {
        status = rests(of, "receipt_corrected", "trade", correction_id, err);
    }
    if (status == TH_OK) {
        status = check_credited(store, of, err);
    }
    if (status == TH_OK) {
        status = check_prepaid(store, of, err);
    }
    return status == TH_OK ? check_runs(store, of, err) : status;
}

// One of the sides of a receipt is one party: the buyer, or, where money comes back, who gets it.
static int64_t one_of(const struct withdrawal *of, bool *ret_pays)
{
    size_t n_paid = 0;
    int64_t paid_id = 0;
    int64_t payer_id = 0;
    for (size_t i = 0; i < of->shares.n; i++) {
        bool paid = th_money_fen(of->shares.items[i].owed) > 0;
        n_paid += paid;
        *(paid ? &paid_id : &payer_id) = of->shares.items[i].party_id;
    }
    *ret_pays = n_paid + 1 == of->shares.n;
    return *ret_pays ? payer_id : paid_id;
}

// Cash goes back to who paid, and the claim to who was paid.
static enum th_status turn_money(struct th_work *work, const struct withdrawal *of,
                                 struct th_error *err)
{
    bool pays = false;
    int64_t one_id = one_of(of, &pays);
    enum th_status status = TH_OK;
    for (size_t i = 0; i < of->shares.n && status == TH_OK; i++) {
        const struct th_claim *share = &of->shares.items[i];
        int64_t paid_id = pays ? share->party_id : one_id;
        int64_t payer_id = pays ? one_id : share->party_id;
        if (share->party_id == one_id) {
            continue;
        }
        struct th_transfer transfer = {.from_id = payer_id,
                                       .to_id = paid_id,
                                       .account = TH_ACCOUNT_CLAIM,
                                       .amount = pays ? share->owed : th_money_negate(share->owed),
                                       .on_date = of->on_date,
                                       .trade_id = of->trade.trade_id,
                                       .memo = "money.receipt_back"};
        status = th_money_move(th_work_posting(work), &transfer, err);
        transfer.from_id = paid_id;
        transfer.to_id = payer_id;
        transfer.account = TH_ACCOUNT_CASH;
        if (status == TH_OK) {
            status = th_money_move(th_work_posting(work), &transfer, err);
        }
    }
    return status;
}

static enum th_status take_back(struct th_registry *registry, struct th_work *work,
                                const struct th_receipt_correct_input *input, struct withdrawal *of,
                                struct th_error *err)
{
    enum th_status status = load(registry, work, input, of, err);
    if (status == TH_OK) {
        status = check_person(work, of, err);
    }
    if (status == TH_OK) {
        status = check_resting(th_work_store(work), of, err);
    }
    if (status == TH_OK) {
        status = th_receipt_withdraw_post(th_work_posting(work), &of->receipt, err);
    }
    return status == TH_OK ? turn_money(work, of, err) : status;
}

enum th_status th_receipt_correct(struct th_registry *registry, const struct th_request *request,
                                  const struct th_receipt_correct_input *input,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_int(given, "trade", input->trade_id);
    th_json_set_int(given, "receipt", input->receipt_id);
    th_json_set_text(given, "reason", input->reason);
    th_json_set_text(given, "on", input->on);
    struct th_work *work = NULL;
    enum th_status status = th_work_begin(registry, request, TH_MAY_RECEIPT, "receipt.correct",
                                          given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct withdrawal of = {.done_before = false};
    struct th_json *body = th_json_object();
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = take_back(registry, work, input, &of, err);
    free(of.shares.items);
    th_json_set_int(body, "receipt_id", of.receipt.receipt_id);
    th_json_set_int(body, "trade_id", of.trade.trade_id);
    th_json_set_text(body, "reason", of.reason);
    if (status == TH_OK) {
        status = th_trade_reply(th_work_store(work), of.trade.trade_id, &reply, err);
    }
    if (status == TH_OK) {
        th_json_set_int(reply, "receipt_id", of.receipt.receipt_id);
    }
    return th_work_end(work, status, th_subject("trade", of.trade.trade_id, subject), body, reply,
                       ret_reply, err);
}

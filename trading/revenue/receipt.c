// Money that arrived (到账): claims become cash, split over the sellers by what each is still owed.
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "store/deal/correction_store.h"
#include "trading/ahead/promise.h"
#include "trading/revenue/receipt.h"

static int by_party(const void *a, const void *b)
{
    const struct th_claim *left = a;
    const struct th_claim *right = b;
    return (left->party_id > right->party_id) - (left->party_id < right->party_id);
}

// What each creditor gets of an amount that is not more than what all of them are owed: by what
// each is owed, or one after the other where their claims have ranks.
static enum th_status share(const struct th_trade *trade, struct th_money amount,
                            struct th_claim_list *claims, int64_t *share_fen, struct th_error *err)
{
    int64_t left_fen = th_money_fen(amount);
    bool ranked = strcmp(trade->kind, "enforcement") == 0;
    for (size_t i = 0; i < claims->n && ranked; i++) {
        int64_t owed_fen = th_money_fen(claims->items[i].owed);
        share_fen[i] = owed_fen < left_fen ? owed_fen : left_fen;
        left_fen -= share_fen[i];
    }
    if (ranked) {
        return TH_OK;
    }
    int64_t *owed_fen = calloc(claims->n > 0 ? claims->n : 1, sizeof(*owed_fen));
    if (!owed_fen) {
        return th_error_no_memory(err);
    }
    if (claims->n > 0) { // ties of the last fen go to the lowest party
        qsort(claims->items, claims->n, sizeof(*claims->items), by_party);
    }
    for (size_t i = 0; i < claims->n; i++) {
        owed_fen[i] = th_money_fen(claims->items[i].owed);
    }
    enum th_status status = th_allocate(left_fen, owed_fen, claims->n, share_fen, err);
    free(owed_fen);
    return status;
}

static enum th_status check_receipt(struct th_store *store, const struct th_trade *trade,
                                    struct th_money amount, const char *on_date,
                                    struct th_error *err)
{
    struct th_money outstanding;
    if (strcmp(trade->state, "approved") != 0 || strcmp(trade->kind, "retirement") == 0) {
        (void)th_error_set(err, TH_CONFLICT, "trade_not_approved", "state", trade->state, NULL);
        th_error_add_int(err, "trade", trade->trade_id);
        return TH_CONFLICT;
    }
    if (th_money_fen(amount) == 0) {
        return th_error_set(err, TH_INVALID, "amount_zero", NULL);
    }
    if (strcmp(on_date, trade->on_date) < 0) {
        (void)th_error_set(err, TH_INVALID, "receipt_before_deal", "on", on_date, "deal_on",
                           trade->on_date, NULL);
        th_error_add_int(err, "trade", trade->trade_id);
        return TH_INVALID;
    }
    enum th_status status = th_trade_outstanding(store, trade, &outstanding, err);
    if (status == TH_OK && th_money_compare(amount, outstanding) > 0) {
        char asked[TH_QUANTITY_TEXT_SIZE];
        char owed[TH_QUANTITY_TEXT_SIZE];
        status = th_error_set(err, TH_CONFLICT, "receipt_too_large", "amount",
                              th_money_format(amount, asked), "outstanding",
                              th_money_format(outstanding, owed), NULL);
        th_error_add_int(err, "trade", trade->trade_id);
    }
    return status;
}

// Who is owed what is coming in. What is paid before the units come is owed by nobody yet: it makes
// a claim of the buyer's.
static enum th_status load_claims(struct th_store *store, const struct th_trade *trade,
                                  struct th_money amount, struct th_claim_list *ret_claims,
                                  struct th_error *err)
{
    if (!th_promise_takes_prepayments(trade)) {
        return th_trade_claims(store, trade->trade_id, ret_claims, err);
    }
    struct th_claim *claim = calloc(1, sizeof(*claim));
    if (!claim) {
        return th_error_no_memory(err);
    }
    *claim = (struct th_claim){.party_id = trade->seller_id, .owed = amount};
    *ret_claims = (struct th_claim_list){.items = claim, .n = 1};
    return TH_OK;
}

// Who stands on the other side of the one party that pays, or, of a correction, is paid.
struct sides {
    struct th_claim_list others;
    int64_t one_id;
    bool one_pays;
};

static enum th_status load_sides(struct th_store *store, const struct th_trade *trade,
                                 struct th_money amount, struct sides *sides, struct th_error *err)
{
    bool refund = false;
    sides->one_pays = strcmp(trade->kind, "correction") != 0;
    if (!sides->one_pays) {
        sides->one_id = trade->seller_id;
        return th_trade_debts(store, trade->trade_id, &sides->others, err);
    }
    enum th_status status = load_claims(store, trade, amount, &sides->others, err);
    if (status == TH_OK) {
        status = th_trade_is_refund(store, trade, &refund, err);
    }
    sides->one_id = refund ? trade->seller_id : trade->buyer_id;
    return status;
}

// Claims down, cash up, party by party, each of whom is spoken for who is paid.
static enum th_status post(struct th_work *work, const struct th_trade *trade,
                           struct th_money amount, const char *on_date, struct th_error *err)
{
    struct sides sides = {.one_id = 0};
    const struct th_claim_list *others = &sides.others;
    enum th_status status = load_sides(th_work_store(work), trade, amount, &sides, err);
    int64_t *share_fen = calloc(others->n > 0 ? others->n : 1, sizeof(*share_fen));
    if (status == TH_OK && !share_fen) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = share(trade, amount, &sides.others, share_fen, err);
    }
    for (size_t i = 0; i < others->n && status == TH_OK; i++) {
        int64_t paid_id = sides.one_pays ? others->items[i].party_id : sides.one_id;
        status = share_fen[i] > 0 ? th_check_receiver(work, paid_id, err) : TH_OK;
    }
    for (size_t i = 0; i < others->n && status == TH_OK; i++) {
        int64_t other_id = others->items[i].party_id;
        int64_t paid_id = sides.one_pays ? other_id : sides.one_id;
        int64_t payer_id = sides.one_pays ? sides.one_id : other_id;
        struct th_transfer transfer = {.from_id = paid_id,
                                       .to_id = payer_id,
                                       .account = TH_ACCOUNT_CLAIM,
                                       .amount = th_money_from_fen(share_fen[i]),
                                       .on_date = on_date,
                                       .trade_id = trade->trade_id,
                                       .memo = "money.receipt"};
        status = th_money_move(th_work_posting(work), &transfer, err);
        transfer.from_id = payer_id;
        transfer.to_id = paid_id;
        transfer.account = TH_ACCOUNT_CASH;
        if (status == TH_OK) {
            status = th_money_move(th_work_posting(work), &transfer, err);
        }
    }
    free(share_fen);
    free(sides.others.items);
    return status;
}

// Whoever is paid has a hand in it, a pledgee of a later rank too.
static enum th_status check_hand(struct th_work *work, const struct th_trade *trade,
                                 struct th_error *err)
{
    struct th_claim_list claims = {0};
    bool paid = false;
    enum th_status status = th_trade_claims(th_work_store(work), trade->trade_id, &claims, err);
    for (size_t i = 0; i < claims.n && status == TH_OK; i++) {
        paid = paid || claims.items[i].party_id == th_work_actor(work)->party_id;
    }
    free(claims.items);
    return status != TH_OK || paid ? status : th_check_own_trade(work, trade, err);
}

static enum th_status confirm(struct th_registry *registry, struct th_work *work, int64_t trade_id,
                              const char *amount_text, const char *on, struct th_json *body,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_trade trade;
    struct th_money amount;
    char on_date[TH_ON_SIZE];
    enum th_status status = th_deal_day_parse(registry, on, on_date, err);
    if (status == TH_OK) {
        status = th_money_parse(amount_text, &amount, err);
    }
    if (status == TH_OK) {
        status = th_trade_load(store, trade_id, &trade, err);
    }
    if (status == TH_OK) {
        status = check_hand(work, &trade, err);
    }
    if (status == TH_OK) {
        status = check_receipt(store, &trade, amount, on_date, err);
    }
    if (status != TH_OK) {
        return status;
    }
    const struct th_receipt receipt = {.trade_id = trade_id,
                                       .amount = amount,
                                       .on_date = on_date,
                                       .login = th_work_actor(work)->login};
    int64_t receipt_id = 0;
    status = post(work, &trade, amount, on_date, err);
    if (status == TH_OK) {
        status = th_receipt_post(th_work_posting(work), &receipt, &receipt_id, err);
    }
    th_json_set_int(body, "receipt_id", receipt_id);
    th_json_set_int(body, "trade_id", trade_id);
    if (status == TH_OK) {
        status = th_trade_reply(store, trade_id, ret_reply, err);
    }
    if (status == TH_OK) {
        th_json_set_int(*ret_reply, "receipt_id", receipt_id);
    }
    return status;
}

enum th_status th_receipt_confirm(struct th_registry *registry, const struct th_request *request,
                                  int64_t trade_id, const char *amount, const char *on,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_int(given, "trade", trade_id);
    th_json_set_text(given, "amount", amount);
    th_json_set_text(given, "on", on);
    struct th_work *work = NULL;
    enum th_status status = th_work_begin(registry, request, TH_MAY_RECEIPT, "receipt.confirm",
                                          given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = th_json_object();
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = confirm(registry, work, trade_id, amount, on, body, &reply, err);
    return th_work_end(work, status, th_subject("trade", trade_id, subject), body, reply, ret_reply,
                       err);
}

// Money that arrived (到账): claims become cash, split over the sellers by what each is still owed.
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "trading/trade.h"
#include "trading/trading_internal.h"

struct sellers { // of one trade, each once, by party id
    int64_t *ids;
    int64_t *owed_fen;
    int64_t *share_fen;
    size_t n;
};

static void sellers_clear(struct sellers *sellers)
{
    free(sellers->ids);
    free(sellers->owed_fen);
    free(sellers->share_fen);
}

static int by_id(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static enum th_status load_sellers(struct th_store *store, int64_t trade_id,
                                   struct sellers *sellers, struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    enum th_status status = th_trade_lines(store, trade_id, &lines, err);
    if (status != TH_OK) {
        return status;
    }
    size_t room = lines.n > 0 ? lines.n : 1;
    sellers->ids = calloc(room, sizeof(*sellers->ids));
    sellers->owed_fen = calloc(room, sizeof(*sellers->owed_fen));
    sellers->share_fen = calloc(room, sizeof(*sellers->share_fen));
    if (sellers->ids == NULL || sellers->owed_fen == NULL || sellers->share_fen == NULL) {
        th_trade_line_list_clear(&lines);
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < lines.n; i++) {
        sellers->ids[i] = lines.items[i].seller_id;
    }
    qsort(sellers->ids, lines.n, sizeof(*sellers->ids), by_id);
    for (size_t i = 0; i < lines.n; i++) {
        if (sellers->n == 0 || sellers->ids[sellers->n - 1] != sellers->ids[i]) {
            sellers->ids[sellers->n++] = sellers->ids[i];
        }
    }
    th_trade_line_list_clear(&lines);
    for (size_t i = 0; i < sellers->n && status == TH_OK; i++) {
        struct th_money owed;
        status = th_money_outstanding(store, trade_id, sellers->ids[i], &owed, err);
        if (status == TH_OK) {
            sellers->owed_fen[i] = th_money_fen(owed);
        }
    }
    return status;
}

static enum th_status check_receipt(struct th_store *store, const struct th_trade *trade,
                                    struct th_money amount, struct th_error *err)
{
    struct th_money received;
    struct th_money outstanding;
    if (strcmp(trade->state, "approved") != 0 || strcmp(trade->kind, "retirement") == 0) {
        (void)th_error_set(err, TH_CONFLICT, "trade_not_approved", "state", trade->state, NULL);
        th_error_add_int(err, "trade", trade->trade_id);
        return TH_CONFLICT;
    }
    if (th_money_fen(amount) == 0) {
        return th_error_set(err, TH_INVALID, "amount_zero", NULL);
    }
    enum th_status status = th_receipt_total(store, trade->trade_id, NULL, &received, err);
    if (status == TH_OK) {
        status = th_money_sub(trade->amount, received, &outstanding, err);
    }
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

// Claims down, cash up, seller by seller.
static enum th_status post(struct th_work *work, const struct th_trade *trade,
                           struct th_money amount, const char *on_date, struct th_json *legs,
                           struct th_error *err)
{
    struct sellers sellers = {0};
    enum th_status status = load_sellers(th_work_store(work), trade->trade_id, &sellers, err);
    if (status == TH_OK) {
        status =
            th_allocate(th_money_fen(amount), sellers.owed_fen, sellers.n, sellers.share_fen, err);
    }
    for (size_t i = 0; i < sellers.n && status == TH_OK; i++) {
        struct th_transfer transfer = {.from_id = sellers.ids[i],
                                       .to_id = trade->buyer_id,
                                       .account = TH_ACCOUNT_CLAIM,
                                       .amount = th_money_from_fen(sellers.share_fen[i]),
                                       .on_date = on_date,
                                       .trade_id = trade->trade_id,
                                       .memo = "money.receipt"};
        status = th_money_move(work, &transfer, err);
        transfer.from_id = trade->buyer_id;
        transfer.to_id = sellers.ids[i];
        transfer.account = TH_ACCOUNT_CASH;
        if (status == TH_OK) {
            status = th_money_move(work, &transfer, err);
        }
        struct th_json *item = th_json_object();
        th_json_set_int(item, "party", sellers.ids[i]);
        th_json_set_int(item, "amount_fen", sellers.share_fen[i]);
        th_json_append(legs, item);
    }
    sellers_clear(&sellers);
    return status;
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
        status = th_check_own_trade(work, &trade, err);
    }
    if (status == TH_OK) {
        status = check_receipt(store, &trade, amount, err);
    }
    if (status != TH_OK) {
        return status;
    }
    const struct th_receipt receipt = {.trade_id = trade_id,
                                       .amount = amount,
                                       .on_date = on_date,
                                       .login = th_work_actor(work)->login,
                                       .seq = th_work_seq(work)};
    struct th_json *legs = th_json_array();
    int64_t receipt_id = 0;
    status = post(work, &trade, amount, on_date, legs, err);
    if (status == TH_OK) {
        status = th_receipt_insert(store, &receipt, &receipt_id, err);
    }
    th_json_set_int(body, "receipt_id", receipt_id);
    th_json_set_int(body, "trade_id", trade_id);
    th_json_set_int(body, "buyer", trade.buyer_id);
    th_json_set_money(body, "amount_fen", amount);
    th_json_set_text(body, "on", on_date);
    th_json_set(body, "sellers", legs);
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

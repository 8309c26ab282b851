// A reserve is set aside at the sale (a deduction) and trued up once its costs are known.
#include <string.h>

#include "registry/reference.h"
#include "store/deal/sale_store.h"
#include "trading/revenue/revenue.h"
#include "trading/revenue/revenue_internal.h"

static enum th_status check(struct th_work *work, int64_t trade_id, struct th_money actual,
                            struct th_reserve *ret_reserve, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_trade trade;
    struct th_money total;
    enum th_status status = th_trade_load(store, trade_id, &trade, err);
    if (status == TH_OK && (!th_trade_is_sale(&trade) || strcmp(trade.state, "approved") != 0)) {
        status = th_error_set(err, TH_CONFLICT, "trade_not_sale", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    if (status == TH_OK) {
        status = th_sale_check_own(work, &trade, err);
    }
    if (status == TH_OK) {
        status = th_reserve_load(store, trade_id, ret_reserve, err);
    }
    if (status == TH_OK && (ret_reserve->settled || th_money_fen(ret_reserve->reserved) == 0)) {
        status = th_error_set(err, TH_CONFLICT,
                              ret_reserve->settled ? "reserve_settled" : "reserve_missing", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    if (status == TH_OK) {
        status = th_deduction_total(store, trade_id, &total, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(total, ret_reserve->reserved, &total, err);
    }
    if (status == TH_OK) {
        status = th_money_add(total, actual, &total, err);
    }
    if (status == TH_OK && th_money_compare(total, trade.net) > 0) {
        char buf[TH_QUANTITY_TEXT_SIZE];
        status = th_error_set(err, TH_CONFLICT, "deduction_too_large", "net",
                              th_money_format(trade.net, buf), NULL);
    }
    return status;
}

static enum th_status settle(struct th_work *work, int64_t trade_id, const char *actual_text,
                             const char *document, struct th_json *body, struct th_error *err)
{
    struct th_reserve reserve = {0};
    struct th_money actual;
    struct th_money rest = {0};
    struct th_hash sha256 = {{0}};
    int64_t document_id = 0;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_money_parse(actual_text, &actual, err);
    if (status == TH_OK) {
        status = check(work, trade_id, actual, &reserve, err);
    }
    if (status == TH_OK) {
        status = th_document_record(work, document, &document_id, &sha256, err);
    }
    if (status == TH_OK) {
        status = th_reserve_settlement_post(th_work_posting(work), trade_id, actual, document_id,
                                            th_work_actor(work)->login, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(reserve.reserved, actual, &rest, err);
    }
    if (status == TH_OK) {
        th_json_set_int(body, "trade_id", trade_id);
        th_json_set_money(body, "reserved_fen", reserve.reserved);
        th_json_set_money(body, "actual_fen", actual);
        th_json_set_money(body, "rest_fen", rest);
        th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
    }
    return status;
}

enum th_status th_reserve_settle(struct th_registry *registry, const struct th_request *request,
                                 int64_t trade_id, const char *actual, const char *document,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_int(given, "trade", trade_id);
    th_json_set_text(given, "actual", actual);
    th_json_set_text(given, "document", document);
    struct th_work *work = NULL;
    const struct th_work_documents documents = {&document, 1};
    enum th_status status =
        th_work_begin_reading(registry, request, TH_MAY_DISTRIBUTE, "revenue.reserve", given,
                              &documents, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = th_json_object();
    char subject[TH_SUBJECT_SIZE];
    status = settle(work, trade_id, actual, document, body, err);
    return th_work_end(work, status, th_subject("trade", trade_id, subject), body,
                       th_json_copy(body), ret_reply, err);
}

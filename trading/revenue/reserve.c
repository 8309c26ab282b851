// A reserve is set aside at the sale (a deduction) and trued up once its costs are known. A figure
// that was wrong is taken back by another person, and the reserve is settled anew.
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "store/deal/sale_store.h"
#include "trading/revenue/revenue.h"
#include "trading/revenue/revenue_internal.h"

// More than was set aside is no settlement: the excess is a cost of its own, listed with its kind
// and document, so that a slip of the pen does not pass for one.
static enum th_status check_amount(const struct th_reserve *reserve, struct th_money actual,
                                   struct th_error *err)
{
    char reserved[TH_QUANTITY_TEXT_SIZE];
    if (th_money_compare(actual, reserve->reserved) <= 0) {
        return TH_OK;
    }
    return th_error_set(err, TH_CONFLICT, "reserve_exceeded", "reserved",
                        th_money_format(reserve->reserved, reserved), NULL);
}

static enum th_status check(struct th_work *work, int64_t trade_id, struct th_money actual,
                            struct th_reserve *ret_reserve, struct th_error *err)
{
    struct th_trade sale;
    enum th_status status = th_sale_load_own(work, trade_id, &sale, err);
    if (status == TH_OK) {
        status = th_reserve_load(th_work_store(work), trade_id, ret_reserve, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (ret_reserve->settled || th_money_fen(ret_reserve->reserved) == 0) {
        status = th_error_set(err, TH_CONFLICT,
                              ret_reserve->settled ? "reserve_settled" : "reserve_missing", NULL);
    } else {
        status = check_amount(ret_reserve, actual, err);
    }
    if (status != TH_OK) {
        th_error_add_int(err, "trade", trade_id);
    }
    return status;
}

static enum th_status settle(struct th_work *work, int64_t trade_id, const char *actual_text,
                             const char *document, struct th_json *body, struct th_error *err)
{
    struct th_settlement settlement = {.trade_id = trade_id};
    struct th_reserve reserve = {0};
    struct th_money rest = {0};
    struct th_hash sha256 = {{0}};
    int64_t document_id = 0;
    char hex[TH_HASH_HEX_SIZE];
    th_text_copy(settlement.login, sizeof(settlement.login), th_work_actor(work)->login);
    enum th_status status = th_money_parse(actual_text, &settlement.actual, err);
    if (status == TH_OK) {
        status = check(work, trade_id, settlement.actual, &reserve, err);
    }
    if (status == TH_OK) {
        status = th_document_record(work, document, &document_id, &sha256, err);
    }
    if (status == TH_OK) {
        status = th_settlement_post(th_work_posting(work), &settlement, document_id,
                                    &settlement.settlement_id, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(reserve.reserved, settlement.actual, &rest, err);
    }
    if (status == TH_OK) {
        th_json_set_int(body, "settlement_id", settlement.settlement_id);
        th_json_set_int(body, "trade_id", trade_id);
        th_json_set_money(body, "reserved_fen", reserve.reserved);
        th_json_set_money(body, "actual_fen", settlement.actual);
        th_json_set_money(body, "rest_fen", rest);
        th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
    }
    return status;
}

// Not by who settled it, and not once a run reckoned with it.
static enum th_status check_withdrawal(struct th_work *work, int64_t trade_id,
                                       struct th_settlement *ret_settlement, struct th_error *err)
{
    const char *login = th_work_actor(work)->login;
    enum th_status status = th_settlement_load(th_work_store(work), trade_id, ret_settlement, err);
    if (status != TH_OK) {
        return status;
    }
    if (strcmp(ret_settlement->login, login) == 0) {
        status =
            th_error_set(err, TH_NOT_PERMITTED, "unsettle_second_person", "login", login, NULL);
    } else if (ret_settlement->run_id != 0) {
        status = th_error_set(err, TH_CONFLICT,
                              ret_settlement->in_approved_run ? "settlement_in_run"
                                                              : "settlement_in_proposed_run",
                              NULL);
        th_error_add_int(err, "run", ret_settlement->run_id);
    } else {
        return TH_OK;
    }
    th_error_add_int(err, "trade", trade_id);
    return status;
}

// What was saved may have become room for another cost since.
static enum th_status check_room(struct th_store *store, const struct th_trade *sale,
                                 const struct th_settlement *settlement, struct th_error *err)
{
    struct th_reserve reserve;
    struct th_money total;
    char net[TH_QUANTITY_TEXT_SIZE];
    enum th_status status = th_reserve_load(store, sale->trade_id, &reserve, err);
    if (status == TH_OK) {
        status = th_deduction_total(store, sale->trade_id, &total, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(total, settlement->actual, &total, err);
    }
    if (status == TH_OK) {
        status = th_money_add(total, reserve.reserved, &total, err);
    }
    if (status == TH_OK && th_money_compare(total, sale->net) > 0) {
        status = th_error_set(err, TH_CONFLICT, "deduction_too_large", "net",
                              th_money_format(sale->net, net), NULL);
    }
    return status;
}

static enum th_status unsettle(struct th_work *work, int64_t trade_id, const char *reason,
                               struct th_json *body, struct th_error *err)
{
    struct th_settlement settlement = {.settlement_id = 0};
    struct th_trade sale;
    enum th_status status = th_sale_load_own(work, trade_id, &sale, err);
    if (status == TH_OK) {
        status = check_withdrawal(work, trade_id, &settlement, err);
    }
    if (status == TH_OK) {
        status = check_room(th_work_store(work), &sale, &settlement, err);
    }
    if (status == TH_OK) {
        status = th_settlement_withdraw_post(th_work_posting(work), settlement.settlement_id,
                                             reason, th_work_actor(work)->login, err);
    }
    if (status == TH_OK) {
        th_json_set_int(body, "settlement_id", settlement.settlement_id);
        th_json_set_int(body, "trade_id", trade_id);
        th_json_set_money(body, "actual_fen", settlement.actual);
        th_json_set_text(body, "reason", reason);
    }
    return status;
}

enum th_status th_reserve_unsettle(struct th_registry *registry, const struct th_request *request,
                                   int64_t trade_id, const char *reason, struct th_json **ret_reply,
                                   struct th_error *err)
{
    const struct th_cost_withdrawal withdrawal = {
        .kind = "revenue.unsettle", .of = "trade", .id = trade_id, .withdraw = unsettle};
    return th_cost_withdraw(registry, request, &withdrawal, reason, ret_reply, err);
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

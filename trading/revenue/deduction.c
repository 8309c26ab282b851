// Costs that are listed against a sale.
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "store/deal/sale_store.h"
#include "trading/revenue/revenue.h"
#include "trading/revenue/revenue_internal.h"

// A sale that may still take a deduction: not all of it has been shared out, nor is it about to be
// by a run that waits for its second person.
static enum th_status check_sale(struct th_work *work, int64_t trade_id, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_trade trade;
    struct th_sale_share sum;
    int64_t run_id = 0;
    enum th_status status = th_sale_load_own(work, trade_id, &trade, err);
    if (status == TH_OK) {
        status = th_distribution_sum(store, trade_id, &sum, err);
    }
    if (status == TH_OK) {
        status = th_run_pending(store, trade_id, 0, &run_id, err);
    }
    if (status == TH_OK && th_money_fen(sum.receipts) > 0 &&
        th_money_compare(sum.receipts, trade.amount) == 0) {
        status =
            th_error_set(err, TH_CONFLICT, run_id != 0 ? "sale_in_run" : "sale_distributed", NULL);
        th_error_add_int(err, "trade", trade_id);
        th_error_add_int(err, "run", run_id);
    }
    return status;
}

// What was trued up takes no more.
static enum th_status check_open_reserve(struct th_store *store, int64_t trade_id,
                                         struct th_error *err)
{
    struct th_reserve reserve;
    enum th_status status = th_reserve_load(store, trade_id, &reserve, err);
    if (status == TH_OK && reserve.settled) {
        status = th_error_set(err, TH_CONFLICT, "reserve_settled", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    return status;
}

// A sale cannot cost more than it brings without its tax.
static enum th_status check_room(struct th_store *store, const struct th_deduction *deduction,
                                 struct th_error *err)
{
    struct th_trade trade;
    struct th_money total;
    char buf[TH_QUANTITY_TEXT_SIZE];
    enum th_status status = th_trade_load(store, deduction->trade_id, &trade, err);
    if (status == TH_OK) {
        status = th_deduction_total(store, deduction->trade_id, &total, err);
    }
    if (status == TH_OK) {
        status = th_money_add(total, deduction->amount, &total, err);
    }
    if (status == TH_OK && th_money_compare(total, trade.net) > 0) {
        status = th_error_set(err, TH_CONFLICT, "deduction_too_large", "net",
                              th_money_format(trade.net, buf), NULL);
    }
    return status;
}

static enum th_status record_deduction(struct th_work *work, struct th_deduction *deduction,
                                       const char *amount, const char *document,
                                       struct th_json *body, struct th_error *err)
{
    static const char *const KINDS[] = {"tax", "insurance", "verification", "fee", "reserve"};
    bool known = false;
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        known = known || th_text_equals(deduction->kind, KINDS[i]);
    }
    if (!known) {
        return th_error_set(err, TH_INVALID, "deduction_kind", "kind", deduction->kind, NULL);
    }
    struct th_hash sha256 = {{0}};
    char hex[TH_HASH_HEX_SIZE];
    int64_t deduction_id = 0;
    enum th_status status = th_money_parse(amount, &deduction->amount, err);
    if (status == TH_OK && th_money_fen(deduction->amount) == 0) {
        status = th_error_set(err, TH_INVALID, "amount_zero", NULL);
    }
    if (status == TH_OK) {
        status = check_sale(work, deduction->trade_id, err);
    }
    if (status == TH_OK && strcmp(deduction->kind, "reserve") == 0) {
        status = check_open_reserve(th_work_store(work), deduction->trade_id, err);
    }
    if (status == TH_OK) {
        status = check_room(th_work_store(work), deduction, err);
    }
    if (status == TH_OK) {
        status = th_document_record(work, document, &deduction->document_id, &sha256, err);
    }
    if (status == TH_OK) {
        status = th_deduction_post(th_work_posting(work), deduction, &deduction_id, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_json_set_int(body, "deduction_id", deduction_id);
    th_json_set_int(body, "trade_id", deduction->trade_id);
    th_json_set_text(body, "kind", deduction->kind);
    th_json_set_money(body, "amount_fen", deduction->amount);
    th_json_set_int(body, "document_id", deduction->document_id);
    th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
    return TH_OK;
}

// What the clerk should know of a deduction that was recorded: by which term the sale is shared,
// and whether that term takes off listed costs at all. A sale without one term says nothing yet.
static enum th_status tell_effect(struct th_store *store, int64_t trade_id, struct th_json *reply,
                                  struct th_error *err)
{
    const struct th_reckoning by_day = {.term_id = 0};
    struct th_sale sale = {.now = {{0}, {0}, {0}, {0}, {0}, {0}, {0}}};
    struct th_json *warnings = th_json_array();
    enum th_status status = th_trade_load(store, trade_id, &sale.trade, err);
    bool known = false;
    if (status == TH_OK) {
        status = th_sale_choose_term(store, &by_day, &sale, err);
        known = status == TH_OK;
    }
    if (known && strcmp(sale.term.basis, "net_of_costs") != 0) {
        th_json_append_text(warnings, "deduction_no_effect");
    }
    th_json_set(reply, "term_id", known ? th_json_int(sale.term.term_id) : th_json_null());
    th_json_set_text(reply, "basis", known ? sale.term.basis : NULL);
    th_json_set(reply, "warnings", warnings);
    return status == TH_CONFLICT ? TH_OK : status;
}

// Whoever listed a cost does not take it back: two persons looked at it then.
static enum th_status check_withdrawal(struct th_work *work, const struct th_listed_cost *cost,
                                       struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_trade trade;
    struct th_reserve reserve;
    enum th_status status = th_trade_load(store, cost->trade_id, &trade, err);
    if (status == TH_OK) {
        status = th_sale_check_own(work, &trade, err);
    }
    if (status == TH_OK && strcmp(cost->login, th_work_actor(work)->login) == 0) {
        status = th_error_set(err, TH_NOT_PERMITTED, "undeduct_second_person", "login", cost->login,
                              NULL);
    } else if (status == TH_OK && cost->withdrawn) {
        status = th_error_set(err, TH_CONFLICT, "deduction_withdrawn", NULL);
    } else if (status == TH_OK && cost->run_id != 0) {
        status = th_error_set(
            err, TH_CONFLICT,
            cost->in_approved_run ? "deduction_in_run" : "deduction_in_proposed_run", NULL);
        th_error_add_int(err, "run", cost->run_id);
    }
    if (status != TH_OK) {
        th_error_add_int(err, "deduction", cost->deduction_id);
        return status;
    }
    status = th_reserve_load(store, cost->trade_id, &reserve, err);
    if (status == TH_OK && reserve.settled && strcmp(cost->kind, "reserve") == 0) {
        status = th_error_set(err, TH_CONFLICT, "reserve_settled", NULL);
        th_error_add_int(err, "trade", cost->trade_id);
    }
    return status;
}

static enum th_status withdraw(struct th_work *work, int64_t deduction_id, const char *reason,
                               struct th_json *body, struct th_error *err)
{
    struct th_listed_cost cost;
    enum th_status status = th_deduction_load(th_work_store(work), deduction_id, &cost, err);
    if (status == TH_OK) {
        status = check_withdrawal(work, &cost, err);
    }
    if (status == TH_OK) {
        status = th_deduction_withdraw_post(th_work_posting(work), deduction_id, reason,
                                            th_work_actor(work)->login, err);
    }
    if (status == TH_OK) {
        th_json_set_int(body, "deduction_id", deduction_id);
        th_json_set_int(body, "trade_id", cost.trade_id);
        th_json_set_text(body, "kind", cost.kind);
        th_json_set_money(body, "amount_fen", cost.amount);
        th_json_set_text(body, "reason", reason);
    }
    return status;
}

enum th_status th_deduction_withdraw(struct th_registry *registry, const struct th_request *request,
                                     int64_t deduction_id, const char *reason,
                                     struct th_json **ret_reply, struct th_error *err)
{
    const struct th_cost_withdrawal withdrawal = {
        .kind = "revenue.undeduct", .of = "deduction", .id = deduction_id, .withdraw = withdraw};
    return th_cost_withdraw(registry, request, &withdrawal, reason, ret_reply, err);
}

enum th_status th_deduction_add(struct th_registry *registry, const struct th_request *request,
                                int64_t trade_id, const char *kind, const char *amount,
                                const char *document, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_int(given, "trade", trade_id);
    th_json_set_text(given, "kind", kind);
    th_json_set_text(given, "amount", amount);
    th_json_set_text(given, "document", document);
    struct th_work *work = NULL;
    const struct th_work_documents documents = {&document, 1};
    enum th_status status =
        th_work_begin_reading(registry, request, TH_MAY_DISTRIBUTE, "revenue.deduct", given,
                              &documents, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_deduction deduction = {.trade_id = trade_id, .kind = kind};
    struct th_json *body = th_json_object();
    char subject[TH_SUBJECT_SIZE];
    status = record_deduction(work, &deduction, amount, document, body, err);
    struct th_json *reply = th_json_copy(body);
    if (status == TH_OK) {
        status = tell_effect(th_work_store(work), trade_id, reply, err);
    }
    return th_work_end(work, status, th_subject("trade", trade_id, subject), body, reply, ret_reply,
                       err);
}

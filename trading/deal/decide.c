// The second person's decision: all legs of a trade move, or none.
#include <string.h>

#include "core/text.h"
#include "trading/deal/beneficiary.h"
#include "trading/deal/dated_back.h"
#include "trading/deal/deal.h"
#include "trading/deal/trade.h"

static enum th_status write_decision(struct th_work *work, const struct th_decision *decision,
                                     struct th_error *err)
{
    const struct th_trade_decision row = {.trade_id = decision->trade.trade_id,
                                          .state = decision->state,
                                          .by = th_work_actor(work)->login,
                                          .on_date = decision->on_date,
                                          .reason = decision->reason,
                                          .alone_rule_id = decision->alone_rule_id};
    return th_trade_decide(th_work_posting(work), &row, err);
}

enum th_status th_decision_approve(struct th_work *work, struct th_decision *decision,
                                   struct th_json *body, struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    const struct th_deal_kind *kind = th_deal_kind_find(trade->kind);
    bool accepted = false;
    enum th_status status = th_decision_check_persons(work, decision, err);
    if (status == TH_OK) {
        status = th_deal_check_dated_back(th_work_store(work), th_work_actor(work), trade,
                                          th_work_today(work), err);
    }
    if (status == TH_OK && kind->check) {
        status = kind->check(th_work_store(work), decision, err);
    }
    if (status == TH_OK) { // terms may have been agreed since the proposal
        const struct th_one_term units = {.kind = kind,
                                          .trade = trade,
                                          .lines = decision->lines.items,
                                          .n_lines = decision->lines.n};
        status = th_deal_check_one_term(th_work_store(work), &units, err);
    }
    if (status == TH_OK && decision->offered) {
        status = th_deal_check_came(th_work_store(work), trade, &decision->blocks, err);
    }
    if (status == TH_OK && trade->beneficiary[0] != '\0') {
        status =
            th_beneficiary_pass(work, trade->beneficiary, trade->beneficiary_uscc, &accepted, err);
    }
    if (accepted) {
        th_json_set_bool(body, "beneficiary_accepted", true);
    }
    if (status == TH_OK) {
        status = write_decision(work, decision, err);
    }
    return status == TH_OK ? th_decision_carry_out(th_work_posting(work), decision, err) : status;
}

static enum th_status reject(struct th_work *work, const struct th_decision *decision,
                             struct th_error *err)
{
    enum th_status status =
        th_deal_check_rejecter(th_work_store(work), th_work_actor(work), &decision->trade, err);
    if (status == TH_OK) {
        status = write_decision(work, decision, err);
    }
    return status == TH_OK ? th_decision_give_back(th_work_posting(work), decision, err) : status;
}

// The frame of both: takes `given`; `on` is NULL for today.
static enum th_status decide(struct th_registry *registry, const struct th_request *request,
                             int64_t trade_id, const char *on, struct th_json *given,
                             struct th_decision *decision, struct th_json **ret_reply,
                             struct th_error *err)
{
    bool approval = strcmp(decision->state, "approved") == 0;
    struct th_work *work = NULL;
    enum th_status status =
        th_work_begin(registry, request, TH_MAY_APPROVE,
                      approval ? "trade.approve" : "trade.reject", given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = th_json_object();
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = th_deal_day_parse(registry, on, decision->on_date, err);
    if (status == TH_OK) {
        status = th_decision_load(th_work_store(work), trade_id, decision, err);
    }
    if (status == TH_OK) {
        status =
            approval ? th_decision_approve(work, decision, body, err) : reject(work, decision, err);
    }
    if (status == TH_OK) {
        status = th_trade_reply(th_work_store(work), trade_id, &reply, err);
    }
    th_decision_clear(decision);
    return th_work_end(work, status, th_subject("trade", trade_id, subject), body, reply, ret_reply,
                       err);
}

enum th_status th_trade_approve(struct th_registry *registry, const struct th_request *request,
                                int64_t trade_id, const char *on, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_decision decision = {.state = "approved"};
    struct th_json *given = th_json_object();
    th_json_set_int(given, "trade", trade_id);
    th_json_set_text(given, "on", on);
    return decide(registry, request, trade_id, on, given, &decision, ret_reply, err);
}

enum th_status th_trade_reject(struct th_registry *registry, const struct th_request *request,
                               int64_t trade_id, const char *reason, struct th_json **ret_reply,
                               struct th_error *err)
{
    if (reason != NULL && strlen(reason) >= TH_TRADE_NOTE_SIZE) {
        return th_error_set(err, TH_INVALID, "text_too_long", "field", "reason", NULL);
    }
    struct th_decision decision = {.state = "rejected", .reason = reason};
    struct th_json *given = th_json_object();
    th_json_set_int(given, "trade", trade_id);
    th_json_set_text(given, "reason", reason);
    return decide(registry, request, trade_id, NULL, given, &decision, ret_reply, err);
}

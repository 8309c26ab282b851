// The second person's word about a run, and what it sets in motion.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/reply.h"
#include "trading/payment/payment_internal.h"
#include "trading/revenue/revenue.h"
#include "trading/revenue/revenue_internal.h"

enum th_status th_run_post_claims(struct th_posting *posting, int64_t distribution_id,
                                  const char *on_date, struct th_error *err)
{
    struct th_run_part_list parts = {0};
    enum th_status status =
        th_run_parts(th_posting_store(posting), distribution_id, 0, &parts, err);
    // In pairs: a party's books know the counterpart of a leg by the one beside it.
    for (size_t i = 0; i < parts.n && status == TH_OK; i++) {
        const struct th_run_part *part = &parts.items[i];
        const struct th_transfer transfer = {.from_id = part->payer_id,
                                             .to_id = part->party_id,
                                             .account = TH_ACCOUNT_CLAIM,
                                             .amount = part->amount,
                                             .on_date = on_date,
                                             .trade_id = part->trade_id,
                                             .memo = "money.distribution"};
        status = th_money_move(posting, &transfer, err);
    }
    free(parts.items);
    return status;
}

static void head_json(const struct th_run *run, struct th_json *object)
{
    th_json_set_int(object, "distribution_id", run->distribution_id);
    th_json_set_text(object, "state", run->state);
    th_json_set_text(object, "through", run->through_on);
    th_json_set_text(object, "proposed_by", run->proposed_by);
    th_json_set_word(object, "decided_by", run->decided_by);
    th_json_set_word(object, "decided_on", run->decided_on);
    th_json_set_word(object, "reason", run->reason);
    th_json_set_money(object, "receipts_fen", run->sum.receipts);
    th_json_set_money(object, "tax_fen", run->sum.tax);
    th_json_set_money(object, "cost_fen", run->sum.cost);
    th_json_set_money(object, "deductions_fen", run->sum.deductions);
    th_json_set_money(object, "net_fen", run->sum.net);
    th_json_set_money(object, "distributed_fen", run->sum.distributed);
    th_json_set_money(object, "kept_fen", run->sum.kept);
}

static enum th_status sales_json(struct th_store *store, int64_t run_id, struct th_json *reply,
                                 struct th_error *err)
{
    struct th_run_sale_list sales = {0};
    struct th_json *list = th_json_array();
    char buf[TH_RATIO_TEXT_SIZE];
    enum th_status status = th_run_sales(store, run_id, &sales, err);
    for (size_t i = 0; i < sales.n && status == TH_OK; i++) {
        const struct th_run_sale *sale = &sales.items[i];
        struct th_json *item = th_json_object();
        struct th_term term;
        status = th_term_load(store, sale->term_id, &term, err);
        th_json_set_int(item, "trade_id", sale->trade_id);
        th_json_set_int(item, "term_id", sale->term_id);
        th_json_set_text(item, "basis", status == TH_OK ? term.basis : NULL);
        th_json_set_text(item, "ratio", status == TH_OK ? th_ratio_format(term.ratio, buf) : NULL);
        th_json_set_money(item, "receipts_fen", sale->share.receipts);
        th_json_set_money(item, "tax_fen", sale->share.tax);
        th_json_set_money(item, "cost_fen", sale->share.cost);
        th_json_set_money(item, "deductions_fen", sale->share.deductions);
        th_json_set_money(item, "net_fen", sale->share.net);
        th_json_set_money(item, "distributed_fen", sale->share.distributed);
        th_json_set_money(item, "kept_fen", sale->share.kept);
        th_json_append(list, item);
    }
    free(sales.items);
    th_json_set(reply, "sales", list);
    return status;
}

// A payment that is still to be made, to an account that asks for a look.
static void count_note(const struct th_payout *payout, const struct th_json *item, bool seen[3])
{
    const char *note = th_json_get_text(item, "account_note", "");
    if (strcmp(payout->state, "proposed") == 0 || strcmp(payout->state, "owed") == 0) {
        seen[0] = seen[0] || strcmp(note, "missing") == 0;
        seen[1] = seen[1] || strstr(note, "changed") != NULL;
        seen[2] = seen[2] || strstr(note, "holder") != NULL;
    }
}

static enum th_status payments_json(struct th_store *store, int64_t run_id, struct th_json *reply,
                                    struct th_error *err)
{
    static const char *const WARNINGS[] = {"accounts_missing", "accounts_changed",
                                           "accounts_holder"};
    struct th_payout_list payouts = {0};
    bool seen[3] = {false};
    struct th_json *list = th_json_array();
    struct th_json *warnings = th_json_array();
    enum th_status status = th_payouts(store, run_id, 0, &payouts, err);
    for (size_t i = 0; i < payouts.n && status == TH_OK; i++) {
        struct th_json *item = NULL;
        status = th_payout_json(store, &payouts.items[i], false, &item, err);
        if (status == TH_OK) {
            count_note(&payouts.items[i], item, seen);
        }
        th_json_append(list, item);
    }
    free(payouts.items);
    for (size_t i = 0; i < 3; i++) {
        if (seen[i]) {
            th_json_append_text(warnings, WARNINGS[i]);
        }
    }
    th_json_set(reply, "warnings", warnings);
    th_json_set(reply, "payments", list);
    return status;
}

static enum th_status run_reply(struct th_store *store, int64_t run_id, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_run run;
    enum th_status status = th_run_load(store, run_id, &run, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    head_json(&run, reply);
    status = sales_json(store, run_id, reply, err);
    if (status == TH_OK) {
        status = th_run_costs_json(store, run_id, reply, err);
    }
    if (status == TH_OK) {
        status = payments_json(store, run_id, reply, err);
    }
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_run_show(struct th_registry *registry, int64_t run_id, struct th_json **ret_reply,
                           struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    enum th_status status = th_store_begin_read(store, err);
    if (status == TH_OK) {
        status = run_reply(store, run_id, ret_reply, err);
        th_store_end_read(store);
    }
    return status;
}

static bool list_run(void *context, const struct th_run *run)
{
    struct th_json *item = th_json_object();
    head_json(run, item);
    th_json_append(context, item);
    return true;
}

enum th_status th_run_list(struct th_registry *registry, const char *state,
                           struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *runs = th_json_array();
    enum th_status status = th_run_each(th_registry_store(registry), state, list_run, runs, err);
    return th_reply_finish_list(status, "runs", runs, ret_reply, err);
}

// A second person, or one alone below the county's threshold; within his limit in any case.
static enum th_status check_persons(struct th_work *work, const struct th_run *run,
                                    struct th_run_decision *decision, struct th_error *err)
{
    enum th_status status = th_check_second_person(work, run->proposed_by, run->sum.distributed,
                                                   &decision->alone_rule_id, err);
    if (status == TH_OK && decision->alone_rule_id != 0) {
        status = th_check_alone_sum(work, run->sum.distributed, err);
    }
    if (status == TH_OK) {
        status = th_run_check_costs(work, run->distribution_id, err);
    }
    return status == TH_OK ? th_check_limit(work, run->sum.distributed, th_units_from_t(0), err)
                           : status;
}

// Decides about a run that is still open; the legs of an approval follow.
static enum th_status decide(struct th_work *work, struct th_run_decision *decision,
                             struct th_error *err)
{
    struct th_run run;
    bool approval = strcmp(decision->state, "approved") == 0;
    enum th_status status = th_run_load(th_work_store(work), decision->distribution_id, &run, err);
    if (status == TH_OK && strcmp(run.state, "proposed") != 0) {
        status = th_error_set(err, TH_CONFLICT, "run_decided", NULL);
        th_error_add_word(err, "state", "value.run_state", run.state);
        th_error_add_int(err, "run", run.distribution_id);
    }
    if (status == TH_OK && approval) {
        status = check_persons(work, &run, decision, err);
    }
    if (status == TH_OK && approval && strcmp(decision->on_date, run.through_on) < 0) {
        status = th_error_set(err, TH_INVALID, "run_before_through", "on", decision->on_date,
                              "through", run.through_on, NULL);
        th_error_add_int(err, "run", run.distribution_id);
    }
    if (status == TH_OK) {
        status = th_run_check_own(work, decision->distribution_id, err);
    }
    if (status == TH_OK) {
        status = th_run_decide(th_work_posting(work), decision, err);
    }
    if (status == TH_OK && approval) {
        status = th_run_post_claims(th_work_posting(work), decision->distribution_id,
                                    decision->on_date, err);
    }
    return status;
}

// Takes `given`.
static enum th_status decide_run(struct th_registry *registry, const struct th_request *request,
                                 const char *kind, const char *on, struct th_json *given,
                                 const struct th_run_decision *wanted, struct th_json **ret_reply,
                                 struct th_error *err)
{
    struct th_work *work = NULL;
    char on_date[TH_ON_SIZE];
    struct th_run_decision decision = *wanted;
    enum th_status status =
        th_work_begin(registry, request, TH_MAY_APPROVE, kind, given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = th_json_object();
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = th_deal_day_parse(registry, on, on_date, err);
    if (status == TH_OK) {
        decision.login = th_work_actor(work)->login;
        decision.on_date = on_date;
        status = decide(work, &decision, err);
    }
    if (status == TH_OK) {
        status = run_reply(th_work_store(work), decision.distribution_id, &reply, err);
    }
    th_json_set_int(body, "distribution_id", decision.distribution_id);
    th_json_set_text(body, "state", decision.state);
    return th_work_end(work, status, th_subject("distribution", decision.distribution_id, subject),
                       body, reply, ret_reply, err);
}

enum th_status th_run_approve(struct th_registry *registry, const struct th_request *request,
                              int64_t run_id, const char *on, struct th_json **ret_reply,
                              struct th_error *err)
{
    const struct th_run_decision decision = {.distribution_id = run_id, .state = "approved"};
    struct th_json *given = th_json_object();
    th_json_set_int(given, "run", run_id);
    th_json_set_text(given, "on", on);
    return decide_run(registry, request, "revenue.approve", on, given, &decision, ret_reply, err);
}

enum th_status th_run_reject(struct th_registry *registry, const struct th_request *request,
                             int64_t run_id, const char *reason, struct th_json **ret_reply,
                             struct th_error *err)
{
    char note[TH_TRADE_NOTE_SIZE];
    enum th_status status = th_note_parse("reason", reason, note, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_run_decision decision = {
        .distribution_id = run_id, .state = "rejected", .reason = reason};
    struct th_json *given = th_json_object();
    th_json_set_int(given, "run", run_id);
    th_json_set_text(given, "reason", reason);
    return decide_run(registry, request, "revenue.reject", NULL, given, &decision, ret_reply, err);
}

// The second person's decision: all legs of a trade move, or none.
#include <string.h>

#include "core/text.h"
#include "trading/trade.h"
#include "trading/trading_internal.h"

struct decision {
    const char *state;  // "approved" or "rejected"
    const char *reason; // NULL: none
    char on_date[TH_ON_SIZE];
    struct th_trade trade;
    struct th_trade_line_list lines;
    struct th_block_list blocks; // locked for the trade
};

static void decision_clear(struct decision *decision)
{
    th_trade_line_list_clear(&decision->lines);
    th_block_list_clear(&decision->blocks);
}

// Reads the trade afresh and checks that what was promised is still locked for it.
static enum th_status load(struct th_store *store, int64_t trade_id, struct decision *decision,
                           struct th_error *err)
{
    enum th_status status = th_trade_load(store, trade_id, &decision->trade, err);
    if (status != TH_OK) {
        return status;
    }
    if (strcmp(decision->trade.state, "proposed") != 0) {
        (void)th_error_set(err, TH_CONFLICT, "trade_decided", "state", decision->trade.state, NULL);
        th_error_add_int(err, "trade", trade_id);
        return TH_CONFLICT;
    }
    status = th_trade_lines(store, trade_id, &decision->lines, err);
    if (status == TH_OK) {
        status = th_ledger_locked(store, trade_id, &decision->blocks, err);
    }
    int64_t locked_t = 0;
    for (size_t i = 0; i < decision->blocks.n; i++) {
        locked_t += th_units_t(th_block_units(&decision->blocks.items[i]));
    }
    if (status == TH_OK && locked_t != th_units_t(decision->trade.tonnes)) {
        status = th_error_set(err, TH_CONFLICT, "cover_lost", NULL);
        th_error_add_int(err, "trade", trade_id);
        th_error_add_int(err, "locked", locked_t);
    }
    return status;
}

static enum th_status move_units(struct th_work *work, const struct decision *decision,
                                 struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    const struct th_trade *trade = &decision->trade;
    bool retirement = strcmp(trade->kind, "retirement") == 0;
    int64_t pool_id = strcmp(trade->kind, "purchase") == 0 ? trade->trade_id : 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < decision->blocks.n && status == TH_OK; i++) {
        const struct th_block *block = &decision->blocks.items[i];
        status = retirement ? th_ledger_retire(store, block, th_work_seq(work), err)
                            : th_ledger_transfer(store, block, trade->buyer_id, pool_id,
                                                 th_work_seq(work), err);
    }
    return status;
}

// A purchase makes a pool; purchase and resale make claims, dated as the contract.
static enum th_status book_lines(struct th_work *work, const struct decision *decision,
                                 struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    bool purchase = strcmp(trade->kind, "purchase") == 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < decision->lines.n && status == TH_OK; i++) {
        const struct th_trade_line *line = &decision->lines.items[i];
        const struct th_transfer claim = {.from_id = trade->buyer_id,
                                          .to_id = line->seller_id,
                                          .account = TH_ACCOUNT_CLAIM,
                                          .amount = line->amount,
                                          .on_date = trade->on_date,
                                          .trade_id = trade->trade_id,
                                          .memo = purchase ? "money.purchase" : "money.resale"};
        status = th_money_move(work, &claim, err);
        if (status != TH_OK || !purchase) {
            continue;
        }
        const struct th_pool_share share = {.pool_id = trade->trade_id,
                                            .package_id = line->package_id,
                                            .owner_id = trade->buyer_id,
                                            .bought = line->tonnes,
                                            .cost = line->cost};
        status = th_pool_insert(th_work_store(work), &share, trade->on_date, err);
    }
    return status;
}

static struct th_json *body_json(const struct decision *decision, const char *login)
{
    struct th_json *body = th_json_object();
    struct th_json *blocks = th_json_array();
    for (size_t i = 0; i < decision->blocks.n; i++) {
        const struct th_block *block = &decision->blocks.items[i];
        struct th_json *item = th_json_object();
        th_json_set_int(item, "issuance", block->issuance_id);
        th_json_set_int(item, "first", block->first);
        th_json_set_int(item, "last", block->last);
        th_json_append(blocks, item);
    }
    th_json_set_int(body, "trade_id", decision->trade.trade_id);
    th_json_set_text(body, "state", decision->state);
    th_json_set_text(body, "decided_by", login);
    th_json_set_text(body, "decided_on", decision->on_date);
    th_json_set_text(body, "reason", decision->reason);
    th_json_set_int(body, "buyer", decision->trade.buyer_id);
    th_json_set_units(body, "tonnes", decision->trade.tonnes);
    th_json_set_money(body, "amount_fen", decision->trade.amount);
    th_json_set(body, "blocks", blocks);
    return body;
}

static enum th_status write_decision(struct th_work *work, const struct decision *decision,
                                     struct th_error *err)
{
    return th_trade_decide(th_work_store(work), decision->trade.trade_id, decision->state,
                           th_work_actor(work)->login, decision->on_date, decision->reason,
                           th_work_seq(work), err);
}

static enum th_status approve(struct th_work *work, const struct decision *decision,
                              struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    enum th_status status = th_work_check_other(work, trade->proposed_by, err);
    if (status == TH_OK) {
        status = th_check_own_trade(work, trade, err);
    }
    if (status == TH_OK && strcmp(decision->on_date, trade->on_date) < 0) {
        status = th_error_set(err, TH_INVALID, "decided_before", "on", decision->on_date,
                              "proposed", trade->on_date, NULL);
    }
    if (status == TH_OK) {
        status = write_decision(work, decision, err);
    }
    if (status == TH_OK) {
        status = move_units(work, decision, err);
    }
    if (status == TH_OK && strcmp(decision->trade.kind, "retirement") != 0) {
        status = book_lines(work, decision, err);
    }
    return status;
}

// Units go back to their holder, and into their pool.
static enum th_status give_back(struct th_work *work, const struct decision *decision,
                                struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    bool resale = strcmp(decision->trade.kind, "resale") == 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < decision->blocks.n && status == TH_OK; i++) {
        status = th_ledger_unlock(store, &decision->blocks.items[i], th_work_seq(work), err);
    }
    for (size_t i = 0; i < decision->lines.n && status == TH_OK; i++) {
        const struct th_trade_line *line = &decision->lines.items[i];
        int64_t tonnes_t = th_units_t(line->tonnes);
        if (line->pool_id == 0) {
            continue;
        }
        status = th_pool_take(store, line->pool_id, line->package_id, resale ? -tonnes_t : 0,
                              resale ? -th_money_fen(line->cost) : 0, resale ? 0 : -tonnes_t, err);
    }
    return status;
}

static enum th_status reject(struct th_work *work, const struct decision *decision,
                             struct th_error *err)
{
    enum th_status status = th_check_own_trade(work, &decision->trade, err);
    if (status == TH_OK) {
        status = write_decision(work, decision, err);
    }
    return status == TH_OK ? give_back(work, decision, err) : status;
}

// The frame of both: takes `given`; `on` is NULL for today.
static enum th_status decide(struct th_registry *registry, const struct th_request *request,
                             int64_t trade_id, const char *on, struct th_json *given,
                             struct decision *decision, struct th_json **ret_reply,
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
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    status = th_deal_day_parse(registry, on, decision->on_date, err);
    if (status == TH_OK) {
        status = load(th_work_store(work), trade_id, decision, err);
    }
    if (status == TH_OK) {
        status = approval ? approve(work, decision, err) : reject(work, decision, err);
    }
    if (status == TH_OK) {
        body = body_json(decision, th_work_actor(work)->login);
        status = th_trade_reply(th_work_store(work), trade_id, &reply, err);
    }
    decision_clear(decision);
    return th_work_end(work, status, th_subject("trade", trade_id, subject), body, reply, ret_reply,
                       err);
}

enum th_status th_trade_approve(struct th_registry *registry, const struct th_request *request,
                                int64_t trade_id, const char *on, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct decision decision = {.state = "approved"};
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
    struct decision decision = {.state = "rejected", .reason = reason};
    struct th_json *given = th_json_object();
    th_json_set_int(given, "trade", trade_id);
    th_json_set_text(given, "reason", reason);
    return decide(registry, request, trade_id, NULL, given, &decision, ret_reply, err);
}

// Deals whose last day has passed: proposals that nobody decided about end, and what an approved
// deal still holds under its lock goes back. Each is a work and an entry of its own.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reply.h"
#include "trading/deal/deal.h"
#include "trading/deal/trade.h"

static enum th_status end_proposal(struct th_posting *posting, int64_t trade_id,
                                   const char *on_date, struct th_units *ret_released,
                                   struct th_error *err)
{
    struct th_decision decision = {.state = "expired"};
    th_text_copy(decision.on_date, sizeof(decision.on_date), on_date);
    const struct th_trade_decision row = {
        .trade_id = trade_id, .state = decision.state, .on_date = on_date};
    enum th_status status = th_decision_load(th_posting_store(posting), trade_id, &decision, err);
    if (status == TH_OK) {
        status = th_trade_decide(posting, &row, err);
    }
    if (status == TH_OK) {
        status = th_decision_give_back(posting, &decision, err);
    }
    if (status == TH_OK) {
        *ret_released = th_lock_left(&decision.lock);
    }
    th_decision_clear(&decision);
    return status;
}

enum th_status th_deal_release_rest(struct th_posting *posting, const struct th_trade *trade,
                                    struct th_units *ret_released, struct th_error *err)
{
    struct th_store *store = th_posting_store(posting);
    const struct th_deal_kind *kind = th_deal_kind_find(trade->kind);
    struct th_decision rest = {.trade = *trade};
    const struct th_unit_place held = {.state = TH_BLOCK_HELD};
    enum th_status status = th_lock_of_trade(store, trade->trade_id, &rest.lock, err);
    struct th_units left = {0};
    if (status == TH_OK) {
        left = th_lock_left(&rest.lock);
        status = th_ledger_locked(store, rest.lock.lock_id, &rest.blocks, err);
    }
    if (status == TH_OK) {
        status = th_trade_lines_left(store, trade->trade_id, &rest.lines, err);
    }
    if (status == TH_OK) {
        status = th_decision_send(posting, &rest, &held, err);
    }
    for (size_t i = 0; i < rest.lines.n && status == TH_OK; i++) {
        status = th_deal_draw_pool(posting, kind->pool_use, &rest.lines.items[i], true, err);
    }
    if (status == TH_OK && th_units_t(left) > 0) {
        status = th_lock_released_whole(posting, &rest.lock, err);
    }
    th_decision_clear(&rest);
    if (status == TH_OK) {
        *ret_released = left;
    }
    return status;
}

// Is it past its last day, now that nobody else writes?
static enum th_status is_past(struct th_store *store, const struct th_trade *trade,
                              const char *through, bool *ret_past, struct th_error *err)
{
    struct th_lock lock;
    const char *last_day = trade->expires_on;
    if (strcmp(trade->state, "approved") == 0) {
        enum th_status status = th_lock_of_trade(store, trade->trade_id, &lock, err);
        if (status != TH_OK && status != TH_NOT_FOUND) {
            return status;
        }
        last_day = status == TH_OK && th_units_t(th_lock_left(&lock)) > 0 ? lock.expires_on : "";
    } else if (strcmp(trade->state, "proposed") != 0) {
        last_day = "";
    }
    *ret_past = last_day[0] != '\0' && strcmp(last_day, through) < 0;
    return TH_OK;
}

// Who asks may be refused, whether or not anything is to be ended.
static enum th_status check_actor(struct th_registry *registry, const struct th_request *request,
                                  struct th_error *err)
{
    const struct th_work_documents none = {NULL, 0};
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    struct th_request looking = *request;
    looking.idempotency_key = NULL;
    enum th_status status = th_work_begin_looking(registry, &looking, TH_MAY_APPROVE,
                                                  "trade.expire", NULL, &none, &work, &reply, err);
    th_work_cancel(work);
    return status;
}

// One of them; *ret_item tells what was done, NULL: nothing.
static enum th_status end_one(struct th_registry *registry, const struct th_request *request,
                              int64_t trade_id, const char *through, struct th_json **ret_item,
                              struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_trade trade;
    struct th_units released = {0};
    char subject[TH_SUBJECT_SIZE];
    struct th_request single = *request;
    single.idempotency_key = NULL; // ending twice is ending once
    enum th_status status = th_work_begin(registry, &single, TH_MAY_APPROVE, "trade.expire", NULL,
                                          &work, ret_item, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_posting *posting = th_work_posting(work);
    struct th_json *item = th_json_object();
    bool past = false;
    status = th_trade_load(th_work_store(work), trade_id, &trade, err);
    if (status == TH_OK) {
        status = is_past(th_work_store(work), &trade, through, &past, err);
    }
    if (status == TH_OK && !past) { // somebody decided about it meanwhile
        th_json_free(item);
        th_work_cancel(work);
        *ret_item = NULL;
        return TH_OK;
    }
    if (status == TH_OK && strcmp(trade.state, "proposed") == 0) {
        status = end_proposal(posting, trade_id, through, &released, err);
    } else if (status == TH_OK) {
        status = th_deal_release_rest(posting, &trade, &released, err);
    }
    if (status == TH_OK && th_deal_kind_find(trade.kind)->ended) {
        status = th_deal_kind_find(trade.kind)->ended(posting, &trade, through, err);
    }
    th_json_set_int(item, "trade_id", trade_id);
    th_json_set_text(item, "kind", trade.kind);
    th_json_set_text(item, "was", trade.state);
    th_json_set_units(item, "released_t", released);
    return th_work_end(work, status, th_subject("trade", trade_id, subject), th_json_object(), item,
                       ret_item, err);
}

// All that are past their last day now.
static enum th_status end_all(struct th_registry *registry, const struct th_request *request,
                              const char *through, struct th_json *list, struct th_error *err)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum th_status status = th_trade_ended(th_registry_store(registry), through, &ids, &n, err);
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        struct th_json *item = NULL;
        status = end_one(registry, request, ids[i], through, &item, err);
        if (item) {
            th_json_append(list, item);
        }
    }
    free(ids);
    return status;
}

// A proposal that ends gives back under the lock of a promise, which may be over as well: so it is
// looked again until nothing ends.
enum th_status th_trade_expire(struct th_registry *registry, const struct th_request *request,
                               const char *through, struct th_json **ret_reply,
                               struct th_error *err)
{
    char on_date[TH_ON_SIZE];
    struct th_json *list = th_json_array();
    enum th_status status = check_actor(registry, request, err);
    if (status == TH_OK) {
        status = th_deal_day_parse(registry, through, on_date, err);
    }
    for (bool more = true; more && status == TH_OK;) {
        size_t before = th_json_size(list);
        status = end_all(registry, request, on_date, list, err);
        more = th_json_size(list) > before;
    }
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "n_expired", (int64_t)th_json_size(list));
    th_json_set(reply, "expired", list);
    return th_reply_finish(status, reply, ret_reply, err);
}

// A trade as people and programs see it.
#include <stdio.h>
#include <string.h>

#include "registry/reply.h"
#include "store/deal/correction_store.h"
#include "store/deal/offer_store.h"
#include "trading/ahead/promise.h"
#include "trading/deal/beneficiary.h"
#include "trading/deal/dated_back.h"
#include "trading/deal/trade.h"
#include "trading/pledge/pledge_internal.h"

// What the deal is, and the tonnes that it speaks of: a pledge behind others moves none, and a
// refund gives up some, and is of them all the same.
static enum th_status set_about(struct th_store *store, const struct th_trade *trade,
                                struct th_json *object, struct th_error *err)
{
    struct th_pledge pledge = {.tonnes = trade->tonnes};
    enum th_status status = strcmp(trade->kind, "pledge") == 0
                                ? th_pledge_load(store, trade->trade_id, &pledge, err)
                                : TH_OK;
    struct th_units refund = {0};
    if (status == TH_OK && strcmp(trade->kind, "delivery") == 0) {
        status = th_delivery_refund(store, trade->trade_id, &refund, err);
    }
    int64_t about_t = th_units_t(pledge.tonnes) + th_units_t(refund);
    th_json_set_text(object, "deal", th_units_t(refund) > 0 ? "refund" : trade->kind);
    th_json_set(object, "about_t", about_t != 0 ? th_json_int(about_t) : th_json_null());
    return status;
}

static enum th_status set_sides(struct th_store *store, const struct th_trade *trade,
                                struct th_json *object, struct th_error *err)
{
    struct th_json *sellers = th_json_array();
    enum th_status status = th_json_set_party(store, object, "seller", trade->seller_id, err);
    if (status == TH_OK) {
        status = th_trade_seller_names(store, trade, sellers, err);
    }
    th_json_set(object, "sellers", sellers);
    return status == TH_OK ? th_json_set_party(store, object, "buyer", trade->buyer_id, err)
                           : status;
}

enum th_status th_trade_head_json(struct th_store *store, const struct th_trade *trade,
                                  struct th_json **ret_object, struct th_error *err)
{
    struct th_json *object = th_json_object();
    bool decided = strcmp(trade->state, "approved") == 0 || strcmp(trade->state, "rejected") == 0;
    th_json_set_int(object, "trade_id", trade->trade_id);
    th_json_set_text(object, "kind", trade->kind);
    th_json_set_text(object, "state", trade->state);
    enum th_status status = set_sides(store, trade, object, err);
    th_json_set_units(object, "tonnes", trade->tonnes);
    if (status == TH_OK) {
        status = set_about(store, trade, object, err);
    }
    th_json_set_price(object, "price_fen", trade);
    th_json_set_money(object, "amount_fen", trade->amount);
    th_json_set_text(object, "tax_rate", trade->tax_rate);
    th_json_set_money(object, "tax_fen", trade->tax);
    th_json_set_money(object, "net_fen", trade->net);
    th_json_set_word(object, "beneficiary", trade->beneficiary);
    th_json_set_word(object, "beneficiary_uscc", trade->beneficiary_uscc);
    th_json_set_word(object, "purpose", trade->purpose);
    th_json_set_word(object, "note", trade->note);
    if (trade->draw[0] != '\0') {
        th_json_set_text(object, "draw", trade->draw);
    }
    th_json_set_text(object, "on", trade->on_date);
    th_json_set_text(object, "proposed_by", trade->proposed_by);
    th_json_set_word(object, "decided_by", trade->decided_by);
    th_json_set_word(object, "decided_on", trade->decided_on);
    th_json_set_word(object, "reason", trade->reason);
    th_json_set(object, "of_trade_id",
                trade->of_trade_id != 0 ? th_json_int(trade->of_trade_id) : th_json_null());
    th_json_set_word(object, "expires_on", decided ? "" : trade->expires_on);
    // Nothing is paid for what is not approved, and nothing is there to take back.
    bool due = strcmp(trade->state, "approved") == 0;
    int64_t correction_id = 0;
    if (status == TH_OK && due) {
        status = th_trade_correction(store, trade->trade_id, &correction_id, err);
    }
    if (correction_id != 0) {
        th_json_set_int(object, "corrected_by", correction_id);
    }
    const char *standing = trade->state;
    if (status == TH_OK) {
        status = th_trade_standing(store, trade, correction_id != 0, &standing, err);
    }
    th_json_set_text(object, "standing", standing);
    if (trade->alone_rule_id != 0) {
        th_json_set_int(object, "alone_rule_id", trade->alone_rule_id);
    }
    struct th_money received = {0};
    struct th_money outstanding = {0};
    if (status == TH_OK && due) {
        status = th_receipt_total(store, trade->trade_id, NULL, &received, err);
    }
    if (status == TH_OK && due) {
        status = th_trade_outstanding(store, trade, &outstanding, err);
    }
    th_json_set_money(object, "received_fen", received);
    th_json_set(object, "outstanding_fen",
                due ? th_json_int(th_money_fen(outstanding)) : th_json_null());
    if (status == TH_OK) {
        *ret_object = object;
    } else {
        th_json_free(object);
    }
    return status;
}

static struct th_json *range_json(const struct th_issuance_record *issuance, int64_t first,
                                  int64_t last)
{
    char serial[TH_SERIAL_SIZE];
    struct th_json *item = th_json_object();
    th_serial_format(issuance->prefix, first, last, serial);
    th_json_set_text(item, "serial", serial);
    th_json_set_text(item, "prefix", issuance->prefix);
    th_json_set_int(item, "first", first);
    th_json_set_int(item, "last", last);
    th_json_set_int(item, "tonnes", last - first + 1);
    th_json_set_int(item, "vintage", issuance->vintage);
    th_json_set_bool(item, "statement_based", issuance->statement_based);
    return item;
}

// What stood in several blocks, side by side, reads as one range.
static enum th_status add_blocks(struct th_store *store, const struct th_block_list *blocks,
                                 struct th_json *object, struct th_error *err)
{
    struct th_json *array = th_json_array();
    bool any_statement = false;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < blocks->n && status == TH_OK;) {
        struct th_issuance_record issuance;
        int64_t issuance_id = blocks->items[i].issuance_id;
        status = th_issuance_load(store, issuance_id, &issuance, err);
        while (i < blocks->n && status == TH_OK && blocks->items[i].issuance_id == issuance_id) {
            int64_t first = blocks->items[i].first;
            int64_t last = blocks->items[i++].last;
            while (i < blocks->n && blocks->items[i].issuance_id == issuance_id &&
                   blocks->items[i].first == last + 1) {
                last = blocks->items[i++].last;
            }
            th_json_append(array, range_json(&issuance, first, last));
            any_statement = any_statement || issuance.statement_based;
        }
    }
    th_json_set_bool(object, "statement_based", any_statement);
    th_json_set(object, "blocks", array);
    return status;
}

static enum th_status add_lines(struct th_store *store, const struct th_trade_line_list *lines,
                                struct th_json *object, struct th_error *err)
{
    struct th_json *array = th_json_array();
    enum th_status status = TH_OK;
    for (size_t i = 0; i < lines->n && status == TH_OK; i++) {
        const struct th_trade_line *line = &lines->items[i];
        char package[TH_NAME_SIZE];
        struct th_json *item = th_json_object();
        status = th_package_name(store, line->package_id, package, err);
        if (status == TH_OK) {
            status = th_json_set_party(store, item, "seller", line->seller_id, err);
        }
        th_json_set_int(item, "package_id", line->package_id);
        if (status == TH_OK) {
            th_json_set_text(item, "package", package);
        }
        th_json_set(item, "pool_id",
                    line->pool_id != 0 ? th_json_int(line->pool_id) : th_json_null());
        th_json_set_units(item, "tonnes", line->tonnes);
        th_json_set_money(item, "amount_fen", line->amount);
        th_json_set_money(item, "cost_fen", line->cost);
        th_json_append(array, item);
    }
    th_json_set(object, "lines", array);
    return status;
}

// Of an offer the units that would come under its lock now; none where some of them are gone.
static enum th_status offered_units(struct th_store *store, const struct th_trade *trade,
                                    struct th_trade_line_list *lines, struct th_block_list *blocks,
                                    struct th_error *err)
{
    struct th_decision decision = {.state = "approved"};
    struct th_offer offer = {.forecast_id = 0};
    struct th_error refusal = {0};
    enum th_status status = th_offer_load(store, trade, &offer, err);
    if (status != TH_OK) {
        return status;
    }
    *lines = offer.lines;
    status = th_decision_load(store, trade->trade_id, &decision, &refusal);
    if (status == TH_OK) {
        *blocks = decision.blocks;
        decision.blocks = (struct th_block_list){0};
    } else if (status != TH_CONFLICT && err) {
        *err = refusal;
    }
    th_decision_clear(&decision);
    return status == TH_CONFLICT ? TH_OK : status;
}

static enum th_status add_units(struct th_store *store, const struct th_trade *trade,
                                struct th_json *reply, struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    struct th_block_list blocks = {0};
    bool offered = strcmp(th_json_get_text(reply, "standing", ""), "offered") == 0;
    enum th_status status = offered ? offered_units(store, trade, &lines, &blocks, err)
                                    : th_trade_lines(store, trade->trade_id, &lines, err);
    if (status == TH_OK && !offered) {
        status = th_ledger_of_trade(store, trade->trade_id, &blocks, err);
    }
    if (status == TH_OK) {
        status = add_blocks(store, &blocks, reply, err);
    }
    if (status == TH_OK && offered && blocks.n == 0) {
        th_json_set(reply, "statement_based", th_json_null()); // no units, no statement
    }
    if (status == TH_OK) {
        status = add_lines(store, &lines, reply, err);
    }
    th_trade_line_list_clear(&lines);
    th_block_list_clear(&blocks);
    return status;
}

static bool add_receipt(void *context, const struct th_receipt *receipt)
{
    struct th_json *array = context;
    struct th_json *item = th_json_object();
    th_json_set_int(item, "receipt_id", receipt->receipt_id);
    th_json_set_money(item, "amount_fen", receipt->amount);
    th_json_set_text(item, "on", receipt->on_date);
    th_json_set_text(item, "login", receipt->login);
    th_json_set(item, "of_trade_id",
                receipt->of_trade_id != 0 ? th_json_int(receipt->of_trade_id) : th_json_null());
    th_json_set_text(item, "withdrawn_on", receipt->withdrawn_on);
    th_json_set_text(item, "withdrawn_by", receipt->withdrawn_by);
    th_json_set_text(item, "reason", receipt->reason);
    th_json_append(array, item);
    return true;
}

// Why the approval would be refused, without a language.
static struct th_json *refusal_json(const struct th_error *refusal)
{
    struct th_json *object = th_json_object();
    struct th_json *texts = th_json_object();
    for (int i = 0; i < refusal->n_args; i++) {
        th_json_set_text(texts, refusal->args[i].name, refusal->args[i].value);
    }
    th_json_set_text(object, "code", refusal->key);
    th_json_set(object, "arguments", texts);
    return object;
}

// What the approval would do; `still`: null where it would be refused by now, with the reason.
static enum th_status add_effect(struct th_store *store, int64_t trade_id, bool still,
                                 struct th_json *reply, struct th_error *err)
{
    struct th_error refusal = {0};
    enum th_status status = th_trade_effect(store, trade_id, reply, &refusal);
    if (status == TH_CONFLICT && still) {
        th_json_set(reply, "effect", th_json_null());
        th_json_set(reply, "refusal", refusal_json(&refusal));
        return TH_OK;
    }
    if (status != TH_OK && err) {
        *err = refusal;
    }
    return status;
}

static enum th_status trade_json(struct th_store *store, int64_t trade_id, bool still,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_trade trade;
    struct th_json *reply = NULL;
    enum th_status status = th_trade_load(store, trade_id, &trade, err);
    if (status == TH_OK) {
        status = th_trade_head_json(store, &trade, &reply, err);
    }
    if (status == TH_OK) {
        status = add_units(store, &trade, reply, err);
    }
    if (status == TH_OK) {
        struct th_json *receipts = th_json_array();
        status = th_receipt_each(store, trade_id, add_receipt, receipts, err);
        th_json_set(reply, "receipts", receipts);
    }
    const struct th_deal_kind *kind = status == TH_OK ? th_deal_kind_find(trade.kind) : NULL;
    if (kind && kind->show) {
        status = kind->show(store, &trade, reply, err);
    }
    if (status == TH_OK && strcmp(trade.state, "proposed") == 0) {
        status = add_effect(store, trade_id, still, reply, err);
    }
    if (status == TH_OK && strcmp(trade.state, "proposed") == 0 && trade.beneficiary[0] != '\0') {
        bool reviewed = false;
        status =
            th_beneficiary_check(store, trade.beneficiary, trade.beneficiary_uscc, &reviewed, err);
        th_json_set_bool(reply, "beneficiary_reviewed", reviewed);
    }
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_trade_reply(struct th_store *store, int64_t trade_id, struct th_json **ret_reply,
                              struct th_error *err)
{
    return trade_json(store, trade_id, false, ret_reply, err);
}

// An option that is over before its last day lost the tonnes that it was written on.
static enum th_status tell_option_lost(struct th_store *store, const struct th_trade *trade,
                                       const char *today, struct th_json *object,
                                       struct th_error *err)
{
    struct th_promise terms;
    struct th_promise_progress progress;
    bool over = strcmp(th_json_get_text(object, "standing", ""), "lapsed") == 0 &&
                strcmp(trade->kind, "option") == 0;
    if (!over) {
        return TH_OK;
    }
    enum th_status status = th_promise_load(store, trade->trade_id, &terms, err);
    if (status == TH_OK) {
        status = th_promise_progress(store, trade, 0, &progress, err);
    }
    if (status == TH_OK && strcmp(today, terms.window_to) <= 0) {
        bool none = th_units_t(progress.delivered) == 0;
        th_json_set_text(object, "standing", none ? "fallen_through" : "completed");
        if (th_json_get(object, "short_t")) {
            th_json_set_units(object, "short_t", th_promise_short(&progress));
        }
    }
    return status;
}

// What depends on the day on which somebody looks.
static enum th_status tell_by_day(struct th_registry *registry, int64_t trade_id,
                                  struct th_json *reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    char today[TH_DATE_TEXT_SIZE];
    struct th_trade trade;
    enum th_status status = th_trade_load(store, trade_id, &trade, err);
    if (status == TH_OK) {
        status = th_deal_tell_dated_back(store, &trade, th_registry_today(registry), reply, err);
    }
    return status == TH_OK
               ? tell_option_lost(store, &trade, th_date_format(th_registry_today(registry), today),
                                  reply, err)
               : status;
}

enum th_status th_trade_show(struct th_registry *registry, int64_t trade_id,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = NULL;
    char today[TH_ON_SIZE];
    status = trade_json(store, trade_id, true, &reply, err);
    if (status == TH_OK) {
        status = tell_by_day(registry, trade_id, reply, err);
    }
    th_store_end_read(store);
    if (status == TH_OK) {
        status = th_on_parse(registry, NULL, today, err);
    }
    if (status == TH_OK && th_json_get(reply, "pledge")) {
        struct th_json *pledge = th_json_copy(th_json_get(reply, "pledge"));
        th_pledge_warn(pledge, today);
        th_json_set(reply, "pledge", pledge);
    }
    return th_reply_finish(status, reply, ret_reply, err);
}

struct listing {
    struct th_store *store;
    const char *standing; // NULL: any
    bool refunds;         // of deliveries those alone that give tonnes up
    char today[TH_DATE_TEXT_SIZE];
    struct th_json *trades;
    enum th_status status;
    struct th_error *err;
};

static bool list_trade(void *context, const struct th_trade *trade)
{
    struct listing *listing = context;
    struct th_json *object = NULL;
    listing->status = th_trade_head_json(listing->store, trade, &object, listing->err);
    if (listing->status != TH_OK) {
        return false;
    }
    listing->status = tell_option_lost(listing->store, trade, listing->today, object, listing->err);
    const char *standing = th_json_get_text(object, "standing", "");
    bool wanted = !listing->standing || strcmp(standing, listing->standing) == 0;
    bool refund = strcmp(th_json_get_text(object, "deal", ""), "refund") == 0;
    if (wanted && (refund || !listing->refunds)) {
        th_json_append(listing->trades, object);
    } else {
        th_json_free(object);
    }
    return listing->status == TH_OK;
}

static const char STATES[] = "proposed, approved, rejected, expired";

const char *th_trade_list_kinds(void)
{
    return "purchase, resale, transfer, retirement, cancellation, subscription, forward, option, "
           "delivery, refund, exercise, listing, acceptance, pledge, release, enforcement, "
           "reversal, correction";
}

const char *th_trade_list_states(void)
{
    return "proposed, offered, approved, in_force, completed, given_up, lapsed, "
           "fallen_through, withdrawn, corrected, rejected, expired";
}

// Is it one of "a, b"?
static bool is_among(const char *value, const char *words)
{
    size_t n = strlen(value);
    for (const char *p = words; *p != '\0';) {
        size_t size = strcspn(p, ",");
        if (size == n && strncmp(p, value, n) == 0) {
            return true;
        }
        p += size + strspn(p + size, ", ");
    }
    return false;
}

// A filter that knows the word; an empty list would look like an answer. What it would have known
// is told by the keys of its words.
static enum th_status check_filter(const char *name, const char *value, const char *words,
                                   const char *prefix, struct th_error *err)
{
    char allowed[TH_ERROR_VALUE_SIZE] = "";
    size_t used = 0;
    if (!value || is_among(value, words)) {
        return TH_OK;
    }
    for (const char *p = words; *p != '\0' && used < sizeof(allowed);) {
        size_t size = strcspn(p, ",");
        int n = snprintf(allowed + used, sizeof(allowed) - used, "%s%s%.*s", used > 0 ? ", " : "",
                         prefix, (int)size, p);
        used += n > 0 ? (size_t)n : 0;
        p += size + strspn(p + size, ", ");
    }
    return th_error_set(err, TH_USAGE, "usage_value", "option", name, "value", value, "allowed",
                        allowed, NULL);
}

enum th_status th_trade_list(struct th_registry *registry, const char *kind, const char *state,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct listing listing = {.store = store, .err = err};
    enum th_status status = check_filter("kind", kind, th_trade_list_kinds(), "@value.kind.", err);
    if (status == TH_OK) {
        status = check_filter("state", state, th_trade_list_states(), "@value.standing.", err);
    }
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status != TH_OK) {
        return status;
    }
    bool stored = state && is_among(state, STATES);
    listing.standing = stored ? NULL : state;
    listing.trades = th_json_array();
    listing.refunds = kind && strcmp(kind, "refund") == 0;
    (void)th_date_format(th_registry_today(registry), listing.today);
    status = th_trade_each(store, listing.refunds ? "delivery" : kind, stored ? state : NULL,
                           list_trade, &listing, err);
    th_store_end_read(store);
    if (status == TH_OK) {
        status = listing.status;
    }
    return th_reply_finish_list(status, "trades", listing.trades, ret_reply, err);
}

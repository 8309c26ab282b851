// Deliveries of subscriptions and forwards, exercises of options, and refunds of what never comes.
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "store/deal/forecast_store.h"
#include "store/journal/journal_store.h"
#include "trading/ahead/promise.h"
#include "trading/deal/stock.h"

// A promise that a deal acts upon.
struct open_promise {
    struct th_trade trade;
    struct th_promise terms;
    struct th_promise_progress progress;
};

static enum th_status open_promise(struct th_store *store, const char *reference, bool option,
                                   struct open_promise *promise, struct th_error *err)
{
    int64_t trade_id = 0;
    if (!reference || !th_text_parse_int(reference, 1, INT64_MAX, &trade_id)) {
        return th_error_set(err, TH_USAGE, "trade_missing", NULL);
    }
    enum th_status status = th_trade_load(store, trade_id, &promise->trade, err);
    if (status != TH_OK) {
        return status;
    }
    bool fits = option ? strcmp(promise->trade.kind, "option") == 0
                       : th_promise_takes_prepayments(&promise->trade);
    if (!fits || strcmp(promise->trade.state, "approved") != 0) {
        status =
            th_error_set(err, TH_CONFLICT, option ? "trade_not_option" : "trade_not_promise", NULL);
        th_error_add_int(err, "trade", trade_id);
        return status;
    }
    status = th_promise_load(store, trade_id, &promise->terms, err);
    return status == TH_OK ? th_promise_progress(store, &promise->trade, 0, &promise->progress, err)
                           : status;
}

static enum th_status cannot(const struct open_promise *promise, const char *key, int64_t most_t,
                             struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, key, NULL);
    th_error_add_int(err, "trade", promise->trade.trade_id);
    th_error_add_int(err, "most", most_t);
    return TH_CONFLICT;
}

// The part of the promise's cost that goes with a line: all of what is left, or by tonnes.
static enum th_status share_cost(struct th_trade_line *line, const struct th_trade_line_list *left,
                                 struct th_error *err)
{
    for (size_t i = 0; i < left->n; i++) {
        const struct th_trade_line *of = &left->items[i];
        if (of->package_id == line->package_id && of->pool_id == line->pool_id &&
            of->seller_id == line->seller_id) {
            struct th_ratio part;
            int64_t cost_fen = 0;
            enum th_status status =
                th_ratio_make(th_units_t(line->tonnes), th_units_t(of->tonnes), &part, err);
            if (status == TH_OK) {
                status = th_ratio_apply_nearest(part, th_money_fen(of->cost), &cost_fen, err);
            }
            line->cost = th_money_from_fen(cost_fen);
            return status;
        }
    }
    return TH_OK; // of no pool
}

static enum th_status set_money(struct th_store *store, const struct open_promise *promise,
                                struct th_deal *deal, struct th_error *err)
{
    struct th_trade *trade = &deal->trade;
    struct th_trade_line_list left = {0};
    trade->has_price = true;
    trade->price_per_t =
        promise->terms.has_strike ? promise->terms.strike_per_t : promise->trade.price_per_t;
    enum th_status status =
        th_money_times_units(trade->price_per_t, trade->tonnes, &trade->amount, err);
    if (status == TH_OK) {
        status = th_trade_set_tax(trade, promise->trade.tax_rate, err);
    }
    if (status == TH_OK && deal->source.lock_id != 0) {
        status = th_trade_lines_left(store, promise->trade.trade_id, &left, err);
    }
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        struct th_trade_line *line = &deal->lines[i];
        status = th_money_times_units(trade->price_per_t, line->tonnes, &line->amount, err);
        if (status == TH_OK && deal->source.lock_id != 0) {
            status = share_cost(line, &left, err);
        }
    }
    th_trade_line_list_clear(&left);
    return status;
}

static enum th_status begin(const struct th_delivery_input *input, bool option,
                            struct th_registry *registry, struct th_work *work,
                            struct open_promise *promise, struct th_trade *trade,
                            struct th_error *err)
{
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = open_promise(th_work_store(work), input->of, option, promise, err);
    }
    if (status == TH_OK && input->tonnes) {
        status = th_tonnes_parse(input->tonnes, &trade->tonnes, err);
    }
    if (status == TH_OK && strcmp(trade->on_date, promise->trade.on_date) < 0) {
        status = th_error_set(err, TH_INVALID, "before_promise", "on", trade->on_date, "since",
                              promise->trade.on_date, NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    trade->of_trade_id = promise->trade.trade_id;
    trade->seller_id = promise->trade.seller_id;
    trade->buyer_id = promise->trade.buyer_id;
    return th_check_own_trade(work, trade, err);
}

// Gives up tonnes that no unit covers: the deal has no tonnes of its own, only money.
static enum th_status prepare_refund(const struct open_promise *promise, struct th_deal *deal,
                                     struct th_error *err)
{
    const struct th_promise_progress *progress = &promise->progress;
    int64_t most_t = th_units_t(progress->due) - th_units_t(progress->locked);
    struct th_units given_up = deal->trade.tonnes;
    if (most_t <= 0) {
        return cannot(promise, "nothing_short", 0, err);
    }
    if (th_units_t(given_up) == 0) {
        int64_t short_t = th_units_t(th_promise_short(progress));
        given_up = th_units_from_t(short_t > 0 ? short_t : most_t);
    }
    if (th_units_t(given_up) > most_t) {
        return cannot(promise, "refund_too_much", most_t, err);
    }
    deal->trade.tonnes = th_units_from_t(0);
    deal->terms = th_delivery_row(given_up);
    enum th_status status =
        th_promise_refundable(&promise->trade, progress, given_up, &deal->trade.amount, err);
    return status == TH_OK ? th_trade_set_tax(&deal->trade, NULL, err) : status;
}

// What is still expected comes by its issuance, or by the delivery of the deal that bought it
// ahead.
static enum th_status still_expected(struct th_store *store, const struct open_promise *promise,
                                     struct th_error *err)
{
    struct th_forecast source = {.of_trade_id = 0};
    enum th_status status = th_forecast_load(store, promise->terms.forecast_id, &source, err);
    if (status != TH_OK) {
        return status;
    }
    status = cannot(promise, source.of_trade_id != 0 ? "delivery_awaited" : "forecast_awaited",
                    th_units_t(promise->progress.expected), err);
    th_error_add_int(err, "of", source.of_trade_id);
    return status;
}

// Other stock of the seller, once nothing is left under the promise's lock.
static enum th_status pick_replacement(struct th_store *store, const struct open_promise *promise,
                                       struct th_deal *deal, struct th_error *err)
{
    struct th_party seller;
    if (th_units_t(promise->progress.expected) > 0) {
        return still_expected(store, promise, err);
    }
    if (strcmp(promise->terms.if_short, "replace") != 0) {
        return cannot(promise, "replace_not_agreed", 0, err);
    }
    enum th_status status = th_party_load(store, deal->trade.seller_id, &seller, err);
    if (status == TH_OK && strcmp(seller.kind, "bank") == 0) {
        const struct th_stock_wish wish = {.owner_id = seller.party_id,
                                           .tonnes = deal->trade.tonnes};
        return th_stock_draw(store, deal, &wish, err);
    }
    const struct th_held_filter filter = {.owner_id = seller.party_id};
    return status == TH_OK ? th_deal_pick_held(store, deal, &filter, deal->trade.tonnes, err)
                           : status;
}

static enum th_status prepare_delivery(const void *given, struct th_registry *registry,
                                       struct th_work *work, struct th_deal *deal,
                                       struct th_error *err)
{
    const struct th_delivery_input *input = given;
    struct th_store *store = th_work_store(work);
    struct open_promise promise = {.trade = {.trade_id = 0}};
    struct th_trade *trade = &deal->trade;
    enum th_status status = begin(input, false, registry, work, &promise, trade, err);
    if (status != TH_OK) {
        return status;
    }
    if (input->refund) {
        return prepare_refund(&promise, deal, err);
    }
    deal->terms = th_delivery_row(th_units_from_t(0));
    int64_t locked_t = th_units_t(promise.progress.locked);
    int64_t most_t = locked_t > 0 ? locked_t : th_units_t(promise.progress.due);
    if (most_t == 0) {
        return cannot(&promise, "nothing_due", 0, err);
    }
    if (th_units_t(trade->tonnes) == 0) {
        trade->tonnes = th_units_from_t(most_t);
    }
    if (th_units_t(trade->tonnes) > most_t) {
        return cannot(&promise, "delivery_too_much", most_t, err);
    }
    status = locked_t > 0
                 ? th_deal_pick_from_lock(store, deal, trade->of_trade_id, trade->tonnes, err)
                 : pick_replacement(store, &promise, deal, err);
    return status == TH_OK ? set_money(store, &promise, deal, err) : status;
}

static enum th_status prepare_exercise(const void *given, struct th_registry *registry,
                                       struct th_work *work, struct th_deal *deal,
                                       struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct open_promise promise = {.trade = {.trade_id = 0}};
    struct th_trade *trade = &deal->trade;
    enum th_status status = begin(given, true, registry, work, &promise, trade, err);
    if (status != TH_OK) {
        return status;
    }
    if (strcmp(trade->on_date, promise.terms.window_from) < 0 ||
        strcmp(trade->on_date, promise.terms.window_to) > 0) {
        return th_error_set(err, TH_CONFLICT, "outside_window", "on", trade->on_date, "from",
                            promise.terms.window_from, "to", promise.terms.window_to, NULL);
    }
    if (th_units_t(trade->tonnes) == 0) {
        trade->tonnes = promise.progress.locked;
    }
    if (th_units_t(promise.progress.locked) == 0) {
        return th_units_t(promise.progress.expected) > 0 ? still_expected(store, &promise, err)
                                                         : cannot(&promise, "nothing_due", 0, err);
    }
    status = th_deal_pick_from_lock(store, deal, trade->of_trade_id, trade->tonnes, err);
    return status == TH_OK ? set_money(store, &promise, deal, err) : status;
}

// What was prepaid goes over to the delivery, as its receipt: the claims and the cash of the
// promise, as far as they go, become those of the delivery, and nobody's sums change.
static enum th_status use_prepayment(struct th_posting *posting, const struct th_decision *decision,
                                     struct th_money prepaid, struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_money used = th_money_compare(prepaid, trade->amount) < 0 ? prepaid : trade->amount;
    const struct {
        int64_t from_id, to_id;
        enum th_account account;
        int64_t trade_id;
        const char *memo;
    } moves[] = {
        {trade->buyer_id, trade->seller_id, TH_ACCOUNT_CLAIM, trade->of_trade_id, "money.prepaid"},
        {trade->seller_id, trade->buyer_id, TH_ACCOUNT_CASH, trade->of_trade_id, "money.prepaid"},
        {trade->seller_id, trade->buyer_id, TH_ACCOUNT_CLAIM, trade->trade_id, "money.receipt"},
        {trade->buyer_id, trade->seller_id, TH_ACCOUNT_CASH, trade->trade_id, "money.receipt"}};
    enum th_status status = TH_OK;
    if (th_money_fen(used) <= 0) {
        return TH_OK;
    }
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]) && status == TH_OK; i++) {
        const struct th_transfer transfer = {.from_id = moves[i].from_id,
                                             .to_id = moves[i].to_id,
                                             .account = moves[i].account,
                                             .amount = used,
                                             .on_date = trade->on_date,
                                             .trade_id = moves[i].trade_id,
                                             .memo = moves[i].memo};
        status = th_money_move(posting, &transfer, err);
    }
    const struct th_receipt receipt = {.trade_id = trade->trade_id,
                                       .amount = used,
                                       .on_date = trade->on_date,
                                       .login = trade->proposed_by};
    int64_t receipt_id = 0;
    return status == TH_OK ? th_receipt_post(posting, &receipt, &receipt_id, err) : status;
}

// Of the promise's expected tonnes only what is still due stays promised; a buyer who promised them
// on must not lose their cover.
static enum th_status give_up_forecast(struct th_posting *posting, const struct th_trade *promise,
                                       const struct th_promise_progress *progress, int64_t refund_t,
                                       struct th_error *err)
{
    struct th_store *store = th_posting_store(posting);
    const struct th_forecast_filter filter = {.of_trade_id = promise->trade_id};
    int64_t left_t = th_units_t(progress->due) - refund_t;
    int64_t expected_t = th_units_t(progress->expected);
    int64_t drop_t = expected_t - (left_t - th_units_t(progress->locked));
    struct th_lock lock;
    struct th_forecast_list bought = {0};
    enum th_status status = TH_OK;
    if (drop_t > 0) {
        status = th_lock_of_trade(store, promise->trade_id, &lock, err);
        if (status == TH_OK) {
            status = th_lock_forecast_released(posting, lock.lock_id, th_units_from_t(drop_t), err);
        }
    }
    if (status == TH_OK) {
        status = th_forecast_all(store, &filter, &bought, err);
    }
    for (size_t i = 0; i < bought.n && status == TH_OK; i++) {
        int64_t lost_t =
            th_units_t(th_forecast_open(&bought.items[i])) - left_t - th_units_t(progress->pending);
        if (lost_t > th_units_t(th_forecast_free(&bought.items[i]))) {
            status = th_error_set(err, TH_CONFLICT, "forecast_promised", NULL);
            th_error_add_int(err, "trade", promise->trade_id);
        } else if (lost_t > 0) {
            status = th_forecast_move(posting, bought.items[i].forecast_id, th_units_from_t(0),
                                      th_units_from_t(lost_t), err);
        }
    }
    free(bought.items);
    return status;
}

static enum th_status approve_refund(struct th_posting *posting, const struct th_decision *decision,
                                     const struct th_trade *promise,
                                     const struct th_promise_progress *progress,
                                     struct th_units refund, struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_money owed;
    int64_t most_t = th_units_t(progress->due) - th_units_t(progress->locked);
    enum th_status status = th_promise_refundable(promise, progress, refund, &owed, err);
    if (status == TH_OK &&
        (th_units_t(refund) > most_t || th_money_compare(owed, trade->amount) != 0)) {
        status = th_error_set(err, TH_CONFLICT, "promise_changed", NULL);
        th_error_add_int(err, "trade", promise->trade_id);
    }
    if (status == TH_OK) {
        status = give_up_forecast(posting, promise, progress, th_units_t(refund), err);
    }
    struct th_transfer transfer = {.from_id = trade->buyer_id,
                                   .to_id = trade->seller_id,
                                   .account = TH_ACCOUNT_CLAIM,
                                   .amount = trade->amount,
                                   .on_date = trade->on_date,
                                   .trade_id = promise->trade_id,
                                   .memo = "money.prepaid"};
    if (status == TH_OK) {
        status = th_money_move(posting, &transfer, err);
    }
    transfer.from_id = trade->seller_id;
    transfer.to_id = trade->buyer_id;
    transfer.trade_id = trade->trade_id;
    transfer.memo = "money.refund";
    return status == TH_OK ? th_money_move(posting, &transfer, err) : status;
}

static enum th_status approve_delivery(struct th_posting *posting,
                                       const struct th_decision *decision, struct th_error *err)
{
    struct th_store *store = th_posting_store(posting);
    struct th_trade promise;
    struct th_promise_progress progress;
    struct th_units refund;
    enum th_status status = th_trade_load(store, decision->trade.of_trade_id, &promise, err);
    if (status == TH_OK) {
        status = th_promise_progress(store, &promise, decision->trade.trade_id, &progress, err);
    }
    if (status == TH_OK) {
        status = th_delivery_refund(store, decision->trade.trade_id, &refund, err);
    }
    if (status == TH_OK && th_units_t(refund) > 0) {
        return approve_refund(posting, decision, &promise, &progress, refund, err);
    }
    if (status == TH_OK) {
        status = th_promise_hand_over(posting, decision, err);
    }
    if (status == TH_OK) {
        status = th_decision_claim(posting, decision, "money.delivery", err);
    }
    return status == TH_OK ? use_prepayment(posting, decision, progress.prepaid, err) : status;
}

static enum th_status approve_exercise(struct th_posting *posting,
                                       const struct th_decision *decision, struct th_error *err)
{
    enum th_status status = th_promise_hand_over(posting, decision, err);
    return status == TH_OK ? th_decision_claim(posting, decision, "money.exercise", err) : status;
}

// What of the money that came ahead the delivery will use; nothing once it is decided.
static enum th_status add_prepaid(struct th_store *store, const struct th_trade *trade,
                                  struct th_json *reply, struct th_error *err)
{
    struct th_trade promise;
    struct th_promise_progress progress = {.prepaid = {0}};
    enum th_status status = th_trade_load(store, trade->of_trade_id, &promise, err);
    if (status == TH_OK) {
        status = th_promise_progress(store, &promise, trade->trade_id, &progress, err);
    }
    struct th_money used =
        th_money_compare(progress.prepaid, trade->amount) < 0 ? progress.prepaid : trade->amount;
    th_json_set_money(reply, "prepaid_fen", used);
    return status;
}

static enum th_status show_delivery(struct th_store *store, const struct th_trade *trade,
                                    struct th_json *reply, struct th_error *err)
{
    struct th_units refund = {0};
    enum th_status status = th_delivery_refund(store, trade->trade_id, &refund, err);
    if (status == TH_OK) {
        th_json_set(reply, "refund_t",
                    th_units_t(refund) > 0 ? th_json_int(th_units_t(refund)) : th_json_null());
    }
    bool proposed = strcmp(trade->state, "proposed") == 0 && th_units_t(refund) == 0;
    return status == TH_OK && proposed ? add_prepaid(store, trade, reply, err) : status;
}

// What the promise agreed to needs nobody's word again: units from under its lock, money back for
// what is short. Who was promised other tonnes is not refunded on the seller's word, nor anybody
// for tonnes that are still to come in time; other tonnes are not taken on the buyer's.
static enum th_status hear_of_delivery(struct th_store *store, const struct th_trade *trade,
                                       struct th_word *ret_word, struct th_error *err)
{
    struct open_promise promise = {.trade = {.trade_id = 0}};
    struct th_units refund = {0};
    struct th_lock lock = {.source_id = trade->of_trade_id};
    bool early = false;
    enum th_status status = th_delivery_refund(store, trade->trade_id, &refund, err);
    if (status == TH_OK && th_units_t(refund) > 0) {
        status = th_trade_load(store, trade->of_trade_id, &promise.trade, err);
        if (status == TH_OK) {
            status = th_promise_load(store, trade->of_trade_id, &promise.terms, err);
        }
        if (status == TH_OK) {
            status =
                th_promise_progress(store, &promise.trade, trade->trade_id, &promise.progress, err);
        }
        early = th_units_compare(refund, th_promise_short(&promise.progress)) > 0 &&
                strcmp(trade->on_date, promise.terms.deliver_by) <= 0;
    } else if (status == TH_OK) {
        status = th_lock_of_trade(store, trade->trade_id, &lock, err);
    }
    *ret_word = (struct th_word){.seller = early || lock.source_id == 0,
                                 .buyer = early || strcmp(promise.terms.if_short, "replace") == 0};
    return status;
}

// The option agrees to what its holder exercises in its window: who has a login is asked himself.
// What is entered when that is over, as of a day in it, needs the word of who gives the units: the
// registry did not see that day.
static enum th_status hear_of_exercise(struct th_store *store, const struct th_trade *trade,
                                       struct th_word *ret_word, struct th_error *err)
{
    struct th_promise terms;
    struct th_date entered;
    char text[TH_DATE_TEXT_SIZE];
    enum th_status status = th_promise_load(store, trade->of_trade_id, &terms, err);
    if (status == TH_OK) {
        status = th_journal_day(store, trade->seq, &entered, err);
    }
    if (status == TH_OK) {
        ret_word->seller = strcmp(th_date_format(entered, text), terms.window_to) > 0;
        status = th_party_has_login(store, trade->buyer_id, &ret_word->buyer, err);
    }
    return status;
}

const struct th_deal_kind th_deal_delivery = {.name = "delivery",
                                              .propose = TH_MAY_PROPOSE,
                                              .pool_use = TH_POOL_USE_SOLD,
                                              .shared = true,
                                              .from_lock = true,
                                              .must_hear = hear_of_delivery,
                                              .terms = "delivery",
                                              .prepare = prepare_delivery,
                                              .approve = approve_delivery,
                                              .show = show_delivery};
const struct th_deal_kind th_deal_exercise = {.name = "exercise",
                                              .propose = TH_MAY_PROPOSE,
                                              .pool_use = TH_POOL_USE_SOLD,
                                              .shared = true,
                                              .from_lock = true,
                                              .by_other = TH_WAIT_DECIDED,
                                              .must_hear = hear_of_exercise,
                                              .prepare = prepare_exercise,
                                              .approve = approve_exercise};

static enum th_status propose(struct th_registry *registry, const struct th_request *request,
                              const struct th_deal_kind *kind,
                              const struct th_delivery_input *input, struct th_json **ret_reply,
                              struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_text(given, "kind", kind->name);
    th_json_set_text(given, "of", input->of);
    th_json_set_text(given, "tonnes", input->tonnes);
    th_json_set_bool(given, "refund", input->refund);
    th_json_set_text(given, "on", input->on);
    return th_deal_propose(registry, request, kind, given, input, ret_reply, err);
}

enum th_status th_trade_propose_delivery(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_delivery_input *input,
                                         struct th_json **ret_reply, struct th_error *err)
{
    return propose(registry, request, &th_deal_delivery, input, ret_reply, err);
}

enum th_status th_trade_propose_exercise(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_delivery_input *input,
                                         struct th_json **ret_reply, struct th_error *err)
{
    return propose(registry, request, &th_deal_exercise, input, ret_reply, err);
}

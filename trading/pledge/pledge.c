// Pledge: units, expected units or a receivable secure a debt. Units come under the pledge's lock
// and stay there until they are released or sold, whatever day it is; what is expected comes under
// it when it is issued.
#include "trading/pledge/pledge.h"

#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "registry/reference.h"
#include "trading/deal/locked.h"
#include "trading/deal/stock.h"
#include "trading/pledge/pledge_internal.h"

enum th_status th_pledge_open(struct th_store *store, const char *reference,
                              struct th_trade *ret_trade, struct th_pledge *ret_pledge,
                              struct th_error *err)
{
    int64_t trade_id = 0;
    if (!reference || !th_text_parse_int(reference, 1, INT64_MAX, &trade_id)) {
        return th_error_set(err, TH_NOT_FOUND, "pledge_not_found", "pledge",
                            reference ? reference : "", NULL);
    }
    enum th_status status = th_pledge_load(store, trade_id, ret_pledge, err);
    if (status == TH_OK) {
        status = th_trade_load(store, trade_id, ret_trade, err);
    }
    if (status == TH_OK && strcmp(ret_trade->state, "approved") != 0) {
        (void)th_error_set(err, TH_CONFLICT, "pledge_not_approved", NULL);
        th_error_add_word(err, "state", "value.state", ret_trade->state);
        th_error_add_int(err, "pledge", trade_id);
        return TH_CONFLICT;
    }
    return status;
}

enum th_status th_pledge_stand(struct th_store *store, const struct th_trade *trade,
                               struct th_rank_list *ret_ranks, struct th_rank *ret_rank,
                               struct th_error *err)
{
    enum th_status status = th_pledge_ranks(store, th_pledge_root(trade), ret_ranks, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_rank *rank = th_rank_find(ret_ranks, trade->trade_id);
    *ret_rank = rank ? *rank : (struct th_rank){.trade_id = trade->trade_id};
    return TH_OK;
}

enum th_status th_pledge_text(const char *option, const char *text,
                              char ret_text[TH_PLEDGE_TEXT_SIZE], struct th_error *err)
{
    if (!text || text[0] == '\0') {
        return th_error_set(err, TH_USAGE, "pledge_term_missing", "option", option, NULL);
    }
    if (strlen(text) >= TH_PLEDGE_TEXT_SIZE) {
        return th_error_set(err, TH_INVALID, "text_too_long", "field", option, NULL);
    }
    th_text_copy(ret_text, TH_PLEDGE_TEXT_SIZE, text);
    return TH_OK;
}

enum th_status th_pledge_check_side(struct th_work *work, const struct th_trade *trade,
                                    struct th_error *err)
{
    const struct th_actor *actor = th_work_actor(work);
    return actor->party_id == 0 || actor->party_id == trade->buyer_id
               ? TH_OK
               : th_error_set(err, TH_NOT_PERMITTED, "release_by_pledgee", "login", actor->login,
                              NULL);
}

static enum th_status parse_day(const char *option, const char *text, char ret_on[TH_ON_SIZE],
                                struct th_error *err)
{
    struct th_date date;
    char buf[TH_DATE_TEXT_SIZE];
    if (!text) {
        return th_error_set(err, TH_USAGE, "pledge_term_missing", "option", option, NULL);
    }
    enum th_status status = th_date_parse(text, &date, err);
    if (status == TH_OK) {
        th_text_copy(ret_on, TH_ON_SIZE, th_date_format(date, buf));
    }
    return status;
}

static enum th_status set_rate(const char *text, struct th_pledge *pledge, struct th_error *err)
{
    const struct th_ratio none = {0, 1};
    const struct th_ratio all = {100, 1};
    struct th_ratio rate;
    char buf[TH_RATIO_TEXT_SIZE];
    if (!text || th_ratio_parse(text, &rate, NULL) != TH_OK || th_ratio_compare(rate, none) < 0 ||
        th_ratio_compare(rate, all) > 0) {
        return th_error_set(err, TH_INVALID, "rate_invalid", "text", text ? text : "", NULL);
    }
    th_text_copy(pledge->rate, sizeof(pledge->rate), th_ratio_format(rate, buf));
    return TH_OK;
}

static enum th_status set_registrar(const struct th_pledge_input *input, struct th_pledge *pledge,
                                    struct th_error *err)
{
    enum th_status status = TH_OK;
    if (input->registrar_number || input->registrar_until) {
        status = th_pledge_text("registrar-number", input->registrar_number,
                                pledge->registrar_number, err);
    }
    if (status == TH_OK && input->registrar_until) {
        status = parse_day("registrar-until", input->registrar_until, pledge->registrar_until, err);
    }
    return status;
}

// The debt, its term and its papers; not yet what is pledged.
static enum th_status set_debt(struct th_store *store, const struct th_pledge_input *input,
                               int64_t pledgor_id, struct th_pledge *pledge, struct th_error *err)
{
    struct th_party debtor = {.party_id = pledgor_id};
    enum th_status status =
        input->debtor ? th_party_resolve(store, input->debtor, &debtor, err) : TH_OK;
    pledge->debtor_id = debtor.party_id;
    if (status == TH_OK) {
        status = th_money_parse(input->principal, &pledge->principal, err);
    }
    if (status == TH_OK && th_money_fen(pledge->principal) == 0) {
        status = th_error_set(err, TH_INVALID, "amount_zero", NULL);
    }
    if (status == TH_OK) {
        status = set_rate(input->rate, pledge, err);
    }
    if (status == TH_OK) {
        status = parse_day("from", input->from, pledge->from_on, err);
    }
    if (status == TH_OK) {
        status = parse_day("until", input->until, pledge->to_on, err);
    }
    if (status == TH_OK && strcmp(pledge->to_on, pledge->from_on) < 0) {
        status = th_error_set(err, TH_INVALID, "term_dates", "from", pledge->from_on, "to",
                              pledge->to_on, NULL);
    }
    if (status == TH_OK) {
        status = th_pledge_text("number", input->number, pledge->number, err);
    }
    return status == TH_OK ? set_registrar(input, pledge, err) : status;
}

static enum th_status set_valuation(const struct th_pledge_input *input, struct th_pledge *pledge,
                                    struct th_error *err)
{
    bool per_tonne = input->valuation_per_t != NULL;
    if (per_tonne == (input->valuation != NULL) || (per_tonne && th_units_t(pledge->tonnes) == 0)) {
        return th_error_set(err, TH_USAGE, "valuation_one", NULL);
    }
    enum th_status status = th_money_parse(per_tonne ? input->valuation_per_t : input->valuation,
                                           &pledge->valuation, err);
    return status == TH_OK && per_tonne
               ? th_money_times_units(pledge->valuation, pledge->tonnes, &pledge->valuation, err)
               : status;
}

// Is this much still under the chain's locks, units or expected?
static enum th_status check_chain(struct th_store *store, int64_t root_id, struct th_units wanted,
                                  struct th_units *ret_held, struct th_error *err)
{
    struct th_rank_list ranks = {0};
    int64_t held_t = 0;
    enum th_status status = th_pledge_ranks(store, root_id, &ranks, err);
    for (size_t i = 0; i < ranks.n; i++) {
        held_t += th_units_t(ranks.items[i].held) + th_units_t(ranks.items[i].expected);
    }
    free(ranks.items);
    if (status == TH_OK && (held_t == 0 || th_units_t(wanted) > held_t)) {
        return th_locked_short_of(store, root_id, held_t, th_units_t(wanted), err);
    }
    if (status == TH_OK) {
        *ret_held = th_units_from_t(held_t);
    }
    return status;
}

static enum th_status rank_after(struct th_store *store, const struct th_pledge_input *input,
                                 struct th_deal *deal, struct th_pledge *pledge,
                                 struct th_error *err)
{
    struct th_trade first;
    struct th_pledge before;
    struct th_units held = {0};
    enum th_status status = th_pledge_open(store, input->after, &first, &before, err);
    if (status == TH_OK &&
        (first.seller_id != deal->trade.seller_id || strcmp(before.subject, "receivable") == 0)) {
        status = th_error_set(err, TH_INVALID, "pledge_other_holder", "pledge", input->after, NULL);
    }
    if (status == TH_OK && input->tonnes) {
        status = th_tonnes_parse(input->tonnes, &pledge->tonnes, err);
    }
    if (status == TH_OK) {
        status = check_chain(store, th_pledge_root(&first), pledge->tonnes, &held, err);
    }
    if (status == TH_OK && !input->tonnes) {
        pledge->tonnes = held;
    }
    deal->trade.of_trade_id = status == TH_OK ? th_pledge_root(&first) : 0;
    th_text_copy(pledge->subject, sizeof(pledge->subject), "rank");
    return status;
}

static enum th_status check_receivable(struct th_store *store, int64_t trade_id, int64_t holder_id,
                                       struct th_error *err)
{
    struct th_money owed;
    enum th_status status = th_money_outstanding(store, trade_id, holder_id, &owed, err);
    if (status == TH_OK && th_money_fen(owed) <= 0) {
        (void)th_error_set(err, TH_CONFLICT, "receivable_none", NULL);
        th_error_add_int(err, "trade", trade_id);
        return TH_CONFLICT;
    }
    return status;
}

static enum th_status pledge_receivable(struct th_store *store, const struct th_pledge_input *input,
                                        struct th_deal *deal, struct th_pledge *pledge,
                                        struct th_error *err)
{
    struct th_trade sale = {0};
    if (!th_text_parse_int(input->receivable, 1, INT64_MAX, &sale.trade_id)) {
        return th_error_set(err, TH_NOT_FOUND, "trade_not_found", "trade", input->receivable, NULL);
    }
    enum th_status status = th_trade_load(store, sale.trade_id, &sale, err);
    // The money of a loan is no receivable: that is secured, not pledged on.
    if (status == TH_OK && strcmp(sale.kind, "pledge") == 0) {
        (void)th_error_set(err, TH_CONFLICT, "receivable_none", NULL);
        th_error_add_int(err, "trade", sale.trade_id);
        return TH_CONFLICT;
    }
    if (status == TH_OK) {
        status = check_receivable(store, sale.trade_id, deal->trade.seller_id, err);
    }
    deal->trade.of_trade_id = sale.trade_id;
    th_text_copy(pledge->subject, sizeof(pledge->subject), "receivable");
    return status;
}

static enum th_status pledge_units(struct th_store *store, const struct th_pledge_input *input,
                                   const struct th_party *holder, struct th_deal *deal,
                                   struct th_pledge *pledge, struct th_error *err)
{
    struct th_package_record package = {.package_id = 0};
    enum th_status status = th_tonnes_parse(input->tonnes, &deal->trade.tonnes, err);
    if (status == TH_OK && input->package) {
        status = th_package_resolve(store, input->package, &package, err);
    }
    if (status != TH_OK) {
        return status;
    }
    pledge->tonnes = deal->trade.tonnes;
    if (input->on_forecast) {
        const struct th_lock_filter filter = {.what = TH_LOCK_EXPECTED,
                                              .owner_id = holder->party_id,
                                              .package_id = package.package_id};
        th_text_copy(pledge->subject, sizeof(pledge->subject), "forecast");
        return th_stock_expect(store, deal, &filter, th_units_t(pledge->tonnes), err);
    }
    th_text_copy(pledge->subject, sizeof(pledge->subject), "units");
    return th_stock_take(store, deal, holder, package.package_id, err);
}

static enum th_status resolve_parties(struct th_work *work, const struct th_pledge_input *input,
                                      struct th_party *holder, struct th_trade *trade,
                                      struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_party pledgee = {0};
    enum th_status status = th_party_resolve(store, input->holder, holder, err);
    if (status == TH_OK) {
        status = th_party_resolve(store, input->to, &pledgee, err);
    }
    if (status == TH_OK && holder->party_id == pledgee.party_id) {
        status = th_error_set(err, TH_INVALID, "same_party", "party", pledgee.name, NULL);
    }
    if (status == TH_OK) {
        status = th_check_may_hold(&pledgee, err);
    }
    trade->seller_id = holder->party_id;
    trade->buyer_id = pledgee.party_id;
    return status == TH_OK ? th_check_own_trade(work, trade, err) : status;
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_pledge_input *input = given;
    struct th_store *store = th_work_store(work);
    struct th_pledge pledge = {0};
    struct th_party holder = {0};
    th_text_copy(deal->trade.tax_rate, sizeof(deal->trade.tax_rate), "0");
    enum th_status status = th_deal_day_parse(registry, input->on, deal->trade.on_date, err);
    if (status == TH_OK) {
        status = resolve_parties(work, input, &holder, &deal->trade, err);
    }
    if (status == TH_OK) {
        status = set_debt(store, input, holder.party_id, &pledge, err);
    }
    if (status == TH_OK && pledge.debtor_id == deal->trade.buyer_id) {
        status = th_error_set(err, TH_INVALID, "debtor_is_pledgee", NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    if (input->receivable) {
        status = pledge_receivable(store, input, deal, &pledge, err);
    } else if (input->after) {
        status = rank_after(store, input, deal, &pledge, err);
    } else {
        status = pledge_units(store, input, &holder, deal, &pledge, err);
    }
    if (status == TH_OK) {
        status = set_valuation(input, &pledge, err);
    }
    if (status == TH_OK) {
        deal->terms = th_pledge_row(&pledge);
    }
    return status;
}

// What others hold or are owed may have gone since it was proposed.
static enum th_status check(struct th_store *store, const struct th_decision *decision,
                            struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_pledge pledge;
    struct th_units held;
    enum th_status status = th_pledge_load(store, trade->trade_id, &pledge, err);
    if (status == TH_OK && strcmp(pledge.subject, "rank") == 0) {
        status = check_chain(store, trade->of_trade_id, pledge.tonnes, &held, err);
    }
    if (status == TH_OK && strcmp(pledge.subject, "receivable") == 0) {
        status = check_receivable(store, trade->of_trade_id, trade->seller_id, err);
    }
    return status;
}

static enum th_status show(struct th_store *store, const struct th_trade *trade,
                           struct th_json *reply, struct th_error *err)
{
    struct th_json *object = NULL;
    enum th_status status = th_pledge_json(store, trade, true, &object, err);
    if (status == TH_OK) {
        th_json_set(reply, "pledge", object);
    }
    return status;
}

const struct th_deal_kind th_deal_pledge = {.name = "pledge",
                                            .propose = TH_MAY_PROPOSE,
                                            .pool_use = TH_POOL_USE_USED,
                                            .one_term = true,
                                            .other_side = true,
                                            .by_other = TH_WAIT_UNLOCKED,
                                            .keeps_lock = true,
                                            .terms = "pledge",
                                            .prepare = prepare,
                                            .check = check,
                                            .show = show};

static struct th_json *input_json(const struct th_pledge_input *input)
{
    struct th_json *object = th_json_object();
    th_json_set_text(object, "holder", input->holder);
    th_json_set_text(object, "to", input->to);
    th_json_set_text(object, "tonnes", input->tonnes);
    th_json_set_text(object, "package", input->package);
    if (input->on_forecast) {
        th_json_set_bool(object, "on_forecast", true);
    }
    th_json_set_text(object, "after", input->after);
    th_json_set_text(object, "receivable", input->receivable);
    th_json_set_text(object, "debtor", input->debtor);
    th_json_set_text(object, "principal", input->principal);
    th_json_set_text(object, "rate", input->rate);
    th_json_set_text(object, "from", input->from);
    th_json_set_text(object, "until", input->until);
    th_json_set_text(object, "valuation", input->valuation);
    th_json_set_text(object, "valuation_per_t", input->valuation_per_t);
    th_json_set_text(object, "number", input->number);
    th_json_set_text(object, "registrar_number", input->registrar_number);
    th_json_set_text(object, "registrar_until", input->registrar_until);
    th_json_set_text(object, "on", input->on);
    return object;
}

enum th_status th_trade_propose_pledge(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_pledge_input *input,
                                       struct th_json **ret_reply, struct th_error *err)
{
    bool units = !input->receivable && (input->tonnes || input->after);
    bool receivable = input->receivable && !input->tonnes && !input->after && !input->package;
    // A later rank is on whatever the first one is on.
    bool forecast = !input->on_forecast || (units && !input->after);
    if ((!units && !receivable) || !forecast) {
        return th_error_set(err, TH_USAGE, "pledge_subject", NULL);
    }
    if (!input->principal) {
        return th_error_set(err, TH_USAGE, "pledge_term_missing", "option", "principal", NULL);
    }
    return th_deal_propose(registry, request, &th_deal_pledge, input_json(input), input, ret_reply,
                           err);
}

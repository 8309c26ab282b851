// Pledges as people and programs see them: what they hold, what they wait for, what is late.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/deal/forecast_store.h"
#include "store/deal/offer_store.h"
#include "trading/pledge/pledge.h"
#include "trading/pledge/pledge_internal.h"

// Days before the end of a registration from which on it is told.
enum { ENDING_DAYS = 30 };

void th_pledge_ending(const char *today, char ret_ending[TH_ON_SIZE])
{
    struct th_date day;
    char text[TH_DATE_TEXT_SIZE] = "";
    if (th_date_parse(today, &day, NULL) == TH_OK) {
        (void)th_date_format(th_date_add(day, ENDING_DAYS), text);
    }
    th_text_copy(ret_ending, TH_ON_SIZE, text);
}

void th_pledge_warn(struct th_json *object, const char *today)
{
    const char *until = th_json_get_text(object, "until", "");
    const char *registered = th_json_get_text(object, "registrar_until", "");
    struct th_json *warnings = th_json_array();
    char ending[TH_ON_SIZE];
    // What is released warns of nothing.
    bool alive = th_json_get_int(object, "rank", 0) > 0;
    th_pledge_ending(today, ending);
    int64_t loan_fen = th_json_get_int(object, "loan_fen", 0);
    int64_t receivable_fen = th_json_get_int(object, "receivable_fen", INT64_MAX);
    bool open = loan_fen > 0;
    // Nothing may be left under the pledge because nothing came.
    if ((alive || open) && th_json_get_int(object, "lost_t", 0) > 0) {
        th_json_append_text(warnings, "cover_lost");
    }
    if (alive && receivable_fen <= 0) {
        th_json_append_text(warnings, "receivable_gone");
    } else if (alive && receivable_fen < loan_fen) {
        th_json_append_text(warnings, "receivable_short");
    }
    bool paid_out = th_json_get_int(object, "payout_fen", 0) > 0;
    if (alive && (open || !paid_out) && strcmp(until, today) < 0) {
        th_json_append_text(warnings, open ? "term_over" : "never_paid_out");
    }
    if (alive && registered[0] != '\0' && strcmp(registered, ending) < 0) {
        th_json_append_text(warnings, strcmp(registered, today) < 0 ? "registration_over"
                                                                    : "registration_ending");
    }
    th_json_set(object, "warnings", warnings);
}

static bool add_payment(void *context, const struct th_loan_payment *payment)
{
    struct th_json *item = th_json_object();
    th_json_set_int(item, "payment_id", payment->payment_id);
    th_json_set_text(item, "kind", payment->kind);
    th_json_set_money(item, "amount_fen", payment->amount);
    th_json_set_text(item, "on", payment->on_date);
    th_json_set(item, "enforcement_id",
                payment->enforcement_id != 0 ? th_json_int(payment->enforcement_id)
                                             : th_json_null());
    th_json_set_text(item, "login", payment->login);
    th_json_set_text(item, "withdrawn_on", payment->withdrawn_on);
    th_json_set_text(item, "withdrawn_by", payment->withdrawn_by);
    th_json_set_text(item, "reason", payment->reason);
    th_json_append(context, item);
    return true;
}

static enum th_status add_loan(struct th_store *store, int64_t trade_id, bool with_payments,
                               struct th_json *object, struct th_error *err)
{
    struct th_loan_totals totals = {{0}, {0}, {0}, {0}};
    struct th_money open = {0};
    enum th_status status = th_loan_totals(store, trade_id, &totals, err);
    if (status == TH_OK) {
        status = th_money_sub(totals.payout, totals.repayment, &open, err);
    }
    th_json_set_money(object, "payout_fen", totals.payout);
    th_json_set_money(object, "repayment_fen", totals.repayment);
    th_json_set_money(object, "interest_fen", totals.interest);
    th_json_set_money(object, "loan_fen", open);
    if (status == TH_OK && with_payments) {
        struct th_json *payments = th_json_array();
        status = th_loan_each(store, trade_id, add_payment, payments, err);
        th_json_set(object, "payments", payments);
    }
    return status;
}

// Who holds the lock while a pledge of later rank waits; NULL: nobody.
static const struct th_rank *find_ahead(const struct th_rank_list *ranks, int64_t trade_id)
{
    for (size_t i = 0; i < ranks->n && ranks->items[i].trade_id != trade_id; i++) {
        const struct th_rank *rank = &ranks->items[i];
        if (th_units_t(rank->held) + th_units_t(rank->expected) > 0) {
            return rank;
        }
    }
    return NULL;
}

// The rank that a pledge would have by now, behind those that live.
static struct th_json *rank_to_come(const struct th_trade *trade, const struct th_rank_list *ranks)
{
    int64_t number = 1;
    for (size_t i = 0; i < ranks->n; i++) {
        number += ranks->items[i].number > 0 ? 1 : 0;
    }
    return strcmp(trade->state, "proposed") == 0 ? th_json_int(number) : th_json_null();
}

static enum th_status add_rank(struct th_store *store, const struct th_trade *trade,
                               struct th_json *object, struct th_error *err)
{
    struct th_rank_list ranks = {0};
    struct th_rank rank = {0};
    enum th_status status = th_pledge_stand(store, trade, &ranks, &rank, err);
    bool holds = th_units_t(rank.held) + th_units_t(rank.expected) > 0;
    const struct th_rank *ahead = holds ? NULL : find_ahead(&ranks, trade->trade_id);
    th_json_set(object, "held_by_pledge", ahead ? th_json_int(ahead->trade_id) : th_json_null());
    th_json_set(object, "rank_on_approval", rank_to_come(trade, &ranks));
    free(ranks.items);
    th_json_set_units(object, "forecast_t", rank.expected);
    th_json_set_units(object, "lost_t", rank.lost);
    th_json_set(object, "rank", rank.number != 0 ? th_json_int(rank.number) : th_json_null());
    th_json_set_int(object, "held_t", th_units_t(rank.held) + th_units_t(rank.deciding));
    th_json_set_units(object, "waiting_t", rank.waiting);
    return status;
}

// The package whose tonnes are or were expected under the first rank.
static enum th_status add_forecast(struct th_store *store, const struct th_trade *trade,
                                   const struct th_pledge *pledge, struct th_json *object,
                                   struct th_error *err)
{
    int64_t forecast_id = 0;
    struct th_package_record package = {.package_id = 0};
    enum th_status status =
        strcmp(pledge->subject, "receivable") == 0
            ? TH_OK
            : th_offer_forecast(store, th_pledge_root(trade), &forecast_id, err);
    if (status == TH_OK && forecast_id != 0) {
        status = th_forecast_package(store, forecast_id, &package, err);
    }
    th_json_set(object, "forecast_package",
                package.package_id != 0 ? th_json_string(package.name) : th_json_null());
    return status;
}

// Whose price is pledged, and how much of it the pledgor is still owed.
static enum th_status add_receivable(struct th_store *store, const struct th_trade *trade,
                                     const struct th_pledge *pledge, struct th_json *object,
                                     struct th_error *err)
{
    struct th_money open = {0};
    int64_t of_id = th_pledge_root(trade);
    bool receivable = strcmp(pledge->subject, "receivable") == 0;
    enum th_status status =
        receivable ? th_money_outstanding(store, of_id, trade->seller_id, &open, err) : TH_OK;
    th_json_set(object, "receivable_trade_id", receivable ? th_json_int(of_id) : th_json_null());
    th_json_set(object, "receivable_fen",
                receivable ? th_json_int(th_money_fen(open)) : th_json_null());
    return status;
}

enum th_status th_pledge_json(struct th_store *store, const struct th_trade *trade,
                              bool with_payments, struct th_json **ret_object, struct th_error *err)
{
    struct th_pledge pledge;
    enum th_status status = th_pledge_load(store, trade->trade_id, &pledge, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *object = th_json_object();
    th_json_set_text(object, "subject", pledge.subject);
    status = add_rank(store, trade, object, err);
    if (status == TH_OK) {
        status = add_forecast(store, trade, &pledge, object, err);
    }
    th_json_set_units(object, "tonnes", pledge.tonnes);
    if (status == TH_OK) {
        status = add_receivable(store, trade, &pledge, object, err);
    }
    if (status == TH_OK) {
        status = th_json_set_party(store, object, "debtor", pledge.debtor_id, err);
    }
    th_json_set_money(object, "principal_fen", pledge.principal);
    th_json_set_text(object, "rate", pledge.rate);
    th_json_set_text(object, "from", pledge.from_on);
    th_json_set_text(object, "until", pledge.to_on);
    th_json_set_money(object, "valuation_fen", pledge.valuation);
    th_json_set_text(object, "number", pledge.number);
    th_json_set_word(object, "registrar_number", pledge.registrar_number);
    th_json_set_word(object, "registrar_until", pledge.registrar_until);
    if (status == TH_OK) {
        status = add_loan(store, trade->trade_id, with_payments, object, err);
    }
    return th_reply_finish(status, object, ret_object, err);
}

struct pledge_list {
    struct th_store *store;
    int64_t holder_id;
    int64_t pledgee_id;
    bool ended;
    char today[TH_ON_SIZE];
    struct th_json *pledges;
    enum th_status status;
    struct th_error *err;
};

static enum th_status list_one(struct pledge_list *list, const struct th_trade *trade)
{
    struct th_json *object = NULL;
    enum th_status status = th_pledge_json(list->store, trade, false, &object, list->err);
    bool over = strcmp(trade->state, "approved") == 0 && th_json_get_int(object, "rank", 0) == 0;
    // A loan that is left without cover is not over with its pledge.
    bool bare =
        th_json_get_int(object, "lost_t", 0) > 0 && th_json_get_int(object, "loan_fen", 0) > 0;
    if (status != TH_OK || (over && !bare && !list->ended)) {
        th_json_free(object);
        return status;
    }
    th_pledge_warn(object, list->today);
    th_json_set_int(object, "trade_id", trade->trade_id);
    th_json_set_text(object, "state", trade->state);
    const char *standing = trade->state;
    if (strcmp(trade->state, "approved") == 0) {
        status = th_trade_standing(list->store, trade, false, &standing, list->err);
    }
    th_json_set_text(object, "standing", standing);
    th_json_set(object, "of_trade_id",
                trade->of_trade_id != 0 ? th_json_int(trade->of_trade_id) : th_json_null());
    if (status == TH_OK) {
        status = th_json_set_party(list->store, object, "seller", trade->seller_id, list->err);
    }
    if (status == TH_OK) {
        status = th_json_set_party(list->store, object, "buyer", trade->buyer_id, list->err);
    }
    th_json_append(list->pledges, object);
    return status;
}

static bool visit(void *context, const struct th_trade *trade)
{
    struct pledge_list *list = context;
    bool open = strcmp(trade->state, "proposed") == 0 || strcmp(trade->state, "approved") == 0;
    bool wanted = (list->holder_id == 0 || list->holder_id == trade->seller_id) &&
                  (list->pledgee_id == 0 || list->pledgee_id == trade->buyer_id);
    if (open && wanted) {
        list->status = list_one(list, trade);
    }
    return list->status == TH_OK;
}

static enum th_status resolve(struct th_store *store, const char *reference, int64_t *ret_id,
                              struct th_error *err)
{
    struct th_party party = {0};
    enum th_status status = reference ? th_party_resolve(store, reference, &party, err) : TH_OK;
    *ret_id = party.party_id;
    return status;
}

enum th_status th_pledge_list(struct th_registry *registry, const char *holder, const char *pledgee,
                              bool ended, struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct pledge_list list = {
        .store = store, .ended = ended, .pledges = th_json_array(), .err = err};
    enum th_status status = th_on_parse(registry, NULL, list.today, err);
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status != TH_OK) {
        th_json_free(list.pledges);
        return status;
    }
    status = resolve(store, holder, &list.holder_id, err);
    if (status == TH_OK) {
        status = resolve(store, pledgee, &list.pledgee_id, err);
    }
    if (status == TH_OK) {
        status = th_trade_each(store, "pledge", NULL, visit, &list, err);
    }
    th_store_end_read(store);
    return th_reply_finish_list(status == TH_OK ? list.status : status, "pledges", list.pledges,
                                ret_reply, err);
}

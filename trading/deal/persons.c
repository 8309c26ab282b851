// Who may decide about a deal: a second person, within his limit, in time; one person alone where
// the county's rule says so.
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "registry/rules.h"
#include "store/deal/forecast_store.h"
#include "store/people/limit_store.h"
#include "trading/deal/deal.h"
#include "trading/deal/stock.h"

enum th_status th_check_second_person(struct th_work *work, const char *proposed_by,
                                      struct th_money amount, int64_t *ret_alone_rule_id,
                                      struct th_error *err)
{
    struct th_error second = {0};
    struct th_rules rules;
    enum th_status status = th_work_check_other(work, proposed_by, &second);
    if (status == TH_OK) {
        *ret_alone_rule_id = 0;
        return TH_OK;
    }
    status = th_rules_load(th_work_store(work), th_work_today(work), &rules, err);
    if (status != TH_OK) {
        return status;
    }
    if (!th_rules_one_suffices(&rules, amount)) {
        if (err) {
            *err = second;
        }
        return TH_NOT_PERMITTED;
    }
    *ret_alone_rule_id = rules.deal.alone_rule_id;
    return TH_OK;
}

enum th_status th_check_alone_sum(struct th_work *work, struct th_money amount,
                                  struct th_error *err)
{
    struct th_rules rules;
    struct th_money before = {0};
    struct th_money sum = {0};
    char before_text[TH_QUANTITY_TEXT_SIZE];
    char limit[TH_RULE_VALUE_SIZE];
    const char *login = th_work_actor(work)->login;
    enum th_status status = th_rules_load(th_work_store(work), th_work_today(work), &rules, err);
    if (status == TH_OK) {
        status = th_alone_sum(th_work_store(work), login, th_work_today(work), &before, err);
    }
    if (status == TH_OK) {
        status = th_money_add(before, amount, &sum, err);
    }
    if (status != TH_OK || th_rules_one_suffices(&rules, sum)) {
        return status;
    }
    (void)th_rules_value(&rules, "deal_alone_cny", limit);
    return th_error_set(err, TH_NOT_PERMITTED, TH_ALONE_SUM, "login", login, "before",
                        th_money_format(before, before_text), "limit", limit, NULL);
}

static bool permits_nothing(const struct th_user_limit *limit)
{
    return (limit->has_amount && th_money_fen(limit->amount) == 0) ||
           (limit->has_tonnes && th_units_t(limit->tonnes) == 0);
}

static enum th_status check_limit_of(struct th_work *work, const char *login,
                                     struct th_money amount, struct th_units tonnes,
                                     struct th_error *err)
{
    struct th_user_limit limit;
    char today[TH_DATE_TEXT_SIZE];
    char text[TH_QUANTITY_TEXT_SIZE];
    enum th_status status = th_user_limit_on(
        th_work_store(work), login, th_date_format(th_work_today(work), today), &limit, err);
    if (status == TH_OK && permits_nothing(&limit)) {
        return th_error_set(err, TH_NOT_PERMITTED, "limit_nothing", "login", login, NULL);
    }
    if (status == TH_OK && limit.has_amount && th_money_compare(amount, limit.amount) > 0) {
        return th_error_set(err, TH_NOT_PERMITTED, "limit_amount", "login", login, "limit",
                            th_money_format(limit.amount, text), NULL);
    }
    if (status == TH_OK && limit.has_tonnes && th_units_compare(tonnes, limit.tonnes) > 0) {
        (void)th_error_set(err, TH_NOT_PERMITTED, "limit_tonnes", "login", login, NULL);
        th_error_add_int(err, "limit", th_units_t(limit.tonnes));
        return TH_NOT_PERMITTED;
    }
    return status;
}

enum th_status th_check_limit(struct th_work *work, struct th_money amount, struct th_units tonnes,
                              struct th_error *err)
{
    return check_limit_of(work, th_work_actor(work)->login, amount, tonnes, err);
}

static enum th_status check_days(struct th_work *work, const struct th_decision *decision,
                                 struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    char today[TH_DATE_TEXT_SIZE];
    (void)th_date_format(th_work_today(work), today);
    if (strcmp(decision->on_date, trade->on_date) < 0) {
        return th_error_set(err, TH_INVALID, "decided_before", "on", decision->on_date, "proposed",
                            trade->on_date, NULL);
    }
    if (trade->expires_on[0] != '\0' && strcmp(today, trade->expires_on) > 0) {
        (void)th_error_set(err, TH_CONFLICT, "trade_expired", "until", trade->expires_on, NULL);
        th_error_add_int(err, "trade", trade->trade_id);
        return TH_CONFLICT;
    }
    return TH_OK;
}

// What the units of a line cost: of what is used, given or pledged the line itself tells nothing.
static enum th_status line_cost(struct th_store *store, const struct th_deal_kind *kind,
                                const struct th_trade_line *line, struct th_money *ret_cost,
                                struct th_error *err)
{
    *ret_cost = line->cost;
    return kind->from_lock || line->pool_id == 0 || th_money_fen(line->cost) > 0
               ? TH_OK
               : th_stock_cost(store, line, ret_cost, err);
}

// Tonnes to come cost what was agreed for them when they were bought ahead, if they were.
static enum th_status forecast_cost(struct th_store *store, const struct th_lock *lock,
                                    struct th_money *ret_cost, struct th_error *err)
{
    struct th_forecast forecast = {.of_trade_id = 0};
    struct th_trade bought;
    struct th_ratio part;
    int64_t cost_fen = 0;
    enum th_status status =
        lock->forecast_id != 0 ? th_forecast_load(store, lock->forecast_id, &forecast, err) : TH_OK;
    if (status == TH_OK && forecast.of_trade_id != 0) {
        status = th_trade_load(store, forecast.of_trade_id, &bought, err);
        if (status == TH_OK) {
            status =
                th_ratio_make(th_units_t(lock->forecast), th_units_t(bought.tonnes), &part, err);
        }
        if (status == TH_OK) {
            status = th_ratio_apply_nearest(part, th_money_fen(bought.amount), &cost_fen, err);
        }
    }
    *ret_cost = th_money_from_fen(cost_fen);
    return status;
}

// What limits and thresholds measure: the amount, but not less than what the units cost, so that a
// low price hides nothing.
static enum th_status worth(struct th_store *store, const struct th_decision *decision,
                            struct th_money *ret_worth, struct th_error *err)
{
    const struct th_deal_kind *kind = th_deal_kind_find(decision->trade.kind);
    struct th_money cost = {0};
    enum th_status status = forecast_cost(store, &decision->lock, &cost, err);
    for (size_t i = 0; i < decision->lines.n && status == TH_OK; i++) {
        struct th_money of_line;
        status = line_cost(store, kind, &decision->lines.items[i], &of_line, err);
        if (status == TH_OK) {
            status = th_money_add(cost, of_line, &cost, err);
        }
    }
    *ret_worth = th_money_compare(decision->trade.amount, cost) < 0 ? cost : decision->trade.amount;
    return status;
}

// Within the limit of who approves and, where he is not of the side that gives, of who proposed for
// it.
static enum th_status check_limits(struct th_work *work, const struct th_trade *trade,
                                   struct th_money amount, bool own, struct th_error *err)
{
    enum th_status status = th_check_limit(work, amount, trade->tonnes, err);
    return status == TH_OK && !own
               ? check_limit_of(work, trade->proposed_by, amount, trade->tonnes, err)
               : status;
}

enum th_status th_decision_check_persons(struct th_work *work, struct th_decision *decision,
                                         struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    const struct th_money none = {0};
    struct th_money amount = {0};
    bool own = false;
    enum th_status status = worth(th_work_store(work), decision, &amount, err);
    // What brings no money has no price that could be small, whatever its units cost; nor have
    // tonnes that are still to come a cost that one person knows.
    bool paid = th_money_fen(trade->amount) > 0 && th_units_t(decision->lock.forecast) == 0;
    if (status == TH_OK) {
        status = th_check_second_person(work, trade->proposed_by, paid ? amount : none,
                                        &decision->alone_rule_id, err);
    }
    // One person alone gives away what is his own side's, never what is somebody else's.
    if (status == TH_OK) {
        status = th_deal_speaks_for(th_work_store(work), th_work_actor(work)->party_id,
                                    trade->seller_id, &own, err);
    }
    if (status == TH_OK && decision->alone_rule_id != 0 &&
        (th_deal_kind_find(trade->kind)->always_two || !own)) {
        status = th_work_check_other(work, trade->proposed_by, err);
    }
    if (status == TH_OK && decision->alone_rule_id != 0) {
        status = th_check_alone_sum(work, amount, err);
    }
    if (status == TH_OK) {
        status = th_deal_check_sides(th_work_store(work), th_work_actor(work), trade, err);
    }
    if (status == TH_OK) {
        status = check_limits(work, trade, amount, own, err);
    }
    return status == TH_OK ? check_days(work, decision, err) : status;
}

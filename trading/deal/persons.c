// Who may decide about a deal: a second person, within his limit, in time; one person alone where
// the county's rule says so.
#include <string.h>

#include "core/text.h"
#include "registry/rules.h"
#include "store/limit_store.h"
#include "trading/deal/deal.h"

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

enum th_status th_check_limit(struct th_work *work, struct th_money amount, struct th_units tonnes,
                              struct th_error *err)
{
    struct th_user_limit limit;
    char today[TH_DATE_TEXT_SIZE];
    char text[TH_QUANTITY_TEXT_SIZE];
    const char *login = th_work_actor(work)->login;
    enum th_status status = th_user_limit_on(
        th_work_store(work), login, th_date_format(th_work_today(work), today), &limit, err);
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

// Does this login speak for a party's units? Its own do, and those of the county, who belong to no
// party.
static bool speaks_for(int64_t login_party_id, int64_t party_id)
{
    return login_party_id == 0 || login_party_id == party_id;
}

// Nobody's units are promised or taken by the other side's word alone, unless money is owed for
// them: two persons of one bank are one side. What acts on units under another deal's lock was
// agreed to with that deal.
static enum th_status check_giver_heard(struct th_work *work, const struct th_trade *trade,
                                        struct th_error *err)
{
    const struct th_deal_kind *kind = th_deal_kind_find(trade->kind);
    const struct th_actor *actor = th_work_actor(work);
    struct th_user proposer = {0};
    if (kind->from_lock || (kind->buyer_pays && th_money_fen(trade->amount) > 0) ||
        actor->party_id != trade->buyer_id || speaks_for(actor->party_id, trade->seller_id)) {
        return TH_OK;
    }
    enum th_status status = th_user_load(th_work_store(work), trade->proposed_by, &proposer, err);
    if (status != TH_OK || speaks_for(proposer.party_id, trade->seller_id)) {
        return status;
    }
    return th_error_set(err, TH_NOT_PERMITTED, "giver_unheard", "login", actor->login, "proposer",
                        trade->proposed_by, NULL);
}

enum th_status th_decision_check_persons(struct th_work *work, struct th_decision *decision,
                                         struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    const struct th_actor *actor = th_work_actor(work);
    enum th_status status = th_check_second_person(work, trade->proposed_by, trade->amount,
                                                   &decision->alone_rule_id, err);
    if (status == TH_OK) {
        status = th_check_own_trade(work, trade, err);
    }
    if (status == TH_OK && th_deal_kind_find(trade->kind)->other_side &&
        actor->party_id == trade->seller_id) {
        status =
            th_error_set(err, TH_NOT_PERMITTED, "other_side_accepts", "login", actor->login, NULL);
    }
    if (status == TH_OK) {
        status = check_giver_heard(work, trade, err);
    }
    if (status == TH_OK) {
        status = th_check_limit(work, trade->amount, trade->tonnes, err);
    }
    return status == TH_OK ? check_days(work, decision, err) : status;
}

enum th_status th_deal_set_last_day(struct th_work *work, struct th_trade *trade,
                                    struct th_error *err)
{
    struct th_rules rules;
    char text[TH_DATE_TEXT_SIZE];
    struct th_date today = th_work_today(work);
    enum th_status status = th_rules_load(th_work_store(work), today, &rules, err);
    if (status == TH_OK) {
        struct th_date last = th_date_add(today, (int64_t)rules.deal.proposal_days);
        th_text_copy(trade->expires_on, sizeof(trade->expires_on), th_date_format(last, text));
    }
    return status;
}

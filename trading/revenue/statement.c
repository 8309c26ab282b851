// What a party sold, what came back to it sale by sale, and what of both arrived.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/estimate/package_store.h"
#include "store/revenue/member_store.h"
#include "store/revenue/statement_store.h"
#include "trading/deal/schedule.h"
#include "trading/revenue/revenue.h"
#include "trading/revenue/revenue_internal.h"

struct sums {
    struct th_money purchase;      // agreed for units that the party sold
    struct th_money purchase_paid; // arrived of it
    struct th_money revenue;       // of approved runs
    struct th_money revenue_paid;
    struct th_money advance; // arrived ahead of units that are still to come
    struct th_money debt;    // arrived, and is to be paid back
};

struct statement {
    struct th_store *store;
    struct th_json *parties; // of the reply
    const char *village;     // code; NULL: all
    int64_t party_id;        // 0: all
    struct sums all;
    struct th_member_share_list shares; // of a party that was asked for, today
    enum th_status status;              // of what a visitor did
    struct th_error *err;
    // Of the party at hand:
    const struct th_party *party;
    struct th_json *payments;
    struct th_json *purchases;
    struct th_json *advances;
    struct th_json *debts;
    struct sums sums;
};

static void add_money(struct statement *statement, struct th_money *sum, struct th_money amount)
{
    if (statement->status == TH_OK) {
        statement->status = th_money_add(*sum, amount, sum, statement->err);
    }
}

static void set_price(struct th_json *item, bool has_price, struct th_money price_per_t)
{
    th_json_set(item, "price_fen",
                has_price ? th_json_int(th_money_fen(price_per_t)) : th_json_null());
}

// By which part of a term a party got a payment: as a member, by name, or by its kind.
static const struct th_term_split *split_of(const struct th_term *term,
                                            const struct th_party *party, bool member)
{
    const struct th_term_split *found = NULL;
    for (size_t i = 0; i < term->n_splits; i++) {
        const struct th_term_split *split = &term->splits[i];
        bool fits = member                 ? strcmp(split->party_kind, "member") == 0
                    : split->party_id != 0 ? split->party_id == party->party_id
                                           : strcmp(split->party_kind, party->kind) == 0;
        found = fits && (!found || split->party_id != 0) ? split : found;
    }
    return found;
}

static void set_split(struct statement *statement, const struct th_term *term, bool member,
                      struct th_json *item)
{
    char buf[TH_RATIO_TEXT_SIZE];
    const struct th_term_split *split = split_of(term, statement->party, member);
    th_json_set_text(item, "recipient", split ? split->party_kind : NULL);
    th_json_set_text(item, "part", split ? th_ratio_format(split->share, buf) : NULL);
}

static bool add_payment(void *context, const struct th_payment_row *row)
{
    struct statement *statement = context;
    struct th_term term;
    char buf[TH_RATIO_TEXT_SIZE];
    statement->status = th_term_load(statement->store, row->term_id, &term, statement->err);
    add_money(statement, &statement->sums.revenue, row->amount);
    if (statement->status != TH_OK) {
        return false;
    }
    struct th_json *item = th_json_object();
    th_json_set_text(item, "party_name", statement->party->name);
    th_json_set_int(item, "distribution_id", row->distribution_id);
    th_json_set_int(item, "trade_id", row->trade_id);
    th_json_set_text(item, "kind", row->kind);
    th_json_set_text(item, "on", row->on_date);
    th_json_set_text(item, "through", row->through_on);
    th_json_set_units(item, "tonnes", row->tonnes);
    set_price(item, row->has_price, row->price_per_t);
    th_json_set_text(item, "buyer_name", row->buyer);
    th_json_set_money(item, "receipts_fen", row->receipts);
    th_json_set_money(item, "tax_fen", row->tax);
    th_json_set_money(item, "cost_fen", row->cost);
    th_json_set_money(item, "deductions_fen", row->deductions);
    th_json_set_money(item, "net_fen", row->net);
    th_json_set_text(item, "ratio", th_ratio_format(term.ratio, buf));
    th_json_set_text(item, "basis", term.basis);
    set_split(statement, &term, row->group_id != 0, item);
    th_json_set_units(item, "weight_t", row->weight);
    th_json_set_units(item, "pool_t", row->pool);
    th_json_set_int(item, "pools", row->n_pools);
    th_json_set_money(item, "amount_fen", row->amount);
    th_json_set_text(item, "state", row->state);
    th_json_set_text(item, "state_on", row->state_on);
    th_json_set_text(item, "returned_on", row->returned_on);
    th_json_set_text(item, "resent_on", row->resent_on);
    bool paid = strcmp(row->state, "paid") == 0;
    th_json_set_text(item, "paid_on", paid ? row->state_on : NULL);
    if (paid) {
        add_money(statement, &statement->sums.revenue_paid, row->amount);
    }
    if (statement->status == TH_OK && row->group_id != 0) {
        th_json_set_text(item, "share", row->share);
        statement->status =
            th_json_set_party(statement->store, item, "group", row->group_id, statement->err);
    }
    th_json_append(statement->payments, item);
    return statement->status == TH_OK;
}

// The party's own units of a deal, by package.
static void set_packages(struct statement *statement, int64_t trade_id, struct th_json *item)
{
    struct th_trade_line_list lines = {0};
    struct th_json *packages = th_json_array();
    int64_t tonnes_t = 0;
    statement->status = th_trade_lines(statement->store, trade_id, &lines, statement->err);
    for (size_t i = 0; i < lines.n && statement->status == TH_OK; i++) {
        const struct th_trade_line *line = &lines.items[i];
        struct th_package_record package;
        if (line->seller_id != statement->party->party_id) {
            continue;
        }
        statement->status =
            th_package_load(statement->store, line->package_id, &package, statement->err);
        if (statement->status == TH_OK) {
            struct th_json *object = th_json_object();
            th_json_set_int(object, "package_id", line->package_id);
            th_json_set_text(object, "name", package.name);
            th_json_set_units(object, "tonnes", line->tonnes);
            th_json_append(packages, object);
        }
        tonnes_t += th_units_t(line->tonnes);
    }
    th_trade_line_list_clear(&lines);
    struct th_trade trade;
    if (statement->status == TH_OK && tonnes_t == 0) { // of a forecast alone
        statement->status = th_trade_load(statement->store, trade_id, &trade, statement->err);
        tonnes_t = statement->status == TH_OK ? th_units_t(trade.tonnes) : 0;
    }
    th_json_set(item, "packages", packages);
    th_json_set_int(item, "tonnes", tonnes_t);
}

static bool add_arrival(void *context, const char *on_date, struct th_money amount)
{
    struct th_json *item = th_json_object();
    th_json_set_text(item, "on", on_date);
    th_json_set_money(item, "amount_fen", amount);
    th_json_append(context, item);
    return true;
}

// What of a sale arrived on which day, what is open, and when the next part is due.
static void set_arrivals(struct statement *statement, const struct th_own_sale_row *row,
                         struct th_json *item)
{
    struct th_money paid = {0};
    char next_on[TH_ON_SIZE] = "";
    struct th_json *receipts = th_json_array();
    if (statement->status == TH_OK) {
        statement->status = th_money_sub(row->agreed, row->open, &paid, statement->err);
    }
    if (statement->status == TH_OK) {
        statement->status =
            th_arrival_each(statement->store, row->trade_id, statement->party->party_id,
                            add_arrival, receipts, statement->err);
    }
    if (statement->status == TH_OK && th_money_fen(row->open) > 0) {
        struct th_money due = {0};
        statement->status =
            th_schedule_due(statement->store, row->trade_id, next_on, &due, statement->err);
    }
    add_money(statement, &statement->sums.purchase, row->agreed);
    add_money(statement, &statement->sums.purchase_paid, paid);
    th_json_set_money(item, "amount_fen", row->agreed);
    th_json_set_money(item, "received_fen", paid);
    th_json_set_money(item, "open_fen", row->open);
    th_json_set(item, "receipts", receipts);
    th_json_set_word(item, "next_on", next_on);
}

static bool add_own_sale(void *context, const struct th_own_sale_row *row)
{
    struct statement *statement = context;
    bool advance = th_money_fen(row->agreed) == 0;
    struct th_json *item = th_json_object();
    th_json_set_text(item, "party_name", statement->party->name);
    th_json_set_int(item, "trade_id", row->trade_id);
    th_json_set_text(item, "kind", row->kind);
    th_json_set_text(item, "on", row->on_date);
    th_json_set_text(item, "buyer_name", row->buyer);
    set_price(item, row->has_price, row->price_per_t);
    set_packages(statement, row->trade_id, item);
    if (advance) {
        add_money(statement, &statement->sums.advance, th_money_negate(row->open));
        th_json_set_money(item, "amount_fen", th_money_negate(row->open));
    } else {
        set_arrivals(statement, row, item);
    }
    th_json_append(advance ? statement->advances : statement->purchases, item);
    return statement->status == TH_OK;
}

static bool add_debt(void *context, const struct th_own_debt_row *row)
{
    struct statement *statement = context;
    bool correction = strcmp(row->kind, "correction") == 0;
    struct th_money returned = {0};
    struct th_json *item = th_json_object();
    statement->status = th_money_sub(row->owed, row->open, &returned, statement->err);
    add_money(statement, &statement->sums.debt, row->open);
    th_json_set_text(item, "party_name", statement->party->name);
    th_json_set_int(item, "trade_id", row->trade_id);
    th_json_set_text(item, "kind", correction ? row->kind : "refund");
    th_json_set_int(item, "of_trade_id", row->of_trade_id);
    th_json_set_text(item, "on", row->on_date);
    th_json_set_text(item, "creditor_name", row->creditor);
    th_json_set_money(item, "amount_fen", row->owed);
    th_json_set_money(item, "returned_fen", returned);
    th_json_set_money(item, "open_fen", row->open);
    th_json_append(statement->debts, item);
    return statement->status == TH_OK;
}

// What a member has of a village or cooperative today, and what was promised of it.
static enum th_status add_memberships(struct statement *statement, int64_t party_id,
                                      struct th_json *memberships)
{
    char buf[TH_RATIO_TEXT_SIZE];
    enum th_status status = TH_OK;
    for (size_t i = 0; i < statement->shares.n && status == TH_OK; i++) {
        const struct th_member_share *share = &statement->shares.items[i];
        if (share->member_id != party_id) {
            continue;
        }
        struct th_json *item = th_json_object();
        status =
            th_json_set_party(statement->store, item, "group", share->group_id, statement->err);
        th_json_set_text(item, "share", th_ratio_format(share->share, buf));
        th_json_set_text(item, "from", share->from_on);
        th_json_set(item, "expected_fen",
                    share->has_expected ? th_json_int(th_money_fen(share->expected))
                                        : th_json_null());
        th_json_append(memberships, item);
    }
    return status;
}

static bool is_member(const struct statement *statement, int64_t party_id)
{
    bool member = false;
    for (size_t i = 0; i < statement->shares.n && !member; i++) {
        member = statement->shares.items[i].member_id == party_id;
    }
    return member;
}

static enum th_status set_sums(struct th_json *object, const struct sums *sums,
                               struct th_error *err)
{
    struct th_money total;
    struct th_money paid = {0};
    struct th_money purchase_open = {0};
    struct th_money revenue_open = {0};
    struct th_money open = {0};
    enum th_status status = th_money_add(sums->purchase, sums->revenue, &total, err);
    if (status == TH_OK) {
        status = th_money_add(sums->purchase_paid, sums->revenue_paid, &paid, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(sums->purchase, sums->purchase_paid, &purchase_open, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(sums->revenue, sums->revenue_paid, &revenue_open, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(total, paid, &open, err);
    }
    if (status == TH_OK) {
        th_json_set_money(object, "purchase_fen", sums->purchase);
        th_json_set_money(object, "purchase_paid_fen", sums->purchase_paid);
        th_json_set_money(object, "purchase_open_fen", purchase_open);
        th_json_set_money(object, "revenue_fen", sums->revenue);
        th_json_set_money(object, "revenue_paid_fen", sums->revenue_paid);
        th_json_set_money(object, "revenue_open_fen", revenue_open);
        th_json_set_money(object, "total_fen", total);
        th_json_set_money(object, "paid_fen", paid);
        th_json_set_money(object, "open_fen", open);
        th_json_set_money(object, "advance_fen", sums->advance);
        th_json_set_money(object, "owed_back_fen", sums->debt);
    }
    return status;
}

static enum th_status finish_party(struct statement *statement)
{
    const struct th_party *party = statement->party;
    const struct sums *sums = &statement->sums;
    add_money(statement, &statement->all.purchase, sums->purchase);
    add_money(statement, &statement->all.purchase_paid, sums->purchase_paid);
    add_money(statement, &statement->all.revenue, sums->revenue);
    add_money(statement, &statement->all.revenue_paid, sums->revenue_paid);
    add_money(statement, &statement->all.advance, sums->advance);
    add_money(statement, &statement->all.debt, sums->debt);
    if (statement->status != TH_OK) {
        return statement->status;
    }
    struct th_json *memberships = th_json_array();
    struct th_json *object = th_json_object();
    enum th_status status = add_memberships(statement, party->party_id, memberships);
    th_json_set_int(object, "party", party->party_id);
    th_json_set_text(object, "name", party->name);
    th_json_set_text(object, "kind", party->kind);
    th_json_set_word(object, "village", party->village);
    th_json_set(object, "purchases", statement->purchases);
    th_json_set(object, "advances", statement->advances);
    th_json_set(object, "owed_back", statement->debts);
    th_json_set(object, "payments", statement->payments);
    th_json_set(object, "memberships", memberships);
    if (status == TH_OK) {
        status = set_sums(object, sums, statement->err);
    }
    th_json_append(statement->parties, object);
    statement->payments = NULL;
    statement->purchases = NULL;
    statement->advances = NULL;
    statement->debts = NULL;
    return status;
}

static bool state_party(void *context, const struct th_party *party)
{
    struct statement *statement = context;
    if ((statement->village != NULL && strcmp(party->village, statement->village) != 0) ||
        (statement->party_id != 0 && party->party_id != statement->party_id)) {
        return true;
    }
    statement->party = party;
    statement->payments = th_json_array();
    statement->purchases = th_json_array();
    statement->advances = th_json_array();
    statement->debts = th_json_array();
    statement->sums = (struct sums){.purchase = {0}};
    enum th_status status =
        th_payment_each(statement->store, party->party_id, add_payment, statement, statement->err);
    // What a bank sells is no income of its own: the run of a sale says what it kept.
    if (status == TH_OK && statement->status == TH_OK && strcmp(party->kind, "bank") != 0) {
        status = th_own_sale_each(statement->store, party->party_id, add_own_sale, statement,
                                  statement->err);
        if (status == TH_OK && statement->status == TH_OK) {
            status = th_own_debt_each(statement->store, party->party_id, add_debt, statement,
                                      statement->err);
        }
    }
    if (statement->status == TH_OK) {
        statement->status = status;
    }
    bool anything = th_json_size(statement->payments) + th_json_size(statement->purchases) +
                            th_json_size(statement->advances) + th_json_size(statement->debts) >
                        0 ||
                    is_member(statement, party->party_id);
    if (statement->status == TH_OK && anything) {
        statement->status = finish_party(statement);
    }
    th_json_free(statement->payments);
    th_json_free(statement->purchases);
    th_json_free(statement->advances);
    th_json_free(statement->debts);
    return statement->status == TH_OK;
}

enum th_status th_revenue_statement(struct th_registry *registry, const char *village,
                                    const char *party_text, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_village place;
    struct statement statement = {.store = store, .err = err};
    struct th_party party = {0};
    char today[TH_ON_SIZE];
    enum th_status status = th_on_parse(registry, NULL, today, err);
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (party_text != NULL) {
        status = th_party_resolve(store, party_text, &party, err);
        statement.party_id = party.party_id;
    }
    if (status == TH_OK && party_text != NULL) {
        status = th_member_shares_on(store, 0, today, &statement.shares, err);
    }
    if (status == TH_OK && village != NULL) {
        status = th_village_choose(store, village, &place, err);
        statement.village = place.code;
    }
    statement.parties = th_json_array();
    if (status == TH_OK) {
        status = th_party_each(store, state_party, &statement, err);
    }
    th_store_end_read(store);
    th_member_share_list_clear(&statement.shares);
    if (status == TH_OK) {
        status = statement.status;
    }
    struct th_json *reply = th_json_object();
    th_json_set(reply, "parties", statement.parties);
    if (status == TH_OK) {
        status = set_sums(reply, &statement.all, err);
    }
    return th_reply_finish(status, reply, ret_reply, err);
}

// What came back to the villages, sale by sale.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/member_store.h"
#include "trading/revenue/revenue.h"
#include "trading/revenue/revenue_internal.h"

struct statement {
    struct th_store *store;
    struct th_json *parties; // of the reply
    const char *village;     // code; NULL: all
    int64_t party_id;        // 0: all
    struct th_money revenue; // of all parties
    struct th_money purchase;
    struct th_member_share_list shares; // of a party that was asked for, today
    enum th_status status;              // of what a visitor did
    struct th_error *err;
    // Of the party at hand:
    struct th_json *payments;
    struct th_json *purchases;
    struct th_money party_revenue;
    struct th_money party_purchase;
    struct th_money party_paid; // of the revenue
};

static bool add_payment(void *context, const struct th_payment_row *row)
{
    struct statement *statement = context;
    struct th_term term;
    char buf[TH_RATIO_TEXT_SIZE];
    statement->status = th_term_load(statement->store, row->term_id, &term, statement->err);
    if (statement->status == TH_OK) {
        statement->status = th_money_add(statement->party_revenue, row->amount,
                                         &statement->party_revenue, statement->err);
    }
    if (statement->status != TH_OK) {
        return false;
    }
    struct th_json *item = th_json_object();
    th_json_set_int(item, "distribution_id", row->distribution_id);
    th_json_set_int(item, "trade_id", row->trade_id);
    th_json_set_text(item, "on", row->on_date);
    th_json_set_text(item, "through", row->through_on);
    th_json_set_units(item, "tonnes", row->tonnes);
    th_json_set(item, "price_fen",
                row->has_price ? th_json_int(th_money_fen(row->price_per_t)) : th_json_null());
    th_json_set_text(item, "buyer_name", row->buyer);
    th_json_set_money(item, "receipts_fen", row->receipts);
    th_json_set_money(item, "tax_fen", row->tax);
    th_json_set_money(item, "cost_fen", row->cost);
    th_json_set_money(item, "deductions_fen", row->deductions);
    th_json_set_money(item, "net_fen", row->net);
    th_json_set_text(item, "ratio", th_ratio_format(term.ratio, buf));
    th_json_set_text(item, "basis", term.basis);
    th_json_set_units(item, "weight_t", row->weight);
    th_json_set_money(item, "amount_fen", row->amount);
    th_json_set_text(item, "state", row->state);
    th_json_set_text(item, "paid_on", row->paid_on);
    if (strcmp(row->state, "paid") == 0) {
        statement->status = th_money_add(statement->party_paid, row->amount, &statement->party_paid,
                                         statement->err);
    }
    if (statement->status == TH_OK && row->group_id != 0) {
        th_json_set_text(item, "share", row->share);
        statement->status =
            th_json_set_party(statement->store, item, "group", row->group_id, statement->err);
    }
    th_json_append(statement->payments, item);
    return statement->status == TH_OK;
}

static bool add_purchase(void *context, const struct th_purchase_row *row)
{
    struct statement *statement = context;
    statement->status = th_money_add(statement->party_purchase, row->amount,
                                     &statement->party_purchase, statement->err);
    if (statement->status != TH_OK) {
        return false;
    }
    struct th_json *item = th_json_object();
    th_json_set_int(item, "trade_id", row->trade_id);
    th_json_set_text(item, "on", row->on_date);
    th_json_set_int(item, "package_id", row->package_id);
    th_json_set_text(item, "package", row->package);
    th_json_set_units(item, "tonnes", row->tonnes);
    th_json_set(item, "price_fen",
                row->has_price ? th_json_int(th_money_fen(row->price_per_t)) : th_json_null());
    th_json_set_money(item, "amount_fen", row->amount);
    th_json_append(statement->purchases, item);
    return true;
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

static enum th_status finish_party(struct statement *statement, const struct th_party *party)
{
    struct th_money total;
    enum th_status status =
        th_money_add(statement->party_revenue, statement->party_purchase, &total, statement->err);
    if (status == TH_OK) {
        status = th_money_add(statement->revenue, statement->party_revenue, &statement->revenue,
                              statement->err);
    }
    if (status == TH_OK) {
        status = th_money_add(statement->purchase, statement->party_purchase, &statement->purchase,
                              statement->err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *memberships = th_json_array();
    status = add_memberships(statement, party->party_id, memberships);
    struct th_json *object = th_json_object();
    th_json_set_int(object, "party", party->party_id);
    th_json_set_text(object, "name", party->name);
    th_json_set_text(object, "kind", party->kind);
    th_json_set_word(object, "village", party->village);
    th_json_set(object, "payments", statement->payments);
    th_json_set_money(object, "revenue_fen", statement->party_revenue);
    th_json_set_money(object, "paid_fen", statement->party_paid);
    th_json_set(object, "memberships", memberships);
    th_json_set(object, "purchases", statement->purchases);
    th_json_set_money(object, "purchase_fen", statement->party_purchase);
    th_json_set_money(object, "total_fen", total);
    th_json_append(statement->parties, object);
    statement->payments = NULL;
    statement->purchases = NULL;
    return status;
}

static bool state_party(void *context, const struct th_party *party)
{
    struct statement *statement = context;
    if ((statement->village != NULL && strcmp(party->village, statement->village) != 0) ||
        (statement->party_id != 0 && party->party_id != statement->party_id)) {
        return true;
    }
    statement->payments = th_json_array();
    statement->purchases = th_json_array();
    statement->party_revenue = th_money_from_fen(0);
    statement->party_purchase = th_money_from_fen(0);
    statement->party_paid = th_money_from_fen(0);
    enum th_status status =
        th_payment_each(statement->store, party->party_id, add_payment, statement, statement->err);
    if (status == TH_OK && statement->status == TH_OK) {
        status = th_purchase_each(statement->store, party->party_id, add_purchase, statement,
                                  statement->err);
    }
    if (statement->status == TH_OK) {
        statement->status = status;
    }
    bool anything = th_json_size(statement->payments) + th_json_size(statement->purchases) > 0 ||
                    is_member(statement, party->party_id);
    if (statement->status == TH_OK && anything) {
        statement->status = finish_party(statement, party);
    }
    th_json_free(statement->payments);
    th_json_free(statement->purchases);
    return statement->status == TH_OK;
}

enum th_status th_revenue_statement(struct th_registry *registry, const char *village,
                                    const char *party_text, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_village place;
    struct statement statement = {.store = store, .err = err};
    struct th_money total;
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
        status = th_village_resolve(store, village, &place, err);
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
    if (status == TH_OK) {
        status = th_money_add(statement.revenue, statement.purchase, &total, err);
    }
    struct th_json *reply = th_json_object();
    th_json_set(reply, "parties", statement.parties);
    if (status == TH_OK) {
        th_json_set_money(reply, "revenue_fen", statement.revenue);
        th_json_set_money(reply, "purchase_fen", statement.purchase);
        th_json_set_money(reply, "total_fen", total);
    }
    return th_reply_finish(status, reply, ret_reply, err);
}

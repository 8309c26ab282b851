// Collective purchase (收储): the bank buys from the holders of several packages under one
// contract.
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "registry/reference.h"
#include "registry/rules.h"
#include "trading/deal/deal.h"
#include "trading/deal/locked.h"
#include "trading/deal/schedule.h"
#include "trading/deal/stock.h"
#include "trading/spot/spot.h"
#include "trading/spot/spot_internal.h"

enum { PACKAGES_MAX = 10000 };

struct purchase {
    struct th_deal *deal;
    struct th_party bank;
    int64_t *held_t; // by line
    int64_t *share;  // scratch, by line
};

static struct th_json *input_json(const struct th_purchase_input *input)
{
    struct th_json *object = th_json_object();
    struct th_json *packages = th_json_array();
    for (size_t i = 0; i < input->n_packages; i++) {
        th_json_append_text(packages, input->packages[i]);
    }
    th_json_set(object, "packages", packages);
    th_json_set_text(object, "to", input->to);
    th_json_set_text(object, "price", input->price);
    th_json_set_text(object, "amount", input->amount);
    th_json_set_text(object, "tax", input->tax);
    th_json_set_text(object, "tonnes", input->tonnes);
    th_json_set_text(object, "draw", input->draw);
    th_json_set_text(object, "on", input->on);
    struct th_json *pay = th_json_array();
    for (size_t i = 0; i < input->n_pay; i++) {
        th_json_append_text(pay, input->pay[i]);
    }
    th_json_set(object, "pay", pay);
    return object;
}

static enum th_status add_package(struct th_work *work, const char *reference,
                                  struct purchase *purchase, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_package_record package;
    struct th_unit_totals totals;
    struct th_party holder;
    enum th_status status = th_package_resolve(store, reference, &package, err);
    if (status != TH_OK) {
        return status;
    }
    if (strcmp(package.state, "issued") != 0) {
        return th_error_set(err, TH_CONFLICT, "package_not_issued", "package", package.name, NULL);
    }
    char from[TH_DATE_TEXT_SIZE];
    if (strcmp(purchase->deal->trade.on_date, th_date_format(package.from, from)) < 0) {
        return th_error_set(err, TH_INVALID, "deal_before_period", "on",
                            purchase->deal->trade.on_date, "package", package.name, "from", from,
                            NULL);
    }
    status = th_party_load(store, package.holder_id, &holder, err);
    if (status == TH_OK) {
        status = th_check_may_hold(&holder, err);
    }
    if (status == TH_OK && holder.party_id == purchase->bank.party_id) {
        status = th_error_set(err, TH_INVALID, "same_party", "party", holder.name, NULL);
    }
    if (status == TH_OK) {
        status = th_ledger_totals(store, package.holder_id, package.package_id, &totals, err);
    }
    if (status != TH_OK) {
        return status;
    }
    purchase->deal->lines[purchase->deal->n_lines++] =
        (struct th_trade_line){.package_id = package.package_id,
                               .seller_id = package.holder_id,
                               .tonnes = totals.by_state[TH_BLOCK_HELD]};
    return TH_OK;
}

static int by_package(const void *a, const void *b)
{
    const struct th_trade_line *left = a;
    const struct th_trade_line *right = b;
    return (left->package_id > right->package_id) - (left->package_id < right->package_id);
}

// In order of package id, to which ties of the largest remainder go; each package once.
static enum th_status sort_lines(struct th_deal *deal, struct th_error *err)
{
    qsort(deal->lines, deal->n_lines, sizeof(*deal->lines), by_package);
    for (size_t i = 1; i < deal->n_lines; i++) {
        if (deal->lines[i].package_id == deal->lines[i - 1].package_id) {
            (void)th_error_set(err, TH_INVALID, "package_twice", NULL);
            th_error_add_int(err, "package", deal->lines[i].package_id);
            return TH_INVALID;
        }
    }
    return TH_OK;
}

// How many tonnes each line gives; lines that give none are left out.
static enum th_status share_tonnes(struct th_store *store, struct purchase *purchase,
                                   const char *tonnes_text, struct th_error *err)
{
    struct th_deal *deal = purchase->deal;
    struct th_units wanted;
    int64_t available_t = 0;
    for (size_t i = 0; i < deal->n_lines; i++) {
        purchase->held_t[i] = th_units_t(deal->lines[i].tonnes);
        available_t += purchase->held_t[i]; // sums of issued units, which fit by far
    }
    enum th_status status = TH_OK;
    if (tonnes_text != NULL) {
        status = th_tonnes_parse(tonnes_text, &wanted, err);
    } else {
        wanted = th_units_from_t(available_t);
    }
    if (status != TH_OK) {
        return status;
    }
    int64_t wanted_t = th_units_t(wanted);
    const struct th_locked packages = {.lines = deal->lines, .n_lines = deal->n_lines};
    if (available_t == 0) {
        (void)th_error_set(err, TH_CONFLICT, "packages_sold_out", NULL);
        return th_locked_tell(store, &packages, err);
    }
    if (wanted_t > available_t) {
        return th_locked_short(store, &packages, available_t, wanted_t, err);
    }
    status = th_allocate(wanted_t, purchase->held_t, deal->n_lines, purchase->share, err);
    if (status != TH_OK) {
        return status;
    }
    size_t n = 0;
    for (size_t i = 0; i < deal->n_lines; i++) {
        if (purchase->share[i] == 0) {
            continue;
        }
        deal->lines[n] = deal->lines[i];
        deal->lines[n++].tonnes = th_units_from_t(purchase->share[i]);
    }
    deal->n_lines = n;
    deal->trade.tonnes = wanted;
    return TH_OK;
}

static void give_cost(struct th_trade_line *line, struct th_money part)
{
    line->cost = part;
}

static enum th_status find_bank(struct th_work *work, const char *reference, struct th_party *bank,
                                struct th_error *err)
{
    enum th_status status = th_party_resolve(th_work_store(work), reference, bank, err);
    if (status == TH_OK) {
        status = th_check_may_hold(bank, err);
    }
    if (status == TH_OK && strcmp(bank->kind, "bank") != 0) {
        status = th_error_set(err, TH_INVALID, "buyer_not_bank", "party", bank->name, "kind",
                              bank->kind, NULL);
    }
    return status == TH_OK ? th_check_own_bank(work, bank, err) : status;
}

// How sales will leave the pool.
static enum th_status set_draw(struct th_trade *trade, const char *draw, struct th_error *err)
{
    bool oldest = draw && strcmp(draw, "oldest") == 0;
    if (draw && !oldest && strcmp(draw, "pro-rata") != 0) {
        return th_error_set(err, TH_USAGE, "usage_value", "option", "draw", "value", draw,
                            "allowed", "pro-rata, oldest", NULL);
    }
    th_text_copy(trade->draw, sizeof(trade->draw), oldest ? "oldest" : "pro_rata");
    return TH_OK;
}

static enum th_status fill(struct purchase *purchase, const struct th_purchase_input *input,
                           struct th_registry *registry, struct th_work *work, struct th_error *err)
{
    struct th_deal *deal = purchase->deal;
    struct th_trade *trade = &deal->trade;
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = find_bank(work, input->to, &purchase->bank, err);
    }
    for (size_t i = 0; i < input->n_packages && status == TH_OK; i++) {
        status = add_package(work, input->packages[i], purchase, err);
    }
    if (status == TH_OK) {
        status = sort_lines(deal, err);
    }
    if (status == TH_OK) {
        status = share_tonnes(th_work_store(work), purchase, input->tonnes, err);
    }
    if (status != TH_OK) {
        return status;
    }
    status = set_draw(trade, input->draw, err);
    if (status != TH_OK) {
        return status;
    }
    trade->buyer_id = purchase->bank.party_id;
    trade->seller_id = deal->n_lines == 1 ? deal->lines[0].seller_id : 0;
    status = th_purchase_check_terms(th_work_store(work), trade->on_date, deal->lines,
                                     deal->n_lines, err);
    if (status == TH_OK) {
        status = th_deal_set_money(deal, input->price, input->amount, input->tax, err);
    }
    if (status == TH_OK) {
        status = th_deal_share_money(deal, trade->net, give_cost, err);
    }
    return status == TH_OK ? th_schedule_read(deal, input->pay, input->n_pay, err) : status;
}

static enum th_status prepare(const void *input, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_purchase_input *given = input;
    struct purchase purchase = {.deal = deal};
    deal->lines = calloc(given->n_packages, sizeof(*deal->lines));
    purchase.held_t = calloc(given->n_packages, sizeof(*purchase.held_t));
    purchase.share = calloc(given->n_packages, sizeof(*purchase.share));
    enum th_status status = deal->lines && purchase.held_t && purchase.share
                                ? fill(&purchase, given, registry, work, err)
                                : th_error_no_memory(err);
    free(purchase.held_t);
    free(purchase.share);
    return status;
}

// The units become a pool of the bank, which owes their sellers.
static enum th_status approve(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err)
{
    enum th_status status = th_stock_hand_over(posting, decision, err);
    return status == TH_OK ? th_decision_claim(posting, decision, "money.purchase", err) : status;
}

// Terms may have been agreed since the proposal.
static enum th_status check(struct th_store *store, const struct th_decision *decision,
                            struct th_error *err)
{
    return th_purchase_check_terms(store, decision->trade.on_date, decision->lines.items,
                                   decision->lines.n, err);
}

// A purchase for money is what a bank does every day: the seller's claim comes into being with it.
// Next to no money is none; what that is, the county says for the day of the deal.
static enum th_status pays(struct th_store *store, const struct th_trade *trade, int64_t party_id,
                           bool *ret_fair, struct th_error *err)
{
    (void)party_id;
    struct th_date day;
    struct th_rules rules;
    enum th_status status = th_date_parse(trade->on_date, &day, err);
    if (status == TH_OK) {
        status = th_rules_load(store, day, &rules, err);
    }
    if (status == TH_OK) {
        *ret_fair = th_money_fen(trade->amount) > 0 &&
                    !th_rules_too_cheap(&rules, trade->amount, trade->tonnes);
    }
    return status;
}

const struct th_deal_kind th_deal_purchase = {.name = "purchase",
                                              .propose = TH_MAY_PROPOSE,
                                              .without_giver = pays,
                                              .by_other = TH_WAIT_BRIEFLY,
                                              .pool_use = TH_POOL_USE_NONE,
                                              .terms = "trade_schedule",
                                              .prepare = prepare,
                                              .check = check,
                                              .approve = approve,
                                              .show = th_schedule_show};

enum th_status th_trade_propose_purchase(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_purchase_input *input,
                                         struct th_json **ret_reply, struct th_error *err)
{
    if (input->n_packages == 0) {
        return th_error_set(err, TH_USAGE, "packages_missing", NULL);
    }
    if (input->n_packages > PACKAGES_MAX) {
        return th_error_set(err, TH_LIMIT, "pool_too_large", NULL);
    }
    enum th_status status = th_deal_check_price(input->price, input->amount, err);
    return status == TH_OK
               ? (input->at_once ? th_deal_at_once : th_deal_propose)(
                     registry, request, &th_deal_purchase, input_json(input), input, ret_reply, err)
               : status;
}

// What kinds of deals agree upon beside tonnes and price.
#include <stdio.h>
#include <string.h>

#include "store/deal/forecast_store.h"
#include "store/deal/offer_store.h"
#include "store/deal/pledge_store.h"
#include "trading/ahead/promise.h"
#include "trading/print/contract_internal.h"

static enum th_status add_term(struct th_contract_draft *g, const char *key, const char *value)
{
    const char *kept = NULL;
    enum th_status status = th_contract_keep(g, value, &kept);
    if (status == TH_OK) {
        g->terms[g->paper.n_terms++] = (struct th_contract_term){.key = key, .value = kept};
    }
    return status;
}

static enum th_status add_text(struct th_contract_draft *g, const char *key, const char *text)
{
    return text[0] != '\0' ? add_term(g, key, text) : TH_OK;
}

static enum th_status add_money(struct th_contract_draft *g, const char *key,
                                struct th_money amount)
{
    char text[TH_QUANTITY_TEXT_SIZE];
    return add_term(g, key, th_money_format(amount, text));
}

static enum th_status add_tonnes(struct th_contract_draft *g, const char *key, int64_t tonnes_t)
{
    char text[2 * TH_QUANTITY_TEXT_SIZE];
    char figure[TH_QUANTITY_TEXT_SIZE];
    (void)snprintf(text, sizeof(text), "%s %s", th_int_format(tonnes_t, figure),
                   th_messages_text(g->messages, g->lang, "paper.tonnes"));
    return tonnes_t > 0 ? add_term(g, key, text) : TH_OK;
}

// Until when it is delivered, and what happens if it is not.
static enum th_status add_delivery(struct th_contract_draft *g, const struct th_promise *promise)
{
    bool refund = strcmp(promise->if_short, "refund") == 0;
    enum th_status status = th_contract_keep(g, promise->deliver_by, &g->steps[0].on);
    return status == TH_OK ? add_term(g, "contract.term.if_short",
                                      th_messages_text(g->messages, g->lang,
                                                       refund ? "value.if_short.refund"
                                                              : "value.if_short.replace"))
                           : status;
}

// Nothing but the premium is due for certain.
static enum th_status add_option(struct th_contract_draft *g, const struct th_promise *promise)
{
    char text[TH_QUANTITY_TEXT_SIZE];
    char window[2 * TH_ON_SIZE + 8];
    (void)snprintf(window, sizeof(window), "%s – %s", promise->window_from, promise->window_to);
    g->steps[0] = g->steps[1];
    g->paper.n_steps = 1;
    enum th_status status = add_tonnes(g, "contract.term.tonnes", th_units_t(g->trade.tonnes));
    if (status != TH_OK) {
        return status;
    }
    status = add_term(g, "contract.term.strike", th_money_format(promise->strike_per_t, text));
    return status == TH_OK ? add_term(g, "contract.term.window", window) : status;
}

// "“马家弄竹林”2018 年 300 吨", a line.
static void cover_line(struct th_contract_draft *g, const char *key, const char *package,
                       const char *vintage, int64_t tonnes_t, struct th_buf *lines)
{
    char figure[TH_QUANTITY_TEXT_SIZE];
    struct th_error carrier = {.status = TH_OK};
    th_error_add(&carrier, "package", package);
    th_error_add(&carrier, "vintage", vintage);
    th_error_add(&carrier, "tonnes", th_int_format(tonnes_t, figure));
    th_buf_append_str(lines, lines->size > 0 ? "\n" : "");
    th_messages_format(g->messages, g->lang, key, carrier.args, carrier.n_args, lines);
}

// The units that the proposal locked, by package and vintage.
static enum th_status cover_by_stock(struct th_contract_draft *g, struct th_buf *lines)
{
    struct th_block_list blocks = {0};
    enum th_status status = th_ledger_of_trade(g->store, g->trade.trade_id, &blocks, g->err);
    for (size_t i = 0; i < blocks.n && status == TH_OK;) {
        struct th_issuance_record issuance;
        struct th_package_record package;
        char vintage[16];
        int64_t issuance_id = blocks.items[i].issuance_id;
        int64_t tonnes_t = 0;
        for (; i < blocks.n && blocks.items[i].issuance_id == issuance_id; i++) {
            tonnes_t += th_units_t(th_block_units(&blocks.items[i]));
        }
        status = th_issuance_load(g->store, issuance_id, &issuance, g->err);
        if (status == TH_OK) {
            status = th_package_load(g->store, issuance.package_id, &package, g->err);
        }
        if (status == TH_OK) {
            (void)snprintf(vintage, sizeof(vintage), "%d", issuance.vintage);
            cover_line(g, "contract.cover_line", package.name, vintage, tonnes_t, lines);
        }
    }
    th_block_list_clear(&blocks);
    return status;
}

static enum th_status cover_by_forecast(struct th_contract_draft *g, struct th_units expected,
                                        struct th_buf *lines)
{
    struct th_lock lock;
    struct th_package_record package;
    char years[32];
    enum th_status status = th_lock_of_trade(g->store, g->trade.trade_id, &lock, g->err);
    if (status == TH_OK) {
        status = th_forecast_package(g->store, lock.forecast_id, &package, g->err);
    }
    if (status == TH_OK) {
        (void)snprintf(years, sizeof(years), package.from.year < package.to.year ? "%d–%d" : "%d",
                       package.from.year, package.to.year);
        cover_line(g, "contract.expected_line", package.name, years, th_units_t(expected), lines);
    }
    return status;
}

// Which packages and vintages stood behind a promise when it was agreed.
static enum th_status add_cover(struct th_contract_draft *g, const struct th_promise *promise)
{
    struct th_buf lines;
    enum th_status status = TH_OK;
    th_buf_init(&lines, 65536);
    if (th_units_compare(promise->forecast, g->trade.tonnes) < 0) {
        status = cover_by_stock(g, &lines);
    }
    if (status == TH_OK && th_units_t(promise->forecast) > 0) {
        status = cover_by_forecast(g, promise->forecast, &lines);
    }
    if (status == TH_OK) {
        status = add_text(g, "contract.term.cover", th_buf_text(&lines));
    }
    th_buf_clear(&lines);
    return status;
}

// A contract without serials says when there are some.
static enum th_status add_no_serials(struct th_contract_draft *g, const char *when)
{
    return add_term(g, "contract.term.serials", th_messages_text(g->messages, g->lang, when));
}

// What a promise of units to come says. Its units may change until they are delivered, so that the
// contract, which stays as it is, names no serials, and packages only as they were when it was
// agreed.
static enum th_status add_promise(struct th_contract_draft *g)
{
    struct th_promise promise;
    enum th_status status = th_promise_load(g->store, g->trade.trade_id, &promise, g->err);
    g->paper.n_lines = 0;
    g->paper.n_serials = 0;
    if (status == TH_OK) {
        status = promise.has_strike ? add_option(g, &promise) : add_delivery(g, &promise);
    }
    if (status == TH_OK) {
        status = add_tonnes(g, "contract.term.by_stock",
                            th_units_t(g->trade.tonnes) - th_units_t(promise.forecast));
    }
    if (status == TH_OK) {
        status = add_tonnes(g, "contract.term.by_forecast", th_units_t(promise.forecast));
    }
    if (status == TH_OK) {
        status = add_no_serials(g, promise.has_strike ? "contract.serials_of_exercise"
                                                      : "contract.serials_of_delivery");
    }
    return status == TH_OK ? add_cover(g, &promise) : status;
}

// Which debt the units stand for.
static enum th_status add_debt(struct th_contract_draft *g, const struct th_pledge *pledge)
{
    struct th_party debtor;
    char text[128];
    enum th_status status = th_party_load(g->store, pledge->debtor_id, &debtor, g->err);
    if (status == TH_OK) {
        status = add_term(g, "contract.term.debtor", debtor.name);
    }
    if (status == TH_OK) {
        status = add_money(g, "contract.term.principal", pledge->principal);
    }
    if (status == TH_OK) {
        (void)snprintf(text, sizeof(text), "%s %%", pledge->rate);
        status = add_term(g, "contract.term.rate", text);
    }
    if (status == TH_OK) {
        (void)snprintf(text, sizeof(text), "%s – %s", pledge->from_on, pledge->to_on);
        status = add_term(g, "contract.term.debt_days", text);
    }
    return status == TH_OK ? add_money(g, "contract.term.valuation", pledge->valuation) : status;
}

// Units that are not issued are named by their package.
static enum th_status add_expected(struct th_contract_draft *g, const struct th_pledge *pledge)
{
    int64_t forecast_id = 0;
    struct th_package_record package = {.package_id = 0};
    enum th_status status = th_offer_forecast(g->store, pledge->trade_id, &forecast_id, g->err);
    g->paper.n_lines = 0;
    g->paper.n_serials = 0;
    if (status == TH_OK) {
        status = th_forecast_package(g->store, forecast_id, &package, g->err);
    }
    if (status == TH_OK) {
        status = add_term(g, "contract.term.expected_of", package.name);
    }
    if (status == TH_OK) {
        status = add_no_serials(g, "contract.serials_of_issuance");
    }
    return status == TH_OK ? add_tonnes(g, "contract.term.by_forecast", th_units_t(pledge->tonnes))
                           : status;
}

// Nothing is delivered and nothing paid: the units stay where they are, under a lock.
static enum th_status add_pledge(struct th_contract_draft *g)
{
    struct th_pledge pledge;
    char text[32];
    enum th_status status = th_pledge_load(g->store, g->trade.trade_id, &pledge, g->err);
    g->paper.n_steps = 0;
    if (status == TH_OK && strcmp(pledge.subject, "forecast") == 0) {
        status = add_expected(g, &pledge);
    }
    if (status == TH_OK) {
        status = add_debt(g, &pledge);
    }
    if (status == TH_OK) {
        status = add_text(g, "contract.term.number", pledge.number);
    }
    if (status == TH_OK) {
        status = add_text(g, "contract.term.registrar_number", pledge.registrar_number);
    }
    if (status == TH_OK) {
        status = add_text(g, "contract.term.registrar_until", pledge.registrar_until);
    }
    if (status == TH_OK && g->trade.of_trade_id != 0) {
        (void)snprintf(text, sizeof(text), "%lld", (long long)g->trade.of_trade_id);
        status = add_term(g,
                          strcmp(pledge.subject, "receivable") == 0 ? "contract.term.receivable_of"
                                                                    : "contract.term.rank_after",
                          text);
    }
    return status;
}

// The deal by which it was agreed that this one may be made.
static enum th_status add_origin(struct th_contract_draft *g)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%lld", (long long)g->trade.of_trade_id);
    return add_term(g, "contract.term.of_trade", text);
}

enum th_status th_contract_set_terms(struct th_contract_draft *g)
{
    g->paper.terms = g->terms;
    if (strcmp(g->trade.kind, "pledge") == 0) {
        return add_pledge(g);
    }
    if (strcmp(g->trade.kind, "option") == 0 || th_promise_takes_prepayments(&g->trade)) {
        return add_promise(g);
    }
    return g->trade.of_trade_id != 0 ? add_origin(g) : TH_OK;
}

// What kinds of deals agree upon beside tonnes and price.
#include <stdio.h>
#include <string.h>

#include "store/forecast_store.h"
#include "store/pledge_store.h"
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
    char text[32];
    (void)snprintf(text, sizeof(text), "%lld t", (long long)tonnes_t);
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

// What a promise of units to come says. Its units may change until they are delivered, so that the
// contract, which stays as it is, names neither packages nor serials.
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
    return status == TH_OK
               ? add_tonnes(g, "contract.term.by_forecast", th_units_t(promise.forecast))
               : status;
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
    struct th_lock lock;
    struct th_package_record package = {.package_id = 0};
    enum th_status status = th_lock_load(g->store, pledge->trade_id, &lock, g->err);
    g->paper.n_lines = 0;
    g->paper.n_serials = 0;
    if (status == TH_OK) {
        status = th_forecast_package(g->store, lock.forecast_id, &package, g->err);
    }
    if (status == TH_OK) {
        status = add_term(g, "contract.term.expected_of", package.name);
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

// Enforcement: pledged units are sold. The buyer owes the price to the pledgee up to what is owed
// under the pledge, then to the pledgees after it in their ranks, the rest to the pledgor. It is
// the pledgor's sale: its whole price counts where the villages' revenue is reckoned, since what
// went to a pledgee paid the pledgor's debt.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "trading/deal/locked.h"
#include "trading/deal/stock.h"
#include "trading/pledge/pledge.h"
#include "trading/pledge/pledge_internal.h"

struct enforcement {
    const struct th_enforcement_input *input;
    struct th_deal *deal;
    struct th_trade pledge_trade;
    struct th_pledge pledge;
    struct th_debt *debts; // from malloc
    size_t n_debts;
};

static enum th_status set_lines(struct th_store *store, struct enforcement *work,
                                struct th_error *err)
{
    struct th_deal *deal = work->deal;
    enum th_status status =
        th_deal_set_money(deal, work->input->price, NULL, work->input->tax, err);
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        status = th_stock_cost(store, &deal->lines[i], &deal->lines[i].cost, err);
    }
    return status;
}

static enum th_status add_debt(struct th_store *store, struct enforcement *work, int64_t pledge_id,
                               int64_t pledgee_id, const char *owed, struct th_error *err)
{
    struct th_debt *debt = &work->debts[work->n_debts];
    *debt = (struct th_debt){.pledge_id = pledge_id, .pledgee_id = pledgee_id};
    enum th_status status = th_money_parse(owed, &debt->owed, err);
    if (status == TH_OK) {
        status = th_pledge_text("number", work->input->number, debt->number, err);
    }
    if (status == TH_OK && pledgee_id == work->deal->trade.buyer_id) {
        status = th_error_set(err, TH_INVALID, "enforcement_to_pledgee", NULL);
    }
    if (status == TH_OK) {
        status = th_debt_check_owed(store, pledge_id, debt->owed, work->deal->trade.on_date, err);
    }
    work->n_debts += status == TH_OK;
    return status;
}

// The amount that was given for a pledge as "PLEDGE=AMOUNT"; NULL: none.
static const char *find_next(const struct th_enforcement_input *input, int64_t pledge_id)
{
    for (size_t i = 0; i < input->n_next; i++) {
        char number[32];
        int64_t id = 0;
        size_t size = strcspn(input->next[i], "=");
        if (size < sizeof(number) && input->next[i][size] == '=') {
            memcpy(number, input->next[i], size);
            number[size] = '\0';
            if (th_text_parse_int(number, 1, INT64_MAX, &id) && id == pledge_id) {
                return input->next[i] + size + 1;
            }
        }
    }
    return NULL;
}

// Those that come after the pledge, in their ranks.
static enum th_status add_next(struct th_store *store, struct enforcement *work,
                               const struct th_rank_list *ranks, struct th_error *err)
{
    const struct th_enforcement_input *input = work->input;
    bool after = false;
    bool surplus = th_money_compare(work->deal->trade.amount, work->debts[0].owed) > 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < ranks->n && status == TH_OK; i++) {
        const struct th_rank *rank = &ranks->items[i];
        if (after && rank->alive) {
            const char *owed = find_next(input, rank->trade_id);
            if (owed) {
                status = add_debt(store, work, rank->trade_id, rank->pledgee_id, owed, err);
            } else if (surplus) {
                (void)th_error_set(err, TH_USAGE, "owed_next_missing", NULL);
                th_error_add_int(err, "pledge", rank->trade_id);
                status = TH_USAGE;
            }
        }
        after = after || rank->trade_id == work->pledge.trade_id;
    }
    if (status == TH_OK && work->n_debts != input->n_next + 1) {
        status = th_error_set(err, TH_INVALID, "owed_next_invalid", NULL);
    }
    return status;
}

static enum th_status set_debts(struct th_store *store, struct enforcement *work,
                                struct th_error *err)
{
    struct th_rank_list ranks = {0};
    struct th_rank rank;
    enum th_status status = th_pledge_stand(store, &work->pledge_trade, &ranks, &rank, err);
    if (status == TH_OK) {
        work->debts = calloc(ranks.n + 1, sizeof(*work->debts));
        status = work->debts ? TH_OK : th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = add_debt(store, work, work->pledge.trade_id, work->pledge_trade.buyer_id,
                          work->input->owed, err);
    }
    if (status == TH_OK) {
        status = add_next(store, work, &ranks, err);
    }
    free(ranks.items);
    if (status == TH_OK) {
        work->deal->terms = th_debt_rows(work->debts, work->n_debts);
    }
    return status;
}

static enum th_status find_buyer(struct th_store *store, struct enforcement *work,
                                 struct th_error *err)
{
    struct th_party buyer = {0};
    enum th_status status = th_party_resolve(store, work->input->to, &buyer, err);
    if (status == TH_OK) {
        status = th_check_may_hold(&buyer, err);
    }
    if (status == TH_OK && buyer.party_id == work->pledge_trade.seller_id) {
        status = th_error_set(err, TH_INVALID, "same_party", "party", buyer.name, NULL);
    }
    work->deal->trade.buyer_id = buyer.party_id;
    return status;
}

static enum th_status fill(struct th_store *store, struct enforcement *work, struct th_error *err)
{
    struct th_trade *trade = &work->deal->trade;
    trade->seller_id = work->pledge_trade.seller_id;
    trade->of_trade_id = work->pledge.trade_id;
    enum th_status status = find_buyer(store, work, err);
    if (status == TH_OK && strcmp(work->pledge.subject, "receivable") == 0) {
        return th_locked_short_of(store, work->pledge.trade_id, 0, th_units_t(trade->tonnes), err);
    }
    // A pledge that waits behind others has no units to sell.
    struct th_rank_list ranks = {0};
    struct th_rank rank = {0};
    if (status == TH_OK) {
        status = th_pledge_stand(store, &work->pledge_trade, &ranks, &rank, err);
    }
    free(ranks.items);
    bool too_many = status == TH_OK && th_units_compare(trade->tonnes, rank.held) > 0;
    if (too_many && th_units_t(rank.expected) > 0) {
        (void)th_error_set(err, TH_CONFLICT, "enforcement_expected", NULL);
        th_error_add_int(err, "available", th_units_t(rank.held));
        th_error_add_int(err, "expected", th_units_t(rank.expected));
        return TH_CONFLICT;
    }
    if (too_many) {
        return th_locked_short_of(store, work->pledge.trade_id, th_units_t(rank.held),
                                  th_units_t(trade->tonnes), err);
    }
    if (status == TH_OK) {
        status =
            th_deal_pick_from_lock(store, work->deal, work->pledge.trade_id, trade->tonnes, err);
    }
    if (status == TH_OK) {
        status = set_lines(store, work, err);
    }
    return status == TH_OK ? set_debts(store, work, err) : status;
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    struct enforcement enforcement = {.input = given, .deal = deal};
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    enum th_status status = th_deal_day_parse(registry, enforcement.input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_tonnes_parse(enforcement.input->tonnes, &trade->tonnes, err);
    }
    if (status == TH_OK) {
        status = th_pledge_open(store, enforcement.input->pledge, &enforcement.pledge_trade,
                                &enforcement.pledge, err);
    }
    if (status == TH_OK) {
        status = th_pledge_check_side(work, &enforcement.pledge_trade, err);
    }
    if (status == TH_OK) {
        status = fill(store, &enforcement, err);
    }
    free(enforcement.debts);
    return status;
}

// A pledge that was registered since the proposal has its rank too: what is owed under it must be
// said where anything is left for it.
static enum th_status check_overtaken(struct th_store *store, const struct th_decision *decision,
                                      const struct th_debt_list *debts, struct th_error *err)
{
    struct th_trade pledge_trade;
    struct th_rank_list ranks = {0};
    struct th_rank rank;
    bool after = false;
    enum th_status status = th_trade_load(store, decision->trade.of_trade_id, &pledge_trade, err);
    if (status == TH_OK) {
        status = th_pledge_stand(store, &pledge_trade, &ranks, &rank, err);
    }
    bool surplus = status == TH_OK && debts->n > 0 &&
                   th_money_compare(decision->trade.amount, debts->items[0].owed) > 0;
    for (size_t i = 0; i < ranks.n && surplus && status == TH_OK; i++) {
        bool stated = false;
        for (size_t k = 0; k < debts->n; k++) {
            stated = stated || debts->items[k].pledge_id == ranks.items[i].trade_id;
        }
        if (after && ranks.items[i].alive && !stated) {
            (void)th_error_set(err, TH_CONFLICT, "enforcement_overtaken", NULL);
            th_error_add_int(err, "pledge", ranks.items[i].trade_id);
            status = TH_CONFLICT;
        }
        after = after || ranks.items[i].trade_id == pledge_trade.trade_id;
    }
    free(ranks.items);
    return status;
}

// Since the proposal something may have been repaid, or another sale have paid the debt.
static enum th_status check(struct th_store *store, const struct th_decision *decision,
                            struct th_error *err)
{
    struct th_debt_list debts = {0};
    enum th_status status = th_debt_load(store, decision->trade.trade_id, &debts, err);
    if (status == TH_OK) {
        status = check_overtaken(store, decision, &debts, err);
    }
    for (size_t i = 0; i < debts.n && status == TH_OK; i++) {
        status = th_debt_check_owed(store, debts.items[i].pledge_id, debts.items[i].owed,
                                    decision->trade.on_date, err);
    }
    free(debts.items);
    return status;
}

// What of the price each debt gets, in order; the rest is left.
static struct th_money take(struct th_money owed, int64_t *left_fen)
{
    int64_t fen = th_money_fen(owed) < *left_fen ? th_money_fen(owed) : *left_fen;
    *left_fen -= fen;
    return th_money_from_fen(fen);
}

static enum th_status approve(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_debt_list debts = {0};
    int64_t left_fen = th_money_fen(trade->amount);
    struct th_transfer claim = {.from_id = trade->buyer_id,
                                .account = TH_ACCOUNT_CLAIM,
                                .on_date = trade->on_date,
                                .trade_id = trade->trade_id,
                                .memo = "money.enforcement"};
    enum th_status status = th_stock_hand_over(posting, decision, err);
    if (status == TH_OK) {
        status = th_debt_load(th_posting_store(posting), trade->trade_id, &debts, err);
    }
    for (size_t i = 0; i < debts.n && status == TH_OK; i++) {
        claim.to_id = debts.items[i].pledgee_id;
        claim.amount = take(debts.items[i].owed, &left_fen);
        status = th_money_move(posting, &claim, err);
    }
    free(debts.items);
    claim.to_id = trade->seller_id;
    claim.amount = th_money_from_fen(left_fen);
    return status == TH_OK ? th_money_move(posting, &claim, err) : status;
}

static enum th_status show(struct th_store *store, const struct th_trade *trade,
                           struct th_json *reply, struct th_error *err)
{
    struct th_debt_list debts = {0};
    struct th_json *array = th_json_array();
    int64_t left_fen = th_money_fen(trade->amount);
    enum th_status status = th_debt_load(store, trade->trade_id, &debts, err);
    for (size_t i = 0; i < debts.n && status == TH_OK; i++) {
        const struct th_debt *debt = &debts.items[i];
        struct th_json *item = th_json_object();
        th_json_set_int(item, "pledge_id", debt->pledge_id);
        status = th_json_set_party(store, item, "party", debt->pledgee_id, err);
        th_json_set_money(item, "owed_fen", debt->owed);
        th_json_set_money(item, "claim_fen", take(debt->owed, &left_fen));
        th_json_set_text(item, "number", debt->number);
        th_json_append(array, item);
    }
    free(debts.items);
    th_json_set(reply, "debts", array);
    return status;
}

// What is owed and at what price is sold was not agreed to with the pledge.
static enum th_status hear_pledgor(struct th_store *store, const struct th_trade *trade,
                                   struct th_word *ret_word, struct th_error *err)
{
    (void)store;
    (void)trade;
    (void)err;
    *ret_word = (struct th_word){.seller = true, .county = true};
    return TH_OK;
}

const struct th_deal_kind th_deal_enforcement = {.name = "enforcement",
                                                 .propose = TH_MAY_PROPOSE,
                                                 .pool_use = TH_POOL_USE_MOVED,
                                                 .shared = true,
                                                 .from_lock = true,
                                                 .by_pledgee = true,
                                                 .must_hear = hear_pledgor,
                                                 .terms = "enforcement_debt",
                                                 .prepare = prepare,
                                                 .check = check,
                                                 .approve = approve,
                                                 .show = show};

static struct th_json *input_json(const struct th_enforcement_input *input)
{
    struct th_json *object = th_json_object();
    struct th_json *next = th_json_array();
    for (size_t i = 0; i < input->n_next; i++) {
        th_json_append_text(next, input->next[i]);
    }
    th_json_set_text(object, "pledge", input->pledge);
    th_json_set_text(object, "to", input->to);
    th_json_set_text(object, "tonnes", input->tonnes);
    th_json_set_text(object, "price", input->price);
    th_json_set_text(object, "tax", input->tax);
    th_json_set_text(object, "owed", input->owed);
    th_json_set_text(object, "number", input->number);
    th_json_set(object, "next", next);
    th_json_set_text(object, "on", input->on);
    return object;
}

enum th_status th_trade_propose_enforcement(struct th_registry *registry,
                                            const struct th_request *request,
                                            const struct th_enforcement_input *input,
                                            struct th_json **ret_reply, struct th_error *err)
{
    if (!input->owed || !input->price) {
        return th_error_set(err, TH_USAGE, "pledge_term_missing", "option",
                            input->owed ? "price" : "owed", NULL);
    }
    return th_deal_propose(registry, request, &th_deal_enforcement, input_json(input), input,
                           ret_reply, err);
}

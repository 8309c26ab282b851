// Ten thousand random operations against a model that knows only tonnes and fen by owner: what the
// registry says must be what the model says, and the leaves must partition every issued range.
// The seed is printed; TANHUI_TEST_SEED runs the same sequence again.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/text.h"
#include "store/db_internal.h"
#include "store/deal/money_store.h"
#include "tests/integration/market.h"

enum {
    N_STEPS = 10000,
    MAX_PACKAGES = 96,
    N_YEARS = 3,
    MAX_OPEN = 64,
    MAX_LINES = MAX_PACKAGES,
    FULL_CHECK_EVERY = 1000
};

static const char *const BUYERS[] = {"6", "7", "8", "10"};

struct open_trade { // proposed, or approved and not yet paid
    int64_t id;
    char kind; // p r t
    int64_t seller;
    int64_t buyer;
    int64_t amount_fen;
    size_t n_lines;
    struct {
        size_t package;
        int64_t seller;
        int64_t tonnes_t;
    } lines[MAX_LINES];
};

struct model {
    struct market *market;
    uint64_t seed;
    size_t n_packages;
    int64_t issued[MAX_PACKAGES];
    int64_t buffer[MAX_PACKAGES];
    int64_t holder[MAX_PACKAGES];
    int64_t held[MAX_PACKAGES][MARKET_N_PARTIES + 1];
    int64_t locked[MAX_PACKAGES][MARKET_N_PARTIES + 1];
    int64_t retired[MAX_PACKAGES][MARKET_N_PARTIES + 1];
    int64_t claim_fen[MARKET_N_PARTIES + 1];
    int64_t cash_fen[MARKET_N_PARTIES + 1];
    struct open_trade proposed[MAX_OPEN];
    size_t n_proposed;
    int n_done;
    int n_refused;
    int n_by_kind[6];
};

static uint64_t chance(struct model *model, uint64_t below)
{
    model->seed = model->seed * 6364136223846793005u + 1442695040888963407u;
    return (model->seed >> 33) % below;
}

static void issue(struct model *model)
{
    if (model->n_packages == MAX_PACKAGES) {
        return;
    }
    size_t p = model->n_packages;
    int64_t tonnes_t[N_YEARS];
    char name[32];
    int64_t buffer_t = (int64_t)chance(model, 20);
    model->holder[p] = chance(model, 2) == 0 ? MARKET_MAJIANONG : MARKET_GAOJIATANG;
    for (size_t i = 0; i < N_YEARS; i++) {
        tonnes_t[i] = 20 + (int64_t)chance(model, 2000);
        model->issued[p] += tonnes_t[i];
    }
    model->buffer[p] = N_YEARS * buffer_t;
    model->held[p][model->holder[p]] = model->issued[p] - model->buffer[p];
    snprintf(name, sizeof(name), "包%zu", p + 1);
    assert_int_equal(market_package(model->market, name, model->holder[p], MARKET_VILLAGE_1, NULL,
                                    tonnes_t, N_YEARS, buffer_t),
                     (int64_t)p + 1);
    model->n_packages++;
    model->n_done++;
    model->n_by_kind[0]++;
}

// Takes the lines of a reply into the model: held becomes locked.
static void propose(struct model *model, char kind, struct th_json *reply)
{
    struct open_trade *trade = &model->proposed[model->n_proposed++];
    const struct th_json *lines = th_json_get(reply, "lines");
    memset(trade, 0, sizeof(*trade));
    trade->id = th_json_get_int(reply, "trade_id", 0);
    trade->kind = kind;
    trade->buyer = th_json_get_int(reply, "buyer", 0);
    trade->amount_fen = th_json_get_int(reply, "amount_fen", -1);
    trade->n_lines = th_json_size(lines);
    int64_t sum_t = 0;
    for (size_t i = 0; i < trade->n_lines; i++) {
        const struct th_json *line = th_json_at(lines, i);
        size_t p = (size_t)th_json_get_int(line, "package_id", 0) - 1;
        int64_t seller = th_json_get_int(line, "seller", 0);
        int64_t tonnes_t = th_json_get_int(line, "tonnes", 0);
        assert_true(tonnes_t > 0);
        trade->lines[i].package = p;
        trade->lines[i].seller = seller;
        trade->lines[i].tonnes_t = tonnes_t;
        model->held[p][seller] -= tonnes_t;
        model->locked[p][seller] += tonnes_t;
        assert_true(model->held[p][seller] >= 0);
        sum_t += tonnes_t;
    }
    assert_int_equal(sum_t, th_json_get_int(reply, "tonnes", 0));
    th_json_free(reply);
    model->n_done++;
}

static void purchase(struct model *model)
{
    size_t first = chance(model, model->n_packages);
    size_t second = chance(model, model->n_packages);
    char packages[64];
    char tonnes[24];
    char price[24];
    int64_t available_t = model->held[first][model->holder[first]];
    snprintf(packages, sizeof(packages), "%zu", first + 1);
    if (second != first) {
        snprintf(packages, sizeof(packages), "%zu %zu", first + 1, second + 1);
        available_t += model->held[second][model->holder[second]];
    }
    int64_t wanted_t = 1 + (int64_t)chance(model, 600);
    int64_t price_fen = (int64_t)chance(model, 10000);
    snprintf(tonnes, sizeof(tonnes), "%lld", (long long)wanted_t);
    snprintf(price, sizeof(price), "%lld.%02lld", (long long)price_fen / 100,
             (long long)price_fen % 100);
    bool enough = wanted_t <= available_t;
    struct th_json *reply = market_buy(model->market, packages, price, NULL, NULL, tonnes,
                                       enough ? TH_OK : TH_CONFLICT);
    model->n_refused += !enough;
    if (!enough) {
        return;
    }
    assert_int_equal(th_json_get_int(reply, "amount_fen", -1), price_fen * wanted_t);
    model->n_by_kind[1]++;
    propose(model, 'p', reply);
}

static int64_t held_by(const struct model *model, int64_t party)
{
    int64_t sum_t = 0;
    for (size_t p = 0; p < model->n_packages; p++) {
        sum_t += model->held[p][party];
    }
    return sum_t;
}

static void resale(struct model *model)
{
    char tonnes[24];
    int64_t wanted_t = 1 + (int64_t)chance(model, 300);
    snprintf(tonnes, sizeof(tonnes), "%lld", (long long)wanted_t);
    bool enough = wanted_t <= held_by(model, MARKET_BANK);
    struct th_json *reply = market_sell(model->market, BUYERS[chance(model, 4)], tonnes, "73.41",
                                        NULL, enough ? TH_OK : TH_CONFLICT);
    model->n_refused += !enough;
    if (!enough) {
        return;
    }
    assert_int_equal(th_json_get_int(reply, "amount_fen", -1), 7341 * wanted_t);
    model->n_by_kind[2]++;
    propose(model, 'r', reply);
}

static void retire(struct model *model)
{
    char tonnes[24];
    char holder[24];
    int64_t party = 1 + (int64_t)chance(model, MARKET_N_PARTIES);
    int64_t wanted_t = 1 + (int64_t)chance(model, 80);
    if (party == MARKET_VERIFIER) {
        party = MARKET_PHARMA;
    }
    snprintf(tonnes, sizeof(tonnes), "%lld", (long long)wanted_t);
    snprintf(holder, sizeof(holder), "%lld", (long long)party);
    bool enough = wanted_t <= held_by(model, party);
    struct th_json *reply =
        market_retire(model->market, holder, tonnes, "制药厂", enough ? TH_OK : TH_CONFLICT);
    model->n_refused += !enough;
    if (!enough) {
        return;
    }
    model->n_by_kind[3]++;
    propose(model, 't', reply);
}

static void settle(struct model *model, const struct open_trade *trade, bool approved,
                   int64_t price_fen)
{
    for (size_t i = 0; i < trade->n_lines; i++) {
        size_t p = trade->lines[i].package;
        int64_t seller = trade->lines[i].seller;
        int64_t tonnes_t = trade->lines[i].tonnes_t;
        model->locked[p][seller] -= tonnes_t;
        if (!approved) {
            model->held[p][seller] += tonnes_t;
        } else if (trade->kind == 't') {
            model->retired[p][seller] += tonnes_t;
        } else {
            model->held[p][trade->buyer] += tonnes_t;
            model->claim_fen[trade->buyer] -= price_fen * tonnes_t;
            model->claim_fen[seller] += price_fen * tonnes_t;
        }
    }
}

// Decides about a random proposal; a paid sale is paid at once, in full.
static void decide(struct model *model)
{
    if (model->n_proposed == 0) {
        return;
    }
    size_t at = chance(model, model->n_proposed);
    struct open_trade trade = model->proposed[at];
    bool approved = chance(model, 4) != 0;
    int64_t price_fen = 0;
    struct th_json *reply = approved ? market_approve(model->market, trade.id, TH_OK)
                                     : market_reject(model->market, trade.id, TH_OK);
    if (trade.kind != 't') {
        price_fen = th_json_get_int(reply, "price_fen", 0);
    }
    th_json_free(reply);
    settle(model, &trade, approved, price_fen);
    model->proposed[at] = model->proposed[--model->n_proposed];
    model->n_by_kind[approved ? 4 : 5]++;
    model->n_done++;
    if (!approved || trade.kind != 'r' || trade.amount_fen == 0 || chance(model, 2) == 0) {
        return;
    }
    char amount[32];
    snprintf(amount, sizeof(amount), "%lld.%02lld", (long long)trade.amount_fen / 100,
             (long long)trade.amount_fen % 100);
    th_json_free(market_receipt(model->market, trade.id, amount, TH_OK));
    model->claim_fen[trade.buyer] += trade.amount_fen;
    model->cash_fen[trade.buyer] -= trade.amount_fen;
    model->claim_fen[MARKET_BANK] -= trade.amount_fen;
    model->cash_fen[MARKET_BANK] += trade.amount_fen;
    model->n_done++;
}

// Owners, states and money of the registry are those of the model.
static void compare(struct model *model)
{
    struct th_store *store = model->market->world.store;
    struct th_error *err = &model->market->err;
    int64_t money_fen = 0;
    for (size_t p = 0; p < model->n_packages; p++) {
        int64_t sum_t = model->buffer[p];
        for (int64_t party = 1; party <= MARKET_N_PARTIES; party++) {
            struct th_unit_totals totals;
            assert_ok(th_ledger_totals(store, party, (int64_t)p + 1, &totals, err), err);
            assert_int_equal(th_units_t(totals.by_state[TH_BLOCK_HELD]), model->held[p][party]);
            assert_int_equal(th_units_t(totals.by_state[TH_BLOCK_LOCKED]), model->locked[p][party]);
            assert_int_equal(th_units_t(totals.by_state[TH_BLOCK_RETIRED]),
                             model->retired[p][party]);
            assert_int_equal(th_units_t(totals.by_state[TH_BLOCK_BUFFER]),
                             party == model->holder[p] ? model->buffer[p] : 0);
            sum_t += model->held[p][party] + model->locked[p][party] + model->retired[p][party];
        }
        assert_int_equal(sum_t, model->issued[p]);
    }
    for (int64_t party = 1; party <= MARKET_N_PARTIES; party++) {
        struct th_money_totals totals;
        assert_ok(th_money_totals(store, party, &totals, err), err);
        assert_int_equal(th_money_fen(totals.claim), model->claim_fen[party]);
        assert_int_equal(th_money_fen(totals.cash), model->cash_fen[party]);
        money_fen += th_money_fen(totals.claim) + th_money_fen(totals.cash);
    }
    assert_int_equal(money_fen, 0);
    // Leaves of every issuance end to end, by a way of our own: without gap or overlap each serial
    // is covered once, so first and last serials and the sum of lengths settle it.
    assert_int_equal(
        th_test_sql_int(store, "SELECT count(*) FROM issuance i WHERE issued_t <> (SELECT sum(last "
                               "- first + 1) FROM unit_block b WHERE b.issuance_id = "
                               "i.issuance_id AND state <> 'split') OR issued_t <> (SELECT "
                               "max(last) FROM unit_block b WHERE b.issuance_id = i.issuance_id)"),
        0);
    assert_int_equal(
        th_test_sql_int(store,
                        "SELECT count(*) FROM (SELECT first, lag(last, 1, 0) OVER (PARTITION "
                        "BY issuance_id ORDER BY first) AS before FROM unit_block "
                        "WHERE state <> 'split') WHERE first <> before + 1"),
        0);
    market_assert_sound(store);
}

static void ledger__ten_thousand_random_operations_agree_with_the_model(void **state)
{
    (void)state;
    struct model *model = calloc(1, sizeof(*model));
    struct market *market = malloc(sizeof(*market));
    assert_true(model != NULL && market != NULL);
    const char *given = getenv("TANHUI_TEST_SEED");
    int64_t seed = (int64_t)time(NULL);
    if (given != NULL) {
        assert_true(th_text_parse_int(given, 0, INT64_MAX, &seed));
    }
    print_message("TANHUI_TEST_SEED=%lld\n", (long long)seed);
    market_make(market);
    // Durability is another test's matter.
    th_test_sql(market->world.store, "PRAGMA synchronous = OFF");
    model->market = market;
    model->seed = (uint64_t)seed;
    issue(model);
    for (int step = 0; model->n_done < N_STEPS; step++) {
        uint64_t kind = chance(model, 100);
        bool full = model->n_proposed == MAX_OPEN;
        if (kind < 4) {
            issue(model);
        } else if (kind < 20 && !full) {
            purchase(model);
        } else if (kind < 45 && !full) {
            resale(model);
        } else if (kind < 58 && !full) {
            retire(model);
        } else {
            decide(model);
        }
        if (step % FULL_CHECK_EVERY == 0) {
            compare(model);
        }
    }
    compare(model);
    market_assert_rebuilt(market->world.store);
    print_message(
        "%d operations: %d issues, %d purchases, %d resales, %d retirements, %d approved, "
        "%d rejected; %d refused; %lld blocks\n",
        model->n_done, model->n_by_kind[0], model->n_by_kind[1], model->n_by_kind[2],
        model->n_by_kind[3], model->n_by_kind[4], model->n_by_kind[5], model->n_refused,
        (long long)th_test_sql_int(market->world.store, "SELECT count(*) FROM unit_block"));
    for (size_t i = 0; i < 6; i++) {
        assert_true(model->n_by_kind[i] > 0);
    }
    market_remove(market);
    free(market);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ledger__ten_thousand_random_operations_agree_with_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

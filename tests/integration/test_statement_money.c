// What statements tell: of a village agreed, arrived, open until when, as the books have it; of an
// account the units and the money of one period.
#include <stdio.h>

#include "store/deal/money_store.h"
#include "tests/integration/ahead.h"
#include "trading/payment/payment.h"

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

static struct th_json *statement(struct market *market, const char *party)
{
    struct th_json *reply = NULL;
    assert_ok(th_revenue_statement(market->world.registry, NULL, party, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "parties")), 1);
    return reply;
}

// What arrived, whatever of it is earned, is the party's cash; what is open less what it owes is
// its claims.
static const struct th_json *as_booked(struct market *market, const struct th_json *reply)
{
    const struct th_json *party = th_json_at(th_json_get(reply, "parties"), 0);
    struct th_money_totals totals;
    assert_ok(th_money_totals(market->world.store, get(party, "party"), &totals, &market->err),
              &market->err);
    int64_t ahead_fen = get(party, "advance_fen") + get(party, "owed_back_fen");
    assert_int_equal(th_money_fen(totals.cash), get(party, "paid_fen") + ahead_fen);
    assert_int_equal(th_money_fen(totals.claim), get(party, "open_fen") - ahead_fen);
    assert_int_equal(get(party, "total_fen"), get(party, "paid_fen") + get(party, "open_fen"));
    assert_int_equal(get(party, "purchase_fen"),
                     get(party, "purchase_paid_fen") + get(party, "purchase_open_fen"));
    assert_int_equal(get(party, "revenue_fen"),
                     get(party, "revenue_paid_fen") + get(party, "revenue_open_fen"));
    return party;
}

// Both villages for 316,330.08: 216,330.08 in March 2022, the rest in June 2023.
static int64_t buy_in_two_parts(struct market *market)
{
    static const char *const PACKAGES[] = {"1", "2"};
    static const char *const PAY[] = {"2022-03-01=216330.08", "2023-06-30=100000"};
    const struct th_request bank = {.login = "bank"};
    const struct th_purchase_input input = {.packages = PACKAGES,
                                            .n_packages = 2,
                                            .to = "两山银行",
                                            .price = "43.44",
                                            .on = "2022-01-10",
                                            .pay = PAY,
                                            .n_pay = 2};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_purchase(market->world.registry, &bank, &input, &reply, &market->err),
        &market->err);
    return market_id(market_approve(market, market_id(reply), TH_OK));
}

static void statement__tells_the_first_part_of_a_purchase_from_the_second(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    int64_t id = buy_in_two_parts(market);
    struct th_json *reply = statement(market, "马家弄村");
    const struct th_json *purchase =
        th_json_at(th_json_get(as_booked(market, reply), "purchases"), 0);
    assert_int_equal(get(purchase, "received_fen"), 0);
    assert_string_equal(th_json_get_text(purchase, "next_on", ""), "2022-03-01");
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_receipt_confirm(market->world.registry, &bank, id, "216330.08", "2022-03-02",
                                 &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = statement(market, "马家弄村");
    const struct th_json *party = as_booked(market, reply);
    purchase = th_json_at(th_json_get(party, "purchases"), 0);
    // 216,330.08 × 108,990.96 / 316,330.08 = 74,536.1398….
    assert_int_equal(get(purchase, "amount_fen"), 10899096);
    assert_int_equal(get(purchase, "received_fen"), 7453614);
    assert_int_equal(get(purchase, "open_fen"), 3445482);
    assert_string_equal(th_json_get_text(purchase, "next_on", ""), "2023-06-30");
    assert_string_equal(th_json_get_text(purchase, "buyer_name", ""), "两山银行");
    assert_int_equal(get(purchase, "tonnes"), 2509);
    const struct th_json *receipt = th_json_at(th_json_get(purchase, "receipts"), 0);
    assert_string_equal(th_json_get_text(receipt, "on", ""), "2022-03-02");
    assert_int_equal(get(receipt, "amount_fen"), 7453614);
    assert_int_equal(get(party, "paid_fen"), 7453614);
    assert_int_equal(get(party, "open_fen"), 3445482);
    th_json_free(reply);
    th_json_free(market_receipt(market, id, "100000", TH_OK));
    reply = statement(market, "马家弄村");
    purchase = th_json_at(th_json_get(as_booked(market, reply), "purchases"), 0);
    assert_int_equal(get(purchase, "open_fen"), 0);
    assert_int_equal(th_json_size(th_json_get(purchase, "receipts")), 2);
    assert_int_equal(th_json_type(th_json_get(purchase, "next_on")), TH_JSON_NULL);
    th_json_free(reply);
}

static void pay(struct market *market,
                enum th_status (*use_case)(struct th_registry *registry,
                                           const struct th_request *request,
                                           const struct th_payment_input *input,
                                           struct th_json **ret_reply, struct th_error *err),
                const char *on)
{
    const struct th_request bank = {.login = "bank"};
    const struct th_payment_input input = {.run_id = 1, .party = "马家弄村", .on = on};
    struct th_json *reply = NULL;
    assert_ok(use_case(market->world.registry, &bank, &input, &reply, &market->err), &market->err);
    th_json_free(reply);
}

static void state_is(struct market *market, const char *want, const char *since, int64_t paid_fen)
{
    struct th_json *reply = statement(market, "马家弄村");
    const struct th_json *party = as_booked(market, reply);
    const struct th_json *payment = th_json_at(th_json_get(party, "payments"), 0);
    assert_string_equal(th_json_get_text(payment, "state", ""), want);
    assert_string_equal(th_json_get_text(payment, "state_on", ""), since);
    assert_string_equal(th_json_get_text(payment, "recipient", ""), "village");
    assert_string_equal(th_json_get_text(payment, "part", ""), "1");
    assert_int_equal(get(party, "revenue_fen"), 1445655);
    assert_int_equal(get(party, "revenue_paid_fen"), paid_fen);
    th_json_free(reply);
}

static void sent_again_is(struct market *market, const char *returned, const char *resent)
{
    struct th_json *reply = statement(market, "马家弄村");
    const struct th_json *payment =
        th_json_at(th_json_get(as_booked(market, reply), "payments"), 0);
    assert_string_equal(th_json_get_text(payment, "returned_on", ""), returned);
    assert_string_equal(th_json_get_text(payment, "resent_on", ""), resent);
    th_json_free(reply);
}

static void statement__tells_revenue_that_is_owed_paid_or_came_back(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(market_distribute(market, NULL, false, TH_OK));
    state_is(market, "owed", "2022-12-31", 0);
    pay(market, th_payment_confirm, "2023-01-05");
    state_is(market, "paid", "2023-01-05", 1445655);
    pay(market, th_payment_return, "2023-01-09");
    state_is(market, "returned", "2023-01-09", 0);
    pay(market, th_payment_resend, "2023-01-10");
    state_is(market, "owed", "2022-12-31", 0); // since it was approved
    sent_again_is(market, "2023-01-09", "2023-01-10");
    pay(market, th_payment_confirm, "2023-01-12");
    state_is(market, "paid", "2023-01-12", 1445655);
    sent_again_is(market, "", "");
}

// 600 t at 30.00, of which 6,000.00 were paid before any of them was there; 500 t came.
static void statement__keeps_money_ahead_of_units_apart_until_they_are_delivered(void **state)
{
    static const int64_t ISSUED[] = {500};
    struct market *market = *state;
    const struct th_promise_input input = {.package = "一村万树",
                                           .from = "马家弄村",
                                           .to = "两山银行",
                                           .tonnes = "600",
                                           .price = "30",
                                           .deliver_by = "2023-06-30",
                                           .on = AHEAD_ON};
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    int64_t forward = ahead_done(market, ahead_forward(market, &input, TH_OK));
    th_json_free(market_receipt(market, forward, "6000", TH_OK));
    struct th_json *reply = statement(market, "马家弄村");
    const struct th_json *party = as_booked(market, reply);
    assert_int_equal(get(party, "total_fen"), 0);
    assert_int_equal(get(party, "advance_fen"), 600000);
    assert_int_equal(get(th_json_at(th_json_get(party, "advances"), 0), "trade_id"), forward);
    th_json_free(reply);
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    ahead_done(market, ahead_deliver(market, forward, "300", false, TH_OK));
    reply = statement(market, "马家弄村");
    party = as_booked(market, reply);
    assert_int_equal(get(party, "purchase_fen"), 900000);
    assert_int_equal(get(party, "purchase_paid_fen"), 600000);
    assert_int_equal(get(party, "advance_fen"), 0);
    th_json_free(reply);
}

static void receive(struct market *market, int64_t id, const char *amount, const char *on)
{
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_ok(
        th_receipt_confirm(market->world.registry, &bank, id, amount, on, &reply, &market->err),
        &market->err);
    th_json_free(reply);
}

// The money of one sale by the days on which it came, as "2022-02-10=400000 …".
static void came_is(const struct th_json *party, size_t purchase, const char *want)
{
    char text[256] = "";
    size_t used = 0;
    const struct th_json *of = th_json_at(th_json_get(party, "purchases"), purchase);
    const struct th_json *receipts = th_json_get(of, "receipts");
    for (size_t i = 0; i < th_json_size(receipts); i++) {
        const struct th_json *item = th_json_at(receipts, i);
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, "%s%s=%lld", i > 0 ? " " : "",
                             th_json_get_text(item, "on", ""), (long long)get(item, "amount_fen"));
    }
    assert_string_equal(text, want);
}

// 600 t at 30.00, paid ahead by 4,000.00 and 14,000.00; 200 t and 300 t came, 100 t never.
static int64_t deliver_what_was_paid_ahead(struct market *market)
{
    static const int64_t ISSUED[] = {500};
    const struct th_promise_input input = {.package = "一村万树",
                                           .from = "马家弄村",
                                           .to = "两山银行",
                                           .tonnes = "600",
                                           .price = "30",
                                           .deliver_by = "2023-06-30",
                                           .if_short = "refund",
                                           .on = AHEAD_ON};
    int64_t package_id = market_planned(market, "一村万树", MARKET_MAJIANONG);
    assert_int_equal(ahead_register(market, package_id, "800", TH_OK), 1);
    int64_t forward = ahead_done(market, ahead_forward(market, &input, TH_OK));
    receive(market, forward, "4000", "2022-02-10");
    receive(market, forward, "14000", "2022-03-10");
    market_issue(market, package_id, MARKET_VILLAGE_1, ISSUED, 1, 0);
    int64_t first = ahead_done(market, ahead_deliver(market, forward, "200", false, TH_OK));
    ahead_done(market, ahead_deliver(market, forward, "300", false, TH_OK));
    struct th_json *shown = NULL;
    assert_ok(th_trade_show(market->world.registry, first, &shown, &market->err), &market->err);
    const struct th_json *receipt = th_json_at(th_json_get(shown, "receipts"), 0);
    assert_int_equal(get(receipt, "amount_fen"), 600000);
    assert_int_equal(get(receipt, "of_trade_id"), forward);
    th_json_free(shown);
    return forward;
}

static void statement__tells_money_paid_ahead_by_the_days_on_which_it_came(void **state)
{
    struct market *market = *state;
    int64_t forward = deliver_what_was_paid_ahead(market);
    struct th_json *reply = statement(market, "马家弄村");
    const struct th_json *party = as_booked(market, reply);
    came_is(party, 0, "2022-02-10=400000 2022-03-10=200000");
    came_is(party, 1, "2022-03-10=900000");
    assert_int_equal(get(party, "advance_fen"), 300000);
    assert_int_equal(get(party, "owed_back_fen"), 0);
    th_json_free(reply);
    int64_t refund = ahead_done(market, ahead_deliver(market, forward, NULL, true, TH_OK));
    receive(market, refund, "1000", NULL);
    reply = statement(market, "马家弄村");
    party = as_booked(market, reply);
    const struct th_json *owed = th_json_at(th_json_get(party, "owed_back"), 0);
    assert_string_equal(th_json_get_text(owed, "kind", ""), "refund");
    assert_string_equal(th_json_get_text(owed, "creditor_name", ""), "两山银行");
    assert_int_equal(get(owed, "trade_id"), refund);
    assert_int_equal(get(owed, "of_trade_id"), forward);
    assert_int_equal(get(owed, "amount_fen"), 300000);
    assert_int_equal(get(owed, "returned_fen"), 100000);
    assert_int_equal(get(party, "owed_back_fen"), 200000);
    assert_int_equal(get(party, "advance_fen"), 0);
    th_json_free(reply);
    receive(market, refund, "2000", NULL);
    reply = statement(market, "马家弄村");
    assert_int_equal(get(as_booked(market, reply), "owed_back_fen"), 0);
    th_json_free(reply);
}

static void statement__tells_what_is_owed_back_of_a_purchase_taken_back(void **state)
{
    struct market *market = *state;
    char of[24];
    const struct th_request bank = {.login = "bank"};
    const struct th_correction_input input = {.of = of, .reason = "价格录错"};
    int64_t id = buy_in_two_parts(market);
    struct th_json *reply = NULL;
    receive(market, id, "216330.08", "2022-03-02");
    snprintf(of, sizeof(of), "%lld", (long long)id);
    assert_ok(
        th_trade_propose_correction(market->world.registry, &bank, &input, &reply, &market->err),
        &market->err);
    ahead_done(market, reply);
    reply = statement(market, "马家弄村");
    const struct th_json *party = as_booked(market, reply);
    const struct th_json *owed = th_json_at(th_json_get(party, "owed_back"), 0);
    assert_string_equal(th_json_get_text(owed, "kind", ""), "correction");
    assert_int_equal(get(owed, "of_trade_id"), id);
    assert_int_equal(get(owed, "open_fen"), 7453614);
    assert_int_equal(get(party, "total_fen"), 0);
    th_json_free(reply);
}

// Deals of 2022-01-10 and 2022-05-20 that the registry booked in 2024.
static void statement__of_a_period_has_the_units_of_its_deals(void **state)
{
    struct market *market = *state;
    static const struct {
        const char *party;
        const char *from;
        const char *to;
        int64_t opening_t;
        int64_t held_t;
    } CASES[] = {{"两山银行", NULL, "2022-01-09", 0, 0},
                 {"两山银行", NULL, "2022-01-10", 0, 7282},
                 {"两山银行", "2022-01-11", "2022-05-19", 7282, 7282},
                 {"两山银行", "2022-05-20", "2022-12-31", 7282, 5282},
                 {"制药厂", "2022-01-01", "2022-12-31", 0, 1900},
                 {"马家弄村", NULL, "2022-12-31", 0, 0},
                 {"马家弄村", "2022-01-11", NULL, 0, 0}};
    market_bought(market, "1 2", "43.44");
    market_sold(market, "制药厂", "2000", "73.41");
    int64_t id = market_id(market_retire(market, "制药厂", "100", "制药厂", TH_OK)); // 2022-06-01
    th_json_free(market_approve(market, id, TH_OK));
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *reply = NULL;
        assert_ok(th_account_statement(market->world.registry, CASES[i].party, CASES[i].from,
                                       CASES[i].to, &reply, &market->err),
                  &market->err);
        assert_int_equal(get(th_json_get(reply, "opening"), "held_t"), CASES[i].opening_t);
        assert_int_equal(get(th_json_get(reply, "closing"), "held_t"), CASES[i].held_t);
        const struct th_json *entries = th_json_get(reply, "entries");
        for (size_t k = 0; k < th_json_size(entries); k++) { // at no time less than nothing
            assert_true(get(th_json_at(entries, k), "held_t") >= 0);
        }
        th_json_free(reply);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(statement__of_a_period_has_the_units_of_its_deals),
        TEST(statement__tells_the_first_part_of_a_purchase_from_the_second),
        TEST(statement__tells_revenue_that_is_owed_paid_or_came_back),
        TEST(statement__tells_money_paid_ahead_by_the_days_on_which_it_came),
        TEST(statement__tells_what_is_owed_back_of_a_purchase_taken_back),
        TEST(statement__keeps_money_ahead_of_units_apart_until_they_are_delivered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// A payment of a loan that was recorded with a wrong figure: another person takes it back, and
// nothing of it is left but the trace.
#include <stdio.h>
#include <stdlib.h>

#include "store/deal/money_store.h"
#include "tests/integration/market.h"
#include "trading/inbox/inbox.h"
#include "trading/pledge/pledge.h"
#include "trading/revenue/receipt.h"

static const char BANK[] = "两山银行";
static const char REASON[] = "金额记错";

// Two logins of the lender, one of a party that has no part in the loan.
static int setup(void **state)
{
    (void)market_setup_anji(state);
    market_login(*state, "own-1", BANK);
    market_login(*state, "own-2", BANK);
    market_login(*state, "paper", "造纸厂");
    return 0;
}

static int64_t pledged(struct market *market)
{
    const struct th_request bank = {.login = "bank"};
    const struct th_pledge_input input = {.holder = "马家弄村",
                                          .to = BANK,
                                          .tonnes = "1000",
                                          .principal = "100000",
                                          .rate = "4.35",
                                          .from = "2022-06-01",
                                          .until = "2023-05-31",
                                          .valuation = "120000",
                                          .number = "质押2022-1号",
                                          .on = "2022-06-01"};
    struct th_json *reply = NULL;
    assert_ok(th_trade_propose_pledge(market->world.registry, &bank, &input, &reply, &market->err),
              &market->err);
    return market_id(market_approve(market, market_id(reply), TH_OK));
}

// The payment's number; -1 where it is refused.
static int64_t pay(struct market *market, const struct th_loan_input *input, enum th_status want)
{
    const struct th_request request = {.login = "own-1"};
    struct th_json *reply = NULL;
    assert_status(th_loan_pay(market->world.registry, &request, input, &reply, &market->err), want,
                  &market->err);
    int64_t payment_id = reply ? th_json_get_int(reply, "payment_id", -1) : -1;
    th_json_free(reply);
    return payment_id;
}

static int64_t paid(struct market *market, int64_t pledge_id, const char *kind, const char *amount,
                    const char *on)
{
    const struct th_loan_input input = {
        .pledge_id = pledge_id, .kind = kind, .amount = amount, .on = on};
    return pay(market, &input, TH_OK);
}

static struct th_json *correct_on(struct market *market, const char *login, int64_t payment_id,
                                  const char *reason, const char *on, enum th_status want)
{
    const struct th_request request = {.login = login};
    const struct th_loan_correct_input input = {
        .payment_id = payment_id, .reason = reason, .on = on};
    struct th_json *reply = NULL;
    assert_status(th_loan_correct(market->world.registry, &request, &input, &reply, &market->err),
                  want, &market->err);
    return reply;
}

static struct th_json *correct(struct market *market, const char *login, int64_t payment_id,
                               enum th_status want)
{
    return correct_on(market, login, payment_id, REASON, "2023-06-30", want);
}

static void assert_refused(struct market *market, const char *login, int64_t payment_id,
                           enum th_status want, const char *key)
{
    assert_null(correct(market, login, payment_id, want));
    market_refused(market, key);
}

static int64_t of_pledge(struct market *market, int64_t pledge_id, const char *key)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, pledge_id, &reply, &market->err), &market->err);
    int64_t value = th_json_get_int(th_json_get(reply, "pledge"), key, -1);
    th_json_free(reply);
    return value;
}

// NULL: of nothing.
static void assert_warns(struct market *market, int64_t pledge_id, const char *warning)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, pledge_id, &reply, &market->err), &market->err);
    const struct th_json *warnings = th_json_get(th_json_get(reply, "pledge"), "warnings");
    assert_int_equal(th_json_size(warnings), warning ? 1 : 0);
    if (warning) {
        assert_string_equal(th_json_text(th_json_at(warnings, 0)), warning);
    }
    th_json_free(reply);
}

// The term ended on 2023-05-31; today is 2024-03-10.
static void loan__is_past_its_term_while_something_is_owed(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market);
    assert_warns(market, pledge_id, "never_paid_out");
    (void)paid(market, pledge_id, "payout", "5000", "2022-06-02");
    assert_warns(market, pledge_id, "term_over");
    (void)paid(market, pledge_id, "repayment", "4999.99", "2023-06-01");
    assert_warns(market, pledge_id, "term_over");
    (void)paid(market, pledge_id, "repayment", "0.01", "2023-06-02");
    assert_warns(market, pledge_id, NULL);
}

static void assert_money(struct market *market, int64_t party_id, int64_t cash_fen,
                         int64_t claim_fen)
{
    struct th_money_totals totals;
    assert_ok(th_money_totals(market->world.store, party_id, &totals, &market->err), &market->err);
    assert_int_equal(th_money_fen(totals.cash), cash_fen);
    assert_int_equal(th_money_fen(totals.claim), claim_fen);
}

static size_t n_waiting(struct market *market, const char *login, const char *what)
{
    struct th_json *reply = NULL;
    size_t n = 0;
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        n += strcmp(th_json_get_text(th_json_at(items, i), "what", ""), what) == 0 ? 1 : 0;
    }
    th_json_free(reply);
    return n;
}

// 80,000.00 went out, of which 80,000.00 instead of 8,000.00 were recorded as repaid: 72,000.00 are
// out.
static void correct__opens_a_loan_that_a_slip_of_the_pen_had_repaid(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market);
    (void)paid(market, pledge_id, "payout", "80000", "2022-06-02");
    int64_t wrong = paid(market, pledge_id, "repayment", "80000", "2023-06-20");
    assert_int_equal(n_waiting(market, "own-1", "pledge.release"), 1);
    assert_int_equal(n_waiting(market, "own-1", "pledge.overdue"), 0);
    assert_money(market, MARKET_BANK, 0, 0);

    struct th_json *reply = correct(market, "own-2", wrong, TH_OK);
    assert_int_equal(th_json_get_int(reply, "payment_id", -1), wrong);
    assert_int_equal(th_json_get_int(reply, "trade_id", -1), pledge_id);
    const struct th_json *payments = th_json_get(th_json_get(reply, "pledge"), "payments");
    assert_int_equal(th_json_size(payments), 2);
    const struct th_json *shown = th_json_at(payments, 1);
    assert_string_equal(th_json_get_text(shown, "withdrawn_by", ""), "own-2");
    assert_string_equal(th_json_get_text(shown, "withdrawn_on", ""), "2023-06-30");
    assert_string_equal(th_json_get_text(shown, "reason", ""), REASON);
    assert_string_equal(th_json_get_text(th_json_at(payments, 0), "withdrawn_by", "-"), "-");
    th_json_free(reply);

    assert_int_equal(of_pledge(market, pledge_id, "repayment_fen"), 0);
    assert_int_equal(of_pledge(market, pledge_id, "loan_fen"), 8000000);
    assert_money(market, MARKET_BANK, -8000000, 8000000);
    assert_money(market, MARKET_MAJIANONG, 8000000, -8000000);
    assert_int_equal(n_waiting(market, "own-1", "pledge.release"), 0);
    assert_int_equal(n_waiting(market, "own-1", "pledge.overdue"), 1);

    (void)paid(market, pledge_id, "repayment", "8000", "2023-06-20");
    assert_int_equal(of_pledge(market, pledge_id, "loan_fen"), 7200000);
    assert_money(market, MARKET_BANK, -7200000, 7200000);
    assert_refused(market, "own-2", wrong, TH_CONFLICT, "loan_payment_withdrawn");
}

// The lender's second login, the county's, an officer: not the one that recorded it, nor who has no
// part in it.
static void correct__takes_another_person_who_may_say_it(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market);
    int64_t payout = paid(market, pledge_id, "payout", "80000", "2022-06-02");
    int64_t first = paid(market, pledge_id, "repayment", "100", "2022-06-20");
    int64_t second = paid(market, pledge_id, "repayment", "200", "2022-06-20");
    assert_refused(market, "own-1", first, TH_NOT_PERMITTED, "loan_correct_second_person");
    assert_string_equal(th_error_arg_get(&market->err, "login"), "own-1");
    assert_refused(market, "paper", first, TH_NOT_PERMITTED, "trade_not_yours");
    assert_null(correct(market, "clerk", first, TH_NOT_PERMITTED));
    assert_refused(market, "own-2", 99, TH_NOT_FOUND, "loan_payment_not_found");
    assert_int_equal(of_pledge(market, pledge_id, "repayment_fen"), 30000);
    th_json_free(correct(market, "officer", first, TH_OK));
    th_json_free(correct(market, "bank", second, TH_OK));
    th_json_free(correct(market, "own-2", payout, TH_OK)); // of a village without logins
    assert_int_equal(of_pledge(market, pledge_id, "loan_fen"), 0);
    assert_money(market, MARKET_BANK, 0, 0);
    assert_money(market, MARKET_MAJIANONG, 0, 0);
}

static void correct__says_why_and_not_before_what_it_takes_back(void **state)
{
    struct market *market = *state;
    int64_t payout = paid(market, pledged(market), "payout", "80000", "2022-06-02");
    assert_null(correct_on(market, "own-2", payout, "", "2022-06-02", TH_USAGE));
    market_refused(market, "correction_reason");
    assert_null(correct_on(market, "own-2", payout, REASON, "2022-06-01", TH_INVALID));
    market_refused(market, "loan_correct_before");
    assert_null(correct_on(market, "own-2", payout, REASON, "2099-01-01", TH_INVALID));
    market_refused(market, "date_in_future");
    th_json_free(correct_on(market, "own-2", payout, REASON, "2022-06-02", TH_OK));
}

// 50,000.00 recorded twice. What came back, and the interest of 100 days on 50,000.00 (604.17 at
// 4.35 per cent, with half of it again 906.25), needs one of the two; 906.26 would need both.
static void correct__leaves_a_payout_on_which_others_rest(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market);
    int64_t once = paid(market, pledge_id, "payout", "50000", "2022-06-10");
    int64_t twice = paid(market, pledge_id, "payout", "50000", "2022-06-10");
    int64_t much = paid(market, pledge_id, "interest", "906.26", "2022-09-18");
    assert_refused(market, "own-2", twice, TH_CONFLICT, "loan_payment_rests");
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT count(*) FROM loan_withdrawal"),
                     0);
    th_json_free(correct(market, "own-2", much, TH_OK));
    (void)paid(market, pledge_id, "interest", "906.25", "2022-09-18");
    th_json_free(correct(market, "own-2", twice, TH_OK));
    assert_refused(market, "own-2", once, TH_CONFLICT, "loan_payment_rests");
    assert_int_equal(of_pledge(market, pledge_id, "loan_fen"), 5000000);
    assert_int_equal(of_pledge(market, pledge_id, "interest_fen"), 90625);
    assert_money(market, MARKET_BANK, -5000000 + 90625, 5000000);
    int64_t third = paid(market, pledge_id, "payout", "20000", "2022-10-01");
    int64_t back = paid(market, pledge_id, "repayment", "50000.01", "2022-10-02");
    assert_refused(market, "own-2", third, TH_CONFLICT, "loan_payment_rests");
    assert_int_equal(back, 6);
    assert_string_equal(th_error_arg_get(&market->err, "other"), "6");
    th_json_free(correct(market, "own-2", back, TH_OK));
    th_json_free(correct(market, "own-2", third, TH_OK));
}

// 50,000.00 out from 10 June, 30,000.00 more from 1 December; 40,000.00 came back on 18 September.
// What is recorded late for 1 August leaves room for these: 10,000.00, not a fen more. By 2 January
// 50,000.00 × 100 days + 10,000.00 × 106 + 30,000.00 × 32 give interest of 1,272.38, with half of
// it again. 10,000.00 less give 993.25 since 1 August, 1,103.82 since 1 October, 1,105.63 since the
// 2nd: 1,105.00 was paid.
static void repay__of_a_day_gone_by_leaves_room_for_later_ones(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market);
    struct th_loan_input late = {
        .pledge_id = pledge_id, .kind = "repayment", .amount = "10000.01", .on = "2022-08-01"};
    (void)paid(market, pledge_id, "payout", "50000", "2022-06-10");
    int64_t back = paid(market, pledge_id, "repayment", "40000", "2022-09-18");
    (void)paid(market, pledge_id, "payout", "30000", "2022-12-01");
    assert_int_equal(pay(market, &late, TH_CONFLICT), -1);
    market_refused(market, "loan_payment_later");
    assert_int_equal(strtoll(th_error_arg_get(&market->err, "other"), NULL, 10), back);
    int64_t interest = paid(market, pledge_id, "interest", "1105", "2023-01-02");
    late.amount = "10000";
    assert_int_equal(pay(market, &late, TH_CONFLICT), -1);
    market_refused(market, "loan_payment_later");
    assert_int_equal(strtoll(th_error_arg_get(&market->err, "other"), NULL, 10), interest);
    assert_int_equal(of_pledge(market, pledge_id, "repayment_fen"), 4000000);
    late.on = "2022-10-01";
    assert_int_equal(pay(market, &late, TH_CONFLICT), -1);
    late.on = "2022-10-02";
    assert_true(pay(market, &late, TH_OK) > 0);
    assert_int_equal(of_pledge(market, pledge_id, "loan_fen"), 3000000);
}

// Interest that was taken back may be paid again, up to the bound and not beyond: 90,000.00 for 100
// days give 1,631.25 with what is added for being late.
static void correct__gives_back_the_room_that_interest_took(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market);
    (void)paid(market, pledge_id, "payout", "90000", "2022-06-10");
    int64_t wrong = paid(market, pledge_id, "interest", "1631.25", "2022-09-18");
    th_json_free(correct(market, "officer", wrong, TH_OK));
    assert_int_equal(of_pledge(market, pledge_id, "interest_fen"), 0);
    assert_money(market, MARKET_BANK, -9000000, 9000000);
    struct th_loan_input input = {
        .pledge_id = pledge_id, .kind = "interest", .amount = "1631.26", .on = "2022-09-18"};
    assert_int_equal(pay(market, &input, TH_CONFLICT), -1);
    market_refused(market, "interest_too_large");
    input.amount = "1631.25";
    assert_true(pay(market, &input, TH_OK) > wrong);
    assert_money(market, MARKET_BANK, -9000000 + 163125, 9000000);
}

// 100 t at 60.00 of what secures 80,000.00: so much is owed to the lender, the rest is the
// village's.
static int64_t enforced(struct market *market, int64_t pledge_id, const char *owed)
{
    const struct th_request pledgee = {.login = "own-1"};
    struct th_json *reply = NULL;
    char pledge[24];
    (void)paid(market, pledge_id, "payout", "80000", "2022-06-02");
    (void)snprintf(pledge, sizeof(pledge), "%lld", (long long)pledge_id);
    const struct th_enforcement_input input = {.pledge = pledge,
                                               .to = "制药厂",
                                               .tonnes = "100",
                                               .price = "60.00",
                                               .owed = owed,
                                               .number = "裁定2023-5号",
                                               .on = "2023-06-10"};
    assert_ok(th_trade_propose_enforcement(market->world.registry, &pledgee, &input, &reply,
                                           &market->err),
              &market->err);
    return market_id(market_approve(market, market_id(reply), TH_OK));
}

static int64_t credited(struct market *market, int64_t pledge_id, int64_t sale_id,
                        const char *amount)
{
    char sale[24];
    (void)snprintf(sale, sizeof(sale), "%lld", (long long)sale_id);
    const struct th_loan_input credit = {.pledge_id = pledge_id,
                                         .kind = "repayment",
                                         .amount = amount,
                                         .enforcement = sale,
                                         .on = "2023-06-20"};
    return pay(market, &credit, TH_OK);
}

static void correct__leaves_what_a_sale_of_pledged_units_paid(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market);
    int64_t sale_id = enforced(market, pledge_id, "6000");
    th_json_free(market_receipt(market, sale_id, "6000", TH_OK));
    int64_t payment_id = credited(market, pledge_id, sale_id, "6000");
    assert_refused(market, "own-2", payment_id, TH_CONFLICT, "loan_payment_credited");
    assert_int_equal(of_pledge(market, pledge_id, "loan_fen"), 7400000);
}

static enum th_status take_back(struct market *market, int64_t sale_id, int64_t receipt_id)
{
    const struct th_request officer = {.login = "officer"};
    const struct th_receipt_correct_input input = {
        .trade_id = sale_id, .receipt_id = receipt_id, .reason = REASON, .on = "2023-06-30"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_receipt_correct(market->world.registry, &officer, &input, &reply, &market->err);
    th_json_free(reply);
    return status;
}

// 4,000.00 came for the lender, and 2,000.00 for the village.
static void receipt__of_a_sale_stays_as_far_as_it_paid_the_loan(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market);
    int64_t sale_id = enforced(market, pledge_id, "4000");
    struct th_json *reply = market_receipt(market, sale_id, "4000", TH_OK);
    int64_t first = th_json_get_int(reply, "receipt_id", 0);
    th_json_free(reply);
    reply = market_receipt(market, sale_id, "2000", TH_OK);
    int64_t second = th_json_get_int(reply, "receipt_id", 0);
    th_json_free(reply);
    (void)credited(market, pledge_id, sale_id, "0.01");
    assert_status(take_back(market, sale_id, first), TH_CONFLICT, &market->err);
    market_refused(market, "receipt_credited");
    assert_status(take_back(market, sale_id, second), TH_OK, &market->err);
    assert_money(market, MARKET_MAJIANONG, 8000000, 200000 - 8000000 + 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(loan__is_past_its_term_while_something_is_owed),
        TEST(correct__opens_a_loan_that_a_slip_of_the_pen_had_repaid),
        TEST(correct__takes_another_person_who_may_say_it),
        TEST(correct__says_why_and_not_before_what_it_takes_back),
        TEST(correct__leaves_a_payout_on_which_others_rest),
        TEST(repay__of_a_day_gone_by_leaves_room_for_later_ones),
        TEST(correct__gives_back_the_room_that_interest_took),
        TEST(correct__leaves_what_a_sale_of_pledged_units_paid),
        TEST(receipt__of_a_sale_stays_as_far_as_it_paid_the_loan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

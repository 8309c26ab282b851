// Whose word moves money: that it arrived is said by the side it arrived at, costs are listed by
// the bank that sold, and a run is not approved by who listed what it takes off.
#include <stdio.h>

#include "registry/rule.h"
#include "registry/setup.h"
#include "tests/integration/market.h"
#include "trading/inbox/inbox.h"
#include "trading/pledge/pledge.h"

static const char OWN[] = "两山银行";
static const char OTHER[] = "农商银行";

// Two banks with two logins each; Anji's pool is bought by the first.
static int setup(void **state)
{
    static const struct th_party_add_options bank = {.kind = "bank", .name = OTHER};
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    (void)market_setup_anji(state);
    struct market *market = *state;
    assert_ok(th_party_add(market->world.registry, &officer, &bank, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    market_login(market, "own-1", OWN);
    market->banker = "own-1";
    market_login(market, "own-2", OWN);
    market_login(market, "other-1", OTHER);
    market_login(market, "other-2", OTHER);
    return 0;
}

static void receipt(struct market *market, const char *login, int64_t trade_id, const char *amount,
                    enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(th_receipt_confirm(market->world.registry, &request, trade_id, amount,
                                     "2022-06-30", &reply, &market->err),
                  want, &market->err);
    th_json_free(reply);
}

static void receipt__is_confirmed_by_the_bank_that_is_paid_not_by_the_one_that_pays(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, OTHER, "1000", "80.00");
    receipt(market, "other-1", sale, "80000", TH_NOT_PERMITTED);
    market_refused(market, "receiver_confirms");
    assert_string_equal(th_error_arg_get(&market->err, "party"), OWN);
    receipt(market, "own-1", sale, "50000", TH_OK);
    receipt(market, "bank", sale, "30000", TH_OK); // the county's login
}

static void receipt__of_a_village_without_logins_is_told_by_its_buyer(void **state)
{
    struct market *market = *state;
    int64_t purchase = market_bought(market, "1 2", "43.44");
    receipt(market, "other-1", purchase, "1000", TH_NOT_PERMITTED);
    market_refused(market, "trade_not_yours");
    receipt(market, "own-1", purchase, "1000", TH_OK);
}

static void receipt__may_be_told_by_an_officer_of_the_county(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, OTHER, "1000", "80.00");
    receipt(market, "officer", sale, "80000", TH_OK);
}

static size_t n_waiting(struct market *market, const char *login, const char *subject,
                        int64_t *ret_amount_fen)
{
    struct th_json *reply = NULL;
    size_t n = 0;
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        const struct th_json *item = th_json_at(items, i);
        if (strcmp(th_json_get_text(item, "what", ""), "receipt.confirm") == 0 &&
            strcmp(th_json_get_text(item, "subject", ""), subject) == 0) {
            *ret_amount_fen = th_json_get_int(item, "amount_fen", 0);
            n++;
        }
    }
    th_json_free(reply);
    return n;
}

static void inbox__asks_who_is_paid_not_who_pays(void **state)
{
    struct market *market = *state;
    char subject[32];
    int64_t fen = 0;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, OTHER, "1000", "80.00");
    (void)snprintf(subject, sizeof(subject), "trade:%lld", (long long)sale);
    assert_int_equal(n_waiting(market, "other-1", subject, &fen), 0);
    assert_int_equal(n_waiting(market, "own-1", subject, &fen), 1);
    assert_int_equal(fen, 8000000);
    // Of a village that has no login the bank says it.
    assert_int_equal(n_waiting(market, "own-1", "trade:1", &fen), 1);
}

// Until the buyer has one, who would see it; nor has the county one of a bank's role.
static void inbox__asks_the_officer_where_no_side_has_a_login(void **state)
{
    struct market *market = *state;
    int64_t fen = 0;
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    market_bought(market, "1", "10.00"); // 2,509 t
    assert_int_equal(n_waiting(market, "officer", "trade:1", &fen), 0);
    assert_ok(
        th_user_end(market->world.registry, &admin, "bank", "转由县里办理", &reply, &market->err),
        &market->err);
    th_json_free(reply);
    assert_int_equal(n_waiting(market, "officer", "trade:1", &fen), 1);
    assert_int_equal(fen, 2509000);
    market_login(market, "own-1", OWN);
    assert_int_equal(n_waiting(market, "officer", "trade:1", &fen), 0);
    assert_int_equal(n_waiting(market, "own-1", "trade:1", &fen), 1);
}

static int64_t pledged(struct market *market, const char *to, const char *after)
{
    const struct th_request bank = {.login = "bank"};
    const struct th_pledge_input input = {.holder = "马家弄村",
                                          .to = to,
                                          .tonnes = "1000",
                                          .after = after,
                                          .principal = "3000",
                                          .rate = "0",
                                          .from = "2022-01-10",
                                          .until = "2022-05-31",
                                          .valuation = "50000",
                                          .number = "质押2022-2号",
                                          .on = "2022-01-10"};
    struct th_json *reply = NULL;
    assert_ok(th_trade_propose_pledge(market->world.registry, &bank, &input, &reply, &market->err),
              &market->err);
    return market_id(market_approve(market, market_id(reply), TH_OK));
}

// 100 t at 60.00, of which the first bank is owed 3,000.00 and the second one 2,000.00.
static void receipt__of_pledged_units_is_told_by_one_creditor_after_the_other(void **state)
{
    const struct th_request pledgee = {.login = "own-1"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    char first[24];
    char next[48];
    char subject[32];
    int64_t fen = 0;
    (void)snprintf(first, sizeof(first), "%lld", (long long)pledged(market, OWN, NULL));
    (void)snprintf(next, sizeof(next), "%lld=2000.00", (long long)pledged(market, OTHER, first));
    const char *const nexts[] = {next};
    const struct th_enforcement_input input = {.pledge = first,
                                               .to = "制药厂",
                                               .tonnes = "100",
                                               .price = "60.00",
                                               .owed = "3000",
                                               .number = "裁定2022-5号",
                                               .next = nexts,
                                               .n_next = 1,
                                               .on = "2022-06-10"};
    assert_ok(th_trade_propose_enforcement(market->world.registry, &pledgee, &input, &reply,
                                           &market->err),
              &market->err);
    int64_t sale = market_id(market_approve(market, market_id(reply), TH_OK));
    (void)snprintf(subject, sizeof(subject), "trade:%lld", (long long)sale);
    assert_int_equal(n_waiting(market, "own-1", subject, &fen), 1);
    assert_int_equal(fen, 300000);
    assert_int_equal(n_waiting(market, "other-1", subject, &fen), 0);
    receipt(market, "own-1", sale, "3000", TH_OK);
    assert_int_equal(n_waiting(market, "other-1", subject, &fen), 1);
    assert_int_equal(fen, 200000);
    receipt(market, "own-1", sale, "2000", TH_NOT_PERMITTED);
    market_refused(market, "receiver_confirms");
    receipt(market, "other-1", sale, "2000", TH_OK);
    receipt(market, "own-1", sale, "1000", TH_OK); // the village, which has no login
}

static void loan_pay(struct market *market, const char *login, int64_t pledge_id, const char *kind,
                     enum th_status want)
{
    const struct th_request request = {.login = login};
    const struct th_loan_input input = {
        .pledge_id = pledge_id, .kind = kind, .amount = "5000", .on = "2022-06-20"};
    struct th_json *reply = NULL;
    assert_status(th_loan_pay(market->world.registry, &request, &input, &reply, &market->err), want,
                  &market->err);
    th_json_free(reply);
}

static void loan__is_paid_by_the_word_of_who_received(void **state)
{
    struct market *market = *state;
    const struct th_request request = {.login = "own-1"};
    const struct th_pledge_input input = {.holder = OWN,
                                          .to = OTHER,
                                          .tonnes = "500",
                                          .principal = "5000",
                                          .rate = "4.35",
                                          .from = "2022-06-01",
                                          .until = "2023-05-31",
                                          .valuation = "20000",
                                          .number = "质押2022-1号",
                                          .on = "2022-06-01"};
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    assert_ok(
        th_trade_propose_pledge(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    int64_t pledge_id = market_id(reply);
    th_json_free(market_approve(market, pledge_id, TH_OK));
    loan_pay(market, "other-1", pledge_id, "payout", TH_NOT_PERMITTED);
    market_refused(market, "receiver_confirms");
    loan_pay(market, "own-1", pledge_id, "payout", TH_OK);
    loan_pay(market, "own-1", pledge_id, "interest", TH_NOT_PERMITTED);
    loan_pay(market, "own-1", pledge_id, "repayment", TH_NOT_PERMITTED);
    market_refused(market, "receiver_confirms");
    assert_string_equal(th_error_arg_get(&market->err, "party"), OTHER);
    loan_pay(market, "other-1", pledge_id, "repayment", TH_OK);
}

// The sale of 2022, paid, by a term that takes listed costs off.
static int64_t paid_sale(struct market *market)
{
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    receipt(market, "own-1", sale, "146820.00", TH_OK);
    th_json_free(market_term(market, "net_of_costs", "70", "village=1", TH_OK));
    return sale;
}

static void deduct(struct market *market, const char *login, int64_t sale, const char *kind,
                   enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(th_deduction_add(market->world.registry, &request, sale, kind, "1,940.00",
                                   market->document, &reply, &market->err),
                  want, &market->err);
    th_json_free(reply);
}

static void settle(struct market *market, const char *login, int64_t sale, enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(th_reserve_settle(market->world.registry, &request, sale, "1000.00",
                                    market->document, &reply, &market->err),
                  want, &market->err);
    th_json_free(reply);
}

static void cost__of_another_banks_sale_is_refused(void **state)
{
    struct market *market = *state;
    int64_t sale = paid_sale(market);
    deduct(market, "other-1", sale, "fee", TH_NOT_PERMITTED);
    market_refused(market, "sale_not_yours");
    deduct(market, "own-1", sale, "reserve", TH_OK);
    settle(market, "other-1", sale, TH_NOT_PERMITTED);
    market_refused(market, "sale_not_yours");
    settle(market, "own-1", sale, TH_OK);
}

static int64_t propose(struct market *market, const char *login)
{
    const struct th_request request = {.login = login};
    const struct th_distribute_input input = {.through = "2022-12-31"};
    struct th_json *reply = NULL;
    assert_ok(th_revenue_distribute(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    int64_t run_id = th_json_get_int(reply, "distribution_id", -1);
    th_json_free(reply);
    return run_id;
}

static struct th_json *approve(struct market *market, const char *login, int64_t run_id,
                               enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(th_run_approve(market->world.registry, &request, run_id, "2022-12-31", &reply,
                                 &market->err),
                  want, &market->err);
    return reply;
}

static void assert_cost(const struct th_json *reply, size_t i, const char *kind, int64_t amount_fen,
                        const char *by)
{
    const struct th_json *cost = th_json_at(th_json_get(reply, "costs"), i);
    assert_string_equal(th_json_get_text(cost, "kind", ""), kind);
    assert_int_equal(th_json_get_int(cost, "amount_fen", -1), amount_fen);
    assert_string_equal(th_json_get_text(cost, "by", ""), by);
    assert_int_equal(strlen(th_json_get_text(cost, "document_sha256", "")), 64);
}

static void run__shows_its_costs_and_is_approved_by_who_listed_none(void **state)
{
    struct market *market = *state;
    int64_t sale = paid_sale(market);
    deduct(market, "own-1", sale, "fee", TH_OK);
    deduct(market, "own-2", sale, "reserve", TH_OK);
    int64_t run_id = propose(market, "own-2");
    assert_null(approve(market, "own-1", run_id, TH_NOT_PERMITTED));
    market_refused(market, "cost_second_person");
    struct th_json *reply = approve(market, "officer", run_id, TH_OK);
    assert_int_equal(th_json_size(th_json_get(reply, "costs")), 2);
    assert_cost(reply, 0, "fee", 194000, "own-1");
    assert_cost(reply, 1, "reserve", 194000, "own-2");
    th_json_free(reply);
    // What an approved run had is no matter of the next one.
    settle(market, "own-2", sale, TH_OK);
    run_id = propose(market, "bank");
    assert_null(approve(market, "own-2", run_id, TH_NOT_PERMITTED));
    market_refused(market, "cost_second_person");
    reply = approve(market, "own-1", run_id, TH_OK);
    assert_int_equal(th_json_size(th_json_get(reply, "costs")), 1);
    assert_cost(reply, 0, "reserve_settled", 100000, "own-2");
    th_json_free(reply);
}

// A large cost makes a small run, which one person may approve alone; not who listed the cost.
static void run__small_by_its_costs_still_takes_a_second_person(void **state)
{
    struct market *market = *state;
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options rule = {
        .name = "deal_alone_cny", .value = "100000", .reason = "小额"};
    struct th_json *reply = NULL;
    int64_t sale = paid_sale(market);
    assert_ok(th_rule_set(market->world.registry, &officer, &rule, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    deduct(market, "own-1", sale, "fee", TH_OK);
    int64_t run_id = propose(market, "own-1");
    assert_null(approve(market, "own-1", run_id, TH_NOT_PERMITTED));
    market_refused(market, "cost_second_person");
    th_json_free(approve(market, "own-2", run_id, TH_OK));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(receipt__is_confirmed_by_the_bank_that_is_paid_not_by_the_one_that_pays),
        TEST(receipt__of_a_village_without_logins_is_told_by_its_buyer),
        TEST(receipt__may_be_told_by_an_officer_of_the_county),
        TEST(inbox__asks_who_is_paid_not_who_pays),
        cmocka_unit_test_setup_teardown(inbox__asks_the_officer_where_no_side_has_a_login,
                                        market_setup_anji, market_teardown),
        TEST(receipt__of_pledged_units_is_told_by_one_creditor_after_the_other),
        TEST(loan__is_paid_by_the_word_of_who_received),
        TEST(cost__of_another_banks_sale_is_refused),
        TEST(run__shows_its_costs_and_is_approved_by_who_listed_none),
        TEST(run__small_by_its_costs_still_takes_a_second_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

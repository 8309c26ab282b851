// A party's own books, read by hledger: what is earned is told without its tax, what was bought
// from another bank costs what was paid for it, and nothing is left of a sale that paid a debt.
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "registry/setup.h"
#include "tests/integration/ahead.h"
#include "trading/books/hledger.h"
#include "trading/pledge/pledge.h"

enum { COMMAND_SIZE = 2 * TH_TEST_PATH_SIZE };

// Fen of an account with all below it, as hledger counts them; accounts are named by their keys.
static int64_t balance_fen(struct market *market, const char *party, const char *account)
{
    static int n_files = 0;
    char name[32];
    char path[TH_TEST_PATH_SIZE];
    char command[COMMAND_SIZE];
    char line[256];
    char digits[32] = {0};
    size_t n = 0;
    struct th_json *reply = NULL;
    (void)snprintf(name, sizeof(name), "%d.journal", n_files++);
    const struct th_hledger_options options = {
        .path = th_test_path(path, market->world.folder, name), .party = party};
    assert_ok(th_hledger_export(market->world.registry, &options, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    (void)snprintf(command, sizeof(command),
                   "LC_ALL=C.UTF-8 hledger -f '%s' balance -s -N -O csv '^%s(:|$)'", path, account);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    int64_t sum_fen = 0;
    while (fgets(line, sizeof(line), pipe)) {
        const char *amount = strstr(line, "\",\"");
        n = 0;
        for (const char *at = amount ? amount + 3 : ""; (*at >= '-' && *at <= '9'); at++) {
            if (*at != '.') {
                digits[n++] = *at;
            }
        }
        digits[n] = '\0';
        int64_t fen = 0;
        assert_true(n == 0 || th_text_parse_int(digits, INT64_MIN, INT64_MAX, &fen));
        sum_fen += fen;
    }
    assert_int_equal(pclose(pipe), 0);
    return sum_fen;
}

// 605.05 with 6 %: 605.05 / 1.06 = 570.8018…, so that 34.25 is tax.
static void premium__is_earned_and_spent_without_its_tax(void **state)
{
    struct th_promise_input given = AHEAD_OPTION;
    given.premium = "605.05";
    given.tax = "6";
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t option = ahead_done(market, ahead_option(market, &given, TH_OK));
    th_json_free(market_receipt(market, option, "605.05", TH_OK));
    assert_int_equal(balance_fen(market, "两山银行", "book.income"), -57080);
    assert_int_equal(balance_fen(market, "两山银行", "book.output_tax"), -3425);
    assert_int_equal(balance_fen(market, "制药厂", "book.expense"), 57080);
    assert_int_equal(balance_fen(market, "制药厂", "book.input_tax"), 3425);
}

// 1,000 t at 60.00; 300 are sold on at 70.00, 200 are cancelled: 500 are left.
static void bank__sells_on_what_it_bought_from_another_one_at_what_it_cost(void **state)
{
    static const struct th_party_add_options OTHER = {.kind = "bank", .name = "农商银行"};
    const struct th_request bank = {.login = "bank"};
    const struct th_request officer = {.login = "officer"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    assert_ok(th_party_add(market->world.registry, &officer, &OTHER, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    market_bought(market, "1 2", "43.44");
    market_sold(market, OTHER.name, "1000", "60");
    const struct th_resale_input resale = {
        .from = OTHER.name, .to = "制药厂", .tonnes = "300", .price = "70", .on = "2022-05-21"};
    assert_ok(th_trade_propose_resale(market->world.registry, &bank, &resale, &reply, &market->err),
              &market->err);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    const struct th_cancellation_input cancellation = {
        .holder = OTHER.name, .tonnes = "200", .reason = "测绘有误", .on = "2022-05-22"};
    assert_ok(th_trade_propose_cancellation(market->world.registry, &bank, &cancellation, &reply,
                                            &market->err),
              &market->err);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    assert_int_equal(balance_fen(market, OTHER.name, "book.sales"), -2100000);
    assert_int_equal(balance_fen(market, OTHER.name, "book.cost"), 1800000);
    assert_int_equal(balance_fen(market, OTHER.name, "book.written_off"), 1200000);
    assert_int_equal(balance_fen(market, OTHER.name, "book.stock"), 3000000);
}

// 100 t at 43.44 were given to a factory by mistake: taken back, they cost what they did.
static void transfer__taken_back_is_stock_again(void **state)
{
    const struct th_request bank = {.login = "bank"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    market_bought(market, "1", "43.44");
    const struct th_unit_transfer_input transfer = {
        .from = "两山银行", .to = "制药厂", .tonnes = "100", .on = "2022-05-21"};
    assert_ok(
        th_trade_propose_transfer(market->world.registry, &bank, &transfer, &reply, &market->err),
        &market->err);
    int64_t given = market_id(market_approve(market, market_id(reply), TH_OK));
    assert_int_equal(balance_fen(market, "两山银行", "book.written_off"), 434400);
    char of[24];
    (void)snprintf(of, sizeof(of), "%lld", (long long)given);
    const struct th_correction_input correction = {.of = of, .reason = "录错", .on = "2022-05-22"};
    reply = NULL;
    assert_ok(th_trade_propose_correction(market->world.registry, &bank, &correction, &reply,
                                          &market->err),
              &market->err);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    assert_int_equal(balance_fen(market, "两山银行", "book.written_off"), 0);
    assert_int_equal(balance_fen(market, "两山银行", "book.stock"), 2509 * 4344);
}

static void pay(struct market *market, const struct th_loan_input *input)
{
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_ok(th_loan_pay(market->world.registry, &bank, input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

// A loan of 5,000.00; 100 t of the pledge are sold at 60.00, of which 5,100.01 pay it with
// interest.
static void enforcement__leaves_nothing_between_the_sale_and_the_debt(void **state)
{
    static const struct th_pledge_input PLEDGE = {.holder = "马家弄村",
                                                  .to = "两山银行",
                                                  .tonnes = "1000",
                                                  .principal = "5000",
                                                  .rate = "4.35",
                                                  .from = "2022-06-01",
                                                  .until = "2023-05-31",
                                                  .valuation = "20000",
                                                  .number = "质押2022-1号",
                                                  .on = "2022-06-01"};
    const struct th_request bank = {.login = "bank"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    char pledge[24];
    char enforcement[24];
    assert_ok(th_trade_propose_pledge(market->world.registry, &bank, &PLEDGE, &reply, &market->err),
              &market->err);
    int64_t pledge_id = market_id(market_approve(market, market_id(reply), TH_OK));
    pay(market,
        &(struct th_loan_input){
            .pledge_id = pledge_id, .kind = "payout", .amount = "5000", .on = "2022-06-02"});
    (void)snprintf(pledge, sizeof(pledge), "%lld", (long long)pledge_id);
    const struct th_enforcement_input sale = {.pledge = pledge,
                                              .to = "制药厂",
                                              .tonnes = "100",
                                              .price = "60.00",
                                              .owed = "5100.01",
                                              .number = "裁定2023-5号",
                                              .on = "2023-06-10"};
    assert_ok(
        th_trade_propose_enforcement(market->world.registry, &bank, &sale, &reply, &market->err),
        &market->err);
    int64_t sale_id = market_id(market_approve(market, market_id(reply), TH_OK));
    (void)snprintf(enforcement, sizeof(enforcement), "%lld", (long long)sale_id);
    th_json_free(market_receipt(market, sale_id, "6000", TH_OK));
    pay(market, &(struct th_loan_input){.pledge_id = pledge_id,
                                        .kind = "repayment",
                                        .amount = "5000",
                                        .enforcement = enforcement,
                                        .on = "2023-06-20"});
    pay(market, &(struct th_loan_input){.pledge_id = pledge_id,
                                        .kind = "interest",
                                        .amount = "100.01",
                                        .enforcement = enforcement,
                                        .on = "2023-06-20"});
    static const struct {
        const char *party, *account;
        int64_t fen;
    } WANT[] = {{"两山银行", "book.other", 0},       {"两山银行", "book.income", -10001},
                {"两山银行", "book.cash", 10001},    {"两山银行", "book.claims", 0},
                {"马家弄村", "book.other", 0},       {"马家弄村", "book.expense", 10001},
                {"马家弄村", "book.sales", -600000}, {"马家弄村", "book.cash", 589999}};
    for (size_t i = 0; i < sizeof(WANT) / sizeof(WANT[0]); i++) {
        int64_t fen = balance_fen(market, WANT[i].party, WANT[i].account);
        if (fen != WANT[i].fen) {
            fail_msg("%s, %s: %lld", WANT[i].party, WANT[i].account, (long long)fen);
        }
    }
}

// 5,000.00 and 100.00 went out, 2,000.00 and 30.00 of interest came back; of that only the first
// payout is true.
static void loan__taken_back_leaves_nothing_in_the_books(void **state)
{
    static const struct th_pledge_input PLEDGE = {.holder = "马家弄村",
                                                  .to = "两山银行",
                                                  .tonnes = "1000",
                                                  .principal = "6000",
                                                  .rate = "4.35",
                                                  .from = "2022-06-01",
                                                  .until = "2023-05-31",
                                                  .valuation = "20000",
                                                  .number = "质押2022-1号",
                                                  .on = "2022-06-01"};
    static const struct {
        const char *kind, *amount, *on;
    } PAID[] = {{"payout", "5000", "2022-06-02"},
                {"payout", "100", "2022-06-02"},
                {"repayment", "2000", "2022-09-02"},
                {"interest", "30", "2022-09-02"}};
    static const struct {
        const char *party, *account;
        int64_t fen;
    } WANT[] = {{"两山银行", "book.income", 0},
                {"两山银行", "book.expense", 0},
                {"两山银行", "book.other", 0},
                {"两山银行", "book.cash", -500000},
                {"两山银行", "book.claims:book.receivable", 500000},
                {"两山银行", "book.claims:book.payable", 0},
                {"马家弄村", "book.income", 0},
                {"马家弄村", "book.expense", 0},
                {"马家弄村", "book.other", 0},
                {"马家弄村", "book.cash", 500000},
                {"马家弄村", "book.claims:book.receivable", 0},
                {"马家弄村", "book.claims:book.payable", -500000}};
    const struct th_request bank = {.login = "bank"};
    const struct th_request officer = {.login = "officer"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    assert_ok(th_trade_propose_pledge(market->world.registry, &bank, &PLEDGE, &reply, &market->err),
              &market->err);
    int64_t pledge_id = market_id(market_approve(market, market_id(reply), TH_OK));
    for (size_t i = 0; i < sizeof(PAID) / sizeof(PAID[0]); i++) {
        pay(market, &(struct th_loan_input){.pledge_id = pledge_id,
                                            .kind = PAID[i].kind,
                                            .amount = PAID[i].amount,
                                            .on = PAID[i].on});
    }
    assert_int_equal(balance_fen(market, "两山银行", "book.income"), -3000);
    assert_int_equal(balance_fen(market, "马家弄村", "book.expense"), 3000);
    for (int64_t payment_id = 4; payment_id > 1; payment_id--) {
        const struct th_loan_correct_input input = {
            .payment_id = payment_id, .reason = "记错", .on = "2022-09-03"};
        assert_ok(th_loan_correct(market->world.registry, &officer, &input, &reply, &market->err),
                  &market->err);
        th_json_free(reply);
    }
    for (size_t i = 0; i < sizeof(WANT) / sizeof(WANT[0]); i++) {
        int64_t fen = balance_fen(market, WANT[i].party, WANT[i].account);
        if (fen != WANT[i].fen) {
            fail_msg("%s, %s: %lld", WANT[i].party, WANT[i].account, (long long)fen);
        }
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(premium__is_earned_and_spent_without_its_tax),
        TEST(bank__sells_on_what_it_bought_from_another_one_at_what_it_cost),
        TEST(transfer__taken_back_is_stock_again),
        TEST(enforcement__leaves_nothing_between_the_sale_and_the_debt),
        TEST(loan__taken_back_leaves_nothing_in_the_books),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

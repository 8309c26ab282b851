// Kecheng, "one village, ten thousand trees": the bank buys expected units ahead, an enterprise and
// a person subscribe, covered by stock and by estimate; after tax and insurance all income goes
// back to the villages. Tonnes and prices were not published: those here are examples, computed by
// hand.
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "tests/integration/ahead.h"
#include "tests/unit/case_file.h"
#include "trading/books/hledger.h"

static void deduct(struct market *market, int64_t trade_id, const char *amount)
{
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_ok(th_deduction_add(market->world.registry, &request, trade_id, "insurance", amount,
                               market->document, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static int64_t subscribe(struct market *market, const char *to, const char *tonnes)
{
    const struct th_promise_input input = {.to = to,
                                           .tonnes = tonnes,
                                           .price = "58.83",
                                           .tax = "6",
                                           .deliver_by = "2022-12-31",
                                           .on = AHEAD_ON};
    return ahead_done(market, ahead_subscribe(market, &input, TH_OK));
}

// hledger accepts the books of a party (NULL: all), and finds these balances of some accounts.
static void check_books(struct market *market, const char *party, const char *accounts,
                        const char *balances)
{
    struct th_json *reply = NULL;
    char path[TH_TEST_PATH_SIZE];
    char command[4 * TH_TEST_PATH_SIZE];
    char text[1024] = "";
    th_test_path(path, market->world.folder, "books.journal");
    const struct th_hledger_options options = {.path = path, .party = party};
    assert_ok(th_hledger_export(market->world.registry, &options, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    (void)snprintf(command, sizeof(command),
                   "LC_ALL=C.UTF-8 hledger -f '%s' check -s && "
                   "LC_ALL=C.UTF-8 hledger -f '%s' bal -N --flat -O csv %s | tail -n +2",
                   path, path, accounts);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(text, 1, sizeof(text) - 1, pipe);
    text[n] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(text, balances);
    assert_int_equal(remove(path), 0);
}

// Stock: 500 t of the second village, bought for 15,000.00 CNY. Ahead: 600 of the 800 t that the
// first village expects, at 30.00. The firm subscribes 700 t (500 of stock, 200 expected), the
// person 300 t (expected), at 58.83 with 6 % tax.
//
//   firm:   700 × 58.83 = 41,181.00, of which tax 2,331.00 and net 38,850.00;
//           less cost 700 × 30 = 21,000.00 and insurance 1,050.00: 16,800.00
//   person: 300 × 58.83 = 17,649.00, of which tax 999.00 and net 16,650.00;
//           less cost 300 × 30 = 9,000.00 and insurance 450.00: 7,200.00
//   second village: 500/700 of 16,800.00 = 12,000.00; first village: 4,800.00 + 7,200.00
// What the case says: all of it goes back, and what is expected cannot be retired.
static void load_case(char ratio[16])
{
    struct case_file from = case_file_open("kecheng-trees");
    assert_false(th_json_get_bool(from.computed, "may_be_retired", true));
    th_text_copy(ratio, 16, th_json_get_text(th_json_at(from.reported, 0), "value", ""));
    case_file_close(&from);
}

static void kecheng__returns_all_to_the_villages_after_deductions(void **state)
{
    static const int64_t STOCK[] = {500};
    static const int64_t ISSUED[] = {300, 300, 200};
    struct market *market = *state;
    char ratio[16];
    load_case(ratio);
    market_package(market, "旧林", MARKET_GAOJIATANG, MARKET_VILLAGE_2, NULL, STOCK, 1, 0);
    market_bought(market, "1", "30");
    int64_t trees = market_planned(market, "一村万树", MARKET_MAJIANONG);
    ahead_register(market, trees, "800", TH_OK);
    const struct th_promise_input buy = {.from = "1",
                                         .to = "两山银行",
                                         .tonnes = "600",
                                         .price = "30",
                                         .deliver_by = "2022-12-31",
                                         .package = "一村万树",
                                         .on = AHEAD_ON};
    int64_t ahead = ahead_done(market, ahead_forward(market, &buy, TH_OK));
    int64_t firm = subscribe(market, "制药厂", "700");
    int64_t person = subscribe(market, "竹农", "300");
    assert_int_equal(ahead_number(market, firm, "locked_t"), 500);
    assert_int_equal(ahead_number(market, firm, "forecast_t"), 200);
    assert_int_equal(ahead_number(market, person, "forecast_t"), 300);
    assert_int_equal(ahead_number(market, person, "amount_fen"), 1764900);
    th_json_free(market_receipt(market, person, "17649.00", TH_OK));
    assert_null(market_retire(market, "两山银行", "1", "制药厂", TH_CONFLICT));

    market_issue(market, trees, MARKET_VILLAGE_1, ISSUED, 3, 0);
    ahead_done(market, ahead_deliver(market, ahead, NULL, false, TH_OK));
    assert_int_equal(ahead_units(market, MARKET_BANK, TH_BLOCK_HELD), 100);
    assert_int_equal(ahead_units(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 200);
    int64_t to_firm = ahead_done(market, ahead_deliver(market, firm, NULL, false, TH_OK));
    int64_t to_person = ahead_done(market, ahead_deliver(market, person, NULL, false, TH_OK));
    assert_int_equal(ahead_number(market, to_firm, "tax_fen"), 233100);
    assert_int_equal(ahead_number(market, to_person, "received_fen"), 1764900);
    th_json_free(market_receipt(market, to_firm, "41181.00", TH_OK));
    deduct(market, to_firm, "1050.00");
    deduct(market, to_person, "450.00");
    th_json_free(market_term(market, "net_of_costs", ratio, "village=1", TH_OK));
    struct th_json *reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_fen", 0), 2400000);
    assert_int_equal(th_json_get_int(reply, "distributed_fen", 0), 2400000);
    assert_int_equal(th_json_get_int(reply, "kept_fen", -1), 0);
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), 1200000);
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG), 1200000);
    th_json_free(reply);
    assert_int_equal(ahead_claim(market, MARKET_PERSON), 0);
    assert_int_equal(ahead_cash(market, MARKET_PERSON), -1764900);
    // What the bank still owes the first village: 600 × 30 for the units, and its two shares.
    assert_int_equal(ahead_claim(market, MARKET_MAJIANONG), 1800000 + 1200000);
    assert_int_equal(ahead_units(market, MARKET_PERSON, TH_BLOCK_HELD), 300);
    assert_int_equal(ahead_units(market, MARKET_PHARMA, TH_BLOCK_HELD), 700);
    check_books(market, NULL, "book.cash:10", "\"book.cash:10 竹农\",\"-17649.00 CNY\"\n");
    // Sales 38,850 + 16,650 without tax, their cost 1,000 × 30; 100 t are left at 30.
    check_books(market, "5", "book.stock book.output_tax book.sales book.cost book.shared",
                "\"book.stock\",\"3000.00 CNY\"\n\"book.output_tax\",\"-3330.00 CNY\"\n"
                "\"book.sales\",\"-55500.00 CNY\"\n\"book.cost\",\"30000.00 CNY\"\n"
                "\"book.shared\",\"24000.00 CNY\"\n");
    check_books(market, "1", "book.sales book.cost", "\"book.sales\",\"-18000.00 CNY\"\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        kecheng__returns_all_to_the_villages_after_deductions, market_setup, market_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

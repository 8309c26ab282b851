// Corrections: deals that are taken back, with their units, pools and money.
#include <stdio.h>
#include <string.h>

#include "store/deal/money_store.h"
#include "tests/integration/market.h"
#include "trading/books/hledger.h"
#include "trading/trace/price.h"

static int64_t units_t(struct market *market, int64_t party_id, enum th_block_state state)
{
    struct th_unit_totals totals;
    assert_ok(th_ledger_totals(market->world.store, party_id, 0, &totals, &market->err),
              &market->err);
    return th_units_t(totals.by_state[state]);
}

static void assert_money(struct market *market, int64_t party_id, int64_t claim_fen,
                         int64_t cash_fen)
{
    struct th_money_totals money;
    assert_ok(th_money_totals(market->world.store, party_id, &money, &market->err), &market->err);
    assert_int_equal(th_money_fen(money.claim), claim_fen);
    assert_int_equal(th_money_fen(money.cash), cash_fen);
}

static int64_t pool(struct market *market, const char *sum)
{
    char sql[96];
    snprintf(sql, sizeof(sql), "SELECT sum(%s) FROM pool_share", sum);
    return th_test_sql_int(market->world.store, sql);
}

static struct th_json *correct(struct market *market, int64_t of, const char *reason,
                               enum th_status want)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)of);
    const struct th_request request = {.login = "bank"};
    const struct th_correction_input input = {.of = id, .reason = reason};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_correction(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static int64_t corrected(struct market *market, int64_t of)
{
    int64_t id = market_id(correct(market, of, "录错", TH_OK));
    return market_id(market_approve(market, id, TH_OK));
}

// 1,000 t at 70.00 of the pools of both villages, nothing paid: as if it had never been, but told.
static void resale__goes_back_to_its_pools(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t held_t = units_t(market, MARKET_BANK, TH_BLOCK_HELD);
    int64_t sale = market_sold(market, "制药厂", "1000", "70");
    struct th_json *reply = correct(market, sale, "录错", TH_OK);
    const struct th_json *effect = th_json_get(reply, "effect");
    assert_int_equal(th_json_size(th_json_get(effect, "units")), 2);
    assert_int_equal(th_json_size(th_json_get(effect, "money")), 2);
    // Nobody owes anything now that was not owed before: what was receivable and payable turns
    // less.
    const struct th_json *bank = th_json_at(th_json_get(effect, "money"), 0);
    const struct th_json *pharma = th_json_at(th_json_get(effect, "money"), 1);
    assert_int_equal(th_json_get_int(bank, "party", 0), MARKET_BANK);
    assert_string_equal(th_json_get_text(bank, "side", ""), "receivable");
    assert_int_equal(th_json_get_int(bank, "side_fen", 0), -7000000);
    assert_string_equal(th_json_get_text(pharma, "side", ""), "payable");
    assert_int_equal(th_json_get_int(pharma, "side_fen", 0), -7000000);
    assert_int_equal(th_json_get_int(reply, "amount_fen", -1), 0);
    int64_t correction = market_id(reply);
    reply = market_approve(market, correction, TH_OK);
    assert_int_equal(th_json_get_int(reply, "of_trade_id", 0), sale);
    th_json_free(reply);
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_HELD), held_t);
    assert_int_equal(units_t(market, MARKET_PHARMA, TH_BLOCK_HELD), 0);
    assert_int_equal(pool(market, "sold_t"), 0);
    assert_int_equal(pool(market, "sold_cost_fen"), 0);
    assert_int_equal(th_test_sql_int(market->world.store,
                                     "SELECT sum(last - first + 1) FROM unit_block WHERE "
                                     "state = 'held' AND owner_id = 5 AND pool_id = 1"),
                     7282);
    assert_money(market, MARKET_PHARMA, 0, 0);
    assert_ok(th_trade_show(market->world.registry, sale, &reply, &market->err), &market->err);
    assert_int_equal(th_json_get_int(reply, "corrected_by", 0), correction);
    assert_int_equal(th_json_get_int(reply, "outstanding_fen", -1), 0);
    th_json_free(reply);
    // Nobody pays it any more, and its price is none.
    assert_null(market_receipt(market, sale, "1", TH_CONFLICT));
    const struct th_price_options question = {.from = NULL};
    assert_ok(th_price_list(market->world.registry, &question, &reply, &market->err), &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "prices")), 1);
    th_json_free(reply);
    assert_null(correct(market, sale, "再来", TH_CONFLICT));
    market_refused(market, "correction_done");
    // The same units are sold as they should have been.
    market_sold(market, "造纸厂", "7282", "70");
}

// Of 70,000.00 with 6 % tax 30,000.00 were paid: these are owed back, the rest is owed no more.
static void resale__that_was_paid_in_part_is_refunded(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_id(market_sell(market, "制药厂", "1000", "70", "6", TH_OK));
    th_json_free(market_approve(market, sale, TH_OK));
    th_json_free(market_receipt(market, sale, "30000", TH_OK));
    int64_t correction = corrected(market, sale);
    assert_money(market, MARKET_PHARMA, 3000000, -3000000);
    struct th_json *reply = market_receipt(market, correction, "10000", TH_OK);
    assert_int_equal(th_json_get_int(reply, "outstanding_fen", 0), 2000000);
    th_json_free(reply);
    assert_null(market_receipt(market, correction, "20000.01", TH_CONFLICT));
    th_json_free(market_receipt(market, correction, "20000", TH_OK));
    assert_money(market, MARKET_PHARMA, 0, 0);
    // A sale that was taken back brings no revenue.
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    reply = market_distribute(market, NULL, true, TH_OK);
    assert_int_equal(th_json_size(th_json_get(reply, "sales")), 0);
    th_json_free(reply);
}

// Both villages: 108,990.96 and 207,339.12, of which 100,000.00 were paid, 34,454.82 and 65,545.18.
static void purchase__of_several_villages_goes_back(void **state)
{
    struct market *market = *state;
    int64_t purchase = market_bought(market, "1 2", "43.44");
    th_json_free(market_receipt(market, purchase, "100000", TH_OK));
    int64_t correction = corrected(market, purchase);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2509);
    assert_int_equal(units_t(market, MARKET_GAOJIATANG, TH_BLOCK_HELD), 4773);
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_HELD), 0);
    assert_int_equal(pool(market, "bought_t - used_t"), 0);
    assert_money(market, MARKET_BANK, 10000000, -10000000);
    assert_money(market, MARKET_MAJIANONG, -3445482, 3445482);
    assert_money(market, MARKET_GAOJIATANG, -6554518, 6554518);
    th_json_free(market_receipt(market, correction, "100000", TH_OK));
    assert_money(market, MARKET_BANK, 0, 0);
    assert_money(market, MARKET_MAJIANONG, 0, 0);
    // Bought again at the right price, as a pool of its own.
    market_bought(market, "1 2", "40");
    market_sold(market, "制药厂", "7282", "70");
}

static void transfer__goes_back_to_the_pool_it_left(void **state)
{
    struct market *market = *state;
    const struct th_request request = {.login = "bank"};
    const struct th_unit_transfer_input input = {
        .from = "两山银行", .to = "造纸厂", .tonnes = "500"};
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    assert_ok(
        th_trade_propose_transfer(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    int64_t transfer = market_id(reply);
    th_json_free(market_approve(market, transfer, TH_OK));
    assert_int_equal(pool(market, "used_t"), 500);
    corrected(market, transfer);
    assert_int_equal(pool(market, "used_t"), 0);
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_HELD), 7282);
}

// The bank's own books, by hledger: after 30,000.00 of 70,000.00 were paid and all was taken back,
// no sale, tax or cost is left, and the stock is what it cost.
static void books__of_the_bank_know_the_sale_no_more(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    char command[2 * TH_TEST_PATH_SIZE];
    char words[4096] = "";
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_id(market_sell(market, "制药厂", "1000", "70", "6", TH_OK));
    th_json_free(market_approve(market, sale, TH_OK));
    th_json_free(market_receipt(market, sale, "30000", TH_OK));
    corrected(market, sale);
    th_test_path(path, market->world.folder, "bank.journal");
    const struct th_hledger_options options = {.path = path, .party = "两山银行"};
    assert_ok(th_hledger_export(market->world.registry, &options, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    snprintf(command, sizeof(command),
             "LC_ALL=C.UTF-8 hledger -f '%s' balance -s -N --flat -O csv 2>&1", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    words[fread(words, 1, sizeof(words) - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_non_null(strstr(words, "316330.08")); // 7,282 t at 43.44
    assert_non_null(strstr(words, "payable:6 制药厂\",\"-30000.00"));
    assert_null(strstr(words, "receivable"));
    assert_null(strstr(words, "sales"));
    assert_null(strstr(words, "tax"));
    assert_null(strstr(words, "cost"));
}

static void correction__takes_two_persons_and_a_reason(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "1", "1");
    assert_null(correct(market, sale, "", TH_USAGE));
    market_refused(market, "correction_reason");
    market_sql(market, "INSERT INTO county_rule (name, value, since, reason, login, "
                       "seq) VALUES ('deal_alone_cny', '1000', '2020-01-01', 'x', "
                       "'officer', 1)");
    th_json_free(market_receipt(market, sale, "1", TH_OK));
    int64_t id = market_id(correct(market, sale, "录错", TH_OK));
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(th_trade_approve(market->world.registry, &bank, id, NULL, &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    market_refused(market, "second_person");
    // Rejected, it leaves everything as it was.
    th_json_free(market_reject(market, id, TH_OK));
    assert_int_equal(units_t(market, MARKET_PHARMA, TH_BLOCK_HELD), 1);
    corrected(market, sale);
}

static void correction__is_refused_once_the_units_moved_on(void **state)
{
    struct market *market = *state;
    int64_t purchase = market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "100", "70");
    assert_null(correct(market, purchase, "录错", TH_CONFLICT));
    market_refused(market, "correction_units_moved");
    int64_t retirement = market_id(market_retire(market, "制药厂", "1", "制药厂", TH_OK));
    assert_null(correct(market, sale, "录错", TH_CONFLICT));
    market_refused(market, "correction_units_moved"); // promised to the retirement
    th_json_free(market_approve(market, retirement, TH_OK));
    assert_null(correct(market, sale, "录错", TH_CONFLICT));
    market_refused(market, "correction_units_ended");
    assert_non_null(th_error_arg_get(&market->err, "serial"));
    assert_null(correct(market, retirement, "录错", TH_CONFLICT));
    market_refused(market, "correction_kind");
}

static void correction__is_refused_once_revenue_was_shared(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "100", "70");
    th_json_free(market_receipt(market, sale, "7000", TH_OK));
    int64_t early = market_id(correct(market, sale, "录错", TH_OK));
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(market_distribute(market, NULL, false, TH_OK));
    assert_null(market_approve(market, early, TH_CONFLICT));
    market_refused(market, "correction_distributed");
    th_json_free(market_reject(market, early, TH_OK));
    assert_null(correct(market, sale, "录错", TH_CONFLICT));
    market_refused(market, "correction_distributed");
}

static void approval__after_more_money_came_in_is_refused(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "100", "70");
    int64_t early = market_id(correct(market, sale, "录错", TH_OK));
    assert_null(correct(market, sale, "又一次", TH_CONFLICT));
    market_refused(market, "correction_acted_upon");
    th_json_free(market_receipt(market, sale, "7000", TH_OK));
    assert_null(market_approve(market, early, TH_CONFLICT));
    market_refused(market, "correction_stale");
    th_json_free(market_reject(market, early, TH_OK));
    corrected(market, sale);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(resale__goes_back_to_its_pools),
        TEST(resale__that_was_paid_in_part_is_refunded),
        TEST(purchase__of_several_villages_goes_back),
        TEST(transfer__goes_back_to_the_pool_it_left),
        TEST(books__of_the_bank_know_the_sale_no_more),
        TEST(correction__takes_two_persons_and_a_reason),
        TEST(correction__is_refused_once_the_units_moved_on),
        TEST(correction__is_refused_once_revenue_was_shared),
        TEST(approval__after_more_money_came_in_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

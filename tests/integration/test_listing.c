// Listings and their acceptance: what is offered, taken, left and withdrawn.
#include <stdio.h>

#include "store/deal/money_store.h"
#include "tests/integration/market.h"
#include "trading/spot/listing.h"

static struct th_json *offer(struct market *market, const struct th_listing_input *input,
                             enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_listing(market->world.registry, &request, input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static int64_t listed(struct market *market, const char *holder, const char *tonnes,
                      const char *price)
{
    const struct th_listing_input input = {
        .holder = holder, .tonnes = tonnes, .price = price, .tax = "6", .on = "2022-05-20"};
    int64_t id = market_id(offer(market, &input, TH_OK));
    return market_id(market_approve(market, id, TH_OK));
}

static struct th_json *take(struct market *market, int64_t listing_id, const char *buyer,
                            const char *tonnes, enum th_status want)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)listing_id);
    const struct th_request request = {.login = "bank"};
    const struct th_acceptance_input input = {.listing = id, .to = buyer, .tonnes = tonnes};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_acceptance(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static int64_t taken(struct market *market, int64_t listing_id, const char *buyer,
                     const char *tonnes)
{
    int64_t id = market_id(take(market, listing_id, buyer, tonnes, TH_OK));
    return market_id(market_approve(market, id, TH_OK));
}

static int64_t withdraw(struct market *market, int64_t listing_id, enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(
        th_listing_withdraw(market->world.registry, &request, listing_id, &reply, &market->err),
        want, &market->err);
    int64_t released_t = th_json_get_int(reply, "released_t", -1);
    th_json_free(reply);
    return released_t;
}

static int64_t units_t(struct market *market, int64_t party_id, enum th_block_state state)
{
    struct th_unit_totals totals;
    assert_ok(th_ledger_totals(market->world.store, party_id, 0, &totals, &market->err),
              &market->err);
    return th_units_t(totals.by_state[state]);
}

static int64_t pool(struct market *market, const char *sum)
{
    char sql[96];
    snprintf(sql, sizeof(sql), "SELECT sum(%s) FROM pool_share", sum);
    return th_test_sql_int(market->world.store, sql);
}

// 700 t at 50.00: 35,000.00, of which 6 % tax is 1,981.13; the village is owed all of it.
static void listing__is_taken_in_parts_at_its_price(void **state)
{
    struct market *market = *state;
    int64_t id = listed(market, "马家弄村", "1000", "50");
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 1000);
    assert_null(take(market, id, "制药厂", "1001", TH_CONFLICT));
    market_refused(market, "not_enough_units");
    assert_null(take(market, id, "马家弄村", "1", TH_INVALID));
    market_refused(market, "same_party");
    assert_null(take(market, id, "核证机构", "1", TH_NOT_PERMITTED));
    struct th_json *reply = take(market, id, "制药厂", "700", TH_OK);
    assert_int_equal(th_json_get_int(reply, "amount_fen", 0), 3500000);
    assert_int_equal(th_json_get_int(reply, "tax_fen", 0), 198113);
    assert_int_equal(th_json_get_int(reply, "of_trade_id", 0), id);
    int64_t acceptance = market_id(reply);
    assert_null(take(market, id, "造纸厂", "301", TH_CONFLICT));
    // The very units, once, before the approval and after it.
    reply = market_approve(market, acceptance, TH_OK);
    assert_int_equal(th_json_size(th_json_get(reply, "blocks")), 1);
    assert_int_equal(th_json_get_int(th_json_at(th_json_get(reply, "blocks"), 0), "tonnes", 0),
                     700);
    th_json_free(reply);
    struct th_money_totals money;
    assert_ok(th_money_totals(market->world.store, MARKET_MAJIANONG, &money, &market->err),
              &market->err);
    assert_int_equal(th_money_fen(money.claim), 3500000);
    th_json_free(market_receipt(market, acceptance, "35000", TH_OK));
    // All that is left, without saying how many.
    taken(market, id, "造纸厂", NULL);
    assert_int_equal(units_t(market, MARKET_PAPER, TH_BLOCK_HELD), 300);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 0);
    assert_null(take(market, id, "造纸厂", NULL, TH_CONFLICT));
    market_refused(market, "not_enough_units");
}

static void listing__rejected_acceptance_gives_its_units_back_to_it(void **state)
{
    struct market *market = *state;
    int64_t id = listed(market, "马家弄村", "10", "50");
    int64_t acceptance = market_id(take(market, id, "制药厂", "10", TH_OK));
    assert_null(take(market, id, "造纸厂", "1", TH_CONFLICT));
    th_json_free(market_reject(market, acceptance, TH_OK));
    taken(market, id, "造纸厂", "10");
}

static void listing__has_a_least_acceptance(void **state)
{
    struct market *market = *state;
    struct th_listing_input input = {
        .holder = "1", .tonnes = "100", .price = "50", .least = "101", .on = "2022-05-20"};
    assert_null(offer(market, &input, TH_INVALID));
    market_refused(market, "listing_least_large");
    input.least = "40";
    int64_t id = market_id(offer(market, &input, TH_OK));
    assert_null(take(market, id, "制药厂", "40", TH_CONFLICT));
    market_refused(market, "listing_not_open"); // not approved yet
    th_json_free(market_approve(market, id, TH_OK));
    assert_null(take(market, id, "制药厂", "39", TH_CONFLICT));
    market_refused(market, "listing_least");
    taken(market, id, "制药厂", "70");
    assert_null(take(market, id, "制药厂", "29", TH_CONFLICT));
    taken(market, id, "制药厂", "30"); // a smaller rest goes whole
}

// Today is 2024-03-10 in Shanghai.
static void listing__ends_after_its_last_day(void **state)
{
    struct market *market = *state;
    struct th_listing_input input = {
        .holder = "1", .tonnes = "100", .price = "50", .until = "2024-03-09", .on = "2022-05-20"};
    assert_null(offer(market, &input, TH_INVALID));
    market_refused(market, "listing_until");
    input.until = "2024-03-10";
    int64_t id = market_id(offer(market, &input, TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
    taken(market, id, "制药厂", "60");
    market->world.now_utc += 86400;
    assert_null(take(market, id, "制药厂", "1", TH_CONFLICT));
    market_refused(market, "listing_not_open");
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_ok(th_trade_expire(market->world.registry, &request, NULL, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "expired")), 1);
    th_json_free(reply);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2509 - 60);
    market->world.now_utc -= 86400;
}

// Of 7,282 t bought from two villages (2,509 and 4,773) each sale takes its share of both: 2,000 t
// are 689 and 1,311, as the resale of the same tonnes would.
static void listing__of_a_bank_leaves_its_pools_pro_rata_with_cost(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    th_json_free(market_open_term(market, "net_of_cost", "70", "village=1", TH_OK));
    int64_t id = listed(market, "两山银行", "4000", "73.41");
    assert_int_equal(pool(market, "sold_t"), 4000);
    assert_int_equal(pool(market, "sold_cost_fen"), 4000 * 4344);
    struct th_json *reply = take(market, id, "制药厂", "2000", TH_OK);
    assert_int_equal(market_line_t(reply, 1), 689);
    assert_int_equal(market_line_t(reply, 2), 1311);
    assert_int_equal(th_json_get_int(th_json_at(th_json_get(reply, "lines"), 0), "cost_fen", 0),
                     689 * 4344);
    int64_t acceptance = market_id(reply);
    th_json_free(market_approve(market, acceptance, TH_OK));
    assert_int_equal(pool(market, "sold_t"), 4000);
    assert_int_equal(withdraw(market, id, TH_OK), 2000);
    assert_int_equal(pool(market, "sold_t"), 2000);
    assert_int_equal(pool(market, "sold_cost_fen"), 2000 * 4344);
    // 146,820.00 with 6 % tax: 138,509.43 net of it, less 86,880.00: 51,629.43.
    th_json_free(market_receipt(market, acceptance, "146820", TH_OK));
    const struct th_request request = {.login = "bank"};
    const struct th_distribute_input input = {.through = "2024-03-10", .term = "1"};
    assert_ok(th_revenue_distribute(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_get_int(reply, "net_fen", 0), 13850943 - 8688000);
    th_json_free(reply);
    assert_null(take(market, id, "制药厂", "1", TH_CONFLICT));
    market_refused(market, "listing_not_open");
    (void)withdraw(market, id, TH_CONFLICT);
}

// A lump sum that does not divide: the parts of its cost still sum to it.
static void listing__parts_of_a_cost_sum_to_the_whole(void **state)
{
    struct market *market = *state;
    int64_t purchase = market_id(market_buy(market, "1", NULL, "1000.01", NULL, NULL, TH_OK));
    th_json_free(market_approve(market, purchase, TH_OK));
    int64_t id = listed(market, "两山银行", "2509", "50");
    static const char *const PARTS[] = {"1", "7", "1000", "333", "1168"};
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
        int64_t acceptance = market_id(take(market, id, "制药厂", PARTS[i], TH_OK));
        if (i == 1) {
            th_json_free(market_reject(market, acceptance, TH_OK));
            acceptance = market_id(take(market, id, "制药厂", PARTS[i], TH_OK));
        }
        th_json_free(market_approve(market, acceptance, TH_OK));
    }
    assert_int_equal(th_test_sql_int(market->world.store,
                                     "SELECT sum(cost_fen) FROM trade_line JOIN trade USING "
                                     "(trade_id) WHERE kind = 'acceptance' AND state = 'approved'"),
                     100001);
    assert_int_equal(pool(market, "sold_cost_fen"), 100001);
}

static void withdrawal__leaves_proposed_acceptances_alone(void **state)
{
    struct market *market = *state;
    int64_t id = listed(market, "马家弄村", "100", "50");
    int64_t kept = market_id(take(market, id, "制药厂", "30", TH_OK));
    int64_t dropped = market_id(take(market, id, "造纸厂", "20", TH_OK));
    assert_int_equal(withdraw(market, id, TH_OK), 50);
    th_json_free(market_approve(market, kept, TH_OK));
    assert_int_equal(units_t(market, MARKET_PHARMA, TH_BLOCK_HELD), 30);
    // What a rejection gives back afterwards follows the rest.
    th_json_free(market_reject(market, dropped, TH_OK));
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 0);
    assert_null(take(market, id, "制药厂", "20", TH_CONFLICT));
}

static void withdrawal__of_a_listing_all_taken_is_refused(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t id = listed(market, "两山银行", "90", "50");
    (void)taken(market, id, "制药厂", "60");
    (void)taken(market, id, "造纸厂", "30");
    (void)withdraw(market, id, TH_CONFLICT);
    market_refused(market, "listing_all_taken");
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, id, &reply, &market->err), &market->err);
    assert_string_equal(th_json_get_text(reply, "standing", ""), "completed");
    th_json_free(reply);
}

// Nothing was left when it was withdrawn: a rejection puts units under its lock again, and they go
// with all that is over.
static void withdrawal__of_a_listing_all_proposed_ends_it(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t id = listed(market, "两山银行", "100", "50");
    int64_t kept = market_id(take(market, id, "制药厂", "30", TH_OK));
    int64_t dropped = market_id(take(market, id, "造纸厂", "70", TH_OK));
    assert_int_equal(withdraw(market, id, TH_OK), 0);
    th_json_free(market_reject(market, dropped, TH_OK));
    assert_null(take(market, id, "制药厂", "20", TH_CONFLICT));
    market_refused(market, "listing_not_open");
    th_json_free(market_approve(market, kept, TH_OK));
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_ok(th_trade_expire(market->world.registry, &request, NULL, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_HELD), 7282 - 30);
    assert_int_equal(pool(market, "sold_t"), 30);
    assert_int_equal(pool(market, "sold_cost_fen"), 30 * 4344);
}

static void listing__accepted_by_a_bank_makes_a_pool(void **state)
{
    struct market *market = *state;
    int64_t id = listed(market, "马家弄村", "1000", "50");
    taken(market, id, "两山银行", "600");
    market->sale_on = NULL; // today, as the acceptance
    assert_int_equal(pool(market, "bought_t"), 600);
    assert_int_equal(pool(market, "cost_fen"), 2830189); // 30,000.00 / 1.06
    market_sold(market, "制药厂", "600", "73.41");
}

// No pool and no village is behind it but the seller himself.
static void listing__of_a_village_falls_under_no_term(void **state)
{
    struct market *market = *state;
    th_json_free(market_open_term(market, "gross", "70", "village=1", TH_OK));
    int64_t id = listed(market, "马家弄村", "1000", "50");
    (void)taken(market, id, "制药厂", "700");
    th_json_free(market_open_term(market, "net_of_cost", "70", "village=1", TH_OK));
}

static void term_of_pool_2(struct market *market, enum th_status want)
{
    const struct th_request officer = {.login = "officer"};
    const char *split = "village=1";
    const struct th_term_input input = {.from = "2021-01-01",
                                        .basis = "net_of_cost",
                                        .ratio = "80",
                                        .splits = &split,
                                        .n_splits = 1,
                                        .scope = "pool:2",
                                        .document = market->document};
    struct th_json *reply = NULL;
    assert_status(th_term_add(market->world.registry, &officer, &input, &reply, &market->err), want,
                  &market->err);
    th_json_free(reply);
}

// Pool 1 has 2,509 t.
static void listing__has_units_under_one_term(void **state)
{
    struct market *market = *state;
    const struct th_listing_input input = {
        .holder = "两山银行", .tonnes = "3000", .price = "60", .on = "2022-05-20"};
    market_bought(market, "1", "40.00");
    market_bought(market, "2", "40.00");
    th_json_free(market_open_term(market, "net_of_cost", "70", "village=1", TH_OK));
    int64_t id = listed(market, "两山银行", "3000", "60");
    term_of_pool_2(market, TH_CONFLICT); // it would divide what the listing still holds
    market_refused(market, "term_splits_deal");
    assert_int_equal(withdraw(market, id, TH_OK), 3000);
    term_of_pool_2(market, TH_OK);
    assert_null(offer(market, &input, TH_CONFLICT));
    market_refused(market, "sale_terms_differ");
    (void)listed(market, "两山银行", "2509", "60");
    (void)listed(market, "两山银行", "491", "60");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(listing__is_taken_in_parts_at_its_price),
        TEST(listing__rejected_acceptance_gives_its_units_back_to_it),
        TEST(listing__has_a_least_acceptance),
        TEST(listing__ends_after_its_last_day),
        TEST(listing__of_a_bank_leaves_its_pools_pro_rata_with_cost),
        TEST(listing__parts_of_a_cost_sum_to_the_whole),
        TEST(withdrawal__leaves_proposed_acceptances_alone),
        TEST(withdrawal__of_a_listing_all_taken_is_refused),
        TEST(withdrawal__of_a_listing_all_proposed_ends_it),
        TEST(listing__accepted_by_a_bank_makes_a_pool),
        TEST(listing__of_a_village_falls_under_no_term),
        TEST(listing__has_units_under_one_term),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

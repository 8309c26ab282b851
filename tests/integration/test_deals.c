// Transfers, cancellations, and what a proposal says of its effect.
#include <stdio.h>
#include <string.h>

#include "registry/rule.h"
#include "registry/setup.h"
#include "tests/integration/market.h"
#include "trading/deal/limit.h"
#include "trading/inbox/inbox.h"
#include "trading/spot/listing.h"

static struct th_json *transfer_on(struct market *market, const char *on, const char *from,
                                   const char *to, const char *tonnes, enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    const struct th_unit_transfer_input input = {
        .from = from, .to = to, .tonnes = tonnes, .note = "划转", .on = on};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_transfer(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static struct th_json *transfer(struct market *market, const char *from, const char *to,
                                const char *tonnes, enum th_status want)
{
    return transfer_on(market, NULL, from, to, tonnes, want);
}

static struct th_json *cancel(struct market *market, const char *holder, const char *tonnes,
                              const char *reason, enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    const struct th_cancellation_input input = {
        .holder = holder, .tonnes = tonnes, .reason = reason};
    struct th_json *reply = NULL;
    assert_status(th_trade_propose_cancellation(market->world.registry, &request, &input, &reply,
                                                &market->err),
                  want, &market->err);
    return reply;
}

static int64_t units_t(struct market *market, int64_t party_id, enum th_block_state state)
{
    struct th_unit_totals totals;
    assert_ok(th_ledger_totals(market->world.store, party_id, 0, &totals, &market->err),
              &market->err);
    return th_units_t(totals.by_state[state]);
}

static void assert_inbox(struct market *market, const char *login, const char *want)
{
    struct th_json *reply = NULL;
    char text[512] = "";
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        const struct th_json *item = th_json_at(items, i);
        size_t used = strlen(text);
        snprintf(text + used, sizeof(text) - used, "%s %s; ", th_json_get_text(item, "what", ""),
                 th_json_get_text(item, "subject", ""));
    }
    assert_string_equal(text, want);
    th_json_free(reply);
}

static void transfer__moves_units_without_money(void **state)
{
    struct market *market = *state;
    int64_t trade_id = market_id(transfer(market, "1", "制药厂", "900", TH_OK));
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 900);
    th_json_free(market_approve(market, trade_id, TH_OK));
    assert_int_equal(units_t(market, MARKET_PHARMA, TH_BLOCK_HELD), 900);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2509 - 900);
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT count(*) FROM money_leg"), 0);
    assert_null(transfer(market, "1", "马家弄村", "1", TH_INVALID));
    assert_null(transfer(market, "1", "核证机构", "1", TH_NOT_PERMITTED));
    assert_null(transfer(market, "1", "制药厂", "1610", TH_CONFLICT));
    market_refused(market, "not_enough_units");
}

static void transfer__of_pool_units_leaves_the_pool(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t trade_id = market_id(transfer(market, "两山银行", "造纸厂", "1000", TH_OK));
    th_json_free(market_approve(market, trade_id, TH_OK));
    assert_int_equal(th_test_sql_int(market->world.store,
                                     "SELECT sum(bought_t - sold_t - used_t) FROM pool_share"),
                     7282 - 1000);
    assert_null(market_sell(market, "制药厂", "6283", "70", NULL, TH_CONFLICT));
    market_sold(market, "制药厂", "6282", "70");
}

static void transfer__is_accepted_by_the_other_side(void **state)
{
    struct market *market = *state;
    int64_t trade_id = market_id(transfer(market, "1", "制药厂", "5", TH_OK));
    market_sql(market, "UPDATE user_account SET party_id = 1 WHERE login = 'officer'");
    assert_null(market_approve(market, trade_id, TH_NOT_PERMITTED));
    market_refused(market, "other_side_accepts");
    market_sql(market, "UPDATE user_account SET party_id = 6 WHERE login = 'officer'");
    th_json_free(market_approve(market, trade_id, TH_OK));
}

// Two persons of one bank are one side: they do not take a village's units for nothing.
static void deal__needs_a_word_of_the_giving_side(void **state)
{
    struct market *market = *state;
    const struct th_request admin = {.login = "admin"};
    const struct th_request second = {.login = "bank-2"};
    struct th_json *reply = NULL;
    assert_ok(th_user_add(market->world.registry, &admin, "bank-2", "bank", NULL, "两山银行",
                          &reply, &market->err),
              &market->err);
    th_json_free(reply);
    market_sql(market, "UPDATE user_account SET party_id = 5 WHERE login = 'bank'");
    int64_t moved = market_id(transfer(market, "1", "两山银行", "900", TH_OK));
    int64_t bought = market_id(market_buy(market, "2", "0", NULL, NULL, NULL, TH_OK));
    for (int64_t id = moved; id <= bought; id++) {
        reply = NULL;
        assert_status(
            th_trade_approve(market->world.registry, &second, id, NULL, &reply, &market->err),
            TH_NOT_PERMITTED, &market->err);
        market_refused(market, "giver_unheard");
    }
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_HELD), 0);
    // The county's officer speaks for a village; and a purchase that pays needs the bank alone.
    th_json_free(market_approve(market, moved, TH_OK));
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_HELD), 900);
    th_json_free(market_reject(market, bought, TH_OK));
    // Nor is next to nothing a price.
    int64_t cheap = market_id(market_buy(market, "2", "0.99", NULL, NULL, NULL, TH_OK));
    reply = NULL;
    assert_status(
        th_trade_approve(market->world.registry, &second, cheap, NULL, &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    market_refused(market, "giver_unheard");
    th_json_free(market_reject(market, cheap, TH_OK));
    // Of several givers nobody is heard by one more of the bank either.
    cheap = market_id(market_buy(market, "1 2", "0", NULL, NULL, NULL, TH_OK));
    reply = NULL;
    assert_status(
        th_trade_approve(market->world.registry, &second, cheap, NULL, &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    market_refused(market, "giver_unheard");
    th_json_free(market_reject(market, cheap, TH_OK));
    int64_t paid = market_id(market_buy(market, "2", "1.00", NULL, NULL, NULL, TH_OK));
    reply = NULL;
    assert_ok(th_trade_approve(market->world.registry, &second, paid, NULL, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static enum th_status retire_by_banks(struct market *market, const char *tonnes,
                                      const char *beneficiary)
{
    const struct th_request second = {.login = "bank-2"};
    struct th_json *reply = NULL;
    int64_t id = market_id(market_retire(market, "制药厂", tonnes, beneficiary, TH_OK));
    enum th_status status =
        th_trade_approve(market->world.registry, &second, id, NULL, &reply, &market->err);
    th_json_free(reply);
    if (status != TH_OK) {
        th_json_free(market_reject(market, id, TH_OK));
    }
    return status;
}

// A bank serves a customer who has no login with what it sold him, for himself; the rest of his
// units is none of its business.
static void deal__takes_no_units_before_they_came(void **state)
{
    struct market *market = *state;
    market_bought(market, "1", "43.44");
    market->sale_on = "2022-06-02";
    market_sold(market, "制药厂", "20", "70");
    assert_null(market_retire(market, "制药厂", "20", "制药厂", TH_INVALID)); // a day before
    market_refused(market, "deal_before");
    assert_string_equal(th_error_arg_get(&market->err, "earlier"), "2022-06-02");
    // Of units that came twice the later day counts, also of a part of them.
    market->sale_on = "2022-06-01";
    market_sold(market, "造纸厂", "30", "70");
    th_json_free(market_retire(market, "造纸厂", "10", "造纸厂", TH_OK));
    int64_t gift = market_id(transfer_on(market, "2022-06-03", "造纸厂", "印染厂", "15", TH_OK));
    th_json_free(market_approve(market, gift, TH_OK));
    assert_null(market_retire(market, "印染厂", "7", "印染厂", TH_INVALID));
    market_refused(market, "deal_before");
}

static void retirement__of_a_customers_units_is_what_the_bank_sold_him(void **state)
{
    struct market *market = *state;
    market_bought(market, "1", "43.44");
    market_sold(market, "制药厂", "20", "70");
    int64_t gift = market_id(transfer_on(market, "2022-05-21", "2", "制药厂", "300", TH_OK));
    th_json_free(market_approve(market, gift, TH_OK));
    market_login(market, "bank-2", "两山银行");
    market_sql(market, "UPDATE user_account SET party_id = 5 WHERE login = 'bank'");
    assert_int_equal(retire_by_banks(market, "21", "制药厂"), TH_NOT_PERMITTED);
    market_refused(market, "giver_unheard");
    assert_int_equal(retire_by_banks(market, "5", "造纸厂"), TH_NOT_PERMITTED);
    market_refused(market, "giver_unheard");
    assert_int_equal(retire_by_banks(market, "15", "制药厂"), TH_OK);
    assert_int_equal(retire_by_banks(market, "6", "制药厂"), TH_NOT_PERMITTED);
    // Who is asked: the bank's second person where he may, and the county wherever he may not.
    int64_t few = market_id(market_retire(market, "制药厂", "5", "制药厂", TH_OK));
    assert_inbox(market, "bank-2",
                 "trade.approve trade:8; receipt.confirm trade:1; receipt.confirm trade:2; ");
    th_json_free(market_reject(market, few, TH_OK));
    few = market_id(market_retire(market, "制药厂", "6", "制药厂", TH_OK));
    assert_inbox(market, "bank-2", "receipt.confirm trade:1; receipt.confirm trade:2; ");
    assert_inbox(market, "officer", "trade.approve trade:9; ");
    th_json_free(market_reject(market, few, TH_OK));
    assert_int_equal(retire_by_banks(market, "5", "制药厂"), TH_OK);
    assert_int_equal(units_t(market, MARKET_PHARMA, TH_BLOCK_RETIRED), 20);
    assert_int_equal(units_t(market, MARKET_PHARMA, TH_BLOCK_HELD), 300);
}

// Nothing is sold before it was bought, nor bought before it could be there.
static void deal__is_not_older_than_what_it_builds_upon(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44"); // on 2022-01-10
    market->sale_on = "2022-01-09";
    assert_null(market_sell(market, "制药厂", "1", "70", NULL, TH_INVALID));
    market_refused(market, "deal_before");
    assert_string_equal(th_error_arg_get(&market->err, "earlier"), "2022-01-10");
    market->sale_on = "2022-01-10";
    market_sold(market, "制药厂", "1", "70");
}

// A lump sum goes to the lines by tonnes, to the fen: 1,000 t are 345 + 655 by the villages'
// 2,509 and 4,773 t; of 100.00 CNY 34.50 and 65.50.
static void resale__for_a_lump_sum(void **state)
{
    struct market *market = *state;
    const struct th_request request = {.login = "bank"};
    struct th_resale_input input = {.from = "两山银行",
                                    .to = "制药厂",
                                    .tonnes = "1000",
                                    .amount = "100.00",
                                    .price = "1",
                                    .on = "2022-05-20"};
    struct th_json *reply = NULL;
    market_bought(market, "1 2", "43.44");
    assert_status(
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err),
        TH_USAGE, &market->err);
    market_refused(market, "price_or_amount");
    input.price = NULL;
    assert_ok(
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    assert_int_equal(th_json_type(th_json_get(reply, "price_fen")), TH_JSON_NULL);
    assert_int_equal(th_json_get_int(reply, "amount_fen", 0), 10000);
    const struct th_json *lines = th_json_get(reply, "lines");
    assert_int_equal(th_json_get_int(th_json_at(lines, 0), "tonnes", 0), 345);
    assert_int_equal(th_json_get_int(th_json_at(lines, 0), "amount_fen", 0), 3450);
    assert_int_equal(th_json_get_int(th_json_at(lines, 1), "amount_fen", 0), 6550);
    int64_t id = market_id(reply);
    th_json_free(market_approve(market, id, TH_OK));
    th_json_free(market_receipt(market, id, "100.00", TH_OK));
    th_json_free(market_term(market, "gross", "70", "village=1", TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(market_payment_fen(reply, MARKET_MAJIANONG),
                     2412); // 70.00 by what each put into the pool: 24.118…
    assert_int_equal(market_payment_fen(reply, MARKET_GAOJIATANG), 4588);
    th_json_free(reply);
}

static void cancellation__ends_units_for_a_reason(void **state)
{
    struct market *market = *state;
    assert_null(cancel(market, "1", "10", "", TH_USAGE));
    market_refused(market, "cancellation_reason");
    int64_t trade_id = market_id(cancel(market, "1", "10", "重复登记", TH_OK));
    th_json_free(market_approve(market, trade_id, TH_OK));
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_CANCELLED), 10);
    int64_t given_back = market_id(cancel(market, "1", "7", "又一次", TH_OK));
    th_json_free(market_reject(market, given_back, TH_OK));
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_CANCELLED), 10);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2499);
    assert_null(transfer(market, "1", "制药厂", "2500", TH_CONFLICT));
}

static struct th_json *choose(struct market *market, const char *tonnes, const char *vintage,
                              const char *parcel, enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    const struct th_resale_input input = {.from = "两山银行",
                                          .to = "制药厂",
                                          .tonnes = tonnes,
                                          .price = "70",
                                          .vintage = vintage,
                                          .parcels = &parcel,
                                          .n_parcels = parcel ? 1 : 0};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

// 837 + 1,591 t are of 2022; a line for each village's package, at its own cost.
static void resale__of_a_vintage(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    struct th_json *reply = choose(market, "1000", "2022", NULL, TH_OK);
    const struct th_json *blocks = th_json_get(reply, "blocks");
    assert_int_equal(th_json_size(blocks), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(th_json_get_int(th_json_at(blocks, i), "vintage", 0), 2022);
    }
    assert_int_equal(market_line_t(reply, 1), 837);
    assert_int_equal(market_line_t(reply, 2), 163);
    // 43.44 a tonne.
    assert_int_equal(th_json_get_int(th_json_at(th_json_get(reply, "lines"), 0), "cost_fen", 0),
                     837 * 4344);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    assert_null(choose(market, "1429", "2022", NULL, TH_CONFLICT));
    assert_null(choose(market, "1", "1850", NULL, TH_INVALID));
    assert_null(choose(market, "1", "2030", NULL, TH_CONFLICT));
    th_json_free(choose(market, "1428", "2022", NULL, TH_OK));
}

// 100 t from 33,333 kg of one parcel and 66,667 of the other: tonne 34 belongs to both and to
// neither, so that 33 and 66 can be sold by parcel.
static void resale__of_a_parcel_takes_its_whole_tonnes(void **state)
{
    struct market *market = *state;
    const int64_t tonnes_t[] = {100};
    int64_t package_id = market_package(market, "两块地", MARKET_MAJIANONG, MARKET_VILLAGE_1,
                                        MARKET_VILLAGE_2, tonnes_t, 1, 0);
    char package[24];
    char first[24];
    char second[24];
    int64_t parcel = th_test_sql_int(market->world.store, "SELECT max(parcel_id) FROM parcel");
    snprintf(package, sizeof(package), "%lld", (long long)package_id);
    snprintf(first, sizeof(first), "%lld", (long long)parcel - 1);
    snprintf(second, sizeof(second), "%lld", (long long)parcel);
    market_bought(market, package, "40");
    assert_null(choose(market, "34", NULL, first, TH_CONFLICT));
    market_refused(market, "not_enough_units");
    assert_string_equal(th_error_arg_get(&market->err, "available"), "33");
    assert_null(choose(market, "67", NULL, second, TH_CONFLICT));
    assert_string_equal(th_error_arg_get(&market->err, "available"), "66");
    struct th_json *reply = choose(market, "66", NULL, second, TH_OK);
    const struct th_json *block = th_json_at(th_json_get(reply, "blocks"), 0);
    assert_int_equal(th_json_get_int(block, "first", 0), 35);
    assert_int_equal(th_json_get_int(block, "last", 0), 100);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    assert_null(choose(market, "1", NULL, second, TH_CONFLICT));
    assert_null(choose(market, "1", NULL, "x", TH_INVALID));
}

// By contract the oldest vintage goes first: 836 + 1,591 t of 2021 before any of 2022.
static void resale__oldest_first_where_the_contract_says_so(void **state)
{
    struct market *market = *state;
    static const char *const PACKAGES[] = {"1", "2"};
    const struct th_request request = {.login = "bank"};
    const struct th_purchase_input input = {.packages = PACKAGES,
                                            .n_packages = 2,
                                            .to = "两山银行",
                                            .price = "43.44",
                                            .draw = "oldest",
                                            .on = "2022-01-10"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_purchase(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    reply = market_sell(market, "制药厂", "2000", "70", NULL, TH_OK);
    assert_int_equal(market_line_t(reply, 1), 836);
    assert_int_equal(market_line_t(reply, 2), 2000 - 836);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    reply = market_sell(market, "制药厂", "1000", "70", NULL, TH_OK);
    assert_int_equal(market_line_t(reply, 1), 1000 - (1591 - 1164));
    assert_int_equal(market_line_t(reply, 2), 1591 - 1164);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
}

static struct th_json *sell_in_parts(struct market *market, const char *const *pay, size_t n_pay,
                                     enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    const struct th_resale_input input = {.from = "两山银行",
                                          .to = "制药厂",
                                          .tonnes = "2000",
                                          .price = "73.41",
                                          .pay = pay,
                                          .n_pay = n_pay,
                                          .on = "2022-06-10"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

// The most urgent item of the bank's inbox: until when, how much, the command that does it, and who
// is across the table.
static void assert_first_item(struct market *market, const char *until, int64_t amount_fen,
                              const char *command, const char *name)
{
    struct th_json *reply = NULL;
    assert_ok(th_inbox(market->world.registry, "bank", &reply, &market->err), &market->err);
    const struct th_json *first = th_json_at(th_json_get(reply, "items"), 0);
    assert_string_equal(th_json_get_text(first, "until", ""), until);
    assert_int_equal(th_json_get_int(first, "amount_fen", 0), amount_fen);
    assert_string_equal(th_json_get_text(first, "command", ""), command);
    assert_string_equal(th_json_get_text(first, "name", ""), name);
    th_json_free(reply);
}

// 146,820.00 in two parts; 50,000.00 arrived: the first is paid, a part of the second.
static void schedule__parts_are_the_whole_and_fill_by_day(void **state)
{
    static const char *const PAY[] = {"2022-12-31=106820.00", "2022-06-30=40000.00"};
    static const char *const SHORT[] = {"2022-12-31=106820.00"};
    static const char *const EARLY[] = {"2022-06-09=40000.00", "2022-12-31=106820.00"};
    static const char *const WRONG[] = {"2022-06-31=146820.00"};
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    assert_null(sell_in_parts(market, SHORT, 1, TH_INVALID));
    market_refused(market, "schedule_sum");
    assert_null(sell_in_parts(market, EARLY, 2, TH_INVALID));
    market_refused(market, "schedule_day");
    assert_null(sell_in_parts(market, WRONG, 1, TH_INVALID));
    market_refused(market, "schedule_step");
    int64_t trade_id = market_id(sell_in_parts(market, PAY, 2, TH_OK));
    th_json_free(market_approve(market, trade_id, TH_OK));
    assert_first_item(market, "2022-06-30", 4000000, "tanhui receipt confirm 2 --amount 40,000.00",
                      "两山银行");
    struct th_json *reply = market_receipt(market, trade_id, "50000.00", TH_OK);
    const struct th_json *schedule = th_json_get(reply, "schedule");
    assert_int_equal(th_json_size(schedule), 2);
    assert_string_equal(th_json_get_text(th_json_at(schedule, 0), "on", ""), "2022-06-30");
    assert_int_equal(th_json_get_int(th_json_at(schedule, 0), "received_fen", 0), 4000000);
    assert_int_equal(th_json_get_int(th_json_at(schedule, 1), "amount_fen", 0), 10682000);
    assert_int_equal(th_json_get_int(th_json_at(schedule, 1), "received_fen", 0), 1000000);
    th_json_free(reply);
    assert_first_item(market, "2022-12-31", 14682000 - 5000000,
                      "tanhui receipt confirm 2 --amount 96,820.00", "两山银行");
}

// Of a purchase from two villages the bank sees a village, not itself.
static void inbox__names_who_is_across_the_table(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    assert_first_item(market, "", 31633008, "tanhui receipt confirm 1 --amount 316,330.08",
                      "马家弄村, 高家堂村");
}

static int64_t effect(const struct th_json *reply, const char *part, int64_t party,
                      const char *what, const char *name, const char *amount)
{
    const struct th_json *items = th_json_get(th_json_get(reply, "effect"), part);
    for (size_t i = 0; i < th_json_size(items); i++) {
        const struct th_json *item = th_json_at(items, i);
        if (th_json_get_int(item, "party", 0) == party &&
            strcmp(th_json_get_text(item, what, ""), name) == 0) {
            return th_json_get_int(item, amount, 0);
        }
    }
    return 0;
}

// 2,000 t of both villages' pool at 73.41 CNY: 146,820.00.
static void effect__tells_what_the_approval_will_do(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    struct th_json *reply = market_sell(market, "制药厂", "2000", "73.41", NULL, TH_OK);
    int64_t trade_id = th_json_get_int(reply, "trade_id", 0);
    assert_int_equal(effect(reply, "units", MARKET_BANK, "state", "locked", "change_t"), -2000);
    assert_int_equal(effect(reply, "units", MARKET_BANK, "state", "held", "change_t"), 0);
    assert_int_equal(effect(reply, "units", MARKET_PHARMA, "state", "held", "change_t"), 2000);
    assert_int_equal(effect(reply, "money", MARKET_BANK, "account", "claim", "change_fen"),
                     14682000);
    assert_int_equal(effect(reply, "money", MARKET_PHARMA, "account", "claim", "change_fen"),
                     -14682000);
    assert_int_equal(effect(reply, "money", MARKET_BANK, "side", "receivable", "side_fen"),
                     14682000);
    assert_int_equal(effect(reply, "money", MARKET_PHARMA, "side", "payable", "side_fen"),
                     14682000);
    struct th_json *shown = NULL;
    assert_ok(th_trade_show(market->world.registry, trade_id, &shown, &market->err), &market->err);
    assert_true(th_json_equal(th_json_get(shown, "effect"), th_json_get(reply, "effect")));
    th_json_free(shown);
    th_json_free(reply);
    reply = market_approve(market, trade_id, TH_OK);
    assert_null(th_json_get(reply, "effect"));
    th_json_free(reply);
}

static void days_pass(struct market *market, int64_t days)
{
    market->world.now_utc += days * 86400;
}

static size_t expire(struct market *market)
{
    const struct th_request request = {.login = "officer"};
    struct th_json *reply = NULL;
    assert_ok(th_trade_expire(market->world.registry, &request, NULL, &reply, &market->err),
              &market->err);
    size_t n = th_json_size(th_json_get(reply, "expired"));
    th_json_free(reply);
    return n;
}

// Nothing is to be ended, and still not everybody may ask for it.
static void expire__needs_somebody_who_may_approve(void **state)
{
    struct market *market = *state;
    const struct th_request nobody = {.login = "nobody"};
    const struct th_request clerk = {.login = "clerk"};
    struct th_json *reply = NULL;
    assert_status(th_trade_expire(market->world.registry, &nobody, NULL, &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    market_refused(market, "login_unknown");
    assert_status(th_trade_expire(market->world.registry, &clerk, NULL, &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    market_refused(market, "role_not_allowed");
    assert_int_equal(expire(market), 0);
}

// Thirty days, the thirtieth included.
static void proposal__ends_after_its_last_day(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    struct th_json *reply = market_sell(market, "制药厂", "2000", "73.41", NULL, TH_OK);
    int64_t late = th_json_get_int(reply, "trade_id", 0);
    assert_string_equal(th_json_get_text(reply, "expires_on", ""), "2024-04-09");
    th_json_free(reply);
    int64_t in_time = market_id(market_sell(market, "制药厂", "10", "73.41", NULL, TH_OK));
    days_pass(market, 30);
    assert_int_equal(expire(market), 0);
    reply = market_approve(market, in_time, TH_OK);
    assert_null(th_json_get_text(reply, "expires_on", NULL)); // decided, it has no last day
    th_json_free(reply);
    days_pass(market, 1);
    assert_null(market_approve(market, late, TH_CONFLICT));
    market_refused(market, "trade_expired");
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_LOCKED), 2000);
    assert_int_equal(expire(market), 1);
    assert_int_equal(expire(market), 0);
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_LOCKED), 0);
    assert_ok(th_trade_show(market->world.registry, late, &reply, &market->err), &market->err);
    assert_string_equal(th_json_get_text(reply, "state", ""), "expired");
    assert_int_equal(th_json_type(th_json_get(reply, "decided_by")), TH_JSON_NULL);
    th_json_free(reply);
    market_sold(market, "制药厂", "7272", "70");
}

static void set_rule(struct market *market, const char *name, const char *value)
{
    const struct th_request request = {.login = "officer"};
    const struct th_rule_set_options options = {.name = name, .value = value, .reason = "县里定"};
    struct th_json *reply = NULL;
    assert_ok(th_rule_set(market->world.registry, &request, &options, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static enum th_status approve_as(struct market *market, const char *login, int64_t trade_id)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_approve(market->world.registry, &request, trade_id, NULL, &reply, &market->err);
    th_json_free(reply);
    return status;
}

// 100 CNY: a tonne at 100.00 needs one person, at 100.01 two; what brings no money always two.
static struct th_json *list_one(struct market *market, const char *price)
{
    const struct th_request request = {.login = "bank"};
    const struct th_listing_input input = {
        .holder = "两山银行", .tonnes = "1", .price = price, .on = "2022-05-20"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_listing(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return reply;
}

static void approval__by_one_person_below_the_countys_threshold(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t before = market_id(market_sell(market, "制药厂", "1", "1", NULL, TH_OK));
    assert_status(approve_as(market, "bank", before), TH_NOT_PERMITTED, &market->err);
    market_refused(market, "second_person");
    set_rule(market, "deal_alone_cny", "100");
    int64_t small = market_id(market_sell(market, "制药厂", "1", "100", NULL, TH_OK));
    int64_t large = market_id(market_sell(market, "制药厂", "1", "100.01", NULL, TH_OK));
    int64_t given = market_id(transfer(market, "两山银行", "制药厂", "1", TH_OK));
    assert_ok(approve_as(market, "bank", small), &market->err);
    assert_status(approve_as(market, "bank", large), TH_NOT_PERMITTED, &market->err);
    market_refused(market, "second_person");
    assert_status(approve_as(market, "bank", given), TH_NOT_PERMITTED, &market->err);
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, small, &reply, &market->err), &market->err);
    assert_int_equal(th_json_get_int(reply, "alone_rule_id", 0), 1);
    th_json_free(reply);
    days_pass(market, 1);
    // 64.35 * 100 is less than 6435 for a computer.
    set_rule(market, "deal_alone_cny", "64.35");
    int64_t exact = market_id(market_sell(market, "制药厂", "1", "64.35", NULL, TH_OK));
    int64_t above = market_id(market_sell(market, "制药厂", "1", "64.36", NULL, TH_OK));
    assert_ok(approve_as(market, "bank", exact), &market->err);
    assert_status(approve_as(market, "bank", above), TH_NOT_PERMITTED, &market->err);
    // Two tonnes cost 86.88, however little is asked for them.
    int64_t cheap = market_id(market_sell(market, "制药厂", "2", "0.01", NULL, TH_OK));
    assert_status(approve_as(market, "bank", cheap), TH_NOT_PERMITTED, &market->err);
    // A gift and a listing bring no money, so that no price of theirs is small.
    int64_t gift = market_id(market_sell(market, "制药厂", "1", "0", NULL, TH_OK));
    assert_status(approve_as(market, "bank", gift), TH_NOT_PERMITTED, &market->err);
    market_refused(market, "second_person");
    int64_t listed = market_id(list_one(market, "64"));
    assert_status(approve_as(market, "bank", listed), TH_NOT_PERMITTED, &market->err);
    market_refused(market, "second_person");
    // Of a village's units one person of the bank takes none.
    market_sql(market, "UPDATE user_account SET party_id = 5 WHERE login = 'bank'");
    const int64_t few_t = 1;
    market_package(market, "小包", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, &few_t, 1, 0);
    int64_t taken = market_id(market_buy(market, "小包", "0.01", NULL, NULL, NULL, TH_OK));
    assert_status(approve_as(market, "bank", taken), TH_NOT_PERMITTED, &market->err);
    market_refused(market, "second_person");
}

static struct th_json *sell_at_once(struct market *market, const char *price, enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    const struct th_resale_input input = {.from = "两山银行",
                                          .to = "制药厂",
                                          .tonnes = "2",
                                          .price = price,
                                          .at_once = true,
                                          .on = "2022-05-20"};
    struct th_json *reply = NULL;
    enum th_status status =
        th_trade_propose_resale(market->world.registry, &request, &input, &reply, &market->err);
    assert_status(status, want, &market->err);
    return reply;
}

// Below the threshold proposal and approval are one entry; above it not even the proposal stays.
static void resale__carried_out_at_once_is_one_entry_or_nothing(void **state)
{
    struct market *market = *state;
    struct th_store *store = market->world.store;
    market_bought(market, "1 2", "43.44");
    int64_t before = th_test_sql_int(store, "SELECT max(seq) FROM journal");
    assert_null(sell_at_once(market, "10", TH_NOT_PERMITTED));
    market_refused(market, "not_at_once");
    assert_int_equal(th_test_sql_int(store, "SELECT max(seq) FROM journal"), before);
    set_rule(market, "deal_alone_cny", "100");
    assert_null(sell_at_once(market, "50.01", TH_NOT_PERMITTED)); // 100.02
    struct th_json *reply = sell_at_once(market, "50", TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "approved");
    assert_int_equal(th_json_get_int(reply, "alone_rule_id", 0), 1);
    assert_int_equal(th_json_get_int(reply, "outstanding_fen", 0), 10000);
    th_json_free(reply);
    assert_int_equal(th_test_sql_int(store, "SELECT max(seq) FROM journal"), before + 2);
    assert_int_equal(th_test_sql_int(store, "SELECT count(*) FROM trade WHERE kind = 'resale'"), 1);
    assert_int_equal(units_t(market, MARKET_PHARMA, TH_BLOCK_HELD), 2);
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_LOCKED), 0);
}

// 60.00 and 40.00 are 100.00; a fen more waits for somebody else, and for nobody the next day.
static void approval__by_one_person_counts_together_over_a_day(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "1.00");
    set_rule(market, "deal_alone_cny", "100");
    int64_t first = market_id(market_sell(market, "制药厂", "1", "60", NULL, TH_OK));
    int64_t above = market_id(market_sell(market, "制药厂", "1", "40.01", NULL, TH_OK));
    int64_t exact = market_id(market_sell(market, "制药厂", "1", "40", NULL, TH_OK));
    assert_ok(approve_as(market, "bank", first), &market->err);
    assert_status(approve_as(market, "bank", above), TH_NOT_PERMITTED, &market->err);
    market_refused(market, "alone_sum");
    assert_string_equal(th_error_arg_get(&market->err, "before"), "60.00");
    assert_ok(approve_as(market, "bank", exact), &market->err);
    struct th_json *reply = sell_at_once(market, "1", TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "proposed");
    th_json_free(reply);
    th_json_free(market_approve(market, above, TH_OK)); // by the officer, whose sum is his own
    days_pass(market, 1);
    reply = sell_at_once(market, "50", TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "approved");
    th_json_free(reply);
}

static void set_limit(struct market *market, const char *amount, const char *tonnes)
{
    const struct th_request request = {.login = "admin"};
    const struct th_user_limit_input input = {
        .login = "officer", .amount = amount, .tonnes = tonnes};
    struct th_json *reply = NULL;
    assert_ok(th_user_limit_set(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static void approval__within_the_limits_of_a_login(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t trade_id = market_id(market_sell(market, "制药厂", "10", "50", NULL, TH_OK));
    set_limit(market, "499.99", NULL);
    assert_null(market_approve(market, trade_id, TH_NOT_PERMITTED));
    market_refused(market, "limit_amount");
    set_limit(market, "500", "9");
    assert_null(market_approve(market, trade_id, TH_NOT_PERMITTED));
    market_refused(market, "limit_tonnes");
    set_limit(market, "500", "10");
    th_json_free(market_approve(market, trade_id, TH_OK));
    set_limit(market, NULL, NULL);
    market_sold(market, "制药厂", "5000", "70");
}

// "what subject" of every item, in order, each with a space behind it.
static void inbox__asks_everybody_for_his_part(void **state)
{
    struct market *market = *state;
    assert_inbox(market, "bank", "");
    th_json_free(market_open_term(market, "net_of_cost", "70", "village=1", TH_OK));
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_id(market_sell(market, "制药厂", "2000", "73.41", NULL, TH_OK));
    assert_inbox(market, "bank", "receipt.confirm trade:1; ");
    assert_inbox(market, "officer", "trade.approve trade:2; ");
    assert_inbox(market, "verifier", "");
    th_json_free(market_approve(market, sale, TH_OK));
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    assert_inbox(market, "bank", "receipt.confirm trade:1; revenue.distribute party:5; ");
    assert_inbox(market, "officer", "");
    th_json_free(market_sell(market, "造纸厂", "3", "70", NULL, TH_OK));
    days_pass(market, 31);
    assert_inbox(market, "officer", "trade.expire trade:3; ");
    assert_int_equal(expire(market), 1);
    assert_inbox(market, "officer", "");
    market_sql(market, "UPDATE package SET state = 'submitted' WHERE package_id = 1;"
                       "UPDATE package SET state = 'verified' WHERE package_id = 2");
    assert_inbox(market, "verifier", "package.verify package:1; ");
    assert_inbox(market, "officer", "package.issue package:2; ");
    market_sql(market, "UPDATE package SET state = 'issued'");
    struct th_json *reply = NULL;
    assert_status(th_inbox(market->world.registry, "nobody", &reply, &market->err),
                  TH_NOT_PERMITTED, &market->err);
    market_refused(market, "login_unknown");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(expire__needs_somebody_who_may_approve),
        TEST(transfer__moves_units_without_money),
        TEST(transfer__of_pool_units_leaves_the_pool),
        TEST(transfer__is_accepted_by_the_other_side),
        TEST(deal__needs_a_word_of_the_giving_side),
        TEST(deal__is_not_older_than_what_it_builds_upon),
        TEST(deal__takes_no_units_before_they_came),
        TEST(retirement__of_a_customers_units_is_what_the_bank_sold_him),
        TEST(resale__for_a_lump_sum),
        TEST(cancellation__ends_units_for_a_reason),
        TEST(proposal__ends_after_its_last_day),
        TEST(approval__by_one_person_below_the_countys_threshold),
        TEST(resale__carried_out_at_once_is_one_entry_or_nothing),
        TEST(approval__by_one_person_counts_together_over_a_day),
        TEST(approval__within_the_limits_of_a_login),
        TEST(resale__of_a_vintage),
        TEST(resale__of_a_parcel_takes_its_whole_tonnes),
        TEST(resale__oldest_first_where_the_contract_says_so),
        TEST(schedule__parts_are_the_whole_and_fill_by_day),
        TEST(inbox__asks_everybody_for_his_part),
        TEST(inbox__names_who_is_across_the_table),
        TEST(effect__tells_what_the_approval_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Pledges by rank, their release and enforcement, and the money of a loan.
#include <stdio.h>

#include "registry/setup.h"
#include "store/deal/money_store.h"
#include "tests/integration/market.h"
#include "tests/unit/case_file.h"
#include "trading/pledge/pledge.h"

static const struct th_pledge_input DEBT = {.principal = "100000",
                                            .rate = "4.35",
                                            .from = "2022-06-01",
                                            .until = "2023-05-31",
                                            .valuation = "120000",
                                            .number = "质押2022-1号",
                                            .on = "2022-06-01"};

static struct th_json *propose(struct market *market, const struct th_pledge_input *input,
                               enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_pledge(market->world.registry, &request, input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static int64_t pledged(struct market *market, const char *holder, const char *to,
                       const char *tonnes, const char *after)
{
    struct th_pledge_input input = DEBT;
    input.holder = holder;
    input.to = to;
    input.tonnes = tonnes;
    input.after = after;
    int64_t trade_id = market_id(propose(market, &input, TH_OK));
    return market_id(market_approve(market, trade_id, TH_OK));
}

static struct th_json *release(struct market *market, const char *login, int64_t pledge_id,
                               const char *tonnes, enum th_status want)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)pledge_id);
    const struct th_request request = {.login = login};
    const struct th_release_input input = {.pledge = id, .tonnes = tonnes};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_release(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static void released(struct market *market, int64_t pledge_id, const char *tonnes)
{
    int64_t trade_id = market_id(release(market, "bank", pledge_id, tonnes, TH_OK));
    th_json_free(market_approve(market, trade_id, TH_OK));
}

static struct th_json *enforce(struct market *market, int64_t pledge_id, const char *buyer,
                               const char *tonnes, const char *owed, const char *next,
                               enum th_status want)
{
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)pledge_id);
    const struct th_request request = {.login = "bank"};
    const struct th_enforcement_input input = {.pledge = id,
                                               .to = buyer,
                                               .tonnes = tonnes,
                                               .price = "60.00",
                                               .owed = owed,
                                               .number = "裁定2023-5号",
                                               .next = &next,
                                               .n_next = next ? 1 : 0,
                                               .on = "2023-06-10"};
    struct th_json *reply = NULL;
    assert_status(th_trade_propose_enforcement(market->world.registry, &request, &input, &reply,
                                               &market->err),
                  want, &market->err);
    return reply;
}

static struct th_json *pay_on(struct market *market, int64_t pledge_id, const char *kind,
                              const char *amount, const char *enforcement, const char *on,
                              enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    const struct th_loan_input input = {.pledge_id = pledge_id,
                                        .kind = kind,
                                        .amount = amount,
                                        .enforcement = enforcement,
                                        .on = on};
    struct th_json *reply = NULL;
    assert_status(th_loan_pay(market->world.registry, &request, &input, &reply, &market->err), want,
                  &market->err);
    return reply;
}

static struct th_json *pay(struct market *market, int64_t pledge_id, const char *kind,
                           const char *amount, const char *enforcement, enum th_status want)
{
    return pay_on(market, pledge_id, kind, amount, enforcement, "2023-06-20", want);
}

static int64_t units_t(struct market *market, int64_t party_id, enum th_block_state state)
{
    struct th_unit_totals totals;
    assert_ok(th_ledger_totals(market->world.store, party_id, 0, &totals, &market->err),
              &market->err);
    return th_units_t(totals.by_state[state]);
}

static int64_t money_fen(struct market *market, int64_t party_id, bool cash)
{
    struct th_money_totals totals;
    assert_ok(th_money_totals(market->world.store, party_id, &totals, &market->err), &market->err);
    return th_money_fen(cash ? totals.cash : totals.claim);
}

static struct th_json *shown(struct market *market, int64_t trade_id)
{
    struct th_json *reply = NULL;
    assert_ok(th_trade_show(market->world.registry, trade_id, &reply, &market->err), &market->err);
    return reply;
}

// A number of "pledge" in the reply of its trade.
static int64_t of_pledge(struct market *market, int64_t trade_id, const char *key)
{
    struct th_json *reply = shown(market, trade_id);
    int64_t value = th_json_get_int(th_json_get(reply, "pledge"), key, -1);
    th_json_free(reply);
    return value;
}

static void pledge__keeps_its_units_locked_after_the_approval(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market, "马家弄村", "两山银行", "1000", NULL);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 1000);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 1509);
    assert_int_equal(of_pledge(market, pledge_id, "held_t"), 1000);
    assert_int_equal(of_pledge(market, pledge_id, "rank"), 1);
    assert_int_equal(of_pledge(market, pledge_id, "principal_fen"), 10000000);
    assert_int_equal(of_pledge(market, pledge_id, "valuation_fen"), 12000000);
    // What is pledged is not for sale.
    assert_null(market_buy(market, "1", "43.44", NULL, NULL, "1510", TH_CONFLICT));
    market_refused(market, "not_enough_units");
    // A term and a registration that are over warn; they unlock nothing.
    struct th_json *reply = shown(market, pledge_id);
    const struct th_json *warnings = th_json_get(th_json_get(reply, "pledge"), "warnings");
    assert_int_equal(th_json_size(warnings), 1);
    assert_string_equal(th_json_text(th_json_at(warnings, 0)), "never_paid_out");
    th_json_free(reply);
    const struct th_request request = {.login = "bank"};
    assert_ok(th_trade_expire(market->world.registry, &request, NULL, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "expired")), 0);
    th_json_free(reply);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 1000);
}

// Today is 2024-03-10 in Shanghai.
static void pledge__registration_warns_before_and_after_its_end(void **state)
{
    struct market *market = *state;
    static const struct {
        const char *until;
        const char *warning; // NULL: none
    } CASES[] = {{"2024-03-09", "registration_over"},
                 {"2024-03-10", "registration_ending"},
                 {"2024-04-08", "registration_ending"},
                 {"2024-04-09", NULL}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_pledge_input input = DEBT;
        input.holder = "1";
        input.to = "两山银行";
        input.tonnes = "1";
        input.until = "2030-01-01";
        input.registrar_number = "中登0123";
        input.registrar_until = CASES[i].until;
        int64_t id = market_id(propose(market, &input, TH_OK));
        th_json_free(market_approve(market, id, TH_OK));
        struct th_json *reply = shown(market, id);
        const struct th_json *warnings = th_json_get(th_json_get(reply, "pledge"), "warnings");
        assert_int_equal(th_json_size(warnings), CASES[i].warning ? 1 : 0);
        if (CASES[i].warning) {
            assert_string_equal(th_json_text(th_json_at(warnings, 0)), CASES[i].warning);
        }
        th_json_free(reply);
    }
}

static void pledge__rejected_gives_everything_back(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    struct th_pledge_input input = DEBT;
    input.holder = "两山银行";
    input.to = "造纸厂";
    input.tonnes = "3000";
    int64_t trade_id = market_id(propose(market, &input, TH_OK));
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT sum(used_t) FROM pool_share"),
                     3000);
    th_json_free(market_reject(market, trade_id, TH_OK));
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT sum(used_t) FROM pool_share"), 0);
    assert_int_equal(units_t(market, MARKET_BANK, TH_BLOCK_HELD), 7282);
    assert_null(release(market, "bank", trade_id, NULL, TH_CONFLICT));
    market_refused(market, "pledge_not_approved");
}

static void pledge__says_what_is_wrong_with_it(void **state)
{
    struct market *market = *state;
    struct th_pledge_input good = DEBT;
    good.holder = "1";
    good.to = "两山银行";
    good.tonnes = "10";
    struct th_pledge_input bad = good;
    bad.tonnes = NULL;
    assert_null(propose(market, &bad, TH_USAGE));
    market_refused(market, "pledge_subject");
    bad = good;
    bad.receivable = "1";
    assert_null(propose(market, &bad, TH_USAGE));
    market_refused(market, "pledge_subject");
    bad = good;
    bad.to = "1";
    assert_null(propose(market, &bad, TH_INVALID));
    market_refused(market, "same_party");
    bad = good;
    bad.debtor = "两山银行";
    assert_null(propose(market, &bad, TH_INVALID));
    market_refused(market, "debtor_is_pledgee");
    bad = good;
    bad.to = "核证机构";
    assert_null(propose(market, &bad, TH_NOT_PERMITTED));
    bad = good;
    bad.rate = "100.01";
    assert_null(propose(market, &bad, TH_INVALID));
    market_refused(market, "rate_invalid");
    bad = good;
    bad.until = "2022-05-31";
    assert_null(propose(market, &bad, TH_INVALID));
    market_refused(market, "term_dates");
    bad = good;
    bad.number = NULL;
    assert_null(propose(market, &bad, TH_USAGE));
    market_refused(market, "pledge_term_missing");
    bad = good;
    bad.valuation_per_t = "40";
    assert_null(propose(market, &bad, TH_USAGE));
    market_refused(market, "valuation_one");
    bad = good;
    bad.registrar_until = "2024-01-01";
    assert_null(propose(market, &bad, TH_USAGE));
    market_refused(market, "pledge_term_missing");
    bad = good;
    bad.principal = "0";
    assert_null(propose(market, &bad, TH_INVALID));
    market_refused(market, "amount_zero");
    bad = good;
    bad.tonnes = "2510";
    assert_null(propose(market, &bad, TH_CONFLICT));
    market_refused(market, "not_enough_units");
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT count(*) FROM trade"), 0);
}

// Of 1,000 t in the first rank, 400 in the second and 1,000 in the third.
static void rank__units_released_pass_to_the_next_pledge(void **state)
{
    struct market *market = *state;
    char first_text[24];
    int64_t first = pledged(market, "1", "两山银行", "1000", NULL);
    snprintf(first_text, sizeof(first_text), "%lld", (long long)first);
    int64_t second = pledged(market, "1", "造纸厂", "400", first_text);
    int64_t third = pledged(market, "1", "印染厂", NULL, first_text);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 1000);
    assert_int_equal(of_pledge(market, second, "rank"), 2);
    assert_int_equal(of_pledge(market, second, "held_t"), 0);
    assert_int_equal(of_pledge(market, second, "waiting_t"), 400);
    assert_int_equal(of_pledge(market, third, "rank"), 3);
    assert_int_equal(of_pledge(market, third, "tonnes"), 1000);
    assert_int_equal(of_pledge(market, first, "held_by_pledge"), -1); // null: it holds them itself
    assert_int_equal(of_pledge(market, second, "held_by_pledge"), first);
    assert_int_equal(of_pledge(market, third, "held_by_pledge"), first);

    released(market, first, "300");
    assert_int_equal(of_pledge(market, first, "held_t"), 700);
    assert_int_equal(of_pledge(market, second, "held_t"), 300);
    assert_int_equal(of_pledge(market, second, "held_by_pledge"), -1);
    assert_int_equal(of_pledge(market, third, "held_by_pledge"), first);
    assert_int_equal(of_pledge(market, second, "waiting_t"), 100);
    assert_int_equal(of_pledge(market, third, "held_t"), 0);

    released(market, first, NULL);
    assert_int_equal(of_pledge(market, first, "rank"), -1); // null: it is over
    assert_int_equal(of_pledge(market, second, "rank"), 1);
    assert_int_equal(of_pledge(market, second, "held_t"), 400);
    assert_int_equal(of_pledge(market, third, "held_t"), 600);
    assert_int_equal(of_pledge(market, third, "waiting_t"), 400);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 1000);

    released(market, second, NULL);
    assert_int_equal(of_pledge(market, third, "held_t"), 1000);
    assert_int_equal(of_pledge(market, third, "rank"), 1);
    released(market, third, "250");
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 750);
    released(market, third, NULL);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 0);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2509);
    assert_null(release(market, "bank", third, NULL, TH_CONFLICT));
    market_refused(market, "pledge_ended");
}

static void rank__given_up_while_it_waits_is_passed_over(void **state)
{
    struct market *market = *state;
    char first_text[24];
    int64_t first = pledged(market, "1", "两山银行", "1000", NULL);
    snprintf(first_text, sizeof(first_text), "%lld", (long long)first);
    int64_t second = pledged(market, "1", "造纸厂", "400", first_text);
    released(market, second, "150");
    assert_int_equal(of_pledge(market, second, "waiting_t"), 250);
    // What is proposed gives nothing up yet: the units come, and the release must be made anew.
    int64_t late = market_id(release(market, "bank", second, NULL, TH_OK));
    released(market, first, NULL);
    assert_int_equal(of_pledge(market, second, "held_t"), 250);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2509 - 250);
    assert_null(market_approve(market, late, TH_CONFLICT));
    market_refused(market, "not_enough_units");
    th_json_free(market_reject(market, late, TH_OK));
    released(market, second, NULL);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_HELD), 2509);
}

// Of 60 t that an open release gives up, 30 come under the lock: these can be released, and that
// one no more.
static void rank__releases_what_came_since_it_was_to_be_given_up(void **state)
{
    struct market *market = *state;
    char after[24];
    int64_t first = pledged(market, "马家弄村", "两山银行", "100", NULL);
    snprintf(after, sizeof(after), "%lld", (long long)first);
    int64_t second = pledged(market, "马家弄村", "制药厂", "60", after);
    int64_t given_up = market_id(release(market, "bank", second, "60", TH_OK));
    released(market, first, "30");
    struct th_json *reply = release(market, "bank", second, NULL, TH_OK);
    assert_int_equal(th_json_get_int(reply, "tonnes", 0), 30);
    assert_int_equal(th_json_get_int(reply, "waived_t", -1), 0);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    assert_null(market_approve(market, given_up, TH_CONFLICT));
    market_refused(market, "not_enough_units");
}

static void rank__needs_units_that_are_still_pledged(void **state)
{
    struct market *market = *state;
    char first_text[24];
    int64_t first = pledged(market, "1", "两山银行", "1000", NULL);
    snprintf(first_text, sizeof(first_text), "%lld", (long long)first);
    struct th_pledge_input input = DEBT;
    input.holder = "高家堂村";
    input.to = "造纸厂";
    input.tonnes = "10";
    input.after = first_text;
    assert_null(propose(market, &input, TH_INVALID));
    market_refused(market, "pledge_other_holder");
    input.holder = "1";
    input.tonnes = "1001";
    assert_null(propose(market, &input, TH_CONFLICT));
    market_refused(market, "not_enough_units");
    input.tonnes = "1000";
    int64_t second = market_id(propose(market, &input, TH_OK));
    released(market, first, "1");
    // Shown all the same, and refused when it is approved.
    th_json_free(shown(market, second));
    assert_null(market_approve(market, second, TH_CONFLICT));
    market_refused(market, "not_enough_units");
    th_json_free(market_reject(market, second, TH_OK));
}

static void release__comes_from_the_pledgees_side(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market, "1", "两山银行", "10", NULL);
    market_sql(market, "UPDATE user_account SET party_id = 1 WHERE login = 'bank'");
    assert_null(release(market, "bank", pledge_id, NULL, TH_NOT_PERMITTED));
    market_refused(market, "release_by_pledgee");
    market_sql(market, "UPDATE user_account SET party_id = 5 WHERE login = 'bank'");
    int64_t trade_id = market_id(release(market, "bank", pledge_id, "4", TH_OK));
    th_json_free(market_reject(market, trade_id, TH_OK));
    assert_int_equal(of_pledge(market, pledge_id, "held_t"), 10);
    assert_null(release(market, "bank", pledge_id, "11", TH_CONFLICT));
    market_refused(market, "not_enough_units");
}

// Who holds units in pledge has bought none.
static void pledge__makes_no_customer_of_the_pledgee(void **state)
{
    struct market *market = *state;
    const struct th_request request = {.login = "bank"};
    const struct th_unit_transfer_input gift = {
        .from = "1", .to = "造纸厂", .tonnes = "5", .on = "2022-05-20"};
    struct th_json *reply = NULL;
    market_bought(market, "2", "43.44");
    pledged(market, "两山银行", "造纸厂", "10", NULL);
    assert_ok(
        th_trade_propose_transfer(market->world.registry, &request, &gift, &reply, &market->err),
        &market->err);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
    market_sql(market, "UPDATE user_account SET party_id = 5 WHERE login = 'bank'");
    assert_null(market_retire(market, "造纸厂", "1", "造纸厂", TH_NOT_PERMITTED));
    market_refused(market, "trade_not_yours");
    market_sold(market, "造纸厂", "1", "50");
    th_json_free(market_retire(market, "造纸厂", "1", "造纸厂", TH_OK));
}

static void release__returns_units_to_their_pool(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t pledge_id = pledged(market, "两山银行", "造纸厂", "7000", NULL);
    assert_null(market_sell(market, "制药厂", "283", "70", NULL, TH_CONFLICT));
    released(market, pledge_id, "2500");
    assert_int_equal(th_test_sql_int(market->world.store, "SELECT sum(used_t) FROM pool_share"),
                     4500);
    market_sold(market, "制药厂", "2782", "70");
}

// 900 t at 60.00: 54,000.00. The first is owed 40,000.00, the second 9,000.50; 4,999.50 are left.
static void enforcement__pays_by_rank_and_the_pledgor_last(void **state)
{
    struct market *market = *state;
    char first_text[24];
    char next[48];
    int64_t first = pledged(market, "1", "两山银行", "1000", NULL);
    snprintf(first_text, sizeof(first_text), "%lld", (long long)first);
    int64_t second = pledged(market, "1", "造纸厂", "400", first_text);
    assert_null(enforce(market, first, "制药厂", "900", "40000", NULL, TH_USAGE));
    market_refused(market, "owed_next_missing");
    assert_null(enforce(market, first, "制药厂", "1001", "40000", NULL, TH_CONFLICT));
    assert_null(enforce(market, second, "制药厂", "1", "40000", NULL, TH_CONFLICT));
    market_refused(market, "not_enough_units");
    assert_null(enforce(market, first, "马家弄村", "900", "40000", NULL, TH_INVALID));
    market_refused(market, "same_party");
    assert_null(enforce(market, first, "两山银行", "900", "60000", NULL, TH_INVALID));
    market_refused(market, "enforcement_to_pledgee");
    snprintf(next, sizeof(next), "%lld=9000.50", (long long)first);
    assert_null(enforce(market, first, "制药厂", "900", "54000", next, TH_INVALID));
    market_refused(market, "owed_next_invalid");
    snprintf(next, sizeof(next), "%lld=9000.50", (long long)second);
    struct th_json *reply = enforce(market, first, "制药厂", "900", "40000", next, TH_OK);
    assert_int_equal(th_json_get_int(reply, "amount_fen", 0), 5400000);
    assert_int_equal(th_json_size(th_json_get(reply, "debts")), 2);
    int64_t trade_id = market_id(reply);
    th_json_free(market_approve(market, trade_id, TH_OK));
    assert_int_equal(units_t(market, MARKET_PHARMA, TH_BLOCK_HELD), 900);
    assert_int_equal(money_fen(market, MARKET_BANK, false), 4000000);
    assert_int_equal(money_fen(market, MARKET_PAPER, false), 900050);
    assert_int_equal(money_fen(market, MARKET_MAJIANONG, false), 499950);
    assert_int_equal(money_fen(market, MARKET_PHARMA, false), -5400000);
    // 100 t are left for both ranks; what arrives goes by rank too.
    assert_int_equal(of_pledge(market, first, "held_t"), 100);
    assert_int_equal(of_pledge(market, second, "waiting_t"), 100);
    th_json_free(market_receipt(market, trade_id, "45000", TH_OK));
    assert_int_equal(money_fen(market, MARKET_BANK, true), 4000000);
    assert_int_equal(money_fen(market, MARKET_PAPER, true), 500000);
    assert_int_equal(money_fen(market, MARKET_MAJIANONG, true), 0);
    th_json_free(market_receipt(market, trade_id, "9000", TH_OK));
    assert_int_equal(money_fen(market, MARKET_PAPER, true), 900050);
    assert_int_equal(money_fen(market, MARKET_MAJIANONG, true), 499950);
}

static void enforcement__leaves_out_no_rank_that_came_since(void **state)
{
    struct market *market = *state;
    char first_text[24];
    int64_t first = pledged(market, "1", "两山银行", "1000", NULL);
    int64_t id = market_id(enforce(market, first, "制药厂", "900", "40000", NULL, TH_OK));
    int64_t unneeded = market_id(enforce(market, first, "制药厂", "10", "600", NULL, TH_OK));
    snprintf(first_text, sizeof(first_text), "%lld", (long long)first);
    pledged(market, "1", "造纸厂", "50", first_text);
    assert_null(market_approve(market, id, TH_CONFLICT));
    market_refused(market, "enforcement_overtaken");
    th_json_free(market_approve(market, unneeded, TH_OK)); // of which nothing is left
    th_json_free(market_reject(market, id, TH_OK));
}

// 1,000 t of a pool bought at 43.44 (net of no tax): cost 43,440.00, sold at 60.00 for 60,000.00,
// of which the pledgee gets 50,000.00. Net 16,560.00; 70 %: 11,592.00 to the villages.
static void enforcement__is_the_pledgors_sale_in_distributions(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    th_json_free(market_open_term(market, "net_of_cost", "70", "village=1", TH_OK));
    int64_t pledge_id = pledged(market, "两山银行", "造纸厂", "1000", NULL);
    int64_t id = market_id(enforce(market, pledge_id, "制药厂", "1000", "50000", NULL, TH_OK));
    th_json_free(market_reject(market, id, TH_OK));
    assert_int_equal(
        th_test_sql_int(market->world.store, "SELECT sum(used_t) - sum(sold_t) FROM pool_share"),
        1000);
    id = market_id(enforce(market, pledge_id, "制药厂", "1000", "50000", NULL, TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
    assert_int_equal(
        th_test_sql_int(market->world.store, "SELECT sum(sold_cost_fen) FROM pool_share"), 4344000);
    th_json_free(market_receipt(market, id, "60000", TH_OK));
    assert_int_equal(money_fen(market, MARKET_PAPER, true), 5000000);
    const struct th_request request = {.login = "bank"};
    const struct th_distribute_input input = {.through = "2023-12-31", .term = "1"};
    struct th_json *reply = NULL;
    assert_ok(th_revenue_distribute(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_get_int(reply, "net_fen", 0), 1656000);
    assert_int_equal(th_json_get_int(reply, "distributed_fen", 0), 1159200);
    th_json_free(reply);
}

// A bank that buys pledged units has them in a pool of its own, which it can sell again.
static void enforcement__bought_by_a_bank_makes_a_pool(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = pledged(market, "1", "造纸厂", "1000", NULL);
    int64_t id = market_id(enforce(market, pledge_id, "两山银行", "900", "50000", NULL, TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
    assert_int_equal(
        th_test_sql_int(market->world.store,
                        "SELECT sum(bought_t * 1000000000 + cost_fen) FROM pool_share"),
        INT64_C(900) * 1000000000 + 5400000);
    market->sale_on = "2023-06-10"; // as the enforcement
    market_sold(market, "制药厂", "900", "73.41");
}

static void receivable__is_pledged_and_released_whole(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    assert_int_equal(sale, 2);
    struct th_pledge_input input = DEBT;
    input.holder = "两山银行";
    input.to = "造纸厂";
    input.receivable = "2";
    int64_t first = market_id(propose(market, &input, TH_OK));
    th_json_free(market_approve(market, first, TH_OK));
    int64_t second = market_id(propose(market, &input, TH_OK));
    assert_int_equal(of_pledge(market, second, "rank_on_approval"), 2);
    th_json_free(market_approve(market, second, TH_OK));
    assert_int_equal(of_pledge(market, second, "rank"), 2);
    assert_null(enforce(market, first, "制药厂", "1", "1", NULL, TH_CONFLICT));
    assert_null(release(market, "bank", first, "1", TH_USAGE));
    market_refused(market, "release_whole");
    int64_t twice = market_id(release(market, "bank", first, NULL, TH_OK));
    released(market, first, NULL);
    assert_null(market_approve(market, twice, TH_CONFLICT));
    market_refused(market, "pledge_ended");
    th_json_free(market_reject(market, twice, TH_OK));
    assert_int_equal(of_pledge(market, second, "rank"), 1);
    // Paid in full, the sale owes nothing that could be pledged.
    th_json_free(market_receipt(market, sale, "146820", TH_OK));
    assert_null(propose(market, &input, TH_CONFLICT));
    market_refused(market, "receivable_none");
}

// 80,000.00 paid out, 30,000.00 repaid, 1,234.56 interest; 100 t enforced for 6,000.00, of which
// 5,900.00 is credited to the loan and 100.00 to interest: 44,100.00 outstanding.
static void loan__is_paid_out_and_repaid_by_facts(void **state)
{
    struct market *market = *state;
    struct th_pledge_input input = DEBT;
    char id_text[24];
    input.holder = "1";
    input.to = "两山银行";
    input.tonnes = "1000";
    input.debtor = "竹农";
    int64_t pledge_id = market_id(propose(market, &input, TH_OK));
    assert_null(pay(market, pledge_id, "payout", "80000", NULL, TH_CONFLICT));
    market_refused(market, "pledge_not_approved");
    th_json_free(market_approve(market, pledge_id, TH_OK));
    assert_null(pay(market, pledge_id, "repayment", "1", NULL, TH_CONFLICT));
    market_refused(market, "repayment_too_large");
    assert_null(pay(market, pledge_id, "payout", "100000.01", NULL, TH_CONFLICT));
    market_refused(market, "loan_exceeds");
    assert_null(pay(market, pledge_id, "payout", "0", NULL, TH_INVALID));
    th_json_free(pay_on(market, pledge_id, "payout", "80000", NULL, "2022-06-02", TH_OK));
    assert_int_equal(money_fen(market, MARKET_PERSON, true), 8000000);
    assert_int_equal(money_fen(market, MARKET_PERSON, false), -8000000);
    th_json_free(pay(market, pledge_id, "repayment", "30000", NULL, TH_OK));
    th_json_free(pay(market, pledge_id, "interest", "1234.56", NULL, TH_OK));
    assert_int_equal(money_fen(market, MARKET_BANK, true), -8000000 + 3000000 + 123456);
    assert_int_equal(money_fen(market, MARKET_BANK, false), 5000000);
    int64_t id = market_id(enforce(market, pledge_id, "制药厂", "100", "50100", NULL, TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
    snprintf(id_text, sizeof(id_text), "%lld", (long long)id);
    assert_null(pay(market, pledge_id, "repayment", "5900", id_text, TH_CONFLICT));
    market_refused(market, "enforcement_spent"); // nothing has arrived yet
    th_json_free(market_receipt(market, id, "6000", TH_OK));
    th_json_free(pay(market, pledge_id, "repayment", "5900", id_text, TH_OK));
    assert_null(pay(market, pledge_id, "interest", "100.01", id_text, TH_CONFLICT));
    th_json_free(pay(market, pledge_id, "interest", "100", id_text, TH_OK));
    assert_int_equal(of_pledge(market, pledge_id, "loan_fen"), 4410000);
    assert_int_equal(of_pledge(market, pledge_id, "interest_fen"), 133456);
    assert_int_equal(money_fen(market, MARKET_BANK, false), 4410000);
    assert_int_equal(money_fen(market, MARKET_PERSON, false), -4410000);
    int64_t other = pledged(market, "高家堂村", "两山银行", "5", NULL);
    th_json_free(pay(market, other, "payout", "10", NULL, TH_OK));
    assert_null(pay(market, other, "repayment", "1", id_text, TH_CONFLICT));
    market_refused(market, "enforcement_other");
}

static void loan__comes_back_on_no_day_before_it_went_out(void **state)
{
    struct market *market = *state;
    int64_t id = pledged(market, "马家弄村", "两山银行", "1000", NULL);
    assert_null(pay_on(market, id, "payout", "10", NULL, "2022-05-31", TH_INVALID));
    market_refused(market, "loan_before_pledge");
    th_json_free(pay_on(market, id, "payout", "500", NULL, "2023-06-20", TH_OK));
    th_json_free(pay_on(market, id, "payout", "500", NULL, "2023-07-20", TH_OK));
    assert_null(pay_on(market, id, "repayment", "1", NULL, "2023-06-19", TH_INVALID));
    market_refused(market, "loan_before_payout");
    assert_null(pay_on(market, id, "interest", "1", NULL, "2023-06-19", TH_INVALID));
    market_refused(market, "loan_before_payout");
    assert_null(pay_on(market, id, "repayment", "500.01", NULL, "2023-07-19", TH_INVALID));
    market_refused(market, "loan_before_payout");
    th_json_free(pay_on(market, id, "repayment", "500", NULL, "2023-07-19", TH_OK));
    th_json_free(pay_on(market, id, "repayment", "500", NULL, "2023-07-20", TH_OK));
    th_json_free(pay_on(market, id, "interest", "2.62", NULL, "2023-07-21", TH_OK)); // after all
}

// 90,000.00 for 100 days and 40,000.00 for 44 at 4.35 per cent, of 360 days, and half of it again:
// 1,631.25 + 319.00 = 1,950.25.
static void loan__interest_is_no_more_than_its_rate_gives(void **state)
{
    struct market *market = *state;
    int64_t id = pledged(market, "马家弄村", "两山银行", "1000", NULL);
    th_json_free(pay_on(market, id, "payout", "90000", NULL, "2022-06-10", TH_OK));
    assert_null(pay_on(market, id, "interest", "0.01", NULL, "2022-06-10", TH_CONFLICT));
    market_refused(market, "interest_too_large");
    th_json_free(pay_on(market, id, "repayment", "50000", NULL, "2022-09-18", TH_OK));
    th_json_free(pay_on(market, id, "interest", "1000", NULL, "2022-09-18", TH_OK));
    assert_null(pay_on(market, id, "interest", "950.26", NULL, "2022-11-01", TH_CONFLICT));
    market_refused(market, "interest_too_large");
    assert_string_equal(th_error_arg_get(&market->err, "limit"), "950.25");
    th_json_free(pay_on(market, id, "repayment", "40000", NULL, "2022-11-01", TH_OK));
    // Nothing grows on what came back.
    assert_null(pay_on(market, id, "interest", "950.26", NULL, "2023-11-01", TH_CONFLICT));
    th_json_free(pay_on(market, id, "interest", "950.25", NULL, "2023-11-01", TH_OK));
}

// 100,000.00 from 2022-06-01 to 2023-06-10, 374 days: 4.35 per cent and half of it again are
// 6,778.75.
static void enforcement__states_no_more_than_can_be_owed(void **state)
{
    struct market *market = *state;
    int64_t id = pledged(market, "马家弄村", "两山银行", "1000", NULL);
    assert_null(enforce(market, id, "制药厂", "100", "106778.76", NULL, TH_CONFLICT));
    market_refused(market, "owed_too_large");
    assert_string_equal(th_error_arg_get(&market->err, "limit"), "106,778.75");
    int64_t late = market_id(enforce(market, id, "制药厂", "100", "106778.75", NULL, TH_OK));
    int64_t sale = market_id(enforce(market, id, "制药厂", "100", "6000", NULL, TH_OK));
    th_json_free(market_approve(market, sale, TH_OK));
    // That sale paid 6,000.00 of the debt, though nobody has credited it to the loan.
    assert_null(market_approve(market, late, TH_CONFLICT));
    market_refused(market, "owed_too_large");
    assert_string_equal(th_error_arg_get(&market->err, "limit"), "100,778.75");
    th_json_free(market_reject(market, late, TH_OK));
    // Of 20,000.00 that were really paid out, all was repaid.
    th_json_free(pay_on(market, id, "payout", "20000", NULL, "2022-06-02", TH_OK));
    assert_null(enforce(market, id, "制药厂", "1", "20000", NULL, TH_CONFLICT));
    market_refused(market, "owed_too_large");
    th_json_free(pay_on(market, id, "repayment", "20000", NULL, "2023-06-10", TH_OK));
    assert_null(enforce(market, id, "制药厂", "1", "60", NULL, TH_CONFLICT));
    market_refused(market, "loan_repaid");
}

static void enforcement__is_not_the_pledgees_word_alone(void **state)
{
    struct market *market = *state;
    int64_t id = pledged(market, "马家弄村", "两山银行", "1000", NULL);
    market_sql(market, "UPDATE user_account SET party_id = 5 WHERE login IN ('bank', 'officer')");
    int64_t sale = market_id(enforce(market, id, "制药厂", "100", "6000", NULL, TH_OK));
    assert_null(market_approve(market, sale, TH_NOT_PERMITTED));
    market_refused(market, "giver_unheard");
    // The pledgor's own login, or the county's.
    market_sql(market, "UPDATE user_account SET party_id = 1 WHERE login = 'officer'");
    th_json_free(market_approve(market, sale, TH_OK));
    sale = market_id(enforce(market, id, "制药厂", "100", "6000", NULL, TH_OK));
    market_sql(market, "UPDATE user_account SET party_id = NULL WHERE login = 'officer'");
    th_json_free(market_approve(market, sale, TH_OK));
}

// The wetland's common prosperity loan, with the example terms of data/cases/deqing-xiazhuhu.json.
// The subdistrict pledges 5,000 of its 10,000 t at 58.83 (294,150.00) for 200,000.00 from the bank
// and sells the bank the others; out of that price it repays. The bank sells on at 73.41 without
// tax: 367,050.00 less 5,000 × 55.50 = 277,500.00 leaves 89,550.00; 70 % is 62,685.00, which goes
// to the restoration fund.
static void deqing__pledges_for_a_loan_and_pays_the_restoration_fund(void **state)
{
    static const int64_t TONNES[] = {10000};
    struct market *market = *state;
    const struct th_request officer = {.login = "officer"};
    const struct th_party_add_options fund = {.kind = "fund", .name = "湿地修复基金"};
    struct th_json *reply = NULL;
    assert_ok(th_party_add(market->world.registry, &officer, &fund, &reply, &market->err),
              &market->err);
    int64_t fund_id = th_json_get_int(reply, "party_id", 0);
    th_json_free(reply);
    market_package(market, "下渚湖湿地", MARKET_SUBDISTRICT, MARKET_VILLAGE_3, NULL, TONNES, 1, 0);
    struct th_pledge_input input = DEBT;
    input.holder = "下渚湖街道";
    input.to = "两山银行";
    struct case_file from = case_file_open("deqing-xiazhuhu");
    const struct th_json *loan = th_json_get(from.json, "loan");
    assert_int_equal(th_json_get_int(loan, "pledged_t", -1), 5000);
    assert_int_equal(case_file_fen(loan, "principal_cny"), 20000000);
    input.tonnes = "5000";
    input.principal = th_json_get_text(loan, "principal_cny", "");
    input.rate = th_json_get_text(loan, "rate_percent", "");
    input.valuation = NULL;
    input.valuation_per_t = th_json_get_text(loan, "valuation_cny_per_t", "");
    int64_t pledge_id = market_id(propose(market, &input, TH_OK));
    th_json_free(market_approve(market, pledge_id, TH_OK));
    assert_int_equal(of_pledge(market, pledge_id, "valuation_fen"),
                     case_file_fen(loan, "valuation_cny"));
    case_file_close(&from);
    th_json_free(pay(market, pledge_id, "payout", "200000", NULL, TH_OK));
    assert_int_equal(of_pledge(market, pledge_id, "loan_fen"), 20000000);
    assert_null(market_buy(market, "3", "58.83", NULL, "6", "5001", TH_CONFLICT));
    int64_t id = market_id(market_buy(market, "3", "58.83", NULL, "6", "5000", TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
    th_json_free(market_receipt(market, id, "294150", TH_OK));
    th_json_free(pay(market, pledge_id, "repayment", "200000", NULL, TH_OK));
    assert_int_equal(of_pledge(market, pledge_id, "loan_fen"), 0);
    released(market, pledge_id, NULL);
    assert_int_equal(units_t(market, MARKET_SUBDISTRICT, TH_BLOCK_HELD), 5000);
    th_json_free(market_term(market, "net_of_cost", "70", "fund=1", TH_OK));
    int64_t sale = market_sold(market, "制药厂", "5000", "73.41");
    th_json_free(market_receipt(market, sale, "367050", TH_OK));
    reply = market_distribute(market, NULL, false, TH_OK);
    assert_int_equal(th_json_get_int(reply, "net_fen", 0), 8955000);
    assert_int_equal(market_payment_fen(reply, fund_id), 6268500);
    th_json_free(reply);
}

static void list__shows_what_lives_by_holder_and_pledgee(void **state)
{
    struct market *market = *state;
    int64_t first = pledged(market, "1", "两山银行", "100", NULL);
    int64_t second = pledged(market, "高家堂村", "造纸厂", "100", NULL);
    released(market, first, NULL);
    struct th_json *reply = NULL;
    assert_ok(th_pledge_list(market->world.registry, NULL, NULL, false, &reply, &market->err),
              &market->err);
    const struct th_json *pledges = th_json_get(reply, "pledges");
    assert_int_equal(th_json_size(pledges), 1);
    assert_int_equal(th_json_get_int(th_json_at(pledges, 0), "trade_id", 0), second);
    th_json_free(reply);
    assert_ok(th_pledge_list(market->world.registry, "1", NULL, true, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "pledges")), 1);
    th_json_free(reply);
    assert_ok(th_pledge_list(market->world.registry, NULL, "制药厂", true, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "pledges")), 0);
    th_json_free(reply);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pledge__keeps_its_units_locked_after_the_approval),
        TEST(pledge__registration_warns_before_and_after_its_end),
        TEST(pledge__rejected_gives_everything_back),
        TEST(pledge__says_what_is_wrong_with_it),
        TEST(rank__units_released_pass_to_the_next_pledge),
        TEST(rank__given_up_while_it_waits_is_passed_over),
        TEST(rank__releases_what_came_since_it_was_to_be_given_up),
        TEST(rank__needs_units_that_are_still_pledged),
        TEST(release__comes_from_the_pledgees_side),
        TEST(pledge__makes_no_customer_of_the_pledgee),
        TEST(release__returns_units_to_their_pool),
        TEST(enforcement__pays_by_rank_and_the_pledgor_last),
        TEST(enforcement__leaves_out_no_rank_that_came_since),
        TEST(enforcement__states_no_more_than_can_be_owed),
        TEST(enforcement__is_not_the_pledgees_word_alone),
        TEST(loan__interest_is_no_more_than_its_rate_gives),
        TEST(enforcement__is_the_pledgors_sale_in_distributions),
        TEST(enforcement__bought_by_a_bank_makes_a_pool),
        TEST(receivable__is_pledged_and_released_whole),
        TEST(loan__comes_back_on_no_day_before_it_went_out),
        TEST(loan__is_paid_out_and_repaid_by_facts),
        TEST(deqing__pledges_for_a_loan_and_pays_the_restoration_fund),
        TEST(list__shows_what_lives_by_holder_and_pledgee),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

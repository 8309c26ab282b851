// What was wrong about revenue and is made good: a cost taken back, a term ended; and what is kept
// from going wrong: terms that would split a pool or a sale, or take an agreed sale over.
#include <stdlib.h>
#include <string.h>

#include "registry/setup.h"
#include "store/revenue/revenue_store.h"
#include "tests/integration/market.h"

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

// The sale of 2022: 2,000 t of the pool of both villages at 73.41, paid; net 59,940.00.
static void anji_bought(struct market *market)
{
    market_user(market, "colleague", "bank");
    market_anji(market);
    market_bought(market, "1 2", "43.44");
}

static int64_t anji_sold(struct market *market)
{
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    return sale;
}

static int64_t anji_sale(struct market *market)
{
    anji_bought(market);
    return anji_sold(market);
}

static struct th_json *deduct(struct market *market, const char *login, int64_t sale,
                              const char *kind, const char *amount)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_ok(th_deduction_add(market->world.registry, &request, sale, kind, amount,
                               market->document, &reply, &market->err),
              &market->err);
    return reply;
}

static struct th_json *undeduct(struct market *market, const char *login, int64_t deduction,
                                enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(th_deduction_withdraw(market->world.registry, &request, deduction, "记错了",
                                        &reply, &market->err),
                  want, &market->err);
    return reply;
}

static struct th_json *propose(struct market *market, const char *login)
{
    const struct th_request request = {.login = login};
    const struct th_distribute_input input = {.through = "2022-12-31"};
    struct th_json *reply = NULL;
    assert_ok(th_revenue_distribute(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    return reply;
}

static void undeduct__by_another_person_and_the_cost_counts_no_more(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_costs", "100", "village=1", TH_OK));
    th_json_free(deduct(market, "bank", sale, "insurance", "1940.00"));
    th_json_free(deduct(market, "bank", sale, "fee", "40.00"));
    assert_null(undeduct(market, "bank", 1, TH_NOT_PERMITTED));
    market_refused(market, "undeduct_second_person");
    assert_null(undeduct(market, "clerk", 1, TH_NOT_PERMITTED));
    assert_null(undeduct(market, "colleague", 9, TH_NOT_FOUND));
    market_refused(market, "deduction_not_found");
    struct th_json *reply = undeduct(market, "colleague", 1, TH_OK);
    assert_int_equal(get(reply, "amount_fen"), 194000);
    assert_int_equal(get(reply, "trade_id"), sale);
    th_json_free(reply);
    assert_null(undeduct(market, "colleague", 1, TH_CONFLICT));
    market_refused(market, "deduction_withdrawn");
    reply = propose(market, "bank");
    assert_int_equal(get(reply, "net_fen"), 5994000 - 4000); // the fee alone
    th_json_free(reply);
    market_assert_sound(market->world.store);
}

static void undeduct__not_what_a_run_takes_off(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_costs", "100", "village=1", TH_OK));
    th_json_free(deduct(market, "bank", sale, "insurance", "1940.00"));
    th_json_free(propose(market, "bank"));
    assert_null(undeduct(market, "colleague", 1, TH_CONFLICT));
    market_refused(market, "deduction_in_proposed_run");
    th_json_free(market_decide_run(market, 1, false, TH_OK));
    th_json_free(propose(market, "bank"));
    th_json_free(market_decide_run(market, 2, true, TH_OK));
    assert_null(undeduct(market, "colleague", 1, TH_CONFLICT));
    market_refused(market, "deduction_in_run");
    assert_string_equal(th_error_arg_get(&market->err, "run"), "2");
}

// A run by which no listed cost is taken off keeps none of them.
static void undeduct__what_no_run_took_off_can_go(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(deduct(market, "bank", sale, "insurance", "1940.00"));
    th_json_free(market_distribute(market, NULL, false, TH_OK));
    th_json_free(undeduct(market, "colleague", 1, TH_OK));
    market_assert_sound(market->world.store);
}

static void undeduct__whoever_took_a_cost_back_does_not_approve_the_run(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_costs", "100", "village=1", TH_OK));
    th_json_free(deduct(market, "bank", sale, "fee", "40.00"));
    th_json_free(undeduct(market, "colleague", 1, TH_OK));
    th_json_free(propose(market, "bank"));
    const struct th_request colleague = {.login = "colleague"};
    struct th_json *reply = NULL;
    assert_status(
        th_run_approve(market->world.registry, &colleague, 1, "2022-12-31", &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    market_refused(market, "cost_second_person");
    assert_string_equal(th_error_arg_get(&market->err, "act"), "@cost_act.withdrawn");
    assert_null(reply);
    reply = market_decide_run(market, 1, true, TH_OK);
    const struct th_json *cost = th_json_at(th_json_get(reply, "costs"), 0);
    assert_int_equal(th_json_size(th_json_get(reply, "costs")), 1);
    assert_string_equal(th_json_get_text(cost, "kind", ""), "fee");
    assert_string_equal(th_json_get_text(cost, "listed_by", ""), "bank");
    assert_string_equal(th_json_get_text(cost, "withdrawn_by", ""), "colleague");
    th_json_free(reply);
}

static void undeduct__a_reserve_counts_no_more_until_it_is_settled(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    int64_t sale = anji_sale(market);
    th_json_free(deduct(market, "bank", sale, "reserve", "100.00"));
    th_json_free(deduct(market, "bank", sale, "reserve", "30.00"));
    th_json_free(undeduct(market, "colleague", 1, TH_OK));
    assert_ok(th_reserve_settle(market->world.registry, &bank, sale, "20.00", market->document,
                                &reply, &market->err),
              &market->err);
    assert_int_equal(get(reply, "reserved_fen"), 3000);
    th_json_free(reply);
    assert_null(undeduct(market, "colleague", 2, TH_CONFLICT));
    market_refused(market, "reserve_settled");
}

static struct th_json *settle(struct market *market, const char *login, int64_t sale,
                              const char *actual, enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(th_reserve_settle(market->world.registry, &request, sale, actual,
                                    market->document, &reply, &market->err),
                  want, &market->err);
    return reply;
}

static struct th_json *unsettle(struct market *market, const char *login, int64_t sale,
                                enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(th_reserve_unsettle(market->world.registry, &request, sale, "看错了小数点",
                                      &reply, &market->err),
                  want, &market->err);
    return reply;
}

// 79.00 was needed of 1,000.00, and 790.00 was written.
static void unsettle__by_another_person_and_the_reserve_is_settled_anew(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_costs", "100", "village=1", TH_OK));
    th_json_free(deduct(market, "bank", sale, "reserve", "1000.00"));
    assert_null(unsettle(market, "colleague", sale, TH_CONFLICT));
    market_refused(market, "reserve_not_settled");
    th_json_free(settle(market, "bank", sale, "790.00", TH_OK));
    assert_null(unsettle(market, "bank", sale, TH_NOT_PERMITTED));
    market_refused(market, "unsettle_second_person");
    struct th_json *reply = unsettle(market, "colleague", sale, TH_OK);
    assert_int_equal(get(reply, "actual_fen"), 79000);
    assert_int_equal(get(reply, "trade_id"), sale);
    th_json_free(reply);
    assert_null(unsettle(market, "colleague", sale, TH_CONFLICT));
    market_refused(market, "reserve_not_settled");
    reply = settle(market, "bank", sale, "79.00", TH_OK);
    assert_int_equal(get(reply, "reserved_fen"), 100000);
    assert_int_equal(get(reply, "rest_fen"), 92100);
    th_json_free(reply);
    assert_null(settle(market, "colleague", sale, "79.00", TH_CONFLICT));
    market_refused(market, "reserve_settled");
    reply = propose(market, "bank");
    assert_int_equal(get(reply, "net_fen"), 5994000 - 7900);
    th_json_free(reply);
    market_assert_sound(market->world.store);
}

static void unsettle__the_reserve_counts_again_as_it_was_set_aside(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_costs", "100", "village=1", TH_OK));
    th_json_free(deduct(market, "bank", sale, "reserve", "1000.00"));
    th_json_free(propose(market, "bank"));
    th_json_free(market_decide_run(market, 1, true, TH_OK));
    th_json_free(settle(market, "bank", sale, "790.00", TH_OK));
    th_json_free(unsettle(market, "colleague", sale, TH_OK));
    struct th_json *reply = propose(market, "bank"); // nothing is left to share
    assert_int_equal(get(reply, "distributed_fen"), 0);
    assert_int_equal(get(reply, "distribution_id"), -1);
    th_json_free(reply);
    market_assert_sound(market->world.store);
}

static void unsettle__not_what_a_run_reckoned_with(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_costs", "100", "village=1", TH_OK));
    th_json_free(deduct(market, "bank", sale, "reserve", "1000.00"));
    th_json_free(settle(market, "bank", sale, "790.00", TH_OK));
    th_json_free(propose(market, "bank"));
    assert_null(unsettle(market, "colleague", sale, TH_CONFLICT));
    market_refused(market, "settlement_in_proposed_run");
    th_json_free(market_decide_run(market, 1, false, TH_OK));
    th_json_free(propose(market, "bank"));
    th_json_free(market_decide_run(market, 2, true, TH_OK));
    assert_null(unsettle(market, "colleague", sale, TH_CONFLICT));
    market_refused(market, "settlement_in_run");
    assert_string_equal(th_error_arg_get(&market->err, "run"), "2");
}

static void unsettle__whoever_took_it_back_does_not_approve_the_run(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(market_term(market, "net_of_costs", "100", "village=1", TH_OK));
    th_json_free(deduct(market, "bank", sale, "reserve", "1000.00"));
    th_json_free(settle(market, "bank", sale, "790.00", TH_OK));
    th_json_free(unsettle(market, "colleague", sale, TH_OK));
    th_json_free(propose(market, "bank"));
    const struct th_request colleague = {.login = "colleague"};
    struct th_json *reply = NULL;
    assert_status(
        th_run_approve(market->world.registry, &colleague, 1, "2022-12-31", &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    market_refused(market, "cost_second_person");
    assert_string_equal(th_error_arg_get(&market->err, "act"), "@cost_act.withdrawn");
    assert_null(reply);
    reply = market_decide_run(market, 1, true, TH_OK);
    const struct th_json *cost = th_json_at(th_json_get(reply, "costs"), 1);
    assert_string_equal(th_json_get_text(cost, "kind", ""), "reserve_settled");
    assert_string_equal(th_json_get_text(cost, "withdrawn_by", ""), "colleague");
    th_json_free(reply);
}

// The sale brings 146,820.00. What the settlement saved was spent on another cost since.
static void unsettle__not_where_another_cost_took_its_room(void **state)
{
    struct market *market = *state;
    int64_t sale = anji_sale(market);
    th_json_free(deduct(market, "bank", sale, "reserve", "1000.00"));
    th_json_free(settle(market, "bank", sale, "0", TH_OK));
    th_json_free(deduct(market, "bank", sale, "fee", "146820.00"));
    assert_null(unsettle(market, "colleague", sale, TH_CONFLICT));
    market_refused(market, "deduction_too_large");
}

static struct th_json *end_term(struct market *market, const char *login, int64_t term,
                                const char *on, enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(th_term_end(market->world.registry, &request, term, on, market->document, &reply,
                              &market->err),
                  want, &market->err);
    return reply;
}

static void add_term_from(struct market *market, const char *from, const char *ratio,
                          const char *scope, enum th_status want)
{
    const struct th_request request = {.login = "officer"};
    const char *split = "village=1";
    const struct th_term_input input = {.from = from,
                                        .basis = "net_of_cost",
                                        .ratio = ratio,
                                        .splits = &split,
                                        .n_splits = 1,
                                        .scope = scope,
                                        .document = market->document};
    struct th_json *reply = NULL;
    assert_status(th_term_add(market->world.registry, &request, &input, &reply, &market->err), want,
                  &market->err);
    th_json_free(reply);
}

static void add_term(struct market *market, const char *ratio, const char *scope,
                     enum th_status want)
{
    add_term_from(market, "2022-01-01", ratio, scope, want);
}

static int64_t distributed(struct market *market)
{
    struct th_json *reply = market_distribute(market, NULL, true, TH_OK);
    int64_t fen = get(reply, "distributed_fen");
    th_json_free(reply);
    return fen;
}

// The sale is of 2022-05-20.
static void term_end__another_one_holds_from_that_day_on(void **state)
{
    struct market *market = *state;
    anji_bought(market);
    add_term(market, "70", NULL, TH_OK);
    add_term(market, "80", "pool:1", TH_OK);
    anji_sold(market);
    assert_int_equal(distributed(market), 4795200); // 80 % of 59,940.00
    assert_null(end_term(market, "bank", 2, "2022-05-21", TH_NOT_PERMITTED));
    assert_null(end_term(market, "officer", 7, "2022-05-21", TH_NOT_FOUND));
    assert_null(end_term(market, "officer", 2, "2021-12-31", TH_INVALID));
    market_refused(market, "term_end_day");
    th_json_free(end_term(market, "officer", 2, "2022-05-21", TH_OK)); // the day behind the sale
    assert_int_equal(distributed(market), 4795200);
    assert_null(end_term(market, "officer", 2, "2022-05-20", TH_CONFLICT));
    market_refused(market, "term_ended");
    th_json_free(end_term(market, "officer", 1, "2022-05-20", TH_OK));
    assert_int_equal(distributed(market), 4795200);
    market_assert_sound(market->world.store);
}

static void term_end__on_its_first_day_it_never_held(void **state)
{
    struct market *market = *state;
    anji_bought(market);
    add_term(market, "70", NULL, TH_OK);
    add_term(market, "80", "pool:1", TH_OK);
    anji_sold(market);
    market_user(market, "auditor", "officer");
    struct th_json *reply = end_term(market, "auditor", 2, "2022-01-01", TH_OK);
    assert_string_equal(th_json_get_text(reply, "ends_on", ""), "2022-01-01");
    th_json_free(reply);
    assert_int_equal(distributed(market), 4195800); // 70 %
    add_term(market, "60", "pool:1", TH_CONFLICT);  // the sale has a term
    market_refused(market, "term_overtakes");
    add_term_from(market, "2022-05-21", "60", "pool:1", TH_OK); // in its place
    assert_int_equal(distributed(market), 4195800);
}

static void term_end__not_before_what_a_run_shares(void **state)
{
    struct market *market = *state;
    anji_sale(market);
    add_term(market, "70", NULL, TH_OK);
    th_json_free(propose(market, "bank"));
    assert_null(end_term(market, "officer", 1, "2022-05-20", TH_CONFLICT));
    market_refused(market, "term_end_used");
    assert_string_equal(th_error_arg_get(&market->err, "run"), "1");
    th_json_free(market_decide_run(market, 1, false, TH_OK));
    market_user(market, "auditor", "officer");
    th_json_free(end_term(market, "auditor", 1, "2022-05-20", TH_OK));
    market_distribute(market, NULL, false, TH_CONFLICT);
    market_refused(market, "term_missing");
}

static void term__for_a_part_of_a_pool_is_refused(void **state)
{
    struct market *market = *state;
    anji_bought(market);
    add_term(market, "70", NULL, TH_OK);
    add_term(market, "80", "package:1", TH_CONFLICT);
    market_refused(market, "term_splits_pool");
    assert_string_equal(th_error_arg_get(&market->err, "pool"), "1");
    add_term(market, "80", "holder:马家弄村", TH_CONFLICT);
    market_refused(market, "term_splits_pool");
    // A pool with a term of its own is not split by what is less special.
    add_term(market, "75", "pool:1", TH_OK);
    add_term(market, "80", "holder:马家弄村", TH_OK);
    anji_sold(market);
    assert_int_equal(distributed(market), 4495500); // 75 %
    add_term(market, "90", "package:1", TH_CONFLICT);
    market_refused(market, "term_splits_pool");
}

static void term__no_more_special_one_takes_agreed_sales_over(void **state)
{
    struct market *market = *state;
    static const char *const RATIOS[] = {"5", "75"};
    anji_bought(market);
    add_term(market, "70", NULL, TH_OK);
    int64_t sale = anji_sold(market);
    for (size_t i = 0; i < sizeof(RATIOS) / sizeof(RATIOS[0]); i++) {
        add_term(market, RATIOS[i], "pool:1", TH_CONFLICT);
        market_refused(market, "term_overtakes");
        assert_string_equal(th_error_arg_get(&market->err, "term"), "1");
        assert_int_equal(strtoll(th_error_arg_get(&market->err, "trade"), NULL, 10), sale);
        add_term_from(market, "2022-05-20", RATIOS[i], "pool:1", TH_CONFLICT);
        assert_int_equal(distributed(market), 4195800); // 70 % of 59,940.00
    }
    add_term_from(market, "2022-05-21", "5", "pool:1", TH_OK);
    assert_int_equal(distributed(market), 4195800);
    market_assert_sound(market->world.store);
}

// A term of the past is recorded late where it takes nothing over.
static void term__a_less_special_one_may_begin_before_sales(void **state)
{
    struct market *market = *state;
    anji_bought(market);
    add_term(market, "80", "pool:1", TH_OK);
    anji_sold(market);
    add_term(market, "70", NULL, TH_OK);
    assert_int_equal(distributed(market), 4795200);
}

static void term__no_part_of_a_sale_without_a_term_gets_one(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1", "10.00");
    market_bought(market, "2", "10.00");
    int64_t sale = market_sold(market, "制药厂", "3000", "20.00"); // of both pools
    add_term(market, "80", "pool:2", TH_CONFLICT);
    market_refused(market, "term_splits_deal");
    add_term(market, "70", NULL, TH_OK);
    th_json_free(market_receipt(market, sale, "60000.00", TH_OK));
    assert_int_equal(distributed(market), 2100000); // 70 % of 60,000.00 less 30,000.00
}

// 2,509 t of pool 1 under 70 %, the rest of pool 2 under 80 %.
static void two_pools(struct market *market)
{
    market_anji(market);
    market_bought(market, "1", "10.00");
    market_bought(market, "2", "10.00");
    add_term(market, "70", NULL, TH_OK);
    add_term(market, "80", "pool:2", TH_OK);
}

static void sale__of_pools_under_different_terms_is_refused(void **state)
{
    struct market *market = *state;
    two_pools(market);
    assert_null(market_sell(market, "制药厂", "3000", "20.00", NULL, TH_CONFLICT));
    market_refused(market, "sale_terms_differ");
    assert_string_equal(th_error_arg_get(&market->err, "pool"), "1");
    assert_string_equal(th_error_arg_get(&market->err, "other"), "2");
    assert_string_equal(th_error_arg_get(&market->err, "tonnes"), "2509");
    // As two, as the hint says, each goes by its own term.
    int64_t first = market_sold(market, "制药厂", "2509", "20.00");
    int64_t second = market_sold(market, "制药厂", "491", "20.00");
    th_json_free(market_receipt(market, first, "50180.00", TH_OK));
    th_json_free(market_receipt(market, second, "9820.00", TH_OK));
    // 70 % of 25,090.00 and 80 % of 4,910.00.
    assert_int_equal(distributed(market), 1756300 + 392800);
}

static void sale__of_pools_under_one_term_needs_no_second(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1", "10.00");
    market_bought(market, "2", "10.00");
    add_term(market, "70", NULL, TH_OK);
    int64_t sale = market_sold(market, "制药厂", "3000", "20.00");
    th_json_free(market_receipt(market, sale, "60000.00", TH_OK));
    assert_int_equal(distributed(market), 2100000);
}

static void sale__is_not_approved_when_terms_have_come_between(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1", "10.00");
    market_bought(market, "2", "10.00");
    add_term(market, "70", NULL, TH_OK);
    int64_t sale = market_id(market_sell(market, "制药厂", "3000", "20.00", NULL, TH_OK));
    add_term(market, "80", "pool:2", TH_OK);
    assert_null(market_approve(market, sale, TH_CONFLICT));
    market_refused(market, "sale_terms_differ");
    th_json_free(market_reject(market, sale, TH_OK));
}

static struct th_json *distribute_by(struct market *market, const char *term)
{
    const struct th_request request = {.login = "bank"};
    const struct th_distribute_input input = {.through = "2022-12-31", .term = term};
    struct th_json *reply = NULL;
    assert_status(
        th_revenue_distribute(market->world.registry, &request, &input, &reply, &market->err),
        TH_CONFLICT, &market->err);
    return reply;
}

// What the use cases keep out: the second term comes past them.
static void term__of_a_part_of_a_sale_is_not_chosen(void **state)
{
    struct market *market = *state;
    market_anji(market);
    market_bought(market, "1", "10.00");
    market_bought(market, "2", "10.00");
    add_term(market, "70", NULL, TH_OK);
    int64_t sale = market_sold(market, "制药厂", "3000", "20.00"); // of both pools
    th_json_free(market_receipt(market, sale, "60000.00", TH_OK));
    struct th_term term;
    assert_ok(th_term_load(market->world.store, 1, &term, &market->err), &market->err);
    term.scope = TH_TERM_POOL;
    term.scope_id = 2;
    struct th_posting *posting = market_begin(market);
    assert_ok(th_term_post(posting, &term, &term.term_id, &market->err), &market->err);
    assert_int_equal(market_commit(market, posting), TH_OK);
    assert_null(distribute_by(market, NULL));
    market_refused(market, "term_mixed");
    assert_null(distribute_by(market, "1"));
    market_refused(market, "term_not_in_force");
    assert_null(distribute_by(market, "2"));
    market_refused(market, "term_not_in_force");
}

static void preview__a_row_has_the_sales_of_its_term_alone(void **state)
{
    struct market *market = *state;
    static const char *const RATIOS[] = {"100"};
    two_pools(market);
    int64_t first = market_sold(market, "制药厂", "2509", "20.00");
    int64_t second = market_sold(market, "制药厂", "491", "20.00");
    th_json_free(market_receipt(market, first, "50180.00", TH_OK));
    th_json_free(market_receipt(market, second, "9820.00", TH_OK));
    const struct th_request request = {.login = "bank"};
    const struct th_distribute_input input = {
        .through = "2022-12-31", .ratios = RATIOS, .n_ratios = 1};
    struct th_json *reply = NULL;
    assert_ok(th_revenue_preview(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    const struct th_json *rows = th_json_get(reply, "comparison"); // 70 % and 100 %, 80 % and 100 %
    assert_int_equal(th_json_size(rows), 4);
    const struct th_json *general = th_json_at(rows, 0);
    const struct th_json *special = th_json_at(rows, 2);
    assert_int_equal(get(general, "term_id"), 1);
    assert_int_equal(get(special, "term_id"), 2);
    assert_int_equal(get(general, "n_sales"), 1);
    assert_int_equal(get(general, "net_fen"), 2509000);
    assert_int_equal(get(special, "n_sales"), 1);
    assert_int_equal(get(special, "net_fen"), 491000);
    // By their own ratios the rows are the run that would come.
    assert_int_equal(get(general, "distributed_fen") + get(special, "distributed_fen"),
                     get(reply, "distributed_fen"));
    th_json_free(reply);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(undeduct__by_another_person_and_the_cost_counts_no_more),
        TEST(undeduct__not_what_a_run_takes_off),
        TEST(undeduct__what_no_run_took_off_can_go),
        TEST(undeduct__whoever_took_a_cost_back_does_not_approve_the_run),
        TEST(undeduct__a_reserve_counts_no_more_until_it_is_settled),
        TEST(unsettle__by_another_person_and_the_reserve_is_settled_anew),
        TEST(unsettle__the_reserve_counts_again_as_it_was_set_aside),
        TEST(unsettle__not_what_a_run_reckoned_with),
        TEST(unsettle__whoever_took_it_back_does_not_approve_the_run),
        TEST(unsettle__not_where_another_cost_took_its_room),
        TEST(term_end__another_one_holds_from_that_day_on),
        TEST(term_end__on_its_first_day_it_never_held),
        TEST(term_end__not_before_what_a_run_shares),
        TEST(term__for_a_part_of_a_pool_is_refused),
        TEST(term__no_more_special_one_takes_agreed_sales_over),
        TEST(term__a_less_special_one_may_begin_before_sales),
        TEST(term__no_part_of_a_sale_without_a_term_gets_one),
        TEST(sale__of_pools_under_different_terms_is_refused),
        TEST(sale__of_pools_under_one_term_needs_no_second),
        TEST(sale__is_not_approved_when_terms_have_come_between),
        TEST(term__of_a_part_of_a_sale_is_not_chosen),
        TEST(preview__a_row_has_the_sales_of_its_term_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Terms of revenue and the persons behind them: what is agreed comes under another term only by two
// officers.
#include <stdlib.h>
#include <string.h>

#include "store/revenue/revenue_store.h"
#include "tests/integration/ahead.h"
#include "trading/inbox/inbox.h"
#include "trading/spot/listing.h"

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

struct wish { // a term of net of cost, all of it for the villages
    const char *by;
    const char *from;
    const char *to; // NULL: open
    const char *ratio;
    const char *scope; // NULL: all
};

static void add_term(struct market *market, const struct wish *wish, enum th_status want)
{
    const struct th_request request = {.login = wish->by};
    const char *split = "village=1";
    const struct th_term_input input = {.from = wish->from,
                                        .to = wish->to,
                                        .basis = "net_of_cost",
                                        .ratio = wish->ratio,
                                        .splits = &split,
                                        .n_splits = 1,
                                        .scope = wish->scope,
                                        .document = market->document};
    struct th_json *reply = NULL;
    assert_status(th_term_add(market->world.registry, &request, &input, &reply, &market->err), want,
                  &market->err);
    th_json_free(reply);
}

static void end_term(struct market *market, const char *by, int64_t term, const char *on,
                     enum th_status want)
{
    const struct th_request request = {.login = by};
    struct th_json *reply = NULL;
    assert_status(th_term_end(market->world.registry, &request, term, on, market->document, &reply,
                              &market->err),
                  want, &market->err);
    th_json_free(reply);
}

static void assert_arg(const struct market *market, const char *name, int64_t value)
{
    assert_int_equal(strtoll(th_error_arg_get(&market->err, name), NULL, 10), value);
}

// A sale of 2022-05-20 under 70 %, net 59,940.00, paid.
static int64_t sale_under(struct market *market, const struct wish *wish)
{
    market_user(market, "guan", "officer");
    market_user(market, "ming", "officer");
    market_bought(market, "1 2", "43.44");
    add_term(market, wish, TH_OK);
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    return sale;
}

static int64_t distributed(struct market *market)
{
    struct th_json *reply = market_distribute(market, NULL, true, TH_OK);
    int64_t fen = get(reply, "distributed_fen");
    th_json_free(reply);
    return fen;
}

static const struct wish GENERAL = {"guan", "2022-01-01", NULL, "70", NULL};

static void term_end__over_a_sale_takes_another_officer_than_who_recorded_it(void **state)
{
    struct market *market = *state;
    int64_t sale = sale_under(market, &GENERAL);
    end_term(market, "guan", 1, "2022-01-01", TH_NOT_PERMITTED);
    market_refused(market, "term_end_own");
    assert_arg(market, "trade", sale);
    assert_arg(market, "term", 1);
    end_term(market, "guan", 1, "2022-05-20", TH_NOT_PERMITTED);
    assert_int_equal(distributed(market), 4195800);
    end_term(market, "ming", 1, "2022-05-20", TH_OK);
}

static void term_end__behind_all_sales_one_officer_suffices(void **state)
{
    struct market *market = *state;
    (void)sale_under(market, &GENERAL);
    end_term(market, "guan", 1, "2022-05-21", TH_OK);
    assert_int_equal(distributed(market), 4195800);
}

// A sale that was taken back, or comes under a more special term, is none of this term's.
static void term_end__sales_of_other_terms_ask_for_nobody(void **state)
{
    struct market *market = *state;
    const struct wish special = {"ming", "2022-01-01", NULL, "80", "pool:1"};
    (void)sale_under(market, &special);
    add_term(market, &GENERAL, TH_OK);
    end_term(market, "guan", 2, "2022-01-01", TH_OK);
    assert_int_equal(distributed(market), 4795200);
}

static void term_end__does_not_bring_a_sale_under_what_the_same_officer_laid_ready(void **state)
{
    struct market *market = *state;
    const struct wish special = {"ming", "2022-01-01", NULL, "80", "pool:1"};
    const struct wish ready = {"guan", "2022-01-01", NULL, "5", NULL};
    int64_t sale = sale_under(market, &special);
    add_term(market, &ready, TH_OK); // takes nothing over
    end_term(market, "guan", 1, "2022-01-01", TH_NOT_PERMITTED);
    market_refused(market, "term_end_own_next");
    assert_arg(market, "trade", sale);
    assert_arg(market, "term", 2);
    assert_int_equal(distributed(market), 4795200);
    market_user(market, "third", "officer");
    end_term(market, "third", 1, "2022-01-01", TH_OK);
    assert_int_equal(distributed(market), 299700); // 5 % of 59,940.00
}

// What held beside it when the sale was agreed was laid ready for nothing.
static void term_end__what_was_agreed_before_the_sale_takes_it(void **state)
{
    struct market *market = *state;
    const struct wish special = {"ming", "2022-01-01", NULL, "80", "pool:1"};
    market_user(market, "guan", "officer");
    market_user(market, "ming", "officer");
    market_bought(market, "1 2", "43.44");
    add_term(market, &GENERAL, TH_OK);
    add_term(market, &special, TH_OK);
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    end_term(market, "guan", 2, "2022-05-20", TH_OK);
    assert_int_equal(distributed(market), 4195800);
}

static void term__for_a_freed_sale_is_recorded_by_another_officer_than_who_freed_it(void **state)
{
    struct market *market = *state;
    const struct wish taken = {"guan", "2022-01-01", NULL, "5", "pool:1"};
    const struct wish own = {"ming", "2022-01-01", NULL, "5", "pool:1"};
    const struct wish later = {"ming", "2022-05-21", NULL, "5", "pool:1"};
    int64_t sale = sale_under(market, &GENERAL);
    end_term(market, "ming", 1, "2022-05-20", TH_OK);
    add_term(market, &own, TH_NOT_PERMITTED);
    market_refused(market, "term_freed_own");
    assert_arg(market, "trade", sale);
    assert_arg(market, "term", 1);
    add_term(market, &later, TH_OK); // takes no sale
    end_term(market, "ming", 2, "2022-05-21", TH_OK);
    add_term(market, &taken, TH_OK);
    assert_int_equal(distributed(market), 299700);
}

static void approve_by(struct market *market, const char *login, int64_t trade, enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_approve(market->world.registry, &request, trade, NULL, &reply, &market->err), want,
        &market->err);
    th_json_free(reply);
}

static bool is_asked(struct market *market, const char *login, const char *wanted)
{
    struct th_json *reply = NULL;
    bool found = false;
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        const char *what = th_json_get_text(th_json_at(items, i), "what", "");
        found = found || strcmp(what, wanted) == 0;
    }
    th_json_free(reply);
    return found;
}

// The clock stands at 2024-03-10: 70 % until the end of 2023, 60 % from then on.
static void two_terms(struct market *market)
{
    const struct wish before = {"officer", "2022-01-01", NULL, "70", NULL};
    const struct wish after = {"officer", "2024-01-01", NULL, "60", NULL};
    market_user(market, "colleague", "bank");
    market_bought(market, "1 2", "43.44");
    add_term(market, &before, TH_OK);
    add_term(market, &after, TH_OK);
}

static void sale__dated_back_over_a_term_takes_an_officer(void **state)
{
    struct market *market = *state;
    two_terms(market);
    struct th_json *reply = market_sell(market, "制药厂", "2000", "73.41", NULL, TH_OK);
    const struct th_json *back = th_json_get(reply, "dated_back");
    assert_int_equal(get(back, "term_id"), 1);
    assert_int_equal(get(back, "entered_term_id"), 2);
    assert_string_equal(th_json_get_text(reply, "entered_on", ""), "2024-03-10");
    int64_t sale = market_id(reply);
    assert_false(is_asked(market, "colleague", "trade.approve"));
    assert_true(is_asked(market, "officer", "trade.approve"));
    approve_by(market, "colleague", sale, TH_NOT_PERMITTED);
    market_refused(market, "county_unheard");
    assert_string_equal(th_error_arg_get(&market->err, "on"), "2022-05-20");
    assert_string_equal(th_error_arg_get(&market->err, "entered"), "2024-03-10");
    approve_by(market, "officer", sale, TH_OK);
}

static void sale__dated_back_within_its_term_does_not(void **state)
{
    struct market *market = *state;
    two_terms(market);
    market->sale_on = "2024-01-01";
    struct th_json *reply = market_sell(market, "制药厂", "2000", "73.41", NULL, TH_OK);
    assert_int_equal(th_json_type(th_json_get(reply, "dated_back")), TH_JSON_NULL);
    int64_t sale = market_id(reply);
    assert_true(is_asked(market, "colleague", "trade.approve"));
    approve_by(market, "colleague", sale, TH_OK);
}

static void sale__dated_back_over_the_end_of_the_only_term_takes_an_officer(void **state)
{
    struct market *market = *state;
    const struct wish only = {"officer", "2022-01-01", "2024-03-09", "1", "pool:1"};
    market_user(market, "colleague", "bank");
    market_bought(market, "1 2", "43.44");
    add_term(market, &only, TH_OK);
    int64_t sale = market_id(market_sell(market, "制药厂", "20", "73.41", NULL, TH_OK));
    approve_by(market, "colleague", sale, TH_NOT_PERMITTED);
    market_refused(market, "county_unheard");
    th_json_free(market_reject(market, sale, TH_OK));
    market->sale_on = "2024-03-10"; // the day of entry, under none
    sale = market_id(market_sell(market, "制药厂", "20", "73.41", NULL, TH_OK));
    approve_by(market, "colleague", sale, TH_OK);
}

static void option__its_premium_and_its_exercise_dated_back_take_an_officer(void **state)
{
    struct market *market = *state;
    two_terms(market);
    int64_t option = market_id(ahead_option(market, &AHEAD_OPTION, TH_OK));
    approve_by(market, "colleague", option, TH_NOT_PERMITTED);
    market_refused(market, "county_unheard");
    approve_by(market, "officer", option, TH_OK);
    int64_t exercise = market_id(ahead_exercise(market, option, "100", "2022-06-02", TH_OK));
    approve_by(market, "colleague", exercise, TH_NOT_PERMITTED);
    market_refused(market, "county_unheard");
    approve_by(market, "officer", exercise, TH_OK);
}

// 80 % for pool 2 from 2023 on, 70 % for all else.
static void later_term(struct market *market)
{
    const struct wish general = {"officer", "2022-01-01", NULL, "70", NULL};
    const struct wish special = {"officer", "2023-01-01", NULL, "80", "pool:2"};
    market_bought(market, "1", "10.00"); // 2,509 t
    market_bought(market, "2", "10.00");
    add_term(market, &general, TH_OK);
    add_term(market, &special, TH_OK);
}

static void assert_differs_from_2023_on(struct market *market)
{
    market_refused(market, "sale_terms_differ");
    assert_string_equal(th_error_arg_get(&market->err, "on"), "2023-01-01");
    assert_arg(market, "tonnes", 2509);
}

static void option__is_under_one_term_through_its_window(void **state)
{
    struct market *market = *state;
    struct th_promise_input option = AHEAD_OPTION;
    later_term(market);
    option.tonnes = "3000";
    th_json_free(market_reject(market, market_id(ahead_option(market, &option, TH_OK)), TH_OK));
    option.window = "2022-06-01..2023-01-01";
    assert_null(ahead_option(market, &option, TH_CONFLICT));
    assert_differs_from_2023_on(market);
    option.window = "2023-06-01..2023-12-31"; // begins when the term holds
    assert_null(ahead_option(market, &option, TH_CONFLICT));
    market_refused(market, "sale_terms_differ");
    assert_string_equal(th_error_arg_get(&market->err, "on"), "2023-06-01");
    option.tonnes = "2509";
    (void)ahead_done(market, ahead_option(market, &option, TH_OK));
}

static void option__a_term_that_is_over_before_its_window_divides_nothing(void **state)
{
    struct market *market = *state;
    struct th_promise_input option = AHEAD_OPTION;
    const struct wish passing = {"officer", "2022-03-01", "2022-05-31", "80", "pool:2"};
    market_bought(market, "1", "10.00");
    market_bought(market, "2", "10.00");
    add_term(market, &passing, TH_OK);
    option.tonnes = "3000"; // from 2022-06-01 on
    (void)ahead_done(market, ahead_option(market, &option, TH_OK));
}

static void subscription__is_under_one_term_until_it_is_delivered(void **state)
{
    struct market *market = *state;
    struct th_promise_input input = AHEAD_PERSON;
    later_term(market);
    input.tonnes = "3000";
    input.deliver_by = "2023-01-01";
    assert_null(ahead_subscribe(market, &input, TH_CONFLICT));
    assert_differs_from_2023_on(market);
    input.deliver_by = "2022-12-31";
    int64_t id = market_id(ahead_subscribe(market, &input, TH_OK));
    const struct wish between = {"officer", "2022-12-01", "2022-12-31", "80", "pool:2"};
    add_term(market, &between, TH_OK); // is agreed before the approval
    assert_null(market_approve(market, id, TH_CONFLICT));
    market_refused(market, "sale_terms_differ");
    assert_string_equal(th_error_arg_get(&market->err, "on"), "2022-12-01");
    th_json_free(market_reject(market, id, TH_OK));
}

static struct th_json *list(struct market *market, const char *until, enum th_status want)
{
    const struct th_request bank = {.login = "bank"};
    const struct th_listing_input input = {
        .holder = "两山银行", .tonnes = "3000", .price = "60", .until = until, .on = "2022-05-20"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_listing(market->world.registry, &bank, &input, &reply, &market->err), want,
        &market->err);
    return reply;
}

static void listing__is_under_one_term_until_its_last_day(void **state)
{
    struct market *market = *state;
    const struct wish coming = {"officer", "2024-05-01", NULL, "80", "pool:2"};
    market_bought(market, "1", "10.00");
    market_bought(market, "2", "10.00");
    add_term(market, &coming, TH_OK);
    assert_null(list(market, "2024-05-01", TH_CONFLICT));
    market_refused(market, "sale_terms_differ");
    assert_string_equal(th_error_arg_get(&market->err, "on"), "2024-05-01");
    th_json_free(market_approve(market, market_id(list(market, "2024-04-30", TH_OK)), TH_OK));
}

// Pools 1 (500 t) and 3 (200 t) of one village, pool 2 (300 t) of the other, which has a term of
// its own.
static void three_pools(struct market *market)
{
    const struct wish special = {"officer", "2022-01-01", NULL, "80", "holder:高家堂村"};
    static const struct {
        const char *package;
        const char *tonnes;
    } POOLS[] = {{"1", "500"}, {"2", "300"}, {"1", "200"}};
    add_term(market, &special, TH_OK);
    for (size_t i = 0; i < sizeof(POOLS) / sizeof(POOLS[0]); i++) {
        int64_t id = market_id(
            market_buy(market, POOLS[i].package, "10.00", NULL, NULL, POOLS[i].tonnes, TH_OK));
        th_json_free(market_approve(market, id, TH_OK));
    }
}

static struct th_json *resell(struct market *market, const char *tonnes, const char *vintage,
                              enum th_status want)
{
    const struct th_request bank = {.login = "bank"};
    const struct th_resale_input input = {.from = "两山银行",
                                          .to = "制药厂",
                                          .tonnes = tonnes,
                                          .price = "20.00",
                                          .vintage = vintage,
                                          .on = "2022-05-20"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_resale(market->world.registry, &bank, &input, &reply, &market->err), want,
        &market->err);
    return reply;
}

static void sale__refused_for_terms_says_what_the_first_deal_can_have(void **state)
{
    struct market *market = *state;
    three_pools(market);
    assert_null(resell(market, "900", NULL, TH_CONFLICT)); // 500 of pool 1, 300 of 2, 100 of 3
    market_refused(market, "sale_terms_differ");
    assert_arg(market, "tonnes", 500);
    assert_null(resell(market, "501", NULL, TH_CONFLICT));
    assert_arg(market, "tonnes", 500);
    // Of a vintage that the buyer chose the package leaves first that was issued first.
    assert_null(resell(market, "900", "2021", TH_CONFLICT));
    assert_arg(market, "tonnes", 700);
    assert_null(resell(market, "701", "2021", TH_CONFLICT));
    th_json_free(market_reject(market, market_id(resell(market, "700", "2021", TH_OK)), TH_OK));
    th_json_free(market_reject(market, market_id(resell(market, "500", NULL, TH_OK)), TH_OK));
}

// What the use cases keep out: the term comes past them.
static void acceptance__over_two_terms_has_no_first_deal(void **state)
{
    struct market *market = *state;
    const struct th_acceptance_input input = {
        .listing = "3", .to = "制药厂", .tonnes = "27", .on = "2024-03-10"};
    const struct th_request bank = {.login = "bank"};
    const struct wish general = {"officer", "2022-01-01", NULL, "70", NULL};
    struct th_json *reply = NULL;
    struct th_term term;
    market_bought(market, "1", "10.00");
    market_bought(market, "2", "10.00");
    add_term(market, &general, TH_OK);
    th_json_free(market_approve(market, market_id(list(market, "2024-04-30", TH_OK)), TH_OK));
    assert_ok(th_term_load(market->world.store, 1, &term, &market->err), &market->err);
    term.scope = TH_TERM_POOL;
    term.scope_id = 2;
    struct th_posting *posting = market_begin(market);
    assert_ok(th_term_post(posting, &term, &term.term_id, &market->err), &market->err);
    assert_int_equal(market_commit(market, posting), TH_OK);
    assert_status(
        th_trade_propose_acceptance(market->world.registry, &bank, &input, &reply, &market->err),
        TH_CONFLICT, &market->err);
    market_refused(market, "sale_terms_apart");
    assert_null(reply);
}

static struct th_json *term_for(struct market *market, const char *split)
{
    const struct th_request officer = {.login = "officer"};
    const struct th_term_input input = {.from = "2022-01-01",
                                        .basis = "net_of_cost",
                                        .ratio = "70",
                                        .splits = &split,
                                        .n_splits = 1,
                                        .document = market->document};
    struct th_json *reply = NULL;
    assert_ok(th_term_add(market->world.registry, &officer, &input, &reply, &market->err),
              &market->err);
    return reply;
}

static void term__that_names_recipients_who_are_not_there_warns_and_the_inbox_says_it(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "10.00");
    struct th_json *reply = term_for(market, "cooperative=1");
    const struct th_json *lacking = th_json_get(reply, "lacking");
    assert_int_equal(th_json_size(th_json_get(reply, "warnings")), 1);
    assert_int_equal(th_json_size(lacking), 1);
    assert_int_equal(get(th_json_at(lacking, 0), "pool"), 1);
    assert_string_equal(th_json_get_text(th_json_at(lacking, 0), "code", ""), "recipient_missing");
    th_json_free(reply);
    int64_t sale = market_sold(market, "制药厂", "20", "73.41");
    th_json_free(market_receipt(market, sale, "1468.20", TH_OK));
    assert_true(is_asked(market, "bank", "revenue.recipient_missing"));
    assert_true(is_asked(market, "officer", "revenue.recipient_missing"));
    assert_false(is_asked(market, "bank", "revenue.distribute"));
}

static void term__whose_recipients_are_there_warns_of_nothing(void **state)
{
    struct market *market = *state;
    market_bought(market, "1 2", "10.00");
    struct th_json *reply = term_for(market, "village=1");
    assert_int_equal(th_json_size(th_json_get(reply, "warnings")), 0);
    assert_int_equal(th_json_size(th_json_get(reply, "lacking")), 0);
    th_json_free(reply);
    int64_t sale = market_sold(market, "制药厂", "20", "73.41");
    th_json_free(market_receipt(market, sale, "1468.20", TH_OK));
    assert_true(is_asked(market, "bank", "revenue.distribute"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, market_setup_anji, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(term_end__over_a_sale_takes_another_officer_than_who_recorded_it),
        TEST(term_end__behind_all_sales_one_officer_suffices),
        TEST(term_end__sales_of_other_terms_ask_for_nobody),
        TEST(term_end__does_not_bring_a_sale_under_what_the_same_officer_laid_ready),
        TEST(term_end__what_was_agreed_before_the_sale_takes_it),
        TEST(term__for_a_freed_sale_is_recorded_by_another_officer_than_who_freed_it),
        TEST(sale__dated_back_over_a_term_takes_an_officer),
        TEST(sale__dated_back_within_its_term_does_not),
        TEST(sale__dated_back_over_the_end_of_the_only_term_takes_an_officer),
        TEST(option__its_premium_and_its_exercise_dated_back_take_an_officer),
        TEST(option__is_under_one_term_through_its_window),
        TEST(option__a_term_that_is_over_before_its_window_divides_nothing),
        TEST(subscription__is_under_one_term_until_it_is_delivered),
        TEST(listing__is_under_one_term_until_its_last_day),
        TEST(sale__refused_for_terms_says_what_the_first_deal_can_have),
        TEST(acceptance__over_two_terms_has_no_first_deal),
        TEST(term__that_names_recipients_who_are_not_there_warns_and_the_inbox_says_it),
        TEST(term__whose_recipients_are_there_warns_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

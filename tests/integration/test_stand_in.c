// Officers of the county, who stand in for whoever has no login.
#include <stdio.h>
#include <string.h>

#include "registry/setup.h"
#include "tests/integration/market.h"
#include "trading/inbox/inbox.h"
#include "trading/pledge/pledge.h"
#include "trading/spot/listing.h"

enum { FIRM = MARKET_PHARMA };

// The bank and one of the enterprises have logins; villages, persons and other enterprises none.
static int setup(void **state)
{
    static const char *const USERS[][3] = {{"teller", "bank", "两山银行"},
                                           {"works", "bank", "制药厂"},
                                           {"officer-2", "officer", NULL}};
    const struct th_request admin = {.login = "admin"};
    assert_int_equal(market_setup_anji(state), 0);
    struct market *market = *state;
    for (size_t i = 0; i < sizeof(USERS) / sizeof(USERS[0]); i++) {
        struct th_json *reply = NULL;
        assert_ok(th_user_add(market->world.registry, &admin, USERS[i][0], USERS[i][1], NULL,
                              USERS[i][2], &reply, &market->err),
                  &market->err);
        th_json_free(reply);
    }
    return 0;
}

static struct th_json *transfer(struct market *market, const char *login, const char *from,
                                const char *to, enum th_status want)
{
    const struct th_request request = {.login = login};
    const struct th_unit_transfer_input input = {.from = from, .to = to, .tonnes = "900"};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_propose_transfer(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static struct th_json *cancel(struct market *market, const char *holder, enum th_status want)
{
    const struct th_request request = {.login = "officer"};
    const struct th_cancellation_input input = {.holder = holder, .tonnes = "2", .reason = "自愿"};
    struct th_json *reply = NULL;
    assert_status(th_trade_propose_cancellation(market->world.registry, &request, &input, &reply,
                                                &market->err),
                  want, &market->err);
    return reply;
}

static int64_t list(struct market *market, const char *login, const char *holder)
{
    const struct th_request request = {.login = login};
    const struct th_listing_input input = {
        .holder = holder, .tonnes = "100", .price = "60", .tax = "0"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_listing(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return market_id(reply);
}

static void withdraw(struct market *market, int64_t listing_id, enum th_status want)
{
    const struct th_request request = {.login = "officer"};
    struct th_json *reply = NULL;
    assert_status(
        th_listing_withdraw(market->world.registry, &request, listing_id, &reply, &market->err),
        want, &market->err);
    th_json_free(reply);
}

static int64_t purchase(struct market *market, const char *login)
{
    const struct th_request request = {.login = login};
    const char *packages[] = {"1", "2"};
    const struct th_purchase_input input = {
        .packages = packages, .n_packages = 2, .to = "两山银行", .price = "43.44"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_purchase(market->world.registry, &request, &input, &reply, &market->err),
        &market->err);
    return market_id(reply);
}

static void approve(struct market *market, const char *login, int64_t trade_id, enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(
        th_trade_approve(market->world.registry, &request, trade_id, NULL, &reply, &market->err),
        want, &market->err);
    th_json_free(reply);
}

static size_t n_waiting(struct market *market, const char *login)
{
    struct th_json *reply = NULL;
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    size_t n = th_json_size(th_json_get(reply, "items"));
    th_json_free(reply);
    return n;
}

static void waits_for(struct market *market, const char *login, const char *what, bool want)
{
    struct th_json *reply = NULL;
    bool found = false;
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        found = found || strcmp(th_json_get_text(th_json_at(items, i), "what", ""), what) == 0;
    }
    assert_int_equal(found, want);
    th_json_free(reply);
}

static int64_t units_t(struct market *market, int64_t party_id, enum th_block_state state)
{
    struct th_unit_totals totals;
    assert_ok(th_ledger_totals(market->world.store, party_id, 0, &totals, &market->err),
              &market->err);
    return th_units_t(totals.by_state[state]);
}

static void officer__proposes_for_a_giver_without_login_alone(void **state)
{
    struct market *market = *state;
    int64_t trade_id = market_id(transfer(market, "officer", "1", "制药厂", TH_OK));
    // It is the giver's own word: no offer.
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 900);
    approve(market, "works", trade_id, TH_OK);
    assert_int_equal(units_t(market, FIRM, TH_BLOCK_HELD), 900);
    assert_null(transfer(market, "officer", "制药厂", "造纸厂", TH_NOT_PERMITTED));
    market_refused(market, "officer_stands_in");
    assert_null(cancel(market, "制药厂", TH_NOT_PERMITTED));
    market_refused(market, "officer_stands_in");
    approve(market, "officer-2", market_id(cancel(market, "2", TH_OK)), TH_OK);
    assert_int_equal(units_t(market, MARKET_GAOJIATANG, TH_BLOCK_CANCELLED), 2);
}

static void officers__bind_nobody_who_has_a_login(void **state)
{
    struct market *market = *state;
    int64_t moved = market_id(transfer(market, "officer", "1", "制药厂", TH_OK));
    int64_t bought = purchase(market, "officer");
    approve(market, "officer", moved, TH_NOT_PERMITTED);
    market_refused(market, "second_person");
    approve(market, "officer-2", moved, TH_NOT_PERMITTED);
    market_refused(market, "side_unheard");
    approve(market, "officer-2", bought, TH_NOT_PERMITTED);
    market_refused(market, "side_unheard");
    // Nor is it asked of them.
    assert_int_equal(n_waiting(market, "officer-2"), 0);
    assert_int_equal(n_waiting(market, "works"), 1);
    approve(market, "works", moved, TH_OK);
    approve(market, "teller", bought, TH_OK);
}

static void officers__are_enough_between_two_without_logins(void **state)
{
    struct market *market = *state;
    int64_t trade_id = market_id(transfer(market, "officer", "1", "竹农", TH_OK));
    assert_int_equal(n_waiting(market, "officer-2"), 1);
    approve(market, "officer-2", trade_id, TH_OK);
    assert_int_equal(units_t(market, MARKET_PERSON, TH_BLOCK_HELD), 900);
}

static void purchase__of_several_is_proposed_by_officers_while_none_has_a_login(void **state)
{
    struct market *market = *state;
    const struct th_request admin = {.login = "admin"};
    const struct th_request officer = {.login = "officer"};
    const char *packages[] = {"1", "2"};
    const struct th_purchase_input input = {
        .packages = packages, .n_packages = 2, .to = "两山银行", .price = "43.44"};
    struct th_json *reply = NULL;
    assert_ok(th_user_add(market->world.registry, &admin, "village", "bank", NULL, "高家堂村",
                          &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = NULL;
    assert_status(
        th_trade_propose_purchase(market->world.registry, &officer, &input, &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    market_refused(market, "officer_stands_in");
}

static void listing__is_withdrawn_by_an_officer_for_who_has_no_login_alone(void **state)
{
    struct market *market = *state;
    int64_t moved = market_id(transfer(market, "officer", "1", "制药厂", TH_OK));
    approve(market, "works", moved, TH_OK);
    int64_t own = list(market, "works", "制药厂");
    int64_t village = list(market, "officer", "1");
    approve(market, "officer", own, TH_OK);
    approve(market, "officer-2", village, TH_OK);
    withdraw(market, own, TH_NOT_PERMITTED);
    market_refused(market, "officer_stands_in");
    withdraw(market, village, TH_OK);
    assert_int_equal(units_t(market, MARKET_MAJIANONG, TH_BLOCK_LOCKED), 0);
    assert_int_equal(units_t(market, FIRM, TH_BLOCK_LOCKED), 100);
}

static void end_login(struct market *market, const char *login, const char *warning)
{
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    assert_ok(th_user_end(market->world.registry, &admin, login, "离职", &reply, &market->err),
              &market->err);
    const struct th_json *told = th_json_get(reply, "warnings");
    assert_int_equal(th_json_size(told), warning ? 1 : 0);
    if (warning) {
        assert_string_equal(th_json_text(th_json_at(told, 0)), warning);
    }
    th_json_free(reply);
}

// What an ended login proposed waits for another person; its party is without a login then.
static void officers__stand_in_where_the_last_login_ended(void **state)
{
    struct market *market = *state;
    struct th_json *reply = NULL;
    market_login(market, "works-2", "制药厂");
    for (int i = 0; i < 2; i++) {
        int64_t trade_id = market_id(transfer(market, "officer", "1", "制药厂", TH_OK));
        approve(market, "works", trade_id, TH_OK);
    }
    int64_t open = market_id(transfer(market, "works-2", "制药厂", "竹农", TH_OK));
    end_login(market, "works-2", NULL);
    assert_null(transfer(market, "officer", "制药厂", "竹农", TH_NOT_PERMITTED));
    market_refused(market, "officer_stands_in");
    end_login(market, "works", "last_of_party");
    approve(market, "works", open, TH_NOT_PERMITTED);
    market_refused(market, "login_ended");
    assert_status(th_inbox(market->world.registry, "works", &reply, &market->err), TH_NOT_PERMITTED,
                  &market->err);
    market_refused(market, "login_ended");
    approve(market, "officer", open, TH_OK);
    assert_int_equal(units_t(market, MARKET_PERSON, TH_BLOCK_HELD), 900);
    approve(market, "officer-2", market_id(transfer(market, "officer", "竹农", "制药厂", TH_OK)),
            TH_OK);
    assert_int_equal(units_t(market, FIRM, TH_BLOCK_HELD), 1800);
}

// 900 t of the firm, which has logins, secure 5,000.00 that a person without one lent it.
static int64_t lent_by_a_person(struct market *market)
{
    const struct th_request works = {.login = "works"};
    const struct th_pledge_input input = {.holder = "制药厂",
                                          .to = "竹农",
                                          .tonnes = "900",
                                          .principal = "5000",
                                          .rate = "4",
                                          .from = "2022-06-01",
                                          .until = "2022-12-31",
                                          .valuation = "9000",
                                          .number = "质押1号"};
    struct th_json *reply = NULL;
    approve(market, "works", market_id(transfer(market, "officer", "1", "制药厂", TH_OK)), TH_OK);
    assert_ok(th_trade_propose_pledge(market->world.registry, &works, &input, &reply, &market->err),
              &market->err);
    int64_t pledge_id = market_id(reply);
    approve(market, "officer", pledge_id, TH_OK);
    return pledge_id;
}

static void lend(struct market *market, const char *login, int64_t pledge_id, const char *kind)
{
    const struct th_request request = {.login = login};
    const struct th_loan_input input = {.pledge_id = pledge_id, .kind = kind, .amount = "5000"};
    struct th_json *reply = NULL;
    assert_ok(th_loan_pay(market->world.registry, &request, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
}

static struct th_json *release(struct market *market, const char *login, int64_t pledge_id,
                               enum th_status want)
{
    char id[24];
    const struct th_request request = {.login = login};
    const struct th_release_input input = {.pledge = id};
    struct th_json *reply = NULL;
    snprintf(id, sizeof(id), "%lld", (long long)pledge_id);
    assert_status(
        th_trade_propose_release(market->world.registry, &request, &input, &reply, &market->err),
        want, &market->err);
    return reply;
}

static void enforce(struct market *market, const char *login, int64_t pledge_id,
                    enum th_status want)
{
    char id[24];
    const struct th_request request = {.login = login};
    const struct th_enforcement_input input = {.pledge = id,
                                               .to = "造纸厂",
                                               .tonnes = "100",
                                               .price = "50",
                                               .owed = "5000",
                                               .number = "裁定1号"};
    struct th_json *reply = NULL;
    snprintf(id, sizeof(id), "%lld", (long long)pledge_id);
    assert_status(th_trade_propose_enforcement(market->world.registry, &request, &input, &reply,
                                               &market->err),
                  want, &market->err);
    if (reply) {
        th_json_free(reply);
        assert_ok(th_trade_reject(market->world.registry, &request, pledge_id + 1, NULL, &reply,
                                  &market->err),
                  &market->err);
        th_json_free(reply);
    }
}

static void officer__acts_for_a_lender_without_login(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = lent_by_a_person(market);
    lend(market, "works", pledge_id, "payout");
    waits_for(market, "officer-2", "pledge.overdue", true);
    enforce(market, "officer", pledge_id, TH_OK);
    lend(market, "officer", pledge_id, "repayment");
    waits_for(market, "officer-2", "pledge.release", true);
    waits_for(market, "works", "pledge.release", false);
    assert_null(release(market, "works", pledge_id, TH_NOT_PERMITTED));
    market_refused(market, "release_by_pledgee");
    int64_t released = market_id(release(market, "officer", pledge_id, TH_OK));
    approve(market, "officer-2", released, TH_OK);
    assert_int_equal(units_t(market, FIRM, TH_BLOCK_HELD), 900);
}

static void officer__leaves_a_lender_with_a_login_to_itself(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = lent_by_a_person(market);
    lend(market, "works", pledge_id, "payout");
    market_login(market, "farmer", "竹农");
    waits_for(market, "officer-2", "pledge.overdue", false);
    waits_for(market, "farmer", "pledge.overdue", true);
    enforce(market, "officer", pledge_id, TH_NOT_PERMITTED);
    market_refused(market, "officer_stands_in");
    market_user(market, "desk", "bank");
    enforce(market, "desk", pledge_id, TH_NOT_PERMITTED);
    market_refused(market, "officer_stands_in");
    assert_string_equal(th_error_arg_get(&market->err, "party"), "竹农");
    assert_null(release(market, "officer", pledge_id, TH_NOT_PERMITTED));
    market_refused(market, "officer_stands_in");
}

// What secured a loan that is repaid is not kept by a lender who says nothing: the county gives it
// back, and he does not reject that. While money is out it is his alone.
static void release__of_a_repaid_loan_is_not_withheld(void **state)
{
    const struct th_request farmer = {.login = "farmer"};
    struct market *market = *state;
    struct th_json *reply = NULL;
    int64_t pledge_id = lent_by_a_person(market);
    market_login(market, "farmer", "竹农");
    lend(market, "works", pledge_id, "payout");
    assert_null(release(market, "officer", pledge_id, TH_NOT_PERMITTED));
    market_refused(market, "officer_stands_in");
    lend(market, "farmer", pledge_id, "repayment");
    int64_t released = market_id(release(market, "officer", pledge_id, TH_OK));
    assert_status(
        th_trade_reject(market->world.registry, &farmer, released, NULL, &reply, &market->err),
        TH_NOT_PERMITTED, &market->err);
    market_refused(market, "right_of_other");
    approve(market, "officer-2", released, TH_OK);
    assert_int_equal(units_t(market, FIRM, TH_BLOCK_HELD), 900);
}

// Nor does the county say for a lender who has a login that he has his money, and take his
// security.
static void release__needs_the_lenders_own_word_that_he_is_paid(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = lent_by_a_person(market);
    market_login(market, "farmer", "竹农");
    lend(market, "works", pledge_id, "payout");
    lend(market, "officer", pledge_id, "repayment");
    assert_null(release(market, "officer", pledge_id, TH_NOT_PERMITTED));
    market_refused(market, "officer_stands_in");
}

// A desk of no party speaks for no lender who has a login.
static void release__needs_the_lenders_word_while_money_is_out(void **state)
{
    struct market *market = *state;
    int64_t pledge_id = lent_by_a_person(market);
    market_login(market, "farmer", "竹农");
    market_user(market, "desk", "bank");
    lend(market, "works", pledge_id, "payout");
    int64_t released = market_id(release(market, "desk", pledge_id, TH_OK));
    approve(market, "works", released, TH_NOT_PERMITTED);
    market_refused(market, "buyer_unheard");
    approve(market, "farmer", released, TH_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(officer__proposes_for_a_giver_without_login_alone),
        TEST(officers__bind_nobody_who_has_a_login),
        TEST(officers__are_enough_between_two_without_logins),
        TEST(purchase__of_several_is_proposed_by_officers_while_none_has_a_login),
        TEST(officer__acts_for_a_lender_without_login),
        TEST(officer__leaves_a_lender_with_a_login_to_itself),
        TEST(release__of_a_repaid_loan_is_not_withheld),
        TEST(release__needs_the_lenders_own_word_that_he_is_paid),
        TEST(release__needs_the_lenders_word_while_money_is_out),
        TEST(listing__is_withdrawn_by_an_officer_for_who_has_no_login_alone),
        TEST(officers__stand_in_where_the_last_login_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

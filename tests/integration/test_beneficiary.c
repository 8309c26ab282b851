// Names of beneficiaries: looked at once, by somebody else than who proposes them.

#include "registry/setup.h"
#include "tests/integration/market.h"
#include "trading/deal/beneficiary.h"

static int setup(void **state)
{
    (void)market_setup_anji(state);
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    market_sold(market, "制药厂", "100", "70");
    return 0;
}

static struct th_json *review(struct market *market, const char *login,
                              const struct th_beneficiary_input *input, enum th_status want,
                              const char *key)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(
        th_beneficiary_review(market->world.registry, &request, input, &reply, &market->err), want,
        &market->err);
    if (key != NULL) {
        market_refused(market, key);
        assert_null(reply);
    }
    return reply;
}

static bool checked(struct market *market, const char *name, const char *uscc)
{
    bool reviewed = false;
    assert_ok(th_beneficiary_check(market->world.store, name, uscc, &reviewed, &market->err),
              &market->err);
    return reviewed;
}

static struct th_json *listed(struct market *market, const char *state)
{
    struct th_json *reply = NULL;
    assert_ok(th_beneficiary_list(market->world.registry, state, &reply, &market->err),
              &market->err);
    return reply;
}

#define PHARMA_CODE "91330523MA0000002H"

static void review__accepts_a_name_for_good_and_tells_it(void **state)
{
    struct market *market = *state;
    const struct th_beneficiary_input input = {.name = "制药厂", .decision = "accept"};
    int64_t id = market_id(market_retire(market, "制药厂", "10", "制药厂", TH_OK));
    struct th_json *reply = listed(market, "new");
    const struct th_json *item = th_json_at(th_json_get(reply, "beneficiaries"), 0);
    assert_int_equal(th_json_get_int(reply, "n", -1), 1);
    assert_string_equal(th_json_get_text(item, "uscc", ""), PHARMA_CODE);
    assert_true(th_json_get_bool(item, "agrees", false));
    assert_int_equal(th_json_get_int(item, "first_trade", -1), id);
    assert_int_equal(th_json_get_int(item, "retired_t", -1), 0);
    th_json_free(reply);
    assert_false(checked(market, "制药厂", PHARMA_CODE));
    // The bank's login proposed it.
    (void)review(market, "bank", &input, TH_NOT_PERMITTED, "second_person");
    reply = review(market, "officer", &input, TH_OK, NULL);
    assert_string_equal(th_json_get_text(reply, "review", ""), "accepted");
    assert_string_equal(th_json_get_text(reply, "reviewed_by", ""), "officer");
    th_json_free(reply);
    assert_true(checked(market, "制药厂", PHARMA_CODE));
    assert_false(checked(market, "制药厂", NULL));
    assert_false(checked(market, "制药厂 ", PHARMA_CODE));
    th_json_free(market_approve(market, id, TH_OK));
    reply = listed(market, NULL);
    item = th_json_at(th_json_get(reply, "beneficiaries"), 0);
    assert_int_equal(th_json_get_int(item, "retired_t", -1), 10);
    assert_string_equal(th_json_get_text(item, "reviewed_on", ""), "2024-03-10");
    th_json_free(reply);
    th_test_assert_sound(market->world.registry);
}

static void review__refusals(void **state)
{
    struct market *market = *state;
    market_id(market_retire(market, "制药厂", "1", "竹农", TH_OK));
    struct th_beneficiary_input input = {.name = "竹农", .decision = "accept"};
    (void)review(market, "clerk", &input, TH_NOT_PERMITTED, "role_not_allowed");
    input.name = "没有";
    (void)review(market, "officer", &input, TH_NOT_FOUND, "beneficiary_unknown");
    input.name = "竹农";
    input.uscc = PHARMA_CODE;
    (void)review(market, "officer", &input, TH_NOT_FOUND, "beneficiary_unknown");
    input.uscc = NULL;
    input.decision = "perhaps";
    (void)review(market, "officer", &input, TH_USAGE, "beneficiary_decision");
    input.decision = "refuse";
    (void)review(market, "officer", &input, TH_USAGE, "beneficiary_reason");
    input.decision = "accept";
    input.reason = "好";
    (void)review(market, "officer", &input, TH_USAGE, "beneficiary_reason");
    struct th_json *reply = NULL;
    assert_status(th_beneficiary_list(market->world.registry, "old", &reply, &market->err),
                  TH_USAGE, &market->err);
    assert_null(reply);
}

static void review__a_name_with_two_codes_needs_the_code(void **state)
{
    struct market *market = *state;
    static const char *const CODES[] = {"91330523MA0000006X", "91330523MA00000071"};
    const struct th_request request = {.login = "bank"};
    for (size_t i = 0; i < 2; i++) {
        struct th_json *reply = NULL;
        const struct th_retirement_input retirement = {.holder = "制药厂",
                                                       .tonnes = "1",
                                                       .beneficiary = "联合工厂",
                                                       .beneficiary_uscc = CODES[i],
                                                       .purpose = "event"};
        assert_ok(th_trade_propose_retirement(market->world.registry, &request, &retirement, &reply,
                                              &market->err),
                  &market->err);
        th_json_free(reply);
    }
    struct th_beneficiary_input input = {.name = "联合工厂", .decision = "accept"};
    (void)review(market, "officer", &input, TH_CONFLICT, "beneficiary_several");
    assert_string_equal(th_error_arg_get(&market->err, "codes"),
                        "91330523MA0000006X, 91330523MA00000071");
    input.uscc = CODES[1];
    th_json_free(review(market, "officer", &input, TH_OK, NULL));
    assert_false(checked(market, "联合工厂", CODES[0]));
    assert_true(checked(market, "联合工厂", CODES[1]));
    // Later on the code is registered for a party of another name.
    const struct th_request admin = {.login = "admin"};
    const struct th_party_add_options mill = {
        .kind = "enterprise", .name = "印染二厂", .uscc = CODES[1]};
    struct th_json *reply = NULL;
    assert_ok(th_party_add(market->world.registry, &admin, &mill, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    reply = listed(market, "accepted");
    bool found = false;
    for (size_t i = 0; i < th_json_size(th_json_get(reply, "beneficiaries")); i++) {
        const struct th_json *item = th_json_at(th_json_get(reply, "beneficiaries"), i);
        if (strcmp(th_json_get_text(item, "name", ""), "联合工厂") == 0) {
            found = true;
            assert_string_equal(th_json_get_text(item, "registered_name", ""), "印染二厂");
            assert_false(th_json_get_bool(item, "agrees", true));
        }
    }
    assert_true(found);
    th_json_free(reply);
}

// What an approval asks.
static enum th_status pass(struct market *market, const char *name, bool *ret_accepted)
{
    const struct th_request request = {.login = "officer"};
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    assert_ok(th_work_begin(market->world.registry, &request, TH_MAY_REVIEW, "test.pass", NULL,
                            &work, &reply, &market->err),
              &market->err);
    enum th_status status = th_beneficiary_pass(work, name, NULL, ret_accepted, &market->err);
    if (status != TH_OK) {
        th_work_cancel(work);
        return status;
    }
    assert_ok(
        th_work_end(work, status, "test", th_json_object(), th_json_object(), &reply, &market->err),
        &market->err);
    th_json_free(reply);
    return TH_OK;
}

static void pass__accepts_a_new_name_once_and_stops_a_refused_one(void **state)
{
    struct market *market = *state;
    bool accepted = false;
    assert_int_equal(pass(market, "竹农乙", &accepted), TH_OK);
    assert_true(accepted);
    assert_true(checked(market, "竹农乙", ""));
    assert_int_equal(pass(market, "竹农乙", &accepted), TH_OK);
    assert_false(accepted);
    const struct th_beneficiary_input refuse = {
        .name = "竹农", .decision = "refuse", .reason = "不是本人"};
    th_json_free(review(market, "officer", &refuse, TH_OK, NULL));
    assert_int_equal(pass(market, "竹农", &accepted), TH_CONFLICT);
    market_refused(market, "beneficiary_refused");
    assert_string_equal(th_error_arg_get(&market->err, "reason"), "不是本人");
}

// Whoever approves a retirement has looked at the name; a refused one cannot be retired for.
static void approval__is_the_review_of_a_name(void **state)
{
    struct market *market = *state;
    const int64_t tonnes_t[] = {10};
    market_package(market, "审名", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes_t, 1, 0);
    struct th_json *reply = market_retire(market, "马家弄村", "1", "造纸厂", TH_OK);
    assert_false(th_json_get_bool(reply, "beneficiary_reviewed", true));
    int64_t trade_id = market_id(reply);
    th_json_free(market_approve(market, trade_id, TH_OK));
    assert_true(checked(market, "造纸厂", "91330523MA0000003L"));
    trade_id = market_id(market_retire(market, "马家弄村", "1", "印染厂", TH_OK));
    const struct th_beneficiary_input refuse = {
        .name = "印染厂", .decision = "refuse", .reason = "代码不符"};
    th_json_free(review(market, "officer", &refuse, TH_OK, NULL));
    assert_null(market_approve(market, trade_id, TH_CONFLICT));
    market_refused(market, "beneficiary_refused");
    th_json_free(market_reject(market, trade_id, TH_OK));
}

int main(void)
{
    // One world for all; each has names of its own.
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(review__accepts_a_name_for_good_and_tells_it),
        cmocka_unit_test(review__refusals),
        cmocka_unit_test(review__a_name_with_two_codes_needs_the_code),
        cmocka_unit_test(pass__accepts_a_new_name_once_and_stops_a_refused_one),
        cmocka_unit_test(approval__is_the_review_of_a_name),
    };
    return cmocka_run_group_tests(tests, setup, market_teardown);
}

// Payments of an approved run: confirmed, returned, sent again, read from a file; and accounts.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "store/money_store.h"
#include "tests/integration/market.h"
#include "trading/payment/payment.h"

enum { RUN = 1 };

static int setup(void **state)
{
    (void)market_setup_anji(state);
    struct market *market = *state;
    market_bought(market, "1 2", "43.44");
    int64_t sale = market_sold(market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(market, sale, "146820.00", TH_OK));
    th_json_free(market_term(market, "net_of_cost", "70", "village=1", TH_OK));
    return 0;
}

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

static int64_t cash_fen(struct market *market, int64_t party_id)
{
    struct th_money_totals totals;
    assert_ok(th_money_totals(market->world.store, party_id, &totals, &market->err), &market->err);
    return th_money_fen(totals.cash);
}

static int64_t claim_fen(struct market *market, int64_t party_id)
{
    struct th_money_totals totals;
    assert_ok(th_money_totals(market->world.store, party_id, &totals, &market->err), &market->err);
    return th_money_fen(totals.claim);
}

typedef enum th_status payment_act(struct th_registry *registry, const struct th_request *request,
                                   const struct th_payment_input *input, struct th_json **ret_reply,
                                   struct th_error *err);

static struct th_json *act_on(struct market *market, payment_act *use_case, const char *party,
                              const char *on, enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    const struct th_payment_input input = {
        .run_id = RUN, .party = party, .on = on, .reference = "FT-1", .note = "销户"};
    struct th_json *reply = NULL;
    assert_status(use_case(market->world.registry, &request, &input, &reply, &market->err), want,
                  &market->err);
    return reply;
}

static struct th_json *act(struct market *market, payment_act *use_case, const char *party,
                           enum th_status want)
{
    return act_on(market, use_case, party, "2023-01-05", want);
}

static const char *state_of(struct market *market, int64_t party_id)
{
    static char state[32];
    struct th_json *reply = NULL;
    assert_ok(th_payment_list_show(market->world.registry, RUN, NULL, false, &reply, &market->err),
              &market->err);
    const struct th_json *payments = th_json_get(reply, "payments");
    state[0] = '\0';
    for (size_t i = 0; i < th_json_size(payments); i++) {
        const struct th_json *item = th_json_at(payments, i);
        if (get(item, "party") == party_id) {
            (void)snprintf(state, sizeof(state), "%s", th_json_get_text(item, "state", ""));
        }
    }
    th_json_free(reply);
    return state;
}

static void payment__is_owed_then_paid_in_cash(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    const struct th_distribute_input all = {.through = "2022-12-31"};
    struct th_json *reply = NULL;
    assert_ok(th_revenue_distribute(market->world.registry, &bank, &all, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    assert_string_equal(state_of(market, MARKET_MAJIANONG), "proposed");
    assert_null(act(market, th_payment_confirm, NULL, TH_CONFLICT));
    market_refused(market, "run_not_approved");
    th_json_free(market_decide_run(market, RUN, true, TH_OK));
    assert_string_equal(state_of(market, MARKET_MAJIANONG), "owed");
    int64_t bank_fen = cash_fen(market, MARKET_BANK);
    int64_t claim_before = claim_fen(market, MARKET_MAJIANONG);
    reply = act(market, th_payment_confirm, "马家弄村", TH_OK);
    assert_int_equal(get(reply, "n"), 1);
    assert_int_equal(get(reply, "amount_fen"), 1445655);
    th_json_free(reply);
    assert_string_equal(state_of(market, MARKET_MAJIANONG), "paid");
    assert_string_equal(state_of(market, MARKET_GAOJIATANG), "owed");
    assert_int_equal(cash_fen(market, MARKET_MAJIANONG), 1445655);
    assert_int_equal(claim_fen(market, MARKET_MAJIANONG), claim_before - 1445655);
    assert_int_equal(cash_fen(market, MARKET_BANK), bank_fen - 1445655);
    assert_null(act(market, th_payment_confirm, "马家弄村", TH_CONFLICT));
    market_refused(market, "payment_state");
    reply = act(market, th_payment_confirm, NULL, TH_OK); // all that are still owed
    assert_int_equal(get(reply, "n"), 1);
    th_json_free(reply);
    assert_null(act(market, th_payment_confirm, NULL, TH_CONFLICT));
    market_refused(market, "payments_none");
    assert_null(act(market, th_payment_confirm, "山川乡", TH_NOT_FOUND));
    market_refused(market, "payment_not_found");
}

static void approved(struct market *market)
{
    th_json_free(market_distribute(market, NULL, false, TH_OK));
}

static void payment__that_came_back_is_owed_again_and_sent_again(void **state)
{
    struct market *market = *state;
    approved(market);
    int64_t claim_before = claim_fen(market, MARKET_MAJIANONG);
    th_json_free(act(market, th_payment_confirm, "马家弄村", TH_OK));
    struct th_json *reply = act(market, th_payment_return, "马家弄村", TH_OK);
    const struct th_json *item = th_json_at(th_json_get(reply, "payments"), 0);
    assert_string_equal(th_json_get_text(item, "state", ""), "returned");
    assert_string_equal(th_json_get_text(item, "note", ""), "销户");
    th_json_free(reply);
    assert_int_equal(cash_fen(market, MARKET_MAJIANONG), 0);
    assert_int_equal(claim_fen(market, MARKET_MAJIANONG), claim_before);
    assert_null(act(market, th_payment_confirm, "马家弄村", TH_CONFLICT));
    market_refused(market, "payment_state");
    reply = act(market, th_payment_resend, NULL, TH_OK);
    item = th_json_at(th_json_get(reply, "payments"), 0);
    assert_string_equal(th_json_get_text(item, "number", ""), "P1-1-2");
    assert_string_equal(th_json_get_text(item, "state", ""), "owed");
    th_json_free(reply);
    th_json_free(act(market, th_payment_confirm, "马家弄村", TH_OK));
    assert_int_equal(cash_fen(market, MARKET_MAJIANONG), 1445655);
    // One that never was booked as paid moves no money when it comes back.
    th_json_free(act(market, th_payment_return, "高家堂村", TH_OK));
    assert_int_equal(cash_fen(market, MARKET_GAOJIATANG), 0);
    assert_null(act(market, th_payment_return, NULL, TH_USAGE));
    market_refused(market, "party_missing");
}

// The run is approved on 2022-12-31.
static void payment__no_day_is_before_the_day_of_what_it_follows(void **state)
{
    struct market *market = *state;
    approved(market);
    assert_null(act_on(market, th_payment_confirm, NULL, "2022-12-30", TH_INVALID));
    market_refused(market, "payment_before");
    assert_string_equal(th_error_arg_get(&market->err, "since"), "2022-12-31");
    th_json_free(act_on(market, th_payment_confirm, "马家弄村", "2022-12-31", TH_OK));
    th_json_free(act_on(market, th_payment_confirm, "高家堂村", "2023-01-05", TH_OK));
    assert_null(act_on(market, th_payment_return, "高家堂村", "2023-01-04", TH_INVALID));
    market_refused(market, "payment_before");
    th_json_free(act_on(market, th_payment_return, "高家堂村", "2023-01-09", TH_OK));
    assert_null(act_on(market, th_payment_resend, "高家堂村", "2023-01-08", TH_INVALID));
    market_refused(market, "payment_before");
    th_json_free(act_on(market, th_payment_resend, "高家堂村", "2023-01-09", TH_OK));
    assert_null(act_on(market, th_payment_confirm, "高家堂村", "2023-01-08", TH_INVALID));
    market_refused(market, "payment_before");
    assert_string_equal(state_of(market, MARKET_GAOJIATANG), "owed");
    assert_int_equal(cash_fen(market, MARKET_GAOJIATANG), 0);
}

static void payment__of_a_rejected_run_says_so_instead_of_asking_for_its_approval(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    const struct th_distribute_input all = {.through = "2022-12-31"};
    struct th_json *reply = NULL;
    assert_ok(th_revenue_distribute(market->world.registry, &bank, &all, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    th_json_free(market_decide_run(market, RUN, false, TH_OK));
    assert_null(act(market, th_payment_confirm, NULL, TH_CONFLICT));
    market_refused(market, "run_rejected");
}

static struct th_json *import(struct market *market, const char *text, enum th_status want)
{
    char path[TH_TEST_PATH_SIZE];
    const struct th_request request = {.login = "bank"};
    struct th_json *reply = NULL;
    th_test_path(path, market->world.folder, "back.csv");
    assert_ok(th_file_write(path, text, strlen(text), &market->err), &market->err);
    const struct th_payment_import_input input = {.source = path};
    assert_status(th_payment_import(market->world.registry, &request, &input, &reply, &market->err),
                  want, &market->err);
    return reply;
}

static const char *code_at(const struct th_json *reply, size_t i)
{
    return th_json_get_text(th_json_at(th_json_get(reply, "problems"), i), "code", "");
}

static void import__books_good_rows_and_tells_of_others(void **state)
{
    struct market *market = *state;
    approved(market);
    struct th_json *reply = import(market,
                                   "付款编号,金额,状态,日期,流水号,备注\n"
                                   "P1-1-1,\"14,456.55\",成功,2023-01-05,FT-9,\n"
                                   "P1-2-1,27501.44,成功,2023-01-05,FT-10,\n"
                                   "P1-2-2,27501.45,成功,2023-01-05,FT-10,\n"
                                   "P1-3-1,1.00,成功,2023-01-05,FT-10,\n"
                                   "1-2-1,27501.45,成功,2023-01-05,FT-10,\n"
                                   "P1-2-1,27501.45,处理中,2023-01-05,FT-10,\n"
                                   "P1-2-1,27501.45,成功,2999-01-05,FT-10,\n"
                                   "P1-2-1,27501.45,成功,2022-12-30,FT-10,\n"
                                   "P1-2-1,27501.45,退回,2023/1/6,FT-11,账号有误\n",
                                   TH_OK);
    static const char *const CODES[] = {"payment_amount", "payment_old",    "payment_unknown",
                                        "payment_number", "payment_status", "payment_date",
                                        "payment_before"};
    assert_int_equal(get(reply, "read"), 9);
    assert_int_equal(get(reply, "accepted"), 2);
    assert_int_equal(get(reply, "rejected"), 7);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(code_at(reply, i), CODES[i]);
    }
    th_json_free(reply);
    assert_string_equal(state_of(market, MARKET_MAJIANONG), "paid");
    assert_string_equal(state_of(market, MARKET_GAOJIATANG), "returned");
    // The good rows again: nothing new; another word about a payment that is paid is a problem.
    reply = import(market,
                   "number,amount,status,date,reference\n"
                   "P1-1-1,14456.55,paid,2023-01-05,FT-9\n"
                   "P1-1-1,14456.55,paid,2023-01-07,FT-12\n",
                   TH_OK);
    assert_int_equal(get(reply, "unchanged"), 1);
    assert_int_equal(get(reply, "rejected"), 1);
    assert_string_equal(code_at(reply, 0), "payment_state");
    th_json_free(reply);
    assert_int_equal(cash_fen(market, MARKET_MAJIANONG), 1445655);
    assert_null(import(market, "number,amount,status\nP1-1-1,1,paid\n", TH_INVALID));
    market_refused(market, "payment_columns");
}

static struct th_json *account(struct market *market, const char *number, const char *from,
                               enum th_status want)
{
    const struct th_request request = {.login = "bank"};
    const struct th_party_account_input input = {
        .party = "马家弄村", .bank = "安吉农商银行", .number = number, .from = from};
    struct th_json *reply = NULL;
    assert_status(
        th_party_account_add(market->world.registry, &request, &input, &reply, &market->err), want,
        &market->err);
    return reply;
}

static void account__is_shown_with_stars_and_listed_whole(void **state)
{
    struct market *market = *state;
    approved(market);
    assert_null(account(market, "12", NULL, TH_INVALID));
    market_refused(market, "account_number");
    assert_null(account(market, "6228;DROP", NULL, TH_INVALID));
    th_json_free(account(market, "6228 4800 1234 5678 901", "2022-01-01", TH_OK));
    struct th_json *reply = account(market, "6217 0000 1111 2222", "2999-01-01", TH_OK);
    assert_string_equal(th_json_get_text(reply, "account", ""), "6217****2222");
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_payment_list_show(market->world.registry, RUN, "owed", true, &reply, &market->err),
              &market->err);
    const struct th_json *item = th_json_at(th_json_get(reply, "payments"), 0);
    assert_string_equal(th_json_get_text(item, "account", ""), "6228480012345678901");
    assert_string_equal(th_json_get_text(item, "account_holder", ""), "马家弄村");
    item = th_json_at(th_json_get(reply, "payments"), 1);
    assert_int_equal(th_json_type(th_json_get(item, "account")), TH_JSON_NULL);
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_run_show(market->world.registry, RUN, &reply, &market->err), &market->err);
    item = th_json_at(th_json_get(reply, "payments"), 0);
    assert_string_equal(th_json_get_text(item, "account", ""), "6228****8901");
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_party_account_list(market->world.registry, "马家弄村", &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "accounts")), 2);
    th_json_free(reply);
}

static struct th_json *write_list(struct market *market, const char *name, enum th_status want)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_messages *messages = NULL;
    struct th_json *reply = NULL;
    assert_ok(th_messages_new(&messages, &market->err), &market->err);
    const struct th_payment_file file = {.run_id = RUN,
                                         .path = th_test_path(path, market->world.folder, name),
                                         .messages = messages,
                                         .lang = TH_LANG_ZH};
    assert_status(th_payment_list_file(market->world.registry, &file, &reply, &market->err), want,
                  &market->err);
    th_messages_free(messages);
    return reply;
}

static void list__holds_what_is_owed_with_whole_accounts_and_capitals(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    approved(market);
    th_json_free(account(market, "6228 4800 1234 567", "2022-01-01", TH_OK));
    struct th_json *reply = write_list(market, "list.csv", TH_OK);
    assert_int_equal(get(reply, "n"), 2);
    assert_int_equal(get(reply, "amount_fen"), 4195800);
    assert_int_equal(get(reply, "without_account"), 1);
    th_json_free(reply);
    assert_ok(th_file_read(th_test_path(path, market->world.folder, "list.csv"), 10000, &text,
                           &size, &market->err),
              &market->err);
    assert_non_null(strstr(text, "P1-1-1"));
    assert_non_null(strstr(text, "622848001234567"));
    assert_non_null(strstr(text, "14456.55"));
    assert_non_null(strstr(text, "壹万肆仟肆佰伍拾陆元伍角伍分"));
    free(text);
    assert_null(write_list(market, "list.csv", TH_CONFLICT));
    market_refused(market, "file_exists");
    assert_null(write_list(market, "list.txt", TH_INVALID));
    market_refused(market, "payment_list_format");
    th_json_free(act(market, th_payment_confirm, "马家弄村", TH_OK));
    reply = write_list(market, "rest.xlsx", TH_OK);
    assert_int_equal(get(reply, "n"), 1);
    th_json_free(reply);
    th_json_free(act(market, th_payment_confirm, NULL, TH_OK));
    assert_null(write_list(market, "none.csv", TH_CONFLICT));
    market_refused(market, "payments_none");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(payment__is_owed_then_paid_in_cash),
        TEST(payment__no_day_is_before_the_day_of_what_it_follows),
        TEST(payment__of_a_rejected_run_says_so_instead_of_asking_for_its_approval),
        TEST(payment__that_came_back_is_owed_again_and_sent_again),
        TEST(import__books_good_rows_and_tells_of_others),
        TEST(list__holds_what_is_owed_with_whole_accounts_and_capitals),
        TEST(account__is_shown_with_stars_and_listed_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

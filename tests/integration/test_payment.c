// Payments of an approved run: confirmed, returned, sent again, read from a file; and accounts.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/setup.h"
#include "store/deal/money_store.h"
#include "tests/integration/market.h"
#include "trading/inbox/inbox.h"
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
    char number[64];
    market_payment_numbers(market, "P1-1-2-*", number, sizeof(number));
    assert_string_equal(th_json_get_text(item, "number", ""), number);
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
    char numbered[2048];
    th_test_path(path, market->world.folder, "back.csv");
    market_payment_numbers(market, text, numbered, sizeof(numbered));
    assert_ok(th_file_write(path, numbered, strlen(numbered), &market->err), &market->err);
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
                                   "P1-1-1-*,\"14,456.55\",成功,2023-01-05,FT-9,\n"
                                   "P1-2-1-*,27501.44,成功,2023-01-05,FT-10,\n"
                                   "P1-2-2-*,27501.45,成功,2023-01-05,FT-10,\n"
                                   "P1-3-1-*,1.00,成功,2023-01-05,FT-10,\n"
                                   "1-2-1-*,27501.45,成功,2023-01-05,FT-10,\n"
                                   "P1-2-1,27501.45,成功,2023-01-05,FT-10,\n"
                                   "P1-2-1-ZZZZZZ,27501.45,成功,2023-01-05,FT-10,\n"
                                   "P1-2-1-*,27501.45,处理中,2023-01-05,FT-10,\n"
                                   "P1-2-1-*,27501.45,成功,2999-01-05,FT-10,\n"
                                   "P1-2-1-*,27501.45,成功,2022-12-30,FT-10,\n"
                                   "P1-2-1-*,27501.45,退回,2023/1/6,FT-11,账号有误\n",
                                   TH_OK);
    static const char *const CODES[] = {"payment_amount", "payment_old",    "payment_unknown",
                                        "payment_number", "payment_number", "payment_foreign",
                                        "payment_status", "payment_date",   "payment_before"};
    assert_int_equal(get(reply, "read"), 11);
    assert_int_equal(get(reply, "accepted"), 2);
    assert_int_equal(get(reply, "rejected"), 9);
    for (size_t i = 0; i < 9; i++) {
        assert_string_equal(code_at(reply, i), CODES[i]);
    }
    th_json_free(reply);
    assert_string_equal(state_of(market, MARKET_MAJIANONG), "paid");
    assert_string_equal(state_of(market, MARKET_GAOJIATANG), "returned");
    // The good rows again: nothing new; another word about a payment that is paid is a problem.
    reply = import(market,
                   "number,amount,status,date,reference\n"
                   "P1-1-1-*,14456.55,paid,2023-01-05,FT-9\n"
                   "P1-1-1-*,14456.55,paid,2023-01-07,FT-12\n",
                   TH_OK);
    assert_int_equal(get(reply, "unchanged"), 1);
    assert_int_equal(get(reply, "rejected"), 1);
    assert_string_equal(code_at(reply, 0), "payment_state");
    th_json_free(reply);
    assert_int_equal(cash_fen(market, MARKET_MAJIANONG), 1445655);
    assert_null(import(market, "number,amount,status\nP1-1-1-*,1,paid\n", TH_INVALID));
    market_refused(market, "payment_columns");
    // Which of two amounts, or of two numbers, the bank means is nobody's guess.
    assert_null(import(market,
                       "number,amount,status,date,金额\n"
                       "P1-1-1-*,14456.55,paid,2023-01-05,1.00\n",
                       TH_INVALID));
    market_refused(market, "payment_column_twice");
    assert_null(import(market,
                       "number,amount,status,date,number\n"
                       "P1-1-1-*,14456.55,paid,2023-01-05,P1-2-1-*\n",
                       TH_INVALID));
    market_refused(market, "payment_column_twice");
}

static struct th_json *propose_account(struct market *market, const char *login, const char *number,
                                       const char *holder, enum th_status want)
{
    const struct th_request request = {.login = login};
    const struct th_party_account_input input = {
        .party = "马家弄村", .bank = "安吉农商银行", .number = number, .holder = holder};
    struct th_json *reply = NULL;
    assert_status(
        th_party_account_add(market->world.registry, &request, &input, &reply, &market->err), want,
        &market->err);
    return reply;
}

static void confirm_account(struct market *market, const char *login, int64_t account_id,
                            const char *number, enum th_status want)
{
    const struct th_request request = {.login = login};
    const struct th_party_account_word word = {.account_id = account_id, .number = number};
    struct th_json *reply = NULL;
    assert_status(
        th_party_account_confirm(market->world.registry, &request, &word, &reply, &market->err),
        want, &market->err);
    if (want == TH_OK) {
        assert_string_equal(th_json_get_text(reply, "state", ""), "confirmed");
        assert_string_equal(th_json_get_text(reply, "decided_by", ""), login);
    }
    th_json_free(reply);
}

static void account(struct market *market, const char *number)
{
    struct th_json *reply = propose_account(market, "bank", number, NULL, TH_OK);
    int64_t account_id = get(reply, "account_id");
    th_json_free(reply);
    confirm_account(market, "officer", account_id, number, TH_OK);
}

// The payment to Majianong as the list has it, with its whole account number.
static void assert_account(struct market *market, const char *number, const char *note)
{
    struct th_json *reply = NULL;
    assert_ok(th_payment_list_show(market->world.registry, RUN, NULL, true, &reply, &market->err),
              &market->err);
    const struct th_json *item = th_json_at(th_json_get(reply, "payments"), 0);
    assert_string_equal(th_json_get_text(item, "account", "none"), number);
    assert_string_equal(th_json_get_text(item, "account_note", ""), note);
    th_json_free(reply);
}

static void account__counts_when_another_person_has_typed_its_number_again(void **state)
{
    struct market *market = *state;
    approved(market);
    assert_null(propose_account(market, "bank", "12", NULL, TH_INVALID));
    market_refused(market, "account_number");
    assert_null(propose_account(market, "bank", "6228;DROP", NULL, TH_INVALID));
    assert_null(
        propose_account(market, "clerk", "6228 4800 1234 5678 901", NULL, TH_NOT_PERMITTED));
    struct th_json *reply = propose_account(market, "bank", "6228 4800 1234 5678 901", NULL, TH_OK);
    assert_string_equal(th_json_get_text(reply, "account", ""), "6228****8901");
    assert_string_equal(th_json_get_text(reply, "state", ""), "proposed");
    assert_int_equal(th_json_size(th_json_get(reply, "warnings")), 0);
    th_json_free(reply);
    assert_account(market, "none", "missing");
    confirm_account(market, "bank", 1, "6228480012345678901", TH_NOT_PERMITTED);
    market_refused(market, "second_person");
    confirm_account(market, "officer", 1, "6228480012345678902", TH_CONFLICT);
    market_refused(market, "account_number_differs");
    assert_account(market, "none", "missing");
    confirm_account(market, "officer", 1, "6228-4800", TH_CONFLICT);
    confirm_account(market, "officer", 1, "6228480012345678901", TH_OK);
    confirm_account(market, "officer", 1, "6228480012345678901", TH_CONFLICT);
    market_refused(market, "account_decided");
    confirm_account(market, "officer", 9, "6228480012345678901", TH_NOT_FOUND);
    market_refused(market, "account_not_found");
    assert_account(market, "6228480012345678901", "first"); // the run was approved without it
}

static void account__that_is_refused_or_newer_is_told(void **state)
{
    struct market *market = *state;
    const struct th_request bank = {.login = "bank"};
    const struct th_party_account_word word = {.account_id = 2, .reason = "写错"};
    account(market, "622848001234567");
    approved(market);
    assert_account(market, "622848001234567", "");
    struct th_json *reply = propose_account(market, "bank", "6217999999999999999", "张三", TH_OK);
    assert_string_equal(th_json_get_text(reply, "replaces", ""), "6228****4567");
    assert_string_equal(th_json_text(th_json_at(th_json_get(reply, "warnings"), 0)),
                        "holder_differs");
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_party_account_refuse(market->world.registry, &bank, &word, &reply, &market->err),
              &market->err); // by the proposer, who takes it back
    assert_string_equal(th_json_get_text(reply, "state", ""), "refused");
    th_json_free(reply);
    assert_account(market, "622848001234567", "");
    confirm_account(market, "officer", 2, "6217999999999999999", TH_CONFLICT);
    market_refused(market, "account_decided");
    th_json_free(propose_account(market, "officer", "6217999999999999999", "张三", TH_OK));
    confirm_account(market, "bank", 3, "6217 9999 9999 9999 999", TH_OK);
    assert_account(market, "6217999999999999999", "changed_holder");
    reply = NULL;
    assert_ok(th_run_show(market->world.registry, RUN, &reply, &market->err), &market->err);
    const struct th_json *warnings = th_json_get(reply, "warnings");
    assert_int_equal(th_json_size(warnings), 3); // Gaojiatang has no account
    assert_string_equal(th_json_text(th_json_at(warnings, 0)), "accounts_missing");
    const struct th_json *item = th_json_at(th_json_get(reply, "payments"), 0);
    assert_string_equal(th_json_get_text(item, "account", ""), "6217****9999");
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_party_account_list(market->world.registry, "马家弄村", NULL, &reply, &market->err),
              &market->err);
    assert_int_equal(th_json_size(th_json_get(reply, "accounts")), 3);
    th_json_free(reply);
}

static void add_bank_login(struct market *market, const char *login, const char *party)
{
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    assert_ok(th_user_add(market->world.registry, &admin, login, "bank", NULL, party, &reply,
                          &market->err),
              &market->err);
    th_json_free(reply);
}

static size_t n_inbox(struct market *market, const char *login)
{
    struct th_json *reply = NULL;
    size_t n = 0;
    assert_ok(th_inbox(market->world.registry, login, &reply, &market->err), &market->err);
    const struct th_json *items = th_json_get(reply, "items");
    for (size_t i = 0; i < th_json_size(items); i++) {
        n += strcmp(th_json_get_text(th_json_at(items, i), "what", ""), "account.confirm") == 0;
    }
    th_json_free(reply);
    return n;
}

// A package of Majianong's that the other bank buys.
static void other_bank_buys(struct market *market)
{
    static const int64_t tonnes_t[] = {100};
    const struct th_request bank = {.login = "bank"};
    const char *name = "马家弄三号";
    const struct th_purchase_input input = {
        .packages = &name, .n_packages = 1, .to = "农商银行", .price = "43.44", .on = "2022-06-01"};
    struct th_json *reply = NULL;
    (void)market_package(market, name, MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, tonnes_t, 1, 0);
    assert_ok(
        th_trade_propose_purchase(market->world.registry, &bank, &input, &reply, &market->err),
        &market->err);
    th_json_free(market_approve(market, market_id(reply), TH_OK));
}

static void account__of_a_party_of_another_bank_is_none_of_its_business(void **state)
{
    struct market *market = *state;
    static const struct th_party_add_options bank = {.kind = "bank", .name = "农商银行"};
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    assert_ok(th_party_add(market->world.registry, &officer, &bank, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    add_bank_login(market, "own-1", "两山银行");
    add_bank_login(market, "own-2", "两山银行");
    add_bank_login(market, "other", "农商银行");
    assert_null(propose_account(market, "other", "622848001234567", NULL, TH_NOT_PERMITTED));
    market_refused(market, "account_other_bank");
    th_json_free(propose_account(market, "own-1", "622848001234567", NULL, TH_OK));
    assert_int_equal(n_inbox(market, "own-1"), 0);
    assert_int_equal(n_inbox(market, "own-2"), 1);
    assert_int_equal(n_inbox(market, "other"), 0);
    assert_int_equal(n_inbox(market, "officer"), 1);
    confirm_account(market, "other", 1, "622848001234567", TH_NOT_PERMITTED);
    market_refused(market, "account_other_bank");
    confirm_account(market, "own-2", 1, "622848001234567", TH_OK);
    assert_int_equal(n_inbox(market, "own-2"), 0);
    // Once the other bank has bought there, too, two persons of neither move what both pay.
    other_bank_buys(market);
    th_json_free(propose_account(market, "own-1", "622848007654321", NULL, TH_OK));
    confirm_account(market, "own-2", 2, "622848007654321", TH_NOT_PERMITTED);
    market_refused(market, "account_other_bank");
    assert_int_equal(n_inbox(market, "own-2"), 0);
    confirm_account(market, "officer", 2, "622848007654321", TH_OK);
    th_json_free(propose_account(market, "other", "622848007654333", NULL, TH_OK));
}

static struct th_json *write_list_as(struct market *market, const char *login, const char *name,
                                     enum th_status want)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_messages *messages = NULL;
    struct th_json *reply = NULL;
    assert_ok(th_messages_new(&messages, &market->err), &market->err);
    const struct th_payment_file file = {.run_id = RUN,
                                         .path = th_test_path(path, market->world.folder, name),
                                         .messages = messages,
                                         .lang = TH_LANG_ZH};
    const struct th_request request = {.login = login};
    assert_status(
        th_payment_list_file(market->world.registry, &request, &file, &reply, &market->err), want,
        &market->err);
    th_messages_free(messages);
    return reply;
}

static struct th_json *write_list(struct market *market, const char *name, enum th_status want)
{
    return write_list_as(market, "bank", name, want);
}

static void list__is_for_the_bank_that_pays_and_the_county(void **state)
{
    struct market *market = *state;
    static const char *const OTHERS[] = {"clerk", "verifier", "", NULL};
    approved(market);
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
        assert_null(write_list_as(market, OTHERS[i], "list.csv", TH_NOT_PERMITTED));
        market_refused(market, "accounts_not_yours");
    }
    market_sql(market, "UPDATE user_account SET party_id = 6 WHERE login = 'bank'");
    assert_null(write_list(market, "list.csv", TH_NOT_PERMITTED));
    market_sql(market, "UPDATE user_account SET party_id = 5 WHERE login = 'bank'");
    th_json_free(write_list(market, "list.csv", TH_OK));
    th_json_free(write_list_as(market, "officer", "list-2.csv", TH_OK));
}

static void list__holds_what_is_owed_with_whole_accounts_and_capitals(void **state)
{
    struct market *market = *state;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    approved(market);
    account(market, "6228 4800 1234 567");
    struct th_json *reply = write_list(market, "list.csv", TH_OK);
    assert_int_equal(get(reply, "n"), 2);
    assert_int_equal(get(reply, "amount_fen"), 4195800);
    assert_int_equal(get(reply, "without_account"), 1);
    assert_int_equal(get(reply, "remarks"), 2);
    th_json_free(reply);
    assert_ok(th_file_read(th_test_path(path, market->world.folder, "list.csv"), 10000, &text,
                           &size, &market->err),
              &market->err);
    assert_non_null(strstr(text, "P1-1-1"));
    assert_non_null(strstr(text, "622848001234567"));
    assert_non_null(strstr(text, "14456.55"));
    assert_non_null(strstr(text, "账户是批准之后才登记的"));
    assert_non_null(strstr(text, "没有账户"));
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

// The number of the first payment of a run that is proposed in a registry which stood there before.
static void number_of_run(const char *through, char ret_number[64])
{
    const struct th_request bank = {.login = "bank"};
    const struct th_distribute_input input = {.through = through};
    struct th_json *reply = NULL;
    void *state = NULL;
    (void)setup(&state);
    struct market *market = state;
    assert_ok(th_revenue_distribute(market->world.registry, &bank, &input, &reply, &market->err),
              &market->err);
    th_json_free(reply);
    assert_ok(th_payment_list_show(market->world.registry, RUN, NULL, false, &reply, &market->err),
              &market->err);
    const struct th_json *item = th_json_at(th_json_get(reply, "payments"), 0);
    (void)snprintf(ret_number, 64, "%s", th_json_get_text(item, "number", ""));
    th_json_free(reply);
    (void)market_teardown(&state);
}

// As after a backup was put in place: what the bank had under run 1 before is not taken for this.
static void number__of_another_run_in_another_history_is_another_one(void **state)
{
    char first[64];
    char same[64];
    char other[64];
    (void)state;
    number_of_run("2022-12-31", first);
    number_of_run("2022-12-31", same);
    number_of_run("2022-12-30", other);
    assert_memory_equal(first, "P1-1-1-", 7);
    assert_string_equal(first, same);
    assert_memory_equal(other, "P1-1-1-", 7);
    assert_string_not_equal(first, other);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, market_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(payment__is_owed_then_paid_in_cash),
        TEST(payment__no_day_is_before_the_day_of_what_it_follows),
        TEST(payment__of_a_rejected_run_says_so_instead_of_asking_for_its_approval),
        TEST(payment__that_came_back_is_owed_again_and_sent_again),
        cmocka_unit_test(number__of_another_run_in_another_history_is_another_one),
        TEST(import__books_good_rows_and_tells_of_others),
        TEST(list__holds_what_is_owed_with_whole_accounts_and_capitals),
        TEST(list__is_for_the_bank_that_pays_and_the_county),
        TEST(account__counts_when_another_person_has_typed_its_number_again),
        TEST(account__that_is_refused_or_newer_is_told),
        TEST(account__of_a_party_of_another_bank_is_none_of_its_business),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

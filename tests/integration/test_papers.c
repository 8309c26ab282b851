// Papers of deals by their use cases, looked at with programs of others.
#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/file.h"
#include "core/messages.h"
#include "registry/audit.h"
#include "registry/setup.h"
#include "store/db_internal.h"
#include "store/estimate/estimate_store.h"
#include "store/journal/journal_store.h"
#include "store/registry_store.h"
#include "tests/integration/market.h"
#include "tests/unit/paper_look.h"
#include "trading/account/account.h"
#include "trading/ahead/promise.h"
#include "trading/pledge/pledge.h"
#include "trading/print/certificate.h"
#include "trading/print/contract.h"
#include "trading/print/printed_statement.h"

struct fixture {
    struct market market;
    struct th_messages *messages;
    char path[TH_TEST_PATH_SIZE];
};

// A factor of the reports, with what the estimate says of it.
static const char WARNINGS[] =
    "[{\"arguments\":{\"parameter.en\":\"Sink per mu and year\",\"parameter.zh\":"
    "\"每亩每年碳汇量\",\"reference\":\"0.144\",\"source\":\"Xu et al. 2017\",\"times\":\"2.71\","
    "\"unit\":\"t CO2e/mu/yr\",\"value\":\"0.39\",\"waiver_ratio\":\"5\"},"
    "\"code\":\"factor_above_reference\",\"needs_waiver\":false}]";

static void estimate_add(struct market *market)
{
    struct th_store *store = market->world.store;
    struct th_error *err = &market->err;
    struct th_estimate_run_record run = {.methodology = "reported-factor",
                                         .version = "1",
                                         .from_year = 2021,
                                         .to_year = 2023,
                                         .scope = "{}",
                                         .inputs = "{}",
                                         .area_rule = "area-min-1",
                                         .n_parcels = 1,
                                         .confidence = "0.95",
                                         .gross_share = "0",
                                         .baseline_share = "0",
                                         .net_share = "0"};
    int64_t run_id = 0;
    assert_ok(th_store_begin(store, err), err);
    assert_ok(th_journal_next(store, &run.seq, err), err);
    assert_ok(th_estimate_run_insert(store, &run, WARNINGS, &run_id, err), err);
    th_test_sql(store, "UPDATE package SET methodology = 'statement', version = '1'");
    th_test_sql(store, "UPDATE package SET methodology = 'reported-factor', run_id = 1 "
                       "WHERE package_id = 1");
    assert_int_equal(run_id, 1);
    struct th_journal_entry entry = {
        .login = "admin", .system_user = "t", .kind = "test.run", .subject = "run:1"};
    struct th_json *body = th_json_object();
    int64_t seq = 0;
    assert_ok(th_journal_append(store, &entry, body, &seq, err), err);
    th_json_free(body);
    assert_ok(th_store_commit(store, err), err);
}

// The pool of both villages, 2,000 t of it sold to 制药厂.
static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    market_make(&f->market);
    assert_ok(th_messages_new(&f->messages, &f->market.err), &f->market.err);
    market_anji(&f->market);
    estimate_add(&f->market);
    (void)market_bought(&f->market, "1 2", "43.44");
    (void)market_sold(&f->market, "制药厂", "2000", "73.41");
    th_test_path(f->path, f->market.world.folder, "p.pdf");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    th_messages_free(f->messages);
    market_remove(&f->market);
    free(f);
    return 0;
}

static int64_t retired(struct fixture *f)
{
    int64_t id = market_id(market_retire(&f->market, "制药厂", "900", "制药厂", TH_OK));
    th_json_free(market_approve(&f->market, id, TH_OK));
    return id;
}

static struct th_json *certificate(struct fixture *f, int64_t trade_id, enum th_status want)
{
    struct th_json *reply = NULL;
    enum th_status status = th_trade_certificate(f->market.world.registry, trade_id, f->path,
                                                 f->messages, &reply, &f->market.err);
    assert_status(status, want, &f->market.err);
    return reply;
}

static void entry_of(struct th_store *store, int64_t trade_id, char ret_hex[TH_HASH_HEX_SIZE])
{
    static const char SQL[] = "SELECT lower(hex(hash)) FROM journal WHERE seq = (SELECT seq FROM "
                              "trade WHERE trade_id = ?1)";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    th_bind_int(q, 1, trade_id);
    assert_true(th_stmt_next(q, &status, NULL));
    th_column_copy(q, 0, ret_hex, TH_HASH_HEX_SIZE);
    th_stmt_done(q);
}

// The last digits are those of the SHA-256 of "<registry id>:<trade>:<hash of the entry>", here
// made again.
static void number_of(struct fixture *f, int64_t trade_id, char ret_number[128])
{
    struct th_registry_record record;
    struct th_error *err = &f->market.err;
    assert_ok(th_registry_record_load(f->market.world.store, &record, err), err);
    char text[192];
    char hex[TH_HASH_HEX_SIZE];
    char head[TH_HASH_HEX_SIZE];
    entry_of(f->market.world.store, trade_id, head);
    int size =
        snprintf(text, sizeof(text), "%s:%lld:%s", record.registry_id, (long long)trade_id, head);
    struct th_hash hash = th_hash_bytes(TH_HASH_SHA256, text, (size_t)size);
    (void)th_hash_hex(&hash, hex);
    for (size_t i = 0; i < 8; i++) {
        hex[i] = (char)toupper((unsigned char)hex[i]);
    }
    (void)snprintf(ret_number, 128, "RC-%s-%06lld-%.8s", record.admin_code, (long long)trade_id,
                   hex);
}

// Printed again later, elsewhere: the same file.
static void assert_same_again(struct fixture *f, int64_t trade_id, const struct th_json *first)
{
    struct th_hash hash;
    char hex[TH_HASH_HEX_SIZE];
    assert_int_equal(remove(f->path), 0);
    f->market.world.now_utc += 1000000;
    assert_int_equal(setenv("TZ", "America/St_Johns", 1), 0);
    tzset();
    (void)setlocale(LC_ALL, "C.UTF-8");
    struct th_json *second = certificate(f, trade_id, TH_OK);
    (void)setlocale(LC_ALL, "C");
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    tzset();
    assert_true(th_json_equal(first, second));
    assert_ok(th_hash_file(TH_HASH_SHA256, f->path, &hash, &f->market.err), &f->market.err);
    assert_string_equal(th_hash_hex(&hash, hex), th_json_get_text(second, "sha256", ""));
    th_json_free(second);
}

// 900 t of a pool of 2,509 and 4,773 t, oldest vintage first: 689 t and 1,311 t were sold, of the
// former 836 t are of 2021, so that all 900 t are of 2021: 689 of package 1, 211 of package 2.
static void
certificate__bears_ground_warnings_and_a_head_that_verifies_and_is_the_same_again(void **state)
{
    struct fixture *f = *state;
    int64_t id = retired(f);
    struct th_json *reply = certificate(f, id, TH_OK);
    char *text = paper_text(f->path);
    static const char *const said[] = {
        "CN-330523-BAM-2021-000001:1-689",
        "CN-330523-BAM-2021-000002:1-211",
        "689,000",
        "211,000",
        "制药厂",
        "马家弄竹林、高家堂竹林",
        "竹林面积系数法（公开报道的系数）",
        "statement 1",
        "自愿减排，非CCER，不得用于碳市场履约",
        "0.144",
        "Sink per mu and year",
        "每亩每年碳汇量",
    };
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        paper_assert_says(text, said[i]);
    }
    const char *head = th_json_get_text(reply, "head", "");
    char number[128];
    number_of(f, id, number);
    assert_string_equal(th_json_get_text(reply, "certificate_id", ""), number);
    paper_assert_says(text, head);
    paper_assert_says(text, number);
    free(text);
    assert_int_equal(th_json_get_int(reply, "n_warnings", 0), 1);
    assert_int_equal(th_json_get_int(reply, "n_blocks", 0), 2);
    assert_int_equal(th_json_get_int(reply, "tonnes", 0), 900);
    char *code = paper_code(f->path);
    assert_non_null(strstr(code, number));
    assert_non_null(strstr(code, "UNITS:CN-330523-BAM-2021-000001:1-689+"));
    free(code);
    // Something else happens, and the head is still one that the chain had.
    struct th_json *verdict = NULL;
    th_test_journal_add(f->market.world.store, "test.later", "later");
    assert_ok(th_audit_verify(f->market.world.registry, NULL, head, &verdict, &f->market.err),
              &f->market.err);
    assert_true(th_json_get_bool(verdict, "ok", false));
    th_json_free(verdict);
    assert_same_again(f, id, reply);
    th_json_free(reply);
}

static void certificate__refuses_what_is_no_approved_retirement(void **state)
{
    struct fixture *f = *state;
    (void)certificate(f, 2, TH_CONFLICT);
    market_refused(&f->market, "certificate_not_retired");
    int64_t id = market_id(market_retire(&f->market, "制药厂", "900", "制药厂", TH_OK));
    (void)certificate(f, id, TH_CONFLICT);
    market_refused(&f->market, "certificate_not_retired");
    (void)certificate(f, 99, TH_NOT_FOUND);
    market_refused(&f->market, "trade_not_found");
    assert_false(th_file_exists(f->path));
    th_json_free(market_approve(&f->market, id, TH_OK));
    assert_ok(th_file_write_new(f->path, "mine", 4, &f->market.err), &f->market.err);
    (void)certificate(f, id, TH_CONFLICT);
    market_refused(&f->market, "file_exists");
}

static struct th_json *contract(struct fixture *f, int64_t trade_id, enum th_status want)
{
    struct th_json *reply = NULL;
    enum th_status status = th_trade_contract(f->market.world.registry, trade_id, f->path,
                                              f->messages, TH_LANG_ZH, &reply, &f->market.err);
    assert_status(status, want, &f->market.err);
    return reply;
}

// 2,509 t and 4,773 t at 43.44: 108,990.96 and 207,339.12, together 316,330.08 CNY.
static void contract__of_a_purchase_from_two_villages(void **state)
{
    struct fixture *f = *state;
    struct th_json *first = contract(f, 1, TH_OK);
    char *text = paper_text(f->path);
    static const char *const said[] = {"碳汇收储合同",
                                       "马家弄村",
                                       "高家堂村",
                                       "108,990.96",
                                       "207,339.12",
                                       "316,330.08 元 人民币叁拾壹万陆仟叁佰叁拾元零捌分",
                                       "CN-330523-BAM-2023-000002:1-1591"};
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        paper_assert_says(text, said[i]);
    }
    paper_assert_says(text, th_json_get_text(first, "contract_id", ""));
    paper_assert_says(text, th_json_get_text(first, "head", ""));
    free(text);
    // Money comes in and the units are sold on; the contract stays what it was.
    assert_int_equal(remove(f->path), 0);
    th_json_free(market_receipt(&f->market, 1, "1000", TH_OK));
    (void)market_sold(&f->market, "制药厂", "100", "73.41");
    struct th_json *second = contract(f, 1, TH_OK);
    assert_true(th_json_equal(first, second));
    th_json_free(first);
    th_json_free(second);
}

static void assert_contract_says(struct fixture *f, int64_t trade_id, const char *const *said,
                                 size_t n)
{
    th_json_free(contract(f, trade_id, TH_OK));
    char *text = paper_text(f->path);
    for (size_t i = 0; i < n; i++) {
        paper_assert_says(text, said[i]);
    }
    free(text);
    assert_int_equal(remove(f->path), 0);
}

// 2,000 t and twice 100 t from the pool of 2,509 and 4,773 t: of 2,200 t, 757.98 are the first
// village's. They came in three deals, and lie side by side.
static void certificate__joins_ranges_that_touch(void **state)
{
    static const char *const SAID[] = {"CN-330523-BAM-2021-000001:1-758",
                                       "CN-330523-BAM-2021-000002:1-1442"};
    struct fixture *f = *state;
    struct market *market = &f->market;
    (void)market_sold(market, "制药厂", "100", "73.41");
    (void)market_sold(market, "制药厂", "100", "73.41");
    int64_t id = market_id(market_retire(market, "制药厂", "2200", "制药厂", TH_OK));
    th_json_free(market_approve(market, id, TH_OK));
    struct th_json *reply = certificate(f, id, TH_OK);
    assert_int_equal(th_json_get_int(reply, "n_blocks", 0), 2);
    th_json_free(reply);
    char *text = paper_text(f->path);
    for (size_t i = 0; i < sizeof(SAID) / sizeof(SAID[0]); i++) {
        paper_assert_says(text, SAID[i]);
    }
    free(text);
}

// What left the bank has a minus, what moved within it none.
static void account_statement__signs_what_left(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    int64_t changed_t = 0;
    assert_ok(th_account_statement(f->market.world.registry, "两山银行", NULL, NULL, &reply,
                                   &f->market.err),
              &f->market.err);
    const struct th_json *entries = th_json_get(reply, "entries");
    for (size_t i = 0; i < th_json_size(entries); i++) {
        const struct th_json *entry = th_json_at(entries, i);
        bool within = th_json_get_text(entry, "from_state", NULL) != NULL &&
                      th_json_get_text(entry, "state", NULL) != NULL;
        changed_t += within ? 0 : th_json_get_int(entry, "signed_t", 0);
    }
    assert_int_equal(changed_t, 7282 - 2000);
    th_json_free(reply);
}

// 300 t × 58.83 = 17,649.00.
static void contract__of_units_to_come_tells_its_terms(void **state)
{
    // Of the pool of 2,509 and 4,773 t, 300 × 2,509/7,282 = 103.4.
    static const char *const SUBSCRIBED[] = {"碳汇认购合同",
                                             "竹农",
                                             "17,649.00",
                                             "2022-12-31",
                                             "到期交不出时",
                                             "退款",
                                             "以库存单位担保 300 吨",
                                             "年 103 吨",
                                             "年 197 吨",
                                             "签发之后、交付时确定"};
    static const char *const OPTIONED[] = {
        "碳汇期权合同", "行权价", "50.00", "2022-06-01 – 2022-12-31", "900.00", "行权时确定"};
    struct fixture *f = *state;
    const struct th_request bank = {.login = "bank"};
    const struct th_promise_input subscription = {.to = "竹农",
                                                  .tonnes = "300",
                                                  .price = "58.83",
                                                  .deliver_by = "2022-12-31",
                                                  .on = "2022-05-20"};
    const struct th_promise_input option = {.to = "造纸厂",
                                            .tonnes = "300",
                                            .price = "50",
                                            .premium = "900",
                                            .window = "2022-06-01..2022-12-31",
                                            .on = "2022-05-20"};
    struct th_json *reply = NULL;
    assert_ok(th_trade_propose_subscription(f->market.world.registry, &bank, &subscription, &reply,
                                            &f->market.err),
              &f->market.err);
    int64_t trade_id = market_id(reply);
    th_json_free(market_approve(&f->market, trade_id, TH_OK));
    assert_contract_says(f, trade_id, SUBSCRIBED, sizeof(SUBSCRIBED) / sizeof(SUBSCRIBED[0]));
    assert_ok(
        th_trade_propose_option(f->market.world.registry, &bank, &option, &reply, &f->market.err),
        &f->market.err);
    assert_contract_says(f, market_id(reply), OPTIONED, sizeof(OPTIONED) / sizeof(OPTIONED[0]));
}

// 50 t of a village under a pledge to the bank, for a loan of 100,000.00.
static int64_t pledged(struct fixture *f)
{
    const struct th_request bank = {.login = "bank"};
    const int64_t tonnes_t = 50;
    market_package(&f->market, "丙", MARKET_MAJIANONG, MARKET_VILLAGE_1, NULL, &tonnes_t, 1, 0);
    const struct th_pledge_input pledge = {.holder = "马家弄村",
                                           .to = "两山银行",
                                           .tonnes = "50",
                                           .principal = "100000",
                                           .rate = "4.35",
                                           .from = "2022-06-01",
                                           .until = "2023-05-31",
                                           .valuation = "120000",
                                           .number = "质押2022-1号",
                                           .on = "2022-06-01"};
    struct th_json *reply = NULL;
    assert_ok(
        th_trade_propose_pledge(f->market.world.registry, &bank, &pledge, &reply, &f->market.err),
        &f->market.err);
    return market_id(market_approve(&f->market, market_id(reply), TH_OK));
}

// The debt that a pledge is for, and nothing of delivery or price.
static void contract__of_a_pledge_tells_the_debt(void **state)
{
    static const char *const SAID[] = {"碳汇质押合同",
                                       "出质人",
                                       "马家弄村",
                                       "债务人",
                                       "本金（元） 100,000.00",
                                       "4.35 %",
                                       "2022-06-01 – 2023-05-31",
                                       "120,000.00",
                                       "质押2022-1号"};
    struct fixture *f = *state;
    int64_t id = pledged(f);
    assert_contract_says(f, id, SAID, sizeof(SAID) / sizeof(SAID[0]));
    th_json_free(contract(f, id, TH_OK));
    char *text = paper_text(f->path);
    assert_null(strstr(text, "价款"));
    assert_null(strstr(text, "付款"));
    free(text);
}

// 40 t at 30.00: of 1,200.00 the bank gets the 1,000.01 that it is owed, the village 199.99.
static void contract__of_an_enforcement_lists_the_debts_and_the_rest(void **state)
{
    static const char *const SAID[] = {
        "质押碳汇处置转让合同", "所列债务与清偿",       "清偿顺序",     "两山银行", "裁定2023-5号",
        "1,000.01 1,000.01",    "余额 马家弄村 199.99", "合计 1,200.00"};
    struct fixture *f = *state;
    const struct th_request bank = {.login = "bank"};
    char id[24];
    struct th_json *reply = NULL;
    int64_t pledge_id = pledged(f);
    snprintf(id, sizeof(id), "%lld", (long long)pledge_id);
    const struct th_enforcement_input enforcement = {.pledge = id,
                                                     .to = "制药厂",
                                                     .tonnes = "40",
                                                     .price = "30",
                                                     .owed = "1000.01",
                                                     .number = "裁定2023-5号",
                                                     .on = "2023-06-01"};
    reply = NULL;
    assert_ok(th_trade_propose_enforcement(f->market.world.registry, &bank, &enforcement, &reply,
                                           &f->market.err),
              &f->market.err);
    assert_contract_says(f, market_id(reply), SAID, sizeof(SAID) / sizeof(SAID[0]));
}

// What is delivered under a promise changes nothing on its contract.
static void contract__of_a_promise_stays_as_it_was_signed(void **state)
{
    struct fixture *f = *state;
    const struct th_request bank = {.login = "bank"};
    const struct th_promise_input subscription = {.to = "竹农",
                                                  .tonnes = "300",
                                                  .price = "58.83",
                                                  .deliver_by = "2022-12-31",
                                                  .on = "2022-05-20"};
    struct th_json *reply = NULL;
    char id[24];
    assert_ok(th_trade_propose_subscription(f->market.world.registry, &bank, &subscription, &reply,
                                            &f->market.err),
              &f->market.err);
    int64_t trade_id = market_id(market_approve(&f->market, market_id(reply), TH_OK));
    struct th_json *first = contract(f, trade_id, TH_OK);
    assert_int_equal(remove(f->path), 0);
    snprintf(id, sizeof(id), "%lld", (long long)trade_id);
    const struct th_delivery_input delivery = {.of = id, .tonnes = "100", .on = "2022-06-01"};
    reply = NULL;
    assert_ok(th_trade_propose_delivery(f->market.world.registry, &bank, &delivery, &reply,
                                        &f->market.err),
              &f->market.err);
    th_json_free(market_approve(&f->market, market_id(reply), TH_OK));
    struct th_json *second = contract(f, trade_id, TH_OK);
    assert_true(th_json_equal(first, second));
    th_json_free(first);
    th_json_free(second);
}

static void contract__a_proposal_is_a_draft_and_a_rejected_one_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t id = market_id(market_sell(&f->market, "制药厂", "100", "73.41", "6", TH_OK));
    struct th_json *reply = contract(f, id, TH_OK);
    assert_string_equal(th_json_get_text(reply, "state", ""), "proposed");
    th_json_free(reply);
    char *text = paper_text(f->path);
    paper_assert_says(text, "待审批稿");
    free(text);
    assert_int_equal(remove(f->path), 0);
    th_json_free(market_reject(&f->market, id, TH_OK));
    (void)contract(f, id, TH_CONFLICT);
    market_refused(&f->market, "contract_not_printable");
    (void)contract(f, retired(f), TH_CONFLICT);
    market_refused(&f->market, "contract_not_printable");
    (void)contract(f, 99, TH_NOT_FOUND);
    assert_false(th_file_exists(f->path));
}

// The figures of Anji to the fen; what the file says is what the reply says.
static void revenue_statement__as_a_file(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error *err = &f->market.err;
    struct th_registry *registry = f->market.world.registry;
    struct th_printed_where where = {f->path, f->messages, TH_LANG_ZH};
    th_json_free(market_receipt(&f->market, 2, "146820", TH_OK));
    th_json_free(market_term(&f->market, "net_of_cost", "70", "village=1", TH_OK));
    th_json_free(market_distribute(&f->market, NULL, false, TH_OK));
    assert_ok(th_revenue_statement_file(registry, MARKET_VILLAGE_1, NULL, &where, &reply, err),
              err);
    char *text = paper_text(f->path);
    static const char *const said[] = {
        "您村的碳汇",
        "123,447.51",
        "其中已经到账 0.00 元",
        "还没有到账 123,447.51 元",
        "还没有到账，差 108,990.96 元，没有约定付款日期",
        "这笔返还已于 2022-12-31 批准，还没有付。",
        "到账 146,820.00 元，减去银行当初收储这些碳汇的成本 86,880.00 "
        "元，净收益 59,940.00 元",
        "卖给了“制药厂”",
        "14,456.55 元（人民币壹万肆仟肆佰伍拾陆元"
        "伍角伍分）"};
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        paper_assert_says(text, said[i]);
    }
    free(text);
    assert_int_equal(th_json_get_int(reply, "total_fen", 0), 12344751);
    assert_string_equal(th_json_get_text(reply, "file", ""), f->path);
    th_json_free(reply);
    reply = NULL;
    assert_status(th_revenue_statement_file(registry, NULL, NULL, &where, &reply, err), TH_CONFLICT,
                  err);
    assert_status(th_revenue_statement_file(
                      registry, "没有的村", NULL,
                      &(struct th_printed_where){"x.pdf", f->messages, TH_LANG_ZH}, &reply, err),
                  TH_NOT_FOUND, err);
    assert_null(reply);
}

static void account_statement__as_a_file(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error *err = &f->market.err;
    struct th_registry *registry = f->market.world.registry;
    struct th_printed_where where = {f->path, f->messages, TH_LANG_ZH};
    (void)retired(f);
    assert_ok(th_account_statement_file(registry, "制药厂", NULL, NULL, &where, &reply, err), err);
    char *text = paper_text(f->path);
    static const char *const said[] = {"持有 1,100 吨 · 已注销 900 吨 · 往来 -146,820.00 元",
                                       "CN-330523-BAM-2021-000001:1-689", "+689", "注销 #3",
                                       "转售款 · 往来 #2"};
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        paper_assert_says(text, said[i]);
    }
    free(text);
    struct th_hash hash;
    char hex[TH_HASH_HEX_SIZE];
    assert_ok(th_hash_file(TH_HASH_SHA256, f->path, &hash, err), err);
    assert_string_equal(th_hash_hex(&hash, hex), th_json_get_text(reply, "sha256", ""));
    th_json_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            certificate__bears_ground_warnings_and_a_head_that_verifies_and_is_the_same_again,
            setup, teardown),
        cmocka_unit_test_setup_teardown(certificate__refuses_what_is_no_approved_retirement, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(certificate__joins_ranges_that_touch, setup, teardown),
        cmocka_unit_test_setup_teardown(contract__of_a_purchase_from_two_villages, setup, teardown),
        cmocka_unit_test_setup_teardown(contract__of_units_to_come_tells_its_terms, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(contract__of_a_pledge_tells_the_debt, setup, teardown),
        cmocka_unit_test_setup_teardown(contract__of_an_enforcement_lists_the_debts_and_the_rest,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(contract__of_a_promise_stays_as_it_was_signed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(contract__a_proposal_is_a_draft_and_a_rejected_one_nothing,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(revenue_statement__as_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(account_statement__as_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(account_statement__signs_what_left, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

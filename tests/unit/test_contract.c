#include "papers/contract.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "tests/unit/paper_look.h"

#define HEAD "62be73ece45ad0303738b54b55bc3348ee557f6d9b75b45595848a57ae457069"

struct fixture {
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_messages *messages;
    struct th_contract contract;
    struct th_contract_line lines[2];
    struct th_contract_step steps[3];
    struct th_error err;
};

static const struct th_contract_party parties[] = {{"seller", "马家弄村", NULL},
                                                   {"seller", "高家堂村", ""},
                                                   {"buyer", "安吉两山银行", "91330523000000001B"}};
static const char *const serials[] = {"CN-330523-BAM-2021-000001:1-836",
                                      "CN-330523-BAM-2021-000002:1-1591"};
static const struct th_contract_term terms[] = {{"contract.note", "质押率 50%"}};

// 836 t and 1,591 t at 43.44 = 36,315.84 + 69,113.04 = 105,428.88 CNY; at 6 % 99,461.21 + 5,967.67.
static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    th_test_folder_make(f->folder);
    th_test_path(f->path, f->folder, "c.pdf");
    assert_ok(th_messages_new(&f->messages, &f->err), &f->err);
    f->lines[0] = (struct th_contract_line){"马家弄竹林", "马家弄村", {836}, {3631584}};
    f->lines[1] = (struct th_contract_line){"高家堂竹林", "高家堂村", {1591}, {6911304}};
    f->steps[0] = (struct th_contract_step){TH_CONTRACT_DELIVERY, NULL, {2427}, {0}, NULL};
    f->steps[1] =
        (struct th_contract_step){TH_CONTRACT_PAYMENT, "2022-01-15", {0}, {5000000}, "首付"};
    f->steps[2] =
        (struct th_contract_step){TH_CONTRACT_PAYMENT, "2022-06-30", {0}, {5542888}, NULL};
    f->contract = (struct th_contract){.kind = "purchase",
                                       .number = "HT-330523-000001-9F3A71C2",
                                       .approved = true,
                                       .registry = "安吉县碳汇登记簿",
                                       .registry_id = "0123456789abcdef0123456789abcdef",
                                       .program = "tanhui 0.1.0",
                                       .on = "2021-12-28",
                                       .parties = parties,
                                       .n_parties = 3,
                                       .lines = f->lines,
                                       .n_lines = 2,
                                       .units = {2427},
                                       .has_price = true,
                                       .price_per_t = {4344},
                                       .amount = {10542888},
                                       .tax_rate = "6",
                                       .tax = {596767},
                                       .net = {9946121},
                                       .steps = f->steps,
                                       .n_steps = 3,
                                       .terms = terms,
                                       .n_terms = 1,
                                       .serials = serials,
                                       .n_serials = 2,
                                       .proposed_by = "anji-1",
                                       .approved_by = "anji-2",
                                       .proof = {36, "2021-12-28T08:00:00Z", HEAD, "key-1"}};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    th_messages_free(f->messages);
    th_test_folder_remove(f->folder);
    free(f);
    return 0;
}

static void print(struct fixture *f, enum th_lang lang, struct th_hash *ret_hash)
{
    assert_ok(th_contract_print(&f->contract, f->messages, lang, f->path, ret_hash, &f->err),
              &f->err);
}

static void contract__tells_amounts_in_figures_and_capitals_and_tax_apart(void **state)
{
    struct fixture *f = *state;
    print(f, TH_LANG_ZH, NULL);
    char *text = paper_text(f->path);
    static const char *const said[] = {
        "碳汇收储合同",
        "合同编号 HT-330523-000001-9F3A71C2",
        "2021-12-28",
        "安吉两山银行",
        "91330523000000001B",
        "43.44 元（含税）",
        "105,428.88 元 人民币壹拾万伍仟肆佰贰拾捌元捌角捌分",
        "99,461.21 元 人民币玖万玖仟肆佰陆拾壹元贰角壹分",
        "5,967.67 元 人民币伍仟玖佰陆拾柒元陆角柒分",
        "36,315.84",
        "69,113.04",
        "2022-01-15",
        "50,000.00",
        "首付",
        "55,428.88",
        "质押率 50%",
        "自愿减排，非CCER，不得用于碳市场履约",
        "CN-330523-BAM-2021-000001:1-836",
        "第 36 条 · 2021-12-28T08:00:00Z",
        HEAD,
        "key-1",
        "anji-2",
    };
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        paper_assert_says(text, said[i]);
    }
    assert_false(paper_says(text, "待审批稿"));
    free(text);
    paper_assert_fonts_embedded(f->path);
}

static void contract__in_english_and_as_a_draft(void **state)
{
    struct fixture *f = *state;
    f->contract.approved = false;
    f->contract.statement_based = true;
    f->contract.kind = "option";
    print(f, TH_LANG_EN, NULL);
    char *text = paper_text(f->path);
    static const char *const said[] = {"Option on Carbon Sink Units",
                                       "Draft: the registry has not approved this deal",
                                       "105,428.88 CNY",
                                       "人民币壹拾万伍仟肆佰贰拾捌元捌角捌分",
                                       "Delivery and payment",
                                       "third party's statement",
                                       "are free again when the option expires",
                                       "page 2 of 2"};
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        paper_assert_says(text, said[i]);
    }
    free(text);
}

static void contract__same_input_same_bytes(void **state)
{
    struct fixture *f = *state;
    struct th_hash first;
    struct th_hash second;
    print(f, TH_LANG_ZH, &first);
    assert_int_equal(remove(f->path), 0);
    print(f, TH_LANG_ZH, &second);
    assert_memory_equal(first.bytes, second.bytes, TH_HASH_SIZE);
}

// One number is wrong at a time.
static void contract__sums_that_differ_are_refused(void **state)
{
    struct fixture *f = *state;
    struct th_money *const wrong[] = {&f->contract.tax, &f->contract.net, &f->lines[1].amount,
                                      &f->steps[2].amount};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct th_money right = *wrong[i];
        *wrong[i] = th_money_from_fen(th_money_fen(right) + 1);
        assert_status(
            th_contract_print(&f->contract, f->messages, TH_LANG_ZH, f->path, NULL, &f->err),
            TH_INVALID, &f->err);
        assert_string_equal(f->err.key, "contract_sum");
        *wrong[i] = right;
    }
    f->lines[0].units = th_units_from_t(835);
    assert_status(th_contract_print(&f->contract, f->messages, TH_LANG_ZH, f->path, NULL, &f->err),
                  TH_INVALID, &f->err);
    f->lines[0].units = th_units_from_t(836);
    f->steps[0].units = th_units_from_t(2428);
    assert_status(th_contract_print(&f->contract, f->messages, TH_LANG_ZH, f->path, NULL, &f->err),
                  TH_INVALID, &f->err);
    assert_false(th_file_exists(f->path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            contract__tells_amounts_in_figures_and_capitals_and_tax_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(contract__in_english_and_as_a_draft, setup, teardown),
        cmocka_unit_test_setup_teardown(contract__same_input_same_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(contract__sums_that_differ_are_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

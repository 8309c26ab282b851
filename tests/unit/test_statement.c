#include "papers/statement.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "tests/unit/paper_look.h"

struct fixture {
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_messages *messages;
    struct th_statement_arrival arrivals[2];
    struct th_statement_purchase purchase;
    struct th_statement_sale sale;
    struct th_village_statement statements[2];
    struct th_account_row rows[3];
    struct th_account_statement account;
    struct th_error err;
};

static const struct th_statement_frame frame = {
    "安吉县碳汇登记簿", "0123456789abcdef0123456789abcdef", "tanhui 0.1.0", "2022-12-31"};

// Of the agreed 108,990.96 two parts have arrived.
static void purchase_make(struct fixture *f)
{
    f->arrivals[0] = (struct th_statement_arrival){"2022-01-15", {4000000}};
    f->arrivals[1] = (struct th_statement_arrival){"2022-03-01", {3453614}};
    f->purchase = (struct th_statement_purchase){.kind = "purchase",
                                                 .on = "2021-12-28",
                                                 .buyer = "两山银行",
                                                 .packages = "“马家弄竹林”",
                                                 .units = {2509},
                                                 .has_price = true,
                                                 .price_per_t = {4344},
                                                 .amount = {10899096},
                                                 .paid = {7453614},
                                                 .open = {3445482},
                                                 .arrivals = f->arrivals,
                                                 .n_arrivals = 2,
                                                 .next_on = "2023-06-30"};
}

static const struct th_account_row ROWS[] = {
    {.on = "2022-06-10",
     .what = "转售款 · 往来",
     .trade_id = 2,
     .amount = {-14682000},
     .after = {.claim = {-14682000}}},
    {.on = "2022-06-11",
     .what = "过户",
     .trade_id = 2,
     .serial = "CN-330523-BAM-2018-000001:1-689",
     .change_t = 689,
     .units = {689},
     .after = {.held = {689}, .claim = {-14682000}},
     .to_state = "held"},
    {.on = "2022-07-01",
     .what = "注销",
     .serial = "CN-330523-BAM-2018-000001:1-100",
     .units = {100},
     .after = {.held = {589}, .retired = {100}, .claim = {-14682000}},
     .from_state = "held",
     .to_state = "retired"},
};

// The published figures of Anji: 2,509 t at 43.44; 2,000 t at 73.41 of a pool of 7,282 t that cost
// 86,880.00; 70 % of the net, of which Majianong gets 14,456.55.
static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    th_test_folder_make(f->folder);
    assert_ok(th_messages_new(&f->messages, &f->err), &f->err);
    purchase_make(f);
    f->sale = (struct th_statement_sale){.kind = "resale",
                                         .on = "2022-06-10",
                                         .buyer = "安吉竹制品厂",
                                         .units = {2000},
                                         .has_price = true,
                                         .price_per_t = {7341},
                                         .receipts = {14682000},
                                         .cost = {8688000},
                                         .net = {5994000},
                                         .ratio = "70",
                                         .basis = "net_of_cost",
                                         .recipient = "village",
                                         .part = "1",
                                         .weight = {2509},
                                         .pool = {7282},
                                         .n_pools = 1,
                                         .amount = {1445655},
                                         .state = "paid",
                                         .state_on = "2022-12-30"};
    f->statements[0] = (struct th_village_statement){.name = "马家弄村",
                                                     .village = true,
                                                     .purchases = &f->purchase,
                                                     .n_purchases = 1,
                                                     .sales = &f->sale,
                                                     .n_sales = 1,
                                                     .purchase = {10899096},
                                                     .revenue = {1445655},
                                                     .total = {12344751},
                                                     .paid = {8899269},
                                                     .open = {3445482}};
    f->statements[1] = (struct th_village_statement){.name = "山川乡",
                                                     .sales = &f->sale,
                                                     .n_sales = 1,
                                                     .revenue = {1445655},
                                                     .total = {1445655},
                                                     .paid = {1445655}};
    memcpy(f->rows, ROWS, sizeof(ROWS));
    f->account = (struct th_account_statement){.name = "安吉竹制品厂",
                                               .uscc = "91330523000000002E",
                                               .from = "2022-01-01",
                                               .closing = f->rows[2].after,
                                               .reversal_owed = {1234},
                                               .rows = f->rows,
                                               .n_rows = 3};
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

static enum th_status village(struct fixture *f, enum th_lang lang, const char *name,
                              struct th_hash *ret_hash)
{
    th_test_path(f->path, f->folder, name);
    return th_village_statement_print(&frame, f->statements, 2, f->messages, lang, f->path,
                                      ret_hash, &f->err);
}

static enum th_status account(struct fixture *f, enum th_lang lang, const char *name,
                              struct th_hash *ret_hash)
{
    th_test_path(f->path, f->folder, name);
    return th_account_statement_print(&frame, &f->account, f->messages, lang, f->path, ret_hash,
                                      &f->err);
}

static void says(const char *path, const char *const *said, size_t n)
{
    char *text = paper_text(path);
    for (size_t i = 0; i < n; i++) {
        paper_assert_says(text, said[i]);
    }
    free(text);
}

static void village_statement__tells_every_step_in_plain_words(void **state)
{
    struct fixture *f = *state;
    assert_ok(village(f, TH_LANG_ZH, "v.pdf", NULL), &f->err);
    static const char *const zh[] = {
        "马家弄村 截至 2022-12-31",
        "您村的碳汇，到 2022-12-31 为止一共应得 123,447.51 元：卖碳汇 108,990.96 元，银行转卖以后"
        "返还 14,456.55 元。",
        "其中已经到账 88,992.69 元（人民币捌万捌仟玖佰玖拾贰元陆角玖分），还没有到账 34,454.82 "
        "元。",
        "2021-12-28，您村把“马家弄竹林”的 2,509 吨碳汇卖给了“两山银行”，每吨 43.44 元，共 "
        "108,990.96 元（人民币壹拾万捌仟玖佰玖拾元零玖角陆分）。",
        "已到账 74,536.14 元：2022-01-15 到账 40,000.00 元、2022-03-01 到账 34,536.14 元。还差 "
        "34,454.82 元，下一笔约定 2023-06-30 付。",
        "这笔返还已于 2022-12-30 付到账户。",
        "银行把 2,000 吨碳汇卖给了“安吉竹制品厂”，每吨 73.41 元。到账 146,820.00 元，减去银行当初"
        "收储这些碳汇的成本 86,880.00 元，净收益 59,940.00 元。",
        "净收益的 70% 返还，全部归村集体。",
        "这批碳汇出自的池共 7,282 吨，其中您村 2,509 吨，按 2,509/7,282 分得 14,456.55 "
        "元（人民币壹万肆仟肆佰伍拾陆元伍角伍分）。",
        "山川乡 截至 2022-12-31",
        "其中您 2,509 吨",
        "第 2 页，共 2 页",
    };
    says(f->path, zh, sizeof(zh) / sizeof(*zh));
    paper_assert_fonts_embedded(f->path);
    assert_ok(village(f, TH_LANG_EN, "v-en.pdf", NULL), &f->err);
    static const char *const en[] = {
        "your village earned 123,447.51 CNY in all",
        "34,454.82 CNY are open, the next part is due on 2023-06-30.",
        "This share was paid on 2022-12-30.",
        "146,820.00 CNY arrived, less 86,880.00 CNY that the bank had paid for them",
        "for them, which leaves 59,940.00 CNY.",
        "Of the 7,282 tonnes of the pool 2,509 came from your village: 2,509/7,282 of it is "};
    says(f->path, en, sizeof(en) / sizeof(*en));
}

static void village_statement__what_came_back_was_approved_before(void **state)
{
    struct fixture *f = *state;
    f->sale.state = "owed";
    f->sale.state_on = "2023-12-31";
    f->sale.returned_on = "2024-01-08";
    f->sale.resent_on = "2024-01-10";
    f->statements[0].paid = th_money_from_fen(7453614);
    f->statements[0].open = th_money_from_fen(3445482 + 1445655);
    f->statements[1].paid = th_money_from_fen(0);
    f->statements[1].open = th_money_from_fen(1445655);
    assert_ok(village(f, TH_LANG_ZH, "v.pdf", NULL), &f->err);
    static const char *const zh[] = {"这笔返还已于 2023-12-31 批准；付款在 2024-01-08 被退回，"
                                     "2024-01-10 已重新发出，还没有到账。"};
    says(f->path, zh, 1);
    assert_ok(village(f, TH_LANG_EN, "v-en.pdf", NULL), &f->err);
    static const char *const en[] = {"This share was approved on 2023-12-31; the payment came back "
                                     "on 2024-01-08, was sent again on 2024-01-10"};
    says(f->path, en, 1);
}

static void village_statement__a_lump_sum_and_all_that_is_taken_off(void **state)
{
    struct fixture *f = *state;
    f->purchase.has_price = false;
    f->sale.tax = th_money_from_fen(100);
    f->sale.deductions = th_money_from_fen(250);
    f->sale.net = th_money_from_fen(5993650);
    assert_ok(village(f, TH_LANG_ZH, "v.pdf", NULL), &f->err);
    static const char *const zh[] = {
        "卖给了“两山银行”，按总价计，共 108,990.96 元",
        "减去税 1.00 元，减去银行当初收储这些碳汇的成本 86,880.00 元，减去列明的费用 2.50 元，"
        "净收益 59,936.50 元"};
    says(f->path, zh, sizeof(zh) / sizeof(*zh));
}

// The share of a household in its village, 20 of 2,145 mu, of a part that a settled reserve
// brought.
static void village_statement__a_members_share_and_what_is_left_of_a_reserve(void **state)
{
    struct fixture *f = *state;
    f->sale.receipts = f->sale.cost = th_money_from_fen(0);
    f->sale.deductions = th_money_from_fen(-25000);
    f->sale.net = th_money_from_fen(25000);
    f->sale.group = "马家弄合作社";
    f->sale.share = "4/429";
    f->sale.recipient = "member";
    f->sale.part = "7/10";
    assert_ok(village(f, TH_LANG_ZH, "v.pdf", NULL), &f->err);
    static const char *const zh[] = {
        "到账 0.00 元，加上预留费用的结余 250.00 元，净收益 250.00 元",
        "返还，其中 70% 归成员。“马家弄合作社”成员的部分按份额分：您占 4/429，分得 14,456.55 元"};
    says(f->path, zh, sizeof(zh) / sizeof(*zh));
}

static void village_statement__sums_that_differ_are_refused(void **state)
{
    struct fixture *f = *state;
    struct th_money *const wrong[] = {
        &f->purchase.amount,    &f->purchase.paid,        &f->purchase.open,
        &f->arrivals[1].amount, &f->sale.amount,          &f->sale.net,
        &f->sale.receipts,      &f->statements[0].total,  &f->statements[0].paid,
        &f->statements[0].open, &f->statements[0].advance};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct th_money right = *wrong[i];
        *wrong[i] = th_money_from_fen(th_money_fen(right) + 1);
        assert_status(village(f, TH_LANG_ZH, "v.xlsx", NULL), TH_INVALID, &f->err);
        assert_string_equal(f->err.key, "statement_sum");
        *wrong[i] = right;
    }
    assert_status(village(f, TH_LANG_ZH, "v.txt", NULL), TH_INVALID, &f->err);
    assert_string_equal(f->err.key, "statement_format");
    assert_false(th_file_exists(f->path));
}

static void village_statement__tells_a_fund_its_part_and_no_tonnes(void **state)
{
    struct fixture *f = *state;
    f->sale.recipient = "fund";
    f->sale.part = "1/2";
    assert_ok(village(f, TH_LANG_ZH, "fund.pdf", NULL), &f->err);
    static const char *const zh[] = {"净收益的 70% 返还，其中 50% 归基金。您分得 14,456.55 元"};
    says(f->path, zh, 1);
}

// Money that came and does not stay is not hidden behind what came.
static void village_statement__tells_what_is_to_be_paid_back(void **state)
{
    struct fixture *f = *state;
    const struct th_statement_debt debts[] = {
        {"correction", 8, "2022-06-20", "两山银行", {2011497}, {0}, {2011497}},
        {"refund", 9, "2022-12-30", "两山银行", {203313}, {100000}, {103313}}};
    f->statements[0].debts = debts;
    f->statements[0].n_debts = 2;
    f->statements[0].debt = th_money_from_fen(2114810);
    assert_ok(village(f, TH_LANG_ZH, "back.pdf", NULL), &f->err);
    static const char *const zh[] = {"有 21,148.10 元要退还，还没有退",
                                     "交易 8 按更正撤回，收到的钱里 20,114.97 "
                                     "元要退给“两山银行”，已退 0.00 元，还要退 20,114.97 元",
                                     "交易 9 约定的碳汇没有交齐，预收的钱里 2,033.13 "
                                     "元要退给“两山银行”，已退 1,000.00 元，还要退 "
                                     "1,033.13 元（人民币壹仟零叁拾叁元壹角叁分）"};
    says(f->path, zh, sizeof(zh) / sizeof(*zh));
    f->statements[0].debt = th_money_from_fen(2011497);
    assert_status(village(f, TH_LANG_ZH, "v.xlsx", NULL), TH_INVALID, &f->err);
    assert_string_equal(f->err.key, "statement_sum");
}

// What is agreed is not what is there.
static void village_statement__tells_what_is_open_late_returned_or_paid_ahead(void **state)
{
    struct fixture *f = *state;
    const struct th_statement_advance advance = {"2022-10-01", "造纸厂", {500}, {600000}};
    struct th_village_statement *statement = &f->statements[0];
    f->purchase.next_on = "2022-12-30"; // the day before the statement
    f->sale.state = "returned";
    statement->paid = th_money_from_fen(7453614);
    f->statements[1].open = f->statements[1].total;
    f->statements[1].paid = th_money_from_fen(0);
    statement->open = th_money_from_fen(3445482 + 1445655);
    statement->advances = &advance;
    statement->n_advances = 1;
    statement->advance = advance.amount;
    assert_ok(village(f, TH_LANG_ZH, "late.pdf", NULL), &f->err);
    static const char *const late[] = {"其中已经到账 74,536.14 元",
                                       "还没有到账 48,911.37 元",
                                       "另有预收款 6,000.00 元",
                                       "还差 34,454.82 元，下一笔约定 2022-12-30 付，已经过期。",
                                       "“造纸厂”为 2022-10-01 约定的 500 吨碳汇预付了 6,000.00 元",
                                       "这笔返还于 2022-12-30 被退回，没有收到"};
    says(f->path, late, sizeof(late) / sizeof(*late));
    f->purchase.n_arrivals = 0;
    f->purchase.paid = th_money_from_fen(0);
    f->purchase.open = f->purchase.amount;
    f->purchase.next_on = NULL;
    f->sale.state = "owed";
    statement->paid = th_money_from_fen(0);
    statement->open = statement->total;
    assert_ok(village(f, TH_LANG_ZH, "none.pdf", NULL), &f->err);
    static const char *const none[] = {"还没有到账，差 108,990.96 元，没有约定付款日期。",
                                       "这笔返还已于 2022-12-30 批准，还没有付。"};
    says(f->path, none, sizeof(none) / sizeof(*none));
}

static void account_statement__lists_lines_and_balances(void **state)
{
    struct fixture *f = *state;
    assert_ok(account(f, TH_LANG_ZH, "a.pdf", NULL), &f->err);
    static const char *const zh[] = {
        "账户对账单",
        "安吉竹制品厂 2022-01-01 至 2022-12-31",
        "91330523000000002E",
        "持有 589 吨 · 已注销 100 吨 · 往来 -146,820.00 元 · 现金 0.00 元",
        "逆转所欠 1,234 吨",
        "转售款 · 往来 #2",
        "CN-330523-BAM-2018-000001:1-689",
        "+689",
        "-100",
        "已注销 +100",
        "-146,820.00"};
    says(f->path, zh, sizeof(zh) / sizeof(*zh));
    assert_status(account(f, TH_LANG_ZH, "a.csv", NULL), TH_INVALID, &f->err);
    assert_string_equal(f->err.key, "statement_format");
}

static char *sheet(struct fixture *f, int number)
{
    char command[3 * TH_TEST_PATH_SIZE];
    char text[TH_TEST_PATH_SIZE];
    size_t size = 0;
    th_test_path(text, f->folder, "part.xml");
    (void)snprintf(command, sizeof(command), "unzip -p '%s' xl/worksheets/sheet%d.xml > '%s'",
                   f->path, number, text);
    assert_int_equal(system(command), 0);
    return paper_bytes(text, &size);
}

static void holds(struct fixture *f, int number, const char *const *cells, size_t n)
{
    char *xml = sheet(f, number);
    for (size_t i = 0; i < n; i++) {
        if (strstr(xml, cells[i]) == NULL) {
            fail_msg("%s is not in sheet %d", cells[i], number);
        }
    }
    assert_null(strstr(xml, "<f>"));
    free(xml);
}

static void statement__as_a_workbook(void **state)
{
    struct fixture *f = *state;
    assert_ok(village(f, TH_LANG_ZH, "v.xlsx", NULL), &f->err);
    static const char *const totals[] = {"马家弄村",
                                         "<v>108990.96</v>",
                                         "<v>14456.55</v>",
                                         "<v>123447.51</v>",
                                         "<v>88992.69</v>",
                                         "<v>34454.82</v>",
                                         "捌万捌仟玖佰玖拾贰元陆角玖分"};
    holds(f, 1, totals, sizeof(totals) / sizeof(*totals));
    static const char *const own[] = {"两山银行", "马家弄竹林", "<v>108990.96</v>",
                                      "<v>74536.14</v>", "<v>34454.82</v>"};
    holds(f, 2, own, sizeof(own) / sizeof(*own));
    static const char *const sales[] = {"安吉竹制品厂", "已付",         "<v>146820</v>",
                                        "<v>86880</v>", "<v>59940</v>", "<v>2509</v>",
                                        "<v>7282</v>"};
    holds(f, 3, sales, sizeof(sales) / sizeof(*sales));
    assert_ok(account(f, TH_LANG_EN, "a.xlsx", NULL), &f->err);
    static const char *const lines[] = {"CN-330523-BAM-2018-000001:1-689",
                                        "<v>689</v>",
                                        "<v>-146820</v>",
                                        "Opening",
                                        "Closing",
                                        "Owed for reversals",
                                        "<v>-1234</v>"};
    holds(f, 1, lines, sizeof(lines) / sizeof(*lines));
}

static void statement__same_input_same_bytes(void **state)
{
    struct fixture *f = *state;
    static const char *const names[][2] = {{"a.pdf", "b.pdf"}, {"a.xlsx", "b.xlsx"}};
    struct th_hash first;
    struct th_hash second;
    for (size_t i = 0; i < 2; i++) {
        assert_ok(village(f, TH_LANG_ZH, names[i][0], &first), &f->err);
        assert_ok(village(f, TH_LANG_ZH, names[i][1], &second), &f->err);
        assert_memory_equal(first.bytes, second.bytes, TH_HASH_SIZE);
        assert_status(account(f, TH_LANG_ZH, names[i][1], &second), TH_CONFLICT, &f->err);
        assert_string_equal(f->err.key, "file_exists");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(village_statement__tells_every_step_in_plain_words, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(village_statement__what_came_back_was_approved_before,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(village_statement__a_lump_sum_and_all_that_is_taken_off,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            village_statement__a_members_share_and_what_is_left_of_a_reserve, setup, teardown),
        cmocka_unit_test_setup_teardown(village_statement__sums_that_differ_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(village_statement__tells_a_fund_its_part_and_no_tonnes,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            village_statement__tells_what_is_open_late_returned_or_paid_ahead, setup, teardown),
        cmocka_unit_test_setup_teardown(village_statement__tells_what_is_to_be_paid_back, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(account_statement__lists_lines_and_balances, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(statement__as_a_workbook, setup, teardown),
        cmocka_unit_test_setup_teardown(statement__same_input_same_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

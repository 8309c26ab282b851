#include "papers/payment_list.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "tests/support/support.h"

struct fixture {
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_messages *messages;
    struct th_payment_entry entries[2];
    struct th_payment_paper list;
    struct th_error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    th_test_folder_make(f->folder);
    assert_ok(th_messages_new(&f->messages, &f->err), &f->err);
    f->entries[0] = (struct th_payment_entry){.number = "P7-1-1",
                                              .name = "马家弄村",
                                              .kind = "村集体",
                                              .village = "马家弄村",
                                              .account_number = "6222021234567890123",
                                              .account_bank = "安吉农商行",
                                              .amount = {1445655},
                                              .basis = "第 1 次返还，70%",
                                              .purpose = "碳汇收益",
                                              .remark = "户名不同"};
    f->entries[1] = (struct th_payment_entry){
        .name = "=HYPERLINK(\"http://x\",\"y\")", .amount = {2750145}, .purpose = "@SUM(A1)"};
    f->list = (struct th_payment_paper){
        .title = "付款清单", .program = "tanhui 0.1.0", .entries = f->entries, .n_entries = 2};
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

static struct th_hash write_list(struct fixture *f, const char *name)
{
    struct th_hash told;
    struct th_hash read;
    struct th_money total;
    th_test_path(f->path, f->folder, name);
    assert_ok(
        th_payment_paper_write(&f->list, f->messages, TH_LANG_ZH, f->path, &total, &told, &f->err),
        &f->err);
    assert_int_equal(th_money_fen(total), 4195800); // 41,958.00
    assert_ok(th_hash_file(TH_HASH_SHA256, f->path, &read, &f->err), &f->err);
    assert_memory_equal(told.bytes, read.bytes, TH_HASH_SIZE);
    return told;
}

// Written by hand from the rules of core/csv.h.
static void payment_list__csv_is_exact_and_runs_no_formula(void **state)
{
    struct fixture *f = *state;
    char *data = NULL;
    size_t size = 0;
    (void)write_list(f, "p.csv");
    assert_ok(th_file_read(f->path, 1 << 20, &data, &size, &f->err), &f->err);
    assert_string_equal(
        data, "\xef\xbb\xbf序号,付款编号,收款方,类别,村,账户名,账号,开户行,金额（元）,大写金额,"
              "依据,用途,备注\r\n"
              "1,P7-1-1,马家弄村,村集体,马家弄村,,6222 0212 3456 7890 123,安吉农商行,14456.55,"
              "人民币壹万肆仟肆佰伍拾陆元伍角伍分,第 1 次返还，70%,碳汇收益,户名不同\r\n"
              "2,,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",,,,,,27501.45,"
              "人民币贰万柒仟伍佰零壹元肆角伍分,,'@SUM(A1),\r\n"
              "合计,,,,,,,,41958.00,人民币肆万壹仟玖佰伍拾捌元整,,,\r\n");
    free(data);
}

static char *part(struct fixture *f, const char *name)
{
    char command[3 * TH_TEST_PATH_SIZE];
    char text[TH_TEST_PATH_SIZE];
    char *data = NULL;
    size_t size = 0;
    th_test_path(text, f->folder, "part.xml");
    (void)snprintf(command, sizeof(command), "unzip -p '%s' '%s' > '%s'", f->path, name, text);
    assert_int_equal(system(command), 0);
    assert_ok(th_file_read(text, 1 << 20, &data, &size, &f->err), &f->err);
    return data;
}

static void payment_list__workbook_keeps_digits_and_runs_no_formula(void **state)
{
    struct fixture *f = *state;
    (void)write_list(f, "p.xlsx");
    char *sheet = part(f, "xl/worksheets/sheet1.xml");
    assert_null(strstr(sheet, "<f>"));
    assert_non_null(strstr(sheet, "6222021234567890123"));
    assert_non_null(strstr(sheet, "=HYPERLINK("));
    assert_non_null(strstr(sheet, "<v>14456.55</v>"));
    assert_non_null(strstr(sheet, "<v>41958</v>"));
    assert_non_null(strstr(sheet, "人民币肆万壹仟玖佰伍拾捌元整"));
    free(sheet);
}

static void payment_list__same_input_same_bytes(void **state)
{
    struct fixture *f = *state;
    static const char *const names[][2] = {{"a.csv", "b.csv"}, {"a.xlsx", "b.xlsx"}};
    for (size_t i = 0; i < 2; i++) {
        struct th_hash first = write_list(f, names[i][0]);
        struct th_hash second = write_list(f, names[i][1]);
        assert_memory_equal(first.bytes, second.bytes, TH_HASH_SIZE);
    }
}

static void refused(struct fixture *f, const char *name, enum th_status want, const char *key)
{
    struct th_money total = th_money_from_fen(7);
    struct th_hash hash = {{9}};
    th_test_path(f->path, f->folder, name);
    assert_status(
        th_payment_paper_write(&f->list, f->messages, TH_LANG_ZH, f->path, &total, &hash, &f->err),
        want, &f->err);
    assert_string_equal(f->err.key, key);
    assert_int_equal(th_money_fen(total), 7);
    assert_int_equal(hash.bytes[0], 9);
}

static void payment_list__refuses_what_cannot_be_paid_or_written(void **state)
{
    struct fixture *f = *state;
    refused(f, "p.doc", TH_INVALID, "payment_list_format");
    f->entries[1].amount = th_money_from_fen(0);
    refused(f, "p.csv", TH_INVALID, "payment_list_amount");
    f->entries[1].amount = th_money_from_fen(-1);
    refused(f, "p.xlsx", TH_INVALID, "payment_list_amount");
    f->entries[1].amount = th_money_from_fen(INT64_MAX);
    refused(f, "p.csv", TH_OVERFLOW, "overflow");
    assert_false(th_file_exists(f->path));
    f->entries[1].amount = th_money_from_fen(2750145);
    (void)write_list(f, "p.csv");
    refused(f, "p.csv", TH_CONFLICT, "file_exists");
    (void)write_list(f, "p.xlsx");
    refused(f, "p.xlsx", TH_CONFLICT, "file_exists");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(payment_list__csv_is_exact_and_runs_no_formula, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(payment_list__workbook_keeps_digits_and_runs_no_formula,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(payment_list__same_input_same_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(payment_list__refuses_what_cannot_be_paid_or_written, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Names and amounts as hledger takes them.
#include <stdlib.h>

#include "tests/support/support.h"
#include "trading/books/book_internal.h"

static void account__separators_in_names_become_signs_of_full_width(void **state)
{
    (void)state;
    static const struct {
        const char *name, *account;
    } CASES[] = {{"甲:乙;丙|丁", "Cash:甲：乙；丙｜丁"},
                 {"A  B\tC\nD", "Cash:A B C D"},
                 {"竹制品厂, 二部", "Cash:竹制品厂, 二部"}};
    struct th_book book;
    char buf[TH_BOOK_ACCOUNT_SIZE];
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const char *const parts[TH_BOOK_PARTS_MAX] = {"Cash", CASES[i].name};
        th_book_init(&book, NULL, TH_LANG_EN);
        assert_string_equal(th_book_account(&book, parts, buf), CASES[i].account);
        th_book_clear(&book);
    }
}

static void book__is_written_as_hledger_reads_it(void **state)
{
    (void)state;
    static const char WANT[] = "; 样例\n\ndecimal-mark .\ncommodity 1000.00 CNY\n"
                               "commodity 1000. \"TCO2E\"\n\n"
                               "account 现金  ; type:C\naccount 现金:1 甲\naccount 其他\n"
                               "\n2021-12-28 receipt.confirm  ; seq:7, login:anji-1\n"
                               "    现金:1 甲  -0.05 CNY  ; trade:3, what:money.receipt\n"
                               "    其他  0.05 CNY\n"
                               "    其他  12 \"TCO2E\"  ; what:P:1-12\n"
                               "    现金:1 甲  0.00 CNY = -1234567.05 CNY\n"
                               "    其他  0 \"TCO2E\" =* -12 \"TCO2E\"\n";
    struct th_error err;
    struct th_book book;
    char *text = NULL;
    size_t size = 0;
    th_book_init(&book, NULL, TH_LANG_ZH);
    assert_false(th_book_knows(&book, "现金"));
    th_book_declare(&book, "现金", 'C');
    th_book_begin(&book, "2021-12-28", "receipt.confirm", 7, "anji-1");
    th_book_money(&book, "现金:1 甲", th_money_from_fen(-5), 3, "money.receipt");
    th_book_money(&book, "其他", th_money_from_fen(5), 0, NULL);
    th_book_money(&book, "空", th_money_from_fen(0), 0, NULL);
    th_book_units(&book, "其他", 12, 0, "P:1-12");
    th_book_assert_money(&book, "现金:1 甲", th_money_from_fen(-123456705), false);
    th_book_assert_units(&book, "其他", -12, true);
    assert_true(th_book_knows(&book, "现金"));
    assert_false(th_book_knows(&book, "空"));
    assert_int_equal(book.n, 1);
    assert_string_equal(book.last_on, "2021-12-28");
    assert_ok(th_book_finish(&book, "样例", &text, &size, &err), &err);
    assert_string_equal(text, WANT);
    assert_int_equal(size, strlen(WANT));
    free(text);
    th_book_clear(&book);
}

static void book__declares_each_of_thousands_of_accounts_once(void **state)
{
    (void)state;
    enum { N = 3000 };
    struct th_error err;
    struct th_book book;
    char party[TH_BOOK_ACCOUNT_SIZE];
    char *text = NULL;
    size_t size = 0;
    size_t n = 0;
    th_book_init(&book, NULL, TH_LANG_EN);
    th_book_begin(&book, "2021-12-28", "x", 0, "");
    for (int64_t i = 0; i < 2 * N; i++) {
        th_book_units(&book, th_book_party(i % N, "a", party), 1, 0, NULL);
    }
    assert_int_equal(book.n_names, N);
    assert_ok(th_book_finish(&book, "x", &text, &size, &err), &err);
    for (const char *at = strstr(text, "\naccount "); at != NULL;
         at = strstr(at + 1, "\naccount ")) {
        n++;
    }
    assert_int_equal(n, N);
    free(text);
    th_book_clear(&book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(account__separators_in_names_become_signs_of_full_width),
        cmocka_unit_test(book__is_written_as_hledger_reads_it),
        cmocka_unit_test(book__declares_each_of_thousands_of_accounts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

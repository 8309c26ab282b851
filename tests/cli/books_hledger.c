// The books, read by hledger: it checks them and counts, and what it counts is held against the
// program's accounts.
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "tests/cli/books.h"

enum { TEXT_SIZE = 256 * 1024 };

// Runs hledger over a file of the world's folder; its exit status, stdout in `text`.
static int hledger(const struct books *books, const char *file, const char *arguments,
                   char text[TEXT_SIZE])
{
    char path[TH_TEST_PATH_SIZE];
    char command[2 * TH_TEST_PATH_SIZE];
    (void)snprintf(command, sizeof(command), "LC_ALL=C.UTF-8 hledger -f '%s' %s 2>&1",
                   th_test_path(path, books->world.folder, file), arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = fread(text, 1, TEXT_SIZE - 1, pipe);
    text[size] = '\0';
    return pclose(pipe);
}

// Hundredths or tonnes of the accounts whose names begin so, of hledger's table of balances.
static int64_t balance_of(const char *csv, const char *name)
{
    int64_t sum = 0;
    for (const char *line = csv; line != NULL && *line != '\0';) {
        char digits[32] = {0};
        size_t n = 0;
        const char *end = strchr(line, '\n');
        const char *amount = strstr(line, "\",\"");
        size_t size = strlen(name);
        bool found = line[0] == '"' && strncmp(line + 1, name, size) == 0 &&
                     (line[1 + size] == '"' || line[1 + size] == ':');
        for (const char *at = amount != NULL ? amount + 3 : ""; found && *at != ' ' && *at != '"';
             at++) {
            if (*at != '.') {
                assert_in_range(n, 0, sizeof(digits) - 2);
                digits[n++] = *at;
            }
        }
        int64_t value = 0;
        if (found) {
            assert_true(th_text_parse_int(digits, INT64_MIN, INT64_MAX, &value));
        }
        sum += value;
        line = end != NULL ? end + 1 : NULL;
    }
    return sum;
}

void hledger__accepts_the_books_strictly(void **state)
{
    struct books *books = *state;
    static char text[TEXT_SIZE];
    struct th_json *reply =
        th_cli_json(&books->world, 0, "--lang zh export --format hledger --out {dir}/all.journal");
    // Units: three issues, eight proposals, seven approvals. Money: four approvals, three receipts,
    // one distribution, one payment of it.
    assert_int_equal(th_cli_int_at(reply, "n"), 27);
    th_json_free(reply);
    if (hledger(books, "all.journal", "check -s", text) != 0) {
        fail_msg("%s", text);
    }
}

void hledger__balances_are_those_of_the_accounts(void **state)
{
    static const struct {
        const char *account, *key;
    } KINDS[] = {{"往来:", "claim_fen"},       {"现金:", "cash_fen"},
                 {"单位:持有:", "held_t"},     {"单位:锁定:", "locked_t"},
                 {"单位:注销:", "retired_t"},  {"单位:缓冲:", "buffer_t"},
                 {"单位:作废:", "cancelled_t"}};
    static char csv[TEXT_SIZE];
    struct books *books = *state;
    char account[512];
    int64_t units_t = 0;
    th_cli_do(&books->world, "--lang zh export --format hledger --out {dir}/sums.journal");
    assert_int_equal(hledger(books, "sums.journal", "balance --flat -N -O csv", csv), 0);
    struct th_json *list = th_cli_json(&books->world, 0, "account list");
    const struct th_json *parties = th_json_get(list, "parties");
    assert_true(th_json_size(parties) > 10);
    for (size_t i = 0; i < th_json_size(parties); i++) {
        const struct th_json *party = th_json_at(parties, i);
        for (size_t k = 0; k < sizeof(KINDS) / sizeof(KINDS[0]); k++) {
            (void)snprintf(account, sizeof(account), "%s%lld %s", KINDS[k].account,
                           (long long)th_json_get_int(party, "party", 0),
                           th_json_get_text(party, "name", ""));
            int64_t counted = balance_of(csv, account);
            if (counted != th_json_get_int(party, KINDS[k].key, -1)) {
                fail_msg("%s: hledger counts %lld", account, (long long)counted);
            }
            units_t += k >= 2 ? counted : 0;
        }
    }
    th_json_free(list);
    assert_int_equal(units_t, 17282);
    assert_int_equal(balance_of(csv, "单位:签发"), -17282);
    struct th_json *statement = th_cli_json(&books->world, 0, "account statement " DEQING_BANK);
    assert_int_equal(balance_of(csv, "往来:7 " DEQING_BANK),
                     th_cli_int_at(statement, "closing.claim_fen"));
    assert_int_equal(balance_of(csv, "单位:持有:7 " DEQING_BANK),
                     th_cli_int_at(statement, "closing.held_t"));
    th_json_free(statement);
}

// The published case: 2,000 t × 73.41 = 146,820.00, cost 86,880.00, 70 % of 59,940.00 shared; and
// 588,300.00 = 555,000.00 + 33,300.00, 240,000.00 = 226,415.09 + 13,584.91 at 6 %.
void hledger__bank_books_have_tax_stock_and_shared_revenue_apart(void **state)
{
    static char csv[TEXT_SIZE];
    struct books *books = *state;
    th_cli_do(&books->world,
              "--lang en export --format hledger --out {dir}/anji.journal --party " ANJI_BANK);
    assert_int_equal(hledger(books, "anji.journal", "balance -s --flat -N -O csv", csv), 0);
    assert_int_equal(balance_of(csv, "Sales"), -14682000);
    assert_int_equal(balance_of(csv, "Cost of sales"), 8688000);
    assert_int_equal(balance_of(csv, "Revenue shared"), 4195800);
    assert_int_equal(balance_of(csv, "Stock at cost"), 31633008 - 8688000);
    assert_int_equal(balance_of(csv, "Claims:Payable:3 马家弄村集体"), -1445655);
    // What was paid is no longer owed, and nobody owes it to the bank.
    assert_int_equal(balance_of(csv, "Claims:Payable:4 高家堂村集体"), 0);
    assert_int_equal(balance_of(csv, "Claims:Receivable"), 0);
    assert_int_equal(balance_of(csv, "Cash"), 14682000 - 31633008 - 2750145);
    assert_int_equal(balance_of(csv, "Units:Locked"), 100);
    th_cli_do(&books->world,
              "--lang en export --format hledger --out {dir}/deqing.journal --party " DEQING_BANK);
    assert_int_equal(hledger(books, "deqing.journal", "balance -s --flat -N -O csv", csv), 0);
    assert_int_equal(balance_of(csv, "Input tax"), 3330000);
    assert_int_equal(balance_of(csv, "Output tax"), -1358491);
    assert_int_equal(balance_of(csv, "Sales"), -22641509);
    assert_int_equal(balance_of(csv, "Cost of sales"), 22200000); // 4,000 × 55.50
    assert_int_equal(balance_of(csv, "Claims:Receivable"), 24000000);
    assert_int_equal(balance_of(csv, "Claims:Payable"), -30000000);
    assert_int_equal(balance_of(csv, "Units:Held"), 5940);
    assert_int_equal(balance_of(csv, "Units:Cancelled"), 60);
    // 60 × 55.50 were cancelled: 5,940 of 10,000 t are left at 55.50.
    assert_int_equal(balance_of(csv, "Written off:Cancelled"), 333000);
    assert_int_equal(balance_of(csv, "Stock at cost"), 5940 * 5550);
}

// One of two sellers under one contract, paid in full; and a village that is owed its share.
void hledger__sellers_books_know_their_own_counterpart_alone(void **state)
{
    static char csv[TEXT_SIZE];
    struct books *books = *state;
    th_cli_do(&books->world,
              "--lang en export --format hledger --out {dir}/coop.journal --party " MAJIANONG);
    assert_int_equal(hledger(books, "coop.journal", "balance -s -E --flat -N -O csv", csv), 0);
    assert_int_equal(balance_of(csv, "Sales"), -10899096);
    assert_int_equal(balance_of(csv, "Cash"), 10899096);
    assert_int_equal(balance_of(csv, "Claims"), 0);
    assert_non_null(strstr(csv, "\"Claims:Receivable:6 " ANJI_BANK "\",\"0"));
    assert_null(strstr(csv, GAOJIATANG));
    th_cli_do(&books->world,
              "--lang en export --format hledger --out {dir}/village.journal --party 马家弄村集体");
    assert_int_equal(hledger(books, "village.journal", "balance -s --flat -N -O csv", csv), 0);
    assert_int_equal(balance_of(csv, "Claims:Receivable:6 " ANJI_BANK), 1445655);
    assert_int_equal(balance_of(csv, "Revenue received"), -1445655);
}

void hledger__finds_an_amount_that_was_changed(void **state)
{
    static char text[TEXT_SIZE];
    struct books *books = *state;
    th_cli_do(&books->world, "--lang en export --format hledger --out {dir}/true.journal");
    char *journal = th_cli_read(&books->world, "true.journal");
    // Both sides of a move, so that the transaction itself stays in balance.
    static const char *const MOVED[][2] = {{"  500 \"TCO2E\"", "  501 \"TCO2E\""},
                                           {" -500 \"TCO2E\"", " -501 \"TCO2E\""}};
    for (size_t i = 0; i < 2; i++) {
        char *at = strstr(journal, MOVED[i][0]);
        assert_non_null(at);
        memcpy(at, MOVED[i][1], strlen(MOVED[i][1]));
    }
    th_cli_write(&books->world, "false.journal", journal, strlen(journal));
    free(journal);
    assert_int_not_equal(hledger(books, "false.journal", "check -s", text), 0);
    assert_non_null(strstr(text, "balance assertion"));
}

void hledger__refusals(void **state)
{
    struct books *books = *state;
    th_cli_write(&books->world, "there.journal", "x", 1);
    th_json_free(
        th_cli_problem(&books->world, 5, "export --format hledger --out {dir}/there.journal"));
    th_json_free(th_cli_problem(
        &books->world, 3, "export --format hledger --out {dir}/none.journal --party 没有的主体"));
    th_json_free(
        th_cli_problem(&books->world, 2,
                       "export --format hledger --out {dir}/none.journal --village 330523990201"));
    th_json_free(th_cli_problem(
        &books->world, 2, "export --format cadtrust --out {dir}/none.xlsx --party " ANJI_BANK));
}

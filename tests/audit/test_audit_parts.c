// Parts of the audit by themselves: spellings, ranges of serials against a plain list, tables.
#include <stdlib.h>

#include "audit/check.h"
#include "audit/units.h"
#include "tests/support/support.h"

// A body as it stands in a line, ' for \" and up to the quotation mark that ends it.
static bool reads(const char *body)
{
    enum { ROOM = 4096 };
    char in[ROOM + TH_SCAN_SLACK] = "";
    char out[ROOM + TH_SCAN_SLACK];
    struct th_tape tape = {.n = 0};
    struct th_text text;
    size_t n = 0;
    for (const char *at = body; *at != '\0'; at++) {
        assert_true(n + 3 < ROOM);
        if (*at == '\'') {
            in[n++] = '\\';
        }
        in[n++] = (char)(*at == '\'' ? '"' : *at);
    }
    in[n] = '"';
    in[n + 1] = '\n';
    struct th_scan scan = {.at = in, .end = in + n + 1, .out = out};
    bool sound = th_scan_body(&scan, &tape, &text) && scan.at == in + n;
    th_tape_clear(&tape);
    return sound;
}

static const char *const GOOD[] = {
    "{}", "[]", "null", "true", "false", "0", "-1", "''", "[1,2,[3,{}]]", "{'a':1,'b':{'a':2}}",
    "9223372036854775807", "-9223372036854775808", "{'a':1,'ab':2,'b':3}", "{'':1,'a':2}",
    "'\xe7\xab\xb9'", "'\xf0\x9f\x8e\x8b'", "'\x7f'", "'/'",
    // Escapes of the body: each backslash is written twice, and a quotation mark as \\\".
    "'\\\\n\\\\t\\\\b\\\\f\\\\r'", "'\\\\u001F'", "'\\\\\\\\'", "'\\\\\\\"'", "{'\\\\n':1,' ':2}",
    "{'a\\\\n':1,'a ':2}", "{'abcdefgh1':1,'abcdefgh2':2}"};
static const char *const BAD[] = {"",
                                  "{",
                                  "}",
                                  "[",
                                  "]",
                                  "[1,]",
                                  "[,1]",
                                  "{'a':1,}",
                                  "{,}",
                                  "{'a'}",
                                  "{'a':}",
                                  "{1:2}",
                                  "tru",
                                  "nulL",
                                  "00",
                                  "01",
                                  "-0",
                                  "-",
                                  "+1",
                                  "1.0",
                                  "1e3",
                                  "9223372036854775808",
                                  "-9223372036854775809",
                                  "99999999999999999999999999999999",
                                  " 1",
                                  "1 ",
                                  "[1, 2]",
                                  "{'b':1,'a':2}",
                                  "{'a':1,'a':2}",
                                  "{'ab':1,'a':2}",
                                  "{'abcdefgh2':1,'abcdefgh1':2}",
                                  "{' ':1,'\\\\n':2}",
                                  "{'a ':1,'a\\\\n':2}",
                                  "'",
                                  "'a",
                                  "a",
                                  "'\\\\x'",
                                  "'\\\\u001f'",
                                  "'\\\\u0041'",
                                  "'\\\\u000A'",
                                  "'\\\\u0000'",
                                  "'\\\\/'",
                                  "'\\n'",
                                  "'\t'",
                                  "'\xff'",
                                  "'\xc0\x80'",
                                  "'\xed\xa0\x80'",
                                  "'\xf4\x90\x80\x80'",
                                  "'\xe7\xab'",
                                  "'\xe7'"};

static void scan_body__only_canonical_json_is_read(void **state)
{
    char deep[256];
    (void)state;
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        if (!reads(GOOD[i])) {
            fail_msg("%s is refused", GOOD[i]);
        }
    }
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        if (reads(BAD[i])) {
            fail_msg("%s is read", BAD[i]);
        }
    }
    for (size_t n = 64; n <= 65; n++) {
        memset(deep, '[', n);
        memset(deep + n, ']', n);
        deep[2 * n] = '\0';
        assert_int_equal(reads(deep), n == 64);
    }
}

static void day__is_that_of_shanghai(void **state)
{
    static const struct {
        int64_t at_utc;
        const char *day;
    } CASES[] = {{0, "1970-01-01"},          {57599, "1970-01-01"},     {57600, "1970-01-02"},
                 {-28801, "1969-12-31"},     {-28800, "1970-01-01"},    {951753599, "2000-02-28"},
                 {951753600, "2000-02-29"},  {951840000, "2000-03-01"}, {1640707199, "2021-12-28"},
                 {4107513600, "2100-03-01"}, {1709136000, "2024-02-29"}};
    char day[TH_DAY_BYTES + 1];
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        th_check_day_format(th_check_day(CASES[i].at_utc), day);
        assert_string_equal(day, CASES[i].day);
    }
    th_check_day_format(th_check_day(INT64_MAX), day); // no day that could be written: no crash
    th_check_day_format(th_check_day(INT64_MIN), day);
}

enum { N_SERIALS = 4000, N_PLACES = 5 };

static struct th_place place_of(int which)
{
    return (struct th_place){.owner = 1 + which, .state = TH_UNIT_HELD};
}

struct compare {
    const unsigned char *where; // of serial i + 1
    int64_t next;
};

// Ranges follow one another and say what the list says.
static void compare_range(void *context, const struct th_range *range)
{
    struct compare *compare = context;
    int which = (int)range->place.owner - 1;
    assert_int_equal(range->first, compare->next);
    assert_true(range->last >= range->first);
    for (int64_t i = range->first; i <= range->last; i++) {
        assert_int_equal(compare->where[i - 1], which);
    }
    compare->next = range->last + 1;
}

static uint64_t chance(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void units__random_moves_agree_with_a_plain_list(void **state)
{
    static unsigned char where[N_SERIALS];
    struct th_units units = {.room = 0};
    struct th_place from = place_of(0);
    uint64_t seed = 20261122;
    int64_t serial = 0;
    size_t n_refused = 0;
    (void)state;
    memset(where, 0, sizeof(where));
    struct th_issuance *issuance = th_units_issuance(&units, 7);
    assert_non_null(issuance);
    assert_int_equal(th_units_issue(issuance, 2, 5, &from), TH_UNITS_GAP);
    assert_int_equal(th_units_issue(issuance, 1, 1500, &from), TH_UNITS_DONE);
    assert_int_equal(th_units_issue(issuance, 1501, N_SERIALS, &from), TH_UNITS_DONE);
    assert_int_equal(th_units_issue(issuance, N_SERIALS, N_SERIALS, &from), TH_UNITS_GAP);
    for (size_t round = 0; round < th_test_rounds(20000); round++) {
        int64_t first = 1 + (int64_t)(chance(&seed) % N_SERIALS);
        int64_t last = first + (int64_t)(chance(&seed) % (round % 100 == 0 ? 800 : 3));
        int target = (int)(chance(&seed) % N_PLACES);
        last = last > N_SERIALS ? N_SERIALS : last;
        int source = where[first - 1];
        int64_t wrong = 0; // the first serial that stands elsewhere
        for (int64_t i = first; i <= last && wrong == 0; i++) {
            wrong = where[i - 1] != source ? i : 0;
        }
        from = place_of(source);
        struct th_place to = place_of(target);
        enum th_units_answer answer = th_units_move(issuance, first, last, &from, &to, &serial);
        if (wrong != 0) {
            assert_int_equal(answer, TH_UNITS_ELSEWHERE);
            assert_int_equal(serial, wrong);
            n_refused++;
        } else {
            assert_int_equal(answer, TH_UNITS_DONE);
            memset(where + first - 1, target, (size_t)(last - first + 1));
        }
        if (round % 64 == 0) {
            struct compare compare = {.where = where, .next = 1};
            th_units_each(issuance, compare_range, &compare);
            assert_int_equal(compare.next, N_SERIALS + 1);
        }
    }
    assert_true(n_refused > 0);
    assert_int_equal(th_units_move(issuance, N_SERIALS, N_SERIALS + 1, &from, &from, &serial),
                     TH_UNITS_ELSEWHERE);
    th_units_clear(&units);
}

static void table__finds_what_was_put_in(void **state)
{
    enum { N = 5000 };
    struct th_table table = {.n = 0};
    bool fresh = false;
    (void)state;
    // 1 … 100 in order, then others in no order, and all of them again.
    for (int turn = 0; turn < 2; turn++) {
        for (int64_t i = 0; i < N; i++) {
            int64_t id = (i * 7919) % 1000003 - 500000;
            id = i < 100 ? i + 1 : i % 2 == 0 ? id : INT64_MIN + 500000 + id;
            if (i >= 100 && id >= 1 && id <= 100) {
                continue;
            }
            size_t row = th_table_id(&table, id, &fresh);
            assert_int_equal(fresh, turn == 0);
            assert_int_equal(th_table_find_id(&table, id), row);
            if (i < 100) {
                assert_int_equal(row, i);
            }
        }
    }
    assert_int_equal(th_table_find_id(&table, 0), SIZE_MAX);
    assert_int_equal(th_table_find_id(&table, INT64_MAX), SIZE_MAX);
    th_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scan_body__only_canonical_json_is_read),
        cmocka_unit_test(day__is_that_of_shanghai),
        cmocka_unit_test(units__random_moves_agree_with_a_plain_list),
        cmocka_unit_test(table__finds_what_was_put_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

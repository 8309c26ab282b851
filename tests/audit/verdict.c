#include "tests/audit/verdict.h"

#include <stdlib.h>

#include "tests/support/support.h"

// What an audit of these bytes says; th_check_clear and free.
struct th_check *test_audit_with(const char *data, size_t size,
                                 const struct th_check_options *options)
{
    struct th_check *check = calloc(1, sizeof(*check));
    assert_non_null(check);
    if (options) {
        check->options = *options;
    }
    struct th_feed_options feed = {.visit = th_check_line, .context = check};
    struct th_feed_result result = th_feed_bytes(data, size, &feed);
    assert_true(result.end == TH_FEED_WHOLE || result.end == TH_FEED_STOPPED);
    th_check_end(check, result.ends_in_line);
    return check;
}

void test_let_go(struct th_check *check)
{
    th_check_clear(check);
    free(check);
}

bool test_has(const struct th_check *check, enum th_fault_code code, int64_t seq)
{
    for (int64_t i = 0; i < check->faults.n && i < TH_FAULTS_KEPT; i++) {
        if (check->faults.kept[i].code == code && (seq < 0 || check->faults.kept[i].seq == seq)) {
            return true;
        }
    }
    return false;
}

void test_tell(const struct th_check *check)
{
    char sentence[TH_FAULT_SENTENCE_SIZE];
    for (int64_t i = 0; i < check->faults.n && i < 8; i++) {
        th_fault_sentence(&check->faults.kept[i], false, sentence);
        print_error("entry %lld: %s\n", (long long)check->faults.kept[i].seq, sentence);
    }
}

// Faults of units that a journal of money alone has not; and what is told of locks, where a journal
// is about something else.
static int64_t count_faults(const struct th_check *check, bool of_money)
{
    int64_t n = check->faults.n;
    for (int64_t i = 0; i < check->faults.n && i < TH_FAULTS_KEPT; i++) {
        enum th_fault_code code = check->faults.kept[i].code;
        bool of_units = code == TH_FAULT_UNITS_TOO_FEW || code == TH_FAULT_UNITS_LINES ||
                        code == TH_FAULT_POOL_STOCK;
        n -= (of_money && of_units) || code == TH_FAULT_LOCK_STOCK;
    }
    return n;
}

void test_expect_good(const struct test_journal *journal)
{
    struct th_check *check = test_audit_with(journal->out.data, journal->out.size, NULL);
    int64_t n = count_faults(check, journal->of_money);
    if (n != 0) {
        test_tell(check);
    }
    assert_int_equal(n, 0);
    test_let_go(check);
}

// The fault is told of that entry (-1: of any).
void test_expect_fault_with(const struct test_journal *journal, enum th_fault_code code,
                            int64_t seq, const struct th_check_options *options)
{
    struct th_check *check = test_audit_with(journal->out.data, journal->out.size, options);
    if (!test_has(check, code, seq)) {
        print_error("%s is not told of entry %lld\n", th_fault_name(code), (long long)seq);
        test_tell(check);
    }
    assert_true(test_has(check, code, seq));
    test_let_go(check);
}

void test_judge(struct test_journal *journal, const char *name, enum th_fault_code code)
{
    print_message("%s\n", name);
    test_journal_end(journal);
    if (code == TH_FAULT_CODES) {
        test_expect_good(journal);
    } else {
        test_expect_fault(journal, code, journal->seq);
    }
    test_journal_clear(journal);
}

void test_expect_fault(const struct test_journal *journal, enum th_fault_code code, int64_t seq)
{
    test_expect_fault_with(journal, code, seq, NULL);
}

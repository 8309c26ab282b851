// What the audit says of a journal that a test wrote.
#ifndef TH_TESTS_AUDIT_VERDICT_H
#define TH_TESTS_AUDIT_VERDICT_H

#include "audit/check.h"
#include "tests/audit/journal.h"

// Of these bytes; options NULL: none. The caller's, test_let_go.
struct th_check *test_audit_with(const char *data, size_t size,
                                 const struct th_check_options *options);
void test_let_go(struct th_check *check);
// Is the fault told of that entry (-1: of any)?
bool test_has(const struct th_check *check, enum th_fault_code code, int64_t seq);
void test_tell(const struct th_check *check); // prints the first faults

// Ends a journal, says which case it was, wants this fault of its last entry (TH_FAULT_CODES: none
// at all), and clears it.
void test_judge(struct test_journal *journal, const char *name, enum th_fault_code code);
void test_expect_good(const struct test_journal *journal);
void test_expect_fault(const struct test_journal *journal, enum th_fault_code code, int64_t seq);
void test_expect_fault_with(const struct test_journal *journal, enum th_fault_code code,
                            int64_t seq, const struct th_check_options *options);

#endif

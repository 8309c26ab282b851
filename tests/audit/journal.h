// Writes journal exports from the description of the format alone, for the tests of what reads
// them: nothing here is shared with the program that exports or with the one that audits.
#ifndef TH_TESTS_AUDIT_JOURNAL_H
#define TH_TESTS_AUDIT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/buf.h"
#include "core/date.h"
#include "core/hash.h"

#define TEST_REGISTRY_ID "00112233445566778899aabbccddeeff"

struct test_journal {
    struct th_buf out; // the export
    const char *login; // of the entries to come
    int64_t at_utc;    // of the next entry; each entry is a minute later than the one before
    int64_t seq;       // of the last entry
    struct th_hash hash;
    int64_t entry_at_utc; // of the last entry
    int64_t n_heads;
    bool of_money;          // its deals move no units, and what is missing of them is no matter
    unsigned char seed[32]; // of the signing key in force
    unsigned char public_key[32];
};

// The first line and entry 1, which makes the registry with its login "admin".
void test_journal_begin_alone(struct test_journal *journal);
// The same, and TEST_PEOPLE entries behind it, each of which adds somebody: the clerk, the
// verifier, officer, officer-2, the bank's wang and li, and the clerk other; the last one the
// parties 1 … TEST_PARTIES.
enum { TEST_PEOPLE = 8, TEST_PARTIES = 9 };
void test_journal_begin(struct test_journal *journal);
void test_journal_begin_people(struct test_journal *journal); // without the parties
void test_journal_user(struct test_journal *journal, const char *login, const char *role);
void test_journal_clear(struct test_journal *journal);

// One entry. The body is a format in which ' stands for ", and must be canonical by itself.
void test_journal_entry(struct test_journal *journal, const char *kind, const char *subject,
                        const char *body, ...) TH_PRINTF(4, 5);
// A package of the parcel with its number, in 2021: made, submitted, and verified for so many
// kilograms.
void test_journal_package(struct test_journal *journal, int package, int holder, int verified_kg);
// One of these posts, of a kind that says nothing by itself.
void test_journal_posts(struct test_journal *journal, const char *login, const char *posts);
// A key from 32 bytes of this value, with its entry; vouched by the key before, if there is one and
// `vouched`.
void test_journal_key(struct test_journal *journal, unsigned char value, bool vouched);
// A signed head of the last entry.
void test_journal_head(struct test_journal *journal);
void test_journal_end(struct test_journal *journal);

// The digest of an entry, and the line that an entry becomes, for those who spoil one.
struct test_entry {
    int64_t seq;
    int64_t at_utc;
    const char *login;
    const char *system_user;
    const char *kind;
    const char *subject;
    const char *body;
    struct th_hash prev_hash;
};
struct th_hash test_entry_hash(const struct test_entry *entry);
void test_entry_line(struct th_buf *out, const struct test_entry *entry,
                     const struct th_hash *hash);

#endif

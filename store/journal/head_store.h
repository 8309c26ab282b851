// Signed heads of the journal, and the public keys that it names.
#ifndef TH_STORE_HEAD_STORE_H
#define TH_STORE_HEAD_STORE_H

#include "core/date.h"
#include "core/hash.h"
#include "core/sign.h"
#include "store/check.h"
#include "store/journal/journal_store.h"
#include "store/store.h"

// Kind and subject of the entries that bring a key: body {"public_key"}, and of every one but the
// first "previous_key" and, when the key before was at hand, "vouched", its signature over
// th_key_vouch_text.
#define TH_KEY_ENTRY_KIND "registry.key"
#define TH_KEY_ENTRY_SUBJECT "registry:key"

struct th_signed_head {
    int64_t seq;
    char day[TH_DATE_TEXT_SIZE]; // of the entry, in Asia/Shanghai
    struct th_hash hash;
    struct th_public_key public_key;
    struct th_signature signature;
};

// The texts that are signed. Both are written into `buf`, which is returned.
enum { TH_HEAD_TEXT_SIZE = 256 };
const char *th_head_text(const char *registry_id, const struct th_signed_head *head,
                         char buf[TH_HEAD_TEXT_SIZE]);
const char *th_key_vouch_text(const char *registry_id, const struct th_public_key *before,
                              const struct th_public_key *key, char buf[TH_HEAD_TEXT_SIZE]);

// Inside a write transaction. What it writes speaks of the journal, so that a commit needs no entry
// beside it. TH_CONFLICT ("store_constraint") when that entry has a head already.
enum th_status th_signed_head_insert(struct th_store *store, const struct th_signed_head *head,
                                     struct th_error *err) TH_MUST_CHECK;
// TH_NOT_FOUND ("head_not_found") when that entry has none.
enum th_status th_signed_head_load(struct th_store *store, int64_t seq,
                                   struct th_signed_head *ret_head,
                                   struct th_error *err) TH_MUST_CHECK;
// Heads of entries first … last, oldest first; the visitor returns false to stop.
enum th_status th_signed_head_each(struct th_store *store, int64_t first, int64_t last,
                                   bool (*visit)(void *context, const struct th_signed_head *head),
                                   void *context, struct th_error *err) TH_MUST_CHECK;

// How many heads there are of entries up to `seq`.
enum th_status th_signed_heads_count(struct th_store *store, int64_t seq, int64_t *ret_n,
                                     struct th_error *err) TH_MUST_CHECK;

// The key in force at an entry, and the entry that brought it (*ret_seq). TH_NOT_FOUND
// ("key_not_found") when there was none yet, TH_CORRUPT ("journal_broken") for an entry that cannot
// be read.
enum th_status th_key_in_force(struct th_store *store, int64_t seq, struct th_public_key *ret_key,
                               int64_t *ret_seq, struct th_error *err) TH_MUST_CHECK;

// The last entry of each day (Asia/Shanghai) from entry `from` on that follows the last head,
// oldest first, the day of the newest entry included; the visitor returns false to stop.
enum th_status th_unsigned_day_each(struct th_store *store, int64_t from,
                                    bool (*visit)(void *context, const struct th_journal_last *end),
                                    void *context, struct th_error *err) TH_MUST_CHECK;

// Days behind the first key that were followed by another one and ended without a head.
enum th_status th_unsigned_days(struct th_store *store, int64_t *ret_n,
                                struct th_error *err) TH_MUST_CHECK;

// Such days that another one with a head follows under the same key: that head was not written
// without theirs, so theirs was taken away. *ret_seq is the last entry of the first one; 0: none.
enum th_status th_head_taken_away(struct th_store *store, int64_t *ret_seq,
                                  struct th_error *err) TH_MUST_CHECK;

// The keys that the journal names, and how many of them are new ones for which the key before does
// not vouch. *ret_broken is the first entry whose word for a key does not hold; 0: none.
struct th_keys_verdict {
    int64_t n_keys;
    int64_t n_unvouched;
    int64_t broken_seq;
};
enum th_status th_keys_verify(struct th_store *store, struct th_keys_verdict *ret_verdict,
                              struct th_error *err) TH_MUST_CHECK;

// The first stored head that does not hold: its entry has another digest or day, its key was not in
// force, or its signature is none. *ret_broken 0: all hold.
enum th_status th_signed_heads_verify(struct th_store *store, int64_t *ret_n, int64_t *ret_broken,
                                      struct th_error *err) TH_MUST_CHECK;

#endif

// The journal: one entry for every change, each carrying the digest of the one before it.
//
// Bytes that are hashed (BLAKE2b-256), integers as 8 bytes big-endian, texts as 8-byte length and
// bytes: "tanhui-journal-1" · prev_hash · seq · at_utc · login · system_user · kind · subject ·
// body. The first entry follows 32 zero bytes.
#ifndef TH_STORE_JOURNAL_STORE_H
#define TH_STORE_JOURNAL_STORE_H

#include "core/date.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/progress.h"
#include "store/store.h"

struct th_journal_entry { // texts are borrowed
    int64_t seq;
    int64_t at_utc;
    const char *login;
    const char *system_user;
    const char *kind;    // "trade.approve"
    const char *subject; // "trade:7"
    const char *body;    // canonical JSON
    struct th_hash prev_hash;
    struct th_hash hash;
};

// The sequence number that the next entry will have: rows written before it may refer to it.
// Inside a write transaction only.
enum th_status th_journal_next(struct th_store *store, int64_t *ret_seq,
                               struct th_error *err) TH_MUST_CHECK;

// Appends an entry; `body`, which holds no real numbers, is completed with what was written since
// the last one ("posts", "digests": store/journal/posting.h and docs/internals/store.md), and
// written canonically. entry->seq, prev_hash, hash, body are ignored. Inside a write transaction
// only.
enum th_status th_journal_append(struct th_store *store, const struct th_journal_entry *entry,
                                 struct th_json *body, int64_t *ret_seq,
                                 struct th_error *err) TH_MUST_CHECK;

// Digest of an entry over all columns but its own hash.
enum th_status th_journal_hash(const struct th_journal_entry *entry, struct th_hash *ret_hash,
                               struct th_error *err) TH_MUST_CHECK;

// Entries seq ≥ `from`, at most `limit`, oldest first; subject NULL or exact. The visitor returns
// false to stop.
enum th_status th_journal_each(struct th_store *store, const char *subject, int64_t from,
                               int64_t limit,
                               bool (*visit)(void *context, const struct th_journal_entry *entry),
                               void *context, struct th_error *err) TH_MUST_CHECK;

// Newest entry; 0 in an empty journal.
enum th_status th_journal_head(struct th_store *store, int64_t *ret_seq,
                               struct th_error *err) TH_MUST_CHECK;
// The newest entry, without its texts; seq 0 and zeros in an empty journal.
struct th_journal_last {
    int64_t seq;
    int64_t at_utc;
    struct th_hash hash;
};
enum th_status th_journal_last(struct th_store *store, struct th_journal_last *ret_last,
                               struct th_error *err) TH_MUST_CHECK;
// The day of an entry. TH_NOT_FOUND ("journal_entry_missing" with "seq") where there is none.
enum th_status th_journal_day(struct th_store *store, int64_t seq, struct th_date *ret_day,
                              struct th_error *err) TH_MUST_CHECK;
// Has anything about this noun ("parcel": kinds "parcel.import", "parcel.split" …) been entered
// after `seq`? Whoever worked outside a transaction learns by it whether others changed it since.
enum th_status th_journal_touched(struct th_store *store, int64_t seq, const char *noun,
                                  bool *ret_touched, struct th_error *err) TH_MUST_CHECK;

struct th_journal_verdict {
    bool ok;
    int64_t n_entries;
    int64_t broken_seq;  // first entry that is missing or does not fit; 0 when ok
    char reason[32];     // "sequence", "chain", "hash", "time"
    struct th_hash head; // of the last entry that fits
};

// Walks the whole chain.
enum th_status th_journal_verify(struct th_store *store, const struct th_progress *progress,
                                 struct th_journal_verdict *ret_verdict,
                                 struct th_error *err) TH_MUST_CHECK;

#endif

// A journal export from its first line to its last.
#ifndef TH_AUDIT_CHECK_H
#define TH_AUDIT_CHECK_H

#include "audit/books.h"
#include "audit/feed.h"

struct th_check_options {
    bool has_head; // a head noted elsewhere must be in the journal
    unsigned char head[TH_HASH_BYTES];
    bool has_key; // a public key known from elsewhere: it, or keys it vouched for, must have signed
    unsigned char key[TH_KEY_BYTES];
    bool part; // the file may begin behind entry 1
};

struct th_check { // zeroed memory, with the options set, is ready to begin
    struct th_check_options options;
    struct th_faults faults;
    struct th_books books;
    // what the file says of itself
    char registry_id[TH_REGISTRY_ID_BYTES + 1];
    char *name;       // owned
    char *admin_code; // owned
    bool has_format;
    bool partial; // does not begin with entry 1
    // the chain so far
    int64_t n_entries;
    int64_t first_seq;
    int64_t seq;
    int64_t at_utc;
    bool has_hash; // false behind a line that could not be read
    unsigned char hash[TH_HASH_BYTES];
    bool head_found;
    // keys and heads
    bool has_key;
    unsigned char key[TH_KEY_BYTES]; // in force
    bool key_found;                  // the one of the options
    bool key_trusted;                // it, or one that it vouched for, is in force
    int64_t n_keys;
    int64_t n_unvouched; // changes of key without the word of the key before
    int64_t n_heads;
    int64_t n_heads_held;    // that were verified
    int64_t n_heads_unknown; // of a part of a journal: by keys that it does not introduce
    int64_t head_seq;        // last entry with a signed head
    int64_t n_days;          // that have entries
    // how far the signed part reaches: by the key of the options and those it vouched for, if there
    // is one, else by those that the journal names
    int64_t signed_seq;
    char signed_day[TH_DAY_BYTES + 1];
    int64_t n_days_unsigned;   // that ended without a head
    int64_t n_waiting;         // of these, behind the signed part
    int64_t first_waiting_seq; // last entries of the first and last of them
    int64_t last_waiting_seq;
    int64_t n_restored; // times that the registry says it was put back from a backup
    int64_t restored_seq;
    // the end
    bool ended;
    bool not_ours; // the first line is not that of an export
};

// For th_feed_options: `context` is the check.
bool th_check_line(void *context, const struct th_line *line, const struct th_node *nodes);
// After the last line.
void th_check_end(struct th_check *check, bool ends_in_line);
void th_check_clear(struct th_check *check);

// Days since 1970-01-01 of an instant in Asia/Shanghai, and as "2021-12-28".
int64_t th_check_day(int64_t at_utc);
void th_check_day_format(int64_t day, char buf[TH_DAY_BYTES + 1]);
// The same of "2021-12-28"; false when that is no day.
bool th_check_day_read(struct th_text text, int64_t *ret_day);

#endif

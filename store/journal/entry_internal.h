// What the journal entry of the open transaction says of the rows that it brings. It is gathered
// while they are written, and th_journal_append puts it into the body:
//
//   "posts"    small tables row by row, beside the posts of store/journal/posting.h and in their
//   order;
//              `registry rebuild` makes the tables again from them
//   "digests"  tables that may have a million rows: how many there are under a range of keys, and
//              one digest of them all
//
// So a row that no entry knows cannot be written, and `registry check` compares every table with
// the journal. What is written outside a transaction belongs to no entry and is not noted.
#ifndef TH_STORE_ENTRY_INTERNAL_H
#define TH_STORE_ENTRY_INTERNAL_H

#include "core/hash.h"
#include "core/json.h"
#include "store/check.h"
#include "store/db_internal.h"

// --- Rows as posts -------------------------------------------------------------------------------

// Runs an INSERT or UPDATE that ends in "RETURNING *", and notes the rows as they now stand. The
// table is one of the catalogue (entry_row_store.c).
enum th_status th_entry_run(struct th_stmt *stmt, const char *table,
                            struct th_error *err) TH_MUST_CHECK;
// The same for a DELETE: the rows are gone.
enum th_status th_entry_run_gone(struct th_stmt *stmt, const char *table,
                                 struct th_error *err) TH_MUST_CHECK;
// th_entry_run for an INSERT into a table with an integer key, and the new key.
enum th_status th_entry_insert(struct th_stmt *stmt, const char *table, int64_t *ret_id,
                               struct th_error *err) TH_MUST_CHECK;

// The kind of posts about rows that are gone.
#define TH_ENTRY_GONE "gone"

bool th_entry_table_known(const char *kind);
// Applies what one of the above noted. TH_CORRUPT ("post_unreadable").
enum th_status th_entry_row_apply(struct th_store *store, int64_t seq, const struct th_json *post,
                                  struct th_error *err) TH_MUST_CHECK;

// --- Rows by digest ------------------------------------------------------------------------------

// Tables, and what their rows are noted by: the key of their own or of what they belong to.
enum th_entry_set {
    TH_SET_LAND_CLASS,  // all of them: 0
    TH_SET_METHODOLOGY, // seq
    TH_SET_UPGRADE_LOG,
    TH_SET_IMPORT,
    TH_SET_IMPORT_PROBLEM,
    TH_SET_IMPORT_FINDING,
    TH_SET_PARCEL_ORIGINAL, // import_id of the version
    TH_SET_PARCEL,          // retired ones; the others follow from their versions
    TH_SET_PARCEL_VERSION,
    TH_SET_LAYER,
    TH_SET_LAYER_SHAPE,
    TH_SET_TENURE,
    TH_SET_TENURE_PARCEL,
    TH_SET_ESTIMATE_RUN,
    TH_SET_PACKAGE_PARCEL,
    TH_SET_PACKAGE_OPENING,
    TH_SET_PACKAGE_DEBT,
    TH_SET_ISSUANCE_SEGMENT,
    TH_SET_OUTBOX_MESSAGE,
    TH_SET_REVERSAL_GROUND, // trade_id
    TH_N_SETS
};

// The rows under this key were written or changed: the entry says what they are when it is made.
// When several entries speak of a key the last one counts.
enum th_status th_entry_note(struct th_store *store, enum th_entry_set set, int64_t key,
                             struct th_error *err) TH_MUST_CHECK;
// Runs a statement that does so.
enum th_status th_entry_run_noted(struct th_stmt *stmt, enum th_entry_set set, int64_t key,
                                  struct th_error *err) TH_MUST_CHECK;
// For an INSERT into a table that is noted by its own key: run, note, and the new key.
enum th_status th_entry_insert_noted(struct th_stmt *stmt, enum th_entry_set set, int64_t *ret_key,
                                     struct th_error *err) TH_MUST_CHECK;
// One more version of a parcel, ids one after the other, digested without reading it again.
enum th_status th_entry_note_version(struct th_store *store, int64_t version_id,
                                     const struct th_hash *row_hash, int64_t seq,
                                     struct th_error *err) TH_MUST_CHECK;

struct th_entry_digest {
    int64_t n;
    struct th_hash hash; // BLAKE2b
};
// Of the rows from `first` to `last`, both included.
enum th_status th_entry_digest_make(struct th_store *store, enum th_entry_set set, int64_t first,
                                    int64_t last, struct th_entry_digest *ret_digest,
                                    struct th_error *err) TH_MUST_CHECK;
const char *th_entry_set_table(enum th_entry_set set);
enum th_status th_entry_set_count(struct th_store *store, enum th_entry_set set, int64_t *ret_n,
                                  struct th_error *err) TH_MUST_CHECK;

// --- The entry -----------------------------------------------------------------------------------

// One more post, taken, that was applied.
enum th_status th_entry_post(struct th_store *store, struct th_json *post,
                             struct th_error *err) TH_MUST_CHECK;
// Puts all that was noted since the last entry into the body of this one.
enum th_status th_entry_complete(struct th_store *store, struct th_json *body,
                                 struct th_error *err) TH_MUST_CHECK;

// --- What entries said ---------------------------------------------------------------------------

// The digests of a journal are gathered in a table of the store `beside` …
enum th_status th_entry_said_begin(struct th_store *beside, struct th_error *err) TH_MUST_CHECK;
enum th_status th_entry_said_add(struct th_store *beside, int64_t seq, const struct th_json *body,
                                 struct th_error *err) TH_MUST_CHECK;
// … and compared with the rows of `store`: "rows_digested".
enum th_status th_entry_said_check(struct th_store *store, struct th_store *beside,
                                   const struct th_check_sink *sink,
                                   struct th_error *err) TH_MUST_CHECK;
// Is what stands under a key what the entry said that wrote it?
enum th_status th_entry_said_same(struct th_store *store, enum th_entry_set set, int64_t key,
                                  int64_t seq, bool *ret_same, struct th_error *err) TH_MUST_CHECK;

// Of entry_digest_store.c, for entry_store.c.
struct th_entry_sets;
struct th_entry_sets *th_entry_sets_new(void); // NULL when out of memory
void th_entry_sets_free(struct th_entry_sets *sets);
enum th_status th_entry_sets_take(struct th_store *store, struct th_entry_sets *sets,
                                  struct th_json *body, struct th_error *err) TH_MUST_CHECK;
struct th_entry_sets *th_entry_sets_of(struct th_store *store); // NULL: none, or out of memory

#endif

// Kinds of posts, for the stores that make and apply them.
#ifndef TH_STORE_POSTING_INTERNAL_H
#define TH_STORE_POSTING_INTERNAL_H

#include "store/db_internal.h"
#include "store/journal/posting.h"

// One row of a table, as a post makes or changes it.
struct th_post_row {
    const char *kind;
    const char *sql;            // an INSERT, or an UPDATE that must change exactly one row
    const char *const *columns; // keys of the post in order of parameters, NULL at the end
    bool with_seq;              // parameter 1 is the journal entry, the columns follow
    const char *conflict;       // of an UPDATE that finds no such row; NULL: an INSERT
};
// NULL for a kind that is no row.
const struct th_post_row *th_post_row_find(const char *kind);

// "units" and "money" have rules of their own.
enum th_status th_ledger_apply(struct th_store *store, int64_t seq, const struct th_json *post,
                               struct th_error *err) TH_MUST_CHECK;
enum th_status th_money_apply(struct th_store *store, int64_t seq, const struct th_json *post,
                              struct th_error *err) TH_MUST_CHECK;

// TH_CORRUPT ("post_unreadable").
enum th_status th_post_unreadable(const char *kind, struct th_error *err);

// The next free key, for rows that posts name by number: one query "SELECT max(key) …".
enum th_status th_post_next_id(struct th_posting *posting, const char *sql, int64_t *ret_id,
                               struct th_error *err) TH_MUST_CHECK;

// th_id_note, unless nothing is applied.
enum th_status th_post_note(struct th_posting *posting, enum th_db_slot slot, int64_t id,
                            struct th_error *err) TH_MUST_CHECK;

// A key that is left out when there is nothing: 0, "" or NULL.
void th_post_set_id(struct th_json *row, const char *key, int64_t id);
void th_post_set_word(struct th_json *row, const char *key, const char *text);

#endif

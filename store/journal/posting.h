// The one way into the books. Everything that units, money, trades, locks, pools and revenue stand
// in is written by posts: each is applied to the tables and recorded, in order, in the body of the
// journal entry that follows. So the journal alone makes the books again (store/rebuild_store.h),
// and whoever reads an export of it needs nothing else. docs/adr/0023 has the kinds of posts.
#ifndef TH_STORE_POSTING_H
#define TH_STORE_POSTING_H

#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/json.h"
#include "store/store.h"

struct th_posting; // the posts of one journal entry, opaque

// `seq` is the entry that will carry the posts. Inside th_store_begin … th_store_commit; the store
// is borrowed. NULL when out of memory, which every function below takes and then fails.
struct th_posting *th_posting_new(struct th_store *store, int64_t seq);
// One that only records: to tell what would happen, in a read transaction too. What it would write
// cannot be read back.
struct th_posting *th_posting_new_dry(struct th_store *store);
void th_posting_free(struct th_posting *posting); // accepts NULL
struct th_store *th_posting_store(const struct th_posting *posting);
int64_t th_posting_seq(const struct th_posting *posting);

// Applies one post and records it. `kind` is one of the catalogue (store/journal/post_row_store.c);
// `row`, taken, has the kind's columns as keys, without those that are NULL. TH_CONFLICT (the key
// of the kind) when what it changes is not there any more, ("store_constraint") when the layout
// refuses it.
enum th_status th_post(struct th_posting *posting, const char *kind, struct th_json *row,
                       struct th_error *err) TH_MUST_CHECK;

// What a posting recorded that only records: an array, taken by the caller; NULL when nothing was
// posted. Posts that were applied go into the next entry by themselves (th_journal_append).
struct th_json *th_posting_take(struct th_posting *posting);

// Applies what a body says under "posts", if anything. TH_CORRUPT ("post_unreadable" with "kind")
// for a post that this program does not understand, and the errors of th_post.
enum th_status th_posting_apply(struct th_store *store, int64_t seq, const struct th_json *body,
                                struct th_error *err) TH_MUST_CHECK;

#endif

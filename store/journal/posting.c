// Posts are applied when they are made, so that a use case reads what it has written, and recorded
// in the same order, so that the journal repeats exactly that.
#include "store/journal/posting.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/id_list_internal.h"
#include "store/journal/entry_internal.h"
#include "store/journal/posting_internal.h"

struct th_posting {
    struct th_store *store;
    int64_t seq;
    bool dry;              // nothing is applied
    struct th_json *posts; // of a dry one: array; NULL: none yet
};

struct th_posting *th_posting_new(struct th_store *store, int64_t seq)
{
    struct th_posting *posting = calloc(1, sizeof(*posting));
    if (posting) {
        posting->store = store;
        posting->seq = seq;
    }
    return posting;
}

struct th_posting *th_posting_new_dry(struct th_store *store)
{
    struct th_posting *posting = th_posting_new(store, 0);
    if (posting) {
        posting->dry = true;
    }
    return posting;
}

void th_posting_free(struct th_posting *posting)
{
    if (!posting) {
        return;
    }
    th_json_free(posting->posts);
    free(posting);
}

struct th_store *th_posting_store(const struct th_posting *posting)
{
    return posting->store;
}

int64_t th_posting_seq(const struct th_posting *posting)
{
    return posting->seq;
}

struct th_json *th_posting_take(struct th_posting *posting)
{
    struct th_json *posts = posting ? posting->posts : NULL;
    if (posting) {
        posting->posts = NULL;
    }
    return posts;
}

enum th_status th_post_unreadable(const char *kind, struct th_error *err)
{
    return th_error_set(err, TH_CORRUPT, "post_unreadable", "kind", kind, NULL);
}

// False for a value that no column has.
static bool bind(struct th_stmt *q, int index, const struct th_json *value)
{
    switch (th_json_type(value)) {
    case TH_JSON_INT:
        th_bind_int(q, index, th_json_int_value(value));
        return true;
    case TH_JSON_STRING:
        th_bind_text_borrowed(q, index, th_json_text(value));
        return true;
    case TH_JSON_NULL:
        th_bind_null(q, index);
        return !value; // what is NULL is left out: each row has one spelling
    case TH_JSON_BOOL:
    case TH_JSON_REAL:
    case TH_JSON_ARRAY:
    case TH_JSON_OBJECT:
        break;
    }
    return false;
}

static enum th_status apply_row(struct th_store *store, int64_t seq, const struct th_post_row *spec,
                                const struct th_json *post, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, spec->sql);
    size_t n_known = 1; // "post"
    bool readable = true;
    int index = 1;
    if (spec->with_seq) {
        th_bind_int(q, index++, seq);
    }
    for (const char *const *column = spec->columns; *column && readable; column++) {
        const struct th_json *value = th_json_get(post, *column);
        readable = bind(q, index++, value);
        n_known += value != NULL;
    }
    if (!readable || n_known != th_json_size(post)) {
        th_stmt_done(q);
        return th_post_unreadable(spec->kind, err);
    }
    enum th_status status = th_stmt_run(q, err);
    if (status == TH_OK && spec->conflict && th_db_changes(store) != 1) {
        status = th_error_set(err, TH_CONFLICT, spec->conflict, NULL);
    }
    return status;
}

static enum th_status apply(struct th_store *store, int64_t seq, const struct th_json *post,
                            struct th_error *err)
{
    const char *kind = th_json_get_text(post, "post", "");
    if (strcmp(kind, "units") == 0) {
        return th_ledger_apply(store, seq, post, err);
    }
    if (strcmp(kind, "money") == 0) {
        return th_money_apply(store, seq, post, err);
    }
    const struct th_post_row *spec = th_post_row_find(kind);
    return spec ? apply_row(store, seq, spec, post, err)
                : th_entry_row_apply(store, seq, post, err);
}

enum th_status th_post(struct th_posting *posting, const char *kind, struct th_json *row,
                       struct th_error *err)
{
    if (posting && posting->dry && !posting->posts) {
        posting->posts = th_json_array();
    }
    if (!posting || (posting->dry && !posting->posts) || !row) {
        th_json_free(row);
        return th_error_no_memory(err);
    }
    th_json_set_text(row, "post", kind);
    enum th_status status = th_json_check(row, err);
    if (status == TH_OK && !posting->dry) {
        status = apply(posting->store, posting->seq, row, err);
    }
    assert(status != TH_CORRUPT || th_post_row_find(kind)); // kinds are words of the program
    if (status != TH_OK) {
        th_json_free(row);
        return status;
    }
    if (!posting->dry) {
        return th_entry_post(posting->store, row, err);
    }
    th_json_append(posting->posts, row); // a loss shows when it is written
    return TH_OK;
}

enum th_status th_posting_apply(struct th_store *store, int64_t seq, const struct th_json *body,
                                struct th_error *err)
{
    const struct th_json *posts = th_json_get(body, "posts");
    enum th_status status = TH_OK;
    if (posts && th_json_type(posts) != TH_JSON_ARRAY) {
        return th_post_unreadable("posts", err);
    }
    for (size_t i = 0; i < th_json_size(posts) && status == TH_OK; i++) {
        status = apply(store, seq, th_json_at(posts, i), err);
    }
    return status;
}

enum th_status th_post_next_id(struct th_posting *posting, const char *sql, int64_t *ret_id,
                               struct th_error *err)
{
    int64_t last = 0;
    if (!posting) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_stmt_int(th_db_query(posting->store, sql), 0, &last, err);
    if (status == TH_OK) {
        *ret_id = last + 1;
    }
    return status;
}

enum th_status th_post_note(struct th_posting *posting, enum th_db_slot slot, int64_t id,
                            struct th_error *err)
{
    return posting->dry ? TH_OK : th_id_note(posting->store, slot, id, err);
}

void th_post_set_id(struct th_json *row, const char *key, int64_t id)
{
    if (id != 0) {
        th_json_set_int(row, key, id);
    }
}

void th_post_set_word(struct th_json *row, const char *key, const char *text)
{
    if (text && text[0] != '\0') {
        th_json_set_text(row, key, text);
    }
}

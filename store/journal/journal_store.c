// The hash chain of the journal.
#include "store/journal/journal_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

static void hash_int(struct th_hasher *hasher, int64_t value)
{
    unsigned char bytes[8];
    uint64_t bits = (uint64_t)value;
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(bits >> (56 - 8 * i));
    }
    th_hasher_update(hasher, bytes, sizeof(bytes));
}

static void hash_text(struct th_hasher *hasher, const char *text)
{
    size_t size = strlen(text);
    hash_int(hasher, (int64_t)size);
    th_hasher_update(hasher, text, size);
}

enum th_status th_journal_hash(const struct th_journal_entry *entry, struct th_hash *ret_hash,
                               struct th_error *err)
{
    struct th_hasher *hasher = th_hasher_new(TH_HASH_BLAKE2B);
    if (hasher == NULL) {
        return th_error_no_memory(err);
    }
    hash_text(hasher, "tanhui-journal-1");
    th_hasher_update(hasher, entry->prev_hash.bytes, TH_HASH_SIZE);
    hash_int(hasher, entry->seq);
    hash_int(hasher, entry->at_utc);
    hash_text(hasher, entry->login);
    hash_text(hasher, entry->system_user);
    hash_text(hasher, entry->kind);
    hash_text(hasher, entry->subject);
    hash_text(hasher, entry->body);
    *ret_hash = th_hasher_final(hasher);
    th_hasher_free(hasher);
    return TH_OK;
}

struct head { // of the last entry; zero in an empty journal
    int64_t seq;
    int64_t at_utc;
    struct th_hash hash;
};

static enum th_status read_head(struct th_store *store, struct head *ret_head, struct th_error *err)
{
    static const char SQL[] = "SELECT seq, at_utc, hash FROM journal ORDER BY seq DESC LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    bool row = false;
    enum th_status status = th_stmt_step(q, &row, err);
    if (status == TH_OK) {
        *ret_head = (struct head){.at_utc = INT64_MIN};
    }
    if (status == TH_OK && row) {
        ret_head->seq = th_column_int(q, 0);
        ret_head->at_utc = th_column_int(q, 1);
        th_column_hash(q, 2, &ret_head->hash);
    }
    th_stmt_done(q);
    return status;
}

// In a transaction that writes nobody else adds an entry: the head is read once, and known again
// when an entry was added. Where it cannot be kept it is read each time.
static void keep_head(struct th_store *store, const struct head *head)
{
    void **slot = th_db_slot(store, TH_DB_SLOT_HEAD, free);
    if (!*slot) {
        *slot = malloc(sizeof(*head));
    }
    if (*slot) {
        *(struct head *)*slot = *head;
    }
}

static enum th_status load_head(struct th_store *store, struct head *ret_head, struct th_error *err)
{
    const struct head *kept = *th_db_slot(store, TH_DB_SLOT_HEAD, free);
    if (kept) {
        *ret_head = *kept;
        return TH_OK;
    }
    enum th_status status = read_head(store, ret_head, err);
    if (status == TH_OK && th_db_in_transaction(store)) {
        keep_head(store, ret_head);
    }
    return status;
}

enum th_status th_journal_next(struct th_store *store, int64_t *ret_seq, struct th_error *err)
{
    struct head head;
    enum th_status status = load_head(store, &head, err);
    if (status == TH_OK) {
        *ret_seq = head.seq + 1;
    }
    return status;
}

static enum th_status insert(struct th_store *store, const struct th_journal_entry *entry,
                             struct th_error *err)
{
    static const char SQL[] = "INSERT INTO journal (seq, at_utc, login, system_user, kind, subject,"
                              " body, prev_hash, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, entry->seq);
    th_bind_int(q, 2, entry->at_utc);
    th_bind_text_borrowed(q, 3, entry->login);
    th_bind_text_borrowed(q, 4, entry->system_user);
    th_bind_text_borrowed(q, 5, entry->kind);
    th_bind_text_borrowed(q, 6, entry->subject);
    th_bind_text_borrowed(q, 7, entry->body);
    th_bind_blob_borrowed(q, 8, entry->prev_hash.bytes, TH_HASH_SIZE);
    th_bind_blob_borrowed(q, 9, entry->hash.bytes, TH_HASH_SIZE);
    return th_stmt_run(q, err);
}

// A real number has no canonical text, so that nobody could check a body that has one.
static bool has_real(const struct th_json *value)
{
    switch (th_json_type(value)) {
    case TH_JSON_REAL:
        return true;
    case TH_JSON_ARRAY:
        for (size_t i = 0; i < th_json_size(value); i++) {
            if (has_real(th_json_at(value, i))) {
                return true;
            }
        }
        return false;
    case TH_JSON_OBJECT:
        for (void *it = th_json_iter(value); it; it = th_json_iter_next(value, it)) {
            if (has_real(th_json_iter_value(it))) {
                return true;
            }
        }
        return false;
    case TH_JSON_NULL:
    case TH_JSON_BOOL:
    case TH_JSON_INT:
    case TH_JSON_STRING:
        break;
    }
    return false;
}

enum th_status th_journal_append(struct th_store *store, const struct th_journal_entry *entry,
                                 struct th_json *body, int64_t *ret_seq, struct th_error *err)
{
    struct th_journal_entry whole = *entry;
    char *text = NULL;
    struct head head;
    assert(th_db_in_transaction(store));
    enum th_status status = load_head(store, &head, err);
    if (status == TH_OK) {
        status = th_entry_complete(store, body, err);
    }
    if (status == TH_OK && has_real(body)) {
        status = th_error_set(err, TH_INTERNAL, "json_build", NULL);
    }
    if (status == TH_OK) {
        status = th_json_dump(body, TH_JSON_CANONICAL, &text, err);
    }
    if (status == TH_OK) {
        whole.seq = head.seq + 1;
        whole.prev_hash = head.hash;
        // A clock that was set back does not write history before what is written.
        if (whole.at_utc < head.at_utc) {
            whole.at_utc = head.at_utc;
        }
        whole.body = text;
        status = th_journal_hash(&whole, &whole.hash, err);
    }
    if (status == TH_OK) {
        status = insert(store, &whole, err);
    }
    if (status == TH_OK) {
        const struct head after = {.seq = whole.seq, .at_utc = whole.at_utc, .hash = whole.hash};
        keep_head(store, &after);
        th_db_note_journal(store);
        *ret_seq = whole.seq;
    }
    free(text);
    return status;
}

// A damaged file may hold NULL where the layout forbids it: read it as text that cannot fit.
static const char *text_or_empty(struct th_stmt *q, int column)
{
    const char *text = th_column_text(q, column);
    return text != NULL ? text : "";
}

static void read_entry(struct th_stmt *q, struct th_journal_entry *ret_entry)
{
    ret_entry->seq = th_column_int(q, 0);
    ret_entry->at_utc = th_column_int(q, 1);
    ret_entry->login = text_or_empty(q, 2);
    ret_entry->system_user = text_or_empty(q, 3);
    ret_entry->kind = text_or_empty(q, 4);
    ret_entry->subject = text_or_empty(q, 5);
    ret_entry->body = text_or_empty(q, 6);
    th_column_hash(q, 7, &ret_entry->prev_hash);
    th_column_hash(q, 8, &ret_entry->hash);
}

struct query {
    const char *subject; // NULL: any
    int64_t from;
    int64_t limit;
};

static enum th_status each(struct th_store *store, const struct query *query,
                           bool (*visit)(void *context, const struct th_journal_entry *entry),
                           void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT seq, at_utc, login, system_user, kind, subject, body,"
                              " prev_hash, hash FROM journal WHERE seq >= ?1"
                              " AND (?2 IS NULL OR subject = ?2) ORDER BY seq LIMIT ?3";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, query->from);
    th_bind_text(q, 2, query->subject);
    th_bind_int(q, 3, query->limit);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_journal_entry entry;
        read_entry(q, &entry);
        go_on = visit(context, &entry);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_journal_each(struct th_store *store, const char *subject, int64_t from,
                               int64_t limit,
                               bool (*visit)(void *context, const struct th_journal_entry *entry),
                               void *context, struct th_error *err)
{
    struct query query = {.subject = subject, .from = from, .limit = limit};
    return each(store, &query, visit, context, err);
}

enum th_status th_journal_head(struct th_store *store, int64_t *ret_seq, struct th_error *err)
{
    struct head head;
    enum th_status status = load_head(store, &head, err);
    if (status == TH_OK) {
        *ret_seq = head.seq;
    }
    return status;
}

enum th_status th_journal_last(struct th_store *store, struct th_journal_last *ret_last,
                               struct th_error *err)
{
    struct head head;
    enum th_status status = load_head(store, &head, err);
    if (status == TH_OK) {
        *ret_last = (struct th_journal_last){
            .seq = head.seq, .at_utc = head.seq > 0 ? head.at_utc : 0, .hash = head.hash};
    }
    return status;
}

enum th_status th_journal_day(struct th_store *store, int64_t seq, struct th_date *ret_day,
                              struct th_error *err)
{
    static const char SQL[] = "SELECT at_utc FROM journal WHERE seq = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, seq);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_day = th_instant_date(th_column_int(q, 0));
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "journal_entry_missing", NULL);
        th_error_add_int(err, "seq", seq);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_journal_touched(struct th_store *store, int64_t seq, const char *noun,
                                  bool *ret_touched, struct th_error *err)
{
    static const char SQL_TOUCHED[] = "SELECT EXISTS (SELECT 1 FROM journal WHERE seq > ?1"
                                      " AND substr(kind, 1, length(?2) + 1) = ?2 || '.')";
    int64_t touched = 0;
    struct th_stmt *q = th_db_query(store, SQL_TOUCHED);
    th_bind_int(q, 1, seq);
    th_bind_text(q, 2, noun);
    enum th_status status = th_stmt_int(q, 0, &touched, err);
    if (status == TH_OK) {
        *ret_touched = touched != 0;
    }
    return status;
}

#include "store/journal/head_store.h"

#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "core/text.h"
#include "store/db_internal.h"
#include "store/registry_store.h"

const char *th_head_text(const char *registry_id, const struct th_signed_head *head,
                         char buf[TH_HEAD_TEXT_SIZE])
{
    char hex[TH_HASH_HEX_SIZE];
    (void)snprintf(buf, TH_HEAD_TEXT_SIZE, "tanhui-head-1\n%s\n%s\n%lld\n%s\n", registry_id,
                   head->day, (long long)head->seq, th_hash_hex(&head->hash, hex));
    return buf;
}

const char *th_key_vouch_text(const char *registry_id, const struct th_public_key *before,
                              const struct th_public_key *key, char buf[TH_HEAD_TEXT_SIZE])
{
    char before_hex[TH_SIGN_KEY_HEX_SIZE];
    char hex[TH_SIGN_KEY_HEX_SIZE];
    (void)snprintf(buf, TH_HEAD_TEXT_SIZE, "tanhui-key-1\n%s\n%s\n%s\n", registry_id,
                   th_public_key_hex(before, before_hex), th_public_key_hex(key, hex));
    return buf;
}

enum th_status th_signed_head_insert(struct th_store *store, const struct th_signed_head *head,
                                     struct th_error *err)
{
    static const char SQL[] = "INSERT INTO journal_head (seq, day, hash, public_key, signature)"
                              " VALUES (?1, ?2, ?3, ?4, ?5)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, head->seq);
    th_bind_text(q, 2, head->day);
    th_bind_hash(q, 3, &head->hash);
    th_bind_blob(q, 4, head->public_key.bytes, sizeof(head->public_key.bytes));
    th_bind_blob(q, 5, head->signature.bytes, sizeof(head->signature.bytes));
    enum th_status status = th_stmt_run(q, err);
    if (status == TH_OK) {
        th_db_note_journal(store);
    }
    return status;
}

static void copy_blob(struct th_stmt *q, int column, unsigned char *target, size_t size)
{
    size_t stored = 0;
    const void *data = th_column_blob(q, column, &stored);
    memset(target, 0, size);
    if (data && stored == size) {
        memcpy(target, data, size);
    }
}

// Columns seq, day, hash, public_key, signature.
static void read_head(struct th_stmt *q, struct th_signed_head *ret_head)
{
    ret_head->seq = th_column_int(q, 0);
    th_column_copy(q, 1, ret_head->day, sizeof(ret_head->day));
    th_column_hash(q, 2, &ret_head->hash);
    copy_blob(q, 3, ret_head->public_key.bytes, sizeof(ret_head->public_key.bytes));
    copy_blob(q, 4, ret_head->signature.bytes, sizeof(ret_head->signature.bytes));
}

enum th_status th_signed_head_each(struct th_store *store, int64_t first, int64_t last,
                                   bool (*visit)(void *context, const struct th_signed_head *head),
                                   void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT seq, day, hash, public_key, signature FROM journal_head"
                              " WHERE seq >= ?1 AND seq <= ?2 ORDER BY seq";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    bool go_on = true;
    th_bind_int(q, 1, first);
    th_bind_int(q, 2, last);
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_signed_head head;
        read_head(q, &head);
        go_on = visit(context, &head);
    }
    th_stmt_done(q);
    return status;
}

struct found {
    struct th_signed_head head;
    bool found;
};

static bool take(void *context, const struct th_signed_head *head)
{
    struct found *found = context;
    found->head = *head;
    found->found = true;
    return false;
}

enum th_status th_signed_head_load(struct th_store *store, int64_t seq,
                                   struct th_signed_head *ret_head, struct th_error *err)
{
    struct found found = {.found = false};
    enum th_status status = th_signed_head_each(store, seq, seq, take, &found, err);
    if (status == TH_OK && !found.found) {
        (void)th_error_set(err, TH_NOT_FOUND, "head_not_found", NULL);
        th_error_add_int(err, "seq", seq);
        return TH_NOT_FOUND;
    }
    if (status == TH_OK) {
        *ret_head = found.head;
    }
    return status;
}

enum th_status th_signed_heads_count(struct th_store *store, int64_t seq, int64_t *ret_n,
                                     struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, "SELECT count(*) FROM journal_head WHERE seq <= ?1");
    th_bind_int(q, 1, seq);
    return th_stmt_int(q, 0, ret_n, err);
}

static enum th_status read_key(const char *body, int64_t seq, struct th_public_key *ret_key,
                               struct th_error *err)
{
    struct th_json *json = NULL;
    const char *text = body ? body : "";
    enum th_status status = th_json_parse(text, strlen(text), &json, NULL);
    if (status == TH_OK) {
        status = th_public_key_parse(th_json_get_text(json, "public_key", ""), ret_key, NULL);
    }
    th_json_free(json);
    if (status != TH_OK && status != TH_NO_MEMORY) {
        (void)th_error_set(err, TH_CORRUPT, "journal_broken", "reason", "@journal_reason.key",
                           NULL);
        th_error_add_int(err, "seq", seq);
        status = TH_CORRUPT;
    }
    return status;
}

enum th_status th_key_in_force(struct th_store *store, int64_t seq, struct th_public_key *ret_key,
                               int64_t *ret_seq, struct th_error *err)
{
    static const char SQL[] =
        "SELECT seq, body FROM journal WHERE subject = '" TH_KEY_ENTRY_SUBJECT
        "' AND kind = '" TH_KEY_ENTRY_KIND "' AND seq <= ?1 ORDER BY seq DESC LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    struct th_public_key key;
    int64_t entry = 0;
    bool row = false;
    th_bind_int(q, 1, seq);
    enum th_status status = th_stmt_step(q, &row, err);
    if (status == TH_OK && !row) {
        status = th_error_set(err, TH_NOT_FOUND, "key_not_found", NULL);
    }
    if (status == TH_OK) {
        entry = th_column_int(q, 0);
        status = read_key(th_column_text(q, 1), entry, &key, err);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_key = key;
        *ret_seq = entry;
    }
    return status;
}

struct walk {
    struct th_store *store;
    char registry_id[33];
    int64_t n;
    int64_t broken;
    enum th_status status;
    struct th_error *err;
};

// Is the entry still the one that was signed?
static bool names_entry(struct walk *walk, const struct th_signed_head *head)
{
    static const char SQL[] = "SELECT hash, at_utc FROM journal WHERE seq = ?1";
    struct th_stmt *q = th_db_query(walk->store, SQL);
    struct th_hash hash = {{0}};
    char day[TH_DATE_TEXT_SIZE] = "";
    bool row = false;
    th_bind_int(q, 1, head->seq);
    walk->status = th_stmt_step(q, &row, walk->err);
    if (walk->status == TH_OK && row) {
        th_column_hash(q, 0, &hash);
        (void)th_date_format(th_instant_date(th_column_int(q, 1)), day);
    }
    th_stmt_done(q);
    return row && memcmp(&hash, &head->hash, sizeof(hash)) == 0 && strcmp(day, head->day) == 0;
}

static bool holds(struct walk *walk, const struct th_signed_head *head)
{
    char text[TH_HEAD_TEXT_SIZE];
    struct th_public_key key;
    int64_t seq = 0;
    if (!names_entry(walk, head) || walk->status != TH_OK) {
        return false;
    }
    walk->status = th_key_in_force(walk->store, head->seq, &key, &seq, walk->err);
    if (walk->status == TH_NOT_FOUND || walk->status == TH_CORRUPT) {
        walk->status = TH_OK;
        return false;
    }
    return walk->status == TH_OK && memcmp(&key, &head->public_key, sizeof(key)) == 0 &&
           th_sign_holds(&key, &head->signature, th_head_text(walk->registry_id, head, text));
}

static bool verify(void *context, const struct th_signed_head *head)
{
    struct walk *walk = context;
    walk->n++;
    if (!holds(walk, head)) {
        walk->broken = head->seq;
    }
    return walk->status == TH_OK && walk->broken == 0;
}

enum th_status th_signed_heads_verify(struct th_store *store, int64_t *ret_n, int64_t *ret_broken,
                                      struct th_error *err)
{
    struct walk walk = {.store = store, .err = err};
    struct th_registry_record record;
    enum th_status status = th_registry_record_load(store, &record, err);
    if (status == TH_OK) {
        th_text_copy(walk.registry_id, sizeof(walk.registry_id), record.registry_id);
        status = th_signed_head_each(store, INT64_MIN, INT64_MAX, verify, &walk, err);
    }
    if (status == TH_OK) {
        status = walk.status;
    }
    if (status == TH_OK) {
        *ret_n = walk.n;
        *ret_broken = walk.broken;
    }
    return status;
}

// Seconds by which Asia/Shanghai is ahead, and of a day.
#define DAY_OF_ENTRY "(at_utc + 28800) / 86400"

enum th_status th_unsigned_day_each(struct th_store *store, int64_t from,
                                    bool (*visit)(void *context, const struct th_journal_last *end),
                                    void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT max(seq), at_utc, hash FROM journal WHERE seq >= ?1"
        " AND seq > coalesce((SELECT max(seq) FROM journal_head), 0) GROUP BY " DAY_OF_ENTRY
        " ORDER BY 1";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    bool go_on = true;
    th_bind_int(q, 1, from);
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_journal_last end = {.seq = th_column_int(q, 0), .at_utc = th_column_int(q, 1)};
        th_column_hash(q, 2, &end.hash);
        go_on = visit(context, &end);
    }
    th_stmt_done(q);
    return status;
}

// Last entries of days from the first key on that have no head.
#define IS_KEY "subject = '" TH_KEY_ENTRY_SUBJECT "' AND kind = '" TH_KEY_ENTRY_KIND "'"
#define UNSIGNED_ENDS                                                                              \
    "FROM (SELECT max(seq) AS seq FROM journal WHERE seq >="                                       \
    " (SELECT min(seq) FROM journal WHERE " IS_KEY ") GROUP BY " DAY_OF_ENTRY ") AS day_end"       \
    " WHERE seq < (SELECT max(seq) FROM journal) AND seq NOT IN (SELECT seq FROM journal_head)"

enum th_status th_unsigned_days(struct th_store *store, int64_t *ret_n, struct th_error *err)
{
    return th_stmt_int(th_db_query(store, "SELECT count(*) " UNSIGNED_ENDS), 0, ret_n, err);
}

enum th_status th_head_taken_away(struct th_store *store, int64_t *ret_seq, struct th_error *err)
{
    static const char SQL[] =
        "SELECT coalesce(min(seq), 0) " UNSIGNED_ENDS
        " AND EXISTS (SELECT 1 FROM journal_head AS later WHERE later.seq > day_end.seq"
        " AND NOT EXISTS (SELECT 1 FROM journal AS key WHERE " IS_KEY
        " AND key.seq > day_end.seq AND key.seq <= later.seq))";
    return th_stmt_int(th_db_query(store, SQL), 0, ret_seq, err);
}

// Does the key before vouch for the one that an entry names? `verdict` is told.
static void judge_key(const struct th_json *body, const char *registry_id,
                      const struct th_public_key *before, const struct th_public_key *key,
                      int64_t seq, struct th_keys_verdict *verdict)
{
    char text[TH_HEAD_TEXT_SIZE];
    struct th_signature signature;
    const char *vouched = th_json_get_text(body, "vouched", NULL);
    if (!vouched) {
        verdict->n_unvouched++;
        return;
    }
    bool holds =
        th_signature_parse(vouched, &signature, NULL) == TH_OK &&
        th_sign_holds(before, &signature, th_key_vouch_text(registry_id, before, key, text));
    if (!holds && verdict->broken_seq == 0) {
        verdict->broken_seq = seq;
    }
}

enum th_status th_keys_verify(struct th_store *store, struct th_keys_verdict *ret_verdict,
                              struct th_error *err)
{
    static const char SQL[] = "SELECT seq, body FROM journal WHERE subject = '" TH_KEY_ENTRY_SUBJECT
                              "' AND kind = '" TH_KEY_ENTRY_KIND "' ORDER BY seq";
    struct th_registry_record record;
    struct th_keys_verdict verdict = {0};
    struct th_public_key before = {{0}};
    enum th_status status = th_registry_record_load(store, &record, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    while (th_stmt_next(q, &status, err)) {
        struct th_public_key key;
        struct th_json *body = NULL;
        int64_t seq = th_column_int(q, 0);
        const char *text = th_column_text(q, 1);
        enum th_status read = th_json_parse(text ? text : "", text ? strlen(text) : 0, &body, NULL);
        if (read == TH_OK) {
            read = th_public_key_parse(th_json_get_text(body, "public_key", ""), &key, NULL);
        }
        if (read == TH_OK && verdict.n_keys > 0) {
            judge_key(body, record.registry_id, &before, &key, seq, &verdict);
        }
        th_json_free(body);
        if (read == TH_NO_MEMORY) {
            status = th_error_no_memory(err);
            break;
        }
        if (read == TH_OK) {
            before = key;
            verdict.n_keys++;
        } else if (verdict.broken_seq == 0) {
            verdict.broken_seq = seq;
        }
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_verdict = verdict;
    }
    return status;
}

#include "registry/head.h"

#include <string.h>

#include "core/text.h"
#include "registry/act.h"
#include "registry/key.h"
#include "registry/last_signed.h"
#include "registry/reply.h"
#include "store/journal/head_store.h"
#include "store/journal/journal_store.h"
#include "store/registry_store.h"

static void head_of(const struct th_journal_last *last, struct th_signed_head *ret_head)
{
    *ret_head = (struct th_signed_head){.seq = last->seq, .hash = last->hash};
    (void)th_date_format(th_instant_date(last->at_utc), ret_head->day);
}

// Writes the head of an entry, signed by a key that is at hand.
static enum th_status sign(struct th_store *store, const struct th_registry_record *record,
                           const struct th_journal_last *entry, const struct th_key_found *found,
                           struct th_error *err)
{
    char text[TH_HEAD_TEXT_SIZE];
    struct th_signed_head head;
    head_of(entry, &head);
    head.public_key = found->public_key;
    head.signature = th_sign(&found->key, th_head_text(record->registry_id, &head, text));
    return th_signed_head_insert(store, &head, err);
}

// Is there a head of this entry?
static enum th_status is_signed(struct th_store *store, int64_t seq, bool *ret_signed,
                                struct th_error *err)
{
    struct th_signed_head head;
    enum th_status status = th_signed_head_load(store, seq, &head, err);
    if (status == TH_OK || status == TH_NOT_FOUND) {
        *ret_signed = status == TH_OK;
        return TH_OK;
    }
    return status;
}

enum { DAYS_AT_ONCE = 64 };

struct day_ends { // that have no head yet, oldest first
    struct th_journal_last items[DAYS_AT_ONCE];
    size_t n;
};

static bool take_end(void *context, const struct th_journal_last *end)
{
    struct day_ends *ends = context;
    ends->items[ends->n++] = *end;
    return ends->n < DAYS_AT_ONCE;
}

struct day_count { // of those that have no head yet
    struct th_journal_last last;
    int64_t n;
};

static bool count_end(void *context, const struct th_journal_last *end)
{
    struct day_count *count = context;
    count->last = *end;
    count->n++;
    return true;
}

// What will be signed is told beside the key first: a head that was signed and not told would let
// an older journal pass.
static enum th_status tell(struct th_registry *registry, const struct th_registry_record *record,
                           const struct th_key_found *found, const struct day_count *count,
                           struct th_error *err)
{
    struct th_last_signed told = {.seq = count->last.seq, .hash = count->last.hash};
    enum th_status status =
        th_signed_heads_count(th_registry_store(registry), told.seq, &told.n_heads_before, err);
    told.n_heads = told.n_heads_before + count->n;
    return status == TH_OK ? th_last_signed_write(th_registry_surroundings(registry)->key_path,
                                                  record->registry_id, &told, &found->key, err)
                           : status;
}

// Signs the ends of the days since the last head, with the newest entry as the end of its day: more
// than one where the key was away meanwhile.
static enum th_status sign_days(struct th_registry *registry, const struct th_key_found *found,
                                struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_registry_record record;
    struct day_count count = {.n = 0};
    struct day_ends ends = {.n = DAYS_AT_ONCE};
    enum th_status status = th_registry_record_load(store, &record, err);
    if (status == TH_OK) {
        status = th_unsigned_day_each(store, found->seq, count_end, &count, err);
    }
    if (status == TH_OK && count.n > 0) {
        status = tell(registry, &record, found, &count, err);
    }
    while (status == TH_OK && ends.n == DAYS_AT_ONCE) {
        ends.n = 0;
        status = th_unsigned_day_each(store, found->seq, take_end, &ends, err);
        for (size_t i = 0; i < ends.n && status == TH_OK; i++) {
            status = sign(store, &record, &ends.items[i], found, err);
        }
    }
    return status;
}

enum th_status th_head_sign_day(struct th_registry *registry, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_journal_last last;
    struct th_key_found found;
    bool already = false;
    if (!th_registry_surroundings(registry)->key_path) {
        return TH_OK;
    }
    enum th_status status = th_journal_last(store, &last, err);
    if (status != TH_OK || last.seq == 0 ||
        th_date_compare(th_instant_date(last.at_utc), th_registry_today(registry)) >= 0) {
        return status;
    }
    status = is_signed(store, last.seq, &already, err);
    if (status != TH_OK || already) {
        return status;
    }
    // A journal whose key cannot be read is the matter of its check.
    if (th_key_find(registry, last.seq, &found, NULL) != TH_OK) {
        return TH_OK;
    }
    if (found.state == TH_KEY_READY) {
        struct th_error told = {0};
        status = sign_days(registry, &found, &told);
        if (status == TH_IO || status == TH_NOT_PERMITTED) {
            status = TH_OK; // nothing can be told beside the key: work does not wait for that
        } else if (status != TH_OK && err) {
            *err = told;
        }
    }
    th_sign_key_wipe(&found.key);
    return status;
}

static enum th_status refuse(enum th_key_state state, const char *path, struct th_error *err)
{
    switch (state) {
    case TH_KEY_NONE:
        return th_error_set(err, TH_NOT_FOUND, "key_not_found", NULL);
    case TH_KEY_OTHER:
        return th_error_set(err, TH_CONFLICT, "key_other", "path", path, NULL);
    case TH_KEY_UNREADABLE:
        return th_error_set(err, TH_UNREADABLE, "key_unreadable", "path", path, NULL);
    case TH_KEY_REWRITTEN:
        return th_error_set(err, TH_CONFLICT, "key_rewritten", NULL);
    case TH_KEY_UNRECORDED:
        return th_error_set(err, TH_CONFLICT, "key_unrecorded", "path", path, NULL);
    case TH_KEY_MISSING:
    case TH_KEY_READY:
        break;
    }
    return th_error_set(err, TH_NOT_FOUND, "key_missing", "path", path, NULL);
}

static enum th_status sign_last(struct th_registry *registry, bool dry_run, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    const char *key_path = th_registry_surroundings(registry)->key_path;
    struct th_journal_last last;
    struct th_key_found found = {.state = TH_KEY_NONE};
    bool already = false;
    enum th_status status = th_store_begin(store, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_journal_last(store, &last, err);
    if (status == TH_OK) {
        status = is_signed(store, last.seq, &already, err);
    }
    if (status == TH_OK && !already) {
        status = th_key_find(registry, last.seq, &found, err);
    }
    if (status == TH_OK && !already && found.state != TH_KEY_READY) {
        status = refuse(found.state, key_path ? key_path : "", err);
    }
    if (status == TH_OK && !already && !dry_run) {
        status = sign_days(registry, &found, err);
    }
    if (status == TH_OK && !already && !dry_run) {
        status = th_store_commit(store, err);
    } else {
        th_store_rollback(store);
    }
    th_sign_key_wipe(&found.key);
    return status;
}

enum th_status th_head_sign_end(struct th_registry *registry, struct th_error *err)
{
    return sign_last(registry, false, err);
}

static void set_head(struct th_json *object, const struct th_signed_head *head)
{
    char buf[TH_SIGNATURE_HEX_SIZE];
    th_json_set_text(object, "day", head->day);
    th_json_set_int(object, "seq", head->seq);
    th_json_set_text(object, "hash", th_hash_hex(&head->hash, buf));
}

static void set_signature(struct th_json *object, const struct th_signed_head *head)
{
    char buf[TH_SIGNATURE_HEX_SIZE];
    th_json_set_text(object, "public_key", th_public_key_hex(&head->public_key, buf));
    th_json_set_text(object, "signature", th_signature_hex(&head->signature, buf));
}

enum th_status th_audit_head(struct th_registry *registry, const struct th_request *request,
                             bool sign_first, struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    char print[TH_SIGN_FINGERPRINT_SIZE];
    struct th_journal_last last;
    struct th_signed_head head;
    struct th_key_found found;
    enum th_status status = sign_first ? sign_last(registry, request->dry_run, err) : TH_OK;
    if (status == TH_OK) {
        status = th_journal_last(store, &last, err);
    }
    if (status == TH_OK) {
        status = th_key_find(registry, last.seq, &found, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_sign_key_wipe(&found.key);
    struct th_json *reply = th_json_object();
    head_of(&last, &head);
    status = th_signed_head_load(store, last.seq, &head, err);
    set_head(reply, &head);
    if (status == TH_OK) {
        set_signature(reply, &head);
        th_json_set_text(reply, "fingerprint", th_public_key_fingerprint(&head.public_key, print));
    } else if (status == TH_NOT_FOUND) {
        status = TH_OK;
        th_json_set(reply, "public_key", th_json_null());
        th_json_set(reply, "signature", th_json_null());
        th_json_set_text(reply, "fingerprint",
                         found.state == TH_KEY_NONE
                             ? NULL
                             : th_public_key_fingerprint(&found.public_key, print));
    }
    th_json_set_text(reply, "key", th_key_state_name(found.state));
    return th_reply_finish(status, reply, ret_reply, err);
}

static bool list_head(void *context, const struct th_signed_head *head)
{
    struct th_json *object = th_json_object();
    set_head(object, head);
    set_signature(object, head);
    th_json_append(context, object);
    return true;
}

enum th_status th_audit_heads(struct th_registry *registry, struct th_json **ret_reply,
                              struct th_error *err)
{
    struct th_json *heads = th_json_array();
    struct th_json *reply = th_json_object();
    enum th_status status = th_signed_head_each(th_registry_store(registry), INT64_MIN, INT64_MAX,
                                                list_head, heads, err);
    th_json_set_int(reply, "n_heads", (int64_t)th_json_size(heads));
    th_json_set(reply, "heads", heads);
    return th_reply_finish(status, reply, ret_reply, err);
}

// What the entry says, and the reply: where the signed journal ended, and where this one does.
static struct th_json *restored_body(const char *reason, const struct th_last_signed *signed_last,
                                     const struct th_journal_last *now)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *body = th_json_object();
    th_json_set_text(body, "reason", reason);
    th_json_set(body, "signed_seq",
                signed_last->seq > 0 ? th_json_int(signed_last->seq) : th_json_null());
    th_json_set_text(body, "signed_hash",
                     signed_last->seq > 0 ? th_hash_hex(&signed_last->hash, hex) : NULL);
    th_json_set_int(body, "last_seq", now->seq);
    th_json_set_text(body, "last_hash", th_hash_hex(&now->hash, hex));
    return body;
}

// Finds what was signed last, and the key with which the signing goes on (th_sign_key_wipe).
static enum th_status look_at_break(struct th_registry *registry, const char *registry_id,
                                    int64_t seq, struct th_last_signed *ret_signed,
                                    struct th_sign_key *ret_key, struct th_error *err)
{
    const char *key_path = th_registry_surroundings(registry)->key_path;
    struct th_key_found found = {.state = TH_KEY_NONE};
    struct th_last_signed signed_last = {.seq = 0};
    enum th_status status = th_key_find(registry, seq, &found, err);
    if (status == TH_OK && found.state == TH_KEY_READY) {
        status = th_error_set(err, TH_CONFLICT, "nothing_restored", NULL);
    } else if (status == TH_OK && found.state == TH_KEY_REWRITTEN) {
        status = th_last_signed_read(key_path, registry_id, &signed_last, err);
    } else if (status == TH_OK && found.state != TH_KEY_UNRECORDED) {
        status = refuse(found.state, key_path ? key_path : "", err);
    }
    if (status == TH_OK) {
        *ret_signed = signed_last;
        *ret_key = found.key;
    }
    th_sign_key_wipe(&found.key);
    return status;
}

enum th_status th_registry_restored(struct th_registry *registry, const struct th_request *request,
                                    const char *reason, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_registry_record record;
    struct th_journal_last now = {0};
    struct th_last_signed signed_last = {.seq = 0};
    struct th_last_signed told = {.seq = 0};
    struct th_sign_key key = {.seed = {0}};
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    enum th_status status = th_act_check_reason(reason, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = th_json_object();
    th_json_set_text(given, "reason", reason);
    status = th_work_begin(registry, request, TH_MAY_USERS, "registry.restored", given, &work,
                           ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || !work) {
        return status;
    }
    bool dry_run = th_work_dry_run(work);
    status = th_registry_record_load(th_work_store(work), &record, err);
    if (status == TH_OK) {
        status = th_journal_last(th_work_store(work), &now, err);
    }
    if (status == TH_OK) {
        status = look_at_break(registry, record.registry_id, now.seq, &signed_last, &key, err);
    }
    if (status == TH_OK) {
        status = th_last_signed_begin(th_work_store(work), &told, err);
    }
    if (status == TH_OK) {
        body = restored_body(reason, &signed_last, &now);
        reply = th_json_copy(body);
        th_json_set_int(reply, "seq", th_work_seq(work));
    }
    status = th_work_end(work, status, "registry", body, reply, ret_reply, err);
    // Behind the entry: where that was not written nothing is signed.
    if (status == TH_OK && !dry_run) {
        status = th_last_signed_write(th_registry_surroundings(registry)->key_path,
                                      record.registry_id, &told, &key, err);
    }
    th_sign_key_wipe(&key);
    return status;
}

#include "registry/head.h"

#include <string.h>

#include "core/text.h"
#include "registry/key.h"
#include "registry/reply.h"
#include "store/head_store.h"
#include "store/journal_store.h"
#include "store/registry_store.h"

static void head_of(const struct th_journal_last *last, struct th_signed_head *ret_head)
{
    *ret_head = (struct th_signed_head){.seq = last->seq, .hash = last->hash};
    (void)th_date_format(th_instant_date(last->at_utc), ret_head->day);
}

// Writes the head of the last entry, signed by a key that is at hand.
static enum th_status sign(struct th_store *store, const struct th_journal_last *last,
                           const struct th_key_found *found, struct th_error *err)
{
    char text[TH_HEAD_TEXT_SIZE];
    struct th_registry_record record;
    struct th_signed_head head;
    enum th_status status = th_registry_record_load(store, &record, err);
    if (status != TH_OK) {
        return status;
    }
    head_of(last, &head);
    head.public_key = found->public_key;
    head.signature = th_sign(&found->key, th_head_text(record.registry_id, &head, text));
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
        status = sign(store, &last, &found, err);
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
    case TH_KEY_MISSING:
    case TH_KEY_READY:
        break;
    }
    return th_error_set(err, TH_NOT_FOUND, "key_missing", "path", path, NULL);
}

static enum th_status sign_last(struct th_registry *registry, const struct th_request *request,
                                struct th_error *err)
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
    if (status == TH_OK && !already) {
        status = sign(store, &last, &found, err);
    }
    if (status == TH_OK && !already && !request->dry_run) {
        status = th_store_commit(store, err);
    } else {
        th_store_rollback(store);
    }
    th_sign_key_wipe(&found.key);
    return status;
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
    enum th_status status = sign_first ? sign_last(registry, request, err) : TH_OK;
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

#include "registry/key.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "registry/last_signed.h"
#include "registry/work.h"
#include "store/journal/head_store.h"
#include "store/registry_store.h"

enum { DIGITS_OF_NAME = 16 };

// Where a key lies that is not the first one.
static char *later_path(const char *key_path, const struct th_public_key *key)
{
    char hex[TH_SIGN_KEY_HEX_SIZE];
    size_t size = strlen(key_path) + 1 + DIGITS_OF_NAME + 1;
    char *path = malloc(size);
    if (path) {
        (void)snprintf(path, size, "%s.%.*s", key_path, DIGITS_OF_NAME,
                       th_public_key_hex(key, hex));
    }
    return path;
}

enum th_status th_key_make(const struct th_surroundings *surroundings, bool first,
                           struct th_sign_key *ret_key, char **ret_path, struct th_error *err)
{
    unsigned char seed[TH_SIGN_SEED_SIZE];
    struct th_sign_key key;
    const char *key_path = surroundings->key_path;
    assert(key_path);
    surroundings->random(surroundings->context, seed, sizeof(seed));
    th_sign_key_make(seed, &key);
    bool exists = th_file_exists(key_path);
    char *path = exists ? later_path(key_path, &key.public_key) : strdup(key_path);
    enum th_status status = path ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK && exists && first) {
        status = th_error_set(err, TH_CONFLICT, "key_exists", "path", key_path, NULL);
    }
    if (status == TH_OK) {
        status = th_sign_key_write(path, &key, err);
    }
    if (status == TH_OK) {
        *ret_key = key;
        *ret_path = path;
    } else {
        free(path);
    }
    th_sign_key_wipe(&key);
    memset(seed, 0, sizeof(seed));
    return status;
}

const char *th_key_state_name(enum th_key_state state)
{
    static const char *const NAMES[] = {
        [TH_KEY_READY] = "ready",           [TH_KEY_NONE] = "none",
        [TH_KEY_MISSING] = "missing",       [TH_KEY_OTHER] = "other",
        [TH_KEY_UNREADABLE] = "unreadable", [TH_KEY_REWRITTEN] = "rewritten",
        [TH_KEY_UNRECORDED] = "unrecorded"};
    return NAMES[state];
}

// What lies at `path`, compared with the key that the journal names.
static void look(const char *path, struct th_key_found *found)
{
    struct th_sign_key key;
    enum th_status status = th_sign_key_read(path, &key, NULL);
    found->open_to_others = th_file_is_open_to_others(path);
    if (status == TH_NOT_FOUND) {
        found->state = TH_KEY_MISSING;
    } else if (status != TH_OK) {
        found->state = TH_KEY_UNREADABLE;
    } else if (memcmp(&key.public_key, &found->public_key, sizeof(key.public_key)) != 0) {
        found->state = TH_KEY_OTHER;
    } else {
        found->state = TH_KEY_READY;
        found->key = key;
    }
    th_sign_key_wipe(&key);
}

// A key that is at hand does not sign a journal that is not the one it signed last.
static enum th_status look_back(struct th_registry *registry, struct th_key_found *found,
                                struct th_error *err)
{
    enum th_last_state last = TH_LAST_MISSING;
    int64_t seq = 0;
    enum th_status status = th_last_signed_judge(registry, &last, &seq, err);
    if (status == TH_OK && (last == TH_LAST_MISSING || last == TH_LAST_UNTRUE)) {
        found->state = TH_KEY_UNRECORDED;
    } else if (status == TH_OK && last == TH_LAST_REWRITTEN) {
        found->state = TH_KEY_REWRITTEN;
    }
    return status;
}

enum th_status th_key_find(struct th_registry *registry, int64_t seq,
                           struct th_key_found *ret_found, struct th_error *err)
{
    const char *key_path = th_registry_surroundings(registry)->key_path;
    struct th_key_found found = {.state = TH_KEY_MISSING};
    enum th_status status =
        th_key_in_force(th_registry_store(registry), seq, &found.public_key, &found.seq, err);
    if (status == TH_NOT_FOUND) {
        found.state = TH_KEY_NONE;
        status = TH_OK;
    } else if (status == TH_OK && key_path) {
        char *path = later_path(key_path, &found.public_key);
        struct th_key_found later = found;
        if (!path) {
            return th_error_no_memory(err);
        }
        look(path, &later);
        look(key_path, &found);
        if (later.state == TH_KEY_READY) {
            found = later;
        }
        th_sign_key_wipe(&later.key);
        free(path);
    }
    if (status == TH_OK && found.state == TH_KEY_READY) {
        status = look_back(registry, &found, err);
    }
    if (status == TH_OK) {
        *ret_found = found;
    }
    th_sign_key_wipe(&found.key);
    return status;
}

struct th_json *th_key_body(const char *registry_id, const struct th_public_key *key,
                            const struct th_public_key *before, const struct th_sign_key *vouches)
{
    char hex[TH_SIGN_KEY_HEX_SIZE];
    char text[TH_HEAD_TEXT_SIZE];
    char signature_hex[TH_SIGNATURE_HEX_SIZE];
    struct th_json *body = th_json_object();
    th_json_set_text(body, "public_key", th_public_key_hex(key, hex));
    if (before) {
        th_json_set_text(body, "previous_key", th_public_key_hex(before, hex));
    }
    if (before && vouches) {
        struct th_signature signature =
            th_sign(vouches, th_key_vouch_text(registry_id, before, key, text));
        th_json_set_text(body, "vouched", th_signature_hex(&signature, signature_hex));
    }
    return body;
}

static enum th_status make(struct th_work *work, struct th_registry *registry,
                           struct th_sign_key *ret_key, struct th_json **ret_body,
                           struct th_json **ret_reply, char **ret_path, struct th_error *err)
{
    char hex[TH_SIGN_KEY_HEX_SIZE];
    char print[TH_SIGN_FINGERPRINT_SIZE];
    struct th_registry_record record;
    struct th_key_found found = {.state = TH_KEY_NONE};
    struct th_sign_key key;
    enum th_status status = th_registry_record_load(th_work_store(work), &record, err);
    if (status == TH_OK) {
        status = th_key_find(registry, th_work_seq(work) - 1, &found, err);
    }
    if (status == TH_OK) {
        status = th_key_make(th_registry_surroundings(registry), false, &key, ret_path, err);
    }
    if (status != TH_OK) {
        th_sign_key_wipe(&found.key);
        return status;
    }
    bool named = found.state != TH_KEY_NONE;
    bool vouched = found.state == TH_KEY_READY;
    *ret_body = th_key_body(record.registry_id, &key.public_key, named ? &found.public_key : NULL,
                            vouched ? &found.key : NULL);
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "public_key", th_public_key_hex(&key.public_key, hex));
    th_json_set_text(reply, "fingerprint", th_public_key_fingerprint(&key.public_key, print));
    th_json_set_text(reply, "previous_key",
                     named ? th_public_key_hex(&found.public_key, hex) : NULL);
    th_json_set_bool(reply, "vouched", vouched);
    th_json_set_text(reply, "key_file", *ret_path);
    th_json_set_int(reply, "seq", th_work_seq(work));
    *ret_reply = reply;
    *ret_key = key;
    th_sign_key_wipe(&found.key);
    th_sign_key_wipe(&key);
    return TH_OK;
}

// Where nothing tells what was signed last, a new key begins with the entry that brings it.
static enum th_status begin_record(struct th_registry *registry, const struct th_sign_key *key,
                                   struct th_error *err)
{
    const char *key_path = th_registry_surroundings(registry)->key_path;
    struct th_registry_record record;
    struct th_last_signed last;
    enum th_last_state state = TH_LAST_MISSING;
    int64_t seq = 0;
    enum th_status status = th_last_signed_judge(registry, &state, &seq, err);
    if (status != TH_OK || (state != TH_LAST_MISSING && state != TH_LAST_UNTRUE)) {
        return status;
    }
    status = th_registry_record_load(th_registry_store(registry), &record, err);
    if (status == TH_OK) {
        status = th_last_signed_begin(th_registry_store(registry), &last, err);
    }
    if (status == TH_OK) {
        status = th_last_signed_write(key_path, record.registry_id, &last, key, err);
    }
    return status;
}

enum th_status th_registry_key_new(struct th_registry *registry, const struct th_request *request,
                                   struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    struct th_sign_key key = {.seed = {0}};
    char *path = NULL;
    enum th_status status = th_work_begin(registry, request, TH_MAY_USERS, TH_KEY_ENTRY_KIND, NULL,
                                          &work, ret_reply, err);
    if (status != TH_OK || !work) {
        return status;
    }
    bool dry_run = th_work_dry_run(work);
    status = make(work, registry, &key, &body, &reply, &path, err);
    status = th_work_end(work, status, TH_KEY_ENTRY_SUBJECT, body, reply, ret_reply, err);
    // A key that the journal does not name is of no use to anybody.
    if (path && (status != TH_OK || dry_run)) {
        (void)unlink(path);
    }
    free(path);
    if (status == TH_OK && !dry_run) {
        status = begin_record(registry, &key, err);
    }
    th_sign_key_wipe(&key);
    return status;
}

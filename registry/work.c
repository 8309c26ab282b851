// The frame around every change.
#include "registry/work.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/text.h"
#include "store/idempotency_store.h"
#include "store/journal_store.h"
#include "store/party_store.h"

struct th_work {
    struct th_registry *registry;
    struct th_user user;
    struct th_actor actor;
    const char *kind;
    const char *idempotency_key;
    struct th_hash input_hash;
    int64_t seq;
    bool dry_run;
};

enum role { ROLE_CLERK = 1, ROLE_VERIFIER = 2, ROLE_OFFICER = 4, ROLE_BANK = 8, ROLE_ADMIN = 16 };

static const struct {
    const char *name;
    unsigned bit;
} ROLES[] = {{"clerk", ROLE_CLERK},
             {"verifier", ROLE_VERIFIER},
             {"officer", ROLE_OFFICER},
             {"bank", ROLE_BANK},
             {"admin", ROLE_ADMIN}};

// Who may what; whoever is not named may not.
static const unsigned PERMISSIONS[] = {
    [TH_MAY_SET_UP] = ROLE_ADMIN | ROLE_OFFICER | ROLE_CLERK | ROLE_BANK,
    [TH_MAY_USERS] = ROLE_ADMIN,
    [TH_MAY_REGISTER] = ROLE_CLERK | ROLE_OFFICER | ROLE_ADMIN,
    [TH_MAY_ESTIMATE] = ROLE_CLERK | ROLE_VERIFIER | ROLE_OFFICER | ROLE_BANK | ROLE_ADMIN,
    [TH_MAY_VERIFY] = ROLE_VERIFIER,
    [TH_MAY_ISSUE] = ROLE_OFFICER,
    [TH_MAY_LAYERS] = ROLE_OFFICER | ROLE_ADMIN,
    [TH_MAY_WAIVE] = ROLE_OFFICER,
    [TH_MAY_TERMS] = ROLE_OFFICER,
    [TH_MAY_PROPOSE] = ROLE_BANK,
    [TH_MAY_APPROVE] = ROLE_BANK | ROLE_OFFICER,
    [TH_MAY_RECEIPT] = ROLE_BANK,
    [TH_MAY_DISTRIBUTE] = ROLE_BANK,
};

static unsigned role_bit(const char *role)
{
    for (size_t i = 0; i < sizeof ROLES / sizeof ROLES[0]; i++)
        if (strcmp(ROLES[i].name, role) == 0)
            return ROLES[i].bit;
    return 0;
}

// "@role.officer、@role.bank" is not one key: the names are listed plainly.
static void name_roles(unsigned bits, char *buf, size_t size)
{
    buf[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < sizeof ROLES / sizeof ROLES[0]; i++) {
        if ((bits & ROLES[i].bit) == 0)
            continue;
        int n = snprintf(buf + used, size - used, "%s%s", used > 0 ? ", " : "", ROLES[i].name);
        if (n < 0 || (size_t)n >= size - used)
            return;
        used += (size_t)n;
    }
}

static enum th_status identify(struct th_work *work, struct th_store *store, const char *login,
                               enum th_permission permission, struct th_error *err)
{
    if (login == NULL || login[0] == '\0')
        return th_error_set(err, TH_NOT_PERMITTED, "login_missing", NULL);
    enum th_status status = th_user_load(store, login, &work->user, err);
    if (status == TH_NOT_FOUND)
        return th_error_set(err, TH_NOT_PERMITTED, "login_unknown", "login", login, NULL);
    if (status != TH_OK)
        return status;
    if ((role_bit(work->user.role) & PERMISSIONS[permission]) == 0) {
        char allowed[128];
        name_roles(PERMISSIONS[permission], allowed, sizeof allowed);
        return th_error_set(err, TH_NOT_PERMITTED, "role_not_allowed", "login", login, "role",
                            work->user.role, "allowed", allowed, NULL);
    }
    work->actor.login = work->user.login;
    work->actor.role = work->user.role;
    work->actor.village = work->user.village[0] != '\0' ? work->user.village : NULL;
    work->actor.party_id = work->user.party_id;
    return TH_OK;
}

static enum th_status hash_input(struct th_work *work, const struct th_json *input,
                                 struct th_error *err)
{
    char *text = NULL;
    enum th_status status = TH_OK;
    if (input != NULL)
        status = th_json_dump(input, TH_JSON_CANONICAL, &text, err);
    // What a person typed is not our failure: text in another encoding cannot become JSON.
    if (status == TH_INTERNAL)
        status = th_error_set(err, TH_INVALID, "text_encoding", NULL);
    struct th_hasher *hasher = status == TH_OK ? th_hasher_new(TH_HASH_BLAKE2B) : NULL;
    if (status == TH_OK && hasher == NULL)
        status = th_error_no_memory(err);
    if (status == TH_OK) {
        th_hasher_update(hasher, work->kind, strlen(work->kind) + 1);
        if (text != NULL)
            th_hasher_update(hasher, text, strlen(text));
        work->input_hash = th_hasher_final(hasher);
    }
    th_hasher_free(hasher);
    free(text);
    return status;
}

// Gives the reply of an earlier request again, if there was one.
static enum th_status replay(struct th_work *work, struct th_store *store,
                             struct th_json **ret_reply, struct th_error *err)
{
    char *text = NULL;
    struct th_json *reply = NULL;
    enum th_status status = th_idempotency_find(store, work->user.login, work->idempotency_key,
                                                &work->input_hash, &text, err);
    if (status == TH_OK && text != NULL)
        status = th_json_parse(text, strlen(text), &reply, err);
    if (status == TH_OK && reply != NULL) {
        th_json_set_bool(reply, "replayed", true);
        *ret_reply = reply;
    }
    free(text);
    return status;
}

enum th_status th_work_begin(struct th_registry *registry, const struct th_request *request,
                             enum th_permission permission, const char *kind,
                             const struct th_json *input, struct th_work **ret_work,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_json *earlier = NULL;
    enum { KEY_MAX = 200 };
    const char *key = request->idempotency_key;
    if (key != NULL && (key[0] == '\0' || strlen(key) > KEY_MAX))
        return th_error_set(err, TH_USAGE, "idempotency_key_invalid", NULL);
    struct th_work *work = calloc(1, sizeof *work);
    if (work == NULL)
        return th_error_no_memory(err);
    work->registry = registry;
    work->kind = kind;
    work->dry_run = request->dry_run;
    work->idempotency_key = request->idempotency_key;
    enum th_status status = hash_input(work, input, err);
    if (status == TH_OK)
        status = th_store_begin(store, err);
    if (status == TH_OK)
        status = identify(work, store, request->login, permission, err);
    if (status == TH_OK && work->idempotency_key != NULL)
        status = replay(work, store, &earlier, err);
    if (status == TH_OK && earlier == NULL)
        status = th_journal_next(store, &work->seq, err);
    if (status == TH_OK && earlier == NULL) {
        *ret_work = work;
        return TH_OK;
    }
    th_store_rollback(store);
    free(work);
    if (status == TH_OK) {
        *ret_work = NULL;
        *ret_reply = earlier;
    }
    return status;
}

struct th_store *th_work_store(struct th_work *work)
{
    return th_registry_store(work->registry);
}

const struct th_actor *th_work_actor(const struct th_work *work)
{
    return &work->actor;
}

int64_t th_work_seq(const struct th_work *work)
{
    return work->seq;
}

struct th_date th_work_today(const struct th_work *work)
{
    return th_registry_today(work->registry);
}

bool th_work_dry_run(const struct th_work *work)
{
    return work->dry_run;
}

enum th_status th_work_check_village(const struct th_work *work, const char *village_code,
                                     struct th_error *err)
{
    if (strcmp(work->actor.role, "clerk") != 0 || work->actor.village == NULL ||
        strcmp(work->actor.village, village_code) == 0)
        return TH_OK;
    return th_error_set(err, TH_NOT_PERMITTED, "village_not_yours", "login", work->actor.login,
                        "own", work->actor.village, "village", village_code, NULL);
}

enum th_status th_work_check_other(const struct th_work *work, const char *login,
                                   struct th_error *err)
{
    if (login == NULL || strcmp(work->actor.login, login) != 0)
        return TH_OK;
    return th_error_set(err, TH_NOT_PERMITTED, "second_person", "login", login, NULL);
}

void th_work_cancel(struct th_work *work)
{
    if (work == NULL)
        return;
    th_store_rollback(th_work_store(work));
    free(work);
}

static enum th_status write_journal(struct th_work *work, const char *subject,
                                    const struct th_json *body, struct th_error *err)
{
    struct th_journal_entry entry = {
        .at_utc = th_registry_now(work->registry),
        .login = work->user.login,
        .system_user = th_registry_surroundings(work->registry)->system_user,
        .kind = work->kind,
        .subject = subject,
    };
    int64_t seq = 0;
    enum th_status status = th_journal_append(th_work_store(work), &entry, body, &seq, err);
    // Rows written by this work already refer to the number that was promised.
    assert(status != TH_OK || seq == work->seq);
    return status;
}

static enum th_status keep_reply(struct th_work *work, const struct th_json *reply,
                                 struct th_error *err)
{
    char *text = NULL;
    enum th_status status = th_json_dump(reply, TH_JSON_COMPACT, &text, err);
    if (status == TH_OK)
        status = th_idempotency_keep(th_work_store(work), work->user.login, work->idempotency_key,
                                     &work->input_hash, text, work->seq, err);
    free(text);
    return status;
}

enum th_status th_work_end(struct th_work *work, enum th_status status, const char *subject,
                           struct th_json *body, struct th_json *reply, struct th_json **ret_reply,
                           struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    if (status == TH_OK)
        status = th_json_check(reply, err);
    if (status == TH_OK)
        status = write_journal(work, subject, body, err);
    if (status == TH_OK && work->idempotency_key != NULL)
        status = keep_reply(work, reply, err);
    if (status == TH_OK && work->dry_run) {
        th_json_set_bool(reply, "dry_run", true);
        status = th_store_check(store, err);
        th_store_rollback(store);
    } else if (status == TH_OK) {
        status = th_store_commit(store, err);
    } else {
        th_store_rollback(store);
    }
    if (status == TH_OK)
        *ret_reply = reply;
    else
        th_json_free(reply);
    th_json_free(body);
    free(work);
    return status;
}

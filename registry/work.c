// The frame around every change.
#include "registry/work.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"
#include "registry/clock.h"
#include "registry/head.h"
#include "registry/login.h"
#include "store/journal/idempotency_store.h"
#include "store/journal/journal_store.h"
#include "store/people/party_store.h"

struct document;

struct th_work {
    struct th_registry *registry;
    const char *login; // as it was given
    enum th_permission permission;
    struct th_user user;
    struct th_actor actor;
    const char *kind;
    const char *idempotency_key;
    struct th_hash input_hash;
    int64_t seq;
    struct th_date today;
    bool dry_run;
    bool looking;               // in a read transaction so far
    struct document *documents; // in order of path
    size_t n_documents;
    struct th_posting *posting; // NULL until something is posted
};

struct document { // as it was when it was hashed
    char *path;
    struct stat info;
    struct th_hash sha256;
    struct th_error problem; // why it was not; status TH_OK otherwise
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
    [TH_MAY_PROPOSE] = ROLE_BANK | ROLE_OFFICER,
    [TH_MAY_APPROVE] = ROLE_BANK | ROLE_OFFICER,
    [TH_MAY_RECEIPT] = ROLE_BANK | ROLE_OFFICER,
    [TH_MAY_DISTRIBUTE] = ROLE_BANK,
    [TH_MAY_ENTERPRISE] = ROLE_OFFICER | ROLE_BANK,
    [TH_MAY_REVIEW] = ROLE_OFFICER | ROLE_BANK,
    [TH_MAY_ACCOUNT] = ROLE_OFFICER | ROLE_BANK,
    [TH_MAY_DELIVER] = ROLE_BANK | ROLE_ADMIN,
};

static unsigned role_bit(const char *role)
{
    for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        if (strcmp(ROLES[i].name, role) == 0) {
            return ROLES[i].bit;
        }
    }
    return 0;
}

// "@role.officer、@role.bank" is not one key: the names are listed plainly.
static void name_roles(unsigned bits, char *buf, size_t size)
{
    buf[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        if ((bits & ROLES[i].bit) == 0) {
            continue;
        }
        int n = snprintf(buf + used, size - used, "%s@value.role.%s", used > 0 ? ", " : "",
                         ROLES[i].name);
        if (n < 0 || (size_t)n >= size - used) {
            return;
        }
        used += (size_t)n;
    }
}

enum th_status th_permission_check(const struct th_user *user, enum th_permission permission,
                                   struct th_error *err)
{
    char allowed[128];
    char role[64];
    if ((role_bit(user->role) & PERMISSIONS[permission]) != 0) {
        return TH_OK;
    }
    snprintf(role, sizeof(role), "@value.role.%s", user->role);
    name_roles(PERMISSIONS[permission], allowed, sizeof(allowed));
    return th_error_set(err, TH_NOT_PERMITTED, "role_not_allowed", "login", user->login, "role",
                        role, "allowed", allowed, NULL);
}

static enum th_status identify(struct th_work *work, struct th_store *store, struct th_error *err)
{
    const char *login = work->login;
    enum th_status status = th_login_load(store, login, &work->user, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_permission_check(&work->user, work->permission, err);
    if (status != TH_OK) {
        return status;
    }
    work->actor.login = work->user.login;
    work->actor.role = work->user.role;
    work->actor.village = work->user.village[0] != '\0' ? work->user.village : NULL;
    work->actor.party_id = work->user.party_id;
    return TH_OK;
}

// The documents' content is part of what is asked: the same path may hold other bytes tomorrow.
static enum th_status hash_input(struct th_work *work, const struct th_json *input,
                                 const struct document *documents, size_t n_documents,
                                 struct th_error *err)
{
    char *text = NULL;
    enum th_status status = TH_OK;
    if (input != NULL) {
        status = th_json_dump(input, TH_JSON_CANONICAL, &text, err);
    }
    // What a person typed is not our failure: text in another encoding cannot become JSON.
    if (status == TH_INTERNAL) {
        status = th_error_set(err, TH_INVALID, "text_encoding", NULL);
    }
    struct th_hasher *hasher = status == TH_OK ? th_hasher_new(TH_HASH_BLAKE2B) : NULL;
    if (status == TH_OK && hasher == NULL) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        th_hasher_update(hasher, work->kind, strlen(work->kind) + 1);
        if (text != NULL) {
            th_hasher_update(hasher, text, strlen(text));
        }
        for (size_t i = 0; i < n_documents; i++) {
            th_hasher_update(hasher, documents[i].sha256.bytes, TH_HASH_SIZE);
        }
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
    if (status == TH_OK && text != NULL) {
        status = th_json_parse(text, strlen(text), &reply, err);
    }
    if (status == TH_OK && reply != NULL) {
        th_json_set_bool(reply, "replayed", true);
        *ret_reply = reply;
    }
    free(text);
    return status;
}

static void documents_free(struct document *documents, size_t n)
{
    for (size_t i = 0; documents != NULL && i < n; i++) {
        free(documents[i].path);
    }
    free(documents);
}

static void work_free(struct th_work *work)
{
    documents_free(work->documents, work->n_documents);
    th_posting_free(work->posting);
    free(work);
}

static void leave(struct th_work *work)
{
    if (work->looking) {
        th_store_end_read(th_work_store(work));
    } else {
        th_store_rollback(th_work_store(work));
    }
}

// Begins the transaction, and leaves it again when there is an error or an earlier reply.
static enum th_status enter(struct th_work *work, bool looking, struct th_json **ret_earlier,
                            struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_json *earlier = NULL;
    struct th_journal_last last = {0};
    work->looking = looking;
    enum th_status status = looking ? th_store_begin_read(store, err) : th_store_begin(store, err);
    if (status == TH_OK) {
        status = identify(work, store, err);
    }
    if (status == TH_OK && work->idempotency_key != NULL) {
        status = replay(work, store, &earlier, err);
    }
    if (status == TH_OK && earlier == NULL) {
        status = th_journal_last(store, &last, err);
        work->seq = last.seq + 1;
        work->today = th_registry_today(work->registry);
    }
    if (status == TH_OK && earlier == NULL && strcmp(work->kind, TH_CLOCK_ENTRY_KIND) != 0) {
        status = th_clock_check(work->registry, last.at_utc, err);
    }
    if (status != TH_OK || earlier != NULL) {
        leave(work);
    }
    if (status == TH_OK) {
        *ret_earlier = earlier;
    }
    return status;
}

static enum th_status work_begin(struct th_registry *registry, const struct th_request *request,
                                 enum th_permission permission, const char *kind,
                                 const struct th_json *input, const struct document *documents,
                                 size_t n_documents, bool looking, struct th_work **ret_work,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *earlier = NULL;
    enum { KEY_MAX = 200 };
    const char *key = request->idempotency_key;
    if (key != NULL && (key[0] == '\0' || strlen(key) > KEY_MAX)) {
        return th_error_set(err, TH_USAGE, "idempotency_key_invalid", NULL);
    }
    struct th_work *work = calloc(1, sizeof(*work));
    if (work == NULL) {
        return th_error_no_memory(err);
    }
    work->registry = registry;
    work->login = request->login;
    work->permission = permission;
    work->kind = kind;
    work->dry_run = request->dry_run;
    work->idempotency_key = request->idempotency_key;
    enum th_status status = hash_input(work, input, documents, n_documents, err);
    if (status == TH_OK) {
        status = enter(work, looking, &earlier, err);
    }
    if (status == TH_OK && earlier == NULL) {
        *ret_work = work;
        return TH_OK;
    }
    free(work);
    if (status == TH_OK) {
        *ret_work = NULL;
        *ret_reply = earlier;
    }
    return status;
}

enum th_status th_work_begin(struct th_registry *registry, const struct th_request *request,
                             enum th_permission permission, const char *kind,
                             const struct th_json *input, struct th_work **ret_work,
                             struct th_json **ret_reply, struct th_error *err)
{
    return work_begin(registry, request, permission, kind, input, NULL, 0, false, ret_work,
                      ret_reply, err);
}

static enum th_status document_look(const char *path, struct stat *ret_info, struct th_error *err)
{
    return stat(path, ret_info) == 0 && S_ISREG(ret_info->st_mode)
               ? TH_OK
               : th_error_set(err, TH_NOT_FOUND, "file_not_found", "path", path, NULL);
}

static int document_compare(const void *a, const void *b)
{
    return strcmp(((const struct document *)a)->path, ((const struct document *)b)->path);
}

// What cannot be read is a problem of who asks for it, if anybody does.
static void document_read(struct document *document)
{
    document->problem.status = document_look(document->path, &document->info, &document->problem);
    if (document->problem.status == TH_OK) {
        document->problem.status =
            th_hash_file(TH_HASH_SHA256, document->path, &document->sha256, &document->problem);
    }
}

static bool is_named(const char *path)
{
    return path != NULL && path[0] != '\0';
}

static enum th_status documents_read(const struct th_work_documents *names,
                                     struct document **ret_documents, size_t *ret_n,
                                     struct th_error *err)
{
    size_t n_named = 0;
    size_t n = 0;
    struct document *documents = calloc(names->n + 1, sizeof(*documents));
    if (documents == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < names->n; i++) {
        if (!is_named(names->paths[i])) {
            continue;
        }
        documents[n_named].path = th_text_duplicate(names->paths[i]);
        if (documents[n_named].path == NULL) {
            documents_free(documents, n_named);
            return th_error_no_memory(err);
        }
        n_named++;
    }
    qsort(documents, n_named, sizeof(*documents), document_compare);
    for (size_t i = 0; i < n_named; i++) {
        if (n > 0 && strcmp(documents[n - 1].path, documents[i].path) == 0) {
            free(documents[i].path);
            continue;
        }
        documents[n] = documents[i];
        document_read(&documents[n++]);
    }
    *ret_documents = documents;
    *ret_n = n;
    return TH_OK;
}

static bool any_named(const struct th_work_documents *names)
{
    for (size_t i = 0; i < names->n; i++) {
        if (is_named(names->paths[i])) {
            return true;
        }
    }
    return false;
}

// Without one of its documents a request looks like another one: the reason is the better word.
static enum th_status prefer_problem(const struct document *documents, size_t n,
                                     enum th_status status, struct th_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (documents[i].problem.status != TH_OK) {
            if (err != NULL) {
                *err = documents[i].problem;
            }
            return documents[i].problem.status;
        }
    }
    return status;
}

// Asks, hashes, and begins.
static enum th_status begin_reading(struct th_registry *registry, const struct th_request *request,
                                    enum th_permission permission, const char *kind,
                                    const struct th_json *input,
                                    const struct th_work_documents *names, bool looking,
                                    struct th_work **ret_work, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_work *work = NULL;
    struct document *documents = NULL;
    size_t n = 0;
    bool reads = any_named(names);
    struct th_request asked = *request;
    if (reads) {
        asked.idempotency_key = NULL; // what it stands for is known when they are read
    }
    enum th_status status = work_begin(registry, &asked, permission, kind, input, NULL, 0, looking,
                                       &work, ret_reply, err);
    if (status == TH_OK && work != NULL && reads) {
        th_work_cancel(work);
        work = NULL;
        status = documents_read(names, &documents, &n, err);
        if (status == TH_OK) {
            status = work_begin(registry, request, permission, kind, input, documents, n, looking,
                                &work, ret_reply, err);
        }
        if (status == TH_CONFLICT) {
            status = prefer_problem(documents, n, status, err);
        }
    }
    if (status != TH_OK || work == NULL) {
        documents_free(documents, n);
    } else {
        work->documents = documents;
        work->n_documents = n;
    }
    if (status == TH_OK) {
        *ret_work = work;
    }
    return status;
}

enum th_status th_work_begin_reading(struct th_registry *registry, const struct th_request *request,
                                     enum th_permission permission, const char *kind,
                                     const struct th_json *input,
                                     const struct th_work_documents *documents,
                                     struct th_work **ret_work, struct th_json **ret_reply,
                                     struct th_error *err)
{
    return begin_reading(registry, request, permission, kind, input, documents, false, ret_work,
                         ret_reply, err);
}

enum th_status th_work_begin_looking(struct th_registry *registry, const struct th_request *request,
                                     enum th_permission permission, const char *kind,
                                     const struct th_json *input,
                                     const struct th_work_documents *documents,
                                     struct th_work **ret_work, struct th_json **ret_reply,
                                     struct th_error *err)
{
    return begin_reading(registry, request, permission, kind, input, documents, true, ret_work,
                         ret_reply, err);
}

// From the read transaction to another one, which writes unless `looking`; *ret_same when nothing
// happened in between. *work becomes NULL with an earlier reply.
static enum th_status step_on(struct th_work **work, bool looking, bool *ret_same,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *w = *work;
    struct th_json *earlier = NULL;
    int64_t seen = w->seq;
    leave(w);
    enum th_status status = enter(w, looking, &earlier, err);
    if (status != TH_OK) {
        return status;
    }
    if (earlier != NULL) {
        *ret_reply = earlier;
        work_free(w);
        *work = NULL;
        return TH_OK;
    }
    *ret_same = w->seq == seen;
    return TH_OK;
}

enum th_status th_work_settle(struct th_work **work,
                              enum th_status (*judge)(void *context, struct th_error *err),
                              void *context, struct th_json **ret_reply, struct th_error *err)
{
    enum { ATTEMPTS_OUTSIDE = 3 };
    bool same = false;
    enum th_status status = TH_OK;
    for (int attempt = 0; status == TH_OK && *work != NULL; attempt++) {
        status = judge(context, err);
        if (status == TH_OK) {
            status = step_on(work, false, &same, ret_reply, err);
        }
        if (status != TH_OK || *work == NULL || same) {
            return status;
        }
        if (attempt + 1 == ATTEMPTS_OUTSIDE) {
            return judge(context, err);
        }
        status = step_on(work, true, &same, ret_reply, err);
    }
    return status;
}

enum th_status th_work_document(const struct th_work *work, const char *path,
                                struct th_hash *ret_sha256, int64_t *ret_size, struct th_error *err)
{
    const struct document wanted = {.path = (char *)path};
    struct stat now;
    const struct document *found =
        is_named(path) && work->n_documents > 0
            ? bsearch(&wanted, work->documents, work->n_documents, sizeof(wanted), document_compare)
            : NULL;
    if (!is_named(path)) {
        return th_error_set(err, TH_NOT_FOUND, "file_not_found", "path", path, NULL);
    }
    assert(found != NULL);
    if (found->problem.status != TH_OK) {
        if (err != NULL) {
            *err = found->problem;
        }
        return found->problem.status;
    }
    enum th_status status = document_look(path, &now, err);
    if (status != TH_OK) {
        return status;
    }
    const struct stat *then = &found->info;
    if (now.st_dev != then->st_dev || now.st_ino != then->st_ino || now.st_size != then->st_size ||
        now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != then->st_mtim.tv_nsec) {
        return th_error_set(err, TH_CONFLICT, "source_changed", "file", th_file_base_name(path),
                            NULL);
    }
    *ret_sha256 = found->sha256;
    *ret_size = (int64_t)then->st_size;
    return TH_OK;
}

struct th_store *th_work_store(struct th_work *work)
{
    return th_registry_store(work->registry);
}

struct th_posting *th_work_posting(struct th_work *work)
{
    assert(!work->looking);
    if (!work->posting) {
        work->posting = th_posting_new(th_work_store(work), work->seq);
    }
    return work->posting;
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
    return work->today;
}

bool th_work_dry_run(const struct th_work *work)
{
    return work->dry_run;
}

enum th_status th_work_check_village(const struct th_work *work, const char *village_code,
                                     struct th_error *err)
{
    if (strcmp(work->actor.role, "clerk") != 0 || work->actor.village == NULL ||
        strcmp(work->actor.village, village_code) == 0) {
        return TH_OK;
    }
    return th_error_set(err, TH_NOT_PERMITTED, "village_not_yours", "login", work->actor.login,
                        "own", work->actor.village, "village", village_code, NULL);
}

enum th_status th_work_check_other(const struct th_work *work, const char *login,
                                   struct th_error *err)
{
    if (login == NULL || strcmp(work->actor.login, login) != 0) {
        return TH_OK;
    }
    return th_error_set(err, TH_NOT_PERMITTED, "second_person", "login", login, NULL);
}

void th_work_cancel(struct th_work *work)
{
    if (work == NULL) {
        return;
    }
    leave(work);
    work_free(work);
}

// What stands in every body beside what the use case says.
static void complete_body(struct th_work *work, const char *reply, struct th_json *body)
{
    char hex[TH_HASH_HEX_SIZE];
    if (work->idempotency_key) {
        struct th_json *idempotency = th_json_object();
        th_json_set_text(idempotency, "key", work->idempotency_key);
        th_json_set_text(idempotency, "input", th_hash_hex(&work->input_hash, hex));
        th_json_set_text(idempotency, "reply", th_idempotency_reply_hex(reply, hex));
        th_json_set(body, "idempotency", idempotency);
    }
}

static enum th_status write_journal(struct th_work *work, const char *subject, struct th_json *body,
                                    struct th_error *err)
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

// The entry, and with a key the reply that will be given again.
static enum th_status write_down(struct th_work *work, const char *subject, struct th_json *body,
                                 const struct th_json *reply, struct th_error *err)
{
    char *text = NULL;
    enum th_status status =
        work->idempotency_key ? th_json_dump(reply, TH_JSON_COMPACT, &text, err) : TH_OK;
    if (status == TH_OK) {
        complete_body(work, text, body);
        status = write_journal(work, subject, body, err);
    }
    if (status == TH_OK && work->idempotency_key) {
        status = th_idempotency_keep(th_work_store(work), work->user.login, work->idempotency_key,
                                     &work->input_hash, text, work->seq, err);
    }
    free(text);
    return status;
}

enum th_status th_work_end(struct th_work *work, enum th_status status, const char *subject,
                           struct th_json *body, struct th_json *reply, struct th_json **ret_reply,
                           struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    assert(status != TH_OK || !work->looking);
    if (status == TH_OK) {
        status = th_json_check(reply, err);
    }
    if (status == TH_OK && !work->dry_run) {
        status = th_head_sign_day(work->registry, err);
    }
    if (status == TH_OK) {
        status = write_down(work, subject, body, reply, err);
    }
    if (status == TH_OK && work->dry_run) {
        th_json_set_bool(reply, "dry_run", true);
        status = th_store_check(store, err);
        th_store_rollback(store);
    } else if (status == TH_OK) {
        status = th_store_commit(store, err);
    } else {
        leave(work);
    }
    if (status == TH_OK) {
        *ret_reply = reply;
    } else {
        th_json_free(reply);
    }
    th_json_free(body);
    work_free(work);
    return status;
}

// Villages, parties and users.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/codes.h"
#include "core/name.h"
#include "core/text.h"
#include "registry/act.h"
#include "registry/activation.h"
#include "registry/directory_internal.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/setup.h"
#include "store/people/limit_store.h"
#include "store/people/party_store.h"

struct th_json *th_village_json(const struct th_village *village)
{
    struct th_json *object = th_json_object();
    th_json_set_text(object, "code", village->code);
    th_json_set_text(object, "name", village->name);
    th_json_set_text(object, "township", village->township);
    return object;
}

enum th_status th_village_make(const char *code, const char *name, const char *township,
                               struct th_village *ret_village, struct th_error *err)
{
    if (code == NULL || !th_village_code_valid(code)) {
        return th_error_set(err, TH_INVALID, "village_code_invalid", "code", code, NULL);
    }
    enum th_status status = th_name_check(name, err);
    if (status != TH_OK) {
        return status;
    }
    if (township == NULL || township[0] == '\0') {
        return th_error_set(err, TH_INVALID, "township_empty", "village", name, NULL);
    }
    status = th_name_check(township, err);
    if (status != TH_OK) {
        return status;
    }
    memset(ret_village, 0, sizeof(*ret_village));
    th_text_copy(ret_village->code, sizeof(ret_village->code), code);
    th_text_copy(ret_village->name, sizeof(ret_village->name), name);
    th_text_copy(ret_village->township, sizeof(ret_village->township), township);
    return TH_OK;
}

enum th_status th_village_add(struct th_registry *registry, const struct th_request *request,
                              const char *code, const char *name, const char *township,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct th_village village;
    struct th_work *work = NULL;
    enum th_status status = th_village_make(code, name, township, &village, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *list = th_json_array();
    th_json_append(list, th_village_json(&village));
    status =
        th_work_begin(registry, request, TH_MAY_SET_UP, "village.add", list, &work, ret_reply, err);
    if (status != TH_OK || work == NULL) {
        th_json_free(list);
        return status;
    }
    status = th_village_insert(th_work_store(work), &village, th_work_seq(work), err);
    char subject[TH_CODE_SIZE + 16];
    snprintf(subject, sizeof(subject), "village:%s", village.code);
    struct th_json *body = th_json_object();
    struct th_json *reply = th_json_object();
    th_json_set(body, "villages", th_json_copy(list));
    th_json_set(reply, "villages", list);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}

static bool list_village(void *context, const struct th_village *village)
{
    th_json_append(context, th_village_json(village));
    return true;
}

enum th_status th_village_list(struct th_registry *registry, struct th_json **ret_reply,
                               struct th_error *err)
{
    struct th_json *list = th_json_array();
    enum th_status status = th_village_each(th_registry_store(registry), list_village, list, err);
    return th_reply_finish_list(status, "villages", list, ret_reply, err);
}

static void set_text_or_null(struct th_json *object, const char *key, const char *text)
{
    th_json_set_text(object, key, text[0] != '\0' ? text : NULL);
}

static struct th_json *party_json(const struct th_party *party)
{
    struct th_json *object = th_json_object();
    th_json_set_int(object, "party_id", party->party_id);
    th_json_set_text(object, "kind", party->kind);
    th_json_set_text(object, "name", party->name);
    set_text_or_null(object, "uscc", party->uscc);
    set_text_or_null(object, "village", party->village);
    set_text_or_null(object, "division", party->division);
    return object;
}

static bool kind_known(const char *kind)
{
    static const char *const KINDS[] = {"village",   "township", "subdistrict", "cooperative",
                                        "household", "person",   "bank",        "enterprise",
                                        "verifier",  "fund",     "insurer",     "government"};
    for (size_t i = 0; kind != NULL && i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcmp(KINDS[i], kind) == 0) {
            return true;
        }
    }
    return false;
}

// Who deals and signs is known by his name, so no two organisations share one. Villages, households
// and persons may.
static bool is_organisation(const char *kind)
{
    static const char *const KINDS[] = {"bank", "enterprise", "verifier",
                                        "fund", "insurer",    "government"};
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcmp(KINDS[i], kind) == 0) {
            return true;
        }
    }
    return false;
}

// There are many of them, and they are told apart by their village.
static bool is_natural(const char *kind)
{
    return strcmp(kind, "household") == 0 || strcmp(kind, "person") == 0;
}

// A search for a party that would be taken for a new one.
struct taken {
    const struct th_party *party;
    struct th_party found; // party_id 0: none
};

static bool see_name(void *context, const struct th_party *found)
{
    struct taken *taken = context;
    const struct th_party *party = taken->party;
    bool equal = strcmp(found->name, party->name) == 0;
    bool clash = equal ? is_organisation(found->kind) && is_organisation(party->kind)
                       : th_name_looks_like(found->name, party->name);
    if (!is_natural(found->kind) && clash) {
        taken->found = *found;
    }
    return taken->found.party_id == 0;
}

static enum th_status check_party_name(struct th_store *store, const struct th_party *party,
                                       struct th_error *err)
{
    struct taken taken = {.party = party};
    int64_t number = 0;
    if (th_text_parse_int(party->name, 0, INT64_MAX, &number)) {
        return th_error_set(err, TH_INVALID, "name_number", "name", party->name, NULL);
    }
    if (is_natural(party->kind)) {
        return TH_OK;
    }
    enum th_status status = th_party_each(store, see_name, &taken, err);
    if (status == TH_OK && taken.found.party_id != 0) {
        bool equal = strcmp(taken.found.name, party->name) == 0;
        status = th_error_set(err, TH_CONFLICT, equal ? "party_name_taken" : "party_name_alike",
                              "name", party->name, "other", taken.found.name, NULL);
        th_error_add_int(err, "party", taken.found.party_id);
    }
    return status;
}

static enum th_status make_party(struct th_store *store, const struct th_party_add_options *options,
                                 struct th_party *ret_party, struct th_error *err)
{
    memset(ret_party, 0, sizeof(*ret_party));
    if (!kind_known(options->kind)) {
        return th_error_set(err, TH_INVALID, "party_kind", "kind", options->kind, NULL);
    }
    enum th_status status = th_name_check(options->name, err);
    if (status != TH_OK) {
        return status;
    }
    if (options->uscc != NULL && !th_uscc_valid(options->uscc)) {
        return th_error_set(err, TH_INVALID, "uscc_invalid", "uscc", options->uscc, NULL);
    }
    if (options->division != NULL && !th_division_code_valid(options->division, 9)) {
        return th_error_set(err, TH_INVALID, "division_invalid", "code", options->division, NULL);
    }
    th_text_copy(ret_party->kind, sizeof(ret_party->kind), options->kind);
    th_text_copy(ret_party->name, sizeof(ret_party->name), options->name);
    th_text_trim(ret_party->name);
    th_text_copy(ret_party->uscc, sizeof(ret_party->uscc),
                 options->uscc != NULL ? options->uscc : "");
    th_text_copy(ret_party->division, sizeof(ret_party->division),
                 options->division != NULL ? options->division : "");
    status = check_party_name(store, ret_party, err);
    if (status != TH_OK || options->village == NULL) {
        return status;
    }
    struct th_village village;
    status = th_village_resolve(store, options->village, &village, err);
    if (status == TH_OK) {
        th_text_copy(ret_party->village, sizeof(ret_party->village), village.code);
    }
    return status;
}

static void set_option(struct th_json *object, const char *key, const char *text)
{
    if (text != NULL) {
        th_json_set_text(object, key, text);
    }
}

enum th_status th_party_add(struct th_registry *registry, const struct th_request *request,
                            const struct th_party_add_options *options, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct th_party party;
    struct th_work *work = NULL;
    struct th_json *input = th_json_object();
    set_option(input, "kind", options->kind);
    set_option(input, "name", options->name);
    set_option(input, "uscc", options->uscc);
    set_option(input, "village", options->village);
    set_option(input, "division", options->division);
    enum th_status status =
        th_work_begin(registry, request, TH_MAY_SET_UP, "party.add", input, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    status = make_party(th_work_store(work), options, &party, err);
    if (status == TH_OK) {
        status =
            th_party_insert(th_work_store(work), &party, th_work_seq(work), &party.party_id, err);
    }
    char subject[32];
    snprintf(subject, sizeof(subject), "party:%lld", (long long)party.party_id);
    return th_work_end(work, status, subject, party_json(&party), party_json(&party), ret_reply,
                       err);
}

static bool list_party(void *context, const struct th_party *party)
{
    th_json_append(context, party_json(party));
    return true;
}

enum th_status th_party_list(struct th_registry *registry, struct th_json **ret_reply,
                             struct th_error *err)
{
    struct th_json *list = th_json_array();
    enum th_status status = th_party_each(th_registry_store(registry), list_party, list, err);
    return th_reply_finish_list(status, "parties", list, ret_reply, err);
}

static bool role_known(const char *role)
{
    static const char *const ROLES[] = {"clerk", "verifier", "officer", "bank", "admin"};
    for (size_t i = 0; role != NULL && i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        if (strcmp(ROLES[i], role) == 0) {
            return true;
        }
    }
    return false;
}

static enum th_status make_user(struct th_store *store, const char *login, const char *role,
                                const char *village, const char *party, struct th_user *ret_user,
                                struct th_error *err)
{
    struct th_village found;
    struct th_party owner;
    enum th_status status = TH_OK;
    memset(ret_user, 0, sizeof(*ret_user));
    if (!role_known(role)) {
        return th_error_set(err, TH_INVALID, "role_invalid", "role", role, NULL);
    }
    th_text_copy(ret_user->login, sizeof(ret_user->login), login);
    th_text_copy(ret_user->role, sizeof(ret_user->role), role);
    if (village != NULL && (status = th_village_resolve(store, village, &found, err)) == TH_OK) {
        th_text_copy(ret_user->village, sizeof(ret_user->village), found.code);
    }
    if (status == TH_OK && party != NULL &&
        (status = th_party_resolve(store, party, &owner, err)) == TH_OK) {
        ret_user->party_id = owner.party_id;
    }
    return status;
}

static struct th_json *user_json(const struct th_user *user)
{
    struct th_json *object = th_json_object();
    th_json_set_text(object, "login", user->login);
    th_json_set_text(object, "role", user->role);
    set_text_or_null(object, "village", user->village);
    th_json_set(object, "party_id",
                user->party_id != 0 ? th_json_int(user->party_id) : th_json_null());
    return object;
}

static struct th_json *user_input(const char *login, const char *role, const char *village,
                                  const char *party)
{
    struct th_json *input = th_json_object();
    set_option(input, "login", login);
    set_option(input, "role", role);
    set_option(input, "village", village);
    set_option(input, "party", party);
    return input;
}

enum th_status th_user_add(struct th_registry *registry, const struct th_request *request,
                           const char *login, const char *role, const char *village,
                           const char *party, struct th_json **ret_reply, struct th_error *err)
{
    struct th_user user;
    struct th_hash digest;
    char code[TH_ACTIVATION_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    char subject[TH_LOGIN_SIZE + 8];
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    if (!th_login_name_fits(login) || strlen(login) >= TH_LOGIN_SIZE) {
        return th_error_set(err, TH_INVALID, "login_invalid", "login", login, NULL);
    }
    struct th_json *input = user_input(login, role, village, party);
    enum th_status status =
        th_work_begin(registry, request, TH_MAY_USERS, "user.add", input, &work, &reply, err);
    th_json_free(input);
    if (status != TH_OK) {
        return status;
    }
    if (work != NULL) {
        th_activation_make(th_registry_surroundings(registry), code, &digest);
        status = make_user(th_work_store(work), login, role, village, party, &user, err);
        if (status == TH_OK) {
            status = th_user_insert(th_work_store(work), &user, &digest, th_work_seq(work), err);
        }
        struct th_json *body = user_json(&user);
        th_json_set_text(body, "activation_hash", th_hash_hex(&digest, hex));
        snprintf(subject, sizeof(subject), "user:%s", user.login);
        status = th_work_end(work, status, subject, body, user_json(&user), &reply, err);
        if (status != TH_OK) {
            return status;
        }
    }
    // Added behind the end of the work: what is kept under the idempotency key has no code, and
    // neither has the reply that is given a second time.
    bool made = work != NULL && !request->dry_run;
    th_json_set_text(reply, "activation_code", made ? code : NULL);
    *ret_reply = reply;
    return TH_OK;
}

// A registry without an admin could let nobody in any more. Of the other roles, and of the logins
// of a party, the last one may go: the reply says what this means.
static enum th_status end_user(struct th_work *work, const struct th_user *user, const char *reason,
                               struct th_json *warnings, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    bool others = false;
    bool speaks = true;
    enum th_status status = th_user_end_insert(store, user->login, reason, th_work_seq(work), err);
    if (status == TH_OK) {
        status = th_user_has_other(store, user, &others, err);
    }
    if (status == TH_OK && !others && strcmp(user->role, "admin") == 0) {
        status = th_error_set(err, TH_CONFLICT, "last_admin", "login", user->login, NULL);
    }
    if (status == TH_OK && user->party_id != 0 && strcmp(user->role, "bank") == 0) {
        status = th_party_has_login(store, user->party_id, &speaks, err);
    }
    if (status == TH_OK && !others) {
        th_json_append_text(warnings, "last_of_role");
    }
    if (status == TH_OK && !speaks) {
        th_json_append_text(warnings, "last_of_party");
    }
    return status;
}

enum th_status th_user_end(struct th_registry *registry, const struct th_request *request,
                           const char *login, const char *reason, struct th_json **ret_reply,
                           struct th_error *err)
{
    struct th_user user = {.login = ""};
    struct th_work *work = NULL;
    char subject[128];
    enum th_status status = th_act_check_reason(reason, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *input = th_json_object();
    th_json_set_text(input, "login", login);
    th_json_set_text(input, "reason", reason);
    status =
        th_work_begin(registry, request, TH_MAY_USERS, "user.end", input, &work, ret_reply, err);
    if (status != TH_OK || !work) {
        th_json_free(input);
        return status;
    }
    struct th_json *warnings = th_json_array();
    status = th_user_load(th_work_store(work), login, &user, err);
    if (status == TH_OK) {
        status = end_user(work, &user, reason, warnings, err);
    }
    struct th_json *reply = user_json(&user);
    th_json_set_text(reply, "reason", reason);
    th_json_set(reply, "warnings", warnings);
    snprintf(subject, sizeof(subject), "user:%s", user.login);
    return th_work_end(work, status, subject, input, reply, ret_reply, err);
}

struct users {
    struct th_store *store;
    char today[TH_DATE_TEXT_SIZE];
    struct th_json *list;
    enum th_status status;
    struct th_error *err;
};

// With what the login may approve today; null: any.
static bool list_user(void *context, const struct th_user *user)
{
    struct users *users = context;
    struct th_json *object = user_json(user);
    struct th_user_limit limit = {.has_amount = false};
    struct th_party party = {.name = ""};
    char ended_on[TH_DATE_TEXT_SIZE] = "";
    users->status = user->party_id != 0
                        ? th_party_load(users->store, user->party_id, &party, users->err)
                        : TH_OK;
    if (users->status == TH_OK) {
        users->status =
            th_user_limit_on(users->store, user->login, users->today, &limit, users->err);
    }
    if (user->ended_utc != 0) {
        (void)th_date_format(th_instant_date(user->ended_utc), ended_on);
    }
    set_text_or_null(object, "party_name", party.name);
    th_json_set(object, "limit_fen",
                limit.has_amount ? th_json_int(th_money_fen(limit.amount)) : th_json_null());
    th_json_set(object, "limit_t",
                limit.has_tonnes ? th_json_int(th_units_t(limit.tonnes)) : th_json_null());
    th_json_set_text(object, "state", user->ended_utc != 0 ? "ended" : "active");
    set_text_or_null(object, "ended_on", ended_on);
    th_json_append(users->list, object);
    return users->status == TH_OK;
}

enum th_status th_user_list(struct th_registry *registry, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct users users = {
        .store = th_registry_store(registry), .list = th_json_array(), .err = err};
    (void)th_date_format(th_registry_today(registry), users.today);
    enum th_status status = th_user_each(users.store, list_user, &users, err);
    return th_reply_finish_list(status == TH_OK ? users.status : status, "users", users.list,
                                ret_reply, err);
}

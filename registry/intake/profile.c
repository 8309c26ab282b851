#include "registry/intake/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/intake/import_settings.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/work.h"
#include "store/ground/profile_store.h"

enum { SUBJECT_SIZE = 320 };

// What is kept already under this name, unless it is the very same, goes only when that was asked
// for.
static enum th_status check_kept(struct th_store *store, const char *name, const char *text,
                                 bool replace, struct th_error *err)
{
    char *kept = NULL;
    enum th_status status = th_profile_load(store, name, &kept, err);
    bool same = status == TH_OK && strcmp(kept, text) == 0;
    free(kept);
    if (status == TH_NOT_FOUND) {
        return TH_OK;
    }
    if (status != TH_OK || same || replace) {
        return status;
    }
    return th_error_set(err, TH_CONFLICT, "profile_exists", "profile", name, NULL);
}

enum th_status th_profile_keep(struct th_registry *registry, const struct th_request *request,
                               const char *name, bool replace,
                               const struct th_parcel_import_options *options,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    char subject[SUBJECT_SIZE];
    char *text = NULL;
    enum th_status status = th_name_check(name, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *body = th_json_object();
    th_json_set_text(body, "name", name);
    th_json_set(body, "settings", th_import_settings_json(options));
    th_json_set_bool(body, "replace", replace);
    status = th_json_dump(th_json_get(body, "settings"), TH_JSON_CANONICAL, &text, err);
    if (status == TH_OK) {
        status = th_work_begin(registry, request, TH_MAY_REGISTER, "profile.keep", body, &work,
                               ret_reply, err);
    }
    if (status != TH_OK || work == NULL) {
        th_json_free(body);
        free(text);
        return status;
    }
    status = check_kept(th_work_store(work), name, text, replace, err);
    if (status == TH_OK) {
        status = th_profile_save(th_work_store(work), name, text, th_work_seq(work), err);
    }
    free(text);
    snprintf(subject, sizeof(subject), "profile:%s", name);
    return th_work_end(work, status, subject, body, th_json_copy(body), ret_reply, err);
}

enum th_status th_profile_drop(struct th_registry *registry, const struct th_request *request,
                               const char *name, struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    char subject[SUBJECT_SIZE];
    struct th_json *body = th_json_object();
    th_json_set_text(body, "name", name);
    enum th_status status = th_work_begin(registry, request, TH_MAY_REGISTER, "profile.drop", body,
                                          &work, ret_reply, err);
    if (status != TH_OK || work == NULL) {
        th_json_free(body);
        return status;
    }
    status = th_profile_remove(th_work_store(work), name, err);
    snprintf(subject, sizeof(subject), "profile:%s", name);
    return th_work_end(work, status, subject, body, th_json_copy(body), ret_reply, err);
}

struct listing {
    struct th_json *profiles;
    enum th_status status;
    struct th_error err;
};

static bool list_one(void *context, const char *name, const char *options, int64_t seq)
{
    struct listing *l = context;
    struct th_json *settings = NULL;
    (void)seq;
    l->status = th_json_parse(options, strlen(options), &settings, &l->err);
    struct th_json *item = th_json_object();
    th_json_set_text(item, "name", name);
    th_json_set(item, "settings", settings);
    th_json_append(l->profiles, item);
    return l->status == TH_OK;
}

enum th_status th_profile_list(struct th_registry *registry, struct th_json **ret_reply,
                               struct th_error *err)
{
    struct listing l = {.profiles = th_json_array(), .status = TH_OK};
    enum th_status status = th_profile_each(th_registry_store(registry), list_one, &l, err);
    if (status == TH_OK && l.status != TH_OK) {
        if (err != NULL) {
            *err = l.err;
        }
        status = l.status;
    }
    return th_reply_finish_list(status, "profiles", l.profiles, ret_reply, err);
}

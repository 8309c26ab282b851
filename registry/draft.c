#include "registry/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/fetch.h"
#include "registry/import_settings.h"
#include "registry/reply.h"
#include "registry/work.h"
#include "store/draft_store.h"

// A draft as it is taken up again. The options point into it.
struct taken_up {
    struct th_draft draft;
    struct th_json *settings; // kept ones
    struct th_arena arena;
    struct th_parcel_import_options options;
};

static void put_down(struct taken_up *t)
{
    th_json_free(t->settings);
    th_arena_clear(&t->arena);
}

// Loads the draft and joins what was decided with what `given` says.
static enum th_status take_up(struct th_registry *registry, int64_t draft_id,
                              const struct th_parcel_import_options *given,
                              struct taken_up *ret_taken, struct th_error *err)
{
    char *text = NULL;
    enum th_status status =
        th_draft_load(th_registry_store(registry), draft_id, &ret_taken->draft, &text, err);
    if (status == TH_OK && strcmp(ret_taken->draft.state, "open") != 0) {
        status = th_error_set(err, TH_CONFLICT, "draft_closed", NULL);
        th_error_add_int(err, "draft", draft_id);
    }
    if (status == TH_OK)
        status = th_json_parse(text, strlen(text), &ret_taken->settings, err);
    free(text);
    ret_taken->options = *given;
    if (status == TH_OK)
        status = th_import_settings_fill(ret_taken->settings, true, &ret_taken->arena,
                                         &ret_taken->options, err);
    if (ret_taken->options.source == NULL)
        ret_taken->options.source = ret_taken->draft.source;
    return status;
}

static const char *absolute(struct th_arena *arena, const char *path)
{
    char *real = path == NULL || th_fetch_is_url(path) ? NULL : realpath(path, NULL);
    const char *kept = real == NULL ? path : th_arena_text(arena, real);
    free(real);
    return kept;
}

// A draft is gone on with from any folder.
static enum th_status paths_fix(struct th_parcel_import_options *options, struct th_arena *arena,
                                struct th_error *err)
{
    const char **mends = th_arena_take(arena, (options->n_mends + 1) * sizeof *mends);
    if (mends == NULL)
        return th_error_no_memory(err);
    for (size_t i = 0; i < options->n_mends; i++)
        mends[i] = absolute(arena, options->mends[i]);
    options->mends = mends;
    options->source = absolute(arena, options->source);
    options->waive_document = absolute(arena, options->waive_document);
    return TH_OK;
}

// Reads the source and stores nothing.
static enum th_status look(struct th_registry *registry, const struct th_request *request,
                           const struct th_parcel_import_options *options,
                           struct th_json **ret_reply, struct th_error *err)
{
    struct th_request dry = *request;
    dry.dry_run = true;
    dry.idempotency_key = NULL;
    return th_parcel_import(registry, &dry, options, ret_reply, err);
}

static enum th_status source_digest(const struct th_json *reply, struct th_hash *ret_sha256,
                                    struct th_error *err)
{
    const char *hex = th_json_get_text(th_json_get(reply, "source"), "sha256", "");
    return th_hash_parse(hex, ret_sha256, err);
}

static void describe(struct th_json *reply, int64_t draft_id, const char *state,
                     const struct th_parcel_import_options *options)
{
    th_json_set_int(reply, "draft_id", draft_id);
    th_json_set_text(reply, "state", state);
    th_json_set(reply, "settings", th_import_settings_json(options));
}

// What the journal keeps of a draft: its path is the clerk's own affair, its digest is not.
static struct th_json *body_of(int64_t draft_id, const struct th_hash *sha256,
                               const struct th_parcel_import_options *options)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *body = th_json_object();
    th_json_set_int(body, "draft", draft_id);
    th_json_set_text(body, "sha256", th_hash_hex(sha256, hex));
    th_json_set(body, "settings", th_import_settings_json(options));
    return body;
}

// Opens (draft_id 0) or changes a draft, and answers with what was seen.
static enum th_status keep(struct th_registry *registry, const struct th_request *request,
                           int64_t draft_id, const struct th_parcel_import_options *options,
                           struct th_json *seen, struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_draft draft = {.draft_id = draft_id};
    struct th_json *settings = th_import_settings_json(options);
    char subject[48];
    char *text = NULL;
    enum th_status status = source_digest(seen, &draft.sha256, err);
    if (status == TH_OK)
        status = th_json_dump(settings, TH_JSON_CANONICAL, &text, err);
    th_json_free(settings);
    if (status == TH_OK)
        status = th_work_begin(registry, request, TH_MAY_REGISTER, "draft.save", NULL, &work,
                               ret_reply, err);
    if (status != TH_OK || work == NULL) {
        free(text);
        th_json_free(seen);
        return status;
    }
    struct th_store *store = th_work_store(work);
    th_text_copy(draft.source, sizeof draft.source, options->source);
    th_text_copy(draft.login, sizeof draft.login, th_work_actor(work)->login);
    draft.seq = th_work_seq(work);
    if (draft_id == 0)
        status = th_draft_insert(store, &draft, text, &draft.draft_id, err);
    else
        status = th_draft_update(store, draft_id, &draft.sha256, text, draft.seq, err);
    free(text);
    snprintf(subject, sizeof subject, "draft:%lld", (long long)draft.draft_id);
    describe(seen, draft.draft_id, "open", options);
    return th_work_end(work, status, subject, body_of(draft.draft_id, &draft.sha256, options), seen,
                       ret_reply, err);
}

enum th_status th_draft_open(struct th_registry *registry, const struct th_request *request,
                             const struct th_parcel_import_options *options,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct th_parcel_import_options fixed = *options;
    struct th_arena arena = {0};
    struct th_json *seen = NULL;
    enum th_status status = paths_fix(&fixed, &arena, err);
    if (status == TH_OK)
        status = look(registry, request, &fixed, &seen, err);
    if (status == TH_OK)
        status = keep(registry, request, 0, &fixed, seen, ret_reply, err);
    th_arena_clear(&arena);
    return status;
}

enum th_status th_draft_set(struct th_registry *registry, const struct th_request *request,
                            int64_t draft_id, const struct th_parcel_import_options *options,
                            struct th_json **ret_reply, struct th_error *err)
{
    struct taken_up t = {0};
    struct th_json *seen = NULL;
    enum th_status status = take_up(registry, draft_id, options, &t, err);
    if (status == TH_OK)
        status = paths_fix(&t.options, &t.arena, err);
    if (status == TH_OK)
        status = look(registry, request, &t.options, &seen, err);
    if (status == TH_OK)
        status = keep(registry, request, draft_id, &t.options, seen, ret_reply, err);
    put_down(&t);
    return status;
}

static bool same_digest(const struct th_json *reply, const struct th_hash *sha256)
{
    char hex[TH_HASH_HEX_SIZE];
    const char *now = th_json_get_text(th_json_get(reply, "source"), "sha256", "");
    return strcmp(now, th_hash_hex(sha256, hex)) == 0;
}

enum th_status th_draft_show(struct th_registry *registry, const struct th_request *request,
                             int64_t draft_id, const struct th_parcel_import_options *options,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct taken_up t = {0};
    struct th_json *seen = NULL;
    enum th_status status = take_up(registry, draft_id, options, &t, err);
    if (status == TH_OK)
        status = look(registry, request, &t.options, &seen, err);
    if (status == TH_OK) {
        describe(seen, draft_id, "open", &t.options);
        th_json_set_bool(seen, "source_changed", !same_digest(seen, &t.draft.sha256));
    }
    put_down(&t);
    return th_reply_finish(status, seen, ret_reply, err);
}

enum th_status th_draft_confirm(struct th_registry *registry, const struct th_request *request,
                                int64_t draft_id, const struct th_parcel_import_options *options,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct taken_up t = {0};
    struct th_json *reply = NULL;
    enum th_status status = take_up(registry, draft_id, options, &t, err);
    if (status == TH_OK) {
        t.options.draft_id = draft_id;
        t.options.draft_sha256 = &t.draft.sha256;
        status = th_parcel_import(registry, request, &t.options, &reply, err);
    }
    if (status == TH_OK) {
        bool stored = th_json_get(reply, "import_id") != NULL;
        describe(reply, draft_id, stored ? "confirmed" : "open", &t.options);
    }
    put_down(&t);
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_draft_discard(struct th_registry *registry, const struct th_request *request,
                                int64_t draft_id, struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_json *input = th_json_object();
    char subject[48];
    th_json_set_int(input, "draft", draft_id);
    enum th_status status = th_work_begin(registry, request, TH_MAY_REGISTER, "draft.discard",
                                          input, &work, ret_reply, err);
    if (status != TH_OK || work == NULL) {
        th_json_free(input);
        return status;
    }
    struct th_draft draft;
    char *settings = NULL;
    status = th_draft_load(th_work_store(work), draft_id, &draft, &settings, err);
    free(settings);
    if (status == TH_OK)
        status =
            th_draft_close(th_work_store(work), draft_id, "discarded", 0, th_work_seq(work), err);
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "draft_id", draft_id);
    th_json_set_text(reply, "state", "discarded");
    snprintf(subject, sizeof subject, "draft:%lld", (long long)draft_id);
    return th_work_end(work, status, subject, input, reply, ret_reply, err);
}

struct listing {
    struct th_json *drafts;
    enum th_status status;
    struct th_error err;
};

static bool list_one(void *context, const struct th_draft *draft, const char *settings)
{
    struct listing *l = context;
    struct th_json *kept = NULL;
    l->status = th_json_parse(settings, strlen(settings), &kept, &l->err);
    struct th_json *item = th_json_object();
    th_json_set_int(item, "draft_id", draft->draft_id);
    th_json_set_text(item, "source", draft->source);
    th_json_set_text(item, "state", draft->state);
    th_json_set_text(item, "login", draft->login);
    if (draft->import_id != 0)
        th_json_set_int(item, "import_id", draft->import_id);
    else
        th_json_set(item, "import_id", th_json_null());
    th_json_set(item, "settings", kept);
    th_json_append(l->drafts, item);
    return l->status == TH_OK;
}

enum th_status th_draft_list(struct th_registry *registry, struct th_json **ret_reply,
                             struct th_error *err)
{
    struct listing l = {.drafts = th_json_array(), .status = TH_OK};
    enum th_status status = th_draft_each(th_registry_store(registry), list_one, &l, err);
    if (status == TH_OK && l.status != TH_OK) {
        if (err != NULL)
            *err = l.err;
        status = l.status;
    }
    return th_reply_finish_list(status, "drafts", l.drafts, ret_reply, err);
}

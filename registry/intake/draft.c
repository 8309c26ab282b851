#include "registry/intake/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/fetch.h"
#include "registry/intake/import_settings.h"
#include "registry/intake/parcel_internal.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "registry/work.h"
#include "store/ground/draft_store.h"
#include "store/ground/import_store.h"
#include "store/journal/journal_store.h"
#include "store/people/party_store.h"

// A draft as it is taken up again. The options point into it.
struct taken_up {
    struct th_draft draft;
    struct th_kept_settings kept, profile;
    struct th_parcel_import_options options;
    char village[TH_CODE_SIZE]; // of the clerk who opened it
};

static void put_down(struct taken_up *t)
{
    th_kept_settings_clear(&t->kept);
    th_kept_settings_clear(&t->profile);
}

// Loads the draft and joins what was decided with what `given` says.
static enum th_status take_up(struct th_registry *registry, int64_t draft_id,
                              const struct th_parcel_import_options *given, bool even_closed,
                              struct taken_up *ret_taken, struct th_error *err)
{
    char *text = NULL;
    enum th_status status =
        th_draft_load(th_registry_store(registry), draft_id, &ret_taken->draft, &text, err);
    if (status == TH_OK && !even_closed) {
        status = th_draft_check(th_registry_store(registry), draft_id, ret_taken->draft.seq, err);
    }
    ret_taken->options = *given;
    if (status == TH_OK) {
        status = th_import_settings_fill(text, true, &ret_taken->kept, &ret_taken->options, err);
    }
    free(text);
    if (ret_taken->options.source == NULL) {
        ret_taken->options.source = ret_taken->draft.source;
    }
    return status;
}

// The path as it is found from any folder; what does not exist stays as it was typed. TH_NO_MEMORY.
static enum th_status path_fix(const char **path, struct th_arena *arena, struct th_error *err)
{
    char *real = *path == NULL || th_fetch_is_url(*path) ? NULL : realpath(*path, NULL);
    const char *kept = real == NULL ? *path : th_arena_text(arena, real);
    bool lost = real != NULL && kept == NULL;
    free(real);
    *path = kept;
    return lost ? th_error_no_memory(err) : TH_OK;
}

// A draft is gone on with from any folder.
static enum th_status paths_fix(struct th_parcel_import_options *options, struct th_arena *arena,
                                struct th_error *err)
{
    const char **mends = th_arena_take(arena, (options->n_mends + 1) * sizeof(*mends));
    if (mends == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = path_fix(&options->source, arena, err);
    if (status == TH_OK && strlen(options->source) >= TH_DRAFT_SOURCE_SIZE) {
        (void)th_error_set(err, TH_LIMIT, "draft_source_long", NULL);
        th_error_add_int(err, "limit", TH_DRAFT_SOURCE_SIZE - 1);
        return TH_LIMIT;
    }
    if (status == TH_OK) {
        status = path_fix(&options->waive_document, arena, err);
    }
    for (size_t i = 0; status == TH_OK && i < options->n_mends; i++) {
        mends[i] = options->mends[i];
        status = path_fix(&mends[i], arena, err);
    }
    options->mends = mends;
    return status;
}

static enum th_status rows_without(const struct th_row_numbers *dropped,
                                   const struct th_row_numbers *kept, struct th_arena *arena,
                                   struct th_parcel_import_options *options, struct th_error *err)
{
    const char **texts = th_arena_take(arena, (dropped->n + 1) * sizeof(*texts));
    size_t n = 0;
    for (size_t i = 0; i < kept->n; i++) {
        if (!th_row_numbers_have(dropped, kept->items[i])) {
            enum th_status status = th_error_set(err, TH_INVALID, "row_not_dropped", NULL);
            th_error_add_int(err, "row", kept->items[i]);
            return status;
        }
    }
    for (size_t i = 0; texts != NULL && i < dropped->n; i++) {
        char text[24];
        if (th_row_numbers_have(kept, dropped->items[i])) {
            continue;
        }
        snprintf(text, sizeof(text), "%lld", (long long)dropped->items[i]);
        texts[n] = th_arena_text(arena, text);
        if (texts[n++] == NULL) {
            texts = NULL;
        }
    }
    if (texts == NULL) {
        return th_error_no_memory(err);
    }
    options->drop_rows = texts;
    options->n_drop_rows = n;
    return TH_OK;
}

// Lists of decisions grow, but for rows that are taken in again.
static enum th_status rows_keep(struct th_parcel_import_options *options, struct th_arena *arena,
                                struct th_error *err)
{
    struct th_row_numbers dropped = {0};
    struct th_row_numbers kept = {0};
    if (options->n_keep_rows == 0) {
        return TH_OK;
    }
    enum th_status status =
        th_row_numbers_read(options->drop_rows, options->n_drop_rows, "drop", &dropped, err);
    if (status == TH_OK) {
        status = th_row_numbers_read(options->keep_rows, options->n_keep_rows, "keep", &kept, err);
    }
    if (status == TH_OK) {
        status = rows_without(&dropped, &kept, arena, options, err);
    }
    free(dropped.items);
    free(kept.items);
    return status;
}

// Reads the source and stores nothing.
static enum th_status look(struct th_registry *registry, const struct th_request *request,
                           const struct th_parcel_import_options *options,
                           struct th_json **ret_reply, struct th_error *err)
{
    struct th_request dry = *request;
    dry.dry_run = true;
    dry.idempotency_key = NULL;
    enum th_status status = th_parcel_import(registry, &dry, options, ret_reply, err);
    // That no parcel was written is what a draft is; the draft itself may well be.
    if (status == TH_OK && !request->dry_run) {
        th_json_remove(*ret_reply, "dry_run");
    }
    return status;
}

static void describe(struct th_json *reply, int64_t draft_id, const char *state,
                     const struct th_parcel_import_options *options)
{
    th_json_set_int(reply, "draft_id", draft_id);
    th_json_set_text(reply, "state", state);
    th_json_set(reply, "settings", th_import_settings_json(options));
}

// What the journal keeps of a draft: its path is the clerk's own affair, its digest is not.
static struct th_json *body_of(const struct th_draft *draft, struct th_json *settings)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *body = th_json_object();
    th_json_set_int(body, "draft", draft->draft_id);
    th_json_set_text(body, "sha256", th_hash_hex(&draft->sha256, hex));
    th_json_set(body, "settings", settings);
    return body;
}

// What was asked for, whatever was decided before: a request that is repeated asks for the same.
static struct th_json *asked(int64_t draft_id, const struct th_parcel_import_options *given)
{
    struct th_json *input = th_import_settings_json(given);
    th_json_set_int(input, "draft", draft_id);
    th_json_set_text(input, "source", given->source == NULL ? "" : given->source);
    th_json_set_text(input, "profile", given->profile == NULL ? "" : given->profile);
    struct th_json *kept = th_json_array();
    for (size_t i = 0; i < given->n_keep_rows; i++) {
        th_json_append_text(kept, given->keep_rows[i]);
    }
    th_json_set(input, "keep_rows", kept);
    return input;
}

static enum th_status write_draft(struct th_work *work, struct th_draft *draft, int64_t seen_seq,
                                  const struct th_parcel_import_options *options,
                                  struct th_error *err)
{
    struct th_json *settings = th_import_settings_json(options);
    char *text = NULL;
    enum th_status status = th_json_dump(settings, TH_JSON_CANONICAL, &text, err);
    th_json_free(settings);
    th_text_copy(draft->source, sizeof(draft->source), options->source);
    th_text_copy(draft->login, sizeof(draft->login), th_work_actor(work)->login);
    draft->seq = th_work_seq(work);
    if (status == TH_OK && draft->draft_id == 0) {
        status = th_draft_insert(th_work_store(work), draft, text, &draft->draft_id, err);
    } else if (status == TH_OK) {
        status = th_draft_update(th_work_store(work), draft, seen_seq, text, err);
    }
    free(text);
    return status;
}

// Opens (draft_id 0) or changes a draft, and answers with what was seen, which it takes.
static enum th_status keep(struct th_registry *registry, const struct th_request *request,
                           int64_t draft_id, const struct th_parcel_import_options *given,
                           struct taken_up *t, struct th_json *seen, struct th_json **ret_reply,
                           struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_draft draft = {.draft_id = draft_id};
    struct th_json *input = asked(draft_id, given);
    char subject[48];
    enum th_status status = th_import_seen_digest(th_json_get(seen, "source"), &draft.sha256, err);
    if (status == TH_OK) {
        status = th_work_begin(registry, request, TH_MAY_REGISTER, "draft.save", input, &work,
                               ret_reply, err);
    }
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        th_json_free(seen);
        return status;
    }
    // A clerk's own village is said by nobody, but it must hold for whoever confirms.
    const char *own = th_work_actor(work)->village;
    if (draft_id == 0 && t->options.village == NULL && own != NULL) {
        th_text_copy(t->village, sizeof(t->village), own);
        t->options.village = t->village;
    }
    status = write_draft(work, &draft, t->draft.seq, &t->options, err);
    snprintf(subject, sizeof(subject), "draft:%lld", (long long)draft.draft_id);
    describe(seen, draft.draft_id, "open", &t->options);
    struct th_json *settings = th_import_settings_json(&t->options);
    return th_work_end(work, status, subject, body_of(&draft, settings), seen, ret_reply, err);
}

// Looks at what the options say by now, and keeps it.
static enum th_status look_and_keep(struct th_registry *registry, const struct th_request *request,
                                    int64_t draft_id, const struct th_parcel_import_options *given,
                                    struct taken_up *t, struct th_json **ret_reply,
                                    struct th_error *err)
{
    struct th_json *seen = NULL;
    enum th_status status =
        th_import_settings_of_profile(th_registry_store(registry), &t->profile, &t->options, err);
    if (status == TH_OK) {
        status = paths_fix(&t->options, &t->kept.arena, err);
    }
    if (status == TH_OK) {
        status = rows_keep(&t->options, &t->kept.arena, err);
    }
    if (status == TH_OK) {
        status = look(registry, request, &t->options, &seen, err);
    }
    if (status == TH_OK) {
        status = keep(registry, request, draft_id, given, t, seen, ret_reply, err);
    }
    return status;
}

enum th_status th_draft_open(struct th_registry *registry, const struct th_request *request,
                             const struct th_parcel_import_options *options,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct taken_up t = {.options = *options};
    enum th_status status = look_and_keep(registry, request, 0, options, &t, ret_reply, err);
    put_down(&t);
    return status;
}

enum th_status th_draft_set(struct th_registry *registry, const struct th_request *request,
                            int64_t draft_id, const struct th_parcel_import_options *options,
                            struct th_json **ret_reply, struct th_error *err)
{
    struct taken_up t = {0};
    enum th_status status = take_up(registry, draft_id, options, false, &t, err);
    if (status == TH_OK) {
        status = look_and_keep(registry, request, draft_id, options, &t, ret_reply, err);
    }
    put_down(&t);
    return status;
}

// The entry of the journal by which a draft was closed.
static bool closing_tell(void *context, const struct th_journal_entry *entry)
{
    char at[TH_INSTANT_TEXT_SIZE];
    th_json_set_text(context, "closed_at", th_instant_format(entry->at_utc, at));
    th_json_set_text(context, "closed_by", entry->login);
    return false;
}

static enum th_status import_tell(struct th_store *store, int64_t import_id, struct th_json *reply,
                                  struct th_error *err)
{
    struct th_import_record import;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_import_load(store, import_id, &import, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *source = th_json_object();
    th_json_set_text(source, "name", import.source);
    th_json_set_text(source, "sha256", th_hash_hex(&import.sha256, hex));
    th_json_set_text(source, "layer", import.layer);
    th_json_set_text(source, "crs", import.crs_code);
    th_json_set(reply, "source", source);
    th_json_set_int(reply, "import_id", import_id);
    th_json_set_int(reply, "read", import.n_read);
    th_json_set_int(reply, "accepted", import.n_accepted);
    th_json_set_int(reply, "rejected", import.n_rejected);
    th_json_set_int(reply, "unchanged", import.n_unchanged);
    return TH_OK;
}

static enum th_status dropped_tell(const struct th_parcel_import_options *options,
                                   struct th_json *reply, struct th_error *err)
{
    struct th_row_numbers dropped = {0};
    enum th_status status =
        th_row_numbers_read(options->drop_rows, options->n_drop_rows, "drop", &dropped, err);
    if (status == TH_OK && dropped.n > 0) {
        th_json_set_int(reply, "dropped", (int64_t)dropped.n);
    }
    free(dropped.items);
    return status;
}

// What became of a draft that is closed; its source is not looked at any more.
static enum th_status closed_tell(struct th_registry *registry, const struct taken_up *t,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    const struct th_draft *draft = &t->draft;
    if (t->options.problems_path != NULL || t->options.overlaps_path != NULL) {
        return th_draft_check(store, draft->draft_id, draft->seq, err);
    }
    struct th_json *reply = th_json_object();
    describe(reply, draft->draft_id, draft->state, &t->options);
    enum th_status status = th_journal_each(store, NULL, draft->seq, 1, closing_tell, reply, err);
    if (status == TH_OK && draft->import_id != 0) {
        status = import_tell(store, draft->import_id, reply, err);
    }
    if (status == TH_OK && draft->import_id != 0) {
        status = dropped_tell(&t->options, reply, err);
    }
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_draft_show(struct th_registry *registry, const struct th_request *request,
                             int64_t draft_id, const struct th_parcel_import_options *options,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct taken_up t = {0};
    struct th_json *seen = NULL;
    enum th_status status = take_up(registry, draft_id, options, true, &t, err);
    if (status == TH_OK && strcmp(t.draft.state, "open") != 0) {
        status = closed_tell(registry, &t, ret_reply, err);
        put_down(&t);
        return status;
    }
    if (status == TH_OK) {
        status = look(registry, request, &t.options, &seen, err);
    }
    struct th_hash now;
    if (status == TH_OK) {
        status = th_import_seen_digest(th_json_get(seen, "source"), &now, err);
    }
    if (status == TH_OK) {
        describe(seen, draft_id, "open", &t.options);
        th_json_set_bool(seen, "source_changed",
                         memcmp(now.bytes, t.draft.sha256.bytes, TH_HASH_SIZE) != 0);
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
    // A repeated request finds the draft that it closed itself, and its reply.
    bool repeated = request->idempotency_key != NULL;
    enum th_status status = take_up(registry, draft_id, options, repeated, &t, err);
    if (status == TH_OK) {
        t.options.draft_id = draft_id;
        t.options.draft_seq = t.draft.seq;
        t.options.draft_sha256 = &t.draft.sha256;
        status = th_parcel_import(registry, request, &t.options, &reply, err);
    }
    bool stored = status == TH_OK && th_json_get(reply, "import_id") != NULL;
    // Without a row to store nothing was written that would have met somebody else's decision.
    if (status == TH_OK && !th_json_get_bool(reply, "replayed", false) && !stored) {
        status = th_draft_check(th_registry_store(registry), draft_id, t.draft.seq, err);
    }
    if (status == TH_OK) {
        describe(reply, draft_id, stored ? "confirmed" : "open", &t.options);
    }
    put_down(&t);
    return th_reply_finish(status, reply, ret_reply, err);
}

// As the one who would decide about it may: the clerk of its village, and an officer where an
// officer let rows in.
static enum th_status check_village(struct th_work *work, const char *reference,
                                    struct th_error *err)
{
    struct th_village village;
    if (reference == NULL) {
        return TH_OK;
    }
    enum th_status status = th_village_resolve(th_work_store(work), reference, &village, err);
    return status == TH_OK ? th_work_check_village(work, village.code, err) : status;
}

enum th_status th_draft_discard(struct th_registry *registry, const struct th_request *request,
                                int64_t draft_id, struct th_json **ret_reply, struct th_error *err)
{
    const struct th_parcel_import_options nothing = {.source = NULL};
    struct th_work *work = NULL;
    struct taken_up t = {0};
    struct th_json *input = NULL;
    char subject[48];
    // A repeated request finds the draft that it closed itself, and its reply.
    enum th_status status = take_up(registry, draft_id, &nothing, true, &t, err);
    if (status == TH_OK) {
        input = th_json_object();
        th_json_set_int(input, "draft", draft_id);
        status = th_work_begin(registry, request,
                               t.options.n_waive_rows > 0 ? TH_MAY_WAIVE : TH_MAY_REGISTER,
                               "draft.discard", input, &work, ret_reply, err);
    }
    if (status != TH_OK || work == NULL) {
        th_json_free(input);
        put_down(&t);
        return status;
    }
    status = check_village(work, t.options.village, err);
    if (status == TH_OK) {
        status = th_draft_close(th_work_store(work), draft_id, t.draft.seq, "discarded", 0,
                                th_work_seq(work), err);
    }
    put_down(&t);
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "draft_id", draft_id);
    th_json_set_text(reply, "state", "discarded");
    snprintf(subject, sizeof(subject), "draft:%lld", (long long)draft_id);
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
    if (draft->import_id != 0) {
        th_json_set_int(item, "import_id", draft->import_id);
    } else {
        th_json_set(item, "import_id", th_json_null());
    }
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
        if (err != NULL) {
            *err = l.err;
        }
        status = l.status;
    }
    return th_reply_finish_list(status, "drafts", l.drafts, ret_reply, err);
}

#include "store/ground/draft_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

#define DRAFT_COLUMNS "draft_id, source, sha256, state, login, import_id, seq, settings"
enum { COLUMN_SETTINGS = 7 };

static const char SQL_INSERT[] =
    "INSERT INTO import_draft (source, sha256, settings, state, login, seq)"
    " VALUES (?1, ?2, ?3, 'open', ?4, ?5) RETURNING *";
static const char SQL_UPDATE[] =
    "UPDATE import_draft SET sha256 = ?2, settings = ?3, seq = ?4, source = ?5"
    " WHERE draft_id = ?1 AND state = 'open' AND seq = ?6 RETURNING *";
static const char SQL_CLOSE[] = "UPDATE import_draft SET state = ?2, import_id = ?3, seq = ?4"
                                " WHERE draft_id = ?1 AND state = 'open' AND seq = ?5 RETURNING *";
static const char SQL_LOAD[] = "SELECT " DRAFT_COLUMNS " FROM import_draft WHERE draft_id = ?1";
static const char SQL_EACH[] = "SELECT " DRAFT_COLUMNS " FROM import_draft ORDER BY draft_id DESC";

static void read_draft(struct th_stmt *q, struct th_draft *draft)
{
    *draft = (struct th_draft){0};
    draft->draft_id = th_column_int(q, 0);
    th_column_copy(q, 1, draft->source, sizeof(draft->source));
    th_column_hash(q, 2, &draft->sha256);
    th_column_copy(q, 3, draft->state, sizeof(draft->state));
    th_column_copy(q, 4, draft->login, sizeof(draft->login));
    draft->import_id = th_column_int(q, 5);
    draft->seq = th_column_int(q, 6);
}

enum th_status th_draft_insert(struct th_store *store, const struct th_draft *draft,
                               const char *settings, int64_t *ret_draft_id, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_INSERT);
    th_bind_text(q, 1, draft->source);
    th_bind_hash(q, 2, &draft->sha256);
    th_bind_text(q, 3, settings);
    th_bind_text(q, 4, draft->login);
    th_bind_int(q, 5, draft->seq);
    return th_entry_insert(q, "import_draft", ret_draft_id, err);
}

enum th_status th_draft_check(struct th_store *store, int64_t draft_id, int64_t seen_seq,
                              struct th_error *err)
{
    struct th_draft now;
    char *settings = NULL;
    enum th_status status = th_draft_load(store, draft_id, &now, &settings, err);
    free(settings);
    if (status != TH_OK) {
        return status;
    }
    bool open = strcmp(now.state, "open") == 0;
    if (open && now.seq == seen_seq) {
        return TH_OK;
    }
    bool confirmed = strcmp(now.state, "confirmed") == 0;
    if (open) {
        status = th_error_set(err, TH_CONFLICT, "draft_moved", NULL);
    } else {
        status =
            th_error_set(err, TH_CONFLICT, confirmed ? "draft_confirmed" : "draft_closed", NULL);
    }
    th_error_add_int(err, "draft", draft_id);
    return status;
}

static enum th_status changed_one(struct th_store *store, enum th_status status, int64_t draft_id,
                                  int64_t seen_seq, struct th_error *err)
{
    if (status != TH_OK || th_db_changes(store) == 1) {
        return status;
    }
    status = th_draft_check(store, draft_id, seen_seq, err);
    assert(status != TH_OK); // what is as it was seen would have been changed
    return status;
}

enum th_status th_draft_update(struct th_store *store, const struct th_draft *draft,
                               int64_t seen_seq, const char *settings, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_UPDATE);
    th_bind_int(q, 1, draft->draft_id);
    th_bind_hash(q, 2, &draft->sha256);
    th_bind_text(q, 3, settings);
    th_bind_int(q, 4, draft->seq);
    th_bind_text(q, 5, draft->source);
    th_bind_int(q, 6, seen_seq);
    return changed_one(store, th_entry_run(q, "import_draft", err), draft->draft_id, seen_seq, err);
}

enum th_status th_draft_close(struct th_store *store, int64_t draft_id, int64_t seen_seq,
                              const char *state, int64_t import_id, int64_t seq,
                              struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_CLOSE);
    th_bind_int(q, 1, draft_id);
    th_bind_text(q, 2, state);
    if (import_id == 0) {
        th_bind_null(q, 3);
    } else {
        th_bind_int(q, 3, import_id);
    }
    th_bind_int(q, 4, seq);
    th_bind_int(q, 5, seen_seq);
    return changed_one(store, th_entry_run(q, "import_draft", err), draft_id, seen_seq, err);
}

enum th_status th_draft_load(struct th_store *store, int64_t draft_id, struct th_draft *ret_draft,
                             char **ret_settings, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_LOAD);
    th_bind_int(q, 1, draft_id);
    enum th_status status = TH_OK;
    char *settings = NULL;
    if (!th_stmt_next(q, &status, err) && status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "draft_not_found", NULL);
        th_error_add_int(err, "draft", draft_id);
    }
    if (status == TH_OK) {
        settings = th_text_duplicate(th_column_text(q, COLUMN_SETTINGS));
        status = settings == NULL ? th_error_no_memory(err) : TH_OK;
    }
    if (status == TH_OK) {
        read_draft(q, ret_draft);
        *ret_settings = settings;
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_draft_each(struct th_store *store,
                             bool (*visit)(void *context, const struct th_draft *draft,
                                           const char *settings),
                             void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_EACH);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_draft draft;
        read_draft(q, &draft);
        go_on = visit(context, &draft, th_column_text(q, COLUMN_SETTINGS));
    }
    th_stmt_done(q);
    return status;
}

#include "store/estimate/methodology_store.h"

#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

static const char SQL_INSERT[] =
    "INSERT INTO methodology (id, version, sha256, document, seq) VALUES (?1, ?2, ?3, ?4, ?5)";
// Version texts count upward, so that a longer one is the later one of the same load.
static const char SQL_TEXT[] =
    "SELECT document FROM methodology WHERE id = ?1 AND (?2 IS NULL OR version = ?2) "
    "ORDER BY seq DESC, length(version) DESC, version DESC LIMIT 1";
static const char SQL_DIGEST[] = "SELECT sha256 FROM methodology WHERE id = ?1 AND version = ?2";
static const char SQL_EACH[] = "SELECT id, version, sha256, document, seq FROM methodology "
                               "ORDER BY id, seq, length(version), version";

enum th_status th_methodology_insert(struct th_store *store, const struct th_methodology_row *row,
                                     struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_INSERT);
    th_bind_text(q, 1, row->id);
    th_bind_text(q, 2, row->version);
    th_bind_hash(q, 3, &row->sha256);
    th_bind_text(q, 4, row->document);
    th_bind_int(q, 5, row->seq);
    return th_entry_run_noted(q, TH_SET_METHODOLOGY, row->seq, err);
}

enum th_status th_methodology_text(struct th_store *store, const char *id, const char *version,
                                   char **ret_text, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_TEXT);
    th_bind_text(q, 1, id);
    th_bind_text(q, 2, version);
    enum th_status status = TH_OK;
    if (!th_stmt_next(q, &status, err) && status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "methodology_not_found", "methodology", id,
                              "version", version, NULL);
    }
    if (status == TH_OK) {
        char *text = th_text_duplicate(th_column_text(q, 0));
        if (text) {
            *ret_text = text;
        } else {
            status = th_error_no_memory(err);
        }
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_methodology_digest(struct th_store *store, const char *id, const char *version,
                                     bool *ret_found, struct th_hash *ret_sha256,
                                     struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_DIGEST);
    th_bind_text(q, 1, id);
    th_bind_text(q, 2, version);
    bool row = false;
    enum th_status status = th_stmt_step(q, &row, err);
    if (status == TH_OK) {
        *ret_found = row;
        if (row) {
            th_column_hash(q, 0, ret_sha256);
        }
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_methodology_each(struct th_store *store,
                                   bool (*visit)(void *context,
                                                 const struct th_methodology_row *row),
                                   void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_EACH);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_methodology_row found = {.id = th_column_text(q, 0),
                                           .version = th_column_text(q, 1),
                                           .document = th_column_text(q, 3),
                                           .seq = th_column_int(q, 4)};
        th_column_hash(q, 2, &found.sha256);
        go_on = visit(context, &found);
    }
    th_stmt_done(q);
    return status;
}

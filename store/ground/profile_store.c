#include "store/ground/profile_store.h"

#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

enum th_status th_profile_save(struct th_store *store, const char *name, const char *options,
                               int64_t seq, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO import_profile (name, options, seq) VALUES (?1, ?2, ?3)"
                              " ON CONFLICT (name) DO UPDATE SET options = excluded.options, seq = "
                              "excluded.seq RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, name);
    th_bind_text(q, 2, options);
    th_bind_int(q, 3, seq);
    return th_entry_run(q, "import_profile", err);
}

static enum th_status missing(const char *name, struct th_error *err)
{
    return th_error_set(err, TH_NOT_FOUND, "profile_not_found", "profile", name, NULL);
}

enum th_status th_profile_load(struct th_store *store, const char *name, char **ret_options,
                               struct th_error *err)
{
    static const char SQL[] = "SELECT options FROM import_profile WHERE name = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, name);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        char *options = th_text_duplicate(th_column_text(q, 0));
        if (options != NULL) {
            *ret_options = options;
        } else {
            status = th_error_no_memory(err);
        }
    } else if (status == TH_OK) {
        status = missing(name, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_profile_each(struct th_store *store,
                               bool (*visit)(void *context, const char *name, const char *options,
                                             int64_t seq),
                               void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT name, options, seq FROM import_profile ORDER BY name";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_text(q, 0), th_column_text(q, 1), th_column_int(q, 2));
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_profile_remove(struct th_store *store, const char *name, struct th_error *err)
{
    static const char SQL[] = "DELETE FROM import_profile WHERE name = ?1 RETURNING name";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, name);
    enum th_status status = th_entry_run_gone(q, "import_profile", err);
    if (status == TH_OK && th_db_changes(store) != 1) {
        status = missing(name, err);
    }
    return status;
}

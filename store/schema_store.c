// Is the layout of the file the one that this program makes? A trigger that was taken away or
// slipped in would undo what the others guard.
#include <assert.h>
#include <string.h>

#include "core/buf.h"
#include "store/schema_internal.h"
#include "store/store_internal.h"

struct side { // one database, stepped through in order of type and name
    struct th_stmt *q;
    bool row;
};

static enum th_status advance(struct side *side, struct th_error *err)
{
    return th_stmt_step(side->q, &side->row, err);
}

static int compare_names(const struct side *ours, const struct side *theirs)
{
    if (!ours->row || !theirs->row) {
        return (int)theirs->row - (int)ours->row;
    }
    int order = strcmp(th_column_text(ours->q, 0), th_column_text(theirs->q, 0));
    return order != 0 ? order : strcmp(th_column_text(ours->q, 1), th_column_text(theirs->q, 1));
}

static bool same_text(const struct side *ours, const struct side *theirs)
{
    const char *a = th_column_text(ours->q, 2);
    const char *b = th_column_text(theirs->q, 2);
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

// Whoever opens the file in QGIS may add tables of styles; a trigger is another matter.
static bool harmless(const struct side *extra)
{
    return strcmp(th_column_text(extra->q, 0), "trigger") != 0;
}

static void found(const struct side *side, struct th_schema_difference *ret_difference)
{
    ret_difference->differs = true;
    th_column_copy(side->q, 0, ret_difference->type, sizeof(ret_difference->type));
    th_column_copy(side->q, 1, ret_difference->name, sizeof(ret_difference->name));
}

static enum th_status compare(struct side *ours, struct side *theirs,
                              struct th_schema_difference *ret_difference, struct th_error *err)
{
    enum th_status status = advance(ours, err);
    if (status == TH_OK) {
        status = advance(theirs, err);
    }
    while (status == TH_OK && !ret_difference->differs && (ours->row || theirs->row)) {
        int order = compare_names(ours, theirs);
        if (order < 0 || (order == 0 && !same_text(ours, theirs))) {
            found(ours, ret_difference); // missing or changed
        } else if (order > 0 && !harmless(theirs)) {
            found(theirs, ret_difference);
        }
        if (order <= 0) {
            ret_difference->n++;
            status = advance(ours, err);
        }
        if (status == TH_OK && order >= 0) {
            status = advance(theirs, err);
        }
    }
    return status;
}

enum th_status th_schema_compare(struct th_store *store,
                                 struct th_schema_difference *ret_difference, struct th_error *err)
{
    static const char SQL[] = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name";
    struct th_store *reference = NULL;
    struct th_schema_difference difference = {0};
    enum th_status status = th_db_open_reference(&reference, err);
    if (status != TH_OK) {
        return status;
    }
    struct side ours = {.q = th_db_query(reference, SQL)};
    struct side theirs = {.q = th_db_query(store, SQL)};
    status = compare(&ours, &theirs, &difference, err);
    th_stmt_done(ours.q);
    th_stmt_done(theirs.q);
    th_store_close(reference);
    if (status == TH_OK) {
        *ret_difference = difference;
    }
    return status;
}

// --- Mending -------------------------------------------------------------------------------------

// What was written down in SQL and holds no rows.
static const char SQL_PARTS[] = "SELECT type, name, sql FROM sqlite_master WHERE type IN "
                                "('trigger', 'index', 'view') AND sql IS NOT NULL ORDER BY name";

// The text of a part in another file; *ret_found false when there is none.
static enum th_status find_part(struct th_store *store, const char *type, const char *name,
                                const char *text, bool *ret_found, bool *ret_same,
                                struct th_error *err)
{
    static const char SQL[] = "SELECT sql FROM sqlite_master WHERE type = ?1 AND name = ?2";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, type);
    th_bind_text(q, 2, name);
    enum th_status status = TH_OK;
    *ret_found = th_stmt_next(q, &status, err);
    const char *there = *ret_found ? th_column_text(q, 0) : NULL;
    *ret_same = there && strcmp(there, text) == 0;
    th_stmt_done(q);
    return status;
}

// A name that somebody else chose may have anything in it.
static void drop(struct th_buf *sql, const char *type, const char *name)
{
    th_buf_printf(sql, "DROP %s \"", type);
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '"') {
            th_buf_append_char(sql, '"');
        }
        th_buf_append_char(sql, *c);
    }
    th_buf_append_str(sql, "\";");
}

// Drops of ours that the layout has not, or has otherwise.
static enum th_status list_drops(struct th_store *store, struct th_store *layout,
                                 struct th_buf *sql, int64_t *n, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_PARTS);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        const char *type = th_column_text(q, 0);
        const char *name = th_column_text(q, 1);
        bool found = false;
        bool same = false;
        status = find_part(layout, type, name, th_column_text(q, 2), &found, &same, err);
        // Names of a layout, not values; an index that somebody added does no harm.
        if (status == TH_OK && !same && (found || strcmp(type, "trigger") == 0)) {
            drop(sql, type, name);
            *n += !found; // what the layout has is counted when it is made again
        }
    }
    th_stmt_done(q);
    return status;
}

static enum th_status make_missing(struct th_store *store, struct th_store *layout, int64_t *n,
                                   struct th_error *err)
{
    struct th_stmt *q = th_db_query(layout, SQL_PARTS);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        bool found = false;
        bool same = false;
        const char *text = th_column_text(q, 2);
        status =
            find_part(store, th_column_text(q, 0), th_column_text(q, 1), text, &found, &same, err);
        if (status == TH_OK && !found) {
            status = th_db_exec(store, text, err);
            (*n)++;
        }
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_schema_mend(struct th_store *store, int64_t *ret_n, struct th_error *err)
{
    enum { TEXT_LIMIT = 1 << 20 };
    struct th_store *layout = NULL;
    struct th_buf drops;
    int64_t n = 0;
    assert(th_db_in_transaction(store));
    enum th_status status = th_db_open_reference(&layout, err);
    if (status != TH_OK) {
        return status;
    }
    th_buf_init(&drops, TEXT_LIMIT);
    status = list_drops(store, layout, &drops, &n, err);
    if (status == TH_OK) {
        status = th_buf_check(&drops, err);
    }
    if (status == TH_OK) {
        status = th_db_exec(store, th_buf_text(&drops), err);
    }
    if (status == TH_OK) {
        status = make_missing(store, layout, &n, err);
    }
    th_buf_clear(&drops);
    th_store_close(layout);
    if (status == TH_OK) {
        *ret_n = n;
    }
    return status;
}

// Is the layout of the file the one that this program makes? A trigger that was taken away or
// slipped in would undo what the others guard.
#include <string.h>

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

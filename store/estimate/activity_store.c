#include "store/estimate/activity_store.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/row_check_internal.h"

// BLAKE2b of the canonical JSON array of everything but id and entry.
static enum th_status row_hash(const struct th_activity *activity, struct th_hash *ret_hash,
                               struct th_error *err)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *row = th_json_array();
    th_json_append_text(row, "tanhui-activity-1");
    th_json_append_int(row, activity->parcel_id);
    th_json_append_int(row, activity->year);
    th_json_append_int(row, activity->version);
    th_json_append_text(row, activity->quantities);
    th_json_append_text(row, activity->origins);
    th_json_append_text(row, activity->source);
    th_json_append_text(row, th_hash_hex(&activity->sha256, hex));
    th_json_append_int(row, activity->source_row);
    enum th_status status = th_row_hash_json(row, ret_hash, err);
    th_json_free(row);
    return status;
}

enum th_status th_activity_find(struct th_store *store, int64_t parcel_id, int year,
                                char **ret_quantities, struct th_error *err)
{
    static const char SQL[] = "SELECT quantities FROM activity WHERE parcel_id = ?1 AND year = ?2"
                              " ORDER BY version DESC LIMIT 1";
    char *quantities = NULL;
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_int(q, 2, year);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        quantities = th_text_duplicate(th_column_text(q, 0));
        status = quantities == NULL ? th_error_no_memory(err) : TH_OK;
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_quantities = quantities;
    }
    return status;
}

#define ACTIVITY_COLUMNS                                                                           \
    "SELECT a.activity_id, a.parcel_id, a.year, a.version, a.quantities, a.origins, a.source,"     \
    " a.sha256, a.source_row, a.row_hash, a.seq"

static struct th_activity read_activity(struct th_stmt *q)
{
    struct th_activity activity = {.activity_id = th_column_int(q, 0),
                                   .parcel_id = th_column_int(q, 1),
                                   .year = (int)th_column_int(q, 2),
                                   .version = th_column_int(q, 3),
                                   .quantities = th_column_text(q, 4),
                                   .origins = th_column_text(q, 5),
                                   .source = th_column_text(q, 6),
                                   .source_row = th_column_int(q, 8),
                                   .seq = th_column_int(q, 10)};
    th_column_hash(q, 7, &activity.sha256);
    th_column_hash(q, 9, &activity.row_hash);
    return activity;
}

enum th_status th_activity_each(struct th_store *store, const struct th_activity_question *question,
                                bool (*visit)(void *context, const struct th_activity *activity),
                                void *context, struct th_error *err)
{
    static const char SQL[] = ACTIVITY_COLUMNS
        " FROM activity a JOIN parcel p ON p.parcel_id = a.parcel_id"
        " WHERE a.parcel_id BETWEEN ?1 AND ?2 AND (?3 = 0 OR a.year = ?3)"
        " AND (?4 IS NULL OR p.village = ?4)"
        " AND (?5 OR NOT EXISTS (SELECT 1 FROM activity b WHERE b.parcel_id = a.parcel_id"
        "  AND b.year = a.year AND b.version > a.version))"
        " ORDER BY a.parcel_id, a.year, a.version";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, question->parcel_id);
    int64_t last = question->parcel_id > 0 ? question->parcel_id : INT64_MAX;
    th_bind_int(q, 2, question->through_id > 0 ? question->through_id : last);
    th_bind_int(q, 3, question->year);
    th_bind_text(q, 4, question->village);
    th_bind_int(q, 5, question->all_versions);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_activity activity = read_activity(q);
        go_on = visit(context, &activity);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_activity_insert(struct th_store *store, const struct th_activity *activity,
                                  struct th_hash *ret_row_hash, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO activity (parcel_id, year, version, quantities, origins, source, sha256,"
        " source_row, row_hash, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    struct th_hash hash;
    enum th_status status = row_hash(activity, &hash, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, activity->parcel_id);
    th_bind_int(q, 2, activity->year);
    th_bind_int(q, 3, activity->version);
    th_bind_text(q, 4, activity->quantities);
    th_bind_text(q, 5, activity->origins);
    th_bind_text(q, 6, activity->source);
    th_bind_hash(q, 7, &activity->sha256);
    th_bind_int(q, 8, activity->source_row);
    th_bind_hash(q, 9, &hash);
    th_bind_int(q, 10, activity->seq);
    status = th_stmt_run(q, err);
    if (status == TH_OK) {
        *ret_row_hash = hash;
    }
    return status;
}

enum th_status th_activity_check_all(struct th_store *store, const struct th_check_sink *sink,
                                     struct th_error *err)
{
    static const char SQL[] = ACTIVITY_COLUMNS " FROM activity a ORDER BY a.seq, a.activity_id";
    struct th_row_check check = {.store = store};
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        struct th_hash hash;
        const struct th_activity activity = read_activity(q);
        status = row_hash(&activity, &hash, err);
        if (status == TH_OK) {
            status = th_row_check_add(&check, activity.activity_id, activity.seq, &hash,
                                      &activity.row_hash, err);
        }
    }
    th_stmt_done(q);
    return th_row_check_end(&check, status, sink, "activity_digests", err);
}

#include "store/ground/layer_store.h"

#include <stdlib.h>

#include "store/db_internal.h"
#include "store/ground/spatial_blob.h"
#include "store/journal/entry_internal.h"

enum th_status th_layer_insert(struct th_store *store, const struct th_layer *layer,
                               int64_t *ret_layer_id, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO layer (role, name, scheme, source, sha256, from_on, to_on, document_id, seq)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, layer->role);
    th_bind_text(q, 2, layer->name);
    th_bind_text(q, 3, layer->scheme[0] != '\0' ? layer->scheme : NULL);
    th_bind_text(q, 4, layer->source);
    th_bind_hash(q, 5, &layer->sha256);
    th_bind_date(q, 6, layer->from);
    th_bind_date(q, 7, layer->to);
    th_bind_id(q, 8, layer->document_id);
    th_bind_int(q, 9, layer->seq);
    return th_entry_insert_noted(q, TH_SET_LAYER, ret_layer_id, err);
}

enum th_status th_layer_shape_insert(struct th_store *store, const struct th_layer_shape *shape,
                                     int64_t *ret_shape_id, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO layer_shape (layer_id, ordinal, code, name, geom)"
                              " VALUES (?1, ?2, ?3, ?4, ?5)";
    unsigned char *blob = NULL;
    size_t blob_size = 0;
    int64_t shape_id = 0;
    enum th_status status =
        th_spatial_blob_from_wkb(shape->wkb, shape->wkb_size, &blob, &blob_size, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, shape->layer_id);
    th_bind_int(q, 2, shape->ordinal);
    th_bind_text(q, 3, shape->code);
    th_bind_text(q, 4, shape->name);
    th_bind_blob(q, 5, blob, blob_size);
    // The R*Tree's trigger inserts as well, but SQLite gives the outer row's id back afterwards.
    status = th_stmt_insert(q, &shape_id, err);
    free(blob);
    if (status == TH_OK) {
        status = th_entry_note(store, TH_SET_LAYER_SHAPE, shape->layer_id, err);
    }
    if (status == TH_OK) {
        *ret_shape_id = shape_id;
    }
    return status;
}

#define LAYER_COLUMNS                                                                              \
    "layer_id, role, name, scheme, source, sha256, from_on, to_on, document_id,"                   \
    " (SELECT count(*) FROM layer_shape s WHERE s.layer_id = layer.layer_id), seq"

static void read_layer(struct th_stmt *q, struct th_layer *layer)
{
    *layer = (struct th_layer){.layer_id = th_column_int(q, 0),
                               .from = th_column_date(q, 6),
                               .to = th_column_date(q, 7),
                               .document_id = th_column_int(q, 8),
                               .n_shapes = th_column_int(q, 9),
                               .seq = th_column_int(q, 10)};
    th_column_copy(q, 1, layer->role, sizeof(layer->role));
    th_column_copy(q, 2, layer->name, sizeof(layer->name));
    th_column_copy(q, 3, layer->scheme, sizeof(layer->scheme));
    th_column_copy(q, 4, layer->source, sizeof(layer->source));
    th_column_hash(q, 5, &layer->sha256);
}

static enum th_status layer_error(enum th_status status, const char *key, int64_t layer_id,
                                  struct th_error *err)
{
    (void)th_error_set(err, status, key, NULL);
    th_error_add_int(err, "layer", layer_id);
    return status;
}

enum th_status th_layer_load(struct th_store *store, int64_t layer_id, struct th_layer *ret_layer,
                             struct th_error *err)
{
    static const char SQL[] = "SELECT " LAYER_COLUMNS " FROM layer WHERE layer_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, layer_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        read_layer(q, ret_layer);
    } else if (status == TH_OK) {
        status = layer_error(TH_NOT_FOUND, "layer_not_found", layer_id, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_layer_each(struct th_store *store, const char *role,
                             bool (*visit)(void *context, const struct th_layer *layer),
                             void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT " LAYER_COLUMNS " FROM layer WHERE ?1 IS NULL OR role = ?1 ORDER BY layer_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, role);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_layer layer;
        read_layer(q, &layer);
        go_on = visit(context, &layer);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_layer_withdraw(struct th_store *store, int64_t layer_id, struct th_date to,
                                 int64_t seq, struct th_error *err)
{
    static const char SQL_STATE[] = "SELECT withdrawn_seq FROM layer WHERE layer_id = ?1";
    static const char SQL[] = "UPDATE layer SET to_on = ?2, withdrawn_seq = ?3 WHERE layer_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL_STATE);
    th_bind_int(q, 1, layer_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        if (!th_column_is_null(q, 0)) {
            status = layer_error(TH_CONFLICT, "layer_withdrawn", layer_id, err);
        }
    } else if (status == TH_OK) {
        status = layer_error(TH_NOT_FOUND, "layer_not_found", layer_id, err);
    }
    th_stmt_done(q);
    if (status != TH_OK) {
        return status;
    }
    q = th_db_query(store, SQL);
    th_bind_int(q, 1, layer_id);
    th_bind_date(q, 2, to);
    th_bind_int(q, 3, seq);
    return th_entry_run_noted(q, TH_SET_LAYER, layer_id, err);
}

#define SHAPE_COLUMNS                                                                              \
    "SELECT s.shape_id, s.layer_id, s.ordinal, s.code, s.name, l.name, coalesce(l.scheme, ''),"    \
    " s.geom"
#define SHAPE_WHERE                                                                                \
    " WHERE (?1 IS NULL OR l.role = ?1) AND (?2 = 0 OR l.layer_id = ?2)"                           \
    " AND (?4 IS NULL OR l.from_on <= ?4)"                                                         \
    " AND (l.to_on IS NULL OR (l.to_on >= l.from_on AND (?3 IS NULL OR l.to_on >= ?3)))"

static enum th_status visit_shape(struct th_stmt *q,
                                  bool (*visit)(void *context, const struct th_layer_shape *shape,
                                                const char *layer_name, const char *scheme),
                                  void *context, bool *ret_go_on, struct th_error *err)
{
    size_t size = 0;
    unsigned char *wkb = NULL;
    struct th_layer_shape shape = {.shape_id = th_column_int(q, 0),
                                   .layer_id = th_column_int(q, 1),
                                   .ordinal = th_column_int(q, 2),
                                   .code = th_column_text(q, 3),
                                   .name = th_column_text(q, 4)};
    const void *blob = th_column_blob(q, 7, &size);
    enum th_status status = th_spatial_blob_to_wkb(blob, size, &wkb, &shape.wkb_size, err);
    if (status != TH_OK) {
        return status;
    }
    shape.wkb = wkb;
    *ret_go_on = visit(context, &shape, th_column_text(q, 5), th_column_text(q, 6));
    free(wkb);
    return TH_OK;
}

enum th_status th_layer_shape_each(struct th_store *store, const struct th_layer_question *question,
                                   bool (*visit)(void *context, const struct th_layer_shape *shape,
                                                 const char *layer_name, const char *scheme),
                                   void *context, struct th_error *err)
{
    static const char SQL_ALL[] =
        SHAPE_COLUMNS " FROM layer_shape s JOIN layer l ON l.layer_id = s.layer_id" SHAPE_WHERE
                      " ORDER BY s.shape_id";
    // CROSS JOIN keeps the R*Tree outermost.
    static const char SQL_BOX[] =
        SHAPE_COLUMNS " FROM idx_layer_shape_geom i CROSS JOIN layer_shape s ON s.shape_id = i.pkid"
                      " CROSS JOIN layer l ON l.layer_id = s.layer_id" SHAPE_WHERE
                      " AND i.xmax >= ?5 AND i.ymax >= ?6 AND i.xmin <= ?7 AND i.ymin <= ?8"
                      " ORDER BY s.shape_id";
    struct th_stmt *q = th_db_query(store, question->has_box ? SQL_BOX : SQL_ALL);
    th_bind_text(q, 1, question->role);
    th_bind_int(q, 2, question->layer_id);
    th_bind_date(q, 3, question->from);
    th_bind_date(q, 4, question->to);
    if (question->has_box) {
        th_bind_real(q, 5, question->west_deg);
        th_bind_real(q, 6, question->south_deg);
        th_bind_real(q, 7, question->east_deg);
        th_bind_real(q, 8, question->north_deg);
    }
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        status = visit_shape(q, visit, context, &go_on, err);
    }
    th_stmt_done(q);
    return status;
}

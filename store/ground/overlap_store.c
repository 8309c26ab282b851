#include "store/ground/overlap_store.h"

#include <stdlib.h>

#include "store/db_internal.h"
#include "store/ground/spatial_blob.h"
#include "store/journal/entry_internal.h"

enum th_status th_import_finding_insert(struct th_store *store, int64_t import_id, int64_t ordinal,
                                        const struct th_import_finding *finding,
                                        struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO import_finding (import_id, ordinal, source_row, other_kind, other_id, class,"
        " area_m2_300, width_mm, fate, geom) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    unsigned char *blob = NULL;
    size_t blob_size = 0;
    if (finding->wkb != NULL) {
        enum th_status status =
            th_spatial_blob_from_wkb(finding->wkb, finding->wkb_size, &blob, &blob_size, err);
        if (status != TH_OK) {
            return status;
        }
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, import_id);
    th_bind_int(q, 2, ordinal);
    th_bind_int(q, 3, finding->source_row);
    th_bind_text(q, 4, finding->other_kind);
    th_bind_int(q, 5, finding->other_id);
    th_bind_text(q, 6, finding->kind);
    th_bind_area(q, 7, finding->area);
    th_bind_int(q, 8, finding->width_mm);
    th_bind_text(q, 9, finding->fate);
    if (blob != NULL) {
        th_bind_blob(q, 10, blob, blob_size);
    } else {
        th_bind_null(q, 10);
    }
    free(blob);
    return th_entry_run_noted(q, TH_SET_IMPORT_FINDING, import_id, err);
}

static enum th_status visit_finding(struct th_stmt *q,
                                    bool (*visit)(void *context,
                                                  const struct th_import_finding *finding),
                                    void *context, bool *ret_go_on, struct th_error *err)
{
    unsigned char *wkb = NULL;
    struct th_import_finding finding = {.source_row = th_column_int(q, 0),
                                        .other_kind = th_column_text(q, 1),
                                        .other_id = th_column_int(q, 2),
                                        .kind = th_column_text(q, 3),
                                        .area = th_column_area(q, 4),
                                        .width_mm = th_column_int(q, 5),
                                        .fate = th_column_text(q, 6)};
    if (!th_column_is_null(q, 7)) {
        size_t size = 0;
        const void *blob = th_column_blob(q, 7, &size);
        enum th_status status = th_spatial_blob_to_wkb(blob, size, &wkb, &finding.wkb_size, err);
        if (status != TH_OK) {
            return status;
        }
    }
    finding.wkb = wkb;
    *ret_go_on = visit(context, &finding);
    free(wkb);
    return TH_OK;
}

enum th_status th_import_finding_each(struct th_store *store, int64_t import_id,
                                      bool (*visit)(void *context,
                                                    const struct th_import_finding *finding),
                                      void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT source_row, other_kind, other_id, class, area_m2_300,"
                              " width_mm, fate, geom FROM import_finding WHERE import_id = ?1"
                              " ORDER BY ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, import_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        status = visit_finding(q, visit, context, &go_on, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_overlap_waiver_insert(struct th_store *store,
                                        const struct th_overlap_waiver *waiver,
                                        int64_t *ret_waiver_id, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO overlap_waiver (parcel_id, version, other_parcel_id, other_shape_id, reason,"
        " document_id, login, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, waiver->parcel_id);
    th_bind_int(q, 2, waiver->version);
    th_bind_id(q, 3, waiver->other_parcel_id);
    th_bind_id(q, 4, waiver->other_shape_id);
    th_bind_text(q, 5, waiver->reason);
    th_bind_int(q, 6, waiver->document_id);
    th_bind_text(q, 7, waiver->login);
    th_bind_int(q, 8, waiver->seq);
    return th_entry_insert(q, "overlap_waiver", ret_waiver_id, err);
}

enum th_status th_overlap_waiver_each(struct th_store *store, int64_t parcel_id,
                                      bool (*visit)(void *context,
                                                    const struct th_overlap_waiver *waiver),
                                      void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT waiver_id, parcel_id, version, other_parcel_id, other_shape_id, reason,"
        " document_id, login, seq FROM overlap_waiver"
        " WHERE ?1 = 0 OR parcel_id = ?1 OR other_parcel_id = ?1 ORDER BY waiver_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_overlap_waiver waiver = {.waiver_id = th_column_int(q, 0),
                                           .parcel_id = th_column_int(q, 1),
                                           .version = th_column_int(q, 2),
                                           .other_parcel_id = th_column_int(q, 3),
                                           .other_shape_id = th_column_int(q, 4),
                                           .reason = th_column_text(q, 5),
                                           .document_id = th_column_int(q, 6),
                                           .login = th_column_text(q, 7),
                                           .seq = th_column_int(q, 8)};
        go_on = visit(context, &waiver);
    }
    th_stmt_done(q);
    return status;
}

// SpatiaLite keeps a geometry column by three triggers on every insert: one looks the column up by
// name and tests type and reference system of the geometry, one moves the time of the last insert,
// one puts the box into the R*Tree. Here they are lifted for the length of the bulk, inside its
// transaction, and put back word for word. Meanwhile the first is kept by construction, since
// store/ground/spatial_blob.c writes that type and reference system and no other; the other two are
// made up for at the end.
#include "store/ground/parcel_bulk_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/ground/parcel_row_internal.h"
#include "store/ground/rtree_internal.h"
#include "store/store_internal.h"

enum { N_LIFTED = 3 };
static const char SQL_DROP_TYPE[] = "DROP TRIGGER ggi_parcel_version_geom";
static const char SQL_DROP_TIME[] = "DROP TRIGGER tmi_parcel_version_geom";
static const char SQL_DROP_INDEX[] = "DROP TRIGGER gii_parcel_version_geom";

static const struct {
    const char *name;
    const char *drop;
} LIFTED[N_LIFTED] = {{"ggi_parcel_version_geom", SQL_DROP_TYPE},
                      {"tmi_parcel_version_geom", SQL_DROP_TIME},
                      {"gii_parcel_version_geom", SQL_DROP_INDEX}};

struct bulk {
    char *triggers[N_LIFTED]; // as they were; owned
    struct th_rtree_list entries;
};

static void bulk_free(void *data)
{
    struct bulk *bulk = data;
    if (bulk == NULL) {
        return;
    }
    for (size_t i = 0; i < N_LIFTED; i++) {
        free(bulk->triggers[i]);
    }
    free(bulk->entries.items);
    free(bulk);
}

static struct bulk **bulk_of(struct th_store *store)
{
    return (struct bulk **)th_db_slot(store, TH_DB_SLOT_BULK, bulk_free);
}

static enum th_status read_trigger(struct th_store *store, const char *name, char **ret_sql,
                                   struct th_error *err)
{
    static const char SQL[] = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, name);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_sql = th_text_duplicate(th_column_text(q, 0));
        if (*ret_sql == NULL) {
            status = th_error_no_memory(err);
        }
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_CORRUPT, "registry_corrupt", "detail", name, NULL);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_bulk_begin(struct th_store *store, struct th_error *err)
{
    struct bulk **slot = bulk_of(store);
    assert(th_db_in_transaction(store) && *slot == NULL);
    struct bulk *bulk = calloc(1, sizeof(*bulk));
    if (bulk == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = TH_OK;
    for (size_t i = 0; i < N_LIFTED && status == TH_OK; i++) {
        status = read_trigger(store, LIFTED[i].name, &bulk->triggers[i], err);
    }
    for (size_t i = 0; i < N_LIFTED && status == TH_OK; i++) {
        status = th_db_exec(store, LIFTED[i].drop, err);
    }
    if (status == TH_OK) {
        *slot = bulk;
    } else {
        bulk_free(bulk);
    }
    return status;
}

// So many new parcels that they can be stored together?
static bool go_together(const struct th_parcel_version_row *rows, size_t n)
{
    for (size_t i = 0; i < TH_DB_N_AT_ONCE; i++) {
        if (i == n || rows[i].record->version != 1) {
            return false;
        }
    }
    return true;
}

enum th_status th_parcel_bulk_insert(struct th_store *store,
                                     const struct th_parcel_version_row *rows, size_t n,
                                     int64_t seq, struct th_error *err)
{
    struct bulk *bulk = *bulk_of(store);
    assert(bulk != NULL);
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK;) {
        int64_t last_version = 0;
        size_t n_together = go_together(rows + i, n - i) ? TH_DB_N_AT_ONCE : 1;
        status = n_together > 1 ? th_parcel_rows_write(store, rows + i, seq, &last_version, err)
                                : th_parcel_row_write(store, rows + i, seq, &last_version, err);
        for (size_t k = 1; k <= n_together && status == TH_OK; k++, i++) {
            struct th_rtree_entry entry =
                th_rtree_entry_make(last_version - (int64_t)(n_together - k), &rows[i].row->box);
            status = th_rtree_list_append(&bulk->entries, &entry, err);
        }
    }
    return status;
}

enum th_status th_parcel_bulk_end(struct th_store *store, struct th_error *err)
{
    // What the lifted trigger does once a row.
    static const char SQL_TIME[] =
        "UPDATE geometry_columns_time SET last_insert = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
        " WHERE f_table_name = 'parcel_version' AND f_geometry_column = 'geom'";
    struct bulk **slot = bulk_of(store);
    struct bulk *bulk = *slot;
    assert(bulk != NULL);
    enum th_status status = th_rtree_load(store, &bulk->entries, err);
    if (status == TH_OK && bulk->entries.n > 0) {
        status = th_stmt_run(th_db_query(store, SQL_TIME), err);
    }
    for (size_t i = 0; i < N_LIFTED && status == TH_OK; i++) {
        status = th_db_exec(store, bulk->triggers[i], err);
    }
    if (status == TH_OK) {
        *slot = NULL;
        bulk_free(bulk);
    }
    return status;
}

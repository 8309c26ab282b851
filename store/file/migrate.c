// Numbered, frozen migrations, embedded at build time; each is one transaction that also sets
// user_version and writes the upgrade log.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/hash.h"
#include "store/store_internal.h"

extern const struct th_embedded_file th_embed_migrations[];
extern const size_t th_embed_migrations_count;

int th_migrate_newest(void)
{
    return (int)th_embed_migrations_count;
}

// Steps through one statement. SpatiaLite's functions answer 0 instead of failing: a column named
// must_be_1 is therefore checked.
static int run_statement(sqlite3_stmt *stmt, bool *ret_refused)
{
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (strcmp(sqlite3_column_name(stmt, 0), "must_be_1") == 0 &&
            sqlite3_column_int(stmt, 0) != 1) {
            *ret_refused = true;
        }
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static enum th_status run_script(struct th_store *store, const char *sql, struct th_error *err)
{
    while (*sql != '\0') {
        sqlite3_stmt *stmt = NULL;
        const char *rest = NULL;
        int code = sqlite3_prepare_v2(store->db, sql, -1, &stmt, &rest);
        bool refused = false;
        if (code == SQLITE_OK && stmt != NULL) {
            code = run_statement(stmt, &refused);
        }
        int closed = sqlite3_finalize(stmt);
        if (code != SQLITE_OK || closed != SQLITE_OK) {
            return th_db_error(store, code != SQLITE_OK ? code : closed, err);
        }
        if (refused) {
            return th_error_set(err, TH_IO, "store_failed", "detail",
                                "SpatiaLite refused to set the geometry column up", NULL);
        }
        sql = rest;
    }
    return TH_OK;
}

static enum th_status log_upgrade(struct th_store *store, int version,
                                  const struct th_embedded_file *file,
                                  const struct th_store_options *options, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO upgrade_log (version, sha256, program, applied_utc) VALUES (?1, ?2, ?3, ?4)";
    struct th_hash digest = th_hash_bytes(TH_HASH_SHA256, file->data, file->size);
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, version);
    th_bind_hash(q, 2, &digest);
    th_bind_text(q, 3, options->program);
    th_bind_int(q, 4, options->now_utc);
    return th_stmt_run(q, err);
}

static enum th_status apply(struct th_store *store, int version,
                            const struct th_embedded_file *file,
                            const struct th_store_options *options, struct th_error *err)
{
    char pragma[48];
    snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d", version);
    enum th_status status = th_db_exec(store, "BEGIN IMMEDIATE", err);
    if (status != TH_OK) {
        return status;
    }
    // Another program may have upgraded the file while this one waited.
    int present = 0;
    status = th_db_pragma(store, "PRAGMA user_version", &present, err);
    bool due = status == TH_OK && present < version;
    if (due) {
        status = run_script(store, (const char *)file->data, err);
    }
    if (status == TH_OK && due) {
        status = log_upgrade(store, version, file, options, err);
    }
    if (status == TH_OK && due) {
        status = th_db_exec(store, pragma, err);
    }
    if (status == TH_OK) {
        status = th_db_exec(store, "COMMIT", err);
    }
    if (status != TH_OK && sqlite3_get_autocommit(store->db) == 0) {
        (void)th_db_exec(store, "ROLLBACK", NULL);
    }
    return status;
}

enum th_status th_migrate(struct th_store *store, const struct th_store_options *options,
                          struct th_error *err)
{
    for (int version = store->schema_version + 1; version <= th_migrate_newest(); version++) {
        // Files are embedded in order of their names, which begin with their numbers.
        const struct th_embedded_file *file = &th_embed_migrations[version - 1];
        assert(strtol(file->name, NULL, 10) == version);
        enum th_status status = apply(store, version, file, options, err);
        if (status != TH_OK) {
            return status;
        }
        store->schema_version = version;
    }
    return TH_OK;
}
